//! Uploads by PUT and by POST.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use bytes::Bytes;
use ureq::{Agent, SendBody};

use super::address::Address;
use super::answer::Failed;
use super::object::agent;
use crate::process::PerProcess;
use crate::remote::{Backoff, Pipe, PipeReader, Shelf, Stop, Uploads};
use crate::stats::Counters;
use crate::target::{Caps, Sink};
use crate::wait::detached;
use crate::{Error, Objects, Result, Target, Tick, alloc, events};

/// How an upload is made.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(clippy::exhaustive_enums, reason = "the two methods that HTTP has for this")]
pub enum Method {
    /// The address names the object.
    Put,
    /// The address takes objects.
    Post,
}

pub(super) fn target(address: Address, method: Method) -> Target {
    let counters = Arc::<Counters>::default();
    let nick = address.nick.clone();
    let sink_counters = counters.clone();
    Target::from_sinks(nick, counters, move || {
        // Connections of its own, so that a save can be stopped and there can be another one.
        let upload = Upload::new(address.clone(), method, sink_counters.clone());
        Ok(Box::new(HttpSink { upload, pending: Vec::new(), streamed: None, parts: 0 }))
    })
}

/// Where to upload to, and how.
#[derive(Clone)]
struct Upload {
    address: Arc<Address>,
    agent: Arc<PerProcess<Agent>>,
    method: Method,
    counters: Arc<Counters>,
    stop: Stop,
}

impl Upload {
    fn new(address: Address, method: Method, counters: Arc<Counters>) -> Self {
        let address = Arc::new(address);
        let for_agent = address.clone();
        let agent = Arc::new(PerProcess::new(move || agent(&for_agent)));
        Self { address, agent, method, counters, stop: Stop::default() }
    }

    /// Sends a body whose length is known, again if that may help.
    fn send_to(&self, url: &str, body: &[u8]) -> Result<()> {
        let mut backoff = Backoff::new(self.address.options.retries);
        loop {
            let Err(failed) = self.request(url, SendBodyOf::Bytes(body)) else {
                self.counters.passed(body.len() as u64);
                events::uploaded(&self.address.nick, 0, body.len() as u64);
                return Ok(());
            };
            // A POST may have been done although its answer was lost.
            let unsafe_again = self.method == Method::Post && failed.pause.is_none();
            let again = failed.again && !unsafe_again;
            let Some(pause) = again.then(|| backoff.next(failed.pause)).flatten() else {
                return Err(failed.error);
            };
            self.counters.retried();
            events::retried(&self.address.nick, backoff.attempts(), pause, &failed.error);
            self.stop.sleep(pause)?;
        }
    }

    fn request(&self, url: &str, body: SendBodyOf<'_>) -> Result<(), Failed> {
        self.stop.check().map_err(Failed::finally)?;
        self.counters.requested();
        let agent = self.agent.get();
        let mut request = match self.method {
            Method::Put => agent.put(url),
            Method::Post => agent.post(url),
        };
        for (name, value) in &self.address.options.headers {
            request = request.header(name, value);
        }
        let typed = |(name, _): &(String, String)| name.eq_ignore_ascii_case("content-type");
        if !self.address.options.headers.iter().any(typed) {
            request = request.header("Content-Type", "application/octet-stream");
        }
        let answer = match body {
            SendBodyOf::Bytes(bytes) => request.send(bytes),
            SendBodyOf::Pipe(pipe) => request.send(SendBody::from_owned_reader(pipe)),
        };
        let answer = answer.map_err(Failed::of_client)?;
        if answer.status().is_success() { Ok(()) } else { Err(Failed::of_status(&answer)) }
    }
}

enum SendBodyOf<'a> {
    Bytes(&'a [u8]),
    Pipe(PipeReader),
}

/// Collects what is short, and streams what is long.
struct HttpSink {
    upload: Upload,
    pending: Vec<u8>,
    streamed: Option<Streamed>,
    parts: u64,
}

/// An upload that is going on, in a thread of its own.
struct Streamed {
    pipe: Pipe,
    result: Pipe,
}

impl HttpSink {
    fn stream(&mut self) -> Result<&Streamed> {
        let (pipe, result) = (Pipe::default(), Pipe::default());
        let upload = self.upload.clone();
        let (reader, report, feed) = (PipeReader::new(pipe.clone()), result.clone(), pipe.clone());
        let run = move || {
            let done = upload.request(&upload.address.url, SendBodyOf::Pipe(reader));
            let done = done.map_err(|failed| failed.error);
            if let Err(error) = &done {
                feed.refuse(error.clone());
            }
            report.end(done);
        };
        thread::Builder::new().name("windlass-io".to_owned()).spawn(run)?;
        Ok(self.streamed.insert(Streamed { pipe, result }))
    }

