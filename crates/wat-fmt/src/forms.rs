//! The forms with a layout of their own: one table, a row for each head.

/// How a form is laid out when it is not flat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rule {
    /// What stands on the first line.
    pub header: Header,
    /// How the rest is placed.
    pub body: Body,
    /// The form is broken as soon as it has an element beyond its header (F21.3).
    pub vertical: bool,
    /// What the form is if a list stands directly behind its head.
    pub signature: Signature,
}

/// The elements of the first line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Header {
    /// The head alone.
    Head,
    /// The head, and `[] -> :Type` behind it.
    Function,
    /// The head and what stands behind it, unless that is a vector or list.
    Name,
    /// Head and name, `:restricted-to […]`, and `[] -> :Type`.
    Definition,
    /// Head and name, and an empty prelude.
    Test,
    /// The head and one type.
    OneType,
    /// The head and two types, or one tuple of types.
    TwoTypes,
}

/// How the elements beyond the header are placed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Body {
    /// One per line, keyword arguments in pairs (F22, F28).
    Call,
    /// One per line.
    Lines,
    /// One per line; the first is a vector of bindings.
    Let,
    /// One per line; the lists are clauses (F36).
    Clauses,
    /// One per line; the lists but the first element are clauses.
    Match,
    /// Two by two.
    Pairs,
    /// The clauses of a service (F43).
    Service,
    /// One per line; the first is a signature (F32).
    Signature,
}

/// What a list directly behind the head means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Signature {
    /// Nothing special.
    None,
    /// The form is a definition with nested signature (F32).
    Nested,
    /// The same, and without such a list the form is a call.
    Required,
}

const fn rule(header: Header, body: Body, vertical: bool) -> Rule {
    let signature = Signature::None;
    Rule {
        header,
        body,
        vertical,
        signature,
    }
}

/// The rule of every list that has none of its own.
pub(crate) const CALL: Rule = rule(Header::Head, Body::Call, false);
/// A definition whose signature is a list (F32).
pub(crate) const NESTED_SIGNATURE: Rule = rule(Header::Head, Body::Signature, true);

const DEFINITION: Rule = rule(Header::Definition, Body::Lines, true);
const MACRO: Rule = Rule {
    signature: Signature::Nested,
    ..DEFINITION
};
const DEFINE: Rule = Rule {
    signature: Signature::Required,
    ..NESTED_SIGNATURE
};
const FUNCTION: Rule = rule(Header::Function, Body::Lines, true);
const CONSTANT: Rule = rule(Header::Name, Body::Lines, false);
const LET: Rule = rule(Header::Head, Body::Let, true);
const BLOCK: Rule = rule(Header::Head, Body::Lines, true);
const COND: Rule = rule(Header::Head, Body::Clauses, true);
const MATCH: Rule = rule(Header::Head, Body::Match, true);
const DISPATCH: Rule = rule(Header::Name, Body::Clauses, true);
const COLLECTION: Rule = rule(Header::OneType, Body::Lines, true);
const MAP: Rule = rule(Header::TwoTypes, Body::Pairs, true);
const FIELDS: Rule = rule(Header::Name, Body::Lines, true);
const TEST: Rule = rule(Header::Test, Body::Lines, true);
const SERVICE: Rule = rule(Header::Name, Body::Service, true);

/// Every form with a layout of its own. A new form is a new row.
const FORMS: &[(&str, Rule)] = &[
    (":wat::core::HashMap", MAP),
    (":wat::core::HashSet", COLLECTION),
    (":wat::core::Option/expect", BLOCK),
    (":wat::core::Option/try", BLOCK),
    (":wat::core::Result/expect", BLOCK),
    (":wat::core::Result/try", BLOCK),
    (":wat::core::Vector", COLLECTION),
    (":wat::core::cond", COND),
    (":wat::core::def", CONSTANT),
    (":wat::core::def-restricted", CONSTANT),
    (":wat::core::define", DEFINE),
    (":wat::core::define-dispatch", DISPATCH),
    (":wat::core::defmacro", MACRO),
    (":wat::core::defn", DEFINITION),
    (":wat::core::defn-restricted", DEFINITION),
    (":wat::core::do", BLOCK),
    (":wat::core::enum", FIELDS),
    (":wat::core::fn", FUNCTION),
    (":wat::core::if", BLOCK),
    (":wat::core::let", LET),
    (":wat::core::match", MATCH),
    (":wat::core::newtype", CONSTANT),
    (":wat::core::struct", FIELDS),
    (":wat::core::struct-restricted", FIELDS),
    (":wat::core::typealias", CONSTANT),
    (":wat::core::unless", BLOCK),
    (":wat::core::when", BLOCK),
    (":wat::holon::Bundle", BLOCK),
    (":wat::service::defservice", SERVICE),
    (":wat::test::defprop", DEFINITION),
    (":wat::test::deftest", TEST),
    (":wat::test::deftest-hermetic", TEST),
    (":wat::test::make-deftest", TEST),
    (":wat::test::make-deftest-hermetic", TEST),
];

const SLOTS: usize = 128;

/// Row of [`FORMS`] plus one for each slot; the rows of equal hash stand in neighbouring slots.
static INDEX: [u8; SLOTS] = index();

const fn index() -> [u8; SLOTS] {
    let mut slots = [0; SLOTS];
    let mut row = 0;
    while row < FORMS.len() {
        let mut slot = hash(FORMS[row].0.as_bytes());
        while slots[slot] != 0 {
            slot = (slot + 1) % SLOTS;
        }
        slots[slot] = row as u8 + 1;
        row += 1;
    }
    slots
}

/// Length and the last four bytes tell the heads apart.
const fn hash(head: &[u8]) -> usize {
    let mut hash = head.len() as u32;
    let mut left = 4;
    while left > 0 {
        if head.len() >= left {
            hash = (hash ^ head[head.len() - left] as u32).wrapping_mul(0x9e37_79b1);
        }
        left -= 1;
    }
    (hash >> 25) as usize % SLOTS
}

/// The rule of lists with this head.
pub(crate) fn rule_of(head: &str) -> Option<&'static Rule> {
    if !head.starts_with(":wat::") {
        return None;
    }
    let mut slot = hash(head.as_bytes());
    while INDEX[slot] != 0 {
        let (name, rule) = &FORMS[INDEX[slot] as usize - 1];
        if *name == head {
            return Some(rule);
        }
        slot = (slot + 1) % SLOTS;
    }
    None
}
