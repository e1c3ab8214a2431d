//! Bytes that pass through a decoder or an encoder.

use std::io::{self, Read, Write};
use std::sync::{Arc, Mutex, OnceLock};

use crate::source::{Reader, Stream};
use crate::stats::Counters;
use crate::target::{Caps, Sink};
use crate::wait::lock;
use crate::{Error, ErrorKind, Result, ResultExt, Source, SourceReader, TargetWriter, Tick, alloc};

/// A stream that can be opened any number of times, as a source with positions.
///
/// A read that goes back further than the last 128 KiB begins again at the start.
pub(crate) struct Again {
    source: Source,
    open: Box<dyn Fn() -> Result<Box<dyn Stream>> + Send + Sync>,
    /// Those that are not in use.
    cursors: Mutex<Vec<Cursor>>,
    len: OnceLock<u64>,
}

/// A stream that was opened, with the last bytes that it gave.
struct Cursor {
    stream: Box<dyn Stream>,
    /// Offset of the first byte in the window.
    start: u64,
    window: Vec<u8>,
}

impl Again {
    /// What `open` makes of `source`.
    pub(crate) fn new(
        source: Source,
        open: impl Fn() -> Result<Box<dyn Stream>> + Send + Sync + 'static,
    ) -> Self {
        let (cursors, len) = (Mutex::default(), OnceLock::new());
        Self { source, open: Box::new(open), cursors, len }
    }

    /// The cursor that has the least to skip.
    fn cursor(&self, offset: u64) -> Result<Cursor> {
        let mut cursors = lock(&self.cursors);
        let near = cursors.iter().enumerate().filter(|(_, cursor)| cursor.start <= offset);
        let nearest = near.max_by_key(|(_, cursor)| cursor.start).map(|(index, _)| index);
        if let Some(nearest) = nearest {
            return Ok(cursors.remove(nearest));
        }
        drop(cursors);
        Ok(Cursor { stream: (self.open)()?, start: 0, window: Vec::new() })
    }

    /// Takes a cursor back; one that failed is not used again.
    fn put_back(&self, cursor: Cursor) {
        let mut cursors = lock(&self.cursors);
        cursors.push(cursor);
        if cursors.len() > MOST_CURSORS {
            drop(cursors.remove(0));
        }
    }
}

impl Reader for Again {
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize> {
        self.read_with(offset, buffer, &Tick::never())
    }

    fn len(&self) -> Result<Option<u64>> {
        Ok(self.len.get().copied())
    }

    fn read_with(&self, offset: u64, buffer: &mut [u8], tick: &Tick) -> Result<usize> {
        if self.len.get().is_some_and(|&len| offset >= len) {
            return Ok(0);
        }
        let mut cursor = self.cursor(offset)?;
        while cursor.end() <= offset {
            tick.check()?;
            if cursor.advance(tick)? == 0 {
                self.len.get_or_init(|| cursor.end());
                break;
            }
        }
        let count = crate::spool::copy_from(&cursor.window, offset - cursor.start, buffer);
        self.put_back(cursor);
        Ok(count)
    }

    fn find_len(&self, tick: &Tick) -> Result<Option<u64>> {
        if self.len.get().is_none() {
            // Nothing is that long, so this ends at the end.
            self.read_with(u64::MAX - 1, &mut [0], tick)?;
        }
        self.len()
    }

    fn counters(&self) -> Option<Arc<Counters>> {
        Some(self.source.counters())
    }
}

impl Cursor {
    fn end(&self) -> u64 {
        self.start + self.window.len() as u64
    }

    /// Reads the bytes that follow the window; returns how many.
    fn advance(&mut self, tick: &Tick) -> Result<usize> {
        let keep = self.window.len().min(WINDOW - PIECE);
        let gone = self.window.len() - keep;
        self.window.drain(..gone);
        self.start += gone as u64;
        alloc::reserve(&mut self.window, PIECE)?;
        self.window.resize(keep + PIECE, 0);
        let read = self.stream.next_with(&mut self.window[keep..], tick);
        self.window.truncate(keep + read.as_ref().map_or(0, |&count| count));
        read
    }
}

/// What a decoder makes of a source or a stream.
pub(crate) struct Decoded {
    decoder: Box<dyn Read + Send>,
    what: &'static str,
    tick: SharedTick,
    counters: Option<Arc<Counters>>,
}

/// The tick of the evaluation that reads just now.
type SharedTick = Arc<Mutex<Tick>>;

type Decode<'a> = &'a dyn Fn(Box<dyn Read + Send>) -> Result<Box<dyn Read + Send>>;

