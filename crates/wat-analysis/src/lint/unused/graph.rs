//! Which forms of a program mention which.
//!
//! The forms of the closed files are numbered before those of the others, so that what is known of the closed ones among
//! themselves lasts while others are edited.

use std::ops::Range;

use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet};

use crate::db::{Db, SourceFile};
use crate::forms::Form;
use crate::program::{closed_files, load_graph};

use super::mentions::{Part, Seen, seen_forms};

/// Who defines each name, as numbers of forms.
#[derive(Clone, PartialEq, Eq, Debug, Default, salsa::SalsaValue)]
struct Owners {
    /// Each with the place of another one of the same name.
    all: Vec<(u32, Option<u32>)>,
    last: FxHashMap<u64, u32>,
}

impl Owners {
    fn with_capacity(names: usize) -> Self {
        Owners {
            all: Vec::with_capacity(names),
            last: FxHashMap::with_capacity_and_hasher(names, FxBuildHasher),
        }
    }

    fn add(&mut self, names: &[u64], form: u32) {
        for &name in names {
            let other = self.last.insert(name, self.all.len() as u32);
            self.all.push((form, other));
        }
    }

    fn of(&self, name: u64) -> impl Iterator<Item = u32> + '_ {
        let mut next = self.last.get(&name).copied();
        std::iter::from_fn(move || {
            let (owner, other) = self.all[next? as usize];
            next = other;
            Some(owner)
        })
    }
}

/// Some files of a program, by their places in it, each with the number of its first form.
#[derive(Clone, PartialEq, Eq, Debug, Default, salsa::SalsaValue)]
struct Numbered {
    files: Vec<(u32, u32)>,
    /// The number behind the last form.
    end: u32,
}

impl Numbered {
    /// Which of these files has a form, and the number of the form in it.
    fn find(&self, form: u32) -> (usize, u32) {
        let behind = self.files.partition_point(|(_, start)| *start <= form);
        (behind - 1, form - self.files[behind - 1].1)
    }

    /// The place of the file of a form.
    fn place(&self, form: u32) -> u32 {
        self.files[self.find(form).0].0
    }
}

/// Which forms of some files mention which.
#[derive(Clone, PartialEq, Eq, Debug, Default, salsa::SalsaValue)]
struct Uses<'db> {
    /// The forms, and what each of them is.
    forms: Vec<(Form<'db>, Part)>,
    /// Where those that a form mentions end.
    ends: Vec<u32>,
    used: Vec<u32>,
}

impl<'db> Uses<'db> {
    fn add(&mut self, it: Seen<'db>, used: impl Iterator<Item = u32>) {
        let start = self.used.len();
        self.used.extend(used);
        self.used[start..].sort_unstable();
        let mut end = start;
        for at in start..self.used.len() {
            if end == start || self.used[end - 1] != self.used[at] {
                self.used[end] = self.used[at];
                end += 1;
            }
        }
        self.used.truncate(end);
        self.ends.push(end as u32);
        self.forms.push((it.form(), it.part()));
    }

    /// The forms that one of these mentions.
    fn of(&self, form: u32) -> &[u32] {
        self.of_all(form..form + 1)
    }

    /// Those that these mention.
    fn of_all(&self, forms: Range<u32>) -> &[u32] {
        let before = |form: u32| form.checked_sub(1).map_or(0, |it| self.ends[it as usize]);
        &self.used[before(forms.start) as usize..before(forms.end) as usize]
    }
}

/// The closed files of a program among themselves.
#[derive(Clone, PartialEq, Eq, Debug, Default, salsa::SalsaValue)]
struct Closed<'db> {
    numbered: Numbered,
    owners: Owners,
    uses: Uses<'db>,
    /// Does something in a file act that is no load form?
    acts: Vec<bool>,
}

#[salsa::tracked(returns(ref))]
fn closed<'db>(db: &'db dyn Db, root: SourceFile) -> Closed<'db> {
    let seen = seen_forms(db, root);
    let files = load_graph(db, root).files.iter().copied().zip(0..);
    let mut numbered = Numbered::default();
    let mut acts = Vec::new();
    let mut forms: Vec<Seen<'db>> = Vec::new();
    for (file, place) in files.filter(|&(file, _)| seen.is_closed(file)) {
        let start = forms.len();
        numbered.files.push((place, start as u32));
        forms.extend(seen.of(file));
        let acting = forms[start..].iter().any(|it| it.acts());
        acts.push(acting || seen.is_misread(file));
    }
    numbered.end = forms.len() as u32;
    let mut owners = Owners::with_capacity(forms.iter().map(|it| it.names().len()).sum());
    for (it, number) in forms.iter().zip(0..) {
        owners.add(it.names(), number);
    }
    let mut uses = Uses::default();
    for it in forms {
        uses.add(it, it.mentions().iter().flat_map(|&name| owners.of(name)));
    }
    Closed {
        numbered,
        owners,
        uses,
        acts,
    }
}

