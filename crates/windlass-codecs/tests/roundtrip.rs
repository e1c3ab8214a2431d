//! What is saved is read back, from sources that give any number of bytes at a time.

#![expect(clippy::disallowed_methods, reason = "any waves will do")]

use windlass_codecs::jpeg::{JpegLoad, JpegSave};
use windlass_codecs::png::{PngFilter, PngLoad, PngSave};
use windlass_codecs::qoi::{QoiLoad, QoiSave};
use windlass_codecs::raw::{RawLoad, RawSave};
use windlass_codecs::vips::{VipsLoad, VipsSave};
use windlass_core::foreign::{Load, Save};
use windlass_core::testing::Grain;
use windlass_core::{
    BandFormat, Build, Context, Error, Image, Interpretation, Meta, Result, Source, Target, cast,
    with_context,
};
use windlass_io::Stream;

/// Waves and noise.
fn picture(width: i32, height: i32, bands: i32, format: BandFormat) -> Image {
    let mut state = 7_u32;
    let mut bytes = Vec::new();
    for y in 0..height {
        for x in 0..width {
            for band in 0..bands {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let wave = 120.0 + 100.0 * (f64::from(x * (band + 1)) / 9.0).sin();
                let value = wave + f64::from(y % 16) + f64::from(state >> 29);
                match format {
                    BandFormat::U16 => bytes.extend(((value * 250.0) as u16).to_ne_bytes()),
                    _ => bytes.push(value as u8),
                }
            }
        }
    }
    let image = Image::from_memory(width, height, bands, format, bytes).expect("it fits");
    let mut header = image.header().clone();
    header.interpretation = match (bands, format) {
        (1 | 2, BandFormat::U16) => Interpretation::Grey16,
        (_, BandFormat::U16) => Interpretation::Rgb16,
        (1 | 2, _) => Interpretation::BlackWhite,
        _ => Interpretation::Srgb,
    };
    image.with_header(header).expect("the same size")
}

fn saved(image: &Image, saver: &impl Save) -> Result<Source> {
    let target = Target::to_memory();
    saver.save(image, &target)?;
    Ok(Source::from_memory(target.bytes()))
}

#[test]
fn png_is_lossless() -> Result<()> {
    let filters = [PngFilter::NONE, PngFilter::SUB, PngFilter::PAETH, PngFilter::ALL];
    for (width, height) in [(1, 1), (37, 23), (200, 150), (3, 5000)] {
        for bands in 1..=4 {
            for format in [BandFormat::U8, BandFormat::U16] {
                let image = picture(width, height, bands, format);
                let pixels = image.to_memory()?;
                for (filter, compression) in filters.into_iter().zip([1, 6, 0, 9]) {
                    for interlace in [false, true] {
                        let saver = PngSave::default()
                            .filter(filter)
                            .compression(compression)
                            .interlace(interlace);
                        let loaded = PngLoad::default().load(&saved(&image, &saver)?)?;
                        let header = loaded.header();
                        assert_eq!((header.bands, header.format), (bands, format));
                        assert_eq!(header.interpretation, image.header().interpretation);
                        assert!(
                            loaded.to_memory()? == pixels,
                            "{width}x{height} {bands} {format} {filter:?} {interlace}"
                        );
                    }
                }
            }
        }
    }
    Ok(())
}

#[test]
fn strips_do_not_change_the_pixels() -> Result<()> {
    let image = picture(1500, 2100, 3, BandFormat::U8);
    for filter in [PngFilter::NONE, PngFilter::ALL] {
        let source = saved(&image, &PngSave::default().filter(filter))?;
        let mut strict = PngLoad::default();
        strict.common.fail_on = windlass_core::foreign::options::FailOn::Warning;
        assert!(strict.load(&source)?.to_memory()? == image.to_memory()?);
    }
    Ok(())
}

