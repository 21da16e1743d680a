//! The fix of WAT2204: a binding that may fail becomes a `match`.
//!
//! ```wat
//! (:wat::core::let [a 1 [1 b] p c 2] body)
//! (:wat::core::let [a 1] (:wat::core::match p ([1 b] (:wat::core::let [c 2] body)) (_ <otherwise>)))
//! ```

use wat_syntax::{Applicability, NodeId, NodeKind, print_ast};

use crate::problem::{EditAt, Place, ProblemEdit};

use super::Infer;

impl<'db> Infer<'db> {
    /// Adds the fix to the first WAT2204 that was reported since, for one pair of the bindings of a `let`.
    pub(super) fn offer_match(
        &mut self,
        reported: usize,
        form: NodeId,
        vector: NodeId,
        pair: &[NodeId],
    ) {
        let mut new = self.problems[reported..].iter();
        let at = new.position(|problem| problem.code == 2204);
        let (Some(at), &[pattern, value]) = (at, pair) else {
            return;
        };
        let Some(edits) = self.as_match(form, vector, pattern, value) else {
            return;
        };
        let problem = self.problems[reported + at].clone();
        self.problems[reported + at] = problem.fix(
            "write it as a `:wat::core::match`",
            Applicability::HasPlaceholders,
            edits,
        );
    }

    fn as_match(
        &self,
        form: NodeId,
        vector: NodeId,
        pattern: NodeId,
        value: NodeId,
    ) -> Option<Vec<ProblemEdit<'db>>> {
        let ast = self.ast;
        if ast.kind(form) != NodeKind::List || ast.is_poisoned(form) || ast.is_poisoned(vector) {
            return None;
        }
        let pairs: Vec<NodeId> = ast.children(vector).collect();
        let head = ast.children(form).next()?;
        let body: Vec<NodeId> = ast.children(form).skip(2).collect();
        let (first, last) = (
            pairs.first() == Some(&pattern),
            pairs.last() == Some(&value),
        );
        let edit = |at, node, insert: String| ProblemEdit {
            at,
            place: Place::node(node),
            insert,
        };
        let mut edits = vec![edit(
            EditAt::DeleteThrough(pattern.0),
            pattern,
            String::new(),
        )];
        let mut close = String::new();
        if first {
            edits.push(edit(EditAt::Replace, head, ":wat::core::match".into()));
            edits.push(edit(EditAt::OpenBracket, vector, String::new()));
        } else {
            let opened = "] (:wat::core::match ".to_owned();
            edits.push(edit(EditAt::Before, value, opened));
            close.push(')');
        }
        let arm = format!(" ({}", print_ast(ast, pattern));
        let mut ends = String::from(")");
        let opened = match (last, body.len()) {
            (false, _) => {
                ends.push(')');
                format!("{arm} (:wat::core::let [")
            }
            (true, 1) => arm,
            (true, _) => {
                ends.push(')');
                format!("{arm} (:wat::core::let []")
            }
        };
        if last {
            edits.push(edit(EditAt::CloseBracket, vector, opened));
        } else {
            edits.push(edit(EditAt::After, value, opened));
        }
        let end = format!("{ends} (_ <otherwise>){close}");
        edits.push(edit(EditAt::BeforeClose, form, end));
        Some(edits)
    }
}
