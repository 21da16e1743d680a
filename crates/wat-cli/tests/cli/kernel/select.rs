//! `select`: its capacity, its fairness, what it does not lose.

use super::{
    EVERY, Numbers, Running, World, main_of, numbers, prints, prints_everywhere, prints_in, run_in,
    start_in,
};

/// Reads lists of kinds of arms and selects over them; each time it prints need, capacity, entries, rebuilds, grows and
/// shrinks. Kinds: an open channel, an open pipe, a timer, a closed channel, which is ready.
const CAPACITY: &str = "
(:wat::core::defn :my::closed [] -> :wat::kernel::Receiver<wat::core::i64>
  (:wat::core::let [[_tx rx] (:wat::kernel::make-bounded-channel :wat::core::i64 1)] rx))
(:wat::core::defn :my::arm [kind <- :wat::core::i64 open <- :wat::kernel::Receiver<wat::core::i64> pipe <- :wat::kernel::Receiver<wat::core::i64>] -> :wat::kernel::Receiver<wat::core::i64>
  (:wat::core::cond -> :wat::kernel::Receiver<wat::core::i64>
    ((:wat::core::= kind 0) open)
    ((:wat::core::= kind 1) pipe)
    ((:wat::core::= kind 2) (:wat::kernel::after (:wat::time::Hour 1) 0))
    (:else (:my::closed))))
(:wat::core::defn :my::stats [] -> :wat::core::Vector<wat::core::i64>
  (:wat::core::let [stats (:wat::kernel::select-stats)]
    (:wat::core::Vector :wat::core::i64 (:wat::kernel::SelectStats/need stats) (:wat::kernel::SelectStats/capacity stats)
      (:wat::kernel::SelectStats/entries stats) (:wat::kernel::SelectStats/rebuilds stats)
      (:wat::kernel::SelectStats/grows stats) (:wat::kernel::SelectStats/shrinks stats))))
(:wat::core::defn :my::call [kinds <- :wat::core::Vector<wat::core::i64>] -> :wat::core::Vector<wat::core::i64>
  (:wat::core::let
    [[_tx open] (:wat::kernel::make-bounded-channel :wat::core::i64 1)
     [w r] (:wat::kernel::pipe)
     pipe (:wat::kernel::Receiver/from-pipe r)
     arms (:wat::core::map kinds (:wat::core::fn [kind <- :wat::core::i64] -> :wat::kernel::Receiver<wat::core::i64> (:my::arm kind open pipe)))
     _ (:wat::kernel::select-within arms (:wat::time::Microsecond 1))
     _ (:wat::io::IOWriter/flush w)]
    (:my::stats)))
(:wat::core::defn :my::all [] -> :wat::core::nil
  (:wat::core::match (:wat::kernel::try-readln -> :wat::core::Vector<wat::core::i64>) -> :wat::core::nil
    ((:wat::core::Some kinds) (:wat::core::do (:wat::kernel::println (:my::call kinds)) (:my::all)))
    (:wat::core::None :wat::core::nil)))
";

/// The numbers of a selector that follow from the sizes of its calls.
#[derive(Default)]
struct Model {
    capacity: usize,
    entries: usize,
    grows: usize,
    shrinks: usize,
}

impl Model {
    fn enter(&mut self, need: usize) -> String {
        let capacity = (need + 1).next_power_of_two();
        self.grows += usize::from(self.capacity != 0 && capacity > self.capacity);
        self.shrinks += usize::from(capacity < self.capacity);
        self.capacity = capacity;
        self.entries += 1;
        let rebuilds = 1 + self.grows + self.shrinks;
        format!(
            "[{need} {capacity} {} {rebuilds} {} {}]\n",
            self.entries, self.grows, self.shrinks
        )
    }
}

/// Sizes that cross every power of two in both directions, up to the last and back, and some at random.
fn sizes(last: usize, random: usize) -> Vec<usize> {
    let mut sizes: Vec<usize> = (1..=last).chain((1..=last).rev()).collect();
    for power in 5..=9 {
        sizes.extend([(1 << power) - 1, 1 << power, (1 << power) - 2]);
    }
    sizes.extend([512, 511, 3, 300, 3]);
    let mut numbers = Numbers(5);
    sizes.extend((0..random).map(|_| numbers.below(512) as usize + 1));
    sizes
}

/// What the program reads, and what it has to print.
fn calls(last: usize, random: usize) -> (String, String) {
    let mut numbers = Numbers(7);
    let mut model = Model::default();
    let (mut input, mut expected) = (String::new(), String::new());
    for (round, size) in sizes(last, random).into_iter().enumerate() {
        // Every other call has no closed arm, and ends with its time.
        let end = if round % 2 == 0 { 4 } else { 3 };
        let kinds: Vec<String> = (0..size).map(|_| numbers.below(end).to_string()).collect();
        input.push_str(&format!("[{}]\n", kinds.join(" ")));
        expected.push_str(&model.enter(size));
    }
    (input, expected)
}

