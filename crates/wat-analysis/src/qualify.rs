//! The fix of WAT3207: a definition without a namespace gets one, and so does every mention of it.
//!
//! What refers to the definition is known from inference. Every other token that spells its name (quoted data, a key, a
//! whitelist, the text of a macro) makes the fix one that a person looks at.

use rustc_hash::FxHashSet;
use wat_syntax::{Applicability, Ast, NodeId, NodeKind, TextRange, TextSize};

use crate::db::{Db, SourceFile};
use crate::diagnostics::{DiagnosticFix, FileEdit};
use crate::entry::{self, is_startable};
use crate::expand::{expansion, spot};
use crate::forms::{Form, ast, form_list, form_start, read_form};
use crate::infer::check_item;
use crate::inline::stands_inside;
use crate::items::{Item, ItemKind, declarations, split_generic};
use crate::names::{lookup, lookup_type, names};
use crate::problem::Problem;
use crate::program::{is_shared, program_files};

/// The fix, if the definition is no macro, nor one of a program inside of an expression, and the qualified name is free.
pub(crate) fn qualifying<'db>(
    db: &'db dyn Db,
    root: SourceFile,
    form: Form<'db>,
    problem: &Problem<'db>,
) -> Option<DiagnosticFix> {
    let items = &declarations(db, root, form).items;
    let item = items.iter().copied().find(|item| {
        let declares = item.name_node(db).0 == problem.at.node;
        declares && crate::nominal::owner(db, *item).is_none_or(|owner| owner == *item)
    })?;
    let name = item.name(db).text(db).as_str();
    if crate::expand::is_marked(name) {
        return None;
    }
    let free = format!(":user::{}", &name[1..]);
    let is_taken = lookup(db, root, &free).is_some() || lookup_type(db, root, &free).is_some();
    if item.kind(db) == ItemKind::Macro || is_taken || derives_a_name(db, root, item) {
        return None;
    }
    let mut found = Mentions {
        edits: Vec::new(),
        // What is no entry point as it stands may be meant for something else.
        sure: item.expanded(db).is_none() && (free != entry::MAIN || is_startable(db, root, item)),
    };
    for &file in &*program_files(db, root) {
        found.sure &= !stands_inside(db, file) && !is_shared(db, file);
        for &form in form_list(db, file) {
            found.in_form(db, root, form, item, name);
            // Whoever mentions the new name, or a member of it, meant something else.
            found.sure &= !ast(db, form).texts().any(|text| mentions(text, &free[1..]));
        }
    }
    let how = match found.sure {
        true => Applicability::MachineApplicable,
        false => Applicability::MaybeIncorrect,
    };
    found
        .edits
        .sort_by_key(|edit| (edit.file, edit.range.start()));
    (!found.edits.is_empty()).then(|| DiagnosticFix {
        title: format!("call it `{free}` here and wherever it is used"),
        applicability: how,
        edits: found.edits,
    })
}

/// Does a token mention a path, alone, in a type, or as the owner of a member?
fn mentions(token: &str, path: &str) -> bool {
    let is_part = |letter: char| letter.is_alphanumeric() || "-_?!*+".contains(letter);
    token.match_indices(path).any(|(at, _)| {
        let (before, after) = (&token[..at], &token[at + path.len()..]);
        !before.ends_with("::") && !before.ends_with(is_part) && !after.starts_with(is_part)
    })
}

/// Is the name of a keyword variant made from this one?
fn derives_a_name<'db>(db: &'db dyn Db, root: SourceFile, item: Item<'db>) -> bool {
    let name = item.name(db).text(db);
    names(db, root).items.values().any(|other| {
        other.kind(db) == ItemKind::KeywordVariant && {
            let shape = crate::keywords::definition_shape(other.ast(db), other.root(db));
            let target = shape
                .target
                .and_then(|target| other.ast(db).as_keyword(target));
            shape.auto && target.is_some_and(|target| split_generic(target).0 == name)
        }
    })
}

struct Mentions {
    edits: Vec<FileEdit>,
    sure: bool,
}

impl Mentions {
    fn in_form<'db>(
        &mut self,
        db: &'db dyn Db,
        root: SourceFile,
        form: Form<'db>,
        item: Item<'db>,
        name: &str,
    ) {
        let tree = ast(db, form);
        let spelled = spelled(tree, name);
        if spelled.is_empty() {
            return;
        }
        let known = known(db, root, form, item);
        for node in spelled {
            if !known.contains(&node) {
                self.sure = false;
                continue;
            }
            let range = read_form(db, form).spans.range(node);
            let text = &form.content(db).text.text()[range];
            let start = range.start() + form_start(db, form);
            for at in places(text, name) {
                self.edits.push(FileEdit {
                    file: form.file(db),
                    range: TextRange::empty(start + TextSize::new(at as u32)),
                    insert: "user::".into(),
                });
            }
        }
    }
}

/// The tokens of a form as written that refer to a definition, or to what it generates.
fn known<'db>(
    db: &'db dyn Db,
    root: SourceFile,
    form: Form<'db>,
    item: Item<'db>,
) -> FxHashSet<NodeId> {
    let same = |other: Item<'db>| {
        (other.form(db), other.node(db), other.expanded(db))
            == (item.form(db), item.node(db), item.expanded(db))
    };
    let expansion = expansion(db, root, form);
    let found = declarations(db, root, form);
    let mut nodes: Vec<u32> = Vec::new();
    for &other in found.items.iter().chain(&found.bindings) {
        if same(other) && !is_member(db, other) {
            nodes.push(other.name_node(db).0);
        }
        let checked = check_item(db, root, other);
        let uses = checked.uses.iter().filter(|used| same(used.item));
        nodes.extend(uses.map(|used| used.node));
        let mentions = checked.mentions.iter().filter(|mention| same(mention.item));
        nodes.extend(mentions.map(|mention| mention.node));
    }
    nodes
        .into_iter()
        .map(|node| spot(expansion, node))
        .filter(|spot| spot.made.is_none())
        .map(|spot| spot.node)
        .collect()
}

fn is_member<'db>(db: &'db dyn Db, item: Item<'db>) -> bool {
    crate::nominal::owner(db, item).is_some_and(|owner| owner != item)
}

/// The keywords of a form that spell a name of one segment, alone or as a part.
fn spelled(tree: &Ast, name: &str) -> Vec<NodeId> {
    let spells = |node: &NodeId| match tree.kind(*node) {
        NodeKind::Keyword(text) => !places(tree.text(text), name).is_empty(),
        _ => false,
    };
    (0..tree.len() as u32).map(NodeId).filter(spells).collect()
}

/// Where a keyword spells a name that is written with its colon: after the colon or bracket before each mention.
fn places(text: &str, name: &str) -> Vec<usize> {
    let bare = &name[1..];
    let bytes = text.as_bytes();
    let is_place = |at: usize| {
        let before = at == 1 || matches!(bytes[at - 1], b'<' | b'(' | b',' | b'>');
        let after = &text[at + bare.len()..];
        let ends = after.is_empty()
            || after.starts_with("::")
            || after.starts_with(['<', '>', ',', '(', ')', '/']);
        before && ends
    };
    text.match_indices(bare)
        .map(|(at, _)| at)
        .filter(|&at| at > 0 && is_place(at))
        .collect()
}
