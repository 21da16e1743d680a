//! Ends of channels, memory, and time.

use super::{World, is_full, numbers, prints, run_in, start};

const COUNT: &str = "
(:wat::core::defn :my::rounds [step <- :wat::core::Fn(wat::core::i64)->wat::core::nil] -> :wat::core::nil
  (:wat::core::match (:wat::kernel::try-readln -> :wat::core::i64) -> :wat::core::nil
    ((:wat::core::Some n) (:wat::core::do (step n) (:wat::kernel::println n) (:my::rounds step)))
    (:wat::core::None :wat::core::nil)))
";

/// Runs a step some times and many times: what the process holds is the same, and so is its memory.
fn leaves_nothing(functions: &str, step: &str, some: u32, many: u32) {
    let text = format!(
        "{COUNT}{functions}\n(:wat::core::defn :user::main [] -> :wat::core::nil (:my::rounds {step}))"
    );
    let mut running = start(&text);
    let mut round = |count: u32| {
        running.tell(&count.to_string());
        assert_eq!(running.line(), count.to_string());
        (running.holds(), running.status("VmRSS"))
    };
    round(some);
    let (held, memory) = round(some);
    let (held_later, memory_later) = round(many);
    assert_eq!(held, held_later, "{functions}");
    assert!(
        memory_later <= memory + 1024,
        "{memory} KiB, then {memory_later} KiB:\n{functions}"
    );
    running.ends_well();
}

