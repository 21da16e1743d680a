//! The report for people (§9.9.2).

use std::borrow::Cow;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Value;
use wat_driver::{Style, render};
use wat_edn::Edn;

use super::{End, Kept, headline, time};
use crate::find::{Found, InvalidFile, TestCase};
use crate::outcome::{Labels, Outcome, Status};
use crate::runner::Options;

/// What is shown beside the lines of the tests.
pub(super) struct Shown {
    pub(super) output: bool,
    /// It was shown already.
    pub(super) was_live: bool,
    pub(super) slowest: usize,
    /// What is no failure.
    pub(super) warnings: bool,
}

fn plural(count: usize, word: &str) -> String {
    match count {
        1 => format!("1 {word}"),
        count => format!("{count} {word}s"),
    }
}

pub(super) fn started(
    out: &mut dyn Write,
    found: &Found,
    selected: usize,
    options: &Options,
) -> io::Result<()> {
    writeln!(
        out,
        "running {} from {}   seed {:#x}   {}",
        plural(selected, "test"),
        plural(found.files, "file"),
        options.seed,
        plural(options.jobs, "job"),
    )
}

pub(super) fn invalid(out: &mut dyn Write, file: &InvalidFile, style: Style) -> io::Result<()> {
    let mut text = String::new();
    for error in &file.errors {
        render(error, style, &mut text);
        text.push('\n');
    }
    write!(out, "{text}")
}

pub(super) fn line(
    out: &mut dyn Write,
    case: &TestCase,
    outcome: &Outcome,
    is_verbose: bool,
) -> io::Result<()> {
    let word = match outcome.status {
        Status::Passed if outcome.flaky => "flaky",
        Status::Passed => "pass",
        Status::Failed => "FAIL",
        Status::Crashed => "CRASH",
        Status::TimedOut => "LATE",
        Status::Leaked => "LEAK",
        Status::Invalid => "BAD",
        Status::Ignored => "skip",
    };
    let behind = match &outcome.reason {
        Some(reason) => reason.clone(),
        None => time(Duration::from_micros(outcome.duration_us)),
    };
    writeln!(
        out,
        "  {word:<5} {}  {:<24} {behind}",
        case.path, case.test.name
    )?;
    if outcome.status == Status::Passed
        && let Some(labels) = outcome.all_labels()
    {
        writeln!(out, "        {}", shares(&labels))?;
    }
    if outcome.regressions > 0 && is_verbose {
        let cases = plural(outcome.regressions as usize, "kept counterexample");
        writeln!(out, "        {cases} no longer fail")?;
    }
    Ok(())
}

/// `labels: 12 % empty, 88 % full of 100 cases`
fn shares(labels: &Labels) -> String {
    let counts = labels.counts.iter();
    let counts = counts.map(|(label, count)| format!("{} % {label}", labels.percent(*count)));
    let all: Vec<String> = counts.collect();
    let cases = plural(labels.cases as usize, "case");
    format!("labels: {} of {cases}", all.join(", "))
}

/// A test that has no result yet.
pub(super) fn slow(out: &mut dyn Write, case: &TestCase) -> io::Result<()> {
    let (path, name) = (&case.path, &case.test.name);
    writeln!(out, "  slow  {path}  {name:<24} more than 1 s so far")?;
    out.flush()
}

