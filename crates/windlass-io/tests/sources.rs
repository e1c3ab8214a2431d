//! Sources, as codecs and programs use them.
#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests make files, and fail")]

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, Read, Seek, SeekFrom, Write};
use std::os::fd::AsRawFd;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

use rustix::fs::{CWD, FileType, Mode, OFlags, mknodat};
use windlass_io::{Error, ErrorKind, Handlers, Reader, Result, Source, Stream, Tick};

/// Bytes that differ from place to place.
fn pattern(len: usize) -> Vec<u8> {
    (0..len).map(|i| (i ^ (i >> 8) ^ (i >> 16).wrapping_mul(31)) as u8).collect()
}

/// Numbers that look random, the same on every run.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound
    }
}

/// How many bytes the n-th read gives at most, and which read fails.
#[derive(Clone)]
struct Manner {
    sizes: &'static [usize],
    fail_at: Option<usize>,
    reads: Arc<AtomicUsize>,
}

impl Manner {
    fn new(sizes: &'static [usize]) -> Self {
        Self { sizes, fail_at: None, reads: Arc::default() }
    }

    fn failing(fail_at: usize) -> Self {
        Self { fail_at: Some(fail_at), ..Self::new(&[1000]) }
    }

    fn next(&self) -> Result<usize> {
        let read = self.reads.fetch_add(1, Ordering::SeqCst);
        if self.fail_at == Some(read) {
            return Err(Error::new(ErrorKind::Io, "the disc is on fire").with_source("flames"));
        }
        Ok(self.sizes[read % self.sizes.len()])
    }
}

const MANNERS: [&[usize]; 7] =
    [&[usize::MAX], &[1], &[3], &[17], &[4096, 1, 65_536, 7], &[100_000, 2, 900, 33, 5000], &[255]];

/// A source of the test: bytes under a manner, with and without positions.
struct Bytes {
    all: Vec<u8>,
    at: Mutex<usize>,
    manner: Manner,
    /// Bytes given whatever was asked, for handlers.
    surplus: Option<usize>,
    can_seek: bool,
}

impl Bytes {
    fn new(bytes: &[u8], manner: Manner) -> Self {
        Self { all: bytes.to_vec(), at: Mutex::new(0), manner, surplus: None, can_seek: false }
    }

    fn take(&self, count: usize) -> Vec<u8> {
        let mut at = self.at.lock().unwrap();
        let start = (*at).min(self.all.len());
        *at = start.saturating_add(count).min(self.all.len());
        self.all[start..*at].to_vec()
    }
}

impl Stream for Bytes {
    fn read_next(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let bytes = self.take(self.manner.next()?.min(buffer.len()));
        buffer[..bytes.len()].copy_from_slice(&bytes);
        Ok(bytes.len())
    }
}

impl Reader for Bytes {
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize> {
        let count = self.manner.next()?.min(buffer.len());
        let start = (offset as usize).min(self.all.len());
        let end = (start + count).min(self.all.len());
        buffer[..end - start].copy_from_slice(&self.all[start..end]);
        Ok(end - start)
    }

    fn len(&self) -> Result<Option<u64>> {
        Ok(Some(self.all.len() as u64))
    }
}

impl Handlers for Bytes {
    fn read(&self, count: usize) -> Result<Vec<u8>> {
        let most = self.manner.next()?;
        Ok(self.take(self.surplus.unwrap_or(most.min(count))))
    }

    fn seek(&self, offset: i64, whence: i32) -> Result<Option<i64>> {
        if !self.can_seek {
            return Ok(None);
        }
        let mut at = self.at.lock().unwrap();
        let from = [0, *at, self.all.len()][whence as usize] as i64;
        *at = usize::try_from(from + offset).unwrap();
        Ok(Some(*at as i64))
    }
}

/// Every kind of source that can be made of bytes under a manner.
fn sources(bytes: &[u8], manner: &Manner) -> Vec<(&'static str, Source)> {
    let fresh = || Bytes::new(bytes, Manner { reads: Arc::default(), ..manner.clone() });
    vec![
        ("stream", Source::from_stream("stream", fresh())),
        ("reader", Source::from_reader("reader", fresh())),
        ("handlers", Source::custom(fresh())),
        ("seekable handlers", Source::custom(Bytes { can_seek: true, ..fresh() })),
        ("surplus", Source::custom(Bytes { surplus: Some(8192), ..fresh() })),
        (
            "seekable surplus",
            Source::custom(Bytes { surplus: Some(3000), can_seek: true, ..fresh() }),
        ),
    ]
}

