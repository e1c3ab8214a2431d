//! Streams that cannot go back, under the bytes of theirs that were kept.

use std::fs::File;
use std::io::{self, Read};
use std::sync::Arc;

use super::{Handlers, Pass, Stream};
use crate::spool::{Spool, copy_from};
use crate::stats::Counters;
use crate::timeouts::Served;
use crate::wait::{Brief, Turn, readable};
use crate::{Error, ErrorKind, Result, Tick, alloc, settings};

/// A stream that can be read from its start again, by several readers.
///
/// What has passed is kept, so that the header can be read once more by each loader that looks,
/// and a second evaluation finds the bytes again. Only the reader that needs new bytes waits for
/// them, without holding a lock.
pub(crate) struct Replay {
    feed: Turn<Feed>,
    counters: Option<Arc<Counters>>,
    state: Brief<State>,
}

/// Where new bytes come from.
pub(crate) enum Feed {
    /// A pipe, a socket, a terminal; with the buffer that is read into.
    Descriptor(File, Vec<u8>),
    /// A stream of the program's; with the buffer that is read into.
    Stream(Box<dyn Stream>, Vec<u8>),
    /// Callbacks; with the last bytes that they gave.
    Handlers(Served<dyn Handlers>, Vec<u8>),
}

struct State {
    /// All bytes that have passed, unless they became too many.
    kept: Option<Spool>,
    /// Why they are not kept.
    dropped: Option<Error>,
    /// The last bytes that have passed, once they are not kept.
    tail: Vec<u8>,
    /// Bytes that have passed.
    passed: u64,
    /// The end of the stream, or the error that ended it.
    end: Option<Result<()>>,
}

impl Replay {
    pub(crate) fn new(feed: Feed) -> Self {
        let kept = Some(Spool::new(MEMORY));
        let state = State { kept, dropped: None, tail: Vec::new(), passed: 0, end: None };
        let counters = match &feed {
            Feed::Stream(stream, _) => stream.counters(),
            Feed::Descriptor(..) | Feed::Handlers(..) => None,
        };
        Self { feed: Turn::new(feed), counters, state: Brief::new(state) }
    }

    pub(crate) fn counters(&self) -> Option<Arc<Counters>> {
        self.counters.clone()
    }

    /// The length, known once the end was reached.
    pub(crate) fn len(&self) -> Result<Option<u64>> {
        let state = self.state.lock()?;
        Ok(matches!(state.end, Some(Ok(()))).then_some(state.passed))
    }

    /// Reads up to the end; returns the length.
    pub(crate) fn find_len(&self, pass: &Pass) -> Result<u64> {
        loop {
            let state = self.state.lock()?;
            match &state.end {
                Some(Ok(())) => return Ok(state.passed),
                Some(Err(error)) => return Err(error.clone()),
                None => {}
            }
            let passed = state.passed;
            drop(state);
            self.advance(passed, pass)?;
        }
    }

    pub(crate) fn read_at(&self, offset: u64, buffer: &mut [u8], pass: &Pass) -> Result<usize> {
        loop {
            let state = self.state.lock()?;
            if offset < state.passed {
                return state.read(offset, buffer);
            }
            match &state.end {
                Some(Ok(())) => return Ok(0),
                Some(Err(error)) => return Err(error.clone()),
                None => {}
            }
            let passed = state.passed;
            drop(state);
            self.advance(passed, pass)?;
        }
    }

