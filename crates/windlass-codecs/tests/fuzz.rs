//! The fuzz bodies on stable: over small files of every format, over the corpora, and over mutants of
//! both. `WINDLASS_MUTANTS` says how many mutants of a small file there are.

#![expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a test that reads files and says when they are absent"
)]

mod bodies;

use bodies::{seeds, tiffs};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;
use windlass_codecs::tiff::{TiffCompression, TiffSave};
use windlass_core::{BandFormat, Image, Interpretation};

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
        let reach = match dice.roll(4) {
            0 => 64,
            1 => 400,
            _ => bytes.len(),
        };
        let at = dice.roll(reach.min(bytes.len()));
        match dice.roll(7) {
            0 => bytes[at] ^= 1 << dice.roll(8),
            1 => bytes[at] = SPECIAL[dice.roll(SPECIAL.len())],
            2 => bytes[at] = dice.roll(256) as u8,
            3 => bytes.truncate(at),
            4 => drop(bytes.drain(at..(at + dice.roll(9)).min(bytes.len()))),
            5 => {
                // a number of 2, 4 or 8 bytes that is almost as large as can be, or 0
                let end = (at + (2 << dice.roll(3))).min(bytes.len());
                bytes[at..end].fill([0, 255][dice.roll(2)]);
                bytes[[at, end - 1][dice.roll(2)]] = [0, 127, 240, 255][dice.roll(4)];
            }
            _ => {
                let piece = bytes[at..(at + 8).min(bytes.len())].to_vec();
                bytes.splice(at..at, piece);
            }
        }
    }
    bytes
}

/// Mutants of a small file.
fn mutants() -> usize {
    std::env::var("WINDLASS_MUTANTS").map_or(200, |count| count.parse().expect("a number"))
}

fn body(name: &str) -> fn(&[u8]) -> usize {
    bodies::ALL.iter().find(|(other, _)| *other == name).expect("there is a body").1
}

/// Calls a body with each file, which is a picture, and its mutants; no call takes long.
fn over_mutants(name: &str, files: &[(String, Vec<u8>)], mutants: usize) {
    let body = body(name);
    let mut dice = Dice(7);
    for (what, file) in files {
        assert!(body(file) > 0, "{name}, {what}: no picture");
        let (mut slowest, mut pictures, before) = (Duration::ZERO, 0, memory("VmRSS"));
        for _ in 0..mutants {
            let bytes = mutant(file, &mut dice);
            let start = work();
            pictures += body(&bytes);
            slowest = slowest.max(work().saturating_sub(start));
        }
        let (after, peak) = (memory("VmRSS"), memory("VmHWM"));
        println!(
            "{name}, {what}: {pictures} pictures, slowest {slowest:?}, {before} to {after} KiB, at most {peak}"
        );
        assert!(slowest < Duration::from_secs(20), "{name}, {what}: {slowest:?}");
    }
}

/// The time that processors worked for this process, where the system tells; in steps of 10 ms.
fn work() -> Duration {
    let text = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // what follows the name, which may have spaces
    let fields = text.rsplit(')').next().unwrap_or_default().split_whitespace();
    let ticks: u64 = fields.skip(11).take(2).filter_map(|ticks| ticks.parse::<u64>().ok()).sum();
    Duration::from_millis(10 * ticks)
}

/// KiB of memory of this process, where the system tells.
fn memory(item: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(item)?.strip_prefix(':'));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
}

/// The files of a loader in the corpora, those that could be of any included.
fn corpus(name: &str) -> Vec<Vec<u8>> {
    const SETS: [&str; 15] = [
        "bmp",
        "gif",
        "hdr",
        "jpeg",
        "png",
        "tiff",
        "webp",
        "exif",
        "misc",
        "malformed-gif",
        "malformed-jpeg",
        "malformed-misc",
        "malformed-png",
        "malformed-tiff",
        "malformed-webp",
    ];
    let root = std::env::var_os("WINDLASS_DATA").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"),
        PathBuf::from,
    );
    let mut found = Vec::new();
    for set in SETS {
        let mut paths = Vec::new();
        files(&root.join(set), &mut paths);
        found.extend(
            paths.into_iter().filter(|path| kind(set, path).is_none_or(|kind| kind == name)),
        );
    }
    if found.is_empty() {
        println!("skipped: no corpora in {} (set WINDLASS_DATA)", root.display());
    }
    let small = |path: &PathBuf| std::fs::metadata(path).is_ok_and(|file| file.len() <= 1 << 20);
    found
        .iter()
        .filter(|path| small(path))
        .map(|path| std::fs::read(path).expect("a file"))
        .collect()
}

