//! The guarantees on all wat text there is, on generated text, and on mutations.

use std::path::{Path, PathBuf};

use proptest::prelude::*;
use wat_syntax::{SourceText, SyntaxKind, TextSize, lex};

use crate::check::{check, check_lines, reads};
use crate::reference::{blocks, reference};

fn files(directory: &Path, extension: &str, found: &mut Vec<PathBuf>) {
    let entries = std::fs::read_dir(directory).expect("a directory of the repository");
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| entry.expect("an entry").path())
        .collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            files(&path, extension, found);
        } else if path.extension().is_some_and(|found| found == extension) {
            found.push(path);
        }
    }
}

/// Every wat text of the repository that reads without errors: library, tests, and the blocks of the reference.
fn corpus() -> Vec<String> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    let (mut sources, mut pages) = (Vec::new(), Vec::new());
    files(&root.join("wat"), "wat", &mut sources);
    files(&root.join("wat-tests"), "wat", &mut sources);
    files(&reference(), "md", &mut pages);
    let read = |path: PathBuf| std::fs::read_to_string(path).expect("text");
    let mut texts: Vec<String> = sources.into_iter().map(read).collect();
    for page in pages.into_iter().map(read) {
        let wat = blocks(&page)
            .into_iter()
            .filter(|block| block.info.starts_with("wat"));
        texts.extend(wat.map(|block| block.text));
    }
    texts.retain(|text| reads(&SourceText::from(&**text)));
    texts
}

#[test]
fn all_wat_of_the_repository_keeps_its_meaning() {
    let corpus = corpus();
    assert!(corpus.len() > 300, "{} texts", corpus.len());
    for text in &corpus {
        check(text);
    }
}

#[test]
fn lines_of_the_repository_are_formatted_like_the_whole() {
    for (at, text) in corpus().iter().enumerate() {
        let count = text.lines().count();
        for from in [0, at % (count + 1), count / 2] {
            for length in [1, 2, 5, count / 3] {
                check_lines(text, from, from + length);
            }
        }
    }
}

#[test]
fn line_ends_make_no_difference() {
    for text in corpus() {
        let has_long_string = lex(&SourceText::from(&*text))
            .iter()
            .any(|token| token.kind == SyntaxKind::STRING)
            && text.contains('"')
            && text
                .split('"')
                .skip(1)
                .step_by(2)
                .any(|string| string.contains('\n'));
        if !has_long_string && !text.contains("rune:layout") {
            assert_eq!(check(&text.replace('\n', "\r\n")), check(&text));
        }
    }
}

#[test]
fn columns_for_a_new_line_exist_everywhere() {
    for text in corpus().iter().step_by(7) {
        let source = SourceText::from(&**text);
        for at in (0..text.len()).step_by(text.len() / 20 + 1) {
            if let Some(column) = wat_fmt::indent_at(&source, TextSize::new(at as u32)) {
                assert!(column as usize <= text.len() + 2);
            }
        }
    }
}

/// Pieces of wat; `<` marks those that open something.
const PIECES: &[&str] = &[
    " ",
    "\n",
    "\n\n",
    "\n\n\n",
    "  ; one\n",
    " ; two  \n",
    "\n;; own\n",
    "\n\n;; apart\n\n",
    ",",
    "\t",
    "a",
    "b",
    ":k",
    ":wat::core::i64",
    "1",
    "\"text\"",
    "\"two\nlines\"",
    "->",
    "<-",
    "&",
    "'",
    "`",
    "~",
    "~@",
    ")",
    ")",
    ")",
    ")",
    "(",
    "[",
    "{",
    "#{",
    "(:f",
    "(f",
    "(:wat::core::defn :n",
    "(:wat::core::fn",
    "(:wat::core::let [",
    "(:wat::core::if",
    "(:wat::core::match",
    "(:wat::core::cond",
    "(:wat::core::do",
    "(:wat::core::def :n",
    "(:wat::core::Vector :t",
    "(:wat::core::HashMap :k :v",
    "(:wat::core::defmacro (:m",
    "(:wat::core::struct :s",
    "(:wat::test::deftest :t ()",
    "(:wat::service::defservice :s :user [",
    ":admin [",
    ":handlers [",
    "(:wat::core::quote",
    "(:wat::core::unquote",
    "(:wat::core::quasiquote",
    "[x <- :t",
    "[]",
    "()",
    "-> :t",
    "x <- :t",
    "& rest",
    ":key 1",
    "\n;; rune:layout(verbatim) — columns\n",
    "(:wat::test::ignore \"x\")",
    ":wat::a::name::of::such::a::length::that::four::of::them::fill::a::line",
    "(:wat::core::def-restricted :n",
    "(:wat::core::defn-restricted :n :restricted-to [:a]",
    "(:wat::test::defprop :p",
    "(:wat::core::define-dispatch :d",
];

