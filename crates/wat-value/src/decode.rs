//! From EDN to values of a type (chapter 04 §17.5): the document is checked against the type while it is read.
//!
//! Readers of text bound the nesting of documents, so that the walk may recurse over it.

mod key;
mod misfit;

use crate::boxed::{make_any, make_form};
use crate::cells::make_variant;
use crate::desc::{Desc, Repr, Shapes};
use crate::heap::Slot;
use crate::plain::{INSTANT, UUID, make_instant, make_uuid};
use crate::print::{dotted, struct_tag};
use crate::syntax::only_form;
use crate::text::{is_keyword, make_keyword, make_string};
use crate::value::Value;
use crate::{map, vector};
use std::sync::Arc;
use wat_edn::json::MAP_TAG;
use wat_edn::{Edn, ReadErrorKind};
use wat_ir::{DeclKind, Ty, VariantDecl};

/// How a document does not fit a type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misfit {
    /// What kind of error it is.
    pub kind: ReadErrorKind,
    /// The way to the part, `.corners.[2].x`; empty at the root.
    pub path: String,
    /// What was expected and what was found.
    pub message: String,
}

/// Where the document comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notation {
    /// EDN text.
    Edn,
    /// JSON with types: large integers and the keys of maps may be strings.
    Json,
}

/// A value of a type from a document.
///
/// # Errors
/// The first part that does not fit.
pub fn decode(
    desc: &'static Desc,
    document: &Edn,
    notation: Notation,
    shapes: Shapes<'_>,
) -> Result<Value, Misfit> {
    let mut decoder = Decoder {
        path: Vec::new(),
        notation,
        shapes,
    };
    decoder.value(desc, document)
}

/// The name of a type as a program writes it.
pub(crate) fn type_name(ty: &Ty) -> String {
    format!(":{}", inner_name(ty))
}

fn inner_name(ty: &Ty) -> String {
    let core = |name: &str| format!("wat::core::{name}");
    let list = |types: &[Ty]| types.iter().map(inner_name).collect::<Vec<_>>().join(",");
    match ty {
        Ty::I64 => core("i64"),
        Ty::F64 => core("f64"),
        Ty::Bool => core("bool"),
        Ty::U8 => core("u8"),
        Ty::Nil => core("nil"),
        Ty::Str => core("String"),
        Ty::Keyword => core("keyword"),
        Ty::Param(n) => format!("T{n}"),
        Ty::Vector(t) => core(&format!("Vector<{}>", inner_name(t))),
        Ty::HashSet(t) => core(&format!("HashSet<{}>", inner_name(t))),
        Ty::Option(t) => core(&format!("Option<{}>", inner_name(t))),
        Ty::HashMap(k, v) => core(&format!("HashMap<{},{}>", inner_name(k), inner_name(v))),
        Ty::Result(t, e) => core(&format!("Result<{},{}>", inner_name(t), inner_name(e))),
        Ty::Tuple(parts) if parts.len() == 1 => format!("({},)", inner_name(&parts[0])),
        Ty::Tuple(parts) => format!("({})", list(parts)),
        Ty::Fn(params, ret) => core(&format!("Fn({})->{}", list(params), inner_name(ret))),
        Ty::Nominal(path, types) if types.is_empty() => path.trim_start_matches(':').to_owned(),
        Ty::Nominal(path, types) => {
            format!("{}<{}>", path.trim_start_matches(':'), list(types))
        }
    }
}

struct Decoder<'s> {
    path: Vec<String>,
    notation: Notation,
    shapes: Shapes<'s>,
}

