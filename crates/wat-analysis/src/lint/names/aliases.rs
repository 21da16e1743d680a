//! Types that are written out and have a name: WAT7101 and WAT7102. What aliases stand for is known by their outermost
//! constructor, so that few of them are compared with a type.

use std::sync::Arc;

use rustc_hash::FxHashMap;
use wat_syntax::Applicability;

use crate::db::{Db, SourceFile};
use crate::expand::is_marked;
use crate::items::{Item, ItemKind, Name, program_aliases, split_generic};
use crate::library::{LIBRARY_NAMES, is_internal, library_item};
use crate::lint::types::{Part, Written, is_sound};
use crate::names::lookup_type;
use crate::problem::{Place, Problem};
use crate::resolve::alias_target;
use crate::types::{Ctor, Type};

use super::super::Lint;

/// An alias of a type with parts.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Alias {
    /// Without the leading colon.
    path: Arc<str>,
    arity: usize,
    ty: Type,
}

/// Aliases by the outermost constructor of what they stand for.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Aliases(FxHashMap<Ctor, Vec<Alias>>);

impl Aliases {
    fn add<'db>(&mut self, db: &'db dyn Db, program: SourceFile, item: Item<'db>) {
        let ty = &alias_target(db, program, item).ty;
        let Type::App(ctor, parts) = ty else {
            return;
        };
        if parts.is_empty() || !is_sound(ty) {
            return;
        }
        let arity = arity(db, item);
        let has_nominal = || mentions_declared(ty);
        let is_library = crate::names::is_library(item.name(db).text(db));
        // `Rows<T>` of `Vector<T>` is another word for a constructor. Of what the library names, a shape of collections
        // alone says nothing of what it is for.
        if arity > 0 && (!parts.iter().any(has_parts) || is_library && !has_nominal()) {
            return;
        }
        self.0.entry(ctor.clone()).or_default().push(Alias {
            path: item.name(db).text(db).trim_start_matches(':').into(),
            arity,
            ty: ty.clone(),
        });
    }

    /// The first alias that stands for a type, and what its parameters stand for.
    fn of<'a>(&'a self, ty: &Type) -> Option<(&'a str, Vec<Type>)> {
        let Type::App(ctor, _) = ty else {
            return None;
        };
        self.0.get(ctor)?.iter().find_map(|alias| {
            let mut arguments = vec![None; alias.arity];
            let fits = fits(&alias.ty, ty, alias.arity, &mut arguments);
            let arguments = arguments.into_iter().collect::<Option<Vec<Type>>>();
            Some((&*alias.path, arguments.filter(|_| fits)?))
        })
    }
}

/// How many type parameters an alias has.
pub(in crate::lint) fn arity<'db>(db: &'db dyn Db, item: Item<'db>) -> usize {
    let ast = item.ast(db);
    let name = ast.as_keyword(item.name_node(db)).unwrap_or_default();
    split_generic(name).1.count()
}

fn has_parts(ty: &Type) -> bool {
    matches!(ty, Type::App(_, parts) if !parts.is_empty())
}

fn mentions_declared(ty: &Type) -> bool {
    match ty {
        Type::App(ctor, parts) => {
            matches!(ctor, Ctor::Nominal(_)) || parts.iter().any(mentions_declared)
        }
        _ => false,
    }
}

/// Does a type have the shape of what an alias stands for?
fn fits(shape: &Type, ty: &Type, arity: usize, arguments: &mut [Option<Type>]) -> bool {
    match (shape, ty) {
        (Type::Param(index), ty) if (*index as usize) < arity => {
            let argument = &mut arguments[*index as usize];
            argument.get_or_insert_with(|| ty.clone()) == ty
        }
        (Type::App(ctor, parts), Type::App(other, others)) => {
            ctor == other
                && parts.len() == others.len()
                && parts
                    .iter()
                    .zip(others)
                    .all(|(part, other)| fits(part, other, arity, arguments))
        }
        _ => false,
    }
}

