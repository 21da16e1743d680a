//! Properties of the workspace's own text: the direction of imports, where `unsafe` may stand, no machine's paths.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use super::{root, show};

/// Crates whose sources (`src`) may contain the keyword; the tests of other crates may need it to hold a terminal.
const UNSAFE_CRATES: [&str; 3] = ["wat-kernel", "wat-runtime", "wat-value"];

/// Directories that hold no project text.
const FOREIGN: [&str; 4] = [".git", "target", "node_modules", ".editors"];

/// Names of the `[dependencies]` (also those of a target) of a manifest.
fn dependencies(manifest: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut inside = false;
    for line in manifest.lines().map(str::trim) {
        if let Some(section) = line.strip_prefix('[') {
            let section = section.trim_end_matches(']');
            inside = section == "dependencies" || section.ends_with(".dependencies");
            found.extend(section.strip_prefix("dependencies.").map(str::to_owned));
        } else if inside && !line.is_empty() && !line.starts_with('#') {
            let name = line.split(['=', '.', ' ']).next().unwrap_or_default();
            found.insert(name.trim_matches('"').to_owned());
        }
    }
    found
}

/// Crate → crates it may use, from the table of `docs/architecture.md`: the rows of four cells whose first is a crate;
/// the crates named in the last.
fn allowed(architecture: &str) -> BTreeMap<String, BTreeSet<String>> {
    let crates = |cell: &str| -> BTreeSet<String> {
        cell.split('`')
            .filter(|word| word.starts_with("wat-"))
            .map(str::to_owned)
            .collect()
    };
    architecture
        .lines()
        .filter(|line| line.starts_with("| `wat-"))
        .filter_map(|line| {
            let cells: Vec<&str> = line.trim_matches(['|', ' ']).split('|').collect();
            let [name, _, _, may] = cells[..] else {
                return None;
            };
            Some((crates(name).pop_first()?, crates(may)))
        })
        .collect()
}

fn manifests() -> BTreeMap<String, BTreeSet<String>> {
    fs::read_dir(root().join("crates"))
        .expect("the crates lie in crates")
        .map(|entry| entry.expect("the directory is readable"))
        .filter_map(|entry| {
            let manifest = fs::read_to_string(entry.path().join("Cargo.toml")).ok()?;
            let name = entry.file_name().to_string_lossy().into_owned();
            Some((name, dependencies(&manifest)))
        })
        .collect()
}

#[test]
fn crates_import_only_what_the_architecture_allows() {
    let text = fs::read_to_string(root().join("docs/architecture.md"));
    let allowed = allowed(&text.expect("docs/architecture.md exists"));
    let manifests = manifests();
    let mut problems = Vec::new();
    let mut listing = String::from("\ndependencies of each crate\n");
    for (name, uses) in &manifests {
        let list: Vec<&str> = uses.iter().map(String::as_str).collect();
        listing.push_str(&format!("{name:<14} {}\n", list.join(" ")));
        let Some(may) = allowed.get(name) else {
            problems.push(format!("`{name}` is missing in docs/architecture.md"));
            continue;
        };
        for used in uses.iter().filter(|u| u.starts_with("wat-")) {
            if !may.contains(used) {
                problems.push(format!("`{name}` must not use `{used}`"));
            }
        }
    }
    for name in allowed.keys().filter(|name| !manifests.contains_key(*name)) {
        problems.push(format!(
            "docs/architecture.md lists `{name}`, which does not exist"
        ));
    }
    show(&listing);
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// Every readable text file of the project below `from`.
fn files(from: &Path, found: &mut Vec<(PathBuf, String)>) {
    let entries = fs::read_dir(from).expect("directories of the project are readable");
    for entry in entries.flatten() {
        let (path, name) = (entry.path(), entry.file_name());
        let kind = entry.file_type().expect("entries have a type");
        if kind.is_dir() && !FOREIGN.iter().any(|f| name == *f) {
            files(&path, found);
        } else if let (true, Ok(text)) = (kind.is_file(), fs::read_to_string(&path)) {
            found.push((path, text));
        }
    }
}

/// Lines of Rust that use the keyword outside of comments and strings.
fn keyword_lines(text: &str) -> Vec<usize> {
    let keyword = ["un", "safe"].concat();
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '"' | '`');
    let uses = |line: &str| {
        let code = line.split("//").next().unwrap_or_default();
        code.match_indices(&keyword).any(|(at, _)| {
            let before = code[..at].chars().next_back();
            let after = code[at + keyword.len()..].chars().next();
            !before.is_some_and(is_name) && !after.is_some_and(is_name)
        })
    };
    (1..)
        .zip(text.lines())
        .filter(|(_, l)| uses(l))
        .map(|(n, _)| n)
        .collect()
}

