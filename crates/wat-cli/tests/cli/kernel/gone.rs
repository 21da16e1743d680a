//! Ends of channels that are closed here, that belong to another process, or that one call names twice.

use super::{main_of, prints, prints_everywhere};

/// Says what came of receiving and sending numbers.
const SAY: &str = "
(:wat::core::defn :my::threads [chain <- :wat::kernel::ThreadPanics] -> :wat::core::String
  (:wat::core::string::join \"|\" (:wat::core::map chain :wat::kernel::ThreadDiedError/message)))
(:wat::core::defn :my::processes [chain <- :wat::kernel::ProcessPanics] -> :wat::core::String
  (:wat::core::string::join \"|\" (:wat::core::map chain :wat::kernel::ProcessDiedError/message)))
(:wat::core::defn :my::got [r <- :wat::kernel::CommResult<wat::core::i64>] -> :wat::core::String
  (:wat::core::match r -> :wat::core::String
    ((:wat::core::Ok (:wat::core::Some v)) (:wat::core::i64::to-string v))
    ((:wat::core::Ok :wat::core::None) \"closed\")
    ((:wat::core::Err chain) (:my::threads chain))))
(:wat::core::defn :my::received [rx <- :wat::kernel::Receiver<wat::core::i64>] -> :wat::core::String
  (:wat::core::match (:wat::kernel::recv rx) -> :wat::core::String
    ((:wat::core::Ok v) (:my::got (:wat::core::Ok v))) ((:wat::core::Err chain) (:my::threads chain))))
(:wat::core::defn :my::sent [tx <- :wat::kernel::Sender<wat::core::i64>] -> :wat::core::String
  (:wat::core::match (:wat::kernel::send tx 5) -> :wat::core::String
    ((:wat::core::Ok _) \"sent\") ((:wat::core::Err chain) (:my::threads chain))))
(:wat::core::defn :my::rx [r <- :wat::io::IOReader] -> :wat::kernel::Receiver<wat::core::i64> (:wat::kernel::Receiver/from-pipe r))
(:wat::core::defn :my::tx [w <- :wat::io::IOWriter] -> :wat::kernel::Sender<wat::core::i64> (:wat::kernel::Sender/from-pipe w))
(:wat::core::defn :my::chosen [arms <- :wat::core::Vector<wat::kernel::Receiver<wat::core::i64>>] -> :wat::core::nil
  (:wat::core::let [[i got] (:wat::kernel::select arms)]
    (:wat::kernel::println (:wat::core::Tuple i (:my::got got)))))
";

fn program(main: &str) -> String {
    format!("{SAY}{}", main_of(main))
}

#[test]
fn an_end_over_a_pipe_that_is_closed_here_is_closed_and_no_failure() {
    // The child runs until its input ends: nobody waits for it.
    let text = program(
        "(:wat::core::let
           [[w r] (:wat::kernel::pipe)
            rx (:my::rx r) tx (:my::tx w)
            _ (:wat::io::IOWriter/print w \"1\\n2\\n\")
            _ (:wat::kernel::println (:my::received rx))
            _ (:wat::kernel::Receiver/close rx)
            [w2 r2] (:wat::kernel::pipe)
            dropped (:my::rx r2)
            _ (:wat::kernel::drop r2)
            p (:wat::kernel::spawn-process (:wat::core::forms
                (:wat::core::defn :user::main [] -> :wat::core::nil
                  (:wat::kernel::println (:wat::kernel::try-readln -> :wat::core::i64)))))
            input (:my::tx (:wat::kernel::Process/stdin p))
            _ (:wat::kernel::println (:my::sent (:my::tx (:wat::kernel::Process/stdin p))))
            output (:my::rx (:wat::kernel::Process/stdout p))
            q (:wat::kernel::spawn-process (:wat::core::forms
                (:wat::core::defn :user::main [] -> :wat::core::nil
                  (:wat::core::Result/expect -> :wat::core::nil (:wat::kernel::sleep (:wat::time::Hour 1)) \"asleep\"))))
            _ (:wat::kernel::Sender/close (:my::tx (:wat::kernel::Process/stdin q)))
            _ (:wat::kernel::Receiver/close output)]
           (:wat::core::do
             (:wat::kernel::println (:my::received rx))
             (:wat::kernel::println (:my::got (:wat::kernel::try-recv rx)))
             (:wat::kernel::println (:wat::kernel::Receiver/closed? rx))
             (:my::chosen (:wat::core::Vector :wat::kernel::Receiver<wat::core::i64> rx dropped output))
             (:my::chosen (:wat::core::Vector :wat::kernel::Receiver<wat::core::i64> rx dropped output))
             (:my::chosen (:wat::core::Vector :wat::kernel::Receiver<wat::core::i64> rx dropped output))
             (:wat::kernel::println (:my::received output))
             (:wat::kernel::println (:my::sent (:my::tx (:wat::kernel::Process/stdin q))))
             (:wat::kernel::drop q)
             (:wat::kernel::Sender/close input)
             (:wat::io::IOWriter/close w2)
             (:wat::kernel::println (:my::sent tx))))",
    );
    prints_everywhere(
        &text,
        "",
        "\"1\"\n\"sent\"\n\"closed\"\n\"closed\"\ntrue\n[0 \"closed\"]\n[1 \"closed\"]\n[2 \"closed\"]\n\"closed\"\n\
         \"channel disconnected\"\n\"channel disconnected\"\n",
    );
}

#[test]
fn one_call_may_name_the_same_reader_more_than_once() {
    let text = program(
        "(:wat::core::let
           [[w r] (:wat::kernel::pipe)
            one (:my::rx r) two (:my::rx r)
            _ (:wat::io::IOWriter/print w \"1\\n2\\n3\\n\")
            arms (:wat::core::Vector :wat::kernel::Receiver<wat::core::i64> one two one)]
           (:wat::core::do (:my::chosen arms) (:my::chosen arms) (:my::chosen arms)
             (:wat::io::IOWriter/close w) (:my::chosen arms)))",
    );
    prints_everywhere(
        &text,
        "",
        "[0 \"1\"]\n[1 \"2\"]\n[0 \"3\"]\n[1 \"closed\"]\n",
    );
}

#[test]
fn what_a_worker_has_inherited_means_nothing_there() {
    // A function hides what it holds from the checker.
    let cases = [
        (
            "recv",
            ":wat::kernel::Receiver<wat::core::i64>",
            "rx",
            "(:my::received it)",
        ),
        (
            "try-recv",
            ":wat::kernel::Receiver<wat::core::i64>",
            "rx",
            "(:my::got (:wat::kernel::try-recv it))",
        ),
        (
            "select",
            ":wat::kernel::Receiver<wat::core::i64>",
            "rx",
            "(:wat::core::do (:my::chosen (:wat::core::Vector :wat::kernel::Receiver<wat::core::i64> it)) \"\")",
        ),
        (
            "drain",
            ":wat::kernel::Receiver<wat::core::i64>",
            "rx",
            "(:wat::core::do (:wat::kernel::drain it) \"\")",
        ),
        (
            "closed?",
            ":wat::kernel::Receiver<wat::core::i64>",
            "rx",
            "(:wat::core::do (:wat::kernel::Receiver/closed? it) \"\")",
        ),
        (
            "close",
            ":wat::kernel::Receiver<wat::core::i64>",
            "rx",
            "(:wat::core::do (:wat::kernel::Receiver/close it) \"\")",
        ),
        (
            "timer",
            ":wat::kernel::Receiver<wat::core::i64>",
            "(:wat::kernel::after (:wat::time::Nanosecond 1) 3)",
            "(:my::received it)",
        ),
        (
            "frames",
            ":wat::kernel::Receiver<wat::core::i64>",
            "(:my::rx r)",
            "(:my::received it)",
        ),
        (
            "reader",
            ":wat::io::IOReader",
            "r",
            "(:my::received (:my::rx it))",
        ),
        (
            "exited",
            ":wat::kernel::Receiver<wat::core::i64>",
            "(:wat::kernel::Process/exited p)",
            "(:my::received it)",
        ),
        (
            "complaints",
            ":wat::io::IOReader",
            "(:wat::kernel::Process/stderr p)",
            "(:wat::core::do (:wat::io::IOReader/read it 1) \"\")",
        ),
        (
            "memory",
            ":wat::io::IOReader",
            "(:wat::io::IOReader/from-string \"a\")",
            "(:wat::core::do (:wat::io::IOReader/read it 1) \"\")",
        ),
        (
            "send",
            ":wat::kernel::Sender<wat::core::i64>",
            "tx",
            "(:my::sent it)",
        ),
        (
            "close sender",
            ":wat::kernel::Sender<wat::core::i64>",
            "tx",
            "(:wat::core::do (:wat::kernel::drop it) \"\")",
        ),
        (
            "writer",
            ":wat::io::IOWriter",
            "w",
            "(:my::sent (:my::tx it))",
        ),
        (
            "thread",
            ":wat::kernel::Thread<wat::core::nil,wat::core::nil>",
            "t",
            "(:wat::core::match (:wat::kernel::Thread/drain-and-join it) -> :wat::core::String ((:wat::core::Ok _) \"joined\") ((:wat::core::Err chain) (:my::threads chain)))",
        ),
        (
            "process",
            ":wat::kernel::Process<wat::core::nil,wat::core::nil>",
            "p",
            "(:my::received (:wat::kernel::Process/exited it))",
        ),
        (
            "pop",
            ":wat::kernel::HandlePool<wat::core::String>",
            "pool",
            "(:wat::kernel::HandlePool::pop it)",
        ),
        (
            "finish",
            ":wat::kernel::HandlePool<wat::core::String>",
            "pool",
            "(:wat::core::do (:wat::kernel::HandlePool::finish it) \"\")",
        ),
    ];
    let hidden = cases.iter().enumerate().map(|(k, (_, ty, _, body))| {
        format!(
            "(:wat::core::defn :my::hide{k} [it <- {ty}] -> :wat::core::Fn(wat::core::i64)->wat::core::String
               (:wat::core::fn [_n <- :wat::core::i64] -> :wat::core::String {body}))\n"
        )
    });
    let hidden: String = hidden.collect();
    let calls = cases.iter().enumerate().map(|(k, (name, _, value, _))| {
        format!("(:my::in-worker \"{name}\" (:my::hide{k} {value}))\n")
    });
    let calls: String = calls.collect();
    let text = format!(
        "{SAY}{hidden}
(:wat::core::defn :my::in-worker [name <- :wat::core::String work <- :wat::core::Fn(wat::core::i64)->wat::core::String] -> :wat::core::nil
  (:wat::core::for-each (:wat::kernel::run-processes-results (:wat::core::range 0 1)
      (:wat::core::fn [n <- :wat::core::i64] -> :wat::core::String (work n)))
    (:wat::core::fn [r <- :wat::core::Result<wat::core::String,wat::kernel::ProcessPanics>] -> :wat::core::nil
      (:wat::core::match r -> :wat::core::nil
        ((:wat::core::Ok got) (:wat::kernel::println (:wat::core::Tuple name got)))
        ((:wat::core::Err chain) (:wat::kernel::println (:wat::core::Tuple name
          (:wat::core::string::contains? (:my::processes chain) \"WAT8528 foreign-handle: \"))))))))
{}",
        main_of(&format!(
            "(:wat::core::let
               [[tx rx] (:wat::kernel::make-bounded-channel :wat::core::i64 2)
                _ (:wat::kernel::println (:my::sent tx))
                [w r] (:wat::kernel::pipe)
                _ (:wat::io::IOWriter/print w \"9\\n\")
                t (:wat::kernel::spawn-thread (:wat::core::fn [_i <- :wat::kernel::Receiver<wat::core::nil> _o <- :wat::kernel::Sender<wat::core::nil>] -> :wat::core::nil :wat::core::nil))
                p (:wat::kernel::spawn-process (:wat::core::forms (:wat::core::defn :user::main [] -> :wat::core::nil :wat::core::nil)))
                pool (:wat::kernel::HandlePool::new \"tickets\" (:wat::core::Vector :wat::core::String \"ticket\"))]
               (:wat::core::do {calls}
                 (:wat::kernel::println (:wat::kernel::HandlePool::pop pool))
                 (:wat::kernel::HandlePool::finish pool)
                 (:wat::kernel::println (:my::received rx))
                 (:wat::kernel::println (:my::received (:my::rx r)))
                 (:wat::kernel::drop tx) (:wat::kernel::drop t)))"
        ))
    );
    let told = cases
        .iter()
        .map(|(name, ..)| format!("[\"{name}\" true]\n"));
    let told: String = told.collect();
    prints(
        &text,
        "",
        &format!("\"sent\"\n{told}\"ticket\"\n\"5\"\n\"9\"\n"),
    );
}

#[test]
fn a_join_reads_what_a_child_complains_however_much_it_is() {
    // More than is collected for a parent that looks elsewhere, before anything else is written.
    let text = program(
        "(:wat::core::let
           [p (:wat::kernel::spawn-process (:wat::core::forms
                (:wat::core::defn :user::main [] -> :wat::core::nil
                  (:wat::core::do
                    (:wat::core::for-each (:wat::core::range 0 12) (:wat::core::fn [_n <- :wat::core::i64] -> :wat::core::nil
                      (:wat::kernel::eprintln (:wat::core::string::repeat \"x\" 1000000))))
                    (:wat::kernel::println 7)))))]
           (:wat::core::do
             (:wat::core::match (:wat::kernel::Process/drain-and-join p) -> :wat::core::nil
               ((:wat::core::Ok _) (:wat::kernel::println \"joined\"))
               ((:wat::core::Err chain) (:wat::kernel::println (:my::processes chain))))
             (:wat::kernel::println (:wat::core::length (:wat::io::IOReader/read-all (:wat::kernel::Process/stderr p))))))",
    );
    prints(&text, "", "\"joined\"\n12000036\n");
    let text = program(
        "(:wat::core::match (:wat::kernel::spawn-program
           \"(:wat::core::defn :user::main [] -> :wat::core::nil (:wat::core::for-each (:wat::core::range 0 12) (:wat::core::fn [_n <- :wat::core::i64] -> :wat::core::nil (:wat::kernel::eprintln (:wat::core::string::repeat \\\"x\\\" 1000000)))))\"
           :wat::core::None) -> :wat::core::nil
           ((:wat::core::Ok p) (:wat::core::match (:wat::kernel::Process/drain-and-join p) -> :wat::core::nil
             ((:wat::core::Ok _) (:wat::kernel::println \"joined\"))
             ((:wat::core::Err chain) (:wat::kernel::println (:my::processes chain)))))
           ((:wat::core::Err _) (:wat::kernel::println \"not started\")))",
    );
    prints(&text, "", "\"joined\"\n");
}

#[test]
fn reading_nothing_gives_nothing_also_at_the_end() {
    let text = program(
        "(:wat::core::let
           [empty (:wat::io::IOReader/from-string \"\") [w r] (:wat::kernel::pipe) _ (:wat::io::IOWriter/close w)]
           (:wat::core::do
             (:wat::kernel::println (:wat::io::IOReader/read empty 0))
             (:wat::kernel::println (:wat::io::IOReader/read empty 1))
             (:wat::kernel::println (:wat::io::IOReader/read r 0))
             (:wat::kernel::println (:wat::io::IOReader/read r 1))
             (:wat::kernel::println (:wat::io::IOReader/read r 0))))",
    );
    prints(&text, "", "[]\nnil\n[]\nnil\n[]\n");
}
