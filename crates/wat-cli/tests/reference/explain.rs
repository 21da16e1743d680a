//! The pages of `wat explain`, executed: the failing example of a page gives exactly its code, the repaired one nothing.
//!
//! An example is a block `LANGUAGE fails` or `LANGUAGE fixed`, or several that adjoin: its files, each named by `file=NAME`
//! unless it is the program or the project file, and at most one block `console` with the commands to type. Without
//! commands the code decides what is asked.
//!
//! `explain-owed.txt` lists the codes of which that does not hold yet, usually because their rule is not built. The
//! list only shrinks: `UPDATE_OWED=1` removes what holds.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::fences::{Fence, fences};
use super::process::{Directory, Output, shell, wat};
use super::records::{Diagnostic, records};
use super::transcripts::steps;
use super::{advice_of, owed, root};

/// Codes that no example shows: their rule is not built, or it takes a defect or a failing system to meet them. Their
/// pages have a sketch.
#[rustfmt::skip]
const SKETCHED: &[u16] = &[
    2913, 4033, 5015, 5016, 5018, 5030, 5031, 5032, 5040, 5041, 5042, 5043, 5044, 5045, 5046,
    5807, 5809, 5810, 5811, 5812, 5813, 5814, 5899, 5904, 6032, 6033, 7107,
    7701, 7702, 7801, 7803, 7905, 8514, 8528, 8701, 8702, 8703, 8705, 8706, 8707,
    8708, 8709, 8711, 8801, 8803, 8804, 8805, 8806, 8903, 8909, 8912, 8913,
];

/// A page and its examples.
struct Page {
    code: u16,
    examples: Vec<Example>,
}

struct Example {
    fixed: bool,
    options: Vec<String>,
    files: Vec<(String, Vec<u8>)>,
    commands: Vec<String>,
}

fn pages() -> Vec<Page> {
    let directory = root().join("crates/wat-analysis/explain");
    let mut paths: Vec<PathBuf> = fs::read_dir(directory)
        .expect("the pages lie beside the analysis")
        .map(|entry| entry.expect("the directory is readable").path())
        .collect();
    paths.sort();
    paths.iter().flat_map(|path| pages_of(path)).collect()
}

fn pages_of(path: &Path) -> Vec<Page> {
    let text = fs::read_to_string(path).expect("pages are UTF-8");
    let mut found: BTreeMap<u16, Vec<Example>> = BTreeMap::new();
    for line in text.lines().filter(|line| line.starts_with("# WAT")) {
        found.insert(code_of(line.trim_start_matches("# ")), Vec::new());
    }
    for fence in fences(&text).expect("pages are well-formed") {
        let code = code_of(&fence.heading);
        let Some(part) = Example::part(&fence) else {
            continue;
        };
        let examples = found.entry(code).or_default();
        match examples.last_mut() {
            Some(last) if fence.adjoins && last.fixed == part.fixed => last.join(part),
            _ => examples.push(part),
        }
    }
    let page = |(code, examples)| Page { code, examples };
    found.into_iter().map(page).collect()
}

fn code_of(heading: &str) -> u16 {
    let digits = heading.get(3..7).unwrap_or_default();
    digits
        .parse()
        .unwrap_or_else(|_| panic!("the heading `{heading}` names a code"))
}

/// The text with what cannot be shown put in: `<U+00A0>` is that character, `<0xE9>` that byte, `<70×(do >` the text
/// `(do ` 70 times.
fn bytes(text: &str) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        let (before, behind) = rest.split_at(at);
        out.extend(before.bytes());
        match marked(behind) {
            Some((meant, length)) => {
                out.extend(meant);
                rest = &behind[length..];
            }
            None => {
                out.push(b'<');
                rest = &behind[1..];
            }
        }
    }
    out.extend(rest.bytes());
    out
}

/// What the mark at the beginning of a text means, and its length.
fn marked(text: &str) -> Option<(Vec<u8>, usize)> {
    let end = text.find('>')?;
    let mark = &text[1..end];
    let hex = |digits: &str| u32::from_str_radix(digits, 16).ok();
    if let Some(code) = mark.strip_prefix("U+").and_then(hex) {
        let ch = char::from_u32(code).expect("a character");
        return Some((ch.to_string().into_bytes(), end + 1));
    }
    if let Some(byte) = mark.strip_prefix("0x").and_then(hex) {
        return Some((vec![u8::try_from(byte).expect("a byte")], end + 1));
    }
    let (count, repeated) = mark.split_once('×')?;
    let count = count.parse().ok()?;
    // `<3×>>` repeats the bracket itself.
    match repeated {
        "" => Some((b">".repeat(count), end + 2)),
        _ => Some((repeated.repeat(count).into_bytes(), end + 1)),
    }
}

