//! Runes: comments that suppress lints and warnings, with a reason (chapter 10 §7.3).

use std::sync::Arc;

use wat_syntax::{Applicability, Code, Severity, SyntaxKind, TextRange, TextSize, lex};

use crate::codes::{CODES, code_info};
use crate::db::{Db, SourceFile};
use crate::diagnostics::{
    Diagnostic, DiagnosticFix, FileEdit, Span, program_diagnostics, whole_line,
};

/// A rune.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Rune {
    /// What it suppresses, as written: `unused(interop)`, `allow(WAT7403)`.
    pub target: String,
    /// Why, its continuation lines included.
    pub justification: String,
    /// Where it stands, its continuation lines included.
    pub range: TextRange,
    /// The forms that begin on its line, or on the line below.
    covered: TextRange,
    suppresses: Suppresses,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
enum Suppresses {
    Family(String),
    Codes(Vec<Code>),
}

/// The runes of a file, and what is wrong with what was meant to be one.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
struct FileRunes {
    runes: Vec<Arc<Rune>>,
    problems: Vec<RuneProblem>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
struct RuneProblem {
    code: u16,
    range: TextRange,
    message: String,
    label: &'static str,
    help: String,
}

/// The families that have categories, and these.
const FAMILIES: [(&str, &[&str]); 8] = [
    (
        "complectens",
        &[
            "monolithic",
            "narrative",
            "setup-cascade",
            "forward-reference",
            "circular-helpers",
            "stepping-stone",
            "historical",
            "helper-orphan",
            "scaffolding",
            "embedded-program",
        ],
    ),
    ("perspicere", &["structural", "intentional-recurrence"]),
    ("vocare", &["integration", "legacy"]),
    (
        "documentation",
        &["self-evident", "internal", "transitional", "generated"],
    ),
    ("names", &["established", "interop"]),
    ("unused", &["public-api", "interop", "scaffolding"]),
    ("idiom", &["clearer", "intentional-positional", "measured"]),
    ("layout", &["unavoidable", "verbatim"]),
];

/// The shortest justification, in characters.
const SHORTEST: usize = 10;

/// What every rune begins with.
const START: &str = ";; rune:";

const FORM: &str = "a rune is written `;; rune:FAMILY(CATEGORY) — why`, or with `allow(CODE)`";

/// Marks what the runes of a file suppress of its findings. Errors are never suppressed.
pub(crate) fn mark_suppressed(db: &dyn Db, file: SourceFile, found: &mut [Diagnostic]) {
    let runes = &file_runes(db, file).runes;
    if runes.is_empty() {
        return;
    }
    for diagnostic in found {
        if diagnostic.severity != Severity::Error && diagnostic.span.file == file {
            // The innermost form decides.
            let fits = runes.iter().filter(|rune| rune.suppresses(diagnostic));
            let rune = fits.min_by_key(|rune| rune.covered.len());
            diagnostic.suppressed = rune.cloned();
        }
    }
}

/// Does a rune suppress it?
pub(crate) fn is_suppressed(diagnostic: &Diagnostic) -> bool {
    diagnostic.suppressed.is_some()
}

impl Rune {
    fn suppresses(&self, found: &Diagnostic) -> bool {
        let covers = self.covered.contains_range(found.span.range);
        covers
            && match &self.suppresses {
                Suppresses::Codes(codes) => codes.contains(&found.code),
                Suppresses::Family(family) => code_info(found.code)
                    .and_then(|info| info.name.split_once('/'))
                    .is_some_and(|(its, _)| its == family),
            }
    }

