//! The forms of chapter 09 that declare tests. They expand like macros, but their operands have a shape to be checked,
//! and what is wrong with it has codes of its own.

use wat_syntax::{Applicability, NodeId, NodeKind};
use wat_value::syntax::{Scopes, Shape, Syntax, write_forms};

use crate::items::split_generic;
use crate::problem::{EditAt, Place, Problem, ProblemEdit, other_brackets};

use super::expander::Expander;
use super::hermetic::{Run, is_load, is_retired_load};
use super::{Expansion, Source};

pub(super) const MAKE: &str = ":wat::test::make-deftest";
pub(super) const MAKE_HERMETIC: &str = ":wat::test::make-deftest-hermetic";
const DEFTEST: &str = ":wat::test::deftest";
const DEFTEST_HERMETIC: &str = ":wat::test::deftest-hermetic";
pub(super) const USE: &str = ":wat::test::__internal/use-factory";
pub(super) const USE_HERMETIC: &str = ":wat::test::__internal/use-hermetic-factory";
const MATCHES: &str = ":wat::test::assert-matches";
const DEFPROP: &str = ":wat::test::defprop";
const GEN_OF: &str = ":wat::test::gen::of";
pub(super) const RUN_HERMETIC: &str = ":wat::test::run-hermetic";
pub(super) const RUN_WITH_PRELUDE: &str = ":wat::test::run-hermetic-with-prelude";
pub(super) const RUN_WITH_IO: &str = ":wat::test::run-hermetic-with-io";
/// What declares a test directly.
const DECLARING: [&str; 5] = [DEFTEST, DEFTEST_HERMETIC, USE, USE_HERMETIC, DEFPROP];
/// What stands for an expression.
const EXPRESSIONS: [&str; 5] = [MATCHES, RUN_HERMETIC, RUN_WITH_PRELUDE, RUN_WITH_IO, GEN_OF];

/// What an annotation says of the next test.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Annotation {
    Ignore,
    ShouldPanic,
    TimeLimit,
    Tag,
    Serial,
}

/// The annotation that a path stands for.
pub(crate) fn annotation(path: &str) -> Option<Annotation> {
    Some(match path.strip_prefix(":wat::test::")? {
        "ignore" => Annotation::Ignore,
        "should-panic" => Annotation::ShouldPanic,
        "time-limit" => Annotation::TimeLimit,
        "tag" => Annotation::Tag,
        "serial" => Annotation::Serial,
        _ => return None,
    })
}

/// Is this the head of a form that is expanded here, or of an annotation?
pub(crate) fn is_test_form(path: &str) -> bool {
    path.starts_with(":wat::test::")
        && (is_maker(path)
            || DECLARING.contains(&path)
            || EXPRESSIONS.contains(&path)
            || annotation(path).is_some())
}

/// Does this form make macros for tests?
pub(crate) fn is_maker(path: &str) -> bool {
    matches!(path, MAKE | MAKE_HERMETIC)
}

/// Does this form have a prelude as it is written, whose load forms are read there?
pub(crate) fn has_prelude(path: &str) -> bool {
    is_maker(path) || matches!(path, DEFTEST | DEFTEST_HERMETIC)
}

/// Does a form with a prelude as it is written stand for programs of their own?
pub(crate) fn is_hermetic(path: &str) -> bool {
    matches!(path, MAKE_HERMETIC | DEFTEST_HERMETIC)
}

/// Does this list of an expansion stand for one test and its prelude?
pub(crate) fn is_test_unit(expansion: &Expansion<'_>, node: NodeId) -> bool {
    match expansion.origin_of(node) {
        Source::Template { call, .. } => {
            let name = &*expansion.calls[call as usize].name;
            DECLARING.contains(&name) && expansion.ast.kind(node) == NodeKind::List
        }
        Source::Written(_) => false,
    }
}

