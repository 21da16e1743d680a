//! Calls of operations on syntax that are more than a signature says.

use wat_syntax::NodeId;

use crate::items::ItemKind;
use crate::problem::{Place, Problem};

use super::Infer;
use super::report::Why;
use super::table::{Shape, Ty};
use super::typed::{ExprId, ExprKind, FunctionKind, FunctionRef};
use crate::types::Ctor;

impl<'db> Infer<'db> {
    /// `(macro-error message [node])`: at run time a panic, which has whatever type is wanted.
    pub(super) fn macro_error_form(&mut self, node: NodeId, path: &str) -> ExprId {
        let args = self.arguments(node);
        let ret = self.table.var();
        let (Some(&message), true) = (args.first(), args.len() <= 2) else {
            if !self.ast.is_poisoned(node) {
                let head = self.head(node);
                self.wrong_count(head, path, 1, args.len());
            }
            return self.error(node);
        };
        self.expect(message, Ty::STRING, Why::Form);
        let blamed = args.get(1).copied();
        if let Some(blamed) = blamed {
            let form = self.syntax_type();
            self.expect(blamed, form, Why::Form);
        }
        let callee = FunctionRef {
            name: ":wat::core::__internal/macro-error".into(),
            kind: FunctionKind::Native,
            types: vec![ret],
        };
        let call = self.push(
            ExprKind::Call {
                callee,
                args: vec![message],
                rest: None,
            },
            ret,
            node,
        );
        match blamed {
            // The node is evaluated, as written, and has nobody to be shown to.
            Some(blamed) => self.push(ExprKind::Do(vec![blamed, call]), ret, node),
            None => call,
        }
    }

    /// `(keyword/of :Head :A…)`: the type keyword.
    pub(super) fn keyword_of_form(&mut self, node: NodeId, path: &str) -> ExprId {
        let parts: Vec<NodeId> = self.argument_nodes(node);
        if parts.len() < 2 {
            if !self.ast.is_poisoned(node) {
                self.wrong_count(self.head(node), path, 2, parts.len());
            }
            return self.error(node);
        }
        let mut texts = Vec::with_capacity(parts.len());
        for part in parts {
            match self.ast.as_keyword(part) {
                Some(text) => texts.push(&text[1..]),
                None => {
                    if !self.ast.is_poisoned(part) {
                        self.problems.push(
                            Problem::new(
                                3001,
                                Place::node(part),
                                format!("`{path}` takes keywords only"),
                            )
                            .label("not a keyword")
                            .help("write the head and its type arguments as keywords"),
                        );
                    }
                    return self.push(ExprKind::Error, Ty::KEYWORD, node);
                }
            }
        }
        let text = format!(":{}<{}>", texts[0], texts[1..].join(","));
        self.push(ExprKind::Keyword(text.into()), Ty::KEYWORD, node)
    }

    /// WAT3017: `struct->form` takes a struct.
    pub(super) fn check_struct_to_form(&mut self, call: ExprId) -> ExprId {
        let ExprKind::Call { args, .. } = &self.exprs[call.0 as usize].kind else {
            return call;
        };
        let Some(&value) = args.first() else {
            return call;
        };
        self.solve();
        let ty = self.ty(value);
        let fits = match self.table.shape(ty) {
            Shape::Error | Shape::Var | Shape::Param(_) => true,
            Shape::App(Ctor::Nominal(path), _) => {
                crate::names::lookup_type(self.db, self.program, path)
                    .is_some_and(|item| item.kind(self.db) == ItemKind::Struct)
            }
            Shape::App(..) => false,
        };
        if !fits {
            let found = self.render(ty);
            let node = self.exprs[value.0 as usize].node;
            self.problems.push(
                Problem::new(
                    3017,
                    Place::node(node),
                    format!("`:wat::core::struct->form` takes a struct, found `{found}`"),
                )
                .label(format!("this is a `{found}`")),
            );
        }
        call
    }
}
