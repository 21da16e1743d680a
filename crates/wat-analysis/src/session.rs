//! Interactive sessions: a program that grows by one input at a time.
//!
//! The root of the session is a virtual file whose text loads the program's files and then the inputs; each input is a
//! virtual file `repl:N`. In a session the last definition of a name counts. An input with an error is not installed.

mod shape;
mod stale;

use std::sync::Arc;

use wat_syntax::{NodeId, Severity, SourceText, canonical_bytes};

use crate::db::{Db, FileKind, RootDatabase, SourceFile};
use crate::diagnostics::{Diagnostic, absolute, finish, program_diagnostics};
use crate::expand::expanded_ast;
use crate::forms::forms;
use crate::identity::Author;
use crate::infer::{infer_expression, value_type};
use crate::items::{Item, ItemKind, declarations, split_generic};
use crate::lint::is_suppressed;
use crate::names::{lookup, names, own_definition, program_items};
use crate::program::program_files;
use crate::requirements::unmet;
use crate::run::expression_ir;
use crate::signature::signature;
use crate::splice::is_late;
use crate::visibility::judge;

pub use shape::Changes;

use shape::{Shapes, changes, shapes};
use stale::Stale;

/// A session.
#[derive(Debug)]
pub struct Session {
    root: SourceFile,
    /// Paths of the loaded files and inputs, in order.
    loaded: Vec<Arc<str>>,
    inputs: u32,
    /// Paths of the inputs that declared something, in order: what can be undone.
    declaring: Vec<Arc<str>>,
    stale: Stale,
}

/// What came of an input.
#[derive(Debug)]
pub struct Submission {
    /// The number of the input, from 1.
    pub number: u32,
    /// Its virtual file.
    pub file: SourceFile,
    /// Its diagnostics; warnings do not keep it from being installed.
    pub diagnostics: Arc<[Diagnostic]>,
    /// What is wrong with the definitions that the input would break, if it is refused for that (WAT2950); the same input
    /// is installed by [`Session::force`].
    pub broken: Vec<Diagnostic>,
    /// What the machine has made of the program so far and must not meet again. Comes before the steps.
    pub changes: Changes,
    /// What the host does, in order; empty if there is an error.
    pub steps: Vec<Step>,
    /// Is the input part of the program now?
    pub is_installed: bool,
}

/// What came of loading a file.
#[derive(Debug)]
pub struct Loaded {
    /// What the machine has made of the program so far and must not meet again.
    pub changes: Changes,
    /// Names that the file defines, or that have another type because of it: those of values are evaluated.
    pub due: Vec<Arc<str>>,
}

/// What came of taking an input back.
#[derive(Debug)]
pub struct Undone {
    /// The names that it declared, and whether they are still defined.
    pub names: Vec<(Arc<str>, bool)>,
    /// What the machine has made of the program so far and must not meet again. Comes before the steps.
    pub changes: Changes,
    /// What is left to do when the values of before are back.
    pub steps: Vec<Step>,
}

/// One step of an input.
#[derive(Debug)]
pub enum Step {
    /// A name is defined: the machine forgets its former code and, if it is a value, evaluates it.
    Defined {
        /// The name.
        name: Arc<str>,
        /// Its type, rendered.
        ty: String,
        /// Was it defined before?
        redefined: bool,
        /// Its type before, if that was another one.
        was: Option<String>,
        /// Is it a value, as opposed to a function?
        is_value: bool,
        /// How many definitions use what is redefined; users of a macro are expanded again.
        dependents: u32,
    },
    /// The input defines a name as it is defined already: nothing happens.
    Unchanged {
        /// The name.
        name: Arc<str>,
    },
    /// A value that was evaluated before is evaluated again, because what its definition uses has another type now.
    Again {
        /// The name.
        name: Arc<str>,
        /// Its type, rendered.
        ty: String,
    },
    /// The bindings of a `let` around definitions are evaluated.
    Bind {
        /// What the machine calls them.
        name: Arc<str>,
    },
    /// An expression has no value, because what it uses is stale (WAT8805).
    Stale {
        /// A sentence.
        why: String,
    },
    /// An expression is evaluated and its value printed.
    Evaluate {
        /// Its code.
        function: Arc<wat_ir::Function>,
        /// Its type, rendered.
        ty: String,
    },
}

