//! Checking mutated programs: the examples of the reference, changed form by form, are checked afresh and after an edit.
//!
//! Nothing panics and nothing hangs; both ways give the same findings; a finding lies inside its file; a program without
//! errors has code, and the machine runs it without a crash.

#![no_main]

use libfuzzer_sys::fuzz_target;
use std::fmt::Write as _;
use std::io;
use std::sync::OnceLock;
use wat_analysis::{
    FileKind, RootDatabase, Severity, SourceFile, SourceText, TextSize, file_diagnostics, function_ir,
    value_ir,
};
use wat_driver::LinkedProgram;
use wat_runtime::{Host, Limits, Machine};

const CHAPTERS: &[&str] = &[
    include_str!("../../docs/reference/01-reader.md"),
    include_str!("../../docs/reference/02-forms.md"),
    include_str!("../../docs/reference/03-types.md"),
    include_str!("../../docs/reference/04-core-library.md"),
    include_str!("../../docs/reference/05-kernel.md"),
    include_str!("../../docs/reference/09-testing.md"),
];

/// Deeper programs say nothing new and take long to print.
const MAX_BYTES: usize = 40_000;

#[derive(Clone)]
enum Node {
    Atom(String),
    /// What opens it, prefixes included, its parts, what closes it.
    Group(String, Vec<Node>, char),
}

fn is_blank(c: char) -> bool {
    c.is_whitespace() || c == ','
}

/// Reads forms well enough to cut them: strings, comments, brackets, atoms.
fn nodes(text: &str) -> Vec<Node> {
    let chars: Vec<char> = text.chars().collect();
    let mut stack: Vec<(String, Vec<Node>)> = vec![(String::new(), Vec::new())];
    let mut i = 0;
    while i < chars.len() {
        let c = chars[i];
        match c {
            ';' => {
                while i < chars.len() && chars[i] != '\n' {
                    i += 1;
                }
            }
            '(' | '[' | '{' => {
                stack.push((c.to_string(), Vec::new()));
                i += 1;
            }
            '#' if chars.get(i + 1) == Some(&'{') => {
                stack.push(("#{".to_owned(), Vec::new()));
                i += 2;
            }
            ')' | ']' | '}' => {
                i += 1;
                if stack.len() > 1 {
                    let (open, parts) = stack.pop().expect("two at least");
                    stack.last_mut().expect("one at least").1.push(Node::Group(open, parts, c));
                }
            }
            '"' => {
                let start = i;
                i += 1;
                while i < chars.len() && chars[i] != '"' {
                    i += if chars[i] == '\\' { 2 } else { 1 };
                }
                i = (i + 1).min(chars.len());
                let atom = chars[start..i].iter().collect();
                stack.last_mut().expect("one at least").1.push(Node::Atom(atom));
            }
            c if is_blank(c) => i += 1,
            _ => {
                let start = i;
                let mut round = 0;
                while i < chars.len() && !is_blank(chars[i]) || round > 0 && i < chars.len() {
                    match chars[i] {
                        '(' if i > start && chars[start] == ':' => round += 1,
                        ')' if round > 0 => round -= 1,
                        '(' | ')' | '[' | ']' | '{' | '}' | '"' | ';' => break,
                        '\n' => break,
                        _ => {}
                    }
                    i += 1;
                }
                i = i.max(start + 1);
                let atom = chars[start..i.min(chars.len())].iter().collect();
                stack.last_mut().expect("one at least").1.push(Node::Atom(atom));
            }
        }
    }
    while stack.len() > 1 {
        let (open, parts) = stack.pop().expect("two at least");
        let close = match open.as_str() {
            "(" => ')',
            "[" => ']',
            _ => '}',
        };
        stack.last_mut().expect("one at least").1.push(Node::Group(open, parts, close));
    }
    stack.pop().expect("the outermost").1
}

fn print(nodes: &[Node], out: &mut String) {
    for (index, node) in nodes.iter().enumerate() {
        if index > 0 {
            out.push(' ');
        }
        match node {
            Node::Atom(text) => out.push_str(text),
            Node::Group(open, parts, close) => {
                out.push_str(open);
                print(parts, out);
                out.push(*close);
            }
        }
    }
}

/// The programs of the reference, and all atoms that occur in them.
fn corpus() -> &'static (Vec<Vec<Node>>, Vec<String>) {
    static CORPUS: OnceLock<(Vec<Vec<Node>>, Vec<String>)> = OnceLock::new();
    CORPUS.get_or_init(|| {
        let mut programs = Vec::new();
        for chapter in CHAPTERS {
            let mut block: Option<String> = None;
            for line in chapter.lines() {
                match &mut block {
                    None if line.starts_with("```wat") => block = Some(String::new()),
                    None => {}
                    Some(text) if line.starts_with("```") => {
                        programs.push(nodes(text));
                        block = None;
                    }
                    Some(text) => {
                        let _ = writeln!(text, "{line}");
                    }
                }
            }
        }
        let mut atoms = Vec::new();
        let mut work: Vec<&Node> = programs.iter().flatten().collect();
        while let Some(node) = work.pop() {
            match node {
                Node::Atom(atom) => atoms.push(atom.clone()),
                Node::Group(_, parts, _) => work.extend(parts),
            }
        }
        atoms.sort();
        atoms.dedup();
        (programs, atoms)
    })
}

