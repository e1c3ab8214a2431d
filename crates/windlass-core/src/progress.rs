//! Progress of evaluations: who is told, and what.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use windlass_io::Result;

/// What happened.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(clippy::exhaustive_enums, reason = "the three signals of the reference")]
pub enum Event {
    /// An evaluation starts
    PreEval,
    /// Some of it is done
    Eval,
    /// It is over
    PostEval,
}

/// How far an evaluation is.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "read by watchers")]
pub struct State {
    /// Time since the start
    pub run: Duration,
    /// Estimated time to the end
    pub eta: Duration,
    /// Pixels of the image being evaluated
    pub tpels: u64,
    /// Pixels done
    pub npels: u64,
}

impl State {
    /// Done, in percent.
    pub fn percent(&self) -> u32 {
        (self.npels * 100 / self.tpels.max(1)) as u32
    }
}

/// Somebody who is told, on the thread that evaluates. An error ends the evaluation and reaches
/// its caller.
pub trait Watcher: Send + Sync {
    /// Called for each event.
    fn event(&self, event: Event, state: &State) -> Result<()>;
}

/// The watchers of an image and of what is made from it.
#[derive(Default)]
pub struct Progress {
    enabled: AtomicBool,
    watchers: Mutex<Vec<Arc<dyn Watcher>>>,
}

impl fmt::Debug for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Progress").field("enabled", &self.is_enabled()).finish_non_exhaustive()
    }
}

impl Progress {
    /// Whether watchers are told.
    pub fn is_enabled(&self) -> bool {
        self.enabled.load(Ordering::Relaxed)
    }

    /// Says whether watchers are told.
    pub fn enable(&self, enabled: bool) {
        self.enabled.store(enabled, Ordering::Relaxed);
    }

    /// Adds a watcher.
    pub fn watch(&self, watcher: Arc<dyn Watcher>) {
        self.watchers.lock().unwrap_or_else(PoisonError::into_inner).push(watcher);
    }

    fn tell(&self, event: Event, state: &State) -> Result<()> {
        // a watcher may add another: no lock is held while it runs
        let watchers = self.watchers.lock().unwrap_or_else(PoisonError::into_inner).clone();
        watchers.iter().try_for_each(|watcher| watcher.event(event, state))
    }
}

/// One evaluation as its watchers see it.
pub(crate) struct Meter {
    progress: Option<Arc<Progress>>,
    start: Instant,
    last: Instant,
    tpels: u64,
}

impl Meter {
    /// Tells of the start.
    pub(crate) fn start(progress: Option<Arc<Progress>>, tpels: u64) -> Result<Self> {
        let now = Instant::now();
        let progress = progress.filter(|progress| progress.is_enabled());
        let meter = Self { progress, start: now, last: now, tpels };
        meter.tell(Event::PreEval, 0)?;
        Ok(meter)
    }

    /// Tells how far it is, at most every few milliseconds.
    pub(crate) fn step(&mut self, npels: u64) -> Result<()> {
        if self.progress.is_none() || self.last.elapsed() < Duration::from_millis(5) {
            return Ok(());
        }
        self.last = Instant::now();
        self.tell(Event::Eval, npels.min(self.tpels))
    }

    /// Tells of the end; of one that went well and was more than a moment's work, a last `eval` first.
    pub(crate) fn finish(self, done: bool) -> Result<()> {
        const MOMENT: u64 = 1 << 16;
        if done && self.tpels > MOMENT {
            self.tell(Event::Eval, self.tpels)?;
        }
        self.tell(Event::PostEval, self.tpels)
    }

    fn tell(&self, event: Event, npels: u64) -> Result<()> {
        let Some(progress) = &self.progress else { return Ok(()) };
        let run = self.start.elapsed();
        let left = self.tpels.saturating_sub(npels) as f64 / npels.max(1) as f64;
        let eta = if npels == 0 { Duration::ZERO } else { run.mul_f64(left.min(1e6)) };
        progress.tell(event, &State { run, eta, tpels: self.tpels, npels })
    }
}