    /// Is there a rule whose findings it could suppress, and that is looked for where the file is linted?
    fn is_judged(&self) -> bool {
        match &self.suppresses {
            Suppresses::Family(family) => family != "layout",
            Suppresses::Codes(codes) => !codes
                .iter()
                .any(|code| matches!(code.0, 6000..=6999 | 7700..=7899 | 7905)),
        }
    }
}

/// Marks the lints of a file that its runes suppress, adds what they suppress of its diagnostics, and tells what is wrong
/// with them: WAT7901 to WAT7904.
pub(super) fn judge(db: &dyn Db, root: SourceFile, file: SourceFile, found: &mut Vec<Diagnostic>) {
    let FileRunes { runes, problems } = file_runes(db, file);
    if runes.is_empty() && problems.is_empty() {
        return;
    }
    mark_suppressed(db, file, found);
    let told = program_diagnostics(db, root, file);
    found.extend(told.iter().filter(|it| is_suppressed(it)).cloned());
    let has_error = |range: TextRange| {
        let errors = told.iter().filter(|it| it.severity == Severity::Error);
        errors
            .filter(|it| it.span.file == file)
            .any(|it| range.contains_range(it.span.range))
    };
    for problem in problems {
        found.push(problem.diagnostic(file));
    }
    for rune in runes {
        let used = found.iter().any(|it| it.suppressed.as_ref() == Some(rune));
        if used || !rune.is_judged() || has_error(rune.covered) {
            continue;
        }
        let edit = FileEdit {
            file,
            range: whole_line_of(db, file, rune.range),
            insert: "".into(),
        };
        let mut unused = RuneProblem {
            code: 7904,
            range: rune.range,
            message: format!("the rune `{}` suppresses nothing", rune.target),
            label: "nothing is found here that it speaks of",
            help: "remove it".to_owned(),
        }
        .diagnostic(file);
        unused.fixes.push(DiagnosticFix {
            title: "remove the rune".to_owned(),
            applicability: Applicability::MachineApplicable,
            edits: vec![edit],
        });
        found.push(unused);
    }
    super::in_order(found);
}

/// A comment with its line, if nothing else stands there, and with the blanks before it.
fn whole_line_of(db: &dyn Db, file: SourceFile, range: TextRange) -> TextRange {
    let text = file.text(db);
    let before = &text.text()[..usize::from(range.start())];
    let blanks = before.len() - before.trim_end_matches([' ', '\t']).len();
    let start = range.start() - TextSize::new(blanks as u32);
    whole_line(db, file, TextRange::new(start, range.end()))
}

impl RuneProblem {
    fn diagnostic(&self, file: SourceFile) -> Diagnostic {
        let severity = code_info(Code(self.code)).map_or(Severity::Warning, |info| info.severity);
        Diagnostic {
            code: Code(self.code),
            severity,
            message: self.message.clone(),
            span: Span {
                file,
                range: self.range,
            },
            label: self.label.to_owned(),
            labels: Vec::new(),
            notes: Vec::new(),
            help: Some(self.help.clone()),
            fixes: Vec::new(),
            expansion: Vec::new(),
            facts: Vec::new(),
            suppressed: None,
        }
    }
}

#[salsa::tracked(returns(ref))]
fn file_runes(db: &dyn Db, file: SourceFile) -> FileRunes {
    let text = file.text(db);
    match text.text().contains("rune:") {
        true => Reader::new(text.text(), &lex(&text)).read(),
        false => FileRunes::default(),
    }
}

#[derive(Clone, Copy)]
struct Token {
    kind: SyntaxKind,
    start: usize,
    end: usize,
}

struct Reader<'t> {
    text: &'t str,
    tokens: Vec<Token>,
    /// Of each opener, the end of its form.
    ends: Vec<usize>,
    out: FileRunes,
}

impl<'t> Reader<'t> {
    fn new(text: &'t str, lexed: &[wat_syntax::LexedToken]) -> Self {
        let mut start = 0;
        let tokens = lexed.iter().map(|token| {
            let from = start;
            start += token.len as usize;
            Token {
                kind: token.kind,
                start: from,
                end: start,
            }
        });
        let tokens: Vec<Token> = tokens.collect();
        let mut ends: Vec<usize> = tokens.iter().map(|token| token.end).collect();
        let mut open = Vec::new();
        for (at, token) in tokens.iter().enumerate() {
            if token.kind.is_opener() {
                open.push(at);
                ends[at] = text.len();
            } else if token.kind.is_closer()
                && let Some(opener) = open.pop()
            {
                ends[opener] = token.end;
            }
        }
        Reader {
            text,
            tokens,
            ends,
            out: FileRunes::default(),
        }
    }

    fn read(mut self) -> FileRunes {
        let mut at = 0;
        while at < self.tokens.len() {
            at = match self.is_like_rune(at) {
                true => self.rune(at),
                false => at + 1,
            };
        }
        self.out
    }

