//! How programs end, and what they take along.

use std::io::Read;
use std::os::unix::process::CommandExt;
use std::process::Stdio;
use std::time::Instant;

use super::{Dir, children, in_time, is_gone, main_of, prints, raw, start, until};

/// Children and threads that wait for ever, unless the program stops.
const BLOCKED: &str = "
(:wat::core::defn :my::doze [] -> :wat::core::nil
  (:wat::core::match (:wat::kernel::sleep (:wat::time::Hour 1)) -> :wat::core::nil
    ((:wat::core::Ok _) :wat::core::nil) ((:wat::core::Err _) (:wat::kernel::println \"woken\"))))
(:wat::core::defn :my::thread [_n <- :wat::core::i64] -> :wat::core::nil
  (:wat::kernel::drop (:wat::kernel::spawn-thread
    (:wat::core::fn [_i <- :wat::kernel::Receiver<wat::core::nil> _o <- :wat::kernel::Sender<wat::core::nil>] -> :wat::core::nil (:my::doze)))))
(:wat::core::defn :my::child [_n <- :wat::core::i64] -> :wat::kernel::ForkedChild
  (:wat::kernel::fork-with-forms (:wat::core::forms
    (:wat::core::defn :user::main [] -> :wat::core::nil
      (:wat::core::do (:wat::kernel::println \"ready\")
        (:wat::core::match (:wat::kernel::sleep (:wat::time::Hour 1)) -> :wat::core::nil
          ((:wat::core::Ok _) :wat::core::nil) ((:wat::core::Err _) :wat::core::nil)))))))
(:wat::core::defn :my::is-ready [kid <- :wat::kernel::ForkedChild] -> :wat::core::bool
  (:wat::core::Option/some? (:wat::io::IOReader/read-line (:wat::kernel::ForkedChild/stdout kid))))
(:wat::core::defn :my::spin [n <- :wat::core::i64] -> :wat::core::nil (:my::spin (:wat::core::+ n 1)))
(:wat::core::defn :my::deaf-child [] -> :wat::kernel::ForkedChild
  (:wat::kernel::fork-with-forms (:wat::core::forms
    (:wat::core::defn :my::spin [n <- :wat::core::i64] -> :wat::core::nil (:my::spin (:wat::core::+ n 1)))
    (:wat::core::defn :user::main [] -> :wat::core::nil
      (:wat::core::do (:wat::kernel::println \"spins\") (:my::spin 0))))))
";

#[test]
fn a_program_that_returns_wakes_its_threads_and_ends_its_children() {
    let text = format!(
        "{BLOCKED}{}",
        main_of(
            "(:wat::core::let [kids (:wat::core::map (:wat::core::range 0 10) :my::child)
                _ (:wat::core::for-each (:wat::core::range 0 10) :my::thread)]
               (:wat::core::do (:wat::kernel::println (:wat::core::every? kids :my::is-ready))
                 (:wat::kernel::readln -> :wat::core::i64) :wat::core::nil))"
        )
    );
    let mut running = start(&text);
    assert_eq!(running.line(), "true");
    let kids = children(running.pid());
    assert_eq!(kids.len(), 10);
    let began = Instant::now();
    running.tell("1");
    for _ in 0..10 {
        assert_eq!(running.line(), "\"woken\"");
    }
    running.ends_well();
    in_time(began, 500);
    assert!(kids.into_iter().all(is_gone));
}

#[test]
fn a_program_that_returns_leaves_a_thread_that_does_not_listen_after_the_grace_period() {
    let text = format!(
        "{BLOCKED}{}",
        main_of(
            "(:wat::core::let [kid (:my::deaf-child)]
               (:wat::core::do
                 (:wat::kernel::drop (:wat::kernel::spawn-thread
                   (:wat::core::fn [_i <- :wat::kernel::Receiver<wat::core::nil> _o <- :wat::kernel::Sender<wat::core::nil>] -> :wat::core::nil
                     (:wat::core::do (:wat::kernel::println (:my::is-ready kid)) (:my::spin 0) (:wat::kernel::drop kid)))))
                 (:wat::kernel::readln -> :wat::core::i64) :wat::core::nil))"
        )
    );
    let mut running = start(&text);
    assert_eq!(running.line(), "true");
    let kids = children(running.pid());
    assert_eq!(kids.len(), 1);
    let began = Instant::now();
    running.tell("1");
    running.ends_well();
    // The grace period is that of the whole process: the child's is over when the thread's is.
    in_time(began, 6000);
    assert!(kids.into_iter().all(is_gone));
}

#[test]
fn a_killed_parent_takes_a_child_along_that_does_not_listen() {
    let text = format!(
        "{BLOCKED}{}",
        main_of(
            "(:wat::core::let [kid (:my::deaf-child)]
               (:wat::core::do (:wat::kernel::println (:my::is-ready kid)) (:my::doze) (:wat::kernel::drop kid)))"
        )
    );
    let mut running = start(&text);
    assert_eq!(running.line(), "true");
    let kids = children(running.pid());
    assert_eq!(kids.len(), 1);
    running.signal(libc::SIGKILL);
    assert_eq!(running.end().0, -1);
    until("the child ends within its grace period", || {
        is_gone(kids[0])
    });
}

#[test]
fn a_program_without_standard_streams_has_children_with_theirs() {
    let text = main_of(
        "(:wat::core::let
           [kid (:wat::kernel::fork-with-forms (:wat::core::forms
                  (:wat::core::defn :user::main [] -> :wat::core::nil
                    (:wat::core::do (:wat::kernel::eprintln \"note\")
                      (:wat::kernel::println (:wat::core::* 2 (:wat::kernel::readln -> :wat::core::i64)))))))
            _ (:wat::io::IOWriter/println (:wat::kernel::ForkedChild/stdin kid) \"21\")
            out (:wat::kernel::drain-lines (:wat::kernel::ForkedChild/stdout kid))
            err (:wat::kernel::drain-lines (:wat::kernel::ForkedChild/stderr kid))
            code (:wat::kernel::wait-child (:wat::kernel::ForkedChild/handle kid))
            to (:wat::io::IOWriter/open-file \"result\")]
           (:wat::io::IOWriter/print to (:wat::edn::write (:wat::core::Tuple out err code))))",
    );
    for closed in [&[0][..], &[1], &[2], &[0, 1], &[1, 2], &[0, 1, 2]] {
        let dir = Dir::with(&[("main.wat", &text)]);
        let mut command = raw(&dir, &[]);
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        // SAFETY: close is async-signal-safe; nobody uses the descriptors before the new image does.
        unsafe {
            command.pre_exec(move || {
                closed.iter().for_each(|fd| {
                    libc::close(*fd);
                });
                Ok(())
            });
        }
        let status = command.status().expect("the binary runs");
        let result = std::fs::read_to_string(dir.path().join("result")).unwrap_or_default();
        assert_eq!(
            (status.code(), result.as_str()),
            (Some(0), "[[\"42\"] [\"\\\"note\\\"\"] 0]"),
            "{closed:?}"
        );
    }
}

/// The signals that end a wat program which has not said what it does with them.
fn fatal() -> impl Iterator<Item = i32> {
    let handled = [
        // Asked to stop, or told.
        libc::SIGHUP,
        libc::SIGINT,
        libc::SIGTERM,
        libc::SIGUSR1,
        libc::SIGUSR2,
        // Ignored.
        libc::SIGPIPE,
        libc::SIGCHLD,
        libc::SIGURG,
        libc::SIGWINCH,
        // Stop and go on.
        libc::SIGSTOP,
        libc::SIGTSTP,
        libc::SIGTTIN,
        libc::SIGTTOU,
        libc::SIGCONT,
    ];
    (1..=31).filter(move |signal| !handled.contains(signal))
}

#[test]
fn a_child_that_a_signal_ends_is_told_with_its_number() {
    let text = format!(
        "{BLOCKED}
(:wat::core::defn :my::one [_n <- :wat::core::i64] -> :wat::core::nil
  (:wat::core::let [p (:wat::kernel::spawn-process (:wat::core::forms
      (:wat::core::defn :user::main [] -> :wat::core::nil
        (:wat::core::do (:wat::kernel::println \"ready\")
          (:wat::core::match (:wat::kernel::sleep (:wat::time::Hour 1)) -> :wat::core::nil
            ((:wat::core::Ok _) :wat::core::nil) ((:wat::core::Err _) :wat::core::nil))))))
     _ (:wat::io::IOReader/read-line (:wat::kernel::Process/stdout p))
     _ (:wat::kernel::println \"go\")
     code (:wat::core::Result/expect -> :wat::core::Option<wat::core::i64> (:wat::kernel::recv (:wat::kernel::Process/exited p)) \"code\")]
    (:wat::core::do (:wat::kernel::println code)
      (:wat::core::match (:wat::kernel::Process/drain-and-join p) -> :wat::core::nil
        ((:wat::core::Ok _) (:wat::kernel::println \"well\"))
        ((:wat::core::Err chain) (:wat::kernel::println chain))))))
(:wat::core::defn :my::all [] -> :wat::core::nil
  (:wat::core::match (:wat::kernel::try-readln -> :wat::core::i64) -> :wat::core::nil
    ((:wat::core::Some n) (:wat::core::do (:my::one n) (:my::all))) (:wat::core::None :wat::core::nil)))
{}",
        main_of("(:my::all)")
    );
    let mut running = start(&text);
    for signal in fatal() {
        running.tell("1");
        assert_eq!(running.line(), "\"go\"");
        let kids = children(running.pid());
        assert_eq!(kids.len(), 1);
        // SAFETY: plain numbers; the child is not reaped yet.
        assert_eq!(unsafe { libc::kill(kids[0], signal) }, 0);
        assert_eq!(running.line(), (128 + signal).to_string());
        assert_eq!(
            running.line(),
            format!("[#wat.kernel.ProcessDiedError/Signaled [{signal}]]")
        );
    }
    assert_eq!(fatal().count(), 17);
    running.ends_well();
}

#[test]
fn a_first_stop_signal_wakes_every_wait_at_once() {
    // One thread in each kind of wait; each of them says that it was woken by the shutdown.
    let waits = [
        "(:wat::core::match (:wat::kernel::sleep (:wat::time::Hour 1)) -> :wat::core::nil ((:wat::core::Ok _) :wat::core::nil) ((:wat::core::Err c) (:my::woken \"sleep\" c)))",
        "(:wat::core::let [[_tx rx] (:my::chan)] (:wat::core::match (:wat::kernel::recv rx) -> :wat::core::nil ((:wat::core::Ok _) :wat::core::nil) ((:wat::core::Err c) (:my::woken \"recv\" c))))",
        "(:wat::core::let [[tx _rx] (:my::chan)] (:wat::core::match (:wat::kernel::send tx 1) -> :wat::core::nil ((:wat::core::Ok _) :wat::core::nil) ((:wat::core::Err c) (:my::woken \"send\" c))))",
        "(:wat::core::let [[_tx rx] (:my::chan) _ (:my::chosen \"select\" (:wat::core::Vector :wat::kernel::Receiver<wat::core::i64> rx rx))] :wat::core::nil)",
        "(:wat::core::let [[w r] (:wat::kernel::pipe) _ (:my::chosen \"select on a pipe\" (:wat::core::Vector :wat::kernel::Receiver<wat::core::i64> (:wat::kernel::Receiver/from-pipe r)))] (:wat::io::IOWriter/flush w))",
        "(:wat::core::let [[w r] (:wat::kernel::pipe) rx (:my::from r) _ (:wat::core::match (:wat::kernel::recv rx) -> :wat::core::nil ((:wat::core::Ok _) :wat::core::nil) ((:wat::core::Err c) (:my::woken \"recv on a pipe\" c)))] (:wat::io::IOWriter/flush w))",
        // Frames of a page: none is half written when the pipe is full, and so nothing is left to be finished.
        "(:wat::core::let [[w r] (:wat::kernel::pipe) tx (:my::to w) _ (:my::fill tx)] (:wat::core::do (:wat::kernel::drop r) :wat::core::nil))",
        // The thread that is joined ends when its joiner has been woken.
        "(:wat::core::let [[w r] (:wat::kernel::pipe) t (:wat::kernel::spawn-thread (:wat::core::fn [_i <- :wat::kernel::Receiver<wat::core::nil> _o <- :wat::kernel::Sender<wat::core::nil>] -> :wat::core::nil (:my::read r)))] (:wat::core::do (:wat::core::match (:wat::kernel::Thread/drain-and-join t) -> :wat::core::nil ((:wat::core::Ok _) :wat::core::nil) ((:wat::core::Err c) (:my::woken \"join\" c))) (:wat::io::IOWriter/close w)))",
    ];
    let spawned: String = waits
        .iter()
        .map(|body| {
            format!("(:wat::kernel::drop (:wat::kernel::spawn-thread (:wat::core::fn [_i <- :wat::kernel::Receiver<wat::core::nil> _o <- :wat::kernel::Sender<wat::core::nil>] -> :wat::core::nil {body})))\n")
        })
        .collect();
    let text = format!(
        "
(:wat::core::defn :my::chan [] -> :wat::kernel::Channel<wat::core::i64> (:wat::kernel::make-bounded-channel :wat::core::i64 0))
(:wat::core::defn :my::from [r <- :wat::io::IOReader] -> :wat::kernel::Receiver<wat::core::i64> (:wat::kernel::Receiver/from-pipe r))
(:wat::core::defn :my::to [w <- :wat::io::IOWriter] -> :wat::kernel::Sender<wat::core::String> (:wat::kernel::Sender/from-pipe w))
(:wat::core::defn :my::woken [how <- :wat::core::String c <- :wat::kernel::ThreadPanics] -> :wat::core::nil
  (:wat::kernel::println (:wat::core::Vector :wat::core::String how (:wat::core::string::join \",\" (:wat::core::map c :wat::kernel::ThreadDiedError/message)))))
(:wat::core::defn :my::chosen [how <- :wat::core::String rxs <- :wat::core::Vector<wat::kernel::Receiver<wat::core::i64>>] -> :wat::core::nil
  (:wat::core::let [[_i got] (:wat::kernel::select rxs)]
    (:wat::core::match got -> :wat::core::nil ((:wat::core::Ok _) :wat::core::nil) ((:wat::core::Err c) (:my::woken how c)))))
(:wat::core::defn :my::fill [tx <- :wat::kernel::Sender<wat::core::String>] -> :wat::core::nil
  (:wat::core::match (:wat::kernel::send tx (:wat::core::string::repeat \"x\" 4093)) -> :wat::core::nil
    ((:wat::core::Ok _) (:my::fill tx)) ((:wat::core::Err c) (:my::woken \"send on a pipe\" c))))
(:wat::core::defn :my::read [r <- :wat::io::IOReader] -> :wat::core::nil
  (:wat::core::let [_ (:wat::io::IOReader/read-line r)] :wat::core::nil))
{}",
        main_of(&format!(
            "(:wat::core::do {spawned} (:wat::kernel::println \"ready\")
               (:wat::core::match (:wat::kernel::sleep (:wat::time::Hour 1)) -> :wat::core::nil ((:wat::core::Ok _) :wat::core::nil) ((:wat::core::Err _) (:my::after 0))))"
        ))
    ) + "(:wat::core::defn :my::after [n <- :wat::core::i64] -> :wat::core::nil (:wat::kernel::println \"main\"))\n";
    let mut running = start(&text);
    assert_eq!(running.line(), "\"ready\"");
    let began = Instant::now();
    running.signal(libc::SIGTERM);
    let (status, mut lines, complaints) = running.end();
    in_time(began, 100);
    assert_eq!((status, complaints.as_str()), (0, ""));
    lines.sort();
    let mut expected: Vec<String> = [
        "sleep",
        "recv",
        "send",
        "select",
        "select on a pipe",
        "recv on a pipe",
        "send on a pipe",
        "join",
    ]
    .map(|how| format!("[\"{how}\" \"process shutdown\"]"))
    .to_vec();
    expected.push("\"main\"".to_owned());
    expected.sort();
    assert_eq!(lines, expected);
}

#[test]
fn a_program_that_waits_for_input_is_woken_by_a_stop_signal() {
    let mut running = start(&main_of(
        "(:wat::core::do (:wat::kernel::println \"ready\") (:wat::kernel::println (:wat::kernel::readln -> :wat::core::i64)))",
    ));
    assert_eq!(running.line(), "\"ready\"");
    running.signal(libc::SIGTERM);
    let mut complaints = String::new();
    let mut stderr = running.child.stderr.take().expect("stderr is piped");
    stderr.read_to_string(&mut complaints).expect("text");
    assert!(complaints.contains("WAT8527"), "{complaints}");
    assert_eq!(running.child.wait().expect("it ends").code(), Some(1));
}

#[test]
fn the_configuration_of_a_program_is_that_of_its_children() {
    let told = "(:wat::core::defn :user::main [] -> :wat::core::nil (:wat::kernel::println (:wat::core::Vector :wat::core::i64 (:wat::config::dim-count) (:wat::config::global-seed))))";
    let code = |form: &str| {
        format!(
            "(:wat::core::let [kid (:wat::kernel::fork-with-forms (:wat::core::forms {form} {told}))]
               (:wat::kernel::println (:wat::kernel::drain-lines (:wat::kernel::ForkedChild/stdout kid))))"
        )
    };
    let text = format!(
        "(:wat::config::set-dim-count! 1024)\n(:wat::config::set-global-seed! 7)\n{}",
        main_of(&format!(
            "(:wat::core::do {} {} (:wat::kernel::println (:wat::core::map (:wat::kernel::run-processes (:wat::core::range 0 1)
               (:wat::core::fn [_n <- :wat::core::i64] -> :wat::core::i64 (:wat::config::dim-count))) (:wat::core::fn [d <- :wat::core::i64] -> :wat::core::i64 d))))",
            code(""),
            code("(:wat::config::set-dim-count! 2048)")
        ))
    );
    prints(&text, "", "[\"[1024 7]\"]\n[\"[2048 7]\"]\n[1024]\n");
}
