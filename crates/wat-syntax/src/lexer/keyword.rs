//! Keywords: the automaton of 1.9.3–1.9.6.
//!
//! Most keywords are plain, and [`scan_plain`] accepts those at the speed of a table walk. Whatever it does not accept
//! goes through [`scan`], which follows the reference byte by byte and remembers what it skipped. What a keyword means
//! and what is wrong with it is worked out from there, only when asked for, in [`super::keyword_report`].

use super::class::{self, BLANK, DIGIT, END, FINAL, LETTER, NAME, TYPE};
use crate::source::SourceText;
use crate::types;

/// How far a keyword may look ahead, from its start (K20, P14).
const LOOK_AHEAD: usize = 4096;

/// Where the text ends for a scan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Limit {
    /// It is the end of the input.
    End,
    /// The text was cut there because the keyword is known to end there.
    Cut,
}

/// Accepts a keyword without any peculiarity and returns its end.
pub(crate) fn scan_plain(bytes: &[u8], start: usize) -> Option<usize> {
    let mut at = start + 1;
    if bytes.get(at) == Some(&b'(') {
        return plain_type(bytes, start, at);
    }
    loop {
        let segment = at;
        loop {
            // Most bytes of names are those that may stand in a type; no bracket is among them.
            at = class::run_end(bytes, at, TYPE);
            match bytes.get(at) {
                Some(b'<') if types::opens_bracket(bytes, at) => {
                    return plain_type(bytes, start, at);
                }
                Some(&byte) if class::is(byte, NAME) => at += 1,
                _ => break,
            }
        }
        if at == segment {
            return (at > start + 1 && bytes.get(at) != Some(&b':'))
                .then_some(at)
                .filter(|&at| plain_end(bytes, at));
        }
        if bytes[segment] == b'\'' {
            return None;
        }
        match bytes.get(at) {
            Some(b':') if bytes.get(at + 1) == Some(&b':') => at += 2,
            Some(b'(') if types::ends_in_fn(&bytes[start..at]) => {
                return plain_type(bytes, start, at);
            }
            _ => return plain_end(bytes, at).then_some(at),
        }
    }
}

/// True if a keyword at depth 0 surely ends at `at`, and nothing is wrong with that.
fn plain_end(bytes: &[u8], at: usize) -> bool {
    match bytes.get(at) {
        None => true,
        Some(b' ' | b'\t' | 0x0c) => {
            let next = bytes[at..]
                .iter()
                .find(|byte| !matches!(byte, b' ' | b'\t' | 0x0c));
            !next.is_some_and(|&byte| byte == b'<' || byte >= 0x80)
        }
        Some(b',') => !class::is_at(bytes, at + 1, NAME),
        Some(b'(') => false,
        Some(&byte) => class::is(byte, END),
    }
}

/// The rest of a type without any peculiarity, from the first bracket at `at`.
fn plain_type(bytes: &[u8], start: usize, mut at: usize) -> Option<usize> {
    let mut stack = [0u8; types::MAX_TYPE_DEPTH];
    let mut depth = 0;
    let mut arrows = 0;
    loop {
        // An opener stands at `at`, after a path or where a type may start.
        let opener = bytes[at];
        let function = opener == b'(' && types::ends_in_fn(&bytes[start..at]);
        if depth + arrows >= types::MAX_TYPE_DEPTH {
            return None;
        }
        stack[depth] = if function { b'F' } else { opener };
        depth += 1;
        at += 1;
        let empty = opener == b'(' && bytes.get(at) == Some(&b')');
        let mut closing = empty;
        loop {
            if !closing {
                if bytes.get(at) == Some(&b'(') {
                    break;
                }
                at = plain_path(bytes, at)?;
                if bytes.get(at) == Some(&b'<') || bytes.get(at) == Some(&b'(') {
                    let byte = bytes[at];
                    let opens = match byte {
                        b'<' => types::opens_bracket(bytes, at),
                        _ => types::ends_in_fn(&bytes[start..at]),
                    };
                    if !opens {
                        return None;
                    }
                    break;
                }
            }
            closing = false;
            loop {
                if depth == 0 {
                    return (class::is_at(bytes, at, END) || at == bytes.len())
                        .then_some(at)
                        .filter(|&at| plain_end(bytes, at));
                }
                match (bytes.get(at)?, stack[depth - 1]) {
                    (b',', top) => {
                        at += 1;
                        closing = top == b'(' && bytes.get(at) == Some(&b')');
                        break;
                    }
                    (b'>', b'<') | (b')', b'(') => {
                        at += 1;
                        depth -= 1;
                    }
                    (b')', b'F')
                        if bytes.get(at + 1) == Some(&b'-') && bytes.get(at + 2) == Some(&b'>') =>
                    {
                        at += 3;
                        depth -= 1;
                        arrows += 1;
                        break;
                    }
                    _ => return None,
                }
            }
        }
    }
}

