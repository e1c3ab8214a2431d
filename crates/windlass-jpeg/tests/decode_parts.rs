//! A file decoded in parts gives what it gives in one go, whenever the parts come back.

mod decode_support;

use decode_support::{Picture, Random};
use std::sync::Arc;
use windlass_jpeg::Result;
use windlass_jpeg::decode::{Decoder, Options, Part, Raw, RowsMut, Scale};
use windlass_jpeg::encode::{Colour, Encoder, Piece, Rows, Segments, Settings, Writer};

const SCALES: [Scale; 4] = [Scale::Full, Scale::Half, Scale::Quarter, Scale::Eighth];

/// When parts are made and come back.
#[derive(Clone, Copy, Debug)]
enum Way {
    /// None are made.
    OneGo,
    /// So many rows of units wait for parts, as the engine does it.
    Waiting(usize),
    /// Parts are made and come back at random, some of them never.
    Chance(u64),
}

/// Pixels, the messages of the warnings, and how many parts there were.
type Outcome = Result<(Vec<u8>, Vec<String>, usize)>;

fn decode(file: &[u8], scale: Scale, way: Way) -> Outcome {
    let mut options = Options::default();
    options.scale = scale;
    let mut decoder = Decoder::new(file, options)?;
    let stride = decoder.header().width as usize * decoder.header().bands();
    let (mut pixels, mut raw, mut out) = (Vec::new(), Raw::new(), Vec::new());
    let mut count = 0;
    let mut random = Random(1);
    let step = if let Way::Waiting(rows) = way { rows } else { 2 };
    loop {
        match way {
            Way::OneGo => {}
            Way::Waiting(_) => {
                decoder.advance(step)?;
                while !decoder.is_ready(step) {
                    let mut part = Part::new();
                    while out.len() < 3 && decoder.split(&mut part, 4)? {
                        out.push(std::mem::take(&mut part));
                        count += 1;
                    }
                    let Some(mut part) = out.pop() else { break };
                    part.work();
                    decoder.join(&mut part);
                    decoder.advance(step)?;
                }
            }
            Way::Chance(seed) => {
                random.0 ^= seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
                for _ in 0..random.below(4) {
                    let mut part = Part::new();
                    if random.below(2) == 0 && decoder.split(&mut part, 6)? {
                        out.push(part);
                        count += 1;
                    } else if !out.is_empty() {
                        let mut part = out.swap_remove(random.below(out.len()));
                        if random.below(8) != 0 {
                            part.work();
                        }
                        decoder.join(&mut part);
                    } else {
                        decoder.advance(random.below(5))?;
                    }
                }
            }
        }
        decoder.read(step, &mut raw)?;
        if raw.rows() == 0 {
            let warnings = decoder.warnings().iter().map(|w| w.message.clone()).collect();
            return Ok((pixels, warnings, count));
        }
        let start = pixels.len();
        pixels.resize(start + raw.rows() * stride, 0);
        raw.finish(RowsMut::new(&mut pixels[start..], stride))?;
    }
}

/// Compares all ways; returns the number of parts.
fn same(file: &[u8], scale: Scale, seed: u64) -> usize {
    let told = |outcome: Outcome| match outcome {
        Ok((pixels, warnings, count)) => (Some(pixels), warnings, count),
        Err(error) => (None, vec![error.message().to_owned()], 0),
    };
    let (pixels, warnings, _) = told(decode(file, scale, Way::OneGo));
    let mut most = 0;
    for way in [Way::Waiting(2), Way::Waiting(40), Way::Chance(seed)] {
        let (parts, said, count) = told(decode(file, scale, way));
        let differ = |(a, b): (&Vec<u8>, &Vec<u8>)| a.iter().zip(b).position(|(a, b)| a != b);
        let place = parts.as_ref().zip(pixels.as_ref()).and_then(differ);
        assert!(parts == pixels, "{scale:?} {way:?} {seed}, at {place:?}");
        assert_eq!(said, warnings, "{scale:?} {way:?} {seed}");
        most = most.max(count);
    }
    most
}

/// A picture with something of everything: flat, smooth and noisy.
fn photograph(width: usize, height: usize, colour: Colour, settings: Settings) -> Vec<u8> {
    let mut random = Random(77);
    let bands = colour.bands();
    let mut pixels = Vec::with_capacity(width * height * bands);
    for y in 0..height {
        for x in 0..width {
            let noise = if y * 3 / height == 1 { 0 } else { random.below(60) };
            for band in 0..bands {
                pixels.push((x / 3 + y / (band + 2) + noise * usize::from(x > width / 4)) as u8);
            }
        }
    }
    encoded(&pixels, width, colour, settings).expect("a sound picture")
}

