//! Errors on their way between Python and the engine.

use pyo3::exceptions::PyException;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyType;
use std::error::Error as StdError;
use std::fmt;
use windlass_core::{Error, ErrorKind};

/// A Python exception as the cause of an error of the engine.
#[derive(Debug)]
pub(crate) struct Raised(PyErr);

impl fmt::Display for Raised {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl StdError for Raised {}

/// The engine's error for an exception that a handler raised.
pub(crate) fn from_python(py: Python<'_>, error: PyErr) -> Error {
    let kind =
        if error.is_instance_of::<PyException>(py) { ErrorKind::Io } else { ErrorKind::Cancelled };
    Error::new(kind, error.to_string()).with_source(Raised(error))
}

/// The exception for an error of the engine: `windlass.Error(message, detail)`, caused by the
/// exception of a handler where there is one. An interrupt is raised as itself.
pub(crate) fn to_python(py: Python<'_>, message: &str, error: &Error) -> PyErr {
    let cause = cause_of(error).map(|raised| raised.0.clone_ref(py));
    if let Some(cause) = &cause
        && !cause.is_instance_of::<PyException>(py)
    {
        return cause.clone_ref(py);
    }
    let mut detail = detail_of(error);
    if let Some(text) = cause.as_ref().map(|cause| cause.value(py).to_string())
        && !detail.contains(&text)
    {
        detail = format!("{detail}\n{text}");
    }
    let raised = new(py, message, &detail);
    let kind = format!("{:?}", error.kind());
    if let Err(failure) = raised.value(py).setattr(intern!(py, "kind"), kind) {
        return failure;
    }
    raised.set_cause(py, cause);
    raised
}

/// `windlass.Error(message, detail)`.
pub(crate) fn new(py: Python<'_>, message: &str, detail: &str) -> PyErr {
    static ERROR: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    ERROR
        .import(py, "windlass.error", "Error")
        .and_then(|class| class.call1((message, detail)))
        .map_or_else(|failure| failure, PyErr::from_value)
}

/// The exception that lies inside `error`, however deep.
fn cause_of(error: &Error) -> Option<&Raised> {
    let mut next: Option<&(dyn StdError + 'static)> = Some(error);
    while let Some(error) = next {
        if let Some(raised) = error.downcast_ref::<Raised>() {
            return Some(raised);
        }
        // `io::Error::source` skips the error that it wraps and answers with its source
        next = match error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref) {
            Some(inner) => Some(inner),
            None => error.source(),
        };
    }
    None
}

/// What went wrong and where, in the reference's manner: `operation: text`.
fn detail_of(error: &Error) -> String {
    let mut detail = error.message().to_owned();
    for (key, value) in error.context() {
        if *key != "operation" {
            detail = format!("{detail} [{key}: {value}]");
        } else if !detail.starts_with(&format!("{value}: ")) && !has_domain(error.message()) {
            detail = format!("{value}: {detail}");
        }
    }
    detail
}

/// Whether a text begins with who says it: `VipsForeignLoad: …`.
fn has_domain(text: &str) -> bool {
    text.split_once(": ").is_some_and(|(domain, _)| !domain.is_empty() && !domain.contains(' '))
}
