//! What a child does before it is a process of its own.
//!
//! The parent's threads are gone, and whatever lock they held stays held for ever. So this branch allocates nothing,
//! formats nothing, drops nothing and unwinds nothing. It makes the calls of `calls.rs`, all of them async-signal-safe,
//! on numbers that the parent wrote down before the fork, and no others.
//!
//! A test reads this file and compares the calls that it makes with that table; others run it behind a filter that lets
//! nothing else through (`confine.rs`).

use std::os::fd::RawFd;

/// Descriptors that a child may be handed, the lifeline included.
const MOST_KEPT: usize = 64;
/// Numbers collected in one pass over the open descriptors.
const MOST_LISTED: usize = 1024;
/// Descriptors are closed one by one up to here where nothing lists them.
const LAST_RESORT: u64 = 65_536;

/// Numbers of signals are below this.
const SIGNALS: i32 = 65;
/// Limits that a child may be given.
const MOST_LIMITS: usize = 4;

/// What becomes of the actions of signals.
#[derive(Clone, Copy, Debug)]
pub(super) enum Signals {
    /// Every signal has its default action, and writing to a pipe without reader is an error like others.
    Default,
    /// The same for those whose bit is set; the others are as they are to be.
    Some(u64),
}

impl Signals {
    /// Those that must be changed in a child of this process, where the actions that `is_handled` says so of stay.
    pub(super) fn others(is_handled: impl Fn(i32, &libc::sigaction) -> bool) -> Signals {
        let mut others = 0;
        for signal in 1..SIGNALS {
            // SAFETY: the structure is plain numbers and valid for the call; a number without signal is refused.
            let (known, action) = unsafe {
                let mut action: libc::sigaction = std::mem::zeroed();
                let status = libc::sigaction(signal, std::ptr::null(), &raw mut action);
                (status == 0, action)
            };
            let wanted = match signal {
                libc::SIGPIPE => libc::SIG_IGN,
                _ => libc::SIG_DFL,
            };
            if known && action.sa_sigaction != wanted && !is_handled(signal, &action) {
                others |= 1 << (signal - 1);
            }
        }
        Signals::Some(others)
    }

    fn includes(self, signal: i32) -> bool {
        match self {
            Signals::Default => true,
            Signals::Some(bits) => bits & 1 << (signal - 1) != 0,
        }
    }
}

/// A limit of a process.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limit {
    resource: libc::__rlimit_resource_t,
    limit: libc::rlimit,
}

impl Limit {
    pub(super) fn is_of(&self, resource: libc::__rlimit_resource_t) -> bool {
        self.resource == resource
    }

    /// At most so much, where this process may have more.
    pub(super) fn lower(resource: libc::__rlimit_resource_t, most: u64) -> Option<Limit> {
        // SAFETY: the structure is plain numbers and valid for the call.
        let (known, mut limit) = unsafe {
            let mut limit: libc::rlimit = std::mem::zeroed();
            let status = libc::getrlimit(resource, &raw mut limit);
            (status == 0, limit)
        };
        let is_higher = known && limit.rlim_cur > most;
        limit.rlim_cur = most;
        is_higher.then_some(Limit { resource, limit })
    }
}

/// What the parent decided.
#[derive(Debug)]
pub(super) struct Plan {
    leads_group: bool,
    /// The number of the parent, if the child is to be killed when the thread that forks it ends.
    dies_with: Option<i32>,
    signals: Signals,
    limits: [Option<Limit>; MOST_LIMITS],
    stdio: Option<[RawFd; 3]>,
    /// Sorted, distinct, all above 2.
    kept: [RawFd; MOST_KEPT],
    count: usize,
    #[cfg(any(test, feature = "confine"))]
    confinement: Option<super::confine::Confinement>,
}

impl Plan {
    /// All numbers are above 2, because [`crate::Fd`] has no others. What is kept beyond the room is closed in the
    /// child, and the work notices.
    pub(super) fn new(
        leads_group: bool,
        stdio: Option<[RawFd; 3]>,
        signals: Signals,
        lifeline: Option<RawFd>,
        kept: &[RawFd],
    ) -> Plan {
        let mut plan = Plan {
            leads_group,
            dies_with: None,
            signals,
            limits: [None; MOST_LIMITS],
            stdio,
            kept: [-1; MOST_KEPT],
            count: 0,
            #[cfg(any(test, feature = "confine"))]
            confinement: super::confine::wanted(),
        };
        for fd in kept.iter().take(MOST_KEPT - 1).copied().chain(lifeline) {
            if !plan.is_kept(fd) {
                plan.kept[plan.count] = fd;
                plan.count += 1;
            }
        }
        plan.kept[..plan.count].sort_unstable();
        plan
    }