#[test]
fn the_capacity_follows_from_the_number_of_arms_of_whatever_kind() {
    let text = format!("{CAPACITY}{}", main_of("(:my::all)"));
    let (input, expected) = calls(20, 60);
    prints_everywhere(&text, &input, &expected);
    let (input, expected) = calls(numbers(1, 512), numbers(1, 10_000));
    for world in [World::Usual, World::Forced] {
        prints_in(world, &text, &input, &expected);
    }
}

#[test]
fn nothing_that_can_be_set_changes_a_capacity() {
    let chapters = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/reference"));
    let chapters = chapters.expect("the reference is there");
    let texts = chapters.map(|entry| std::fs::read_to_string(entry.expect("an entry").path()));
    let mut names: Vec<String> = texts
        .flat_map(|text| {
            let text = text.expect("text");
            let found = text.match_indices("WAT_").map(|(at, _)| {
                let is_name = |c: char| c.is_ascii_uppercase() || c == '_';
                text[at..].chars().take_while(|c| is_name(*c)).collect()
            });
            found.collect::<Vec<String>>()
        })
        .collect();
    names.sort();
    names.dedup();
    assert!(names.contains(&"WAT_SELECT_BACKEND".to_owned()) && names.len() > 5);
    let (input, expected) = calls(numbers(20, 512), numbers(60, 10_000));
    let text = format!("{CAPACITY}{}", main_of("(:my::all)"));
    let dir = super::Dir::with(&[("main.wat", &text), ("input", &input)]);
    // A variable that names a project would have another one run.
    names.retain(|name| name != "WAT_PROJECT");
    for name in &names {
        let value = if name == "WAT_SELECT_BACKEND" {
            "poll"
        } else {
            "1"
        };
        let input = std::fs::File::open(dir.path().join("input")).expect("the input");
        let mut command = super::raw(&dir, &[]);
        let output = command.env(name, value).stdin(input).output();
        let output = output.expect("the binary runs");
        assert_eq!(
            String::from_utf8_lossy(&output.stdout),
            expected,
            "{name}={value}"
        );
    }
    for setting in [
        "run.stack-limit=64 MiB",
        "concurrency.allow-raw-spawn=true",
        "check.max-diagnostics=1",
    ] {
        let input = std::fs::File::open(dir.path().join("input")).expect("the input");
        let mut command = super::command(&dir);
        command.args([
            "--set",
            "concurrency.allow-raw-spawn=true",
            "--set",
            setting,
            "run",
            "main.wat",
        ]);
        let output = command.stdin(input).output().expect("the binary runs");
        assert_eq!(
            String::from_utf8_lossy(&output.stdout),
            expected,
            "{setting}"
        );
    }
}

#[test]
fn the_capacity_follows_when_the_program_is_asked_to_stop() {
    let text = format!(
        "{CAPACITY}
(:wat::core::defn :my::size [n <- :wat::core::i64] -> :wat::core::Vector<wat::core::i64>
  (:my::call (:wat::core::map (:wat::core::range 0 n) (:wat::core::fn [k <- :wat::core::i64] -> :wat::core::i64 0))))
{}",
        main_of(
            "(:wat::core::do (:wat::kernel::println \"ready\")
               (:wat::core::match (:wat::kernel::sleep (:wat::time::Hour 1)) -> :wat::core::nil
                 ((:wat::core::Ok _) :wat::core::nil)
                 ((:wat::core::Err _) (:wat::core::for-each (:wat::core::Vector :wat::core::i64 1 7 8 300 2 2)
                   (:wat::core::fn [n <- :wat::core::i64] -> :wat::core::nil (:wat::kernel::println (:my::size n)))))))"
        )
    );
    for world in [World::Usual, World::Forced] {
        let mut running = start_in(world, &text);
        assert_eq!(running.line(), "\"ready\"");
        running.signal(libc::SIGTERM);
        let mut model = Model::default();
        for need in [1, 7, 8, 300, 2, 2] {
            assert_eq!(format!("{}\n", running.line()), model.enter(need));
        }
        running.ends_well();
    }
}

