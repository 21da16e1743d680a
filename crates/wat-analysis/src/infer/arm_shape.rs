//! The declaration of a dispatch: what is wrong with it, and whether anything is. Calls of one with a mistake are
//! silent.

use wat_syntax::{Applicability, Ast, NodeId, NodeKind};
use wat_value::counted;

use crate::db::{Db, FileKind, SourceFile};
use crate::items::{Item, ItemKind};
use crate::names::{is_excused, is_retyped, lookup, program_of};
use crate::problem::{EditAt, Place, Problem, ProblemEdit, other_brackets};
use crate::resolve::{Mention, TypeResolver};
use crate::signature::{Signature, signature};
use crate::types::Type;

use super::dispatch::letters;
use super::table::{Table, Ty};
use super::{How, Infer};

/// What is known of the declaration of a dispatch.
#[derive(Clone, PartialEq, Eq, Debug, Default, salsa::SalsaValue)]
struct Declared<'db> {
    problems: Vec<Problem<'db>>,
    /// Something in it is told, here or where it comes from.
    is_broken: bool,
    mentions: Vec<Mention<'db>>,
    /// The implementations of arms, and the nodes that name them.
    implementations: Vec<(u32, Item<'db>)>,
}

/// Is something wrong with the declaration of a dispatch, so that nobody knows what its calls mean?
#[salsa::tracked(returns(copy))]
pub(super) fn is_broken<'db>(db: &'db dyn Db, program: SourceFile, item: Item<'db>) -> bool {
    item.form(db).file(db).kind(db) != FileKind::Library
        && declared(db, program_of(db, program, item), item).is_broken
}

impl<'db> Infer<'db> {
    /// WAT2111, and what is wrong with the types of arms.
    pub(super) fn check_dispatch(&mut self, item: Item<'db>) {
        let declared = declared(self.db, self.program, item);
        self.problems.extend(declared.problems.iter().cloned());
        self.mentions.extend(declared.mentions.iter().copied());
        for &(node, implementation) in &declared.implementations {
            self.refer(NodeId(node), implementation, How::Value);
        }
    }
}

#[salsa::tracked(returns(ref))]
fn declared<'db>(db: &'db dyn Db, program: SourceFile, item: Item<'db>) -> Declared<'db> {
    let (ast, root) = (item.ast(db), item.root(db));
    let mut reading = Reading {
        db,
        program,
        ast,
        found: Declared::default(),
        arity: None,
    };
    if ast.is_poisoned(root) {
        reading.found.is_broken = true;
        return reading.found;
    }
    let mut arms = ast.children(root).skip(2).peekable();
    if arms.peek().is_none() {
        let problem = Problem::new(2111, Place::node(root), "a dispatch needs at least one arm");
        reading.tell(problem.label("no arms"));
    }
    while let Some(arm) = arms.next() {
        match shape(ast, arm) {
            Some((types, target)) => reading.arm(arm, types, target),
            None => {
                let target =
                    arms.next_if(|&next| is_keywords(ast, arm) && ast.as_keyword(next).is_some());
                reading.misshapen(arm, target);
            }
        }
    }
    reading.found
}

/// The types and the implementation of an arm, in whatever brackets they stand.
fn shape(ast: &Ast, arm: NodeId) -> Option<(NodeId, NodeId)> {
    let is_list = |node| matches!(ast.kind(node), NodeKind::List | NodeKind::Vector);
    let parts: Vec<NodeId> = ast.children(arm).take(3).collect();
    match parts[..] {
        [types, target] if is_list(arm) && is_list(types) && ast.child_count(types) > 0 => {
            ast.as_keyword(target).map(|_| (types, target))
        }
        _ => None,
    }
}

/// Is it a list of keywords, as the types of an arm are?
fn is_keywords(ast: &Ast, node: NodeId) -> bool {
    ast.kind(node) == NodeKind::List
        && ast.child_count(node) > 0
        && ast
            .children(node)
            .all(|part| ast.as_keyword(part).is_some())
}

fn holds_error(ty: &Type) -> bool {
    let mut work = vec![ty];
    while let Some(ty) = work.pop() {
        match ty {
            Type::Error => return true,
            Type::App(_, parts) => work.extend(parts.iter()),
            _ => {}
        }
    }
    false
}

struct Reading<'db> {
    db: &'db dyn Db,
    program: SourceFile,
    ast: &'db Ast,
    found: Declared<'db>,
    /// The number of types in the first arm.
    arity: Option<usize>,
}

impl<'db> Reading<'db> {
    fn tell(&mut self, problem: Problem<'db>) {
        self.found.is_broken = true;
        self.found.problems.push(problem);
    }

    /// What is no arm. The implementation may stand behind it.
    fn misshapen(&mut self, arm: NodeId, target: Option<NodeId>) {
        let ast = self.ast;
        if ast.is_poisoned(arm) || ast.kind(arm) == NodeKind::Error {
            self.found.is_broken = true;
            return;
        }
        let problem = Problem::new(
            2111,
            Place::node(arm),
            "an arm of a dispatch is `((:Type …) :implementation)`",
        )
        .label("not an arm");
        let edit = |at, node, insert: &str| ProblemEdit {
            at,
            place: Place::node(node),
            insert: insert.to_owned(),
        };
        let parts: Vec<NodeId> = ast.children(arm).collect();
        let around = match (target, &parts[..]) {
            (Some(target), _) => Some(("put the arm in parentheses", arm, target)),
            (None, [first, .., last, _]) if is_keywords(ast, arm) => {
                Some(("put the types in parentheses", *first, *last))
            }
            (None, [first, _]) if is_keywords(ast, arm) => {
                Some(("put the types in parentheses", *first, *first))
            }
            _ => None,
        };
        let problem = match around {
            Some((title, first, last)) => problem.fix(
                title,
                Applicability::MaybeIncorrect,
                vec![
                    edit(EditAt::Before, first, "("),
                    edit(EditAt::After, last, ")"),
                ],
            ),
            None => problem,
        };
        self.tell(problem);
    }

