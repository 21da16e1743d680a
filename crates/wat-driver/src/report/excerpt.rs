//! The few lines of a source that a report quotes, made safe to draw.
//!
//! ariadne draws whole lines and looks at every line between two labels. An excerpt is therefore a text of the quoted
//! lines alone, one blank line for each gap between them: tabs expanded, invisible characters escaped, and lines wider
//! than the output cut around the first label that touches them. The true line numbers are kept beside it.

use std::collections::BTreeMap;
use std::ops::Range;

use memchr::{memchr2, memrchr2};

use super::{Place, Source};

const TAB: usize = 4;

/// A drawable text and the way from byte offsets of the source to its character offsets.
pub(super) struct Excerpt {
    text: String,
    lines: BTreeMap<usize, Line>,
    numbers: Vec<usize>,
}

struct Line {
    /// Character offset of the line's first character in the excerpt.
    offset: usize,
    /// Bytes of the source that are shown.
    shown: Range<usize>,
    /// Start byte and start column of every piece shown, in order.
    pieces: Vec<(usize, usize)>,
    /// Columns before the first piece (1 if the line is cut on the left).
    left: usize,
    /// Column behind the last piece.
    width: usize,
    content: String,
}

impl Excerpt {
    /// The excerpt for places of one source, lines cut to `width` columns.
    pub(super) fn new(source: &Source, places: &[&Place], width: usize) -> Self {
        let text = source.text();
        let mut lines = BTreeMap::new();
        for place in places {
            let range = place.range();
            for at in [range.start, last_of(text, &range)] {
                let number = line_number(source, at);
                lines
                    .entry(number)
                    .or_insert_with(|| Line::cut(source, at, width));
            }
        }
        let mut drawn = String::new();
        let mut numbers = Vec::new();
        let mut offset = 0;
        for (&number, line) in &mut lines {
            if numbers.last().is_some_and(|&last| last < number) {
                drawn.push('\n');
                numbers.push(number);
                offset += 1;
            }
            line.offset = offset;
            drawn.push_str(&line.content);
            // One column behind the end, so that a position there can be pointed at.
            drawn.push_str(" \n");
            numbers.push(number + 1);
            offset += line.content.chars().count() + 2;
        }
        Self {
            text: drawn,
            lines,
            numbers,
        }
    }

    /// The 1-based line of the source behind each line of the excerpt.
    pub(super) fn numbers(&self) -> &[usize] {
        &self.numbers
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The characters of the excerpt that stand for `range`; never empty.
    pub(super) fn span(&self, source: &Source, range: &Range<usize>) -> Range<usize> {
        let last = last_of(source.text(), range);
        let start = self.locate(source, range.start).start;
        let end = self.locate(source, last).end;
        start..end.max(start + 1)
    }

    fn locate(&self, source: &Source, at: usize) -> Range<usize> {
        let Some(line) = self.lines.get(&line_number(source, at)) else {
            return 0..1;
        };
        let columns = line.columns(at);
        line.offset + columns.start..line.offset + columns.end
    }
}

impl Line {
    /// The line around `focus`, at most about `width` columns of it.
    fn cut(source: &Source, focus: usize, width: usize) -> Self {
        let text = source.text();
        let bytes = text.as_bytes();
        let start = memrchr2(b'\n', b'\r', &bytes[..focus]).map_or(0, |at| at + 1);
        let end = memchr2(b'\n', b'\r', &bytes[focus..]).map_or(text.len(), |at| focus + at);
        let shown = if end - start <= width {
            start..end
        } else {
            window(text, start..end, focus, width)
        };
        let mut content = String::new();
        let mut column = 0;
        if shown.start > start {
            content.push('…');
            column = 1;
        }
        let left = column;
        let mut pieces = Vec::new();
        for (at, ch) in text[shown.clone()].char_indices() {
            let at = shown.start + at;
            pieces.push((at, column));
            match source.byte_escape(at).or_else(|| escape_of(ch)) {
                Some(escape) if ch != '\t' => {
                    column += escape.chars().count();
                    content.push_str(&escape);
                }
                Some(_) => {
                    let stop = (column / TAB + 1) * TAB;
                    content.extend(std::iter::repeat_n(' ', stop - column));
                    column = stop;
                }
                None => {
                    content.push(ch);
                    column += 1;
                }
            }
        }
        if shown.end < end {
            content.push('…');
        }
        Self {
            offset: 0,
            shown,
            pieces,
            left,
            width: column,
            content,
        }
    }

    /// The columns of the character at byte `at`; positions outside the shown part stand at its edges.
    fn columns(&self, at: usize) -> Range<usize> {
        if at < self.shown.start {
            return 0..1;
        }
        if at >= self.shown.end {
            return self.width..self.width + 1;
        }
        let next = self.pieces.partition_point(|&(byte, _)| byte <= at);
        let start = next.checked_sub(1).map_or(self.left, |i| self.pieces[i].1);
        let end = self.pieces.get(next).map_or(self.width, |piece| piece.1);
        start..end.max(start + 1)
    }
}

/// The part of a too long line to show: a third of the room before the focus, the rest behind it.
fn window(text: &str, line: Range<usize>, focus: usize, width: usize) -> Range<usize> {
    let back = |from: usize, room: usize| {
        text[line.start..from]
            .char_indices()
            .rev()
            .take(room)
            .last()
            .map_or(from, |(at, _)| line.start + at)
    };
    let start = back(focus, width / 3);
    let mut room = width;
    let mut end = start;
    for ch in text[start..line.end].chars() {
        let columns = if ch.is_ascii() { 1 } else { 2 };
        if room < columns {
            break;
        }
        room -= columns;
        end += ch.len_utf8();
    }
    (if end == line.end {
        back(start, room)
    } else {
        start
    })..end
}

/// The 0-based line of a byte offset.
fn line_number(source: &Source, at: usize) -> usize {
    source.line_col(at).0 as usize - 1
}

/// The start of the last character of a range, its start if the range is empty.
fn last_of(text: &str, range: &Range<usize>) -> usize {
    let Some(part) = text.get(range.clone()) else {
        return range.start;
    };
    let last = part.char_indices().next_back();
    let at = last.map_or(range.start, |(at, _)| range.start + at);
    // The two characters of CR LF are one terminator, at whose CR the line ends.
    if at > range.start && text.as_bytes()[at] == b'\n' && text.as_bytes()[at - 1] == b'\r' {
        at - 1
    } else {
        at
    }
}

/// How a character that must not reach a terminal is shown.
pub(super) fn escape_of(ch: char) -> Option<String> {
    let hidden = ch.is_control()
        || matches!(ch,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}');
    hidden.then(|| match ch {
        '\n' => "\\n".to_owned(),
        '\r' => "\\r".to_owned(),
        '\t' => "\\t".to_owned(),
        _ => format!("\\u{{{:x}}}", ch as u32),
    })
}