#[test]
fn few_bits_are_packed() -> Result<()> {
    let values: Vec<u8> = (0..=255).collect();
    let image = Image::from_memory(256, 1, 1, BandFormat::U8, values)?;
    let picks = [0, 1, 2, 3, 15, 16, 50, 100, 127, 128, 200, 255];
    let expected: [(i32, [u8; 12]); 3] = [
        (1, [0, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255]),
        (2, [0, 85, 170, 255, 255, 0, 170, 0, 255, 0, 0, 255]),
        (4, [0, 17, 34, 51, 255, 0, 34, 68, 255, 0, 136, 255]),
    ];
    for (depth, expected) in expected {
        for interlace in [false, true] {
            let saver = PngSave::default().bitdepth(depth).interlace(interlace);
            let bytes = PngLoad::default().load(&saved(&image, &saver)?)?.to_memory()?;
            assert_eq!(picks.map(|pick: usize| bytes[pick]), expected, "{depth}");
        }
    }
    Ok(())
}

#[test]
fn palettes_are_near() -> Result<()> {
    for bands in 1..=4 {
        let image = picture(200, 150, bands, BandFormat::U8);
        for depth in [2, 8] {
            let saver = PngSave::default().palette(true).bitdepth(depth).dither(0.0);
            let loaded = PngLoad::default().load(&saved(&image, &saver)?)?;
            assert_eq!(loaded.header().metadata.int("palette-bit-depth"), Some(depth));
            assert!(loaded.header().bands >= 3);
        }
    }
    Ok(())
}

#[test]
fn jpeg_is_near() -> Result<()> {
    for (width, height) in [(1, 1), (37, 23), (1400, 900)] {
        for bands in [1, 3] {
            let image = picture(width, height, bands, BandFormat::U8);
            let pixels = image.to_memory()?;
            for saver in [
                JpegSave::default().q(100),
                JpegSave::default().q(98).optimize_coding(true).restart_interval(3),
                JpegSave::default().q(98).interlace(true),
            ] {
                let loaded = JpegLoad::default().load(&saved(&image, &saver)?)?.to_memory()?;
                let pairs = loaded.iter().zip(&pixels);
                let sum: u64 = pairs.map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
                let mean = sum as f64 / pixels.len() as f64;
                assert!(mean < 3.0, "{width}x{height} {bands}: {mean}");
            }
        }
    }
    Ok(())
}

#[test]
fn shrunk_sizes_are_rounded_down() -> Result<()> {
    let image = picture(290, 442, 3, BandFormat::U8);
    let source = saved(&image, &JpegSave::default())?;
    for (shrink, size) in [(1, (290, 442)), (2, (145, 221)), (4, (72, 110)), (8, (36, 55))] {
        let loaded = JpegLoad::default().shrink(shrink).load(&source)?;
        assert_eq!((loaded.header().width, loaded.header().height), size);
        assert_eq!(loaded.to_memory()?.len() as u64, loaded.header().image_size());
    }
    let error = JpegLoad::default().shrink(3).load(&source).unwrap_err();
    assert_eq!(error.message(), "VipsFormatLoadJpeg: bad shrink factor 3");
    Ok(())
}

/// A stream that gives `step` bytes at a time, or any number up to 40 for 0; it fails, or ends, at
/// byte `end`.
struct Drip {
    bytes: bytes::Bytes,
    at: usize,
    step: usize,
    fails: Option<usize>,
}

impl Stream for Drip {
    fn read_next(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let step = if self.step == 0 { self.at * 7919 % 40 + 1 } else { self.step };
        if self.fails.is_some_and(|at| self.at >= at) {
            return Err(Error::new(windlass_core::ErrorKind::Io, "the disc burns"));
        }
        let count = step.min(buffer.len()).min(self.bytes.len() - self.at);
        buffer[..count].copy_from_slice(&self.bytes[self.at..self.at + count]);
        self.at += count;
        Ok(count)
    }
}

fn files() -> Result<Vec<bytes::Bytes>> {
    let image = picture(60, 47, 3, BandFormat::U8);
    let mut files = Vec::new();
    for interlace in [false, true] {
        let png = Target::to_memory();
        PngSave::default().filter(PngFilter::ALL).interlace(interlace).save(&image, &png)?;
        let jpeg = Target::to_memory();
        JpegSave::default().interlace(interlace).save(&image, &jpeg)?;
        files.extend([png.bytes(), jpeg.bytes()]);
    }
    Ok(files)
}

