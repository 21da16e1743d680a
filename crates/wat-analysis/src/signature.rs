//! Signatures: what a caller must know of a definition, without its body.

use std::sync::Arc;

use wat_syntax::{Ast, NodeId, NodeKind};

use crate::db::{Db, SourceFile};
use crate::items::{Item, ItemKind, split_generic};
use crate::nominal::member_signature;
use crate::resolve::TypeResolver;
use crate::sight::Sight;
use crate::spelling::Spelling;
use crate::types::{Ctor, Type};
use crate::whitelist::body_offset;

/// A parameter.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Param {
    pub(crate) name: Arc<str>,
    pub(crate) ty: Type,
    /// The node of its name in the form.
    pub(crate) node: u32,
    /// Takes a set or map too, as the vector of its elements or entries.
    pub(crate) seqable: bool,
    /// The type as its author wrote it, if that is by an alias.
    pub(crate) spelled: Option<Arc<Spelling>>,
}

/// Whether a type of the library is written as `Seqable`: a vector, for which a call may give a set or map.
pub(crate) fn is_seqable(ast: &Ast, ty: NodeId) -> bool {
    ast.as_keyword(ty)
        .is_some_and(|text| text.starts_with(":wat::core::__internal::Seqable<"))
}

/// The signature of a function.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Signature {
    /// Names of the type parameters.
    pub(crate) generics: Box<[Arc<str>]>,
    pub(crate) params: Box<[Param]>,
    /// The rest parameter: its element type stands in `ty`.
    pub(crate) rest: Option<Param>,
    pub(crate) ret: Type,
    /// The result type as its author wrote it, if that is by an alias.
    pub(crate) ret_spelled: Option<Arc<Spelling>>,
    /// The node of the result type.
    pub(crate) ret_node: u32,
    /// The node of the parameter list; where none is written, of the name.
    pub(crate) params_node: u32,
    /// The parameters are not known: what is written is misshapen, and calls are not judged by it.
    pub(crate) is_misshapen: bool,
}

impl Signature {
    /// `[a <- :T & rest <- :U] -> :R`.
    pub(crate) fn render(&self) -> String {
        let mut text = String::from("[");
        for (index, param) in self.params.iter().enumerate() {
            if index > 0 {
                text.push(' ');
            }
            text.push_str(&param.name);
            text.push_str(" <- ");
            text.push_str(&param.ty.render(&self.generics));
        }
        if let Some(rest) = &self.rest {
            if !self.params.is_empty() {
                text.push(' ');
            }
            let vector = Type::App(Ctor::Vector, Box::new([rest.ty.clone()]));
            text.push_str(&format!(
                "& {} <- {}",
                rest.name,
                vector.render(&self.generics)
            ));
        }
        text.push_str("] -> ");
        text.push_str(&self.ret.render(&self.generics));
        text
    }

    /// The type of the function as a value.
    pub(crate) fn as_type(&self) -> Type {
        let params = self.params.iter().map(|param| param.ty.clone());
        Type::App(Ctor::Fn, params.chain([self.ret.clone()]).collect())
    }
}

/// Where the parts of a function form stand. Parts that are missing or misshapen are absent.
pub(crate) struct FunctionShape {
    pub(crate) params: Option<NodeId>,
    pub(crate) arrow: Option<NodeId>,
    pub(crate) ret: Option<NodeId>,
    pub(crate) doc: Option<NodeId>,
    /// What stands where the arrow, or the result behind it, belongs.
    pub(crate) slip: Option<ArrowSlip>,
    /// A docstring before the arrow, where none belongs.
    pub(crate) early_doc: Option<NodeId>,
    /// The first form of the body.
    pub(crate) first: Option<NodeId>,
    list: NodeId,
}

impl FunctionShape {
    /// The forms of the body.
    pub(crate) fn body<'a>(&self, ast: &'a Ast) -> impl Iterator<Item = NodeId> + use<'a> {
        let first = self.first.unwrap_or(ast.subtree_end(self.list));
        ast.children_from(self.list, first)
    }
}

