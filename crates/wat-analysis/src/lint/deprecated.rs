//! WAT7002: the use of what its author wants to be used no more. The library deprecates nothing.

use memchr::memmem;
use rustc_hash::FxHashSet;
use wat_syntax::{Applicability, NodeId, NodeKind};

use crate::closed::parted_files;
use crate::db::{Db, SourceFile};
use crate::infer::check_item;
use crate::infer::quote::{FORMS, QUASIQUOTE, QUOTE};
use crate::items::{Item, ItemKind, split_generic};
use crate::names::{lookup, lookup_type};
use crate::problem::{Place, Problem};
use crate::resolve::{alias_target, part_place, paths_of};
use crate::signature::{docs, signature};

use super::Lint;

/// What a docstring says of the deprecation of its definition.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
struct Deprecation {
    /// What follows `@deprecated`, as one line.
    text: String,
    /// The path that is named first.
    replacement: Option<String>,
}

/// What the docstring of a definition, or of the type that generates it, says of its deprecation.
#[salsa::tracked(returns(ref))]
fn deprecation<'db>(db: &'db dyn Db, item: Item<'db>) -> Option<Deprecation> {
    read(&docs(db, item)?)
}

/// Reads `@deprecated VERSION REPLACEMENT TEXT`, which begins a line and goes on until an empty line or another directive.
fn read(doc: &str) -> Option<Deprecation> {
    let mut lines = doc.lines().map(str::trim).skip_while(|line| {
        let rest = line.strip_prefix("@deprecated");
        !rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(char::is_whitespace))
    });
    let first = lines.next()?.strip_prefix("@deprecated")?;
    let more = lines.take_while(|line| !line.is_empty() && !line.starts_with('@'));
    let words = [first].into_iter().chain(more);
    let words: Vec<&str> = words.flat_map(str::split_whitespace).collect();
    let paths = words.iter().map(|word| {
        let word = word.trim_start_matches(['`', '(']);
        let end = word.find(['`', ',', ';', ')']).unwrap_or(word.len());
        word[..end].trim_end_matches('.')
    });
    let replacement = paths.into_iter().find(|word| {
        word.strip_prefix(':')
            .is_some_and(|path| path.contains("::"))
    });
    Some(Deprecation {
        text: words.join(" "),
        replacement: replacement.map(str::to_owned),
    })
}

/// Is something in the project deprecated? In most nothing is, and no name has to be asked.
#[salsa::tracked(returns(copy))]
fn deprecates(db: &dyn Db) -> bool {
    let mut open = parted_files(db).open.iter();
    closed_deprecate(db) || open.any(|&file| says_deprecated(db, file))
}

#[salsa::tracked(returns(copy))]
fn closed_deprecate(db: &dyn Db) -> bool {
    let mut closed = parted_files(db).closed();
    closed.any(|file| says_deprecated(db, file))
}

#[salsa::tracked(returns(copy))]
fn says_deprecated(db: &dyn Db, file: SourceFile) -> bool {
    memmem::find(file.text(db).text().as_bytes(), b"@deprecated").is_some()
}

pub(super) fn check(lint: &mut Lint<'_, '_>) {
    let db = lint.db;
    if !deprecates(db) {
        return;
    }
    let items = lint
        .declarations
        .items
        .iter()
        .chain(&lint.declarations.bindings);
    let items: Vec<Item<'_>> = items
        .copied()
        .filter(|item| !item.kind(db).is_member())
        .collect();
    // What is deprecated itself may use what is.
    let mut exempt = Vec::new();
    for &item in &items {
        if deprecation(db, item).is_some() {
            let root = item.root(db);
            exempt.push(root..lint.ast.subtree_end(root));
            continue;
        }
        for used in &check_item(db, lint.program, item).uses {
            let node = NodeId(used.node);
            if lint.is_written(node) {
                tell(lint, used.item, node);
            }
        }
    }
    if exempt.is_empty() {
        macros(lint);
    }
    let own = lint.declarations.items.iter();
    let names = own.map(|item| item.name_node_in(db, lint.ast)).collect();
    types(lint, &names, |node| {
        exempt.iter().any(|range| range.contains(&node))
    });
}

/// The macros that the author of the form calls: their calls are no more.
fn macros(lint: &mut Lint<'_, '_>) {
    let Some(expansion) = lint.expansion else {
        return;
    };
    for call in expansion.calls.iter().filter(|call| call.parent.is_none()) {
        let used = lookup(lint.db, lint.program, &call.name);
        let used = used.filter(|item| item.kind(lint.db) == ItemKind::Macro);
        if let Some((used, said)) =
            used.and_then(|it| Some((it, deprecation(lint.db, it).as_ref()?)))
        {
            let problem = problem(lint, used, said, Place::written(NodeId(call.head)));
            lint.tell(problem);
        }
    }
}

