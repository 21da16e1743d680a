//! Types under inference: an arena with unification variables, and unification with rollback.

use std::cell::Cell;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::spelling::Spelling;
use crate::types::{Ctor, MAX_NESTING, MAX_PARTS, Size, Type, write_app};

/// A type of the arena.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Ty(u32);

impl Ty {
    pub(crate) const ERROR: Ty = Ty(0);
    pub(crate) const I64: Ty = Ty(1);
    pub(crate) const F64: Ty = Ty(2);
    pub(crate) const U8: Ty = Ty(3);
    pub(crate) const BOOL: Ty = Ty(4);
    pub(crate) const NIL: Ty = Ty(5);
    pub(crate) const STRING: Ty = Ty(6);
    pub(crate) const KEYWORD: Ty = Ty(7);
}

const SIMPLE: [Ctor; 7] = [
    Ctor::I64,
    Ctor::F64,
    Ctor::U8,
    Ctor::Bool,
    Ctor::Nil,
    Ctor::String,
    Ctor::Keyword,
];

#[derive(Clone, Debug)]
enum Node {
    Error,
    Var(Option<Ty>),
    Param(u32),
    App { ctor: Ctor, start: u32, len: u32 },
}

/// A type with its head known, or not.
#[derive(Clone, Debug)]
pub(crate) enum Shape<'a> {
    Error,
    Var,
    Param(u32),
    App(&'a Ctor, &'a [Ty]),
}

/// Why two types do not unify.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Clash {
    /// The innermost pair that differs.
    Differ { rigid: bool },
    /// A variable would contain itself.
    Infinite,
    /// A function that stands for several types is none of this one.
    Unwanted,
}

/// How long a rendered type gets before the rest of it is left out.
const RENDERED: usize = 4000;

/// What a walk over shared parts has been at. The first steps are not noted down: most types are small.
struct Seen<T> {
    steps: u32,
    noted: FxHashSet<T>,
}

impl<T: Eq + std::hash::Hash> Seen<T> {
    const FREE: u32 = 64;

    fn new() -> Self {
        Seen {
            steps: 0,
            noted: FxHashSet::default(),
        }
    }

    /// False if the walk has certainly been there.
    fn is_first(&mut self, at: T) -> bool {
        self.steps = self.steps.saturating_add(1);
        self.steps <= Self::FREE || self.noted.insert(at)
    }
}

/// The arena of one definition.
pub(crate) struct Table {
    nodes: Vec<Node>,
    args: Vec<Ty>,
    /// Variables bound since the last snapshot, for rollback.
    trail: Vec<Ty>,
    /// Types that their author wrote by an alias, with its path and arguments: bound variables of their own, so that
    /// nothing else looks different.
    spelled: FxHashMap<Ty, (Arc<str>, Box<[Ty]>)>,
    /// What was made equal to the error type: nobody will say what stays open in it.
    beside_errors: Vec<Ty>,
}

/// The memory of a table that is gone, for the next one: definitions are small, and there are many of them.
#[derive(Default)]
struct Memory {
    nodes: Vec<Node>,
    args: Vec<Ty>,
    trail: Vec<Ty>,
}

impl Memory {
    /// A table with more nodes leaves nothing behind.
    const KEPT: usize = 1 << 12;
}

thread_local! {
    static MEMORY: Cell<Memory> = Cell::default();
}

impl Drop for Table {
    fn drop(&mut self) {
        if self.nodes.len() > Memory::KEPT {
            return;
        }
        let mut memory = Memory {
            nodes: std::mem::take(&mut self.nodes),
            args: std::mem::take(&mut self.args),
            trail: std::mem::take(&mut self.trail),
        };
        memory.nodes.clear();
        memory.args.clear();
        memory.trail.clear();
        // A thread that ends has no next table.
        let _ = MEMORY.try_with(|kept| kept.set(memory));
    }
}

/// A state to go back to: how many variables were bound, and how many types met an error.
pub(crate) struct Snapshot(usize, usize);

impl Table {
    pub(crate) fn new() -> Table {
        let Memory {
            mut nodes,
            args,
            trail,
        } = MEMORY.take();
        nodes.push(Node::Error);
        nodes.extend(SIMPLE.into_iter().map(|ctor| Node::App {
            ctor,
            start: 0,
            len: 0,
        }));
        Table {
            nodes,
            args,
            trail,
            spelled: FxHashMap::default(),
            beside_errors: Vec::new(),
        }
    }

    /// The type, or the nearest name on the way to it.
    fn named(&self, mut ty: Ty) -> Ty {
        while !self.spelled.contains_key(&ty)
            && let Node::Var(Some(next)) = self.nodes[ty.0 as usize]
        {
            ty = next;
        }
        ty
    }

