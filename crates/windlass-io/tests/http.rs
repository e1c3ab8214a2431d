//! HTTP against a server that misbehaves.

#![cfg(feature = "http")]

mod common;

use std::io::{Read, Write};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use common::{Behaviour, Request, Server, pattern};
use windlass_io::{ErrorKind, HttpOptions, Method, Result, Source, Target, Tick, Timeouts, Tree};

fn options() -> HttpOptions {
    let mut options = HttpOptions::default();
    options.timeout = Duration::from_secs(1);
    options.retries = 3;
    options
}

fn open(server: &Server) -> Result<Source> {
    Source::http(&server.url("/image.jpg"), options(), &Tick::never())
}

fn read(source: &Source) -> Result<Vec<u8>> {
    source.read_to_vec(u64::MAX)
}

#[test]
fn all_bytes_in_few_requests() {
    let body = pattern(20 << 20);
    let server = Server::start(Behaviour::of(body.clone()));
    let source = open(&server).unwrap();
    assert_eq!(source.len().unwrap(), Some(body.len() as u64));
    assert!(!source.is_pipe().unwrap());
    assert!(read(&source).unwrap() == body);
    assert!(server.count() <= 16, "{} requests", server.count());
    let stats = source.stats();
    assert_eq!(stats.requests, server.count() as u64);
    assert_eq!((stats.bytes, stats.retries), (body.len() as u64, 0));
    assert!(stats.cache_hits > 0 && stats.wait > Duration::ZERO);
}

#[test]
fn small_objects_take_one_request() {
    for len in [0, 1, 1000, 64 << 10] {
        let body = pattern(len);
        let server = Server::start(Behaviour::of(body.clone()));
        let source = open(&server).unwrap();
        assert_eq!(read(&source).unwrap(), body);
        assert_eq!(read(&source).unwrap(), body);
        assert_eq!(server.count(), 1, "{len} bytes");
    }
}

/// The reads of a reader of tiled pyramids: the start, a directory far away, its tables of
/// offsets behind it, a tile.
#[test]
fn a_tile_of_a_pyramid_takes_four_requests() {
    let body = pattern(24 << 20);
    let server = Server::start(Behaviour::of(body.clone()));
    let source = open(&server).unwrap();
    let reader = source.open_random().unwrap();
    let reads =
        [(0, 16), (23_000_000, 400), (23_000_400, 8_000), (23_020_000, 8_000), (9_000_123, 40_000)];
    for (offset, count) in reads {
        let mut bytes = vec![0; count];
        reader.read_exact_at(offset, &mut bytes).unwrap();
        assert_eq!(bytes, body[offset as usize..offset as usize + count]);
    }
    assert!(server.count() <= 4, "{} requests", server.count());
}

#[test]
fn many_threads_read_anywhere() {
    let body = Arc::new(pattern(6 << 20));
    let server = Server::start(Behaviour::of(body.to_vec()));
    let source = open(&server).unwrap();
    thread::scope(|scope| {
        for n in 0..8_usize {
            let (source, body) = (source.clone(), body.clone());
            scope.spawn(move || {
                let reader = source.open_random().unwrap();
                for i in 0..40_usize {
                    let at = (n * 7_919 + i * 1_046_527) % (body.len() - 5_000);
                    let mut bytes = vec![0; 5_000];
                    reader.read_exact_at(at as u64, &mut bytes).unwrap();
                    assert_eq!(bytes, body[at..at + 5_000]);
                }
            });
        }
    });
}

#[test]
fn a_connection_that_breaks_at_any_byte_is_survived() {
    let body = pattern(300);
    for ranges in [true, false] {
        for at in 0..=body.len() {
            let mut behaviour = Behaviour::of(body.clone());
            (behaviour.ranges, behaviour.cut) = (ranges, Some((at, 1)));
            let server = Server::start(behaviour);
            assert_eq!(open(&server).and_then(|source| read(&source)).unwrap(), body, "at {at}");
        }
    }
}

#[test]
fn breaks_in_large_objects_are_survived() {
    let body = pattern(3 << 20);
    for ranges in [true, false] {
        let mut behaviour = Behaviour::of(body.clone());
        // Without ranges all is told again each time, so that only the last attempt gets on.
        let times = if ranges { 12 } else { 3 };
        (behaviour.ranges, behaviour.cut) = (ranges, Some((150_001, times)));
        let server = Server::start(behaviour);
        let source = open(&server).unwrap();
        assert!(read(&source).unwrap() == body);
        assert!(source.stats().retries > 0);
    }
}