/// Decisions, taken from the fuzzer's bytes; zero when they are used up.
struct Choices<'d>(&'d [u8]);

impl Choices<'_> {
    fn below(&mut self, limit: usize) -> usize {
        let mut value = 0;
        for _ in 0..if limit > 256 { 2 } else { 1 } {
            let (first, rest) = self.0.split_first().unwrap_or((&0, &[]));
            value = value << 8 | usize::from(*first);
            self.0 = rest;
        }
        value % limit.max(1)
    }
}

/// The parts of a random group, possibly the outermost.
fn somewhere<'n>(parts: &'n mut Vec<Node>, choices: &mut Choices) -> &'n mut Vec<Node> {
    let mut at = parts;
    loop {
        let groups: Vec<usize> =
            (0..at.len()).filter(|&index| matches!(at[index], Node::Group(..))).collect();
        if groups.is_empty() || choices.below(4) == 0 {
            return at;
        }
        let index = groups[choices.below(groups.len())];
        let Node::Group(_, inner, _) = &mut at[index] else { unreachable!("only groups were chosen") };
        at = inner;
    }
}

fn random_node(choices: &mut Choices) -> Node {
    let (programs, atoms) = corpus();
    if choices.below(2) == 0 {
        return Node::Atom(atoms[choices.below(atoms.len())].clone());
    }
    let mut program = programs[choices.below(programs.len())].clone();
    let parts = somewhere(&mut program, choices);
    if parts.is_empty() {
        return Node::Group("(".to_owned(), Vec::new(), ')');
    }
    parts[choices.below(parts.len())].clone()
}

fn mutate(program: &mut Vec<Node>, choices: &mut Choices) {
    let parts = somewhere(program, choices);
    let len = parts.len();
    let at = choices.below(len.max(1));
    match choices.below(9) {
        0 if len > 0 => drop(parts.remove(at)),
        1 if len > 0 => {
            let copy = parts[at].clone();
            parts.insert(at, copy);
        }
        2 if len > 0 => {
            let other = choices.below(len);
            parts.swap(at, other);
        }
        3 if len > 0 => parts[at] = random_node(choices),
        4 => parts.insert(at.min(len), random_node(choices)),
        5 if len > 0 => {
            // The same form around a form, many times.
            let head = match random_node(choices) {
                Node::Group(_, mut inner, _) if !inner.is_empty() => inner.swap_remove(0),
                node => node,
            };
            for _ in 0..1 << choices.below(7) {
                let inner = std::mem::replace(&mut parts[at], Node::Atom(String::new()));
                parts[at] = Node::Group("(".to_owned(), vec![head.clone(), inner], ')');
            }
        }
        6 => {
            // Many more of the same.
            let node = parts.get(at).cloned().unwrap_or_else(|| random_node(choices));
            for _ in 0..1 << choices.below(7) {
                parts.insert(at.min(parts.len()), node.clone());
            }
        }
        7 if len > 0 => {
            if let Node::Group(open, _, close) = &mut parts[at] {
                (*open, *close) = match choices.below(4) {
                    0 => ("(".to_owned(), ')'),
                    1 => ("[".to_owned(), ']'),
                    2 => ("{".to_owned(), '}'),
                    _ => ("#{".to_owned(), '}'),
                };
            }
        }
        _ => {
            let (programs, _) = corpus();
            let other = &programs[choices.below(programs.len())];
            program.extend(other.iter().cloned());
        }
    }
}

fn findings(db: &RootDatabase, file: SourceFile) -> (String, bool) {
    let mut out = String::new();
    let mut broken = false;
    let length = TextSize::of(file.text(db).text());
    for diagnostic in file_diagnostics(db, file).iter() {
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

struct Silent;

impl Host for Silent {
    fn stdout(&mut self, _: &[u8]) -> io::Result<()> {
        Ok(())
    }
    fn stderr(&mut self, _: &[u8]) -> io::Result<()> {
        Ok(())
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
    let (programs, _) = corpus();
    let mut program = programs[choices.below(programs.len())].clone();
    let mut before = String::new();
    print(&program, &mut before);
    for _ in 0..1 + choices.below(5) {
        mutate(&mut program, &mut choices);
    }
    let mut text = String::new();
    print(&program, &mut text);
    if text.len() > MAX_BYTES {
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
