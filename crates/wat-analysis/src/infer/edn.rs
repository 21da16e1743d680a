//! Typed reading of EDN and JSON: `read`, `try-read`, `read-all`, `read-json`.

use wat_syntax::NodeId;

use crate::capability::Capability;
use crate::types::Ctor;

use super::Infer;
use super::report::Why;
use super::table::Ty;
use super::typed::{ExprId, ExprKind, FunctionKind, FunctionRef};

impl<'db> Infer<'db> {
    /// A reading form; `None` if the path is none.
    pub(super) fn edn_form(&mut self, path: &str, node: NodeId) -> Option<ExprId> {
        let verb = path.strip_prefix(":wat::edn::")?;
        if !matches!(verb, "read" | "try-read" | "read-all" | "read-json") {
            return None;
        }
        let mut nodes: Vec<NodeId> = self.argument_nodes(node);
        let before = nodes.len();
        let ascribed = self.ascription(&mut nodes, 0, Some(1));
        if ascribed.is_none() && nodes.len() < before {
            // An arrow without a type has been told.
            for node in nodes {
                self.expr(node);
            }
            return Some(self.error(node));
        }
        let args: Vec<ExprId> = nodes.iter().map(|&node| self.expr(node)).collect();
        let target = ascribed.map_or_else(|| self.table.var(), |(ty, _)| ty);
        let slot = ascribed.map_or(node, |(_, slot)| slot);
        self.require(Capability::Portable, target, slot);
        let ty = match verb {
            "read" => target,
            "read-all" => self.table.app(Ctor::Vector, &[target]),
            _ => {
                let error = self
                    .table
                    .app(Ctor::Nominal(":wat::edn::ReadError".into()), &[]);
                self.table.app(Ctor::Result, &[target, error])
            }
        };
        if args.len() != 1 {
            if !self.ast.is_poisoned(node) {
                let head = self.ast.children(node).next().unwrap_or(node);
                self.wrong_count(head, path, 1, args.len());
            }
            return Some(self.push(ExprKind::Error, ty, node));
        }
        self.expect(args[0], Ty::STRING, Why::Form);
        if ascribed.is_none() {
            self.evaluated.push(target);
        }
        let callee = FunctionRef {
            name: format!(":wat::edn::__internal/{verb}").into(),
            kind: FunctionKind::Native,
            types: vec![target],
        };
        let rest = None;
        Some(self.push(ExprKind::Call { callee, args, rest }, ty, node))
    }
}
