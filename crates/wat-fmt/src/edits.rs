//! The public entry points: a whole text, its edits, the edits of a part.

use std::fmt;
use std::ops::Range;

use wat_syntax::{
    FileCut, Scan, Severity, SourceText, SyntaxError, SyntaxKind, TextEdit, TextRange, TextSize,
};
use wat_syntax::{cut, lex, read_form, scan};

use crate::items::{Formatted, Piece, group_end, run};
use crate::token::{Token, line_breaks, with_places};

/// The text has reader errors, so it is not formatted (G5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The errors of the reader, in source order.
    pub errors: Vec<SyntaxError>,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not formatted ({} syntax errors)", self.errors.len())
    }
}

impl std::error::Error for Refused {}

/// The formatted text of a file.
pub fn format(source: &SourceText) -> Result<String, Refused> {
    Ok(formatted(source)?.text)
}

/// The edits that format a file, in order, disjoint and none without effect. Tokens and comments stay: an edit is a run of
/// blanks that changes, or, in an item where a rule moves comments (F12, F54) or writes a prefix (F11), what is between
/// the outermost such places. So cursors and unchanged lines stay (LS3).
pub fn format_edits(source: &SourceText) -> Result<Vec<TextEdit>, Refused> {
    let formatted = formatted(source)?;
    let mut edits = Edits {
        source: source.text(),
        formatted: &formatted,
        base: 0,
        edits: Vec::new(),
    };
    let (from, to) = edits.pieces();
    edits.replace(from..source.len(), to..formatted.text.len());
    Ok(edits.edits)
}

/// The edits that format the top-level forms and comment groups that `range` touches; for an empty range, those of the
/// item at this place. A comment group directly above such a form is formatted with it. Errors elsewhere do not
/// matter. The blanks before the first item and after the last are left alone, but comments
/// that rules move to an end of the items stand on lines of their own.
pub fn format_range(source: &SourceText, range: TextRange) -> Result<Vec<TextEdit>, Refused> {
    let file = cut(source);
    let Some(selected) = select(source, &file, range) else {
        return Ok(Vec::new());
    };
    let errors = errors_in(source, &file, selected);
    if !errors.is_empty() {
        return Err(Refused { errors });
    }
    let part = source.slice(selected);
    let formatted = formatted(&part)?;
    let base = u32::from(selected.start());
    let mut edits = Edits {
        source: part.text(),
        formatted: &formatted,
        base,
        edits: Vec::new(),
    };
    edits.pieces();
    let place = |piece: &Piece| {
        let (start, end) = (piece.source.start as u32, piece.source.end as u32);
        TextRange::new(start.into(), end.into()) + selected.start()
    };
    let new = |piece: &Piece| &formatted.text[piece.output.clone()];
    let (first, last) = (formatted.pieces.first(), formatted.pieces.last());
    let before = first.and_then(|piece| before_comment(source, place(piece), new(piece), true));
    let after = last.and_then(|piece| after_comment(source, place(piece), new(piece)));
    Ok(before.into_iter().chain(edits.edits).chain(after).collect())
}

/// A top-level form or comment group whose text is not the formatted one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unformatted {
    /// Where it stands.
    pub range: TextRange,
    /// Is it a comment group?
    pub is_comment: bool,
    /// What formats it and nothing else, in order: its new text, and the line breaks around it that comments need which the
    /// rules move to its ends.
    pub edits: Vec<TextEdit>,
}

/// The top-level forms and comment groups whose text is not the formatted one, in order. Items with reader errors are left
/// out; errors elsewhere do not matter, nor does what is between the items.
pub fn unformatted(source: &SourceText) -> Vec<Unformatted> {
    let file = cut(source);
    let mut found = Vec::new();
    for stretch in sound_stretches(source, &file) {
        let part = source.slice(stretch);
        // It has no errors.
        let Ok(formatted) = formatted(&part) else {
            continue;
        };
        for piece in &formatted.pieces {
            let (old, new) = (
                &part.text()[piece.source.clone()],
                &formatted.text[piece.output.clone()],
            );
            if old == new {
                continue;
            }
            let place = |at: usize| stretch.start() + TextSize::new(at as u32);
            let range = TextRange::new(place(piece.source.start), place(piece.source.end));
            let replaced = TextEdit::replace(range, new);
            let before = before_comment(source, range, new, false);
            let after = after_comment(source, range, new);
            found.push(Unformatted {
                range,
                is_comment: is_comments(old),
                edits: before.into_iter().chain([replaced]).chain(after).collect(),
            });
        }
    }
    found
}

