//! Forms as values: taking them apart, building them, and filling templates.

use super::support::{Outcome, native};
use crate::boxed::{form, make_form};
use crate::heap::Slot;
use crate::native::{Instance, Native, Trap};
use crate::reify::{Fill, reify};
use crate::syntax::{Scope, Scopes, Shape, Syntax, write_forms};
use crate::text::{make_string, text};
use crate::vector;
use std::sync::atomic::{AtomicU32, Ordering};
use wat_syntax::{NodeKind, SourceText};

pub(crate) const TABLE: &[Native] = &[
    native(":wat::core::ast-kind", "b", ast_kind),
    native(":wat::core::ast->children", "b", ast_children),
    native(":wat::core::with-children", "bb", with_children),
    native(":wat::core::ast-name", "b", ast_name),
    native(":wat::core::symbol-node", "b", symbol_node),
    native(":wat::core::fresh-symbol", "b", fresh_symbol),
    native(":wat::core::keyword-node", "b", keyword_node),
    native(":wat::core::write-forms", "b", write),
    native(":wat::core::__internal/macro-error", "b", macro_error),
    native(":wat::core::struct->form", "b", struct_to_form),
    native(":wat::core::__internal/to-syntax", "b", to_syntax),
    native(":wat::core::__internal/splice-syntax", "b", splice_syntax),
    native(":wat::core::__internal/syntax-node", "bb", syntax_node),
];

/// The unit of the scopes of symbols that are made while a program runs; expansions have others.
const RUN_TIME: u64 = u64::MAX - 1;

/// An argument that a function of forms cannot take. The reference says that these panic.
#[cold]
fn unfit(message: impl Into<String>) -> Box<Trap> {
    Trap::panic(8406, message)
}

#[cold]
fn no_syntax(message: impl Into<String>) -> Box<Trap> {
    Trap::panic(8203, message)
}

/// The form in an argument.
macro_rules! form {
    ($args:ident, $index:literal) => {
        // SAFETY: the caller of a native says that its arguments are live values of the declared types.
        unsafe { form($args[$index]) }
    };
}

/// The text in an argument.
macro_rules! str {
    ($args:ident, $index:literal) => {
        // SAFETY: as above.
        unsafe { text($args[$index]) }
    };
}

/// The forms of a vector.
unsafe fn forms(slot: Slot) -> Vec<Syntax> {
    // SAFETY: the caller says that the slot holds a live vector of forms.
    unsafe { vector::iter(slot).map(|item| form(item).clone()).collect() }
}

unsafe fn ast_kind(_: &Instance, args: &[Slot]) -> Outcome {
    Ok(make_string(form!(args, 0).kind_name()))
}

unsafe fn ast_children(instance: &Instance, args: &[Slot]) -> Outcome {
    let children = form!(args, 0).children().iter();
    let slots: Vec<Slot> = children.map(|child| make_form(child.clone())).collect();
    Ok(vector::from_slots(instance.ret, &slots))
}

unsafe fn with_children(_: &Instance, args: &[Slot]) -> Outcome {
    let node = form!(args, 0);
    // SAFETY: the argument is a vector of forms.
    match node.with_children(unsafe { forms(args[1]) }) {
        Some(node) => Ok(make_form(node)),
        None => Err(unfit(format!(
            "a node of kind {:?} has no children to replace",
            node.kind_name()
        ))),
    }
}

unsafe fn ast_name(_: &Instance, args: &[Slot]) -> Outcome {
    let node = form!(args, 0);
    match node.name() {
        Some(name) => Ok(make_string(name)),
        None => Err(unfit(format!(
            "a node of kind {:?} has no name: only keywords, symbols and strings have one",
            node.kind_name()
        ))),
    }
}

/// The text of an atom, if it is one and nothing else.
fn is_atom(text: &str, wanted: fn(NodeKind) -> bool) -> bool {
    let source = SourceText::new(text);
    let cut = wat_syntax::cut(&source);
    let [only] = &cut.forms[..] else { return false };
    if !cut.errors.is_empty() || usize::from(only.range.len()) != text.len() {
        return false;
    }
    let read = wat_syntax::read_form(&source, &only.verdict);
    read.errors.is_empty() && read.ast.len() == 1 && wanted(read.ast.kind(read.ast.root()))
}

