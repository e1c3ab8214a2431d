//! Waiting for descriptors and for turns, so that a cancelled tick ends the wait.

use std::io;
use std::os::fd::AsFd;
use std::process;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError, TryLockError};
use std::thread::{self, ThreadId};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

use crate::{Error, ErrorKind, Result, Tick};

/// Waits until a read would not block, in slices in which the tick is looked at.
pub(crate) fn readable(descriptor: impl AsFd, tick: &Tick) -> Result<()> {
    ready(descriptor, PollFlags::IN, tick)
}

/// Waits until a write of up to 4096 bytes would not block.
pub(crate) fn writable(descriptor: impl AsFd, tick: &Tick) -> Result<()> {
    ready(descriptor, PollFlags::OUT, tick)
}

/// Writes as many of `bytes` as `descriptor` takes without blocking; none where it cannot tell.
#[cfg(target_os = "linux")]
pub(crate) fn written(descriptor: impl AsFd, bytes: &[u8]) -> Option<io::Result<usize>> {
    use rustix::io::{ReadWriteFlags, pwritev2};

    const HERE: u64 = u64::MAX;
    match pwritev2(descriptor, &[io::IoSlice::new(bytes)], HERE, ReadWriteFlags::NOWAIT) {
        Err(Errno::OPNOTSUPP | Errno::NOSYS | Errno::INVAL) => None,
        result => Some(result.map_err(io::Error::from)),
    }
}

/// Here no descriptor can tell.
#[cfg(not(target_os = "linux"))]
pub(crate) fn written(_: impl AsFd, _: &[u8]) -> Option<io::Result<usize>> {
    None
}

fn ready(descriptor: impl AsFd, flags: PollFlags, tick: &Tick) -> Result<()> {
    loop {
        tick.check()?;
        let slice = (!tick.is_never()).then(|| tick.slice());
        let timeout = slice.and_then(|slice| Timespec::try_from(slice).ok());
        // An error or a hang-up counts as ready: the read or write will say what it is.
        match poll(&mut [PollFd::new(&descriptor, flags)], timeout.as_ref()) {
            Ok(0) | Err(Errno::INTR) => {}
            Ok(_) => return Ok(()),
            Err(errno) => return Err(io::Error::from(errno).into()),
        }
    }
}

/// Runs `work` so that a cancelled tick ends the wait for it; `stop` is called then.
#[cfg(any(feature = "http", feature = "postgres", feature = "sqlite"))]
pub(crate) fn detached<T: Send + 'static>(
    tick: &Tick,
    work: impl FnOnce() -> Result<T> + Send + 'static,
    stop: impl FnOnce(),
) -> Result<T> {
    use std::sync::mpsc::{RecvTimeoutError, sync_channel};

    tick.check()?;
    if tick.is_never() {
        return work();
    }
    let (send, receive) = sync_channel(1);
    let thread = thread::Builder::new().name("windlass-io".to_owned());
    // The receiver may be gone, then nobody wants the result.
    thread.spawn(move || drop(send.send(work())))?;
    loop {
        match receive.recv_timeout(tick.slice()) {
            Ok(result) => return result,
            Err(RecvTimeoutError::Disconnected) => {
                return Err(Error::new(ErrorKind::Internal, "a thread of the connection failed"));
            }
            Err(RecvTimeoutError::Timeout) => {}
        }
        if let Err(error) = tick.check() {
            stop();
            return Err(error);
        }
    }
}

/// Locks a mutex; one that was poisoned holds values that are still right.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A lock that is only ever held for a moment, and that a fork may have copied while a thread held
/// it, which nobody gives back in the child.
pub(crate) struct Brief<T> {
    mutex: Mutex<T>,
    process: u32,
}

impl<T> Brief<T> {
    pub(crate) fn new(value: T) -> Self {
        Self { mutex: Mutex::new(value), process: process::id() }
    }

