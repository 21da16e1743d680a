//! Frames of all sizes through pipes.

use super::prints;

/// Sends strings whose frames have these lengths from one thread to another, each followed by a small frame.
fn through_a_pipe(sizes: &[usize]) -> (String, String) {
    let list: Vec<String> = sizes.iter().map(usize::to_string).collect();
    let text = format!(
        "
(:wat::core::defn :my::frame [size <- :wat::core::i64] -> :wat::core::String
  (:wat::core::string::repeat \"x\" (:wat::core::- size 3)))
(:wat::core::defn :my::put [tx <- :wat::kernel::Sender<wat::core::String> s <- :wat::core::String] -> :wat::core::nil
  (:wat::core::match (:wat::kernel::send tx s) -> :wat::core::nil
    ((:wat::core::Ok _) :wat::core::nil)
    ((:wat::core::Err c) (:wat::kernel::println (:wat::core::map c (:wat::core::fn [e <- :wat::kernel::ThreadDiedError] -> :wat::core::bool
      (:wat::core::string::contains? (:wat::kernel::ThreadDiedError/message e) \"WAT8509 \")))))))
(:wat::core::defn :my::tx [w <- :wat::io::IOWriter] -> :wat::kernel::Sender<wat::core::String> (:wat::kernel::Sender/from-pipe w))
(:wat::core::defn :my::rx [r <- :wat::io::IOReader] -> :wat::kernel::Receiver<wat::core::String> (:wat::kernel::Receiver/from-pipe r))
(:wat::core::defn :my::give [tx <- :wat::kernel::Sender<wat::core::String>] -> :wat::core::nil
  (:wat::core::do
    (:wat::core::for-each (:wat::core::Vector :wat::core::i64 {}) (:wat::core::fn [size <- :wat::core::i64] -> :wat::core::nil
      (:wat::core::do (:my::put tx (:my::frame size)) (:my::put tx \"s\"))))
    (:wat::kernel::drop tx)))
(:wat::core::defn :my::take [rx <- :wat::kernel::Receiver<wat::core::String> seen <- :wat::core::Vector<wat::core::i64>] -> :wat::core::Vector<wat::core::i64>
  (:wat::core::match (:wat::kernel::recv rx) -> :wat::core::Vector<wat::core::i64>
    ((:wat::core::Ok (:wat::core::Some s)) (:my::take rx (:wat::core::conj seen (:wat::core::+ 3 (:wat::core::string::length s)))))
    ((:wat::core::Ok :wat::core::None) seen) ((:wat::core::Err _) (:my::take rx (:wat::core::conj seen -1)))))
(:wat::core::defn :user::main [] -> :wat::core::nil
  (:wat::core::let
    [[w r] (:wat::kernel::pipe)
     _ (:wat::kernel::drop (:wat::kernel::spawn-thread
         (:wat::core::fn [_i <- :wat::kernel::Receiver<wat::core::nil> _o <- :wat::kernel::Sender<wat::core::nil>] -> :wat::core::nil
           (:my::give (:my::tx w)))))]
    (:wat::kernel::println (:my::take (:my::rx r) (:wat::core::Vector :wat::core::i64)))))",
        list.join(" ")
    );
    const LIMIT: usize = 16_777_216;
    let refused = sizes.iter().filter(|size| **size > LIMIT).count();
    let got: Vec<String> = sizes
        .iter()
        .flat_map(|size| [*size, 4])
        .filter(|size| *size <= LIMIT)
        .map(|size| size.to_string())
        .collect();
    let expected = format!("{}[{}]\n", "[true]\n".repeat(refused), got.join(" "));
    (text, expected)
}

#[test]
fn frames_around_the_sizes_of_buffers_arrive_whole() {
    let around = |size: usize| size - 2..=size + 2;
    let sizes: Vec<usize> = (3..6)
        .chain(around(4096))
        .chain(around(65_536))
        .chain([1_048_576])
        .collect();
    let (text, expected) = through_a_pipe(&sizes);
    prints(&text, "", &expected);
}

#[test]
fn frames_around_the_limit_arrive_or_are_refused_and_the_next_one_arrives() {
    let (text, expected) =
        through_a_pipe(&[16_777_214, 16_777_215, 16_777_216, 16_777_217, 16_777_218]);
    prints(&text, "", &expected);
}

#[test]
fn a_reader_skips_a_frame_above_the_limit_and_tells_it_once() {
    let text = "
(:wat::core::defn :my::rx [r <- :wat::io::IOReader] -> :wat::kernel::Receiver<wat::core::String> (:wat::kernel::Receiver/from-pipe r))
(:wat::core::defn :my::say [got <- :wat::kernel::CommResult<wat::core::String>] -> :wat::core::nil
  (:wat::core::match got -> :wat::core::nil
    ((:wat::core::Ok (:wat::core::Some s)) (:wat::kernel::println s))
    ((:wat::core::Ok :wat::core::None) (:wat::kernel::println \"closed\"))
    ((:wat::core::Err c) (:wat::kernel::println (:wat::core::map c (:wat::core::fn [e <- :wat::kernel::ThreadDiedError] -> :wat::core::bool
      (:wat::core::string::contains? (:wat::kernel::ThreadDiedError/message e) \"WAT8509 \")))))))
(:wat::core::defn :my::all [rx <- :wat::kernel::Receiver<wat::core::String>] -> :wat::core::nil
  (:wat::core::for-each (:wat::core::range 0 3) (:wat::core::fn [_n <- :wat::core::i64] -> :wat::core::nil
    (:wat::core::match (:wat::kernel::recv rx) -> :wat::core::nil
      ((:wat::core::Ok v) (:my::say (:wat::core::Ok v))) ((:wat::core::Err c) (:my::say (:wat::core::Err c)))))))
(:wat::core::defn :user::main [] -> :wat::core::nil
  (:wat::core::let
    [[w r] (:wat::kernel::pipe)
     _ (:wat::kernel::drop (:wat::kernel::spawn-thread
         (:wat::core::fn [_i <- :wat::kernel::Receiver<wat::core::nil> _o <- :wat::kernel::Sender<wat::core::nil>] -> :wat::core::nil
           (:wat::core::do
             (:wat::io::IOWriter/println w (:wat::core::string::concat \"\\\"\" (:wat::core::string::repeat \"x\" 16777214) \"\\\"\"))
             (:wat::io::IOWriter/println w \"\\\"next\\\"\")
             (:wat::io::IOWriter/close w)))))]
    (:my::all (:my::rx r))))";
    prints(text, "", "[true]\n\"next\"\n\"closed\"\n");
}
