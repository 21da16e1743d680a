//! A queue of bounded length that any number of threads use at once, without a turn.
//!
//! After D. Vyukov's bounded queue, with the positions of `crossbeam-channel`: a position is an index and a lap, and each
//! cell says for which lap it is free or full. Who pushes claims the tail's position by moving the tail, who pops the
//! head's by moving the head; then the cell is theirs alone. Ends apart, pushing and popping touch one line of memory in
//! common: that of the cell.
//!
//! Cells count from zero, so that the memory of a long queue is the system's until it is used.

use super::sync::atomic::{
    AtomicBool, AtomicU64, AtomicUsize,
    Ordering::{Acquire, Relaxed, Release, SeqCst},
    fence,
};
use super::turn::Backoff;
#[cfg(not(loom))]
use std::alloc::{self, Layout};
use std::ops::Deref;
#[cfg(not(loom))]
use std::ptr;
use wat_value::Slot;

/// On lines of memory of its own: two, because processors fetch them in pairs.
#[repr(align(128))]
struct Apart<T>(T);

impl<T> Deref for Apart<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

/// A place in the queue.
struct Cell {
    /// The lap for which the cell is free; one more if it is full.
    lap: AtomicUsize,
    value: AtomicU64,
}

/// So many cells that are zero.
#[cfg(loom)]
fn zeroed(count: usize) -> Box<[Cell]> {
    let cell = |_| Cell {
        lap: AtomicUsize::new(0),
        value: AtomicU64::new(0),
    };
    (0..count).map(cell).collect()
}

/// So many cells that are zero.
#[cfg(not(loom))]
fn zeroed(count: usize) -> Box<[Cell]> {
    let layout = Layout::array::<Cell>(count).expect("a queue fits into memory");
    if layout.size() == 0 {
        return Box::new([]);
    }
    // SAFETY: the layout is not empty, and that of the slice; a cell is two integers, for which zero is a value.
    unsafe {
        let cells = alloc::alloc_zeroed(layout).cast::<Cell>();
        if cells.is_null() {
            alloc::handle_alloc_error(layout);
        }
        Box::from_raw(ptr::slice_from_raw_parts_mut(cells, count))
    }
}

/// What became of a value that was pushed.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Pushed {
    Done,
    Full,
    /// The queue takes nothing any more.
    Ended,
}

/// A bounded queue.
pub(super) struct Ring {
    head: Apart<AtomicUsize>,
    /// As the head, with the bit that says that the queue has ended.
    tail: Apart<AtomicUsize>,
    cells: Box<[Cell]>,
    /// The bit above those of an index.
    ended: usize,
    /// Set behind that bit of the tail, for those who only look: nobody else writes to this line of memory, whereas every
    /// push writes to that of the tail.
    is_over: AtomicBool,
}

impl Ring {
    /// A queue with so many places; one without any is always full.
    pub fn new(capacity: usize) -> Ring {
        Ring {
            head: Apart(AtomicUsize::new(0)),
            tail: Apart(AtomicUsize::new(0)),
            cells: zeroed(capacity),
            ended: (capacity + 1).next_power_of_two(),
            is_over: AtomicBool::new(false),
        }
    }

    pub fn capacity(&self) -> usize {
        self.cells.len()
    }

    fn one_lap(&self) -> usize {
        self.ended * 2
    }

    fn index(&self, position: usize) -> usize {
        position & (self.ended - 1)
    }

    fn lap(&self, position: usize) -> usize {
        position & !(self.one_lap() - 1)
    }

    fn after(&self, position: usize) -> usize {
        match self.index(position) + 1 {
            next if next < self.cells.len() => position + 1,
            _ => self.lap(position).wrapping_add(self.one_lap()),
        }
    }

    /// Puts a value at the end if the next cell is free; whether it did. Otherwise nothing is said of the queue, and nothing
    /// was read that those who pop write beside the cell.
    pub fn push_now(&self, value: Slot) -> bool {
        let tail = self.tail.load(Relaxed);
        if tail & self.ended != 0 {
            return false;
        }
        let Some(cell) = self.cells.get(self.index(tail)) else {
            return false;
        };
        let lap = self.lap(tail);
        cell.lap.load(Acquire) == lap && self.put(cell, tail, lap, value)
    }

