//! Ends the server with its client: a thread sleeps until the client's process is gone.

use std::thread;

/// Calls `gone` once when the process `id` has ended, or at once if there is none. Elsewhere than on Linux the end of the
/// input stream is the only sign of a client that died.
#[cfg(target_os = "linux")]
pub(crate) fn watch(id: u32, gone: impl FnOnce() + Send + 'static) {
    use rustix::event::{PollFd, PollFlags, poll};
    use rustix::io::Errno;
    use rustix::process::{Pid, PidfdFlags, pidfd_open};

    let Some(pid) = i32::try_from(id).ok().and_then(Pid::from_raw) else {
        return;
    };
    let process = match pidfd_open(pid, PidfdFlags::empty()) {
        Ok(process) => process,
        Err(Errno::SRCH) => return gone(),
        Err(_) => return,
    };
    let wait = move || {
        loop {
            match poll(&mut [PollFd::new(&process, PollFlags::IN)], None) {
                Err(Errno::INTR) => {}
                Err(_) => return,
                Ok(_) => return gone(),
            }
        }
    };
    // Without the thread the end of the input stream still ends the server.
    let _ = thread::Builder::new()
        .name("wat-lsp client".to_owned())
        .stack_size(64 << 10)
        .spawn(wait);
}

/// Calls `gone` once when the process `id` has ended: not supported here.
#[cfg(not(target_os = "linux"))]
pub(crate) fn watch(_id: u32, _gone: impl FnOnce() + Send + 'static) {}
