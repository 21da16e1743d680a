//! `wat help`: commands, names of the library, codes, and the command line as data.

use clap::{Arg, Command};
use serde_json::{Value, json};
use wat_analysis::{FileKind, RootDatabase, SourceText, all_names, definition};
use wat_driver::nearest;

use crate::args::{ExplainOptions, Format, Global, HelpOptions, grammar};
use crate::{exit, explain, output};

/// What the exit statuses mean.
const STATUSES: &[(i32, &str)] = &[
    (exit::SUCCESS, "success"),
    (exit::NEGATIVE, "the answer is negative; a run-time error"),
    (2, "the program panicked"),
    (exit::START, "the program does not start"),
    (exit::ENTRY, "`:user::main` is missing or of the wrong type"),
    (exit::USAGE, "wrong command line"),
    (exit::NOT_WAT, "the input is not readable as wat"),
    (exit::NO_INPUT, "an input file is missing or unreadable"),
    (exit::CANNOT_CREATE, "output cannot be created"),
    (exit::IO, "input or output failed"),
    (exit::DENIED, "permission or policy forbids it"),
    (exit::BAD_PROJECT, "bad project file"),
    (exit::CLOSED, "standard output was closed"),
];

pub(crate) fn help(global: &Global, options: &HelpOptions) -> i32 {
    let mut command = grammar();
    command.build();
    let text = match options.subject.as_deref() {
        None if global.format == Some(Format::Json) => format!("{}\n", described(&command)),
        None => command.render_long_help().to_string(),
        Some(subject) => {
            if let Some(found) = command.find_subcommand_mut(subject) {
                found.render_long_help().to_string()
            } else if subject.starts_with(':') {
                return name(subject);
            } else if explain::find(subject).is_some() {
                let options = ExplainOptions {
                    list: false,
                    codes: vec![subject.to_owned()],
                };
                return explain::explain(global, &options);
            } else {
                return unknown(&command, subject);
            }
        }
    };
    output::result(text.as_bytes())
        .err()
        .unwrap_or(exit::SUCCESS)
}

/// The help of a name of the library.
fn name(path: &str) -> i32 {
    let mut db = RootDatabase::new();
    let program = db.set_file("help.wat", SourceText::new(""), FileKind::Disk);
    let Some(found) = definition(&db, program, path) else {
        output::complain(&format!("the library has no name `{path}`"));
        let names = all_names(&db, program);
        if let Some(near) = nearest(path, names.iter().map(|(name, _)| &**name)) {
            output::report(&format!("help: did you mean `{near}`?\n"));
        }
        return exit::USAGE;
    };
    let mut text = format!("{} {}\n", found.name, found.signature);
    if let Some(doc) = &found.doc {
        text.push_str(&format!("\n{}\n", doc.trim_end()));
    }
    output::result(text.as_bytes())
        .err()
        .unwrap_or(exit::SUCCESS)
}

fn unknown(command: &Command, subject: &str) -> i32 {
    output::complain(&format!("there is no help on `{subject}`"));
    let commands = command.get_subcommands().map(Command::get_name);
    let near = nearest(subject, commands).map(str::to_owned);
    if let Some(near) = near.or_else(|| explain::suggestion(subject)) {
        output::report(&format!("help: did you mean `{near}`?\n"));
    }
    exit::USAGE
}

/// The command line as data.
fn described(command: &Command) -> Value {
    let options = |command: &Command, global: bool| -> Vec<Value> {
        let arguments = command.get_arguments();
        arguments
            .filter(|argument| argument.is_global_set() == global)
            .map(argument)
            .collect()
    };
    let commands = command.get_subcommands().map(|inner| {
        json!({
            "name": inner.get_name(),
            "about": inner.get_about().map(ToString::to_string),
            "options": options(inner, false),
        })
    });
    let statuses = STATUSES
        .iter()
        .map(|(status, meaning)| json!({ "status": status, "meaning": meaning }));
    json!({
        "name": command.get_name(),
        "about": command.get_about().map(ToString::to_string),
        "options": options(command, true),
        "commands": commands.collect::<Vec<_>>(),
        "exit-codes": statuses.collect::<Vec<_>>(),
    })
}

fn argument(argument: &Arg) -> Value {
    let values = argument.get_possible_values();
    let takes_value = argument.get_action().takes_values();
    let value = argument.get_value_names().filter(|_| takes_value);
    json!({
        "name": argument.get_id().as_str(),
        "long": argument.get_long(),
        "short": argument.get_short(),
        "help": argument.get_help().map(ToString::to_string),
        "value": value.and_then(|names| names.first()).map(|name| name.as_str()),
        "values": values.iter().map(|value| value.get_name()).collect::<Vec<_>>(),
        "default": argument.get_default_values().first().map(|value| value.to_string_lossy()),
        "repeatable": matches!(argument.get_action(), clap::ArgAction::Append),
    })
}
