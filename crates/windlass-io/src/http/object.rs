//! An object at an address, and the requests for parts of it.

use std::hash::{DefaultHasher, Hasher};
use std::io::Read;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use ureq::http::{HeaderMap, StatusCode};
use ureq::{Agent, ResponseExt};

use super::HEAD;
use super::address::Address;
use super::answer::{Answer, Failed, content_range, is_gzip, number, text};
use crate::remote::{Backoff, Stop};
use crate::stats::Counters;
use crate::wait::lock;
use crate::{Error, ErrorKind, Result, alloc, events};

/// An object at an address. Clones share connections.
#[derive(Clone)]
pub(super) struct Object(Arc<Inner>);

struct Inner {
    address: Address,
    agent: Agent,
    /// Where the address led to, so that not every request is redirected.
    place: Mutex<String>,
    state: Validators,
    /// The length of what is sent, if it is known.
    len: Option<u64>,
    counters: Arc<Counters>,
    stop: Stop,
}

/// What the first answer led to.
pub(super) enum Opened {
    /// All of it has come.
    Whole(Bytes, Arc<Counters>),
    /// The server gives ranges; the first one has come.
    Ranges(Object, Bytes),
    /// The server gives all from the start; the answer is there.
    Stream(Object, Answer),
    /// As above, and compressed.
    GzipRanges(Object, Bytes),
    GzipStream(Object, Answer),
}

/// What tells the state of an object from another state of it.
#[derive(Clone, Default, Debug)]
struct Validators {
    etag: Option<String>,
    modified: Option<String>,
}

/// What one answer has to continue.
struct Progress {
    /// The next byte that is wanted.
    at: u64,
    end: Option<u64>,
    /// What was handed over so far, where it may have to be told again.
    seen: Option<DefaultHasher>,
}

/// Makes the first request.
pub(super) fn open(
    address: Address,
    agent: Agent,
    counters: Arc<Counters>,
    stop: Stop,
) -> Result<Opened> {
    let place = Mutex::new(address.url.clone());
    let state = Validators::default();
    let mut inner = Inner { address, agent, place, state, len: None, counters, stop };
    let mut backoff = Backoff::new(inner.address.options.retries);
    loop {
        let failed = match inner.ask(0, Some(HEAD)) {
            Ok(answer) => match inner.understand(answer) {
                Ok((first, inner_len)) => {
                    inner.len = inner_len;
                    return Ok(first.open(inner));
                }
                Err(failed) => failed,
            },
            Err(failed) => failed,
        };
        inner.wait(failed, &mut backoff)?;
    }
}

/// The first answer.
enum First {
    Whole(Bytes),
    Ranges { head: Bytes, gzip: bool, state: Validators },
    Stream { answer: Answer, gzip: bool, state: Validators },
}

impl First {
    fn open(self, mut inner: Inner) -> Opened {
        match self {
            Self::Whole(bytes) => Opened::Whole(bytes, inner.counters),
            Self::Ranges { head, gzip, state } => {
                inner.state = state;
                let object = Object(Arc::new(inner));
                if gzip { Opened::GzipRanges(object, head) } else { Opened::Ranges(object, head) }
            }
            Self::Stream { answer, gzip, state } => {
                inner.state = state;
                let object = Object(Arc::new(inner));
                if gzip {
                    Opened::GzipStream(object, answer)
                } else {
                    Opened::Stream(object, answer)
                }
            }
        }
    }
}

impl Object {
    pub(super) fn len(&self) -> u64 {
        self.0.len.unwrap_or(0)
    }

    pub(super) fn counters(&self) -> Arc<Counters> {
        self.0.counters.clone()
    }

    /// The same object over connections of its own.
    pub(super) fn reconnected(&self) -> Self {
        let inner = &self.0;
        Self(Arc::new(Inner {
            agent: agent(&inner.address),
            address: inner.address.clone(),
            place: Mutex::new(inner.address.url.clone()),
            state: inner.state.clone(),
            len: inner.len,
            counters: inner.counters.clone(),
            stop: Stop::default(),
        }))
    }

    /// Ends what is going on.
    pub(super) fn end(&self) {
        self.0.stop.stop();
        self.0.agent.clone().shutdown();
    }

    /// Hands over the bytes from `start` on, up to `end` or the end of the object, over as many
    /// requests as that takes. `first` is an answer that was asked for already.
    pub(super) fn deliver(
        &self,
        start: u64,
        end: Option<u64>,
        first: Option<Answer>,
        sink: &mut dyn FnMut(&[u8]) -> bool,
    ) -> Result<()> {
        let inner = &self.0;
        let seen = (start == 0 && end.is_none()).then(DefaultHasher::new);
        let mut progress = Progress { at: start, end, seen };
        let mut backoff = Backoff::new(inner.address.options.retries);
        let mut answer = first.map(Ok);
        loop {
            let before = progress.at;
            let next = answer.take().unwrap_or_else(|| inner.ask(progress.at, end));
            let failed = match next.and_then(|answer| inner.copy(answer, &mut progress, sink)) {
                Ok(()) => return Ok(()),
                Err(failed) => failed,
            };
            if progress.at > before {
                backoff.reset();
            }
            inner.wait(failed, &mut backoff)?;
        }
    }
}

