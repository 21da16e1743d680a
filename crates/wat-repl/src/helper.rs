//! What the line editor asks: is the input complete, what may a word become, how does it look.

use std::borrow::Cow;
use std::cell::RefCell;
use std::rc::Rc;

use rustyline::completion::Completer;
use rustyline::highlight::{CmdKind, Highlighter};
use rustyline::hint::Hinter;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{
    Cmd, ConditionalEventHandler, Context, Event, EventContext, Helper, RepeatCount, Result,
};
use wat_ide::Position;
use wat_syntax::{InputState, input_state};

use crate::front::CONTINUATION;
use crate::{commands, complete, highlight};

/// Asks the evaluator what a word may become.
pub(crate) type Names = Rc<RefCell<dyn FnMut(&str, Position) -> Vec<String>>>;

pub(crate) struct ReplHelper {
    pub(crate) names: Names,
    pub(crate) color: bool,
}

impl Helper for ReplHelper {}

impl Hinter for ReplHelper {
    type Hint = String;
}

impl Completer for ReplHelper {
    type Candidate = String;

    fn complete(&self, line: &str, pos: usize, _: &Context<'_>) -> Result<(usize, Vec<String>)> {
        let (start, word) = complete::word_before(line, pos);
        if word.is_empty() {
            return Ok((start, Vec::new()));
        }
        let mut found = Vec::new();
        if line[..start].trim().is_empty() && word.starts_with(':') {
            found.extend(commands::names_from(word).map(str::to_owned));
        }
        let position = complete::position(line, start, commands::recognise(line).is_some());
        found.extend((self.names.borrow_mut())(word, position));
        Ok((start, found))
    }
}

impl Validator for ReplHelper {
    fn validate(&self, context: &mut ValidationContext<'_>) -> Result<ValidationResult> {
        let input = context.input();
        Ok(if wants_more(input) {
            ValidationResult::Incomplete
        } else {
            ValidationResult::Valid(None)
        })
    }
}

/// True if Enter shall continue the input rather than evaluate it.
fn wants_more(input: &str) -> bool {
    commands::recognise(input).is_none() && matches!(input_state(input), InputState::Incomplete)
}

impl Highlighter for ReplHelper {
    fn highlight<'l>(&self, line: &'l str, pos: usize) -> Cow<'l, str> {
        if self.color || line.contains('\n') {
            Cow::Owned(highlight::paint(line, pos, self.color))
        } else {
            Cow::Borrowed(line)
        }
    }

    fn highlight_prompt<'b, 's: 'b, 'p: 'b>(&'s self, prompt: &'p str, _: bool) -> Cow<'b, str> {
        if self.color {
            Cow::Owned(format!("\x1b[1m{prompt}\x1b[0m"))
        } else {
            Cow::Borrowed(prompt)
        }
    }

    fn highlight_char(&self, line: &str, _: usize, _: CmdKind) -> bool {
        self.color || line.contains('\n')
    }
}

/// Enter: a new indented line if the input wants more, evaluation otherwise.
pub(crate) struct Enter;

impl ConditionalEventHandler for Enter {
    fn handle(
        &self,
        _: &Event,
        _: RepeatCount,
        _: bool,
        context: &EventContext<'_>,
    ) -> Option<Cmd> {
        let (line, pos) = (context.line(), context.pos());
        if !wants_more(line) {
            return None;
        }
        let before = &line[..pos];
        let indent = if highlight::ends_in_string(before) {
            0
        } else {
            CONTINUATION.chars().count() + highlight::indentation(before)
        };
        Some(Cmd::Insert(1, format!("\n{}", " ".repeat(indent))))
    }
}
