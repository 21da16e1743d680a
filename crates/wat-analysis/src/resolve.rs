//! Type tokens: what they denote, retired names, and what is wrong with them.

use std::sync::Arc;

use wat_syntax::{Ast, NodeId, TypeExpr, parse_type_keyword};
use wat_value::counted;

use crate::db::{Db, FileKind, SourceFile};
use crate::host::Standing;
use crate::infer::undeclared;
use crate::items::{Item, ItemKind};
use crate::problem::{EditAt, Place, Problem, ProblemEdit};
use crate::sight::Sight;
use crate::signature::generics;
use crate::spelling::Spelling;
use crate::suggest;
use crate::types::{Ctor, Type};

/// How much stack is left when an alias that stands for another one grows it, and by how much. Types nest up to
/// [`MAX_NESTING`](crate::types::MAX_NESTING) deep, and what copies them or replaces their parameters recurses so far:
/// there is room for that at each alias of a chain.
const RED_ZONE: usize = 3 * 1024 * 1024;
const SEGMENT: usize = 16 * 1024 * 1024;

/// A type token that mentions a declared type.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, salsa::SalsaValue)]
pub(crate) struct Mention<'db> {
    pub(crate) node: u32,
    pub(crate) item: Item<'db>,
}

/// Turns type keywords into types, in the scope of one declaration.
pub(crate) struct TypeResolver<'a, 'db> {
    pub(crate) db: &'db dyn Db,
    pub(crate) program: Sight<'db>,
    pub(crate) ast: &'a Ast,
    pub(crate) generics: &'a [Arc<str>],
    /// May `:wat::type::Infer` stand here?
    pub(crate) infer_allowed: bool,
    /// Where mentions of declared types without a namespace go.
    pub(crate) mentions: Option<&'a mut Vec<Mention<'db>>>,
    /// Where problems go; `None` if somebody else reports them.
    pub(crate) problems: Option<&'a mut Vec<Problem<'db>>>,
    /// An alias was met that stands for no type: what is made of it is unknown as a whole.
    pub(crate) has_unknown: bool,
}

impl<'a, 'db> TypeResolver<'a, 'db> {
    /// Reads types in which no placeholder may stand; problems are reported by somebody else.
    pub(crate) fn quiet(
        db: &'db dyn Db,
        program: Sight<'db>,
        ast: &'a Ast,
        generics: &'a [Arc<str>],
    ) -> Self {
        TypeResolver {
            db,
            program,
            ast,
            generics,
            infer_allowed: false,
            mentions: None,
            problems: None,
            has_unknown: false,
        }
    }
}

