//! Declared types: structs, enums and newtypes, and the members that they generate.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};
use wat_syntax::{Applicability, Ast, NodeId, NodeKind};

use crate::db::{Db, SourceFile};
use crate::items::{Item, ItemKind, declarations_of, split_generic};
use crate::names::{lookup, lookup_type};
use crate::problem::{EditAt, Place, Problem, ProblemEdit};
use crate::resolve::{TypeResolver, alias_target};
use crate::sight::Sight;
use crate::signature::{Param, Signature, generics};
use crate::spelling::Spelling;
use crate::types::{Ctor, Type};
use crate::whitelist::is_restricted_type;

/// A field as written.
pub(crate) struct FieldShape {
    pub(crate) name: NodeId,
    pub(crate) ty: Option<NodeId>,
    /// The list of who may read it.
    pub(crate) whitelist: Option<NodeId>,
}

/// A variant as written; a struct or newtype has one, without a name.
pub(crate) struct VariantShape {
    pub(crate) node: NodeId,
    pub(crate) name: String,
    pub(crate) unit: bool,
    pub(crate) fields: Vec<FieldShape>,
}

/// A declaration as written, and the first part that does not fit.
pub(crate) struct TypeShape {
    pub(crate) variants: Vec<VariantShape>,
    /// Variants of names that an earlier one has: they are no variants.
    repeated: Vec<VariantShape>,
    pub(crate) bad: Option<(NodeId, &'static str)>,
    /// Parts that are not written as they should be, and yet it is plain what they declare.
    slips: Vec<Slip>,
}

/// A part whose spelling does not fit, while its meaning is plain.
#[derive(Clone, Copy)]
enum Slip {
    /// `Name` for the variant `:Name`.
    Bare(NodeId),
    /// `(name <- :Type)` for the field `(name :Type)`: its name, the arrow.
    Arrow { name: NodeId, arrow: NodeId },
}

impl TypeShape {
    fn keep(&mut self, is_new: bool, variant: VariantShape) {
        match is_new {
            true => self.variants.push(variant),
            false => self.repeated.push(variant),
        }
    }

