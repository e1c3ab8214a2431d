//! How long a connection may take, and the thread that its handlers run on then.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError, Sender, SyncSender};
use std::sync::{Arc, Mutex, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

use crate::wait::lock;
use crate::{Error, ErrorKind, Result, Tick};

/// How long a connection may keep its user waiting; what passes it is an error of kind `Timeout`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "filled by struct update over the default")]
pub struct Timeouts {
    /// One read, or one write
    pub step: Option<Duration>,
    /// All of it, from the first use on
    pub total: Option<Duration>,
}

/// The timeouts of one connection, and when its time began.
#[derive(Default)]
pub(crate) struct Deadlines {
    set: OnceLock<Timeouts>,
    began: OnceLock<Instant>,
}

impl Deadlines {
    /// Sets the timeouts, once and before the first use.
    pub(crate) fn set(&self, timeouts: Timeouts) -> Result<()> {
        if self.set.set(timeouts).is_err() {
            return Err(Error::new(ErrorKind::BadArgument, "timeouts are set once"));
        }
        Ok(())
    }

    pub(crate) fn are_set(&self) -> bool {
        self.set.get().is_some_and(|timeouts| *timeouts != Timeouts::default())
    }

    /// Runs one step under `tick` and what is left of the time.
    pub(crate) fn step<T>(&self, tick: &Tick, step: impl FnOnce(&Tick) -> Result<T>) -> Result<T> {
        let Some(timeouts) = self.set.get() else { return step(tick) };
        let now = Instant::now();
        let total = timeouts.total.map(|total| (*self.began.get_or_init(|| now) + total, total));
        let single = timeouts.step.map(|step| (now + step, step));
        let Some((deadline, allowed)) = [total, single].into_iter().flatten().min() else {
            return step(tick);
        };
        step(&tick.until(deadline)).map_err(|error| {
            if error.kind() != ErrorKind::Timeout || Instant::now() < deadline {
                return error;
            }
            let message = format!("timed out after {} s", allowed.as_secs_f64());
            Error::new(ErrorKind::Timeout, message).with_source(error)
        })
    }
}

type Job = Box<dyn FnOnce() + Send>;

/// A thread on which all handlers of one connection run, so that a call that hangs can be left.
///
/// Started at the first call, and ended when the connection is dropped and the last call is over.
#[derive(Default)]
pub(crate) struct Courier {
    jobs: Mutex<Option<Sender<Job>>>,
    left: AtomicBool,
}

impl Courier {
    /// Runs `work` on the thread; the wait for its answer ends with the tick.
    pub(crate) fn call<T: Send + 'static>(
        &self,
        tick: &Tick,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T> {
        tick.check()?;
        let (answer, answered) = mpsc::sync_channel(1);
        self.send(answering(answer, work))?;
        loop {
            match answered.recv_timeout(tick.slice()) {
                Ok(value) => return Ok(value),
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(Error::new(ErrorKind::Internal, "a handler ended its thread"));
                }
                Err(RecvTimeoutError::Timeout) => tick.check().inspect_err(|_| {
                    self.left.store(true, Ordering::Relaxed);
                })?,
            }
        }
    }

    /// Runs `work` on the thread, and waits for it, unless a call before was left: then `work`
    /// runs when that one returns.
    pub(crate) fn notify(&self, work: impl FnOnce() + Send + 'static) {
        let (answer, answered) = mpsc::sync_channel(1);
        let sent = self.send(answering(answer, work));
        if sent.is_ok() && !self.left.load(Ordering::Relaxed) {
            // whoever is told of a failure may not hold the failure up
            let _late = answered.recv_timeout(LAST_WORD);
        }
    }

    fn send(&self, job: Job) -> Result<()> {
        let mut jobs = lock(&self.jobs);
        let sender = match &*jobs {
            Some(sender) => sender,
            None => jobs.insert(start()?),
        };
        sender
            .send(job)
            .map_err(|_| Error::new(ErrorKind::Internal, "the thread of the handlers is gone"))
    }
}

