//! Restricted visibility: may this token refer to that definition?
//!
//! The judgement needs resolution alone. It is made per definition over the references that inference has noted, so a
//! changed whitelist judges the users of that name again and infers nobody.

use rustc_hash::FxHashSet;
use wat_syntax::{Applicability, NodeId};

use crate::db::{Db, FileKind, Project, SourceFile};
use crate::forms::Form;
use crate::identity::{Author, Identity, identity};
use crate::infer::{How, Use, check_item};
use crate::items::{Item, ItemKind, Name, declarations};
use crate::library::{LIBRARY_NAMES, library_item};
use crate::lost::may_admit;
use crate::names::{lookup, names};
use crate::problem::{EditAt, Place, Problem, ProblemEdit};
use crate::suggest::{self, Pool, Suggestion};
use crate::whitelist::{EntryKind, Whitelist, admits, kind, whitelist};

/// How many definitions a help text names.
const HELPED: usize = 3;
/// How many further places a diagnostic shows.
const LABELLED: usize = 8;

/// May this identity refer to a definition?
pub(crate) fn is_admitted<'db>(
    db: &'db dyn Db,
    program: SourceFile,
    identity: &Identity,
    item: Item<'db>,
) -> bool {
    whitelist(db, program, item).is_none_or(|(list, _)| identity.is_admitted_by(list))
}

/// A definition may refer to itself, and what one declaration generates to each other.
fn is_own(db: &dyn Db, author: Author<'_>, item: Item<'_>) -> bool {
    match author {
        Author::Definition(own) => {
            own.form(db) == item.form(db) && own.node(db) == item.node(db)
                || own.name(db) == item.name(db)
        }
        Author::Expression { .. } | Author::Evaluated(_) => false,
    }
}

/// The references of a definition that are refused.
#[salsa::tracked(returns(ref))]
pub(crate) fn visibility<'db>(
    db: &'db dyn Db,
    program: SourceFile,
    item: Item<'db>,
) -> Vec<Problem<'db>> {
    let uses = &check_item(db, program, item).uses;
    judge(db, program, Author::Definition(item), uses)
}

/// Judges references: one problem for each that is refused, of raw concurrency one for each code.
pub(crate) fn judge<'db>(
    db: &'db dyn Db,
    program: SourceFile,
    author: Author<'db>,
    uses: &[Use<'db>],
) -> Vec<Problem<'db>> {
    let mut uses: Vec<&Use<'db>> = uses
        .iter()
        .filter(|used| is_guarded(db, used.item) && !is_own(db, author, used.item))
        .collect();
    uses.sort_by_key(|used| used.node);
    let mut found: Vec<Problem<'db>> = Vec::new();
    for used in uses {
        let identity = identity(db, author, used.node);
        let Some((list, declared)) = whitelist(db, program, used.item) else {
            continue;
        };
        let code = code_of(db, used);
        let is_relaxed = || code == 4001 && allows_raw(db);
        if identity.is_admitted_by(list)
            || is_relaxed()
            || is_by_a_refused_name(db, program, author, used)
        {
            continue;
        }
        let once = matches!(code, 4001 | 4007);
        match found.iter_mut().find(|other| once && other.code == code) {
            Some(first) => add_use(db, first, used),
            None => {
                let problem = refusal(db, program, code, &identity, used, list, declared);
                found.push(with_producer(db, author, used, problem));
            }
        }
    }
    found
}

/// Does a token name an alias or a keyword variant that may not stand for what it does? That is told where it is
/// declared, and its users are silent.
fn is_by_a_refused_name<'db>(
    db: &'db dyn Db,
    program: SourceFile,
    author: Author<'db>,
    used: &Use<'db>,
) -> bool {
    let declared = match used.item.kind(db) {
        ItemKind::Synonym => Some(used.item),
        _ => author
            .path(db, used.node)
            .and_then(|path| lookup(db, program, path))
            .filter(|named| named.kind(db) == ItemKind::KeywordVariant),
    };
    declared.is_some_and(|declared| {
        let stands_for = &check_item(db, program, declared).uses;
        !visibility(db, program, declared).is_empty()
            || stands_for
                .iter()
                .any(|used| is_by_a_refused_name(db, program, Author::Definition(declared), used))
    })
}

