//! Reports for people, drawn with ariadne.
//!
//! ariadne gets excerpts, not sources. Four things of its output are replaced: the headline (it has no `error[CODE]`
//! form), the position in the frame's first line and the line numbers in the margin (an excerpt has other lines and
//! columns than its source), and the notes, which stand in front of the help.

use std::fmt::Write as _;
use std::ops::Range;

use ariadne::{Cache, CharSet, Color, Config, Label, ReportKind};
use wat_analysis::FactValue;
use wat_syntax::Severity;

use super::excerpt::Excerpt;
use super::{Place, Report, Style, printable};

/// Ends the true position in the name that ariadne prints; what follows up to the blank is ariadne's own.
const MARK: char = '\u{1}';
/// Columns of the frame left of the source.
const MARGIN: usize = 10;

/// Appends the report to `out`.
pub fn render(report: &Report, style: Style, out: &mut String) {
    headline(report, style, out);
    match &report.place {
        Some(place) => frame(report, place, style, out),
        None => {
            for note in notes(report, style) {
                let _ = writeln!(out, "{note}");
            }
        }
    }
}

fn headline(report: &Report, style: Style, out: &mut String) {
    let head = report.headline();
    let message = printable(&report.message);
    if style.color {
        let color = severity_ansi(report.severity);
        let message = emphasised(report, message);
        let _ = writeln!(out, "\x1b[1;{color}m{head}\x1b[0m\x1b[1m: {message}\x1b[0m");
    } else {
        let _ = writeln!(out, "{head}: {message}");
    }
}

/// The message with what differs between the expected and the found type underlined.
fn emphasised(report: &Report, message: String) -> String {
    let fact = |key: &str| {
        let fact = report.facts.iter().find(|fact| fact.key == key)?;
        match &fact.value {
            FactValue::One(one) => Some(printable(one)),
            FactValue::Many(_) => None,
        }
    };
    let (Some(expected), Some(found)) = (fact("expected"), fact("found")) else {
        return message;
    };
    let quoted = |text: &str| message.find(&format!("`{text}`")).map(|at| at + 1);
    let mut edits: Vec<Range<usize>> = [quoted(&expected), quoted(&found)]
        .into_iter()
        .zip(differing(&expected, &found))
        .filter_map(|(at, range)| at.map(|at| at + range.start..at + range.end))
        .filter(|range| !range.is_empty())
        .collect();
    edits.sort_by_key(|range| range.start);
    edits.dedup();
    let mut message = message;
    for range in edits.iter().rev() {
        let part = format!("\x1b[4m{}\x1b[24m", &message[range.clone()]);
        message.replace_range(range.clone(), &part);
    }
    message
}

/// What differs between two types, in each: without the parts that they begin and end with in common.
fn differing(a: &str, b: &str) -> [Range<usize>; 2] {
    let is_part = |ch: char| ch.is_alphanumeric() || "-_?!*'/".contains(ch);
    let inside = |text: &str, at: usize| {
        let (before, after) = text.split_at(at);
        before.ends_with(is_part) && after.starts_with(is_part)
    };
    let same = a.chars().zip(b.chars()).take_while(|(a, b)| a == b);
    let mut start: usize = same.map(|(ch, _)| ch.len_utf8()).sum();
    while inside(a, start) || inside(b, start) {
        start -= a[..start].chars().next_back().map_or(0, char::len_utf8);
    }
    let (left, right) = (&a[start..], &b[start..]);
    let same = left.chars().rev().zip(right.chars().rev());
    let same = same.take_while(|(a, b)| a == b);
    let mut end: usize = same.map(|(ch, _)| ch.len_utf8()).sum();
    while inside(left, left.len() - end) || inside(right, right.len() - end) {
        let first = left[left.len() - end..].chars().next();
        end -= first.map_or(0, char::len_utf8);
    }
    [start..a.len() - end, start..b.len() - end]
}

fn severity_ansi(severity: Severity) -> u8 {
    match severity {
        Severity::Error => 31,
        Severity::Warning => 33,
        Severity::Info => 34,
        Severity::Hint => 36,
    }
}

fn severity_color(severity: Severity) -> Color {
    match severity {
        Severity::Error => Color::Red,
        Severity::Warning => Color::Yellow,
        Severity::Info => Color::Blue,
        Severity::Hint => Color::Cyan,
    }
}