#[test]
fn without_tags_what_is_told_again_is_compared() {
    let body = pattern(1 << 20);
    for same in [true, false] {
        let mut behaviour = Behaviour::of(body.clone());
        (behaviour.ranges, behaviour.etags) = (false, Vec::new());
        behaviour.cut = Some((700_000, 1));
        let server = Server::start(behaviour);
        let source = open(&server).unwrap();
        if !same {
            let mut other = body.clone();
            other[5] ^= 1;
            server.behaviour().body = Arc::new(other);
        }
        let result = read(&source);
        if same {
            assert!(result.unwrap() == body);
        } else {
            let error = result.unwrap_err();
            assert!(error.message().contains("has changed"), "{error}");
        }
    }
}

type Change = fn(&mut Behaviour);

#[test]
fn a_changed_object_is_an_error() {
    let body = pattern(1 << 20);
    let changes: [Change; 3] = [
        |it| it.etags = vec!["\"two\"".to_owned()],
        |it| {
            (it.etags, it.modified) =
                (Vec::new(), Some("Tue, 02 Jan 2024 00:00:00 GMT".to_owned()));
        },
        |it| (it.etags, it.body) = (Vec::new(), Arc::new(pattern(900_000))),
    ];
    for change in changes {
        let mut behaviour = Behaviour::of(body.clone());
        change(&mut behaviour);
        let had_tag = !behaviour.etags.is_empty();
        if had_tag {
            behaviour.etags = vec!["\"one\"".to_owned()];
        }
        behaviour.modified = Some("Mon, 01 Jan 2024 00:00:00 GMT".to_owned());
        behaviour.body = Arc::new(body.clone());
        let server = Server::start(behaviour);
        let source = open(&server).unwrap();
        change(&mut server.behaviour());
        let error = read(&source).unwrap_err();
        assert_eq!(
            (error.kind(), error.message()),
            (ErrorKind::Io, "the object has changed while it was read")
        );
    }
}

#[test]
fn busy_servers_are_asked_again() {
    let body = pattern(1000);
    for status in [429, 500, 502, 503] {
        let mut behaviour = Behaviour::of(body.clone());
        behaviour.statuses = vec![(status, None), (status, Some("1".to_owned()))];
        let server = Server::start(behaviour);
        let start = Instant::now();
        let source = open(&server).unwrap();
        assert_eq!(read(&source).unwrap(), body);
        assert!(start.elapsed() >= Duration::from_secs(1), "Retry-After was not kept");
        assert_eq!(server.count(), 3);
    }
}

#[test]
fn refusals_are_told() {
    let cases = [(404, ErrorKind::NotFound, 1), (403, ErrorKind::Io, 1), (503, ErrorKind::Io, 4)];
    for (status, kind, requests) in cases {
        let mut behaviour = Behaviour::of(Vec::new());
        behaviour.statuses = vec![(status, None); 9];
        let server = Server::start(behaviour);
        let address = server.url("/x?token=s3cret").replace("http://", "http://me:s3cret@");
        let error = Source::http(&address, options(), &Tick::never()).unwrap_err();
        assert_eq!((error.kind(), server.count()), (kind, requests), "{error}");
        assert!(error.message().contains(&status.to_string()), "{error}");
        let shown = format!("{error:?} {error}");
        assert!(!shown.contains("s3cret"), "{shown}");
        assert_eq!(server.requests()[0].header("authorization"), Some("Basic bWU6czNjcmV0"));
    }
}

#[test]
fn a_length_that_is_a_lie_is_an_error() {
    for ranges in [true, false] {
        let mut behaviour = Behaviour::of(pattern(1000));
        (behaviour.ranges, behaviour.lie, behaviour.etags) = (ranges, 50, Vec::new());
        let server = Server::start(behaviour);
        let error = open(&server).and_then(|source| read(&source)).err();
        // With ranges the whole length is known from elsewhere, so nothing is missing.
        assert_eq!(error.is_some(), !ranges, "{error:?}");
    }
}

