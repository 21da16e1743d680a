//! What reflection shows of built-in names whose declaration is no signature: the operators, and natives whose last
//! parameter may be given again and again.

use std::sync::Arc;

use crate::infer::operator::{Operator, operator};
use crate::infer::typed::Arith;
use crate::signature::{Param, Signature};
use crate::types::{Ctor, Type};

fn param(ty: Type) -> Param {
    Param {
        name: "_".into(),
        ty,
        node: 0,
        seqable: false,
        spelled: None,
    }
}

/// The most general signature of an operator.
pub(crate) fn operator_signature(path: &str) -> Option<Signature> {
    let plain = |ctor| Type::App(ctor, Box::new([]));
    let own = || Type::Param(0);
    let (generics, params, rest, ret): (&[&str], Vec<Type>, Option<Type>, Type) =
        match operator(path)? {
            Operator::Arith { two: true, .. } => (&["N"], vec![own(), own()], None, own()),
            Operator::Arith { op, .. } => (&["N"], least(op, own()), Some(own()), own()),
            Operator::Typed { op, float } => {
                let number = || plain(if float { Ctor::F64 } else { Ctor::I64 });
                (&[], least(op, number()), Some(number()), number())
            }
            Operator::Compare(_) => (&["T"], vec![own(), own()], None, plain(Ctor::Bool)),
            Operator::Position(_) => {
                let of = |ctor| Type::App(ctor, Box::new([own()]));
                (&["T"], vec![of(Ctor::Vector)], None, of(Ctor::Option))
            }
            Operator::Text => (&["T"], Vec::new(), Some(own()), plain(Ctor::String)),
        };
    Some(Signature {
        generics: generics.iter().map(|&name| Arc::from(name)).collect(),
        params: params.into_iter().map(param).collect(),
        rest: rest.map(param),
        ret,
        ret_spelled: None,
        ret_node: 0,
        params_node: 0,
        is_misshapen: false,
    })
}

/// The operands without which an operator means nothing.
fn least(op: Arith, operand: Type) -> Vec<Type> {
    match op {
        Arith::Add | Arith::Mul => Vec::new(),
        Arith::Sub | Arith::Div => vec![operand],
    }
}

/// The signature of a function whose last parameter may be given again and again: `least` of its parameters must be
/// given, the others are a variadic tail. One whose parameters repeat in groups has no such tail.
pub(crate) fn with_tail(signature: &Signature, least: usize) -> Signature {
    let mut shown = signature.clone();
    if signature.params.len() == 2
        && let Some(last) = signature.params.last()
    {
        shown.rest = Some(last.clone());
        shown.params = signature.params.iter().take(least).cloned().collect();
    }
    shown
}
