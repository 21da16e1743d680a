//! Reports for people, drawn with ariadne.
//!
//! ariadne gets excerpts, not sources. Three things of its output are replaced: the headline (it has no
//! `error[CODE]` form), the position in the frame's first line (columns of an excerpt differ from those of the source
//! once something is escaped or cut), and the notes, which stand in front of the help.

use std::fmt::Write as _;
use std::ops::Range;

use ariadne::{Cache, CharSet, Color, Config, Label, ReportKind};
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
        let _ = writeln!(out, "\x1b[1;{color}m{head}\x1b[0m\x1b[1m: {message}\x1b[0m");
    } else {
        let _ = writeln!(out, "{head}: {message}");
    }
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
        &notes(report, style),
        style,
        out,
    );
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
        files.push((ariadne::Source::from(excerpt.text().to_owned()), name));
    }
    marks.sort_by_key(|mark| (mark.source, mark.line, mark.span.end));
    (
        Excerpts { files },
        Marks {
            primary,
            all: marks,
        },
    )
}

/// Copies ariadne's frame without its headline, with true positions, and with the notes before the closing line.
fn finish(drawn: &str, notes: &[String], style: Style, out: &mut String) {
    let lines: Vec<&str> = drawn.lines().skip(1).collect();
    let Some((tail, body)) = lines.split_last() else {
        return;
    };
    for line in body {
        let line = line.trim_end();
        match line.split_once(MARK) {
            Some((before, after)) => {
                let rest = after.find(' ').map_or("", |at| &after[at..]);
                let _ = writeln!(out, "{before}{rest}");
            }
            None => {
                let line = if style.unicode {
                    line.to_owned()
                } else {
                    line.replace('…', "...")
                };
                let _ = writeln!(out, "{line}");
            }
        }
    }
    if !notes.is_empty() {
        let (open, close) = if style.color {
            ("\x1b[38;5;246m", "\x1b[0m")
        } else {
            ("", "")
        };
        let (bar, dash) = if style.unicode {
            ("│", '─')
        } else {
            ("|", '-')
        };
        let indent = tail.chars().filter(|&ch| ch == dash).count();
        let margin = format!("{:indent$}{open}{bar}{close}", "");
        let _ = writeln!(out, "{margin}");
        for note in notes {
            let _ = writeln!(out, "{margin} {note}");
        }
    }
    let _ = writeln!(out, "{tail}");
}
