//! Metadata values between Python and the engine.

use crate::convert;
use crate::image::{self, ImageBase};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyBytes, PyFloat, PyInt, PyList, PyString};
use windlass_core::{Image, Meta};

/// What a value is, in a word.
pub(crate) fn kind(meta: &Meta) -> &'static str {
    match meta {
        Meta::Bool(_) => "bool",
        Meta::Int(_) => "int",
        Meta::UInt64(_) => "uint64",
        Meta::Double(_) => "double",
        Meta::String(_) => "string",
        Meta::Blob(_) => "blob",
        Meta::Ints(_) => "ints",
        Meta::Doubles(_) => "doubles",
        Meta::Image(_) => "image",
        Meta::Images(_) => "images",
        _ => "unknown",
    }
}

/// A value as Python shows it.
pub(crate) fn to_python<'py>(py: Python<'py>, meta: &Meta) -> PyResult<Bound<'py, PyAny>> {
    Ok(match meta {
        Meta::Bool(b) => PyBool::new(py, *b).to_owned().into_any(),
        Meta::Int(n) => PyInt::new(py, *n).into_any(),
        Meta::UInt64(n) => PyInt::new(py, *n).into_any(),
        Meta::Double(d) => PyFloat::new(py, *d).into_any(),
        Meta::String(s) => PyString::new(py, s).into_any(),
        Meta::Blob(bytes) => PyBytes::new(py, bytes).into_any(),
        Meta::Ints(n) => PyList::new(py, n.iter())?.into_any(),
        Meta::Doubles(d) => PyList::new(py, d.iter())?.into_any(),
        Meta::Image(image) => image::wrap(py, image.clone())?,
        Meta::Images(images) => {
            let images = images.iter().map(|image| image::wrap(py, image.clone()));
            PyList::new(py, images.collect::<PyResult<Vec<_>>>()?)?.into_any()
        }
        _ => return Err(PyTypeError::new_err("a metadata value of unknown kind")),
    })
}

/// A value of the kind that `kind` names.
pub(crate) fn from_python(kind: &str, value: &Bound<'_, PyAny>) -> PyResult<Meta> {
    Ok(match kind {
        "bool" => Meta::Bool(value.is_truthy()?),
        "int" => Meta::Int(convert::integer(value)?),
        "uint64" => Meta::UInt64(convert::unsigned(value)?),
        "double" => Meta::Double(value.extract()?),
        "string" => Meta::String(convert::text(value)?.into()),
        // private to the image: the caller's buffer may change
        "blob" => Meta::Blob(convert::blob(value)?.to_vec().into()),
        "ints" => Meta::Ints(convert::integers(value)?.into()),
        "doubles" => Meta::Doubles(convert::doubles(value)?.into()),
        "image" => Meta::Image(image_of(value)?),
        "images" => {
            let images = value.try_iter()?.map(|item| image_of(&item?));
            Meta::Images(images.collect::<PyResult<Vec<_>>>()?.into())
        }
        _ => return Err(PyTypeError::new_err(format!("no metadata of kind {kind}"))),
    })
}

fn image_of(value: &Bound<'_, PyAny>) -> PyResult<Image> {
    match value.cast::<ImageBase>() {
        Ok(image) => Ok(image.get().image()),
        Err(_) => Err(convert::no_pointer(value)),
    }
}

/// A number, stored as a double or an integer.
pub(crate) fn double(image: &Image, name: &str) -> Option<f64> {
    match image.header().metadata.get(name)? {
        Meta::Double(d) => Some(*d),
        Meta::Int(n) => Some(f64::from(*n)),
        _ => None,
    }
}