fn file_with(bytes: &[u8]) -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    file
}

fn read_all(source: &Source) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    source.open()?.read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[test]
fn short_reads_and_surplus_give_the_same_bytes_twice() {
    let bytes = pattern(150_000);
    for sizes in MANNERS {
        for (name, source) in sources(&bytes, &Manner::new(sizes)) {
            assert_eq!(source.sniff(12).unwrap(), bytes[..12], "{name} {sizes:?}");
            assert!(read_all(&source).unwrap() == bytes, "{name} {sizes:?}");
            assert!(source.read_to_vec(150_000).unwrap() == bytes, "{name} {sizes:?} again");
        }
    }
}

#[test]
fn reads_and_seeks_agree_with_a_cursor() {
    let bytes = pattern(200_000);
    let file = file_with(&bytes);
    let mut all = sources(&bytes, &Manner::new(&[5000, 1, 70_000]));
    all.push(("file", Source::from_file(file.path()).unwrap()));
    all.push(("memory", Source::from_memory(bytes.clone())));
    let descriptor = File::open(file.path()).unwrap();
    all.push(("descriptor", Source::from_descriptor(descriptor.as_raw_fd()).unwrap()));
    for (name, source) in all {
        let mut reader = source.open().unwrap();
        let mut cursor = io::Cursor::new(&bytes);
        let mut random = Random(7);
        for step in 0..300 {
            match random.below(4) {
                0 => {
                    let to = SeekFrom::Start(random.below(210_000) as u64);
                    assert_eq!(reader.seek(to).unwrap(), cursor.seek(to).unwrap(), "{name}");
                }
                1 => {
                    let to = SeekFrom::End(-(random.below(1000) as i64));
                    assert_eq!(reader.seek(to).unwrap(), cursor.seek(to).unwrap(), "{name}");
                }
                2 => {
                    let piece = reader.fill_buf().unwrap();
                    let count = random.below(piece.len() + 1);
                    let mut expected = vec![0; count];
                    let piece = piece[..count].to_vec();
                    reader.consume(count);
                    cursor.read_exact(&mut expected).unwrap();
                    assert!(piece == expected, "{name} step {step}");
                }
                _ => {
                    let len = random.below(90_000);
                    let (mut a, mut b) = (Vec::new(), Vec::new());
                    reader.by_ref().take(len as u64).read_to_end(&mut a).unwrap();
                    cursor.by_ref().take(len as u64).read_to_end(&mut b).unwrap();
                    assert!(a == b, "{name} step {step}");
                }
            }
            assert_eq!(reader.position(), cursor.position(), "{name} step {step}");
        }
    }
}

#[test]
fn positional_reads_leave_the_position_alone() {
    let bytes = pattern(50_000);
    for (name, source) in sources(&bytes, &Manner::new(&[700])) {
        let mut reader = source.open().unwrap();
        let mut piece = [0; 1000];
        reader.read_exact_at(40_000, &mut piece).unwrap();
        assert!(piece[..] == bytes[40_000..41_000], "{name}");
        let mut start = [0; 10];
        reader.read_exact(&mut start).unwrap();
        assert_eq!(start, bytes[..10], "{name}");
        let error = reader.read_exact_at(49_500, &mut piece).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Truncated, "{name}");
    }
}

#[test]
fn an_error_at_any_read_is_reported_and_stays() {
    let bytes = pattern(10_000);
    for fail_at in 0..11 {
        for (name, source) in sources(&bytes, &Manner::failing(fail_at)) {
            if name.contains("surplus") {
                continue;
            }
            let mut reader = source.open().unwrap();
            let failure = reader.failure();
            let mut got = Vec::new();
            let error = Error::from(reader.read_to_end(&mut got).unwrap_err());
            assert_eq!((error.kind(), error.message()), (ErrorKind::Io, "the disc is on fire"));
            assert_eq!(error.cause().unwrap().to_string(), "flames", "{name} {fail_at}");
            assert!(error.context().iter().any(|(key, _)| *key == "source"), "{name}");
            assert!(got.len() <= fail_at * 1000, "{name} {fail_at}");
            assert!(got == bytes[..got.len()], "{name} {fail_at}");
            // The same reader never takes the failure for an end.
            assert!(reader.read(&mut [0; 5]).is_err(), "{name} {fail_at}");
            assert_eq!(failure.check().unwrap_err().message(), "the disc is on fire");
        }
    }
}