    /// All variants that are written, in the order of the text.
    fn written(&self) -> Vec<&VariantShape> {
        let mut all: Vec<&VariantShape> = self.variants.iter().chain(&self.repeated).collect();
        all.sort_by_key(|variant| variant.node);
        all
    }
}

/// Reads `(f :T)…` or `[f <- :T …]`.
fn field_shapes(
    ast: &Ast,
    nodes: &[NodeId],
    slips: &mut Vec<Slip>,
) -> (Vec<FieldShape>, Option<(NodeId, &'static str)>) {
    const FIELD: &str = "a field is written `(name :Type)`";
    let mut fields = Vec::new();
    if let [vector] = nodes
        && ast.kind(*vector) == NodeKind::Vector
    {
        let parts: Vec<NodeId> = ast.children(*vector).collect();
        for part in parts.chunks(3) {
            match *part {
                [name, arrow, ty]
                    if ast.as_symbol(name).is_some() && ast.as_symbol(arrow) == Some("<-") =>
                {
                    fields.push(FieldShape {
                        name,
                        ty: ast.as_keyword(ty).is_some().then_some(ty),
                        whitelist: None,
                    });
                }
                _ => {
                    return (
                        fields,
                        Some((part[0], "a field is written `name <- :Type`")),
                    );
                }
            }
        }
        return (fields, None);
    }
    let mut bad = None;
    for &node in nodes {
        let parts: Vec<NodeId> = ast.children(node).collect();
        match parts[..] {
            [name, ty] if ast.kind(node) == NodeKind::List && ast.as_symbol(name).is_some() => {
                let is_type = ast.as_keyword(ty).is_some();
                fields.push(FieldShape {
                    name,
                    ty: is_type.then_some(ty),
                    whitelist: None,
                });
                if !is_type {
                    bad = bad.or(Some((ty, FIELD)));
                }
            }
            [name, arrow, ty]
                if ast.kind(node) == NodeKind::List
                    && ast.as_symbol(name).is_some()
                    && ast.as_symbol(arrow) == Some("<-")
                    && ast.as_keyword(ty).is_some() =>
            {
                slips.push(Slip::Arrow { name, arrow });
                fields.push(FieldShape {
                    name,
                    ty: Some(ty),
                    whitelist: None,
                });
            }
            _ => bad = bad.or(Some((node, FIELD))),
        }
    }
    (fields, bad)
}

/// Reads `[ctor…] ([w…] f <- :T …) (g <- :T …)`: the restricted fields come first.
fn restricted_fields(
    ast: &Ast,
    root: NodeId,
    parts: &[NodeId],
) -> (Vec<FieldShape>, Option<(NodeId, &'static str)>) {
    const SECTIONS: &str = "a restricted struct has two sections, `([:caller …] field <- :Type …)` and `(field <- :Type …)`";
    let mut fields = Vec::new();
    for (section, list) in [(0, parts.get(1)), (1, parts.get(2))] {
        let Some(&list) = list.filter(|&&list| ast.kind(list) == NodeKind::List) else {
            return (fields, Some((list.copied().unwrap_or(root), SECTIONS)));
        };
        let mut rest = ast.children(list).peekable();
        while let Some(&start) = rest.peek() {
            let whitelist = rest.next_if(|_| section == 0);
            let name = rest.next_if(|&name| ast.as_symbol(name).is_some_and(|name| name != "<-"));
            let arrow = rest.next_if(|&arrow| ast.as_symbol(arrow) == Some("<-"));
            let ty = rest.next_if(|&ty| ast.as_keyword(ty).is_some());
            let (Some(name), Some(_), Some(ty)) = (name, arrow, ty) else {
                const FIELDS: [&str; 2] = [
                    "a restricted field is written `[:caller …] name <- :Type`",
                    "a field is written `name <- :Type`",
                ];
                return (fields, Some((start, FIELDS[section])));
            };
            fields.push(FieldShape {
                name,
                ty: Some(ty),
                whitelist,
            });
        }
    }
    (fields, parts.get(3).map(|&surplus| (surplus, SECTIONS)))
}

/// The shape of a type declaration.
pub(crate) fn type_shape(ast: &Ast, root: NodeId, kind: ItemKind) -> TypeShape {
    let mut parts: Vec<NodeId> = ast.children(root).skip(2).collect();
    if parts.last().is_some_and(|&last| ast.as_str(last).is_some()) {
        parts.pop();
    }
    let one = |node, fields| VariantShape {
        node,
        name: String::new(),
        unit: false,
        fields,
    };
    match kind {
        ItemKind::Struct if is_restricted_type(ast, root) => {
            let slips = Vec::new();
            let (fields, bad) = restricted_fields(ast, root, &parts);
            TypeShape {
                variants: vec![one(root, fields)],
                repeated: Vec::new(),
                bad,
                slips,
            }
        }
        ItemKind::Struct => {
            let mut slips = Vec::new();
            let (fields, bad) = field_shapes(ast, &parts, &mut slips);
            TypeShape {
                variants: vec![one(root, fields)],
                repeated: Vec::new(),
                bad,
                slips,
            }
        }
        ItemKind::Newtype => {
            let ty = parts
                .first()
                .copied()
                .filter(|&ty| ast.as_keyword(ty).is_some());
            let bad = match (ty, parts.get(1)) {
                (None, _) => Some((
                    parts.first().copied().unwrap_or(root),
                    "a newtype needs the type that it wraps",
                )),
                (_, Some(&surplus)) => Some((surplus, "a newtype wraps one type")),
                _ => None,
            };
            let field = FieldShape {
                name: ty.unwrap_or(root),
                ty,
                whitelist: None,
            };
            TypeShape {
                variants: vec![one(root, vec![field])],
                repeated: Vec::new(),
                bad,
                slips: Vec::new(),
            }
        }
        _ => {
            let has_list = parts
                .first()
                .is_some_and(|&list| ast.kind(list) == NodeKind::Vector);
            let lists = usize::from(is_restricted_type(ast, root) && has_list);
            enum_shape(ast, root, &parts[lists..])
        }
    }
}

/// Can it be the last part of a path? A path, a member and what has type parameters cannot.
fn is_leaf(name: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    if !name.is_empty() && name.bytes().all(is_plain) {
        return true;
    }
    let path = format!(":{name}");
    let is_member = |(at, letter): (usize, char)| letter == '/' && at > 0 && at + 1 < name.len();
    !name.contains("::")
        && !name.char_indices().any(is_member)
        && crate::items::is_name(&path)
        && split_generic(&path).1.next().is_none()
}

/// What a variant that is none is told.
const VARIANT: &str = "a variant is `:Name` or `(Name (field :Type) …)`";

fn enum_shape(ast: &Ast, root: NodeId, parts: &[NodeId]) -> TypeShape {
    let mut shape = TypeShape {
        variants: Vec::new(),
        repeated: Vec::new(),
        bad: None,
        slips: Vec::new(),
    };
    let mut names = FxHashSet::default();
    let leaf = |node| {
        ast.as_symbol(node).or_else(|| {
            ast.as_keyword(node)
                .map(|text| text.trim_start_matches(':'))
        })
    };
    for &part in parts {
        let bare = ast.as_symbol(part).filter(|name| is_plain(name));
        if bare.is_some() {
            shape.slips.push(Slip::Bare(part));
        }
        if let Some(text) = ast.as_keyword(part).or(bare) {
            let Some(name) = variant_name(text, part, &mut shape) else {
                continue;
            };
            shape.keep(
                names.insert(name),
                VariantShape {
                    node: part,
                    name: name.to_owned(),
                    unit: true,
                    fields: Vec::new(),
                },
            );
            continue;
        }
        let inner: Vec<NodeId> = ast.children(part).collect();
        let head = inner.first().and_then(|&head| leaf(head));
        match head.filter(|_| ast.kind(part) == NodeKind::List) {
            Some(text) => {
                let Some(name) = variant_name(text, inner[0], &mut shape) else {
                    continue;
                };
                let (fields, bad) = field_shapes(ast, &inner[1..], &mut shape.slips);
                shape.bad = shape.bad.or(bad);
                shape.keep(
                    names.insert(name),
                    VariantShape {
                        node: inner[0],
                        name: name.to_owned(),
                        unit: false,
                        fields,
                    },
                );
            }
            None => shape.bad = shape.bad.or(Some((part, VARIANT))),
        }
    }
    if shape.variants.is_empty() && shape.bad.is_none() {
        shape.bad = Some((root, "an enum needs at least one variant"));
    }
    shape
}

/// The name of a variant, which has no type parameters: what bears them is told, and known without them.
fn variant_name<'a>(text: &'a str, at: NodeId, shape: &mut TypeShape) -> Option<&'a str> {
    let name = text.trim_start_matches(':');
    if is_leaf(name) {
        return Some(name);
    }
    shape.bad = shape.bad.or(Some((at, VARIANT)));
    Some(split_generic(name).0).filter(|name| is_leaf(name))
}

/// Is a symbol a name that a variant may have?
fn is_plain(name: &str) -> bool {
    name.starts_with(|char: char| char.is_ascii_alphabetic() || char == '_')
}

/// The members that a declaration generates: path, kind, index.
pub(crate) fn members(
    ast: &Ast,
    root: NodeId,
    kind: ItemKind,
    path: &str,
) -> Vec<(String, ItemKind, u32)> {
    let shape = type_shape(ast, root, kind);
    let mut found = Vec::new();
    match kind {
        ItemKind::Enum => {
            for (index, variant) in shape.variants.iter().enumerate() {
                let kind = if variant.unit {
                    ItemKind::UnitVariant
                } else {
                    ItemKind::Constructor
                };
                found.push((format!("{path}::{}", variant.name), kind, index as u32));
            }
        }
        _ => {
            found.push((format!("{path}/new"), ItemKind::Constructor, 0));
            for (index, field) in shape
                .variants
                .iter()
                .flat_map(|variant| &variant.fields)
                .enumerate()
            {
                let name = match kind {
                    ItemKind::Newtype => "0",
                    _ => ast.as_symbol(field.name).unwrap_or("_"),
                };
                found.push((format!("{path}/{name}"), ItemKind::Accessor, index as u32));
            }
        }
    }
    found
}

/// A field with its type.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Field {
    pub(crate) name: Arc<str>,
    pub(crate) ty: Type,
    /// The type as its author wrote it, if that is by an alias.
    pub(crate) spelled: Option<Arc<Spelling>>,
    pub(crate) node: u32,
    /// May not everybody read it?
    pub(crate) restricted: bool,
}