    /// Fetches the bytes that follow the first `passed`, unless another reader did.
    fn advance(&self, passed: u64, pass: &Pass) -> Result<()> {
        let mut feed = self.feed.take(&pass.tick)?;
        let state = self.state.lock()?;
        if state.passed != passed || state.end.is_some() {
            return Ok(());
        }
        drop(state);
        loop {
            // That a tick ends our wait says nothing about the stream, so it is not remembered.
            feed.wait(&pass.tick)?;
            // what a handler gives after it was left is lost; streams of ours lose nothing
            let loses = matches!(*feed, Feed::Handlers(..));
            let next = feed.pull(request(passed), &pass.tick);
            let mut state = self.state.lock()?;
            match next {
                Ok(None) => continue,
                Ok(Some([])) => state.end = Some(Ok(())),
                Ok(Some(bytes)) => state.accept(bytes, pass),
                Err(error) if !loses && pass.tick.check().is_err() => return Err(error),
                Err(error) => {
                    state.end = Some(Err(lasting(&error)));
                    return Err(error);
                }
            }
            return Ok(());
        }
    }
}

/// The error of reads to come. Those of a reader that was cancelled are another's business, but
/// the bytes that it waited for are lost.
fn lasting(error: &Error) -> Error {
    if error.kind() != ErrorKind::Cancelled || error.cause().is_some() {
        return error.clone();
    }
    Error::new(ErrorKind::Io, "the connection was left in the middle of a read")
}

/// Bytes to ask for: few for a header, then as many as have passed.
fn request(passed: u64) -> usize {
    (passed as usize).clamp(FIRST_REQUEST, LARGEST_REQUEST)
}

impl Feed {
    fn wait(&self, tick: &Tick) -> Result<()> {
        match self {
            Self::Descriptor(file, _) => readable(file, tick),
            Self::Stream(..) | Self::Handlers(..) => tick.check(),
        }
    }

    /// The next bytes: empty at the end, `None` if one has to wait once more.
    fn pull(&mut self, count: usize, tick: &Tick) -> Result<Option<&[u8]>> {
        match self {
            Self::Descriptor(file, buffer) => {
                enlarge(buffer, count)?;
                match file.read(&mut buffer[..count]) {
                    Ok(count) => Ok(Some(&buffer[..count])),
                    Err(error) if again(&error) => Ok(None),
                    Err(error) => Err(error.into()),
                }
            }
            Self::Stream(stream, buffer) => {
                enlarge(buffer, count)?;
                let got = stream.next_with(&mut buffer[..count], tick)?;
                Ok(Some(&buffer[..super::valid_count(got, count)?]))
            }
            Self::Handlers(handlers, bytes) => {
                *bytes = handlers.call(tick, move |handlers| handlers.read(count))?;
                Ok(Some(bytes))
            }
        }
    }
}

fn enlarge(buffer: &mut Vec<u8>, count: usize) -> Result<()> {
    if buffer.len() < count {
        *buffer = alloc::try_vec(count)?;
    }
    Ok(())
}

fn again(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::Interrupted | io::ErrorKind::WouldBlock)
}

impl State {
    /// Bytes that have passed before.
    fn read(&self, offset: u64, buffer: &mut [u8]) -> Result<usize> {
        if let Some(kept) = &self.kept {
            return kept.read_at(offset, buffer);
        }
        let start = self.passed - self.tail.len() as u64;
        if offset >= start {
            return Ok(copy_from(&self.tail, offset - start, buffer));
        }
        let error = Error::new(ErrorKind::Unsupported, "source already consumed");
        Err(match &self.dropped {
            Some(why) => error.with("reason", why).with_source(why.clone()),
            None => error,
        })
    }

    /// Keeps new bytes if they may be kept; a full disc only ends the keeping.
    fn accept(&mut self, bytes: &[u8], pass: &Pass) {
        if let Some(kept) = &mut self.kept {
            let end = self.passed + bytes.len() as u64;
            let written = may_keep(end, pass).and_then(|()| kept.write_at(self.passed, bytes));
            if let Err(why) = written {
                self.dropped = Some(why);
                self.kept = None;
            }
        }
        if self.kept.is_none() {
            self.tail.clear();
            self.tail.extend_from_slice(bytes);
        }
        self.passed += bytes.len() as u64;
    }

    #[cfg(test)]
    fn is_spooled(&self) -> bool {
        self.kept.as_ref().is_some_and(Spool::is_file)
    }
}

