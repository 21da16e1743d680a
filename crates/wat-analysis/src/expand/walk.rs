//! The walk that expands: outside in, left to right, code positions only.

use std::sync::Arc;

use rustc_hash::FxHashMap;
use wat_syntax::{Applicability, Ast, AstBuilder, NodeId};
use wat_value::syntax::{Origin, Scope, Scopes, Shape, Syntax};

use crate::db::{Db, FileKind, SourceFile};
use crate::forms::Form;
use crate::items::{Item, Name};
use crate::problem::{EditAt, Place, Plain, Problem, ProblemEdit};
use crate::sight::Sight;

use super::define::{MacroDef, macro_def};
use super::eval::{Eval, Failure};
use super::stage::{Generated, generated_names, literal_macros, mentions_macro, stage_of};
use super::{Call, Expansion};

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

/// What a path means to expansion.
#[derive(Clone)]
pub(super) enum Found<'db> {
    Macro(Arc<MacroDef<'db>>),
    Nothing,
}

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

    /// A form at the top level. `literal`: no expansion was needed to get here.
    fn top(&mut self, form: &Syntax, literal: bool) -> Syntax {
        stacker::maybe_grow(RED_ZONE, SEGMENT, || self.top_on_stack(form, literal))
    }

    fn top_on_stack(&mut self, form: &Syntax, literal: bool) -> Syntax {
        if let Some(result) = self.call(form, true) {
            let expanded = match self.single {
                true => result,
                false => self.top(&result, false),
            };
            self.path.pop();
            return expanded;
        }
        if let Some(last) = form.head().and_then(super::thread::thread)
            && let Some(calls) = self.unthreaded(form, last)
        {
            return match self.single {
                true => calls,
                false => self.top(&calls, false),
            };
        }
        if let Some(branch) = self.written_branch(form) {
            return match self.single {
                true => branch,
                false => self.code(&branch),
            };
        }
        match form.head() {
            Some(path) if super::annotation(path).is_some() => self.raw(form),
            Some(":wat::core::do") => {
                let parts: Vec<Syntax> = form.children().to_vec();
                let mut new = vec![parts[0].clone()];
                for part in &parts[1..] {
                    new.push(self.top(part, literal));
                }
                with_children(form, new)
            }
            Some(":wat::core::let") => {
                let mut new = Vec::new();
                self.lets += 1;
                for (index, part) in form.children().iter().enumerate() {
                    new.push(match index {
                        0 => part.clone(),
                        1 => self.bindings(part),
                        _ => self.top(part, literal),
                    });
                }
                self.lets -= 1;
                with_children(form, new)
            }
            Some(":wat::core::defmacro") => {
                if !literal {
                    self.define(form);
                }
                self.raw(form)
            }
            _ if self.refuses_main(form) => Syntax::new(Shape::Error, form.origin()),
            _ => self.code(form),
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

    /// A macro definition that an expansion made.
    fn define(&mut self, definition: &Syntax) {
        let name = definition.children().get(1);
        let name = name.and_then(|name| name.as_keyword().or_else(|| name.head()));
        if let Some(name) = name {
            self.known.remove(name);
            self.new.push(Generated {
                name: name.into(),
                form: self.form,
                definition: Plain(self.flattened(definition)),
            });
        }
    }

    /// Code: calls in it are expanded.
    pub(super) fn code(&mut self, form: &Syntax) -> Syntax {
        if !self.visit(form, 1) {
            return Syntax::new(Shape::Error, form.origin());
        }
        if !form.is_compound() {
            return form.clone();
        }
        self.depth += 1;
        let result = if self.depth > MAX_DEPTH {
            self.limit(
                form,
                format!("the expansion is nested deeper than {MAX_DEPTH} levels"),
            )
        } else {
            stacker::maybe_grow(RED_ZONE, SEGMENT, || self.compound(form))
        };
        self.depth -= 1;
        result
    }

    fn compound(&mut self, form: &Syntax) -> Syntax {
        if let Some(result) = self.call(form, false) {
            let expanded = match self.single {
                true => result,
                false => self.code(&result),
            };
            self.path.pop();
            return expanded;
        }
        if let Some(last) = form.head().and_then(super::thread::thread) {
            return match self.unthreaded(form, last) {
                Some(calls) if self.single => calls,
                Some(calls) => self.code(&calls),
                None => self.steps(form, last),
            };
        }
        if let Some(branch) = self.written_branch(form) {
            return match self.single {
                true => branch,
                false => self.code(&branch),
            };
        }
        match form.head() {
            Some(head) => self.special(form, head),
            None => self.each(form, |_, _| Position::Code),
        }
    }

    /// A list whose head is a path but no macro: which of its parts are code depends on the form.
    fn special(&mut self, form: &Syntax, head: &str) -> Syntax {
        match head.strip_prefix(":wat::core::").unwrap_or(head) {
            "quote" | "forms" | "struct" | "struct-restricted" | "enum" | "enum-restricted"
            | "newtype" | "typealias" | "define-alias" | "defalias" | "define-dispatch"
            | "defmacro" | "native" | "native-type" | "special-form" | "operator"
            | "auto-kwargs" | "use!" => self.raw(form),
            "quasiquote" => self.template(form, 0),
            "fn" | "lambda" => self.each(form, |index, _| match index {
                1 => Position::Raw,
                _ => Position::Code,
            }),
            "def" | "define" | "def-restricted" => self.each(form, |index, _| match index {
                1 => Position::Raw,
                _ => Position::Code,
            }),
            "defn" | "defn-restricted" | "define-with-kwargs" => {
                let mut signature = false;
                self.each(form, move |index, part| {
                    let raw = index == 1 || !signature && matches!(part.shape(), Shape::Vector(_));
                    signature |= index > 1 && part.as_keyword().is_none() && raw;
                    if raw { Position::Raw } else { Position::Code }
                })
            }
            "let" | "let*" => self.each(form, |index, part| match part.shape() {
                Shape::Vector(_) if index == 1 => Position::Bindings,
                _ => Position::Code,
            }),
            "cond" => self.each(form, |index, part| match part.shape() {
                Shape::List(_) if index > 0 => Position::Arm { pattern: false },
                _ => Position::Code,
            }),
            "match" => self.each(form, |index, part| match part.shape() {
                Shape::List(_) if index > 1 => Position::Arm { pattern: true },
                _ => Position::Code,
            }),
            ":wat::form::matches?" => self.each(form, |index, _| match index {
                1 => Position::Code,
                2 => Position::Clauses,
                _ => Position::Raw,
            }),
            _ => self.each(form, |_, _| Position::Code),
        }
    }

    fn each(
        &mut self,
        form: &Syntax,
        mut position: impl FnMut(usize, &Syntax) -> Position,
    ) -> Syntax {
        let mut new = Vec::with_capacity(form.children().len());
        for (index, part) in form.children().iter().enumerate() {
            new.push(match position(index, part) {
                Position::Raw => self.raw(part),
                Position::Clauses => self.clauses(part),
                Position::Code => self.code(part),
                Position::Bindings => self.bindings(part),
                Position::Arm { pattern } => self.each_part_of_arm(part, pattern),
            });
        }
        with_children(form, new)
    }

    /// A pattern of `matches?`: data, but for the tests of its `where` clauses.
    fn clauses(&mut self, form: &Syntax) -> Syntax {
        let Shape::List(parts) = form.shape() else {
            return self.raw(form);
        };
        let inner = match parts.first().map(Syntax::shape) {
            Some(Shape::Symbol(name, _)) if &**name == "where" => Position::Code,
            Some(Shape::Symbol(name, _)) if matches!(&**name, "and" | "or" | "not") => {
                Position::Clauses
            }
            Some(Shape::Keyword(_)) => Position::Clauses,
            _ => Position::Raw,
        };
        stacker::maybe_grow(RED_ZONE, SEGMENT, || {
            self.each(form, |index, _| match index {
                0 => Position::Raw,
                _ => inner,
            })
        })
    }

    fn each_part_of_arm(&mut self, arm: &Syntax, pattern: bool) -> Syntax {
        self.visit(arm, 1);
        let mut new = Vec::with_capacity(arm.children().len());
        for (index, part) in arm.children().iter().enumerate() {
            new.push(match index {
                0 if pattern => self.raw(part),
                _ => self.code(part),
            });
        }
        with_children(arm, new)
    }

    fn bindings(&mut self, bindings: &Syntax) -> Syntax {
        if !matches!(bindings.shape(), Shape::Vector(_)) {
            return self.code(bindings);
        }
        self.each(bindings, |index, _| match index % 2 {
            0 => Position::Raw,
            _ => Position::Code,
        })
    }

    /// A template; `level` templates are around it. Code stands under unquotes that reach through all of them.
    fn template(&mut self, form: &Syntax, level: u32) -> Syntax {
        if !self.visit(form, 1) || !form.is_compound() {
            return form.clone();
        }
        let level = match template_step(form) {
            Some(Step::Down) => level + 1,
            Some(Step::Up) if level == 1 => {
                let mut parts = form.children().to_vec();
                parts[1] = self.code(&parts[1]);
                return with_children(form, parts);
            }
            Some(Step::Up) => level - 1,
            None => level,
        };
        stacker::maybe_grow(RED_ZONE, SEGMENT, || {
            let parts = form.children().iter();
            let new: Vec<Syntax> = parts.map(|part| self.template(part, level)).collect();
            with_children(form, new)
        })
    }

    /// A part that is not expanded.
    fn raw(&mut self, form: &Syntax) -> Syntax {
        let size = form.size_up_to(MAX_NODES + 1);
        if !self.visit(form, size) {
            return Syntax::new(Shape::Error, form.origin());
        }
        form.clone()
    }

    /// Counts nodes; false once there are too many.
    fn visit(&mut self, form: &Syntax, count: usize) -> bool {
        self.nodes += count;
        // What the author wrote is no expansion, however long it is.
        if self.nodes > MAX_NODES && !self.halted && !self.calls.is_empty() {
            self.limit(
                form,
                format!("the expansion has more than {MAX_NODES} nodes"),
            );
        }
        if self.nodes % 1024 < count {
            self.db.unwind_if_revision_cancelled();
        }
        !self.halted
    }

    /// WAT2403: nothing more is expanded in this form.
    fn limit(&mut self, at: &Syntax, message: String) -> Syntax {
        if !self.halted {
            self.halted = true;
            let origin = at.origin();
            let at = self.calls.last().map_or(0, |call| call.head);
            let at = match self.is_written(origin) && self.path.is_empty() {
                true => self.written(origin),
                false => at,
            };
            let problem = Problem::new(2403, Place::written(NodeId(at)), message)
                .label("expands without end")
                .help("every expansion must come closer to a form without the macro");
            let problem = chain_note(problem, &self.path);
            self.problems.push(problem);
        }
        Syntax::new(Shape::Error, at.origin())
    }

    /// Does the program declare a name, as far as expansion knows?
    pub(super) fn declares(&mut self, name: &str) -> bool {
        crate::sight::is_literal(self.db, self.program, name)
            || matches!(self.find(name), Found::Macro(_))
    }

    pub(super) fn find(&mut self, name: &str) -> Found<'db> {
        if let Some(found) = self.known.get(name) {
            return found.clone();
        }
        let found = self.find_anew(name);
        self.known.insert(name.into(), found.clone());
        found
    }

    fn find_anew(&self, name: &str) -> Found<'db> {
        let db = self.db;
        let found = |def: &Option<Arc<MacroDef<'db>>>| match def {
            Some(def) => Found::Macro(def.clone()),
            None => Found::Nothing,
        };
        if crate::library::is_macro(name) {
            let Some(library) = crate::library::library_item(db, Name::new(db, name), false) else {
                return Found::Nothing;
            };
            let file = library.form(db).file(db);
            return found(macro_def(db, file, Name::new(db, name), 0));
        }
        if literal_macros(db, self.program).contains_key(name) {
            return found(macro_def(db, self.program, Name::new(db, name), self.stage));
        }
        if generated_names(db, self.program, self.stage).contains(name) {
            return found(macro_def(db, self.program, Name::new(db, name), self.stage));
        }
        if let Some(new) = self.new.iter().find(|new| &*new.name == name) {
            let def = MacroDef::read(db, self.program, new.form, &new.definition.0, self.stage);
            return Found::Macro(Arc::new(def));
        }
        Found::Nothing
    }

    /// Expands a macro call once and notes the macro in the path, which the caller leaves again. `top`: the call stands
    /// at the top level.
    fn call(&mut self, form: &Syntax, top: bool) -> Option<Syntax> {
        let name = form.head()?;
        if self.halted {
            return None;
        }
        let is_written = || self.is_written(form.children()[0].origin());
        if crate::library::is_internal(name) && is_written() {
            return None;
        }
        if super::testing::is_test_form(name) {
            return self.test_form(form, name, top);
        }
        let Found::Macro(def) = self.find(name) else {
            return None;
        };
        let name: Arc<str> = name.into();
        let (head, parent) = self.place_of(form);
        let failed = Syntax::new(Shape::Error, form.origin());
        self.path.push(name.clone());
        self.calls.push(Call {
            name: name.clone(),
            form: def.form,
            parent,
            head,
        });
        let call = self.calls.len() as u32 - 1;
        if self.path.len() > MAX_NESTING {
            return Some(self.limit(
                form,
                format!("more than {MAX_NESTING} expansions are nested"),
            ));
        }
        if def.broken || crate::sight::is_contested_macro(self.db, self.program, &name) {
            return Some(failed);
        }
        let result = Eval::new(self, &def, call).expand(form.children());
        Some(result.unwrap_or_else(|failure| {
            self.failed(call, &def, *failure);
            failed
        }))
    }

    /// Begins the expansion of a form that the library declares and this crate expands.
    pub(super) fn begin(&mut self, form: &Syntax, name: &str) -> Option<u32> {
        let item = crate::library::library_item(self.db, Name::new(self.db, name), false)?;
        let (head, parent) = self.place_of(form);
        self.path.push(name.into());
        self.calls.push(Call {
            name: name.into(),
            form: item.form(self.db),
            parent,
            head,
        });
        Some(self.calls.len() as u32 - 1)
    }

    /// The source node at which problems of a call are told, and the call that made it.
    fn place_of(&self, form: &Syntax) -> (u32, Option<(u32, u32)>) {
        let made = form.origin().0.checked_sub(self.base);
        let parent = made.and_then(|made| self.made.get(made as usize).copied());
        let head = form.children()[0].origin();
        let head = match (self.is_written(head), parent) {
            (true, _) => head.0,
            (false, Some((call, _))) => self.calls[call as usize].head,
            (false, None) => self.written(form.origin()),
        };
        (head, parent)
    }

    fn failed(&mut self, call: u32, def: &MacroDef<'db>, failure: Failure) {
        let blamed = failure.blame.filter(|&origin| self.is_written(origin));
        let at = blamed.map_or(self.calls[call as usize].head, |origin| origin.0);
        let mut problem = Problem::new(failure.code, Place::written(NodeId(at)), failure.message)
            .label(failure.label);
        problem.call = self.calls[call as usize].parent;
        problem.help = failure.help;
        if let Some(node) = failure.node {
            let place = Place::written_in(def.form, NodeId(node));
            problem = problem.also(place, format!("in the macro `{}`", def.name));
        }
        if let Some((prefixed, operand)) = failure.unquote {
            let ast = crate::forms::ast(self.db, def.form);
            let all = spliced_alike(ast, NodeId(prefixed), NodeId(operand));
            let edit = |(prefixed, operand): (NodeId, NodeId)| ProblemEdit {
                at: EditAt::Until(Place::written(operand).node),
                place: Place::written_in(def.form, prefixed),
                insert: "~".into(),
            };
            problem = problem.fix(
                "insert it with `~`",
                // Other calls may give it sequences.
                Applicability::MaybeIncorrect,
                all.into_iter().map(edit).collect(),
            );
        }
        self.problems.push(problem);
    }
}

