//! What is told of a document that does not fit: what was expected, and what was found as far as the two differ.

use super::{Decoder, Misfit, type_name};
use crate::desc::{Desc, Repr};
use crate::words::counted;
use wat_edn::{Edn, ReadErrorKind};
use wat_ir::VariantDecl;

impl Decoder<'_> {
    /// A value that a type does not have.
    pub(super) fn misfit(&self, desc: &Desc, found: &Edn) -> Misfit {
        if desc.repr == Repr::Holon {
            let name = type_name(&desc.ty);
            let message = format!("a `{name}` cannot be read: such values are only written");
            return self.error(ReadErrorKind::Shape, message);
        }
        let (wanted, found) = match (desc.repr, found) {
            (Repr::U8, Edn::Int(value)) => {
                (", an integer from 0 to 255".to_owned(), value.to_string())
            }
            (Repr::Duration, Edn::Int(value)) => {
                (", an integer from 0 on".to_owned(), value.to_string())
            }
            (Repr::Tuple, Edn::Vector(items) | Edn::List(items)) => (
                format!(", {}", vector_of(desc.parts.len())),
                vector_of(items.len()),
            ),
            (_, found) => (String::new(), kind(found)),
        };
        let message = format!("expected `{}`{wanted}, found {found}", type_name(&desc.ty));
        self.error(ReadErrorKind::Shape, message)
    }

    /// A struct or newtype with its tag, but without a map of its fields.
    pub(super) fn no_fields(&self, tag: &str, declared: &VariantDecl, body: &Edn) -> Misfit {
        let fields: Vec<String> = declared
            .fields
            .iter()
            .map(|field| format!(":{} …", field.name))
            .collect();
        let message = format!(
            "expected the fields of `#{tag}` in a map, `{{{}}}`, found {}",
            fields.join(" "),
            kind(body)
        );
        self.error(ReadErrorKind::Shape, message)
    }

    /// A variant of an enum without the vector of its values.
    pub(super) fn no_payload(
        &self,
        desc: &Desc,
        variant: usize,
        count: usize,
        body: &Edn,
    ) -> Misfit {
        let name = desc.decl.as_ref().map(|decl| &*decl.variants[variant].name);
        let wanted = match count {
            0 => "`nil`".to_owned(),
            count => vector_of(count),
        };
        let found = match body {
            Edn::Vector(items) => vector_of(items.len()),
            body => kind(body),
        };
        let message = format!(
            "the variant `{}` of `{}` holds {wanted}, found {found}",
            name.unwrap_or_default(),
            type_name(&desc.ty),
        );
        self.error(ReadErrorKind::Shape, message)
    }
}

fn kind(found: &Edn) -> String {
    match found {
        Edn::Tagged(tag, _) => format!("`#{tag}`"),
        other => other.kind_name().to_owned(),
    }
}

fn vector_of(values: usize) -> String {
    format!("a vector of {}", counted(values, "value"))
}
