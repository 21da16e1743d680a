//! Which names forms mention, as words of their text: more than they use, and no inference is needed to know it.
//!
//! What the forms of a file mention as they are written is one query of the file, as durable as its text: asking it for a
//! thousand files that nobody edits costs next to nothing. What a macro writes stands in its definition, and a form that
//! calls the macro mentions that; so expansions are asked for what they declare, and of functions not even that. A macro
//! can also make names of texts. In a program with the means for that the expansions are read.

use std::ops::Range;

use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet};
use wat_syntax::{Ast, NodeId, NodeKind};

use crate::db::{Db, FileKind, SourceFile};
use crate::expand::{calling_forms, expansion};
use crate::forms::{Form, ast, form_list, read_form};
use crate::items::{
    Declarations, ItemKind, Name, declarations, definer, program_variants, split_generic,
    written_declarations, written_function,
};
use crate::program::{has_broken_load, load_graph};
use crate::signature::is_documented;

use super::words::{Words, digest};

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
struct Share<'db> {
    form: Form<'db>,
    part: Part,
    /// Does it do more than define names: is it evaluated, or run as a test?
    acts: bool,
    /// Is it a function, whatever its expansion is?
    is_function: bool,
    /// How many files it loads.
    loads: u32,
    /// Where its names stand among the words.
    names: Range<u32>,
    /// Where those that it mentions stand.
    mentions: Range<u32>,
}

/// The shares of forms. Their words are digests: of two names with the same one both count as mentioned.
#[derive(Clone, PartialEq, Eq, Debug, Default, salsa::SalsaValue)]
struct Shares<'db> {
    forms: Vec<Share<'db>>,
    words: Vec<u64>,
    /// Does one of the forms mention what makes names of texts?
    makes_names: bool,
    /// The places of the forms in which the reader found something to tell: of most files there are none.
    misread: Vec<u32>,
}

/// The share of a form in a program.
#[derive(Clone, Copy)]
struct Seen<'db> {
    share: &'db Share<'db>,
    words: &'db [u64],
}

impl<'db> Seen<'db> {
    fn names(self) -> &'db [u64] {
        &self.words[self.share.names.start as usize..self.share.names.end as usize]
    }

    fn mentions(self) -> &'db [u64] {
        &self.words[self.share.mentions.start as usize..self.share.mentions.end as usize]
    }
}

/// The shares of the forms of a file in a program, in order.
fn seen<'db>(
    db: &'db dyn Db,
    program: SourceFile,
    file: SourceFile,
) -> impl Iterator<Item = Seen<'db>> {
    let written = written_shares(db, file);
    let mut calling = calling_forms(db, program, file).iter().copied().peekable();
    let forms = written.forms.iter().zip(0..);
    forms.map(move |(share, at)| {
        let is_calling = calling.next_if_eq(&at).is_some();
        let is_read = is_calling && (!share.is_function || makes_names(db, program));
        let expanded = is_read.then(|| expanded_share(db, program, share.form));
        let words = &expanded.unwrap_or(written).words;
        let share = expanded.and_then(|it| it.forms.first()).unwrap_or(share);
        Seen { share, words }
    })
}

/// The same of all files of a program.
fn all_seen<'db>(db: &'db dyn Db, program: SourceFile) -> impl Iterator<Item = Seen<'db>> {
    let files = load_graph(db, program).files.iter();
    files.flat_map(move |&file| seen(db, program, file))
}

/// How many loads each form of a file has as it is written.
pub(super) fn loads_of_forms(db: &dyn Db, file: SourceFile) -> impl Iterator<Item = u32> {
    written_shares(db, file)
        .forms
        .iter()
        .map(|share| share.loads)
}

/// Is every form of a file a load form?
pub(super) fn only_loads(db: &dyn Db, program: SourceFile, file: SourceFile) -> bool {
    seen(db, program, file).all(|it| it.share.part == Part::Load)
}

