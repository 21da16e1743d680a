//! The library as macro bodies see it.

use std::sync::Arc;

use wat_syntax::{Ast, NodeId, TypeExpr, parse_type_keyword};
use wat_value::syntax::Syntax;

use crate::db::Db;
use crate::items::{Item, ItemKind, Name};
use crate::signature::{Param, signature};
use crate::types::Type;

use super::special::function_code;
use super::value::{Code, ERR, NONE, OK, SOME, Value};
use crate::expand::tree_of;

/// What a library path is when it is called.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(in crate::expand) enum Library {
    /// Code to walk.
    Function(Arc<Code>),
    /// A native that is called if it is pure.
    Native {
        params: Vec<Type>,
        rest: Option<Type>,
        ret: Type,
    },
    /// Alternatives.
    Dispatch(Vec<Alternative>),
    /// Nothing that can be called here.
    Nothing,
}

/// An alternative of a dispatch.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(in crate::expand) struct Alternative {
    /// The types of the parameters.
    types: Vec<String>,
    /// May the last one repeat?
    repeats: bool,
    pub(super) implementation: Arc<str>,
}

impl Alternative {
    /// How many arguments it takes at once.
    pub(super) fn count(&self) -> usize {
        self.types.len()
    }

    /// Does it take these arguments?
    pub(super) fn takes(&self, args: &[Value]) -> bool {
        let Some(last) = self.types.last() else {
            return args.is_empty();
        };
        let fits =
            |(index, arg): (usize, &Value)| kind_fits(self.types.get(index).unwrap_or(last), arg);
        let count = self.types.len();
        (args.len() == count || self.repeats && args.len() > count)
            && args.iter().enumerate().all(fits)
    }
}

#[salsa::tracked(returns(ref))]
pub(in crate::expand) fn library<'db>(db: &'db dyn Db, name: Name<'db>) -> Library {
    let Some(item) = crate::library::library_item(db, name, false) else {
        return Library::Nothing;
    };
    match item.kind(db) {
        ItemKind::Function => function(db, item),
        ItemKind::Native => {
            let Some(signature) = signature(db, item.form(db).file(db), item) else {
                return Library::Nothing;
            };
            let ty = |param: &Param| param.ty.clone();
            Library::Native {
                params: signature.params.iter().map(ty).collect(),
                rest: signature.rest.as_ref().map(ty),
                ret: signature.ret.clone(),
            }
        }
        ItemKind::Dispatch => {
            let ast = item.ast(db);
            let arms = ast.children(item.root(db)).skip(2);
            Library::Dispatch(arms.filter_map(|arm| dispatch_arm(ast, arm)).collect())
        }
        _ => Library::Nothing,
    }
}

fn function<'db>(db: &'db dyn Db, item: Item<'db>) -> Library {
    let tree = tree_of(item.ast(db), item.root(db));
    let name = item.name(db).text(db).as_str();
    let children = tree.children();
    let parts: Option<&[Syntax]> = match tree.head() {
        Some(":wat::core::defn") => children.get(2..),
        Some(":wat::core::defn-restricted") => children.get(4..),
        _ => children.get(2).and_then(|value| value.children().get(1..)),
    };
    match parts.and_then(|parts| function_code(parts, Some(name.into()), true)) {
        Some(code) => Library::Function(Arc::new(code)),
        None => Library::Nothing,
    }
}

fn dispatch_arm(ast: &Ast, arm: NodeId) -> Option<Alternative> {
    let mut parts = ast.children(arm);
    let (types, target) = (parts.next()?, parts.next()?);
    Some(Alternative {
        types: ast
            .children(types)
            .filter_map(|node| ast.as_keyword(node).map(str::to_owned))
            .collect(),
        repeats: ast
            .children(types)
            .any(|node| ast.as_symbol(node) == Some("&")),
        implementation: ast.as_keyword(target)?.into(),
    })
}

/// Does a value fit the type of a dispatch's parameter? Single letters take anything.
fn kind_fits(ty: &str, value: &Value) -> bool {
    match parse_type_keyword(ty) {
        Ok(expr) => fits(&expr, value),
        Err(_) => false,
    }
}

fn fits(expr: &TypeExpr, value: &Value) -> bool {
    let coerced = match value {
        Value::Syntax(node) => Value::of_literal(node),
        _ => None,
    };
    match expr {
        TypeExpr::Path { path, args } => {
            let all = |items: &[Value], arg: usize| {
                let Some(arg) = args.get(arg) else {
                    return true;
                };
                items.iter().all(|item| fits(arg, item))
            };
            match (
                path.trim_start_matches(':'),
                coerced.as_ref().unwrap_or(value),
            ) {
                (letter, _) if letter.len() == 1 => true,
                ("wat::core::i64", Value::Int(_))
                | ("wat::core::f64", Value::Float(_))
                | ("wat::core::bool", Value::Bool(_))
                | ("wat::core::u8", Value::U8(_))
                | ("wat::core::nil", Value::Nil)
                | ("wat::core::String", Value::Str(_))
                | ("wat::core::keyword", Value::Keyword(_)) => true,
                ("wat::WatAST", _) => matches!(value, Value::Syntax(_)),
                ("wat::core::Vector", Value::Vector(items))
                | ("wat::core::HashSet", Value::Set(items)) => all(items, 0),
                ("wat::core::HashMap", Value::Map(_)) => true,
                ("wat::core::Option", Value::Variant(path, fields)) => {
                    [SOME, NONE].contains(path) && all(fields, 0)
                }
                ("wat::core::Result", Value::Variant(path, fields)) => {
                    [OK, ERR].contains(path) && all(fields, usize::from(*path == ERR))
                }
                _ => false,
            }
        }
        TypeExpr::Tuple(parts) => match value {
            Value::Tuple(items) => {
                items.len() == parts.len()
                    && parts
                        .iter()
                        .zip(items.iter())
                        .all(|(part, item)| fits(part, item))
            }
            _ => false,
        },
        TypeExpr::Function { .. } => matches!(value, Value::Closure(_) | Value::Keyword(_)),
    }
}