impl<'db> TypeResolver<'_, 'db> {
    /// The type that a node denotes.
    pub(crate) fn node(&mut self, node: NodeId) -> Type {
        match self.parsed(node) {
            Ok(expr) => self.expr(&expr, node, 0),
            Err(ty) => ty,
        }
    }

    /// The same, and how its author spells it, if that is by an alias.
    pub(crate) fn written(&mut self, node: NodeId) -> (Type, Option<Arc<Spelling>>) {
        match self.parsed(node) {
            Ok(expr) => {
                let ty = self.expr(&expr, node, 0);
                let spelled = self.spelling(&expr, &ty);
                (ty, spelled)
            }
            Err(ty) => (ty, None),
        }
    }

    /// The type expression at a node, with present names; or the type, if that is plain without it.
    fn parsed(&mut self, node: NodeId) -> Result<TypeExpr, Type> {
        let Some(text) = self.ast.as_keyword(node) else {
            return Err(Type::Error);
        };
        if let Some((ctor, 0)) = Ctor::named(text) {
            return Err(Type::simple(ctor));
        }
        if self.ast.is_poisoned(node) {
            return Err(Type::Error);
        }
        match parse_type_keyword(text) {
            Ok(mut expr) => {
                self.legacy(&mut expr, node);
                Ok(expr)
            }
            Err(_) => {
                self.report(|| {
                    Problem::new(3101, Place::node(node), format!("`{text}` is not a type"))
                        .label("not a type expression")
                        .help("a type is a path, a path with arguments `:a::B<c::D>`, a tuple `:(A,B)` or a function `:wat::core::Fn(A)->R`")
                });
                Err(Type::Error)
            }
        }
    }

    /// The type that a parsed type expression denotes; problems are reported at the node.
    pub(crate) fn expression(&mut self, expr: &TypeExpr, node: NodeId) -> Type {
        self.expr(expr, node, 0)
    }

    fn report(&mut self, problem: impl FnOnce() -> Problem<'db>) {
        if let Some(problems) = &mut self.problems {
            problems.push(problem());
        }
    }

    fn expr(&mut self, expr: &TypeExpr, node: NodeId, depth: usize) -> Type {
        match expr {
            // Told with the retired names of the token.
            TypeExpr::Tuple(parts) if parts.is_empty() => Type::simple(Ctor::Nil),
            TypeExpr::Tuple(parts) => {
                let parts = parts
                    .iter()
                    .map(|part| self.expr(part, node, depth + 1))
                    .collect();
                Type::App(Ctor::Tuple, parts)
            }
            TypeExpr::Function { head, params, ret } => {
                let name = head.trim_start_matches(':');
                if name != FUNCTION && !FUNCTION_HEADS.contains(&name) {
                    self.bad_function_head(head, node);
                    return Type::Error;
                }
                let mut parts: Vec<Type> = params
                    .iter()
                    .map(|part| self.expr(part, node, depth + 1))
                    .collect();
                parts.push(self.expr(ret, node, depth + 1));
                Type::App(Ctor::Fn, parts.into())
            }
            TypeExpr::Path { path, args } => {
                self.path(path.trim_start_matches(':'), args, node, depth)
            }
        }
    }

    /// WAT3101: the head of a function type is none.
    fn bad_function_head(&mut self, head: &str, node: NodeId) {
        let head = head.trim_start_matches(':');
        self.report(|| {
            Problem::new(
                3101,
                Place::node(node),
                format!("`{head}` takes no parenthesised arguments"),
            )
            .label("not a function type")
            .help("a function type is `:wat::core::Fn(A,B)->R`")
        });
    }

    fn path(&mut self, path: &str, args: &[TypeExpr], node: NodeId, depth: usize) -> Type {
        if !path.contains("::")
            && let Some(index) = self.generics.iter().position(|name| **name == *path)
        {
            if !args.is_empty() {
                self.report(|| {
                    Problem::new(
                        3101,
                        Place::node(node),
                        format!("the type parameter `{path}` takes no arguments"),
                    )
                    .label("a parameter stands for a whole type")
                });
                return Type::Error;
            }
            return Type::Param(index as u32);
        }
        let resolved: Vec<Type> = args
            .iter()
            .map(|arg| self.expr(arg, node, depth + 1))
            .collect();
        if let Some((ctor, arity)) = Ctor::known(path) {
            return if self.arity(format_args!(":{path}"), arity, resolved.len(), node) {
                Type::App(ctor, resolved.into())
            } else {
                Type::Error
            };
        }
        match path {
            "wat::type::Infer" if self.infer_allowed => return Type::Infer,
            "wat::type::Infer" => {
                self.report(|| {
                    Problem::new(3115, Place::node(node), "`:wat::type::Infer` stands only in the type slot of a collection constructor")
                        .label("a type must be written here")
                });
                return Type::Error;
            }
            "Any" => {
                self.report(|| {
                    Problem::new(
                        3103,
                        part_place(self.ast, node, "Any"),
                        "there is no type `:Any`",
                    )
                    .label("not a type")
                    .help("use a type parameter, an enum, or `:wat::holon::HolonAST`")
                });
                return Type::Error;
            }
            "wat::core::Tuple" => {
                let text = self.ast.as_keyword(node).unwrap_or_default();
                let parts: Vec<String> = args.iter().map(written).collect();
                let old = format!("wat::core::Tuple<{}>", parts.join(","));
                let comma = if parts.len() == 1 { "," } else { "" };
                let new = text.replacen(&old, &format!("({}{comma})", parts.join(",")), 1);
                self.report(|| {
                    let problem =
                        Problem::new(3101, Place::node(node), "a tuple type is written `:(A,B)`")
                            .label("not a type")
                            .help("write the element types in parentheses");
                    match new == text {
                        true => problem,
                        false => problem.replace(
                            wat_syntax::Applicability::MaybeIncorrect,
                            Place::node(node),
                            &new,
                        ),
                    }
                });
                return Type::Error;
            }
            "wat::core::Fn" => {
                self.report(|| {
                    Problem::new(
                        3101,
                        Place::node(node),
                        "`:wat::core::Fn` needs parameters and a result: `:wat::core::Fn(A)->R`",
                    )
                    .label("not a complete type")
                });
                return Type::Error;
            }
            _ => {}
        }
        let full = format!(":{path}");
        if crate::host::is_host(&full) {
            return self.host_type(path, resolved, node);
        }
        if let Some(program) = self.program.program()
            && crate::names::is_contested(self.db, program, &full)
        {
            // What it stands for is not known.
            self.has_unknown = true;
            return Type::Error;
        }
        let declared = match crate::library::is_internal(&full) && !self.is_library() {
            true => None,
            false => self.program.lookup_type(self.db, &full),
        };
        let Some(item) = declared else {
            let Some(program) = self.program.program() else {
                // An expansion that comes later may declare it.
                return Type::App(Ctor::Nominal(full.into()), resolved.into());
            };
            if !self.is_member(path, node) {
                self.unknown(program, path, node);
            }
            return Type::Error;
        };
        if !path.contains("::")
            && let Some(mentions) = &mut self.mentions
        {
            mentions.push(Mention { node: node.0, item });
        }
        let generics = self.generics_of(item);
        if !self.arity(&full, generics.len(), resolved.len(), node) {
            return Type::Error;
        }
        match item.kind(self.db) {
            ItemKind::Alias => self.alias(item, &full, &resolved, node),
            _ => Type::App(Ctor::Nominal(full.into()), resolved.into()),
        }
    }

    /// Are these declarations of the library?
    fn is_library(&self) -> bool {
        let program = self.program.program();
        program.is_some_and(|program| program.kind(self.db) == FileKind::Library)
    }

    /// A type of the host: opaque, whatever its arguments are.
    fn host_type(&mut self, path: &str, arguments: Vec<Type>, node: NodeId) -> Type {
        let full = format!(":{path}");
        let place = part_place(self.ast, node, path);
        let Some(program) = self.program.program() else {
            return Type::App(Ctor::Nominal(full.into()), arguments.into());
        };
        match crate::host::standing(self.db, program, &full, place) {
            Standing::Usable => return Type::App(Ctor::Nominal(full.into()), arguments.into()),
            Standing::Excused => {}
            Standing::Undeclared(problem) => {
                if let Some(problems) = &mut self.problems {
                    crate::host::tell(problems, *problem);
                }
            }
        }
        Type::Error
    }

    /// The type parameters of a declared type.
    fn generics_of(&self, item: Item<'db>) -> Box<[Arc<str>]> {
        match self.program {
            Sight::Program(_) => type_generics(self.db, item).clone(),
            // An expansion must not depend on a query that depends on it.
            Sight::Expansion { .. } => generics(item.ast(self.db), item.name_node(self.db)),
        }
    }

    /// What an alias stands for, with these arguments.
    fn alias(&mut self, item: Item<'db>, name: &str, arguments: &[Type], node: NodeId) -> Type {
        let target = stacker::maybe_grow(RED_ZONE, SEGMENT, || self.program.alias(self.db, item));
        self.has_unknown |= target == Type::Error;
        let size = target.size_with(arguments);
        if size.is_fine() {
            return target.substitute(arguments);
        }
        self.report(|| {
            Problem::new(
                3101,
                Place::node(node),
                format!("`{name}` stands for a type that {}", size.complaint()),
            )
            .label("too large when its aliases are written out")
            .help("name a struct or an enum on the way: a declared type counts once")
        });
        self.has_unknown = true;
        Type::Error
    }

    fn arity(
        &mut self,
        name: impl std::fmt::Display,
        wanted: usize,
        found: usize,
        node: NodeId,
    ) -> bool {
        if wanted != found {
            let arguments = counted(wanted, "type argument");
            self.report(|| {
                Problem::new(
                    3104,
                    Place::node(node),
                    format!("`{name}` takes {arguments}, found {found}"),
                )
                .label(format!("{found} given"))
            });
        }
        wanted == found
    }

    /// WAT3901 to WAT3903 and WAT4014: retired names of types are read as the canonical ones; one diagnostic for the token.
    fn legacy(&mut self, expr: &mut TypeExpr, node: NodeId) {
        let mut codes = Vec::new();
        self.canonical(expr, &mut codes);
        self.retired(&codes, node, || format!(":{}", written(expr)));
    }

    /// Tells the retired names of a token, if there are any, and what the token is with the present ones.
    fn retired(
        &mut self,
        codes: &[(u16, String, String)],
        node: NodeId,
        present: impl FnOnce() -> String,
    ) {
        // Of rejected and accepted spellings in one token, the rejected one counts.
        let rejected = codes.iter().find(|(code, ..)| *code != 7001);
        let Some(&(code, _, _)) = rejected.or(codes.first()) else {
            return;
        };
        let listed: Vec<String> = codes
            .iter()
            .map(|(_, old, new)| format!("`{old}` is `{new}`"))
            .collect();
        self.report(|| {
            let text = present();
            let message = match (code, codes) {
                (3904, [(_, old, _)]) => {
                    format!("a function type is written `:{FUNCTION}(…)->…`, not `{old}`")
                }
                (3902, [(_, old, _)]) if old == "()" => {
                    "the empty tuple type is written `:wat::core::nil`".to_owned()
                }
                _ => format!("retired type names: {}", listed.join(", ")),
            };
            Problem::new(code, Place::node(node), message)
                .label("retired spelling")
                .help(format!("write `{text}`"))
                .replace(
                    wat_syntax::Applicability::MachineApplicable,
                    Place::node(node),
                    &text,
                )
        });
    }

    /// The same of the type arguments of a name.
    pub(crate) fn legacy_arguments(&mut self, name: &str, args: &mut [TypeExpr], node: NodeId) {
        let mut codes = Vec::new();
        for arg in &mut *args {
            self.canonical(arg, &mut codes);
        }
        self.retired(&codes, node, || {
            let args: Vec<String> = args.iter().map(written).collect();
            format!("{name}<{}>", args.join(","))
        });
    }

    /// Replaces retired names by canonical ones; a declared type or parameter of that name stays.
    fn canonical(&self, expr: &mut TypeExpr, found: &mut Vec<(u16, String, String)>) {
        match expr {
            TypeExpr::Tuple(parts) if parts.is_empty() => {
                let nil = "wat::core::nil".to_owned();
                note(found, (3902, "()".to_owned(), nil.clone()));
                *expr = TypeExpr::Path {
                    path: nil,
                    args: Vec::new(),
                };
            }
            TypeExpr::Tuple(parts) => parts
                .iter_mut()
                .for_each(|part| self.canonical(part, found)),
            TypeExpr::Function { head, params, ret } => {
                let name = head.trim_start_matches(':');
                if FUNCTION_HEADS.contains(&name) {
                    note(
                        found,
                        (3904, format!("{name}(…)"), format!("{FUNCTION}(…)")),
                    );
                    *head = FUNCTION.to_owned();
                }
                params
                    .iter_mut()
                    .for_each(|part| self.canonical(part, found));
                self.canonical(ret, found);
            }
            TypeExpr::Path { path, args } => {
                let name = path.trim_start_matches(':');
                if let Some((code, canonical)) = legacy_name(name) {
                    let declared = self.generics.iter().any(|generic| **generic == *name)
                        || self
                            .program
                            .lookup_type(self.db, &format!(":{name}"))
                            .is_some();
                    if !declared {
                        note(found, (code, name.to_owned(), canonical.clone()));
                        *path = canonical;
                    }
                }
                if path.trim_start_matches(':') == "wat::kernel::ForkedChild" && args.len() == 2 {
                    let canonical = "wat::kernel::ForkedChild";
                    found.push((7001, format!("{canonical}<…>"), canonical.to_owned()));
                    args.clear();
                }
                args.iter_mut().for_each(|part| self.canonical(part, found));
            }
        }
    }

    /// WAT3101: the path of a member stands where a type does.
    fn is_member(&mut self, path: &str, node: NodeId) -> bool {
        let leaf = path.rfind("::").map_or(0, |at| at + 2);
        let is_member = path[leaf..].find('/').is_some_and(|at| at > 0);
        if is_member {
            let place = part_place(self.ast, node, path);
            self.report(|| {
                Problem::new(
                    3101,
                    place,
                    format!("`:{path}` is the path of a member, not a type"),
                )
                .label("not a type expression")
            });
        }
        is_member
    }

    fn unknown(&mut self, program: SourceFile, path: &str, node: NodeId) {
        if crate::names::is_excused(self.db, program, &format!(":{path}")) {
            return;
        }
        let is_parameter = path.len() == 1 && path.as_bytes()[0].is_ascii_uppercase();
        let place = part_place(self.ast, node, path);
        if is_parameter {
            return self.report(|| undeclared(path, place));
        }
        let Some(problems) = &mut self.problems else {
            return;
        };
        let message = format!("the type `:{path}` is not declared");
        let mut told = problems.iter_mut();
        let told = told.find(|told| told.code == 3203 && told.message == message);
        if let Some(first) = told {
            mention_again(first, part_places(self.ast, node, path));
            return;
        }
        let (db, ast) = (self.db, self.ast);
        if let Some(leak) = crate::hermetic::leak(db, program, None, &format!(":{path}"), place) {
            self.report(|| leak);
            return;
        }
        self.report(|| {
            let full = format!(":{path}");
            let found = near_types(db, program, &full);
            let mut problem =
                Problem::new(3203, place, format!("the type `{full}` is not declared"))
                    .label("unknown type");
            if let Some(help) = suggest::help(&found) {
                problem = problem.help(help);
            }
            // Members of a type of this name are mentioned too: then the declaration may be what is misspelled.
            let is_owner = |text: &str| {
                let rest = text.strip_prefix(&*full).unwrap_or_default();
                rest.starts_with("::") || rest.starts_with('/')
            };
            let machine = suggest::is_machine(&found) && !ast.texts().any(is_owner);
            for (index, candidate) in found.iter().enumerate() {
                let how = if machine && index == 0 {
                    wat_syntax::Applicability::MachineApplicable
                } else {
                    wat_syntax::Applicability::MaybeIncorrect
                };
                let bare = if place.part.is_some_and(|part| part.0 > 0) {
                    &candidate.name[1..]
                } else {
                    &candidate.name[..]
                };
                problem = problem.replace(how, place, bare);
            }
            problem
        });
    }
}

