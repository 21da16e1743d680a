//! Type descriptors: the one place that knows how values of a type are laid out.
//!
//! Descriptors are interned by structure, so that a type is one pointer, and live for ever: a program has finitely
//! many closed types. The fields of declared types are looked up only when code that builds or inspects them is
//! compiled, because a declared type may contain itself, or ever larger instances of itself.

use crate::plain;
use once_cell::race::{OnceBool, OnceBox};
use rustc_hash::FxHashMap;
use std::cell::RefCell;
use std::sync::Arc;
use wat_ir::{Const, DeclKind, Ty, TypeDecl};

/// How a slot of a type is represented.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Repr {
    /// Signed integer.
    I64,
    /// Bits of a float.
    F64,
    /// 0 or 1.
    Bool,
    /// 0 to 255.
    U8,
    /// Always 0.
    Nil,
    /// Nanoseconds.
    Duration,
    /// A text object.
    Str,
    /// A text object.
    Keyword,
    /// A vector handle.
    Vector,
    /// A map handle.
    HashMap,
    /// A map handle without values.
    HashSet,
    /// A variant: immediate, or cells.
    Option,
    /// A variant: cells.
    Result,
    /// Cells.
    Tuple,
    /// A closure.
    Fn,
    /// A variant of a declared type: immediate, or cells.
    Nominal,
    /// A boxed form.
    Form,
    /// A boxed holon.
    Holon,
    /// A boxed value with its type.
    Any,
}

impl Repr {
    /// Whether a slot may hold a counted reference.
    pub fn is_pointer(self) -> bool {
        !matches!(
            self,
            Repr::I64 | Repr::F64 | Repr::Bool | Repr::U8 | Repr::Nil | Repr::Duration
        )
    }

    /// Bytes per element of a vector.
    pub(crate) fn width(self) -> usize {
        if matches!(self, Repr::Bool | Repr::U8 | Repr::Nil) {
            1
        } else {
            8
        }
    }
}

/// The fields of one variant.
#[derive(Debug)]
pub struct VariantLayout {
    /// Types of the fields.
    pub fields: Box<[&'static Desc]>,
    /// Which of them hold references.
    pub(crate) pointers: Box<[u32]>,
}

impl VariantLayout {
    fn new(fields: Box<[&'static Desc]>) -> VariantLayout {
        let pointers = (0..fields.len() as u32)
            .filter(|&i| fields[i as usize].is_pointer())
            .collect();
        VariantLayout { fields, pointers }
    }
}

/// A closed type at run time.
#[derive(Debug)]
pub struct Desc {
    /// The type.
    pub ty: Ty,
    /// How its slots are represented.
    pub repr: Repr,
    /// Its parts: element, key and value, tuple elements, type arguments, parameters and (last) result.
    pub parts: Box<[&'static Desc]>,
    /// The declaration of a declared type.
    pub decl: Option<Arc<TypeDecl>>,
    variants: OnceBox<Box<[VariantLayout]>>,
    resources: OnceBool,
    /// Whether a value may be unequal to itself.
    floats: OnceBool,
}

impl Desc {
    /// Whether a slot may hold a counted reference.
    #[inline]
    pub fn is_pointer(&self) -> bool {
        self.repr.is_pointer()
    }

    /// The variants of a tuple, `Option`, `Result` or declared type; empty for a declared type that
    /// [`TypeTable::resolve`] has not seen.
    pub fn variants(&self) -> &[VariantLayout] {
        self.variants.get().map_or(&[], |variants| variants)
    }

    /// May a value of this type hold a NaN, and so be unequal to itself? A type that is known only at run time may, and
    /// one whose fields have not been looked up.
    pub fn may_hold_floats(&self) -> bool {
        self.floats.get_or_init(|| self.finds_floats())
    }

    fn finds_floats(&self) -> bool {
        /// A type that reaches more types than this is taken to hold one.
        const MANY: usize = 500;
        let mut seen: Vec<&Desc> = vec![self];
        let mut next = 0;
        while let Some(&desc) = seen.get(next) {
            next += 1;
            let opaque = match desc.repr {
                Repr::F64 | Repr::Any | Repr::Holon | Repr::Fn => true,
                Repr::Nominal => desc.variants.get().is_none(),
                _ => false,
            };
            if opaque || seen.len() > MANY {
                return true;
            }
            let fields = desc.variants().iter().flat_map(|it| it.fields.iter());
            for part in desc.parts.iter().chain(fields) {
                if !seen.iter().any(|known| std::ptr::eq(*known, *part)) {
                    seen.push(part);
                }
            }
        }
        false
    }