/// The shape of `[params] -> :R "doc" body…` in a list, after the first `skip` elements.
pub(crate) fn function_shape(ast: &Ast, list: NodeId, skip: usize) -> FunctionShape {
    let mut rest = ast.children(list).skip(skip).peekable();
    let head = ast.children(list).next();
    let head = head.and_then(|head| ast.as_keyword(head));
    let former = rest
        .peek()
        .filter(|_| {
            matches!(
                head,
                Some(":wat::core::define" | ":wat::core::fn" | ":wat::core::lambda")
            )
        })
        .and_then(|&node| legacy_signature(ast, node));
    let (mut early_doc, mut slip) = (None, None);
    let (params, arrow, ret) = match former {
        Some(former) => (rest.next(), former.arrow, Some(former.ret)),
        None => {
            let is_arrow = |node: NodeId| ast.as_symbol(node) == Some("->");
            let params = rest.next_if(|&node| ast.kind(node) == NodeKind::Vector);
            if params.is_some() && rest.clone().nth(1).is_some_and(is_arrow) {
                early_doc = rest.next_if(|&node| ast.as_str(node).is_some());
            }
            if params.is_some() {
                slip = arrow_slip(ast, rest.clone());
            }
            let late = match slip {
                Some(ArrowSlip::Other(_) | ArrowSlip::Before(_)) => rest.next().and(None),
                Some(ArrowSlip::Late(_)) => rest.next(),
                None => None,
            };
            let arrow = rest.next_if(|&node| is_arrow(node));
            let ret = late.or_else(|| rest.next_if(|&node| ast.as_keyword(node).is_some()));
            (params, arrow, ret)
        }
    };
    let doc = rest.next_if(|&node| ast.as_str(node).is_some());
    // A text with nothing behind it is the body.
    let first = rest.next();
    let (doc, first) = match first {
        None => (None, doc),
        Some(_) => (doc, first),
    };
    FunctionShape {
        params,
        arrow,
        ret,
        doc: doc.or(early_doc),
        slip,
        early_doc,
        first,
        list,
    }
}

/// A signature whose result is there and whose arrow is not where it belongs.
#[derive(Clone, Copy)]
pub(crate) enum ArrowSlip {
    /// `[…] => :R`: another sign stands for it.
    Other(NodeId),
    /// `[…] x -> :R`: something stands before it.
    Before(NodeId),
    /// `[…] :R -> body`: it stands behind the result.
    Late(NodeId),
}

/// The slip in what follows the parameters.
fn arrow_slip(ast: &Ast, mut rest: impl Iterator<Item = NodeId>) -> Option<ArrowSlip> {
    let [first, second] = [rest.next()?, rest.next()?];
    let is_arrow = |node: NodeId| ast.as_symbol(node) == Some("->");
    let is_keyword = |node: NodeId| ast.as_keyword(node).is_some();
    let is_sign = |node: NodeId| {
        let text = ast.as_symbol(node).or(ast.as_keyword(node));
        text.is_some_and(|text| text.bytes().all(|byte| b"<>=~:-".contains(&byte)))
    };
    if is_arrow(first) || ast.as_str(first).is_some() {
        return None;
    }
    if is_arrow(second) {
        return match rest.next().is_some_and(is_keyword) {
            // With nothing behind it, what stands before it is the body.
            true => rest.next().map(|_| ArrowSlip::Before(first)),
            false => is_keyword(first).then_some(ArrowSlip::Late(second)),
        };
    }
    let is_other = (is_sign(first) || ast.kind(first) == NodeKind::Error) && is_keyword(second);
    is_other.then_some(ArrowSlip::Other(first))
}

/// A signature of a former edition: `((p :T) … & (xs :V) -> :R)`, with the name in front in a `define`.
pub(crate) struct LegacySignature {
    /// Lists of a name and a type, and `&`.
    pub(crate) params: Vec<NodeId>,
    pub(crate) arrow: Option<NodeId>,
    pub(crate) ret: NodeId,
}

/// Reads a list as a signature of a former edition; `None` if it is none.
pub(crate) fn legacy_signature(ast: &Ast, list: NodeId) -> Option<LegacySignature> {
    if ast.kind(list) != NodeKind::List {
        return None;
    }
    let mut nodes = ast.children(list).peekable();
    nodes.next_if(|&name| ast.as_keyword(name).is_some());
    let mut params = Vec::new();
    while let Some(node) = nodes.next_if(|&node| ast.as_symbol(node) != Some("->")) {
        let parts: Vec<NodeId> = ast.children(node).collect();
        let is_param = ast.kind(node) == NodeKind::List
            && matches!(parts[..], [name, ty] if ast.as_symbol(name).is_some() && ast.as_keyword(ty).is_some());
        if !is_param && ast.as_symbol(node) != Some("&") {
            return None;
        }
        params.push(node);
    }
    let (arrow, ret) = (nodes.next()?, nodes.next()?);
    (nodes.next().is_none() && ast.as_keyword(ret).is_some()).then_some(LegacySignature {
        params,
        arrow: Some(arrow),
        ret,
    })
}