/// Does a program declare other names for functions that are called by keywords?
#[salsa::tracked(returns(copy))]
pub(super) fn has_variants(db: &dyn Db, program: SourceFile) -> bool {
    program_variants(db, program).next().is_some()
}

/// Does a program mention this keyword of one segment anywhere?
#[salsa::tracked(returns(copy))]
pub(super) fn mentions_key<'db>(db: &'db dyn Db, program: SourceFile, key: Name<'db>) -> bool {
    let key = digest(&key.text(db)[1..]);
    all_seen(db, program).any(|it| it.mentions().binary_search(&key).is_ok())
}

/// Does a program write a call of a function with a keyword of one segment among its arguments?
#[salsa::tracked(returns(copy))]
pub(super) fn is_called_by_keys<'db>(
    db: &'db dyn Db,
    program: SourceFile,
    function: Name<'db>,
) -> bool {
    let path = function.text(db);
    let own = digest(&path[1..]);
    let mentions = |it: &Seen<'_>| it.mentions().binary_search(&own).is_ok();
    let is_key = |ast: &Ast, node: NodeId| {
        let text = ast.as_keyword(node);
        text.is_some_and(|text| !text.contains("::"))
    };
    let calls = |ast: &Ast, node: NodeId| {
        let mut parts = ast.children(node);
        let head = parts.next().and_then(|head| ast.as_keyword(head));
        ast.kind(node) == NodeKind::List
            && head.is_some_and(|head| split_generic(head).0 == path)
            && parts.any(|part| is_key(ast, part))
    };
    all_seen(db, program).filter(mentions).any(|it| {
        let ast = ast(db, it.share.form);
        let mut nodes = (0..ast.len() as u32).map(NodeId);
        nodes.any(|node| calls(ast, node))
    })
}

/// The places of the forms of a file in which the reader found something to tell.
pub(in crate::lint) fn misread(db: &dyn Db, file: SourceFile) -> &[u32] {
    &written_shares(db, file).misread
}

/// Can macros of a program make names of texts?
#[salsa::tracked(returns(copy))]
fn makes_names(db: &dyn Db, program: SourceFile) -> bool {
    let mut files = load_graph(db, program).files.iter();
    files.any(|&file| written_shares(db, file).makes_names)
}

/// Asks for what those who look at a whole program want to know of each of its files.
pub(in crate::lint) fn prepare(db: &dyn Db, file: SourceFile) {
    written_shares(db, file);
    has_broken_load(db, file);
}

/// The shares of the forms of a file as they are written.
#[salsa::tracked(returns(ref))]
fn written_shares<'db>(db: &'db dyn Db, file: SourceFile) -> Shares<'db> {
    let mut found = Shares::default();
    for (&form, at) in form_list(db, file).iter().zip(0..) {
        found.add(db, form, written_declarations(db, form), None);
        if !read_form(db, form).errors.is_empty() {
            found.misread.push(at);
        }
    }
    found.words.shrink_to_fit();
    found
}

/// The share of a form that its program expands.
#[salsa::tracked(returns(ref))]
fn expanded_share<'db>(db: &'db dyn Db, program: SourceFile, form: Form<'db>) -> Shares<'db> {
    let mut found = Shares::default();
    let expansion = expansion(db, program, form);
    let declared = declarations(db, program, form);
    found.add(db, form, declared, expansion.map(|it| &*it.ast));
    found
}

