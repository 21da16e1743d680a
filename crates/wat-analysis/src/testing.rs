//! The tests of a program: functions without parameters that return a result of a test, with their annotations
//! (chapter 09 §9.1, §9.2.5).

use std::sync::Arc;

use wat_syntax::{Applicability, Ast, NodeId, NodeKind};

use crate::db::{Db, SourceFile};
use crate::diagnostics::{Diagnostic, Span, absolute};
use crate::expand::{
    Annotation, annotation, expanded_ast, expansion, is_maker, is_test_unit, stands_in_prelude,
};
use crate::forms::{Form, form_start, forms};
use crate::items::{Item, ItemKind, declarations};
use crate::loads::{is_load, is_retired_load};
use crate::problem::{EditAt, Place, Problem, ProblemEdit};
use crate::run::written_span;
use crate::signature::signature;
use crate::types::{Ctor, Type};

pub(crate) const DEFTEST_HERMETIC: &str = ":wat::test::deftest-hermetic";
const RESULT: &str = ":wat::kernel::RunResult";
/// Milliseconds of the longest time limit.
const DAY: u64 = 24 * 60 * 60 * 1000;

/// Is this a name that only the forms of chapter 09 may expand to (§9.6)? The expansions here need none of them.
pub(crate) fn is_kept(path: &str) -> bool {
    let name = path.strip_prefix(":wat::test::").unwrap_or_default();
    name.ends_with("-driver")
        || matches!(
            name,
            "run-hermetic-send-inputs" | "run-hermetic-drain-outputs" | "failure-from-thread-died"
        )
}

/// What kind of test.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum TestKind {
    /// A test.
    Test,
    /// A property.
    Property,
    /// An example in a docstring or in Markdown; who runs tests finds these.
    Example,
}

/// A test with its annotations.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Test {
    /// The name, with its colon.
    pub name: Arc<str>,
    /// What kind of test.
    pub kind: TestKind,
    /// The name in the form that declares it.
    pub span: Span,
    /// Why it is not run unless asked for.
    pub ignore: Option<Arc<str>>,
    /// The text that its failure must contain.
    pub should_panic: Option<Arc<str>>,
    /// Milliseconds that it may take.
    pub time_limit: Option<u64>,
    /// Its tags.
    pub tags: Vec<Arc<str>>,
    /// The groups of tests that it does not run beside.
    pub serial: Vec<Arc<str>>,
    /// Where it stands: its form and its annotations, wrong ones too.
    pub own: Vec<Span>,
    /// The functions and values of its prelude and of its program; `true` for values.
    pub parts: Parts,
}

/// The load forms in the prelude of a test, or of a maker of tests, as it is written, former spellings too, with their
/// heads.
pub(crate) fn prelude_loads(ast: &Ast, test: NodeId) -> Vec<(NodeId, &str)> {
    let head = |node| ast.as_keyword(ast.children(node).next()?);
    let operands: Vec<NodeId> = ast.children(test).skip(2).collect();
    let prelude = match operands[..] {
        [prelude] if head(test).is_some_and(is_maker) => prelude,
        [doc, prelude, _, ..] if ast.as_str(doc).is_some() => prelude,
        [prelude, _, ..] => prelude,
        _ => return Vec::new(),
    };
    ast.children(prelude)
        .filter(|&node| ast.kind(node) == NodeKind::List)
        .filter_map(|node| {
            let is_load = |head: &&str| is_load(head) || is_retired_load(head);
            Some((node, head(node).filter(is_load)?))
        })
        .collect()
}

/// Does a definition stand in the prelude of a test?
pub(crate) fn is_in_prelude(db: &dyn Db, item: Item<'_>) -> bool {
    item.expansion(db)
        .is_some_and(|expansion| stands_in_prelude(expansion, item.root(db)))
}

/// Something at the top level of a form, as annotations see it.
enum Unit<'db> {
    Annotation(NodeId, Annotation),
    /// A test, with what stands in its prelude and its program.
    Test(Item<'db>, Parts),
    /// What is broken may well have been meant as a test.
    Broken,
    /// A string, which says something of the test behind it.
    Doc(NodeId),
    Other,
    /// A splice with this many tests begins.
    Begin(usize),
    /// It ends.
    End(usize),
}