impl Decoder<'_> {
    fn error(&self, kind: ReadErrorKind, message: String) -> Misfit {
        let path = self.path.iter().map(|step| format!(".{step}")).collect();
        Misfit {
            kind,
            path,
            message,
        }
    }

    fn own(desc: &'static Desc, slot: Slot) -> Value {
        // SAFETY: the callers have just made the value for this type.
        unsafe { Value::from_slot(desc, slot) }
    }

    fn value(&mut self, desc: &'static Desc, found: &Edn) -> Result<Value, Misfit> {
        if let Edn::Tagged(tag, _) = found
            && tag.starts_with("wat-edn.opaque/")
        {
            return Err(self.error(
                ReadErrorKind::Opaque,
                format!("`#{tag}` stands for a value without content and cannot be read"),
            ));
        }
        let slot = match (desc.repr, found) {
            (Repr::Nil, Edn::Nil) => 0,
            (Repr::Bool, Edn::Bool(value)) => u64::from(*value),
            (Repr::I64, Edn::Int(value)) => *value as Slot,
            (Repr::I64, Edn::Str(text)) if self.notation == Notation::Json => text
                .parse::<i64>()
                .map(|value| value as Slot)
                .map_err(|_| self.misfit(desc, found))?,
            (Repr::U8, Edn::Int(value @ 0..=255)) => *value as Slot,
            (Repr::Duration, Edn::Int(value @ 0..)) => *value as Slot,
            (Repr::Duration, Edn::Str(text)) if self.notation == Notation::Json => text
                .parse::<i64>()
                .ok()
                .filter(|value| *value >= 0)
                .map(|value| value as Slot)
                .ok_or_else(|| self.misfit(desc, found))?,
            (Repr::F64, Edn::Float(value)) => value.to_bits(),
            (Repr::F64, Edn::Int(value)) => (*value as f64).to_bits(),
            (Repr::Str, Edn::Str(text)) => make_string(text),
            (Repr::Keyword, Edn::Keyword(text)) if is_keyword(text) => make_keyword(text),
            (Repr::Keyword, Edn::Keyword(text)) => {
                return Err(self.error(
                    ReadErrorKind::Shape,
                    format!("{} is no keyword", wat_edn::write(&Edn::str(&**text))),
                ));
            }
            (Repr::Vector, Edn::Vector(items) | Edn::List(items)) => {
                let items = self.items(items, |_| desc.parts[0])?;
                vector::from_slots(desc, &slots(items))
            }
            (Repr::Tuple, Edn::Vector(items) | Edn::List(items))
                if items.len() == desc.parts.len() =>
            {
                let items = self.items(items, |index| desc.parts[index])?;
                make_variant(desc, 0, &slots(items))
            }
            (Repr::HashMap, Edn::Map(entries)) => {
                let entries = entries.iter().map(|(key, value)| (key, value));
                return self.map(desc, entries, self.notation == Notation::Json);
            }
            (Repr::HashMap, Edn::Tagged(tag, body)) if &**tag == MAP_TAG => {
                let entries = self.pairs(desc, body)?;
                return self.map(desc, entries.into_iter(), false);
            }
            (Repr::HashSet, Edn::Set(items)) => return self.set(desc, items),
            (Repr::Option, found) => return self.option(desc, found),
            (Repr::Result, Edn::Tagged(tag, body)) => {
                let variant = match &**tag {
                    "wat-edn.result/ok" => 0,
                    "wat-edn.result/err" => 1,
                    _ => return Err(self.misfit(desc, found)),
                };
                self.path.push(["ok", "err"][variant as usize].to_owned());
                let payload = self.value(desc.parts[variant as usize], body)?;
                self.path.pop();
                make_variant(desc, variant, &[payload.into_slot().1])
            }
            (Repr::Form, Edn::Tagged(tag, body)) if &**tag == "wat-edn.core/form" => {
                match &**body {
                    Edn::Str(text) => match only_form(text) {
                        Ok(form) => make_form(form),
                        Err(why) => {
                            return Err(self.error(
                                ReadErrorKind::Shape,
                                format!("the text of the form is not exactly one form: {why}"),
                            ));
                        }
                    },
                    body => return Err(self.misfit(desc, body)),
                }
            }
            (Repr::Nominal, found) => return self.nominal(desc, found),
            (Repr::Any, found) => {
                let value = self.natural(desc, found)?;
                let (desc, slot) = value.into_slot();
                make_any(desc, slot)
            }
            (_, found) => return Err(self.misfit(desc, found)),
        };
        Ok(Self::own(desc, slot))
    }

    fn items(
        &mut self,
        items: &[Edn],
        desc: impl Fn(usize) -> &'static Desc,
    ) -> Result<Vec<Value>, Misfit> {
        let mut values = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            self.path.push(format!("[{index}]"));
            values.push(self.value(desc(index), item)?);
            self.path.pop();
        }
        Ok(values)
    }

    fn option(&mut self, desc: &'static Desc, found: &Edn) -> Result<Value, Misfit> {
        let payload = match found {
            Edn::Nil => return Ok(Self::own(desc, make_variant(desc, 0, &[]))),
            Edn::Tagged(tag, body) if &**tag == "wat-edn.option/some" => {
                self.path.push("some".to_owned());
                let payload = self.value(desc.parts[0], body)?;
                self.path.pop();
                payload
            }
            other => self.value(desc.parts[0], other)?,
        };
        Ok(Self::own(
            desc,
            make_variant(desc, 1, &[payload.into_slot().1]),
        ))
    }

    fn set(&mut self, desc: &'static Desc, items: &[Edn]) -> Result<Value, Misfit> {
        let mut out = map::empty(desc);
        for (index, item) in items.iter().enumerate() {
            self.path.push(format!("[{index}]"));
            let item = match self.value(desc.parts[0], item) {
                Ok(item) => item,
                Err(misfit) => {
                    drop(Self::own(desc, out));
                    return Err(misfit);
                }
            };
            // SAFETY: set and element are live, and ours to give away; a set's nodes have no values.
            unsafe {
                out = map::insert(out, item.into_slot().1, 0);
                if map::len(out) != index + 1 {
                    drop(Self::own(desc, out));
                    return Err(self.error(
                        ReadErrorKind::Shape,
                        "an element occurs twice in the set".to_owned(),
                    ));
                }
            }
            self.path.pop();
        }
        Ok(Self::own(desc, out))
    }

    /// Where nothing determines the type, the document does.
    fn natural(&mut self, desc: &'static Desc, found: &Edn) -> Result<Value, Misfit> {
        let it = || Arc::new(desc.ty.clone());
        let ty = match found {
            Edn::Nil => Ty::Nil,
            Edn::Bool(_) => Ty::Bool,
            Edn::Int(_) => Ty::I64,
            Edn::Float(_) => Ty::F64,
            Edn::Str(_) | Edn::Char(_) => Ty::Str,
            Edn::Keyword(_) => Ty::Keyword,
            Edn::Inst(_) => Ty::Nominal(INSTANT.into(), [].into()),
            Edn::Uuid(_) => Ty::Nominal(UUID.into(), [].into()),
            Edn::List(_) | Edn::Vector(_) => Ty::Vector(it()),
            Edn::Map(_) => Ty::HashMap(it(), it()),
            Edn::Set(_) => Ty::HashSet(it()),
            Edn::Tagged(tag, _) => match &**tag {
                "wat-edn.core/form" => Ty::Nominal(Ty::FORM.into(), [].into()),
                "wat-edn.option/some" => Ty::Option(it()),
                MAP_TAG => Ty::HashMap(it(), it()),
                "wat-edn.result/ok" | "wat-edn.result/err" => Ty::Result(it(), it()),
                tag => self.tagged_type(desc, tag)?,
            },
            Edn::Symbol(_) | Edn::BigInt(_) | Edn::BigDec(_) => {
                return Err(self.misfit(desc, found));
            }
        };
        let Some(inner) = self.shapes.desc(&ty) else {
            return Err(self.misfit(desc, found));
        };
        if let Edn::Char(it) = found {
            return Ok(Self::own(inner, make_string(it.encode_utf8(&mut [0; 4]))));
        }
        self.value(inner, found)
    }

    /// The declared type that a tag names: of a struct or newtype, or of an enum with a variant. Type parameters are
    /// left to the document.
    fn tagged_type(&self, natural: &'static Desc, tag: &str) -> Result<Ty, Misfit> {
        let path = |dotted: &str| format!(":{}", dotted.replace('.', "::"));
        let (space, name) = tag.split_once('/').unwrap_or(("", tag));
        let own = match space {
            "wat-edn.local" => format!(":{name}"),
            space => format!("{}::{name}", path(space)),
        };
        let decls = self.shapes.decls;
        let is_record = |kind| matches!(kind, DeclKind::Struct | DeclKind::Newtype);
        let found = decls
            .type_decl(&own)
            .filter(|decl| is_record(decl.kind))
            .or_else(|| {
                decls
                    .type_decl(&path(space))
                    .filter(|decl| decl.kind == DeclKind::Enum)
            });
        match found {
            Some(decl) => {
                let args = vec![natural.ty.clone(); decl.type_params as usize];
                Ok(Ty::Nominal(decl.path.clone(), args.into()))
            }
            None => Err(self.error(
                ReadErrorKind::UnknownTag,
                format!("no type is called `#{tag}`"),
            )),
        }
    }

    fn nominal(&mut self, desc: &'static Desc, found: &Edn) -> Result<Value, Misfit> {
        if !self.shapes.resolve(desc) {
            return Err(self.misfit(desc, found));
        }
        let Some(decl) = &desc.decl else {
            return Err(self.misfit(desc, found));
        };
        match (&*decl.path, found) {
            (UUID, Edn::Uuid(value)) => return Ok(Self::own(desc, make_uuid(desc, *value))),
            (INSTANT, Edn::Inst(value)) => return Ok(Self::own(desc, make_instant(desc, *value))),
            _ => {}
        }
        // Types with restricted fields are not portable (chapter 03 §7.1): the checker refuses to read them, and a
        // document that names its types itself cannot forge one.
        let restricted = |variant: &VariantDecl| variant.fields.iter().any(|it| it.restricted);
        if decl.variants.iter().any(restricted) {
            return Err(self.error(
                ReadErrorKind::Opaque,
                format!(
                    "`{}` has restricted fields, so it cannot be read",
                    type_name(&desc.ty)
                ),
            ));
        }
        let tagged = match found {
            Edn::Tagged(tag, body) => Some((&**tag, &**body)),
            _ => None,
        };
        match (decl.kind, tagged) {
            (DeclKind::Opaque, _) => Err(self.misfit(desc, found)),
            (DeclKind::Enum, Some((tag, body))) => {
                let prefix = dotted(&decl.path);
                let name = tag
                    .strip_prefix(&*prefix)
                    .and_then(|rest| rest.strip_prefix('/'));
                let variant = name.and_then(|name| {
                    decl.variants
                        .iter()
                        .position(|variant| *variant.name == *name)
                });
                match variant {
                    Some(variant) => self.variant(desc, variant, body),
                    None if name.is_some() => Err(self.error(
                        ReadErrorKind::UnknownTag,
                        format!("`{}` has no variant `#{tag}`", type_name(&desc.ty)),
                    )),
                    None => Err(self.misfit(desc, found)),
                }
            }
            (DeclKind::Enum, None) => Err(self.misfit(desc, found)),
            (DeclKind::Newtype | DeclKind::Struct, Some((tag, Edn::Map(entries))))
                if tag == struct_tag(&decl.path) =>
            {
                self.fields(desc, &decl.variants[0], entries)
            }
            (DeclKind::Newtype | DeclKind::Struct, Some((tag, body)))
                if tag == struct_tag(&decl.path) =>
            {
                Err(self.no_fields(tag, &decl.variants[0], body))
            }
            (DeclKind::Newtype, _) => {
                let inner = self.value(desc.variants()[0].fields[0], found)?;
                Ok(Self::own(
                    desc,
                    make_variant(desc, 0, &[inner.into_slot().1]),
                ))
            }
            _ => Err(self.misfit(desc, found)),
        }
    }

    fn variant(
        &mut self,
        desc: &'static Desc,
        variant: usize,
        body: &Edn,
    ) -> Result<Value, Misfit> {
        let fields = &desc.variants()[variant].fields;
        let items = match body {
            Edn::Nil if fields.is_empty() => &[][..],
            Edn::Vector(items) if items.len() == fields.len() && !fields.is_empty() => items,
            _ => return Err(self.no_payload(desc, variant, fields.len(), body)),
        };
        let values = self.items(items, |index| fields[index])?;
        Ok(Self::own(
            desc,
            make_variant(desc, variant as u32, &slots(values)),
        ))
    }

    /// The map of a struct holds exactly its fields.
    fn fields(
        &mut self,
        desc: &'static Desc,
        declared: &VariantDecl,
        entries: &[(Edn, Edn)],
    ) -> Result<Value, Misfit> {
        let layout = &desc.variants()[0].fields;
        let is = |key: &Edn, name: &str| matches!(key, Edn::Keyword(text) if text.strip_prefix(':') == Some(name));
        let unknown = entries
            .iter()
            .find(|(key, _)| !declared.fields.iter().any(|field| is(key, &field.name)));
        if let Some((key, _)) = unknown {
            return Err(self.error(
                ReadErrorKind::Shape,
                format!("`{}` has no field `{}`", type_name(&desc.ty), step(key)),
            ));
        }
        let mut values = Vec::with_capacity(layout.len());
        for (index, field) in declared.fields.iter().enumerate() {
            let Some((_, value)) = entries.iter().find(|(key, _)| is(key, &field.name)) else {
                return Err(self.error(
                    ReadErrorKind::Shape,
                    format!(
                        "the field `{}` of `{}` is missing",
                        field.name,
                        type_name(&desc.ty)
                    ),
                ));
            };
            self.path.push(field.name.to_string());
            values.push(self.value(layout[index], value)?);
            self.path.pop();
        }
        Ok(Self::own(desc, make_variant(desc, 0, &slots(values))))
    }
}

fn slots(values: Vec<Value>) -> Vec<Slot> {
    values
        .into_iter()
        .map(|value| value.into_slot().1)
        .collect()
}

/// A key as a step of a path.
fn step(key: &Edn) -> String {
    match key {
        Edn::Keyword(text) => text.trim_start_matches(':').to_owned(),
        other => wat_edn::write(other),
    }
}
