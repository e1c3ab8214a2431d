//! Targets, as codecs and programs use them.
#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests make files, and fail")]

use std::fs::{self, File, Permissions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::fd::AsRawFd;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use rustix::fs::{CWD, FileType, Mode, mknodat};
use windlass_io::{Error, ErrorKind, Result, Target, TargetHandlers, Tick};

/// Bytes that differ from place to place.
fn pattern(len: usize) -> Vec<u8> {
    (0..len).map(|i| (i ^ (i >> 8) ^ (i >> 16).wrapping_mul(31)) as u8).collect()
}

fn save(target: &Target, bytes: &[u8]) -> Result<()> {
    let mut writer = target.begin()?;
    for piece in bytes.chunks(1 + bytes.len() / 3) {
        writer.write_all(piece)?;
    }
    writer.commit()
}

fn names_in(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> =
        names.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// A folder with a file `a` that holds "old".
fn folder_with_old() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a");
    fs::write(&path, "old").unwrap();
    (folder, path)
}

fn failure() -> Error {
    Error::new(ErrorKind::Io, "encoder exploded")
}

#[test]
fn a_new_file_appears_at_the_commit() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a");
    let target = Target::to_file(&path);
    assert_eq!((target.nick(), target.filename()), (path.to_str().unwrap(), Some(&*path)));
    let mut writer = target.begin().unwrap();
    assert!(names_in(folder.path()).is_empty(), "created at the first write");
    writer.write_all(&pattern(200_000)).unwrap();
    writer.flush().unwrap();
    assert_eq!(names_in(folder.path()), [".a.windlass0"]);
    writer.commit().unwrap();
    assert_eq!(names_in(folder.path()), ["a"]);
    assert!(fs::read(&path).unwrap() == pattern(200_000));
}

#[test]
fn a_new_file_has_the_usual_mode() {
    let folder = tempfile::tempdir().unwrap();
    save(&Target::to_file(folder.path().join("a")), b"x").unwrap();
    fs::write(folder.path().join("b"), "x").unwrap();
    let mode = |name| fs::metadata(folder.path().join(name)).unwrap().mode();
    assert_eq!(mode("a"), mode("b") & !0o022);
}

#[test]
fn the_mode_of_a_replaced_file_is_kept() {
    for bits in [0o600, 0o640, 0o666, 0o755] {
        let (_folder, path) = folder_with_old();
        fs::set_permissions(&path, Permissions::from_mode(bits)).unwrap();
        let inode = fs::metadata(&path).unwrap().ino();
        save(&Target::to_file(&path), b"new").unwrap();
        let metadata = fs::metadata(&path).unwrap();
        assert_eq!(metadata.mode() & 0o777, bits);
        assert_ne!(metadata.ino(), inode, "replaced, not overwritten");
    }
}

#[test]
fn links_are_followed_and_kept() {
    let (folder, path) = folder_with_old();
    fs::create_dir(folder.path().join("sub")).unwrap();
    let link = folder.path().join("sub/link");
    symlink("../a", &link).unwrap();
    let chain = folder.path().join("chain");
    symlink("sub/link", &chain).unwrap();
    save(&Target::to_file(&chain), b"new").unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert!(fs::symlink_metadata(&chain).unwrap().is_symlink());
    assert_eq!(fs::read(&path).unwrap(), b"new");
    let dangling = folder.path().join("dangling");
    symlink("not-yet", &dangling).unwrap();
    save(&Target::to_file(&dangling), b"made").unwrap();
    assert_eq!(fs::read(folder.path().join("not-yet")).unwrap(), b"made");
    let circle = folder.path().join("circle");
    symlink("circle", &circle).unwrap();
    assert_eq!(save(&Target::to_file(&circle), b"x").unwrap_err().kind(), ErrorKind::Io);
}

#[test]
fn abort_and_drop_leave_the_old_file_and_nothing_else() {
    let (folder, path) = folder_with_old();
    let target = Target::to_file(&path);
    for drop_it in [false, true] {
        let mut writer = target.begin().unwrap();
        writer.write_all(&pattern(200_000)).unwrap();
        writer.flush().unwrap();
        assert_eq!(names_in(folder.path()).len(), 2);
        if drop_it {
            drop(writer);
        } else {
            writer.abort(&failure());
        }
        assert_eq!(names_in(folder.path()), ["a"]);
        assert_eq!(fs::read(&path).unwrap(), b"old");
    }
    save(&target, b"at last").unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"at last");
}