impl Session {
    /// An empty session on the built-in library.
    pub fn new(db: &mut RootDatabase) -> Session {
        let root = db.set_file("repl:session", SourceText::new(""), FileKind::Session);
        let session = Session {
            root,
            loaded: Vec::new(),
            inputs: 0,
            declaring: Vec::new(),
            stale: Stale::default(),
        };
        session.write(db, &session.loaded);
        session
    }

    /// The program of the session.
    pub fn program(&self) -> SourceFile {
        self.root
    }

    /// Makes a file (and what it loads) part of the program, after what is there: what it defines replaces what had the
    /// same names.
    pub fn load(&mut self, db: &mut RootDatabase, file: SourceFile) -> Loaded {
        let files = program_files(db, self.root);
        let before = shapes(db, self.root);
        self.loaded.push(file.path(db));
        self.write(db, &self.loaded);
        let changes = changes(&before, &shapes(db, self.root));
        let cause = changes.retired.first().cloned();
        self.find_stale(db, cause.as_ref(), cause.is_some());
        let all = program_files(db, self.root);
        let new = all.iter().filter(|file| !files.contains(file));
        let names = new.flat_map(|&file| crate::items::file_items(db, self.root, file));
        let mut due: Vec<Arc<str>> = changes.retired.clone();
        due.extend(names.map(|item| Arc::from(item.name(db).text(db).as_str())));
        Loaded { changes, due }
    }

    fn write(&self, db: &mut RootDatabase, loaded: &[Arc<str>]) {
        let mut text = String::new();
        for path in loaded {
            text.push_str(&format!("(:wat::load-file! {})\n", quoted(path)));
        }
        db.set_file("repl:session", SourceText::new(text), FileKind::Session);
    }

    /// A source with the loads of an input, if it has any: a host gives what they ask for before it submits the input.
    pub fn wanted(&self, db: &mut RootDatabase, text: &str) -> Vec<SourceFile> {
        if !text.contains("load") {
            return Vec::new();
        }
        let file = db.set_file("repl:next", SourceText::new(text), FileKind::ReplInput);
        match crate::loads::file_loads(db, file).is_empty() {
            true => Vec::new(),
            false => vec![file],
        }
    }

    /// Checks an input and, if it has no error, installs it.
    pub fn submit(&mut self, db: &mut RootDatabase, text: &str) -> Submission {
        self.admit(db, text, false)
    }

    /// The same, though definitions that use what is redefined do not check any more: they are stale until they or what
    /// they use are defined anew ([`Session::why_stale`]).
    pub fn force(&mut self, db: &mut RootDatabase, text: &str) -> Submission {
        self.admit(db, text, true)
    }

