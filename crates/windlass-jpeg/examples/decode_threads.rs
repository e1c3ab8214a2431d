//! Decodes a file on several threads and prints the time by the clock, and the processor time of each.
//!
//! `cargo run --release --example decode_threads FILE [THREADS [ROUNDS [DIVISOR]]]`
//!
//! The threads share the decoder under a lock. Whoever holds it takes rows if they are decoded, else
//! splits off a part; both are finished without the lock.

use std::fs;
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use windlass_jpeg::Result;
use windlass_jpeg::decode::{Decoder, Options, Part, Raw, RowsMut, Scale};

#[expect(clippy::print_stdout, clippy::disallowed_methods, reason = "it is a program")]
fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().unwrap_or_default();
    let mut number =
        |default| arguments.next().and_then(|text| text.parse().ok()).unwrap_or(default);
    let (threads, rounds, divisor) = (number(2), number(10), number(1) as u32);
    let file = fs::read(path)?;
    let mut best: Option<(Duration, Vec<Duration>)> = None;
    for _ in 0..rounds {
        let start = Instant::now();
        let times = decode(&file, threads, Scale::of(divisor)?)?;
        let taken = (start.elapsed(), times);
        if best.as_ref().is_none_or(|best| taken.1.iter().max() < best.1.iter().max()) {
            best = Some(taken);
        }
    }
    if let Some((clock, threads)) = best {
        println!("1/{divisor}: {clock:.1?} by the clock, on the processor {threads:.1?}");
    }
    Ok(())
}

/// What the threads share.
struct Shared<'a> {
    decoder: Decoder<&'a [u8]>,
    /// Parts that are decoded, and how many are being decoded.
    back: Vec<Part>,
    out: usize,
}

/// What a thread does next.
enum Job {
    Rows,
    Part(Part),
    Wait,
    End,
}

/// Rows of units that are read at a time.
const STEP: usize = 2;

/// Decodes the file; returns the processor time of each thread.
fn decode(file: &[u8], threads: usize, scale: Scale) -> Result<Vec<Duration>> {
    let mut options = Options::default();
    options.scale = scale;
    let decoder = Decoder::new(file, options)?;
    let shared = Mutex::new(Shared { decoder, back: Vec::new(), out: 0 });
    thread::scope(|scope| {
        let handles: Vec<_> =
            (0..threads).map(|_| scope.spawn(|| work(&shared, threads))).collect();
        handles.into_iter().map(|handle| handle.join().unwrap_or(Ok(Duration::ZERO))).collect()
    })
}

fn work(shared: &Mutex<Shared<'_>>, threads: usize) -> Result<Duration> {
    let mut raw = Raw::new();
    let mut pixels = Vec::new();
    let start = processor();
    loop {
        let job = shared.lock().unwrap_or_else(PoisonError::into_inner).next(&mut raw, threads)?;
        match job {
            Job::Rows => {
                let stride = raw.width() * raw.bands();
                pixels.resize(raw.rows() * stride, 0);
                raw.finish(RowsMut::new(&mut pixels, stride))?;
                raw.clear();
            }
            Job::Part(mut part) => {
                part.work();
                let mut shared = shared.lock().unwrap_or_else(PoisonError::into_inner);
                shared.back.push(part);
                shared.out -= 1;
            }
            Job::Wait => thread::yield_now(),
            Job::End => return Ok(processor().saturating_sub(start)),
        }
    }
}

impl Shared<'_> {
    fn next(&mut self, raw: &mut Raw, threads: usize) -> Result<Job> {
        for mut part in self.back.drain(..) {
            self.decoder.join(&mut part);
        }
        if threads > 1 && !self.decoder.is_ready(STEP) {
            let mut part = Part::new();
            if self.decoder.split(&mut part, threads + 2)? {
                self.out += 1;
                return Ok(Job::Part(part));
            }
            if self.out > 0 {
                return Ok(Job::Wait);
            }
        }
        self.decoder.read(STEP, raw)?;
        Ok(if raw.rows() > 0 { Job::Rows } else { Job::End })
    }
}

/// The processor time that this thread has taken, where the system tells.
fn processor() -> Duration {
    let taken = fs::read_to_string("/proc/thread-self/schedstat").ok();
    let taken = taken.and_then(|text| text.split_whitespace().next()?.parse().ok());
    Duration::from_nanos(taken.unwrap_or(0))
}
