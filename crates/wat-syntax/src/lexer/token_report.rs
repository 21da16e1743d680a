//! What is wrong with a token, apart from keywords and strings, which have their own modules.

use rowan::{TextRange, TextSize};

use super::Token;
use super::class;
use super::keyword::{self, Limit};
use super::keyword_report;
use super::number::{self, Number, Value};
use super::string;
use super::word::{self, Illegal};
use crate::codes;
use crate::diag::{SyntaxError, TextEdit};
use crate::kind::SyntaxKind::*;
use crate::source::SourceText;

fn range(start: usize, end: usize) -> TextRange {
    TextRange::new(TextSize::new(start as u32), TextSize::new(end as u32))
}

/// Reports what is wrong with a dirty token, of which is known whether it is the last one of its form. `previous` is the
/// token before it.
pub(crate) fn diagnose(
    source: &SourceText,
    limit: Limit,
    previous: Option<Token>,
    (token, is_last): (Token, bool),
    errors: &mut Vec<SyntaxError>,
) {
    let start = previous.map_or(0, |previous| previous.end as usize);
    let end = token.end as usize;
    let text = &source.text()[start..end];
    match token.kind {
        WHITESPACE => whitespace(text, start, errors),
        COMMENT | SHEBANG => comment(source, start, end, errors),
        STRING => string::diagnose(source, start, end, token.flags & Token::OPEN == 0, errors),
        KEYWORD if token.flags & Token::COLONLESS != 0 => errors.push(colonless(text, start)),
        KEYWORD => {
            keyword_report::read(source, start, (token, is_last), limit, errors);
        }
        SYMBOL => {
            let glued = previous
                .is_some_and(|previous| matches!(previous.kind, SYMBOL | BOOL | ERROR | KEYWORD));
            errors.push(missing_space(range(start, end), text, glued));
        }
        INT | FLOAT => number(text, start, errors),
        _ => broken(source, start, text, errors),
    }
}

fn whitespace(text: &str, start: usize, errors: &mut Vec<SyntaxError>) {
    let mut at = 0;
    while at < text.len() {
        let end = class::unicode_space_end(text, at);
        if end > at {
            let run = range(start + at, start + end);
            let number = class::char_at(text, at).map_or(0, u32::from);
            errors.push(
                SyntaxError::new(
                    codes::UNICODE_SPACE,
                    run,
                    format!("U+{number:04X} is an invisible or non-ASCII space"),
                )
                .machine("replace it by a space", vec![TextEdit::replace(run, " ")]),
            );
        }
        at = end.max(at + 1);
    }
}

fn comment(source: &SourceText, start: usize, end: usize, errors: &mut Vec<SyntaxError>) {
    string::invalid_runs(source, start, end, errors);
    for (at, char) in source.text()[start..end].char_indices() {
        if class::is_bidi(char) {
            let at = start + at;
            errors.push(string::bidi(range(at, at + char.len_utf8()), char, false));
        }
    }
}

fn missing_space(arrow: TextRange, text: &str, glued: bool) -> SyntaxError {
    let mut edits = Vec::new();
    if glued {
        edits.push(TextEdit::insert(arrow.start(), " "));
    }
    edits.push(TextEdit::insert(arrow.end(), " "));
    SyntaxError::new(
        codes::MISSING_SPACE,
        arrow,
        format!("the arrow `{text}` is glued to its neighbours"),
    )
    .with_help("an arrow is a symbol of its own and needs a space on both sides")
    .machine("insert the missing spaces", edits)
}

/// WAT1009 for a path without leading colon.
fn colonless(text: &str, start: usize) -> SyntaxError {
    let colon = start + text.find(':').unwrap_or(0);
    let error = SyntaxError::new(
        codes::COLON_IN_SYMBOL,
        range(colon, colon + 1),
        format!("the path `{text}` has no leading colon"),
    );
    error
        .with_help("paths are keywords; a symbol names a local binding and has no colon")
        .maybe(
            format!("write `:{text}`"),
            vec![TextEdit::insert(TextSize::new(start as u32), ":")],
        )
}

