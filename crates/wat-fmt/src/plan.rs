//! Where the children of a broken container go.
//!
//! A plan is a small machine: it is shown the elements of a container in order and says for each how it is placed and
//! what it is to its container. It knows nothing of columns but those of its own container.

use crate::forms::{Body, CALL};
use crate::tree::*;

/// What an element is to its container, where that changes its layout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Plain,
    /// The vector of a `let`.
    Bindings,
    /// A clause of `cond`, `match` or `define-dispatch`.
    Clause,
    /// The signature of a legacy definition.
    Signature,
    /// The operations of a service.
    Operations,
    /// The parameters of one of them.
    Parameters,
    /// Handlers or timers of a service.
    Entries,
}

/// How an element is placed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// Directly behind the opener.
    First,
    /// Behind its predecessor.
    Join,
    /// On its own line.
    Line,
    /// Behind the key if it can be flat there, else on its own line.
    Value,
    /// Behind the key.
    ValueJoin,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Style {
    Form(Body),
    Clause,
    Elements,
    Operations,
}

/// The state of a container whose children are being placed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    style: Style,
    /// The column behind the opener.
    pub first: u32,
    /// The column of elements with their own line.
    pub body: u32,
    /// How many elements share the first line.
    pub header: u32,
    /// How many elements its rule has in the header.
    base: u32,
    /// `[] -> :Type` comes next in the header, if it fits.
    inline: bool,
    /// The ordinal of the first key of the pairs.
    pairs: u32,
    /// `->` and `&` hold on to the element behind them.
    groups: bool,
    /// `<-` holds on to its neighbours.
    binders: bool,
    /// Elements placed so far.
    pub count: u32,
    /// The next element stands behind the last one.
    glue: bool,
    operation: Operation,
    /// The role of the value whose key was placed last.
    value: Option<Role>,
    /// The column of the key that was placed last.
    pub key: u32,
}

/// How far an operation of a service has been read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operation {
    Start,
    Named,
    Parameters,
    Arrow,
}

impl Operation {
    /// The state after an element, and whether the element belongs to the operation.
    fn step(self, kind: Kind) -> (Operation, bool) {
        match (self, kind) {
            (Operation::Arrow, _) => (Operation::Start, true),
            (Operation::Named | Operation::Parameters, Kind::Arrow) => (Operation::Arrow, true),
            (Operation::Named, Kind::Vector) => (Operation::Parameters, true),
            _ => (Operation::Named, false),
        }
    }
}

impl Plan {
    /// The plan of the container `index` whose opener stands at `column`.
    pub fn new(tree: &Tree, index: u32, role: Role, column: u32, spare: &mut Vec<u32>) -> Plan {
        let node = tree.node(index);
        let first = column + node.kind.opener().len() as u32;
        let mut plan = Plan {
            style: Style::Elements,
            first,
            body: first,
            header: 0,
            base: 0,
            inline: false,
            pairs: u32::MAX,
            groups: matches!(node.kind, Kind::List | Kind::Vector),
            binders: node.has(BINDERS),
            count: 0,
            glue: false,
            operation: Operation::Start,
            value: None,
            key: first,
        };
        match (node.kind, role) {
            (Kind::List, _) => plan.list(tree, index, role, column, spare),
            (Kind::Vector, Role::Bindings | Role::Entries) => plan.data_pairs(),
            (Kind::Vector, Role::Operations) => plan.style = Style::Operations,
            (Kind::Brace, _) if !node.has(PATTERN) => plan.data_pairs(),
            _ => {}
        }
        plan
    }

    fn data_pairs(&mut self) {
        self.pairs = 0;
        self.groups = false;
        self.binders = false;
    }

    fn list(&mut self, tree: &Tree, index: u32, role: Role, column: u32, spare: &mut Vec<u32>) {
        let mut elements = tree.elements(index);
        let head = elements.next().map(|head| tree.node(head).kind);
        match (role, head) {
            (Role::Clause, _) => (self.style, self.body) = (Style::Clause, column + 2),
            (Role::Signature, _) => {
                let plain = elements
                    .next()
                    .is_some_and(|second| tree.node(second).kind == Kind::Arrow);
                self.header = if plain { 3 } else { 0 };
                (self.style, self.body) = (Style::Clause, column + 2);
            }
            (_, Some(Kind::Keyword | Kind::Symbol | Kind::Arrow | Kind::Bind | Kind::Rest)) => {
                let rule = tree.rule(index);
                if self.binders && *rule == CALL && starts_binder(tree, index) {
                    return;
                }
                (self.header, self.inline) = tree.header(index, rule);
                self.base = self.header;
                (self.style, self.body) = (Style::Form(rule.body), column + 2);
                match rule.body {
                    Body::Pairs => self.pairs = self.header,
                    Body::Call => self.pairs = tree.keyword_tail(index, spare).unwrap_or(u32::MAX),
                    _ => {}
                }
            }
            _ => {}
        }
    }

