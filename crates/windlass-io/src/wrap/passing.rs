//! Wrappers that let the bytes pass unchanged: throttle, tee, progress.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use super::{Encoder, Out, write_all};
use crate::source::{Reader, Stream};
use crate::stats::Counters;
use crate::wait::lock;
use crate::{Error, ErrorKind, Result, Source, SourceReader, Target, TargetWriter, Tick};

/// Called with the bytes that have passed, and with all there are, if that is known.
pub type ProgressFn = dyn Fn(u64, Option<u64>) + Send + Sync;

impl Source {
    /// Reads at most `rate` bytes in a second, over all readers.
    pub fn throttled(&self, rate: u64) -> Result<Self> {
        let throttle = Throttle::new(rate)?;
        let before = move |count: usize, tick: &Tick| throttle.pass(count, tick);
        Ok(Self::from_reader(
            self.nick(),
            Passing { source: self.clone(), after: Box::new(before) },
        ))
    }

    /// Calls `progress` after each read.
    pub fn with_progress(
        &self,
        progress: impl Fn(u64, Option<u64>) + Send + Sync + 'static,
    ) -> Self {
        let (source, passed) = (self.clone(), Mutex::new(0));
        let after = move |count: usize, _: &Tick| {
            let mut sum = lock(&passed);
            *sum += count as u64;
            let now = *sum;
            drop(sum);
            progress(now, source.len()?);
            Ok(())
        };
        Self::from_reader(self.nick(), Passing { source: self.clone(), after: Box::new(after) })
    }

    /// Copies to `target` what is read, from the start to the end; the copy is complete once the
    /// end was read, and is given up if the source is dropped before.
    pub fn tee(&self, target: &Target) -> Result<Self> {
        let writer = Some(target.begin()?);
        Ok(Self::from_stream(self.nick(), Tee { reader: self.open()?, writer }))
    }
}

impl Target {
    /// Writes at most `rate` bytes in a second.
    pub fn throttled(&self, rate: u64) -> Result<Self> {
        let throttle = Arc::new(Throttle::new(rate)?);
        Ok(self.encoded("throttle", move |out| {
            let throttle = throttle.clone();
            let after = move |bytes: &[u8]| Ok(throttle.pass(bytes.len(), &Tick::never())?);
            Ok(Box::new(PassingWriter { out, after: Box::new(after), end: None }))
        }))
    }

    /// Calls `progress` after each write.
    pub fn with_progress(
        &self,
        progress: impl Fn(u64, Option<u64>) + Send + Sync + 'static,
    ) -> Self {
        let progress: Arc<ProgressFn> = Arc::new(progress);
        self.encoded("progress", move |out| {
            let (progress, mut passed) = (progress.clone(), 0);
            let after = move |bytes: &[u8]| {
                passed += bytes.len() as u64;
                progress(passed, None);
                Ok(())
            };
            Ok(Box::new(PassingWriter { out, after: Box::new(after), end: None }))
        })
    }

    /// Writes the same bytes to `other` too. Both are committed or none is, as far as the second
    /// commit does not fail after the first.
    pub fn tee(&self, other: &Self) -> Self {
        let other = other.clone();
        self.encoded("tee", move |out| {
            let second = Out(Arc::new(Mutex::new(Some(other.begin()?))));
            let mut copy = second.clone();
            let after = move |bytes: &[u8]| copy.write_all(bytes);
            let end = move || match lock(&second.0).take() {
                Some(writer) => writer.commit().map_err(io::Error::from),
                None => Ok(()),
            };
            Ok(Box::new(PassingWriter { out, after: Box::new(after), end: Some(Box::new(end)) }))
        })
    }
}

type After = Box<dyn Fn(usize, &Tick) -> Result<()> + Send + Sync>;

/// A source of which each read is followed by something.
struct Passing {
    source: Source,
    after: After,
}

impl Reader for Passing {
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize> {
        self.read_with(offset, buffer, &Tick::never())
    }

    fn len(&self) -> Result<Option<u64>> {
        self.source.len()
    }

    fn read_with(&self, offset: u64, buffer: &mut [u8], tick: &Tick) -> Result<usize> {
        let count = self.source.open()?.with_tick(tick.clone()).read_at(offset, buffer)?;
        (self.after)(count, tick)?;
        Ok(count)
    }

    fn counters(&self) -> Option<Arc<Counters>> {
        Some(self.source.counters())
    }
}

/// A source whose bytes are copied.
struct Tee {
    reader: SourceReader,
    writer: Option<TargetWriter>,
}

impl Stream for Tee {
    fn read_next(&mut self, buffer: &mut [u8]) -> Result<usize> {
        self.next_with(buffer, &Tick::never())
    }

    fn next_with(&mut self, buffer: &mut [u8], tick: &Tick) -> Result<usize> {
        self.reader.set_tick(tick.clone());
        let count = io::Read::read(&mut self.reader, buffer)?;
        if count == 0 {
            self.writer.take().map_or(Ok(()), TargetWriter::commit)?;
        } else if let Some(writer) = &mut self.writer {
            writer.write_all(&buffer[..count])?;
        }
        Ok(count)
    }

    fn counters(&self) -> Option<Arc<Counters>> {
        Some(self.reader.source().counters())
    }
}

type AfterWrite = Box<dyn FnMut(&[u8]) -> io::Result<()> + Send>;

/// A target of which each write is followed by something.
struct PassingWriter {
    out: Out,
    after: AfterWrite,
    end: Option<Box<dyn FnOnce() -> io::Result<()> + Send>>,
}

impl Write for PassingWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        write_all(&mut self.out, bytes)?;
        (self.after)(bytes)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Encoder for PassingWriter {
    fn finish(self: Box<Self>) -> io::Result<()> {
        self.end.map_or(Ok(()), |end| end())
    }
}

/// Makes who is too fast wait.
struct Throttle {
    rate: u64,
    /// When all that has passed may have passed.
    due: Mutex<Option<Instant>>,
}

impl Throttle {
    fn new(rate: u64) -> Result<Self> {
        if rate == 0 {
            return Err(Error::new(ErrorKind::BadArgument, "the rate is 0 bytes in a second"));
        }
        Ok(Self { rate, due: Mutex::new(None) })
    }

    fn pass(&self, count: usize, tick: &Tick) -> Result<()> {
        let cost = Duration::from_secs_f64(count as f64 / self.rate as f64);
        let now = Instant::now();
        let mut due = lock(&self.due);
        let end = due.filter(|&due| due > now).unwrap_or(now) + cost;
        *due = Some(end);
        drop(due);
        loop {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(());
            }
            tick.check()?;
            thread::sleep(left.min(tick.slice()));
        }
    }
}
