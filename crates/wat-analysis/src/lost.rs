//! Names that forms at the top level which came to nothing may have defined: who mentions them is not told.

use rustc_hash::FxHashSet;
use wat_syntax::{Ast, NodeId, NodeKind, Severity};

use crate::db::{Db, SourceFile};
use crate::expand::Source;
use crate::forms::{Form, ast, form_list};
use crate::items::{ItemKind, split_generic, written_declarations};
use crate::keywords::derived_name;
use crate::names::{DEFINERS, is_definer, is_library, lookup, meant_names, or_owner};
use crate::problem::Problem;
use crate::program::{lacks_loads, load_graph, primary_root};
use crate::whitelist::admits;

/// Might a name, or the type that it would be a member of, be defined by a form at the top level that came to nothing: the
/// call of a macro that failed, or of nothing that is known, or an expression around a definition? What such a form mentions
/// it may have defined, and what it says it may have made part of a name. Only findings ask, and only of unknown names: the
/// answer depends on the expansions of the whole program.
pub(crate) fn is_lost(db: &dyn Db, root: SourceFile, name: &str) -> bool {
    let lost = lost_names(db, root);
    !lost.names.is_empty() && or_owner(name, |name| lost.names.contains(name))
        || !lost.words.is_empty() && lost.are_words_of(name)
}

/// Might an entry of a whitelist that admits nothing admit what could not be defined: it is not loaded, its form came to
/// nothing, or stands inside an expression? Only findings ask.
pub(crate) fn may_admit(db: &dyn Db, root: SourceFile, entry: &str) -> bool {
    let lost = lost_names(db, root).names.iter();
    let lost = lost.chain(meant_names(db, root)).map(|name| &**name);
    let misplaced = crate::misplaced::misplaced_names(db, root).keys();
    let is_below = |name: &str| {
        let below = entry.strip_prefix(name);
        below.is_some_and(|below| below.starts_with("::") || below.starts_with('/'))
    };
    lacks_loads(db, root)
        || lost
            .chain(misplaced.map(|name| &**name))
            .any(|name| admits(entry, name) || is_below(name))
}

/// Did a form at the top level of a file come to nothing? Nobody knows what it would have declared.
pub fn lacks_declarations(db: &dyn Db, file: SourceFile) -> bool {
    lost_in(db, primary_root(db, file), file).any
}

/// What forms that came to nothing may have defined.
#[derive(Clone, PartialEq, Eq, Debug, Default, salsa::SalsaValue)]
struct Lost {
    /// Is there such a form?
    any: bool,
    /// What they mention.
    names: FxHashSet<Box<str>>,
    /// The words that they are written with: symbols, texts, and the last parts of paths.
    words: FxHashSet<Box<str>>,
}

/// Words are no longer.
const LONGEST: usize = 64;

impl Lost {
    /// Is one of the words, alone or between other ones, in the last part of a name?
    fn are_words_of(&self, name: &str) -> bool {
        let leaf = name.rsplit("::").next().unwrap_or(name);
        let is_letter = |ch: char| ch.is_alphanumeric();
        let begins =
            |at: usize| leaf[at..].starts_with(is_letter) && !leaf[..at].ends_with(is_letter);
        let ends =
            |at: usize| leaf[..at].ends_with(is_letter) && !leaf[at..].starts_with(is_letter);
        let bounds = |from: usize| (from..=leaf.len()).filter(|&at| leaf.is_char_boundary(at));
        bounds(0).filter(|&at| begins(at)).any(|from| {
            let mut ends = bounds(from).take(LONGEST).filter(|&at| ends(at));
            ends.any(|to| self.words.contains(&leaf[from..to]))
        })
    }
}

#[salsa::tracked(returns(ref))]
fn lost_names(db: &dyn Db, root: SourceFile) -> Lost {
    let mut found = Lost::default();
    for &file in load_graph(db, root).files.iter() {
        let lost = lost_in(db, root, file);
        found.names.extend(lost.names.iter().cloned());
        found.words.extend(lost.words.iter().cloned());
    }
    found
}