/// The head of function types, and its former spellings.
const FUNCTION: &str = "wat::core::Fn";
const FUNCTION_HEADS: [&str; 3] = ["fn", "wat::core::fn", "Fn"];

/// Notes a retired name, with its code and its present spelling, once.
fn note(found: &mut Vec<(u16, String, String)>, new: (u16, String, String)) {
    if !found.contains(&new) {
        found.push(new);
    }
}

/// The canonical spelling of a retired type name, and the code that says so.
fn legacy_name(name: &str) -> Option<(u16, String)> {
    Some(match name {
        "i64" | "f64" | "u8" | "bool" | "String" | "keyword" => {
            (3901, format!("wat::core::{name}"))
        }
        "wat::core::unit" => (3902, "wat::core::nil".to_owned()),
        "rust::crossbeam_channel::Sender" => (7001, "wat::kernel::Sender".to_owned()),
        "rust::crossbeam_channel::Receiver" => (7001, "wat::kernel::Receiver".to_owned()),
        "Vec" | "Vector" => (3903, "wat::core::Vector".to_owned()),
        "Option" | "Result" | "HashMap" | "HashSet" => (3903, format!("wat::core::{name}")),
        "wat::kernel::QueueSender" => (4014, "wat::kernel::Sender".to_owned()),
        "wat::kernel::QueueReceiver" => (4014, "wat::kernel::Receiver".to_owned()),
        "wat::kernel::QueuePair" => (4014, "wat::kernel::Channel".to_owned()),
        _ => {
            let rest = name.strip_prefix("wat::std::stream::")?;
            let now = format!("wat::stream::{rest}");
            let known = crate::library::entries(&format!(":{now}"));
            known
                .iter()
                .any(|entry| entry.is_type())
                .then_some((3450, now))?
        }
    })
}

