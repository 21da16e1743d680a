//! Trees as bytes: the canonical bytes of chapter 01 §1.15, and the same with scopes as they are, which is how code
//! stores forms.

use std::collections::HashMap;
use std::sync::Arc;

use super::{Origin, Scope, Scopes, Shape, Syntax};

const INT: u8 = 0x10;
const FLOAT: u8 = 0x11;
const BOOL: u8 = 0x12;
const STR: u8 = 0x13;
const KEYWORD: u8 = 0x14;
const SYMBOL: u8 = 0x15;
const LIST: u8 = 0x16;
const PROGRAM: u8 = 0x17;
const VECTOR: u8 = 0x18;
const BRACE: u8 = 0x19;
const SET: u8 = 0x1a;

/// How the scopes of symbols are written.
enum Numbering {
    /// As they are: unit and index.
    Own,
    /// In order of their first occurrence.
    Canonical(HashMap<Scope, u64>),
}

impl Syntax {
    /// The canonical bytes of a form. Equal bytes, equal forms up to the numbering of scopes. A part that could not be
    /// read has no bytes: `None`.
    pub fn canonical_bytes(&self) -> Option<Vec<u8>> {
        let mut out = Vec::new();
        write(self, &mut Numbering::Canonical(HashMap::new()), &mut out).then_some(out)
    }

    /// The canonical bytes of a program: of its top-level forms, with one numbering of scopes.
    pub fn program_bytes(forms: &[Syntax]) -> Option<Vec<u8>> {
        let mut out = vec![PROGRAM];
        count(forms.len(), &mut out);
        let mut numbering = Numbering::Canonical(HashMap::new());
        forms
            .iter()
            .all(|form| write(form, &mut numbering, &mut out))
            .then_some(out)
    }

    /// The bytes that [`Syntax::from_bytes`] reads back as an equal tree. `None` as for the canonical bytes.
    pub fn to_bytes(&self) -> Option<Vec<u8>> {
        let mut out = Vec::new();
        write(self, &mut Numbering::Own, &mut out).then_some(out)
    }

    /// The tree that [`Syntax::to_bytes`] wrote, without origins. `None` for other bytes.
    pub fn from_bytes(bytes: &[u8]) -> Option<Syntax> {
        read(bytes)
    }
}

fn count(n: usize, out: &mut Vec<u8>) {
    out.extend_from_slice(&(n as u32).to_le_bytes());
}

fn text(tag: u8, text: &str, out: &mut Vec<u8>) {
    out.push(tag);
    count(text.len(), out);
    out.extend_from_slice(text.as_bytes());
}

fn scopes(scopes: &Scopes, numbering: &mut Numbering, out: &mut Vec<u8>) {
    count(scopes.iter().count(), out);
    match numbering {
        Numbering::Own => {
            for scope in scopes.iter() {
                out.extend_from_slice(&scope.unit.to_le_bytes());
                out.extend_from_slice(&scope.index.to_le_bytes());
            }
        }
        Numbering::Canonical(known) => {
            let mut numbers: Vec<u64> = scopes
                .iter()
                .map(|scope| {
                    let next = known.len() as u64;
                    *known.entry(scope).or_insert(next)
                })
                .collect();
            numbers.sort_unstable();
            for number in numbers {
                out.extend_from_slice(&number.to_le_bytes());
            }
        }
    }
}

/// Appends the bytes of a tree; false if a part of it could not be read.
fn write(tree: &Syntax, numbering: &mut Numbering, out: &mut Vec<u8>) -> bool {
    let mut work = vec![tree];
    while let Some(node) = work.pop() {
        let tag = match node.shape() {
            Shape::Int(value) => {
                out.push(INT);
                out.extend_from_slice(&value.to_le_bytes());
                continue;
            }
            Shape::Float(bits) => {
                out.push(FLOAT);
                out.extend_from_slice(&bits.to_le_bytes());
                continue;
            }
            Shape::Bool(value) => {
                out.extend_from_slice(&[BOOL, u8::from(*value)]);
                continue;
            }
            Shape::Str(value) => {
                text(STR, value, out);
                continue;
            }
            Shape::Keyword(value) => {
                text(KEYWORD, value, out);
                continue;
            }
            Shape::Symbol(name, own) => {
                text(SYMBOL, name, out);
                scopes(own, numbering, out);
                continue;
            }
            Shape::List(_) => LIST,
            Shape::Vector(_) => VECTOR,
            Shape::Brace(_) => BRACE,
            Shape::Set(_) => SET,
            Shape::Error => return false,
        };
        out.push(tag);
        count(node.children().len(), out);
        work.extend(node.children().iter().rev());
    }
    true
}

struct Bytes<'b>(&'b [u8]);

impl<'b> Bytes<'b> {
    fn take(&mut self, n: usize) -> Option<&'b [u8]> {
        let (taken, rest) = self.0.split_at_checked(n)?;
        self.0 = rest;
        Some(taken)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    fn count(&mut self) -> Option<usize> {
        Some(u32::from_le_bytes(self.array()?) as usize)
    }

    fn text(&mut self) -> Option<Arc<str>> {
        let len = self.count()?;
        Some(std::str::from_utf8(self.take(len)?).ok()?.into())
    }

    fn scopes(&mut self) -> Option<Scopes> {
        let mut scopes = Scopes::default();
        for _ in 0..self.count()? {
            scopes = scopes.with(Scope {
                unit: u64::from_le_bytes(self.array()?),
                index: u32::from_le_bytes(self.array()?),
            });
        }
        Some(scopes)
    }
}

/// A node whose children are being read.
struct Open {
    tag: u8,
    missing: usize,
    children: Vec<Syntax>,
}

fn read(bytes: &[u8]) -> Option<Syntax> {
    let mut bytes = Bytes(bytes);
    let mut open: Vec<Open> = Vec::new();
    loop {
        let [tag] = bytes.array()?;
        let mut done = match tag {
            INT => Shape::Int(i64::from_le_bytes(bytes.array()?)),
            FLOAT => Shape::Float(u64::from_le_bytes(bytes.array()?)),
            BOOL => Shape::Bool(bytes.array()? == [1]),
            STR => Shape::Str(bytes.text()?),
            KEYWORD => Shape::Keyword(bytes.text()?),
            SYMBOL => Shape::Symbol(bytes.text()?, bytes.scopes()?),
            LIST | VECTOR | BRACE | SET => match bytes.count()? {
                0 => compound(tag, Vec::new())?,
                missing => {
                    open.push(Open {
                        tag,
                        missing,
                        children: Vec::new(),
                    });
                    continue;
                }
            },
            _ => return None,
        };
        loop {
            let node = Syntax::new(done, Origin::NONE);
            let Some(parent) = open.last_mut() else {
                return bytes.0.is_empty().then_some(node);
            };
            parent.children.push(node);
            parent.missing -= 1;
            if parent.missing > 0 {
                break;
            }
            let parent = open.pop()?;
            done = compound(parent.tag, parent.children)?;
        }
    }
}

fn compound(tag: u8, children: Vec<Syntax>) -> Option<Shape> {
    let children = children.into_boxed_slice();
    Some(match tag {
        LIST => Shape::List(children),
        VECTOR => Shape::Vector(children),
        BRACE => Shape::Brace(children),
        SET => Shape::Set(children),
        _ => return None,
    })
}
