//! Signals, the end of the parent, and the orderly end of this process (§15).
//!
//! Handlers store a flag and wake the warden, nothing else. The warden is a thread without wat code and without locks:
//! it begins the shutdown, hands stop signals on to the children, and ends the process when its time has come.

use std::io;
use std::ptr::null_mut;
use std::sync::Once;
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicPtr, AtomicU32, Ordering};
use std::time::Instant;

use crate::fd::{Borrowed, Fd, check};
use crate::grace::{
    GRACE, LEAST_GRACE, ask_children, end_children, let_children_go, signal_children,
};
use crate::poll;
use crate::requests::{Requests, Verdict};
use crate::supervise::default_action;
use crate::{hooks, registry};

pub use crate::grace::{ask_every_child, end_every_child, exit};
pub use crate::hooks::OnShutdown;

/// The status after the parent has gone.
const ORPHANED: i32 = 128 + libc::SIGTERM;
const WARDEN_STACK: usize = 128 << 10;
const NONE: i32 = -1;

const HANGUP: u32 = 1;
/// The terminal itself says so.
const TERMINAL_GONE: u32 = 2;
const STOPPED_BY_TERMINAL: u32 = 4;
const CONTINUED: u32 = 8;

/// What a host of programs deals with.
const HANDLED: [i32; 7] = [
    libc::SIGTERM,
    libc::SIGINT,
    libc::SIGUSR1,
    libc::SIGUSR2,
    libc::SIGHUP,
    libc::SIGCONT,
    libc::SIGTSTP,
];

/// The stop signal that came first; 0 for none.
static STOP: AtomicI32 = AtomicI32::new(0);
static STOPS: AtomicU32 = AtomicU32::new(0);
/// Who sent the last of them.
static STOP_FROM: AtomicI32 = AtomicI32::new(0);
/// What has arrived that the warden deals with, as bits.
static NEWS: AtomicU32 = AtomicU32::new(0);
/// Where a supervisor tells of signals.
static HEARD: AtomicI32 = AtomicI32::new(NONE);
/// Whether a hang-up of the terminal is for the program to deal with.
static WATCHES_HANGUP: AtomicBool = AtomicBool::new(false);
/// Whether hang-ups and stops were ignored when the program was started, by whoever started it.
static IGNORES: [AtomicBool; 2] = [const { AtomicBool::new(false) }; 2];
static HAD_TERMINAL: AtomicBool = AtomicBool::new(false);
static FLAGS: [AtomicBool; 3] = [const { AtomicBool::new(false) }; 3];
/// Wakes the warden.
static WAKE: AtomicI32 = AtomicI32::new(NONE);
/// Readable for ever once the shutdown has begun.
static BROADCAST: AtomicI32 = AtomicI32::new(NONE);
static STOPPED: AtomicBool = AtomicBool::new(false);
/// Whether the parent has gone.
static ORPHAN: AtomicBool = AtomicBool::new(false);
/// Whether the warden begins when somebody attends, and whether there has been one since.
static DEFERRED: AtomicBool = AtomicBool::new(false);
static WAS_DEFERRED: AtomicBool = AtomicBool::new(false);
/// What is called then: a `fn()`.
static ATTENDED: AtomicPtr<()> = AtomicPtr::new(null_mut());

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

/// Has the parent gone?
pub(crate) fn is_orphaned() -> bool {
    ORPHAN.load(Ordering::SeqCst)
}

/// The signal that asked the process to stop, if one did.
pub fn stop_signal() -> Option<i32> {
    Some(STOP.load(Ordering::Relaxed)).filter(|signal| *signal > 0)
}