/// A variant with the types of its fields.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Variant {
    pub(crate) name: Arc<str>,
    pub(crate) unit: bool,
    pub(crate) fields: Vec<Field>,
    /// Is another variant of this name declared with other fields?
    is_contested: bool,
}

/// A declared type.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Nominal {
    pub(crate) path: Arc<str>,
    pub(crate) generics: Box<[Arc<str>]>,
    pub(crate) is_enum: bool,
    pub(crate) is_newtype: bool,
    /// May not everybody make or take apart its values?
    pub(crate) restricted: bool,
    /// The declaration could not be read whole: it may have members that are not known.
    pub(crate) is_misshapen: bool,
    pub(crate) variants: Vec<Variant>,
}

impl Nominal {
    /// The type applied to its own parameters.
    pub(crate) fn itself(&self) -> Type {
        let params = (0..self.generics.len() as u32).map(Type::Param).collect();
        Type::App(Ctor::Nominal(self.path.clone()), params)
    }
}

/// The declared type of a type item.
#[salsa::tracked(returns(ref))]
pub(crate) fn nominal<'db>(db: &'db dyn Db, program: SourceFile, item: Item<'db>) -> Arc<Nominal> {
    Arc::new(read_nominal(db, Sight::Program(program), item))
}

/// The declared type of a type item, to those who see these names.
pub(crate) fn read_nominal<'db>(db: &'db dyn Db, sight: Sight<'db>, item: Item<'db>) -> Nominal {
    let ast = item.ast(db);
    let kind = item.kind(db);
    let generics = generics(ast, item.name_node(db));
    let program = sight.of_item(db, item);
    let mut resolver = TypeResolver::quiet(db, program, ast, &generics);
    let shape = type_shape(ast, item.root(db), kind);
    let is_misshapen = shape.bad.is_some()
        || ast.is_poisoned(item.root(db))
        || (program.program())
            .is_some_and(|program| crate::names::is_contested(db, program, item.name(db).text(db)));
    let contested = contested_variants(ast, &shape);
    let mut variants: Vec<Variant> = shape
        .variants
        .into_iter()
        .map(|variant| Variant {
            is_contested: contested.contains(&variant.name),
            name: variant.name.into(),
            unit: variant.unit,
            fields: variant
                .fields
                .into_iter()
                .map(|field| {
                    let written = field.ty.map(|ty| resolver.written(ty));
                    let (ty, spelled) = written.unwrap_or((Type::Error, None));
                    let name = match kind {
                        ItemKind::Newtype => "value",
                        _ => ast.as_symbol(field.name).unwrap_or("_"),
                    };
                    Field {
                        name: name.into(),
                        ty,
                        spelled,
                        node: field.name.0,
                        restricted: field.whitelist.is_some(),
                    }
                })
                .collect(),
        })
        .collect();
    for variant in &mut variants {
        untype_repeated(&mut variant.fields);
    }
    Nominal {
        is_misshapen,
        path: item.name(db).text(db).as_str().into(),
        generics: generics.clone(),
        is_enum: kind == ItemKind::Enum,
        is_newtype: kind == ItemKind::Newtype,
        restricted: is_restricted_type(ast, item.root(db)),
        variants,
    }
}

