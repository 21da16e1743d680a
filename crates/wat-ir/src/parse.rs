//! Reads the textual form. It is for tests and tools, so it stops at the first error.

use crate::print::ends_name;
use crate::{
    Block, Callee, Const, End, Function, Join, Local, LocalDecl, Operand, Origin, Stmt, Ty, Value,
};
use std::sync::Arc;

/// What is wrong with a text, and at which byte.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError {
    /// Offset in bytes.
    pub offset: usize,
    /// What was expected.
    pub message: String,
}

type Parse<T> = Result<T, ParseError>;

/// Nested blocks deeper than this are refused: the parser recurses.
const MAX_DEPTH: usize = 1024;

/// The functions in a text, in order. `//` starts a comment.
pub fn parse(text: &str) -> Parse<Vec<Function>> {
    let mut parser = Parser {
        text,
        at: 0,
        depth: 0,
    };
    let mut functions = Vec::new();
    while parser.peek().is_some() {
        parser.word("fn")?;
        functions.push(parser.function()?);
    }
    Ok(functions)
}

struct Parser<'t> {
    text: &'t str,
    at: usize,
    depth: usize,
}

impl<'t> Parser<'t> {
    fn fail<T>(&self, message: impl Into<String>) -> Parse<T> {
        Err(ParseError {
            offset: self.at,
            message: message.into(),
        })
    }

    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn peek(&mut self) -> Option<char> {
        loop {
            let rest = self.rest();
            let trimmed = rest.trim_start();
            self.at += rest.len() - trimmed.len();
            if !trimmed.starts_with("//") {
                return trimmed.chars().next();
            }
            self.at += trimmed.find('\n').unwrap_or(trimmed.len());
        }
    }

    fn eat(&mut self, c: char) -> bool {
        let found = self.peek() == Some(c);
        if found {
            self.at += c.len_utf8();
        }
        found
    }

    fn expect(&mut self, c: char) -> Parse<()> {
        if self.eat(c) {
            Ok(())
        } else {
            self.fail(format!("expected `{c}`"))
        }
    }