/// The types that the author of the form mentions.
fn types(lint: &mut Lint<'_, '_>, names: &FxHashSet<NodeId>, is_exempt: impl Fn(NodeId) -> bool) {
    let mut heads = FxHashSet::default();
    let mut next = 0;
    while (next as usize) < lint.ast.len() {
        let node = NodeId(next);
        next += 1;
        if lint.ast.kind(node) == NodeKind::List {
            match lint.head(node) {
                Some(QUOTE | FORMS | QUASIQUOTE) => next = lint.ast.subtree_end(node).0,
                _ => heads.extend(lint.ast.children(node).next()),
            }
            continue;
        }
        let text = lint.ast.as_keyword(node).unwrap_or_default();
        if !text.contains("::")
            || heads.contains(&node)
            || names.contains(&node)
            || is_exempt(node)
            || !lint.is_written(node)
        {
            continue;
        }
        for path in paths_of(text) {
            let used = lookup_type(lint.db, lint.program, &format!(":{path}"));
            if let Some(used) = used {
                tell(lint, used, node);
            }
        }
    }
}

/// Tells of the use of a definition by a token.
fn tell<'db>(lint: &mut Lint<'_, 'db>, used: Item<'db>, node: NodeId) {
    let Some(said) = deprecation(lint.db, used) else {
        return;
    };
    let name = used.name(lint.db).text(lint.db);
    let place = part_place(lint.ast, node, &name[1..]);
    let text = lint.ast.as_keyword(node).unwrap_or_default();
    let problem = problem(lint, used, said, place);
    let Some((new, how)) = replacement(lint.db, lint.program, used, said) else {
        lint.tell(problem);
        return;
    };
    let is_named = match used.kind(lint.db).is_type() {
        true => paths_of(text).iter().any(|path| path == &name[1..]),
        false => split_generic(text).0 == name,
    };
    lint.tell(match is_named {
        true => {
            let new = match place.part {
                Some((start, _)) if start > 0 => &new[1..],
                _ => new,
            };
            problem.replace(how, place, new)
        }
        false => problem,
    });
}

fn problem<'db>(
    lint: &Lint<'_, 'db>,
    used: Item<'db>,
    said: &Deprecation,
    place: Place<'db>,
) -> Problem<'db> {
    let name = used.name(lint.db).text(lint.db);
    let problem = Problem::new(7002, place, format!("`{name}` is deprecated"))
        .label("deprecated")
        .help(match &said.replacement {
            Some(new) => format!("use `{new}`"),
            None => "use something else".to_owned(),
        });
    match said.text.is_empty() {
        true => problem,
        false => problem.note(format!("its docstring says: {}", said.text)),
    }
}

/// The name that goes where the old one stands, and whether that changes no types.
fn replacement<'db, 's>(
    db: &'db dyn Db,
    program: SourceFile,
    old: Item<'db>,
    said: &'s Deprecation,
) -> Option<(&'s str, Applicability)> {
    let path = said.replacement.as_deref()?;
    let kind = old.kind(db);
    if kind.is_member() {
        return None;
    }
    let new = match kind.is_type() {
        true => lookup_type(db, program, path)?,
        false => lookup(db, program, path)?,
    };
    if new == old || deprecation(db, new).is_some() {
        return None;
    }
    let is_alias = |item: Item<'db>| item.kind(db) == ItemKind::Alias;
    let is_same = match kind {
        _ if new.restricted(db) => false,
        ItemKind::Alias if is_alias(new) => {
            alias_target(db, program, old) == alias_target(db, program, new)
        }
        _ => match (signature(db, program, old), signature(db, program, new)) {
            // Calls of what is misshapen are not judged, and those of the other one would be.
            (Some(old), Some(new)) if old.is_misshapen != new.is_misshapen => return None,
            (Some(old), Some(new)) => {
                let rest = |signature: &crate::signature::Signature| {
                    signature.rest.as_ref().map(|rest| rest.ty.clone())
                };
                old.as_type() == new.as_type()
                    && old.generics.len() == new.generics.len()
                    && rest(old) == rest(new)
            }
            _ => false,
        },
    };
    let how = match is_same {
        true => Applicability::MachineApplicable,
        false => Applicability::MaybeIncorrect,
    };
    Some((path, how))
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn a_directive_names_its_replacement() {
        let said = |doc: &str| read(doc).map(|said| (said.text, said.replacement));
        let new = || Some(":a::new".to_owned());
        assert_eq!(
            said(
                "One.\n\n  @deprecated 0.2 :a::new takes a size, as\n  `:a::other`.\n  @since 0.1"
            ),
            Some((
                "0.2 :a::new takes a size, as `:a::other`.".to_owned(),
                new()
            ))
        );
        assert_eq!(
            said("@deprecated use (`:a::new`)."),
            Some(("use (`:a::new`).".to_owned(), new()))
        );
        assert_eq!(said("@deprecated"), Some((String::new(), None)));
        assert_eq!(said("Not @deprecated.\n@deprecatedly so"), None);
    }
}
