//! What a native is: a name, how it takes its arguments, and code.

use crate::death::Death;
use crate::desc::Desc;
use crate::heap::Slot;

/// How a computation failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrapKind {
    /// A run-time error: exit status 1.
    Error,
    /// A panic: exit status 2.
    Panic,
    /// Somebody has asked for the end of the evaluation.
    Interrupted,
}

/// A failure of a native, before anyone has said where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trap {
    /// Error or panic.
    pub kind: TrapKind,
    /// The number behind `WAT`.
    pub code: u16,
    /// A lower-case sentence without final period.
    pub message: String,
    /// Of a failed assertion: what it compared.
    pub compared: Option<Box<Compared>>,
    /// The deaths that led to this failure, the nearest first.
    pub upstream: Vec<Death>,
}

/// What a failed assertion compared, as text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Compared {
    /// What was found, for people.
    pub actual: Option<String>,
    /// What was expected, for people.
    pub expected: Option<String>,
    /// The EDN of what was found.
    pub actual_value: Option<String>,
    /// The EDN of what was expected.
    pub expected_value: Option<String>,
}

impl Trap {
    /// A run-time error.
    #[cold]
    pub fn error(code: u16, message: impl Into<String>) -> Box<Trap> {
        Box::new(Trap {
            kind: TrapKind::Error,
            code,
            message: message.into(),
            compared: None,
            upstream: Vec::new(),
        })
    }

    /// A failed assertion: a panic that tells what it compared.
    #[cold]
    pub fn assertion(message: impl Into<String>, compared: Compared) -> Box<Trap> {
        Box::new(Trap {
            kind: TrapKind::Panic,
            code: 8516,
            message: message.into(),
            compared: Some(Box::new(compared)),
            upstream: Vec::new(),
        })
    }

    /// A panic.
    #[cold]
    pub fn panic(code: u16, message: impl Into<String>) -> Box<Trap> {
        Box::new(Trap {
            kind: TrapKind::Panic,
            code,
            message: message.into(),
            compared: None,
            upstream: Vec::new(),
        })
    }
}

/// The types a native was instantiated with.
#[derive(Clone, Debug)]
pub struct Instance {
    /// Type arguments.
    pub types: Box<[&'static Desc]>,
    /// Type of the result.
    pub ret: &'static Desc,
}

/// The code of a pure native. Owned arguments are consumed on success and on failure; borrowed ones never.
///
/// # Safety
/// The arguments are live values of the types the native was declared with, under the instance's type arguments.
pub type NativeFn = unsafe fn(&Instance, &[Slot]) -> Result<Slot, Box<Trap>>;

/// A pure native.
#[derive(Clone, Copy)]
pub struct Native {
    /// The declared path.
    pub name: &'static str,
    /// One letter per parameter: `b` borrows, `o` owns. A final `*` repeats the letter before it.
    pub takes: &'static str,
    /// The code.
    pub run: NativeFn,
}

impl Trap {
    /// The same failure, because of these deaths.
    #[cold]
    pub fn because(mut self: Box<Trap>, upstream: Vec<Death>) -> Box<Trap> {
        self.upstream = upstream;
        self
    }
}

impl Native {
    /// Whether the native owns its n-th argument.
    pub fn owns(takes: &str, index: usize) -> bool {
        let letters = takes.trim_end_matches('*').as_bytes();
        letters.get(index).or(letters.last()) == Some(&b'o')
    }
}
