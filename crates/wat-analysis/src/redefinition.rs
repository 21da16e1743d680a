//! Names that are defined more than once (chapter 02 §2.4).

use wat_syntax::{Applicability, NodeId, NodeKind, TextRange, TextSize, canonical_bytes};
use wat_value::counted;

use crate::configuration::config;
use crate::db::{Db, SourceFile};
use crate::diagnostics::{Diagnostic, DiagnosticFix, FileEdit, absolute, whole_line};
use crate::expand::{prelude_part, spot};
use crate::forms::{ast, form_start, read_form};
use crate::infer::value_type;
use crate::items::{Item, ItemKind};
use crate::problem::{Place, Problem};
use crate::signature::{function_list, function_shape, signature};
use crate::types::Type;
use crate::whitelist::{body_offset, whitelist};

/// What a second definition of a name is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, salsa::SalsaValue)]
pub(crate) enum Again {
    /// A mistake.
    Duplicate,
    /// The same declaration once more, which changes nothing.
    Repetition,
    /// A permitted replacement.
    Replacement,
}

/// What a second definition is to the one before it, when `redef` says whether definitions may be replaced.
pub(crate) fn again<'db>(
    db: &'db dyn Db,
    redef: bool,
    item: Item<'db>,
    before: Item<'db>,
) -> Again {
    let replaceable =
        |item: Item<'_>| matches!(item.kind(db), ItemKind::Function | ItemKind::Value);
    if redef && replaceable(item) && replaceable(before) {
        return Again::Replacement;
    }
    let declares = matches!(
        item.kind(db),
        ItemKind::Alias
            | ItemKind::Struct
            | ItemKind::Enum
            | ItemKind::Newtype
            | ItemKind::Constructor
            | ItemKind::Accessor
            | ItemKind::UnitVariant
            | ItemKind::Dispatch
            | ItemKind::KeywordVariant
    );
    let bytes = |item: Item<'_>| canonical_bytes(item.ast(db), item.root(db));
    // Preludes of tests may say the same; it is declared once.
    let merges = replaceable(item)
        && crate::testing::is_in_prelude(db, item)
        && crate::testing::is_in_prelude(db, before);
    let same = (declares || merges)
        && item.kind(db) == before.kind(db)
        && item.part(db) == before.part(db)
        && match bytes(item) {
            Some(own) => bytes(before) == Some(own),
            None => is_of_one_prelude(db, item, before),
        };
    let macros = item.kind(db) == ItemKind::Macro && before.kind(db) == ItemKind::Macro;
    match same || (macros && crate::expand::same_definition(db, item, before)) {
        true => Again::Repetition,
        false => Again::Duplicate,
    }
}

/// Are they what one part of the prelude of a maker of tests has become in two tests?
fn is_of_one_prelude<'db>(db: &'db dyn Db, item: Item<'db>, before: Item<'db>) -> bool {
    let part = |item: Item<'db>| {
        let expansion = item.expansion(db)?;
        prelude_part(expansion, spot(Some(expansion), item.node(db)).made)
    };
    item.form(db) != before.form(db) && part(item).is_some_and(|own| part(before) == Some(own))
}

/// Do two definitions of a name differ in what its uses need to know: in kind, callers, signature or declaration?
pub(crate) fn differ(db: &dyn Db, second: Item<'_>, first: Item<'_>) -> bool {
    if second.kind(db) != first.kind(db) || second.restricted(db) != first.restricted(db) {
        return true;
    }
    let known = |item: Item<'_>| {
        let (ast, root) = (item.ast(db), item.root(db));
        match item.kind(db) {
            ItemKind::Function => {
                let (list, skip) = function_list(ast, root, ItemKind::Function)?;
                let shape = function_shape(ast, list, skip);
                let mut bytes = canonical_bytes(ast, shape.params?)?;
                bytes.extend(canonical_bytes(ast, shape.ret?)?);
                Some(bytes)
            }
            ItemKind::Value if !item.restricted(db) => literal(db, item).map(|kind| vec![kind]),
            _ => None,
        }
    };
    let whole = |item: Item<'_>| canonical_bytes(item.ast(db), item.root(db));
    match (known(second), known(first)) {
        (Some(second), Some(first)) => second != first,
        _ => whole(second).is_none_or(|second| whole(first) != Some(second)),
    }
}

