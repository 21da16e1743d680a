use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::full::{limit, numbers};
use wat_kernel::{Exit, Fork, Forked, Interest, is_forked, pipe, poll, process, stdin, stdout};

/// The open descriptors above the standard streams.
pub fn open_descriptors() -> Vec<i32> {
    let mut open: Vec<i32> = std::fs::read_dir("/proc/self/fd")
        .unwrap()
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        // SAFETY: plain numbers. The directory itself was open while it was read.
        .filter(|fd| *fd > 2 && unsafe { libc::fcntl(*fd, libc::F_GETFD) } >= 0)
        .collect();
    open.sort_unstable();
    open
}

fn threads() -> usize {
    std::fs::read_dir("/proc/self/task").unwrap().count()
}

fn has_children() -> bool {
    // SAFETY: the structure is plain numbers and valid for the call.
    unsafe {
        let mut info: libc::siginfo_t = std::mem::zeroed();
        let flags = libc::WEXITED | libc::WNOHANG | libc::WNOWAIT;
        libc::waitid(libc::P_ALL, 0, &raw mut info, flags) == 0
    }
}

/// Checks in a process of its own that the work leaves no descriptor, no thread and no child.
fn leaves_nothing(work: impl FnOnce()) {
    let forked = Fork::new()
        .run(|_| {
            // The warden's own descriptors and thread are there from the start.
            let before = (open_descriptors(), threads());
            work();
            // A thread that was joined stands in the system's list a little longer.
            let deadline = Instant::now() + Duration::from_secs(5);
            while threads() > before.1 && Instant::now() < deadline {
                std::thread::yield_now();
            }
            let after = (open_descriptors(), threads());
            if before != after || has_children() {
                let told = format!("{before:?} {after:?} {}", has_children());
                wat_kernel::stderr().write_all(told.as_bytes()).unwrap();
                return 1;
            }
            0
        })
        .unwrap();
    let end = forked.collect(b"", None).unwrap();
    let told = String::from_utf8_lossy(&end.stderr).into_owned();
    assert_eq!(end.exit, Some(Exit::Code(0)), "{told}");
}

/// Waits in a child until the shutdown begins.
pub fn until_shutdown() {
    let shutdown = process::shutdown().unwrap();
    poll(&[(shutdown, Interest::Read)], None).unwrap();
}

#[test]
fn a_child_reads_writes_and_ends_with_its_status() {
    let forked = Fork::new()
        .run(|_| {
            assert!(is_forked());
            let line = stdin().read_to_end().unwrap();
            stdout().write_all(&[b"got ", &line[..]].concat()).unwrap();
            wat_kernel::stderr().write_all(b"note").unwrap();
            42
        })
        .unwrap();
    let end = forked.collect(b"word", None).unwrap();
    assert_eq!(end.stdout, b"got word");
    assert_eq!(end.stderr, b"note");
    assert_eq!(end.exit, Some(Exit::Code(42)));
}

#[test]
fn a_panic_in_a_child_is_a_status_and_no_text() {
    let forked = Fork::new().run(|_| panic!("nobody reads this")).unwrap();
    let end = forked.collect(b"", None).unwrap();
    assert_eq!((end.stderr.len(), end.exit), (0, Some(Exit::Code(2))));
}

#[test]
fn both_outputs_and_the_input_go_on_at_the_same_time() {
    let big = vec![b'x'; 1 << 20];
    let forked = Fork::new()
        .run(|_| {
            wat_kernel::stderr()
                .write_all(&vec![b'e'; 4 << 20])
                .unwrap();
            let read = stdin().read_to_end().unwrap();
            stdout().write_all(&read).unwrap();
            0
        })
        .unwrap();
    let end = forked.collect(&big, None).unwrap();
    assert_eq!(end.stdout, big);
    assert_eq!(end.stderr.len(), 4 << 20);
}

