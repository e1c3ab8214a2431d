//! Targets: where encoded bytes go.

mod atomic;
mod sinks;
mod writer;

use std::fmt::{self, Debug, Formatter};
use std::fs::File;
use std::io::Write;
use std::os::fd::RawFd;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use bytes::Bytes;

use crate::names::shown;
use crate::source::{duplicate, quoted};
use crate::stats::Counters;
use crate::timeouts::{Deadlines, Timeouts};
use crate::wait::lock;
use crate::{Error, ErrorKind, Result, Stats, Tick};
use atomic::AtomicFile;
use sinks::{DescriptorSink, HandlerSink, MemorySink, WriterSink};
pub use writer::TargetWriter;

/// What the writer of a target can do besides going forward.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct Caps {
    /// Bytes can be added at the end; true for every target.
    pub append: bool,
    /// The position can be moved.
    pub seek: bool,
    /// What was written can be read.
    pub read_back: bool,
}

impl Caps {
    pub(crate) const APPEND: Self = Self { append: true, seek: false, read_back: false };
    pub(crate) const ALL: Self = Self { append: true, seek: true, read_back: true };
}

/// Callbacks of a program that take the bytes. Never called two at a time.
///
/// A success ends with `finish`, then `end`; a failure with `abort`.
///
/// ```
/// use std::io::Write;
/// use std::sync::{Arc, Mutex};
/// use windlass_io::{Error, Result, Target, TargetHandlers};
///
/// /// A shelf, on which there are whole things only.
/// #[derive(Clone, Default)]
/// struct Shelf(Arc<Mutex<(Vec<u8>, bool)>>);
///
/// impl TargetHandlers for Shelf {
///     fn write(&self, bytes: &[u8]) -> Result<i64> {
///         self.0.lock().expect("no write panics").0.extend_from_slice(bytes);
///         Ok(bytes.len() as i64)
///     }
///
///     fn end(&self) -> Result<()> {
///         self.0.lock().expect("no write panics").1 = true;
///         Ok(())
///     }
///
///     fn abort(&self, _error: &Error) {
///         self.0.lock().expect("no write panics").0.clear();
///     }
/// }
///
/// let shelf = Shelf::default();
/// let mut writer = Target::custom(shelf.clone()).begin()?;
/// writer.write_all(b"a jar")?;
/// writer.commit()?;
/// assert_eq!(*shelf.0.lock().expect("no write panics"), (b"a jar".to_vec(), true));
/// # Ok::<(), windlass_io::Error>(())
/// ```
pub trait TargetHandlers: Send + Sync + 'static {
    /// Takes bytes and says how many; it is called again with the rest. 0, a negative count or
    /// more than there were is an error.
    fn write(&self, bytes: &[u8]) -> Result<i64>;

    /// Moves to `offset` from the start, the position or the end (`whence` 0, 1, 2) and returns
    /// the new position; `None` if that is not possible.
    fn seek(&self, offset: i64, whence: i32) -> Result<Option<i64>> {
        let _ = (offset, whence);
        Ok(None)
    }

    /// True if [`TargetHandlers::read`] gives back what was written.
    fn reads_back(&self) -> bool {
        false
    }

    /// The bytes that follow, about `count`; none only at the end.
    fn read(&self, count: usize) -> Result<Vec<u8>> {
        let _ = count;
        Ok(Vec::new())
    }

    /// All was written. Older programs use it; it cannot fail.
    fn finish(&self) {}

    /// All was written; an error makes the save fail.
    fn end(&self) -> Result<()> {
        Ok(())
    }

    /// The save failed: what was written is of no use.
    fn abort(&self, error: &Error) {
        let _ = error;
    }

    /// True if the callbacks may only be called on the thread that evaluates.
    fn needs_caller(&self) -> bool {
        true
    }
}

/// Where encoded bytes go. Clones are the same target, which takes one save.
#[derive(Clone)]
pub struct Target(Arc<Inner>);

struct Inner {
    nick: String,
    filename: Option<PathBuf>,
    /// Where objects beside it could go too; may hold secrets.
    address: Option<String>,
    backend: Backend,
    state: Mutex<State>,
    sync: AtomicBool,
    deadlines: Deadlines,
    /// Whether saves wait for [`Target::commit`]
    held: AtomicBool,
    /// Whether the last save failed, so that whoever is told of that was told
    aborted: AtomicBool,
    /// The save that waits
    waiting: Mutex<Option<Box<dyn Sink>>>,
    result: Arc<OnceLock<Bytes>>,
    counters: Arc<Counters>,
    /// The sink counts, not the writer.
    counted: bool,
}

enum Backend {
    File(PathBuf),
    Descriptor(File),
    Memory,
    Writer(Arc<Mutex<Box<dyn Write + Send>>>),
    Custom(Arc<dyn TargetHandlers>),
    /// Makes the sink of each save.
    Maker(Box<dyn Fn() -> Result<Box<dyn Sink>> + Send + Sync>),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Idle,
    Writing,
    /// Saved, and waiting for [`Target::commit`]
    Waiting,
    Finished,
}