fn number(text: &str, start: usize, errors: &mut Vec<SyntaxError>) {
    let number = number::read(text.as_bytes());
    let end = start + text.len();
    notation(&number, text, start, errors);
    match number.value {
        Value::IntOverflow => errors.push(
            SyntaxError::new(
                codes::INTEGER_OVERFLOW,
                range(start, end),
                "this integer does not fit in 64 bits",
            )
            .with_help("integers run from -9223372036854775808 to 9223372036854775807; write a float for more"),
        ),
        Value::FloatOverflow => errors.push(
            SyntaxError::new(
                codes::FLOAT_OVERFLOW,
                range(start, end),
                "this number is larger than every finite float",
            )
            .with_help("the largest float is about 1.797e308"),
        ),
        Value::Invalid => errors.push(invalid_number(text, start)),
        _ => {}
    }
}

/// What is to be said about the spelling of a number.
fn notation(number: &Number, text: &str, start: usize, errors: &mut Vec<SyntaxError>) {
    let word = range(start, start + text.len());
    if number.plus {
        let sign = range(start, start + 1);
        errors.push(
            SyntaxError::new(codes::PLUS_SIGN, sign, "a number takes no plus sign")
                .machine("delete it", vec![TextEdit::delete(sign)]),
        );
    }
    if let Some((from, to)) = number.zeros {
        let zeros = range(start + from, start + to);
        errors.push(
            SyntaxError::new(
                codes::LEADING_ZERO,
                word,
                "superfluous zero at the start of a decimal number",
            )
            .with_help("an octal number starts with `0o`")
            .machine("delete the zeros", vec![TextEdit::delete(zeros)]),
        );
    }
    if let Some(at) = number.loose {
        let at = TextSize::new((start + at) as u32);
        errors.push(
            SyntaxError::new(
                codes::LOOSE_FLOAT,
                word,
                "a float has digits on both sides of its point",
            )
            .machine("insert the zero", vec![TextEdit::insert(at, "0")]),
        );
    }
    if number.underflow {
        errors.push(
            SyntaxError::new(codes::FLOAT_UNDERFLOW, word, "this number rounds to zero")
                .with_help("the smallest positive float is about 4.94e-324"),
        );
    }
}

fn invalid_number(text: &str, start: usize) -> SyntaxError {
    let word = range(start, start + text.len());
    let error = SyntaxError::new(
        codes::INVALID_NUMBER,
        word,
        format!("`{text}` starts like a number but is none"),
    )
    .with_help("numbers are `12`, `-1_000`, `0xff`, `0o17`, `0b101`, `1.5`, `2e-3`");
    let zero = usize::from(text.starts_with(['-', '+']));
    let prefix = &text[zero..];
    if !prefix.starts_with("0X") && !prefix.starts_with("0O") && !prefix.starts_with("0B") {
        return error;
    }
    let letter = prefix[1..2].to_ascii_lowercase();
    let fixed = format!("{}0{letter}{}", &text[..zero], &prefix[2..]);
    match number::read(fixed.as_bytes()).value {
        Value::Invalid => error,
        _ => error.machine(
            format!("write `{fixed}`"),
            vec![TextEdit::replace(
                range(start + zero + 1, start + zero + 2),
                letter,
            )],
        ),
    }
}

/// An ERROR token.
fn broken(source: &SourceText, start: usize, text: &str, errors: &mut Vec<SyntaxError>) {
    let end = start + text.len();
    let bytes = text.as_bytes();
    if source.invalid_end(start).is_some() {
        return errors.push(string::invalid_utf8(range(start, end)));
    }
    match bytes[0] {
        b'#' => errors.push(dispatch(range(start, end))),
        b'\\' => errors.push(character(text, start)),
        b':' => {
            let scan = keyword::scan(source, start, Limit::End);
            let at = scan.illegal.unwrap_or(start);
            let char = class::char_at(source.text(), at).unwrap_or('\0');
            errors.push(illegal(word::illegal(char), at, end, char));
        }
        _ => {
            let word = word::scan(source, start);
            match word.illegal.filter(|&(at, _)| at < end) {
                Some((at, why)) => {
                    let char = class::char_at(source.text(), at).unwrap_or('\0');
                    errors.push(illegal(why, at, end, char));
                }
                None if number::starts_number(bytes) => number(text, start, errors),
                None => errors.push(colon_in_symbol(text, start)),
            }
        }
    }
}

