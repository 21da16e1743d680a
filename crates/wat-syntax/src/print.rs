//! Canonical printing (1.14) and canonical bytes (1.15) of forms. Both walk the nodes in pre-order.

use crate::ast::{Ast, NodeId, NodeKind};

const PREFIXES: [(&str, &str); 4] = [
    (":wat::core::quote", "'"),
    (":wat::core::quasiquote", "`"),
    (":wat::core::unquote", "~"),
    (":wat::core::unquote-splicing", "~@"),
];

/// The one text of a form: one line, single spaces, canonical atoms. What could not be read prints as `#error`.
pub fn print_ast(ast: &Ast, node: NodeId) -> String {
    let mut out = String::new();
    // Ends of the open nodes, with their closers.
    let mut open: Vec<(u32, &str)> = Vec::new();
    let end = ast.subtree_end(node).0;
    let mut at = node.0;
    let mut glued = true;
    while at < end {
        while let Some(&(last, closer)) = open.last()
            && last <= at
        {
            out.push_str(closer);
            open.pop();
            glued = false;
        }
        if !glued {
            out.push(' ');
        }
        glued = false;
        let here = NodeId(at);
        let brackets = match ast.kind(here) {
            NodeKind::List => match prefix(ast, here) {
                Some(prefix) => {
                    out.push_str(prefix);
                    // The operand follows its prefix without a space; the head is not printed.
                    open.push((ast.subtree_end(here).0, ""));
                    at += 2;
                    glued = true;
                    continue;
                }
                None => Some(("(", ")")),
            },
            NodeKind::Vector => Some(("[", "]")),
            NodeKind::Brace => Some(("{", "}")),
            NodeKind::Set => Some(("#{", "}")),
            kind => {
                atom(ast, kind, &mut out);
                None
            }
        };
        if let Some((opener, closer)) = brackets {
            out.push_str(opener);
            open.push((ast.subtree_end(here).0, closer));
            glued = true;
        }
        at += 1;
    }
    for (_, closer) in open.iter().rev() {
        out.push_str(closer);
    }
    out
}

/// The prefix that a two-element list is written with (S3).
fn prefix(ast: &Ast, list: NodeId) -> Option<&'static str> {
    let mut children = ast.children(list);
    let head = ast.as_keyword(children.next()?)?;
    children.next()?;
    if children.next().is_some() {
        return None;
    }
    PREFIXES
        .iter()
        .find(|(name, _)| *name == head)
        .map(|(_, prefix)| *prefix)
}

fn atom(ast: &Ast, kind: NodeKind, out: &mut String) {
    match kind {
        NodeKind::Int(value) => out.push_str(&value.to_string()),
        NodeKind::Float(bits) => wat_edn::write_float(f64::from_bits(bits), out),
        NodeKind::Bool(value) => out.push_str(if value { "true" } else { "false" }),
        NodeKind::Str(text) => wat_edn::write_string(ast.text(text), out),
        NodeKind::Keyword(text) | NodeKind::Symbol(text) => out.push_str(ast.text(text)),
        _ => out.push_str("#error"),
    }
}

/// The canonical bytes of a form; `None` if it is damaged (S14).
pub fn canonical_bytes(ast: &Ast, node: NodeId) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    write_bytes(ast, node, &mut out).then_some(out)
}

/// The canonical bytes of a program; `None` if one of its forms is damaged.
pub fn program_bytes(forms: &[&Ast]) -> Option<Vec<u8>> {
    let mut out = vec![0x17];
    count(forms.len(), &mut out);
    forms
        .iter()
        .all(|form| write_bytes(form, form.root(), &mut out))
        .then_some(out)
}

fn write_bytes(ast: &Ast, node: NodeId, out: &mut Vec<u8>) -> bool {
    if ast.has_errors(node) {
        return false;
    }
    for at in node.0..ast.subtree_end(node).0 {
        let here = NodeId(at);
        match ast.kind(here) {
            NodeKind::Int(value) => {
                out.push(0x10);
                out.extend_from_slice(&value.to_le_bytes());
            }
            NodeKind::Float(bits) => {
                out.push(0x11);
                out.extend_from_slice(&bits.to_le_bytes());
            }
            NodeKind::Bool(value) => out.extend_from_slice(&[0x12, u8::from(value)]),
            NodeKind::Str(text) => tagged(0x13, ast.text(text), out),
            NodeKind::Keyword(text) => tagged(0x14, ast.text(text), out),
            NodeKind::Symbol(text) => {
                tagged(0x15, ast.text(text), out);
                // Forms that come from the reader have no scopes.
                count(0, out);
            }
            NodeKind::List => children(0x16, ast, here, out),
            NodeKind::Vector => children(0x18, ast, here, out),
            NodeKind::Brace => children(0x19, ast, here, out),
            NodeKind::Set => children(0x1a, ast, here, out),
            NodeKind::Error => return false,
        }
    }
    true
}

fn count(n: usize, out: &mut Vec<u8>) {
    out.extend_from_slice(&(n as u32).to_le_bytes());
}

fn tagged(tag: u8, text: &str, out: &mut Vec<u8>) {
    out.push(tag);
    count(text.len(), out);
    out.extend_from_slice(text.as_bytes());
}

fn children(tag: u8, ast: &Ast, node: NodeId, out: &mut Vec<u8>) {
    out.push(tag);
    count(ast.child_count(node), out);
}
