//! What the values of a type can do: be compared, ordered, serve as keys, cross a boundary.
//!
//! A type has a capability iff its parts have it. Declared types may be recursive, so what a declaration needs of its
//! parameters is the least fixed point over the declarations that it reaches; a type lacks a capability if some part
//! that it reaches does.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use rustc_hash::FxHashSet;
use wat_syntax::NodeKind;

use crate::db::{Db, SourceFile};
use crate::host::is_host;
use crate::inhabited::is_empty;
use crate::items::{Item, ItemKind};
use crate::names::lookup_type;
use crate::nominal::{Nominal, nominal};
use crate::types::{Ctor, Type};
use crate::whitelist::clause;

/// The tag before the capabilities of a native type.
const ROW: &str = ":capabilities";
/// How many types the search for an explanation looks at.
const SEARCHED: usize = 4096;

/// Something that an operation asks of the values of a type.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, salsa::SalsaValue)]
pub(crate) enum Capability {
    /// Operand of `=`.
    Eq,
    /// Operand of the orderings.
    Ord,
    /// Key of a map, element of a set.
    Hash,
    /// Crosses a boundary and can be read.
    Portable,
    /// The same, where the values are written to another process.
    Sent,
    /// Means something in a forked process that has a copy of it: data and functions.
    Inherited,
    /// Operand of `:wat::holon::Atom`.
    Atom,
    /// Properties can make its values.
    Generated,
}

const NAMES: [(Capability, &str, &str); 6] = [
    (Capability::Eq, "Eq", ":eq"),
    (Capability::Ord, "Ord", ":ord"),
    (Capability::Hash, "Hash", ":hash"),
    (Capability::Portable, "Portable", ":portable"),
    (Capability::Atom, "Atom", ":atom"),
    (Capability::Generated, "Gen", ":gen"),
];

impl Capability {
    /// As it is judged.
    fn judged(self) -> Capability {
        match self {
            Capability::Sent => Capability::Portable,
            own => own,
        }
    }

    /// As native types declare it.
    fn declared(self) -> Capability {
        match self {
            Capability::Sent | Capability::Inherited => Capability::Portable,
            own => own,
        }
    }

    /// As signatures show it.
    pub(crate) fn name(self) -> &'static str {
        NAMES
            .iter()
            .find(|(capability, ..)| *capability == self.declared())
            .map_or("", |(_, name, _)| name)
    }

    /// As the library declares it.
    pub(crate) fn tagged(tag: &str) -> Option<Capability> {
        NAMES
            .iter()
            .find(|(.., other)| *other == tag)
            .map(|(capability, ..)| *capability)
    }

    /// The code of a type without it, where nothing more special is known.
    pub(crate) fn code(self) -> u16 {
        match self {
            Capability::Eq | Capability::Ord => 3405,
            Capability::Hash => 3406,
            Capability::Portable => 3411,
            Capability::Sent => 4009,
            Capability::Inherited => 4008,
            Capability::Atom => 3702,
            Capability::Generated => 2912,
        }
    }

    fn lack(self) -> &'static str {
        match self {
            Capability::Eq => "is not comparable",
            Capability::Ord => "is not ordered",
            Capability::Hash => "cannot be a key",
            Capability::Portable | Capability::Sent => "is not portable",
            Capability::Inherited => "means nothing outside its process",
            Capability::Atom => "cannot be an atom",
            Capability::Generated => "has no derived generator",
        }
    }
}

/// What the language says about a type.
enum Row {
    Has,
    Lacks,
    Parts,
}

fn row(ctor: &Ctor, capability: Capability) -> Row {
    let yes = |has: bool| if has { Row::Has } else { Row::Lacks };
    match (ctor, capability) {
        (Ctor::I64 | Ctor::F64 | Ctor::Bool | Ctor::String | Ctor::Keyword, _) => Row::Has,
        (Ctor::U8 | Ctor::Nil, capability) => yes(capability != Capability::Atom),
        (Ctor::Fn, Capability::Inherited) => Row::Has,
        (Ctor::Fn, _) | (_, Capability::Atom) => Row::Lacks,
        (Ctor::HashMap | Ctor::HashSet, Capability::Ord) => Row::Lacks,
        _ => Row::Parts,
    }
}

/// What a type must have, part by part, to have a capability.
#[derive(Clone, PartialEq, Eq, Debug, Default, salsa::SalsaValue)]
pub(crate) struct Needs {
    /// Type parameters that must have it, sorted.
    pub(crate) params: Vec<u32>,
    /// Some part does not have it.
    pub(crate) lacks: bool,
}

/// The capabilities that a native type declares.
fn declared_row<'db>(db: &'db dyn Db, item: Item<'db>, capability: Capability) -> bool {
    let ast = item.ast(db);
    let Some(list) = clause(ast, item.root(db), ROW) else {
        return false;
    };
    ast.children(list)
        .any(|tag| ast.as_keyword(tag).and_then(Capability::tagged) == Some(capability.declared()))
}

