//! What is known of the files that nobody edits, together.
//!
//! A program has thousands of files, and most of them lie on disk while one is edited. Who asks each of them by itself
//! looks at each answer again with every edit. So what is asked of all files of a program is asked of the closed ones at
//! once: that answer lasts as long as their texts do, and an edit looks at it once. Open files are asked one by one.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::db::{Db, FileKind, FileSet, SourceFile};

/// The files of the project.
#[derive(Clone, PartialEq, Eq, Debug, Default, salsa::SalsaValue)]
pub(crate) struct PartedFiles {
    /// In path order.
    pub(crate) all: Vec<SourceFile>,
    pub(crate) open: Vec<SourceFile>,
    closed: FxHashSet<SourceFile>,
}

impl PartedFiles {
    pub(crate) fn is_closed(&self, file: SourceFile) -> bool {
        self.closed.contains(&file)
    }

    /// The closed ones, in path order.
    pub(crate) fn closed(&self) -> impl Iterator<Item = SourceFile> + '_ {
        let all = self.all.iter().copied();
        all.filter(|&file| self.is_closed(file))
    }
}

#[salsa::tracked(returns(ref))]
pub(crate) fn parted_files(db: &dyn Db) -> PartedFiles {
    let mut parted = PartedFiles::default();
    for &file in FileSet::get(db).files(db).values() {
        match file.kind(db) {
            FileKind::Open => parted.open.push(file),
            FileKind::Disk => {
                parted.closed.insert(file);
            }
            _ => continue,
        }
        parted.all.push(file);
    }
    parted
}

/// An answer about each closed file.
pub(crate) type OfClosed<T> = FxHashMap<SourceFile, Arc<T>>;

/// The answers of a query about each closed file of the project.
pub(crate) fn of_closed<'db, T: 'db>(
    db: &'db dyn Db,
    one: impl Fn(&'db dyn Db, SourceFile) -> &'db Arc<T>,
) -> OfClosed<T> {
    let closed = parted_files(db).closed();
    closed.map(|file| (file, one(db, file).clone())).collect()
}

/// The answers of a query about files: at hand of closed ones, asked for of others.
pub(crate) struct OfFiles<'db, T> {
    db: &'db dyn Db,
    closed: &'db OfClosed<T>,
    one: fn(&'db dyn Db, SourceFile) -> &'db Arc<T>,
}

impl<'db, T> OfFiles<'db, T> {
    pub(crate) fn new(
        db: &'db dyn Db,
        closed: &'db OfClosed<T>,
        one: fn(&'db dyn Db, SourceFile) -> &'db Arc<T>,
    ) -> Self {
        OfFiles { db, closed, one }
    }

    pub(crate) fn of(&self, file: SourceFile) -> &'db T {
        let one = || (self.one)(self.db, file);
        self.closed.get(&file).unwrap_or_else(one)
    }

    pub(crate) fn is_closed(&self, file: SourceFile) -> bool {
        self.closed.contains_key(&file)
    }
}