    fn admit(&mut self, db: &mut RootDatabase, text: &str, force: bool) -> Submission {
        self.inputs += 1;
        let path: Arc<str> = format!("repl:{}", self.inputs).into();
        let file = db.set_file(&path, SourceText::new(text), FileKind::ReplInput);
        let before = self.before(db, file);
        let files = program_files(db, self.root);
        let mut submission = Submission {
            number: self.inputs,
            file,
            diagnostics: Arc::default(),
            broken: Vec::new(),
            changes: Changes::default(),
            steps: Vec::new(),
            is_installed: false,
        };
        let mut with_input = self.loaded.clone();
        with_input.push(path.clone());
        self.write(db, &with_input);

        let mut found = program_diagnostics(db, self.root, file).to_vec();
        found.retain(|it| !is_suppressed(it));
        found.extend(self.expression_problems(db, file));
        let after = match before.names.is_empty() || has_error(&found) {
            true => Shapes::default(),
            false => shapes(db, self.root),
        };
        submission.changes = changes(&before.shapes, &after);
        let changed = self.changed(db, file, &before, &submission.changes);
        if !has_error(&found) && !changed.is_empty() {
            let broken = self.broken(db, file);
            if !force && !broken.is_empty() {
                found.push(self.refusal(db, file, &changed[0], &broken));
                submission.broken = broken.into_iter().flat_map(|broken| broken.why).collect();
            }
        }
        submission.diagnostics = finish(found).into();
        if has_error(&submission.diagnostics) {
            submission.changes = Changes::default();
            self.write(db, &self.loaded);
            return submission;
        }
        submission.steps = self.loaded_steps(db, file, &files);
        submission.steps.extend(self.steps(db, file, &before));
        let declares = |step: &Step| matches!(step, Step::Defined { .. } | Step::Bind { .. });
        submission.is_installed = submission.steps.iter().any(declares);
        if submission.is_installed {
            self.loaded = with_input;
            self.declaring.push(path);
            let was_stale = self.find_stale(db, changed.first(), force);
            let again = self.again(db, file, &submission.changes, &was_stale);
            let behind = submission.steps.iter().rposition(|step| {
                matches!(
                    step,
                    Step::Defined {
                        is_value: true,
                        redefined: true,
                        ..
                    }
                )
            });
            let at = behind.map_or(0, |at| at + 1);
            submission.steps.splice(at..at, again);
        } else {
            self.write(db, &self.loaded);
        }
        submission
    }

    /// Takes the last input back that declared something; `None` if there is none.
    pub fn undo(&mut self, db: &mut RootDatabase) -> Option<Undone> {
        let path = self.declaring.pop()?;
        let before = shapes(db, self.root);
        let file = db.file(&path)?;
        let items = crate::items::file_items(db, self.root, file);
        let mut names: Vec<Arc<str>> = Vec::new();
        for item in items {
            let name: Arc<str> = item.name(db).text(db).as_str().into();
            if item.kind(db) != ItemKind::Bindings && !names.contains(&name) {
                names.push(name);
            }
        }
        self.loaded.retain(|loaded| *loaded != path);
        self.write(db, &self.loaded);
        let changes = changes(&before, &shapes(db, self.root));
        let was_stale = self.find_stale(db, names.first(), true);
        let steps = self.again(db, file, &Changes::default(), &was_stale);
        let is_defined = |name: &Arc<str>| own_definition(db, self.root, name).is_some();
        Some(Undone {
            names: names
                .iter()
                .map(|name| (name.clone(), is_defined(name)))
                .collect(),
            changes,
            steps,
        })
    }

    /// What the names that an input defines are without it.
    fn before(&self, db: &RootDatabase, file: SourceFile) -> Before {
        let mut before = Before::default();
        for item in crate::items::file_items(db, self.root, file) {
            let name = item.name(db).text(db);
            let Some(old) = own_definition(db, self.root, name) else {
                continue;
            };
            let bytes = |item: Item<'_>| canonical_bytes(item.ast(db), item.root(db));
            let is_same = old.kind(db) == item.kind(db)
                && old.part(db) == item.part(db)
                && bytes(*item).is_some_and(|own| bytes(old) == Some(own));
            before.names.push(Known {
                name: name.as_str().into(),
                ty: type_of(db, self.root, old),
                is_same,
            });
        }
        if before.names.iter().any(|known| !known.is_same) {
            before.shapes = shapes(db, self.root);
        }
        before
    }

