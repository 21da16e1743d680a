//! What the natives of channels and `select` do, without the code around them: for the benchmark of the kernel
//! and for tests of many threads.

use super::channels::{receive, send_to};
use super::context::Context;
use super::endpoint::{Outcome, Receiver, Sender, channel};
use super::select::choose;
use super::task::Task;
use super::thread::sibling;
use crate::vm::Vm;
use crate::world::World;
use crate::{Host, Limits, Program};
use std::io;
use std::sync::Arc;
use wat_ir::Function;
use wat_kernel::Fd;
use wat_value::{Desc, Repr, scalar};

/// A program without code.
struct Empty;

impl Program for Empty {
    fn function(&self, _: &str) -> Option<Arc<Function>> {
        None
    }

    fn value(&self, _: &str) -> Option<Arc<Function>> {
        None
    }
}

struct Silent;

impl Host for Silent {
    fn share(&self) -> Box<dyn Host> {
        Box::new(Silent)
    }

    fn stdout(&mut self, _: &[u8]) -> io::Result<()> {
        Ok(())
    }

    fn stderr(&mut self, _: &[u8]) -> io::Result<()> {
        Ok(())
    }
}

/// A thread of a program. It is made by another one, and used by the thread that it is given to.
pub struct Worker {
    vm: Vm,
}

// SAFETY: the machine holds no reference that is not counted atomically, and has one user.
unsafe impl Send for Worker {}

fn item() -> &'static Desc {
    scalar(Repr::I64)
}

/// The two ends of a channel in memory, of integers.
pub fn in_memory(capacity: usize) -> (Sender, Receiver) {
    channel(item(), capacity)
}

/// The two ends of a channel over these ends of a pipe.
///
/// # Errors
/// The system refuses to change the end to write to.
pub fn over_pipe(writer: Fd, reader: Fd) -> io::Result<(Sender, Receiver)> {
    crate::os::ends(writer, reader)
}

/// Ends a channel: its receiver gets what is queued, and then its end.
pub fn close(to: &Sender) {
    to.close();
}

impl Worker {
    /// The first thread of a program.
    pub fn first() -> Worker {
        let world = Arc::new(World::new(Box::new(Empty)));
        world.kernel.set_waiting(&crate::os::DESCRIPTORS);
        let task = Task::main(&world.kernel);
        Worker {
            vm: Vm::new(world, Box::new(Silent), Limits::default(), task),
        }
    }

    /// Another thread of the same program.
    pub fn another(&mut self) -> Worker {
        wat_value::share();
        let task = Task::start(&self.vm.world.kernel, "worker".into());
        Worker {
            vm: sibling(&mut Context::new(&mut self.vm), task),
        }
    }

    /// Sends a value; whether it was sent.
    pub fn send(&mut self, to: &Sender, value: i64) -> bool {
        let sent = send_to(&mut Context::new(&mut self.vm), to, item(), value as u64);
        matches!(sent, Ok(Ok(())))
    }

    /// Receives a value; nothing at the end.
    pub fn receive(&mut self, from: &Receiver) -> Option<i64> {
        match receive(&mut Context::new(&mut self.vm), from, item(), None) {
            Ok(Some(Outcome::Value(value))) => Some(value as i64),
            _ => None,
        }
    }

    /// Takes a value of any of these receivers; nothing if the one that is ready has ended.
    pub fn select(&mut self, from: &[&Receiver]) -> Option<(usize, i64)> {
        match choose(&mut Context::new(&mut self.vm), from, item(), None) {
            Ok(Some((index, Outcome::Value(value)))) => Some((index as usize, value as i64)),
            _ => None,
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.vm.task.end();
    }
}

#[cfg(test)]
mod tests {
    use super::{Context, Worker, choose, close, in_memory, item, over_pipe};
    use crate::{Receiver, Sender};
    use std::os::fd::IntoRawFd;
    use std::os::unix::net::UnixStream;
    use std::time::{Duration, Instant};
    use wat_kernel::{Exit, Fd, Fork, pipe};

