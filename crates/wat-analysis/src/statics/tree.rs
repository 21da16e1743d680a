//! The typed tree with its edges turned round: where a value goes, who mentions a local, in which order things happen.

use wat_syntax::NodeId;

use crate::infer::table::{Shape, Ty};
use crate::infer::typed::{Expr, ExprId, ExprKind, FunctionRef, LocalId, Pattern, PatternKind};
use crate::infer::{Body, Inference, Referent};
use crate::types::Ctor;

/// What becomes of the value of an expression.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Role {
    /// Nobody can reach the expression: something around it is wrong.
    Unreached,
    /// The result of a function definition, whose type is declared.
    Returned,
    /// The value of a definition, or of an input of a session.
    Defined,
    /// The result of an inner `fn`.
    Yielded(ExprId),
    /// A statement: nobody looks at it. Around those of the definition itself there is nothing.
    Dropped(Option<ExprId>),
    /// The value of the form around it.
    Result(ExprId),
    /// The value of the form around it, if this branch is taken.
    Branch(ExprId, u32),
    /// The n-th binding of a `let`.
    Bound(ExprId, u32),
    Scrutinee(ExprId),
    /// The operand of `expect` or `try`.
    Unwrapped(ExprId),
    /// The operand of `first`, `second` or `third`.
    Projected(ExprId, u32),
    /// Decides what is evaluated.
    Test(ExprId),
    /// The called function.
    Callee(ExprId),
    /// The n-th argument of a call.
    Argument(ExprId, u32),
    /// Part of a new value, or the operand of an operator.
    Part(ExprId),
}

impl Role {
    /// The expression around it.
    pub(super) fn parent(self) -> Option<ExprId> {
        match self {
            Role::Unreached | Role::Returned | Role::Defined => None,
            Role::Dropped(parent) => parent,
            Role::Yielded(parent)
            | Role::Result(parent)
            | Role::Branch(parent, _)
            | Role::Bound(parent, _)
            | Role::Scrutinee(parent)
            | Role::Unwrapped(parent)
            | Role::Projected(parent, _)
            | Role::Test(parent)
            | Role::Callee(parent)
            | Role::Argument(parent, _)
            | Role::Part(parent) => Some(parent),
        }
    }
}

/// Where a local gets its value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Origin {
    /// From the caller, or from a part of a matched value.
    Elsewhere,
    /// The n-th binding of a `let`; `whole` if the binder is the name alone.
    Let {
        form: ExprId,
        index: u32,
        whole: bool,
    },
}

struct LocalFacts {
    origin: Origin,
    /// Where the tree mentions it.
    uses: Vec<ExprId>,
    /// How often the source mentions it.
    mentions: usize,
}

pub(super) struct Tree<'a, 'db> {
    pub(super) inference: &'a Inference<'db>,
    roles: Vec<Role>,
    /// When an expression is done, in the order of evaluation.
    done: Vec<u32>,
    /// How many expressions were done before the first one inside of it.
    begun: Vec<u32>,
    /// The reachable expressions in evaluation order, inner ones first.
    reached: Vec<ExprId>,
    locals: Vec<LocalFacts>,
    /// How often an expression was looked at.
    #[cfg(test)]
    looked: std::cell::Cell<u64>,
}

impl<'a, 'db> Tree<'a, 'db> {
    pub(super) fn new(inference: &'a Inference<'db>) -> Self {
        let local = || LocalFacts {
            origin: Origin::Elsewhere,
            uses: Vec::new(),
            mentions: 0,
        };
        let mut tree = Tree {
            inference,
            roles: vec![Role::Unreached; inference.exprs.len()],
            done: vec![0; inference.exprs.len()],
            begun: vec![0; inference.exprs.len()],
            reached: Vec::with_capacity(inference.exprs.len()),
            locals: inference.locals.iter().map(|_| local()).collect(),
            #[cfg(test)]
            looked: std::cell::Cell::default(),
        };
        for (node, referent) in &inference.references {
            if let Referent::Local(local) = referent
                && tree.info(*local).node != *node
            {
                tree.locals[local.0 as usize].mentions += 1;
            }
        }
        let roots: Vec<(ExprId, Role)> = match &inference.body {
            Body::Function { body, .. } => sequence(body, None, Role::Returned),
            Body::Value(value) => vec![(*value, Role::Defined)],
            Body::None => Vec::new(),
        };
        tree.walk(roots);
        tree
    }

