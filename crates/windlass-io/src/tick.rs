//! The answer to "may I go on?": cancellation, deadlines, and whatever the caller watches.

use std::fmt::{self, Debug, Formatter};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, ThreadId};
use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};

use crate::{Error, ErrorKind, Result};

/// Asked by every loop that could run for long: once per row or block, not per pixel.
///
/// Clones are the same tick. Costs a load where there is neither a deadline nor a watch, else
/// also a look at the kernel's coarse clock, which may be late by some milliseconds.
#[derive(Clone, Default)]
pub struct Tick(Option<Arc<Inner>>);

struct Inner {
    cancelled: AtomicBool,
    deadline: Option<Instant>,
    /// The deadline on the coarse clock; the largest number if there is none.
    deadline_ms: u64,
    watch: Option<Watch>,
    /// A tick with which this one ends too.
    outer: Option<Tick>,
    callbacks: Mutex<Callbacks>,
}

/// What the thread that made the tick wants to look at now and then, such as Ctrl-C.
struct Watch {
    owner: ThreadId,
    /// Time between two looks.
    period_ms: u64,
    /// When to look again, on the coarse clock.
    next_ms: AtomicU64,
    look: Box<dyn Fn() -> Result<()> + Send + Sync>,
}

type Callback = Arc<dyn Fn() + Send + Sync>;

#[derive(Default)]
struct Callbacks {
    next: u64,
    list: Vec<(u64, Callback)>,
}

impl Tick {
    /// A tick that can be cancelled.
    pub fn new() -> Self {
        Self::build(None, None, None)
    }

    /// A tick that never stops anything, and that cannot be cancelled.
    pub const fn never() -> Self {
        Self(None)
    }

    /// A tick that can be cancelled, and that times out.
    pub fn with_deadline(deadline: Instant) -> Self {
        Self::build(Some(deadline), None, None)
    }

    /// A tick that ends with this one, and at `deadline` at the latest.
    #[must_use]
    pub fn until(&self, deadline: Instant) -> Self {
        Self::build(Some(deadline), None, self.0.is_some().then(|| self.clone()))
    }

    /// A tick that also asks `look`, about every 50 ms, on the thread that called this.
    ///
    /// An error of `look` is returned by [`Tick::check`] and cancels the tick for all others.
    pub fn watched(
        deadline: Option<Instant>,
        look: impl Fn() -> Result<()> + Send + Sync + 'static,
    ) -> Self {
        Self::build(deadline, Some(Watch::new(WATCH_PERIOD_MS, look)), None)
    }

    /// A tick that ends with this one, that can be cancelled alone, and that also asks `look` as
    /// [`Tick::watched`] does, but about every 10 ms, so it should cost little.
    #[must_use]
    pub fn inner(&self, look: impl Fn() -> Result<()> + Send + Sync + 'static) -> Self {
        let watch = Watch::new(INNER_PERIOD_MS, look);
        Self::build(None, Some(watch), self.0.is_some().then(|| self.clone()))
    }

    /// True for what [`Tick::check`] answers everybody once a tick was cancelled: a consequence, of
    /// which somebody else knows the reason.
    pub fn is_consequence(error: &Error) -> bool {
        error.kind() == ErrorKind::Cancelled
            && error.cause().is_none()
            && error.message() == CANCELLED
    }

    fn build(deadline: Option<Instant>, watch: Option<Watch>, outer: Option<Self>) -> Self {
        Self(Some(Arc::new(Inner {
            cancelled: AtomicBool::new(false),
            deadline,
            deadline_ms: deadline.map_or(u64::MAX, deadline_ms),
            watch,
            outer,
            callbacks: Mutex::default(),
        })))
    }

    /// Fails with kind `Cancelled` or `Timeout` where the work should end.
    #[inline]
    pub fn check(&self) -> Result<()> {
        match &self.0 {
            None => Ok(()),
            Some(inner) if inner.cancelled.load(Ordering::Relaxed) => Err(cancelled()),
            // one with an outer tick has a deadline or a watch
            Some(inner) if inner.deadline.is_none() && inner.watch.is_none() => Ok(()),
            Some(inner) => self.look(inner),
        }
    }

    #[cold]
    fn look(&self, inner: &Inner) -> Result<()> {
        if let Some(outer) = &inner.outer {
            outer.check()?;
        }
        let now = coarse_ms();
        if now >= inner.deadline_ms {
            return Err(Error::new(ErrorKind::Timeout, "the deadline has passed"));
        }
        match inner.watch.as_ref().filter(|watch| watch.is_due(now)) {
            Some(watch) => (watch.look)().inspect_err(|_| self.cancel()),
            None => Ok(()),
        }
    }

