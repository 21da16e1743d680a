//! Names in programs that are given as forms (chapter 03 §1.8): such a program sees the library and its own forms.

use rustc_hash::{FxHashMap, FxHashSet};
use wat_syntax::{Applicability, NodeId, NodeKind};

use crate::db::FileKind;
use crate::items::{Item, split_generic};
use crate::names::{lookup, lookup_type};
use crate::problem::{EditAt, Place, Problem, ProblemEdit};
use crate::resolve::{part_place, paths_of};

use super::{Infer, quote};

/// The verbs that run a program given as forms.
const VERBS: [&str; 8] = [
    ":wat::kernel::run-sandboxed-ast",
    ":wat::kernel::run-sandboxed-hermetic-ast",
    ":wat::kernel::run-hermetic-ast",
    ":wat::test::run-hermetic-ast",
    ":wat::kernel::spawn-program-ast",
    ":wat::kernel::fork-program-ast",
    ":wat::kernel::spawn-process",
    ":wat::kernel::fork-with-forms",
];

/// How many mentions of one name are pointed at.
const LABELLED: usize = 8;

impl<'db> Infer<'db> {
    /// WAT3213: what a program that is given as forms mentions, and only this program defines.
    pub(super) fn inner_programs(&mut self, verb: &str, call: NodeId) {
        if !VERBS.contains(&verb) {
            return;
        }
        let given: Vec<NodeId> = self.ast.children(call).skip(1).collect();
        for forms in given {
            if self.head_path(forms) == Some(quote::FORMS) {
                self.inner_program(forms);
            }
        }
    }

    fn head_path(&self, node: NodeId) -> Option<&'db str> {
        let head = self.ast.children(node).next()?;
        let is_list = self.ast.kind(node) == NodeKind::List;
        self.ast.as_keyword(head).filter(|_| is_list)
    }

    fn inner_program(&mut self, forms: NodeId) {
        let program: Vec<NodeId> = self.ast.children(forms).skip(1).collect();
        let loads = |&form: &NodeId| self.head_path(form).is_some_and(crate::loads::is_load);
        if program.iter().any(loads) {
            // What a load brings is not known here.
            return;
        }
        let own = self.defined_in(&program);
        let mut told: FxHashMap<&'db str, usize> = FxHashMap::default();
        let mut work: Vec<NodeId> = program.iter().rev().copied().collect();
        while let Some(node) = work.pop() {
            if let Some(text) = self.ast.as_keyword(node) {
                if !self.ast.is_poisoned(node) {
                    self.inner_mention(node, text, &own, &mut told, program[0]);
                }
                continue;
            }
            let head = self.head_path(node);
            if matches!(head, Some(quote::QUOTE | quote::FORMS | quote::QUASIQUOTE)) {
                continue;
            }
            let mut children: Vec<NodeId> = self.ast.children(node).collect();
            let is_clause = |&child: &NodeId| self.ast.as_keyword(child) == Some(":restricted-to");
            if let Some(at) = children.iter().position(is_clause) {
                // A list of callers is text.
                children.drain(at..children.len().min(at + 2));
            }
            work.extend(children.into_iter().rev());
        }
    }

    /// The paths that the forms of a program may define: the names of definitions, and whatever path a form that
    /// may be a macro call is given.
    fn defined_in(&self, program: &[NodeId]) -> FxHashSet<&'db str> {
        let mut own = FxHashSet::default();
        let mut work: Vec<NodeId> = program.to_vec();
        while let Some(form) = work.pop() {
            let Some(head) = self.head_path(form) else {
                continue;
            };
            let parts = self.ast.children(form).skip(1);
            match head {
                ":wat::core::do" | ":wat::core::let" => work.extend(parts),
                // A call, or a definition: its name, in former spellings the first part of its signature.
                _ if head.starts_with(":wat::") => {
                    let mut parts = parts;
                    let former = matches!(head, ":wat::core::define" | ":wat::core::defmacro");
                    let name = parts.next().and_then(|part| {
                        let first = self.ast.children(part).next().filter(|_| former);
                        self.ast.as_keyword(first.unwrap_or(part))
                    });
                    let name = name.filter(|_| declares(head));
                    own.extend(name.map(|path| split_generic(path).0));
                }
                _ => {
                    let paths = parts.filter_map(|part| self.ast.as_keyword(part));
                    own.extend(paths.map(|path| split_generic(path).0));
                }
            }
        }
        own
    }

    fn inner_mention(
        &mut self,
        node: NodeId,
        text: &'db str,
        own: &FxHashSet<&'db str>,
        told: &mut FxHashMap<&'db str, usize>,
        first: NodeId,
    ) {
        let (canonical, _) = split_generic(text);
        let mut found: Vec<(String, Place<'db>)> = Vec::new();
        if canonical.len() < text.len() || canonical == ":" {
            for path in paths_of(text) {
                let place = part_place(self.ast, node, &path);
                found.push((format!(":{path}"), place));
            }
        } else {
            found.push((canonical.to_owned(), Place::node(node)));
        }
        for (path, place) in found {
            if !path.contains("::") || is_own(&path, own) {
                continue;
            }
            let Some(item) = self.outer(&path) else {
                continue;
            };
            // What a type generates is told with the type.
            let item = crate::nominal::owner(self.db, item).unwrap_or(item);
            let name: &'db str = item.name(self.db).text(self.db);
            match told.get(name).and_then(|&at| self.problems.get_mut(at)) {
                Some(problem) if problem.labels.len() <= LABELLED => {
                    problem.labels.push((place, "mentioned here too".into()));
                }
                Some(_) => {}
                None => {
                    told.insert(name, self.problems.len());
                    let problem = leak(self.db, item, &path, place, first);
                    self.problems.push(problem);
                }
            }
        }
    }

    /// What a path names in the enclosing program, the library aside.
    fn outer(&self, path: &str) -> Option<Item<'db>> {
        let item = lookup(self.db, self.program, path)
            .or_else(|| lookup_type(self.db, self.program, path))?;
        (item.form(self.db).file(self.db).kind(self.db) != FileKind::Library).then_some(item)
    }
}

fn leak<'db>(
    db: &'db dyn crate::db::Db,
    item: Item<'db>,
    path: &str,
    place: Place<'db>,
    first: NodeId,
) -> Problem<'db> {
    Problem::new(
        3213,
        place,
        format!("`{path}` is defined in the enclosing program, which this inner one does not see"),
    )
    .label("not defined in this program")
    .also(
        Place::elsewhere(item.form(db), item.name_node(db)),
        "defined in the enclosing program",
    )
    .help("copy the definition into the inner program")
    .fix(
        "copy the definition into the inner program",
        Applicability::HasPlaceholders,
        vec![ProblemEdit {
            at: EditAt::Before,
            place: Place::node(first),
            insert: format!("<definition of {path}> "),
        }],
    )
}

/// Is this the head of a form of the library that defines its first part?
fn declares(head: &str) -> bool {
    const OWN: [&str; 4] = ["struct", "enum", "newtype", "typealias"];
    let leaf = head.rsplit("::").next().unwrap_or(head);
    leaf.starts_with("def") || OWN.iter().any(|own| leaf.starts_with(own)) || leaf == "auto-kwargs"
}

/// Does the inner program define a path, or what it is a member of?
fn is_own(path: &str, own: &FxHashSet<&str>) -> bool {
    own.iter().any(|name| {
        path.strip_prefix(name)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/') || rest.starts_with("::"))
    })
}
