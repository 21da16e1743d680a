//! Definitions and `fn` forms: shapes, parameters, results.

use wat_syntax::{Applicability, NodeId, NodeKind, Severity};

use crate::db::FileKind;
use crate::items::{Item, ItemKind, split_generic};
use crate::names::{Position, lookup, lookup_type};
use crate::problem::{EditAt, Place, Problem, ProblemEdit};
use crate::resolve::TypeResolver;
use crate::signature::{
    ArrowSlip, FunctionShape, ParamShape, Signature, SlippedParam, function_list, function_shape,
    generics, intended_params, param_shapes, read_signature, slipped_params,
};
use crate::types::{Ctor, Type};
use crate::whitelist::body_offset;

use super::report::Why;
use super::table::Ty;
use super::typed::{ExprId, ExprKind, LocalId};
use super::{Body, How, Infer};

/// How many of the aliases on a cycle are pointed at.
const RELATED: usize = 8;

impl<'db> Infer<'db> {
    pub(super) fn definition(&mut self, item: Item<'db>) -> Body {
        let root = item.root(self.db);
        self.problems.extend(crate::whitelist::shape_problems(
            self.ast,
            root,
            item.kind(self.db),
        ));
        match item.kind(self.db) {
            ItemKind::Function => self.function_definition(item),
            ItemKind::Native => {
                if let Some((list, skip)) = function_list(self.ast, root, ItemKind::Native) {
                    self.signature_at(list, skip);
                }
                Body::None
            }
            ItemKind::Value => {
                self.initialises = Some(item);
                self.value_definition(item)
            }
            ItemKind::Bindings => {
                self.initialises = Some(item);
                self.bindings_definition(item)
            }
            ItemKind::Alias => {
                self.alias_definition(item);
                Body::None
            }
            ItemKind::Dispatch => {
                self.dispatch_definition(item);
                Body::None
            }
            ItemKind::Synonym => {
                self.synonym_definition(item);
                Body::None
            }
            ItemKind::KeywordVariant => {
                self.variant_definition(item);
                Body::None
            }
            ItemKind::Macro => {
                let found = crate::expand::macro_problems(self.db, self.program, item);
                self.problems.extend(found);
                Body::None
            }
            kind if kind.is_nominal() => {
                self.type_definition(item);
                Body::None
            }
            _ => Body::None,
        }
    }

    fn type_definition(&mut self, item: Item<'db>) {
        let (root, kind) = (item.root(self.db), item.kind(self.db));
        self.problems
            .extend(crate::nominal::shape_problems(self.ast, root, kind));
        self.generics = self.declared_generics(item.name_node(self.db));
        for node in crate::nominal::type_nodes(self.ast, root, kind) {
            self.type_at(node, false);
        }
        self.problems
            .extend(crate::inhabited::problem(self.db, self.program, item));
    }

    fn alias_definition(&mut self, item: Item<'db>) {
        let root = item.root(self.db);
        match self
            .ast
            .children(root)
            .nth(2)
            .filter(|&node| self.ast.as_keyword(node).is_some())
        {
            Some(target) => {
                self.alias_surplus(root);
                self.declared_generics(item.name_node(self.db));
                let told = self.problems.len();
                self.type_at(target, false);
                self.not_itself(item, told);
                self.cyclic_alias(item);
            }
            None if self.ast.is_poisoned(root) => {}
            None => self.problems.push(
                Problem::new(
                    2109,
                    Place::node(root),
                    "`:wat::core::typealias` needs a name and a type",
                )
                .label("the type is missing")
                .help("write `(:wat::core::typealias :my::Name :some::Type)`"),
            ),
        }
    }

    /// An alias does not stand for itself: the problems from the given one on do not propose it.
    fn not_itself(&mut self, item: Item<'db>, told: usize) {
        let name = item.name(self.db).text(self.db).as_str();
        for problem in self.problems[told..]
            .iter_mut()
            .filter(|it| it.code == 3203)
        {
            let is_own = |insert: &str| insert == name || Some(insert) == name.get(1..);
            let before = problem.fixes.len();
            problem
                .fixes
                .retain(|fix| !fix.edits.iter().any(|edit| is_own(&edit.insert)));
            if problem.fixes.len() == before {
                continue;
            }
            let left = problem.fixes.iter().filter_map(|fix| fix.edits.first());
            let left: Vec<String> = left
                .map(|edit| format!("`:{}`", edit.insert.trim_start_matches(':')))
                .collect();
            problem.help = (!left.is_empty()).then(|| format!("did you mean {}?", left.join(", ")));
        }
    }

