//! Collections and tuples: literals and typed constructors.

use wat_syntax::{Applicability, NodeId, NodeKind};

use crate::capability::Capability;
use crate::problem::{EditAt, Place, Problem, ProblemEdit, other_brackets};
use crate::types::{Ctor, Type};

use super::Infer;
use super::report::Why;
use super::table::{Shape, Ty};
use super::typed::{ExprId, ExprKind};

impl<'db> Infer<'db> {
    fn elements(&mut self, node: NodeId) -> Vec<ExprId> {
        let nodes: Vec<NodeId> = self.ast.children(node).collect();
        nodes.into_iter().map(|node| self.expr(node)).collect()
    }

    /// The first element decides the type; later misfits are blamed, and nothing is said about the type of such elements,
    /// nor of erroneous ones.
    fn same_type(&mut self, elements: impl Iterator<Item = ExprId>) -> Ty {
        let mut first: Option<(Ty, NodeId)> = None;
        let mut is_erroneous = false;
        let told = self.problems.len();
        for element in elements {
            match first {
                Some((ty, node)) => self.expect(element, ty, Why::Element { node }),
                None if self.table.is_error(self.ty(element)) => is_erroneous = true,
                None => first = Some((self.ty(element), self.exprs[element.0 as usize].node)),
            }
        }
        match first {
            Some(_) if self.problems.len() > told => Ty::ERROR,
            Some((ty, _)) => ty,
            None if is_erroneous => Ty::ERROR,
            None => self.table.var(),
        }
    }

    pub(super) fn vector_literal(&mut self, node: NodeId) -> ExprId {
        let elements = self.elements(node);
        if elements.is_empty() && self.ast.is_poisoned(node) {
            return self.error(node);
        }
        let told = self.problems.len();
        let vector = self.vector_of(elements, node);
        if self.problems.len() > told {
            self.offer_tuple(node, told);
            self.exprs[vector.0 as usize].ty = Ty::ERROR;
        }
        vector
    }

    /// A vector whose elements differ may be meant as a tuple, which prints like one, so it is of no type; the first misfit
    /// says so, unless it has better advice.
    fn offer_tuple(&mut self, vector: NodeId, misfit: usize) {
        let problem = &mut self.problems[misfit];
        if problem.code == 3001 && problem.fixes.is_empty() {
            let offered = problem
                .clone()
                .help("the elements of a vector have one type; the parts of `(:wat::core::Tuple a b)` have their own")
                .fix(
                    "write a tuple",
                    Applicability::MaybeIncorrect,
                    other_brackets(Place::node(vector), "(:wat::core::Tuple ", ")"),
                );
            *problem = offered;
        }
    }

    fn vector_of(&mut self, elements: Vec<ExprId>, node: NodeId) -> ExprId {
        let element = self.same_type(elements.iter().copied());
        let ty = self.table.app(Ctor::Vector, &[element]);
        self.push(ExprKind::Vector(elements), ty, node)
    }

    pub(super) fn set_literal(&mut self, node: NodeId) -> ExprId {
        let elements = self.elements(node);
        self.set_of(elements, node)
    }

    fn set_of(&mut self, elements: Vec<ExprId>, node: NodeId) -> ExprId {
        let element = self.same_type(elements.iter().copied());
        self.require(Capability::Hash, element, self.blamed_key(&elements, node));
        let ty = self.table.app(Ctor::HashSet, &[element]);
        self.push(ExprKind::HashSet(elements), ty, node)
    }

    pub(super) fn map_literal(&mut self, node: NodeId) -> ExprId {
        let elements = self.elements(node);
        if elements.len() % 2 == 1 {
            if !self.ast.is_poisoned(node)
                && let Some(last) = self.ast.children(node).last()
            {
                self.push_reader_problem(wat_syntax::errors::odd_map_literal, last);
            }
            return self.error(node);
        }
        self.literal_map(elements, node)
    }

    fn literal_map(&mut self, elements: Vec<ExprId>, node: NodeId) -> ExprId {
        let key = self.same_type(elements.iter().copied().step_by(2));
        let value = self.same_type(elements.iter().copied().skip(1).step_by(2));
        self.require(Capability::Hash, key, self.blamed_key(&elements, node));
        let ty = self.table.app(Ctor::HashMap, &[key, value]);
        self.push(ExprKind::HashMap(elements), ty, node)
    }

    /// Where a wrong key is blamed: at the first one, else at the whole form.
    fn blamed_key(&self, elements: &[ExprId], node: NodeId) -> NodeId {
        elements
            .first()
            .map_or(node, |first| self.exprs[first.0 as usize].node)
    }

