//! Definitions that a redefinition breaks.

use std::sync::Arc;

use rustc_hash::FxHashMap;
use wat_syntax::{Code, NodeId, Severity};

use super::Session;
use crate::db::{RootDatabase, SourceFile};
use crate::diagnostics::{Diagnostic, Span, absolute, finish};
use crate::expand::{expanded_ast, expansion, spot};
use crate::forms::{form_start, forms, read_form};
use crate::infer::check_item;
use crate::items::{Item, ItemKind, declarations, split_generic};
use crate::names::{names, own_definition};
use crate::program::program_files;
use crate::run::{function_ir, value_ir};

/// Why definitions are stale: the name whose redefinition broke each of them.
#[derive(Debug, Default)]
pub(super) struct Stale(FxHashMap<Arc<str>, Arc<str>>);

/// A definition that does not check any more.
pub(super) struct Broken {
    name: Arc<str>,
    /// What is wrong with it.
    pub(super) why: Vec<Diagnostic>,
}

impl Session {
    /// Why a definition has no code: a forced redefinition broke it (WAT8805). A sentence.
    pub fn why_stale(&self, name: &str) -> Option<String> {
        let cause = self.stale.0.get(name)?;
        Some(match **cause == *name {
            true => format!("`{name}` is stale: it does not fit what it uses any more"),
            false => format!("`{name}` is stale: the redefinition of `{cause}` broke it"),
        })
    }

    /// Why the n-th expression of an input has no code.
    pub(super) fn why_without_code(
        &self,
        db: &RootDatabase,
        input: SourceFile,
        n: usize,
    ) -> String {
        let placed = forms(db, input).placed.iter();
        let expressions = placed.flat_map(|placed| {
            let own = &declarations(db, self.root, placed.form).expressions;
            own.iter().map(|&node| (placed.form, NodeId(node)))
        });
        let mentioned = expressions.skip(n).take(1).flat_map(|(form, node)| {
            let ast = expanded_ast(db, self.root, form);
            let nodes = (node.0..ast.subtree_end(node).0).map(NodeId);
            nodes.filter_map(|node| self.why_stale(split_generic(ast.as_keyword(node)?).0))
        });
        let why = mentioned.into_iter().next();
        why.unwrap_or_else(|| "what the expression uses is stale".to_owned())
    }

    /// The names that are stale.
    pub fn stale_names(&self) -> Vec<Arc<str>> {
        let mut names: Vec<Arc<str>> = self.stale.0.keys().cloned().collect();
        names.sort();
        names
    }

    /// The definitions outside of an input that do not check with it and did before.
    pub(super) fn broken(&self, db: &RootDatabase, input: SourceFile) -> Vec<Broken> {
        let table = names(db, self.root);
        let files = program_files(db, self.root);
        let others = files.iter().filter(|file| **file != input);
        let items = others.flat_map(|&file| crate::items::file_items(db, self.root, file));
        items
            .filter(|item| table.items.get(&item.name(db)) == Some(item))
            .filter(|item| !self.stale.0.contains_key(&**item.name(db).text(db)))
            .filter_map(|&item| {
                let why = self.errors_of(db, item);
                (!why.is_empty()).then(|| Broken {
                    name: item.name(db).text(db).as_str().into(),
                    why,
                })
            })
            .collect()
    }

    fn errors_of(&self, db: &RootDatabase, item: Item<'_>) -> Vec<Diagnostic> {
        let form = item.form(db);
        let problems = &check_item(db, self.root, item).problems;
        let errors = problems
            .iter()
            .filter(|problem| problem.severity.0 == Severity::Error);
        let start = form_start(db, form);
        finish(
            errors
                .map(|problem| absolute(db, self.root, form, start, problem))
                .collect(),
        )
    }

    /// WAT2950: a name changes its type, or a macro changes, and something that uses it does not check any more.
    pub(super) fn refusal(
        &self,
        db: &RootDatabase,
        file: SourceFile,
        name: &str,
        broken: &[Broken],
    ) -> Diagnostic {
        let listed: Vec<String> = broken.iter().map(|one| format!("`{}`", one.name)).collect();
        let listed = listed.join(", ");
        let is_macro = own_definition(db, self.root, name)
            .is_some_and(|item| item.kind(db) == ItemKind::Macro);
        let what = match is_macro {
            true => "what it expands to now",
            false => "its new type",
        };
        let range = forms(db, file).placed.iter().find_map(|placed| {
            let items = &declarations(db, self.root, placed.form).items;
            let item = items.iter().find(|item| item.name(db).text(db) == name)?;
            let at = spot(expansion(db, self.root, placed.form), item.name_node(db).0).node;
            Some(read_form(db, placed.form).spans.range(at) + placed.start())
        });
        let first = forms(db, file).placed.first().map(|placed| placed.range());
        Diagnostic {
            code: Code(2950),
            severity: Severity::Error,
            message: format!("`{name}` is not redefined: {what} breaks {listed}"),
            span: Span {
                file,
                range: range.or(first).unwrap_or_default(),
            },
            label: "has another type than before".into(),
            labels: Vec::new(),
            notes: Vec::new(),
            help: Some(
                "redefine the dependents in the same input, keep the type, or install it all the same with `:force`"
                    .into(),
            ),
            fixes: Vec::new(),
            expansion: Vec::new(),
            facts: Vec::new(),
            suppressed: None,
        }
    }

    /// Notes what is stale now; what was stale before.
    pub(super) fn find_stale(
        &mut self,
        db: &RootDatabase,
        cause: Option<&Arc<str>>,
        is_forced: bool,
    ) -> Vec<Arc<str>> {
        let before = std::mem::take(&mut self.stale.0);
        if !is_forced && before.is_empty() {
            return Vec::new();
        }
        for item in names(db, self.root).items.values() {
            let name: Arc<str> = item.name(db).text(db).as_str().into();
            let has_code = match item.kind(db) {
                ItemKind::Function => function_ir(db, self.root, &name).is_some(),
                ItemKind::Value | ItemKind::Bindings => value_ir(db, self.root, &name).is_some(),
                _ => true,
            };
            if !has_code {
                let why = before.get(&name).or(cause).unwrap_or(&name).clone();
                self.stale.0.insert(name, why);
            }
        }
        before.into_keys().collect()
    }
}