/// A path inside brackets: its end.
fn plain_path(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        let segment = at;
        while class::is_at(bytes, at, TYPE) {
            if bytes[at] == b'-' && bytes.get(at + 1) == Some(&b'>') {
                return None;
            }
            at += 1;
        }
        if at == segment || bytes[segment] == b'\'' {
            return None;
        }
        if bytes.get(at) != Some(&b':') {
            return Some(at);
        }
        if bytes.get(at + 1) != Some(&b':') {
            return None;
        }
        at += 2;
    }
}

/// What the automaton found.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scan {
    /// Where the token ends.
    pub end: usize,
    /// The keyword's text without the skipped parts, with its leading colon.
    pub text: Vec<u8>,
    /// The skipped parts of the source, in order: whitespace runs, inner colons and stray brackets.
    pub skipped: Vec<Skip>,
    /// The brackets that are open at the end, with their offsets.
    pub open: Vec<(u8, usize)>,
    /// Some bracket was opened.
    pub bracketed: bool,
    /// Commas outside brackets that are followed by a name (K5).
    pub commas: Vec<usize>,
    /// The 65th opener (K13).
    pub too_deep: Option<usize>,
    /// A `(` follows directly (K33).
    pub glued: bool,
    /// A character that no keyword may contain; the token is an ERROR.
    pub illegal: Option<usize>,
    /// The token ends before a line that the automaton has looked at (K30).
    pub cut_short: bool,
    /// Some whitespace before detached arguments was joined (K22.3).
    detached: bool,
}

/// A part of a keyword's source that is not part of its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Skip {
    pub kind: SkipKind,
    pub start: usize,
    pub end: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SkipKind {
    Blank,
    Colon,
    Stray,
}

impl Scan {
    /// The skipped parts of one kind.
    pub fn skipped(&self, kind: SkipKind) -> impl Iterator<Item = (usize, usize)> + '_ {
        self.skipped
            .iter()
            .filter(move |skip| skip.kind == kind)
            .map(|skip| (skip.start, skip.end))
    }

    /// The offset in the source of the byte at `index` of [`text`](Self::text), for a keyword that starts at `start`.
    pub fn source_offset(&self, start: usize, index: usize) -> usize {
        let mut offset = start + index;
        for skip in &self.skipped {
            if skip.start > offset {
                break;
            }
            offset += skip.end - skip.start;
        }
        offset
    }

    /// True if the brackets did not close (K30).
    pub fn failed(&self) -> bool {
        !self.open.is_empty()
    }
}

/// Runs the automaton on the keyword that starts at `start`.
pub(crate) fn scan(source: &SourceText, start: usize, limit: Limit) -> Scan {
    let end = source.len();
    let mut scan = Automaton::run(source, start, end, limit, true);
    if scan.detached {
        let refused = scan.failed()
            || scan.illegal.is_some()
            || scan.too_deep.is_some()
            || scan.end > start + LOOK_AHEAD
            || scan.skipped(SkipKind::Stray).next().is_some()
            || super::keyword_report::is_malformed(&scan);
        if refused {
            scan = Automaton::run(source, start, end, limit, false);
        }
    }
    if scan.failed() {
        let bytes = source.text().as_bytes();
        let broken = scan
            .skipped(SkipKind::Blank)
            .find(|&(from, to)| has_terminator(&bytes[from..to]));
        if let Some((from, _)) = broken {
            scan = scan_until(source, start, from);
        }
    }
    scan
}

/// Runs the automaton on the keyword that starts at `start` and is known to be broken and to end at `end`, because of
/// something in a later line.
pub(crate) fn scan_until(source: &SourceText, start: usize, end: usize) -> Scan {
    let mut scan = Automaton::run(source, start, end, Limit::Cut, false);
    scan.cut_short = true;
    scan
}

/// True if `blank` contains a line terminator.
fn has_terminator(blank: &[u8]) -> bool {
    memchr::memchr2(b'\n', b'\r', blank).is_some()
}

struct Automaton<'a> {
    source: &'a SourceText,
    bytes: &'a [u8],
    start: usize,
    at: usize,
    limit: Limit,
    detached_allowed: bool,
    /// Length of the text directly after the bracket that closed last.
    closed: usize,
    /// The outermost bracket, open or closed last, is the parenthesis of a function type.
    outer_function: bool,
    /// A skipped run contains a line terminator.
    crossed: bool,
    /// In the name run after a comma of K5.
    in_tag: bool,
    scan: Scan,
}