    fn set_variants(&self, variants: Vec<VariantLayout>) {
        // A second setting would compute the same layout, so that losing it is right.
        let _ = self.variants.set(Box::new(variants.into()));
    }
}

/// The descriptor of closures that hold captures of these types.
pub fn closure_desc(function: &'static Desc, captures: &[&'static Desc]) -> &'static Desc {
    let desc = Desc {
        ty: function.ty.clone(),
        repr: Repr::Fn,
        parts: function.parts.clone(),
        decl: None,
        variants: OnceBox::new(),
        resources: OnceBool::new(),
        floats: OnceBool::new(),
    };
    desc.set_variants(vec![VariantLayout::new(captures.into())]);
    Box::leak(Box::new(desc))
}

/// Descriptors without parts, shared by all tables.
pub fn scalar(repr: Repr) -> &'static Desc {
    static SCALARS: [OnceBox<Desc>; 10] = [const { OnceBox::new() }; 10];
    let (index, ty) = match repr {
        Repr::I64 => (0, Ty::I64),
        Repr::F64 => (1, Ty::F64),
        Repr::Bool => (2, Ty::Bool),
        Repr::U8 => (3, Ty::U8),
        Repr::Str => (4, Ty::Str),
        Repr::Keyword => (5, Ty::Keyword),
        Repr::Form => (7, Ty::form().clone()),
        Repr::Holon => (8, Ty::Nominal(HOLON.into(), Arc::default())),
        Repr::Any => (9, Ty::Nominal(Ty::ANY.into(), Arc::default())),
        _ => (6, Ty::Nil),
    };
    let repr = if index == 6 { Repr::Nil } else { repr };
    SCALARS[index].get_or_init(|| {
        Box::new(Desc {
            ty,
            repr,
            parts: Box::default(),
            decl: None,
            variants: OnceBox::new(),
            resources: OnceBool::new(),
            floats: OnceBool::new(),
        })
    })
}

/// The type of a constant.
pub fn desc_of_const(constant: &Const) -> &'static Desc {
    scalar(match constant {
        Const::Nil => Repr::Nil,
        Const::I64(_) => Repr::I64,
        Const::F64(_) => Repr::F64,
        Const::Bool(_) => Repr::Bool,
        Const::U8(_) => Repr::U8,
        Const::Str(_) => Repr::Str,
        Const::Keyword(_) => Repr::Keyword,
        Const::Form(_) => Repr::Form,
    })
}

/// The path of the type of holons.
pub(crate) const HOLON: &str = ":wat::holon::HolonAST";

type Key = (Repr, Option<Arc<str>>, Box<[usize]>);

/// Where declarations of types come from.
pub trait Declarations {
    /// The declaration of a path, if there is one.
    fn type_decl(&self, path: &str) -> Option<Arc<TypeDecl>>;
}

/// Why a type has no descriptor: it is nested deeper than [`TypeTable::MAX_DEPTH`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TypeTooDeep;

/// The interned descriptors of one program.
#[derive(Default)]
pub struct TypeTable {
    known: RefCell<FxHashMap<Key, (&'static Desc, u32)>>,
}

impl TypeTable {
    /// Types nested deeper are refused: only unbounded polymorphic recursion gets there.
    pub const MAX_DEPTH: u32 = 1000;

    /// Forgets every descriptor, because a declaration has changed. Values keep theirs.
    pub fn forget(&self) {
        self.known.borrow_mut().clear();
    }

    /// The descriptor of `ty` with `args` for its type parameters.
    pub fn desc(
        &self,
        ty: &Ty,
        args: &[&'static Desc],
        decls: &dyn Declarations,
    ) -> Result<&'static Desc, TypeTooDeep> {
        self.intern(ty, args, decls, 0).map(|(desc, _)| desc)
    }