    /// The names that an input gives another type, and the macros that it redefines; declarations before what they
    /// generate.
    fn changed(
        &self,
        db: &RootDatabase,
        file: SourceFile,
        before: &Before,
        changes: &Changes,
    ) -> Vec<Arc<str>> {
        let own = crate::items::file_items(db, self.root, file).iter();
        let mut changed: Vec<(bool, Arc<str>)> = before
            .names
            .iter()
            .filter(|known| !known.is_same)
            .filter_map(|known| {
                let item = own
                    .clone()
                    .find(|item| *item.name(db).text(db) == *known.name)?;
                let is_changed = item.kind(db) == ItemKind::Macro
                    || type_of(db, self.root, *item) != known.ty
                    || changes.retired.contains(&known.name);
                let is_member = matches!(
                    item.kind(db),
                    ItemKind::Constructor | ItemKind::Accessor | ItemKind::UnitVariant
                );
                is_changed.then(|| (is_member, known.name.clone()))
            })
            .collect();
        // Members of a type that are gone have no item in the input.
        if changed.is_empty() && !changes.retired.is_empty() {
            changed.push((true, changes.retired[0].clone()));
        }
        changed.sort_by_key(|(is_member, _)| *is_member);
        changed.into_iter().map(|(_, name)| name).collect()
    }

    /// The values that are evaluated again: those of another type than before, and those that are no more stale.
    fn again(
        &self,
        db: &RootDatabase,
        input: SourceFile,
        changes: &Changes,
        was_stale: &[Arc<str>],
    ) -> Vec<Step> {
        let order = crate::order::start_order(db, self.root).iter();
        order
            .filter(|item| item.form(db).file(db) != input)
            .filter(|item| {
                lookup(db, self.root, item.name(db).text(db)) == Some(**item)
                    || item.kind(db) == ItemKind::Bindings
            })
            .filter_map(|item| {
                let name: Arc<str> = item.name(db).text(db).as_str().into();
                let is_due = changes.retired.contains(&name) || was_stale.contains(&name);
                (is_due && self.why_stale(&name).is_none()).then(|| Step::Again {
                    ty: type_of(db, self.root, *item),
                    name,
                })
            })
            .collect()
    }

