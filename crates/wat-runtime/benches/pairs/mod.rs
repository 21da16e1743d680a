//! The pairs, by what they use.

mod forks;
pub(crate) mod memory;
mod pipes;
mod rings;

pub use forks::forks;
pub use memory::memory;
pub use pipes::pipes;
pub use rings::rings;

use std::time::{Duration, Instant};

/// What one piece of work took, in nanoseconds.
#[derive(Clone, Copy)]
pub struct Cost {
    /// By the clock on the wall.
    pub wall: f64,
    /// Of processors, by all threads of this process and the children that it has waited for.
    pub cpu: f64,
}

/// The cost of one of `count` pieces of work.
pub fn timed(count: usize, work: impl FnOnce()) -> Cost {
    let (began, used) = (Instant::now(), used());
    work();
    let each = |spent: Duration| spent.as_nanos() as f64 / count as f64;
    Cost {
        wall: each(began.elapsed()),
        cpu: each(self::used() - used),
    }
}

/// The time of processors that was used so far.
fn used() -> Duration {
    let time =
        |spent: libc::timeval| Duration::new(spent.tv_sec as u64, spent.tv_usec as u32 * 1000);
    let of = |whom| {
        // SAFETY: the structure is plain numbers and valid for the call.
        let usage = unsafe {
            let mut usage: libc::rusage = std::mem::zeroed();
            libc::getrusage(whom, &raw mut usage);
            usage
        };
        time(usage.ru_utime) + time(usage.ru_stime)
    };
    of(libc::RUSAGE_SELF) + of(libc::RUSAGE_CHILDREN)
}
