//! Run-time values, their type descriptors, persistent collections, and the pure natives of the core library.
//!
//! Invariants: this crate must never know salsa, code, threads or I/O. A slot is 64 bits without tag, the static type
//! says what it is. Values are immutable; only what has a single reference is changed in place. No traversal recurses
//! on the Rust stack over the depth of a value. `unsafe` stays in the modules that touch objects.
#![allow(unsafe_code)]

mod boxed;
mod cells;
mod compare;
mod death;
mod decode;
mod desc;
mod drop;
mod effects;
mod heap;
pub mod map;
mod native;
mod natives;
mod plain;
mod print;
mod reify;
mod show;
mod sink;
pub mod syntax;
mod tagged;
mod text;
mod value;
pub mod vector;
mod words;

pub use boxed::{
    Opaque, any, form, make_any, make_constant_form, make_form, make_holon, make_opaque, opaque,
};
pub use cells::{
    closure_code, closure_type, field, make_closure, make_constant_closure, make_variant,
    variant_of,
};
pub use compare::{canonical, canonical_floats, canonical_forms, equal, order};
pub use death::{Death, FailureRecord, FrameRecord, Location};
pub use decode::{Misfit, Notation, decode};
pub use desc::{
    Declarations, Desc, Repr, Shapes, TypeTable, TypeTooDeep, VariantLayout, closure_desc,
    desc_of_const, scalar,
};
pub use effects::has_effect;
pub use heap::{
    Slot, add_live_objects, immediate, is_object, live_objects, release, retain, share,
    take_live_objects,
};
pub use native::{Compared, Instance, Native, NativeFn, Trap, TrapKind};
pub use natives::{
    NATIVES, fresh_scope, is_pure, mixed, out_of_range, regex_error, with_version, written,
};
pub use plain::{instant, make_instant, make_uuid, uuid};
pub use print::{Form, encode, render, render_tagless, render_within};
pub use show::show;
pub use tagged::{Tagged, call_tagged, join, pure_native};
pub use text::{append, make_constant_text, make_keyword, make_string, text};
pub use value::Value;
pub use words::counted;
