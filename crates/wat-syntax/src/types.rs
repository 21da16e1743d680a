//! Types written as keywords: the grammar of 1.9.2.
//!
//! One recursive descent serves the check of the lexer, which builds nothing, and the parser of later phases. Nesting,
//! by brackets or by results of functions, ends at [`MAX_TYPE_DEPTH`], so the descent is bounded.

use std::fmt;

use crate::lexer::class::{self, FINAL, NAME, TYPE};

/// How deep types nest (K13).
pub const MAX_TYPE_DEPTH: usize = 64;

/// A type as written.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum TypeExpr {
    /// A name with its arguments, which may be none.
    Path {
        /// The path without leading colon.
        path: String,
        /// The arguments between `<` and `>`.
        args: Vec<TypeExpr>,
    },
    /// `(A,B)`, `(A,)` or `()`.
    Tuple(Vec<TypeExpr>),
    /// `Fn(A,B)->R`.
    Function {
        /// The path before the parenthesis, which ends in `Fn` or `fn`.
        head: String,
        /// The parameters.
        params: Vec<TypeExpr>,
        /// The result.
        ret: Box<TypeExpr>,
    },
}

/// Why a text is not a type.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TypeKeywordError {
    /// Where in the keyword's value, in bytes.
    pub offset: usize,
    /// What is wrong.
    pub reason: TypeKeywordReason,
}

/// What is wrong with a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TypeKeywordReason {
    /// The text does not start with a colon.
    NoColon,
    /// `Name<>`.
    NoArguments,
    /// A type is missing.
    NoType,
    /// A comma stands before `>`.
    TrailingComma,
    /// A function type has no `->`.
    NoArrow,
    /// Text follows the closing bracket.
    TextAfter,
    /// A bracket is not closed here.
    NotClosed,
    /// A segment of the path is empty or starts with `'`, or the colons are wrong.
    BadPath,
    /// A parenthesis follows a name that is not `Fn`.
    NotFn,
    /// Types nest deeper than [`MAX_TYPE_DEPTH`].
    TooDeep,
}

impl fmt::Display for TypeKeywordReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            TypeKeywordReason::NoColon => "a type starts with a colon",
            TypeKeywordReason::NoArguments => "the list of type arguments is empty",
            TypeKeywordReason::NoType => "a type is missing",
            TypeKeywordReason::TrailingComma => "a comma stands before the closing bracket",
            TypeKeywordReason::NoArrow => "a function type needs `->` and a result type",
            TypeKeywordReason::TextAfter => "there is text after the closing bracket",
            TypeKeywordReason::NotClosed => {
                "a bracket is not closed, or an operator stands in a type"
            }
            TypeKeywordReason::BadPath => "a segment of a path is empty or malformed",
            TypeKeywordReason::NotFn => "only `Fn` takes parentheses",
            TypeKeywordReason::TooDeep => "types nest more than 64 deep",
        })
    }
}

impl fmt::Display for TypeKeywordError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.reason.fmt(f)
    }
}

/// Reads the value of a keyword as a type: a plain path, or the grammar of 1.9.2. `(T)` is `T` (K11).
pub fn parse_type_keyword(value: &str) -> Result<TypeExpr, TypeKeywordError> {
    Parser::<Tree>::run(value)
}

/// Checks the value of a keyword against the same grammar.
pub(crate) fn check_type_keyword(value: &str) -> Result<(), TypeKeywordError> {
    Parser::<Nothing>::run(value)
}

/// What the parser makes of what it reads.
trait Build {
    type Type;
    fn path(path: &str, args: Vec<Self::Type>) -> Self::Type;
    fn tuple(items: Vec<Self::Type>) -> Self::Type;
    fn function(head: &str, params: Vec<Self::Type>, ret: Self::Type) -> Self::Type;
}

enum Tree {}

impl Build for Tree {
    type Type = TypeExpr;

    fn path(path: &str, args: Vec<TypeExpr>) -> TypeExpr {
        let path = path.to_owned();
        TypeExpr::Path { path, args }
    }

    fn tuple(items: Vec<TypeExpr>) -> TypeExpr {
        TypeExpr::Tuple(items)
    }

    fn function(head: &str, params: Vec<TypeExpr>, ret: TypeExpr) -> TypeExpr {
        TypeExpr::Function {
            head: head.to_owned(),
            params,
            ret: Box::new(ret),
        }
    }
}

enum Nothing {}

impl Build for Nothing {
    type Type = ();
    fn path(_: &str, _: Vec<()>) {}
    fn tuple(_: Vec<()>) {}
    fn function(_: &str, _: Vec<()>, (): ()) {}
}

struct Parser<'a, B> {
    text: &'a str,
    at: usize,
    build: std::marker::PhantomData<B>,
}

