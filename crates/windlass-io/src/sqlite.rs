//! Values of a SQLite database, read and written piece by piece.
//!
//! `sqlite:photos.db?table=images&column=data&rowid=123`, or with `key=name&value=cat.jpg` in
//! place of `rowid` to find the row by another column.

mod locks;

use std::hash::{DefaultHasher, Hasher};
use std::io::{Read, Seek, SeekFrom, Write};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, SyncSender, channel, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::{Connection, MAIN_DB, OpenFlags, OptionalExtension};

use locks::{Opened, Use};

use crate::names::{percent_decoded, query};
use crate::process::PerProcess;
use crate::source::Reader;
use crate::spool::Spool;
use crate::stats::Counters;
use crate::target::{Caps, Sink};
use crate::wait::{Turn, detached, lock};
use crate::{Error, ErrorKind, Result, Source, Target, Tick, alloc};

/// Where a value lies.
#[derive(Clone, Debug)]
struct Place {
    file: String,
    table: String,
    column: String,
    row: Row,
}

#[derive(Clone, Debug)]
enum Row {
    Id(i64),
    Key { column: String, value: String },
    New,
}

pub(crate) fn source(name: &str) -> Result<Source> {
    let (place, counters) = (Place::parse(name)?, Arc::<Counters>::default());
    if matches!(place.row, Row::New) {
        return Err(bad("sqlite: needs rowid=… or key=…&value=… to be read"));
    }
    let nick = name.to_owned();
    Ok(Source::later(name, counters.clone(), move |tick| {
        let (place, counters) = (place.clone(), counters.clone());
        let inner = tick.clone();
        let blob = detached(tick, move || Blob::open(place, counters, &inner), || ())?;
        Ok(Source::from_reader(nick.clone(), blob))
    }))
}

pub(crate) fn target(name: &str) -> Result<Target> {
    let place = Place::parse(name)?;
    let counters = Arc::<Counters>::default();
    let sink_counters = counters.clone();
    Ok(Target::from_sinks(name, counters, move || {
        let (spool, counters) = (Spool::new(MEMORY), sink_counters.clone());
        Ok(Box::new(BlobSink { place: place.clone(), spool, len: 0, counters }))
    }))
}

impl Place {
    fn parse(name: &str) -> Result<Self> {
        let (plain, pairs) = query(name)?;
        let file = plain.strip_prefix("sqlite:").unwrap_or(plain);
        let file = file.strip_prefix("//").unwrap_or(file);
        let file = String::from_utf8_lossy(&percent_decoded(file)).into_owned();
        let known = ["table", "column", "rowid", "key", "value"];
        if let Some((key, _)) = pairs.iter().find(|(key, _)| !known.contains(&key.as_str())) {
            return Err(bad(format!("sqlite: has no option {key:?}, only {}", known.join(", "))));
        }
        let find =
            |key| pairs.iter().find(|(found, _)| found == key).map(|(_, value)| value.clone());
        let need = |key| find(key).ok_or_else(|| bad(format!("sqlite: needs {key}=…")));
        let row = match (find("rowid"), find("key")) {
            (Some(_), Some(_)) => return Err(bad("sqlite: takes rowid= or key=, not both")),
            (Some(id), None) => {
                let parsed = id.parse();
                Row::Id(parsed.map_err(|_| bad(format!("rowid is {id:?}, not an integer")))?)
            }
            (None, Some(column)) => Row::Key { column, value: need("value")? },
            (None, None) => Row::New,
        };
        Ok(Self { file, table: need("table")?, column: need("column")?, row })
    }

    fn connect(&self, flags: OpenFlags) -> Result<Opened> {
        let connection = Opened::new(&self.file, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        connection.busy_timeout(BUSY).map_err(sqlite_error)?;
        Ok(connection)
    }

    /// The number of the row, if there is such a row.
    fn find(&self, connection: &Connection) -> Result<Option<i64>> {
        let table = quoted(&self.table);
        let found = match &self.row {
            Row::New => return Ok(None),
            Row::Id(id) => {
                let sql = format!("SELECT rowid FROM {table} WHERE rowid = ?1");
                connection.query_row(&sql, [id], |row| row.get(0)).optional()
            }
            Row::Key { column, value } => {
                let key = quoted(column);
                // As text and as a number, whatever the column holds.
                let sql = format!(
                    "SELECT rowid FROM {table} WHERE {key} = ?1 OR CAST({key} AS TEXT) = ?1"
                );
                connection.query_row(&sql, [value], |row| row.get(0)).optional()
            }
        };
        found.map_err(sqlite_error)
    }

    /// The number of the row, and the length of its value.
    fn measure(&self, connection: &Connection) -> Result<(i64, u64)> {
        let row = self.find(connection)?.ok_or_else(|| self.missing())?;
        Ok((row, self.blob(connection, row, true)?.len() as u64))
    }

    /// The value of a row.
    fn blob<'a>(
        &self,
        connection: &'a Connection,
        row: i64,
        read_only: bool,
    ) -> Result<rusqlite::blob::Blob<'a>> {
        let (table, column) = (self.table.as_str(), self.column.as_str());
        connection.blob_open(MAIN_DB, table, column, row, read_only).map_err(|error| {
            let error = sqlite_error(error);
            if error.message().contains("cannot open value of type") {
                let text = format!("{} in column {column:?}: a BLOB is needed", error.message());
                return bad(text);
            }
            error
        })
    }

    fn missing(&self) -> Error {
        let message = match &self.row {
            Row::Id(id) => format!("table {:?} has no row {id}", self.table),
            Row::Key { column, value } => {
                format!("table {:?} has no row with {column:?} = {value:?}", self.table)
            }
            Row::New => "sqlite: needs rowid=… or key=…&value=…".to_owned(),
        };
        Error::new(ErrorKind::NotFound, message)
    }
}