/// The names of variants that are declared twice with fields that differ: what has them is not known. The mistake is told
/// at the second.
fn contested_variants(ast: &Ast, shape: &TypeShape) -> FxHashSet<String> {
    let fields = |variant: &VariantShape| -> Vec<_> {
        let fields = variant.fields.iter();
        let parts =
            |field: &FieldShape| (ast.as_symbol(field.name), field.ty.map(|ty| ast.kind(ty)));
        fields.map(parts).collect()
    };
    let differs = |again: &&VariantShape| {
        let mut first = shape.variants.iter();
        let first = first.find(|first| first.name == again.name);
        first.is_some_and(|first| first.unit != again.unit || fields(first) != fields(again))
    };
    let found = shape.repeated.iter().filter(differs);
    found.map(|again| again.name.clone()).collect()
}

/// Is it what makes a variant of which the fields are not known?
pub(crate) fn is_contested_variant<'db>(
    db: &'db dyn Db,
    program: SourceFile,
    member: Item<'db>,
) -> bool {
    let makes = matches!(
        member.kind(db),
        ItemKind::Constructor | ItemKind::UnitVariant
    );
    let owner = makes.then(|| owner(db, member)).flatten();
    let owner = owner.filter(|owner| owner.kind(db) == ItemKind::Enum);
    owner.is_some_and(|owner| {
        let variants = &nominal(db, program, owner).variants;
        let variant = variants.get(member.part(db) as usize);
        variant.is_some_and(|variant| variant.is_contested)
    })
}

