//! Values of PostgreSQL, against a server of the test's own; says so where it is not installed.

#![cfg(feature = "postgres")]

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use postgres::{Client, NoTls};
use windlass_io::{ErrorKind, Result, Source, Target, Tick};

/// A server that listens on a socket in its own folder; stopped when dropped.
struct Server {
    folder: tempfile::TempDir,
    programs: PathBuf,
}

impl Server {
    /// `None`, with a word about it, where PostgreSQL is not installed.
    fn start() -> Option<Self> {
        Self::start_with(|_| "-c listen_addresses=''".to_owned())
    }

    /// With more settings, which may name files in the folder.
    fn start_with(settings: impl FnOnce(&Self) -> String) -> Option<Self> {
        let found = std::fs::read_dir("/usr/lib/postgresql").ok()?.flatten().next();
        let Some(programs) = found.map(|entry| entry.path().join("bin")) else {
            drop(writeln!(std::io::stderr(), "PostgreSQL is not installed: not tested"));
            return None;
        };
        let folder = tempfile::tempdir().expect("a folder");
        let server = Self { folder, programs };
        Self::own(server.folder.path());
        let data = server.folder.path().join("data");
        let data = data.display().to_string();
        server.run("initdb", &["-D", &data, "-U", "me", "-A", "trust", "--no-sync"]);
        let settings = settings(&server);
        let options = format!("-k {} -c fsync=off {settings}", server.folder.path().display());
        let log = server.folder.path().join("log").display().to_string();
        server.run("pg_ctl", &["-D", &data, "-o", &options, "-l", &log, "-w", "start"]);
        Some(server)
    }

    /// The server refuses to run as root.
    fn own(folder: &Path) {
        if is_root() {
            let done = Command::new("chown").arg("postgres").arg(folder).status();
            assert!(done.expect("chown runs").success());
        }
    }

    fn run(&self, program: &str, arguments: &[&str]) {
        let path = self.programs.join(program);
        let mut command = if is_root() {
            let mut command = Command::new("setpriv");
            command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]).arg(path);
            command
        } else {
            Command::new(path)
        };
        command.current_dir("/").stdout(std::process::Stdio::null());
        let done = command.args(arguments).status().expect("it runs");
        assert!(done.success(), "{program} failed");
    }

    fn client(&self) -> Client {
        let address = format!("host={} user=me dbname=postgres", self.folder.path().display());
        Client::connect(&address, NoTls).expect("the server runs")
    }

    fn url(&self, rest: &str) -> String {
        let folder = self.folder.path().display().to_string().replace('/', "%2F");
        format!("postgres://me@{folder}/postgres?{rest}")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let data = self.folder.path().join("data").display().to_string();
        self.run("pg_ctl", &["-D", &data, "-m", "immediate", "stop"]);
    }
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|done| done.stdout == b"0\n")
}

fn bytes(len: usize) -> Vec<u8> {
    (0..len).map(|i| (i ^ (i >> 8) ^ (i >> 16).wrapping_mul(31)) as u8).collect()
}

fn save(url: &str, bytes: &[u8]) -> Result<()> {
    let mut writer = Target::to_name(url)?.begin()?;
    for piece in bytes.chunks(300_000) {
        writer.write_all(piece)?;
    }
    writer.commit()
}

#[test]
fn values_of_both_kinds() {
    let Some(server) = Server::start() else { return };
    let mut client = server.client();
    let sql = "CREATE TABLE images (id serial PRIMARY KEY, name text, data bytea, big oid)";
    client.batch_execute(sql).expect("a table");
    let body = bytes(5 << 20);
    for rest in [
        "table=images&column=data&key=name&value=it's",
        "table=images&column=big&key=id&value=77",
        "oid=99999",
    ] {
        let url = server.url(rest);
        save(&url, b"first").expect("saved");
        save(&url, &body).expect("saved again");
        let source = Source::from_name_with(&url, &Tick::never()).expect("found");
        assert_eq!(source.len().expect("known"), Some(body.len() as u64));
        assert!(source.read_to_vec(u64::MAX).expect("read") == body, "{rest}");
        assert_eq!(source.stats().bytes, body.len() as u64);
    }
    let row = client.query_one("SELECT count(*) FROM pg_largeobject_metadata", &[]).expect("a row");
    assert_eq!(row.get::<_, i64>(0), 2, "large objects were left");

    let url = server.url("table=images&column=data&key=name&value=it's");
    let mut writer = Target::to_name(&url).and_then(|target| target.begin()).expect("begun");
    writer.write_all(&bytes(3 << 20)).expect("written");
    drop(writer);
    let source = Source::from_name_with(&url, &Tick::never()).expect("found");
    let first = source.sniff(10).expect("read");
    client.execute("UPDATE images SET data = 'changed'", &[]).expect("changed");
    assert!(source.read_to_vec(u64::MAX).expect("one state") == body, "a mixture");
    assert_eq!(first, body[..10]);

    let missing = Source::from_name_with(
        server.url("table=images&column=data&key=id&value=5"),
        &Tick::never(),
    );
    assert_eq!(missing.expect_err("there is none").kind(), ErrorKind::NotFound);
    let wrong = Source::from_name_with(
        server.url("table=images&column=name&key=id&value=1"),
        &Tick::never(),
    );
    assert_eq!(wrong.expect_err("not bytea").kind(), ErrorKind::BadArgument);
}

