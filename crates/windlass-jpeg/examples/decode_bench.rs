//! Prints the processor time of decoding a file, at full size and at an eighth.
//!
//! `cargo run --release --example decode_bench FILE [ROUNDS]`

use std::fs;
use std::time::{Duration, Instant};

use windlass_jpeg::Result;
use windlass_jpeg::decode::{Decoder, Options, Raw, RowsMut, Scale};

#[expect(clippy::print_stdout, clippy::disallowed_methods, reason = "it is a program")]
fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().unwrap_or_default();
    let rounds = arguments.next().and_then(|text| text.parse().ok()).unwrap_or(9);
    let file = fs::read(path)?;
    for scale in [Scale::Full, Scale::Half, Scale::Quarter, Scale::Eighth] {
        let mut best = [f64::INFINITY; 2];
        for _ in 0..rounds {
            let times = decode(&file, scale)?;
            best = [best[0].min(times[0]), best[1].min(times[1])];
        }
        println!(
            "1/{}: entropy {:.1} ms, pixels {:.1} ms, both {:.1} ms",
            scale.divisor(),
            best[0],
            best[1],
            best[0] + best[1]
        );
    }
    Ok(())
}

/// Decodes into one buffer of a few rows; returns the milliseconds of each half.
fn decode(file: &[u8], scale: Scale) -> Result<[f64; 2]> {
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
            return Ok(times.map(|time| time.as_secs_f64() * 1e3));
        }
        let start = Instant::now();
        raw.finish(RowsMut::new(&mut pixels, stride))?;
        times[1] += start.elapsed();
    }
}
