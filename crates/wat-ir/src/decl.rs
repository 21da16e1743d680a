//! Declarations of types: what the machine must know to lay out, compare and print their values.

use crate::Ty;
use std::sync::Arc;

/// What kind of type a declaration declares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DeclKind {
    /// One variant; prints as a tagged map of its fields.
    Struct,
    /// Any number of variants.
    Enum,
    /// One variant with one field; prints as a struct with the field `field-0`.
    Newtype,
    /// Values come from natives only and print as an opaque tag.
    Opaque,
}

/// A field of a variant.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FieldDecl {
    /// Its name.
    pub name: Arc<str>,
    /// Its type; [`Ty::Param`] is a type parameter of the declaration.
    pub ty: Ty,
    /// Whether printing hides its value.
    pub restricted: bool,
}

/// A variant of an enum, or the only one of a struct or newtype.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct VariantDecl {
    /// Its name; empty for a struct or newtype.
    pub name: Arc<str>,
    /// Its fields in declaration order.
    pub fields: Vec<FieldDecl>,
}

/// A declared type. [`Ty::Nominal`] names it by its path.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TypeDecl {
    /// Its path with the leading colon.
    pub path: Arc<str>,
    /// How many type parameters it has.
    pub type_params: u32,
    /// What kind of type it is.
    pub kind: DeclKind,
    /// Its variants in declaration order: one for a struct or newtype, none for an opaque type.
    pub variants: Vec<VariantDecl>,
}
