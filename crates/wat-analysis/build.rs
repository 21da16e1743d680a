//! Embeds the built-in library: one table of its files and one of its names, so that nothing is scanned at start-up.
//!
//! The library keeps a rule that makes the scan cheap and exact: every top-level form starts with `(` in column 1, and
//! no other line does. The scanner walks each file once, knows comments, strings and keywords well enough to count
//! brackets, and fails the build when the rule is broken.
//!
//! The pages of `wat explain` are embedded in the same way, from `explain/*.md`.

use std::env;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// A top-level form of a library file.
struct Entry {
    name: String,
    kind: String,
    /// Does it have a whitelist?
    restricted: bool,
    file: usize,
    start: usize,
    end: usize,
}

fn main() -> ExitCode {
    match generate().and_then(|()| pages()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            use std::io::Write as _;
            // Nothing is left to do when standard error is gone; the exit status still fails the build.
            let _ = writeln!(std::io::stderr(), "error: {message}");
            ExitCode::FAILURE
        }
    }
}

fn generate() -> Result<(), String> {
    let variable = |name: &str| {
        env::var_os(name)
            .map(PathBuf::from)
            .ok_or_else(|| format!("`{name}` is not set"))
    };
    let root = variable("CARGO_MANIFEST_DIR")?.join("../../wat");
    let root = root
        .canonicalize()
        .map_err(|error| format!("cannot open `{}`: {error}", root.display()))?;
    let out = variable("OUT_DIR")?.join("library.rs");
    outln(&format!("cargo::rerun-if-changed={}", root.display()))?;
    outln("cargo::rerun-if-changed=build.rs")?;

    let mut paths = Vec::new();
    collect(&root, &mut paths)?;
    paths.sort();
    let mut files = String::new();
    let mut entries = Vec::new();
    for (index, path) in paths.iter().enumerate() {
        let text = fs::read_to_string(path)
            .map_err(|error| format!("cannot read `{}`: {error}", path.display()))?;
        scan(&text, index, &mut entries).map_err(|(offset, message)| {
            let line = text.as_bytes()[..offset]
                .iter()
                .filter(|&&byte| byte == b'\n')
                .count()
                + 1;
            format!("{}:{line}: {message}", path.display())
        })?;
        let absolute = path
            .to_str()
            .ok_or_else(|| format!("`{}` is not UTF-8", path.display()))?;
        let _ = writeln!(
            files,
            "    LibraryFile {{ path: {:?}, text: include_str!({absolute:?}) }},",
            relative(&root, path)
        );
    }
    entries.sort_by(|a, b| {
        (&a.name, &a.kind, a.file, a.start).cmp(&(&b.name, &b.kind, b.file, b.start))
    });

    let mut code = format!("pub(crate) static LIBRARY_FILES: &[LibraryFile] = &[\n{files}];\n\n");
    code.push_str("pub(crate) static LIBRARY_NAMES: &[LibraryName] = &[\n");
    for Entry {
        name,
        kind,
        restricted,
        file,
        start,
        end,
    } in &entries
    {
        let _ = writeln!(
            code,
            "    LibraryName {{ name: {name:?}, kind: {kind:?}, restricted: {restricted}, file: {file}, start: {start}, end: {end} }},"
        );
    }
    code.push_str("];\n\npub(crate) static LIBRARY_MACROS: &[&str] = &[\n");
    for entry in entries.iter().filter(|entry| entry.kind == "defmacro") {
        let _ = writeln!(code, "    {:?},", entry.name);
    }
    code.push_str("];\n");
    fs::write(&out, code).map_err(|error| format!("cannot write `{}`: {error}", out.display()))
}

