//! What threads share by, for the parts of the kernel that the models of `models/` explore: loom has its own of it.

pub(super) use std::{hint, sync::atomic, thread};
