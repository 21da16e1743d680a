//! `:wat::form::matches?`: a boolean test of a value against a struct type, with logic variables.
//!
//! Clauses are read in order; logic variables are ordinary locals from the clause that binds them on. The form becomes
//! tests and bindings around each other: `(= ?v :field)` with a new `?v` is a `let`, every other clause an `if`.

use wat_syntax::{NodeId, NodeKind};
use wat_value::counted;

use crate::items::{Item, ItemKind, split_generic};
use crate::problem::{Place, Problem};
use crate::signature::generics;
use crate::types::Ctor;

use super::Infer;
use super::report::Why;
use super::table::{Shape, Ty};
use super::typed::{
    Compare, Expr, ExprId, ExprKind, FunctionKind, FunctionRef, LocalId, LocalInfo, Pattern,
    PatternKind,
};

const RED_ZONE: usize = 128 * 1024;
const SEGMENT: usize = 2 * 1024 * 1024;

const COMPARISONS: [(&str, Compare); 6] = [
    ("=", Compare::Eq),
    ("not=", Compare::Ne),
    ("<", Compare::Lt),
    (">", Compare::Gt),
    ("<=", Compare::Le),
    (">=", Compare::Ge),
];

/// What is matched against: the value, and its struct type.
struct Subject {
    local: LocalId,
    path: std::sync::Arc<str>,
    ty: Ty,
    args: Vec<Ty>,
}

/// How the static type of the value relates to the struct.
enum Fit {
    /// It is the struct.
    Itself,
    /// It is an option of it.
    Optional,
    /// No value of it is one.
    Never,
}

/// A clause that was read.
enum Step {
    Test(ExprId),
    Bind(Pattern, ExprId),
}

impl<'db> Infer<'db> {
    fn malformed_clause(&mut self, at: NodeId, message: impl Into<String>, label: &str) {
        if !self.ast.is_poisoned(at) {
            self.problems.push(
                Problem::new(2217, Place::node(at), message)
                    .label(label)
                    .help("clauses are `(= ?v :field)`, `(> ?v 0)`, `(and …)`, `(or …)`, `(not …)` and `(where expr)`"),
            );
        }
    }

    pub(super) fn matches_form(&mut self, node: NodeId) -> ExprId {
        let parts: Vec<NodeId> = self.argument_nodes(node);
        let [value, pattern] = parts[..] else {
            self.malformed_clause(
                node,
                format!(
                    "`:wat::form::matches?` takes a value and a pattern, found {}",
                    counted(parts.len(), "form")
                ),
                "not a value and a pattern",
            );
            return self.push(ExprKind::Error, Ty::BOOL, node);
        };
        let value = self.expr(value);
        self.solve();
        let Some((ty, clauses)) = self.matched_type(pattern) else {
            return self.push(ExprKind::Error, Ty::BOOL, node);
        };
        let Some((fit, subject)) = self.subject(value, ty, node) else {
            return self.push(ExprKind::Error, Ty::BOOL, node);
        };
        let scope = self.scope.len();
        let outer = std::mem::replace(&mut self.is_in_clause, true);
        let test = self.clauses(&clauses, &subject, pattern);
        self.is_in_clause = outer;
        self.scope.truncate(scope);
        let kind = match fit {
            Fit::Itself => ExprKind::Let {
                bindings: vec![(self.whole(&subject, node), value)],
                body: vec![test],
            },
            Fit::Optional => {
                let some = Pattern {
                    kind: PatternKind::Variant {
                        index: 1,
                        count: 2,
                        fields: vec![self.whole(&subject, node)],
                    },
                    ty: self.ty(value),
                    node,
                };
                let none = Pattern {
                    kind: PatternKind::Wild,
                    ty: self.ty(value),
                    node,
                };
                let no = self.push(ExprKind::Bool(false), Ty::BOOL, node);
                ExprKind::Match {
                    scrutinee: value,
                    arms: vec![(some, test), (none, no)],
                }
            }
            Fit::Never => {
                let no = self.push(ExprKind::Bool(false), Ty::BOOL, node);
                ExprKind::Do(vec![value, no])
            }
        };
        match self.exprs[value.0 as usize] {
            Expr {
                kind: ExprKind::Error,
                ..
            } => self.push(ExprKind::Error, Ty::BOOL, node),
            _ => self.push(kind, Ty::BOOL, node),
        }
    }

