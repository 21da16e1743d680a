//! A build for tests: a child that may ask the system for nothing but what its branch is permitted, and that ends where
//! its runtime would begin.
//!
//! The parent writes the filter down before it forks. The child has it installed before anything else, runs the steps
//! of every child, and ends with [`ARRIVED`]; a call that is not permitted ends it by SIGSYS.

use libc::{c_long, sock_filter};

use super::branch;
use super::calls::branch_calls;

/// The status of a child that has come to its runtime.
const ARRIVED: i32 = 77;
/// The status of a child that no filter can be installed in.
const NOT_CONFINED: i32 = 78;
/// Set to `1` it confines every child of a process; set to `mistake` each of them makes a call that is not permitted.
const VARIABLE: &std::ffi::CStr = c"WAT_CONFINE_CHILDREN";
/// Steps of the longest filter.
const MOST_STEPS: usize = 64;

const LOAD: u16 = (libc::BPF_LD | libc::BPF_W | libc::BPF_ABS) as u16;
const EQUAL: u16 = (libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K) as u16;
const RETURN: u16 = (libc::BPF_RET | libc::BPF_K) as u16;
/// Where the number of the call and the lower half of its first argument stand.
const NUMBER: u32 = 0;
const FIRST: u32 = 16;

/// What is tried with the children of a process.
#[derive(Clone, Copy, Debug, Default)]
struct Trial {
    /// Calls of the table that the system does not know, as bits.
    missing: u32,
    /// Calls of the table that are not permitted after all, as bits.
    forbidden: u32,
    /// A call that the child makes beside those of its branch.
    mistake: Option<c_long>,
}

/// What is needed to confine one child.
#[derive(Clone, Copy, Debug)]
pub(super) struct Confinement {
    filter: [sock_filter; MOST_STEPS],
    length: u16,
    mistake: Option<c_long>,
}

/// What confines the children of this process, if anything does.
pub(super) fn wanted() -> Option<Confinement> {
    #[cfg(test)]
    if let Some(trial) = tests::tried() {
        return Some(trial.confinement());
    }
    Trial::wanted().map(Trial::confinement)
}

impl Trial {
    /// What the environment asks for. The variable is looked at without the lock of the standard library, which threads
    /// of a test may hold.
    fn wanted() -> Option<Trial> {
        // SAFETY: the name ends in a zero byte, and so does the value; nobody changes the environment of a process
        // that is tried like this.
        let value = unsafe {
            let value = libc::getenv(VARIABLE.as_ptr());
            (!value.is_null()).then(|| std::ffi::CStr::from_ptr(value))
        }?;
        Some(Trial {
            mistake: (value == c"mistake").then_some(libc::SYS_getpid),
            ..Trial::default()
        })
    }

    fn confinement(self) -> Confinement {
        let step = |code, k, no| sock_filter {
            code,
            jt: 0,
            jf: no,
            k,
        };
        let mut steps = vec![step(LOAD, NUMBER, 0)];
        for (at, call) in branch_calls().iter().enumerate() {
            let is = |bits: u32| bits & 1 << at != 0;
            // What the C library does inside of `fork` is done before the filter is there.
            if call.functions.is_empty() || is(self.forbidden) {
                continue;
            }
            let number = call.number() as u32;
            let verdict = match is(self.missing) {
                true => libc::SECCOMP_RET_ERRNO | libc::ENOSYS as u32,
                false => libc::SECCOMP_RET_ALLOW,
            };
            match call.first() {
                None => steps.extend([step(EQUAL, number, 1), step(RETURN, verdict, 0)]),
                Some(first) => steps.extend([
                    step(EQUAL, number, 4),
                    step(LOAD, FIRST, 0),
                    step(EQUAL, first, 1),
                    step(RETURN, verdict, 0),
                    step(RETURN, libc::SECCOMP_RET_KILL_PROCESS, 0),
                ]),
            }
        }
        steps.push(step(RETURN, libc::SECCOMP_RET_KILL_PROCESS, 0));
        let mut filter = [step(RETURN, libc::SECCOMP_RET_KILL_PROCESS, 0); MOST_STEPS];
        filter[..steps.len()].copy_from_slice(&steps);
        Confinement {
            filter,
            length: steps.len() as u16,
            mistake: self.mistake,
        }
    }
}