/// The same of one file.
#[salsa::tracked(returns(ref))]
fn lost_in(db: &dyn Db, root: SourceFile, file: SourceFile) -> Lost {
    let mut found = Lost::default();
    let alone = |form| {
        ast(db, form)
            .as_keyword(NodeId(0))
            .filter(|_| !ast(db, form).is_empty())
    };
    for pair in form_list(db, file).windows(2) {
        // `:wat::core::defn :my::f …)`, the opening bracket of which is lost.
        let is_head = |form| alone(form).is_some_and(is_definer);
        let name = alone(pair[1]).filter(|_| is_head(pair[0]));
        found.names.extend(name.map(Box::from));
    }
    for &form in form_list(db, file) {
        let declared = written_declarations(db, form);
        let ast = ast(db, form);
        let meant = declared.problems.iter();
        found
            .names
            .extend(meant.filter_map(|it| meant_name(ast, it)));
        let expressions = &declared.expressions;
        if expressions.is_empty() {
            continue;
        }
        let head = |node: &u32| ast.as_keyword(ast.children(NodeId(*node)).next()?);
        let heads: Vec<&str> = expressions.iter().filter_map(head).collect();
        // A test defines nothing for others.
        let is_test =
            |head: &&str| crate::expand::is_test_form(head) && !crate::expand::is_maker(head);
        if !heads.is_empty() && heads.iter().all(is_test) {
            continue;
        }
        let is_unknown = |head: &&str| lookup(db, root, split_generic(head).0).is_none();
        let expands = |head: &&str| {
            let item = || lookup(db, root, split_generic(head).0);
            crate::expand::is_test_form(head)
                || item().is_some_and(|item| item.kind(db) == ItemKind::Macro)
        };
        let wraps_definition =
            || !heads.iter().any(expands) && ast.texts().any(|text| DEFINERS.contains(&text));
        let came_to_nothing = heads.iter().any(is_unknown) || has_failed(db, root, form);
        if !came_to_nothing && !wraps_definition() {
            continue;
        }
        found.any |= came_to_nothing;
        // Forms of the library make no names of words.
        let is_own = came_to_nothing && !heads.iter().all(|head| is_library(head));
        for text in ast.texts().filter(|text| !heads.contains(text)) {
            let path = text.strip_prefix(':').map(|_| split_generic(text).0);
            match path {
                Some(path) if is_library(path) => continue,
                Some(path) => found.names.extend([path.into(), derived_name(path).into()]),
                None => {}
            }
            if is_own {
                let word = path.map_or(text, |path| path[1..].rsplit("::").next().unwrap_or(path));
                found.words.insert(word.into());
            }
        }
    }
    found
}

/// Did the expansion of a form come to nothing, here or because a macro of it is broken?
fn has_failed(db: &dyn Db, root: SourceFile, form: Form<'_>) -> bool {
    crate::expand::expansion(db, root, form).is_some_and(|expansion| {
        let mut problems = expansion.problems.iter();
        let is_unread = |node| match expansion.origin_of(node) {
            Source::Written(node) => ast(db, form).kind(node) == NodeKind::Error,
            Source::Template { .. } => false,
        };
        let mut nodes = (0..expansion.ast.len() as u32).map(NodeId);
        problems.any(|problem| problem.severity.0 == Severity::Error)
            || nodes.any(|node| expansion.ast.kind(node) == NodeKind::Error && !is_unread(node))
    })
}

/// The name that a definition without one was meant to give: `f` of `(defn f …)`, `:my::f` of `(defn :my::f:: …)`.
fn meant_name(ast: &Ast, problem: &Problem<'_>) -> Option<Box<str>> {
    let node = NodeId(problem.at.node);
    if problem.code != 2104 || problem.at.form.is_some() || problem.at.node >= ast.len() as u32 {
        return None;
    }
    let keyword = ast.as_keyword(node).map(|name| name.trim_end_matches(':'));
    let name = keyword
        .or(ast.as_symbol(node))
        .filter(|name| !name.is_empty());
    name.map(Box::from)
}
