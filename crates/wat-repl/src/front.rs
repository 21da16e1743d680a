//! The terminal side of a conversation: reads inputs, hands them to the evaluator's thread, passes interrupts on.

use std::cell::RefCell;
use std::io::{self, IsTerminal};
use std::rc::Rc;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;

use rustyline::config::{BellStyle, CompletionType};
use rustyline::error::ReadlineError;
use rustyline::history::FileHistory;
use rustyline::{ColorMode, Config, Editor, EventHandler, KeyCode, KeyEvent, Modifiers};
use signal_hook::consts::SIGINT;
use signal_hook::iterator::Signals;
use wat_ide::{Position, complete_name};
use wat_runtime::InterruptHandle;

use crate::commands::{self, Flow};
use crate::engine::Engine;
use crate::helper::{Enter, Names, ReplHelper};
use crate::printer::{Mode, Printer};
use crate::{Options, batch, highlight, history};

/// What continuation lines start with on the screen.
pub(crate) const CONTINUATION: &str = "     … ";

/// Interrupts that may go unheard before the session is given up.
const PATIENCE: usize = 3;
/// Exit status of a session that an interrupt ended.
const INTERRUPTED: i32 = 130;

type Job = Box<dyn FnOnce(&mut Engine) -> Answer + Send>;

/// What the evaluator answers.
enum Answer {
    Done {
        next: u32,
        interrupt: InterruptHandle,
    },
    Names(Vec<String>),
    Quit,
    Broken(i32),
}

/// What reaches the front while it waits.
enum Event {
    Answer(Answer),
    Interrupt,
}

struct Evaluator {
    jobs: Sender<Job>,
    events: Receiver<Event>,
    interrupt: Option<InterruptHandle>,
}

impl Evaluator {
    fn start(options: Options) -> io::Result<(Self, Sender<Event>)> {
        let (jobs, inbox) = mpsc::channel::<Job>();
        let (outbox, events) = mpsc::channel();
        let answers = outbox.clone();
        thread::Builder::new()
            .name("evaluator".to_owned())
            .spawn(move || {
                let printer = Printer::new(Mode::Conversation, &options);
                let mut engine = Engine::new(&options, printer);
                for job in inbox {
                    let answer = job(&mut engine);
                    engine.flush();
                    if answers.send(Event::Answer(answer)).is_err() {
                        break;
                    }
                }
            })?;
        Ok((
            Self {
                jobs,
                events,
                interrupt: None,
            },
            outbox,
        ))
    }

    /// Runs a job there and waits; interrupts that arrive meanwhile stop it.
    fn call(&mut self, job: impl FnOnce(&mut Engine) -> Answer + Send + 'static) -> Answer {
        while let Ok(Event::Interrupt) = self.events.try_recv() {}
        if let Some(handle) = &self.interrupt {
            handle.clear();
        }
        if self.jobs.send(Box::new(job)).is_err() {
            return Answer::Broken(70);
        }
        let mut unheard = 0;
        loop {
            match self.events.recv() {
                Ok(Event::Answer(answer)) => return answer,
                Ok(Event::Interrupt) => {
                    unheard += 1;
                    if unheard == PATIENCE {
                        return Answer::Broken(INTERRUPTED);
                    }
                    if let Some(handle) = &self.interrupt {
                        handle.raise();
                    }
                }
                Err(_) => return Answer::Broken(70),
            }
        }
    }
}

fn done(engine: &Engine) -> Answer {
    Answer::Done {
        next: engine.next,
        interrupt: engine.interrupt(),
    }
}

/// Converses with a person until the end of input; the exit status.
pub(crate) fn converse(options: Options) -> i32 {
    let history_file = history::file(&options.history);
    let color = options.color.resolve(io::stdout().is_terminal());
    let Ok((mut evaluator, outbox)) = Evaluator::start(options.clone()) else {
        return 70;
    };
    watch_interrupts(outbox);
    let forms = options.forms.clone();
    let start = evaluator.call(move |engine| match engine.load_all(&options.loads) {
        Ok(()) => {
            batch::from_forms(engine, &forms, true);
            done(engine)
        }
        Err(status) => Answer::Broken(status),
    });
    let mut next = match start {
        Answer::Done { next, interrupt } => {
            evaluator.interrupt = Some(interrupt);
            next
        }
        Answer::Broken(status) => return status,
        Answer::Names(_) | Answer::Quit => return 0,
    };
    let evaluator = Rc::new(RefCell::new(evaluator));
    let Ok(mut editor) = editor(&evaluator, color) else {
        return 74;
    };
    if let Some(path) = &history_file {
        let _ = editor.load_history(path);
    }
    banner(color);
    loop {
        match editor.readline(&format!("wat:{next}> ")) {
            Ok(input) => {
                let input = highlight::without_margins(&input);
                remember(&mut editor, &input, history_file.as_deref());
                match evaluator.borrow_mut().submit(input) {
                    Ok(number) => next = number,
                    Err(status) => return status,
                }
            }
            Err(ReadlineError::Interrupted) => {}
            Err(ReadlineError::Eof) => return 0,
            Err(_) => return 74,
        }
    }
}

