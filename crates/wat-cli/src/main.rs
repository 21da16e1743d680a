//! The `wat` binary: argument parsing and wiring.
//!
//! Invariants: results alone go to standard output; findings for people go to standard error; every command returns
//! its exit status here, and here alone the process ends.

mod args;
mod check;
mod diff;
mod doctor;
mod exit;
mod expand;
mod explain;
mod fix;
mod fmt;
mod help;
mod lint;
mod new;
mod output;
mod pager;
mod run;
mod test;
mod timings;
mod version;
mod watching;
mod workspace;

use std::io::IsTerminal;

use args::{Command, Invocation};

#[global_allocator]
static HEAP: wat_kernel::memory::Heap = wat_kernel::memory::Heap;

fn main() {
    let status = match args::parse(std::env::args_os().collect()) {
        Ok(invocation) => dispatch(invocation),
        Err(usage) => usage.show(),
    };
    timings::tell();
    // The database is never dropped: the process ends, its memory goes with it.
    std::process::exit(status);
}

fn dispatch(invocation: Invocation) -> i32 {
    let Invocation { global, command } = invocation;
    if let Some(directory) = &global.directory
        && let Err(error) = std::env::set_current_dir(directory)
    {
        output::complain(&format!(
            "cannot change to `{}`: {error}",
            directory.display()
        ));
        return exit::NO_INPUT;
    }
    if let Some(file) = &global.timings {
        timings::start(file);
    }
    if global.absolute_paths {
        wat_driver::name_absolutely();
    }
    match command {
        Command::Version => version::print(&global),
        Command::Check(options) => check::check(&global, &options),
        Command::Doctor => doctor::doctor(&global),
        Command::Expand(options) => expand::expand(&options),
        Command::Help(options) => help::help(&global, &options),
        Command::Init(options) => new::init(&options),
        Command::Lint(options) => lint::lint(&global, &options),
        Command::New(options) => new::new(&options),
        Command::Explain(options) => explain::explain(&global, &options),
        Command::Fix(options) => fix::fix(&global, &options),
        Command::Fmt(options) => fmt::fmt(&global, &options),
        Command::Test(options) => test::test(&global, &options),
        Command::Run(options) => run::run(&global, &options),
        Command::Repl(options) => repl(&global, *options),
        Command::Lsp(options) => wat_lsp::run_stdio(options.client_process, global.threads()),
        Command::Default if std::io::stdin().is_terminal() && std::io::stdout().is_terminal() => {
            repl(&global, args::default_repl(&global))
        }
        Command::Default => run::run(&global, &args::default_run()),
    }
}

/// A conversation under the settings of the project of its first file, or of the working directory.
fn repl(global: &args::Global, options: wat_repl::Options) -> i32 {
    let first = options.loads.first();
    let from = first.map_or(std::path::Path::new("."), |path| path.as_path());
    let (project, settings) = match workspace::settings(global, from) {
        Ok(found) => found,
        Err(status) => return status,
    };
    wat_repl::run(wat_repl::Options {
        analysis: settings.analysis(),
        limits: args::limits(&settings),
        levels: wat_driver::Levels {
            paths: settings.lint.paths.clone(),
            project: settings.lint.levels.clone(),
            ..wat_driver::Levels::default()
        },
        scope: project.as_ref().map(|project| project.scope(&settings)),
        project,
        ..options
    })
}
