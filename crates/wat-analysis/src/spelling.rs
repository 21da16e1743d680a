//! Types as their authors wrote them: where an alias stood, messages keep it.

use std::sync::Arc;

use wat_syntax::TypeExpr;

use crate::items::ItemKind;
use crate::resolve::TypeResolver;
use crate::types::{Ctor, Type};

/// A type that an author wrote with the help of aliases. Everything is compared by what it stands for; this serves the
/// eye alone.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Spelling {
    /// No alias in here.
    Plain(Type),
    App(Ctor, Box<[Spelling]>),
    Alias {
        /// Its path, without the leading colon.
        name: Arc<str>,
        arguments: Box<[Spelling]>,
        /// What it stands for, over its own parameters.
        target: Type,
    },
}

impl Spelling {
    /// What it stands for.
    fn expanded(&self) -> Type {
        let all = |parts: &[Spelling]| parts.iter().map(Spelling::expanded).collect::<Box<[_]>>();
        match self {
            Spelling::Plain(ty) => ty.clone(),
            Spelling::App(ctor, parts) => Type::App(ctor.clone(), all(parts)),
            Spelling::Alias {
                arguments, target, ..
            } => target.substitute(&all(arguments)),
        }
    }
}

impl TypeResolver<'_, '_> {
    /// How a type expression spells `ty`, the type that was made of it; `None` if no alias is in it.
    pub(crate) fn spelling(&self, expr: &TypeExpr, ty: &Type) -> Option<Arc<Spelling>> {
        let is_written = *ty != Type::Error && self.has_alias(expr);
        let spelling = is_written.then(|| self.spell(expr))?;
        (spelling.expanded() == *ty).then(|| Arc::new(spelling))
    }

    fn has_alias(&self, expr: &TypeExpr) -> bool {
        match expr {
            TypeExpr::Tuple(parts) => parts.iter().any(|part| self.has_alias(part)),
            TypeExpr::Function { params, ret, .. } => {
                params.iter().any(|part| self.has_alias(part)) || self.has_alias(ret)
            }
            TypeExpr::Path { path, args } => {
                self.aliased(path).is_some() || args.iter().any(|arg| self.has_alias(arg))
            }
        }
    }

    /// What an alias that everybody may know stands for.
    fn aliased(&self, path: &str) -> Option<Type> {
        let path = path.trim_start_matches(':');
        let is_parameter = self.generics.iter().any(|name| **name == *path);
        if is_parameter || path.contains("::__internal") || Ctor::known(path).is_some() {
            return None;
        }
        let item = self.program.lookup_type(self.db, &format!(":{path}"))?;
        let is_alias = item.kind(self.db) == ItemKind::Alias;
        is_alias.then(|| self.program.alias(self.db, item))
    }

    fn spell(&self, expr: &TypeExpr) -> Spelling {
        let all = |parts: &[TypeExpr]| parts.iter().map(|part| self.spell(part)).collect();
        match expr {
            TypeExpr::Tuple(parts) if parts.is_empty() => Spelling::Plain(Type::simple(Ctor::Nil)),
            TypeExpr::Tuple(parts) => Spelling::App(Ctor::Tuple, all(parts)),
            TypeExpr::Function { params, ret, .. } => {
                let parts = params.iter().chain([&**ret]);
                Spelling::App(Ctor::Fn, parts.map(|part| self.spell(part)).collect())
            }
            TypeExpr::Path { path, args } => self.spell_path(path.trim_start_matches(':'), args),
        }
    }

    fn spell_path(&self, path: &str, args: &[TypeExpr]) -> Spelling {
        if let Some(index) = self.generics.iter().position(|name| **name == *path) {
            return Spelling::Plain(Type::Param(index as u32));
        }
        if path == "wat::type::Infer" {
            return Spelling::Plain(Type::Infer);
        }
        let arguments: Box<[Spelling]> = args.iter().map(|arg| self.spell(arg)).collect();
        if let Some(target) = self.aliased(path) {
            let types: Vec<Type> = arguments.iter().map(Spelling::expanded).collect();
            return match target.size_with(&types).is_fine() {
                true => Spelling::Alias {
                    name: path.into(),
                    arguments,
                    target,
                },
                false => Spelling::Plain(Type::Error),
            };
        }
        let full = format!(":{path}");
        let ctor = match Ctor::named(&full) {
            Some((ctor, _)) => ctor,
            None => Ctor::Nominal(full.into()),
        };
        Spelling::App(ctor, arguments)
    }
}
