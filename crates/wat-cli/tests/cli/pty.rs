//! A pseudo-terminal with the binary on its other side.
#![allow(unsafe_code)]

use std::fs::File;
use std::io::{PipeReader, PipeWriter, Read, Write};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

/// How long an output may take before the test fails.
const PATIENCE: Duration = Duration::from_secs(120);

/// A terminal session. What was expected is consumed.
pub struct Terminal {
    child: Child,
    master: File,
    /// The thread that reads the terminal goes when this is closed.
    reading: Option<PipeWriter>,
    output: Receiver<Vec<u8>>,
    seen: String,
}

/// Both sides; no other process gets them by accident, or the terminal would never hang up.
fn pair() -> (OwnedFd, OwnedFd) {
    let size = libc::winsize {
        ws_row: 40,
        ws_col: 120,
        ws_xpixel: 0,
        ws_ypixel: 0,
    };
    let flags = libc::O_RDWR | libc::O_NOCTTY | libc::O_CLOEXEC;
    let mut name = [0; 64];
    // SAFETY: the descriptors were just opened and are owned by nobody else; the buffer is valid for its length.
    unsafe {
        let master = libc::posix_openpt(flags);
        assert!(master >= 0, "a pseudo-terminal can be opened");
        let master = OwnedFd::from_raw_fd(master);
        let raw = master.as_raw_fd();
        assert_eq!(libc::grantpt(raw) | libc::unlockpt(raw), 0);
        assert_eq!(libc::ptsname_r(raw, name.as_mut_ptr(), name.len()), 0);
        let slave = libc::open(name.as_ptr(), flags);
        assert!(slave >= 0, "its other side can be opened");
        let slave = OwnedFd::from_raw_fd(slave);
        libc::ioctl(raw, libc::TIOCSWINSZ, &raw const size);
        (master, slave)
    }
}

/// Waits until the terminal can be read; false if it is not to be read any more.
fn is_readable(terminal: &File, stop: &PipeReader) -> bool {
    let entry = |fd| libc::pollfd {
        fd,
        events: libc::POLLIN,
        revents: 0,
    };
    let mut set = [entry(terminal.as_raw_fd()), entry(stop.as_raw_fd())];
    // SAFETY: the set is valid for the call.
    let ready = unsafe { libc::poll(set.as_mut_ptr(), 2, -1) };
    ready > 0 && set[1].revents == 0
}

impl Terminal {
    /// Starts the command on a new terminal.
    pub fn start(mut command: Command) -> Self {
        let (master, slave) = pair();
        let raw = slave.as_raw_fd();
        command.env("TERM", "xterm").env("NO_COLOR", "1");
        command.stdin(Stdio::from(slave.try_clone().expect("descriptor")));
        command.stdout(Stdio::from(slave.try_clone().expect("descriptor")));
        command.stderr(Stdio::from(slave.try_clone().expect("descriptor")));
        // SAFETY: signal, setsid and ioctl are async-signal-safe; the descriptor is open in the child.
        unsafe {
            command.pre_exec(move || {
                // As after a login, whoever runs the tests: what ignores these hands that on.
                for signal in [libc::SIGHUP, libc::SIGINT, libc::SIGQUIT] {
                    libc::signal(signal, libc::SIG_DFL);
                }
                if libc::setsid() < 0 || libc::ioctl(raw, libc::TIOCSCTTY, 0) < 0 {
                    return Err(std::io::Error::last_os_error());
                }
                Ok(())
            });
        }
        let child = command.spawn().expect("the binary starts");
        drop(slave);
        drop(command);
        let master = File::from(master);
        let mut reader = master.try_clone().expect("descriptor");
        let (sender, output) = mpsc::channel();
        let (stop, reading) = std::io::pipe().expect("pipe");
        thread::spawn(move || {
            let mut buffer = [0; 4096];
            while is_readable(&reader, &stop) {
                let Ok(count @ 1..) = reader.read(&mut buffer) else {
                    break;
                };
                if sender.send(buffer[..count].to_vec()).is_err() {
                    break;
                }
            }
        });
        Self {
            child,
            master,
            reading: Some(reading),
            output,
            seen: String::new(),
        }
    }

    /// Types.
    pub fn send(&mut self, text: &str) {
        self.master
            .write_all(text.as_bytes())
            .expect("the terminal takes input");
    }

    /// Waits until `text` appears; returns what came before it.
    pub fn expect(&mut self, text: &str) -> String {
        let limit = Instant::now() + PATIENCE;
        loop {
            if let Some(at) = self.seen.find(text) {
                let rest = self.seen.split_off(at + text.len());
                let mut before = std::mem::replace(&mut self.seen, rest);
                before.truncate(at);
                return before;
            }
            let left = limit.saturating_duration_since(Instant::now());
            match self.output.recv_timeout(left) {
                Ok(bytes) => self.seen.push_str(&String::from_utf8_lossy(&bytes)),
                Err(_) => panic!("`{text}` does not appear in: {:?}", self.seen),
            }
        }
    }

    /// The number of the process.
    pub fn pid(&self) -> i32 {
        self.child.id() as i32
    }

    /// Closes the terminal, waits for the end and returns the status.
    pub fn hang_up(mut self) -> i32 {
        self.reading = None;
        while self.output.recv().is_ok() {}
        self.master = File::open("/dev/null").expect("a file");
        self.child.wait().expect("it ends").code().unwrap_or(-1)
    }

    /// Waits for the end and returns the status.
    pub fn end(mut self) -> i32 {
        // The terminal hangs up when the last process on its other side is gone.
        loop {
            match self.output.recv_timeout(PATIENCE) {
                Ok(bytes) => self.seen.push_str(&String::from_utf8_lossy(&bytes)),
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => panic!("no end after: {:?}", self.seen),
            }
        }
        self.child.wait().expect("it ends").code().unwrap_or(-1)
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        if let Ok(None) = self.child.try_wait() {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}
