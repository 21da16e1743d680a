//! Printing and parsing are inverse.

use wat_ir::{parse, print};

const EVERYTHING: &str = r#"
fn :my::f types=1 captures=0 params=2 at=7 -> option[$0] {
  local %0 "xs" vector[$0]
  local %1 "f" fn[$0, i64; bool]
  local %2 "" tuple[i64, f64, bool, u8, nil, str, keyword]
  local %3 "" map[str, set[i64]]
  local %4 "" set[i64]
  local %5 "" result[i64, :my::Error [$0, i64]]
  local %6 "odd \"name\"" fn[; nil]
  local %7 "" i64
  local %8 "" option[$0]
  local %9 "" bool
  local %10 "" vector[i64]
  fn :my::f#0 types=1 captures=1 params=0 at=8 -> nil {
    local %0 "k" i64
    yield nil
  }
  %2 @1 = tuple (-1, 1.5, true, 7u8, nil, "a\n\"b😀", k":a::b")
  %3 @2 = hashmap ()
  %4 @3 = hashset (1, 2)
  %5 @4 = variant 0 (9)
  %7 @5 = element %2 0
  %6 @6 = closure 0 (%7)
  %10 @6 = vector (1, 2)
  join ^0 (%8) {
    yield %8
  }
  %9 @8 = block {
    if true {
      yield false
    } else {
      yield true
    }
  }
  switch %5 {
    case 0 {
      tail @9 call :my::f [$0] (%0, %1)
    }
    case 1 {
      jump ^0 (%8)
    }
    default {
      unreachable
    }
  }
}
"#;

#[test]
fn printing_and_parsing_are_inverse() {
    let parsed = parse(EVERYTHING).unwrap();
    let printed: String = parsed.iter().map(print).collect();
    assert_eq!(parse(&printed).unwrap(), parsed);
    assert_eq!(printed.trim(), EVERYTHING.trim());
}

#[test]
fn all_values_round_trip() {
    let text = r#"
fn :g types=0 captures=0 params=1 at=0 -> f64 {
  local %0 "x" f64
  local %1 "" f64
  %1 @0 = use %0
  %1 @0 = native :wat::core::f64::+'2 (%0, f64:0x7ff8000000000000)
  %1 @0 = apply %0 (-0.0, 1e300)
  %1 @0 = function :h [i64] 
  %1 @0 = nativeref :wat::core::->> 
  %1 @0 = field %0 1 2
  %1 @0 = global "odd name"
  tail @3 apply %1 ()
}
"#;
    let parsed = parse(text).unwrap();
    let printed: String = parsed.iter().map(print).collect();
    assert_eq!(parse(&printed).unwrap(), parsed);
}

#[test]
fn errors_say_where() {
    let error = parse("fn :f types=0 captures=0 params=0 at=0 -> i65 {").unwrap_err();
    assert_eq!(
        (error.offset, error.message.as_str()),
        (45, "expected a type")
    );
    assert!(parse("fn :f types=0 captures=0 params=0 at=0 -> i64 { yield \"a").is_err());
}
