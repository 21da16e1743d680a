//! Patterns of variants, and what looks like one.

use wat_syntax::{Applicability, NodeId, NodeKind};
use wat_value::counted;

use crate::items::ItemKind;
use crate::keywords::bare_key;
use crate::legacy::bare_variant;
use crate::names::lookup;
use crate::problem::{EditAt, Place, Problem, ProblemEdit};
use crate::types::Ctor;

use super::table::{Shape, Ty};
use super::twice::Bound;
use super::typed::{Pattern, PatternKind};
use super::{How, Infer};

impl<'db> Infer<'db> {
    /// The arguments of a type that has been unified with one that has these. What is unknown among them by a mistake
    /// stays so.
    fn arguments_at(&self, ty: Ty, unified: Vec<Ty>) -> Vec<Ty> {
        match self.table.shape(ty) {
            Shape::App(_, args) if args.len() == unified.len() => args.to_vec(),
            _ => unified,
        }
    }

    /// The variant that a path names in a pattern: unifies the place with its enum and returns index, count and the
    /// types of the fields. `None` if it was reported, or is no variant at all.
    fn enum_variant(&mut self, node: NodeId, path: &str, ty: Ty, given: usize) -> VariantPath {
        if crate::names::may_be_contested(self.db, self.program, path) {
            return VariantPath::Reported;
        }
        let item = lookup(self.db, self.program, path).filter(|item| {
            matches!(
                item.kind(self.db),
                ItemKind::Constructor | ItemKind::UnitVariant
            )
        });
        let owner = item
            .and_then(|item| crate::nominal::owner(self.db, item))
            .filter(|o| o.kind(self.db) == ItemKind::Enum);
        let (Some(item), Some(owner)) = (item, owner) else {
            return self.missing_variant(node, path, ty, given);
        };
        self.refer(node, item, How::Match);
        if self.is_contested(item) {
            return VariantPath::Reported;
        }
        let nominal = crate::nominal::nominal(self.db, self.program, owner);
        let args: Vec<Ty> = nominal.generics.iter().map(|_| self.table.var()).collect();
        let whole = self.table.instantiate(&nominal.itself(), &args);
        if self.table.unify(ty, whole).is_err() {
            self.pattern_mismatch(node, whole, ty);
            return VariantPath::Reported;
        }
        let args = self.arguments_at(ty, args);
        let index = item.part(self.db);
        let fields = nominal
            .variants
            .get(index as usize)
            .map(|variant| &variant.fields[..])
            .unwrap_or_default();
        let fields = fields
            .iter()
            .map(|field| self.table.written(&field.ty, field.spelled.as_ref(), &args))
            .collect();
        let unit = item.kind(self.db) == ItemKind::UnitVariant;
        VariantPath::Found {
            index,
            count: nominal.variants.len() as u32,
            fields,
            unit,
        }
    }

    /// WAT2304: the place has an enum type, and the path is none of its variants.
    fn missing_variant(&mut self, node: NodeId, path: &str, ty: Ty, given: usize) -> VariantPath {
        let Some((nominal, _)) = self.nominal_at(ty).filter(|(nominal, _)| nominal.is_enum) else {
            return VariantPath::None;
        };
        if nominal.is_misshapen {
            return VariantPath::Reported;
        }
        // Variants are named as the author names their type.
        let owner = crate::alias::seen_through(self.db, self.program, path)
            .filter(|(_, meant)| **meant == *nominal.path)
            .map_or(&*nominal.path, |(alias, _)| alias);
        let paths: Vec<String> = nominal
            .variants
            .iter()
            .map(|variant| format!("{owner}::{}", variant.name))
            .collect();
        let is_refused = paths.iter().any(|path| !self.is_admitted(node, path));
        let known = paths.iter().filter(|_| !is_refused);
        let found = crate::suggest::rank(path, known.map(String::as_str));
        if found.is_empty() && self.is_head(node) && is_pattern_word(path) {
            return VariantPath::None;
        }
        let listed: Vec<String> = nominal
            .variants
            .iter()
            .map(|variant| format!("`{}`", variant.name))
            .collect();
        let mut problem = Problem::new(
            2304,
            Place::node(node),
            format!("`{}` has no variant `{path}`", nominal.path),
        )
        .label("no such variant");
        if !is_refused {
            problem = problem.note(format!("its variants are {}", listed.join(", ")));
        }
        let problem = crate::suggest::offer(problem, Place::node(node), &found);
        self.problems.push(problem);
        let takes = |name: &str| {
            let variant = paths.iter().position(|path| path == name);
            variant.is_some_and(|at| nominal.variants[at].fields.len() == given)
        };
        if found
            .first()
            .is_some_and(|best| !takes(&best.name) || self.is_matched(node, &best.name))
        {
            self.doubt_latest();
        }
        VariantPath::Reported
    }