/// Where a writer's bytes end up. Used by one writer; offsets count from its first byte.
///
/// The writer sees to it that offsets only move if `caps` allows it.
pub(crate) trait Sink: Send {
    fn caps(&mut self, tick: &Tick) -> Result<Caps>;
    /// Writes all of `bytes` at `offset`.
    fn write_at(&mut self, offset: u64, bytes: &[u8], tick: &Tick) -> Result<()>;
    fn read_at(&mut self, offset: u64, buffer: &mut [u8], tick: &Tick) -> Result<usize>;
    /// All was written.
    fn commit(&mut self, tick: &Tick) -> Result<()>;
    /// Something failed, even `commit`. Not called after a `commit` that succeeded.
    fn abort(&mut self, error: &Error);
}

impl Target {
    /// A file, created at the first write. The name is taken literally.
    ///
    /// Bytes go to a hidden file in the same folder, which takes the name when all is written,
    /// so that there is the old file or the new one, whole. A new file has the mode 0644 less
    /// the umask, else that of the file it replaces. Symbolic links are followed and stay. What
    /// is no regular file, such as a FIFO or `/dev/stdout`, is written directly.
    pub fn to_file(path: impl AsRef<Path>) -> Self {
        let path = path.as_ref();
        let nick = shown(&path.to_string_lossy());
        Self::build(nick, Some(path.to_owned()), Backend::File(path.to_owned()))
    }

    /// A copy of a descriptor, written from its position on; the caller keeps his own.
    pub fn to_descriptor(descriptor: RawFd) -> Result<Self> {
        Ok(Self::build("target", None, Backend::Descriptor(duplicate(descriptor)?)))
    }

    /// Memory; [`Target::bytes`] has the result.
    pub fn to_memory() -> Self {
        Self::build("target", None, Backend::Memory)
    }

    /// Anything that std can write to, forward only.
    pub fn from_writer(nick: impl Into<String>, writer: impl Write + Send + 'static) -> Self {
        Self::build(nick, None, Backend::Writer(Arc::new(Mutex::new(Box::new(writer)))))
    }

    /// Callbacks.
    pub fn custom(handlers: impl TargetHandlers) -> Self {
        Self::build("target_custom", None, Backend::Custom(Arc::new(handlers)))
    }

    fn build(nick: impl Into<String>, filename: Option<PathBuf>, backend: Backend) -> Self {
        Self::assemble(nick.into(), filename, backend, None)
    }

    /// With counters if the sinks count, not the writer.
    fn assemble(
        nick: String,
        filename: Option<PathBuf>,
        backend: Backend,
        counters: Option<Arc<Counters>>,
    ) -> Self {
        Self(Arc::new(Inner {
            nick,
            filename,
            address: None,
            backend,
            state: Mutex::new(State::Idle),
            sync: AtomicBool::new(false),
            deadlines: Deadlines::default(),
            held: AtomicBool::new(false),
            aborted: AtomicBool::new(false),
            waiting: Mutex::default(),
            result: Arc::default(),
            counted: counters.is_some(),
            counters: counters.unwrap_or_default(),
        }))
    }

    /// Something that makes a sink for each save, which uses the counters.
    pub(crate) fn from_sinks(
        nick: impl Into<String>,
        counters: Arc<Counters>,
        make: impl Fn() -> Result<Box<dyn Sink>> + Send + Sync + 'static,
    ) -> Self {
        Self::assemble(nick.into(), None, Backend::Maker(Box::new(make)), Some(counters))
    }

    pub(crate) fn counters(&self) -> Arc<Counters> {
        self.0.counters.clone()
    }

    /// What was written so far.
    pub fn stats(&self) -> Stats {
        self.0.counters.stats()
    }

    /// The writer wrote, for who does not count himself.
    fn wrote(&self, bytes: usize) {
        if !self.0.counted {
            self.0.counters.requested();
            self.0.counters.passed(bytes as u64);
        }
    }

    /// The name for messages: the file name if there is one, else what kind of target it is.
    pub fn nick(&self) -> &str {
        &self.0.nick
    }

    /// The name of the file, for targets made by [`Target::to_file`].
    pub fn filename(&self) -> Option<&Path> {
        self.0.filename.as_deref()
    }

    /// The address of HTTP or of a bucket that the target was made from by [`Target::to_name`],
    /// beside which a [`Tree`](crate::Tree) could write too. Not for messages: it may hold secrets.
    pub fn address(&self) -> Option<&str> {
        self.0.address.as_deref()
    }

    /// The same target, which was made just now, with its address.
    #[cfg(any(feature = "http", feature = "s3"))]
    pub(crate) fn with_address(mut self, address: &str) -> Self {
        if let Some(inner) = Arc::get_mut(&mut self.0) {
            inner.address = Some(address.to_owned());
        }
        self
    }

