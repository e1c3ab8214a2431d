//! Files of other people's tests, decoded and compared with what the reference made of them.
//!
//! They lie beside the repository, in `../shared/data` or where `WINDLASS_DATA` says.
#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "the files are read as they lie, and what was skipped or differs is said"
)]

mod decode_support;

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use decode_support::pixels;
use serde_json::Value;
use sha2::{Digest, Sha256};
use windlass_jpeg::decode::{Decoder, FailOn, Options};

fn data(set: &str) -> Option<(PathBuf, BTreeMap<String, Value>)> {
    let root = std::env::var_os("WINDLASS_DATA").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"),
        PathBuf::from,
    );
    let folder = root.join(set);
    let Ok(text) = fs::read_to_string(folder.join("ORACLE.json")) else {
        println!("SKIPPED: no corpus in {}", folder.display());
        return None;
    };
    let oracle: Value = serde_json::from_str(&text).expect("JSON");
    let files = oracle["files"].as_object().expect("files by name");
    Some((folder, files.iter().map(|(k, v)| (k.clone(), v.clone())).collect()))
}

fn options(fail_on: FailOn) -> Options {
    let mut options = Options::default();
    options.invert_cmyk = true;
    options.fail_on = fail_on;
    // Larger ones are in the oracle only as errors or without pixels.
    options.max_pixels = 100_000_000;
    options
}

/// How the decoder and the reference compare on the files of a set that are JPEGs.
#[derive(Debug, Default)]
struct Score {
    equal: usize,
    refused: usize,
    differ: Vec<String>,
    only_here: Vec<String>,
    only_there: Vec<String>,
    /// Files where the strict levels disagree.
    strict: Vec<String>,
}

fn compare(set: &str) -> Option<Score> {
    let (folder, files) = data(set)?;
    let mut score = Score::default();
    for (name, oracle) in files {
        let jpeg = oracle["loader"].as_str().is_some_and(|loader| loader.contains("Jpeg"));
        if !jpeg {
            continue;
        }
        let file = fs::read(folder.join(&name)).expect("a file of the oracle");
        let there = oracle["ok"].as_bool().expect("a verdict");
        match (pixels(&file, options(FailOn::None), 3), there) {
            (Ok(out), true) => {
                let sum = format!("{:x}", Sha256::digest(&out));
                if oracle["pixels_sha256"].as_str().is_none_or(|there| there == sum) {
                    score.equal += 1;
                } else {
                    score.differ.push(name.clone());
                }
                let strict = pixels(&file, options(FailOn::Warning), 3).is_ok();
                if strict != (oracle["strict"] == "ok") {
                    score.strict.push(name);
                }
            }
            (Err(error), true) => score.only_there.push(format!("{name}: {error}")),
            (Ok(_), false) => score.only_here.push(format!("{name}: {}", oracle["error"])),
            (Err(_), false) => score.refused += 1,
        }
    }
    Some(score)
}

#[test]
fn sound_files_equal_the_reference() {
    let Some(score) = compare("jpeg") else {
        return;
    };
    println!("{score:#?}");
    assert!(score.equal >= 50);
    assert!(score.differ.is_empty() && score.only_here.is_empty() && score.only_there.is_empty());
}

#[test]
fn damaged_files_are_taken_as_the_reference_takes_them() {
    let Some(score) = compare("malformed-jpeg") else {
        return;
    };
    println!("{score:#?}");
    assert!(score.equal >= 200 && score.refused >= 700);
    assert!(score.differ.is_empty() && score.only_here.is_empty() && score.only_there.is_empty());
    // The reference's own list of warnings depends on the size of its buffer.
    assert!(score.strict.len() <= 4);
}

#[test]
fn bombs_do_little_harm() {
    let Some((folder, _)) = data("bombs") else {
        return;
    };
    // A file of 65,500 by 65,500 grey pixels without data: rows come one step at a time.
    let file = fs::read(folder.join("made/jpeg_65500x65500_no_data.jpg")).unwrap();
    let mut decoder = Decoder::new(file.as_slice(), Options::default()).unwrap();
    decoder.skip(decoder.header().height as usize / decoder.rows_per_step() / 8).unwrap();
    let file = fs::read(folder.join("made/jpeg_dims_zero.jpg")).unwrap();
    assert!(Decoder::new(file.as_slice(), Options::default()).is_err());
}
