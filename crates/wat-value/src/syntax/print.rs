//! The one text of a tree: one line, single spaces, canonical atoms, prefixes where there is one.

use super::{Shape, Syntax};

const PREFIXES: [(&str, &str); 4] = [
    (":wat::core::quote", "'"),
    (":wat::core::quasiquote", "`"),
    (":wat::core::unquote", "~"),
    (":wat::core::unquote-splicing", "~@"),
];

enum Step<'a> {
    Node(&'a Syntax),
    Text(&'static str),
}

/// The source text of a tree, on one line. What could not be read is `#error`.
pub fn write_forms(tree: &Syntax) -> String {
    write_forms_with(tree, |_, _| {})
}

/// The text that [`write_forms`] writes. `visit` is called with every node that is written and the byte where its text
/// begins; a keyword that a prefix stands for is not written.
pub fn write_forms_with(tree: &Syntax, mut visit: impl FnMut(&Syntax, usize)) -> String {
    let mut out = String::new();
    let mut work = vec![Step::Node(tree)];
    while let Some(step) = work.pop() {
        let node = match step {
            Step::Text(text) => {
                out.push_str(text);
                continue;
            }
            Step::Node(node) => node,
        };
        visit(node, out.len());
        let (open, close) = match node.shape() {
            Shape::List(parts) => match prefix(parts) {
                Some((prefix, operand)) => {
                    out.push_str(prefix);
                    work.push(Step::Node(operand));
                    continue;
                }
                None => ("(", ")"),
            },
            Shape::Vector(_) => ("[", "]"),
            Shape::Brace(_) => ("{", "}"),
            Shape::Set(_) => ("#{", "}"),
            atom => {
                write_atom(atom, &mut out);
                continue;
            }
        };
        out.push_str(open);
        work.push(Step::Text(close));
        for (index, child) in node.children().iter().enumerate().rev() {
            work.push(Step::Node(child));
            if index > 0 {
                work.push(Step::Text(" "));
            }
        }
    }
    out
}

/// The prefix that a two-element list is written with.
fn prefix(parts: &[Syntax]) -> Option<(&'static str, &Syntax)> {
    let [head, operand] = parts else { return None };
    let head = head.as_keyword()?;
    let (_, prefix) = PREFIXES.iter().find(|(name, _)| *name == head)?;
    Some((prefix, operand))
}

fn write_atom(atom: &Shape, out: &mut String) {
    match atom {
        Shape::Int(value) => out.push_str(&value.to_string()),
        Shape::Float(bits) => wat_edn::write_float(f64::from_bits(*bits), out),
        Shape::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Shape::Str(text) => wat_edn::write_string(text, out),
        Shape::Keyword(text) | Shape::Symbol(text, _) => out.push_str(text),
        _ => out.push_str("#error"),
    }
}