impl<'db> Shares<'db> {
    fn add(
        &mut self,
        db: &'db dyn Db,
        form: Form<'db>,
        declared: &Declarations<'db>,
        expanded: Option<&Ast>,
    ) {
        let written = &**ast(db, form);
        let names = self.words.len() as u32;
        let own = declared.items.iter();
        self.words
            .extend(own.map(|item| digest(&item.name(db).text(db)[1..])));
        let mentions = self.words.len() as u32;
        let mut words = Words {
            found: std::mem::take(&mut self.words),
            ..Words::default()
        };
        words.read_written(written);
        let is_tested = words.is_tested;
        if let Some(expanded) = expanded {
            words.read_expanded(expanded);
        }
        self.makes_names |= words.makes_names;
        self.words = words.found;
        sort_from(&mut self.words, mentions as usize);
        let expanded = expanded.unwrap_or(written);
        let quiet = |&node: &u32| expanded.as_str(NodeId(node)).is_some();
        self.forms.push(Share {
            form,
            part: part(db, form, written, is_tested),
            acts: written.is_damaged()
                || !declared.setters.is_empty()
                || !declared.hosts.is_empty()
                || !declared.problems.is_empty()
                || !declared.expressions.iter().all(quiet)
                || words.gives_outcome,
            is_function: written_function(db, form).is_some(),
            loads: declared.loads.len() as u32,
            names: names..mentions,
            mentions: mentions..self.words.len() as u32,
        });
    }
}

/// Sorts the words from a place on, and leaves each once.
fn sort_from(words: &mut Vec<u64>, start: usize) {
    words[start..].sort_unstable();
    let mut end = start;
    for at in start..words.len() {
        if end == start || words[end - 1] != words[at] {
            words[end] = words[at];
            end += 1;
        }
    }
    words.truncate(end);
}

fn part(db: &dyn Db, form: Form<'_>, ast: &Ast, is_tested: bool) -> Part {
    if ast.is_empty()
        || ast.is_damaged()
        || !matches!(form.file(db).kind(db), FileKind::Disk | FileKind::Open)
    {
        return Part::Root;
    }
    let declared = written_declarations(db, form);
    let is_load = || declared.loads.iter().any(|load| load.node != ast.root().0);
    let head = ast.children(ast.root()).next();
    let head = head
        .and_then(|head| ast.as_keyword(head))
        .unwrap_or_default();
    if crate::loads::is_load(head) && is_load() {
        return Part::Load;
    }
    match definer(ast, ast.root(), head) {
        None | Some(ItemKind::KeywordVariant) => Part::Root,
        Some(_) if is_tested => Part::Root,
        Some(_)
            if declared
                .items
                .iter()
                .any(|it| it.name(db).text(db) == ENTRY) =>
        {
            Part::Root
        }
        Some(kind) if kind.is_type() => Part::Shown,
        Some(_) if declared.items.iter().any(|&it| is_documented(db, ast, it)) => Part::Shown,
        Some(_) => Part::Definition,
    }
}

/// The names of the forms of a file, each with the place of its form, and how many forms there are.
#[derive(Clone, PartialEq, Eq, Debug, salsa::SalsaValue)]
struct FileNames {
    names: Vec<(u64, u32)>,
    forms: u32,
}

/// What changes less often than what the forms mention.
#[salsa::tracked(returns(ref))]
fn file_names(db: &dyn Db, program: SourceFile, file: SourceFile) -> FileNames {
    let (mut names, mut forms) = (Vec::new(), 0);
    for it in seen(db, program, file) {
        names.extend(it.names().iter().map(|&name| (name, forms)));
        forms += 1;
    }
    FileNames { names, forms }
}

/// Who defines each name. The forms of a program are numbered, file after file.
#[derive(Clone, PartialEq, Eq, Debug, Default, salsa::SalsaValue)]
pub(super) struct Owners {
    /// Each with the place of another one of the same name.
    all: Vec<(u32, Option<u32>)>,
    last: FxHashMap<u64, u32>,
    /// The number of the first form of each file.
    starts: Vec<u32>,
    forms: u32,
}

impl Owners {
    fn of(&self, name: u64) -> impl Iterator<Item = u32> + '_ {
        let mut next = self.last.get(&name).copied();
        std::iter::from_fn(move || {
            let (owner, other) = self.all[next? as usize];
            next = other;
            Some(owner)
        })
    }

    /// The place of the file of a form.
    pub(super) fn file_of(&self, form: u32) -> usize {
        self.starts.partition_point(|&start| start <= form) - 1
    }
}