impl Page {
    /// How the tool is asked about the code.
    fn command(&self, example: &Example) -> Vec<&'static str> {
        let mut command = Vec::new();
        if example.has("raw") {
            command.extend(["--set", "concurrency.allow-raw-spawn=true"]);
        }
        if self.code == 8202 {
            // What exhausts a small stack exhausts a large one, later.
            command.extend(["--set", "run.stack-limit=16 MiB"]);
        }
        // The chain of deaths tells which one brought the others about; the record of a failure is the last one.
        if !example.has("chain") {
            command.extend(["--format", "json"]);
        }
        command.extend(match self.code {
            2001 | 2002 => ["run", "main.wat"],
            2900..=2949 | 8900..=8999 => ["test", "main.wat"],
            _ if example.has("toml") => ["check", ""],
            // Rules that are off by default are turned on.
            7041 => ["lint", "--warn=WAT7041"],
            7204 => ["lint", "--warn=WAT7204"],
            7802 => ["check", "--style"],
            7000..=7999 => ["lint", "main.wat"],
            _ if example.has("run") || self.code >= 8000 => ["run", "main.wat"],
            _ => ["check", "main.wat"],
        });
        command
    }

    fn outcome(&self) -> Option<String> {
        let fails = self.examples.iter().any(|example| !example.fixed);
        let fixed = self.examples.iter().any(|example| example.fixed);
        if SKETCHED.contains(&self.code) {
            let shows = fails || fixed;
            return shows.then(|| "the page is listed as a sketch and has an example".to_owned());
        }
        if !fails || !fixed {
            return Some("the page lacks a failing or a repaired example".to_owned());
        }
        let wrong = |example: &Example| {
            let why = self.judge(example).err()?;
            let kind = if example.fixed { "fixed" } else { "fails" };
            Some(format!("its example `{kind}`: {why}"))
        };
        self.examples.iter().find_map(wrong)
    }

    fn judge(&self, example: &Example) -> Result<(), String> {
        let code = format!("WAT{}", self.code);
        let directory = Directory::new().map_err(|e| e.to_string())?;
        if !example.commands.is_empty() {
            return example.typed(&directory, &code);
        }
        let main = "(:wat::core::defn :user::main [] -> :wat::core::nil :wat::core::nil)\n";
        let written = directory.write("main.wat", main);
        written.map_err(|e| e.to_string())?;
        example.write(&directory)?;
        let mut command = self.command(example);
        command.retain(|word| !word.is_empty());
        let output = wat(&directory, &command, "")?;
        if example.has("toml") {
            let told = format!("{}{}", output.stdout, output.stderr);
            return match told.contains(&code) != example.fixed {
                true => Ok(()),
                false => Err(format!("status {}\n{told}", output.status)),
            };
        }
        if self.code >= 8000 || (example.fixed && matches!(self.code, 2001 | 2002)) {
            return ended(&output, &code, example.fixed);
        }
        let found = records(&output.stdout).map_err(|e| format!("{e}\n{}", output.stderr))?;
        let lint = self.code / 1000 == 7;
        let compared = |d: &&Diagnostic| match self.code {
            ..2000 => d.is_reader(),
            _ => !d.is_lint() || (lint && d.code == code),
        };
        let mut codes: Vec<&str> = found
            .diagnostics
            .iter()
            .filter(compared)
            .map(|d| &*d.code)
            .collect();
        codes.dedup_by(|a, b| lint && a == b);
        // `also=CODE`: a rule that cannot be broken without breaking another one.
        let also = example
            .options
            .iter()
            .filter_map(|o| o.strip_prefix("also="));
        let mut expected: Vec<&str> = match example.fixed {
            true => Vec::new(),
            false => also.chain([&*code]).collect(),
        };
        codes.sort_unstable();
        expected.sort_unstable();
        match codes == expected {
            true => Ok(()),
            false => Err(format!("reported {codes:?}\n{}", output.stdout)),
        }
    }
}

