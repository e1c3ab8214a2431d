//! Uploads to buckets: small objects at once, large ones in parts while they are written.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::{Duration, Instant};

use futures_util::{StreamExt, stream};
use object_store::path::Path;
use object_store::{MultipartUpload, ObjectStoreExt, PutPayload};

use super::{Place, run, runtime, store_error};
use crate::remote::{Shelf, Uploads};
use crate::stats::Counters;
use crate::target::{Caps, Sink};
use crate::{Error, ErrorKind, Objects, Result, Target, Tick, alloc, events};

pub(super) fn target(place: Place) -> Target {
    let counters = Arc::<Counters>::default();
    let sink_counters = counters.clone();
    Target::from_sinks(place.nick.clone(), counters, move || {
        Ok(Box::new(BucketSink {
            place: place.clone(),
            counters: sink_counters.clone(),
            pending: Vec::new(),
            upload: None,
            flying: VecDeque::new(),
            parts: 0,
        }))
    })
}

/// Objects below a place, uploaded by a few threads.
pub(super) fn objects(place: Place) -> impl Objects {
    let counters = Arc::<Counters>::default();
    let objects = Below { place, counters: counters.clone(), tick: Tick::new() };
    Uploads::new(counters, objects)
}

/// Objects below a place.
struct Below {
    place: Place,
    counters: Arc<Counters>,
    /// Ends what is being sent.
    tick: Tick,
}

impl Shelf for Below {
    fn send(&self, name: &str, bytes: &[u8]) -> Result<()> {
        let (store, path) = (self.place.store()?, below(&self.place.path, name)?);
        let payload = PutPayload::from(bytes.to_vec());
        self.counters.requested();
        let put = async move { store.put(&path, payload).await };
        run(put, &self.tick)?.map_err(|error| store_error(&error))?;
        self.counters.passed(bytes.len() as u64);
        events::uploaded(&self.place.nick, 0, bytes.len() as u64);
        Ok(())
    }

    fn stop(&self) {
        self.tick.cancel();
    }

    fn remove(&self, names: &[&str], tick: &Tick) {
        let Ok(store) = self.place.store() else { return };
        let path = |name: &&str| below(&self.place.path, name).ok();
        let paths: Vec<Path> = names.iter().filter_map(path).collect();
        let remove = async move {
            let mut removed = store.delete_stream(stream::iter(paths.into_iter().map(Ok)).boxed());
            while let Ok(Some(one)) = tokio::time::timeout(PATIENCE, removed.next()).await {
                let gone = matches!(one, Ok(_) | Err(object_store::Error::NotFound { .. }));
                if !gone {
                    break;
                }
            }
        };
        // There is nobody left to tell.
        drop(run(remove, tick));
    }
}

fn below(path: &Path, name: &str) -> Result<Path> {
    let text = if path.as_ref().is_empty() { name.to_owned() } else { format!("{path}/{name}") };
    Path::parse(text).map_err(|_| Error::new(ErrorKind::BadArgument, "not a name for an object"))
}

type Answer = Receiver<object_store::Result<()>>;

/// One object on its way.
struct BucketSink {
    place: Place,
    counters: Arc<Counters>,
    pending: Vec<u8>,
    upload: Option<Box<dyn MultipartUpload>>,
    /// Parts whose end was not seen yet, with their bytes.
    flying: VecDeque<(Answer, u64)>,
    parts: u64,
}

impl BucketSink {
    /// Sends on a part, as soon as there are not too many on their way.
    fn send_part(&mut self, tick: &Tick) -> Result<()> {
        if self.upload.is_none() {
            let (store, path) = (self.place.store()?, self.place.path.clone());
            self.counters.requested();
            let begun = run(async move { store.put_multipart(&path).await }, tick)?;
            self.upload = Some(begun.map_err(|error| store_error(&error))?);
        }
        while self.flying.len() >= MOST_FLYING {
            self.land(tick)?;
        }
        let upload = self.upload.as_mut().expect("made above");
        let bytes = std::mem::take(&mut self.pending);
        let count = bytes.len() as u64;
        let part = upload.put_part(PutPayload::from(bytes));
        let (send, receive) = sync_channel(1);
        drop(runtime()?.spawn(async move { drop(send.send(part.await)) }));
        self.counters.requested();
        self.flying.push_back((receive, count));
        Ok(())
    }

