//! How names are spelled: WAT7103, WAT7104, WAT7105, WAT7106.

use wat_syntax::NodeId;

use crate::expand::is_marked;
use crate::items::{Item, ItemKind};
use crate::library::{LIBRARY_NAMES, is_internal};
use crate::names::program_of;
use crate::nominal::type_shape;
use crate::problem::{Place, Problem};
use crate::resolve::{alias_target, paths_of};
use crate::signature::signature;
use crate::types::{Ctor, Type};

use super::super::Lint;
use super::case::{is_kebab, is_pascal, kebab, pascal};

/// How the names of questions begin in other languages.
const QUESTIONS: [&str; 7] = ["is-", "has-", "can-", "should-", "are-", "does-", "was-"];

pub(super) fn check(lint: &mut Lint<'_, '_>) {
    for &item in lint.items.clone().iter() {
        match item.kind(lint.db) {
            ItemKind::Function | ItemKind::Value | ItemKind::Dispatch => {
                kebab_case(lint, item);
                predicate_suffix(lint, item);
            }
            // What makes values of a type may be named like one.
            ItemKind::Macro | ItemKind::Synonym if !is_pascal(own(lint, item).1) => {
                kebab_case(lint, item);
            }
            ItemKind::Alias => {
                pascal_case(lint, item);
                short_alias_shadow(lint, item);
            }
            ItemKind::Struct | ItemKind::Enum | ItemKind::Newtype => pascal_case(lint, item),
            _ => {}
        }
    }
}

/// The last word of a path, and where it begins.
fn last_word(path: &str) -> (usize, &str) {
    let colons = |pair: &[u8]| pair == b"::";
    let start = path
        .as_bytes()
        .windows(2)
        .rposition(colons)
        .map_or(1, |at| at + 2);
    let start = match path[start..].find('/') {
        Some(slash) if slash > 0 && start + slash + 1 < path.len() => start + slash + 1,
        _ => start,
    };
    (start, path.get(start..).unwrap_or_default())
}

/// The word of its own that an item's name ends in, and where in the name it begins.
fn own<'db>(lint: &Lint<'_, 'db>, item: Item<'db>) -> (usize, &'db str) {
    last_word(item.name(lint.db).text(lint.db))
}

/// Where the last word of an item's name is written.
fn place<'db>(lint: &Lint<'_, 'db>, item: Item<'db>) -> Place<'db> {
    let (start, word) = own(lint, item);
    let node = item.name_node_in(lint.db, lint.ast);
    match is_marked(item.name(lint.db).text(lint.db)) {
        true => Place::node(node),
        false => Place::part(node, start, start + word.len()),
    }
}

/// The path of an item with another last word.
fn renamed(lint: &Lint<'_, '_>, item: Item<'_>, word: &str) -> String {
    let path = item.name(lint.db).text(lint.db);
    format!("{}{word}", &path[..last_word(path).0])
}

fn kebab_case<'db>(lint: &mut Lint<'_, 'db>, item: Item<'db>) {
    let (_, word) = own(lint, item);
    if is_kebab(word) {
        return;
    }
    let name = item.name(lint.db).text(lint.db);
    let what = match item.kind(lint.db) {
        ItemKind::Value => "value",
        ItemKind::Macro => "macro",
        _ => "function",
    };
    let problem = Problem::new(
        7103,
        place(lint, item),
        format!("the {what} `{name}` is not named in kebab-case"),
    )
    .label("words are written in small letters, with `-` between them")
    .help(format!("name it `{}`", renamed(lint, item, &kebab(word))));
    lint.tell(problem);
}

