//! Project files as trees of values with their places, whatever the notation.

use std::path::Path;

use toml::de::{DeTable, DeValue};
use wat_syntax::{FormSyntax, NodeId, NodeKind, Severity, TextRange, TextSize, cut, read_form};

use super::{Told, text_range};

/// A value and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Value {
    pub range: TextRange,
    pub kind: Kind,
}

#[derive(Clone, Debug)]
pub(super) enum Kind {
    String(String),
    Integer(i64),
    Float(f64),
    Boolean(bool),
    List(Vec<Value>),
    Table(Vec<Entry>),
    /// What no setting is, such as a date.
    Other(&'static str),
}

/// A key with its value.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub key: String,
    pub range: TextRange,
    pub value: Value,
}

impl Value {
    /// What the value is, with its article.
    pub fn what(&self) -> &'static str {
        match self.kind {
            Kind::String(_) => "a string",
            Kind::Integer(_) => "an integer",
            Kind::Float(_) => "a float",
            Kind::Boolean(_) => "a boolean",
            Kind::List(_) => "a list",
            Kind::Table(_) => "a table",
            Kind::Other(what) => what,
        }
    }
}

/// Reads a file in the notation that its name says.
pub(super) fn of(file: &Path, told: &mut Told) -> Value {
    match file.extension().is_some_and(|it| it == "edn") {
        true => from_edn(told),
        false => from_toml(told),
    }
}

/// Reads TOML. Its errors go to `told`.
pub(super) fn from_toml(told: &mut Told) -> Value {
    let (table, errors) = DeTable::parse_recoverable(told.text());
    for error in errors.iter().take(1) {
        let end = told.text().len();
        let range = text_range(error.span().unwrap_or(end..end));
        let message = format!("the file is not TOML: {}", lower_first(error.message()));
        told.bad(range, "here", message, None);
    }
    Value {
        range: text_range(table.span()),
        kind: table_kind(table.into_inner()),
    }
}

/// The sentence as part of another one.
fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(|first| first.to_lowercase().to_string());
    first.unwrap_or_default() + chars.as_str()
}

/// Nesting is bounded by the reader of TOML.
fn table_kind(table: DeTable<'_>) -> Kind {
    let entries = table.into_iter().map(|(key, value)| Entry {
        range: text_range(key.span()),
        key: key.into_inner().into_owned(),
        value: Value {
            range: text_range(value.span()),
            kind: value_kind(value.into_inner()),
        },
    });
    Kind::Table(entries.collect())
}

fn value_kind(value: DeValue<'_>) -> Kind {
    match value {
        DeValue::String(text) => Kind::String(text.into_owned()),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix()).map_or(
            Kind::Other("an integer of more than 64 bits"),
            Kind::Integer,
        ),
        DeValue::Float(number) => Kind::Float(number.as_str().parse().unwrap_or(f64::NAN)),
        DeValue::Boolean(value) => Kind::Boolean(value),
        DeValue::Datetime(_) => Kind::Other("a date"),
        DeValue::Table(table) => table_kind(table),
        DeValue::Array(values) => {
            let values = values.into_iter().map(|value| Value {
                range: text_range(value.span()),
                kind: value_kind(value.into_inner()),
            });
            Kind::List(values.collect())
        }
    }
}

/// How deep the values of a project file nest, as in TOML.
const MAX_DEPTH: usize = 80;

/// Reads EDN: one map with keyword keys. What EDN has in common with wat is enough for settings, so that wat's reader
/// reads it. Its errors go to `told`.
fn from_edn(told: &mut Told) -> Value {
    let source = wat_syntax::SourceText::new(told.text());
    let file = cut(&source);
    let mut values = Vec::new();
    let mut errors = file.errors.clone();
    for form in &file.forms {
        let syntax = read_form(&source.slice(form.range), &form.verdict);
        let start = form.range.start();
        errors.extend(
            syntax
                .errors
                .iter()
                .map(|error| error.clone().shifted(start)),
        );
        values.push(edn_value(&syntax, syntax.ast.root(), start, 0));
    }
    errors.retain(|error| error.severity == Severity::Error);
    let all = TextRange::up_to(TextSize::of(told.text()));
    if let Some(error) = errors.first() {
        let message = format!("the file is not EDN: {}", error.message);
        told.bad(error.range, "here", message, error.help.clone());
    } else if let Some(more) = values.get(1) {
        let message = "the file holds one map, and this stands behind it".to_owned();
        told.bad(more.range, "one value too many", message, None);
    }
    let value = values.into_iter().next().unwrap_or(Value {
        range: all,
        kind: Kind::Table(Vec::new()),
    });
    if !told.is_bad {
        judge_keys(&value, told);
    }
    value
}

/// Tells of keys that stand twice in a map, and of what is no key.
fn judge_keys(value: &Value, told: &mut Told) {
    match &value.kind {
        Kind::List(values) => values.iter().for_each(|value| judge_keys(value, told)),
        Kind::Table(entries) => {
            let mut seen = std::collections::HashSet::new();
            for entry in entries {
                if entry.key.is_empty() {
                    let message = "a key of a project file is a keyword such as `:entry`";
                    told.bad(entry.range, "not a key", message.to_owned(), None);
                } else if !seen.insert(&entry.key) {
                    let message = format!("the key `:{}` stands twice in one map", entry.key);
                    told.bad(entry.range, "the second", message, None);
                }
                judge_keys(&entry.value, told);
            }
        }
        _ => {}
    }
}

fn edn_value(syntax: &FormSyntax, node: NodeId, start: TextSize, depth: usize) -> Value {
    let FormSyntax { ast, spans, .. } = syntax;
    let inner = |node| edn_value(syntax, node, start, depth + 1);
    let kind = match ast.kind(node) {
        _ if depth > MAX_DEPTH => Kind::Other("a value that nests too deep"),
        NodeKind::Int(number) => Kind::Integer(number),
        NodeKind::Float(bits) => Kind::Float(f64::from_bits(bits)),
        NodeKind::Bool(value) => Kind::Boolean(value),
        NodeKind::Str(text) => Kind::String(ast.text(text).to_owned()),
        NodeKind::Vector => Kind::List(ast.children(node).map(inner).collect()),
        NodeKind::Brace => {
            let children: Vec<NodeId> = ast.children(node).collect();
            let entries = children.chunks_exact(2).map(|pair| Entry {
                key: edn_key(syntax, pair[0]),
                range: spans.range(pair[0]) + start,
                value: inner(pair[1]),
            });
            match children.len() % 2 {
                0 => Kind::Table(entries.collect()),
                _ => Kind::Other("a map with a key without value"),
            }
        }
        NodeKind::Keyword(_) => Kind::Other("a keyword"),
        NodeKind::Symbol(_) => Kind::Other("a symbol"),
        _ => Kind::Other("no setting"),
    };
    Value {
        range: spans.range(node) + start,
        kind,
    }
}

/// The key of a map entry: a keyword without its colon, or a string.
fn edn_key(syntax: &FormSyntax, node: NodeId) -> String {
    let ast = &syntax.ast;
    let keyword = ast.as_keyword(node).and_then(|name| name.strip_prefix(':'));
    keyword.or(ast.as_str(node)).unwrap_or("").to_owned()
}
