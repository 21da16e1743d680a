//! Whitelists: who may refer to a restricted definition. Syntax, entries, and what an entry admits.

use std::sync::Arc;

use wat_syntax::{Applicability, Ast, NodeId, NodeKind};

use crate::db::{Db, SourceFile};
use crate::items::{Item, ItemKind};
use crate::problem::{EditAt, Place, Problem, ProblemEdit, other_brackets};

/// The tag before the whitelist of a function, a value, or a part of the machine.
pub(crate) const CLAUSE: &str = ":restricted-to";

/// The callers that a definition admits.
#[derive(Clone, PartialEq, Eq, Hash, Debug, salsa::SalsaValue)]
pub(crate) struct Whitelist {
    /// The node of the list in the declaring form.
    pub(crate) node: u32,
    pub(crate) entries: Box<[Arc<str>]>,
}

impl Whitelist {
    pub(crate) fn admits(&self, identity: &str) -> bool {
        self.entries.iter().any(|entry| admits(entry, identity))
    }

    /// "admits only `:my::k::` (namespace) and `:my::audit::run`", at most 60 characters long.
    pub(crate) fn describe(&self) -> String {
        const LONGEST: usize = 60;
        let describe = |entry: &Arc<str>| match kind(entry) {
            EntryKind::Namespace => format!("`{entry}` (namespace)"),
            EntryKind::Member => format!("`{entry}` (members)"),
            EntryKind::Exact => format!("`{entry}`"),
        };
        let all: Vec<String> = self.entries.iter().map(describe).collect();
        let text = |shown: usize| {
            let rest = all.len() - shown;
            let more = (rest > 0).then(|| format!("{rest} more"));
            let mut parts: Vec<&str> = all[..shown].iter().map(String::as_str).collect();
            parts.extend(more.as_deref());
            match parts.split_last() {
                None => "admits nobody".to_owned(),
                Some((last, [])) => format!("admits only {last}"),
                Some((last, before)) => format!("admits only {} and {last}", before.join(", ")),
            }
        };
        let fits = |shown: &usize| text(*shown).chars().count() <= LONGEST;
        let shown = (1..=all.len()).rev().find(fits);
        text(shown.unwrap_or(all.len().min(1)))
    }
}

/// What an entry of a whitelist admits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, salsa::SalsaValue)]
pub(crate) enum EntryKind {
    /// `:a::b::`: every identity below the namespace.
    Namespace,
    /// `:a::T/`: every member of the type.
    Member,
    /// `:a::f`: the definition of that name.
    Exact,
}

/// The kind of an entry, by its text.
pub(crate) fn kind(entry: &str) -> EntryKind {
    if entry.ends_with("::") {
        EntryKind::Namespace
    } else if entry.ends_with('/') && !entry.ends_with("::/") && entry.len() > 2 {
        EntryKind::Member
    } else {
        EntryKind::Exact
    }
}

/// Does an entry admit an identity, a canonical name or a namespace that ends in `::`?
pub(crate) fn admits(entry: &str, identity: &str) -> bool {
    match kind(entry) {
        EntryKind::Namespace | EntryKind::Member => identity.starts_with(entry),
        EntryKind::Exact => identity == entry,
    }
}

fn head(ast: &Ast, root: NodeId) -> &str {
    ast.children(root)
        .next()
        .and_then(|head| ast.as_keyword(head))
        .unwrap_or_default()
}

/// The tags that may stand between the name of a definition and what it defines, each before a list.
fn tags(head: &str) -> &'static [&'static str] {
    match head {
        ":wat::core::def-restricted" | ":wat::core::defn-restricted" => &[CLAUSE],
        ":wat::core::native"
        | ":wat::core::native-type"
        | ":wat::core::special-form"
        | ":wat::core::operator" => &[CLAUSE, ":requires", ":capabilities", ":repeats"],
        _ => &[],
    }
}