    /// How many variables were bound so far; grows with every binding.
    pub(crate) fn bindings(&self) -> usize {
        self.trail.len()
    }

    /// The variables that were bound after so many bindings.
    pub(crate) fn bound_since(&self, bindings: usize) -> &[Ty] {
        self.trail.get(bindings..).unwrap_or_default()
    }

    fn push(&mut self, node: Node) -> Ty {
        self.nodes.push(node);
        Ty(self.nodes.len() as u32 - 1)
    }

    pub(crate) fn var(&mut self) -> Ty {
        self.push(Node::Var(None))
    }

    pub(crate) fn param(&mut self, index: u32) -> Ty {
        self.push(Node::Param(index))
    }

    pub(crate) fn app(&mut self, ctor: Ctor, args: &[Ty]) -> Ty {
        if args.is_empty()
            && let Some(at) = SIMPLE.iter().position(|simple| *simple == ctor)
        {
            return Ty(at as u32 + 1);
        }
        let start = self.args.len() as u32;
        self.args.extend_from_slice(args);
        self.push(Node::App {
            ctor,
            start,
            len: args.len() as u32,
        })
    }

    pub(crate) fn function(&mut self, params: &[Ty], ret: Ty) -> Ty {
        let mut parts = params.to_vec();
        parts.push(ret);
        self.app(Ctor::Fn, &parts)
    }

    /// A declared type with its parameters replaced; `Infer` becomes a fresh variable.
    pub(crate) fn instantiate(&mut self, ty: &Type, arguments: &[Ty]) -> Ty {
        match ty {
            Type::Error => Ty::ERROR,
            Type::Infer => self.var(),
            Type::Param(index) => match arguments.get(*index as usize) {
                Some(argument) => *argument,
                None => self.param(*index),
            },
            Type::App(ctor, args) if args.is_empty() => self.app(ctor.clone(), &[]),
            Type::App(ctor, args) => {
                let parts: Vec<Ty> = args
                    .iter()
                    .map(|arg| self.instantiate(arg, arguments))
                    .collect();
                self.app(ctor.clone(), &parts)
            }
        }
    }

    /// The same for a type that remembers how its author spelled it.
    pub(crate) fn written(
        &mut self,
        ty: &Type,
        spelled: Option<&Arc<Spelling>>,
        arguments: &[Ty],
    ) -> Ty {
        match spelled {
            Some(spelling) => self.spell(spelling, arguments),
            None => self.instantiate(ty, arguments),
        }
    }

    fn spell(&mut self, spelling: &Spelling, given: &[Ty]) -> Ty {
        match spelling {
            Spelling::Plain(ty) => self.instantiate(ty, given),
            Spelling::App(ctor, parts) => {
                let parts: Vec<Ty> = parts.iter().map(|part| self.spell(part, given)).collect();
                self.app(ctor.clone(), &parts)
            }
            Spelling::Alias {
                name,
                arguments,
                target,
            } => {
                let parts = arguments.iter().map(|part| self.spell(part, given));
                let parts: Box<[Ty]> = parts.collect();
                let whole = self.instantiate(target, &parts);
                let named = self.push(Node::Var(Some(whole)));
                self.spelled.insert(named, (name.clone(), parts));
                named
            }
        }
    }

    /// Follows bound variables.
    pub(crate) fn resolve(&self, mut ty: Ty) -> Ty {
        while let Node::Var(Some(next)) = self.nodes[ty.0 as usize] {
            ty = next;
        }
        ty
    }

