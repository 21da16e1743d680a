//! The pairs, by what they use.

mod forks;
pub(crate) mod memory;
mod pipes;
mod rings;

pub use crate::table::{Cost, timed};
pub use forks::forks;
pub use memory::memory;
pub use pipes::pipes;
pub use rings::rings;
