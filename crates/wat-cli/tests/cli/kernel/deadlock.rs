//! Programs that wait for nobody are told so; those that wait for time, pipes or children are not (05 K9).

use std::time::{Duration, Instant};

use super::{in_time, is_full, main_of, start, until};

const HELP: &str = "
(:wat::core::defn :my::chan [n <- :wat::core::i64] -> :wat::kernel::Channel<wat::core::i64> (:wat::kernel::make-bounded-channel :wat::core::i64 n))
(:wat::core::defn :my::from [r <- :wat::io::IOReader] -> :wat::kernel::Receiver<wat::core::i64> (:wat::kernel::Receiver/from-pipe r))
(:wat::core::defn :my::get [rx <- :wat::kernel::Receiver<wat::core::i64>] -> :wat::core::nil
  (:wat::core::match (:wat::kernel::recv rx) -> :wat::core::nil ((:wat::core::Ok _) :wat::core::nil) ((:wat::core::Err c) (:my::fail c))))
(:wat::core::defn :my::put [tx <- :wat::kernel::Sender<wat::core::i64>] -> :wat::core::nil
  (:wat::core::match (:wat::kernel::send tx 1) -> :wat::core::nil ((:wat::core::Ok _) :wat::core::nil) ((:wat::core::Err c) (:my::fail c))))
(:wat::core::defn :my::choose [rxs <- :wat::core::Vector<wat::kernel::Receiver<wat::core::i64>>] -> :wat::core::nil
  (:wat::core::let [[_i got] (:wat::kernel::select rxs)]
    (:wat::core::match got -> :wat::core::nil ((:wat::core::Ok _) :wat::core::nil) ((:wat::core::Err c) (:my::fail c)))))