#[test]
fn only_the_machine_uses_unsafe_code() {
    let mut all = Vec::new();
    files(&root().join("crates"), &mut all);
    let mut problems = Vec::new();
    for (path, text) in &all {
        let rust = path.extension().is_some_and(|e| e == "rs")
            && path.components().any(|c| c.as_os_str() == "src");
        let exempt = path
            .components()
            .any(|c| UNSAFE_CRATES.iter().any(|u| c.as_os_str() == *u));
        if rust && !exempt {
            let lines = keyword_lines(text);
            problems.extend(lines.iter().map(|n| format!("{}:{n}", path.display())));
        }
    }
    assert!(problems.is_empty(), "unsafe code:\n{}", problems.join("\n"));
}

/// The names of the statics in the code of a file, that of its tests left out.
fn statics(text: &str) -> Vec<&str> {
    let code = text.split("#[cfg(test)]").next().unwrap_or_default();
    let lines = code.lines().map(str::trim_start);
    let declared = lines.filter_map(|line| {
        let line = line.strip_prefix("pub(crate) ").unwrap_or(line);
        let line = line.strip_prefix("pub ").unwrap_or(line);
        line.strip_prefix("static ")
    });
    declared.filter_map(|rest| rest.split(':').next()).collect()
}

#[test]
fn every_global_of_the_process_stands_in_the_list_with_its_fork_argument() {
    let architecture = fs::read_to_string(root().join("docs/architecture.md")).expect("text");
    let list = architecture
        .split("What a forked child finds of it")
        .nth(1)
        .expect("the list is there");
    let mut found = Vec::new();
    files(&root().join("crates"), &mut found);
    let mut seen = 0;
    for (path, text) in &found {
        let is_source = path.components().any(|part| part.as_os_str() == "src");
        if !is_source || path.extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        for name in statics(text) {
            seen += 1;
            assert!(
                list.contains(&format!("`{name}`")),
                "`{name}` of {}",
                path.display()
            );
        }
    }
    assert!(seen > 25);
}

#[test]
fn project_text_names_no_machine() {
    let marks = [
        ["/wo", "rk/"],
        ["/ro", "ot/"],
        ["/tmp/", "helper"],
        ["/tmp/", "t-"],
    ]
    .map(|m| m.concat());
    let mut all = Vec::new();
    files(&root(), &mut all);
    let mut problems = Vec::new();
    for (path, text) in &all {
        for (number, line) in (1..).zip(text.lines()) {
            // A path begins a word: `network/` and URLs do not count.
            let absolute = |mark: &String| {
                line.match_indices(mark.as_str()).any(|(at, _)| {
                    let before = line[..at].chars().next_back();
                    !before.is_some_and(|c| {
                        c.is_alphanumeric() || matches!(c, '/' | '.' | '-' | '_' | '}')
                    })
                })
            };
            if marks.iter().any(absolute) {
                problems.push(format!("{}:{number}: {}", path.display(), line.trim()));
            }
        }
    }
    assert!(
        problems.is_empty(),
        "paths of a machine:\n{}",
        problems.join("\n")
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dependencies_are_read_from_their_sections_alone() {
        let manifest = "[package]\nname = \"x\"\n[dependencies]\nwat-a.workspace = true\nb = \"1\"\n\"c\" = { path = \"d\" }\n# e = 1\n[dev-dependencies]\nf = \"1\"\n[target.'cfg(unix)'.dependencies]\ng = \"1\"\n";
        let found: Vec<_> = dependencies(manifest).into_iter().collect();
        assert_eq!(found, ["b", "c", "g", "wat-a"]);
    }

    #[test]
    fn the_table_names_crate_and_allowed_imports() {
        let table = allowed(
            "| crate | holds | not | may use |\n|---|---|---|---|\n| `wat-b` | `wat-z` | | `wat-a`, `wat-c` |\n| `wat-a` | x | y | — |\n\n| `wat-b` | other | table |\n",
        );
        assert_eq!(
            table["wat-b"],
            BTreeSet::from(["wat-a".to_owned(), "wat-c".to_owned()])
        );
        assert!(table["wat-a"].is_empty());
    }

    #[test]
    fn the_keyword_counts_in_code_only() {
        let keyword = ["un", "safe"].concat();
        let text = format!(
            "// {keyword}\n{keyword} {{ f() }}\nlet {keyword}_code = \"{keyword}\";\nx; {keyword} fn\n"
        );
        assert_eq!(keyword_lines(&text), [2, 4]);
    }
}