/// How many elements of a defining list stand before what it defines: head, name, and tagged lists.
pub(crate) fn body_offset(ast: &Ast, root: NodeId) -> usize {
    let tags = tags(head(ast, root));
    let mut rest = ast.children(root).skip(2).peekable();
    let mut offset = 2;
    if untagged_list(ast, root).is_some() {
        rest.next();
        offset += 1;
    }
    let is_tag = |node: &NodeId| ast.as_keyword(*node).is_some_and(|tag| tags.contains(&tag));
    while rest.next_if(is_tag).is_some() {
        offset += 1;
        // A bare entry stands for the list that it should be in, if something follows that can be the rest.
        let stands_for_list = |list: NodeId| {
            let is_alike = ast.as_keyword(list).is_some() || is_parenthesised(ast, list);
            ast.kind(list) == NodeKind::Vector || (is_alike && offset + 1 < ast.child_count(root))
        };
        let list = rest.next_if(|&list| stands_for_list(list));
        offset += usize::from(list.is_some());
    }
    offset
}

/// Is this a list of callers in the wrong brackets? WAT2110 tells of it.
fn is_parenthesised(ast: &Ast, list: NodeId) -> bool {
    ast.kind(list) == NodeKind::List
        && ast.child_count(list) > 0
        && ast
            .children(list)
            .all(|entry| ast.as_keyword(entry).is_some())
}

/// The list of callers of a restricted definition that lacks the tag before it. WAT2110 tells of it, and the rest is
/// read as if the tag were there.
fn untagged_list(ast: &Ast, root: NodeId) -> Option<NodeId> {
    let mut rest = ast.children(root).skip(2);
    let (list, next) = (rest.next()?, rest.next()?);
    let is_list = is_parenthesised(ast, list)
        || ast.kind(list) == NodeKind::Vector
            && ast
                .children(list)
                .all(|entry| ast.as_keyword(entry).is_some());
    let is_followed = match head(ast, root) {
        ":wat::core::defn-restricted" => ast.kind(next) == NodeKind::Vector,
        ":wat::core::def-restricted" => ast.as_str(next).is_none(),
        _ => false,
    };
    (is_list && is_followed).then_some(list)
}

/// The list after a tag of a definition.
pub(crate) fn clause(ast: &Ast, root: NodeId, tag: &str) -> Option<NodeId> {
    let before: Vec<NodeId> = ast.children(root).take(body_offset(ast, root)).collect();
    let at = before
        .iter()
        .position(|&node| ast.as_keyword(node) == Some(tag))?;
    before
        .get(at + 1)
        .copied()
        .filter(|&list| ast.kind(list) == NodeKind::Vector)
}

/// Is this the declaration of a restricted struct or enum?
pub(crate) fn is_restricted_type(ast: &Ast, root: NodeId) -> bool {
    matches!(
        head(ast, root),
        ":wat::core::struct-restricted" | ":wat::core::enum-restricted"
    )
}

/// Does a definition have a whitelist?
pub(crate) fn is_restricted(ast: &Ast, root: NodeId, kind: ItemKind) -> bool {
    list_of(ast, root, kind, 0).is_some()
}

/// Which members that a type declaration generates have a whitelist.
pub(crate) fn restricted_members(ast: &Ast, root: NodeId) -> impl Fn(ItemKind, u32) -> bool {
    let is_restricted = is_restricted_type(ast, root);
    let fields: Vec<bool> = match is_restricted {
        true => field_lists(ast, root).iter().map(Option::is_some).collect(),
        false => Vec::new(),
    };
    let has_list = ast.children(root).nth(2).is_some();
    move |member, part| match member {
        ItemKind::Accessor => fields.get(part as usize) == Some(&true),
        _ => is_restricted && has_list,
    }
}

/// The whitelists of the fields of a struct.
fn field_lists(ast: &Ast, root: NodeId) -> Vec<Option<NodeId>> {
    let shape = crate::nominal::type_shape(ast, root, ItemKind::Struct);
    let fields = shape.variants.into_iter().next().map(|it| it.fields);
    let lists = fields.into_iter().flatten().map(|field| field.whitelist);
    lists.collect()
}

