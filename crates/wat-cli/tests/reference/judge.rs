//! Runs a block by its kind and says why it fails, if it does. The rules are those of chapter 00 §3.

use serde_json::Value;

use super::blocks::{Block, Kind};
use super::process::{Directory, Output, wat};
use super::records::{Diagnostic, Records, apply_fixes, records};

const RAW: [&str; 2] = ["--set", "concurrency.allow-raw-spawn=true"];

/// `Ok` if the block holds.
pub fn judge(block: &Block) -> Result<(), String> {
    let directory = Directory::new().map_err(|e| format!("no directory for the block: {e}"))?;
    let write = |name| {
        directory
            .write(name, &block.text)
            .map_err(|e| e.to_string())
    };
    write("main.wat")?;
    let tool = |args: &[&str], input: &str| {
        let settings: &[&str] = if block.raw { &RAW } else { &[] };
        wat(&directory, &[settings, args].concat(), input)
    };
    let check = || {
        let mut found = checked(&tool(&["check", "--format", "json", "main.wat"], "")?)?;
        found.diagnostics.retain(|d| !d.is_lint());
        Ok::<_, String>(found)
    };
    match &block.kind {
        Kind::Fragment if block.text.contains('…') => Ok(()),
        Kind::Fragment => reads(&check()?),
        Kind::Run { exit } => ran(block, *exit, &tool(&["run", "main.wat"], "")?),
        Kind::Reject(codes) if codes.iter().any(|c| c == "WAT2001" || c == "WAT2002") => {
            let output = tool(&["--format", "json", "run", "main.wat"], "")?;
            rejected(block, codes, &started(&output)?)
        }
        Kind::Reject(codes) => rejected(block, codes, &check()?),
        Kind::Warn(code) => warned(block, code, &check()?),
        Kind::Lint(code) => {
            let found = check()?;
            let output = tool(&["lint", "--format", "json", "main.wat"], "")?;
            linted(block, code, &found, &checked(&output)?)
        }
        Kind::Test => tested(block, &tool(&["test", "--format", "json", "main.wat"], "")?),
        Kind::FmtInput => {
            let expected = block.formatted.as_deref();
            let expected = expected.ok_or("it has no `wat fmt-output`")?;
            formatted(expected, &tool(&["fmt", "--stdin"], &block.text)?)
        }
        Kind::FmtOutput => formatted(&block.text, &tool(&["fmt", "--stdin"], &block.text)?),
        Kind::Doctest => {
            let text = format!("```wat doctest\n{}```\n", block.text);
            let written = directory.write("main.md", &text);
            written.map_err(|e| e.to_string())?;
            let output = tool(
                &["test", "--format", "json", "--kind", "doc", "main.md"],
                "",
            )?;
            status(&output, &[0])
        }
    }
}

fn status(output: &Output, allowed: &[i32]) -> Result<(), String> {
    if allowed.contains(&output.status) {
        return Ok(());
    }
    let mut reason = format!("exit status {}, expected {allowed:?}", output.status);
    for (name, text) in [("stdout", &output.stdout), ("stderr", &output.stderr)] {
        if !text.is_empty() {
            reason.push_str(&format!("\n{name}: {}", text.trim_end()));
        }
    }
    Err(reason)
}

/// The records of `wat check` or `wat lint`: they end with a summary, and the status fits.
fn checked(output: &Output) -> Result<Records, String> {
    status(output, &[0, 1])?;
    let found = records(&output.stdout)?;
    if !found.has_summary {
        return Err("no summary record".to_owned());
    }
    Ok(found)
}

/// The records of a program that does not start.
fn started(output: &Output) -> Result<Records, String> {
    status(output, &[3, 4])?;
    records(&output.stdout)
}

fn reads(found: &Records) -> Result<(), String> {
    let errors = of(found, |d| d.severity == "error" && d.is_reader());
    same_codes(&errors, &[])
}

fn ran(block: &Block, exit: i32, output: &Output) -> Result<(), String> {
    status(output, &[exit])?;
    if let Some(expected) = &block.stdout {
        same_text("stdout", expected, &output.stdout)?;
    }
    for line in block.stderr.iter().flat_map(|text| text.lines()) {
        if !output.stderr.contains(line) {
            return Err(format!(
                "stderr lacks `{line}`\nstderr: {}",
                output.stderr.trim_end()
            ));
        }
    }
    Ok(())
}

fn rejected(block: &Block, codes: &[String], found: &Records) -> Result<(), String> {
    let reader_alone = codes.iter().any(|c| c.starts_with("WAT1"));
    let errors = of(found, |d| {
        d.severity == "error" && (!reader_alone || d.is_reader())
    });
    match &block.spans {
        Some(spans) => same_places(&errors, spans)?,
        None => same_codes(&errors, codes)?,
    }
    fixed(block, &errors)
}

