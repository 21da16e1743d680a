//! The natives that the library declares and this machine does not have yet. The list only shrinks: a test fails when
//! a name on it is implemented, or is declared no more, and when a declared native is neither here nor implemented.
//! The forms of the kernel that no signature describes stand here under their own paths.

/// Sorted.
pub(crate) const PENDING: &[&str] = &[
    ":wat::kernel::Process/drain-and-join",
    ":wat::kernel::Process/exited",
    ":wat::kernel::Process/join-result",
    ":wat::kernel::Process/kill",
    ":wat::kernel::Process/println",
    ":wat::kernel::Process/readln",
    ":wat::kernel::Process/terminate",
    ":wat::kernel::__internal/drop-child-handle",
    ":wat::kernel::__internal/drop-forked-child",
    ":wat::kernel::__internal/drop-process",
    ":wat::kernel::extract-panics",
    ":wat::kernel::fork-program",
    ":wat::kernel::fork-program-ast",
    ":wat::kernel::fork-with-forms",
    ":wat::kernel::reset-sighup!",
    ":wat::kernel::reset-sigusr1!",
    ":wat::kernel::reset-sigusr2!",
    ":wat::kernel::run-hermetic-ast",
    ":wat::kernel::run-processes",
    ":wat::kernel::run-processes-results",
    ":wat::kernel::run-sandboxed",
    ":wat::kernel::run-sandboxed-ast",
    ":wat::kernel::run-sandboxed-hermetic-ast",
    ":wat::kernel::sighup?",
    ":wat::kernel::sigusr1?",
    ":wat::kernel::sigusr2?",
    ":wat::kernel::spawn-process",
    ":wat::kernel::spawn-program",
    ":wat::kernel::spawn-program-ast",
    ":wat::kernel::stopped?",
    ":wat::kernel::wait-child",
    ":wat::test::run-hermetic-ast",
];
