//! The machine against an interpreter that walks the syntax: generated programs print the same lines and fail alike.
//!
//! The interpreter is written from chapters 02 and 04 and shares nothing with the machine but the reader.
//! `PROPTEST_CASES` says how many programs there are.

mod generate;
mod interpret;
mod value;

use wat_runtime::FailureKind;

use crate::evaluate::run;

/// How a program ended, as both sides tell it.
#[derive(Debug, PartialEq, Eq)]
struct Outcome {
    printed: String,
    /// The code of the failure, and whether it is a panic.
    failure: Option<(u16, bool)>,
}

fn by_machine(text: &str) -> Outcome {
    let (printed, failure) = run(text);
    let failure = failure.map(|failure| (failure.code, failure.kind == FailureKind::Panic));
    Outcome { printed, failure }
}

fn cases() -> u64 {
    let wanted = std::env::var("PROPTEST_CASES").ok();
    wanted.and_then(|text| text.parse().ok()).unwrap_or(64)
}

#[test]
fn the_machine_and_the_walker_of_syntax_agree() {
    let first: u64 =
        std::env::var("DIFFERENTIAL_SEED").map_or(1, |seed| seed.parse().expect("a number"));
    let mut failed = 0;
    for seed in first..first + cases() {
        let text = generate::program(seed);
        let (printed, failure) = interpret::run(&text);
        let ours = by_machine(&text);
        let theirs = Outcome { printed, failure };
        assert_eq!(
            ours, theirs,
            "seed {seed}: machine left, walker right\n{text}"
        );
        failed += u64::from(ours.failure.is_some());
    }
    // Both ends of programs are reached, unless only a few were asked for.
    assert!(
        cases() < 50 || (failed > 0 && failed < cases()),
        "{failed} of {} fail",
        cases()
    );
}
