//! Which macros a form sees.
//!
//! Macros that stand literally at the top level are seen everywhere. A *generator* is a form whose expansion may define
//! more; those are seen from there on. The generators are numbered in program order, and stage k is what the first k of
//! them define. Stages are asked for from the first on, in blocks that double, so that the depth of queries stays small
//! and nobody asks for every stage again.

use std::hash::BuildHasher;
use std::sync::Arc;

use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet};
use wat_syntax::{Ast, NodeId};
use wat_value::syntax::Syntax;

use crate::closed::{OfClosed, OfFiles, of_closed};
use crate::db::{Db, FileKind, SourceFile};
use crate::forms::{Form, FormAst, ast, form_list};
use crate::items::{macro_name, written_declarations};
use crate::problem::Plain;
use crate::program::load_graph;

use super::expander::Expander;
use super::layers::Layers;

/// A macro that stands literally at the top level.
#[derive(Clone, PartialEq, Eq, Debug, salsa::SalsaValue)]
pub(super) struct Literal<'db> {
    pub(super) form: Form<'db>,
    pub(super) node: u32,
}

/// A macro that an expansion defines.
#[derive(Clone, PartialEq, Eq, Debug, salsa::SalsaValue)]
pub(super) struct Generated<'db> {
    pub(super) name: Arc<str>,
    pub(super) form: Form<'db>,
    /// Its definition; origins are nodes of the form as written.
    pub(super) definition: Plain<Syntax>,
}

/// The forms of a piece of a source that matter here: where macros are defined, and where something is called.
#[derive(Clone, PartialEq, Eq, Debug, Default, salsa::SalsaValue)]
struct FormPiece<'db> {
    macros: Vec<(Arc<str>, Literal<'db>)>,
    /// Forms with something at their top level that declares nothing: a call, perhaps of a macro.
    calls: Vec<Form<'db>>,
    /// Is there a form that makes macros for tests, or may declare some in its prelude?
    makes: bool,
}

/// The pieces of a source between its loads.
#[salsa::tracked(returns(ref))]
fn form_pieces<'db>(db: &'db dyn Db, file: SourceFile) -> Arc<Vec<FormPiece<'db>>> {
    let mut pieces = vec![FormPiece::default()];
    for &form in form_list(db, file) {
        let found = written_declarations(db, form);
        // A form that loads and does more comes behind what it loads.
        pieces.extend(found.loads.iter().map(|_| FormPiece::default()));
        let last = pieces.len() - 1;
        for &node in &found.macros {
            let ast = ast(db, form);
            let name = macro_name(ast, NodeId(node)).and_then(|name| ast.as_keyword(name));
            if let Some(name) = name {
                let literal = Literal { form, node };
                pieces[last].macros.push((name.into(), literal));
            }
        }
        if !found.expressions.is_empty() {
            pieces[last].calls.push(form);
            pieces[last].makes |= ast(db, form).texts().any(|text| MAKERS.contains(&text));
        }
    }
    Arc::new(pieces)
}

#[salsa::tracked(returns(ref))]
fn closed_pieces<'db>(db: &'db dyn Db) -> OfClosed<Vec<FormPiece<'db>>> {
    of_closed(db, form_pieces)
}

/// The pieces of a program in program order.
fn program_pieces<'db>(
    db: &'db dyn Db,
    program: SourceFile,
) -> impl Iterator<Item = &'db FormPiece<'db>> {
    let all = OfFiles::new(db, closed_pieces(db), form_pieces);
    let pieces = load_graph(db, program).pieces.iter();
    pieces.filter_map(move |piece| all.of(piece.file).get(piece.part as usize))
}

