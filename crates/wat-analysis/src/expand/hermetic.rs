//! Programs inside of expressions (chapter 09 §9.2.3, §9.6): their forms are data for the process that runs them, and
//! are checked where they stand, as definitions of the file whose names nobody else can write.
//!
//! A test that loads is a source of its own instead, the root of a program ([`FileKind::Hermetic`]): what it loads is
//! declared there and nowhere else.
//!
//! In all others, every path of such a program that is not the library's gets a segment in front which nobody else writes. So the
//! names of two programs never meet, what the file declares is not seen, and everything that is known of definitions
//! holds for these too. Where a name is shown the segment is taken away again ([`unmarked`]). Of keywords with one
//! segment, most of which are words of forms and data, those get it that the prelude or the file declares.

use std::borrow::Cow;
use std::hash::{Hash, Hasher};

use wat_value::counted;
use wat_value::syntax::{Shape, Syntax};

use crate::db::{Db, FileKind};
use crate::forms::Form;
use crate::items::split_generic;

use super::expander::{Expander, RED_ZONE, SEGMENT, with_children};
use super::testing::{RUN_HERMETIC, RUN_WITH_IO, Testing, core};

/// Begins the segment. A name that a program has like this is read as the program's own; nobody else has one.
const MARK: &str = "__hermetic_";

/// What is called with the forms of a program.
pub(crate) const HERMETIC_RUN: &str = ":wat::test::__internal/run-hermetic";

/// What runs a program.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Run {
    Test,
    /// A test that a maker has made, whose file has read what the prelude loads.
    Made,
    Expression,
}

/// Is this a name of a program inside of an expression?
pub(crate) fn is_marked(name: &str) -> bool {
    name.contains(MARK)
}

/// What the marked names of a form say of it.
pub(crate) fn place_of(db: &dyn Db, form: Form<'_>) -> u64 {
    let mut hasher = rustc_hash::FxHasher::default();
    form.file(db).path(db).hash(&mut hasher);
    form.key(db).text().hash(&mut hasher);
    hasher.finish()
}

/// What a marked name says of the form that it belongs to.
pub(crate) fn marked_place(name: &str) -> Option<u64> {
    let (_, rest) = name.split_once(MARK)?;
    u64::from_str_radix(rest.get(..16)?, 16).ok()
}

/// A text with the names that its author wrote.
pub(crate) fn unmarked(text: &str) -> Cow<'_, str> {
    if !is_marked(text) {
        return Cow::Borrowed(text);
    }
    let mut parts = text.split(MARK);
    let mut found = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        found.push_str(part.split_once("::").map_or("", |(_, rest)| rest));
    }
    Cow::Owned(found)
}

/// The name that a marked one would be outside of its program.
pub(crate) fn outside(name: &str) -> Option<String> {
    let at = name.find(MARK)?;
    let (_, rest) = name[at..].split_once("::")?;
    Some(format!("{}{rest}", &name[..at]))
}

/// A keyword with the segment in front of each path in it that is not the library's. `is_name`: is a path of one segment a
/// name?
fn marked(text: &str, segment: &str, mut is_name: impl FnMut(&str) -> bool) -> String {
    let mut found = String::with_capacity(text.len() + segment.len());
    for part in text.split_inclusive(['<', '>', '(', ')', ',']) {
        let colon = part.starts_with(':');
        let path = &part[usize::from(colon)..];
        if colon {
            found.push(':');
        }
        let bare = path.trim_end_matches(['<', '>', '(', ')', ',']);
        let is_name = match bare.split_once("::") {
            Some((first, _)) => first != "wat" && first != "rust",
            None => !bare.is_empty() && is_name(bare.split('/').next().unwrap_or(bare)),
        };
        if is_name {
            found.push_str(segment);
        }
        found.push_str(path);
    }
    found
}

/// What gives the forms of a program its segment.
struct Marker<'x, 'db> {
    x: &'x mut Expander<'db>,
    segment: &'x str,
    /// The names of one segment that the prelude declares.
    own: Vec<&'x str>,
}

impl Marker<'_, '_> {
    /// A form with marked names. The names of variants are marked with that of their type.
    fn mark(&mut self, form: &Syntax) -> Syntax {
        if !form.is_compound() {
            return match form.as_keyword() {
                Some(text) => self.keyword(text, form),
                None => form.clone(),
            };
        }
        let is_enum = matches!(
            form.head(),
            Some(":wat::core::enum" | ":wat::core::enum-restricted")
        );
        stacker::maybe_grow(RED_ZONE, SEGMENT, || {
            let parts = form.children().iter().enumerate();
            let parts = parts.map(|(at, part)| match is_enum && at > 1 {
                true => self.variant(part),
                false => self.mark(part),
            });
            with_children(form, parts.collect())
        })
    }

    fn keyword(&mut self, text: &str, node: &Syntax) -> Syntax {
        let text = marked(text, self.segment, |name| {
            self.own.contains(&name) || self.x.declares(&format!(":{name}"))
        });
        Syntax::new(Shape::Keyword(text.into()), node.origin())
    }

