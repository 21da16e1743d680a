//! Facts for editors about calls that have two spellings: by position and by keyword.

use std::sync::Arc;

use wat_syntax::{NodeId, TextRange, TextSize};

use crate::db::{Db, SourceFile};
use crate::editor::inferences;
use crate::expand::{expanded_ast, expansion, spot};
use crate::forms::{forms, read_form};
use crate::infer::typed::{ExprId, ExprKind};
use crate::infer::{CallNote, Inference};
use crate::items::ItemKind;
use crate::keywords::{CallShape, KeywordForm, bare_key, call_shape, keyword_form};
use crate::lower::children;
use crate::names::lookup;
use crate::primary_root;

/// How a call is written.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum CallStyle {
    /// Each argument is the next parameter.
    Positional,
    /// `:name value` pairs, after the leads.
    Keyword,
}

/// An argument of a call.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CallArgument {
    /// The number of its parameter; the rest parameter has the one after the fixed ones.
    pub param: usize,
    /// The name of its parameter.
    pub name: Arc<str>,
    /// The key, if it has one.
    pub key: Option<TextRange>,
    /// The value.
    pub value: TextRange,
    /// Can evaluating it do or fail anything, so that its place among others matters?
    pub has_effect: bool,
    /// The vector that is given for a rest parameter by keyword, if it is written out.
    pub vector: Option<WrittenVector>,
}

/// A vector that is written out: `[a b]` or `(:wat::core::Vector :E a b)`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WrittenVector {
    /// What stands in it: blanks, comments and the elements.
    pub inside: TextRange,
    /// The elements.
    pub elements: Vec<TextRange>,
}

/// A call without mistakes of a callable that has a keyword form.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KeywordCall {
    /// The whole list.
    pub range: TextRange,
    /// How it is written.
    pub style: CallStyle,
    /// Is there no other way to write it?
    pub keyword_only: bool,
    /// How many first parameters never have keys.
    pub lead: usize,
    /// How many parameters are fixed.
    pub fixed: usize,
    /// The name of the rest parameter and the type of its elements, rendered.
    pub rest: Option<(Arc<str>, String)>,
    /// The arguments in source order.
    pub args: Vec<CallArgument>,
    /// Every symbol in the call: a fresh name is none of these.
    pub symbols: Vec<Arc<str>>,
}

/// The calls that touch a range, outer ones first.
pub fn keyword_calls(db: &dyn Db, file: SourceFile, range: TextRange) -> Vec<KeywordCall> {
    let program = primary_root(db, file);
    let mut calls = Vec::new();
    for &placed in &forms(db, file).placed {
        let form = placed.range();
        if form.end() < range.start() || range.end() < form.start() {
            continue;
        }
        let read = read_form(db, placed.form);
        let expansion = expansion(db, program, placed.form);
        let ast = expanded_ast(db, program, placed.form);
        let at = |node: NodeId| read.spans.range(spot(expansion, node.0).node) + placed.start();
        inferences::<()>(db, program, placed, |inference| {
            for note in &inference.calls {
                if expansion.is_some_and(|expansion| !expansion.is_intact(note.node)) {
                    continue;
                }
                let call = at(note.node);
                if call.start() <= range.end() && range.start() <= call.end() {
                    let form = keyword_form(db, program, note.declared).as_ref();
                    calls.extend(form.and_then(|form| describe(inference, ast, form, note, &at)));
                }
            }
            None
        });
    }
    calls.sort_by_key(|call| (call.range.start(), std::cmp::Reverse(call.range.end())));
    calls
}

fn describe(
    inference: &Inference<'_>,
    ast: &wat_syntax::Ast,
    form: &KeywordForm,
    note: &CallNote<'_>,
    at: &impl Fn(NodeId) -> TextRange,
) -> Option<KeywordCall> {
    let nodes: Vec<NodeId> = ast.children(note.node).skip(1).collect();
    let keys: Vec<Option<&str>> = nodes
        .iter()
        .map(|&node| ast.as_keyword(node).and_then(bare_key))
        .collect();
    let only = note.only || form.keyword_only;
    let shape = match only {
        true => call_shape(&form.only(), &keys),
        false => call_shape(form, &keys),
    };
    let fixed = form.params.len();
    let argument = |param: usize, key: Option<usize>, value: usize| CallArgument {
        param: param.min(fixed),
        name: form.key(param).into(),
        key: key.map(|key| at(nodes[key])),
        value: at(nodes[value]),
        has_effect: has_effect(inference, nodes[value]),
        vector: (param >= fixed && key.is_some())
            .then(|| written_vector(ast, nodes[value], at))
            .flatten(),
    };
    let (style, args) = match shape {
        CallShape::Positional => {
            let args = (0..nodes.len()).map(|place| argument(place, None, place));
            (CallStyle::Positional, args.collect())
        }
        CallShape::Keywords(pairs) => {
            let leads = (0..form.lead).map(|place| argument(place, None, place));
            let pairs = pairs
                .into_iter()
                .map(|(param, value)| argument(param, Some(value - 1), value));
            (CallStyle::Keyword, leads.chain(pairs).collect())
        }
        CallShape::Broken { .. } => return None,
    };
    let mut symbols = Vec::new();
    let mut work = vec![note.node];
    while let Some(node) = work.pop() {
        symbols.extend(ast.as_symbol(node).map(Arc::from));
        work.extend(ast.children(node));
    }
    let rest = form.rest.as_ref().zip(note.rest).map(|(rest, element)| {
        let element = inference.table.render(element, &inference.generics);
        (rest.name.clone(), element)
    });
    Some(KeywordCall {
        range: at(note.node),
        style,
        keyword_only: only,
        lead: form.lead,
        fixed,
        rest,
        args,
        symbols,
    })
}