#[test]
fn streams_without_ranges_can_be_read_again() {
    let body = pattern(2 << 20);
    let mut behaviour = Behaviour::of(body.clone());
    behaviour.ranges = false;
    let server = Server::start(behaviour);
    let source = open(&server).unwrap();
    assert!(source.is_pipe().unwrap());
    assert_eq!(source.sniff(10).unwrap(), body[..10]);
    assert!(read(&source).unwrap() == body);
    assert!(read(&source).unwrap() == body);
    assert_eq!(server.count(), 1);
}

#[test]
fn gzip_is_undone() {
    let body = pattern(500_000);
    let packed = packed(&body);
    for ranges in [true, false] {
        let mut behaviour = Behaviour::of(packed.clone());
        (behaviour.ranges, behaviour.gzip) = (ranges, true);
        behaviour.cut = Some((packed.len() / 3, 1));
        let server = Server::start(behaviour);
        let source = open(&server).unwrap();
        assert!(read(&source).unwrap() == body);
        assert!(read(&source).unwrap() == body);
    }
}

/// Compressed through a target of ours.
#[expect(clippy::unwrap_used, reason = "part of tests")]
fn packed(body: &[u8]) -> Vec<u8> {
    let memory = Target::to_memory();
    let mut writer = memory.gzip(6).unwrap().begin().unwrap();
    writer.write_all(body).unwrap();
    writer.commit().unwrap();
    memory.bytes().to_vec()
}

#[test]
fn redirects_are_followed_once() {
    let body = pattern(1 << 20);
    let mut behaviour = Behaviour::of(body.clone());
    behaviour.redirect = Some("/real".to_owned());
    let server = Server::start(behaviour);
    let source = open(&server).unwrap();
    assert!(read(&source).unwrap() == body);
    let redirected = server.requests().iter().filter(|request| request.path != "/real").count();
    assert_eq!(redirected, 1);
}

#[test]
fn a_loop_of_redirects_ends() {
    let mut behaviour = Behaviour::of(Vec::new());
    behaviour.redirect = Some("*".to_owned());
    let server = Server::start(behaviour);
    let error = open(&server).unwrap_err();
    assert_eq!(error.message(), "too many redirects");
}

#[test]
fn silence_is_a_timeout() {
    let mut behaviour = Behaviour::of(pattern(1000));
    behaviour.hang = true;
    let server = Server::start(behaviour);
    let mut options = options();
    (options.timeout, options.retries) = (Duration::from_millis(200), 1);
    let start = Instant::now();
    let error = Source::http(&server.url("/x"), options, &Tick::never()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout, "{error}");
    assert!(start.elapsed() < Duration::from_secs(3));
}

/// The address is opened at the first use, so the time that was set before holds for that too.
#[test]
fn a_deadline_reaches_the_first_request() {
    let mut behaviour = Behaviour::of(pattern(1000));
    behaviour.hang = true;
    let server = Server::start(behaviour);
    let source = Source::from_name(server.url("/x")).unwrap();
    let total = Some(Duration::from_millis(300));
    source.set_timeouts(Timeouts { step: None, total }).unwrap();
    assert_eq!(server.count(), 0);
    let start = Instant::now();
    let error = source.sniff(1).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout, "{error}");
    assert!(error.message().contains("0.3 s"), "{error}");
    assert!(start.elapsed() < Duration::from_secs(3));
}

#[test]
fn what_failed_to_open_can_be_tried_again() {
    let mut behaviour = Behaviour::of(pattern(1000));
    behaviour.statuses = vec![(404, None)];
    let server = Server::start(behaviour);
    let source = Source::from_name(server.url("/x")).unwrap();
    assert_eq!(source.len().unwrap_err().kind(), ErrorKind::NotFound);
    assert!(read(&source).unwrap() == pattern(1000));
    assert_eq!(source.stats().requests, 2);
}

#[test]
fn nobody_listens() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/x", listener.local_addr().unwrap());
    drop(listener);
    let error = Source::http(&address, options(), &Tick::never()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io);
    assert!(error.to_string().contains("attempts: 4"), "{error}");
}

