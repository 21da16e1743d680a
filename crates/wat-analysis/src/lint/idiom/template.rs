//! WAT7402: texts put together from literals and values.

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
struct Template {
    text: String,
    /// The values by their names, in order. A name that is mentioned again is given once.
    given: Vec<(String, NodeId)>,
}

impl Template {
    fn add(&mut self, call: &Call<'_>, part: NodeId) {
        if let Some(text) = call.source.as_str(part) {
            self.text
                .push_str(&text.replace('{', "{{").replace('}', "}}"));
            return;
        }
        let symbol = |node: NodeId| call.source.as_symbol(node);
        let again = self
            .given
            .iter()
            .find(|(_, value)| symbol(part).is_some() && symbol(*value) == symbol(part));
        let name = match again {
            Some((name, _)) => name.clone(),
            None => {
                let name = self.fresh(name_for(call, part));
                self.given.push((name.clone(), part));
                name
            }
        };
        self.text.push_str(&format!("{{{name}}}"));
    }

    /// The name, or the name with the first number that makes it one of its own.
    fn fresh(&self, name: &str) -> String {
        let is_free = |name: &String| self.given.iter().all(|(given, _)| given != name);
        let numbered = (2..).map(|number| format!("{name}-{number}"));
        let mut names = [name.to_owned()].into_iter().chain(numbered);
        names.find(is_free).unwrap_or_default()
    }

    /// The edits that name the values and delete what the template has: literals, and names that are mentioned again.
    fn edits<'p>(&'p self, call: &'p Call<'_>) -> impl Iterator<Item = ProblemEdit<'static>> + 'p {
        let key = |part: &NodeId| self.given.iter().find(|(_, value)| value == part);
        let runs = call
            .parts
            .chunk_by(move |a, b| key(a).is_none() && key(b).is_none());
        runs.map(move |run| match key(&run[0]) {
            Some((name, value)) => edit(EditAt::Before, *value, &format!(":{name} ")),
            None => {
                let last = place_of(run[run.len() - 1]);
                edit(EditAt::DeleteThrough(last), run[0], "")
            }
        })
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
