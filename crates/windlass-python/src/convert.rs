//! Values between Python and the table of operations.

use crate::constant;
use crate::image::{self, ImageBase};
use crate::{connection, error};
use bytes::Bytes;
use pyo3::buffer::PyBuffer;
use pyo3::exceptions::{PyAttributeError, PyOverflowError, PyTypeError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::{
    PyBool, PyByteArray, PyBytes, PyFloat, PyInt, PyList, PyMemoryView, PySequence, PyString,
    PyTuple,
};
use windlass_core::declare::{ArgSpec, ArgType, EnumSpec, Value};
use windlass_core::{Image, Interpolator};

/// The handle of an interpolator.
#[pyclass(module = "windlass._windlass", subclass, frozen)]
pub(crate) struct InterpolateBase(Interpolator);

#[pymethods]
impl InterpolateBase {
    #[new]
    fn new(py: Python<'_>, nick: &str) -> PyResult<Self> {
        Interpolator::new(nick)
            .map(Self)
            .map_err(|error| error::to_python(py, &format!("no such interpolator {nick}"), &error))
    }

    /// Its nickname.
    #[getter]
    fn nickname(&self) -> &'static str {
        self.0.nick()
    }
}

/// The first image among `value` and what it contains.
pub(crate) fn first_image<'py>(value: &Bound<'py, PyAny>) -> Option<Bound<'py, ImageBase>> {
    if let Ok(image) = value.cast::<ImageBase>() {
        return Some(image.clone());
    }
    if let Ok(tuple) = value.cast::<PyTuple>() {
        return tuple.iter().find_map(|item| first_image(&item));
    }
    value.cast::<PyList>().ok()?.iter().find_map(|item| first_image(&item))
}

/// Converts the arguments of one call; constants become images like the first image among them.
pub(crate) struct Converter<'py> {
    py: Python<'py>,
    like: Option<Bound<'py, ImageBase>>,
}

impl<'py> Converter<'py> {
    pub(crate) fn new(py: Python<'py>, like: Option<Bound<'py, ImageBase>>) -> Self {
        Self { py, like }
    }

    pub(crate) fn py(&self) -> Python<'py> {
        self.py
    }

    /// `value` as the type that `arg` has.
    pub(crate) fn value(&self, arg: &ArgSpec, value: &Bound<'py, PyAny>) -> PyResult<Value> {
        match arg.kind {
            ArgType::Bool => Ok(Value::Bool(truth(value)?)),
            ArgType::Int => Ok(Value::Int(i64::from(integer(value)?))),
            ArgType::UInt64 => Ok(Value::Int(unsigned(value)? as i64)),
            ArgType::Double => Ok(Value::Double(value.extract()?)),
            ArgType::String => Ok(Value::String(text(value)?.into())),
            ArgType::Enum(spec) => member(spec, value),
            ArgType::Flags(spec) => flags(spec, value),
            ArgType::Image => Ok(Value::Image(self.image(value)?)),
            ArgType::Images => Ok(Value::Images(self.images(value)?)),
            ArgType::Ints => Ok(Value::Ints(integers(value)?)),
            ArgType::Doubles => Ok(Value::Doubles(doubles(value)?)),
            ArgType::Blob => Ok(Value::Blob(blob(value)?)),
            ArgType::Source => connection::source_of(value).map(Value::Source),
            ArgType::Target => connection::target_of(value).map(Value::Target),
            ArgType::Interpolate => match value.cast::<InterpolateBase>() {
                Ok(interpolate) => Ok(Value::Interpolate(interpolate.get().0)),
                Err(_) => Err(no_pointer(value)),
            },
            _ => Err(PyTypeError::new_err(format!("{} has an unknown type", arg.name))),
        }
    }

    fn image(&self, value: &Bound<'py, PyAny>) -> PyResult<Image> {
        if let Ok(image) = value.cast::<ImageBase>() {
            return Ok(image.get().image());
        }
        match &self.like {
            Some(like) => constant::imageize(self.py, &like.get().image(), value),
            None => Err(no_pointer(value)),
        }
    }

    /// A list or tuple; of an image, its bands.
    fn images(&self, value: &Bound<'py, PyAny>) -> PyResult<Vec<Image>> {
        if let Ok(image) = value.cast::<ImageBase>() {
            return constant::bands_of(self.py, &image.get().image());
        }
        value.try_iter()?.map(|item| self.image(&item?)).collect()
    }
}

