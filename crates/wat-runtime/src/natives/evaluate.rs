//! Natives that turn data into functions.

use crate::compile::Linker;
use crate::compiler::{Data, Refusal};
use crate::evaluate::{refusing, succeeding};
use crate::vm::Vm;
use crate::world::{EvaluatedKey, compile_trap};
use wat_value::syntax::Syntax;
use wat_value::{Instance, Slot, Trap, form as form_of, make_form, text as text_of};

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
                None => Err(Refusal {
                    kind: "runtime-error",
                    message: "this program cannot evaluate data: it runs without its analysis"
                        .to_owned(),
                }),
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
