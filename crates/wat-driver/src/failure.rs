//! A run-time failure as a report for people and as the record that a parent process decodes.

use wat_analysis::{
    Db, FileKind, SourceFile, Span, code_info, hermetic_span, is_internal, origin_span,
};
use wat_runtime::{Described, DescribedFrame, Failure, FailureKind, TraceFrame};
use wat_syntax::Code;
use wat_value::{Death, FailureRecord, FrameRecord, Location, counted};

use crate::findings::Sources;
use crate::launch::FORMS;
use crate::report::{Place, Report};

/// Frames of the program itself that a report lists.
const SHOWN_FRAMES: usize = 12;

/// Exit status of a program that this failure ended.
pub fn exit_code(failure: &Failure) -> i32 {
    match failure.kind {
        FailureKind::Panic => 2,
        FailureKind::Interrupted => 130,
        FailureKind::Error | FailureKind::Budget => 1,
    }
}

struct Site<'f> {
    frame: &'f TraceFrame,
    place: Option<Place>,
    is_library: bool,
}

fn sites<'f>(
    db: &dyn Db,
    program: SourceFile,
    failure: &'f Failure,
    sources: &mut Sources,
) -> Vec<Site<'f>> {
    let mut sites = Vec::with_capacity(failure.trace.len());
    // A helper of the library is a part of the function that calls it.
    let public = |frame: &&TraceFrame| !is_internal(&frame.function) || frame.cycle > 1;
    for frame in failure.trace.iter().filter(public) {
        let span = origin_span(db, program, &frame.function, frame.at);
        let is_library = match &span {
            Some(Span { file, .. }) => file.kind(db) == FileKind::Library,
            None => frame.function.starts_with(":wat::"),
        };
        let place = span.map(|span| sources.place(db, &span));
        sites.push(Site {
            frame,
            place,
            is_library,
        });
    }
    sites
}

/// The calls of a failure as a program and its tests are told of them, innermost first: functions and places. What happens
/// inside of the library is the call that led there, of the outermost function with a name of its own, at the place of
/// the call; what the library calls a program with is left out.
fn told_calls(sites: &[Site<'_>]) -> Vec<(String, Option<Place>)> {
    let named = |site: &Site<'_>| {
        let name = site.frame.function.split('#').next().unwrap_or_default();
        name.to_owned()
    };
    if sites.iter().all(|site| site.is_library) {
        let all = sites.iter();
        return all.map(|site| (named(site), site.place.clone())).collect();
    }
    let mut told = Vec::with_capacity(sites.len());
    let mut inside: Option<String> = None;
    for site in sites {
        if site.is_library {
            let name = named(site);
            if !is_internal(&name) {
                inside = Some(name);
            }
            continue;
        }
        told.extend(inside.take().map(|name| (name, site.place.clone())));
        told.push((site.frame.function.to_string(), site.place.clone()));
    }
    told
}

/// The code of a failure; the machine leaves that of an interrupt to whoever raised it.
fn code(failure: &Failure) -> Option<Code> {
    match (failure.kind, failure.code) {
        (FailureKind::Interrupted, 0) => Some(Code(8801)),
        (_, 0) => None,
        (_, number) => Some(Code(number)),
    }
}

fn code_name(failure: &Failure) -> &'static str {
    code(failure)
        .and_then(code_info)
        .map_or("", |info| info.name)
}