pub(crate) fn no_pointer(value: &Bound<'_, PyAny>) -> PyErr {
    PyAttributeError::new_err(format!("'{}' object has no attribute 'pointer'", type_name(value)))
}

/// The name of the type of `value`.
pub(crate) fn type_name(value: &Bound<'_, PyAny>) -> String {
    value.get_type().name().map_or_else(|_| "object".to_owned(), |name| name.to_string())
}

fn truth(value: &Bound<'_, PyAny>) -> PyResult<bool> {
    if let Ok(truth) = value.cast::<PyBool>() {
        return Ok(truth.is_true());
    }
    // numpy.bool has no __index__
    if value.cast::<PyInt>().is_ok()
        || value.hasattr(intern!(value.py(), "__index__"))?
        || type_name(value).starts_with("bool")
    {
        return value.is_truthy();
    }
    Err(PyTypeError::new_err("an integer is required"))
}

/// Anything that `int()` takes, in 32 bits.
pub(crate) fn integer(value: &Bound<'_, PyAny>) -> PyResult<i32> {
    let value = int(value)?;
    value
        .extract()
        .map_err(|_| PyOverflowError::new_err(format!("integer {value} does not fit '32-bit int'")))
}

pub(crate) fn unsigned(value: &Bound<'_, PyAny>) -> PyResult<u64> {
    int(value)?.extract()
}

/// `int(value)`.
fn int<'py>(value: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    if value.is_exact_instance_of::<PyInt>() {
        return Ok(value.clone());
    }
    value.py().get_type::<PyInt>().call1((value,))
}

/// Text from `str`, `bytes` or a path, cut where it has a NUL.
pub(crate) fn text(value: &Bound<'_, PyAny>) -> PyResult<String> {
    let mut found = if let Ok(text) = value.cast::<PyString>() {
        text.to_str()?.to_owned()
    } else if let Ok(bytes) = value.cast::<PyBytes>() {
        String::from_utf8_lossy(bytes.as_bytes()).into_owned()
    } else if value.hasattr(intern!(value.py(), "__fspath__"))? {
        return text(&value.call_method0(intern!(value.py(), "__fspath__"))?);
    } else {
        return Err(PyTypeError::new_err(format!(
            "initializer for ctype 'char *' must be a bytes or list or tuple, not {}",
            type_name(value)
        )));
    };
    found.truncate(found.find('\0').unwrap_or(found.len()));
    Ok(found)
}

fn member(spec: &'static EnumSpec, value: &Bound<'_, PyAny>) -> PyResult<Value> {
    if let Ok(nick) = value.cast::<PyString>() {
        let nick = nick.to_str()?;
        // the common case first: exactly as written in the table
        let found = spec.members.iter().find(|m| m.nick == nick).or_else(|| spec.by_nick(nick));
        return match found {
            Some(member) => Ok(Value::Int(i64::from(member.value))),
            None => Err(no_member(value.py(), "enum", spec, nick)),
        };
    }
    if value.cast::<PyInt>().is_ok() || value.hasattr(intern!(value.py(), "__index__"))? {
        return Ok(Value::Int(value.extract::<i64>()?));
    }
    Err(PyTypeError::new_err(format!(
        "{} takes a name or an integer, not {}",
        spec.name,
        type_name(value)
    )))
}

fn no_member(py: Python<'_>, kind: &str, spec: &EnumSpec, nick: &str) -> PyErr {
    let nicks = spec.nicks();
    let types = py
        .import("windlass._types")
        .and_then(|types| types.call_method1("from_name", (spec.name,)));
    let id = types.and_then(|id| id.extract::<u64>()).unwrap_or_default();
    error::new(
        py,
        &format!("no value {nick} in gtype {} ({id})", spec.name),
        &format!(
            "pyvips: {kind} '{}' has no member '{nick}', should be one of: {nicks}",
            spec.name
        ),
    )
}

