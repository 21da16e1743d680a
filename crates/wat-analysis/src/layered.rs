//! The names of a program in two layers.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::db::Db;
use crate::items::{Item, Name};

/// Definitions by name; `None` if two have the same.
pub(crate) fn named<'db>(
    db: &'db dyn Db,
    items: impl Iterator<Item = Item<'db>>,
) -> Option<Arc<FxHashMap<Name<'db>, Item<'db>>>> {
    let mut found = FxHashMap::default();
    for item in items {
        if found.insert(item.name(db), item).is_some() {
            return None;
        }
    }
    Some(Arc::new(found))
}

/// What names mean: those of the closed files of a program, and above them those of the others. An edit makes the upper
/// layer anew and shares the lower one.
#[derive(Clone, PartialEq, Eq, Debug, Default, salsa::SalsaValue)]
pub(crate) struct Layered<'db> {
    closed: Arc<FxHashMap<Name<'db>, Item<'db>>>,
    own: FxHashMap<Name<'db>, Item<'db>>,
}

impl<'db> Layered<'db> {
    /// The layers above those of closed files; `None` if a name is defined more than once.
    pub(crate) fn above(
        db: &'db dyn Db,
        closed: &Arc<FxHashMap<Name<'db>, Item<'db>>>,
        others: impl Iterator<Item = Item<'db>>,
    ) -> Option<Self> {
        let mut own = FxHashMap::default();
        for item in others {
            let name = item.name(db);
            if closed.contains_key(&name) || own.insert(name, item).is_some() {
                return None;
            }
        }
        let closed = closed.clone();
        Some(Layered { closed, own })
    }

    /// The layer of the closed files.
    pub(crate) fn closed(&self) -> &Arc<FxHashMap<Name<'db>, Item<'db>>> {
        &self.closed
    }

    /// The layer above it.
    pub(crate) fn own(&self) -> &FxHashMap<Name<'db>, Item<'db>> {
        &self.own
    }

    pub(crate) fn get(&self, name: &Name<'db>) -> Option<&Item<'db>> {
        self.own.get(name).or_else(|| self.closed.get(name))
    }

    pub(crate) fn values(&self) -> impl Iterator<Item = &Item<'db>> {
        self.closed.values().chain(self.own.values())
    }

    pub(crate) fn keys(&self) -> impl Iterator<Item = &Name<'db>> {
        self.closed.keys().chain(self.own.keys())
    }
}

impl<'db> From<FxHashMap<Name<'db>, Item<'db>>> for Layered<'db> {
    fn from(own: FxHashMap<Name<'db>, Item<'db>>) -> Self {
        let closed = Arc::default();
        Layered { closed, own }
    }
}
