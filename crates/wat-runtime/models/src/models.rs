use crate::bell::Bell;
use crate::channel::{Channel, End, Received, Sent};
use crate::ring::{Pushed, Ring};
use crate::task::Kernel;
use crate::turn::{Backoff, Turn};
use loom::thread;
use std::sync::Arc;
use wat_value::Slot;

/// Explores a model with so many preemptions at most; others are not found by more in practice (loom's documentation).
fn explore(preemptions: usize, model: impl Fn() + Sync + Send + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(preemptions);
    builder.max_branches = 20_000;
    builder.check(model);
}

fn bell() -> Arc<Bell> {
    Arc::new(Bell::new(Arc::new(Kernel)))
}

fn channel(capacity: usize) -> Arc<Channel> {
    Arc::new(Channel::new(
        wat_value::scalar(wat_value::Repr::I64),
        capacity,
    ))
}

/// Sends as `send_in_memory` and `wait_for_room` do; false if the channel has ended.
fn send(channel: &Channel, bell: &Arc<Bell>, value: Slot) -> bool {
    if channel.send_now(value) {
        return true;
    }
    channel.await_room();
    match channel.try_send(value) {
        Sent::Queued => return true,
        Sent::Closed | Sent::Dead(_) => return false,
        Sent::Full => {}
    }
    loop {
        channel.hope(bell);
        let sent = channel.try_send(value);
        if let Sent::Full = sent {
            bell.wait(None, true);
        }
        let was_told = !channel.despair(bell);
        if !matches!(sent, Sent::Full) {
            if was_told {
                channel.tell_of_room();
            }
            return matches!(sent, Sent::Queued);
        }
    }
}

/// Hands a value over as `hand_over` does.
fn hand_over(channel: &Channel, bell: &Arc<Bell>, value: Slot) -> bool {
    let Ok(offer) = channel.offer(value, bell) else {
        return false;
    };
    while !offer.is_taken() {
        if offer.is_refused() {
            return false;
        }
        bell.listen();
        bell.wait(None, true);
    }
    true
}

/// Waits on a bell until one of these channels is ready, as `wait_for` does.
fn wait_for(channels: &[&Channel], bell: &Arc<Bell>) {
    loop {
        channels.iter().for_each(|channel| channel.enlist(bell));
        let is_ready = channels.iter().any(|channel| channel.is_ready());
        if !is_ready {
            bell.wait(None, true);
        }
        channels.iter().for_each(|channel| channel.delist(bell));
        if is_ready {
            return;
        }
    }
}

/// Receives as `receive` does; nothing if the channel has ended.
fn receive(channel: &Channel, bell: &Arc<Bell>) -> Option<Slot> {
    loop {
        if let Some(value) = channel.receive_now() {
            return Some(value);
        }
        channel.await_value();
        match channel.receive() {
            Received::Value(value) => return Some(value),
            Received::Closed | Received::Dead(_) => return None,
            Received::Empty => wait_for(&[channel], bell),
        }
    }
}

/// Receives from one of two channels, as `select` does: its index and the value, or nothing if that channel has ended.
fn select(channels: [&Channel; 2], bell: &Arc<Bell>) -> (usize, Option<Slot>) {
    loop {
        let is_any_ready = || channels.iter().any(|channel| channel.is_ready());
        if !is_any_ready() {
            Backoff::until_or_yield(|| channels.iter().any(|channel| channel.seems_ready()));
        }
        for (index, channel) in channels.iter().enumerate() {
            if !channel.is_ready() {
                continue;
            }
            match channel.receive() {
                Received::Value(value) => return (index, Some(value)),
                Received::Closed | Received::Dead(_) => return (index, None),
                Received::Empty => {}
            }
        }
        wait_for(&channels, bell);
    }
}

#[test]
fn a_turn_is_taken_by_one_thread_at_a_time() {
    explore(3, || {
        let turn = Arc::new(Turn::new((0, 0)));
        let step = |turn: &Turn<(u32, u32)>| {
            let mut pair = turn.take();
            assert_eq!(pair.0, pair.1);
            pair.0 += 1;
            thread::yield_now();
            pair.1 += 1;
        };
        let other = thread::spawn({
            let turn = turn.clone();
            move || step(&turn)
        });
        step(&turn);
        other.join().expect("it does not panic");
        assert_eq!(*turn.take(), (2, 2));
    });
}