#[test]
fn what_a_killed_process_left_is_removed_by_the_next_save() {
    let (folder, path) = folder_with_old();
    fs::write(folder.path().join(".a.windlass0"), "left over").unwrap();
    save(&Target::to_file(&path), b"new").unwrap();
    assert_eq!(names_in(folder.path()), ["a"]);
    assert_eq!(fs::read(&path).unwrap(), b"new");
}

#[test]
fn saves_at_the_same_time_do_not_meet() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a");
    thread::scope(|scope| {
        for value in 0..8_u8 {
            let path = &path;
            scope.spawn(move || {
                for _ in 0..20 {
                    save(&Target::to_file(path), &vec![value; 100_000]).unwrap();
                }
            });
        }
    });
    let bytes = fs::read(&path).unwrap();
    assert!(bytes.len() == 100_000 && bytes.iter().all(|byte| *byte == bytes[0]));
    assert_eq!(names_in(folder.path()), ["a"]);
}

#[test]
fn long_names_work() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("n".repeat(255));
    save(&Target::to_file(&path), b"x").unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"x");
}

#[test]
fn files_that_cannot_be_written() {
    let folder = tempfile::tempdir().unwrap();
    let target = Target::to_file(folder.path().join("none/a"));
    let error = save(&target, b"x").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(error.message().contains("for write"), "{error}");
    let error = save(&Target::to_file(folder.path()), b"x").unwrap_err();
    assert!(error.message().contains("is a directory"), "{error}");
    assert!(names_in(folder.path()).is_empty());
}

#[test]
fn a_full_disc_is_an_error() {
    let error = save(&Target::to_file("/dev/full"), &pattern(100_000)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io);
    assert!(error.message().contains("write error"), "{error}");
}

#[test]
fn a_fifo_is_written_directly() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("fifo");
    mknodat(CWD, &path, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
    let tick = Tick::with_deadline(Instant::now() + Duration::from_millis(60));
    let mut nobody = Target::to_file(&path).begin().unwrap().with_tick(tick);
    nobody.write_all(b"x").unwrap();
    assert_eq!(nobody.commit().unwrap_err().kind(), ErrorKind::Timeout);
    let bytes = pattern(300_000);
    thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut bytes = Vec::new();
            File::open(&path).unwrap().read_to_end(&mut bytes).unwrap();
            bytes
        });
        save(&Target::to_file(&path), &bytes).unwrap();
        assert!(reader.join().unwrap() == bytes);
    });
    assert!(!fs::metadata(&path).unwrap().is_file(), "still a FIFO");
}

#[test]
fn a_name_of_a_descriptor_is_not_replaced() {
    let (_folder, path) = folder_with_old();
    let file = File::options().write(true).open(&path).unwrap();
    let inode = file.metadata().unwrap().ino();
    save(&Target::to_file(format!("/dev/fd/{}", file.as_raw_fd())), b"new").unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"new");
    assert_eq!(fs::metadata(&path).unwrap().ino(), inode);
}

#[test]
fn memory_has_its_bytes_after_the_commit() {
    let target = Target::to_memory();
    let mut writer = target.begin().unwrap();
    writer.write_all(b"abc").unwrap();
    assert!(target.bytes().is_empty() && !target.is_finished());
    writer.commit().unwrap();
    assert_eq!(target.bytes(), b"abc"[..]);
    assert_eq!(target.nick(), "target");
}

#[test]
fn one_save_at_a_time_and_one_success() {
    let target = Target::to_memory();
    let writer = target.begin().unwrap();
    assert_eq!(target.begin().unwrap_err().message(), "target is being written");
    writer.abort(&failure());
    save(&target, b"first").unwrap();
    assert_eq!(target.begin().unwrap_err().message(), "target already finished");
    assert_eq!(target.bytes(), b"first"[..]);
}

