//! What the process was told by its environment. No other module reads it.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering};
use std::thread;

/// Number of threads that may work on an evaluation, at least 1.
///
/// The last [`set_concurrency`], else `WINDLASS_CONCURRENCY`, else `VIPS_CONCURRENCY`, else the
/// processors that affinity and the quota of the control group (v1 or v2) leave us.
pub fn concurrency() -> usize {
    match CONCURRENCY.load(Ordering::Relaxed) {
        0 => remember(first_concurrency()),
        set => set,
    }
}

/// Sets the number of threads: 0 is ignored, more than 1024 is 1024.
pub fn set_concurrency(threads: usize) {
    if threads > 0 {
        CONCURRENCY.store(threads.min(MAX_CONCURRENCY), Ordering::Relaxed);
    }
}

/// Bytes above which what has to be kept goes to a temporary file instead of memory.
///
/// `VIPS_DISC_THRESHOLD`, a number with optional suffix k, m or g; else 100 MiB.
pub fn disc_threshold() -> u64 {
    match DISC_THRESHOLD.load(Ordering::Relaxed) {
        UNSET => {
            let first = size_from_environment("VIPS_DISC_THRESHOLD")
                .and_then(|bytes| i64::try_from(bytes).ok())
                .unwrap_or(100 << 20);
            DISC_THRESHOLD.store(first, Ordering::Relaxed);
            first as u64
        }
        bytes => bytes as u64,
    }
}

/// Sets the bytes above which what has to be kept goes to a temporary file.
pub fn set_disc_threshold(bytes: u64) {
    DISC_THRESHOLD.store(i64::try_from(bytes).unwrap_or(i64::MAX), Ordering::Relaxed);
}

/// Bytes of a pipe that are kept at most, for going back; `None` is no limit.
///
/// The last [`set_pipe_read_limit`], else `VIPS_PIPE_READ_LIMIT`, else 1 GiB.
pub fn pipe_read_limit() -> Option<u64> {
    let mut limit = PIPE_READ_LIMIT.load(Ordering::Relaxed);
    if limit == UNSET {
        limit = text("VIPS_PIPE_READ_LIMIT").and_then(|text| pipe_limit(&text)).unwrap_or(1 << 30);
        PIPE_READ_LIMIT.store(limit, Ordering::Relaxed);
    }
    u64::try_from(limit).ok()
}

/// Sets the bytes of a pipe that are kept at most; negative is no limit.
pub fn set_pipe_read_limit(bytes: i64) {
    PIPE_READ_LIMIT.store(bytes.max(-1), Ordering::Relaxed);
}

/// Whether another copy of SQLite may be at work in this process; the last
/// [`set_other_sqlite`], else false.
pub fn other_sqlite() -> bool {
    OTHER_SQLITE.load(Ordering::Relaxed)
}

/// Sets whether another copy of SQLite may be at work in this process, as in the module `sqlite3`
/// of Python. Locks between two copies do not work, so that of this crate looks then for those of
/// the other before it begins (on Linux). A program that uses `rusqlite` has one copy.
pub fn set_other_sqlite(there_is: bool) {
    OTHER_SQLITE.store(there_is, Ordering::Relaxed);
}

/// Folder for temporary files: `TMPDIR`, else `/tmp`.
pub fn temporary_directory() -> PathBuf {
    variable("TMPDIR").map_or_else(|| PathBuf::from("/tmp"), PathBuf::from)
}

/// The value of an environment variable that is set and not empty.
pub fn variable(name: &str) -> Option<OsString> {
    env::var_os(name).filter(|value| !value.is_empty())
}

/// The value of an environment variable as a number with optional suffix k, m or g.
pub fn size_from_environment(name: &str) -> Option<u64> {
    size(&text(name)?)
}

fn text(name: &str) -> Option<String> {
    variable(name)?.into_string().ok()
}

/// A number with optional suffix k, m or g for powers of 1024.
fn size(text: &str) -> Option<u64> {
    let text = text.trim();
    let (digits, factor) = match text.chars().last()?.to_ascii_lowercase() {
        'k' => (text.strip_suffix(['k', 'K'])?, 1 << 10),
        'm' => (text.strip_suffix(['m', 'M'])?, 1 << 20),
        'g' => (text.strip_suffix(['g', 'G'])?, 1 << 30),
        _ => (text, 1),
    };
    digits.trim().parse::<u64>().ok()?.checked_mul(factor)
}

fn pipe_limit(text: &str) -> Option<i64> {
    if text.trim() == "-1" {
        return Some(-1);
    }
    i64::try_from(size(text)?).ok()
}

fn first_concurrency() -> usize {
    ["WINDLASS_CONCURRENCY", "VIPS_CONCURRENCY"]
        .into_iter()
        .find_map(|name| text(name)?.trim().parse().ok().filter(|&threads: &usize| threads > 0))
        .unwrap_or_else(|| thread::available_parallelism().map_or(1, usize::from))
        .min(MAX_CONCURRENCY)
}

/// Keeps the first value, unless somebody set another one meanwhile.
fn remember(first: usize) -> usize {
    match CONCURRENCY.compare_exchange(0, first, Ordering::Relaxed, Ordering::Relaxed) {
        Ok(_) => first,
        Err(set) => set,
    }
}

// Atomics instead of locks, so that a fork at any moment leaves them usable.
static CONCURRENCY: AtomicUsize = AtomicUsize::new(0);
static DISC_THRESHOLD: AtomicI64 = AtomicI64::new(UNSET);
static OTHER_SQLITE: AtomicBool = AtomicBool::new(false);
static PIPE_READ_LIMIT: AtomicI64 = AtomicI64::new(UNSET);

const UNSET: i64 = i64::MIN;
const MAX_CONCURRENCY: usize = 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        assert_eq!(size("104857600"), Some(104_857_600));
        assert_eq!(size("2k"), Some(2048));
        assert_eq!(size(" 3 M "), Some(3 << 20));
        assert_eq!(size("1g"), Some(1 << 30));
        for bad in ["", "k", "-1", "1x", "99999999999999999999", "18446744073709551615k", "é"] {
            assert_eq!(size(bad), None, "{bad}");
        }
    }

    #[test]
    fn pipe_limits() {
        assert_eq!(pipe_limit("-1"), Some(-1));
        assert_eq!(pipe_limit("1m"), Some(1 << 20));
        assert_eq!(pipe_limit("many"), None);
    }

    #[test]
    fn concurrency_is_clamped() {
        assert!(concurrency() >= 1);
        set_concurrency(3);
        set_concurrency(0);
        assert_eq!(concurrency(), 3);
        set_concurrency(5_000);
        assert_eq!(concurrency(), 1024);
    }
}
