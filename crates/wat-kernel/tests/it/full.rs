//! The numbers of the reference (05 §21), where they are asked for: they take long, and limits of time hold on an idle
//! machine alone (`benches/kernel-full`).

use std::time::Duration;

/// Whether the numbers of the reference are asked for.
pub fn is_asked() -> bool {
    std::env::var_os("WAT_FULL_NUMBERS").is_some()
}

/// How many: `many` is the number of the reference.
pub fn numbers(few: usize, many: usize) -> usize {
    if is_asked() { many } else { few }
}

/// How long something may take: what keeps a hang from lasting, or the time of the reference.
pub fn limit(patience: u64, millis: u64) -> Duration {
    match is_asked() {
        true => Duration::from_millis(millis),
        false => Duration::from_secs(patience),
    }
}