#[test]
fn a_stream_that_failed_fails_for_later_readers_too() {
    let source = Source::from_stream("s", Bytes::new(&pattern(10_000), Manner::failing(3)));
    assert!(read_all(&source).is_err());
    let error = read_all(&source).unwrap_err();
    assert_eq!(error.message(), "the disc is on fire");
    assert_eq!(source.sniff(100).unwrap(), pattern(100), "what has passed is still there");
}

#[test]
fn sniffing_reports_errors_instead_of_an_end() {
    for (name, source) in sources(&pattern(10_000), &Manner::failing(0)) {
        let error = source.sniff(4).unwrap_err();
        assert_eq!(error.message(), "the disc is on fire", "{name}");
    }
}

#[test]
fn sniffing_asks_a_pipe_for_little() {
    let manner = Manner::new(&[usize::MAX]);
    let source = Source::from_stream("s", Bytes::new(&pattern(1 << 20), manner.clone()));
    for _ in 0..9 {
        source.sniff(64).unwrap();
    }
    assert_eq!(manner.reads.load(Ordering::SeqCst), 1);
}

#[test]
fn an_early_end_is_truncation_where_the_length_is_known() {
    struct Liar;
    impl Reader for Liar {
        fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize> {
            Ok(if offset < 10 { 1.min(buffer.len()) } else { 0 })
        }
        fn len(&self) -> Result<Option<u64>> {
            Ok(Some(20))
        }
    }
    let source = Source::from_reader("liar", Liar);
    let error = read_all(&source).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Truncated);
    assert!(error.message().contains("10") && error.message().contains("20"), "{error}");
    // That is no damaged file, so no codec may go on with what there is.
    let mut reader = source.open().unwrap();
    assert!(reader.read_to_end(&mut Vec::new()).is_err());
    assert!(reader.failure().check().is_err());
}

#[test]
fn counts_beyond_the_room_are_errors() {
    struct Boaster;
    impl Stream for Boaster {
        fn read_next(&mut self, buffer: &mut [u8]) -> Result<usize> {
            Ok(buffer.len() + 1)
        }
    }
    impl Reader for Boaster {
        fn read_at(&self, _: u64, buffer: &mut [u8]) -> Result<usize> {
            Ok(buffer.len() + 1)
        }
        fn len(&self) -> Result<Option<u64>> {
            Ok(None)
        }
    }
    for source in [Source::from_stream("b", Boaster), Source::from_reader("b", Boaster)] {
        assert_eq!(read_all(&source).unwrap_err().kind(), ErrorKind::Io);
    }
}

#[test]
fn the_limit_of_read_to_vec() {
    for (name, source) in sources(&pattern(5000), &Manner::new(&[usize::MAX])) {
        assert!(source.read_to_vec(5000).is_ok(), "{name}");
        assert_eq!(source.read_to_vec(4999).unwrap_err().kind(), ErrorKind::Limit, "{name}");
    }
}

#[test]
fn bad_seeks_are_errors() {
    let mut reader = Source::from_memory([1, 2, 3]).open().unwrap();
    assert!(reader.seek(SeekFrom::Current(-1)).is_err());
    assert!(reader.seek(SeekFrom::End(-4)).is_err());
    assert!(reader.seek(SeekFrom::Start(u64::MAX)).is_err());
    assert_eq!(reader.position(), 0);
    reader.seek(SeekFrom::Start(99)).unwrap();
    assert_eq!(reader.read(&mut [0; 4]).unwrap(), 0);
}