fn notes(report: &Report, style: Style) -> Vec<String> {
    let prefix = |word: &str, color: u8| {
        if style.color {
            format!("\x1b[{color}m{word}\x1b[0m")
        } else {
            word.to_owned()
        }
    };
    let mut lines = Vec::new();
    let mut add = |word: &str, color, text: &str| {
        for (i, line) in text.lines().enumerate() {
            let line = printable(line);
            lines.push(if i == 0 {
                format!("{}: {line}", prefix(word, color))
            } else {
                format!("{:width$}{line}", "", width = word.len() + 2)
            });
        }
    };
    for note in &report.notes {
        add("note", 34, note);
    }
    if let Some(help) = &report.help {
        add("help", 32, help);
    }
    lines
}

/// The excerpts of one report; identifiers are indices.
struct Excerpts {
    files: Vec<(ariadne::Source<String>, String)>,
    /// The line numbers of each.
    numbers: Vec<Vec<usize>>,
}

impl Cache<usize> for &mut Excerpts {
    type Storage = String;

    fn fetch(&mut self, id: &usize) -> Result<&ariadne::Source<String>, impl std::fmt::Debug> {
        self.files
            .get(*id)
            .map(|file| &file.0)
            .ok_or("no such excerpt")
    }

    fn display<'a>(&self, id: &'a usize) -> Option<impl std::fmt::Display + 'a> {
        self.files.get(*id).map(|file| file.1.clone())
    }
}

struct Mark<'r> {
    source: usize,
    span: Range<usize>,
    line: u32,
    text: &'r str,
    color: Color,
}

fn frame(report: &Report, primary: &Place, style: Style, out: &mut String) {
    let label = if report.label.is_empty() {
        "here"
    } else {
        &report.label
    };
    let palette = [Color::Cyan, Color::Magenta, Color::Blue, Color::Green];
    let mut all = vec![(primary, label, severity_color(report.severity))];
    for (i, (place, text)) in report.labels.iter().enumerate() {
        let text = if text.is_empty() { "here" } else { text };
        all.push((place, text, palette[i % palette.len()]));
    }
    let (mut excerpts, marks) = excerpts(&all, style);

    let config = Config::new()
        .with_color(style.color)
        .with_char_set(if style.unicode {
            CharSet::Unicode
        } else {
            CharSet::Ascii
        });
    let mut builder =
        ariadne::Report::build(ReportKind::Error, (0, marks.primary.clone())).with_config(config);
    for mark in &marks.all {
        builder.add_label(
            Label::new((mark.source, mark.span.clone()))
                .with_message(printable(mark.text))
                .with_color(mark.color),
        );
    }
    let mut drawn = Vec::new();
    // Writing into a vector cannot fail.
    let _ = builder.finish().write(&mut excerpts, &mut drawn);
    finish(
        &String::from_utf8_lossy(&drawn),
        &excerpts.numbers,
        &notes(report, style),
        closing(report).as_deref(),
        style,
        out,
    );
}

/// What the frame closes with.
fn closing(report: &Report) -> Option<String> {
    let explain = || report.code.map(|code| format!("wat explain {code}"));
    report.closing.clone().or_else(explain)
}

struct Marks<'r> {
    primary: Range<usize>,
    all: Vec<Mark<'r>>,
}

fn excerpts<'r>(all: &[(&'r Place, &'r str, Color)], style: Style) -> (Excerpts, Marks<'r>) {
    let mut sources: Vec<&Place> = Vec::new();
    for (place, ..) in all {
        if !sources
            .iter()
            .any(|known| known.source().path() == place.source().path())
        {
            sources.push(place);
        }
    }
    let mut files = Vec::new();
    let mut numbers = Vec::new();
    let mut marks = Vec::new();
    let mut primary = 0..1;
    for (id, first) in sources.iter().enumerate() {
        let source = first.source();
        let here: Vec<_> = all
            .iter()
            .filter(|(place, ..)| place.source().path() == source.path())
            .collect();
        let places: Vec<&Place> = here.iter().map(|(place, ..)| *place).collect();
        let excerpt = Excerpt::new(source, &places, style.width.saturating_sub(MARGIN).max(20));
        for (place, text, color) in here {
            let span = excerpt.span(source, &place.range());
            if std::ptr::eq(*place, all[0].0) {
                primary = span.clone();
            }
            let line = place.end().0;
            marks.push(Mark {
                source: id,
                span,
                line,
                text,
                color: *color,
            });
        }
        let (line, col) = first.start();
        let name = format!("{}:{line}:{col}{MARK}", printable(source.path()));
        numbers.push(excerpt.numbers().to_vec());
        files.push((ariadne::Source::from(excerpt.text().to_owned()), name));
    }
    marks.sort_by_key(|mark| (mark.source, mark.line, mark.span.end));
    (
        Excerpts { files, numbers },
        Marks {
            primary,
            all: marks,
        },
    )
}

