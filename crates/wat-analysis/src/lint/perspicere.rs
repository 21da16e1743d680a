//! Types that a reader has to take apart (chapter 10 §7.2, WAT72xx).

mod duplicate;
mod recurring;

use crate::db::{Db, Project, SourceFile};
use crate::diagnostics::Diagnostic;
use crate::problem::Problem;

use super::Lint;

pub(super) fn check(lint: &mut Lint<'_, '_>) {
    type_depth(lint);
}

pub(super) fn in_file(
    db: &dyn Db,
    root: SourceFile,
    file: SourceFile,
    found: &mut Vec<Diagnostic>,
) {
    recurring::in_file(db, root, file, found);
    duplicate::in_file(db, root, file, found);
}

/// WAT7201.
fn type_depth(lint: &mut Lint<'_, '_>) {
    let limit = Project::get(lint.db).options(lint.db).thresholds.type_depth;
    for written in lint.types() {
        let parts = written.parts();
        let Some(whole) = parts.first().filter(|whole| whole.depth > limit) else {
            continue;
        };
        if lint.type_of(&written, whole).is_none() {
            continue;
        }
        let message = format!("the type nests {} deep, more than {limit}", whole.depth);
        let problem = Problem::new(7201, written.place(whole), message)
            .label("a reader has to take it apart")
            .help("name a part of it by `:wat::core::typealias`, or make it a struct");
        lint.tell(problem);
    }
}
