//! Timers: receivers that become ready with time.

use super::channels::{deadline, receive};
use super::context::{Context, KernelFn};
use super::endpoint::{Outcome, Receiver, Source, WaitsOn};
use super::turn::Turn;
use std::time::{Duration, Instant};
use wat_value::{Desc, Instance, Repr, Slot, Trap, make_opaque, make_variant, retain, scalar};

type Run = Result<Slot, Box<Trap>>;

pub(super) const VERBS: &[(&str, &str, KernelFn)] = &[
    (":wat::kernel::after", "bo", after),
    (":wat::kernel::every", "bo", every),
    (":wat::kernel::sleep", "b", sleep),
];

struct State {
    /// The value, until the timer is over.
    value: Option<Slot>,
    /// When it next gives it; `None` is beyond all times.
    due: Option<Instant>,
}

/// A value that comes once, or again and again.
struct Timer {
    item: &'static Desc,
    period: Option<Duration>,
    state: Turn<State>,
}

impl Timer {
    fn receiver(
        item: &'static Desc,
        value: Slot,
        delay: Slot,
        period: Option<Duration>,
    ) -> Receiver {
        Receiver::from(Box::new(Timer {
            item,
            period,
            state: Turn::new(State {
                value: Some(value),
                due: deadline(delay),
            }),
        }))
    }

    fn is_due(state: &State) -> bool {
        state.due.is_some_and(|due| due <= Instant::now())
    }
}

impl Source for Timer {
    fn take(&self, _: &mut Context<'_>, item: &'static Desc) -> Option<Outcome> {
        let mut state = self.state.take();
        let Some(value) = state.value else {
            return Some(Outcome::Closed);
        };
        if !Timer::is_due(&state) {
            return None;
        }
        match (self.period, state.due) {
            (Some(period), Some(due)) => {
                // Ticks that nobody has taken are one.
                let missed = due.elapsed().as_nanos() / period.as_nanos().max(1);
                let next = u64::try_from(period.as_nanos() * (missed + 1)).ok();
                state.due = next.and_then(|next| due.checked_add(Duration::from_nanos(next)));
                if item.is_pointer() {
                    // SAFETY: the timer holds a reference to its value.
                    unsafe { retain(value) };
                }
            }
            _ => state.value = None,
        }
        Some(Outcome::Value(value))
    }

    fn is_ready(&self) -> bool {
        let state = self.state.take();
        state.value.is_none() || Timer::is_due(&state)
    }

    fn is_closed(&self) -> bool {
        self.state.take().value.is_none()
    }

    fn drain(&self, context: &mut Context<'_>, item: &'static Desc) -> Vec<Slot> {
        match self.take(context, item) {
            Some(Outcome::Value(value)) => vec![value],
            _ => Vec::new(),
        }
    }

    fn close(&self, part: &mut dyn FnMut(&'static Desc, Slot)) {
        let value = self.state.take().value.take();
        if let Some(value) = value {
            part(self.item, value);
        }
    }

    fn waits_on(&self) -> WaitsOn {
        match self.state.take().due {
            Some(due) => WaitsOn::Time(due),
            None => WaitsOn::Bell,
        }
    }
}

unsafe fn after(_: &mut Context<'_>, instance: &Instance, args: &[Slot]) -> Run {
    let receiver = Timer::receiver(instance.types[0], args[1], args[0], None);
    Ok(make_opaque(instance.ret, Box::new(receiver)))
}

unsafe fn every(_: &mut Context<'_>, instance: &Instance, args: &[Slot]) -> Run {
    let item = instance.types[0];
    if args[0] == 0 {
        if item.is_pointer() {
            // SAFETY: the native owns its second argument.
            unsafe { wat_value::release(args[1]) };
        }
        return Err(Trap::error(8520, "a period of 0 would tick without end"));
    }
    let period = Some(Duration::from_nanos(args[0]));
    let receiver = Timer::receiver(item, args[1], args[0], period);
    Ok(make_opaque(instance.ret, Box::new(receiver)))
}

unsafe fn sleep(context: &mut Context<'_>, instance: &Instance, args: &[Slot]) -> Run {
    let nil = scalar(Repr::Nil);
    let timer = Timer::receiver(nil, 0, args[0], None);
    Ok(match receive(context, &timer, nil, None)? {
        Some(Outcome::Dead(chain)) => context.died(instance.ret, &chain),
        _ => make_variant(instance.ret, 0, &[0]),
    })
}
