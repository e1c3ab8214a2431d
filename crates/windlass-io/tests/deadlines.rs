//! Connections with deadlines, parts of files, and saves that wait for their commit.
#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests make files, and fail")]

use std::io::Write;
use std::os::fd::AsRawFd;
use std::sync::{Arc, Mutex};
use std::thread::{self, ThreadId};
use std::time::{Duration, Instant};

use windlass_io::{
    Error, ErrorKind, Handlers, Result, Source, Target, TargetHandlers, Tick, Timeouts,
};

/// Callbacks that answer late.
#[derive(Clone, Default)]
struct Late {
    delay: Duration,
    threads: Arc<Mutex<Vec<ThreadId>>>,
    calls: Arc<Mutex<Vec<String>>>,
}

impl Late {
    fn by(millis: u64) -> Self {
        Self { delay: Duration::from_millis(millis), ..Self::default() }
    }

    fn call(&self, what: &str) {
        self.threads.lock().unwrap().push(thread::current().id());
        self.calls.lock().unwrap().push(what.to_owned());
        thread::sleep(self.delay);
    }
}

impl Handlers for Late {
    fn read(&self, count: usize) -> Result<Vec<u8>> {
        self.call("read");
        Ok(vec![7; count.min(100)])
    }
}

impl TargetHandlers for Late {
    fn write(&self, bytes: &[u8]) -> Result<i64> {
        self.call("write");
        Ok(bytes.len() as i64)
    }

    fn end(&self) -> Result<()> {
        self.call("end");
        Ok(())
    }

    fn abort(&self, _: &Error) {
        self.call("abort");
    }
}

fn step(millis: u64) -> Timeouts {
    Timeouts { step: Some(Duration::from_millis(millis)), total: None }
}

fn total(millis: u64) -> Timeouts {
    Timeouts { step: None, total: Some(Duration::from_millis(millis)) }
}

#[test]
fn a_handler_that_hangs_times_out() {
    let source = Source::custom(Late::by(3000));
    source.set_timeouts(step(50)).unwrap();
    assert!(!source.needs_caller());
    let began = Instant::now();
    let error = source.sniff(10).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(error.message().contains("timed out after 0.05 s"), "{error}");
    assert!(began.elapsed() < Duration::from_secs(2));
}

#[test]
fn the_total_of_many_short_reads_times_out() {
    let source = Source::custom(Late::by(20));
    source.set_timeouts(total(200)).unwrap();
    let error = source.read_to_vec(1 << 20).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
}

#[test]
fn handlers_with_a_deadline_run_on_one_thread() {
    let late = Late::default();
    let source = Source::custom(late.clone());
    source.set_timeouts(step(5000)).unwrap();
    source.sniff(1000).unwrap();
    thread::scope(|scope| scope.spawn(|| source.sniff(5000).unwrap()).join().unwrap());
    let mut threads = late.threads.lock().unwrap().clone();
    threads.dedup();
    assert_eq!(threads.len(), 1);
    assert_ne!(threads[0], thread::current().id());
}

#[test]
fn cancelling_leaves_a_handler_with_a_deadline() {
    let source = Source::custom(Late::by(3000));
    source.set_timeouts(step(60_000)).unwrap();
    let tick = Tick::new();
    let mut waited = Duration::ZERO;
    thread::scope(|scope| {
        let reader = scope.spawn(|| source.sniff_with(10, &tick).unwrap_err().kind());
        thread::sleep(Duration::from_millis(100));
        let began = Instant::now();
        tick.cancel();
        assert_eq!(reader.join().unwrap(), ErrorKind::Cancelled);
        waited = began.elapsed();
    });
    assert!(waited < Duration::from_secs(1), "{waited:?}");
    // what the handler gave meanwhile is lost, and never missed in silence
    assert_eq!(source.sniff(10).unwrap_err().kind(), ErrorKind::Io);
}

#[test]
fn a_silent_pipe_times_out() {
    let (reading, _writing) = std::io::pipe().unwrap();
    let source = Source::from_descriptor(reading.as_raw_fd()).unwrap();
    source.set_timeouts(step(50)).unwrap();
    assert_eq!(source.sniff(10).unwrap_err().kind(), ErrorKind::Timeout);
}

#[test]
fn a_late_write_times_out_and_aborts() {
    let late = Late::by(2000);
    let target = Target::custom(late.clone());
    target.set_timeouts(step(50)).unwrap();
    let mut writer = target.begin().unwrap();
    writer.write_all(b"abc").unwrap();
    let began = Instant::now();
    assert_eq!(writer.commit().unwrap_err().kind(), ErrorKind::Timeout);
    assert!(began.elapsed() < Duration::from_secs(1));
    let patience = Instant::now() + Duration::from_secs(20);
    while late.calls.lock().unwrap().last().unwrap() != "abort" {
        assert!(Instant::now() < patience);
        thread::sleep(Duration::from_millis(10));
    }
    assert_eq!(*late.calls.lock().unwrap(), ["write", "abort"]);
}

#[test]
fn parts_of_files() {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(b"0123456789").unwrap();
    let descriptor = file.as_file().as_raw_fd();
    let part = |offset, len| Source::from_descriptor_range(descriptor, offset, len);
    assert_eq!(part(3, Some(4)).unwrap().read_to_vec(100).unwrap(), b"3456");
    assert_eq!(part(7, None).unwrap().read_to_vec(100).unwrap(), b"789");
    assert_eq!(part(7, None).unwrap().len().unwrap(), Some(3));
    assert_eq!(part(10, None).unwrap().read_to_vec(100).unwrap(), b"");
    for (offset, len) in [(11, None), (3, Some(8)), (u64::MAX, Some(u64::MAX))] {
        assert_eq!(part(offset, len).unwrap_err().kind(), ErrorKind::BadArgument);
    }
    let (reading, _writing) = std::io::pipe().unwrap();
    let refused = Source::from_descriptor_range(reading.as_raw_fd(), 1, None).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Unsupported);
}

fn save(target: &Target) -> Result<()> {
    let mut writer = target.begin()?;
    writer.write_all(b"new")?;
    writer.commit()
}

#[test]
fn a_held_file_appears_at_the_commit() {
    let folder = tempfile::tempdir().unwrap();
    let name = folder.path().join("x");
    std::fs::write(&name, "old").unwrap();
    for commit in [false, true] {
        let target = Target::to_file(&name);
        target.hold();
        save(&target).unwrap();
        assert!(target.is_waiting() && save(&target).is_err());
        assert_eq!(std::fs::read(&name).unwrap(), b"old");
        if commit {
            target.commit(&Tick::never()).unwrap();
        } else {
            target.abort(&Error::new(ErrorKind::Cancelled, "given up"));
        }
        assert_eq!(std::fs::read(&name).unwrap(), if commit { b"new" } else { b"old" });
        assert_eq!(target.is_finished(), commit);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}

#[test]
fn a_held_save_ends_once() {
    let late = Late::default();
    let target = Target::custom(late.clone());
    target.hold();
    save(&target).unwrap();
    assert_eq!(*late.calls.lock().unwrap(), ["write"]);
    target.commit(&Tick::never()).unwrap();
    target.abort(&Error::new(ErrorKind::Cancelled, "too late"));
    assert_eq!(*late.calls.lock().unwrap(), ["write", "end"]);
    let late = Late::default();
    let target = Target::custom(late.clone());
    target.hold();
    target.abort(&Error::new(ErrorKind::Cancelled, "nothing came"));
    assert_eq!(*late.calls.lock().unwrap(), ["abort"]);
    assert!(target.commit(&Tick::never()).is_err());
}
