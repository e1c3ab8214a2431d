//! Handlers of progress.

use crate::error;
use crate::image::{self, ImageBase};
use pyo3::exceptions::PyTypeError;
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;
use pyo3::types::PyWeakrefReference;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use windlass_core::progress::{Event, State, Watcher};
use windlass_core::{Image, Result};

/// How far an evaluation is.
#[pyclass(module = "windlass", name = "Progress", frozen, get_all)]
pub(crate) struct Progress {
    /// What tells this evaluation from others
    im: u64,
    /// Seconds since the start
    run: u64,
    /// Seconds to the end, estimated
    eta: u64,
    /// Pixels of the image being evaluated
    tpels: u64,
    /// Pixels done
    npels: u64,
    /// Done, in percent
    percent: u32,
    /// Seconds since the start, with fractions
    start: f64,
}

/// Evaluations that any handler saw, for numbers that tell them apart.
static EVALUATIONS: AtomicU64 = AtomicU64::new(1);

/// A function that is told, until the collector of cycles takes it away.
pub(crate) struct Handler(Mutex<Option<Py<PyAny>>>);

impl Handler {
    pub(crate) fn new(handler: Bound<'_, PyAny>) -> PyResult<Self> {
        if !handler.is_callable() {
            return Err(PyTypeError::new_err("a handler is a callable"));
        }
        Ok(Self(Mutex::new(Some(handler.unbind()))))
    }

    fn get(&self, py: Python<'_>) -> Option<Py<PyAny>> {
        let handler = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        handler.as_ref().map(|handler| handler.clone_ref(py))
    }

    pub(crate) fn visit(&self, visit: &PyVisit<'_>) -> std::result::Result<(), PyTraverseError> {
        // never waits: the collector may have stopped whoever holds the lock
        match self.0.try_lock() {
            Ok(handler) => handler.as_ref().map_or(Ok(()), |handler| visit.call(handler)),
            Err(_) => Ok(()),
        }
    }

    pub(crate) fn clear(&self) {
        let handler = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        drop(handler);
    }
}

/// A handler of one event.
pub(crate) struct Watch {
    event: Event,
    handler: Arc<Handler>,
    /// The object that it was attached to, while somebody holds it.
    object: Py<PyWeakrefReference>,
    /// The same image without watchers, so that image and watcher don't keep each other alive.
    image: Image,
    /// The number of the evaluation that is going on.
    evaluation: AtomicU64,
}

impl Watch {
    pub(crate) fn new(
        object: &Bound<'_, ImageBase>,
        event: &str,
        handler: Arc<Handler>,
    ) -> PyResult<Self> {
        let py = object.py();
        let event = match event {
            "preeval" => Event::PreEval,
            "eval" => Event::Eval,
            "posteval" => Event::PostEval,
            other => {
                return Err(error::new(py, &format!("unsupported signal \"{other}\""), ""));
            }
        };
        let image = object.get().image();
        let image = image
            .with_header(image.header().clone())
            .map_err(|error| error::to_python(py, "unable to connect signal", &error))?;
        image.set_progress(None);
        let object = PyWeakrefReference::new(object)?.unbind();
        Ok(Self { event, handler, object, image, evaluation: AtomicU64::new(0) })
    }

    fn call(&self, py: Python<'_>, state: &State) -> PyResult<()> {
        use pyo3::types::PyWeakrefMethods as _;
        let image = match self.object.bind(py).upgrade() {
            Some(object) => object,
            None => image::wrap(py, self.image.clone())?,
        };
        let progress = Progress {
            im: self.evaluation.load(Ordering::Relaxed),
            run: state.run.as_secs(),
            eta: state.eta.as_secs(),
            tpels: state.tpels,
            npels: state.npels,
            percent: state.percent(),
            start: state.run.as_secs_f64(),
        };
        match self.handler.get(py) {
            Some(handler) => handler.call1(py, (image, progress)).map(drop),
            None => Ok(()),
        }
    }
}

impl Watcher for Watch {
    fn event(&self, event: Event, state: &State) -> Result<()> {
        if event == Event::PreEval {
            self.evaluation.store(EVALUATIONS.fetch_add(1, Ordering::Relaxed), Ordering::Relaxed);
        }
        if event != self.event {
            return Ok(());
        }
        Python::attach(|py| self.call(py, state).map_err(|raised| error::from_python(py, raised)))
    }
}
