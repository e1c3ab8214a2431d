//! The places that bytes go to, but for files by name.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::sync::{Arc, Mutex, OnceLock};

use bytes::Bytes;
use rustix::fs::{OFlags, fcntl_getfl};

use super::{Caps, Sink, TargetHandlers};
use crate::error::reason;
use crate::source::is_pipe;
use crate::spool::{Spool, copy_from, write_memory};
use crate::timeouts::Served;
use crate::wait::{lock, writable, written};
use crate::{Error, ErrorKind, Result, Tick, alloc};

/// A vector, which becomes the result of the target.
pub(super) struct MemorySink {
    bytes: Vec<u8>,
    result: Arc<OnceLock<Bytes>>,
}

impl MemorySink {
    pub(super) fn new(result: Arc<OnceLock<Bytes>>) -> Self {
        Self { bytes: Vec::new(), result }
    }
}

impl Sink for MemorySink {
    fn caps(&mut self, _: &Tick) -> Result<Caps> {
        Ok(Caps::ALL)
    }

    fn write_at(&mut self, offset: u64, bytes: &[u8], _: &Tick) -> Result<()> {
        write_memory(&mut self.bytes, offset as usize, bytes)
    }

    fn read_at(&mut self, offset: u64, buffer: &mut [u8], _: &Tick) -> Result<usize> {
        Ok(copy_from(&self.bytes, offset, buffer))
    }

    fn commit(&mut self, _: &Tick) -> Result<()> {
        self.result.get_or_init(|| Bytes::from(std::mem::take(&mut self.bytes)));
        Ok(())
    }

    fn abort(&mut self, _: &Error) {
        self.bytes = Vec::new();
    }
}

/// A descriptor, from its position on: a pipe, a socket, an open file.
pub(super) struct DescriptorSink {
    file: File,
    caps: Caps,
    /// Writes may block.
    pipe: bool,
    /// Not known to be unable to take a part without blocking.
    prompt: bool,
    /// Position of the descriptor where the save starts.
    base: u64,
    /// Position of the descriptor, less `base`.
    position: u64,
}

impl DescriptorSink {
    pub(super) fn new(mut file: File) -> Result<Self> {
        let pipe = is_pipe(&file.metadata()?);
        let flags = fcntl_getfl(&file).map_err(io::Error::from)?;
        let base = if pipe { None } else { file.stream_position().ok() };
        // With O_APPEND a write goes to the end, wherever the position is.
        let seek = base.is_some() && !flags.contains(OFlags::APPEND);
        let read_back = seek && flags.contains(OFlags::RDWR);
        let caps = Caps { append: true, seek, read_back };
        Ok(Self { file, caps, pipe, prompt: true, base: base.unwrap_or(0), position: 0 })
    }

    fn move_to(&mut self, offset: u64) -> Result<()> {
        if offset != self.position {
            self.file.seek(SeekFrom::Start(self.base.saturating_add(offset)))?;
            self.position = offset;
        }
        Ok(())
    }

    /// Writes some bytes; none if it has to be tried again.
    fn write_some(&mut self, bytes: &[u8], tick: &Tick) -> Result<usize> {
        tick.check()?;
        let may_block = !self.pipe || tick.is_never();
        match if may_block { self.file.write(bytes) } else { self.write_promptly(bytes, tick) } {
            Ok(0) => Err(Error::new(ErrorKind::Io, "write error: no bytes were taken")),
            Ok(count) => Ok(count),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(0),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                writable(&self.file, tick).map(|()| 0)
            }
            Err(error) => Err(write_error(error)),
        }
    }

    /// Writes what a pipe takes without blocking. Where the system cannot do that by itself: a pipe
    /// that is writable takes 4096 bytes.
    fn write_promptly(&mut self, bytes: &[u8], tick: &Tick) -> io::Result<usize> {
        if self.prompt {
            match written(&self.file, bytes) {
                None => self.prompt = false,
                Some(written) => return written,
            }
        }
        writable(&self.file, tick)?;
        self.file.write(&bytes[..bytes.len().min(PIPE_PIECE)])
    }
}