/// A type expression as it is written, without the leading colon.
fn write_expr(expr: &TypeExpr, out: &mut String) {
    let list = |parts: &[TypeExpr], out: &mut String| {
        for (index, part) in parts.iter().enumerate() {
            if index > 0 {
                out.push(',');
            }
            write_expr(part, out);
        }
    };
    match expr {
        TypeExpr::Tuple(parts) => {
            out.push('(');
            list(parts, out);
            out.push_str(if parts.len() == 1 { ",)" } else { ")" });
        }
        TypeExpr::Function { head, params, ret } => {
            out.push_str(head.trim_start_matches(':'));
            out.push('(');
            list(params, out);
            out.push_str(")->");
            write_expr(ret, out);
        }
        TypeExpr::Path { path, args } => {
            out.push_str(path.trim_start_matches(':'));
            if !args.is_empty() {
                out.push('<');
                list(args, out);
                out.push('>');
            }
        }
    }
}

/// A type expression as it is written, without the leading colon.
fn written(expr: &TypeExpr) -> String {
    let mut text = String::new();
    write_expr(expr, &mut text);
    text
}

/// The paths in a type keyword, without colons; none if it is no type.
pub(crate) fn paths_of(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut work = Vec::from_iter(parse_type_keyword(text).ok());
    while let Some(expr) = work.pop() {
        match expr {
            TypeExpr::Path { path, args } => {
                found.push(path.trim_start_matches(':').to_owned());
                work.extend(args);
            }
            TypeExpr::Tuple(parts) => work.extend(parts),
            TypeExpr::Function { params, ret, .. } => {
                work.extend(params);
                work.push(*ret);
            }
        }
    }
    found
}