/// Is a definition of an expansion the macro that a maker of tests stands for?
pub(crate) fn is_factory(expansion: &Expansion<'_>, node: NodeId) -> bool {
    match expansion.origin_of(node) {
        Source::Template { call, .. } => is_maker(&expansion.calls[call as usize].name),
        Source::Written(_) => false,
    }
}

/// Is a definition of an expansion part of the prelude of a test?
pub(crate) fn stands_in_prelude(expansion: &Expansion<'_>, node: NodeId) -> bool {
    let ast = &expansion.ast;
    let mut at = ast.root();
    while at != node {
        let test = ast
            .children(at)
            .last()
            .filter(|_| is_test_unit(expansion, at));
        if test.is_some_and(|test| node < test) {
            return true;
        }
        let inner = ast
            .children(at)
            .find(|&child| child <= node && node < ast.subtree_end(child));
        match inner {
            Some(inner) => at = inner,
            None => break,
        }
    }
    false
}

/// The operands of a form that declares a test, behind its name.
pub(super) struct Operands<'a> {
    pub(super) name: &'a Syntax,
    pub(super) doc: Option<&'a Syntax>,
    pub(super) rest: &'a [Syntax],
}

/// The expansion of one form.
pub(super) struct Testing<'x, 'db> {
    pub(super) x: &'x mut Expander<'db>,
    pub(super) call: u32,
    pub(super) form: &'x Syntax,
}

/// What to do with a test in a prelude.
const OUTSIDE: &str = "move it to the top level of the file";
/// What to do with the entry of a test, and of a program of its own.
const NO_ENTRY: &str = "a test is run by `wat test`; it needs no entry";
const OWN_ENTRY: &str = "the body of the program stands behind the prelude";

/// The name that a form gives to a function or a value.
fn defined(form: &Syntax) -> Option<&str> {
    let defines = matches!(
        form.head()?,
        ":wat::core::defn" | ":wat::core::def" | ":wat::core::define"
    );
    let name = form.children().get(1).filter(|_| defines)?;
    name.as_keyword().or_else(|| name.head())
}

impl<'db> Expander<'db> {
    /// Is the prelude of a test expanded? What such a form makes is its prelude and a function.
    fn is_in_prelude(&self) -> bool {
        let mut path = self.path();
        path.any(|name| DECLARING.contains(&name) || name == RUN_WITH_PRELUDE)
    }

    /// WAT2904.
    fn out_of_prelude(&self, form: &Syntax, what: &str, help: &str) -> Problem<'db> {
        let node = match self.is_written(form.origin()) {
            true => form.origin().0,
            false => self.written(form.origin()),
        };
        Problem::new(
            2904,
            Place::written(NodeId(node)),
            format!("{what} cannot stand in the prelude of a test"),
        )
        .label("not allowed here")
        .help(help)
    }

    /// WAT2904, where the prelude of a test comes to define `:user::main`, which is no form of it as it is written.
    pub(super) fn refuses_main(&mut self, form: &Syntax) -> bool {
        let is_main = defined(form).is_some_and(|name| super::unmarked(name) == ":user::main");
        let is_own = || {
            self.maker(form.origin())
                .is_some_and(|name| DECLARING.contains(&name) || EXPRESSIONS.contains(&name))
        };
        if !is_main || !self.is_in_prelude() || is_own() {
            return false;
        }
        let problem = self.out_of_prelude(form, "`:user::main`", NO_ENTRY);
        self.tell(problem);
        true
    }

    /// Expands a form of this module. An annotation stays as it is, but it stands at the top level only.
    pub(super) fn test_form(&mut self, form: &Syntax, name: &str, top: bool) -> Option<Syntax> {
        let is_about_test = DECLARING.contains(&name) || annotation(name).is_some();
        if top && is_about_test && self.is_in_prelude() {
            let problem = self.out_of_prelude(form, "a test", OUTSIDE);
            self.tell(problem);
            self.begin(form, name)?;
            return Some(Syntax::new(Shape::Error, form.origin()));
        }
        if top && annotation(name).is_some() {
            return None;
        }
        let call = self.begin(form, name)?;
        let mut testing = Testing {
            x: self,
            call,
            form,
        };
        if !top && !EXPRESSIONS.contains(&name) {
            return Some(testing.inside(name));
        }
        Some(match name {
            MAKE => testing.factory(USE),
            MAKE_HERMETIC => testing.factory(USE_HERMETIC),
            MATCHES => testing.matches(),
            USE => testing.factory_use(false),
            USE_HERMETIC => testing.factory_use(true),
            DEFTEST_HERMETIC => testing.test(true),
            DEFPROP => testing.property(),
            GEN_OF => testing.generator(),
            RUN_HERMETIC | RUN_WITH_PRELUDE | RUN_WITH_IO => testing.run_hermetic(name),
            _ => testing.test(false),
        })
    }
}

