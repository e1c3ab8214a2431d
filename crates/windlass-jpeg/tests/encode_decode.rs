//! What the encoder writes, the decoder of this crate reads: without a warning, as the same picture,
//! whatever the settings and however hostile the picture.

use std::sync::Arc;
use windlass_jpeg::decode::{Decoder, Options};
use windlass_jpeg::encode::{Colour, Encoder, Piece, Rows, Segments, Settings, Subsample, Writer};

/// A generator of numbers without a pattern.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit
    }
}

fn encode(pixels: &[u8], size: (usize, usize), colour: Colour, settings: &Settings) -> Vec<u8> {
    let (width, height) = size;
    let stride = width * colour.bands();
    let encoder = Encoder::new(width, height, colour, settings.clone()).expect("valid settings");
    let encoder = Arc::new(encoder);
    let mut writer =
        Writer::new(Arc::clone(&encoder), Vec::new(), &Segments::default()).expect("to memory");
    let mut piece = Piece::default();
    let step = encoder.rows_per_step();
    for top in (0..height).step_by(step) {
        let strip =
            Rows { pixels: &pixels[top * stride..], stride, top, rows: step.min(height - top) };
        encoder.encode(strip, &mut piece).expect("rows that are there");
        writer.commit(&mut piece).expect("the next piece");
    }
    writer.finish().expect("all rows")
}

/// The pixels, and how many warnings there were.
fn decode(file: &[u8]) -> (Vec<u8>, usize) {
    let mut options = Options::default();
    options.invert_cmyk = true;
    let mut decoder = Decoder::new(file, options).expect("a header");
    let pixels = decoder.read_to_end().expect("a picture");
    (pixels, decoder.warnings().len())
}

/// Smooth, noisy, black and white by pixel, or the worst waves for some frequency.
fn picture(random: &mut Random, samples: usize) -> Vec<u8> {
    match random.below(5) {
        0 => vec![random.below(256) as u8; samples],
        1 => (0..samples).map(|_| random.below(256) as u8).collect(),
        2 => (0..samples).map(|_| 255 * random.below(2) as u8).collect(),
        3 => {
            let period = 1 + random.below(24);
            (0..samples).map(|i| 255 * (i / period % 2) as u8).collect()
        }
        _ => (0..samples).map(|i| ((i / 5) % 256) as u8).collect(),
    }
}

fn settings(random: &mut Random) -> Settings {
    let mut settings = Settings::default();
    settings.quality = [1, 2, 10, 50, 75, 89, 90, 99, 100][random.below(9)];
    settings.subsample = [Subsample::Auto, Subsample::On, Subsample::Off][random.below(3)];
    settings.quant_table = random.below(9) as u8;
    settings.optimize_coding = random.below(2) == 0;
    settings.progressive = random.below(2) == 0;
    settings.trellis_quant = random.below(3) == 0;
    settings.overshoot_deringing = random.below(3) == 0;
    settings.optimize_scans = random.below(2) == 0;
    settings.restart_interval = [0, 0, 1, 2, 7, 65_535][random.below(6)];
    settings
}

#[test]
fn any_picture_with_any_settings_is_read_without_a_warning() {
    let mut random = Random(1);
    for _ in 0..1500 {
        let size = (1 + random.below(90), 1 + random.below(60));
        let colour = [Colour::Grey, Colour::Rgb, Colour::Cmyk][random.below(3)];
        let samples = size.0 * size.1 * colour.bands();
        let pixels = picture(&mut random, samples);
        let settings = settings(&mut random);
        let file = encode(&pixels, size, colour, &settings);
        let (read, warnings) = decode(&file);
        assert_eq!((read.len(), warnings), (samples, 0), "{size:?} {colour:?} {settings:?}");
    }
}

#[test]
fn at_full_quality_the_picture_comes_back() {
    let mut random = Random(2);
    for colour in [Colour::Grey, Colour::Rgb, Colour::Cmyk] {
        for _ in 0..20 {
            let size = (1 + random.below(300), 1 + random.below(40));
            let samples = size.0 * size.1 * colour.bands();
            let pixels: Vec<u8> = (0..samples).map(|_| random.below(256) as u8).collect();
            let mut settings = Settings::default();
            settings.quality = 100;
            let (read, _) = decode(&encode(&pixels, size, colour, &settings));
            let worst = pixels.iter().zip(&read).map(|(a, b)| a.abs_diff(*b)).max();
            let allowed = if colour == Colour::Rgb { 4 } else { 2 };
            assert!(worst <= Some(allowed), "{colour:?} {size:?} {worst:?}");
        }
    }
}