/// Is there nothing but comments?
fn is_comments(text: &str) -> bool {
    lex(&SourceText::from(text)).iter().all(|token| {
        matches!(
            token.kind,
            SyntaxKind::COMMENT | SyntaxKind::SHEBANG | SyntaxKind::WHITESPACE
        )
    })
}

/// The longest ranges that start and end with items and hold none with errors.
fn sound_stretches(source: &SourceText, file: &FileCut) -> Vec<TextRange> {
    let is_error = |error: &SyntaxError| error.severity == Severity::Error;
    let between = file.errors.iter().filter(|error| is_error(error));
    let forms = file.forms.iter().filter(|form| {
        let syntax = read_form(&source.slice(form.range), &form.verdict);
        syntax.errors.iter().any(is_error)
    });
    let between = between.map(|error| error.range.start());
    let mut broken: Vec<TextSize> = between.chain(forms.map(|it| it.range.start())).collect();
    broken.sort_unstable();
    let mut stretches: Vec<TextRange> = Vec::new();
    let mut is_open = false;
    for Item { range, .. } in items(source, file) {
        let next = broken.partition_point(|at| *at < range.start());
        let is_broken = broken.get(next).is_some_and(|at| *at < range.end());
        match stretches.last_mut() {
            _ if is_broken => {}
            Some(last) if is_open => *last = last.cover(range),
            _ => stretches.push(range),
        }
        is_open = !is_broken;
    }
    stretches
}

/// If comments moved to the start of an item (F12), it starts a line. `new` is the text of the item, or of several from it
/// on. Blanks before it on its line go unless they are to stay: a comment above would make them part of its group.
fn before_comment(
    source: &SourceText,
    item: TextRange,
    new: &str,
    keeps_blanks: bool,
) -> Option<TextEdit> {
    let is_comment = |text: &str| text.starts_with(';');
    if !is_comment(new) || is_comment(&source.text()[item]) {
        return None;
    }
    let before = &source.text()[..usize::from(item.start())];
    let kept = before.trim_end_matches([' ', '\t', ',', '\x0c', '\u{feff}']);
    let range = TextRange::new(TextSize::of(kept), item.start());
    match kept.is_empty() || kept.ends_with(['\n', '\r']) {
        true => (!keeps_blanks && !range.is_empty()).then(|| TextEdit::delete(range)),
        false => Some(TextEdit::replace(range, "\n")),
    }
}

/// If comments moved to the end of an item (F54): nothing may follow on the line of the last, and one that is a group of its
/// own must not become one with what follows.
fn after_comment(source: &SourceText, item: TextRange, new: &str) -> Option<TextEdit> {
    let last_two = |text: &str| {
        let tokens = with_places(lex(&SourceText::from(text)));
        match tokens[..] {
            [.., before, last] => (Some(before.has_break(text)), last.kind),
            [last] => (None, last.kind),
            [] => (None, SyntaxKind::WHITESPACE),
        }
    };
    let before = last_two(&source.text()[item]);
    let after @ (own_line, last) = last_two(new);
    if last != SyntaxKind::COMMENT || before == after {
        return None;
    }
    let rest = &source.text()[usize::from(item.end())..];
    let next = rest.trim_start_matches([' ', '\t', ',', '\x0c', '\n', '\r']);
    let gap = &rest[..rest.len() - next.len()];
    let blanks = gap.find(['\n', '\r']).unwrap_or(gap.len());
    let wanted = match next.is_empty() {
        true => 0,
        false => 1 + usize::from(own_line == Some(true)),
    };
    let missing = wanted - line_breaks(gap.as_bytes()).min(wanted);
    let range = TextRange::at(item.end(), TextSize::of(&gap[..blanks]));
    (blanks + missing > 0).then(|| TextEdit::replace(range, "\n".repeat(missing)))
}