/// The part of a type keyword that names this path, as a place; the whole token if it is the path itself.
pub(crate) fn part_place<'db>(ast: &Ast, node: NodeId, path: &str) -> Place<'db> {
    let first = part_places(ast, node, path).into_iter().next();
    first.unwrap_or_else(|| Place::node(node))
}

/// The parts of a type keyword that name this path, as places.
fn part_places<'db>(ast: &Ast, node: NodeId, path: &str) -> Vec<Place<'db>> {
    let text = ast.as_keyword(node).unwrap_or_default();
    if text.len() == path.len() + 1 {
        return vec![Place::node(node)];
    }
    let is_part = |at: usize| {
        let after = text.as_bytes().get(at + path.len());
        matches!(text.as_bytes()[at - 1], b'<' | b'(' | b',' | b'>' | b':')
            && (at < 2 || &text[at - 2..at] != "::")
            && !after.is_some_and(|b| {
                b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b':' | b'/' | b'!' | b'?')
            })
    };
    let found = text.match_indices(path).map(|(at, _)| at);
    found
        .filter(|&at| at > 0 && is_part(at))
        .map(|at| Place::part(node, at, at + path.len()))
        .collect()
}

/// Adds a further mention of an unknown type to the report of the first one: a label, and an edit of each fix.
fn mention_again<'db>(first: &mut Problem<'db>, places: Vec<Place<'db>>) {
    const LABELLED: usize = 8;
    let known = |first: &Problem<'db>, place: &Place<'db>| {
        let mut edits = first.fixes.iter().flat_map(|fix| &fix.edits);
        first.at == *place
            || first.labels.iter().any(|(label, _)| label == place)
            || edits.any(|edit| edit.place == *place)
    };
    let new = places.into_iter().find(|place| !known(first, place));
    let Some(place) = new else { return };
    if first.labels.len() < LABELLED {
        first.labels.push((place, "also here".to_owned()));
    }
    for fix in &mut first.fixes {
        let name = fix.edits.first().map_or("", |edit| &edit.insert);
        let name = name.trim_start_matches(':');
        let colon = if place.part.is_some_and(|part| part.0 > 0) {
            ""
        } else {
            ":"
        };
        let insert = format!("{colon}{name}");
        fix.edits.push(ProblemEdit {
            at: EditAt::Replace,
            place,
            insert,
        });
    }
}

