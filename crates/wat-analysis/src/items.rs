//! What a form declares. Definitions are recognised by their heads; only names, kinds and node indices are looked at
//! here, no bodies.

use std::borrow::Cow;

use rustc_hash::FxHashMap;
use wat_syntax::{Ast, NodeId, NodeKind};

use crate::db::{Db, FileKind, SourceFile};
use crate::expand::{Expansion, Source, calling_forms, expansion};
use crate::forms::{Form, ast, form_list};
use crate::keywords;
use crate::loads::{LoadRef, is_load, is_retired_load, read_load};
use crate::problem::{Place, Problem};
use crate::splice;
use crate::whitelist::{body_offset, is_restricted, restricted_members};

/// An interned path, with its leading colon and without type parameters.
#[salsa::interned(debug)]
pub(crate) struct Name<'db> {
    #[returns(ref)]
    pub(crate) text: String,
}

/// What a definition is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, salsa::SalsaValue)]
pub(crate) enum ItemKind {
    /// `defn`, or `def` of a `fn` form.
    Function,
    /// Any other `def`.
    Value,
    /// A function of the machine.
    Native,
    /// Part of the language.
    SpecialForm,
    /// An overloaded operator.
    Operator,
    /// `define-dispatch`.
    Dispatch,
    /// `define-alias`: another name for something that can be called.
    Synonym,
    /// `auto-kwargs` or `define-with-kwargs`.
    KeywordVariant,
    /// A type of the machine.
    NativeType,
    /// `defmacro`.
    Macro,
    /// `typealias`.
    Alias,
    /// `struct`.
    Struct,
    /// `enum`.
    Enum,
    /// `newtype`.
    Newtype,
    /// Generated: makes a struct, a newtype, or a tagged variant.
    Constructor,
    /// Generated: the field of a struct or newtype.
    Accessor,
    /// Generated: a variant without fields.
    UnitVariant,
    /// The bindings of a `let` at the top level: what they bind, as a tuple. No program can name it.
    Bindings,
}

impl ItemKind {
    pub(crate) fn is_type(self) -> bool {
        matches!(self, ItemKind::NativeType | ItemKind::Alias) || self.is_nominal()
    }

    /// Does it come with the declaration of a type, without code of its own?
    pub(crate) fn is_member(self) -> bool {
        matches!(
            self,
            ItemKind::Constructor | ItemKind::Accessor | ItemKind::UnitVariant
        )
    }

    /// Does it declare a type of its own?
    pub(crate) fn is_nominal(self) -> bool {
        matches!(self, ItemKind::Struct | ItemKind::Enum | ItemKind::Newtype)
    }
}

/// A definition.
#[salsa::tracked(debug)]
pub(crate) struct Item<'db> {
    #[returns(copy)]
    pub(crate) form: Form<'db>,
    #[returns(copy)]
    pub(crate) name: Name<'db>,
    #[returns(copy)]
    pub(crate) kind: ItemKind,
    /// Of a generated member: which variant or field.
    #[returns(copy)]
    pub(crate) part: u32,
    /// Does it have a whitelist of its own? Part of the identity: whoever lists the restricted names of a program would
    /// otherwise depend on each definition.
    #[returns(copy)]
    pub(crate) restricted: bool,
    /// The program in whose expansion of the form the definition stands; `None` if it stands in the form as written.
    #[returns(copy)]
    pub(crate) expanded: Option<SourceFile>,
    /// The node of the defining list; of a function that a form is, in the form as written.
    #[tracked]
    #[returns(copy)]
    place: u32,
}

impl<'db> Item<'db> {
    /// The node of the defining list.
    pub(crate) fn node(self, db: &'db dyn Db) -> u32 {
        match self.expansion(db) {
            Some(expansion) if self.place(db) == 0 => self.node_among(db, &expansion.ast),
            _ => self.place(db),
        }
    }

    /// The same where an expansion may have put definitions beside the one that was written.
    fn node_among(self, db: &'db dyn Db, ast: &Ast) -> u32 {
        if ast.is_empty() {
            return 0;
        }
        let head = ast.children(ast.root()).next();
        if head.and_then(|head| ast.as_keyword(head)) != Some(":wat::core::do") {
            return 0;
        }
        let defines = |node: &NodeId| {
            let name = crate::signature::defined_name(ast, *node);
            let name = name.and_then(|name| ast.as_keyword(name));
            name.is_some_and(|name| split_generic(name).0 == self.name(db).text(db).as_str())
        };
        ast.children(ast.root()).find(defines).map_or(0, |it| it.0)
    }

