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

/// What one reduction of a form comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reduced {
    /// A form that can be reduced further.
    Next(Syntax),
    /// A value by this step, as the form of its holon.
    Terminal(Syntax),
    /// A value from the start, as the form of its holon.
    Already(Syntax),
}

/// A question about a definition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Question {
    /// The defining form.
    Definition,
    /// The signature.
    Signature,
    /// The body; several forms stand in a `do`.
    Body,
    /// The result type.
    ReturnType,
    /// The names of the fields, as one list.
    FieldNames,
    /// The types of the fields, as one list.
    FieldTypes,
    /// The docstring, as a string.
    Doc,
    /// What it is, as a keyword.
    Kind,
}

/// The closed world of a program, as the analysis sees it.
pub trait Compiler {
    /// The code of data that may yield `wanted`: a function without parameters. [`Ty::ANY`] leaves the type open.
    fn compile(&self, data: Data<'_>, wanted: &Ty) -> Result<Arc<Function>, Refusal>;

    /// Expands a form once at its head, or until its head is no macro; the message of an expansion that fails.
    fn expand(&self, form: &Syntax, once: bool) -> Result<Syntax, String>;

    /// Reduces a form once.
    fn step(&self, form: &Syntax) -> Result<Reduced, Refusal>;

    /// Is a source text verified by a digest or address, or by a signature and a key?
    fn verify(&self, source: &str, algorithm: &str, payloads: &[String]) -> Result<(), Refusal>;

    /// What is known about a name; `None` if there is no such name, or it has nothing of the kind.
    fn reflect(&self, question: Question, name: &str) -> Option<Syntax>;

    /// A type in the structured form of signatures.
    fn type_form(&self, ty: &Ty) -> Syntax;
}
