//! Bytes on their way from one thread to another, not too many at once.

use std::collections::VecDeque;
use std::io::{self, Read};
use std::process;
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::Instant;

use bytes::Bytes;

use crate::source::Stream;
use crate::stats::Counters;
use crate::wait::lock;
use crate::{Error, ErrorKind, Result, Tick};

/// A queue of pieces with an end, which may be an error.
#[derive(Clone, Default)]
pub(crate) struct Pipe(Arc<Inner>);

#[derive(Default)]
struct Inner {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    queue: VecDeque<Bytes>,
    bytes: usize,
    /// What comes after the last piece.
    end: Option<Result<()>>,
    /// Why nobody takes the pieces any more.
    refused: Option<Error>,
}

impl Pipe {
    /// Adds a piece, as soon as there is room.
    pub(crate) fn push(&self, piece: Bytes, tick: &Tick) -> Result<()> {
        let mut state = lock(&self.0.state);
        loop {
            if let Some(error) = &state.refused {
                return Err(error.clone());
            }
            if state.bytes < ROOM {
                break;
            }
            drop(self.0.changed.wait_timeout(state, tick.slice()));
            tick.check()?;
            state = lock(&self.0.state);
        }
        state.bytes += piece.len();
        state.queue.push_back(piece);
        self.0.changed.notify_all();
        Ok(())
    }

    /// Ends the pieces: with an error those that nobody took are of no use.
    pub(crate) fn end(&self, end: Result<()>) {
        lock(&self.0.state).end.get_or_insert(end);
        self.0.changed.notify_all();
    }

    /// Nobody takes pieces any more.
    pub(crate) fn refuse(&self, error: Error) {
        lock(&self.0.state).refused.get_or_insert(error);
        self.0.changed.notify_all();
    }

    /// The next piece; `None` at the end.
    pub(crate) fn pull(&self, tick: &Tick) -> Result<Option<Bytes>> {
        loop {
            let mut state = lock(&self.0.state);
            if let Some(piece) = state.queue.pop_front() {
                state.bytes -= piece.len();
                self.0.changed.notify_all();
                return Ok(Some(piece));
            }
            match &state.end {
                Some(Ok(())) => return Ok(None),
                Some(Err(error)) => return Err(error.clone()),
                None => {}
            }
            drop(self.0.changed.wait_timeout(state, tick.slice()));
            tick.check()?;
        }
    }
}

/// The reading end, as std has it.
pub(crate) struct PipeReader {
    pipe: Pipe,
    piece: Bytes,
}

impl PipeReader {
    pub(crate) fn new(pipe: Pipe) -> Self {
        Self { pipe, piece: Bytes::new() }
    }

    fn read_with(&mut self, buffer: &mut [u8], tick: &Tick) -> Result<usize> {
        while self.piece.is_empty() {
            match self.pipe.pull(tick)? {
                Some(piece) => self.piece = piece,
                None => return Ok(0),
            }
        }
        let count = buffer.len().min(self.piece.len());
        buffer[..count].copy_from_slice(&self.piece.split_to(count));
        Ok(count)
    }
}

impl Read for PipeReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        Ok(self.read_with(buffer, &Tick::never())?)
    }
}

type Work = Box<dyn FnOnce(&mut dyn FnMut(&[u8]) -> bool) -> Result<()> + Send>;

/// A stream that a thread of the connection reads ahead.
pub(crate) struct Pump {
    /// What hands over the bytes, until the first read.
    work: Option<Work>,
    reader: PipeReader,
    counters: Arc<Counters>,
    stop: Box<dyn Fn() + Send>,
    /// The process that has the thread and the connection.
    process: u32,
}

impl Pump {
    /// `work` hands the bytes to the function that it is given, until that answers false.
    pub(crate) fn new(
        counters: Arc<Counters>,
        work: impl FnOnce(&mut dyn FnMut(&[u8]) -> bool) -> Result<()> + Send + 'static,
        stop: impl Fn() + Send + 'static,
    ) -> Self {
        let reader = PipeReader::new(Pipe::default());
        let process = process::id();
        Self { work: Some(Box::new(work)), reader, counters, stop: Box::new(stop), process }
    }

    fn start(&mut self, work: Work) -> Result<()> {
        let pipe = self.reader.pipe.clone();
        let run = move || {
            let mut sink =
                |piece: &[u8]| pipe.push(Bytes::copy_from_slice(piece), &Tick::never()).is_ok();
            let end = work(&mut sink);
            pipe.end(end);
        };
        thread::Builder::new().name("windlass-io".to_owned()).spawn(run)?;
        Ok(())
    }
}

impl Stream for Pump {
    fn read_next(&mut self, buffer: &mut [u8]) -> Result<usize> {
        self.next_with(buffer, &Tick::never())
    }

    fn next_with(&mut self, buffer: &mut [u8], tick: &Tick) -> Result<usize> {
        if self.process != process::id() {
            let text = "the stream belongs to the process that opened it, which forked since";
            return Err(Error::new(ErrorKind::Unsupported, text));
        }
        if let Some(work) = self.work.take() {
            self.start(work)?;
        }
        let start = Instant::now();
        let count = self.reader.read_with(buffer, tick);
        self.counters.waited(start);
        count
    }

    fn counters(&self) -> Option<Arc<Counters>> {
        Some(self.counters.clone())
    }
}

impl Drop for Pump {
    fn drop(&mut self) {
        // In a child the lock may be held for ever, and the connection is the parent's.
        if self.process == process::id() {
            self.reader.pipe.refuse(Error::new(ErrorKind::Cancelled, "the stream was closed"));
            (self.stop)();
        }
    }
}

/// Bytes that may be on their way before the writing end waits.
const ROOM: usize = 4 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_arrive_in_order_and_the_error_after_them() {
        let work = |sink: &mut dyn FnMut(&[u8]) -> bool| {
            assert!(sink(b"one ") && sink(b"two"));
            Err(Error::new(ErrorKind::Io, "gone"))
        };
        let mut pump = Pump::new(Arc::default(), work, || ());
        let mut all = Vec::new();
        let mut piece = [0; 3];
        let error = loop {
            match pump.read_next(&mut piece) {
                Ok(count) => all.extend_from_slice(&piece[..count]),
                Err(error) => break error,
            }
        };
        assert_eq!((all.as_slice(), error.message()), (&b"one two"[..], "gone"));
    }

    #[test]
    fn a_full_pipe_waits_and_can_be_cancelled() {
        let pipe = Pipe::default();
        let tick = Tick::new();
        pipe.push(Bytes::from(vec![0; ROOM]), &tick).unwrap();
        tick.cancel();
        let error = pipe.push(Bytes::from_static(b"x"), &tick).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Cancelled);
        pipe.refuse(Error::new(ErrorKind::Io, "closed"));
        let error = pipe.push(Bytes::from_static(b"x"), &Tick::never()).unwrap_err();
        assert_eq!(error.message(), "closed");
    }
}
