//! The operating system's half of the kernel: channels over pipes, waiting for descriptors.

mod pipe;
mod waiting;

pub(crate) use waiting::DESCRIPTORS;

use crate::kernel::KernelFn;

/// The natives of this module: name, how they take their arguments, code.
pub(crate) fn verbs() -> impl Iterator<Item = &'static (&'static str, &'static str, KernelFn)> {
    pipe::VERBS.iter()
}
