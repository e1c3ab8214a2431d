//! Handlers of progress.

use crate::error;
use crate::image::{self, ImageBase};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::PyWeakrefReference;
use std::sync::atomic::{AtomicU64, Ordering};
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

/// A handler of one event.
pub(crate) struct Watch {
    event: Event,
    handler: Py<PyAny>,
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
        handler: Py<PyAny>,
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
        if !handler.bind(py).is_callable() {
            return Err(PyTypeError::new_err("a handler is a callable"));
        }
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
        self.handler.call1(py, (image, progress)).map(drop)
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