/// A value that is read by a thread with a connection of its own.
struct Blob {
    len: u64,
    desk: PerProcess<Mutex<Option<Sender<Wish>>>>,
    worker: Worker,
    counters: Arc<Counters>,
}

/// A read that somebody waits for.
struct Wish {
    offset: u64,
    count: usize,
    tick: Tick,
    answer: SyncSender<Result<Vec<u8>>>,
}

/// What the thread does.
#[derive(Clone)]
struct Worker {
    place: Place,
    row: i64,
    len: u64,
    /// What was read so far, to tell whether a later change of the database touched it.
    seen: Arc<Turn<Seen>>,
}

#[derive(Default)]
struct Seen {
    version: Option<i64>,
    /// Offset, length and hash of the pieces.
    pieces: Vec<(u64, usize, u64)>,
}

impl Blob {
    fn open(place: Place, counters: Arc<Counters>, tick: &Tick) -> Result<Self> {
        let using = Use::begin(&place.file, false, tick)?;
        let connection = place.connect(OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        let (row, len) = place.measure(&connection)?;
        drop(connection);
        drop(using);
        let seen = Arc::new(Turn::new(Seen::default()));
        let worker = Worker { place, row, len, seen };
        let desk = PerProcess::new(|| Mutex::new(None));
        Ok(Self { len, desk, worker, counters })
    }

    /// Hands a wish to the thread, which is started if there is none.
    fn send(&self, wish: Wish) -> Result<()> {
        let mut desk = lock(self.desk.get());
        let refused = match &*desk {
            Some(sender) => sender.send(wish).err().map(|refused| refused.0),
            None => Some(wish),
        };
        if let Some(wish) = refused {
            let (sender, receiver) = channel();
            let worker = self.worker.clone();
            let thread = thread::Builder::new().name("windlass-io".to_owned());
            thread.spawn(move || worker.work(&receiver))?;
            drop(sender.send(wish));
            *desk = Some(sender);
        }
        Ok(())
    }
}

impl Worker {
    /// Serves until nobody is left who could wish for something.
    fn work(&self, wishes: &Receiver<Wish>) {
        let (mut connection, mut next) = (None, None);
        while let Some(wish) = next.take().or_else(|| wishes.recv().ok()) {
            let opened = Use::begin(&self.place.file, false, &wish.tick).and_then(|using| {
                let connected = match connection.take() {
                    Some(connection) => Ok(connection),
                    None => self.place.connect(OpenFlags::SQLITE_OPEN_READ_ONLY),
                };
                connected.map(|connected| (using, connected))
            });
            match opened {
                Ok((using, opened)) => {
                    next = self.session(&opened, wish, wishes, &using);
                    connection = Some(opened);
                }
                // Nobody may be waiting any more.
                Err(error) => drop(wish.answer.send(Err(error))),
            }
        }
    }

    /// Serves in one transaction, with one handle, since finding a place in a large value means
    /// to walk through it. Ends soon, so that those who write can go on. Returns a wish that is
    /// for another transaction.
    fn session(
        &self,
        connection: &Connection,
        first: Wish,
        wishes: &Receiver<Wish>,
        using: &Use,
    ) -> Option<Wish> {
        let opened = connection
            .execute_batch("BEGIN")
            .map_err(sqlite_error)
            .and_then(|()| self.checked_blob(connection));
        let mut next = None;
        match opened {
            Ok(mut blob) => {
                let end = Instant::now() + LONGEST_SESSION;
                next = Some(first);
                while let Some(wish) = next.take_if(|_| !using.others_write()) {
                    let read = self.read(&mut blob, wish.offset, wish.count);
                    drop(wish.answer.send(read));
                    let wait = end.saturating_duration_since(Instant::now()).min(IDLE);
                    next = wishes.recv_timeout(wait).ok();
                }
            }
            Err(error) => drop(first.answer.send(Err(error))),
        }
        let next = hold(using, next, wishes);
        // Without a transaction there is nothing to end.
        drop(connection.execute_batch("END"));
        next
    }