/// Which of two fields of one name is meant is not known: the mistake is told at the second.
fn untype_repeated(fields: &mut [Field]) {
    let mut first: FxHashMap<Arc<str>, usize> = FxHashMap::default();
    for at in 0..fields.len() {
        let earlier = *first.entry(fields[at].name.clone()).or_insert(at);
        if earlier != at && fields[earlier].ty != fields[at].ty {
            for at in [earlier, at] {
                fields[at].ty = Type::Error;
                fields[at].spelled = None;
            }
        }
    }
}

/// The type item that generated a member.
pub(crate) fn owner<'db>(db: &'db dyn Db, member: Item<'db>) -> Option<Item<'db>> {
    let types = &declarations_of(db, member).types;
    types.get(&member.node(db)).copied()
}

/// The declared type that a path names.
pub(crate) fn nominal_of<'db>(
    db: &'db dyn Db,
    program: SourceFile,
    path: &str,
) -> Option<&'db Arc<Nominal>> {
    let item = lookup_type(db, program, path).filter(|item| item.kind(db).is_nominal())?;
    Some(nominal(db, program, item))
}

/// The paths of what makes values of a type that is called like a function: at most five.
pub(crate) fn constructors(db: &dyn Db, program: SourceFile, path: &str) -> Vec<String> {
    let Some(item) = lookup_type(db, program, path) else {
        return Vec::new();
    };
    let whole = match (item.kind(db), &alias_target(db, program, item).ty) {
        (ItemKind::Alias, Type::App(Ctor::Tuple, _)) => ":wat::core::Tuple".to_owned(),
        (ItemKind::Alias, Type::App(ctor, _)) => format!(":{}", ctor.path()),
        _ => path.to_owned(),
    };
    let mut found = Vec::new();
    if whole != path {
        found.push(whole.clone());
    }
    found.push(format!("{whole}/new"));
    if let Some(declared) = nominal_of(db, program, &whole).filter(|declared| declared.is_enum) {
        let tagged = declared.variants.iter().filter(|variant| !variant.unit);
        found.extend(tagged.map(|variant| format!("{whole}::{}", variant.name)));
    }
    found.retain(|name| lookup(db, program, name).is_some());
    found.truncate(5);
    found
}

