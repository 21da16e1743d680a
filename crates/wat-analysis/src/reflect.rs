//! What programs and macros ask about names: kinds, signatures, definitions, bodies, docstrings, fields.
//!
//! Answers are forms in the shape of chapter 02 §8. The built-in library answers without its bodies: its parameters are
//! numbered, and a sentinel stands where the body would be.

use std::sync::Arc;

use rustc_hash::FxHashSet;
use wat_ir::Ty as Ir;
use wat_syntax::{Ast, NodeId, NodeKind, SourceText, Verdict};
use wat_value::syntax::{Origin, Scopes, Syntax};

use crate::db::{Db, SourceFile};
use crate::evaluation::type_of_ir;
use crate::forms::Form;
use crate::infer::arguments::least_arguments;
use crate::items::{Item, ItemKind, Name, split_generic};
use crate::keywords::{bare_key, definition_shape};
use crate::problem::Plain;
use crate::resolve::TypeResolver;
use crate::schemes::{operator_signature, with_tail};
use crate::sight::Sight;
use crate::signature::{Signature, function_list, function_shape, param_shapes, read_docs};
use crate::types::{Ctor, Type};

/// A question about a name.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, salsa::SalsaValue)]
pub enum Question {
    /// The defining form.
    Definition,
    /// The signature of what can be called.
    Signature,
    /// The body; several forms stand in a `do`.
    Body,
    /// The result type of what can be called.
    ReturnType,
    /// The names of a struct's fields, as a list.
    FieldNames,
    /// The types of a struct's fields, as a list.
    FieldTypes,
    /// The docstring, as a string.
    Doc,
    /// What the name is, as a keyword.
    Kind,
}

/// The answer, as the form that a holon stands for; `None` if there is no such name, or it has nothing of the kind.
pub fn reflect(db: &dyn Db, program: SourceFile, question: Question, name: &str) -> Option<Syntax> {
    answer(db, Sight::Program(program), question, name)
}

/// The answer that an expansion of a form gets; `before` is the form, unless nothing that expansions define may count.
/// Changes only when the answer changes.
#[salsa::tracked(returns(ref), cycle_result = endless)]
pub(crate) fn early_answer<'db>(
    db: &'db dyn Db,
    program: SourceFile,
    before: Option<Form<'db>>,
    question: Question,
    name: Name<'db>,
) -> Option<Plain<Syntax>> {
    let sight = Sight::expansion(program, before);
    answer(db, sight, question, name.text(db)).map(Plain)
}

fn endless<'db>(
    _: &'db dyn Db,
    _: salsa::Id,
    _: SourceFile,
    _: Option<Form<'db>>,
    _: Question,
    _: Name<'db>,
) -> Option<Plain<Syntax>> {
    None
}

/// The definition whose body an expansion would read to answer a question; nothing if it needs none.
pub(crate) fn body_in_question<'db>(
    db: &'db dyn Db,
    sight: Sight<'db>,
    question: Question,
    name: &str,
) -> Option<Item<'db>> {
    matches!(question, Question::Definition | Question::Body).then(|| {
        sight
            .lookup(db, name)
            .or_else(|| sight.lookup_type(db, name))
    })?
}

/// A type as it is written, in the structured form of signatures.
pub(crate) fn written_type_form<'db>(db: &'db dyn Db, sight: Sight<'db>, text: &str) -> Syntax {
    let read = wat_syntax::read_form(&SourceText::new(text), &Verdict::default()).ast;
    let mut resolver = TypeResolver::quiet(db, sight, &read, &[]);
    match read.is_empty() {
        true => Syntax::keyword(text),
        false => type_form(&resolver.node(read.root()), &[]),
    }
}

fn answer<'db>(
    db: &'db dyn Db,
    sight: Sight<'db>,
    question: Question,
    name: &str,
) -> Option<Syntax> {
    if crate::library::is_internal(name) {
        return None;
    }
    let item = sight
        .lookup(db, name)
        .or_else(|| sight.lookup_type(db, name))?;
    let asked = Asked { db, sight, item };
    match question {
        Question::Definition => Some(asked.definition()),
        Question::Signature => asked.signature(),
        Question::Body => asked.body(),
        Question::ReturnType => {
            let signature = asked.called()?;
            Some(type_form(&signature.ret, &signature.generics))
        }
        Question::FieldNames => asked.fields(|field, _| Syntax::symbol(&*field.name)),
        Question::FieldTypes => asked.fields(|field, generics| type_form(&field.ty, generics)),
        Question::Doc => asked.doc().map(Syntax::string),
        Question::Kind => Some(Syntax::keyword(asked.kind())),
    }
}

