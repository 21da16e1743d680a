//! The typed intermediate representation: what the analysis hands to the machine, as plain data.
//!
//! Invariants: this crate knows nothing of syntax, databases, values or code. IR is in a-normal form: operands are
//! locals or constants, every intermediate result has a local with a type, evaluation order is statement order,
//! tail calls and captures are explicit. Types may mention the function's own type parameters ([`Ty::Param`]); the
//! machine substitutes them when it compiles an instance of the function.

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
    Function { name: Arc<str>, types: Box<[Ty]> },
    /// A function of the machine. Its name is the declared path; the machine knows whether it is an opcode.
    Native { name: Arc<str>, types: Box<[Ty]> },
    /// A function value.
    Value(Operand),
}

/// A computation that yields one result.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Value {
    /// The operand itself.
    Use(Operand),
    /// A call that is not in tail position.
    Call { callee: Callee, args: Box<[Operand]> },
    /// A tuple.
    Tuple(Box<[Operand]>),
    /// A vector; its type is the destination's.
    Vector(Box<[Operand]>),
    /// A map of alternating keys and values; its type is the destination's.
    HashMap(Box<[Operand]>),
    /// A set; its type is the destination's.
    HashSet(Box<[Operand]>),
    /// A variant of an `Option`, `Result` or declared enum, or (variant 0) a struct or newtype; the type is the destination's.
    Variant { index: u32, fields: Box<[Operand]> },
    /// A closure over [`Function::lambdas`]`[lambda]`; one operand per capture of the lambda.
    Closure { lambda: u32, captures: Box<[Operand]> },
    /// A wat function as a value; the type is the destination's.
    FunctionRef { name: Arc<str>, types: Box<[Ty]> },
    /// A native as a value; the type is the destination's.
    NativeRef { name: Arc<str>, types: Box<[Ty]> },
    /// The n-th element of a tuple.
    Element { of: Operand, index: u32 },
    /// The n-th field of a value that is known to be this variant.
    Field { of: Operand, variant: u32, index: u32 },
    /// The value of a `def`.
    Global { name: Arc<str> },
    /// The value that a nested block yields. The block is not in tail position.
    Block(Box<Block>),
}

/// A statement.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Stmt {
    /// Assigns a local, once.
    Let { dst: Local, value: Value, at: Origin },
    /// Declares a join point that the rest of this block may jump to. `body` ends as the enclosing block would end:
    /// it is in tail position exactly if the enclosing block is.
    Join { id: Join, params: Box<[Local]>, body: Box<Block> },
}

/// How a block ends.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum End {
    /// The value of the block; in tail position, the result of the function.
    Yield(Operand),
    /// A call that replaces the frame. Only in tail position.
    TailCall { callee: Callee, args: Box<[Operand]>, at: Origin },
    /// Branches on a bool.
    If { cond: Operand, then: Box<Block>, otherwise: Box<Block> },
    /// Branches on the variant of a value; `default` is absent if the cases are complete.
    Switch { on: Operand, cases: Box<[(u32, Block)]>, default: Option<Box<Block>> },
    /// Goes to a join point of an enclosing block, assigning its parameters.
    Jump { to: Join, args: Box<[Operand]> },
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
