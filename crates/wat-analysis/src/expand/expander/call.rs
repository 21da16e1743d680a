//! Calls of macros: what a name means, one expansion, what is told when it fails.

use std::sync::Arc;

use wat_syntax::{Applicability, Ast, NodeId};
use wat_value::syntax::{Shape, Syntax};

use crate::db::Db;
use crate::expand::Call;
use crate::expand::define::{MacroDef, macro_def};
use crate::expand::eval::{Eval, Failure};
use crate::expand::stage::{generated_names, literal_macros};
use crate::items::{Item, Name};
use crate::problem::{EditAt, Place, Problem, ProblemEdit};

use super::{Expander, MAX_NESTING};

/// What a path means to expansion.
#[derive(Clone)]
pub(in crate::expand) enum Found<'db> {
    Macro(Arc<MacroDef<'db>>),
    Nothing,
}

impl<'db> Expander<'db> {
    /// Does the program declare a name, as far as expansion knows?
    pub(in crate::expand) fn declares(&mut self, name: &str) -> bool {
        crate::sight::is_literal(self.db, self.program, name)
            || matches!(self.find(name), Found::Macro(_))
    }

    pub(in crate::expand) fn find(&mut self, name: &str) -> Found<'db> {
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
    pub(super) fn call(&mut self, form: &Syntax, top: bool) -> Option<Syntax> {
        let name = form.head()?;
        if self.halted {
            return None;
        }
        let is_written = || self.is_written(form.children()[0].origin());
        if crate::library::is_internal(name) && is_written() {
            return None;
        }
        if crate::expand::testing::is_test_form(name) {
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
    pub(in crate::expand) fn begin(&mut self, form: &Syntax, name: &str) -> Option<u32> {
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
