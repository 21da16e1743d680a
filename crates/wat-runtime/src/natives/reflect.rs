//! Natives that ask the analysis about names.

use crate::compiler::Question;
use crate::vm::Vm;
use crate::world::Described;
use wat_value::syntax::Syntax;
use wat_value::{
    Instance, Repr, Slot, Trap, make_holon, make_keyword, make_string, make_variant, text, vector,
};

type Outcome = Result<Slot, Box<Trap>>;

fn ask(vm: &Vm, question: Question, name: &str) -> Option<Syntax> {
    vm.linking().program().compiler()?.reflect(question, name)
}

/// An option of what is made from an answer.
fn option(instance: &Instance, answer: Option<Slot>) -> Outcome {
    Ok(match answer {
        Some(value) => make_variant(instance.ret, 1, &[value]),
        None => make_variant(instance.ret, 0, &[]),
    })
}

/// The question and the name in the arguments.
unsafe fn question<'a>(args: &[Slot]) -> (Question, &'a str) {
    // SAFETY: the caller of a native says that its arguments are live values of the declared types.
    let (question, name) = unsafe { (text(args[0]), text(args[1])) };
    let question = match question {
        "signature" => Question::Signature,
        "body" => Question::Body,
        "return-type" => Question::ReturnType,
        "field-names" => Question::FieldNames,
        "field-types" => Question::FieldTypes,
        _ => Question::Definition,
    };
    (question, name)
}

pub(super) unsafe fn form(vm: &mut Vm, instance: &Instance, args: &[Slot]) -> Outcome {
    // SAFETY: as above.
    let (question, name) = unsafe { question(args) };
    option(instance, ask(vm, question, name).map(make_holon))
}

pub(super) unsafe fn list(vm: &mut Vm, instance: &Instance, args: &[Slot]) -> Outcome {
    // SAFETY: as above.
    let (question, name) = unsafe { question(args) };
    let found = ask(vm, question, name).map(|list| {
        let parts = list.children().iter().cloned().map(make_holon);
        let parts: Vec<Slot> = parts.collect();
        vector::from_slots(instance.ret.parts[0], &parts)
    });
    option(instance, found)
}

pub(super) unsafe fn doc(vm: &mut Vm, instance: &Instance, args: &[Slot]) -> Outcome {
    // SAFETY: as above.
    let found = ask(vm, Question::Doc, unsafe { text(args[0]) });
    let found = found.as_ref().and_then(Syntax::name).map(make_string);
    option(instance, found)
}

pub(super) unsafe fn kind(vm: &mut Vm, instance: &Instance, args: &[Slot]) -> Outcome {
    // SAFETY: as above.
    let found = ask(vm, Question::Kind, unsafe { text(args[0]) });
    let found = found.as_ref().and_then(Syntax::name).map(make_keyword);
    option(instance, found)
}

/// The signature of a function value: that of its definition, or one made from its type.
pub(super) unsafe fn signature_of_fn(vm: &mut Vm, instance: &Instance, args: &[Slot]) -> Outcome {
    let desc = instance.types[0];
    if desc.repr != Repr::Fn {
        return Err(Trap::error(
            8406,
            "only a function has a signature, and this value is none",
        ));
    }
    // SAFETY: the argument is a live function.
    let (code, _) = unsafe { wat_value::closure_code(args[0]) };
    let described = vm.linking().described(code);
    let (path, names) = match described {
        Described::Anonymous(names) => (":anonymous".into(), names),
        Described::Definition(name) => {
            // The signature of a form of the language is its grammar, not that of the function.
            let kind = ask(vm, Question::Kind, &name);
            let is_form = kind.is_some_and(|kind| kind.as_keyword() == Some(":special-form"));
            match ask(vm, Question::Signature, &name).filter(|_| !is_form) {
                Some(signature) => return Ok(make_holon(signature)),
                None => (name, Vec::new()),
            }
        }
    };
    let linking = vm.linking();
    let type_form = |ty| match linking.program().compiler() {
        Some(compiler) => compiler.type_form(ty),
        None => Syntax::keyword(":_"),
    };
    let mut parts = vec![Syntax::keyword(path)];
    let (params, ret) = desc.parts.split_at(desc.parts.len() - 1);
    for (index, param) in params.iter().enumerate() {
        let name = match names.get(index).filter(|name| !name.is_empty()) {
            Some(name) => Syntax::symbol(name.clone()),
            None => Syntax::symbol(format!("_a{index}")),
        };
        parts.push(Syntax::list([name, type_form(&param.ty)]));
    }
    parts.push(Syntax::symbol("->"));
    parts.extend(ret.iter().map(|ret| type_form(&ret.ty)));
    Ok(make_holon(Syntax::list(parts)))
}