/// The parameters of a signature of a former edition.
fn legacy_params(ast: &Ast, signature: &LegacySignature) -> (Vec<ParamShape>, Option<NodeId>) {
    let mut shapes = Vec::new();
    let mut rest = false;
    for &node in &signature.params {
        let mut parts = ast.children(node);
        match (parts.next(), parts.next()) {
            _ if shapes.last().is_some_and(|last: &ParamShape| last.rest) => {
                return (shapes, Some(node));
            }
            (Some(name), ty) => {
                shapes.push(ParamShape { name, ty, rest });
                rest = false;
            }
            (None, _) if rest => return (shapes, Some(node)),
            (None, _) => rest = true,
        }
    }
    let dangling = signature.params.last().copied().filter(|_| rest);
    (shapes, dangling)
}

/// One binder of a parameter vector.
pub(crate) struct ParamShape {
    pub(crate) name: NodeId,
    pub(crate) ty: Option<NodeId>,
    pub(crate) rest: bool,
}

/// The binders of a parameter vector, and the first node that does not fit.
pub(crate) fn param_shapes(ast: &Ast, vector: NodeId) -> (Vec<ParamShape>, Option<NodeId>) {
    if let Some(former) = legacy_signature(ast, vector) {
        return legacy_params(ast, &former);
    }
    let mut shapes = Vec::new();
    let mut nodes = ast.children(vector).peekable();
    while let Some(node) = nodes.next() {
        let rest = ast.as_symbol(node) == Some("&");
        let name = if rest { nodes.next() } else { Some(node) };
        let Some(name) = name.filter(|&name| {
            ast.as_symbol(name)
                .is_some_and(|symbol| !matches!(symbol, "<-" | "->" | "&"))
        }) else {
            return (shapes, Some(name.unwrap_or(node)));
        };
        if nodes
            .next_if(|&arrow| ast.as_symbol(arrow) == Some("<-"))
            .is_none()
        {
            shapes.push(ParamShape {
                name,
                ty: None,
                rest,
            });
            return (shapes, Some(name));
        }
        let Some(ty) = nodes.next_if(|&ty| ast.as_keyword(ty).is_some()) else {
            shapes.push(ParamShape {
                name,
                ty: None,
                rest,
            });
            return (shapes, Some(nodes.next().unwrap_or(name)));
        };
        shapes.push(ParamShape {
            name,
            ty: Some(ty),
            rest,
        });
        if rest && let Some(surplus) = nodes.next() {
            return (shapes, Some(surplus));
        }
    }
    (shapes, None)
}

/// The type parameters that a definition declares in its name.
pub(crate) fn generics(ast: &Ast, name_node: NodeId) -> Box<[Arc<str>]> {
    split_generic(ast.as_keyword(name_node).unwrap_or_default())
        .1
        .map(Arc::from)
        .collect()
}

/// The binders of a parameter vector, as a fix of its arrows makes them, and the first node that does not fit even then.
pub(crate) fn intended_params(ast: &Ast, vector: NodeId) -> (Vec<ParamShape>, Option<NodeId>) {
    let (shapes, bad) = param_shapes(ast, vector);
    match bad.and_then(|_| slipped_params(ast, vector)) {
        Some(slipped) => {
            let shape = |param: SlippedParam| ParamShape {
                name: param.name,
                ty: Some(param.ty),
                rest: param.rest,
            };
            (slipped.into_iter().map(shape).collect(), None)
        }
        None => (shapes, bad),
    }
}

/// A parameter of a vector in which nothing is wrong but arrows.
pub(crate) struct SlippedParam {
    pub(crate) name: NodeId,
    /// What stands for `<-`, if anything does.
    pub(crate) arrow: Option<NodeId>,
    pub(crate) ty: NodeId,
    pub(crate) rest: bool,
}