    /// The value, if it still is what was read of it.
    fn checked_blob<'a>(&self, connection: &'a Connection) -> Result<rusqlite::blob::Blob<'a>> {
        let mut blob = self.place.blob(connection, self.row, true)?;
        if blob.len() as u64 != self.len {
            return Err(changed());
        }
        let version = connection.query_row("PRAGMA data_version", [], |row| row.get(0));
        let version: i64 = version.map_err(sqlite_error)?;
        let mut seen = self.seen.take(&Tick::never())?;
        // Somebody wrote to the database, perhaps elsewhere; or this is another process.
        if seen.version != Some(version) {
            for &(offset, count, hash) in &seen.pieces {
                if hash_of(&read_piece(&mut blob, offset, count)?) != hash {
                    return Err(changed());
                }
            }
        }
        seen.version = Some(version);
        Ok(blob)
    }

    fn read(
        &self,
        blob: &mut rusqlite::blob::Blob<'_>,
        offset: u64,
        count: usize,
    ) -> Result<Vec<u8>> {
        let bytes = read_piece(blob, offset, count)?;
        let piece = (offset, bytes.len(), hash_of(&bytes));
        self.seen.take(&Tick::never())?.pieces.push(piece);
        Ok(bytes)
    }
}

/// Keeps a transaction until no other copy of SQLite writes, since its locks would go with ours.
/// Returns a wish that came meanwhile, if it did not wait for too long.
fn hold(using: &Use, next: Option<Wish>, wishes: &Receiver<Wish>) -> Option<Wish> {
    let since = |wish| (wish, Instant::now());
    let mut waiting = next.map(since);
    while using.others_write() {
        waiting = waiting.or_else(|| wishes.try_recv().ok().map(since));
        if let Some((wish, _)) = waiting.take_if(|(_, since)| since.elapsed() > BUSY) {
            drop(wish.answer.send(Err(locks::locked())));
        }
        thread::sleep(POLL);
    }
    waiting.map(|(wish, _)| wish)
}

/// Runs a statement that may have to wait for others, for as long as the tick allows.
fn patiently(connection: &Connection, sql: &str, tick: &Tick) -> Result<()> {
    let end = Instant::now() + BUSY;
    loop {
        tick.check()?;
        connection.busy_timeout(tick.slice()).map_err(sqlite_error)?;
        match connection.execute_batch(sql) {
            Err(error) if is_busy(&error) && Instant::now() < end => {}
            done => return done.map_err(sqlite_error),
        }
    }
}

fn is_busy(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(rusqlite::ErrorCode::DatabaseBusy)
}

/// Reads until there is as much as was wished for, or the value ends.
fn read_piece(blob: &mut rusqlite::blob::Blob<'_>, offset: u64, count: usize) -> Result<Vec<u8>> {
    let mut bytes = alloc::try_vec(count)?;
    blob.seek(SeekFrom::Start(offset)).map_err(sqlite_io_error)?;
    let mut done = 0;
    while done < count {
        match blob.read(&mut bytes[done..]).map_err(sqlite_io_error)? {
            0 => break,
            read => done += read,
        }
    }
    bytes.truncate(done);
    Ok(bytes)
}

impl Reader for Blob {
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize> {
        self.read_with(offset, buffer, &Tick::never())
    }

    fn len(&self) -> Result<Option<u64>> {
        Ok(Some(self.len))
    }

    fn read_with(&self, offset: u64, buffer: &mut [u8], tick: &Tick) -> Result<usize> {
        if offset >= self.len || buffer.is_empty() {
            return Ok(0);
        }
        let start = Instant::now();
        let (answer, answered) = sync_channel(1);
        self.send(Wish { offset, count: buffer.len().min(PIECE), tick: tick.clone(), answer })?;
        let bytes = loop {
            match answered.recv_timeout(tick.slice()) {
                Ok(read) => break read?,
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(Error::new(ErrorKind::Internal, "the thread of SQLite failed"));
                }
                Err(RecvTimeoutError::Timeout) => tick.check()?,
            }
        };
        buffer[..bytes.len()].copy_from_slice(&bytes);
        self.counters.waited(start);
        self.counters.requested();
        self.counters.passed(bytes.len() as u64);
        Ok(bytes.len())
    }

    fn counters(&self) -> Option<Arc<Counters>> {
        Some(self.counters.clone())
    }
}

