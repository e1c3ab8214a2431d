//! Locks that another copy of SQLite in this process holds.
//!
//! SQLite locks files by `fcntl`, and such locks belong to the process: two copies of SQLite in one
//! process, ours and that of Python's module `sqlite3`, do not see each other's, and each takes
//! away the other's when it unlocks or closes the file ("How To Corrupt An SQLite Database File",
//! section 2.2, of sqlite.org). The kernel's list of locks tells that there is one, so that a
//! transaction of the other copy is waited for, as SQLite does for one of another process.
//!
//! Looked for only where there may be another copy (`settings::other_sqlite`), since the locks of
//! our own look the same. Nor do we unlock or close anything meanwhile. What this can't see is a
//! transaction that the other copy begins while we write.

use std::collections::BTreeMap;
use std::fs;
use std::ops::Deref;
use std::os::unix::fs::MetadataExt;
use std::process;
use std::sync::{Mutex, OnceLock};
use std::thread;
use std::time::Instant;

use rusqlite::{Connection, OpenFlags};

use super::{BUSY, sqlite_error};
use crate::process::PerProcess;
use crate::wait::lock;
use crate::{Error, ErrorKind, Result, Tick, settings};

/// A database, as the file system knows it now.
#[derive(Clone, Copy, Debug)]
struct File {
    device: u64,
    inode: u64,
    /// Its shared memory, if there is a write-ahead log.
    shared: Option<u64>,
}

/// What we have to do with a database.
#[derive(Default)]
struct Ours {
    /// Transactions under way.
    readers: usize,
    writers: usize,
    /// Connections there are, those that are not needed any more included.
    open: usize,
    idle: Vec<(OpenFlags, Connection)>,
}

/// A transaction of ours.
#[derive(Debug)]
pub(super) struct Use {
    name: String,
    key: Option<Key>,
    writes: bool,
}

/// A connection of ours. When it is not needed any more it is closed or kept, since closing a file
/// takes away the locks of the whole process.
pub(super) struct Opened {
    name: String,
    key: Option<Key>,
    flags: OpenFlags,
    /// There until the end.
    connection: Option<Connection>,
}

/// Device and inode.
type Key = (u64, u64);

impl File {
    /// None for what is no file, such as a database in memory.
    fn of(name: &str) -> Option<Self> {
        let found = fs::metadata(name).ok()?;
        let shared = fs::metadata(format!("{name}-shm")).ok().map(|found| found.ino());
        Some(Self { device: found.dev(), inode: found.ino(), shared })
    }

    fn key(self) -> Key {
        (self.device, self.inode)
    }

    /// Whether the process holds a lock for writing, or one of `any` kind.
    ///
    /// Where there is a write-ahead log each open connection holds one for reading, and those who
    /// read and who write do not disturb each other.
    fn is_locked(self, any: bool) -> bool {
        if !settings::other_sqlite() {
            return false;
        }
        let Ok(list) = fs::read_to_string("/proc/locks") else { return false };
        let any = any && self.shared.is_none();
        locks(&list, process::id())
            .filter(|(_, writes)| any || *writes)
            .any(|(inode, _)| inode == self.inode || Some(inode) == self.shared)
    }

    /// How many descriptors of the process lead to the database.
    fn descriptors(self) -> usize {
        let Ok(list) = fs::read_dir("/proc/self/fd") else { return 0 };
        let found = list.filter_map(|entry| fs::metadata(entry.ok()?.path()).ok());
        found.filter(|found| (found.dev(), found.ino()) == self.key()).count()
    }
}

impl Ours {
    /// Whether the locks of somebody else would go if we closed a connection.
    fn must_stay(&self, file: File) -> bool {
        let may = settings::other_sqlite() && self.writers == 0;
        may && file.descriptors() > self.open && (file.shared.is_some() || file.is_locked(false))
    }

    fn is_over(&self) -> bool {
        self.readers + self.writers + self.open == 0
    }
}

/// The locks of a process: the file, and whether it is locked for writing.
///
/// A line is `1: POSIX  ADVISORY  WRITE 1234 fd:01:5678 0 EOF`; who waits has `->` before `POSIX`.
fn locks(list: &str, process: u32) -> impl Iterator<Item = (u64, bool)> {
    list.lines().filter_map(move |line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let [_, "POSIX", _, kind, owner, place, ..] = fields[..] else { return None };
        let inode = place.rsplit(':').next()?.parse().ok()?;
        (owner.parse() == Ok(process)).then_some((inode, kind == "WRITE"))
    })
}