    /// Claims a free cell and fills it; false if somebody else was faster.
    fn put(&self, cell: &Cell, tail: usize, lap: usize, value: Slot) -> bool {
        let after = self.after(tail);
        let claimed = self
            .tail
            .compare_exchange_weak(tail, after, SeqCst, Relaxed);
        if claimed.is_ok() {
            cell.value.store(value, Relaxed);
            cell.lap.store(lap + 1, Release);
        }
        claimed.is_ok()
    }

    /// Takes the first value if its cell is full. As above.
    pub fn pop_now(&self) -> Option<Slot> {
        let head = self.head.load(Relaxed);
        let cell = self.cells.get(self.index(head))?;
        let lap = self.lap(head);
        match cell.lap.load(Acquire) == lap + 1 {
            true => self.get(cell, head, lap),
            false => None,
        }
    }

    /// Claims a full cell and empties it; nothing if somebody else was faster.
    fn get(&self, cell: &Cell, head: usize, lap: usize) -> Option<Slot> {
        let after = self.after(head);
        let claimed = self
            .head
            .compare_exchange_weak(head, after, SeqCst, Relaxed);
        claimed.ok()?;
        let value = cell.value.load(Relaxed);
        cell.lap.store(lap.wrapping_add(self.one_lap()), Release);
        Some(value)
    }

    /// Puts a value at the end. Whoever tells others of it looks for them afterwards.
    pub fn push(&self, value: Slot) -> Pushed {
        let mut patience = Backoff::default();
        loop {
            let tail = self.tail.load(Relaxed);
            if tail & self.ended != 0 {
                return Pushed::Ended;
            }
            let Some(cell) = self.cells.get(self.index(tail)) else {
                return Pushed::Full;
            };
            let lap = self.lap(tail);
            let found = cell.lap.load(Acquire);
            if found == lap {
                if self.put(cell, tail, lap, value) {
                    return Pushed::Done;
                }
                patience.spin();
            } else if found.wrapping_add(self.one_lap()) == lap + 1 {
                fence(SeqCst);
                if self.head.load(Relaxed).wrapping_add(self.one_lap()) == tail {
                    return Pushed::Full;
                }
                // Somebody is taking the value out.
                patience.pause();
            } else {
                // The tail has moved.
                patience.spin();
            }
        }
    }

    /// Takes the first value, or finds none.
    pub fn pop(&self) -> Option<Slot> {
        let mut patience = Backoff::default();
        loop {
            let head = self.head.load(Relaxed);
            let cell = self.cells.get(self.index(head))?;
            let lap = self.lap(head);
            let found = cell.lap.load(Acquire);
            if found == lap + 1 {
                if let Some(value) = self.get(cell, head, lap) {
                    return Some(value);
                }
                patience.spin();
            } else if found == lap {
                fence(SeqCst);
                if self.tail.load(Relaxed) & !self.ended == head {
                    return None;
                }
                // Somebody is putting the value in.
                patience.pause();
            } else {
                // The head has moved.
                patience.spin();
            }
        }
    }

    /// Nothing is pushed from now on.
    pub fn end(&self) {
        self.tail.fetch_or(self.ended, SeqCst);
        self.is_over.store(true, SeqCst);
    }

    /// Has [`Ring::end`] returned? Until then somebody may be told that a push fails and that the queue goes on.
    pub fn has_ended(&self) -> bool {
        self.is_over.load(SeqCst)
    }

    /// How many values there are, or are about to be.
    pub fn len(&self) -> usize {
        loop {
            let tail = self.tail.load(SeqCst);
            let head = self.head.load(SeqCst);
            if self.tail.load(SeqCst) != tail {
                continue;
            }
            let (first, end) = (self.index(head), self.index(tail));
            return match first.cmp(&end) {
                std::cmp::Ordering::Less => end - first,
                std::cmp::Ordering::Greater => self.cells.len() - first + end,
                std::cmp::Ordering::Equal if tail & !self.ended == head => 0,
                std::cmp::Ordering::Equal => self.cells.len(),
            };
        }
    }

    /// Is there no value, nor one about to come?
    pub fn is_empty(&self) -> bool {
        let head = self.head.load(SeqCst);
        self.tail.load(SeqCst) & !self.ended == head
    }

