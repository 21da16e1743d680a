//! `select`: waiting for several receivers, with a wait set whose capacity follows from their number.

use super::channels::{deadline, receiver, result, take};
use super::context::{Context, Descriptors, KernelFn, Waited};
use super::endpoint::{Outcome, Receiver, alone};
use super::turn::Backoff;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Instant;
use wat_value::{Death, Desc, Instance, Slot, Trap, make_string, make_variant, vector};

type Run = Result<Slot, Box<Trap>>;

pub(super) const VERBS: &[(&str, &str, KernelFn)] = &[
    (":wat::kernel::select", "b", select),
    (":wat::kernel::select-within", "bb", select_within),
    (":wat::kernel::select-stats", "", stats),
];

/// More arms than this have no capacity.
const MAX_ARMS: usize = 32_767;

/// The wait set of a thread, and what it did.
#[derive(Default)]
pub(crate) struct Selector {
    set: Option<Descriptors>,
    need: usize,
    capacity: usize,
    entries: i64,
    rebuilds: i64,
    grows: i64,
    shrinks: i64,
}

impl Selector {
    /// Makes the capacity the least power of two above the number of arms: one place is for the end of the program.
    fn enter(&mut self, need: usize, context: &Context<'_>) {
        let capacity = (need + 1).next_power_of_two();
        self.need = need;
        self.entries += 1;
        if self.capacity == capacity {
            return;
        }
        self.rebuilds += 1;
        if self.capacity != 0 {
            self.grows += i64::from(capacity > self.capacity);
            self.shrinks += i64::from(capacity < self.capacity);
        }
        // The old set goes before the new one comes.
        self.set = None;
        self.set = context
            .kernel()
            .waiting()
            .map(|w| Descriptors::new(w.wait_set(capacity)));
        self.capacity = self.set.as_ref().map_or(capacity, |all| all.set.capacity());
    }

    /// Closes the wait set; the next select makes one.
    pub fn rest(&mut self) {
        self.set = None;
        self.capacity = 0;
    }
}

/// The receivers of a vector.
fn arms<'a>(slot: Slot) -> Result<Vec<&'a Receiver>, Box<Trap>> {
    // SAFETY: the argument is a live vector of receivers, which outlives the call.
    let found: Result<Vec<_>, _> = unsafe { vector::iter(slot) }.map(receiver).collect();
    let found = found?;
    match found.len() {
        0 => Err(Trap::error(
            8501,
            "a `select` without receivers would wait for ever",
        )),
        many if many > MAX_ARMS => Err(Trap::error(
            8526,
            format!("a `select` takes at most {MAX_ARMS} receivers, and these are {many}"),
        )),
        _ => Ok(found),
    }
}

/// The index of the arm that was ready, or -1, and its outcome; `None` if the time is up.
pub(crate) fn choose(
    context: &mut Context<'_>,
    arms: &[&Receiver],
    item: &'static Desc,
    until: Option<Instant>,
) -> Result<Option<(i64, Outcome)>, Box<Trap>> {
    let mut selector = std::mem::take(&mut context.vm().selector);
    selector.enter(arms.len(), context);
    let chosen = wait(context, arms, item, until, &mut selector);
    context.vm().selector = selector;
    chosen
}

/// Uses those receivers that allow one user at a time.
struct Uses<'a> {
    arms: &'a [&'a Receiver],
    /// The indices of those that occur a second time, or whose source does.
    again: Vec<usize>,
}

impl<'a> Uses<'a> {
    fn begin(arms: &'a [&'a Receiver]) -> Result<Uses<'a>, Box<Trap>> {
        let mut uses = Uses {
            arms: &arms[..0],
            again: Vec::new(),
        };
        for (index, arm) in arms.iter().enumerate() {
            if let Err(busy) = arm.begin() {
                // This call itself may be the user.
                if !arms[..index].iter().any(|other| other.shares_source(arm)) {
                    return Err(busy);
                }
                uses.again.push(index);
            }
            uses.arms = &arms[..=index];
        }
        Ok(uses)
    }
}

impl Drop for Uses<'_> {
    fn drop(&mut self) {
        for (index, arm) in self.arms.iter().enumerate() {
            if !self.again.contains(&index) {
                arm.finish();
            }
        }
    }
}

/// The ready arm that was served longest ago, of equals the first.
fn least_served(arms: &[&Receiver]) -> Option<usize> {
    let ready = arms.iter().enumerate().filter(|(_, arm)| arm.is_ready());
    let least = ready.min_by_key(|(_, arm)| arm.served.load(Relaxed));
    least.map(|(index, _)| index)
}