    /// The struct type and the clauses of a pattern.
    fn matched_type(&mut self, pattern: NodeId) -> Option<(Ty, Vec<NodeId>)> {
        let mut parts = self.ast.children(pattern);
        let head = parts
            .next()
            .filter(|_| self.ast.kind(pattern) == NodeKind::List);
        let Some(head) = head.filter(|&head| self.ast.as_keyword(head).is_some()) else {
            self.malformed_clause(
                pattern,
                "the pattern of `:wat::form::matches?` is a list that begins with a struct type",
                "not `(:Type clause …)`",
            );
            return None;
        };
        let clauses = parts.collect();
        let path = self.ast.as_keyword(head).unwrap_or_default();
        if crate::names::is_excused(self.db, self.program, path) {
            return None;
        }
        let ty = self.named_type(head, path);
        if self.table.is_error(ty) {
            return None;
        }
        if self.struct_of(ty).is_none() {
            self.malformed_clause(
                head,
                format!("`{path}` is no struct"),
                "a struct type is needed here",
            );
            return None;
        }
        Some((ty, clauses))
    }

    /// The type that a token names, an alias as what it stands for. Arguments that are not written are open.
    fn named_type(&mut self, token: NodeId, path: &str) -> Ty {
        let (name, mut arguments) = split_generic(path);
        let item = crate::names::lookup_type(self.db, self.program, name);
        if let Some(item) = item {
            self.references.push((token, super::Referent::Item(item)));
        }
        let Some(item) = item.filter(|_| arguments.next().is_none()) else {
            return self.type_at(token, false);
        };
        let open = generics(item.ast(self.db), item.name_node(self.db));
        let open: Vec<Ty> = open.iter().map(|_| self.table.var()).collect();
        match item.kind(self.db) {
            ItemKind::Struct => {
                let path = item.name(self.db).text(self.db).as_str().into();
                self.table.app(Ctor::Nominal(path), &open)
            }
            ItemKind::Alias => {
                let target = crate::resolve::alias_target(self.db, self.program, item);
                self.table.instantiate(&target.ty, &open)
            }
            _ => self.type_at(token, false),
        }
    }

    /// The path and the arguments of a struct type.
    fn struct_of(&self, ty: Ty) -> Option<(std::sync::Arc<str>, Vec<Ty>)> {
        let Shape::App(Ctor::Nominal(path), args) = self.table.shape(ty) else {
            return None;
        };
        let item = crate::names::lookup_type(self.db, self.program, path)?;
        (item.kind(self.db) == ItemKind::Struct).then(|| (path.clone(), args.to_vec()))
    }

    /// How the type of the value fits the struct type, and a local for what is tested.
    fn subject(&mut self, value: ExprId, ty: Ty, node: NodeId) -> Option<(Fit, Subject)> {
        let (path, mut args) = self.struct_of(ty)?;
        let mut ty = ty;
        let found = self.ty(value);
        let inner = self
            .table
            .args_of(found, &Ctor::Option)
            .map(|parts| parts[0]);
        let fit = match inner {
            Some(inner) if self.table.unify(inner, ty).is_ok() => Fit::Optional,
            None if self.table.unify(found, ty).is_ok() => Fit::Itself,
            _ => Fit::Never,
        };
        if let (Fit::Never, false) = (&fit, args.is_empty()) {
            // Nothing determines the parameters, and nothing looks at the fields.
            args.fill(Ty::ERROR);
            ty = self.table.app(Ctor::Nominal(path.clone()), &args);
        }
        let local = LocalId(self.locals.len() as u32);
        self.locals.push(LocalInfo {
            name: "".into(),
            ty,
            node,
            depth: self.depth,
            shadows: None,
        });
        let subject = Subject {
            local,
            path,
            ty,
            args,
        };
        Some((fit, subject))
    }

