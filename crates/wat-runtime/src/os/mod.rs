//! The operating system's half of the kernel: channels over pipes, waiting for descriptors, processes, signals.

mod bracket;
mod collect;
mod forward;
mod pipe;
mod process;
mod signals;
mod waiting;

pub(crate) use collect::Collected;
#[cfg(any(test, feature = "measure"))]
pub(crate) use pipe::ends;
pub(crate) use waiting::{DESCRIPTORS, prepare};

use crate::kernel::KernelFn;

/// The natives of this module: name, how they take their arguments, code.
pub(crate) fn verbs() -> impl Iterator<Item = &'static (&'static str, &'static str, KernelFn)> {
    let tables = [bracket::VERBS, pipe::VERBS, process::VERBS, signals::VERBS];
    tables.into_iter().flatten()
}