/// A closed type of the machine in the structured form of signatures.
pub fn machine_type_form(ty: &Ir) -> Syntax {
    type_form(&type_of_ir(ty), &[])
}

/// A plain type is a keyword, a parametric one a list of its head and its arguments, a function type a list of
/// `:wat::core::Fn`, the list of its parameters and its result.
fn type_form(ty: &Type, generics: &[Arc<str>]) -> Syntax {
    let forms = |types: &[Type]| -> Vec<Syntax> {
        types.iter().map(|ty| type_form(ty, generics)).collect()
    };
    let (ctor, args) = match ty {
        Type::App(ctor, args) => (ctor, args),
        _ => return Syntax::keyword(ty.render(generics)),
    };
    match ctor {
        Ctor::Fn => {
            let (params, ret) = args.split_at(args.len().saturating_sub(1));
            let mut parts = vec![
                Syntax::keyword(":wat::core::Fn"),
                Syntax::list(forms(params)),
            ];
            parts.extend(forms(ret));
            Syntax::list(parts)
        }
        Ctor::Tuple => {
            let mut parts = vec![Syntax::keyword(":wat::core::Tuple")];
            parts.extend(forms(args));
            Syntax::list(parts)
        }
        _ if args.is_empty() => Syntax::keyword(ty.render(generics)),
        _ => {
            let mut parts = vec![Syntax::keyword(format!(":{}", ctor.path()))];
            parts.extend(forms(args));
            Syntax::list(parts)
        }
    }
}

/// A definition that is asked about.
struct Asked<'db> {
    db: &'db dyn Db,
    sight: Sight<'db>,
    item: Item<'db>,
}