impl Sink for DescriptorSink {
    fn caps(&mut self, _: &Tick) -> Result<Caps> {
        Ok(self.caps)
    }

    fn write_at(&mut self, offset: u64, bytes: &[u8], tick: &Tick) -> Result<()> {
        self.move_to(offset)?;
        let mut rest = bytes;
        while !rest.is_empty() {
            let count = self.write_some(rest, tick)?;
            self.position += count as u64;
            rest = &rest[count..];
        }
        Ok(())
    }

    fn read_at(&mut self, offset: u64, buffer: &mut [u8], _: &Tick) -> Result<usize> {
        self.move_to(offset)?;
        loop {
            match self.file.read(buffer) {
                Ok(count) => {
                    self.position += count as u64;
                    return Ok(count);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    fn commit(&mut self, _: &Tick) -> Result<()> {
        report_close(&self.file)
    }

    fn abort(&mut self, _: &Error) {}
}

/// Something that std can write to.
pub(super) struct WriterSink(Arc<Mutex<Box<dyn Write + Send>>>);

impl WriterSink {
    pub(super) fn new(writer: Arc<Mutex<Box<dyn Write + Send>>>) -> Self {
        Self(writer)
    }
}

impl Sink for WriterSink {
    fn caps(&mut self, _: &Tick) -> Result<Caps> {
        Ok(Caps::APPEND)
    }

    fn write_at(&mut self, _: u64, bytes: &[u8], _: &Tick) -> Result<()> {
        lock(&self.0).write_all(bytes).map_err(write_error)
    }

    fn read_at(&mut self, _: u64, _: &mut [u8], _: &Tick) -> Result<usize> {
        Ok(0)
    }

    fn commit(&mut self, _: &Tick) -> Result<()> {
        lock(&self.0).flush().map_err(write_error)
    }

    fn abort(&mut self, _: &Error) {}
}

/// Callbacks.
pub(super) struct HandlerSink {
    handlers: Served<dyn TargetHandlers>,
    /// Position of the callbacks, less `base`; unknown after something failed.
    position: Option<u64>,
    /// Position of the callbacks where the save started.
    base: u64,
}

impl HandlerSink {
    /// Callbacks that are kept `apart` run on a thread of their own.
    pub(super) fn new(handlers: Arc<dyn TargetHandlers>, apart: bool) -> Self {
        let handlers = Served::new(handlers, apart);
        Self { handlers, position: Some(0), base: 0 }
    }

    fn move_to(&mut self, offset: u64, tick: &Tick) -> Result<()> {
        if self.position == Some(offset) {
            return Ok(());
        }
        self.position = None;
        let wanted = self.base.checked_add(offset).and_then(|to| i64::try_from(to).ok());
        let bad = |answer| {
            let message = format!("bad seek to {wanted:?}: the handler answered {answer:?}");
            Error::new(ErrorKind::Io, message)
        };
        let wanted_position = wanted.ok_or_else(|| bad(None))?;
        match self.seek(wanted_position, SET, tick)? {
            Some(answer) if answer == wanted_position => self.position = Some(offset),
            answer => return Err(bad(answer)),
        }
        Ok(())
    }

    fn seek(&self, offset: i64, whence: i32, tick: &Tick) -> Result<Option<i64>> {
        self.handlers.call(tick, move |handlers| handlers.seek(offset, whence))
    }

    fn write_some(&self, bytes: &[u8], tick: &Tick) -> Result<usize> {
        let count = if self.handlers.are_apart() {
            let piece = bytes.to_vec();
            self.handlers.call(tick, move |handlers| handlers.write(&piece))?
        } else {
            self.handlers.here().write(bytes)?
        };
        match usize::try_from(count) {
            Ok(valid) if (1..=bytes.len()).contains(&valid) => Ok(valid),
            _ => {
                let len = bytes.len();
                let message = format!("the write handler answered {count} for {len} bytes");
                Err(Error::new(ErrorKind::Io, message))
            }
        }
    }
}

impl Sink for HandlerSink {
    fn caps(&mut self, tick: &Tick) -> Result<Caps> {
        let Some(position) = self.seek(0, CURRENT, tick)? else { return Ok(Caps::APPEND) };
        let start = u64::try_from(position).ok().zip(self.position);
        let base = start.and_then(|(position, written)| position.checked_sub(written));
        self.base = base.ok_or_else(|| {
            let message = format!("the seek handler answered with position {position}");
            Error::new(ErrorKind::Io, message)
        })?;
        Ok(Caps { append: true, seek: true, read_back: self.handlers.here().reads_back() })
    }

    fn write_at(&mut self, offset: u64, bytes: &[u8], tick: &Tick) -> Result<()> {
        self.move_to(offset, tick)?;
        let mut done = 0;
        while done < bytes.len() {
            tick.check()?;
            self.position = None;
            done += self.write_some(&bytes[done..], tick)?;
            self.position = Some(offset + done as u64);
        }
        Ok(())
    }

    fn read_at(&mut self, offset: u64, buffer: &mut [u8], tick: &Tick) -> Result<usize> {
        self.move_to(offset, tick)?;
        self.position = None;
        let room = buffer.len();
        let bytes = self.handlers.call(tick, move |handlers| handlers.read(room))?;
        let count = copy_from(&bytes, 0, buffer);
        if count == bytes.len() {
            self.position = Some(offset + count as u64);
        }
        Ok(count)
    }

    fn commit(&mut self, tick: &Tick) -> Result<()> {
        self.handlers.call(tick, |handlers| {
            handlers.finish();
            handlers.end()
        })
    }

    fn abort(&mut self, error: &Error) {
        let error = error.clone();
        self.handlers.notify(move |handlers| handlers.abort(&error));
    }
}

/// Collects what goes to a sink that cannot seek, until the commit.
pub(super) struct SpoolSink {
    inner: Box<dyn Sink>,
    spool: Spool,
}

impl SpoolSink {
    pub(super) fn new(inner: Box<dyn Sink>) -> Self {
        Self { inner, spool: Spool::new(SPOOL_MEMORY) }
    }

    fn copy(&mut self, tick: &Tick) -> Result<()> {
        let mut piece = alloc::try_vec(COPY_PIECE)?;
        let mut offset = 0;
        loop {
            let count = self.spool.read_at(offset, &mut piece)?;
            if count == 0 {
                return Ok(());
            }
            self.inner.write_at(offset, &piece[..count], tick)?;
            offset += count as u64;
        }
    }
}

impl Sink for SpoolSink {
    fn caps(&mut self, _: &Tick) -> Result<Caps> {
        Ok(Caps::ALL)
    }

    fn write_at(&mut self, offset: u64, bytes: &[u8], _: &Tick) -> Result<()> {
        self.spool.write_at(offset, bytes)
    }

    fn read_at(&mut self, offset: u64, buffer: &mut [u8], _: &Tick) -> Result<usize> {
        self.spool.read_at(offset, buffer)
    }

    fn commit(&mut self, tick: &Tick) -> Result<()> {
        self.copy(tick)?;
        self.inner.commit(tick)
    }

    fn abort(&mut self, error: &Error) {
        self.inner.abort(error);
    }
}

/// An error of a write; ours, if one lies inside.
pub(super) fn write_error(error: io::Error) -> Error {
    match Error::find_in(&error) {
        Some(found) => found.clone(),
        None => {
            Error::new(ErrorKind::Io, format!("write error: {}", reason(&error))).with_source(error)
        }
    }
}

/// Closes a copy of the descriptor, since some file systems report failed writes only then.
///
/// Where there is no descriptor left for a copy, that report is lost and the save is not.
pub(super) fn report_close(file: &File) -> Result<()> {
    let Ok(copy) = file.try_clone() else { return Ok(()) };
    nix::unistd::close(copy).map_err(|errno| write_error(errno.into()))
}

const SET: i32 = 0;
const CURRENT: i32 = 1;
/// Bytes that a pipe takes at once where it takes any.
const PIPE_PIECE: usize = 4096;
const SPOOL_MEMORY: u64 = 8 << 20;
const COPY_PIECE: usize = 256 << 10;
