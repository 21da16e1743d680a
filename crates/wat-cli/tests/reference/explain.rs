//! The pages of `wat explain`, executed: the failing example of a page gives exactly its code, the repaired one nothing.
//!
//! `explain-owed.txt` lists the codes of which that does not hold yet, usually because their rule is not built. The
//! list only shrinks: `UPDATE_OWED=1` removes what holds.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::fences::{Fence, fences};
use super::process::{Directory, Output, wat};
use super::records::{Diagnostic, records};
use super::{advice_of, owed, root};

/// Codes that no short program of one file shows: what is too large, conversations, several files or processes, keys,
/// limits of the system. Their pages have a sketch.
#[rustfmt::skip]
const SKETCHED: &[u16] = &[
    1019, 1028, 1033, 2913, 2914, 2950, 2951, 2952, 4033, 5015, 5016, 5018, 5030, 5031, 5032, 5040,
    5041, 5042, 5043, 5044, 5045, 5046, 5803, 5804, 5807, 5809, 5810, 5811, 5812, 5813, 5814, 5899,
    5901, 5902, 5903, 5904, 6032, 6033, 7107, 7303, 7306, 7501, 7502, 7504, 7512, 7701, 7702, 7801,
    7802, 7803, 7905, 8417, 8503, 8504, 8505, 8507, 8508, 8509, 8514, 8515, 8518, 8520, 8522, 8526,
    8527, 8528, 8701, 8702, 8703, 8705, 8706, 8707, 8708, 8709, 8710, 8711, 8801, 8803, 8804, 8805,
    8806, 8903, 8906, 8908, 8909, 8910, 8911, 8912, 8913,
];

/// A page and its examples.
struct Page {
    code: u16,
    examples: Vec<Example>,
}

struct Example {
    fixed: bool,
    options: Vec<String>,
    text: Vec<u8>,
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
        if let Some(example) = example(&fence) {
            found.entry(code).or_default().push(example);
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

/// An example: a block `wat fails` or `wat fixed`, with options behind.
fn example(fence: &Fence) -> Option<Example> {
    let mut words = fence.info.split_whitespace();
    let language = words.next()?;
    let fixed = match words.next()? {
        "fails" => false,
        "fixed" => true,
        _ => return None,
    };
    let mut options: Vec<String> = words.map(str::to_owned).collect();
    if language != "wat" {
        options.push(language.to_owned());
    }
    Some(Example {
        fixed,
        options,
        text: bytes(&fence.text),
    })
}

/// The text with what cannot be seen put in: `<U+00A0>` is that character, `<0xE9>` that byte.
fn bytes(text: &str) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(['<']) {
        let (before, behind) = rest.split_at(at);
        out.extend(before.bytes());
        let marked = behind
            .find('>')
            .map(|end| (&behind[1..end], &behind[end + 1..]));
        let hex = |digits: &str| u32::from_str_radix(digits, 16).ok();
        rest = match marked {
            Some((mark, after)) if let Some(ch) = mark.strip_prefix("U+").and_then(hex) => {
                out.extend(char::from_u32(ch).expect("a character").to_string().bytes());
                after
            }
            Some((mark, after)) if let Some(byte) = mark.strip_prefix("0x").and_then(hex) => {
                out.push(u8::try_from(byte).expect("a byte"));
                after
            }
            _ => {
                out.push(b'<');
                &behind[1..]
            }
        };
    }
    out.extend(rest.bytes());
    out
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
        command.extend(["--format", "json"]);
        command.extend(match self.code {
            2001 | 2002 => ["run", "main.wat"],
            2900..=2949 | 8900..=8999 => ["test", "main.wat"],
            _ if example.has("toml") => ["check", ""],
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
            return None;
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
        let directory = Directory::new().map_err(|e| e.to_string())?;
        let name = match example.has("toml") {
            true => "wat.toml",
            false => "main.wat",
        };
        let main = "(:wat::core::defn :user::main [] -> :wat::core::nil :wat::core::nil)\n";
        let written = directory.write("main.wat", main);
        written.map_err(|e| e.to_string())?;
        let written = directory.write_bytes(name, &example.text);
        written.map_err(|e| e.to_string())?;
        let mut command = self.command(example);
        command.retain(|word| !word.is_empty());
        let output = wat(&directory, &command, "")?;
        let code = format!("WAT{}", self.code);
        if example.has("toml") {
            return match output.stderr.contains(&code) != example.fixed {
                true => Ok(()),
                false => Err(format!("status {}\n{}", output.status, output.stderr)),
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
    fn has(&self, option: &str) -> bool {
        self.options.iter().any(|word| word == option)
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
}
