//! What a keyword is worth to later phases, and what is wrong with it.

use rowan::{TextRange, TextSize};

use super::Token;
use super::class::{self, NAME};
use super::keyword::{self, Limit, Scan, SkipKind};
use crate::codes;
use crate::diag::{Applicability, SyntaxError, TextEdit};
use crate::source::SourceText;
use crate::types::{self, TypeKeywordError, TypeKeywordReason};

/// A keyword as later phases see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Keyword {
    /// Its text after all repairs, with the leading colon.
    pub value: String,
    /// K34: later phases do not complain about it.
    pub poisoned: bool,
    /// It is only a colon.
    pub empty: bool,
}

/// Reads the keyword that starts at `start`, and reports what is wrong with it. What follows the last token of a form
/// does not count: it belongs to another one.
pub(crate) fn read(
    source: &SourceText,
    start: usize,
    (token, is_last): (Token, bool),
    limit: Limit,
    errors: &mut Vec<SyntaxError>,
) -> Keyword {
    let scan = match token.flags & Token::CUT_SHORT {
        0 => keyword::scan(source, start, limit),
        _ => keyword::scan_until(source, start, token.end as usize),
    };
    let report = Report {
        start,
        source,
        scan: &scan,
        is_last,
    };
    match scan.failed() {
        true => report.failed(errors),
        false => report.closed(errors),
    }
}

/// True if the brackets of a keyword that closed do not form a type.
pub(crate) fn is_malformed(scan: &Scan) -> bool {
    scan.bracketed && types::check_type_keyword(&Colons::of(scan).repaired).is_err()
}

fn range(start: usize, end: usize) -> TextRange {
    TextRange::new(TextSize::new(start as u32), TextSize::new(end as u32))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

struct Report<'a> {
    start: usize,
    source: &'a SourceText,
    scan: &'a Scan,
    /// It is the last token of its form.
    is_last: bool,
}

