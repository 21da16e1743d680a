//! Threads, channels, `select`, timers and brackets, in programs.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use wat_analysis::{
    Diagnostic, FileKind, Options, RootDatabase, Severity, SourceText, file_diagnostics,
};
use wat_driver::LinkedProgram;
use wat_runtime::{Failure, FailureKind, Host, Limits, Machine, Turn, live_objects};

#[derive(Clone, Default)]
struct Out {
    stdout: Arc<Turn<String>>,
    stderr: Arc<Turn<String>>,
}

impl Host for Out {
    fn share(&self) -> Box<dyn Host> {
        Box::new(self.clone())
    }

    fn stdout(&mut self, bytes: &[u8]) -> io::Result<()> {
        let text = String::from_utf8_lossy(bytes);
        self.stdout.take().push_str(&text);
        Ok(())
    }

    fn stderr(&mut self, bytes: &[u8]) -> io::Result<()> {
        let text = String::from_utf8_lossy(bytes);
        self.stderr.take().push_str(&text);
        Ok(())
    }
}

pub struct Ran {
    stdout: String,
    stderr: String,
    failure: Option<Failure>,
}

/// Runs a program to its end. It must leave no thread and no object behind.
fn run_with(text: &str, before: impl FnOnce(&Machine<LinkedProgram, Out>)) -> Ran {
    let objects = live_objects();
    let mut db = RootDatabase::new();
    db.set_options(Options {
        allow_raw_spawn: true,
        ..Options::default()
    });
    let file = db.set_file("main.wat", SourceText::new(text), FileKind::Disk);
    let errors: Vec<Diagnostic> = file_diagnostics(&db, file)
        .iter()
        .filter(|found| found.severity == Severity::Error)
        .cloned()
        .collect();
    assert!(errors.is_empty(), "{text}\n{errors:#?}");
    let program = LinkedProgram::new();
    program.lend(&db, file);
    let out = Out::default();
    let limits = Limits {
        stack_bytes: 1 << 24,
        ..Limits::default()
    };
    let mut machine = Machine::new(program, out.clone(), limits);
    before(&machine);
    let outcome = machine.call(":user::main").map(drop);
    assert!(
        machine.end(Duration::from_secs(60)),
        "threads are left:\n{text}"
    );
    assert_eq!(machine.threads(), 1);
    drop(machine);
    assert_eq!(live_objects(), objects, "objects were leaked by\n{text}");
    let (stdout, stderr) = (out.stdout.take().clone(), out.stderr.take().clone());
    Ran {
        stdout,
        stderr,
        failure: outcome.err(),
    }
}

pub fn run(text: &str) -> Ran {
    run_with(text, |_| {})
}

/// Checks what a program prints; it must not fail.
fn prints(text: &str, expected: &str) {
    let ran = run(text);
    assert_eq!(ran.failure.map(|f| f.to_string()), None, "{text}");
    assert_eq!(ran.stdout, expected, "{text}");
}

/// The code that a program fails with.
fn fails(text: &str) -> u16 {
    let ran = run(text);
    let failure = ran.failure.unwrap_or_else(|| panic!("it runs:\n{text}"));
    failure.code
}

/// How many: `many` is the number of the reference, which takes long (`benches/kernel-full`).
pub fn numbers(few: usize, many: usize) -> usize {
    match std::env::var_os("WAT_FULL_NUMBERS") {
        Some(_) => many,
        None => few,
    }
}

fn main_of(body: &str) -> String {
    format!("(:wat::core::defn :user::main [] -> :wat::core::nil\n  {body})")
}

const HELP: &str = "
(:wat::core::defn :user::chan [n <- :wat::core::i64] -> :wat::kernel::Channel<wat::core::i64>
  (:wat::kernel::make-bounded-channel :wat::core::i64 n))
