//! What an evaluation knows of its caller.

use std::cell::RefCell;
use std::sync::Arc;
use windlass_io::{Result, Tick};

/// What the caller of evaluations wants: how they end early, how many threads they take, and
/// what is looked at on the caller's thread meanwhile.
#[derive(Clone)]
#[expect(clippy::exhaustive_structs, reason = "filled by struct update over the default")]
pub struct Context {
    /// Cancellation and deadline
    pub tick: Tick,
    /// Threads at most; the process's setting where none
    pub threads: Option<usize>,
    /// Called on the caller's thread at least every 50 ms; an error ends the evaluation
    pub poll: Option<Arc<dyn Fn() -> Result<()>>>,
}

impl Default for Context {
    fn default() -> Self {
        Self { tick: Tick::never(), threads: None, poll: None }
    }
}

impl std::fmt::Debug for Context {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Context").field("threads", &self.threads).finish_non_exhaustive()
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
