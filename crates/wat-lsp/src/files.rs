//! Document addresses, paths of the database, and the files of a workspace.
//!
//! The path of a document in the database is the absolute path of a `file:` address; any other address is its own path.

use std::fs;
use std::path::{Path, PathBuf};

use tower_lsp_server::ls_types::Uri;
use wat_syntax::{MAX_SOURCE_LEN, SourceText};

/// Folders that hold no sources of a project.
const SKIPPED: [&str; 4] = ["target", "node_modules", ".git", ".wat"];

/// More files than this are not read ahead; they are read when a program loads them.
const MAX_FILES: usize = 50_000;

/// The database's path of a document.
pub(crate) fn document_path(uri: &Uri) -> String {
    disk_path(uri).unwrap_or_else(|| uri.as_str().to_owned())
}

/// The path on disk of a `file:` address.
pub(crate) fn disk_path(uri: &Uri) -> Option<String> {
    if !uri.scheme().as_str().eq_ignore_ascii_case("file") {
        return None;
    }
    Some(uri.to_file_path()?.to_string_lossy().replace('\\', "/"))
}

/// The address of a path of the database.
pub(crate) fn document_uri(path: &str) -> Option<Uri> {
    match Path::new(path).is_absolute() {
        true => Uri::from_file_path(path),
        false => path.parse().ok(),
    }
}

/// Reads a source from disk; `None` if it is not a readable file of legal size, or WebAssembly text.
pub(crate) fn read(path: &str) -> Option<SourceText> {
    let path = Path::new(path);
    let data = fs::metadata(path).ok()?;
    if !path.is_absolute() || !data.is_file() || data.len() > MAX_SOURCE_LEN as u64 {
        return None;
    }
    let text = SourceText::from_bytes(fs::read(path).ok()?);
    (!is_webassembly(text.text())).then_some(text)
}

/// The `.wat` files below a folder, in path order; hidden and generated folders and links to folders are left out.
pub(crate) fn walk(folder: &str) -> Vec<(String, SourceText)> {
    let mut found = Vec::new();
    let mut open = vec![PathBuf::from(folder)];
    while let Some(folder) = open.pop() {
        let Ok(entries) = fs::read_dir(&folder) else {
            continue;
        };
        for entry in entries.flatten() {
            let Ok(kind) = entry.file_type() else {
                continue;
            };
            let name = entry.file_name();
            let name = name.to_string_lossy();
            if kind.is_dir() && !SKIPPED.contains(&&*name) && !name.starts_with('.') {
                open.push(entry.path());
            } else if name.ends_with(".wat") {
                found.push(entry.path().to_string_lossy().replace('\\', "/"));
            }
        }
        if found.len() >= MAX_FILES {
            break;
        }
    }
    found.sort();
    found.truncate(MAX_FILES);
    found
        .into_iter()
        .filter_map(|path| read(&path).map(|text| (path, text)))
        .collect()
}

/// True if the text begins with `(module`, which is WebAssembly's text format and shares the extension `.wat`.
pub(crate) fn is_webassembly(text: &str) -> bool {
    let mut rest = text.trim_start_matches('\u{feff}');
    let mut depth = 0usize;
    loop {
        rest = rest.trim_start();
        if let Some(inner) = rest.strip_prefix("(;") {
            depth += 1;
            rest = inner;
        } else if depth > 0 {
            let Some(at) = rest.find(['(', ';']) else {
                return false;
            };
            match rest[at..].strip_prefix(";)") {
                Some(after) => {
                    depth -= 1;
                    rest = after;
                }
                None if rest[at..].starts_with("(;") => rest = &rest[at..],
                None => rest = &rest[at + 1..],
            }
        } else if rest.starts_with(';') {
            rest = rest.find('\n').map_or("", |end| &rest[end..]);
        } else {
            break;
        }
    }
    let head = rest
        .strip_prefix('(')
        .map(str::trim_start)
        .and_then(|rest| rest.strip_prefix("module"));
    head.is_some_and(|after| {
        after
            .starts_with(|next: char| next.is_whitespace() || matches!(next, '(' | ')' | '$' | ';'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_paths_are_inverse() {
        for path in [
            "/a/b.wat",
            "/a b/ö.wat",
            "wat-builtin:/core/vector.wat",
            "untitled:Untitled-1",
        ] {
            let uri = document_uri(path).expect("a legal address");
            assert_eq!(document_path(&uri), path);
        }
    }

    #[test]
    fn a_module_form_is_webassembly() {
        let verdict = is_webassembly;
        assert!(verdict("(module)"));
        assert!(verdict(";; c\n(; a (; b ;) ;)\n ( module $m (func))"));
        assert!(!verdict("(:wat::core::def :a::b 1)"));
        assert!(!verdict("(modules)"));
        assert!(!verdict("; (module)"));
        assert!(!verdict(""));
    }
}