impl Decoded {
    pub(crate) fn of_source(
        source: &Source,
        what: &'static str,
        decode: Decode<'_>,
    ) -> Result<Self> {
        let tick = SharedTick::default();
        let reader = TickedSource { reader: source.open()?, tick: tick.clone() };
        let decoder = decode(Box::new(reader))?;
        Ok(Self { decoder, what, tick, counters: None })
    }

    #[cfg(feature = "http")]
    pub(crate) fn of_stream(
        stream: impl Stream,
        what: &'static str,
        decode: impl FnOnce(Box<dyn Read + Send>) -> Box<dyn Read + Send>,
    ) -> Self {
        let tick = SharedTick::default();
        let counters = stream.counters();
        let decoder = decode(Box::new(TickedStream { stream, tick: tick.clone() }));
        Self { decoder, what, tick, counters }
    }
}

impl Stream for Decoded {
    fn read_next(&mut self, buffer: &mut [u8]) -> Result<usize> {
        self.next_with(buffer, &Tick::never())
    }

    fn next_with(&mut self, buffer: &mut [u8], tick: &Tick) -> Result<usize> {
        tick.clone_into(&mut lock(&self.tick));
        loop {
            match self.decoder.read(buffer) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(decode_error(error)).with("decoder", || self.what),
                Ok(count) => return Ok(count),
            }
        }
    }

    fn counters(&self) -> Option<Arc<Counters>> {
        self.counters.clone()
    }
}

struct TickedSource {
    reader: SourceReader,
    tick: SharedTick,
}

impl Read for TickedSource {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let tick = lock(&self.tick).clone();
        self.reader.set_tick(tick);
        self.reader.read(buffer)
    }
}

#[cfg(feature = "http")]
struct TickedStream<S> {
    stream: S,
    tick: SharedTick,
}

#[cfg(feature = "http")]
impl<S: Stream> Read for TickedStream<S> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let tick = lock(&self.tick).clone();
        Ok(self.stream.next_with(buffer, &tick)?)
    }
}

/// An error of a decoder: ours, if one lies inside, else about the data.
fn decode_error(error: io::Error) -> Error {
    let truncated = error.kind() == io::ErrorKind::UnexpectedEof;
    Error::wrap(if truncated { ErrorKind::Truncated } else { ErrorKind::Malformed }, error)
}

/// The writer below an encoder. Clones are the same writer.
#[derive(Clone)]
pub(crate) struct Out(pub(crate) Arc<Mutex<Option<TargetWriter>>>);

impl Out {
    fn take(&self) -> Option<TargetWriter> {
        lock(&self.0).take()
    }

    fn set_tick(&self, tick: &Tick) {
        if let Some(writer) = &mut *lock(&self.0) {
            writer.set_tick(tick.clone());
        }
    }
}

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut *lock(&self.0) {
            Some(writer) => writer.write(bytes),
            None => Err(io::Error::other("the save has ended")),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What bytes pass through on their way to a target.
pub(crate) trait Encoder: Write + Send {
    /// Writes what has to stand at the end.
    fn finish(self: Box<Self>) -> io::Result<()>;
}

/// A sink that encodes.
pub(crate) struct EncodeSink {
    what: &'static str,
    encoder: Option<Box<dyn Encoder>>,
    out: Out,
}

impl EncodeSink {
    pub(crate) fn new(what: &'static str, encoder: Box<dyn Encoder>, out: Out) -> Self {
        Self { what, encoder: Some(encoder), out }
    }
}

impl Sink for EncodeSink {
    fn caps(&mut self, _: &Tick) -> Result<Caps> {
        Ok(Caps::APPEND)
    }

    fn write_at(&mut self, _: u64, bytes: &[u8], tick: &Tick) -> Result<()> {
        self.out.set_tick(tick);
        let encoder = self.encoder.as_mut().expect("taken by the end alone");
        encoder.write_all(bytes).with("encoder", || self.what)
    }

    fn read_at(&mut self, _: u64, _: &mut [u8], _: &Tick) -> Result<usize> {
        Ok(0)
    }

    fn commit(&mut self, tick: &Tick) -> Result<()> {
        self.out.set_tick(tick);
        if let Some(encoder) = self.encoder.take() {
            encoder.finish().with("encoder", || self.what)?;
        }
        self.out.take().map_or(Ok(()), TargetWriter::commit)
    }

    fn abort(&mut self, error: &Error) {
        // First, since encoders write when they are dropped.
        if let Some(writer) = self.out.take() {
            writer.abort(error);
        }
        self.encoder = None;
    }
}

/// Decoders that are kept for the next read.
const MOST_CURSORS: usize = 4;
const PIECE: usize = 64 << 10;
const WINDOW: usize = 2 * PIECE;