(:wat::core::defn :user::put [tx <- :wat::kernel::Sender<wat::core::i64> v <- :wat::core::i64] -> :wat::core::String
  (:wat::core::match (:wat::kernel::send tx v) -> :wat::core::String
    ((:wat::core::Ok _) \"sent\")
    ((:wat::core::Err c) (:wat::edn::write (:wat::core::map c :wat::kernel::ThreadDiedError/message)))))
(:wat::core::defn :user::get [rx <- :wat::kernel::Receiver<wat::core::i64>] -> :wat::core::String
  (:wat::core::match (:wat::kernel::recv rx) -> :wat::core::String
    ((:wat::core::Ok (:wat::core::Some v)) (:wat::edn::write v))
    ((:wat::core::Ok :wat::core::None) \"closed\")
    ((:wat::core::Err c) (:wat::edn::write (:wat::core::map c :wat::kernel::ThreadDiedError/message)))))
";

fn with_help(body: &str) -> String {
    format!("{HELP}{body}")
}

#[test]
fn an_endpoint_lives_as_long_as_its_name() {
    // The sender is still in scope while its channel is read: nobody can ever send.
    let text = main_of(
        "(:wat::core::let [[tx rx] (:user::chan 1) got (:user::get rx)] (:wat::kernel::println got))",
    );
    assert_eq!(fails(&with_help(&text)), 8525);
    // A tail call lets go of it before.
    let text = "
(:wat::core::defn :user::show [rx <- :wat::kernel::Receiver<wat::core::i64>] -> :wat::core::nil
  (:wat::kernel::println (:user::get rx)))
(:wat::core::defn :user::main [] -> :wat::core::nil
  (:wat::core::let [[tx rx] (:user::chan 1)] (:user::show rx)))";
    prints(&with_help(text), "\"closed\"\n");
    // So does the end of an inner scope.
    let text = main_of(
        "(:wat::core::let
           [rx (:wat::core::let [[tx rx] (:user::chan 2) _a (:user::put tx 7)] rx)
            a (:user::get rx) b (:user::get rx)]
           (:wat::kernel::println (:wat::core::Vector :wat::core::String a b)))",
    );
    prints(&with_help(&text), "[\"7\" \"closed\"]\n");
    // What is not used lives as well.
    let text = main_of(
        "(:wat::core::let [[_tx rx] (:user::chan 1)
           got (:wat::kernel::recv-within rx (:wat::time::Millisecond 1))]
          (:wat::core::match got -> :wat::core::nil
            ((:wat::core::Some _) (:wat::kernel::println \"closed\"))
            (:wat::core::None (:wat::kernel::println \"late\"))))",
    );
    prints(&with_help(&text), "\"late\"\n");
}

#[test]
fn closed_ends_say_so() {
    let text = main_of(
        "(:wat::core::let [[tx rx] (:user::chan 1)
           a (:user::put tx 1)
           _ (:wat::kernel::Receiver/close rx)
           b (:user::put tx 2)
           c (:user::get rx)
           _ (:wat::kernel::Receiver/close rx)]
          (:wat::kernel::println (:wat::core::Vector :wat::core::String a b c)))",
    );
    prints(
        &with_help(&text),
        "[\"sent\" \"[\\\"channel disconnected\\\"]\" \"closed\"]\n",
    );
}

#[test]
fn a_capacity_out_of_range_is_refused() {
    for capacity in ["-1", "1048577"] {
        let text = main_of(&format!(
            "(:wat::core::let [c (:user::chan {capacity})] :wat::core::nil)"
        ));
        assert_eq!(fails(&with_help(&text)), 8502);
    }
}

const PRODUCERS: &str = "
(:wat::core::defn :user::feed [tx <- :wat::kernel::Sender<wat::core::i64> at <- :wat::core::i64 end <- :wat::core::i64] -> :wat::core::nil
  (:wat::core::if (:wat::core::= at end) -> :wat::core::nil :wat::core::nil
    (:wat::core::match (:wat::kernel::send tx at) -> :wat::core::nil
      ((:wat::core::Ok _) (:user::feed tx (:wat::core::+ at 1) end))
      ((:wat::core::Err _) :wat::core::nil))))
(:wat::core::defn :user::producer [base <- :wat::core::i64 count <- :wat::core::i64]
  -> :wat::kernel::Thread<wat::core::nil,wat::core::i64>
  (:wat::kernel::spawn-thread
    (:wat::core::fn [_in <- :wat::kernel::Receiver<wat::core::nil> out <- :wat::kernel::Sender<wat::core::i64>] -> :wat::core::nil
      (:user::feed out base (:wat::core::+ base count)))))
(:wat::core::defn :user::pump [rxs <- :wat::core::Vector<wat::kernel::Receiver<wat::core::i64>>
                               last <- :wat::core::Vector<wat::core::i64> sum <- :wat::core::i64 n <- :wat::core::i64]
  -> :wat::core::Vector<wat::core::i64>
  (:wat::core::if (:wat::core::empty? rxs) -> :wat::core::Vector<wat::core::i64>
    (:wat::core::Vector :wat::core::i64 sum n)
    (:wat::core::let [[i got] (:wat::kernel::select rxs)]
      (:wat::core::match got -> :wat::core::Vector<wat::core::i64>
        ((:wat::core::Ok (:wat::core::Some v)) (:user::pump rxs last (:wat::core::+ sum v) (:wat::core::+ n 1)))
        ((:wat::core::Ok :wat::core::None) (:user::pump (:wat::std::list::remove-at rxs i) last sum n))
        ((:wat::core::Err _) (:wat::core::Vector :wat::core::i64 -1 -1))))))
";

#[test]
fn no_message_is_lost_or_comes_twice() {
    let text = format!(
        "{PRODUCERS}
(:wat::core::defn :user::main [] -> :wat::core::nil
  (:wat::core::let
    [ts (:wat::core::map (:wat::core::range 0 8) (:wat::core::fn [k <- :wat::core::i64] -> :wat::kernel::Thread<wat::core::nil,wat::core::i64>
          (:user::producer (:wat::core::* k 1000) 1000)))
     rxs (:wat::core::map ts (:wat::core::fn [t <- :wat::kernel::Thread<wat::core::nil,wat::core::i64>] -> :wat::kernel::Receiver<wat::core::i64> (:wat::kernel::Thread/output t)))]
    (:wat::kernel::println (:user::pump rxs (:wat::core::Vector :wat::core::i64) 0 0))))"
    );
    let sum: i64 = (0..8000).sum();
    prints(&text, &format!("[{sum} 8000]\n"));
}

#[test]
fn without_capacity_values_go_from_hand_to_hand_in_order() {
    let count = numbers(5000, 100_000);
    let text = format!(
        "{HELP}{PRODUCERS}
(:wat::core::defn :user::check [rx <- :wat::kernel::Receiver<wat::core::i64> at <- :wat::core::i64] -> :wat::core::i64
  (:wat::core::match (:wat::kernel::recv rx) -> :wat::core::i64
    ((:wat::core::Ok (:wat::core::Some v)) (:wat::core::if (:wat::core::= v at) -> :wat::core::i64 (:user::check rx (:wat::core::+ at 1)) -1))
    ((:wat::core::Ok :wat::core::None) at)
    ((:wat::core::Err _) -2)))
(:wat::core::defn :user::main [] -> :wat::core::nil
  (:wat::core::let
    [rx (:wat::core::let [[tx rx] (:user::chan 0)
           _ (:wat::kernel::drop (:wat::kernel::spawn-thread
             (:wat::core::fn [_i <- :wat::kernel::Receiver<wat::core::nil> _o <- :wat::kernel::Sender<wat::core::nil>] -> :wat::core::nil
               (:user::feed tx 0 {count}))))] rx)]
    (:wat::kernel::println (:user::check rx 0))))"
    );
    prints(&text, &format!("{count}\n"));
}

#[test]
fn an_arm_that_stays_ready_is_passed_over_by_each_other_arm_once_at_most() {
    let text = "
(:wat::core::defn :user::full [n <- :wat::core::i64] -> :wat::kernel::Receiver<wat::core::i64>
  (:wat::core::let [[tx rx] (:user::chan 64)
     _ (:wat::core::map (:wat::core::range 0 64) (:wat::core::fn [k <- :wat::core::i64] -> :wat::core::String (:user::put tx k)))] rx))
(:wat::core::defn :user::turns [rxs <- :wat::core::Vector<wat::kernel::Receiver<wat::core::i64>> n <- :wat::core::i64 acc <- :wat::core::Vector<wat::core::i64>] -> :wat::core::Vector<wat::core::i64>
  (:wat::core::if (:wat::core::= n 0) -> :wat::core::Vector<wat::core::i64> acc
    (:wat::core::let [[i _] (:wat::kernel::select rxs)]
      (:user::turns rxs (:wat::core::- n 1) (:wat::core::conj acc i)))))
(:wat::core::defn :user::main [] -> :wat::core::nil
  (:wat::kernel::println (:user::turns (:wat::core::map (:wat::core::range 0 7) :user::full) 210 (:wat::core::Vector :wat::core::i64))))";
    let expected: Vec<String> = (0..210).map(|n| (n % 7).to_string()).collect();
    prints(&with_help(text), &format!("[{}]\n", expected.join(" ")));
}

#[test]
fn the_capacity_follows_from_the_number_of_arms() {
    let text = "
(:wat::core::defn :user::ready [_i <- :wat::core::i64] -> :wat::kernel::Receiver<wat::core::i64>
  (:wat::core::let [[tx rx] (:user::chan 1) _ (:user::put tx 0)] rx))
(:wat::core::defn :user::cap [n <- :wat::core::i64] -> :wat::core::i64
  (:wat::core::let [rxs (:wat::core::map (:wat::core::range 0 n) :user::ready) _ (:wat::kernel::select rxs)]
    (:wat::kernel::SelectStats/capacity (:wat::kernel::select-stats))))
(:wat::core::defn :user::main [] -> :wat::core::nil
  (:wat::kernel::println (:wat::core::map (:wat::core::range 1 513) :user::cap)))";
    let expected: Vec<String> = (1..513usize)
        .map(|n| (n + 1).next_power_of_two().to_string())
        .collect();
    prints(&with_help(text), &format!("[{}]\n", expected.join(" ")));
}

#[test]
fn many_threads_leave_nothing_behind() {
    let text = "
(:wat::core::defn :user::idle [_i <- :wat::kernel::Receiver<wat::core::nil> _o <- :wat::kernel::Sender<wat::core::String>] -> :wat::core::nil :wat::core::nil)
(:wat::core::defn :user::many [n <- :wat::core::i64] -> :wat::core::i64
  (:wat::core::if (:wat::core::= n 0) -> :wat::core::i64 0
    (:wat::core::match (:wat::kernel::Thread/drain-and-join (:wat::kernel::spawn-thread :user::idle)) -> :wat::core::i64
      ((:wat::core::Ok _) (:user::many (:wat::core::- n 1)))
      ((:wat::core::Err _) -1))))
(:wat::core::defn :user::main [] -> :wat::core::nil (:wat::kernel::println (:user::many COUNT)))";
    let count = numbers(2000, 10_000);
    prints(&text.replace("COUNT", &count.to_string()), "0\n");
}

#[test]
fn each_thread_that_nobody_joins_tells_its_death_once() {
    let count = numbers(100, 1000);
    let text = format!(
        "
(:wat::core::defn :user::die [k <- :wat::core::i64] -> :wat::core::nil
  (:wat::kernel::drop (:wat::kernel::spawn-thread
    (:wat::core::fn [_i <- :wat::kernel::Receiver<wat::core::nil> _o <- :wat::kernel::Sender<wat::core::nil>] -> :wat::core::nil
      (:wat::kernel::assertion-failed! (:wat::core::i64::to-string k) :wat::core::None :wat::core::None)))))
(:wat::core::defn :user::main [] -> :wat::core::nil (:wat::core::for-each (:wat::core::range 0 {count}) :user::die))"
    );
    let ran = run(&text);
    assert_eq!(ran.failure.map(|f| f.to_string()), None);
    let start = "#wat.kernel/ThreadPanics [#wat.kernel.ThreadDiedError/Panic [\"";
    let told = ran.stderr.lines().map(|line| {
        let rest = line.strip_prefix(start).expect("a line of its own");
        rest.split('"')
            .next()
            .expect("a message")
            .parse()
            .expect("a number")
    });
    let mut told: Vec<usize> = told.collect();
    told.sort_unstable();
    assert_eq!(told, (0..count).collect::<Vec<_>>());
}

#[test]
fn threads_that_wait_for_each_other_are_told() {
    // Both wait for the other's value; the one that is told dies and its ends wake the other.
    let text = "
(:wat::core::defn :user::wait [in <- :wat::kernel::Receiver<wat::core::i64> out <- :wat::kernel::Sender<wat::core::i64>] -> :wat::core::nil
  (:wat::core::match (:wat::kernel::recv in) -> :wat::core::nil
    ((:wat::core::Ok _) :wat::core::nil)
    ((:wat::core::Err _) :wat::core::nil)))
(:wat::core::defn :user::main [] -> :wat::core::nil
  (:wat::core::let [t (:wat::kernel::spawn-thread :user::wait)
                    got (:user::get (:wat::kernel::Thread/output t))]
    (:wat::kernel::println got)))";
    for _ in 0..20 {
        let ran = run(&with_help(text));
        match ran.failure {
            Some(failure) => assert_eq!(failure.code, 8525),
            None => assert!(ran.stdout.contains("WAT8525"), "{}", ran.stdout),
        }
    }
}

#[test]
fn who_waits_for_time_is_not_deadlocked() {
    let text = main_of(
        "(:wat::core::let [rx (:wat::kernel::after (:wat::time::Millisecond 20) 5) a (:user::get rx) b (:user::get rx)]
          (:wat::kernel::println (:wat::core::Vector :wat::core::String a b)))",
    );
    prints(&with_help(&text), "[\"5\" \"closed\"]\n");
}

#[test]
fn a_death_marks_what_its_thread_held() {
    let text = "
(:wat::core::defn :user::main [] -> :wat::core::nil
  (:wat::core::let
    [[tx rx] (:user::chan 1)
     t (:wat::kernel::spawn-thread
         (:wat::core::fn [_i <- :wat::kernel::Receiver<wat::core::nil> _o <- :wat::kernel::Sender<wat::core::nil>] -> :wat::core::nil
           (:wat::core::let [_a (:user::put tx 1)]
             (:wat::kernel::assertion-failed! \"gone\" :wat::core::None :wat::core::None))))
     r (:wat::kernel::Thread/drain-and-join t)]
    (:wat::core::match r -> :wat::core::nil
      ((:wat::core::Ok _) (:wat::kernel::println \"fine\"))
      ((:wat::core::Err c) (:wat::core::do
        (:wat::kernel::println (:wat::core::map c :wat::kernel::ThreadDiedError/message))
        (:wat::kernel::println (:user::get rx)))))))";
    // The channel's sender is held here too, so that its end is not the last handle.
    let ran = run(&with_help(text));
    assert_eq!(ran.stdout, "[\"gone\"]\n\"1\"\n");
    // The thread dies when nobody else holds the sender any more.
    let text = "
(:wat::core::defn :user::dying [go <- :wat::kernel::Receiver<wat::core::i64>] -> :wat::kernel::Receiver<wat::core::i64>
  (:wat::core::let
    [[tx rx] (:user::chan 1)
     _ (:wat::kernel::drop (:wat::kernel::spawn-thread
         (:wat::core::fn [_i <- :wat::kernel::Receiver<wat::core::nil> _o <- :wat::kernel::Sender<wat::core::nil>] -> :wat::core::nil
           (:wat::core::let [_a (:user::put tx 1) _go (:user::get go)] (:wat::kernel::println (:wat::core::i64::/'2 1 0))))))]
    rx))
(:wat::core::defn :user::main [] -> :wat::core::nil
  (:wat::core::let [[go wait] (:user::chan 1) rx (:user::dying wait) _ (:user::put go 0) a (:user::get rx) b (:user::get rx)]
    (:wat::core::do (:wat::kernel::println a) (:wat::kernel::println (:wat::core::string::contains? b \"WAT8402\")))))";
    let ran = run(&with_help(text));
    assert_eq!(ran.stdout, "\"1\"\ntrue\n");
    // Nobody has joined the thread: its death is told.
    assert!(
        ran.stderr
            .starts_with("#wat.kernel/ThreadPanics [#wat.kernel.ThreadDiedError/RuntimeError"),
        "{}",
        ran.stderr
    );
    assert_eq!(ran.stderr.lines().count(), 1);
}

#[test]
fn a_chain_names_every_death_head_first() {
    let text = "
(:wat::core::defn :user::deep [n <- :wat::core::i64] -> :wat::core::nil
  (:wat::core::if (:wat::core::= n 0) -> :wat::core::nil
    (:wat::kernel::assertion-failed! \"root\" :wat::core::None :wat::core::None)
    (:wat::core::Result/expect -> :wat::core::nil
      (:wat::kernel::Thread/drain-and-join
        (:wat::kernel::spawn-thread
          (:wat::core::fn [_i <- :wat::kernel::Receiver<wat::core::nil> _o <- :wat::kernel::Sender<wat::core::nil>] -> :wat::core::nil
            (:user::deep (:wat::core::- n 1)))))
      (:wat::edn::write n))))
(:wat::core::defn :user::main [] -> :wat::core::nil (:user::deep 6))";
    let ran = run(text);
    let failure = ran.failure.expect("it dies");
    assert_eq!((failure.kind, &*failure.message), (FailureKind::Panic, "6"));
    let chain: Vec<String> = failure.upstream.iter().map(|d| d.message()).collect();
    assert_eq!(chain, ["5", "4", "3", "2", "1", "root"]);
    assert_eq!(ran.stderr, "");
}

/// 04 §16: the chain goes from stage to stage, and only the panic of the terminal function tells it.
#[test]
fn a_failure_in_a_stream_is_told_once_with_its_stages() {
    let inverse = "(:wat::core::fn [x <- :wat::core::i64] -> :wat::core::i64 (:wat::core::/ 6 x))";
    let same = "(:wat::core::fn [x <- :wat::core::i64] -> :wat::core::i64 x)";
    let died = |stages: &[&str]| -> Vec<String> {
        let told = |stage| format!("WAT8423 stream-stage-died: the input of `{stage}` died");
        stages.iter().map(told).collect()
    };
    for (stages, last, deaths) in [
        (
            "(:wat::stream::map (:wat::stream::take SOURCE 9) SAME)",
            "collect",
            died(&["collect", "map", "take"]),
        ),
        (
            "(:wat::stream::chunks SOURCE 2)",
            "collect",
            died(&["collect", "chunks"]),
        ),
        ("SOURCE", "for-each", died(&["for-each"])),
    ] {
        let source = format!("(:wat::stream::map (:wat::stream::from [1 2 0 3]) {inverse})");
        let stages = stages.replace("SOURCE", &source).replace("SAME", same);
        let body = match last {
            "collect" => format!("(:wat::kernel::println (:wat::stream::collect {stages}))"),
            _ => format!(
                "(:wat::stream::for-each {stages} (:wat::core::fn [_x <- :wat::core::i64] -> :wat::core::nil :wat::core::nil))"
            ),
        };
        let ran = run(&main_of(&body));
        let failure = ran.failure.expect("it dies");
        let mut told = vec![failure.message.to_string()];
        told.extend(failure.upstream.iter().map(|death| death.message()));
        let root = told.pop().expect("the root");
        assert!(root.contains("WAT8402"), "{root}");
        assert_eq!(told, deaths, "{body}");
        assert_eq!(ran.stderr, "", "{body}");
    }
}

#[test]
fn results_of_a_bracket_come_in_the_order_of_the_items() {
    let square = "(:wat::core::defn :user::sq [n <- :wat::core::i64] -> :wat::core::i64 (:wat::core::* n n))";
    for limit in [1, 2, 5, 16] {
        let text = format!(
            "{square}{}",
            main_of(&format!(
                "(:wat::kernel::println (:wat::core::foldl (:wat::kernel::run-threads (:wat::core::range 0 100) :user::sq {limit}) 0 :wat::core::i64::+'2))"
            ))
        );
        prints(&text, "328350\n");
    }
    let text = format!(
        "{square}{}",
        main_of(
            "(:wat::kernel::println (:wat::kernel::run-threads (:wat::core::range 0 4) :user::sq 0))"
        )
    );
    assert_eq!(fails(&text), 8520);
}

#[test]
fn a_bracket_tells_the_first_death_and_its_relative_tells_all() {
    let inv = "(:wat::core::defn :user::inv [n <- :wat::core::i64] -> :wat::core::i64 (:wat::core::i64::/'2 100 n))";
    let text = format!(
        "{inv}{}",
        main_of(
            "(:wat::kernel::println (:wat::kernel::run-threads (:wat::core::Vector :wat::core::i64 1 0 2 0) :user::inv 2))"
        )
    );
    let failure = run(&text).failure.expect("it dies");
    assert_eq!(failure.code, 8518);
    assert!(
        failure.message.starts_with("run-threads: item 1 died: "),
        "{}",
        failure.message
    );
    assert_eq!(failure.upstream.len(), 1);
    let text = format!(
        "{inv}
(:wat::core::defn :user::show [r <- :wat::core::Result<wat::core::i64,wat::kernel::ThreadPanics>] -> :wat::core::i64
  (:wat::core::match r -> :wat::core::i64 ((:wat::core::Ok v) v) ((:wat::core::Err _) -1)))
{}",
        main_of("(:wat::kernel::println (:wat::core::map (:wat::kernel::run-threads-results (:wat::core::Vector :wat::core::i64 1 0 2 0 5) :user::inv 2) :user::show))")
    );
    prints(&text, "[100 -1 50 -1 20]\n");
}

#[test]
fn a_worker_that_dies_ends_the_conversation() {
    let text = "
(:wat::core::defn :user::bad [p <- :wat::kernel::ThreadPeer<wat::core::i64,wat::core::i64>] -> :wat::core::nil
  (:wat::kernel::Thread/println p (:wat::core::i64::/'2 1 (:wat::kernel::Thread/readln p))))
(:wat::core::defn :user::main [] -> :wat::core::nil
  (:wat::kernel::println (:wat::kernel::run-threads
    (:wat::core::fn [p <- :wat::kernel::ThreadPeer<wat::core::i64,wat::core::i64>] -> :wat::core::i64
      (:wat::core::do (:wat::kernel::Thread/println p 0) (:wat::kernel::Thread/readln p)))
    :user::bad)))";
    let failure = run(text).failure.expect("it dies");
    assert!(
        failure.message.starts_with("run-threads: worker 0 died: ")
            && failure.message.contains("WAT8402"),
        "{}",
        failure.message
    );
    // A coordinator that has heard enough is no failure of its worker.
    let text = "
(:wat::core::defn :user::chat [p <- :wat::kernel::ThreadPeer<wat::core::i64,wat::core::i64>] -> :wat::core::nil
  (:wat::core::let [_ (:wat::kernel::Thread/println p 1)] (:user::chat p)))
(:wat::core::defn :user::main [] -> :wat::core::nil
  (:wat::kernel::println (:wat::kernel::run-threads
    (:wat::core::fn [p <- :wat::kernel::ThreadPeer<wat::core::i64,wat::core::i64>] -> :wat::core::i64 (:wat::kernel::Thread/readln p))
    :user::chat)))";
    prints(text, "1\n");
}

#[test]
fn the_end_of_the_program_wakes_its_threads() {
    let text = "
(:wat::core::defn :user::wait [in <- :wat::kernel::Receiver<wat::core::nil> _o <- :wat::kernel::Sender<wat::core::nil>] -> :wat::core::nil
  (:wat::core::match (:wat::kernel::sleep (:wat::time::Hour 1)) -> :wat::core::nil
    ((:wat::core::Ok _) (:wat::kernel::println \"slept\"))
    ((:wat::core::Err c) (:wat::kernel::println (:wat::core::map c :wat::kernel::ThreadDiedError/message)))))
(:wat::core::defn :user::main [] -> :wat::core::nil
  (:wat::kernel::drop (:wat::kernel::spawn-thread :user::wait)))";
    prints(text, "[\"process shutdown\"]\n");
}

#[test]
fn an_interrupt_ends_a_wait() {
    let text = main_of(
        "(:wat::core::match (:wat::kernel::sleep (:wat::time::Hour 1)) -> :wat::core::nil
          ((:wat::core::Ok _) :wat::core::nil) ((:wat::core::Err _) :wat::core::nil))",
    );
    let ran = run_with(&text, |machine| machine.interrupt().raise());
    let failure = ran.failure.expect("it was interrupted");
    assert_eq!(failure.kind, FailureKind::Interrupted);
}