    pub(crate) fn root(self, db: &'db dyn Db) -> NodeId {
        NodeId(self.node(db))
    }

    /// The expansion that the definition stands in.
    pub(crate) fn expansion(self, db: &'db dyn Db) -> Option<&'db Expansion<'db>> {
        expansion(db, self.expanded(db)?, self.form(db))
    }

    /// The form that the nodes of the definition belong to: as written, or expanded.
    pub(crate) fn ast(self, db: &'db dyn Db) -> &'db Ast {
        match self.expansion(db) {
            Some(expansion) => &expansion.ast,
            None => ast(db, self.form(db)),
        }
    }

    /// The node of the name in the defining list; of a generated member, of the field or variant.
    pub(crate) fn name_node(self, db: &'db dyn Db) -> NodeId {
        self.name_node_in(db, self.ast(db))
    }

    /// The same for whoever has the [form](Self::ast) that its nodes belong to.
    pub(crate) fn name_node_in(self, db: &'db dyn Db, ast: &Ast) -> NodeId {
        if let Some(node) = self.member_node(db) {
            return node;
        }
        let root = self.root(db);
        match self.kind(db) {
            ItemKind::Macro => macro_name(ast, root),
            ItemKind::KeywordVariant => variant_name(ast, root),
            _ => crate::signature::defined_name(ast, root),
        }
        .unwrap_or(root)
    }
}

impl<'db> Item<'db> {
    fn member_node(self, db: &'db dyn Db) -> Option<NodeId> {
        let kind = self.kind(db);
        if !kind.is_member() {
            return None;
        }
        let owner = crate::nominal::owner(db, self)?;
        if kind != ItemKind::Accessor && owner.kind(db) != ItemKind::Enum {
            return None;
        }
        let node = member_nodes(db, owner).get(self.part(db) as usize);
        node.map(|&node| NodeId(node))
    }
}

/// The nodes that name the members of a type declaration, once for all of them: the variants of an enum, the fields of
/// everything else.
#[salsa::tracked(returns(ref))]
fn member_nodes<'db>(db: &'db dyn Db, owner: Item<'db>) -> Vec<u32> {
    let kind = owner.kind(db);
    let shape = crate::nominal::type_shape(owner.ast(db), owner.root(db), kind);
    if kind == ItemKind::Enum {
        return shape.variants.iter().map(|it| it.node.0).collect();
    }
    let fields = shape.variants.first().map(|it| &it.fields);
    let names = fields.into_iter().flatten().map(|field| field.name.0);
    names.collect()
}

/// What a top-level form contributes.
#[derive(Clone, PartialEq, Eq, Debug, Default, salsa::SalsaValue)]
pub(crate) struct Declarations<'db> {
    pub(crate) items: Vec<Item<'db>>,
    /// The declared types with members, by the node of their list.
    pub(crate) types: FxHashMap<u32, Item<'db>>,
    /// The bindings of each `let`.
    pub(crate) bindings: Vec<Item<'db>>,
    pub(crate) loads: Vec<LoadRef>,
    /// Is there a load form that says nothing?
    pub(crate) broken_load: bool,
    /// Nodes of configuration setters, in any top-level position.
    pub(crate) setters: Vec<u32>,
    /// Nodes of forms that are no declaration.
    pub(crate) expressions: Vec<u32>,
    /// Nodes of declarations of host types.
    pub(crate) hosts: Vec<u32>,
    /// Nodes of macro definitions, also inside a top-level `let`.
    pub(crate) macros: Vec<u32>,
    pub(crate) problems: Vec<Problem<'db>>,
}

/// Splits a defined name into its canonical path and its type parameters: `:a::b<T,U>` is `:a::b` with `T`, `U`.
pub(crate) fn split_generic(name: &str) -> (&str, impl Iterator<Item = &str>) {
    let (canonical, generics) = split_at_generics(name);
    (
        canonical,
        generics.split(',').filter(|part| !part.is_empty()),
    )
}

