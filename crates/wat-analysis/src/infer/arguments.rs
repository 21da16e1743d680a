//! The arguments of a call: their number, their order, and sets and maps that stand for their elements.

use wat_syntax::{Applicability, NodeId, NodeKind};

use crate::db::Db;
use crate::items::{Item, ItemKind};
use crate::problem::{EditAt, Place, Problem, ProblemEdit};
use crate::signature::{Param, Signature};
use crate::types::{Ctor, Type};
use crate::whitelist::clause;

use super::Infer;
use super::alternatives::{Count, several};
use super::report::Why;
use super::table::{Shape, Ty};
use super::typed::{Chosen, ExprId, ExprKind, FunctionKind, FunctionRef};

impl<'db> Infer<'db> {
    /// Turns sets and maps into vectors where a call may take them so.
    pub(super) fn give_elements(&mut self, args: &mut [ExprId], takes: impl Fn(usize) -> bool) {
        for (index, arg) in args.iter_mut().enumerate() {
            if takes(index) {
                *arg = self.elements_of(*arg);
            }
        }
    }

    /// Checks an argument whose elements are taken: what is neither a vector nor a set nor a map has none (WAT3401, of a
    /// type parameter WAT3402).
    pub(super) fn expect_sequence(&mut self, arg: ExprId, vector: Ty, why: Why<'db>) {
        let (found, told) = (self.ty(arg), self.problems.len());
        self.expect(arg, vector, why);
        let code = match self.table.shape(found) {
            Shape::App(Ctor::Vector, _) | Shape::Var | Shape::Error => return,
            Shape::App(..) => 3401,
            Shape::Param(_) => 3402,
        };
        if let [problem] = &self.problems[told..]
            && matches!(problem.code, 3001 | 3018)
        {
            let found = self.render(found);
            let problem = &mut self.problems[told];
            problem.code = code;
            problem.message = format!("`{found}` has no elements: it is no vector, set or map");
        }
    }

    /// The elements of a set or the entries of a map, as a vector; anything else as it is.
    pub(super) fn elements_of(&mut self, arg: ExprId) -> ExprId {
        let (name, types) = match self.table.shape(self.ty(arg)) {
            Shape::App(Ctor::HashSet, parts) => (":wat::core::__internal/elements", parts.to_vec()),
            Shape::App(Ctor::HashMap, parts) => (":wat::core::HashMap/entries", parts.to_vec()),
            _ => return arg,
        };
        let element = match types[..] {
            [element] => element,
            _ => self.table.app(Ctor::Tuple, &types),
        };
        let ty = self.table.app(Ctor::Vector, &[element]);
        let callee = FunctionRef {
            name: name.into(),
            kind: FunctionKind::Native,
            types,
        };
        let node = self.exprs[arg.0 as usize].node;
        let call = ExprKind::Call {
            callee,
            args: vec![arg],
            rest: None,
        };
        self.push(call, ty, node)
    }

    /// Would the arguments not fit the parameters? Changes nothing.
    pub(super) fn is_ill_typed(
        &mut self,
        signature: &Signature,
        callee: &FunctionRef,
        args: &[ExprId],
    ) -> bool {
        let snapshot = self.table.snapshot();
        let params = signature
            .params
            .iter()
            .chain(std::iter::repeat_with(|| signature.rest.as_ref()).map_while(|rest| rest));
        let misfit = params.zip(args).any(|(param, &arg)| {
            let ty = self.table.instantiate(&param.ty, &callee.types);
            let found = self.ty(arg);
            self.table.unify(ty, found).is_err()
        });
        self.table.rollback(snapshot);
        misfit
    }

