//! The system calls of a child before it is a process of its own, each with the reason why it may be made there.
//!
//! One table: a test compares the sources of the branch with it, the documentation repeats it, tests run the branch
//! behind a filter that lets nothing else through, and what the system is asked for on the real path is compared too.

use libc::c_long;

/// A system call that a child makes between `fork` and the beginning of its runtime.
#[derive(Clone, Copy, Debug)]
pub struct BranchCall {
    /// Its name in the system.
    pub name: &'static str,
    /// The functions of the C library by which the branch makes it. None: the C library makes it, inside of `fork`.
    pub functions: &'static [&'static str],
    /// Why it is made.
    pub why: &'static str,
    number: c_long,
    /// It is permitted with this first argument alone.
    first: Option<u32>,
}

impl BranchCall {
    const fn new(
        name: &'static str,
        number: c_long,
        functions: &'static [&'static str],
        why: &'static str,
    ) -> BranchCall {
        BranchCall {
            name,
            functions,
            why,
            number,
            first: None,
        }
    }

    /// Its number on this machine.
    pub fn number(&self) -> c_long {
        self.number
    }

    /// The first argument that it must have, if not every one is permitted.
    pub fn first(&self) -> Option<u32> {
        self.first
    }
}

#[cfg(target_arch = "x86_64")]
const DUP: (&str, c_long) = ("dup2", libc::SYS_dup2);
#[cfg(not(target_arch = "x86_64"))]
const DUP: (&str, c_long) = ("dup3", libc::SYS_dup3);

const CALLS: [BranchCall; 13] = [
    BranchCall::new(
        "set_robust_list",
        libc::SYS_set_robust_list,
        &[],
        "the only thread of the child tells where its list of robust locks is",
    ),
    BranchCall::new(
        "rt_sigprocmask",
        libc::SYS_rt_sigprocmask,
        &[],
        "newer C libraries block signals inside of `fork`, and put back what was blocked before: all of them",
    ),
    BranchCall::new(
        "setpgid",
        libc::SYS_setpgid,
        &["setpgid"],
        "the child leads a group, whichever of parent and child comes first",
    ),
    BranchCall {
        first: Some(libc::PR_SET_PDEATHSIG as u32),
        ..BranchCall::new(
            "prctl",
            libc::SYS_prctl,
            &["prctl"],
            "the child of a nursery is killed with the thread that forked it; only `PR_SET_PDEATHSIG`",
        )
    },
    BranchCall::new(
        "getppid",
        libc::SYS_getppid,
        &["getppid"],
        "that thread may have ended before the call above",
    ),
    BranchCall::new(
        "rt_sigaction",
        libc::SYS_rt_sigaction,
        &["sigaction"],
        "no handler of the parent may run; writing to a pipe without reader is an error like others",
    ),
    BranchCall::new(
        "prlimit64",
        libc::SYS_prlimit64,
        &["setrlimit", "getrlimit"],
        "limits of the child of a nursery; how many descriptors there can be",
    ),
    BranchCall::new(
        DUP.0,
        DUP.1,
        &["dup2"],
        "its ends of the pipes become the standard streams",
    ),
    BranchCall::new(
        "close_range",
        libc::SYS_close_range,
        &["close_range"],
        "what is not handed over is closed, between the numbers that are",
    ),
    BranchCall::new(
        "openat",
        libc::SYS_openat,
        &["open"],
        "the list of open descriptors, where ranges cannot be closed",
    ),
    BranchCall::new(
        "getdents64",
        libc::SYS_getdents64,
        &["getdents64"],
        "the numbers in that list, into a buffer on the stack",
    ),
    BranchCall::new(
        "close",
        libc::SYS_close,
        &["close"],
        "the list, and what it names; every number where nothing lists them",
    ),
    BranchCall::new(
        "exit_group",
        libc::SYS_exit_group,
        &["_exit"],
        "the standard streams cannot be placed, or the parent is gone: there is no child",
    ),
];

/// Every such call, in about the order in which they are made.
pub fn branch_calls() -> &'static [BranchCall] {
    &CALLS
}