    /// WAT2112: the target of `define-alias`.
    fn synonym_definition(&mut self, item: Item<'db>) {
        let root = item.root(self.db);
        if self.ast.is_poisoned(root) {
            return;
        }
        self.no_parameters(item, "an alias");
        const SHAPE: &str = "write `(:wat::runtime::define-alias :my::new :some::target)`";
        let target = crate::synonym::target_node(self.ast, root);
        let surplus = self.ast.children(root).nth(3);
        let (Some(target), None) = (target, surplus) else {
            self.problems.push(
                Problem::new(
                    2112,
                    Place::node(surplus.or(target).unwrap_or(root)),
                    "`:wat::runtime::define-alias` takes a name and the path of a callable",
                )
                .label("does not fit the form")
                .help(SHAPE),
            );
            return;
        };
        let named = crate::synonym::named(self.db, self.program, item);
        if let Some(named) = named {
            self.refer(target, named, How::Value);
        }
        if !self.ast.is_poisoned(target)
            && crate::synonym::target(self.db, self.program, item).is_none()
        {
            self.bad_alias_target(item, target, named);
        }
    }

    fn bad_alias_target(&mut self, item: Item<'db>, target: NodeId, named: Option<Item<'db>>) {
        let path = self.ast.as_keyword(target).unwrap_or_default();
        let (canonical, _) = split_generic(path);
        if named.is_none() && crate::names::is_excused(self.db, self.program, canonical) {
            return;
        }
        let is_type = lookup_type(self.db, self.program, canonical).is_some();
        let mut cycle = Vec::new();
        if named.is_some_and(|named| named.kind(self.db) == ItemKind::Synonym) {
            match crate::synonym::cycle_closed_by(self.db, self.program, item) {
                Some(others) => cycle = others,
                None => return,
            }
        }
        let retired = crate::legacy::retired(canonical).filter(|_| named.is_none());
        let message = match named.map(|named| named.kind(self.db)) {
            None if let Some(retired) = &retired => {
                format!("`{path}` is retired: it is `{}` now", retired.now)
            }
            None if is_type => {
                format!("`{path}` is a type, and an alias stands for something that can be called")
            }
            None => format!("no function is called `{path}`"),
            Some(ItemKind::Synonym) => format!(
                "the alias `{}` reaches itself",
                item.name(self.db).text(self.db)
            ),
            Some(_) => format!("`{path}` is not a function, constructor, accessor or dispatch"),
        };
        let problem =
            Problem::new(2112, Place::node(target), message).label("not a target of an alias");
        let problem = self.through_aliases(problem, &cycle);
        let problem = match (named, is_type) {
            _ if let Some(retired) = retired => self.present_target(problem, target, &retired.now),
            (None, false) => {
                let own = item.name(self.db).text(self.db);
                let mut found = self
                    .suggestions(canonical, target, Position::Value)
                    .to_vec();
                found.retain(|near| *near.name != **own);
                crate::suggest::offer(problem, Place::node(target), &found)
            }
            (_, true) => problem.help(
                "write `(:wat::core::typealias :my::Name :some::Type)` for another name of a type",
            ),
            _ => problem,
        };
        self.problems.push(problem);
    }