    fn arm(&mut self, arm: NodeId, types: NodeId, target: NodeId) {
        for list in [arm, types] {
            if self.ast.kind(list) == NodeKind::Vector {
                self.in_parentheses(list);
            }
        }
        let count = self.ast.child_count(types);
        let differs = *self.arity.get_or_insert(count) != count;
        if differs {
            self.tell(
                Problem::new(
                    2111,
                    Place::node(types),
                    "all arms of a dispatch take the same number of arguments",
                )
                .label(format!("{count} here")),
            );
        }
        let read = self.types(types);
        let function = self.implementation(target, count, differs);
        if let Some(signature) = function
            && !read.iter().any(holds_error)
        {
            self.judge(types, target, &read, signature);
        }
    }

    /// WAT2111: the brackets of an arm.
    fn in_parentheses(&mut self, list: NodeId) {
        let problem = Problem::new(
            2111,
            Place::node(list),
            "an arm of a dispatch is `((:Type …) :implementation)`",
        )
        .label("not in parentheses")
        .fix(
            "write it in parentheses",
            Applicability::MachineApplicable,
            other_brackets(Place::node(list), "(", ")"),
        );
        self.tell(problem);
    }

    /// The types of an arm. Single upper-case letters are type variables.
    fn types(&mut self, types: NodeId) -> Vec<Type> {
        let letters = letters();
        let ast = self.ast;
        let mut problems = std::mem::take(&mut self.found.problems);
        let told = problems.len();
        let mut read = Vec::new();
        for node in ast.children(types) {
            if ast.as_keyword(node).is_none() {
                if !ast.is_poisoned(node) && ast.kind(node) != NodeKind::Error {
                    problems.push(
                        Problem::new(
                            2111,
                            Place::node(node),
                            "an arm of a dispatch lists types: `((:Type …) :implementation)`",
                        )
                        .label("not a type"),
                    );
                }
                read.push(Type::Error);
                continue;
            }
            let mut resolver = TypeResolver {
                mentions: Some(&mut self.found.mentions),
                problems: Some(&mut problems),
                ..TypeResolver::quiet(self.db, self.program.into(), ast, &letters)
            };
            read.push(resolver.node(node));
        }
        let is_broken = problems.len() > told || read.iter().any(holds_error);
        self.found.is_broken |= is_broken;
        self.found.problems = problems;
        read
    }

    /// The signature of an implementation with so many parameters; WAT2111 if it is none.
    fn implementation(
        &mut self,
        target: NodeId,
        count: usize,
        differs: bool,
    ) -> Option<&'db Signature> {
        let (db, program) = (self.db, self.program);
        let path = self.ast.as_keyword(target).unwrap_or_default();
        let item = lookup(db, program, path);
        self.found
            .implementations
            .extend(item.map(|item| (target.0, item)));
        let callable = item.and_then(|item| match item.kind(db) {
            ItemKind::Synonym => crate::synonym::target(db, program, item),
            _ => Some(item),
        });
        let signature = callable.and_then(|item| signature(db, program, item).as_ref());
        let signature = signature.map(|signature| &**signature);
        let is_told = is_excused(db, program, path)
            || self.ast.is_poisoned(target)
            // The alias tells of its target.
            || item.is_some() && callable.is_none()
            || callable.is_some_and(|item| is_retyped(db, program, item, true))
            || signature.is_some_and(|signature| signature.is_misshapen);
        if is_told {
            self.found.is_broken = true;
            return None;
        }
        let fits =
            |signature: &&Signature| signature.params.len() == count && signature.rest.is_none();
        if signature.as_ref().is_some_and(fits) {
            return signature;
        }
        self.found.is_broken = true;
        // An arm of another arity may fit nothing for that reason alone.
        if !(differs && callable.is_some()) {
            let message = match item {
                None => format!("no function is called `{path}`"),
                Some(_) => format!("`{path}` is no function of {}", counted(count, "argument")),
            };
            let problem = Problem::new(2111, Place::node(target), message);
            self.tell(problem.label("not an implementation of this arm"));
        }
        None
    }

    /// WAT2111: an implementation that takes nothing of what its arm is for. One that takes a part of it is judged by each
    /// call.
    fn judge(&mut self, types: NodeId, target: NodeId, read: &[Type], signature: &Signature) {
        let mut table = Table::new();
        let letters: Vec<Ty> = letters().iter().map(|_| table.var()).collect();
        let own: Vec<Ty> = signature.generics.iter().map(|_| table.var()).collect();
        for ((written, param), at) in read
            .iter()
            .zip(&signature.params)
            .zip(self.ast.children(types))
        {
            let of_arm = table.instantiate(written, &letters);
            let taken = table.instantiate(&param.ty, &own);
            if table.unify(of_arm, taken).is_ok() {
                continue;
            }
            let path = self.ast.as_keyword(target).unwrap_or_default();
            let want = param.ty.render(&signature.generics);
            let have = written.render(&self::letters());
            self.tell(
                Problem::new(
                    2111,
                    Place::node(target),
                    format!("`{path}` takes `{want}`, and its arm is for `{have}`"),
                )
                .label("not an implementation of this arm")
                .also(Place::node(at), "the type in the arm")
                .mismatch(want, have),
            );
            return;
        }
    }
}
