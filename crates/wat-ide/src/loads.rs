//! Files that a program loads and the database does not have.

use std::collections::HashSet;
use std::sync::Arc;

use wat_analysis::{Db, SourceFile, load_targets, payload_targets};

/// What a host has to look for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MissingLoads {
    /// Paths of sources.
    pub files: Vec<Arc<str>>,
    /// Paths of files that hold digests, signatures or keys.
    pub payloads: Vec<Arc<str>>,
}

/// What `file` asks for, directly or through other sources, and the host has neither given nor refused. In the order of
/// the load forms, each once.
pub fn missing_loads(db: &dyn Db, file: SourceFile) -> MissingLoads {
    let mut missing = MissingLoads::default();
    let mut seen_paths = HashSet::new();
    let mut seen = HashSet::from([file]);
    let mut open = vec![file];
    while let Some(file) = open.pop() {
        for target in load_targets(db, file) {
            match target.file {
                Some(next) if seen.insert(next) => open.push(next),
                Some(_) => {}
                None if !target.refused && seen_paths.insert(target.path.clone()) => {
                    missing.files.push(target.path);
                }
                None => {}
            }
        }
        for path in payload_targets(db, file) {
            if !missing.payloads.contains(&path) {
                missing.payloads.push(path);
            }
        }
    }
    missing
}