    /// Is it the head of a list?
    fn is_head(&self, node: NodeId) -> bool {
        let before = NodeId(node.0.saturating_sub(1));
        let is_list = self.ast.kind(before) == NodeKind::List;
        is_list && self.ast.children(before).next() == Some(node)
    }

    /// Does another pattern of the innermost match name this variant too?
    fn is_matched(&self, node: NodeId, variant: &str) -> bool {
        let names_it =
            |part: u32| part != node.0 && self.ast.as_keyword(NodeId(part)) == Some(variant);
        let end = |pattern: NodeId| self.ast.subtree_end(pattern).0;
        let arms = self
            .matching
            .into_iter()
            .flat_map(|it| self.ast.children(it).skip(2));
        let mut patterns = arms.filter_map(|arm| self.ast.children(arm).next());
        patterns.any(|pattern| (pattern.0..end(pattern)).any(names_it))
    }

    pub(super) fn keyword_pattern(
        &mut self,
        node: NodeId,
        text: wat_syntax::TextId,
        ty: Ty,
    ) -> Pattern {
        let path = match self.ast.text(text) {
            ":None" if self.may_be_option(ty) => {
                self.bare_variant(7001, node, ":wat::core::None");
                ":wat::core::None"
            }
            path => path,
        };
        let kind = match path {
            ":wat::core::nil" => self.literal_pattern(node, PatternKind::Nil, ty, Ty::NIL),
            ":wat::core::None" => {
                let element = self.table.var();
                let option = self.table.app(Ctor::Option, &[element]);
                let none = PatternKind::Variant {
                    index: 0,
                    count: 2,
                    fields: Vec::new(),
                };
                self.literal_pattern(node, none, ty, option)
            }
            _ if self.ast.is_poisoned(node) => PatternKind::Error,
            // Where a keyword is matched, every keyword is one, whatever it names.
            _ if matches!(self.table.shape(ty), Shape::App(Ctor::Keyword, _)) => {
                PatternKind::Keyword(path.into())
            }
            ":wat::core::Some" | ":wat::core::Ok" | ":wat::core::Err" => {
                self.pattern_arity(node, path, 1, None);
                PatternKind::Error
            }
            _ => match self.enum_variant(node, path, ty, 0) {
                VariantPath::Found {
                    index,
                    count,
                    fields,
                    unit,
                } => {
                    if unit {
                        PatternKind::Variant {
                            index,
                            count,
                            fields: Vec::new(),
                        }
                    } else {
                        self.pattern_arity(node, path, fields.len(), None);
                        PatternKind::Error
                    }
                }
                VariantPath::Reported => PatternKind::Error,
                VariantPath::None if self.misspelled_variant(node, path, ty, 0) => {
                    PatternKind::Error
                }
                VariantPath::None => {
                    self.literal_pattern(node, PatternKind::Keyword(path.into()), ty, Ty::KEYWORD)
                }
            },
        };
        Pattern { kind, ty, node }
    }