    /// True once [`Tick::cancel`] was called.
    pub fn is_cancelled(&self) -> bool {
        self.0.as_ref().is_some_and(|inner| {
            inner.cancelled.load(Ordering::Relaxed)
                || inner.outer.as_ref().is_some_and(Self::is_cancelled)
        })
    }

    /// When the work has to be done, if there is a deadline.
    pub fn deadline(&self) -> Option<Instant> {
        let inner = self.0.as_ref()?;
        let outer = inner.outer.as_ref().and_then(Self::deadline);
        [inner.deadline, outer].into_iter().flatten().min()
    }

    /// How long a wait may last before the tick has to be checked again, at most 20 ms.
    pub fn slice(&self) -> Duration {
        let left = self.deadline().map(|end| end.saturating_duration_since(Instant::now()));
        left.map_or(SLICE, |left| left.min(SLICE))
    }

    /// True for a tick that never stops anything, so that waits may be without end.
    pub fn is_never(&self) -> bool {
        self.0.is_none()
    }

    /// Ends the work of everybody who checks this tick, and calls who waits for that.
    pub fn cancel(&self) {
        let Some(inner) = &self.0 else { return };
        if inner.cancelled.swap(true, Ordering::SeqCst) {
            return;
        }
        // Called without the lock: a callback may take locks of its own.
        let callbacks = std::mem::take(&mut inner.callbacks().list);
        for (_, callback) in &callbacks {
            callback();
        }
    }

    /// Calls `callback` when the tick is cancelled; at once if it is already.
    ///
    /// Dropping the guard takes the callback back; it may still be running then.
    #[must_use = "dropping the guard takes the callback back"]
    pub fn on_cancel(&self, callback: impl Fn() + Send + Sync + 'static) -> CancelGuard {
        let Some(inner) = &self.0 else { return CancelGuard { tick: Self::never(), id: 0 } };
        let callback: Callback = Arc::new(callback);
        let mut callbacks = inner.callbacks();
        let id = callbacks.next;
        callbacks.next += 1;
        callbacks.list.push((id, callback.clone()));
        drop(callbacks);
        // Whoever cancels sets the flag first and takes the list next: either he finds the
        // callback there, or we find the flag here.
        let guard = CancelGuard { tick: self.clone(), id };
        if inner.cancelled.load(Ordering::SeqCst) && guard.remove() {
            callback();
        }
        guard
    }
}

impl Debug for Tick {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mut tick = f.debug_struct("Tick");
        tick.field("cancelled", &self.is_cancelled()).field("deadline", &self.deadline()).finish()
    }
}

impl Inner {
    fn callbacks(&self) -> MutexGuard<'_, Callbacks> {
        self.callbacks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Watch {
    fn new(period_ms: u64, look: impl Fn() -> Result<()> + Send + Sync + 'static) -> Self {
        let next_ms = AtomicU64::new(coarse_ms() + period_ms);
        Self { owner: thread::current().id(), period_ms, next_ms, look: Box::new(look) }
    }

    /// True once in a period, on the owner's thread.
    fn is_due(&self, now: u64) -> bool {
        // The clock first, since that is cheaper than asking which thread this is.
        let due = now >= self.next_ms.load(Ordering::Relaxed);
        let due = due && thread::current().id() == self.owner;
        if due {
            self.next_ms.store(now + self.period_ms, Ordering::Relaxed);
        }
        due
    }
}

/// Holds a callback of [`Tick::on_cancel`].
#[derive(Debug)]
pub struct CancelGuard {
    tick: Tick,
    id: u64,
}

impl CancelGuard {
    /// Takes the callback back; false if it was called, or is about to be.
    fn remove(&self) -> bool {
        let Some(inner) = &self.tick.0 else { return false };
        let mut callbacks = inner.callbacks();
        let before = callbacks.list.len();
        callbacks.list.retain(|(id, _)| *id != self.id);
        callbacks.list.len() < before
    }
}

impl Drop for CancelGuard {
    fn drop(&mut self) {
        self.remove();
    }
}

fn cancelled() -> Error {
    Error::new(ErrorKind::Cancelled, CANCELLED)
}

/// Milliseconds of a clock that is cheap to read: the time of the last interrupt.
fn coarse_ms() -> u64 {
    #[cfg(target_os = "linux")]
    let clock = ClockId::MonotonicCoarse;
    #[cfg(not(target_os = "linux"))]
    let clock = ClockId::Monotonic;
    let now = clock_gettime(clock);
    now.tv_sec as u64 * 1000 + now.tv_nsec as u64 / 1_000_000
}

/// A deadline on the coarse clock, rounded up.
fn deadline_ms(deadline: Instant) -> u64 {
    let left = deadline.saturating_duration_since(Instant::now());
    let left = u64::try_from(left.as_nanos().div_ceil(1_000_000)).unwrap_or(u64::MAX);
    coarse_ms().saturating_add(left)
}

/// Longest wait without a look at the tick.
const SLICE: Duration = Duration::from_millis(20);
/// Time between two looks of a watch.
const WATCH_PERIOD_MS: u64 = 50;
/// The same for an inner tick.
const INNER_PERIOD_MS: u64 = 10;
const CANCELLED: &str = "cancelled";

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicUsize;