#[test]
fn what_two_threads_push_is_popped_once() {
    explore(3, || {
        let ring = Arc::new(Ring::new(1));
        let push = |value: Slot| {
            let ring = ring.clone();
            thread::spawn(move || match ring.push(value) {
                Pushed::Done => value,
                Pushed::Full => 0,
                Pushed::Ended => panic!("nobody ends it"),
            })
        };
        let pushing = [push(1), push(2)];
        let mut taken = ring.pop().unwrap_or(0);
        let mut pushed = 0;
        for thread in pushing {
            pushed += thread.join().expect("it does not panic");
        }
        taken += ring.pop().unwrap_or(0);
        assert_eq!((ring.pop(), ring.len(), ring.is_empty()), (None, 0, true));
        assert_eq!(taken, pushed);
        assert_ne!(pushed, 0);
    });
}

#[test]
fn two_threads_pop_what_one_pushes_once_and_in_order() {
    explore(3, || {
        let ring = Arc::new(Ring::new(2));
        let pop = || {
            let ring = ring.clone();
            thread::spawn(move || ring.pop())
        };
        assert_eq!(ring.push(1), Pushed::Done);
        let popping = [pop(), pop()];
        assert_eq!(ring.push(2), Pushed::Done);
        let mut taken: Vec<Slot> = popping
            .into_iter()
            .filter_map(|thread| thread.join().expect("it does not panic"))
            .collect();
        taken.sort_unstable();
        taken.extend(std::iter::from_fn(|| ring.pop()));
        assert_eq!(taken, [1, 2]);
    });
}

#[test]
fn an_ended_ring_takes_nothing_and_keeps_what_it_took() {
    explore(3, || {
        let ring = Arc::new(Ring::new(2));
        let pushing = thread::spawn({
            let ring = ring.clone();
            move || ring.push(1)
        });
        ring.end();
        let pushed = pushing.join().expect("it does not panic");
        let expected = match pushed {
            Pushed::Done => Some(1),
            Pushed::Ended => None,
            Pushed::Full => panic!("there is room"),
        };
        assert_eq!((ring.pop(), ring.pop()), (expected, None));
    });
}

#[test]
fn a_receiver_that_waits_is_woken() {
    explore(3, || {
        let channel = channel(1);
        let sending = thread::spawn({
            let channel = channel.clone();
            move || assert!(send(&channel, &bell(), 7))
        });
        assert_eq!(receive(&channel, &bell()), Some(7));
        sending.join().expect("it does not panic");
    });
}

#[test]
fn a_sender_that_waits_for_room_is_woken() {
    explore(3, || {
        let channel = channel(1);
        let sending = thread::spawn({
            let channel = channel.clone();
            move || {
                let bell = bell();
                (1..=2).for_each(|value| assert!(send(&channel, &bell, value)));
            }
        });
        let bell = bell();
        assert_eq!(receive(&channel, &bell), Some(1));
        assert_eq!(receive(&channel, &bell), Some(2));
        sending.join().expect("it does not panic");
    });
}

#[test]
fn what_is_put_in_and_taken_out_at_once_is_there_once_and_in_order() {
    explore(3, || {
        let channel = channel(2);
        let sending = thread::spawn({
            let channel = channel.clone();
            move || [1, 2].map(|value| channel.send_now(value))
        });
        let mut taken: Vec<Slot> = channel.receive_now().into_iter().collect();
        // Nobody else pushes, and there is room: nothing keeps these two from being put in.
        assert_eq!(sending.join().expect("it does not panic"), [true, true]);
        taken.extend(std::iter::from_fn(|| channel.receive_now()));
        assert_eq!(taken, [1, 2]);
        assert!(!channel.is_ready());
    });
}

#[test]
fn what_is_put_in_at_once_wakes_a_select() {
    explore(3, || {
        let channels = [channel(1), channel(1)];
        let sending = thread::spawn({
            let channel = channels[1].clone();
            move || assert!(channel.send_now(7))
        });
        let taken = select([&*channels[0], &*channels[1]], &bell());
        assert_eq!(taken, (1, Some(7)));
        sending.join().expect("it does not panic");
    });
}

#[test]
fn what_is_drained_is_room_for_a_sender_that_waits() {
    explore(3, || {
        let channel = channel(1);
        assert!(channel.send_now(1));
        let sending = thread::spawn({
            let channel = channel.clone();
            move || assert!(send(&channel, &bell(), 2))
        });
        let mut taken = channel.drain();
        while taken.len() < 2 {
            taken.extend(receive(&channel, &bell()));
        }
        assert_eq!(taken, [1, 2]);
        sending.join().expect("it does not panic");
    });
}