fn split_at_generics(name: &str) -> (&str, &str) {
    let bytes = name.as_bytes();
    let open = (1..bytes.len()).find(|&at| {
        bytes[at] == b'<'
            && name.ends_with('>')
            && (bytes[at - 1].is_ascii_alphanumeric()
                || matches!(bytes[at - 1], b'_' | b'\'' | b'!' | b'?'))
            && !matches!(bytes.get(at + 1), None | Some(b'-' | b'=' | b'<'))
    });
    match open {
        Some(at) => (&name[..at], &name[at + 1..name.len() - 1]),
        None => (name, ""),
    }
}

/// What the form declares in a program, its macro calls expanded.
pub(crate) fn declarations<'db>(
    db: &'db dyn Db,
    program: SourceFile,
    form: Form<'db>,
) -> &'db Declarations<'db> {
    declarations_after(db, program, form, expansion(db, program, form))
}

/// The same for whoever knows the expansion of the form.
pub(crate) fn declarations_after<'db>(
    db: &'db dyn Db,
    program: SourceFile,
    form: Form<'db>,
    expansion: Option<&Expansion<'db>>,
) -> &'db Declarations<'db> {
    let is_expanded = expansion.is_some()
        || written_function(db, form).is_some() && crate::expand::is_calling(db, program, form);
    match is_expanded {
        true => expanded_declarations(db, program, form),
        false => written_declarations(db, form),
    }
}

/// The function that a form is, if it is nothing but its definition: what it declares is known without expanding it.
pub(crate) fn written_function<'db>(db: &'db dyn Db, form: Form<'db>) -> Option<Item<'db>> {
    let ast = ast(db, form);
    let head = match ast.is_empty() {
        true => None,
        false => ast.children(ast.root()).next(),
    };
    let is_function = matches!(
        head.and_then(|head| ast.as_keyword(head)),
        Some(":wat::core::defn" | ":wat::core::defn-restricted")
    );
    if !is_function || form.file(db).kind(db) == FileKind::Library {
        return None;
    }
    match &written_declarations(db, form).items[..] {
        &[item] => Some(item),
        _ => None,
    }
}

/// The function that a form with macro calls is in a program. Its name stands before its expansion is known, and so the
/// names of a program do not depend on the expansions of its functions.
#[salsa::tracked(returns(copy))]
fn expanded_function<'db>(
    db: &'db dyn Db,
    program: SourceFile,
    form: Form<'db>,
) -> Option<Item<'db>> {
    let item = written_function(db, form)?;
    Some(Item::new(
        db,
        form,
        item.name(db),
        item.kind(db),
        item.part(db),
        item.restricted(db),
        Some(program),
        item.place(db),
    ))
}

/// What the form that an item stands in declares beside it.
pub(crate) fn declarations_of<'db>(db: &'db dyn Db, item: Item<'db>) -> &'db Declarations<'db> {
    match item.expanded(db) {
        Some(program) => expanded_declarations(db, program, item.form(db)),
        None => written_declarations(db, item.form(db)),
    }
}

/// What the form declares as it is written: loads and literal macros among it, which are found before anything is
/// expanded.
#[salsa::tracked(returns(ref))]
pub(crate) fn written_declarations<'db>(db: &'db dyn Db, form: Form<'db>) -> Declarations<'db> {
    let ast = ast(db, form);
    let mut found = Declarations::default();
    if !ast.is_empty() {
        top_level(db, form, ast, None, &mut found);
    }
    found.loads.shrink_to_fit();
    found
}

#[salsa::tracked(returns(ref), cycle_result = cyclic_declarations)]
fn expanded_declarations<'db>(
    db: &'db dyn Db,
    program: SourceFile,
    form: Form<'db>,
) -> Declarations<'db> {
    let program = match form.file(db).kind(db) {
        FileKind::Library => form.file(db),
        _ => program,
    };
    let written = written_declarations(db, form);
    let expansion = expansion(db, program, form);
    let mut found = Declarations {
        loads: written.loads.clone(),
        broken_load: written.broken_load,
        ..Declarations::default()
    };
    // What is wrong with the load forms of a prelude is known where they are read alone.
    if is_with_prelude(ast(db, form)) {
        found.problems.extend(written.problems.iter().cloned());
    }
    let ast = crate::expand::expanded_ast(db, program, form);
    top_level(db, form, ast, Some(program), &mut found);
    found.problems.extend(
        expansion
            .into_iter()
            .flat_map(|it| it.problems.iter().cloned()),
    );
    found
}