/// Is among the references one to a definition that could have a whitelist?
pub(crate) fn uses_guarded(db: &dyn Db, uses: &[Use<'_>]) -> bool {
    uses.iter().any(|used| is_guarded(db, used.item))
}

/// Does the project admit its own code to raw verbs?
fn allows_raw(db: &dyn Db) -> bool {
    Project::get(db).options(db).allow_raw_spawn
}

/// Is a definition a raw verb to which the project admits its own code?
pub(crate) fn is_relaxed(db: &dyn Db, item: Item<'_>) -> bool {
    is_raw(item.name(db).text(db)) && allows_raw(db)
}

fn is_raw(name: &str) -> bool {
    let verb = name.strip_prefix(":wat::kernel::").unwrap_or_default();
    RAW.contains(&verb) || verb == "spawn-program-ast"
}

/// Could a definition have a whitelist?
pub(crate) fn is_guarded(db: &dyn Db, item: Item<'_>) -> bool {
    item.restricted(db) || item.kind(db) == ItemKind::Synonym
}

/// Verbs that start threads and processes: `allow-raw-spawn` admits the project's own code.
const RAW: [&str; 7] = [
    "spawn-thread",
    "fork-with-forms",
    "wait-child",
    "spawn-process",
    "fork-program-ast",
    "fork-program",
    "spawn-program",
];

/// The code of a refused reference.
fn code_of(db: &dyn Db, used: &Use<'_>) -> u16 {
    let name = used.item.name(db).text(db);
    let kernel = name.strip_prefix(":wat::kernel::").unwrap_or_default();
    match used.item.kind(db) {
        ItemKind::Constructor | ItemKind::UnitVariant if used.how == How::Match => 3303,
        ItemKind::Constructor | ItemKind::UnitVariant => 3302,
        ItemKind::Accessor => 3303,
        _ if is_raw(name) => 4001,
        _ if matches!(kernel, "Thread/join-result" | "Process/join-result") => 4007,
        _ if !kernel.is_empty() && kernel.ends_with("/new") => 3302,
        _ => 3301,
    }
}

/// Says which macro wrote a reference, and where.
fn with_producer<'db>(
    db: &'db dyn Db,
    author: Author<'db>,
    used: &Use<'db>,
    problem: Problem<'db>,
) -> Problem<'db> {
    let Some((name, form, template)) = author.producer(db, used.node) else {
        return problem;
    };
    let problem = problem.note(format!("the reference is written by `{name}`"));
    match template {
        Some(node) => problem.also(Place::written_in(form, node), "written here"),
        None => problem,
    }
}

fn add_use<'db>(db: &'db dyn Db, problem: &mut Problem<'db>, used: &Use<'db>) {
    let name = used.item.name(db).text(db);
    let place = Place::node(NodeId(used.node));
    if problem.labels.len() < LABELLED {
        problem.labels.push((place, "also here".to_owned()));
    }
    if let Some(fix) = problem.fixes.iter_mut().find(|fix| fix.title == DRAIN_FIX) {
        fix.edits.push(ProblemEdit {
            at: EditAt::Replace,
            place,
            insert: draining(name),
        });
    }
    // Another verb has another replacement.
    if let (Some(help), Some(other)) = (&mut problem.help, replacement(name))
        && !help.contains(&other)
    {
        *help = format!("{help}; {other}");
    }
}

const DRAIN_FIX: &str = "drain and join";

