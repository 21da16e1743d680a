//! Type parameters that nobody declares: one finding for each declaration (03 §2.4).

use std::sync::Arc;

use rustc_hash::FxHashSet;
use wat_syntax::{Applicability, NodeId};

use crate::db::FileKind;
use crate::forms::form_list;
use crate::items::{Item, ItemKind, split_generic, written_declarations};
use crate::problem::{Place, Problem};
use crate::signature::{function_list, function_shape, generics};

use super::Infer;

/// WAT3112 at one token; [`Infer::gather_undeclared`] makes one of all.
pub(crate) fn undeclared<'db>(name: &str, place: Place<'db>) -> Problem<'db> {
    let message = format!("`{name}` is not declared as a type parameter");
    Problem::new(3112, place, message).label("not declared")
}

impl<'db> Infer<'db> {
    /// Makes one finding of all names of a declaration that are meant as type parameters: those that look like it, and
    /// those that a declaration beside it has.
    pub(super) fn gather_undeclared(&mut self, item: Item<'db>) {
        let is_about = |problem: &Problem<'_>| matches!(problem.code, 3112 | 3203);
        if !self.problems.iter().any(is_about) {
            return;
        }
        let beside = self.parameters_beside(item);
        let name_of = |problem: &Problem<'_>| {
            let name = problem.message.split('`').nth(1)?.trim_start_matches(':');
            let is_meant = is_about(problem) && (problem.code == 3112 || beside.contains(name));
            is_meant.then(|| name.to_owned())
        };
        let mut found: Vec<(Place<'db>, String)> = Vec::new();
        self.problems.retain(|problem| {
            let Some(name) = name_of(problem) else {
                return true;
            };
            let places = problem.labels.iter().map(|(place, _)| *place);
            found.extend(
                [problem.at]
                    .into_iter()
                    .chain(places)
                    .map(|it| (it, name.clone())),
            );
            false
        });
        found.sort_by_key(|(place, _)| (place.node, place.part));
        let Some((first, name)) = found.first().cloned() else {
            return;
        };
        let mut names: Vec<&str> = Vec::new();
        for (_, name) in &found {
            if !names.contains(&&**name) {
                names.push(name);
            }
        }
        let mut problem = undeclared(&name, first);
        if let [before @ .., last] = &names[..]
            && !before.is_empty()
        {
            let before = before.join("`, `");
            problem.message =
                format!("`{before}` and `{last}` are not declared as type parameters");
        }
        for (place, _) in &found[1..] {
            problem = problem.also(*place, "and here");
        }
        let is_entry = item.name(self.db).text(self.db) == ":user::main";
        let declares =
            !is_entry && !matches!(item.kind(self.db), ItemKind::Value | ItemKind::Dispatch);
        let problem = match declares {
            _ if is_entry => problem.help("write `[] -> :wat::core::nil`: `:user::main` has no type parameters"),
            true => self.declaring(problem, item.name_node(self.db), &names),
            false => problem.help("functions and types declare type parameters, values and dispatches do not: write the type that is meant"),
        };
        self.problems.push(problem);
        if declares && (self.is_in_body(item, NodeId(first.node)) || self.is_used_bare(item)) {
            // A parameter that the signature does not mention is rather another type, and who mentions the type would
            // have to say what it is.
            self.doubt_latest();
        }
    }

    /// Does any token of the program mention a type as it is declared, without the argument that one more parameter wants?
    fn is_used_bare(&self, item: Item<'db>) -> bool {
        let (db, name) = (self.db, item.name(self.db).text(self.db).as_str());
        if !item.kind(db).is_type() {
            return false;
        }
        let mentions = |text: &str| mentions_type(text, &name[1..]);
        let files = crate::program::program_files(db, self.program);
        let forms = files.iter().flat_map(|&file| form_list(db, file));
        let trees = forms.map(|&form| crate::forms::ast(db, form));
        let tokens = trees
            .filter(|tree| tree.texts().any(mentions))
            .flat_map(|tree| {
                let nodes = (0..tree.len() as u32).map(NodeId);
                nodes.filter_map(|node| tree.as_keyword(node))
            });
        // One of them is the name of the declaration.
        tokens.filter(|text| mentions(text)).nth(1).is_some()
    }

    /// Does a node stand in the body of a function, behind its signature?
    fn is_in_body(&self, item: Item<'db>, node: NodeId) -> bool {
        let list = function_list(self.ast, item.root(self.db), item.kind(self.db));
        let first = list.and_then(|(list, skip)| function_shape(self.ast, list, skip).first);
        first.is_some_and(|first| first <= node)
    }

    /// With the edit that declares the names.
    fn declaring(&self, problem: Problem<'db>, at: NodeId, names: &[&str]) -> Problem<'db> {
        let Some(text) = self.ast.as_keyword(at) else {
            return problem;
        };
        let (canonical, declared) = split_generic(text);
        let all: Vec<&str> = declared.chain(names.iter().copied()).collect();
        let problem = problem.help(format!("add `<{}>` to `{canonical}`", names.join(",")));
        let is_name = |text: &&str| text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let insert = format!("{canonical}<{}>", all.join(","));
        // Behind an operator a bracket is a part of the name.
        let declares = split_generic(&insert).0 == canonical;
        if canonical.contains(['<', '>']) || !declares || !all.iter().all(is_name) {
            return problem;
        }
        problem.replace(Applicability::MachineApplicable, Place::node(at), &insert)
    }

    /// The type parameters of the declarations in the same file. Asked for only where something is wrong.
    fn parameters_beside(&self, item: Item<'db>) -> FxHashSet<Arc<str>> {
        let (db, file) = (self.db, item.form(self.db).file(self.db));
        if file.kind(db) == FileKind::Library {
            return FxHashSet::default();
        }
        let forms = form_list(db, file).iter();
        let items = forms.flat_map(|&form| &written_declarations(db, form).items);
        let own = items.filter(|item| !item.kind(db).is_member());
        own.flat_map(|item| generics(item.ast(db), item.name_node(db)))
            .collect()
    }
}

/// Does a keyword hold a path, written without its colon, as a type or as a part of one? Members of the type do not count.
fn mentions_type(keyword: &str, path: &str) -> bool {
    keyword.match_indices(path).any(|(at, _)| {
        let begins = at == 1 || keyword[..at].ends_with(['<', '(', ',', '>']);
        let after = &keyword[at + path.len()..];
        begins && (after.is_empty() || after.starts_with(['<', '>', ',', ')']))
    })
}
