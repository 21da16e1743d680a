//! Programs that are large, deep, or larger in meaning than in text: each is checked to its end, on a thread with a small
//! stack, within a counted number of queries that grows with the program and no faster.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use wat_analysis::{
    FileKind, RootDatabase, Severity, SourceText, file_definitions, file_findings, function_ir,
};

use crate::grow::{BOMBS, MANY, NESTED, Shape, WIDE};
use crate::support::database;

/// No check of these tests takes nearly as long: what does never ends.
const HANG: Duration = Duration::from_secs(240);
/// The stack of the threads that a server checks on.
const STACK: usize = 2 << 20;

/// What checking a text gave.
struct Outcome {
    /// The codes of the errors, in order.
    errors: Vec<u16>,
    /// The events of the database: queries that are asked for, run, or looked at.
    work: u64,
}

/// Checks a text, and lowers what has no error, on a thread of its own.
fn check(name: &str, text: String) -> Outcome {
    let (sender, receiver) = mpsc::channel();
    let spawned = thread::Builder::new()
        .stack_size(STACK)
        .spawn(move || sender.send(checked(&text)));
    let _thread = spawned.expect("a thread for the check");
    match receiver.recv_timeout(HANG) {
        Ok(outcome) => outcome,
        Err(why) => panic!("{name}: {why}"),
    }
}

fn checked(text: &str) -> Outcome {
    let work = Arc::new(AtomicU64::new(0));
    let counter = Arc::clone(&work);
    let mut db = RootDatabase::with_events(move |_| {
        counter.fetch_add(1, Ordering::Relaxed);
    });
    let file = db.set_file("main.wat", SourceText::new(text), FileKind::Disk);
    let found = file_findings(&db, file);
    let errors: Vec<u16> = found
        .iter()
        .filter(|one| one.severity == Severity::Error)
        .map(|one| one.code.0)
        .collect();
    if errors.is_empty() {
        for info in file_definitions(&db, file).iter().take(50) {
            let _ = function_ir(&db, file, &info.name);
        }
    }
    Outcome {
        errors,
        work: work.load(Ordering::Relaxed),
    }
}

/// Checks a shape at a size and at four times the size: four times the work, and some for the start.
fn grows_linearly(shapes: &[Shape], size: usize) {
    let empty = check("nothing", String::new()).work;
    for (name, shape) in shapes {
        let small = check(name, shape(size)).work - empty;
        let large = check(name, shape(4 * size)).work - empty;
        assert!(
            large <= 5 * small + 2_000,
            "{name}: {small} steps for {size}, {large} for {}",
            4 * size
        );
    }
}

#[test]
fn wide_programs_cost_what_their_parts_cost() {
    grows_linearly(WIDE, 300);
}

#[test]
fn many_definitions_cost_what_each_of_them_costs() {
    grows_linearly(MANY, 200);
}

/// Each definition is a stage that knows those before it, and the forms behind it know them all.
#[test]
fn macros_that_make_macros_cost_what_each_of_them_costs() {
    let shapes: &[Shape] = &[
        ("definitions", |n| makers(n, |_| String::new())),
        ("definitions and calls", |n| {
            makers(n, |i| {
                format!("(:wat::core::def :m::v{i} (:m::m{i} {i}))\n")
            })
        }),
        ("definitions that call the one before", |n| {
            makers(n, |i| match i {
                0 => String::new(),
                _ => format!(
                    "(:wat::core::def :m::v{i} (:m::m{i} (:m::m{} {i})))\n",
                    i - 1
                ),
            })
        }),
        ("forms behind definitions", |n| {
            let forms: String = (0..n)
                .map(|i| format!("(:wat::core::def :m::v{i} {i})\n"))
                .collect();
            makers(n, |_| String::new()) + &forms
        }),
        ("macros in a row that make one", |n| {
            let row: String = (0..n)
                .map(|i| {
                    format!("(:wat::core::defmacro :m::r{} [n <- :wat::WatAST] -> :wat::WatAST `(:m::r{i} ~n))\n", i + 1)
                })
                .collect();
            let first = "(:wat::core::defmacro :m::r0 [n <- :wat::WatAST] -> :wat::WatAST `(:wat::core::defmacro ~n [x <- :wat::WatAST] -> :wat::WatAST ~'x))\n";
            let calls: String = (0..n)
                .map(|i| format!("(:m::r{} :m::c{i})\n", i % 20))
                .collect();
            format!("{first}{row}{calls}")
        }),
    ];
    for (name, shape) in shapes {
        assert_eq!(check(name, shape(21)).errors, [], "{name}");
    }
    grows_linearly(shapes, 60);
}

/// Macros that a macro makes, and something behind each of them.
fn makers(n: usize, behind: impl Fn(usize) -> String) -> String {
    let make = "(:wat::core::defmacro :m::make [n <- :wat::WatAST] -> :wat::WatAST `(:wat::core::defmacro ~n [x <- :wat::WatAST] -> :wat::WatAST `(:wat::core::do ~~'x)))\n";
    let calls: String = (0..n)
        .map(|i| format!("(:m::make :m::m{i})\n{}", behind(i)))
        .collect();
    format!("{make}{calls}")
}