/// The failure as a report: the excerpt is at the innermost frame of the program itself. Frames of the library, and those
/// beyond some, are folded, unless all are asked for.
pub fn failure_report(
    db: &dyn Db,
    program: SourceFile,
    failure: &Failure,
    sources: &mut Sources,
    shows_all: bool,
) -> Report {
    let sites = sites(db, program, failure, sources);
    let at = sites
        .iter()
        .position(|site| !site.is_library && site.place.is_some());
    let label = match (at, sites.first()) {
        (Some(at), Some(first)) if at > 0 => {
            format!("inside `{}`, called here", first.frame.function)
        }
        _ if failure.kind == FailureKind::Interrupted => "interrupted here".to_owned(),
        _ => "fails here".to_owned(),
    };
    let place = at.and_then(|at| sites[at].place.clone());
    let compared = failure.compared.as_deref();
    let found = compared.and_then(|compared| {
        let sides = [
            ("actual", &compared.actual),
            ("expected", &compared.expected),
        ];
        let sides = sides.into_iter().filter_map(|(side, value)| {
            let value = value.as_ref()?;
            Some(format!("{side} {value}"))
        });
        let sides: Vec<String> = sides.collect();
        (!sides.is_empty()).then(|| sides.join(", "))
    });
    let mut notes: Vec<String> = found.into_iter().collect();
    notes.extend(failure.upstream.iter().map(upstream));
    notes.extend(frames(&sites, at.unwrap_or(0), shows_all));
    Report {
        code: code(failure),
        name: code_name(failure).to_owned(),
        place,
        label,
        notes,
        ..Report::plain(None, failure.message.clone(), None)
    }
}

/// A death that led to a failure, as a note.
fn upstream(death: &Death) -> String {
    let record = death.to_failure();
    let place = record.location.as_ref().map_or(String::new(), |at| {
        format!(" ({}:{}:{})", at.file, at.line, at.col)
    });
    format!("because of `{}`: {}{place}", death.name(), record.message)
}

/// The call chain, innermost first, as notes.
fn frames(sites: &[Site], innermost: usize, shows_all: bool) -> Vec<String> {
    let mut notes = Vec::new();
    let mut library = 0;
    let mut shown = 0;
    let mut hidden = 0;
    let innermost = if shows_all { 0 } else { innermost };
    for (i, site) in sites.iter().enumerate().skip(innermost) {
        if site.is_library && !shows_all {
            library += 1;
            if let Some(cycle) = cycle(site.frame) {
                fold(&mut library, &mut notes);
                notes.push(cycle);
            }
            continue;
        }
        if shown == SHOWN_FRAMES && !shows_all {
            hidden += 1;
            continue;
        }
        fold(&mut library, &mut notes);
        shown += 1;
        let name = &site.frame.function;
        let word = if i == innermost { "in" } else { "called from" };
        let place = site.place.as_ref().map_or(String::new(), |place| {
            let (line, col) = place.start();
            format!(" ({}:{line}:{col})", place.source().path())
        });
        let repeats = match (site.frame.repeats, site.frame.cycle) {
            (times, 1) if times > 1 => format!(", repeats {} times", grouped(times)),
            _ => String::new(),
        };
        notes.push(format!("{word} `{name}`{place}{repeats}"));
        notes.extend(cycle(site.frame));
    }
    fold(&mut library, &mut notes);
    if hidden > 0 {
        notes.push(format!("… and {}", counted(hidden, "more frame")));
    }
    notes
}

/// The frames up to this one that call each other.
fn cycle(frame: &TraceFrame) -> Option<String> {
    let times = grouped(frame.repeats);
    (frame.cycle > 1).then(|| format!("… these {} frames, repeats {times} times", frame.cycle))
}

fn fold(library: &mut usize, notes: &mut Vec<String>) {
    match std::mem::take(library) {
        0 => {}
        count => notes.push(format!("… {} of the library", counted(count, "frame"))),
    }
}

/// `48 213`
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(' ');
        }
        out.push(digit);
    }
    out
}

/// A failure as the death of its thread, with the places of its trace.
pub(crate) fn death(db: &dyn Db, program: SourceFile, failure: &Failure) -> Death {
    let mut sources = Sources::default();
    let sites = sites(db, program, failure, &mut sources);
    let at = sites
        .iter()
        .find(|site| !site.is_library && site.place.is_some())
        .and_then(|site| site.place.clone());
    match failure.kind {
        FailureKind::Panic => {
            let text = panic_text(failure);
            let record = record(failure, at.as_ref(), &sites);
            Death::Panic(text, Some(Box::new(record)))
        }
        FailureKind::Interrupted => Death::Shutdown,
        FailureKind::Error | FailureKind::Budget => {
            Death::RuntimeError(error_text(failure, at.as_ref()))
        }
    }
}

