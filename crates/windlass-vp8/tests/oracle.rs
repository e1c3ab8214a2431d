//! Frames of the encoder of libwebp against another decoder of the same format.

#![forbid(unsafe_code)]

use bytes::Bytes;
use image_webp::vp8::Vp8Decoder;
use windlass_vp8::{Error, Lines, MacroblockRow, Parser};
use windlass_webp::{Config, Layout, Picture, Preset, encode};

struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit
    }
}

/// Gradients, edges and noise.
fn pixels(random: &mut Random, width: usize, height: usize) -> Vec<u8> {
    let noise = [1, 8, 60, 256][random.below(4)];
    let (across, down, edge) = (random.below(9), random.below(9), random.below(40) + 3);
    let mut pixels = Vec::with_capacity(3 * width * height);
    for y in 0..height {
        for x in 0..width {
            let side = if (x / edge + y / edge) % 2 == 0 { 0 } else { 90 };
            for band in 0..3 {
                let value = x * across + y * down + side + 40 * band + random.below(noise);
                pixels.push(value.min(255) as u8);
            }
        }
    }
    pixels
}

/// The payload of the chunk `VP8 ` of a file.
fn frame(file: &[u8]) -> Option<&[u8]> {
    let at = file.windows(4).position(|name| name == b"VP8 ")?;
    let size = u32::from_le_bytes(*file[at + 4..].first_chunk()?) as usize;
    file.get(at + 8..at + 8 + size)
}

/// All planes of a frame, without padding.
fn decode(data: &[u8]) -> Result<[Vec<u8>; 3], Error> {
    let mut parser = Parser::new(Bytes::copy_from_slice(data))?;
    let mut painter = parser.painter();
    let (mut row, mut lines) = (MacroblockRow::default(), Lines::default());
    let mut planes = [Vec::new(), Vec::new(), Vec::new()];
    let mut take = |lines: &Lines| {
        for y in 0..lines.height() {
            planes[0].extend_from_slice(lines.luma(y));
            if y % 2 == 0 {
                planes[1].extend_from_slice(lines.chroma(0, y).0);
                planes[2].extend_from_slice(lines.chroma(1, y).0);
            }
        }
    };
    let rows = parser.rows();
    for number in 0..rows {
        parser.read(&mut row)?;
        painter.paint(&row);
        if number > 0 {
            assert!(painter.copy(number - 1, &mut lines));
            take(&lines);
        }
    }
    assert!(painter.copy(rows - 1, &mut lines));
    take(&lines);
    Ok(planes)
}

fn oracle(data: &[u8]) -> Option<[Vec<u8>; 3]> {
    let frame = Vp8Decoder::decode_frame(data).ok()?;
    let (width, height) = (usize::from(frame.width), usize::from(frame.height));
    let stride = width.div_ceil(16) * 16;
    let cut = |plane: &[u8], stride: usize, width: usize, height: usize| {
        plane.chunks(stride).take(height).flat_map(|row| row[..width].to_vec()).collect()
    };
    let half = (width.div_ceil(2), height.div_ceil(2));
    Some([
        cut(&frame.ybuf, stride, width, height),
        cut(&frame.ubuf, stride / 2, half.0, half.1),
        cut(&frame.vbuf, stride / 2, half.0, half.1),
    ])
}

fn config(random: &mut Random) -> Config {
    let presets = [
        Preset::Default,
        Preset::Picture,
        Preset::Photo,
        Preset::Drawing,
        Preset::Icon,
        Preset::Text,
    ];
    Config {
        preset: presets[random.below(presets.len())],
        quality: random.below(101) as f32,
        method: random.below(7) as i32,
        auto_filter: random.below(3) == 0,
        passes: 1 + random.below(3) as i32,
        layout: (random.below(4) > 0).then(|| Layout {
            partitions: random.below(4) as i32,
            segments: 1 + random.below(4) as i32,
            simple_filter: random.below(3) == 0,
            filter_strength: random.below(101) as i32,
            filter_sharpness: random.below(8) as i32,
        }),
        ..Config::default()
    }
}

#[test]
fn frames_of_all_sizes_and_qualities() {
    let mut random = Random(3);
    for round in 0..400 {
        let (width, height) = (random.below(70) + 1, random.below(70) + 1);
        let pixels = pixels(&mut random, width, height);
        let config = config(&mut random);
        let picture = Picture::new(&pixels, width, height, 3).unwrap();
        let file = encode(&picture, &config, &mut || true).unwrap();
        let data = frame(&file).unwrap();
        let (found, expected) = (decode(data).unwrap(), oracle(data).unwrap());
        for (plane, (found, expected)) in found.iter().zip(&expected).enumerate() {
            let same = found.iter().zip(expected).position(|(found, expected)| found != expected);
            let what = format!("round {round}, {width}x{height}, plane {plane}, {config:?}");
            assert_eq!((found.len(), same), (expected.len(), None), "{what}");
        }
    }
}

#[test]
fn broken_frames_do_no_harm() {
    let mut random = Random(4);
    for _ in 0..60 {
        let (width, height) = (random.below(90) + 1, random.below(90) + 1);
        let pixels = pixels(&mut random, width, height);
        let picture = Picture::new(&pixels, width, height, 3).unwrap();
        let file = encode(&picture, &config(&mut random), &mut || true).unwrap();
        let data = frame(&file).unwrap();
        for _ in 0..20 {
            let mut broken = data[..data.len() - random.below(data.len() / 2 + 1)].to_vec();
            for _ in 0..random.below(4) {
                let at = random.below(broken.len());
                broken[at] ^= 1 << random.below(8);
            }
            // whether it is refused or not: it ends, and all planes have the size that it says
            let declared = |at: usize| {
                let side = broken
                    .get(at..at + 2)
                    .map_or(0, |side| side[0] as usize | (side[1] as usize) << 8);
                side & 0x3FFF
            };
            if declared(6) * declared(8) > 1 << 22 {
                continue;
            }
            if let Ok(planes) = decode(&broken) {
                assert_eq!(planes[0].len(), declared(6) * declared(8));
            }
        }
    }
}

#[test]
fn what_is_cut_off_is_missed() {
    let mut random = Random(5);
    let pixels = pixels(&mut random, 64, 64);
    let picture = Picture::new(&pixels, 64, 64, 3).unwrap();
    let file = encode(&picture, &Config::default(), &mut || true).unwrap();
    let data = frame(&file).unwrap();
    assert!(decode(data).is_ok());
    assert_eq!(decode(&data[..data.len() / 2]).err(), Some(Error::Truncated));
    assert_eq!(decode(&data[..9]).err(), Some(Error::Header));
    assert_eq!(decode(&[&[1], &data[1..]].concat()).err(), Some(Error::Header));
}
