//! Signals, the end of the parent, and the orderly end of this process (§15).
//!
//! Handlers store a flag and wake the warden, nothing else. The warden is a thread without wat code and without locks:
//! it begins the shutdown, hands stop signals on to the children, and ends the process when its time has come.

use std::io;
use std::ptr::null_mut;
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicU32, Ordering};
use std::time::{Duration, Instant};

use crate::fd::{Borrowed, Fd, check};
use crate::poll;
use crate::{hooks, registry};

pub use crate::hooks::OnShutdown;

/// How long a process may go on after its parent or its program has ended.
const GRACE: Duration = Duration::from_secs(5);
/// What children get at least between being asked to end and being ended.
const LEAST_GRACE: Duration = Duration::from_secs(1);
/// The status after the parent has gone.
const ORPHANED: i32 = 128 + libc::SIGTERM;
const WARDEN_STACK: usize = 128 << 10;
const NONE: i32 = -1;

/// The stop signal that came first; 0 for none.
static STOP: AtomicI32 = AtomicI32::new(0);
static STOPS: AtomicU32 = AtomicU32::new(0);
static FLAGS: [AtomicBool; 3] = [const { AtomicBool::new(false) }; 3];
/// Wakes the warden.
static WAKE: AtomicI32 = AtomicI32::new(NONE);
/// Readable for ever once the shutdown has begun.
static BROADCAST: AtomicI32 = AtomicI32::new(NONE);
static STOPPED: AtomicBool = AtomicBool::new(false);

/// A signal that programs look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserSignal {
    /// SIGUSR1
    Usr1,
    /// SIGUSR2
    Usr2,
    /// SIGHUP
    Hup,
}

impl UserSignal {
    /// Whether it has arrived since [`UserSignal::reset`].
    pub fn arrived(self) -> bool {
        FLAGS[self as usize].load(Ordering::Relaxed)
    }

    /// Forgets that it has arrived.
    pub fn reset(self) {
        FLAGS[self as usize].store(false, Ordering::Relaxed);
    }
}

/// Whether the process has been asked to stop: by a signal, or because its parent is gone.
pub fn is_stopping() -> bool {
    STOPPED.load(Ordering::SeqCst)
}

/// The signal that asked the process to stop, if one did.
pub fn stop_signal() -> Option<i32> {
    Some(STOP.load(Ordering::Relaxed)).filter(|signal| *signal > 0)
}

/// Has this called when the shutdown begins, on the thread of the warden; all calls are made at once if it has begun.
/// So a call may be made several times.
pub fn on_shutdown(call: impl Fn() + Send + Sync + 'static) -> OnShutdown {
    let added = hooks::add(call);
    if is_stopping() {
        hooks::call_all();
    }
    added
}

/// A descriptor that is readable for ever once the shutdown has begun; none before [`start`].
pub fn shutdown() -> Option<Borrowed> {
    let raw = BROADCAST.load(Ordering::Acquire);
    (raw != NONE).then(|| Borrowed::from_number(raw))
}

/// Makes this process a host of programs: its signals are watched from now on. A second call does nothing.
///
/// # Errors
/// The operating system refuses a descriptor or a thread.
pub fn start() -> io::Result<()> {
    match WAKE.load(Ordering::Acquire) {
        NONE => begin(None),
        _ => Ok(()),
    }
}

/// The same in a child, which also ends when its parent does.
pub(crate) fn restart(lifeline: Fd) -> io::Result<()> {
    STOP.store(0, Ordering::Relaxed);
    STOPS.store(0, Ordering::Relaxed);
    STOPPED.store(false, Ordering::Relaxed);
    hooks::forget();
    for flag in &FLAGS {
        flag.store(false, Ordering::Relaxed);
    }
    begin(Some(lifeline))
}

fn begin(lifeline: Option<Fd>) -> io::Result<()> {
    let (wake, broadcast) = (eventfd()?, eventfd()?);
    WAKE.store(wake.raw(), Ordering::Release);
    BROADCAST.store(broadcast.raw(), Ordering::Release);
    let warden = Warden {
        wake,
        broadcast,
        lifeline,
        stops: 0,
        deadline: None,
    };
    crate::thread::spawn("wat:warden", Some(WARDEN_STACK), move || warden.watch())?;
    handle(libc::SIGTERM)?;
    handle(libc::SIGINT)?;
    handle(libc::SIGUSR1)?;
    handle(libc::SIGUSR2)?;
    handle(libc::SIGHUP)
}

fn eventfd() -> io::Result<Fd> {
    // SAFETY: plain numbers; the descriptor was just opened.
    unsafe {
        Fd::from_raw(check(libc::eventfd(
            0,
            libc::EFD_CLOEXEC | libc::EFD_NONBLOCK,
        ))?)
    }
}

fn handle(signal: i32) -> io::Result<()> {
    // SAFETY: the handler does what a handler may; the structure is valid for the call.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = on_signal as extern "C" fn(i32) as usize;
        action.sa_flags = libc::SA_RESTART;
        check(libc::sigaction(signal, &raw const action, null_mut()))?;
    }
    Ok(())
}