    pub(super) fn constructor_pattern(
        &mut self,
        node: NodeId,
        ty: Ty,
        names: &mut Vec<Bound>,
    ) -> Pattern {
        let children: Vec<NodeId> = self.ast.children(node).collect();
        let head = children.first().copied();
        let bare = head
            .and_then(|head| self.ast.as_symbol(head))
            .and_then(bare_variant);
        if let (Some(head), Some(path)) = (head, bare) {
            self.bare_variant(7001, head, path);
        }
        let tuple = matches!(
            self.table.shape(ty),
            Shape::Var | Shape::App(Ctor::Tuple, _)
        );
        if tuple && self.is_bare_tuple(node) {
            self.retired_tuple(7001, node);
            return self.tuple_pattern(node, ty, names, false);
        }
        let path = bare.or_else(|| head.and_then(|head| self.ast.as_keyword(head)));
        if path == Some(":wat::core::None") && self.may_be_option(ty) && children.len() == 1 {
            if !self.ast.is_poisoned(node) {
                self.pattern_arity(node, ":wat::core::None", 0, Some(0));
            }
            let kind = PatternKind::Error;
            return Pattern { kind, ty, node };
        }
        let variant = match path {
            Some(":wat::core::Some") => self.builtin_variant(node, ty, Ctor::Option, 1),
            Some(":wat::core::Ok") => self.builtin_variant(node, ty, Ctor::Result, 0),
            Some(":wat::core::Err") => self.builtin_variant(node, ty, Ctor::Result, 1),
            Some(path) => self.enum_variant(
                head.unwrap_or(node),
                path,
                ty,
                children.len().saturating_sub(1),
            ),
            None => VariantPath::None,
        };
        let types = match &variant {
            VariantPath::Found { fields, .. } => fields.clone(),
            VariantPath::Reported => Vec::new(),
            VariantPath::None => {
                if !self.ast.is_poisoned(node) && !self.table.is_error(ty) {
                    self.unknown_constructor(node, head, ty);
                }
                Vec::new()
            }
        };
        if let VariantPath::Found { fields, .. } = &variant
            && self.keyword_pattern_of(&children[1..], fields.len())
        {
            // Which field a key means is not looked up: what is bound there fits everything.
            for pair in children[1..].chunks(2) {
                self.pattern_in(pair[1], Ty::ERROR, names);
            }
            let kind = PatternKind::Error;
            return Pattern { kind, ty, node };
        }
        if matches!(variant, VariantPath::None) && path.is_some_and(is_no_constructor) {
            // What is mentioned there are no binders; a body may mention them all the same.
            let names = children.iter().skip(1).copied().collect();
            self.bind_all(names);
            let kind = PatternKind::Error;
            return Pattern { kind, ty, node };
        }
        if let VariantPath::Found { fields, .. } = &variant
            && fields.len() + 1 != children.len()
            && let Some(guard) = self.guard_within(&children)
        {
            self.problems.push(
                Problem::new(2307, Place::node(children[guard]), "a pattern has no guard")
                    .label("not a part of a pattern")
                    .help("test the value in the body of the arm"),
            );
            for (at, &child) in children[1..guard].iter().enumerate() {
                let ty = types.get(at).copied().unwrap_or(Ty::ERROR);
                self.pattern_in(child, ty, names);
            }
            let kind = PatternKind::Error;
            return Pattern { kind, ty, node };
        }
        let fields: Vec<Pattern> = children
            .iter()
            .skip(1)
            .enumerate()
            .map(|(at, &child)| {
                self.pattern_in(child, types.get(at).copied().unwrap_or(Ty::ERROR), names)
            })
            .collect();
        let kind = match variant {
            VariantPath::Found {
                index,
                count,
                fields: types,
                unit: false,
            } if types.len() == fields.len() => PatternKind::Variant {
                index,
                count,
                fields,
            },
            VariantPath::Found { fields: types, .. } => {
                if !self.ast.is_poisoned(node) {
                    self.pattern_arity(
                        node,
                        path.unwrap_or_default(),
                        types.len(),
                        Some(fields.len()),
                    );
                }
                PatternKind::Error
            }
            _ => PatternKind::Error,
        };
        Pattern { kind, ty, node }
    }

    /// Which of the parts of a pattern begins a guard: `(:E::V x :when test)`.
    fn guard_within(&self, parts: &[NodeId]) -> Option<usize> {
        let guard = parts.iter().position(|&part| self.is_guard_word(part));
        guard.filter(|&guard| guard > 0 && guard + 1 < parts.len())
    }

    /// WAT2307: `((:E::V :x a :y b) …)`.
    fn keyword_pattern_of(&mut self, parts: &[NodeId], fields: usize) -> bool {
        let keyed = fields > 0
            && parts.len() == 2 * fields
            && parts
                .iter()
                .step_by(2)
                .all(|&part| self.ast.as_keyword(part).and_then(bare_key).is_some());
        if keyed {
            self.problems.push(
                Problem::new(
                    2307,
                    Place::node(parts[0]),
                    "the fields of a variant are matched by position, not by keyword",
                )
                .label("not a pattern here")
                .help("write one pattern for each field, in declared order"),
            );
        }
        keyed
    }

    fn builtin_variant(&mut self, node: NodeId, ty: Ty, ctor: Ctor, index: u32) -> VariantPath {
        let parts: Vec<Ty> = (0..if ctor == Ctor::Option { 1 } else { 2 })
            .map(|_| self.table.var())
            .collect();
        let whole = self.table.app(ctor.clone(), &parts);
        if self.table.unify(ty, whole).is_err() {
            self.pattern_mismatch(node, whole, ty);
            return VariantPath::Reported;
        }
        let parts = self.arguments_at(ty, parts);
        let field = match (&ctor, index) {
            (Ctor::Result, 1) => parts[1],
            _ => parts[0],
        };
        VariantPath::Found {
            index,
            count: 2,
            fields: vec![field],
            unit: false,
        }
    }

