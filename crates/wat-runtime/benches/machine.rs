//! Times programs on the machine and, where it is installed, on Lua: `cargo bench -p wat-runtime`.
//!
//! Rounds are interleaved, so that a busy computer hurts both; the ratio is that of the best rounds.

#![allow(clippy::print_stdout, reason = "a benchmark reports to the terminal")]

use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};
use wat_ir::Function;
use wat_runtime::{Host, Limits, Machine, Program};

struct Text(Vec<Arc<Function>>);

impl Program for Text {
    fn function(&self, name: &str) -> Option<Arc<Function>> {
        self.0
            .iter()
            .find(|function| &*function.name == name)
            .cloned()
    }
    fn value(&self, _: &str) -> Option<Arc<Function>> {
        None
    }
}

struct Silent;

impl Host for Silent {
    fn stdout(&mut self, _: &[u8]) -> std::io::Result<()> {
        Ok(())
    }
    fn stderr(&mut self, _: &[u8]) -> std::io::Result<()> {
        Ok(())
    }
}

struct Case {
    name: &'static str,
    wat: &'static str,
    lua: &'static str,
}

const CASES: &[Case] = &[
    Case {
        name: "fib 32",
        wat: "
fn :fib types=0 captures=0 params=1 at=0 -> i64 {
  local %0 \"n\" i64 local %1 \"\" bool local %2 \"\" i64 local %3 \"\" i64 local %4 \"\" i64 local %5 \"\" i64
  local %6 \"\" i64
  %1 @1 = native :wat::core::__internal/lt [i64] (%0, 2)
  if %1 { yield %0 } else {
    %2 @2 = native :wat::core::i64::-'2 (%0, 1)
    %3 @3 = call :fib (%2)
    %4 @4 = native :wat::core::i64::-'2 (%0, 2)
    %5 @5 = call :fib (%4)
    %6 @6 = native :wat::core::i64::+'2 (%3, %5)
    yield %6
  }
}
fn :main types=0 captures=0 params=0 at=0 -> i64 { local %0 \"\" i64 %0 @0 = call :fib (32) yield %0 }",
        lua: "local function fib(n) if n < 2 then return n end return fib(n-1) + fib(n-2) end io.write(fib(32))",
    },
    Case {
        name: "tail loop 5 000 000",
        wat: "
fn :loop types=0 captures=0 params=2 at=0 -> i64 {
  local %0 \"n\" i64 local %1 \"sum\" i64 local %2 \"\" bool local %3 \"\" i64 local %4 \"\" i64
  %2 @1 = native :wat::core::__internal/eq [i64] (%0, 0)
  if %2 { yield %1 } else {
    %3 @2 = native :wat::core::i64::-'2 (%0, 1)
    %4 @3 = native :wat::core::i64::+'2 (%1, %0)
    tail @4 call :loop (%3, %4)
  }
}
fn :main types=0 captures=0 params=0 at=0 -> i64 { local %0 \"\" i64 %0 @0 = call :loop (5000000, 0) yield %0 }",
        lua: "local function loop(n, sum) if n == 0 then return sum end return loop(n - 1, sum + n) end io.write(loop(5000000, 0))",
    },
    Case {
        name: "conj 1 000 000",
        wat: "
fn :fill types=0 captures=0 params=2 at=0 -> i64 {
  local %0 \"n\" i64 local %1 \"v\" vector[i64] local %2 \"\" bool local %3 \"\" i64 local %4 \"\" vector[i64]
  local %5 \"\" i64
  %2 @1 = native :wat::core::__internal/eq [i64] (%0, 0)
  if %2 {
    %5 @2 = native :wat::core::Vector/length [i64] (%1)
    yield %5
  } else {
    %3 @3 = native :wat::core::i64::-'2 (%0, 1)
    %4 @4 = native :wat::core::Vector/conj [i64] (%1, %0)
    tail @5 call :fill (%3, %4)
  }
}
fn :main types=0 captures=0 params=0 at=0 -> i64 {
  local %0 \"\" vector[i64] local %1 \"\" i64
  %0 @0 = vector ()
  %1 @1 = call :fill (1000000, %0)
  yield %1
}",
        lua: "local t = {} for i = 1, 1000000 do t[#t + 1] = i end io.write(#t)",
    },
    Case {
        name: "foldl with closure 1 000 000",
        wat: "
fn :fold types=2 captures=0 params=5 at=0 -> $1 {
  local %0 \"xs\" vector[$0] local %1 \"i\" i64 local %2 \"n\" i64 local %3 \"acc\" $1 local %4 \"f\" fn[$1, $0; $1]
  local %5 \"\" bool local %6 \"\" $0 local %7 \"\" $1 local %8 \"\" i64
  %5 @1 = native :wat::core::__internal/ge [i64] (%1, %2)
  if %5 { yield %3 } else {
    %6 @2 = native :wat::core::nth [$0] (%0, %1)
    %7 @3 = apply %4 (%3, %6)
    %8 @4 = native :wat::core::i64::+'2 (%1, 1)
    tail @5 call :fold [$0, $1] (%0, %8, %2, %7, %4)
  }
}
fn :main types=0 captures=0 params=0 at=0 -> i64 {
  local %0 \"\" vector[i64] local %1 \"\" i64 local %2 \"k\" i64 local %3 \"\" fn[i64, i64; i64]
  fn \":main#0\" types=0 captures=1 params=2 at=0 -> i64 {
    local %0 \"k\" i64 local %1 \"a\" i64 local %2 \"x\" i64 local %3 \"\" i64 local %4 \"\" i64
    %3 @1 = native :wat::core::i64::+'2 (%1, %2)
    %4 @1 = native :wat::core::i64::+'2 (%3, %0)
    yield %4
  }
  %0 @0 = native :wat::core::__internal/range (0, 1000000, 1)
  %2 @0 = use 3
  %3 @0 = closure 0 (%2)
  %1 @1 = call :fold [i64, i64] (%0, 0, 1000000, 0, %3)
  yield %1
}",
        lua: "local t = {} for i = 0, 999999 do t[#t + 1] = i end local k = 3
local function fold(t, acc, f) for i = 1, #t do acc = f(acc, t[i]) end return acc end
io.write(fold(t, 0, function(a, x) return a + x + k end))",
    },
];

fn functions(text: &str) -> Vec<Arc<Function>> {
    wat_ir::parse(text)
        .expect("the benchmark's IR is well formed")
        .into_iter()
        .map(Arc::new)
        .collect()
}

/// As a process does it: a new machine, compilation, the run.
fn wat(case: &Case) -> Duration {
    let start = Instant::now();
    let mut machine = Machine::new(Text(functions(case.wat)), Silent, Limits::default());
    machine.call(":main").expect("the benchmark runs");
    start.elapsed()
}

fn other(command: &str, case: &Case) -> Option<Duration> {
    let start = Instant::now();
    let status = Command::new(command)
        .args(["-e", case.lua])
        .stdout(Stdio::null())
        .status()
        .ok()?;
    status.success().then(|| start.elapsed())
}

fn main() {
    for case in CASES {
        let (mut ours, mut lua, mut jit) = (Duration::MAX, None, None);
        for _ in 0..7 {
            ours = ours.min(wat(case));
            lua = other("lua5.4", case).into_iter().chain(lua).min();
            jit = other("luajit", case).into_iter().chain(jit).min();
        }
        let ratio = |peer: Option<Duration>| match peer {
            Some(peer) => format!("{:.2}x", ours.as_secs_f64() / peer.as_secs_f64()),
            None => "-".to_owned(),
        };
        println!(
            "{:30} {:8.1} ms   lua5.4 {}   luajit {}",
            case.name,
            ours.as_secs_f64() * 1e3,
            ratio(lua),
            ratio(jit)
        );
    }
}