    /// Waits for three pipes in vain, so that the wait set sleeps; then sends to one after the other and selects.
    fn select_over_pipes(here: &mut Worker) -> bool {
        let ends: Vec<(Sender, Receiver)> = (0..3)
            .map(|_| {
                let (writer, reader) = pipe().expect("a pipe");
                over_pipe(writer, reader).expect("a channel")
            })
            .collect();
        let from: Vec<&Receiver> = ends.iter().map(|end| &end.1).collect();
        let until = Some(Instant::now() + Duration::from_millis(1));
        let waited = choose(&mut Context::new(&mut here.vm), &from, item(), until);
        assert!(matches!(waited, Ok(None)));
        (0..6).all(|at| here.send(&ends[at % 3].0, 7) && here.select(&from) == Some((at % 3, 7)))
    }

    #[test]
    fn a_child_selects_with_a_wait_set_of_its_own() {
        let mut here = Worker::first();
        assert!(select_over_pipes(&mut here));
        let forked = Fork::new()
            .run(|_| i32::from(!select_over_pipes(&mut here)))
            .expect("a child");
        assert_eq!(forked.child.wait().expect("it ends"), Exit::Code(0));
        assert!(select_over_pipes(&mut here));
    }

    /// Both ends of a connection, as the ends of a pipe.
    fn socket() -> (Fd, Fd) {
        let (ours, theirs) = UnixStream::pair().expect("a socket");
        // SAFETY: the descriptors are open, and nobody else's any more.
        let fd = |end: UnixStream| unsafe { Fd::from_raw(end.into_raw_fd()) }.expect("it is open");
        (fd(ours), fd(theirs))
    }

    #[test]
    fn sockets_are_arms_beside_pipes_and_memory() {
        let mut here = Worker::first();
        let over = |(writer, reader)| over_pipe(writer, reader).expect("a channel");
        let ends = [
            in_memory(1),
            over(pipe().expect("a pipe")),
            over(socket()),
            over(socket()),
        ];
        let from: Vec<&Receiver> = ends.iter().map(|end| &end.1).collect();
        for round in 0..8 {
            let until = Some(Instant::now() + Duration::from_millis(1));
            let waited = choose(&mut Context::new(&mut here.vm), &from, item(), until);
            assert!(matches!(waited, Ok(None)), "nothing was sent");
            let at = round % ends.len();
            assert!(here.send(&ends[at].0, 7));
            assert_eq!(here.select(&from), Some((at, 7)));
        }
        // Who closes its end is told, once the values before it have been taken.
        assert!(here.send(&ends[2].0, 9));
        close(&ends[2].0);
        assert_eq!(here.select(&from), Some((2, 9)));
        assert_eq!(here.select(&from), None);
    }

    /// Every thread waits often, for room as for values; each wake that is lost would be a hang.
    #[test]
    fn senders_and_receivers_that_outnumber_the_room_all_come_through() {
        const EACH: i64 = 5_000;
        for capacity in [0, 1, 2, 5] {
            let mut first = Worker::first();
            let (to, from) = in_memory(capacity);
            let (to, from) = (&to, &from);
            let total: i64 = std::thread::scope(|scope| {
                let receivers: Vec<_> = (0..3)
                    .map(|_| {
                        let mut worker = first.another();
                        scope
                            .spawn(move || std::iter::from_fn(|| worker.receive(from)).sum::<i64>())
                    })
                    .collect();
                let senders: Vec<_> = (0..4)
                    .map(|_| {
                        let mut worker = first.another();
                        scope.spawn(move || assert!((1..=EACH).all(|one| worker.send(to, one))))
                    })
                    .collect();
                for sender in senders {
                    sender.join().expect("it has sent everything");
                }
                close(to);
                receivers
                    .into_iter()
                    .map(|receiver| receiver.join().expect("it does not panic"))
                    .sum()
            });
            assert_eq!(total, 4 * EACH * (EACH + 1) / 2, "capacity {capacity}");
        }
    }

    #[test]
    fn a_sender_that_waits_for_room_is_told_that_the_receiver_ends() {
        for capacity in [0, 1] {
            let mut first = Worker::first();
            let (to, from) = in_memory(capacity);
            let (to, from) = (&to, &from);
            std::thread::scope(|scope| {
                let mut worker = first.another();
                let sent = scope.spawn(move || (0..).find(|_| !worker.send(to, 1)));
                assert_eq!(first.receive(from), Some(1));
                super::super::channels::close(from);
                assert!(sent.join().expect("it does not panic").is_some());
                assert_eq!(first.receive(from), None);
            });
        }
    }
}