    /// WAT2305: the number of sub-patterns; `found` is `None` where the variant stands without parentheses.
    fn pattern_arity(&mut self, node: NodeId, path: &str, wanted: usize, found: Option<usize>) {
        if crate::nominal::may_be_unread(self.db, self.program, path) {
            return;
        }
        if (wanted, found) == (0, Some(0)) {
            let message = format!("`{path}` has no fields: it stands without parentheses");
            self.problems.push(
                Problem::new(2305, Place::node(node), message)
                    .label("no parentheses")
                    .replace(Applicability::MachineApplicable, Place::node(node), path),
            );
            return;
        }
        let fields = counted(wanted, "field");
        let patterns = match found {
            Some(1) => "one pattern is given".to_owned(),
            Some(found) => format!("{found} patterns are given"),
            None => "no pattern is given".to_owned(),
        };
        let mut problem = Problem::new(
            2305,
            Place::node(node),
            format!("`{path}` has {fields}, {patterns}"),
        )
        .label("wrong number of patterns");
        let padding = " _".repeat(wanted.saturating_sub(found.unwrap_or(0)));
        match found {
            None => {
                problem = problem.replace(
                    Applicability::MachineApplicable,
                    Place::node(node),
                    &format!("({path}{padding})"),
                );
            }
            Some(found) if found < wanted => {
                let edit = ProblemEdit {
                    at: EditAt::BeforeClose,
                    place: Place::node(node),
                    insert: padding,
                };
                problem = problem.fix(
                    "match the other fields with `_`",
                    Applicability::MachineApplicable,
                    vec![edit],
                );
            }
            Some(_) => {}
        }
        self.problems.push(problem);
    }

    /// WAT2304: the place has an `Option` or a `Result`, and the path is nearly one of its variants.
    fn misspelled_variant(&mut self, node: NodeId, path: &str, ty: Ty, given: usize) -> bool {
        const OPTION: [(&str, usize); 2] = [(":wat::core::Some", 1), (":wat::core::None", 0)];
        const RESULT: [(&str, usize); 2] = [(":wat::core::Ok", 1), (":wat::core::Err", 1)];
        let (name, variants) = match self.table.shape(ty) {
            Shape::App(Ctor::Option, _) => (":wat::core::Option", OPTION),
            Shape::App(Ctor::Result, _) => (":wat::core::Result", RESULT),
            _ => return false,
        };
        if !path.starts_with(":wat::core::") || lookup(self.db, self.program, path).is_some() {
            return false;
        }
        let found = crate::suggest::rank(path, variants.iter().map(|(variant, _)| *variant));
        let Some(best) = found.first() else {
            return false;
        };
        let fits = variants.contains(&(&*best.name, given)) && !self.is_matched(node, &best.name);
        let problem = Problem::new(
            2304,
            Place::node(node),
            format!("`{name}` has no variant `{path}`"),
        )
        .label("no such variant");
        let problem = crate::suggest::offer(problem, Place::node(node), &found);
        self.problems.push(problem);
        if !fits {
            self.doubt_latest();
        }
        true
    }

    fn is_struct(&self, path: &str) -> bool {
        let item = crate::names::lookup_type(self.db, self.program, path);
        item.is_some_and(|item| item.kind(self.db) == ItemKind::Struct)
    }

    fn unknown_constructor(&mut self, node: NodeId, head: Option<NodeId>, ty: Ty) {
        let at = head.unwrap_or(node);
        let name = self.ast.as_keyword(at);
        let given = self.ast.child_count(node).saturating_sub(1);
        if name.is_some_and(|name| self.misspelled_variant(at, name, ty, given)) {
            return;
        }
        let found = self.render(ty);
        self.problems.push(match name {
            Some(name) if is_no_constructor(name) => Problem::new(
                2307,
                Place::node(node),
                format!("`{name}` begins no pattern: there are no guards, alternatives or ranges"),
            )
            .label("not a pattern")
            .help("test the value in the body of the arm, or write an arm for each case"),
            Some(name) if self.is_struct(name) => Problem::new(
                2303,
                Place::node(at),
                format!("`{name}` is a struct, and not the variant of an enum"),
            )
            .label("not a variant")
            .help("the fields of a struct are matched by their names: `{field …}`"),
            Some(name) => Problem::new(
                2303,
                Place::node(at),
                format!("`{name}` is no variant of `{found}`"),
            )
            .label("not a variant of this type"),
            None => Problem::new(
                2307,
                Place::node(node),
                "a pattern in parentheses begins with a constructor",
            )
            .label("not a constructor"),
        });
    }
}

/// A name of one segment, or one directly in the core library, is no variant of an enum.
fn is_no_constructor(path: &str) -> bool {
    let core = path.strip_prefix(":wat::core::");
    let leaf = core.unwrap_or(&path[1..]);
    !leaf.contains("::") && core != Some("None")
}

/// A word like `:or` or `:when`: no variant is meant by it, whatever the type is.
fn is_pattern_word(path: &str) -> bool {
    let leaf = path.rsplit(':').next().unwrap_or(path);
    is_no_constructor(path) && !leaf.starts_with(|first: char| first.is_ascii_uppercase())
}

/// What a path means in a pattern.
enum VariantPath {
    Found {
        index: u32,
        count: u32,
        fields: Vec<Ty>,
        unit: bool,
    },
    /// Wrong, and reported.
    Reported,
    /// No variant.
    None,
}
