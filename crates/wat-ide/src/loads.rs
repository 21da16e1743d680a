//! Files that a program loads and the database does not have.

use std::collections::HashSet;
use std::sync::Arc;

use wat_analysis::{Db, SourceFile, load_wants};

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
        let wants = load_wants(db, file);
        open.extend(wants.sources.iter().filter(|&&next| seen.insert(next)));
        for path in &wants.files {
            if seen_paths.insert(path.clone()) {
                missing.files.push(path.clone());
            }
        }
        for path in &wants.payloads {
            if !missing.payloads.contains(path) {
                missing.payloads.push(path.clone());
            }
        }
    }
    missing
}
