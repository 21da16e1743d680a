//! Files that are loaded in vain.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::db::{Db, SourceFile};
use crate::loads::load_results;
use crate::program::load_graph;

use super::mentions::{misread, owners, uses};

/// What a file does with others: most edits of its forms change nothing of that.
#[derive(Clone, PartialEq, Eq, Debug, salsa::SalsaValue)]
struct Reach {
    /// The places of the files whose forms it mentions, in order.
    files: Vec<u32>,
    /// Does a form of it act that is no load form? What is wrong with a file is told where it is loaded.
    acts: bool,
}

#[salsa::tracked(returns(ref))]
fn reach(db: &dyn Db, root: SourceFile, file: SourceFile) -> Reach {
    let owners = owners(db, root);
    let uses = uses(db, root, file);
    let used = uses.used.iter();
    let mut files: Vec<u32> = used.map(|&used| owners.file_of(used) as u32).collect();
    files.sort_unstable();
    files.dedup();
    Reach {
        files,
        acts: uses.acts || !misread(db, file).is_empty(),
    }
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
    let (mut reached, mut users) = (FileSets::new(files.len()), FileSets::new(files.len()));
    let mut acts = Vec::new();
    for (at, &file) in files.iter().enumerate() {
        let reach = reach(db, root, file);
        acts.push(reach.acts);
        for &used in &reach.files {
            users.insert(used as usize, at);
        }
    }
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