fn refusal<'db>(
    db: &'db dyn Db,
    program: SourceFile,
    code: u16,
    identity: &Identity,
    used: &Use<'db>,
    list: &Whitelist,
    declared: Item<'db>,
) -> Problem<'db> {
    let name = used.item.name(db).text(db);
    let who = identity.shown();
    let at = Place::node(NodeId(used.node));
    let problem = Problem::new(
        code,
        at,
        format!("`{name}` is restricted; `{who}` is not admitted"),
    )
    .label(format!("referred to from `{who}`"))
    .also(
        Place::elsewhere(declared.form(db), NodeId(list.node)),
        list.describe(),
    )
    .fact("callee", name)
    .fact("identity", who)
    .facts("admitted", list.entries.iter().map(|entry| &**entry));
    if let Some(problem) = instead_of(name, at, &problem) {
        return problem;
    }
    let problem = match admitted_callers(db, program, used.item, list, identity) {
        callers if callers.is_empty() => problem,
        callers => problem.help(callers.join("; ")),
    };
    match declared.form(db).file(db).kind(db) {
        FileKind::Library => problem,
        _ => admit(db, program, problem, declared, list, who),
    }
}

fn instead_of_threads() -> String {
    format!(
        "run threads in a bracket, `{THREADS}`, or declare a service with `:wat::service::defservice`"
    )
}

/// What to do in a place that a raw verb does not admit, where its old name was written.
pub(crate) fn alternative(db: &dyn Db, item: Item<'_>) -> Option<String> {
    let name = item.name(db).text(db);
    let instead = instead_of_threads();
    (name == ":wat::kernel::spawn-thread")
        .then(|| format!("`{name}` is restricted here: {instead}"))
}

const THREADS: &str = ":wat::kernel::run-threads";
const PROCESSES: &str = ":wat::kernel::run-processes";

/// The join that reads what is left first.
fn draining(join: &str) -> String {
    join.replace("join-result", "drain-and-join")
}

/// What to do instead of calling a raw verb of the kernel.
fn replacement(name: &str) -> Option<String> {
    Some(match name.strip_prefix(":wat::kernel::")? {
        "spawn-thread" => instead_of_threads(),
        "wait-child" => format!("processes of the bracket `{PROCESSES}` are waited for by it"),
        "Thread/join-result" | "Process/join-result" => format!("use `{}`", draining(name)),
        _ if is_raw(name) => format!(
            "run processes in a bracket, `{PROCESSES}`, or declare a service with `:wat::service::defservice`"
        ),
        _ => return None,
    })
}

/// The problem of a raw verb of the kernel, with what replaces it.
fn instead_of<'db>(name: &str, at: Place<'db>, problem: &Problem<'db>) -> Option<Problem<'db>> {
    let problem = problem.clone().help(replacement(name)?);
    let fix = |problem: Problem<'db>, title: String, how, insert| {
        let edit = ProblemEdit {
            at: EditAt::Replace,
            place: at,
            insert,
        };
        problem.fix(title, how, vec![edit])
    };
    let bracket = |problem, bracket: &str| {
        let title = format!("use the bracket `{bracket}`");
        let insert = format!("{bracket} <items>");
        fix(problem, title, Applicability::HasPlaceholders, insert)
    };
    Some(match name.strip_prefix(":wat::kernel::")? {
        "wait-child" => problem,
        "spawn-thread" => bracket(problem, THREADS),
        "Thread/join-result" | "Process/join-result" => fix(
            problem,
            DRAIN_FIX.to_owned(),
            Applicability::MachineApplicable,
            draining(name),
        ),
        _ => bracket(problem, PROCESSES),
    })
}

/// Public functions that refer to the restricted definition and that this identity may call.
fn admitted_callers<'db>(
    db: &'db dyn Db,
    program: SourceFile,
    target: Item<'db>,
    list: &Whitelist,
    identity: &Identity,
) -> Vec<String> {
    let mut callers: Vec<&str> = Vec::new();
    for entry in &list.entries {
        for &item in admitted_by(db, program, Name::new(db, entry.to_string())) {
            let name = item.name(db).text(db).as_str();
            let calls = || {
                let uses = &check_item(db, program, item).uses;
                uses.iter().any(|used| used.item == target)
            };
            if item != target
                && !callers.contains(&name)
                && !identity.is(name)
                && is_admitted(db, program, identity, item)
                && calls()
            {
                callers.push(name);
            }
            if callers.len() == HELPED {
                break;
            }
        }
    }
    callers.truncate(HELPED);
    callers
        .into_iter()
        .map(|name| format!("`{name}` is admitted and calls it"))
        .collect()
}

