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