    fn whole(&self, subject: &Subject, node: NodeId) -> Pattern {
        Pattern {
            kind: PatternKind::Bind(subject.local),
            ty: subject.ty,
            node,
        }
    }

    /// The test that all clauses hold.
    fn clauses(&mut self, clauses: &[NodeId], subject: &Subject, node: NodeId) -> ExprId {
        let mut steps = Vec::new();
        let mut work: Vec<NodeId> = clauses.iter().rev().copied().collect();
        while let Some(clause) = work.pop() {
            let parts: Vec<NodeId> = self.ast.children(clause).collect();
            let head = parts.first().and_then(|&head| self.ast.as_symbol(head));
            if head == Some("and") && self.ast.kind(clause) == NodeKind::List {
                work.extend(parts[1..].iter().rev());
                continue;
            }
            let step = stacker::maybe_grow(RED_ZONE, SEGMENT, || {
                self.clause(clause, head, &parts, subject)
            });
            steps.push(
                step.unwrap_or_else(|| Step::Test(self.push(ExprKind::Error, Ty::BOOL, clause))),
            );
        }
        let mut all = self.push(ExprKind::Bool(true), Ty::BOOL, node);
        for step in steps.into_iter().rev() {
            let kind = match step {
                Step::Bind(pattern, value) => ExprKind::Let {
                    bindings: vec![(pattern, value)],
                    body: vec![all],
                },
                Step::Test(cond) => ExprKind::If {
                    cond,
                    then: all,
                    otherwise: self.push(ExprKind::Bool(false), Ty::BOOL, node),
                },
            };
            all = self.push(kind, Ty::BOOL, node);
        }
        all
    }

    fn clause(
        &mut self,
        clause: NodeId,
        head: Option<&str>,
        parts: &[NodeId],
        subject: &Subject,
    ) -> Option<Step> {
        let head = head.filter(|_| self.ast.kind(clause) == NodeKind::List);
        let operands = parts.get(1..).unwrap_or_default();
        if let Some((_, op)) = COMPARISONS.iter().find(|(name, _)| Some(*name) == head) {
            return self.comparison(clause, *op, operands, subject);
        }
        match (head, operands) {
            (Some("or"), _) => {
                let tests = operands.iter().map(|&part| self.apart(part, subject));
                let tests: Vec<ExprId> = tests.collect();
                Some(Step::Test(self.push(ExprKind::Or(tests), Ty::BOOL, clause)))
            }
            (Some("not"), &[part]) => {
                let cond = self.apart(part, subject);
                let then = self.push(ExprKind::Bool(false), Ty::BOOL, clause);
                let otherwise = self.push(ExprKind::Bool(true), Ty::BOOL, clause);
                let kind = ExprKind::If {
                    cond,
                    then,
                    otherwise,
                };
                Some(Step::Test(self.push(kind, Ty::BOOL, clause)))
            }
            (Some("where"), &[test]) => {
                let test = self.expr(test);
                self.expect(test, Ty::BOOL, Why::Condition);
                Some(Step::Test(test))
            }
            (Some("not" | "where"), _) => {
                self.malformed_clause(
                    clause,
                    format!("this clause takes one part, found {}", operands.len()),
                    "wrong number of parts",
                );
                None
            }
            _ => {
                self.malformed_clause(
                    parts.first().copied().unwrap_or(clause),
                    "this is no clause of `:wat::form::matches?`",
                    "unknown clause",
                );
                None
            }
        }
    }

    /// A clause whose bindings nobody outside sees.
    fn apart(&mut self, clause: NodeId, subject: &Subject) -> ExprId {
        let scope = self.scope.len();
        let test = self.clauses(&[clause], subject, clause);
        self.scope.truncate(scope);
        test
    }

