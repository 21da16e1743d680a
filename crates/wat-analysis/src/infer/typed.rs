//! The typed tree of a definition: what inference found, ready to be lowered.

use std::cell::Cell;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use wat_syntax::NodeId;

use super::table::Ty;

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct ExprId(pub(crate) u32);

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct LocalId(pub(crate) u32);

/// A local of the definition, lambdas included.
#[derive(Clone, Debug)]
pub(crate) struct LocalInfo {
    pub(crate) name: Arc<str>,
    pub(crate) ty: Ty,
    /// Where it is bound.
    pub(crate) node: NodeId,
    /// How many `fn` forms enclose its binder.
    pub(crate) depth: u32,
    /// The local of the same name and function that it hides.
    pub(crate) shadows: Option<LocalId>,
}

/// A function that a call or a value names.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct FunctionRef {
    pub(crate) name: Arc<str>,
    pub(crate) kind: FunctionKind,
    /// One type per type parameter.
    pub(crate) types: Vec<Ty>,
}

/// The implementation that a dispatch chose.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Chosen {
    pub(crate) function: FunctionRef,
    /// How many arguments it takes. A call with more of them applies it again and again: its result is the next first
    /// argument.
    pub(crate) arity: usize,
}

/// How a function is carried out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum FunctionKind {
    /// Code.
    Function,
    /// The machine.
    Native,
    /// Makes a value of this variant.
    Constructor(u32),
    /// Takes this field.
    Accessor(u32),
}

impl FunctionKind {
    /// Does calling it only make a value, or take one apart?
    pub(crate) fn is_made_of_values(self) -> bool {
        matches!(
            self,
            FunctionKind::Constructor(_) | FunctionKind::Accessor(_)
        )
    }