/// Is this a form with a prelude, whose load forms are read as it is written?
fn is_with_prelude(ast: &Ast) -> bool {
    let head = (!ast.is_empty()).then(|| ast.children(ast.root()).next());
    let head = head.flatten().and_then(|head| ast.as_keyword(head));
    head.is_some_and(crate::expand::has_prelude)
}

/// A form whose expansion needs what it defines defines nothing.
fn cyclic_declarations<'db>(
    db: &'db dyn Db,
    _: salsa::Id,
    _: SourceFile,
    form: Form<'db>,
) -> Declarations<'db> {
    Declarations {
        problems: vec![crate::expand::cycle_problem(ast(db, form))],
        ..Declarations::default()
    }
}

/// Walks a form in top-level position; a `do` there is a splice.
fn top_level<'db>(
    db: &'db dyn Db,
    form: Form<'db>,
    ast: &Ast,
    expanded: Option<SourceFile>,
    found: &mut Declarations<'db>,
) {
    // What is typed into a conversation is evaluated, unless it defines something.
    let in_file = || form.file(db).kind(db) != FileKind::ReplInput;
    let mut work = vec![ast.root()];
    while let Some(node) = work.pop() {
        let head = ast
            .children(node)
            .next()
            .filter(|_| ast.kind(node) == NodeKind::List);
        let Some(head) = head.and_then(|head| ast.as_keyword(head)) else {
            match ast.kind(node) {
                NodeKind::Error => {}
                NodeKind::Keyword(text) if ast.text(text) == ":wat::core::nil" => {}
                NodeKind::List if ast.is_poisoned(node) && ast.child_count(node) == 0 => {}
                _ => found.expressions.push(node.0),
            }
            continue;
        };
        match head {
            ":wat::core::do" => {
                if ast.child_count(node) == 1 && !ast.is_poisoned(node) {
                    found.problems.push(crate::misplaced::empty_do(node));
                }
                let start = work.len();
                work.extend(ast.children(node).skip(1));
                work[start..].reverse();
            }
            ":wat::core::let" if in_file() || defines_inside(ast, node) => {
                found
                    .bindings
                    .push(splice::bindings_item(db, form, expanded, node));
                let start = work.len();
                work.extend(ast.children(node).skip(2));
                work[start..].reverse();
            }
            _ if is_load(head) && node == ast.root() && expanded.is_none() => {
                read_load(ast, node, head, found)
            }
            _ if crate::expand::has_prelude(head) && node == ast.root() && expanded.is_none() => {
                let loads = crate::testing::prelude_loads(ast, node);
                if crate::expand::is_hermetic(head) && form.file(db).kind(db) != FileKind::Hermetic
                {
                    if !loads.is_empty() && !ast.is_damaged() {
                        found.loads.push(crate::loads::program(node));
                    }
                    found.expressions.push(node.0);
                    continue;
                }
                for (load, head) in loads {
                    match is_load(head) {
                        true => read_load(ast, load, head, found),
                        false => found.broken_load = true,
                    }
                }
                found.expressions.push(node.0);
            }
            // It is told of as an expression, and what it would have loaded is missing.
            _ if is_retired_load(head) => {
                found.broken_load = true;
                found.expressions.push(node.0);
            }
            // It was read where it is written.
            _ if is_load(head) && written_in_prelude(db, form, expanded, node) => {}
            _ if is_load(head) => {
                found.broken_load = true;
                found.problems.push(crate::loads::misplaced(node));
            }
            crate::host::HEAD => {
                found.hosts.push(node.0);
                found
                    .problems
                    .extend(crate::host::declaration_problem(db, ast, node));
            }
            _ if crate::configuration::is_setter(head) => {
                if expanded.is_some() && !is_written_setter(db, form, expanded, node) {
                    found.problems.push(crate::configuration::made(node, head));
                }
                found.setters.push(node.0);
            }
            _ => match definer(ast, node, head) {
                Some(ItemKind::KeywordVariant) => {
                    define_variant(db, form, ast, (node, expanded), found);
                }
                Some(kind) => {
                    if kind == ItemKind::Macro {
                        found.macros.push(node.0);
                    }
                    define(db, form, ast, (node, expanded), kind, found);
                }
                None => found.expressions.push(node.0),
            },
        }
    }
}

