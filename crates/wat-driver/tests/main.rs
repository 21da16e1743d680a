//! Behaviour of the reports, the loader and the program handed to the machine.

#[path = "it/blocks.rs"]
mod blocks;
#[path = "it/differential/mod.rs"]
mod differential;
#[path = "it/evaluate.rs"]
mod evaluate;
#[path = "it/expansion.rs"]
mod expansion;
#[path = "it/fix.rs"]
mod fix;
#[path = "it/forked.rs"]
mod forked;
#[path = "it/fuzz.rs"]
mod fuzz;
#[path = "it/kernel.rs"]
mod kernel;
#[path = "it/library.rs"]
mod library;
#[path = "it/matches.rs"]
mod matches;
#[path = "it/project.rs"]
mod project;
#[path = "it/reflect.rs"]
mod reflect;
#[path = "it/report.rs"]
mod report;
#[path = "it/steps.rs"]
mod steps;
#[path = "it/watch.rs"]
mod watch;
