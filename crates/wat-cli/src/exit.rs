//! Exit statuses.

/// Success.
pub(crate) const SUCCESS: i32 = 0;
/// The answer is negative.
pub(crate) const NEGATIVE: i32 = 1;
/// The program does not start.
pub(crate) const START: i32 = 3;
/// `:user::main` is missing or of the wrong type.
pub(crate) const ENTRY: i32 = 4;
/// No test was selected.
pub(crate) const NOTHING: i32 = 5;
/// Wrong command line.
pub(crate) const USAGE: i32 = 64;
/// The input is not readable as wat.
pub(crate) const NOT_WAT: i32 = 65;
/// An input file is missing or unreadable.
pub(crate) const NO_INPUT: i32 = 66;
/// A defect of the tool.
pub(crate) const INTERNAL: i32 = 70;
/// Input or output failed.
pub(crate) const IO: i32 = 74;
/// The project file is a bad one.
pub(crate) const BAD_PROJECT: i32 = 78;
/// Standard output was closed.
pub(crate) const CLOSED: i32 = 141;
/// Permission or policy forbids it.
pub(crate) const DENIED: i32 = 77;
/// Output cannot be created.
pub(crate) const CANNOT_CREATE: i32 = 73;
