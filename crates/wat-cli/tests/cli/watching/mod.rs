//! Commands that stay and watch files.

mod check;
mod run;
mod test;

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

use super::support::{Dir, command};

/// How long a line may take before the test fails.
const PATIENCE: Duration = Duration::from_secs(120);

/// What of a command is looked at.
#[derive(Clone, Copy)]
enum Stream {
    Out,
    Err,
    /// Both, in the order in which they are written.
    Both,
}

/// A command that watches.
struct Watching {
    runner: Child,
    lines: Receiver<String>,
}

impl Watching {
    fn start(dir: &Dir, args: &[&str], stream: Stream) -> Watching {
        let mut command = command(dir);
        command.args(args).stdin(Stdio::null());
        match stream {
            Stream::Out => command.stdout(Stdio::piped()),
            Stream::Err => command.stderr(Stdio::piped()),
            Stream::Both => {
                let (reader, writer) = std::io::pipe().expect("a pipe");
                let copy = writer.try_clone().expect("a descriptor");
                command.stdout(writer).stderr(copy);
                let runner = command.spawn().expect("the binary starts");
                return Watching::reading(runner, Box::new(reader));
            }
        };
        Watching::of(command.spawn().expect("the binary starts"), stream)
    }

    /// One that was started already, with this stream piped.
    fn of(mut runner: Child, stream: Stream) -> Watching {
        let stream: Box<dyn Read + Send> = match stream {
            Stream::Err => Box::new(runner.stderr.take().expect("it is piped")),
            Stream::Out | Stream::Both => Box::new(runner.stdout.take().expect("it is piped")),
        };
        Watching::reading(runner, stream)
    }

    fn reading(runner: Child, stream: Box<dyn Read + Send>) -> Watching {
        let (sender, lines) = mpsc::channel();
        std::thread::spawn(move || {
            let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
            lines.all(|line| sender.send(line).is_ok())
        });
        Watching { runner, lines }
    }

    /// The lines up to one that holds `text`.
    fn until(&mut self, text: &str) -> Vec<String> {
        let mut seen = Vec::new();
        while let Ok(line) = self.lines.recv_timeout(PATIENCE) {
            seen.push(line);
            if seen.last().is_some_and(|line| line.contains(text)) {
                return seen;
            }
        }
        panic!("`{text}` does not come after {seen:#?}");
    }

    fn pid(&self) -> u32 {
        self.runner.id()
    }

    /// Sends a signal and waits for the end; the status.
    #[allow(unsafe_code)]
    fn end(mut self, signal: i32) -> i32 {
        // SAFETY: the runner is our child and not reaped.
        unsafe { libc::kill(self.runner.id() as i32, signal) };
        while self.lines.recv_timeout(PATIENCE).is_ok() {}
        self.runner.wait().expect("it ends").code().unwrap_or(-1)
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        let _ = self.runner.kill();
        let _ = self.runner.wait();
    }
}