    fn comparison(
        &mut self,
        clause: NodeId,
        op: Compare,
        operands: &[NodeId],
        subject: &Subject,
    ) -> Option<Step> {
        let &[left, right] = operands else {
            self.malformed_clause(
                clause,
                format!("a comparison takes two parts, found {}", operands.len()),
                "wrong number of parts",
            );
            return None;
        };
        let new = |infer: &Self, node| infer.is_variable(node) && !infer.is_bound(node);
        if op == Compare::Eq {
            let (variable, other) = match new(self, left) {
                true => (left, right),
                false => (right, left),
            };
            if new(self, variable) {
                let value = self.term(other, subject)?;
                let ty = self.ty(value);
                let local = self.bind(variable, ty);
                let pattern = Pattern {
                    kind: PatternKind::Bind(local),
                    ty,
                    node: variable,
                };
                return Some(Step::Bind(pattern, value));
            }
        }
        let (left, right) = (self.term(left, subject), self.term(right, subject));
        let (left, right) = (left?, right?);
        Some(Step::Test(self.compare_call(op, [left, right], clause)))
    }

    pub(super) fn is_variable(&self, node: NodeId) -> bool {
        self.ast
            .as_symbol(node)
            .is_some_and(|name| name.len() > 1 && name.starts_with('?'))
    }

    fn is_bound(&self, node: NodeId) -> bool {
        let NodeKind::Symbol(text) = self.ast.kind(node) else {
            return false;
        };
        self.scope.iter().any(|(bound, _)| *bound == text)
    }

    /// WAT2217 for a logic variable, wherever in a clause it stands.
    pub(super) fn unbound_variable(&mut self, node: NodeId) {
        let NodeKind::Symbol(text) = self.ast.kind(node) else {
            return;
        };
        if self.known_unknown(text, node) {
            return;
        }
        let told = self.problems.len();
        self.malformed_clause(
            node,
            format!(
                "the logic variable `{}` is not bound yet",
                self.ast.as_symbol(node).unwrap_or_default()
            ),
            "an `=` clause before this one must bind it",
        );
        if self.problems.len() > told {
            self.unknown.insert(text, told);
        }
    }

    /// WAT2217 for a macro call in a term: what it stands for is not known.
    pub(super) fn macro_in_term(&mut self, head: NodeId, item: Item<'db>) {
        let name = item.name(self.db).text(self.db);
        self.problems.push(
            Problem::new(
                2217,
                Place::node(head),
                format!("the macro `{name}` is not expanded here: the terms of `:wat::form::matches?` are data"),
            )
            .label("a macro call in a pattern")
            .help("bind its value with `:wat::core::let` around the form, or test it in a clause `(where expr)`"),
        );
    }

    /// A field, a logic variable, or an expression.
    fn term(&mut self, node: NodeId, subject: &Subject) -> Option<ExprId> {
        if self.is_variable(node) && !self.is_bound(node) {
            self.unbound_variable(node);
            return None;
        }
        let Some(keyword) = self.ast.as_keyword(node) else {
            let outer = std::mem::replace(&mut self.is_in_term, true);
            let value = self.expr(node);
            self.is_in_term = outer;
            return Some(value);
        };
        let name = &keyword[1..];
        let nominal = crate::nominal::nominal_of(self.db, self.program, &subject.path)?;
        let fields = &nominal.variants.first()?.fields;
        let Some(index) = fields.iter().position(|field| &*field.name == name) else {
            let known: Vec<String> = fields
                .iter()
                .map(|field| format!("`:{}`", field.name))
                .collect();
            self.malformed_clause(
                node,
                format!("`{}` has no field `{name}`", subject.path),
                &format!("its fields are {}", known.join(", ")),
            );
            return None;
        };
        self.refer_to_field(node, name, subject.ty);
        let ty = self.table.instantiate(&fields[index].ty, &subject.args);
        let of = self.push(ExprKind::Local(subject.local), subject.ty, node);
        let callee = FunctionRef {
            name: format!("{}/{name}", subject.path).into(),
            kind: FunctionKind::Accessor(index as u32),
            types: subject.args.clone(),
        };
        let kind = ExprKind::Call {
            callee,
            args: vec![of],
            rest: None,
        };
        Some(self.push(kind, ty, node))
    }
}