/// Is this node of an expansion a load form in the prelude of a test, as it was written?
fn written_in_prelude<'db>(
    db: &'db dyn Db,
    form: Form<'db>,
    expanded: Option<SourceFile>,
    node: NodeId,
) -> bool {
    let expansion = expanded.and_then(|program| expansion(db, program, form));
    let is_read = || {
        let written = written_declarations(db, form);
        written.broken_load || !written.loads.is_empty()
    };
    expansion.is_some_and(|expansion| {
        expansion.is_intact(node) && crate::expand::stands_in_prelude(expansion, node) && is_read()
    })
}

/// Is this setter of an expansion one that is read where it is written?
fn is_written_setter<'db>(
    db: &'db dyn Db,
    form: Form<'db>,
    expanded: Option<SourceFile>,
    node: NodeId,
) -> bool {
    let expansion = expanded.and_then(|program| expansion(db, program, form));
    expansion.is_none_or(|expansion| match expansion.origin_of(node) {
        Source::Written(written) => written_declarations(db, form).setters.contains(&written.0),
        Source::Template { .. } => false,
    })
}

/// Is there a definition among the body forms of a `let`, directly or in splices?
fn defines_inside(ast: &Ast, list: NodeId) -> bool {
    let mut work: Vec<NodeId> = ast.children(list).skip(2).collect();
    while let Some(node) = work.pop() {
        let head = ast.children(node).next();
        match head.and_then(|head| ast.as_keyword(head)) {
            Some(":wat::core::do") => work.extend(ast.children(node).skip(1)),
            Some(":wat::core::let") => work.extend(ast.children(node).skip(2)),
            Some(head) if definer(ast, node, head).is_some() => return true,
            _ => {}
        }
    }
    false
}

pub(crate) fn definer(ast: &Ast, node: NodeId, head: &str) -> Option<ItemKind> {
    Some(match head {
        ":wat::core::define" => ItemKind::Function,
        ":wat::core::defn" | ":wat::core::defn-restricted" => ItemKind::Function,
        ":wat::core::def" | ":wat::core::def-restricted" => {
            let value = ast.children(node).nth(body_offset(ast, node));
            let head = value
                .and_then(|value| ast.children(value).next())
                .and_then(|head| ast.as_keyword(head));
            let is_fn = head == Some(":wat::core::fn")
                && value.is_some_and(|v| ast.kind(v) == NodeKind::List);
            if is_fn {
                ItemKind::Function
            } else {
                ItemKind::Value
            }
        }
        ":wat::core::defmacro" => ItemKind::Macro,
        ":wat::core::native" => ItemKind::Native,
        ":wat::core::special-form" => ItemKind::SpecialForm,
        ":wat::core::operator" => ItemKind::Operator,
        ":wat::core::define-dispatch" => ItemKind::Dispatch,
        crate::synonym::HEAD | crate::synonym::SECOND_HEAD => ItemKind::Synonym,
        keywords::AUTO | keywords::DEFINE => ItemKind::KeywordVariant,
        ":wat::core::native-type" => ItemKind::NativeType,
        ":wat::core::typealias" => ItemKind::Alias,
        ":wat::core::struct" | ":wat::core::struct-restricted" => ItemKind::Struct,
        ":wat::core::enum" | ":wat::core::enum-restricted" => ItemKind::Enum,
        ":wat::core::newtype" => ItemKind::Newtype,
        _ => return None,
    })
}