pub(super) fn ended(
    out: &mut dyn Write,
    kept: &[Kept<'_>],
    warnings: &[String],
    end: &End<'_>,
    shown: Shown,
) -> io::Result<()> {
    for warning in warnings.iter().filter(|_| shown.warnings) {
        writeln!(out, "\nwarning: {warning}")?;
    }
    for kept in kept {
        let failed = kept.outcome.status.is_failure() && kept.outcome.status != Status::Invalid;
        if failed {
            failure(out, kept, end)?;
        }
        if (failed || shown.output) && !shown.was_live {
            streams(out, kept, failed)?;
        }
        if let Some([threads, processes, descriptors]) = kept.outcome.leaks
            && kept.outcome.status != Status::Leaked
            && shown.warnings
        {
            writeln!(
                out,
                "\nwarning: {} left {}, {} and {} behind",
                kept.case.test.name,
                plural(threads as usize, "thread"),
                plural(processes as usize, "process").replace("processs", "processes"),
                plural(descriptors as usize, "descriptor"),
            )?;
        }
    }
    slowest(out, kept, shown.slowest)?;
    if end.status > 128 && !end.cut.is_empty() {
        writeln!(out, "\nstill running:")?;
        for (case, took) in end.cut {
            writeln!(out, "  {:>8}  {}", time(*took), case.id)?;
        }
    }
    let totals = &end.totals;
    let mut parts = vec![format!("{} passed", totals.passed)];
    for (count, word, always) in [
        (totals.failed, "failed", true),
        (totals.crashed, "crashed", false),
        (totals.timed_out, "timed out", false),
        (totals.leaked, "leaked", false),
        (totals.invalid, "invalid", false),
        (totals.ignored, "ignored", true),
        (end.not_run, "not run", false),
        (end.filtered_out, "filtered out", true),
    ] {
        if count > 0 || always {
            parts.push(format!("{count} {word}"));
        }
    }
    let word = match (end.is_broken_off, totals.failures()) {
        (true, _) if end.status > 128 => "interrupted",
        (true, _) => "cancelled",
        (false, 0) => "ok",
        _ => "FAILED",
    };
    writeln!(
        out,
        "\n{word}  {} in {}",
        parts.join(", "),
        time(end.duration)
    )
}

/// The failure of a test: what, where, how to run it again.
fn failure(out: &mut dyn Write, kept: &Kept<'_>, end: &End<'_>) -> io::Result<()> {
    let Kept { case, outcome } = kept;
    writeln!(out, "\nfailure: {}", case.test.name)?;
    writeln!(out, "  {}", headline(outcome).replace('\n', "\n  "))?;
    let failure = outcome.failure.as_ref().unwrap_or(&Value::Null);
    let differences = failure["diff"].as_array().filter(|list| !list.is_empty());
    let sides = [outcome.told("actual"), outcome.told("expected")];
    excerpt(out, &failure["location"], sides, differences.is_some())?;
    match (differences, sides) {
        (Some(list), _) => paths(out, list)?,
        (None, [Some(actual), Some(expected)])
            if actual.contains('\n') || expected.contains('\n') =>
        {
            unified(out, actual, expected)?;
        }
        _ => {}
    }
    if let Some(frame) = failure["frames"]
        .as_array()
        .and_then(|frames| frames.first())
        && failure["location"].is_null()
    {
        writeln!(
            out,
            "  in {} ({}:{})",
            frame["symbol"].as_str().unwrap_or_default(),
            frame["file"].as_str().unwrap_or_default(),
            frame["line"],
        )?;
    }
    if let Some(labels) = outcome.all_labels() {
        writeln!(out, "  {}", shares(&labels))?;
    }
    if let Some(kept) = &outcome.kept {
        writeln!(out, "  kept: {}", kept.display())?;
    }
    let here = std::env::current_dir().unwrap_or_default();
    let path = path_from(&here, end.directory, &case.path);
    let target = quoted(&format!("{path}#{}", case.name()));
    let ignored = match case.test.ignore {
        Some(_) => " --include-ignored",
        None => "",
    };
    writeln!(
        out,
        "  rerun: wat test {target} --seed {:#x}{ignored}",
        end.seed
    )
}

/// A path relative to one directory as seen from another one.
fn path_from(here: &Path, directory: &Path, path: &str) -> String {
    if here == directory || !directory.join(path).exists() {
        return path.to_owned();
    }
    let from_below = here.strip_prefix(directory).ok().map(|inner| {
        let inside = Path::new(path).strip_prefix(inner).map(Path::to_owned);
        inside.unwrap_or_else(|_| {
            let up = inner.components().map(|_| Path::new(".."));
            up.collect::<PathBuf>().join(path)
        })
    });
    let from_above = || Some(directory.strip_prefix(here).ok()?.join(path));
    let seen = from_below.or_else(from_above);
    seen.unwrap_or_else(|| directory.join(path))
        .display()
        .to_string()
}

/// A word as a shell reads it.
fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', "'\\''"))
}