fn load(source: &Source) -> Result<Vec<u8>> {
    if source.sniff(1)?.starts_with(&[0xFF]) {
        JpegLoad::default().load(source)?.to_memory()
    } else {
        PngLoad::default().load(source)?.to_memory()
    }
}

#[test]
fn short_reads_give_the_same_pixels() -> Result<()> {
    for bytes in files()? {
        let whole = load(&Source::from_memory(bytes.clone()))?;
        for step in [0, 1, 3, 17, 4096] {
            let drip = Drip { bytes: bytes.clone(), at: 0, step, fails: None };
            assert!(load(&Source::from_stream("drip", drip))? == whole, "{step}");
        }
    }
    Ok(())
}

#[test]
fn errors_of_the_connection_never_become_pixels() -> Result<()> {
    for bytes in files()? {
        for fails in (0..bytes.len() - 48).step_by(13) {
            let drip = Drip { bytes: bytes.clone(), at: 0, step: 10, fails: Some(fails) };
            let loaded = load(&Source::from_stream("drip", drip)).map(|pixels| pixels.len());
            let error = loaded.expect_err("it fails");
            assert_eq!(error.kind(), windlass_core::ErrorKind::Io, "{fails}: {error}");
        }
    }
    Ok(())
}

/// Says how long it is, and ends before.
struct Short {
    bytes: bytes::Bytes,
    ends: usize,
}

impl windlass_io::Reader for Short {
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize> {
        let rest = self.bytes[..self.ends].get(offset as usize..).unwrap_or_default();
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        Ok(count)
    }

    fn len(&self) -> Result<Option<u64>> {
        Ok(Some(self.bytes.len() as u64))
    }
}

#[test]
fn a_source_that_ends_before_its_length_never_becomes_pixels() -> Result<()> {
    let qoi = Target::to_memory();
    QoiSave::default().save(&picture(60, 47, 3, BandFormat::U8), &qoi)?;
    for bytes in files()?.into_iter().chain([qoi.bytes()]) {
        for ends in (0..bytes.len() - 48).step_by(13) {
            let source = Source::from_reader("short", Short { bytes: bytes.clone(), ends });
            let loaded = if bytes.starts_with(b"qoif") {
                QoiLoad::default().load(&source).and_then(|image| image.to_memory())
            } else {
                PngLoad::default()
                    .load(&source)
                    .or_else(|_| JpegLoad::default().load(&source))
                    .and_then(|image| image.to_memory())
            };
            assert!(loaded.is_err(), "{ends} bytes of {}", bytes.len());
        }
    }
    Ok(())
}

#[test]
fn rows_before_the_end_of_a_cut_file_are_right() -> Result<()> {
    let stride = 60 * 3;
    for bytes in files()? {
        let whole = load(&Source::from_memory(bytes.clone()))?;
        let mut opened = 0;
        for end in (0..bytes.len()).step_by(5) {
            let Ok(cut) = load(&Source::from_memory(bytes.slice(..end))) else { continue };
            opened += 1;
            assert_eq!(cut.len(), whole.len());
            if bytes[0] == 0x89 {
                let rows = cut.chunks(stride).zip(whole.chunks(stride));
                let wrong = rows.filter(|(a, b)| a != b && a.iter().any(|&value| value != 0));
                // of an interlaced file rows may have some of their pixels
                assert!(bytes[28] == 1 || wrong.count() == 0, "{end}");
            }
        }
        assert!(opened > 0);
    }
    Ok(())
}

#[test]
fn a_large_picture_without_data_is_refused_at_once() -> Result<()> {
    for interlace in [false, true] {
        let saver = JpegSave::default().interlace(interlace);
        let source = saved(&picture(64, 64, 3, BandFormat::U8), &saver)?;
        let whole = source.memory().expect("it lies in memory").to_vec();
        let frame = whole.windows(2).position(|two| two == [0xFF, 0xC0 + u8::from(interlace) * 2]);
        let sides = frame.expect("there is a frame") + 5;
        let with_side = |side: u16| {
            let mut bytes = whole.clone();
            bytes[sides..sides + 2].copy_from_slice(&side.to_be_bytes());
            bytes[sides + 2..sides + 4].copy_from_slice(&side.to_be_bytes());
            Source::from_memory(bytes)
        };
        let error = JpegLoad::default().load(&with_side(65_500)).unwrap_err();
        assert_eq!(error.kind(), windlass_io::ErrorKind::Limit, "{error}");
        assert!(JpegLoad::default().unlimited(true).load(&with_side(65_500)).is_ok());
        let filled = JpegLoad::default().load(&with_side(1000))?;
        assert_eq!(filled.to_memory()?.len(), 3_000_000);
    }
    Ok(())
}