/// The functions of a program that an entry admits, by name.
#[salsa::tracked(returns(ref))]
fn admitted_by<'db>(db: &'db dyn Db, program: SourceFile, entry: Name<'db>) -> Vec<Item<'db>> {
    let entry = entry.text(db);
    let table = names(db, program);
    let mut found: Vec<Item<'db>> = table
        .items
        .values()
        .copied()
        .filter(|item| item.kind(db) == ItemKind::Function && admits(entry, item.name(db).text(db)))
        .collect();
    found.sort_by_key(|item| item.name(db).text(db));
    found
}

/// The fix that adds a caller to a whitelist.
fn admit<'db>(
    db: &'db dyn Db,
    program: SourceFile,
    problem: Problem<'db>,
    declared: Item<'db>,
    list: &Whitelist,
    who: &str,
) -> Problem<'db> {
    let ast = declared.ast(db);
    // Of declarations that stand twice one would differ from the other.
    let stands_twice = || {
        let mut again = names(db, program).again.iter();
        again.any(|(second, first, _)| second.name(db) == declared.name(db) || *first == declared)
    };
    if ast.is_poisoned(NodeId(list.node)) || stands_twice() {
        return problem;
    }
    let blank = if list.entries.is_empty() { "" } else { " " };
    let edit = ProblemEdit {
        at: EditAt::BeforeClose,
        place: Place::elsewhere(declared.form(db), NodeId(list.node)),
        insert: format!("{blank}{who}"),
    };
    problem.fix(
        format!("admit `{who}`"),
        Applicability::MaybeIncorrect,
        vec![edit],
    )
}

/// The callable definitions of a program, the library's included, that have a whitelist, by name. Only suggestions and
/// completion read it.
#[salsa::tracked(returns(ref))]
pub(crate) fn restricted_items<'db>(db: &'db dyn Db, program: SourceFile) -> Vec<Item<'db>> {
    let library = LIBRARY_NAMES
        .iter()
        .filter(|entry| entry.restricted && !entry.is_type())
        .filter_map(|entry| library_item(db, Name::new(db, entry.name.to_owned()), false));
    let members = crate::library::members(db).filter(|item| item.restricted(db));
    let own = names(db, program).items.values().copied();
    let own = own.filter(|item| is_guarded(db, *item) && !item.kind(db).is_type());
    let mut all: Vec<Item<'db>> = library.chain(members).chain(own).collect();
    all.sort_by_key(|item| item.name(db).text(db));
    all
}

/// The names that have a whitelist, for suggestions.
#[salsa::tracked(returns(ref))]
fn restricted_names(db: &dyn Db, program: SourceFile) -> Pool {
    let restricted = restricted_items(db, program).iter();
    Pool::new(restricted.map(|item| item.name(db).text(db).as_str()))
}

/// The names with a whitelist that a wrong name may stand for, among those to which an identity may refer.
pub(crate) fn admitted_near(
    db: &dyn Db,
    program: SourceFile,
    identity: &Identity,
    wrong: &str,
) -> Vec<Suggestion> {
    let restricted = restricted_items(db, program);
    restricted_names(db, program).rank(wrong, |name| {
        let from = restricted.partition_point(|item| item.name(db).text(db).as_str() < name);
        let same = restricted[from..].iter();
        let mut same = same.take_while(|item| item.name(db).text(db) == name);
        same.any(|item| is_admitted(db, program, identity, *item))
    })
}

/// The names with a whitelist to which an identity may not refer.
pub(crate) fn refused_names<'db>(
    db: &'db dyn Db,
    program: SourceFile,
    identity: &Identity,
) -> FxHashSet<&'db str> {
    restricted_items(db, program)
        .iter()
        .filter(|item| !is_admitted(db, program, identity, **item))
        .map(|item| item.name(db).text(db).as_str())
        .collect()
}

