//! Buckets, against a small server that knows what of S3 is used: GET with ranges, PUT, and
//! uploads in parts. Signatures are not looked at.

#![cfg(feature = "s3")]

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;

use windlass_io::{ErrorKind, Result, Source, Target, Tick, Tree};

#[derive(Default)]
struct State {
    objects: BTreeMap<String, Vec<u8>>,
    /// Parts by upload and number.
    uploads: BTreeMap<String, BTreeMap<u32, Vec<u8>>>,
    log: Vec<String>,
    /// Refuses what is written.
    refuse: bool,
}

#[derive(Clone, Default)]
struct Bucket(Arc<Mutex<State>>);

impl Bucket {
    /// Starts the server, and tells the environment about it, in a process of its own per test.
    fn start() -> (Self, String) {
        let bucket = Self::default();
        let listener = TcpListener::bind("127.0.0.1:0").expect("loopback");
        let address = format!("http://{}", listener.local_addr().expect("bound"));
        let shared = bucket.clone();
        let accept = move || {
            for stream in listener.incoming().flatten() {
                let bucket = shared.clone();
                let serve = move || while bucket.serve(&stream).is_some() {};
                drop(thread::Builder::new().spawn(serve));
            }
        };
        drop(thread::Builder::new().spawn(accept));
        (bucket, address)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().expect("not poisoned")
    }

    fn serve(&self, mut stream: &TcpStream) -> Option<()> {
        let mut reader = BufReader::new(stream);
        let mut line = String::new();
        reader.read_line(&mut line).ok().filter(|&count| count > 0)?;
        let mut words = line.split_whitespace();
        let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
        let mut headers = BTreeMap::new();
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).ok().filter(|&count| count > 0)?;
            let Some((key, value)) = line.trim_end().split_once(':') else { break };
            headers.insert(key.to_ascii_lowercase(), value.trim().to_owned());
        }
        let length = headers.get("content-length").and_then(|text| text.parse().ok()).unwrap_or(0);
        let mut body = vec![0; length];
        reader.read_exact(&mut body).ok()?;
        let (status, extra, answer) = self.answer(&method, &path, &headers, body);
        let head = format!(
            "HTTP/1.1 {status} Told\r\nContent-Length: {}\r\nLast-Modified: Mon, 01 Jan 2024 00:00:00 GMT\r\n{extra}\r\n",
            answer.len()
        );
        stream.write_all(head.as_bytes()).ok()?;
        if method != "HEAD" {
            stream.write_all(&answer).ok()?;
        }
        Some(())
    }

    fn answer(
        &self,
        method: &str,
        path: &str,
        headers: &BTreeMap<String, String>,
        body: Vec<u8>,
    ) -> (u16, String, Vec<u8>) {
        let mut state = self.state();
        state.log.push(format!("{method} {path}"));
        let (key, query) = path.split_once('?').unwrap_or((path, ""));
        let value = |name: &str| {
            query
                .split('&')
                .find_map(|pair| pair.strip_prefix(&format!("{name}=")))
                .map(str::to_owned)
        };
        let plain = (200, String::new(), Vec::new());
        match method {
            "POST" if query.contains("uploads") => {
                let id = format!("u{}", state.log.len());
                state.uploads.insert(id.clone(), BTreeMap::new());
                let text = format!(
                    "<InitiateMultipartUploadResult><UploadId>{id}</UploadId></InitiateMultipartUploadResult>"
                );
                (200, String::new(), text.into_bytes())
            }
            "POST" if query == "delete" => {
                let text = String::from_utf8_lossy(&body).into_owned();
                let keys =
                    text.split("<Key>").skip(1).filter_map(|rest| rest.split("</Key>").next());
                let mut told = String::from("<DeleteResult>");
                for name in keys {
                    state.objects.remove(&format!("{key}/{name}"));
                    told += &format!("<Deleted><Key>{name}</Key></Deleted>");
                }
                (200, String::new(), (told + "</DeleteResult>").into_bytes())
            }
            "POST" => {
                let parts =
                    value("uploadId").and_then(|id| state.uploads.remove(&id)).unwrap_or_default();
                state.objects.insert(key.to_owned(), parts.into_values().flatten().collect());
                let text = "<CompleteMultipartUploadResult><ETag>\"done\"</ETag></CompleteMultipartUploadResult>";
                (200, String::new(), text.as_bytes().to_vec())
            }
            "PUT" if state.refuse => (403, String::new(), Vec::new()),
            "PUT" => {
                match (value("uploadId"), value("partNumber").and_then(|text| text.parse().ok())) {
                    (Some(id), Some(number)) => {
                        state.uploads.entry(id).or_default().insert(number, body);
                    }
                    _ => drop(state.objects.insert(key.to_owned(), body)),
                }
                (200, "ETag: \"part\"\r\n".to_owned(), Vec::new())
            }
            "DELETE" => {
                value("uploadId").map(|id| state.uploads.remove(&id));
                plain
            }
            _ => {
                let Some(object) = state.objects.get(key) else {
                    return (404, String::new(), Vec::new());
                };
                let etag =
                    format!("\"{}\"", object.iter().map(|&byte| u64::from(byte)).sum::<u64>());
                if headers.get("if-match").is_some_and(|wanted| *wanted != etag) {
                    return (412, String::new(), Vec::new());
                }
                let extra = format!("ETag: {etag}\r\n");
                let Some(range) = headers.get("range") else { return (200, extra, object.clone()) };
                let (start, last) =
                    range.trim_start_matches("bytes=").split_once('-').expect("a range");
                let (start, last): (usize, usize) =
                    (start.parse().expect("a number"), last.parse().expect("a number"));
                let end = (last + 1).min(object.len());
                if start >= end {
                    return (416, String::new(), Vec::new());
                }
                let extra =
                    format!("{extra}Content-Range: bytes {start}-{}/{}\r\n", end - 1, object.len());
                (206, extra, object[start..end].to_vec())
            }
        }
    }
}

