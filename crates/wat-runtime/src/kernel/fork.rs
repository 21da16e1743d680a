//! Children that go on in the world of their parent: its code and its values are theirs, its threads are not.
//!
//! Code is made and threads are counted by whoever has the turn. The thread that forks takes both turns first, so that
//! the child finds nothing half done, and gives them back on both sides.

use super::context::Context;
use super::thread::sibling;
use crate::vm::Vm;
use std::io;
use wat_kernel::{ChildIo, Fork, Forked};

impl Context<'_> {
    /// Forks a child that does `work` with a machine of its own, and ends with the status that `work` returns.
    ///
    /// # Errors
    /// A pipe or the child cannot be made; the error names the call.
    pub(crate) fn fork(
        &mut self,
        fork: Fork,
        work: impl FnOnce(&mut Vm, ChildIo) -> i32,
    ) -> io::Result<Forked> {
        let task = self.task().clone();
        let host = self.host().forked();
        let world = self.vm().world.clone();
        let mut held = Some((world.linking(), world.kernel.hold()));
        fork.run(|io| {
            if let Some((linking, held)) = held.take() {
                held.leave_alone(&task);
                drop(linking);
            }
            let kernel = world.kernel.clone();
            let _obeys = wat_kernel::process::on_shutdown(move || kernel.stop());
            let mut vm = sibling(self, task);
            vm.host = host;
            work(&mut vm, io)
        })
    }
}
