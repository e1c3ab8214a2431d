//! What a connection has done so far.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// What a connection has done since it was made, by all its readers and writers.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct Stats {
    /// Bytes that came from the other side, or went there.
    pub bytes: u64,
    /// Requests to the other side, those that were tried again included; for files and callbacks
    /// the reads or writes.
    pub requests: u64,
    /// Reads that were answered from the cache without a wait.
    pub cache_hits: u64,
    /// Requests that were made again after a failure.
    pub retries: u64,
    /// Time that readers and writers waited for the other side, summed over threads.
    pub wait: Duration,
}

/// The counters behind [`Stats`], shared by all who work for a connection.
#[derive(Default, Debug)]
pub struct Counters {
    bytes: AtomicU64,
    requests: AtomicU64,
    hits: AtomicU64,
    retries: AtomicU64,
    wait: AtomicU64,
}

impl Counters {
    /// The values now.
    pub fn stats(&self) -> Stats {
        Stats {
            bytes: self.bytes.load(Ordering::Relaxed),
            requests: self.requests.load(Ordering::Relaxed),
            cache_hits: self.hits.load(Ordering::Relaxed),
            retries: self.retries.load(Ordering::Relaxed),
            wait: Duration::from_nanos(self.wait.load(Ordering::Relaxed)),
        }
    }

    /// Counts bytes that passed.
    pub fn passed(&self, bytes: u64) {
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Counts a request.
    pub fn requested(&self) {
        self.requests.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts a read that was answered from memory.
    pub fn hit(&self) {
        self.hits.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts a request that is made again.
    pub fn retried(&self) {
        self.retries.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts the time since `start` as waited.
    pub fn waited(&self, start: Instant) {
        let nanoseconds = u64::try_from(start.elapsed().as_nanos()).unwrap_or(u64::MAX);
        self.wait.fetch_add(nanoseconds, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts() {
        let counters = Counters::default();
        counters.requested();
        counters.passed(7);
        counters.passed(5);
        counters.hit();
        counters.retried();
        counters.waited(Instant::now().checked_sub(Duration::from_millis(3)).unwrap());
        let stats = counters.stats();
        assert_eq!((stats.bytes, stats.requests), (12, 1));
        assert_eq!((stats.cache_hits, stats.retries), (1, 1));
        assert!(stats.wait >= Duration::from_millis(3));
    }
}
