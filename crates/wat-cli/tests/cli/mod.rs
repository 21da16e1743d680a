//! Commands, exit statuses, streams, and the terminal.

mod brackets;
mod check;
mod doctor;
mod edn;
mod expand;
mod explain;
mod fix;
mod fmt;
mod fmt_killed;
mod inputs;
mod io;
mod kernel;
mod line;
mod load;
mod lsp;
mod new;
mod process;
mod pty;
mod repl;
mod run;
mod start;
mod supervise;
mod support;
mod terminal;
mod testing;
mod watching;
