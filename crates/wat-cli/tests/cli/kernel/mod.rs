//! The properties of the kernel (05 §21) in whole programs: numbers are scaled, and what ends a wait is an event; limits
//! of time only keep a hang from lasting. `docs/kernel-properties.md` says which test holds which property.
#![allow(unsafe_code)]

mod backend;
mod branch;
mod chains;
mod channels;
mod deadlock;
mod ends;
mod frames;
mod gone;
mod limits;
mod messages;
mod printing;
mod select;
mod session;

use std::fs;
use std::io::{BufRead, BufReader, Lines, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use super::support::{Dir, Ran, children, command, main_of};
use backend::{EVERY, World};

/// The command that runs a program which may use the raw verbs.
fn raw(dir: &Dir, options: &[&str]) -> Command {
    let mut command = command(dir);
    command
        .args(["--set", "concurrency.allow-raw-spawn=true", "run"])
        .args(options)
        .arg("main.wat")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// Runs a program to its end where waiting works like this.
fn run_in(world: World, text: &str, input: &str) -> Ran {
    let dir = Dir::with(&[("main.wat", text)]);
    let mut command = raw(&dir, &[]);
    world.prepare(&mut command);
    let mut child = command.spawn().expect("the binary starts");
    let mut stdin = child.stdin.take().expect("stdin is piped");
    let input = input.to_owned();
    // A program may print before it has read everything.
    let fed = std::thread::spawn(move || drop(stdin.write_all(input.as_bytes())));
    let output = child.wait_with_output().expect("the binary ends");
    fed.join().expect("the input was given");
    output.into()
}

/// Checks what a program prints wherever waiting works differently.
fn prints_everywhere(text: &str, input: &str, expected: &str) {
    for world in EVERY {
        prints_in(world, text, input, expected);
    }
}

fn prints_in(world: World, text: &str, input: &str, expected: &str) {
    let ran = run_in(world, text, input);
    let (status, complaints) = (ran.status, &ran.stderr);
    assert!(
        status == 0 && complaints.is_empty(),
        "{world:?}: {status}\n{complaints}"
    );
    assert_eq!(ran.stdout, expected, "{world:?}");
}

fn prints(text: &str, input: &str, expected: &str) {
    prints_in(World::Usual, text, input, expected);
}

/// A program that runs, and what it prints.
struct Running {
    child: Child,
    stdin: Option<ChildStdin>,
    lines: Lines<BufReader<ChildStdout>>,
    _dir: Dir,
}

/// Starts a program without a supervisor: its number is that of the process.
fn start(text: &str) -> Running {
    start_in(World::Usual, text)
}

fn start_in(world: World, text: &str) -> Running {
    let dir = Dir::with(&[("main.wat", text)]);
    let mut command = raw(&dir, &["--in-process"]);
    world.prepare(&mut command);
    let mut child = command.spawn().expect("the binary starts");
    Running {
        stdin: child.stdin.take(),
        lines: BufReader::new(child.stdout.take().expect("stdout is piped")).lines(),
        child,
        _dir: dir,
    }
}

impl Running {
    fn pid(&self) -> i32 {
        self.child.id() as i32
    }

    fn line(&mut self) -> String {
        match self.lines.next() {
            Some(line) => line.expect("text"),
            None => panic!("no more lines; it complains: {}", self.complaints()),
        }
    }

    fn tell(&mut self, line: &str) {
        let stdin = self.stdin.as_mut().expect("stdin is piped");
        writeln!(stdin, "{line}").expect("it reads");
    }

    fn complaints(&mut self) -> String {
        let mut text = String::new();
        let mut stderr = self.child.stderr.take().expect("stderr is piped");
        stderr.read_to_string(&mut text).expect("text");
        text
    }

    fn signal(&self, signal: i32) {
        // SAFETY: plain numbers; the child is not reaped yet.
        assert_eq!(unsafe { libc::kill(self.pid(), signal) }, 0);
    }

    /// Reads what is left: the status, the last lines, the complaints.
    fn end(mut self) -> (i32, Vec<String>, String) {
        self.stdin = None;
        let rest = self
            .lines
            .by_ref()
            .map(|line| line.expect("text"))
            .collect();
        let complaints = self.complaints();
        let status = self.child.wait().expect("it ends");
        (status.code().unwrap_or(-1), rest, complaints)
    }

    fn ends_well(self) {
        let (status, rest, complaints) = self.end();
        assert_eq!((status, rest, complaints), (0, Vec::new(), String::new()));
    }

    /// Descriptors, threads and children, once no thread is on its way out.
    fn holds(&self) -> (usize, usize, usize) {
        let pid = self.pid();
        let count =
            |what: &str| fs::read_dir(format!("/proc/{pid}/{what}")).map_or(0, Iterator::count);
        (count("fd"), count("task"), children(pid).len())
    }

    /// A number of `/proc/PID/status`, in KiB where it is a size.
    fn status(&self, key: &str) -> u64 {
        let text = fs::read_to_string(format!("/proc/{}/status", self.pid())).expect("it runs");
        let line = text.lines().find(|line| line.starts_with(key));
        let words = line.expect("the key is there").split_whitespace().nth(1);
        words.and_then(|word| word.parse().ok()).expect("a number")
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Ok(None) = self.child.try_wait() {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

/// Is the process gone, or at least dead?
fn is_gone(pid: i32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok();
    let state = stat.and_then(|stat| stat.rsplit(')').next()?.trim_start().chars().next());
    matches!(state, None | Some('Z' | 'X'))
}

/// Waits until something holds that no event tells of.
fn until(what: &str, holds: impl Fn() -> bool) {
    let limit = Instant::now() + Duration::from_secs(60);
    while !holds() {
        assert!(Instant::now() < limit, "{what}");
        std::thread::yield_now();
    }
}

/// Whether the numbers of the reference are asked for: they take long, and limits of time hold on an idle machine alone
/// (`benches/kernel-full`).
pub fn is_full() -> bool {
    std::env::var_os("WAT_FULL_NUMBERS").is_some()
}

/// How many: `many` is the number of the reference.
pub fn numbers<T>(few: T, many: T) -> T {
    if is_full() { many } else { few }
}

/// Checks that something has taken no longer than the reference says, where its numbers are asked for.
pub fn in_time(began: Instant, millis: u64) {
    let took = began.elapsed();
    assert!(
        !is_full() || took <= Duration::from_millis(millis),
        "{took:?}"
    );
}

/// Numbers that look random and are the same in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }
}