impl Report<'_> {
    fn token(&self) -> TextRange {
        range(self.start, self.scan.end)
    }

    fn failed(&self, errors: &mut Vec<SyntaxError>) -> Keyword {
        let scan = self.scan;
        let mut value = scan.text.clone();
        let mut deleted: Vec<(usize, usize)> = scan
            .skipped
            .iter()
            .map(|skip| (skip.start, skip.end))
            .collect();
        if value.ends_with(b",") {
            let comma = scan.source_offset(self.start, value.len() - 1);
            deleted.push((comma, comma + 1));
            value.pop();
        }
        deleted.sort_unstable();
        let closers: String = scan
            .open
            .iter()
            .rev()
            .map(|&(bracket, _)| if bracket == b'<' { '>' } else { ')' })
            .collect();
        value.extend(closers.bytes());
        let value = text(&value);
        match scan.too_deep {
            Some(at) => errors.push(too_deep(at)),
            None => {
                let (bracket, at) = scan.open.first().copied().unwrap_or((b'<', self.start));
                let mut edits: Vec<_> = deleted
                    .into_iter()
                    .map(|(from, to)| TextEdit::delete(range(from, to)))
                    .collect();
                edits.push(TextEdit::insert(
                    TextSize::new(scan.end as u32),
                    closers.clone(),
                ));
                let shown = bracket as char;
                let error = SyntaxError::new(
                    codes::KEYWORD_UNCLOSED_BRACKET,
                    range(at, at + 1),
                    format!("the `{shown}` in this keyword is never closed"),
                );
                let error = error
                    .with_help("a type is one keyword: its brackets close before the next form");
                errors.push(error.maybe(format!("insert `{closers}`"), merge(edits)));
            }
        }
        Keyword {
            value,
            poisoned: true,
            empty: false,
        }
    }

    fn closed(&self, errors: &mut Vec<SyntaxError>) -> Keyword {
        let scan = self.scan;
        let colons = Colons::of(scan);
        let value = colons.repaired.clone();
        self.whitespace(&value, errors);
        self.inner_colons(&value, errors);
        let mut poisoned = self.stray(errors);
        self.commas(&value, errors);
        if scan.glued {
            errors.push(glued(scan.end));
        }
        if scan.text.len() == 1 {
            errors.push(empty(self.token()));
        }
        if let Some(at) = scan.too_deep {
            errors.push(too_deep(at));
            poisoned = true;
        }
        let bad_path = colons.is_bad();
        if bad_path {
            errors.push(self.bad_path(&colons));
            poisoned |= !colons.fixable();
        }
        if scan.bracketed
            && !poisoned
            && let Err(error) = types::check_type_keyword(&value)
        {
            if scan.commas.is_empty() {
                errors.push(self.malformed(&error, bad_path));
            }
            poisoned = true;
        }
        Keyword {
            value,
            poisoned,
            empty: scan.text.len() == 1,
        }
    }

    /// WAT1010.
    fn whitespace(&self, value: &str, errors: &mut Vec<SyntaxError>) {
        let mut runs = self
            .scan
            .skipped(SkipKind::Blank)
            .map(|(from, to)| range(from, to));
        let Some(first) = runs.next() else {
            return;
        };
        let mut error = SyntaxError::new(
            codes::KEYWORD_WHITESPACE,
            first,
            format!("whitespace inside the keyword `{value}`"),
        )
        .with_help("a type is one keyword and has no whitespace: join it");
        let mut edits = vec![TextEdit::delete(first)];
        for run in runs {
            error = error.with_label(run, "and here");
            edits.push(TextEdit::delete(run));
        }
        errors.push(error.machine("delete the whitespace", edits));
    }

    /// WAT1011.
    fn inner_colons(&self, value: &str, errors: &mut Vec<SyntaxError>) {
        let mut colons = self
            .scan
            .skipped(SkipKind::Colon)
            .map(|(from, to)| range(from, to));
        let Some(first) = colons.next() else {
            return;
        };
        let mut error = SyntaxError::new(
            codes::KEYWORD_INNER_COLON,
            first,
            format!("a type argument has no colon of its own: `{value}`"),
        )
        .with_help("the one colon of a type is its first character");
        let mut edits = vec![TextEdit::delete(first)];
        for colon in colons {
            error = error.with_label(colon, "and here");
            edits.push(TextEdit::delete(colon));
        }
        errors.push(error.machine("delete the colon", edits));
    }

    /// WAT1013; says whether there was one.
    fn stray(&self, errors: &mut Vec<SyntaxError>) -> bool {
        let mut strays = self.scan.skipped(SkipKind::Stray);
        let Some((from, to)) = strays.next() else {
            return false;
        };
        let to = strays.fold(to, |to, (from, end)| if from == to { end } else { to });
        let stray = range(from, to);
        errors.push(
            SyntaxError::new(
                codes::KEYWORD_STRAY_BRACKET,
                stray,
                "there is no open `<` that this `>` closes",
            )
            .maybe("delete it", vec![TextEdit::delete(stray)]),
        );
        true
    }

    /// WAT1017.
    fn commas(&self, value: &str, errors: &mut Vec<SyntaxError>) {
        let bytes = self.source.text().as_bytes();
        let Some(&first) = self.scan.commas.first() else {
            return;
        };
        let mut edits = Vec::new();
        let mut plain = true;
        for &comma in &self.scan.commas {
            edits.push(TextEdit::replace(range(comma, comma + 1), "'"));
            let name = comma + 1;
            let mut end = name;
            while end < self.scan.end && class::is(bytes[end], NAME) {
                if bytes[end] == b'-' {
                    edits.push(TextEdit::replace(range(end, end + 1), "'"));
                }
                end += 1;
            }
            plain &= bytes[name..end]
                .split(|&byte| byte == b'-')
                .all(is_plain_tag);
        }
        let applicability = match plain {
            true => Applicability::MachineApplicable,
            false => Applicability::MaybeIncorrect,
        };
        let mut error = SyntaxError::new(
            codes::KEYWORD_COMMA,
            range(first, first + 1),
            format!("a comma does not attach a tag: the name is `{value}`"),
        )
        .with_help(
            "tags follow a `'`; a comma between forms is whitespace and takes a blank after it",
        );
        for &comma in &self.scan.commas[1..] {
            error = error.with_label(range(comma, comma + 1), "and here");
        }
        errors.push(error.with_fix(applicability, format!("write `{value}`"), edits));
    }

    /// WAT1015.
    fn bad_path(&self, colons: &Colons) -> SyntaxError {
        let source = |index: usize| self.scan.source_offset(self.start, index);
        let span = |from: usize, to: usize| range(source(from), source(to - 1) + 1);
        let Some(&(from, to, _)) = colons.runs.first() else {
            let at = colons.quote.unwrap_or(0);
            return SyntaxError::new(
                codes::KEYWORD_BAD_PATH,
                span(at, at + 1),
                "a segment of a keyword does not start with `'`",
            )
            .with_help("`'` attaches a tag to a name: `:f'2`");
        };
        let error = SyntaxError::new(
            codes::KEYWORD_BAD_PATH,
            span(from, to),
            "wrong colons in a keyword",
        )
        .with_help("a keyword starts with one `:`, and `::` separates its segments");
        if !colons.fixable() {
            return error;
        }
        // A colon between the name and what follows it closely leaves a blank, or the two would be glued together.
        let follows = self.source.text().as_bytes().get(self.scan.end);
        let is_close = self.is_last || follows == Some(&b'(');
        let edits = colons.runs.iter().map(|&(from, to, keep)| {
            let inserted = match is_close && keep == 0 && to == self.scan.text.len() {
                true => " ".to_owned(),
                false => "::"[..keep].to_owned(),
            };
            TextEdit::replace(span(from, to), inserted)
        });
        let edits = edits.collect();
        error.machine(format!("write `{}`", colons.repaired), edits)
    }

    /// WAT1018.
    fn malformed(&self, error: &TypeKeywordError, shifted: bool) -> SyntaxError {
        if error.reason == TypeKeywordReason::TooDeep {
            let at = self.scan.source_offset(self.start, error.offset);
            return too_deep(at.min(self.scan.end - 1));
        }
        let message = format!("this keyword is not a type: {error}");
        if error.reason == TypeKeywordReason::TrailingComma && !shifted {
            let at = self.scan.source_offset(self.start, error.offset);
            let comma = range(at, at + 1);
            return SyntaxError::new(codes::MALFORMED_TYPE_KEYWORD, comma, message)
                .machine("delete the comma", vec![TextEdit::delete(comma)]);
        }
        SyntaxError::new(codes::MALFORMED_TYPE_KEYWORD, self.token(), message)
            .with_help("types are `:Name`, `:Name<A,B>`, `:(A,B)` and `:wat::core::Fn(A,B)->R`")
    }
}

