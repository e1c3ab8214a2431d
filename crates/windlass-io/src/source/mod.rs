//! Sources: where encoded bytes come from.

mod file;
mod handlers;
mod later;
mod reader;
mod replay;
#[cfg(test)]
mod testing;

use std::fmt::{self, Debug, Formatter};
use std::fs::File;
use std::io::{self, Seek};
use std::os::fd::RawFd;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use filedescriptor::FileDescriptor;

use crate::error::reason;
use crate::spool::copy_from;
use crate::stats::Counters;
use crate::timeouts::{Deadlines, Timeouts};
use crate::{Error, ErrorKind, Result, Stats, Tick};
use file::{Identity, Named, Opened};
pub(crate) use file::{is_pipe, quoted};
use handlers::{Custom, Mode};
use later::Later;
pub use reader::{Failure, SourceReader};
use replay::{Feed, Replay};

/// Bytes that can be read at any position, such as an object in a store.
///
/// ```
/// use windlass_io::{Reader, Result, Source};
///
/// /// The bytes 0, 1, 2, … 255, again and again.
/// struct Count;
///
/// impl Reader for Count {
///     fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize> {
///         let left = 1000_u64.saturating_sub(offset) as usize;
///         let count = left.min(buffer.len());
///         (offset..).zip(&mut buffer[..count]).for_each(|(at, byte)| *byte = at as u8);
///         Ok(count)
///     }
///
///     fn len(&self) -> Result<Option<u64>> {
///         Ok(Some(1000))
///     }
/// }
///
/// let source = Source::from_reader("count", Count);
/// assert_eq!(source.read_to_vec(1000)?[254..258], [254, 255, 0, 1]);
/// # Ok::<(), windlass_io::Error>(())
/// ```
#[expect(clippy::len_without_is_empty, reason = "the length may be unknown")]
pub trait Reader: Send + Sync + 'static {
    /// Reads into `buffer` from `offset` on. May give fewer bytes; none only at the end.
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize>;
    /// The length in bytes, if it is known.
    fn len(&self) -> Result<Option<u64>>;

    /// Reads like [`Reader::read_at`]; a wait ends with the tick.
    fn read_with(&self, offset: u64, buffer: &mut [u8], tick: &Tick) -> Result<usize> {
        let _ = tick;
        self.read_at(offset, buffer)
    }

    /// The length in bytes, even if all has to be read for that; `None` if it can't be known.
    fn find_len(&self, tick: &Tick) -> Result<Option<u64>> {
        let _ = tick;
        self.len()
    }

    /// What counts the requests, where the source itself can't.
    fn counters(&self) -> Option<Arc<Counters>> {
        None
    }
}

/// Bytes that come one after the other, such as the answer of a server.
///
/// ```
/// use windlass_io::{Result, Source, Stream};
///
/// /// Whatever std can read.
/// struct FromStd<R>(R);
///
/// impl<R: std::io::Read + Send + 'static> Stream for FromStd<R> {
///     fn read_next(&mut self, buffer: &mut [u8]) -> Result<usize> {
///         Ok(self.0.read(buffer)?)
///     }
/// }
///
/// let source = Source::from_stream("cursor", FromStd(std::io::Cursor::new("some bytes")));
/// assert_eq!(source.sniff(4)?, b"some");
/// // what has passed is kept: the source can be read again
/// assert_eq!(source.read_to_vec(100)?, b"some bytes");
/// # Ok::<(), windlass_io::Error>(())
/// ```
pub trait Stream: Send + 'static {
    /// Reads the bytes that follow. May give fewer than there is room for; none only at the end.
    fn read_next(&mut self, buffer: &mut [u8]) -> Result<usize>;

    /// Reads like [`Stream::read_next`]; a wait ends with the tick, and can be taken up again.
    fn next_with(&mut self, buffer: &mut [u8], tick: &Tick) -> Result<usize> {
        let _ = tick;
        self.read_next(buffer)
    }

    /// What counts the requests, where the source itself can't.
    fn counters(&self) -> Option<Arc<Counters>> {
        None
    }
}