/// The parameters of a vector of names and types, with `<-`, another arrow or none between them; `None` for any other.
pub(crate) fn slipped_params(ast: &Ast, vector: NodeId) -> Option<Vec<SlippedParam>> {
    let mut params = Vec::new();
    let mut nodes = ast.children(vector).peekable();
    while let Some(node) = nodes.next() {
        let rest = ast.as_symbol(node) == Some("&");
        let name = if rest { nodes.next()? } else { node };
        if matches!(ast.as_symbol(name)?, "<-" | "->" | "=>" | "&" | "nil") {
            return None;
        }
        let arrow = nodes.next_if(|&arrow| ast.as_symbol(arrow).is_some());
        if !arrow.is_none_or(|arrow| matches!(ast.as_symbol(arrow), Some("<-" | "->" | "=>"))) {
            return None;
        }
        let ty = nodes.next_if(|&ty| ast.as_keyword(ty).is_some() && !ast.is_poisoned(ty))?;
        params.push(SlippedParam {
            name,
            arrow,
            ty,
            rest,
        });
        if rest && nodes.peek().is_some() {
            return None;
        }
    }
    Some(params)
}

/// The signature of a function or native; `None` for everything else.
#[salsa::tracked(returns(ref))]
pub(crate) fn signature<'db>(
    db: &'db dyn Db,
    program: SourceFile,
    item: Item<'db>,
) -> Option<Arc<Signature>> {
    if item.kind(db) == ItemKind::Synonym {
        let target = crate::synonym::target(db, program, item)?;
        return signature(db, program, target).clone();
    }
    read_item_signature(db, Sight::Program(program), item).map(Arc::new)
}

/// The signature of a function, native, constructor or accessor, to those who see these names.
pub(crate) fn read_item_signature<'db>(
    db: &'db dyn Db,
    sight: Sight<'db>,
    item: Item<'db>,
) -> Option<Signature> {
    if matches!(item.kind(db), ItemKind::Constructor | ItemKind::Accessor) {
        return member_signature(db, sight, item);
    }
    let ast = item.ast(db);
    let (list, skip) = function_list(ast, item.root(db), item.kind(db))?;
    let generics = generics(ast, item.name_node(db));
    let program = sight.of_item(db, item);
    let resolver = TypeResolver::quiet(db, program, ast, &generics);
    Some(read_signature(resolver, list, skip))
}

/// Is nothing of a type without parameters left open or wrong?
fn is_known(ty: &Type) -> bool {
    match ty {
        Type::App(_, args) => args.iter().all(is_known),
        Type::Error | Type::Infer | Type::Param(_) => false,
    }
}

/// The type of a value that is a `fn` form inside `let` and `do` forms, if its signature says all of it.
pub(crate) fn written_function(db: &dyn Db, program: SourceFile, item: Item<'_>) -> Option<Type> {
    let ast = item.ast(db);
    let root = item.root(db);
    if ast.is_damaged() || !generics(ast, item.name_node(db)).is_empty() {
        return None;
    }
    let mut node = ast.children(root).nth(body_offset(ast, root))?;
    loop {
        let parts = ast.child_count(node);
        node = match ast.as_keyword(ast.children(node).next()?)? {
            ":wat::core::fn" => break,
            ":wat::core::let" if parts > 2 => ast.children(node).last()?,
            ":wat::core::do" if parts > 1 => ast.children(node).last()?,
            _ => return None,
        };
    }
    let resolver = TypeResolver::quiet(db, program.into(), ast, &[]);
    let signature = read_signature(resolver, node, 1);
    let known = signature.rest.is_none()
        && !signature.is_misshapen
        && is_known(&signature.ret)
        && signature.params.iter().all(|param| is_known(&param.ty));
    known.then(|| signature.as_type())
}

/// The list that has the parameters of a definition, and how many elements stand before them.
pub(crate) fn function_list(ast: &Ast, root: NodeId, kind: ItemKind) -> Option<(NodeId, usize)> {
    match kind {
        ItemKind::Function
            if ast
                .children(root)
                .next()
                .and_then(|head| ast.as_keyword(head))
                .is_some_and(|head| {
                    matches!(head, ":wat::core::def" | ":wat::core::def-restricted")
                }) =>
        {
            Some((ast.children(root).nth(body_offset(ast, root))?, 1))
        }
        ItemKind::Function if is_define(ast, root) => Some((root, 1)),
        ItemKind::Function | ItemKind::Native => Some((root, body_offset(ast, root))),
        _ => None,
    }
}

