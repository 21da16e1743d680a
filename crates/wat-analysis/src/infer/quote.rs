//! Syntax as data: `quote`, `forms` and templates.
//!
//! What is quoted is data: nothing in it is resolved, checked or remembered as a use. A template is built from constant
//! pieces, one per largest part without an unquote of its own level, so that its cost is that of what it fills in.

use wat_syntax::{Applicability, NodeId, NodeKind};

use crate::problem::{EditAt, Place, Problem, ProblemEdit};
use crate::types::Ctor;

use super::Infer;
use super::table::Ty;
use super::typed::{ExprId, ExprKind};

const RED_ZONE: usize = 128 * 1024;
const SEGMENT: usize = 2 * 1024 * 1024;

pub(crate) const QUOTE: &str = ":wat::core::quote";
pub(crate) const FORMS: &str = ":wat::core::forms";
pub(crate) const QUASIQUOTE: &str = ":wat::core::quasiquote";
pub(crate) const UNQUOTE: &str = ":wat::core::unquote";
pub(crate) const SPLICE: &str = ":wat::core::unquote-splicing";

/// A part of a template.
enum Part {
    /// Data as it is written.
    Constant,
    /// A node whose value depends on unquoted expressions.
    Node(ExprId),
    /// A sequence that is spliced into the node around it.
    Splice(ExprId),
}

impl<'db> Infer<'db> {
    pub(super) fn syntax_type(&mut self) -> Ty {
        self.table.app(Ctor::Nominal(wat_ir::Ty::FORM.into()), &[])
    }

    /// The only operand of a quoting form.
    fn quoted_operand(&mut self, node: NodeId, path: &str) -> Option<NodeId> {
        let operands: Vec<NodeId> = self.ast.children(node).skip(1).collect();
        if let [operand] = operands[..] {
            return Some(operand);
        }
        if !self.ast.is_poisoned(node) {
            self.problems.push(
                Problem::new(
                    2212,
                    Place::node(node),
                    format!("`{path}` takes exactly one form, found {}", operands.len()),
                )
                .label(if operands.is_empty() {
                    "the form is missing"
                } else {
                    "more than one form"
                })
                .help(match path {
                    UNQUOTE | SPLICE => "each form gets an unquote of its own",
                    _ => "several forms are quoted with `:wat::core::forms`",
                }),
            );
        }
        None
    }

    /// A node as data, at the node of the form that quotes it. What the reader could not read has no value, and the reader has said so.
    fn datum(&mut self, node: NodeId, at: NodeId) -> ExprId {
        let ty = self.syntax_type();
        let form = Some(node).filter(|&node| !self.ast.has_errors(node));
        match form.and_then(|node| crate::quoted::encode(self.ast, node)) {
            Some(form) => self.push(ExprKind::Syntax(form), ty, at),
            None => self.push(ExprKind::Error, ty, at),
        }
    }

    pub(super) fn quote_form(&mut self, node: NodeId) -> ExprId {
        match self.quoted_operand(node, QUOTE) {
            Some(operand) => self.datum(operand, node),
            None => self.error(node),
        }
    }

    pub(super) fn forms_form(&mut self, node: NodeId) -> ExprId {
        let operands: Vec<NodeId> = self.ast.children(node).skip(1).collect();
        let parts: Vec<ExprId> = operands
            .into_iter()
            .map(|node| self.datum(node, node))
            .collect();
        let element = self.syntax_type();
        let ty = self.table.app(Ctor::Vector, &[element]);
        if self.any_error(&parts) {
            return self.push(ExprKind::Error, ty, node);
        }
        self.push(ExprKind::Vector(parts), ty, node)
    }

    fn any_error(&self, parts: &[ExprId]) -> bool {
        parts
            .iter()
            .any(|part| matches!(self.exprs[part.0 as usize].kind, ExprKind::Error))
    }

    pub(super) fn template_form(&mut self, node: NodeId) -> ExprId {
        let Some(operand) = self.quoted_operand(node, QUASIQUOTE) else {
            return self.error(node);
        };
        match self.template(operand, 1) {
            Part::Constant => self.datum(operand, node),
            Part::Node(expr) => {
                self.exprs[expr.0 as usize].node = node;
                expr
            }
            Part::Splice(_) => self.misplaced_splice(operand),
        }
    }

    /// The head and the operand of `quasiquote`, `unquote` and `unquote-splicing`.
    fn template_prefix(&self, node: NodeId) -> Option<(&'db str, NodeId)> {
        if self.ast.kind(node) != NodeKind::List {
            return None;
        }
        let mut parts = self.ast.children(node);
        let (head, operand) = (parts.next()?, parts.next()?);
        let path = self.ast.as_keyword(head)?;
        (parts.next().is_none() && [QUASIQUOTE, UNQUOTE, SPLICE].contains(&path))
            .then_some((path, operand))
    }

    /// A part of a template at a level of nesting; the reader bounds the depth, the stack grows with it.
    fn template(&mut self, node: NodeId, level: u32) -> Part {
        stacker::maybe_grow(RED_ZONE, SEGMENT, || self.template_on_stack(node, level))
    }

