//! Worlds in which waiting works differently: with rings, without, and with rings that are refused now and then.

use std::io;
use std::os::unix::process::CommandExt;
use std::process::Command;

use super::super::support::{Dir, command};

/// What a system lets programs wait with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum World {
    /// Whatever the system has.
    Usual,
    /// Polling is forced.
    Forced,
    /// Making a ring is not permitted.
    Refused,
    /// There are no rings.
    Missing,
    /// There is no memory for rings of 8, so that some rebuilds poll and others do not.
    Scarce,
}

/// Every world.
pub const EVERY: [World; 5] = [
    World::Usual,
    World::Forced,
    World::Refused,
    World::Missing,
    World::Scarce,
];

impl World {
    /// Has the command run in this world.
    pub fn prepare(self, command: &mut Command) {
        let (errno, entries) = match self {
            World::Usual => return,
            World::Forced => {
                command.env("WAT_SELECT_BACKEND", "poll");
                return;
            }
            World::Refused => (libc::EPERM, None),
            World::Missing => (libc::ENOSYS, None),
            World::Scarce => (libc::ENOMEM, Some(8)),
        };
        // SAFETY: prctl is async-signal-safe, and the filter lives on the stack of the child.
        unsafe { command.pre_exec(move || refuse_rings(errno, entries)) };
    }
}

/// Has the system refuse rings with this error: all, or those with this many entries.
fn refuse_rings(errno: i32, entries: Option<u32>) -> io::Result<()> {
    const LOAD: u16 = (libc::BPF_LD | libc::BPF_W | libc::BPF_ABS) as u16;
    const EQUAL: u16 = (libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K) as u16;
    const RETURN: u16 = (libc::BPF_RET | libc::BPF_K) as u16;
    /// Where the number of the call and its first argument stand.
    const NUMBER: u32 = 0;
    const FIRST: u32 = 16;
    let step = |code, k, no| libc::sock_filter {
        code,
        jt: 0,
        jf: no,
        k,
    };
    let wanted = entries.unwrap_or(0);
    let mut filter = [
        step(LOAD, NUMBER, 0),
        step(EQUAL, libc::SYS_io_uring_setup as u32, 3),
        step(LOAD, FIRST, 0),
        // Where every ring is refused both ways lead to the same.
        step(EQUAL, wanted, u8::from(entries.is_some())),
        step(RETURN, libc::SECCOMP_RET_ERRNO | errno as u32, 0),
        step(RETURN, libc::SECCOMP_RET_ALLOW, 0),
    ];
    let program = libc::sock_fprog {
        len: filter.len() as u16,
        filter: filter.as_mut_ptr(),
    };
    // SAFETY: the program is valid for the call.
    let status = unsafe {
        libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
            | libc::prctl(
                libc::PR_SET_SECCOMP,
                libc::SECCOMP_MODE_FILTER,
                &raw const program,
            )
    };
    match status {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

/// What the doctor says of the way of waiting in a world.
fn diagnosis(world: World) -> (String, Option<String>) {
    let dir = Dir::new();
    let mut command = command(&dir);
    command.args(["doctor", "--format", "json"]);
    world.prepare(&mut command);
    let output = command.output().expect("the binary runs");
    let record: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let text = |key: &str| record["kernel"][key].as_str().map(str::to_owned);
    (
        text("select-backend").expect("it is told"),
        text("select-reason"),
    )
}

#[test]
fn the_doctor_names_the_way_of_waiting_and_its_cause() {
    let told = |world| {
        let (backend, reason) = diagnosis(world);
        assert_eq!(backend, "poll", "{world:?}");
        reason.expect("there is a reason")
    };
    assert!(told(World::Refused).contains("not permitted"));
    assert!(told(World::Missing).contains("not implemented"));
    assert_eq!(told(World::Forced), "WAT_SELECT_BACKEND=poll");
    // What is scarce now and then does not decide for the whole process.
    assert_eq!(diagnosis(World::Scarce), diagnosis(World::Usual));
}
