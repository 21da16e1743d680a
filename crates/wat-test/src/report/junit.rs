//! JUnit XML (§9.9.3).

use std::io::{self, Write};

use super::{End, Kept, headline};
use crate::find::InvalidFile;
use crate::outcome::{Outcome, Status};

/// Text for XML: what XML cannot hold is replaced.
fn text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for ch in text.chars() {
        match ch {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' | '\n' => out.push(ch),
            // A reader of XML makes a line feed of one that is written as it is.
            '\r' => out.push_str("&#13;"),
            ch if ch.is_control() || matches!(ch, '\u{FFFE}' | '\u{FFFF}') => out.push('\u{FFFD}'),
            ch => out.push(ch),
        }
    }
    out
}

/// Text for an attribute: line feeds are kept as references.
fn attribute(value: &str) -> String {
    text(value).replace('\n', "&#10;").replace('\t', "&#9;")
}

fn seconds(micros: u64) -> String {
    format!("{:.6}", micros as f64 / 1e6)
}

pub(super) fn write(
    out: &mut dyn Write,
    kept: &[Kept<'_>],
    invalid: &[InvalidFile],
    end: &End<'_>,
) -> io::Result<()> {
    let mut files: Vec<&str> = kept.iter().map(|kept| &*kept.case.path).collect();
    files.extend(invalid.iter().map(|file| &*file.path));
    files.sort_unstable();
    files.dedup();
    let totals = &end.totals;
    let is_broken = |it: &&InvalidFile| {
        !kept
            .iter()
            .any(|kept| kept.case.path == it.path && stands_for(kept))
    };
    let all = kept.len() + invalid.iter().filter(is_broken).count();
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(
        out,
        "<testsuites name=\"wat\" tests=\"{all}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" time=\"{:.6}\">",
        totals.failed,
        totals.failures() - totals.failed,
        totals.ignored,
        end.duration.as_secs_f64(),
    )?;
    for file in files {
        suite(out, file, kept, invalid, end)?;
    }
    writeln!(out, "</testsuites>")
}

/// Does a test say of its file whether it checks? Those that are ignored do not.
fn stands_for(kept: &Kept<'_>) -> bool {
    kept.outcome.status != Status::Ignored
}

fn suite(
    out: &mut dyn Write,
    file: &str,
    kept: &[Kept<'_>],
    invalid: &[InvalidFile],
    end: &End<'_>,
) -> io::Result<()> {
    let cases: Vec<&Kept<'_>> = kept.iter().filter(|kept| kept.case.path == file).collect();
    // A file that does not check and whose tests do not say so is one error.
    let broken = invalid
        .iter()
        .find(|it| it.path == file)
        .filter(|_| !cases.iter().any(|kept| stands_for(kept)));
    let count = |wanted: fn(Status) -> bool| {
        cases
            .iter()
            .filter(|kept| wanted(kept.outcome.status))
            .count()
    };
    let failed = count(|status| status == Status::Failed);
    let errors = count(Status::is_failure) - failed + usize::from(broken.is_some());
    let time: u64 = cases.iter().map(|kept| kept.outcome.duration_us).sum();
    writeln!(
        out,
        "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{failed}\" errors=\"{errors}\" skipped=\"{}\" time=\"{}\">",
        attribute(file),
        cases.len() + usize::from(broken.is_some()),
        count(|status| status == Status::Ignored),
        seconds(time),
    )?;
    writeln!(out, "    <properties>")?;
    writeln!(
        out,
        "      <property name=\"seed\" value=\"{:#x}\"/>",
        end.seed
    )?;
    writeln!(
        out,
        "      <property name=\"wat-version\" value=\"{}\"/>",
        env!("CARGO_PKG_VERSION")
    )?;
    writeln!(out, "    </properties>")?;
    let class = file.strip_suffix(".wat").unwrap_or(file).replace('/', ".");
    for kept in cases {
        case(out, &class, kept)?;
    }
    if let Some(broken) = broken {
        let message = broken.errors.first().map_or("", |error| &error.message);
        writeln!(
            out,
            "    <testcase name=\"{0}\" classname=\"{class}\" time=\"0\" file=\"{0}\"><error type=\"invalid\" message=\"{1}\"/></testcase>",
            attribute(file),
            attribute(message),
        )?;
    }
    writeln!(out, "  </testsuite>")
}

fn case(out: &mut dyn Write, class: &str, kept: &Kept) -> io::Result<()> {
    let Kept { case, outcome } = kept;
    write!(
        out,
        "    <testcase name=\"{}\" classname=\"{}\" time=\"{}\" file=\"{}\" line=\"{}\">",
        attribute(&case.test.name),
        attribute(class),
        seconds(outcome.duration_us),
        attribute(&case.path),
        case.line,
    )?;
    if let Some(labels) = outcome.all_labels() {
        write!(out, "<properties>")?;
        for (label, count) in &labels.counts {
            write!(
                out,
                "<property name=\"label:{}\" value=\"{count} of {} ({} %)\"/>",
                attribute(label),
                labels.cases,
                labels.percent(*count),
            )?;
        }
        write!(out, "</properties>")?;
    }
    match outcome.status {
        Status::Passed => {}
        Status::Ignored => {
            let reason = outcome.reason.as_deref().unwrap_or_default();
            write!(out, "<skipped message=\"{}\"/>", attribute(reason))?;
        }
        Status::Failed => ended(
            out,
            "failure",
            outcome.told("kind").unwrap_or("Panic"),
            outcome,
        )?,
        status => ended(out, "error", status.word(), outcome)?,
    }
    for (name, bytes) in [
        ("system-out", &outcome.stdout),
        ("system-err", &outcome.stderr),
    ] {
        if !bytes.is_empty() {
            write!(
                out,
                "<{name}>{}</{name}>",
                text(&String::from_utf8_lossy(bytes))
            )?;
        }
    }
    writeln!(out, "</testcase>")
}

fn ended(out: &mut dyn Write, element: &str, kind: &str, outcome: &Outcome) -> io::Result<()> {
    let body = match &outcome.failure {
        Some(failure) => crate::judge::rendered(failure),
        None => headline(outcome),
    };
    let body = match &outcome.kept {
        Some(kept) => format!("{body}\nkept: {}", kept.display()),
        None => body,
    };
    write!(
        out,
        "<{element} type=\"{}\" message=\"{}\">{}</{element}>",
        attribute(kind),
        attribute(outcome.told("message").unwrap_or(outcome.status.word())),
        text(&body),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_xml_cannot_hold_is_replaced() {
        assert_eq!(
            text("a<b>&\"c\u{1}\r\n"),
            "a&lt;b&gt;&amp;&quot;c\u{FFFD}&#13;\n"
        );
        assert_eq!(attribute("a\nb"), "a&#10;b");
    }
}