#[test]
fn a_deadline_ends_a_dripping_server() {
    for ranges in [true, false] {
        let mut behaviour = Behaviour::of(pattern(1 << 20));
        (behaviour.ranges, behaviour.drip) = (ranges, Some((2000, Duration::from_millis(50))));
        let server = Server::start(behaviour);
        let start = Instant::now();
        let tick = Tick::with_deadline(start + Duration::from_millis(500));
        let result = Source::http(&server.url("/x"), options(), &tick)
            .and_then(|source| source.open()?.with_tick(tick.clone()).read_to_vec(u64::MAX));
        assert_eq!(result.unwrap_err().kind(), ErrorKind::Timeout);
        assert!(start.elapsed() < Duration::from_millis(1500), "{:?}", start.elapsed());
    }
}

#[test]
fn cancellation_ends_a_wait() {
    for ranges in [true, false] {
        let mut behaviour = Behaviour::of(pattern(1 << 20));
        behaviour.ranges = ranges;
        let server = Server::start(behaviour);
        let source = open(&server).unwrap();
        server.behaviour().hang = true;
        let tick = Tick::new();
        let cancel = tick.clone();
        let reader = source.open().unwrap().with_tick(tick);
        let waiting = thread::Builder::new().spawn(move || {
            let mut reader = reader;
            let mut all = Vec::new();
            let error = reader.read_to_end(&mut all).map(|_| ()).map_err(windlass_io::Error::from);
            (error, Instant::now())
        });
        thread::sleep(Duration::from_millis(150));
        let start = Instant::now();
        cancel.cancel();
        let (result, end) = waiting.unwrap().join().unwrap();
        if ranges {
            assert_eq!(result.unwrap_err().kind(), ErrorKind::Cancelled);
        }
        assert!(end.saturating_duration_since(start) < Duration::from_millis(250));
    }
}

#[test]
fn latency_is_hidden_by_reading_ahead() {
    let body = pattern(16 << 20);
    let mut behaviour = Behaviour::of(body.clone());
    behaviour.latency = Duration::from_millis(20);
    let server = Server::start(behaviour);
    let source = open(&server).unwrap();
    assert!(read(&source).unwrap() == body);
    assert!(server.count() <= 14, "{} requests", server.count());
}

#[test]
fn uploads_arrive_whole() {
    for (len, method, name) in [(1000, Method::Put, "PUT"), (20 << 20, Method::Post, "POST")] {
        let body = pattern(len);
        let server = Server::start(Behaviour::of(Vec::new()));
        let target = Target::http(&server.url("/up/a b.png"), method, options()).unwrap();
        let mut writer = target.begin().unwrap();
        for piece in body.chunks(100_000) {
            writer.write_all(piece).unwrap();
        }
        writer.commit().unwrap();
        let requests = server.requests();
        assert_eq!(requests.len(), 1);
        let request = &requests[0];
        assert_eq!((request.method.as_str(), request.path.as_str()), (name, "/up/a%20b.png"));
        assert!(request.whole && request.body == body);
        assert_eq!(target.stats().bytes, len as u64);
    }
}

#[test]
fn a_failed_save_breaks_the_upload_off() {
    for len in [1000, 20 << 20] {
        let server = Server::start(Behaviour::of(Vec::new()));
        let target = Target::http(&server.url("/up"), Method::Put, options()).unwrap();
        let mut writer = target.begin().unwrap();
        writer.write_all(&pattern(len)).unwrap();
        drop(writer);
        thread::sleep(Duration::from_millis(300));
        assert!(server.requests().iter().all(|request| !request.whole));
    }
}

#[test]
fn after_a_save_that_timed_out_there_can_be_another_one() {
    for len in [1000, 20 << 20] {
        let mut behaviour = Behaviour::of(Vec::new());
        behaviour.hang = true;
        let server = Server::start(behaviour);
        let target = Target::http(&server.url("/up"), Method::Put, options()).unwrap();
        let save = |time| {
            let mut writer = target.begin()?.with_tick(Tick::with_deadline(Instant::now() + time));
            writer.write_all(&pattern(len))?;
            writer.commit()
        };
        let error = save(Duration::from_millis(400)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Timeout, "{error}");
        server.behaviour().hang = false;
        save(Duration::from_secs(30)).unwrap();
        assert!(server.requests().last().unwrap().body == pattern(len));
    }
}