/// The names of the types a program can use, as candidates for a wrong one: those of the library and of the closed files,
/// which an edit leaves alone, and those of the others.
fn near_types(db: &dyn Db, program: SourceFile, wrong: &str) -> Vec<suggest::Suggestion> {
    let mut found = closed_type_names(db, program).rank(wrong, |_| true);
    found.extend(other_type_names(db, program).rank(wrong, |_| true));
    suggest::order(wrong, found)
}

#[salsa::tracked(returns(ref))]
fn closed_type_names(db: &dyn Db, program: SourceFile) -> suggest::Pool {
    let library = crate::library::LIBRARY_NAMES.iter();
    let library = library.filter(|entry| entry.is_type());
    let own = types(db, crate::names::closed_items(db, program));
    suggest::Pool::new(library.map(|entry| entry.name).chain(own))
}

#[salsa::tracked(returns(ref))]
fn other_type_names(db: &dyn Db, program: SourceFile) -> suggest::Pool {
    suggest::Pool::new(types(db, crate::names::other_items(db, program)))
}

fn types<'db>(
    db: &'db dyn Db,
    items: impl Iterator<Item = Item<'db>>,
) -> impl Iterator<Item = &'db str> {
    let types = items.filter(|item| item.kind(db).is_type());
    types.map(|item| item.name(db).text(db).as_str())
}

