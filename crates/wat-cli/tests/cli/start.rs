//! What happens before `:user::main` runs.

use super::support::{Dir, Ran, main_of, wat};

fn run(text: &str) -> Ran {
    wat(&Dir::with(&[("main.wat", text)]), &["run", "main.wat"])
}

const PRINTER: &str = "(:wat::core::defn :my::noisy [] -> :wat::core::i64 (:wat::core::do (:wat::kernel::println \"too early\") 1))\n";

#[test]
fn an_effect_in_an_initialiser_keeps_the_program_from_starting() {
    let text = format!(
        "{PRINTER}(:wat::core::def :my::x (:my::noisy))\n{}",
        main_of("(:wat::kernel::println :my::x)")
    );
    let ran = run(&text);
    assert_eq!((ran.status, &*ran.stdout), (3, ""));
    for part in ["WAT8205", "`:my::noisy`", "called from `:my::x`"] {
        assert!(ran.stderr.contains(part), "{part}: {}", ran.stderr);
    }
    assert!(!ran.stderr.contains("ProcessPanics"), "{}", ran.stderr);
    // Nothing of it runs, however it is called.
    let text = format!(
        "{PRINTER}(:wat::core::def :my::x (:wat::core::map [1 2] (:wat::core::fn [n <- :wat::core::i64] -> :wat::core::i64 (:my::noisy))))\n{}",
        main_of("(:wat::kernel::println :my::x)")
    );
    let ran = run(&text);
    assert_eq!((ran.status, &*ran.stdout), (3, ""), "{}", ran.stderr);
}

#[test]
fn a_value_that_is_read_too_early_is_named_with_the_calls() {
    let text = format!(
        "(:wat::core::defn :my::inner [] -> :wat::core::i64 (:wat::core::i64::+ :my::late 1))\n\
         (:wat::core::defn :my::outer [] -> :wat::core::i64 (:wat::core::i64::+ (:my::inner) 1))\n\
         (:wat::core::def :my::x (:my::outer))\n(:wat::core::def :my::late 1)\n{}",
        main_of("(:wat::kernel::println :my::x)")
    );
    let ran = run(&text);
    assert_eq!((ran.status, &*ran.stdout), (3, ""));
    for part in [
        "WAT8204",
        "`:my::late`",
        "in `:my::inner`",
        "called from `:my::outer`",
        "called from `:my::x`",
    ] {
        assert!(ran.stderr.contains(part), "{part}: {}", ran.stderr);
    }
    // A function in a `let` has its turn too, even if it needs nothing that the `let` binds.
    let text = format!(
        "(:wat::core::defn :my::outer [] -> :wat::core::i64 (:wat::core::i64::+ (:my::late) 1))\n\
         (:wat::core::def :my::x (:my::outer))\n\
         (:wat::core::let [b 1] (:wat::core::defn :my::late [] -> :wat::core::i64 2))\n{}",
        main_of("(:wat::kernel::println :my::x)")
    );
    let ran = run(&text);
    assert_eq!(ran.status, 3);
    assert!(
        ran.stderr.contains("WAT8204") && ran.stderr.contains("`:my::late`"),
        "{}",
        ran.stderr
    );
}

#[test]
fn every_failure_of_an_initialiser_is_3() {
    for value in [
        "(:wat::core::i64::/ 1 0)",
        "(:wat::kernel::assertion-failed! \"boom\" :wat::core::None :wat::core::None)",
    ] {
        let text = format!(
            "(:wat::core::defn :my::make [] -> :wat::core::i64 {value})\n(:wat::core::def :my::x (:wat::core::i64::+ (:my::make) 1))\n{}",
            main_of("(:wat::kernel::println 1)")
        );
        let ran = run(&text);
        assert_eq!(
            (ran.status, &*ran.stdout),
            (3, ""),
            "{value}: {}",
            ran.stderr
        );
    }
}

#[test]
fn a_let_is_evaluated_once_and_its_definitions_see_it() {
    let text = "(:wat::core::let [base 40 [p q] (:wat::core::Tuple \"l\" 2) _ 1 base (:wat::core::i64::+ base q)]\n\
          (:wat::core::def :my::early base)\n\
          (:wat::core::let [inner (:wat::core::i64::+ base 1)]\n\
            (:wat::core::defn :my::answer<T> [x <- :T] -> :T (:wat::core::do (:wat::core::i64::+ base inner) x))\n\
            (:wat::core::def :my::sum (:wat::core::fn [n <- :wat::core::i64] -> :wat::core::i64\n\
              (:wat::core::foldl (:wat::core::range 0 n) inner (:wat::core::fn [a <- :wat::core::i64 b <- :wat::core::i64] -> :wat::core::i64 (:wat::core::i64::+ a base))))))\n\
          (:wat::core::def :my::p p))\n";
    let text = format!(
        "{text}{}",
        main_of(
            "(:wat::core::do (:wat::kernel::println [:my::early (:my::answer :x 5) (:my::sum 3)]) (:wat::kernel::println :my::p))"
        )
    );
    let ran = run(&text);
    assert_eq!(
        (ran.status, &*ran.stdout),
        (0, "[42 5 169]\n\"l\"\n"),
        "{}",
        ran.stderr
    );
}

#[test]
fn initialisers_see_the_latest_definition_before_them() {
    let text = "(:wat::config::set-redef! true)\n\
        (:wat::core::def :my::before (:my::f))\n\
        (:wat::core::defn :my::f [] -> :wat::core::i64 1)\n(:wat::core::def :my::a (:my::f))\n\
        (:wat::core::def :my::v 10)\n(:wat::core::def :my::va :my::v)\n\
        (:wat::core::defn :my::f [] -> :wat::core::i64 2)\n(:wat::core::def :my::b (:my::f))\n\
        (:wat::core::def :my::v (:wat::core::i64::+ :my::v :my::va))\n\
        (:wat::core::defn :my::f [] -> :wat::core::i64 3)\n\
        (:wat::core::def :my::v (:wat::core::i64::* :my::v 2))\n";
    let text = format!(
        "{text}{}",
        main_of("(:wat::kernel::println [:my::before :my::a :my::b (:my::f) :my::va :my::v])")
    );
    let ran = run(&text);
    assert_eq!(
        (ran.status, &*ran.stdout),
        (0, "[1 1 2 3 10 40]\n"),
        "{}",
        ran.stderr
    );
}

#[test]
fn settings_are_there_when_values_are_evaluated() {
    let text = "(:wat::config::set-dim-count! 1000)\n(:wat::config::set-capacity-mode! :panic)\n\
        (:wat::core::def :my::n (:wat::config::dim-capacity))\n";
    let text = format!(
        "{text}{}",
        main_of(
            "(:wat::core::do (:wat::kernel::println :my::n) (:wat::kernel::println (:wat::config::noise-floor)) (:wat::kernel::println (:wat::config::capacity-mode)))"
        )
    );
    let ran = run(&text);
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    let lines: Vec<&str> = ran.stdout.lines().collect();
    assert_eq!(lines[..2], ["31", "0.03162277660168379"]);
    assert!(lines[2].contains("Panic"), "{}", lines[2]);
}
