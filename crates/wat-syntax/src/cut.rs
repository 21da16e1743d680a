//! A file cut into its top-level forms.

use rowan::{TextRange, TextSize};

use crate::codes;
use crate::diag::SyntaxError;
use crate::kind::SyntaxKind::{KEYWORD, SYMBOL};
use crate::lexer::keyword::Limit;
use crate::lexer::token_report::diagnose;
use crate::lexer::{Token, lex_file};
use crate::parse::form_tokens;
use crate::repair::{Item, Repairs, Splitter};
use crate::source::{MAX_SOURCE_LEN, SourceText};
use crate::walk::{start_of, stray_closer};

/// How the bytes of a form are read: as they are (the default), or with repairs.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Verdict(pub(crate) Option<Box<Repairs>>);

impl Verdict {
    /// Are the bytes read as they are?
    pub fn is_strict(&self) -> bool {
        self.0.is_none()
    }
}

/// A form of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormCut {
    /// From the first to the last token of the form.
    pub range: TextRange,
    /// How to read it.
    pub verdict: Verdict,
    /// What it consists of.
    pub tokens: CutTokens,
}

/// The tokens of a form that was cut out of a file, for [`read_cut`](crate::read_cut): reading the form anew would give
/// the same ones.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct CutTokens(pub(crate) Box<[Token]>);

impl CutTokens {
    /// The tokens of the form that stands at `range` of `source`: there they are `tokens`.
    fn new(
        source: &SourceText,
        tokens: &[Token],
        range: TextRange,
        repairs: Option<&Repairs>,
    ) -> CutTokens {
        // What is odd about the last one may lie behind the form.
        if tokens.last().is_some_and(|token| token.is_dirty()) {
            let mut own = Vec::new();
            form_tokens(&source.slice(range), repairs, &mut own);
            return CutTokens(own.into());
        }
        let start = u32::from(range.start());
        let shifted = tokens.iter().map(|&token| Token {
            end: token.end - start,
            ..token
        });
        CutTokens(shifted.collect())
    }
}

impl std::fmt::Debug for CutTokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} tokens", self.0.len())
    }
}

/// The forms of a file, and the errors between them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileCut {
    /// In order.
    pub forms: Vec<FormCut>,
    /// Errors in the trivia between forms, closers that belong to no form, and WAT1028. Absolute, in order.
    pub errors: Vec<SyntaxError>,
}

/// Splits a file into its top-level forms, in time linear in its length.
pub fn cut(source: &SourceText) -> FileCut {
    let mut result = FileCut {
        forms: Vec::new(),
        errors: Vec::new(),
    };
    if let Some(error) = refusal(source) {
        result.errors.push(error);
        return result;
    }
    let (tokens, culprits) = lex_file(source);
    let mut at = 0;
    for item in Splitter::new(source, &tokens, &culprits) {
        let (first, end) = match &item {
            Item::Form(form) => (form.first, form.end),
            Item::Stray(token) => (*token, *token + 1),
        };
        between(source, &tokens, at..first, &mut result.errors);
        at = end;
        match item {
            Item::Form(form) => {
                glued(source, &tokens, end - 1, &mut result.errors);
                let start = TextSize::new(start_of(&tokens, first));
                let range = TextRange::new(start, TextSize::new(tokens[end - 1].end));
                let repairs = form.repairs.as_deref();
                result.forms.push(FormCut {
                    range,
                    tokens: CutTokens::new(source, &tokens[first..end], range, repairs),
                    verdict: Verdict(form.repairs),
                });
            }
            Item::Stray(token) => result
                .errors
                .push(stray_closer(start_of(&tokens, token), tokens[token].end)),
        }
    }
    between(source, &tokens, at..tokens.len(), &mut result.errors);
    result
}

/// Errors about the border between a form, whose last token is `last`, and what follows directly: a keyword before `(`
/// (K33), an arrow before a keyword (L63). The form on its own does not show them.
fn glued(source: &SourceText, tokens: &[Token], last: usize, errors: &mut Vec<SyntaxError>) {
    let token = tokens[last];
    if token.is_dirty() && matches!(token.kind, SYMBOL | KEYWORD) {
        let mut found = Vec::new();
        let previous = last.checked_sub(1).map(|before| tokens[before]);
        diagnose(source, Limit::End, previous, (token, true), &mut found);
        found.retain(|error| {
            matches!(
                error.code,
                codes::KEYWORD_GLUED_PAREN | codes::MISSING_SPACE
            )
        });
        errors.append(&mut found);
    }
}

/// Errors in the trivia between forms.
fn between(
    source: &SourceText,
    tokens: &[Token],
    range: std::ops::Range<usize>,
    errors: &mut Vec<SyntaxError>,
) {
    for at in range {
        if tokens[at].is_dirty() {
            let previous = at.checked_sub(1).map(|before| tokens[before]);
            diagnose(source, Limit::End, previous, (tokens[at], false), errors);
        }
    }
}

/// Why a source is not lexed, if so: it is too large (L5), or no text (L1).
pub(crate) fn refusal(source: &SourceText) -> Option<SyntaxError> {
    if source.len() > MAX_SOURCE_LEN {
        let at = TextRange::empty(0.into());
        let why = "the file is larger than 512 MiB";
        let error = SyntaxError::new(codes::FILE_TOO_LARGE, at, why);
        return Some(error.with_help("split it into several files"));
    }
    if !source.is_binary() {
        return None;
    }
    let (start, end) = source.invalid_runs(0, source.len()).next()?;
    let at = TextRange::new((start as u32).into(), (end as u32).into());
    let bytes = &source.to_bytes()[start..end];
    // The mark at the head of a text in UTF-16, which may be joined with the first character.
    let (what, help) = match start == 0 && matches!(bytes, [0xff, 0xfe, ..] | [0xfe, 0xff, ..]) {
        true => ("text in UTF-16", "save the file as UTF-8"),
        false => ("binary data", "wat reads text in UTF-8"),
    };
    let error = SyntaxError::new(
        codes::INVALID_UTF8,
        at,
        format!("the file holds {what}, not wat"),
    );
    Some(error.with_help(help))
}
