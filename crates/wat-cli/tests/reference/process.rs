//! Runs the built binary on a file in a fresh directory, within a time limit.

use std::fs;
use std::io::{self, Read, Write};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

/// The time that one block may take.
pub const LIMIT: Duration = Duration::from_secs(60);

/// How a process ended and what it wrote.
#[derive(Debug, PartialEq, Eq)]
pub struct Output {
    /// Exit status, `128 + N` after signal N.
    pub status: i32,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

/// A directory of its own for one block, removed with everything in it when dropped.
pub struct Directory(PathBuf);

impl Directory {
    /// Makes an empty directory.
    pub fn new() -> io::Result<Self> {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let name = format!(
            "reference-{}-{}",
            std::process::id(),
            NEXT.fetch_add(1, Ordering::Relaxed)
        );
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::create_dir_all(&path)?;
        Ok(Self(path))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Writes a file into it.
    pub fn write(&self, name: &str, text: &str) -> io::Result<()> {
        self.write_bytes(name, text.as_bytes())
    }

    /// Writes a file that need not be text.
    pub fn write_bytes(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        fs::write(self.0.join(name), bytes)
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        // The directory lies below the build's own temporary directory: what cannot be removed now goes with it.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Runs `wat ARGS` in the directory with the given standard input, an empty environment and a process group of its
/// own. The run ends when the process has ended and both output pipes are closed, so whatever keeps them open beyond
/// the limit is a failure too; the whole group is killed then.
pub fn wat(directory: &Directory, args: &[&str], input: &str) -> Result<Output, String> {
    command(env!("CARGO_BIN_EXE_wat"), directory, args, input, LIMIT)
}

/// What a shell prints on both standard streams for a command, with the built binary on its path.
pub fn shell(directory: &Directory, script: &str) -> Result<String, String> {
    let binary = Path::new(env!("CARGO_BIN_EXE_wat"));
    let bin = binary.parent().unwrap_or(binary).display();
    let script = format!(
        "PATH='{bin}':/usr/bin:/bin\nLC_ALL=C.UTF-8\nexport PATH LC_ALL\nexec 2>&1\n{script}"
    );
    let output = command("/bin/sh", directory, &["-c", &script], "", LIMIT)?;
    Ok(output.stdout)
}

fn command(
    program: &str,
    directory: &Directory,
    args: &[&str],
    input: &str,
    limit: Duration,
) -> Result<Output, String> {
    let mut child = Command::new(program)
        .args(args)
        .current_dir(&directory.0)
        .env_clear()
        .process_group(0)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|e| format!("`{program}` does not start: {e}"))?;
    let deadline = Instant::now() + limit;
    let (done, closed) = mpsc::channel();
    collect(child.stdout.take(), done.clone(), 0);
    collect(child.stderr.take(), done, 1);
    if let Some(mut stdin) = child.stdin.take() {
        // A process that ends without reading its input closes the pipe: that is no failure.
        let _ = stdin.write_all(input.as_bytes());
    }
    let mut outputs = [String::new(), String::new()];
    for _ in 0..2 {
        let left = deadline.saturating_duration_since(Instant::now());
        match closed.recv_timeout(left) {
            Ok((at, bytes)) => {
                let bytes: Vec<u8> = bytes;
                outputs[at] = String::from_utf8_lossy(&bytes).into_owned();
            }
            Err(_) => return Err(kill(child, limit)),
        }
    }
    let status = child.wait().map_err(|e| format!("waiting failed: {e}"))?;
    let code = status.code().or_else(|| status.signal().map(|s| 128 + s));
    let [stdout, stderr] = outputs;
    Ok(Output {
        status: code.unwrap_or(-1),
        stdout,
        stderr,
    })
}

fn collect<R: Read + Send + 'static>(
    pipe: Option<R>,
    done: mpsc::Sender<(usize, Vec<u8>)>,
    at: usize,
) {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut pipe) = pipe {
            // A broken pipe ends the output; what arrived before counts.
            let _ = pipe.read_to_end(&mut bytes);
        }
        // The receiver is gone after a timeout.
        let _ = done.send((at, bytes));
    });
}

fn kill(mut child: Child, limit: Duration) -> String {
    let group = format!("-{}", child.id());
    // Either may find nothing left to kill.
    let _ = Command::new("kill").args(["-KILL", "--", &group]).status();
    let _ = child.kill();
    let _ = child.wait();
    format!("it takes more than {} s", limit.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sh(script: &str, input: &str, limit: u64) -> Result<Output, String> {
        let directory = Directory::new().unwrap();
        let limit = Duration::from_secs(limit);
        command("/bin/sh", &directory, &["-c", script], input, limit)
    }

    #[test]
    fn status_and_both_outputs_arrive() {
        let output = sh("read x; echo got $x; echo no >&2; exit 3", "it\n", 60).unwrap();
        assert_eq!(
            (output.status, &*output.stdout, &*output.stderr),
            (3, "got it\n", "no\n")
        );
    }

    #[test]
    fn a_signal_counts_from_128() {
        assert_eq!(sh("kill -TERM $$", "", 60).unwrap().status, 143);
    }

    #[test]
    fn a_process_that_hangs_is_ended_with_its_children() {
        assert_eq!(
            sh("tail -f /dev/null & tail -f /dev/null", "", 1),
            Err("it takes more than 1 s".to_owned())
        );
    }
}
