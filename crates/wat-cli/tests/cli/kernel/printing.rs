//! Lines of many threads and processes in one stream.

use super::{World, main_of, numbers, run_in, start, until};

const LETTERS: &str = "abcdefghijklmnopqrstuvwxyz";

#[test]
fn lines_of_many_threads_are_whole_and_in_the_order_of_their_thread() {
    // The length of a line follows from its number: 1 byte to 8 KiB.
    let count = numbers(150, 10_000);
    let text = "
(:wat::core::defn :my::line [t <- :wat::core::i64 n <- :wat::core::i64] -> :wat::core::nil
  (:wat::kernel::println (:wat::core::string::concat (:wat::core::i64::to-string t) \":\" (:wat::core::i64::to-string n) \":\"
    (:wat::core::string::repeat \"x\" (:wat::core::i64::rem (:wat::core::* n 331) 8192)))))
(:wat::core::defn :my::say [t <- :wat::core::i64] -> :wat::core::nil
  (:wat::core::for-each (:wat::core::range 0 COUNT) (:wat::core::fn [n <- :wat::core::i64] -> :wat::core::nil (:my::line t n))))
(:wat::core::defn :user::main [] -> :wat::core::nil
  (:wat::core::let [_ (:wat::kernel::run-threads (:wat::core::range 0 16) :my::say 16)] :wat::core::nil))";
    let text = text.replace("COUNT", &count.to_string());
    let ran = run_in(World::Usual, &text, "");
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""));
    let mut next = [0usize; 16];
    for line in ran.stdout.lines() {
        let inner = line
            .strip_prefix('"')
            .and_then(|rest| rest.strip_suffix('"'));
        let mut parts = inner.expect("a whole line").splitn(3, ':');
        let mut part = || parts.next().expect("a part");
        let (thread, number) = (part().parse::<usize>(), part().parse::<usize>());
        let (thread, number) = (thread.expect("a number"), number.expect("a number"));
        assert_eq!(next[thread], number);
        next[thread] += 1;
        assert_eq!(part(), "x".repeat(number * 331 % 8192));
    }
    assert_eq!(next, [count; 16]);
}

#[test]
fn a_stream_that_is_not_read_keeps_its_writer_waiting_and_its_memory_small() {
    // Frames of 1 MiB through a pipe whose reader begins late.
    let count = numbers(24, 64);
    let text = "
(:wat::core::defn :my::tx [w <- :wat::io::IOWriter] -> :wat::kernel::Sender<wat::core::String> (:wat::kernel::Sender/from-pipe w))
(:wat::core::defn :my::rx [r <- :wat::io::IOReader] -> :wat::kernel::Receiver<wat::core::String> (:wat::kernel::Receiver/from-pipe r))
(:wat::core::defn :my::give [tx <- :wat::kernel::Sender<wat::core::String> frame <- :wat::core::String n <- :wat::core::i64] -> :wat::core::nil
  (:wat::core::if (:wat::core::= n 0) -> :wat::core::nil (:wat::kernel::drop tx)
    (:wat::core::match (:wat::kernel::send tx frame) -> :wat::core::nil
      ((:wat::core::Ok _) (:my::give tx frame (:wat::core::- n 1))) ((:wat::core::Err c) (:wat::kernel::println c)))))
(:wat::core::defn :my::take [rx <- :wat::kernel::Receiver<wat::core::String> sum <- :wat::core::i64] -> :wat::core::i64
  (:wat::core::match (:wat::kernel::recv rx) -> :wat::core::i64
    ((:wat::core::Ok (:wat::core::Some s)) (:my::take rx (:wat::core::+ sum (:wat::core::string::length s))))
    ((:wat::core::Ok :wat::core::None) sum) ((:wat::core::Err _) -1)))
(:wat::core::defn :my::writer [w <- :wat::io::IOWriter n <- :wat::core::i64] -> :wat::core::nil
  (:wat::kernel::drop (:wat::kernel::spawn-thread
    (:wat::core::fn [_i <- :wat::kernel::Receiver<wat::core::nil> _o <- :wat::kernel::Sender<wat::core::nil>] -> :wat::core::nil
      (:my::give (:my::tx w) (:wat::core::string::repeat \"x\" 1048573) n)))))
(:wat::core::defn :user::main [] -> :wat::core::nil
  (:wat::core::let
    [[w1 r1] (:wat::kernel::pipe)
     _ (:my::writer w1 3)
     first (:my::take (:my::rx r1) 0)
     [w r] (:wat::kernel::pipe)
     _ (:wat::kernel::println first)
     _ (:wat::kernel::readln -> :wat::core::i64)
     _ (:my::writer w COUNT)
     _ (:wat::kernel::readln -> :wat::core::i64)]
    (:wat::kernel::println (:my::take (:my::rx r) 0))))";
    let mut running = start(&text.replace("COUNT", &count.to_string()));
    // Everything has been used once.
    assert_eq!(running.line(), (3 * 1_048_573).to_string());
    let before = running.status("VmRSS");
    running.tell("1");
    let pid = running.pid();
    // The call that waits for room on a pipe or for anything else.
    let waits = || {
        let tasks = std::fs::read_dir(format!("/proc/{pid}/task")).expect("it runs");
        let named = tasks.filter_map(|task| {
            let path = task.ok()?.path();
            let name = std::fs::read_to_string(path.join("comm")).ok()?;
            let stat = std::fs::read_to_string(path.join("stat")).ok()?;
            (name.trim() == "wat::my::writer").then_some(stat)
        });
        let stats: Vec<String> = named.collect();
        let sleeps = |stat: &String| stat.rsplit(')').next().is_some_and(|s| s.starts_with(" S"));
        stats.len() == 1 && stats.iter().all(sleeps)
    };
    until("the writer waits for room", waits);
    let after = running.status("VmRSS");
    assert!(after < before + 2 * 1024 + 512, "{before} KiB, {after} KiB");
    running.tell("1");
    assert_eq!(running.line(), (count * 1_048_573).to_string());
    running.ends_well();
}

#[test]
fn complaints_of_workers_come_out_whole() {
    // Workers print while their parent does; every line is somebody's.
    let text = format!(
        "
(:wat::core::defn :my::say [n <- :wat::core::i64] -> :wat::core::nil
  (:wat::core::for-each (:wat::core::range 0 20) (:wat::core::fn [_k <- :wat::core::i64] -> :wat::core::nil
    (:wat::core::do (:wat::kernel::println \"{LETTERS}\") (:wat::kernel::eprintln n)))))
{}",
        main_of("(:wat::core::let [_ (:wat::kernel::run-processes (:wat::core::range 0 8) :my::say 4)] :wat::core::nil)")
    );
    let ran = run_in(World::Usual, &text, "");
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    assert_eq!(ran.stdout, format!("\"{LETTERS}\"\n").repeat(160));
    let mut numbers: Vec<usize> = ran
        .stderr
        .lines()
        .map(|line| line.parse().expect("a number"))
        .collect();
    numbers.sort_unstable();
    let expected: Vec<usize> = (0..8).flat_map(|n| [n; 20]).collect();
    assert_eq!(numbers, expected);
}