/// `:wat::core::X`
pub(super) fn core(name: &str) -> String {
    format!(":wat::core::{name}")
}

/// A list whose head is a word, as calls are.
fn is_call(node: &Syntax) -> bool {
    let head = node.children().first().map(Syntax::shape);
    matches!(node.shape(), Shape::List(_))
        && matches!(head, Some(Shape::Keyword(_) | Shape::Symbol(..)))
}

impl<'db> Testing<'_, 'db> {
    pub(super) fn make(&mut self, shape: Shape) -> Syntax {
        let origin = self.x.make(self.call, u32::MAX);
        Syntax::new(shape, origin)
    }

    pub(super) fn keyword(&mut self, text: &str) -> Syntax {
        self.make(Shape::Keyword(text.into()))
    }

    pub(super) fn symbol(&mut self, text: &str) -> Syntax {
        self.make(Shape::Symbol(text.into(), Scopes::default()))
    }

    pub(super) fn string(&mut self, text: &str) -> Syntax {
        self.make(Shape::Str(text.into()))
    }

    pub(super) fn list(&mut self, head: &str, parts: impl IntoIterator<Item = Syntax>) -> Syntax {
        let head = self.keyword(head);
        let parts: Vec<Syntax> = std::iter::once(head).chain(parts).collect();
        self.make(Shape::List(parts.into()))
    }

    pub(super) fn vector(&mut self, parts: Vec<Syntax>) -> Syntax {
        self.make(Shape::Vector(parts.into()))
    }

    pub(super) fn failed(&self) -> Syntax {
        Syntax::new(Shape::Error, self.form.origin())
    }

    /// Where a node is told of: itself, or the outermost call that made it.
    pub(super) fn at(&self, node: &Syntax) -> Place<'db> {
        let written = self.x.is_written(node.origin());
        match written {
            true => Place::written(NodeId(node.origin().0)),
            false => Place::written(NodeId(self.x.written(node.origin()))),
        }
    }

    pub(super) fn problem(
        &self,
        code: u16,
        node: &Syntax,
        message: impl Into<String>,
    ) -> Problem<'db> {
        Problem::new(code, self.at(node), message)
    }

    /// WAT2004.
    fn inside(&mut self, name: &str) -> Syntax {
        let problem = self
            .problem(
                2004,
                self.form,
                format!("`{name}` is about a test and cannot stand inside an expression"),
            )
            .label("not at the top level")
            .help("move it to the top level");
        self.x.problems.push(problem);
        self.failed()
    }

    /// WAT2901.
    fn misshapen(&mut self, message: &str, label: &str, help: &str) -> Syntax {
        let problem = self
            .problem(2901, self.form, message)
            .label(label)
            .help(help);
        self.x.problems.push(problem);
        self.failed()
    }

    /// The name, the docstring, and what follows.
    pub(super) fn operands<'a>(&mut self, parts: &'a [Syntax]) -> Option<Operands<'a>> {
        let (name, rest) = parts.split_first()?;
        // What the reader has told of is told once.
        if matches!(name.shape(), Shape::Error) {
            return None;
        }
        if name.as_keyword().is_none_or(|name| name.starts_with(":(")) {
            let problem = self
                .problem(
                    2902,
                    name,
                    "the name of a test is a keyword path such as `:my::adds`",
                )
                .label("not a keyword path");
            self.x.problems.push(problem);
            return None;
        }
        if self.has_type_parameters(name) {
            return None;
        }
        let path = name.as_keyword().unwrap_or_default();
        if let Some(prefix) = [":wat::", ":rust::"]
            .iter()
            .find(|prefix| path.starts_with(**prefix))
        {
            let last = path.rsplit("::").next().unwrap_or_default();
            let problem = self
                .problem(
                    2902,
                    name,
                    format!("a test cannot be called `{path}`: the prefix `{prefix}` is reserved"),
                )
                .label("reserved prefix")
                .help("use a prefix of your own");
            let place = self.at(name);
            let problem = match self.x.is_written(name.origin()) {
                true => problem.replace(
                    Applicability::HasPlaceholders,
                    place,
                    &format!(":my::{last}"),
                ),
                false => problem,
            };
            self.x.problems.push(problem);
            return None;
        }
        let (doc, rest) = match rest {
            [doc, rest @ ..] if matches!(doc.shape(), Shape::Str(_)) && !rest.is_empty() => {
                (Some(doc), rest)
            }
            rest => (None, rest),
        };
        Some(Operands { name, doc, rest })
    }

    /// WAT2902: who runs a test says nothing of types.
    fn has_type_parameters(&mut self, name: &Syntax) -> bool {
        let text = name.as_keyword().unwrap_or_default();
        let (bare, mut params) = split_generic(text);
        if params.next().is_none() {
            return false;
        }
        let problem = self
            .problem(
                2902,
                name,
                format!(
                    "the test `{bare}` has type parameters, and nobody who runs it names types"
                ),
            )
            .label("a name with type parameters")
            .help(format!("call it `{bare}`, and write the types out"));
        let place = self.at(name);
        let problem = match self.x.is_written(name.origin()) {
            true => problem.replace(Applicability::MaybeIncorrect, place, bare),
            false => problem,
        };
        self.x.problems.push(problem);
        true
    }

    /// `(deftest name "doc"? (prelude…)? body…)`
    fn test(&mut self, hermetic: bool) -> Syntax {
        let parts = self.form.children()[1..].to_vec();
        if parts.is_empty() {
            return self.empty();
        }
        let Some(operands) = self.operands(&parts) else {
            return self.failed();
        };
        if let Some(legacy) = self.legacy(&operands) {
            return legacy;
        }
        match operands.rest {
            [] => self.empty(),
            [_] => self.declare(&operands, &[], operands.rest, hermetic),
            [prelude, body @ ..] => {
                let Some(forms) = self.prelude(prelude, hermetic, true) else {
                    return self.failed();
                };
                match is_call(prelude) {
                    true => self.declare(&operands, &[], operands.rest, hermetic),
                    false => self.declare(&operands, &forms, body, hermetic),
                }
            }
        }
    }

    fn empty(&mut self) -> Syntax {
        self.misshapen(
            "a test needs a name, a prelude and a body",
            "the body is missing",
            "write `(:wat::test::deftest :my::name () body)`",
        )
    }

    /// The mode and the dimensions that tests once had.
    fn legacy(&mut self, operands: &Operands<'_>) -> Option<Syntax> {
        let [mode, dims, prelude, _, ..] = operands.rest else {
            return None;
        };
        let is_legacy = mode.as_keyword().is_some()
            && matches!(dims.shape(), Shape::Int(_))
            && matches!(prelude.shape(), Shape::List(_));
        if !is_legacy {
            return None;
        }
        let mut problem = self
            .problem(2901, self.form, "a test has no mode and no dimensions")
            .label("operands that tests no longer have")
            .help("drop both");
        if self.x.is_written(mode.origin()) && self.x.is_written(dims.origin()) {
            let edit = ProblemEdit {
                at: EditAt::DeleteThrough(Place::written(NodeId(dims.origin().0)).node),
                place: self.at(mode),
                insert: String::new(),
            };
            problem = problem.fix("drop them", Applicability::MachineApplicable, vec![edit]);
        }
        self.x.problems.push(problem);
        Some(self.failed())
    }

    /// The forms of a prelude. Where it may be a part of the body that the prelude was forgotten before, an empty one is
    /// put in; else nothing is known of what is declared.
    pub(super) fn prelude(
        &mut self,
        prelude: &Syntax,
        hermetic: bool,
        is_optional: bool,
    ) -> Option<Vec<Syntax>> {
        let forms = prelude.children();
        let has_forms = forms
            .iter()
            .all(|form| matches!(form.shape(), Shape::List(_) | Shape::Error));
        let fine = has_forms && matches!(prelude.shape(), Shape::List(_));
        // Forms in brackets are plainly meant as a prelude.
        let is_bracketed = has_forms && matches!(prelude.shape(), Shape::Vector(_));
        if matches!(prelude.shape(), Shape::Error) {
            return None;
        }
        if !fine {
            let mut problem = self
                .problem(
                    2903,
                    prelude,
                    "the prelude of a test is a list of forms, often the empty one",
                )
                .label(match is_call(prelude) {
                    true => "this stands where the prelude is expected",
                    false => "not a list of forms",
                })
                .help(match is_optional {
                    true => "write `()` between the name and the body",
                    false => "write `(form …)`, or `()` for none",
                });
            let edit = |at, insert: &str| ProblemEdit {
                at,
                place: self.at(prelude),
                insert: insert.to_owned(),
            };
            let is_written = self.x.is_written(prelude.origin());
            if is_bracketed && is_written {
                problem = problem.fix(
                    "write it in parentheses",
                    Applicability::MachineApplicable,
                    other_brackets(self.at(prelude), "(", ")"),
                );
            }
            if is_call(prelude) && is_written {
                problem = match is_optional {
                    true => problem.fix(
                        "insert an empty prelude",
                        Applicability::MachineApplicable,
                        vec![edit(EditAt::Before, "() ")],
                    ),
                    false => problem.fix(
                        "make it a prelude of one form",
                        Applicability::MaybeIncorrect,
                        vec![edit(EditAt::Before, "("), edit(EditAt::After, ")")],
                    ),
                };
            }
            self.x.problems.push(problem);
        }
        if !fine && !is_bracketed {
            // The body is read as it will be with the prelude; where the prelude says what the body may use, not at all.
            return (is_optional && is_call(prelude)).then(Vec::new);
        }
        if hermetic {
            self.late_setters(forms);
        }
        let forms = forms.iter();
        Some(
            forms
                .filter_map(|form| self.admitted(form, hermetic))
                .collect(),
        )
    }

    /// A form of a prelude without what cannot stand there (WAT2904), also where it is spliced as it is written. What
    /// macros make is looked at when they are expanded ([`Expander::test_form`], [`Expander::refuses_main`]).
    fn admitted(&mut self, form: &Syntax, hermetic: bool) -> Option<Syntax> {
        if let Some((what, help)) = self.refusal(form, hermetic) {
            let problem = self.x.out_of_prelude(form, what, help);
            self.x.problems.push(problem);
            return None;
        }
        let before = match form.head() {
            Some(":wat::core::do") => 1,
            Some(":wat::core::let") => 2,
            _ => return Some(form.clone()),
        };
        let is_setter = |form: &Syntax| form.head().is_some_and(crate::configuration::is_setter);
        let mut is_changed = false;
        let parts = form.children().iter().enumerate();
        let parts = parts.map(|(at, part)| {
            if at < before || is_setter(part) {
                return part.clone();
            }
            let admitted = self.admitted(part, hermetic);
            is_changed |= admitted.as_ref() != Some(part);
            admitted.unwrap_or_else(|| Syntax::new(Shape::Error, part.origin()))
        });
        let parts: Vec<Syntax> = parts.collect();
        match is_changed {
            true => form.with_children(parts),
            false => Some(form.clone()),
        }
    }

    /// WAT2190: the load forms of a maker's prelude that are written in a former spelling. Are there any?
    fn retired_loads(&mut self, forms: &[Syntax]) -> bool {
        let mut found = false;
        for form in forms {
            let Some(head) = form.children().first().filter(|_| is_retired_load(form)) else {
                continue;
            };
            found = true;
            let was = head.as_keyword().unwrap_or_default();
            let Some(now) = crate::legacy::retired(was).map(|retired| retired.now) else {
                continue;
            };
            let problem = self
                .problem(2190, head, format!("`{was}` is retired: it is `{now}` now"))
                .label("retired spelling");
            let problem = match self.x.is_written(head.origin()) {
                true => problem.replace(Applicability::MaybeIncorrect, self.at(head), &now),
                false => problem,
            };
            self.x.problems.push(problem);
        }
        found
    }

    /// Is this a form of the file, of which all load forms are read?
    pub(super) fn is_as_written(&self) -> bool {
        self.x.is_written(self.form.origin()) && self.form.origin().0 == 0
    }

    /// WAT5006: the load forms of the prelude of a maker that is no form of the file. Are there any?
    fn misplaced_loads(&mut self, forms: &[Syntax]) -> bool {
        let loads: Vec<&Syntax> = forms.iter().filter(|form| is_load(form)).collect();
        for load in &loads {
            let problem = self
                .problem(
                    5006,
                    load,
                    "a maker of tests that loads stands directly at the top level of a file",
                )
                .label("this is not read here")
                .help("write the maker out, or load at the top of the file");
            self.x.problems.push(problem);
        }
        !loads.is_empty()
    }

    /// The prelude of what a maker makes. The file of the maker loads what the prelude says, once; the process of a
    /// hermetic test loads it anew.
    fn loaded(&self, forms: Vec<Syntax>, hermetic: bool) -> Vec<Syntax> {
        match hermetic {
            true => forms.iter().map(|form| self.placed(form)).collect(),
            false => forms.into_iter().filter(|form| !is_load(form)).collect(),
        }
    }

    /// WAT2005 and WAT2006: setters come first, each once.
    fn late_setters(&mut self, forms: &[Syntax]) {
        let setter = |form: &Syntax| {
            let head = form.head()?;
            crate::configuration::is_setter(head).then(|| head.to_owned())
        };
        let is_first =
            |form: &Syntax| matches!(form.shape(), Shape::Error) || setter(form).is_some();
        let others = forms.iter().position(|form| !is_first(form));
        let mut set: Vec<(String, &Syntax)> = Vec::new();
        for (at, form) in forms.iter().enumerate() {
            let Some(name) = setter(form) else { continue };
            let problem = match set.iter().find(|(other, _)| *other == name) {
                Some((_, first)) => self
                    .problem(2006, form, format!("`{name}` is set twice"))
                    .label("the second setter")
                    .also(self.at(first), "the first setter")
                    .help("delete one of them"),
                None if others.is_some_and(|other| other < at) => self
                    .problem(
                        2005,
                        form,
                        format!("`{name}` does not precede every other form of the prelude"),
                    )
                    .label("a setter after the head of the prelude")
                    .help("move it to the head of the prelude"),
                None => {
                    set.push((name, form));
                    continue;
                }
            };
            self.x.problems.push(problem);
        }
    }

    /// What a form is that a prelude cannot have, and what to do.
    fn refusal(&self, form: &Syntax, hermetic: bool) -> Option<(&'static str, &'static str)> {
        let head = form.head()?;
        if crate::configuration::is_setter(head) && !hermetic {
            return Some((
                "a setter",
                "set it at the start of the file, or use `:wat::test::deftest-hermetic`",
            ));
        }
        if is_test_form(head) && !EXPRESSIONS.contains(&head) {
            return Some(("a test", OUTSIDE));
        }
        (defined(form) == Some(":user::main")).then_some(match hermetic {
            false => ("`:user::main`", NO_ENTRY),
            true => ("`:user::main`", OWN_ENTRY),
        })
    }

    /// The function of a test, behind its prelude.
    fn declare(
        &mut self,
        operands: &Operands<'_>,
        prelude: &[Syntax],
        body: &[Syntax],
        hermetic: bool,
    ) -> Syntax {
        if hermetic && self.is_program() {
            return self.program(prelude, body);
        }
        if hermetic {
            let (checked, run) = self.hermetic(prelude, body, Run::Test);
            return self.hermetic_function(operands, checked, run);
        }
        let body = self.list(":wat::test::__internal/body", body.to_vec());
        let run = self.guarded(body);
        let run = self.list(":wat::test::__internal/run-thread", [run]);
        self.function(operands, prelude, run)
    }

    /// `(fn [] -> nil body)`
    pub(super) fn guarded(&mut self, body: Syntax) -> Syntax {
        let params = self.vector(Vec::new());
        let arrow = self.symbol("->");
        let nil = self.keyword(&core("nil"));
        self.list(&core("fn"), [params, arrow, nil, body])
    }

    /// The function of a test that has no prelude.
    pub(super) fn declared(&mut self, name: &Syntax, doc: Option<Syntax>, run: Syntax) -> Syntax {
        let operands = Operands {
            name,
            doc: doc.as_ref(),
            rest: &[],
        };
        self.function(&operands, &[], run)
    }

    /// The function of a hermetic test. Its program sees no bindings around it.
    fn hermetic_function(
        &mut self,
        operands: &Operands<'_>,
        checked: Vec<Syntax>,
        run: Syntax,
    ) -> Syntax {
        if !self.x.is_in_let() {
            return self.function(operands, &checked, run);
        }
        self.x.declare_beside(checked);
        self.function(operands, &[], run)
    }

    fn function(&mut self, operands: &Operands<'_>, prelude: &[Syntax], run: Syntax) -> Syntax {
        let params = self.vector(Vec::new());
        let arrow = self.symbol("->");
        let result = self.keyword(":wat::test::TestResult");
        let doc = operands.doc.cloned();
        let parts = [operands.name.clone(), params, arrow, result];
        let parts: Vec<Syntax> = parts.into_iter().chain(doc).chain([run]).collect();
        let function = self.list(&core("defn"), parts);
        let parts: Vec<Syntax> = prelude.iter().cloned().chain([function]).collect();
        self.list(&core("do"), parts)
    }

    /// `(make-deftest alias (prelude…))`
    fn factory(&mut self, user: &str) -> Syntax {
        let parts = self.form.children()[1..].to_vec();
        let [alias, prelude] = &parts[..] else {
            return self.misshapen(
                "a maker of tests has a name and a prelude",
                "not a name and a prelude",
                "write `(:wat::test::make-deftest :deftest (prelude…))`",
            );
        };
        if matches!(alias.shape(), Shape::Error) {
            return self.failed();
        }
        if self.is_program() {
            return match self.prelude(prelude, true, false) {
                Some(mut forms) => {
                    // The file tells of them.
                    forms.retain(|form| !is_retired_load(form));
                    self.program(&forms, &[])
                }
                None => self.failed(),
            };
        }
        if alias.as_keyword().is_none() {
            let problem = self
                .problem(
                    2902,
                    alias,
                    "the name of a maker of tests is a keyword path",
                )
                .label("not a keyword path");
            self.x.problems.push(problem);
            return self.failed();
        }
        // What a maker with a broken prelude makes is as broken, and silent. A load form is told here, once, and not where
        // it is used: what it would have loaded is missing in every use.
        let is_broken = self.retired_loads(prelude.children())
            || !self.is_as_written() && self.misplaced_loads(prelude.children());
        let hermetic = user == USE_HERMETIC;
        let prelude = match self.prelude(prelude, hermetic, false) {
            Some(forms) if !is_broken => {
                let forms = self.loaded(forms, hermetic);
                self.make(Shape::List(forms.into()))
            }
            _ => self.failed(),
        };
        let quoted = self.list(&core("quote"), [prelude]);
        let splice = self.list(&core("unquote"), [quoted]);
        let operands = self.symbol("operands");
        let spliced = self.list(&core("unquote-splicing"), [operands.clone()]);
        let call = self.list(user, [splice, spliced]);
        let template = self.list(&core("quasiquote"), [call]);
        let (and, gets, arrow) = (self.symbol("&"), self.symbol("<-"), self.symbol("->"));
        let rest = self.keyword(":wat::core::Vector<wat::WatAST>");
        let params = self.vector(vec![and, operands, gets, rest]);
        let result = self.keyword(":wat::WatAST");
        self.list(
            &core("defmacro"),
            [alias.clone(), params, arrow, result, template],
        )
    }

    /// `(use-factory (prelude…) name "doc"? body…)`
    fn factory_use(&mut self, hermetic: bool) -> Syntax {
        let parts = self.form.children()[1..].to_vec();
        let Some((prelude, parts)) = parts.split_first() else {
            return self.empty();
        };
        if matches!(prelude.shape(), Shape::Error) {
            return self.failed();
        }
        if parts.is_empty() {
            return self.empty();
        }
        let Some(operands) = self.operands(parts) else {
            return self.failed();
        };
        match operands.rest {
            [] => self.empty(),
            body if hermetic => {
                let (checked, run) = self.hermetic(prelude.children(), body, Run::Made);
                self.hermetic_function(&operands, checked, run)
            }
            body => self.declare(&operands, prelude.children(), body, false),
        }
    }

    /// `(assert-matches value pattern)`
    fn matches(&mut self) -> Syntax {
        let parts = self.form.children()[1..].to_vec();
        let [value, pattern] = &parts[..] else {
            let problem = self
                .problem(
                    2402,
                    self.form,
                    format!("`{MATCHES}` takes 2 arguments, {} given", parts.len()),
                )
                .label("wrong number of arguments")
                .help("write `(:wat::test::assert-matches value pattern)`");
            self.x.problems.push(problem);
            return self.failed();
        };
        let scope = self.x.fresh_scope();
        let shape = Shape::Symbol("value".into(), Scopes::default().with(scope));
        let local = self.make(shape);
        let binding = self.vector(vec![local.clone(), value.clone()]);
        if matches!(pattern.shape(), Shape::Symbol(..)) {
            let nil = self.keyword(&core("nil"));
            return self.list(&core("let"), [binding, nil]);
        }
        let nil = self.keyword(&core("nil"));
        let found = self.make(Shape::List([pattern.clone(), nil].into()));
        let message = self.string("assert-matches failed");
        let shown = self.list(&core("show"), [local.clone()]);
        let actual = self.list(&core("Some"), [shown]);
        let text = self.string(&write_forms(pattern));
        let expected = self.list(&core("Some"), [text]);
        let fails = self.list(
            ":wat::kernel::assertion-failed!",
            [message, actual, expected],
        );
        let other = self.symbol("_");
        let otherwise = self.make(Shape::List([other, fails].into()));
        let (arrow, nil) = (self.symbol("->"), self.keyword(&core("nil")));
        let test = self.list(&core("match"), [local, arrow, nil, found, otherwise]);
        self.list(&core("let"), [binding, test])
    }
}