/// Writes the table of pages: `explain/WATnn.md` holds the codes that begin with `nn`, each page under a heading
/// `# WATnnnn name`, in the order of the codes.
fn pages() -> Result<(), String> {
    let variable = |name: &str| {
        env::var_os(name)
            .map(PathBuf::from)
            .ok_or_else(|| format!("`{name}` is not set"))
    };
    let root = variable("CARGO_MANIFEST_DIR")?.join("explain");
    outln("cargo::rerun-if-changed=explain")?;
    let failed = |error: std::io::Error| format!("cannot read `{}`: {error}", root.display());
    let mut paths = Vec::new();
    for entry in fs::read_dir(&root).map_err(failed)? {
        paths.push(entry.map_err(failed)?.path());
    }
    paths.sort();
    let mut code = "pub(crate) static PAGES: &[Page] = &[\n".to_owned();
    let mut last = String::new();
    for path in &paths {
        let text = fs::read_to_string(path)
            .map_err(|error| format!("cannot read `{}`: {error}", path.display()))?;
        let wrong = |what: &str| format!("{}: {what}", path.display());
        let family = path.file_stem().unwrap_or_default().to_string_lossy();
        let mut pages = text.split("\n# WAT");
        let first = pages.next().unwrap_or_default();
        let first = first
            .strip_prefix("# WAT")
            .ok_or_else(|| wrong("no heading at the start"))?;
        for page in std::iter::once(first).chain(pages) {
            let (heading, body) = page.split_once('\n').unwrap_or((page, ""));
            let (number, _) = heading.split_once(' ').ok_or_else(|| wrong(heading))?;
            if !format!("WAT{number}").starts_with(&*family) || *number <= *last {
                return Err(wrong(&format!("WAT{number} is out of order")));
            }
            number.clone_into(&mut last);
            let text = format!("# WAT{heading}\n\n{}\n", body.trim());
            let _ = writeln!(code, "    Page {{ code: {number}, text: {text:?} }},");
        }
    }
    code.push_str("];\n");
    let out = variable("OUT_DIR")?.join("explain.rs");
    fs::write(&out, code).map_err(|error| format!("cannot write `{}`: {error}", out.display()))
}

/// Speaks to cargo, which reads directives from standard output.
fn outln(line: &str) -> Result<(), String> {
    use std::io::Write as _;
    writeln!(std::io::stdout(), "{line}")
        .map_err(|error| format!("cannot write to standard output: {error}"))
}

/// The `.wat` files below a directory.
fn collect(directory: &Path, paths: &mut Vec<PathBuf>) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("cannot list `{}`: {error}", directory.display());
    for entry in fs::read_dir(directory).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.is_dir() {
            collect(&path, paths)?;
        } else if path.extension().is_some_and(|extension| extension == "wat") {
            paths.push(path);
        }
    }
    Ok(())
}

/// A file's path below the library root, with `/` on every platform.
fn relative(root: &Path, path: &Path) -> String {
    let below = path.strip_prefix(root).unwrap_or(path);
    below
        .iter()
        .map(|part| part.to_string_lossy())
        .collect::<Vec<_>>()
        .join("/")
}

/// Appends the forms of one file. An error carries the byte offset where it was found.
fn scan(text: &str, file: usize, entries: &mut Vec<Entry>) -> Result<(), (usize, String)> {
    let mut at = 0;
    while let Some(start) = skip_blank(text, at) {
        if text.as_bytes()[start] != b'(' || !at_column_one(text, start) {
            return Err((
                start,
                "a top-level form starts with `(` in column 1".to_owned(),
            ));
        }
        let end = form_end(text, start)?;
        let mut words = text[start + 1..end - 1].split_ascii_whitespace();
        let head = words.next().unwrap_or_default();
        let name = words.next().unwrap_or_default();
        if !is_path(head) || !is_path(name) {
            return Err((
                start,
                "a top-level form has a path as its head and a path as its name".to_owned(),
            ));
        }
        let kind = head.rsplit("::").next().unwrap_or(head).to_owned();
        entries.push(Entry {
            name: canonical(name).to_owned(),
            kind,
            restricted: words.next() == Some(":restricted-to"),
            file,
            start,
            end,
        });
        at = end;
    }
    Ok(())
}

