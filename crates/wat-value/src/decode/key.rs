//! The entries of maps. In JSON the keys of an object are texts: which values they stand for depends on the type.

use super::{Decoder, Misfit, Notation, step};
use crate::desc::{Desc, Repr};
use crate::map;
use crate::text::make_string;
use crate::value::Value;
use std::borrow::Cow;
use wat_edn::{Edn, ReadErrorKind, json};

impl Decoder<'_> {
    /// A map; `texts` says that its keys are those of an object.
    pub(super) fn map<'e>(
        &mut self,
        desc: &'static Desc,
        entries: impl Iterator<Item = (&'e Edn, &'e Edn)>,
        texts: bool,
    ) -> Result<Value, Misfit> {
        let mut out = map::empty(desc);
        for (index, (key, value)) in entries.enumerate() {
            let made = self.entry(desc, key, value, texts);
            let (key, value) = match made {
                Ok(made) => made,
                Err(misfit) => {
                    drop(Self::own(desc, out));
                    return Err(misfit);
                }
            };
            // SAFETY: map, key and value are live, and ours to give away.
            unsafe {
                out = map::insert(out, key.into_slot().1, value.into_slot().1);
                if map::len(out) != index + 1 {
                    drop(Self::own(desc, out));
                    return Err(self.error(
                        ReadErrorKind::Shape,
                        "a key occurs twice in the map".to_owned(),
                    ));
                }
            }
        }
        Ok(Self::own(desc, out))
    }

    fn entry(
        &mut self,
        desc: &'static Desc,
        key: &Edn,
        value: &Edn,
        texts: bool,
    ) -> Result<(Value, Value), Misfit> {
        self.path.push(step(key));
        let made = if texts {
            self.key(desc.parts[0], key)?
        } else {
            self.value(desc.parts[0], key)?
        };
        let value = self.value(desc.parts[1], value)?;
        self.path.pop();
        Ok((made, value))
    }

    /// The entries of a map that is written as an array of them.
    pub(super) fn pairs<'e>(
        &self,
        desc: &'static Desc,
        body: &'e Edn,
    ) -> Result<Vec<(&'e Edn, &'e Edn)>, Misfit> {
        let Edn::Vector(items) = body else {
            return Err(self.misfit(desc, body));
        };
        let pairs = items.iter().map(|item| match item {
            Edn::Vector(pair) => match &pair[..] {
                [key, value] => Some((key, value)),
                _ => None,
            },
            _ => None,
        });
        pairs.collect::<Option<Vec<_>>>().ok_or_else(|| {
            let message = "every entry of the map must be a vector of a key and a value";
            self.error(ReadErrorKind::Shape, message.to_owned())
        })
    }

    /// A key of an object. Strings stand as they are, other keys as their EDN text. Where the type has both, the text of
    /// a value stands for that value: whoever writes such a string as a key writes the map as an array of its entries.
    fn key(&mut self, desc: &'static Desc, key: &Edn) -> Result<Value, Misfit> {
        let text: Cow<'_, str> = match key {
            Edn::Str(text) => Cow::Borrowed(text),
            // A text that looks like a keyword has been read as one.
            Edn::Keyword(_) => Cow::Owned(json::key_text(key)),
            other => return self.value(desc, other),
        };
        if desc.repr == Repr::Str {
            return Ok(Self::own(desc, make_string(&text)));
        }
        let depth = self.path.len();
        if let Some(value) = json::key_value(&text)
            && let Ok(made) = self.edn(desc, &value)
        {
            return Ok(made);
        }
        self.path.truncate(depth);
        let string = Edn::str(&*text);
        if let Ok(made) = self.value(desc, &string) {
            return Ok(made);
        }
        self.path.truncate(depth);
        match wat_edn::read(&text) {
            Ok(value) => self.edn(desc, &value),
            Err(_) => Err(self.misfit(desc, &string)),
        }
    }

    /// A value out of EDN text.
    fn edn(&mut self, desc: &'static Desc, value: &Edn) -> Result<Value, Misfit> {
        let outer = std::mem::replace(&mut self.notation, Notation::Edn);
        let made = self.value(desc, value);
        self.notation = outer;
        made
    }
}
