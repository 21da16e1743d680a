//! Atomics of loom that are sequentially consistent where they say so.
//!
//! Loom takes such an access for one that acquires and releases, and knows the total order of fences alone. So an access
//! that writes stands between two fences here, as it does on the processors; one that only reads is as weak as there.

use loom::sync::atomic as weak;
pub(crate) use loom::sync::atomic::{Ordering, fence};

fn fenced<R>(order: Ordering, access: impl FnOnce() -> R) -> R {
    if order != Ordering::SeqCst {
        return access();
    }
    fence(order);
    let result = access();
    fence(order);
    result
}

macro_rules! atomics {
    ($($name:ident$(<$param:ident>)? of $value:ty;)*) => {$(
        pub(crate) struct $name$(<$param>)?(weak::$name$(<$param>)?);

        impl$(<$param>)? $name$(<$param>)? {
            pub(crate) fn new(value: $value) -> Self {
                Self(weak::$name::new(value))
            }

            #[track_caller]
            pub(crate) fn load(&self, order: Ordering) -> $value {
                self.0.load(order)
            }

            #[track_caller]
            pub(crate) fn store(&self, value: $value, order: Ordering) {
                fenced(order, || self.0.store(value, order));
            }

            #[track_caller]
            pub(crate) fn swap(&self, value: $value, order: Ordering) -> $value {
                fenced(order, || self.0.swap(value, order))
            }

            #[track_caller]
            pub(crate) fn compare_exchange(
                &self,
                from: $value,
                to: $value,
                order: Ordering,
                failed: Ordering,
            ) -> Result<$value, $value> {
                fenced(order, || self.0.compare_exchange(from, to, order, failed))
            }

            /// It never fails without a reason here.
            #[track_caller]
            pub(crate) fn compare_exchange_weak(
                &self,
                from: $value,
                to: $value,
                order: Ordering,
                failed: Ordering,
            ) -> Result<$value, $value> {
                self.compare_exchange(from, to, order, failed)
            }
        }
    )*};
}

atomics! {
    AtomicBool of bool;
    AtomicU8 of u8;
    AtomicU64 of u64;
    AtomicUsize of usize;
    AtomicPtr<T> of *mut T;
}

impl AtomicUsize {
    #[track_caller]
    pub(crate) fn fetch_or(&self, bits: usize, order: Ordering) -> usize {
        fenced(order, || self.0.fetch_or(bits, order))
    }
}
