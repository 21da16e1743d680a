//! Counting what is evaluated, and its price where nobody counts: none.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use wat_ir::Origin;
use wat_runtime::{Host, Machine, Observer, Program};

use crate::calls::FIB;
use crate::support::machine;

const MAIN: &str = "fn :main types=0 captures=0 params=0 at=9 -> i64 {
  local %0 \"\" i64
  %0 @8 = call :fib (10)
  yield %0
}";

/// Counts functions whose names begin like this.
struct Counting {
    prefix: &'static str,
    counters: &'static [AtomicU64],
    known: Mutex<HashMap<(String, u32), u32>>,
}

impl Counting {
    fn new(prefix: &'static str) -> Arc<Counting> {
        let counters: Vec<AtomicU64> = (0..64).map(|_| AtomicU64::new(0)).collect();
        Arc::new(Counting {
            prefix,
            counters: Vec::leak(counters),
            known: Mutex::default(),
        })
    }

    fn counts(&self) -> Vec<(String, u64)> {
        let known = self.known.lock().unwrap();
        let count = |index: &u32| self.counters[*index as usize].load(Ordering::Relaxed);
        let mut counts: Vec<(String, u64)> = known
            .iter()
            .map(|((name, at), index)| (format!("{name}@{at}"), count(index)))
            .collect();
        counts.sort();
        counts
    }
}

impl Observer for Counting {
    fn counters(&self) -> &'static [AtomicU64] {
        self.counters
    }

    fn counter(&self, function: &str, at: Origin) -> Option<u32> {
        if !function.starts_with(self.prefix) {
            return None;
        }
        let mut known = self.known.lock().unwrap();
        let next = known.len() as u32;
        Some(*known.entry((function.to_owned(), at.0)).or_insert(next))
    }
}

fn code_of<P: Program + 'static, H: Host + 'static>(machine: &mut Machine<P, H>) -> String {
    machine.call(":main").expect("it runs");
    machine.code_text()
}

#[test]
fn an_observer_counts_entries_and_operations_of_the_functions_that_it_asks_for() {
    let observer = Counting::new(":fib");
    let mut observed = machine(&format!("{FIB}{MAIN}"));
    observed.observe(observer.clone());
    assert_eq!(observed.call(":main").expect("it runs").render(), "55");
    let counts = observer.counts();
    let counts: Vec<(&str, u64)> = counts.iter().map(|(at, n)| (&**at, *n)).collect();
    // 177 calls, of which 88 do not end at once.
    assert_eq!(
        counts,
        [
            (":fib@0", 177),
            (":fib@1", 177),
            (":fib@2", 88),
            (":fib@3", 88),
            (":fib@4", 88),
            (":fib@5", 88),
            (":fib@6", 88),
        ]
    );
    let code = observed.code_text();
    let main = code.find(":main").expect("it was called");
    assert!(
        !code[main..]
            .split("\n:")
            .next()
            .unwrap_or("")
            .contains("Count")
    );
}

#[test]
fn code_that_nobody_observes_is_the_same_instruction_by_instruction() {
    let text = format!("{FIB}{MAIN}");
    let plain = code_of(&mut machine(&text));
    assert!(!plain.contains("Count"));
    let mut indifferent = machine(&text);
    indifferent.observe(Counting::new(":elsewhere"));
    assert_eq!(code_of(&mut indifferent), plain);
}

#[test]
fn a_counter_that_is_not_there_counts_nothing() {
    struct Beyond;
    impl Observer for Beyond {
        fn counters(&self) -> &'static [AtomicU64] {
            &[]
        }
        fn counter(&self, _: &str, _: Origin) -> Option<u32> {
            Some(u32::MAX >> 1)
        }
    }
    let mut observed = machine(&format!("{FIB}{MAIN}"));
    observed.observe(Arc::new(Beyond));
    assert_eq!(observed.call(":main").expect("it runs").render(), "55");
}
