//! Many objects on their way at the same time.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use bytes::Bytes;

use crate::stats::Counters;
use crate::wait::lock;
use crate::{Error, Objects, Result, Stats, Tick};

/// A place that takes objects by their names. Called by several threads at once.
pub(crate) trait Shelf: Send + Sync + 'static {
    /// Stores an object.
    fn send(&self, name: &str, bytes: &[u8]) -> Result<()>;
    /// Makes all that is being sent fail soon.
    fn stop(&self);
    /// Removes objects in the order of their names here, as far as that is possible before the
    /// tick ends, and while the other side answers. Not all of them may be there.
    fn remove(&self, names: &[&str], tick: &Tick);
}

/// Uploads of many objects at the same time.
pub(crate) struct Uploads<S> {
    shared: Arc<Shared<S>>,
}

struct Shared<S> {
    shelf: S,
    counters: Arc<Counters>,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    queue: VecDeque<(String, Bytes)>,
    bytes: usize,
    threads: usize,
    busy: usize,
    error: Option<Error>,
    /// What was sent, each name with a zero behind it: there may be millions.
    sent: String,
}

impl<S: Shelf> Uploads<S> {
    pub(crate) fn new(counters: Arc<Counters>, shelf: S) -> Self {
        let (state, changed) = (Mutex::default(), Condvar::new());
        Self { shared: Arc::new(Shared { shelf, counters, state, changed }) }
    }

    /// Waits until `done` says so, or an upload has failed.
    fn wait(&self, tick: &Tick, done: impl Fn(&State) -> bool) -> Result<()> {
        let start = Instant::now();
        loop {
            let state = lock(&self.shared.state);
            if let Some(error) = &state.error {
                return Err(error.clone());
            }
            if done(&state) {
                break;
            }
            drop(self.shared.changed.wait_timeout(state, tick.slice()));
            tick.check()?;
        }
        self.shared.counters.waited(start);
        Ok(())
    }
}

impl<S: Shelf> Objects for Uploads<S> {
    fn put(&self, name: &str, bytes: Bytes, tick: &Tick) -> Result<()> {
        self.wait(tick, |state| state.queue.len() < MOST_QUEUED && state.bytes < MOST_BYTES)?;
        let mut state = lock(&self.shared.state);
        state.bytes += bytes.len();
        state.queue.push_back((name.to_owned(), bytes));
        if state.threads < MOST_THREADS && state.queue.len() + state.busy > state.threads {
            let shared = self.shared.clone();
            let thread = thread::Builder::new().name("windlass-io".to_owned());
            match thread.spawn(move || shared.work()) {
                Ok(_) => state.threads += 1,
                Err(error) if state.threads == 0 => return Err(error.into()),
                Err(_) => {}
            }
        }
        Ok(())
    }

    fn settle(&self, tick: &Tick) -> Result<()> {
        self.wait(tick, |state| state.queue.is_empty() && state.busy == 0)
    }

    fn commit(&self, tick: &Tick) -> Result<()> {
        self.settle(tick)
    }

    fn abort(&self, error: &Error) {
        let shared = &self.shared;
        let mut state = lock(&shared.state);
        state.queue.clear();
        state.error.get_or_insert_with(|| error.clone());
        shared.changed.notify_all();
        drop(state);
        // What arrives after it was removed would stay.
        shared.calm(LAST_ARRIVALS);
        shared.shelf.stop();
        shared.calm(LAST_ANSWERS);
        let sent = std::mem::take(&mut lock(&shared.state).sent);
        // Manifests came last, and go first.
        let names: Vec<&str> = sent.split_terminator('\0').rev().collect();
        if !names.is_empty() {
            let end = Tick::with_deadline(Instant::now() + LONGEST_REMOVAL);
            shared.shelf.remove(&names, &end);
        }
    }

    fn stats(&self) -> Stats {
        self.shared.counters.stats()
    }
}

impl<S: Shelf> Shared<S> {
    /// Waits until nothing is being sent, for a while.
    fn calm(&self, most: Duration) {
        let end = Tick::with_deadline(Instant::now() + most);
        let mut state = lock(&self.state);
        while state.busy > 0 && end.check().is_ok() {
            drop(self.changed.wait_timeout(state, end.slice()));
            state = lock(&self.state);
        }
    }

    /// What a thread does, until the queue is empty.
    fn work(self: Arc<Self>) {
        let mut state = lock(&self.state);
        while let Some((name, bytes)) = state.queue.pop_front() {
            state.busy += 1;
            state.sent.push_str(&name);
            state.sent.push('\0');
            drop(state);
            let sent = self.shelf.send(&name, &bytes);
            state = lock(&self.state);
            state.busy -= 1;
            state.bytes = state.bytes.saturating_sub(bytes.len());
            if let Err(error) = sent {
                state.queue.clear();
                state.error.get_or_insert(error.with("object", name));
            }
            self.changed.notify_all();
        }
        state.threads -= 1;
    }
}

const MOST_THREADS: usize = 8;
const MOST_QUEUED: usize = 64;
/// Bytes of objects that wait.
const MOST_BYTES: usize = 16 << 20;
/// How long an abort waits for what is being sent.
const LAST_ARRIVALS: Duration = Duration::from_secs(1);
/// How long it waits for what it has told to stop.
const LAST_ANSWERS: Duration = Duration::from_secs(2);
/// How long an abort may take to remove what was stored.
const LONGEST_REMOVAL: Duration = Duration::from_mins(1);