/// Whether to go on.
enum Step {
    Go,
    Stop,
}

impl<'a> Automaton<'a> {
    fn run(
        source: &'a SourceText,
        start: usize,
        end: usize,
        limit: Limit,
        detached_allowed: bool,
    ) -> Scan {
        let mut automaton = Automaton {
            source,
            bytes: &source.text().as_bytes()[..end],
            start,
            at: start + 1,
            limit,
            detached_allowed,
            closed: 0,
            outer_function: false,
            crossed: false,
            in_tag: false,
            scan: Scan {
                text: vec![b':'],
                ..Scan::default()
            },
        };
        loop {
            let step = match automaton.scan.open.is_empty() {
                true => automaton.outside(),
                false => automaton.inside(),
            };
            if let Step::Stop = step {
                break;
            }
        }
        automaton.scan.end = automaton.at;
        automaton.scan
    }

    fn byte(&self, at: usize) -> Option<u8> {
        self.bytes.get(at).copied()
    }

    fn last(&self) -> u8 {
        *self.scan.text.last().unwrap_or(&b':')
    }

    fn push(&mut self, byte: u8) -> Step {
        self.scan.text.push(byte);
        self.at += 1;
        Step::Go
    }

    fn skip(&mut self, kind: SkipKind, end: usize) -> Step {
        let start = self.at;
        self.crossed |= kind == SkipKind::Blank && has_terminator(&self.bytes[start..end]);
        self.scan.skipped.push(Skip { kind, start, end });
        self.at = end;
        Step::Go
    }

    /// Opens a bracket. A keyword that has crossed a line and is too deep is taken to be broken: otherwise many open
    /// keywords, one per line, would each look through the lines of all that follow.
    fn open(&mut self, byte: u8) -> Step {
        if self.scan.open.len() == types::MAX_TYPE_DEPTH {
            if self.crossed {
                return Step::Stop;
            }
            self.scan.too_deep.get_or_insert(self.at);
        }
        if self.scan.open.is_empty() {
            self.outer_function = byte == b'(' && types::ends_in_fn(&self.scan.text);
        }
        self.scan.bracketed = true;
        self.scan.open.push((byte, self.at));
        self.push(byte)
    }

    fn close(&mut self, byte: u8) -> Step {
        self.scan.open.pop();
        self.push(byte);
        self.closed = self.scan.text.len();
        Step::Go
    }

    fn just_closed(&self) -> bool {
        self.closed == self.scan.text.len()
    }

    fn after_arrow(&self) -> bool {
        self.scan.text.ends_with(b")->")
    }

    fn opens_angle(&self) -> bool {
        class::is(self.last(), FINAL) && !matches!(self.byte(self.at + 1), Some(b'-' | b'=' | b'<'))
    }

    fn blank_end(&self, at: usize) -> usize {
        class::blank_end(self.source.text(), at).min(self.bytes.len())
    }

    fn is_blank(&self, byte: u8) -> bool {
        class::is(byte, BLANK) || byte >= 0x80 && self.blank_end(self.at) > self.at
    }

    fn starts_type(&self, at: usize) -> bool {
        self.byte(at)
            .is_some_and(|byte| class::is(byte, LETTER) || matches!(byte, b'_' | b':' | b'('))
    }

    /// One step at depth 0.
    fn outside(&mut self) -> Step {
        let Some(byte) = self.byte(self.at) else {
            return Step::Stop;
        };
        if self.is_blank(byte) {
            return self.blank_outside();
        }
        match byte {
            b':' if self.after_arrow() => self.skip(SkipKind::Colon, self.at + 1),
            b'<' if self.opens_angle() => self.open(byte),
            b'>' if self.just_closed() => self.skip(SkipKind::Stray, self.at + 1),
            b'-' if self.in_tag => self.push(b'\''),
            b'(' => self.paren_outside(),
            b',' => {
                let name = self
                    .byte(self.at + 1)
                    .is_some_and(|byte| class::is(byte, NAME) && !matches!(byte, b'<' | b'>'));
                if !name {
                    return Step::Stop;
                }
                self.scan.commas.push(self.at);
                self.in_tag = true;
                self.push(b'\'')
            }
            _ if class::is(byte, END) => Step::Stop,
            _ if class::is(byte, NAME) => self.push(byte),
            b':' => {
                self.in_tag = false;
                self.push(byte)
            }
            _ if self.source.invalid_end(self.at).is_some() => Step::Stop,
            _ => {
                self.scan.illegal = Some(self.at);
                self.at = super::word::end(self.source, self.at).min(self.bytes.len());
                Step::Stop
            }
        }
    }

