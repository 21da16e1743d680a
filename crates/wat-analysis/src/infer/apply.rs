//! Functions of any number of arguments as values, and `apply`, which calls a function with the elements of a vector.

use wat_syntax::{NodeId, NodeKind, TextId};

use crate::items::{Item, ItemKind};
use crate::problem::{Place, Problem};
use crate::signature::{Signature, signature};
use crate::types::Ctor;

use super::arm_shape::is_broken;
use super::deferred::{Constraint, ConstraintKind};
use super::dispatch::dispatch_arms;
use super::operator::{Operator, fixed_arity, operator_use};
use super::report::Why;
use super::table::{Shape, Ty};
use super::typed::{ExprId, ExprKind, Spread};
use super::{How, Infer};

const APPLY: &str = ":wat::core::apply";

impl<'db> Infer<'db> {
    /// A function with a rest parameter in value position: the context says how many arguments it takes.
    pub(super) fn variadic_value(
        &mut self,
        node: NodeId,
        text: TextId,
        item: Item<'db>,
        signature: &Signature,
    ) -> ExprId {
        let function = self.instantiate(item, signature, node, text);
        let mut instance = |ty| self.table.instantiate(ty, &function.types);
        let params: Vec<Ty> = signature.params.iter().map(|p| instance(&p.ty)).collect();
        let ret = instance(&signature.ret);
        let rest = signature.rest.as_ref().map(|rest| instance(&rest.ty));
        let Some(element) = rest else {
            return self.error(node);
        };
        let ty = self.table.var();
        let kind = ExprKind::VariadicValue {
            function,
            fixed: params.len(),
            element,
        };
        let expr = self.push(kind, ty, node);
        let kind = ConstraintKind::LiftVariadic {
            ty,
            params,
            element,
            ret,
        };
        self.constrain(Constraint { kind, node }, None);
        expr
    }

    pub(super) fn attempt_lift_variadic(
        &mut self,
        ty: Ty,
        params: &[Ty],
        [element, ret]: [Ty; 2],
        node: NodeId,
    ) -> bool {
        let count = match self.table.shape(ty) {
            Shape::Var => return false,
            Shape::App(Ctor::Fn, parts) => parts.len() - 1,
            _ => {
                self.not_wanted_as_function(ty, node);
                return true;
            }
        };
        let surplus = count.max(params.len()) - params.len();
        let wanted: Vec<Ty> = params
            .iter()
            .copied()
            .chain(std::iter::repeat_n(element, surplus))
            .collect();
        let wanted = self.table.function(&wanted, ret);
        self.late_misfit(ty, wanted, node);
        true
    }

    /// `(apply f xs)`
    pub(super) fn apply_form(&mut self, node: NodeId) -> ExprId {
        let nodes = self.argument_nodes(node);
        let [function, vector] = nodes[..] else {
            self.arguments(node);
            if !self.ast.is_poisoned(node) {
                let head = self.ast.children(node).next().unwrap_or(node);
                self.wrong_count(head, APPLY, 2, nodes.len());
            }
            return self.error(node);
        };
        let (element, ret) = (self.table.var(), self.table.var());
        let spread = self.spread(function, element, ret);
        let of = self.expr(vector);
        let wanted = self.table.app(Ctor::Vector, &[element]);
        self.expect(of, wanted, Why::Form);
        match spread {
            Some(function) => {
                let kind = ExprKind::Spread {
                    function,
                    of,
                    element,
                };
                self.push(kind, ret, node)
            }
            None => self.error(node),
        }
    }

    /// How the function of an `apply` takes elements of a type.
    fn spread(&mut self, node: NodeId, element: Ty, ret: Ty) -> Option<Spread> {
        if let NodeKind::Keyword(text) = self.ast.kind(node)
            && let Some(item) = self.resolve(node, text)
            && let Some(spread) = self.named_spread(node, text, item, element, ret)
        {
            return spread;
        }
        let function = self.expr(node);
        self.solve();
        let ty = self.ty(function);
        let params = match self.table.shape(ty) {
            Shape::App(Ctor::Fn, parts) => parts[..parts.len() - 1].to_vec(),
            Shape::Error => return None,
            _ => {
                let wanted = self.table.function(&[element], ret);
                self.expect(function, wanted, Why::Form);
                return None;
            }
        };
        let wanted = self.table.function(&vec![element; params.len()], ret);
        self.expect(function, wanted, Why::Form);
        Some(Spread::Value {
            function,
            count: params.len(),
        })
    }

