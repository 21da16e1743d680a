//! The typed intermediate representation: what the analysis hands to the machine, as plain data.
//!
//! Invariants: this crate knows nothing of syntax, databases, values or code. IR is in a-normal form: operands are
//! locals or constants, every intermediate result has a local with a type, evaluation order is statement order,
//! tail calls and captures are explicit. Types may mention the function's own type parameters ([`Ty::Param`]); the
//! machine substitutes them when it compiles an instance of the function.

mod decl;
mod function;
mod graph;
mod parse;
mod print;
mod thread;
mod ty;
mod verify;

pub use decl::{DeclKind, FieldDecl, TypeDecl, VariantDecl};
pub use function::{
    Block, Callee, Const, End, Function, Join, Local, LocalDecl, Operand, Origin, Stmt, Value,
};
pub use graph::{BlockId, Exit, Graph, GraphError, Node, Op};
pub use parse::{ParseError, parse};
pub use print::{print, print_type};
pub use ty::Ty;
pub use verify::{VerifyError, verify};