/// Callbacks of a program, as Python's file objects have them. Never called two at a time.
///
/// ```
/// use std::sync::Mutex;
/// use windlass_io::{Handlers, Result, Source};
///
/// /// Pieces that come in sizes of their own.
/// struct Pieces(Mutex<Vec<Vec<u8>>>);
///
/// impl Handlers for Pieces {
///     fn read(&self, _count: usize) -> Result<Vec<u8>> {
///         Ok(self.0.lock().expect("no read panics").pop().unwrap_or_default())
///     }
/// }
///
/// let pieces = vec![b"end".to_vec(), b"from start to ".to_vec()];
/// let source = Source::custom(Pieces(Mutex::new(pieces)));
/// assert_eq!(source.read_to_vec(100)?, b"from start to end");
/// # Ok::<(), windlass_io::Error>(())
/// ```
pub trait Handlers: Send + Sync + 'static {
    /// The bytes that follow, about `count`: fewer, or more, as it suits; none only at the end.
    fn read(&self, count: usize) -> Result<Vec<u8>>;

    /// Moves to `offset` from the start, the position or the end (`whence` 0, 1, 2) and returns
    /// the new position; `None` if that is not possible.
    fn seek(&self, offset: i64, whence: i32) -> Result<Option<i64>> {
        let _ = (offset, whence);
        Ok(None)
    }

    /// True if the callbacks may only be called on the thread that evaluates.
    fn handler(&self) -> bool {
        true
    }
}

/// Where encoded bytes come from. Clones are the same source.
///
/// Each evaluation opens a [`SourceReader`] of its own, with its own position, so that a source
/// may be shared and read any number of times, by several threads.
#[derive(Clone)]
pub struct Source(Arc<Inner>);

struct Inner {
    nick: String,
    filename: Option<PathBuf>,
    key: SourceKey,
    spool: AtomicBool,
    deadlines: Deadlines,
    backend: Backend,
    counters: Arc<Counters>,
    /// The backend counts, not we.
    counted: bool,
}

enum Backend {
    Memory(Box<dyn AsRef<[u8]> + Send + Sync>),
    Named(Named),
    /// The bytes of a file from `base` on.
    Descriptor {
        file: File,
        base: u64,
        len: u64,
    },
    Reader(Box<dyn Reader>),
    Replay(Replay),
    Custom(Custom),
    /// Opened at the first use.
    Later(Later),
}

/// Tells sources apart: equal for the same state of the same file, or for the same source.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct SourceKey(Key);

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
enum Key {
    File(PathBuf, Identity),
    Unique(u64),
}

/// What one reader brings along to the backend.
#[derive(Clone, Default)]
struct Pass {
    tick: Tick,
    /// Keep all that passes, even in a temporary file.
    keep: bool,
    /// The descriptor of a named file, open as long as the reader lives.
    file: Option<Arc<File>>,
}

