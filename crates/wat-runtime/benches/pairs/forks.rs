//! Children of the kernel, beside bare ones of the same process.

use wat_kernel::{Exit, Fork};

use super::{Cost, timed};
use crate::Table;

pub fn forks(table: &Table) {
    // As whoever hosts programs.
    wat_kernel::process::start().expect("a warden");
    for (megabytes, count) in [(0, 200), (64, 100), (256, 50)] {
        let name = format!("fork, end, wait; {megabytes} MiB");
        if !table.wants(&name) {
            continue;
        }
        // Memory that the child inherits.
        let mut held = vec![0u8; megabytes << 20];
        held.iter_mut().step_by(4096).for_each(|byte| *byte = 1);
        table.pair(&name, "≤ 2", count, &mut ours, &mut theirs);
        std::hint::black_box(&held);
    }
}

fn ours(count: usize) -> Cost {
    timed(count, || {
        for _ in 0..count {
            let forked = Fork::new().run(|_| 0).expect("a child");
            assert_eq!(forked.child.wait().expect("it ends"), Exit::Code(0));
        }
    })
}

fn theirs(count: usize) -> Cost {
    timed(count, || {
        for _ in 0..count {
            // SAFETY: the child makes one call, which is async-signal-safe; the parent waits for its own child.
            unsafe {
                let pid = libc::fork();
                if pid == 0 {
                    libc::_exit(0);
                }
                let mut status = 0;
                assert_eq!(libc::waitpid(pid, &raw mut status, 0), pid);
            }
        }
    })
}
