//! Programs in children of a process that is busy: with its analysis, with its threads.

use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
use std::time::{Duration, Instant};

use wat_analysis::{FileKind, Options, RootDatabase, SourceText, all_program_diagnostics};
use wat_driver::ProgramLauncher;
use wat_kernel::{Exit, Fork};
use wat_load::InMemoryLoader;
use wat_runtime::{Launcher, Limits, Scope, Streams, Unchecked};

fn launcher() -> ProgramLauncher {
    let limits = Limits {
        stack_bytes: 1 << 24,
        ..Limits::default()
    };
    let loader = Arc::new(InMemoryLoader::new());
    ProgramLauncher::new(Options::default(), limits, loader, Arc::default())
}

/// A program whose text is another one each time.
fn program(number: usize) -> String {
    format!(
        "(:wat::core::defn :my::f{number} [n <- :wat::core::i64] -> :wat::core::i64 (:wat::core::* n {number}))
         (:wat::core::defn :user::main [] -> :wat::core::nil (:wat::kernel::println (:my::f{number} 2)))"
    )
}

#[test]
fn children_of_a_process_that_analyses_on_four_threads_analyse_too() {
    let count = super::kernel::numbers(60, 1000);
    let stop = AtomicBool::new(false);
    let analysed = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let (stop, analysed) = (&stop, &analysed);
            scope.spawn(move || {
                let mut db = RootDatabase::new();
                let mut round = thread;
                while !stop.load(Ordering::Relaxed) {
                    let text = SourceText::new(program(round));
                    let file = db.set_file("main.wat", text, FileKind::Disk);
                    assert_eq!(all_program_diagnostics(&db, file).len(), 0);
                    analysed.fetch_add(1, Ordering::Relaxed);
                    round += 4;
                }
            });
        }
        let outcome = std::panic::catch_unwind(|| {
            for number in 0..count {
                let launcher = launcher();
                let forked = Fork::new()
                    .run(move |_| {
                        let program = Unchecked::Text(program(number));
                        let prepared = launcher.prepare(&program, &Scope::Nothing);
                        let ran = prepared.and_then(|ready| ready.run(Streams::standard()));
                        ran.map_or_else(|ended| ended.status, |()| 0)
                    })
                    .expect("a child");
                // Nobody needs as long, unless a lock of its parent keeps it waiting.
                let deadline = Instant::now() + Duration::from_secs(60);
                let ended = forked.collect(b"", Some(deadline)).expect("it is read");
                assert_eq!(ended.exit, Some(Exit::Code(0)), "child {number}");
                let expected = format!("{}\n", 2 * number);
                assert_eq!(String::from_utf8_lossy(&ended.stdout), expected);
            }
        });
        stop.store(true, Ordering::Relaxed);
        outcome.expect("every child ends well");
    });
    assert!(analysed.load(Ordering::Relaxed) > 4);
}

#[test]
fn a_child_checks_with_nothing_of_its_parents_database() {
    // A thread of the parent stands in the middle of a query, with the text that the child is given; it goes on when the
    // child has ended. What happens in the parent's database is counted, in the child's copy too.
    let events = Arc::new(AtomicUsize::new(0));
    let (stands, goes_on) = (Barrier::new(2), Barrier::new(2));
    let gate = Arc::new((stands, goes_on));
    let analysing = std::thread::spawn({
        let (events, gate) = (events.clone(), gate.clone());
        move || {
            let has_stood = AtomicBool::new(false);
            let mut db = RootDatabase::with_events(move |event| {
                events.fetch_add(1, Ordering::SeqCst);
                let executes = format!("{:?}", event.kind).contains("WillExecute");
                if executes && !has_stood.swap(true, Ordering::SeqCst) {
                    gate.0.wait();
                    gate.1.wait();
                }
            });
            let file = db.set_file("-#source", SourceText::new(program(7)), FileKind::Disk);
            all_program_diagnostics(&db, file).len()
        }
    });
    gate.0.wait();
    let before = events.load(Ordering::SeqCst);
    assert!(before > 0);
    let (launcher, counted) = (launcher(), events.clone());
    let forked = Fork::new()
        .run(move |_| {
            let prepared = launcher.prepare(&Unchecked::Text(program(7)), &Scope::Nothing);
            let ran = prepared.and_then(|ready| ready.run(Streams::standard()));
            let is_untouched = counted.load(Ordering::SeqCst) == before;
            ran.map_or_else(|ended| ended.status, |()| if is_untouched { 0 } else { 9 })
        })
        .expect("a child");
    let deadline = Instant::now() + Duration::from_secs(60);
    let ended = forked.collect(b"", Some(deadline)).expect("it is read");
    gate.1.wait();
    assert_eq!(ended.exit, Some(Exit::Code(0)));
    assert_eq!(String::from_utf8_lossy(&ended.stdout), "14\n");
    assert_eq!(analysing.join().expect("it goes on"), 0);
}

#[test]
fn the_programs_of_the_kernel_hold_where_rings_are_not_used_too() {
    let tests = std::env::current_exe().expect("the tests have a path");
    let output = Command::new(tests)
        .args(["kernel::", "--test-threads", "2"])
        .env("WAT_SELECT_BACKEND", "poll")
        .output()
        .expect("the tests run");
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{told}");
    let count = told.lines().filter(|line| line.ends_with(" ... ok"));
    assert!(count.count() > 15, "{told}");
}
