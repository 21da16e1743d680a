//! What it costs to make a wait set of another capacity.

use wat_kernel::WaitSet;

use super::timed;
use crate::Table;

pub fn rings(table: &Table) {
    for capacity in [2, 4, 16, 64, 256, 1024, 4096] {
        table.alone(
            &format!("ring rebuild, capacity {capacity}"),
            200,
            &mut |count| {
                timed(count, || {
                    (0..count).for_each(|_| drop(WaitSet::new(capacity)))
                })
            },
        );
    }
    table.alone("poll set rebuild, capacity 1024", 200, &mut |count| {
        timed(count, || {
            (0..count).for_each(|_| drop(WaitSet::polling(1024)))
        })
    });
}