/// The loader of a file of a set of the corpora, if only one may read it.
fn kind<'a>(set: &'a str, path: &'a Path) -> Option<&'a str> {
    let suffix = path.extension().and_then(|suffix| suffix.to_str()).unwrap_or_default();
    let known = |name: &str| bodies::ALL.iter().any(|(other, _)| *other == name);
    match suffix {
        "jpg" => Some("jpeg"),
        "tif" => Some("tiff"),
        "hdr" => Some("rad"),
        "pbm" | "pgm" | "pnm" => Some("ppm"),
        "mat" => Some("matrix"),
        // what the corpora say of themselves
        "json" | "md" => Some(""),
        suffix if known(suffix) => Some(suffix),
        _ => set.strip_prefix("malformed-").filter(|set| known(set)),
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

fn over_corpus(name: &str) {
    let body = body(name);
    let mut dice = Dice(11);
    for file in corpus(name) {
        body(&file);
        for _ in 0..if file.len() <= 1 << 16 { 3 } else { 0 } {
            body(&mutant(&file, &mut dice));
        }
    }
}

macro_rules! tests {
    ($($name:ident)*) => {
        mod mutants_of {
            $(#[test]
            fn $name() {
                let name = stringify!($name);
                let files = match name {
                    "tiff" => super::tiffs::all(),
                    _ => super::seeds::of(name).into_iter().map(|file| (String::new(), file)).collect(),
                };
                super::over_mutants(name, &files, super::mutants());
            })*
        }

        mod corpus_of {
            $(#[test]
            fn $name() {
                super::over_corpus(stringify!($name));
            })*
        }

        /// The loaders that have tests here.
        const TESTED: &[&str] = &[$(stringify!($name)),*];
    };
}

tests! { bmp csv gif ico jpeg matrix png ppm qoi rad raw tga tiff vips webp }

/// Strips of a TIFF that are too large to be decoded at once.
#[test]
fn mutants_of_large_strips() {
    let samples: Vec<u8> = (0..1000 * 2900 * 3_u32).map(|at| (at / 3000) as u8).collect();
    let image = Image::from_memory(1000, 2900, 3, BandFormat::U8, samples).expect("a picture");
    let image = seeds::interpreted(&image, Interpretation::Srgb);
    let files = [
        TiffCompression::Jpeg,
        TiffCompression::Deflate,
        TiffCompression::Lzw,
        TiffCompression::Zstd,
    ]
    .map(|compression| {
        let saver = TiffSave::default().tile_height(2900).compression(compression);
        (format!("large strips, {compression:?}"), seeds::saved(&image, &saver))
    });
    over_mutants("tiff", &files, mutants() / 20);
}

#[test]
fn every_loader_is_fuzzed() {
    let operations = windlass_codecs::OPERATIONS.iter().copied().flatten();
    let loaders: BTreeSet<_> =
        operations.filter_map(|entry| entry.nickname.strip_suffix("load")).collect();
    let bodies: BTreeSet<_> = bodies::ALL.iter().map(|(name, _)| *name).collect();
    assert_eq!(bodies, loaders, "tests/bodies/mod.rs");
    assert_eq!(TESTED.iter().copied().collect::<BTreeSet<_>>(), loaders, "tests/fuzz.rs");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz");
    let manifest = std::fs::read_to_string(folder.join("Cargo.toml")).expect("fuzz/Cargo.toml");
    for name in loaders {
        assert!(!seeds::of(name).is_empty(), "no seeds for {name}");
        let target = format!("fuzz_targets/{name}.rs");
        assert!(manifest.contains(&format!("path = \"{target}\"")), "{target} in fuzz/Cargo.toml");
        let code = std::fs::read_to_string(folder.join(&target)).unwrap_or_default();
        assert!(code.contains(&format!("run(\"{name}\", data)")), "fuzz/{target}");
    }
}
