//! Definitions: what each is and where it stands.

mod declarations;
mod pieces;

use wat_syntax::{Ast, NodeId};

use crate::db::{Db, SourceFile};
use crate::expand::{Expansion, expansion};
use crate::forms::{Form, ast};

use declarations::variant_name;
pub(crate) use declarations::{
    Declarations, declarations, declarations_of, declarations_of_form, declared_name,
    declares_expanded, definer, is_name, macro_name, written_declarations, written_function,
};
pub(crate) use pieces::{
    ask_first, file_items, item_pieces, literal_pieces, program_aliases, program_variants,
    start_pieces,
};

/// An interned path, with its leading colon and without type parameters.
#[salsa::interned(debug)]
pub(crate) struct Name<'db> {
    #[returns(ref)]
    pub(crate) text: String,
}

/// What a definition is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, salsa::SalsaValue)]
pub(crate) enum ItemKind {
    /// `defn`, or `def` of a `fn` form.
    Function,
    /// Any other `def`.
    Value,
    /// A function of the machine.
    Native,
    /// Part of the language.
    SpecialForm,
    /// An overloaded operator.
    Operator,
    /// `define-dispatch`.
    Dispatch,
    /// `define-alias`: another name for something that can be called.
    Synonym,
    /// `auto-kwargs` or `define-with-kwargs`.
    KeywordVariant,
    /// A type of the machine.
    NativeType,
    /// `defmacro`.
    Macro,
    /// `typealias`.
    Alias,
    /// `struct`.
    Struct,
    /// `enum`.
    Enum,
    /// `newtype`.
    Newtype,
    /// Generated: makes a struct, a newtype, or a tagged variant.
    Constructor,
    /// Generated: the field of a struct or newtype.
    Accessor,
    /// Generated: a variant without fields.
    UnitVariant,
    /// The bindings of a `let` at the top level: what they bind, as a tuple. No program can name it.
    Bindings,
}

impl ItemKind {
    pub(crate) fn is_type(self) -> bool {
        matches!(self, ItemKind::NativeType | ItemKind::Alias) || self.is_nominal()
    }

    /// Does it come with the declaration of a type, without code of its own?
    pub(crate) fn is_member(self) -> bool {
        matches!(
            self,
            ItemKind::Constructor | ItemKind::Accessor | ItemKind::UnitVariant
        )
    }

    /// Does it declare a type of its own?
    pub(crate) fn is_nominal(self) -> bool {
        matches!(self, ItemKind::Struct | ItemKind::Enum | ItemKind::Newtype)
    }
}

/// A definition.
#[salsa::tracked(debug)]
pub(crate) struct Item<'db> {
    #[returns(copy)]
    pub(crate) form: Form<'db>,
    #[returns(copy)]
    pub(crate) name: Name<'db>,
    #[returns(copy)]
    pub(crate) kind: ItemKind,
    /// Of a generated member: which variant or field.
    #[returns(copy)]
    pub(crate) part: u32,
    /// Does it have a whitelist of its own? Part of the identity: whoever lists the restricted names of a program would
    /// otherwise depend on each definition.
    #[returns(copy)]
    pub(crate) restricted: bool,
    /// The program in whose expansion of the form the definition stands; `None` if it stands in the form as written.
    #[returns(copy)]
    pub(crate) expanded: Option<SourceFile>,
    /// The node of the defining list; of a function that a form is, in the form as written.
    #[tracked]
    #[returns(copy)]
    place: u32,
}

impl<'db> Item<'db> {
    /// The node of the defining list.
    pub(crate) fn node(self, db: &'db dyn Db) -> u32 {
        match self.expansion(db) {
            Some(expansion) if self.place(db) == 0 => self.node_among(db, &expansion.ast),
            _ => self.place(db),
        }
    }