    /// Visits everything in evaluation order, without recursion.
    fn walk(&mut self, roots: Vec<(ExprId, Role)>) {
        let mut work: Vec<(ExprId, Option<Role>)> = Vec::new();
        work.extend(roots.into_iter().rev().map(|(id, role)| (id, Some(role))));
        let mut children = Vec::new();
        while let Some((id, role)) = work.pop() {
            let Some(role) = role else {
                self.done[id.0 as usize] = self.reached.len() as u32;
                self.reached.push(id);
                continue;
            };
            self.roles[id.0 as usize] = role;
            self.begun[id.0 as usize] = self.reached.len() as u32;
            work.push((id, None));
            self.enter(id);
            children.clear();
            self.children(id, &mut children);
            work.extend(children.iter().rev().map(|&(id, role)| (id, Some(role))));
        }
    }

    fn enter(&mut self, id: ExprId) {
        match &self.inference.exprs[id.0 as usize].kind {
            ExprKind::Local(local) => self.locals[local.0 as usize].uses.push(id),
            ExprKind::Let { bindings, .. } => {
                for (index, (pattern, _)) in bindings.iter().enumerate() {
                    let whole = matches!(pattern.kind, PatternKind::Bind(_));
                    let index = index as u32;
                    for local in bound(pattern) {
                        self.locals[local.0 as usize].origin = Origin::Let {
                            form: id,
                            index,
                            whole,
                        };
                    }
                }
            }
            _ => {}
        }
    }

    /// The expressions directly inside an expression, in evaluation order.
    fn children(&self, id: ExprId, out: &mut Vec<(ExprId, Role)>) {
        let all = |parts: &[ExprId], out: &mut Vec<(ExprId, Role)>| {
            out.extend(parts.iter().map(|&part| (part, Role::Part(id))));
        };
        match &self.expr(id).kind {
            ExprKind::Call { args, .. } | ExprKind::Dispatch { args, .. } => {
                self.arguments(id, args, out);
            }
            ExprKind::Apply { function, args } => {
                out.push((*function, Role::Callee(id)));
                self.arguments(id, args, out);
            }
            ExprKind::Position { index, of } => out.push((*of, Role::Projected(id, *index))),
            ExprKind::If {
                cond,
                then,
                otherwise,
            } => out.extend([
                (*cond, Role::Test(id)),
                (*then, Role::Branch(id, 0)),
                (*otherwise, Role::Branch(id, 1)),
            ]),
            ExprKind::And(parts) | ExprKind::Or(parts) => {
                out.extend(parts.iter().map(|&part| (part, Role::Test(id))));
            }
            ExprKind::Do(body) => out.extend(sequence(body, Some(id), Role::Result(id))),
            ExprKind::Let { bindings, body } => {
                let bound = bindings.iter().enumerate();
                out.extend(bound.map(|(at, (_, value))| (*value, Role::Bound(id, at as u32))));
                out.extend(sequence(body, Some(id), Role::Result(id)));
            }
            ExprKind::Match { scrutinee, arms } => {
                out.push((*scrutinee, Role::Scrutinee(id)));
                let arms = arms.iter().enumerate();
                out.extend(arms.map(|(at, (_, body))| (*body, Role::Branch(id, at as u32))));
            }
            ExprKind::Lambda { body, .. } => {
                out.extend(sequence(body, Some(id), Role::Yielded(id)))
            }
            ExprKind::Try { of, .. } => out.push((*of, Role::Unwrapped(id))),
            ExprKind::Expect { of, message, .. } => {
                out.extend([(*of, Role::Unwrapped(id)), (*message, Role::Part(id))]);
            }
            ExprKind::Spread { function, of, .. } => {
                let function = function.function();
                out.extend(function.map(|function| (function, Role::Callee(id))));
                all(&[*of], out);
            }
            ExprKind::ToU8(of) | ExprKind::ToSyntax { of, .. } => all(&[*of], out),
            ExprKind::Compare { args, .. } => all(args, out),
            ExprKind::Arith { args: parts, .. }
            | ExprKind::Text { args: parts, .. }
            | ExprKind::Tuple(parts)
            | ExprKind::Vector(parts)
            | ExprKind::HashMap(parts)
            | ExprKind::HashSet(parts)
            | ExprKind::SyntaxNode {
                children: parts, ..
            }
            | ExprKind::Variant { fields: parts, .. } => all(parts, out),
            _ => {}
        }
    }

