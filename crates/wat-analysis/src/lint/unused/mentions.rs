//! Which names forms mention, as words of their text: more than they use, and no inference is needed to know it.
//!
//! What a form mentions changes seldom, so that an edit in a body ends here.

use rustc_hash::{FxHashMap, FxHashSet};
use wat_syntax::{Ast, NodeId};

use crate::db::{Db, FileKind, SourceFile};
use crate::expand::{calling_forms, expansion, unmarked};
use crate::forms::{Form, ast, form_list, read_form};
use crate::items::{
    Declarations, Item, ItemKind, Name, declarations, definer, written_declarations,
};
use crate::loads::load_results;
use crate::names::{is_library, program_items};
use crate::program::load_graph;

pub(super) const ENTRY: &str = ":user::main";

/// What a form is to those who ask what is used.
#[derive(Clone, Copy, PartialEq, Eq, Debug, salsa::SalsaValue)]
pub(super) enum Part {
    /// A definition, which is there for those who mention it.
    Definition,
    /// A definition that a library shows to others: it is documented, or a type.
    Shown,
    /// A load form.
    Load,
    /// What is there for its own sake.
    Root,
}

/// A form with its names and those that it mentions.
#[derive(Clone, PartialEq, Eq, Debug, salsa::SalsaValue)]
pub(super) struct Share<'db> {
    pub(super) form: Form<'db>,
    pub(super) part: Part,
    pub(super) names: Vec<Name<'db>>,
    pub(super) mentions: Vec<Name<'db>>,
    /// Does it do more than define names: is it evaluated, or run as a test?
    pub(super) acts: bool,
}

/// The shares of the forms of a file, in order.
pub(super) fn shares<'db>(
    db: &'db dyn Db,
    program: SourceFile,
    file: SourceFile,
) -> impl Iterator<Item = &'db Share<'db>> {
    let calling = calling_forms(db, program, file);
    let forms = form_list(db, file).iter().zip(0..);
    forms.map(move |(&form, at)| match calling.binary_search(&at) {
        Ok(_) => expanded_share(db, program, form),
        Err(_) => written_share(db, form),
    })
}

/// The share of a form in all programs that do not expand it.
#[salsa::tracked(returns(ref))]
fn written_share<'db>(db: &'db dyn Db, form: Form<'db>) -> Share<'db> {
    share(db, form, written_declarations(db, form), None)
}

#[salsa::tracked(returns(ref))]
fn expanded_share<'db>(db: &'db dyn Db, program: SourceFile, form: Form<'db>) -> Share<'db> {
    let expansion = expansion(db, program, form);
    let declared = declarations(db, program, form);
    share(db, form, declared, expansion.map(|it| &*it.ast))
}

fn share<'db>(
    db: &'db dyn Db,
    form: Form<'db>,
    declared: &Declarations<'db>,
    expanded: Option<&Ast>,
) -> Share<'db> {
    let written = &**ast(db, form);
    let mut words = Words::default();
    words.read(written);
    if let Some(expanded) = expanded {
        words.read(expanded);
    }
    let found = words.found.into_iter();
    let mut mentions: Vec<Name<'db>> = found.map(|it| Name::new(db, it)).collect();
    mentions.sort_by_key(|name| name.text(db));
    let expanded = expanded.unwrap_or(written);
    let quiet = |&node: &u32| expanded.as_str(NodeId(node)).is_some();
    Share {
        form,
        part: part(db, form),
        names: declared.items.iter().map(|item| item.name(db)).collect(),
        mentions,
        acts: written.is_damaged()
            || !declared.setters.is_empty()
            || !declared.hosts.is_empty()
            || !declared.problems.is_empty()
            || !declared.expressions.iter().all(quiet)
            || gives_outcome(expanded),
    }
}

/// Does a form mention the result of a test? What gives one is a test.
fn gives_outcome(ast: &Ast) -> bool {
    let mut texts = ast.texts();
    texts.any(|text| matches!(text, ":wat::kernel::RunResult" | ":wat::test::TestResult"))
}

/// Is it a text with an example? Most texts are names.
fn has_example(text: &str) -> bool {
    !text.starts_with(':') && text.len() > 8 && text.contains("```wat")
}

