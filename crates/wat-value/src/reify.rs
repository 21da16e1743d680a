//! Values as syntax: what `~` puts into a template, and the expression that builds a value again. A walk with its own
//! stack: parts are turned into nodes before the node that holds them.

use crate::boxed::{any, form};
use crate::cells::{field, variant_of};
use crate::desc::{Desc, Repr};
use crate::heap::Slot;
use crate::syntax::{Origin, Shape, Syntax};
use crate::text::text;
use crate::{map, vector};
use wat_ir::DeclKind;

/// What becomes of values that are not literals.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fill {
    /// Only vectors become syntax, as the rules of templates say.
    Template,
    /// Everything that has a constructor becomes its call; the value itself is a struct.
    Construct,
}

enum Step {
    Value(&'static Desc, Slot),
    /// Takes the last `count` nodes as children.
    Build {
        bracket: Bracket,
        head: Option<Syntax>,
        count: usize,
    },
}

#[derive(Clone, Copy)]
enum Bracket {
    List,
    Vector,
    Brace,
    Set,
}

/// The syntax of a value, or why it has none.
///
/// # Safety
/// The slot holds a live value of the type.
pub(crate) unsafe fn reify(desc: &'static Desc, slot: Slot, fill: Fill) -> Result<Syntax, String> {
    if fill == Fill::Construct
        && !desc
            .decl
            .as_ref()
            .is_some_and(|d| d.kind == DeclKind::Struct)
    {
        return Err(format!(
            "only a struct has a constructor call, found {}",
            what(desc)
        ));
    }
    let mut walk = Walk {
        fill,
        done: Vec::new(),
        work: vec![Step::Value(desc, slot)],
    };
    while let Some(step) = walk.work.pop() {
        match step {
            // SAFETY: parts of live values are live.
            Step::Value(desc, slot) => unsafe { walk.value(desc, slot)? },
            Step::Build {
                bracket,
                head,
                count,
            } => walk.build(bracket, head, count),
        }
    }
    walk.done.pop().ok_or_else(|| "nothing".to_owned())
}

/// A type in words.
fn what(desc: &Desc) -> String {
    let fixed = match desc.repr {
        Repr::U8 => "a `:wat::core::u8`",
        Repr::HashMap => "a map",
        Repr::HashSet => "a set",
        Repr::Option => "an option",
        Repr::Result => "a result",
        Repr::Tuple => "a tuple",
        Repr::Fn => "a function",
        Repr::Vector => "a vector",
        Repr::Nominal => {
            let path = desc.decl.as_ref().map_or("", |decl| &decl.path);
            return format!("a `{path}`");
        }
        _ => "a literal",
    };
    fixed.to_owned()
}

struct Walk {
    fill: Fill,
    done: Vec<Syntax>,
    work: Vec<Step>,
}

impl Walk {
    fn build(&mut self, bracket: Bracket, head: Option<Syntax>, count: usize) {
        let parts = self.done.split_off(self.done.len() - count);
        let parts: Box<[Syntax]> = head.into_iter().chain(parts).collect();
        let shape = match bracket {
            Bracket::List => Shape::List(parts),
            Bracket::Vector => Shape::Vector(parts),
            Bracket::Brace => Shape::Brace(parts),
            Bracket::Set => Shape::Set(parts),
        };
        self.done.push(Syntax::new(shape, Origin::NONE));
    }

