//! Facts for editors: definitions, what stands at a position, names.

use std::sync::Arc;

use wat_syntax::{NodeId, TextRange, TextSize};

use crate::db::{Db, SourceFile};
use crate::diagnostics::Span;
use crate::expand::{expansion, spot};
use crate::forms::{Placed, form_start, forms, read_form};
use crate::identity::{Author, Identity, identity, in_a_conversation};
use crate::infer::dispatch::dispatch_arms;
use crate::infer::{Inference, Referent, infer, infer_expression, value_type};
use crate::items::{Item, ItemKind, Name, declarations, file_items};
use crate::library;
use crate::names::{lookup, lookup_type, names};
use crate::program::primary_root;
use crate::signature::{docs, signature};
use crate::visibility::{is_admitted, refused_names};
use crate::whitelist::whitelist;

/// What a definition is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum DefKind {
    /// A function written in wat.
    Function,
    /// A function of the machine.
    Native,
    /// Part of the language.
    SpecialForm,
    /// An overloaded operator.
    Operator,
    /// One name for several functions.
    Dispatch,
    /// The keyword form of a callable under a name of its own.
    KeywordVariant,
    /// A value.
    Value,
    /// A macro.
    Macro,
    /// A type.
    Type,
}

/// A definition, as help shows it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DefInfo {
    /// The path.
    pub name: Arc<str>,
    /// What it is.
    pub kind: DefKind,
    /// One line: the signature, the type or the grammar.
    pub signature: String,
    /// The docstring.
    pub doc: Option<Arc<str>>,
    /// The defining form.
    pub span: Span,
    /// The name in it.
    pub name_span: Span,
}

/// What a token stands for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Target {
    /// A definition.
    Definition(DefInfo),
    /// A local.
    Local {
        /// Its name.
        name: Arc<str>,
        /// Where it is bound.
        declared: Span,
        /// Its type, rendered.
        ty: String,
    },
}

/// A token that stands for something.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SymbolAt {
    /// The token, or the part of a type keyword.
    pub range: TextRange,
    /// What it stands for.
    pub target: Target,
}

fn kind(kind: ItemKind) -> DefKind {
    match kind {
        ItemKind::Function => DefKind::Function,
        ItemKind::Value => DefKind::Value,
        ItemKind::Native => DefKind::Native,
        ItemKind::SpecialForm => DefKind::SpecialForm,
        ItemKind::Operator => DefKind::Operator,
        ItemKind::Dispatch => DefKind::Dispatch,
        ItemKind::Synonym => DefKind::Function,
        ItemKind::KeywordVariant => DefKind::KeywordVariant,
        ItemKind::Constructor | ItemKind::Accessor => DefKind::Function,
        ItemKind::UnitVariant => DefKind::Value,
        ItemKind::Macro => DefKind::Macro,
        _ => DefKind::Type,
    }
}

fn one_line<'db>(db: &'db dyn Db, program: SourceFile, item: Item<'db>) -> String {
    let ast = item.ast(db);
    match item.kind(db) {
        ItemKind::Function | ItemKind::Native | ItemKind::Constructor | ItemKind::Accessor => {
            signature(db, program, item)
                .as_ref()
                .map(|signature| signature.render())
                .unwrap_or_default()
        }
        ItemKind::Value => value_type(db, program, item).render(&[]),
        ItemKind::Bindings => String::new(),
        ItemKind::SpecialForm | ItemKind::Operator => ast
            .children(item.root(db))
            .nth(crate::whitelist::body_offset(ast, item.root(db)))
            .and_then(|node| ast.as_str(node))
            .unwrap_or_default()
            .to_owned(),
        ItemKind::Synonym => crate::synonym::target(db, program, item)
            .map(|target| one_line(db, program, target))
            .unwrap_or_default(),
        ItemKind::Dispatch => {
            let arms = dispatch_arms(db, program, item).iter().filter_map(|arm| {
                let target = arm.implementation?;
                signature(db, program, target)
                    .as_ref()
                    .map(|signature| signature.render())
            });
            arms.collect::<Vec<_>>().join(" | ")
        }
        ItemKind::KeywordVariant => crate::keywords::variant_line(db, program, item),
        ItemKind::UnitVariant => crate::nominal::owner(db, item)
            .map(|owner| crate::nominal::nominal(db, program, owner).itself())
            .map(|ty| ty.render(&[]))
            .unwrap_or_default(),
        ItemKind::NativeType | ItemKind::Struct | ItemKind::Enum | ItemKind::Newtype => ast
            .as_keyword(item.name_node(db))
            .unwrap_or_default()
            .to_owned(),
        ItemKind::Macro => crate::expand::signature_line(db, item),
        ItemKind::Alias => {
            let target = ast
                .children(item.root(db))
                .nth(2)
                .and_then(|node| ast.as_keyword(node));
            format!(
                "{} = {}",
                ast.as_keyword(item.name_node(db)).unwrap_or_default(),
                target.unwrap_or("_")
            )
        }
    }
}