    /// Waits for the oldest part.
    fn land(&mut self, tick: &Tick) -> Result<()> {
        let Some((answer, count)) = self.flying.front() else { return Ok(()) };
        let (count, start) = (*count, Instant::now());
        loop {
            match answer.recv_timeout(tick.slice()) {
                Ok(done) => {
                    done.map_err(|error| store_error(&error))?;
                    break;
                }
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(Error::new(ErrorKind::Internal, "a part was lost"));
                }
                Err(RecvTimeoutError::Timeout) => tick.check()?,
            }
        }
        self.flying.pop_front();
        self.counters.waited(start);
        self.counters.passed(count);
        self.parts += 1;
        events::uploaded(&self.place.nick, self.parts, count);
        Ok(())
    }

    fn put(&mut self, tick: &Tick) -> Result<()> {
        let (store, path) = (self.place.store()?, self.place.path.clone());
        let bytes = std::mem::take(&mut self.pending);
        let count = bytes.len() as u64;
        self.counters.requested();
        let start = Instant::now();
        let put = async move { store.put(&path, PutPayload::from(bytes)).await };
        run(put, tick)?.map_err(|error| store_error(&error))?;
        self.counters.waited(start);
        self.counters.passed(count);
        events::uploaded(&self.place.nick, 0, count);
        Ok(())
    }

    /// A part at least; larger ones once there are many, since their number is limited to 10,000.
    fn part_size(&self) -> usize {
        PART << (self.parts / 2_500).min(4)
    }
}

impl Sink for BucketSink {
    fn caps(&mut self, _: &Tick) -> Result<Caps> {
        Ok(Caps::APPEND)
    }

    fn write_at(&mut self, _: u64, bytes: &[u8], tick: &Tick) -> Result<()> {
        let mut rest = bytes;
        while !rest.is_empty() {
            let size = self.part_size();
            let (part, later) = rest.split_at(rest.len().min(size - self.pending.len().min(size)));
            alloc::reserve(&mut self.pending, part.len())?;
            self.pending.extend_from_slice(part);
            rest = later;
            if self.pending.len() >= size {
                self.send_part(tick)?;
            }
        }
        Ok(())
    }

    fn read_at(&mut self, _: u64, _: &mut [u8], _: &Tick) -> Result<usize> {
        Ok(0)
    }

    fn commit(&mut self, tick: &Tick) -> Result<()> {
        if self.upload.is_none() {
            return self.put(tick);
        }
        if !self.pending.is_empty() {
            self.send_part(tick)?;
        }
        while !self.flying.is_empty() {
            self.land(tick)?;
        }
        // Kept until that is known to have gone well, so that a failure can abort.
        let upload = Arc::new(tokio::sync::Mutex::new(self.upload.take()));
        let completing = upload.clone();
        self.counters.requested();
        let complete = async move {
            let mut upload = completing.lock().await;
            match &mut *upload {
                Some(upload) => upload.complete().await.map(|_| ()),
                None => Ok(()),
            }
        };
        let done = run(complete, tick).and_then(|done| done.map_err(|error| store_error(&error)));
        if done.is_err() {
            self.upload = upload.try_lock().ok().and_then(|mut upload| upload.take());
        }
        done
    }

    /// Takes back the parts, so that nothing of the object stays.
    fn abort(&mut self, error: &Error) {
        events::aborted(&self.place.nick, error);
        self.pending = Vec::new();
        let Some(mut upload) = self.upload.take() else { return };
        // Parts that arrive after the abort would stay.
        let end = Tick::with_deadline(Instant::now() + LONGEST_ABORT);
        while !self.flying.is_empty() && self.land(&end).is_ok() {}
        self.flying.clear();
        // There is nobody left to tell.
        drop(run(async move { upload.abort().await }, &end));
    }
}

/// Bytes of a part; the stores ask for 5 MiB at least.
const PART: usize = 8 << 20;
/// Parts on their way at the same time.
const MOST_FLYING: usize = 2;
const LONGEST_ABORT: Duration = Duration::from_secs(20);
/// How long the other side may take for a removal.
const PATIENCE: Duration = Duration::from_secs(10);
