//! Many objects on their way at the same time.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::Instant;

use bytes::Bytes;

use super::Stop;
use crate::stats::Counters;
use crate::wait::lock;
use crate::{Error, Objects, Result, Stats, Tick};

type Upload = Box<dyn Fn(&str, &[u8]) -> Result<()> + Send + Sync>;

/// Uploads of many objects at the same time.
pub(crate) struct Uploads {
    shared: Arc<Shared>,
}

struct Shared {
    send: Upload,
    counters: Arc<Counters>,
    stop: Stop,
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
}

impl Uploads {
    pub(crate) fn new(
        counters: Arc<Counters>,
        stop: Stop,
        send: impl Fn(&str, &[u8]) -> Result<()> + Send + Sync + 'static,
    ) -> Self {
        let (state, changed) = (Mutex::default(), Condvar::new());
        Self { shared: Arc::new(Shared { send: Box::new(send), counters, stop, state, changed }) }
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

impl Objects for Uploads {
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
        self.shared.stop.stop();
        let mut state = lock(&self.shared.state);
        state.queue.clear();
        state.error.get_or_insert_with(|| error.clone());
        self.shared.changed.notify_all();
    }

    fn stats(&self) -> Stats {
        self.shared.counters.stats()
    }
}

impl Shared {
    /// What a thread does, until the queue is empty.
    fn work(self: Arc<Self>) {
        let mut state = lock(&self.state);
        while let Some((name, bytes)) = state.queue.pop_front() {
            state.busy += 1;
            drop(state);
            let sent = (self.send)(&name, &bytes);
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
