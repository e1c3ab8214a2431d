//! EXIF through whole files: read, changed, written, read again.

use windlass_codecs::jpeg::{JpegLoad, JpegSave};
use windlass_codecs::png::{PngLoad, PngSave};
use windlass_core::foreign::options::{Keep, SaveOptions};
use windlass_core::foreign::{Load, Save};
use windlass_core::{BandFormat, Header, Image, Meta, Result, Source, Target};

fn picture() -> Image {
    let image = Image::from_memory(16, 8, 3, BandFormat::U8, vec![128; 16 * 8 * 3]);
    changed(&image.expect("it fits"), |header| (header.xres, header.yres) = (10.0, 20.0))
}

fn changed(image: &Image, change: impl FnOnce(&mut Header)) -> Image {
    let mut header = image.header().clone();
    change(&mut header);
    image.with_header(header).expect("the same size")
}

/// The image after saving with `saver` and loading with `loader`.
fn again(image: &Image, saver: &impl Save, loader: &impl Load) -> Result<Image> {
    let target = Target::to_memory();
    saver.save(image, &target)?;
    loader.load(&Source::from_memory(target.bytes()))
}

fn item<'a>(image: &'a Image, name: &str) -> &'a str {
    image.header().metadata.string(name).unwrap_or("nothing")
}

/// What every format has to keep.
fn check(saver: &impl Save, bare: &impl Save, loader: &impl Load) -> Result<()> {
    let first = again(&picture(), saver, loader)?;
    assert_eq!((first.header().xres, first.header().yres), (10.0, 20.0));
    assert_eq!(first.header().metadata.int("orientation"), Some(1));
    assert!(item(&first, "exif-ifd2-PixelXDimension").starts_with("16 "));
    let full = changed(&first, |header| {
        header.metadata.set("orientation", Meta::Int(6));
        header.metadata.set("exif-ifd0-Artist", Meta::String("Zoe".into()));
        header.metadata.set("exif-ifd3-GPSLatitude", Meta::String("51/1 30/1 0/1".into()));
        header.metadata.set("jpeg-thumbnail-data", Meta::Blob(vec![0xFF, 0xD8].into()));
        let _was_there = header.metadata.remove("exif-ifd0-YCbCrPositioning");
    });
    let full = again(&full, saver, loader)?;
    assert_eq!(full.header().metadata.int("orientation"), Some(6));
    assert!(item(&full, "exif-ifd0-Orientation").starts_with("6 "));
    assert!(item(&full, "exif-ifd0-Artist").starts_with("Zoe "));
    assert!(item(&full, "exif-ifd3-GPSLatitude").starts_with("51/1 30/1 0/1 "));
    assert_eq!(item(&full, "exif-ifd0-YCbCrPositioning"), "nothing");
    assert_eq!(full.header().metadata.blob("jpeg-thumbnail-data").map(bytes::Bytes::len), Some(2));
    let reset = changed(&full, |header| {
        let _was_there = header.metadata.remove("orientation");
        let _was_there = header.metadata.remove("exif-ifd3-GPSLatitude");
    });
    let reset = again(&reset, saver, loader)?;
    assert_eq!(reset.header().metadata.int("orientation"), Some(1));
    assert_eq!(item(&reset, "exif-ifd3-GPSLatitude"), "nothing");
    assert!(item(&reset, "exif-ifd0-Artist").starts_with("Zoe "));
    let none = again(&full, bare, loader)?;
    let kept: Vec<&str> = none.header().metadata.iter().map(|(name, _)| name).collect();
    assert!(!kept.iter().any(|name| name.starts_with("exif-") || *name == "orientation"));
    Ok(())
}

fn without_exif() -> SaveOptions {
    SaveOptions { keep: Some(Keep::NONE), ..SaveOptions::default() }
}

#[test]
fn in_jpeg() -> Result<()> {
    let bare = JpegSave::default().common(without_exif());
    check(&JpegSave::default(), &bare, &JpegLoad::default())
}

#[test]
fn in_png() -> Result<()> {
    let bare = PngSave::default().common(without_exif());
    check(&PngSave::default(), &bare, &PngLoad::default())
}