impl Inner {
    /// Asks for the bytes from `start` on. The answer is one of success.
    fn ask(&self, start: u64, end: Option<u64>) -> Result<Answer, Failed> {
        self.stop.check().map_err(Failed::finally)?;
        self.counters.requested();
        events::requested(&self.address.nick, start, end);
        let place = lock(&self.place).clone();
        let range = match end {
            Some(end) => format!("bytes={start}-{}", end.saturating_sub(1)),
            None => format!("bytes={start}-"),
        };
        let mut request = self.agent.get(&place).header("Range", range);
        if place == self.address.url {
            for (name, value) in &self.address.options.headers {
                request = request.header(name, value);
            }
        }
        if let Some(condition) = self.state.condition().filter(|_| start > 0) {
            request = request.header("If-Range", condition);
        }
        let answer = request.call().map_err(Failed::of_client)?;
        let status = answer.status();
        if status.is_success() || status == StatusCode::RANGE_NOT_SATISFIABLE {
            *lock(&self.place) = answer.get_uri().to_string();
            return Ok(answer);
        }
        let mut failed = Failed::of_status(&answer);
        if status.is_client_error() && place != self.address.url {
            // What an address redirects to may be good for a while only.
            self.address.url.clone_into(&mut lock(&self.place));
            failed.again = true;
        }
        Err(failed)
    }

    /// Waits for the next attempt, or fails if there is to be none.
    fn wait(&self, failed: Failed, backoff: &mut Backoff) -> Result<()> {
        self.stop.check()?;
        let pause = failed.again.then(|| backoff.next(failed.pause)).flatten();
        let Some(pause) = pause else {
            let error = failed.error;
            return Err(match backoff.attempts() {
                0 => error,
                attempts => error.with("attempts", attempts + 1),
            });
        };
        self.counters.retried();
        events::retried(&self.address.nick, backoff.attempts(), pause, &failed.error);
        self.stop.sleep(pause)
    }

    /// What the first answer says about the object: with the length of what is sent.
    fn understand(&self, mut answer: Answer) -> Result<(First, Option<u64>), Failed> {
        let gzip = is_gzip(answer.headers()).map_err(Failed::finally)?;
        let state = Validators::of(answer.headers());
        if answer.status() == StatusCode::RANGE_NOT_SATISFIABLE {
            // So does a server answer for an object without bytes.
            let text_range = text(answer.headers(), "content-range");
            return match text_range {
                Some(range) if range.replace(' ', "") == "bytes*/0" => {
                    Ok((First::Whole(Bytes::new()), Some(0)))
                }
                Some(_) | None => Err(Failed::finally(Failed::of_status(&answer).error)),
            };
        }
        let range = content_range(answer.headers());
        match range {
            Some((0, Some(total))) if answer.status() == StatusCode::PARTIAL_CONTENT => {
                let head = self.read(&mut answer, total.min(HEAD))?;
                let whole = head.len() as u64 == total && !gzip;
                let first =
                    if whole { First::Whole(head) } else { First::Ranges { head, gzip, state } };
                Ok((first, Some(total)))
            }
            Some(_) | None if answer.status() == StatusCode::PARTIAL_CONTENT => {
                let text = "the server answered with another range than was asked for";
                Err(Failed::finally(Error::new(ErrorKind::Io, text)))
            }
            Some(_) | None => {
                let len = number(answer.headers(), "content-length");
                Ok((First::Stream { answer, gzip, state }, len))
            }
        }
    }

    /// Reads a body of `len` bytes.
    fn read(&self, answer: &mut Answer, len: u64) -> Result<Bytes, Failed> {
        let mut bytes = alloc::try_vec(len as usize).map_err(Failed::finally)?;
        answer.body_mut().as_reader().read_exact(&mut bytes).map_err(Failed::of_io)?;
        self.counters.passed(len);
        Ok(bytes.into())
    }

