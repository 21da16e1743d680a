//! What stands where it cannot: declarations inside expressions, and a `do` without forms.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};
use wat_syntax::{Applicability, Ast, NodeId, NodeKind};

use crate::closed::{OfClosed, OfFiles, of_closed};
use crate::db::{Db, SourceFile};
use crate::forms::{Form, ast, form_list};
use crate::items::{ItemKind, Name, declared_name, definer, written_declarations};
use crate::library::library_item;
use crate::problem::{Place, Problem};
use crate::program::load_graph;
use crate::signature::{function_list, function_shape};
use crate::whitelist::body_offset;

/// WAT2004: a declaration inside an expression.
pub(crate) fn declaration<'db>(node: NodeId, path: &str) -> Problem<'db> {
    Problem::new(
        2004,
        Place::node(node),
        format!("`{path}` declares a name and cannot stand inside an expression"),
    )
    .label("a declaration in an expression")
    .help("move it to the top level, or bind a local with `:wat::core::let`")
}

/// WAT2205: a `do` without forms.
pub(crate) fn empty_do<'db>(node: NodeId) -> Problem<'db> {
    Problem::new(2205, Place::node(node), "`(:wat::core::do)` is empty")
        .label("no form to evaluate")
        .help("the nil value is written `:wat::core::nil`")
        .replace(
            Applicability::MachineApplicable,
            Place::node(node),
            ":wat::core::nil",
        )
}

/// The declarations in the branches of an expression at the top level: branches are no splice.
pub(crate) fn in_branches<'db>(ast: &Ast, expression: NodeId) -> Vec<Problem<'db>> {
    let mut found = Vec::new();
    let mut work = vec![expression];
    while let Some(node) = work.pop() {
        let head = ast.children(node).next();
        let head = head.filter(|_| ast.kind(node) == NodeKind::List);
        let Some(path) = head.and_then(|head| ast.as_keyword(head)) else {
            continue;
        };
        let children = ast.children(node).skip(1);
        let start = work.len();
        match path {
            ":wat::core::if" | ":wat::core::when" | ":wat::core::unless" | ":wat::core::do"
            | ":wat::core::let" | ":wat::core::let*" => work.extend(children),
            // The arms are lists of a test or pattern and a body.
            ":wat::core::cond" | ":wat::core::match" => {
                work.extend(children.flat_map(|arm| ast.children(arm).skip(1)));
            }
            _ if definer(ast, node, path).is_some() => found.push(declaration(node, path)),
            _ => {}
        }
        work[start..].reverse();
    }
    found
}

/// A declaration inside an expression, of which WAT2004 tells.
#[derive(Clone, PartialEq, Eq, Hash, Debug, salsa::SalsaValue)]
struct Misplaced {
    name: Box<str>,
    is_macro: bool,
    /// The heads of the program around it. If one of them is a macro, it may put the declaration where it can stand.
    under: Vec<Box<str>>,
}

/// The names that declarations inside expressions would define, and whether they are those of macros.
#[salsa::tracked(returns(ref))]
pub(crate) fn misplaced_names(db: &dyn Db, root: SourceFile) -> FxHashMap<Box<str>, bool> {
    let all = OfFiles::new(db, closed_misplaced(db), misplaced_in_file);
    let files = load_graph(db, root).files.iter();
    let found: Vec<&Misplaced> = files.flat_map(|&file| all.of(file)).collect();
    if found.iter().all(|it| it.under.is_empty()) {
        return found
            .iter()
            .map(|it| (it.name.clone(), it.is_macro))
            .collect();
    }
    let files = load_graph(db, root).files.iter();
    let forms = files.flat_map(|&file| form_list(db, file).iter().copied());
    let items = forms.flat_map(|form| &written_declarations(db, form).items);
    let called: FxHashSet<&str> = items
        .filter(|item| !matches!(item.kind(db), ItemKind::Macro))
        .map(|item| item.name(db).text(db).as_str())
        .collect();
    let is_code = |it: &&&Misplaced| it.under.iter().all(|head| called.contains(&**head));
    let certain = found.iter().filter(is_code);
    certain.map(|it| (it.name.clone(), it.is_macro)).collect()
}

/// The declarations inside the expressions of a file, as it is written.
#[salsa::tracked(returns(ref))]
fn misplaced_in_file(db: &dyn Db, file: SourceFile) -> Arc<Vec<Misplaced>> {
    let forms = form_list(db, file).iter();
    Arc::new(forms.flat_map(|&form| misplaced_in(db, form)).collect())
}

#[salsa::tracked(returns(ref))]
fn closed_misplaced(db: &dyn Db) -> OfClosed<Vec<Misplaced>> {
    of_closed(db, misplaced_in_file)
}

