//! `match` as a decision tree.
//!
//! The matrix of arms is specialised column by column, always on the leftmost column that the first row tests; so no
//! test is made twice on a path, and tests are made in the order in which a reader would make them. A body that several
//! leaves reach is a join point. Many literals in one column are found by bisection.
//!
//! Arms that test different columns can make a tree that doubles with each of them. Where the work of a tree goes beyond a
//! multiple of what is written, the arms are tried one after the other instead: code as long as the patterns, which may
//! make a test again.

use std::sync::Arc;

use rustc_hash::FxHashMap;
use wat_ir::{Block, Callee, Const, End, Join, Operand, Stmt, Value};
use wat_syntax::NodeId;

use crate::infer::is_ill_formed;
use crate::infer::table::Ty;
use crate::infer::typed::{ExprId, LocalId, Pattern, PatternKind};

use super::Lower;

/// A part of the matched value.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Occurrence(u32);

enum Access {
    Root(Operand),
    Element(Occurrence, u32),
    Field(Occurrence, u32, u32),
}

struct Part {
    access: Access,
    ty: Ty,
}

struct Row<'a> {
    columns: Vec<(Occurrence, &'a Pattern)>,
    bound: Vec<(LocalId, Occurrence)>,
    arm: usize,
}

impl Clone for Row<'_> {
    fn clone(&self) -> Self {
        Row {
            columns: self.columns.clone(),
            bound: self.bound.clone(),
            arm: self.arm,
        }
    }
}

enum Tree {
    /// No arm of the tree matches; unless there are further arms, coverage has proved that this is not reached.
    Fail,
    Leaf {
        arm: usize,
        bound: Vec<(LocalId, Occurrence)>,
    },
    Switch {
        on: Occurrence,
        cases: Vec<(u32, Tree)>,
        default: Option<Box<Tree>>,
    },
    Bool {
        on: Occurrence,
        then: Box<Tree>,
        otherwise: Box<Tree>,
    },
    Literals {
        on: Occurrence,
        cases: Vec<(Const, Tree)>,
        default: Box<Tree>,
    },
}

struct Builder {
    parts: Vec<Part>,
    /// How many rows may still be looked at, if that is limited.
    left: Option<usize>,
    /// The limit was reached: what was built is of no use.
    is_spent: bool,
}

impl Builder {
    fn part(&mut self, access: Access, ty: Ty) -> Occurrence {
        self.parts.push(Part { access, ty });
        Occurrence(self.parts.len() as u32 - 1)
    }

