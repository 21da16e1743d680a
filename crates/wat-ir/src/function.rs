//! Functions, blocks, statements and operands.

use crate::Ty;
use std::sync::Arc;

/// A constant operand.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Const {
    /// `nil`.
    Nil,
    /// Integer.
    I64(i64),
    /// Float, by its bits.
    F64(u64),
    /// Truth value.
    Bool(bool),
    /// Byte.
    U8(u8),
    /// Text.
    Str(Arc<str>),
    /// Keyword, with its leading colon.
    Keyword(Arc<str>),
    /// A form: its canonical bytes, with the scopes of its symbols as they are.
    Form(Arc<[u8]>),
}

/// A local of one function: index into [`Function::locals`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Local(pub u32);

/// A join point of one function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Join(pub u32);

/// Where something was written: the node index in the form of the definition. The host turns it into a span.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Origin(pub u32);

/// What an instruction reads.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Operand {
    /// A local that was assigned before on every path.
    Local(Local),
    /// A constant.
    Const(Const),
}

/// Name and type of a local.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct LocalDecl {
    /// The name in the source, empty for a temporary.
    pub name: Arc<str>,
    /// Its type.
    pub ty: Ty,
}

/// Whom a call calls.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Callee {
    /// A function written in wat, with one type argument per type parameter.
    Function {
        /// Its path.
        name: Arc<str>,
        /// Type arguments.
        types: Box<[Ty]>,
    },
    /// A function of the machine. Its name is the declared path; the machine knows whether it is an opcode.
    Native {
        /// Its path.
        name: Arc<str>,
        /// Type arguments.
        types: Box<[Ty]>,
    },
    /// A function value.
    Value(Operand),
}

/// A computation that yields one result.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Value {
    /// The operand itself.
    Use(Operand),
    /// A call that is not in tail position.
    Call {
        /// Whom.
        callee: Callee,
        /// With what, one per parameter.
        args: Box<[Operand]>,
    },
    /// A tuple.
    Tuple(Box<[Operand]>),
    /// A vector; its type is the destination's.
    Vector(Box<[Operand]>),
    /// A map of alternating keys and values; its type is the destination's.
    HashMap(Box<[Operand]>),
    /// A set; its type is the destination's.
    HashSet(Box<[Operand]>),
    /// A variant of an `Option`, `Result` or declared enum, or (variant 0) a struct or newtype; the type is the destination's.
    Variant {
        /// Position of the variant in the declaration.
        index: u32,
        /// Its fields in declaration order.
        fields: Box<[Operand]>,
    },
    /// A closure over [`Function::lambdas`]`[lambda]`; one operand per capture of the lambda.
    Closure {
        /// Index into [`Function::lambdas`].
        lambda: u32,
        /// Captured values.
        captures: Box<[Operand]>,
    },
    /// A wat function as a value; the type is the destination's.
    FunctionRef {
        /// Its path.
        name: Arc<str>,
        /// Type arguments.
        types: Box<[Ty]>,
    },
    /// A native as a value; the type is the destination's.
    NativeRef {
        /// Its path.
        name: Arc<str>,
        /// Type arguments.
        types: Box<[Ty]>,
    },
    /// The n-th element of a tuple.
    Element {
        /// The tuple.
        of: Operand,
        /// Position, from 0.
        index: u32,
    },
    /// The n-th field of a value that is known to be this variant.
    Field {
        /// The value.
        of: Operand,
        /// Its variant.
        variant: u32,
        /// Position of the field, from 0.
        index: u32,
    },
    /// The value of a `def`.
    Global {
        /// Its path.
        name: Arc<str>,
    },
    /// The value that a nested block yields. The block is not in tail position.
    Block(Box<Block>),
}

impl Value {
    /// The operands that a computation reads, in evaluation order; a called value comes last.
    pub fn operands(&self) -> impl Iterator<Item = &Operand> {
        let (many, one): (&[Operand], Option<&Operand>) = match self {
            Value::Use(op) | Value::Element { of: op, .. } | Value::Field { of: op, .. } => {
                (&[], Some(op))
            }
            Value::Call {
                callee: Callee::Value(op),
                args,
            } => (args, Some(op)),
            Value::Call { args: ops, .. }
            | Value::Tuple(ops)
            | Value::Vector(ops)
            | Value::HashMap(ops)
            | Value::HashSet(ops)
            | Value::Variant { fields: ops, .. }
            | Value::Closure { captures: ops, .. } => (ops, None),
            Value::FunctionRef { .. }
            | Value::NativeRef { .. }
            | Value::Global { .. }
            | Value::Block(_) => (&[], None),
        };
        many.iter().chain(one)
    }
}

/// A statement.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Stmt {
    /// Assigns a local, once.
    Let {
        /// The local.
        dst: Local,
        /// What it gets.
        value: Value,
        /// Where it was written.
        at: Origin,
    },
    /// Declares a join point that the rest of this block may jump to. `body` ends as the enclosing block would end:
    /// it is in tail position exactly if the enclosing block is.
    Join {
        /// Its number, unique in the function.
        id: Join,
        /// Locals that a jump assigns.
        params: Box<[Local]>,
        /// What happens there.
        body: Box<Block>,
    },
}

/// How a block ends.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum End {
    /// The value of the block; in tail position, the result of the function.
    Yield(Operand),
    /// The result of the function, from any depth of nesting.
    Return(Operand),
    /// A call that replaces the frame. Only in tail position.
    TailCall {
        /// Whom.
        callee: Callee,
        /// With what, one per parameter.
        args: Box<[Operand]>,
        /// Where it was written.
        at: Origin,
    },
    /// Branches on a bool.
    If {
        /// A bool.
        cond: Operand,
        /// Taken if it is true.
        then: Box<Block>,
        /// Taken if it is false.
        otherwise: Box<Block>,
    },
    /// Branches on the variant of a value; `default` is absent if the cases are complete.
    Switch {
        /// An `Option`, `Result` or declared enum.
        on: Operand,
        /// Variant and what to do.
        cases: Box<[(u32, Block)]>,
        /// What to do otherwise.
        default: Option<Box<Block>>,
    },
    /// Goes to a join point of an enclosing block, assigning its parameters.
    Jump {
        /// The join point.
        to: Join,
        /// One per parameter of it.
        args: Box<[Operand]>,
    },
    /// Cannot be reached in a checked program; the machine fails with an internal error if it is.
    Unreachable,
}

/// Statements and an end.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Block {
    /// Executed in order.
    pub stmts: Vec<Stmt>,
    /// What happens then.
    pub end: End,
}

/// A function, a lambda, the initialiser of a value (no parameters), or an expression that a session evaluates.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Function {
    /// The path with its leading colon; a lambda has the name of its function and a suffix `#n`.
    pub name: Arc<str>,
    /// How many type parameters it has; a lambda shares those of its function.
    pub type_params: u32,
    /// Captures (first) and parameters are the first locals.
    pub captures: u32,
    /// Number of parameters, after the captures.
    pub params: u32,
    /// All locals.
    pub locals: Vec<LocalDecl>,
    /// Type of the result.
    pub ret: Ty,
    /// The code.
    pub body: Block,
    /// Lambdas directly inside this function.
    pub lambdas: Vec<Arc<Function>>,
    /// The form it was written in.
    pub at: Origin,
}