    /// `:V` or `(:V fields…)`
    fn variant(&mut self, variant: &Syntax) -> Syntax {
        let Some((name, fields)) = variant.children().split_first() else {
            return variant.clone();
        };
        let fields = fields.iter().map(|field| self.mark(field));
        let parts = std::iter::once(name.clone()).chain(fields).collect();
        with_children(variant, parts)
    }
}

/// The names of one segment that forms at a top level declare.
fn bare_names(forms: &[Syntax]) -> Vec<&str> {
    let mut found = Vec::new();
    let mut work: Vec<&Syntax> = forms.iter().collect();
    while let Some(form) = work.pop() {
        match form.head() {
            Some(":wat::core::do") => work.extend(&form.children()[1..]),
            Some(":wat::core::let") => work.extend(form.children().iter().skip(2)),
            Some(head) if crate::mutation::is_mutation(head) => {
                let name = form.children().get(1);
                let name = name.and_then(|name| name.as_keyword().or_else(|| name.head()));
                let name = name.map_or("", |name| split_generic(name).0);
                let bare = name.strip_prefix(':').filter(|name| !name.contains("::"));
                found.extend(bare);
            }
            _ => {}
        }
    }
    found
}

impl Testing<'_, '_> {
    /// The segment of this program: the same for the same place in the same form of a file.
    fn segment(&self) -> String {
        let place = place_of(self.x.db, self.x.place());
        format!("{MARK}{place:016x}_{}::", self.call)
    }

    /// The definitions as which a program is checked, and the call that runs it.
    pub(super) fn hermetic(
        &mut self,
        prelude: &[Syntax],
        body: &[Syntax],
        run: Run,
    ) -> (Vec<Syntax>, Syntax) {
        let loads = |form: &&Syntax| is_load(form) || is_retired_load(form);
        let checked = match prelude.iter().any(|form| loads(&form)) {
            true => match run {
                // What a macro has made of loads is told of as such.
                Run::Test if !self.is_as_written() => {
                    prelude.iter().filter(loads).cloned().collect()
                }
                // A program of its own is checked as such; what others load is known to the process that runs them.
                Run::Test | Run::Made | Run::Expression => Vec::new(),
            },
            false => self.checked(prelude, body, run),
        };
        let main = self.list(&core("do"), body.to_vec());
        let main = self.main(":user::main", main);
        let prelude: Vec<Syntax> = match run {
            Run::Made => prelude.to_vec(),
            Run::Test | Run::Expression => prelude.iter().map(|form| self.placed(form)).collect(),
        };
        let forms: Vec<Syntax> = prelude.into_iter().chain([main]).collect();
        let forms = self.list(&core("forms"), forms);
        let run = self.list(HERMETIC_RUN, [forms]);
        (checked, run)
    }

    /// Does the form stand for a program of its own?
    pub(super) fn is_program(&self) -> bool {
        self.x.place().file(self.x.db).kind(self.x.db) == FileKind::Hermetic && self.is_as_written()
    }

    /// The top level of a program of its own, of which the load forms are read where they are written.
    pub(super) fn program(&mut self, prelude: &[Syntax], body: &[Syntax]) -> Syntax {
        let is_setting = |form: &Syntax| form.head().is_some_and(crate::configuration::is_setter);
        let inner = match body {
            [] => core("do"),
            _ => ":wat::test::__internal/body".to_owned(),
        };
        let body = match body {
            [] => vec![self.keyword(&core("nil"))],
            body => body.to_vec(),
        };
        let body = self.list(&inner, body);
        let main = self.main(":user::main", body);
        let prelude = prelude
            .iter()
            .filter(|form| !is_setting(form) && !is_load(form));
        let prelude = prelude.cloned();
        let forms: Vec<Syntax> = prelude.chain([main]).collect();
        self.list(&core("do"), forms)
    }

    /// The definitions as which a program is checked.
    fn checked(&mut self, prelude: &[Syntax], body: &[Syntax], run: Run) -> Vec<Syntax> {
        let segment = self.segment();
        let is_setting = |form: &&Syntax| form.head().is_some_and(crate::configuration::is_setter);
        let mut marker = Marker {
            x: self.x,
            segment: &segment,
            own: bare_names(prelude),
        };
        let forms = prelude.iter().filter(|form| !is_setting(form));
        let mut checked: Vec<Syntax> = forms.map(|form| marker.mark(form)).collect();
        let parts: Vec<Syntax> = body.iter().map(|form| marker.mark(form)).collect();
        let inner = match run {
            Run::Test | Run::Made => ":wat::test::__internal/body".to_owned(),
            Run::Expression => core("do"),
        };
        let main = self.list(&inner, parts);
        checked.push(self.main(&format!(":{segment}user::main"), main));
        checked
    }