/// Replaces the environment of this process. To be called while it has one thread.
pub fn replace_environment(variables: &[(&str, &str)]) {
    let names: Vec<_> = std::env::vars_os().map(|(name, _)| name).collect();
    // SAFETY: there is no other thread that could be reading.
    unsafe {
        for name in names {
            std::env::remove_var(name);
        }
        for (name, value) in variables {
            std::env::set_var(name, value);
        }
    }
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
    attend();
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

/// Forgets what has happened to the parent.
fn forget() {
    STOP.store(0, Ordering::Relaxed);
    STOPS.store(0, Ordering::Relaxed);
    NEWS.store(0, Ordering::Relaxed);
    HEARD.store(NONE, Ordering::Relaxed);
    STOPPED.store(false, Ordering::Relaxed);
    ORPHAN.store(false, Ordering::Relaxed);
    crate::grace::forget();
    hooks::forget();
    crate::thread::forget();
    crate::fd::forget();
    for flag in &FLAGS {
        flag.store(false, Ordering::Relaxed);
    }
    DEFERRED.store(false, Ordering::Relaxed);
    WAS_DEFERRED.store(false, Ordering::Relaxed);
}

/// The same as [`start`] in a child, which also ends when its parent does.
pub(crate) fn restart(lifeline: Fd) -> io::Result<()> {
    forget();
    begin(Some(lifeline))
}

/// The same in a child that has inherited the handlers of a parent that watches its signals: it watches its own once
/// it attends to them, and `attended` is called. A signal that comes before is remembered.
pub(crate) fn restart_later(attended: fn()) {
    forget();
    ATTENDED.store(attended as *mut (), Ordering::Release);
    WAKE.store(NONE, Ordering::Release);
    BROADCAST.store(NONE, Ordering::Release);
    DEFERRED.store(true, Ordering::Release);
}

/// Watches the signals of this process from now on, if that was put off ([`crate::Nursery`]). Whoever is about to wait,
/// to start a thread or a process, or to go on for long calls this; otherwise it is only a look at a flag.
#[inline]
pub fn attend() {
    if DEFERRED.load(Ordering::Relaxed) {
        begin_deferred();
    }
}

#[cold]
fn begin_deferred() {
    if !DEFERRED.swap(false, Ordering::AcqRel) {
        return;
    }
    // What the children of this process leave behind is not its parent's. Where that is refused, it is.
    let _ = crate::adopt_orphans();
    let Ok((wake, broadcast)) = eventfd().and_then(|wake| Ok((wake, eventfd()?))) else {
        return;
    };
    WAKE.store(wake.raw(), Ordering::Release);
    BROADCAST.store(broadcast.raw(), Ordering::Release);
    // SAFETY: the descriptor is the warden's. What has come so far it sees at once.
    unsafe { ring(wake.raw()) };
    let begun = Warden::begin(wake, broadcast, None);
    WAS_DEFERRED.store(begun.is_ok(), Ordering::Release);
    let attended = ATTENDED.load(Ordering::Acquire);
    if !attended.is_null() {
        // SAFETY: nothing but such functions is stored there.
        unsafe { std::mem::transmute::<*mut (), fn()>(attended)() };
    }
}

/// Whether this process watches its signals since it began to attend to them, with a thread of its own.
pub fn has_attended() -> bool {
    WAS_DEFERRED.load(Ordering::Acquire)
}

/// Is this the action of a signal that a host of programs deals with?
pub(crate) fn is_handled(signal: i32, action: &libc::sigaction) -> bool {
    let handler: extern "C" fn(i32, *const libc::siginfo_t, *mut libc::c_void) = on_signal;
    HANDLED.contains(&signal) && action.sa_sigaction == handler as usize
}

fn begin(lifeline: Option<Fd>) -> io::Result<()> {
    let (wake, broadcast) = (eventfd()?, eventfd()?);
    WAKE.store(wake.raw(), Ordering::Release);
    BROADCAST.store(broadcast.raw(), Ordering::Release);
    crate::doctor::raise_descriptors();
    note_terminal();
    Warden::begin(wake, broadcast, lifeline)?;
    for signal in HANDLED {
        if signal != libc::SIGTSTP || !IGNORES[1].load(Ordering::Relaxed) {
            handle(signal)?;
        }
    }
    default_action(libc::SIGCHLD)
}

/// Looks once whether there is a terminal. A child has that of its parent, in which this is called before a first fork.
pub(crate) fn note_terminal() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| HAD_TERMINAL.store(terminal_exists(), Ordering::Relaxed));
}

/// Whether the process has a terminal that sends it signals.
fn terminal_exists() -> bool {
    // SAFETY: the path ends in a zero byte; the descriptor is closed again.
    unsafe {
        let flags = libc::O_RDONLY | libc::O_NOCTTY | libc::O_CLOEXEC;
        let fd = libc::open(c"/dev/tty".as_ptr(), flags);
        if fd >= 0 {
            libc::close(fd);
        }
        fd >= 0
    }
}

/// A signal that a supervisor hands on.
#[derive(Clone, Copy)]
pub(crate) struct Record {
    pub(crate) signal: i32,
    pub(crate) from: i32,
}

impl Record {
    const SIZE: usize = 8;

    pub(crate) fn bytes(self) -> [u8; Record::SIZE] {
        let [a, b, c, d] = self.signal.to_ne_bytes();
        let [e, f, g, h] = self.from.to_ne_bytes();
        [a, b, c, d, e, f, g, h]
    }

    fn read(bytes: &[u8]) -> Option<Record> {
        let (signal, from) = bytes.split_at_checked(4)?;
        Some(Record {
            signal: i32::from_ne_bytes(signal.try_into().ok()?),
            from: i32::from_ne_bytes(from.try_into().ok()?),
        })
    }
}

