//! What can be told about a macro body before it runs: names, calls, templates.

use std::sync::Arc;

use wat_syntax::{Applicability, NodeId};
use wat_value::pure_native;
use wat_value::syntax::{Shape, Syntax};

use crate::db::{Db, SourceFile};
use crate::infer::operator::operator;
use crate::items::{ItemKind, Name, split_generic};
use crate::library::is_internal;
use crate::names::{lookup, lookup_type};
use crate::problem::{Place, Problem};
use crate::suggest;

use super::builtin::NAMES;
use super::data;
use super::library::{Library, library};
use super::reflect::{self, question};
use super::scalar;
use super::special::form_name;
use crate::expand::define::{Ident, MacroDef};
use crate::expand::expander::{Step, template_step};

/// Something that cannot run.
struct Fault {
    /// The node of the macro's form.
    node: u32,
    kind: FaultKind,
}

enum FaultKind {
    /// Is it under an unquote?
    Unbound {
        name: Arc<str>,
        unquoted: bool,
        known: Vec<Arc<str>>,
    },
    Refused(Arc<str>),
    OutsideTemplate,
    NoSequence,
    Quote(Arc<str>),
    /// A question about something that is no name.
    NoName(Arc<str>),
    /// A question about several names, or none.
    Count(Arc<str>, usize),
}

struct Check<'db> {
    db: &'db dyn Db,
    scope: Vec<Ident>,
    faults: Vec<Fault>,
    unquoted: bool,
}

fn faults(db: &dyn Db, body: &Syntax, params: &[Ident], rest: Option<&Ident>) -> Vec<Fault> {
    let mut check = Check {
        db,
        scope: params.iter().chain(rest).cloned().collect(),
        faults: Vec::new(),
        unquoted: false,
    };
    check.code(body);
    check.faults
}

/// Can a body not run, whatever its arguments are?
pub(in crate::expand) fn body_is_broken(
    db: &dyn Db,
    _: SourceFile,
    body: &Syntax,
    params: &[Ident],
    rest: Option<&Ident>,
) -> bool {
    !faults(db, body, params, rest).is_empty()
}

/// What is wrong with a body, with the names that the program has.
pub(in crate::expand) fn body_problems<'db>(
    db: &'db dyn Db,
    program: SourceFile,
    def: &MacroDef<'db>,
    found: &mut Vec<Problem<'db>>,
) {
    for fault in faults(db, &def.body.0, &def.params.0, def.rest.0.as_ref()) {
        let at = Place::written(NodeId(fault.node));
        found.push(match fault.kind {
            FaultKind::Unbound {
                name,
                unquoted,
                known,
            } => unbound(at, &name, unquoted, &known),
            FaultKind::Refused(path) => refused(db, program, at, &path),
            FaultKind::OutsideTemplate => {
                Problem::new(2213, at, "an unquote stands outside every template")
                    .label("not under a quasiquote")
            }
            FaultKind::NoSequence => Problem::new(2214, at, "`~@` stands where no sequence is")
                .label("nothing to splice into"),
            FaultKind::NoName(head) => Problem::new(
                2601,
                at,
                format!("`{head}` takes the name that it is asked about, a keyword"),
            )
            .label("not a keyword")
            .help("write the name itself, or a parameter that stands for one"),
            FaultKind::Count(head, found) => {
                Problem::new(3002, at, format!("`{head}` takes one name, {found} given"))
                    .label("wrong number of arguments")
            }
            FaultKind::Quote(head) => {
                Problem::new(2212, at, format!("`{head}` takes exactly one form"))
                    .label("wrong number of forms")
            }
        });
    }
}

fn unbound<'db>(at: Place<'db>, name: &str, unquoted: bool, known: &[Arc<str>]) -> Problem<'db> {
    let code = if unquoted { 2404 } else { 3202 };
    let problem = Problem::new(
        code,
        at,
        format!("`{name}` is not bound in the body of the macro"),
    )
    .label("unknown name");
    let near = suggest::rank(name, known.iter().map(|name| &**name));
    let problem = match suggest::help(&near) {
        Some(help) => problem.help(help),
        None => problem.help("under `~` stands code that runs during expansion: only parameters and locals of the macro are bound there"),
    };
    // Under an unquote hardly anything is bound, and the table promises the fix (§14).
    let machine = match unquoted {
        true => near.len() == 1,
        false => suggest::is_machine(&near),
    };
    match near.first() {
        Some(first) => problem.replace(
            match machine {
                true => Applicability::MachineApplicable,
                false => Applicability::MaybeIncorrect,
            },
            at,
            &first.name,
        ),
        None => problem,
    }
}