    fn open(
        &mut self,
        bracket: Bracket,
        head: Option<Syntax>,
        parts: impl DoubleEndedIterator<Item = (&'static Desc, Slot)> + ExactSizeIterator,
    ) {
        self.work.push(Step::Build {
            bracket,
            head,
            count: parts.len(),
        });
        self.work
            .extend(parts.rev().map(|(desc, slot)| Step::Value(desc, slot)));
    }

    unsafe fn value(&mut self, desc: &'static Desc, slot: Slot) -> Result<(), String> {
        // SAFETY: the caller says that the slot is a live value of the type.
        let atom = unsafe {
            match desc.repr {
                Repr::I64 => Syntax::int(slot as i64),
                Repr::F64 => Syntax::float(f64::from_bits(slot)),
                Repr::Bool => Syntax::bool(slot != 0),
                Repr::Str => Syntax::string(text(slot)),
                Repr::Keyword => Syntax::keyword(text(slot)),
                Repr::Nil => Syntax::keyword(":wat::core::nil"),
                Repr::Form if self.fill == Fill::Construct => {
                    let quote = Syntax::keyword(":wat::core::quote");
                    Syntax::list([quote, form(slot).clone()])
                }
                Repr::Form | Repr::Holon => form(slot).clone(),
                Repr::Any => {
                    let (desc, slot) = any(slot);
                    self.work.push(Step::Value(desc, slot));
                    return Ok(());
                }
                Repr::Vector => {
                    let parts: Vec<_> = vector::iter(slot)
                        .map(|item| (desc.parts[0], item))
                        .collect();
                    self.open(Bracket::Vector, None, parts.into_iter());
                    return Ok(());
                }
                _ if self.fill == Fill::Construct => return self.construct(desc, slot),
                _ => {
                    return Err(format!(
                        "{} is no syntax: a template takes numbers, strings, truth values, keywords, nil, syntax and vectors of these",
                        what(desc)
                    ));
                }
            }
        };
        self.done.push(atom);
        Ok(())
    }

    /// A value as the call that makes it.
    unsafe fn construct(&mut self, desc: &'static Desc, slot: Slot) -> Result<(), String> {
        let core = |name: &str| Some(Syntax::keyword(format!(":wat::core::{name}")));
        // SAFETY: the caller says that the slot is a live value of the type.
        unsafe {
            match desc.repr {
                Repr::U8 => {
                    let parts = [core("u8"), Some(Syntax::int(slot as i64))];
                    let call: Vec<Syntax> = parts.into_iter().flatten().collect();
                    self.done.push(Syntax::list(call));
                }
                Repr::HashSet => {
                    let keys = map::keys(slot).into_iter();
                    let parts: Vec<_> = keys.map(|key| (desc.parts[0], key)).collect();
                    self.open(Bracket::Set, None, parts.into_iter());
                }
                Repr::HashMap => {
                    let entries = map::entries(slot).into_iter();
                    let parts: Vec<_> = entries
                        .flat_map(|(key, value)| [(desc.parts[0], key), (desc.parts[1], value)])
                        .collect();
                    self.open(Bracket::Brace, None, parts.into_iter());
                }
                Repr::Tuple => self.fields(desc, slot, 0, core("Tuple")),
                Repr::Option => match variant_of(slot) {
                    0 => self.done.extend(core("None")),
                    _ => self.fields(desc, slot, 1, core("Some")),
                },
                Repr::Result => match variant_of(slot) {
                    0 => self.fields(desc, slot, 0, core("Ok")),
                    _ => self.fields(desc, slot, 1, core("Err")),
                },
                Repr::Nominal => return self.nominal(desc, slot),
                _ => return Err(format!("{} has no constructor call", what(desc))),
            }
        }
        Ok(())
    }

    unsafe fn fields(
        &mut self,
        desc: &'static Desc,
        slot: Slot,
        variant: u32,
        head: Option<Syntax>,
    ) {
        let layout = &desc.variants()[variant as usize].fields;
        let parts: Vec<_> = (0..layout.len())
            // SAFETY: a value has the fields of its variant.
            .map(|index| (layout[index], unsafe { field(slot, index as u32) }))
            .collect();
        self.open(Bracket::List, head, parts.into_iter());
    }

    unsafe fn nominal(&mut self, desc: &'static Desc, slot: Slot) -> Result<(), String> {
        let decl = desc.decl.as_ref();
        let Some(decl) = decl.filter(|_| !desc.variants().is_empty()) else {
            return Err(format!("{} has no constructor call", what(desc)));
        };
        // SAFETY: the caller says that the slot is a live value of the type.
        let variant = unsafe { variant_of(slot) };
        let declared = &decl.variants[variant as usize];
        if let Some(hidden) = declared.fields.iter().find(|field| field.restricted) {
            return Err(format!(
                "the field `{}` of `{}` is restricted",
                hidden.name, decl.path
            ));
        }
        let head = match decl.kind {
            DeclKind::Enum => format!("{}::{}", decl.path, declared.name),
            _ => format!("{}/new", decl.path),
        };
        if decl.kind == DeclKind::Enum && declared.fields.is_empty() {
            self.done.push(Syntax::keyword(head));
            return Ok(());
        }
        // SAFETY: as above.
        unsafe { self.fields(desc, slot, variant, Some(Syntax::keyword(head))) };
        Ok(())
    }
}