#[test]
fn the_own_format_keeps_everything() -> Result<()> {
    for format in BandFormat::ALL {
        let image = picture(31, 17, 2 * format.size() as i32, BandFormat::U8);
        let bytes = image.to_memory()?;
        let image = Image::from_memory(31, 17, 2, format, bytes)?;
        let mut header = image.header().clone();
        (header.xres, header.yres, header.xoffset) = (2.5, 0.5, -3);
        header.metadata.set("a name", Meta::String("some <text>".into()));
        let image = image.with_header(header)?;
        let saved = saved(&image, &VipsSave::default())?;
        let loaded = VipsLoad::default().load(&saved)?;
        assert!(loaded.to_memory()? == image.to_memory()?, "{format}");
        let header = loaded.header();
        assert_eq!((header.xres, header.xoffset, header.format), (2.5, -3, format));
        assert_eq!(header.metadata.string("a name"), Some("some <text>"));
    }
    Ok(())
}

#[test]
fn a_file_of_the_other_byte_order_is_swapped() -> Result<()> {
    let image = picture(31, 17, 3, BandFormat::U16);
    let mut bytes = saved(&image, &VipsSave::default())?.read_to_vec(1 << 20)?;
    bytes[..64].chunks_exact_mut(4).for_each(<[u8]>::reverse);
    bytes[64..64 + 31 * 17 * 6].chunks_exact_mut(2).for_each(<[u8]>::reverse);
    let loaded = VipsLoad::default().load(&Source::from_memory(bytes.clone()))?;
    assert!(loaded.to_memory()? == image.to_memory()?);
    bytes.truncate(1000);
    let cut = VipsLoad::default().load(&Source::from_memory(bytes))?;
    assert!(cut.to_memory().unwrap_err().message().ends_with("file has been truncated"));
    Ok(())
}

/// Rows are written from where they lie or from pieces, as it happens; whoever decodes or computes them.
#[test]
fn rows_are_written_the_same_by_any_number_of_threads() -> Result<()> {
    let image = picture(611, 700, 3, BandFormat::U8);
    let file = saved(&image, &PngSave::default())?;
    let loaded = || PngLoad::default().load(&file);
    let pixels = image.to_memory()?;
    for threads in [1, 2, 5] {
        for unit in [1, 9000, 1 << 20] {
            let grain = Grain { unit, block: 20_000, ..Grain::default() };
            let context = Context { threads: Some(threads), grain, ..Context::current() };
            with_context(context, || {
                let computed = cast(&cast(&loaded()?, BandFormat::F32)?, BandFormat::U8)?;
                for image in [&image, &loaded()?, &computed] {
                    let target = Target::to_memory();
                    RawSave::default().save(image, &target)?;
                    assert!(target.bytes() == pixels, "{threads} threads, units of {unit}");
                }
                Ok::<_, Error>(())
            })?;
        }
    }
    Ok(())
}

#[test]
fn raw_pixels_are_found_again() -> Result<()> {
    let folder = tempfile::tempdir().expect("a folder");
    let name = folder.path().join("x.raw").to_string_lossy().into_owned();
    let image = picture(300, 700, 3, BandFormat::U16);
    RawSave::default().save(&image, &Target::to_file(&name))?;
    let load = RawLoad::new(name.as_str(), 300, 700, 3).format(BandFormat::U16);
    assert!(load.build()?.out.to_memory()? == image.to_memory()?);
    let error = load.offset(1_u64).build().unwrap_err();
    assert!(error.message().ends_with("file too short"), "{error}");
    let part = RawLoad::new(name.as_str(), 300, 699, 3).format(BandFormat::U16).offset(1800_u64);
    assert!(part.build()?.out.to_memory()? == image.to_memory()?[1800..]);
    Ok(())
}
