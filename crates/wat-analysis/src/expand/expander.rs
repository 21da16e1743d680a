//! The state of an expansion: its ways in and out, where what it makes comes from, and what its macros know.

mod call;
mod walk;

use std::sync::Arc;

use rustc_hash::FxHashMap;
use wat_syntax::{Ast, AstBuilder, NodeId};
use wat_value::syntax::{Origin, Scope, Scopes, Shape, Syntax};

use crate::db::{Db, FileKind, SourceFile};
use crate::forms::Form;
use crate::items::Item;
use crate::problem::{Place, Problem};
use crate::sight::Sight;

use super::stage::{Generated, mentions_macro, stage_of};
use super::{Call, Expansion};

pub(super) use call::Found;
pub(crate) use call::late_macro;
pub(super) use walk::{Step, rebuild, template_step, with_children};

/// Expansions inside one another.
const MAX_NESTING: usize = 512;
/// Nodes of an expanded form.
pub(super) const MAX_NODES: usize = 1_000_000;
/// Levels of an expanded form.
const MAX_DEPTH: u32 = 10_000;
/// Steps of all macro bodies that run for one form.
const FUEL: u64 = 2_000_000;

pub(super) const RED_ZONE: usize = 128 * 1024;
pub(super) const SEGMENT: usize = 2 * 1024 * 1024;

/// The state of an expansion.
pub(super) struct Expander<'db> {
    pub(super) db: &'db dyn Db,
    pub(super) program: SourceFile,
    form: Form<'db>,
    stage: u32,
    base: u32,
    made: Vec<(u32, u32)>,
    calls: Vec<Call<'db>>,
    pub(super) problems: Vec<Problem<'db>>,
    /// Steps left.
    pub(super) fuel: u64,
    nodes: usize,
    depth: u32,
    scopes: u32,
    /// The macros that are being expanded, outermost first.
    path: Vec<Arc<str>>,
    /// Macros that this form has defined so far.
    new: Vec<Generated<'db>>,
    known: FxHashMap<Arc<str>, Found<'db>>,
    /// How many `let` forms at the top level stand around the place.
    lets: u32,
    /// A limit was passed: nothing more is expanded.
    halted: bool,
    /// One step at each call is enough.
    single: bool,
    /// Nobody infers the result: forms that stand for others are written out.
    threads: bool,
    /// The body of a macro is expanded.
    body: bool,
    /// It belongs to no form: the program is complete.
    outside: bool,
    /// Definitions that expressions need beside the form.
    beside: Vec<Syntax>,
    /// Was a thread written out?
    is_written_out: bool,
}

/// The first scope of an expansion from outside of any form.
const OUTSIDE: u32 = 1 << 30;

