//! Natives that are instructions.

use crate::code::Op;
use wat_value::{Desc, Repr};

/// An order or equality of two words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cmp {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}

impl Cmp {
    /// The comparison with exchanged operands.
    pub fn swapped(self) -> Cmp {
        match self {
            Cmp::Lt => Cmp::Gt,
            Cmp::Le => Cmp::Ge,
            Cmp::Gt => Cmp::Lt,
            Cmp::Ge => Cmp::Le,
            same => same,
        }
    }

    /// The comparison that is true when this one is false; not for floats.
    pub fn negated(self) -> Cmp {
        match self {
            Cmp::Eq => Cmp::Ne,
            Cmp::Ne => Cmp::Eq,
            Cmp::Lt => Cmp::Ge,
            Cmp::Le => Cmp::Gt,
            Cmp::Gt => Cmp::Le,
            Cmp::Ge => Cmp::Lt,
        }
    }
}

/// How a native is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Intrinsic {
    /// One instruction on registers; with a small integer or a float as second operand perhaps another; whether operands
    /// commute, and whether it can fail.
    Binary {
        op: Op,
        constant: Option<Op>,
        commutes: bool,
        fails: bool,
    },
    /// One instruction on one register.
    Unary { op: Op, fails: bool },
    /// One instruction on two registers whose references it takes.
    Owning(Op),
    /// A comparison of integers.
    Ints(Cmp),
    /// A comparison of floats.
    Floats(Cmp),
}

const fn binary(op: Op, constant: Option<Op>, commutes: bool, fails: bool) -> Intrinsic {
    Intrinsic::Binary {
        op,
        constant,
        commutes,
        fails,
    }
}

const TABLE: &[(&str, Intrinsic)] = &[
    (
        ":wat::core::i64::+'2",
        binary(Op::AddI, Some(Op::AddIK), true, true),
    ),
    (
        ":wat::core::i64::-'2",
        binary(Op::SubI, Some(Op::SubIK), false, true),
    ),
    (
        ":wat::core::i64::*'2",
        binary(Op::MulI, Some(Op::MulIK), true, true),
    ),
    (":wat::core::i64::/'2", binary(Op::DivI, None, false, true)),
    (":wat::core::i64::quot", binary(Op::DivI, None, false, true)),
    (":wat::core::quot", binary(Op::DivI, None, false, true)),
    (":wat::core::rem", binary(Op::RemI, None, false, true)),
    (":wat::core::mod", binary(Op::ModI, None, false, true)),
    (":wat::core::i64::rem", binary(Op::RemI, None, false, true)),
    (":wat::core::i64::mod", binary(Op::ModI, None, false, true)),
    (
        ":wat::core::f64::+'2",
        binary(Op::AddF, Some(Op::AddFK), true, false),
    ),
    (
        ":wat::core::f64::-'2",
        binary(Op::SubF, Some(Op::SubFK), false, false),
    ),
    (
        ":wat::core::f64::*'2",
        binary(Op::MulF, Some(Op::MulFK), true, false),
    ),
    (":wat::core::f64::/'2", binary(Op::DivF, None, false, true)),
    (":wat::core::Vector/conj", Intrinsic::Owning(Op::VectorPush)),
    (
        ":wat::core::i64::to-f64",
        Intrinsic::Unary {
            op: Op::IntToFloat,
            fails: false,
        },
    ),
    (
        ":wat::core::not",
        Intrinsic::Unary {
            op: Op::Not,
            fails: false,
        },
    ),
    (
        ":wat::core::Vector/length",
        Intrinsic::Unary {
            op: Op::VectorLength,
            fails: false,
        },
    ),
];

const COMPARISONS: &[(&str, Cmp)] = &[
    (":wat::core::__internal/eq", Cmp::Eq),
    (":wat::core::__internal/ne", Cmp::Ne),
    (":wat::core::__internal/lt", Cmp::Lt),
    (":wat::core::__internal/le", Cmp::Le),
    (":wat::core::__internal/gt", Cmp::Gt),
    (":wat::core::__internal/ge", Cmp::Ge),
];

/// The names of all natives that are instructions for every type.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    TABLE.iter().map(|entry| entry.0).chain([NTH])
}

const NTH: &str = ":wat::core::nth";

