//! Natives that turn data into functions.

use crate::compile::Linker;
use crate::compiler::{Data, Reduced, Refusal};
use crate::evaluate::{failed, refusing, succeeding};
use crate::vm::Vm;
use crate::world::{EvaluatedKey, compile_trap};
use wat_value::syntax::Syntax;
use wat_value::{
    Instance, Slot, Trap, form as form_of, make_form, make_holon, make_string, make_variant,
    text as text_of, vector,
};

/// The function of a form.
pub(super) unsafe fn form(
    vm: &mut Vm,
    instance: &Instance,
    args: &[Slot],
) -> Result<Slot, Box<Trap>> {
    // SAFETY: the caller of a native says that its arguments are live values of the declared types.
    evaluator(vm, instance, Data::Form(unsafe { form_of(args[0]) }))
}

/// The function of a text.
pub(super) unsafe fn text(
    vm: &mut Vm,
    instance: &Instance,
    args: &[Slot],
) -> Result<Slot, Box<Trap>> {
    // SAFETY: as above.
    evaluator(vm, instance, Data::Text(unsafe { text_of(args[0]) }))
}

/// Equal data that is wanted at one type is compiled once.
fn evaluator(vm: &mut Vm, instance: &Instance, data: Data<'_>) -> Result<Slot, Box<Trap>> {
    // The result of the native is a function without parameters.
    let outcome = instance.ret.parts[0];
    let bytes = match data {
        Data::Form(form) => form.to_bytes().unwrap_or_default(),
        Data::Text(text) => text.as_bytes().to_vec(),
    };
    let key = EvaluatedKey {
        bytes: bytes.into(),
        is_text: matches!(data, Data::Text(_)),
        outcome: std::ptr::from_ref(outcome).addr(),
    };
    let mut linking = vm.linking();
    let index = match linking.link.evaluated.get(&key) {
        Some(&index) => index,
        None => {
            // The layout of failures is needed when one is made.
            linking
                .closed(&outcome.parts[1].ty)
                .map_err(|error| compile_trap(":eval::form", &error))?;
            let compiled = match linking.program().compiler() {
                Some(compiler) => compiler.compile(data, &outcome.parts[0].ty),
                None => Err(no_analysis()),
            };
            let index = match compiled {
                Ok(function) => linking.add_guarded(succeeding(function, outcome), outcome),
                Err(refusal) => linking.add_function(refusing(&refusal, outcome)),
            };
            linking.link.evaluated.insert(key, index);
            index
        }
    };
    // A function without captures is a constant: callees do not count it.
    let constant = linking.constant_closure(instance.ret, index);
    // SAFETY: the index was just handed out.
    Ok(unsafe { *linking.world.constants.get(constant as usize) })
}

/// A form whose head is no macro any more.
pub(super) unsafe fn expand_all(
    vm: &mut Vm,
    _: &Instance,
    args: &[Slot],
) -> Result<Slot, Box<Trap>> {
    // SAFETY: as above.
    expand(vm, unsafe { form_of(args[0]) }, false)
}

/// A form that was expanded once.
pub(super) unsafe fn expand_once(
    vm: &mut Vm,
    _: &Instance,
    args: &[Slot],
) -> Result<Slot, Box<Trap>> {
    // SAFETY: as above.
    expand(vm, unsafe { form_of(args[0]) }, true)
}

fn expand(vm: &Vm, form: &Syntax, once: bool) -> Result<Slot, Box<Trap>> {
    let linking = vm.linking();
    let expanded = match linking.program().compiler() {
        Some(compiler) => compiler.expand(form, once),
        None => Ok(form.clone()),
    };
    match expanded {
        Ok(form) => Ok(make_form(form)),
        Err(message) => Err(Trap::panic(2408, message)),
    }
}

/// One reduction of a form.
pub(super) unsafe fn step(
    vm: &mut Vm,
    instance: &Instance,
    args: &[Slot],
) -> Result<Slot, Box<Trap>> {
    // SAFETY: as above.
    let form = unsafe { form_of(args[0]) };
    let outcome = instance.ret;
    let reduced = match vm.linking().program().compiler() {
        Some(compiler) => compiler.step(form),
        None => Err(no_analysis()),
    };
    Ok(match reduced {
        Err(refusal) => failed(outcome, refusal.kind, &refusal.message),
        Ok(reduced) => {
            let (variant, value) = match reduced {
                Reduced::Next(form) => (0, make_form(form)),
                Reduced::Terminal(form) => (1, make_holon(form)),
                Reduced::Already(form) => (2, make_holon(form)),
            };
            let step = make_variant(outcome.variants()[0].fields[0], variant, &[value]);
            make_variant(outcome, 0, &[step])
        }
    })
}

/// A source text that was verified.
pub(super) unsafe fn verified(
    vm: &mut Vm,
    instance: &Instance,
    args: &[Slot],
) -> Result<Slot, Box<Trap>> {
    // SAFETY: as above.
    let (source, algorithm) = unsafe { (text_of(args[0]), text_of(args[1])) };
    // SAFETY: as above.
    let payloads = unsafe { vector::iter(args[2]).map(|payload| text_of(payload).to_owned()) };
    let payloads: Vec<String> = payloads.collect();
    let verified = match vm.linking().program().compiler() {
        Some(compiler) => compiler.verify(source, algorithm, &payloads),
        None => Err(no_analysis()),
    };
    Ok(match verified {
        Ok(()) => make_variant(instance.ret, 0, &[make_string(source)]),
        Err(refusal) => failed(instance.ret, refusal.kind, &refusal.message),
    })
}

fn no_analysis() -> Refusal {
    Refusal {
        kind: "runtime-error",
        message: "this program cannot evaluate data: it runs without its analysis".to_owned(),
    }
}
