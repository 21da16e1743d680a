//! `wat repl`: reading forms from a person, a pipe or the command line, and printing what they evaluate to.
//!
//! Invariants: the session never knows how evaluation works (it hands checked forms to the machine), and the terminal
//! front never touches a value: values stay on the evaluator's thread.

mod batch;
mod commands;
mod complete;
mod engine;
mod front;
mod helper;
mod highlight;
mod history;
mod options;
mod printer;

use std::io::IsTerminal;

pub use options::{History, Options};

use engine::Engine;
use printer::{Mode, Printer};

/// Runs a session to its end and returns the exit status. No child outlives it.
pub fn run(options: Options) -> i32 {
    let status = hold(options);
    wat_kernel::process::end_every_child();
    status
}

fn hold(options: Options) -> i32 {
    let is_terminal = std::io::stdin().is_terminal() && std::io::stdout().is_terminal();
    let converses = if options.forms.is_empty() {
        is_terminal
    } else {
        options.interactive
    };
    let mode = if converses {
        Mode::Conversation
    } else {
        Mode::Values
    };
    if converses {
        return front::converse(options);
    }
    let mut engine = Engine::new(&options, Printer::new(mode, &options));
    let status = match engine.load_all(&options.loads) {
        Ok(()) if options.forms.is_empty() => batch::from_stdin(&mut engine, options.keep_going),
        Ok(()) => batch::from_forms(&mut engine, &options.forms, options.keep_going),
        Err(status) => status,
    };
    engine.flush();
    status
}