    /// The next run of characters that no delimiter ends; empty at a delimiter.
    fn token(&mut self) -> &'t str {
        self.peek();
        let rest = self.rest();
        let end = rest.find(ends_name).unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }

    fn peek_token(&mut self) -> &'t str {
        self.peek();
        let start = self.at;
        let token = self.token();
        self.at = start;
        token
    }

    fn word(&mut self, word: &str) -> Parse<()> {
        if self.peek_token() == word {
            self.token();
            Ok(())
        } else {
            self.fail(format!("expected `{word}`"))
        }
    }

    fn number<T: std::str::FromStr>(&mut self, prefix: &str) -> Parse<T> {
        let start = self.at;
        let parsed = self
            .token()
            .strip_prefix(prefix)
            .and_then(|digits| digits.parse().ok());
        parsed.map_or_else(
            || {
                Err(ParseError {
                    offset: start,
                    message: format!("expected `{prefix}` and a number"),
                })
            },
            Ok,
        )
    }

    fn string(&mut self) -> Parse<Arc<str>> {
        self.expect('"')?;
        let mut out = String::new();
        let mut chars = self.rest().char_indices();
        while let Some((index, c)) = chars.next() {
            match c {
                '"' => {
                    self.at += index + 1;
                    return Ok(out.into());
                }
                '\\' => match chars.next() {
                    Some((_, 'n')) => out.push('\n'),
                    Some((_, 'r')) => out.push('\r'),
                    Some((_, 't')) => out.push('\t'),
                    Some((_, '0')) => out.push('\0'),
                    Some((_, 'u')) => {
                        let digits: String = chars
                            .by_ref()
                            .map(|(_, c)| c)
                            .skip(1)
                            .take_while(|c| *c != '}')
                            .collect();
                        let code = u32::from_str_radix(&digits, 16)
                            .ok()
                            .and_then(char::from_u32);
                        let Some(code) = code else {
                            return self.fail("a bad escape");
                        };
                        out.push(code);
                    }
                    Some((_, c)) => out.push(c),
                    None => break,
                },
                c => out.push(c),
            }
        }
        self.fail("an unclosed string")
    }

    fn name(&mut self) -> Parse<Arc<str>> {
        match self.peek() {
            Some('"') => self.string(),
            Some(':') => Ok(self.token().into()),
            _ => self.fail("expected a name"),
        }
    }

    fn separated<T>(
        &mut self,
        close: char,
        mut item: impl FnMut(&mut Self) -> Parse<T>,
    ) -> Parse<Vec<T>> {
        let mut items = Vec::new();
        while !self.eat(close) {
            if !items.is_empty() {
                self.expect(',')?;
            }
            items.push(item(self)?);
        }
        Ok(items)
    }

    fn function(&mut self) -> Parse<Function> {
        self.enter()?;
        let name = self.name()?;
        let type_params = self.number("types=")?;
        let captures = self.number("captures=")?;
        let params = self.number("params=")?;
        let at = Origin(self.number("at=")?);
        self.word("->")?;
        let ret = self.ty()?;
        self.expect('{')?;
        let mut locals = Vec::new();
        while self.peek_token() == "local" {
            self.token();
            let index: usize = self.number("%")?;
            if index != locals.len() {
                return self.fail(format!("expected local %{}", locals.len()));
            }
            locals.push(LocalDecl {
                name: self.string()?,
                ty: self.ty()?,
            });
        }
        let mut lambdas = Vec::new();
        while self.peek_token() == "fn" {
            self.token();
            lambdas.push(Arc::new(self.function()?));
        }
        let body = self.block()?;
        self.depth -= 1;
        Ok(Function {
            name,
            type_params,
            captures,
            params,
            locals,
            ret,
            body,
            lambdas,
            at,
        })
    }

    fn enter(&mut self) -> Parse<()> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            self.fail("nested too deeply")
        } else {
            Ok(())
        }
    }

    /// Statements, an end, and the closing brace.
    fn block(&mut self) -> Parse<Block> {
        self.enter()?;
        let mut stmts = Vec::new();
        loop {
            let token = self.peek_token();
            if token.starts_with('%') {
                let dst = self.local()?;
                let at = Origin(self.number("@")?);
                self.word("=")?;
                stmts.push(Stmt::Let {
                    dst,
                    value: self.value()?,
                    at,
                });
            } else if token == "join" {
                self.token();
                let id = Join(self.number("^")?);
                self.expect('(')?;
                let params = self.separated(')', Self::local)?.into();
                self.expect('{')?;
                stmts.push(Stmt::Join {
                    id,
                    params,
                    body: Box::new(self.block()?),
                });
            } else {
                break;
            }
        }
        let end = self.end()?;
        self.expect('}')?;
        self.depth -= 1;
        Ok(Block { stmts, end })
    }

    fn end(&mut self) -> Parse<End> {
        Ok(match self.token() {
            "yield" => End::Yield(self.operand()?),
            "return" => End::Return(self.operand()?),
            "tail" => {
                let at = Origin(self.number("@")?);
                let token = self.token();
                let Some(callee) = self.callee(token)? else {
                    return self.fail("expected a call");
                };
                End::TailCall {
                    callee,
                    args: self.operands()?,
                    at,
                }
            }
            "if" => {
                let cond = self.operand()?;
                self.expect('{')?;
                let then = Box::new(self.block()?);
                self.word("else")?;
                self.expect('{')?;
                End::If {
                    cond,
                    then,
                    otherwise: Box::new(self.block()?),
                }
            }
            "switch" => {
                let on = self.operand()?;
                self.expect('{')?;
                let mut cases = Vec::new();
                while self.peek_token() == "case" {
                    self.token();
                    let variant = self.number("")?;
                    self.expect('{')?;
                    cases.push((variant, self.block()?));
                }
                let mut default = None;
                if self.peek_token() == "default" {
                    self.token();
                    self.expect('{')?;
                    default = Some(Box::new(self.block()?));
                }
                self.expect('}')?;
                End::Switch {
                    on,
                    cases: cases.into(),
                    default,
                }
            }
            "jump" => End::Jump {
                to: Join(self.number("^")?),
                args: self.operands()?,
            },
            "unreachable" => End::Unreachable,
            _ => return self.fail("expected a statement or an end"),
        })
    }

    fn local(&mut self) -> Parse<Local> {
        Ok(Local(self.number("%")?))
    }

    fn operands(&mut self) -> Parse<Box<[Operand]>> {
        self.expect('(')?;
        Ok(self.separated(')', Self::operand)?.into())
    }

    fn operand(&mut self) -> Parse<Operand> {
        match self.peek() {
            Some('%') => return Ok(Operand::Local(self.local()?)),
            Some('"') => return Ok(Operand::Const(Const::Str(self.string()?))),
            _ => {}
        }
        let start = self.at;
        let token = self.token();
        let constant = match token {
            "nil" => Const::Nil,
            "true" => Const::Bool(true),
            "false" => Const::Bool(false),
            "k" => Const::Keyword(self.string()?),
            "form" => {
                let digits = self.string()?;
                match bytes(&digits) {
                    Some(bytes) => Const::Form(bytes),
                    None => return self.fail("expected hexadecimal digits"),
                }
            }
            _ => match number(token) {
                Some(constant) => constant,
                None => {
                    return Err(ParseError {
                        offset: start,
                        message: "expected an operand".to_owned(),
                    });
                }
            },
        };
        Ok(Operand::Const(constant))
    }

    fn type_args(&mut self) -> Parse<Box<[Ty]>> {
        if self.eat('[') {
            Ok(self.separated(']', Self::ty)?.into())
        } else {
            Ok(Box::default())
        }
    }

    fn callee(&mut self, token: &str) -> Parse<Option<Callee>> {
        Ok(Some(match token {
            "call" => Callee::Function {
                name: self.name()?,
                types: self.type_args()?,
            },
            "native" => Callee::Native {
                name: self.name()?,
                types: self.type_args()?,
            },
            "apply" => Callee::Value(self.operand()?),
            _ => return Ok(None),
        }))
    }

    fn value(&mut self) -> Parse<Value> {
        let token = self.token();
        if let Some(callee) = self.callee(token)? {
            return Ok(Value::Call {
                callee,
                args: self.operands()?,
            });
        }
        Ok(match token {
            "use" => Value::Use(self.operand()?),
            "tuple" => Value::Tuple(self.operands()?),
            "vector" => Value::Vector(self.operands()?),
            "hashmap" => Value::HashMap(self.operands()?),
            "hashset" => Value::HashSet(self.operands()?),
            "variant" => Value::Variant {
                index: self.number("")?,
                fields: self.operands()?,
            },
            "closure" => Value::Closure {
                lambda: self.number("")?,
                captures: self.operands()?,
            },
            "function" => Value::FunctionRef {
                name: self.name()?,
                types: self.type_args()?,
            },
            "nativeref" => Value::NativeRef {
                name: self.name()?,
                types: self.type_args()?,
            },
            "element" => Value::Element {
                of: self.operand()?,
                index: self.number("")?,
            },
            "field" => Value::Field {
                of: self.operand()?,
                variant: self.number("")?,
                index: self.number("")?,
            },
            "global" => Value::Global { name: self.name()? },
            "block" => {
                self.expect('{')?;
                Value::Block(Box::new(self.block()?))
            }
            _ => return self.fail("expected a value"),
        })
    }

    fn ty(&mut self) -> Parse<Ty> {
        self.enter()?;
        let ty = self.ty_inner();
        self.depth -= 1;
        ty
    }

    fn ty_inner(&mut self) -> Parse<Ty> {
        if let Some(':' | '"') = self.peek() {
            return Ok(Ty::Nominal(self.name()?, self.type_args()?.into()));
        }
        let token = self.token();
        let arg = |p: &mut Self| -> Parse<Arc<Ty>> { Ok(Arc::new(p.ty()?)) };
        Ok(match token {
            "i64" => Ty::I64,
            "f64" => Ty::F64,
            "bool" => Ty::Bool,
            "u8" => Ty::U8,
            "nil" => Ty::Nil,
            "str" => Ty::Str,
            "keyword" => Ty::Keyword,
            "tuple" => Ty::Tuple(self.type_args()?.into()),
            "fn" => {
                self.expect('[')?;
                let params = self.separated(';', Self::ty)?.into();
                let ret = arg(self)?;
                self.expect(']')?;
                Ty::Fn(params, ret)
            }
            "vector" | "set" | "option" => {
                self.expect('[')?;
                let inner = arg(self)?;
                self.expect(']')?;
                match token {
                    "vector" => Ty::Vector(inner),
                    "set" => Ty::HashSet(inner),
                    _ => Ty::Option(inner),
                }
            }
            "map" | "result" => {
                self.expect('[')?;
                let first = arg(self)?;
                self.expect(',')?;
                let second = arg(self)?;
                self.expect(']')?;
                if token == "map" {
                    Ty::HashMap(first, second)
                } else {
                    Ty::Result(first, second)
                }
            }
            _ => match token.strip_prefix('$').and_then(|n| n.parse().ok()) {
                Some(n) => Ty::Param(n),
                None => return self.fail("expected a type"),
            },
        })
    }
}

fn bytes(digits: &str) -> Option<Arc<[u8]>> {
    let digits = digits.as_bytes();
    let pairs = digits.chunks(2).map(|pair| match pair {
        [high, low] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
            u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()
        }
        _ => None,
    });
    pairs.collect()
}

fn number(token: &str) -> Option<Const> {
    if let Some(bits) = token.strip_prefix("f64:0x") {
        return u64::from_str_radix(bits, 16).ok().map(Const::F64);
    }
    if let Some(byte) = token.strip_suffix("u8") {
        return byte.parse().ok().map(Const::U8);
    }
    if let Ok(n) = token.parse() {
        return Some(Const::I64(n));
    }
    token.parse::<f64>().ok().map(|x| Const::F64(x.to_bits()))
}