    /// Locks; in a child it fails where the lock is not given back.
    pub(crate) fn lock(&self) -> Result<MutexGuard<'_, T>> {
        if process::id() == self.process {
            return Ok(lock(&self.mutex));
        }
        let end = Instant::now() + LONGEST_MOMENT;
        loop {
            match self.mutex.try_lock() {
                Ok(guard) => return Ok(guard),
                Err(TryLockError::Poisoned(poisoned)) => return Ok(poisoned.into_inner()),
                Err(TryLockError::WouldBlock) if Instant::now() < end => {
                    thread::sleep(Duration::from_millis(1));
                }
                Err(TryLockError::WouldBlock) => {
                    return Err(unusable("was in use when the process forked"));
                }
            }
        }
    }
}

/// A value that one thread at a time takes out, for as long as it needs.
///
/// No lock is held meanwhile, so foreign code may run with the value, and who waits can be
/// cancelled.
pub(crate) struct Turn<T> {
    slot: Brief<Slot<T>>,
    free: Condvar,
}

struct Slot<T> {
    value: Option<T>,
    holder: Option<(u32, ThreadId)>,
}

impl<T> Turn<T> {
    pub(crate) fn new(value: T) -> Self {
        Self { slot: Brief::new(Slot { value: Some(value), holder: None }), free: Condvar::new() }
    }

    /// The value, as soon as nobody else has it.
    ///
    /// Fails where the wait could have no end: the thread has the value already, because a
    /// handler uses the connection that it serves, or the holder was lost in a fork.
    pub(crate) fn take(&self, tick: &Tick) -> Result<Lease<'_, T>> {
        let me = (process::id(), thread::current().id());
        loop {
            let mut slot = self.slot.lock()?;
            if let Some(value) = slot.value.take() {
                slot.holder = Some(me);
                return Ok(Lease { turn: self, value: Some(value) });
            }
            match slot.holder {
                Some(holder) if holder == me => return Err(unusable("is used by its own handler")),
                Some((process, _)) if process != me.0 => {
                    return Err(unusable("was in use when the process forked"));
                }
                Some(_) | None => {}
            }
            drop(self.free.wait_timeout(slot, tick.slice()));
            // Without the lock: a watch may run foreign code.
            tick.check()?;
        }
    }
}

fn unusable(why: &str) -> Error {
    Error::new(ErrorKind::Unsupported, format!("the connection {why}"))
}

/// The value of a [`Turn`], given back when dropped.
pub(crate) struct Lease<'a, T> {
    turn: &'a Turn<T>,
    value: Option<T>,
}

impl<T> std::ops::Deref for Lease<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.value.as_ref().expect("taken out by drop alone")
    }
}

impl<T> std::ops::DerefMut for Lease<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        self.value.as_mut().expect("taken out by drop alone")
    }
}

impl<T> Drop for Lease<'_, T> {
    fn drop(&mut self) {
        // Not to be had only in a child whose parent held it: then nobody can wait for the value.
        let Ok(mut slot) = self.turn.slot.lock() else { return };
        slot.value = self.value.take();
        slot.holder = None;
        drop(slot);
        self.turn.free.notify_one();
    }
}

/// How long a lock may be held that is held for a moment.
const LONGEST_MOMENT: Duration = Duration::from_secs(2);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_at_a_time() {
        let turn = Turn::new(0_u32);
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..100 {
                        *turn.take(&Tick::never()).unwrap() += 1;
                    }
                });
            }
        });
        assert_eq!(*turn.take(&Tick::never()).unwrap(), 400);
    }

    #[test]
    fn taking_twice_is_an_error_not_a_hang() {
        let turn = Turn::new(());
        let lease = turn.take(&Tick::never()).unwrap();
        let error = turn.take(&Tick::never()).err().unwrap();
        assert!(error.message().contains("its own handler"), "{error}");
        drop(lease);
        assert!(turn.take(&Tick::never()).is_ok());
    }

    #[test]
    fn a_wait_can_be_cancelled() {
        let turn = Turn::new(());
        let lease = turn.take(&Tick::never()).unwrap();
        let tick = Tick::with_deadline(Instant::now() + Duration::from_millis(50));
        let waited = thread::scope(|scope| scope.spawn(|| turn.take(&tick).err()).join().unwrap());
        assert_eq!(waited.unwrap().kind(), ErrorKind::Timeout);
        drop(lease);
    }
}