    /// Hands over what an answer brings.
    fn copy(
        &self,
        mut answer: Answer,
        progress: &mut Progress,
        sink: &mut dyn FnMut(&[u8]) -> bool,
    ) -> Result<(), Failed> {
        let mut skip = self.check(&answer, progress).map_err(Failed::finally)?;
        let mut again = DefaultHasher::new();
        let mut reader = answer.body_mut().as_reader();
        let mut piece = alloc::try_vec::<u8>(PIECE).map_err(Failed::finally)?;
        while progress.end.is_none_or(|end| progress.at < end) {
            let left = progress.end.map_or(u64::MAX, |end| end - progress.at);
            let most = (if skip > 0 { skip } else { left }).min(PIECE as u64) as usize;
            let count = reader.read(&mut piece[..most]).map_err(Failed::of_io)?;
            let bytes = &piece[..count];
            self.counters.passed(count as u64);
            if skip > 0 && count > 0 {
                again.write(bytes);
                skip -= count as u64;
                if skip == 0 && progress.differs(&again) {
                    return Err(Failed::finally(changed()));
                }
            } else if count == 0 {
                return self.check_end(progress);
            } else {
                progress.at += count as u64;
                if let Some(seen) = &mut progress.seen {
                    seen.write(bytes);
                }
                if !sink(bytes) {
                    return Ok(());
                }
            }
        }
        drop(reader);
        // So that the connection can be used again.
        finish(&mut answer);
        Ok(())
    }

    /// Checks that an answer continues what there is; returns the bytes to leave out.
    fn check(&self, answer: &Answer, progress: &Progress) -> Result<u64> {
        let headers = answer.headers();
        if self.state.differ(&Validators::of(headers)) {
            return Err(changed());
        }
        let range = content_range(headers);
        let length = number(headers, "content-length");
        match (answer.status(), range) {
            (StatusCode::PARTIAL_CONTENT, Some((start, total))) => {
                if total.is_some() && self.len.is_some() && total != self.len {
                    return Err(changed());
                }
                if start != progress.at {
                    let text =
                        format!("the server answered with byte {start}, not {}", progress.at);
                    return Err(Error::new(ErrorKind::Io, text));
                }
                Ok(0)
            }
            (StatusCode::RANGE_NOT_SATISFIABLE, _) => Err(changed()),
            // All of it, from its start: the range was ignored, or the object is another one.
            _ if length.is_some() && self.len.is_some() && length != self.len => Err(changed()),
            _ if progress.seen.is_none() && progress.at > 0 && !self.state.are_strong() => {
                let text = "the server no longer answers with ranges";
                Err(Error::new(ErrorKind::Io, text))
            }
            _ => Ok(progress.at),
        }
    }

    /// The body ended: is that all there should be?
    fn check_end(&self, progress: &Progress) -> Result<(), Failed> {
        match progress.end.or(self.len) {
            Some(end) if progress.at < end => {
                let text = format!("the answer ended at byte {} of {end}", progress.at);
                Err(Failed::maybe(Error::new(ErrorKind::Io, text)))
            }
            Some(_) | None => Ok(()),
        }
    }
}

impl Progress {
    /// True if what was told again is not what was told before.
    fn differs(&self, again: &DefaultHasher) -> bool {
        self.seen.as_ref().is_some_and(|seen| seen.finish() != again.finish())
    }
}

impl Validators {
    fn of(headers: &HeaderMap) -> Self {
        let owned = |name| text(headers, name).map(str::to_owned);
        Self { etag: owned("etag"), modified: owned("last-modified") }
    }

    /// The condition under which a range of another state is not wanted.
    fn condition(&self) -> Option<&str> {
        match &self.etag {
            // Weak tags must not be used for ranges.
            Some(etag) if !etag.starts_with("W/") => Some(etag),
            Some(_) => None,
            None => self.modified.as_deref(),
        }
    }

    /// True if an answer with a tag of its own belongs to the same bytes.
    fn are_strong(&self) -> bool {
        self.etag.as_ref().is_some_and(|etag| !etag.starts_with("W/"))
    }

    /// True if the states are known to be different ones.
    fn differ(&self, other: &Self) -> bool {
        match (&self.etag, &other.etag) {
            (Some(one), Some(two)) => one != two,
            _ => match (&self.modified, &other.modified) {
                (Some(one), Some(two)) => one != two,
                _ => false,
            },
        }
    }
}

fn changed() -> Error {
    Error::new(ErrorKind::Io, "the object has changed while it was read")
}

/// Reads the end mark of a body.
fn finish(answer: &mut Answer) {
    let mut rest = [0; 1];
    // What is wrong here concerns the next request alone, which then has a new connection.
    drop(answer.body_mut().as_reader().read(&mut rest));
}

/// A client for one connection of ours.
pub(super) fn agent(address: &Address) -> Agent {
    let options = &address.options;
    Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(MOST_REDIRECTS)
        .timeout_resolve(Some(options.connect_timeout))
        .timeout_connect(Some(options.connect_timeout))
        .timeout_recv_response(Some(options.timeout))
        .timeout_per_read(Some(options.timeout))
        .timeout_per_write(Some(options.timeout))
        .user_agent(concat!("windlass/", env!("CARGO_PKG_VERSION")))
        .accept("*/*")
        .accept_encoding("identity")
        .input_buffer_size(INPUT_BUFFER)
        .tls_config(address.tls.clone())
        .build()
        .new_agent()
}

const MOST_REDIRECTS: u32 = 10;
const INPUT_BUFFER: usize = 128 << 10;
const PIECE: usize = 64 << 10;