#[test]
fn refused_uploads_fail_the_save() {
    for len in [1000, 20 << 20] {
        let mut behaviour = Behaviour::of(Vec::new());
        behaviour.statuses = vec![(403, None); 9];
        let server = Server::start(behaviour);
        let target = Target::http(&server.url("/up"), Method::Put, options()).unwrap();
        let mut writer = target.begin().unwrap();
        let done = writer.write_all(&pattern(len)).map_err(windlass_io::Error::from);
        let error = done.and_then(|()| writer.commit()).unwrap_err();
        assert!(error.message().contains("403"), "{error}");
        assert!(!target.is_finished());
    }
}

#[test]
fn short_uploads_are_tried_again() {
    let mut behaviour = Behaviour::of(Vec::new());
    behaviour.statuses = vec![(503, None), (429, None)];
    let server = Server::start(behaviour);
    let target = Target::http(&server.url("/up"), Method::Put, options()).unwrap();
    let mut writer = target.begin().unwrap();
    writer.write_all(b"hello").unwrap();
    writer.commit().unwrap();
    assert_eq!(server.count(), 3);
    assert_eq!(target.stats().retries, 2);
}

/// A date that has passed asks for no pause, one far away for more than there is patience for.
#[test]
fn dates_to_come_back_are_understood() {
    for (date, requests) in
        [("Sun, 06 Nov 1994 08:49:37 GMT", 2), ("Fri, 31 Dec 2100 23:59:59 GMT", 1)]
    {
        let mut behaviour = Behaviour::of(pattern(1000));
        behaviour.statuses = vec![(503, Some(date.to_owned()))];
        let server = Server::start(behaviour);
        assert_eq!(open(&server).is_ok(), requests == 2, "{date}");
        assert_eq!(server.count(), requests, "{date}");
    }
}

#[test]
fn trees_are_uploaded_with_the_manifest_last() {
    let mut behaviour = Behaviour::of(Vec::new());
    behaviour.latency = Duration::from_millis(5);
    let server = Server::start(behaviour);
    let tree = Tree::to_name(server.url("/base")).unwrap();
    tree.put_last("x.dzi", "manifest").unwrap();
    for n in 0..50 {
        tree.put(&format!("x_files/0/{n}_0.png"), pattern(100)).unwrap();
    }
    tree.commit().unwrap();
    let requests = server.requests();
    assert_eq!(requests.len(), 51);
    assert_eq!(requests[50].path, "/base/x.dzi");
}

#[test]
fn a_failed_tree_has_no_manifest() {
    let mut behaviour = Behaviour::of(Vec::new());
    behaviour.statuses = vec![(201, None), (403, None)];
    let server = Server::start(behaviour);
    let tree = Tree::to_name(server.url("/base")).unwrap();
    tree.put_last("x.dzi", "manifest").unwrap();
    let put = (0..50).try_for_each(|n| tree.put(&format!("{n}.png"), pattern(100)));
    assert!(put.and_then(|()| tree.commit()).is_err());
    let requests = server.requests();
    assert!(requests.iter().all(|request| request.path != "/base/x.dzi"));
    // Of what was broken off nobody knows whether it arrived.
    let removed = paths(&requests, "DELETE");
    assert!(paths(&requests, "PUT").iter().all(|path| removed.contains(path)), "{removed:?}");
}

/// What was asked for, in order of names.
fn paths(requests: &[Request], method: &str) -> Vec<String> {
    let asked = requests.iter().filter(|request| request.method == method);
    let mut paths: Vec<String> = asked.map(|request| request.path.clone()).collect();
    paths.sort();
    paths
}

#[test]
fn a_server_that_deletes_nothing_is_asked_once_a_thread() {
    let mut behaviour = Behaviour::of(Vec::new());
    behaviour.statuses = vec![(201, None); 40];
    behaviour.statuses.extend(vec![(405, None); 40]);
    let server = Server::start(behaviour);
    let tree = Tree::to_name(server.url("/base")).unwrap();
    for n in 0..40 {
        tree.put(&format!("{n}.png"), pattern(100)).unwrap();
    }
    while server.count() < 40 {
        thread::sleep(Duration::from_millis(5));
    }
    tree.abort(&windlass_io::Error::new(ErrorKind::Cancelled, "enough"));
    let deletes = paths(&server.requests(), "DELETE").len();
    assert!((1..=8).contains(&deletes), "{deletes} requests");
}
