//! Entropy-coded bytes, freed from stuffing, and the bits in them.

use std::collections::VecDeque;
use std::io::BufRead;
use std::sync::Arc;

use super::ahead::Decoded;
use super::parse::Stream;
use crate::Result;
use crate::markers::EOI;

/// How many bytes are freed from stuffing at a time.
const CHUNK: usize = 48 << 10;

/// How many bytes are taken at a time out of those that may be passed over soon.
const PIECE: usize = 2 << 10;

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

/// Takes bytes out of the stream, freed from stuffing, up to the next marker.
#[derive(Clone, Copy, Debug)]
struct Feed {
    end: End,
    /// Whether a byte of 255 was taken whose successor is still to be seen.
    half: bool,
}

impl Feed {
    /// Appends at most `most` bytes of what lies ready in the source.
    fn fill<R: BufRead>(
        &mut self,
        stream: &mut Stream<R>,
        most: usize,
        data: &mut Vec<u8>,
    ) -> Result<()> {
        let ready = stream.source.ready()?;
        if ready.is_empty() {
            stream.unread = Some(EOI);
            self.end = End::File;
            return Ok(());
        }
        let ready = &ready[..ready.len().min(most)];
        let mut taken = 0;
        while let Some(&byte) = ready.get(taken) {
            if self.half {
                taken += 1;
                match byte {
                    0xFF => {}
                    0 => {
                        data.push(0xFF);
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
                data.extend_from_slice(&ready[taken..taken + plain]);
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

/// Entropy-coded bytes up to the next marker.
#[derive(Debug)]
pub(crate) struct Segment {
    data: Vec<u8>,
    /// The place of the first byte of `data` in the segment.
    base: usize,
    feed: Feed,
    /// Chunks that follow `data`, taken before their time, and how many of them went into it whole.
    chunks: VecDeque<Chunk>,
    pulled: usize,
    /// Bytes taken out of the stream.
    fed: usize,
}

/// Bytes of a segment that were taken before their time.
#[derive(Debug)]
pub(crate) struct Chunk {
    pub(crate) data: Arc<Vec<u8>>,
    /// The place of its first byte in the segment.
    pub(crate) base: usize,
    /// How many of its bytes went into the data of the segment.
    taken: usize,
    /// What was decoded of it elsewhere, until it is of no more use.
    pub(crate) decoded: Option<Decoded>,
    /// Whether nothing that is decoded elsewhere can be used any more.
    pub(crate) spent: bool,
}

impl Chunk {
    /// The place of the bit behind its last one.
    pub(crate) fn end(&self) -> usize {
        8 * (self.base + self.data.len())
    }
}

impl Segment {
    pub(crate) fn new() -> Self {
        Self {
            data: Vec::new(),
            base: 0,
            feed: Feed { end: End::Open, half: false },
            chunks: VecDeque::new(),
            pulled: 0,
            fed: 0,
        }
    }

    /// The bytes that bits may be taken from. Behind them are zeros as many as anybody asks for.
    pub(crate) fn data(&self) -> &[u8] {
        &self.data
    }

    /// Whether no byte will follow [`Self::data`].
    pub(crate) fn complete(&self) -> bool {
        self.feed.end != End::Open && self.pulled == self.chunks.len()
    }

    /// Whether the file ended within the segment.
    pub(crate) fn cut(&self) -> bool {
        self.feed.end == End::File && self.complete()
    }

    /// Begins a new segment at the present place of the stream.
    pub(crate) fn restart<R>(&mut self, stream: &Stream<R>) {
        self.data.clear();
        self.chunks.clear();
        (self.base, self.pulled, self.fed) = (0, 0, 0);
        let end = if stream.unread.is_some() { End::Marker } else { End::Open };
        self.feed = Feed { end, half: false };
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
        let used = bits.position.min(self.data.len());
        self.data.drain(..used);
        self.base += used;
        bits.position = 0;
        while !self.complete() && self.data.len() < margin.max(self.portion()) {
            if !self.pull() {
                self.fill(stream)?;
            }
        }
        Ok(())
    }

    /// How many bytes are worth getting at a time: few of those that may be passed over soon.
    fn portion(&self) -> usize {
        if self.pulled < self.chunks.len() { PIECE } else { CHUNK }
    }

    /// Takes bytes that are kept in chunks, if there are any.
    fn pull(&mut self) -> bool {
        let Some(chunk) = self.chunks.get_mut(self.pulled) else {
            return false;
        };
        let end = chunk.data.len().min(chunk.taken + PIECE);
        self.data.extend_from_slice(&chunk.data[chunk.taken..end]);
        chunk.taken = end;
        if end == chunk.data.len() {
            self.pulled += 1;
        }
        true
    }

    /// Leaves out a piece of what lies ready in the source; returns its length.
    pub(crate) fn pass<R: BufRead>(&mut self, stream: &mut Stream<R>) -> Result<usize> {
        self.data.clear();
        if !self.pull() {
            self.fill(stream)?;
        }
        let length = self.data.len();
        self.data.clear();
        Ok(length)
    }

    /// Takes all that is left of the segment, unless that is more than `most` bytes.
    pub(crate) fn complete_with<R: BufRead>(
        &mut self,
        stream: &mut Stream<R>,
        most: usize,
    ) -> Result<bool> {
        while !self.complete() && self.data.len() < most {
            if !self.pull() {
                self.fill(stream)?;
            }
        }
        Ok(self.complete())
    }

    /// Takes a piece of what lies ready in the source.
    fn fill<R: BufRead>(&mut self, stream: &mut Stream<R>) -> Result<()> {
        let before = self.data.len();
        self.feed.fill(stream, CHUNK, &mut self.data)?;
        self.fed += self.data.len() - before;
        Ok(())
    }

    /// Takes a chunk of about `size` bytes that is decoded elsewhere; nothing at the end.
    pub(crate) fn chunk<R: BufRead>(
        &mut self,
        stream: &mut Stream<R>,
        size: usize,
    ) -> Result<Option<&Chunk>> {
        let mut data = Vec::with_capacity(size);
        while self.feed.end == End::Open && data.len() < size {
            self.feed.fill(stream, size - data.len(), &mut data)?;
        }
        if data.is_empty() {
            return Ok(None);
        }
        let base = self.fed;
        self.fed += data.len();
        let data = Arc::new(data);
        self.chunks.push_back(Chunk { data, base, taken: 0, decoded: None, spent: false });
        Ok(self.chunks.back())
    }

    /// Whether the stream has no more bytes for a chunk.
    pub(crate) fn ends(&self) -> bool {
        self.feed.end != End::Open
    }

    /// The place of the next bit.
    pub(crate) fn place(&self, bits: &Bits) -> usize {
        (8 * (self.base + bits.position)).saturating_sub(bits.count as usize)
    }

    /// The place of the byte at the beginning of [`Self::data`].
    pub(crate) fn base(&self) -> usize {
        self.base
    }

    /// The chunks that were taken before their time, from the one that the next bit lies in on.
    pub(crate) fn chunks(&self) -> &VecDeque<Chunk> {
        &self.chunks
    }

    /// How many chunks there are of which what is decoded elsewhere can still be used.
    pub(crate) fn chunks_ahead(&self) -> usize {
        self.chunks.iter().filter(|chunk| !chunk.spent).count()
    }

    /// How many bytes lie ahead of `bits` outside the stream.
    pub(crate) fn left(&self, bits: &Bits) -> usize {
        let chunks = self.chunks.iter().skip(self.pulled);
        let chunks: usize = chunks.map(|chunk| chunk.data.len() - chunk.taken).sum();
        self.data.len().saturating_sub(bits.position) + chunks
    }

    /// As [`Self::chunks`].
    pub(crate) fn chunks_mut(&mut self) -> &mut VecDeque<Chunk> {
        &mut self.chunks
    }

    /// Lets go of the first chunk, behind which the next bit lies.
    pub(crate) fn drop_chunk(&mut self) {
        if self.pulled > 0 {
            self.chunks.pop_front();
            self.pulled -= 1;
        }
    }

    /// Goes on at bit `place` of the first chunk; returns the bits from there on.
    pub(crate) fn jump(&mut self, place: usize) -> Bits {
        let mut bits = Bits::default();
        let Some(chunk) = self.chunks.front_mut() else {
            return bits;
        };
        let at = (chunk.base + place / 8).saturating_sub(self.base);
        if at < self.data.len() {
            bits.position = at;
        } else {
            // All that was taken of the chunk lies before the place, so nothing behind the chunk was.
            self.data.clear();
            chunk.taken = place / 8;
            self.base = chunk.base + chunk.taken;
            self.pulled = usize::from(chunk.taken == chunk.data.len());
            if self.pulled == 0 {
                self.pull();
            }
        }
        if !place.is_multiple_of(8)
            && let Some(&byte) = self.data.get(bits.position)
        {
            bits.begin(byte, (place % 8) as u32);
        }
        bits
    }
}

/// Frees the data of `coded` up to its first marker from stuffing; returns the marker and the place
/// behind it.
pub(crate) fn unstuffed(coded: &[u8], data: &mut Vec<u8>) -> Option<(u8, usize)> {
    let mut at = 0;
    loop {
        let length = plain(&coded[at..]);
        data.extend_from_slice(&coded[at..at + length]);
        at += length + 1;
        loop {
            let byte = *coded.get(at)?;
            at += 1;
            match byte {
                0xFF => {}
                0 => break,
                marker => return Some((marker, at)),
            }
        }
        data.push(0xFF);
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

    /// Makes ready what `used` bits leave of the first byte.
    fn begin(&mut self, byte: u8, used: u32) {
        self.buffer = u64::from(byte) << 56 << used;
        self.count = 8 - used;
        self.position += 1;
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

    /// The number of bits taken since the beginning of the data.
    pub(crate) fn place(&self) -> usize {
        (self.position * 8).saturating_sub(self.count as usize)
    }

    /// Whole bytes of `data` that were not used.
    pub(crate) fn unused(&self, data: &[u8]) -> usize {
        let used = self.place().div_ceil(8);
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
