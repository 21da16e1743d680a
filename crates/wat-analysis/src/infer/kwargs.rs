//! Keyword calls. The keyword form of a callable is derived from its signature wherever it is needed; nothing is
//! stored, so a call site cannot drift. The shape of a call decides how it is read.

use wat_syntax::{Applicability, NodeId};

use crate::db::FileKind;
use crate::items::{Item, ItemKind};
use crate::problem::{EditAt, Place, Problem, ProblemEdit};
use crate::signature::Signature;
use crate::suggest::osa_distance;

use super::Infer;

/// How the arguments of a call are read.
pub(super) enum Reading {
    Positional,
    /// For each argument in source order: the parameter (the rest parameter has the index after the fixed ones).
    Keywords(Vec<(usize, NodeId)>),
    /// Wrong, and reported. The values whose parameter is known.
    Wrong(Vec<(usize, NodeId)>, Vec<NodeId>),
}

/// A name as suggestions compare it: kebab-case.
fn normalised(name: &str) -> String {
    let mut out = String::new();
    for (at, c) in name.chars().enumerate() {
        match c {
            '_' => out.push('-'),
            c if c.is_ascii_uppercase() => {
                if at > 0 && !out.ends_with('-') {
                    out.push('-');
                }
                out.push(c.to_ascii_lowercase());
            }
            c => out.push(c),
        }
    }
    out
}

/// The names within the suggestion distance of a key, nearest first.
fn near<'n>(key: &str, names: &[&'n str]) -> Vec<&'n str> {
    let key = normalised(key);
    let mut found: Vec<(usize, &str)> = names
        .iter()
        .filter_map(|name| {
            let other = normalised(name);
            let limit = (other.chars().count().max(key.chars().count()) / 3).max(1);
            osa_distance(&key, &other, limit).map(|distance| (distance, *name))
        })
        .collect();
    found.sort_by_key(|(distance, _)| *distance);
    found.truncate(3);
    found.into_iter().map(|(_, name)| name).collect()
}

