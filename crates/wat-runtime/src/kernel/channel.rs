//! Channels in memory: a bounded queue with one sender and one receiver, each used by any number of threads.
//!
//! The queue is a [`Ring`], which nobody waits for. What else there is to a channel has a turn, which is taken only by
//! those who wait, by those who find that somebody does, and at its end: two counters say whether anybody waits. A waiting
//! thread first counts itself and then looks at the ring once more; who has changed the ring looks at the counters. One of
//! the two sees the other.
//!
//! Who takes a value out wakes one sender that waits for room; it tries again, and often finds room for more than one
//! value. A channel without capacity hands values from thread to thread: a sender leaves its value as an *offer*, and
//! who receives takes it and tells the sender.

use super::Chain;
use super::bell::Bell;
use super::ring::{Pushed, Ring};
use super::sync::atomic::{AtomicU8, AtomicUsize, Ordering::Relaxed, Ordering::SeqCst};
use super::turn::{Backoff, Turn};
use std::collections::VecDeque;
use std::sync::Arc;
use wat_value::{Desc, Slot};

/// An end of a channel.
#[derive(Clone)]
pub(super) enum End {
    Live,
    Closed,
    /// Released by a thread that was dying.
    Dead(Chain),
}

const OPEN: u8 = 0;
const TAKEN: u8 = 1;
const REFUSED: u8 = 2;

/// A value that waits for whoever takes it out of the sender's hand.
pub(super) struct Offer {
    value: Slot,
    bell: Arc<Bell>,
    state: AtomicU8,
}

impl Offer {
    fn settle(&self, state: u8) {
        self.state.store(state, SeqCst);
        self.bell.ring();
    }

    pub fn is_taken(&self) -> bool {
        self.state.load(SeqCst) == TAKEN
    }

    pub fn is_refused(&self) -> bool {
        self.state.load(SeqCst) == REFUSED
    }
}

/// What those who wait, and the ends of a channel, change.
struct State {
    /// Of a channel without capacity.
    offers: VecDeque<Arc<Offer>>,
    /// Who waits for room. A ring of their bell takes them off.
    hoping: VecDeque<Arc<Bell>>,
    sender: End,
    receiver: End,
    /// Who waits for something to receive. A ring of their bell takes them off.
    waiters: Vec<Arc<Bell>>,
}

/// A channel.
pub(super) struct Channel {
    item: &'static Desc,
    ring: Ring,
    /// How many offers there are. It changes with the turn of the state, as the next two do.
    offered: AtomicUsize,
    /// How many wait for room.
    hoping: AtomicUsize,
    /// How many wait for something to receive.
    listening: AtomicUsize,
    state: Turn<State>,
}

/// What became of a value that was to be sent.
pub(super) enum Sent {
    Queued,
    /// The other side, or this end, is closed. The value is the caller's again.
    Closed,
    /// The other side has died.
    Dead(Chain),
    /// There is no room; the value is still the caller's unless it was offered.
    Full,
}

/// What there is to receive.
pub(super) enum Received {
    Value(Slot),
    Closed,
    Dead(Chain),
    Empty,
}

impl Channel {
    pub fn new(item: &'static Desc, capacity: usize) -> Channel {
        Channel {
            item,
            ring: Ring::new(capacity),
            offered: AtomicUsize::new(0),
            hoping: AtomicUsize::new(0),
            listening: AtomicUsize::new(0),
            state: Turn::new(State {
                offers: VecDeque::new(),
                hoping: VecDeque::new(),
                sender: End::Live,
                receiver: End::Live,
                waiters: Vec::new(),
            }),
        }
    }

