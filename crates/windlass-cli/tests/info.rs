//! What `windlass info` prints of a file of each format.
#![expect(clippy::unwrap_used, reason = "tests fail")]

use std::path::Path;
use std::process::Command;
use windlass::{BandFormat, Image, Interpretation, Meta};

/// The lines for a file, without the indentation.
fn info(path: &Path) -> Vec<String> {
    let output =
        Command::new(env!("CARGO_BIN_EXE_windlass")).arg("info").arg(path).output().unwrap();
    assert!(
        output.status.success(),
        "{}: {}",
        path.display(),
        String::from_utf8_lossy(&output.stderr)
    );
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().skip(1).map(|line| line.trim_start().to_owned()).collect()
}

/// A picture of so many pages that has all metadata that some format keeps.
fn rich(pages: i32) -> Image {
    let samples: Vec<u8> = (0..40 * 30 * pages * 3).map(|at| (at / 7 % 251) as u8).collect();
    let image = Image::from_memory(40, 30 * pages, 3, BandFormat::U8, samples).unwrap();
    let mut header = image.header().clone();
    header.interpretation = Interpretation::Srgb;
    (header.xres, header.yres) = (10.0, 5.0);
    let metadata = &mut header.metadata;
    metadata.set("orientation", Meta::Int(6));
    metadata
        .set("xmp-data", Meta::Blob(b"<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"/>".to_vec().into()));
    metadata.set("iptc-data", Meta::Blob(b"Photoshop 3.0\0title".to_vec().into()));
    metadata.set("image-description", Meta::String("described".into()));
    metadata.set("png-comment-0-Title", Meta::String("a title".into()));
    if pages > 1 {
        metadata.set("page-height", Meta::Int(30));
        metadata.set("delay", Meta::Ints(vec![50, 70, 90].into()));
        metadata.set("loop", Meta::Int(3));
    }
    image.with_header(header).unwrap()
}

/// Saves with these options and looks for lines that begin so; the first four are the same for all.
fn check(folder: &Path, name: &str, options: &str, image: &Image, expected: &[&str]) {
    let path = folder.join(name);
    windlass::save(image, &format!("{}{options}", path.display())).unwrap();
    let lines = info(&path);
    let general =
        [format!("width: {}", image.header().width), format!("filename: {}", path.display())];
    for expected in general.iter().map(String::as_str).chain(expected.iter().copied()) {
        assert!(
            lines.iter().any(|line| line.starts_with(expected)),
            "{name}: no {expected} in {lines:#?}"
        );
    }
}

const EXIF: [&str; 6] = [
    "exif-data: ",
    "exif-ifd0-XResolution: 254000/1000",
    "exif-ifd0-Orientation: 6 ",
    "orientation: 6",
    "resolution-unit: in",
    "xmp-data: 37 bytes",
];

#[test]
fn formats_of_photographs() {
    let folder = tempfile::tempdir().unwrap();
    let check = |name: &str, options: &str, more: &[&str]| {
        let expected = [&EXIF[..], &["xres: 10", "yres: 5"], more].concat();
        check(folder.path(), name, options, &rich(1), &expected);
    };
    let jpeg = ["vips-loader: jpegload", "iptc-data: 19 bytes", "jpeg-chroma-subsample: 4:2:0"];
    check(
        "a.jpg",
        "[interlace,profile=srgb]",
        &[&jpeg[..], &["interlaced: 1", "icc-profile-data: "]].concat(),
    );
    let png = ["vips-loader: pngload", "bits-per-sample: 8", "png-comment-1-Title: a title"];
    check(
        "a.png",
        "[interlace,profile=srgb]",
        &[&png[..], &["interlaced: 1", "icc-profile-data: "]].concat(),
    );
    check("b.png", "[palette]", &["palette: 1", "palette-bit-depth: 8"]);
    check("a.webp", "[profile=srgb]", &["vips-loader: webpload", "icc-profile-data: "]);
}

#[test]
fn formats_of_pages() {
    let folder = tempfile::tempdir().unwrap();
    let pages = rich(3);
    let expected = [
        "vips-loader: gifload",
        "n-pages: 3",
        "loop: 3",
        "delay: [50, 70, 90]",
        "palette: 1",
        "bits-per-sample: 8",
        "background: ",
    ];
    check(folder.path(), "a.gif", "", &pages, &expected);
    let expected = ["n-pages: 3", "loop: 3", "delay: [50, 70, 90]", "orientation: 6", "xmp-data: "];
    check(folder.path(), "a.webp", "", &pages, &expected);
    let expected = [
        "vips-loader: tiffload",
        "n-pages: 3",
        "orientation: 6",
        "resolution-unit: in",
        "image-description: described",
        "xmp-data: ",
        "iptc-data: ",
        "icc-profile-data: ",
        "bits-per-sample: 8",
        "xres: 10",
        "yres: 5",
    ];
    check(folder.path(), "a.tif", "[profile=srgb]", &pages, &expected);
    let expected = ["tile-width: 16", "tile-height: 16", "n-subifds: "];
    check(
        folder.path(),
        "b.tif",
        "[tile,pyramid,subifd,tile_width=16,tile_height=16]",
        &rich(1),
        &expected,
    );
}

#[test]
fn plain_formats() {
    let folder = tempfile::tempdir().unwrap();
    let check = |name: &str, expected: &[&str]| check(folder.path(), name, "", &rich(1), expected);
    check(
        "a.v",
        &["orientation: 6", "xmp-data: 37 bytes", "png-comment-0-Title: a title", "xres: 10"],
    );
    check("a.ppm", &["vips-loader: ppmload", "ppm-max-value: 255", "interpretation: srgb"]);
    check("a.pfm", &["vips-loader: ppmload", "pfm-scale: 1", "format: float"]);
    check(
        "a.hdr",
        &["vips-loader: radload", "rad-format: 32-bit_rle_rgbe", "rad-expos: 1", "coding: rad"],
    );
    check("a.csv", &["vips-loader: csvload", "format: double", "bands: 1"]);
    check("a.mat", &["vips-loader: matrixload", "scale: 1", "offset: 0"]);
    check("a.bmp", &["vips-loader: bmpload", "xres: 10", "yres: 5"]);
    check("a.ico", &["vips-loader: icoload", "n-pages: 1", "bits-per-sample: 8"]);
    check("a.tga", &["vips-loader: tgaload", "bands: 3"]);
    check("a.qoi", &["vips-loader: qoiload", "bands: 3"]);
}

#[test]
fn raw_pixels_have_what_the_name_says() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.raw");
    windlass::save(&rich(1), &path.display().to_string()).unwrap();
    let made = folder.path().join("b.v");
    let arguments =
        ["rawload", &path.display().to_string(), &made.display().to_string(), "40", "30", "3"];
    let output = Command::new(env!("CARGO_BIN_EXE_windlass")).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let lines = info(&made);
    for expected in ["width: 40", "height: 30", "bands: 3", "interpretation: multiband"] {
        assert!(lines.iter().any(|line| line == expected), "{expected}: {lines:#?}");
    }
}