#[test]
fn the_order_of_coding_does_not_change_the_picture() {
    let mut random = Random(3);
    for colour in [Colour::Grey, Colour::Rgb, Colour::Cmyk] {
        for quality in [30, 75, 97] {
            let size = (131, 77);
            let pixels: Vec<u8> = (0..size.0 * size.1 * colour.bands())
                .map(|i| (i / 7 % 200 + random.below(50)) as u8)
                .collect();
            let mut settings = Settings::default();
            settings.quality = quality;
            let baseline = encode(&pixels, size, colour, &settings);
            let (expected, _) = decode(&baseline);
            settings.optimize_coding = true;
            let optimised = encode(&pixels, size, colour, &settings);
            assert!(optimised.len() < baseline.len());
            assert!(decode(&optimised).0 == expected);
            settings.progressive = true;
            let usual = encode(&pixels, size, colour, &settings);
            assert!(decode(&usual).0 == expected);
            settings.optimize_scans = true;
            let searched = encode(&pixels, size, colour, &settings);
            assert!(decode(&searched).0 == expected);
            assert!(searched.len() <= usual.len());
        }
    }
}

#[test]
fn trellis_makes_the_file_smaller_and_the_picture_little_worse() {
    let mut random = Random(4);
    let size = (160, 96);
    let pixels: Vec<u8> = (0..size.0 * size.1)
        .map(|i| {
            let (x, y) = (i % size.0, i / size.0);
            (60 + x / 2 + y / 3 + (x / 20 + y / 16) % 2 * 40 + random.below(16)) as u8
        })
        .collect();
    let squares = |read: &[u8]| {
        let squares = pixels.iter().zip(read).map(|(a, b)| u64::from(a.abs_diff(*b)).pow(2));
        squares.sum::<u64>() as f64
    };
    let mut settings = Settings::default();
    settings.optimize_coding = true;
    let plain = encode(&pixels, size, Colour::Grey, &settings);
    settings.trellis_quant = true;
    let trellis = encode(&pixels, size, Colour::Grey, &settings);
    assert!(trellis.len() * 100 < plain.len() * 95, "{} {}", trellis.len(), plain.len());
    assert!(squares(&decode(&trellis).0) < 1.25 * squares(&decode(&plain).0));
}

#[test]
fn deringing_brings_white_beside_black_nearer_to_white() {
    let size = (64, 64);
    let pixels: Vec<u8> =
        (0..64 * 64).map(|i| if (i % 64) % 13 < 2 || i / 64 % 11 == 0 { 0 } else { 255 }).collect();
    let error = |deringing: bool| {
        let mut settings = Settings::default();
        settings.quality = 60;
        settings.overshoot_deringing = deringing;
        let (read, _) = decode(&encode(&pixels, size, Colour::Grey, &settings));
        let white = pixels.iter().zip(read).filter(|(pixel, _)| **pixel == 255);
        white.map(|(_, read)| u64::from(255 - read)).sum::<u64>()
    };
    let (without, with) = (error(false), error(true));
    assert!(with * 10 < without * 9, "{without} {with}");
}

#[test]
fn halves_can_go_to_other_threads() {
    fn shared<T: Send + Sync>() {}
    fn sent<T: Send>() {}
    shared::<Encoder>();
    sent::<Piece>();
    sent::<Writer<Vec<u8>>>();
}

#[test]
fn plain_rgb_is_stored_and_read_as_it_is() {
    let size = (37, 21);
    let pixels: Vec<u8> = (0..size.0 * size.1 * 3).map(|i| (i * 7 % 256) as u8).collect();
    let mut settings = Settings::default();
    settings.quality = 100;
    let (read, warnings) = decode(&encode(&pixels, size, Colour::PlainRgb, &settings));
    assert_eq!(warnings, 0);
    assert!(pixels.iter().zip(&read).all(|(a, b)| a.abs_diff(*b) <= 2));
}

#[test]
fn a_file_without_tables_is_complete_with_them() {
    let size = (50, 30);
    let pixels: Vec<u8> = (0..size.0 * size.1 * 3).map(|i| (i * i % 251) as u8).collect();
    for optimize_coding in [false, true] {
        let mut settings = Settings::default();
        settings.optimize_coding = optimize_coding;
        let (expected, _) = decode(&encode(&pixels, size, Colour::Rgb, &settings));
        settings.tables_apart = true;
        let short = encode(&pixels, size, Colour::Rgb, &settings);
        assert!(!short.windows(4).any(|bytes| bytes == [0xFF, 0xDB, 0, 67]));
        let tables = Encoder::new(size.0, size.1, Colour::Rgb, settings).unwrap().tables().unwrap();
        let whole = [&tables[..tables.len() - 2], &short[2..]].concat();
        assert_eq!(decode(&whole), (expected, 0));
    }
}