/// The declared type that an unknown path looks like a member of, as `:my::T/x` does and `:my::E::V` where `:my::E` is an
/// enum, and the paths of its members.
pub(crate) fn members_beside<'p>(
    db: &dyn Db,
    program: SourceFile,
    path: &'p str,
) -> Option<(&'p str, Vec<String>)> {
    let (owner, _) = path.rsplit_once('/').or_else(|| path.rsplit_once("::"))?;
    let declared = nominal_of(db, program, owner)?;
    if declared.is_enum {
        let variants = declared.variants.iter();
        let paths = variants.map(|variant| format!("{owner}::{}", variant.name));
        return Some((owner, paths.collect()));
    }
    let fields = declared.variants.iter().flat_map(|variant| &variant.fields);
    let accessors = fields.map(|field| match declared.is_newtype {
        true => format!("{owner}/0"),
        false => format!("{owner}/{}", field.name),
    });
    let made = std::iter::once(format!("{owner}/new"));
    Some((owner, made.chain(accessors).collect()))
}

/// The signature of a generated constructor or accessor.
pub(crate) fn member_signature<'db>(
    db: &'db dyn Db,
    sight: Sight<'db>,
    member: Item<'db>,
) -> Option<Signature> {
    let owner = owner(db, member)?;
    let nominal = sight.nominal(db, owner);
    let ret_node = owner.name_node(db).0;
    let (params, ret, ret_spelled) = match member.kind(db) {
        ItemKind::Constructor => {
            let variant = nominal.variants.get(member.part(db) as usize)?;
            let param = |field: &Field| Param {
                name: field.name.clone(),
                ty: field.ty.clone(),
                node: field.node,
                seqable: false,
                spelled: field.spelled.clone(),
            };
            let params = variant.fields.iter().map(param).collect();
            (params, nominal.itself(), None)
        }
        ItemKind::Accessor => {
            let field = nominal
                .variants
                .first()?
                .fields
                .get(member.part(db) as usize)?;
            let this = Param {
                name: "self".into(),
                ty: nominal.itself(),
                node: ret_node,
                seqable: false,
                spelled: None,
            };
            (Box::from([this]), field.ty.clone(), field.spelled.clone())
        }
        _ => return None,
    };
    Some(Signature {
        generics: nominal.generics.clone(),
        params,
        rest: None,
        ret,
        ret_spelled,
        ret_node,
        params_node: ret_node,
        is_misshapen: member.kind(db) == ItemKind::Constructor && nominal.is_misshapen,
    })
}

/// Is this the path of what may be a member of a type whose declaration could not be read whole?
pub(crate) fn may_be_unread(db: &dyn Db, program: SourceFile, path: &str) -> bool {
    let leaf = path.rfind("::").map_or(0, |at| at + 2);
    let owner = match path[leaf..].find('/') {
        Some(slash) => &path[..leaf + slash],
        None => &path[..leaf.saturating_sub(2)],
    };
    let Some(item) = lookup_type(db, program, owner) else {
        return false;
    };
    let nominal = match item.kind(db) {
        ItemKind::Alias => match &alias_target(db, program, item).ty {
            Type::App(ctor, _) => nominal_of(db, program, &format!(":{}", ctor.path())),
            _ => None,
        },
        kind if kind.is_nominal() => Some(nominal(db, program, item)),
        _ => None,
    };
    nominal.is_some_and(|nominal| nominal.is_misshapen)
}