fn encoded(pixels: &[u8], width: usize, colour: Colour, settings: Settings) -> Result<Vec<u8>> {
    let stride = width * colour.bands();
    let rows = pixels.len() / stride;
    let encoder = Arc::new(Encoder::new(width, rows, colour, settings)?);
    let mut writer = Writer::new(Arc::clone(&encoder), Vec::new(), &Segments::default())?;
    let mut piece = Piece::default();
    encoder.encode(Rows { pixels, stride, top: 0, rows }, &mut piece)?;
    writer.commit(&mut piece)?;
    writer.finish()
}

fn of_quality(quality: u8) -> Settings {
    let mut settings = Settings::default();
    settings.quality = quality;
    settings
}

#[test]
fn photographs() {
    for (quality, colour) in
        [(75, Colour::Rgb), (92, Colour::Rgb), (40, Colour::Grey), (80, Colour::Cmyk)]
    {
        let file = photograph(1200, 900, colour, of_quality(quality));
        for (seed, scale) in (0..).zip(SCALES) {
            let count = same(&file, scale, seed);
            assert!(count > 1, "{count} parts of {} bytes", file.len());
        }
    }
}

#[test]
fn a_few_parts_at_a_time_serve_rows_of_any_size() {
    let plain = photograph(1600, 1200, Colour::Rgb, of_quality(92));
    let mut settings = of_quality(92);
    settings.restart_interval = 30;
    for file in [plain, photograph(1600, 1200, Colour::Rgb, settings)] {
        let mut decoder = Decoder::new(file.as_slice(), Options::default()).unwrap();
        let (mut part, mut count) = (Part::new(), 0);
        while !decoder.is_ready(usize::MAX / 2) {
            assert!(decoder.split(&mut part, 1).unwrap(), "no part after {count}");
            part.work();
            decoder.join(&mut part);
            decoder.advance(usize::MAX / 2).unwrap();
            count += 1;
        }
        assert!(count > 5, "{count} parts of {} bytes", file.len());
    }
}

#[test]
fn samplings_that_no_camera_makes() {
    let samplings: [&[(usize, usize)]; 6] = [
        &[(1, 1)],
        &[(2, 1), (1, 1), (1, 1)],
        &[(1, 2), (1, 1), (1, 1)],
        &[(3, 2), (2, 1), (1, 1)],
        &[(1, 1), (2, 2)],
        &[(2, 2), (1, 1), (1, 2), (2, 1)],
    ];
    for (seed, sampling) in (0..).zip(samplings) {
        let file = Picture::random(1811, 1237, sampling, seed).sequential();
        for scale in SCALES {
            let count = same(&file, scale, seed);
            assert!(count > 0, "{count} parts of {} bytes", file.len());
        }
    }
}

#[test]
fn restart_markers() {
    for (interval, least) in [(1, 2), (75, 2), (33, 2), (600, 2), (30_000, 0)] {
        let mut settings = of_quality(80);
        settings.restart_interval = interval;
        let file = photograph(1200, 900, Colour::Rgb, settings);
        for (seed, scale) in (0..).zip(SCALES) {
            let count = same(&file, scale, seed);
            assert!(count >= least, "{count} parts of {} bytes at {interval}", file.len());
        }
    }
}

#[test]
fn a_picture_of_one_colour_never_meets_itself() {
    let file = encoded(&vec![99; 4000 * 3000], 4000, Colour::Grey, of_quality(75)).unwrap();
    for scale in SCALES {
        same(&file, scale, 5);
    }
}

fn restarting(interval: u16) -> Vec<u8> {
    let mut settings = of_quality(80);
    settings.restart_interval = interval;
    photograph(800, 500, Colour::Rgb, settings)
}

#[test]
fn damaged_files() {
    let seeds = [
        photograph(700, 500, Colour::Rgb, of_quality(80)),
        photograph(900, 800, Colour::Grey, of_quality(60)),
        restarting(7),
        restarting(50),
    ];
    let mut random = Random(0xD1B5_4A32_D192_ED03);
    for round in 0..200 {
        let mut file = seeds[round % seeds.len()].clone();
        for _ in 0..=random.below(4) {
            let place = 400 + random.below(file.len() - 401);
            match random.below(4) {
                0 => file[place] ^= 1 << random.below(8),
                1 => file[place] = 0xFF,
                2 => file.truncate(place + 1),
                _ => drop(file.drain(place..(place + 30).min(seeds[0].len() / 2).max(place))),
            }
            if file.len() < 2000 {
                break;
            }
        }
        same(&file, SCALES[random.below(4)], round as u64);
    }
}