/// The forms of the closed files, in the order of their numbers.
fn closed_forms<'db>(db: &'db dyn Db, root: SourceFile) -> Vec<Seen<'db>> {
    let seen = seen_forms(db, root);
    let files = closed_files(db, root);
    files.flat_map(|file| seen.of(file)).collect()
}

/// What closed files mention and do not define, each with a form that mentions it; sorted.
#[salsa::tracked(returns(ref))]
fn loose(db: &dyn Db, root: SourceFile) -> Vec<(u64, u32)> {
    let known = &closed(db, root).owners.last;
    let mut found = Vec::new();
    for (it, number) in closed_forms(db, root).into_iter().zip(0..) {
        let names = it.mentions().iter().copied();
        let names = names.filter(|name| !known.contains_key(name));
        found.extend(names.map(|name| (name, number)));
    }
    found.sort_unstable();
    found
}

/// The other files of a program, and who defines the names in them.
#[derive(Clone, PartialEq, Eq, Debug, Default, salsa::SalsaValue)]
struct Others {
    files: Vec<SourceFile>,
    numbered: Numbered,
    owners: Owners,
}

/// What changes less often than what the forms mention.
#[salsa::tracked(returns(ref))]
fn others(db: &dyn Db, root: SourceFile) -> Others {
    let seen = seen_forms(db, root);
    let mut found = Others::default();
    found.numbered.end = closed(db, root).numbered.end;
    let files = load_graph(db, root).files.iter().copied().zip(0..);
    for (file, place) in files.filter(|&(file, _)| !seen.is_closed(file)) {
        found.files.push(file);
        found.numbered.files.push((place, found.numbered.end));
        for it in seen.of(file) {
            let number = found.numbered.end;
            found.owners.add(it.names(), number);
            found.numbered.end += 1;
        }
    }
    found
}

