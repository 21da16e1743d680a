//! Which names forms mention, as words of their text: more than they use, and no inference is needed to know it.
//!
//! What the forms of a file mention as they are written is one query of the file, as durable as its text: asking it for a
//! thousand files that nobody edits costs next to nothing. What a macro writes stands in its definition, and a form that
//! calls the macro mentions that; so expansions are asked for what they declare, and of functions not even that. A macro
//! can also make names of texts. In a program with the means for that the expansions are read.

use std::ops::Range;
use std::sync::Arc;

use wat_syntax::{Ast, NodeId, NodeKind};

use crate::closed::{OfClosed, OfFiles, of_closed};
use crate::db::{Db, FileKind, SourceFile};
use crate::expand::{CallingForms, calling_forms, expansion};
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
pub(super) struct Seen<'db> {
    share: &'db Share<'db>,
    words: &'db [u64],
}

impl<'db> Seen<'db> {
    pub(super) fn form(self) -> Form<'db> {
        self.share.form
    }

    pub(super) fn part(self) -> Part {
        self.share.part
    }

    /// Does it act, and not as a load form?
    pub(super) fn acts(self) -> bool {
        self.share.acts && self.share.part != Part::Load
    }

    pub(super) fn names(self) -> &'db [u64] {
        &self.words[self.share.names.start as usize..self.share.names.end as usize]
    }

    pub(super) fn mentions(self) -> &'db [u64] {
        &self.words[self.share.mentions.start as usize..self.share.mentions.end as usize]
    }
}

/// The shares of the forms of the files of a program.
pub(super) struct SeenForms<'db> {
    db: &'db dyn Db,
    program: SourceFile,
    written: OfFiles<'db, Shares<'db>>,
    calling: CallingForms<'db>,
}

pub(super) fn seen_forms<'db>(db: &'db dyn Db, program: SourceFile) -> SeenForms<'db> {
    SeenForms {
        db,
        program,
        written: all_shares(db),
        calling: calling_forms(db, program),
    }
}

impl<'db> SeenForms<'db> {
    /// Those of a file, in order.
    pub(super) fn of(&self, file: SourceFile) -> impl Iterator<Item = Seen<'db>> + use<'db> {
        let (db, program) = (self.db, self.program);
        let written = self.written.of(file);
        let mut calling = self.calling.of(file).iter().copied().peekable();
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

    /// Those of all files of the program.
    fn all(&self) -> impl Iterator<Item = Seen<'db>> + '_ {
        let files = load_graph(self.db, self.program).files.iter();
        files.flat_map(move |&file| self.of(file))
    }

    /// Did the reader find something to tell in a file?
    pub(super) fn is_misread(&self, file: SourceFile) -> bool {
        !self.written.of(file).misread.is_empty()
    }

    pub(super) fn is_closed(&self, file: SourceFile) -> bool {
        self.written.is_closed(file)
    }
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
    let mut forms = seen_forms(db, program).of(file);
    forms.all(|it| it.part() == Part::Load)
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
    let seen = seen_forms(db, program);
    seen.all()
        .any(|it| it.mentions().binary_search(&key).is_ok())
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
    let seen = seen_forms(db, program);
    seen.all().filter(mentions).any(|it| {
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
    let shares = all_shares(db);
    let mut files = load_graph(db, program).files.iter();
    files.any(|&file| shares.of(file).makes_names)
}

/// Asks for what those who look at a whole program want to know of each of its files.
pub(in crate::lint) fn prepare(db: &dyn Db, file: SourceFile) {
    written_shares(db, file);
    has_broken_load(db, file);
}

/// The shares of the forms of a file as they are written.
#[salsa::tracked(returns(ref))]
fn written_shares<'db>(db: &'db dyn Db, file: SourceFile) -> Arc<Shares<'db>> {
    let mut found = Shares::default();
    for (&form, at) in form_list(db, file).iter().zip(0..) {
        found.add(db, form, written_declarations(db, form), None);
        if !read_form(db, form).errors.is_empty() {
            found.misread.push(at);
        }
    }
    found.words.shrink_to_fit();
    Arc::new(found)
}

#[salsa::tracked(returns(ref))]
fn closed_shares<'db>(db: &'db dyn Db) -> OfClosed<Shares<'db>> {
    of_closed(db, written_shares)
}

fn all_shares<'db>(db: &'db dyn Db) -> OfFiles<'db, Shares<'db>> {
    OfFiles::new(db, closed_shares(db), written_shares)
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
