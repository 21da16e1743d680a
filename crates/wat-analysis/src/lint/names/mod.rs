//! Names: how they are spelled, and types that have one (chapter 10 §7.2, WAT71xx).

pub(super) mod aliases;
pub(crate) mod case;
mod spelling;

use super::Lint;

pub(super) fn check(lint: &mut Lint<'_, '_>) {
    spelling::check(lint);
    aliases::check(lint);
}
