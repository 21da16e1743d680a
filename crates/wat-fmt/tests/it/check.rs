//! What must hold of every text that reads without errors.

use wat_syntax::{
    Ast, Severity, SourceText, SyntaxKind, TextRange, TextSize, apply_edits, cut, lex, parse,
    read_form,
};

/// True if the reader has no error to report.
pub fn reads(source: &SourceText) -> bool {
    parse(source)
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

fn is_comment(kind: SyntaxKind) -> bool {
    matches!(kind, SyntaxKind::COMMENT | SyntaxKind::SHEBANG)
}

fn is_prefix(kind: SyntaxKind) -> bool {
    use SyntaxKind::*;
    matches!(kind, QUOTE | BACKTICK | TILDE | TILDE_AT)
}

fn is_opener(kind: SyntaxKind) -> bool {
    use SyntaxKind::*;
    matches!(kind, L_PAREN | L_BRACK | L_BRACE | HASH_BRACE)
}

fn is_closer(kind: SyntaxKind) -> bool {
    use SyntaxKind::*;
    matches!(kind, R_PAREN | R_BRACK | R_BRACE)
}

/// The significant tokens and comments of a text (G2), comments where F12 and F54 put them.
fn sequence(text: &str) -> Vec<(SyntaxKind, &str)> {
    let mut moved: Vec<(SyntaxKind, &str)> = Vec::new();
    // Trailing comments that closers would carry along.
    let mut trailing: Vec<(SyntaxKind, &str)> = Vec::new();
    // Where the prefixes start that wait for their operand.
    let mut prefixes: Option<usize> = None;
    let mut same_line = false;
    let mut depth = 0;
    for (kind, text) in tokens(text) {
        match kind {
            SyntaxKind::WHITESPACE => {
                same_line &= !text.contains(['\n', '\r']);
                continue;
            }
            SyntaxKind::BOM => continue,
            _ if is_comment(kind) => {
                let comment = (kind, text.trim_end());
                let follows = moved.last().is_some_and(|&(last, _)| {
                    !is_comment(last) && !is_opener(last) && prefixes.is_none()
                });
                match prefixes {
                    Some(at) => {
                        moved.insert(at, comment);
                        prefixes = Some(at + 1);
                    }
                    None if same_line && (follows || !trailing.is_empty()) && depth > 0 => {
                        trailing.push(comment);
                    }
                    None => {
                        moved.append(&mut trailing);
                        moved.push(comment);
                    }
                }
                same_line = false;
                continue;
            }
            _ if is_closer(kind) => depth -= 1,
            _ => {
                moved.append(&mut trailing);
                if is_prefix(kind) {
                    prefixes = prefixes.or(Some(moved.len()));
                } else {
                    prefixes = None;
                }
                depth += i32::from(is_opener(kind));
            }
        }
        moved.push((kind, text));
        if depth == 0 {
            moved.append(&mut trailing);
        }
        same_line = true;
    }
    moved.append(&mut trailing);
    moved
}

/// An open container in [`sugared`].
struct Open<'a> {
    tokens: Vec<(SyntaxKind, &'a str)>,
    elements: usize,
    /// Prefixes came and their operand did not.
    prefixed: bool,
    commented: bool,
}

/// The tokens with the four explicit heads of F11 as prefixes.
fn sugared(tokens: Vec<(SyntaxKind, &str)>) -> Vec<(SyntaxKind, &str)> {
    let open = |token| Open {
        tokens: vec![token],
        elements: 0,
        prefixed: false,
        commented: false,
    };
    let mut stack = vec![Open {
        tokens: Vec::new(),
        ..open((SyntaxKind::WHITESPACE, ""))
    }];
    for token in tokens {
        let top = stack.last_mut().expect("the text itself is never closed");
        if is_opener(token.0) {
            stack.push(open(token));
        } else if is_closer(token.0) {
            top.tokens.push(token);
            let done = stack.pop().expect("it was open");
            let (kind, prefix) = match done.tokens.get(1).map(|(_, text)| *text) {
                Some(":wat::core::quote") => (SyntaxKind::QUOTE, "'"),
                Some(":wat::core::quasiquote") => (SyntaxKind::BACKTICK, "`"),
                Some(":wat::core::unquote") => (SyntaxKind::TILDE, "~"),
                Some(":wat::core::unquote-splicing") => (SyntaxKind::TILDE_AT, "~@"),
                _ => (SyntaxKind::ERROR, ""),
            };
            let is_list = done.tokens[0].0 == SyntaxKind::L_PAREN;
            let top = stack.last_mut().expect("the text itself is never closed");
            if is_list && !prefix.is_empty() && done.elements == 2 && !done.commented {
                top.tokens.push((kind, prefix));
                let operand = &done.tokens[2..done.tokens.len() - 1];
                top.tokens.extend_from_slice(operand);
            } else {
                top.tokens.extend(done.tokens);
            }
            top.commented |= done.commented;
            top.elements += 1;
            top.prefixed = false;
        } else {
            top.commented |= is_comment(token.0);
            top.prefixed |= is_prefix(token.0);
            if !is_comment(token.0) && !is_prefix(token.0) {
                top.elements += 1;
                top.prefixed = false;
            }
            top.tokens.push(token);
        }
    }
    stack.pop().expect("the text itself").tokens
}

/// The comments of a text without the blanks behind them.
fn comments(text: &str) -> Vec<&str> {
    let comments = tokens(text)
        .into_iter()
        .filter(|(kind, _)| is_comment(*kind));
    comments.map(|(_, text)| text.trim_end()).collect()
}

fn forms(source: &SourceText) -> Vec<Ast> {
    let read = |form: &wat_syntax::FormCut| read_form(&source.slice(form.range), &form.verdict).ast;
    cut(source).forms.iter().map(read).collect()
}

/// The warnings of the reader. Commas in templates go with their warning (WAT1903).
fn warnings(source: &SourceText) -> Vec<(String, String)> {
    let parse = parse(source);
    let warnings = parse.errors().iter();
    warnings
        .map(|found| (found.code.to_string(), found.message.clone()))
        .filter(|(code, _)| code != "WAT1903")
        .collect()
}

fn has_rune(text: &str) -> bool {
    text.contains("rune:layout(verbatim)")
}

/// F1, F3, F4, F5, F8, F61, F64 and F65: the blanks of a formatted text.
fn check_blanks(text: &str, output: &str) {
    let verbatim = has_rune(text);
    let mut depth = 0;
    for (kind, token) in tokens(output) {
        depth += i32::from(is_opener(kind)) - i32::from(is_closer(kind));
        match kind {
            SyntaxKind::WHITESPACE if !verbatim => {
                let is_blank = token.bytes().all(|byte| matches!(byte, b' ' | b'\n'));
                assert!(is_blank, "{token:?} in\n{output}");
                assert!(
                    !token.contains(" \n"),
                    "blanks at the end of a line in\n{output}"
                );
                let breaks = token.matches('\n').count();
                let most = if depth > 0 { 2 } else { 3 };
                assert!(breaks <= most, "{breaks} line breaks in\n{output}");
                if breaks == 0 {
                    assert!(token.len() <= 2, "{token:?} in\n{output}");
                }
            }
            SyntaxKind::COMMENT if !verbatim => assert_eq!(token, token.trim_end()),
            _ => {}
        }
    }
    assert_eq!(output.is_empty(), sequence(text).is_empty());
    assert!(
        output.is_empty() || output.ends_with('\n') && !output.ends_with("\n\n"),
        "{output:?}"
    );
    assert!(!output.starts_with(['\n', ' ', '\u{feff}']), "{output:?}");
}

/// F2 and F55: a closer starts a line only below a comment.
fn check_closers(output: &str) {
    let tokens = tokens(output);
    for window in tokens.windows(2) {
        let [(before, blank), (kind, _)] = window else {
            continue;
        };
        if is_closer(*kind) && *before == SyntaxKind::WHITESPACE && !has_rune(output) {
            let at = tokens
                .iter()
                .position(|token| std::ptr::eq(token.1, *blank));
            let above = at.and_then(|at| at.checked_sub(1)).map(|at| tokens[at].0);
            assert!(above.is_some_and(is_comment), "a closer alone in\n{output}");
        }
    }
}

fn check_edits(text: &str, output: &str) {
    let source = SourceText::from(text);
    let edits = wat_fmt::format_edits(&source).expect("formats");
    assert_eq!(apply_edits(text, &edits), output, "edits of\n{text}");
    for pair in edits.windows(2) {
        assert!(
            pair[0].range.end() <= pair[1].range.start(),
            "edits overlap"
        );
    }
    for edit in &edits {
        assert_ne!(&text[edit.range], &*edit.insert, "an edit without effect");
    }
    let all = TextRange::new(0.into(), TextSize::of(text));
    let edits = wat_fmt::format_range(&source, all).expect("formats");
    let inner = apply_edits(text, &edits);
    assert_eq!(
        stripped(&inner),
        stripped(output),
        "range of all of\n{text}"
    );
    check_items(text);
    assert_eq!(wat_fmt::unformatted(&SourceText::from(output)), []);
}

/// Each item that is not formatted can be formatted alone.
fn check_items(text: &str) {
    let source = SourceText::from(text);
    let found = wat_fmt::unformatted(&source);
    for item in &found {
        let result = apply_edits(text, &item.edits);
        let shown = || format!("{:?} of\n{text}\nbecame\n{result}", &text[item.range]);
        let changed = SourceText::from(&*result);
        assert!(reads(&changed), "{}", shown());
        assert_eq!(forms(&changed), forms(&source), "{}", shown());
        let again = wat_fmt::format(&changed);
        assert_eq!(again, wat_fmt::format(&source), "{}", shown());
        let left = wat_fmt::unformatted(&changed).len();
        assert!(left < found.len(), "{left} are left: {}", shown());
    }
}

/// The text without the blanks before its first token and behind its last.
fn stripped(text: &str) -> &str {
    let tokens = tokens(text);
    let is_blank = |&&(kind, _): &&(SyntaxKind, &str)| {
        matches!(kind, SyntaxKind::WHITESPACE | SyntaxKind::BOM)
    };
    let length = |(_, token): &(SyntaxKind, &str)| token.len();
    let before: usize = tokens.iter().take_while(is_blank).map(length).sum();
    let behind: usize = tokens.iter().rev().take_while(is_blank).map(length).sum();
    match before == text.len() {
        true => "",
        false => &text[before..text.len() - behind],
    }
}

/// LS2: formatting lines is the whole formatting restricted to the forms that the lines touch.
pub fn check_lines(text: &str, from: usize, to: usize) {
    let source = SourceText::from(text);
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let (from, to) = (from.min(lines.len()), to.min(lines.len()));
    let size = |lines: &[&str]| TextSize::new(lines.concat().len() as u32);
    let range = TextRange::new(size(&lines[..from]), size(&lines[..to.max(from)]));
    let edits = wat_fmt::format_range(&source, range).expect("formats");
    let result = apply_edits(text, &edits);
    let forms = cut(&source).forms;
    let is_touched = |form: &wat_syntax::FormCut| {
        form.range.start() < range.end() && range.start() < form.range.end()
    };
    let touched = forms
        .iter()
        .position(is_touched)
        .zip(forms.iter().rposition(is_touched));
    let (first, last) = touched.unwrap_or((forms.len(), forms.len().wrapping_sub(1)));
    let shown = || format!("lines {from} to {to} of\n{text}\nbecame\n{result}");
    if range.is_empty() {
        return;
    }
    let changed = SourceText::from(&*result);
    assert!(reads(&changed), "{}", shown());
    assert_eq!(self::forms(&changed), self::forms(&source), "{}", shown());
    let again = wat_fmt::format(&changed);
    assert_eq!(again, wat_fmt::format(&source), "{}", shown());
    if first == forms.len() {
        let texts = |text: &str| -> Vec<String> {
            let source = SourceText::from(text);
            let forms = cut(&source).forms;
            forms
                .iter()
                .map(|form| text[form.range].to_owned())
                .collect()
        };
        assert_eq!(texts(text), texts(&result), "{}", shown());
        return;
    }
    let output = wat_fmt::format(&source).expect("formats");
    let part = |text: &str| {
        let forms = cut(&SourceText::from(text)).forms;
        let range = TextRange::new(forms[first].range.start(), forms[last].range.end());
        text[range].to_owned()
    };
    assert_eq!(part(&result), part(&output), "{}", shown());
    if first > 0 {
        let before = &text[..usize::from(forms[first - 1].range.end())];
        assert!(result.starts_with(before), "{}", shown());
    }
    if let Some(next) = forms.get(last + 1) {
        let behind = &text[usize::from(next.range.start())..];
        assert!(result.ends_with(behind), "{}", shown());
    }
}

/// The guarantees G1 to G4 and LS1 to LS3. Gives the formatted text.
pub fn check(text: &str) -> String {
    let source = SourceText::from(text);
    let output = wat_fmt::format(&source)
        .unwrap_or_else(|refused| panic!("{refused}: {:?}\n{text}", refused.errors));
    let formatted = SourceText::from(&*output);
    assert!(reads(&formatted), "{output}");
    assert_eq!(comments(&output), comments(text), "comments of\n{text}");
    if !has_rune(text) {
        let expected = sugared(sequence(text));
        assert_eq!(sugared(sequence(&output)), expected, "tokens of\n{text}");
        let plain: Vec<_> = tokens(&output)
            .into_iter()
            .filter(|(kind, _)| *kind != SyntaxKind::WHITESPACE)
            .collect();
        assert_eq!(plain, expected, "tokens of\n{text}");
    }
    assert_eq!(forms(&formatted), forms(&source), "forms of\n{text}");
    assert_eq!(
        warnings(&formatted),
        warnings(&source),
        "warnings of\n{text}"
    );
    check_blanks(text, &output);
    check_closers(&output);
    let again = wat_fmt::format(&formatted).expect("formats again");
    assert_eq!(again, output, "not idempotent on\n{text}");
    check_edits(text, &output);
    output
}
