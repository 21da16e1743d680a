//! Scope sets: which expansions an identifier was born in.

use std::sync::Arc;

/// A scope: one expansion, or one fresh symbol. Numbered by who made it, never by a position in a text.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Scope {
    /// The maker.
    pub unit: u64,
    /// The maker's count.
    pub index: u32,
}

/// A set of scopes. The empty set, which the reader gives, costs nothing.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Scopes(Option<Arc<[Scope]>>);

impl Scopes {
    /// Is there no scope?
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// The scopes, ascending.
    pub fn iter(&self) -> impl Iterator<Item = Scope> + '_ {
        self.0.iter().flat_map(|scopes| scopes.iter().copied())
    }

    /// The set with one more scope.
    pub fn with(&self, scope: Scope) -> Scopes {
        let Some(old) = &self.0 else {
            return Scopes(Some([scope].into()));
        };
        match old.binary_search(&scope) {
            Ok(_) => self.clone(),
            Err(at) => {
                let mut new = old.to_vec();
                new.insert(at, scope);
                Scopes(Some(new.into()))
            }
        }
    }
}
