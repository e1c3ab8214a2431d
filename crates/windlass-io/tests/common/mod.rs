//! An HTTP server for tests that misbehaves as it is told.

#![expect(clippy::unwrap_used, reason = "part of tests")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;
use std::time::Duration;

/// How the server behaves.
#[derive(Clone)]
pub(crate) struct Behaviour {
    pub(crate) body: Arc<Vec<u8>>,
    /// Answers with ranges.
    pub(crate) ranges: bool,
    /// The tag of the n-th answer; the last one stays.
    pub(crate) etags: Vec<String>,
    pub(crate) modified: Option<String>,
    /// Time before each answer.
    pub(crate) latency: Duration,
    /// Bytes at a time, and the pause after them.
    pub(crate) drip: Option<(usize, Duration)>,
    /// Resets the connection after so many bytes of a body, in the first so many answers.
    pub(crate) cut: Option<(usize, usize)>,
    /// Added to the length that is claimed.
    pub(crate) lie: i64,
    /// Status and `Retry-After` of the first answers.
    pub(crate) statuses: Vec<(u16, Option<String>)>,
    pub(crate) gzip: bool,
    /// Redirects all paths but this one to it.
    pub(crate) redirect: Option<String>,
    /// Reads the request and never answers.
    pub(crate) hang: bool,
}

impl Behaviour {
    pub(crate) fn of(body: Vec<u8>) -> Self {
        Self {
            body: Arc::new(body),
            ranges: true,
            etags: vec!["\"one\"".to_owned()],
            modified: None,
            latency: Duration::ZERO,
            drip: None,
            cut: None,
            lie: 0,
            statuses: Vec::new(),
            gzip: false,
            redirect: None,
            hang: false,
        }
    }
}

/// A request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// The body came to its end.
    pub(crate) whole: bool,
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }
}

/// A server on loopback; its threads end with the process.
pub(crate) struct Server {
    pub(crate) address: String,
    shared: Arc<Shared>,
}

struct Shared {
    behaviour: Mutex<Behaviour>,
    requests: Mutex<Vec<Request>>,
    answers: Mutex<usize>,
}

impl Server {
    pub(crate) fn start(behaviour: Behaviour) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let shared = Arc::new(Shared {
            behaviour: Mutex::new(behaviour),
            requests: Mutex::default(),
            answers: Mutex::default(),
        });
        let server = Self { address, shared: shared.clone() };
        spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = shared.clone();
                spawn(move || while serve(&stream, &shared).is_some() {});
            }
        });
        server
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.address)
    }

    pub(crate) fn behaviour(&self) -> MutexGuard<'_, Behaviour> {
        self.shared.behaviour.lock().unwrap()
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        self.shared.requests.lock().unwrap().clone()
    }

    pub(crate) fn count(&self) -> usize {
        self.requests().len()
    }
}

fn spawn(work: impl FnOnce() + Send + 'static) {
    thread::Builder::new().spawn(work).unwrap();
}

/// One request and its answer; `None` once the connection has ended.
fn serve(stream: &TcpStream, shared: &Shared) -> Option<()> {
    let mut reader = BufReader::new(stream);
    let request = read_request(&mut reader, stream)?;
    let whole = request.whole;
    shared.requests.lock().unwrap().push(request.clone());
    let behaviour = shared.behaviour.lock().unwrap().clone();
    if !whole {
        return None;
    }
    let number = {
        let mut answers = shared.answers.lock().unwrap();
        *answers += 1;
        *answers - 1
    };
    thread::sleep(behaviour.latency);
    if behaviour.hang {
        thread::sleep(Duration::from_secs(20));
        return None;
    }
    answer(stream, &request, &behaviour, number)
}

fn read_request(reader: &mut BufReader<&TcpStream>, stream: &TcpStream) -> Option<Request> {
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|&count| count > 0)?;
    let mut words = line.split_whitespace();
    let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok().filter(|&count| count > 0)?;
        let Some((key, value)) = line.trim_end().split_once(':') else { break };
        headers.push((key.to_owned(), value.trim().to_owned()));
    }
    let mut request = Request { method, path, headers, body: Vec::new(), whole: true };
    if request.header("expect").is_some() {
        (&*stream).write_all(b"HTTP/1.1 100 Continue\r\n\r\n").ok()?;
    }
    let chunked = request.header("transfer-encoding").is_some();
    let length = request.header("content-length").and_then(|length| length.parse().ok());
    let body = if chunked { read_chunks(reader) } else { read_body(reader, length.unwrap_or(0)) };
    (request.body, request.whole) = body;
    Some(request)
}

