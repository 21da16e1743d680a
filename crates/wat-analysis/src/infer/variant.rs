//! Keyword variants: their definitions, calls and mentions.

use wat_syntax::{Applicability, NodeId, TextId};

use crate::db::FileKind;
use crate::items::{Item, ItemKind, split_generic};
use crate::keywords::{
    bare_key, definition_shape, fixed_names, keyword_form, variant_signature, variation,
};
use crate::names::{Position, is_excused, lookup, lookup_type};
use crate::problem::{EditAt, Place, Problem, ProblemEdit};
use crate::signature::signature;
use crate::types::Type;

use super::Infer;
use super::kwargs::{Keyed, Reading};
use super::legacy::edit;
use super::typed::ExprId;
use super::{How, Use};

impl<'db> Infer<'db> {
    /// WAT2508 and WAT2509. The shape (WAT2510) is judged where definitions are collected.
    pub(super) fn variant_definition(&mut self, item: Item<'db>) {
        let root = item.root(self.db);
        let shape = definition_shape(self.ast, root);
        if shape.name.is_some() {
            self.no_parameters(item, "a keyword variant");
        }
        let Some(node) = shape.target else { return };
        let path = split_generic(self.ast.as_keyword(node).unwrap_or_default()).0;
        let Some(target) = lookup(self.db, self.program, path) else {
            self.unknown_target(node, path, shape.auto);
            return;
        };
        self.refer(node, target, How::Value);
        self.refer_through_variant(node, target, How::Value);
        if self.ast.is_poisoned(root) || shape.bad.is_some() {
            return;
        }
        match shape.keys {
            None => {
                if keyword_form(self.db, self.program, target).is_none() {
                    self.target_without_keywords(node, path, target);
                }
            }
            Some(vector) => self.keyword_list(node, path, target, vector),
        }
    }

    /// A variant may be named by whoever may name its target.
    fn refer_through_variant(&mut self, node: NodeId, named: Item<'db>, how: How) {
        let variant = Some(named).filter(|named| named.kind(self.db) == ItemKind::KeywordVariant);
        let variant =
            variant.and_then(|variant| variation(self.db, self.program, variant).as_ref());
        if let Some(variant) = variant {
            let (node, item) = (node.0, variant.target);
            self.uses.push(Use { node, item, how });
        }
    }

    fn unknown_target(&mut self, node: NodeId, path: &str, auto: bool) {
        if self.ast.is_poisoned(node) || is_excused(self.db, self.program, path) {
            return;
        }
        let is_type = lookup_type(self.db, self.program, path).is_some();
        let usable = |name: &str| {
            lookup(self.db, self.program, name).is_some_and(|item| match auto {
                true => keyword_form(self.db, self.program, item).is_some(),
                false => fixed_names(self.db, self.program, item).is_some(),
            })
        };
        let mut found = self.suggestions(path, node, Position::Head).to_vec();
        found.retain(|candidate| usable(&candidate.name));
        let (message, label) = match is_type {
            true => (format!("`{path}` is a type, not a callable"), "a type"),
            false => (format!("no function is called `{path}`"), "unknown name"),
        };
        let problem = Problem::new(2508, Place::node(node), message).label(label);
        let problem = match is_type {
            true => problem.help(format!("its constructor is `{path}/new`")),
            false => crate::suggest::offer(problem, Place::node(node), &found),
        };
        self.problems.push(problem);
    }

    fn target_without_keywords(&mut self, node: NodeId, path: &str, target: Item<'db>) {
        let broken = target.kind(self.db) == ItemKind::KeywordVariant
            && variation(self.db, self.program, target).is_none();
        if broken {
            // A chain of variants that leads nowhere is told at the variant that starts it, a circle at each.
            let name = target.name(self.db).text(self.db);
            if self.leads_back(target) {
                self.problems.push(
                    Problem::new(
                        2508,
                        Place::node(node),
                        format!("the keyword variant `{name}` stands for itself"),
                    )
                    .label("a circle of variants"),
                );
            }
            return;
        }
        let target = match target.kind(self.db) {
            // An alias of nothing is told where it is declared.
            ItemKind::Synonym => match crate::synonym::target(self.db, self.program, target) {
                Some(target) => target,
                None => return,
            },
            _ => target,
        };
        let (reason, help) = self.why_no_keywords(target);
        self.problems.push(
            Problem::new(
                2508,
                Place::node(node),
                format!("`{path}` has no keyword form: {reason}"),
            )
            .label("cannot be called with keywords")
            .help(help),
        );
    }

