//! One-shot polls on a submission ring.
//!
//! A wait looks whether something is ready; if not it submits one poll for each descriptor, waits for a completion or the
//! deadline, withdraws what is left and takes every completion, so that nothing of one wait is seen by the next; a
//! generation number says so once more. Where registrations are kept ([`Kept`]), it submits the one poll of those instead.

use std::io;
use std::mem::ManuallyDrop;
use std::os::fd::RawFd;
use std::time::{Duration, Instant};

use super::kept::Kept;
use crate::fd::Watched;
use crate::patience::Patience;
use crate::poll;
use io_uring::types::{CancelBuilder, Fd, SubmitArgs, Timespec};
use io_uring::{IoUring, Probe, opcode};

/// What makes a descriptor ready, besides errors.
const EVENTS: i16 = libc::POLLIN | libc::POLLRDHUP;

/// So many descriptors are looked at one by one.
const FEW: usize = 8;

/// The index of the request that withdraws the others.
const WITHDRAWAL: u64 = u32::MAX as u64;

/// What the system says of withdrawing.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Taken {
    Known,
    /// It cannot.
    Unknown,
}

pub(super) struct Ring {
    ring: ManuallyDrop<IoUring>,
    abandoned: bool,
    round: u32,
    polled: Vec<libc::pollfd>,
    kept: Kept,
    patience: Patience,
}

/// One descriptor of a set to poll.
pub(super) fn entry(fd: RawFd) -> libc::pollfd {
    libc::pollfd {
        fd,
        events: EVENTS,
        revents: 0,
    }
}

fn make(capacity: usize) -> io::Result<IoUring> {
    let entries =
        u32::try_from(capacity).map_err(|_| io::Error::from_raw_os_error(libc::EINVAL))?;
    IoUring::builder().dontfork().build(entries)
}

impl Ring {
    pub(super) fn new(capacity: usize) -> io::Result<Ring> {
        let ring = make(capacity)?;
        let mut probe = Probe::new();
        ring.submitter().register_probe(&mut probe)?;
        let has_all = ring.params().is_feature_ext_arg()
            && ring.params().is_feature_nodrop()
            && probe.is_supported(opcode::PollAdd::CODE);
        if !has_all {
            return Err(io::Error::from_raw_os_error(libc::EINVAL));
        }
        Ok(Ring {
            ring: ManuallyDrop::new(ring),
            abandoned: false,
            round: 0,
            polled: Vec::new(),
            kept: Kept::default(),
            patience: Patience::default(),
        })
    }

