//! Running the engine without the interpreter's lock.

use crate::error;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};
use std::cell::RefCell;
use windlass_core::{Context, Result, Tick, with_context};

/// Runs `work`, which may evaluate, without the interpreter's lock. Signals are looked at every
/// 50 ms; what a signal handler raises ends the work and is what the caller gets.
pub(crate) fn detached<T: Send>(
    py: Python<'_>,
    work: impl FnOnce() -> Result<T> + Send,
) -> Result<T> {
    let outer = OUTER.with(|outer| outer.borrow().clone());
    py.detach(|| {
        let tick = Tick::watched(None, look);
        let _link = outer.on_cancel({
            let tick = tick.clone();
            move || tick.cancel()
        });
        let context = Context { tick, ..Context::default() };
        with_context(context, work)
    })
}

/// Lets Python's signal handlers run.
fn look() -> Result<()> {
    Python::attach(|py| py.check_signals().map_err(|raised| error::from_python(py, raised)))
}

thread_local! {
    /// With what the evaluations of this thread end.
    static OUTER: RefCell<Tick> = const { RefCell::new(Tick::never()) };
}

/// Ends, when it is cancelled, the evaluations of whatever it runs.
#[pyclass(module = "windlass._windlass", frozen)]
pub(crate) struct Cancellation(Tick);

#[pymethods]
impl Cancellation {
    #[new]
    fn new() -> Self {
        Self(Tick::new())
    }

    /// Ends what runs, and whatever would run later.
    fn cancel(&self, py: Python<'_>) {
        py.detach(|| self.0.cancel());
    }

    /// Whether it was cancelled.
    #[getter]
    fn cancelled(&self) -> bool {
        self.0.is_cancelled()
    }

    /// `function(*args, **kwargs)`, on this thread.
    #[pyo3(signature = (function, /, *args, **kwargs))]
    fn run<'py>(
        &self,
        function: &Bound<'py, PyAny>,
        args: &Bound<'py, PyTuple>,
        kwargs: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let former = OUTER.replace(self.0.clone());
        let result = function.call(args, kwargs);
        OUTER.set(former);
        result
    }
}
