//! Diagnostics as the queries make them: positions are nodes of forms, so that moving a form changes nothing.

use wat_syntax::{Applicability, Code, NodeId, Severity};

use crate::facts::Fact;
use crate::forms::Form;

/// A place in a form, without an offset.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, salsa::SalsaValue)]
pub(crate) struct Place<'db> {
    /// The form; `None` is the form that the problem belongs to.
    pub(crate) form: Option<Form<'db>>,
    /// The node of the expanded form, or of the form as written.
    pub(crate) node: u32,
    /// A part of the node's token: byte range in the token's value.
    pub(crate) part: Option<(u32, u32)>,
}

/// Marks a node of the form as written; other nodes are those of the expansion.
const WRITTEN: u32 = 1 << 31;

impl<'db> Place<'db> {
    /// A node of the form as written, before its expansion.
    pub(crate) fn written(node: NodeId) -> Self {
        Self::node(NodeId(node.0 | WRITTEN))
    }

    /// A node of another form as written.
    pub(crate) fn written_in(form: Form<'db>, node: NodeId) -> Self {
        Self::elsewhere(form, NodeId(node.0 | WRITTEN))
    }

    /// The source node, if the node is one of the form as written.
    pub(crate) fn as_written(node: u32) -> Option<NodeId> {
        (node & WRITTEN != 0).then_some(NodeId(node & !WRITTEN))
    }

    /// The node of the problem's own form, after its expansion, that this is.
    pub(crate) fn own_node(self) -> Option<NodeId> {
        let is_own = self.form.is_none() && self.node & WRITTEN == 0;
        is_own.then_some(NodeId(self.node))
    }

    pub(crate) fn node(node: NodeId) -> Self {
        Place {
            form: None,
            node: node.0,
            part: None,
        }
    }

    pub(crate) fn part(node: NodeId, start: usize, end: usize) -> Self {
        Place {
            form: None,
            node: node.0,
            part: Some((start as u32, end as u32)),
        }
    }

    pub(crate) fn elsewhere(form: Form<'db>, node: NodeId) -> Self {
        Place {
            form: Some(form),
            node: node.0,
            part: None,
        }
    }
}

/// Where the text of an edit goes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, salsa::SalsaValue)]
pub(crate) enum EditAt {
    /// Replaces the place.
    Replace,
    /// Before the place.
    Before,
    /// Directly after the place.
    After,
    /// Replaces the opening bracket of the place.
    OpenBracket,
    /// Replaces the closing bracket of the place.
    CloseBracket,
    /// Before the closing bracket of the place.
    BeforeClose,
    /// Deletes from the place to the end of this node, with the blanks around it that nothing needs.
    DeleteThrough(u32),
    /// Replaces what stands in the place before this node of it.
    Until(u32),
    /// Replaces what stands in the place after this node of it.
    Since(u32),
    /// Replaces the place with what is written at this node.
    By(u32),
}

/// One edit of a fix, in the problem's own form.
#[derive(Clone, PartialEq, Eq, Hash, Debug, salsa::SalsaValue)]
pub(crate) struct ProblemEdit<'db> {
    pub(crate) at: EditAt,
    pub(crate) place: Place<'db>,
    pub(crate) insert: String,
}

/// The edits that write other brackets around what a place holds.
pub(crate) fn other_brackets<'db>(
    place: Place<'db>,
    open: &str,
    close: &str,
) -> Vec<ProblemEdit<'db>> {
    let edit = |at, insert: &str| ProblemEdit {
        at,
        place,
        insert: insert.to_owned(),
    };
    vec![
        edit(EditAt::OpenBracket, open),
        edit(EditAt::CloseBracket, close),
    ]
}

/// A fix.
#[derive(Clone, PartialEq, Eq, Hash, Debug, salsa::SalsaValue)]
pub(crate) struct ProblemFix<'db> {
    pub(crate) title: String,
    pub(crate) applicability: Plain<Applicability>,
    pub(crate) edits: Vec<ProblemEdit<'db>>,
}

/// A value of another crate that holds nothing of the database.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub(crate) struct Plain<T>(pub(crate) T);

/// The longest label (chapter 03 §10.4).
const LONGEST_LABEL: usize = 60;

/// A label that is not too long: of a long type its beginning is shown.
fn shortened(text: String) -> String {
    if text.len() <= LONGEST_LABEL || text.chars().count() <= LONGEST_LABEL {
        return text;
    }
    let mut short: String = text.chars().take(LONGEST_LABEL - 2).collect();
    short.push('…');
    if short.matches('`').count() % 2 == 1 {
        short.push('`');
    }
    short
}

/// A diagnostic with relative positions.
#[derive(Clone, PartialEq, Eq, Hash, Debug, salsa::SalsaValue)]
pub(crate) struct Problem<'db> {
    pub(crate) code: u16,
    pub(crate) severity: Plain<Severity>,
    pub(crate) message: String,
    pub(crate) at: Place<'db>,
    pub(crate) label: String,
    pub(crate) labels: Vec<(Place<'db>, String)>,
    pub(crate) notes: Vec<String>,
    pub(crate) help: Option<String>,
    pub(crate) fixes: Vec<ProblemFix<'db>>,
    pub(crate) facts: Vec<Fact>,
    /// The macro call in whose template the problem's call stands, and where, if it was found while expanding.
    pub(crate) call: Option<(u32, u32)>,
}

impl<'db> Problem<'db> {
    pub(crate) fn new(code: u16, at: Place<'db>, message: impl Into<String>) -> Self {
        let severity =
            crate::codes::code_info(Code(code)).map_or(Severity::Error, |info| info.severity);
        Problem {
            code,
            severity: Plain(severity),
            message: message.into(),
            at,
            label: String::new(),
            labels: Vec::new(),
            notes: Vec::new(),
            help: None,
            fixes: Vec::new(),
            facts: Vec::new(),
            call: None,
        }
    }

    pub(crate) fn label(mut self, text: impl Into<String>) -> Self {
        self.label = shortened(text.into());
        self
    }

    pub(crate) fn also(mut self, place: Place<'db>, text: impl Into<String>) -> Self {
        self.labels.push((place, shortened(text.into())));
        self
    }

    /// A fact of the message.
    pub(crate) fn fact(mut self, key: &'static str, value: impl Into<String>) -> Self {
        self.facts.push(Fact::one(key, value));
        self
    }

    /// Several facts of one kind.
    pub(crate) fn facts(
        mut self,
        key: &'static str,
        values: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        self.facts.push(Fact::many(key, values));
        self
    }

    /// What was expected and what was found.
    pub(crate) fn mismatch(self, expected: impl Into<String>, found: impl Into<String>) -> Self {
        self.fact("expected", expected).fact("found", found)
    }

    pub(crate) fn note(mut self, text: impl Into<String>) -> Self {
        self.notes.push(text.into());
        self
    }

    pub(crate) fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }

    pub(crate) fn fix(
        mut self,
        title: impl Into<String>,
        how: Applicability,
        edits: Vec<ProblemEdit<'db>>,
    ) -> Self {
        self.fixes.push(ProblemFix {
            title: title.into(),
            applicability: Plain(how),
            edits,
        });
        self
    }

    /// A fix that replaces one place.
    pub(crate) fn replace(self, how: Applicability, place: Place<'db>, with: &str) -> Self {
        let edit = ProblemEdit {
            at: EditAt::Replace,
            place,
            insert: with.to_owned(),
        };
        self.fix(format!("replace by `{with}`"), how, vec![edit])
    }
}