fn refused<'db>(db: &'db dyn Db, program: SourceFile, at: Place<'db>, path: &str) -> Problem<'db> {
    let name = split_generic(path).0;
    // The name of a struct, called, makes one.
    let made = || lookup_type(db, program, name).filter(|item| item.kind(db) == ItemKind::Struct);
    let item = || lookup(db, program, name).or_else(made);
    let Some(item) = (!is_internal(name)).then(item).flatten() else {
        let near = crate::names::candidates(
            db,
            program,
            Name::new(db, path),
            crate::identity::Identity::of(":user::"),
            crate::names::Position::Head,
        );
        let problem =
            Problem::new(3201, at, format!("no function is called `{path}`")).label("unknown name");
        return match suggest::help(near) {
            Some(help) => problem.help(help),
            None => problem,
        };
    };
    let what = match item.kind(db) {
        ItemKind::SpecialForm => "is a form that cannot stand in the body of a macro",
        ItemKind::Native if wat_value::is_pure(split_generic(path).0) => {
            "is not carried out while macros are expanded"
        }
        ItemKind::Native => "has effects, and macros are expanded without any",
        _ => "does not exist yet when macros are expanded",
    };
    Problem::new(2407, at, format!("`{path}` {what}"))
        .label("cannot be called in the body of a macro")
        .help("make the helper a macro, or write its code here")
}