fn read_body(reader: &mut impl Read, length: u64) -> (Vec<u8>, bool) {
    let mut body = Vec::new();
    let read = reader.take(length).read_to_end(&mut body);
    let whole = read.is_ok() && body.len() as u64 == length;
    (body, whole)
}

fn read_chunks(reader: &mut impl BufRead) -> (Vec<u8>, bool) {
    let mut body = Vec::new();
    loop {
        let mut line = String::new();
        let read = reader.read_line(&mut line);
        let Ok(length) = u64::from_str_radix(line.trim(), 16) else { return (body, false) };
        let (chunk, whole) = read_body(reader, length + 2);
        if read.is_err() || !whole {
            return (body, false);
        }
        if length == 0 {
            return (body, true);
        }
        body.extend_from_slice(&chunk[..length as usize]);
    }
}

fn answer(
    mut stream: &TcpStream,
    request: &Request,
    behaviour: &Behaviour,
    number: usize,
) -> Option<()> {
    if let Some((status, after)) = behaviour.statuses.get(number) {
        let after =
            after.as_ref().map_or(String::new(), |after| format!("Retry-After: {after}\r\n"));
        let head = format!("HTTP/1.1 {status} Told\r\n{after}Content-Length: 0\r\n\r\n");
        return stream.write_all(head.as_bytes()).ok();
    }
    if let Some(place) = behaviour.redirect.as_ref().filter(|place| **place != request.path) {
        let place = if place == "*" { format!("{}x", request.path) } else { place.clone() };
        let head = format!("HTTP/1.1 302 Found\r\nLocation: {place}\r\nContent-Length: 0\r\n\r\n");
        return stream.write_all(head.as_bytes()).ok();
    }
    if request.method != "GET" {
        return stream.write_all(b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n").ok();
    }
    let etag = behaviour.etags.get(number).or(behaviour.etags.last());
    let fits = match request.header("if-range") {
        Some(condition) => {
            Some(condition) == etag.map(String::as_str)
                || Some(condition) == behaviour.modified.as_deref()
        }
        None => true,
    };
    let range = request.header("range").filter(|_| behaviour.ranges && fits);
    let total = behaviour.body.len();
    let (start, end) = range.map_or((0, total), |range| parse_range(range, total));
    if start >= total && range.is_some() {
        let head = format!(
            "HTTP/1.1 416 Out\r\nContent-Range: bytes */{total}\r\nContent-Length: 0\r\n\r\n"
        );
        return stream.write_all(head.as_bytes()).ok();
    }
    let mut head =
        String::from(if range.is_some() { "HTTP/1.1 206 Part\r\n" } else { "HTTP/1.1 200 OK\r\n" });
    if range.is_some() {
        head += &format!("Content-Range: bytes {start}-{}/{total}\r\n", end - 1);
    }
    if let Some(etag) = etag {
        head += &format!("ETag: {etag}\r\n");
    }
    if let Some(modified) = &behaviour.modified {
        head += &format!("Last-Modified: {modified}\r\n");
    }
    if behaviour.gzip {
        head += "Content-Encoding: gzip\r\n";
    }
    head += &format!("Content-Length: {}\r\n\r\n", (end - start) as i64 + behaviour.lie);
    stream.write_all(head.as_bytes()).ok()?;
    let cut = behaviour.cut.filter(|(_, times)| number < *times).map(|(at, _)| at);
    send_body(stream, &behaviour.body[start..end], behaviour, cut)
}

fn send_body(
    mut stream: &TcpStream,
    body: &[u8],
    behaviour: &Behaviour,
    cut: Option<usize>,
) -> Option<()> {
    let sent = &body[..cut.map_or(body.len(), |cut| cut.min(body.len()))];
    match behaviour.drip {
        None => stream.write_all(sent).ok()?,
        Some((count, pause)) => {
            for piece in sent.chunks(count) {
                stream.write_all(piece).ok()?;
                thread::sleep(pause);
            }
        }
    }
    if cut.is_some() || behaviour.lie != 0 {
        drop(stream.shutdown(std::net::Shutdown::Both));
        return None;
    }
    Some(())
}

fn parse_range(range: &str, total: usize) -> (usize, usize) {
    let (start, last) = range.strip_prefix("bytes=").unwrap().split_once('-').unwrap();
    let end = if last.is_empty() { total } else { last.parse::<usize>().unwrap() + 1 };
    (start.parse().unwrap(), end.min(total))
}

/// Bytes that differ from place to place.
pub(crate) fn pattern(len: usize) -> Vec<u8> {
    (0..len).map(|i| (i ^ (i >> 8) ^ (i >> 16).wrapping_mul(31)) as u8).collect()
}