#[test]
fn handlers_that_seek_badly() {
    /// Answers to a seek, by whence.
    struct Answers([Option<i64>; 3]);
    impl Handlers for Answers {
        fn read(&self, _: usize) -> Result<Vec<u8>> {
            Ok(vec![7; 4])
        }
        fn seek(&self, _: i64, whence: i32) -> Result<Option<i64>> {
            Ok(self.0[whence as usize])
        }
    }
    let unknown = Source::custom(Answers([Some(0), Some(0), None]));
    assert!(!unknown.is_pipe().unwrap());
    assert_eq!(unknown.len().unwrap(), None);
    assert_eq!(unknown.sniff(2).unwrap(), [7, 7]);
    let liar = Source::custom(Answers([Some(0), Some(0), Some(1000)]));
    let error = liar.open().unwrap().read_at(500, &mut [0; 4]).unwrap_err();
    assert!(error.message().contains("bad seek to 500"), "{error}");
    let broken = Source::custom(Answers([None, Some(0), Some(1000)]));
    assert_eq!(broken.len().unwrap_err().kind(), ErrorKind::Io);
    let negative = Source::custom(Answers([Some(0), Some(-3), Some(0)]));
    assert_eq!(negative.is_pipe().unwrap_err().kind(), ErrorKind::Io);
}

#[test]
fn a_failed_seek_test_is_not_remembered() {
    struct Late(AtomicUsize);
    impl Handlers for Late {
        fn read(&self, _: usize) -> Result<Vec<u8>> {
            Ok(Vec::new())
        }
        fn seek(&self, _: i64, _: i32) -> Result<Option<i64>> {
            match self.0.fetch_add(1, Ordering::SeqCst) {
                0 => Err(Error::new(ErrorKind::Io, "not yet")),
                _ => Ok(None),
            }
        }
    }
    let source = Source::custom(Late(AtomicUsize::new(0)));
    assert_eq!(source.is_pipe().unwrap_err().message(), "not yet");
    assert!(source.is_pipe().unwrap());
}

#[test]
fn a_handler_that_reads_its_own_source_gets_an_error() {
    struct Loop(Arc<OnceLock<Source>>);
    impl Handlers for Loop {
        fn read(&self, _: usize) -> Result<Vec<u8>> {
            self.0.get().unwrap().read_to_vec(10)
        }
    }
    let itself = Arc::new(OnceLock::new());
    let source = Source::custom(Loop(itself.clone()));
    itself.set(source.clone()).unwrap();
    let error = source.sniff(1).unwrap_err();
    assert!(error.message().contains("its own handler"), "{error}");
}

#[test]
fn many_threads_share_one_stream() {
    let bytes = pattern(2_000_000);
    for (name, source) in sources(&bytes, &Manner::new(&[9000, 123, 65_536])) {
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| assert!(read_all(&source).unwrap() == bytes, "{name}"));
            }
        });
    }
}

#[test]
fn names_and_kinds() {
    let file = file_with(b"x");
    let named = Source::from_file(file.path()).unwrap();
    assert_eq!(named.nick(), file.path().to_str().unwrap());
    assert_eq!(named.filename(), Some(file.path()));
    assert!(!named.is_pipe().unwrap() && !named.needs_caller());
    assert_eq!(named.len().unwrap(), Some(1));
    let memory = Source::from_memory("abc");
    assert_eq!(
        (memory.nick(), memory.filename(), memory.memory()),
        ("source", None, Some(&b"abc"[..]))
    );
    let custom = Source::custom(Bytes::new(b"", Manner::new(&[1])));
    assert_eq!(custom.nick(), "source_custom");
    assert!(custom.needs_caller() && custom.is_pipe().unwrap());
}

#[test]
fn keys_tell_files_apart() {
    let file = file_with(b"old");
    let key = || Source::from_file(file.path()).unwrap().key();
    let before = key();
    assert_eq!(before, key());
    fs::write(file.path(), b"newer").unwrap();
    assert_ne!(before, key());
    let memory = Source::from_memory("x");
    assert_eq!(memory.key(), memory.clone().key());
    assert_ne!(memory.key(), Source::from_memory("x").key());
}

#[test]
fn missing_files_and_folders() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("none[shrink=2]");
    let error = Source::from_file(&path).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert_eq!(error.message(), format!("file \"{}\" does not exist", path.display()));
    let error = Source::from_file(folder.path()).unwrap_err();
    assert_eq!(error.message(), format!("\"{}\" is a directory", folder.path().display()));
    let open = File::open(folder.path()).unwrap();
    assert!(Source::from_descriptor(open.as_raw_fd()).is_err());
}

/// Descriptors of this process that lead to `path`.
fn open_descriptors(path: &Path) -> usize {
    let entries = fs::read_dir("/proc/self/fd").unwrap();
    entries
        .filter(|entry| fs::read_link(entry.as_ref().unwrap().path()).is_ok_and(|to| to == path))
        .count()
}

