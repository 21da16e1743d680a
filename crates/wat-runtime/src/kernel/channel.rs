//! Channels in memory: a bounded queue with one sender and one receiver, each used by any number of threads.
//!
//! A sender that finds the queue full leaves its value as an *offer* and waits; who takes a value moves the first offer
//! into the queue and wakes its sender. So order is kept, a refused value goes back to its sender, and a channel
//! without capacity hands values from thread to thread.

use super::Chain;
use super::bell::Bell;
use super::turn::{Backoff, Turn, TurnGuard};
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering::SeqCst};
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

/// A value that waits for room.
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

struct State {
    capacity: usize,
    queue: VecDeque<Slot>,
    offers: VecDeque<Arc<Offer>>,
    sender: End,
    receiver: End,
    /// Who waits for something to receive.
    waiters: Vec<Arc<Bell>>,
}

/// There is something to receive, or nothing to wait for.
const READY: u8 = 1;
/// There is room, or nothing to wait for.
const ROOM: u8 = 2;

/// A channel.
pub(super) struct Channel {
    item: &'static Desc,
    has_capacity: bool,
    state: Turn<State>,
    /// What the state comes to, for those who only look. It changes before anybody is told.
    hint: AtomicU8,
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
            has_capacity: capacity > 0,
            state: Turn::new(State {
                capacity,
                queue: VecDeque::new(),
                offers: VecDeque::new(),
                sender: End::Live,
                receiver: End::Live,
                waiters: Vec::new(),
            }),
            hint: AtomicU8::new(if capacity > 0 { ROOM } else { 0 }),
        }
    }

    /// The state has changed in a way that receivers wait for.
    fn tell(&self, state: &State) {
        self.note(state);
        state.ring();
    }

    fn note(&self, state: &State) {
        let hint = state.hint();
        if self.hint.load(SeqCst) != hint {
            self.hint.store(hint, SeqCst);
        }
    }

    /// Looks a few times whether there is room. A channel without capacity never has.
    pub fn await_room(&self) {
        if self.has_capacity {
            Backoff::until(|| self.hint.load(SeqCst) & ROOM != 0);
        }
    }

    pub fn item(&self) -> &'static Desc {
        self.item
    }

    /// Puts a value into the queue if there is room.
    pub fn try_send(&self, value: Slot) -> Sent {
        self.push(&mut self.state.take(), value)
    }

    fn push(&self, state: &mut TurnGuard<'_, State>, value: Slot) -> Sent {
        match (&state.sender, &state.receiver) {
            (End::Live, End::Live) => {}
            (End::Live, End::Dead(chain)) => return Sent::Dead(chain.clone()),
            _ => return Sent::Closed,
        }
        if state.queue.len() >= state.capacity {
            return Sent::Full;
        }
        state.queue.push_back(value);
        self.tell(state);
        Sent::Queued
    }

    /// The same, and leaves the value as an offer if there is none.
    pub fn offer(&self, value: Slot, bell: &Arc<Bell>) -> Result<Arc<Offer>, Sent> {
        let mut state = self.state.take();
        match self.push(&mut state, value) {
            Sent::Full => {}
            sent => return Err(sent),
        }
        let offer = Arc::new(Offer {
            value,
            bell: bell.clone(),
            state: AtomicU8::new(OPEN),
        });
        state.offers.push_back(offer.clone());
        self.tell(&state);
        Ok(offer)
    }

    /// Takes an offer back; false if somebody has taken its value before.
    pub fn withdraw(&self, offer: &Arc<Offer>) -> bool {
        let mut state = self.state.take();
        state.offers.retain(|other| !Arc::ptr_eq(other, offer));
        self.note(&state);
        !offer.is_taken()
    }

    /// Why a send to this channel fails.
    pub fn refusal(&self) -> Option<Chain> {
        let state = self.state.take();
        match (&state.sender, &state.receiver) {
            (End::Live, End::Dead(chain)) => Some(chain.clone()),
            _ => None,
        }
    }

    /// Takes what there is to receive.
    pub fn receive(&self) -> Received {
        let mut state = self.state.take();
        if let Some(value) = state.pop() {
            self.note(&state);
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
        self.hint.load(SeqCst) & READY != 0
    }

    /// Is the sender gone and nothing queued?
    pub fn is_closed(&self) -> bool {
        let state = self.state.take();
        state.queue.is_empty() && !matches!(state.sender, End::Live)
    }

    /// Takes what is queued.
    pub fn drain(&self) -> Vec<Slot> {
        let mut state = self.state.take();
        let values: Vec<Slot> = state.queue.drain(..).collect();
        state.refill();
        self.note(&state);
        values
    }

    pub fn enlist(&self, bell: &Arc<Bell>) {
        self.state.take().waiters.push(bell.clone());
    }

    pub fn delist(&self, bell: &Arc<Bell>) {
        let mut state = self.state.take();
        let at = state
            .waiters
            .iter()
            .position(|other| Arc::ptr_eq(other, bell));
        if let Some(at) = at {
            state.waiters.swap_remove(at);
        }
    }

    /// Ends the sender, unless it has ended before.
    pub fn close_sender(&self, end: End) {
        let mut state = self.state.take();
        if matches!(state.sender, End::Live) {
            state.sender = end;
            // What was queued is still received; what was only offered never was sent.
            state.refuse();
            self.tell(&state);
        }
    }

    /// Ends the receiver, unless it has ended before; what was queued is the caller's to release.
    pub fn close_receiver(&self, end: End) -> VecDeque<Slot> {
        let mut state = self.state.take();
        if !matches!(state.receiver, End::Live) {
            return VecDeque::new();
        }
        state.receiver = end;
        state.refuse();
        let queued = std::mem::take(&mut state.queue);
        self.tell(&state);
        queued
    }
}

impl State {
    fn hint(&self) -> u8 {
        let is_open = matches!((&self.receiver, &self.sender), (End::Live, End::Live));
        let is_ready = !self.queue.is_empty() || !self.offers.is_empty() || !is_open;
        let has_room = self.queue.len() < self.capacity || !is_open;
        u8::from(is_ready) * READY + u8::from(has_room) * ROOM
    }

    fn ring(&self) {
        for bell in &self.waiters {
            bell.ring();
        }
    }

    fn refuse(&mut self) {
        for offer in self.offers.drain(..) {
            offer.settle(REFUSED);
        }
    }

    fn pop(&mut self) -> Option<Slot> {
        let value = match self.queue.pop_front() {
            Some(value) => value,
            None => {
                let offer = self.offers.pop_front()?;
                offer.settle(TAKEN);
                return Some(offer.value);
            }
        };
        self.refill();
        Some(value)
    }

    /// Moves offers into the queue while there is room.
    fn refill(&mut self) {
        while self.queue.len() < self.capacity {
            let Some(offer) = self.offers.pop_front() else {
                return;
            };
            self.queue.push_back(offer.value);
            offer.settle(TAKEN);
        }
    }
}