impl Confinement {
    /// The first that a child does.
    pub(super) fn begin(&self) {
        let program = libc::sock_fprog {
            len: self.length,
            filter: self.filter.as_ptr().cast_mut(),
        };
        // SAFETY: the program is valid for the call, which does not write to it; the mistake is one without effect.
        unsafe {
            let refused = libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
                | libc::prctl(
                    libc::PR_SET_SECCOMP,
                    libc::SECCOMP_MODE_FILTER,
                    &raw const program,
                );
            if refused != 0 {
                branch::end(NOT_CONFINED);
            }
            if let Some(number) = self.mistake {
                libc::syscall(number, -1, -1, -1, -1, -1, -1);
            }
        }
    }

    /// Here the runtime would begin.
    pub(super) fn arrived(&self) -> ! {
        branch::end(ARRIVED)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Fork, Nursery};
    use super::*;
    use crate::child::Exit;
    use crate::pipe;
    use std::cell::Cell;

    thread_local! {
        /// What is tried with the children of this thread.
        static TRIED: Cell<Option<Trial>> = const { Cell::new(None) };
    }

    pub(super) fn tried() -> Option<Trial> {
        TRIED.get()
    }

    const KILLED: Exit = Exit::Signal(libc::SIGSYS);

    /// How children end, one of each shape, while this is tried: with streams of their own, with what is handed to
    /// them, in the group and with the streams of their parent, and out of a nursery.
    fn ends(trial: Trial) -> [Exit; 4] {
        let unreached = |what: &str| panic!("{what} goes on");
        let (to, from) = pipe().unwrap();
        let nursery = Nursery::new(64, || {}).unwrap();
        TRIED.set(Some(trial));
        let own = Fork::new().run(|_| unreached("a child")).unwrap().child;
        let handed = Fork::new().keep(&from).keep(&to);
        let handed = handed.run(|_| unreached("a worker")).unwrap().child;
        let program = Fork::new().in_group();
        let program = program.run_inheriting(|_| unreached("a program")).unwrap();
        let nursed = nursery.fork(&to, [&to, &to], |_| unreached("a test"));
        let nursed = nursed.unwrap();
        TRIED.set(None);
        [own, handed, program, nursed].map(|child| child.wait().unwrap())
    }

    fn row(name: &str) -> u32 {
        let at = branch_calls().iter().position(|call| call.name == name);
        1 << at.unwrap()
    }

    /// Systems on which the branch goes other ways.
    fn systems() -> [Trial; 3] {
        let without = |missing| Trial {
            missing,
            ..Trial::default()
        };
        [
            without(0),
            without(row("close_range")),
            without(row("close_range") | row("openat")),
        ]
    }

    #[test]
    fn every_kind_of_child_comes_to_its_runtime_with_the_calls_of_the_table() {
        for trial in systems() {
            assert_eq!(ends(trial), [Exit::Code(ARRIVED); 4], "{trial:?}");
        }
    }

    #[test]
    fn every_call_of_the_table_is_made_somewhere() {
        for call in branch_calls() {
            if call.functions.is_empty() {
                continue;
            }
            let is_missed = systems().into_iter().any(|system| {
                let forbidden = row(call.name);
                ends(Trial {
                    forbidden,
                    ..system
                })
                .contains(&KILLED)
            });
            assert!(is_missed, "nobody needs `{}`", call.name);
        }
    }

    #[test]
    fn a_call_that_is_not_permitted_ends_the_child() {
        let forbidden = [
            libc::SYS_read,
            libc::SYS_write,
            libc::SYS_mmap,
            libc::SYS_munmap,
            libc::SYS_madvise,
            libc::SYS_brk,
            libc::SYS_futex,
            libc::SYS_clone,
            libc::SYS_eventfd2,
            libc::SYS_getpid,
            libc::SYS_gettid,
            libc::SYS_getrandom,
            libc::SYS_rt_sigprocmask,
            libc::SYS_clock_gettime,
            libc::SYS_kill,
            // It is permitted with another first argument.
            libc::SYS_prctl,
        ];
        for number in forbidden {
            let mistake = Some(number);
            let trial = Trial {
                mistake,
                ..Trial::default()
            };
            assert_eq!(ends(trial), [KILLED; 4], "call {number}");
        }
    }
}