/// Does one of the arms that would go before the first ready one have a descriptor that knows better? None of them is
/// ready as far as is known without looking there.
fn is_hidden(arms: &[&Receiver], first: usize) -> bool {
    let turn = |index: usize| (arms[index].served.load(Relaxed), index);
    let limit = turn(first);
    (0..arms.len()).any(|index| turn(index) < limit && arms[index].may_be_readable())
}

/// When they were served last, and their indices.
fn ready_arms(arms: &[&Receiver]) -> Vec<(u64, usize)> {
    arms.iter()
        .enumerate()
        .filter(|(_, arm)| arm.is_ready())
        .map(|(index, arm)| (arm.served.load(Relaxed), index))
        .collect()
}

/// Takes what there is to receive from an arm.
fn serve(
    context: &mut Context<'_>,
    arms: &[&Receiver],
    item: &'static Desc,
    index: usize,
) -> Option<(i64, Outcome)> {
    let outcome = take(context, arms[index], item)?;
    arms[index].served.store(context.kernel().serve(), Relaxed);
    Some((index as i64, outcome))
}

fn wait(
    context: &mut Context<'_>,
    arms: &[&Receiver],
    item: &'static Desc,
    until: Option<Instant>,
    selector: &mut Selector,
) -> Result<Option<(i64, Outcome)>, Box<Trap>> {
    let _uses = Uses::begin(arms)?;
    let stopped = || Some((-1, Outcome::Dead(alone(Death::Shutdown))));
    let is_among_threads = arms.iter().all(|arm| !arm.is_exclusive());
    loop {
        if context.kernel().is_stopping() {
            return Ok(stopped());
        }
        let mut first = least_served(arms);
        if first.is_none() && is_among_threads {
            // Another thread often sends at once.
            Backoff::until_or_yield(|| arms.iter().any(|arm| arm.seems_ready()));
            first = least_served(arms);
        }
        if let (Some(known), Some(all)) = (first, &mut selector.set)
            && !is_among_threads
            && is_hidden(arms, known)
        {
            context.look(arms, all)?;
            first = least_served(arms);
        }
        if let Some(first) = first {
            if let Some(chosen) = serve(context, arms, item, first) {
                return Ok(Some(chosen));
            }
            // Another thread was faster.
            let mut ready = ready_arms(arms);
            ready.sort_unstable();
            for (_, index) in ready {
                if let Some(chosen) = serve(context, arms, item, index) {
                    return Ok(Some(chosen));
                }
            }
        }
        match context.wait_for(arms, until, selector.set.as_mut())? {
            Waited::Ready => {}
            Waited::Late => return Ok(None),
            Waited::Stopping => return Ok(stopped()),
        }
    }
}

/// A choice as a value of `Chosen<T>`.
fn chosen(context: &Context<'_>, ret: &'static Desc, (index, outcome): (i64, Outcome)) -> Slot {
    let result = result(context, ret.parts[1], outcome);
    make_variant(ret, 0, &[index as Slot, result])
}

unsafe fn select(context: &mut Context<'_>, instance: &Instance, args: &[Slot]) -> Run {
    let arms = arms(args[0])?;
    let choice = choose(context, &arms, instance.types[0], None)?;
    let choice = choice.unwrap_or((-1, Outcome::Closed));
    Ok(chosen(context, instance.ret, choice))
}

unsafe fn select_within(context: &mut Context<'_>, instance: &Instance, args: &[Slot]) -> Run {
    let until = deadline(args[1]);
    let arms = arms(args[0])?;
    Ok(match choose(context, &arms, instance.types[0], until)? {
        Some(choice) => {
            let choice = chosen(context, instance.ret.parts[0], choice);
            make_variant(instance.ret, 1, &[choice])
        }
        None => make_variant(instance.ret, 0, &[]),
    })
}

unsafe fn stats(context: &mut Context<'_>, instance: &Instance, _: &[Slot]) -> Run {
    context.with_shapes(|shapes| shapes.resolve(instance.ret));
    let selector = &context.vm().selector;
    let backend = selector
        .set
        .as_ref()
        .map_or("none", |all| all.set.backend());
    let fields = [
        make_string(backend),
        selector.need as Slot,
        selector.capacity as Slot,
        selector.entries as Slot,
        selector.rebuilds as Slot,
        selector.grows as Slot,
        selector.shrinks as Slot,
    ];
    Ok(make_variant(instance.ret, 0, &fields))
}