/// From now on this process hears of signals from its supervisor too.
pub(crate) fn listen(heard: Fd) {
    HEARD.store(heard.raw(), Ordering::Release);
    // The warden takes it over.
    std::mem::forget(heard);
    // SAFETY: the descriptor is the warden's.
    unsafe { ring(WAKE.load(Ordering::Relaxed)) };
}

/// Remembers which signals whoever started this process wants ignored. To be called before any is dealt with.
pub(crate) fn note_ignored() {
    for (signal, place) in [libc::SIGHUP, libc::SIGTSTP].into_iter().zip(&IGNORES) {
        // SAFETY: the structure is plain numbers and valid for the call.
        let ignored = unsafe {
            let mut action: libc::sigaction = std::mem::zeroed();
            libc::sigaction(signal, std::ptr::null(), &raw mut action) == 0
                && action.sa_sigaction == libc::SIG_IGN
        };
        place.store(ignored, Ordering::Relaxed);
    }
}

/// Did whoever started this process want hang-ups ignored?
pub(crate) fn ignores_hangup() -> bool {
    IGNORES[0].load(Ordering::Relaxed)
}

/// The program looks at hang-ups itself: they do not ask it to stop.
pub fn watch_hangup() {
    WATCHES_HANGUP.store(true, Ordering::Relaxed);
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
        let handler: extern "C" fn(i32, *const libc::siginfo_t, *mut libc::c_void) = on_signal;
        action.sa_sigaction = handler as usize;
        action.sa_flags = libc::SA_RESTART | libc::SA_SIGINFO;
        check(libc::sigaction(signal, &raw const action, null_mut()))?;
    }
    Ok(())
}

extern "C" fn on_signal(signal: i32, info: *const libc::siginfo_t, _: *mut libc::c_void) {
    // SAFETY: the system passes a structure that is valid for reads.
    let (is_sent, from) = unsafe { ((*info).si_code <= 0, (*info).si_pid()) };
    let news = match signal {
        libc::SIGUSR1 => return FLAGS[UserSignal::Usr1 as usize].store(true, Ordering::Relaxed),
        libc::SIGUSR2 => return FLAGS[UserSignal::Usr2 as usize].store(true, Ordering::Relaxed),
        libc::SIGHUP => {
            FLAGS[UserSignal::Hup as usize].store(true, Ordering::Relaxed);
            if is_sent { HANGUP } else { TERMINAL_GONE }
        }
        libc::SIGTSTP => STOPPED_BY_TERMINAL,
        libc::SIGCONT => CONTINUED,
        _ => {
            let _ = STOP.compare_exchange(0, signal, Ordering::AcqRel, Ordering::Relaxed);
            STOP_FROM.store(if is_sent { from } else { 0 }, Ordering::Release);
            STOPS.fetch_add(1, Ordering::AcqRel);
            0
        }
    };
    NEWS.fetch_or(news, Ordering::AcqRel);
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
    requests: Requests,
    /// Where the supervisor tells of signals.
    heard: Option<Fd>,
    has_stopped: bool,
    /// When the parent has gone.
    lost: Option<Instant>,
    /// When the time is up after that.
    deadline: Option<Instant>,
    /// When to look again whether a request was the second one.
    unclear: Option<Instant>,
}

impl Warden {
    /// Starts the thread.
    fn begin(wake: Fd, broadcast: Fd, lifeline: Option<Fd>) -> io::Result<()> {
        let warden = Warden {
            wake,
            broadcast,
            lifeline,
            requests: Requests::default(),
            heard: None,
            has_stopped: false,
            lost: None,
            deadline: None,
            unclear: None,
        };
        crate::thread::spawn("wat:warden", Some(WARDEN_STACK), move || warden.watch()).map(drop)
    }

    fn watch(mut self) {
        loop {
            let number = |fd: &Option<Fd>| fd.as_ref().map_or(NONE, Fd::raw);
            let watched = [self.wake.raw(), number(&self.lifeline), number(&self.heard)];
            let mut set = watched.map(|fd| libc::pollfd {
                fd,
                events: libc::POLLIN,
                revents: 0,
            });
            let until = [self.deadline, self.unclear].into_iter().flatten().min();
            // There is nobody to tell; without waiting there is no watching either.
            if poll::wait(&mut set, until).is_err() {
                return;
            }
            self.expire();
            if set[0].revents != 0 {
                let _ = self.wake.read(&mut [0; 8]);
                self.signalled();
            }
            if set[2].revents != 0 {
                self.told();
            }
            self.judge();
            if set[1].revents != 0 {
                self.orphaned();
            }
        }
    }