/// The diagnostic for the character `char` at `at`, which no word may contain; its token ends at `end`.
fn illegal(why: Illegal, at: usize, end: usize, char: char) -> SyntaxError {
    let one = range(at, at + char.len_utf8());
    match why {
        Illegal::NonAscii(char) => SyntaxError::new(
            codes::NON_ASCII,
            one,
            format!(
                "`{}` (U+{:04X}) is not ASCII",
                char.escape_debug(),
                u32::from(char)
            ),
        )
        .with_help("names are ASCII; other characters belong in strings and comments"),
        Illegal::Control(char) => SyntaxError::new(
            codes::CONTROL_CHARACTER,
            one,
            format!(
                "the control character U+{:04X} stands outside a string",
                u32::from(char)
            ),
        )
        .with_help("delete it"),
        Illegal::Reserved(char) => SyntaxError::new(
            codes::ILLEGAL_CHARACTER,
            one,
            format!("no name contains `{char}`"),
        )
        .with_help("`@`, `^`, `|` and `\\` have no meaning here; `~@` splices in a template"),
        Illegal::Dispatch => dispatch(range(at, end)),
    }
}

fn dispatch(range: TextRange) -> SyntaxError {
    SyntaxError::new(
        codes::RESERVED_DISPATCH,
        range,
        "`#` is only used in `#{`, which starts a set",
    )
    .with_help(
        "wat source has no tagged literals, reader macros, regular expressions or form comments",
    )
}

/// WAT1009 for a word that is no path.
fn colon_in_symbol(text: &str, start: usize) -> SyntaxError {
    let colon = start + text.find(':').unwrap_or(0);
    SyntaxError::new(
        codes::COLON_IN_SYMBOL,
        range(colon, colon + 1),
        "a symbol has no colon",
    )
    .with_help("a keyword starts with its colon, and `::` separates the segments of a path")
}

/// WAT1007.
fn character(text: &str, start: usize) -> SyntaxError {
    let range = range(start, start + text.len());
    let error = SyntaxError::new(codes::CHARACTER_LITERAL, range, "wat has no character type")
        .with_help("write a string of one character");
    match character_as_string(&text[1..]) {
        Some(string) => error.machine(
            format!("write `{string}`"),
            vec![TextEdit::replace(range, string)],
        ),
        None => error,
    }
}

/// The string for the character literal of this name.
fn character_as_string(name: &str) -> Option<String> {
    let mut chars = name.chars();
    let first = chars.next()?;
    let content = match name {
        "newline" => "\\n".to_owned(),
        "return" => "\\r".to_owned(),
        "space" => " ".to_owned(),
        "tab" => "\\t".to_owned(),
        "formfeed" => "\\f".to_owned(),
        "backspace" => "\\b".to_owned(),
        _ if chars.as_str().is_empty() => match first {
            '"' | '\\' => format!("\\{first}"),
            '\n' => "\\n".to_owned(),
            '\r' => "\\r".to_owned(),
            '\t' => "\\t".to_owned(),
            char if char.is_control() || class::is_bidi(char) => {
                format!("\\u{{{:x}}}", u32::from(char))
            }
            char => char.to_string(),
        },
        _ => {
            let digits = name.strip_prefix('u').filter(|digits| digits.len() == 4)?;
            let number = u32::from_str_radix(digits, 16).ok()?;
            char::from_u32(number)?;
            format!("\\{name}")
        }
    };
    Some(format!("\"{content}\""))
}