    /// Offers the present name of a retired target, if an alias can stand for that.
    fn present_target(&self, problem: Problem<'db>, target: NodeId, now: &str) -> Problem<'db> {
        let item = lookup(self.db, self.program, now);
        let is_function = item.is_some_and(|item| {
            matches!(
                item.kind(self.db),
                ItemKind::Function | ItemKind::Native | ItemKind::Dispatch
            )
        });
        match is_function {
            true => problem.replace(Applicability::MaybeIncorrect, Place::node(target), now),
            false => problem.help("an alias stands for a function, a constructor, an accessor or a dispatch: define a function that calls it"),
        }
    }

    /// WAT2109: what follows the type of an alias is one docstring.
    fn alias_surplus(&mut self, root: NodeId) {
        let after: Vec<NodeId> = self.ast.children(root).skip(3).collect();
        let strange = after.iter().find(|&&node| self.ast.as_str(node).is_none());
        let Some(&at) = strange.or(after.get(1)) else {
            return;
        };
        if self.ast.is_poisoned(root) || self.ast.kind(at) == NodeKind::Error {
            return;
        }
        self.problems.push(
            Problem::new(
                2109,
                Place::node(at),
                "`:wat::core::typealias` takes a name, one type and an optional docstring",
            )
            .label("one form too many"),
        );
    }

    /// WAT3105, told where the cycle is closed in program order.
    fn cyclic_alias(&mut self, item: Item<'db>) {
        let Some(others) = crate::alias::cycle_closed_by(self.db, self.program, item) else {
            return;
        };
        let name = item.name(self.db).text(self.db);
        let at = Place::node(item.name_node(self.db));
        let problem = Problem::new(3105, at, format!("the alias `{name}` reaches itself"))
            .label("this alias stands for itself")
            .help("break the cycle: name a struct, an enum or a built-in type on the way");
        let problem = self.through_aliases(problem, others);
        self.problems.push(problem);
    }

    /// Adds the other links of a cycle.
    fn through_aliases(&self, mut problem: Problem<'db>, others: &[Item<'db>]) -> Problem<'db> {
        for other in others.iter().take(RELATED) {
            let place = Place::elsewhere(other.form(self.db), other.name_node(self.db));
            problem = problem.also(place, "through this alias");
        }
        if others.len() > RELATED {
            let more = others.len() - RELATED;
            problem = problem.note(format!("{more} more aliases are on the way"));
        }
        problem
    }

    fn value_definition(&mut self, item: Item<'db>) -> Body {
        let root = item.root(self.db);
        let mut rest = self.ast.children(root).skip(body_offset(self.ast, root));
        let value = rest.next();
        let doc = rest.next();
        let surplus = rest
            .next()
            .or(doc.filter(|&doc| self.ast.as_str(doc).is_none()));
        if let Some(params) = value
            && doc.is_some_and(|arrow| self.ast.as_symbol(arrow) == Some("->"))
            && self.ast.kind(params) == NodeKind::Vector
            && !self.ast.is_poisoned(root)
        {
            self.function_as_value(root, params);
            self.generics = self.declared_generics(item.name_node_in(self.db, self.ast));
            let skip = body_offset(self.ast, root);
            let signature = self.signature_at(root, skip);
            let function = self.lambda_of(root, skip, &signature);
            // As a value it has no keywords, which its calls may be written with.
            self.exprs[function.0 as usize].ty = Ty::ERROR;
            return Body::Value(function);
        }
        let is_told = value.is_none() && crate::whitelist::ends_early(self.ast, root);
        if !self.ast.is_poisoned(root) && !is_told && (value.is_none() || surplus.is_some()) {
            let label = match surplus {
                Some(_) => "one form too many",
                None => "the expression is missing",
            };
            self.misshapen_value(root, surplus.unwrap_or(root), label);
        }
        // A word before the expression, such as `=`, is the form too many.
        let is_word = |&value: &NodeId| surplus.is_some() && self.ast.as_symbol(value).is_some();
        let Some(value) = value.filter(|value| !is_word(value)) else {
            return Body::Value(self.error(root));
        };
        let value = self.expr(value);
        self.solve();
        if !self.generics.is_empty() {
            self.no_parameters(item, "a value");
            self.solve_all();
            self.exprs[value.0 as usize].ty = Ty::ERROR;
            return Body::Value(value);
        }
        self.keep_open(self.ty(value));
        self.solve_all();
        let ty = self.ty(value);
        if self.table.is_open(ty) && self.is_open_by_mistake(ty) {
            self.exprs[value.0 as usize].ty = Ty::ERROR;
        } else if self.table.is_open(ty) {
            let node = self.exprs[value.0 as usize].node;
            let found = self.render(self.ty(value));
            let problem = Problem::new(3005, Place::node(node), format!("the type of `{}` is not determined: `{found}`", item.name(self.db).text(self.db)))
                .label("what it holds is not known here")
                .help("a value is shared by the whole program, so its type must be closed: use a typed constructor such as `(:wat::core::Vector :T)`");
            let problem = self.with_typed_constructor(problem, node);
            self.problems.push(problem);
            self.exprs[value.0 as usize].ty = Ty::ERROR;
        }
        Body::Value(value)
    }

    /// Is an error in the expression, or in what it mentions, why its type is open?
    fn is_open_by_mistake(&self, ty: Ty) -> bool {
        let mut problems = self.problems.iter();
        self.ast.is_damaged()
            || problems.any(|problem| problem.severity.0 == Severity::Error)
            || self.is_erroneous(ty)
    }

    /// WAT2104: what `defn` takes stands in a `def`.
    fn function_as_value(&mut self, root: NodeId, params: NodeId) {
        let Some(head) = self.ast.children(root).next() else {
            return;
        };
        let right = match self.ast.as_keyword(head) {
            Some(":wat::core::def-restricted") => ":wat::core::defn-restricted",
            _ => ":wat::core::defn",
        };
        let problem = Problem::new(
            2104,
            Place::node(params),
            format!("a function is defined by `{right}`"),
        );
        self.problems.push(
            problem
                .label("the parameters of a function")
                .help("a `def` takes one expression, such as a `:wat::core::fn`")
                .replace(Applicability::MachineApplicable, Place::node(head), right),
        );
    }

    /// WAT2104: the shape of `def` and `def-restricted`.
    fn misshapen_value(&mut self, root: NodeId, at: NodeId, label: &str) {
        let head = self.ast.children(root).next();
        let head = head.and_then(|head| self.ast.as_keyword(head));
        let head = head.unwrap_or(":wat::core::def");
        let (admits, callers) = match head {
            ":wat::core::def-restricted" => {
                (", the callers that it admits", " :restricted-to [:my::]")
            }
            _ => ("", ""),
        };
        self.problems.push(
            Problem::new(
                2104,
                Place::node(at),
                format!("`{head}` takes a name{admits}, one expression and an optional docstring"),
            )
            .label(label)
            .help(format!(
                "write `({head} :my::name{callers} expression \"docstring\")`"
            )),
        );
    }

    /// WAT3113: type parameters in the name of what has none.
    pub(super) fn no_parameters(&mut self, item: Item<'db>, what: &str) {
        let name = item.name_node(self.db);
        let path = self.ast.as_keyword(name).unwrap_or_default();
        let (canonical, declared) = split_generic(path);
        let declared: Vec<&str> = declared.collect();
        if declared.is_empty() || self.ast.is_poisoned(name) {
            return;
        }
        // Whoever mentions one of them needs a type in its place.
        let is_word = |text: &str| declared.contains(&text);
        let mentions = |text: &str| text.split(|c: char| !c.is_alphanumeric()).any(is_word);
        let root = item.root(self.db);
        let mut work: Vec<NodeId> = self
            .ast
            .children(root)
            .filter(|node| *node != name)
            .collect();
        let mut is_mentioned = false;
        while let Some(node) = work.pop() {
            is_mentioned |= self.ast.as_keyword(node).is_some_and(mentions);
            work.extend(self.ast.children(node));
        }
        let how = match is_mentioned {
            true => Applicability::MaybeIncorrect,
            false => Applicability::MachineApplicable,
        };
        let help = match item.kind(self.db) {
            ItemKind::Value => {
                "only a function, a struct, an enum, a newtype or an alias of a type is generic: write `:wat::core::defn`, or the types that are meant"
            }
            _ => "type parameters belong to the functions that the name stands for",
        };
        self.problems.push(
            Problem::new(
                3113,
                Place::node(name),
                format!("{what} has no type parameters: the name is `{canonical}`"),
            )
            .label("declares type parameters")
            .help(help)
            .replace(how, Place::node(name), canonical),
        );
    }

    /// The fix that writes an empty literal with a type, to be filled in.
    fn with_typed_constructor(&self, problem: Problem<'db>, node: NodeId) -> Problem<'db> {
        let typed = match self.ast.kind(node) {
            _ if self.ast.child_count(node) > 0 => return problem,
            NodeKind::Vector => "(:wat::core::Vector <type>)",
            NodeKind::Brace => "(:wat::core::HashMap <key> <value>)",
            NodeKind::Set => "(:wat::core::HashSet <type>)",
            _ => return problem,
        };
        problem.replace(Applicability::HasPlaceholders, Place::node(node), typed)
    }

    fn function_definition(&mut self, item: Item<'db>) -> Body {
        let root = item.root(self.db);
        let Some((list, skip)) = function_list(self.ast, root, ItemKind::Function) else {
            return Body::None;
        };
        if list != root {
            let after: Vec<NodeId> = self
                .ast
                .children(root)
                .skip(body_offset(self.ast, root) + 1)
                .collect();
            if let Some(&surplus) = after
                .iter()
                .find(|&&node| self.ast.as_str(node).is_none())
                .or(after.get(1))
            {
                self.misshapen_value(root, surplus, "one form too many");
            }
        }
        let name = item.name_node_in(self.db, self.ast);
        self.generics = self.declared_generics(name);
        let signature = self.signature_at(list, skip);
        let (params, body, ret) = self.function_body(list, skip, &signature);
        Body::Function { params, body, ret }
    }

    /// The type parameters of a defined name, checked.
    fn declared_generics(&mut self, name: NodeId) -> Box<[std::sync::Arc<str>]> {
        let names = generics(self.ast, name);
        let bad = names.iter().enumerate().find(|(index, name)| {
            let shape = name.starts_with(|c: char| c.is_ascii_alphabetic())
                && name.chars().all(|c| c.is_ascii_alphanumeric());
            !shape || names[..*index].contains(name)
        });
        if let Some((_, bad)) = bad.filter(|_| !self.ast.is_poisoned(name)) {
            self.problems.push(
                Problem::new(
                    3113,
                    Place::node(name),
                    format!("`{bad}` is not a type parameter, or stands twice"),
                )
                .label("each parameter is one word of letters and digits, once"),
            );
        }
        names
    }

    /// Reads a signature and reports what is wrong with its shape and its types.
    fn signature_at(&mut self, list: NodeId, skip: usize) -> Signature {
        self.signature_shape(list, skip);
        read_signature(self.type_resolver(false), list, skip)
    }

    fn signature_shape(&mut self, list: NodeId, skip: usize) {
        if self.ast.is_poisoned(list) {
            return;
        }
        let shape = function_shape(self.ast, list, skip);
        let help = "write `[name <- :Type …] -> :Result`";
        let Some(vector) = shape.params else {
            if crate::whitelist::lacks_clause(self.ast, list) {
                return;
            }
            let at = self.ast.children(list).nth(skip).unwrap_or(list);
            self.problems.push(
                Problem::new(2105, Place::node(at), "a function needs a parameter vector")
                    .label("expected `[…]`")
                    .help(help),
            );
            return;
        };
        if !self.ast.is_poisoned(vector) {
            self.retired_signature(list, vector);
            if self.parameter_shape(vector) {
                return;
            }
        }
        if let Some(slip) = shape.slip {
            self.arrow_slip(slip, shape.ret);
            return;
        }
        if let Some(doc) = shape.early_doc {
            self.problems.push(
                Problem::new(
                    2105,
                    Place::node(doc),
                    "a docstring stands after the result type, not before it",
                )
                .label("not a part of a signature")
                .help("write `[name <- :Type …] -> :Result \"docstring\" body …`"),
            );
            return;
        }
        match (shape.arrow, shape.ret) {
            (Some(_), Some(_)) => {}
            (None, Some(ret)) => {
                // What is called is no type: something else is missing.
                let is_called = self.ast.as_keyword(ret).is_some_and(|path| {
                    lookup_type(self.db, self.program, path).is_none()
                        && lookup(self.db, self.program, path).is_some()
                });
                // Without a body it may be the body.
                let is_alone =
                    shape.first.is_none() && self.ast.as_keyword(ret) != Some(":wat::core::nil");
                let is_type = !matches!(self.quiet_type(ret), Type::Error);
                let how = match is_called || is_alone || !is_type {
                    true => Applicability::MaybeIncorrect,
                    false => Applicability::MachineApplicable,
                };
                let problem = Problem::new(
                    2105,
                    Place::node(ret),
                    "the `->` before the result type is missing",
                )
                .label("the result type")
                .help(help)
                .fix(
                    "insert `->`",
                    how,
                    vec![ProblemEdit {
                        at: EditAt::Before,
                        place: Place::node(ret),
                        insert: "-> ".into(),
                    }],
                );
                self.problems.push(problem);
            }
            (None, None) if self.ast.is_poisoned(vector) => {}
            (arrow, None) => {
                let at = arrow.unwrap_or(vector);
                self.problems.push(
                    Problem::new(2105, Place::node(at), "a function needs a result type")
                        .label("expected `-> :Type` here")
                        .help(help),
                );
            }
        }
    }

    /// WAT2105 for an arrow that is not where it belongs.
    fn arrow_slip(&mut self, slip: ArrowSlip, ret: Option<NodeId>) {
        let (node, message, label) = match slip {
            ArrowSlip::Other(sign) => (sign, "the result type stands behind `->`", "no arrow"),
            ArrowSlip::Before(stray) => (
                stray,
                "the `->` of the result follows the parameters",
                "not a part of a signature",
            ),
            ArrowSlip::Late(arrow) => (
                arrow,
                "the result type stands behind `->`, not before it",
                "behind the result type",
            ),
        };
        // What the reader could not read it has told.
        if self.ast.is_poisoned(node) || self.ast.kind(node) == NodeKind::Error {
            return;
        }
        let edit = |at, node, insert: &str| ProblemEdit {
            at,
            place: Place::node(node),
            insert: insert.into(),
        };
        let problem = Problem::new(2105, Place::node(node), message)
            .label(label)
            .help("write `[name <- :Type …] -> :Result`");
        self.problems.push(match (slip, ret) {
            (ArrowSlip::Other(sign), _) => {
                let edits = vec![edit(EditAt::Replace, sign, "->")];
                problem.fix("write `->`", Applicability::MachineApplicable, edits)
            }
            (ArrowSlip::Before(stray), _) => {
                let edits = vec![edit(EditAt::DeleteThrough(stray.0), stray, "")];
                problem.fix("delete it", Applicability::MaybeIncorrect, edits)
            }
            (ArrowSlip::Late(arrow), Some(ret)) => {
                let edits = vec![
                    edit(EditAt::Before, ret, "-> "),
                    edit(EditAt::DeleteThrough(arrow.0), arrow, ""),
                ];
                problem.fix(
                    "move it before the type",
                    Applicability::MaybeIncorrect,
                    edits,
                )
            }
            (ArrowSlip::Late(_), None) => problem,
        });
    }

    /// Tells what is wrong with parameters. Is the list one of another shape, with more wrong than arrows?
    fn parameter_shape(&mut self, vector: NodeId) -> bool {
        let bad = param_shapes(self.ast, vector).1;
        let (shapes, worse) = intended_params(self.ast, vector);
        let mut seen = Vec::new();
        for shape in &shapes {
            let id = super::twice::identifier(self.ast, shape.name);
            let is_wild = self.ast.as_symbol(shape.name) == Some("_");
            if self.ast.as_symbol(shape.name) == Some("nil") {
                self.push_reader_problem(
                    |range| wat_syntax::errors::bare_nil(range, false),
                    shape.name,
                );
            }
            if let Some(id) = id.filter(|_| !is_wild) {
                let own = (shape.name, shape.ty);
                match seen.iter().find(|(other, _)| *other == id) {
                    Some(&(_, first)) => self.duplicate_parameter(first, own, id),
                    None => seen.push((id, own)),
                }
            }
            if shape.rest
                && let Some(ty) = shape.ty
            {
                self.rest_shape(ty);
            }
        }
        let Some(bad) = bad else {
            return false;
        };
        if self.ast.kind(bad) != NodeKind::Error {
            let last = shapes.last().filter(|_| worse.is_some());
            let after_rest = last.is_some_and(|shape| shape.rest && shape.ty.is_some());
            let problem = if after_rest {
                Problem::new(
                    2107,
                    Place::node(bad),
                    "nothing can follow the rest parameter",
                )
                .label("after the rest parameter")
                .help("move the rest parameter to the end, or give this name a type of its own before it")
            } else if self.ast.as_symbol(bad) == Some("nil") {
                Problem::new(
                    1035,
                    Place::node(bad),
                    "`nil` is no name: the nil value is written `:wat::core::nil`",
                )
                .label("not a binder")
            } else {
                let problem = Problem::new(
                    2105,
                    Place::node(bad),
                    "a parameter is written `name <- :Type`",
                )
                .label("not a parameter with a type")
                .help("every parameter is a plain symbol with a type");
                match slipped_params(self.ast, vector) {
                    Some(params) => self.with_arrows(problem, &params),
                    None => problem,
                }
            };
            let problem = match shapes.last().filter(|_| after_rest) {
                Some(rest) => self.rest_to_the_end(problem, vector, rest),
                None => problem,
            };
            self.problems.push(problem);
        }
        worse.is_some()
    }

    /// The fix that writes the arrows.
    fn with_arrows(&self, problem: Problem<'db>, params: &[SlippedParam]) -> Problem<'db> {
        let edit = |at, node, insert: &str| ProblemEdit {
            at,
            place: Place::node(node),
            insert: insert.to_owned(),
        };
        let edits = params.iter().filter_map(|param| match param.arrow {
            None => Some(edit(EditAt::Before, param.ty, "<- ")),
            Some(arrow) if self.ast.as_symbol(arrow) == Some("<-") => None,
            Some(arrow) => Some(edit(EditAt::Replace, arrow, "<-")),
        });
        let edits = edits.collect();
        problem.fix("write `<-`", Applicability::MachineApplicable, edits)
    }

    /// A fix of WAT2107: what follows the rest parameter stands before it. Then calls give their arguments in that order.
    fn rest_to_the_end(
        &self,
        problem: Problem<'db>,
        vector: NodeId,
        rest: &ParamShape,
    ) -> Problem<'db> {
        let mut before = self
            .ast
            .children(vector)
            .take_while(|node| *node != rest.name);
        let (Some(and), Some(ty)) = (before.by_ref().last(), rest.ty) else {
            return problem;
        };
        let (name, of) = (self.ast.as_symbol(rest.name), self.ast.as_keyword(ty));
        let (Some(name), Some(of)) = (name, of) else {
            return problem;
        };
        let edits = vec![
            ProblemEdit {
                at: EditAt::DeleteThrough(ty.0),
                place: Place::node(and),
                insert: String::new(),
            },
            ProblemEdit {
                at: EditAt::BeforeClose,
                place: Place::node(vector),
                insert: format!(" & {name} <- {of}"),
            },
        ];
        problem.fix(
            "move the rest parameter to the end",
            Applicability::MaybeIncorrect,
            edits,
        )
    }

    fn rest_shape(&mut self, ty: NodeId) {
        let text = self.ast.as_keyword(ty).unwrap_or_default();
        let mut resolver = self.quiet_resolver();
        // An alias of a vector is one, and so is its retired spelling; what is no type has been told.
        let collects = matches!(resolver.node(ty), Type::App(Ctor::Vector, _) | Type::Error);
        if !collects && !self.ast.is_poisoned(ty) {
            let wrapped = format!(":wat::core::Vector<{}>", text.trim_start_matches(':'));
            // What has parts may be what was meant by itself, or hold the vector that was meant.
            let how = match text.contains(['<', '(']) {
                true => Applicability::MaybeIncorrect,
                false => Applicability::MachineApplicable,
            };
            self.problems.push(
                Problem::new(
                    2107,
                    Place::node(ty),
                    format!("the rest parameter collects a vector, but its type is `{text}`"),
                )
                .label("not a vector")
                .help(format!("write `{wrapped}`"))
                .replace(how, Place::node(ty), &wrapped),
            );
        }
    }

    /// Binds the parameters, infers the body and checks it against the result.
    fn function_body(
        &mut self,
        list: NodeId,
        skip: usize,
        signature: &Signature,
    ) -> (Vec<LocalId>, Vec<ExprId>, Ty) {
        let scope = self.scope.len();
        let mut params: Vec<LocalId> = Vec::new();
        for param in signature.params.iter().chain(&signature.rest) {
            let is_rest = signature
                .rest
                .as_ref()
                .is_some_and(|rest| std::ptr::eq(rest, param));
            let ty = match is_rest {
                true => {
                    let all = Type::App(Ctor::Vector, Box::new([param.ty.clone()]));
                    self.table.written(&all, param.spelled.as_ref(), &[])
                }
                false => self.table.written(&param.ty, param.spelled.as_ref(), &[]),
            };
            let ty = self.untype_repeated(NodeId(param.node), ty, &params);
            params.push(self.bind(NodeId(param.node), ty));
        }
        let (ret, spelled) = (&signature.ret, signature.ret_spelled.as_ref());
        let ret = self.table.written(ret, spelled, &[]);
        let shape = function_shape(self.ast, list, skip);
        let name = self.ast.children(list).nth(1);
        let is_main = name.and_then(|name| self.ast.as_keyword(name)) == Some(":user::main");
        // That the entry point returns something else is told of its signature, which the fix repairs.
        let ret = match is_main && ret != Ty::NIL {
            true => Ty::ERROR,
            false => ret,
        };
        let Some(vector) = shape.params else {
            // What the body may mention is not known.
            self.scope.truncate(scope);
            let body = vec![self.error(list)];
            return (params, body, ret);
        };
        self.bind_misshapen(vector, signature);
        let declared = (!is_main).then_some(NodeId(signature.ret_node));
        self.returns.push((ret, declared));
        let body = self.sequence(&self.without_stray_arrow(&shape));
        self.returns.pop();
        let why = Why::Result {
            node: NodeId(signature.ret_node),
        };
        match body.last() {
            Some(&last) => self.expect(last, ret, why),
            None if self.ast.is_poisoned(list) || shape.arrow.is_none() => {}
            None => {
                let nil = self.push(ExprKind::Nil, Ty::NIL, list);
                let told = self.problems.len();
                self.expect(nil, ret, why);
                // What is missing is the body, not another result.
                if let Some(missing) = self.problems.get_mut(told) {
                    missing.fixes.clear();
                }
            }
        }
        self.scope.truncate(scope);
        (params, body, ret)
    }

    /// The body. An arrow further down is where the missing result type went, which has been told; so is a symbol that
    /// stands where the result type should.
    fn without_stray_arrow(&self, shape: &FunctionShape) -> Vec<NodeId> {
        let is_arrow = |&node: &NodeId| self.ast.as_symbol(node) == Some("->");
        let mut body: Vec<NodeId> = shape.body(self.ast).collect();
        if shape.arrow.is_some() && shape.ret.is_none() && shape.doc.is_none() {
            match body.first() {
                Some(first) if is_arrow(first) => {
                    body.drain(..body.len().min(2));
                }
                Some(&first) if body.len() > 1 && self.ast.as_symbol(first).is_some() => {
                    body.remove(0);
                }
                _ => {}
            }
        }
        if shape.arrow.is_none()
            && shape.ret.is_none()
            && let Some(at) = body.iter().position(is_arrow)
        {
            let end = body.len().min(at + 2);
            body.drain(at..end);
        }
        body
    }

    /// The names in what is no parameter fit everything: the mistake is told where they stand.
    fn bind_misshapen(&mut self, vector: NodeId, signature: &Signature) {
        if !signature.is_misshapen || param_shapes(self.ast, vector).1.is_none() {
            return;
        }
        let read = signature.params.iter().chain(&signature.rest);
        let read: Vec<u32> = read.map(|param| param.node).collect();
        let mut work: Vec<NodeId> = self.ast.children(vector).collect();
        while let Some(node) = work.pop() {
            match self.ast.as_symbol(node) {
                Some("<-" | "->" | "&") => {}
                Some(_) if read.contains(&node.0) => {}
                Some(_) => {
                    self.bind(node, Ty::ERROR);
                }
                None => work.extend(self.ast.children(node)),
            }
        }
    }

    /// `(fn [x <- :T] -> :R body…)`
    pub(super) fn lambda(&mut self, list: NodeId) -> ExprId {
        let signature = self.signature_at(list, 1);
        if let Some(rest) = &signature.rest {
            self.problems.push(
                Problem::new(
                    2107,
                    Place::node(NodeId(rest.node)),
                    "a rest parameter is possible only in a definition",
                )
                .label("not in an inner `fn`")
                .help("take a vector instead"),
            );
        }
        self.lambda_of(list, 1, &signature)
    }

    /// The function with a signature whose parameters stand behind `skip` parts of a list.
    fn lambda_of(&mut self, list: NodeId, skip: usize, signature: &Signature) -> ExprId {
        self.depth += 1;
        let depth = self.depth;
        let (params, body, ret) = self.function_body(list, skip, signature);
        self.depth -= 1;
        let has_params = function_shape(self.ast, list, skip).params.is_some();
        if signature.rest.is_some() || signature.is_misshapen || !has_params {
            // How many arguments it takes is not known.
            return self.error(list);
        }
        let types: Vec<Ty> = params
            .iter()
            .map(|param| self.locals[param.0 as usize].ty)
            .collect();
        let ty = self.table.function(&types, ret);
        self.push(
            ExprKind::Lambda {
                params,
                body,
                depth,
            },
            ty,
            list,
        )
    }

    fn dispatch_definition(&mut self, item: Item<'db>) {
        if item.form(self.db).file(self.db).kind(self.db) != FileKind::Library {
            self.no_parameters(item, "a dispatch");
            self.check_dispatch(item);
        }
    }

    /// Reads types of the definition; nothing is told of what is wrong with them.
    fn quiet_resolver(&self) -> TypeResolver<'_, 'db> {
        TypeResolver::quiet(self.db, self.program.into(), self.ast, &self.generics)
    }

    /// Reads types of the definition; problems are reported.
    pub(super) fn type_resolver(&mut self, infer_allowed: bool) -> TypeResolver<'_, 'db> {
        TypeResolver {
            infer_allowed,
            mentions: Some(&mut self.mentions),
            problems: Some(&mut self.problems),
            ..TypeResolver::quiet(self.db, self.program.into(), self.ast, &self.generics)
        }
    }

    /// The type that a keyword denotes in a slot; nothing is told of what is wrong with it.
    pub(super) fn quiet_type(&self, node: NodeId) -> Type {
        let mut resolver = self.quiet_resolver();
        resolver.infer_allowed = true;
        resolver.node(node)
    }

    /// The type that a node denotes; problems are reported.
    pub(super) fn type_at(&mut self, node: NodeId, infer_allowed: bool) -> Ty {
        let (ty, spelled) = self.type_resolver(infer_allowed).written(node);
        self.table.written(&ty, spelled.as_ref(), &[])
    }
}