impl<B: Build> Parser<'_, B> {
    fn run(value: &str) -> Result<B::Type, TypeKeywordError> {
        let mut parser = Parser::<B> {
            text: value,
            at: 0,
            build: std::marker::PhantomData,
        };
        let result = parser.keyword();
        result.map_err(|reason| TypeKeywordError {
            offset: parser.at,
            reason,
        })
    }

    fn keyword(&mut self) -> Result<B::Type, TypeKeywordReason> {
        if !self.eat(b':') {
            return Err(TypeKeywordReason::NoColon);
        }
        let ty = self.ty(0, 0)?;
        match self.at == self.text.len() {
            true => Ok(ty),
            false => Err(TypeKeywordReason::TextAfter),
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    /// A type at nesting `depth`, inside `brackets` brackets.
    fn ty(&mut self, depth: usize, brackets: usize) -> Result<B::Type, TypeKeywordReason> {
        if self.peek() == Some(b'(') {
            return self.tuple(depth, brackets);
        }
        let start = self.at;
        self.path(brackets)?;
        let path = &self.text[start..self.at];
        match self.peek() {
            Some(b'<') if opens_bracket(self.text.as_bytes(), self.at) => {
                self.open(depth)?;
                let args = self.arguments(depth, brackets)?;
                Ok(B::path(path, args))
            }
            Some(b'(') if ends_in_fn(path.as_bytes()) => {
                self.open(depth)?;
                let params = self.parameters(depth, brackets)?;
                if !self.text[self.at..].starts_with("->") {
                    return Err(TypeKeywordReason::NoArrow);
                }
                self.at += 2;
                let ret = self.ty(depth + 1, brackets)?;
                Ok(B::function(path, params, ret))
            }
            Some(b'(') => Err(TypeKeywordReason::NotFn),
            _ => Ok(B::path(path, Vec::new())),
        }
    }

    fn open(&mut self, depth: usize) -> Result<(), TypeKeywordReason> {
        if depth >= MAX_TYPE_DEPTH {
            return Err(TypeKeywordReason::TooDeep);
        }
        self.at += 1;
        Ok(())
    }

    fn tuple(&mut self, depth: usize, brackets: usize) -> Result<B::Type, TypeKeywordReason> {
        self.open(depth)?;
        let mut items = Vec::new();
        let mut comma = true;
        while !self.eat(b')') {
            if !comma {
                return Err(TypeKeywordReason::NotClosed);
            }
            items.push(self.ty(depth + 1, brackets + 1)?);
            comma = self.eat(b',');
        }
        match items.len() == 1 && !comma {
            true => Ok(items.remove(0)),
            false => Ok(B::tuple(items)),
        }
    }

    fn arguments(
        &mut self,
        depth: usize,
        brackets: usize,
    ) -> Result<Vec<B::Type>, TypeKeywordReason> {
        let mut args = Vec::new();
        if self.peek() == Some(b'>') {
            return Err(TypeKeywordReason::NoArguments);
        }
        loop {
            args.push(self.ty(depth + 1, brackets + 1)?);
            if self.eat(b'>') {
                return Ok(args);
            }
            if !self.eat(b',') {
                return Err(TypeKeywordReason::NotClosed);
            }
            if self.peek() == Some(b'>') {
                self.at -= 1;
                return Err(TypeKeywordReason::TrailingComma);
            }
        }
    }

    fn parameters(
        &mut self,
        depth: usize,
        brackets: usize,
    ) -> Result<Vec<B::Type>, TypeKeywordReason> {
        let mut params = Vec::new();
        if self.eat(b')') {
            return Ok(params);
        }
        loop {
            params.push(self.ty(depth + 1, brackets + 1)?);
            if self.eat(b')') {
                return Ok(params);
            }
            if !self.eat(b',') {
                return Err(TypeKeywordReason::NotClosed);
            }
        }
    }

    /// Segments between `::`. Outside brackets every name byte is part of a segment, inside only those of types.
    fn path(&mut self, brackets: usize) -> Result<(), TypeKeywordReason> {
        let bytes = self.text.as_bytes();
        let wanted = if brackets == 0 { NAME } else { TYPE };
        let path = self.at;
        loop {
            let segment = self.at;
            while class::is_at(bytes, self.at, wanted) && !opens_bracket(bytes, self.at) {
                self.at += if brackets > 0 && bytes[self.at..].starts_with(b"->") {
                    2
                } else {
                    1
                };
            }
            if self.at == segment || bytes[segment] == b'\'' {
                let missing = segment == path && !matches!(bytes.get(segment), Some(b':' | b'\''));
                return Err(match missing {
                    true => TypeKeywordReason::NoType,
                    false => TypeKeywordReason::BadPath,
                });
            }
            if self.peek() != Some(b':') {
                return Ok(());
            }
            if bytes.get(self.at + 1) != Some(&b':') {
                return Err(TypeKeywordReason::BadPath);
            }
            self.at += 2;
        }
    }
}

/// True if the byte at `at` is a `<` that opens a bracket: after a name-final byte and not before `-`, `=` or `<`.
pub(crate) fn opens_bracket(bytes: &[u8], at: usize) -> bool {
    bytes.get(at) == Some(&b'<')
        && at > 0
        && class::is(bytes[at - 1], FINAL)
        && !matches!(bytes.get(at + 1), Some(b'-' | b'=' | b'<'))
}

/// True if `text` ends in the name run `Fn` or `fn` (1.9.2).
pub(crate) fn ends_in_fn(text: &[u8]) -> bool {
    let Some(rest) = text
        .strip_suffix(b"Fn")
        .or_else(|| text.strip_suffix(b"fn"))
    else {
        return false;
    };
    !rest
        .last()
        .is_some_and(|&byte| byte == b'_' || byte.is_ascii_alphanumeric())
}
