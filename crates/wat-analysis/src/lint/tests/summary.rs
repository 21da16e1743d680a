//! What the rules of tests want to know of a definition.
//!
//! It is read from the expanded form, so that nothing is inferred for it, and it holds names: what they mean is asked by
//! those who follow them.

use rustc_hash::FxHashSet;
use wat_syntax::{Ast, NodeId, NodeKind};

use crate::db::Db;
use crate::infer::quote::{FORMS, QUASIQUOTE, QUOTE};
use crate::items::{Item, Name};
use crate::loads::is_load;

use super::is_written;

/// Where a name is mentioned.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, salsa::SalsaValue)]
pub(super) enum Context {
    /// In the code of the definition.
    Code,
    /// In the code of a function inside of it, which somebody else may call.
    Inner,
    /// In what an assertion expects.
    Expected,
    /// In data.
    Data,
}

/// A mention of a name that the library does not have.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, salsa::SalsaValue)]
pub(super) struct Mention<'db> {
    pub(super) name: Name<'db>,
    pub(super) node: u32,
    pub(super) context: Context,
    /// Is it called?
    pub(super) called: bool,
}

/// What a definition mentions.
#[derive(Clone, PartialEq, Eq, Debug, Default, salsa::SalsaValue)]
pub(super) struct Summary<'db> {
    /// In source order, those by macros left out.
    pub(super) written: Box<[Mention<'db>]>,
    /// The calls that wait for some time.
    pub(super) waits: Box<[u32]>,
    reach: Reach<'db>,
}

/// What of this matters to others.
#[derive(Clone, PartialEq, Eq, Debug, Default, salsa::SalsaValue)]
pub(super) struct Reach<'db> {
    /// Does it assert something?
    pub(super) asserts: bool,
    /// Does it run a program whose result it may return?
    pub(super) runs: bool,
    /// The names that it mentions, each once.
    pub(super) names: Box<[Name<'db>]>,
}

/// What other definitions want to know changes less often than where it stands.
#[salsa::tracked(returns(ref))]
pub(super) fn reach<'db>(db: &'db dyn Db, item: Item<'db>) -> Reach<'db> {
    summary(db, item).reach.clone()
}

#[salsa::tracked(returns(ref))]
pub(super) fn summary<'db>(db: &'db dyn Db, item: Item<'db>) -> Summary<'db> {
    let ast = item.ast(db);
    if ast.is_empty() || item.kind(db).is_member() {
        return Summary::default();
    }
    let (mut written, mut waits) = (Vec::new(), Vec::new());
    let (mut asserts, mut runs) = (false, false);
    let mut seen = FxHashSet::default();
    let mut names = Vec::new();
    let root = item.root(db);
    let mut contexts: Vec<(Context, NodeId)> = Vec::new();
    let mut expected = FxHashSet::default();
    for node in (root.0..ast.subtree_end(root).0).map(NodeId) {
        while contexts.last().is_some_and(|&(_, end)| end <= node) {
            contexts.pop();
        }
        let around = contexts.last().map_or(Context::Code, |&(it, _)| it);
        let is_own = || is_written(db, item, node);
        let head = match ast.kind(node) {
            NodeKind::List => ast.children(node).next().and_then(|it| ast.as_keyword(it)),
            _ => None,
        };
        let context = match head {
            _ if expected.remove(&node) => around.max(Context::Expected),
            Some(QUOTE | FORMS | QUASIQUOTE) => Context::Data,
            Some(":wat::core::fn") if is_own() => around.max(Context::Inner),
            _ => around,
        };
        if context != around {
            contexts.push((context, ast.subtree_end(node)));
        }
        if head.is_some_and(compares) {
            expected.extend(ast.children(node).nth(2));
        }
        if context == Context::Code && waits_by_time(ast, node) && is_own() {
            waits.push(node.0);
        }
        let Some(text) = ast.as_keyword(node) else {
            continue;
        };
        let path = text.split_once('<').map_or(text, |(path, _)| path);
        asserts |= is_assertion(path) || context == Context::Data && is_load(path);
        runs |= runs_program(path);
        if path.starts_with(":wat::") || node == item.name_node(db) {
            continue;
        }
        let name = Name::new(db, path);
        if seen.insert(name) {
            names.push(name);
        }
        if is_own() {
            written.push(Mention {
                name,
                node: node.0,
                context,
                called: is_head(ast, node),
            });
        }
    }
    Summary {
        written: written.into(),
        waits: waits.into(),
        reach: Reach {
            asserts,
            runs,
            names: names.into(),
        },
    }
}

/// Is the node the head of a list?
fn is_head(ast: &Ast, node: NodeId) -> bool {
    let list = node.0.checked_sub(1).map(NodeId);
    list.is_some_and(|it| ast.kind(it) == NodeKind::List && node < ast.subtree_end(it))
}

/// Does a call of this function, or a form with this head, fail where something is not as it is said to be?
fn is_assertion(path: &str) -> bool {
    if let Some(name) = path.strip_prefix(":wat::test::") {
        return name.starts_with("assert-") || matches!(name, "fail" | "__internal/panics");
    }
    match path.strip_prefix(":wat::kernel::") {
        Some(name) => matches!(name, "assertion-failed!" | "raise!"),
        None => path.starts_with(":wat::core::") && path.ends_with("/expect"),
    }
}

/// Does it run a program that is given as data, and return how that went?
fn runs_program(path: &str) -> bool {
    match path.strip_prefix(":wat::test::") {
        Some(name) => matches!(
            name,
            "run" | "run-in-scope" | "run-ast" | "run-hermetic-ast"
        ),
        None => path.starts_with(":wat::kernel::run-sandboxed"),
    }
}

/// Does an assertion with this head expect its second operand?
fn compares(head: &str) -> bool {
    matches!(
        head.strip_prefix(":wat::test::"),
        Some("assert-eq" | "assert-ne" | "assert-approx" | "assert-contains" | "assert-stdout-is")
    )
}

/// Does a call do nothing until some time has passed?
fn waits_by_time(ast: &Ast, node: NodeId) -> bool {
    let verb = |node: NodeId| {
        let is_list = ast.kind(node) == NodeKind::List;
        let head = ast.children(node).next().filter(|_| is_list)?;
        ast.as_keyword(head)?.strip_prefix(":wat::kernel::")
    };
    match verb(node) {
        Some("sleep") => true,
        Some("recv") => {
            let from = ast.children(node).nth(1).and_then(verb);
            matches!(from, Some("after" | "every"))
        }
        _ => false,
    }
}
