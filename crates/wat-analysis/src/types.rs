//! Types as declarations write them: closed but for the parameters of the declaration.

use std::fmt::Write as _;
use std::sync::Arc;

/// A type constructor.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Ctor {
    I64,
    F64,
    U8,
    Bool,
    Nil,
    String,
    Keyword,
    Vector,
    Option,
    Result,
    HashMap,
    HashSet,
    Tuple,
    /// The last argument is the result.
    Fn,
    /// A declared type, by its path.
    Nominal(Arc<str>),
}

const NAMED: [(&str, Ctor, usize); 12] = [
    (":wat::core::i64", Ctor::I64, 0),
    (":wat::core::f64", Ctor::F64, 0),
    (":wat::core::u8", Ctor::U8, 0),
    (":wat::core::bool", Ctor::Bool, 0),
    (":wat::core::nil", Ctor::Nil, 0),
    (":wat::core::String", Ctor::String, 0),
    (":wat::core::keyword", Ctor::Keyword, 0),
    (":wat::core::Vector", Ctor::Vector, 1),
    (":wat::core::Option", Ctor::Option, 1),
    (":wat::core::Result", Ctor::Result, 2),
    (":wat::core::HashMap", Ctor::HashMap, 2),
    (":wat::core::HashSet", Ctor::HashSet, 1),
];

impl Ctor {
    /// The constructor that the language itself knows under this path, and how many arguments it takes.
    pub(crate) fn named(path: &str) -> Option<(Ctor, usize)> {
        Ctor::known(path.strip_prefix(':')?)
    }

    /// The same for a path without its leading colon.
    pub(crate) fn known(path: &str) -> Option<(Ctor, usize)> {
        let rest = path.strip_prefix("wat::core::")?;
        NAMED
            .iter()
            .find(|(name, ..)| &name[12..] == rest)
            .map(|(_, ctor, arity)| (ctor.clone(), *arity))
    }

    /// The path, without its leading colon.
    pub(crate) fn path(&self) -> &str {
        match self {
            Ctor::Nominal(path) => path.trim_start_matches(':'),
            Ctor::Tuple => "",
            Ctor::Fn => "wat::core::Fn",
            _ => NAMED
                .iter()
                .find(|(_, ctor, _)| ctor == self)
                .map_or("", |(name, ..)| &name[1..]),
        }
    }
}

/// How many parts a type may have: names count wherever they occur, aliases are written out.
pub(crate) const MAX_PARTS: u32 = 10_000;
/// How deep the parts of a type may nest, like forms.
pub(crate) const MAX_NESTING: u32 = 1024;

/// How large a type is. Aliases and inference share parts, so that a short text can stand for a type that fills the
/// memory once it is written out; whoever writes one out asks first.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Size {
    pub(crate) parts: u32,
    pub(crate) nesting: u32,
}

impl Size {
    /// Of a type without parts of its own.
    pub(crate) const ONE: Size = Size {
        parts: 1,
        nesting: 1,
    };

    /// Of a constructor over parts of these sizes.
    pub(crate) fn over(parts: impl Iterator<Item = Size>) -> Size {
        parts.fold(Size::ONE, |whole, part| Size {
            parts: whole.parts.saturating_add(part.parts),
            nesting: whole.nesting.max(part.nesting.saturating_add(1)),
        })
    }

    pub(crate) fn is_fine(self) -> bool {
        self.parts <= MAX_PARTS && self.nesting <= MAX_NESTING
    }

    /// What is wrong with it, after `a type that`.
    pub(crate) fn complaint(self) -> String {
        match self.parts > MAX_PARTS {
            true => format!("has more than {MAX_PARTS} parts"),
            false => format!("nests more than {MAX_NESTING} deep"),
        }
    }
}

/// A type.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Type {
    /// Something was wrong with it; it fits everything.
    Error,
    /// `:wat::type::Infer`.
    Infer,
    /// A parameter of the declaration.
    Param(u32),
    /// A constructor and its arguments.
    App(Ctor, Box<[Type]>),
}

impl Type {
    /// The type parameters that it mentions, each as often as it does.
    pub(crate) fn parameters(&self, found: &mut Vec<u32>) {
        let mut work = vec![self];
        while let Some(ty) = work.pop() {
            match ty {
                Type::Param(index) => found.push(*index),
                Type::App(_, args) => work.extend(args),
                Type::Error | Type::Infer => {}
            }
        }
    }

    pub(crate) fn simple(ctor: Ctor) -> Type {
        Type::App(ctor, Box::default())
    }

    /// The size of the type with its parameters replaced, without making it.
    pub(crate) fn size_with(&self, arguments: &[Type]) -> Size {
        let arguments: Vec<Size> = arguments.iter().map(|ty| ty.size_over(&[])).collect();
        self.size_over(&arguments)
    }

    /// The size where parameters have these sizes.
    fn size_over(&self, arguments: &[Size]) -> Size {
        match self {
            Type::Error | Type::Infer => Size::ONE,
            Type::Param(index) => {
                let size = arguments.get(*index as usize);
                size.copied().unwrap_or(Size::ONE)
            }
            Type::App(_, parts) => Size::over(parts.iter().map(|part| part.size_over(arguments))),
        }
    }

    /// Replaces parameters by types.
    pub(crate) fn substitute(&self, arguments: &[Type]) -> Type {
        match self {
            Type::Error => Type::Error,
            Type::Infer => Type::Infer,
            Type::Param(index) => arguments
                .get(*index as usize)
                .cloned()
                .unwrap_or(Type::Error),
            Type::App(ctor, args) => Type::App(
                ctor.clone(),
                args.iter().map(|arg| arg.substitute(arguments)).collect(),
            ),
        }
    }

    /// As it is written, with the leading colon.
    pub(crate) fn render(&self, params: &[Arc<str>]) -> String {
        let mut text = String::from(":");
        self.write(params, &mut text);
        text
    }

    fn write(&self, params: &[Arc<str>], out: &mut String) {
        match self {
            Type::Error | Type::Infer => out.push('_'),
            Type::Param(index) => match params.get(*index as usize) {
                Some(name) => out.push_str(name),
                None => {
                    let _ = write!(out, "T{index}");
                }
            },
            Type::App(ctor, args) => write_app(ctor, args, out, |arg, out| arg.write(params, out)),
        }
    }
}

/// Writes a constructor applied to arguments, without a leading colon. Nothing but the structure of the type recurses,
/// and the reader bounds that.
pub(crate) fn write_app<T>(
    ctor: &Ctor,
    args: &[T],
    out: &mut String,
    mut write: impl FnMut(&T, &mut String),
) {
    let mut list = |args: &[T], out: &mut String| {
        for (index, arg) in args.iter().enumerate() {
            if index > 0 {
                out.push(',');
            }
            write(arg, out);
        }
    };
    match ctor {
        Ctor::Tuple => {
            out.push('(');
            list(args, out);
            out.push_str(if args.len() == 1 { ",)" } else { ")" });
        }
        Ctor::Fn => {
            let (params, ret) = args.split_at(args.len().saturating_sub(1));
            out.push_str("wat::core::Fn(");
            list(params, out);
            out.push_str(")->");
            list(ret, out);
        }
        _ => {
            out.push_str(ctor.path());
            if !args.is_empty() {
                out.push('<');
                list(args, out);
                out.push('>');
            }
        }
    }
}