/// The forms of closed files that mention forms of others, each with one that it mentions; sorted.
#[salsa::tracked(returns(ref))]
fn used_by_closed(db: &dyn Db, root: SourceFile) -> Vec<(u32, u32)> {
    let owners = &others(db, root).owners;
    let known = &closed(db, root).owners.last;
    let mut found = Vec::new();
    let mut add = |user, name| found.extend(owners.of(name).map(|owner| (user, owner)));
    let names = owners.last.keys().copied();
    let (twice, once): (FxHashSet<u64>, FxHashSet<u64>) =
        names.partition(|name| known.contains_key(name));
    for name in once {
        let loose = loose(db, root);
        let start = loose.partition_point(|(other, _)| *other < name);
        let same = loose[start..].iter();
        let same = same.take_while(|(other, _)| *other == name);
        same.for_each(|&(_, user)| add(user, name));
    }
    if !twice.is_empty() {
        for (it, user) in closed_forms(db, root).into_iter().zip(0..) {
            let names = it.mentions().iter().filter(|name| twice.contains(name));
            names.for_each(|&name| add(user, name));
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// Which forms of a program the forms of one of its other files mention.
#[salsa::tracked(returns(ref))]
fn uses<'db>(db: &'db dyn Db, root: SourceFile, file: SourceFile) -> Uses<'db> {
    let (closed, others) = (closed(db, root), others(db, root));
    let mut uses = Uses::default();
    for it in seen_forms(db, root).of(file) {
        let owners = |&name: &u64| closed.owners.of(name).chain(others.owners.of(name));
        uses.add(it, it.mentions().iter().flat_map(owners));
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
    let (closed, others) = (closed(db, root), others(db, root));
    let used_by_closed = used_by_closed(db, root);
    let own = others.files.iter().map(|&file| uses(db, root, file));
    let own: Vec<&Uses<'_>> = own.collect();
    let is_root = |(_, part): &(Form<'_>, Part)| match part {
        Part::Root => true,
        Part::Shown => shown,
        Part::Definition | Part::Load => false,
    };
    let forms = || {
        let own = own.iter().flat_map(|uses| &uses.forms);
        closed.uses.forms.iter().chain(own)
    };
    let mut reached: Vec<bool> = forms().map(is_root).collect();
    let mut work: Vec<u32> = (0..others.numbered.end)
        .filter(|&form| reached[form as usize])
        .collect();
    while let Some(form) = work.pop() {
        let (used, outside) = match form < closed.numbered.end {
            true => {
                let start = used_by_closed.partition_point(|(user, _)| *user < form);
                (closed.uses.of(form), &used_by_closed[start..])
            }
            false => {
                let (file, form) = others.numbered.find(form);
                (own[file].of(form), &[][..])
            }
        };
        let outside = outside.iter().take_while(|(user, _)| *user == form);
        for &used in used.iter().chain(outside.map(|(_, used)| used)) {
            if !std::mem::replace(&mut reached[used as usize], true) {
                work.push(used);
            }
        }
    }
    let all = forms().zip(reached);
    let is_unreached = |((_, part), reached): &(&(Form<'_>, Part), bool)| {
        !reached && matches!(part, Part::Definition | Part::Shown)
    };
    let unreached = all.filter(is_unreached);
    unreached.map(|((form, _), _)| *form).collect()
}

/// What a file does with others: most edits of its forms change nothing of that.
#[derive(Clone, PartialEq, Eq, Debug, Default, salsa::SalsaValue)]
pub(super) struct Reach {
    /// The place of the file in its program.
    pub(super) place: u32,
    /// The places of the files whose forms it mentions, in order.
    pub(super) files: Vec<u32>,
    /// Does something in it act that is no load form? What is wrong with a file is told where it is loaded.
    pub(super) acts: bool,
}

/// The places of the files of these forms, in order.
fn places(numbered: &Numbered, forms: &[u32]) -> Vec<u32> {
    let mut files: Vec<u32> = forms.iter().map(|&form| numbered.place(form)).collect();
    files.sort_unstable();
    files.dedup();
    files
}

/// The reach of each closed file of a program, as far as the closed ones.
#[salsa::tracked(returns(ref))]
fn closed_reach(db: &dyn Db, root: SourceFile) -> Vec<Reach> {
    let closed = closed(db, root);
    let files = &closed.numbered.files;
    let ends = files.iter().skip(1).map(|(_, start)| *start);
    let ends = ends.chain([closed.numbered.end]);
    let spans = files.iter().zip(ends).zip(&closed.acts);
    spans
        .map(|((&(place, start), end), &acts)| Reach {
            place,
            files: places(&closed.numbered, closed.uses.of_all(start..end)),
            acts,
        })
        .collect()
}

/// Each closed file of a program that mentions something of another one, with that one, as places.
#[salsa::tracked(returns(ref))]
pub(super) fn reached_by_closed(db: &dyn Db, root: SourceFile) -> Vec<(u32, u32)> {
    let (closed, others) = (closed(db, root), others(db, root));
    let uses = used_by_closed(db, root).iter();
    let places =
        uses.map(|&(user, used)| (closed.numbered.place(user), others.numbered.place(used)));
    let mut places: Vec<(u32, u32)> = places.collect();
    places.sort_unstable();
    places.dedup();
    places
}

/// The reach of another file.
#[salsa::tracked(returns(ref))]
fn other_reach(db: &dyn Db, root: SourceFile, file: SourceFile) -> Reach {
    let (closed, others) = (closed(db, root), others(db, root));
    let seen = seen_forms(db, root);
    let at = others.files.iter().position(|&other| other == file);
    let uses = uses(db, root, file);
    let (inside, outside): (Vec<u32>, Vec<u32>) = uses
        .used
        .iter()
        .partition(|&&used| used < closed.numbered.end);
    let mut files = places(&closed.numbered, &inside);
    files.extend(places(&others.numbered, &outside));
    files.sort_unstable();
    Reach {
        place: at.map_or(0, |at| others.numbered.files[at].0),
        files,
        acts: seen.is_misread(file) || seen.of(file).any(|it| it.acts()),
    }
}

/// The reach of each file of a program; that of closed ones as far as the closed ones ([`reached_by_closed`]).
pub(super) fn reach(db: &dyn Db, root: SourceFile) -> impl Iterator<Item = &Reach> {
    let others = others(db, root).files.iter();
    let others = others.map(move |&file| other_reach(db, root, file));
    closed_reach(db, root).iter().chain(others)
}
