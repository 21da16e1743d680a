//! WAT7521: assertions that floats are equal.

use wat_syntax::Applicability;

use crate::infer::table::Ty;
use crate::problem::{EditAt, Place, Problem, ProblemEdit};

use super::Rules;

const ASSERT_EQ: &str = ":wat::test::assert-eq";

impl Rules<'_, '_> {
    pub(super) fn float_assertions(&mut self) {
        let mut found = Vec::new();
        for id in self.tree.reached() {
            let is_one = self
                .tree
                .callee(id)
                .is_some_and(|it| &*it.name == ASSERT_EQ)
                && self.ast.as_keyword(self.head(id)) == Some(ASSERT_EQ)
                && self.tree.args(id).len() == 2
                && self
                    .tree
                    .args(id)
                    .iter()
                    .all(|&it| self.tree.type_of(it) == Ty::F64);
            if !is_one {
                continue;
            }
            let edit = |at, node, insert: &str| ProblemEdit {
                at,
                place: Place::node(node),
                insert: insert.to_owned(),
            };
            let (head, call) = (self.head(id), self.tree.node(id));
            let edits = vec![
                edit(EditAt::Replace, head, ":wat::test::assert-approx"),
                edit(EditAt::BeforeClose, call, " 1e-9"),
            ];
            found.push(
                Problem::new(
                    7521,
                    Place::node(head),
                    "`:wat::test::assert-eq` compares floats exactly",
                )
                .label("these are floats")
                .help("say how far they may differ, with `:wat::test::assert-approx`")
                .fix(
                    "let them differ by at most 1e-9",
                    Applicability::MachineApplicable,
                    edits,
                ),
            );
        }
        self.lints.extend(found);
    }
}
