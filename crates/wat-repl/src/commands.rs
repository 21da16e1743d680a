//! The commands of a session. Help, completion and dispatch come from one table.

use std::path::PathBuf;
use std::time::Instant;

use wat_analysis::{all_names, definition, suggest_names};

use wat_driver::{Report, nearest};

use crate::engine::Engine;

/// What happens after a command.
pub(crate) enum Flow {
    Continue,
    Failed(i32),
    Quit,
}

struct Command {
    name: &'static str,
    argument: &'static str,
    summary: &'static str,
    run: fn(&mut Engine, &str) -> Flow,
}

const COMMANDS: &[Command] = &[
    Command {
        name: ":help",
        argument: "[NAME]",
        summary: "these commands, or what a name means",
        run: help,
    },
    Command {
        name: ":doc",
        argument: "NAME",
        summary: "documentation of a name",
        run: doc,
    },
    Command {
        name: ":type",
        argument: "EXPR|NAME",
        summary: "type, without evaluation",
        run: type_of,
    },
    Command {
        name: ":source",
        argument: "NAME",
        summary: "where and how a name is defined",
        run: source,
    },
    Command {
        name: ":ls",
        argument: "[PREFIX]",
        summary: "names below a prefix",
        run: list,
    },
    Command {
        name: ":find",
        argument: "TEXT",
        summary: "names that contain a text",
        run: find,
    },
    Command {
        name: ":env",
        argument: "",
        summary: "what this session declared",
        run: environment,
    },
    Command {
        name: ":load",
        argument: "FILE",
        summary: "load a file into the session",
        run: load,
    },
    Command {
        name: ":fix",
        argument: "",
        summary: "repeat the rejected input with its first fix",
        run: fix,
    },
    Command {
        name: ":force",
        argument: "",
        summary: "install the refused redefinition all the same",
        run: force,
    },
    Command {
        name: ":undo",
        argument: "",
        summary: "take the last declaration back",
        run: undo,
    },
    Command {
        name: ":time",
        argument: "EXPR",
        summary: "evaluate and show how long it took",
        run: time,
    },
    Command {
        name: ":reset",
        argument: "",
        summary: "forget all declarations of the session",
        run: reset,
    },
    Command {
        name: ":quit",
        argument: "",
        summary: "end the session (also Ctrl-D)",
        run: quit,
    },
    Command {
        name: ":exit",
        argument: "",
        summary: "the same",
        run: quit,
    },
];

/// A line that starts with a command word: the word and the rest.
pub(crate) struct Line<'t> {
    word: &'t str,
    rest: &'t str,
}

/// Recognises a command: a leading keyword of one segment. A keyword alone that is no command is still one: a keyword
/// has no other use at the start of a line.
pub(crate) fn recognise(text: &str) -> Option<Line<'_>> {
    let text = text.trim();
    let end = text.find(char::is_whitespace).unwrap_or(text.len());
    let (word, rest) = text.split_at(end);
    let name = word.strip_prefix(':')?;
    let is_word = name.starts_with(|ch: char| ch.is_ascii_lowercase())
        && name.chars().all(|ch| ch.is_ascii_lowercase() || ch == '-');
    is_word.then(|| Line {
        word,
        rest: rest.trim(),
    })
}

/// The commands whose names start with `prefix`.
pub(crate) fn names_from(prefix: &str) -> impl Iterator<Item = &'static str> {
    COMMANDS
        .iter()
        .map(|command| command.name)
        .filter(move |name| name.starts_with(prefix))
}

/// Performs a command; unique prefixes are accepted.
pub(crate) fn perform(engine: &mut Engine, line: Line<'_>) -> Flow {
    let exact = COMMANDS.iter().find(|command| command.name == line.word);
    let mut prefixed = COMMANDS
        .iter()
        .filter(|command| command.name.starts_with(line.word));
    let command = match (exact, prefixed.next(), prefixed.next()) {
        (Some(command), ..) | (None, Some(command), None) => command,
        _ => return unknown(engine, line.word),
    };
    if line.rest.is_empty() && !command.argument.is_empty() && !command.argument.starts_with('[') {
        let message = format!("`{}` needs an argument", command.name);
        let usage = format!("{} {}", command.name, command.argument);
        return refuse(engine, Some(2952), &message, Some(usage));
    }
    (command.run)(engine, line.rest)
}

fn unknown(engine: &mut Engine, word: &str) -> Flow {
    let help = match nearest(word, COMMANDS.iter().map(|command| command.name)) {
        Some(name) => format!("did you mean `{name}`?"),
        None => "`:help` lists the commands".to_owned(),
    };
    refuse(
        engine,
        Some(2951),
        &format!("there is no command `{word}`"),
        Some(help),
    )
}

/// Tells why a command does nothing.
fn refuse(engine: &mut Engine, code: Option<u16>, message: &str, help: Option<String>) -> Flow {
    engine.printer.report(&Report::plain(code, message, help));
    Flow::Failed(1)
}

fn help(engine: &mut Engine, name: &str) -> Flow {
    if !name.is_empty() {
        return doc(engine, name);
    }
    for command in COMMANDS {
        let usage = format!("{} {}", command.name, command.argument);
        engine
            .printer
            .line(&format!("{usage:18}{}", command.summary));
    }
    Flow::Continue
}

/// The full names that a person's word may mean, the exact one first.
fn resolve(engine: &Engine, word: &str) -> Option<String> {
    let program = engine.session.program();
    if definition(&engine.db, program, word).is_some() {
        return Some(word.to_owned());
    }
    let names = all_names(&engine.db, program);
    let names = names.iter().map(|(name, _)| &**name);
    let short = word.strip_prefix(':').unwrap_or(word);
    names
        .filter(|name| name.rsplit("::").next() == Some(short))
        .min_by_key(|name| name.len())
        .map(str::to_owned)
}

