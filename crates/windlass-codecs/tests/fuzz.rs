//! The fuzz bodies on stable: over small files of every format, over the corpora, and over mutants of
//! both.

#![expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a test that reads files and says when they are absent"
)]

mod bodies;

use std::path::{Path, PathBuf};
use windlass_codecs::{bmp, csv, gif, ico, png, ppm, qoi, tga, webp};
use windlass_core::foreign::Save;
use windlass_core::{BandFormat, Image, Interpretation, Meta, Target};

/// Small files of formats that we write.
fn seeds() -> Vec<Vec<u8>> {
    let samples: Vec<u8> = (0..40 * 30 * 3_u32).map(|at| (at / 17 * 31 % 256) as u8).collect();
    let image = Image::from_memory(40, 30, 3, BandFormat::U8, samples).expect("a small picture");
    let grey: Vec<u8> = (0..20 * 10_u32).map(|at| (at / 5 * 9) as u8).collect();
    let grey = Image::from_memory(20, 10, 1, BandFormat::U8, grey).expect("a small picture");
    let mut seeds = Vec::new();
    let mut saved = |saver: &dyn Fn(&Target)| {
        let target = Target::to_memory();
        saver(&target);
        seeds.push(target.bytes().to_vec());
    };
    saved(&|target| bmp::BmpSave::default().save(&image, target).expect("a small picture"));
    saved(&|target| bmp::BmpSave::default().save(&grey, target).expect("a small picture"));
    saved(&|target| {
        tga::TgaSave::default().rle(true).save(&image, target).expect("a small picture");
    });
    saved(&|target| tga::TgaSave::default().save(&grey, target).expect("a small picture"));
    saved(&|target| qoi::QoiSave::default().save(&image, target).expect("a small picture"));
    saved(&|target| ico::IcoSave::default().save(&image, target).expect("a small picture"));
    saved(&|target| png::PngSave::default().save(&image, target).expect("a small picture"));
    saved(&|target| csv::CsvSave::default().save(&grey, target).expect("a small picture"));
    saved(&|target| ppm::PnmSave::default().save(&image, target).expect("a small picture"));
    seeds.push(b"3 2 9 1\n1 2 3\n4 5 6\n".to_vec());
    seeds.push(b"P2\n3 2\n255\n1 2 3 4 5 6\n".to_vec());
    seeds.push(
        b"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 2 +X 8\n\x02\x02\0\x08\x88\x01\x88\x02\x08\
                 12345678\x88\x04\x01\x02\x03\x80\x01\x01\x01\x07"
            .to_vec(),
    );
    let runs =
        b"BM\x60\0\0\0\0\0\0\0\x3e\0\0\0\x28\0\0\0\x08\0\0\0\x04\0\0\0\x01\0\x08\0\x01\0\0\0\
                 \0\0\0\0\0\0\0\0\0\0\0\0\x02\0\0\0\0\0\0\0\x01\x02\x03\0\xff\xff\xff\0\
                 \x04\x01\x04\0\0\0\0\x03\x01\0\x01\0\0\x02\x02\x01\x03\x01\0\x01";
    seeds.push(runs.to_vec());
    seeds
}

/// Animations and pictures with an alpha, of the formats that have them.
fn animations() -> Vec<Vec<u8>> {
    let samples: Vec<u8> = (0..40 * 90 * 4_u32).map(|at| (at / 13 * 37 % 256) as u8).collect();
    let image = Image::from_memory(40, 90, 4, BandFormat::U8, samples).expect("a small picture");
    let mut header = image.header().clone();
    header.interpretation = Interpretation::Srgb;
    let still = image.with_header(header.clone()).expect("a small picture");
    header.metadata.set("page-height", Meta::Int(30));
    let moving = image.with_header(header).expect("a small picture");
    let mut files = Vec::new();
    for image in [still, moving] {
        files.push(saved(&image, &gif::GifSave::default()));
        files.push(saved(&image, &gif::GifSave::default().interlace(true).bitdepth(3)));
        files.push(saved(&image, &webp::WebpSave::default()));
        files.push(saved(&image, &webp::WebpSave::default().lossless(true)));
    }
    files
}