    /// Does the first cell hold a value? For those who look again and again: nobody writes to the cell meanwhile.
    pub fn seems_filled(&self) -> bool {
        let head = self.head.load(Relaxed);
        let cell = self.cells.get(self.index(head));
        cell.is_some_and(|cell| cell.lap.load(Relaxed) == self.lap(head) + 1)
    }

    /// Is the next cell free, or has the queue ended? As above.
    pub fn seems_free(&self) -> bool {
        let tail = self.tail.load(Relaxed);
        let cell = self.cells.get(self.index(tail));
        tail & self.ended != 0 || cell.is_some_and(|cell| cell.lap.load(Relaxed) == self.lap(tail))
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::{Pushed, Ring};
    use std::collections::VecDeque;
    use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

    #[test]
    fn it_is_a_bounded_queue() {
        for capacity in [0, 1, 2, 3, 4, 5, 8, 1000] {
            let (ring, mut model) = (Ring::new(capacity), VecDeque::new());
            // Fills and empties in changing strides, over many laps.
            for step in 0..4 * capacity as u64 + 40 {
                for value in 0..step % 7 {
                    let value = step * 10 + value;
                    match model.len() < capacity {
                        true => {
                            model.push_back(value);
                            // Nobody else uses it: what can be done can be done at once.
                            match step % 2 == 0 {
                                true => assert!(ring.push_now(value)),
                                false => assert_eq!(ring.push(value), Pushed::Done),
                            }
                        }
                        false => {
                            assert!(!ring.push_now(value));
                            assert_eq!(ring.push(value), Pushed::Full);
                        }
                    }
                    assert_eq!(
                        (ring.len(), ring.is_empty()),
                        (model.len(), model.is_empty())
                    );
                    assert_eq!(ring.seems_filled(), !model.is_empty());
                    assert_eq!(ring.seems_free(), model.len() < capacity);
                }
                for take in 0..step % 5 {
                    let taken = match take % 2 == 0 {
                        true => ring.pop_now(),
                        false => ring.pop(),
                    };
                    assert_eq!(taken, model.pop_front());
                }
            }
            ring.end();
            assert!(!ring.push_now(1));
            assert_eq!(ring.push(1), Pushed::Ended);
            assert_eq!(ring.len(), model.len());
            while let Some(value) = model.pop_front() {
                assert_eq!(ring.pop(), Some(value));
            }
            assert_eq!((ring.pop(), ring.has_ended()), (None, true));
        }
    }

    #[test]
    fn what_threads_push_is_popped_once_and_in_the_order_of_its_thread() {
        const EACH: u64 = if cfg!(miri) { 60 } else { 20_000 };
        for capacity in [1, 2, 7, 64] {
            let (ring, left) = (Ring::new(capacity), AtomicUsize::new(4 * EACH as usize));
            std::thread::scope(|scope| {
                for sender in 0..4 {
                    let ring = &ring;
                    scope.spawn(move || {
                        for number in 0..EACH {
                            let value = sender << 32 | number;
                            while !ring.push_now(value) && ring.push(value) == Pushed::Full {
                                std::thread::yield_now();
                            }
                        }
                    });
                }
                let taken: Vec<_> = (0..2)
                    .map(|_| {
                        scope.spawn(|| {
                            let mut taken = Vec::new();
                            while left.load(SeqCst) > 0 {
                                match ring.pop_now().or_else(|| ring.pop()) {
                                    Some(value) => {
                                        left.fetch_sub(1, SeqCst);
                                        taken.push(value);
                                    }
                                    None => std::thread::yield_now(),
                                }
                            }
                            taken
                        })
                    })
                    .collect();
                let mut all = Vec::new();
                for thread in taken {
                    let taken = thread.join().expect("it does not panic");
                    for sender in 0..4 {
                        assert!(taken.iter().filter(|one| *one >> 32 == sender).is_sorted());
                    }
                    all.extend(taken);
                }
                all.sort_unstable();
                let sent = (0..4).flat_map(|sender| (0..EACH).map(move |one| sender << 32 | one));
                assert!(all.into_iter().eq(sent));
            });
        }
    }
}