    /// The type of a slot, and its node; `None` if it is missing.
    fn slot(&mut self, nodes: &[NodeId], at: usize) -> Option<(Ty, NodeId)> {
        let node = nodes
            .get(at)
            .copied()
            .filter(|&node| self.is_keyword(node))?;
        Some((self.type_at(node, true), node))
    }

    /// WAT3013. The form is read on as the literal with these brackets, which the fix writes.
    fn missing_slot(&mut self, node: NodeId, path: &str, nodes: &[NodeId], brackets: [&str; 2]) {
        if self.ast.is_poisoned(node) {
            return;
        }
        // Without operands the callee: the whole form may be the first operand of another such form.
        let head = self.ast.children(node).next().unwrap_or(node);
        let at = nodes.first().copied().unwrap_or(head);
        let problem = Problem::new(
            3013,
            Place::node(at),
            format!("`{path}` needs the type of its elements first"),
        )
        .label("expected a type")
        .help("write a type such as `:wat::core::i64`, or use a literal: `[a b]`, `{k v}`, `#{a}`");
        let edit = |at, place, insert: &str| ProblemEdit {
            at,
            place: Place::node(place),
            insert: insert.to_owned(),
        };
        let is_plain = self.ast.kind(node) == NodeKind::List && !self.threaded.contains_key(&node);
        let problem = match nodes.first() {
            Some(first) if is_plain => problem.fix(
                "write it as a literal",
                // An empty list may be meant as a type.
                match self.ast.kind(*first) == NodeKind::List && self.ast.child_count(*first) == 0 {
                    true => Applicability::MaybeIncorrect,
                    false => Applicability::MachineApplicable,
                },
                vec![
                    edit(EditAt::Until(first.0), node, brackets[0]),
                    edit(EditAt::CloseBracket, node, brackets[1]),
                ],
            ),
            _ => problem,
        };
        if !self.is_told_retired(head) {
            self.problems.push(problem);
            return;
        }
        // A retired name without a type: the literal replaces both.
        let told = self.problems.iter_mut().rev();
        let told = told.into_iter().find(|told| told.at == Place::node(head));
        match told.filter(|_| !problem.fixes.is_empty()) {
            Some(told) => told.fixes = problem.fixes,
            None => self.doubt_latest_at(head),
        }
    }

    pub(super) fn vector_form(&mut self, node: NodeId) -> ExprId {
        let nodes: Vec<NodeId> = self.argument_nodes(node);
        let Some((element, slot)) = self.slot(&nodes, 0) else {
            self.missing_slot(node, ":wat::core::Vector", &nodes, ["[", "]"]);
            let elements = self.arguments(node);
            return match elements.is_empty() {
                true => self.error(node),
                false => self.vector_of(elements, node),
            };
        };
        let elements: Vec<ExprId> = nodes[1..].iter().map(|&node| self.expr(node)).collect();
        for &expr in &elements {
            self.expect(expr, element, Why::Slot { node: slot });
        }
        let ty = self.table.app(Ctor::Vector, &[element]);
        self.push(ExprKind::Vector(elements), ty, node)
    }

    pub(super) fn set_form(&mut self, node: NodeId) -> ExprId {
        let nodes: Vec<NodeId> = self.argument_nodes(node);
        let Some((element, slot)) = self.slot(&nodes, 0) else {
            self.missing_slot(node, ":wat::core::HashSet", &nodes, ["#{", "}"]);
            let elements = self.arguments(node);
            return match elements.is_empty() {
                true => self.error(node),
                false => self.set_of(elements, node),
            };
        };
        let elements: Vec<ExprId> = nodes[1..].iter().map(|&node| self.expr(node)).collect();
        for &expr in &elements {
            self.expect(expr, element, Why::Slot { node: slot });
        }
        self.require(Capability::Hash, element, self.blamed_key(&elements, node));
        let ty = self.table.app(Ctor::HashSet, &[element]);
        self.push(ExprKind::HashSet(elements), ty, node)
    }