    /// Does a chain of variants come back to where it was?
    fn leads_back(&self, from: Item<'db>) -> bool {
        let mut seen = vec![from];
        let mut at = from;
        loop {
            let ast = at.ast(self.db);
            let next = definition_shape(ast, at.root(self.db))
                .target
                .and_then(|node| ast.as_keyword(node))
                .and_then(|path| lookup(self.db, self.program, split_generic(path).0));
            match next.filter(|next| next.kind(self.db) == ItemKind::KeywordVariant) {
                Some(next) if seen.contains(&next) => return true,
                Some(next) => seen.push(next),
                None => return false,
            }
            at = seen[seen.len() - 1];
        }
    }

    fn why_no_keywords(&self, target: Item<'db>) -> (&'static str, &'static str) {
        const GIVE: &str =
            "give it keywords with `(:wat::kwargs::define-with-kwargs :my::name :target [:key …])`";
        const NAMES: &str = "give every parameter a name of its own";
        let library = target.form(self.db).file(self.db).kind(self.db) == FileKind::Library;
        match target.kind(self.db) {
            ItemKind::Value | ItemKind::UnitVariant => {
                ("it is a value", "name a function or a constructor")
            }
            ItemKind::SpecialForm => (
                "it is a form of the language",
                "name a function or a constructor",
            ),
            ItemKind::Accessor => ("it is an accessor", GIVE),
            ItemKind::Dispatch => ("it stands for several functions", GIVE),
            _ if library => ("it belongs to the library", GIVE),
            _ => match signature(self.db, self.program, target) {
                Some(signature) if signature.params.is_empty() => {
                    ("it has no parameters to name", "call it by its own name")
                }
                _ => ("its parameters have no distinct names", NAMES),
            },
        }
    }

    fn keyword_list(&mut self, node: NodeId, path: &str, target: Item<'db>, vector: NodeId) {
        let Some(params) = fixed_names(self.db, self.program, target) else {
            let broken = match target.kind(self.db) {
                // What is wrong with the value is told there.
                ItemKind::Value if self.is_value_broken(target) => return,
                ItemKind::KeywordVariant => variation(self.db, self.program, target).is_none(),
                ItemKind::Synonym => {
                    crate::synonym::target(self.db, self.program, target).is_none()
                }
                _ => false,
            };
            if broken {
                self.target_without_keywords(node, path, target);
                return;
            }
            self.problems.push(
                Problem::new(
                    2508,
                    Place::node(node),
                    format!("`{path}` has no fixed number of parameters"),
                )
                .label("cannot be given keywords")
                .help("name a function with a fixed number of parameters"),
            );
            return;
        };
        let keys: Vec<NodeId> = self.ast.children(vector).collect();
        let names: Vec<Option<&str>> = keys.iter().map(|&key| self.key(key)).collect();
        let plural = if params.len() == 1 {
            "keyword"
        } else {
            "keywords"
        };
        let wrong = if let Some(at) = names.iter().position(Option::is_none) {
            Some((
                keys[at],
                "a keyword of one segment is needed here".to_owned(),
                "not a key",
            ))
        } else if let Some(at) = (0..names.len()).find(|&at| names[..at].contains(&names[at])) {
            let key = names[at].unwrap_or_default();
            Some((
                keys[at],
                format!("the keyword `:{key}` stands for two parameters"),
                "the second",
            ))
        } else if keys.len() != params.len() {
            let message = format!(
                "`{path}` needs {} {plural}, {} given",
                params.len(),
                keys.len()
            );
            Some((vector, message, "one keyword for each parameter"))
        } else if params.is_empty() {
            let message = format!("`{path}` has no parameters to name");
            Some((vector, message, "nothing to name"))
        } else {
            None
        };
        let Some((at, message, label)) = wrong else {
            return;
        };
        let problem = Problem::new(2509, Place::node(at), message).label(label);
        let own: Vec<&str> = params.iter().map(|param| &*param.name).collect();
        let usable = !own.is_empty()
            && own.iter().enumerate().all(|(at, name)| {
                *name != "_" && bare_key(&format!(":{name}")).is_some() && !own[..at].contains(name)
            });
        self.problems.push(match usable {
            true => {
                let wanted: Vec<String> = own.iter().map(|name| format!(":{name}")).collect();
                let edits = self.keys_as(vector, &keys, &wanted);
                problem
                    .help(format!("its parameters are `{}`", own.join("`, `")))
                    .fix(
                        format!("replace by `[{}]`", wanted.join(" ")),
                        Applicability::MachineApplicable,
                        edits,
                    )
            }
            false => problem,
        });
    }