fn written_vector(
    ast: &wat_syntax::Ast,
    node: NodeId,
    at: &impl Fn(NodeId) -> TextRange,
) -> Option<WrittenVector> {
    let mut children = ast.children(node);
    let bracket = TextSize::new(1);
    let start = match ast.kind(node) {
        wat_syntax::NodeKind::Vector => at(node).start() + bracket,
        wat_syntax::NodeKind::List => {
            let head = children.next().and_then(|head| ast.as_keyword(head));
            let slot = children.next()?;
            (head == Some(":wat::core::Vector")).then(|| at(slot).end())?
        }
        _ => return None,
    };
    Some(WrittenVector {
        inside: TextRange::new(start, at(node).end() - bracket),
        elements: children.map(at).collect(),
    })
}

/// Can an expression do anything, or fail? Nothing does that makes values of values, or looks at them.
fn has_effect(inference: &Inference<'_>, node: NodeId) -> bool {
    let root = inference.exprs.iter().rposition(|expr| expr.node == node);
    let Some(root) = root else { return true };
    let mut work = vec![ExprId(root as u32)];
    while let Some(id) = work.pop() {
        let kind = &inference.exprs[id.0 as usize].kind;
        match kind {
            ExprKind::Lambda { .. } => continue,
            ExprKind::Nil
            | ExprKind::Int(_)
            | ExprKind::Float(_)
            | ExprKind::Bool(_)
            | ExprKind::Str(_)
            | ExprKind::Keyword(_)
            | ExprKind::Local(_)
            | ExprKind::Global(_)
            | ExprKind::Function(_)
            | ExprKind::DispatchValue { .. }
            | ExprKind::OperatorValue(_)
            | ExprKind::VariantFunction { .. }
            | ExprKind::VariadicValue { .. }
            | ExprKind::Compare { .. }
            | ExprKind::If { .. }
            | ExprKind::And(_)
            | ExprKind::Or(_)
            | ExprKind::Do(_)
            | ExprKind::Let { .. }
            | ExprKind::Match { .. }
            | ExprKind::Tuple(_)
            | ExprKind::Vector(_)
            | ExprKind::HashMap(_)
            | ExprKind::HashSet(_)
            | ExprKind::Variant { .. }
            | ExprKind::Position { .. } => {}
            ExprKind::Call { callee, .. } if callee.kind.is_made_of_values() => {}
            _ => return true,
        }
        children(kind, &mut work);
    }
    false
}

/// The definition that a keyword variant can be generated for: a function whose name stands at the offset, with the
/// name of the variant that it does not have yet.
pub fn variant_to_generate(
    db: &dyn Db,
    file: SourceFile,
    range: TextRange,
) -> Option<(TextRange, Arc<str>)> {
    let program = primary_root(db, file);
    for placed in &forms(db, file).placed {
        if !placed.range().contains_range(range) {
            continue;
        }
        let spans = &read_form(db, placed.form).spans;
        let expansion = expansion(db, program, placed.form);
        for &item in &crate::items::declarations(db, program, placed.form).items {
            if expansion.is_some_and(|expansion| !expansion.is_intact(item.root(db))) {
                continue;
            }
            let name = spans.range(spot(expansion, item.name_node(db).0).node) + placed.start();
            if item.kind(db) != ItemKind::Function || !name.contains_range(range) {
                continue;
            }
            let path = item.name(db).text(db);
            let derived = crate::keywords::derived_name(path);
            let free = lookup(db, program, &derived).is_none();
            let form = keyword_form(db, program, item).is_some();
            return (free && form).then(|| {
                let whole = spans.range(spot(expansion, item.node(db)).node) + placed.start();
                (whole, path.as_str().into())
            });
        }
    }
    None
}