fn flags(spec: &'static EnumSpec, value: &Bound<'_, PyAny>) -> PyResult<Value> {
    let Ok(nicks) = value.cast::<PyString>() else {
        return Ok(Value::Int(i64::from(integer(value)?)));
    };
    let mut bits = 0;
    for nick in nicks.to_str()?.split(['|', ':', ' ']).filter(|nick| !nick.is_empty()) {
        match spec.by_nick(nick) {
            Some(member) => bits |= member.value,
            None => return Err(no_member(value.py(), "flags", spec, nick)),
        }
    }
    Ok(Value::Int(i64::from(bits)))
}

/// A number, or a list or tuple of numbers.
pub(crate) fn doubles(value: &Bound<'_, PyAny>) -> PyResult<Vec<f64>> {
    if value.is_exact_instance_of::<PyFloat>() || value.is_exact_instance_of::<PyInt>() {
        return Ok(vec![value.extract()?]);
    }
    elements(value)?.iter().map(PyAnyMethods::extract::<f64>).collect()
}

pub(crate) fn integers(value: &Bound<'_, PyAny>) -> PyResult<Vec<i32>> {
    let whole = |item: &Bound<'_, PyAny>| {
        if item.is_instance_of::<PyFloat>() || item.is_none() || item.is_instance_of::<PyString>() {
            return Err(PyTypeError::new_err("an integer is required"));
        }
        integer(item)
    };
    elements(value)?.iter().map(whole).collect()
}

/// The elements of a list or tuple; a number alone is one.
fn elements<'py>(value: &Bound<'py, PyAny>) -> PyResult<Vec<Bound<'py, PyAny>>> {
    if let Ok(list) = value.cast::<PyList>() {
        return Ok(list.iter().collect());
    }
    if let Ok(tuple) = value.cast::<PyTuple>() {
        return Ok(tuple.iter().collect());
    }
    let py = value.py();
    let is_number =
        value.hasattr(intern!(py, "__float__"))? && !value.hasattr(intern!(py, "__len__"))?;
    if is_number {
        return Ok(vec![value.clone()]);
    }
    Err(PyTypeError::new_err(format!(
        "expected new array length or list/tuple/str, not {}",
        type_name(value)
    )))
}

/// The bytes of anything with a buffer; those of `bytes`, and of views of them, are not copied.
pub(crate) fn blob(value: &Bound<'_, PyAny>) -> PyResult<Bytes> {
    match constant(value)? {
        Some(bytes) => Ok(bytes),
        None => Ok(Bytes::from_owner(PyBackedBytes::from(as_bytes(value)?))),
    }
}

/// The bytes of `bytes`, or of a view of them, where they lie: nobody can change them.
pub(crate) fn constant(value: &Bound<'_, PyAny>) -> PyResult<Option<Bytes>> {
    let Some(owner) = owner(value) else { return Ok(None) };
    let whole = PyBackedBytes::from(owner);
    if value.is_instance_of::<PyBytes>() {
        return Ok(Some(Bytes::from_owner(whole)));
    }
    // a view that lies elsewhere is not one of these bytes, whatever it says
    let part = PyBuffer::<u8>::get(view(value)?.as_any())?;
    let start = (part.buf_ptr() as usize).checked_sub(whole.as_ptr() as usize);
    let inside = start.and_then(|start| Some(start..start.checked_add(part.len_bytes())?));
    let inside = inside.filter(|inside| inside.end <= whole.len());
    Ok(inside.map(|inside| Bytes::from_owner(whole).slice(inside)))
}

/// The `bytes` behind views of memory and arrays of NumPy.
fn owner<'py>(value: &Bound<'py, PyAny>) -> Option<Bound<'py, PyBytes>> {
    let py = value.py();
    let mut value = value.clone();
    for _ in 0..MOST_VIEWS {
        let behind = match value.cast_into::<PyBytes>() {
            Ok(bytes) => return Some(bytes),
            Err(other) => other.into_inner(),
        };
        let name = if behind.is_instance_of::<PyMemoryView>() {
            intern!(py, "obj")
        } else {
            intern!(py, "base")
        };
        value = behind.getattr(name).ok()?;
    }
    None
}