/// Is this `(define (:name (p :T) … -> :R) body)`, the former spelling of `defn`?
pub(crate) fn is_define(ast: &Ast, root: NodeId) -> bool {
    let mut parts = ast.children(root);
    let head = parts.next().and_then(|head| ast.as_keyword(head));
    head == Some(":wat::core::define")
        && parts
            .next()
            .is_some_and(|list| ast.kind(list) == NodeKind::List)
}

/// The node of the name in a definition, whatever stands there.
pub(crate) fn defined_name(ast: &Ast, root: NodeId) -> Option<NodeId> {
    let second = ast.children(root).nth(1)?;
    match is_define(ast, root) {
        true => ast.children(second).next(),
        false => Some(second),
    }
}

/// Reads the signature of a function form; what is missing or wrong has the error type.
pub(crate) fn read_signature(
    mut resolver: TypeResolver<'_, '_>,
    list: NodeId,
    skip: usize,
) -> Signature {
    let ast = resolver.ast;
    let shape = function_shape(ast, list, skip);
    let mut params = Vec::new();
    let mut rest = None;
    let (shapes, bad) = match shape.params {
        Some(vector) => intended_params(ast, vector),
        None => (Vec::new(), Some(list)),
    };
    for param in shapes {
        let name: Arc<str> = ast.as_symbol(param.name).unwrap_or("_").into();
        let (ty, spelled) = param
            .ty
            .map_or((Type::Error, None), |ty| resolver.written(ty));
        if param.rest {
            let ty = match ty {
                Type::App(Ctor::Vector, args) => args[0].clone(),
                _ => Type::Error,
            };
            rest = Some(Param {
                name,
                ty,
                node: param.name.0,
                seqable: false,
                spelled: None,
            });
        } else {
            params.push(Param {
                name,
                ty,
                node: param.name.0,
                seqable: param.ty.is_some_and(|ty| is_seqable(ast, ty)),
                spelled,
            });
        }
    }
    let (ret, ret_spelled) = shape
        .ret
        .map_or((Type::Error, None), |node| resolver.written(node));
    Signature {
        generics: resolver.generics.into(),
        params: params.into(),
        rest,
        ret,
        ret_spelled,
        ret_node: shape.ret.or(shape.arrow).unwrap_or(list).0,
        params_node: shape.params.unwrap_or(list).0,
        is_misshapen: bad.is_some() || shape.params.is_some_and(|vector| ast.is_poisoned(vector)),
    }
}

/// The docstring of a definition.
#[salsa::tracked(returns(clone))]
pub(crate) fn docs<'db>(db: &'db dyn Db, item: Item<'db>) -> Option<Arc<str>> {
    read_docs(db, item)
}

/// The docstring of a definition, for expansions, which must not depend on a query that depends on them.
pub(crate) fn read_docs<'db>(db: &'db dyn Db, item: Item<'db>) -> Option<Arc<str>> {
    match item.kind(db) {
        ItemKind::Macro => crate::expand::doc(item.ast(db), item.root(db)),
        kind => doc_text(item.ast(db), item.root(db), kind).map(Arc::from),
    }
}

/// Has a definition a docstring in the form that its nodes belong to?
pub(crate) fn is_documented<'db>(db: &'db dyn Db, ast: &Ast, item: Item<'db>) -> bool {
    let root = item.root(db);
    match item.kind(db) {
        ItemKind::Macro => function_shape(ast, root, 2).doc.is_some(),
        kind => doc_text(ast, root, kind).is_some(),
    }
}

/// The docstring of a definition that is no macro.
fn doc_text(ast: &Ast, root: NodeId, kind: ItemKind) -> Option<&str> {
    let last_text = |skip| {
        let texts = ast.children(root).skip(skip);
        texts.filter(|&node| ast.as_str(node).is_some()).last()
    };
    let node = match kind {
        ItemKind::Native => last_text(2),
        kind => match function_list(ast, root, kind) {
            Some((list, skip)) => function_shape(ast, list, skip).doc,
            None => last_text(3).or_else(|| {
                let node = ast.children(root).nth(2)?;
                (kind == ItemKind::NativeType).then_some(node)
            }),
        },
    };
    ast.as_str(node?)
}