#[test]
fn descriptors_are_written_from_their_position() {
    let (_folder, path) = folder_with_old();
    let mut file = File::options().read(true).write(true).open(&path).unwrap();
    file.seek(SeekFrom::Start(2)).unwrap();
    let target = Target::to_descriptor(file.as_raw_fd()).unwrap();
    let mut writer = target.begin().unwrap();
    let caps = writer.caps().unwrap();
    assert!(caps.append && caps.seek && caps.read_back);
    writer.write_all(b"abcdef").unwrap();
    writer.seek(SeekFrom::Start(1)).unwrap();
    writer.write_all(b"X").unwrap();
    writer.commit().unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"olaXcdef");
    for bad in [9999, -1] {
        assert_eq!(Target::to_descriptor(bad).unwrap_err().kind(), ErrorKind::Io);
    }
}

#[test]
fn descriptors_that_append_cannot_seek() {
    let (_folder, path) = folder_with_old();
    let file = File::options().append(true).open(&path).unwrap();
    let mut writer = Target::to_descriptor(file.as_raw_fd()).unwrap().begin().unwrap();
    assert!(!writer.caps().unwrap().seek);
    writer.write_all(b"er").unwrap();
    writer.commit().unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"older");
}

#[test]
fn cancelling_wakes_a_blocked_write_to_a_pipe() {
    let (_reader, writer) = io::pipe().unwrap();
    let tick = Tick::new();
    let target = Target::to_descriptor(writer.as_raw_fd()).unwrap();
    let mut blocked = target.begin().unwrap().with_tick(tick.clone());
    let start = Instant::now();
    let error = thread::scope(|scope| {
        let waiting = scope.spawn(move || blocked.write_all(&pattern(1 << 20)).unwrap_err());
        thread::sleep(Duration::from_millis(50));
        tick.cancel();
        Error::from(waiting.join().unwrap())
    });
    assert_eq!(error.kind(), ErrorKind::Cancelled);
    assert!(start.elapsed() < Duration::from_secs(5));
}

#[test]
fn a_closed_pipe_is_an_error() {
    let (reader, writer) = io::pipe().unwrap();
    drop(reader);
    let error = save(&Target::to_descriptor(writer.as_raw_fd()).unwrap(), b"x").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io);
}

/// A writer of std that fails when it is told to.
struct Shared(Arc<Mutex<Vec<u8>>>, usize);

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut all = self.0.lock().unwrap();
        if all.len() >= self.1 {
            return Err(failure().into());
        }
        all.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn writers_of_std_go_forward() {
    let bytes = Arc::new(Mutex::new(Vec::new()));
    let target = Target::from_writer("shared", Shared(bytes.clone(), usize::MAX));
    assert_eq!(target.nick(), "shared");
    let mut writer = target.begin().unwrap();
    writer.write_all(&pattern(200_000)).unwrap();
    assert!(writer.seek(SeekFrom::Start(0)).is_err());
    assert_eq!(writer.stream_position().unwrap(), 200_000);
    writer.commit().unwrap();
    assert!(*bytes.lock().unwrap() == pattern(200_000));
    let error = save(&Target::from_writer("shared", Shared(bytes, 0)), b"x").unwrap_err();
    assert_eq!(error.message(), "encoder exploded");
}

/// Every access of a seekable target against a vector of std.
#[test]
fn seeks_and_reads_agree_with_a_cursor() {
    let folder = tempfile::tempdir().unwrap();
    let file = Target::to_file(folder.path().join("a"));
    let memory = Target::to_memory();
    let spooled = Target::from_writer("w", Vec::new());
    for target in [file, memory, spooled] {
        let mut writer = target.begin().unwrap().spooled().unwrap();
        let mut cursor = io::Cursor::new(Vec::new());
        let mut state = 1_u64;
        let mut random = |bound: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 33) % bound
        };
        for _ in 0..300 {
            match random(4) {
                0 => {
                    let to = SeekFrom::Start(random(150_000));
                    assert_eq!(writer.seek(to).unwrap(), cursor.seek(to).unwrap());
                }
                1 => {
                    let to = SeekFrom::End(random(10) as i64);
                    assert_eq!(writer.seek(to).unwrap(), cursor.seek(to).unwrap());
                }
                2 => {
                    let len = random(5_000);
                    let (mut a, mut b) = (Vec::new(), Vec::new());
                    (&mut writer as &mut dyn Read).take(len).read_to_end(&mut a).unwrap();
                    (&mut cursor as &mut dyn Read).take(len).read_to_end(&mut b).unwrap();
                    assert!(a == b);
                }
                _ => {
                    let bytes = pattern(random(80_000) as usize);
                    writer.write_all(&bytes).unwrap();
                    cursor.write_all(&bytes).unwrap();
                }
            }
        }
        let (mut a, mut b) = (Vec::new(), Vec::new());
        writer.rewind().unwrap();
        writer.read_to_end(&mut a).unwrap();
        cursor.rewind().unwrap();
        cursor.read_to_end(&mut b).unwrap();
        assert!(a == b);
        writer.commit().unwrap();
    }
}

