//! Types, as the machine sees them.

use once_cell::race::OnceBox;
use std::sync::Arc;

/// The type of a local, closed but for the type parameters of the enclosing function.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Ty {
    /// 64-bit signed integer.
    I64,
    /// IEEE-754 binary64.
    F64,
    /// Truth value.
    Bool,
    /// Byte, 0 to 255.
    U8,
    /// The type with the one value `nil`. Also stands for a type that stayed open and that nothing inspects.
    Nil,
    /// Immutable Unicode text.
    Str,
    /// Keyword datum.
    Keyword,
    /// Persistent vector.
    Vector(Arc<Ty>),
    /// Persistent map: key, value.
    HashMap(Arc<Ty>, Arc<Ty>),
    /// Persistent set.
    HashSet(Arc<Ty>),
    /// Variants: 0 = `None`, 1 = `Some` (one field).
    Option(Arc<Ty>),
    /// Variants: 0 = `Ok` (one field), 1 = `Err` (one field).
    Result(Arc<Ty>, Arc<Ty>),
    /// Tuple of at least one element.
    Tuple(Arc<[Ty]>),
    /// Function value: parameters and result.
    Fn(Arc<[Ty]>, Arc<Ty>),
    /// A declared struct, enum, newtype or opaque type: its path with the leading colon, and its arguments.
    Nominal(Arc<str>, Arc<[Ty]>),
    /// The n-th type parameter of the enclosing function.
    Param(u32),
}

impl Ty {
    /// The path of the type of forms.
    pub const FORM: &str = ":wat::WatAST";

    /// The path of the type of values whose type is known only at run time.
    pub const ANY: &str = ":wat::core::__internal/Any";

    /// The type of forms.
    pub fn form() -> &'static Ty {
        static FORM: OnceBox<Ty> = OnceBox::new();
        FORM.get_or_init(|| Box::new(Ty::Nominal(Ty::FORM.into(), Arc::default())))
    }
}
