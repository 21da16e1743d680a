//! `wat expand`: what macros make of a program.

use std::path::Path;

use wat_analysis::{
    Diagnostic, FileKind, RootDatabase, Severity, SourceFile, SourceText, TextSize, expanded_text,
    file_diagnostics, line_index, primary_root, typed_expansion_text,
};
use wat_driver::{Sources, Unreadable, file_loader, load_files, short_line};
use wat_syntax::{ColumnEncoding, LineCol};

use crate::args::ExpandOptions;
use crate::workspace::load_stdin;
use crate::{exit, output};

pub(crate) fn expand(options: &ExpandOptions) -> i32 {
    let mut db = RootDatabase::new();
    let in_stdin = options.place_in_stdin.as_ref();
    let place = in_stdin.map(|place| format!("-:{place}"));
    let place = place.or_else(|| options.place.clone());
    let (file, at) = match (&options.form, &place) {
        (Some(form), _) => {
            let file = db.set_file("-e", SourceText::new(form.as_str()), FileKind::Disk);
            (file, None)
        }
        (None, Some(place)) => match open(&mut db, place) {
            Ok(found) => found,
            Err(status) => return status,
        },
        (None, None) => {
            output::complain("`wat expand` needs a file, or a form with `-e`");
            return exit::USAGE;
        }
    };
    let unread = file_diagnostics(&db, file)
        .iter()
        .find(|found| found.code.0 < 2000 && found.severity == Severity::Error)
        .cloned();
    if let Some(unread) = unread {
        tell(&db, &[unread]);
        return exit::NOT_WAT;
    }
    let program = primary_root(&db, file);
    let shown = crate::timings::phase("expand", String::new, || match options.types {
        true => typed_expansion_text(&db, program, file, at),
        false => expanded_text(&db, program, file, at, options.once),
    });
    if at.is_some() && shown.text.is_empty() && shown.failures.is_empty() {
        let place = place.unwrap_or_default();
        output::complain(&format!("there is no form at `{place}`"));
        return exit::NEGATIVE;
    }
    let source = SourceText::new(shown.text.as_str());
    let text = wat_fmt::format(&source).unwrap_or(shown.text);
    if let Err(status) = output::result(text.as_bytes()) {
        return status;
    }
    tell(&db, &shown.failures);
    match shown.failures.is_empty() {
        true => exit::SUCCESS,
        false => exit::NEGATIVE,
    }
}

/// Tells what is wrong, a line each, with its place.
fn tell(db: &RootDatabase, found: &[Diagnostic]) {
    let mut sources = Sources::default();
    let mut out = String::new();
    for found in found {
        short_line(&sources.report(db, found), &mut out);
    }
    output::report(&out);
}

/// Reads `FILE[:LINE[:COLUMN]]`; `-` is standard input.
fn open(db: &mut RootDatabase, place: &str) -> Result<(SourceFile, Option<TextSize>), i32> {
    let (path, line, column) = parts(place);
    if Path::new(path).is_dir() {
        output::complain(&format!(
            "`{path}` is a directory: `wat expand` takes one file"
        ));
        return Err(exit::NO_INPUT);
    }
    let unreadable = |unreadable: Unreadable| {
        output::complain(&format!(
            "cannot read `{}`: {}",
            unreadable.path, unreadable.reason
        ));
        exit::NO_INPUT
    };
    let loader = file_loader(None).map_err(unreadable)?;
    let file = match path {
        "-" => load_stdin(db, &*loader).map_err(unreadable)?,
        _ => {
            let files = [Path::new(path).to_path_buf()];
            let loaded = load_files(db, &*loader, &files).map_err(unreadable)?;
            let Some(&file) = loaded.first() else {
                output::complain(&format!("cannot read `{path}`"));
                return Err(exit::NO_INPUT);
            };
            file
        }
    };
    let offset = line.map(|line| {
        let text = file.text(db);
        let index = line_index(db, file);
        let at = LineCol {
            line: line.saturating_sub(1),
            col: column.unwrap_or(1).saturating_sub(1),
        };
        let offset = index.offset(text.text(), at, ColumnEncoding::Utf32);
        match column {
            Some(_) => offset,
            // A line means what begins on it.
            None => {
                let rest = &text.text()[usize::from(offset)..];
                let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
                offset + TextSize::new(blanks as u32)
            }
        }
    });
    Ok((file, offset))
}

/// Splits off a line and a column, if the text ends with numbers.
fn parts(place: &str) -> (&str, Option<u32>, Option<u32>) {
    let split = |text: &'_ str| -> Option<(usize, u32)> {
        let (before, number) = text.rsplit_once(':')?;
        Some((before.len(), number.parse().ok()?))
    };
    match split(place) {
        None => (place, None, None),
        Some((end, last)) => match split(&place[..end]) {
            Some((first, line)) => (&place[..first], Some(line), Some(last)),
            None => (&place[..end], Some(last), None),
        },
    }
}