/// Balanced text from a sequence of choices.
fn assemble(choices: &[usize]) -> String {
    let mut text = String::new();
    let mut closers: Vec<char> = Vec::new();
    let mut prefix = false;
    for &choice in choices {
        let piece = PIECES[choice % PIECES.len()];
        if piece == ")" {
            let Some(closer) = closers.pop() else {
                continue;
            };
            text.push_str(if prefix { " x" } else { "" });
            text.push(closer);
            prefix = false;
            continue;
        }
        let starts_token =
            !piece.trim_start().is_empty() && !piece.trim_start().starts_with(';') && piece != ",";
        if starts_token && !prefix {
            text.push(' ');
        }
        text.push_str(piece);
        if starts_token {
            prefix = matches!(piece, "'" | "`" | "~" | "~@");
        }
        if !piece.contains('"') && !piece.trim_start().starts_with(';') {
            for char in piece.chars() {
                match char {
                    '(' => closers.push(')'),
                    '[' => closers.push(']'),
                    '{' => closers.push('}'),
                    ')' | ']' | '}' => drop(closers.pop()),
                    _ => {}
                }
            }
        }
    }
    if prefix {
        text.push_str(" x");
    }
    text.extend(closers.into_iter().rev());
    text
}

/// Changes the blanks of a text: comments, blank lines and line breaks in gaps, or tokens twice or not at all.
fn mutate(text: &str, changes: &[(prop::sample::Index, u8)]) -> String {
    let mut tokens: Vec<String> = Vec::new();
    let mut at = 0;
    for token in lex(&SourceText::from(text)) {
        tokens.push(text[at..at + token.len as usize].to_string());
        at += token.len as usize;
    }
    for (index, change) in changes {
        if tokens.is_empty() {
            break;
        }
        let at = index.index(tokens.len());
        match change % 8 {
            0 => tokens.insert(at, " ; inserted\n".into()),
            1 => tokens.insert(at, "\n\n ;; inserted\n".into()),
            2 => tokens.insert(at, "\n\n\n".into()),
            3 if tokens[at].trim().is_empty() => tokens[at] = " ".into(),
            4 if tokens[at].trim().is_empty() => tokens[at] = "\n".into(),
            5 => tokens.insert(at, " (:wat::core::do x) ".into()),
            6 => tokens.insert(at, " '".into()),
            7 => {
                tokens.remove(at);
            }
            _ => tokens.insert(at, "\n;; rune:layout(verbatim) -- because\n".into()),
        }
    }
    tokens.concat()
}

fn cases(quick: u32) -> ProptestConfig {
    let wanted = std::env::var("WAT_FMT_CASES")
        .ok()
        .and_then(|cases| cases.parse().ok());
    ProptestConfig {
        cases: wanted.unwrap_or(quick),
        failure_persistence: None,
        max_global_rejects: 1 << 20,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(cases(1500))]

    #[test]
    fn generated_text_keeps_its_meaning(choices in prop::collection::vec(0..PIECES.len(), 0..60)) {
        let text = assemble(&choices);
        prop_assume!(reads(&SourceText::from(&*text)));
        check(&text);
    }

    #[test]
    fn lines_of_generated_text_are_formatted_like_the_whole(
        choices in prop::collection::vec(0..PIECES.len(), 0..60),
        from in 0..20usize,
        length in 0..8usize,
    ) {
        let text = assemble(&choices);
        prop_assume!(reads(&SourceText::from(&*text)));
        check_lines(&text, from, from + length);
    }

    #[test]
    fn mutated_generated_text_keeps_its_meaning(
        choices in prop::collection::vec(0..PIECES.len(), 0..60),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
    ) {
        let text = mutate(&assemble(&choices), &changes);
        if reads(&SourceText::from(&*text)) {
            check(&text);
        } else {
            prop_assert!(wat_fmt::format(&SourceText::from(&*text)).is_err());
        }
    }

    #[test]
    fn mutated_text_keeps_its_meaning(
        which in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
    ) {
        thread_local!(static CORPUS: Vec<String> = corpus());
        let text = CORPUS.with(|corpus| mutate(&corpus[which.index(corpus.len())], &changes));
        if reads(&SourceText::from(&*text)) {
            check(&text);
        } else {
            prop_assert!(wat_fmt::format(&SourceText::from(&*text)).is_err());
        }
    }
}
