//! Texts from values: `str`, and `format` with its template.

use std::sync::Arc;

use wat_syntax::{Applicability, NodeId, NodeKind};

use crate::problem::{EditAt, Place, Problem, ProblemEdit};

use super::Infer;
use super::table::Ty;
use super::typed::{ExprId, ExprKind, FunctionRef, TextPiece};

/// A part of a template.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Part {
    Literal(String),
    /// `{name}`.
    Name(String),
}

/// Reads a template: `{name}` is a placeholder, `{{` and `}}` are braces.
pub(crate) fn template(text: &str) -> Result<Vec<Part>, String> {
    let mut parts = Vec::new();
    let mut literal = String::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '{' | '}' if chars.next_if_eq(&c).is_some() => literal.push(c),
            '}' => {
                return Err(
                    "a `}` stands alone in the template; a brace itself is written `}}`".to_owned(),
                );
            }
            '{' => {
                let mut name = String::new();
                loop {
                    match chars.next() {
                        Some('}') => break,
                        Some('{') => {
                            return Err(format!("a `{{` stands inside the placeholder `{{{name}`"));
                        }
                        Some(c) => name.push(c),
                        None => {
                            return Err(format!(
                                "the placeholder `{{{name}` is not closed; a brace itself is written `{{{{`"
                            ));
                        }
                    }
                }
                if name.trim().is_empty() {
                    return Err("a placeholder is empty; it needs a name".to_owned());
                }
                if !is_placeholder_name(&name) {
                    return Err(format!(
                        "`{name}` cannot be the name of an argument, so `{{{name}}}` is no placeholder"
                    ));
                }
                if !literal.is_empty() {
                    parts.push(Part::Literal(std::mem::take(&mut literal)));
                }
                parts.push(Part::Name(name));
            }
            c => literal.push(c),
        }
    }
    if !literal.is_empty() {
        parts.push(Part::Literal(literal));
    }
    Ok(parts)
}

/// Can an argument have this name? It is a keyword without its colon.
fn is_placeholder_name(name: &str) -> bool {
    let fits = |c: char| c.is_ascii_graphic() && !"()[]{}\"';`~@,\\".contains(c);
    !name.is_empty() && name.chars().all(fits)
}

/// The template with every brace doubled that belongs to no placeholder.
fn with_double_braces(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    let mut rest = text;
    while let Some(at) = rest.find(['{', '}']) {
        let (before, after) = rest.split_at(at);
        out.push_str(before);
        let brace = &after[..1];
        let inner = &after[1..];
        let name = inner.find(['{', '}']).map(|end| &inner[..end]);
        let name = name.filter(|name| brace == "{" && is_placeholder_name(name));
        let name = name.filter(|name| inner[name.len()..].starts_with('}'));
        rest = if inner.starts_with(brace) {
            out.extend([brace, brace]);
            &inner[1..]
        } else if let Some(name) = name {
            out.extend(["{", name, "}"]);
            &inner[name.len() + 1..]
        } else {
            out.extend([brace, brace]);
            inner
        };
    }
    out.push_str(rest);
    out
}

/// A string as it is written; none for one with control characters that have no short escape.
pub(crate) fn literal(text: &str) -> Option<String> {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if c.is_control() => return None,
            c => out.push(c),
        }
    }
    out.push('"');
    Some(out)
}

/// A key, where it stands, and its value.
type Given = (String, NodeId, NodeId);

impl<'db> Infer<'db> {
    /// WAT3407: a literal pattern of a regular expression is compiled now.
    pub(super) fn check_pattern(&mut self, callee: &FunctionRef, args: &[ExprId]) {
        let at = match &*callee.name {
            ":wat::test::any-line-matches" => 0,
            ":wat::test::assert-stderr-matches" => 1,
            name if name.starts_with(":wat::core::regex::") => 0,
            _ => return,
        };
        let Some(expr) = args.get(at).map(|arg| &self.exprs[arg.0 as usize]) else {
            return;
        };
        let ExprKind::Str(pattern) = &expr.kind else {
            return;
        };
        let Some((why, at)) = wat_value::regex_error(pattern) else {
            return;
        };
        let message = format!("the pattern is no regular expression: {why}");
        let problem = Problem::new(3407, Place::node(expr.node), message);
        let problem = match at {
            Some(column) => problem.label(format!("at character {column} of the pattern")),
            None => problem.label("not a valid pattern"),
        };
        self.problems.push(problem);
    }

