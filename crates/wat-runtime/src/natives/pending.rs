//! The natives that the library declares and this machine does not have yet. The list only shrinks: a test fails when
//! a name on it is implemented, or is declared no more, and when a declared native is neither here nor implemented.
//! The forms of the kernel that no signature describes stand here under their own paths.

/// Sorted.
pub(crate) const PENDING: &[&str] = &[];
