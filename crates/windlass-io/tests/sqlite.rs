//! Values of a SQLite database.

#![cfg(feature = "sqlite")]

use std::io::Write;

use rusqlite::Connection;
use windlass_io::{ErrorKind, Result, Source, Target, Tick};

struct Database {
    folder: tempfile::TempDir,
    connection: Connection,
}

#[expect(clippy::unwrap_used, reason = "part of tests")]
impl Database {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let connection = Connection::open(folder.path().join("a.db")).unwrap();
        let sql = "CREATE TABLE images (name TEXT, data BLOB)";
        connection.execute_batch(sql).unwrap();
        Self { folder, connection }
    }

    fn url(&self, rest: &str) -> String {
        format!("sqlite:{}/a.db?table=images&column=data{rest}", self.folder.path().display())
    }

    fn insert(&self, name: &str, bytes: &[u8]) {
        let sql = "INSERT INTO images VALUES (?1, ?2)";
        self.connection.execute(sql, (name, bytes)).unwrap();
    }
}

fn bytes(len: usize) -> Vec<u8> {
    (0..len).map(|i| (i ^ (i >> 8) ^ (i >> 16)) as u8).collect()
}

fn save(url: &str, bytes: &[u8]) -> Result<()> {
    let mut writer = Target::to_name(url)?.begin()?;
    for piece in bytes.chunks(70_000) {
        writer.write_all(piece)?;
    }
    writer.commit()
}

#[test]
fn read_by_row_and_by_key() {
    let database = Database::new();
    let body = bytes(3 << 20);
    database.insert("other", b"x");
    database.insert("cat & dog", &body);
    for rest in ["&rowid=2", "&key=name&value=cat+%26%20dog"] {
        let source = Source::from_name_with(database.url(rest), &Tick::never()).unwrap();
        assert_eq!(source.len().unwrap(), Some(body.len() as u64));
        assert!(source.read_to_vec(u64::MAX).unwrap() == body);
        assert_eq!(source.stats().bytes, body.len() as u64);
    }
}

#[test]
fn written_and_read_back() {
    let database = Database::new();
    database.insert("old", &bytes(100));
    let body = bytes(9 << 20);
    for rest in ["&rowid=1", "&rowid=77", "&key=name&value=new"] {
        save(&database.url(rest), &body).unwrap();
        let source = Source::from_name_with(database.url(rest), &Tick::never()).unwrap();
        assert!(source.read_to_vec(u64::MAX).unwrap() == body, "{rest}");
    }
    save(&database.url(""), b"another row").unwrap();
    let count = database.connection.query_row("SELECT count(*) FROM images", [], |row| row.get(0));
    assert_eq!(count, Ok(4));
}

#[test]
fn a_failed_save_leaves_the_old_value() {
    let database = Database::new();
    database.insert("old", b"old");
    let target = Target::to_name(database.url("&rowid=1")).unwrap();
    let mut writer = target.begin().unwrap();
    writer.write_all(&bytes(1 << 20)).unwrap();
    drop(writer);
    let source = Source::from_name_with(database.url("&rowid=1"), &Tick::never()).unwrap();
    assert_eq!(source.read_to_vec(99).unwrap(), b"old");
}

#[test]
fn a_change_while_reading_is_an_error_elsewhere_it_is_not() {
    let database = Database::new();
    database.insert("a", &bytes(1 << 20));
    let source = Source::from_name_with(database.url("&rowid=1"), &Tick::never()).unwrap();
    let reader = source.open().unwrap();
    let mut piece = vec![0; 1000];
    reader.read_exact_at(0, &mut piece).unwrap();
    database.insert("b", b"elsewhere");
    reader.read_exact_at(2000, &mut piece).unwrap();
    let mut other = bytes(1 << 20);
    other[10] ^= 1;
    let sql = "UPDATE images SET data = ?1 WHERE rowid = 1";
    database.connection.execute(sql, [&other]).unwrap();
    let error = reader.read_exact_at(4000, &mut piece).unwrap_err();
    assert!(error.message().contains("has changed"), "{error}");
}

#[test]
fn errors_say_what_is_missing() {
    let database = Database::new();
    let error =
        |rest: &str| Source::from_name_with(database.url(rest), &Tick::never()).unwrap_err();
    assert_eq!(error("&rowid=5").kind(), ErrorKind::NotFound);
    assert_eq!(error("&key=name&value=x").kind(), ErrorKind::NotFound);
    assert_eq!(error("&rowid=five").kind(), ErrorKind::BadArgument);
    assert_eq!(error("&row=5").kind(), ErrorKind::BadArgument);
    let error =
        Source::from_name_with("sqlite:/nowhere/x.db?table=a&column=b&rowid=1", &Tick::never())
            .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    let error = Source::from_name_with("sqlite:x.db?column=b&rowid=1", &Tick::never()).unwrap_err();
    assert!(error.message().contains("table="), "{error}");
}
