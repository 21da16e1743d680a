//! Source bytes as text with exact offsets, and the table of their lines.

use std::sync::Arc;

use rowan::{TextRange, TextSize};

/// The largest source that is read (L5).
pub const MAX_SOURCE_LEN: usize = 512 << 20;

/// What stands in [`SourceText::text`] for each byte that is not UTF-8.
pub(crate) const REPLACEMENT: u8 = 0x1a;

/// Source bytes as text of the same length.
///
/// Each byte of a run that is not UTF-8 is one U+001A in [`text`](Self::text); the original bytes are kept beside it,
/// so offsets are exact and [`to_bytes`](Self::to_bytes) gives the input back. Cloning is cheap.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct SourceText {
    text: Arc<str>,
    invalid: Option<Arc<[InvalidRun]>>,
}

/// A maximal run of bytes that are not UTF-8, with its offset.
#[derive(Clone, PartialEq, Eq, Hash)]
struct InvalidRun {
    start: u32,
    bytes: Box<[u8]>,
}

impl InvalidRun {
    fn range(&self) -> (usize, usize) {
        let start = self.start as usize;
        (start, start + self.bytes.len())
    }
}

impl SourceText {
    /// Source that is already text.
    pub fn new(text: impl Into<Arc<str>>) -> Self {
        SourceText {
            text: text.into(),
            invalid: None,
        }
    }

    /// Source as it comes from a file.
    pub fn from_bytes(bytes: Vec<u8>) -> Self {
        match String::from_utf8(bytes) {
            Ok(text) => SourceText::new(text),
            Err(error) => Self::from_invalid(error.into_bytes()),
        }
    }

    fn from_invalid(mut bytes: Vec<u8>) -> Self {
        let mut runs: Vec<InvalidRun> = Vec::new();
        let mut at = 0;
        for chunk in bytes.utf8_chunks() {
            at += chunk.valid().len();
            let bad = chunk.invalid();
            if bad.is_empty() {
                continue;
            }
            match runs.last_mut() {
                Some(last) if last.range().1 == at => {
                    last.bytes = [&last.bytes, bad].concat().into();
                }
                _ => runs.push(InvalidRun {
                    start: at as u32,
                    bytes: bad.into(),
                }),
            }
            at += bad.len();
        }
        for run in &runs {
            let (start, end) = run.range();
            bytes[start..end].fill(REPLACEMENT);
        }
        SourceText {
            text: String::from_utf8_lossy(&bytes).into(),
            invalid: Some(runs.into()),
        }
    }

    /// The text. A byte that is not UTF-8 shows as U+001A.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Length in bytes.
    pub fn len(&self) -> usize {
        self.text.len()
    }

    /// True for the empty source.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// The bytes this source was made from.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = self.text.as_bytes().to_vec();
        for run in self.invalid.iter().flat_map(|runs| runs.iter()) {
            let (start, end) = run.range();
            bytes[start..end].copy_from_slice(&run.bytes);
        }
        bytes
    }

    /// True if `range` touches a byte that is not UTF-8.
    pub fn is_invalid(&self, range: TextRange) -> bool {
        let (start, end) = (range.start().into(), range.end().into());
        self.invalid_runs(start, end).next().is_some()
    }

    /// The byte at `offset`, if it lies in a run of bytes that are not UTF-8.
    pub fn invalid_byte(&self, offset: usize) -> Option<u8> {
        let run = self.runs_from(offset).first()?;
        let at = offset.checked_sub(run.start as usize)?;
        run.bytes.get(at).copied()
    }

    /// True if every byte is UTF-8.
    pub fn is_utf8(&self) -> bool {
        self.invalid.is_none()
    }

    /// True if this is no text at all: bytes that are not UTF-8, and U+0000 among them. Executables, images and texts in
    /// UTF-16 look like this.
    pub fn is_binary(&self) -> bool {
        self.invalid.is_some() && self.text.as_bytes().contains(&0)
    }

    /// The part of the source in `range`, with offsets from its start. Ends inside a character are moved outwards to
    /// the start of that character; a range beyond the end is cut.
    pub fn slice(&self, range: TextRange) -> SourceText {
        let floor = |offset: TextSize| self.text.floor_char_boundary(offset.into());
        let (from, to) = (floor(range.start()), floor(range.end()));
        let runs = self.runs_from(from).iter();
        let runs = runs.take_while(|run| (run.start as usize) < to);
        let cut: Vec<InvalidRun> = runs.filter_map(|run| clip(run, from, to)).collect();
        let invalid = (!cut.is_empty()).then(|| cut.into());
        SourceText {
            text: self.text[from..to].into(),
            invalid,
        }
    }

    /// The maximal runs of bytes that are not UTF-8 and touch `start..end`, in order.
    pub(crate) fn invalid_runs(
        &self,
        start: usize,
        end: usize,
    ) -> impl Iterator<Item = (usize, usize)> + '_ {
        self.runs_from(start)
            .iter()
            .map(InvalidRun::range)
            .take_while(move |&(from, _)| from < end)
    }

    /// The runs that end after `offset`.
    fn runs_from(&self, offset: usize) -> &[InvalidRun] {
        let runs = self.invalid.as_deref().unwrap_or_default();
        &runs[runs.partition_point(|run| run.range().1 <= offset)..]
    }

    /// If `offset` lies in a run of bytes that are not UTF-8, the end of that run.
    pub(crate) fn invalid_end(&self, offset: usize) -> Option<usize> {
        let runs = self.invalid.as_ref()?;
        let after = runs.partition_point(|run| run.start as usize <= offset);
        let (_, end) = runs.get(after.checked_sub(1)?)?.range();
        (offset < end).then_some(end)
    }
}

