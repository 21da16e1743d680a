//! Types without declarations, and calls of natives by name.

use std::sync::Arc;
use wat_ir::{Ty, TypeDecl};
use wat_value::{Declarations, Desc, Instance, NATIVES, Slot, Trap, TypeTable, Value};

struct Nothing;

impl Declarations for Nothing {
    fn type_decl(&self, _: &str) -> Option<Arc<TypeDecl>> {
        None
    }
}

thread_local! {
    static TYPES: TypeTable = TypeTable::default();
}

pub fn desc(ty: &Ty) -> &'static Desc {
    TYPES.with(|types| types.desc(ty, &[], &Nothing).unwrap())
}

pub fn vector_of(ty: Ty) -> &'static Desc {
    desc(&Ty::Vector(Arc::new(ty)))
}

/// Runs a native; the caller has counted what the native owns.
pub fn call(name: &str, types: &[Ty], ret: &Ty, args: &[Slot]) -> Result<Value, Box<Trap>> {
    let native = NATIVES
        .iter()
        .find(|native| native.name == name)
        .unwrap_or_else(|| panic!("{name}"));
    let instance = Instance {
        types: types.iter().map(desc).collect(),
        ret: desc(ret),
    };
    let slot = unsafe { (native.run)(&instance, args) }?;
    Ok(unsafe { Value::from_slot(instance.ret, slot) })
}

/// Runs a test body and checks that it leaks nothing.
pub fn balanced<T>(body: impl FnOnce() -> T) -> T {
    let before = wat_value::live_objects();
    let result = body();
    assert_eq!(wat_value::live_objects(), before, "objects were leaked");
    result
}
