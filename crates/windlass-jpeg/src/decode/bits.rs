//! Entropy-coded bytes, freed from stuffing, and the bits in them.

use std::io::BufRead;

use super::parse::Stream;
use crate::Result;
use crate::markers::EOI;

/// How many bytes are freed from stuffing at a time.
const CHUNK: usize = 48 << 10;

/// Why a segment has no more bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// The file ends.
    File,
    /// A marker, which the stream keeps as unread.
    Marker,
    /// It has more.
    Open,
}

/// Entropy-coded bytes up to the next marker.
#[derive(Debug)]
pub(crate) struct Segment {
    data: Vec<u8>,
    end: End,
    /// Whether a byte of 255 was taken whose successor is still to be seen.
    half: bool,
}

impl Segment {
    pub(crate) fn new() -> Self {
        Self { data: Vec::new(), end: End::Open, half: false }
    }

    /// The bytes that bits may be taken from. Behind them are zeros as many as anybody asks for.
    pub(crate) fn data(&self) -> &[u8] {
        &self.data
    }

    /// Whether no byte will follow [`Self::data`].
    pub(crate) fn complete(&self) -> bool {
        self.end != End::Open
    }

    /// Whether the file ended within the segment.
    pub(crate) fn cut(&self) -> bool {
        self.end == End::File
    }

    /// Begins a new segment at the present place of the stream.
    pub(crate) fn restart<R>(&mut self, stream: &Stream<R>) {
        self.data.clear();
        self.half = false;
        self.end = if stream.unread.is_some() { End::Marker } else { End::Open };
    }

    /// Sees to it that `margin` bytes lie ahead of `bits`, unless the segment is complete.
    pub(crate) fn ensure<R: BufRead>(
        &mut self,
        stream: &mut Stream<R>,
        bits: &mut Bits,
        margin: usize,
    ) -> Result<()> {
        if self.complete() || self.data.len().saturating_sub(bits.position) >= margin {
            return Ok(());
        }
        self.data.drain(..bits.position.min(self.data.len()));
        bits.position = 0;
        while !self.complete() && self.data.len() < CHUNK.max(margin) {
            self.fill(stream)?;
        }
        Ok(())
    }

    /// Leaves out a piece of what lies ready in the source; returns its length.
    pub(crate) fn pass<R: BufRead>(&mut self, stream: &mut Stream<R>) -> Result<usize> {
        self.data.clear();
        self.fill(stream)?;
        let length = self.data.len();
        self.data.clear();
        Ok(length)
    }

    /// Takes a piece of what lies ready in the source.
    fn fill<R: BufRead>(&mut self, stream: &mut Stream<R>) -> Result<()> {
        let ready = stream.source.ready()?;
        if ready.is_empty() {
            stream.unread = Some(EOI);
            self.end = End::File;
            return Ok(());
        }
        let ready = &ready[..ready.len().min(CHUNK)];
        let mut taken = 0;
        while let Some(&byte) = ready.get(taken) {
            if self.half {
                taken += 1;
                match byte {
                    0xFF => {}
                    0 => {
                        self.data.push(0xFF);
                        self.half = false;
                    }
                    marker => {
                        self.half = false;
                        self.end = End::Marker;
                        stream.unread = Some(marker);
                        break;
                    }
                }
            } else {
                let plain = plain(&ready[taken..]);
                self.data.extend_from_slice(&ready[taken..taken + plain]);
                taken += plain;
                if taken < ready.len() {
                    taken += 1;
                    self.half = true;
                }
            }
        }
        stream.source.consume(taken);
        Ok(())
    }
}

/// The number of bytes before the first one of 255.
fn plain(data: &[u8]) -> usize {
    let (chunks, _) = data.as_chunks::<16>();
    let whole =
        chunks.iter().position(|chunk| chunk.iter().fold(0, |most, &byte| most.max(byte)) == 0xFF);
    let start = 16 * whole.unwrap_or(chunks.len());
    let rest = data[start..].iter().position(|&byte| byte == 0xFF);
    rest.map_or(data.len(), |rest| start + rest)
}

/// The next bits of a segment, the first one at the top.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Bits {
    buffer: u64,
    /// How many of the bits at the top of the buffer count.
    count: u32,
    /// The byte that goes into the buffer next.
    pub(crate) position: usize,
    /// Whether a code was met that the table does not have.
    pub(crate) bad: bool,
}

#[expect(clippy::inline_always, reason = "the state must live in registers")]
impl Bits {
    /// Makes at least 56 bits ready. Behind the data are zeros.
    #[inline(always)]
    pub(crate) fn refill(&mut self, data: &[u8]) {
        let next = match data.get(self.position..).and_then(<[u8]>::first_chunk::<8>) {
            Some(bytes) => u64::from_be_bytes(*bytes),
            None => beyond(data, self.position),
        };
        self.buffer |= next >> self.count;
        self.position = self.position.wrapping_add(((63 - self.count) >> 3) as usize);
        self.count |= 0x38;
    }

    /// The buffer, with the next bit at the top.
    #[inline(always)]
    pub(crate) fn peek(&self) -> u64 {
        self.buffer
    }

    /// Drops bits that [`Self::refill`] has made ready.
    #[inline(always)]
    pub(crate) fn drop(&mut self, count: u32) {
        self.buffer <<= count & 63;
        self.count = self.count.wrapping_sub(count);
    }

    /// Drops a code. One of 17 bits is none.
    #[inline(always)]
    pub(crate) fn drop_code(&mut self, length: u32) {
        self.bad |= length > 16;
        self.drop(length);
    }

    /// Takes the next `count` bits, 0 to 16, which must be ready.
    #[inline(always)]
    pub(crate) fn take(&mut self, count: u32) -> u32 {
        let bits = (self.buffer >> 32 >> (32 - count)) as u32;
        self.drop(count);
        bits
    }

    /// Whether bits were taken from behind `data`.
    #[inline(always)]
    pub(crate) fn overrun(&self, data: &[u8]) -> bool {
        self.position.wrapping_mul(8).wrapping_sub(self.count as usize) as isize
            > (data.len() * 8) as isize
    }

    /// Whole bytes of `data` that were not used.
    pub(crate) fn unused(&self, data: &[u8]) -> usize {
        let used = (self.position * 8).saturating_sub(self.count as usize).div_ceil(8);
        data.len().saturating_sub(used)
    }
}

/// Eight bytes at `position`, where those behind `data` are zeros.
#[cold]
fn beyond(data: &[u8], position: usize) -> u64 {
    let mut bytes = [0; 8];
    for (out, &byte) in bytes.iter_mut().zip(data.get(position..).unwrap_or_default()) {
        *out = byte;
    }
    u64::from_be_bytes(bytes)
}
