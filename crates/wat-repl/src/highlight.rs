//! Colours for the line being typed, from the real lexer.

use std::fmt::Write as _;

use wat_syntax::{SourceText, SyntaxKind, lex};

use crate::front::CONTINUATION;

/// A token of the line: its kind and its bytes.
pub(crate) struct Token {
    pub(crate) kind: SyntaxKind,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// The tokens of a text.
pub(crate) fn tokens(text: &str) -> Vec<Token> {
    let mut at = 0;
    lex(&SourceText::new(text))
        .into_iter()
        .map(|token| {
            let start = at;
            at += token.len as usize;
            Token {
                kind: token.kind,
                start,
                end: at,
            }
        })
        .collect()
}

/// What a bracket's counterpart tells about it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Bracket {
    Paired(usize),
    Stray,
    Open,
}

/// For each token that is a bracket, its counterpart.
fn brackets(text: &str, tokens: &[Token]) -> Vec<Option<Bracket>> {
    let mut found = vec![None; tokens.len()];
    let mut open: Vec<usize> = Vec::new();
    for (i, token) in tokens.iter().enumerate() {
        if token.kind.is_opener() {
            open.push(i);
            found[i] = Some(Bracket::Open);
        } else if token.kind.is_closer() {
            let own = &text[token.start..token.end];
            match open.last() {
                Some(&opener) if tokens[opener].kind.closer_text() == own => {
                    open.pop();
                    found[i] = Some(Bracket::Paired(opener));
                    found[opener] = Some(Bracket::Paired(i));
                }
                _ => found[i] = Some(Bracket::Stray),
            }
        }
    }
    found
}

/// The line with colours (if there shall be any) and continuation prompts; the bracket that pairs with the one at the cursor is emphasised. Width stays the same.
pub(crate) fn paint(line: &str, cursor: usize, color: bool) -> String {
    let tokens = tokens(line);
    let brackets = brackets(line, &tokens);
    let at_cursor = tokens
        .iter()
        .enumerate()
        .find_map(|(i, token)| match brackets[i] {
            Some(Bracket::Paired(other)) if token.start == cursor || token.end == cursor => {
                Some((i, other))
            }
            _ => None,
        });
    let mut out = String::with_capacity(line.len() * 2);
    let mut head = false;
    for (i, token) in tokens.iter().enumerate() {
        let Some(text) = line.get(token.start..token.end) else {
            return line.to_owned();
        };
        let emphasised = at_cursor.is_some_and(|(a, b)| i == a || i == b);
        let style = match token.kind {
            _ if !color => "",
            _ if emphasised => "1;4",
            _ if brackets[i] == Some(Bracket::Stray) => "31;7",
            SyntaxKind::COMMENT | SyntaxKind::SHEBANG => "2",
            SyntaxKind::STRING => "32",
            SyntaxKind::INT | SyntaxKind::FLOAT | SyntaxKind::BOOL => "36",
            SyntaxKind::KEYWORD if head => "34;1",
            SyntaxKind::KEYWORD => "34",
            SyntaxKind::ERROR => "31;4",
            kind if kind.is_prefix() => "35",
            _ => "",
        };
        if !token.kind.is_trivia() {
            head = token.kind == SyntaxKind::L_PAREN;
        }
        match (style, token.kind) {
            (_, SyntaxKind::WHITESPACE) => out.push_str(&margins(text, color)),
            ("", _) => out.push_str(text),
            _ => paint_lines(text, style, &mut out),
        }
    }
    out
}

/// A terminal may forget a colour at the end of a line, so each line has its own.
fn paint_lines(text: &str, style: &str, out: &mut String) {
    for (i, part) in text.split('\n').enumerate() {
        if i > 0 {
            out.push('\n');
        }
        let _ = write!(out, "\x1b[{style}m{part}\x1b[0m");
    }
}