    pub(super) fn features(&self) -> Vec<&'static str> {
        let params = self.ring.params();
        let known = [
            ("single_mmap", params.is_feature_single_mmap()),
            ("nodrop", params.is_feature_nodrop()),
            ("submit_stable", params.is_feature_submit_stable()),
            ("rw_cur_pos", params.is_feature_rw_cur_pos()),
            ("cur_personality", params.is_feature_cur_personality()),
            ("fast_poll", params.is_feature_fast_poll()),
            ("poll_32bits", params.is_feature_poll_32bits()),
            ("ext_arg", params.is_feature_ext_arg()),
            ("native_workers", params.is_feature_native_workers()),
        ];
        known
            .into_iter()
            .filter_map(|(name, has)| has.then_some(name))
            .collect()
    }

    pub(super) fn capacity(&self) -> usize {
        self.ring.params().sq_entries() as usize
    }

    /// It belongs to the parent: its memory is not mapped here and its descriptor is closed.
    pub(super) fn abandon(&mut self) {
        self.abandoned = true;
    }

    pub(super) fn wait(
        &mut self,
        fds: &[Watched],
        deadline: Option<Instant>,
    ) -> io::Result<Vec<usize>> {
        let mut kept = self.prepare(fds);
        let ready = self.look(kept.is_some(), deadline)?;
        if !ready.is_empty() {
            return Ok(ready);
        }
        if fds.len() <= FEW {
            kept = self.kept.descriptor(fds);
        }
        if let Some(one) = kept {
            let is_woken = self.kept.is_set() && !self.submit(&[one], deadline)?.is_empty();
            return match is_woken {
                true => self.kept.ready(),
                false => Ok(ready),
            };
        }
        let numbers: Vec<RawFd> = fds.iter().map(|fd| fd.raw()).collect();
        let mut ready = self.submit(&numbers, deadline)?;
        ready.sort_unstable();
        Ok(ready)
    }

    /// Which are ready now.
    pub(super) fn ready_now(&mut self, fds: &[Watched]) -> io::Result<Vec<usize>> {
        let is_kept = self.prepare(fds).is_some();
        self.once(is_kept)
    }

    /// The descriptor of the registrations that are kept of these; without one they are entered to be polled. Of few
    /// descriptors it is known for less by asking each of them: nobody who writes to them tells a set.
    fn prepare(&mut self, fds: &[Watched]) -> Option<RawFd> {
        let kept = match fds.len() <= FEW {
            true => None,
            false => self.kept.descriptor(fds),
        };
        if kept.is_none() {
            self.polled.clear();
            self.polled.extend(fds.iter().map(|fd| entry(fd.raw())));
        }
        kept
    }

    fn once(&mut self, is_kept: bool) -> io::Result<Vec<usize>> {
        Ok(match is_kept {
            true => self.kept.ready()?,
            false if poll::look(&mut self.polled)? > 0 => poll::ready(&self.polled),
            false => Vec::new(),
        })
    }

    /// Which are ready already: that is known for less than a wait costs. Where that is of use it is looked again behind
    /// other threads, though not once the time is up.
    fn look(&mut self, is_kept: bool, deadline: Option<Instant>) -> io::Result<Vec<usize>> {
        let is_patient = self.patience.take();
        for attempt in 0..Patience::LOOKS {
            if attempt > 0 {
                if !is_patient || deadline.is_some_and(|until| until <= Instant::now()) {
                    return Ok(Vec::new());
                }
                Patience::step_aside();
            }
            let ready = self.once(is_kept)?;
            if !ready.is_empty() {
                if attempt > 0 {
                    self.patience.found();
                }
                return Ok(ready);
            }
        }
        self.patience.missed();
        Ok(Vec::new())
    }

    /// Submits a poll for each of these, waits for the first completion and withdraws the others; whose polls are
    /// completed, as indices.
    fn submit(&mut self, fds: &[RawFd], deadline: Option<Instant>) -> io::Result<Vec<usize>> {
        self.round = self.round.wrapping_add(1);
        let tag = u64::from(self.round) << 32;
        for (index, fd) in fds.iter().enumerate() {
            let entry = opcode::PollAdd::new(Fd(*fd), EVENTS as u32)
                .build()
                .user_data(tag | index as u64);
            // SAFETY: the entry refers to no memory.
            unsafe { self.ring.submission().push(&entry) }.map_err(io::Error::other)?;
        }
        let mut ready = Vec::new();
        let mut left = fds.len();
        let outcome = self.first(deadline, tag, &mut ready, &mut left);
        self.withdraw(tag, &mut ready, left)?;
        outcome?;
        Ok(ready)
    }

    /// Submits, and waits for the first completion.
    fn first(
        &mut self,
        deadline: Option<Instant>,
        tag: u64,
        ready: &mut Vec<usize>,
        left: &mut usize,
    ) -> io::Result<()> {
        loop {
            let time = deadline.map(|until| until.saturating_duration_since(Instant::now()));
            let spec = time.map_or_else(Timespec::new, timespec);
            let mut args = SubmitArgs::new();
            if time.is_some() {
                args = args.timespec(&spec);
            }
            let outcome = self.ring.submitter().submit_with_args(1, &args);
            self.take(tag, ready, left);
            if !ready.is_empty() || time.is_some_and(|time| time.is_zero()) {
                return Ok(());
            }
            match outcome {
                Ok(_) => {}
                Err(error) => match error.raw_os_error() {
                    Some(libc::EINTR | libc::ETIME | libc::EBUSY | libc::EAGAIN) => {}
                    _ => return Err(error),
                },
            }
        }
    }

    /// Takes the completions that are there.
    fn take(&mut self, tag: u64, ready: &mut Vec<usize>, left: &mut usize) -> Taken {
        let mut taken = Taken::Known;
        for done in self.ring.completion() {
            let data = done.user_data();
            if data & !u64::from(u32::MAX) != tag {
                continue;
            }
            *left -= 1;
            if data == tag | WITHDRAWAL {
                if done.result() == -libc::EINVAL {
                    taken = Taken::Unknown;
                }
            } else if done.result() != -libc::ECANCELED {
                ready.push(data as u32 as usize);
            }
        }
        taken
    }

    /// Withdraws every poll that is left and takes its completion, with one call. Where the system cannot, a new ring
    /// of the same capacity takes the place of this one.
    fn withdraw(&mut self, tag: u64, ready: &mut Vec<usize>, mut left: usize) -> io::Result<()> {
        if left == 0 {
            return Ok(());
        }
        let entry = opcode::AsyncCancel2::new(CancelBuilder::any())
            .build()
            .user_data(tag | WITHDRAWAL);
        // SAFETY: the entry refers to no memory.
        unsafe { self.ring.submission().push(&entry) }.map_err(io::Error::other)?;
        left += 1;
        while left > 0 {
            match self.ring.submit_and_wait(left) {
                Ok(_) => {}
                Err(error) if error.raw_os_error() == Some(libc::EINTR) => {}
                Err(error) => return Err(error),
            }
            if self.take(tag, ready, &mut left) == Taken::Unknown {
                let fresh = make(self.capacity())?;
                // SAFETY: it was made by this process and is not used again.
                unsafe { ManuallyDrop::drop(&mut self.ring) };
                self.ring = ManuallyDrop::new(fresh);
                return Ok(());
            }
        }
        Ok(())
    }
}

impl Drop for Ring {
    fn drop(&mut self) {
        if !self.abandoned {
            // SAFETY: it is not used again.
            unsafe { ManuallyDrop::drop(&mut self.ring) };
        }
    }
}

fn timespec(time: Duration) -> Timespec {
    Timespec::new()
        .sec(time.as_secs())
        .nsec(time.subsec_nanos())
}