#[test]
fn a_deadline_ends_a_child_that_goes_on() {
    let forked = Fork::new()
        .run(|_| {
            stdout().write_all(b"begun").unwrap();
            loop {
                std::hint::spin_loop();
            }
        })
        .unwrap();
    let pid = forked.child.pid();
    let deadline = Instant::now() + Duration::from_millis(300);
    let end = forked.collect(b"", Some(deadline)).unwrap();
    assert_eq!((end.stdout.as_slice(), end.exit), (&b"begun"[..], None));
    // SAFETY: plain numbers. Nothing is left that could get a signal.
    assert_eq!(unsafe { libc::kill(pid, 0) }, -1);
}

/// Bytes of memory that this process has.
fn resident() -> u64 {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
    let pages = statm.split_whitespace().nth(1).unwrap();
    4096 * pages.parse::<u64>().unwrap()
}

#[test]
fn many_forks_leave_nothing() {
    let began = Instant::now();
    leaves_nothing(|| {
        let before = resident();
        for round in 0..numbers(500, 10_000) as i32 {
            let forked = Fork::new().run(move |_| round % 5).unwrap();
            assert_eq!(forked.child.wait().unwrap(), Exit::Code(round % 5));
        }
        assert!(resident() < before + (32 << 20));
    });
    assert!(began.elapsed() < Duration::from_secs(300));
}

#[test]
fn released_children_are_killed_and_reaped() {
    let began = Instant::now();
    leaves_nothing(|| {
        let count = numbers(100, 1000);
        let children: Vec<Forked> = (0..count)
            .map(|_| {
                Fork::new()
                    .run(|_| {
                        until_shutdown();
                        0
                    })
                    .unwrap()
            })
            .collect();
        assert_eq!(wat_kernel::live_children().len(), count);
        drop(children);
        assert!(wat_kernel::live_children().is_empty());
    });
    assert!(began.elapsed() < limit(300, 10_000));
}

#[test]
fn a_process_that_exits_takes_its_children_along() {
    let forked = Fork::new()
        .run(|_| {
            let kid = Fork::new()
                .run(|_| {
                    until_shutdown();
                    0
                })
                .unwrap();
            stdout().write_all(&kid.child.pid().to_ne_bytes()).unwrap();
            // The handle is never released: the exit routine finds the child.
            std::mem::forget(kid);
            0
        })
        .unwrap();
    let end = forked.collect(b"", None).unwrap();
    let pid = i32::from_ne_bytes(end.stdout.try_into().unwrap());
    assert_eq!(end.exit, Some(Exit::Code(0)));
    // SAFETY: plain numbers.
    assert_eq!(unsafe { libc::kill(pid, 0) }, -1);
}

#[test]
fn waiting_again_and_from_many_threads_gives_one_answer() {
    leaves_nothing(|| {
        let forked = Fork::new()
            .run(|_| {
                stdin().read_to_end().unwrap();
                9
            })
            .unwrap();
        let Forked { child, stdin, .. } = forked;
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..100 {
                        assert_eq!(child.wait().unwrap(), Exit::Code(9));
                    }
                });
            }
            drop(stdin);
        });
    });
}

#[test]
fn an_end_by_signal_is_told_as_such() {
    for signal in [libc::SIGKILL, libc::SIGABRT, libc::SIGSEGV, libc::SIGXCPU] {
        let forked = Fork::new()
            .run(|_| {
                until_shutdown();
                0
            })
            .unwrap();
        forked.child.signal(signal).unwrap();
        let exit = forked.child.wait().unwrap();
        assert_eq!(
            (exit, exit.status()),
            (Exit::Signal(signal), 128 + i64::from(signal))
        );
        forked.child.signal(signal).unwrap();
    }
}

#[test]
fn a_stop_signal_begins_the_shutdown_and_a_second_one_ends_the_process() {
    let stubborn = |stops: i32| {
        let forked = Fork::new()
            .run(move |_| {
                stdout().write_all(b"r").unwrap();
                until_shutdown();
                stdout().write_all(b"s").unwrap();
                if stops == 1 {
                    return i32::from(process::stop_signal() != Some(libc::SIGTERM));
                }
                loop {
                    std::hint::spin_loop();
                }
            })
            .unwrap();
        for _ in 0..stops {
            forked.stdout.read(&mut [0]).unwrap();
            forked.child.signal(libc::SIGTERM).unwrap();
        }
        forked.child.wait().unwrap()
    };
    assert_eq!(stubborn(1), Exit::Code(0));
    assert_eq!(stubborn(2), Exit::Code(128 + libc::SIGTERM));
}

