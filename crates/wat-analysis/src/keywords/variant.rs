//! Keyword variants (chapter 02 §10.6): `:wat::kwargs::auto-kwargs` and `:wat::kwargs::define-with-kwargs`.

use std::sync::Arc;

use wat_syntax::{Ast, NodeId, NodeKind};

use crate::db::{Db, SourceFile};
use crate::infer::dispatch::dispatch_arms;
use crate::infer::operator::fixed_arity;
use crate::infer::value_type;
use crate::items::{Item, ItemKind, split_generic};
use crate::names::{lookup, program_of};
use crate::signature::{Param, Signature, docs, signature};
use crate::synonym;
use crate::types::{Ctor, Type};

use super::{KeywordForm, KeywordParam, keyword_form};

/// Stack that one variant may need, and what is added when it runs out.
const RED_ZONE: usize = 128 * 1024;
const SEGMENT: usize = 2 * 1024 * 1024;

pub(crate) const AUTO: &str = ":wat::kwargs::auto-kwargs";
pub(crate) const DEFINE: &str = ":wat::kwargs::define-with-kwargs";

/// The definition of a variant as written. Parts that are missing or misshapen are absent.
#[derive(Default)]
pub(crate) struct Definition {
    /// `auto-kwargs`, as opposed to `define-with-kwargs`.
    pub(crate) auto: bool,
    /// The name, if it is written out.
    pub(crate) name: Option<NodeId>,
    pub(crate) target: Option<NodeId>,
    /// The vector of keywords.
    pub(crate) keys: Option<NodeId>,
    pub(crate) doc: Option<NodeId>,
    /// The first part that does not fit, and what is wrong with it.
    pub(crate) bad: Option<(NodeId, &'static str)>,
}

/// The shape of a definition of a variant.
pub(crate) fn definition_shape(ast: &Ast, root: NodeId) -> Definition {
    let mut parts = ast.children(root);
    let head = parts.next().and_then(|head| ast.as_keyword(head));
    let parts: Vec<NodeId> = parts.collect();
    match head {
        Some(DEFINE) => primitive(ast, root, &parts),
        _ => automatic(ast, root, &parts),
    }
}

fn automatic(ast: &Ast, root: NodeId, parts: &[NodeId]) -> Definition {
    let mut shape = Definition {
        auto: true,
        ..Definition::default()
    };
    let Some((&target, options)) = parts.split_first() else {
        shape.bad = Some((root, "the target is missing"));
        return shape;
    };
    match ast.as_keyword(target) {
        Some(_) => shape.target = Some(target),
        None => shape.bad = Some((target, "not the path of a callable")),
    }
    for option in options.chunks(2) {
        let key = option[0];
        let value = option.get(1).copied();
        let bad = match (ast.as_keyword(key), value) {
            (Some(":as" | ":doc"), None) => Some((key, "this option has no value")),
            (Some(":as"), Some(value)) if ast.as_keyword(value).is_none() => {
                Some((value, "not a keyword path"))
            }
            (Some(":doc"), Some(value)) if ast.as_str(value).is_none() => {
                Some((value, "not a string"))
            }
            (Some(":as"), _) if shape.name.is_some() => Some((key, "this option stands twice")),
            (Some(":doc"), _) if shape.doc.is_some() => Some((key, "this option stands twice")),
            (Some(":as"), value) => {
                shape.name = value;
                None
            }
            (Some(":doc"), value) => {
                shape.doc = value;
                None
            }
            _ => Some((key, "the options are `:as :name` and `:doc \"…\"`")),
        };
        shape.bad = shape.bad.or(bad);
    }
    shape
}

fn primitive(ast: &Ast, root: NodeId, parts: &[NodeId]) -> Definition {
    let part = |at: usize| parts.get(at).copied();
    let keyword = |at: usize| part(at).filter(|&node| ast.as_keyword(node).is_some());
    let keys = part(2).filter(|&node| ast.kind(node) == NodeKind::Vector);
    let no_key = |vector| {
        ast.children(vector)
            .find(|&key| ast.as_keyword(key).is_none())
    };
    let doc = part(3).filter(|&node| ast.as_str(node).is_some());
    let bad = match keys {
        _ if keyword(0).is_none() => Some((part(0).unwrap_or(root), "expected a name")),
        _ if keyword(1).is_none() => {
            Some((part(1).unwrap_or(root), "expected the path of a callable"))
        }
        None => Some((part(2).unwrap_or(root), "expected keywords in brackets")),
        Some(vector) => match (no_key(vector), part(3), part(4)) {
            (Some(node), ..) => Some((node, "not a keyword")),
            (None, Some(node), _) if doc.is_none() => Some((node, "not a docstring")),
            (None, _, Some(surplus)) => Some((surplus, "one form too many")),
            _ => None,
        },
    };
    Definition {
        auto: false,
        name: keyword(0),
        target: keyword(1),
        keys,
        doc,
        bad,
    }
}

/// The default name of a variant: `with-` before the last part of the target's name.
pub(crate) fn derived_name(target: &str) -> String {
    let (canonical, _) = split_generic(target);
    let segment = canonical
        .rfind("::")
        .map_or(usize::from(canonical.starts_with(':')), |at| at + 2);
    let last = &canonical[segment..];
    let part = match last.rfind('/') {
        Some(at) if at + 1 < last.len() => segment + at + 1,
        _ => segment,
    };
    format!("{}with-{}", &canonical[..part], &canonical[part..])
}

/// A variant whose definition is right.
#[derive(Clone, PartialEq, Eq, Debug, salsa::SalsaValue)]
pub(crate) struct Variation<'db> {
    /// What a call of it calls: no variant itself.
    pub(crate) target: Item<'db>,
    pub(crate) form: Arc<KeywordForm>,
}