    pub(crate) fn of<'db>(db: &'db dyn crate::Db, item: crate::items::Item<'db>) -> FunctionKind {
        use crate::items::ItemKind;
        match item.kind(db) {
            ItemKind::Native => FunctionKind::Native,
            ItemKind::Constructor => FunctionKind::Constructor(item.part(db)),
            ItemKind::Accessor => FunctionKind::Accessor(item.part(db)),
            _ => FunctionKind::Function,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Arith {
    Add,
    Sub,
    Mul,
    Div,
}

impl Arith {
    /// What it makes of no operands.
    pub(crate) fn unit(self) -> Option<i64> {
        match self {
            Arith::Add => Some(0),
            Arith::Mul => Some(1),
            Arith::Sub | Arith::Div => None,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Compare {
    Eq,
    Ne,
    Lt,
    Gt,
    Le,
    Ge,
}

/// One of the things that a `let` at the top level binds.
#[derive(Clone, Debug)]
pub(crate) struct Outer {
    /// The name of the bindings, whose value is a tuple.
    pub(crate) bindings: Arc<str>,
    pub(crate) tuple: Ty,
    pub(crate) index: u32,
}

/// An expression.
#[derive(Clone, Debug)]
pub(crate) struct Expr {
    pub(crate) kind: ExprKind,
    pub(crate) ty: Ty,
    pub(crate) node: NodeId,
}

/// The expressions of a definition. Their memory serves the next one, as that of [`Table`](super::table::Table) does.
pub(crate) struct Exprs(Vec<Expr>);

impl Exprs {
    /// More expressions leave nothing behind.
    const KEPT: usize = 1 << 12;

    pub(crate) fn new() -> Exprs {
        Exprs(EXPRS.take())
    }
}

thread_local! {
    static EXPRS: Cell<Vec<Expr>> = const { Cell::new(Vec::new()) };
}

impl Deref for Exprs {
    type Target = Vec<Expr>;

    fn deref(&self) -> &Vec<Expr> {
        &self.0
    }
}

impl DerefMut for Exprs {
    fn deref_mut(&mut self) -> &mut Vec<Expr> {
        &mut self.0
    }
}

impl Drop for Exprs {
    fn drop(&mut self) {
        if self.0.len() > Exprs::KEPT {
            return;
        }
        let mut exprs = std::mem::take(&mut self.0);
        exprs.clear();
        // A thread that ends has no next definition.
        let _ = EXPRS.try_with(|kept| kept.set(exprs));
    }
}

#[derive(Clone, Debug)]
pub(crate) enum ExprKind {
    /// Something was wrong; never lowered.
    Error,
    Nil,
    Int(i64),
    Float(u64),
    Bool(bool),
    Str(Arc<str>),
    Keyword(Arc<str>),
    /// A form as data, encoded.
    Syntax(Arc<[u8]>),
    /// A node of a template: its bracket, then `.` for a child and `@` for one that is spliced.
    SyntaxNode {
        shape: Arc<str>,
        children: Vec<ExprId>,
    },
    /// A value filled into a template, alone or as the elements of a sequence.
    ToSyntax {
        of: ExprId,
        splice: bool,
    },
    Local(LocalId),
    /// The value of a `def`.
    Global(Arc<str>),
    /// What a `let` around the definition binds.
    Outer(Outer),
    Function(FunctionRef),
    Call {
        callee: FunctionRef,
        args: Vec<ExprId>,
        rest: Option<(usize, Ty)>,
    },
    /// A call through a dispatch: which implementation is in [`super::Inference::choices`].
    Dispatch {
        choice: usize,
        args: Vec<ExprId>,
    },
    /// A dispatch as a value.
    DispatchValue {
        choice: usize,
    },
    /// The display texts of values, which are evaluated once and in order, among literal texts.
    Text {
        pieces: Vec<TextPiece>,
        args: Vec<ExprId>,
    },
    /// An operator as a value: the type decides.
    OperatorValue(OperatorUse),
    Apply {
        function: ExprId,
        args: Vec<ExprId>,
    },
    /// A function with a rest parameter as a value: the type says how many arguments it takes.
    VariadicValue {
        function: FunctionRef,
        fixed: usize,
        element: Ty,
    },
    /// A call with the elements of a vector.
    Spread {
        function: Spread,
        of: ExprId,
        element: Ty,
    },
    Arith {
        op: Arith,
        args: Vec<ExprId>,
    },
    Compare {
        op: Compare,
        args: [ExprId; 2],
    },
    /// `first`, `second`, `third`.
    Position {
        index: u32,
        of: ExprId,
    },
    If {
        cond: ExprId,
        then: ExprId,
        otherwise: ExprId,
    },
    And(Vec<ExprId>),
    Or(Vec<ExprId>),
    Do(Vec<ExprId>),
    Let {
        bindings: Vec<(Pattern, ExprId)>,
        body: Vec<ExprId>,
    },
    Match {
        scrutinee: ExprId,
        arms: Vec<(Pattern, ExprId)>,
    },
    Lambda {
        params: Vec<LocalId>,
        body: Vec<ExprId>,
        depth: u32,
    },
    Tuple(Vec<ExprId>),
    Vector(Vec<ExprId>),
    HashMap(Vec<ExprId>),
    HashSet(Vec<ExprId>),
    /// A variant of an option or result.
    Variant {
        index: u32,
        fields: Vec<ExprId>,
    },
    /// `Some`, `Ok` or `Err` as a value.
    VariantFunction {
        index: u32,
    },
    /// A checked conversion to `u8`.
    ToU8(ExprId),
    /// `Option/try`, `Result/try`: the other variant is returned from the enclosing function.
    Try {
        of: ExprId,
        success: u32,
        returns: Ty,
    },
    /// `Option/expect`, `Result/expect`.
    Expect {
        of: ExprId,
        message: ExprId,
        success: u32,
    },
}

/// How a function takes the elements of a vector as its arguments.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Spread {
    /// So many of them.
    Value { function: ExprId, count: usize },
    /// The first ones as parameters, the others as the vector of the rest.
    Call { callee: FunctionRef, fixed: usize },
    /// From the left, pair by pair.
    Fold { step: ExprId, op: Option<Arith> },
    /// Their display texts.
    Text,
}

impl Spread {
    /// The function, if it is evaluated.
    pub(crate) fn function(&self) -> Option<ExprId> {
        match self {
            Spread::Value { function, .. } => Some(*function),
            Spread::Fold { step, .. } => Some(*step),
            Spread::Call { .. } | Spread::Text => None,
        }
    }
}

/// A piece of a text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum TextPiece {
    Literal(Arc<str>),
    Argument(usize),
}

/// An operator in value position.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum OperatorUse {
    Arith(Arith),
    Compare(Compare),
    Position(u32),
    Text,
}

/// A pattern with types.
#[derive(Clone, Debug)]
pub(crate) struct Pattern {
    pub(crate) kind: PatternKind,
    pub(crate) ty: Ty,
    pub(crate) node: NodeId,
}

#[derive(Clone, Debug)]
pub(crate) enum PatternKind {
    /// Ill-formed: covers everything, never lowered.
    Error,
    Wild,
    Bind(LocalId),
    Nil,
    Int(i64),
    Float(u64),
    Bool(bool),
    Str(Arc<str>),
    Keyword(Arc<str>),
    /// A variant of `count`; a struct is the only one of its type.
    Variant {
        index: u32,
        count: u32,
        fields: Vec<Pattern>,
    },
    Tuple(Vec<Pattern>),
}