#[test]
fn changing_sizes_leave_neither_descriptors_nor_memory() {
    let text = format!(
        "{CAPACITY}
(:wat::core::defn :my::swing [small <- :wat::core::Vector<wat::kernel::Receiver<wat::core::i64>> large <- :wat::core::Vector<wat::kernel::Receiver<wat::core::i64>> n <- :wat::core::i64] -> :wat::core::nil
  (:wat::core::if (:wat::core::= n 0) -> :wat::core::nil :wat::core::nil
    (:wat::core::let [_ (:wat::kernel::select small) _ (:wat::kernel::select large)] (:my::swing small large (:wat::core::- n 1)))))
(:wat::core::defn :my::closeds [n <- :wat::core::i64] -> :wat::core::Vector<wat::kernel::Receiver<wat::core::i64>>
  (:wat::core::map (:wat::core::range 0 n) (:wat::core::fn [_k <- :wat::core::i64] -> :wat::kernel::Receiver<wat::core::i64> (:my::closed))))
(:wat::core::defn :my::rounds [small <- :wat::core::Vector<wat::kernel::Receiver<wat::core::i64>> large <- :wat::core::Vector<wat::kernel::Receiver<wat::core::i64>>] -> :wat::core::nil
  (:wat::core::match (:wat::kernel::try-readln -> :wat::core::i64) -> :wat::core::nil
    ((:wat::core::Some n) (:wat::core::do (:my::swing small large n) (:wat::kernel::println n) (:my::rounds small large)))
    (:wat::core::None :wat::core::nil)))
{}",
        main_of("(:my::rounds (:my::closeds 3) (:my::closeds 300))")
    );
    for world in [World::Usual, World::Forced] {
        let mut running = start_in(world, &text);
        let mut round = |count: u32| {
            running.tell(&count.to_string());
            assert_eq!(running.line(), count.to_string());
            (running.holds(), running.status("VmSize"))
        };
        let (held, size) = round(20);
        let (held_later, size_later) = round(numbers(400, 10_000));
        assert_eq!(held, held_later, "{world:?}");
        assert!(size_later <= size + 1024, "{world:?}: {size} {size_later}");
        running.ends_well();
    }
}

