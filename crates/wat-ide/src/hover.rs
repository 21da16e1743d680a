//! What a name or an expression is.
//!
//! ```text
//! (:calc::a$0dd 1 2)
//! :calc::add [a <- :wat::core::i64 b <- :wat::core::i64] -> :wat::core::i64
//! ```

use wat_analysis::{
    Db, DefInfo, DefKind, SourceFile, Target, TextRange, TextSize, line_index, primary_root,
    requirements_of, restriction_at, symbol_at, type_at,
};
use wat_syntax::ColumnEncoding;

use crate::builtin::BUILTIN_SCHEME;

/// The text of a hover, in parts; [`markdown`](Self::markdown) and [`plain`](Self::plain) put them together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hover {
    /// The text that the hover is about.
    pub range: TextRange,
    /// wat: a signature, a type or a grammar.
    pub signature: String,
    /// What it is and where it is defined; empty for a bare expression.
    pub facts: String,
    /// The docstring, which is Markdown.
    pub doc: Option<String>,
}

impl Hover {
    /// The hover as Markdown.
    pub fn markdown(&self) -> String {
        let mut out = format!("```wat\n{}\n```\n", self.signature);
        if !self.facts.is_empty() {
            out.push_str(&format!("\n*{}*\n", self.facts));
        }
        if let Some(doc) = &self.doc {
            out.push_str(&format!("\n---\n\n{doc}\n"));
        }
        out
    }

    /// The hover for an editor that shows plain text only.
    pub fn plain(&self) -> String {
        let parts = [
            Some(self.signature.as_str()),
            Some(self.facts.as_str()),
            self.doc.as_deref(),
        ];
        let parts: Vec<&str> = parts
            .into_iter()
            .flatten()
            .filter(|part| !part.is_empty())
            .collect();
        parts.join("\n\n")
    }
}

/// What stands at `offset`: the definition or binding of a name, else the type of the smallest expression there.
pub fn hover(db: &dyn Db, file: SourceFile, offset: TextSize) -> Option<Hover> {
    match symbol_at(db, file, offset) {
        Some(symbol) => Some(match symbol.target {
            Target::Definition(info) => {
                let mut hover = of_definition(db, symbol.range, &info);
                if let Some(required) = requirements_of(db, primary_root(db, file), &info.name) {
                    let name = info.name.len();
                    hover.signature.insert_str(name, &format!(" {required}"));
                }
                if let Some(restriction) = restriction_at(db, file, offset, &info.name) {
                    hover
                        .facts
                        .push_str(&format!("; restricted: {restriction}"));
                }
                hover
            }
            Target::Local { name, ty, .. } => Hover {
                range: symbol.range,
                signature: format!("{name} <- {ty}"),
                facts: "local".to_owned(),
                doc: None,
            },
        }),
        None => {
            let (range, ty) = type_at(db, file, TextRange::empty(offset))?;
            Some(Hover {
                range,
                signature: ty,
                facts: String::new(),
                doc: None,
            })
        }
    }
}

fn of_definition(db: &dyn Db, range: TextRange, info: &DefInfo) -> Hover {
    Hover {
        range,
        signature: signature(info),
        facts: format!("{}, {}", kind_name(info.kind), place(db, info)),
        doc: info.doc.as_deref().map(str::to_owned),
    }
}

/// The definition's name with its signature, on one line.
pub(crate) fn signature(info: &DefInfo) -> String {
    let DefInfo {
        name, signature, ..
    } = info;
    match info.kind {
        _ if signature.is_empty() => name.to_string(),
        DefKind::Value => format!("{name} <- {signature}"),
        DefKind::SpecialForm | DefKind::Type if signature.starts_with('(') => signature.clone(),
        _ => format!("{name} {signature}"),
    }
}

/// What users call a definition of that kind.
pub(crate) fn kind_name(kind: DefKind) -> &'static str {
    match kind {
        DefKind::Function => "function",
        DefKind::Native => "native function",
        DefKind::SpecialForm => "special form",
        DefKind::Operator => "operator",
        DefKind::Dispatch => "dispatch function",
        DefKind::KeywordVariant => "keyword form",
        DefKind::Value => "value",
        DefKind::Macro => "macro",
        DefKind::Type => "type",
    }
}

fn place(db: &dyn Db, info: &DefInfo) -> String {
    let file = info.span.file;
    let path = file.path(db);
    if path.starts_with(BUILTIN_SCHEME) {
        return format!("built in (`{path}`)");
    }
    let text = file.text(db);
    let at = line_index(db, file).line_col(
        text.text(),
        info.name_span.range.start(),
        ColumnEncoding::Utf32,
    );
    let root = primary_root(db, file).path(db);
    let folder = root.rsplit_once('/').map_or("", |(folder, _)| folder);
    let shown = path
        .strip_prefix(folder)
        .map_or(&*path, |rest| rest.trim_start_matches('/'));
    format!("`{shown}:{}`", at.line + 1)
}