impl<'db> Asked<'db> {
    fn name(&self) -> &'db str {
        self.item.name(self.db).text(self.db)
    }

    fn is_built_in(&self) -> bool {
        self.name().starts_with(":wat::")
    }

    /// What a second name stands for.
    fn target(&self) -> Item<'db> {
        self.sight.target(self.db, self.item)
    }

    fn kind(&self) -> &'static str {
        let item = self.target();
        match item.kind(self.db) {
            ItemKind::Function => ":function",
            ItemKind::Value | ItemKind::Bindings => ":value",
            ItemKind::Native if wat_value::is_pure(item.name(self.db).text(self.db)) => {
                ":pure-native"
            }
            ItemKind::Native | ItemKind::NativeType | ItemKind::Synonym => ":native",
            ItemKind::SpecialForm => ":special-form",
            ItemKind::Operator | ItemKind::Dispatch => ":dispatch",
            ItemKind::Macro => ":macro",
            ItemKind::KeywordVariant => ":kwargs",
            ItemKind::Alias => ":typealias",
            ItemKind::Struct => ":struct",
            ItemKind::Enum => ":enum",
            ItemKind::Newtype => ":newtype",
            ItemKind::UnitVariant => ":variant",
            ItemKind::Accessor => ":accessor",
            ItemKind::Constructor => match self.owner_kind() {
                Some(ItemKind::Enum) => ":variant",
                _ => ":constructor",
            },
        }
    }

    fn owner_kind(&self) -> Option<ItemKind> {
        Some(crate::nominal::owner(self.db, self.item)?.kind(self.db))
    }

    /// The signature of what can be called; of a dispatch, that of its first alternative.
    fn called(&self) -> Option<Arc<Signature>> {
        let mut item = self.target();
        let mut repeats = false;
        match item.kind(self.db) {
            ItemKind::Operator => {
                let path = item.name(self.db).text(self.db);
                return operator_signature(path).map(Arc::new);
            }
            ItemKind::KeywordVariant => return self.keyword_signature(item),
            ItemKind::Dispatch => {
                let ast = item.ast(self.db);
                let sight = self.sight.of_item(self.db, item);
                let mut arms = ast.children(item.root(self.db)).skip(2);
                (item, repeats) = arms.find_map(|arm| {
                    let types = ast.children(arm).next()?;
                    let target = ast.as_keyword(ast.children(arm).nth(1)?)?;
                    let mut types = ast.children(types);
                    let repeats = types.any(|node| ast.as_symbol(node) == Some("&"));
                    Some((sight.lookup(self.db, target)?, repeats))
                })?;
            }
            _ => {}
        }
        let signature = self.sight.signature(self.db, item)?;
        let least = least_arguments(self.db, item);
        let least = least.or_else(|| repeats.then_some(signature.params.len()));
        Some(match least {
            Some(least) => Arc::new(with_tail(&signature, least)),
            None => signature,
        })
    }

    /// The signature of a keyword variant: that of its target, its parameters under the keywords of the variant.
    fn keyword_signature(&self, variant: Item<'db>) -> Option<Arc<Signature>> {
        let (mut item, mut keys, mut seen) = (variant, None, FxHashSet::default());
        while item.kind(self.db) == ItemKind::KeywordVariant {
            if !seen.insert(item) {
                return None;
            }
            let (ast, sight) = (item.ast(self.db), self.sight.of_item(self.db, item));
            let shape = definition_shape(ast, item.root(self.db));
            keys = keys.or(shape.keys.map(|vector| (ast, vector)));
            let path = split_generic(ast.as_keyword(shape.target?)?).0;
            item = sight.target(self.db, sight.lookup(self.db, path)?);
        }
        let (db, sight) = (self.db, self.sight);
        let signature = Asked { db, sight, item }.called()?;
        let Some((ast, vector)) = keys else {
            return Some(signature);
        };
        let keys = ast.children(vector);
        let keys: Vec<&str> = keys
            .map(|key| bare_key(ast.as_keyword(key)?))
            .collect::<Option<_>>()?;
        if keys.len() != signature.params.len() {
            return None;
        }
        let mut signature = (*signature).clone();
        for (param, key) in signature.params.iter_mut().zip(keys) {
            param.name = key.into();
        }
        Some(Arc::new(signature))
    }

    fn signature(&self) -> Option<Syntax> {
        if let Some(signature) = self.called() {
            return Some(self.signature_form(&signature));
        }
        match self.target().kind(self.db) {
            ItemKind::SpecialForm => Some(self.sketch()),
            ItemKind::Macro => self.macro_signature(),
            ItemKind::UnitVariant => {
                let owner = crate::nominal::owner(self.db, self.item)?;
                let nominal = self.sight.nominal(self.db, owner);
                let ret = type_form(&nominal.itself(), &nominal.generics);
                let name = generic_name(self.name(), &nominal.generics);
                Some(Syntax::list([name, Syntax::symbol("->"), ret]))
            }
            _ => None,
        }
    }

    /// Name, one list of name and type for each parameter, `->`, result.
    fn signature_form(&self, signature: &Signature) -> Syntax {
        let generics = &signature.generics;
        let built_in = self.is_built_in();
        let mut parts = vec![generic_name(self.name(), generics)];
        for (index, param) in signature.params.iter().enumerate() {
            let name = match built_in {
                true => Syntax::symbol(format!("_a{index}")),
                false => Syntax::symbol(&*param.name),
            };
            parts.push(Syntax::list([name, type_form(&param.ty, generics)]));
        }
        if let Some(rest) = &signature.rest {
            let name = if built_in { "_rest" } else { &*rest.name };
            let ty = Type::App(Ctor::Vector, Box::new([rest.ty.clone()]));
            parts.push(Syntax::symbol("&"));
            parts.push(Syntax::list([
                Syntax::symbol(name),
                type_form(&ty, generics),
            ]));
        }
        parts.push(Syntax::symbol("->"));
        parts.push(type_form(&signature.ret, generics));
        Syntax::list(parts)
    }

    /// A macro takes and returns syntax.
    fn macro_signature(&self) -> Option<Syntax> {
        let ast = self.item.ast(self.db);
        let mut parts = ast.children(self.item.root(self.db)).skip(2);
        let vector = parts
            .next()
            .filter(|&node| ast.kind(node) == NodeKind::Vector)?;
        let form = || Syntax::keyword(Ir::FORM);
        let mut signature = vec![Syntax::keyword(self.name())];
        for param in param_shapes(ast, vector).0 {
            let name = Syntax::symbol(ast.as_symbol(param.name)?);
            let ty = match param.rest {
                true => {
                    signature.push(Syntax::symbol("&"));
                    Syntax::list([Syntax::keyword(":wat::core::Vector"), form()])
                }
                false => form(),
            };
            signature.push(Syntax::list([name, ty]));
        }
        signature.extend([Syntax::symbol("->"), form()]);
        Some(Syntax::list(signature))
    }

    /// The grammar of a form of the language, with a slot for each part. What is optional is left out.
    fn sketch(&self) -> Syntax {
        let form = self.target();
        let ast = form.ast(self.db);
        let grammar = ast
            .children(form.root(self.db))
            .nth(2)
            .and_then(|node| ast.as_str(node))
            .unwrap_or_default();
        let read = wat_syntax::read_form(&SourceText::new(grammar), &Verdict::default()).ast;
        let mut parts = vec![Syntax::keyword(self.name())];
        if !read.is_empty() && read.kind(read.root()) == NodeKind::List {
            let mut slots = read.children(read.root()).skip(1);
            parts.extend(slots.by_ref().filter_map(|node| slot(&read, node)));
        }
        Syntax::list(parts)
    }

    fn doc(&self) -> Option<Arc<str>> {
        if let Sight::Program(program) = self.sight {
            return crate::editor::documentation(self.db, program, self.item);
        }
        let target = self.target();
        let doc = read_docs(self.db, target);
        if target == self.item {
            return doc;
        }
        let alias = format!("Alias of `{}`.", target.name(self.db).text(self.db));
        Some(match doc {
            Some(doc) => format!("{alias}\n\n{doc}").into(),
            None => alias.into(),
        })
    }

    fn definition(&self) -> Syntax {
        let item = self.sight.finished(self.db, self.item);
        let is_written = !self.is_built_in() || item.kind(self.db) == ItemKind::Dispatch;
        if is_written {
            let ast = item.ast(self.db);
            return written(ast, item.root(self.db));
        }
        let sentinel = match item.kind(self.db) {
            ItemKind::SpecialForm => ":wat::core::__internal/special-form",
            kind if kind.is_type() => ":wat::core::__internal/type-decl",
            _ => ":wat::core::__internal/primitive",
        };
        let name = Syntax::keyword(self.name());
        let signature = self.signature();
        Syntax::list([
            Syntax::keyword(":wat::core::define"),
            signature.unwrap_or_else(|| Syntax::list([name.clone()])),
            Syntax::list([Syntax::keyword(sentinel), name]),
        ])
    }

    fn body(&self) -> Option<Syntax> {
        let item = self.sight.finished(self.db, self.target());
        if item.name(self.db).text(self.db).starts_with(":wat::") {
            return None;
        }
        let ast = item.ast(self.db);
        let root = item.root(self.db);
        let body: Vec<NodeId> = match item.kind(self.db) {
            ItemKind::Function => {
                let (list, skip) = function_list(ast, root, ItemKind::Function)?;
                function_shape(ast, list, skip).body(ast).collect()
            }
            ItemKind::Value => ast.children(root).nth(2).into_iter().collect(),
            ItemKind::Macro => ast.children(root).last().into_iter().collect(),
            _ => return None,
        };
        match body[..] {
            [only] => Some(written(ast, only)),
            _ => {
                let mut parts = vec![Syntax::keyword(":wat::core::do")];
                parts.extend(body.iter().map(|&node| written(ast, node)));
                Some(Syntax::list(parts))
            }
        }
    }

    /// Something about each field of a struct.
    fn fields(
        &self,
        about: impl Fn(&crate::nominal::Field, &[Arc<str>]) -> Syntax,
    ) -> Option<Syntax> {
        if self.item.kind(self.db) != ItemKind::Struct {
            return None;
        }
        let nominal = self.sight.nominal(self.db, self.item);
        let fields = nominal.variants.first()?.fields.iter();
        let parts: Vec<Syntax> = fields
            .map(|field| about(field, &nominal.generics))
            .collect();
        Some(Syntax::list(parts))
    }
}