/// The next offset that is neither blank nor in a comment.
fn skip_blank(text: &str, mut at: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    loop {
        match bytes.get(at)? {
            byte if byte.is_ascii_whitespace() => at += 1,
            b';' => at = line_end(text, at),
            _ => return Some(at),
        }
    }
}

/// The offset behind the bracket that closes the form at `start`.
fn form_end(text: &str, start: usize) -> Result<usize, (usize, String)> {
    let bytes = text.as_bytes();
    let mut open: Vec<(u8, usize)> = Vec::new();
    let mut at = start;
    while at < bytes.len() {
        if bytes[at] == b'(' && at != start && at_column_one(text, at) {
            return Err((
                start,
                "the form is not closed before the next `(` in column 1".to_owned(),
            ));
        }
        match bytes[at] {
            b';' => at = line_end(text, at),
            b'"' => at = string_end(text, at)?,
            b':' => at = keyword_end(text, at),
            b'(' | b'[' | b'{' => {
                open.push((bytes[at], at));
                at += 1;
            }
            close @ (b')' | b']' | b'}') => {
                let opener = open.pop().map(|(opener, _)| opener);
                if !matches!(
                    (opener, close),
                    (Some(b'('), b')') | (Some(b'['), b']') | (Some(b'{'), b'}')
                ) {
                    return Err((at, format!("`{}` closes nothing", char::from(close))));
                }
                at += 1;
                if open.is_empty() {
                    return Ok(at);
                }
            }
            _ => at += 1,
        }
    }
    let at = open.last().map_or(start, |&(_, at)| at);
    Err((at, format!("`{}` is not closed", char::from(bytes[at]))))
}

/// The offset behind the closing quote of the string at `start`.
fn string_end(text: &str, start: usize) -> Result<usize, (usize, String)> {
    let bytes = text.as_bytes();
    let mut at = start + 1;
    while at < bytes.len() {
        match bytes[at] {
            b'"' => return Ok(at + 1),
            b'\\' => at += 2,
            b'(' if at_column_one(text, at) => {
                return Err((
                    at,
                    "no line inside a string starts with `(` in column 1".to_owned(),
                ));
            }
            _ => at += 1,
        }
    }
    Err((start, "the string is not closed".to_owned()))
}

/// The offset behind the keyword at `start`: parentheses directly behind its colon or its `Fn`, and those inside its
/// angle brackets, belong to it.
fn keyword_end(text: &str, start: usize) -> usize {
    let bytes = text.as_bytes();
    let mut depth = 0_usize;
    let mut at = start + 1;
    while at < bytes.len() {
        match bytes[at] {
            b'(' if depth > 0 || at == start + 1 => depth += 1,
            b'(' if ["Fn", "<", ","]
                .iter()
                .any(|before| text[..at].ends_with(before)) =>
            {
                depth += 1
            }
            b')' if depth > 0 => depth -= 1,
            byte if byte.is_ascii_whitespace() => break,
            b'(' | b')' | b'[' | b']' | b'{' | b'}' | b'"' | b';' => break,
            _ => {}
        }
        at += 1;
    }
    at
}

fn line_end(text: &str, at: usize) -> usize {
    text[at..]
        .find('\n')
        .map_or(text.len(), |length| at + length)
}

fn at_column_one(text: &str, at: usize) -> bool {
    at == 0 || text.as_bytes()[at - 1] == b'\n'
}

fn is_path(word: &str) -> bool {
    word.len() > 1 && word.starts_with(':') && !word.starts_with(":(")
}

/// A declared name without its type parameters. `<` and `>` are also operators: parameters follow at least one other
/// character of the leaf, start with a letter and end the name.
fn canonical(name: &str) -> &str {
    let leaf = name.rfind("::").map_or(1, |at| at + 2);
    let Some(open) = name[leaf..].find('<').map(|at| leaf + at) else {
        return name;
    };
    let letter = name[open + 1..].starts_with(|c: char| c.is_ascii_alphabetic());
    if open > leaf && letter && name.ends_with('>') {
        &name[..open]
    } else {
        name
    }
}
