//! Channels between threads, beside those of `crossbeam-channel`.

use std::thread;

use crossbeam_channel::{Receiver as TheirReceiver, Select, bounded};
use wat_runtime::measure::{Worker, close, in_memory};
use wat_runtime::{Receiver, Sender};

use super::{Cost, timed};
use crate::Table;

pub fn memory(table: &Table) {
    for capacity in [1, 64] {
        table.pair(
            &format!("memory round trip, room {capacity}"),
            "≤ 1.2",
            3_000,
            &mut |count| our_round_trips(capacity, count),
            &mut |count| their_round_trips(capacity, count),
        );
    }
    for (senders, capacity) in [(1, 1), (1, 64), (1, 1024), (4, 1), (4, 64), (4, 1024)] {
        table.pair(
            &format!("memory {senders} to 1, room {capacity}"),
            "≤ 1.2",
            if capacity == 1 { 5_000 } else { 100_000 },
            &mut |count| our_stream(senders, capacity, count),
            &mut |count| their_stream(senders, capacity, count),
        );
    }
    for arms in [2, 8, 64, 512] {
        let count = 200_000 / arms;
        table.pair(
            &format!("memory select over {arms}, ready"),
            "≤ 1.5",
            count,
            &mut |count| our_ready(arms, count),
            &mut |count| their_ready(arms, count),
        );
        table.pair(
            &format!("memory select over {arms}, blocked"),
            "≤ 1.5",
            count.clamp(500, 2_000),
            &mut |count| our_blocked(arms, count),
            &mut |count| their_blocked(arms, count),
        );
    }
}

fn our_round_trips(capacity: usize, count: usize) -> Cost {
    let mut here = Worker::first();
    let mut there = here.another();
    let ((to, from), (back, answers)) = (in_memory(capacity), in_memory(capacity));
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

fn their_round_trips(capacity: usize, count: usize) -> Cost {
    let ((to, from), (back, answers)) = (bounded(capacity), bounded(capacity));
    thread::scope(|scope| {
        scope.spawn(move || {
            for _ in 0..count {
                back.send(from.recv().expect("a value"))
                    .expect("it listens");
            }
        });
        timed(count, || {
            for round in 0..count as i64 {
                to.send(round).expect("it listens");
                assert_eq!(answers.recv(), Ok(round));
            }
        })
    })
}

fn our_stream(senders: usize, capacity: usize, count: usize) -> Cost {
    let mut here = Worker::first();
    let (to, from) = in_memory(capacity);
    let each = count / senders;
    thread::scope(|scope| {
        for _ in 0..senders {
            let (mut there, to) = (here.another(), &to);
            scope.spawn(move || {
                for value in 0..each as i64 {
                    assert!(there.send(to, value));
                }
            });
        }
        timed(count, || {
            let sum: i64 = (0..each * senders)
                .map(|_| here.receive(&from).expect("a value"))
                .sum();
            assert_eq!(sum, (senders * each * (each - 1) / 2) as i64);
        })
    })
}

fn their_stream(senders: usize, capacity: usize, count: usize) -> Cost {
    let (to, from) = bounded(capacity);
    let each = count / senders;
    thread::scope(|scope| {
        for _ in 0..senders {
            let to = &to;
            scope.spawn(move || {
                for value in 0..each as i64 {
                    to.send(value).expect("it listens");
                }
            });
        }
        timed(count, || {
            let sum: i64 = (0..each * senders)
                .map(|_| from.recv().expect("a value"))
                .sum();
            assert_eq!(sum, (senders * each * (each - 1) / 2) as i64);
        })
    })
}

/// The arm that is ready in a round.
pub fn arm(round: usize, arms: usize) -> usize {
    round * 7919 % arms
}

fn our_arms(arms: usize) -> Vec<(Sender, Receiver)> {
    (0..arms).map(|_| in_memory(1)).collect()
}

fn our_ready(arms: usize, count: usize) -> Cost {
    let mut here = Worker::first();
    let ends = our_arms(arms);
    timed(count, || {
        for round in 0..count {
            let at = arm(round, arms);
            assert!(here.send(&ends[at].0, 7));
            let from: Vec<&Receiver> = ends.iter().map(|end| &end.1).collect();
            assert_eq!(here.select(&from), Some((at, 7)));
        }
    })
}

/// Selects as a call over a vector of receivers does.
fn their_select(from: &[&TheirReceiver<i64>]) -> (usize, i64) {
    let mut select = Select::new();
    for receiver in from {
        select.recv(receiver);
    }
    let ready = select.select();
    let index = ready.index();
    (index, ready.recv(from[index]).expect("a value"))
}

fn their_ready(arms: usize, count: usize) -> Cost {
    let ends: Vec<_> = (0..arms).map(|_| bounded(1)).collect();
    timed(count, || {
        for round in 0..count {
            let at = arm(round, arms);
            ends[at].0.send(7).expect("there is room");
            let from: Vec<&TheirReceiver<i64>> = ends.iter().map(|end| &end.1).collect();
            assert_eq!(their_select(&from), (at, 7));
        }
    })
}

fn our_blocked(arms: usize, count: usize) -> Cost {
    let mut here = Worker::first();
    let mut there = here.another();
    let ends = our_arms(arms);
    let (ask, asked) = in_memory(1);
    thread::scope(|scope| {
        let ends = &ends;
        scope.spawn(move || {
            while let Some(at) = there.receive(&asked) {
                assert!(there.send(&ends[at as usize].0, 7));
            }
        });
        let spent = timed(count, || {
            for round in 0..count {
                let at = arm(round, arms);
                assert!(here.send(&ask, at as i64));
                let from: Vec<&Receiver> = ends.iter().map(|end| &end.1).collect();
                assert_eq!(here.select(&from), Some((at, 7)));
            }
        });
        close(&ask);
        spent
    })
}

fn their_blocked(arms: usize, count: usize) -> Cost {
    let ends: Vec<_> = (0..arms).map(|_| bounded(1)).collect();
    let (ask, asked) = bounded::<usize>(1);
    thread::scope(|scope| {
        let ends = &ends;
        scope.spawn(move || {
            for at in asked {
                ends[at].0.send(7).expect("there is room");
            }
        });
        let spent = timed(count, || {
            for round in 0..count {
                let at = arm(round, arms);
                ask.send(at).expect("it listens");
                let from: Vec<&TheirReceiver<i64>> = ends.iter().map(|end| &end.1).collect();
                assert_eq!(their_select(&from), (at, 7));
            }
        });
        drop(ask);
        spent
    })
}
