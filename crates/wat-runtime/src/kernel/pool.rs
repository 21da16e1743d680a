//! Pools of handles that are claimed one by one.

use super::context::{Context, KernelFn};
use super::turn::Turn;
use crate::stream::inherited;
use std::collections::VecDeque;
use wat_kernel::Generation;
use wat_value::{
    Desc, Instance, Opaque, Slot, Trap, counted, make_opaque, opaque, release, retain, text, vector,
};

type Run = Result<Slot, Box<Trap>>;

pub(super) const VERBS: &[(&str, &str, KernelFn)] = &[
    (":wat::kernel::HandlePool::new", "bo", new),
    (":wat::kernel::HandlePool::pop", "b", pop),
    (":wat::kernel::HandlePool::finish", "b", finish),
];

struct Pool {
    name: String,
    item: &'static Desc,
    handles: Turn<VecDeque<Slot>>,
    made: Generation,
}

impl Opaque for Pool {
    fn release(self: Box<Self>, part: &mut dyn FnMut(&'static Desc, Slot)) {
        if !self.made.is_current() {
            // What it holds is the parent's, and another thread of it may have had the turn for ever here.
            std::mem::forget(self);
            return;
        }
        let handles = std::mem::take(&mut *self.handles.take());
        handles.into_iter().for_each(|slot| part(self.item, slot));
    }
}

unsafe fn new(_: &mut Context<'_>, instance: &Instance, args: &[Slot]) -> Run {
    let item = instance.types[0];
    // SAFETY: the caller of a native says that its arguments are live values of the declared types; the second one is
    // ours, and its elements are counted before it goes.
    unsafe {
        let handles: VecDeque<Slot> = vector::iter(args[1]).collect();
        if item.is_pointer() {
            handles.iter().for_each(|slot| retain(*slot));
        }
        release(args[1]);
        let pool = Pool {
            name: text(args[0]).to_owned(),
            item,
            handles: Turn::new(handles),
            made: Generation::current(),
        };
        Ok(make_opaque(instance.ret, Box::new(pool)))
    }
}

fn pool<'p>(slot: Slot) -> Result<&'p Pool, Box<Trap>> {
    // SAFETY: the argument is a live pool, and outlives the call.
    match unsafe { opaque::<Pool>(slot) } {
        Some(pool) if pool.made.is_current() => Ok(pool),
        Some(_) => Err(inherited()),
        None => Err(Trap::panic(
            0,
            "internal error: this pool is something else",
        )),
    }
}

unsafe fn pop(_: &mut Context<'_>, _: &Instance, args: &[Slot]) -> Run {
    let pool = pool(args[0])?;
    let handle = pool.handles.take().pop_front();
    handle.ok_or_else(|| {
        Trap::error(
            8504,
            format!("the pool `{}` has no handle left to claim", pool.name),
        )
    })
}

unsafe fn finish(_: &mut Context<'_>, _: &Instance, args: &[Slot]) -> Run {
    let pool = pool(args[0])?;
    match pool.handles.take().len() {
        0 => Ok(0),
        left => Err(Trap::error(
            8505,
            format!(
                "nobody has claimed {} of the pool `{}`",
                counted(left, "handle"),
                pool.name
            ),
        )),
    }
}