#[test]
fn a_bracket_selects_over_the_workers_that_are_left() {
    let some = vec![1, 2, 3, 4, 5, 7, 8, 9, 16, 33, 64];
    let sizes: Vec<usize> = numbers(some, (1..=64).collect());
    let text = format!(
        "{CAPACITY}
(:wat::core::defn :my::same [n <- :wat::core::i64] -> :wat::core::i64 n)
(:wat::core::defn :my::bracket [k <- :wat::core::i64] -> :wat::core::nil
  (:wat::core::let [got (:wat::kernel::run-processes (:wat::core::range 0 k) :my::same k) stats (:my::stats)]
    (:wat::kernel::println (:wat::core::Vector :wat::core::i64 (:wat::core::length got)
      (:wat::core::Option/expect -> :wat::core::i64 (:wat::core::get stats 0) \"need\")
      (:wat::core::Option/expect -> :wat::core::i64 (:wat::core::get stats 1) \"capacity\")
      (:wat::core::Option/expect -> :wat::core::i64 (:wat::core::get stats 4) \"grows\")
      (:wat::core::Option/expect -> :wat::core::i64 (:wat::core::get stats 5) \"shrinks\")))))
{}",
        main_of(&format!(
            "(:wat::core::for-each (:wat::core::Vector :wat::core::i64 {}) :my::bracket)",
            sizes.iter().map(usize::to_string).collect::<Vec<_>>().join(" ")
        ))
    );
    let (mut grows, mut shrinks) = (0, 0);
    let mut expected = String::new();
    for (round, workers) in sizes.into_iter().enumerate() {
        let capacity = (workers + 1).next_power_of_two();
        // The last select of the bracket before was over one worker, with a capacity of 2.
        grows += usize::from(round > 0 && capacity > 2);
        shrinks += capacity.ilog2() - 1;
        expected.push_str(&format!("[{workers} 1 2 {grows} {shrinks}]\n"));
    }
    for world in [World::Usual, World::Forced] {
        prints_in(world, &text, "", &expected);
    }
}

/// Serves clients, each a thread that sends three numbers over memory or over a pipe and goes, until none is left; prints how
/// many numbers came, and at how many selects need or capacity were not those of the clients that were left.
const SERVICE: &str = "
(:wat::core::defn :my::power [p <- :wat::core::i64 n <- :wat::core::i64] -> :wat::core::i64
  (:wat::core::if (:wat::core::> p n) -> :wat::core::i64 p (:my::power (:wat::core::* p 2) n)))
(:wat::core::defn :my::client [tx <- :wat::kernel::Sender<wat::core::i64>] -> :wat::core::nil
  (:wat::kernel::drop (:wat::kernel::spawn-thread
    (:wat::core::fn [_i <- :wat::kernel::Receiver<wat::core::nil> _o <- :wat::kernel::Sender<wat::core::nil>] -> :wat::core::nil
      (:wat::core::do
        (:wat::core::for-each (:wat::core::range 0 3) (:wat::core::fn [n <- :wat::core::i64] -> :wat::core::nil
          (:wat::core::Result/expect -> :wat::core::nil (:wat::kernel::send tx n) \"send\")))
        (:wat::kernel::Sender/close tx))))))
(:wat::core::defn :my::without [rxs <- :wat::core::Vector<wat::kernel::Receiver<wat::core::i64>> i <- :wat::core::i64] -> :wat::core::Vector<wat::kernel::Receiver<wat::core::i64>>
  (:wat::core::concat (:wat::core::take rxs i) (:wat::core::drop rxs (:wat::core::+ i 1))))
(:wat::core::defn :my::serve [rxs <- :wat::core::Vector<wat::kernel::Receiver<wat::core::i64>> served <- :wat::core::i64 wrong <- :wat::core::i64] -> :wat::core::Vector<wat::core::i64>
  (:wat::core::if (:wat::core::empty? rxs) -> :wat::core::Vector<wat::core::i64>
    (:wat::core::Vector :wat::core::i64 served wrong)
    (:wat::core::let
      [[i got] (:wat::kernel::select rxs)
       stats (:wat::kernel::select-stats)
       clients (:wat::core::length rxs)
       holds (:wat::core::and (:wat::core::= (:wat::kernel::SelectStats/need stats) clients)
                              (:wat::core::= (:wat::kernel::SelectStats/capacity stats) (:my::power 1 clients)))
       wrong (:wat::core::if holds -> :wat::core::i64 wrong (:wat::core::+ wrong 1))]
      (:wat::core::match got -> :wat::core::Vector<wat::core::i64>
        ((:wat::core::Ok (:wat::core::Some _)) (:my::serve rxs (:wat::core::+ served 1) wrong))
        ((:wat::core::Ok :wat::core::None) (:my::serve (:my::without rxs i) served wrong))
        ((:wat::core::Err _) (:my::serve (:my::without rxs i) served (:wat::core::+ wrong 1)))))))
(:wat::core::defn :my::service [k <- :wat::core::i64] -> :wat::core::nil
  (:wat::kernel::println (:my::serve
    (:wat::core::map (:wat::core::range 0 k) (:wat::core::fn [n <- :wat::core::i64] -> :wat::kernel::Receiver<wat::core::i64>
      (:wat::core::if (:wat::core::= 0 (:wat::core::mod n 2)) -> :wat::kernel::Receiver<wat::core::i64>
        (:wat::core::let [[tx rx] (:wat::kernel::make-bounded-channel :wat::core::i64 1) _ (:my::client tx)] rx)
        (:wat::core::let [[w r] (:wat::kernel::pipe) _ (:my::client (:wat::kernel::Sender/from-pipe w))] (:wat::kernel::Receiver/from-pipe r)))))
    0 0)))
";

#[test]
fn a_loop_that_serves_clients_selects_over_those_that_are_left() {
    let text = format!(
        "{SERVICE}{}",
        main_of("(:wat::core::for-each (:wat::core::range 1 65) :my::service)")
    );
    let expected: String = (1..65)
        .map(|clients| format!("[{} 0]\n", 3 * clients))
        .collect();
    for world in [World::Usual, World::Forced] {
        prints_in(world, &text, "", &expected);
    }
}

/// Hands a number back and forth; both sides wait with `select`, beside an arm that nobody serves.
const PING_PONG: &str = "
(:wat::core::defn :my::got [rx <- :wat::kernel::Receiver<wat::core::i64> idle <- :wat::kernel::Receiver<wat::core::i64>] -> :wat::core::i64
  (:wat::core::let [[_i got] (:wat::kernel::select (:wat::core::Vector :wat::kernel::Receiver<wat::core::i64> idle rx))]
    (:wat::core::match got -> :wat::core::i64
      ((:wat::core::Ok (:wat::core::Some v)) v) ((:wat::core::Ok :wat::core::None) -1) ((:wat::core::Err _) -2))))
(:wat::core::defn :my::back [rx <- :wat::kernel::Receiver<wat::core::i64> tx <- :wat::kernel::Sender<wat::core::i64> idle <- :wat::kernel::Receiver<wat::core::i64>] -> :wat::core::nil
  (:wat::core::let [v (:my::got rx idle)]
    (:wat::core::if (:wat::core::< v 0) -> :wat::core::nil :wat::core::nil
      (:wat::core::match (:wat::kernel::send tx (:wat::core::- v 1)) -> :wat::core::nil
        ((:wat::core::Ok _) (:my::back rx tx idle)) ((:wat::core::Err _) :wat::core::nil)))))
(:wat::core::defn :my::forth [tx <- :wat::kernel::Sender<wat::core::i64> rx <- :wat::kernel::Receiver<wat::core::i64> idle <- :wat::kernel::Receiver<wat::core::i64> left <- :wat::core::i64] -> :wat::core::i64
  (:wat::core::if (:wat::core::<= left 0) -> :wat::core::i64 left
    (:wat::core::let [_ (:wat::core::Result/expect -> :wat::core::nil (:wat::kernel::send tx left) \"send\")]
      (:my::forth tx rx idle (:my::got rx idle)))))
";

#[test]
fn a_number_goes_back_and_forth_between_threads_that_select() {
    let rounds = numbers(20_000, 1_000_000);
    let text = format!(
        "{PING_PONG}{}",
        main_of(&format!(
            "(:wat::core::let
               [[_tx idle] (:wat::kernel::make-bounded-channel :wat::core::i64 1)
                t (:wat::kernel::spawn-thread
                    (:wat::core::fn [in <- :wat::kernel::Receiver<wat::core::i64> out <- :wat::kernel::Sender<wat::core::i64>] -> :wat::core::nil
                      (:my::back in out idle)))
                end (:my::forth (:wat::kernel::Thread/input t) (:wat::kernel::Thread/output t) idle {rounds})]
               (:wat::kernel::println end))"
        ))
    );
    prints_everywhere(&text, "", "0\n");
}

#[test]
fn a_number_goes_back_and_forth_between_processes_that_select() {
    // The child's input is no arm: it has a pipe of its own on which nothing comes, and reads what its parent sends.
    let rounds = numbers(3_000, 1_000_000);
    let text = format!(
        "{PING_PONG}
(:wat::core::defn :my::tx [w <- :wat::io::IOWriter] -> :wat::kernel::Sender<wat::core::i64> (:wat::kernel::Sender/from-pipe w))
(:wat::core::defn :my::rx [r <- :wat::io::IOReader] -> :wat::kernel::Receiver<wat::core::i64> (:wat::kernel::Receiver/from-pipe r))
{}",
        main_of(&format!(
            "(:wat::core::let
               [p (:wat::kernel::spawn-process (:wat::core::forms
                    (:wat::core::defn :my::serve [idle <- :wat::kernel::Receiver<wat::core::i64>] -> :wat::core::nil
                      (:wat::core::match (:wat::kernel::try-readln -> :wat::core::i64) -> :wat::core::nil
                        ((:wat::core::Some v) (:wat::core::do
                          (:wat::kernel::select-within (:wat::core::Vector :wat::kernel::Receiver<wat::core::i64> idle) (:wat::time::Nanosecond 1))
                          (:wat::kernel::println (:wat::core::- v 1)) (:my::serve idle)))
                        (:wat::core::None :wat::core::nil)))
                    (:wat::core::defn :user::main [] -> :wat::core::nil
                      (:wat::core::let [[_tx idle] (:wat::kernel::make-bounded-channel :wat::core::i64 1)] (:my::serve idle)))))
                [w r] (:wat::kernel::pipe)
                end (:my::forth (:my::tx (:wat::kernel::Process/stdin p)) (:my::rx (:wat::kernel::Process/stdout p)) (:my::rx r) {rounds})
                _ (:wat::io::IOWriter/close w)]
               (:wat::core::match (:wat::kernel::Process/drain-and-join p) -> :wat::core::nil
                 ((:wat::core::Ok _) (:wat::kernel::println end)) ((:wat::core::Err c) (:wat::kernel::println c))))"
        ))
    );
    prints_everywhere(&text, "", "0\n");
}

#[test]
fn a_frame_that_comes_byte_by_byte_delays_no_other_arm() {
    // With the numbers of the reference a byte comes each millisecond, and a message of the other arm may take five.
    let (pause, limit) = numbers((0, 60_000_000_000u64), (1, 5_000_000));
    let text = format!(
        "{PING_PONG}
(:wat::core::defn :my::now [] -> :wat::core::i64 (:wat::time::epoch-nanos (:wat::time::now)))
(:wat::core::struct :my::Seen (good :wat::core::i64) (slowest :wat::core::i64))
(:wat::core::defn :my::drip [slow <- :wat::io::IOWriter fast <- :wat::kernel::Sender<wat::core::i64> arms <- :wat::core::Vector<wat::kernel::Receiver<wat::core::i64>>] -> :my::Seen
  (:wat::core::foldl (:wat::core::range 0 500) (:my::Seen/new 0 0) (:wat::core::fn [seen <- :my::Seen n <- :wat::core::i64] -> :my::Seen
    (:wat::core::let
      [_ (:wat::kernel::sleep (:wat::time::Millisecond {pause}))
       _ (:wat::io::IOWriter/print slow \" \")
       began (:my::now)
       _ (:wat::core::Result/expect -> :wat::core::nil (:wat::kernel::send fast n) \"send\")
       [i _got] (:wat::kernel::select arms)
       took (:wat::core::- (:my::now) began)
       slowest (:my::Seen/slowest seen)]
      (:my::Seen/new (:wat::core::+ (:my::Seen/good seen) i)
        (:wat::core::if (:wat::core::> took slowest) -> :wat::core::i64 took slowest))))))
{}",
        main_of(&format!(
            "(:wat::core::let
               [[w1 r1] (:wat::kernel::pipe) [w2 r2] (:wat::kernel::pipe)
                slow (:wat::kernel::Receiver/from-pipe r1)
                fast (:wat::kernel::Receiver/from-pipe r2)
                arms (:wat::core::Vector :wat::kernel::Receiver<wat::core::i64> slow fast)
                _ (:wat::io::IOWriter/print w1 \"4\")
                seen (:my::drip w1 (:wat::kernel::Sender/from-pipe w2) arms)
                _ (:wat::io::IOWriter/print w1 \"\\n\")
                [i got] (:wat::kernel::select arms)]
               (:wat::core::do (:wat::kernel::println (:my::Seen/good seen)) (:wat::kernel::println i) (:wat::kernel::println got)
                 (:wat::kernel::println (:wat::core::< (:my::Seen/slowest seen) {limit}))))"
        ))
    );
    prints_everywhere(&text, "", "500\n0\n#wat-edn.result/ok 4\ntrue\n");
}

#[test]
fn arms_that_are_always_ready_take_turns() {
    // Closed channels are ready for ever. The index that was served longest ago is the next one.
    let rounds = numbers(300, 10_000);
    let text = format!(
        "{CAPACITY}
(:wat::core::defn :my::wrong [arms <- :wat::core::Vector<wat::kernel::Receiver<wat::core::i64>> k <- :wat::core::i64 at <- :wat::core::i64 wrong <- :wat::core::i64] -> :wat::core::i64
  (:wat::core::if (:wat::core::= at {rounds}) -> :wat::core::i64 wrong
    (:wat::core::let [[i _got] (:wat::kernel::select arms)]
      (:my::wrong arms k (:wat::core::+ at 1)
        (:wat::core::if (:wat::core::= i (:wat::core::i64::rem at k)) -> :wat::core::i64 wrong (:wat::core::+ wrong 1))))))
(:wat::core::defn :my::size [k <- :wat::core::i64] -> :wat::core::i64
  (:my::wrong (:wat::core::map (:wat::core::range 0 k) (:wat::core::fn [_n <- :wat::core::i64] -> :wat::kernel::Receiver<wat::core::i64> (:my::closed))) k 0 0))
{}",
        main_of(
            "(:wat::kernel::println (:wat::core::foldl (:wat::core::map (:wat::core::range 2 65) :my::size) 0 :wat::core::i64::+'2))"
        )
    );
    for world in [World::Usual, World::Forced] {
        prints_in(world, &text, "", "0\n");
    }
}

#[test]
fn whoever_is_flooded_hides_nobody() {
    // One arm never runs dry; each of the others has one value, and the order of the arms changes with every call.
    let text = "
(:wat::core::defn :my::one [k <- :wat::core::i64] -> :wat::kernel::Receiver<wat::core::i64>
  (:wat::core::let [[tx rx] (:wat::kernel::make-bounded-channel :wat::core::i64 1)
     _ (:wat::core::Result/expect -> :wat::core::nil (:wat::kernel::send tx k) \"send\")] rx))
(:wat::core::defn :my::flood [] -> :wat::kernel::Receiver<wat::core::i64>
  (:wat::kernel::every (:wat::time::Nanosecond 1) -1))
(:wat::core::defn :my::turn [arms <- :wat::core::Vector<wat::kernel::Receiver<wat::core::i64>>] -> :wat::core::Vector<wat::kernel::Receiver<wat::core::i64>>
  (:wat::core::match (:wat::core::first arms) -> :wat::core::Vector<wat::kernel::Receiver<wat::core::i64>>
    ((:wat::core::Some arm) (:wat::core::conj (:wat::std::list::remove-at arms 0) arm)) (:wat::core::None arms)))
(:wat::core::defn :my::take [arms <- :wat::core::Vector<wat::kernel::Receiver<wat::core::i64>> n <- :wat::core::i64 seen <- :wat::core::Vector<wat::core::i64>] -> :wat::core::Vector<wat::core::i64>
  (:wat::core::if (:wat::core::= n 0) -> :wat::core::Vector<wat::core::i64> (:wat::core::sort seen)
    (:wat::core::let [[_i got] (:wat::kernel::select arms)]
      (:my::take (:my::turn arms) (:wat::core::- n 1)
        (:wat::core::match got -> :wat::core::Vector<wat::core::i64>
          ((:wat::core::Ok (:wat::core::Some v)) (:wat::core::if (:wat::core::< v 0) -> :wat::core::Vector<wat::core::i64> seen (:wat::core::conj seen v)))
          ((:wat::core::Ok :wat::core::None) seen) ((:wat::core::Err _) seen))))))
(:wat::core::defn :user::main [] -> :wat::core::nil
  (:wat::core::for-each (:wat::core::Vector :wat::core::i64 SIZES)
    (:wat::core::fn [n <- :wat::core::i64] -> :wat::core::nil
      (:wat::kernel::println (:wat::core::length (:my::take
        (:wat::core::conj (:wat::core::map (:wat::core::range 0 n) :my::one) (:my::flood)) (:wat::core::+ n 1) (:wat::core::Vector :wat::core::i64)))))))";
    let sizes: Vec<String> = numbers(vec![1, 3, 8, 31, 63], (1..=63).collect())
        .iter()
        .map(i32::to_string)
        .collect();
    let text = text.replace("SIZES", &sizes.join(" "));
    prints_everywhere(&text, "", &format!("{}\n", sizes.join("\n")));
}

#[test]
fn an_arm_of_any_kind_has_its_turn_while_others_are_always_ready() {
    // A closed channel, a timer, an ended pipe and a reader in memory are ready for ever; what is written to the last pipe
    // comes next, though it has to be looked for.
    let text = format!(
        "{CAPACITY}
(:wat::core::defn :my::turns [arms <- :wat::core::Vector<wat::kernel::Receiver<wat::core::i64>> n <- :wat::core::i64 seen <- :wat::core::Vector<wat::core::i64>] -> :wat::core::Vector<wat::core::i64>
  (:wat::core::if (:wat::core::= n 0) -> :wat::core::Vector<wat::core::i64> seen
    (:wat::core::let [[i _got] (:wat::kernel::select arms)]
      (:my::turns arms (:wat::core::- n 1) (:wat::core::conj seen i)))))
(:wat::core::defn :my::say [arms <- :wat::core::Vector<wat::kernel::Receiver<wat::core::i64>> n <- :wat::core::i64] -> :wat::core::nil
  (:wat::kernel::println (:my::turns arms n (:wat::core::Vector :wat::core::i64))))
(:wat::core::defn :my::ended [] -> :wat::kernel::Receiver<wat::core::i64>
  (:wat::core::let [[w r] (:wat::kernel::pipe) _ (:wat::io::IOWriter/close w)] (:wat::kernel::Receiver/from-pipe r)))
{}",
        main_of(
            "(:wat::core::let
               [[w r] (:wat::kernel::pipe)
                pipe (:wat::kernel::Receiver/from-pipe r)
                arms (:wat::core::Vector :wat::kernel::Receiver<wat::core::i64> (:my::closed) pipe
                  (:wat::kernel::every (:wat::time::Nanosecond 1) 1) (:my::ended)
                  (:wat::kernel::Receiver/from-pipe (:wat::io::IOReader/from-string \"\")))
                _ (:my::say arms 6)
                _ (:wat::io::IOWriter/print w \"7\\n8\\n\")
                _ (:my::say arms 8)
                _ (:wat::io::IOWriter/print w \"9\")
                _ (:my::say arms 3)
                _ (:wat::io::IOWriter/print w \"\\n\")
                _ (:my::say arms 1)
                _ (:wat::io::IOWriter/close w)
                _ (:my::say arms 6)
                [early r1] (:wat::kernel::pipe)
                flood (:wat::kernel::Receiver/from-pipe r1)
                _ (:wat::io::IOWriter/print early \"1\\n2\\n3\\n4\\n\")
                [late r2] (:wat::kernel::pipe)
                pipes (:wat::core::Vector :wat::kernel::Receiver<wat::core::i64> flood (:wat::kernel::Receiver/from-pipe r2))
                _ (:my::say pipes 2)
                _ (:wat::io::IOWriter/print late \"5\\n\")]
               (:wat::core::do (:my::say pipes 3) (:wat::io::IOWriter/close late)))"
        )
    );
    let expected =
        "[0 2 3 4 0 2]\n[1 3 4 0 2 1 3 4]\n[0 2 3]\n[1]\n[4 0 2 3 1 4]\n[0 0]\n[1 0 0]\n";
    prints_everywhere(&text, "", expected);
}

#[test]
fn what_a_child_has_written_comes_beside_its_end() {
    let text = format!(
        "
(:wat::core::defn :my::say [arms <- :wat::core::Vector<wat::kernel::Receiver<wat::core::i64>>] -> :wat::core::nil
  (:wat::core::let [[i got] (:wat::kernel::select arms)]
    (:wat::core::do (:wat::kernel::println i) (:wat::kernel::println got))))
{}",
        main_of(
            "(:wat::core::let
               [p (:wat::kernel::spawn-process (:wat::core::forms
                    (:wat::core::defn :user::main [] -> :wat::core::nil (:wat::kernel::println 7))))
                _ (:wat::core::Result/expect -> :wat::core::Option<wat::core::i64> (:wat::kernel::recv (:wat::kernel::Process/exited p)) \"it ends\")
                arms (:wat::core::Vector :wat::kernel::Receiver<wat::core::i64> (:wat::kernel::Process/exited p)
                       (:wat::kernel::Receiver/from-pipe (:wat::kernel::Process/stdout p)))]
               (:wat::core::for-each (:wat::core::range 0 5)
                 (:wat::core::fn [_n <- :wat::core::i64] -> :wat::core::nil (:my::say arms))))"
        )
    );
    let some = |value| format!("#wat-edn.result/ok {value}\n");
    let lines = [
        (0, some("0")),
        (1, some("7")),
        (0, some("nil")),
        (1, some("nil")),
        (0, some("nil")),
    ];
    let expected: String = lines.iter().map(|(i, got)| format!("{i}\n{got}")).collect();
    prints_everywhere(&text, "", &expected);
}

/// How often the threads of a process have gone to sleep.
fn naps(running: &Running, name: &str) -> Vec<u64> {
    let tasks = std::fs::read_dir(format!("/proc/{}/task", running.pid())).expect("it runs");
    let mut naps: Vec<(String, u64)> = tasks
        .filter_map(|task| {
            let path = task.ok()?.path();
            let text = std::fs::read_to_string(path.join("status")).ok()?;
            let called = std::fs::read_to_string(path.join("comm")).ok()?;
            let line = text
                .lines()
                .find(|line| line.starts_with("voluntary_ctxt_switches"))?;
            let count = line.split_whitespace().nth(1)?.parse().ok()?;
            (called.trim() == name).then(|| (path.display().to_string(), count))
        })
        .collect();
    naps.sort();
    naps.into_iter().map(|(_, count)| count).collect()
}

#[test]
fn a_select_that_waits_sleeps_until_it_is_woken() {
    // While other threads talk, the ones that wait do not wake even once.
    let text = format!(
        "{PING_PONG}
(:wat::core::defn :my::parked [rx <- :wat::kernel::Receiver<wat::core::i64>] -> :wat::core::nil
  (:wat::kernel::drop (:wat::kernel::spawn-thread
    (:wat::core::fn [_i <- :wat::kernel::Receiver<wat::core::nil> _o <- :wat::kernel::Sender<wat::core::nil>] -> :wat::core::nil
      (:my::park rx)))))
(:wat::core::defn :my::park [rx <- :wat::kernel::Receiver<wat::core::i64>] -> :wat::core::nil
  (:wat::core::let [[_i _got] (:wat::kernel::select (:wat::core::Vector :wat::kernel::Receiver<wat::core::i64> rx rx))]
    (:wat::kernel::println \"woken\")))
(:wat::core::defn :my::talk [] -> :wat::core::i64
  (:wat::core::let
    [[_tx idle] (:wat::kernel::make-bounded-channel :wat::core::i64 1)
     t (:wat::kernel::spawn-thread
         (:wat::core::fn [in <- :wat::kernel::Receiver<wat::core::i64> out <- :wat::kernel::Sender<wat::core::i64>] -> :wat::core::nil
           (:my::back in out idle)))
     left (:my::forth (:wat::kernel::Thread/input t) (:wat::kernel::Thread/output t) idle 5000)]
    left))
{}",
        main_of(
            "(:wat::core::let
               [[tx rx] (:wat::kernel::make-bounded-channel :wat::core::i64 1) [w r] (:wat::kernel::pipe)
                _ (:my::parked rx) _ (:my::parked (:wat::kernel::Receiver/from-pipe r))
                _ (:wat::kernel::println \"parked\") _ (:wat::kernel::readln -> :wat::core::i64)
                _ (:wat::kernel::println (:my::talk)) _ (:wat::kernel::readln -> :wat::core::i64)]
               (:wat::core::do (:wat::kernel::drop tx) (:wat::io::IOWriter/close w)
                 (:wat::kernel::readln -> :wat::core::i64) :wat::core::nil))"
        )
    );
    for world in [World::Usual, World::Forced] {
        let mut running = start_in(world, &text);
        assert_eq!(running.line(), "\"parked\"");
        let asleep = || {
            let tasks = std::fs::read_dir(format!("/proc/{}/task", running.child.id()));
            tasks.expect("it runs").all(|task| {
                let stat = std::fs::read_to_string(task.expect("a task").path().join("stat"));
                let stat = stat.unwrap_or_default();
                stat.rsplit(')')
                    .next()
                    .is_some_and(|rest| rest.starts_with(" S"))
            })
        };
        super::until("all threads wait", asleep);
        let name = "wat::my::parked";
        let before = naps(&running, name);
        assert_eq!(before.len(), 2, "{world:?}");
        running.tell("1");
        assert_eq!(running.line(), "0");
        assert_eq!(naps(&running, name), before, "{world:?}");
        running.tell("1");
        assert_eq!([running.line(), running.line()], ["\"woken\"", "\"woken\""]);
        running.tell("1");
        running.ends_well();
    }
}

#[test]
fn each_world_waits_with_what_it_has() {
    let text = main_of(
        "(:wat::core::for-each (:wat::core::Vector :wat::core::i64 2 6 2 6)
           (:wat::core::fn [n <- :wat::core::i64] -> :wat::core::nil
             (:wat::core::let [arms (:wat::core::map (:wat::core::range 0 n) (:wat::core::fn [k <- :wat::core::i64] -> :wat::kernel::Receiver<wat::core::i64> (:wat::kernel::after (:wat::time::Nanosecond 1) k)))
                _ (:wat::kernel::select arms)]
               (:wat::kernel::println (:wat::kernel::SelectStats/backend (:wat::kernel::select-stats))))))",
    );
    let usual = run_in(World::Usual, &text, "").stdout;
    for world in EVERY {
        let told = run_in(world, &text, "").stdout;
        match world {
            World::Usual => {}
            // The ring is tried again at the next rebuild.
            World::Scarce if usual.contains("io_uring") => {
                assert_eq!(told, "\"io_uring\"\n\"poll\"\n\"io_uring\"\n\"poll\"\n");
            }
            _ => assert_eq!(told, "\"poll\"\n".repeat(4), "{world:?}"),
        }
    }
    prints(
        &main_of(
            "(:wat::kernel::println (:wat::kernel::SelectStats/backend (:wat::kernel::select-stats)))",
        ),
        "",
        "\"none\"\n",
    );
}