    /// Removes what always matches from a row: wildcards, names, nil; tuples become their columns.
    fn simplify<'a>(
        &mut self,
        row: &mut Row<'a>,
        tuples: &mut FxHashMap<Occurrence, Vec<Occurrence>>,
    ) {
        let mut columns = Vec::with_capacity(row.columns.len());
        let mut work: Vec<(Occurrence, &'a Pattern)> = row.columns.drain(..).rev().collect();
        while let Some((at, pattern)) = work.pop() {
            match &pattern.kind {
                PatternKind::Wild | PatternKind::Nil | PatternKind::Error => {}
                PatternKind::Bind(local) => row.bound.push((*local, at)),
                PatternKind::Tuple(parts) => {
                    let elements = tuples.entry(at).or_insert_with(|| {
                        parts
                            .iter()
                            .enumerate()
                            .map(|(i, part)| {
                                self.parts.push(Part {
                                    access: Access::Element(at, i as u32),
                                    ty: part.ty,
                                });
                                Occurrence(self.parts.len() as u32 - 1)
                            })
                            .collect()
                    });
                    work.extend(elements.iter().copied().zip(parts).rev());
                }
                _ => columns.push((at, pattern)),
            }
        }
        row.columns = columns;
    }

    fn tree(&mut self, mut rows: Vec<Row<'_>>) -> Tree {
        let mut tuples = FxHashMap::default();
        for row in &mut rows {
            self.simplify(row, &mut tuples);
        }
        self.simple_tree(rows)
    }

    fn simple_tree(&mut self, rows: Vec<Row<'_>>) -> Tree {
        if let Some(left) = &mut self.left {
            match left.checked_sub(rows.len()) {
                Some(rest) => *left = rest,
                None => self.is_spent = true,
            }
        }
        let Some(first) = rows.first().filter(|_| !self.is_spent) else {
            return Tree::Fail;
        };
        let Some(&(on, pattern)) = first.columns.first() else {
            return Tree::Leaf {
                arm: first.arm,
                bound: first.bound.clone(),
            };
        };
        match &pattern.kind {
            PatternKind::Variant { .. } => self.switch(on, &rows),
            PatternKind::Bool(_) => self.bool(on, &rows),
            _ => self.literals(on, rows),
        }
    }

    /// One case for each variant that a row tests, and the other rows for the rest.
    fn switch(&mut self, on: Occurrence, rows: &[Row<'_>]) -> Tree {
        let mut tested: Vec<(u32, Vec<Ty>)> = Vec::new();
        let mut variants = 0;
        for row in rows {
            if let Some(PatternKind::Variant {
                index,
                count,
                fields,
            }) = column(row, on).map(|pattern| &pattern.kind)
            {
                variants = *count as usize;
                if !tested.iter().any(|(other, _)| other == index) {
                    tested.push((*index, fields.iter().map(|field| field.ty).collect()));
                }
            }
        }
        tested.sort_unstable_by_key(|(index, _)| *index);
        let complete = tested.len() == variants;
        let mut cases: Vec<(u32, Tree)> = tested
            .into_iter()
            .map(|(variant, types)| {
                let fields: Vec<Occurrence> = types
                    .into_iter()
                    .enumerate()
                    .map(|(index, ty)| self.part(Access::Field(on, variant, index as u32), ty))
                    .collect();
                let rows = rows
                    .iter()
                    .filter_map(|row| specialise(row, on, variant, &fields))
                    .collect();
                (variant, self.tree(rows))
            })
            .collect();
        if complete && cases.len() == 1 {
            // A struct: nothing to test.
            return cases.remove(0).1;
        }
        let default = (!complete).then(|| Box::new(self.simple_tree(without(rows, on))));
        Tree::Switch { on, cases, default }
    }

    fn bool(&mut self, on: Occurrence, rows: &[Row<'_>]) -> Tree {
        let mut side = |wanted: bool| {
            let fits = |row: &&Row<'_>| match column(row, on).map(|pattern| &pattern.kind) {
                Some(PatternKind::Bool(value)) => *value == wanted,
                _ => true,
            };
            let rows: Vec<Row<'_>> = rows
                .iter()
                .filter(fits)
                .map(|row| drop_column(row, on))
                .collect();
            Box::new(self.simple_tree(rows))
        };
        let then = side(true);
        let otherwise = side(false);
        Tree::Bool {
            on,
            then,
            otherwise,
        }
    }

    fn literals(&mut self, on: Occurrence, rows: Vec<Row<'_>>) -> Tree {
        let mut order: Vec<Const> = Vec::new();
        let mut groups: FxHashMap<Const, Vec<usize>> = FxHashMap::default();
        let mut open: Vec<usize> = Vec::new();
        for (at, row) in rows.iter().enumerate() {
            match column(row, on).and_then(literal) {
                Some(value) => groups
                    .entry(value.clone())
                    .or_insert_with(|| {
                        order.push(value);
                        Vec::new()
                    })
                    .push(at),
                None => open.push(at),
            }
        }
        let cases = order
            .into_iter()
            .map(|value| {
                let mut chosen: Vec<usize> = groups[&value].iter().chain(&open).copied().collect();
                chosen.sort_unstable();
                let rows = chosen
                    .into_iter()
                    .map(|at| drop_column(&rows[at], on))
                    .collect();
                (value, self.simple_tree(rows))
            })
            .collect();
        let default = Box::new(self.simple_tree(open.iter().map(|&at| rows[at].clone()).collect()));
        Tree::Literals { on, cases, default }
    }
}

fn column<'a>(row: &Row<'a>, on: Occurrence) -> Option<&'a Pattern> {
    row.columns
        .iter()
        .find(|(at, _)| *at == on)
        .map(|(_, pattern)| *pattern)
}

fn drop_column<'a>(row: &Row<'a>, on: Occurrence) -> Row<'a> {
    let mut row = row.clone();
    row.columns.retain(|(at, _)| *at != on);
    row
}