/// The death of the program, and what led to it.
pub fn failure_chain(db: &dyn Db, program: SourceFile, failure: &Failure) -> Vec<Death> {
    let own = match failure.kind {
        FailureKind::Interrupted => Death::RuntimeError(error_text(failure, None)),
        _ => death(db, program, failure),
    };
    let upstream = failure.upstream.iter();
    std::iter::once(own).chain(upstream.cloned()).collect()
}

/// The line `#wat.kernel/ProcessPanics [death]` with its line feed.
pub fn failure_record(db: &dyn Db, program: SourceFile, failure: &Failure) -> String {
    Death::chain_line("Process", &failure_chain(db, program, failure))
}

/// How a process ended that a signal has ended: the line `#wat.kernel/ProcessPanics [death]` with its line feed, and a
/// sentence for people.
pub fn signal_record(signal: i32) -> (String, String) {
    let death = Death::Signaled(signal.into());
    let message = death.message();
    (Death::chain_line("Process", &[death]), message)
}

/// Where a failure happened.
#[derive(Clone, Debug)]
pub struct FailurePlaces {
    /// The innermost call that stands in the program itself.
    pub at: Option<Place>,
    /// The calls, innermost first: functions and places.
    pub frames: Vec<(String, Option<Place>)>,
}

/// Where a failure happened.
pub fn failure_places(
    db: &dyn Db,
    program: SourceFile,
    failure: &Failure,
    sources: &mut Sources,
) -> FailurePlaces {
    let sites = sites(db, program, failure, sources);
    let own = sites
        .iter()
        .find(|site| !site.is_library && site.place.is_some());
    FailurePlaces {
        at: own.and_then(|site| site.place.clone()),
        frames: told_calls(&sites),
    }
}

/// What a program sees of a failure that it catches.
pub fn described(db: &dyn Db, program: SourceFile, failure: &Failure) -> Described {
    let mut sources = Sources::default();
    let sites = sites(db, program, failure, &mut sources);
    let own = |site: &&Site| !site.is_library && site.place.is_some();
    let location = sites.iter().find(own).and_then(|site| site.place.as_ref());
    let location = location.map(|place| {
        let (line, col) = place.start();
        (place.source().path().to_owned(), line, col)
    });
    let frames = told_calls(&sites).into_iter();
    let frames = frames.map(|(symbol, place)| DescribedFrame {
        file: place.as_ref().map(|place| place.source().path().to_owned()),
        line: place.as_ref().map(|place| place.start().0),
        symbol,
    });
    Described {
        message: panic_text(failure),
        location,
        frames: frames.collect(),
    }
}

/// What a program that panics says is its message; where the library panics for it, the code says why.
fn panic_text(failure: &Failure) -> String {
    const OF_THE_PROGRAM: [u16; 4] = [8201, 8516, 8517, 8518];
    match code(failure).filter(|code| !OF_THE_PROGRAM.contains(&code.0)) {
        Some(code) => format!("{code} {}: {}", code_name(failure), failure.message),
        None => failure.message.clone(),
    }
}

/// `main.wat:2:3: WAT8401 division-by-zero: division by zero`
fn error_text(failure: &Failure, at: Option<&Place>) -> String {
    let mut text = String::new();
    if let Some(place) = at {
        let (line, col) = place.start();
        text = format!("{}:{line}:{col}: ", place.source().path());
    }
    if let Some(code) = code(failure) {
        text.push_str(&format!("{code} {}: ", code_name(failure)));
    }
    text.push_str(&failure.message);
    text
}

/// What a text says that a program was told of a failure: the code and what it means are no part of the message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorText<'t> {
    /// File, line and column.
    pub at: Option<(&'t str, u32, u32)>,
    /// The code.
    pub code: Code,
    /// What happened.
    pub message: &'t str,
    /// Did the program not start?
    pub is_startup: bool,
}