    fn words(&self, at: usize) -> &'t str {
        let Token { start, end, .. } = self.tokens[at];
        self.text[start..end].trim_end()
    }

    /// Does a comment start like a rune?
    fn is_like_rune(&self, at: usize) -> bool {
        let is_comment = self.tokens[at].kind == SyntaxKind::COMMENT;
        is_comment && {
            let words = self.words(at).trim_start_matches(';').trim_start();
            words.starts_with("rune:")
        }
    }

    /// Reads the rune that a comment begins; the token behind it.
    fn rune(&mut self, at: usize) -> usize {
        let line_start = self.line_start(at);
        let trails = line_start < at;
        let (mut last, mut next) = (at, at + 1);
        // Comments directly below belong to it.
        while !trails
            && let Some(blanks) = self.tokens.get(next)
            && blanks.kind == SyntaxKind::WHITESPACE
            && self.text[blanks.start..blanks.end].matches('\n').count() <= 1
            && let Some(comment) = self.tokens.get(next + 1)
            && comment.kind == SyntaxKind::COMMENT
            && !self.is_like_rune(next + 1)
        {
            (last, next) = (next + 1, next + 2);
        }
        let (start, end) = (
            self.tokens[at].start,
            self.tokens[at].start + self.words(at).len(),
        );
        let first = range(start, end);
        let Some((target, justification)) = split(self.words(at)) else {
            self.tell(7901, first, "this is no rune", "starts like a rune", FORM);
            return next;
        };
        let suppresses = match understood(target) {
            Ok(suppresses) => suppresses,
            Err(Wrong::Malformed) => {
                self.tell(7901, first, "this is no rune", "starts like a rune", FORM);
                return next;
            }
            Err(Wrong::Unknown(word, help)) => {
                let from = start + START.len() + offset(target, word);
                let message = format!("there is no `{word}` that a rune could suppress");
                self.tell(
                    7902,
                    range(from, from + word.len()),
                    &message,
                    "unknown",
                    &help,
                );
                return next;
            }
        };
        let more = (at + 1..=last).filter(|&it| self.tokens[it].kind == SyntaxKind::COMMENT);
        let more = more.map(|it| self.words(it).trim_start_matches(';').trim());
        let all = [justification].into_iter().chain(more).collect::<Vec<_>>();
        let justification = all.join(" ").trim().to_owned();
        if justification.chars().count() < SHORTEST {
            let help =
                format!("say why, in at least {SHORTEST} characters, behind a dash: `— why`");
            let message = match justification.is_empty() {
                true => "a rune without a justification".to_owned(),
                false => format!("`{justification}` is no justification"),
            };
            self.tell(7903, first, &message, "says too little", &help);
            return next;
        }
        let covered = match trails {
            true => self.on_line(line_start),
            false => self.below(next),
        };
        let last_end = self.tokens[last].start + self.words(last).len();
        self.out.runes.push(Arc::new(Rune {
            target: target.to_owned(),
            justification,
            range: range(start, last_end),
            covered,
            suppresses,
        }));
        next
    }

    /// The first token, blanks left out, of the line that a token stands on.
    fn line_start(&self, at: usize) -> usize {
        let start = self.tokens[at].start;
        let line = self.text[..start].rfind('\n').map_or(0, |feed| feed + 1);
        let mut first = at;
        while first > 0 && self.tokens[first - 1].end > line {
            first -= 1;
        }
        let is_blank = |token: Token| token.kind == SyntaxKind::WHITESPACE;
        // A string that ends on the line has begun on another one.
        let begins = |token: Token| token.start >= line && !is_blank(token);
        (first..at)
            .find(|&it| begins(self.tokens[it]))
            .unwrap_or(at)
    }

    /// What begins on a line, from one of its tokens on.
    fn on_line(&self, first: usize) -> TextRange {
        let Some(&Token { start, .. }) = self.tokens.get(first) else {
            return range(self.text.len(), self.text.len());
        };
        let line = self.text[start..]
            .find('\n')
            .map_or(self.text.len(), |len| start + len);
        let on_line = self.tokens[first..]
            .iter()
            .take_while(|token| token.start < line);
        let begin = on_line.zip(&self.ends[first..]);
        let begin = begin.filter(|(it, _)| !it.kind.is_closer() && !it.kind.is_trivia());
        let all = begin
            .map(|(token, end)| (token.start, *end))
            .reduce(|all, one| (all.0.min(one.0), all.1.max(one.1)));
        all.map_or_else(|| range(start, start), |(start, end)| range(start, end))
    }

    /// What begins on the next line with code, and the annotations before it.
    fn below(&self, mut at: usize) -> TextRange {
        let mut covered: Option<TextRange> = None;
        loop {
            while self.tokens.get(at).is_some_and(|it| it.kind.is_trivia()) {
                at += 1;
            }
            let line = self.on_line(at);
            let all = covered.map_or(line, |covered| covered.cover(line));
            if !self.is_annotation(at) {
                return all;
            }
            covered = Some(all);
            let end = usize::from(all.end());
            at = self.tokens.partition_point(|token| token.start < end);
        }
    }

    fn is_annotation(&self, at: usize) -> bool {
        let opener = self.tokens.get(at);
        let opener = opener.filter(|it| it.kind == SyntaxKind::L_PAREN);
        let head = self.tokens.get(at + 1).filter(|_| opener.is_some());
        let head = head.map(|head| &self.text[head.start..head.end]);
        head.and_then(crate::expand::annotation).is_some()
    }

    fn tell(
        &mut self,
        code: u16,
        range: TextRange,
        message: &str,
        label: &'static str,
        help: &str,
    ) {
        self.out.problems.push(RuneProblem {
            code,
            range,
            message: message.to_owned(),
            label,
            help: help.to_owned(),
        });
    }
}