fn warned(block: &Block, code: &str, found: &Records) -> Result<(), String> {
    let reader_alone = code.starts_with("WAT1");
    let compared = of(found, |d| !reader_alone || d.is_reader());
    let errors: Vec<_> = compared
        .iter()
        .copied()
        .filter(|d| d.severity == "error")
        .collect();
    same_codes(&errors, &[])?;
    match &block.spans {
        Some(spans) => same_places(&compared, spans)?,
        None => {
            let warnings: Vec<_> = compared
                .iter()
                .copied()
                .filter(|d| d.severity == "warning")
                .collect();
            same_codes(&warnings, &[code.to_owned()])?;
        }
    }
    fixed(block, &compared)
}

fn linted(block: &Block, code: &str, check: &Records, lint: &Records) -> Result<(), String> {
    same_codes(&of(check, |d| d.severity == "error"), &[])?;
    let listed: Vec<&str> = match &block.spans {
        Some(spans) => spans
            .lines()
            .filter_map(|l| l.split_whitespace().next())
            .collect(),
        None => vec![code],
    };
    let compared = of(lint, |d| listed.contains(&&*d.code));
    if !compared.iter().any(|d| d.code == code) {
        return Err(format!("linting does not report {code}"));
    }
    if let Some(spans) = &block.spans {
        same_places(&compared, spans)?;
    }
    fixed(block, &compared)
}

fn fixed(block: &Block, listed: &[&Diagnostic]) -> Result<(), String> {
    match &block.fixed {
        Some(expected) => same_text(
            "the fixed source",
            expected,
            &apply_fixes(&block.text, listed)?,
        ),
        None => Ok(()),
    }
}

fn tested(block: &Block, output: &Output) -> Result<(), String> {
    status(output, &[0, 1])?;
    let mut report = Vec::new();
    for line in output.stdout.lines() {
        let record: Value =
            serde_json::from_str(line).map_err(|e| format!("no JSON record ({e}): {line}"))?;
        if record["event"] == "test-finished" {
            let field = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            let name = field(&record["name"]);
            let code = field(&record["failure"]["code"]);
            let line = format!("{} {name} {code}", field(&record["status"]));
            report.push((name, line.trim_end().to_owned()));
        }
    }
    report.sort();
    let report: String = report
        .into_iter()
        .flat_map(|(_, line)| [line, "\n".into()])
        .collect();
    let expected = block
        .report
        .as_deref()
        .ok_or("it has no `text test-report`")?;
    let expected: String = expected
        .lines()
        .flat_map(|line| {
            [
                line.split_whitespace().collect::<Vec<_>>().join(" "),
                "\n".into(),
            ]
        })
        .collect();
    same_text("the report", &expected, &report)
}

fn formatted(expected: &str, output: &Output) -> Result<(), String> {
    status(output, &[0])?;
    same_text("the formatted source", expected, &output.stdout)
}

fn of(found: &Records, wanted: impl Fn(&Diagnostic) -> bool) -> Vec<&Diagnostic> {
    found.diagnostics.iter().filter(|d| wanted(d)).collect()
}

fn same_codes(found: &[&Diagnostic], expected: &[String]) -> Result<(), String> {
    let mut codes: Vec<_> = found.iter().map(|d| d.code.clone()).collect();
    let mut expected = expected.to_vec();
    codes.sort();
    expected.sort();
    if codes == expected {
        return Ok(());
    }
    let shown: String = found
        .iter()
        .map(|d| format!("\n  {}: {}", d.place(), d.message))
        .collect();
    Err(format!("reported {codes:?}, expected {expected:?}{shown}"))
}

/// Compares with a `text spans` block. Diagnostics that start at the same place may stand in any order.
fn same_places(found: &[&Diagnostic], spans: &str) -> Result<(), String> {
    let mut places: Vec<String> = found.iter().map(|d| d.place()).collect();
    let mut expected: Vec<&str> = spans
        .lines()
        .map(str::trim)
        .filter(|l| !l.is_empty())
        .collect();
    places.sort();
    expected.sort();
    if places == expected {
        return Ok(());
    }
    Err(format!("reported {places:?}, expected {expected:?}"))
}

fn same_text(what: &str, expected: &str, found: &str) -> Result<(), String> {
    if expected == found {
        return Ok(());
    }
    Err(format!(
        "{what} differs\nexpected: {expected:?}\nfound:    {found:?}"
    ))
}

#[cfg(test)]
mod tests {
    use super::super::blocks::blocks;
    use super::*;

    fn block(markdown: &str) -> Block {
        blocks("c.md", markdown).unwrap().remove(0)
    }

    fn found(list: &[(&str, &str, u64)]) -> Records {
        let diagnostic = |&(code, severity, col): &(&str, &str, u64)| Diagnostic {
            code: code.to_owned(),
            severity: severity.to_owned(),
            message: String::new(),
            span: [1, col, 1, col + 1],
            edits: vec![(col as usize - 1, col as usize, "X".to_owned())],
        };
        Records {
            diagnostics: list.iter().map(diagnostic).collect(),
            has_summary: true,
        }
    }