/// Is a type of the machine without any capability: nothing to compare and nothing to print?
pub(crate) fn is_handle<'db>(db: &'db dyn Db, item: Item<'db>) -> bool {
    let ast = item.ast(db);
    item.kind(db) == ItemKind::NativeType && clause(ast, item.root(db), ROW).is_none()
}

/// The declaration alone: some never have a capability, whatever their fields are.
fn declaration_lacks(declared: &Nominal, capability: Capability) -> bool {
    match capability {
        Capability::Ord | Capability::Atom => true,
        Capability::Portable | Capability::Sent | Capability::Generated => declared.restricted,
        Capability::Eq | Capability::Hash | Capability::Inherited => false,
    }
}

/// What a type needs for a capability.
pub(crate) fn needs(db: &dyn Db, program: SourceFile, capability: Capability, ty: &Type) -> Needs {
    let capability = capability.judged();
    let mut found = Needs::default();
    let mut work = vec![ty];
    while let Some(ty) = work.pop() {
        let (ctor, args) = match ty {
            Type::Error | Type::Infer => continue,
            Type::Param(index) => {
                found.params.push(*index);
                continue;
            }
            Type::App(ctor, args) => (ctor, args),
        };
        let Ctor::Nominal(path) = ctor else {
            match row(ctor, capability) {
                Row::Has => {}
                Row::Lacks => found.lacks = true,
                Row::Parts => work.extend(args.iter()),
            }
            continue;
        };
        found.lacks |= is_host(path);
        if let Some(item) = lookup_type(db, program, path) {
            let own = declared_needs(db, program, item, capability);
            found.lacks |= own.lacks;
            work.extend(own.params.iter().filter_map(|&at| args.get(at as usize)));
        }
    }
    found.params.sort_unstable();
    found.params.dedup();
    found
}

/// What a declared type needs of its parameters.
#[salsa::tracked(returns(ref))]
fn declared_needs<'db>(
    db: &'db dyn Db,
    program: SourceFile,
    item: Item<'db>,
    capability: Capability,
) -> Needs {
    if item.kind(db) == ItemKind::NativeType {
        return Needs {
            params: Vec::new(),
            lacks: !declared_row(db, item, capability),
        };
    }
    let own: Arc<str> = item.name(db).text(db).as_str().into();
    let mut known = BTreeMap::from([(own.clone(), Needs::default())]);
    let mut users: BTreeMap<Arc<str>, BTreeSet<Arc<str>>> = BTreeMap::new();
    let mut work = VecDeque::from([own.clone()]);
    while let Some(path) = work.pop_front() {
        let (needs, mentioned) = one_round(db, program, capability, &path, &known);
        if needs.lacks && path == own {
            return needs;
        }
        for other in mentioned {
            if !known.contains_key(&other) {
                known.insert(other.clone(), Needs::default());
                work.push_back(other.clone());
            }
            users.entry(other).or_default().insert(path.clone());
        }
        if known.get(&path) != Some(&needs) {
            work.extend(users.get(&path).into_iter().flatten().cloned());
            known.insert(path, needs);
        }
    }
    known.remove(&own).unwrap_or_default()
}

/// The needs of one declaration, given what is known of the others, and the declared types that it mentions; of one that
/// is not known yet nothing is needed so far.
fn one_round(
    db: &dyn Db,
    program: SourceFile,
    capability: Capability,
    path: &str,
    known: &BTreeMap<Arc<str>, Needs>,
) -> (Needs, Vec<Arc<str>>) {
    let mut found = Needs::default();
    let mut reached = Vec::new();
    let Some(item) = lookup_type(db, program, path) else {
        found.lacks = is_host(path);
        return (found, reached);
    };
    if item.kind(db) == ItemKind::NativeType {
        found.lacks = !declared_row(db, item, capability);
        return (found, reached);
    }
    if !item.kind(db).is_nominal() {
        return (found, reached);
    }
    let declared = nominal(db, program, item);
    found.lacks = declaration_lacks(declared, capability)
        || capability == Capability::Generated && is_empty(db, program, item);
    let mut work: Vec<&Type> = fields(declared).map(|(_, ty)| ty).collect();
    while let Some(ty) = work.pop() {
        let (ctor, args) = match ty {
            Type::Error | Type::Infer => continue,
            Type::Param(index) => {
                found.params.push(*index);
                continue;
            }
            Type::App(ctor, args) => (ctor, args),
        };
        match ctor {
            Ctor::Nominal(path) => {
                if let Some(needs) = known.get(path) {
                    found.lacks |= needs.lacks;
                    work.extend(needs.params.iter().filter_map(|&at| args.get(at as usize)));
                }
                reached.push(path.clone());
            }
            ctor => match row(ctor, capability) {
                Row::Has => {}
                Row::Lacks => found.lacks = true,
                Row::Parts => work.extend(args.iter()),
            },
        }
    }
    found.params.sort_unstable();
    found.params.dedup();
    (found, reached)
}

