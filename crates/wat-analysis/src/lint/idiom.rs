//! TODO

use super::Lint;

pub(super) fn check(_lint: &mut Lint<'_, '_>) {}
