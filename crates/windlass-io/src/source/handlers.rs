//! Callbacks: read and seek as Python's file objects have them.

use std::sync::{Arc, OnceLock};

use super::replay::{Feed, Replay};
use super::{Handlers, Pass};
use crate::timeouts::Served;
use crate::wait::Turn;
use crate::{Error, ErrorKind, Result, Tick};

/// Callbacks, of which the first use finds out whether they can seek.
pub(crate) struct Custom {
    handlers: Arc<dyn Handlers>,
    testing: Turn<()>,
    mode: OnceLock<Mode>,
}

pub(crate) enum Mode {
    Seekable(Seekable),
    Stream(Replay),
}

/// Callbacks with positions.
pub(crate) struct Seekable {
    handlers: Served<dyn Handlers>,
    cursor: Turn<Cursor>,
    pub(crate) len: Option<u64>,
}

/// What is known about the position of the callbacks.
struct Cursor {
    /// Offset of the next byte that comes without a seek, if it is known.
    next: Option<u64>,
    /// Bytes that were given beyond what was asked for, from `used` on.
    surplus: Vec<u8>,
    used: usize,
}

impl Custom {
    pub(crate) fn new(handlers: impl Handlers) -> Self {
        let handlers: Arc<dyn Handlers> = Arc::new(handlers);
        Self { handlers, testing: Turn::new(()), mode: OnceLock::new() }
    }

    pub(crate) fn needs_caller(&self) -> bool {
        self.handlers.handler()
    }

    /// How the callbacks can be used. Tested once; an error of the test is not remembered.
    /// They run on a thread of their own if they are kept `apart`.
    pub(crate) fn mode(&self, tick: &Tick, apart: bool) -> Result<&Mode> {
        if let Some(mode) = self.mode.get() {
            return Ok(mode);
        }
        let turn = self.testing.take(tick)?;
        if self.mode.get().is_none() {
            let mode = self.test(tick, apart)?;
            self.mode.get_or_init(|| mode);
        }
        drop(turn);
        Ok(self.mode.get().expect("set above"))
    }

    fn test(&self, tick: &Tick, apart: bool) -> Result<Mode> {
        let handlers = Served::new(self.handlers.clone(), apart);
        let Some(position) = seek(&handlers, 0, CURRENT, tick)? else {
            return Ok(Mode::Stream(Replay::new(Feed::Handlers(handlers, Vec::new()))));
        };
        let len = seek(&handlers, 0, END, tick)?;
        seek_to(&handlers, position, tick)?;
        let cursor = Cursor { next: Some(position), surplus: Vec::new(), used: 0 };
        Ok(Mode::Seekable(Seekable { handlers, cursor: Turn::new(cursor), len }))
    }
}

impl Seekable {
    pub(crate) fn read_at(&self, offset: u64, buffer: &mut [u8], pass: &Pass) -> Result<usize> {
        let mut cursor = self.cursor.take(&pass.tick)?;
        pass.tick.check()?;
        if cursor.next != Some(offset) {
            cursor.move_to(&self.handlers, offset, &pass.tick)?;
        }
        let count = if cursor.used < cursor.surplus.len() {
            cursor.take_surplus(buffer)
        } else {
            cursor.read(&self.handlers, buffer, &pass.tick)?
        };
        cursor.next = Some(offset + count as u64);
        Ok(count)
    }
}

impl Cursor {
    /// The position of the callbacks is ours plus the surplus, which is given up here.
    fn move_to(&mut self, handlers: &Served<dyn Handlers>, offset: u64, tick: &Tick) -> Result<()> {
        self.next = None;
        self.surplus.clear();
        self.used = 0;
        seek_to(handlers, offset, tick)
    }

    fn take_surplus(&mut self, buffer: &mut [u8]) -> usize {
        let rest = &self.surplus[self.used..];
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        self.used += count;
        count
    }

    fn read(
        &mut self,
        handlers: &Served<dyn Handlers>,
        buffer: &mut [u8],
        tick: &Tick,
    ) -> Result<usize> {
        self.next = None;
        let count = buffer.len();
        self.surplus = handlers.call(tick, move |handlers| handlers.read(count))?;
        self.used = 0;
        Ok(self.take_surplus(buffer))
    }
}

fn seek_to(handlers: &Served<dyn Handlers>, offset: u64, tick: &Tick) -> Result<()> {
    let position = i64::try_from(offset).map_err(|_| bad_seek(offset))?;
    match seek(handlers, position, SET, tick)? {
        Some(answer) if answer == offset => Ok(()),
        Some(answer) => {
            let message = format!("bad seek to {offset}: the handler answered {answer}");
            Err(Error::new(ErrorKind::Io, message))
        }
        None => Err(bad_seek(offset)),
    }
}

fn bad_seek(offset: u64) -> Error {
    Error::new(ErrorKind::Io, format!("bad seek to {offset}"))
}

fn seek(
    handlers: &Served<dyn Handlers>,
    offset: i64,
    whence: i32,
    tick: &Tick,
) -> Result<Option<u64>> {
    let answer = handlers.call(tick, move |handlers| handlers.seek(offset, whence))?;
    answer.map(u64::try_from).transpose().map_err(|_| {
        Error::new(ErrorKind::Io, "the seek handler answered with a negative position")
    })
}

const SET: i32 = 0;
const CURRENT: i32 = 1;
const END: i32 = 2;
