//! What the tests of sources share.

use super::Stream;
use crate::Result;

/// Bytes that differ from place to place.
pub(crate) fn pattern(len: usize) -> Vec<u8> {
    (0..len).map(|i| (i ^ (i >> 8) ^ (i >> 16).wrapping_mul(31)) as u8).collect()
}

/// A stream that gives its bytes in chunks: the n-th read gives at most `size(n)`.
pub(crate) struct Chunks<F> {
    bytes: Vec<u8>,
    at: usize,
    reads: usize,
    size: F,
}

impl<F: FnMut(usize) -> usize + Send + 'static> Chunks<F> {
    pub(crate) fn new(bytes: Vec<u8>, size: F) -> Self {
        Self { bytes, at: 0, reads: 0, size }
    }
}

impl<F: FnMut(usize) -> usize + Send + 'static> Stream for Chunks<F> {
    fn read_next(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let size = (self.size)(self.reads);
        self.reads += 1;
        let count = size.min(buffer.len()).min(self.bytes.len() - self.at);
        buffer[..count].copy_from_slice(&self.bytes[self.at..self.at + count]);
        self.at += count;
        Ok(count)
    }
}
