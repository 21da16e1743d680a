//! The signature of a macro in the legacy spelling (chapter 02 §13):
//! `(:my::name (x :wat::WatAST) … & (xs :AST<wat::core::Vector<T>>) -> :AST<T>)`.

use wat_syntax::{Applicability, NodeId};
use wat_value::syntax::{Shape, Syntax};

use crate::problem::{EditAt, Place, Problem, ProblemEdit};

use super::{AST, Parts, REST, is_symbol};

impl<'a> Parts<'a> {
    pub(super) fn legacy_signature(&mut self, signature: &'a Syntax) {
        let Some((name, mut nodes)) = signature.children().split_first() else {
            self.fault(
                signature,
                "a macro definition needs a name",
                "the name is missing",
            );
            return;
        };
        self.name(name);
        while let Some((part, after)) = nodes.split_first() {
            nodes = after;
            if is_symbol(part, "&") {
                match after {
                    [rest, after @ ..] if is_parameter(rest) => {
                        self.legacy_param(rest, true);
                        if let Some(more) = after.first().filter(|more| !is_symbol(more, "->")) {
                            self.fault(
                                more,
                                "the rest parameter of a macro is its last",
                                "after it",
                            );
                            return;
                        }
                        nodes = after;
                    }
                    _ => {
                        let message = "the rest parameter of this spelling is written \
                                       `& (name :AST<wat::core::Vector<T>>)`";
                        self.fault(part, message, "not followed by a parameter");
                        return;
                    }
                }
            } else if is_symbol(part, "->") {
                match after {
                    [ty] if ty.as_keyword().is_some() => {
                        if !is_syntax(ty) {
                            let message = "the result of a macro is `:wat::WatAST`";
                            self.fault_with(ty, message, "not syntax", Some(AST));
                        }
                        return;
                    }
                    _ => break,
                }
            } else if is_parameter(part) {
                self.legacy_param(part, false);
            } else {
                self.fault(
                    part,
                    "a parameter of this spelling is written `(name :wat::WatAST)`",
                    "not a parameter",
                );
            }
        }
        self.fault(
            signature,
            "a macro definition needs `-> :wat::WatAST` after its parameters",
            "no result type",
        );
    }

    fn legacy_param(&mut self, param: &'a Syntax, rest: bool) {
        let [name, ty] = param.children() else { return };
        match rest {
            true if !is_vector(ty) => {
                let message = format!("the rest parameter of a macro has the type `{REST}`");
                self.fault_with(ty, message, "not a vector of syntax", Some(REST));
            }
            false if !is_syntax(ty) => {
                let message = "a parameter of a macro has the type `:wat::WatAST`";
                self.fault_with(ty, message, "not syntax", Some(AST));
            }
            _ => {}
        }
        self.param(name, rest);
    }
}

fn is_parameter(part: &Syntax) -> bool {
    matches!(part.shape(), Shape::List(_))
        && matches!(part.children(), [_, ty] if ty.as_keyword().is_some())
}

/// `:wat::WatAST`, or `:AST<T>` whatever the type is.
fn is_syntax(ty: &Syntax) -> bool {
    let path = ty.as_keyword().unwrap_or_default();
    path == AST || path == ":AST" || path.starts_with(":AST<")
}

/// `:wat::core::Vector<wat::WatAST>`, or `:AST<wat::core::Vector<T>>`.
fn is_vector(ty: &Syntax) -> bool {
    let path = ty.as_keyword().unwrap_or_default();
    path == REST || path.starts_with(":AST<wat::core::Vector<")
}

/// WAT7001. The fix changes the tokens that the present spelling writes otherwise, so that comments stay.
pub(super) fn problem<'db>(signature: &Syntax) -> Problem<'db> {
    let place = |node: &Syntax| Place::node(NodeId(node.origin().0));
    let mut edits = Vec::new();
    let mut edit = |at: EditAt, node: &Syntax, insert: &str| {
        edits.push(ProblemEdit {
            at,
            place: place(node),
            insert: insert.to_owned(),
        });
    };
    edit(EditAt::OpenBracket, signature, "");
    let parts = signature.children();
    let last = parts.iter().rposition(is_parameter);
    let mut open = "[";
    let mut rest = false;
    for (at, part) in parts.iter().enumerate().skip(1) {
        if is_symbol(part, "&") {
            rest = true;
            edit(EditAt::Before, part, std::mem::take(&mut open));
        } else if is_symbol(part, "->") {
            if last.is_none() {
                edit(EditAt::Before, part, "[] ");
            }
        } else if let [name, ty] = part.children() {
            edit(EditAt::OpenBracket, part, std::mem::take(&mut open));
            edit(EditAt::After, name, " <-");
            let present = if rest { REST } else { AST };
            if ty.as_keyword() != Some(present) {
                edit(EditAt::Replace, ty, present);
            }
            let close = if Some(at) == last { "]" } else { "" };
            edit(EditAt::CloseBracket, part, close);
        } else if part.as_keyword() != Some(AST) {
            edit(EditAt::Replace, part, AST);
        }
    }
    edit(EditAt::CloseBracket, signature, "");
    Problem::new(
        7001,
        place(signature),
        "this spelling of a macro's signature is deprecated",
    )
    .label("write the parameters in brackets")
    .fix(
        "write it in the present spelling",
        Applicability::MachineApplicable,
        edits,
    )
}