    /// The function-first order of the higher-order library functions: data and function are exchanged.
    pub(super) fn function_comes_first(&self, signature: &Signature, args: &[ExprId]) -> bool {
        let is_fn = |ty: &Type| matches!(ty, Type::App(Ctor::Fn, _));
        let (Some(first), Some(last)) = (signature.params.first(), signature.params.last()) else {
            return false;
        };
        if !is_fn(&last.ty)
            || is_fn(&first.ty)
            || args.len() < 2
            || args.len() != signature.params.len()
        {
            return false;
        }
        self.is_function_before_data(args)
    }

    /// Is the first argument a function and the last one something else? What a mistake leaves open is.
    pub(super) fn is_function_before_data(&self, args: &[ExprId]) -> bool {
        let (Some(&first), Some(&last)) = (args.first(), args.last()) else {
            return false;
        };
        let is_data = match self.table.shape(self.ty(last)) {
            Shape::App(ctor, _) => *ctor != Ctor::Fn,
            Shape::Error => true,
            Shape::Var | Shape::Param(_) => false,
        };
        is_data && (self.is_function_value(first) || self.is_misspelled_before(first, last))
    }

    /// Does a keyword literal stand before a collection? Where data and a function are taken it is a misspelled function.
    fn is_misspelled_before(&self, first: ExprId, last: ExprId) -> bool {
        matches!(self.exprs[first.0 as usize].kind, ExprKind::Keyword(_))
            && matches!(
                self.table.shape(self.ty(last)),
                Shape::App(Ctor::Vector | Ctor::HashSet | Ctor::HashMap, _)
            )
    }

    /// Is it a function whatever the context makes of it? What names several functions has no type of its own.
    fn is_function_value(&self, arg: ExprId) -> bool {
        let expr = &self.exprs[arg.0 as usize];
        match self.table.shape(expr.ty) {
            Shape::App(ctor, _) => *ctor == Ctor::Fn,
            Shape::Var => matches!(
                expr.kind,
                ExprKind::DispatchValue { .. }
                    | ExprKind::OperatorValue(_)
                    | ExprKind::VariadicValue { .. }
            ),
            _ => false,
        }
    }

    /// The scalar-first order of `interpose` and `take-nth`.
    pub(super) fn scalar_comes_first(
        &self,
        item: Item<'db>,
        signature: &Signature,
        args: &[ExprId],
    ) -> bool {
        let name = item.name(self.db).text(self.db);
        if !matches!(
            name.as_str(),
            ":wat::core::interpose" | ":wat::core::take-nth"
        ) || args.len() != signature.params.len()
        {
            return false;
        }
        let is_vector = |arg: ExprId| match self.table.shape(self.ty(arg)) {
            Shape::App(ctor, _) => Some(*ctor == Ctor::Vector),
            _ => None,
        };
        is_vector(args[0]) == Some(false) && is_vector(args[1]) == Some(true)
    }

