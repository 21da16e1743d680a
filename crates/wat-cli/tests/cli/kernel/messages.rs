//! Messages from many arms at once: none is lost, none comes twice, none comes too early.

use super::{World, numbers, prints_everywhere, prints_in, start_in};

/// Producers on threads, every other one over a pipe. A stream of messages has its number in front; `refused` is what a
/// producer does with the refusal `c` of a message.
fn producers(messages: u32, refused: &str) -> String {
    format!(
        "
(:wat::core::defn :my::give [tx <- :wat::kernel::Sender<wat::core::i64> at <- :wat::core::i64 end <- :wat::core::i64] -> :wat::core::nil
  (:wat::core::if (:wat::core::= at end) -> :wat::core::nil :wat::core::nil
    (:wat::core::match (:wat::kernel::send tx at) -> :wat::core::nil
      ((:wat::core::Ok _) (:my::give tx (:wat::core::+ at 1) end))
      ((:wat::core::Err c) {refused}))))
(:wat::core::defn :my::first [k <- :wat::core::i64] -> :wat::core::i64 (:wat::core::* k 1000000))
(:wat::core::defn :my::end [k <- :wat::core::i64] -> :wat::core::i64 (:wat::core::+ (:my::first k) (:wat::core::+ {messages} k)))
(:wat::core::defn :my::in-memory [k <- :wat::core::i64 room <- :wat::core::i64] -> :wat::kernel::Receiver<wat::core::i64>
  (:wat::core::let [[tx rx] (:wat::kernel::make-bounded-channel :wat::core::i64 room)
     _ (:wat::kernel::drop (:wat::kernel::spawn-thread
         (:wat::core::fn [_i <- :wat::kernel::Receiver<wat::core::nil> _o <- :wat::kernel::Sender<wat::core::nil>] -> :wat::core::nil
           (:my::give tx (:my::first k) (:my::end k)))))]
    rx))
(:wat::core::defn :my::through-pipe [k <- :wat::core::i64] -> :wat::kernel::Receiver<wat::core::i64>
  (:wat::core::let [[w r] (:wat::kernel::pipe)
     _ (:wat::kernel::drop (:wat::kernel::spawn-thread
         (:wat::core::fn [_i <- :wat::kernel::Receiver<wat::core::nil> _o <- :wat::kernel::Sender<wat::core::nil>] -> :wat::core::nil
           (:wat::core::let [tx (:wat::kernel::Sender/from-pipe w)]
             (:wat::core::do (:my::give tx (:my::first k) (:my::end k)) (:wat::kernel::drop tx))))))]
    (:wat::kernel::Receiver/from-pipe r)))
(:wat::core::defn :my::source [k <- :wat::core::i64] -> :wat::kernel::Receiver<wat::core::i64>
  (:wat::core::if (:wat::core::= (:wat::core::i64::rem k 2) 0) -> :wat::kernel::Receiver<wat::core::i64>
    (:my::in-memory k (:wat::core::i64::rem k 7)) (:my::through-pipe k)))"
    )
}

