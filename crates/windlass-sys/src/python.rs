//! `bytes` and `bytearray` that are written where they lie.

use crate::{Fresh, written};
use pyo3::exceptions::PySystemError;
use pyo3::prelude::*;
use pyo3::types::{PyByteArray, PyBytes};
use pyo3::{Bound, PyResult, ffi};
use std::mem::MaybeUninit;

/// `bytes` of length `len` that `fill` writes.
///
/// # Errors
/// `MemoryError`, what `fill` says, or `SystemError` where `fill` left some out.
pub fn bytes_with(
    py: Python<'_>,
    len: usize,
    fill: impl FnOnce(Fresh<'_>) -> PyResult<()>,
) -> PyResult<Bound<'_, PyBytes>> {
    // SAFETY: without a source the call makes a new object of `len` unwritten bytes, or sets an error.
    let made = unsafe { ffi::PyBytes_FromStringAndSize(std::ptr::null(), signed(len)?) };
    // SAFETY: a new reference, or null with an error set.
    let made = unsafe { Bound::from_owned_ptr_or_err(py, made)? };
    // SAFETY: the object is a `bytes`.
    let start = unsafe { ffi::PyBytes_AsString(made.as_ptr()) };
    // SAFETY: nobody else has seen the new object, and its `len` bytes need not be written.
    let memory = unsafe { std::slice::from_raw_parts_mut(start.cast::<MaybeUninit<u8>>(), len) };
    whole(written(memory, fill)?)?;
    Ok(made.cast_into()?)
}

/// A `bytearray` of length `len` that `fill` writes.
///
/// # Errors
/// `MemoryError`, what `fill` says, or `SystemError` where `fill` left some out.
pub fn bytearray_with(
    py: Python<'_>,
    len: usize,
    fill: impl FnOnce(Fresh<'_>) -> PyResult<()>,
) -> PyResult<Bound<'_, PyByteArray>> {
    // SAFETY: without a source the call makes a new object of `len` unwritten bytes, or sets an error.
    let made = unsafe { ffi::PyByteArray_FromStringAndSize(std::ptr::null(), signed(len)?) };
    // SAFETY: a new reference, or null with an error set.
    let made = unsafe { Bound::from_owned_ptr_or_err(py, made)? };
    // SAFETY: the object is a `bytearray`.
    let start = unsafe { ffi::PyByteArray_AsString(made.as_ptr()) };
    // SAFETY: nobody else has seen the new object, and its `len` bytes need not be written.
    let memory = unsafe { std::slice::from_raw_parts_mut(start.cast::<MaybeUninit<u8>>(), len) };
    whole(written(memory, fill)?)?;
    Ok(made.cast_into()?)
}

fn signed(len: usize) -> PyResult<ffi::Py_ssize_t> {
    ffi::Py_ssize_t::try_from(len).map_err(|_| pyo3::exceptions::PyMemoryError::new_err(()))
}

fn whole(all: bool) -> PyResult<()> {
    if all { Ok(()) } else { Err(PySystemError::new_err("some bytes were not written")) }
}
