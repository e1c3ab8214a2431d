//! Connections.

use crate::convert::no_pointer;
use pyo3::prelude::*;
use windlass_core::{Source, Target};

/// The handle of a source.
#[pyclass(module = "windlass._windlass", subclass, frozen)]
pub(crate) struct SourceBase(Source);

/// The handle of a target.
#[pyclass(module = "windlass._windlass", subclass, frozen)]
pub(crate) struct TargetBase(Target);

/// The source of a handle.
pub(crate) fn source_of(value: &Bound<'_, PyAny>) -> PyResult<Source> {
    match value.cast::<SourceBase>() {
        Ok(source) => Ok(source.get().0.clone()),
        Err(_) => Err(no_pointer(value)),
    }
}

/// The target of a handle.
pub(crate) fn target_of(value: &Bound<'_, PyAny>) -> PyResult<Target> {
    match value.cast::<TargetBase>() {
        Ok(target) => Ok(target.get().0.clone()),
        Err(_) => Err(no_pointer(value)),
    }
}