fn bytes(len: usize) -> Vec<u8> {
    (0..len).map(|i| (i ^ (i >> 8) ^ (i >> 16).wrapping_mul(31)) as u8).collect()
}

/// Runs a test in a process of its own, since the environment tells about the server and must not
/// be changed in this one.
fn apart(test: &str, check: impl FnOnce(&Bucket)) {
    let (bucket, address) = Bucket::start();
    bucket.state().objects.insert("/b/in.bin".to_owned(), bytes(9 << 20));
    bucket.state().objects.insert("/b/empty".to_owned(), Vec::new());
    bucket.state().refuse = test == "inside_refused";
    let program = std::env::current_exe().expect("this program");
    let done = Command::new(program)
        .args(["--ignored", "--exact", test, "--nocapture"])
        .env("AWS_ENDPOINT_URL", &address)
        .envs([
            ("AWS_ACCESS_KEY_ID", "key"),
            ("AWS_SECRET_ACCESS_KEY", "s3cret"),
            ("AWS_REGION", "here"),
        ])
        .output()
        .expect("it runs");
    let text = String::from_utf8_lossy(&done.stderr).into_owned();
    assert!(done.status.success(), "{text}{}", String::from_utf8_lossy(&done.stdout));
    assert!(!text.contains("s3cret"));
    check(&bucket);
}

#[test]
fn reads() {
    apart("inside_reads", |bucket| {
        let state = bucket.state();
        let gets = state.log.iter().filter(|line| line.starts_with("GET /b/in.bin")).count();
        assert!(gets <= 12, "{gets} requests");
    });
}

#[test]
#[ignore = "run by reads()"]
fn inside_reads() -> Result<()> {
    let source = Source::from_name_with("s3://b/in.bin", &Tick::never())?;
    assert_eq!(source.len()?, Some(9 << 20));
    assert!(source.read_to_vec(u64::MAX)? == bytes(9 << 20));
    assert_eq!(source.stats().bytes, 9 << 20);
    assert_eq!(Source::from_name_with("s3://b/empty", &Tick::never())?.read_to_vec(9)?, b"");
    let error = Source::from_name_with("s3://b/none", &Tick::never()).expect_err("there is none");
    assert_eq!(error.kind(), ErrorKind::NotFound);
    Ok(())
}

