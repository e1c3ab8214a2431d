//! Prints the processor time of decoding a file, at each scale or at one of them.
//!
//! `cargo run --release --example decode_bench FILE [ROUNDS [DIVISOR]]`

use std::fs;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use windlass_jpeg::Result;
use windlass_jpeg::decode::{Decoder, Options, Raw, RowsMut, Scale};

#[expect(clippy::print_stdout, clippy::disallowed_methods, reason = "it is a program")]
fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().unwrap_or_default();
    let rounds = arguments.next().and_then(|text| text.parse().ok()).unwrap_or(20);
    let file = fs::read(path)?;
    let scales = match arguments.next().and_then(|text| text.parse().ok()) {
        Some(divisor) => vec![Scale::of(divisor)?],
        None => vec![Scale::Full, Scale::Half, Scale::Quarter, Scale::Eighth],
    };
    for scale in scales {
        decode(&file, scale)?;
        let start = processor();
        let mut halves = [Duration::ZERO; 2];
        for _ in 0..rounds {
            let times = decode(&file, scale)?;
            halves = [halves[0] + times[0], halves[1] + times[1]];
        }
        let taken = processor().saturating_sub(start).as_secs_f64() * 1e3 / f64::from(rounds);
        let share = halves[0].as_secs_f64() / (halves[0] + halves[1]).as_secs_f64();
        println!(
            "1/{}: {taken:.1} ms, of which entropy decoding about {:.1} ms",
            scale.divisor(),
            taken * share
        );
    }
    Ok(())
}

/// Decodes into one buffer of a few rows; returns the time of each half by the clock.
fn decode(file: &[u8], scale: Scale) -> Result<[Duration; 2]> {
    let mut options = Options::default();
    options.scale = scale;
    let start = Instant::now();
    let mut decoder = Decoder::new(file, options)?;
    let mut times = [start.elapsed(), Duration::ZERO];
    let stride = decoder.header().width as usize * decoder.header().bands();
    let mut pixels = vec![0; stride * decoder.rows_per_step() * 8];
    let mut raw = Raw::new();
    loop {
        let start = Instant::now();
        decoder.read(8, &mut raw)?;
        times[0] += start.elapsed();
        if raw.rows() == 0 {
            return Ok(times);
        }
        let start = Instant::now();
        raw.finish(RowsMut::new(&mut pixels, stride))?;
        times[1] += start.elapsed();
    }
}

/// The processor time that this thread has taken, or where the system does not tell, that of the clock.
fn processor() -> Duration {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    let clock = START.elapsed();
    let taken = fs::read_to_string("/proc/thread-self/schedstat").ok();
    let taken = taken.and_then(|text| text.split_whitespace().next()?.parse().ok());
    taken.map_or(clock, Duration::from_nanos)
}