    /// The same for paths whose functions take more or fewer arguments, or arguments of more than one type.
    fn named_spread(
        &mut self,
        node: NodeId,
        text: TextId,
        item: Item<'db>,
        element: Ty,
        ret: Ty,
    ) -> Option<Option<Spread>> {
        match item.kind(self.db) {
            ItemKind::Synonym => {
                let target = crate::synonym::target(self.db, self.program, item)?;
                self.named_spread(node, text, target, element, ret)
            }
            ItemKind::Function | ItemKind::Native => {
                let declared = signature(self.db, self.program, item).as_ref()?;
                declared.rest.as_ref()?;
                self.note_retired(node, text, None);
                self.refer(node, item, How::Value);
                Some(self.variadic_spread(node, text, item, declared, element, ret))
            }
            // What is left out of a retired name is told where it is a value.
            ItemKind::Operator if self.lacks_operand(text) => None,
            ItemKind::Operator => {
                self.note_retired(node, text, None);
                let path = item.name(self.db).text(self.db);
                let operator = operator_use(path)?;
                self.refer(node, item, How::Value);
                Some(Some(
                    self.operator_spread(operator, path, node, element, ret),
                ))
            }
            ItemKind::Dispatch => {
                self.note_retired(node, text, None);
                self.refer(node, item, How::Value);
                Some(self.dispatch_spread(node, text, item, element, ret))
            }
            _ => None,
        }
    }

    fn variadic_spread(
        &mut self,
        node: NodeId,
        text: TextId,
        item: Item<'db>,
        declared: &Signature,
        element: Ty,
        ret: Ty,
    ) -> Option<Spread> {
        let callee = self.instantiate(item, declared, node, text);
        let all = declared.params.iter().chain(&declared.rest);
        let mut takes: Vec<Ty> = all
            .map(|param| self.table.instantiate(&param.ty, &callee.types))
            .collect();
        takes.push(self.table.instantiate(&declared.ret, &callee.types));
        let fixed = declared.params.len();
        let wants: Vec<Ty> = std::iter::repeat_n(element, fixed + 1)
            .chain([ret])
            .collect();
        for (wanted, found) in wants.into_iter().zip(takes) {
            if self.table.unify(wanted, found).is_err() {
                self.mixed_parameters(node, text);
                return None;
            }
        }
        Some(Spread::Call { callee, fixed })
    }

    fn operator_spread(
        &mut self,
        operator: Operator,
        path: &str,
        node: NodeId,
        element: Ty,
        ret: Ty,
    ) -> Spread {
        if operator == Operator::Text {
            let _ = self.table.unify(ret, Ty::STRING);
            return Spread::Text;
        }
        let folded = match (operator, fixed_arity(path)) {
            (Operator::Arith { op, .. } | Operator::Typed { op, .. }, None) => Some(op),
            _ => None,
        };
        let count = fixed_arity(path).unwrap_or(2);
        let result = if folded.is_some() {
            let _ = self.table.unify(ret, element);
            element
        } else {
            ret
        };
        let ty = self.table.function(&vec![element; count], result);
        let function = self.operator_value(operator, ty, node);
        match folded {
            Some(op) => Spread::Fold {
                step: function,
                op: Some(op),
            },
            None => Spread::Value { function, count },
        }
    }

    fn dispatch_spread(
        &mut self,
        node: NodeId,
        text: TextId,
        item: Item<'db>,
        element: Ty,
        ret: Ty,
    ) -> Option<Spread> {
        if is_broken(self.db, self.program, item) {
            return None;
        }
        let arms = dispatch_arms(self.db, self.program, item);
        let repeats = arms.iter().any(|arm| arm.repeats && arm.params.len() == 2);
        let count = arms.first().map_or(0, |arm| arm.params.len());
        if repeats {
            let _ = self.table.unify(ret, element);
            let ty = self.table.function(&[element, element], element);
            let step = self.dispatch_value(item, ty, node);
            return Some(Spread::Fold { step, op: None });
        }
        if arms.iter().any(|arm| arm.params.len() != count) {
            let reason = "its alternatives differ in the number of arguments";
            self.not_a_value(node, text, reason);
            return None;
        }
        let ty = self.table.function(&vec![element; count], ret);
        let function = self.dispatch_value(item, ty, node);
        Some(Spread::Value { function, count })
    }

    fn mixed_parameters(&mut self, node: NodeId, text: TextId) {
        let name = self.ast.text(text);
        self.problems.push(
            Problem::new(
                3001,
                Place::node(node),
                format!("`{APPLY}` calls functions whose parameters all have one type, and those of `{name}` differ"),
            )
            .label("takes arguments of several types")
            .help("wrap it in a `:wat::core::fn`"),
        );
    }
}