    pub(super) fn leads_group(&self) -> bool {
        self.leads_group
    }

    /// The child is killed when the thread that forks it ends, which is one of this process.
    pub(super) fn dies_with(mut self, parent: i32) -> Plan {
        self.dies_with = Some(parent);
        self
    }

    /// The child has these limits.
    pub(super) fn limited(mut self, limits: &[Limit]) -> Plan {
        for (place, limit) in self.limits.iter_mut().zip(limits) {
            *place = Some(*limit);
        }
        self
    }

    /// The child is confined from here on, if its tests want that.
    #[cfg(any(test, feature = "confine"))]
    pub(super) fn confine(&self) {
        if let Some(confinement) = &self.confinement {
            confinement.begin();
        }
    }

    /// The branch is behind the child. One that is confined ends here.
    #[cfg(any(test, feature = "confine"))]
    pub(super) fn end_confined(&self) {
        if let Some(confinement) = &self.confinement {
            confinement.arrived();
        }
    }

    fn is_kept(&self, fd: RawFd) -> bool {
        let mut at = 0;
        while at < self.count {
            if self.kept[at] == fd {
                return true;
            }
            at += 1;
        }
        false
    }
}

/// Blocks all signals on this thread, and returns which were blocked before.
pub(super) fn block_signals() -> libc::sigset_t {
    // SAFETY: the sets are plain bits and valid for the calls.
    unsafe {
        let mut all: libc::sigset_t = std::mem::zeroed();
        let mut before: libc::sigset_t = std::mem::zeroed();
        libc::sigfillset(&raw mut all);
        libc::pthread_sigmask(libc::SIG_SETMASK, &raw const all, &raw mut before);
        before
    }
}

/// Blocks these signals and no others.
pub(super) fn restore_signals(mask: &libc::sigset_t) {
    // SAFETY: the set is valid for the call.
    unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, mask, std::ptr::null_mut()) };
}

/// Ends the process here and now.
pub(super) fn end(status: i32) -> ! {
    // SAFETY: the call does not return.
    unsafe { libc::_exit(status) }
}

/// Group, signals, standard streams, descriptors. False if the standard streams cannot be placed.
pub(super) fn prepare(plan: &Plan) -> bool {
    // SAFETY: plain numbers, and structures that are valid for their calls.
    unsafe {
        if plan.leads_group {
            libc::setpgid(0, 0);
        }
        if let Some(parent) = plan.dies_with {
            libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL, 0, 0, 0);
            // It may have ended before the call.
            if libc::getppid() != parent {
                return false;
            }
        }
        default_signals(plan.signals);
        let mut limit = 0;
        while limit < MOST_LIMITS {
            if let Some(it) = &plan.limits[limit] {
                libc::setrlimit(it.resource, &raw const it.limit);
            }
            limit += 1;
        }
        if let Some(ends) = plan.stdio {
            let mut stream = 0;
            while stream < 3 {
                if libc::dup2(ends[stream as usize], stream) < 0 {
                    return false;
                }
                stream += 1;
            }
        }
        let closed = close_ranges(plan)
            || close_listed(plan, c"/proc/self/fd")
            || close_listed(plan, c"/dev/fd");
        if !closed {
            close_all(plan);
        }
    }
    true
}

/// Each of the signals has its default action, and writing to a pipe without reader is an error like others.
unsafe fn default_signals(which: Signals) {
    // SAFETY: the structure is valid for the calls; a number without signal is refused, harmlessly, and so are those that
    // the C library has for itself: a system call of ours would take them away from it.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = libc::SIG_DFL;
        let mut signal = 1;
        while signal < SIGNALS {
            if which.includes(signal) {
                libc::sigaction(signal, &raw const action, std::ptr::null_mut());
            }
            signal += 1;
        }
        if which.includes(libc::SIGPIPE) {
            action.sa_sigaction = libc::SIG_IGN;
            libc::sigaction(libc::SIGPIPE, &raw const action, std::ptr::null_mut());
        }
    }
}

