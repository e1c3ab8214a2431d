//! What operations say about themselves.

use crate::call::find;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyList};
use windlass::registry;
use windlass_compat::{Rewrite, classes};
use windlass_core::declare::{ArgType, OpSpec};

/// The nicknames of all operations.
#[pyfunction]
pub(crate) fn operation_names() -> Vec<&'static str> {
    registry().iter().map(|spec| spec.nickname).collect()
}

/// Rows of the table of classes: name, nickname, parent, flags.
#[pyfunction]
pub(crate) fn class_table() -> Vec<(&'static str, &'static str, &'static str, u32)> {
    classes::CLASSES.iter().map(|c| (c.name, c.nickname, c.parent, c.flags)).collect()
}

/// The declaration of an operation: `nickname`, `summary`, `flags`, and under `args` a dictionary for
/// each input and output.
#[pyfunction]
pub(crate) fn describe<'py>(py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyDict>> {
    let spec = find(py, name)?;
    let dict = PyDict::new(py);
    dict.set_item("nickname", spec.nickname)?;
    dict.set_item("family", spec.family)?;
    dict.set_item("summary", spec.summary)?;
    dict.set_item("doc", spec.doc)?;
    dict.set_item("flags", flags(spec))?;
    dict.set_item("args", arguments(py, spec)?)?;
    Ok(dict)
}

/// The reference's flags; of operations that it does not have, our own.
fn flags(spec: &OpSpec) -> u32 {
    match classes::of_operation(spec.nickname) {
        Some(class) => class.flags,
        None => u32::from(spec.sequential) | u32::from(spec.nocache) << 2,
    }
}

fn arguments<'py>(py: Python<'py>, spec: &OpSpec) -> PyResult<Bound<'py, PyList>> {
    let list = PyList::empty(py);
    for arg in &spec.args {
        let row = row(py, arg.name, arg.doc, arg.kind)?;
        row.set_item("direction", "in")?;
        row.set_item("required", arg.required)?;
        row.set_item("deprecated", arg.deprecated)?;
        row.set_item("modify", arg.modify)?;
        row.set_item("min", arg.min)?;
        row.set_item("max", arg.max)?;
        list.append(row)?;
    }
    for (name, rewrite) in windlass_compat::deprecated_arguments(spec.nickname) {
        // another name of what must be said is not optional, and what sets nothing is not there
        let target = match rewrite {
            Rewrite::Ignore => None,
            Rewrite::Rename(target) | Rewrite::Truth(target) | Rewrite::Not(target) => Some(target),
            Rewrite::WhenTrue(target, _) | Rewrite::WhenFalse(target, _) => Some(target),
        };
        let target = target.map(|target| spec.arg(target).map(|(_, arg)| arg));
        if spec.arg(name).is_some() || matches!(target, Some(None)) {
            continue;
        }
        let kind = match (rewrite, target.flatten()) {
            (_, Some(target)) if target.required => continue,
            (Rewrite::Rename(_), Some(target)) => target.kind,
            (Rewrite::Ignore, _) => ignored_type(name),
            _ => ArgType::Bool,
        };
        let row = row(py, name, "Deprecated", kind)?;
        row.set_item("direction", "in")?;
        row.set_item("required", false)?;
        row.set_item("deprecated", true)?;
        row.set_item("modify", false)?;
        row.set_item("min", py.None())?;
        row.set_item("max", py.None())?;
        list.append(row)?;
    }
    for out in spec.outputs {
        let row = row(py, out.name, out.doc, out.kind)?;
        row.set_item("direction", "out")?;
        row.set_item("required", !out.optional)?;
        row.set_item("deprecated", false)?;
        row.set_item("modify", false)?;
        list.append(row)?;
    }
    Ok(list)
}

/// The type of an argument that has no effect any more.
fn ignored_type(name: &str) -> ArgType {
    match name {
        "interpolate" => ArgType::Interpolate,
        "idx" | "idy" => ArgType::Double,
        "colours" | "speed" | "shrink" | "layers" => ArgType::Int,
        _ => ArgType::Bool,
    }
}

fn row<'py>(py: Python<'py>, name: &str, doc: &str, kind: ArgType) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    dict.set_item("name", name)?;
    dict.set_item("doc", doc)?;
    dict.set_item("type", type_name(kind))?;
    Ok(dict)
}

/// The type of an argument as the reference calls it.
fn type_name(kind: ArgType) -> &'static str {
    match kind {
        ArgType::Bool => "gboolean",
        ArgType::Int => "gint",
        ArgType::UInt64 => "guint64",
        ArgType::Double => "gdouble",
        ArgType::String => "gchararray",
        // bits without names of their own in Python
        ArgType::Flags(spec) if spec.name == "VipsForeignFlags" => "gint",
        ArgType::Enum(spec) | ArgType::Flags(spec) => spec.name,
        ArgType::Image => "VipsImage",
        ArgType::Images => "VipsArrayImage",
        ArgType::Ints => "VipsArrayInt",
        ArgType::Doubles => "VipsArrayDouble",
        ArgType::Blob => "VipsBlob",
        ArgType::Source => "VipsSource",
        ArgType::Target => "VipsTarget",
        ArgType::Interpolate => "VipsInterpolate",
        _ => "gpointer",
    }
}

/// The documentation of an operation as `help` shows it.
pub(crate) fn docstring<'py>(py: Python<'py>, spec: &OpSpec) -> PyResult<Bound<'py, PyAny>> {
    static GENERATE: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let class = GENERATE.import(py, "windlass.voperation", "Operation")?;
    class.call_method1(intern!(py, "generate_docstring"), (spec.nickname,))
}
