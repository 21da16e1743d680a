//! Operations on syntax in macro bodies (§6.2), texts of values, and `macro-error`.

use std::sync::Arc;

use wat_value::syntax::{Scopes, Shape, Syntax, write_forms};

use super::call::weight;
use super::data::Tried;
use super::value::{SOME, Value};
use super::{Eval, Failure, Outcome, Stop};

/// The functions that this module and its neighbours carry out themselves.
pub(super) const NAMES: [&str; 14] = [
    "ast-kind",
    "ast->children",
    "with-children",
    "ast-name",
    "symbol-node",
    "fresh-symbol",
    "keyword-node",
    "write-forms",
    "macro-error",
    "keyword/to-string",
    "keyword/from-string",
    "keyword/of",
    "string::concat",
    "struct->form",
];

impl Eval<'_, '_> {
    /// Calls a function that is carried out here; gives the arguments back if it is none.
    pub(super) fn builtin(&mut self, path: &str, args: Vec<Value>) -> Outcome<Tried> {
        let Some(name) = path.strip_prefix(":wat::core::") else {
            return self.on_holons(path, args);
        };
        let args = match name {
            "show" | "__internal/display" => {
                args.into_iter().map(|arg| self.coerced(arg)).collect()
            }
            _ => args,
        };
        if let Some(value) = self.scalar(name, &args) {
            return value.map(Ok);
        }
        let value = match (name, &args[..]) {
            ("ast-kind", [node]) => Value::str(self.syntax(node)?.kind_name()),
            ("ast->children", [node]) => {
                let node = self.syntax(node)?;
                self.pay(node.children().len())?;
                Value::vector(node.children().iter().cloned().map(Value::Syntax).collect())
            }
            ("with-children", [node, children]) => self.with_children(node, children)?,
            ("ast-name", [node]) => {
                let node = self.syntax(node)?;
                match node.name() {
                    Some(name) => Value::str(name),
                    None => {
                        return Err(
                            self.fail(format!("a node of kind `{}` has no name", node.kind_name()))
                        );
                    }
                }
            }
            ("symbol-node", [name]) => {
                let name = self.string(name)?;
                Value::Syntax(self.computed(Shape::Symbol(name, Scopes::default())))
            }
            ("fresh-symbol", [name]) => {
                let name = self.string(name)?;
                Value::Syntax(self.fresh_symbol(&name))
            }
            ("keyword-node", [text]) => {
                let text = self.string(text)?;
                self.checked_keyword(&text)?;
                Value::Syntax(self.computed(Shape::Keyword(text)))
            }
            ("write-forms", [node]) => {
                let node = self.syntax(node)?;
                self.pay(weight(&Value::Syntax(node.clone())))?;
                Value::str(write_forms(&node))
            }
            ("macro-error", [message]) => return Err(self.signalled(message, None)?),
            ("macro-error", [message, node]) => return Err(self.signalled(message, Some(node))?),
            ("keyword/to-string", [keyword]) => {
                let keyword = self.keyword(keyword)?;
                Value::str(keyword.trim_start_matches(':'))
            }
            ("keyword/from-string", [text]) => {
                let text = self.string(text)?;
                if text.starts_with(':') {
                    return Err(self.fail("the text of a keyword is given without its colon"));
                }
                let text: Arc<str> = format!(":{text}").into();
                self.checked_keyword(&text)?;
                Value::Keyword(text)
            }
            ("keyword/of", [_, ..]) => self.type_keyword(&args)?,
            ("string::concat", parts) => {
                let mut text = String::new();
                for part in parts {
                    text.push_str(&self.string(part)?);
                }
                self.pay(text.len() / 16)?;
                Value::str(text)
            }
            _ => return self.collection(path, args),
        };
        Ok(Ok(value))
    }

    fn syntax(&mut self, value: &Value) -> Outcome<Syntax> {
        match value {
            Value::Syntax(node) => Ok(node.clone()),
            other => Err(self.fail(format!("syntax is expected here, this is {}", other.kind()))),
        }
    }

    fn keyword(&self, value: &Value) -> Outcome<Arc<str>> {
        match self.coerced(value.clone()) {
            Value::Keyword(text) => Ok(text),
            Value::Nil => Ok(":wat::core::nil".into()),
            Value::Variant(path, _) if path != SOME => Ok(path.into()),
            other => Err(self.fail(format!(
                "a keyword is expected here, this is {}",
                other.kind()
            ))),
        }
    }

    /// A keyword must read as one.
    fn checked_keyword(&self, text: &str) -> Outcome<()> {
        let source = wat_syntax::SourceText::new(text);
        let form = wat_syntax::read_form(&source, &wat_syntax::Verdict::default());
        let ast = form.ast;
        let sound = !ast.is_empty()
            && ast.len() == 1
            && form.errors.is_empty()
            && ast.as_keyword(ast.root()) == Some(text);
        match sound {
            true => Ok(()),
            false => Err(self.fail(format!("`{text}` is no keyword"))),
        }
    }

    fn with_children(&mut self, node: &Value, children: &Value) -> Outcome<Value> {
        let node = self.syntax(node)?;
        let Value::Vector(children) = children else {
            return Err(self.fail("`with-children` takes a vector of syntax"));
        };
        self.pay(children.len())?;
        let mut parts = Vec::with_capacity(children.len());
        for child in children.iter() {
            parts.push(self.syntax_of(child.clone(), self.node)?);
        }
        match node.with_children(parts) {
            Some(node) => Ok(Value::Syntax(node)),
            None => Err(self.fail(format!(
                "a node of kind `{}` has no children",
                node.kind_name()
            ))),
        }
    }

    /// `(keyword/of :Head :A …)`
    fn type_keyword(&mut self, args: &[Value]) -> Outcome<Value> {
        let mut parts = Vec::with_capacity(args.len());
        for arg in args {
            let text = self.keyword(arg)?;
            parts.push(text.trim_start_matches(':').to_owned());
        }
        let head = parts.remove(0);
        let text: Arc<str> = format!(":{head}<{}>", parts.join(",")).into();
        self.checked_keyword(&text)?;
        Ok(Value::Keyword(text))
    }

    /// WAT2412.
    fn signalled(&mut self, message: &Value, blamed: Option<&Value>) -> Outcome<Stop> {
        let message = self.string(message)?;
        let blame = match blamed {
            Some(Value::Syntax(node)) => Some(node.origin()),
            _ => None,
        };
        Ok(Stop::Fail(Box::new(Failure {
            code: 2412,
            message: message.to_string(),
            label: format!("refused by `{}`", self.def.name),
            node: Some(self.node),
            blame,
            help: None,
            unquote: None,
        })))
    }

    /// A string as it is, any other value as it is written. A literal of syntax stands for its value.
    pub(super) fn display(&mut self, value: Value) -> Outcome<Arc<str>> {
        let value = self.coerced(value);
        let path: Arc<str> = ":wat::core::__internal/display".into();
        match self.call_value(&path, vec![value])? {
            Value::Str(text) => Ok(text),
            other => Err(self.fail(format!("{} has no text", other.kind()))),
        }
    }
}
