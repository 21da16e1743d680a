//! The parts of the kernel that threads share without a lock, explored by loom: every order of their steps, as far as
//! the memory model and the bound on preemptions go.
//!
//! The sources are those of `wat-runtime`; what they share by is loom's. What a thread does around them is written here
//! as `channels.rs` and `context.rs` do it, without what concerns stopping and time. A thread that is never woken is a
//! deadlock, which loom reports.
#![cfg(all(loom, test))]
#![allow(dead_code)]

#[path = "../../src/kernel/bell.rs"]
mod bell;
#[path = "../../src/kernel/channel.rs"]
mod channel;
#[path = "../../src/kernel/ring.rs"]
mod ring;
#[path = "../../src/kernel/turn.rs"]
mod turn;

mod models;

use std::sync::Arc;
use wat_value::Death;

/// As in the kernel.
type Chain = Arc<[Death]>;

mod atomic;

mod sync {
    pub(super) use super::atomic;
    pub(super) use loom::hint;

    pub(super) mod thread {
        pub(crate) use loom::thread::{Thread, current, park, yield_now};

        /// Time does not pass in a model.
        pub(crate) fn park_timeout(_: std::time::Duration) {
            park();
        }
    }
}

mod task {
    /// A kernel that sees no deadlocks: loom does.
    pub struct Kernel;

    impl Kernel {
        pub(super) fn tick(&self) -> u64 {
            0
        }

        pub(super) fn block(&self) -> bool {
            false
        }

        pub(super) fn unblock(&self) {}

        pub(super) fn is_dead(&self) -> bool {
            false
        }
    }
}