/// Functions and values by name; `true` for values.
type Parts = Vec<(Arc<str>, bool)>;

/// A step of the walk over the top level of a form.
enum Step {
    Node(NodeId),
    /// A splice ends that began as this unit, behind this many tests.
    End(usize, usize),
}

/// Is this definition a test?
pub(crate) fn is_test<'db>(db: &'db dyn Db, program: SourceFile, item: Item<'db>) -> bool {
    item.kind(db) == ItemKind::Function
        && signature(db, program, item)
            .as_ref()
            .is_some_and(|signature| {
                signature.params.is_empty()
                    && signature.rest.is_none()
                    && signature.generics.is_empty()
                    && signature.ret == Type::simple(Ctor::Nominal(RESULT.into()))
            })
}

/// What stands at the top level of a form, in order.
fn units<'db>(db: &'db dyn Db, program: SourceFile, form: Form<'db>) -> Vec<Unit<'db>> {
    let ast = expanded_ast(db, program, form);
    let expansion = expansion(db, program, form);
    let mut found = Vec::new();
    if ast.is_empty() {
        return vec![Unit::Broken];
    }
    let items = &declarations(db, program, form).items;
    let test_at = |node: NodeId| {
        let mut items = items.iter().copied();
        items.find(|item| {
            item.node(db) == node.0 && !is_beside(ast, node) && is_test(db, program, *item)
        })
    };
    let mut tests = 0;
    let mut work = vec![Step::Node(ast.root())];
    while let Some(step) = work.pop() {
        let node = match step {
            Step::Node(node) => node,
            Step::End(at, before) => {
                found[at] = Unit::Begin(tests - before);
                found.push(Unit::End(tests - before));
                continue;
            }
        };
        let mut children = ast.children(node);
        let head = children.next().and_then(|head| ast.as_keyword(head));
        let head = head.filter(|_| ast.kind(node) == NodeKind::List);
        if expansion.is_some_and(|expansion| is_test_unit(expansion, node)) {
            let mut declared: Vec<Item<'db>> = children.filter_map(test_at).collect();
            tests += declared.len();
            let own = |item: &&Item<'db>| {
                node.0 <= item.node(db) && item.node(db) < ast.subtree_end(node).0
            };
            let parts = items.iter().filter(own).filter_map(|item| {
                let is_value = match item.kind(db) {
                    ItemKind::Function => false,
                    ItemKind::Value => true,
                    _ => return None,
                };
                Some((item.name(db).text(db).as_str().into(), is_value))
            });
            let parts: Parts = parts.collect();
            match declared.pop() {
                None => found.push(Unit::Other),
                Some(test) if declared.is_empty() => found.push(Unit::Test(test, parts)),
                // A prelude is of the file, and so are the functions in it that are tests.
                Some(test) => {
                    let several = declared.len() + 1;
                    declared.push(test);
                    found.push(Unit::Begin(several));
                    let declared = declared.into_iter();
                    found.extend(declared.map(|test| Unit::Test(test, parts.clone())));
                    found.push(Unit::End(several));
                }
            }
            continue;
        }
        found.push(match head {
            Some(splice @ (":wat::core::do" | ":wat::core::let")) => {
                work.push(Step::End(found.len(), tests));
                let start = work.len();
                let bindings = usize::from(splice == ":wat::core::let");
                work.extend(children.skip(bindings).map(Step::Node));
                work[start..].reverse();
                Unit::Begin(0)
            }
            Some(path) if let Some(annotation) = annotation(path) => {
                Unit::Annotation(node, annotation)
            }
            _ if ast.kind(node) == NodeKind::Error => Unit::Broken,
            _ if ast.as_str(node).is_some() => Unit::Doc(node),
            // A program that an expression runs stands beside it.
            _ if is_beside(ast, node) => continue,
            _ => test_at(node).map_or(Unit::Other, |test| Unit::Test(test, Parts::new())),
        });
        tests += usize::from(matches!(found.last(), Some(Unit::Test(..))));
    }
    found
}