/// Producers on threads, half of them over pipes; the consumer takes their messages in every way there is, and says
/// what is wrong with their order.
fn mixed(arms: u32, messages: u32) -> String {
    let producers = producers(messages, "(:wat::kernel::println c)");
    format!(
        "{producers}
(:wat::core::struct :my::State (rxs :wat::core::Vector<wat::kernel::Receiver<wat::core::i64>>) (next :wat::core::Vector<wat::core::i64>) (wrong :wat::core::i64))
(:wat::core::defn :my::note [s <- :my::State v <- :wat::core::i64] -> :my::State
  (:wat::core::let [k (:wat::core::/ v 1000000) wanted (:wat::core::Option/expect -> :wat::core::i64 (:wat::core::get (:my::State/next s) k) \"an arm\")]
    (:my::State/new (:my::State/rxs s) (:wat::core::assoc (:my::State/next s) k (:wat::core::+ v 1))
      (:wat::core::if (:wat::core::= v wanted) -> :wat::core::i64 (:my::State/wrong s) (:wat::core::+ 1 (:my::State/wrong s))))))
(:wat::core::defn :my::judge [s <- :my::State i <- :wat::core::i64 got <- :wat::kernel::CommResult<wat::core::i64> prunes <- :wat::core::bool] -> :my::State
  (:wat::core::match got -> :my::State
    ((:wat::core::Ok (:wat::core::Some v)) (:my::note s v))
    ((:wat::core::Ok :wat::core::None)
      (:wat::core::if prunes -> :my::State
        (:my::State/new (:wat::std::list::remove-at (:my::State/rxs s) i) (:my::State/next s) (:my::State/wrong s)) s))
    ((:wat::core::Err c) (:wat::core::do (:wat::kernel::println c) (:my::State/new (:my::State/rxs s) (:my::State/next s) 1000)))))
(:wat::core::defn :my::step [s <- :my::State way <- :wat::core::i64] -> :my::State
  (:wat::core::let [rxs (:my::State/rxs s)
     i (:wat::core::i64::rem way (:wat::core::length rxs))
     rx (:wat::core::Option/expect -> :wat::kernel::Receiver<wat::core::i64> (:wat::core::get rxs i) \"an arm\")
     kind (:wat::core::i64::rem way 5)]
    (:wat::core::cond -> :my::State
      ((:wat::core::= kind 0) (:my::judge s i (:wat::kernel::try-recv rx) false))
      ((:wat::core::= kind 1) (:wat::core::foldl (:wat::kernel::drain rx) s :my::note))
      ((:wat::core::= kind 2) (:wat::core::match (:wat::kernel::recv rx) -> :my::State
        ((:wat::core::Ok v) (:my::judge s i (:wat::core::Ok v) true))
        ((:wat::core::Err c) (:my::judge s i (:wat::core::Err c) true))))
      ((:wat::core::= kind 3) (:wat::core::match (:wat::kernel::select-within rxs (:wat::time::Millisecond 1)) -> :my::State
        ((:wat::core::Some [j got]) (:my::judge s j got true))
        (:wat::core::None s)))
      (:else (:wat::core::let [[j got] (:wat::kernel::select rxs)] (:my::judge s j got true))))))
(:wat::core::defn :my::consume [s <- :my::State way <- :wat::core::i64] -> :my::State
  (:wat::core::if (:wat::core::empty? (:my::State/rxs s)) -> :my::State s
    (:my::consume (:my::step s way) (:wat::core::i64::rem (:wat::core::+ (:wat::core::* way 7919) 13) 1000003))))
(:wat::core::defn :user::main [] -> :wat::core::nil
  (:wat::core::let [s (:my::consume (:my::State/new (:wat::core::map (:wat::core::range 0 {arms}) :my::source)
                         (:wat::core::map (:wat::core::range 0 {arms}) :my::first) 0) 17)]
    (:wat::core::do
      (:wat::kernel::println (:wat::core::= (:my::State/next s) (:wat::core::map (:wat::core::range 0 {arms}) :my::end)))
      (:wat::kernel::println (:my::State/wrong s)))))"
    )
}

#[test]
fn no_message_of_any_arm_is_lost_comes_twice_or_too_early() {
    let (arms, messages) = numbers((24, 100), (100, 1000));
    prints_everywhere(&mixed(arms, messages), "", "true\n0\n");
}

#[test]
fn signals_to_every_thread_lose_no_message() {
    let (arms, messages) = numbers((24, 200), (100, 1000));
    for world in [World::Usual, World::Forced] {
        let mut running = start_in(world, &mixed(arms, messages));
        let pid = running.pid();
        let mut sent = 0;
        // The signals come as fast as the system delivers them, until the program has ended.
        while let Ok(None) = running.child.try_wait() {
            let Ok(tasks) = std::fs::read_dir(format!("/proc/{pid}/task")) else {
                break;
            };
            for task in tasks.filter_map(|task| task.ok()?.file_name().to_str()?.parse().ok()) {
                let task: i32 = task;
                // Before the program watches its signals they would end it.
                let is_watched = std::fs::read_to_string(format!("/proc/{pid}/status"))
                    .ok()
                    .and_then(|text| {
                        let line = text.lines().find(|line| line.starts_with("SigCgt:"))?;
                        u64::from_str_radix(line[7..].trim(), 16).ok()
                    })
                    .is_some_and(|mask| mask & (1 << (libc::SIGUSR1 - 1)) != 0);
                if is_watched {
                    // SAFETY: plain numbers; a thread that has gone is refused.
                    unsafe { libc::syscall(libc::SYS_tgkill, pid, task, libc::SIGUSR1) };
                    sent += 1;
                }
            }
        }
        let (status, lines, complaints) = running.end();
        assert!(status == 0, "{world:?}: {complaints}");
        assert_eq!(lines, ["true", "0"], "{world:?}");
        assert!(sent > 100, "{sent}");
    }
}

/// As before; the consumer lets go of arms at random while their producers send, and has a new arm for each one that
/// has gone until it has taken `total` messages. It prints whether it did, whether it let any go, and how many messages
/// were not the next of their arm, or arms ended before their last message.
fn dropping(arms: u32, messages: u32, total: u32) -> String {
    let producers = producers(messages, "(:wat::core::do c :wat::core::nil)");
    format!(
        "{producers}
(:wat::core::struct :my::Tally (taken :wat::core::i64) (let-go :wat::core::i64) (wrong :wat::core::i64))
(:wat::core::struct :my::State
  (rxs :wat::core::Vector<wat::kernel::Receiver<wat::core::i64>>) (arms :wat::core::Vector<wat::core::i64>)
  (next :wat::core::Vector<wat::core::i64>) (tally :my::Tally))
(:wat::core::defn :my::count [t <- :my::Tally taken <- :wat::core::i64 let-go <- :wat::core::i64 wrong <- :wat::core::bool] -> :my::Tally
  (:my::Tally/new (:wat::core::+ taken (:my::Tally/taken t)) (:wat::core::+ let-go (:my::Tally/let-go t))
    (:wat::core::if wrong -> :wat::core::i64 (:wat::core::+ 1 (:my::Tally/wrong t)) (:my::Tally/wrong t))))
(:wat::core::defn :my::expected [s <- :my::State k <- :wat::core::i64] -> :wat::core::i64
  (:wat::core::Option/expect -> :wat::core::i64 (:wat::core::get (:my::State/next s) k) \"an arm\"))
(:wat::core::defn :my::replace [s <- :my::State i <- :wat::core::i64 tally <- :my::Tally] -> :my::State
  (:wat::core::let
    [k (:wat::core::length (:my::State/next s))
     rxs (:wat::std::list::remove-at (:my::State/rxs s) i)
     arms (:wat::std::list::remove-at (:my::State/arms s) i)]
    (:wat::core::if (:wat::core::< (:my::Tally/taken tally) {total}) -> :my::State
      (:my::State/new (:wat::core::conj rxs (:my::source k)) (:wat::core::conj arms k)
        (:wat::core::conj (:my::State/next s) (:my::first k)) tally)
      (:my::State/new rxs arms (:my::State/next s) tally))))
(:wat::core::defn :my::note [s <- :my::State v <- :wat::core::i64] -> :my::State
  (:wat::core::let [k (:wat::core::/ v 1000000)]
    (:my::State/new (:my::State/rxs s) (:my::State/arms s) (:wat::core::assoc (:my::State/next s) k (:wat::core::+ v 1))
      (:my::count (:my::State/tally s) 1 0 (:wat::core::not= v (:my::expected s k))))))
(:wat::core::defn :my::ended [s <- :my::State i <- :wat::core::i64] -> :my::State
  (:wat::core::let [k (:wat::core::Option/expect -> :wat::core::i64 (:wat::core::get (:my::State/arms s) i) \"an arm\")]
    (:my::replace s i (:my::count (:my::State/tally s) 0 0 (:wat::core::not= (:my::expected s k) (:my::end k))))))
(:wat::core::defn :my::let-go [s <- :my::State i <- :wat::core::i64 rx <- :wat::kernel::Receiver<wat::core::i64>] -> :my::State
  (:wat::core::do (:wat::kernel::drop rx) (:my::replace s i (:my::count (:my::State/tally s) 0 1 false))))
(:wat::core::defn :my::judge [s <- :my::State i <- :wat::core::i64 got <- :wat::kernel::CommResult<wat::core::i64>] -> :my::State
  (:wat::core::match got -> :my::State
    ((:wat::core::Ok (:wat::core::Some v)) (:my::note s v))
    ((:wat::core::Ok :wat::core::None) (:my::ended s i))
    ((:wat::core::Err c) (:wat::core::do (:wat::kernel::println c) (:my::ended s i)))))
(:wat::core::defn :my::step [s <- :my::State way <- :wat::core::i64] -> :my::State
  (:wat::core::let [rxs (:my::State/rxs s)
     i (:wat::core::i64::rem way (:wat::core::length rxs))
     rx (:wat::core::Option/expect -> :wat::kernel::Receiver<wat::core::i64> (:wat::core::get rxs i) \"an arm\")
     kind (:wat::core::i64::rem way 5)]
    (:wat::core::cond -> :my::State
      ((:wat::core::= 0 (:wat::core::i64::rem way 499)) (:my::let-go s i rx))
      ((:wat::core::= 1 (:wat::core::i64::rem way 499)) (:wat::core::foldl (:wat::kernel::drain rx) s :my::note))
      ((:wat::core::= kind 2) (:wat::core::match (:wat::kernel::recv rx) -> :my::State
        ((:wat::core::Ok v) (:my::judge s i (:wat::core::Ok v)))
        ((:wat::core::Err c) (:my::judge s i (:wat::core::Err c)))))
      ((:wat::core::= kind 3) (:wat::core::match (:wat::kernel::select-within rxs (:wat::time::Millisecond 1)) -> :my::State
        ((:wat::core::Some [j got]) (:my::judge s j got))
        (:wat::core::None s)))
      (:else (:wat::core::let [[j got] (:wat::kernel::select rxs)] (:my::judge s j got))))))
(:wat::core::defn :my::consume [s <- :my::State way <- :wat::core::i64] -> :my::State
  (:wat::core::if (:wat::core::empty? (:my::State/rxs s)) -> :my::State s
    (:my::consume (:my::step s way) (:wat::core::i64::rem (:wat::core::+ (:wat::core::* way 7919) 13) 1000003))))
(:wat::core::defn :user::main [] -> :wat::core::nil
  (:wat::core::let
    [arms (:wat::core::range 0 {arms})
     s (:my::consume (:my::State/new (:wat::core::map arms :my::source) arms (:wat::core::map arms :my::first) (:my::Tally/new 0 0 0)) 17)
     tally (:my::State/tally s)]
    (:wat::core::do
      (:wat::kernel::println (:wat::core::>= (:my::Tally/taken tally) {total}))
      (:wat::kernel::println (:wat::core::> (:my::Tally/let-go tally) 0))
      (:wat::kernel::println (:my::Tally/wrong tally)))))"
    )
}

#[test]
fn arms_that_are_let_go_of_at_random_take_no_message_of_others_along() {
    let (arms, messages, total) = (24, 400, 20_000);
    let expected = "true\ntrue\n0\n";
    prints_everywhere(&dropping(arms, messages, total), "", expected);
    let (arms, messages, total) = numbers((3, 50, 500), (100, 20_000, 10_000_000));
    for world in [World::Usual, World::Forced] {
        prints_in(world, &dropping(arms, messages, total), "", expected);
    }
}