    /// A load form for a program that stands in no file: the paths in it begin at the folder of this one.
    pub(super) fn placed(&self, form: &Syntax) -> Syntax {
        let path = self.x.place().file(self.x.db).path(self.x.db);
        let (Some((folder, _)), Some(head)) = (path.rsplit_once('/'), form.head()) else {
            return form.clone();
        };
        if !is_load(form) {
            return form.clone();
        }
        let mut is_path = crate::loads::loads_file(head);
        let mut parts = form.children().to_vec();
        for part in &mut parts[1..] {
            if is_path
                && let Shape::Str(text) = part.shape()
                && !text.starts_with('/')
            {
                let text = format!("{folder}/{text}");
                *part = Syntax::new(Shape::Str(text.into()), part.origin());
            }
            is_path = part.as_keyword() == Some(crate::loads::FILE_PATH);
        }
        form.with_children(parts).unwrap_or_else(|| form.clone())
    }

    /// `(defn name [] -> nil body)`
    fn main(&mut self, name: &str, body: Syntax) -> Syntax {
        let name = self.keyword(name);
        let params = self.vector(Vec::new());
        let arrow = self.symbol("->");
        let nil = self.keyword(&core("nil"));
        self.list(&core("defn"), [name, params, arrow, nil, body])
    }

    /// `(run-hermetic body)`, `(run-hermetic-with-prelude (prelude…) body)`, `(run-hermetic-with-io :I :O inputs body)`
    pub(super) fn run_hermetic(&mut self, name: &str) -> Syntax {
        let parts = self.form.children()[1..].to_vec();
        let wanted = match name {
            RUN_HERMETIC => 1,
            RUN_WITH_IO => 4,
            _ => 2,
        };
        let Some((body, before)) = parts.split_last().filter(|_| parts.len() == wanted) else {
            let problem = self
                .problem(
                    2402,
                    self.form,
                    format!(
                        "`{name}` takes {}, {} given",
                        counted(wanted, "argument"),
                        parts.len()
                    ),
                )
                .label("wrong number of arguments");
            self.x.problems.push(problem);
            return self.failed();
        };
        let prelude = match before {
            [prelude] => match self.prelude(prelude, true, false) {
                Some(forms) => forms,
                None => return self.failed(),
            },
            _ => Vec::new(),
        };
        let (checked, run) = self.hermetic(&prelude, std::slice::from_ref(body), Run::Expression);
        self.x.declare_beside(checked);
        match before {
            [input, output, inputs] => self.with_io(input, output, inputs, &run),
            _ => run,
        }
    }

    /// The call that runs a program with values as its input and output.
    fn with_io(
        &mut self,
        input: &Syntax,
        output: &Syntax,
        inputs: &Syntax,
        run: &Syntax,
    ) -> Syntax {
        let forms = run.children()[1].clone();
        let scope = self.x.fresh_scope();
        let shape = Shape::Symbol("value".into(), Default::default());
        let value = match shape {
            Shape::Symbol(name, scopes) => self.make(Shape::Symbol(name, scopes.with(scope))),
            other => self.make(other),
        };
        let string = self.keyword(&core("String"));
        let (gets, arrow) = (self.symbol("<-"), self.symbol("->"));
        let written = self.list(":wat::edn::write", [value.clone()]);
        let params = self.vector(vec![value.clone(), gets.clone(), input.clone()]);
        let encode = self.list(
            &core("fn"),
            [params, arrow.clone(), string.clone(), written],
        );
        let type_text = output.as_keyword().unwrap_or_default().to_owned();
        let result = self.keyword(&format!(
            ":wat::core::Result<{},wat::edn::ReadError>",
            type_text.trim_start_matches(':')
        ));
        let read = self.list(
            ":wat::edn::try-read",
            [arrow.clone(), output.clone(), value.clone()],
        );
        let params = self.vector(vec![value, gets, string]);
        let decode = self.list(&core("fn"), [params, arrow, result, read]);
        let shown = self.string(&type_text);
        self.list(
            ":wat::test::__internal/run-hermetic-io",
            [forms, inputs.clone(), encode, decode, shown],
        )
    }
}

pub(super) fn is_load(form: &Syntax) -> bool {
    form.head().is_some_and(crate::loads::is_load)
}

pub(super) fn is_retired_load(form: &Syntax) -> bool {
    form.head().is_some_and(crate::loads::is_retired_load)
}

#[test]
fn paths_are_marked_and_unmarked() {
    let segment = "__hermetic_x::";
    for text in [
        ":my::f",
        ":wat::core::Vector<my::T>",
        ":(my::A,wat::core::i64,my::B<my::C>)",
        ":wat::core::Fn(my::A)->my::B",
        ":my::a->b",
        ":my::",
        ":plain",
    ] {
        let marked = marked(text, segment, |_| false);
        assert_eq!(unmarked(&marked), text);
        assert_eq!(marked.matches(MARK).count(), text.matches("my::").count());
    }
    let bare = |text| marked(text, segment, |name| name == "T");
    assert_eq!(bare(":T/new"), ":__hermetic_x::T/new");
    assert_eq!(bare(":(U,Vector<T>)"), ":(U,Vector<__hermetic_x::T>)");
    assert_eq!(bare(":Tree"), ":Tree");
    assert_eq!(
        outside(":__hermetic_a::__hermetic_b::my::f").as_deref(),
        Some(":__hermetic_b::my::f")
    );
}