    #[test]
    fn cancel_reaches_every_clone() {
        let tick = Tick::new();
        let clone = tick.clone();
        assert!(clone.check().is_ok());
        tick.cancel();
        assert_eq!(clone.check().unwrap_err().kind(), ErrorKind::Cancelled);
        assert!(clone.is_cancelled());
    }

    #[test]
    fn deadline_is_a_timeout() {
        let tick = Tick::with_deadline(Instant::now());
        assert_eq!(tick.check().unwrap_err().kind(), ErrorKind::Timeout);
        let tick = Tick::with_deadline(Instant::now() + Duration::from_mins(1));
        assert!(tick.check().is_ok());
        assert!(tick.slice() <= SLICE);
    }

    #[test]
    fn an_inner_tick_ends_with_the_outer_one() {
        let outer = Tick::new();
        let inner = outer.until(Instant::now() + Duration::from_mins(1));
        assert!(inner.check().is_ok());
        outer.cancel();
        assert_eq!(inner.check().unwrap_err().kind(), ErrorKind::Cancelled);
        assert!(inner.is_cancelled());
        let outer = Tick::with_deadline(Instant::now() + Duration::from_mins(1));
        assert_eq!(outer.until(Instant::now()).check().unwrap_err().kind(), ErrorKind::Timeout);
        assert!(outer.check().is_ok());
    }

    #[test]
    fn never_cannot_be_cancelled() {
        let tick = Tick::never();
        tick.cancel();
        assert!(tick.check().is_ok() && !tick.is_cancelled());
    }

    #[test]
    fn callbacks_run_once_and_can_be_taken_back() {
        let tick = Tick::new();
        let count = Arc::new(AtomicUsize::new(0));
        let add = |n: usize| {
            let count = count.clone();
            move || {
                count.fetch_add(n, Ordering::SeqCst);
            }
        };
        let kept = tick.on_cancel(add(1));
        drop(tick.on_cancel(add(10)));
        tick.cancel();
        tick.cancel();
        assert_eq!(count.load(Ordering::SeqCst), 1);
        let late = tick.on_cancel(add(100));
        assert_eq!(count.load(Ordering::SeqCst), 101);
        drop((kept, late));
    }

    #[test]
    fn a_callback_may_use_the_tick() {
        let tick = Tick::new();
        let inner = tick.clone();
        let guard = tick.on_cancel(move || drop(inner.on_cancel(|| ())));
        tick.cancel();
        drop(guard);
    }

    #[test]
    fn watch_runs_on_its_thread_only() {
        let tick = Tick::watched(None, || Err(Error::new(ErrorKind::Cancelled, "ctrl-c")));
        thread::sleep(Duration::from_millis(2 * WATCH_PERIOD_MS));
        let other = tick.clone();
        thread::scope(|scope| scope.spawn(move || other.check()).join().unwrap()).unwrap();
        assert_eq!(tick.check().unwrap_err().message(), "ctrl-c");
        assert_eq!(tick.check().unwrap_err().message(), "cancelled");
    }

    #[test]
    fn an_inner_tick_tells_the_reason_to_who_looks_and_its_consequence_to_others() {
        let inner = Tick::never().inner(|| Err(Error::new(ErrorKind::Cancelled, "killed")));
        thread::sleep(Duration::from_millis(5 * INNER_PERIOD_MS));
        let reason = inner.check().unwrap_err();
        assert_eq!(reason.message(), "killed");
        assert!(!Tick::is_consequence(&reason));
        assert!(Tick::is_consequence(&inner.check().unwrap_err()));
    }
}
