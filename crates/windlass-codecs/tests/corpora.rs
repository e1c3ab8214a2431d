//! Files of the corpora against what the reference made of them (`ORACLE.json`): the verdict, the
//! header, the pixels.
//!
//! The corpora are not part of the repository: they are looked for in `WINDLASS_DATA`, else in
//! `../shared/data` beside it.

#![expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::format_collect,
    reason = "a test that reads files and lists what differs"
)]

use serde_json::Value as Json;
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use windlass_core::declare::{ArgValue, Registry, Value, image_operation};
use windlass_core::foreign::options::FailOn;
use windlass_core::foreign::{FormatSpec, search};
use windlass_core::{Error, ErrorKind, Header, Image, Meta, Result, Source};

fn data() -> Option<PathBuf> {
    let root = std::env::var_os("WINDLASS_DATA").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"),
        PathBuf::from,
    );
    if root.is_dir() {
        return Some(root);
    }
    println!("skipped: no corpora in {} (set WINDLASS_DATA)", root.display());
    None
}

/// The image of a file of one of the formats tested here; none for other files.
fn open(path: &Path, fail_on: FailOn) -> Result<Option<Image>> {
    static FORMATS: OnceLock<Registry> = OnceLock::new();
    FORMATS
        .get_or_init(|| Registry::new(windlass_codecs::OPERATIONS, windlass_codecs::FORMATS))
        .install();
    let source = Source::from_file(path)?;
    let tested = |format: &FormatSpec| TESTED.contains(&format.name);
    let Some(format) = search::find_load(&source, tested)? else { return Ok(None) };
    let loader = format.loader.expect("found by its loader");
    let args = [("source", Value::Source(source)), ("fail_on", fail_on.to_value())];
    image_operation(&format!("{loader}_source"), args).map(Some)
}

const TESTED: [&str; 5] = ["gif", "jpeg", "png", "tiff", "webp"];

/// What differs between what we and the reference make of a file.
fn compare(path: &Path, oracle: &Json) -> Vec<String> {
    let mut found = Vec::new();
    let result = open(path, FailOn::None).and_then(|image| match image {
        Some(image) => {
            let bytes = image.to_memory()?;
            Ok(Some((image, bytes)))
        }
        None => Ok(None),
    });
    let ok = oracle["ok"].as_bool().unwrap_or(false);
    let error = oracle["error"].as_str().unwrap_or_default();
    // samples of 64 bits, which the reference writes and does not read; operations that stand above us
    let elsewhere = |error: &Error| error.message().ends_with("\"unpremultiply\" not found");
    if error.contains("samples out of range") || result.as_ref().is_err_and(elsewhere) {
        return found;
    }
    match &result {
        Ok(Some((image, bytes))) if ok => {
            headers(image.header(), oracle, &mut found);
            if found.is_empty() {
                pixels(image.header(), bytes, oracle, &mut found);
            }
        }
        Ok(Some(_)) => found.push(format!("accepted; reference: {}", oracle["error"])),
        Ok(None) if ok => found.push("not known".into()),
        Err(error) if ok => found.push(format!("refused: {error}")),
        Ok(None) | Err(_) => {}
    }
    if ok && result.is_ok() {
        let strict = open(path, FailOn::Warning)
            .and_then(|image| image.map_or(Ok(Vec::new()), |image| image.to_memory()));
        let reference = oracle["strict"].as_str() == Some("ok");
        if strict.is_ok() != reference {
            let error = strict.err().map(|error| error.to_string());
            found.push(format!("strict: {error:?}; reference: {}", oracle["strict"]));
        }
    }
    found
}

fn headers(header: &Header, oracle: &Json, found: &mut Vec<String>) {
    use windlass_core::declare::ArgEnum as _;
    let mut same = |name: &str, ours: String| {
        let theirs = match &oracle[name] {
            Json::String(text) => text.clone(),
            Json::Null => "none".into(),
            other => other.to_string(),
        };
        if ours != theirs {
            found.push(format!("{name}: {ours}; reference: {theirs}"));
        }
    };
    same("width", header.width.to_string());
    same("height", header.height.to_string());
    same("bands", header.bands.to_string());
    same("format", header.format.to_string());
    same("interpretation", header.interpretation.nick().into());
    for (name, ours) in [("xres", header.xres), ("yres", header.yres)] {
        let theirs = oracle[name].as_f64().unwrap_or(0.0);
        if (ours - theirs).abs() > 1e-4 * theirs.abs() {
            found.push(format!("{name}: {ours}; reference: {theirs}"));
        }
    }
    for name in ["exif-data", "xmp-data", "icc-profile-data", "iptc-data"] {
        let ours = match header.metadata.get(name) {
            Some(Meta::Blob(bytes)) => Some(bytes.len() as u64),
            _ => None,
        };
        let theirs = oracle["meta"][name].as_u64();
        if ours != theirs {
            found.push(format!("{name}: {ours:?}; reference: {theirs:?}"));
        }
    }
    let bits = header.metadata.int("bits-per-sample").map(i64::from);
    if bits != oracle["bits-per-sample"].as_i64() {
        found.push(format!("bits-per-sample: {bits:?}; reference: {}", oracle["bits-per-sample"]));
    }
}