#[test]
fn a_child_has_its_warden_whatever_other_threads_did_at_the_fork() {
    let goes_on = AtomicBool::new(true);
    std::thread::scope(|scope| {
        // Threads of the standard library begin and end all the time.
        let busy = || {
            while goes_on.load(Ordering::Relaxed) {
                std::thread::spawn(|| ()).join().unwrap();
            }
        };
        scope.spawn(busy);
        let ends: Vec<Option<Exit>> = (0..200)
            .map(|_| {
                let forked = Fork::new()
                    .run(|_| {
                        stdout().write_all(b"r").unwrap();
                        until_shutdown();
                        0
                    })
                    .unwrap();
                forked.stdout.read(&mut [0]).unwrap();
                forked.child.signal(libc::SIGTERM).unwrap();
                let deadline = Instant::now() + Duration::from_secs(20);
                forked.child.wait_until(deadline).unwrap()
            })
            .collect();
        goes_on.store(false, Ordering::Relaxed);
        assert!(
            ends.iter().all(|end| *end == Some(Exit::Code(0))),
            "{ends:?}"
        );
    });
}

#[test]
fn user_signals_set_flags_that_stay_until_reset() {
    use process::UserSignal::{Hup, Usr1, Usr2};
    let forked = Fork::new()
        .run(|_| {
            stdout().write_all(b"r").unwrap();
            stdin().read(&mut [0]).unwrap();
            let seen = [Usr1, Usr2, Hup].map(|signal| signal.arrived());
            Usr1.reset();
            i32::from(seen != [true, false, true] || Usr1.arrived() || !Hup.arrived())
        })
        .unwrap();
    forked.stdout.read(&mut [0]).unwrap();
    for signal in [libc::SIGUSR1, libc::SIGHUP, libc::SIGUSR1] {
        forked.child.signal(signal).unwrap();
    }
    forked.stdin.write_all(b"g").unwrap();
    assert_eq!(forked.child.wait().unwrap(), Exit::Code(0));
}

#[test]
fn what_is_inherited_is_inert_in_a_child() {
    let outer = Fork::new()
        .run(|_| {
            stdin().read_to_end().unwrap();
            5
        })
        .unwrap();
    let (writer, reader) = pipe().unwrap();
    let inner = Fork::new()
        .run(|_| {
            let all = outer.child.wait().is_err()
                && outer.child.signal(libc::SIGKILL).is_err()
                && !writer.is_ours()
                && open_descriptors().iter().all(|fd| *fd != writer.raw());
            drop((outer, writer));
            i32::from(!all)
        })
        .unwrap();
    assert_eq!(inner.child.wait().unwrap(), Exit::Code(0));
    drop(reader);
}

#[test]
fn a_handle_that_a_child_inherited_does_not_kill() {
    let first = Fork::new()
        .run(|_| {
            stdin().read_to_end().unwrap();
            6
        })
        .unwrap();
    let handle = &first.child;
    let second = Fork::new()
        .run(|_| {
            // SAFETY: the copy belongs to this process's memory; it is dropped once, here.
            drop(unsafe { std::ptr::read(handle) });
            0
        })
        .unwrap();
    assert_eq!(second.child.wait().unwrap(), Exit::Code(0));
    assert_eq!(first.child.try_wait().unwrap(), None);
    let end = first.collect(b"", None).unwrap();
    assert_eq!(end.exit, Some(Exit::Code(6)));
}

#[test]
fn a_child_gets_what_is_handed_to_it() {
    let (writer, reader) = pipe().unwrap();
    let (other, _unrelated) = pipe().unwrap();
    let forked = Fork::new()
        .keep(&writer)
        .run(|mut io| {
            let kept = io.kept();
            kept[0].write_all(b"over").unwrap();
            i32::from(kept.len() != 1 || other.write(b"x").is_ok())
        })
        .unwrap();
    drop(writer);
    assert_eq!(forked.child.wait().unwrap(), Exit::Code(0));
    assert_eq!(reader.read_to_end().unwrap(), b"over");
}

