//! Running the binary in a directory of its own.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

/// A directory that goes away with its value.
pub struct Dir(PathBuf);

impl Dir {
    pub fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("wat-{}-{number}", std::process::id());
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::create_dir_all(&path).expect("the test directory can be made");
        Self(path)
    }

    pub fn with(files: &[(&str, &str)]) -> Self {
        let dir = Self::new();
        for (name, text) in files {
            dir.write(name, text);
        }
        dir
    }

    pub fn write(&self, name: &str, text: &str) {
        let path = self.0.join(name);
        fs::create_dir_all(path.parent().expect("a file has a parent")).expect("subdirectory");
        fs::write(path, text).expect("the file can be written");
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Dir {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The binary with an environment that does not depend on who runs the tests.
pub fn command(dir: &Dir) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wat"));
    command
        .current_dir(dir.path())
        .env_clear()
        .env("LC_ALL", "C.UTF-8");
    command.env("XDG_STATE_HOME", dir.path().join("state"));
    command
}

/// What a run left behind.
#[derive(Debug)]
pub struct Ran {
    pub status: i32,
    pub stdout: String,
    pub stderr: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            status: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).expect("output is UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("output is UTF-8"),
        }
    }
}

/// Runs the binary with nothing on standard input.
pub fn wat(dir: &Dir, args: &[&str]) -> Ran {
    fed(dir, args, "")
}

/// Runs the binary with a text on standard input.
pub fn fed(dir: &Dir, args: &[&str], input: &str) -> Ran {
    let mut child = command(dir)
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    // A program may end without reading.
    let _ = child
        .stdin
        .take()
        .expect("stdin is piped")
        .write_all(input.as_bytes());
    child.wait_with_output().expect("the binary ends").into()
}

/// Records, one a line.
pub fn json_lines(text: &str) -> Vec<serde_json::Value> {
    text.lines()
        .map(|line| serde_json::from_str(line).expect("each line is JSON"))
        .collect()
}

/// A program whose `:user::main` evaluates `body`.
pub fn main_of(body: &str) -> String {
    format!("(:wat::core::defn :user::main [] -> :wat::core::nil\n  {body})\n")
}

/// The children of a process, dead ones too, by their numbers. The list that the system keeps for a thread may lack some
/// while others end; a process says itself whose child it is.
pub fn children(pid: impl Into<i64>) -> Vec<i32> {
    let parent = pid.into().to_string();
    let is_child = |number: &i32| {
        let stat = fs::read_to_string(format!("/proc/{number}/stat")).unwrap_or_default();
        let behind_name = stat.rsplit(')').next().unwrap_or_default();
        behind_name.split_whitespace().nth(1) == Some(parent.as_str())
    };
    let all = fs::read_dir("/proc")
        .expect("a list of processes")
        .flatten();
    let numbers = all.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let mut found: Vec<i32> = numbers.filter(is_child).collect();
    found.sort_unstable();
    found
}