#[test]
fn a_spool_reaches_its_target_at_the_commit() {
    let (mut reader, writer) = io::pipe().unwrap();
    let target = Target::to_descriptor(writer.as_raw_fd()).unwrap();
    drop(writer);
    let mut spooled = target.begin().unwrap().spooled().unwrap();
    let bytes = pattern(9 << 20);
    spooled.write_all(&bytes).unwrap();
    spooled.seek(SeekFrom::Start(5)).unwrap();
    spooled.write_all(b"back").unwrap();
    thread::scope(|scope| {
        let read = scope.spawn(move || {
            let mut got = vec![0; 9 << 20];
            reader.read_exact(&mut got).unwrap();
            got
        });
        spooled.commit().unwrap();
        let got = read.join().unwrap();
        assert!(&got[5..9] == b"back" && got[..5] == bytes[..5] && got[9..] == bytes[9..]);
    });
}

/// What handlers were called with, and how they answer.
#[derive(Default)]
struct Log {
    calls: Mutex<Vec<String>>,
    writes: AtomicUsize,
    bytes: Mutex<Vec<u8>>,
    /// Most that a write takes; other answers to it.
    most: Option<usize>,
    answer: Option<i64>,
    fail_write: Option<usize>,
    fail_end: bool,
    position: Option<Mutex<usize>>,
}

impl Log {
    fn note(&self, call: impl Into<String>) {
        self.calls.lock().unwrap().push(call.into());
    }

    fn calls(&self) -> Vec<String> {
        self.calls.lock().unwrap().clone()
    }
}

struct Logged(Arc<Log>);

impl TargetHandlers for Logged {
    fn write(&self, bytes: &[u8]) -> Result<i64> {
        let log = &self.0;
        let writes = log.writes.fetch_add(1, Ordering::SeqCst);
        log.note("write");
        if log.fail_write == Some(writes) {
            return Err(failure().with_source("shrapnel"));
        }
        if let Some(answer) = log.answer {
            return Ok(answer);
        }
        let count = log.most.unwrap_or(usize::MAX).min(bytes.len());
        let mut all = log.bytes.lock().unwrap();
        let mut at = log.position.as_ref().map(|position| position.lock().unwrap());
        let start = at.as_deref().copied().unwrap_or(all.len());
        let end = start + count;
        if all.len() < end {
            all.resize(end, 0);
        }
        all[start..end].copy_from_slice(&bytes[..count]);
        if let Some(at) = &mut at {
            **at = end;
        }
        Ok(count as i64)
    }

    fn seek(&self, offset: i64, whence: i32) -> Result<Option<i64>> {
        self.0.note(format!("seek {offset} {whence}"));
        let Some(position) = &self.0.position else { return Ok(None) };
        let mut at = position.lock().unwrap();
        let from = [0, *at, self.0.bytes.lock().unwrap().len()][whence as usize];
        *at = usize::try_from(from as i64 + offset).unwrap();
        Ok(Some(*at as i64))
    }

    fn reads_back(&self) -> bool {
        self.0.position.is_some()
    }

    fn read(&self, count: usize) -> Result<Vec<u8>> {
        self.0.note("read");
        let mut at = self.0.position.as_ref().unwrap().lock().unwrap();
        let bytes = self.0.bytes.lock().unwrap();
        let start = (*at).min(bytes.len());
        *at = (start + count).min(bytes.len());
        Ok(bytes[start..*at].to_vec())
    }

    fn finish(&self) {
        self.0.note("finish");
    }

    fn end(&self) -> Result<()> {
        self.0.note("end");
        if self.0.fail_end { Err(failure()) } else { Ok(()) }
    }

    fn abort(&self, error: &Error) {
        self.0.note(format!("abort: {}", error.message()));
    }
}

fn logged(log: Log) -> (Arc<Log>, Target) {
    let log = Arc::new(log);
    (log.clone(), Target::custom(Logged(log)))
}

