//! Failing on purpose, and looking at deaths.

use super::context::{Context, KernelFn};
use wat_edn::Layout;
use wat_value::{Death, Desc, Instance, Repr, Slot, Trap, make_string, render, scalar, text};

type Run = Result<Slot, Box<Trap>>;

pub(super) const VERBS: &[(&str, &str, KernelFn)] = &[
    (":wat::kernel::raise!", "b", raise),
    (":wat::kernel::__internal/expect-died", "bb", expect_died),
    (":wat::kernel::ThreadDiedError/message", "b", message),
    (":wat::kernel::ProcessDiedError/message", "b", message),
    (
        ":wat::kernel::ThreadDiedError/to-failure",
        "b",
        thread_failure,
    ),
    (
        ":wat::kernel::ProcessDiedError/to-failure",
        "b",
        process_failure,
    ),
];

unsafe fn raise(_: &mut Context<'_>, _: &Instance, args: &[Slot]) -> Run {
    // SAFETY: the caller of a native says that its arguments are live values of the declared types.
    let data = unsafe { render(scalar(Repr::Holon), args[0], Layout::Compact) };
    Err(Trap::panic(8517, data))
}

/// What `expect` does with a chain of deaths.
unsafe fn expect_died(context: &mut Context<'_>, instance: &Instance, args: &[Slot]) -> Run {
    // SAFETY: as above.
    let (message, upstream) =
        unsafe { (text(args[0]), deaths(context, instance.types[1], args[1])) };
    Err(Trap::panic(8201, message).because(upstream))
}

/// # Safety
/// The slot holds a live vector of deaths.
unsafe fn deaths(context: &Context<'_>, desc: &'static Desc, slot: Slot) -> Vec<Death> {
    known(context, desc.parts[0]);
    // SAFETY: the caller says so.
    unsafe { Death::chain_from_slot(desc, slot) }
}

/// Looks the fields of a type of deaths up, and those of what it holds.
fn known(context: &Context<'_>, desc: &'static Desc) {
    context.with_shapes(|shapes| shapes.resolve(desc));
}

/// The death in an argument; the argument of these natives has no type parameter, so its type is looked up.
unsafe fn death(context: &Context<'_>, path: &str, slot: Slot) -> Result<Death, Box<Trap>> {
    let ty = wat_ir::Ty::Nominal(path.into(), [].into());
    let desc = context.with_shapes(|shapes| shapes.desc(&ty));
    let desc = desc.ok_or_else(|| Trap::panic(0, format!("internal error: no type `{path}`")))?;
    // SAFETY: the caller says that the slot holds such a value.
    Ok(unsafe { Death::from_slot(desc, slot) })
}

const THREAD: &str = ":wat::kernel::ThreadDiedError";
const PROCESS: &str = ":wat::kernel::ProcessDiedError";

unsafe fn message(context: &mut Context<'_>, _: &Instance, args: &[Slot]) -> Run {
    // The variants of a thread's death come first among those of a process's.
    // SAFETY: as above.
    let death = unsafe { death(context, PROCESS, args[0]) }?;
    Ok(make_string(&death.message()))
}

unsafe fn to_failure(
    context: &mut Context<'_>,
    path: &str,
    instance: &Instance,
    slot: Slot,
) -> Run {
    // SAFETY: the caller says so.
    let death = unsafe { death(context, path, slot) }?;
    let record = death.to_failure();
    Ok(context.with_shapes(|shapes| record.to_slot(instance.ret, shapes)))
}

unsafe fn thread_failure(context: &mut Context<'_>, instance: &Instance, args: &[Slot]) -> Run {
    // SAFETY: as above.
    unsafe { to_failure(context, THREAD, instance, args[0]) }
}

unsafe fn process_failure(context: &mut Context<'_>, instance: &Instance, args: &[Slot]) -> Run {
    // SAFETY: as above.
    unsafe { to_failure(context, PROCESS, instance, args[0]) }
}