    /// The head of a type.
    pub(crate) fn shape(&self, ty: Ty) -> Shape<'_> {
        match &self.nodes[self.resolve(ty).0 as usize] {
            Node::Error => Shape::Error,
            Node::Var(_) => Shape::Var,
            Node::Param(index) => Shape::Param(*index),
            Node::App { ctor, start, len } => {
                Shape::App(ctor, &self.args[*start as usize..(*start + *len) as usize])
            }
        }
    }

    pub(crate) fn is_var(&self, ty: Ty) -> bool {
        matches!(self.shape(ty), Shape::Var)
    }

    pub(crate) fn is_error(&self, ty: Ty) -> bool {
        matches!(self.shape(ty), Shape::Error)
    }

    /// The only constructor and its arguments, if the head is this one.
    pub(crate) fn args_of(&self, ty: Ty, wanted: &Ctor) -> Option<&[Ty]> {
        match self.shape(ty) {
            Shape::App(ctor, args) if ctor == wanted => Some(args),
            _ => None,
        }
    }

    pub(crate) fn snapshot(&self) -> Snapshot {
        Snapshot(self.trail.len(), self.beside_errors.len())
    }

    pub(crate) fn rollback(&mut self, to: Snapshot) {
        while self.trail.len() > to.0 {
            if let Some(var) = self.trail.pop() {
                self.nodes[var.0 as usize] = Node::Var(None);
            }
        }
        self.beside_errors.truncate(to.1);
    }

    /// Makes two types equal, or changes nothing.
    pub(crate) fn unify(&mut self, a: Ty, b: Ty) -> Result<(), Clash> {
        let snapshot = self.snapshot();
        // Most types have no parts, and what is not pushed needs no memory.
        let mut work = Vec::new();
        let mut next = Some((a, b));
        let mut seen = Seen::new();
        while let Some((left, right)) = next.take().or_else(|| work.pop()) {
            let (a, b) = (self.resolve(left), self.resolve(right));
            if a == b || !seen.is_first((a, b)) {
                continue;
            }
            let names = match self.spelled.is_empty() {
                true => (a, b),
                false => (self.named(left), self.named(right)),
            };
            if let Err(clash) = self.step(a, b, names, &mut work) {
                self.rollback(snapshot);
                return Err(clash);
            }
        }
        Ok(())
    }

    /// A variable is bound to the other type under its name.
    fn step(
        &mut self,
        a: Ty,
        b: Ty,
        names: (Ty, Ty),
        work: &mut Vec<(Ty, Ty)>,
    ) -> Result<(), Clash> {
        match (&self.nodes[a.0 as usize], &self.nodes[b.0 as usize]) {
            (Node::Error, _) | (_, Node::Error) => {
                self.meets_error(a);
                self.meets_error(b);
                Ok(())
            }
            (Node::Var(_), _) => self.bind(a, names.1),
            (_, Node::Var(_)) => self.bind(b, names.0),
            (Node::Param(left), Node::Param(right)) if left == right => Ok(()),
            (Node::Param(_), _) | (_, Node::Param(_)) => Err(Clash::Differ { rigid: true }),
            (
                Node::App {
                    ctor: c,
                    start: s,
                    len: n,
                },
                Node::App {
                    ctor: d,
                    start: t,
                    len: m,
                },
            ) => {
                if c != d || n != m {
                    return Err(Clash::Differ { rigid: false });
                }
                for index in 0..*n {
                    work.push((
                        self.args[(s + index) as usize],
                        self.args[(t + index) as usize],
                    ));
                }
                Ok(())
            }
        }
    }

    fn bind(&mut self, var: Ty, to: Ty) -> Result<(), Clash> {
        if self.occurs(var, to) {
            return Err(Clash::Infinite);
        }
        self.nodes[var.0 as usize] = Node::Var(Some(to));
        self.trail.push(var);
        Ok(())
    }

    fn occurs(&self, var: Ty, inside: Ty) -> bool {
        let mut work = Vec::new();
        let mut next = Some(inside);
        let mut seen = Seen::new();
        while let Some(ty) = next.take().or_else(|| work.pop()) {
            let ty = self.resolve(ty);
            if ty == var {
                return true;
            }
            if let Node::App { start, len, .. } = self.nodes[ty.0 as usize]
                && seen.is_first(ty)
            {
                work.extend_from_slice(&self.args[start as usize..(start + len) as usize]);
            }
        }
        false
    }

    /// Gives an open variable the error type; other types stay.
    pub(crate) fn poison(&mut self, ty: Ty) {
        let ty = self.resolve(ty);
        if matches!(self.nodes[ty.0 as usize], Node::Var(None)) {
            self.nodes[ty.0 as usize] = Node::Var(Some(Ty::ERROR));
            self.trail.push(ty);
        }
    }

    /// Notes that a type stands where there is a mistake: what stays open in it, the mistake has left open.
    pub(crate) fn meets_error(&mut self, ty: Ty) {
        if ty != Ty::ERROR {
            self.beside_errors.push(ty);
        }
    }

    /// The types of which that is noted.
    pub(crate) fn beside_errors(&self) -> &[Ty] {
        &self.beside_errors
    }

    /// Are two types one, as far as both are known, the second one as a whole? Of large types that is not found out.
    pub(crate) fn is_same(&self, ty: Ty, known: Ty) -> bool {
        const LARGE: usize = 64;
        let mut work = vec![(ty, known)];
        for _ in 0..LARGE {
            let Some((ty, known)) = work.pop() else {
                return true;
            };
            if self.resolve(ty) == self.resolve(known) {
                continue;
            }
            match (self.shape(ty), self.shape(known)) {
                (Shape::Param(index), Shape::Param(other)) if index == other => {}
                (Shape::App(ctor, args), Shape::App(other, others))
                    if ctor == other && args.len() == others.len() =>
                {
                    work.extend(args.iter().copied().zip(others.iter().copied()));
                }
                _ => return false,
            }
        }
        false
    }

    /// Does the type hold an open variable?
    pub(crate) fn is_open(&self, ty: Ty) -> bool {
        self.visit_open(ty, |_| true)
    }

    /// The open variables of a type.
    pub(crate) fn open_parts(&self, ty: Ty) -> Vec<Ty> {
        let mut found = Vec::new();
        self.visit_open(ty, |ty| {
            found.push(ty);
            false
        });
        found
    }

    /// Shows the open variables of a type, until one is enough.
    fn visit_open(&self, ty: Ty, mut is_enough: impl FnMut(Ty) -> bool) -> bool {
        let mut work = Vec::new();
        let mut next = Some(ty);
        let mut seen = Seen::new();
        while let Some(ty) = next.take().or_else(|| work.pop()) {
            match self.shape(ty) {
                Shape::Var if is_enough(self.resolve(ty)) => return true,
                Shape::App(_, args) if seen.is_first(self.resolve(ty)) => {
                    work.extend_from_slice(args);
                }
                Shape::Var | Shape::Error | Shape::Param(_) | Shape::App(..) => {}
            }
        }
        false
    }

    /// The size of a type; `known` keeps what was measured, as long as nothing is bound.
    pub(crate) fn size(&self, ty: Ty, known: &mut FxHashMap<Ty, Size>) -> Size {
        let ty = self.resolve(ty);
        match self.shape(ty) {
            Shape::App(_, args) if !args.is_empty() => {}
            _ => return Size::ONE,
        }
        if let Some(&size) = known.get(&ty) {
            return size;
        }
        let mut work = vec![ty];
        while let Some(&at) = work.last() {
            let size = match self.shape(at) {
                Shape::App(_, args) if !args.is_empty() => {
                    let before = work.len();
                    let parts = args.iter().map(|arg| self.resolve(*arg));
                    work.extend(parts.filter(|part| !known.contains_key(part)));
                    if work.len() > before {
                        continue;
                    }
                    let parts = args.iter().map(|arg| known.get(&self.resolve(*arg)));
                    Size::over(parts.map(|size| size.copied().unwrap_or(Size::ONE)))
                }
                _ => Size::ONE,
            };
            known.insert(at, size);
            work.pop();
        }
        known.get(&ty).copied().unwrap_or(Size::ONE)
    }

    /// As a declared type. Open variables become the error type, and so does a type that is too large.
    pub(crate) fn to_type(&self, ty: Ty) -> Type {
        let mut parts = MAX_PARTS;
        self.declared(ty, MAX_NESTING, &mut parts)
            .unwrap_or(Type::Error)
    }

    /// `None` if there are more parts than that, or they nest deeper.
    fn declared(&self, ty: Ty, nesting: u32, parts: &mut u32) -> Option<Type> {
        *parts = parts.checked_sub(1)?;
        let nesting = nesting.checked_sub(1)?;
        Some(match self.shape(ty) {
            Shape::Error | Shape::Var => Type::Error,
            Shape::Param(index) => Type::Param(index),
            Shape::App(ctor, args) => {
                let args = args.iter().map(|arg| self.declared(*arg, nesting, parts));
                Type::App(ctor.clone(), args.collect::<Option<_>>()?)
            }
        })
    }

    /// As the machine sees it. Open variables are never inspected and become nil.
    pub(crate) fn to_ir(&self, ty: Ty) -> wat_ir::Ty {
        type_to_ir(&self.to_type(ty))
    }

    /// As a reader sees it. Variables print as `_`, or `_1`, `_2` if there are several. The rest of a very long type is
    /// left out.
    pub(crate) fn render(&self, ty: Ty, params: &[Arc<str>]) -> String {
        self.rendered(ty, params, true)
    }

    /// The same with everything written out that aliases stand for.
    pub(crate) fn render_expanded(&self, ty: Ty, params: &[Arc<str>]) -> String {
        self.rendered(ty, params, false)
    }

    fn rendered(&self, ty: Ty, params: &[Arc<str>], by_name: bool) -> String {
        let vars = self.variables(ty);
        let mut text = String::from(":");
        let writer = Writer {
            params,
            vars: &vars,
            by_name: by_name && !self.spelled.is_empty(),
        };
        self.write(ty, &writer, MAX_NESTING, &mut text);
        text
    }

    /// Are the two the same but for what stands behind aliases?
    pub(crate) fn differ_in_aliases(&self, a: Ty, b: Ty) -> bool {
        let mut work = vec![(a, b)];
        let mut seen = Seen::new();
        while let Some((a, b)) = work.pop() {
            let (left, right) = (self.named(a), self.named(b));
            if self.spelled.contains_key(&left) || self.spelled.contains_key(&right) {
                continue;
            }
            match (self.shape(left), self.shape(right)) {
                (Shape::App(c, s), Shape::App(d, t)) if c == d && s.len() == t.len() => {
                    if seen.is_first((left, right)) {
                        work.extend(s.iter().copied().zip(t.iter().copied()));
                    }
                }
                (Shape::Param(left), Shape::Param(right)) if left == right => {}
                (Shape::Error | Shape::Var, _) | (_, Shape::Error | Shape::Var) => {}
                _ => return false,
            }
        }
        true
    }

    /// The open variables of a type in the order of their first occurrence.
    fn variables(&self, ty: Ty) -> Vec<Ty> {
        let mut vars = Vec::new();
        let mut work = vec![ty];
        let mut seen = Seen::new();
        while let Some(ty) = work.pop() {
            let ty = self.resolve(ty);
            match self.shape(ty) {
                Shape::Var if !vars.contains(&ty) => vars.push(ty),
                Shape::App(_, args) if seen.is_first(ty) => work.extend(args.iter().rev()),
                _ => {}
            }
        }
        vars
    }

    fn write(&self, ty: Ty, writer: &Writer<'_>, nesting: u32, out: &mut String) {
        let Writer { params, vars, .. } = *writer;
        if out.len() > RENDERED || nesting == 0 {
            if !out.ends_with('…') {
                out.push('…');
            }
            return;
        }
        if writer.by_name
            && let Some((name, args)) = self.spelled.get(&self.named(ty))
        {
            let alias = Ctor::Nominal(format!(":{name}").into());
            write_app(&alias, args, out, |arg, out| {
                self.write(*arg, writer, nesting - 1, out)
            });
            return;
        }
        match self.shape(ty) {
            Shape::Error => out.push('_'),
            Shape::Var if vars.len() < 2 => out.push('_'),
            Shape::Var => {
                let at = vars
                    .iter()
                    .position(|var| *var == self.resolve(ty))
                    .unwrap_or(0);
                out.push_str(&format!("_{}", at + 1));
            }
            Shape::Param(index) => match params.get(index as usize) {
                Some(name) => out.push_str(name),
                None => out.push('_'),
            },
            // What is not known before it is read.
            Shape::App(Ctor::Nominal(path), _) if &**path == wat_ir::Ty::ANY => out.push('_'),
            Shape::App(ctor, args) => write_app(ctor, args, out, |arg, out| {
                self.write(*arg, writer, nesting - 1, out)
            }),
        }
    }
}