fn part(db: &dyn Db, form: Form<'_>) -> Part {
    let ast = ast(db, form);
    let declared = written_declarations(db, form);
    let is_load = || declared.loads.iter().any(|load| load.node != ast.root().0);
    if ast.is_empty()
        || ast.is_damaged()
        || !matches!(form.file(db).kind(db), FileKind::Disk | FileKind::Open)
    {
        return Part::Root;
    }
    let head = ast.children(ast.root()).next();
    let head = head
        .and_then(|head| ast.as_keyword(head))
        .unwrap_or_default();
    if crate::loads::is_load(head) && is_load() {
        return Part::Load;
    }
    // The example in a docstring is a test too.
    let is_tested = || gives_outcome(ast) || ast.texts().any(has_example);
    match definer(ast, ast.root(), head) {
        None | Some(ItemKind::KeywordVariant) => Part::Root,
        Some(_) if is_tested() => Part::Root,
        Some(_)
            if declared
                .items
                .iter()
                .any(|it| it.name(db).text(db) == ENTRY) =>
        {
            Part::Root
        }
        Some(kind) if kind.is_type() => Part::Shown,
        Some(_) => {
            let is_documented = |item: &Item<'_>| crate::signature::read_docs(db, *item).is_some();
            match declared.items.iter().any(is_documented) {
                true => Part::Shown,
                false => Part::Definition,
            }
        }
    }
}

/// The words that may be names.
#[derive(Default)]
struct Words {
    found: FxHashSet<String>,
}

impl Words {
    /// Reads the words of a form, each once. A text that looks like a keyword is read as one.
    fn read(&mut self, ast: &Ast) {
        for text in ast.texts() {
            let is_keyword = text.starts_with(':');
            // Most tokens are names of the library.
            let is_ours = match is_keyword {
                true => !text.starts_with(":wat::") || text.contains(['<', '(']),
                false => text.contains("::"),
            };
            if is_ours {
                self.words_of(&unmarked(text), is_keyword);
            }
        }
    }

    /// The paths in a token: a type has many. A text has those with a namespace alone.
    fn words_of(&mut self, text: &str, is_keyword: bool) {
        let parts = |ch: char| ch.is_whitespace() || "<>(),`\"[]{};".contains(ch);
        // `<` and `>` are also names of functions.
        let whole = is_keyword.then_some(text);
        for word in text.split(parts).chain(whole) {
            let word = word.trim_start_matches(':');
            if !word.is_empty() && !word.starts_with("wat::") && (is_keyword || word.contains("::"))
            {
                self.name(word);
            }
        }
    }

    /// A path, and those of which it may be a member.
    fn name(&mut self, path: &str) {
        let path = format!(":{path}");
        if is_library(&path) || self.found.contains(&path) {
            return;
        }
        let owners = path.match_indices('/').chain(path.match_indices("::"));
        for (at, _) in owners.filter(|&(at, _)| at > 1) {
            if !self.found.contains(&path[..at]) {
                self.found.insert(path[..at].to_owned());
            }
        }
        self.found.insert(path);
    }
}

/// Who defines each name.
#[derive(Default)]
struct Owners<'db> {
    /// Each with the place of another one of the same name.
    all: Vec<(usize, Option<usize>)>,
    last: FxHashMap<Name<'db>, usize>,
}

impl<'db> Owners<'db> {
    fn add(&mut self, owner: usize, names: impl IntoIterator<Item = Name<'db>>) {
        for name in names {
            let other = self.last.insert(name, self.all.len());
            self.all.push((owner, other));
        }
    }

    fn of(&self, name: Name<'db>) -> impl Iterator<Item = usize> + '_ {
        let mut next = self.last.get(&name).copied();
        std::iter::from_fn(move || {
            let (owner, other) = self.all[next?];
            next = other;
            Some(owner)
        })
    }
}

/// The definitions of a program that nothing reaches: from what is there for its own sake, and, if so asked, from what a
/// library shows.
#[salsa::tracked(returns(ref))]
pub(super) fn unreached<'db>(
    db: &'db dyn Db,
    root: SourceFile,
    shown: bool,
) -> FxHashSet<Form<'db>> {
    let files = load_graph(db, root).files.iter();
    let all: Vec<&Share<'db>> = files.flat_map(|&file| shares(db, root, file)).collect();
    let mut owners = Owners::default();
    for (at, share) in all.iter().enumerate() {
        owners.add(at, share.names.iter().copied());
    }
    let is_root = |share: &Share<'db>| match share.part {
        Part::Root => true,
        Part::Shown => shown,
        Part::Definition | Part::Load => false,
    };
    let mut reached: Vec<bool> = all.iter().map(|share| is_root(share)).collect();
    let mut work: Vec<usize> = (0..all.len()).filter(|&at| reached[at]).collect();
    while let Some(at) = work.pop() {
        for name in &all[at].mentions {
            for owner in owners.of(*name) {
                if !std::mem::replace(&mut reached[owner], true) {
                    work.push(owner);
                }
            }
        }
    }
    let unreached = all.iter().zip(&reached).filter(|(share, reached)| {
        !**reached && matches!(share.part, Part::Definition | Part::Shown)
    });
    unreached.map(|(share, _)| share.form).collect()
}