/// A name with its type parameters.
fn generic_name(name: &str, generics: &[Arc<str>]) -> Syntax {
    match generics.is_empty() {
        true => Syntax::keyword(name),
        false => Syntax::keyword(format!("{name}<{}>", generics.join(","))),
    }
}

/// The slot of a part of a grammar; none for what is optional.
fn slot(grammar: &Ast, node: NodeId) -> Option<Syntax> {
    match grammar.kind(node) {
        NodeKind::Symbol(text) => {
            let word = grammar.text(text).trim_end_matches(['…', '?']);
            (!matches!(word, "" | "&" | "->")).then(|| Syntax::symbol(format!("<{word}>")))
        }
        NodeKind::Keyword(text) => Some(Syntax::symbol(format!("<{}>", &grammar.text(text)[1..]))),
        NodeKind::Vector => {
            let is_optional = grammar
                .children(node)
                .next()
                .is_some_and(|first| grammar.as_symbol(first) == Some("->"));
            (!is_optional).then(|| {
                let parts = grammar.children(node);
                let parts: Vec<Syntax> = parts.filter_map(|part| slot(grammar, part)).collect();
                Syntax::list(parts)
            })
        }
        NodeKind::List => {
            let parts = grammar.children(node);
            let parts: Vec<Syntax> = parts.filter_map(|part| slot(grammar, part)).collect();
            Some(Syntax::list(parts))
        }
        _ => None,
    }
}

/// A form as it is written, as a holon lowers it.
fn written(ast: &Ast, node: NodeId) -> Syntax {
    Syntax::from_ast(ast, node, |_| Origin::NONE, |_| Scopes::default()).lowered()
}
