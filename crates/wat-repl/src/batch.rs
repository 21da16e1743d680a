//! Sessions without a person: forms from the command line or from a pipe.

use std::io::{self, BufRead, Read};

use wat_syntax::{InputState, input_state};

use crate::commands::{self, Flow};
use crate::engine::Engine;

/// Remembers the first failure of a run.
struct Outcome {
    status: i32,
    keep_going: bool,
}

impl Outcome {
    /// Evaluates one input; false if the run ends here.
    fn evaluate(&mut self, engine: &mut Engine, text: &str) -> bool {
        let result = match commands::recognise(text) {
            Some(line) => match commands::perform(engine, line) {
                Flow::Continue => Ok(()),
                Flow::Failed(status) => Err(status),
                Flow::Quit => return false,
            },
            None => engine.evaluate(text),
        };
        engine.flush();
        if let Err(status) = result {
            if self.status == 0 {
                self.status = status;
            }
            return self.keep_going;
        }
        true
    }
}

/// Evaluates each form in order.
pub(crate) fn from_forms(engine: &mut Engine, forms: &[String], keep_going: bool) -> i32 {
    let mut outcome = Outcome {
        status: 0,
        keep_going,
    };
    for form in forms {
        if !outcome.evaluate(engine, form) {
            break;
        }
    }
    outcome.status
}

/// Evaluates standard input as its forms become complete.
pub(crate) fn from_stdin(engine: &mut Engine, keep_going: bool) -> i32 {
    let mut outcome = Outcome {
        status: 0,
        keep_going,
    };
    let mut input = io::stdin().lock();
    let mut pending = String::new();
    loop {
        let mut line = Vec::new();
        let limit = wat_syntax::MAX_SOURCE_LEN as u64;
        match input.by_ref().take(limit).read_until(b'\n', &mut line) {
            Ok(0) | Err(_) => break,
            Ok(_) => {}
        }
        pending.push_str(&String::from_utf8_lossy(&line));
        if !may_complete(&pending, &line) {
            continue;
        }
        match input_state(&pending) {
            InputState::Incomplete => {}
            InputState::Complete | InputState::Invalid => {
                let text = std::mem::take(&mut pending);
                if !outcome.evaluate(engine, &text) {
                    return outcome.status;
                }
            }
        }
    }
    if !pending.trim().is_empty() {
        outcome.evaluate(engine, &pending);
    }
    outcome.status
}

/// Spares the reader a look at inputs that one more line cannot have completed.
fn may_complete(pending: &str, line: &[u8]) -> bool {
    pending.len() == line.len() || line.iter().any(|byte| b")]}\"".contains(byte))
}