/// Is this a definition that an expression needs beside its form?
fn is_beside(ast: &Ast, node: NodeId) -> bool {
    let name = ast.children(node).nth(1);
    name.and_then(|name| ast.as_keyword(name))
        .is_some_and(crate::expand::is_marked)
}

/// An annotation where it stands.
#[derive(Clone)]
struct Note<'db> {
    form: Form<'db>,
    node: NodeId,
    what: Annotation,
    text: Arc<str>,
    /// The same annotation of the same test before it.
    repeats: Option<(Form<'db>, NodeId)>,
    /// Something broken follows: whether it dangles is not known.
    unsure: bool,
}

/// What the walk over a file finds.
struct Walk<'db> {
    db: &'db dyn Db,
    program: SourceFile,
    tests: Vec<Test>,
    problems: Vec<(Form<'db>, Problem<'db>)>,
    pending: Vec<Note<'db>>,
    /// Where annotations with errors stand, which are about the next test.
    wrong: Vec<Span>,
    /// Where strings stand between annotations and what follows them, and those before a test.
    docs: Vec<Span>,
    fine: Vec<Span>,
    /// The annotations before each splice around the place, whose one test they are about.
    outer: Vec<Vec<Note<'db>>>,
}

type Read<'db> = Result<Arc<str>, Box<Problem<'db>>>;

/// The argument of an annotation, if it is right.
fn argument<'db>(ast: &Ast, node: NodeId, what: Annotation) -> Read<'db> {
    let path = ast
        .children(node)
        .next()
        .and_then(|head| ast.as_keyword(head));
    let path = path.unwrap_or_default();
    let operands: Vec<NodeId> = ast.children(node).skip(1).collect();
    let problem = |at: NodeId, message: String| Problem::new(2906, Place::node(at), message);
    let [operand] = operands[..] else {
        return Err(problem(node, format!("`{path}` takes one literal string"))
            .label(if operands.is_empty() {
                "the string is missing"
            } else {
                "more than one operand"
            })
            .help(format!("write `({path} \"{}\")`", example(what)))
            .into());
    };
    let Some(text) = ast.as_str(operand) else {
        let problem = problem(
            operand,
            format!("the operand of `{path}` is read without evaluation: a literal string"),
        )
        .label("not a literal string")
        .help(format!("write `({path} \"{}\")`", example(what)));
        let meant = match (what, ast.kind(operand)) {
            (Annotation::TimeLimit, NodeKind::Int(number)) => meant(&number.to_string()),
            _ => None,
        };
        return Err(match meant {
            Some(meant) => problem.replace(
                Applicability::MaybeIncorrect,
                Place::node(operand),
                &format!("\"{meant}ms\""),
            ),
            None => problem,
        }
        .into());
    };
    if what == Annotation::TimeLimit && time_limit(text).is_none() {
        let mut problem = problem(operand, format!("`{text}` is no time limit"))
            .label("not a number with a unit, above 0 and at most 24 hours")
            .help("write `\"500ms\"`, `\"5s\"` or `\"2m\"`");
        if let Some(meant) = meant(text) {
            problem = problem.replace(
                Applicability::MaybeIncorrect,
                Place::node(operand),
                &format!("\"{meant}ms\""),
            );
        }
        return Err(problem.into());
    }
    Ok(text.into())
}

/// An operand of an annotation as it may be.
fn example(what: Annotation) -> &'static str {
    match what {
        Annotation::Ignore => "why it is not run",
        Annotation::ShouldPanic => "a part of the failure",
        Annotation::TimeLimit => "500ms",
        Annotation::Tag => "slow",
        Annotation::Serial => "a group",
    }
}