fn symbol_name(name: &str) -> Result<&str, Box<Trap>> {
    if is_atom(name, |kind| matches!(kind, NodeKind::Symbol(_))) {
        return Ok(name);
    }
    Err(unfit(format!("{name:?} is not the name of a symbol")))
}

unsafe fn symbol_node(_: &Instance, args: &[Slot]) -> Outcome {
    Ok(make_form(Syntax::symbol(symbol_name(str!(args, 0))?)))
}

/// A scope that no symbol of this process has.
pub fn fresh_scope() -> Scope {
    static MADE: AtomicU32 = AtomicU32::new(0);
    Scope {
        unit: RUN_TIME,
        index: MADE.fetch_add(1, Ordering::Relaxed),
    }
}

unsafe fn fresh_symbol(_: &Instance, args: &[Slot]) -> Outcome {
    let name = symbol_name(str!(args, 0))?;
    let scopes = Scopes::default().with(fresh_scope());
    Ok(make_form(Syntax::symbol_in(name, scopes)))
}

unsafe fn keyword_node(_: &Instance, args: &[Slot]) -> Outcome {
    let name = str!(args, 0);
    if is_atom(name, |kind| matches!(kind, NodeKind::Keyword(_))) && name.starts_with(':') {
        return Ok(make_form(Syntax::keyword(name)));
    }
    Err(unfit(format!(
        "{name:?} is no keyword: it is written with its leading colon"
    )))
}

unsafe fn write(_: &Instance, args: &[Slot]) -> Outcome {
    Ok(make_string(&write_forms(form!(args, 0))))
}

unsafe fn macro_error(_: &Instance, args: &[Slot]) -> Outcome {
    Err(Trap::panic(2412, str!(args, 0)))
}

unsafe fn struct_to_form(instance: &Instance, args: &[Slot]) -> Outcome {
    // SAFETY: the argument is a live value of the type.
    unsafe { reify(instance.types[0], args[0], Fill::Construct) }
        .map(make_form)
        .map_err(no_syntax)
}

unsafe fn to_syntax(instance: &Instance, args: &[Slot]) -> Outcome {
    // SAFETY: as above.
    unsafe { reify(instance.types[0], args[0], Fill::Template) }
        .map(make_form)
        .map_err(no_syntax)
}

unsafe fn splice_syntax(instance: &Instance, args: &[Slot]) -> Outcome {
    // SAFETY: as above.
    let node = unsafe { reify(instance.types[0], args[0], Fill::Template) }.map_err(no_syntax)?;
    match node.shape() {
        Shape::List(_) | Shape::Vector(_) => Ok(make_form(node)),
        _ => Err(no_syntax(format!(
            "`~@` takes a vector, or a list or vector node, found a node of kind {:?}",
            node.kind_name()
        ))),
    }
}

/// A bracket, then `.` for a child and `@` for one whose children are spliced.
unsafe fn syntax_node(_: &Instance, args: &[Slot]) -> Outcome {
    let shape = str!(args, 0).as_bytes();
    // SAFETY: the argument is a vector of forms.
    let parts = unsafe { forms(args[1]) };
    let mut children = Vec::with_capacity(parts.len());
    for (part, letter) in parts.into_iter().zip(shape.iter().skip(1)) {
        match letter {
            b'@' => children.extend_from_slice(part.children()),
            _ => children.push(part),
        }
    }
    let children = children.into_boxed_slice();
    Ok(make_form(match shape.first() {
        Some(b'[') => Syntax::vector(children),
        Some(b'{') => Syntax::new(Shape::Brace(children), crate::syntax::Origin::NONE),
        Some(b'#') => Syntax::new(Shape::Set(children), crate::syntax::Origin::NONE),
        _ => Syntax::list(children),
    }))
}
