//! WAT7402: texts put together from literals and values.

use rustc_hash::FxHashMap;
use wat_syntax::{Applicability, NodeId, NodeKind};

use crate::infer::text::literal;
use crate::lint::Lint;
use crate::problem::{EditAt, Problem, ProblemEdit};

use super::{Call, edit, place_of};

pub(super) const CONCAT: &str = ":wat::core::string::concat";
const FORMAT: &str = ":wat::core::format";

/// `(string::concat "hello, " name "!")`. The values are texts already, and `format` evaluates them in the same order.
pub(super) fn concat(_: &Lint<'_, '_>, call: &Call<'_>) -> Option<Problem<'static>> {
    let is_literal = |&part: &NodeId| call.source.as_str(part).is_some();
    if call.is_step || !call.parts.iter().any(is_literal) || call.parts.iter().all(is_literal) {
        return None;
    }
    let mut template = Template::default();
    for &part in &call.parts {
        template.add(call, part);
    }
    let problem = call
        .problem(7402, "this text is put together from literals and values")
        .label("hard to read as a text")
        .help(format!(
            "write the text with the names of its values: `({FORMAT} \"…{{name}}…\" :name …)`"
        ));
    let Some(text) = literal(&template.text) else {
        return Some(problem);
    };
    let head = edit(EditAt::Replace, call.head, &format!("{FORMAT} {text}"));
    let edits = [head].into_iter().chain(template.edits(call)).collect();
    let how = match call.is_placed {
        true => Applicability::MaybeIncorrect,
        false => Applicability::MachineApplicable,
    };
    Some(problem.fix("write it with `format`", how, edits))
}

/// A template as it grows.
#[derive(Default)]
struct Template<'c> {
    text: String,
    /// For each part its name, if it is given: no literal, and no name that is mentioned again.
    given: Vec<Option<String>>,
    symbols: FxHashMap<&'c str, String>,
    /// How many values wanted a name.
    wanted: FxHashMap<String, usize>,
}

impl<'c> Template<'c> {
    fn add(&mut self, call: &'c Call<'_>, part: NodeId) {
        if let Some(text) = call.source.as_str(part) {
            self.text
                .push_str(&text.replace('{', "{{").replace('}', "}}"));
            self.given.push(None);
            return;
        }
        let symbol = call.source.as_symbol(part);
        let again = symbol.and_then(|symbol| self.symbols.get(symbol).cloned());
        let is_new = again.is_none();
        let name = again.unwrap_or_else(|| self.fresh(name_for(call, part)));
        self.text.push_str(&format!("{{{name}}}"));
        if let Some(symbol) = symbol.filter(|_| is_new) {
            self.symbols.insert(symbol, name.clone());
        }
        self.given.push(is_new.then_some(name));
    }

    /// The name, or the name with the first number that makes it one of its own.
    fn fresh(&mut self, name: &str) -> String {
        loop {
            let count = self.wanted.entry(name.to_owned()).or_default();
            *count += 1;
            let fresh = match *count {
                1 => return name.to_owned(),
                count => format!("{name}-{count}"),
            };
            if !self.wanted.contains_key(&fresh) {
                self.wanted.insert(fresh.clone(), 1);
                return fresh;
            }
        }
    }

    /// The edits that name the values and delete what the template has.
    fn edits(self, call: &Call<'_>) -> Vec<ProblemEdit<'static>> {
        let parts: Vec<_> = call.parts.iter().zip(self.given).collect();
        let runs = parts.chunk_by(|(_, a), (_, b)| a.is_none() && b.is_none());
        let edit_of = |run: &[(&NodeId, Option<String>)]| match &run[0] {
            (part, Some(name)) => edit(EditAt::Before, **part, &format!(":{name} ")),
            (part, None) => {
                let last = place_of(*run[run.len() - 1].0);
                edit(EditAt::DeleteThrough(last), **part, "")
            }
        };
        runs.map(edit_of).collect()
    }
}

/// What a value may be called: by its own name, by that of the field it is, or by what it is made of.
fn name_for<'c>(call: &'c Call<'_>, value: NodeId) -> &'c str {
    const UNNAMED: &str = "value";
    let name = match call.source.kind(value) {
        NodeKind::Symbol(_) => call.source.as_symbol(value),
        NodeKind::List => {
            let mut parts = call.source.children(value);
            let head = parts.next().and_then(|head| call.source.as_keyword(head));
            let field = head
                .filter(|head| !head.starts_with(":wat::"))
                .and_then(|head| head.rsplit_once('/'));
            let mut operands = parts.filter_map(|part| call.source.as_symbol(part));
            match (field, operands.next(), operands.next()) {
                (Some((_, field)), ..) => Some(field),
                (None, Some(operand), None) => Some(operand),
                _ => None,
            }
        }
        NodeKind::Keyword(_) => {
            let path = call.source.as_keyword(value).unwrap_or_default();
            path.rsplit([':', '/']).next()
        }
        _ => None,
    };
    let is_plain = |name: &&str| {
        name.starts_with(|c: char| c.is_ascii_alphabetic())
            && name
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "-_?!".contains(c))
    };
    name.filter(is_plain).unwrap_or(UNNAMED)
}