/// The instruction of a native with these type arguments, if it is one.
pub(crate) fn intrinsic(name: &str, types: &[&'static Desc]) -> Option<Intrinsic> {
    if let Some((_, cmp)) = COMPARISONS.iter().find(|entry| entry.0 == name) {
        return match types.first()?.repr {
            Repr::I64 | Repr::Bool | Repr::U8 | Repr::Nil => Some(Intrinsic::Ints(*cmp)),
            Repr::F64 => Some(Intrinsic::Floats(*cmp)),
            _ => None,
        };
    }
    if name == NTH {
        let op = if types.first()?.is_pointer() {
            Op::VectorNthP
        } else {
            Op::VectorNth
        };
        return Some(binary(op, None, false, true));
    }
    TABLE
        .iter()
        .find(|entry| entry.0 == name)
        .map(|entry| entry.1)
}

/// The fused jump of an integer comparison of two registers: taken if it holds. Whether the operands change places.
pub(crate) fn int_jump(cmp: Cmp) -> (Op, bool) {
    match cmp {
        Cmp::Eq => (Op::JEqI, false),
        Cmp::Ne => (Op::JNeI, false),
        Cmp::Lt => (Op::JLtI, false),
        Cmp::Le => (Op::JLeI, false),
        Cmp::Gt => (Op::JLtI, true),
        Cmp::Ge => (Op::JLeI, true),
    }
}

/// The fused jump of an integer comparison with a constant.
pub(crate) fn int_constant_jump(cmp: Cmp) -> Op {
    match cmp {
        Cmp::Eq => Op::JEqIK,
        Cmp::Ne => Op::JNeIK,
        Cmp::Lt => Op::JLtIK,
        Cmp::Le => Op::JLeIK,
        Cmp::Gt => Op::JGtIK,
        Cmp::Ge => Op::JGeIK,
    }
}

/// The comparison of two registers into a third.
pub(crate) fn int_set(cmp: Cmp) -> (Op, bool) {
    match cmp {
        Cmp::Eq => (Op::EqI, false),
        Cmp::Ne => (Op::NeI, false),
        Cmp::Lt => (Op::LtI, false),
        Cmp::Le => (Op::LeI, false),
        Cmp::Gt => (Op::LtI, true),
        Cmp::Ge => (Op::LeI, true),
    }
}

/// The comparison with a constant.
pub(crate) fn int_constant_set(cmp: Cmp) -> Op {
    match cmp {
        Cmp::Eq => Op::EqIK,
        Cmp::Ne => Op::NeIK,
        Cmp::Lt => Op::LtIK,
        Cmp::Le => Op::LeIK,
        Cmp::Gt => Op::GtIK,
        Cmp::Ge => Op::GeIK,
    }
}

/// The comparison of two float registers.
pub(crate) fn float_set(cmp: Cmp) -> (Op, bool) {
    match cmp {
        Cmp::Eq => (Op::EqF, false),
        Cmp::Ne => (Op::NeF, false),
        Cmp::Lt => (Op::LtF, false),
        Cmp::Le => (Op::LeF, false),
        Cmp::Gt => (Op::LtF, true),
        Cmp::Ge => (Op::LeF, true),
    }
}

/// The fused jump of a float comparison with a constant, if there is one: taken if it does *not* hold.
pub(crate) fn float_constant_jump_not(cmp: Cmp) -> Option<Op> {
    match cmp {
        Cmp::Lt => Some(Op::JNotLtFK),
        Cmp::Le => Some(Op::JNotLeFK),
        Cmp::Gt => Some(Op::JNotGtFK),
        Cmp::Ge => Some(Op::JNotGeFK),
        Cmp::Eq | Cmp::Ne => None,
    }
}

/// The fused jump of a float comparison: taken if it does *not* hold.
pub(crate) fn float_jump_not(cmp: Cmp) -> (Op, bool) {
    match cmp {
        Cmp::Eq => (Op::JNeF, false),
        Cmp::Ne => (Op::JEqF, false),
        Cmp::Lt => (Op::JNotLtF, false),
        Cmp::Le => (Op::JNotLeF, false),
        Cmp::Gt => (Op::JNotLtF, true),
        Cmp::Ge => (Op::JNotLeF, true),
    }
}