    fn intern(
        &self,
        ty: &Ty,
        args: &[&'static Desc],
        decls: &dyn Declarations,
        level: u32,
    ) -> Result<(&'static Desc, u32), TypeTooDeep> {
        if level > Self::MAX_DEPTH {
            return Err(TypeTooDeep);
        }
        let leaf = |repr| Ok((scalar(repr), 0));
        let (repr, path, inner): (_, _, Vec<&Ty>) = match ty {
            Ty::I64 => return leaf(Repr::I64),
            Ty::F64 => return leaf(Repr::F64),
            Ty::Bool => return leaf(Repr::Bool),
            Ty::U8 => return leaf(Repr::U8),
            Ty::Nil => return leaf(Repr::Nil),
            Ty::Str => return leaf(Repr::Str),
            Ty::Keyword => return leaf(Repr::Keyword),
            Ty::Nominal(path, _) if &**path == Ty::FORM => return leaf(Repr::Form),
            Ty::Nominal(path, _) if &**path == HOLON => return leaf(Repr::Holon),
            Ty::Nominal(path, _) if &**path == Ty::ANY => return leaf(Repr::Any),
            Ty::Param(n) => {
                let desc = args
                    .get(*n as usize)
                    .copied()
                    .unwrap_or_else(|| scalar(Repr::Nil));
                return Ok((desc, self.depth(desc)));
            }
            Ty::Vector(t) => (Repr::Vector, None, vec![&**t]),
            Ty::HashSet(t) => (Repr::HashSet, None, vec![&**t]),
            Ty::Option(t) => (Repr::Option, None, vec![&**t]),
            Ty::HashMap(k, v) => (Repr::HashMap, None, vec![&**k, &**v]),
            Ty::Result(t, e) => (Repr::Result, None, vec![&**t, &**e]),
            Ty::Tuple(parts) => (Repr::Tuple, None, parts.iter().collect()),
            Ty::Fn(params, ret) => (Repr::Fn, None, params.iter().chain([&**ret]).collect()),
            Ty::Nominal(path, types) => {
                let repr = match &**path {
                    plain::DURATION => Repr::Duration,
                    _ => Repr::Nominal,
                };
                (repr, Some(path.clone()), types.iter().collect())
            }
        };
        let mut parts = Vec::with_capacity(inner.len());
        let mut depth = 0;
        for ty in inner {
            let (part, below) = self.intern(ty, args, decls, level + 1)?;
            depth = depth.max(below + 1);
            parts.push(part);
        }
        self.compose(repr, path, parts.into(), depth, decls)
    }

    fn depth(&self, desc: &'static Desc) -> u32 {
        let key = (
            desc.repr,
            desc.decl.as_ref().map(|d| d.path.clone()),
            addresses(&desc.parts),
        );
        self.known.borrow().get(&key).map_or(0, |known| known.1)
    }

    fn compose(
        &self,
        repr: Repr,
        path: Option<Arc<str>>,
        parts: Box<[&'static Desc]>,
        depth: u32,
        decls: &dyn Declarations,
    ) -> Result<(&'static Desc, u32), TypeTooDeep> {
        if depth > Self::MAX_DEPTH {
            return Err(TypeTooDeep);
        }
        let key = (repr, path.clone(), addresses(&parts));
        if let Some(known) = self.known.borrow().get(&key) {
            return Ok(*known);
        }
        let ty = compose_type(repr, path.as_ref(), &parts);
        let words = path.as_deref().and_then(plain::words);
        let decl = path.map(|path| {
            decls
                .type_decl(&path)
                .unwrap_or_else(|| Arc::new(opaque(path)))
        });
        let desc: &'static Desc = Box::leak(Box::new(Desc {
            ty,
            repr,
            parts,
            decl,
            variants: OnceBox::new(),
            resources: OnceBool::new(),
            floats: OnceBool::new(),
        }));
        match repr {
            Repr::Option => {
                let some = VariantLayout::new([desc.parts[0]].into());
                desc.set_variants(vec![VariantLayout::new(Box::default()), some]);
            }
            Repr::Result => {
                desc.set_variants(
                    desc.parts
                        .iter()
                        .map(|part| VariantLayout::new([*part].into()))
                        .collect(),
                );
            }
            Repr::Tuple => desc.set_variants(vec![VariantLayout::new(desc.parts.clone())]),
            _ => {}
        }
        if let Some(words) = words {
            let fields = vec![scalar(Repr::I64); words];
            desc.set_variants(vec![VariantLayout::new(fields.into())]);
        }
        self.known.borrow_mut().insert(key, (desc, depth));
        Ok((desc, depth))
    }