/// The literal macros of a program: the first of a name, in a session the last.
#[salsa::tracked(returns(ref))]
pub(super) fn literal_macros<'db>(
    db: &'db dyn Db,
    program: SourceFile,
) -> FxHashMap<Arc<str>, Literal<'db>> {
    if program.kind(db) == FileKind::Library {
        return FxHashMap::default();
    }
    let session = program.kind(db) == FileKind::Session;
    let mut found: FxHashMap<Arc<str>, Literal<'db>> = FxHashMap::default();
    for piece in program_pieces(db, program) {
        for (name, literal) in &piece.macros {
            if session || !found.contains_key(name) {
                found.insert(name.clone(), literal.clone());
            }
        }
    }
    found
}

/// Asks for what concerns the macros of a whole program, as [`crate::program::ask_first`] does.
pub(crate) fn ask_first(db: &dyn Db, program: SourceFile) {
    closed_pieces(db);
    closed_mentioned(db);
    literal_macros(db, program);
    has_makers(db, program);
    if has_macros(db, program) {
        closed_hints(db);
        making_macros(db, program);
        generators(db, program);
        macro_digests(db, program);
    }
}

/// Has the program macros of its own? Without literal macros and makers of tests nothing can generate others.
pub(super) fn has_macros(db: &dyn Db, program: SourceFile) -> bool {
    !literal_macros(db, program).is_empty() || has_makers(db, program)
}

/// Does the program say how tests are made? That defines a macro.
#[salsa::tracked(returns(copy))]
fn has_makers(db: &dyn Db, program: SourceFile) -> bool {
    if program.kind(db) == FileKind::Library {
        return false;
    }
    program_pieces(db, program).any(|piece| piece.makes)
}

/// Does a form mention the name of a macro that its program has at a stage, or thread something into a form?
pub(super) fn mentions_macro(db: &dyn Db, program: SourceFile, form: &FormAst, stage: u32) -> bool {
    if form.threads_forms {
        return true;
    }
    let literal = literal_macros(db, program);
    let generated = generated_names(db, program, stage);
    texts_with_calls(form).any(|text| match is_own_path(text) {
        true => literal.contains_key(text) || generated.contains(text),
        false => form.library_macros && crate::library::expands(text),
    })
}

/// The texts of a form, but for the name that it gives to a macro and nowhere else mentions.
fn texts_with_calls(ast: &Ast) -> impl Iterator<Item = &str> {
    let own = own_name(ast);
    ast.texts().filter(move |text| Some(*text) != own)
}

/// The name that stands in a form only because the form defines a macro of this name.
fn own_name(ast: &Ast) -> Option<&str> {
    let head = ast
        .children(ast.root())
        .next()
        .filter(|_| !ast.is_empty())?;
    if ast.as_keyword(head) != Some(MAKERS[0]) {
        return None;
    }
    let name = macro_name(ast, ast.root())?;
    let text = ast.as_keyword(name)?;
    let mut others = (0..ast.len() as u32).map(NodeId).filter(|&it| it != name);
    let is_mentioned = others.any(|node| ast.as_keyword(node) == Some(text));
    (!is_mentioned).then_some(text)
}

fn digest(path: &str) -> u64 {
    FxBuildHasher.hash_one(path)
}

/// What the forms of a file mention that may be macros. Forms are numbered by their place in the file.
#[derive(Clone, PartialEq, Eq, Debug, Default, salsa::SalsaValue)]
struct Mentioned {
    /// The digests of paths, each with a form that mentions it. Paths of equal digests are told apart by whoever asks for
    /// a form: a digest too many costs time, never truth.
    paths: Vec<(u64, u32)>,
    /// The forms that mention macros of the library, or thread something into a form.
    library: Vec<u32>,
}

#[salsa::tracked(returns(ref))]
fn mentioned(db: &dyn Db, file: SourceFile) -> Arc<Mentioned> {
    let mut found = Mentioned::default();
    for (&form, at) in form_list(db, file).iter().zip(0..) {
        let ast = ast(db, form);
        let own = texts_with_calls(ast).filter(|text| is_own_path(text));
        found.paths.extend(own.map(|path| (digest(path), at)));
        if ast.library_macros || ast.threads_forms {
            found.library.push(at);
        }
    }
    Arc::new(found)
}

