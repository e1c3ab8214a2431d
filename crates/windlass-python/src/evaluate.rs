//! Running the engine without the interpreter's lock.

use crate::error;
use pyo3::prelude::*;
use windlass_core::{Context, Result, Tick, with_context};

/// Runs `work`, which may evaluate, without the interpreter's lock. Signals are looked at every
/// 50 ms; what a signal handler raises ends the work and is what the caller gets.
pub(crate) fn detached<T: Send>(
    py: Python<'_>,
    work: impl FnOnce() -> Result<T> + Send,
) -> Result<T> {
    py.detach(|| {
        let context = Context { tick: Tick::watched(None, look), ..Context::default() };
        with_context(context, work)
    })
}

/// Lets Python's signal handlers run.
fn look() -> Result<()> {
    Python::attach(|py| py.check_signals().map_err(|raised| error::from_python(py, raised)))
}
