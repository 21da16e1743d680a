//! A text that was taken out of another one, and where each part of it stands there.

use wat_syntax::literal_elements;

/// A range of a file. Lines and columns count from 1, columns in Unicode scalar values; the end is exclusive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DocPlace {
    /// The line of its start.
    pub line: u32,
    /// The column of its start.
    pub col: u32,
    /// The line of its end.
    pub end_line: u32,
    /// The column of its end.
    pub end_col: u32,
}

/// A text, with the line and the column of each of its bytes and of its end.
pub(super) struct Mapped {
    text: String,
    at: Vec<(u32, u32)>,
}

/// The place behind a text that starts at a place.
fn behind((mut line, mut col): (u32, u32), text: &str) -> (u32, u32) {
    for char in text.chars() {
        (line, col) = match char {
            '\n' => (line + 1, 1),
            _ => (line, col + 1),
        };
    }
    (line, col)
}

impl Mapped {
    /// A whole text.
    pub(super) fn whole(text: &str) -> Mapped {
        let elements = text.char_indices();
        Mapped::of(text, (1, 1), elements)
    }

    /// The value of a string, which starts with its quote at a place.
    pub(super) fn literal(token: &str, start: (u32, u32)) -> Mapped {
        let elements = literal_elements(token);
        let elements = elements
            .into_iter()
            .map(|(range, char)| (usize::from(range.start()), char));
        Mapped::of(token, start, elements)
    }

    /// Characters of a text, which starts at a place, with their offsets in it. The last one stands before its end or
    /// before its closing quote.
    fn of(text: &str, start: (u32, u32), elements: impl Iterator<Item = (usize, char)>) -> Mapped {
        let mut found = Mapped {
            text: String::with_capacity(text.len()),
            at: Vec::with_capacity(text.len() + 1),
        };
        let (mut seen, mut place) = (0, start);
        for (at, char) in elements {
            place = behind(place, &text[seen..at]);
            seen = at;
            found.push(char, place);
        }
        found
            .at
            .push(behind(place, text[seen..].trim_end_matches('"')));
        found
    }

    fn push(&mut self, char: char, place: (u32, u32)) {
        self.text.push(char);
        self.at.resize(self.text.len(), place);
    }

    /// Parts of the text, one after the other.
    pub(super) fn parts(&self, parts: &[(usize, usize)]) -> Mapped {
        let text = parts.iter().map(|&(start, end)| &self.text[start..end]);
        let at = parts.iter().flat_map(|&(start, end)| &self.at[start..end]);
        let end = parts.last().map_or(0, |(_, end)| *end);
        Mapped {
            text: text.collect(),
            at: at.chain([&self.at[end]]).copied().collect(),
        }
    }

    /// The text.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Where a range of the text stands.
    pub(super) fn place(&self, start: usize, end: usize) -> DocPlace {
        let ((line, col), (end_line, end_col)) = (self.at[start], self.at[end]);
        DocPlace {
            line,
            col,
            end_line,
            end_col,
        }
    }
}