    /// `(:wat::core::format "template" :name value …)`
    pub(super) fn format_form(&mut self, node: NodeId) -> ExprId {
        let parts: Vec<NodeId> = self.argument_nodes(node);
        let before = self.problems.len();
        let given = self.format_arguments(node, &parts);
        let args: Vec<ExprId> = given
            .iter()
            .map(|(_, _, value)| self.expr(*value))
            .collect();
        let Some(template) = self.format_template(node, parts.first().copied()) else {
            return self.push(ExprKind::Error, Ty::STRING, node);
        };
        let told = |problem: &Problem| problem.code == 2841;
        if !self.problems[before..].iter().any(told) {
            self.match_placeholders(node, parts[0], &template, &given);
        }
        if self.problems[before..].iter().any(told) {
            return self.push(ExprKind::Error, Ty::STRING, node);
        }
        let pieces = template
            .into_iter()
            .filter_map(|part| match part {
                Part::Literal(text) => Some(TextPiece::Literal(Arc::from(text))),
                Part::Name(name) => given
                    .iter()
                    .position(|(key, _, _)| *key == name)
                    .map(TextPiece::Argument),
            })
            .collect();
        self.push(ExprKind::Text { pieces, args }, Ty::STRING, node)
    }

    fn format_problem(&mut self, at: NodeId, message: String, label: &str) {
        if !self.ast.is_poisoned(at) {
            self.problems
                .push(Problem::new(2841, Place::node(at), message).label(label));
        }
    }

    /// The pairs after the template; a key that occurs twice or is none is told and left out.
    fn format_arguments(&mut self, node: NodeId, parts: &[NodeId]) -> Vec<Given> {
        let mut given: Vec<Given> = Vec::new();
        for pair in parts.get(1..).unwrap_or_default().chunks(2) {
            let key = match self.ast.kind(pair[0]) {
                NodeKind::Keyword(text) => self.ast.text(text).trim_start_matches(':').to_owned(),
                _ => {
                    let message = "an argument of `format` is a keyword and a value".to_owned();
                    self.format_problem(pair[0], message, "not a keyword");
                    for &part in pair {
                        self.expr(part);
                    }
                    continue;
                }
            };
            match pair {
                [name, value] => {
                    if given.iter().any(|(known, _, _)| *known == key) {
                        let message = format!("the argument `:{key}` is given twice");
                        self.format_problem(*name, message, "given before");
                        self.expr(*value);
                    } else {
                        given.push((key, *name, *value));
                    }
                }
                _ => {
                    let message = format!("the argument `:{key}` has no value");
                    self.format_problem(pair[0], message, "a value must follow");
                }
            }
        }
        let _ = node;
        given
    }

    fn format_template(&mut self, node: NodeId, first: Option<NodeId>) -> Option<Vec<Part>> {
        let Some(first) = first else {
            let message = "`format` takes a template and its arguments".to_owned();
            self.format_problem(node, message, "the template is missing");
            return None;
        };
        let Some(text) = self.ast.as_str(first) else {
            let message = "the template of `format` must be a string literal".to_owned();
            self.format_problem(first, message, "not a literal");
            return None;
        };
        match template(text) {
            Ok(parts) => Some(parts),
            Err(message) => {
                if self.ast.is_poisoned(first) {
                    return None;
                }
                let place = Place::node(first);
                let mut problem = Problem::new(2841, place, message).label("malformed template");
                if let Some(doubled) = literal(&with_double_braces(text)) {
                    problem = problem.help("a brace itself is written twice").replace(
                        Applicability::MaybeIncorrect,
                        place,
                        &doubled,
                    );
                }
                self.problems.push(problem);
                None
            }
        }
    }

