//! Operations as attributes of the class `Image`.

use crate::call::{self, find};
use crate::introspect;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};
use windlass_core::declare::OpSpec;

// No documentation comment: it would hide the getter `__doc__`.
// An operation by itself, `Image.black`; as a method, where an image is its first argument.
#[pyclass(module = "windlass", frozen)]
pub(crate) struct Operation {
    spec: &'static OpSpec,
    /// What the caller calls it.
    shown: &'static str,
}

#[pymethods]
impl Operation {
    #[pyo3(signature = (*args, **kwargs))]
    fn __call__<'py>(
        &self,
        args: &pyo3::Bound<'py, PyTuple>,
        kwargs: Option<&pyo3::Bound<'py, PyDict>>,
    ) -> PyResult<pyo3::Bound<'py, PyAny>> {
        call::call_shown(self.spec, self.shown, None, args, kwargs)
    }

    fn __get__<'py>(
        slf: pyo3::Bound<'py, Self>,
        instance: Option<pyo3::Bound<'py, PyAny>>,
        owner: Option<&pyo3::Bound<'py, PyAny>>,
    ) -> PyResult<pyo3::Bound<'py, PyAny>> {
        let _ = owner;
        match instance {
            None => Ok(slf.into_any()),
            Some(image) => {
                let Self { spec, shown } = *slf.get();
                let bound = Bound { spec, shown, first: image.unbind() };
                Ok(pyo3::Bound::new(slf.py(), bound)?.into_any())
            }
        }
    }

    #[getter]
    fn __name__(&self) -> &'static str {
        self.spec.nickname
    }

    #[getter]
    fn __qualname__(&self) -> String {
        format!("Image.{}", self.spec.nickname)
    }

    #[getter]
    fn __doc__<'py>(&self, py: Python<'py>) -> PyResult<pyo3::Bound<'py, PyAny>> {
        introspect::docstring(py, self.spec)
    }

    fn __repr__(&self) -> String {
        format!("<operation {}>", self.spec.nickname)
    }
}

// An operation with its first argument.
#[pyclass(module = "windlass", name = "BoundOperation", frozen)]
pub(crate) struct Bound {
    spec: &'static OpSpec,
    shown: &'static str,
    first: Py<PyAny>,
}

#[pymethods]
impl Bound {
    #[pyo3(signature = (*args, **kwargs))]
    fn __call__<'py>(
        &self,
        args: &pyo3::Bound<'py, PyTuple>,
        kwargs: Option<&pyo3::Bound<'py, PyDict>>,
    ) -> PyResult<pyo3::Bound<'py, PyAny>> {
        call::call_shown(self.spec, self.shown, Some(self.first.bind(args.py())), args, kwargs)
    }

    #[getter]
    fn __name__(&self) -> &'static str {
        self.spec.nickname
    }

    #[getter]
    fn __self__<'py>(&self, py: Python<'py>) -> &pyo3::Bound<'py, PyAny> {
        self.first.bind(py)
    }

    #[getter]
    fn __doc__<'py>(&self, py: Python<'py>) -> PyResult<pyo3::Bound<'py, PyAny>> {
        introspect::docstring(py, self.spec)
    }

    fn __repr__(&self) -> String {
        format!("<operation {} of an image>", self.spec.nickname)
    }
}

/// The operation called `name`, in any case, as an attribute for the class `Image`.
#[pyfunction]
pub(crate) fn operation(py: Python<'_>, name: &str) -> PyResult<Operation> {
    let spec = find(py, name)?;
    Ok(Operation { spec, shown: call::shown(name, spec) })
}
