//! Files that a program loads and the database does not have.

use std::collections::HashSet;
use std::sync::Arc;

use wat_analysis::{Db, SourceFile, load_targets};

/// Paths of the load forms that `file` reaches, directly or through other files, and that are not in the database. In the order
/// of the load forms, each once.
pub fn missing_loads(db: &dyn Db, file: SourceFile) -> Vec<Arc<str>> {
    let mut missing = Vec::new();
    let mut seen_paths = HashSet::new();
    let mut seen = HashSet::from([file]);
    let mut open = vec![file];
    while let Some(file) = open.pop() {
        for target in load_targets(db, file).iter() {
            match target.file {
                Some(next) if seen.insert(next) => open.push(next),
                Some(_) => {}
                None if seen_paths.insert(target.path.clone()) => missing.push(target.path.clone()),
                None => {}
            }
        }
    }
    missing
}