fn define<'db>(
    db: &'db dyn Db,
    form: Form<'db>,
    ast: &Ast,
    (node, expanded): (NodeId, Option<SourceFile>),
    kind: ItemKind,
    found: &mut Declarations<'db>,
) {
    let in_library = form.file(db).kind(db) == FileKind::Library;
    let head = ast
        .children(node)
        .next()
        .and_then(|head| ast.as_keyword(head))
        .unwrap_or_default();
    let internal = matches!(
        kind,
        ItemKind::Native | ItemKind::SpecialForm | ItemKind::Operator | ItemKind::NativeType
    );
    if internal && !in_library {
        found.problems.push(
            Problem::new(
                2103,
                Place::node(node),
                format!(
                    "`{head}` declares a part of the machine, which only the standard library can"
                ),
            )
            .label("only inside the standard library")
            .help("define a function with `:wat::core::defn`"),
        );
        return;
    }
    let name = match kind {
        ItemKind::Macro => macro_name(ast, node),
        _ => crate::signature::defined_name(ast, node),
    };
    let name = name.filter(|&name| ast.as_keyword(name).is_some_and(is_name));
    let Some(name_node) = name else {
        if kind == ItemKind::Macro {
            found
                .problems
                .extend(crate::expand::shape_problem(ast, node));
        } else if !ast.is_poisoned(node) {
            let at = ast.children(node).nth(1).unwrap_or(node);
            let place = if ast.kind(at) == NodeKind::Error {
                node
            } else {
                at
            };
            found.problems.push(
                Problem::new(
                    2104,
                    Place::node(place),
                    format!("`{head}` needs a name: a keyword path such as `:my::name`"),
                )
                .label("not a keyword path")
                .help(match ast.as_symbol(at) {
                    Some(symbol) => format!("write `:user::{symbol}`"),
                    None => format!("write `({head} :my::name …)`"),
                }),
            );
        }
        return;
    };
    let (canonical, _) = split_generic(ast.as_keyword(name_node).unwrap_or_default());
    // The name of what makes tests is used in its file alone.
    let makes_tests = kind == ItemKind::Macro
        && expanded
            .and_then(|program| expansion(db, program, form))
            .is_some_and(|expansion| crate::expand::is_factory(expansion, node));
    if !in_library && (!makes_tests || canonical.contains("::")) {
        reserved(canonical, name_node, found);
    }
    let canonical = canonical.to_owned();
    if kind.is_nominal() {
        let is_restricted = restricted_members(ast, node);
        for (path, member, part) in crate::nominal::members(ast, node, kind, &canonical) {
            let name = Name::new(db, path);
            let restricted = is_restricted(member, part);
            found.items.push(Item::new(
                db, form, name, member, part, restricted, expanded, node.0,
            ));
        }
    }
    let name = Name::new(db, canonical);
    let known = expanded
        .and_then(|program| expanded_function(db, program, form))
        .filter(|item| item.name(db) == name && item.node(db) == node.0);
    let item = known.unwrap_or_else(|| {
        let restricted = is_restricted(ast, node, kind);
        Item::new(db, form, name, kind, 0, restricted, expanded, node.0)
    });
    if kind.is_type() {
        found.types.insert(node.0, item);
    }
    found.items.push(item);
}

/// The path that a defining list declares, without type parameters.
pub(crate) fn declared_name(ast: &Ast, node: NodeId) -> Option<String> {
    let head = ast.children(node).next()?;
    let kind = definer(ast, node, ast.as_keyword(head)?)?;
    let name = match kind {
        ItemKind::Macro => macro_name(ast, node)?,
        ItemKind::KeywordVariant => variant_name(ast, node)?,
        _ => crate::signature::defined_name(ast, node)?,
    };
    let written = ast.as_keyword(name)?;
    let is_derived = kind == ItemKind::KeywordVariant && {
        let shape = keywords::definition_shape(ast, node);
        shape.name.is_none()
    };
    Some(match is_derived {
        true => keywords::derived_name(written),
        false => split_generic(written).0.to_owned(),
    })
}

/// The node that names a keyword variant: the written name, else the target that the name is made from.
fn variant_name(ast: &Ast, root: NodeId) -> Option<NodeId> {
    let shape = keywords::definition_shape(ast, root);
    shape.name.or(shape.target.filter(|_| shape.auto))
}