/// The source line of a failure with what was compared.
fn excerpt(
    out: &mut dyn Write,
    at: &Value,
    sides: [Option<&str>; 2],
    structured: bool,
) -> io::Result<()> {
    let (Some(file), Some(line), Some(col)) =
        (at["file"].as_str(), at["line"].as_u64(), at["col"].as_u64())
    else {
        return Ok(());
    };
    let pad = line.to_string().len().max(2);
    let label = match sides {
        [Some(actual), Some(expected)]
            if !structured && !actual.contains('\n') && !expected.contains('\n') =>
        {
            format!("actual {}, expected {}", brief(actual), brief(expected))
        }
        [Some(actual), None] if !actual.contains('\n') => format!("actual {}", brief(actual)),
        [None, Some(expected)] if !expected.contains('\n') => {
            format!("expected {}", brief(expected))
        }
        _ => "here".to_owned(),
    };
    writeln!(out, "{:pad$} ╭─[{file}:{line}:{col}]", "")?;
    let text = std::fs::read_to_string(file).unwrap_or_default();
    if let Some(source) = text.lines().nth(line as usize - 1) {
        let end = match at["end-line"].as_u64() == Some(line) {
            true => at["end-col"].as_u64().unwrap_or(col + 1),
            false => source.chars().count() as u64 + 1,
        };
        let width = end.saturating_sub(col).max(1) as usize;
        let middle = width / 2;
        let indent = " ".repeat(col as usize - 1);
        let marks: String = (0..width)
            .map(|at| if at == middle { '┬' } else { '─' })
            .collect();
        writeln!(out, "{line:>pad$} │ {source}")?;
        writeln!(out, "{:pad$} │ {indent}{marks}", "")?;
        writeln!(
            out,
            "{:pad$} │ {indent}{}╰── {label}",
            "",
            " ".repeat(middle)
        )?;
    } else {
        writeln!(out, "{:pad$} │ {label}", "")?;
    }
    writeln!(out, "{:pad$} ╰", "")
}

/// A text for people: the beginning of a long one.
fn brief(text: &str) -> Cow<'_, str> {
    const MOST: usize = 400;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => {
            let count = text.chars().count();
            format!("{}… ({count} characters)", &text[..end]).into()
        }
        None => text.into(),
    }
}

/// The differing paths of two structures, the first ones.
fn paths(out: &mut dyn Write, list: &[Value]) -> io::Result<()> {
    const MOST: usize = 50;
    for difference in list.iter().take(MOST) {
        let path: Vec<&str> = difference["path"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        let text = |key: &str| match &wat_edn::read(difference[key].as_str()?) {
            Ok(Edn::Str(text)) => Some(text.clone()),
            _ => None,
        };
        if let (Some(actual), Some(expected)) = (text("actual"), text("expected"))
            && (actual.contains('\n') || expected.contains('\n'))
        {
            if !path.is_empty() {
                writeln!(out, "  at [{}]:", path.join(" "))?;
            }
            unified(out, &actual, &expected)?;
            continue;
        }
        let side = |key: &str| brief(difference[key].as_str().unwrap_or("nothing")).into_owned();
        writeln!(
            out,
            "  at [{}]: actual {}, expected {}",
            path.join(" "),
            side("actual"),
            side("expected")
        )?;
    }
    if list.len() > MOST {
        writeln!(out, "  … and {} more differences", list.len() - MOST)?;
    }
    Ok(())
}

/// Lines of two texts: those of one alone are marked.
fn unified(out: &mut dyn Write, actual: &str, expected: &str) -> io::Result<()> {
    // Lines with their ends, which may be all that differs.
    let lines = |text| Vec::from_iter(str::split_inclusive(text, '\n'));
    writeln!(out, "  --- expected\n  +++ actual")?;
    for (mark, line) in lines_of(&lines(expected), &lines(actual)) {
        let text = line.strip_suffix('\n');
        let shown = text.unwrap_or(line).replace('\r', "␍");
        writeln!(out, "  {mark}{shown}")?;
        let is_told = actual.ends_with('\n') != expected.ends_with('\n');
        if text.is_none() && is_told {
            writeln!(out, "  \\ no line break at the end")?;
        }
    }
    Ok(())
}

/// The longest common subsequence decides which lines are common. Long texts are told apart line by line.
fn lines_of<'t>(old: &[&'t str], new: &[&'t str]) -> Vec<(char, &'t str)> {
    const MOST: usize = 1 << 20;
    let mut found = Vec::new();
    if old.len() * new.len() > MOST {
        found.extend(old.iter().map(|line| ('-', *line)));
        found.extend(new.iter().map(|line| ('+', *line)));
        return found;
    }
    let width = new.len() + 1;
    let mut best = vec![0_u32; (old.len() + 1) * width];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            best[i * width + j] = match old[i] == new[j] {
                true => best[(i + 1) * width + j + 1] + 1,
                false => best[(i + 1) * width + j].max(best[i * width + j + 1]),
            };
        }
    }
    let (mut i, mut j) = (0, 0);
    while i < old.len() || j < new.len() {
        if i < old.len() && j < new.len() && old[i] == new[j] {
            found.push((' ', old[i]));
            i += 1;
            j += 1;
        } else if j == new.len()
            || (i < old.len() && best[(i + 1) * width + j] >= best[i * width + j + 1])
        {
            found.push(('-', old[i]));
            i += 1;
        } else {
            found.push(('+', new[j]));
            j += 1;
        }
    }
    found
}