/// The kind of the literal that a value is. It is known without looking at any other definition.
fn literal(db: &dyn Db, item: Item<'_>) -> Option<u8> {
    let (ast, root) = (item.ast(db), item.root(db));
    match ast.kind(ast.children(root).nth(body_offset(ast, root))?) {
        NodeKind::Int(_) => Some(0),
        NodeKind::Float(_) => Some(1),
        NodeKind::Bool(_) => Some(2),
        NodeKind::Str(_) => Some(3),
        _ => None,
    }
}

/// Is WAT2102 told of a definition that replaces another one?
pub(crate) fn retypes<'db>(
    db: &'db dyn Db,
    root: SourceFile,
    second: Item<'db>,
    first: Item<'db>,
) -> bool {
    replacement(db, root, second, first).is_some()
}

/// The same as far as it can be said without the type of a value that is no literal.
pub(crate) fn retypes_in_words<'db>(
    db: &'db dyn Db,
    root: SourceFile,
    second: Item<'db>,
    first: Item<'db>,
) -> bool {
    match (second.kind(db), first.kind(db)) {
        (ItemKind::Function, ItemKind::Function) => retypes(db, root, second, first),
        (ItemKind::Value, ItemKind::Value) => {
            let kinds = (literal(db, second), literal(db, first));
            matches!(kinds, (Some(second), Some(first)) if second != first)
        }
        _ => true,
    }
}

/// Is it what a declaration generates, as opposed to the declaration itself?
fn is_member(db: &dyn Db, item: Item<'_>) -> bool {
    matches!(
        item.kind(db),
        ItemKind::Constructor | ItemKind::Accessor | ItemKind::UnitVariant
    )
}

/// Says what is wrong with the second definitions that stand in a file.
pub(crate) fn report<'db>(
    db: &'db dyn Db,
    root: SourceFile,
    pairs: &[(Item<'db>, Item<'db>, Again)],
    found: &mut Vec<Diagnostic>,
) {
    let whole = |item: Item<'db>| (item.form(db), item.node(db));
    for &(second, first, how) in pairs {
        // A declaration that is there twice is one mistake, not one for each member that it generates.
        let told = is_member(db, second)
            && pairs
                .iter()
                .any(|(other, ..)| !is_member(db, *other) && whole(*other) == whole(second));
        let in_prelude = |item| crate::testing::is_in_prelude(db, item);
        let merged = how == Again::Repetition && in_prelude(second) && in_prelude(first);
        if told || merged {
            continue;
        }
        let problem = match how {
            Again::Duplicate => Some(duplicate(db, second, first)),
            Again::Repetition => Some(repetition(db, second, first)),
            Again::Replacement => replacement(db, root, second, first),
        };
        let Some(problem) = problem else { continue };
        let form = second.form(db);
        let mut diagnostic = absolute(db, root, form, form_start(db, form), &problem);
        // A member and its declaration go together.
        let is_one = whole(second) == whole(first);
        if how != Again::Replacement && !is_one {
            let is_sure =
                how == Again::Repetition || !(is_member(db, second) || differ(db, second, first));
            diagnostic.fixes.extend(deletion(db, second, is_sure));
        }
        let values = |item: Item<'_>| matches!(item.kind(db), ItemKind::Function | ItemKind::Value);
        if how == Again::Duplicate && values(second) && values(first) && !config(db, root).redef {
            diagnostic.fixes.push(permission(root));
        }
        found.push(diagnostic);
    }
}

fn duplicate<'db>(db: &'db dyn Db, second: Item<'db>, first: Item<'db>) -> Problem<'db> {
    let name = second.name(db).text(db);
    let problem = Problem::new(
        match (first.kind(db), second.kind(db)) {
            (ItemKind::Macro, ItemKind::Macro) => 2410,
            _ => 2101,
        },
        Place::node(second.name_node(db)),
        format!("`{name}` is defined twice"),
    )
    .label("the second definition")
    .also(
        Place::elsewhere(first.form(db), first.name_node(db)),
        "the first definition",
    )
    .help(
        match (second.form(db), second.node(db)) == (first.form(db), first.node(db)) {
            true => "its constructor has this name: give the field another one",
            false => "delete one of them, or give it another name",
        },
    );
    match crate::testing::is_in_prelude(db, second) {
        true => problem.note("preludes of `:wat::test::deftest` share the program of their file; those of `:wat::test::deftest-hermetic` do not"),
        false => problem,
    }
}