    fn reject(markdown: &str, list: &[(&str, &str, u64)]) -> bool {
        let block = block(markdown);
        let Kind::Reject(codes) = &block.kind else {
            unreachable!()
        };
        rejected(&block, codes, &found(list)).is_ok()
    }

    #[test]
    fn a_reject_block_wants_exactly_its_errors() {
        let text = "```wat reject=WAT3001\nabc\n```\n";
        assert!(reject(
            text,
            &[("WAT3001", "error", 1), ("WAT3114", "warning", 1)]
        ));
        assert!(!reject(text, &[]));
        assert!(!reject(
            text,
            &[("WAT3001", "error", 1), ("WAT3001", "error", 2)]
        ));
        assert!(!reject(
            text,
            &[("WAT3001", "error", 1), ("WAT1010", "error", 2)]
        ));
        let text = "```wat reject=WAT4006,WAT4007\nabc\n```\n";
        assert!(reject(
            text,
            &[("WAT4007", "error", 1), ("WAT4006", "error", 2)]
        ));
    }

    #[test]
    fn a_reader_block_sees_its_family_alone() {
        let text = "```wat reject=WAT1010\nabc\n```\n";
        assert!(reject(
            text,
            &[("WAT1010", "error", 1), ("WAT3201", "error", 1)]
        ));
        assert!(!reject(
            text,
            &[("WAT1010", "error", 1), ("WAT1011", "error", 1)]
        ));
    }

    #[test]
    fn spans_replace_exactly_one_and_fixes_are_applied() {
        let text = "```wat reject=WAT1010\nabc\n```\n```text spans\nWAT1010 1:1-1:2\nWAT1010 1:3-1:4\n```\n```wat fixed\nXbX\n```\n";
        assert!(reject(
            text,
            &[("WAT1010", "error", 3), ("WAT1010", "error", 1)]
        ));
        assert!(!reject(text, &[("WAT1010", "error", 1)]));
        assert!(!reject(
            text,
            &[("WAT1010", "error", 1), ("WAT1010", "error", 2)]
        ));
    }

    #[test]
    fn a_warn_block_wants_its_warning_and_no_error() {
        let block = block("```wat warn=WAT3114\nabc\n```\n");
        let warn = |list: &[(&str, &str, u64)]| warned(&block, "WAT3114", &found(list)).is_ok();
        assert!(warn(&[("WAT3114", "warning", 1)]));
        assert!(!warn(&[("WAT3114", "warning", 1), ("WAT3001", "error", 1)]));
        assert!(!warn(&[
            ("WAT3114", "warning", 1),
            ("WAT3115", "warning", 1)
        ]));
        assert!(!warn(&[]));
    }

    #[test]
    fn a_run_block_compares_status_then_output() {
        let block = block(
            "```wat run exit=1\n```\n```text stdout\n1\n```\n```text stderr-contains\nboom\n```\n",
        );
        let run = |status, stdout: &str, stderr: &str| {
            let (stdout, stderr) = (stdout.to_owned(), stderr.to_owned());
            ran(
                &block,
                1,
                &Output {
                    status,
                    stdout,
                    stderr,
                },
            )
            .is_ok()
        };
        assert!(run(1, "1\n", "a boom b"));
        assert!(!run(0, "1\n", "boom"));
        assert!(!run(1, "1", "boom"));
        assert!(!run(1, "1\n", "quiet"));
    }

    #[test]
    fn a_report_is_sorted_by_name_and_blanks_are_equal() {
        let block = block(
            "```wat test\n```\n```text test-report\npassed  :t::a\nfailed :t::b WAT8516\n```\n",
        );
        let stdout = "{\"event\":\"run-started\"}\n{\"event\":\"test-finished\",\"name\":\":t::b\",\"status\":\"failed\",\"failure\":{\"code\":\"WAT8516\"}}\n{\"event\":\"test-finished\",\"name\":\":t::a\",\"status\":\"passed\",\"failure\":null}\n";
        let output = Output {
            status: 1,
            stdout: stdout.to_owned(),
            stderr: String::new(),
        };
        assert_eq!(tested(&block, &output), Ok(()));
    }

    #[test]
    fn a_check_without_summary_or_with_a_foreign_status_fails() {
        let output = |status, stdout: &str| Output {
            status,
            stdout: stdout.to_owned(),
            stderr: String::new(),
        };
        assert!(checked(&output(0, "{\"kind\":\"summary\"}\n")).is_ok());
        assert!(checked(&output(0, "")).is_err());
        assert!(checked(&output(70, "{\"kind\":\"summary\"}\n")).is_err());
    }
}
