//! What a program asks the world around it: the clock, randomness, the environment.

use crate::Host;
use std::io;
use wat_value::{
    Instance, Slot, Trap, make_instant, make_string, make_uuid, make_variant, text, vector,
    with_version,
};

type Outcome = Result<Slot, Box<Trap>>;

pub(super) unsafe fn now(host: &mut dyn Host, instance: &Instance, _: &[Slot]) -> Outcome {
    Ok(make_instant(instance.ret, host.now()))
}

#[cold]
fn no_entropy(error: &io::Error) -> Box<Trap> {
    Trap::error(
        8415,
        format!("the operating system gives no random bytes: {error}"),
    )
}

pub(super) unsafe fn entropy(host: &mut dyn Host, _: &Instance, _: &[Slot]) -> Outcome {
    let mut bytes = [0; 8];
    host.entropy(&mut bytes)
        .map_err(|error| no_entropy(&error))?;
    Ok(u64::from_le_bytes(bytes))
}

pub(super) unsafe fn random_uuid(host: &mut dyn Host, instance: &Instance, _: &[Slot]) -> Outcome {
    let mut bytes = [0; 16];
    host.entropy(&mut bytes)
        .map_err(|error| no_entropy(&error))?;
    Ok(make_uuid(instance.ret, with_version(bytes, 4)))
}

pub(super) unsafe fn env(host: &mut dyn Host, instance: &Instance, args: &[Slot]) -> Outcome {
    // SAFETY: the caller of a native says that its arguments are live values of the declared types.
    let value = host.env(unsafe { text(args[0]) });
    Ok(match value {
        Some(value) => make_variant(instance.ret, 1, &[make_string(&value)]),
        None => make_variant(instance.ret, 0, &[]),
    })
}

pub(super) unsafe fn argv(host: &mut dyn Host, instance: &Instance, _: &[Slot]) -> Outcome {
    let arguments: Vec<Slot> = host
        .arguments()
        .iter()
        .map(|text| make_string(text))
        .collect();
    Ok(vector::from_slots(instance.ret, &arguments))
}