fn saved(image: &Image, saver: &impl Save) -> Vec<u8> {
    let target = Target::to_memory();
    saver.save(image, &target).expect("a small picture");
    target.bytes().to_vec()
}

/// Numbers that are the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (self.0 >> 33) as usize % sides.max(1)
    }
}

/// A file with some bytes changed, cut out, repeated or cut off.
fn mutant(seed: &[u8], dice: &mut Dice) -> Vec<u8> {
    const SPECIAL: [u8; 8] = [0, 1, 2, 127, 128, 254, 255, b'9'];
    let mut bytes = seed.to_vec();
    for _ in 0..=dice.roll(4) {
        if bytes.is_empty() {
            break;
        }
        // headers are where it hurts most
        let reach = if dice.roll(2) == 0 { bytes.len().min(64) } else { bytes.len() };
        let at = dice.roll(reach);
        match dice.roll(6) {
            0 => bytes[at] ^= 1 << dice.roll(8),
            1 => bytes[at] = SPECIAL[dice.roll(SPECIAL.len())],
            2 => bytes[at] = dice.roll(256) as u8,
            3 => bytes.truncate(at),
            4 => drop(bytes.drain(at..(at + dice.roll(9)).min(bytes.len()))),
            _ => {
                let piece = bytes[at..(at + 8).min(bytes.len())].to_vec();
                bytes.splice(at..at, piece);
            }
        }
    }
    bytes
}

#[test]
fn mutants_of_small_files() {
    let mut dice = Dice(7);
    for seed in seeds() {
        for (_, body) in bodies::ALL {
            body(&seed);
        }
        for _ in 0..300 {
            let bytes = mutant(&seed, &mut dice);
            for (name, body) in bodies::ALL {
                // what begins as another format is soon refused
                if dice.roll(4) == 0 || !matches!(*name, "jpeg" | "vips") {
                    body(&bytes);
                }
            }
        }
    }
}

#[test]
fn mutants_of_animations() {
    let mut dice = Dice(5);
    for file in animations() {
        bodies::animation(&file);
        for _ in 0..400 {
            bodies::animation(&mutant(&file, &mut dice));
        }
    }
}

#[test]
fn mutants_of_the_corpora_of_animations() {
    let root = std::env::var_os("WINDLASS_DATA").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"),
        PathBuf::from,
    );
    let mut found = Vec::new();
    for set in ["gif", "webp", "malformed-gif", "malformed-webp"] {
        files(&root.join(set), &mut found);
    }
    if found.is_empty() {
        println!("skipped: no corpora in {} (set WINDLASS_DATA)", root.display());
    }
    let mut dice = Dice(3);
    for path in found {
        let bytes = std::fs::read(&path).unwrap();
        if bytes.len() > 1 << 16 {
            continue;
        }
        bodies::animation(&bytes);
        for _ in 0..3 {
            bodies::animation(&mutant(&bytes, &mut dice));
        }
    }
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            files(&path, found);
        } else {
            found.push(path);
        }
    }
    found.sort();
}

#[test]
fn mutants_of_the_corpora() {
    let root = std::env::var_os("WINDLASS_DATA").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"),
        PathBuf::from,
    );
    let mut dice = Dice(11);
    let mut count = 0;
    for set in ["bmp", "hdr", "misc", "malformed-misc"] {
        let mut found = Vec::new();
        files(&root.join(set), &mut found);
        for path in found {
            let bytes = std::fs::read(&path).unwrap();
            let mine = |name: &str| {
                let text = path.to_string_lossy().to_ascii_lowercase();
                let kind = ["bmp", "ico", "tga", "qoi"].iter().find(|kind| text.ends_with(**kind));
                kind.is_none_or(|kind| *kind == name)
            };
            if bytes.len() > 1 << 20 {
                continue;
            }
            count += 1;
            for (_, body) in bodies::ALL.iter().filter(|(name, _)| mine(name)) {
                body(&bytes);
                for _ in 0..3 {
                    body(&mutant(&bytes, &mut dice));
                }
            }
        }
    }
    if count == 0 {
        println!("skipped: no corpora in {} (set WINDLASS_DATA)", root.display());
    }
}