impl std::fmt::Debug for SourceText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("SourceText").field(&self.text).finish()
    }
}

impl From<&str> for SourceText {
    fn from(text: &str) -> Self {
        SourceText::new(text)
    }
}

fn clip(run: &InvalidRun, from: usize, to: usize) -> Option<InvalidRun> {
    let (start, end) = run.range();
    let (low, high) = (start.max(from), end.min(to));
    (low < high).then(|| InvalidRun {
        start: (low - from) as u32,
        bytes: run.bytes[low - start..high - start].into(),
    })
}

/// What a column counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ColumnEncoding {
    /// Bytes.
    Utf8,
    /// UTF-16 code units, the default of the language server protocol.
    Utf16,
    /// Unicode scalar values, what people count.
    Utf32,
}

/// A position as line and column, both from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LineCol {
    /// Lines before the position.
    pub line: u32,
    /// Units before the position in its line.
    pub col: u32,
}

/// Where the lines of a text start. LF, CR LF and a CR not followed by LF end a line (L4).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct LineIndex {
    starts: Box<[u32]>,
    len: u32,
}

impl LineIndex {
    /// The lines of `text`; there is at least one.
    pub fn new(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut starts = vec![0];
        for at in memchr::memchr2_iter(b'\n', b'\r', bytes) {
            if bytes[at] == b'\n' || bytes.get(at + 1) != Some(&b'\n') {
                starts.push(at as u32 + 1);
            }
        }
        LineIndex {
            starts: starts.into(),
            len: text.len() as u32,
        }
    }

    /// How many lines there are: one more than line terminators.
    pub fn line_count(&self) -> u32 {
        self.starts.len() as u32
    }

    /// The range of a line with its terminator, or `None` beyond the last line.
    pub fn line_range(&self, line: u32) -> Option<TextRange> {
        let start = *self.starts.get(line as usize)?;
        let end = self
            .starts
            .get(line as usize + 1)
            .copied()
            .unwrap_or(self.len);
        Some(TextRange::new(start.into(), end.into()))
    }

    /// The line that holds `offset`.
    pub fn line(&self, offset: TextSize) -> u32 {
        self.starts
            .partition_point(|&start| start <= u32::from(offset)) as u32
            - 1
    }

    /// The position of `offset`, which is cut to the text and to the start of its character.
    pub fn line_col(&self, text: &str, offset: TextSize, encoding: ColumnEncoding) -> LineCol {
        let offset = text.floor_char_boundary(offset.into());
        let line = self.line(TextSize::new(offset as u32));
        let start = self.starts[line as usize] as usize;
        let col = width(&text[start..offset], encoding);
        LineCol { line, col }
    }

    /// The offset of a position. A line beyond the end gives the end of the text, a column beyond the end of its line
    /// the end of that line before its terminator, a column inside a character the start of that character.
    pub fn offset(&self, text: &str, at: LineCol, encoding: ColumnEncoding) -> TextSize {
        let Some(range) = self.line_range(at.line) else {
            return TextSize::new(self.len);
        };
        let line = text[range].trim_end_matches(['\r', '\n']);
        let mut left = at.col;
        let mut offset = line.len();
        for (index, char) in line.char_indices() {
            let units = char_width(char, encoding);
            if left < units {
                offset = index;
                break;
            }
            left -= units;
        }
        range.start() + TextSize::new(offset as u32)
    }
}

fn char_width(char: char, encoding: ColumnEncoding) -> u32 {
    match encoding {
        ColumnEncoding::Utf8 => char.len_utf8() as u32,
        ColumnEncoding::Utf16 => char.len_utf16() as u32,
        ColumnEncoding::Utf32 => 1,
    }
}

fn width(text: &str, encoding: ColumnEncoding) -> u32 {
    match encoding {
        ColumnEncoding::Utf8 => text.len() as u32,
        _ if text.is_ascii() => text.len() as u32,
        _ => text.chars().map(|char| char_width(char, encoding)).sum(),
    }
}