    /// The parent has gone. This process has its grace period from now on, and at the same time everybody below it: none
    /// of them waits for the end of its own parent first.
    fn orphaned(&mut self) {
        let now = Instant::now();
        self.lifeline = None;
        self.lost = Some(now);
        self.deadline = Some(now + GRACE - LEAST_GRACE);
        ORPHAN.store(true, Ordering::SeqCst);
        self.stop(libc::SIGTERM);
        let_children_go();
    }

    /// Ends the process if its time is up: that of one with children is up a little earlier.
    fn expire(&mut self) {
        let now = Instant::now();
        let (Some(lost), Some(deadline)) = (self.lost, self.deadline) else {
            return;
        };
        let end = lost + GRACE;
        if now < deadline {
            return;
        }
        if now < end && registry::live_children().is_empty() {
            self.deadline = Some(end);
            return;
        }
        end_children(end, Some(ORPHANED));
    }

    /// Signals have come directly.
    fn signalled(&mut self) {
        let from = STOP_FROM.load(Ordering::Acquire);
        let stops = STOPS.swap(0, Ordering::AcqRel);
        self.requests.direct(stops, from, Instant::now());
        let raw = HEARD.swap(NONE, Ordering::AcqRel);
        if raw != NONE {
            // SAFETY: whoever stored the number has given the descriptor up.
            self.heard = unsafe { Fd::from_raw(raw) }.ok();
        }
        let news = NEWS.swap(0, Ordering::AcqRel);
        if news & (HANGUP | TERMINAL_GONE) != 0 {
            self.hung_up(news & TERMINAL_GONE != 0);
        }
        // Whoever continues a process has it forget that it was to stop.
        if news & CONTINUED != 0 {
            signal_children(libc::SIGCONT);
        } else if news & STOPPED_BY_TERMINAL != 0 {
            signal_children(libc::SIGTSTP);
            // SAFETY: plain numbers.
            unsafe { libc::kill(libc::getpid(), libc::SIGSTOP) };
        }
    }

    /// The supervisor tells of signals.
    fn told(&mut self) {
        let mut buffer = [0; 64 * Record::SIZE];
        let count = self.heard.as_ref().map_or(Ok(0), |fd| fd.read(&mut buffer));
        let count = count.unwrap_or(0);
        if count == 0 {
            self.heard = None;
        }
        for record in buffer[..count]
            .chunks(Record::SIZE)
            .filter_map(Record::read)
        {
            let flag = match record.signal {
                libc::SIGUSR1 => UserSignal::Usr1,
                libc::SIGUSR2 => UserSignal::Usr2,
                libc::SIGHUP => UserSignal::Hup,
                signal => {
                    let _ = STOP.compare_exchange(0, signal, Ordering::AcqRel, Ordering::Relaxed);
                    self.requests.forwarded(record.from, Instant::now());
                    continue;
                }
            };
            FLAGS[flag as usize].store(true, Ordering::Relaxed);
            if flag == UserSignal::Hup {
                // The terminal is no process.
                self.hung_up(record.from == 0);
            }
        }
    }

    /// A hang-up asks the program to stop if its terminal is gone and it does not look at hang-ups itself.
    fn hung_up(&mut self, is_gone: bool) {
        let is_gone = is_gone || (HAD_TERMINAL.load(Ordering::Relaxed) && !terminal_exists());
        let is_left = WATCHES_HANGUP.load(Ordering::Relaxed) || IGNORES[0].load(Ordering::Relaxed);
        if is_gone && !is_left {
            self.stop(libc::SIGHUP);
        }
    }

    /// Does what the requests so far come to.
    fn judge(&mut self) {
        let verdict = self.requests.verdict(Instant::now());
        self.unclear = match verdict {
            Verdict::Unclear(until) => Some(until),
            _ => None,
        };
        if verdict != Verdict::Nothing {
            self.stop(STOP.load(Ordering::Acquire));
        }
        if verdict == Verdict::Force {
            signal_children(libc::SIGKILL);
            // SAFETY: the call does not return.
            unsafe { libc::_exit(128 + STOP.load(Ordering::Acquire)) }
        }
    }

    /// Begins the shutdown, once.
    fn stop(&mut self, signal: i32) {
        if std::mem::replace(&mut self.has_stopped, true) {
            return;
        }
        let _ = STOP.compare_exchange(0, signal, Ordering::AcqRel, Ordering::Relaxed);
        STOPPED.store(true, Ordering::SeqCst);
        // SAFETY: the descriptor lives as long as the warden.
        unsafe { ring(self.broadcast.raw()) };
        hooks::call_all();
        ask_children(signal);
    }
}