fn misplaced_in<'db>(db: &'db dyn Db, form: Form<'db>) -> Vec<Misplaced> {
    let ast = ast(db, form);
    if ast.is_empty() || ast.is_damaged() {
        return Vec::new();
    }
    let declares = |node: NodeId| {
        let head = ast.children(node).next();
        let head = head.filter(|_| ast.kind(node) == NodeKind::List);
        head.and_then(|head| ast.as_keyword(head))
            .is_some_and(|path| definer(ast, node, path).is_some())
    };
    let written = written_declarations(db, form);
    // Most forms declare what they are, and nothing else.
    let all = (0..ast.len() as u32).filter(|&node| declares(NodeId(node)));
    if all.count()
        == written
            .items
            .iter()
            .filter(|item| !item.kind(db).is_member())
            .count()
    {
        return Vec::new();
    }
    let mut walk = Walk {
        db,
        ast,
        work: Vec::new(),
        heads: Vec::new(),
        found: Vec::new(),
    };
    for &node in &written.expressions {
        for problem in in_branches(ast, NodeId(node)) {
            walk.declares(NodeId(problem.at.node), None);
        }
    }
    for item in written.items.iter().chain(&written.bindings) {
        let root = item.root(db);
        match item.kind(db) {
            ItemKind::Function => {
                let list = function_list(ast, root, ItemKind::Function);
                let body = list.map(|(list, skip)| function_shape(ast, list, skip).body(ast));
                walk.all(body.into_iter().flatten(), None);
            }
            ItemKind::Value => {
                walk.all(
                    ast.children(root).skip(body_offset(ast, root)).take(1),
                    None,
                );
            }
            ItemKind::Bindings => walk.all(ast.children(root).skip(1).take(1), None),
            _ => {}
        }
    }
    walk.run();
    walk.found
}

/// Goes through the code of a form, without what is data or the business of a macro.
struct Walk<'db> {
    db: &'db dyn Db,
    ast: &'db Ast,
    /// Nodes, and the nearest head of the program around each.
    work: Vec<(NodeId, Option<usize>)>,
    /// Heads of the program, and the one around each.
    heads: Vec<(&'db str, Option<usize>)>,
    found: Vec<Misplaced>,
}

/// Forms of the language whose operands are expressions; of `fn`, what is none of them is no list.
const FORMS: [&str; 24] = [
    ":wat::core::->",
    ":wat::core::->>",
    ":wat::core::Err",
    ":wat::core::HashMap",
    ":wat::core::HashSet",
    ":wat::core::Ok",
    ":wat::core::Option/expect",
    ":wat::core::Option/try",
    ":wat::core::Result/expect",
    ":wat::core::Result/try",
    ":wat::core::Some",
    ":wat::core::Tuple",
    ":wat::core::Vector",
    ":wat::core::and",
    ":wat::core::apply",
    ":wat::core::do",
    ":wat::core::fn",
    ":wat::core::format",
    ":wat::core::if",
    ":wat::core::let",
    ":wat::core::or",
    ":wat::core::string::interpolate",
    ":wat::core::unless",
    ":wat::core::when",
];

impl<'db> Walk<'db> {
    fn all(&mut self, nodes: impl Iterator<Item = NodeId>, under: Option<usize>) {
        self.work.extend(nodes.map(|node| (node, under)));
    }

    fn run(&mut self) {
        let ast = self.ast;
        while let Some((node, under)) = self.work.pop() {
            let head = ast.children(node).next();
            let head = head.filter(|_| ast.kind(node) == NodeKind::List);
            let Some(path) = head.and_then(|head| ast.as_keyword(head)) else {
                self.all(ast.children(node), under);
                continue;
            };
            let operands = ast.children(node).skip(1);
            if definer(ast, node, path).is_some() {
                self.declares(node, under);
            } else if matches!(path, ":wat::core::cond" | ":wat::core::match") {
                // The arms are lists of a test or pattern and a body.
                let arms = operands.flat_map(|arm| match ast.kind(arm) {
                    NodeKind::List => ast.children(arm).skip(1).collect(),
                    _ => Vec::new(),
                });
                self.all(arms, under);
            } else if path.starts_with(":wat::") {
                let item = library_item(self.db, Name::new(self.db, path), false);
                let is_code = match item.map(|item| item.kind(self.db)) {
                    Some(ItemKind::SpecialForm) => FORMS.contains(&path),
                    Some(kind) => kind != ItemKind::Macro,
                    None => false,
                };
                if is_code {
                    self.all(operands, under);
                }
            } else {
                self.heads
                    .push((crate::items::split_generic(path).0, under));
                self.all(operands, Some(self.heads.len() - 1));
            }
        }
    }

    fn declares(&mut self, node: NodeId, mut under: Option<usize>) {
        let ast = self.ast;
        let head = ast.children(node).next();
        let head = head
            .and_then(|head| ast.as_keyword(head))
            .unwrap_or_default();
        let (Some(kind), Some(name)) = (definer(ast, node, head), declared_name(ast, node)) else {
            return;
        };
        let mut around = Vec::new();
        while let Some(at) = under {
            let (path, outer) = self.heads[at];
            around.push(path.into());
            under = outer;
        }
        self.found.push(Misplaced {
            name: name.into(),
            is_macro: kind == ItemKind::Macro,
            under: around,
        });
    }
}