impl Check<'_> {
    fn fault(&mut self, node: &Syntax, kind: FaultKind) {
        self.faults.push(Fault {
            node: node.origin().0,
            kind,
        });
    }

    fn code(&mut self, form: &Syntax) {
        match form.shape() {
            Shape::Symbol(name, scopes) => {
                let bound = self
                    .scope
                    .iter()
                    .any(|(other, set)| other == name && set == scopes);
                if !bound {
                    let kind = FaultKind::Unbound {
                        name: name.clone(),
                        unquoted: self.unquoted,
                        known: self.scope.iter().map(|(name, _)| name.clone()).collect(),
                    };
                    self.fault(form, kind);
                }
            }
            Shape::Keyword(path) if is_internal(path) && self.in_library(path) => {
                self.fault(form, FaultKind::Refused(path.clone()));
            }
            Shape::List(_) => {
                stacker::maybe_grow(super::RED_ZONE, super::SEGMENT, || self.list(form));
            }
            _ => stacker::maybe_grow(super::RED_ZONE, super::SEGMENT, || {
                form.children().iter().for_each(|part| self.code(part));
            }),
        }
    }

    fn all(&mut self, forms: &[Syntax]) {
        forms.iter().for_each(|form| self.code(form));
    }

    fn list(&mut self, form: &Syntax) {
        let Some((head, args)) = form.children().split_first() else {
            return;
        };
        let Some(path) = head.as_keyword() else {
            return self.all(form.children());
        };
        let args = without_ascription(args);
        let outer = self.scope.len();
        match path {
            ":wat::core::unquote" | ":wat::core::unquote-splicing" => {
                self.fault(form, FaultKind::OutsideTemplate);
            }
            ":wat::core::quote" | ":wat::core::quasiquote" if args.len() != 1 => {
                self.fault(form, FaultKind::Quote(path.into()));
            }
            ":wat::core::quote" | ":wat::core::forms" => {}
            ":wat::core::quasiquote" => self.template(&args[0], 1, true),
            ":wat::core::let" => self.let_form(args),
            ":wat::core::fn" => self.lambda(args),
            ":wat::core::match" => self.match_form(args),
            ":wat::core::cond" => {
                for arm in args {
                    self.all(arm.children());
                }
            }
            _ if question(path).is_some() => self.question(form, path, args),
            _ => {
                if form_name(path).is_none() && !self.callable(path) {
                    self.fault(head, FaultKind::Refused(path.into()));
                }
                match args {
                    [test, arrow, _, rest @ ..] if arrow.name() == Some("->") => {
                        self.code(test);
                        self.all(rest);
                    }
                    _ => self.all(args),
                }
            }
        }
        self.scope.truncate(outer);
    }

    fn callable(&self, path: &str) -> bool {
        let name = split_generic(path).0;
        if is_internal(name) {
            return false;
        }
        let Some(leaf) = name.strip_prefix(":wat::core::") else {
            return reflect::NAMES.contains(&name)
                || name.starts_with(":wat::") && self.in_library(name);
        };
        operator(name).is_some()
            || NAMES.contains(&leaf)
            || scalar::NAMES.contains(&leaf)
            || self.in_library(name)
    }

    fn in_library(&self, name: &str) -> bool {
        match library(self.db, Name::new(self.db, name)) {
            Library::Function { .. } | Library::Dispatch(_) => true,
            Library::Native(_) => {
                pure_native(name).is_some()
                    || name
                        .strip_prefix(":wat::core::")
                        .is_some_and(|leaf| data::NAMES.contains(&leaf))
            }
            Library::Nothing => false,
        }
    }

    /// A question about a name: a keyword as it is, or code that yields one.
    fn question(&mut self, form: &Syntax, path: &str, args: &[Syntax]) {
        match args {
            [name] if name.as_keyword().is_some() => {}
            [name] if matches!(name.shape(), Shape::Symbol(..) | Shape::List(_)) => self.code(name),
            [name] => self.fault(name, FaultKind::NoName(path.into())),
            _ => self.fault(form, FaultKind::Count(path.into(), args.len())),
        }
    }

    fn let_form(&mut self, args: &[Syntax]) {
        let Some((bindings, body)) = args.split_first() else {
            return;
        };
        for pair in bindings.children().chunks(2) {
            if let Some(value) = pair.get(1) {
                self.code(value);
            }
            self.pattern(&pair[0]);
        }
        self.all(body);
    }

    fn lambda(&mut self, args: &[Syntax]) {
        let Some((params, body)) = args.split_first() else {
            return;
        };
        for param in params.children() {
            self.pattern(param);
        }
        let body = match body {
            [arrow, _, body @ ..] if arrow.name() == Some("->") => body,
            _ => body,
        };
        self.all(body);
    }

    fn match_form(&mut self, args: &[Syntax]) {
        let Some((subject, arms)) = args.split_first() else {
            return;
        };
        self.code(subject);
        for arm in without_ascription(arms) {
            let outer = self.scope.len();
            if let Some((pattern, body)) = arm.children().split_first() {
                self.pattern(pattern);
                self.all(body);
            }
            self.scope.truncate(outer);
        }
    }

    /// Binds every symbol of a pattern.
    fn pattern(&mut self, pattern: &Syntax) {
        let mut work = vec![pattern];
        while let Some(node) = work.pop() {
            if let Shape::Symbol(name, scopes) = node.shape() {
                self.scope.push((name.clone(), scopes.clone()));
            }
            work.extend(node.children());
        }
    }

    fn template(&mut self, form: &Syntax, level: u32, top: bool) {
        if !form.is_compound() {
            return;
        }
        if let Some(head @ (":wat::core::unquote" | ":wat::core::unquote-splicing")) = form.head()
            && level == 1
            && form.children().len() != 2
            && matches!(form.shape(), Shape::List(_))
        {
            return self.fault(form, FaultKind::Quote(head.into()));
        }
        let level = match template_step(form) {
            Some(Step::Down) => level + 1,
            Some(Step::Up) if level == 1 => {
                if top && form.head() == Some(":wat::core::unquote-splicing") {
                    self.fault(form, FaultKind::NoSequence);
                }
                let outer = std::mem::replace(&mut self.unquoted, true);
                self.code(&form.children()[1]);
                self.unquoted = outer;
                return;
            }
            Some(Step::Up) => level - 1,
            None => level,
        };
        let lone = template_step(form).is_some();
        stacker::maybe_grow(super::RED_ZONE, super::SEGMENT, || {
            for part in form.children() {
                self.template(part, level, lone);
            }
        });
    }
}

fn without_ascription(forms: &[Syntax]) -> &[Syntax] {
    match forms {
        [arrow, _, rest @ ..] if arrow.name() == Some("->") => rest,
        _ => forms,
    }
}