/// The fields of a declared type, with how a chain names them.
fn fields(declared: &Nominal) -> impl Iterator<Item = (String, &Type)> {
    declared.variants.iter().flat_map(move |variant| {
        variant.fields.iter().map(move |field| {
            let step = if declared.is_enum {
                format!("field `{}` of `{}`", field.name, variant.name)
            } else if declared.is_newtype {
                "its value".to_owned()
            } else {
                format!("field `{}`", field.name)
            };
            (step, &field.ty)
        })
    })
}

/// Why a type lacks a capability: the way from it to the part that is to blame, as a sentence.
pub(crate) fn explain(
    db: &dyn Db,
    program: SourceFile,
    capability: Capability,
    ty: &Type,
    generics: &[Arc<str>],
) -> String {
    let capability = capability.judged();
    let mut seen = FxHashSet::default();
    let mut work = VecDeque::from([(ty.clone(), format!("`{}`", ty.render(generics)))]);
    while let Some((ty, chain)) = work.pop_front() {
        let Type::App(ctor, args) = &ty else { continue };
        if !seen.insert(ty.clone()) || seen.len() > SEARCHED {
            continue;
        }
        let mut step = |text: Option<String>, part: Type| {
            let shown = part.render(generics);
            let text = text.map_or_else(String::new, |text| format!(" → {text}"));
            work.push_back((part, format!("{chain}{text} → `{shown}`")));
        };
        let declared = match ctor {
            Ctor::Nominal(path) if &**path == wat_ir::Ty::ANY => {
                return untyped(capability.lack());
            }
            Ctor::Nominal(path) if is_host(path) => {
                return format!("{chain} {}", capability.lack());
            }
            Ctor::Nominal(path) => lookup_type(db, program, path),
            ctor => {
                match row(ctor, capability) {
                    Row::Has => {}
                    Row::Lacks => return format!("{chain} {}", capability.lack()),
                    Row::Parts => args.iter().for_each(|part| step(None, part.clone())),
                }
                continue;
            }
        };
        let Some(item) = declared else { continue };
        if item.kind(db) == ItemKind::NativeType {
            if !declared_row(db, item, capability) {
                return format!("{chain} {}", capability.lack());
            }
            continue;
        }
        let declared = nominal(db, program, item);
        if declaration_lacks(declared, capability) {
            let why = match capability {
                Capability::Portable | Capability::Generated => ": it is restricted",
                _ => "",
            };
            return format!("{chain} {}{why}", capability.lack());
        }
        if capability == Capability::Generated && is_empty(db, program, item) {
            return format!("{chain} {}: it has no finite value", capability.lack());
        }
        for (text, part) in fields(declared) {
            step(Some(text), part.substitute(args));
        }
    }
    format!("`{}` {}", ty.render(generics), capability.lack())
}

/// Says why a type of run time is refused: nothing determines the type of a value that is read.
pub(crate) fn untyped(lack: &str) -> String {
    format!("a value whose type is not known before it is read {lack}")
}

/// What to do about a type of run time.
pub(crate) const NAME_THE_TYPE: &str =
    "name the type where the value is read: `(:wat::edn::read -> :T text)`";

/// What to do about a type whose values cannot go to another process.
pub(crate) const SEND_DATA: &str = "send a type that has an EDN form: no functions, no handles";

/// What to do about what does not survive in another process.
pub(crate) const HAND_OVER_DATA: &str = "hand over plain values, and return results";

/// Is some part of it known only while the program runs?
pub(crate) fn has_type_of_run_time(ty: &Type) -> bool {
    let mut work = vec![ty];
    while let Some(ty) = work.pop() {
        let Type::App(ctor, args) = ty else { continue };
        if matches!(ctor, Ctor::Nominal(path) if &**path == wat_ir::Ty::ANY) {
            return true;
        }
        work.extend(args.iter());
    }
    false
}

/// The requirements that a native declares: `:requires [T :eq K :hash]`, by the index of the parameter.
pub(crate) fn declared_requirements<'db>(
    db: &'db dyn Db,
    item: Item<'db>,
) -> Vec<(u32, Capability)> {
    let ast = item.ast(db);
    let Some(list) = clause(ast, item.root(db), ":requires") else {
        return Vec::new();
    };
    let generics = crate::signature::generics(ast, item.name_node(db));
    let parts: Vec<_> = ast.children(list).collect();
    let pair = |pair: &[wat_syntax::NodeId]| {
        let [param, tag] = *pair else { return None };
        let name = match ast.kind(param) {
            NodeKind::Symbol(text) => ast.text(text),
            _ => return None,
        };
        let at = generics.iter().position(|other| **other == *name)?;
        Some((at as u32, Capability::tagged(ast.as_keyword(tag)?)?))
    };
    parts.chunks(2).filter_map(pair).collect()
}
