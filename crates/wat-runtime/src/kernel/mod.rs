//! The kernel in memory: threads, channels, `select`, timers, brackets.
//!
//! Ends of channels that are no memory implement [`Source`] and [`Sink`]; who waits for their descriptors implements
//! [`Waiting`].
//!
//! Nothing here blocks but on a [`Bell`]. What threads share is immutable, atomic, or behind a [`Turn`].

mod bell;
mod bracket;
mod channel;
mod channels;
mod context;
mod died;
mod endpoint;
mod fork;
#[cfg(any(test, feature = "measure"))]
pub mod measure;
mod pool;
mod ring;
mod select;
mod sync;
mod task;
mod thread;
mod timer;
mod turn;

pub use bell::{Bell, Rung};
pub(crate) use bracket::{
    Given, again, all_or_death, died, each_result, limit, release_results, stopped,
};
pub(crate) use channels::{receive, receiver, send_to, sender};
pub use context::{Context, KernelFn, WaitSet, Waiting};
pub(crate) use context::{begin_death, end_death};
pub use endpoint::{Outcome, Receiver, Refused, Sender, Sink, Source, WaitsOn};
pub(crate) use select::{Selector, choose};
pub use task::{Kernel, Task};
pub(crate) use thread::{apply, apply_plain, sibling};
pub use turn::{Turn, TurnGuard};

use std::sync::Arc;
use wat_value::Death;

/// Deaths in causal order, the nearest first.
pub type Chain = Arc<[Death]>;

/// The natives of this module: name, how they take their arguments, code.
pub(crate) fn verbs() -> impl Iterator<Item = &'static (&'static str, &'static str, KernelFn)> {
    let tables = [
        bracket::VERBS,
        channels::VERBS,
        died::VERBS,
        pool::VERBS,
        select::VERBS,
        thread::VERBS,
        timer::VERBS,
    ];
    tables.into_iter().flatten()
}