fn answering<T: Send + 'static>(
    answer: SyncSender<T>,
    work: impl FnOnce() -> T + Send + 'static,
) -> Job {
    // nobody waits for the answer of a call that was left
    Box::new(move || drop(answer.try_send(work())))
}

fn start() -> Result<Sender<Job>> {
    let (sender, jobs) = mpsc::channel::<Job>();
    let builder = thread::Builder::new().name("windlass-handlers".into());
    builder.spawn(move || jobs.into_iter().for_each(|job| job()))?;
    Ok(sender)
}

/// Where calls of handlers run: on the thread that calls, or on that of a courier.
#[derive(Clone)]
pub(crate) struct Served<H: ?Sized> {
    handlers: Arc<H>,
    courier: Option<Arc<Courier>>,
}

impl<H: ?Sized + Send + Sync + 'static> Served<H> {
    pub(crate) fn new(handlers: Arc<H>, apart: bool) -> Self {
        Self { handlers, courier: apart.then(Arc::default) }
    }

    /// Whether they run on a thread of their own.
    pub(crate) fn are_apart(&self) -> bool {
        self.courier.is_some()
    }

    /// The handlers, for calls that run on this thread.
    pub(crate) fn here(&self) -> &H {
        &self.handlers
    }

    /// What `work` answers.
    pub(crate) fn call<T: Send + 'static>(
        &self,
        tick: &Tick,
        work: impl FnOnce(&H) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        match &self.courier {
            None => work(&self.handlers),
            Some(courier) => {
                let handlers = self.handlers.clone();
                courier.call(tick, move || work(&handlers))?
            }
        }
    }

    /// Tells the handlers something that has no answer.
    pub(crate) fn notify(&self, work: impl FnOnce(&H) + Send + 'static) {
        match &self.courier {
            None => work(&self.handlers),
            Some(courier) => {
                let handlers = self.handlers.clone();
                courier.notify(move || work(&handlers));
            }
        }
    }
}

/// How long an abort handler is waited for.
const LAST_WORD: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_run_on_one_thread_of_their_own() {
        let courier = Courier::default();
        let id = || thread::current().id();
        let first = courier.call(&Tick::never(), id).unwrap();
        assert_ne!(first, thread::current().id());
        assert_eq!(courier.call(&Tick::never(), id).unwrap(), first);
    }

    #[test]
    fn a_call_that_hangs_is_left() {
        let courier = Courier::default();
        let (_keep, never) = mpsc::channel::<()>();
        let tick = Tick::with_deadline(Instant::now() + Duration::from_millis(30));
        let began = Instant::now();
        let error = courier.call(&tick, move || never.recv().is_ok()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Timeout);
        assert!(began.elapsed() < Duration::from_secs(5));
        courier.notify(|| ());
        assert!(began.elapsed() < Duration::from_secs(5));
    }

    #[test]
    fn timeouts_name_what_was_allowed() {
        let deadlines = Deadlines::default();
        deadlines.set(Timeouts { step: Some(Duration::ZERO), total: None }).unwrap();
        assert!(deadlines.set(Timeouts::default()).is_err());
        let error = deadlines.step(&Tick::never(), Tick::check).unwrap_err();
        assert_eq!((error.kind(), error.message()), (ErrorKind::Timeout, "timed out after 0 s"));
    }

    #[test]
    fn the_total_counts_from_the_first_use() {
        let deadlines = Deadlines::default();
        let total = Some(Duration::from_millis(30));
        deadlines.set(Timeouts { step: None, total }).unwrap();
        thread::sleep(Duration::from_millis(50));
        assert!(deadlines.step(&Tick::never(), Tick::check).is_ok());
        thread::sleep(Duration::from_millis(50));
        let error = deadlines.step(&Tick::never(), Tick::check).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Timeout);
    }
}