/// Closes what lies between the kept descriptors; false where the system cannot.
unsafe fn close_ranges(plan: &Plan) -> bool {
    let mut from: libc::c_uint = 3;
    let mut at = 0;
    // SAFETY: plain numbers.
    unsafe {
        while at < plan.count {
            let kept = plan.kept[at] as libc::c_uint;
            if kept > from && libc::syscall(libc::SYS_close_range, from, kept - 1, 0) < 0 {
                return false;
            }
            from = kept + 1;
            at += 1;
        }
        libc::syscall(libc::SYS_close_range, from, libc::c_uint::MAX, 0) == 0
    }
}

/// Closes what a directory of open descriptors lists; false where there is none. Closing while the directory is read
/// would skip entries: the numbers are collected first, until a pass finds none.
unsafe fn close_listed(plan: &Plan, directory: &std::ffi::CStr) -> bool {
    loop {
        let mut found: [RawFd; MOST_LISTED] = [-1; MOST_LISTED];
        let mut count = 0;
        // SAFETY: the path ends in a zero byte; the buffer is valid for the calls.
        unsafe {
            let fd = libc::open(
                directory.as_ptr(),
                libc::O_RDONLY | libc::O_DIRECTORY | libc::O_CLOEXEC,
            );
            if fd < 0 {
                return false;
            }
            let mut buffer = [0u64; 512];
            loop {
                let size = size_of_val(&buffer);
                let read = libc::syscall(libc::SYS_getdents64, fd, buffer.as_mut_ptr(), size);
                if read <= 0 {
                    break;
                }
                let bytes = std::slice::from_raw_parts(buffer.as_ptr().cast::<u8>(), read as usize);
                collect(bytes, fd, plan, &mut found, &mut count);
            }
            libc::close(fd);
            let mut at = 0;
            while at < count {
                libc::close(found[at]);
                at += 1;
            }
        }
        if count == 0 {
            return true;
        }
    }
}

/// The numbers in a buffer of directory entries that are to be closed.
fn collect(
    bytes: &[u8],
    own: RawFd,
    plan: &Plan,
    found: &mut [RawFd; MOST_LISTED],
    count: &mut usize,
) {
    /// Where an entry says how long it is, and where its name begins.
    const LENGTH: usize = 16;
    const NAME: usize = 19;
    let mut at = 0;
    while at + NAME < bytes.len() {
        let length = usize::from(bytes[at + LENGTH]) | usize::from(bytes[at + LENGTH + 1]) << 8;
        let mut number: RawFd = 0;
        let mut digit = at + NAME;
        let mut is_number = bytes[digit] != 0;
        while digit < bytes.len() && bytes[digit] != 0 {
            is_number &= bytes[digit].is_ascii_digit();
            number = number
                .wrapping_mul(10)
                .wrapping_add(i32::from(bytes[digit]) - 48);
            digit += 1;
        }
        let doomed = is_number && number > 2 && number != own && !plan.is_kept(number);
        if doomed && *count < MOST_LISTED {
            found[*count] = number;
            *count += 1;
        }
        at += length.max(1);
    }
}

