//! Files cut into top-level forms.
//!
//! A form's identity is its file, the words it starts with and its occurrence among equal ones: editing its body, or
//! moving it, keeps the identity, so whoever depends on it sees the same key. Its offset never enters a query of the
//! form: positions below this module are relative to the form, and become absolute in one place, [`Placed`].

use std::sync::Arc;

use rustc_hash::FxHashMap;

use wat_syntax::{
    Ast, AstSpans, CutTokens, LineIndex, SourceText, SyntaxError, TextRange, TextSize, Verdict,
};

use crate::db::{Db, FileKind, SourceFile};

/// What a form starts with: enough to recognise it after an edit.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) struct FormKey(Box<str>);

impl FormKey {
    /// The key of a library form.
    pub(crate) fn of(name: &str, as_type: bool) -> FormKey {
        FormKey(format!("{} {name}", if as_type { "type" } else { "value" }).into())
    }

    /// Of a library form: is it a type, and its name.
    pub(crate) fn library_name(&self) -> Option<(bool, &str)> {
        match self.0.split_once(' ')? {
            ("type", name) => Some((true, name)),
            ("value", name) => Some((false, name)),
            _ => None,
        }
    }

    /// As text: equal for equal keys, different for different ones.
    pub(crate) fn text(&self) -> &str {
        &self.0
    }

    /// The key of the n-th form of a file that starts with these words.
    fn numbered((first, second): (&str, &str), occurrence: u32) -> FormKey {
        let words = [first, second].join(" ");
        FormKey(match occurrence {
            0 => words.into(),
            n => format!("{words} {n}").into(),
        })
    }

    /// The first two words of a form, without brackets.
    fn scan(text: &str) -> (&str, &str) {
        let (first, rest) = FormKey::word(text);
        (first, FormKey::word(rest).0)
    }

    /// The first word of a text, of at most 200 characters, and what comes after it.
    fn word(text: &str) -> (&str, &str) {
        let parts = |byte: &u8| {
            byte.is_ascii_whitespace()
                || matches!(byte, b'(' | b')' | b'[' | b']' | b'{' | b'}' | b'"' | b';')
        };
        let bytes = text.as_bytes();
        let Some(start) = bytes.iter().position(|byte| !parts(byte)) else {
            return ("", "");
        };
        let end = bytes[start..]
            .iter()
            .position(parts)
            .map_or(bytes.len(), |len| start + len);
        let (word, rest) = (&text[start..end], &text[end..]);
        let clip = match word.len() > 200 {
            true => word.char_indices().nth(200),
            false => None,
        };
        (clip.map_or(word, |(at, _)| &word[..at]), rest)
    }
}

/// The bytes of a form and how to read them.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) struct FormContent {
    pub(crate) text: SourceText,
    pub(crate) verdict: Verdict,
    /// As the cut found them, where there was one. They follow from the rest.
    tokens: Option<CutTokens>,
}

impl FormContent {
    /// A form whose brackets match.
    pub(crate) fn strict(text: SourceText) -> FormContent {
        FormContent {
            text,
            verdict: Verdict::default(),
            tokens: None,
        }
    }
}

/// A top-level form.
#[salsa::tracked(debug)]
pub(crate) struct Form<'db> {
    #[returns(copy)]
    pub(crate) file: SourceFile,
    #[returns(ref)]
    pub(crate) key: FormKey,
    #[tracked]
    #[returns(ref)]
    pub(crate) content: FormContent,
}

/// A form and where it starts in its file.
#[derive(Clone, Copy, PartialEq, Eq, Debug, salsa::SalsaValue)]
pub(crate) struct Placed<'db> {
    pub(crate) form: Form<'db>,
    start: u32,
    len: u32,
}

impl Placed<'_> {
    pub(crate) fn start(&self) -> TextSize {
        TextSize::new(self.start)
    }

    pub(crate) fn range(&self) -> TextRange {
        TextRange::at(self.start(), TextSize::new(self.len))
    }
}

/// The cut of a file.
#[derive(Clone, PartialEq, Eq, Debug, salsa::SalsaValue)]
pub(crate) struct FileForms<'db> {
    pub(crate) placed: Vec<Placed<'db>>,
    pub(crate) errors: Vec<SyntaxError>,
}