impl Example {
    /// An example of one block: `LANGUAGE fails` or `LANGUAGE fixed`, with options behind.
    fn part(fence: &Fence) -> Option<Self> {
        let mut words = fence.info.split_whitespace();
        let language = words.next()?;
        let fixed = match words.next()? {
            "fails" => false,
            "fixed" => true,
            _ => return None,
        };
        let mut example = Example {
            fixed,
            options: Vec::new(),
            files: Vec::new(),
            commands: Vec::new(),
        };
        if language == "console" {
            let steps = steps(&fence.text).expect("commands begin with `$ `");
            example.commands = steps.into_iter().map(|step| step.command).collect();
            return Some(example);
        }
        let mut name = match language {
            "toml" => "wat.toml",
            _ => "main.wat",
        };
        for word in words {
            match word.strip_prefix("file=") {
                Some(file) => name = file,
                None => example.options.push(word.to_owned()),
            }
        }
        if name == "wat.toml" {
            example.options.push("toml".to_owned());
        }
        example.files.push((name.to_owned(), bytes(&fence.text)));
        Some(example)
    }

    fn join(&mut self, part: Example) {
        let name = |(name, _): &(String, Vec<u8>)| name.clone();
        let names: Vec<String> = self.files.iter().map(name).collect();
        let is_new = |file| !names.contains(&name(file));
        assert!(part.files.iter().all(is_new), "a file of {names:?} twice");
        self.options.extend(part.options);
        self.files.extend(part.files);
        self.commands.extend(part.commands);
    }

    fn has(&self, option: &str) -> bool {
        self.options.iter().any(|word| word == option)
    }

    fn write(&self, directory: &Directory) -> Result<(), String> {
        for (name, text) in &self.files {
            let inner = Path::new(name).parent().unwrap_or(Path::new(""));
            fs::create_dir_all(directory.path().join(inner)).map_err(|e| e.to_string())?;
            let written = directory.write_bytes(name, text);
            written.map_err(|e| e.to_string())?;
        }
        Ok(())
    }

    /// Types the commands: what they print has the code, or no code at all.
    fn typed(&self, directory: &Directory, code: &str) -> Result<(), String> {
        self.write(directory)?;
        let printed = shell(directory, &self.commands.join("\n"))?;
        let holds = match self.fixed {
            true => !printed.contains("[WAT") && !printed.contains(code),
            false => printed.contains(code),
        };
        match holds {
            true => Ok(()),
            false => Err(printed),
        }
    }
}

/// Did the program end with that failure, or without any?
fn ended(output: &Output, code: &str, fixed: bool) -> Result<(), String> {
    let shown = || {
        format!(
            "status {}\n{}{}",
            output.status, output.stdout, output.stderr
        )
    };
    match fixed {
        true if output.status == 0 => Ok(()),
        false
            if output.status != 0
                && (output.stdout.contains(code) || output.stderr.contains(code)) =>
        {
            Ok(())
        }
        _ => Err(shown()),
    }
}

#[test]
fn every_page_shows_what_it_says_or_is_owed() {
    let pages = pages();
    let only = std::env::var("REFERENCE_ONLY").ok();
    let outcomes: Vec<(String, Option<String>)> = super::in_parallel(&pages, |page| {
        let key = format!("WAT{}", page.code);
        match &only {
            Some(text) if !key.contains(text) => None,
            _ => Some((key, page.outcome())),
        }
    })
    .into_iter()
    .flatten()
    .collect();
    if only.is_some() {
        for (code, reason) in &outcomes {
            super::show(&format!(
                "{code}: {}\n",
                reason.as_deref().unwrap_or("holds")
            ));
        }
        return;
    }
    let list = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference/explain-owed.txt");
    let mut text = fs::read_to_string(&list).unwrap_or_default();
    if std::env::var_os("UPDATE_OWED").is_some() {
        text = owed::update(Some(&text), &outcomes);
        fs::write(&list, &text).expect("the list is writable");
    }
    let verdict = owed::judge(&owed::read(&text), &outcomes);
    let fine = verdict == owed::Verdict::default();
    assert!(fine, "{}", advice_of(&verdict, "explain-owed.txt"));
}

#[test]
fn marks_stand_for_what_cannot_be_seen() {
    let read = bytes("a<U+00A0>b<0xFF> <- :V<T>");
    assert_eq!(read, b"a\xc2\xa0b\xff <- :V<T>");
    assert_eq!(bytes("<3×(>1<3×)> :<2×V<>T<2×>>"), b"(((1))) :V<V<T>>");
}
