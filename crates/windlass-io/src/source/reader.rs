//! Reading a source, with a position of one's own.

use std::fmt::{self, Debug, Formatter};
use std::io::{self, BufRead, Read, Seek, SeekFrom};
use std::sync::{Arc, OnceLock};

use super::{Pass, Source};
use crate::{Error, ErrorKind, Result, Tick, alloc};

/// One evaluation's way through a source.
///
/// Sequential access by the traits of std, positional access by [`SourceReader::read_at`] from
/// any thread. Errors of ours come back unchanged when an [`io::Error`] is turned into an
/// [`Error`]. After an error each further read fails with it (but for errors about the data), so
/// that no codec can take it for the end of the file.
pub struct SourceReader {
    source: Source,
    pass: Pass,
    failure: Failure,
    position: u64,
    /// Bytes of the source from `start` on; not used for sources in memory.
    buffer: Vec<u8>,
    filled: usize,
    start: u64,
    /// Bytes to ask for next, more while the reads follow each other.
    request: usize,
}

/// The first error that a reader met, for those who gave the reader away to a codec.
#[derive(Clone, Default, Debug)]
pub struct Failure(Arc<OnceLock<Error>>);

impl Failure {
    /// The first error of the reader, if there was one.
    pub fn error(&self) -> Option<&Error> {
        self.0.get()
    }

    /// Fails with the first error of the reader, if there was one.
    pub fn check(&self) -> Result<()> {
        self.0.get().map_or(Ok(()), |error| Err(error.clone()))
    }

    /// Notes an error, unless it is about the data or about one call: a codec may go on then.
    ///
    /// A source that ends before its own length is a failure of the source. A file that ends
    /// before its data do is found by the codec, and not noted.
    fn note(&self, error: &Error) {
        let passing = [ErrorKind::Malformed, ErrorKind::Limit];
        if !passing.contains(&error.kind()) {
            self.0.get_or_init(|| error.clone());
        }
    }
}

impl SourceReader {
    pub(super) fn new(source: Source, pass: Pass) -> Self {
        Self {
            source,
            pass,
            failure: Failure::default(),
            position: 0,
            buffer: Vec::new(),
            filled: 0,
            start: 0,
            request: 0,
        }
    }

    /// Looks at `tick` at each read, and ends with it where a pipe has nothing to give.
    pub fn with_tick(mut self, tick: Tick) -> Self {
        self.pass.tick = tick;
        self
    }

    /// As [`SourceReader::with_tick`], for a reader that serves several evaluations.
    pub(crate) fn set_tick(&mut self, tick: Tick) {
        self.pass.tick = tick;
    }

    /// The tick that is looked at.
    pub fn tick(&self) -> &Tick {
        &self.pass.tick
    }

    /// The source that is read.
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// Where the first error of this reader can be seen, even after a codec swallowed it.
    pub fn failure(&self) -> Failure {
        self.failure.clone()
    }

    /// The offset of the next byte.
    pub fn position(&self) -> u64 {
        self.position
    }

    /// The length in bytes, if it is known without reading on.
    pub fn len(&self) -> Result<Option<u64>> {
        self.noted(self.source.known_len(&self.pass.tick))
    }

    /// Reads from `offset` on, without a change of the position.
    ///
    /// May give fewer bytes than there is room for; none only at the end.
    pub fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize> {
        self.failure.check()?;
        self.noted(self.source.read_at(offset, buffer, &self.pass))
    }

    /// Reads from `offset` on until `buffer` is full or the source ends; returns the bytes read.
    pub fn read_full_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize> {
        let mut done = 0;
        while done < buffer.len() {
            match self.read_at(offset.saturating_add(done as u64), &mut buffer[done..])? {
                0 => break,
                count => done += count,
            }
        }
        Ok(done)
    }

    /// Fills `buffer` from `offset` on, or fails with kind `Truncated`.
    pub fn read_exact_at(&self, offset: u64, buffer: &mut [u8]) -> Result<()> {
        let count = self.read_full_at(offset, buffer)?;
        if count == buffer.len() {
            return Ok(());
        }
        let (end, wanted) = (offset.saturating_add(count as u64), buffer.len() - count);
        let message = format!("ends at byte {end}, {wanted} bytes early");
        Err(Error::new(ErrorKind::Truncated, message).with("source", self.source.nick()))
    }

