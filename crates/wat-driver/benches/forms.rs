//! `fork-with-forms` and `wait-child` of a program, beside a bare fork whose child checks the same forms.
//!
//!     cargo bench -p wat-driver --bench forms [WORD…]
//!
//! As `kernel` of `wat-runtime`, which measures what the kernel itself costs.
#![allow(unsafe_code, missing_docs, clippy::print_stdout)]

#[path = "../../wat-runtime/benches/pairs/table.rs"]
mod table;

use std::sync::Arc;

use table::{Cost, Table, timed};
use wat_analysis::Options;
use wat_driver::ProgramLauncher;
use wat_load::InMemoryLoader;
use wat_runtime::{Launcher, Limits, Prepared, Scope, Streams, Unchecked};

const SMALL: &str = "(:wat::core::defn :user::main [] -> :wat::core::nil (:wat::core::if (:wat::core::= 1 2) -> :wat::core::nil \
     (:wat::kernel::println 1) :wat::core::nil))";

/// A program of so many functions, each of which calls the one before.
fn larger(functions: usize) -> String {
    let mut text =
        String::from("(:wat::core::defn :my::f0 [n <- :wat::core::i64] -> :wat::core::i64 n)\n");
    for number in 1..functions {
        text += &format!(
            "(:wat::core::defn :my::f{number} [n <- :wat::core::i64] -> :wat::core::i64 \
             (:wat::core::if (:wat::core::< n {number}) -> :wat::core::i64 \
             (:my::f{} (:wat::core::+ n 1)) (:wat::core::* n 2)))\n",
            number - 1
        );
    }
    text + &format!(
        "(:wat::core::defn :user::main [] -> :wat::core::nil (:wat::core::if (:wat::core::= (:my::f{} 1) 0) \
         -> :wat::core::nil (:wat::kernel::println 1) :wat::core::nil))",
        functions - 1
    )
}

fn launcher() -> ProgramLauncher {
    let options = Options {
        allow_raw_spawn: true,
        ..Options::default()
    };
    let loader = Arc::new(InMemoryLoader::new());
    ProgramLauncher::new(options, Limits::default(), loader, Arc::default())
}

fn prepare(program: &str) -> Box<dyn Prepared> {
    let program = Unchecked::Text(program.to_owned());
    match launcher().prepare(&program, &Scope::Nothing) {
        Ok(ready) => ready,
        Err(ended) => panic!("{}", ended.chain[0].message()),
    }
}

/// A program that forks and waits so often.
fn ours(forms: &str, count: usize) -> Cost {
    let ready = prepare(&format!(
        "(:wat::core::defn :my::code [forms <- :wat::core::Vector<wat::WatAST>] -> :wat::core::i64
           (:wat::kernel::wait-child (:wat::kernel::ForkedChild/handle (:wat::kernel::fork-with-forms forms))))
         (:wat::core::defn :user::main [] -> :wat::core::nil
           (:wat::core::if (:wat::core::= 0 (:wat::core::foldl (:wat::core::range 0 {count}) 0
               (:wat::core::fn [sum <- :wat::core::i64 _n <- :wat::core::i64] -> :wat::core::i64
                 (:wat::core::+ sum (:my::code (:wat::core::forms {forms}))))))
             -> :wat::core::nil :wat::core::nil
             (:wat::kernel::assertion-failed! \"a child has failed\" :wat::core::None :wat::core::None)))"
    ));
    timed(count, || {
        assert!(ready.run(Streams::standard()).is_ok());
    })
}

/// Bare forks whose children check the forms, and run nothing.
fn theirs(forms: &str, count: usize) -> Cost {
    let (launcher, program) = (launcher(), Unchecked::Text(forms.to_owned()));
    timed(count, || {
        for _ in 0..count {
            // SAFETY: the C library puts its locks in order for the child, and the only other thread is the warden,
            // which holds none; the parent waits for its own child.
            unsafe {
                let pid = libc::fork();
                if pid == 0 {
                    let checked = launcher.prepare(&program, &Scope::Nothing);
                    libc::_exit(i32::from(checked.is_err()));
                }
                let mut status = 0;
                assert_eq!(libc::waitpid(pid, &raw mut status, 0), pid);
                assert_eq!(status, 0);
            }
        }
    })
}

fn main() {
    wat_kernel::process::start().expect("a warden");
    let table = Table::begin();
    for (name, forms) in [
        ("fork-with-forms, 1 function", SMALL.to_owned()),
        ("fork-with-forms, 100 functions", larger(100)),
    ] {
        table.pair(
            name,
            "≤ 1.5",
            40,
            &mut |count| ours(&forms, count),
            &mut |count| theirs(&forms, count),
        );
        table.alone(&format!("{name}: the check alone"), 40, &mut |count| {
            timed(count, || {
                (0..count).for_each(|_| drop(prepare(&forms)));
            })
        });
    }
}
