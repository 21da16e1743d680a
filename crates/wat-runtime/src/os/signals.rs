//! What signals have arrived (05 §15.1).

use crate::kernel::{Context, KernelFn};
use wat_kernel::process::{UserSignal, is_stopping};
use wat_value::{Instance, Slot, Trap};

type Run = Result<Slot, Box<Trap>>;

pub(super) const VERBS: &[(&str, &str, KernelFn)] = &[
    (":wat::kernel::stopped?", "", stopped),
    (":wat::kernel::sigusr1?", "", usr1),
    (":wat::kernel::sigusr2?", "", usr2),
    (":wat::kernel::sighup?", "", hup),
    (":wat::kernel::reset-sigusr1!", "", reset_usr1),
    (":wat::kernel::reset-sigusr2!", "", reset_usr2),
    (":wat::kernel::reset-sighup!", "", reset_hup),
];

unsafe fn stopped(_: &mut Context<'_>, _: &Instance, _: &[Slot]) -> Run {
    Ok(Slot::from(is_stopping()))
}

unsafe fn usr1(_: &mut Context<'_>, _: &Instance, _: &[Slot]) -> Run {
    Ok(Slot::from(UserSignal::Usr1.arrived()))
}

unsafe fn usr2(_: &mut Context<'_>, _: &Instance, _: &[Slot]) -> Run {
    Ok(Slot::from(UserSignal::Usr2.arrived()))
}

unsafe fn hup(_: &mut Context<'_>, _: &Instance, _: &[Slot]) -> Run {
    Ok(Slot::from(UserSignal::Hup.arrived()))
}

unsafe fn reset_usr1(_: &mut Context<'_>, _: &Instance, _: &[Slot]) -> Run {
    UserSignal::Usr1.reset();
    Ok(0)
}

unsafe fn reset_usr2(_: &mut Context<'_>, _: &Instance, _: &[Slot]) -> Run {
    UserSignal::Usr2.reset();
    Ok(0)
}

unsafe fn reset_hup(_: &mut Context<'_>, _: &Instance, _: &[Slot]) -> Run {
    UserSignal::Hup.reset();
    Ok(0)
}
