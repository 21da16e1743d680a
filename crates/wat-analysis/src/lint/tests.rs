//! TODO

use crate::db::{Db, SourceFile};
use crate::diagnostics::Diagnostic;

use super::Lint;

pub(super) fn check(_lint: &mut Lint<'_, '_>) {}

pub(super) fn in_file(
    _db: &dyn Db,
    _root: SourceFile,
    _file: SourceFile,
    _found: &mut Vec<Diagnostic>,
) {
}
