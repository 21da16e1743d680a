//! Dispatches: calls of names with several implementations, and what their arms are.

use std::sync::Arc;

use wat_syntax::NodeId;

use crate::items::{Item, ItemKind};
use crate::names::{lookup, program_of};
use crate::resolve::TypeResolver;
use crate::signature::signature;
use crate::types::{Ctor, Type};

use super::Infer;
use super::arm_shape::is_broken;
use super::deferred::{Constraint, ConstraintKind};
use super::table::Ty;
use super::typed::{ExprId, ExprKind, FunctionKind, FunctionRef};

impl<'db> Infer<'db> {
    /// The same for a name with several implementations: one of them takes data first and a function last.
    fn dispatches_function_first(&self, arms: &[Arm<'db>], args: &[ExprId]) -> bool {
        let is_fn = |ty: &Type| matches!(ty, Type::App(Ctor::Fn, _));
        let takes = |arm: &Arm<'db>| {
            let (first, last) = (arm.params.first(), arm.params.last());
            arm.takes(args.len())
                && args.len() > 1
                && last.is_some_and(|last| is_fn(&last.0))
                && first.is_some_and(|first| !is_fn(&first.0))
        };
        arms.iter().any(takes) && self.is_function_before_data(args)
    }

    pub(super) fn dispatch_call(&mut self, item: Item<'db>, node: NodeId, head: NodeId) -> ExprId {
        if is_broken(self.db, self.program, item) {
            self.arguments(node);
            return self.error(node);
        }
        let arms = dispatch_arms(self.db, self.program, item);
        let arity = |count: usize| arms.iter().any(|arm| arm.params.len() == count);
        let given = self.argument_nodes(node).len();
        let name = item.name(self.db).text(self.db);
        if !arity(given)
            && arity(given / 2)
            && self.refuses_keywords(format_args!("`{name}`"), Some(given / 2), node)
        {
            return self.error(node);
        }
        let mut args = self.arguments(node);
        if self.dispatches_function_first(arms, &args) {
            // The order of evaluation stays as written; only the roles are exchanged.
            let last = args.len() - 1;
            args.swap(0, last);
            self.lint_function_first(&args, node);
        }
        self.dispatch_on(item, args, node, head)
    }

    /// A dispatch on arguments that are inferred already.
    pub(super) fn dispatch_on(
        &mut self,
        item: Item<'db>,
        mut args: Vec<ExprId>,
        node: NodeId,
        head: NodeId,
    ) -> ExprId {
        if is_broken(self.db, self.program, item) {
            return self.error(node);
        }
        let arms = dispatch_arms(self.db, self.program, item);
        let name = item.name(self.db).text(self.db);
        if !arms.iter().any(|arm| arm.takes(args.len())) {
            if !self.ast.is_poisoned(node) {
                self.no_arity(head, name, arms, args.len());
            }
            return self.error(node);
        }
        let count = args.len();
        self.give_elements(&mut args, |index| {
            let mut fitting = arms.iter().filter(|arm| arm.takes(count));
            fitting.all(|arm| arm.seqable[arm.parameter(index)])
        });
        let ret = self.table.var();
        let choice = self.choices.len();
        self.choices.push(None);
        let expr = self.push(
            ExprKind::Dispatch {
                choice,
                args: args.clone(),
            },
            ret,
            node,
        );
        let operands = args.iter().map(|&arg| self.ty(arg)).collect();
        let nodes = args.iter().map(|&arg| self.blamed(arg)).collect();
        let kind = ConstraintKind::Arm {
            item: ItemKey::of(item),
            operands,
            nodes,
            ret,
            choice,
        };
        self.constrain(Constraint { kind, node: head }, Some(item));
        expr
    }

    pub(super) fn dispatch_value(&mut self, item: Item<'db>, ty: Ty, node: NodeId) -> ExprId {
        let choice = self.choices.len();
        self.choices.push(None);
        let expr = self.push(ExprKind::DispatchValue { choice }, ty, node);
        let kind = ConstraintKind::Lift {
            item: ItemKey::of(item),
            ty,
            choice,
        };
        self.constrain(Constraint { kind, node }, Some(item));
        expr
    }

