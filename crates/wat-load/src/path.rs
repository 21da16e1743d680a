//! Paths as programs write them.

/// `path` seen from the directory of the file `base`; an absolute path stays. `.` and `..` are resolved.
pub fn join(base: Option<&str>, path: &str) -> String {
    let directory = base.and_then(|base| base.rsplit_once('/'));
    match directory {
        Some((directory, _)) if !path.starts_with('/') => normalise(&format!("{directory}/{path}")),
        _ => normalise(path),
    }
}

/// The path without `.`, empty parts, and parts that a `..` takes back. A `..` above the start of a relative path
/// stays, above the root it goes nowhere.
pub fn normalise(path: &str) -> String {
    let absolute = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            ".." if absolute => {}
            part => parts.push(part),
        }
    }
    format!("{}{}", if absolute { "/" } else { "" }, parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_folded() {
        for (base, path, joined) in [
            (None, "./a//b/../c.wat", "a/c.wat"),
            (None, "../a.wat", "../a.wat"),
            (Some("lib/a.wat"), "b.wat", "lib/b.wat"),
            (Some("lib/a.wat"), "../b.wat", "b.wat"),
            (Some("a.wat"), "../b.wat", "../b.wat"),
            (Some("a.wat"), "b.wat", "b.wat"),
            (Some("/x/a.wat"), "../../../b.wat", "/b.wat"),
            (Some("/a.wat"), "b.wat", "/b.wat"),
            (Some("/x/a.wat"), "/y/b.wat", "/y/b.wat"),
        ] {
            assert_eq!(join(base, path), joined, "{base:?} {path}");
        }
    }
}
