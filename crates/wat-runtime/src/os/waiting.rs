//! How threads wait for descriptors and for their bell at once: the bell gets a doorbell, which is a descriptor too.

use crate::kernel::{Bell, WaitSet, Waiting};
use std::cell::RefCell;
use std::io;
use std::sync::{Arc, Weak};
use std::time::Instant;
use wat_kernel::{Doorbell, Watched};

/// Waits with the wait sets of `wat-kernel`.
pub(crate) struct Descriptors;

pub(crate) static DESCRIPTORS: Descriptors = Descriptors;

impl Waiting for Descriptors {
    fn wait(&self, fd: i32, bell: &Arc<Bell>, until: Option<Instant>) -> io::Result<bool> {
        wat_kernel::process::attend();
        let doorbell = doorbell_of(bell);
        let own = doorbell.descriptor()?;
        if !bell.leave() {
            // Who has called looks whether it was rung.
            return Ok(false);
        }
        let ready = wat_kernel::poll_pair([fd, own], until);
        bell.come_back();
        let [is_readable, is_rung] = ready?;
        if is_rung {
            // As below.
            doorbell.absorb();
        }
        Ok(is_readable)
    }

    fn wait_set(&self, capacity: usize) -> Box<dyn WaitSet> {
        Box::new(Set {
            capacity,
            set: wat_kernel::WaitSet::new(capacity),
        })
    }
}

struct Set {
    capacity: usize,
    set: wat_kernel::WaitSet,
}

impl WaitSet for Set {
    fn backend(&self) -> &'static str {
        self.set.backend().name()
    }

    fn capacity(&self) -> usize {
        self.set.capacity()
    }

    fn wait(
        &mut self,
        fds: &mut Vec<Watched>,
        bell: &Arc<Bell>,
        until: Option<Instant>,
    ) -> io::Result<Vec<usize>> {
        if !self.set.is_ours() {
            self.set = wat_kernel::WaitSet::new(self.capacity);
        }
        wait(&mut self.set, fds, bell, until)
    }

    fn look(&mut self, fds: &mut Vec<Watched>, bell: &Arc<Bell>) -> io::Result<Vec<usize>> {
        if !self.set.is_ours() {
            self.set = wat_kernel::WaitSet::new(self.capacity);
        }
        // The bell is among them as it is in a wait, whose registrations these are.
        fds.push(doorbell_of(bell).watched()?);
        let ready = self.set.look(fds);
        fds.pop();
        let mut ready = ready?;
        ready.pop_if(|last| *last == fds.len());
        Ok(ready)
    }
}

thread_local! {
    /// The doorbell of the bell that this thread waits on.
    static DOORBELL: RefCell<Option<(Weak<Bell>, Arc<Doorbell>)>> = const { RefCell::new(None) };
}

fn doorbell_of(bell: &Arc<Bell>) -> Arc<Doorbell> {
    DOORBELL.with(|place| {
        let mut place = place.borrow_mut();
        if let Some((known, doorbell)) = &*place
            && std::ptr::eq(known.as_ptr(), Arc::as_ptr(bell))
        {
            return doorbell.clone();
        }
        let doorbell = Arc::new(Doorbell::new());
        let door = doorbell.clone();
        bell.set_door(Box::new(move || door.ring()));
        *place = Some((Arc::downgrade(bell), doorbell.clone()));
        doorbell
    })
}

/// Opens the descriptor that wakes this thread out of a wait, which is kept from the first wait on.
pub(crate) fn prepare(bell: &Arc<Bell>) -> io::Result<()> {
    doorbell_of(bell).descriptor().map(drop)
}

fn wait(
    set: &mut wat_kernel::WaitSet,
    fds: &mut Vec<Watched>,
    bell: &Arc<Bell>,
    until: Option<Instant>,
) -> io::Result<Vec<usize>> {
    wat_kernel::process::attend();
    let doorbell = doorbell_of(bell);
    let own = doorbell.watched()?;
    if !bell.leave() {
        // Who has called looks whether it was rung.
        return Ok(Vec::new());
    }
    fds.push(own);
    let ready = set.watch(fds, until);
    fds.pop();
    bell.come_back();
    let mut ready = ready?;
    if ready.last() == Some(&fds.len()) {
        // A ring that comes late wakes the next wait for nothing.
        doorbell.absorb();
        ready.pop();
    }
    Ok(ready)
}