    fn expression_problems(&self, db: &RootDatabase, file: SourceFile) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        for placed in &forms(db, file).placed {
            for &node in &declarations(db, self.root, placed.form).expressions {
                let inference = infer_expression(db, self.root, placed.form, NodeId(node));
                let author = Author::Expression {
                    program: self.root,
                    form: placed.form,
                };
                let mut refused = judge(db, self.root, author, &inference.uses);
                let ast = expanded_ast(db, self.root, placed.form);
                refused.extend(unmet(db, self.root, ast, &inference.instances, &[]));
                let statics = crate::statics::check(db, self.root, ast, &inference, None);
                let statics = crate::statics::problems(db, self.root, &statics);
                let problems = inference.problems.iter().chain(&refused).chain(&statics);
                found.extend(
                    problems.map(|p| absolute(db, self.root, placed.form, placed.start(), p)),
                );
            }
        }
        found
    }

    /// How many definitions of the program use a name, or are expanded by the macro of this name.
    fn dependents(&self, db: &RootDatabase, name: &str) -> u32 {
        let table = names(db, self.root);
        let items = table.items.values();
        let users = items.filter(|item| item.name(db).text(db) != name);
        let uses = |item: &&Item<'_>| {
            let ast = item.ast(db);
            let expansion = item.expansion(db);
            let root = item.root(db);
            (root.0..ast.subtree_end(root).0).map(NodeId).any(|node| {
                let mentions = ast
                    .as_keyword(node)
                    .is_some_and(|path| split_generic(path).0 == name);
                mentions || expansion.is_some_and(|expansion| expansion.is_made_by(node, name))
            })
        };
        users.filter(uses).count() as u32
    }

    /// The definitions that the loads of an input add to the program.
    fn loaded_steps(
        &self,
        db: &RootDatabase,
        input: SourceFile,
        before: &[SourceFile],
    ) -> Vec<Step> {
        if crate::loads::file_loads(db, input).is_empty() {
            return Vec::new();
        }
        let new = |file: SourceFile| file != input && !before.contains(&file);
        let step = |item: Item<'_>, is_value| Step::Defined {
            name: item.name(db).text(db).as_str().into(),
            ty: type_of(db, self.root, item),
            redefined: false,
            was: None,
            is_value,
            dependents: 0,
        };
        let order: Vec<Item<'_>> = crate::order::start_order(db, self.root)
            .iter()
            .copied()
            .filter(|item| new(item.form(db).file(db)))
            .collect();
        // What is not evaluated is there from the start.
        let others = program_items(db, self.root)
            .filter(|item| new(item.form(db).file(db)) && !order.contains(item));
        let mut steps: Vec<Step> = others.map(|item| step(item, false)).collect();
        steps.extend(order.iter().map(|&item| match item.kind(db) {
            ItemKind::Bindings => Step::Bind {
                name: item.name(db).text(db).as_str().into(),
            },
            _ => step(item, true),
        }));
        steps
    }

    fn steps(&self, db: &RootDatabase, file: SourceFile, before: &Before) -> Vec<Step> {
        let mut steps = Vec::new();
        let mut expression = 0;
        for placed in &forms(db, file).placed {
            let found = declarations(db, self.root, placed.form);
            let items = found.items.iter().chain(&found.bindings);
            let mut parts: Vec<(u32, Option<Item<'_>>)> =
                items.map(|&item| (item.node(db), Some(item))).collect();
            parts.extend(found.expressions.iter().map(|&node| (node, None)));
            parts.sort_by_key(|(node, _)| *node);
            for (_, item) in parts {
                match item {
                    Some(item) if item.kind(db) == ItemKind::Bindings => {
                        steps.push(Step::Bind {
                            name: item.name(db).text(db).as_str().into(),
                        });
                    }
                    Some(item) => {
                        let name = item.name(db).text(db);
                        let known = before.names.iter().find(|known| *known.name == **name);
                        if known.is_some_and(|known| known.is_same) {
                            steps.push(Step::Unchanged {
                                name: name.as_str().into(),
                            });
                            continue;
                        }
                        let redefined = known.is_some();
                        let ty = type_of(db, self.root, item);
                        steps.push(Step::Defined {
                            name: name.as_str().into(),
                            was: known.map(|known| known.ty.clone()).filter(|was| *was != ty),
                            ty,
                            redefined,
                            dependents: match redefined {
                                true => self.dependents(db, name),
                                false => 0,
                            },
                            is_value: item.kind(db) == ItemKind::Value || is_late(db, item),
                        });
                    }
                    None => {
                        let code = expression_ir(db, self.root, file, expression);
                        steps.push(match code {
                            Some((function, ty)) => Step::Evaluate { function, ty },
                            None => Step::Stale {
                                why: self.why_without_code(db, file, expression),
                            },
                        });
                        expression += 1;
                    }
                }
            }
        }
        steps
    }
}

/// What the names of an input were without it.
#[derive(Default)]
struct Before {
    names: Vec<Known>,
    /// The shapes of everything, if something is redefined.
    shapes: Shapes,
}

/// A name that an input redefines.
struct Known {
    name: Arc<str>,
    /// Its type, rendered.
    ty: String,
    /// Does the input say the same in the same words?
    is_same: bool,
}

fn has_error(diagnostics: &[Diagnostic]) -> bool {
    diagnostics
        .iter()
        .any(|diagnostic| diagnostic.severity == Severity::Error)
}

/// The type of a definition, rendered.
fn type_of<'db>(db: &'db dyn Db, program: SourceFile, item: Item<'db>) -> String {
    match item.kind(db) {
        ItemKind::Value => value_type(db, program, item).render(&[]),
        _ => match signature(db, program, item) {
            Some(signature) => signature.as_type().render(&signature.generics),
            None => crate::editor::info(db, program, item).signature,
        },
    }
}

/// A string literal that reads back as this text.
fn quoted(text: &str) -> String {
    let mut out = String::new();
    wat_edn::write_string(text, &mut out);
    out
}
