//! What an evaluation knows of its caller.

use std::cell::RefCell;
use windlass_io::Tick;

/// What the caller of evaluations wants: how they end early, and how many threads they take.
#[derive(Clone, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "filled by struct update over the default")]
pub struct Context {
    /// Cancellation, deadline, and what is looked at on the caller's thread meanwhile
    pub tick: Tick,
    /// Threads at most; the process's setting where none
    pub threads: Option<usize>,
    /// How finely work is cut; tests make it as fine as can be
    #[doc(hidden)]
    pub grain: Grain,
}

impl Context {
    /// The context of this thread.
    pub fn current() -> Self {
        current()
    }
}

/// How finely work is cut. It never changes a result.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "for tests")]
pub struct Grain {
    /// Bytes of a unit
    pub unit: usize,
    /// Bytes of a block of a store
    pub block: usize,
    /// Bytes of the buffers that are made at a time within a task
    pub roll: usize,
    /// Rows made at a time at least
    pub rows: i32,
}

impl Default for Grain {
    fn default() -> Self {
        Self { unit: 1 << 20, block: 256 << 10, roll: 384 << 10, rows: 8 }
    }
}

thread_local! {
    static CURRENT: RefCell<Context> = RefCell::default();
}

/// Runs `work`; the evaluations in it, on this thread, follow `context`.
pub fn with_context<T>(context: Context, work: impl FnOnce() -> T) -> T {
    /// Puts the former context back, also when `work` panics.
    struct Restore(Context);
    impl Drop for Restore {
        fn drop(&mut self) {
            let former = std::mem::take(&mut self.0);
            CURRENT.with(|current| current.replace(former));
        }
    }
    let _restore = Restore(CURRENT.with(|current| current.replace(context)));
    work()
}

/// The context of this thread.
pub(crate) fn current() -> Context {
    CURRENT.with(|current| current.borrow().clone())
}