impl<'t> ErrorText<'t> {
    /// Reads what deaths say: `main.wat:2:3: WAT8402 division-by-zero: division by zero`, or this without the place, or,
    /// of a program that does not start, `startup: main.wat:2:3: error[WAT3201]: no function is called so`. `None` for the
    /// words of a program.
    pub fn read(text: &'t str) -> Option<ErrorText<'t>> {
        const ERROR: &str = ": error[WAT";
        if let Some(rest) = text.strip_prefix("startup: ")
            && let Some((place, rest)) = rest.split_once(ERROR)
        {
            let (code, message) = rest.split_once("]: ")?;
            return Some(ErrorText {
                at: Some(place_text(place)?),
                code: code_info(Code(code.parse().ok()?))?.code,
                message,
                is_startup: true,
            });
        }
        let (text, is_startup) = match text.strip_prefix("startup: ") {
            Some(rest) => (rest, true),
            None => (text, false),
        };
        let (at, rest) = match text.find(": WAT") {
            Some(end) if !text.starts_with("WAT") => {
                (Some(place_text(&text[..end])?), &text[end + 2..])
            }
            _ => (None, text),
        };
        let (head, message) = rest.split_once(": ")?;
        let (code, name) = head.strip_prefix("WAT")?.split_once(' ')?;
        let code = code_info(Code(code.parse().ok()?)).filter(|info| info.name == name)?;
        Some(ErrorText {
            at,
            code: code.code,
            message,
            is_startup,
        })
    }
}

/// `main.wat:2:3`
fn place_text(text: &str) -> Option<(&str, u32, u32)> {
    let (text, col) = text.rsplit_once(':')?;
    let (file, line) = text.rsplit_once(':')?;
    Some((file, line.parse().ok()?, col.parse().ok()?))
}

/// Where in its file that part of the program of a hermetic test stands which begins at a line and a column of a file, as
/// its process has told.
pub fn hermetic_place(
    db: &dyn Db,
    program: SourceFile,
    test: &str,
    (file, line, col): (&str, u32, u32),
    sources: &mut Sources,
) -> Option<Place> {
    let span = (file == FORMS).then(|| hermetic_span(db, program, test, line, col))?;
    Some(sources.place(db, &span?))
}

fn record(failure: &Failure, at: Option<&Place>, sites: &[Site]) -> FailureRecord {
    let compared = failure.compared.as_deref();
    let line_of = |place: &Place| i64::from(place.start().0);
    FailureRecord {
        message: panic_text(failure),
        location: at.map(|place| Location {
            file: place.source().path().to_owned(),
            line: line_of(place),
            col: i64::from(place.start().1),
        }),
        frames: told_calls(sites)
            .into_iter()
            .map(|(symbol, place)| FrameRecord {
                file: place.as_ref().map(|at| at.source().path().to_owned()),
                line: place.as_ref().map(line_of),
                symbol: Some(symbol),
            })
            .collect(),
        actual: compared.and_then(|compared| compared.actual.clone()),
        expected: compared.and_then(|compared| compared.expected.clone()),
    }
}

#[test]
fn the_text_of_an_error_is_read_as_it_was_written() {
    let read = |text| {
        let text = ErrorText::read(text)?;
        Some((text.at, text.code.0, text.message, text.is_startup))
    };
    let found = [
        "startup: a.wat:1:92: error[WAT3201]: no: b",
        "startup: a.wat:1:92: WAT8402 division-by-zero: x",
        "-#forms:1:92: WAT8402 division-by-zero: division by zero: 3: WAT8402",
        "WAT8202 stack-exhausted: too deep",
    ]
    .map(read);
    let place = |file| Some((file, 1, 92));
    assert_eq!(
        found,
        [
            Some((place("a.wat"), 3201, "no: b", true)),
            Some((place("a.wat"), 8402, "x", true)),
            Some((
                place("-#forms"),
                8402,
                "division by zero: 3: WAT8402",
                false
            )),
            Some((None, 8202, "too deep", false)),
        ]
    );
    for words in [
        "",
        "WAT8402",
        "WAT8402 twice: x",
        "a: WAT8402 division-by-zero: x",
    ] {
        assert_eq!(read(words), None, "{words}");
    }
}