#[test]
fn an_idle_file_holds_no_descriptor() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a");
    fs::write(&path, pattern(10_000)).unwrap();
    let source = Source::from_file(&path).unwrap();
    let (first, second) = (source.open().unwrap(), source.open().unwrap());
    assert_eq!(open_descriptors(&path), 1, "readers share one");
    drop((first, second));
    assert_eq!(open_descriptors(&path), 0);
    assert_eq!(read_all(&source).unwrap(), pattern(10_000));
    assert_eq!(open_descriptors(&path), 0);
}

#[test]
fn a_replaced_or_changed_file_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a");
    let changed = |change: &dyn Fn()| {
        fs::write(&path, b"the first contents").unwrap();
        let source = Source::from_file(&path).unwrap();
        read_all(&source).unwrap();
        change();
        read_all(&source).unwrap_err()
    };
    let other = folder.path().join("b");
    let replace = || {
        fs::write(&other, b"other text of same").unwrap();
        fs::rename(&other, &path).unwrap();
    };
    for change in [&replace as &dyn Fn(), &|| fs::write(&path, b"x").unwrap()] {
        let error = changed(change);
        assert_eq!(error.kind(), ErrorKind::Io);
        assert!(error.message().contains("file changed"), "{error}");
    }
    assert_eq!(changed(&|| fs::remove_file(&path).unwrap()).kind(), ErrorKind::NotFound);
}

#[test]
fn a_file_truncated_while_it_is_read_is_an_error() {
    let file = file_with(&pattern(300_000));
    let mut reader = Source::from_file(file.path()).unwrap().open().unwrap();
    reader.read_exact(&mut vec![0; 100_000]).unwrap();
    file.as_file().set_len(1000).unwrap();
    let error = Error::from(reader.read_to_end(&mut Vec::new()).unwrap_err());
    assert!(error.message().contains("file changed"), "{error}");
}

#[test]
fn a_deleted_file_stays_readable_for_those_who_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a");
    fs::write(&path, pattern(200_000)).unwrap();
    let mut reader = Source::from_file(&path).unwrap().open().unwrap();
    fs::remove_file(&path).unwrap();
    assert!(reader.read_to_vec(1 << 20).unwrap() == pattern(200_000));
}

#[test]
fn bad_descriptors_are_refused() {
    for bad in [9999, -1, i32::MIN] {
        let error = Source::from_descriptor(bad).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Io, "{bad}");
    }
}

#[test]
fn descriptors_are_read_from_their_start_and_stay_the_callers() {
    let bytes = pattern(1000);
    let mut file = file_with(&bytes).into_file();
    file.seek(SeekFrom::Start(100)).unwrap();
    let source = Source::from_descriptor(file.as_raw_fd()).unwrap();
    drop(file);
    assert_eq!(read_all(&source).unwrap(), bytes);
    assert_eq!(source.len().unwrap(), Some(1000));
    assert!(!source.is_pipe().unwrap());
}

#[test]
fn pipes_are_replayed() {
    let (reader, mut writer) = io::pipe().unwrap();
    let source = Source::from_descriptor(reader.as_raw_fd()).unwrap();
    drop(reader);
    assert!(source.is_pipe().unwrap());
    let bytes = pattern(500_000);
    thread::scope(|scope| {
        let all = &bytes;
        scope.spawn(move || writer.write_all(all).unwrap());
        assert_eq!(source.sniff(20).unwrap(), bytes[..20]);
        assert!(read_all(&source).unwrap() == bytes);
    });
    assert!(read_all(&source).unwrap() == bytes);
    assert_eq!(source.len().unwrap(), Some(500_000));
}

#[test]
fn non_blocking_descriptors_are_waited_for() {
    let (reader, mut writer) = io::pipe().unwrap();
    rustix::fs::fcntl_setfl(&reader, OFlags::NONBLOCK).unwrap();
    let source = Source::from_descriptor(reader.as_raw_fd()).unwrap();
    thread::scope(|scope| {
        scope.spawn(move || {
            for piece in [b"abc", b"def"] {
                thread::sleep(Duration::from_millis(30));
                writer.write_all(piece).unwrap();
            }
        });
        assert_eq!(read_all(&source).unwrap(), b"abcdef");
    });
}

