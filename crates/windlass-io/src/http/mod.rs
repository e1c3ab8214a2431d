//! `http://` and `https://`: objects by ranges where the server knows them, else as streams, and
//! uploads.

mod address;
mod answer;
mod object;
mod upload;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use crate::process::PerProcess;
use crate::remote::{BLOCK, Cache, Fetch, Pump, Stop, detached};
use crate::source::{Reader, Stream};
use crate::stats::Counters;
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
}

impl Default for HttpOptions {
    fn default() -> Self {
        let seconds = |name, default| {
            Duration::from_secs(settings::size_from_environment(name).unwrap_or(default))
        };
        let retries = settings::size_from_environment("WINDLASS_HTTP_RETRIES").unwrap_or(5);
        Self {
            connect_timeout: seconds("WINDLASS_HTTP_CONNECT_TIMEOUT", 10),
            timeout: seconds("WINDLASS_HTTP_TIMEOUT", 30),
            retries: u32::try_from(retries).unwrap_or(u32::MAX),
            headers: Vec::new(),
        }
    }
}

impl Source {
    /// An object at an address `http://…` or `https://…`, asked for at once.
    ///
    /// Read by ranges where the server knows them, in any order and by many threads; else as a
    /// stream. An object that changes meanwhile is an error.
    pub fn http(address: &str, options: HttpOptions, tick: &Tick) -> Result<Self> {
        let address = Address::new(address, options)?;
        let nick = address.nick.clone();
        let counters = Arc::<Counters>::default();
        let stop = Stop::default();
        let (work_counters, work_stop) = (counters.clone(), stop.clone());
        let open = move || object::open(address, work_counters, work_stop);
        let opened = detached(tick, open, || stop.stop())?;
        Ok(match opened {
            Opened::Whole(bytes) => Self::from_reader(nick, Memory { bytes, counters }),
            Opened::Ranges(object, head) => Self::from_reader(nick, Ranges::new(object, head)),
            Opened::Stream(object, answer) => Self::from_stream(nick, object.pump(answer)),
            Opened::GzipRanges(object, head) => {
                let ranges = Self::from_reader(nick, Ranges::new(object, head));
                ranges.gunzip()
            }
            Opened::GzipStream(object, answer) => {
                let decode = |reader| Box::new(crate::wrap::gunzip(reader)) as _;
                let decoded = crate::wrap::Decoded::of_stream(object.pump(answer), "gzip", decode);
                Self::from_stream(nick, decoded)
            }
        })
    }
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

/// An object of which the server gives ranges.
struct Ranges {
    cache: PerProcess<Cache>,
    len: u64,
    counters: Arc<Counters>,
}

impl Ranges {
    fn new(object: Object, head: Bytes) -> Self {
        let (len, counters) = (object.len(), object.counters());
        let make_counters = counters.clone();
        let first = std::sync::Mutex::new(Some((object.clone(), head)));
        // The connections of a parent are not the child's.
        let make = move || {
            let fresh = || (object.reconnected(), Bytes::new());
            let (object, head) = crate::wait::lock(&first).take().unwrap_or_else(fresh);
            Cache::new(object, len, make_counters.clone(), &head)
        };
        Self { cache: PerProcess::new(make), len, counters }
    }
}

impl Reader for Ranges {
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize> {
        self.read_with(offset, buffer, &Tick::never())
    }

    fn len(&self) -> Result<Option<u64>> {
        Ok(Some(self.len))
    }

    fn read_with(&self, offset: u64, buffer: &mut [u8], tick: &Tick) -> Result<usize> {
        self.cache.get().read(offset, buffer, tick)
    }

    fn counters(&self) -> Option<Arc<Counters>> {
        Some(self.counters.clone())
    }
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
