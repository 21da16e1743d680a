//! The machine: typed IR to register code, and the loop that runs it.
//!
//! Invariants: this crate must never know salsa, nor how sources are found; what it wants of the operating system it
//! gets from `wat-kernel`. It asks its [`Program`] for IR when a function is first called, and its [`Host`] for output. Frames live on one region of memory, never on the Rust
//! stack; after a failure or an interrupt the machine can be used again and has leaked nothing.
//!
//! ```
//! # use std::{io, sync::Arc};
//! # use wat_runtime::{Host, Limits, Machine, Program};
//! struct Text(Vec<Arc<wat_ir::Function>>);
//! impl Program for Text {
//!     fn function(&self, name: &str) -> Option<Arc<wat_ir::Function>> {
//!         self.0.iter().find(|f| &*f.name == name).cloned()
//!     }
//!     fn value(&self, _: &str) -> Option<Arc<wat_ir::Function>> {
//!         None
//!     }
//! }
//! struct Silent;
//! impl Host for Silent {
//!     fn share(&self) -> Box<dyn Host> {
//!         Box::new(Silent)
//!     }
//!     fn stdout(&mut self, _: &[u8]) -> io::Result<()> {
//!         Ok(())
//!     }
//!     fn stderr(&mut self, _: &[u8]) -> io::Result<()> {
//!         Ok(())
//!     }
//! }
//! let text = "fn :my::answer types=0 captures=0 params=0 at=0 -> i64 {
//!     local %0 \"\" i64
//!     %0 @0 = native :wat::core::i64::*'2 (6, 7)
//!     yield %0
//! }";
//! let program = Text(wat_ir::parse(text).unwrap().into_iter().map(Arc::new).collect());
//! let mut machine = Machine::new(program, Silent, Limits::default());
//! assert_eq!(machine.call(":my::answer").unwrap().render(), "42");
//! ```
#![allow(unsafe_code)]

mod caught;
#[cfg(debug_assertions)]
mod check;
mod code;
mod compile;
mod compiler;
mod disassemble;
mod evaluate;
mod exec;
mod failure;
mod image;
mod kernel;
mod launch;
mod machine;
mod natives;
mod observe;
mod operation;
mod os;
mod settings;
mod stack;
mod stream;
mod table;
mod vm;
mod world;

pub use caught::{Described, DescribedFrame};
pub use compiler::{Compiler, Data, Question, Reduced, Refusal};
pub use failure::{Failure, FailureKind, TraceFrame};
pub use image::Image;
#[cfg(any(test, feature = "measure"))]
pub use kernel::measure;
pub use kernel::{
    Bell, Chain, Context, Kernel, KernelFn, Outcome, Receiver, Refused, Rung, Sender, Sink, Source,
    Task, Turn, TurnGuard, WaitSet, Waiting, WaitsOn,
};
pub use launch::{Ended, Launcher, Output, Prepared, Scope, Streams, Unchecked};
pub use machine::{
    Host, InterruptHandle, Limits, Machine, Program, SourceError, is_pending, native_names,
    pending_names,
};
pub use natives::{
    PropertyCase, PropertyNews, PropertyOutcome, Shrinker, property_outcome, replay_property,
    seed_properties, watch_properties,
};
pub use observe::Observer;
pub use settings::Settings;
pub use stream::{MAX_FRAME_BYTES, Reader, reason as system_reason};
pub use wat_value::{Compared, Value, live_objects};
