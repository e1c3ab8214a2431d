//! Python's memory that may change: read piece by piece, under the interpreter's lock.

use crate::{convert, error};
use pyo3::buffer::PyBuffer;
use pyo3::prelude::*;
use pyo3::types::{PyMemoryView, PySlice};
use windlass_core::Result;
use windlass_io::{Error, ErrorKind, Reader};

/// An export of an object's buffer, held until it is dropped: meanwhile the object can't be
/// resized. What is written to it shows in later reads.
pub(crate) struct Exported {
    bytes: Py<PyMemoryView>,
    len: u64,
}

impl Exported {
    /// Fails for what has no buffer, or one that is not contiguous.
    pub(crate) fn new(value: &Bound<'_, PyAny>) -> PyResult<Self> {
        let bytes = convert::view(value)?;
        let len = bytes.len()? as u64;
        Ok(Self { bytes: bytes.unbind(), len })
    }

    fn copy(&self, py: Python<'_>, offset: u64, buffer: &mut [u8]) -> PyResult<usize> {
        let left = usize::try_from(self.len.saturating_sub(offset)).unwrap_or(usize::MAX);
        let count = left.min(buffer.len());
        if count == 0 {
            return Ok(0);
        }
        let (start, end) = (offset as isize, offset as isize + count as isize);
        let piece = self.bytes.bind(py).get_item(PySlice::new(py, start, end, 1))?;
        PyBuffer::<u8>::get(&piece)?.copy_to_slice(py, &mut buffer[..count])?;
        Ok(count)
    }
}

impl Reader for Exported {
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize> {
        let copied = Python::try_attach(|py| {
            self.copy(py, offset, buffer).map_err(|raised| error::from_python(py, raised))
        });
        copied.unwrap_or_else(|| Err(Error::new(ErrorKind::Cancelled, "the interpreter has ended")))
    }

    fn len(&self) -> Result<Option<u64>> {
        Ok(Some(self.len))
    }
}