impl Source {
    /// A file, opened at once. The name is taken literally.
    ///
    /// While nobody reads it holds no descriptor. It is opened again by name, which fails if the
    /// file is not the same any more.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let nick = path.display().to_string();
        let (key, backend) = match file::open(path)? {
            Opened::Seekable(named) => {
                (Key::File(path.to_owned(), named.identity), Backend::Named(named))
            }
            Opened::Pipe(file) => {
                (unique(), Backend::Replay(Replay::new(Feed::Descriptor(file, Vec::new()))))
            }
        };
        Ok(Self::build(nick, Some(path.to_owned()), key, backend))
    }

    /// A copy of a descriptor; the caller keeps his own. Files are read from their start.
    pub fn from_descriptor(descriptor: RawFd) -> Result<Self> {
        let file = duplicate(descriptor)?;
        let metadata = file.metadata()?;
        file::check_readable(&metadata, || format!("descriptor {descriptor}"))?;
        let seekable = !is_pipe(&metadata) && (&file).stream_position().is_ok();
        let backend = if seekable {
            Backend::Descriptor { file, base: 0, len: metadata.len() }
        } else {
            Backend::Replay(Replay::new(Feed::Descriptor(file, Vec::new())))
        };
        Ok(Self::build("source", None, unique(), backend))
    }

    /// A part of an open file, such as a member of a container: `len` bytes from `offset` on, or
    /// all that follow. A pipe has no parts.
    pub fn from_descriptor_range(descriptor: RawFd, offset: u64, len: Option<u64>) -> Result<Self> {
        let whole = Self::from_descriptor(descriptor)?;
        let inner = Arc::into_inner(whole.0).map(|inner| inner.backend);
        let Some(Backend::Descriptor { file, len: size, .. }) = inner else {
            let message = format!("descriptor {descriptor} has no positions");
            return Err(Error::new(ErrorKind::Unsupported, message));
        };
        let rest = size.saturating_sub(offset);
        let len = len.unwrap_or(rest);
        if offset > size || len > rest {
            let message = format!("a part of {len} bytes at {offset} of a file of {size}");
            return Err(Error::new(ErrorKind::BadArgument, message));
        }
        let backend = Backend::Descriptor { file, base: offset, len };
        Ok(Self::build("source", None, unique(), backend))
    }

    /// Bytes in memory. Nothing is copied.
    pub fn from_memory(bytes: impl AsRef<[u8]> + Send + Sync + 'static) -> Self {
        Self::build("source", None, unique(), Backend::Memory(Box::new(bytes)))
    }

    /// Anything with positional reads.
    pub fn from_reader(nick: impl Into<String>, reader: impl Reader) -> Self {
        Self::build(nick, None, unique(), Backend::Reader(Box::new(reader)))
    }

    /// Anything that only goes forward. What has passed is kept, see [`Source::spool`].
    pub fn from_stream(nick: impl Into<String>, stream: impl Stream) -> Self {
        let feed = Feed::Stream(Box::new(stream), Vec::new());
        Self::build(nick, None, unique(), Backend::Replay(Replay::new(feed)))
    }

    /// Callbacks. Whether they can seek is tested at the first use.
    pub fn custom(handlers: impl Handlers) -> Self {
        Self::build("source_custom", None, unique(), Backend::Custom(Custom::new(handlers)))
    }

    /// What `open` opens at the first use, within the time that is allowed then; its reads count by
    /// `counters`. If it fails, the next use tries again.
    ///
    /// ```
    /// use windlass_io::Source;
    ///
    /// let source = Source::later("later", Default::default(), |_| Ok(Source::from_memory("bytes")));
    /// assert_eq!(source.read_to_vec(100)?, b"bytes");
    /// # Ok::<(), windlass_io::Error>(())
    /// ```
    pub fn later(
        nick: impl Into<String>,
        counters: Arc<Counters>,
        open: impl Fn(&Tick) -> Result<Self> + Send + Sync + 'static,
    ) -> Self {
        let backend = Backend::Later(Later::new(open));
        Self::assemble(nick.into(), None, unique(), backend, Some(counters))
    }

    fn build(
        nick: impl Into<String>,
        filename: Option<PathBuf>,
        key: Key,
        backend: Backend,
    ) -> Self {
        let own = backend.counters();
        Self::assemble(nick.into(), filename, key, backend, own)
    }

    /// With counters if the backend counts, not we.
    fn assemble(
        nick: String,
        filename: Option<PathBuf>,
        key: Key,
        backend: Backend,
        own: Option<Arc<Counters>>,
    ) -> Self {
        let (key, spool) = (SourceKey(key), AtomicBool::new(true));
        let deadlines = Deadlines::default();
        let counted = own.is_some();
        let counters = own.unwrap_or_default();
        Self(Arc::new(Inner { nick, filename, key, spool, deadlines, backend, counters, counted }))
    }

    /// The name for messages: the file name if there is one, else what kind of source it is.
    pub fn nick(&self) -> &str {
        &self.0.nick
    }

    /// The name of the file, for sources made by [`Source::from_file`].
    pub fn filename(&self) -> Option<&Path> {
        self.0.filename.as_deref()
    }

    /// True while somebody else holds this source too, such as an image that is read from it.
    pub fn is_shared(&self) -> bool {
        Arc::strong_count(&self.0) > 1
    }

    /// What tells this source from others, for caches.
    pub fn key(&self) -> SourceKey {
        self.0.key.clone()
    }

    /// True if the source has no positions of its own.
    pub fn is_pipe(&self) -> Result<bool> {
        Ok(match &self.0.backend {
            Backend::Replay(_) => true,
            Backend::Custom(custom) => {
                matches!(self.mode(custom, &Tick::never())?, Mode::Stream(_))
            }
            Backend::Later(later) => self.opened(later, &Tick::never())?.is_pipe()?,
            Backend::Memory(_)
            | Backend::Named(_)
            | Backend::Descriptor { .. }
            | Backend::Reader(_) => false,
        })
    }

    /// True if reads may only run on the thread that evaluates.
    pub fn needs_caller(&self) -> bool {
        let apart = self.0.deadlines.are_set();
        matches!(&self.0.backend, Backend::Custom(custom) if custom.needs_caller() && !apart)
    }

    /// Sets how long a read and all reads may take, once and before the first use.
    ///
    /// Callbacks then run on one thread of the source, always the same, so that one that hangs
    /// can be left.
    pub fn set_timeouts(&self, timeouts: Timeouts) -> Result<()> {
        self.0.deadlines.set(timeouts)
    }

    /// All bytes, for sources that lie in memory.
    pub fn memory(&self) -> Option<&[u8]> {
        match &self.0.backend {
            Backend::Memory(bytes) => Some((**bytes).as_ref()),
            Backend::Later(later) => later.opened().and_then(Self::memory),
            Backend::Named(_)
            | Backend::Descriptor { .. }
            | Backend::Reader(_)
            | Backend::Replay(_)
            | Backend::Custom(_) => None,
        }
    }

    /// Opens now what would be opened at the first use; a wait for another machine ends with the
    /// tick. Files are open already.
    pub fn connect(&self, tick: &Tick) -> Result<()> {
        let Backend::Later(later) = &self.0.backend else { return Ok(()) };
        let opened = self.opened(later, tick);
        opened.map(drop).map_err(|error| error.with("source", self.nick()))
    }

    /// The length in bytes, if it is known; for pipes only once they were read to their end.
    pub fn len(&self) -> Result<Option<u64>> {
        self.known_len(&Tick::never())
    }

    pub(crate) fn counters(&self) -> Arc<Counters> {
        self.0.counters.clone()
    }

    /// What was read so far, by all readers.
    pub fn stats(&self) -> Stats {
        self.0.counters.stats()
    }

    /// Sets whether what passes of a pipe is kept beyond 8 MiB, in a temporary file, up to
    /// [`pipe_read_limit`](crate::settings::pipe_read_limit). If not, a second pass over a longer
    /// pipe is the error "source already consumed". On at first.
    pub fn spool(&self, on: bool) {
        self.0.spool.store(on, Ordering::Relaxed);
    }

    /// A reader at the start.
    pub fn open(&self) -> Result<SourceReader> {
        self.reader(self.0.spool.load(Ordering::Relaxed))
    }

    /// A reader at the start for formats that jump about, such as TIFF.
    ///
    /// What it reads of a pipe is kept even without [`Source::spool`], since such a format can't
    /// be read otherwise.
    pub fn open_random(&self) -> Result<SourceReader> {
        self.reader(true)
    }

    fn reader(&self, keep: bool) -> Result<SourceReader> {
        let file = match &self.0.backend {
            Backend::Named(named) => Some(named.descriptor()?),
            Backend::Memory(_)
            | Backend::Descriptor { .. }
            | Backend::Reader(_)
            | Backend::Replay(_)
            | Backend::Custom(_)
            | Backend::Later(_) => None,
        };
        Ok(SourceReader::new(self.clone(), Pass { tick: Tick::never(), keep, file }))
    }

    /// The first `count` bytes, or fewer if there are not so many.
    pub fn sniff(&self, count: usize) -> Result<Vec<u8>> {
        self.sniff_with(count, &Tick::never())
    }

    /// The first `count` bytes, or fewer if there are not so many; a wait ends with the tick.
    pub fn sniff_with(&self, count: usize, tick: &Tick) -> Result<Vec<u8>> {
        let reader = self.open()?.with_tick(tick.clone());
        let mut bytes = vec![0; count.min(LARGEST_SNIFF)];
        let count = reader.read_full_at(0, &mut bytes)?;
        bytes.truncate(count);
        Ok(bytes)
    }

    /// All bytes; an error of kind `Limit` if they are more than `limit`.
    pub fn read_to_vec(&self, limit: u64) -> Result<Vec<u8>> {
        self.open()?.read_to_vec(limit)
    }

    fn mode<'a>(&'a self, custom: &'a Custom, tick: &Tick) -> Result<&'a Mode> {
        let deadlines = &self.0.deadlines;
        deadlines.step(tick, |tick| custom.mode(tick, deadlines.are_set()))
    }

    fn opened<'a>(&'a self, later: &'a Later, tick: &Tick) -> Result<&'a Self> {
        self.0.deadlines.step(tick, |tick| later.source(tick))
    }

    fn known_len(&self, tick: &Tick) -> Result<Option<u64>> {
        match &self.0.backend {
            Backend::Memory(bytes) => Ok(Some((**bytes).as_ref().len() as u64)),
            Backend::Named(named) => Ok(Some(named.identity.size)),
            Backend::Descriptor { len, .. } => Ok(Some(*len)),
            Backend::Reader(reader) => reader.len(),
            Backend::Replay(replay) => replay.len(),
            Backend::Custom(custom) => Ok(match self.mode(custom, tick)? {
                Mode::Seekable(seekable) => seekable.len,
                Mode::Stream(replay) => replay.len()?,
            }),
            Backend::Later(later) => self.opened(later, tick)?.known_len(tick),
        }
    }

    /// The length in bytes, even if a pipe has to be read to its end for that.
    fn find_len(&self, pass: &Pass) -> Result<Option<u64>> {
        let replay = match &self.0.backend {
            Backend::Replay(replay) => replay,
            Backend::Custom(custom) => match self.mode(custom, &pass.tick)? {
                Mode::Stream(replay) => replay,
                Mode::Seekable(seekable) => return Ok(seekable.len),
            },
            Backend::Reader(reader) => return reader.find_len(&pass.tick),
            Backend::Later(later) => {
                let source = self.opened(later, &pass.tick)?;
                return self.0.deadlines.step(&pass.tick, |tick| {
                    source.find_len(&Pass { tick: tick.clone(), ..pass.clone() })
                });
            }
            Backend::Memory(_) | Backend::Named(_) | Backend::Descriptor { .. } => {
                return self.known_len(&pass.tick);
            }
        };
        let deadlines = &self.0.deadlines;
        deadlines
            .step(&pass.tick, |tick| replay.find_len(&Pass { tick: tick.clone(), ..pass.clone() }))
            .map(Some)
    }

    /// Reads for a reader; errors say where.
    fn read_at(&self, offset: u64, buffer: &mut [u8], pass: &Pass) -> Result<usize> {
        let read = if self.0.deadlines.are_set() {
            self.0.deadlines.step(&pass.tick, |tick| {
                self.read_from(offset, buffer, &Pass { tick: tick.clone(), ..pass.clone() })
            })
        } else {
            self.read_from(offset, buffer, pass)
        };
        read.map_err(|error| {
            if error.context().iter().any(|(key, _)| *key == "source") {
                return error;
            }
            error.with("source", self.nick()).with("offset", offset)
        })
    }

    fn read_from(&self, offset: u64, buffer: &mut [u8], pass: &Pass) -> Result<usize> {
        pass.tick.check()?;
        if buffer.is_empty() {
            return Ok(0);
        }
        let count = match &self.0.backend {
            Backend::Memory(bytes) => copy_from((**bytes).as_ref(), offset, buffer),
            Backend::Named(named) => {
                let file = pass.file.as_ref().expect("readers of named files have it");
                match read_file(file, offset, buffer)? {
                    0 if offset < named.identity.size => return Err(named.changed()),
                    count => count,
                }
            }
            Backend::Descriptor { file, base, len } => {
                let room = usize::try_from(len.saturating_sub(offset)).unwrap_or(usize::MAX);
                let room = room.min(buffer.len());
                read_file(file, base.saturating_add(offset), &mut buffer[..room])?
            }
            Backend::Reader(reader) => {
                valid_count(reader.read_with(offset, buffer, &pass.tick)?, buffer.len())?
            }
            Backend::Replay(replay) => replay.read_at(offset, buffer, pass)?,
            Backend::Custom(custom) => match self.mode(custom, &pass.tick)? {
                Mode::Seekable(seekable) => seekable.read_at(offset, buffer, pass)?,
                Mode::Stream(replay) => replay.read_at(offset, buffer, pass)?,
            },
            Backend::Later(later) => {
                return later.source(&pass.tick)?.read_from(offset, buffer, pass);
            }
        };
        if count == 0 {
            self.check_end(offset, &pass.tick)?;
        }
        if !self.0.counted {
            self.0.counters.requested();
            self.0.counters.passed(count as u64);
        }
        Ok(count)
    }

    /// Fails if the source ends before the length that it claims to have.
    fn check_end(&self, offset: u64, tick: &Tick) -> Result<()> {
        match self.known_len(tick)? {
            Some(len) if offset < len => {
                let message = format!("ends at byte {offset}, before its length of {len}");
                Err(Error::new(ErrorKind::Truncated, message))
            }
            Some(_) | None => Ok(()),
        }
    }
}