/// What a variant stands for; `None` if its definition is wrong.
#[salsa::tracked(returns(ref), cycle_result = endless)]
pub(crate) fn variation<'db>(
    db: &'db dyn Db,
    program: SourceFile,
    item: Item<'db>,
) -> Option<Variation<'db>> {
    // A variant of a variant of a variant …: as deep as the program likes.
    stacker::maybe_grow(RED_ZONE, SEGMENT, || resolve(db, program, item))
}

fn resolve<'db>(db: &'db dyn Db, program: SourceFile, item: Item<'db>) -> Option<Variation<'db>> {
    let ast = item.ast(db);
    let program = program_of(db, program, item);
    let shape = definition_shape(ast, item.root(db));
    let path = ast.as_keyword(shape.target?)?;
    let target = lookup(db, program, split_generic(path).0)?;
    let form = match shape.keys {
        None if shape.auto => Arc::new(keyword_form(db, program, target).as_ref()?.only()),
        None => return None,
        Some(vector) => {
            let fixed = fixed_names(db, program, target)?;
            Arc::new(renamed(ast, vector, &fixed)?)
        }
    };
    let target = match target.kind(db) {
        ItemKind::KeywordVariant => variation(db, program, target).as_ref()?.target,
        ItemKind::Synonym => synonym::target(db, program, target)?,
        _ => target,
    };
    Some(Variation { target, form })
}

fn endless<'db>(
    _: &'db dyn Db,
    _: salsa::Id,
    _: SourceFile,
    _: Item<'db>,
) -> Option<Variation<'db>> {
    None
}

/// The parameters of a callable with a fixed number of them. An overloaded name has those of its first alternative. The
/// names are empty where the parameters have none.
pub(crate) fn fixed_names<'db>(
    db: &'db dyn Db,
    program: SourceFile,
    target: Item<'db>,
) -> Option<Vec<KeywordParam>> {
    match target.kind(db) {
        ItemKind::Synonym => fixed_names(db, program, synonym::target(db, program, target)?),
        ItemKind::Function | ItemKind::Native | ItemKind::Constructor | ItemKind::Accessor => {
            let signature = signature(db, program, target).as_ref()?;
            let param = |param: &Param| KeywordParam {
                name: param.name.clone(),
                ty: Some(param.ty.clone()),
            };
            let fixed = signature.rest.is_none();
            fixed.then(|| signature.params.iter().map(param).collect())
        }
        ItemKind::Dispatch => {
            let arm = dispatch_arms(db, program, target).first()?;
            let first = arm
                .implementation
                .and_then(|item| signature(db, program, item).as_ref());
            let param = |at: usize| KeywordParam {
                name: first
                    .and_then(|signature| signature.params.get(at))
                    .map_or("".into(), |param| param.name.clone()),
                ty: None,
            };
            Some((0..arm.params.len()).map(param).collect())
        }
        ItemKind::Operator => {
            let arity = fixed_arity(target.name(db).text(db))?;
            let param = |_| KeywordParam {
                name: "".into(),
                ty: None,
            };
            Some((0..arity).map(param).collect())
        }
        // A value of function type.
        ItemKind::Value => {
            let Type::App(Ctor::Fn, parts) = value_type(db, program, target) else {
                return None;
            };
            let (_, params) = parts.split_last()?;
            let param = |ty: &Type| KeywordParam {
                name: "".into(),
                ty: Some(ty.clone()),
            };
            Some(params.iter().map(param).collect())
        }
        ItemKind::KeywordVariant => {
            let form = &variation(db, program, target).as_ref()?.form;
            form.rest.is_none().then(|| form.params.to_vec())
        }
        _ => None,
    }
}

