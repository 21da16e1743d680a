//! What the verifier accepts and refuses.

use wat_ir::{parse, verify};

fn check(body: &str) -> Result<(), String> {
    let text = format!(
        "fn :f types=0 captures=0 params=1 at=0 -> i64 {{
           local %0 \"n\" i64 local %1 \"\" i64 local %2 \"\" bool local %3 \"\" option[i64] local %4 \"\" tuple[i64, str]
           local %5 \"\" fn[i64; i64]
           fn \":f#0\" types=0 captures=1 params=1 at=0 -> i64 {{ local %0 \"k\" i64 local %1 \"x\" i64 yield %1 }}
           {body}
         }}"
    );
    let functions = parse(&text).unwrap_or_else(|error| panic!("{error:?}"));
    verify(&functions[0]).map_err(|error| error.message)
}

#[test]
fn accepts_joins_that_assign_on_every_path() {
    check(
        "%2 @0 = use true
         join ^0 (%1) { yield %1 }
         if %2 { jump ^0 (1) } else { jump ^0 (%0) }",
    )
    .unwrap();
    check("%5 @0 = closure 0 (%0) tail @1 apply %5 (%0)").unwrap();
}

#[test]
fn refuses_what_is_not_assigned_on_every_path() {
    let error = check(
        "%2 @0 = use true
         %3 @0 = block { if %2 { %1 @1 = use 1 yield %3 } else { yield %3 } }
         yield %1",
    );
    assert_eq!(error, Err("%3 is not assigned on every path".to_owned()));
    assert_eq!(
        check("yield %1"),
        Err("%1 is not assigned on every path".to_owned())
    );
    assert_eq!(check("yield %9"), Err("%9 is not declared".to_owned()));
}

#[test]
fn refuses_a_second_assignment() {
    assert_eq!(
        check("%1 @0 = use 1 %1 @1 = use 2 yield %1"),
        Err("%1 is assigned twice".to_owned())
    );
    assert_eq!(
        check("%0 @0 = use 1 yield %0"),
        Err("%0 is assigned twice".to_owned())
    );
}

#[test]
fn refuses_wrong_types() {
    assert_eq!(
        check("yield true"),
        Err("the result is bool, not i64".to_owned())
    );
    assert_eq!(
        check("if %0 { yield 1 } else { yield 2 }"),
        Err("a condition is i64, not bool".to_owned())
    );
    assert_eq!(
        check("%1 @0 = element %0 0 yield %1"),
        Err("an element that its tuple does not have".to_owned())
    );
    assert_eq!(
        check("%3 @0 = variant 2 (1) yield 1"),
        Err("a variant that its type does not have".to_owned())
    );
    assert_eq!(
        check("%4 @0 = tuple (1) yield 1"),
        Err("an element: 1 operands, not 2".to_owned())
    );
    assert_eq!(
        check("%5 @0 = closure 0 (true) yield 1"),
        Err("a capture is bool, not i64".to_owned())
    );
    assert_eq!(
        check("%5 @0 = closure 3 () yield 1"),
        Err("a closure over a lambda that is not there".to_owned())
    );
}

#[test]
fn refuses_tail_calls_elsewhere_and_joins_out_of_scope() {
    assert_eq!(
        check("%1 @0 = block { tail @5 call :f (1) } yield %1"),
        Err("a tail call outside tail position".to_owned())
    );
    assert_eq!(
        check("jump ^3 ()"),
        Err("join ^3 is not in scope".to_owned())
    );
    assert_eq!(
        check("join ^0 (%1) { jump ^0 (1) } yield 1"),
        Err("join ^0 is not in scope".to_owned()),
        "a join does not see itself"
    );
    assert_eq!(
        check("join ^0 (%1) { yield %1 } jump ^0 ()"),
        Err("wrong number of arguments for join ^0".to_owned())
    );
    assert_eq!(
        check("join ^0 (%1) { yield %1 } join ^0 () { yield 1 } yield 1"),
        Err("join ^0 declared twice".to_owned())
    );
}