#[test]
fn handlers_get_all_bytes_then_finish_then_end() {
    for most in [None, Some(1), Some(3), Some(17), Some(5000)] {
        let (log, target) = logged(Log { most, ..Log::default() });
        assert_eq!((target.nick(), target.needs_caller()), ("target_custom", true));
        save(&target, &pattern(20_000)).unwrap();
        assert!(*log.bytes.lock().unwrap() == pattern(20_000));
        let calls = log.calls();
        assert_eq!(calls[calls.len() - 2..], ["finish", "end"]);
        assert!(calls[..calls.len() - 2].iter().all(|call| call == "write"), "and nothing else");
        assert_eq!(target.begin().unwrap_err().message(), "target already finished");
    }
}

#[test]
fn nonsense_from_a_write_handler_aborts_once() {
    for answer in [0, -1, 4, i64::MIN, i64::MAX] {
        let (log, target) = logged(Log { answer: Some(answer), ..Log::default() });
        let error = save(&target, b"abc").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Io);
        assert!(error.message().contains(&answer.to_string()), "{error}");
        let calls = log.calls();
        assert_eq!(calls.len(), 2, "{calls:?}");
        assert!(calls[1].starts_with("abort"), "{calls:?}");
    }
}

#[test]
fn a_failed_write_keeps_its_cause_and_nothing_is_finished() {
    for fail_at in 0..3 {
        let (log, target) = logged(Log { fail_write: Some(fail_at), ..Log::default() });
        let mut writer = target.begin().unwrap();
        let written: io::Result<()> = (0..3).try_for_each(|_| writer.write_all(&pattern(70_000)));
        let error = Error::from(written.unwrap_err());
        assert_eq!(error.message(), "encoder exploded");
        assert_eq!(error.cause().unwrap().to_string(), "shrapnel");
        // A codec that swallowed it can't make a success of it.
        assert_eq!(writer.commit().unwrap_err().message(), "encoder exploded");
        assert_eq!(log.calls().last().unwrap(), "abort: encoder exploded");
        assert_eq!(log.calls().len(), fail_at + 2);
    }
}

#[test]
fn a_failed_end_is_a_failed_save() {
    let (log, target) = logged(Log { fail_end: true, ..Log::default() });
    assert_eq!(save(&target, b"abc").unwrap_err().message(), "encoder exploded");
    assert_eq!(log.calls(), ["write", "finish", "end", "abort: encoder exploded"]);
    assert!(!target.is_finished());
}

#[test]
fn dropping_a_writer_aborts_its_handlers() {
    let (log, target) = logged(Log::default());
    drop(target.begin().unwrap());
    assert_eq!(log.calls(), ["abort: the save was given up"]);
}

#[test]
fn handlers_that_seek() {
    let start = 10;
    let log = Log { position: Some(Mutex::new(start)), ..Log::default() };
    let (log, target) = logged(log);
    let mut writer = target.begin().unwrap();
    assert!(writer.caps().unwrap().seek && writer.caps().unwrap().read_back);
    writer.write_all(b"hello world").unwrap();
    writer.seek(SeekFrom::Start(6)).unwrap();
    writer.write_all(b"W").unwrap();
    writer.seek(SeekFrom::Start(4)).unwrap();
    let mut back = [0; 4];
    writer.read_exact(&mut back).unwrap();
    assert_eq!(&back, b"o Wo");
    writer.commit().unwrap();
    assert_eq!(log.bytes.lock().unwrap()[start..], b"hello World"[..]);
}

#[test]
fn handlers_that_cannot_seek_are_spooled() {
    let (log, target) = logged(Log::default());
    let mut writer = target.begin().unwrap().spooled().unwrap();
    writer.write_all(b"hello world").unwrap();
    writer.seek(SeekFrom::Start(6)).unwrap();
    writer.write_all(b"W").unwrap();
    writer.commit().unwrap();
    assert_eq!(*log.bytes.lock().unwrap(), b"hello World");
    assert_eq!(log.calls(), ["seek 0 1", "write", "finish", "end"]);
}

#[test]
fn a_tick_stops_a_save() {
    let target = Target::to_memory();
    let tick = Tick::new();
    let mut writer = target.begin().unwrap().with_tick(tick.clone());
    writer.write_all(b"x").unwrap();
    tick.cancel();
    assert_eq!(writer.commit().unwrap_err().kind(), ErrorKind::Cancelled);
    assert!(target.bytes().is_empty());
}
