//! The records of a diagnostic: code, severity, spans and fixes. Every later phase uses the same ones.

use std::fmt;

use rowan::{TextRange, TextSize};

/// A diagnostic code; shows as `WAT1010`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(pub u16);

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WAT{:04}", self.0)
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// How bad a diagnostic is, the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The program is rejected.
    Error,
    /// The program is accepted, but something is probably wrong.
    Warning,
    /// Worth knowing.
    Info,
    /// A suggestion.
    Hint,
}

/// Who may apply a fix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Applicability {
    /// A tool may apply it unattended.
    MachineApplicable,
    /// One plausible reading; a person should look.
    MaybeIncorrect,
    /// It has holes that a person fills.
    HasPlaceholders,
}

/// Replaces the text in `range` by `insert`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TextEdit {
    /// What is replaced; empty for an insertion.
    pub range: TextRange,
    /// What comes in its place.
    pub insert: Box<str>,
}

impl TextEdit {
    /// Replaces `range` by `insert`.
    pub fn replace(range: TextRange, insert: impl Into<Box<str>>) -> Self {
        TextEdit {
            range,
            insert: insert.into(),
        }
    }

    /// Deletes `range`.
    pub fn delete(range: TextRange) -> Self {
        TextEdit::replace(range, "")
    }

    /// Inserts `text` at `offset`.
    pub fn insert(offset: TextSize, text: impl Into<Box<str>>) -> Self {
        TextEdit::replace(TextRange::empty(offset), text)
    }
}

/// A way to repair what a diagnostic reports: edits of one file, sorted and disjoint.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Fix {
    /// What applying it does, in the imperative.
    pub title: String,
    /// Who may apply it.
    pub applicability: Applicability,
    /// The edits, sorted by position, disjoint.
    pub edits: Vec<TextEdit>,
}

/// A further span of a diagnostic with a short text.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Label {
    /// What the text is about.
    pub range: TextRange,
    /// The text.
    pub message: String,
}

/// A diagnostic about one source text.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SyntaxError {
    /// The code.
    pub code: Code,
    /// Error or warning.
    pub severity: Severity,
    /// The primary span.
    pub range: TextRange,
    /// What is wrong.
    pub message: String,
    /// Further spans.
    pub labels: Vec<Label>,
    /// What to do about it.
    pub help: Option<String>,
    /// Repairs, the likeliest first.
    pub fixes: Vec<Fix>,
}

impl SyntaxError {
    /// A diagnostic without labels, help and fixes. Its severity follows from the code: `WATx9xx` are warnings.
    pub fn new(code: Code, range: TextRange, message: impl Into<String>) -> Self {
        let severity = match code.0 / 100 % 10 {
            9 => Severity::Warning,
            _ => Severity::Error,
        };
        SyntaxError {
            code,
            severity,
            range,
            message: message.into(),
            labels: Vec::new(),
            help: None,
            fixes: Vec::new(),
        }
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds a further span.
    #[must_use]
    pub fn with_label(mut self, range: TextRange, message: impl Into<String>) -> Self {
        let message = message.into();
        self.labels.push(Label { range, message });
        self
    }

    /// Adds a fix.
    #[must_use]
    pub fn with_fix(
        mut self,
        applicability: Applicability,
        title: impl Into<String>,
        edits: Vec<TextEdit>,
    ) -> Self {
        self.fixes.push(Fix {
            title: title.into(),
            applicability,
            edits,
        });
        self
    }

    /// Adds a fix that a tool may apply unattended.
    #[must_use]
    pub(crate) fn machine(self, title: impl Into<String>, edits: Vec<TextEdit>) -> Self {
        self.with_fix(Applicability::MachineApplicable, title, edits)
    }

    /// Adds a fix that a person should look at.
    #[must_use]
    pub(crate) fn maybe(self, title: impl Into<String>, edits: Vec<TextEdit>) -> Self {
        self.with_fix(Applicability::MaybeIncorrect, title, edits)
    }

    /// The same diagnostic for a text in which this one's text starts at `by`.
    #[must_use]
    pub fn shifted(mut self, by: TextSize) -> Self {
        self.range += by;
        for label in &mut self.labels {
            label.range += by;
        }
        for edit in self.fixes.iter_mut().flat_map(|fix| &mut fix.edits) {
            edit.range += by;
        }
        self
    }

    /// The order in which diagnostics of a file are shown.
    pub(crate) fn sort(errors: &mut [SyntaxError]) {
        errors.sort_by_key(|error| {
            (
                error.range.start(),
                error.severity,
                error.code,
                error.range.end(),
            )
        });
    }
}

/// Applies sorted, disjoint edits. An edit that overlaps an earlier one, or that cuts a character, is left out.
pub fn apply_edits(text: &str, edits: &[TextEdit]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for edit in edits {
        let (start, end) = (
            usize::from(edit.range.start()),
            usize::from(edit.range.end()),
        );
        if start < done || text.get(start..end).is_none() {
            continue;
        }
        out.push_str(&text[done..start]);
        out.push_str(&edit.insert);
        done = end;
    }
    out.push_str(&text[done..]);
    out
}

/// What is known about a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CodeInfo {
    /// The code.
    pub code: Code,
    /// Its kebab-case name.
    pub name: &'static str,
    /// Error or warning.
    pub severity: Severity,
    /// One line: what it means.
    pub summary: &'static str,
}