    /// WAT2841: one placeholder and one argument do not have the same name, and all others fit.
    fn differs_in_one_name(&mut self, at: NodeId, template: &[Part], given: &[Given]) -> bool {
        let mut missing: Vec<&str> = template
            .iter()
            .filter_map(|part| match part {
                Part::Name(name) => Some(name.as_str()),
                Part::Literal(_) => None,
            })
            .filter(|name| given.iter().all(|(key, _, _)| key != name))
            .collect();
        missing.sort_unstable();
        missing.dedup();
        let is_unused = |key: &str| {
            let mut parts = template.iter();
            !parts.any(|part| matches!(part, Part::Name(name) if name == key))
        };
        let unused: Vec<&Given> = given.iter().filter(|(key, ..)| is_unused(key)).collect();
        let ([missing], [(key, name, _)]) = (&missing[..], &unused[..]) else {
            return false;
        };
        let problem = Problem::new(
            2841,
            Place::node(at),
            format!("the placeholder `{{{missing}}}` has no argument: `:{key}` is given instead"),
        )
        .label(format!("`:{missing}` is not given"))
        .also(Place::node(*name), "not used")
        .replace(
            Applicability::MaybeIncorrect,
            Place::node(*name),
            &format!(":{missing}"),
        );
        self.problems.push(problem);
        true
    }

    /// Every placeholder has an argument, every argument a placeholder.
    fn match_placeholders(&mut self, node: NodeId, at: NodeId, template: &[Part], given: &[Given]) {
        if self.differs_in_one_name(at, template, given) {
            return;
        }
        let mut told: Vec<&str> = Vec::new();
        for part in template {
            let Part::Name(name) = part else { continue };
            if told.contains(&name.as_str()) || given.iter().any(|(key, _, _)| key == name) {
                continue;
            }
            told.push(name);
            let edit = ProblemEdit {
                at: EditAt::BeforeClose,
                place: Place::node(node),
                insert: format!(" :{name} _"),
            };
            self.problems.push(
                Problem::new(
                    2841,
                    Place::node(at),
                    format!("the placeholder `{{{name}}}` has no argument"),
                )
                .label(format!("`:{name}` is not given"))
                .fix(
                    format!("add `:{name}`"),
                    Applicability::HasPlaceholders,
                    vec![edit],
                ),
            );
        }
        for (key, name, value) in given {
            let used = |part: &Part| matches!(part, Part::Name(name) if name == key);
            if template.iter().any(used) {
                continue;
            }
            let remove = |node: NodeId| ProblemEdit {
                at: EditAt::Replace,
                place: Place::node(node),
                insert: String::new(),
            };
            self.problems.push(
                Problem::new(
                    2841,
                    Place::node(*name),
                    format!("the template has no placeholder `{{{key}}}`"),
                )
                .label("not used")
                .fix(
                    format!("remove `:{key}`"),
                    Applicability::MaybeIncorrect,
                    vec![remove(*name), remove(*value)],
                ),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Part, is_placeholder_name, template, with_double_braces};

    proptest! {
        #[test]
        fn doubled_braces_make_a_template(text in "[a {}é]{0,12}") {
            let doubled = with_double_braces(&text);
            prop_assert!(template(&doubled).is_ok(), "{text} -> {doubled}");
            if template(&text).is_ok() {
                prop_assert_eq!(doubled, text);
            }
        }
    }

    #[test]
    fn names_of_placeholders_are_keywords() {
        for (name, fits) in [
            ("a", true),
            ("a-b?", true),
            ("", false),
            ("a b", false),
            ("ü", false),
        ] {
            assert_eq!(is_placeholder_name(name), fits, "{name}");
        }
    }

    fn literal(text: &str) -> Part {
        Part::Literal(text.to_owned())
    }

    fn name(text: &str) -> Part {
        Part::Name(text.to_owned())
    }

    #[test]
    fn templates_are_literals_and_names() {
        assert_eq!(template(""), Ok(vec![]));
        assert_eq!(
            template("a{x}{y}b"),
            Ok(vec![literal("a"), name("x"), name("y"), literal("b")])
        );
        assert_eq!(
            template("{{x}} {{{y}}}"),
            Ok(vec![literal("{x} {"), name("y"), literal("}")])
        );
        for wrong in ["{", "}", "a } b", "{}", "{ }", "{a", "{a{b}}"] {
            assert!(template(wrong).is_err(), "{wrong}");
        }
    }
}
