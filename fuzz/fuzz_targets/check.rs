//! Checking mutated programs: the examples of the reference and programs of any size, changed token by token and form by
//! form, are checked afresh and after an edit.
//!
//! Nothing panics and nothing hangs; both ways give the same findings; a finding lies inside its file; a fix that a tool
//! may apply unattended can be applied, and what it gives is checked without a crash; a program without errors has code,
//! and the machine runs it without a crash.

#![no_main]

use libfuzzer_sys::fuzz_target;
use std::fmt::Write as _;
use std::io;
use std::sync::OnceLock;
use wat_analysis::{
    Applicability, FileKind, RootDatabase, Severity, SourceFile, SourceText, TextSize, file_findings, function_ir,
    value_ir,
};
use wat_driver::LinkedProgram;
use wat_runtime::{Host, Limits, Machine};

#[path = "../../crates/wat-analysis/tests/it/grow.rs"]
mod grow;
#[path = "../../crates/wat-analysis/tests/it/mutate.rs"]
mod mutate;

use mutate::{Choices, Corpus, Node, blocks, nodes, print};

const CHAPTERS: &[&str] = &[
    include_str!("../../docs/reference/01-reader.md"),
    include_str!("../../docs/reference/02-forms.md"),
    include_str!("../../docs/reference/03-types.md"),
    include_str!("../../docs/reference/04-core-library.md"),
    include_str!("../../docs/reference/05-kernel.md"),
    include_str!("../../docs/reference/09-testing.md"),
];

/// Longer programs say nothing new and take long to print.
const MAX_BYTES: usize = 40_000;

/// The programs of the reference.
fn corpus() -> &'static Corpus {
    static CORPUS: OnceLock<Corpus> = OnceLock::new();
    CORPUS.get_or_init(|| Corpus::of(CHAPTERS.iter().flat_map(|chapter| blocks(chapter))))
}

/// An example of the reference, or a program of some size.
fn program(choices: &mut Choices) -> Vec<Node> {
    if choices.below(4) > 0 {
        return corpus().program(choices);
    }
    let shapes: Vec<&grow::Shape> =
        [grow::NESTED, grow::WIDE, grow::MANY, grow::BOMBS].into_iter().flatten().collect();
    let (_, shape) = shapes[choices.below(shapes.len())];
    nodes(&shape(2 + choices.below(60)))
}

fn findings(db: &RootDatabase, file: SourceFile) -> (String, bool) {
    let mut out = String::new();
    let mut broken = false;
    let length = TextSize::of(file.text(db).text());
    for diagnostic in &file_findings(db, file) {
        assert!(diagnostic.span.range.end() <= length, "{diagnostic:?}");
        broken |= diagnostic.severity == Severity::Error;
        let _ = writeln!(
            out,
            "{} {:?} {} {:?} {:?}",
            diagnostic.code, diagnostic.span.range, diagnostic.message, diagnostic.help, diagnostic.notes
        );
    }
    (out, broken)
}

/// The text after the first fix that a tool may apply unattended.
fn fixed(db: &RootDatabase, file: SourceFile) -> Option<String> {
    let found = file_findings(db, file);
    let mut fixes = found.iter().flat_map(|diagnostic| &diagnostic.fixes);
    let fix = fixes.find(|fix| fix.applicability == Applicability::MachineApplicable)?;
    let mut text = file.text(db).text().to_owned();
    let mut end = text.len();
    for edit in fix.edits.iter().rev().filter(|edit| edit.file == file) {
        let range = usize::from(edit.range.start())..usize::from(edit.range.end());
        assert!(range.end <= end, "the edits of a fix are in order and apart: {fix:?}");
        end = range.start;
        text.replace_range(range, &edit.insert);
    }
    Some(text)
}

struct Silent;

impl Host for Silent {
    fn stdout(&mut self, _: &[u8]) -> io::Result<()> {
        Ok(())
    }
    fn stderr(&mut self, _: &[u8]) -> io::Result<()> {
        Ok(())
    }
    fn share(&self) -> Box<dyn Host> {
        Box::new(Silent)
    }
}

/// Runs the program's entry for a while.
fn run(db: &RootDatabase, file: SourceFile) {
    let program = LinkedProgram::new();
    program.lend(db, file);
    let limits = Limits { stack_bytes: 1 << 22, step_budget: Some(100_000) };
    let mut machine = Machine::new(program.clone(), Silent, limits);
    for name in wat_analysis::value_names(db, file) {
        if machine.define_value(&name).is_err() {
            break;
        }
    }
    // A failure of the program is an answer.
    let _ = machine.call(":user::main").map(|value| value.render());
    drop(machine);
    program.take_back();
}

fuzz_target!(|data: &[u8]| {
    let mut choices = Choices(data);
    let program = program(&mut choices);
    let before = print(&program);
    let text = corpus().mutated(program, &mut choices);
    if text.len() > MAX_BYTES || before.len() > MAX_BYTES {
        return;
    }
    let mut fresh = RootDatabase::new();
    let file = fresh.set_file("main.wat", SourceText::new(text.as_str()), FileKind::Disk);
    let (expected, broken) = findings(&fresh, file);
    let mut edited = RootDatabase::new();
    let same = edited.set_file("main.wat", SourceText::new(before.as_str()), FileKind::Disk);
    findings(&edited, same);
    let same = edited.set_file("main.wat", SourceText::new(text.as_str()), FileKind::Disk);
    let (found, _) = findings(&edited, same);
    assert_eq!(found, expected, "an edit and a fresh start differ:\n{text}");
    if let Some(text) = fixed(&fresh, file) {
        let file = edited.set_file("main.wat", SourceText::new(text.as_str()), FileKind::Disk);
        findings(&edited, file);
    }
    if !broken {
        for info in wat_analysis::file_definitions(&fresh, file) {
            let _ = function_ir(&fresh, file, &info.name);
            let _ = value_ir(&fresh, file, &info.name);
        }
        if choices.below(4) == 0 {
            run(&fresh, file);
        }
    }
});