/// A keyword variant. What is wrong with its target is told when it is checked.
fn define_variant<'db>(
    db: &'db dyn Db,
    form: Form<'db>,
    ast: &Ast,
    (node, expanded): (NodeId, Option<SourceFile>),
    found: &mut Declarations<'db>,
) {
    let shape = keywords::definition_shape(ast, node);
    if let Some((at, label)) = shape.bad
        && !ast.is_poisoned(node)
        && ast.kind(at) != NodeKind::Error
    {
        let (head, help) = match shape.auto {
            true => (
                keywords::AUTO,
                "write `(:wat::kwargs::auto-kwargs :my::target)`, with `:as :my::name` and `:doc \"…\"` after it",
            ),
            false => (
                keywords::DEFINE,
                "write `(:wat::kwargs::define-with-kwargs :my::name :my::target [:key …] \"docstring\")`",
            ),
        };
        found.problems.push(
            Problem::new(2510, Place::node(at), format!("`{head}` is misshapen"))
                .label(label)
                .help(help),
        );
    }
    let Some(name_node) = variant_name(ast, node) else {
        return;
    };
    let written = ast.as_keyword(name_node).unwrap_or_default();
    let name = match shape.name {
        Some(_) => split_generic(written).0.to_owned(),
        None => keywords::derived_name(written),
    };
    // A derived name is in the namespace of its target, where the target's definition is judged.
    if shape.name.is_some() && form.file(db).kind(db) != FileKind::Library {
        reserved(&name, name_node, found);
    }
    let (name, kind) = (Name::new(db, name), ItemKind::KeywordVariant);
    found
        .items
        .push(Item::new(db, form, name, kind, 0, false, expanded, node.0));
}

/// The name in a macro definition: the first element, or the head of the signature in the legacy spelling.
pub(crate) fn macro_name(ast: &Ast, node: NodeId) -> Option<NodeId> {
    let name = ast.children(node).nth(1)?;
    match ast.kind(name) {
        NodeKind::List => ast.children(name).next(),
        _ => Some(name),
    }
}

/// Is a keyword a path, with or without type parameters? That of a tuple or a function type is none, nor is a namespace.
pub(crate) fn is_name(keyword: &str) -> bool {
    let name = split_generic(keyword).0;
    !name.contains(['(', ',']) && !name.ends_with("::")
}

/// WAT2103 and WAT3207: names that a program cannot, or should not, define.
fn reserved<'db>(name: &str, node: NodeId, found: &mut Declarations<'db>) {
    const RESERVED: [&str; 4] = [":wat::", ":rust::", ":repl::", ":eval::"];
    if let Some(prefix) = RESERVED.iter().find(|prefix| name.starts_with(**prefix)) {
        let rest = name.rsplit("::").next().unwrap_or_default();
        found.problems.push(
            Problem::new(
                2103,
                Place::node(node),
                format!("`{name}` cannot be defined: the prefix `{prefix}` is reserved"),
            )
            .label("reserved prefix")
            .help("use a prefix of your own")
            .replace(
                wat_syntax::Applicability::HasPlaceholders,
                Place::node(node),
                &format!(":my::{rest}"),
            ),
        );
    } else if !name.contains("::") {
        let bare = name.trim_start_matches(':');
        found.problems.push(
            Problem::new(
                3207,
                Place::node(node),
                format!("`{name}` is defined without a namespace"),
            )
            .label("no `::` in this name")
            .help(format!(
                "call it `:user::{bare}` here and wherever it is used"
            )),
        );
    }
}

/// The item tree of a file: its definitions in order, without bodies and without positions.
#[salsa::tracked(returns(ref))]
pub(crate) fn file_items<'db>(
    db: &'db dyn Db,
    program: SourceFile,
    file: SourceFile,
) -> Vec<Item<'db>> {
    form_list(db, file)
        .iter()
        .flat_map(|&form| declarations(db, program, form).items.iter().copied())
        .collect()
}

/// What a form contributes to its file.
#[derive(Clone, PartialEq, Eq, Debug, salsa::SalsaValue)]
struct Share<'db> {
    form: Form<'db>,
    items: Vec<Item<'db>>,
    loads: usize,
}

/// The shares of the forms of a file, cut where the file loads something: what stands before the first load, between the
/// first and the second, and so on.
fn cut<'db>(shares: impl Iterator<Item = Cow<'db, Share<'db>>>) -> Vec<Vec<Item<'db>>> {
    let mut pieces = vec![Vec::new()];
    for share in shares {
        // A form that loads and does more comes behind what it loads.
        pieces.extend((0..share.loads).map(|_| Vec::new()));
        let last = pieces.len() - 1;
        pieces[last].extend_from_slice(&share.items);
    }
    pieces
}