fn repetition<'db>(db: &'db dyn Db, second: Item<'db>, first: Item<'db>) -> Problem<'db> {
    let name = second.name(db).text(db);
    Problem::new(
        7307,
        Place::node(second.name_node(db)),
        format!("`{name}` is declared twice in the same words"),
    )
    .label("changes nothing")
    .also(
        Place::elsewhere(first.form(db), first.name_node(db)),
        "the first declaration",
    )
    .help("delete it")
}

/// WAT2102, if a replacement is another kind of thing.
fn replacement<'db>(
    db: &'db dyn Db,
    root: SourceFile,
    second: Item<'db>,
    first: Item<'db>,
) -> Option<Problem<'db>> {
    let name = second.name(db).text(db);
    let (old, new) = (kind_of(db, root, first)?, kind_of(db, root, second)?);
    let list = |item| whitelist(db, root, item).map(|(list, _)| &list.entries);
    let what = if old != new {
        format!("from `{old}` to `{new}`")
    } else if first.kind(db) != second.kind(db) {
        let word = |item: Item<'_>| match item.kind(db) {
            ItemKind::Function => "a function",
            _ => "a value",
        };
        format!("from {} to {}", word(first), word(second))
    } else if list(first) != list(second) {
        "admits other callers".to_owned()
    } else {
        return None;
    };
    let message = match old != new || first.kind(db) != second.kind(db) {
        true => format!("the second definition of `{name}` changes its type {what}"),
        false => format!("the second definition of `{name}` {what}"),
    };
    let problem = Problem::new(2102, Place::node(second.name_node(db)), message)
        .label(match old != new || first.kind(db) != second.kind(db) {
            true => "another type than before",
            false => "other callers than before",
        })
        .also(
            Place::elsewhere(first.form(db), first.name_node(db)),
            "the first definition",
        )
        .help("give it another name, or the same type and callers");
    Some(problem)
}

/// The type of a definition, rendered; `None` if it has none because of an error.
fn kind_of<'db>(db: &'db dyn Db, root: SourceFile, item: Item<'db>) -> Option<String> {
    if item.kind(db) == ItemKind::Value {
        let ty = value_type(db, root, item);
        return (*ty != Type::Error).then(|| ty.render(&[]));
    }
    let signature = signature(db, root, item).as_ref()?;
    let names: Vec<String> = (0..signature.generics.len())
        .map(|n| format!("T{n}"))
        .collect();
    let names: Vec<std::sync::Arc<str>> = names.iter().map(|name| name.as_str().into()).collect();
    let mut text = signature.as_type().render(&names);
    if let Some(rest) = &signature.rest {
        text.push_str(&format!(" & {}", rest.ty.render(&names)));
    }
    if !names.is_empty() {
        let parameters = counted(names.len(), "type parameter");
        text.push_str(&format!(" for {parameters}"));
    }
    Some(text)
}

/// Takes a definition away; `None` where its place would be left empty.
fn deletion(db: &dyn Db, item: Item<'_>, is_sure: bool) -> Option<DiagnosticFix> {
    let (form, node) = (item.form(db), item.root(db));
    if item.expanded(db).is_some() {
        return None;
    }
    let tree = ast(db, form);
    let range = read_form(db, form).spans.range(node) + form_start(db, form);
    let alone = |parent: NodeId| {
        tree.children(parent).any(|child| child == node) && tree.child_count(parent) <= 2
    };
    let applicability = match is_sure {
        true => Applicability::MachineApplicable,
        false => Applicability::MaybeIncorrect,
    };
    let stays = node == tree.root() || !(0..node.0).any(|parent| alone(NodeId(parent)));
    stays.then(|| DiagnosticFix {
        title: "delete the second definition".into(),
        applicability,
        edits: vec![FileEdit {
            file: form.file(db),
            range: whole_line(db, form.file(db), range),
            insert: "".into(),
        }],
    })
}

fn permission(root: SourceFile) -> DiagnosticFix {
    DiagnosticFix {
        title: "permit second definitions, if that is meant".into(),
        applicability: Applicability::HasPlaceholders,
        edits: vec![FileEdit {
            file: root,
            range: TextRange::empty(TextSize::new(0)),
            insert: "(:wat::config::set-redef! true)\n".into(),
        }],
    }
}