#[salsa::tracked(returns(ref))]
fn closed_mentioned(db: &dyn Db) -> OfClosed<Mentioned> {
    of_closed(db, mentioned)
}

/// The digests of the names of a program's macros.
#[salsa::tracked(returns(ref))]
fn macro_digests(db: &dyn Db, program: SourceFile) -> FxHashSet<u64> {
    let literal = literal_macros(db, program).keys();
    let names = literal.chain(generated_names(db, program, last_stage(db, program)).names());
    names.map(|name| digest(name)).collect()
}

/// The places of the forms of each file that mention macros and so may have expansions in a program, sorted. Whoever
/// folds the files of a program asks first: what other forms declare depends on their text alone.
pub(crate) struct CallingForms<'db> {
    db: &'db dyn Db,
    program: SourceFile,
    mentioned: OfFiles<'db, Mentioned>,
    /// Those of the closed files of a program with macros.
    closed: Option<&'db FxHashMap<SourceFile, Vec<u32>>>,
}

pub(crate) fn calling_forms(db: &dyn Db, program: SourceFile) -> CallingForms<'_> {
    CallingForms {
        db,
        program,
        mentioned: OfFiles::new(db, closed_mentioned(db), mentioned),
        closed: has_macros(db, program).then(|| closed_calls(db, program)),
    }
}

impl<'db> CallingForms<'db> {
    pub(crate) fn of(&self, file: SourceFile) -> &'db [u32] {
        let Some(closed) = self.closed else {
            return &self.mentioned.of(file).library;
        };
        match closed.get(&file) {
            Some(calls) => calls,
            None if file.kind(self.db) == FileKind::Library => &self.mentioned.of(file).library,
            None => program_calls(self.db, self.program, file),
        }
    }
}

/// Is a form one of those?
pub(crate) fn is_calling(db: &dyn Db, program: SourceFile, form: Form<'_>) -> bool {
    let ast = ast(db, form);
    if ast.library_macros || ast.threads_forms {
        return true;
    }
    let program = super::program_for(db, program, form);
    if !has_macros(db, program) {
        return false;
    }
    let macros = macro_digests(db, program);
    texts_with_calls(ast).any(|text| is_own_path(text) && macros.contains(&digest(text)))
}

/// Could a text be the name of a program's macro?
fn is_own_path(text: &str) -> bool {
    text.starts_with(':') && !text.starts_with(":wat::")
}

/// The same of one file, for whoever looks at no other one.
pub(crate) fn calling_forms_of(db: &dyn Db, program: SourceFile, file: SourceFile) -> &[u32] {
    match file.kind(db) != FileKind::Library && has_macros(db, program) {
        true => program_calls(db, program, file),
        false => &mentioned(db, file).library,
    }
}

#[salsa::tracked(returns(ref))]
fn program_calls(db: &dyn Db, program: SourceFile, file: SourceFile) -> Vec<u32> {
    match closed_calls(db, program).get(&file) {
        Some(calls) => calls.clone(),
        None => calls_in(macro_digests(db, program), mentioned(db, file)),
    }
}

#[salsa::tracked(returns(ref))]
fn closed_calls(db: &dyn Db, program: SourceFile) -> FxHashMap<SourceFile, Vec<u32>> {
    let macros = macro_digests(db, program);
    let mentioned = closed_mentioned(db);
    let files = load_graph(db, program).files.iter();
    files
        .filter_map(|file| Some((*file, calls_in(macros, mentioned.get(file)?))))
        .collect()
}