/// How many steps formatting takes, to test that they grow with the length of the source only.
#[doc(hidden)]
pub fn count_steps(source: &SourceText) -> Option<u64> {
    formatted(source).ok().map(|formatted| formatted.steps)
}

fn formatted(source: &SourceText) -> Result<Formatted, Refused> {
    let Scan { tokens, mut errors } = scan(source);
    let is_error = |error: &SyntaxError| error.severity == Severity::Error;
    if errors.iter().any(is_error) {
        errors.retain(is_error);
        return Err(Refused { errors });
    }
    run(source.text(), &with_places(tokens)).map_err(|_| Refused { errors: Vec::new() })
}

/// The errors of the items in `range`, which starts and ends with an item.
fn errors_in(source: &SourceText, file: &FileCut, range: TextRange) -> Vec<SyntaxError> {
    let between = file
        .errors
        .iter()
        .filter(|error| range.contains_range(error.range))
        .cloned();
    let forms = file
        .forms
        .iter()
        .filter(|form| range.contains_range(form.range));
    let inside = forms.flat_map(|form| {
        let syntax = read_form(&source.slice(form.range), &form.verdict);
        syntax
            .errors
            .into_iter()
            .map(|error| error.shifted(form.range.start()))
    });
    between
        .chain(inside)
        .filter(|error| error.severity == Severity::Error)
        .collect()
}

/// What a top-level item is, as far as selecting goes.
struct Item {
    range: TextRange,
    is_comment: bool,
    /// The next item follows on the next line.
    is_attached: bool,
}

/// The range of the items that `range` touches.
fn select(source: &SourceText, file: &FileCut, range: TextRange) -> Option<TextRange> {
    let items = items(source, file);
    let touches =
        |item: &Item| item.range.start() < range.end() && range.start() < item.range.end();
    let holds = |item: &Item| item.range.contains(range.start());
    let ends = |item: &Item| item.range.end() == range.start();
    let position = |test: &dyn Fn(&Item) -> bool| items.iter().position(test);
    let (mut first, last) = match range.is_empty() {
        true => {
            let at = position(&holds).or_else(|| position(&ends))?;
            (at, at)
        }
        false => (position(&touches)?, items.iter().rposition(touches)?),
    };
    let above = first.checked_sub(1).map(|above| &items[above]);
    if !items[first].is_comment && above.is_some_and(|above| above.is_comment && above.is_attached)
    {
        first -= 1;
    }
    Some(TextRange::new(
        items[first].range.start(),
        items[last].range.end(),
    ))
}

/// The items of a file, which may have errors.
fn items(source: &SourceText, file: &FileCut) -> Vec<Item> {
    let text = source.text();
    let tokens = with_places(lex(source));
    let mut forms = file.forms.iter().peekable();
    let mut items: Vec<Item> = Vec::new();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        let first = at;
        let start = TextSize::new(token.start);
        let form = forms.next_if(|form| form.range.start() <= start);
        at = match (form, token.kind) {
            (Some(form), _) => {
                let end =
                    tokens.partition_point(|token| TextSize::new(token.start) < form.range.end());
                with_comment(text, &tokens, end.max(at + 1))
            }
            (None, SyntaxKind::COMMENT) => group_end(text, &tokens, at),
            _ => at + 1,
        };
        match token.kind {
            SyntaxKind::WHITESPACE => {
                if let Some(item) = items.last_mut() {
                    item.is_attached = line_breaks(token.text(text).as_bytes()) == 1;
                }
            }
            SyntaxKind::BOM => {}
            kind => items.push(Item {
                range: TextRange::new(start, tokens[at - 1].end.into()),
                is_comment: matches!(kind, SyntaxKind::COMMENT | SyntaxKind::SHEBANG),
                is_attached: false,
            }),
        }
        debug_assert!(at > first);
    }
    items
}

