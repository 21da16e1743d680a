//! What must hold of every text that reads without errors.

use wat_syntax::{
    Ast, Severity, SourceText, SyntaxKind, TextRange, TextSize, apply_edits, cut, lex, parse,
    read_form,
};

/// True if the reader has no error to report.
pub fn reads(text: &str) -> bool {
    let parse = parse(&SourceText::from(text));
    parse
        .errors()
        .iter()
        .all(|error| error.severity != Severity::Error)
}

/// The tokens of a text with their texts.
fn tokens(text: &str) -> Vec<(SyntaxKind, &str)> {
    let mut at = 0;
    let token = |token: wat_syntax::LexedToken| {
        let start = at;
        at += token.len as usize;
        (token.kind, &text[start..at])
    };
    lex(&SourceText::from(text))
        .into_iter()
        .map(token)
        .collect()
}

/// The atoms of a text. The heads that a prefix may stand for (F11) are left out, as are the prefixes.
fn atoms(text: &str) -> Vec<&str> {
    const HEADS: [&str; 4] = [
        ":wat::core::quote",
        ":wat::core::quasiquote",
        ":wat::core::unquote",
        ":wat::core::unquote-splicing",
    ];
    let is_kept = |&(kind, text): &(SyntaxKind, &str)| kind.is_atom() && !HEADS.contains(&text);
    tokens(text)
        .into_iter()
        .filter(is_kept)
        .map(|(_, text)| text)
        .collect()
}

/// The comments of a text without the blanks behind them.
fn comments(text: &str) -> Vec<&str> {
    let is_comment =
        |&(kind, _): &(SyntaxKind, &str)| matches!(kind, SyntaxKind::COMMENT | SyntaxKind::SHEBANG);
    tokens(text)
        .into_iter()
        .filter(is_comment)
        .map(|(_, text)| text.trim_end())
        .collect()
}

fn forms(text: &str) -> Vec<Ast> {
    let source = SourceText::from(text);
    let read = |form: &wat_syntax::FormCut| read_form(&source.slice(form.range), &form.verdict).ast;
    cut(&source).forms.iter().map(read).collect()
}

/// The blanks of a formatted text: lines end without blanks, at most two are empty, and no comma is left.
fn check_blanks(text: &str, output: &str) {
    let verbatim = text.contains("rune:layout(verbatim)");
    for (kind, token) in tokens(output) {
        match kind {
            SyntaxKind::WHITESPACE if !verbatim => {
                assert!(
                    !token.contains([',', '\t', '\r', '\x0c']),
                    "{token:?} in\n{output}"
                );
                assert!(
                    !token.contains(" \n"),
                    "blanks at the end of a line in\n{output}"
                );
                assert!(
                    !token.contains("\n\n\n\n"),
                    "three blank lines in\n{output}"
                );
            }
            SyntaxKind::COMMENT if !verbatim => assert_eq!(token, token.trim_end()),
            _ => {}
        }
    }
    assert_eq!(output.is_empty(), tokens(output).is_empty());
    assert!(
        output.is_empty() || output.ends_with('\n') && !output.ends_with("\n\n"),
        "{output:?}"
    );
    assert!(!output.starts_with(['\n', ' ', '\u{feff}']), "{output:?}");
}

fn check_edits(text: &str, output: &str) {
    let source = SourceText::from(text);
    let edits = wat_fmt::format_edits(&source).expect("formats");
    assert_eq!(apply_edits(text, &edits), output, "edits of\n{text}");
    let forms = cut(&source).forms;
    for at in [0, forms.len() / 2, forms.len().saturating_sub(1)] {
        let Some(form) = forms.get(at) else { continue };
        let edits =
            wat_fmt::format_range(&source, TextRange::empty(form.range.start())).expect("formats");
        let some = apply_edits(text, &edits);
        let from = usize::from(form.range.start()).min(
            edits
                .first()
                .map_or(text.len(), |edit| edit.range.start().into()),
        );
        let after = text.len() - usize::from(form.range.end());
        let after = edits.last().map_or(after, |edit| {
            after.min(text.len() - usize::from(edit.range.end()))
        });
        let part = &some[from..some.len() - after];
        assert!(
            output.contains(part),
            "form {at} became\n{part}\n which is no part of\n{output}"
        );
    }
    let all = TextRange::new(0.into(), TextSize::of(text));
    let edits = wat_fmt::format_range(&source, all).expect("formats");
    let inner = apply_edits(text, &edits);
    let inner = inner.trim_matches([' ', '\n', '\t', '\r', ',', '\u{feff}', '\x0c']);
    assert_eq!(inner, output.trim(), "range of all of\n{text}");
}

/// The guarantees G1 to G4 and LS1 to LS3. Gives the formatted text.
pub fn check(text: &str) -> String {
    let source = SourceText::from(text);
    let output = wat_fmt::format(&source)
        .unwrap_or_else(|refused| panic!("{refused}: {:?}\n{text}", refused.errors));
    assert!(reads(&output), "{output}");
    assert_eq!(atoms(&output), atoms(text), "atoms of\n{text}");
    assert_eq!(comments(&output), comments(text), "comments of\n{text}");
    assert_eq!(forms(&output), forms(text), "forms of\n{text}");
    check_blanks(text, &output);
    let again = wat_fmt::format(&SourceText::from(&*output)).expect("formats again");
    assert_eq!(again, output, "not idempotent on\n{text}");
    check_edits(text, &output);
    output
}