    fn paren_outside(&mut self) -> Step {
        if self.scan.text.len() == 1 || self.after_arrow() || types::ends_in_fn(&self.scan.text) {
            return self.open(b'(');
        }
        self.scan.glued = class::is(self.last(), NAME);
        Step::Stop
    }

    /// K22: whitespace at depth 0.
    fn blank_outside(&mut self) -> Step {
        let next = self.blank_end(self.at);
        let near = |at: usize| at <= self.start + LOOK_AHEAD;
        if self.just_closed() && self.outer_function && self.bytes[next..].starts_with(b"->") {
            let after = self.blank_end(next + 2);
            if near(after) && self.starts_type(after) {
                self.skip(SkipKind::Blank, next);
                self.push(b'-');
                self.push(b'>');
                if after > self.at {
                    self.skip(SkipKind::Blank, after);
                }
                return Step::Go;
            }
        } else if self.after_arrow() {
            if near(next) && self.starts_type(next) {
                return self.skip(SkipKind::Blank, next);
            }
        } else if self.detached_allowed
            && !self.scan.detached
            && near(next)
            && class::is(self.last(), FINAL)
            && self.byte(next) == Some(b'<')
            && self.starts_type(next + 1)
            && !has_terminator(&self.bytes[self.at..next])
        {
            self.scan.detached = true;
            return self.skip(SkipKind::Blank, next);
        }
        Step::Stop
    }

    /// One step inside brackets.
    fn inside(&mut self) -> Step {
        let Some(byte) = self.byte(self.at) else {
            return Step::Stop;
        };
        if self.is_blank(byte) {
            return self.blank_inside();
        }
        let top = self.scan.open.last().map_or(0, |&(bracket, _)| bracket);
        match byte {
            b':' => {
                let dropped = matches!(self.last(), b'<' | b'(' | b',') || self.after_arrow();
                match dropped {
                    true => self.skip(SkipKind::Colon, self.at + 1),
                    false => self.push(byte),
                }
            }
            b'<' if self.opens_angle() => self.open(byte),
            b'>' if self.last() == b'-' => self.push(byte),
            b'>' if top == b'<' => self.close(byte),
            b'>' => Step::Stop,
            b'(' => self.open(byte),
            b')' if top == b'(' => self.close(byte),
            b',' => self.push(byte),
            _ if class::is(byte, NAME) => self.push(byte),
            _ => Step::Stop,
        }
    }

    /// K20, K21: whitespace inside brackets.
    fn blank_inside(&mut self) -> Step {
        let next = self.blank_end(self.at);
        if next == self.bytes.len() {
            return match self.limit {
                Limit::Cut => {
                    self.skip(SkipKind::Blank, next);
                    Step::Stop
                }
                Limit::End => Step::Stop,
            };
        }
        match self.deletable(next) {
            true => self.skip(SkipKind::Blank, next),
            false => Step::Stop,
        }
    }

    fn deletable(&self, next: usize) -> bool {
        if next > self.start + LOOK_AHEAD || self.binder_head(next) {
            return false;
        }
        let after = self.byte(next + 1);
        let starts = matches!(self.last_source(), b'<' | b'(' | b',') || self.after_arrow();
        match self.bytes[next] {
            b',' | b')' | b'>' => true,
            b'(' => starts || types::ends_in_fn(&self.scan.text),
            b':' | b'_' => starts,
            b'<' => class::is(self.last(), FINAL) && !matches!(after, Some(b'-' | b'=' | b'<')),
            b'-' => after == Some(b'>') && self.last() == b')',
            byte => starts && class::is(byte, LETTER),
        }
    }

    /// The keyword's previous byte as it stands in the source, an inner colon included.
    fn last_source(&self) -> u8 {
        match self.scan.skipped.last() {
            Some(skip) if skip.kind == SkipKind::Colon && skip.end == self.at => b':',
            _ => self.last(),
        }
    }

    /// True if `at` begins a binder: an optional `&`, a name, whitespace, `<-` and whitespace or the end.
    fn binder_head(&self, mut at: usize) -> bool {
        let window = self.bytes.len().min(self.start + 2 * LOOK_AHEAD);
        let bytes = &self.bytes[..window];
        if bytes.get(at) == Some(&b'&') {
            at = self.blank_end(at + 1);
        }
        let name = at;
        while class::is_at(bytes, at, NAME) {
            at += 1;
        }
        let arrow = self.blank_end(at);
        if at == name
            || class::is(bytes[name], DIGIT)
            || arrow == at
            || !bytes[arrow.min(window)..].starts_with(b"<-")
        {
            return false;
        }
        match self.byte(arrow + 2) {
            None => true,
            Some(byte) => {
                class::is(byte, BLANK) || byte >= 0x80 && self.blank_end(arrow + 2) > arrow + 2
            }
        }
    }
}