    /// Sends on what was collected.
    fn flush(&mut self, tick: &Tick) -> Result<()> {
        let piece = Bytes::from(std::mem::take(&mut self.pending));
        let count = piece.len() as u64;
        if self.streamed.is_none() {
            self.stream()?;
        }
        let streamed = self.streamed.as_ref().expect("made above");
        let start = Instant::now();
        let pushed = streamed.pipe.push(piece, tick);
        self.upload.counters.waited(start);
        pushed?;
        self.upload.counters.passed(count);
        self.parts += 1;
        events::uploaded(&self.upload.address.nick, self.parts, count);
        Ok(())
    }
}

impl Sink for HttpSink {
    fn caps(&mut self, _: &Tick) -> Result<Caps> {
        Ok(Caps::APPEND)
    }

    fn write_at(&mut self, _: u64, bytes: &[u8], tick: &Tick) -> Result<()> {
        alloc::reserve(&mut self.pending, bytes.len())?;
        self.pending.extend_from_slice(bytes);
        let most = if self.streamed.is_some() { PIECE } else { COLLECTED };
        if self.pending.len() >= most {
            self.flush(tick)?;
        }
        Ok(())
    }

    fn read_at(&mut self, _: u64, _: &mut [u8], _: &Tick) -> Result<usize> {
        Ok(0)
    }

    fn commit(&mut self, tick: &Tick) -> Result<()> {
        let start = Instant::now();
        let done = if self.streamed.is_some() {
            self.flush(tick).and_then(|()| {
                let streamed = self.streamed.as_ref().expect("checked above");
                streamed.pipe.end(Ok(()));
                streamed.result.pull(tick).map(|_| ())
            })
        } else {
            let (upload, body) = (self.upload.clone(), std::mem::take(&mut self.pending));
            let work = move || upload.send_to(&upload.address.url, &body);
            detached(tick, work, || self.upload.stop())
        };
        self.upload.counters.waited(start);
        done
    }

    fn abort(&mut self, error: &Error) {
        events::aborted(&self.upload.address.nick, error);
        self.pending = Vec::new();
        if let Some(streamed) = self.streamed.take() {
            // The body breaks off without its end mark, which tells the server.
            streamed.pipe.end(Err(error.clone()));
            // Where the server takes nothing, the thread would wait for that.
            self.upload.stop();
        }
    }
}

/// Objects below an address, uploaded by a few threads.
pub(super) fn objects(address: Address) -> impl Objects {
    let counters = Arc::<Counters>::default();
    let upload = Upload::new(address, Method::Put, counters.clone());
    Uploads::new(counters, upload)
}

impl Shelf for Upload {
    fn send(&self, name: &str, bytes: &[u8]) -> Result<()> {
        self.send_to(&self.address.below(name), bytes)
    }

    fn stop(&self) {
        self.stop.stop();
        self.agent.get().clone().shutdown();
    }

    fn remove(&self, names: &[&str], tick: &Tick) {
        let mut address = (*self.address).clone();
        address.options.connect_timeout = address.options.connect_timeout.min(PATIENCE);
        address.options.timeout = address.options.timeout.min(PATIENCE);
        let agent = agent(&address);
        let (next, refused) = (AtomicUsize::new(0), AtomicBool::new(false));
        let work = || {
            while let Some(name) = names.get(next.fetch_add(1, Ordering::Relaxed)) {
                let ended = tick.check().is_err() || refused.load(Ordering::Relaxed);
                if ended || !self.delete(&agent, name) {
                    refused.store(true, Ordering::Relaxed);
                    return;
                }
            }
        };
        thread::scope(|scope| {
            for _ in 1..names.len().min(REMOVERS) {
                let thread = thread::Builder::new().name("windlass-io".to_owned());
                if thread.spawn_scoped(scope, work).is_err() {
                    break;
                }
            }
            work();
        });
    }
}

impl Upload {
    /// Removes an object; false if it makes no sense to go on with others.
    fn delete(&self, agent: &Agent, name: &str) -> bool {
        let mut request = agent.delete(self.address.below(name));
        for (name, value) in &self.address.options.headers {
            request = request.header(name, value);
        }
        self.counters.requested();
        let refusals = [401, 403, 405, 501];
        request.call().is_ok_and(|answer| !refusals.contains(&answer.status().as_u16()))
    }
}

/// Bytes up to which an upload is made in one piece.
const COLLECTED: usize = 8 << 20;
const PIECE: usize = 256 << 10;
/// How long the other side may take for a removal.
const PATIENCE: Duration = Duration::from_secs(2);
/// Removals at the same time.
const REMOVERS: usize = 8;