fn node_span<'db>(db: &'db dyn Db, item: Item<'db>, node: NodeId) -> Span {
    let form = item.form(db);
    let node = spot(item.expansion(db), node.0).node;
    let range = read_form(db, form).spans.range(node) + form_start(db, form);
    Span {
        file: form.file(db),
        range,
    }
}

pub(crate) fn info<'db>(db: &'db dyn Db, program: SourceFile, item: Item<'db>) -> DefInfo {
    DefInfo {
        name: item.name(db).text(db).as_str().into(),
        kind: kind(item.kind(db)),
        signature: one_line(db, program, item),
        doc: documentation(db, program, item),
        span: node_span(db, item, item.root(db)),
        name_span: node_span(db, item, item.name_node(db)),
    }
}

/// The docstring; another name inherits that of its target.
pub(crate) fn documentation<'db>(
    db: &'db dyn Db,
    program: SourceFile,
    item: Item<'db>,
) -> Option<Arc<str>> {
    if item.kind(db) == ItemKind::KeywordVariant {
        return crate::keywords::variant_doc(db, program, item);
    }
    let Some(target) = crate::synonym::target(db, program, item) else {
        return docs(db, item);
    };
    let alias = format!("Alias of `{}`.", target.name(db).text(db));
    Some(match docs(db, target) {
        Some(doc) => format!("{alias}\n\n{doc}").into(),
        None => alias.into(),
    })
}

/// The definition of a path: callables and values first, then types.
pub fn definition(db: &dyn Db, program: SourceFile, name: &str) -> Option<DefInfo> {
    let item = lookup(db, program, name).or_else(|| lookup_type(db, program, name))?;
    Some(info(db, program, item))
}

/// All names that a program can use, its own and the library's, sorted.
pub fn all_names(db: &dyn Db, program: SourceFile) -> Vec<(Arc<str>, DefKind)> {
    let library = library::LIBRARY_NAMES
        .iter()
        .filter(|entry| !library::is_internal(entry.name))
        .map(|entry| {
            let kind = match entry.kind {
                "native" => DefKind::Native,
                "special-form" => DefKind::SpecialForm,
                "operator" => DefKind::Operator,
                "define-dispatch" => DefKind::Dispatch,
                _ if entry.is_type() => DefKind::Type,
                "def" | "def-restricted" => DefKind::Value,
                "defmacro" => DefKind::Macro,
                _ => DefKind::Function,
            };
            (Arc::from(entry.name), kind)
        });
    let own = names(db, program).items.values().copied();
    let own = own.chain(library::members(db)).map(|item| {
        (
            Arc::from(item.name(db).text(db).as_str()),
            kind(item.kind(db)),
        )
    });
    let mut all: Vec<(Arc<str>, DefKind)> = library.chain(own).collect();
    all.sort_by(|a, b| a.0.cmp(&b.0));
    all.dedup_by(|a, b| a.0 == b.0);
    all
}

/// The names that a position of a file may refer to, its program's and the library's, sorted.
pub fn names_at(db: &dyn Db, file: SourceFile, offset: TextSize) -> Vec<(Arc<str>, DefKind)> {
    names_for(db, primary_root(db, file), &identity_at(db, file, offset))
}

/// The names that what is typed into a conversation with a program may refer to, sorted.
pub fn names_in_conversation(db: &dyn Db, program: SourceFile) -> Vec<(Arc<str>, DefKind)> {
    names_for(db, program, &in_a_conversation())
}

