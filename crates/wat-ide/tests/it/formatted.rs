//! Layout means nothing: the findings about a formatted text are those about the original, up to their places.

use std::path::{Path, PathBuf};

use wat_analysis::{FileKind, RootDatabase, SourceText, file_diagnostics};

fn files(directory: &Path, extension: &str, found: &mut Vec<PathBuf>) {
    let entries = std::fs::read_dir(directory).expect("a directory of the repository");
    for entry in entries {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files(&path, extension, found);
        } else if path.extension().is_some_and(|found| found == extension) {
            found.push(path);
        }
    }
    found.sort();
}

/// The wat blocks of the documents, and the sources in wat.
fn corpus() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let (mut sources, mut pages) = (Vec::new(), Vec::new());
    files(&root.join("wat"), "wat", &mut sources);
    files(&root.join("wat-tests"), "wat", &mut sources);
    files(&root.join("docs"), "md", &mut pages);
    let read = |path: PathBuf| std::fs::read_to_string(path).expect("text");
    let mut texts: Vec<String> = sources.into_iter().map(read).collect();
    for page in pages.into_iter().map(read) {
        let mut rest = &*page;
        while let Some(at) = rest.find("\n```wat") {
            let block = &rest[at + 1..];
            let from = block.find('\n').map_or(block.len(), |at| at + 1);
            let end = block[from..]
                .find("\n```")
                .map_or(block.len(), |at| from + at + 1);
            texts.push(block[from..end].to_owned());
            rest = &block[end..];
        }
    }
    texts
}

/// The text without the lines and columns that follow the name of the file: notes say where a template stands.
fn without_places(text: &str) -> String {
    let mut parts = text.split("/p/main.wat");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        out.push_str("/p/main.wat");
        out.push_str(part.trim_start_matches(|c: char| c == ':' || c.is_ascii_digit()));
    }
    out
}

/// The findings about a text as the root of a program, without their places.
fn findings(db: &mut RootDatabase, text: &str) -> Vec<String> {
    let file = db.set_file("/p/main.wat", SourceText::new(text), FileKind::Open);
    let found = file_diagnostics(db, file);
    let shown = found.iter().map(|found| {
        let labels: Vec<_> = found.labels.iter().map(|label| &label.message).collect();
        let fixes: Vec<_> = found.fixes.iter().map(|fix| &fix.title).collect();
        let shown = format!(
            "{:?} {} {} {:?} {labels:?} {:?} {:?} {fixes:?}",
            found.severity, found.code, found.message, found.label, found.notes, found.help
        );
        without_places(&shown)
    });
    // Commas in templates go with the warning about them.
    let mut shown: Vec<String> = shown.filter(|line| !line.contains("WAT1903")).collect();
    shown.sort();
    shown
}

/// The text with line breaks and comments where `seed` wants them, between tokens that blanks separate.
fn shaken(text: &str, seed: u64) -> String {
    let mut state = seed;
    let mut next = || {
        state = state
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        (state >> 33) as usize
    };
    let mut out = String::new();
    let mut at = 0;
    for token in wat_syntax::lex(&SourceText::new(text)) {
        let word = &text[at..at + token.len as usize];
        at += token.len as usize;
        let is_blank = token.kind == wat_syntax::SyntaxKind::WHITESPACE;
        match next() % 6 {
            0 if is_blank => out.push_str("  ; shaken\n"),
            1 if is_blank => out.push_str("\n\n\n"),
            2 if is_blank => out.push_str(",\t"),
            3 if is_blank => out.push_str("\r\n;; shaken\r\n"),
            _ => out.push_str(word),
        }
        if is_blank && word.contains('\n') && !out.ends_with('\n') {
            out.push('\n');
        }
    }
    out
}

#[test]
fn formatting_changes_no_finding() {
    let mut db = RootDatabase::new();
    let mut compared = 0;
    for (at, text) in corpus().iter().enumerate() {
        for text in [text.clone(), shaken(text, at as u64)] {
            let Ok(formatted) = wat_fmt::format(&SourceText::new(&*text)) else {
                continue;
            };
            compared += 1;
            let before = findings(&mut db, &text);
            let after = findings(&mut db, &formatted);
            assert_eq!(
                before, after,
                "findings about\n{text}\nand about\n{formatted}"
            );
        }
    }
    assert!(compared > 1000, "{compared} texts");
}
