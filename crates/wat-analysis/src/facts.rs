//! The facts of a message, by name, for tools that must not read prose.

/// What a fact says.
#[derive(Clone, PartialEq, Eq, Hash, Debug, salsa::SalsaValue)]
pub enum FactValue {
    /// A type, a name or a number, as it stands in the message.
    One(String),
    /// Several, in the order of the message.
    Many(Vec<String>),
}

/// One fact of a diagnostic (chapter 03 §10.4 of the reference).
#[derive(Clone, PartialEq, Eq, Hash, Debug, salsa::SalsaValue)]
pub struct Fact {
    /// Its name in the `data` of a record: `expected`, `found`, `callee`, `candidates`, `identity`, `admitted`, `missing`.
    pub key: &'static str,
    /// What it says.
    pub value: FactValue,
}

impl Fact {
    /// A fact with one value.
    pub(crate) fn one(key: &'static str, value: impl Into<String>) -> Self {
        let value = FactValue::One(value.into());
        Fact { key, value }
    }

    /// A fact with several values.
    pub(crate) fn many(
        key: &'static str,
        values: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        let value = FactValue::Many(values.into_iter().map(Into::into).collect());
        Fact { key, value }
    }

    /// The fact with every text replaced.
    pub(crate) fn map(&self, text: impl Fn(&str) -> String) -> Self {
        let value = match &self.value {
            FactValue::One(one) => FactValue::One(text(one)),
            FactValue::Many(many) => FactValue::Many(many.iter().map(|one| text(one)).collect()),
        };
        Fact {
            key: self.key,
            value,
        }
    }
}
