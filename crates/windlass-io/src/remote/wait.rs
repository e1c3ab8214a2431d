//! Waiting for other machines so that a cancelled tick, or the end of the connection, ends it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use crate::wait::lock;
use crate::{Error, ErrorKind, Result};

/// Tells the threads of a connection that nobody needs them any more.
#[derive(Clone, Default)]
pub(crate) struct Stop(Arc<Inner>);

#[derive(Default)]
struct Inner {
    stopped: AtomicBool,
    lock: Mutex<()>,
    changed: Condvar,
}

impl Stop {
    pub(crate) fn stop(&self) {
        self.0.stopped.store(true, Ordering::SeqCst);
        drop(lock(&self.0.lock));
        self.0.changed.notify_all();
    }

    pub(crate) fn is_stopped(&self) -> bool {
        self.0.stopped.load(Ordering::SeqCst)
    }

    /// Fails if the connection has ended.
    pub(crate) fn check(&self) -> Result<()> {
        if self.is_stopped() {
            return Err(Error::new(ErrorKind::Cancelled, "the connection was closed"));
        }
        Ok(())
    }

    /// Sleeps, unless the connection ends meanwhile.
    pub(crate) fn sleep(&self, pause: Duration) -> Result<()> {
        let end = Instant::now() + pause;
        let mut guard = lock(&self.0.lock);
        while !self.is_stopped() {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            guard = match self.0.changed.wait_timeout(guard, left) {
                Ok((guard, _)) => guard,
                Err(poisoned) => poisoned.into_inner().0,
            };
        }
        drop(guard);
        self.check()
    }
}

/// The pauses between attempts: longer each time, until something went well.
pub(crate) struct Backoff {
    most: u32,
    attempts: u32,
}

impl Backoff {
    /// At most `most` attempts after the first one.
    pub(crate) fn new(most: u32) -> Self {
        Self { most, attempts: 0 }
    }

    /// Something went well.
    pub(crate) fn reset(&mut self) {
        self.attempts = 0;
    }

    /// How many attempts there were in a row.
    pub(crate) fn attempts(&self) -> u32 {
        self.attempts
    }

    /// The pause before the next attempt, at least `asked`; `None` if there is to be none.
    pub(crate) fn next(&mut self, asked: Option<Duration>) -> Option<Duration> {
        if self.attempts >= self.most || asked.is_some_and(|asked| asked > LONGEST_ASKED) {
            return None;
        }
        let pause = FIRST_PAUSE.saturating_mul(1 << self.attempts.min(10)).min(LONGEST_PAUSE);
        self.attempts += 1;
        Some(pause.max(asked.unwrap_or_default()))
    }
}

const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// Longest pause that a server may ask for.
const LONGEST_ASKED: Duration = Duration::from_mins(1);
