//! What a form declares. Definitions are recognised by their heads; only names, kinds and node indices are looked at
//! here, no bodies.

use rustc_hash::FxHashMap;
use wat_syntax::{Ast, NodeId, NodeKind};

use crate::db::{Db, FileKind, SourceFile};
use crate::expand::{Expansion, Source, expansion};
use crate::forms::{Form, ast};
use crate::keywords;
use crate::loads::{LoadRef, is_load, is_retired_load, read_load};
use crate::problem::{Place, Problem};
use crate::splice;
use crate::whitelist::{body_offset, is_restricted, restricted_members};

use super::{Item, ItemKind, Name, split_generic};

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
    /// Is the form as it is written the definition of a function, and nothing else?
    is_function: bool,
}

/// What the form declares in a program, its macro calls expanded.
pub(crate) fn declarations<'db>(
    db: &'db dyn Db,
    program: SourceFile,
    form: Form<'db>,
) -> &'db Declarations<'db> {
    let is_expanded = declares_expanded(db, program, form, expansion(db, program, form));
    declarations_of_form(db, program, form, is_expanded)
}

/// Are the definitions of a form with this expansion those of the expanded form?
pub(crate) fn declares_expanded<'db>(
    db: &'db dyn Db,
    program: SourceFile,
    form: Form<'db>,
    expansion: Option<&Expansion<'db>>,
) -> bool {
    expansion.is_some()
        || written_function(db, form).is_some() && crate::expand::is_calling(db, program, form)
}

/// What a form declares, expanded or as it is written.
pub(crate) fn declarations_of_form<'db>(
    db: &'db dyn Db,
    program: SourceFile,
    form: Form<'db>,
    is_expanded: bool,
) -> &'db Declarations<'db> {
    match is_expanded {
        true => expanded_declarations(db, program, form),
        false => written_declarations(db, form),
    }
}

/// The function that a form is, if it is nothing but its definition: what it declares is known without expanding it.
pub(crate) fn written_function<'db>(db: &'db dyn Db, form: Form<'db>) -> Option<Item<'db>> {
    let written = written_declarations(db, form);
    written.is_function.then(|| written.items[0])
}

/// The function that a form with macro calls is in a program. Its name stands before its expansion is known, and so the
/// names of a program do not depend on the expansions of its functions.
#[salsa::tracked(returns(copy))]
pub(super) fn expanded_function<'db>(
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
        let head = ast.children(ast.root()).next();
        found.is_function = matches!(
            head.and_then(|head| ast.as_keyword(head)),
            Some(":wat::core::defn" | ":wat::core::defn-restricted")
        ) && found.items.len() == 1
            && form.file(db).kind(db) != FileKind::Library;
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
            _ if splice::is_let(head) && (in_file() || defines_inside(ast, node)) => {
                found
                    .bindings
                    .push(splice::bindings_item(db, form, expanded, node));
                // Words that stand where bindings are wanted are told there.
                let binds = ast.children(node).nth(1);
                let is_list =
                    |it: NodeId| matches!(ast.kind(it), NodeKind::List | NodeKind::Vector);
                let has_bindings = binds.is_none_or(is_list);
                let start = work.len();
                let body = ast.children(node).skip(2);
                work.extend(body.filter(|&it| has_bindings || is_list(it)));
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
            Some(head) if splice::is_let(head) => work.extend(ast.children(node).skip(2)),
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
pub(super) fn variant_name(ast: &Ast, root: NodeId) -> Option<NodeId> {
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
    } else if !crate::expand::unmarked(name).contains("::") {
        let name = crate::expand::unmarked(name);
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
