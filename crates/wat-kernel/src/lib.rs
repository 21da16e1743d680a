//! The operating system as programs see it: descriptors, pipes, forked children and their ends.
//!
//! Invariants: this crate must never know the analysis or the server. One function forks; nothing here executes another
//! image. Descriptors are close-on-exec from birth and numbered above the standard streams. What acts when it is
//! released (descriptors, children) acts only in the process that made it. There is no lock: what threads share is
//! atomic.
//!
//! ```
//! use wat_kernel::{Exit, Fork};
//! let forked = Fork::new().run(|_| {
//!     wat_kernel::stdout().write_all(b"hello").expect("the pipe is open");
//!     7
//! })?;
//! let end = forked.collect(b"", None)?;
//! assert_eq!((end.stdout.as_slice(), end.exit), (&b"hello"[..], Some(Exit::Code(7))));
//! # Ok::<(), std::io::Error>(())
//! ```
#![allow(unsafe_code)]

mod child;
pub mod doctor;
mod fd;
mod files;
mod fork;
mod generation;
mod grace;
mod hooks;
pub mod memory;
mod orphans;
mod patience;
mod poll;
pub mod process;
mod registry;
mod requests;
mod supervise;
pub mod thread;
mod usage;
mod wait;

/// The signal that asks a process to end.
pub const SIGTERM: i32 = libc::SIGTERM;
/// The signal that ends a process.
pub const SIGKILL: i32 = libc::SIGKILL;

pub use child::{Child, Exit};
pub use fd::{Borrowed, Fd, Watched, has_opened, pipe, stderr, stdin, stdout};
pub use files::{Temporary, append_file, create_file, list_directory, open_file};
pub use fork::{BranchCall, ChildIo, Collected, Fork, Forked, Nursery, branch_calls};
pub use generation::{Generation, is_forked};
pub use orphans::{adopt_orphans, end_orphans};
pub use patience::Patience;
pub use poll::{Arms, End, Interest, Ready, ends, open_descriptors, poll, poll_pair};
pub use registry::{has_forked, live_children};
pub use supervise::{Supervisor, supervise};
pub use usage::{ProcessCount, Usage, count_processes, usage_of_children};
pub use wait::{Backend, Doorbell, WaitSet, poll_reason, select_backend};