/// Closes every number that a descriptor may have.
unsafe fn close_all(plan: &Plan) {
    // SAFETY: the structure is valid for the call; a number without descriptor is refused, harmlessly.
    unsafe {
        let mut limit: libc::rlimit = std::mem::zeroed();
        libc::getrlimit(libc::RLIMIT_NOFILE, &raw mut limit);
        let last = if limit.rlim_cur < LAST_RESORT {
            limit.rlim_cur as RawFd
        } else {
            LAST_RESORT as RawFd
        };
        let mut fd = 3;
        while fd < last {
            if !plan.is_kept(fd) {
                libc::close(fd);
            }
            fd += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_branch_makes_only_the_calls_of_its_list() {
        let permitted: Vec<&str> = super::super::branch_calls()
            .iter()
            .flat_map(|call| call.functions.iter().copied())
            .collect();
        let text = include_str!("branch.rs");
        let code = text.split("#[cfg(test)]").next().unwrap();
        let begin = code.find("/// Ends the process here and now.").unwrap();
        let names: Vec<&str> = code[begin..]
            .split("libc::")
            .skip(1)
            .map(|rest| {
                rest.split(|c: char| !c.is_alphanumeric() && c != '_')
                    .next()
                    .unwrap()
            })
            .filter(|name| {
                name.chars()
                    .next()
                    .is_some_and(|c| c.is_lowercase() || c == '_')
            })
            .filter(|name| !matches!(*name, "c_uint" | "rlimit" | "syscall"))
            .chain(
                code[begin..]
                    .split("SYS_")
                    .skip(1)
                    .map(|rest| rest.split(',').next().unwrap()),
            )
            .collect();
        assert!(names.len() > 10);
        let forbidden: Vec<_> = names
            .iter()
            .filter(|name| !permitted.contains(name))
            .collect();
        assert!(forbidden.is_empty(), "{forbidden:?}");
        for word in [
            "format!", "Vec", "Box", "String", "panic!", "unwrap", "println", ".expect(",
        ] {
            assert!(
                !code[begin..].contains(word),
                "`{word}` stands in the branch"
            );
        }
    }

    fn open() -> Vec<RawFd> {
        let mut open: Vec<RawFd> = std::fs::read_dir("/proc/self/fd")
            .unwrap()
            .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
            .filter(|fd| *fd > 2)
            .collect();
        // The directory itself was open while it was read.
        // SAFETY: plain numbers.
        open.retain(|fd| unsafe { libc::fcntl(*fd, libc::F_GETFD) } >= 0);
        open.sort_unstable();
        open
    }

    /// Opens many descriptors of every kind: files, pipes, sockets, timers, events and rings, where there are rings.
    fn unrelated() {
        let mut opened = Vec::new();
        for _ in 0..70 {
            // SAFETY: plain numbers and room for two.
            unsafe {
                let mut pair: [libc::c_int; 2] = [-1; 2];
                assert_eq!(libc::pipe2(pair.as_mut_ptr(), libc::O_CLOEXEC), 0);
                opened.extend(pair);
                assert_eq!(
                    libc::socketpair(libc::AF_UNIX, libc::SOCK_STREAM, 0, pair.as_mut_ptr()),
                    0
                );
                opened.extend(pair);
                opened.push(libc::open(c"/proc/self/exe".as_ptr(), libc::O_RDONLY));
                opened.push(libc::timerfd_create(libc::CLOCK_MONOTONIC, 0));
                opened.push(libc::eventfd(0, 0));
            }
        }
        let ring = io_uring::IoUring::new(2);
        opened.extend(ring.iter().map(std::os::fd::AsRawFd::as_raw_fd));
        std::mem::forget(ring);
        assert!(opened.iter().all(|fd| *fd > 2));
    }

    /// Runs a way of closing in a child with many open descriptors, of which two are kept.
    fn leaves_the_kept(close: fn(&Plan) -> bool) {
        unrelated();
        let pipes: Vec<_> = (0..700).map(|_| crate::pipe().unwrap()).collect();
        let kept = [pipes[3].0.raw(), pipes[600].1.raw()];
        let forked = crate::Fork::new()
            .keep(&pipes[3].0)
            .keep(&pipes[600].1)
            .run(move |_| {
                let base = open();
                // SAFETY: plain numbers; nobody else uses them.
                let made = unsafe { (libc::dup(0), libc::dup(0)) };
                unrelated();
                let plan = Plan::new(false, None, Signals::Default, None, &base);
                if !(close(&plan) && made.0 > 2 && made.1 > 2) {
                    return 3;
                }
                // Beside those that are kept, the lifeline and what the child opens for itself.
                let is_gone = base.len() <= kept.len() + 3;
                i32::from(!(is_gone && open() == base && kept.iter().all(|fd| base.contains(fd))))
            })
            .unwrap();
        assert_eq!(forked.child.wait().unwrap().status(), 0);
    }

    #[test]
    fn every_way_of_closing_leaves_what_is_kept_and_nothing_else() {
        // SAFETY: the children own their descriptors.
        leaves_the_kept(|plan| unsafe { close_ranges(plan) });
        leaves_the_kept(|plan| unsafe { close_listed(plan, c"/proc/self/fd") });
        leaves_the_kept(|plan| unsafe {
            close_all(plan);
            true
        });
        leaves_the_kept(|plan| unsafe {
            !close_listed(plan, c"/no/such/directory") && close_ranges(plan)
        });
    }
}