fn names_for(db: &dyn Db, program: SourceFile, identity: &Identity) -> Vec<(Arc<str>, DefKind)> {
    let refused = refused_names(db, program, identity);
    let mut all = all_names(db, program);
    all.retain(|(name, _)| !refused.contains(&**name));
    all
}

/// Who is admitted to a restricted definition, and whether a position of a file is; `None` for what is public.
pub fn restriction_at(
    db: &dyn Db,
    file: SourceFile,
    offset: TextSize,
    name: &str,
) -> Option<String> {
    let program = primary_root(db, file);
    let item = lookup(db, program, name)?;
    let (list, _) = whitelist(db, program, item)?;
    let identity = identity_at(db, file, offset);
    let admitted = match is_admitted(db, program, &identity, item) {
        true => "is",
        false => "is not",
    };
    Some(format!(
        "{}; `{}` {admitted} admitted",
        list.describe(),
        identity.shown()
    ))
}

/// The identity of what is written at an offset.
fn identity_at(db: &dyn Db, file: SourceFile, offset: TextSize) -> Identity {
    let Some(placed) = form_at(db, file, offset) else {
        return match file.kind(db) {
            crate::FileKind::ReplInput | crate::FileKind::Session => in_a_conversation(),
            _ => Identity::of(":user::"),
        };
    };
    let read = read_form(db, placed.form);
    let at = offset - placed.start();
    let node = read.spans.node_at(&read.ast, at).unwrap_or(NodeId(0));
    let node = crate::problem::Place::written(node).node;
    let program = primary_root(db, file);
    let expansion = expansion(db, program, placed.form);
    let root = |item: &Item<'_>| spot(expansion, item.node(db)).node;
    let owner = declarations(db, program, placed.form)
        .items
        .iter()
        .copied()
        .filter(|item| read.spans.range(root(item)).contains_inclusive(at))
        .max_by_key(|item| (item.node(db), item.kind(db).is_type()));
    match owner {
        Some(item) => identity(db, Author::Definition(item), node),
        None => identity(
            db,
            Author::Expression {
                program,
                form: placed.form,
            },
            node,
        ),
    }
}

/// The definitions of a file in source order.
pub fn file_definitions(db: &dyn Db, file: SourceFile) -> Vec<DefInfo> {
    let program = primary_root(db, file);
    if file.kind(db) == crate::FileKind::Library {
        let path = file.path(db);
        let path = path.trim_start_matches(library::SCHEME);
        let at = library::LIBRARY_FILES
            .iter()
            .position(|file| file.path == path);
        let mut entries: Vec<_> = library::LIBRARY_NAMES
            .iter()
            .filter(|entry| Some(usize::from(entry.file)) == at)
            .collect();
        entries.sort_by_key(|entry| entry.start);
        let item = |entry: &&library::LibraryName| match entry.is_type() {
            true => lookup_type(db, program, entry.name),
            false => lookup(db, program, entry.name),
        };
        return entries
            .iter()
            .filter_map(item)
            .map(|item| info(db, program, item))
            .collect();
    }
    file_items(db, program, file)
        .iter()
        .map(|&item| info(db, program, item))
        .collect()
}

fn form_at<'db>(db: &'db dyn Db, file: SourceFile, offset: TextSize) -> Option<Placed<'db>> {
    let placed = &forms(db, file).placed;
    let after = placed.partition_point(|placed| placed.start() <= offset);
    let found = placed[..after].last()?;
    (offset <= found.range().end()).then_some(*found)
}

/// Runs `f` on the inference of each definition and expression of a form.
pub(crate) fn inferences<'db, R>(
    db: &'db dyn Db,
    program: SourceFile,
    placed: Placed<'db>,
    mut f: impl FnMut(&Inference<'db>) -> Option<R>,
) -> Option<R> {
    let found = declarations(db, program, placed.form);
    for &item in found.items.iter().chain(&found.bindings) {
        if let Some(result) = f(&infer(db, program, item)) {
            return Some(result);
        }
    }
    found
        .expressions
        .iter()
        .find_map(|&node| f(&infer_expression(db, program, placed.form, NodeId(node))))
}