fn without<'a>(rows: &[Row<'a>], on: Occurrence) -> Vec<Row<'a>> {
    rows.iter()
        .filter(|row| column(row, on).is_none())
        .cloned()
        .collect()
}

fn specialise<'a>(
    row: &Row<'a>,
    on: Occurrence,
    variant: u32,
    fields: &[Occurrence],
) -> Option<Row<'a>> {
    match column(row, on).map(|pattern| &pattern.kind) {
        Some(PatternKind::Variant {
            index,
            fields: patterns,
            ..
        }) => (*index == variant).then(|| {
            let mut row = drop_column(row, on);
            let mut columns: Vec<(Occurrence, &Pattern)> =
                fields.iter().copied().zip(patterns).collect();
            columns.append(&mut row.columns);
            row.columns = columns;
            row
        }),
        _ => Some(row.clone()),
    }
}

fn literal(pattern: &Pattern) -> Option<Const> {
    Some(match &pattern.kind {
        PatternKind::Int(value) => Const::I64(*value),
        // `0.0` and `-0.0` are equal.
        PatternKind::Float(bits) if f64::from_bits(*bits) == 0.0 => Const::F64(0),
        PatternKind::Float(bits) => Const::F64(*bits),
        PatternKind::Str(text) => Const::Str(text.clone()),
        PatternKind::Keyword(text) => Const::Keyword(text.clone()),
        _ => return None,
    })
}

fn leaves(tree: &Tree, count: &mut Vec<u32>) {
    match tree {
        Tree::Fail => {}
        Tree::Leaf { arm, .. } => count[*arm] += 1,
        Tree::Switch { cases, default, .. } => {
            cases.iter().for_each(|(_, tree)| leaves(tree, count));
            if let Some(tree) = default {
                leaves(tree, count);
            }
        }
        Tree::Bool {
            then, otherwise, ..
        } => {
            leaves(then, count);
            leaves(otherwise, count);
        }
        Tree::Literals { cases, default, .. } => {
            cases.iter().for_each(|(_, tree)| leaves(tree, count));
            leaves(default, count);
        }
    }
}

/// What lowering a tree needs to know.
struct Plan<'p> {
    parts: &'p [Part],
    arms: &'p [(Pattern, ExprId)],
    /// The join point of each arm that several leaves reach, and the locals that it takes.
    joins: FxHashMap<usize, (Join, Vec<LocalId>)>,
    /// Where it goes on if no arm of the tree matches.
    fail: Option<Join>,
    node: NodeId,
    tail: bool,
}

/// How many rows of patterns a tree may look at for each part of a pattern that is written, and besides.
const WORK_PER_PART: usize = 64;
const WORK: usize = 100_000;

impl<'a, 'db> Lower<'a, 'db> {
    /// Lowers a `match` on a value.
    pub(super) fn decide(
        &mut self,
        value: Operand,
        ty: Ty,
        arms: &'a [(Pattern, ExprId)],
        tail: bool,
    ) -> End {
        self.is_broken |= arms.iter().any(|(pattern, _)| is_ill_formed(pattern));
        let written: usize = arms.iter().map(|(pattern, _)| size(pattern)).sum();
        let mut builder = Builder {
            parts: Vec::new(),
            left: Some(WORK + written.saturating_mul(WORK_PER_PART)),
            is_spent: false,
        };
        let root = builder.part(Access::Root(value), ty);
        let rows = || {
            arms.iter().enumerate().map(|(arm, (pattern, _))| Row {
                columns: vec![(root, pattern)],
                bound: Vec::new(),
                arm,
            })
        };
        let tree = builder.tree(rows().collect());
        if builder.is_spent {
            builder.parts.truncate(1);
            (builder.left, builder.is_spent) = (None, false);
            let trees = rows().map(|row| builder.tree(vec![row])).collect();
            return self.in_turn(trees, &builder.parts, arms, tail);
        }
        let parts = builder.parts;
        let mut count = vec![0; arms.len()];
        leaves(&tree, &mut count);
        let node = arms.first().map_or(NodeId(0), |(pattern, _)| pattern.node);
        let mut plan = Plan {
            parts: &parts,
            arms,
            joins: FxHashMap::default(),
            fail: None,
            node,
            tail,
        };
        for (arm, &uses) in count.iter().enumerate() {
            if uses > 1 {
                let id = self.join();
                let mut bound = Vec::new();
                binders(&arms[arm].0, &mut bound);
                let params = bound.iter().map(|&local| self.declare(local)).collect();
                let body = Box::new(self.block(|lower| lower.end(arms[arm].1, tail)));
                self.stmts.push(Stmt::Join { id, params, body });
                plan.joins.insert(arm, (id, bound));
            }
        }
        self.tree_end(&tree, &plan, &mut FxHashMap::default())
    }