    /// Whether `[] -> :Type` might join the header now.
    pub fn asks_inline(&self) -> bool {
        self.inline && self.count == self.base && self.header == self.base
    }

    /// Lets `[] -> :Type` join the header.
    pub fn inline(&mut self) {
        self.header += 3;
    }

    /// Whether a blank line before the next element is dropped: there is none behind a header.
    pub fn is_header(&self) -> bool {
        self.count <= self.header
    }

    /// Places the next element, with the index of its container's end and whether a comment stands before it.
    pub fn step(&mut self, tree: &Tree, index: u32, end: u32, commented: bool) -> (Place, Role) {
        let kind = tree.node(index).kind;
        let ordinal = self.count;
        self.count += 1;
        if commented && 0 < ordinal && ordinal < self.header {
            self.header = ordinal;
        }
        let mut joins = std::mem::take(&mut self.glue) || self.binders && kind == Kind::Bind;
        if self.style == Style::Operations {
            (self.operation, joins) = self.operation.step(kind);
        }
        let value = self.value(tree, index, ordinal);
        self.glue = self.holds(tree, index, end);
        let place = match value {
            _ if ordinal == 0 => Place::First,
            _ if joins || ordinal < self.header => Place::Join,
            Some(_)
                if self.style == Style::Form(Body::Service)
                    && matches!(kind, Kind::Vector | Kind::Brace) =>
            {
                Place::ValueJoin
            }
            Some(_) => Place::Value,
            None => Place::Line,
        };
        let role = match kind {
            Kind::Vector => value.unwrap_or(self.vector_role(ordinal, joins)),
            Kind::List => self.list_role(ordinal, joins),
            _ => Role::Plain,
        };
        (place, role)
    }

    /// If the element is the value of a pair: its role if it is a vector. Otherwise it may be the key of the next.
    fn value(&mut self, tree: &Tree, index: u32, ordinal: u32) -> Option<Role> {
        if self.style == Style::Form(Body::Service) && ordinal >= self.base {
            if let Some(role) = self.value.take() {
                return Some(role);
            }
            if tree.node(index).kind == Kind::Keyword {
                self.value = Some(match tree.text_of(index) {
                    ":admin" | ":user" => Role::Operations,
                    ":handlers" | ":timers" => Role::Entries,
                    _ => Role::Plain,
                });
            }
            return None;
        }
        let is_value = ordinal > self.pairs && (ordinal - self.pairs) % 2 == 1;
        is_value.then_some(Role::Plain)
    }

    fn vector_role(&self, ordinal: u32, joins: bool) -> Role {
        match self.style {
            Style::Form(Body::Let) if ordinal == self.base => Role::Bindings,
            Style::Operations if joins => Role::Parameters,
            _ => Role::Plain,
        }
    }

    fn list_role(&self, ordinal: u32, joins: bool) -> Role {
        match self.style {
            Style::Form(Body::Signature) if ordinal == self.base => Role::Signature,
            Style::Form(Body::Clauses) if ordinal >= self.base && !joins => Role::Clause,
            Style::Form(Body::Match) if ordinal > self.base && !joins => Role::Clause,
            _ => Role::Plain,
        }
    }

    /// Whether the element holds on to the one behind it (F26).
    fn holds(&self, tree: &Tree, index: u32, end: u32) -> bool {
        match tree.node(index).kind {
            Kind::Arrow | Kind::Rest => self.groups,
            Kind::Bind => self.binders,
            Kind::Vector if self.binders => is_restriction(tree, index, end),
            _ => false,
        }
    }
}

/// True for the vector of namespaces before the name of a binder.
fn is_restriction(tree: &Tree, index: u32, end: u32) -> bool {
    let is_bind = |element: u32| tree.node(element).kind == Kind::Bind;
    let after = |element: u32| tree.element(tree.node(element).next, end);
    after(index).is_some_and(|name| !is_bind(name) && after(name).is_some_and(is_bind))
}

/// True if the first elements of a list are a binder.
fn starts_binder(tree: &Tree, index: u32) -> bool {
    let mut kinds = tree.elements(index).map(|element| tree.node(element).kind);
    match (kinds.next(), kinds.next()) {
        (Some(Kind::Rest), Some(_)) => kinds.next() == Some(Kind::Bind),
        (_, second) => second == Some(Kind::Bind),
    }
}

/// True for a container that is broken because of what it is to its own container.
pub(crate) fn is_broken_as(tree: &Tree, index: u32, role: Role) -> bool {
    match role {
        Role::Plain | Role::Clause | Role::Parameters => false,
        Role::Bindings | Role::Entries => tree.elements(index).nth(2).is_some(),
        Role::Signature => {
            let second = tree.elements(index).nth(1);
            second.is_some_and(|second| tree.node(second).kind != Kind::Arrow)
        }
        Role::Operations => {
            let mut state = Operation::Start;
            let starts = tree.elements(index).filter(|&element| {
                let (next, joins) = state.step(tree.node(element).kind);
                state = next;
                !joins
            });
            starts.take(2).count() == 2
        }
    }
}