/// Where the whitelist of a definition stands; `None` for what everybody may refer to.
fn list_of(ast: &Ast, root: NodeId, kind: ItemKind, part: u32) -> Option<NodeId> {
    match kind {
        ItemKind::Constructor | ItemKind::UnitVariant => {
            is_restricted_type(ast, root).then(|| ast.children(root).nth(2))?
        }
        ItemKind::Accessor if is_restricted_type(ast, root) => {
            field_lists(ast, root).get(part as usize).copied()?
        }
        ItemKind::Function
        | ItemKind::Value
        | ItemKind::Native
        | ItemKind::SpecialForm
        | ItemKind::Operator => clause(ast, root, CLAUSE),
        _ => None,
    }
}

/// The whitelist of a definition; `None` if it is public, or if the list is malformed (which is reported there).
#[salsa::tracked(returns(ref))]
fn own_whitelist<'db>(db: &'db dyn Db, item: Item<'db>) -> Option<Whitelist> {
    let ast = item.ast(db);
    let list = list_of(ast, item.root(db), item.kind(db), item.part(db))
        .filter(|&list| ast.kind(list) == NodeKind::Vector)?;
    let entries: Option<Box<[Arc<str>]>> = ast
        .children(list)
        .map(|entry| ast.as_keyword(entry).map(Arc::from))
        .collect();
    Some(Whitelist {
        node: list.0,
        entries: entries?,
    })
}

/// The whitelist that governs references to a definition, and the definition that declares it: a name made by
/// `define-alias` has that of its target.
pub(crate) fn whitelist<'db>(
    db: &'db dyn Db,
    program: SourceFile,
    item: Item<'db>,
) -> Option<(&'db Whitelist, Item<'db>)> {
    let item = match item.kind(db) {
        ItemKind::Synonym => crate::synonym::target(db, program, item)?,
        _ => item,
    };
    if !item.restricted(db) {
        return None;
    }
    Some((own_whitelist(db, item).as_ref()?, item))
}

/// WAT2110: what is wrong with the whitelists of a definition.
pub(crate) fn shape_problems<'db>(ast: &Ast, root: NodeId, kind: ItemKind) -> Vec<Problem<'db>> {
    if ast.is_poisoned(root) {
        return Vec::new();
    }
    let mut found = Vec::new();
    let head = head(ast, root);
    match head {
        ":wat::core::def-restricted" | ":wat::core::defn-restricted" => {
            clause_problems(ast, root, head, &mut found);
        }
        ":wat::core::struct-restricted" | ":wat::core::enum-restricted" => {
            let list = ast.children(root).nth(2);
            list_problems(ast, list, root, head, &mut found);
            let shape = crate::nominal::type_shape(ast, root, kind);
            let fields = shape.variants.iter().flat_map(|variant| &variant.fields);
            for list in fields.filter_map(|field| field.whitelist) {
                list_problems(ast, Some(list), root, head, &mut found);
            }
        }
        _ => {}
    }
    found
}

/// Does a restricted definition end before its list of callers? WAT2110 tells of it.
pub(crate) fn ends_early(ast: &Ast, root: NodeId) -> bool {
    lacks_clause(ast, root) && ast.children(root).nth(3).is_none()
}

/// Is this a restricted definition without a readable list of callers? WAT2110 tells of it.
pub(crate) fn lacks_clause(ast: &Ast, root: NodeId) -> bool {
    let restricted = matches!(
        head(ast, root),
        ":wat::core::def-restricted" | ":wat::core::defn-restricted"
    );
    let mut parts = ast.children(root).skip(2);
    let tag = parts.next().and_then(|tag| ast.as_keyword(tag));
    let list = parts.next();
    restricted
        && (tag != Some(CLAUSE) || list.is_none_or(|list| ast.kind(list) != NodeKind::Vector))
}