/// The first pieces of a chain of allocations of one size.
fn churn(stop: &AtomicBool, sizes: std::ops::Range<usize>) {
    let mut size = sizes.start;
    while !stop.load(Ordering::Relaxed) {
        std::hint::black_box(vec![1u8; size]);
        size = if size + 16 < sizes.end {
            size + 16
        } else {
            sizes.start
        };
    }
}

/// Forks so many children while so many threads allocate blocks of these sizes.
fn forks_beside(threads: usize, sizes: std::ops::Range<usize>, forks: usize) {
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            let sizes = sizes.clone();
            scope.spawn(|| churn(&stop, sizes));
        }
        let outcome = std::panic::catch_unwind(|| {
            for _ in 0..forks {
                let forked = Fork::new()
                    .run(|_| {
                        let pieces: Vec<Vec<u8>> = (0..10_000).map(|_| vec![1; 1678]).collect();
                        i32::from(pieces.len() != 10_000)
                    })
                    .unwrap();
                let deadline = Instant::now() + Duration::from_secs(30);
                let exit = forked.child.wait_until(deadline).unwrap();
                assert_eq!(exit, Some(Exit::Code(0)));
            }
        });
        stop.store(true, Ordering::Relaxed);
        outcome.unwrap();
    });
}

#[test]
fn children_of_a_process_that_allocates_allocate_too() {
    forks_beside(8, 16..512, numbers(20, 500));
    forks_beside(8, 16..65_536, numbers(20, 100));
    forks_beside(40, 16..65_536, numbers(10, 100));
}

#[test]
fn a_process_without_room_for_pipes_forks_nothing_and_leaves_nothing() {
    leaves_nothing(|| {
        // SAFETY: the structure is valid for the calls.
        unsafe {
            let mut limit: libc::rlimit = std::mem::zeroed();
            libc::getrlimit(libc::RLIMIT_NOFILE, &raw mut limit);
            for room in 3..20 {
                let soft = libc::rlimit {
                    rlim_cur: room,
                    ..limit
                };
                libc::setrlimit(libc::RLIMIT_NOFILE, &raw const soft);
                match Fork::new().run(|_| 0) {
                    Ok(forked) => drop(forked),
                    Err(error) => assert!(error.to_string().contains("pipe2"), "{error}"),
                }
            }
            libc::setrlimit(libc::RLIMIT_NOFILE, &raw const limit);
        }
    });
}

#[test]
fn a_process_that_may_have_no_more_processes_makes_none_and_leaves_nothing() {
    leaves_nothing(|| {
        // SAFETY: plain numbers, and a structure that is valid for the calls.
        unsafe {
            // Who may do everything is not limited.
            if libc::getuid() == 0 {
                assert_eq!(libc::setresuid(65_534, 65_534, 65_534), 0);
                // It may look at itself all the same.
                libc::prctl(libc::PR_SET_DUMPABLE, 1, 0, 0, 0);
            }
            let none = libc::rlimit {
                rlim_cur: 1,
                rlim_max: 1,
            };
            assert_eq!(libc::setrlimit(libc::RLIMIT_NPROC, &raw const none), 0);
        }
        for _ in 0..20 {
            let error = Fork::new().run(|_| 0).unwrap_err();
            assert!(error.to_string().contains("fork"), "{error}");
            assert!(wat_kernel::thread::spawn("one", None, || ()).is_err());
        }
        assert!(wat_kernel::live_children().is_empty());
    });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn what_goes_in_comes_out(input in proptest::collection::vec(any::<u8>(), 0..200_000), code in 0..=255i32) {
        let forked = Fork::new().run(move |_| {
            stdout().write_all(&stdin().read_to_end().unwrap()).unwrap();
            code
        }).unwrap();
        let end = forked.collect(&input, None).unwrap();
        prop_assert_eq!(end.stdout, input);
        prop_assert_eq!(end.exit, Some(Exit::Code(code)));
    }
}
