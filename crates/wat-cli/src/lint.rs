//! `wat lint`: what is accepted and could be better.

use std::fmt::Write as _;
use std::time::Instant;

use serde_json::json;
use wat_analysis::{CODES, Code, CodeInfo, Diagnostic, Severity};
use wat_driver::{Level, Levels, Selector};
use wat_syntax::READER_CODES;

use crate::args::{FailOn, Format, Global, LintOptions};
use crate::check::{Printer, style, told};
use crate::workspace::{InnerNames, Workspace};
use crate::{exit, output};

pub(crate) fn lint(global: &Global, options: &LintOptions) -> i32 {
    let started = Instant::now();
    let mut space = match Workspace::open(global, &options.paths) {
        Ok(space) => space,
        Err(status) => return status,
    };
    let levels = options.levels.over(&space.settings);
    if options.list {
        space.tell_reports(global);
        return list(global, &levels);
    }
    space.note_if_empty(global, &options.paths);
    let files = space.told();
    let mut printer = Printer::new(global, options.max_diagnostics);
    printer.add_reports(global, &mut space);
    let mut found = told(global, &mut space.db, &files, true);
    style::add(&space, &levels, false, &files, &mut found);
    let mut names = InnerNames::default();
    for mut diagnostic in found {
        if !wanted(options, &diagnostic) {
            continue;
        }
        let path = names.of(&space, diagnostic.span.file);
        let severity = levels.severity(diagnostic.code, diagnostic.severity, path);
        if let Some(severity) = severity {
            diagnostic.severity = severity;
            diagnostic
                .suppressed
                .take_if(|_| levels.insist_on(diagnostic.code));
            printer.add(&space.db, &diagnostic);
        }
    }
    printer.summary.files = files.len();
    let summary = printer.summary;
    if let Err(status) = printer.finish(started) {
        return status;
    }
    let (errors, warnings) = (summary.errors, summary.warnings);
    let failed = match options.fail_on.unwrap_or(FailOn::Warning) {
        FailOn::Error => errors > 0,
        FailOn::Warning => errors + warnings > 0,
        FailOn::Note => errors + warnings + summary.notes > 0,
    };
    space.status(match failed {
        true => exit::NEGATIVE,
        false => exit::SUCCESS,
    })
}

/// Lints and warnings are, errors are not; of these what was asked for.
fn wanted(options: &LintOptions, diagnostic: &Diagnostic) -> bool {
    let selects = |list: &[Selector]| {
        let info = wat_analysis::code_info(diagnostic.code);
        info.is_some_and(|info| list.iter().any(|selector| selector.selects(info)))
    };
    can_be_set(diagnostic.code, diagnostic.severity)
        && (options.only.is_empty() || selects(&options.only))
        && !selects(&options.skip)
}

/// True for what levels apply to.
fn can_be_set(code: Code, severity: Severity) -> bool {
    code.0 / 1000 == 7 || severity != Severity::Error
}

/// The effective level of every rule and where it comes from.
fn list(global: &Global, levels: &Levels) -> i32 {
    let mut out = String::new();
    let rules = READER_CODES.iter().chain(CODES);
    for info in rules.filter(|info| can_be_set(info.code, info.severity)) {
        let (level, origin) = levels.effective(info);
        line(global, info, level, origin, &mut out);
    }
    output::result(out.as_bytes())
        .err()
        .unwrap_or(exit::SUCCESS)
}

fn line(global: &Global, info: &CodeInfo, level: Level, origin: &str, out: &mut String) {
    let CodeInfo {
        code,
        name,
        summary,
        ..
    } = info;
    let level = level.word();
    // Writing to a string cannot fail.
    let _ = match global.format {
        Some(Format::Json) => writeln!(
            out,
            "{}",
            json!({
                "code": code.to_string(),
                "name": name,
                "level": level,
                "origin": origin,
                "summary": summary,
            })
        ),
        _ => writeln!(out, "{code}  {name:<36}{level:<6}{origin:<9}{summary}"),
    };
}