    /// All bytes from the position on; an error of kind `Limit` if they are more than `limit`.
    pub fn read_to_vec(&mut self, limit: u64) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let left = self.len()?.map_or(0, |len| len.saturating_sub(self.position));
        check_limit(left, limit)?;
        // The length may be a lie, so no more than this is believed at once.
        alloc::reserve(&mut bytes, left.min(LARGEST_GUESS) as usize)?;
        loop {
            let piece = self.piece(LARGEST_REQUEST)?;
            if piece.is_empty() {
                return Ok(bytes);
            }
            check_limit((bytes.len() + piece.len()) as u64, limit)?;
            let count = piece.len();
            alloc::reserve(&mut bytes, count)?;
            bytes.extend_from_slice(piece);
            self.consume(count);
        }
    }

    /// The bytes at the position that are there; if there are none, after a read of about `want`.
    fn piece(&mut self, want: usize) -> Result<&[u8]> {
        self.failure.check()?;
        if self.source.memory().is_some() {
            self.noted(self.pass.tick.check())?;
        } else if self.buffered().is_empty() {
            self.fill(want)?;
        }
        Ok(self.buffered())
    }

    /// The bytes at the position that need no read.
    fn buffered(&self) -> &[u8] {
        let (bytes, start) = match self.source.memory() {
            Some(bytes) => (bytes, 0),
            None => (&self.buffer[..self.filled], self.start),
        };
        let skip = self.position.checked_sub(start).and_then(|skip| usize::try_from(skip).ok());
        skip.and_then(|skip| bytes.get(skip..)).unwrap_or(&[])
    }

    fn fill(&mut self, want: usize) -> Result<()> {
        let follows = self.position == self.start + self.filled as u64;
        let more = if follows { self.request * 2 } else { 0 };
        self.request = more.max(want).clamp(FIRST_REQUEST, LARGEST_REQUEST);
        let mut buffer = std::mem::take(&mut self.buffer);
        if buffer.len() < self.request {
            buffer = alloc::try_vec(self.request)?;
        }
        self.filled = 0;
        self.start = self.position;
        let read = self.read_at(self.position, &mut buffer[..self.request]);
        self.buffer = buffer;
        self.filled = read?;
        Ok(())
    }

    #[cfg(test)]
    pub(super) fn pass(&self) -> &Pass {
        &self.pass
    }

    fn noted<T>(&self, result: Result<T>) -> Result<T> {
        result.inspect_err(|error| self.failure.note(error))
    }
}

impl Read for SourceReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let direct = buffer.len() >= LARGEST_REQUEST && self.buffered().is_empty();
        let count = if direct {
            self.read_at(self.position, buffer)?
        } else {
            let piece = self.piece(buffer.len())?;
            let count = piece.len().min(buffer.len());
            buffer[..count].copy_from_slice(&piece[..count]);
            count
        };
        self.position += count as u64;
        Ok(count)
    }
}

impl BufRead for SourceReader {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        Ok(self.piece(0)?)
    }

    fn consume(&mut self, count: usize) {
        self.position += count.min(self.buffered().len()) as u64;
    }
}

impl Seek for SourceReader {
    /// Moves only the position: what is buffered stays, and nothing is read but for the length
    /// of a pipe.
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let position = match to {
            SeekFrom::Start(offset) => Some(offset),
            SeekFrom::Current(delta) => self.position.checked_add_signed(delta),
            SeekFrom::End(delta) => {
                let pass = Pass { keep: true, ..self.pass.clone() };
                let len = self.noted(self.source.find_len(&pass))?;
                let unknown = || Error::new(ErrorKind::Unsupported, "the length is not known");
                len.ok_or_else(unknown)?.checked_add_signed(delta)
            }
        };
        let bad = || Error::new(ErrorKind::Malformed, format!("bad seek to {to:?}"));
        self.position = position.filter(|&at| i64::try_from(at).is_ok()).ok_or_else(bad)?;
        Ok(self.position)
    }
}

impl Debug for SourceReader {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mut reader = f.debug_struct("SourceReader");
        reader.field("source", &self.source).field("position", &self.position);
        reader.finish_non_exhaustive()
    }
}

fn check_limit(len: u64, limit: u64) -> Result<()> {
    if len <= limit {
        return Ok(());
    }
    Err(Error::new(ErrorKind::Limit, format!("more than {limit} bytes")))
}

const FIRST_REQUEST: usize = 4096;
const LARGEST_REQUEST: usize = 64 << 10;
/// Most that is reserved for a length that was only claimed.
const LARGEST_GUESS: u64 = 64 << 20;
