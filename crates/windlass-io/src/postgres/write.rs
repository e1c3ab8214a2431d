//! Writing values of PostgreSQL in pieces, in one transaction.

use std::sync::Arc;
use std::time::Instant;

use ::postgres::Client;

use super::{Kind, Place, Value, database_error, quoted, quoted_table};
use crate::stats::Counters;
use crate::target::{Caps, Sink};
use crate::{Error, Result, Target, Tick, alloc, events};

pub(super) fn target(place: Place) -> Target {
    let counters = Arc::<Counters>::default();
    let sink_counters = counters.clone();
    Target::from_sinks(place.nick.clone(), counters, move || {
        let (place, counters) = (place.clone(), sink_counters.clone());
        Ok(Box::new(RowSink { place, counters, open: None, pending: Vec::new(), written: 0 }))
    })
}

/// Bytes go to a large object as they come. The value of a `bytea` column is made of it by the
/// server at the end, so that here is never more of it than a piece.
struct RowSink {
    place: Place,
    counters: Arc<Counters>,
    open: Option<Open>,
    pending: Vec<u8>,
    written: u64,
}

struct Open {
    client: Client,
    kind: Kind,
    oid: u32,
    /// The large object that is replaced.
    old: Option<u32>,
}

impl RowSink {
    fn open(&mut self) -> Result<()> {
        if self.open.is_some() {
            return Ok(());
        }
        let mut client = self.place.connect()?;
        client.batch_execute("BEGIN").map_err(|error| database_error(&error))?;
        let kind = self.place.kind(&mut client)?;
        let old = match kind {
            Kind::Large => self.place.large(&mut client)?.filter(|&oid| oid != 0),
            Kind::Bytes => None,
        };
        let oid = if let Value::Large(oid) = self.place.value {
            // Under its own number: emptied, or made.
            let sql = "SELECT lo_unlink(oid) FROM pg_largeobject_metadata WHERE oid = $1";
            client.execute(sql, &[&oid]).map_err(|error| database_error(&error))?;
            oid
        } else {
            0
        };
        let row = client.query_one("SELECT lo_create($1)", &[&oid]);
        let oid = row.map_err(|error| database_error(&error))?.get(0);
        self.open = Some(Open { client, kind, oid, old });
        Ok(())
    }

    fn flush(&mut self) -> Result<()> {
        self.open()?;
        let open = self.open.as_mut().expect("made above");
        let offset = i64::try_from(self.written).unwrap_or(i64::MAX);
        let start = Instant::now();
        let put =
            open.client.execute("SELECT lo_put($1, $2, $3)", &[&open.oid, &offset, &self.pending]);
        put.map_err(|error| database_error(&error))?;
        let count = self.pending.len() as u64;
        self.counters.requested();
        self.counters.waited(start);
        self.counters.passed(count);
        self.written += count;
        events::uploaded(&self.place.nick, 0, count);
        self.pending.clear();
        Ok(())
    }
}

impl Open {
    /// Puts the value into its row, which is made if there is none.
    fn place(&mut self, place: &Place) -> Result<()> {
        let Value::Row { table, column, key, value } = &place.value else { return Ok(()) };
        let (table, column, name) = (quoted_table(table), quoted(column), quoted(key));
        let made = match self.kind {
            Kind::Bytes => "lo_get($1)",
            Kind::Large => "$1::oid",
        };
        let sql = format!("UPDATE {table} SET {column} = {made} WHERE {name}::text = $2");
        let updated = self.client.execute(&sql, &[&self.oid, value]);
        if updated.map_err(|error| database_error(&error))? == 0 {
            // The type of the key is the server's business: the text is taken as it would be in
            // a statement.
            let literal = literal(value);
            let sql = format!("INSERT INTO {table} ({name}, {column}) VALUES ({literal}, {made})");
            self.client.execute(&sql, &[&self.oid]).map_err(|error| database_error(&error))?;
        }
        let unneeded = match self.kind {
            Kind::Bytes => Some(self.oid),
            Kind::Large => self.old.filter(|&old| old != self.oid),
        };
        if let Some(oid) = unneeded {
            let sql = "SELECT lo_unlink(oid) FROM pg_largeobject_metadata WHERE oid = $1";
            self.client.execute(sql, &[&oid]).map_err(|error| database_error(&error))?;
        }
        Ok(())
    }
}

impl Sink for RowSink {
    fn caps(&mut self, _: &Tick) -> Result<Caps> {
        Ok(Caps::APPEND)
    }

    fn write_at(&mut self, _: u64, bytes: &[u8], _: &Tick) -> Result<()> {
        alloc::reserve(&mut self.pending, bytes.len())?;
        self.pending.extend_from_slice(bytes);
        if self.pending.len() >= PIECE { self.flush() } else { Ok(()) }
    }

    fn read_at(&mut self, _: u64, _: &mut [u8], _: &Tick) -> Result<usize> {
        Ok(0)
    }

    fn commit(&mut self, tick: &Tick) -> Result<()> {
        self.flush()?;
        tick.check()?;
        let mut open = self.open.take().expect("opened by the flush");
        // A client that is dropped before its commit takes everything back.
        open.place(&self.place)?;
        open.client.batch_execute("COMMIT").map_err(|error| database_error(&error))
    }

    fn abort(&mut self, error: &Error) {
        events::aborted(&self.place.nick, error);
        self.pending = Vec::new();
        self.open = None;
    }
}

/// A text in a statement, whatever the server thinks of backslashes.
fn literal(text: &str) -> String {
    format!(" E'{}'", text.replace('\\', "\\\\").replace('\'', "''"))
}

const PIECE: usize = 1 << 20;
