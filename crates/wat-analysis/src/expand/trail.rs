//! From nodes of an expansion back to what the author wrote (§7.6).

use wat_syntax::{ColumnEncoding, NodeId, TextRange, TextSize};

use crate::db::{Db, SourceFile};
use crate::diagnostics::{Span, SpanLabel};
use crate::forms::{Form, ast, form_start, line_index, read_form};
use crate::problem::Place;

use super::testing::{USE, USE_HERMETIC, is_maker};
use super::{Expansion, Source, expansion};

/// Where a place stands in the form as written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Spot {
    /// The source node: the node itself, or the head of the outermost call that made it.
    pub(crate) node: NodeId,
    /// The call that made the node, and the node of its macro's form.
    pub(crate) made: Option<Made>,
}

/// A call that made something, and the node of its macro's form, if that is known.
pub(crate) type Made = (u32, Option<NodeId>);

/// What made a call that stands in the template of another one.
pub(crate) fn made_by((call, node): (u32, u32)) -> Made {
    (call, (node != u32::MAX).then_some(NodeId(node)))
}

/// Where a node of a form, as everything behind expansion sees it, was written.
pub(crate) fn spot(expansion: Option<&Expansion<'_>>, node: u32) -> Spot {
    if let Some(node) = Place::as_written(node) {
        return Spot { node, made: None };
    }
    let written = Spot {
        node: NodeId(node),
        made: None,
    };
    let Some(expansion) = expansion.filter(|expansion| (node as usize) < expansion.ast.len())
    else {
        return written;
    };
    match expansion.origin_of(NodeId(node)) {
        Source::Written(node) => Spot { node, made: None },
        Source::Template { call, node } => Spot {
            node: NodeId(expansion.calls[call as usize].head),
            made: Some((call, node)),
        },
    }
}

/// How many levels of a trail are told.
const LONGEST: usize = 16;

/// The expansion trail: one line per level, innermost first.
pub(crate) fn trail(
    db: &dyn Db,
    program: SourceFile,
    form: Form<'_>,
    made: Option<Made>,
) -> Vec<String> {
    let Some(expansion) = made.and_then(|_| expansion(db, program, form)) else {
        return Vec::new();
    };
    let mut lines = Vec::new();
    let mut next = made;
    while let Some((call, node)) = next {
        let call = &expansion.calls[call as usize];
        let place = node.map_or_else(String::new, |node| position(db, call.form, node));
        lines.push(format!("in the expansion of `{}`{place}", call.name));
        next = call.parent.map(made_by);
        if lines.len() == LONGEST && next.is_some() {
            lines.push("… and so on".to_owned());
            break;
        }
    }
    lines
}

/// The calls of the trail, innermost first: where each stands, and the name of its macro. The outermost one stands in the
/// form, which starts at this offset, the others in templates.
pub(crate) fn uses(
    db: &dyn Db,
    program: SourceFile,
    form: Form<'_>,
    start: TextSize,
    made: Option<Made>,
) -> Vec<SpanLabel> {
    let Some(expansion) = made.and_then(|_| expansion(db, program, form)) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let mut next = made.map(|(call, _)| call);
    while let Some(call) = next.filter(|_| found.len() < LONGEST) {
        let call = &expansion.calls[call as usize];
        let (at, node, start) = match call.parent {
            Some((parent, node)) => {
                let around = expansion.calls[parent as usize].form;
                (around, node, form_start(db, around))
            }
            None => (form, call.head, start),
        };
        let read = read_form(db, at);
        let range = match (node as usize) < read.ast.len() {
            true => read.spans.range(NodeId(node)),
            false => TextRange::default(),
        };
        found.push(SpanLabel {
            span: Span {
                file: at.file(db),
                range: range + start,
            },
            message: call.name.to_string(),
        });
        next = call.parent.map(|(parent, _)| parent);
    }
    found
}

/// `, template at FILE:LINE:COLUMN`
fn position(db: &dyn Db, form: Form<'_>, node: NodeId) -> String {
    let read = read_form(db, form);
    if node.0 as usize >= read.ast.len() {
        return String::new();
    }
    let start = form_start(db, form) + read.spans.range(node).start();
    let file = form.file(db);
    let text = file.text(db);
    let at = line_index(db, file).line_col(text.text(), start, ColumnEncoding::Utf32);
    format!(
        ", template at {}:{}:{}",
        file.path(db),
        at.line + 1,
        at.col + 1
    )
}

/// A part of the prelude that a maker of tests has given to one: the form that made the maker, and the node there, if it
/// is known.
pub(crate) type PreludePart<'db> = (Form<'db>, Option<NodeId>);

/// The part that what was made by a call belongs to: the call, and the node of its macro's form.
pub(crate) fn prelude_part<'db>(
    expansion: &Expansion<'db>,
    mut made: Option<Made>,
) -> Option<PreludePart<'db>> {
    while let Some((call, node)) = made {
        let mut inner = expansion.calls.iter();
        let uses_maker = inner.any(|inner| {
            matches!(&*inner.name, USE | USE_HERMETIC)
                && inner.parent.is_some_and(|(parent, _)| parent == call)
        });
        let call = &expansion.calls[call as usize];
        if uses_maker {
            return Some((call.form, node));
        }
        made = call.parent.map(made_by);
    }
    None
}

/// The same where the maker and its prelude are written as they are: the form of the maker, and the node.
pub(crate) fn written_prelude<'db>(
    db: &'db dyn Db,
    expansion: &Expansion<'db>,
    made: Option<Made>,
) -> Option<(Form<'db>, NodeId)> {
    let (maker, node) = prelude_part(expansion, made)?;
    let node = node?;
    let ast = ast(db, maker);
    let mut parts = ast.children(ast.root());
    let head = parts.next().and_then(|head| ast.as_keyword(head));
    let prelude = parts.nth(1).filter(|_| head.is_some_and(is_maker))?;
    (prelude.0..ast.subtree_end(prelude).0)
        .contains(&node.0)
        .then_some((maker, node))
}