#[salsa::tracked(returns(ref))]
pub(super) fn owners(db: &dyn Db, root: SourceFile) -> Owners {
    let files = load_graph(db, root).files.iter();
    let files: Vec<&FileNames> = files.map(|&file| file_names(db, root, file)).collect();
    let names = files.iter().map(|it| it.names.len()).sum();
    let mut owners = Owners {
        all: Vec::with_capacity(names),
        last: FxHashMap::with_capacity_and_hasher(names, FxBuildHasher),
        ..Owners::default()
    };
    for file in files {
        for &(name, form) in &file.names {
            let other = owners.last.insert(name, owners.all.len() as u32);
            owners.all.push((owners.forms + form, other));
        }
        owners.starts.push(owners.forms);
        owners.forms += file.forms;
    }
    owners
}

/// Which forms of a program the forms of one of its files mention.
#[derive(Clone, PartialEq, Eq, Debug, Default, salsa::SalsaValue)]
pub(super) struct Uses<'db> {
    /// The forms, and what each of them is.
    parts: Vec<(Form<'db>, Part)>,
    /// Where those that a form mentions end.
    ends: Vec<u32>,
    pub(super) used: Vec<u32>,
    /// Does a form of it act that is no load form?
    pub(super) acts: bool,
}

impl Uses<'_> {
    /// The forms that one of the file mentions.
    fn of(&self, form: usize) -> &[u32] {
        let start = form.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.used[start as usize..self.ends[form] as usize]
    }
}

#[salsa::tracked(returns(ref))]
pub(super) fn uses<'db>(db: &'db dyn Db, root: SourceFile, file: SourceFile) -> Uses<'db> {
    let owners = owners(db, root);
    let mut uses = Uses::default();
    let mut own = Vec::new();
    for it in seen(db, root, file) {
        own.extend(it.mentions().iter().flat_map(|&name| owners.of(name)));
        own.sort_unstable();
        own.dedup();
        uses.used.append(&mut own);
        uses.ends.push(uses.used.len() as u32);
        uses.parts.push((it.share.form, it.share.part));
        uses.acts |= it.share.acts && it.share.part != Part::Load;
    }
    uses
}

/// The definitions of a program that nothing reaches: from what is there for its own sake, and, if so asked, from what a
/// library shows.
#[salsa::tracked(returns(ref))]
pub(super) fn unreached<'db>(
    db: &'db dyn Db,
    root: SourceFile,
    shown: bool,
) -> FxHashSet<Form<'db>> {
    let files = &load_graph(db, root).files;
    let owners = owners(db, root);
    let all: Vec<&Uses<'_>> = files.iter().map(|&file| uses(db, root, file)).collect();
    let parts = || all.iter().flat_map(|uses| &uses.parts);
    let is_root = |(_, part): &(Form<'_>, Part)| match part {
        Part::Root => true,
        Part::Shown => shown,
        Part::Definition | Part::Load => false,
    };
    let mut reached: Vec<bool> = parts().map(is_root).collect();
    let mut work: Vec<u32> = (0..owners.forms)
        .filter(|&at| reached[at as usize])
        .collect();
    while let Some(form) = work.pop() {
        let file = owners.file_of(form);
        for &used in all[file].of((form - owners.starts[file]) as usize) {
            if !std::mem::replace(&mut reached[used as usize], true) {
                work.push(used);
            }
        }
    }
    let all = parts().zip(reached);
    let is_unreached = |((_, part), reached): &(&(Form<'_>, Part), bool)| {
        !reached && matches!(part, Part::Definition | Part::Shown)
    };
    let unreached = all.filter(is_unreached);
    unreached.map(|((form, _), _)| *form).collect()
}
