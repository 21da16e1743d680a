//! Register code: fixed-width instructions of 64 bits, and what the machine must know about a piece of code.

use std::sync::Arc;
use wat_ir::Origin;

macro_rules! ops {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// What an instruction does. `a`, `b`, `c` are its operands: registers unless the text says otherwise;
        /// `k` is a constant in `c`, `wide` the 32 bits of `b` and `c`, `to` a jump relative to the instruction.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u8)]
        pub(crate) enum Op { $($(#[$doc])* $name,)* }
    };
}

ops! {
    /// a = b
    Mov,
    /// a = wide, sign-extended
    LoadI,
    /// a = constants[wide]
    LoadK,
    /// counts what `a` holds once more
    Retain,
    /// counts what `a` holds once less
    Release,
    /// a = b + c, checked
    AddI,
    /// a = b + k, checked
    AddIK,
    /// a = b - c, checked
    SubI,
    /// a = b - k, checked
    SubIK,
    /// a = b * c, checked
    MulI,
    /// a = b * k, checked
    MulIK,
    /// a = b / c, truncated, checked
    DivI,
    /// a = b rem c, checked
    RemI,
    /// a = b mod c, checked
    ModI,
    /// a = b + c
    AddF,
    /// a = b - c
    SubF,
    /// a = b * c
    MulF,
    /// a = b / c, checked
    DivF,
    /// a = b + constants[c]
    AddFK,
    /// a = b - constants[c]
    SubFK,
    /// a = b * constants[c]
    MulFK,
    /// a = float of b
    IntToFloat,
    /// a = b == c
    EqI,
    /// a = b != c
    NeI,
    /// a = b < c
    LtI,
    /// a = b <= c
    LeI,
    /// a = b == k
    EqIK,
    /// a = b != k
    NeIK,
    /// a = b < k
    LtIK,
    /// a = b <= k
    LeIK,
    /// a = b > k
    GtIK,
    /// a = b >= k
    GeIK,
    /// a = b == c
    EqF,
    /// a = b != c
    NeF,
    /// a = b < c
    LtF,
    /// a = b <= c
    LeF,
    /// a = not b
    Not,
    /// to wide
    Jmp,
    /// to wide if not a
    JmpIfNot,
    /// to c if a == b
    JEqI,
    /// to c if a != b
    JNeI,
    /// to c if a < b
    JLtI,
    /// to c if a <= b
    JLeI,
    /// to c if a == k in b
    JEqIK,
    /// to c if a != k in b
    JNeIK,
    /// to c if a < k in b
    JLtIK,
    /// to c if a <= k in b
    JLeIK,
    /// to c if a > k in b
    JGtIK,
    /// to c if a >= k in b
    JGeIK,
    /// to c if a == b
    JEqF,
    /// to c if not a == b
    JNeF,
    /// to c if not a < b
    JNotLtF,
    /// to c if not a <= b
    JNotLeF,
    /// to c if not a < constants[b]
    JNotLtFK,
    /// to c if not a <= constants[b]
    JNotLeFK,
    /// to c if not a > constants[b]
    JNotGtFK,
    /// to c if not a >= constants[b]
    JNotGeFK,
    /// to c if the variant of a is not b
    JVariant,
    /// to tables[wide] by the variant of a
    Switch,
    /// a = makes[x, c] of the registers from b on
    Make,
    /// a = field c of b
    Field,
    /// a = field c of b, counted
    FieldP,
    /// a = globals[wide]
    Global,
    /// a = globals[wide], counted
    GlobalP,
    /// calls functions[wide] with the window at a
    Call,
    /// calls the closure behind the c arguments in the window at a
    CallClosure,
    /// becomes functions[wide] with the window at 0
    TailCall,
    /// becomes the closure behind the c arguments at 0
    TailClosure,
    /// a = natives[wide] of the window at a
    Native,
    /// a = length of vector b
    VectorLength,
    /// a = element c of vector b, checked
    VectorNth,
    /// a = element c of vector b, checked and counted
    VectorNthP,
    /// a = vector b with c behind its elements; takes both references
    VectorPush,
    /// returns a
    Ret,
    /// adds one to the observer's counter wide
    Count,
    /// compiles functions[wide] and starts over
    Stub,
    /// the machine stops
    Halt,
    /// cannot be reached
    Unreachable,
}

/// An instruction.
#[derive(Clone, Copy, Debug)]
#[repr(C, align(8))]
pub(crate) struct Ins {
    pub op: Op,
    /// Upper 8 bits of an index whose lower 16 are `c`.
    pub x: u8,
    pub a: u16,
    pub b: u16,
    pub c: u16,
}

impl Ins {
    pub fn new(op: Op, a: u16, b: u16, c: u16) -> Ins {
        Ins { op, x: 0, a, b, c }
    }

    pub fn wide(op: Op, a: u16, wide: u32) -> Ins {
        Ins {
            op,
            x: 0,
            a,
            b: wide as u16,
            c: (wide >> 16) as u16,
        }
    }

    #[inline(always)]
    pub fn index(self) -> usize {
        (u32::from(self.b) | u32::from(self.c) << 16) as usize
    }

    #[inline(always)]
    pub fn offset(self) -> isize {
        (u32::from(self.b) | u32::from(self.c) << 16) as i32 as isize
    }

    /// With 24 bits in `x` and `c`.
    pub fn indexed(op: Op, a: u16, b: u16, index: u32) -> Option<Ins> {
        let x = u8::try_from(index >> 16).ok()?;
        Some(Ins {
            op,
            x,
            a,
            b,
            c: index as u16,
        })
    }

    #[inline(always)]
    pub fn long_c(self) -> usize {
        usize::from(self.x) << 16 | usize::from(self.c)
    }

    #[inline(always)]
    pub fn short_offset(self) -> isize {
        self.c as i16 as isize
    }
}

/// Where an instruction was written and what the frame owns while it runs: registers that hold references. Present
/// for every instruction that calls or can fail.
#[derive(Clone, Debug)]
pub(crate) struct Site {
    /// Index of the instruction.
    pub pc: u32,
    pub at: Origin,
    /// The path of the operation, if the instruction does not say it and can fail.
    pub operation: Option<&'static str>,
    /// Released if the frame dies here. Arguments of a call are not among them: they are the callee's.
    pub owned: Box<[u16]>,
}

/// The code of one instance of a function.
#[derive(Debug)]
pub(crate) struct Code {
    pub name: Arc<str>,
    pub instructions: Box<[Ins]>,
    /// Ascending by `pc`.
    pub sites: Box<[Site]>,
    /// Registers of the frame, windows included.
    pub frame: u32,
    /// What becomes of failures under this function.
    pub guard: Option<crate::caught::Guard>,
}

impl Code {
    /// The site of an instruction.
    pub fn site(&self, pc: u32) -> Option<&Site> {
        self.sites
            .binary_search_by_key(&pc, |site| site.pc)
            .ok()
            .map(|index| &self.sites[index])
    }
}