#[test]
fn large_collections_signatures_calls_and_matches_are_checked() {
    for (name, shape) in WIDE {
        let found = check(name, shape(5000)).errors;
        let expected: &[u16] = match *name {
            "vector of mixed values" | "wrong arguments" => &[3001],
            "unbound names" => &[3202],
            "enum without its last arms" => &[2301],
            "a long number" => &[1023],
            _ => &[],
        };
        let mut codes = found;
        codes.dedup();
        assert_eq!(codes, expected, "{name}");
    }
}

#[test]
fn thousands_of_definitions_that_hang_together_are_checked() {
    for (name, shape) in MANY {
        let mut codes = check(name, shape(800)).errors;
        codes.dedup();
        let expected: &[u16] = match *name {
            "values backwards" => &[2108, 3403],
            "one name" => &[2101],
            "aliases in a ring" => &[3105],
            "loads of itself" => &[5003],
            _ => &[],
        };
        assert!(
            codes.iter().all(|code| expected.contains(code)),
            "{name}: {codes:?}"
        );
        assert_eq!(codes.is_empty(), expected.is_empty(), "{name}");
    }
}

#[test]
fn deep_programs_end_with_a_finding_or_none() {
    const TOO_DEEP: [u16; 6] = [1019, 1033, 2301, 3005, 3006, 3202];
    for (name, shape) in NESTED {
        let found = check(name, shape(60)).errors;
        assert!(
            found.is_empty() || *name == "patterns",
            "{name} at 60: {found:?}"
        );
        for size in [900, 10_000] {
            let found = check(name, shape(size)).errors;
            assert!(found.len() <= 3, "{name} at {size} has few: {found:?}");
            assert!(
                found.iter().all(|code| TOO_DEEP.contains(code)),
                "{name} at {size}: {found:?}"
            );
        }
    }
}

#[test]
fn what_doubles_with_every_step_ends_with_one_finding() {
    for (name, shape) in BOMBS {
        for size in [2, 20, 60, 400] {
            let Outcome { errors, work } = check(name, shape(size));
            assert!(work < 3_000_000, "{name} at {size}: {work} steps");
            let allowed: &[u16] = match *name {
                "aliases of pairs" | "aliases with arguments" => &[3101],
                "an alias of itself" => &[3105, 1019],
                "bindings of pairs" | "generic pairs" => &[3006, 3412],
                "pairs as a result" => &[3003, 3006],
                "polymorphic recursion" => &[],
                "a struct of larger ones" => &[3405],
                "nested macros" | "macros that double" | "a macro that calls itself" => {
                    &[2403, 1033]
                }
                _ => &[2301],
            };
            assert!(
                errors.len() <= 1 || *name == "pairs as a result" && errors.len() <= 2,
                "{name} at {size}: {errors:?}"
            );
            assert!(
                errors.iter().all(|code| allowed.contains(code)),
                "{name} at {size}: {errors:?}"
            );
        }
    }
}

/// Files that load each other, and themselves.
#[test]
fn cycles_of_loads_are_told_once() {
    let text = |n: usize, of: usize| {
        format!(
            "(:wat::load-file! \"f{}.wat\")\n(:wat::core::defn :m{n}::f [] -> :wat::core::i64 1)\n",
            (n + 1) % of
        )
    };
    for of in [1, 2, 300] {
        let files: Vec<_> = (0..of)
            .map(|n| (format!("f{n}.wat"), text(n, of)))
            .collect();
        let db = database(&files);
        let first = db.file("f0.wat").expect("was just added");
        let found = wat_analysis::all_program_diagnostics(&db, first);
        let codes: Vec<u16> = found.iter().map(|one| one.code.0).collect();
        assert_eq!(codes, [5003], "{of}");
    }
}

/// Coverage that is not found out within its budget is told, unless some arm takes everything.
#[test]
fn arms_that_cannot_be_judged_are_told() {
    const COLUMNS: usize = 30;
    let mut random = crate::support::Random(7);
    let types = vec!["wat::core::bool"; COLUMNS].join(",");
    let mut arms = String::new();
    for number in 0..120 {
        let mut parts = ["_"; COLUMNS];
        for _ in 0..3 {
            parts[random.below(COLUMNS)] = ["true", "false"][random.below(2)];
        }
        arms += &format!(" ([{}] {number})", parts.join(" "));
    }
    let text = |last: &str| {
        format!(
            "(:wat::core::defn :a::f [v <- :({types})] -> :wat::core::i64 (:wat::core::match v{arms}{last}))\n"
        )
    };
    assert_eq!(check("uncertain", text("")).errors, [2301]);
    assert_eq!(check("certain", text(" (_ 0)")).errors, [0; 0]);
}