#[test]
fn cancelling_wakes_a_blocked_read_of_a_pipe() {
    let (reader, mut writer) = io::pipe().unwrap();
    let source = Source::from_descriptor(reader.as_raw_fd()).unwrap();
    let tick = Tick::new();
    let mut blocked = source.open().unwrap().with_tick(tick.clone());
    let start = Instant::now();
    let error = thread::scope(|scope| {
        let waiting = scope.spawn(|| blocked.read(&mut [0; 10]).unwrap_err());
        thread::sleep(Duration::from_millis(50));
        tick.cancel();
        Error::from(waiting.join().unwrap())
    });
    assert_eq!(error.kind(), ErrorKind::Cancelled);
    assert!(start.elapsed() < Duration::from_secs(5));
    // The pipe itself is as good as before.
    writer.write_all(b"abc").unwrap();
    assert_eq!(source.sniff(3).unwrap(), b"abc");
    assert_eq!(
        blocked.read(&mut [0; 10]).map_err(|error| Error::from(error).kind()).unwrap_err(),
        ErrorKind::Cancelled
    );
}

#[test]
fn a_deadline_ends_the_wait_for_a_pipe_and_for_another_reader() {
    let (reader, _writer) = io::pipe().unwrap();
    let source = Source::from_descriptor(reader.as_raw_fd()).unwrap();
    let tick = Tick::with_deadline(Instant::now() + Duration::from_millis(100));
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                let error = source.sniff_with(4, &tick).unwrap_err();
                assert_eq!(error.kind(), ErrorKind::Timeout);
            });
        }
    });
}

#[test]
fn a_fifo_is_a_pipe_and_does_not_hang() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("fifo");
    mknodat(CWD, &path, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
    let source = Source::from_file(&path).unwrap();
    assert!(source.is_pipe().unwrap());
    let tick = Tick::with_deadline(Instant::now() + Duration::from_millis(60));
    assert_eq!(source.sniff_with(4, &tick).unwrap_err().kind(), ErrorKind::Timeout);
    thread::scope(|scope| {
        let late = scope.spawn(|| read_all(&source));
        thread::sleep(Duration::from_millis(30));
        let mut writer = OpenOptions::new().write(true).open(&path).unwrap();
        writer.write_all(b"late, but complete").unwrap();
        drop(writer);
        assert_eq!(late.join().unwrap().unwrap(), b"late, but complete");
    });
    assert_eq!(read_all(&source).unwrap(), b"late, but complete");
}

/// Runs the test `name` of this file in a process whose folder for temporary files is missing;
/// true in that process.
fn without_temporary_folder(name: &str) -> bool {
    if std::env::var_os("TMPDIR").is_some_and(|folder| folder == "/nonexistent") {
        return true;
    }
    let mut child = std::process::Command::new(std::env::current_exe().unwrap());
    let output = child.args(["--exact", name]).env("TMPDIR", "/nonexistent").output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
    false
}

#[test]
fn a_missing_temporary_folder_only_ends_the_spool() {
    if without_temporary_folder("a_missing_temporary_folder_only_ends_the_spool") {
        let bytes = pattern(9 << 20);
        let stream = Bytes::new(&bytes, Manner::new(&[usize::MAX]));
        let source = Source::from_stream("s", stream);
        assert!(read_all(&source).unwrap() == bytes);
        let error = read_all(&source).unwrap_err();
        assert_eq!(error.message(), "source already consumed");
        assert!(error.to_string().contains("/nonexistent"), "{error}");
    }
}

#[test]
fn connections_cross_threads() {
    fn send_and_sync<T: Send + Sync + 'static>() {}
    fn send<T: Send + 'static>() {}
    send_and_sync::<Source>();
    send_and_sync::<windlass_io::SourceReader>();
    send_and_sync::<windlass_io::Target>();
    send_and_sync::<Tick>();
    send_and_sync::<Error>();
    send::<windlass_io::TargetWriter>();
}

#[test]
fn ticks_are_looked_at_even_in_memory() {
    let tick = Tick::new();
    let mut reader = Source::from_memory(pattern(100)).open().unwrap().with_tick(tick.clone());
    reader.read_exact(&mut [0; 10]).unwrap();
    tick.cancel();
    let error = Error::from(reader.read(&mut [0; 10]).unwrap_err());
    assert_eq!(error.kind(), ErrorKind::Cancelled);
}
