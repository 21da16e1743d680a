//! Calls, tail calls, depth.

use crate::support::{check, machine};

pub const FIB: &str = "
fn :fib types=0 captures=0 params=1 at=0 -> i64 {
  local %0 \"n\" i64
  local %1 \"\" bool
  local %2 \"\" i64
  local %3 \"\" i64
  local %4 \"\" i64
  local %5 \"\" i64
  local %6 \"\" i64
  %1 @1 = native :wat::core::__internal/lt [i64] (%0, 2)
  if %1 {
    yield %0
  } else {
    %2 @2 = native :wat::core::i64::-'2 (%0, 1)
    %3 @3 = call :fib (%2)
    %4 @4 = native :wat::core::i64::-'2 (%0, 2)
    %5 @5 = call :fib (%4)
    %6 @6 = native :wat::core::i64::+'2 (%3, %5)
    yield %6
  }
}
";

#[test]
fn fib() {
    let text = format!(
        "{FIB} fn :main types=0 captures=0 params=0 at=0 -> i64 {{ local %0 \"\" i64 %0 @0 = call :fib (20) yield %0 }}"
    );
    check(&text, "6765");
    let code = machine(&text).disassemble(":fib").unwrap();
    expect_test::expect![[r#"
        :fib frame=5
           0 JGeIK 0 2 2
           1 Ret 0 0 0
           2 SubIK 2 0 1
           3 Call 2 0 0
           4 SubIK 4 0 2
           5 Call 4 0 0
           6 AddI 0 2 4
           7 Ret 0 0 0
    "#]]
    .assert_eq(&code);
}

/// `:main` with the given locals and body, returning `ret`.
pub fn main(ret: &str, body: &str) -> String {
    format!("fn :main types=0 captures=0 params=0 at=0 -> {ret} {{ {body} }}")
}

pub const SUM: &str = "
fn :sum types=0 captures=0 params=1 at=0 -> i64 {
  local %0 \"n\" i64 local %1 \"\" bool local %2 \"\" i64 local %3 \"\" i64 local %4 \"\" i64
  %1 @1 = native :wat::core::__internal/eq [i64] (%0, 0)
  if %1 { yield 0 } else {
    %2 @2 = native :wat::core::i64::-'2 (%0, 1)
    %3 @3 = call :sum (%2)
    %4 @4 = native :wat::core::i64::+'2 (%0, %3)
    yield %4
  }
}";

const LOOP: &str = "
fn :loop types=0 captures=0 params=2 at=0 -> i64 {
  local %0 \"n\" i64 local %1 \"sum\" i64 local %2 \"\" bool local %3 \"\" i64 local %4 \"\" i64
  %2 @1 = native :wat::core::__internal/eq [i64] (%0, 0)
  if %2 { yield %1 } else {
    %3 @2 = native :wat::core::i64::-'2 (%0, 1)
    %4 @3 = native :wat::core::i64::+'2 (%1, %0)
    tail @4 call :loop (%3, %4)
  }
}";

#[test]
fn a_million_nested_calls() {
    check(
        &format!(
            "{SUM}{}",
            main(
                "i64",
                "local %0 \"\" i64 %0 @0 = call :sum (1000000) yield %0"
            )
        ),
        "500000500000",
    );
}

#[test]
fn a_tail_loop_needs_no_stack() {
    let text = format!(
        "{LOOP}{}",
        main(
            "i64",
            "local %0 \"\" i64 %0 @0 = call :loop (3000000, 0) yield %0"
        )
    );
    let limits = wat_runtime::Limits {
        stack_bytes: 4096,
        step_budget: None,
    };
    assert_eq!(
        crate::support::limited(&text, limits)
            .call(":main")
            .unwrap()
            .render(),
        "4500001500000"
    );
}

#[test]
fn mutual_tail_calls_exchange_arguments() {
    let text = "
fn :a types=0 captures=0 params=3 at=0 -> tuple[i64, i64] {
  local %0 \"n\" i64 local %1 \"x\" i64 local %2 \"y\" i64 local %3 \"\" bool local %4 \"\" i64 local %5 \"\" tuple[i64, i64]
  %3 @1 = native :wat::core::__internal/eq [i64] (%0, 0)
  if %3 { %5 @1 = tuple (%1, %2) yield %5 } else {
    %4 @2 = native :wat::core::i64::-'2 (%0, 1)
    tail @4 call :a (%4, %2, %1)
  }
}";
    let body = "local %0 \"\" tuple[i64, i64] %0 @0 = call :a (7, 1, 2) yield %0";
    check(&format!("{text}{}", main("tuple[i64, i64]", body)), "[2 1]");
}

#[test]
fn the_stack_limit_is_a_panic_with_a_folded_trace() {
    let text = format!(
        "{SUM}{}",
        main(
            "i64",
            "local %0 \"\" i64 %0 @9 = call :sum (1000000) yield %0"
        )
    );
    let limits = wat_runtime::Limits {
        stack_bytes: 1 << 16,
        step_budget: None,
    };
    let mut machine = crate::support::limited(&text, limits);
    for _ in 0..2 {
        let failure = machine.call(":main").unwrap_err();
        assert_eq!(
            (failure.kind, failure.code),
            (wat_runtime::FailureKind::Panic, 8202)
        );
        assert!(failure.message.contains("stack"), "{}", failure.message);
        let names: Vec<_> = failure
            .trace
            .iter()
            .map(|frame| (&*frame.function, frame.at.0))
            .collect();
        // The call fails, not the function that it could not begin.
        assert_eq!(names, [(":sum", 3), (":main", 9)]);
        assert!(failure.trace[0].repeats > 1000 && failure.to_string().contains("repeats"));
    }
}

#[test]
fn unbounded_polymorphic_recursion_is_a_panic() {
    let text = "
fn :grow types=1 captures=0 params=1 at=0 -> i64 {
  local %0 \"x\" $0 local %1 \"\" vector[$0] local %2 \"\" i64
  %1 @1 = vector (%0)
  %2 @2 = call :grow [vector[$0]] (%1)
  yield %2
}";
    let failure = crate::support::run(&format!(
        "{text}{}",
        main(
            "i64",
            "local %0 \"\" i64 %0 @0 = call :grow [str] (\"x\") yield %0"
        )
    ))
    .unwrap_err();
    assert_eq!(failure.code, 8202);
    assert!(failure.message.contains("stack"), "{}", failure.message);
}

#[test]
fn an_interrupt_ends_a_loop_and_the_machine_goes_on() {
    let text = format!(
        "{LOOP}{} fn :two types=0 captures=0 params=0 at=0 -> i64 {{ yield 2 }}",
        main(
            "i64",
            "local %0 \"\" i64 %0 @0 = call :loop (-1, 0) yield %0"
        )
    );
    let mut machine = machine(&text);
    let handle = machine.interrupt();
    let thread = std::thread::spawn(move || handle.raise());
    let failure = machine.call(":main").unwrap_err();
    assert_eq!(failure.kind, wat_runtime::FailureKind::Interrupted);
    thread.join().unwrap();
    assert_eq!(machine.call(":two").unwrap().render(), "2");
}

#[test]
fn a_budget_ends_a_loop() {
    let text = format!(
        "{LOOP}{}",
        main(
            "i64",
            "local %0 \"\" i64 %0 @0 = call :loop (-1, 0) yield %0"
        )
    );
    let limits = wat_runtime::Limits {
        step_budget: Some(50_000),
        ..Default::default()
    };
    let failure = crate::support::limited(&text, limits)
        .call(":main")
        .unwrap_err();
    assert_eq!(failure.kind, wat_runtime::FailureKind::Budget);
}

#[test]
fn arithmetic_fails_with_codes() {
    let failing = |native: &str, args: &str| {
        crate::support::fails(&main(
            "i64",
            &format!("local %0 \"\" i64 %0 @0 = native {native} {args} yield %0"),
        ))
        .0
    };
    assert_eq!(
        failing(":wat::core::i64::+'2", "(9223372036854775807, 1)"),
        8401
    );
    assert_eq!(
        failing(":wat::core::i64::-'2", "(0, -9223372036854775808)"),
        8401
    );
    assert_eq!(
        failing(":wat::core::i64::*'2", "(4611686018427387904, 2)"),
        8401
    );
    assert_eq!(failing(":wat::core::i64::/'2", "(1, 0)"), 8402);
    assert_eq!(
        failing(":wat::core::i64::/'2", "(-9223372036854775808, -1)"),
        8401
    );
    assert_eq!(failing(":wat::core::rem", "(1, 0)"), 8402);
    assert_eq!(failing(":wat::core::i64::pow", "(2, -1)"), 8406);
    assert_eq!(
        failing(":wat::core::i64::abs", "(-9223372036854775808)"),
        8401
    );
}

const NEAR: &str = "
fn :near types=0 captures=0 params=2 at=0 -> i64 {
  local %0 \"n\" i64 local %1 \"x\" f64 local %2 \"\" bool local %3 \"\" bool local %4 \"\" f64 local %5 \"\" bool
  %2 @1 = native :wat::core::__internal/eq [i64] (%0, 0)
  %3 @2 = block {
    if %2 { yield true } else {
      %4 @3 = native :wat::core::f64::*'2 (2.0, %1)
      %5 @4 = native :wat::core::__internal/gt [f64] (%4, 4.0)
      yield %5
    }
  }
  if %3 { yield 1 } else { yield 2 }
}
";

#[test]
fn a_branch_on_an_alternative_is_two_branches() {
    let body = |n: i64, x: &str| {
        let call = format!("local %0 \"\" i64 %0 @0 = call :near ({n}, {x}) yield %0");
        format!("{NEAR} {}", main("i64", &call))
    };
    check(&body(0, "1.0"), "1");
    check(&body(1, "2.5"), "1");
    check(&body(1, "2.0"), "2");
    let mut machine = machine(&body(0, "1.0"));
    machine.call(":main").unwrap();
    expect_test::expect![[r#"
        :near frame=2
           0 JNeIK 0 0 2
           1 Jmp 0 3 0
           2 MulFK 0 1 1
           3 JNotGtFK 0 2 3
           4 LoadI 1 1 0
           5 Ret 1 0 0
           6 LoadI 0 2 0
           7 Ret 0 0 0
    "#]]
    .assert_eq(&machine.disassemble(":near").unwrap());
}

#[test]
fn comparisons_with_a_constant_do_not_hold_for_nan() {
    for cmp in ["lt", "le", "gt", "ge", "eq"] {
        for args in ["%1, 4.0", "4.0, %1"] {
            let text = main(
                "i64",
                &format!(
                    "local %0 \"\" i64 local %1 \"\" f64 local %2 \"\" bool
                     %1 @0 = use f64:0x7ff8000000000000
                     %2 @0 = native :wat::core::__internal/{cmp} [f64] ({args})
                     if %2 {{ yield 1 }} else {{ yield 2 }}"
                ),
            );
            check(&text, "2");
        }
    }
}
