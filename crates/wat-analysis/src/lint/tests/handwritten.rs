//! WAT7523: tests that are written as functions.

use wat_syntax::{Applicability, Ast, NodeId, NodeKind};

use crate::expand::{Source, is_marked};
use crate::forms::{Form, ast, read_form};
use crate::items::{Item, ItemKind};
use crate::problem::{EditAt, Place, Problem, ProblemEdit};
use crate::signature::{FunctionShape, function_shape, signature};
use crate::types::{Ctor, Type};

use super::summary::reach;
use super::{TestFile, is_written};

const DEFTEST: &str = ":wat::test::deftest";
const DEFTEST_HERMETIC: &str = ":wat::test::deftest-hermetic";

pub(super) fn check(file: &mut TestFile<'_, '_>) {
    let db = file.db;
    let tests: Vec<Item<'_>> = file.tests.iter().map(|(_, item)| *item).collect();
    for test in tests {
        if let Some(written) = Written::of(file, test)
            && !file.is_mentioned(test)
        {
            found(file, &written, test);
        }
    }
    if file.root != file.file {
        return;
    }
    let alike = file.functions().filter(|&item| is_alike(file, item));
    let alike: Vec<Item<'_>> = alike.collect();
    for item in alike {
        if let Some(written) = Written::of(file, item) {
            let name = item.name(db).text(db);
            let problem = Problem::new(
                7523,
                Place::node(item.name_node(db)),
                format!("`{name}` looks like a test and is none: nobody runs it"),
            )
            .label("no `:wat::test::TestResult` is returned")
            .help("declare it with `:wat::test::deftest`");
            let problem = match written.shape.first {
                Some(body) => {
                    let mut edits = written.declare(DEFTEST);
                    edits.push(edit(EditAt::Before, body, "() "));
                    problem.fix("declare a test", Applicability::MaybeIncorrect, edits)
                }
                None => problem,
            };
            file.tell(item.form(db), &problem);
        }
    }
}

/// A function as it is written.
struct Written<'db> {
    form: Form<'db>,
    ast: &'db Ast,
    list: NodeId,
    shape: FunctionShape,
}

impl<'db> Written<'db> {
    fn of(file: &TestFile<'_, 'db>, item: Item<'db>) -> Option<Written<'db>> {
        let db = file.db;
        let form = item.form(db);
        let list = match item.expansion(db).map(|it| it.origin_of(item.root(db))) {
            None => item.root(db),
            Some(Source::Written(node)) => node,
            Some(Source::Template { .. }) => return None,
        };
        let ast: &'db Ast = ast(db, form);
        let head = ast.as_keyword(ast.children(list).next()?)?;
        let skip = match head {
            ":wat::core::defn" => 2,
            ":wat::core::define" => 1,
            _ => return None,
        };
        Some(Written {
            form,
            ast,
            list,
            shape: function_shape(ast, list, skip),
        })
    }

    /// The edits that make a declaration of it, but for its body.
    fn declare(&self, head: &str) -> Vec<ProblemEdit<'db>> {
        let mut parts = self.ast.children(self.list);
        let Some(was) = parts.next() else {
            return Vec::new();
        };
        let mut edits = vec![edit(EditAt::Replace, was, head)];
        let FunctionShape { params, ret, .. } = self.shape;
        match (params, ret) {
            // The name stands in the list of the former spelling.
            (Some(params), Some(_)) if self.ast.kind(params) == NodeKind::List => {
                let name = self.ast.children(params).next().unwrap_or(params);
                edits.push(edit(EditAt::By(Place::written(name).node), params, ""));
            }
            (Some(params), Some(ret)) => {
                let last = EditAt::DeleteThrough(Place::written(ret).node);
                edits.push(edit(last, params, ""));
            }
            _ => {}
        }
        edits
    }

    /// Is there a comment between two nodes?
    fn has_comment(&self, file: &TestFile<'_, 'db>, from: NodeId, to: NodeId) -> bool {
        let read = read_form(file.db, self.form);
        let range = read.spans.range(from).cover(read.spans.range(to));
        self.form.content(file.db).text.text()[range].contains(';')
    }
}