    /// True while somebody else holds this target too, such as a save that is going on.
    pub fn is_shared(&self) -> bool {
        Arc::strong_count(&self.0) > 1
    }

    /// True if writes may only run on the thread that evaluates.
    pub fn needs_caller(&self) -> bool {
        let apart = self.0.deadlines.are_set();
        matches!(&self.0.backend, Backend::Custom(handlers) if handlers.needs_caller() && !apart)
    }

    /// Sets how long a write and the whole save may take, once and before the first use.
    ///
    /// Callbacks then run on one thread of the save, always the same, so that one that hangs can
    /// be left.
    pub fn set_timeouts(&self, timeouts: Timeouts) -> Result<()> {
        self.0.deadlines.set(timeouts)
    }

    /// Makes saves wait for [`Target::commit`] before they count: a file does not appear before,
    /// end handlers are not called, memory stays empty.
    pub fn hold(&self) {
        self.0.held.store(true, Ordering::Relaxed);
    }

    /// True if a save waits for [`Target::commit`].
    pub fn is_waiting(&self) -> bool {
        *lock(&self.0.state) == State::Waiting
    }

    /// Commits the save that waits since [`Target::hold`].
    pub fn commit(&self, tick: &Tick) -> Result<()> {
        let Some(mut sink) = self.release() else {
            let error = Error::new(ErrorKind::Unsupported, "nothing was saved");
            return Err(error.with("target", self.nick()));
        };
        let done = self.0.deadlines.step(tick, |tick| sink.commit(tick));
        if let Err(error) = &done {
            sink.abort(error);
        }
        self.ended(done.is_ok());
        done.map_err(|error| error.with("target", self.nick()))
    }

    /// Gives up the save that waits since [`Target::hold`], or the one that never began.
    pub fn abort(&self, error: &Error) {
        if let Some(mut sink) = self.release() {
            sink.abort(error);
            self.ended(false);
        } else if *lock(&self.0.state) == State::Idle
            && !self.0.aborted.load(Ordering::Relaxed)
            && let Backend::Custom(handlers) = &self.0.backend
        {
            handlers.abort(error);
        }
    }

    /// The save that waits; saves count at once again.
    fn release(&self) -> Option<Box<dyn Sink>> {
        self.0.held.store(false, Ordering::Relaxed);
        let waits = *lock(&self.0.state) == State::Waiting;
        waits.then(|| lock(&self.0.waiting).take()).flatten()
    }

    /// Sets whether a file must have reached the disc before it takes its name. Off at first.
    pub fn sync(&self, on: bool) {
        self.0.sync.store(on, Ordering::Relaxed);
    }

    /// True once a save succeeded; another one is refused then.
    pub fn is_finished(&self) -> bool {
        *lock(&self.0.state) == State::Finished
    }

    /// What a memory target was given; empty before the save has succeeded.
    pub fn bytes(&self) -> Bytes {
        self.0.result.get().cloned().unwrap_or_default()
    }

    /// Starts the save. After one that failed there may be another one.
    pub fn begin(&self) -> Result<TargetWriter> {
        let mut state = lock(&self.0.state);
        let refused = match *state {
            State::Idle => None,
            State::Writing => Some("target is being written"),
            State::Waiting | State::Finished => Some("target already finished"),
        };
        if let Some(why) = refused {
            return Err(Error::new(ErrorKind::Unsupported, why).with("target", self.nick()));
        }
        let sink = self.sink()?;
        *state = State::Writing;
        drop(state);
        Ok(TargetWriter::new(self.clone(), sink))
    }

    fn sink(&self) -> Result<Box<dyn Sink>> {
        let inner = &self.0;
        Ok(match &inner.backend {
            Backend::File(path) => {
                Box::new(AtomicFile::new(path.clone(), inner.sync.load(Ordering::Relaxed)))
            }
            Backend::Descriptor(file) => Box::new(DescriptorSink::new(file.try_clone()?)?),
            Backend::Memory => Box::new(MemorySink::new(inner.result.clone())),
            Backend::Writer(writer) => Box::new(WriterSink::new(writer.clone())),
            Backend::Custom(handlers) => {
                Box::new(HandlerSink::new(handlers.clone(), inner.deadlines.are_set()))
            }
            Backend::Maker(make) => make()?,
        })
    }

    fn is_held(&self) -> bool {
        self.0.held.load(Ordering::Relaxed)
    }

    fn deadlines(&self) -> &Deadlines {
        &self.0.deadlines
    }

    /// Keeps a save for [`Target::commit`].
    fn keep(&self, sink: Box<dyn Sink>) {
        *lock(&self.0.waiting) = Some(sink);
        *lock(&self.0.state) = State::Waiting;
    }

    /// The writer is done.
    fn ended(&self, committed: bool) {
        self.0.aborted.store(!committed, Ordering::Relaxed);
        *lock(&self.0.state) = if committed { State::Finished } else { State::Idle };
    }
}

impl Debug for Target {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Target").field(&self.0.nick).finish()
    }
}