#[test]
fn two_senders_that_wait_for_room_are_both_woken() {
    explore(1, || {
        let channel = channel(1);
        assert!(matches!(channel.try_send(0), Sent::Queued));
        let send = |value| {
            let channel = channel.clone();
            thread::spawn(move || assert!(send(&channel, &bell(), value)))
        };
        let sending = [send(1), send(2)];
        let bell = bell();
        let taken = [(); 3].map(|()| receive(&channel, &bell).expect("a value"));
        assert_eq!((taken[0], taken[1] + taken[2]), (0, 3));
        for thread in sending {
            thread.join().expect("it does not panic");
        }
    });
}

#[test]
fn two_receivers_that_wait_are_both_woken() {
    explore(1, || {
        let channel = channel(2);
        let take = || {
            let channel = channel.clone();
            thread::spawn(move || receive(&channel, &bell()).expect("a value"))
        };
        let taking = [take(), take()];
        assert!(matches!(channel.try_send(1), Sent::Queued));
        assert!(matches!(channel.try_send(2), Sent::Queued));
        let taken = taking.map(|thread| thread.join().expect("it does not panic"));
        assert_eq!(taken[0] + taken[1], 3);
    });
}

#[test]
fn the_end_of_a_sender_reaches_who_waits_and_comes_last() {
    explore(3, || {
        let channel = channel(1);
        let sending = thread::spawn({
            let channel = channel.clone();
            move || {
                assert!(send(&channel, &bell(), 7));
                channel.close_sender(End::Closed);
            }
        });
        let bell = bell();
        assert_eq!(receive(&channel, &bell), Some(7));
        assert_eq!(receive(&channel, &bell), None);
        sending.join().expect("it does not panic");
    });
}

#[test]
fn the_end_of_a_receiver_reaches_who_waits_for_room() {
    explore(3, || {
        let channel = channel(1);
        assert!(matches!(channel.try_send(1), Sent::Queued));
        let sending = thread::spawn({
            let channel = channel.clone();
            move || send(&channel, &bell(), 2)
        });
        let mut left = channel.close_receiver(End::Closed);
        let sent = sending.join().expect("it does not panic");
        // What was sent is the receiver's to release, what was not the sender's: once each.
        left.sort_unstable();
        assert_eq!((left, sent), (vec![1], false));
    });
}

#[test]
fn a_value_is_handed_over_once() {
    explore(3, || {
        let channel = channel(0);
        let sending = thread::spawn({
            let channel = channel.clone();
            move || assert!(hand_over(&channel, &bell(), 7))
        });
        assert_eq!(receive(&channel, &bell()), Some(7));
        sending.join().expect("it does not panic");
    });
}

#[test]
fn an_offer_is_taken_or_withdrawn() {
    explore(3, || {
        let channel = channel(0);
        let sending = thread::spawn({
            let channel = channel.clone();
            move || {
                let offer = channel.offer(7, &bell()).ok().expect("both ends live");
                !channel.withdraw(&offer)
            }
        });
        let taken = match channel.receive() {
            Received::Value(value) => Some(value),
            _ => None,
        };
        let sent = sending.join().expect("it does not panic");
        assert_eq!(taken, sent.then_some(7));
        assert!(!channel.is_ready());
    });
}

#[test]
fn an_offer_is_taken_or_refused() {
    explore(3, || {
        let channel = channel(0);
        let sending = thread::spawn({
            let channel = channel.clone();
            move || hand_over(&channel, &bell(), 7)
        });
        let taken = match channel.receive() {
            Received::Value(value) => Some(value),
            _ => None,
        };
        channel.close_receiver(End::Closed);
        let sent = sending.join().expect("it does not panic");
        assert_eq!(taken, sent.then_some(7));
    });
}

#[test]
fn a_select_takes_from_each_of_its_channels_and_loses_nothing() {
    explore(2, || {
        let channels = [channel(1), channel(1)];
        let sending = [0, 1].map(|index| {
            let channel = channels[index].clone();
            thread::spawn(move || assert!(send(&channel, &bell(), index as Slot)))
        });
        let bell = bell();
        let arms = [&*channels[0], &*channels[1]];
        let mut taken = [(); 2].map(|()| select(arms, &bell));
        taken.sort_unstable();
        assert_eq!(taken, [(0, Some(0)), (1, Some(1))]);
        for thread in sending {
            thread.join().expect("it does not panic");
        }
    });
}

#[test]
fn the_end_of_one_channel_wakes_a_select() {
    explore(3, || {
        let channels = [channel(1), channel(1)];
        let ending = thread::spawn({
            let channel = channels[1].clone();
            move || channel.close_sender(End::Closed)
        });
        let taken = select([&*channels[0], &*channels[1]], &bell());
        assert_eq!(taken, (1, None));
        ending.join().expect("it does not panic");
    });
}