/// A server with a certificate that it signed itself, for the name `localhost`; its port. `None`,
/// with a word about it, where something is not installed.
fn with_certificate() -> Option<(Server, u16)> {
    if Command::new("openssl").arg("version").output().is_err() {
        drop(writeln!(std::io::stderr(), "openssl is not installed: TLS is not tested"));
        return None;
    }
    let mut port = 0;
    let server = Server::start_with(|server| {
        let name = |name: &str| server.folder.path().join(name).display().to_string();
        for (key, certificate) in [("key.pem", "own.pem"), ("other.key", "other.pem")] {
            let made = Command::new("openssl")
                .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"])
                .args(["-nodes", "-days", "2", "-subj", "/CN=localhost"])
                .args(["-addext", "subjectAltName=DNS:localhost"])
                .args(["-keyout", &name(key), "-out", &name(certificate)])
                .output();
            assert!(made.expect("openssl runs").status.success());
        }
        if is_root() {
            let owned = Command::new("chown").args(["postgres", &name("key.pem")]).status();
            assert!(owned.expect("chown runs").success());
        }
        // As late as possible, since it is free only now.
        port = free_port();
        format!(
            "-p {port} -c listen_addresses=127.0.0.1 -c ssl=on -c ssl_cert_file={} -c ssl_key_file={}",
            name("own.pem"),
            name("key.pem")
        )
    })?;
    Some((server, port))
}

fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("loopback");
    listener.local_addr().expect("bound").port()
}

#[test]
fn encrypted_connections() {
    let Some((server, port)) = with_certificate() else { return };
    let local =
        format!("host={} port={port} user=me dbname=postgres", server.folder.path().display());
    let mut client = Client::connect(&local, NoTls).expect("the server runs");
    client.batch_execute("CREATE TABLE images (id int, data bytea)").expect("a table");
    let file =
        |name: &str| server.folder.path().join(name).display().to_string().replace('/', "%2F");
    let (own, other) = (file("own.pem"), file("other.pem"));
    let mut read = |host: &str, options: &str| {
        let place = "table=images&column=data&key=id&value=1";
        let url = format!("postgres://me@{host}:{port}/postgres?{place}&{options}");
        save(&url, b"value")?;
        let source = Source::from_name(&url)?;
        let bytes = source.read_to_vec(100)?;
        let sql = "SELECT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) \
                   WHERE application_name = 'windlass'";
        let encrypted: bool = client.query_one(sql, &[]).expect("it is connected").get(0);
        drop(source);
        // The server takes a moment to notice.
        while !client.query(sql, &[]).expect("it runs").is_empty() {
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        Ok::<_, windlass_io::Error>((bytes, encrypted))
    };
    for (host, options) in [
        ("localhost", String::new()),
        ("localhost", "sslmode=disable".to_owned()),
        ("127.0.0.1", "sslmode=require".to_owned()),
        ("127.0.0.1", format!("sslmode=verify-ca&sslrootcert={own}")),
        ("localhost", format!("sslmode=verify-full&sslrootcert={own}")),
    ] {
        let (bytes, encrypted) = read(host, &options).expect("trusted");
        assert_eq!(bytes, b"value", "{host} {options}");
        assert_eq!(encrypted, options != "sslmode=disable", "{host} {options}");
    }
    for (host, options, reason) in [
        ("127.0.0.1", format!("sslmode=verify-full&sslrootcert={own}"), "not valid for name"),
        ("localhost", format!("sslmode=verify-full&sslrootcert={other}"), "certificate"),
        ("localhost", format!("sslmode=verify-ca&sslrootcert={other}"), "certificate"),
        ("localhost", "sslmode=verify-full&sslrootcert=nowhere.pem".to_owned(), "nowhere.pem"),
        ("localhost", "sslmode=verify-full&sslrootcert=system".to_owned(), ""),
    ] {
        let error = read(host, &options).expect_err("not trusted").to_string();
        assert!(error.contains(reason), "{host} {options}: {error}");
    }
    let plain = Server::start().expect("it is installed");
    let error = Source::from_name_with(plain.url("oid=1&sslmode=on"), &Tick::never());
    assert!(error.expect_err("no mode").message().contains("sslmode"));
}