/// Views of views that are looked through.
const MOST_VIEWS: usize = 8;

/// A copy of the bytes of anything with a buffer.
fn as_bytes<'py>(value: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyBytes>> {
    if let Ok(array) = value.cast::<PyByteArray>() {
        return Ok(PyBytes::new(value.py(), &array.to_vec()));
    }
    Ok(view(value)?.call_method0(intern!(value.py(), "tobytes"))?.cast_into()?)
}

/// A copy of the bytes of anything with a buffer, as a vector.
pub(crate) fn copied(value: &Bound<'_, PyAny>) -> PyResult<Vec<u8>> {
    PyBuffer::<u8>::get(view(value)?.as_any())?.to_vec(value.py())
}

/// A view of the bytes of anything with a buffer.
pub(crate) fn view<'py>(value: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyMemoryView>> {
    let py = value.py();
    let view = PyMemoryView::from(value)?;
    if !view.getattr(intern!(py, "c_contiguous"))?.is_truthy()? {
        return Err(pyo3::exceptions::PyValueError::new_err("ndarray is not C-contiguous"));
    }
    if view.getattr(intern!(py, "nbytes"))?.extract::<usize>()? == 0 {
        // shapes with a zero can't be cast
        return PyMemoryView::from(PyBytes::new(py, b"").as_any());
    }
    Ok(view.call_method1(intern!(py, "cast"), (intern!(py, "B"),))?.cast_into()?)
}

/// A result of the engine as Python shows it; `kind` says how.
pub(crate) fn to_python(py: Python<'_>, value: Value, kind: ArgType) -> PyResult<Bound<'_, PyAny>> {
    Ok(match value {
        Value::Bool(b) => PyBool::new(py, b).to_owned().into_any(),
        Value::Int(n) => match kind {
            ArgType::Enum(spec) => {
                let member = i32::try_from(n).ok().and_then(|n| spec.by_value(n));
                PyString::new(py, member.map_or("(null)", |member| member.nick)).into_any()
            }
            ArgType::UInt64 => PyInt::new(py, n as u64).into_any(),
            _ => PyInt::new(py, n).into_any(),
        },
        Value::Double(d) => PyFloat::new(py, d).into_any(),
        Value::String(s) => PyString::new(py, &s).into_any(),
        Value::Image(image) => image::wrap(py, image)?,
        Value::Images(images) => {
            let images = images.into_iter().map(|image| image::wrap(py, image));
            PyList::new(py, images.collect::<PyResult<Vec<_>>>()?)?.into_any()
        }
        Value::Ints(n) => PyList::new(py, n)?.into_any(),
        Value::Doubles(d) => PyList::new(py, d)?.into_any(),
        Value::Blob(bytes) => PyBytes::new(py, &bytes).into_any(),
        Value::Interpolate(interpolate) => Bound::new(py, InterpolateBase(interpolate))?.into_any(),
        other => {
            return Err(PyTypeError::new_err(format!(
                "{} can't be handed to Python",
                other.kind()
            )));
        }
    })
}

/// Whether `value` is a list or tuple.
pub(crate) fn is_sequence(value: &Bound<'_, PyAny>) -> bool {
    value.is_instance_of::<PyList>() || value.is_instance_of::<PyTuple>()
}

/// The rows of a list of lists, each of the same length.
pub(crate) fn rows(value: &Bound<'_, PyAny>) -> Option<Vec<Vec<f64>>> {
    let rows = value.cast::<PySequence>().ok()?.try_iter().ok()?;
    let rows: Vec<_> = rows
        .map(|row| {
            let row = row.ok()?;
            if is_sequence(&row) { doubles(&row).ok() } else { None }
        })
        .collect::<Option<_>>()?;
    let width = rows.first()?.len();
    (width > 0 && rows.iter().all(|row| row.len() == width)).then_some(rows)
}