/// Collects the bytes, since a value gets its length before its bytes; then writes them piece by
/// piece, in one transaction.
struct BlobSink {
    place: Place,
    spool: Spool,
    len: u64,
    counters: Arc<Counters>,
}

impl BlobSink {
    /// The row, with room for the value.
    fn make_room(&self, connection: &Connection) -> Result<i64> {
        let (table, column) = (quoted(&self.place.table), quoted(&self.place.column));
        let len = i64::try_from(self.len).unwrap_or(i64::MAX);
        if let Some(row) = self.place.find(connection)? {
            let sql = format!("UPDATE {table} SET {column} = zeroblob(?1) WHERE rowid = ?2");
            connection.execute(&sql, (len, row)).map_err(sqlite_error)?;
            return Ok(row);
        }
        let done = match &self.place.row {
            Row::Id(id) => {
                let sql =
                    format!("INSERT INTO {table} (rowid, {column}) VALUES (?1, zeroblob(?2))");
                connection.execute(&sql, (id, len))
            }
            Row::Key { column: key, value } => {
                let key = quoted(key);
                let sql =
                    format!("INSERT INTO {table} ({key}, {column}) VALUES (?1, zeroblob(?2))");
                connection.execute(&sql, (value, len))
            }
            Row::New => {
                let sql = format!("INSERT INTO {table} ({column}) VALUES (zeroblob(?1))");
                connection.execute(&sql, [len])
            }
        };
        done.map_err(sqlite_error)?;
        Ok(connection.last_insert_rowid())
    }

    /// All of it, in one transaction.
    fn write(&self, connection: &Connection, tick: &Tick) -> Result<()> {
        patiently(connection, "BEGIN IMMEDIATE", tick)?;
        let row = self.make_room(connection)?;
        self.copy(connection, row, tick)?;
        patiently(connection, "COMMIT", tick)
    }

    fn copy(&self, connection: &Connection, row: i64, tick: &Tick) -> Result<()> {
        let mut blob = self.place.blob(connection, row, false)?;
        let mut piece = alloc::try_vec(PIECE)?;
        let mut offset = 0;
        loop {
            tick.check()?;
            let count = self.spool.read_at(offset, &mut piece)?;
            if count == 0 {
                return Ok(());
            }
            blob.write_all(&piece[..count]).map_err(sqlite_io_error)?;
            self.counters.requested();
            self.counters.passed(count as u64);
            offset += count as u64;
        }
    }
}

impl Sink for BlobSink {
    fn caps(&mut self, _: &Tick) -> Result<Caps> {
        Ok(Caps::ALL)
    }

    fn write_at(&mut self, offset: u64, bytes: &[u8], _: &Tick) -> Result<()> {
        self.spool.write_at(offset, bytes)?;
        self.len = self.len.max(offset + bytes.len() as u64);
        Ok(())
    }

    fn read_at(&mut self, offset: u64, buffer: &mut [u8], _: &Tick) -> Result<usize> {
        self.spool.read_at(offset, buffer)
    }

    fn commit(&mut self, tick: &Tick) -> Result<()> {
        let using = Use::begin(&self.place.file, true, tick)?;
        let connection = self.place.connect(OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        let written = self.write(&connection, tick);
        if written.is_err() {
            // What can't be taken back now is by whoever opens the database next.
            drop(connection.execute_batch("ROLLBACK"));
        }
        // The connection goes last: whether it may depends on what others do then.
        drop(using);
        written
    }

    fn abort(&mut self, _: &Error) {
        self.spool = Spool::new(MEMORY);
    }
}

/// A name in a statement.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn hash_of(bytes: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(bytes);
    hasher.finish()
}

fn changed() -> Error {
    Error::new(ErrorKind::Io, "the value has changed while it was read")
}

fn bad(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::BadArgument, message)
}

fn sqlite_error(error: rusqlite::Error) -> Error {
    let missing = error.sqlite_error_code() == Some(rusqlite::ErrorCode::CannotOpen);
    let kind = if missing { ErrorKind::NotFound } else { ErrorKind::Io };
    let message = format!("SQLite: {error}");
    Error::new(kind, message).with_source(error)
}

fn sqlite_io_error(error: std::io::Error) -> Error {
    match Error::find_in(&error) {
        Some(found) => found.clone(),
        None => Error::new(ErrorKind::Io, format!("SQLite: {error}")).with_source(error),
    }
}

/// How long to wait for others who write.
const BUSY: Duration = Duration::from_secs(10);
/// How long a transaction stays open without a read, and at most.
const IDLE: Duration = Duration::from_millis(100);
/// How often to look whether others still write.
const POLL: Duration = Duration::from_millis(10);
const LONGEST_SESSION: Duration = Duration::from_secs(2);
const MEMORY: u64 = 8 << 20;
const PIECE: usize = 256 << 10;
