//! Literal data that is given to a form which evaluates it: WAT5020.

use wat_syntax::NodeId;

use crate::mutation::{Made, first_mutation, mutation_in_text};
use crate::problem::{Place, Problem};

use super::Infer;
use super::typed::{Expr, ExprId, ExprKind};

/// The forms that evaluate their first argument, a source text or a form. Those that take the path of a file are none:
/// what stands in the file is not written in the call.
const EVALUATORS: [&str; 6] = [
    ":wat::eval-ast!",
    ":wat::eval-edn!",
    ":wat::eval-digest-string!",
    ":wat::eval-signed-string!",
    ":wat::eval-step!",
    ":wat::eval::walk",
];

impl<'db> Infer<'db> {
    /// WAT5020: the first argument of an evaluating form is written in the call, and would change the program.
    pub(super) fn literal_mutation(&mut self, callee: &str, call: ExprId) {
        if !callee.starts_with(":wat::eval") || !EVALUATORS.contains(&callee) {
            return;
        }
        let ExprKind::Call { args, .. } = &self.exprs[call.0 as usize].kind else {
            return;
        };
        let Some(&data) = args.first() else { return };
        let Some((at, head)) = self.mutation_in(data) else {
            return;
        };
        let is_text = matches!(self.exprs[data.0 as usize].kind, ExprKind::Str(_));
        self.problems.push(
            Problem::new(
                5020,
                Place::node(at),
                format!("`{callee}` refuses this: `{head}` would change the program, which evaluated data cannot"),
            )
            .label(match is_text {
                true => format!("contains a `{head}`"),
                false => "always refused".to_owned(),
            })
            .help("write it at the top level of the program, and evaluate what uses it"),
        );
    }

    /// The node to point at, and the head of the form that would change the program. What is quoted stands in the tree
    /// at the node of the form that quotes it.
    fn mutation_in(&self, data: ExprId) -> Option<(NodeId, String)> {
        let Expr { kind, node, .. } = &self.exprs[data.0 as usize];
        let made = match kind {
            ExprKind::Str(text) => return mutation_in_text(text).map(|head| (*node, head)),
            ExprKind::Syntax(_) => Made::Whole,
            ExprKind::SyntaxNode { .. } => Made::Template,
            _ => return None,
        };
        let quoted = self.ast.children(*node).nth(1).unwrap_or(*node);
        first_mutation(self.ast, quoted, made).map(|(at, head)| (at, head.to_owned()))
    }
}