impl Backend {
    fn counters(&self) -> Option<Arc<Counters>> {
        match self {
            Self::Reader(reader) => reader.counters(),
            Self::Replay(replay) => replay.counters(),
            Self::Memory(_)
            | Self::Named(_)
            | Self::Descriptor { .. }
            | Self::Custom(_)
            | Self::Later(_) => None,
        }
    }
}

impl Debug for Source {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Source").field(&self.0.nick).finish()
    }
}

/// A copy of a descriptor that is named by its number.
pub(crate) fn duplicate(descriptor: RawFd) -> Result<File> {
    let copy = FileDescriptor::dup(&descriptor).and_then(|copy| copy.as_file());
    copy.map_err(|error| {
        let cause = std::error::Error::source(&error).map(reason).unwrap_or_default();
        let text = format!("{error}: {cause}");
        Error::new(ErrorKind::Io, text.trim_end_matches(": ")).with_source(error)
    })
}

/// A number that no other connection of the process has.
pub(crate) fn unique_id() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

fn unique() -> Key {
    Key::Unique(unique_id())
}

fn read_file(file: &File, offset: u64, buffer: &mut [u8]) -> Result<usize> {
    if offset > i64::MAX as u64 {
        return Ok(0);
    }
    loop {
        match file.read_at(buffer, offset) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return Ok(result?),
        }
    }
}

/// Refuses a count that is larger than the room there was.
fn valid_count(count: usize, room: usize) -> Result<usize> {
    if count > room {
        let message = format!("a read of {room} bytes answered with {count}");
        return Err(Error::new(ErrorKind::Io, message));
    }
    Ok(count)
}

/// Most that a look at the first bytes may ask for.
const LARGEST_SNIFF: usize = 1 << 20;

#[cfg(test)]
mod tests {
    use super::*;
    use rustix::io::{FdFlags, fcntl_getfd};
    use std::os::fd::AsRawFd;

    #[test]
    fn descriptors_do_not_reach_child_processes() {
        let file = tempfile::tempfile().unwrap();
        let copy = duplicate(file.as_raw_fd()).unwrap();
        assert!(fcntl_getfd(&copy).unwrap().contains(FdFlags::CLOEXEC));
        let named = tempfile::NamedTempFile::new().unwrap();
        let reader = Source::from_file(named.path()).unwrap().open().unwrap();
        let file = reader.pass().file.as_ref().unwrap();
        assert!(fcntl_getfd(file).unwrap().contains(FdFlags::CLOEXEC));
    }
}