impl<'db> Expander<'db> {
    pub(super) fn new(
        db: &'db dyn Db,
        program: SourceFile,
        form: Form<'db>,
        stage: u32,
    ) -> Expander<'db> {
        Expander {
            db,
            program,
            form,
            stage,
            base: crate::forms::ast(db, form).len() as u32,
            made: Vec::new(),
            calls: Vec::new(),
            problems: Vec::new(),
            fuel: FUEL,
            nodes: 0,
            depth: 0,
            scopes: 0,
            path: Vec::new(),
            new: Vec::new(),
            known: FxHashMap::default(),
            lets: 0,
            halted: false,
            single: false,
            threads: false,
            body: false,
            outside: false,
            beside: Vec::new(),
            is_written_out: false,
        }
    }

    /// Are threads written out as the calls that they stand for, whether there are macros in them or not?
    pub(super) fn writes_threads_out(&self) -> bool {
        self.threads
    }

    /// The form is no longer what its author wrote, though no macro was called.
    pub(super) fn note_written_out(&mut self) {
        self.is_written_out = true;
    }

    /// The `if` that a form is written out as. In the body of a macro, which is evaluated, it stays what it is.
    fn written_branch(&self, form: &Syntax) -> Option<Syntax> {
        (self.threads && !self.body).then(|| super::branch::branch_of(form))?
    }

    /// What macros learn about names. The bodies of macros are expanded before everything else; who expands while the
    /// program runs sees all of it.
    pub(super) fn sight(&self) -> Sight<'db> {
        match self.outside {
            true => Sight::Program(self.program),
            false => Sight::expansion(self.program, (!self.is_body()).then_some(self.form)),
        }
    }

    /// Is the expanded body of a definition not to be had while this form is expanded?
    pub(super) fn is_unfinished(&self, item: Item<'db>) -> bool {
        let (db, form) = (self.db, item.form(self.db));
        let is_there = item.expanded(db).is_some() || self.outside;
        if is_there || form.file(db).kind(db) == FileKind::Library {
            return false;
        }
        let written = crate::forms::ast(db, form);
        let stage = stage_of(db, self.program, form);
        stage > self.stage || form == self.form && mentions_macro(db, self.program, written, stage)
    }

    /// Is the body of a macro expanded?
    pub(super) fn is_body(&self) -> bool {
        self.body
    }

    pub(super) fn place(&self) -> Form<'db> {
        self.form
    }

    pub(super) fn tell(&mut self, problem: Problem<'db>) {
        self.problems.push(problem);
    }

    /// Expands a form; `None` if nothing changes.
    pub(super) fn form(mut self, written: &Ast) -> Option<Expansion<'db>> {
        let tree = self.top(&source_tree(written), true);
        let tree = self.beside(tree);
        if self.calls.is_empty() && self.problems.is_empty() && !self.is_written_out {
            return None;
        }
        Some(self.finish(written, &tree))
    }

    /// Expands a part of a form, once at each call or as far as it goes.
    pub(super) fn part(
        mut self,
        written: &Ast,
        node: NodeId,
        once: bool,
    ) -> Option<Expansion<'db>> {
        self.single = once;
        self.threads = true;
        let part = Syntax::from_ast(written, node, |node| Origin(node.0), |_| Scopes::default());
        let tree = match node == written.root() {
            true => self.top(&part, true),
            false => self.code(&part),
        };
        if tree == part && self.calls.is_empty() && self.problems.is_empty() {
            return None;
        }
        Some(self.finish(written, &tree))
    }

    /// Definitions that are checked as part of the program, and that nothing in it can name. Who expands less than a
    /// whole form has no use for them.
    pub(super) fn declare_beside(&mut self, definitions: Vec<Syntax>) {
        if self.single || self.body || self.outside {
            return;
        }
        for definition in definitions {
            let expanded = self.top(&definition, false);
            self.beside.push(expanded);
        }
    }

    /// Does a `let` at the top level stand around the place?
    pub(super) fn is_in_let(&self) -> bool {
        self.lets > 0
    }

    /// The form behind the definitions that stand beside it.
    fn beside(&mut self, tree: Syntax) -> Syntax {
        if self.beside.is_empty() {
            return tree;
        }
        let origin = Origin(0);
        let head = Syntax::new(Shape::Keyword(":wat::core::do".into()), origin);
        let mut parts = vec![head];
        parts.append(&mut self.beside);
        parts.push(tree);
        Syntax::new(Shape::List(parts.into()), origin)
    }

    /// The macros that a form defines by expansion.
    pub(super) fn generated(mut self, written: &Ast) -> Vec<Generated<'db>> {
        if !written.is_empty() {
            self.top(&source_tree(written), true);
        }
        std::mem::take(&mut self.new)
    }

    /// Expands the body of a macro. Origins of the result are nodes of the form as written.
    pub(super) fn body(mut self, body: &Syntax) -> (Syntax, Vec<Problem<'db>>) {
        self.body = true;
        self.threads = true;
        // Beside the scopes of the form's own expansion.
        self.scopes = 1 << 31;
        let tree = self.code(body);
        (self.flattened(&tree), self.problems)
    }

    /// Expands what stands in no form: nothing is a source node, and macros of the whole program are there.
    pub(super) fn outside(&mut self) {
        self.base = 1;
        self.outside = true;
        // Beside the scopes of the form that lends its identity.
        self.scopes = OUTSIDE;
    }

    /// Is it a scope of an expansion from outside of any form?
    pub(super) fn made_scope(&self, scope: Scope) -> bool {
        use salsa::plumbing::AsId;
        scope.unit == self.form.as_id().as_bits() && scope.index >= OUTSIDE
    }

    /// One expansion of a call from outside of any form; nothing if it is none.
    pub(super) fn once(&mut self, call: &Syntax) -> Result<Option<Syntax>, Box<Problem<'db>>> {
        let written_out = super::thread::calls_of(call);
        let result = match written_out.or_else(|| super::branch::branch_of(call)) {
            Some(result) => Some(result),
            None => self.call(call, true),
        };
        match self.problems.pop() {
            Some(problem) => Err(Box::new(problem)),
            None => Ok(result),
        }
    }

    /// Expands everything in a form from outside of any form.
    pub(super) fn data(
        mut self,
        form: &Syntax,
        written: &Ast,
    ) -> Result<Expansion<'db>, Box<Problem<'db>>> {
        let tree = self.code(form);
        let is_error = |problem: &Problem<'db>| problem.severity.0 == wat_syntax::Severity::Error;
        match self.problems.iter().position(is_error) {
            Some(at) => Err(Box::new(self.problems.swap_remove(at))),
            None => Ok(self.finish(written, &tree)),
        }
    }

    fn finish(self, written: &Ast, tree: &Syntax) -> Expansion<'db> {
        let mut builder = AstBuilder::new();
        let mut origins = Vec::new();
        let mut poisoned = Vec::new();
        tree.append_to(&mut builder, |node, syntax| {
            let origin = syntax.origin().0;
            origins.push(origin);
            if origin < self.base && written.is_poisoned(NodeId(origin)) {
                poisoned.push(node);
            }
        });
        for node in poisoned {
            builder.poison_node(node);
        }
        Expansion {
            ast: Arc::new(builder.finish().0),
            origins: origins.into(),
            base: self.base,
            made: self.made.into(),
            calls: self.calls.into(),
            problems: self.problems,
        }
    }

    /// The tree with the source nodes that its parts stand for.
    fn flattened(&self, tree: &Syntax) -> Syntax {
        rebuild(tree, &mut |node, children| {
            let origin = Origin(self.written(node.origin()));
            match children {
                Some(children) => node
                    .with_children(children)
                    .map_or_else(|| node.clone(), |node| node.with_origin(origin)),
                None => node.with_origin(origin),
            }
        })
    }

    /// The source node that an origin stands for: itself, or the head of the outermost call.
    pub(super) fn written(&self, origin: Origin) -> u32 {
        match origin.0.checked_sub(self.base) {
            None => origin.0,
            Some(made) => match self.made.get(made as usize) {
                Some(&(call, _)) => self.calls[call as usize].head,
                None => 0,
            },
        }
    }

    /// Is the origin a source node?
    pub(super) fn is_written(&self, origin: Origin) -> bool {
        origin.0 < self.base
    }

    /// Does the origin say where a node was written, in the form or in a template?
    pub(super) fn has_place(&self, origin: Origin) -> bool {
        let made = origin.0.checked_sub(self.base);
        made.is_none_or(|made| self.made[made as usize].1 != u32::MAX)
    }

    /// A new origin: made by a call, from a node of its macro's form.
    pub(super) fn make(&mut self, call: u32, node: u32) -> Origin {
        self.made.push((call, node));
        Origin(self.base + self.made.len() as u32 - 1)
    }

    /// A scope that nobody has.
    pub(super) fn fresh_scope(&mut self) -> Scope {
        use salsa::plumbing::AsId;
        let index = self.scopes;
        self.scopes += 1;
        Scope {
            unit: self.form.as_id().as_bits(),
            index,
        }
    }

    /// The macros that are being expanded, outermost first.
    pub(super) fn path(&self) -> impl Iterator<Item = &str> {
        self.path.iter().map(|name| &**name)
    }

    /// What has made a form that nobody has written.
    pub(super) fn maker(&self, origin: Origin) -> Option<&str> {
        let made = origin.0.checked_sub(self.base)?;
        let (call, _) = self.made.get(made as usize)?;
        Some(&self.calls.get(*call as usize)?.name)
    }
}

fn source_tree(written: &Ast) -> Syntax {
    Syntax::from_ast(
        written,
        written.root(),
        |node| Origin(node.0),
        |_| Scopes::default(),
    )
}

/// WAT2408 for a form whose expansion needs itself.
pub(crate) fn cycle_problem<'db>(written: &Ast) -> Problem<'db> {
    Problem::new(
        2408,
        Place::written(written.root()),
        "the expansion of this form depends on itself",
    )
    .label("a cycle of macros")
    .help("a macro may ask for signatures, fields and docs of what depends on its call, not for bodies")
}

/// The expansion of a form that needs itself.
pub(super) fn cyclic<'db>(written: &Ast) -> Expansion<'db> {
    let problem = cycle_problem(written);
    let error = Syntax::new(Shape::Error, Origin(0));
    Expansion {
        ast: Arc::new(error.to_ast().0),
        origins: [0].into(),
        base: written.len() as u32,
        made: Box::default(),
        calls: Box::default(),
        problems: vec![problem],
    }
}
