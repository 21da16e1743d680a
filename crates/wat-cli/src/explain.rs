//! `wat explain`: the page of a code.

use std::fmt::Write as _;
use std::io::{self, IsTerminal};

use serde_json::json;
use wat_analysis::{CODES, Code, CodeInfo, code_info, explanation};
use wat_driver::{Style, nearest, severity_word};
use wat_syntax::READER_CODES;

use crate::args::{ExplainOptions, Format, Global};
use crate::{exit, output, pager};

pub(crate) fn explain(global: &Global, options: &ExplainOptions) -> i32 {
    let format = global.format.unwrap_or(Format::Text);
    if !matches!(format, Format::Text | Format::Json | Format::Md) {
        output::complain("`wat explain` has the formats `text`, `json` and `md`");
        return exit::USAGE;
    }
    if options.list || options.codes.is_empty() {
        return print(&list(format), format);
    }
    let mut out = String::new();
    let style = Style::for_stream(&io::stdout(), global.color());
    for (at, subject) in options.codes.iter().enumerate() {
        let Some(info) = find(subject) else {
            return unknown(subject);
        };
        if at > 0 && format != Format::Json {
            out.push('\n');
        }
        page(info, format, style.color, &mut out);
    }
    print(&out, format)
}

/// The code that a word names: `WAT3001`, `3001`, `type-mismatch`, or a rule such as `unused/binding`.
pub(crate) fn find(subject: &str) -> Option<&'static CodeInfo> {
    let lower = subject.to_ascii_lowercase();
    let digits = lower.strip_prefix("wat").unwrap_or(&lower);
    if digits.len() == 4
        && let Ok(number) = digits.parse()
    {
        return code_info(Code(number));
    }
    let named = |info: &&CodeInfo| info.name == lower || rule_of(info) == Some(&*lower);
    all().find(named)
}

/// `binding` of `unused/binding`.
fn rule_of(info: &CodeInfo) -> Option<&'static str> {
    info.name.split_once('/').map(|(_, rule)| rule)
}

fn all() -> impl Iterator<Item = &'static CodeInfo> {
    READER_CODES.iter().chain(CODES)
}

fn unknown(subject: &str) -> i32 {
    output::complain(&format!("there is no diagnostic `{subject}`"));
    if let Some(near) = suggestion(subject) {
        output::report(&format!("help: did you mean `{near}`?\n"));
    }
    output::report("help: `wat explain --list` lists all codes\n");
    exit::USAGE
}

/// The nearest name, or for a number the code whose number is nearest.
pub(crate) fn suggestion(subject: &str) -> Option<String> {
    let lower = subject.to_ascii_lowercase();
    let digits = lower.strip_prefix("wat").unwrap_or(&lower);
    if digits.len() < 4
        && !digits.is_empty()
        && let Some(begun) = all().find(|info| info.code.0.to_string().starts_with(digits))
    {
        return Some(format!("{} {}", begun.code, begun.name));
    }
    let four = digits.get(..4).unwrap_or(digits);
    if digits.bytes().all(|byte| byte.is_ascii_digit())
        && let Ok(number) = four.parse::<u16>()
    {
        let near = all().min_by_key(|info| info.code.0.abs_diff(number))?;
        return Some(format!("{} {}", near.code, near.name));
    }
    let names = all().flat_map(|info| std::iter::once(info.name).chain(rule_of(info)));
    nearest(&lower, names).map(str::to_owned)
}

fn list(format: Format) -> String {
    let mut out = String::new();
    for info in all() {
        // Writing to a string cannot fail.
        let _ = match format {
            Format::Json => writeln!(
                out,
                "{}",
                json!({
                    "code": info.code.to_string(),
                    "name": info.name,
                    "severity": severity_word(info.severity),
                    "summary": info.summary,
                })
            ),
            Format::Md => writeln!(out, "- **{}** `{}`: {}", info.code, info.name, info.summary),
            _ => writeln!(out, "{}  {:<32}{}", info.code, info.name, info.summary),
        };
    }
    out
}

fn page(info: &CodeInfo, format: Format, color: bool, out: &mut String) {
    let text = explanation(info.code).unwrap_or_default();
    let severity = severity_word(info.severity);
    let _ = match format {
        Format::Json => writeln!(
            out,
            "{}",
            json!({
                "code": info.code.to_string(),
                "name": info.name,
                "severity": severity,
                "summary": info.summary,
                "page": text,
            })
        ),
        Format::Md => write!(out, "{text}"),
        _ => {
            let (bold, plain) = if color {
                ("\x1b[1m", "\x1b[0m")
            } else {
                ("", "")
            };
            let head = format!("{severity}[{}]: {}", info.code, info.name);
            writeln!(out, "{bold}{head}{plain}\n\n{}", readable(text))
        }
    };
}

/// A page for a terminal: code is indented instead of fenced.
fn readable(page: &str) -> String {
    let mut out = String::new();
    let mut inside = false;
    for line in page.lines().skip(2) {
        if line.starts_with("```") {
            inside = !inside;
            if inside {
                out.push_str(&caption(line));
            }
            continue;
        }
        let indent = if inside && !line.is_empty() {
            "    "
        } else {
            ""
        };
        let _ = writeln!(out, "{indent}{line}");
    }
    out.trim_end().to_owned()
}

/// What stands over an example in a terminal, from the opener of its block: `wat fails file=lib.wat`.
fn caption(opener: &str) -> String {
    let mut words = opener.trim_start_matches('`').split_whitespace().skip(1);
    let verdict = match words.next() {
        Some("fails") => "Wrong",
        Some("fixed") => "Right",
        _ => return String::new(),
    };
    match words.find_map(|word| word.strip_prefix("file=")) {
        Some(file) => format!("  {verdict}, `{file}`:\n\n"),
        None => format!("  {verdict}:\n\n"),
    }
}

/// Shows a text, in the pager if people read it.
fn print(text: &str, format: Format) -> i32 {
    if format == Format::Text && io::stdout().is_terminal() {
        return pager::show(text);
    }
    output::result(text.as_bytes())
        .err()
        .unwrap_or(exit::SUCCESS)
}