/// What the token at an offset stands for.
pub fn symbol_at(db: &dyn Db, file: SourceFile, offset: TextSize) -> Option<SymbolAt> {
    let program = primary_root(db, file);
    let placed = form_at(db, file, offset)?;
    let read = read_form(db, placed.form);
    let node = read.spans.node_at(&read.ast, offset - placed.start())?;
    let range = read.spans.range(node) + placed.start();
    let expansion = expansion(db, program, placed.form);
    // What a macro dropped has no meaning; what it copied means what its first copy means.
    let copy = match expansion {
        Some(expansion) => expansion.copy_of(node),
        None => Some(node),
    };
    for &item in &declarations(db, program, placed.form).items {
        if copy.is_some_and(|copy| item.name_node(db) == copy) {
            return Some(SymbolAt {
                range,
                target: Target::Definition(info(db, program, item)),
            });
        }
    }
    let found = copy.and_then(|copy| {
        inferences(db, program, placed, |inference| {
            let (_, referent) = inference.references.iter().find(|(at, _)| *at == copy)?;
            Some(match *referent {
                Referent::Item(item) => Target::Definition(info(db, program, item)),
                Referent::Local(local) => {
                    let local = &inference.locals[local.0 as usize];
                    let declared = spot(expansion, local.node.0).node;
                    let declared = read.spans.range(declared) + placed.start();
                    Target::Local {
                        name: local.name.clone(),
                        declared: Span {
                            file,
                            range: declared,
                        },
                        ty: inference.table.render(local.ty, &inference.generics),
                    }
                }
            })
        })
    });
    if let Some(target) = found {
        return Some(SymbolAt { range, target });
    }
    read.ast.as_keyword(node)?;
    part_at(db, program, file, range, offset)
}

/// The path inside a keyword token that the offset touches.
fn part_at(
    db: &dyn Db,
    program: SourceFile,
    file: SourceFile,
    token: TextRange,
    offset: TextSize,
) -> Option<SymbolAt> {
    let text = file.text(db);
    let text = text.text();
    let (start, end) = (usize::from(token.start()), usize::from(token.end()));
    let is_path = |byte: u8| {
        byte.is_ascii_alphanumeric()
            || matches!(
                byte,
                b'_' | b'-'
                    | b'+'
                    | b'*'
                    | b'/'
                    | b'='
                    | b'!'
                    | b'?'
                    | b'&'
                    | b'.'
                    | b'$'
                    | b'%'
                    | b'\''
                    | b':'
            )
    };
    let at = usize::from(offset);
    let from = (start..at)
        .rev()
        .find(|&i| !is_path(text.as_bytes()[i]))
        .map_or(start, |i| i + 1);
    let to = (at..end)
        .find(|&i| !is_path(text.as_bytes()[i]))
        .unwrap_or(end);
    let part = text.get(from..to)?;
    let path = format!(":{}", part.trim_start_matches(':'));
    let item = lookup_type(db, program, &path).or_else(|| lookup(db, program, &path))?;
    let from = from + usize::from(part.starts_with(':') && from > start);
    let range = TextRange::new(TextSize::new(from as u32), TextSize::new(to as u32));
    Some(SymbolAt {
        range,
        target: Target::Definition(info(db, program, item)),
    })
}

/// The smallest expression that covers a range, and its type.
pub fn type_at(db: &dyn Db, file: SourceFile, range: TextRange) -> Option<(TextRange, String)> {
    let program = primary_root(db, file);
    let placed = form_at(db, file, range.start())?;
    let spans = &read_form(db, placed.form).spans;
    let expansion = expansion(db, program, placed.form);
    inferences(db, program, placed, |inference| {
        let written = inference.exprs.iter().filter_map(|expr| {
            let at = spot(expansion, expr.node.0);
            at.made.is_none().then(|| (spans.range(at.node), expr))
        });
        written
            .filter(|(at, _)| (*at + placed.start()).contains_range(range))
            .min_by_key(|(at, expr)| (at.len(), std::cmp::Reverse(expr.node)))
            .map(|(at, expr)| {
                (
                    at + placed.start(),
                    inference.table.render(expr.ty, &inference.generics),
                )
            })
    })
}

/// Names near a wrong one, best first.
pub fn suggest_names(db: &dyn Db, program: SourceFile, wrong: &str) -> Vec<Arc<str>> {
    let wrong = Name::new(db, wrong);
    let position = crate::names::Position::Head;
    let found = crate::names::candidates(db, program, wrong, in_a_conversation(), position);
    found.iter().map(|found| found.name.clone()).collect()
}
