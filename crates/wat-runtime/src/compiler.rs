//! What a running program asks the analysis for: code for data, facts about names, expansions.

use std::sync::Arc;
use wat_ir::{Function, Ty};
use wat_value::syntax::Syntax;

/// What is evaluated.
#[derive(Clone, Copy, Debug)]
pub enum Data<'d> {
    /// One form.
    Form(&'d Syntax),
    /// The forms of a text, in order.
    Text(&'d str),
}

/// Why data was not evaluated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The kind, as `:wat::core::EvalError/kind` returns it.
    pub kind: &'static str,
    /// A lower-case sentence without final period.
    pub message: String,
}

/// The closed world of a program, as the analysis sees it.
pub trait Compiler {
    /// The code of data that may yield `wanted`: a function without parameters. [`Ty::ANY`] leaves the type open.
    fn compile(&self, data: Data<'_>, wanted: &Ty) -> Result<Arc<Function>, Refusal>;
}