fn calls_in(macros: &FxHashSet<u64>, mentioned: &Mentioned) -> Vec<u32> {
    let own = mentioned.paths.iter();
    let mut found: Vec<u32> = own
        .filter(|(path, _)| macros.contains(path))
        .map(|&(_, place)| place)
        .chain(mentioned.library.iter().copied())
        .collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// Texts that make macro definitions where they stand in a template.
const MAKERS: [&str; 3] = [
    ":wat::core::defmacro",
    super::testing::MAKE,
    super::testing::MAKE_HERMETIC,
];

/// Names of functions with which a macro can write names that stand neither in its definition nor in a call of it.
pub(crate) const NAME_MAKERS: [&str; 7] = [
    ":wat::core::keyword-node",
    ":wat::core::keyword/from-string",
    ":wat::core::keyword/of",
    ":wat::holon::to-watast",
    ":wat::runtime::lookup-form",
    ":wat::runtime::lookup-define",
    ":wat::runtime::body-of",
];

/// What of a form says whether its expansion may define macros. It is said of the form alone, so that it lasts as long as
/// the text of its file.
#[derive(Clone, PartialEq, Eq, Debug, salsa::SalsaValue)]
struct Hint {
    /// Can it make definitions of macros itself?
    makes: bool,
    /// Does it mention macros of the library?
    library: bool,
    /// The paths that it mentions and that macros of a program may have.
    paths: Vec<Arc<str>>,
}

/// The hints of a piece of a source.
#[derive(Clone, PartialEq, Eq, Debug, salsa::SalsaValue)]
struct Hints {
    /// Of the forms that define its macros.
    macros: Vec<Hint>,
    /// Of its calls.
    calls: Vec<Hint>,
}

#[salsa::tracked(returns(ref))]
fn hints(db: &dyn Db, file: SourceFile) -> Arc<Vec<Hints>> {
    let hints = |piece: &FormPiece<'_>| Hints {
        macros: piece
            .macros
            .iter()
            .map(|(_, literal)| read_hint(db, literal.form))
            .collect(),
        calls: piece
            .calls
            .iter()
            .map(|&form| read_hint(db, form))
            .collect(),
    };
    Arc::new(form_pieces(db, file).iter().map(hints).collect())
}

#[salsa::tracked(returns(ref))]
fn closed_hints(db: &dyn Db) -> OfClosed<Vec<Hints>> {
    of_closed(db, hints)
}

/// The pieces of a program in program order, with their hints.
fn hinted_pieces<'db>(
    db: &'db dyn Db,
    program: SourceFile,
) -> impl Iterator<Item = (&'db FormPiece<'db>, &'db Hints)> {
    let all = OfFiles::new(db, closed_hints(db), hints);
    let hints = load_graph(db, program).pieces.iter();
    let hints = hints.filter_map(move |piece| all.of(piece.file).get(piece.part as usize));
    program_pieces(db, program).zip(hints)
}

fn read_hint(db: &dyn Db, form: Form<'_>) -> Hint {
    let ast = ast(db, form);
    let own = written_declarations(db, form).macros.len();
    let definers = (0..ast.len() as u32)
        .filter(|&node| ast.as_keyword(NodeId(node)) == Some(MAKERS[0]))
        .count();
    let paths = ast.texts().filter(|text| is_own_path(text));
    // Who makes names can make that of `defmacro`.
    let makes_otherwise = |text| MAKERS[1..].contains(&text) || NAME_MAKERS.contains(&text);
    Hint {
        library: ast.library_macros,
        makes: definers > own || ast.texts().any(makes_otherwise),
        paths: paths.map(Arc::from).collect(),
    }
}

/// The literal macros of a program whose expansions may define macros: those that make definitions themselves, and those
/// that mention such a macro.
#[salsa::tracked(returns(ref))]
fn making_macros(db: &dyn Db, program: SourceFile) -> FxHashSet<Arc<str>> {
    let literal = literal_macros(db, program);
    let mut users: FxHashMap<&str, Vec<&Arc<str>>> = FxHashMap::default();
    let mut work: Vec<&Arc<str>> = Vec::new();
    for (piece, hints) in hinted_pieces(db, program) {
        let macros = piece.macros.iter().zip(&hints.macros);
        let counts = |name, found| literal.get(name) == Some(found);
        for ((name, _), hint) in macros.filter(|((name, found), _)| counts(name, found)) {
            if hint.makes {
                work.push(name);
            }
            for other in hint.paths.iter().filter(|path| literal.contains_key(*path)) {
                users.entry(other).or_default().push(name);
            }
        }
    }
    let mut making = FxHashSet::default();
    while let Some(name) = work.pop() {
        if making.insert(name.clone()) {
            work.extend(users.get(&**name).into_iter().flatten());
        }
    }
    making
}