/// What all forms of a file mention and define.
#[derive(Clone, PartialEq, Eq, Debug, Default, salsa::SalsaValue)]
struct FileShare<'db> {
    names: FxHashSet<Name<'db>>,
    mentions: FxHashSet<Name<'db>>,
    /// Does a form of it act that is no load form, or does one not read?
    acts: bool,
}

#[salsa::tracked(returns(ref))]
fn file_share<'db>(db: &'db dyn Db, program: SourceFile, file: SourceFile) -> FileShare<'db> {
    let mut found = FileShare::default();
    for share in shares(db, program, file) {
        found.names.extend(&share.names);
        found.mentions.extend(&share.mentions);
        found.acts |= share.acts && share.part != Part::Load;
    }
    // What is wrong with a file is told where it is loaded.
    found.acts |= !reads(db, file);
    found
}

/// Do all forms of a file read as they are written?
#[salsa::tracked(returns(copy))]
fn reads(db: &dyn Db, file: SourceFile) -> bool {
    let mut forms = form_list(db, file).iter();
    forms.all(|&form| read_form(db, form).errors.is_empty())
}

/// Sets of files of a program, by their numbers.
struct FileSets {
    words: usize,
    bits: Vec<u64>,
}

impl FileSets {
    /// So many empty sets.
    fn new(files: usize) -> Self {
        let words = files.div_ceil(64);
        FileSets {
            words,
            bits: vec![0; files * words],
        }
    }

    fn insert(&mut self, set: usize, file: usize) {
        self.bits[set * self.words + file / 64] |= 1 << (file % 64);
    }

    /// Adds all that another set has.
    fn join(&mut self, set: usize, other: usize) {
        for word in 0..self.words {
            self.bits[set * self.words + word] |= self.bits[other * self.words + word];
        }
    }

    fn of(&self, set: usize) -> &[u64] {
        &self.bits[set * self.words..][..self.words]
    }
}

/// The files of a program that are loaded in vain: nothing that they and what they load define is mentioned elsewhere, and
/// none of them acts.
#[salsa::tracked(returns(ref))]
pub(super) fn idle_files(db: &dyn Db, root: SourceFile) -> FxHashSet<SourceFile> {
    let files = &load_graph(db, root).files;
    let numbers: FxHashMap<SourceFile, usize> = files.iter().copied().zip(0..).collect();
    let all = || files.iter().map(|&file| file_share(db, root, file));
    let mut owners = Owners::default();
    for (at, share) in all().enumerate() {
        owners.add(at, share.names.iter().copied());
    }
    let (mut reached, mut users) = (FileSets::new(files.len()), FileSets::new(files.len()));
    for (at, share) in all().enumerate() {
        for name in &share.mentions {
            for owner in owners.of(*name) {
                users.insert(owner, at);
            }
        }
    }
    let mut acts: Vec<bool> = all().map(|share| share.acts).collect();
    let mut idle = FxHashSet::default();
    // A file comes after what it loads.
    for (at, &file) in files.iter().enumerate() {
        reached.insert(at, at);
        let targets = load_results(db, file).iter();
        let targets = targets.filter_map(|it| numbers.get(it.target.as_ref().ok()?));
        for &target in targets.filter(|&&target| target < at) {
            reached.join(at, target);
            users.join(at, target);
            acts[at] |= acts[target];
        }
        let mut outside = users.of(at).iter().zip(reached.of(at));
        if !acts[at] && outside.all(|(users, reached)| users & !reached == 0) {
            idle.insert(file);
        }
    }
    idle
}

/// The keywords of one segment that a program mentions anywhere.
#[salsa::tracked(returns(ref))]
fn keys<'db>(db: &'db dyn Db, root: SourceFile) -> FxHashSet<Name<'db>> {
    let files = load_graph(db, root).files.iter();
    let mentions = files.flat_map(|&file| &file_share(db, root, file).mentions);
    let mentions = mentions.copied();
    mentions.filter(|it| !it.text(db).contains("::")).collect()
}

/// Is this keyword of one segment one of those?
#[salsa::tracked(returns(copy))]
pub(super) fn mentions_key<'db>(db: &'db dyn Db, root: SourceFile, key: Name<'db>) -> bool {
    keys(db, root).contains(&key)
}

/// Does a program declare other names for functions that are called by keywords?
#[salsa::tracked(returns(copy))]
pub(super) fn has_variants(db: &dyn Db, root: SourceFile) -> bool {
    program_items(db, root).any(|item| item.kind(db) == ItemKind::KeywordVariant)
}