fn no_name(engine: &mut Engine, word: &str) -> Flow {
    let near = suggest_names(&engine.db, engine.session.program(), word);
    let help = near.first().map(|name| format!("did you mean `{name}`?"));
    refuse(engine, None, &format!("there is no name `{word}`"), help)
}

fn doc(engine: &mut Engine, word: &str) -> Flow {
    let program = engine.session.program();
    let found = resolve(engine, word).and_then(|name| definition(&engine.db, program, &name));
    let Some(info) = found else {
        return no_name(engine, word);
    };
    engine
        .printer
        .line(&format!("{} {}", info.name, info.signature));
    if let Some(text) = &info.doc {
        engine.printer.line("");
        for line in text.lines() {
            engine.printer.line(line.trim_end());
        }
    }
    Flow::Continue
}

fn type_of(engine: &mut Engine, text: &str) -> Flow {
    let program = engine.session.program();
    if let Some(info) = definition(&engine.db, program, text) {
        engine.printer.line(&info.signature);
        return Flow::Continue;
    }
    match engine.type_of(text) {
        Ok(Some(ty)) => {
            engine.printer.line(&ty);
            Flow::Continue
        }
        Ok(None) => no_name(engine, text),
        Err(status) => Flow::Failed(status),
    }
}

fn source(engine: &mut Engine, word: &str) -> Flow {
    let program = engine.session.program();
    let found = resolve(engine, word).and_then(|name| definition(&engine.db, program, &name));
    let Some(info) = found else {
        return no_name(engine, word);
    };
    let mut sources = wat_driver::Sources::default();
    let place = sources.place(&engine.db, &info.span);
    let (line, col) = place.start();
    let head = format!("; {}:{line}:{col}", place.source().path());
    engine.printer.line(&engine.printer.dim(&head));
    engine.printer.line(&place.source().text()[place.range()]);
    Flow::Continue
}

fn list(engine: &mut Engine, prefix: &str) -> Flow {
    let names = all_names(&engine.db, engine.session.program());
    let shown = names.iter().filter(|(name, _)| {
        if prefix.is_empty() {
            !name.starts_with(":wat::")
        } else {
            name.starts_with(prefix)
        }
    });
    for (name, _) in shown {
        engine.printer.line(name);
    }
    Flow::Continue
}

fn find(engine: &mut Engine, text: &str) -> Flow {
    let program = engine.session.program();
    let wanted = text.to_lowercase();
    for (name, _) in all_names(&engine.db, program) {
        let info = definition(&engine.db, program, &name);
        let doc = info.and_then(|info| info.doc);
        let in_doc = || {
            doc.as_ref()
                .is_some_and(|doc| doc.to_lowercase().contains(&wanted))
        };
        if name.to_lowercase().contains(&wanted) || in_doc() {
            let first = doc
                .as_deref()
                .and_then(|doc| doc.lines().next())
                .unwrap_or("");
            engine
                .printer
                .line(format!("{name}  {}", engine.printer.dim(first)).trim_end());
        }
    }
    Flow::Continue
}

fn environment(engine: &mut Engine, _: &str) -> Flow {
    for (name, ty) in &engine.declared {
        let suffix = engine.printer.dim(&format!(" : {ty}"));
        engine.printer.line(&format!("{name}{suffix}"));
    }
    Flow::Continue
}

fn load(engine: &mut Engine, path: &str) -> Flow {
    let path = path.trim_matches('"');
    match engine.load_all(&[PathBuf::from(path)]) {
        Ok(()) => Flow::Continue,
        Err(status) => Flow::Failed(status),
    }
}

fn evaluate(engine: &mut Engine, text: &str) -> Flow {
    match engine.evaluate(text) {
        Ok(()) => Flow::Continue,
        Err(status) => Flow::Failed(status),
    }
}

fn fix(engine: &mut Engine, _: &str) -> Flow {
    let Some(text) = engine.take_repair() else {
        engine
            .printer
            .complain("error[WAT2952]: there is no rejected input with a fix\n");
        return Flow::Failed(1);
    };
    engine.printer.line(&engine.printer.dim(&text));
    evaluate(engine, &text)
}

fn force(engine: &mut Engine, _: &str) -> Flow {
    let Some(text) = engine.take_refused() else {
        let why = "the last input was not refused for what it would break";
        return refuse(engine, Some(2952), why, None);
    };
    engine.printer.note(text.trim_end());
    match engine.force(&text) {
        Ok(()) => Flow::Continue,
        Err(status) => Flow::Failed(status),
    }
}

fn undo(engine: &mut Engine, _: &str) -> Flow {
    match engine.undo() {
        Some(Ok(())) => Flow::Continue,
        Some(Err(status)) => Flow::Failed(status),
        None => refuse(
            engine,
            Some(2952),
            "there is no declaration to take back",
            None,
        ),
    }
}

fn time(engine: &mut Engine, text: &str) -> Flow {
    let started = Instant::now();
    let flow = evaluate(engine, text);
    let took = format!("{:.3?}", started.elapsed());
    engine.printer.line(&engine.printer.dim(&took));
    flow
}

fn reset(engine: &mut Engine, _: &str) -> Flow {
    match engine.reset() {
        Ok(()) => Flow::Continue,
        Err(status) => Flow::Failed(status),
    }
}

fn quit(_: &mut Engine, _: &str) -> Flow {
    Flow::Quit
}