fn clause_problems<'db>(ast: &Ast, root: NodeId, head: &str, found: &mut Vec<Problem<'db>>) {
    let tag = ast.children(root).nth(2);
    if tag.and_then(|tag| ast.as_keyword(tag)) == Some(CLAUSE) {
        list_problems(ast, ast.children(root).nth(3), root, head, found);
        return;
    }
    let at = tag.unwrap_or(root);
    let problem = Problem::new(
        2110,
        Place::node(at),
        format!("`{head}` needs `{CLAUSE} [:caller …]` after the name"),
    )
    .label("expected `:restricted-to`")
    .help(format!(
        "write `({head} :my::name {CLAUSE} [:my::] …)`; `[]` admits nobody"
    ));
    let untagged = untagged_list(ast, root).filter(|&list| ast.kind(list) == NodeKind::Vector);
    found.push(match untagged {
        Some(list) => problem.fix(
            "insert `:restricted-to`",
            Applicability::MaybeIncorrect,
            vec![ProblemEdit {
                at: EditAt::Before,
                place: Place::node(list),
                insert: format!("{CLAUSE} "),
            }],
        ),
        None => problem,
    });
}

fn list_problems<'db>(
    ast: &Ast,
    list: Option<NodeId>,
    root: NodeId,
    head: &str,
    found: &mut Vec<Problem<'db>>,
) {
    const HELP: &str = "an entry is a namespace `:my::`, the members of a type `:my::T/`, or a definition `:my::f`";
    let Some(list) = list.filter(|&list| ast.kind(list) == NodeKind::Vector) else {
        let problem = Problem::new(
            2110,
            Place::node(list.unwrap_or(root)),
            format!("`{head}` needs a list of the callers that it admits"),
        )
        .label("expected `[:caller …]`")
        .help(HELP);
        let alike = list.filter(|&list| is_parenthesised(ast, list));
        found.push(match alike {
            Some(list) => in_brackets(problem, list),
            None => problem,
        });
        return;
    };
    if ast.is_poisoned(list) {
        return;
    }
    if let Some(bad) = ast
        .children(list)
        .find(|&entry| ast.as_keyword(entry).is_none())
    {
        found.push(
            Problem::new(
                2110,
                Place::node(bad),
                "a list of callers holds nothing but keywords",
            )
            .label("not a keyword")
            .help(HELP),
        );
    }
}

/// The fix that writes a list in brackets.
fn in_brackets<'db>(problem: Problem<'db>, list: NodeId) -> Problem<'db> {
    // What is in parentheses may be a call, and the list forgotten.
    problem.fix(
        "write the list in brackets",
        Applicability::MaybeIncorrect,
        other_brackets(Place::node(list), "[", "]"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_namespace_entry_admits_what_starts_with_it() {
        for identity in [
            ":my::k::f",
            ":my::k::sub::g",
            ":my::k::Vault/check",
            ":my::k::",
            ":my::k::sub::",
        ] {
            assert!(admits(":my::k::", identity), "{identity}");
        }
        for identity in [":my::kx::f", ":my::k", ":my::k/f", ":my::", ":user::"] {
            assert!(!admits(":my::k::", identity), "{identity}");
        }
    }

    #[test]
    fn a_member_entry_admits_members_and_an_exact_entry_one_name() {
        assert!(admits(":my::k::Vault/", ":my::k::Vault/check"));
        assert!(!admits(":my::k::Vault/", ":my::k::Vault"));
        assert!(admits(":my::k::f", ":my::k::f"));
        assert!(!admits(":my::k::f", ":my::k::f::"));
        assert_eq!(kind(":wat::core::/"), EntryKind::Exact);
    }

    #[test]
    fn a_description_is_a_label() {
        let list = |entries: &[&str]| Whitelist {
            node: 0,
            entries: entries.iter().map(|entry| Arc::from(*entry)).collect(),
        };
        assert_eq!(list(&[]).describe(), "admits nobody");
        assert_eq!(
            list(&[":my::k::", ":my::audit::run"]).describe(),
            "admits only `:my::k::` (namespace) and `:my::audit::run`"
        );
        assert_eq!(
            list(&[":my::k::V/", ":b::", ":c::", ":d::", ":e::"]).describe(),
            "admits only `:my::k::V/` (members) and 4 more"
        );
    }
}
