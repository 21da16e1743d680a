//! What a report is, independent of who found it and of how it is shown.

mod edn;
mod excerpt;
mod github;
mod machine;
mod sarif;
mod style;
mod text;

use std::ops::Range;
use std::sync::Arc;

use wat_analysis::Fact;
use wat_syntax::{
    Applicability, Code, ColumnEncoding, LineCol, LineIndex, Severity, SourceText, TextRange,
    TextSize,
};

pub use edn::{edn_line, edn_summary};
pub use github::github_line;
pub use machine::{Summary, json_line, json_summary, short_line, suppressed_line};
pub use sarif::sarif;
pub use style::{ColorChoice, Style, terminal_width};
pub use text::render;

/// One source text as reports name it.
#[derive(Debug)]
pub struct Source {
    path: String,
    text: SourceText,
    index: Arc<LineIndex>,
}

impl Source {
    /// A source shown under `path`; `index` belongs to `text`.
    pub fn new(path: impl Into<String>, text: SourceText, index: Arc<LineIndex>) -> Self {
        Self {
            path: path.into(),
            text,
            index,
        }
    }

    /// A source that is indexed here.
    pub fn from_text(path: impl Into<String>, text: &str) -> Self {
        Self::new(path, SourceText::new(text), Arc::new(LineIndex::new(text)))
    }

    /// The name that reports print.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The text, one U+001A per invalid byte.
    pub fn text(&self) -> &str {
        self.text.text()
    }

    /// What stands for a byte that is not UTF-8 in an excerpt.
    fn byte_escape(&self, offset: usize) -> Option<String> {
        let byte = self.text.invalid_byte(offset)?;
        Some(format!("\\x{byte:02x}"))
    }

    /// The place of the form, or of the part of one, that begins at a line and a column, both from 1.
    pub fn begins_at(self: &Arc<Self>, line: u32, col: u32) -> Option<Place> {
        let at = LineCol {
            line: line.checked_sub(1)?,
            col: col.checked_sub(1)?,
        };
        let offset = self.index.offset(self.text(), at, ColumnEncoding::Utf32);
        let forms = wat_syntax::cut(&self.text).forms;
        let form = forms.iter().find(|form| form.range.contains(offset))?;
        let start = form.range.start();
        let read = wat_syntax::read_form(&self.text.slice(form.range), &form.verdict);
        let node = read.spans.node_at(&read.ast, offset - start)?;
        let range = read.spans.range(node) + start;
        (range.start() == offset).then(|| Place::new(self, range))
    }

    /// 1-based line and column (in Unicode scalar values) of a byte offset.
    pub fn line_col(&self, offset: usize) -> (u32, u32) {
        let at = self
            .index
            .line_col(self.text(), to_size(offset), ColumnEncoding::Utf32);
        (at.line + 1, at.col + 1)
    }
}

/// A range of bytes in a source.
#[derive(Clone, Debug)]
pub struct Place {
    source: Arc<Source>,
    range: Range<usize>,
}

impl Place {
    /// The place of `range`, moved inside the text and onto character boundaries.
    pub fn new(source: &Arc<Source>, range: TextRange) -> Self {
        let text = source.text();
        let floor = |offset: TextSize| {
            let mut at = usize::from(offset).min(text.len());
            while !text.is_char_boundary(at) {
                at -= 1;
            }
            at
        };
        Self {
            source: Arc::clone(source),
            range: floor(range.start())..floor(range.end()),
        }
    }

    /// The text that the place is in.
    pub fn source(&self) -> &Arc<Source> {
        &self.source
    }

    /// Byte offsets, on character boundaries of the text.
    pub fn range(&self) -> Range<usize> {
        self.range.clone()
    }

    /// 1-based line and column of the start.
    pub fn start(&self) -> (u32, u32) {
        self.source.line_col(self.range.start)
    }

    /// 1-based line and column of the end.
    pub fn end(&self) -> (u32, u32) {
        self.source.line_col(self.range.end)
    }
}

/// An edit that a fix proposes.
#[derive(Clone, Debug)]
pub struct Edit {
    /// What is replaced.
    pub place: Place,
    /// The new text.
    pub text: String,
}

/// A proposed repair.
#[derive(Clone, Debug)]
pub struct Fix {
    /// What the repair does.
    pub title: String,
    /// How sure it is.
    pub applicability: Applicability,
    /// Its edits.
    pub edits: Vec<Edit>,
}

/// One finding, ready to be shown.
#[derive(Clone, Debug)]
pub struct Report {
    /// The code, if the finding has one.
    pub code: Option<Code>,
    /// The kebab-case name of the code.
    pub name: String,
    /// How bad it is.
    pub severity: Severity,
    /// One sentence.
    pub message: String,
    /// The primary position; a failure outside any source has none.
    pub place: Option<Place>,
    /// The text at the primary position.
    pub label: String,
    /// Further positions with their texts.
    pub labels: Vec<(Place, String)>,
    /// Further sentences.
    pub notes: Vec<String>,
    /// What to do.
    pub help: Option<String>,
    /// Proposed repairs.
    pub fixes: Vec<Fix>,
    /// The calls of macros that made the place, innermost first: where each stands, and the name of its macro.
    pub expansion: Vec<(Place, String)>,
    /// The facts of the message.
    pub facts: Vec<Fact>,
    /// The rune that suppresses it.
    pub suppressed: Option<Suppressed>,
    /// What the frame closes with; if nothing is said, how its code is explained.
    pub closing: Option<String>,
}

/// Why a finding is suppressed.
#[derive(Clone, Debug)]
pub struct Suppressed {
    /// What the rune suppresses, as written: `unused(interop)`.
    pub target: String,
    /// Its reason.
    pub justification: String,
    /// Where it stands.
    pub place: Place,
}

impl Report {
    /// An error outside any source.
    pub fn plain(code: Option<u16>, message: impl Into<String>, help: Option<String>) -> Self {
        Self {
            code: code.map(Code),
            name: String::new(),
            severity: Severity::Error,
            message: message.into(),
            place: None,
            label: String::new(),
            labels: Vec::new(),
            notes: Vec::new(),
            help,
            fixes: Vec::new(),
            expansion: Vec::new(),
            facts: Vec::new(),
            suppressed: None,
            closing: None,
        }
    }

    /// True if a fix may be applied unattended.
    pub fn is_fixable(&self) -> bool {
        self.fixes
            .iter()
            .any(|fix| fix.applicability == Applicability::MachineApplicable)
    }

    /// `error[WAT3001]`.
    fn headline(&self) -> String {
        let word = severity_word(self.severity);
        match self.code {
            Some(code) => format!("{word}[{code}]"),
            None => word.to_owned(),
        }
    }
}

/// The word for a severity in every format.
pub fn severity_word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
        Severity::Hint => "hint",
    }
}

/// Offsets of sources fit `u32` because sources are at most 512 MiB long.
fn to_size(offset: usize) -> TextSize {
    TextSize::from(u32::try_from(offset).unwrap_or(u32::MAX))
}

/// Text for one line of output: control, invisible and bidirectional characters as escapes.
pub(crate) fn printable(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for ch in text.chars() {
        match excerpt::escape_of(ch) {
            Some(escape) => out.push_str(&escape),
            None => out.push(ch),
        }
    }
    out
}
