//! Children of a nursery: what they are given, and that they have nothing of their own before they need it.

use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use wat_kernel::{Exit, Fork, Interest, Nursery, pipe, poll, process};

fn threads() -> usize {
    std::fs::read_dir("/proc/self/task").unwrap().count()
}

fn limit(resource: libc::__rlimit_resource_t) -> u64 {
    // SAFETY: the structure is plain numbers and valid for the call.
    unsafe {
        let mut limit: libc::rlimit = std::mem::zeroed();
        assert_eq!(libc::getrlimit(resource, &raw mut limit), 0);
        limit.rlim_cur
    }
}

/// The end of a child of a new nursery, and what it wrote.
fn nursed(work: impl FnOnce() -> i32) -> (Exit, Vec<u8>, Vec<u8>) {
    let nursery = Nursery::new(512, || {}).unwrap();
    let (theirs, _ours) = pipe().unwrap();
    let ((child_out, stdout), (child_err, stderr)) = (pipe().unwrap(), pipe().unwrap());
    let outputs = [&child_out, &child_err];
    let child = nursery.fork(&theirs, outputs, |_| work()).unwrap();
    drop((child_out, child_err));
    let (out, err) = (stdout.read_to_end().unwrap(), stderr.read_to_end().unwrap());
    (child.conclude().unwrap(), out, err)
}

#[test]
fn a_child_of_a_nursery_reads_nothing_writes_to_pipes_and_has_limits() {
    let (exit, out, err) = nursed(|| {
        assert_eq!(wat_kernel::stdin().read(&mut [0; 1]).unwrap(), 0);
        wat_kernel::stdout().write_all(b"out").unwrap();
        wat_kernel::stderr().write_all(b"err").unwrap();
        assert_eq!(limit(libc::RLIMIT_CORE), 0);
        assert!(limit(libc::RLIMIT_NOFILE) <= 512);
        // SAFETY: plain numbers.
        assert_eq!(unsafe { libc::getpgrp() }, std::process::id() as i32);
        7
    });
    assert_eq!(
        (exit, &*out, &*err),
        (Exit::Code(7), &b"out"[..], &b"err"[..])
    );
}

#[test]
fn its_signals_have_their_default_actions_but_for_those_of_programs() {
    let (exit, ..) = nursed(|| {
        let handled = [
            libc::SIGTERM,
            libc::SIGINT,
            libc::SIGUSR1,
            libc::SIGUSR2,
            libc::SIGHUP,
            libc::SIGCONT,
            libc::SIGTSTP,
            libc::SIGPIPE,
        ];
        for signal in 1..32 {
            // SAFETY: the structure is plain numbers and valid for the call.
            let action = unsafe {
                let mut action: libc::sigaction = std::mem::zeroed();
                libc::sigaction(signal, std::ptr::null(), &raw mut action);
                action.sa_sigaction
            };
            let is_default = action == libc::SIG_DFL;
            assert_eq!(is_default, !handled.contains(&signal), "signal {signal}");
        }
        0
    });
    assert_eq!(exit, Exit::Code(0));
}

#[test]
fn it_watches_its_signals_once_it_attends_and_has_no_thread_before() {
    let (exit, ..) = nursed(|| {
        assert_eq!((threads(), process::has_attended()), (1, false));
        // SAFETY: plain numbers.
        unsafe { libc::kill(libc::getpid(), libc::SIGTERM) };
        assert!(!process::is_stopping());
        let shutdown = process::shutdown().unwrap();
        assert!(process::has_attended());
        // The signal that came before is seen now.
        poll(&[(shutdown, Interest::Read)], None).unwrap();
        assert!(process::is_stopping());
        assert_eq!(process::stop_signal(), Some(libc::SIGTERM));
        0
    });
    assert_eq!(exit, Exit::Code(0));
}

#[test]
fn whoever_starts_a_thread_or_a_process_attends() {
    let (exit, ..) = nursed(|| {
        assert!(!wat_kernel::thread::has_spawned());
        let thread = wat_kernel::thread::spawn("other", None, || 1).unwrap();
        i32::from(thread.join() != Some(1) || !process::has_attended())
    });
    assert_eq!(exit, Exit::Code(0));
    let (exit, ..) = nursed(|| {
        assert!(!wat_kernel::has_forked());
        let inner = Fork::new().run(|_| 5).unwrap();
        let is_right = inner.child.wait().unwrap() == Exit::Code(5) && process::has_attended();
        i32::from(!is_right || !wat_kernel::has_forked())
    });
    assert_eq!(exit, Exit::Code(0));
}

