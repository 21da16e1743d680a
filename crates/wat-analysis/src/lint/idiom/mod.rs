//! Idioms (WAT74xx): what one form says, another one says shorter. Rules that need types are with the static rules.

mod branch;
pub(crate) mod ladder;
mod nested;
mod reason;
mod template;
mod trivial;

use rustc_hash::FxHashSet;
use wat_syntax::{Applicability, Ast, NodeId, NodeKind};

use crate::expand::Source;
use crate::infer::quote::{FORMS, QUASIQUOTE, QUOTE};
use crate::problem::{EditAt, Place, Problem, ProblemEdit};

use super::Lint;

const IF: &str = ":wat::core::if";
const MATCH: &str = ":wat::core::match";
const COND: &str = ":wat::core::cond";
const DO: &str = ":wat::core::do";
const LET: &str = ":wat::core::let";
const NOT: &str = ":wat::core::not";

/// A list of code that stands in the expansion as its author wrote it; what is in it may have been expanded.
struct Call<'db> {
    /// The list, and what follows its head.
    node: NodeId,
    nodes: Vec<NodeId>,
    /// The form as written, and the same in it.
    source: &'db Ast,
    list: NodeId,
    head: NodeId,
    parts: Vec<NodeId>,
    /// A step of a thread lacks the value that goes through it.
    is_step: bool,
    /// Definitions may stand in its place.
    is_top: bool,
    /// A macro of the program decides what becomes of it.
    is_placed: bool,
}

pub(super) fn check(lint: &mut Lint<'_, '_>) {
    let mut steps = FxHashSet::default();
    let mut tops = vec![lint.ast.root()];
    let mut ladders = ladder::Ladders::default();
    let mut next = 0;
    while (next as usize) < lint.ast.len() {
        let node = NodeId(next);
        next += 1;
        let Some(path) = lint.head(node) else {
            continue;
        };
        // What is quoted is data, and a template is the business of its macro.
        if matches!(path, QUOTE | FORMS | QUASIQUOTE) {
            next = lint.ast.subtree_end(node).0;
            continue;
        }
        if !lint.is_written(node) {
            continue;
        }
        match path {
            ":wat::core::->" | ":wat::core::->>" => steps.extend(lint.ast.children(node).skip(2)),
            DO | LET if tops.contains(&node) => tops.extend(lint.ast.children(node)),
            IF => drop(ladders.at(lint.ast, node)),
            _ => {}
        }
        let rule: fn(&Lint<'_, '_>, &Call<'_>) -> Option<Problem<'static>> = match path {
            IF if !ladders.has(node) => branch::if_bool,
            MATCH => branch::bool_match,
            DO => trivial::single_do,
            COND => trivial::only_else,
            LET => nested::let_form,
            template::CONCAT => template::concat,
            reason::OPTION | reason::RESULT => reason::empty_reason,
            _ => continue,
        };
        let Some(mut call) = Call::written(lint, node) else {
            continue;
        };
        call.is_step = steps.contains(&node);
        call.is_top = tops.contains(&node);
        let found = rule(lint, &call);
        found.into_iter().for_each(|problem| lint.tell(problem));
    }
}

impl<'db> Call<'db> {
    fn written(lint: &Lint<'_, 'db>, node: NodeId) -> Option<Self> {
        let list = match lint.expansion.map(|expansion| expansion.origin_of(node)) {
            None => node,
            Some(Source::Written(list)) => list,
            Some(Source::Template { .. }) => return None,
        };
        let source = &**lint.written;
        let mut parts: Vec<NodeId> = source.children(list).collect();
        let nodes: Vec<NodeId> = lint.ast.children(node).skip(1).collect();
        if parts.len() != nodes.len() + 1 {
            return None;
        }
        let placed = lint
            .expansion
            .and_then(|expansion| expansion.placed_by(lint.db, node));
        Some(Call {
            node,
            nodes,
            source,
            list,
            head: parts.remove(0),
            parts,
            is_step: false,
            is_top: false,
            is_placed: placed.is_some(),
        })
    }

    /// The parts without the ascription `-> :T` after so many of them, and whether there is one.
    fn without_ascription(&self, before: usize) -> (Vec<NodeId>, bool) {
        let arrow = self.parts.get(before);
        let is_ascribed = arrow.is_some_and(|&arrow| self.source.as_symbol(arrow) == Some("->"));
        let mut parts = self.parts.clone();
        if is_ascribed {
            parts.drain(before..parts.len().min(before + 2));
        }
        (parts, is_ascribed)
    }

    fn problem(&self, code: u16, message: &str) -> Problem<'static> {
        Problem::new(code, Place::node(self.node), message)
    }

    /// The edits that leave of the list only what is written at one node, between these texts.
    fn keep(&self, node: NodeId, before: &str, after: &str) -> Vec<ProblemEdit<'static>> {
        vec![
            edit(EditAt::Until(place_of(node)), self.list, before),
            edit(EditAt::Since(place_of(node)), self.list, after),
        ]
    }

    /// How sure it is that a form may take the place of this one. A keyword alone may name an argument, and a string
    /// alone may be a docstring; and what a macro does with a form may depend on its shape.
    fn sureness(&self, form: NodeId) -> Applicability {
        let is_read_otherwise = matches!(
            self.source.kind(form),
            NodeKind::Keyword(_) | NodeKind::Str(_)
        );
        match is_read_otherwise || self.is_placed {
            true => Applicability::MaybeIncorrect,
            false => Applicability::MachineApplicable,
        }
    }
}

/// An edit of the form as written.
fn edit(at: EditAt, node: NodeId, insert: &str) -> ProblemEdit<'static> {
    ProblemEdit {
        at,
        place: Place::written(node),
        insert: insert.to_owned(),
    }
}

/// A node of the form as written, in an [`EditAt`].
fn place_of(node: NodeId) -> u32 {
    Place::written(node).node
}
