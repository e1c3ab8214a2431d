//! What all targets share: the bodies that the tests of `windlass-codecs` run on stable.

#[path = "../../crates/windlass-codecs/tests/bodies/mod.rs"]
mod bodies;

use std::fs;
use std::path::Path;

/// Loads `data` with the loader of this name, in all ways that there are.
///
/// # Panics
/// Where there is no such loader, and where it has a defect.
pub fn run(name: &str, data: &[u8]) {
    let (_, body) = bodies::ALL.iter().find(|(other, _)| *other == name).expect("a loader");
    let _pictures = body(data);
}

/// Writes small files to start from into the corpus of this loader, where libFuzzer looks next. One thread
/// works from here on: to start others for each picture takes longer than most pictures.
///
/// # Panics
/// Where they can't be written.
pub fn start(name: &str) {
    windlass_io::settings::set_concurrency(1);
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(name);
    fs::create_dir_all(&corpus).expect("a folder");
    for (number, file) in bodies::seeds::of(name).iter().enumerate() {
        fs::write(corpus.join(format!("seed-{number}")), file).expect("a file");
    }
}