    /// Lowers a tree for each arm: where one fails, the next one is tried.
    fn in_turn(
        &mut self,
        trees: Vec<Tree>,
        parts: &[Part],
        arms: &'a [(Pattern, ExprId)],
        tail: bool,
    ) -> End {
        let mut end = End::Unreachable;
        let mut fail = None;
        for (arm, tree) in trees.iter().enumerate().rev() {
            let plan = Plan {
                parts,
                arms,
                joins: FxHashMap::default(),
                fail,
                node: arms[arm].0.node,
                tail,
            };
            if arm == 0 {
                end = self.tree_end(tree, &plan, &mut FxHashMap::default());
                break;
            }
            let id = self.join();
            let body = Box::new(self.tree_block(tree, &plan, &FxHashMap::default()));
            self.stmts.push(Stmt::Join {
                id,
                params: Box::default(),
                body,
            });
            fail = Some(id);
        }
        end
    }

    fn tree_end(
        &mut self,
        tree: &Tree,
        plan: &Plan<'_>,
        known: &mut FxHashMap<Occurrence, Operand>,
    ) -> End {
        match tree {
            Tree::Fail => match plan.fail {
                Some(to) => End::Jump {
                    to,
                    args: Box::default(),
                },
                None => End::Unreachable,
            },
            Tree::Leaf { arm, bound } => self.leaf(*arm, bound, plan, known),
            Tree::Switch { on, cases, default } => {
                let on = self.part_value(*on, plan, known);
                let cases = cases
                    .iter()
                    .map(|(variant, tree)| (*variant, self.tree_block(tree, plan, known)))
                    .collect();
                let default = default
                    .as_ref()
                    .map(|tree| Box::new(self.tree_block(tree, plan, known)));
                End::Switch { on, cases, default }
            }
            Tree::Bool {
                on,
                then,
                otherwise,
            } => {
                let cond = self.part_value(*on, plan, known);
                let then = Box::new(self.tree_block(then, plan, known));
                let otherwise = Box::new(self.tree_block(otherwise, plan, known));
                End::If {
                    cond,
                    then,
                    otherwise,
                }
            }
            Tree::Literals { on, cases, default } => {
                let value = self.part_value(*on, plan, known);
                let ty = self.ir(plan.parts[on.0 as usize].ty);
                let mut sorted: Vec<&(Const, Tree)> = cases.iter().collect();
                let bisect = sorted.len() > 4
                    && sorted
                        .iter()
                        .all(|(value, _)| !matches!(value, Const::F64(_)));
                if bisect {
                    sorted.sort_by(|(a, _), (b, _)| order(a, b));
                }
                // Every case but one falls through to the default, so that is a join point unless it is trivial.
                let id = self.join();
                let body = Box::new(self.tree_block(default, plan, known));
                self.stmts.push(Stmt::Join {
                    id,
                    params: Box::default(),
                    body,
                });
                self.search(&value, &ty, &sorted, bisect, id, plan, known)
            }
        }
    }