fn may_keep(len: u64, pass: &Pass) -> Result<()> {
    if !pass.keep && len > KEPT_ANYWAY {
        let message = format!("spooling is off, and more than {KEPT_ANYWAY} bytes have passed");
        return Err(Error::new(ErrorKind::Unsupported, message));
    }
    match settings::pipe_read_limit() {
        Some(limit) if len > limit => {
            Err(Error::new(ErrorKind::Limit, format!("pipe too long: more than {limit} bytes")))
        }
        Some(_) | None => Ok(()),
    }
}

/// Bytes of a stream that are kept in memory, before a temporary file is used: a picture of 65,000
/// columns is decoded beside them.
const MEMORY: u64 = 2 << 20;
/// Bytes that are kept also where the program wants each of them once only.
const KEPT_ANYWAY: u64 = 8 << 20;
const FIRST_REQUEST: usize = 4096;
const LARGEST_REQUEST: usize = 64 << 10;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::testing::{Chunks, pattern};

    fn replay(len: usize) -> (Replay, Vec<u8>) {
        let bytes = pattern(len);
        let stream = Chunks::new(bytes.clone(), |_| usize::MAX);
        (Replay::new(Feed::Stream(Box::new(stream), Vec::new())), bytes)
    }

    fn read_all(replay: &Replay, pass: &Pass) -> Result<Vec<u8>> {
        let mut all = Vec::new();
        let mut piece = vec![0; 100_000];
        loop {
            let count = replay.read_at(all.len() as u64, &mut piece, pass)?;
            if count == 0 {
                return Ok(all);
            }
            all.extend_from_slice(&piece[..count]);
        }
    }

    #[test]
    fn header_asks_for_little_and_stays_in_memory() {
        let (replay, bytes) = replay(1 << 20);
        let mut head = [0; 16];
        assert_eq!(replay.read_at(0, &mut head, &Pass::default()).unwrap(), 16);
        assert_eq!(head, bytes[..16]);
        let state = replay.state.lock().unwrap();
        assert_eq!(state.passed, FIRST_REQUEST as u64);
        assert!(!state.is_spooled());
    }

    #[test]
    fn long_streams_go_to_a_file_and_come_back() {
        let (replay, bytes) = replay(MEMORY as usize + 100_000);
        let pass = Pass { keep: true, ..Pass::default() };
        assert!(read_all(&replay, &pass).unwrap() == bytes);
        assert!(replay.state.lock().unwrap().is_spooled());
        assert_eq!(replay.len().unwrap(), Some(bytes.len() as u64));
        assert!(read_all(&replay, &pass).unwrap() == bytes);
    }

    #[test]
    fn without_spool_a_second_pass_is_refused() {
        let (replay, bytes) = replay(KEPT_ANYWAY as usize + 100_000);
        let pass = Pass { keep: false, ..Pass::default() };
        assert!(read_all(&replay, &pass).unwrap() == bytes);
        let error = read_all(&replay, &pass).unwrap_err();
        assert_eq!(error.message(), "source already consumed");
        assert!(error.to_string().contains("spooling is off"), "{error}");
    }

    #[test]
    fn without_spool_a_short_stream_can_be_read_again() {
        let (replay, bytes) = replay(100_000);
        let pass = Pass { keep: false, ..Pass::default() };
        assert_eq!(read_all(&replay, &pass).unwrap(), bytes);
        assert_eq!(read_all(&replay, &pass).unwrap(), bytes);
    }

    #[test]
    fn finds_its_length() {
        let (replay, bytes) = replay(300_000);
        assert_eq!(replay.len().unwrap(), None);
        let pass = Pass { keep: true, ..Pass::default() };
        assert_eq!(replay.find_len(&pass).unwrap(), bytes.len() as u64);
        assert_eq!(read_all(&replay, &pass).unwrap(), bytes);
    }
}