    /// The same where an expansion may have put definitions beside the one that was written.
    fn node_among(self, db: &'db dyn Db, ast: &Ast) -> u32 {
        if ast.is_empty() {
            return 0;
        }
        let head = ast.children(ast.root()).next();
        if head.and_then(|head| ast.as_keyword(head)) != Some(":wat::core::do") {
            return 0;
        }
        let defines = |node: &NodeId| {
            let name = crate::signature::defined_name(ast, *node);
            let name = name.and_then(|name| ast.as_keyword(name));
            name.is_some_and(|name| split_generic(name).0 == self.name(db).text(db).as_str())
        };
        ast.children(ast.root()).find(defines).map_or(0, |it| it.0)
    }

    pub(crate) fn root(self, db: &'db dyn Db) -> NodeId {
        NodeId(self.node(db))
    }

    /// The expansion that the definition stands in.
    pub(crate) fn expansion(self, db: &'db dyn Db) -> Option<&'db Expansion<'db>> {
        expansion(db, self.expanded(db)?, self.form(db))
    }

    /// The form that the nodes of the definition belong to: as written, or expanded.
    pub(crate) fn ast(self, db: &'db dyn Db) -> &'db Ast {
        match self.expansion(db) {
            Some(expansion) => &expansion.ast,
            None => ast(db, self.form(db)),
        }
    }

    /// The node of the name in the defining list; of a generated member, of the field or variant.
    pub(crate) fn name_node(self, db: &'db dyn Db) -> NodeId {
        self.name_node_in(db, self.ast(db))
    }

    /// The same for whoever has the [form](Self::ast) that its nodes belong to.
    pub(crate) fn name_node_in(self, db: &'db dyn Db, ast: &Ast) -> NodeId {
        if let Some(node) = self.member_node(db) {
            return node;
        }
        let root = self.root(db);
        match self.kind(db) {
            ItemKind::Macro => macro_name(ast, root),
            ItemKind::KeywordVariant => variant_name(ast, root),
            _ => crate::signature::defined_name(ast, root),
        }
        .unwrap_or(root)
    }
}

impl<'db> Item<'db> {
    fn member_node(self, db: &'db dyn Db) -> Option<NodeId> {
        let kind = self.kind(db);
        if !kind.is_member() {
            return None;
        }
        let owner = crate::nominal::owner(db, self)?;
        if kind != ItemKind::Accessor && owner.kind(db) != ItemKind::Enum {
            return None;
        }
        let node = member_nodes(db, owner).get(self.part(db) as usize);
        node.map(|&node| NodeId(node))
    }
}

/// The nodes that name the members of a type declaration, once for all of them: the variants of an enum, the fields of
/// everything else.
#[salsa::tracked(returns(ref))]
fn member_nodes<'db>(db: &'db dyn Db, owner: Item<'db>) -> Vec<u32> {
    let kind = owner.kind(db);
    let shape = crate::nominal::type_shape(owner.ast(db), owner.root(db), kind);
    if kind == ItemKind::Enum {
        return shape.variants.iter().map(|it| it.node.0).collect();
    }
    let fields = shape.variants.first().map(|it| &it.fields);
    let names = fields.into_iter().flatten().map(|field| field.name.0);
    names.collect()
}

/// Splits a defined name into its canonical path and its type parameters: `:a::b<T,U>` is `:a::b` with `T`, `U`.
pub(crate) fn split_generic(name: &str) -> (&str, impl Iterator<Item = &str>) {
    let (canonical, generics) = split_at_generics(name);
    (
        canonical,
        generics.split(',').filter(|part| !part.is_empty()),
    )
}

fn split_at_generics(name: &str) -> (&str, &str) {
    let bytes = name.as_bytes();
    let open = (1..bytes.len()).find(|&at| {
        bytes[at] == b'<'
            && name.ends_with('>')
            && (bytes[at - 1].is_ascii_alphanumeric()
                || matches!(bytes[at - 1], b'_' | b'\'' | b'!' | b'?'))
            && !matches!(bytes.get(at + 1), None | Some(b'-' | b'=' | b'<'))
    });
    match open {
        Some(at) => (&name[..at], &name[at + 1..name.len() - 1]),
        None => (name, ""),
    }
}
