//! From IR to register code: liveness, registers, emission. Pure but for what the [`Linker`] hands out.

mod alloc;
mod emit;
pub(crate) mod intrinsic;
mod live;
mod moves;

use crate::code::Code;
use std::sync::Arc;
use wat_ir::{Const, Function, Origin, Ty};
use wat_value::{Desc, Instance};

/// Why a function has no code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum CompileError {
    /// The IR breaks a promise.
    Invalid(String),
    /// A native that the machine does not have.
    NoNative(String),
    /// Types grow without bound.
    TypeTooDeep,
    /// More registers or a longer body than instructions can name.
    TooLarge,
    /// A short jump does not reach: compile again with far jumps.
    TooFar,
}

/// A value with fields, or a closure.
#[derive(Clone, Copy)]
pub(crate) struct Make {
    pub desc: &'static Desc,
    pub variant: u32,
    pub count: u32,
    /// The code of a closure.
    pub code: Option<u32>,
}

/// The tables of the machine that code refers to by index.
pub(crate) trait Linker {
    fn desc(&mut self, ty: &Ty, types: &[&'static Desc]) -> Result<&'static Desc, CompileError>;
    /// The instance of a function with these type arguments, closed under `types`; `pointers` says which parameters
    /// hold references.
    fn function(
        &mut self,
        name: &Arc<str>,
        args: &[Ty],
        types: &[&'static Desc],
        pointers: Box<[bool]>,
    ) -> Result<u32, CompileError>;
    fn lambda(
        &mut self,
        function: &Arc<Function>,
        types: &[&'static Desc],
        pointers: Box<[bool]>,
    ) -> u32;
    /// A function of the given type that calls a native.
    fn native_function(
        &mut self,
        name: &Arc<str>,
        args: &[Ty],
        types: &[&'static Desc],
        desc: &'static Desc,
    ) -> Result<u32, CompileError>;
    fn native(&mut self, name: &str, instance: Instance, count: usize)
    -> Result<u32, CompileError>;
    fn native_takes(&mut self, name: &str) -> Result<&'static str, CompileError>;
    fn constant(&mut self, constant: &Const) -> u32;
    fn word(&mut self, word: u64) -> u32;
    fn constant_closure(&mut self, desc: &'static Desc, code: u32) -> u32;
    fn make(&mut self, make: Make) -> u32;
    fn table(&mut self, table: Box<[i32]>) -> u32;
    fn global(&mut self, name: &Arc<str>) -> u32;
    /// The counter of a place of a function, if an observer wants to count it.
    fn counter(&self, function: &str, at: Origin) -> Option<u32>;
    /// May a value of the type hold a handle?
    fn holds_resources(&mut self, desc: &'static Desc) -> bool;
}

/// Compiles one instance of a function.
pub(crate) fn compile(
    function: &Function,
    types: &[&'static Desc],
    linker: &mut dyn Linker,
) -> Result<Code, CompileError> {
    match emit::emit(function, types, linker, false) {
        Err(CompileError::TooFar) => emit::emit(function, types, linker, true),
        other => other,
    }
}