/// WAT3305: entries of the whitelists of a form that admit nothing that exists.
#[salsa::tracked(returns(ref))]
pub(crate) fn dead_entries<'db>(
    db: &'db dyn Db,
    program: SourceFile,
    form: Form<'db>,
) -> Vec<Problem<'db>> {
    let mut found = Vec::new();
    let mut seen = FxHashSet::default();
    let items = declarations(db, program, form).items.iter().copied();
    for item in items.filter(|item| item.restricted(db) && item.kind(db) != ItemKind::Synonym) {
        let Some((list, _)) = whitelist(db, program, item) else {
            continue;
        };
        if !seen.insert(list.node) {
            continue;
        }
        let nodes = item.ast(db).children(NodeId(list.node));
        for (entry, node) in list.entries.iter().zip(nodes) {
            let admitted = || admits_somebody(db, program, Name::new(db, entry.to_string()));
            if !admitted() && !may_admit(db, program, entry) {
                found.push(dead_entry(db, program, entry, node));
            }
        }
    }
    found
}

/// Does an entry admit a name of the program or of the library? The identities of conversations, of evaluated forms and
/// of what stands at the top level without a name are no names.
#[salsa::tracked(returns(copy))]
fn admits_somebody<'db>(db: &'db dyn Db, program: SourceFile, entry: Name<'db>) -> bool {
    let entry = entry.text(db).as_str();
    if entry.starts_with(":repl::") || entry.starts_with(":eval::") || entry == ":user::" {
        return true;
    }
    let own = sorted_names(db, program);
    let at = own.partition_point(|name| name.as_str() < entry);
    let at_library = LIBRARY_NAMES.partition_point(|other| other.name < entry);
    own.get(at).is_some_and(|name| admits(entry, name))
        || LIBRARY_NAMES
            .get(at_library)
            .is_some_and(|other| admits(entry, other.name))
}

/// The names that a program defines, sorted.
#[salsa::tracked(returns(ref))]
fn sorted_names(db: &dyn Db, program: SourceFile) -> Vec<String> {
    let table = names(db, program);
    let mut all: Vec<String> = table
        .items
        .keys()
        .map(|name| name.text(db).clone())
        .collect();
    all.sort_unstable();
    all
}

/// What an entry of a whitelist may name, without its end.
#[salsa::tracked(returns(ref))]
fn entry_stems(db: &dyn Db, program: SourceFile, kind: EntryKind) -> Pool {
    let own = sorted_names(db, program).iter().map(String::as_str);
    let end = match kind {
        EntryKind::Namespace => "::",
        EntryKind::Member => "/",
        EntryKind::Exact => return Pool::new(own),
    };
    let stems = own.flat_map(|name| name.match_indices(end).map(|(at, _)| &name[..at]));
    Pool::new(stems.filter(|stem| stem.len() > 1))
}

fn dead_entry<'db>(
    db: &'db dyn Db,
    program: SourceFile,
    entry: &str,
    node: NodeId,
) -> Problem<'db> {
    let place = Place::node(node);
    let problem = Problem::new(3305, place, format!("`{entry}` admits nothing that exists"))
        .label("nobody has this name");
    let own = sorted_names(db, program);
    if kind(entry) == EntryKind::Exact {
        let below = format!("{entry}::");
        let at = own.partition_point(|name| *name < below);
        if own.get(at).is_some_and(|name| name.starts_with(&below)) {
            return problem
                .help(format!(
                    "a namespace is written with `::` at its end: `{below}`"
                ))
                .replace(Applicability::MachineApplicable, place, &below);
        }
    }
    let (stem, end) = match kind(entry) {
        EntryKind::Namespace => (entry.trim_end_matches("::"), "::"),
        EntryKind::Member => (entry.trim_end_matches('/'), "/"),
        EntryKind::Exact => (entry, ""),
    };
    let mut found = entry_stems(db, program, kind(entry)).rank(stem, |_| true);
    for candidate in &mut found {
        candidate.name = format!("{}{end}", candidate.name).into();
    }
    let problem = match suggest::help(&found) {
        Some(help) => problem.help(help),
        None => problem,
    };
    found.iter().fold(problem, |problem, candidate| {
        problem.replace(Applicability::MaybeIncorrect, place, &candidate.name)
    })
}