/// The aliases of a program.
#[salsa::tracked(returns(ref))]
fn own_aliases(db: &dyn Db, program: SourceFile) -> Aliases {
    let mut found = Aliases::default();
    for item in program_aliases(db, program) {
        // What a program inside of a test names is not seen by others.
        if !is_marked(item.name(db).text(db)) {
            found.add(db, program, item);
        }
    }
    found
}

/// The aliases of the library, as a program sees them.
#[salsa::tracked(returns(ref))]
fn library_aliases(db: &dyn Db, program: SourceFile) -> Aliases {
    let mut found = Aliases::default();
    let aliases = LIBRARY_NAMES
        .iter()
        .filter(|entry| entry.kind == "typealias");
    for entry in aliases.filter(|entry| !is_internal(entry.name)) {
        if let Some(item) = library_item(db, Name::new(db, entry.name), true) {
            found.add(db, program, item);
        }
    }
    found
}

/// A name that a part of a written type has.
pub(in crate::lint) struct Known {
    code: u16,
    /// Without the leading colon.
    path: String,
    /// The same with its arguments; `None` if they are not written there.
    applied: Option<String>,
}

impl<'db> Lint<'_, 'db> {
    /// The name of what the first of these parts, which are those of one type, stands for.
    pub(in crate::lint) fn known(
        &self,
        written: &Written<'db>,
        parts: &[Part<'_>],
    ) -> Option<Known> {
        let part = parts.first().filter(|part| part.depth > 0)?;
        if let wat_syntax::TypeExpr::Path { path, .. } = part.expr {
            let path = format!(":{}", path.trim_start_matches(':'));
            let item = lookup_type(self.db, self.program, &path);
            if item.is_some_and(|item| item.kind(self.db) == ItemKind::Alias) {
                return None;
            }
        }
        let own = own_aliases(self.db, self.program);
        let library = library_aliases(self.db, self.program);
        let ty = self.type_of(written, part)?;
        // What an alias stands for is that alias.
        let own = own.of(&ty);
        let own = own.filter(|_| !written.is_target(self, part) && !written.is_apart(self));
        let (code, (path, arguments)) = match own {
            Some(own) => (7101, own),
            None => (7102, library.of(&ty)?),
        };
        let argument = |ty: &Type| {
            let mut inner = parts[..part.size].iter().skip(1);
            let inner = inner.find(|part| self.type_of(written, part).as_ref() == Some(ty));
            inner.map(|part| written.text_of(part))
        };
        let texts: Option<Vec<&str>> = arguments.iter().map(argument).collect();
        let applied = texts.map(|texts| match texts.is_empty() {
            true => path.to_owned(),
            false => format!("{path}<{}>", texts.join(",")),
        });
        Some(Known {
            code,
            path: path.to_owned(),
            applied,
        })
    }
}

pub(super) fn check(lint: &mut Lint<'_, '_>) {
    for written in lint.types().iter() {
        let parts = written.parts();
        let mut at = 0;
        while let Some(part) = parts.get(at) {
            let Some(known) = lint.known(written, &parts[at..]) else {
                at += 1;
                continue;
            };
            at += part.size;
            tell(lint, written, part, &known);
        }
    }
}

fn tell<'db>(lint: &mut Lint<'_, 'db>, written: &Written<'db>, part: &Part<'_>, known: &Known) {
    let place = written.place(part);
    let path = format!(":{}", known.path);
    let message = match known.code {
        7101 => format!("the type is written out although `{path}` names it"),
        _ => format!("the type is written out although the library names it `{path}`"),
    };
    let mut problem = Problem::new(known.code, place, message)
        .label("has a name")
        .help(format!(
            "write `:{}`",
            known.applied.as_deref().unwrap_or(&known.path)
        ));
    let item = lookup_type(lint.db, lint.program, &path).filter(|_| known.code == 7101);
    if let Some(item) = item {
        let name = Place::elsewhere(item.form(lint.db), item.name_node(lint.db));
        problem = problem.also(name, "the name");
    }
    if let Some(applied) = &known.applied {
        let text = written.spelled(part, applied);
        let how = match written.is_placed {
            true => Applicability::MachineApplicable,
            false => Applicability::MaybeIncorrect,
        };
        problem = problem.replace(how, place, &text);
    }
    lint.tell(problem);
}