    /// `unquote` or `unquote-splicing` as the head of a list that has not one operand.
    fn ragged_unquote(&self, node: NodeId) -> Option<&'static str> {
        if self.ast.kind(node) != NodeKind::List || self.ast.child_count(node) == 2 {
            return None;
        }
        let path = self.ast.as_keyword(self.ast.children(node).next()?)?;
        [UNQUOTE, SPLICE].into_iter().find(|known| *known == path)
    }

    fn template_on_stack(&mut self, node: NodeId, level: u32) -> Part {
        if let Some(path) = self.ragged_unquote(node).filter(|_| level == 1) {
            self.quoted_operand(node, path);
            return Part::Node(self.error(node));
        }
        let inner = match self.template_prefix(node) {
            Some((QUASIQUOTE, _)) => level + 1,
            Some((UNQUOTE, operand)) if level == 1 => {
                return Part::Node(self.filled(operand, false));
            }
            Some((SPLICE, operand)) if level == 1 => {
                return Part::Splice(self.filled(operand, true));
            }
            Some(_) => level - 1,
            None => level,
        };
        let is_prefix = inner != level;
        let children: Vec<NodeId> = self.ast.children(node).collect();
        let mut parts = Vec::with_capacity(children.len());
        for &child in &children {
            let part = match self.template(child, inner) {
                Part::Splice(_) if is_prefix || self.is_quote(node) => {
                    Part::Node(self.misplaced_splice(child))
                }
                part => part,
            };
            parts.push(part);
        }
        if parts.iter().all(|part| matches!(part, Part::Constant)) {
            return Part::Constant;
        }
        self.filled_node(node, &children, parts)
    }

    fn is_quote(&self, node: NodeId) -> bool {
        let mut parts = self.ast.children(node);
        let head = parts.next().and_then(|head| self.ast.as_keyword(head));
        head == Some(QUOTE) && parts.count() == 1
    }

    /// A node some of whose children are filled in.
    fn filled_node(&mut self, node: NodeId, children: &[NodeId], parts: Vec<Part>) -> Part {
        let mut shape = String::with_capacity(children.len() + 1);
        shape.push(match self.ast.kind(node) {
            NodeKind::Vector => '[',
            NodeKind::Brace => '{',
            NodeKind::Set => '#',
            _ => '(',
        });
        let mut exprs = Vec::with_capacity(children.len());
        for (&child, part) in children.iter().zip(parts) {
            let (letter, expr) = match part {
                Part::Constant => ('.', self.datum(child, child)),
                Part::Node(expr) => ('.', expr),
                Part::Splice(expr) => ('@', expr),
            };
            shape.push(letter);
            exprs.push(expr);
        }
        let ty = self.syntax_type();
        let kind = if self.any_error(&exprs) {
            ExprKind::Error
        } else {
            ExprKind::SyntaxNode {
                shape: shape.into(),
                children: exprs,
            }
        };
        Part::Node(self.push(kind, ty, node))
    }

    /// An unquoted expression: ordinary code, whose value is turned into syntax.
    fn filled(&mut self, operand: NodeId, splice: bool) -> ExprId {
        let of = self.expr(operand);
        self.solve();
        let ty = self.syntax_type();
        self.push(ExprKind::ToSyntax { of, splice }, ty, operand)
    }

    fn misplaced_splice(&mut self, node: NodeId) -> ExprId {
        self.problems.push(
            Problem::new(
                2214,
                Place::node(node),
                "`~@` splices elements, and there is no sequence here to splice them into",
            )
            .label("not inside a list, vector, brace or set of the template")
            .help("put brackets around it, or fill in one value with `~`"),
        );
        self.error(node)
    }

    /// WAT2213: an unquote outside every template. Its operand is checked as the code it is.
    pub(super) fn stray_unquote(&mut self, node: NodeId, path: &str) -> ExprId {
        let operands: Vec<NodeId> = self.ast.children(node).skip(1).collect();
        let values: Vec<ExprId> = operands.iter().map(|&node| self.expr(node)).collect();
        let splice = path == SPLICE;
        let prefix = if splice { "~@" } else { "~" };
        if self.ast.is_poisoned(node) {
            return self.error(node);
        }
        let mut problem = Problem::new(
            2213,
            Place::node(node),
            format!("`{prefix}` stands outside every template"),
        )
        .label("there is no template to fill in")
        .help("a template begins with a backquote");
        if let [operand] = operands[..] {
            let how = if splice {
                Applicability::MaybeIncorrect
            } else {
                Applicability::MachineApplicable
            };
            let edits =
                [EditAt::Until(operand.0), EditAt::Since(operand.0)].map(|at| ProblemEdit {
                    at,
                    place: Place::node(node),
                    insert: String::new(),
                });
            problem = problem.fix(format!("remove `{prefix}`"), how, edits.into());
        }
        self.problems.push(problem);
        match values[..] {
            [value] if !splice => {
                let ty = self.ty(value);
                self.push(ExprKind::Error, ty, node)
            }
            _ => self.error(node),
        }
    }
}