    /// The implementation of an arm, instantiated.
    pub(super) fn arm_function(
        &mut self,
        arm: &Arm<'db>,
        node: NodeId,
    ) -> Option<(FunctionRef, Vec<Ty>, Ty)> {
        let item = arm.implementation?;
        let signature = signature(self.db, self.program, item).as_ref()?;
        let types: Vec<Ty> = signature
            .generics
            .iter()
            .map(|_| self.table.var())
            .collect();
        self.instantiated(node, item, &types);
        let params = signature
            .params
            .iter()
            .map(|param| self.table.instantiate(&param.ty, &types))
            .collect();
        let ret = self.table.instantiate(&signature.ret, &types);
        let name = item.name(self.db).text(self.db).as_str().into();
        Some((
            FunctionRef {
                name,
                kind: FunctionKind::of(self.db, item),
                types,
            },
            params,
            ret,
        ))
    }
}

/// An item in a constraint, without its lifetime.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct ItemKey(pub(super) salsa::Id);

impl ItemKey {
    fn of(item: Item<'_>) -> ItemKey {
        use salsa::plumbing::AsId;
        ItemKey(item.as_id())
    }
}

/// One alternative of a dispatch. Its own type parameters are numbered from 0.
#[derive(Clone, PartialEq, Eq, Debug, salsa::SalsaValue)]
pub(crate) struct Arm<'db> {
    pub(crate) params: Vec<crate::problem::Plain<Type>>,
    /// Which of them take a set or map too.
    pub(crate) seqable: Vec<bool>,
    /// May all parameters after the first be given again and again? The result is then the next first argument.
    pub(crate) repeats: bool,
    pub(crate) generics: u32,
    pub(crate) implementation: Option<Item<'db>>,
}

impl Arm<'_> {
    /// Does it take so many arguments?
    pub(crate) fn takes(&self, count: usize) -> bool {
        let fixed = self.params.len();
        count == fixed
            || (self.repeats && fixed > 1 && count > fixed && (count - 1).is_multiple_of(fixed - 1))
    }

    /// The parameter for an argument.
    pub(crate) fn parameter(&self, argument: usize) -> usize {
        match argument.checked_sub(self.params.len()) {
            Some(surplus) => 1 + surplus % (self.params.len() - 1),
            None => argument,
        }
    }
}

/// The type variables of arms.
pub(super) fn letters() -> Vec<Arc<str>> {
    ('A'..='Z')
        .map(|letter| letter.to_string().into())
        .collect()
}

/// The arms of a dispatch in declaration order. Single upper-case letters are type variables.
#[salsa::tracked(returns(ref))]
pub(crate) fn dispatch_arms<'db>(
    db: &'db dyn crate::Db,
    program: crate::SourceFile,
    item: Item<'db>,
) -> Vec<Arm<'db>> {
    let ast = item.ast(db);
    let program = program_of(db, program, item);
    let letters = letters();
    let arms = ast.children(item.root(db)).skip(2);
    arms.filter_map(|arm| {
        let mut parts = ast.children(arm);
        let (types, target) = (parts.next()?, parts.next()?);
        let mut resolver = TypeResolver::quiet(db, program.into(), ast, &letters);
        let repeats = ast
            .children(types)
            .any(|node| ast.as_symbol(node) == Some("&"));
        let written = || {
            ast.children(types)
                .filter(|&node| ast.as_symbol(node) != Some("&"))
        };
        let params = written()
            .map(|node| crate::problem::Plain(resolver.node(node)))
            .collect();
        let seqable = written()
            .map(|node| crate::signature::is_seqable(ast, node))
            .collect();
        let implementation = ast
            .as_keyword(target)
            .and_then(|path| lookup(db, program, path))
            .and_then(|item| match item.kind(db) {
                ItemKind::Synonym => crate::synonym::target(db, program, item),
                _ => Some(item),
            });
        Some(Arm {
            params,
            seqable,
            repeats,
            generics: 26,
            implementation,
        })
    })
    .collect()
}