    pub(super) fn map_form(&mut self, node: NodeId) -> ExprId {
        let nodes: Vec<NodeId> = self.argument_nodes(node);
        if let Some((types, slot)) = self.retired_map_slot(node, &nodes) {
            return self.map_of(node, types, [slot; 2], &nodes[1..]);
        }
        // A keyword is read as a type only where there are two of them, and as a key where one of them has no value else.
        let is_slot = |&node: &NodeId| self.is_keyword(node);
        let is_key = |&node: &NodeId| {
            let text = self.ast.as_keyword(node);
            text.is_some_and(|text| !text.contains("::")) && !self.denotes_type(node)
        };
        let are_slots = nodes.len() > 1
            && nodes[..2].iter().all(is_slot)
            && (nodes.len().is_multiple_of(2) || !is_key(&nodes[1]));
        let slots = are_slots.then(|| (self.slot(&nodes, 0), self.slot(&nodes, 1)));
        let Some((Some((key, key_slot)), Some((value, value_slot)))) = slots else {
            let elements = self.arguments(node);
            let first = nodes.first().copied();
            let has_slot = first.is_none_or(|first| self.is_keyword(first));
            if elements.len() % 2 == 1 || has_slot {
                // What is missing cannot be told from what is there.
                self.missing_slot(node, ":wat::core::HashMap", &[], ["{", "}"]);
                return self.error(node);
            }
            self.missing_slot(node, ":wat::core::HashMap", &nodes, ["{", "}"]);
            return self.literal_map(elements, node);
        };
        self.map_of(node, [key, value], [key_slot, value_slot], &nodes[2..])
    }

    /// Does a keyword denote a type?
    fn denotes_type(&self, node: NodeId) -> bool {
        self.quiet_type(node) != Type::Error
    }

    /// `(HashMap :(K,V) …)` and `(HashMap :wat::type::Infer …)`, the former spellings of `(HashMap :K :V …)`. The number of
    /// operands tells them apart, where the second one is no type.
    fn retired_map_slot(&mut self, node: NodeId, nodes: &[NodeId]) -> Option<([Ty; 2], NodeId)> {
        let slot = *nodes.first()?;
        let is_type = |&node: &NodeId| self.is_keyword(node) && self.denotes_type(node);
        if nodes.len().is_multiple_of(2)
            || !is_type(&slot)
            || nodes.get(1).is_some_and(is_type)
            || self.ast.is_poisoned(node)
        {
            return None;
        }
        let is_open = match self.quiet_type(slot) {
            Type::Infer => true,
            Type::App(Ctor::Tuple, parts) if parts.len() == 2 => false,
            _ => return None,
        };
        let (ty, _) = self.slot(nodes, 0)?;
        let types = match self.table.shape(ty) {
            Shape::App(Ctor::Tuple, parts) => <[Ty; 2]>::try_from(parts).ok()?,
            _ => [self.table.var(), self.table.var()],
        };
        let with = match is_open {
            true => ":wat::type::Infer :wat::type::Infer".to_owned(),
            false => types.map(|ty| self.render(ty)).join(" "),
        };
        let edits = vec![super::legacy::edit(EditAt::Replace, slot, &with)];
        let message = format!("the types of a map are two operands: `{with}`");
        self.retired_shape(7001, slot, slot, message, edits);
        Some((types, slot))
    }

    fn map_of(
        &mut self,
        node: NodeId,
        [key, value]: [Ty; 2],
        [key_slot, value_slot]: [NodeId; 2],
        nodes: &[NodeId],
    ) -> ExprId {
        let elements: Vec<ExprId> = nodes.iter().map(|&node| self.expr(node)).collect();
        if elements.len() % 2 == 1 {
            if !self.ast.is_poisoned(node) {
                let last = nodes[nodes.len() - 1];
                self.problems.push(
                    Problem::new(3410, Place::node(last), "this key has no value")
                        .label("a key without a value")
                        .help("keys and values alternate"),
                );
            }
            return self.error(node);
        }
        for pair in elements.chunks(2) {
            self.expect(pair[0], key, Why::Slot { node: key_slot });
            self.expect(pair[1], value, Why::Slot { node: value_slot });
        }
        self.require(Capability::Hash, key, self.blamed_key(&elements, node));
        let ty = self.table.app(Ctor::HashMap, &[key, value]);
        self.push(ExprKind::HashMap(elements), ty, node)
    }

    pub(super) fn tuple_form(&mut self, node: NodeId) -> ExprId {
        let elements = self.arguments(node);
        if elements.is_empty() {
            let head = self.ast.children(node).next();
            let retired = head.filter(|&head| self.is_told_retired(head));
            if let Some(head) = retired {
                // What it lacks is told when it has its name of today.
                self.doubt_latest_at(head);
            } else if !self.ast.is_poisoned(node) {
                self.problems.push(
                    Problem::new(3408, Place::node(node), "a tuple has at least one element")
                        .label("no elements")
                        .help("the value without content is `:wat::core::nil`"),
                );
            }
            return self.error(node);
        }
        let parts: Vec<Ty> = elements.iter().map(|&element| self.ty(element)).collect();
        let ty = self.table.app(Ctor::Tuple, &parts);
        self.push(ExprKind::Tuple(elements), ty, node)
    }
}
