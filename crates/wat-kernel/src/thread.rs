//! Threads of a process that forks.
//!
//! The threads of the standard library enter themselves in a list, behind a lock, when they begin and when they end. A
//! child that was forked meanwhile has that lock held for ever, and its first thread would wait for it (F6). These
//! threads come from the C library, which puts its own locks in order when it forks, and take none.

use std::any::Any;
use std::ffi::{CString, c_void};
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use crate::fd::named;

/// Whether a thread was started in this process.
static SPAWNED: AtomicBool = AtomicBool::new(false);

/// What a thread runs.
type Body = Box<dyn FnOnce() + Send>;

/// Bytes of a stack where the caller does not say.
const STACK: usize = 2 << 20;

/// A thread that runs. Dropping it leaves the thread alone.
#[derive(Debug)]
pub struct JoinHandle<T> {
    thread: libc::pthread_t,
    value: Arc<OnceLock<T>>,
    is_joined: bool,
}

// SAFETY: the number of a thread means the same to all threads of the process, and one of them joins or detaches it.
unsafe impl<T: Send> Send for JoinHandle<T> {}

impl<T> JoinHandle<T> {
    /// Waits for the end of the thread; what it returned, nothing if it panicked.
    pub fn join(mut self) -> Option<T> {
        self.is_joined = true;
        // SAFETY: the thread was neither joined nor detached.
        unsafe { libc::pthread_join(self.thread, std::ptr::null_mut()) };
        Arc::get_mut(&mut self.value)?.take()
    }
}

impl<T> Drop for JoinHandle<T> {
    fn drop(&mut self) {
        if !self.is_joined {
            // SAFETY: the thread was neither joined nor detached.
            unsafe { libc::pthread_detach(self.thread) };
        }
    }
}

/// Starts a thread. The system shows the first 15 bytes of its name.
///
/// # Errors
/// The operating system refuses a thread.
pub fn spawn<T: Send + Sync + 'static>(
    name: &str,
    stack: Option<usize>,
    body: impl FnOnce() -> T + Send + 'static,
) -> io::Result<JoinHandle<T>> {
    crate::process::attend();
    SPAWNED.store(true, Ordering::Relaxed);
    let value = Arc::new(OnceLock::new());
    let place = value.clone();
    let shown = name.bytes().filter(|byte| *byte != 0).take(15).collect();
    let shown = CString::new::<Vec<u8>>(shown).unwrap_or_default();
    let body: Body = Box::new(move || {
        // SAFETY: the name is at most 15 bytes and a zero.
        unsafe { libc::pthread_setname_np(libc::pthread_self(), shown.as_ptr()) };
        let returned: Result<T, Box<dyn Any + Send>> = catch_unwind(AssertUnwindSafe(body));
        if let Ok(returned) = returned {
            let _ = place.set(returned);
        }
        drop(place);
    });
    let argument = Box::into_raw(Box::new(body));
    // SAFETY: the attributes are made before they are used; the argument is the thread's if there is one.
    unsafe {
        let mut thread: libc::pthread_t = 0;
        let mut attributes: libc::pthread_attr_t = std::mem::zeroed();
        libc::pthread_attr_init(&raw mut attributes);
        libc::pthread_attr_setstacksize(&raw mut attributes, stack.unwrap_or(STACK));
        let status =
            libc::pthread_create(&raw mut thread, &raw const attributes, run, argument.cast());
        libc::pthread_attr_destroy(&raw mut attributes);
        if status != 0 {
            drop(Box::from_raw(argument));
            return Err(named("pthread_create")(io::Error::from_raw_os_error(
                status,
            )));
        }
        Ok(JoinHandle {
            thread,
            value,
            is_joined: false,
        })
    }
}

/// Whether [`spawn`] was called in this process.
pub fn has_spawned() -> bool {
    SPAWNED.load(Ordering::Relaxed)
}

/// Forgets the threads of the parent. Called once, in a child.
pub(crate) fn forget() {
    SPAWNED.store(false, Ordering::Relaxed);
}

extern "C" fn run(argument: *mut c_void) -> *mut c_void {
    // SAFETY: `spawn` made it for this thread.
    let body = unsafe { Box::from_raw(argument.cast::<Body>()) };
    body();
    std::ptr::null_mut()
}