fn pixels(header: &Header, bytes: &[u8], oracle: &Json, found: &mut Vec<String>) {
    let hash: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    if oracle["pixels_sha256"].as_str() == Some(&hash) {
        return;
    }
    let averages = averages(header, bytes);
    let theirs: Vec<f64> = oracle["avg"]
        .as_array()
        .map_or_else(Vec::new, |values| values.iter().filter_map(Json::as_f64).collect());
    let near = averages.len() == theirs.len()
        && averages.iter().zip(&theirs).all(|(ours, theirs)| (ours - theirs).abs() <= 0.5);
    let lossy = oracle["vips-loader"].as_str() == Some("jpegload");
    if !(near && lossy) {
        found.push(format!("averages: {averages:?}; reference: {theirs:?}"));
    }
}

fn averages(header: &Header, bytes: &[u8]) -> Vec<f64> {
    let bands = header.bands as usize;
    let pixels = f64::from(header.width) * f64::from(header.height);
    let mut sums = vec![0.0; bands];
    if header.format.size() == 2 {
        for (at, pair) in bytes.chunks_exact(2).enumerate() {
            sums[at % bands] += f64::from(u16::from_ne_bytes([pair[0], pair[1]]));
        }
    } else {
        for (at, &byte) in bytes.iter().enumerate() {
            sums[at % bands] += f64::from(byte);
        }
    }
    sums.into_iter().map(|sum| sum / pixels).collect()
}

/// Compares the files of a set that one of the loaders `ours` read; `known` differ, and why.
fn check(set: &str, ours: &[&str], known: &[&str]) {
    let Some(root) = data() else { return };
    let text = std::fs::read(root.join(set).join("ORACLE.json")).expect("the set has an oracle");
    let oracle: Json = serde_json::from_slice(&text).expect("the oracle is JSON");
    let files = oracle["files"].as_object().expect("the oracle lists files");
    let (mut count, mut differ) = (0, Vec::new());
    for (name, oracle) in files {
        let loader = oracle["loader"].as_str().unwrap_or_default();
        if !ours.iter().any(|ours| loader.contains(ours)) {
            continue;
        }
        count += 1;
        for difference in compare(&root.join(set).join(name), oracle) {
            println!("{name}: {difference}");
            if differ.last() != Some(&name.as_str()) {
                differ.push(name.as_str());
            }
        }
    }
    println!("{set}: {count} files, {} differ", differ.len());
    assert!(count > 0, "{set} has no file for {ours:?}");
    let new: Vec<_> = differ.iter().filter(|name| !known.contains(name)).collect();
    assert!(new.is_empty(), "{new:?} differ");
}

#[test]
fn png() {
    // an ancillary chunk between those of the pixels: the reference goes on in the middle of a row
    check("png", &["Png"], &["image-png/bugfixes_x_consecutive_idat.png"]);
}

#[test]
fn malformed_png() {
    check("malformed-png", &["Png"], &[]);
}

#[test]
fn jpeg() {
    check("jpeg", &["Jpeg"], &[]);
}

#[test]
fn malformed_jpeg() {
    // with `fail_on="warning"` what is wrong behind the last row counts too
    let known = [
        "afl/jpeg_turbo_edges-only_images_id_000393_src_000000_op_int32_pos_500_val_-32768_+cov.jpg",
        "go-fuzz/corpus_44395b2ac5d836cc3042fa51605df11214baf513-6",
        "go-fuzz/corpus_e5794e41b07b43dc4fa91e5c42e39add73c267c7-1",
    ];
    check("malformed-jpeg", &["Jpeg"], &known);
}

#[test]
fn webp() {
    check("webp", &["Webp"], &[]);
}

#[test]
fn malformed_webp() {
    check("malformed-webp", &["Webp"], &[]);
}

#[test]
fn gif() {
    check("gif", &["Nsgif"], &[]);
}

#[test]
fn malformed_gif() {
    check("malformed-gif", &["Nsgif"], &[]);
}

#[test]
fn tiff() {
    let known = [
        // compressions that there is no decoder for
        "libtiffpic/off_luv24.tif",
        "libtiffpic/zackthecat.tif",
        // the data end early, and what lies behind is white here, black there
        "libtiffpic/text.tif",
        // the reference has no Zstandard and gives black pixels
        "image-tiff/images_int16_zstd.tif",
        // what the reference warns of, for reasons that it does not tell
        "image-tiff/images_quad-lzw-compat.tiff",
        "libtiff/images_testfax3_bug54_1dnoEOL.tif",
    ];
    check("tiff", &["Tiff"], &known);
}

#[test]
fn malformed_tiff_does_no_harm() {
    let Some(root) = data() else { return };
    let folders = std::fs::read_dir(root.join("malformed-tiff")).expect("the set is there");
    let mut count = 0;
    for folder in folders.filter_map(|folder| std::fs::read_dir(folder.ok()?.path()).ok()) {
        for file in folder.filter_map(Result::ok) {
            for level in [FailOn::None, FailOn::Warning] {
                let opened = open(&file.path(), level);
                let pixels =
                    opened.and_then(|image| image.map(|image| image.to_memory()).transpose());
                if let Err(error) = pixels {
                    assert_ne!(error.kind(), ErrorKind::Internal, "{:?}: {error}", file.path());
                }
                count += 1;
            }
        }
    }
    println!("{count} malformed files did no harm");
}

#[test]
fn suite_of_the_reference() {
    check("libvips-suite", &["Nsgif", "Png", "Jpeg", "Tiff", "Webp"], &[]);
}