fn range(start: usize, end: usize) -> TextRange {
    TextRange::new((start as u32).into(), (end as u32).into())
}

/// Where a part of a text begins in it.
fn offset(text: &str, part: &str) -> usize {
    part.as_ptr() as usize - text.as_ptr() as usize
}

/// The target and the justification of a rune, which may lack; `None` if it is none.
fn split(words: &str) -> Option<(&str, &str)> {
    let words = words.strip_prefix(START)?;
    let (target, rest) = words.split_at(words.find(')')? + 1);
    if rest.trim().is_empty() {
        return Some((target, ""));
    }
    let rest = rest.strip_prefix(' ')?;
    let rest = rest.strip_prefix('—').or_else(|| rest.strip_prefix("--"))?;
    if rest.is_empty() {
        return Some((target, ""));
    }
    Some((target, rest.strip_prefix(' ')?.trim()))
}

enum Wrong<'t> {
    Malformed,
    Unknown(&'t str, String),
}

/// What a target suppresses.
fn understood(target: &str) -> Result<Suppresses, Wrong<'_>> {
    let (family, inner) = target.split_once('(').ok_or(Wrong::Malformed)?;
    let inner = inner.strip_suffix(')').ok_or(Wrong::Malformed)?;
    if family.is_empty() || inner.trim().is_empty() || inner.contains('(') {
        return Err(Wrong::Malformed);
    }
    if family == "allow" {
        let codes = inner.split(',').map(|word| code(word.trim()));
        return Ok(Suppresses::Codes(codes.collect::<Result<_, _>>()?));
    }
    let Some((_, categories)) = FAMILIES.iter().find(|(name, _)| *name == family) else {
        let names = FAMILIES.iter().map(|(name, _)| *name).chain(["allow"]);
        return Err(Wrong::Unknown(family, listed("families", names)));
    };
    if !categories.contains(&inner) {
        let help = listed("categories", categories.iter().copied());
        return Err(Wrong::Unknown(inner, help));
    }
    Ok(Suppresses::Family(family.to_owned()))
}

fn listed(what: &str, names: impl Iterator<Item = &'static str>) -> String {
    let names: Vec<String> = names.map(|name| format!("`{name}`")).collect();
    format!("the {what} are {}", names.join(", "))
}

/// The code that `allow` names.
fn code(word: &str) -> Result<Code, Wrong<'_>> {
    if word.is_empty() {
        return Err(Wrong::Malformed);
    }
    let digits = word.strip_prefix("WAT");
    let code = digits.and_then(|digits| digits.parse().ok()).map(Code);
    let all = wat_syntax::READER_CODES.iter().chain(CODES);
    let known = code.filter(|code| all.clone().any(|info| info.code == *code));
    known.ok_or_else(|| {
        let help = "`wat lint --list` shows the codes of all rules".to_owned();
        Wrong::Unknown(word, help)
    })
}
