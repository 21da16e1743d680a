//! Keyword arguments: the keyword form of a callable, and how a call is read.
//!
//! The keyword form is derived from the signature of a callable whenever it is asked for; no list of names is stored,
//! so a call site cannot drift. [`keyword_form`] is the only source of names, [`call_shape`] the only judge of calls:
//! resolver, checker, diagnostics and editors ask these two. Both depend on signatures alone.

mod shape;
#[cfg(test)]
mod tests;
mod variant;

use std::sync::Arc;

use crate::db::{Db, FileKind, SourceFile};
use crate::items::{Item, ItemKind};
use crate::signature::signature;
use crate::types::Type;

pub(crate) use shape::forgotten_keyword;
pub(crate) use shape::{CallShape, Fault, call_shape, is_keyed};
pub(crate) use variant::{
    AUTO, DEFINE, bare_key, definition_shape, derived_name, fixed_names, variant_doc, variant_line,
    variant_signature, variation,
};

/// A parameter as a keyword call names it.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) struct KeywordParam {
    /// The key, without its colon.
    pub(crate) name: Arc<str>,
    /// The declared type; of a rest parameter, the type of one element. `None` if the types of the arguments decide.
    pub(crate) ty: Option<Type>,
}

/// How a callable is called by keyword.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) struct KeywordForm {
    /// How many parameters are given by position in both forms.
    pub(crate) lead: usize,
    /// The fixed parameters in declared order, leads first.
    pub(crate) params: Box<[KeywordParam]>,
    /// The rest parameter: given as a whole vector, or left out.
    pub(crate) rest: Option<KeywordParam>,
    /// Is every call a keyword call?
    pub(crate) keyword_only: bool,
}

impl KeywordForm {
    /// The number of the parameter with this key: leads have none, the rest parameter comes after the fixed ones.
    pub(crate) fn param(&self, key: &str) -> Option<usize> {
        self.keys()
            .find(|(_, name)| *name == key)
            .map(|(index, _)| index)
    }

    /// The keys with the numbers of their parameters, in declared order.
    pub(crate) fn keys(&self) -> impl Iterator<Item = (usize, &str)> {
        self.params
            .iter()
            .chain(&self.rest)
            .enumerate()
            .skip(self.lead)
            .map(|(index, param)| (index, &*param.name))
    }

    /// The key of a parameter, for messages.
    pub(crate) fn key(&self, param: usize) -> &str {
        self.params
            .get(param)
            .or(self.rest.as_ref())
            .map_or("_", |param| &param.name)
    }

    /// Must a keyword call give this parameter?
    pub(crate) fn is_required(&self, param: usize) -> bool {
        param < self.params.len()
    }

    /// The same form for calls by keyword only.
    pub(crate) fn only(&self) -> KeywordForm {
        KeywordForm {
            keyword_only: true,
            ..self.clone()
        }
    }
}

/// The keyword form of a callable; `None` if it is called by position only.
#[salsa::tracked(returns(ref), cycle_result = endless)]
pub(crate) fn keyword_form<'db>(
    db: &'db dyn Db,
    program: SourceFile,
    item: Item<'db>,
) -> Option<Arc<KeywordForm>> {
    match item.kind(db) {
        ItemKind::Function if item.form(db).file(db).kind(db) == FileKind::Library => None,
        ItemKind::Function | ItemKind::Constructor => {
            let signature = signature(db, program, item).as_ref()?;
            let param = |param: &crate::signature::Param| KeywordParam {
                name: param.name.clone(),
                ty: Some(param.ty.clone()),
            };
            eligible(KeywordForm {
                lead: 0,
                params: signature.params.iter().map(param).collect(),
                rest: signature.rest.as_ref().map(param),
                keyword_only: false,
            })
        }
        ItemKind::Synonym => {
            let target = crate::synonym::target(db, program, item)?;
            keyword_form(db, program, target).clone()
        }
        ItemKind::KeywordVariant => Some(variation(db, program, item).as_ref()?.form.clone()),
        _ => None,
    }
}

fn endless<'db>(
    _: &'db dyn Db,
    _: salsa::Id,
    _: SourceFile,
    _: Item<'db>,
) -> Option<Arc<KeywordForm>> {
    None
}

/// A form whose names can stand as keys: there is a fixed parameter, none is `_`, none has the name of another.
fn eligible(form: KeywordForm) -> Option<Arc<KeywordForm>> {
    let names: Vec<&str> = form
        .params
        .iter()
        .chain(&form.rest)
        .map(|param| &*param.name)
        .collect();
    let distinct = names
        .iter()
        .enumerate()
        .all(|(at, name)| *name != "_" && !names[..at].contains(name));
    (form.params.len() > form.lead && distinct).then(|| Arc::new(form))
}