impl Use {
    /// Begins as soon as no other copy of SQLite in this process has a transaction that forbids it.
    pub(super) fn begin(name: &str, writes: bool, tick: &Tick) -> Result<Self> {
        let name = name.to_owned();
        let end = Instant::now() + BUSY;
        loop {
            tick.check()?;
            let Some(file) = File::of(&name) else { return Ok(Self { name, key: None, writes }) };
            if begun(file, writes) {
                return Ok(Self { name, key: Some(file.key()), writes });
            }
            if Instant::now() >= end {
                return Err(locked());
            }
            thread::sleep(tick.slice());
        }
    }

    /// Whether another copy writes now, as far as that can be told.
    pub(super) fn others_write(&self) -> bool {
        let Some(file) = File::of(&self.name) else { return false };
        let all = lock(ours());
        let own = self.key.and_then(|key| all.get(&key));
        own.is_some_and(|own| own.writers == 0 && file.is_locked(false))
    }
}

/// The transaction of another copy lasts too long.
pub(super) fn locked() -> Error {
    let text = "SQLite: the database is locked by a transaction in this process, of the module sqlite3 \
                or another copy of SQLite: end that first (commit or rollback)";
    Error::new(ErrorKind::Io, text)
}

/// Counts a transaction, unless another copy is in the way.
fn begun(file: File, writes: bool) -> bool {
    let mut all = lock(ours());
    let own = all.entry(file.key()).or_default();
    // The locks of our own can't be told from others'.
    if own.writers == 0 && file.is_locked(writes && own.readers == 0) {
        return false;
    }
    if writes {
        own.writers += 1;
    } else {
        own.readers += 1;
    }
    true
}

impl Drop for Use {
    fn drop(&mut self) {
        change(self.key, |own| {
            let count = if self.writes { &mut own.writers } else { &mut own.readers };
            *count = count.saturating_sub(1);
        });
    }
}

impl Opened {
    /// A connection to a database, one that is left over if there is one.
    pub(super) fn new(name: &str, flags: OpenFlags) -> Result<Self> {
        let spare = File::of(name).and_then(|file| {
            let mut all = lock(ours());
            let own = all.get_mut(&file.key())?;
            let index = own.idle.iter().position(|(others, _)| *others == flags)?;
            Some((file.key(), own.idle.swap_remove(index).1))
        });
        if let Some((key, connection)) = spare {
            let (key, connection) = (Some(key), Some(connection));
            return Ok(Self { name: name.to_owned(), key, flags, connection });
        }
        let connection = Connection::open_with_flags(name, flags).map_err(sqlite_error)?;
        let key = File::of(name).map(File::key);
        change(key, |own| own.open += 1);
        Ok(Self { name: name.to_owned(), key, flags, connection: Some(connection) })
    }
}

impl Deref for Opened {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.connection.as_ref().expect("taken by drop alone")
    }
}

impl Drop for Opened {
    fn drop(&mut self) {
        let Some(connection) = self.connection.take() else { return };
        // Without a transaction there is nothing to take back.
        drop(connection.execute_batch("ROLLBACK"));
        let flags = self.flags;
        change(self.key, |own| {
            own.idle.push((flags, connection));
            // Another file of that name is not this one.
            let file = File::of(&self.name).filter(|file| Some(file.key()) == self.key);
            if file.is_none_or(|file| !own.must_stay(file)) {
                own.open = own.open.saturating_sub(own.idle.len());
                own.idle.clear();
            }
        });
    }
}

/// Changes what is known of a database. Of none that is a file, nothing is known.
fn change(key: Option<Key>, step: impl FnOnce(&mut Ours)) {
    let mut all = lock(ours());
    let Some(key) = key else { return step(&mut Ours::default()) };
    let own = all.entry(key).or_default();
    step(own);
    if own.is_over() {
        all.remove(&key);
    }
}

type All = Mutex<BTreeMap<Key, Ours>>;

fn ours() -> &'static All {
    static OURS: OnceLock<PerProcess<All>> = OnceLock::new();
    OURS.get_or_init(|| PerProcess::new(Mutex::default)).get()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_the_kernel() {
        let list = "1: POSIX  ADVISORY  WRITE 12 fd:01:77 0 EOF\n\
                    1: -> POSIX  ADVISORY  WRITE 12 fd:01:78 0 EOF\n\
                    2: POSIX  ADVISORY  READ 12 fd:01:79 1073741826 1073742335\n\
                    3: FLOCK  ADVISORY  WRITE 12 fd:01:80 0 EOF\n\
                    4: POSIX  ADVISORY  WRITE 13 fd:01:81 0 EOF\nnonsense\n";
        let found: Vec<_> = locks(list, 12).collect();
        assert_eq!(found, [(77, true), (79, false)]);
    }
}
