//! Deaths through threads and processes.

use super::{World, main_of, numbers, run_in};

/// The forms of a program that dies because of what it starts: on every other level a process, else a thread.
fn dies(depth: usize) -> String {
    if depth == 0 {
        return "(:wat::kernel::assertion-failed! \"root\" (:wat::core::Some \"3\") (:wat::core::Some \"4\"))"
            .to_owned();
    }
    let inner = dies(depth - 1);
    let started = if depth % 2 == 1 {
        format!(
            "(:wat::kernel::Process/drain-and-join (:wat::kernel::spawn-process (:wat::core::forms
               (:wat::core::defn :user::main [] -> :wat::core::nil {inner}))))"
        )
    } else {
        format!(
            "(:wat::kernel::Thread/drain-and-join (:wat::kernel::spawn-thread
               (:wat::core::fn [_i <- :wat::kernel::Receiver<wat::core::nil> _o <- :wat::kernel::Sender<wat::core::nil>] -> :wat::core::nil {inner})))"
        )
    };
    format!("(:wat::core::Result/expect -> :wat::core::nil {started} \"level {depth}\")")
}

#[test]
fn a_chain_through_threads_and_processes_keeps_every_death() {
    let ran = run_in(World::Usual, &main_of(&dies(5)), "");
    assert_eq!((ran.status, ran.stdout.as_str()), (2, ""));
    let line = ran.stderr.trim_end();
    assert_eq!(line.lines().count(), 1, "{line}");
    let deaths: Vec<&str> = line
        .split("#wat.kernel.ProcessDiedError/Panic [\"")
        .skip(1)
        .collect();
    let messages: Vec<&str> = deaths
        .iter()
        .map(|death| death.split('"').next().expect("a message"))
        .collect();
    assert_eq!(
        messages,
        [
            "level 5", "level 4", "level 3", "level 2", "level 1", "root"
        ]
    );
    for (index, death) in deaths.iter().enumerate() {
        // The place of each death is in the text that was checked where it happened.
        assert!(
            death.contains(":location #wat.kernel/Location {:file "),
            "{death}"
        );
        let is_root = index + 1 == deaths.len();
        assert_eq!(
            death.contains(":actual \"3\" :expected \"4\""),
            is_root,
            "{death}"
        );
    }
}

#[test]
fn a_chain_of_threads_is_as_long_as_they_are_nested() {
    for depth in numbers(vec![1, 2, 7, 20], (1..=20).collect()) {
        let text = format!(
            "
(:wat::core::defn :my::deep [n <- :wat::core::i64] -> :wat::core::nil
  (:wat::core::if (:wat::core::= n 0) -> :wat::core::nil
    (:wat::kernel::assertion-failed! \"root\" :wat::core::None :wat::core::None)
    (:wat::core::Result/expect -> :wat::core::nil
      (:wat::kernel::Thread/drain-and-join (:wat::kernel::spawn-thread
        (:wat::core::fn [_i <- :wat::kernel::Receiver<wat::core::nil> _o <- :wat::kernel::Sender<wat::core::nil>] -> :wat::core::nil
          (:my::deep (:wat::core::- n 1)))))
      (:wat::core::i64::to-string n))))
{}",
            main_of(&format!("(:my::deep {depth})"))
        );
        let ran = run_in(World::Usual, &text, "");
        let messages: Vec<&str> = ran
            .stderr
            .split("ProcessDiedError/Panic [\"")
            .skip(1)
            .map(|death| death.split('"').next().expect("a message"))
            .collect();
        let expected: Vec<String> = (1..=depth).rev().map(|n| n.to_string()).collect();
        assert_eq!(messages[..depth], expected);
        assert_eq!(messages[depth..], ["root"]);
    }
}
