//! Bodies of tests.

use wat_syntax::{Applicability, NodeId};

use crate::problem::{EditAt, Place, Problem, ProblemEdit};

use super::Infer;
use super::table::Ty;
use super::typed::{ExprId, ExprKind};

impl Infer<'_> {
    /// A body whose value is nil (WAT2915). Its last form is no tail call, so that a failure tells where it stands.
    pub(super) fn test_body(&mut self, node: NodeId) -> ExprId {
        let nodes: Vec<NodeId> = self.argument_nodes(node);
        let mut body: Vec<ExprId> = nodes.iter().map(|&node| self.expr(node)).collect();
        self.solve();
        if let (Some(&last), Some(&at)) = (body.last(), nodes.last())
            && self.table.unify(Ty::NIL, self.ty(last)).is_err()
        {
            let found = self.render(self.ty(last));
            self.problems.push(
                Problem::new(
                    2915,
                    Place::node(at),
                    format!(
                        "the body of a test has the type `:wat::core::nil`, this one `{found}`"
                    ),
                )
                .label(format!("this is a `{found}`"))
                .help("a value that nobody looks at is probably an assertion that is missing")
                .fix(
                    "append `:wat::core::nil`",
                    Applicability::MaybeIncorrect,
                    vec![ProblemEdit {
                        at: EditAt::After,
                        place: Place::node(at),
                        insert: " :wat::core::nil".to_owned(),
                    }],
                ),
            );
            return self.error(node);
        }
        body.push(self.push(ExprKind::Nil, Ty::NIL, node));
        self.push(ExprKind::Do(body), Ty::NIL, node)
    }

    /// WAT2004, for an annotation that no expansion has told of.
    pub(super) fn stray_annotation(&mut self, node: NodeId, path: &str) -> ExprId {
        self.problems.push(
            Problem::new(
                2004,
                Place::node(node),
                format!("`{path}` is about a test and cannot stand inside an expression"),
            )
            .label("not at the top level")
            .help("move it to the top level, directly before the test"),
        );
        self.error(node)
    }
}