/// The generators of a program, in program order.
#[salsa::tracked(returns(ref))]
fn generators<'db>(db: &'db dyn Db, program: SourceFile) -> Vec<Form<'db>> {
    if !has_macros(db, program) {
        return Vec::new();
    }
    let literal = literal_macros(db, program);
    let making = making_macros(db, program);
    let mut found: Vec<Form<'db>> = Vec::new();
    for (piece, hints) in hinted_pieces(db, program) {
        for (&form, hint) in piece.calls.iter().zip(&hints.calls) {
            // A call of what no literal macro is may be one of a generated macro that defines others.
            let calls_unknown = || {
                !found.is_empty()
                    && !hint.paths.iter().any(|path| literal.contains_key(path))
                    && !hint.library
            };
            if hint.makes || hint.paths.iter().any(|path| making.contains(path)) || calls_unknown()
            {
                found.push(form);
            }
        }
    }
    found
}

/// The macros that expansions define up to a stage.
#[derive(Clone, PartialEq, Eq, Debug, Default, salsa::SalsaValue)]
struct Stage<'db> {
    all: Layers<Generated<'db>>,
    /// The names that its own generator defines.
    new: Vec<Arc<str>>,
}

/// What the first `stage` generators define.
#[salsa::tracked(returns(ref))]
fn stage_macros<'db>(db: &'db dyn Db, program: SourceFile, stage: u32) -> Stage<'db> {
    let Some(before) = stage.checked_sub(1) else {
        return Stage::default();
    };
    let known = &stage_macros(db, program, before).all;
    let new = match generators(db, program).get(before as usize) {
        Some(&form) => Expander::new(db, program, form, before).generated(ast(db, form)),
        None => Vec::new(),
    };
    Stage {
        new: new.iter().map(|new| new.name.clone()).collect(),
        all: known.with(new.into_iter().map(|new| (new.name.clone(), new))),
    }
}

/// Asks for a block of stages in order: the `at`-th one of 2^`level` stages.
#[salsa::tracked(returns(copy))]
fn ask_block(db: &dyn Db, program: SourceFile, level: u32, at: u32) {
    match level.checked_sub(1) {
        Some(half) => {
            ask_block(db, program, half, 2 * at);
            ask_block(db, program, half, 2 * at + 1);
        }
        None => {
            stage_names(db, program, at);
        }
    }
}

/// Asks for all stages before this one, in order: each finds the one before it answered.
fn ask_before(db: &dyn Db, program: SourceFile, stage: u32) {
    let mut asked = 0;
    for level in (0..u32::BITS).rev() {
        if stage & (1 << level) != 0 {
            ask_block(db, program, level, asked >> level);
            asked += 1 << level;
        }
    }
}

/// What the first `stage` generators of a program define.
pub(super) fn generated<'db>(
    db: &'db dyn Db,
    program: SourceFile,
    stage: u32,
) -> &'db Layers<Generated<'db>> {
    ask_before(db, program, stage);
    &stage_macros(db, program, stage).all
}

/// The names of what the first `stage` generators define. Shared with the stage before if there is nothing new.
pub(super) fn generated_names(db: &dyn Db, program: SourceFile, stage: u32) -> &Layers<()> {
    ask_before(db, program, stage);
    stage_names(db, program, stage)
}