    pub(super) fn function_arity(
        &mut self,
        item: Item<'db>,
        signature: &Signature,
        (node, head): (NodeId, NodeId),
        args: &[ExprId],
    ) {
        let (wanted, found) = (signature.params.len(), args.len());
        let name = item.name(self.db).text(self.db);
        let step = match least_arguments(self.db, item) {
            Some(_) => wanted.checked_sub(1).filter(|&step| step > 0),
            None => signature.rest.is_some().then_some(1),
        };
        let least = least_arguments(self.db, item).unwrap_or(wanted);
        let counts = several(vec![Count { least, step }]);
        let is_one = counts == "1" || counts == "at least 1";
        let plural = if is_one { "argument" } else { "arguments" };
        let message = format!("`{name}` takes {counts} {plural}, found {found}");
        let mut problem = Problem::new(3002, Place::node(head), message)
            .label(match found < wanted {
                true => format!(
                    "missing: {}",
                    signature.params[found..]
                        .iter()
                        .map(|p| format!("`{}`", p.name))
                        .collect::<Vec<_>>()
                        .join(", ")
                ),
                false => format!("{} too many", found - wanted),
            })
            .fact("callee", name)
            .mismatch(wanted.to_string(), found.to_string())
            .facts(
                "missing",
                signature.params.iter().skip(found).map(|p| &*p.name),
            );
        for &surplus in args.iter().skip(wanted) {
            problem = problem.also(
                Place::node(self.exprs[surplus.0 as usize].node),
                "no parameter for this",
            );
        }
        let is_plain = self.ast.kind(node) == NodeKind::List && !self.threaded.contains_key(&node);
        let problem = match is_plain {
            true if found < wanted => with_missing(problem, node, &signature.params[found..]),
            true => self.without_surplus(problem, &args[wanted..]),
            false => problem,
        };
        let list = NodeId(signature.params_node);
        let problem = problem.also(Place::elsewhere(item.form(self.db), list), "its parameters");
        self.problems
            .push(problem.help(format!("its parameters are `{}`", signature.render())));
    }
    /// A call of a native that says how often the parameters after its first one may be given: its result is the next
    /// first argument. `None` if the call gives each of them once, or a wrong number of them.
    pub(super) fn repeated_call(
        &mut self,
        item: Item<'db>,
        signature: &Signature,
        callee: &FunctionRef,
        ret: Ty,
        node: NodeId,
    ) -> Option<ExprId> {
        let least = least_arguments(self.db, item)?;
        let fixed = signature.params.len();
        let count = self.argument_nodes(node).len();
        let more = fixed.checked_sub(1).filter(|&more| more > 0)?;
        if count == fixed || count < least || !(count - 1).is_multiple_of(more) {
            return None;
        }
        let args = self.arguments(node);
        let form = item.form(self.db);
        for (at, &arg) in args.iter().enumerate() {
            let param = match at {
                0 => &signature.params[0],
                at => &signature.params[1 + (at - 1) % more],
            };
            let ty = self.table.instantiate(&param.ty, &callee.types);
            let declared = Some((form, NodeId(param.node)));
            self.expect(arg, ty, Why::Argument { declared });
        }
        if count == 1 {
            return Some(self.push(ExprKind::Do(args), ret, node));
        }
        let choice = self.choices.len();
        self.choices.push(Some(Chosen {
            function: callee.clone(),
            arity: fixed,
        }));
        Some(self.push(ExprKind::Dispatch { choice, args }, ret, node))
    }

    /// The fix that takes the surplus arguments away.
    fn without_surplus(&self, problem: Problem<'db>, surplus: &[ExprId]) -> Problem<'db> {
        let node = |arg: &ExprId| self.exprs[arg.0 as usize].node;
        let (Some(first), Some(last)) = (surplus.first().map(node), surplus.last().map(node))
        else {
            return problem;
        };
        let edit = ProblemEdit {
            at: EditAt::DeleteThrough(last.0),
            place: Place::node(first),
            insert: String::new(),
        };
        problem.fix(
            "delete what has no parameter",
            Applicability::MaybeIncorrect,
            vec![edit],
        )
    }
}

/// The fix that adds the missing arguments, to be filled in.
fn with_missing<'db>(problem: Problem<'db>, call: NodeId, params: &[Param]) -> Problem<'db> {
    let holes = params.iter().map(|param| format!(" <{}>", param.name));
    let edit = ProblemEdit {
        at: EditAt::BeforeClose,
        place: Place::node(call),
        insert: holes.collect(),
    };
    problem.fix(
        "add the missing arguments",
        Applicability::HasPlaceholders,
        vec![edit],
    )
}

/// The smallest number of arguments of a native whose parameters after the first may be given any number of times:
/// `:repeats [n]`.
pub(crate) fn least_arguments<'db>(db: &'db dyn Db, item: Item<'db>) -> Option<usize> {
    if item.kind(db) != ItemKind::Native {
        return None;
    }
    let ast = item.ast(db);
    let list = clause(ast, item.root(db), ":repeats")?;
    match ast.kind(ast.children(list).next()?) {
        NodeKind::Int(least) => usize::try_from(least).ok(),
        _ => None,
    }
}