fn pascal_case<'db>(lint: &mut Lint<'_, 'db>, item: Item<'db>) {
    let (_, word) = own(lint, item);
    if !is_pascal(word) {
        let name = item.name(lint.db).text(lint.db);
        let problem = not_pascal(place(lint, item), "type", name)
            .help(format!("name it `{}`", renamed(lint, item, &pascal(word))));
        lint.tell(problem);
    }
    if item.kind(lint.db) != ItemKind::Enum {
        return;
    }
    for variant in type_shape(lint.ast, item.root(lint.db), ItemKind::Enum).variants {
        let node = match lint.ast.child_count(variant.node) {
            0 => variant.node,
            _ => lint
                .ast
                .children(variant.node)
                .next()
                .unwrap_or(variant.node),
        };
        let name = variant.name.trim_start_matches(':');
        if !is_pascal(name) && lint.is_written(node) {
            let problem = not_pascal(Place::node(node), "variant", name)
                .help(format!("name it `{}`", pascal(name)));
            lint.tell(problem);
        }
    }
}

fn not_pascal<'db>(place: Place<'db>, what: &str, name: &str) -> Problem<'db> {
    Problem::new(
        7104,
        place,
        format!("the {what} `{name}` is not named in PascalCase"),
    )
    .label("each word begins with a capital, and nothing stands between them")
}

/// WAT7105: questions, by the declared type of the answer.
fn predicate_suffix<'db>(lint: &mut Lint<'_, 'db>, item: Item<'db>) {
    if item.kind(lint.db) != ItemKind::Function {
        return;
    }
    let (_, word) = own(lint, item);
    let question = QUESTIONS
        .iter()
        .find(|&&start| word.starts_with(start) && word.len() > start.len());
    let asks = word.len() > 1 && word.ends_with('?');
    if !asks && question.is_none() {
        return;
    }
    let program = program_of(lint.db, lint.program, item);
    let Some(signature) = signature(lint.db, program, item) else {
        return;
    };
    let is_bool = match &signature.ret {
        Type::App(ctor, _) => *ctor == Ctor::Bool,
        _ => return,
    };
    let name = item.name(lint.db).text(lint.db);
    let ret = NodeId(signature.ret_node);
    let problem = match (asks, question) {
        (true, _) if !is_bool => {
            let shown = signature.ret.render(&signature.generics);
            let word = word.trim_end_matches('?');
            Problem::new(
                7105,
                place(lint, item),
                format!("`{name}` ends in `?` and gives a `{shown}`"),
            )
            .label("`?` promises an answer of yes or no")
            .also(Place::node(ret), format!("gives a `{shown}`"))
            .help(format!("name it `{}`", renamed(lint, item, word)))
        }
        (false, Some(question)) if is_bool => {
            let rest = match *question {
                "is-" | "are-" => &word[question.len()..],
                _ => word,
            };
            let better = renamed(lint, item, &format!("{rest}?"));
            Problem::new(
                7105,
                place(lint, item),
                format!("`{name}` answers yes or no and does not end in `?`"),
            )
            .label("named like a question")
            .also(Place::node(ret), "the answer is yes or no")
            .help(format!("name it `{better}`"))
        }
        _ => return,
    };
    lint.tell(problem);
}

/// WAT7106: an alias that is called like another type of the library.
fn short_alias_shadow<'db>(lint: &mut Lint<'_, 'db>, item: Item<'db>) {
    let (_, word) = own(lint, item);
    let mut library = LIBRARY_NAMES.iter().filter(|entry| {
        entry.is_type() && last_word(entry.name).1 == word && !is_internal(entry.name)
    });
    let Some(known) = library.next() else {
        return;
    };
    let target = lint.ast.children(item.root(lint.db)).nth(2);
    let written = target.and_then(|node| lint.ast.as_keyword(node));
    let paths = paths_of(written.unwrap_or_default());
    let same = |path: &str| last_word(&format!(":{path}")).1 == word;
    let program = program_of(lint.db, lint.program, item);
    let is_it = match &alias_target(lint.db, program, item).ty {
        Type::App(ctor, _) => same(ctor.path()),
        _ => true,
    };
    if is_it || paths.iter().any(|path| same(path)) {
        return;
    }
    let name = item.name(lint.db).text(lint.db);
    let problem = Problem::new(
        7106,
        place(lint, item),
        format!(
            "`{name}` is called like `{}` and is another type",
            known.name
        ),
    )
    .label(format!("`{}` is a type of the library", known.name))
    .help("give the alias a name of its own");
    lint.tell(problem);
}
