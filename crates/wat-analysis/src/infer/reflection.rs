//! Questions about names: the name is a literal that is not evaluated; the answer comes while the program runs.

use wat_syntax::NodeId;

use crate::problem::{Place, Problem};
use crate::types::Ctor;

use super::Infer;
use super::table::Ty;
use super::typed::{ExprId, ExprKind, FunctionKind, FunctionRef};

/// What the answer is made of.
#[derive(Clone, Copy)]
enum Answer {
    Holon,
    Holons,
    Text,
    Keyword,
}

/// The forms, the answers and the names of the questions.
const FORMS: [(&str, Answer, &str); 9] = [
    ("lookup-form", Answer::Holon, "definition"),
    ("lookup-define", Answer::Holon, "definition"),
    ("signature-of-defn", Answer::Holon, "signature"),
    ("body-of", Answer::Holon, "body"),
    ("return-type-of", Answer::Holon, "return-type"),
    ("field-names-of", Answer::Holons, "field-names"),
    ("field-types-of", Answer::Holons, "field-types"),
    ("doc", Answer::Text, ""),
    ("kind-of", Answer::Keyword, ""),
];

/// Is this a question about a name?
pub(crate) fn is_reflection(path: &str) -> bool {
    let leaf = path.strip_prefix(":wat::runtime::");
    leaf.is_some_and(|leaf| FORMS.iter().any(|(name, ..)| *name == leaf))
}

impl<'db> Infer<'db> {
    /// A question about a name; `None` if the path is none.
    pub(super) fn reflection(&mut self, node: NodeId, path: &str) -> Option<ExprId> {
        let leaf = path.strip_prefix(":wat::runtime::")?;
        let (_, answer, question) = FORMS.iter().find(|(name, ..)| *name == leaf)?;
        Some(self.ask(node, path, *answer, question))
    }

    fn ask(&mut self, node: NodeId, path: &str, answer: Answer, question: &str) -> ExprId {
        let holon = self
            .table
            .app(Ctor::Nominal(":wat::holon::HolonAST".into()), &[]);
        let (native, value) = match answer {
            Answer::Holon => ("reflect-form", holon),
            Answer::Holons => ("reflect-list", self.table.app(Ctor::Vector, &[holon])),
            Answer::Text => ("reflect-doc", Ty::STRING),
            Answer::Keyword => ("reflect-kind", Ty::KEYWORD),
        };
        let ty = self.table.app(Ctor::Option, &[value]);
        let args: Vec<NodeId> = self.ast.children(node).skip(1).collect();
        let [name] = args[..] else {
            if !self.ast.is_poisoned(node) {
                self.wrong_count(self.head(node), path, 1, args.len());
            }
            return self.push(ExprKind::Error, ty, node);
        };
        let Some(text) = self.ast.as_keyword(name) else {
            if !self.ast.is_poisoned(node) {
                self.problems.push(
                    Problem::new(
                        2601,
                        Place::node(name),
                        format!("`{path}` takes the name that it is asked about, a keyword"),
                    )
                    .label("not a keyword")
                    .help("write the name itself: it is not evaluated"),
                );
            }
            return self.push(ExprKind::Error, ty, node);
        };
        let mut operands = Vec::with_capacity(2);
        if !question.is_empty() {
            operands.push(self.push(ExprKind::Str(question.into()), Ty::STRING, node));
        }
        operands.push(self.name_itself(name, text));
        let callee = FunctionRef {
            name: format!(":wat::core::__internal/{native}").into(),
            kind: FunctionKind::Native,
            types: Vec::new(),
        };
        self.push(
            ExprKind::Call {
                callee,
                args: operands,
                rest: None,
            },
            ty,
            node,
        )
    }

    /// A name that is no mention of what it names.
    fn name_itself(&mut self, node: NodeId, text: &str) -> ExprId {
        if let wat_syntax::NodeKind::Keyword(id) = self.ast.kind(node)
            && let Some(item) = self.resolve(node, id)
        {
            self.references.push((node, super::Referent::Item(item)));
        }
        let (canonical, _) = crate::items::split_generic(text);
        self.push(ExprKind::Keyword(canonical.into()), Ty::KEYWORD, node)
    }

    /// The arguments of a call of this function: names are passed as they are written, whatever they name.
    pub(super) fn arguments_of(&mut self, name: &str, node: NodeId) -> Vec<ExprId> {
        if name != ":wat::runtime::rename-callable-name" {
            return self.arguments(node);
        }
        let nodes = self.argument_nodes(node);
        let inferred = nodes
            .into_iter()
            .map(|node| match self.ast.as_keyword(node) {
                Some(text) => self.name_itself(node, text),
                None => self.expr(node),
            });
        inferred.collect()
    }
}