extern "C" fn on_signal(signal: i32) {
    let flag = match signal {
        libc::SIGUSR1 => UserSignal::Usr1,
        libc::SIGUSR2 => UserSignal::Usr2,
        libc::SIGHUP => UserSignal::Hup,
        _ => return on_stop(signal),
    };
    FLAGS[flag as usize].store(true, Ordering::Relaxed);
}

fn on_stop(signal: i32) {
    let _ = STOP.compare_exchange(0, signal, Ordering::AcqRel, Ordering::Relaxed);
    STOPS.fetch_add(1, Ordering::AcqRel);
    // SAFETY: the bytes are valid for reads; the interrupted code finds its error number again.
    unsafe {
        let errno = *libc::__errno_location();
        ring(WAKE.load(Ordering::Relaxed));
        *libc::__errno_location() = errno;
    }
}

/// Makes an eventfd readable.
unsafe fn ring(fd: i32) {
    let one = 1u64;
    // SAFETY: the bytes are valid for reads.
    unsafe { libc::write(fd, (&raw const one).cast(), size_of::<u64>()) };
}

struct Warden {
    wake: Fd,
    broadcast: Fd,
    lifeline: Option<Fd>,
    /// Stop signals that were dealt with.
    stops: u32,
    deadline: Option<Instant>,
}

impl Warden {
    fn watch(mut self) {
        loop {
            let lifeline = self.lifeline.as_ref().map_or(NONE, Fd::raw);
            let mut set = [self.wake.raw(), lifeline].map(|fd| libc::pollfd {
                fd,
                events: libc::POLLIN,
                revents: 0,
            });
            match poll::wait(&mut set, self.deadline) {
                // There is nobody to tell; without waiting there is no watching either.
                Err(_) => return,
                Ok(0) => end_children(Instant::now() + LEAST_GRACE, Some(ORPHANED)),
                Ok(_) => {}
            }
            if set[0].revents != 0 {
                let _ = self.wake.read(&mut [0; 8]);
                self.signalled();
            }
            if set[1].revents != 0 {
                self.lifeline = None;
                self.stop(libc::SIGTERM);
                self.deadline = Some(Instant::now() + GRACE - LEAST_GRACE);
            }
        }
    }

    fn signalled(&mut self) {
        let seen = STOPS.load(Ordering::Acquire);
        let signal = STOP.load(Ordering::Acquire);
        if seen > self.stops && self.stops == 0 {
            self.stop(signal);
        }
        if seen > 1 {
            signal_children(libc::SIGKILL);
            // SAFETY: the call does not return.
            unsafe { libc::_exit(128 + signal) }
        }
        self.stops = seen;
    }

    fn stop(&self, signal: i32) {
        let _ = STOP.compare_exchange(0, signal, Ordering::AcqRel, Ordering::Relaxed);
        STOPPED.store(true, Ordering::SeqCst);
        // SAFETY: the descriptor lives as long as the warden.
        unsafe { ring(self.broadcast.raw()) };
        hooks::call_all();
        ask_children(signal);
    }
}

fn signal_child(pid: i32, signal: i32) {
    // SAFETY: plain numbers; a child is not reaped while it gets a signal. One that leads no group is signalled alone.
    unsafe {
        if libc::killpg(pid, signal) != 0 {
            libc::kill(pid, signal);
        }
    }
}

fn signal_children(signal: i32) {
    registry::each(|entry, pid| {
        entry.signal(pid, |pid| signal_child(pid, signal));
    });
}

/// Asks every child to end that was not asked before: a second request would end it at once.
fn ask_children(signal: i32) {
    registry::each(|entry, pid| entry.ask(pid, |pid| signal_child(pid, signal)));
}

/// The program of this process has ended: its children are asked to end too, as those of a process that is asked
/// itself. They are not waited for.
pub fn ask_every_child() {
    ask_children(libc::SIGTERM);
}

/// Asks every child to end, ends those that have not by the deadline, reaps them (K52). Then the process ends with
/// the status, if there is one.
fn end_children(deadline: Instant, status: Option<i32>) {
    ask_children(libc::SIGTERM);
    for pid in registry::live_children() {
        registry::await_end(pid, deadline);
    }
    signal_children(libc::SIGKILL);
    for pid in registry::live_children() {
        registry::await_end(pid, Instant::now() + GRACE);
    }
    if let Some(status) = status {
        // SAFETY: the call does not return.
        unsafe { libc::_exit(status) }
    }
}

/// Asks the children of this process to end, ends those that do not in time, and reaps them (K52).
pub fn end_every_child() {
    if !registry::live_children().is_empty() {
        end_children(Instant::now() + GRACE, None);
    }
}

/// Ends the process with this status, after its children; nothing of the program is run or dropped on the way.
pub fn exit(status: i32) -> ! {
    end_every_child();
    // SAFETY: the call does not return.
    unsafe { libc::_exit(status) }
}