    /// Arguments are evaluated as written, whatever the order of the parameters.
    fn arguments(&self, id: ExprId, args: &[ExprId], out: &mut Vec<(ExprId, Role)>) {
        let start = out.len();
        let args = args.iter().enumerate();
        out.extend(args.map(|(at, &arg)| (arg, Role::Argument(id, at as u32))));
        out[start..].sort_by_key(|(arg, _)| self.node(*arg));
    }

    #[cfg(test)]
    pub(super) fn looked(&self) -> u64 {
        self.looked.get()
    }

    pub(super) fn expr(&self, id: ExprId) -> &'a Expr {
        #[cfg(test)]
        self.looked.set(self.looked.get() + 1);
        &self.inference.exprs[id.0 as usize]
    }

    pub(super) fn node(&self, id: ExprId) -> NodeId {
        self.expr(id).node
    }

    pub(super) fn role(&self, id: ExprId) -> Role {
        self.roles[id.0 as usize]
    }

    /// The expressions that the definition evaluates or may evaluate.
    pub(super) fn reached(&self) -> impl DoubleEndedIterator<Item = ExprId> + '_ {
        self.reached.iter().copied()
    }

    /// What is inside of an expression, in evaluation order.
    pub(super) fn text_of(&self, id: ExprId) -> impl Iterator<Item = ExprId> + '_ {
        let inside = self.begun[id.0 as usize] as usize..self.done[id.0 as usize] as usize;
        self.reached.get(inside).unwrap_or_default().iter().copied()
    }

    /// How many expressions there are, evaluated or not.
    pub(super) fn count(&self) -> u32 {
        self.inference.exprs.len() as u32
    }

    /// May the definition evaluate it?
    pub(super) fn is_reached(&self, id: ExprId) -> bool {
        self.role(id) != Role::Unreached
    }

    /// The type of an expression.
    pub(super) fn type_of(&self, id: ExprId) -> Ty {
        self.inference.table.resolve(self.expr(id).ty)
    }

    /// Is it a stream: a receiver and the thread that feeds it?
    pub(super) fn is_worker_pair(&self, ty: Ty) -> bool {
        match self.inference.table.shape(ty) {
            Shape::App(Ctor::Tuple, parts) => {
                let [receiver, thread] = parts[..] else {
                    return false;
                };
                self.is_kernel_type(receiver, "Receiver") && self.is_kernel_type(thread, "Thread")
            }
            _ => false,
        }
    }

    pub(super) fn info(&self, local: LocalId) -> &'a crate::infer::typed::LocalInfo {
        &self.inference.locals[local.0 as usize]
    }

    pub(super) fn locals(&self) -> impl Iterator<Item = LocalId> + use<> {
        (0..self.locals.len() as u32).map(LocalId)
    }

    pub(super) fn origin(&self, local: LocalId) -> Origin {
        self.locals[local.0 as usize].origin
    }

    pub(super) fn uses(&self, local: LocalId) -> &[ExprId] {
        &self.locals[local.0 as usize].uses
    }

    /// Does the source mention a local where the tree does not? Then nothing can be said about what becomes of it.
    pub(super) fn is_obscure(&self, local: LocalId) -> bool {
        let facts = &self.locals[local.0 as usize];
        facts.mentions > facts.uses.len()
    }

    /// Does nothing mention a local?
    pub(super) fn is_unused(&self, local: LocalId) -> bool {
        self.locals[local.0 as usize].mentions == 0
    }

    /// Was a local named to be ignored?
    pub(super) fn is_ignored(&self, local: LocalId) -> bool {
        self.info(local).name.starts_with('_')
    }

    fn chosen(&self, choice: usize) -> Option<&'a FunctionRef> {
        let chosen = self.inference.choices[choice].as_ref();
        chosen.map(|chosen| &chosen.function)
    }

    /// The function that a call names.
    pub(super) fn callee(&self, id: ExprId) -> Option<&'a FunctionRef> {
        match &self.expr(id).kind {
            ExprKind::Call { callee, .. } => Some(callee),
            ExprKind::Dispatch { choice, .. } => self.chosen(*choice),
            _ => None,
        }
    }

    /// The function that a function value names.
    pub(super) fn named(&self, id: ExprId) -> Option<&'a FunctionRef> {
        match &self.expr(id).kind {
            ExprKind::Function(function) => Some(function),
            ExprKind::DispatchValue { choice } => self.chosen(*choice),
            _ => None,
        }
    }

    /// The name of the kernel function that a call names, without `:wat::kernel::`.
    pub(super) fn kernel_call(&self, id: ExprId) -> Option<&'a str> {
        self.callee(id)?.name.strip_prefix(":wat::kernel::")
    }

    pub(super) fn args(&self, id: ExprId) -> &'a [ExprId] {
        match &self.expr(id).kind {
            ExprKind::Call { args, .. }
            | ExprKind::Dispatch { args, .. }
            | ExprKind::Apply { args, .. } => args,
            _ => &[],
        }
    }

    /// The local that an expression mentions.
    pub(super) fn local(&self, id: ExprId) -> Option<LocalId> {
        match self.expr(id).kind {
            ExprKind::Local(local) => Some(local),
            _ => None,
        }
    }

    /// The local that the first argument of a call mentions.
    pub(super) fn subject(&self, call: ExprId) -> Option<LocalId> {
        self.local(*self.args(call).first()?)
    }

    /// The binder and the value of a binding.
    pub(super) fn binding(&self, form: ExprId, index: u32) -> Option<&'a (Pattern, ExprId)> {
        match &self.expr(form).kind {
            ExprKind::Let { bindings, .. } => bindings.get(index as usize),
            _ => None,
        }
    }

    /// The value that a local is bound to as a whole.
    pub(super) fn value_of(&self, local: LocalId) -> Option<ExprId> {
        match self.origin(local) {
            Origin::Let {
                form,
                index,
                whole: true,
            } => self.binding(form, index).map(|(_, value)| *value),
            _ => None,
        }
    }

    /// The value behind chains of names.
    pub(super) fn resolve(&self, mut id: ExprId) -> ExprId {
        while let Some(value) = self.local(id).and_then(|local| self.value_of(local)) {
            id = value;
        }
        id
    }

    /// The expressions around an expression, innermost first.
    pub(super) fn ancestors(&self, id: ExprId) -> impl Iterator<Item = ExprId> + '_ {
        std::iter::successors(self.role(id).parent(), |&id| self.role(id).parent())
    }

    /// Is `inner` part of `outer`?
    pub(super) fn is_inside(&self, inner: ExprId, outer: ExprId) -> bool {
        let done = self.done[inner.0 as usize];
        let inside = self.begun[outer.0 as usize]..self.done[outer.0 as usize];
        self.is_reached(inner) && inside.contains(&done)
    }

    /// The `let` and `fn` forms around an expression limit its region: the innermost of them.
    pub(super) fn region(&self, id: ExprId) -> Option<ExprId> {
        self.ancestors(id).find(|&around| {
            matches!(
                self.expr(around).kind,
                ExprKind::Let { .. } | ExprKind::Lambda { .. }
            )
        })
    }

    /// Is the first expression evaluated before the second, as far as both are evaluated at all?
    pub(super) fn is_before(&self, first: ExprId, second: ExprId) -> bool {
        self.done[first.0 as usize] < self.done[second.0 as usize] && !self.excludes(first, second)
    }

    /// Are two expressions in different branches of one form?
    fn excludes(&self, first: ExprId, second: ExprId) -> bool {
        let branches = |id: ExprId| {
            std::iter::successors(Some(id), |&id| self.role(id).parent()).filter_map(
                |id| match self.role(id) {
                    Role::Branch(form, at) => Some((form, at)),
                    _ => None,
                },
            )
        };
        branches(first).any(|(form, at)| {
            branches(second).any(|(other, other_at)| form == other && at != other_at)
        })
    }

    /// Is the first expression evaluated on every way to the second one, which comes later?
    pub(super) fn is_certain_before(&self, first: ExprId, second: ExprId) -> bool {
        let mut at = first;
        loop {
            let role = self.role(at);
            let conditional = match role {
                Role::Branch(..) | Role::Yielded(_) => true,
                // The first operand of `and` and the test of `if` are always evaluated.
                Role::Test(form) => match &self.expr(form).kind {
                    ExprKind::And(parts) | ExprKind::Or(parts) => parts.first() != Some(&at),
                    _ => false,
                },
                Role::Dropped(Some(form)) => {
                    matches!(self.expr(form).kind, ExprKind::Lambda { .. })
                }
                _ => false,
            };
            let Some(parent) = role.parent() else {
                return self.is_before(first, second);
            };
            if self.is_inside(second, parent) {
                return self.is_before(first, second);
            }
            if conditional {
                return false;
            }
            at = parent;
        }
    }

    /// The path of a declared type and its arguments.
    pub(super) fn nominal(&self, ty: Ty) -> Option<(&str, &[Ty])> {
        match self.inference.table.shape(ty) {
            Shape::App(Ctor::Nominal(path), args) => Some((path, args)),
            _ => None,
        }
    }

    /// Is it the kernel type of this name?
    pub(super) fn is_kernel_type(&self, ty: Ty, name: &str) -> bool {
        self.nominal(ty)
            .and_then(|(path, _)| path.strip_prefix(":wat::kernel::"))
            == Some(name)
    }

    pub(super) fn is_worker(&self, ty: Ty) -> bool {
        self.is_kernel_type(ty, "Thread") || self.is_kernel_type(ty, "Process")
    }

    pub(super) fn render(&self, ty: Ty) -> String {
        self.inference.table.render(ty, &self.inference.generics)
    }

    /// Does the definition touch the kernel at all? Most do not, and pay nothing.
    pub(super) fn is_concurrent(&self) -> bool {
        let kernel = |ty: Ty| {
            let mut work = Vec::new();
            let mut next = Some(ty);
            while let Some(ty) = next.take().or_else(|| work.pop()) {
                if let Shape::App(ctor, args) = self.inference.table.shape(ty) {
                    if let Ctor::Nominal(path) = ctor
                        && (path.starts_with(":wat::kernel::") || path.starts_with(":wat::io::"))
                    {
                        return true;
                    }
                    work.extend_from_slice(args);
                }
            }
            false
        };
        let quiet = |name: &str| {
            matches!(
                name,
                ":wat::kernel::println"
                    | ":wat::kernel::eprintln"
                    | ":wat::kernel::pprintln"
                    | ":wat::kernel::epprintln"
                    | ":wat::kernel::assertion-failed!"
            )
        };
        let mentions = |id: ExprId| {
            let function = self.callee(id).or_else(|| self.named(id));
            function.is_some_and(|function| {
                function.name.starts_with(":wat::kernel::") && !quiet(&function.name)
            })
        };
        self.reached()
            .any(|id| mentions(id) || kernel(self.expr(id).ty))
    }
}

/// The names that a pattern binds.
pub(super) fn bound(pattern: &Pattern) -> Vec<LocalId> {
    let mut found = Vec::new();
    let mut work = vec![pattern];
    while let Some(pattern) = work.pop() {
        match &pattern.kind {
            PatternKind::Bind(local) => found.push(*local),
            PatternKind::Tuple(parts) | PatternKind::Variant { fields: parts, .. } => {
                work.extend(parts.iter().rev());
            }
            _ => {}
        }
    }
    found
}

fn sequence(body: &[ExprId], around: Option<ExprId>, last: Role) -> Vec<(ExprId, Role)> {
    let role = |at: usize| match at + 1 == body.len() {
        true => last,
        false => Role::Dropped(around),
    };
    let body = body.iter().enumerate();
    body.map(|(at, &id)| (id, role(at))).collect()
}
