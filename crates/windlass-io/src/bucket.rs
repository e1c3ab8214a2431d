//! Objects of S3, Google Cloud Storage and Azure: `s3://bucket/key`, `gs://bucket/key`,
//! `az://container/key`.
//!
//! Signing and credentials are those of `object_store`; blocks, read-ahead and cancellation are
//! ours. Messages never hold what its errors say about addresses: these may be signed.

mod upload;

use std::future::Future;
use std::ops::Range;
use std::pin::pin;
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt;
use object_store::aws::AmazonS3Builder;
use object_store::azure::MicrosoftAzureBuilder;
use object_store::gcp::GoogleCloudStorageBuilder;
use object_store::path::Path;
use object_store::{
    ClientOptions, GetOptions, GetRange, GetResult, ObjectStore, ObjectStoreExt, RetryConfig,
};
use tokio::runtime::Runtime;

use crate::names::shown;
use crate::process::PerProcess;
use crate::remote::{BLOCK, Backoff, Cache, Fetch, Ranges, Stop};
use crate::stats::Counters;
use crate::wait::lock;
use crate::{Error, ErrorKind, Result, Source, Target, Tick, Tree, events, settings};

/// An object to be read, which is asked for at the first use.
pub(crate) fn source(name: &str) -> Result<Source> {
    let place = Place::of_object(name)?;
    let (nick, counters) = (place.nick.clone(), Arc::<Counters>::default());
    Ok(Source::later(nick, counters.clone(), move |tick| open(place.clone(), &counters, tick)))
}

fn open(place: Place, counters: &Arc<Counters>, tick: &Tick) -> Result<Source> {
    let (nick, counters) = (place.nick.clone(), counters.clone());
    let found = place.find(&counters, tick)?;
    let object = Object {
        place,
        found: found.state.clone(),
        counters: counters.clone(),
        stop: Stop::default(),
    };
    let first = Mutex::new(Some(found.head));
    let (len, make_counters) = (found.state.len, counters.clone());
    let cache = PerProcess::new(move || {
        let head = lock(&first).take().unwrap_or_default();
        Cache::new(object.reconnected(), len, make_counters.clone(), &head)
    });
    Ok(Source::from_reader(nick, Ranges { cache, len, counters }))
}

/// An object to be written.
pub(crate) fn target(name: &str) -> Result<Target> {
    Ok(upload::target(Place::of_object(name)?))
}

/// Objects below a name.
pub(crate) fn tree(name: &str) -> Result<Tree> {
    let place = Place::parse(name)?;
    Ok(Tree::boxed(place.nick.clone(), Box::new(upload::objects(place))))
}

/// A place in a bucket.
#[derive(Clone)]
struct Place {
    nick: String,
    path: Path,
    store: Arc<PerProcess<Result<Arc<dyn ObjectStore>>>>,
}

/// What is known of an object that exists.
#[derive(Clone)]
struct State {
    len: u64,
    etag: Option<String>,
}

struct Found {
    state: State,
    head: Bytes,
}

impl Place {
    fn parse(name: &str) -> Result<Self> {
        let bad = || Error::new(ErrorKind::BadArgument, "an address is scheme://bucket/key");
        let (_, rest) = name.split_once("://").ok_or_else(bad)?;
        let (bucket, key) = rest.split_once('/').unwrap_or((rest, ""));
        if bucket.is_empty() {
            return Err(bad());
        }
        let path = Path::parse(key).map_err(|_| bad())?;
        let url = name.to_owned();
        let store = Arc::new(PerProcess::new(move || store(&url)));
        Ok(Self { nick: shown(name), path, store })
    }

    /// A place where one object is, not many.
    fn of_object(name: &str) -> Result<Self> {
        let place = Self::parse(name)?;
        if place.path.as_ref().is_empty() {
            let text = "the address names no object: it is scheme://bucket/key";
            return Err(Error::new(ErrorKind::BadArgument, text));
        }
        Ok(place)
    }

    fn store(&self) -> Result<Arc<dyn ObjectStore>> {
        self.store.get().clone()
    }

    /// The object with its first bytes.
    fn find(&self, counters: &Arc<Counters>, tick: &Tick) -> Result<Found> {
        let (store, path) = (self.store()?, self.path.clone());
        counters.requested();
        events::requested(&self.nick, 0, Some(BLOCK));
        let head = async move {
            let range = Some(GetRange::Bounded(0..BLOCK));
            let options = GetOptions { range, ..GetOptions::default() };
            match store.get_opts(&path, options).await {
                Ok(answer) => {
                    let state = State::of(&answer);
                    Ok(Found { state, head: answer.bytes().await? })
                }
                // An empty object has no first bytes to give.
                Err(error @ object_store::Error::Generic { .. }) => {
                    let meta = store.head(&path).await?;
                    if meta.size > 0 {
                        return Err(error);
                    }
                    Ok(Found { state: State { len: 0, etag: meta.e_tag }, head: Bytes::new() })
                }
                Err(error) => Err(error),
            }
        };
        let found = run(head, tick)?.map_err(|error| store_error(&error))?;
        counters.passed(found.head.len() as u64);
        Ok(found)
    }
}