/// Cuts a file into forms with their offsets.
#[salsa::tracked(returns(ref))]
pub(crate) fn forms<'db>(db: &'db dyn Db, file: SourceFile) -> FileForms<'db> {
    let source = file.text(db);
    let cut = wat_syntax::cut(&source);
    let mut seen: FxHashMap<(&str, &str), u32> = FxHashMap::default();
    let placed = cut
        .forms
        .into_iter()
        .map(|form| {
            let words = FormKey::scan(&source.text()[form.range]);
            let occurrence = seen.entry(words).or_default();
            let key = FormKey::numbered(words, *occurrence);
            *occurrence += 1;
            let text = source.slice(form.range);
            Placed {
                form: Form::new(
                    db,
                    file,
                    key,
                    FormContent {
                        text,
                        verdict: form.verdict,
                        tokens: Some(form.tokens),
                    },
                ),
                start: form.range.start().into(),
                len: form.range.len().into(),
            }
        })
        .collect();
    FileForms {
        placed,
        errors: cut.errors,
    }
}

/// The forms of a file in order, without positions.
#[salsa::tracked(returns(ref))]
pub(crate) fn form_list<'db>(db: &'db dyn Db, file: SourceFile) -> Vec<Form<'db>> {
    forms(db, file)
        .placed
        .iter()
        .map(|placed| placed.form)
        .collect()
}

/// A form as read: with positions (relative to the form) and reader errors.
#[derive(Debug, PartialEq, Eq, Clone)]
pub(crate) struct ReadForm {
    pub(crate) ast: Arc<Ast>,
    pub(crate) spans: AstSpans,
    pub(crate) errors: Vec<SyntaxError>,
}

/// Reads a form.
#[salsa::tracked(returns(ref), no_eq)]
pub(crate) fn read_form<'db>(db: &'db dyn Db, form: Form<'db>) -> ReadForm {
    let content = form.content(db);
    let read = match &content.tokens {
        Some(tokens) => wat_syntax::read_cut(&content.text, &content.verdict, tokens),
        None => wat_syntax::read_form(&content.text, &content.verdict),
    };
    ReadForm {
        ast: Arc::new(read.ast),
        spans: read.spans,
        errors: read.errors,
    }
}

/// A form as data, as it was written.
#[derive(Debug, PartialEq, Eq, Clone)]
pub(crate) struct FormAst {
    pub(crate) ast: Arc<Ast>,
    /// Is a macro of the library mentioned? If not, and if the program has no macro, there is nothing to expand.
    pub(crate) library_macros: bool,
    /// Is a value threaded into a form that takes it as it is written? Such threads are written out.
    pub(crate) threads_forms: bool,
    /// May a type with parts be written out in it?
    pub(crate) writes_types: bool,
}

impl std::ops::Deref for FormAst {
    type Target = Ast;

    fn deref(&self) -> &Ast {
        &self.ast
    }
}

/// The form as data: no trivia, no positions, no notation. Everything semantic starts here, so an edit of a comment
/// or of blanks ends here.
#[salsa::tracked(returns(ref))]
pub(crate) fn ast<'db>(db: &'db dyn Db, form: Form<'db>) -> FormAst {
    let ast = read_form(db, form).ast.clone();
    let (mut library_macros, mut writes_types) = (false, false);
    for text in ast.texts() {
        library_macros = library_macros || crate::library::expands(text);
        writes_types = writes_types || may_have_parts(text);
    }
    let threads_forms = crate::expand::threads_forms(&ast);
    FormAst {
        ast,
        library_macros,
        threads_forms,
        writes_types,
    }
}

/// Could a text be a type with parts?
pub(crate) fn may_have_parts(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.first() == Some(&b':')
        && (matches!(bytes.last(), Some(b'>' | b')')) || memchr::memchr(b'(', bytes).is_some())
}

/// Where each form of a file starts.
#[salsa::tracked(returns(ref))]
fn offsets<'db>(db: &'db dyn Db, file: SourceFile) -> FxHashMap<Form<'db>, u32> {
    forms(db, file)
        .placed
        .iter()
        .map(|placed| (placed.form, placed.start))
        .collect()
}

/// Where a form starts in its file. Only for the edge, where positions become absolute.
pub(crate) fn form_start(db: &dyn Db, form: Form<'_>) -> TextSize {
    let file = form.file(db);
    if file.kind(db) == FileKind::Library
        && let Some(start) = crate::library::library_form_offset(db, form)
    {
        return start;
    }
    TextSize::new(offsets(db, file).get(&form).copied().unwrap_or_default())
}

/// The line table of a file.
#[salsa::tracked(returns(clone))]
pub fn line_index(db: &dyn Db, file: SourceFile) -> Arc<LineIndex> {
    Arc::new(LineIndex::new(file.text(db).text()))
}