/// The runs of colons of a keyword that are not as they should be (K2).
struct Colons {
    /// Start and end in the keyword's text, and how many of the colons stay.
    runs: Vec<(usize, usize, usize)>,
    /// A segment that starts with `'`.
    quote: Option<usize>,
    /// There is nothing but colons.
    only: bool,
    /// The text with right colons.
    repaired: String,
}

impl Colons {
    fn of(scan: &Scan) -> Colons {
        let bytes = &scan.text;
        let mut colons = Colons {
            runs: Vec::new(),
            quote: None,
            only: bytes.len() > 1 && bytes.iter().all(|&byte| byte == b':'),
            repaired: String::new(),
        };
        let mut repaired = Vec::with_capacity(bytes.len());
        let mut at = 0;
        while at < bytes.len() {
            let from = at;
            while bytes.get(at) == Some(&b':') {
                at += 1;
            }
            let len = at - from;
            if len > 0 {
                let next = bytes.get(at).copied();
                let wanted = match next {
                    _ if from == 0 => 1,
                    None if len == 1 => 0,
                    Some(b'>' | b',' | b')') if len == 1 => 0,
                    _ => 2,
                };
                repaired.extend_from_slice(&b"::"[..wanted]);
                match from == 0 {
                    true if len > 1 => colons.runs.push((1, at, 0)),
                    false if len != wanted => colons.runs.push((from, at, wanted)),
                    _ => {}
                }
            }
            let segment = len > 0 || from > 0 && matches!(bytes[from - 1], b'<' | b'(' | b',');
            if segment && bytes.get(at) == Some(&b'\'') {
                colons.quote.get_or_insert(at);
            }
            if at < bytes.len() && bytes[at] != b':' {
                repaired.push(bytes[at]);
                at += 1;
            }
        }
        colons.repaired = text(&repaired);
        colons
    }

    fn is_bad(&self) -> bool {
        !self.runs.is_empty() || self.quote.is_some()
    }

    fn fixable(&self) -> bool {
        self.quote.is_none() && !self.only
    }
}

fn is_plain_tag(tag: &[u8]) -> bool {
    matches!(tag, b"i64" | b"f64") || !tag.is_empty() && tag.iter().all(u8::is_ascii_digit)
}

/// Joins deletions that touch, and an insertion that follows one, so that the edits stay disjoint.
fn merge(edits: Vec<TextEdit>) -> Vec<TextEdit> {
    let mut merged: Vec<TextEdit> = Vec::new();
    for edit in edits {
        match merged.last_mut() {
            Some(last) if last.range.end() == edit.range.start() && last.insert.is_empty() => {
                *last = TextEdit::replace(last.range.cover(edit.range), edit.insert);
            }
            _ => merged.push(edit),
        }
    }
    merged
}

fn too_deep(at: usize) -> SyntaxError {
    SyntaxError::new(
        codes::KEYWORD_TOO_DEEP,
        range(at, at + 1),
        "types nest at most 64 deep",
    )
    .with_help("name a part of the type with `:wat::core::typealias`")
}

fn glued(at: usize) -> SyntaxError {
    SyntaxError::new(
        codes::KEYWORD_GLUED_PAREN,
        range(at, at + 1),
        "this `(` stands directly after a keyword but opens a list",
    )
    .machine(
        "insert a space",
        vec![TextEdit::insert(TextSize::new(at as u32), " ")],
    )
}

fn empty(token: TextRange) -> SyntaxError {
    SyntaxError::new(codes::EMPTY_KEYWORD, token, "a `:` alone is not a keyword")
        .with_help("the name follows the colon directly: `:name`")
}