/// Blanks with the continuation prompt drawn over the margin of each further line.
fn margins(blanks: &str, color: bool) -> String {
    let width = CONTINUATION.chars().count();
    let mut lines = blanks.split('\n');
    let mut out = lines.next().unwrap_or("").to_owned();
    for line in lines {
        out.push('\n');
        if line.len() >= width && line.is_char_boundary(width) {
            let (dim, plain) = if color {
                ("\x1b[2m", "\x1b[0m")
            } else {
                ("", "")
            };
            let _ = write!(out, "{dim}{CONTINUATION}{plain}{}", &line[width..]);
        } else {
            out.push_str(line);
        }
    }
    out
}

/// The column of the next line's first form: inside a list two behind its bracket, inside others behind it.
pub(crate) fn indentation(text: &str) -> usize {
    let tokens = tokens(text);
    let brackets = brackets(text, &tokens);
    let innermost = (0..tokens.len())
        .rev()
        .find(|&i| brackets[i] == Some(Bracket::Open));
    let Some(opener) = innermost else {
        return 0;
    };
    let start = tokens[opener].start;
    let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let margin = if line_start > 0 {
        CONTINUATION.chars().count()
    } else {
        0
    };
    let column = text[line_start..start]
        .chars()
        .count()
        .saturating_sub(margin);
    let width = if tokens[opener].kind == SyntaxKind::L_PAREN {
        2
    } else {
        tokens[opener].end - start
    };
    column + width
}

/// True if the text ends inside a string.
pub(crate) fn ends_in_string(text: &str) -> bool {
    let text = text.trim_end_matches([' ', '\n']);
    tokens(text).last().is_some_and(|token| {
        let own = &text[token.start..token.end];
        token.kind == SyntaxKind::STRING
            && (own.len() == 1 || !own.ends_with('"') || own.ends_with("\\\""))
    })
}

/// The input without the margins that continuation lines were given.
pub(crate) fn without_margins(text: &str) -> String {
    let margin = " ".repeat(CONTINUATION.chars().count());
    let from = format!("\n{margin}");
    let mut out = String::with_capacity(text.len());
    for token in tokens(text) {
        let own = &text[token.start..token.end];
        if token.kind == SyntaxKind::WHITESPACE {
            out.push_str(&own.replace(&from, "\n"));
        } else {
            out.push_str(own);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colour_changes_no_character() {
        for line in [
            "(:a::f [x 1] \"s\\n\" ; c",
            ")(",
            "\"open",
            "{:a 1}",
            "#{1",
            "'(a ~b ~@c)",
            "1.5 true \u{1}",
        ] {
            let painted = paint(line, 1, true);
            let mut plain = String::new();
            let mut rest = painted.as_str();
            while let Some((before, after)) = rest.split_once("\u{1b}[") {
                plain.push_str(before);
                rest = after.split_once('m').expect("an escape ends with m").1;
            }
            plain.push_str(rest);
            assert_eq!(plain, line);
        }
    }

    #[test]
    fn a_continuation_prompt_covers_the_margin() {
        let margin = " ".repeat(7);
        assert_eq!(
            paint(&format!("(a\n{margin}  b"), 0, false),
            "(a\n     …   b"
        );
        assert_eq!(
            without_margins(&format!("(a\n{margin}  b \"x\n{margin}\")")),
            format!("(a\n  b \"x\n{margin}\")")
        );
    }

    #[test]
    fn lines_are_indented_under_their_bracket() {
        assert_eq!(indentation("(:f"), 2);
        assert_eq!(indentation("(:wat::core::let [x 1"), 18);
        assert_eq!(indentation(&format!("(a\n{}(b", " ".repeat(9))), 4);
        assert_eq!(indentation("(a)"), 0);
        assert_eq!(indentation("#{1"), 2);
    }

    #[test]
    fn an_open_string_is_recognised() {
        assert!(ends_in_string("(a \"b"));
        assert!(ends_in_string("(a \""));
        assert!(ends_in_string("(a \"b\\\""));
        assert!(!ends_in_string("(a \"b\""));
        assert!(!ends_in_string("(a"));
    }
}