impl State {
    fn of(answer: &GetResult) -> Self {
        Self { len: answer.meta.size, etag: answer.meta.e_tag.clone() }
    }
}

/// The client of a bucket, with what the environment says.
fn store(url: &str) -> Result<Arc<dyn ObjectStore>> {
    provider();
    let options = ClientOptions::new()
        .with_connect_timeout(Duration::from_secs(10))
        .with_timeout(Duration::from_mins(2))
        .with_allow_http(allows_http());
    let retry = RetryConfig {
        max_retries: 5,
        retry_timeout: Duration::from_mins(1),
        ..RetryConfig::default()
    };
    let scheme = url.split("://").next().unwrap_or_default();
    let built: Result<Arc<dyn ObjectStore>, _> = match scheme {
        "s3" | "s3a" => AmazonS3Builder::from_env()
            .with_url(url)
            .with_client_options(options)
            .with_retry(retry)
            .build()
            .map(|store| Arc::new(store) as _),
        "gs" => GoogleCloudStorageBuilder::from_env()
            .with_url(url)
            .with_client_options(options)
            .with_retry(retry)
            .build()
            .map(|store| Arc::new(store) as _),
        _ => MicrosoftAzureBuilder::from_env()
            .with_url(url)
            .with_client_options(options)
            .with_retry(retry)
            .build()
            .map(|store| Arc::new(store) as _),
    };
    built.map_err(|error| store_error(&error))
}

/// True if the environment names an endpoint without encryption, or asks for that.
fn allows_http() -> bool {
    let value = |name| settings::variable(name).and_then(|value| value.into_string().ok());
    let endpoints = [
        "AWS_ENDPOINT_URL_S3",
        "AWS_ENDPOINT_URL",
        "AWS_ENDPOINT",
        "AZURE_STORAGE_ENDPOINT",
        "AZURE_ENDPOINT",
        "GOOGLE_BASE_URL",
    ];
    let plain = |name| value(name).is_some_and(|endpoint| endpoint.starts_with("http://"));
    let asked = |name| value(name).is_some_and(|value| value.eq_ignore_ascii_case("true"));
    endpoints.into_iter().any(plain) || asked("AWS_ALLOW_HTTP") || asked("AZURE_ALLOW_HTTP")
}

/// The cryptography of TLS, which the HTTP client takes from the process.
fn provider() {
    // An error means that there is one already.
    drop(rustls::crypto::ring::default_provider().install_default());
}

/// The runtime of this process, made at the first use.
fn runtime() -> Result<&'static Runtime> {
    static RUNTIME: OnceLock<PerProcess<std::io::Result<Runtime>>> = OnceLock::new();
    let make = || {
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        builder.worker_threads(RUNTIME_THREADS).thread_name("windlass-io").enable_all().build()
    };
    match RUNTIME.get_or_init(|| PerProcess::new(make)).get() {
        Ok(runtime) => Ok(runtime),
        Err(error) => Err(Error::new(ErrorKind::Io, format!("no runtime for requests: {error}"))),
    }
}

/// Waits for what the runtime does, unless the tick ends that.
fn run<T: Send + 'static>(
    work: impl Future<Output = T> + Send + 'static,
    tick: &Tick,
) -> Result<T> {
    let (send, receive) = sync_channel(1);
    let task = runtime()?.spawn(async move { drop(send.send(work.await)) });
    loop {
        match receive.recv_timeout(tick.slice()) {
            Ok(result) => return Ok(result),
            Err(RecvTimeoutError::Disconnected) => {
                return Err(Error::new(ErrorKind::Internal, "a request failed without an answer"));
            }
            Err(RecvTimeoutError::Timeout) => {}
        }
        if let Err(error) = tick.check() {
            task.abort();
            return Err(error);
        }
    }
}

/// What went wrong, without addresses.
#[expect(clippy::wildcard_enum_match_arm, reason = "the list of object_store::Error is open")]
fn store_error(error: &object_store::Error) -> Error {
    match error {
        object_store::Error::NotFound { .. } => {
            Error::new(ErrorKind::NotFound, "the object does not exist")
        }
        object_store::Error::Precondition { .. } => {
            Error::new(ErrorKind::Io, "the object has changed while it was read")
        }
        object_store::Error::PermissionDenied { .. } => {
            Error::new(ErrorKind::Io, "permission denied")
        }
        object_store::Error::Unauthenticated { .. } => {
            Error::new(ErrorKind::Io, "the credentials are missing or not accepted")
        }
        other => {
            let text = redacted(&other.to_string());
            let text = match missing(&text) {
                Some(names) => format!("no credentials were found: set {names} ({text})"),
                None => text,
            };
            Error::new(ErrorKind::Io, text)
        }
    }
}

/// What the environment lacks, if that is why a request failed: then the machine itself was asked
/// for credentials, which only those in a cloud can answer.
fn missing(text: &str) -> Option<&'static str> {
    let asked = text.contains(METADATA) || text.contains("metadata.google.internal");
    match text {
        _ if text.contains("Account must be specified") => Some("AZURE_STORAGE_ACCOUNT_NAME"),
        _ if !asked => None,
        _ if text.contains("S3") => Some("AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"),
        _ if text.contains("GCS") => Some("GOOGLE_APPLICATION_CREDENTIALS"),
        _ => Some("AZURE_STORAGE_ACCOUNT_KEY"),
    }
}