/// The index behind the comment that follows the token before `at` on its line, or `at`.
fn with_comment(text: &str, tokens: &[Token], at: usize) -> usize {
    match &tokens[at..] {
        [comment, ..] if comment.kind == SyntaxKind::COMMENT => at + 1,
        [blank, comment, ..]
            if blank.kind == SyntaxKind::WHITESPACE
                && comment.kind == SyntaxKind::COMMENT
                && !blank.has_break(text) =>
        {
            at + 2
        }
        _ => at,
    }
}

/// Collects the edits from a source to its formatted text.
struct Edits<'a> {
    source: &'a str,
    formatted: &'a Formatted,
    /// Offset of the source in its file.
    base: u32,
    edits: Vec<TextEdit>,
}

impl Edits<'_> {
    /// The edits up to the end of the last item; gives that end in the source and in the output.
    fn pieces(&mut self) -> (usize, usize) {
        let (mut from, mut to) = (0, 0);
        for Piece { source, output } in &self.formatted.pieces {
            self.replace(from..source.start, to..output.start);
            self.item(source.clone(), output.clone());
            (from, to) = (source.end, output.end);
        }
        (from, to)
    }

    /// The edits within an item. Its tokens stay, so the edits are the blanks between them that change; where rules move
    /// comments or write a prefix for a head, what is between the outermost such places is one edit.
    fn item(&mut self, source: Range<usize>, output: Range<usize>) {
        let (old_text, new_text) = (self.source, &*self.formatted.text);
        if old_text[source.clone()] == new_text[output.clone()] {
            return;
        }
        let old = words(old_text, &source);
        let new = words(new_text, &output);
        let same = |(old, new): &(&Range<usize>, &Range<usize>)| {
            old_text[(*old).clone()] == new_text[(*new).clone()]
        };
        let head = old.iter().zip(&new).take_while(same).count();
        let most = old.len().min(new.len()) - head;
        let behind = old.iter().rev().zip(new.iter().rev()).take(most);
        let tail = behind.take_while(same).count();
        let pair = |at: usize, new_at: usize| (old[at].clone(), new[new_at].clone());
        let mut parts: Vec<_> = (0..head).map(|at| pair(at, at)).collect();
        let (last, new_last) = (old.len() - tail, new.len() - tail);
        if head < last && head < new_last {
            let inner = old[head].start..old[last - 1].end;
            parts.push((inner, new[head].start..new[new_last - 1].end));
        }
        parts.extend((0..tail).map(|at| pair(last + at, new_last + at)));
        let (mut from, mut to) = (source.start, output.start);
        for (old, new) in parts {
            self.replace(from..old.start, to..new.start);
            (from, to) = (old.end, new.end);
            self.replace(old, new);
        }
        self.replace(from..source.end, to..output.end);
    }

    fn replace(&mut self, source: Range<usize>, output: Range<usize>) {
        let text = &self.formatted.text[output];
        if self.source[source.clone()] == *text {
            return;
        }
        let place = |at: usize| TextSize::new(self.base + at as u32);
        let range = TextRange::new(place(source.start), place(source.end));
        self.edits.push(TextEdit::replace(range, text));
    }
}

/// The places of the tokens of an item, without the blanks at the ends of comments.
fn words(text: &str, item: &Range<usize>) -> Vec<Range<usize>> {
    let tokens = with_places(lex(&SourceText::from(&text[item.clone()])));
    let words = tokens
        .into_iter()
        .filter(|token| token.kind != SyntaxKind::WHITESPACE);
    let place = |token: Token| {
        let (start, end) = (token.start as usize, token.end as usize);
        let word = &text[item.start + start..item.start + end];
        let word = match token.kind {
            SyntaxKind::COMMENT | SyntaxKind::SHEBANG => word.trim_end(),
            _ => word,
        };
        item.start + start..item.start + start + word.len()
    };
    words.map(place).collect()
}