/// Where a macro definition splices the symbol that is spliced here: the prefixed form and its operand, this one first.
fn spliced_alike(ast: &Ast, prefixed: NodeId, operand: NodeId) -> Vec<(NodeId, NodeId)> {
    let mut found = vec![(prefixed, operand)];
    let Some(name) = ast.as_symbol(operand) else {
        return found;
    };
    let head = |node: NodeId| {
        ast.children(node)
            .next()
            .and_then(|head| ast.as_keyword(head))
    };
    let mut at = ast.root();
    let mut definition = at;
    while at != prefixed {
        if head(at) == Some(":wat::core::defmacro") {
            definition = at;
        }
        let holds = |child: &NodeId| *child <= prefixed && prefixed < ast.subtree_end(*child);
        let Some(inner) = ast.children(at).find(holds) else {
            break;
        };
        at = inner;
    }
    let nodes = (definition.0..ast.subtree_end(definition).0).map(NodeId);
    found.extend(nodes.filter_map(|node| {
        let spliced = ast.children(node).nth(1)?;
        let is_alike = node != prefixed
            && head(node) == Some(":wat::core::unquote-splicing")
            && ast.as_symbol(spliced) == Some(name);
        is_alike.then_some((node, spliced))
    }));
    found
}

/// What a part of a form is.
#[derive(Clone, Copy)]
enum Position {
    Raw,
    Code,
    /// Clauses of `matches?`.
    Clauses,
    /// Binders and expressions in turn.
    Bindings,
    Arm {
        pattern: bool,
    },
}

