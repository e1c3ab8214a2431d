//! CPU time of encoding raw RGB samples:
//! `encode_bench IN WIDTH HEIGHT [quality=75] [rounds=9] [strip=4] [optimize_coding] [progressive]`
//!
//! `strip` is the height of the strips in rows of MCUs. Prints the median and the least of the
//! rounds; on systems without `/proc` the time is that of the clock on the wall.
#![expect(clippy::disallowed_methods, reason = "an example reads files where it likes")]
#![expect(clippy::print_stdout, reason = "an example that prints what it measured")]

use std::error::Error;
use std::sync::Arc;
use std::time::Instant;
use windlass_jpeg::encode::{Colour, Encoder, Piece, Rows, Segments, Settings, Writer};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [input, width, height, options @ ..] = arguments.as_slice() else {
        return Err("encode_bench IN WIDTH HEIGHT [OPTION]..".into());
    };
    let (width, height) = (width.parse()?, height.parse()?);
    let mut settings = Settings::default();
    let (mut rounds, mut strip) = (9, 4);
    for option in options {
        let (name, value) = option.split_once('=').unwrap_or((option, ""));
        match name {
            "quality" => settings.quality = value.parse()?,
            "rounds" => rounds = value.parse()?,
            "strip" => strip = value.parse()?,
            "optimize_coding" => settings.optimize_coding = true,
            "progressive" => settings.progressive = true,
            "trellis_quant" => settings.trellis_quant = true,
            "overshoot_deringing" => settings.overshoot_deringing = true,
            "optimize_scans" => settings.optimize_scans = true,
            other => return Err(format!("no option {other}").into()),
        }
    }
    let pixels = std::fs::read(input)?;
    let mut times = Vec::new();
    let mut size = 0;
    for _ in 0..=rounds {
        let start = now();
        size = encode(&pixels, width, height, settings.clone(), strip)?;
        times.push(now() - start);
    }
    let mut times = times.split_off(1);
    times.sort_by(f64::total_cmp);
    let (median, least) = (times[times.len() / 2], times[0]);
    println!("{size} bytes, median {median:.1} ms, least {least:.1} ms");
    Ok(())
}

fn encode(
    pixels: &[u8],
    width: usize,
    height: usize,
    settings: Settings,
    strip: usize,
) -> Result<usize, Box<dyn Error>> {
    let encoder = Arc::new(Encoder::new(width, height, Colour::Rgb, settings)?);
    let mut writer = Writer::new(Arc::clone(&encoder), Vec::new(), &Segments::default())?;
    let mut piece = Piece::default();
    let step = strip * encoder.rows_per_step();
    let stride = width * 3;
    for top in (0..height).step_by(step) {
        let rows = step.min(height - top);
        let pixels = pixels.get(top * stride..).ok_or("input is too short")?;
        encoder.encode(Rows { pixels, stride, top, rows }, &mut piece)?;
        writer.commit(&mut piece)?;
    }
    Ok(writer.finish()?.len())
}

/// Milliseconds on the processor of this thread.
fn now() -> f64 {
    let on_processor = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanoseconds = on_processor.and_then(|text| text.split(' ').next()?.parse::<f64>().ok());
    nanoseconds.map_or_else(wall, |nanoseconds| nanoseconds / 1e6)
}

fn wall() -> f64 {
    static START: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
    START.get_or_init(Instant::now).elapsed().as_secs_f64() * 1e3
}
