//! Static rules: well-typed programs that would hang, leak or lose an error silently.
//!
//! The rules read the typed tree of one definition, once, when it was inferred; they infer nothing themselves. Whatever
//! a rule must know of another function (does the body of a worker receive?) is a [`Facts`] of that function, a query
//! of its own, so that a changed body concerns its users only if the fact changes.

mod comm;
mod deadlock;
mod floats;
mod idiom;
mod library;
mod lint;
mod locals;
mod orphan;
mod pair;
mod portable;
mod process;
mod recursion;
mod tree;
mod unread;
mod unused;

use std::cell::OnceCell;

use rustc_hash::{FxHashMap, FxHashSet};
use wat_syntax::Ast;

use crate::db::{Db, SourceFile};
use crate::infer::require::Need;
use crate::infer::typed::ExprId;
use crate::infer::{Inference, check_item};
use crate::items::{Item, ItemKind};
use crate::names::lookup;
use crate::problem::Problem;

use deadlock::Suspect;
use tree::Tree;

/// What the rules of other definitions want to know of a function.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub(crate) struct Facts {
    /// Its text receives from a channel.
    pub(crate) receives: bool,
    /// Its text receives from something that is not its first parameter.
    pub(crate) receives_beside_input: bool,
}

/// What the static rules find in a definition.
#[derive(Clone, PartialEq, Eq, Debug, Default, salsa::SalsaValue)]
pub(crate) struct Findings<'db> {
    pub(crate) problems: Vec<Problem<'db>>,
    /// Deadlocks if the named functions receive.
    suspects: Vec<Suspect<'db>>,
    facts: crate::problem::Plain<Facts>,
    /// Mentions of workers that nobody waits for: that they print as opaque tags goes without saying.
    printed: Vec<u32>,
    /// What goes to other processes, of the parameters of the definition.
    pub(crate) needs: Vec<Need>,
    /// What the rules of style find that need types.
    pub(crate) lints: Vec<Problem<'db>>,
}

impl<'db> Findings<'db> {
    /// Does a rule tell more of what inference warned of?
    pub(crate) fn covers(&self, problem: &Problem<'db>) -> bool {
        problem.code == 3607 && self.printed.contains(&problem.at.node)
    }
}

/// The state of all rules: the tree, and where problems go.
struct Rules<'a, 'db> {
    db: &'db dyn Db,
    program: SourceFile,
    ast: &'a Ast,
    /// Of a definition, or of an input of a session?
    is_definition: bool,
    tree: Tree<'a, 'db>,
    problems: Vec<Problem<'db>>,
    printed: Vec<u32>,
    needs: Vec<Need>,
    lints: Vec<Problem<'db>>,
    /// The expressions whose value is a channel, or an end of it, by the call that makes it.
    mentions: OnceCell<FxHashMap<ExprId, Vec<ExprId>>>,
    /// The names of the form that begin with `_`.
    marked: OnceCell<FxHashSet<&'a str>>,
}

/// Applies the rules to what inference found of the definition of a name, or of an input of a session.
pub(crate) fn check<'db>(
    db: &'db dyn Db,
    program: SourceFile,
    ast: &Ast,
    inference: &Inference<'db>,
    name: Option<&str>,
) -> Findings<'db> {
    if inference.is_oversized {
        return Findings::default();
    }
    let mut rules = rules(db, program, ast, inference, name.is_some());
    rules.unused_results();
    rules.library_lints();
    rules.names_of_locals();
    rules.idle_statements();
    rules.unread_names();
    rules.idioms();
    if let Some(name) = name {
        rules.recursion(name);
    }
    rules.float_assertions();
    let mut suspects = Vec::new();
    let mut facts = Facts::default();
    if rules.tree.is_concurrent() {
        rules.comm_results();
        rules.select_outcomes();
        suspects = rules.scope_deadlocks();
        rules.channel_pairs();
        rules.process_joins();
        rules.orphans();
        rules.portability();
        rules.kernel_lints();
        rules.streams_consumed_twice();
        facts = rules.facts();
    }
    Findings {
        problems: rules.problems,
        suspects,
        facts: crate::problem::Plain(facts),
        printed: rules.printed,
        needs: rules.needs,
        lints: rules.lints,
    }
}

/// The rules at their start.
fn rules<'a, 'db>(
    db: &'db dyn Db,
    program: SourceFile,
    ast: &'a Ast,
    inference: &'a Inference<'db>,
    is_definition: bool,
) -> Rules<'a, 'db> {
    Rules {
        db,
        program,
        ast,
        is_definition,
        tree: Tree::new(inference),
        problems: Vec::new(),
        printed: Vec::new(),
        needs: Vec::new(),
        lints: Vec::new(),
        mentions: OnceCell::new(),
        marked: OnceCell::new(),
    }
}

/// All problems of a definition, those that depend on other functions included.
pub(crate) fn problems<'db>(
    db: &'db dyn Db,
    program: SourceFile,
    findings: &Findings<'db>,
) -> Vec<Problem<'db>> {
    let mut found = findings.problems.clone();
    for suspect in &findings.suspects {
        let facts = lookup(db, program, &suspect.worker)
            .filter(|item| item.kind(db) == ItemKind::Function)
            .map(|item| facts(db, program, item));
        found.extend(suspect.problem(facts).cloned());
    }
    found
}

/// The facts of a function: they change less often than its text.
#[salsa::tracked(returns(copy))]
fn facts<'db>(
    db: &'db dyn Db,
    program: SourceFile,
    item: Item<'db>,
) -> crate::problem::Plain<Facts> {
    check_item(db, program, item).statics.facts
}