/// Where machines in a cloud ask who they are.
const METADATA: &str = "169.254.169.254";

/// A text in which addresses have lost their queries, and user names.
fn redacted(text: &str) -> String {
    let mut out = String::new();
    for (index, part) in text.split("://").enumerate() {
        if index == 0 {
            out.push_str(part);
            continue;
        }
        let end = part.find(|at: char| at.is_whitespace() || "\"')<>".contains(at));
        let (address, rest) = part.split_at(end.unwrap_or(part.len()));
        let address = address.split('?').next().unwrap_or(address);
        let address = address.rsplit('@').next().unwrap_or(address);
        out.push_str("://");
        out.push_str(address);
        out.push_str(rest);
    }
    out
}

/// Reads of an object.
struct Object {
    place: Place,
    found: State,
    counters: Arc<Counters>,
    stop: Stop,
}

impl Object {
    /// The same object with a stop of its own.
    fn reconnected(&self) -> Self {
        let (place, found) = (self.place.clone(), self.found.clone());
        Self { place, found, counters: self.counters.clone(), stop: Stop::default() }
    }

    /// Hands over what one request brings; notes how far that went.
    async fn copy(
        &self,
        store: &dyn ObjectStore,
        range: Range<u64>,
        at: &mut u64,
        sink: &mut dyn FnMut(&[u8]) -> bool,
    ) -> Result<bool, object_store::Error> {
        let range = Some(GetRange::Bounded(range));
        let if_match = self.found.etag.clone();
        let options = GetOptions { range, if_match, ..GetOptions::default() };
        let answer = store.get_opts(&self.place.path, options).await?;
        let mut pieces = answer.into_stream();
        while let Some(piece) = pieces.next().await {
            let piece = piece?;
            self.counters.passed(piece.len() as u64);
            *at += piece.len() as u64;
            if !sink(&piece) {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

impl Fetch for Object {
    fn fetch(&self, range: Range<u64>, sink: &mut dyn FnMut(&[u8]) -> bool) -> Result<()> {
        let store = self.place.store()?;
        let mut backoff = Backoff::new(RETRIES);
        let mut at = range.start;
        while at < range.end {
            self.stop.check()?;
            self.counters.requested();
            events::requested(&self.place.nick, at, Some(range.end));
            let before = at;
            let copied = {
                let mut copy = pin!(self.copy(&*store, at..range.end, &mut at, sink));
                runtime()?.block_on(async {
                    loop {
                        match tokio::time::timeout(SLICE, &mut copy).await {
                            Ok(copied) => return Some(copied),
                            Err(_) if self.stop.is_stopped() => return None,
                            Err(_) => {}
                        }
                    }
                })
            };
            let error = match copied {
                None | Some(Ok(false)) => return Ok(()),
                Some(Ok(true)) if at >= range.end => return Ok(()),
                Some(Ok(true)) => Error::new(ErrorKind::Io, "the answer ended early"),
                Some(Err(error)) if is_final(&error) => return Err(store_error(&error)),
                Some(Err(error)) => store_error(&error),
            };
            if at > before {
                backoff.reset();
            }
            let Some(pause) = backoff.next(None) else { return Err(error) };
            self.counters.retried();
            events::retried(&self.place.nick, backoff.attempts(), pause, &error);
            self.stop.sleep(pause)?;
        }
        Ok(())
    }

    fn stop(&self) {
        self.stop.stop();
    }
}

/// True where another attempt can't help; what may, `object_store` has tried already.
fn is_final(error: &object_store::Error) -> bool {
    !matches!(error, object_store::Error::Generic { .. })
}

const RUNTIME_THREADS: usize = 2;
const RETRIES: u32 = 3;
const SLICE: Duration = Duration::from_millis(50);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_lose_their_secrets() {
        let text = "error for https://me:pw@host/key?sig=abc (https://h/k?x=1): refused";
        assert_eq!(redacted(text), "error for https://host/key (https://h/k): refused");
        assert_eq!(redacted("no address"), "no address");
    }

    #[test]
    fn missing_credentials() {
        let asked =
            "Generic S3 error: Error performing PUT http://169.254.169.254/latest/api/token";
        assert_eq!(missing(asked), Some("AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"));
        let absent = "Generic MicrosoftAzure error: Account must be specified";
        assert_eq!(missing(absent), Some("AZURE_STORAGE_ACCOUNT_NAME"));
        assert_eq!(missing("Generic S3 error: the server answered 500"), None);
        let error = Place::of_object("s3://bucket").map(|_| ()).unwrap_err();
        assert!(error.message().contains("names no object"), "{error}");
    }

    #[test]
    fn bad_addresses() {
        for bad in ["s3://", "s3:///key", "s3://bucket/../x"] {
            let error = Place::parse(bad).map(|_| ()).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::BadArgument, "{bad}");
        }
    }
}