#[test]
fn writes() {
    apart("inside_writes", |bucket| {
        let state = bucket.state();
        assert!(state.objects["/b/large"] == bytes(20 << 20));
        assert!(state.objects["/b/small"] == bytes(1000));
        assert!(state.uploads.is_empty());
    });
}

#[test]
#[ignore = "run by writes()"]
fn inside_writes() -> Result<()> {
    for (name, len) in [("s3://b/large", 20 << 20), ("s3://b/small", 1000)] {
        let mut writer = Target::to_name(name)?.begin()?;
        for piece in bytes(len).chunks(100_000) {
            writer.write_all(piece)?;
        }
        writer.commit()?;
    }
    Ok(())
}

#[test]
fn a_failed_save_leaves_nothing() {
    apart("inside_fails", |bucket| {
        let state = bucket.state();
        assert!(!state.objects.contains_key("/b/half"));
        assert!(state.uploads.is_empty(), "parts were left");
        assert!(state.log.iter().any(|line| line.starts_with("DELETE /b/half?")));
    });
}

#[test]
#[ignore = "run by a_failed_save_leaves_nothing()"]
fn inside_fails() -> Result<()> {
    let mut writer = Target::to_name("s3://b/half")?.begin()?;
    writer.write_all(&bytes(20 << 20))?;
    drop(writer);
    Ok(())
}

#[test]
fn refusals_fail_the_save() {
    apart("inside_refused", |bucket| assert!(bucket.state().uploads.is_empty()));
}

#[test]
#[ignore = "run by refusals_fail_the_save()"]
fn inside_refused() -> Result<()> {
    for len in [1000, 20 << 20] {
        let mut writer = Target::to_name("s3://b/x")?.begin()?;
        let written = writer.write_all(&bytes(len)).map_err(windlass_io::Error::from);
        assert!(written.and_then(|()| writer.commit()).is_err());
    }
    Ok(())
}

#[test]
fn trees() {
    apart("inside_trees", |bucket| {
        let state = bucket.state();
        let puts: Vec<_> = state.log.iter().filter(|line| line.starts_with("PUT")).collect();
        assert_eq!(puts.len(), 31);
        assert_eq!(puts[30], "PUT /b/base/x.dzi");
    });
}

#[test]
#[ignore = "run by trees()"]
fn inside_trees() -> Result<()> {
    let tree = Tree::to_name("s3://b/base")?;
    tree.put_last("x.dzi", "manifest")?;
    (0..30).try_for_each(|n| tree.put(&format!("x_files/0/{n}_0.png"), bytes(100)))?;
    tree.commit()
}

#[test]
fn a_failed_tree_leaves_nothing() {
    apart("inside_failed_tree", |bucket| {
        let state = bucket.state();
        assert!(state.log.iter().filter(|line| line.starts_with("PUT")).count() >= 30);
        let left = state.objects.keys().filter(|key| key.starts_with("/b/base")).count();
        assert_eq!(left, 0, "{:?}", state.log.last());
    });
}

#[test]
#[ignore = "run by a_failed_tree_leaves_nothing()"]
fn inside_failed_tree() -> Result<()> {
    let tree = Tree::to_name("s3://b/base")?;
    tree.put_last("../x", "not a name").expect_err("it leads out");
    tree.put_last("x.dzi", "manifest")?;
    (0..30).try_for_each(|n| tree.put(&format!("x_files/0/{n}_0.png"), bytes(100)))?;
    while tree.stats().bytes < 3000 {
        thread::sleep(std::time::Duration::from_millis(5));
    }
    tree.abort(&windlass_io::Error::new(ErrorKind::Cancelled, "enough"));
    Ok(())
}
