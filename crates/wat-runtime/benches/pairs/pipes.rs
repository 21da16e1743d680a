//! Channels over pipes, beside bare reads, writes and polls.

use std::thread;

use wat_kernel::{Fd, pipe};
use wat_runtime::measure::{Worker, close, over_pipe};
use wat_runtime::{Receiver, Sender};

use super::memory::arm;
use super::{Cost, timed};
use crate::Table;

pub fn pipes(table: &Table) {
    table.pair(
        "pipe round trip of an i64",
        "≤ 1.3",
        3_000,
        &mut our_round_trips,
        &mut their_round_trips,
    );
    for arms in [2, 8, 64, 512] {
        let count = (100_000 / arms).min(2_000);
        for blocked in [false, true] {
            let how = if blocked { "blocked" } else { "ready" };
            let ours = &mut |count| our_selects(arms, count, blocked);
            table.pair(
                &format!("pipe select over {arms}, {how}"),
                "≤ 1.5, a poll with its array made for the call",
                count,
                ours,
                &mut |count| their_polls(arms, count, blocked),
            );
            table.pair(
                &format!("pipe select over {arms}, {how}, warm epoll"),
                "for information",
                count,
                &mut |count| our_selects(arms, count, blocked),
                &mut |count| warm_epolls(arms, count, blocked),
            );
        }
    }
}

fn ends() -> (Sender, Receiver) {
    let (writer, reader) = pipe().expect("a pipe");
    over_pipe(writer, reader).expect("a channel")
}

fn our_round_trips(count: usize) -> Cost {
    let mut here = Worker::first();
    let mut there = here.another();
    let ((to, from), (back, answers)) = (ends(), ends());
    thread::scope(|scope| {
        scope.spawn(move || {
            for _ in 0..count {
                let value = there.receive(&from).expect("a value");
                assert!(there.send(&back, value));
            }
        });
        timed(count, || {
            for round in 0..count as i64 {
                assert!(here.send(&to, round));
                assert_eq!(here.receive(&answers), Some(round));
            }
        })
    })
}

/// Reads and writes eight bytes, as nobody could do with less.
fn pass(from: &Fd, to: &Fd) {
    let mut bytes = [0; 8];
    // SAFETY: the buffer is valid for the calls.
    unsafe {
        assert_eq!(libc::read(from.raw(), bytes.as_mut_ptr().cast(), 8), 8);
        assert_eq!(libc::write(to.raw(), bytes.as_ptr().cast(), 8), 8);
    }
}

fn their_round_trips(count: usize) -> Cost {
    let ((to, from), (back, answers)) = (pipe().expect("a pipe"), pipe().expect("a pipe"));
    thread::scope(|scope| {
        scope.spawn(move || (0..count).for_each(|_| pass(&from, &back)));
        to.write_all(&[0; 8]).expect("it listens");
        let spent = timed(count, || (1..count).for_each(|_| pass(&answers, &to)));
        answers.read(&mut [0; 8]).expect("it answers");
        spent
    })
}

fn our_selects(arms: usize, count: usize, blocked: bool) -> Cost {
    let mut here = Worker::first();
    let channels: Vec<(Sender, Receiver)> = (0..arms).map(|_| ends()).collect();
    let (ask, asked) = ends();
    let mut there = here.another();
    thread::scope(|scope| {
        let channels = &channels;
        scope.spawn(move || {
            while let Some(at) = there.receive(&asked) {
                assert!(there.send(&channels[at as usize].0, 7));
            }
        });
        let spent = timed(count, || {
            for round in 0..count {
                let at = arm(round, arms);
                match blocked {
                    true => assert!(here.send(&ask, at as i64)),
                    false => assert!(here.send(&channels[at].0, 7)),
                }
                let from: Vec<&Receiver> = channels.iter().map(|end| &end.1).collect();
                assert_eq!(here.select(&from), Some((at, 7)));
            }
        });
        close(&ask);
        spent
    })
}

/// Somebody who writes to the pipe whose number it reads.
fn asked(from: &Fd, pipes: &[(Fd, Fd)]) {
    let mut number = [0; 2];
    while from.read(&mut number).expect("numbers come") == 2 {
        let at = usize::from(u16::from_ne_bytes(number));
        pipes[at].0.write_all(b"7\n").expect("it listens");
    }
}

/// Rounds of making one pipe ready and finding out which it is; `wait` says which.
fn rounds(
    arms: usize,
    count: usize,
    blocked: bool,
    mut wait: impl FnMut(&[(Fd, Fd)]) -> usize,
) -> Cost {
    let pipes: Vec<(Fd, Fd)> = (0..arms).map(|_| pipe().expect("a pipe")).collect();
    let (ask, from) = pipe().expect("a pipe");
    thread::scope(|scope| {
        let pipes = &pipes;
        scope.spawn(move || asked(&from, pipes));
        let spent = timed(count, || {
            for round in 0..count {
                let at = arm(round, arms);
                let told = (at as u16).to_ne_bytes();
                let (to, bytes) = match blocked {
                    true => (&ask, &told),
                    false => (&pipes[at].0, b"7\n"),
                };
                to.write_all(bytes).expect("it listens");
                assert_eq!(wait(pipes), at);
                let mut bytes = [0; 64];
                assert_eq!(pipes[at].1.read(&mut bytes).expect("a value"), 2);
            }
        });
        drop(ask);
        spent
    })
}

fn their_polls(arms: usize, count: usize, blocked: bool) -> Cost {
    rounds(arms, count, blocked, |pipes| {
        let mut set: Vec<libc::pollfd> = pipes
            .iter()
            .map(|(_, reader)| libc::pollfd {
                fd: reader.raw(),
                events: libc::POLLIN,
                revents: 0,
            })
            .collect();
        // SAFETY: the set is valid for the call.
        let ready = unsafe { libc::poll(set.as_mut_ptr(), set.len() as libc::nfds_t, -1) };
        assert_eq!(ready, 1);
        let found = set.iter().position(|entry| entry.revents != 0);
        found.expect("one is ready")
    })
}

fn warm_epolls(arms: usize, count: usize, blocked: bool) -> Cost {
    // SAFETY: plain numbers; the descriptor was just opened.
    let set = unsafe { Fd::from_raw(libc::epoll_create1(libc::EPOLL_CLOEXEC)) }.expect("a set");
    let mut known = false;
    rounds(arms, count, blocked, |pipes| {
        // SAFETY: the structures are valid for the calls.
        unsafe {
            for (index, (_, reader)) in pipes.iter().enumerate().filter(|_| !known) {
                let mut event = libc::epoll_event {
                    events: libc::EPOLLIN as u32,
                    u64: index as u64,
                };
                let add = libc::EPOLL_CTL_ADD;
                assert_eq!(
                    libc::epoll_ctl(set.raw(), add, reader.raw(), &raw mut event),
                    0
                );
            }
            known = true;
            let mut event: libc::epoll_event = std::mem::zeroed();
            // A signal may end the wait.
            while libc::epoll_wait(set.raw(), &raw mut event, 1, -1) != 1 {}
            event.u64 as usize
        }
    })
}