/// Copies ariadne's frame without its headline, with true positions, and with the notes before the closing line, which may say something.
fn finish(
    drawn: &str,
    numbers: &[Vec<usize>],
    notes: &[String],
    closing: Option<&str>,
    style: Style,
    out: &mut String,
) {
    let lines: Vec<&str> = drawn.lines().skip(1).collect();
    let Some((tail, body)) = lines.split_last() else {
        return;
    };
    let margin = Margin::new(numbers, style);
    let mut group = None;
    for line in body {
        let line = line.trim_end();
        if let Some((before, after)) = line.split_once(MARK) {
            group = Some(group.map_or(0, |group| group + 1));
            let rest = after.find(' ').map_or("", |at| &after[at..]);
            let _ = writeln!(out, "{}{before}{rest}", margin.blank);
            continue;
        }
        let numbers = numbers
            .get(group.unwrap_or(0))
            .map_or(&[][..], Vec::as_slice);
        let line = margin.renumber(line, numbers);
        let line = if style.unicode {
            line
        } else {
            line.replace('…', "...")
        };
        let _ = writeln!(out, "{line}");
    }
    if !notes.is_empty() {
        let bar = margin.bar();
        let _ = writeln!(out, "{bar}");
        for note in notes {
            let _ = writeln!(out, "{bar} {note}");
        }
    }
    if let Some(closing) = closing {
        let _ = writeln!(out, "{} {closing}", margin.corner());
        return;
    }
    let open = tail.find(margin.dash).unwrap_or(0);
    let (escape, rest) = tail.split_at(open);
    let dashes = margin.dash.to_string().repeat(margin.blank.len());
    let _ = writeln!(out, "{escape}{dashes}{rest}");
}

/// The columns left of the frame, which have to hold true line numbers.
struct Margin {
    /// Columns of the widest number.
    width: usize,
    /// Columns that true numbers need beyond those of the excerpt's lines.
    blank: String,
    dash: char,
    style: Style,
}

impl Margin {
    fn new(numbers: &[Vec<usize>], style: Style) -> Self {
        let digits = |number: usize| number.to_string().len();
        let widest = numbers.iter().flatten().copied().max().unwrap_or(1);
        let drawn = numbers.iter().map(Vec::len).max().unwrap_or(1);
        Self {
            width: digits(widest),
            blank: " ".repeat(digits(widest).saturating_sub(digits(drawn))),
            dash: if style.unicode { '─' } else { '-' },
            style,
        }
    }

    /// The line with the number of the source's line instead of the excerpt's.
    fn renumber(&self, line: &str, numbers: &[usize]) -> String {
        // A numbered line is a blank, perhaps a colour, blanks, the number, a blank, and the frame.
        let escape = match line.get(1..).filter(|rest| rest.starts_with('\u{1b}')) {
            Some(rest) => &rest[..rest.find('m').map_or(0, |at| at + 1)],
            None => "",
        };
        let plain = line.get(1 + escape.len()..).unwrap_or("");
        let rest = plain
            .trim_start_matches(' ')
            .trim_start_matches(|ch: char| ch.is_ascii_digit());
        let own = plain[..plain.len() - rest.len()].trim_start();
        let number = own
            .parse()
            .ok()
            .and_then(|own: usize| numbers.get(own.checked_sub(1)?));
        match number {
            Some(number) => format!(" {escape}{number:>width$}{rest}", width = self.width),
            None => format!("{}{line}", self.blank),
        }
    }

    /// The frame of a line without source.
    fn bar(&self) -> String {
        self.frame(if self.style.unicode { "│" } else { "|" })
    }

    /// The frame of the last line, before what it says.
    fn corner(&self) -> String {
        self.frame(if self.style.unicode {
            "╰──"
        } else {
            "'--"
        })
    }

    fn frame(&self, piece: &str) -> String {
        let (open, close) = if self.style.color {
            ("\x1b[38;5;246m", "\x1b[0m")
        } else {
            ("", "")
        };
        format!("{:width$}{open}{piece}{close}", "", width = self.width + 2)
    }
}
