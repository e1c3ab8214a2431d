//! `http://` and `https://`: objects by ranges where the server knows them, else as streams, and
//! uploads.

mod address;
mod answer;
mod date;
mod object;
mod tls;
mod upload;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use crate::process::PerProcess;
use crate::remote::{BLOCK, Cache, Fetch, Pump, Ranges, Stop};
use crate::source::{Reader, Stream};
use crate::stats::Counters;
use crate::wait::{detached, lock};
use crate::{Objects, Result, Source, Target, Tick, Tree, settings};
use address::Address;
use object::{Object, Opened};
pub use upload::Method;

/// How requests are made. What is not set here comes from the environment.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct HttpOptions {
    /// Longest time until a connection stands. `WINDLASS_HTTP_CONNECT_TIMEOUT` in seconds, else 10.
    pub connect_timeout: Duration,
    /// Longest time without a byte, in either direction. `WINDLASS_HTTP_TIMEOUT` in seconds, else
    /// 30.
    pub timeout: Duration,
    /// Attempts after the first one before a request is given up, counted anew whenever bytes
    /// have come. `WINDLASS_HTTP_RETRIES`, else 5.
    pub retries: u32,
    /// Headers to send along, such as `Authorization`. They go to the host of the address alone,
    /// not where that redirects to.
    pub headers: Vec<(String, String)>,
    /// A file with the authorities that are trusted, in the form PEM, in place of those that
    /// browsers trust. `WINDLASS_HTTP_AUTHORITIES`.
    pub authorities: Option<PathBuf>,
    /// A file with the certificate that servers are shown that ask for one, and those that lead
    /// from it to an authority, in the form PEM. `WINDLASS_HTTP_CERTIFICATE`.
    pub certificate: Option<PathBuf>,
    /// The file with its private key, if that is another one. `WINDLASS_HTTP_KEY`.
    pub key: Option<PathBuf>,
}

impl Default for HttpOptions {
    fn default() -> Self {
        let seconds = |name, default| {
            Duration::from_secs(settings::size_from_environment(name).unwrap_or(default))
        };
        let retries = settings::size_from_environment("WINDLASS_HTTP_RETRIES").unwrap_or(5);
        let file = |name| settings::variable(name).map(PathBuf::from);
        Self {
            connect_timeout: seconds("WINDLASS_HTTP_CONNECT_TIMEOUT", 10),
            timeout: seconds("WINDLASS_HTTP_TIMEOUT", 30),
            retries: u32::try_from(retries).unwrap_or(u32::MAX),
            headers: Vec::new(),
            authorities: file("WINDLASS_HTTP_AUTHORITIES"),
            certificate: file("WINDLASS_HTTP_CERTIFICATE"),
            key: file("WINDLASS_HTTP_KEY"),
        }
    }
}

impl Source {
    /// An object at an address `http://…` or `https://…`, asked for at once.
    ///
    /// Read by ranges where the server knows them, in any order and by many threads; else as a
    /// stream. An object that changes meanwhile is an error.
    pub fn http(address: &str, options: HttpOptions, tick: &Tick) -> Result<Self> {
        open(Address::new(address, options)?, Arc::default(), tick)
    }
}

/// An object that is asked for at its first use.
pub(crate) fn source(address: &str, options: HttpOptions) -> Result<Source> {
    let address = Address::new(address, options)?;
    let (nick, counters) = (address.nick.clone(), Arc::<Counters>::default());
    Ok(Source::later(nick, counters.clone(), move |tick| {
        open(address.clone(), counters.clone(), tick)
    }))
}

fn open(address: Address, counters: Arc<Counters>, tick: &Tick) -> Result<Source> {
    let nick = address.nick.clone();
    let (stop, agent) = (Stop::default(), object::agent(&address));
    let (work_stop, work_agent) = (stop.clone(), agent.clone());
    let work = move || object::open(address, work_agent, counters, work_stop);
    let opened = detached(tick, work, || {
        stop.stop();
        agent.shutdown();
    })?;
    Ok(match opened {
        Opened::Whole(bytes, counters) => Source::from_reader(nick, Memory { bytes, counters }),
        Opened::Ranges(object, head) => Source::from_reader(nick, ranges(object, head)),
        Opened::Stream(object, answer) => Source::from_stream(nick, object.pump(answer)),
        Opened::GzipRanges(object, head) => {
            Source::from_reader(nick, ranges(object, head)).gunzip()
        }
        Opened::GzipStream(object, answer) => {
            let decode = |reader| Box::new(crate::wrap::gunzip(reader)) as _;
            let decoded = crate::wrap::Decoded::of_stream(object.pump(answer), "gzip", decode);
            Source::from_stream(nick, decoded)
        }
    })
}

impl Target {
    /// An upload to an address `http://…` or `https://…` while it is written.
    ///
    /// What is shorter than 8 MiB goes in one request with its length, and again if that fails;
    /// what is longer in pieces (chunked) while it comes. A save that fails breaks the request
    /// off, so that the server does not take it for whole.
    pub fn http(address: &str, method: Method, options: HttpOptions) -> Result<Self> {
        Ok(upload::target(Address::new(address, options)?, method))
    }
}

/// Uploads of many objects below an address.
pub(crate) fn tree(address: &str, options: HttpOptions) -> Result<Tree> {
    let address = Address::new(address, options)?;
    let nick = address.nick.clone();
    let objects: Box<dyn Objects> = Box::new(upload::objects(address));
    Ok(Tree::boxed(nick, objects))
}

/// A small object that came with the first answer.
struct Memory {
    bytes: Bytes,
    counters: Arc<Counters>,
}

impl Reader for Memory {
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize> {
        self.counters.hit();
        Ok(crate::spool::copy_from(&self.bytes, offset, buffer))
    }

    fn len(&self) -> Result<Option<u64>> {
        Ok(Some(self.bytes.len() as u64))
    }

    fn counters(&self) -> Option<Arc<Counters>> {
        Some(self.counters.clone())
    }
}

/// Reads of an object of which the server gives ranges.
fn ranges(object: Object, head: Bytes) -> Ranges {
    let (len, counters) = (object.len(), object.counters());
    let make_counters = counters.clone();
    let first = std::sync::Mutex::new(Some((object.clone(), head)));
    // The connections of a parent are not the child's.
    let cache = PerProcess::new(move || {
        let fresh = || (object.reconnected(), Bytes::new());
        let (object, head) = lock(&first).take().unwrap_or_else(fresh);
        Cache::new(object, len, make_counters.clone(), &head)
    });
    Ranges { cache, len, counters }
}

impl Fetch for Object {
    fn fetch(
        &self,
        range: std::ops::Range<u64>,
        sink: &mut dyn FnMut(&[u8]) -> bool,
    ) -> Result<()> {
        self.deliver(range.start, Some(range.end), None, sink)
    }

    fn stop(&self) {
        self.end();
    }
}

impl Object {
    fn pump(self, answer: answer::Answer) -> impl Stream {
        let counters = self.counters();
        let object = self.clone();
        Pump::new(
            counters,
            move |sink| self.deliver(0, None, Some(answer), sink),
            move || object.end(),
        )
    }
}

/// Bytes of the first request.
const HEAD: u64 = BLOCK;
