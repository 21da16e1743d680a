//! Trees of processes, and what is left of them.

use std::io;
use std::time::{Duration, Instant};

use super::fork::{open_descriptors, until_shutdown};
use super::full::{is_asked, limit, numbers};
use wat_kernel::{ChildIo, Fd, Fork, Forked, Interest, pipe, poll, stdin, stdout};

/// Who listens to nothing.
#[derive(Clone, Copy, PartialEq)]
enum Deaf {
    Nobody,
    Leaves,
    /// Everybody below the root.
    All,
}

/// How a tree of processes is made.
#[derive(Clone, Copy)]
struct Shape {
    depth: u32,
    fan_out: usize,
    deaf: Deaf,
}

impl Shape {
    /// How many processes there are in one of this depth.
    fn size(self, depth: u32) -> usize {
        (0..=depth).map(|level| self.fan_out.pow(level)).sum()
    }

    fn is_deaf(self, depth: u32) -> bool {
        match self.deaf {
            Deaf::Nobody => false,
            Deaf::Leaves => depth == 0,
            Deaf::All => depth < self.depth,
        }
    }
}

/// Reads as many bytes.
fn read_all(from: &Fd, bytes: &mut [u8]) {
    let mut at = 0;
    while at < bytes.len() {
        at += from.read(&mut bytes[at..]).unwrap();
    }
}

/// Says which processes a tree of this depth is made of, and lives until the shutdown.
fn tree(shape: Shape, depth: u32) -> io::Result<Forked> {
    Fork::new().run(move |_| {
        let kids: Vec<Forked> = (0..if depth > 0 { shape.fan_out } else { 0 })
            .map(|_| tree(shape, depth - 1).unwrap())
            .collect();
        let mut pids = std::process::id().to_ne_bytes().to_vec();
        for kid in &kids {
            let mut of_kid = vec![0; 4 * shape.size(depth - 1)];
            read_all(&kid.stdout, &mut of_kid);
            pids.extend_from_slice(&of_kid);
        }
        stdout().write_all(&pids).unwrap();
        if shape.is_deaf(depth) {
            loop {
                std::hint::spin_loop();
            }
        }
        until_shutdown();
        0
    })
}

/// Kills the root of a tree, and sees every process of it end in time.
fn kill_root(shape: Shape, patience: Duration) {
    let root = tree(shape, shape.depth).unwrap();
    let mut bytes = vec![0; 4 * shape.size(shape.depth)];
    read_all(&root.stdout, &mut bytes);
    let pids = bytes
        .chunks(4)
        .map(|c| i32::from_ne_bytes(c.try_into().unwrap()));
    let watched: Vec<Fd> = pids
        .map(|pid| {
            // SAFETY: plain numbers; the descriptor was just opened.
            unsafe {
                let raw = libc::syscall(libc::SYS_pidfd_open, pid, 0) as i32;
                assert!(raw >= 0);
                Fd::from_raw(raw).unwrap()
            }
        })
        .collect();
    // SAFETY: plain numbers. Only the root gets it.
    unsafe { libc::kill(root.child.pid(), libc::SIGKILL) };
    let deadline = Instant::now() + patience;
    for fd in &watched {
        let ready = poll(&[(fd.borrow(), Interest::Read)], Some(deadline)).unwrap();
        assert_eq!(ready, [true]);
    }
}

#[test]
fn killing_the_root_leaves_no_descendant() {
    let shape = Shape {
        depth: numbers(2, 3) as u32,
        fan_out: numbers(3, 4),
        deaf: Deaf::Nobody,
    };
    for _ in 0..numbers(5, 100) {
        kill_root(shape, limit(30, 500));
    }
    if is_asked() {
        for deaf in [Deaf::Leaves, Deaf::All] {
            kill_root(Shape { deaf, ..shape }, Duration::from_secs(6));
        }
        // However deep it is.
        let chain = Shape {
            depth: 8,
            fan_out: 1,
            deaf: Deaf::All,
        };
        kill_root(chain, Duration::from_secs(6));
    }
}