/// The milliseconds of a time limit: digits, then `ms`, `s` or `m`; above 0 and at most 24 hours.
pub fn time_limit(text: &str) -> Option<u64> {
    let text = text.trim();
    let digits = text.find(|ch: char| !ch.is_ascii_digit())?;
    let (number, unit) = text.split_at(digits);
    let scale = match unit {
        "ms" => 1,
        "s" => 1000,
        "m" => 60_000,
        _ => return None,
    };
    let limit = number.parse::<u64>().ok()?.checked_mul(scale)?;
    (1..=DAY).contains(&limit).then_some(limit)
}

/// The milliseconds that a text in other words probably means.
fn meant(text: &str) -> Option<u64> {
    let text = text.trim().to_ascii_lowercase();
    let digits = text
        .find(|ch: char| !ch.is_ascii_digit())
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let scale = match unit.trim() {
        "" | "msec" | "millis" | "millisecond" | "milliseconds" | "ms" => 1,
        "sec" | "second" | "seconds" | "s" => 1000,
        "min" | "minute" | "minutes" | "m" => 60_000,
        "h" | "hour" | "hours" => 3_600_000,
        _ => return None,
    };
    let limit = number.parse::<u64>().ok()?.checked_mul(scale)?;
    (1..=DAY).contains(&limit).then_some(limit)
}

impl<'db> Walk<'db> {
    fn of(db: &'db dyn Db, program: SourceFile, file: SourceFile) -> Walk<'db> {
        let mut walk = Walk {
            db,
            program,
            tests: Vec::new(),
            problems: Vec::new(),
            pending: Vec::new(),
            wrong: Vec::new(),
            docs: Vec::new(),
            fine: Vec::new(),
            outer: Vec::new(),
        };
        for placed in &forms(db, file).placed {
            for unit in units(db, program, placed.form) {
                walk.unit(placed.form, unit);
            }
        }
        walk.dangle(false);
        walk
    }

    fn unit(&mut self, form: Form<'db>, unit: Unit<'db>) {
        match unit {
            Unit::Annotation(node, what) => {
                let ast = expanded_ast(self.db, self.program, form);
                match argument(ast, node, what) {
                    Ok(text) => self.annotate(Note {
                        form,
                        node,
                        what,
                        text,
                        repeats: None,
                        unsure: false,
                    }),
                    Err(_) if ast.is_poisoned(node) => {}
                    Err(problem) => {
                        self.wrong.push(self.span(form, node));
                        self.problems.push((form, *problem));
                    }
                }
            }
            Unit::Test(item, parts) => self.test(item, parts),
            Unit::Broken => self.pending.iter_mut().for_each(|note| note.unsure = true),
            Unit::Doc(node) if !self.pending.is_empty() => {
                let span = self.span(form, node);
                self.docs.push(span);
            }
            Unit::Doc(_) | Unit::Other => self.dangle(false),
            // A splice without a test is no more than what it holds.
            Unit::Begin(0) | Unit::End(0) => {}
            Unit::Begin(tests) => {
                if tests > 1 {
                    self.dangle(true);
                }
                self.outer.push(std::mem::take(&mut self.pending));
            }
            Unit::End(_) => {
                self.outer.pop();
            }
        }
    }

    fn annotate(&mut self, mut note: Note<'db>) {
        let may_repeat = matches!(note.what, Annotation::Tag | Annotation::Serial);
        let before = self.outer.iter().flatten().chain(&self.pending);
        let mut before = before.filter(|other| other.what == note.what);
        let before = before.next();
        note.repeats = before
            .filter(|_| !may_repeat)
            .map(|before| (before.form, before.node));
        self.pending.push(note);
    }

    /// WAT2907, for what is said of a test again.
    fn repeated(&mut self, note: &Note<'db>, (form, node): (Form<'db>, NodeId)) {
        let problem = Problem::new(
            2907,
            Place::node(note.node),
            "the next test has this annotation already",
        )
        .label("the second one")
        .also(Place::elsewhere(form, node), "the first one")
        .fix(
            "remove it",
            Applicability::MachineApplicable,
            vec![removal(note.node)],
        );
        self.problems.push((note.form, problem));
    }