    /// The edits that make of a list of keys another one. Keys that stay are not touched, nor are comments beside them.
    fn keys_as(&self, vector: NodeId, keys: &[NodeId], wanted: &[String]) -> Vec<ProblemEdit<'db>> {
        let mut edits: Vec<ProblemEdit<'db>> = keys
            .iter()
            .zip(wanted)
            .filter(|(key, wanted)| self.ast.as_keyword(**key) != Some(wanted))
            .map(|(&key, wanted)| edit(EditAt::Replace, key, wanted))
            .collect();
        if let (Some(&first), Some(&last)) = (keys.get(wanted.len()), keys.last()) {
            edits.push(edit(EditAt::DeleteThrough(last.0), first, ""));
        }
        let more = wanted.get(keys.len()..).unwrap_or_default().join(" ");
        if !more.is_empty() {
            let blank = if keys.is_empty() { "" } else { " " };
            edits.push(edit(EditAt::BeforeClose, vector, &format!("{blank}{more}")));
        }
        edits
    }

    fn is_value_broken(&self, value: Item<'db>) -> bool {
        *super::value_type(self.db, self.program, value) == Type::Error
    }

    /// A call of a variant: the keyword call of its target.
    pub(super) fn variant_call(
        &mut self,
        item: Item<'db>,
        node: NodeId,
        head: NodeId,
        text: TextId,
    ) -> ExprId {
        let Some(variant) = variation(self.db, self.program, item) else {
            let ast = item.ast(self.db);
            let target = definition_shape(ast, item.root(self.db)).target;
            let target = target.and_then(|target| ast.as_keyword(target));
            let target =
                target.and_then(|path| lookup(self.db, self.program, split_generic(path).0));
            // The value may be the one that is initialised here.
            if let Some(target) = target.filter(|it| it.kind(self.db) == ItemKind::Value) {
                self.item_value(head, text, target);
            }
            self.values_of(node);
            return self.error(node);
        };
        self.refer_through_variant(head, item, How::Call);
        let callee = Keyed {
            name: item.name(self.db).text(self.db),
            item: variant.target,
            declared: item,
            form: &variant.form,
            is_type: false,
        };
        if let Some(signature) = signature(self.db, self.program, variant.target) {
            return self.signature_call(callee, signature, node, head, text);
        }
        match self.read_arguments(callee.form, node) {
            Reading::Keywords(mut given) => {
                given.sort_by_key(|(param, _)| *param);
                let args = given.iter().map(|&(_, value)| self.expr(value)).collect();
                let path = variant.target.name(self.db).text(self.db);
                match variant.target.kind(self.db) {
                    ItemKind::Operator => self.operator_on(path, args, node, head),
                    ItemKind::Value => {
                        let function = self.item_value(head, text, variant.target);
                        self.apply_to(node, function, args)
                    }
                    _ => self.dispatch_on(variant.target, args, node, head),
                }
            }
            Reading::Wrong(mistakes) => {
                for &(_, value) in &mistakes.given {
                    self.expr(value);
                }
                for &value in &mistakes.loose {
                    self.expr(value);
                }
                // Which types the arguments must have is decided together.
                self.report_mistakes(callee, &mistakes, node, head, |_, _, _| true);
                self.error(node)
            }
            // A keyword-only form is never read by position.
            Reading::Positional => self.error(node),
        }
    }

    /// Infers the arguments of a call that cannot be read, but for keys.
    fn values_of(&mut self, node: NodeId) {
        for arg in self.argument_nodes(node) {
            if self.key(arg).is_none() {
                self.expr(arg);
            }
        }
    }

    /// WAT2406: a variant is no value.
    pub(super) fn variant_as_value(&mut self, node: NodeId, item: Item<'db>) -> ExprId {
        let name = item.name(self.db).text(self.db);
        let problem = Problem::new(
            2406,
            Place::node(node),
            format!("`{name}` is the keyword form of a function, not a value"),
        )
        .label("cannot be passed around")
        .help("wrap the call in a `:wat::core::fn`, or pass the function itself");
        let Some(form) = keyword_form(self.db, self.program, item) else {
            self.problems.push(problem);
            return self.error(node);
        };
        let line = match variant_signature(self.db, self.program, item) {
            Some(mut signature) => {
                signature.rest = None;
                signature.render()
            }
            None => {
                let params: Vec<String> = form
                    .keys()
                    .map(|(_, key)| format!("{key} <- <type>"))
                    .collect();
                format!("[{}] -> <type>", params.join(" "))
            }
        };
        let pairs: String = form
            .keys()
            .filter(|(param, _)| form.is_required(*param))
            .map(|(_, key)| format!(" :{key} {key}"))
            .collect();
        let wrapped = format!("(:wat::core::fn {line} ({name}{pairs}))");
        self.problems.push(problem.replace(
            Applicability::HasPlaceholders,
            Place::node(node),
            &wrapped,
        ));
        self.error(node)
    }
}