(:wat::core::defn :my::fail [c <- :wat::kernel::ThreadPanics] -> :wat::core::nil
  (:wat::kernel::assertion-failed! (:wat::core::string::join \" \" (:wat::core::map c :wat::kernel::ThreadDiedError/message)) :wat::core::None :wat::core::None))
(:wat::core::defn :my::doze [] -> :wat::core::nil
  (:wat::core::match (:wat::kernel::sleep (:wat::time::Hour 1)) -> :wat::core::nil ((:wat::core::Ok _) :wat::core::nil) ((:wat::core::Err c) (:my::fail c))))
(:wat::core::defn :my::begin [work <- :wat::core::Fn(wat::core::i64)->wat::core::nil] -> :wat::kernel::Thread<wat::core::nil,wat::core::nil>
  (:wat::kernel::spawn-thread
    (:wat::core::fn [_i <- :wat::kernel::Receiver<wat::core::nil> _o <- :wat::kernel::Sender<wat::core::nil>] -> :wat::core::nil (work 0))))
(:wat::core::defn :my::join [t <- :wat::kernel::Thread<wat::core::nil,wat::core::nil>] -> :wat::core::nil
  (:wat::core::match (:wat::kernel::Thread/drain-and-join t) -> :wat::core::nil ((:wat::core::Ok _) :wat::core::nil) ((:wat::core::Err c) (:my::fail c))))
(:wat::core::defn :my::ring [n <- :wat::core::i64 first <- :wat::kernel::Receiver<wat::core::i64> last <- :wat::kernel::Sender<wat::core::i64>] -> :wat::core::nil
  (:wat::core::if (:wat::core::= n 0) -> :wat::core::nil
    (:wat::core::do (:my::get first) (:my::put last))
    (:wat::core::let [[tx rx] (:my::chan 1)
       _ (:wat::kernel::drop (:my::begin (:wat::core::fn [_n <- :wat::core::i64] -> :wat::core::nil (:wat::core::do (:my::get first) (:my::put tx)))))]
      (:my::ring (:wat::core::- n 1) rx last))))
";

const ARMS: &str = ":wat::core::Vector :wat::kernel::Receiver<wat::core::i64>";
const CHILD: &str = "(:wat::core::forms (:wat::core::defn :user::main [] -> :wat::core::nil
  (:wat::core::match (:wat::kernel::sleep (:wat::time::Hour 1)) -> :wat::core::nil ((:wat::core::Ok _) :wat::core::nil) ((:wat::core::Err _) :wat::core::nil))))";

/// Says that it is ready before it evaluates the body.
fn program(body: &str) -> String {
    let body = body.replace("ARMS", ARMS).replace("CHILD", CHILD);
    format!(
        "{HELP}{}",
        main_of(&format!(
            "(:wat::core::do (:wat::kernel::println \"ready\") {body})"
        ))
    )
}

/// Bodies that wait for nobody.
fn deadlocks() -> Vec<String> {
    let mut bodies: Vec<String> = [
        "(:wat::core::let [[tx rx] (:my::chan 1)] (:wat::core::do (:my::get rx) (:wat::kernel::drop tx)))",
        "(:wat::core::let [[tx rx] (:my::chan 1)] (:wat::core::do (:my::put tx) (:my::put tx) (:wat::kernel::drop rx)))",
        "(:wat::core::let [[tx rx] (:my::chan 0)] (:wat::core::do (:my::put tx) (:wat::kernel::drop rx)))",
        "(:wat::core::let [[tx rx] (:my::chan 1)] (:wat::core::do (:my::choose (ARMS rx)) (:wat::kernel::drop tx)))",
        "(:wat::core::let [[a b] (:my::chan 1) [c d] (:my::chan 0)] (:wat::core::do (:my::choose (ARMS b d b)) (:wat::kernel::drop a) (:wat::kernel::drop c)))",
        "(:wat::core::let [[tx rx] (:my::chan 1) t (:my::begin (:wat::core::fn [_n <- :wat::core::i64] -> :wat::core::nil (:my::choose (ARMS rx))))] (:wat::core::do (:my::get rx) (:wat::kernel::drop t) (:wat::kernel::drop tx)))",
        "(:wat::core::let [[tx rx] (:my::chan 1)] (:wat::core::do (:wat::kernel::run-threads (:wat::core::range 0 3) (:wat::core::fn [_n <- :wat::core::i64] -> :wat::core::nil (:my::get rx)) 3) (:wat::kernel::drop tx)))",
        "(:my::join (:my::begin (:wat::core::fn [_n <- :wat::core::i64] -> :wat::core::nil (:wat::core::let [[tx rx] (:my::chan 1)] (:wat::core::do (:my::get rx) (:wat::kernel::drop tx))))))",
    ]
    .map(str::to_owned)
    .to_vec();
    // Everybody waits for the one before.
    bodies.extend((1..=12).map(|threads| {
        format!("(:wat::core::let [[tx rx] (:my::chan 1)] (:my::ring {threads} rx tx))")
    }));
    bodies
}

/// Bodies that wait for what may come.
const WAITS: [&str; 20] = [
    "(:my::doze)",
    "(:my::get (:wat::kernel::after (:wat::time::Hour 1) 1))",
    "(:my::get (:wat::kernel::every (:wat::time::Hour 1) 1))",
    "(:wat::core::let [[tx rx] (:my::chan 1)] (:wat::core::match (:wat::kernel::recv-within rx (:wat::time::Hour 1)) -> :wat::core::nil ((:wat::core::Some _) :wat::core::nil) (:wat::core::None (:wat::kernel::drop tx))))",
    "(:wat::core::let [[tx rx] (:my::chan 1) _ (:wat::kernel::select-within (ARMS rx) (:wat::time::Hour 1))] (:wat::kernel::drop tx))",
    "(:wat::core::let [[tx rx] (:my::chan 1)] (:wat::core::do (:my::choose (ARMS rx (:wat::kernel::after (:wat::time::Hour 1) 1))) (:wat::kernel::drop tx)))",
    "(:wat::core::let [[w r] (:wat::kernel::pipe)] (:wat::core::do (:my::get (:my::from r)) (:wat::io::IOWriter/close w)))",
    "(:wat::core::let [[w r] (:wat::kernel::pipe) _ (:wat::io::IOReader/read-line r)] (:wat::io::IOWriter/close w))",
    "(:wat::core::let [[w r] (:wat::kernel::pipe) _ (:wat::io::IOReader/read r 1)] (:wat::io::IOWriter/close w))",
    "(:wat::core::let [[tx rx] (:my::chan 1) [w r] (:wat::kernel::pipe)] (:wat::core::do (:my::choose (ARMS rx (:my::from r))) (:wat::kernel::drop tx) (:wat::io::IOWriter/close w)))",
    "(:wat::kernel::println (:wat::kernel::readln -> :wat::core::i64))",
    "(:wat::kernel::println (:wat::kernel::try-readln -> :wat::core::i64))",
    "(:wat::kernel::println (:wat::kernel::wait-child (:wat::kernel::ForkedChild/handle (:wat::kernel::fork-with-forms CHILD))))",
    "(:wat::core::let [p (:wat::kernel::spawn-process CHILD)] (:wat::core::do (:my::get (:wat::kernel::Process/exited p)) (:wat::kernel::drop p)))",
    "(:wat::core::let [p (:wat::kernel::spawn-process CHILD)] (:wat::core::do (:my::get (:my::from (:wat::kernel::Process/stdout p))) (:wat::kernel::drop p)))",
    "(:wat::core::let [p (:wat::kernel::spawn-process CHILD)] (:wat::core::match (:wat::kernel::Process/drain-and-join p) -> :wat::core::nil ((:wat::core::Ok _) :wat::core::nil) ((:wat::core::Err _) :wat::core::nil)))",
    "(:my::join (:my::begin (:wat::core::fn [_n <- :wat::core::i64] -> :wat::core::nil (:my::doze))))",
    "(:wat::core::let [[tx rx] (:my::chan 1) _ (:wat::kernel::drop (:my::begin (:wat::core::fn [_n <- :wat::core::i64] -> :wat::core::nil (:my::doze))))] (:wat::core::do (:my::get rx) (:wat::kernel::drop tx)))",
    "(:wat::core::let [_ (:wat::kernel::run-threads (:wat::core::range 0 3) (:wat::core::fn [_n <- :wat::core::i64] -> :wat::core::nil (:my::doze)) 3)] :wat::core::nil)",
    "(:wat::core::let [_ (:wat::kernel::run-processes (:wat::core::range 0 2) (:wat::core::fn [_n <- :wat::core::i64] -> :wat::core::nil (:my::doze)) 2)] :wat::core::nil)",
];

#[test]
fn who_waits_for_nobody_is_told_at_once() {
    let bodies = deadlocks();
    assert_eq!(bodies.len(), 20);
    for body in bodies {
        let mut running = start(&program(&body));
        assert_eq!(running.line(), "\"ready\"", "{body}");
        let began = Instant::now();
        let (status, _, complaints) = running.end();
        in_time(began, 100);
        assert!(
            complaints.contains("WAT8525"),
            "{body}: {status} {complaints}"
        );
    }
}

/// Do all threads of a process sleep?
fn sleeps(pid: i32) -> bool {
    let tasks = std::fs::read_dir(format!("/proc/{pid}/task")).expect("it runs");
    // One that has ended is told by its status.
    super::is_gone(pid)
        || tasks.flatten().all(|task| {
            let stat = std::fs::read_to_string(task.path().join("stat")).unwrap_or_default();
            let rest = stat.rsplit(')').next();
            rest.is_some_and(|rest| rest.starts_with(" S"))
        })
}

#[test]
fn who_waits_for_what_may_come_is_not_told() {
    let mut waiting: Vec<_> = WAITS
        .map(|body| start(&program(body)))
        .into_iter()
        .collect();
    for (running, body) in waiting.iter_mut().zip(WAITS) {
        assert_eq!(running.line(), "\"ready\"", "{body}");
        let pid = running.pid();
        until(body, || sleeps(pid));
    }
    if is_full() {
        std::thread::park_timeout(Duration::from_secs(10));
    }
    for (mut running, body) in waiting.into_iter().zip(WAITS) {
        let ended = running.child.try_wait().expect("it is ours");
        assert!(ended.is_none(), "{body}: {ended:?}");
        running.signal(libc::SIGKILL);
        let (_, _, complaints) = running.end();
        assert!(!complaints.contains("WAT8525"), "{body}: {complaints}");
    }
}