fn streams(out: &mut dyn Write, kept: &Kept<'_>, failed: bool) -> io::Result<()> {
    let outcome = &kept.outcome;
    let is_silent = outcome.stdout.is_empty() && outcome.stderr.is_empty();
    if !failed && !is_silent {
        writeln!(out, "\noutput: {}", kept.case.test.name)?;
    }
    for (name, bytes) in [("stdout", &outcome.stdout), ("stderr", &outcome.stderr)] {
        if bytes.is_empty() {
            continue;
        }
        writeln!(out, "  {name}:")?;
        for line in String::from_utf8_lossy(bytes).lines() {
            writeln!(out, "    {line}")?;
        }
    }
    Ok(())
}

fn slowest(out: &mut dyn Write, kept: &[Kept<'_>], count: usize) -> io::Result<()> {
    let mut order: Vec<&Kept<'_>> = kept.iter().collect();
    order.sort_by_key(|kept| std::cmp::Reverse(kept.outcome.duration_us));
    for (at, kept) in order.into_iter().take(count).enumerate() {
        if at == 0 {
            writeln!(out, "\nslowest:")?;
        }
        let took = time(Duration::from_micros(kept.outcome.duration_us));
        writeln!(out, "  {took:>8}  {}", kept.case.id)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_is_seen_though_it_is_the_end_of_a_line() {
        let shown = |actual: &str, expected: &str| {
            let mut out = Vec::new();
            unified(&mut out, actual, expected).expect("memory takes it");
            String::from_utf8(out).expect("it is text")
        };
        assert_eq!(
            shown("a\n", "a"),
            "  --- expected\n  +++ actual\n  -a\n  \\ no line break at the end\n  +a\n"
        );
        assert_eq!(
            shown("a\r\nb", "a\nb"),
            "  --- expected\n  +++ actual\n  -a\n  +a␍\n   b\n"
        );
    }

    #[test]
    fn common_lines_stay() {
        let found = lines_of(&["a", "b", "c"], &["a", "x", "c"]);
        assert_eq!(found, [(' ', "a"), ('-', "b"), ('+', "x"), (' ', "c")]);
        assert_eq!(lines_of(&[], &["a"]), [('+', "a")]);
    }

    #[test]
    fn a_test_is_run_again_from_where_one_is() {
        let root = Path::new("/");
        let from = |here: &str, directory: &str, path: &str| {
            path_from(&root.join(here), &root.join(directory), path)
        };
        assert_eq!(from("", "", "dev/null"), "dev/null");
        assert_eq!(from("dev", "", "dev/null"), "null");
        assert_eq!(from("proc/self", "", "dev/null"), "../../dev/null");
        assert_eq!(from("", "dev", "null"), "dev/null");
        assert_eq!(from("proc", "dev", "null"), "/dev/null");
        // What lies outside of the project is named from here.
        assert_eq!(from("proc", "dev", "no/such.wat"), "no/such.wat");
        assert_eq!(quoted("a b.wat#:it's"), "'a b.wat#:it'\\''s'");
    }
}