#[test]
fn what_is_to_be_done_when_it_attends_is_done_once() {
    static TIMES: AtomicU32 = AtomicU32::new(0);
    fn count() {
        TIMES.fetch_add(1, Relaxed);
    }
    let nursery = Nursery::new(512, count).unwrap();
    let (theirs, _ours) = pipe().unwrap();
    let work = |_| {
        let before = TIMES.load(Relaxed);
        process::attend();
        process::attend();
        (10 * before + TIMES.load(Relaxed)) as i32
    };
    let child = nursery.fork(&theirs, [&theirs; 2], work).unwrap();
    assert_eq!(child.conclude().unwrap(), Exit::Code(1));
}

#[test]
fn it_knows_what_it_has_opened() {
    let (exit, ..) = nursed(|| {
        assert!(!wat_kernel::has_opened());
        let before = wat_kernel::open_descriptors::<512>().unwrap();
        let ends = pipe().unwrap();
        assert!(wat_kernel::has_opened());
        let after = wat_kernel::open_descriptors::<512>().unwrap();
        let new: Vec<_> = (0..512).filter(|&fd| after[fd] && !before[fd]).collect();
        let mut made = [ends.0.raw() as usize, ends.1.raw() as usize];
        made.sort_unstable();
        assert_eq!(new, made);
        0
    });
    assert_eq!(exit, Exit::Code(0));
}

#[test]
fn its_memory_is_limited_beyond_what_its_parent_has() {
    let mut nursery = Nursery::new(512, || {}).unwrap();
    nursery.limit_memory(64 << 20).unwrap();
    let (theirs, _ours) = pipe().unwrap();
    let fits = |bytes: usize| Vec::<u8>::new().try_reserve_exact(bytes).is_ok();
    let work = |_| i32::from(fits(16 << 20)) + 2 * i32::from(fits(256 << 20));
    let child = nursery.fork(&theirs, [&theirs; 2], work).unwrap();
    assert_eq!(child.conclude().unwrap(), Exit::Code(1));
}

#[test]
fn its_environment_can_be_replaced() {
    let (exit, ..) = nursed(|| {
        process::replace_environment(&[("ONE", "1")]);
        let all: Vec<_> = std::env::vars().collect();
        i32::from(all != [("ONE".to_owned(), "1".to_owned())])
    });
    assert_eq!(exit, Exit::Code(0));
}

#[test]
fn it_is_killed_when_its_parent_is() {
    let (theirs, ours) = pipe().unwrap();
    let middle = Fork::new().keep(&theirs).run(|mut io| {
        let theirs = io.kept().pop().unwrap();
        let nursery = Nursery::new(512, || {}).unwrap();
        let _child = nursery.fork(&theirs, [&theirs; 2], |theirs| {
            theirs.write_all(b"x").unwrap();
            loop {
                std::hint::spin_loop();
            }
        });
        // SAFETY: plain numbers.
        unsafe { libc::kill(libc::getpid(), libc::SIGKILL) };
        1
    });
    drop(theirs);
    let exit = middle.unwrap().child.wait().unwrap();
    assert_eq!(exit, Exit::Signal(libc::SIGKILL));
    // The end of the pipe comes when nobody is left.
    assert!(ours.read_to_end().unwrap().len() <= 1);
}

#[test]
fn the_rest_of_its_group_ends_with_it() {
    let (theirs, ours) = pipe().unwrap();
    let nursery = Nursery::new(512, || {}).unwrap();
    let work = |_| {
        // SAFETY: the copy makes calls that are allowed after a fork.
        unsafe {
            if libc::fork() == 0 {
                loop {
                    libc::pause();
                }
            }
            libc::_exit(0)
        }
    };
    let child = nursery.fork(&theirs, [&theirs; 2], work).unwrap();
    drop(theirs);
    assert_eq!(child.conclude().unwrap(), Exit::Code(0));
    assert_eq!(ours.read_to_end().unwrap(), b"");
}
