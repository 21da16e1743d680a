//! Forms that change a program: evaluated data must hold none (chapter 02 §9). Evaluation refuses them when it runs; where
//! the data is written in the call, the check warns of it (WAT5020).

use wat_syntax::{Ast, NodeId, NodeKind};
use wat_value::syntax::Syntax;

use crate::infer::quote::{FORMS, QUASIQUOTE, QUOTE, SPLICE, UNQUOTE};

/// Definitions and declarations of the library.
const DEFINERS: [&str; 22] = [
    "def",
    "def-restricted",
    "defn",
    "defn-restricted",
    "define",
    "defmacro",
    "define-dispatch",
    "define-alias",
    "defalias",
    "define-with-kwargs",
    "defservice",
    "struct",
    "struct-restricted",
    "enum",
    "enum-restricted",
    "newtype",
    "typealias",
    "use!",
    "native",
    "native-type",
    "special-form",
    "operator",
];

/// Is this the head of a definition, a declaration, a load or a setting?
pub(crate) fn is_mutation(path: &str) -> bool {
    let Some((space, leaf)) = path.rsplit_once("::") else {
        return false;
    };
    path.starts_with(":wat::")
        && (DEFINERS.contains(&leaf)
            || leaf == "load!"
            || ["load-file!", "load-string!"].contains(&leaf)
            || leaf.ends_with("-load!")
            || leaf.ends_with("-load-string!")
            || space == ":wat::config" && leaf.starts_with("set-"))
}

/// What data that is evaluated is made of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Made {
    /// It is all there.
    Whole,
    /// A template: what its unquotes bring is not there yet.
    Template,
}

/// The first form of evaluated data that would change the program, with its head. It may stand at any depth, but not in
/// data: a quoted form, a template outside its unquotes.
pub(crate) fn first_mutation(ast: &Ast, root: NodeId, made: Made) -> Option<(NodeId, &str)> {
    // The level of templates inside the data; its code stands at 0.
    let mut work = vec![(root, 0_u32)];
    while let Some((node, level)) = work.pop() {
        let head = ast
            .children(node)
            .next()
            .filter(|_| ast.kind(node) == NodeKind::List)
            .and_then(|head| ast.as_keyword(head))
            .unwrap_or_default();
        let inner = match head {
            QUASIQUOTE => level + 1,
            UNQUOTE | SPLICE if level > 0 => level - 1,
            UNQUOTE | SPLICE if made == Made::Template => continue,
            QUOTE | FORMS if level == 0 => continue,
            _ if level == 0 && is_mutation(head) => return Some((node, head)),
            _ => level,
        };
        let start = work.len();
        work.extend(ast.children(node).map(|child| (child, inner)));
        work[start..].reverse();
    }
    None
}

/// The head of the first form of a source text that would change the program; `None` too for a text that does not read.
pub(crate) fn mutation_in_text(text: &str) -> Option<String> {
    let forms = crate::evaluation::forms_of_text(text).ok()?;
    forms.iter().find_map(|form: &Syntax| {
        let (ast, _) = form.to_ast();
        first_mutation(&ast, ast.root(), Made::Whole).map(|(_, head)| head.to_owned())
    })
}