/// What is wrong with the shape of a declaration: WAT2109.
pub(crate) fn shape_problems<'db>(ast: &Ast, root: NodeId, kind: ItemKind) -> Vec<Problem<'db>> {
    if ast.is_poisoned(root) {
        return Vec::new();
    }
    let shape = type_shape(ast, root, kind);
    let mut found = Vec::new();
    if let Some((node, why)) = shape.bad
        && ast.kind(node) != NodeKind::Error
        && !ast.is_poisoned(node)
    {
        found
            .push(Problem::new(2109, Place::node(node), why).label("does not fit the declaration"));
    }
    for slip in &shape.slips {
        found.push(slip.problem(ast));
    }
    let mut twice = |names: Vec<(String, NodeId)>, what: &str| {
        for (at, (name, node)) in names.iter().enumerate() {
            if let Some((_, first)) = names[..at].iter().find(|(other, _)| other == name) {
                found.push(
                    Problem::new(
                        2109,
                        Place::node(*node),
                        format!("the {what} `{name}` is declared twice"),
                    )
                    .label("the second")
                    .also(Place::node(*first), "the first"),
                );
            }
        }
    };
    let written = shape.written();
    twice(
        written
            .iter()
            .filter(|v| !v.name.is_empty())
            .map(|v| (v.name.clone(), v.node))
            .collect(),
        "variant",
    );
    if kind != ItemKind::Newtype {
        for variant in written {
            let name = |field: &FieldShape| {
                (
                    ast.as_symbol(field.name).unwrap_or("_").to_owned(),
                    field.name,
                )
            };
            twice(variant.fields.iter().map(name).collect(), "field");
        }
    }
    found
}

impl Slip {
    fn problem<'db>(self, ast: &Ast) -> Problem<'db> {
        let (at, why, title, edit) = match self {
            Slip::Bare(node) => {
                let edit = ProblemEdit {
                    at: EditAt::Before,
                    place: Place::node(node),
                    insert: ":".to_owned(),
                };
                let name = ast.as_symbol(node).unwrap_or_default();
                let title = format!("write `:{name}`");
                (node, "a variant without fields is a keyword", title, edit)
            }
            Slip::Arrow { name, arrow } => {
                let edit = ProblemEdit {
                    at: EditAt::DeleteThrough(arrow.0),
                    place: Place::node(arrow),
                    insert: String::new(),
                };
                let field = ast.as_symbol(name).unwrap_or_default();
                let title = format!("write `({field} :Type)`");
                (arrow, "a field is written `(name :Type)`", title, edit)
            }
        };
        Problem::new(2109, Place::node(at), why)
            .label("does not fit the declaration")
            .fix(title, Applicability::MachineApplicable, vec![edit])
    }
}

/// The nodes of all types in a declaration.
pub(crate) fn type_nodes(ast: &Ast, root: NodeId, kind: ItemKind) -> Vec<NodeId> {
    let shape = type_shape(ast, root, kind);
    let written = shape.written().into_iter();
    written
        .flat_map(|variant| variant.fields.iter().filter_map(|field| field.ty))
        .collect()
}

/// Is something wrong with a type?
fn is_broken(ty: &Type) -> bool {
    match ty {
        Type::Error => true,
        Type::App(_, parts) => parts.iter().any(is_broken),
        Type::Infer | Type::Param(_) => false,
    }
}

/// The declaration as the machine needs it; none of what has errors.
pub fn type_decl(db: &dyn Db, program: SourceFile, path: &str) -> Option<Arc<wat_ir::TypeDecl>> {
    let nominal = nominal_of(db, program, path)?;
    let mut fields = nominal.variants.iter().flat_map(|it| it.fields.iter());
    if fields.any(|field| is_broken(&field.ty)) {
        return None;
    }
    let field = |field: &Field| wat_ir::FieldDecl {
        name: if nominal.is_newtype {
            "field-0".into()
        } else {
            field.name.clone()
        },
        ty: crate::infer::table::type_to_ir(&field.ty),
        restricted: field.restricted,
    };
    Some(Arc::new(wat_ir::TypeDecl {
        path: nominal.path.clone(),
        type_params: nominal.generics.len() as u32,
        kind: match (nominal.is_enum, nominal.is_newtype) {
            (true, _) => wat_ir::DeclKind::Enum,
            (_, true) => wat_ir::DeclKind::Newtype,
            _ => wat_ir::DeclKind::Struct,
        },
        variants: nominal
            .variants
            .iter()
            .map(|variant| wat_ir::VariantDecl {
                name: variant.name.clone(),
                fields: variant.fields.iter().map(field).collect(),
            })
            .collect(),
    }))
}
