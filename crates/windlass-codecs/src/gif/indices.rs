//! The indices of one frame.

use super::lzw::{Decoder, End};
use super::malformed;
use super::scan::Frame;
use windlass_core::{Limits, Result};
use windlass_io::alloc;

/// What the codes of a frame come to; kept to be used again.
#[derive(Debug)]
pub(super) struct Indices {
    values: Vec<u8>,
    /// Those that the codes give, or why there are none
    count: Result<usize>,
    decoder: Decoder,
}

impl Default for Indices {
    fn default() -> Self {
        Self { values: Vec::new(), count: Ok(0), decoder: Decoder::new() }
    }
}

impl Indices {
    /// Decodes the codes of a frame; faults are told by [`Self::found`].
    pub(super) fn decode(&mut self, bytes: &[u8], frame: &Frame) {
        self.count = self.decoded(bytes, frame);
    }

    fn decoded(&mut self, bytes: &[u8], frame: &Frame) -> Result<usize> {
        let area = u64::from(frame.width) * u64::from(frame.height);
        let size = Limits::current().allocation(area)?;
        if size == 0 {
            return Ok(0);
        }
        self.values.truncate(size);
        let missing = size - self.values.len();
        alloc::try_reserve(&mut self.values, missing)?;
        self.values.resize(size, 0);
        let data = bytes.get(frame.data.clone()).unwrap_or_default();
        match self.decoder.decode(data, &mut self.values) {
            (count, End::Good) => Ok(count),
            (_, End::Bad) => Err(malformed("Invalid frame data")),
        }
    }

    /// The indices, as far as there are any, in the order of the file; the fault of the codes is told once.
    pub(super) fn found(&mut self) -> Result<&[u8]> {
        let count = std::mem::replace(&mut self.count, Ok(0))?;
        Ok(self.values.get(..count).unwrap_or_default())
    }
}