#[salsa::tracked(returns(ref))]
fn stage_names(db: &dyn Db, program: SourceFile, stage: u32) -> Layers<()> {
    let Some(before) = stage.checked_sub(1) else {
        return Layers::default();
    };
    let new = stage_macros(db, program, stage).new.iter();
    let known = stage_names(db, program, before);
    known.with(new.map(|name| (name.clone(), ())))
}

/// How many generators stand before a form.
pub(super) fn stage_of<'db>(db: &'db dyn Db, program: SourceFile, form: Form<'db>) -> u32 {
    match generators(db, program).is_empty() {
        true => 0,
        false => stage_before(db, program, form),
    }
}

/// The stage at the end of a program.
pub(super) fn last_stage(db: &dyn Db, program: SourceFile) -> u32 {
    generators(db, program).len() as u32
}

#[salsa::tracked(returns(copy))]
fn stage_before<'db>(db: &'db dyn Db, program: SourceFile, wanted: Form<'db>) -> u32 {
    let found = stages(db, program).get(&wanted).copied();
    found.unwrap_or_else(|| last_stage(db, program))
}

/// How many generators stand before each form of a program.
#[salsa::tracked(returns(ref))]
fn stages<'db>(db: &'db dyn Db, program: SourceFile) -> FxHashMap<Form<'db>, u32> {
    passed(db, program, generators(db, program))
}

/// The forms before a form whose expansions may define something, in program order.
pub(crate) fn calls_before<'db>(
    db: &'db dyn Db,
    program: SourceFile,
    form: Form<'db>,
) -> &'db [Form<'db>] {
    let calls = calls(db, program);
    &calls[..(calls_passed(db, program, form) as usize).min(calls.len())]
}

/// The forms of a program with something at their top level that declares nothing, in program order.
#[salsa::tracked(returns(ref))]
fn calls<'db>(db: &'db dyn Db, program: SourceFile) -> Vec<Form<'db>> {
    match has_macros(db, program) {
        true => program_pieces(db, program)
            .flat_map(|piece| piece.calls.iter().copied())
            .collect(),
        false => Vec::new(),
    }
}

/// How many of them stand before a form.
#[salsa::tracked(returns(copy))]
fn calls_passed<'db>(db: &'db dyn Db, program: SourceFile, wanted: Form<'db>) -> u32 {
    let found = call_places(db, program).get(&wanted).copied();
    found.unwrap_or(calls(db, program).len() as u32)
}

/// How many of them stand before each form of a program.
#[salsa::tracked(returns(ref))]
fn call_places<'db>(db: &'db dyn Db, program: SourceFile) -> FxHashMap<Form<'db>, u32> {
    passed(db, program, calls(db, program))
}

/// How many of these forms, which are in program order, stand before each form of a program.
fn passed<'db>(
    db: &'db dyn Db,
    program: SourceFile,
    counted: &[Form<'db>],
) -> FxHashMap<Form<'db>, u32> {
    let mut found = FxHashMap::default();
    let mut passed = 0;
    for piece in &load_graph(db, program).pieces {
        let parts = part_ranges(db, piece.file);
        let Some(range) = parts.get(piece.part as usize) else {
            continue;
        };
        for &form in &form_list(db, piece.file)[range.0 as usize..range.1 as usize] {
            found.entry(form).or_insert(passed);
            if counted.get(passed as usize) == Some(&form) {
                passed += 1;
            }
        }
    }
    found
}

/// Where the pieces of a source between its loads begin and end, as places of forms.
#[salsa::tracked(returns(ref))]
fn part_ranges(db: &dyn Db, file: SourceFile) -> Vec<(u32, u32)> {
    let mut ranges = Vec::new();
    let mut start = 0;
    for (&form, at) in form_list(db, file).iter().zip(0..) {
        let found = written_declarations(db, form);
        for _ in &found.loads {
            ranges.push((start.min(at), at));
            start = at + u32::from(found.expressions.is_empty());
        }
    }
    ranges.push((start, form_list(db, file).len() as u32));
    ranges
}