    #[allow(clippy::too_many_arguments)]
    fn search(
        &mut self,
        value: &Operand,
        ty: &wat_ir::Ty,
        cases: &[&(Const, Tree)],
        bisect: bool,
        default: Join,
        plan: &Plan<'_>,
        known: &mut FxHashMap<Occurrence, Operand>,
    ) -> End {
        let (Some((first, rest)), true) = (cases.split_first(), !cases.is_empty()) else {
            return End::Jump {
                to: default,
                args: Box::default(),
            };
        };
        let test = |lower: &mut Self, name: &str, literal: &Const| {
            let callee = Callee::Native {
                name: format!(":wat::core::__internal/{name}").into(),
                types: [ty.clone()].into(),
            };
            let args = [value.clone(), Operand::Const(literal.clone())].into();
            lower.emit(wat_ir::Ty::Bool, Value::Call { callee, args }, plan.node)
        };
        if bisect && cases.len() > 4 {
            let (low, high) = cases.split_at(cases.len() / 2);
            let cond = test(self, "lt", &high[0].0);
            let then = Box::new(self.block(|lower| {
                lower.search(value, ty, low, true, default, plan, &mut known.clone())
            }));
            let otherwise = Box::new(self.block(|lower| {
                lower.search(value, ty, high, true, default, plan, &mut known.clone())
            }));
            return End::If {
                cond,
                then,
                otherwise,
            };
        }
        let cond = test(self, "eq", &first.0);
        let then = Box::new(self.tree_block(&first.1, plan, known));
        let otherwise = Box::new(self.block(|lower| {
            lower.search(value, ty, rest, false, default, plan, &mut known.clone())
        }));
        End::If {
            cond,
            then,
            otherwise,
        }
    }

    fn tree_block(
        &mut self,
        tree: &Tree,
        plan: &Plan<'_>,
        known: &FxHashMap<Occurrence, Operand>,
    ) -> Block {
        let mut known = known.clone();
        self.block(|lower| lower.tree_end(tree, plan, &mut known))
    }

    fn leaf(
        &mut self,
        arm: usize,
        bound: &[(LocalId, Occurrence)],
        plan: &Plan<'_>,
        known: &mut FxHashMap<Occurrence, Operand>,
    ) -> End {
        if let Some((to, locals)) = plan.joins.get(&arm) {
            let args = locals
                .iter()
                .map(
                    |local| match bound.iter().find(|(other, _)| other == local) {
                        Some((_, at)) => self.part_value(*at, plan, known),
                        None => Operand::Const(Const::Nil),
                    },
                )
                .collect();
            return End::Jump { to: *to, args };
        }
        for (local, at) in bound {
            let value = self.part_value(*at, plan, known);
            self.bind_place(*local, value);
        }
        self.end(plan.arms[arm].1, plan.tail)
    }

    /// The operand that holds a part of the value; extracted once on each path.
    fn part_value(
        &mut self,
        at: Occurrence,
        plan: &Plan<'_>,
        known: &mut FxHashMap<Occurrence, Operand>,
    ) -> Operand {
        if let Some(operand) = known.get(&at) {
            return operand.clone();
        }
        let part = &plan.parts[at.0 as usize];
        let value = match &part.access {
            Access::Root(operand) => return operand.clone(),
            Access::Element(of, index) => Value::Element {
                of: self.part_value(*of, plan, known),
                index: *index,
            },
            Access::Field(of, variant, index) => Value::Field {
                of: self.part_value(*of, plan, known),
                variant: *variant,
                index: *index,
            },
        };
        let ty = self.ir(part.ty);
        let operand = self.emit(ty, value, plan.node);
        known.insert(at, operand.clone());
        operand
    }
}

fn order(a: &Const, b: &Const) -> std::cmp::Ordering {
    let text = |value: &Const| match value {
        Const::Str(text) | Const::Keyword(text) => Some(Arc::clone(text)),
        _ => None,
    };
    match (a, b) {
        (Const::I64(a), Const::I64(b)) => a.cmp(b),
        _ => text(a).cmp(&text(b)),
    }
}

/// How many parts a pattern is written with.
fn size(pattern: &Pattern) -> usize {
    let (mut work, mut size) = (vec![pattern], 0);
    while let Some(pattern) = work.pop() {
        size += 1;
        match &pattern.kind {
            PatternKind::Variant { fields, .. } => work.extend(fields),
            PatternKind::Tuple(parts) => work.extend(parts),
            _ => {}
        }
    }
    size
}

/// The names that a pattern binds, in order.
fn binders(pattern: &Pattern, out: &mut Vec<LocalId>) {
    match &pattern.kind {
        PatternKind::Bind(local) => out.push(*local),
        PatternKind::Variant { fields, .. } => fields.iter().for_each(|field| binders(field, out)),
        PatternKind::Tuple(parts) => parts.iter().for_each(|part| binders(part, out)),
        _ => {}
    }
}
