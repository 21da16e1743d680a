//! Regular expressions: the syntax of the `regex` crate, matched in linear time.

use super::support::{Outcome, fits, native, option};
use crate::heap::Slot;
use crate::native::{Instance, Native, Trap};
use crate::text::{make_string, shortened, text};
use crate::{make_variant, vector};
use regex::{Captures, Regex, RegexBuilder};
use rustc_hash::FxHashMap;
use std::cell::RefCell;

pub(crate) const TABLE: &[Native] = &[
    native(":wat::core::regex::matches?", "bb", matches),
    native(":wat::core::regex::find", "bb", find),
    native(":wat::core::regex::find-all", "bb", find_all),
    native(":wat::core::regex::captures", "bb", captures),
    native(":wat::core::regex::replace", "bbb", replace),
    native(":wat::core::regex::split", "bb", split),
];

/// A compiled pattern may take this many bytes; larger ones are refused as invalid.
const MAX_PROGRAM: usize = 10 << 20;
/// So many compiled patterns are kept per thread; then all are forgotten, which costs a program with more live patterns
/// a compilation now and then and bounds the memory of a program that computes patterns.
const MAX_KEPT: usize = 64;

thread_local! {
    static KEPT: RefCell<FxHashMap<Box<str>, Regex>> = RefCell::new(FxHashMap::default());
}

fn compile(pattern: &str) -> Result<Regex, String> {
    RegexBuilder::new(pattern)
        .size_limit(MAX_PROGRAM)
        .build()
        .map_err(|error| match error {
            regex::Error::Syntax(report) => last_line(&report),
            regex::Error::CompiledTooBig(_) => "its program would be too large".to_owned(),
            error => error.to_string(),
        })
}

/// The sentence of a report that draws the pattern above it.
fn last_line(report: &str) -> String {
    let line = report.lines().last().unwrap_or(report).trim();
    line.trim_start_matches("error: ").to_owned()
}

/// Why a pattern is no regular expression, if it is none, and at which of its characters (from 1) that shows.
pub fn regex_error(pattern: &str) -> Option<(String, Option<usize>)> {
    let why = compile(pattern).err()?;
    let report = Regex::new(pattern).err().map(|error| error.to_string());
    Some((why, report.as_deref().and_then(marked_column)))
}

/// The column that a report marks: the pattern stands indented in a line, and a `^` in the next one.
fn marked_column(report: &str) -> Option<usize> {
    const INDENT: usize = 4;
    let mark = report
        .lines()
        .find(|line| line.trim_start().starts_with('^'))?;
    mark.chars()
        .position(|c| c == '^')
        .map(|at| at + 1 - INDENT.min(at))
}

/// Runs code with the compiled pattern of an argument.
///
/// # Safety
/// The slot holds a live string.
unsafe fn with<T>(slot: Slot, body: impl FnOnce(&Regex) -> T) -> Result<T, Box<Trap>> {
    // SAFETY: the caller says so.
    let pattern = unsafe { text(slot) };
    KEPT.with_borrow_mut(|kept| {
        if !kept.contains_key(pattern) {
            let regex = compile(pattern).map_err(|why| {
                let pattern = shortened(pattern);
                Trap::error(8407, format!("the pattern {pattern:?} is not valid: {why}"))
            })?;
            if kept.len() >= MAX_KEPT {
                kept.clear();
            }
            kept.insert(pattern.into(), regex);
        }
        Ok(body(&kept[pattern]))
    })
}

unsafe fn matches(_: &Instance, args: &[Slot]) -> Outcome {
    // SAFETY: the pattern is a live string.
    unsafe { with(args[0], |regex| regex.is_match(text(args[1])).into()) }
}

unsafe fn find(instance: &Instance, args: &[Slot]) -> Outcome {
    // SAFETY: as above.
    unsafe {
        with(args[0], |regex| {
            let found = regex.find(text(args[1]));
            option(instance, found.map(|found| make_string(found.as_str())))
        })
    }
}

fn strings<'t>(instance: &Instance, parts: impl Iterator<Item = &'t str>) -> Slot {
    let slots: Vec<Slot> = parts.map(make_string).collect();
    vector::from_slots(instance.ret, &slots)
}

unsafe fn find_all(instance: &Instance, args: &[Slot]) -> Outcome {
    // SAFETY: as above.
    unsafe {
        with(args[0], |regex| {
            strings(
                instance,
                regex.find_iter(text(args[1])).map(|found| found.as_str()),
            )
        })
    }
}

unsafe fn captures(instance: &Instance, args: &[Slot]) -> Outcome {
    let groups = instance.ret.parts[0];
    let group = groups.parts[0];
    // SAFETY: as above.
    unsafe {
        with(args[0], |regex| {
            let found = regex.captures(text(args[1])).map(|captures| {
                let slots: Vec<Slot> = captures
                    .iter()
                    .map(|part| match part {
                        Some(part) => make_variant(group, 1, &[make_string(part.as_str())]),
                        None => make_variant(group, 0, &[]),
                    })
                    .collect();
                vector::from_slots(groups, &slots)
            });
            option(instance, found)
        })
    }
}

unsafe fn replace(_: &Instance, args: &[Slot]) -> Outcome {
    // SAFETY: as above.
    unsafe {
        with(args[0], |regex| {
            let (value, by) = (text(args[1]), text(args[2]));
            let mut out = String::new();
            let mut done = 0;
            for found in regex.captures_iter(value) {
                let whole = found.get_match();
                out.push_str(&value[done..whole.start()]);
                // A replacement may name groups, so that its length is known only now.
                expand(&found, by, &mut out);
                done = whole.end();
                fits(out.len())?;
            }
            out.push_str(&value[done..]);
            fits(out.len())?;
            Ok(make_string(&out))
        })
    }?
}

/// Writes a replacement: `$1` and `${name}` are groups, `$$` is a dollar sign, and so is one that begins nothing of that.
fn expand(found: &Captures<'_>, by: &str, out: &mut String) {
    let mut rest = by;
    while let Some(at) = rest.find('$') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let braced = rest.strip_prefix('{').and_then(|name| name.split_once('}'));
        let (group, after) = match braced {
            _ if rest.starts_with('$') => {
                out.push('$');
                rest = &rest[1..];
                continue;
            }
            _ if digits > 0 => rest.split_at(digits),
            Some(braced) => braced,
            None => {
                out.push('$');
                continue;
            }
        };
        let numbered = match group.bytes().all(|byte| byte.is_ascii_digit()) {
            true => group.parse().ok().and_then(|number| found.get(number)),
            false => found.name(group),
        };
        out.push_str(numbered.map_or("", |part| part.as_str()));
        rest = after;
    }
    out.push_str(rest);
}

unsafe fn split(instance: &Instance, args: &[Slot]) -> Outcome {
    // SAFETY: as above.
    unsafe {
        with(args[0], |regex| {
            strings(instance, regex.split(text(args[1])))
        })
    }
}