/// What the processes of a chain say, and what they wait for.
struct Wires {
    said: Fd,
    release: Fd,
}

/// A child that listens to no shutdown, with as many below it. It says so when it has been released; the last one says
/// when its lifeline was closed.
fn deaf(below: u32, wires: &Wires) -> Forked {
    let fork = Fork::new().keep(&wires.said).keep(&wires.release);
    let work = move |mut io: ChildIo| {
        let [said, release] = io.kept().try_into().unwrap();
        let wires = Wires { said, release };
        let kid = (below > 0).then(|| deaf(below - 1, &wires));
        if below == 0 {
            let open = open_descriptors().len();
            wires.said.write_all(b"ready ").unwrap();
            while open_descriptors().len() == open {
                std::thread::yield_now();
            }
            wires.said.write_all(b"lost ").unwrap();
        }
        wires.release.read(&mut [0]).unwrap();
        if let Some(kid) = kid {
            kid.child.wait().unwrap();
        }
        wires.said.write_all(b"released ").unwrap();
        0
    };
    fork.run(work).unwrap()
}

/// The last process of a chain loses its lifeline while those between are there and do not listen. `end` ends the root.
fn all_lose_their_lifelines_at_once(end: impl Fn(&Forked)) {
    let (said, hears) = pipe().unwrap();
    let (releases, release) = pipe().unwrap();
    let root = Fork::new()
        .keep(&said)
        .keep(&release)
        .run(|mut io| {
            let [said, release] = io.kept().try_into().unwrap();
            // Its handle is not released: that would kill it.
            std::mem::forget(deaf(2, &Wires { said, release }));
            stdin().read(&mut [0]).unwrap();
            0
        })
        .unwrap();
    drop((said, release));
    let mut ready = [0; 6];
    read_all(&hears, &mut ready);
    assert_eq!(&ready, b"ready ");
    end(&root);
    let mut lost = [0; 5];
    read_all(&hears, &mut lost);
    drop(releases);
    // Whoever had been waited for, or killed, would not say that it is released.
    let said = [&lost[..], &hears.read_to_end().unwrap()].concat();
    assert_eq!(
        String::from_utf8_lossy(&said),
        "lost released released released "
    );
}

#[test]
fn a_chain_of_processes_that_do_not_listen_has_one_grace_period() {
    all_lose_their_lifelines_at_once(|root| root.child.signal(libc::SIGKILL).unwrap());
    // The root ends by itself, and waits for those below it.
    all_lose_their_lifelines_at_once(|root| root.stdin.write_all(b"x").unwrap());
}

/// How many descriptors a process has more while it has a child that listens.
fn kept_for_a_child() -> usize {
    let before = open_descriptors().len();
    let kid = Fork::new().run(|_| {
        until_shutdown();
        0
    });
    let kept = open_descriptors().len() - before;
    drop(kid);
    kept
}

#[test]
fn a_child_of_a_process_that_has_lost_its_parent_has_no_lifeline() {
    let (said, hears) = pipe().unwrap();
    let root = Fork::new()
        .keep(&said)
        .run(|mut io| {
            let said = io.kept().pop().unwrap();
            std::mem::forget(Fork::new().keep(&said).run(|mut io| {
                let said = io.kept().pop().unwrap();
                let early = kept_for_a_child();
                said.write_all(b"r").unwrap();
                until_shutdown();
                let late = kept_for_a_child();
                let told = [early as u8, late as u8];
                i32::from(said.write_all(&told).is_err())
            }));
            until_shutdown();
            0
        })
        .unwrap();
    drop(said);
    read_all(&hears, &mut [0]);
    root.child.signal(libc::SIGKILL).unwrap();
    let told = hears.read_to_end().unwrap();
    assert_eq!(told.len(), 2);
    assert_eq!(told[0], told[1] + 1, "one descriptor less");
}