/// How types are written.
struct Writer<'a> {
    params: &'a [Arc<str>],
    vars: &'a [Ty],
    /// Do aliases stay?
    by_name: bool,
}

/// A closed type as the machine sees it.
pub(crate) fn type_to_ir(ty: &Type) -> wat_ir::Ty {
    use wat_ir::Ty as Ir;
    let (ctor, args) = match ty {
        Type::Error | Type::Infer => return Ir::Nil,
        Type::Param(index) => return Ir::Param(*index),
        Type::App(ctor, args) => (ctor, args),
    };
    let mut parts = args.iter().map(type_to_ir);
    let mut next = || Arc::new(parts.next().unwrap_or(Ir::Nil));
    match ctor {
        Ctor::I64 => Ir::I64,
        Ctor::F64 => Ir::F64,
        Ctor::U8 => Ir::U8,
        Ctor::Bool => Ir::Bool,
        Ctor::Nil => Ir::Nil,
        Ctor::String => Ir::Str,
        Ctor::Keyword => Ir::Keyword,
        Ctor::Vector => Ir::Vector(next()),
        Ctor::Option => Ir::Option(next()),
        Ctor::Result => Ir::Result(next(), next()),
        Ctor::HashMap => Ir::HashMap(next(), next()),
        Ctor::HashSet => Ir::HashSet(next()),
        Ctor::Tuple => Ir::Tuple(parts.collect()),
        Ctor::Fn => {
            let mut parts: Vec<Ir> = parts.collect();
            let ret = parts.pop().unwrap_or(Ir::Nil);
            Ir::Fn(parts.into(), Arc::new(ret))
        }
        Ctor::Nominal(path) => Ir::Nominal(path.clone(), parts.collect()),
    }
}
