//! Writing to a target.

use std::fmt::{self, Debug, Formatter};
use std::io::{self, Read, Seek, SeekFrom, Write};

use super::sinks::SpoolSink;
use super::{Caps, Sink, Target};
use crate::{Error, ErrorKind, Result, Tick};

/// One save to a target.
///
/// Ends with [`TargetWriter::commit`] or [`TargetWriter::abort`]; dropping it aborts. After an
/// error each further use fails with it, and so does the commit.
pub struct TargetWriter {
    target: Target,
    /// Taken out when the save ends.
    sink: Option<Box<dyn Sink>>,
    tick: Tick,
    caps: Option<Caps>,
    /// Bytes that belong before `position`.
    buffer: Vec<u8>,
    position: u64,
    len: u64,
    error: Option<Error>,
}

impl TargetWriter {
    pub(super) fn new(target: Target, sink: Box<dyn Sink>) -> Self {
        Self {
            target,
            sink: Some(sink),
            tick: Tick::never(),
            caps: None,
            buffer: Vec::new(),
            position: 0,
            len: 0,
            error: None,
        }
    }

    /// Looks at `tick` at each write, and ends with it where a pipe takes nothing.
    pub fn with_tick(mut self, tick: Tick) -> Self {
        self.tick = tick;
        self
    }

    /// As [`TargetWriter::with_tick`], for a writer below another one.
    pub(crate) fn set_tick(&mut self, tick: Tick) {
        self.tick = tick;
    }

    /// The target that is written.
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// The offset of the next byte, counted from the first byte of the save.
    pub fn position(&self) -> u64 {
        self.position
    }

    /// What this target can do. Callbacks are asked at the first call.
    pub fn caps(&mut self) -> Result<Caps> {
        if let Some(caps) = self.caps {
            return Ok(caps);
        }
        let caps = self.run(|sink, tick| sink.caps(tick))?;
        self.caps = Some(caps);
        Ok(caps)
    }

    /// Makes sure that the position can be moved and what was written can be read.
    ///
    /// Where the target can't do so itself, the bytes are collected (8 MiB in memory, then in an
    /// unlinked temporary file) and go to it when the save is committed. To be called before
    /// anything is written.
    pub fn spooled(mut self) -> Result<Self> {
        let caps = self.caps()?;
        if caps.seek && caps.read_back {
            return Ok(self);
        }
        if self.len > 0 || !self.buffer.is_empty() {
            let message = "too late to spool: bytes were written";
            return Err(Error::new(ErrorKind::Internal, message));
        }
        self.sink = self.sink.take().map(|sink| Box::new(SpoolSink::new(sink)) as Box<dyn Sink>);
        self.caps = None;
        Ok(self)
    }

    /// Ends the save with success: all bytes are out, and a file has its name.
    pub fn commit(mut self) -> Result<()> {
        let flushed = self.flush_buffer();
        if flushed.is_ok() && self.target.is_held() {
            if let Some(sink) = self.sink.take() {
                self.target.keep(sink);
            }
            return Ok(());
        }
        let done = flushed.and_then(|()| self.run(|sink, tick| sink.commit(tick)));
        match &done {
            Ok(()) => {
                self.sink = None;
                self.target.ended(true);
            }
            Err(error) => self.end(error),
        }
        done
    }

    /// Ends the save without success: a file stays what it was.
    pub fn abort(mut self, error: &Error) {
        self.end(error);
    }

    fn end(&mut self, error: &Error) {
        if let Some(mut sink) = self.sink.take() {
            sink.abort(error);
            self.target.ended(false);
        }
    }

    /// Runs a step of the sink, unless an earlier one failed; remembers a failure.
    fn run<T>(&mut self, step: impl FnOnce(&mut dyn Sink, &Tick) -> Result<T>) -> Result<T> {
        if let Some(error) = &self.error {
            return Err(error.clone());
        }
        let sink = self.sink.as_mut().expect("taken out when the save ends");
        let done = self.tick.check().and_then(|()| {
            self.target.deadlines().step(&self.tick, |tick| step(&mut **sink, tick))
        });
        done.map_err(|error| {
            let error = error.with("target", self.target.nick());
            self.error = Some(error.clone());
            error
        })
    }

    fn flush_buffer(&mut self) -> Result<()> {
        if self.buffer.is_empty() {
            return self.error.clone().map_or(Ok(()), Err);
        }
        let buffer = std::mem::take(&mut self.buffer);
        let start = self.position - buffer.len() as u64;
        self.put(start, &buffer)?;
        self.buffer = buffer;
        self.buffer.clear();
        Ok(())
    }

    fn put(&mut self, offset: u64, bytes: &[u8]) -> Result<()> {
        let end = crate::spool::end(offset, bytes.len())?;
        self.run(|sink, tick| sink.write_at(offset, bytes, tick))?;
        self.target.wrote(bytes.len());
        self.len = self.len.max(end);
        Ok(())
    }

    fn move_to(&mut self, position: Option<u64>, to: SeekFrom) -> Result<u64> {
        let position = position
            .filter(|&position| i64::try_from(position).is_ok())
            .ok_or_else(|| Error::new(ErrorKind::BadArgument, format!("bad seek to {to:?}")))?;
        if position != self.position {
            self.flush_buffer()?;
            self.need(|caps| caps.seek, "cannot seek")?;
            self.position = position;
        }
        Ok(position)
    }

    fn need(&mut self, has: fn(Caps) -> bool, why: &str) -> Result<()> {
        if has(self.caps()?) {
            return Ok(());
        }
        let message = format!("the target {why}");
        Err(Error::new(ErrorKind::Unsupported, message).with("target", self.target.nick()))
    }
}

impl Write for TargetWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.buffer.len() + bytes.len() > BUFFER {
            self.flush_buffer()?;
        }
        if bytes.len() >= BUFFER {
            self.put(self.position, bytes)?;
        } else {
            self.buffer.extend_from_slice(bytes);
        }
        self.position += bytes.len() as u64;
        Ok(bytes.len())
    }

    /// Hands the bytes on; the save is complete only after [`TargetWriter::commit`].
    fn flush(&mut self) -> io::Result<()> {
        Ok(self.flush_buffer()?)
    }
}

impl Seek for TargetWriter {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let position = match to {
            SeekFrom::Start(offset) => Some(offset),
            SeekFrom::Current(delta) => self.position.checked_add_signed(delta),
            SeekFrom::End(delta) => self.len.max(self.position_in_use()).checked_add_signed(delta),
        };
        Ok(self.move_to(position, to)?)
    }
}

impl TargetWriter {
    /// The end of what was written, as far as it is still in the buffer.
    fn position_in_use(&self) -> u64 {
        if self.buffer.is_empty() { 0 } else { self.position }
    }
}

impl Read for TargetWriter {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.flush_buffer()?;
        self.need(|caps| caps.read_back, "cannot be read back")?;
        let position = self.position;
        let count = self.run(|sink, tick| sink.read_at(position, buffer, tick))?;
        self.position += count as u64;
        Ok(count)
    }
}

impl Drop for TargetWriter {
    fn drop(&mut self) {
        let dropped = || Error::new(ErrorKind::Cancelled, "the save was given up");
        let error = self.error.take().unwrap_or_else(dropped);
        self.end(&error);
    }
}

impl Debug for TargetWriter {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mut writer = f.debug_struct("TargetWriter");
        writer.field("target", &self.target).field("position", &self.position);
        writer.finish_non_exhaustive()
    }
}

/// Bytes that small writes are collected to.
const BUFFER: usize = 64 << 10;