/// The parameters under the keywords of a vector; `None` if these do not fit.
fn renamed(ast: &Ast, vector: NodeId, fixed: &[KeywordParam]) -> Option<KeywordForm> {
    let keys: Vec<&str> = ast
        .children(vector)
        .map(|key| ast.as_keyword(key).and_then(bare_key))
        .collect::<Option<_>>()?;
    let distinct = keys
        .iter()
        .enumerate()
        .all(|(at, key)| !keys[..at].contains(key));
    if keys.len() != fixed.len() || keys.is_empty() || !distinct {
        return None;
    }
    let param = |(key, param): (&&str, &KeywordParam)| KeywordParam {
        name: (*key).into(),
        ty: param.ty.clone(),
    };
    Some(KeywordForm {
        lead: 0,
        params: keys.iter().zip(fixed).map(param).collect(),
        rest: None,
        keyword_only: true,
    })
}

/// The name of a key: a keyword of one segment, without its colon.
pub(crate) fn bare_key(keyword: &str) -> Option<&str> {
    let name = keyword.strip_prefix(':')?;
    let is_plain = || split_generic(keyword).0 == keyword && !name.contains('(');
    (!name.is_empty() && !name.contains("::") && is_plain()).then_some(name)
}

/// The signature of a variant, under its own keywords; `None` if the arguments decide the types.
pub(crate) fn variant_signature<'db>(
    db: &'db dyn Db,
    program: SourceFile,
    item: Item<'db>,
) -> Option<Signature> {
    let Variation { target, form } = variation(db, program, item).as_ref()?;
    let signature = signature(db, program, *target).as_ref()?;
    let rename = |(param, name): (&Param, &KeywordParam)| Param {
        name: name.name.clone(),
        ..param.clone()
    };
    let params = signature.params.iter().zip(&form.params).map(rename);
    Some(Signature {
        params: params.collect(),
        ..(**signature).clone()
    })
}

/// What a variant takes, on one line: its signature, or its keywords alone.
pub(crate) fn variant_line<'db>(db: &'db dyn Db, program: SourceFile, item: Item<'db>) -> String {
    if let Some(signature) = variant_signature(db, program, item) {
        return signature.render();
    }
    let form = keyword_form(db, program, item).as_ref();
    let keys: Vec<&str> = form
        .iter()
        .flat_map(|form| form.keys().map(|(_, key)| key))
        .collect();
    format!("[{}]", keys.join(" "))
}

/// The docstring of a variant: its own, or one made from its target.
pub(crate) fn variant_doc<'db>(
    db: &'db dyn Db,
    program: SourceFile,
    item: Item<'db>,
) -> Option<Arc<str>> {
    let ast = item.ast(db);
    let shape = definition_shape(ast, item.root(db));
    if let Some(doc) = shape.doc {
        return ast.as_str(doc).map(Arc::from);
    }
    let form = keyword_form(db, program, item).as_ref()?;
    let written = split_generic(ast.as_keyword(shape.target?)?).0;
    let keys: Vec<String> = form.keys().map(|(_, key)| format!(":{key}")).collect();
    let mut text = format!(
        "Keyword-argument form of {written}. Keywords: {}.",
        keys.join(" ")
    );
    let target = lookup(db, program_of(db, program, item), written)?;
    let own = match target.kind(db) {
        ItemKind::KeywordVariant => variation(db, program, target).as_ref()?.target,
        ItemKind::Synonym => synonym::target(db, program, target)?,
        _ => target,
    };
    if let Some(doc) = docs(db, own) {
        text.push_str("\n\n");
        text.push_str(&doc);
    }
    Some(text.into())
}
