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
    println!("{}", machine(&text).disassemble(":fib").unwrap());
}