    pub fn item(&self) -> &'static Desc {
        self.item
    }

    /// Are values handed from thread to thread?
    pub fn is_hand_to_hand(&self) -> bool {
        self.ring.capacity() == 0
    }

    /// Looks a few times whether there is room, or no use in waiting for it. To be asked before a value is put in: who
    /// finds a full ring for certain has read what those who receive write, which makes the next step of each dearer.
    pub fn await_room(&self) {
        if !self.is_hand_to_hand() {
            Backoff::until_or_yield(|| self.ring.seems_free());
        }
    }

    /// Looks a few times whether there is something to receive. To be asked before a value is taken, as above.
    pub fn await_value(&self) {
        Backoff::until_or_yield(|| self.seems_ready());
    }

    /// Is there something to receive? For those who look again and again: what others write to while there is nothing
    /// is not read, and what was just put in may not be seen.
    pub fn seems_ready(&self) -> bool {
        self.ring.seems_filled() || self.offered.load(Relaxed) > 0 || self.ring.has_ended()
    }

    /// Puts a value into the queue if that can be done at once; whether it was done.
    pub fn send_now(&self, value: Slot) -> bool {
        let is_done = self.ring.push_now(value);
        if is_done {
            self.tell_of_value();
        }
        is_done
    }

    /// Rings whoever waits for something to receive.
    fn tell_of_value(&self) {
        if self.listening.load(SeqCst) > 0 {
            self.tell(&mut self.state.take());
        }
    }

    /// Puts a value into the queue if there is room.
    pub fn try_send(&self, value: Slot) -> Sent {
        match self.ring.push(value) {
            Pushed::Done => {
                self.tell_of_value();
                Sent::Queued
            }
            Pushed::Full => Sent::Full,
            Pushed::Ended => match self.refusal() {
                Some(chain) => Sent::Dead(chain),
                None => Sent::Closed,
            },
        }
    }

    /// Rings whoever waits for something to receive.
    #[cold]
    fn tell(&self, state: &mut State) {
        self.listening.store(0, SeqCst);
        state.waiters.drain(..).for_each(|bell| bell.ring());
    }

    /// Leaves the value as an offer, unless a send fails.
    pub fn offer(&self, value: Slot, bell: &Arc<Bell>) -> Result<Arc<Offer>, Sent> {
        let mut state = self.state.take();
        match (&state.sender, &state.receiver) {
            (End::Live, End::Live) => {}
            (End::Live, End::Dead(chain)) => return Err(Sent::Dead(chain.clone())),
            _ => return Err(Sent::Closed),
        }
        let offer = Arc::new(Offer {
            value,
            bell: bell.clone(),
            state: AtomicU8::new(OPEN),
        });
        state.offers.push_back(offer.clone());
        self.offered.store(state.offers.len(), SeqCst);
        self.tell(&mut state);
        Ok(offer)
    }

    /// Takes an offer back; false if somebody has taken its value before.
    pub fn withdraw(&self, offer: &Arc<Offer>) -> bool {
        let mut state = self.state.take();
        state.offers.retain(|other| !Arc::ptr_eq(other, offer));
        self.offered.store(state.offers.len(), SeqCst);
        !offer.is_taken()
    }

    /// From now on the bell is rung when there is room; once.
    pub fn hope(&self, bell: &Arc<Bell>) {
        let mut state = self.state.take();
        state.hoping.push_back(bell.clone());
        self.hoping.store(state.hoping.len(), SeqCst);
    }

    /// The bell need not be rung; false if it has been.
    pub fn despair(&self, bell: &Arc<Bell>) -> bool {
        if self.hoping.load(SeqCst) == 0 {
            return false;
        }
        let mut state = self.state.take();
        let before = state.hoping.len();
        state.hoping.retain(|other| !Arc::ptr_eq(other, bell));
        self.hoping.store(state.hoping.len(), SeqCst);
        state.hoping.len() < before
    }

    /// Tells one sender that there may be room.
    pub fn tell_of_room(&self) {
        if self.hoping.load(SeqCst) > 0 {
            self.wake_sender();
        }
    }

    #[cold]
    fn wake_sender(&self) {
        let bell = {
            let mut state = self.state.take();
            let bell = state.hoping.pop_front();
            self.hoping.store(state.hoping.len(), SeqCst);
            bell
        };
        if let Some(bell) = bell {
            bell.ring();
        }
    }

    /// Takes the first offer off and tells its sender.
    fn take_offer(&self, state: &mut State) -> Option<Slot> {
        let offer = state.offers.pop_front()?;
        self.offered.store(state.offers.len(), SeqCst);
        offer.settle(TAKEN);
        Some(offer.value)
    }

    /// Why a send to this channel fails.
    pub fn refusal(&self) -> Option<Chain> {
        let state = self.state.take();
        match (&state.sender, &state.receiver) {
            (End::Live, End::Dead(chain)) => Some(chain.clone()),
            _ => None,
        }
    }

    /// Takes a value out of the queue if that can be done at once.
    pub fn receive_now(&self) -> Option<Slot> {
        let value = self.ring.pop_now()?;
        self.tell_of_room();
        Some(value)
    }

    /// Takes what there is to receive.
    pub fn receive(&self) -> Received {
        match self.ring.pop() {
            Some(value) => {
                self.tell_of_room();
                Received::Value(value)
            }
            None if self.offered.load(SeqCst) == 0 && !self.ring.has_ended() => Received::Empty,
            None => self.receive_in_turn(),
        }
    }

    #[cold]
    fn receive_in_turn(&self) -> Received {
        let mut state = self.state.take();
        // The end may have come behind a last value.
        if let Some(value) = self.ring.pop() {
            return Received::Value(value);
        }
        // A channel without capacity hands offers on.
        if let Some(value) = self.take_offer(&mut state) {
            return Received::Value(value);
        }
        match (&state.receiver, &state.sender) {
            (End::Live, End::Live) => Received::Empty,
            (End::Live, End::Dead(chain)) => Received::Dead(chain.clone()),
            _ => Received::Closed,
        }
    }

    /// Is there something to receive?
    pub fn is_ready(&self) -> bool {
        !self.ring.is_empty() || self.offered.load(SeqCst) > 0 || self.ring.has_ended()
    }

    /// Is the sender gone and nothing queued?
    pub fn is_closed(&self) -> bool {
        let state = self.state.take();
        self.ring.is_empty() && !matches!(state.sender, End::Live)
    }

    /// Takes what is queued.
    pub fn drain(&self) -> Vec<Slot> {
        // What comes meanwhile is left, so that a fast sender does not keep the caller here.
        let queued = self.ring.len();
        let take = |_| {
            let value = self.ring.pop()?;
            self.tell_of_room();
            Some(value)
        };
        (0..queued).map_while(take).collect()
    }

    pub fn enlist(&self, bell: &Arc<Bell>) {
        let mut state = self.state.take();
        state.waiters.push(bell.clone());
        self.listening.store(state.waiters.len(), SeqCst);
    }

    /// Takes a bell off that may not have been rung.
    pub fn delist(&self, bell: &Arc<Bell>) {
        if self.listening.load(SeqCst) == 0 {
            return;
        }
        let mut state = self.state.take();
        let at = state
            .waiters
            .iter()
            .position(|other| Arc::ptr_eq(other, bell));
        if let Some(at) = at {
            state.waiters.swap_remove(at);
            self.listening.store(state.waiters.len(), SeqCst);
        }
    }

    /// Ends the sender, unless it has ended before.
    pub fn close_sender(&self, end: End) {
        let mut state = self.state.take();
        if matches!(state.sender, End::Live) {
            state.sender = end;
            self.end(&mut state);
        }
    }

    /// Ends the receiver, unless it has ended before; what was queued is the caller's to release.
    pub fn close_receiver(&self, end: End) -> Vec<Slot> {
        let mut state = self.state.take();
        if !matches!(state.receiver, End::Live) {
            return Vec::new();
        }
        state.receiver = end;
        self.end(&mut state);
        std::iter::from_fn(|| self.ring.pop()).collect()
    }

    /// What was queued is still received, unless the receiver has ended; what was only offered never was sent.
    fn end(&self, state: &mut State) {
        self.ring.end();
        self.offered.store(0, SeqCst);
        let offers = state.offers.drain(..);
        offers.for_each(|offer| offer.settle(REFUSED));
        self.hoping.store(0, SeqCst);
        state.hoping.drain(..).for_each(|bell| bell.ring());
        self.tell(state);
    }
}