#[test]
fn a_loop_that_makes_a_channel_each_time_needs_no_more_memory() {
    leaves_nothing(
        "(:wat::core::defn :my::loop [n <- :wat::core::i64] -> :wat::core::nil
           (:wat::core::if (:wat::core::= n 0) -> :wat::core::nil :wat::core::nil
             (:wat::core::let [[tx rx] (:wat::kernel::make-bounded-channel :wat::core::String 2)
                _ (:wat::core::Result/expect -> :wat::core::nil (:wat::kernel::send tx \"value\") \"send\")
                _ (:wat::kernel::try-recv rx)]
               (:my::loop (:wat::core::- n 1)))))",
        ":my::loop",
        500,
        numbers(50_000, 1_000_000),
    );
}

#[test]
fn a_loop_that_makes_a_pipe_and_a_timer_each_time_leaves_neither() {
    leaves_nothing(
        "(:wat::core::defn :my::rx [r <- :wat::io::IOReader] -> :wat::kernel::Receiver<wat::core::String> (:wat::kernel::Receiver/from-pipe r))
         (:wat::core::defn :my::loop [n <- :wat::core::i64] -> :wat::core::nil
           (:wat::core::if (:wat::core::= n 0) -> :wat::core::nil :wat::core::nil
             (:wat::core::let [[w r] (:wat::kernel::pipe)
                _ (:wat::io::IOWriter/close w)
                timer (:wat::kernel::after (:wat::time::Hour 1) \"late\")
                _ (:wat::kernel::select (:wat::core::Vector :wat::kernel::Receiver<wat::core::String> timer (:my::rx r)))]
               (:my::loop (:wat::core::- n 1)))))",
        ":my::loop",
        100,
        3_000,
    );
}

#[test]
fn a_closure_holds_what_it_uses_and_nothing_else() {
    // The work of the thread is written where the sender is in scope; it uses the receiver alone, so that the channel
    // closes when the scope ends although the thread goes on.
    prints(
        "
(:wat::core::defn :my::say [rx <- :wat::kernel::Receiver<wat::core::i64>] -> :wat::core::nil
  (:wat::core::match (:wat::kernel::recv rx) -> :wat::core::nil
    ((:wat::core::Ok (:wat::core::Some v)) (:wat::core::do (:wat::kernel::println v) (:my::say rx)))
    ((:wat::core::Ok :wat::core::None) (:wat::kernel::println \"closed\"))
    ((:wat::core::Err c) (:wat::kernel::println c))))
(:wat::core::defn :my::begin [] -> :wat::kernel::Thread<wat::core::nil,wat::core::nil>
  (:wat::core::let
    [[tx rx] (:wat::kernel::make-bounded-channel :wat::core::i64 1)
     t (:wat::kernel::spawn-thread
         (:wat::core::fn [_i <- :wat::kernel::Receiver<wat::core::nil> _o <- :wat::kernel::Sender<wat::core::nil>] -> :wat::core::nil (:my::say rx)))
     _ (:wat::core::Result/expect -> :wat::core::nil (:wat::kernel::send tx 1) \"send\")]
    t))
(:wat::core::defn :user::main [] -> :wat::core::nil
  (:wat::core::match (:wat::kernel::Thread/drain-and-join (:my::begin)) -> :wat::core::nil
    ((:wat::core::Ok _) (:wat::kernel::println \"joined\")) ((:wat::core::Err c) (:wat::kernel::println c))))",
        "",
        "1\n\"closed\"\n\"joined\"\n",
    );
}

const TIMERS: &str = "
(:wat::core::struct :my::Timer (due :wat::core::i64) (rx :wat::kernel::Receiver<wat::core::i64>))
(:wat::core::defn :my::now [] -> :wat::core::i64 (:wat::time::epoch-nanos (:wat::time::now)))
(:wat::core::defn :my::start [millis <- :wat::core::i64] -> :my::Timer
  (:wat::core::let [due (:wat::core::+ (:my::now) (:wat::core::* millis 1000000))]
    (:my::Timer/new due (:wat::kernel::after (:wat::time::Millisecond millis) due))))
(:wat::core::defn :my::late [due <- :wat::core::i64] -> :wat::core::i64 (:wat::core::- (:my::now) due))
";

/// What a program prints that starts so many timers of at most so many milliseconds and takes them with `:my::take`: how
/// late they are in nanoseconds, sorted.
fn lateness(take: &str, millis: &str, count: usize) -> Vec<i64> {
    let text = format!(
        "{TIMERS}{take}
(:wat::core::defn :user::main [] -> :wat::core::nil
  (:wat::kernel::println (:wat::core::sort (:my::take
    (:wat::core::map (:wat::core::map (:wat::core::map (:wat::core::range 0 {count}) (:wat::core::fn [k <- :wat::core::i64] -> :wat::core::i64 {millis})) :my::start) :my::Timer/rx)
    (:wat::core::Vector :wat::core::i64)))))"
    );
    let ran = run_in(World::Usual, &text, "");
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""));
    let list = ran.stdout.trim().trim_matches(['[', ']']);
    let late: Vec<i64> = list
        .split(' ')
        .map(|number| number.parse().expect("a number"))
        .collect();
    assert_eq!(late.len(), count);
    late
}

#[test]
fn a_timer_is_never_early() {
    // Many timers at once, of 1 to 40 milliseconds: each gives its value once, none before its time.
    let take = "(:wat::core::defn :my::take [rxs <- :wat::core::Vector<wat::kernel::Receiver<wat::core::i64>> late <- :wat::core::Vector<wat::core::i64>] -> :wat::core::Vector<wat::core::i64>
      (:wat::core::if (:wat::core::empty? rxs) -> :wat::core::Vector<wat::core::i64> late
        (:wat::core::let [[i got] (:wat::kernel::select rxs)]
          (:wat::core::match got -> :wat::core::Vector<wat::core::i64>
            ((:wat::core::Ok (:wat::core::Some due)) (:my::take rxs (:wat::core::conj late (:my::late due))))
            ((:wat::core::Ok :wat::core::None) (:my::take (:wat::std::list::remove-at rxs i) late))
            ((:wat::core::Err _) (:wat::core::Vector :wat::core::i64))))))";
    let millis = "(:wat::core::+ 1 (:wat::core::i64::rem (:wat::core::* k 7) 40))";
    assert!(lateness(take, millis, 120)[0] >= 0);
}

#[test]
fn a_timer_is_hardly_late() {
    // They are waited for in the order of their times, so that each is looked at when it is due.
    let take = "(:wat::core::defn :my::take [rxs <- :wat::core::Vector<wat::kernel::Receiver<wat::core::i64>> late <- :wat::core::Vector<wat::core::i64>] -> :wat::core::Vector<wat::core::i64>
      (:wat::core::foldl rxs late (:wat::core::fn [late <- :wat::core::Vector<wat::core::i64> rx <- :wat::kernel::Receiver<wat::core::i64>] -> :wat::core::Vector<wat::core::i64>
        (:wat::core::match (:wat::kernel::recv rx) -> :wat::core::Vector<wat::core::i64>
          ((:wat::core::Ok (:wat::core::Some due)) (:wat::core::conj late (:my::late due)))
          ((:wat::core::Ok :wat::core::None) late)
          ((:wat::core::Err _) (:wat::core::Vector :wat::core::i64))))))";
    let (count, longest) = numbers((120, 40), (1000, 100));
    let millis = format!("(:wat::core::+ 1 (:wat::core::/ (:wat::core::* k {longest}) {count}))");
    let late = lateness(take, &millis, count);
    assert!(late[0] >= 0, "{late:?}");
    assert!(!is_full() || late[count / 2] < 5_000_000, "{late:?}");
}