    /// An `Option` of a type.
    pub fn option(
        &self,
        of: &'static Desc,
        decls: &dyn Declarations,
    ) -> Result<&'static Desc, TypeTooDeep> {
        let depth = self.depth(of) + 1;
        self.compose(Repr::Option, None, [of].into(), depth, decls)
            .map(|(desc, _)| desc)
    }

    /// A `Vector` of a type.
    pub fn vector(
        &self,
        of: &'static Desc,
        decls: &dyn Declarations,
    ) -> Result<&'static Desc, TypeTooDeep> {
        let depth = self.depth(of) + 1;
        self.compose(Repr::Vector, None, [of].into(), depth, decls)
            .map(|(desc, _)| desc)
    }

    /// A tuple of types.
    pub fn tuple(
        &self,
        of: &[&'static Desc],
        decls: &dyn Declarations,
    ) -> Result<&'static Desc, TypeTooDeep> {
        let depth = of
            .iter()
            .map(|desc| self.depth(desc) + 1)
            .max()
            .unwrap_or(0);
        self.compose(Repr::Tuple, None, of.into(), depth, decls)
            .map(|(desc, _)| desc)
    }

    /// May a value of this type hold a handle, whose release can be observed? Handles, functions, values whose type is
    /// known only at run time, and whatever contains one of them.
    pub fn holds_resources(&self, desc: &'static Desc, decls: &dyn Declarations) -> bool {
        if let Some(known) = desc.resources.get() {
            return known;
        }
        let found = self.finds_resource(desc, decls);
        desc.resources.get_or_init(|| found)
    }

    fn finds_resource(&self, desc: &'static Desc, decls: &dyn Declarations) -> bool {
        /// A type that reaches more types than this is taken to hold one.
        const MANY: usize = 500;
        let mut seen: Vec<&'static Desc> = vec![desc];
        let mut next = 0;
        while let Some(&desc) = seen.get(next) {
            next += 1;
            if seen.len() > MANY || matches!(desc.repr, Repr::Fn | Repr::Any) {
                return true;
            }
            let fields: Vec<&'static Desc> = match &desc.decl {
                Some(decl) if plain::words(&decl.path).is_some() => Vec::new(),
                _ if desc.repr == Repr::Duration => Vec::new(),
                Some(decl) if decl.kind == DeclKind::Opaque => return true,
                Some(_) => {
                    if self.resolve(desc, decls).is_err() {
                        return true;
                    }
                    desc.variants()
                        .iter()
                        .flat_map(|variant| variant.fields.iter().copied())
                        .collect()
                }
                None => desc.parts.to_vec(),
            };
            for field in fields {
                if field.is_pointer() && !seen.iter().any(|known| std::ptr::eq(*known, field)) {
                    seen.push(field);
                }
            }
        }
        false
    }

    /// Looks up the fields of a declared type; needed before values of it are built or taken apart.
    pub fn resolve(
        &self,
        desc: &'static Desc,
        decls: &dyn Declarations,
    ) -> Result<(), TypeTooDeep> {
        let Some(decl) = &desc.decl else {
            return Ok(());
        };
        if desc.variants.get().is_some() {
            return Ok(());
        }
        let mut variants = Vec::with_capacity(decl.variants.len());
        for variant in &decl.variants {
            let fields: Result<Box<[_]>, _> = variant
                .fields
                .iter()
                .map(|field| self.desc(&field.ty, &desc.parts, decls))
                .collect();
            variants.push(VariantLayout::new(fields?));
        }
        desc.set_variants(variants);
        Ok(())
    }
}

/// The types of a program, for those who make values of types that they find at run time.
#[derive(Clone, Copy)]
pub struct Shapes<'a> {
    /// The descriptors.
    pub types: &'a TypeTable,
    /// Where declarations come from.
    pub decls: &'a dyn Declarations,
}

impl Shapes<'_> {
    /// The descriptor of a closed type, its fields looked up.
    pub fn desc(&self, ty: &Ty) -> Option<&'static Desc> {
        let desc = self.types.desc(ty, &[], self.decls).ok()?;
        self.resolve(desc).then_some(desc)
    }

    /// Looks up the fields of a declared type; false if they are nested too deep.
    pub fn resolve(&self, desc: &'static Desc) -> bool {
        self.types.resolve(desc, self.decls).is_ok()
    }
}

fn addresses(parts: &[&'static Desc]) -> Box<[usize]> {
    parts
        .iter()
        .map(|part| std::ptr::from_ref(*part).addr())
        .collect()
}

fn opaque(path: Arc<str>) -> TypeDecl {
    TypeDecl {
        path,
        type_params: 0,
        kind: DeclKind::Opaque,
        variants: Vec::new(),
    }
}

fn compose_type(repr: Repr, path: Option<&Arc<str>>, parts: &[&'static Desc]) -> Ty {
    let ty = |index: usize| Arc::new(parts[index].ty.clone());
    let all = |parts: &[&'static Desc]| {
        parts
            .iter()
            .map(|part| part.ty.clone())
            .collect::<Arc<[Ty]>>()
    };
    match repr {
        Repr::Vector => Ty::Vector(ty(0)),
        Repr::HashSet => Ty::HashSet(ty(0)),
        Repr::Option => Ty::Option(ty(0)),
        Repr::HashMap => Ty::HashMap(ty(0), ty(1)),
        Repr::Result => Ty::Result(ty(0), ty(1)),
        Repr::Tuple => Ty::Tuple(all(parts)),
        Repr::Fn => Ty::Fn(all(&parts[..parts.len() - 1]), ty(parts.len() - 1)),
        _ => Ty::Nominal(path.cloned().unwrap_or_default(), all(parts)),
    }
}