impl<'db> Infer<'db> {
    /// The name of a key: a keyword token of one segment.
    fn key(&self, node: NodeId) -> Option<&'db str> {
        let name = self.ast.as_keyword(node)?.strip_prefix(':')?;
        (!name.contains("::") && !name.contains(['<', '(']) && !name.is_empty()).then_some(name)
    }

    /// Does a callable have a keyword form?
    fn has_keyword_form(&self, item: Item<'db>, signature: &Signature) -> bool {
        let callable = match item.kind(self.db) {
            ItemKind::Function => {
                item.form(self.db).file(self.db).kind(self.db) != FileKind::Library
            }
            ItemKind::Constructor => true,
            _ => false,
        };
        let names: Vec<&str> = signature.params.iter().map(|param| &*param.name).collect();
        callable
            && !names.is_empty()
            && names
                .iter()
                .enumerate()
                .all(|(at, name)| *name != "_" && !names[..at].contains(name))
    }

    /// Decides how the arguments of a call are read, and reports what is wrong with a keyword call.
    pub(super) fn read_arguments(
        &mut self,
        item: Item<'db>,
        signature: &Signature,
        node: NodeId,
        head: NodeId,
        keyword_only: bool,
    ) -> Reading {
        let args: Vec<NodeId> = self.ast.children(node).skip(1).collect();
        let fixed = signature.params.len();
        let all_keys = args.len().is_multiple_of(2)
            && args.iter().step_by(2).all(|&arg| self.key(arg).is_some());
        if !self.has_keyword_form(item, signature) {
            if all_keys && fixed > 0 && args.len() == 2 * fixed && signature.rest.is_none() {
                self.no_keyword_form(item.name(self.db).text(self.db), &args);
                return Reading::Wrong(Vec::new(), args);
            }
            return Reading::Positional;
        }
        let mut names: Vec<&str> = signature.params.iter().map(|param| &*param.name).collect();
        names.extend(signature.rest.as_ref().map(|rest| &*rest.name));
        let keys: Vec<Option<usize>> = args
            .iter()
            .step_by(2)
            .map(|&arg| {
                self.key(arg)
                    .and_then(|key| names.iter().position(|name| *name == key))
            })
            .collect();
        let pairs = || args.chunks(2).map(|pair| pair[1]);
        let complete = |keys: &[Option<usize>]| {
            keys.iter()
                .enumerate()
                .all(|(at, key)| key.is_some() && !keys[..at].contains(key))
                && (0..fixed).all(|param| keys.contains(&Some(param)))
        };
        if all_keys
            && !args.is_empty()
            && complete(&keys)
            && (signature.rest.is_some() || keys.len() == fixed)
        {
            return Reading::Keywords(keys.iter().flatten().copied().zip(pairs()).collect());
        }
        let positional = args.len() == fixed || (signature.rest.is_some() && args.len() >= fixed);
        if positional && !keyword_only {
            return Reading::Positional;
        }
        let hints = |arg: &NodeId| {
            self.key(*arg)
                .is_some_and(|key| names.contains(&key) || !near(key, &names).is_empty())
        };
        let keyed = all_keys && args.len() == 2 * fixed;
        if !(keyword_only || keyed || args.iter().any(hints)) {
            return Reading::Positional;
        }
        if self.ast.is_poisoned(node) {
            return Reading::Wrong(Vec::new(), args);
        }
        if keyword_only && !args.iter().any(hints) {
            self.keyword_only(item, signature, node, head, &args);
            return Reading::Wrong(Vec::new(), args);
        }
        self.keyword_errors(item, signature, &names, node, head, &args)
    }

    fn no_keyword_form(&mut self, name: &str, args: &[NodeId]) {
        let edits = args.iter().step_by(2).map(|&key| ProblemEdit {
            at: EditAt::Replace,
            place: Place::node(key),
            insert: String::new(),
        });
        self.problems.push(
            Problem::new(
                2507,
                Place::node(args[0]),
                format!("`{name}` cannot be called with keywords"),
            )
            .label("a keyword argument")
            .help("pass the arguments by position")
            .fix(
                "remove the keywords",
                Applicability::MaybeIncorrect,
                edits.collect(),
            ),
        );
    }

    /// WAT2507 for a call of a function value.
    pub(super) fn value_called_with_keywords(&mut self, node: NodeId, arity: usize) -> bool {
        let args: Vec<NodeId> = self.ast.children(node).skip(1).collect();
        let keyed = arity > 0
            && args.len() == 2 * arity
            && args.iter().step_by(2).all(|&arg| self.key(arg).is_some());
        if keyed && !self.ast.is_poisoned(node) {
            self.no_keyword_form("a function value", &args);
        }
        keyed
    }

    /// WAT2506: `(:T 1 2)`.
    fn keyword_only(
        &mut self,
        item: Item<'db>,
        signature: &Signature,
        node: NodeId,
        head: NodeId,
        args: &[NodeId],
    ) {
        let new = item.name(self.db).text(self.db);
        let name = new.trim_end_matches("/new");
        let mut problem = Problem::new(
            2506,
            Place::node(head),
            format!("`{name}` is called with keywords only"),
        )
        .label("needs keywords")
        .help(format!("write `({new} …)` to pass the fields by position"))
        .replace(Applicability::MachineApplicable, Place::node(head), new);
        if args.len() == signature.params.len() {
            let label = |(arg, param): (&NodeId, &crate::signature::Param)| ProblemEdit {
                at: EditAt::Before,
                place: Place::node(*arg),
                insert: format!(":{} ", param.name),
            };
            let edits = args.iter().zip(&signature.params).map(label).collect();
            problem = problem.fix(
                "insert the keywords",
                Applicability::MachineApplicable,
                edits,
            );
        }
        let _ = node;
        self.problems.push(problem);
    }

    /// Reads a broken keyword call and reports all that is wrong with it.
    fn keyword_errors(
        &mut self,
        item: Item<'db>,
        signature: &Signature,
        names: &[&str],
        node: NodeId,
        head: NodeId,
        args: &[NodeId],
    ) -> Reading {
        let fixed = signature.params.len();
        let is_key = |infer: &Self, arg: NodeId| {
            infer
                .key(arg)
                .is_some_and(|key| names.contains(&key) || !near(key, names).is_empty())
        };
        let first = args.iter().position(|&arg| is_key(self, arg)).unwrap_or(0);
        let mut given: Vec<(usize, NodeId, NodeId)> = Vec::new();
        let mut covered: Vec<usize> = Vec::new();
        let mut loose: Vec<NodeId> = args[..first].to_vec();
        let mut mixed = args.first().copied().filter(|_| first > 0);
        let mut at = first;
        while at < args.len() {
            let key_node = args[at];
            let Some(key) = self.key(key_node) else {
                mixed = mixed.or(Some(key_node));
                loose.extend(&args[at..]);
                break;
            };
            let param = names.iter().position(|name| *name == key);
            let Some(&value) = args.get(at + 1) else {
                self.problems.push(
                    Problem::new(
                        2505,
                        Place::node(key_node),
                        format!("the keyword `:{key}` has no value"),
                    )
                    .label("a value must follow")
                    .fix(
                        "insert a value",
                        Applicability::HasPlaceholders,
                        vec![ProblemEdit {
                            at: EditAt::After,
                            place: Place::node(key_node),
                            insert: " <value>".into(),
                        }],
                    ),
                );
                covered.extend(param);
                break;
            };
            match param {
                Some(param) => match given.iter().find(|(other, ..)| *other == param) {
                    Some(&(_, first, _)) => {
                        self.duplicate_key(key, key_node, value, first);
                        loose.push(value);
                    }
                    None => {
                        covered.push(param);
                        given.push((param, key_node, value));
                    }
                },
                None => {
                    let open: Vec<&str> = names
                        .iter()
                        .enumerate()
                        .filter(|(param, _)| !given.iter().any(|(other, ..)| other == param))
                        .map(|(_, name)| *name)
                        .collect();
                    covered.extend(self.unknown_key(item, key, key_node, &open, names));
                    loose.push(value);
                }
            }
            at += 2;
        }
        match mixed {
            Some(at) => self.mixed_arguments(at, first, args, names, &covered),
            None => {
                let missing: Vec<&str> = (0..fixed)
                    .filter(|param| !covered.contains(param))
                    .map(|param| names[param])
                    .collect();
                if !missing.is_empty() {
                    self.missing_keywords(item, &missing, node, head);
                }
            }
        }
        Reading::Wrong(
            given
                .into_iter()
                .map(|(param, _, value)| (param, value))
                .collect(),
            loose,
        )
    }

    fn duplicate_key(&mut self, key: &str, node: NodeId, value: NodeId, first: NodeId) {
        let delete = |node| ProblemEdit {
            at: EditAt::Replace,
            place: Place::node(node),
            insert: String::new(),
        };
        self.problems.push(
            Problem::new(
                2503,
                Place::node(node),
                format!("the keyword `:{key}` is given twice"),
            )
            .label("the second")
            .also(Place::node(first), "the first")
            .fix(
                "delete the second",
                Applicability::MachineApplicable,
                vec![delete(node), delete(value)],
            ),
        );
    }

    /// WAT2502; returns the parameter that was probably meant.
    fn unknown_key(
        &mut self,
        item: Item<'db>,
        key: &str,
        node: NodeId,
        open: &[&str],
        names: &[&str],
    ) -> Option<usize> {
        let found = near(key, open);
        let listed: Vec<String> = names.iter().map(|name| format!("`:{name}`")).collect();
        let callee = item.name(self.db).text(self.db);
        let mut problem = Problem::new(
            2502,
            Place::node(node),
            format!("`{callee}` has no parameter `{key}`"),
        )
        .label("unknown keyword")
        .note(format!("its parameters are {}", listed.join(", ")));
        if let Some(first) = found.first() {
            problem = problem.help(format!("did you mean `:{first}`?"));
        }
        for name in &found {
            let how = match found.len() {
                1 => Applicability::MachineApplicable,
                _ => Applicability::MaybeIncorrect,
            };
            problem = problem.replace(how, Place::node(node), &format!(":{name}"));
        }
        self.problems.push(problem);
        found
            .first()
            .and_then(|first| names.iter().position(|name| name == first))
    }

    fn mixed_arguments(
        &mut self,
        at: NodeId,
        surplus: usize,
        args: &[NodeId],
        names: &[&str],
        covered: &[usize],
    ) {
        let mut problem = Problem::new(
            2504,
            Place::node(at),
            "positional arguments and keywords are mixed in one call",
        )
        .label("not a keyword argument")
        .help("give all arguments by position, or all by keyword");
        let labels: Vec<&str> = (0..surplus)
            .filter(|param| !covered.contains(param))
            .filter_map(|p| names.get(p).copied())
            .collect();
        if surplus > 0 && labels.len() == surplus && surplus + covered.len() == names.len() {
            let edits = args[..surplus]
                .iter()
                .zip(labels)
                .map(|(&arg, name)| ProblemEdit {
                    at: EditAt::Before,
                    place: Place::node(arg),
                    insert: format!(":{name} "),
                });
            problem = problem.fix(
                "label the positional arguments",
                Applicability::MachineApplicable,
                edits.collect(),
            );
        }
        self.problems.push(problem);
    }

    /// WAT2501.
    pub(super) fn missing_keywords(
        &mut self,
        item: Item<'db>,
        missing: &[&str],
        node: NodeId,
        head: NodeId,
    ) {
        let listed: Vec<String> = missing.iter().map(|name| format!("`:{name}`")).collect();
        let insert: String = missing
            .iter()
            .map(|name| format!(" :{name} <value>"))
            .collect();
        let callee = item.name(self.db).text(self.db);
        self.problems.push(
            Problem::new(
                2501,
                Place::node(head),
                format!("the call of `{callee}` lacks {}", listed.join(", ")),
            )
            .label("an argument is missing")
            .fix(
                "add the missing keywords",
                Applicability::HasPlaceholders,
                vec![ProblemEdit {
                    at: EditAt::BeforeClose,
                    place: Place::node(node),
                    insert,
                }],
            ),
        );
    }

    /// Rule 4: as many arguments as parameters, but all key places hold keys of parameters.
    pub(super) fn looks_keyed(&self, signature: &Signature, node: NodeId) -> Option<Vec<String>> {
        let args: Vec<NodeId> = self.ast.children(node).skip(1).collect();
        let keys: Vec<&str> = args
            .iter()
            .step_by(2)
            .map(|&arg| self.key(arg))
            .collect::<Option<_>>()?;
        let names: Vec<&str> = signature.params.iter().map(|param| &*param.name).collect();
        let fits = args.len().is_multiple_of(2)
            && !keys.is_empty()
            && keys.iter().all(|key| names.contains(key));
        let missing = names
            .iter()
            .filter(|name| !keys.contains(name))
            .map(|name| (*name).to_owned());
        fits.then(|| missing.collect())
    }
}
