//! Interactive sessions: a program that grows by one input at a time.
//!
//! The root of the session is a virtual file whose text loads the program's files and then the inputs; each input is a
//! virtual file `repl:N`. In a session the last definition of a name counts. An input with an error is not installed.

use std::sync::Arc;

use wat_syntax::{Code, NodeId, Severity, SourceText};

use crate::db::{Db, FileKind, RootDatabase, SourceFile};
use crate::diagnostics::{Diagnostic, Span, absolute, finish, program_diagnostics};
use crate::expand::{expanded_ast, expansion, spot};
use crate::forms::{forms, read_form};
use crate::identity::Author;
use crate::infer::{check_item, infer_expression, value_type};
use crate::items::{Item, ItemKind, declarations, split_generic};
use crate::names::{lookup, names, program_items};
use crate::program::program_files;
use crate::requirements::unmet;
use crate::run::expression_ir;
use crate::signature::signature;
use crate::splice::is_late;
use crate::visibility::judge;

/// A session.
#[derive(Debug)]
pub struct Session {
    root: SourceFile,
    /// Paths of the loaded files and inputs, in order.
    loaded: Vec<Arc<str>>,
    inputs: u32,
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
    /// What the host does, in order; empty if there is an error.
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
        /// Is it a value, as opposed to a function?
        is_value: bool,
        /// How many definitions use what is redefined; users of a macro are expanded again.
        dependents: u32,
    },
    /// The bindings of a `let` around definitions are evaluated.
    Bind {
        /// What the machine calls them.
        name: Arc<str>,
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
        };
        session.write(db, &session.loaded);
        session
    }

    /// The program of the session.
    pub fn program(&self) -> SourceFile {
        self.root
    }

    /// Makes a file (and what it loads) part of the program, after what is there.
    pub fn load(&mut self, db: &mut RootDatabase, file: SourceFile) {
        self.loaded.push(file.path(db));
        self.write(db, &self.loaded);
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
        self.inputs += 1;
        let number = self.inputs;
        let path: Arc<str> = format!("repl:{number}").into();
        let file = db.set_file(&path, SourceText::new(text), FileKind::ReplInput);
        let before = self.before(db, file);
        let files = program_files(db, self.root);
        let mut with_input = self.loaded.clone();
        with_input.push(path.clone());
        self.write(db, &with_input);

        let mut found = program_diagnostics(db, self.root, file).to_vec();
        found.extend(self.expression_problems(db, file));
        if !has_error(&found) {
            found.extend(self.broken_dependents(db, file, &before));
        }
        let diagnostics: Arc<[Diagnostic]> = finish(found).into();
        if has_error(&diagnostics) {
            self.write(db, &self.loaded);
            return Submission {
                number,
                file,
                diagnostics,
                steps: Vec::new(),
            };
        }
        let mut steps = self.loaded_steps(db, file, &files);
        steps.extend(self.steps(db, file, &before));
        if steps
            .iter()
            .any(|step| matches!(step, Step::Defined { .. }))
        {
            self.loaded = with_input;
        } else {
            self.write(db, &self.loaded);
        }
        Submission {
            number,
            file,
            diagnostics,
            steps,
        }
    }

    /// The types of the names that an input will redefine, as they are without it.
    fn before(&self, db: &RootDatabase, file: SourceFile) -> Vec<(String, String)> {
        let items = crate::items::file_items(db, self.root, file);
        items
            .iter()
            .filter_map(|item| {
                let name = item.name(db).text(db);
                let old = lookup(db, self.root, name).filter(|_| !name.starts_with(":wat::"))?;
                Some((name.clone(), type_of(db, self.root, old)))
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
                refused.extend(unmet(db, self.root, &inference.instances, &[]));
                let ast = expanded_ast(db, self.root, placed.form);
                let statics = crate::statics::check(db, self.root, ast, &inference, false);
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

    /// WAT2950: a name changes its type, or a macro changes, and something that uses it does not check any more.
    fn broken_dependents(
        &self,
        db: &RootDatabase,
        file: SourceFile,
        before: &[(String, String)],
    ) -> Option<Diagnostic> {
        let changed: Vec<&str> = before
            .iter()
            .filter(|(name, old)| {
                lookup(db, self.root, name).is_some_and(|new| {
                    new.kind(db) == ItemKind::Macro || type_of(db, self.root, new) != *old
                })
            })
            .map(|(name, _)| name.as_str())
            .collect();
        let name = *changed.first()?;
        let table = names(db, self.root);
        let files = program_files(db, self.root);
        let items = files
            .iter()
            .filter(|other| **other != file)
            .flat_map(|&file| crate::items::file_items(db, self.root, file));
        let mut broken = items
            .filter(|item| table.items.get(&item.name(db)) == Some(item))
            .filter(|&&item| {
                check_item(db, self.root, item)
                    .problems
                    .iter()
                    .any(|p| p.severity.0 == Severity::Error)
            })
            .map(|item| format!("`{}`", item.name(db).text(db)));
        let first = broken.next()?;
        let listed = broken.fold(first, |list, next| format!("{list}, {next}"));
        let placed = forms(db, file).placed.first()?;
        let spans = &read_form(db, placed.form).spans;
        let at = declarations(db, self.root, placed.form)
            .items
            .first()
            .map_or(0, |item| item.name_node(db).0);
        let at = spot(expansion(db, self.root, placed.form), at).node;
        Some(Diagnostic {
            code: Code(2950),
            severity: Severity::Error,
            message: match lookup(db, self.root, name).map(|item| item.kind(db)) {
                Some(ItemKind::Macro) => {
                    format!("`{name}` is not redefined: what it expands to now breaks {listed}")
                }
                _ => format!("`{name}` is not redefined: its new type breaks {listed}"),
            },
            span: Span {
                file,
                range: spans.range(at) + placed.start(),
            },
            label: "has another type than before".into(),
            labels: Vec::new(),
            notes: Vec::new(),
            help: Some("redefine the dependents first, or keep the type".into()),
            fixes: Vec::new(),
        })
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

    fn steps(&self, db: &RootDatabase, file: SourceFile, before: &[(String, String)]) -> Vec<Step> {
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
                        let redefined = before.iter().any(|(other, _)| other == name);
                        steps.push(Step::Defined {
                            name: name.as_str().into(),
                            ty: type_of(db, self.root, item),
                            redefined,
                            dependents: match redefined {
                                true => self.dependents(db, name),
                                false => 0,
                            },
                            is_value: item.kind(db) == ItemKind::Value || is_late(db, item),
                        });
                    }
                    None => {
                        if let Some((function, ty)) = expression_ir(db, self.root, file, expression)
                        {
                            steps.push(Step::Evaluate { function, ty });
                        }
                        expression += 1;
                    }
                }
            }
        }
        steps
    }
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
