//! Reading values of PostgreSQL in pieces, all from one state of the database.

use std::ops::Range;
use std::sync::{Arc, Mutex};

use ::postgres::Client;

use super::{Kind, Place, Slot, Value, database_error, quoted, quoted_table};
use crate::process::PerProcess;
use crate::remote::{Cache, Fetch, Ranges};
use crate::stats::Counters;
use crate::wait::{detached, lock};
use crate::{Error, ErrorKind, Result, Source, Tick, events};

pub(super) fn source(place: Place) -> Source {
    let (nick, counters) = (place.nick.clone(), Arc::<Counters>::default());
    Source::later(nick, counters.clone(), move |tick| {
        open_source(place.clone(), counters.clone(), tick)
    })
}

fn open_source(place: Place, counters: Arc<Counters>, tick: &Tick) -> Result<Source> {
    let nick = place.nick.clone();
    let opening = place.clone();
    let (client, state) = detached(tick, move || open(&opening), || ())?;
    let first = Mutex::new(Some(client));
    let (len, make_counters) = (state.len, counters.clone());
    let cache = PerProcess::new(move || {
        // A child must not use the connection of its parent.
        let client = Mutex::new(lock(&first).take());
        let (place, state, counters) = (place.clone(), state.clone(), make_counters.clone());
        Cache::new(
            Rows { place, state, client, counters: counters.clone() },
            len,
            counters,
            &bytes::Bytes::new(),
        )
    });
    Ok(Source::from_reader(nick, Ranges { cache, len, counters }))
}

/// The state of a value when it was opened.
#[derive(Clone)]
struct State {
    kind: Kind,
    /// The large object.
    oid: u32,
    len: u64,
    /// Which transaction wrote the row.
    version: String,
}

/// A connection in a transaction that sees one state of the database.
fn open(place: &Place) -> Result<(Client, State)> {
    let mut client = place.connect()?;
    client
        .batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        .map_err(|error| database_error(&error))?;
    let kind = place.kind(&mut client)?;
    let state = if let (Kind::Bytes, Value::Row { table, column, key, value }) =
        (kind, &place.value)
    {
        let (column, table, key) = (quoted(column), quoted_table(table), quoted(key));
        let sql = format!(
            "SELECT octet_length({column})::bigint, xmin::text FROM {table} WHERE {key}::text = $1"
        );
        let row = client.query_opt(&sql, &[value]).map_err(|error| database_error(&error))?;
        let row = row.ok_or_else(|| place.missing())?;
        let len: Option<i64> = row.get(0);
        let len = len.ok_or_else(|| place.missing())?;
        State { kind, oid: 0, len: len.unsigned_abs(), version: row.get(1) }
    } else {
        let oid = place.large(&mut client)?.ok_or_else(|| place.missing())?;
        State { kind, oid, len: large_len(&mut client, place, oid)?, version: String::new() }
    };
    Ok((client, state))
}

fn large_len(client: &mut Client, place: &Place, oid: u32) -> Result<u64> {
    let found = client.query_opt("SELECT 1 FROM pg_largeobject_metadata WHERE oid = $1", &[&oid]);
    found.map_err(|error| database_error(&error))?.ok_or_else(|| place.missing())?;
    let sql = "SELECT lo_lseek64(fd, 0, 2), lo_close(fd) FROM (SELECT lo_open($1, 262144) AS fd) AS opened";
    let row = client.query_one(sql, &[&oid]).map_err(|error| database_error(&error))?;
    let len: i64 = row.get(0);
    Ok(len.unsigned_abs())
}

struct Rows {
    place: Place,
    state: State,
    client: Slot,
    counters: Arc<Counters>,
}

impl Rows {
    /// A piece of the value.
    fn piece(&self, client: &mut Client, offset: u64, count: usize) -> Result<Vec<u8>> {
        self.counters.requested();
        events::requested(&self.place.nick, offset, Some(offset + count as u64));
        let count = i32::try_from(count).unwrap_or(i32::MAX);
        let row = if let (Value::Row { table, column, key, value }, Kind::Bytes) =
            (&self.place.value, self.state.kind)
        {
            let (column, table, key) = (quoted(column), quoted_table(table), quoted(key));
            let sql = format!(
                "SELECT substring({column} FROM $2 FOR $3) FROM {table} WHERE {key}::text = $1"
            );
            let start = i32::try_from(offset + 1).unwrap_or(i32::MAX);
            client.query_opt(&sql, &[value, &start, &count])
        } else {
            let offset = i64::try_from(offset).unwrap_or(i64::MAX);
            client.query_opt("SELECT lo_get($1, $2, $3)", &[&self.state.oid, &offset, &count])
        };
        let row = row.map_err(|error| database_error(&error))?;
        let bytes: Option<Vec<u8>> = row.and_then(|row| row.get(0));
        bytes.ok_or_else(|| self.place.missing())
    }

    /// Takes up a connection that is gone, if the value is still the same.
    fn reopen(&self) -> Result<Client> {
        let (client, state) = open(&self.place)?;
        // A large object has no version, so another state of it could not be told.
        let same = self.state.kind == Kind::Bytes && state.version == self.state.version;
        if same && state.len == self.state.len {
            return Ok(client);
        }
        Err(Error::new(ErrorKind::Io, "the value has changed while it was read"))
    }
}

impl Fetch for Rows {
    fn fetch(&self, range: Range<u64>, sink: &mut dyn FnMut(&[u8]) -> bool) -> Result<()> {
        let mut slot = lock(&self.client);
        let mut at = range.start;
        while at < range.end {
            let lost = slot.as_ref().is_none_or(Client::is_closed);
            if lost {
                *slot = Some(self.reopen()?);
            }
            let client = slot.as_mut().expect("made above");
            let count = (range.end - at).min(PIECE) as usize;
            let piece = match self.piece(client, at, count) {
                Err(_) if client.is_closed() && !lost => {
                    self.counters.retried();
                    continue;
                }
                piece => piece?,
            };
            if piece.len() != count {
                let text = format!("the value ended at byte {}", at + piece.len() as u64);
                return Err(Error::new(ErrorKind::Io, text));
            }
            at += count as u64;
            self.counters.passed(count as u64);
            if !sink(&piece) {
                return Ok(());
            }
        }
        Ok(())
    }

    fn stop(&self) {}
}

/// Bytes of one query.
const PIECE: u64 = 1 << 20;
