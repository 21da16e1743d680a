//! Files that are loaded in vain.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::db::{Db, SourceFile};
use crate::loads::all_loads;
use crate::program::load_graph;

use super::graph::{reach, reached_by_closed};

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
    let mut acts = vec![false; files.len()];
    for reach in reach(db, root) {
        acts[reach.place as usize] = reach.acts;
        for &used in &reach.files {
            users.insert(used as usize, reach.place as usize);
        }
    }
    for &(user, used) in reached_by_closed(db, root) {
        users.insert(used as usize, user as usize);
    }
    let loads = all_loads(db);
    let mut idle = FxHashSet::default();
    // A file comes after what it loads.
    for (at, &file) in files.iter().enumerate() {
        reached.insert(at, at);
        let targets = loads.of(file).iter();
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