/// The type parameters of a type declaration.
#[salsa::tracked(returns(ref))]
fn type_generics<'db>(db: &'db dyn Db, item: Item<'db>) -> Box<[Arc<str>]> {
    generics(item.ast(db), item.name_node(db))
}

/// What an alias stands for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct AliasTarget {
    /// The type in terms of the alias's own parameters; of an alias on a cycle the error type.
    pub(crate) ty: Type,
    /// The alias reaches itself.
    pub(crate) is_cyclic: bool,
}

/// The type that an alias stands for.
#[salsa::tracked(returns(ref), cycle_result = cyclic_alias)]
pub(crate) fn alias_target<'db>(
    db: &'db dyn Db,
    program: SourceFile,
    item: Item<'db>,
) -> AliasTarget {
    AliasTarget {
        ty: read_alias(db, Sight::Program(program), item),
        is_cyclic: false,
    }
}

/// The type that an alias stands for, to those who see these names.
pub(crate) fn read_alias<'db>(db: &'db dyn Db, sight: Sight<'db>, item: Item<'db>) -> Type {
    let ast = item.ast(db);
    let generics = &generics(ast, item.name_node(db));
    let program = sight.of_item(db, item);
    let mut resolver = TypeResolver::quiet(db, program, ast, generics);
    let written = ast.children(item.root(db)).nth(2);
    let ty = written.map_or(Type::Error, |node| resolver.node(node));
    match resolver.has_unknown {
        true => Type::Error,
        false => ty,
    }
}

fn cyclic_alias<'db>(_: &'db dyn Db, _: salsa::Id, _: SourceFile, _: Item<'db>) -> AliasTarget {
    AliasTarget {
        ty: Type::Error,
        is_cyclic: true,
    }
}
