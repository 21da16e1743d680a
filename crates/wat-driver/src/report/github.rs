//! Findings as workflow commands, which annotate a change.

use std::fmt::Write as _;

use wat_syntax::Severity;

use super::Report;

/// Appends one workflow command and a line feed.
pub fn github_line(report: &Report, out: &mut String) {
    let command = match report.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info | Severity::Hint => "notice",
    };
    let mut properties = Vec::new();
    if let Some(place) = &report.place {
        let (start, end) = (place.start(), place.end());
        properties.push(format!("file={}", property(place.source().path())));
        properties.push(format!("line={},endLine={}", start.0, end.0));
        // Columns are only taken where a finding stands on one line.
        if start.0 == end.0 {
            properties.push(format!("col={},endColumn={}", start.1, end.1));
        }
    }
    if let Some(code) = report.code {
        let title = format!("{code} {}", report.name);
        properties.push(format!("title={}", property(title.trim_end())));
    }
    let mut message = report.message.clone();
    if let Some(help) = &report.help {
        message.push_str(&format!("\nhelp: {help}"));
    }
    let _ = writeln!(
        out,
        "::{command} {}::{}",
        properties.join(","),
        escaped(&message)
    );
}

fn escaped(text: &str) -> String {
    let text = text.replace('%', "%25");
    text.replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    escaped(text).replace(':', "%3A").replace(',', "%2C")
}