    /// WAT2905, for what is pending; `several`: the next form declares more than one test.
    fn dangle(&mut self, several: bool) {
        self.wrong.clear();
        self.docs.clear();
        for note in std::mem::take(&mut self.pending) {
            if note.unsure {
                continue;
            }
            let problem = Problem::new(
                2905,
                Place::node(note.node),
                "an annotation stands directly before the test that it is about",
            )
            .label(match several {
                true => "the next form declares several tests",
                false => "no test follows",
            })
            .help("remove it, or move it before its test")
            .fix(
                "remove it",
                match several {
                    true => Applicability::MaybeIncorrect,
                    false => Applicability::MachineApplicable,
                },
                vec![removal(note.node)],
            );
            self.problems.push((note.form, problem));
        }
    }

    /// Where a node of a form is written.
    fn span(&self, form: Form<'db>, node: NodeId) -> Span {
        let (db, problem) = (self.db, Problem::new(2901, Place::node(node), ""));
        absolute(db, self.program, form, form_start(db, form), &problem).span
    }

    fn test(&mut self, item: Item<'db>, parts: Parts) {
        let db = self.db;
        let mut own = std::mem::take(&mut self.wrong);
        self.fine.append(&mut self.docs);
        let mut notes: Vec<Note<'db>> = self.outer.iter_mut().flat_map(std::mem::take).collect();
        notes.append(&mut self.pending);
        own.extend(notes.iter().map(|note| self.span(note.form, note.node)));
        own.extend(written_span(db, self.program, item.form(db), item.node(db)));
        notes.retain(|note| {
            let Some(first) = note.repeats else {
                return true;
            };
            self.repeated(note, first);
            false
        });
        let all = |what: Annotation| {
            let notes = notes.iter().filter(move |note| note.what == what);
            notes.map(|note| note.text.clone()).collect::<Vec<_>>()
        };
        let one = |what| all(what).into_iter().next();
        let (form, name) = (item.form(db), item.name_node(db));
        let span = self.span(form, name);
        let is_property = calls_property(item.ast(db), item.root(db));
        // Two preludes may declare the same.
        let text = item.name(db).text(db).as_str();
        if self.tests.iter().any(|known| *known.name == *text) && is_in_prelude(db, item) {
            return;
        }
        self.tests.push(Test {
            name: item.name(db).text(db).as_str().into(),
            kind: match is_property {
                true => TestKind::Property,
                false => TestKind::Test,
            },
            span,
            ignore: one(Annotation::Ignore),
            should_panic: one(Annotation::ShouldPanic),
            time_limit: one(Annotation::TimeLimit).and_then(|text| time_limit(&text)),
            tags: all(Annotation::Tag),
            serial: all(Annotation::Serial),
            own,
            parts,
        });
    }
}

/// Does the body of a test run a property?
fn calls_property(ast: &Ast, root: NodeId) -> bool {
    let run = ast.children(root).last();
    let head = run.and_then(|run| ast.children(run).next());
    head.and_then(|head| ast.as_keyword(head)) == Some(":wat::test::__internal/run-property")
}

fn removal<'db>(node: NodeId) -> ProblemEdit<'db> {
    ProblemEdit {
        at: EditAt::DeleteThrough(node.0),
        place: Place::node(node),
        insert: String::new(),
    }
}

/// The tests that a file of a program declares, in source order.
#[salsa::tracked(returns(clone))]
pub fn file_tests(db: &dyn Db, program: SourceFile, file: SourceFile) -> Arc<[Test]> {
    Walk::of(db, program, file).tests.into()
}

/// WAT2905, WAT2906 and WAT2907, in a file that annotates something.
pub(crate) fn annotation_problems(
    db: &dyn Db,
    program: SourceFile,
    file: SourceFile,
    found: &mut Vec<Diagnostic>,
) {
    let walk = Walk::of(db, program, file);
    // What says something of a test need not be evaluated.
    found.retain(|it| it.code.0 != 2003 || !walk.fine.contains(&it.span));
    for (form, problem) in walk.problems {
        found.push(absolute(db, program, form, form_start(db, form), &problem));
    }
}