/// The shares as the file is written, but for the forms that may have expansions in the program. What is written is one
/// query of the file, as durable as its text: asking it for a thousand files that nobody edits costs next to nothing.
fn in_program<'db>(
    db: &'db dyn Db,
    program: SourceFile,
    file: SourceFile,
    written: &'db [Share<'db>],
    share: impl Fn(Form<'db>, &Declarations<'db>) -> Share<'db>,
) -> Vec<Vec<Item<'db>>> {
    let expanded = |form| match expanded_function(db, program, form) {
        Some(item) => Share {
            form,
            items: vec![item],
            loads: 0,
        },
        None => share(form, declarations(db, program, form)),
    };
    let mut calling = calling_forms(db, program, file).iter().copied().peekable();
    cut(written
        .iter()
        .enumerate()
        .map(|(at, written)| match calling.next_if_eq(&(at as u32)) {
            Some(_) => Cow::Owned(expanded(written.form)),
            None => Cow::Borrowed(written),
        }))
}

/// The definitions of a file in a program, cut where it loads something.
pub(crate) fn item_pieces<'db>(
    db: &'db dyn Db,
    program: SourceFile,
    file: SourceFile,
) -> &'db [Vec<Item<'db>>] {
    match calling_forms(db, program, file).is_empty() {
        true => written_items(db, file),
        false => expanded_items(db, program, file),
    }
}

#[salsa::tracked(returns(ref))]
fn item_shares<'db>(db: &'db dyn Db, file: SourceFile) -> Vec<Share<'db>> {
    let forms = form_list(db, file).iter();
    forms
        .map(|&form| item_share(form, written_declarations(db, form)))
        .collect()
}

#[salsa::tracked(returns(ref))]
fn written_items<'db>(db: &'db dyn Db, file: SourceFile) -> Vec<Vec<Item<'db>>> {
    cut(item_shares(db, file).iter().map(Cow::Borrowed))
}

#[salsa::tracked(returns(ref))]
fn expanded_items<'db>(
    db: &'db dyn Db,
    program: SourceFile,
    file: SourceFile,
) -> Vec<Vec<Item<'db>>> {
    in_program(db, program, file, item_shares(db, file), item_share)
}

fn item_share<'db>(form: Form<'db>, found: &Declarations<'db>) -> Share<'db> {
    Share {
        form,
        items: found.items.clone(),
        loads: found.loads.len(),
    }
}

/// What start-up may have to do with a file, cut where it loads something: its functions, values and bindings in the
/// order in which they are written.
pub(crate) fn start_pieces<'db>(
    db: &'db dyn Db,
    program: SourceFile,
    file: SourceFile,
) -> &'db [Vec<Item<'db>>] {
    match calling_forms(db, program, file).is_empty() {
        true => written_starts(db, file),
        false => expanded_starts(db, program, file),
    }
}

#[salsa::tracked(returns(ref))]
fn start_shares<'db>(db: &'db dyn Db, file: SourceFile) -> Vec<Share<'db>> {
    let forms = form_list(db, file).iter();
    forms
        .map(|&form| start_share(db, form, written_declarations(db, form)))
        .collect()
}

#[salsa::tracked(returns(ref))]
fn written_starts<'db>(db: &'db dyn Db, file: SourceFile) -> Vec<Vec<Item<'db>>> {
    cut(start_shares(db, file).iter().map(Cow::Borrowed))
}

#[salsa::tracked(returns(ref))]
fn expanded_starts<'db>(
    db: &'db dyn Db,
    program: SourceFile,
    file: SourceFile,
) -> Vec<Vec<Item<'db>>> {
    in_program(db, program, file, start_shares(db, file), |form, found| {
        start_share(db, form, found)
    })
}

fn start_share<'db>(db: &'db dyn Db, form: Form<'db>, found: &Declarations<'db>) -> Share<'db> {
    let items = found.items.iter().chain(&found.bindings).copied();
    let mut items: Vec<Item<'db>> = items
        .filter(|item| {
            matches!(
                item.kind(db),
                ItemKind::Function | ItemKind::Value | ItemKind::Bindings
            )
        })
        .collect();
    items.sort_by_key(|item| item.node(db));
    Share {
        form,
        items,
        loads: found.loads.len(),
    }
}