impl Evaluator {
    /// Evaluates an input or a command: the number of the next input, or the status that ends the session.
    fn submit(&mut self, input: String) -> Result<u32, i32> {
        let answer = self.call(move |engine| {
            if input.trim().is_empty() {
                return done(engine);
            }
            match commands::recognise(&input) {
                Some(line) => {
                    if let Flow::Quit = commands::perform(engine, line) {
                        return Answer::Quit;
                    }
                }
                None => {
                    // The failure is on the screen; a conversation goes on.
                    let _ = engine.evaluate(&input);
                }
            }
            done(engine)
        });
        match answer {
            Answer::Done { next, interrupt } => {
                self.interrupt = Some(interrupt);
                Ok(next)
            }
            Answer::Quit | Answer::Names(_) => Err(0),
            Answer::Broken(status) => Err(status),
        }
    }

    fn names(&mut self, word: &str, position: Position) -> Vec<String> {
        let word = word.to_owned();
        let answer = self.call(move |engine| {
            let program = engine.session.program();
            let found = complete_name(&engine.db, program, &word, position);
            Answer::Names(
                found
                    .into_iter()
                    .map(|candidate| candidate.insert)
                    .collect(),
            )
        });
        match answer {
            Answer::Names(names) => names,
            _ => Vec::new(),
        }
    }
}

fn editor(
    evaluator: &Rc<RefCell<Evaluator>>,
    color: bool,
) -> rustyline::Result<Editor<ReplHelper, FileHistory>> {
    let config = Config::builder()
        .max_history_size(history::LIMIT)?
        .history_ignore_space(true)
        .history_ignore_dups(true)?
        .completion_type(CompletionType::Circular)
        .bell_style(BellStyle::None)
        // The helper draws continuation prompts with and without colour.
        .color_mode(ColorMode::Forced)
        .build();
    let mut editor = Editor::with_config(config)?;
    let evaluator = Rc::clone(evaluator);
    let names: Names = Rc::new(RefCell::new(move |word: &str, position| {
        evaluator.borrow_mut().names(word, position)
    }));
    editor.set_helper(Some(ReplHelper { names, color }));
    editor.bind_sequence(
        KeyEvent(KeyCode::Enter, Modifiers::NONE),
        EventHandler::Conditional(Box::new(Enter)),
    );
    editor.bind_sequence(
        KeyEvent(KeyCode::Enter, Modifiers::ALT),
        EventHandler::Simple(rustyline::Cmd::Newline),
    );
    editor.bind_sequence(
        KeyEvent(KeyCode::Char('e'), Modifiers::ALT),
        EventHandler::Simple(rustyline::Cmd::AcceptLine),
    );
    Ok(editor)
}

fn remember(
    editor: &mut Editor<ReplHelper, FileHistory>,
    input: &str,
    file: Option<&std::path::Path>,
) {
    if input.trim().is_empty() || !matches!(editor.add_history_entry(input), Ok(true)) {
        return;
    }
    if let Some(file) = file {
        let _ = editor.append_history(file);
    }
}

/// Turns SIGINT into events from now on.
fn watch_interrupts(outbox: Sender<Event>) {
    let Ok(mut signals) = Signals::new([SIGINT]) else {
        return;
    };
    // Without the thread an interrupt ends the process, as for any program.
    let _ = thread::Builder::new()
        .name("signals".to_owned())
        .spawn(move || {
            for _ in signals.forever() {
                if outbox.send(Event::Interrupt).is_err() {
                    break;
                }
            }
        });
}

fn banner(color: bool) {
    let text = concat!(
        "wat ",
        env!("CARGO_PKG_VERSION"),
        " — :help for commands, Tab completes, Ctrl-D quits"
    );
    let line = if color {
        format!("\x1b[2m{text}\x1b[0m\n")
    } else {
        format!("{text}\n")
    };
    let _ = io::Write::write_all(&mut io::stdout().lock(), line.as_bytes());
}