fn edit<'db>(at: EditAt, node: NodeId, insert: &str) -> ProblemEdit<'db> {
    ProblemEdit {
        at,
        place: Place::written(node),
        insert: insert.to_owned(),
    }
}

/// A function that is a test, although no form of tests has made it. One whose result others use is there for them.
fn found<'db>(file: &mut TestFile<'_, 'db>, written: &Written<'db>, test: Item<'db>) {
    let db = file.db;
    let ast = written.ast;
    let mut forms = written.shape.body(ast);
    let (Some(body), None) = (forms.next(), forms.next()) else {
        return tell(file, test, None);
    };
    let parts: Vec<NodeId> = match ast.kind(body) {
        NodeKind::List => ast.children(body).collect(),
        _ => Vec::new(),
    };
    let head = parts.first().and_then(|head| ast.as_keyword(*head));
    let (declaring, prelude) = match (head, parts.len()) {
        (Some(":wat::test::run-thread"), 2) => (DEFTEST, "() "),
        (Some(":wat::test::run-hermetic"), 2) => (DEFTEST_HERMETIC, "() "),
        (Some(":wat::test::run-hermetic-with-prelude"), 3) => (DEFTEST_HERMETIC, ""),
        _ => return tell(file, test, None),
    };
    let mut edits = written.declare(declaring);
    edits.push(edit(
        EditAt::Until(Place::written(parts[1]).node),
        body,
        prelude,
    ));
    let last = parts[parts.len() - 1];
    edits.push(edit(EditAt::Since(Place::written(last).node), body, ""));
    let FunctionShape { params, ret, .. } = written.shape;
    let (Some(params), Some(ret)) = (params, ret) else {
        return;
    };
    let read = read_form(db, written.form);
    let text = written.form.content(db).text.text();
    let start = read.spans.range(body).start();
    let inner = read.spans.range(parts[1]).start();
    let end = read.spans.range(last).end();
    let gaps = [
        wat_syntax::TextRange::new(start, inner),
        wat_syntax::TextRange::new(end, read.spans.range(body).end()),
    ];
    let is_commented =
        written.has_comment(file, params, ret) || gaps.iter().any(|&gap| text[gap].contains(';'));
    let how = match is_commented {
        true => Applicability::MaybeIncorrect,
        false => Applicability::MachineApplicable,
    };
    tell(file, test, Some((how, edits)));
}

fn tell<'db>(
    file: &mut TestFile<'_, 'db>,
    test: Item<'db>,
    fix: Option<(Applicability, Vec<ProblemEdit<'db>>)>,
) {
    let db = file.db;
    let name = test.name(db).text(db);
    let problem = Problem::new(
        7523,
        Place::node(test.name_node(db)),
        format!("the test `{name}` is written as a function"),
    )
    .label("a function that is a test")
    .help("declare it with `:wat::test::deftest`");
    let problem = match fix {
        Some((how, edits)) => problem.fix("declare a test", how, edits),
        None => problem,
    };
    file.tell(test.form(db), &problem);
}

/// Is a function named like a test that asserts something, and does nobody call it?
pub(super) fn is_alike<'db>(file: &TestFile<'_, 'db>, item: Item<'db>) -> bool {
    let db = file.db;
    let name = item.name(db).text(db);
    let last = name.rsplit([':', '/']).next().unwrap_or_default();
    let is_named = last.starts_with("test-") || last.ends_with("-test");
    is_named
        && !is_marked(name)
        && is_written(db, item, item.root(db))
        && item.kind(db) == ItemKind::Function
        && reach(db, item).asserts
        && signature(db, file.root, item).as_ref().is_some_and(|it| {
            let takes_nothing = it.params.is_empty() && it.rest.is_none();
            takes_nothing && it.generics.is_empty() && it.ret == Type::simple(Ctor::Nil)
        })
        && !file.is_mentioned(item)
}
