//! The pages that fresh memory is made of.
//!
//! Where the system has large ones at hand, they cost a seventh of small ones at the first touch. But a
//! virtual machine may hand free memory back to its host, and those of large pages are what it hands
//! back: then each of them is fetched, zeroed and mapped again, which took four times as long as small
//! pages did. Nothing tells the one from the other but the time that it takes.

use std::mem::MaybeUninit;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// Bytes of a small page and of a large one.
const SMALL: usize = 4 << 10;
const LARGE: usize = 2 << 20;
/// Fewer bytes are not worth a call.
const LEAST: usize = 4 << 20;
/// Bytes that are touched in a microsecond, at least, where large pages are at hand: a sixth of what was
/// seen. Where they come from the host it was less than half of it.
const PACE: u128 = 2 << 10;
/// Slow strips after which it is no chance.
const MOST_SLOW: u32 = 2;

/// The pages of memory that is written in strips.
#[derive(Debug)]
pub(crate) struct Pages {
    start: usize,
    bytes: usize,
    slow: AtomicU32,
}

impl Pages {
    /// Asks for large pages, where they are worth it; no is an answer.
    ///
    /// What is made here must be gone before `memory` is.
    pub(crate) fn large(memory: &mut [MaybeUninit<u8>]) -> Self {
        let start = memory.as_mut_ptr();
        let ahead = start.align_offset(SMALL).min(memory.len());
        let whole = (memory.len() - ahead) / SMALL * SMALL;
        let bytes = if memory.len() < LEAST { 0 } else { whole };
        let pages = Self { start: start.addr() + ahead, bytes, slow: AtomicU32::new(0) };
        if bytes > 0 {
            pages.advise(true);
        }
        pages
    }

    /// For the time of a strip, where that counts.
    pub(crate) fn watch(&self) -> Watch {
        if self.bytes > 0 { Watch::start() } else { Watch(None) }
    }

    /// A strip of `bytes` was touched in `time` of its thread: where that is slow, no more large pages
    /// are asked for.
    pub(crate) fn touched(&self, bytes: usize, time: Option<Duration>) {
        let Some(time) = time.filter(|_| self.bytes > 0) else { return };
        if time.as_micros() * PACE > (bytes + LARGE) as u128
            && self.slow.fetch_add(1, Ordering::Relaxed) + 1 == MOST_SLOW
        {
            self.advise(false);
        }
    }

    #[cfg(target_os = "linux")]
    fn advise(&self, large: bool) {
        use rustix::mm::Advice;
        let advice = if large { Advice::LinuxHugepage } else { Advice::LinuxNoHugepage };
        let start = std::ptr::without_provenance_mut(self.start);
        // SAFETY: whole pages of the memory that this was made for, which is still there; the advice
        // changes no content, and asks nothing of who writes there.
        let _ = unsafe { rustix::mm::madvise(start, self.bytes, advice) };
    }

    #[cfg(not(target_os = "linux"))]
    fn advise(&self, _large: bool) {}
}

/// Measures the time that a thread works, whatever else runs on its processor.
pub(crate) struct Watch(Option<Duration>);

impl Watch {
    fn start() -> Self {
        Self(worked())
    }

    /// The time since the start; nothing where it can't be told.
    pub(crate) fn time(&self) -> Option<Duration> {
        let start = self.0?;
        worked()?.checked_sub(start)
    }
}

#[cfg(target_os = "linux")]
fn worked() -> Option<Duration> {
    use rustix::time::{ClockId, clock_gettime};
    clock_gettime(ClockId::ThreadCPUTime).try_into().ok()
}

#[cfg(not(target_os = "linux"))]
fn worked() -> Option<Duration> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slow_strips_end_the_asking_once() {
        let mut memory: Vec<u8> = Vec::with_capacity(LEAST);
        let pages = Pages::large(&mut memory.spare_capacity_mut()[..LEAST]);
        let (fast, slow) = (Duration::from_micros(10), Duration::from_millis(9));
        pages.touched(1 << 20, Some(fast));
        pages.touched(1 << 20, None);
        assert_eq!(pages.slow.load(Ordering::Relaxed), 0);
        (0..5).for_each(|_| pages.touched(1 << 20, Some(slow)));
        assert_eq!(pages.slow.load(Ordering::Relaxed), 5);
    }

    #[test]
    fn small_memory_is_left_alone() {
        let mut memory: Vec<u8> = Vec::with_capacity(LEAST);
        let pages = Pages::large(&mut memory.spare_capacity_mut()[..LEAST - 1]);
        pages.touched(100, Some(Duration::from_secs(1)));
        assert_eq!((pages.bytes, pages.slow.into_inner()), (0, 0));
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn the_watch_runs_while_the_thread_works() {
        let watch = Watch::start();
        let mut sum = 0_u64;
        while watch.time() < Some(Duration::from_micros(50)) {
            sum = std::hint::black_box(sum + 1);
        }
        assert!(sum > 0);
    }
}