pub(super) enum Step {
    Down,
    Up,
}

/// Does a list open or close a level of a template?
pub(super) fn template_step(form: &Syntax) -> Option<Step> {
    if form.children().len() != 2 {
        return None;
    }
    match form.head()? {
        ":wat::core::quasiquote" => Some(Step::Down),
        ":wat::core::unquote" | ":wat::core::unquote-splicing" => Some(Step::Up),
        _ => None,
    }
}

pub(super) fn with_children(form: &Syntax, new: Vec<Syntax>) -> Syntax {
    form.with_children(new).unwrap_or_else(|| form.clone())
}

fn source_tree(written: &Ast) -> Syntax {
    Syntax::from_ast(
        written,
        written.root(),
        |node| Origin(node.0),
        |_| Scopes::default(),
    )
}

/// Builds a tree anew from its leaves: `make` gets a node and, unless it is an atom, its new children.
pub(super) fn rebuild(
    tree: &Syntax,
    make: &mut impl FnMut(&Syntax, Option<Vec<Syntax>>) -> Syntax,
) -> Syntax {
    if !tree.is_compound() {
        return make(tree, None);
    }
    stacker::maybe_grow(RED_ZONE, SEGMENT, || {
        let children = tree.children().iter();
        let children = children.map(|child| rebuild(child, make)).collect();
        make(tree, Some(children))
    })
}

/// WAT2413: a call of a macro that does not exist yet.
pub(crate) fn late_macro<'db>(db: &'db dyn Db, head: NodeId, item: Item<'db>) -> Problem<'db> {
    let name = item.name(db).text(db);
    Problem::new(
        2413,
        Place::node(head),
        format!("the macro `{name}` is defined by an expansion further down"),
    )
    .label("not defined yet")
    .also(crate::moves::definer(db, item), "this call defines it")
    .help("move this form behind the call that defines the macro")
}

/// The chain of macros, shortened where it repeats.
fn chain_note<'db>(problem: Problem<'db>, path: &[Arc<str>]) -> Problem<'db> {
    if path.is_empty() {
        return problem;
    }
    let mut shown: Vec<String> = path
        .iter()
        .take(6)
        .map(|name| format!("`{name}`"))
        .collect();
    if path.len() > 6 {
        shown.push(format!("… ({} in all)", path.len()));
    }
    problem.note(format!("the chain of macros: {}", shown.join(" → ")))
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
