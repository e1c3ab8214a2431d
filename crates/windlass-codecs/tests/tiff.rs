//! TIFF files that are saved are read back, whatever their form.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use windlass_codecs::dzsave::Depth;
use windlass_codecs::jpeg::JpegSave;
use windlass_codecs::tiff::{TiffCompression, TiffLoad, TiffPredictor, TiffSave};
use windlass_core::foreign::options::FailOn;
use windlass_core::foreign::{Load, Save};
use windlass_core::{
    BandFormat, Coding, ErrorKind, Image, Interpretation, Meta, Result, Source, Target,
};
use windlass_io::Reader;

/// Waves and noise in any format.
fn picture(width: i32, height: i32, bands: i32, format: BandFormat) -> Image {
    let mut state = 7_u32;
    let mut bytes = Vec::new();
    for y in 0..height {
        for x in 0..width {
            for band in 0..bands {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let value = (x * (band + 2) + y * 3) % 120 + (state >> 28) as i32;
                let real = f64::from(value) / 3.0 - 20.0;
                match format {
                    BandFormat::U8 | BandFormat::I8 => bytes.push(value as u8),
                    BandFormat::U16 => bytes.extend((value as u16 * 400).to_ne_bytes()),
                    BandFormat::I16 => bytes.extend((value as i16 * 200 - 9000).to_ne_bytes()),
                    BandFormat::U32 => bytes.extend((value as u32 * 9_000_000).to_ne_bytes()),
                    BandFormat::I32 => bytes.extend((value * 9_000_000 - 77).to_ne_bytes()),
                    BandFormat::F32 => bytes.extend((real as f32).to_ne_bytes()),
                    BandFormat::F64 => bytes.extend(real.to_ne_bytes()),
                    BandFormat::C64 => {
                        bytes.extend([real as f32, 1.5].map(f32::to_ne_bytes).concat());
                    }
                    BandFormat::C128 => bytes.extend([real, -2.5].map(f64::to_ne_bytes).concat()),
                }
            }
        }
    }
    Image::from_memory(width, height, bands, format, bytes).expect("it fits")
}

fn saved(image: &Image, saver: &TiffSave) -> Result<Source> {
    let target = Target::to_memory();
    saver.save(image, &target)?;
    Ok(Source::from_memory(target.bytes()))
}

/// A loader that nothing odd passes.
fn strict() -> TiffLoad {
    let mut strict = TiffLoad::default();
    strict.common.fail_on = FailOn::Warning;
    strict
}

const LOSSLESS: [TiffCompression; 5] = [
    TiffCompression::None,
    TiffCompression::Packbits,
    TiffCompression::Lzw,
    TiffCompression::Deflate,
    TiffCompression::Zstd,
];

#[test]
fn every_format_comes_back() -> Result<()> {
    for format in BandFormat::ALL {
        for (bands, tile) in [(1, false), (2, true), (3, false), (3, true), (5, true)] {
            let image = picture(150, 77, bands, format);
            let pixels = image.to_memory()?;
            for compression in LOSSLESS {
                let saver = TiffSave::default().compression(compression).tile(tile).tile_height(32);
                let loaded = strict().load(&saved(&image, &saver)?)?;
                let header = loaded.header();
                assert_eq!((header.bands, header.format), (bands, format));
                assert!(loaded.to_memory()? == pixels, "{format} {bands} {compression:?} {tile}");
            }
        }
    }
    Ok(())
}

#[test]
fn predictors_come_back() -> Result<()> {
    for (predictor, format) in [
        (TiffPredictor::None, BandFormat::U8),
        (TiffPredictor::Float, BandFormat::F32),
        (TiffPredictor::Float, BandFormat::F64),
    ] {
        let image = picture(200, 100, 3, format);
        let saver = TiffSave::default().compression(TiffCompression::Lzw).predictor(predictor);
        let loaded = strict().load(&saved(&image, &saver)?)?;
        assert!(loaded.to_memory()? == image.to_memory()?, "{predictor:?} {format}");
    }
    let saver =
        TiffSave::default().compression(TiffCompression::Deflate).predictor(TiffPredictor::Float);
    assert!(saved(&picture(8, 8, 1, BandFormat::U8), &saver).is_err());
    Ok(())
}

#[test]
fn strips_and_tiles_of_any_size() -> Result<()> {
    let image = picture(301, 203, 3, BandFormat::U8);
    let pixels = image.to_memory()?;
    for rows in [1, 17, 128, 5000] {
        let loaded = strict().load(&saved(&image, &TiffSave::default().tile_height(rows))?)?;
        assert!(loaded.to_memory()? == pixels, "{rows}");
    }
    for (width, height) in [(16, 16), (64, 16), (16, 512), (512, 512)] {
        let saver = TiffSave::default().tile(true).tile_width(width).tile_height(height);
        let loaded = strict().load(&saved(&image, &saver)?)?;
        assert!(loaded.to_memory()? == pixels, "{width} {height}");
        assert_eq!(loaded.header().metadata.int("tile-width"), Some(width));
    }
    assert!(saved(&image, &TiffSave::default().tile(true).tile_width(100)).is_err());
    Ok(())
}

#[test]
fn few_bits_are_kept() -> Result<()> {
    let values: Vec<u8> = (0..=255).collect();
    let image = Image::from_memory(256, 1, 1, BandFormat::U8, values)?;
    for (bits, expected) in [(1, [0, 255, 255]), (2, [0, 170, 255]), (4, [34, 187, 255])] {
        for white in [false, true] {
            for tile in [false, true] {
                let saver = TiffSave::default().bitdepth(bits).miniswhite(white).tile(tile);
                let bytes = strict().load(&saved(&image, &saver)?)?.to_memory()?;
                assert_eq!([37, 190, 255].map(|at: usize| bytes[at]), expected, "{bits} {white}");
            }
        }
    }
    let saver = TiffSave::default().bitdepth(1).compression(TiffCompression::Ccittfax4);
    let wide = picture(1000, 400, 1, BandFormat::U8);
    let plain = strict().load(&saved(&wide, &TiffSave::default().bitdepth(1))?)?;
    let fax = strict().load(&saved(&wide, &saver)?)?;
    assert!(fax.to_memory()? == plain.to_memory()?);
    assert!(saved(&wide, &saver.bitdepth(0)).is_err());
    Ok(())
}

#[test]
fn white_may_be_zero() -> Result<()> {
    for format in BandFormat::ALL {
        let image = picture(33, 21, 2, format);
        let loaded = strict().load(&saved(&image, &TiffSave::default().miniswhite(true))?)?;
        assert!(loaded.to_memory()? == image.to_memory()?, "{format}");
    }
    Ok(())
}

#[test]
fn jpeg_is_near() -> Result<()> {
    for (bands, space) in
        [(1, Interpretation::BlackWhite), (3, Interpretation::Srgb), (4, Interpretation::Cmyk)]
    {
        // smooth, so that only errors of the way colours are stored would show
        let bytes: Vec<u8> = (0..300 * 200)
            .flat_map(|at| (0..bands).map(move |b| (at % 300 / 2 + b * 20) as u8))
            .collect();
        let image = Image::from_memory(300, 200, bands, BandFormat::U8, bytes)?;
        let mut header = image.header().clone();
        header.interpretation = space;
        let image = image.with_header(header)?;
        let pixels = image.to_memory()?;
        for (q, tile) in [(75, false), (75, true), (95, false), (95, true)] {
            let saver = TiffSave::default().compression(TiffCompression::Jpeg).q(q).tile(tile);
            let loaded = strict().load(&saved(&image, &saver)?)?;
            assert_eq!(loaded.header().interpretation, space);
            let found = loaded.to_memory()?;
            let gap = pixels.iter().zip(&found).map(|(a, b)| a.abs_diff(*b)).max();
            assert!(gap <= Some(6), "{bands} {q} {tile}: {gap:?}");
        }
    }
    Ok(())
}

#[test]
fn other_colours_come_back() -> Result<()> {
    let with = |image: Image, space, coding| {
        let mut header = image.header().clone();
        (header.interpretation, header.coding) = (space, coding);
        image.with_header(header)
    };
    let lab = with(picture(40, 30, 3, BandFormat::F32), Interpretation::Lab, Coding::None)?;
    let labs = with(
        Image::from_memory(
            2,
            1,
            3,
            BandFormat::I16,
            [100_i16, -3, 5, 32767, 6, -7].map(i16::to_ne_bytes).concat(),
        )?,
        Interpretation::Labs,
        Coding::None,
    )?;
    let cmyk = with(picture(40, 30, 4, BandFormat::U16), Interpretation::Cmyk, Coding::None)?;
    for image in [lab, labs, cmyk] {
        let loaded = strict().load(&saved(&image, &TiffSave::default())?)?;
        assert_eq!(loaded.header().interpretation, image.header().interpretation);
        assert!(loaded.to_memory()? == image.to_memory()?, "{image:?}");
    }
    let packed: Vec<u8> =
        (0..4 * 20 * 10).map(|at| if at % 4 == 3 { 0 } else { at as u8 }).collect();
    let labq = Image::from_memory(20, 10, 4, BandFormat::U8, packed)?;
    let labq = with(labq, Interpretation::Labq, Coding::Labq)?;
    let loaded = strict().load(&saved(&labq, &TiffSave::default())?)?;
    assert_eq!(loaded.header().coding, Coding::Labq);
    assert!(loaded.to_memory()? == labq.to_memory()?);
    let xyz: Vec<u8> =
        [20.0_f32, 30.0, 40.0].repeat(300).iter().flat_map(|v| v.to_ne_bytes()).collect();
    let xyz = with(
        Image::from_memory(20, 15, 3, BandFormat::F32, xyz)?,
        Interpretation::Xyz,
        Coding::None,
    )?;
    let bytes = strict().load(&saved(&xyz, &TiffSave::default())?)?.to_memory()?;
    for (value, wanted) in bytes.chunks_exact(4).zip([20.0_f32, 30.0, 40.0]) {
        let value = f32::from_ne_bytes([value[0], value[1], value[2], value[3]]);
        assert!((value - wanted).abs() < wanted * 0.02, "{value} {wanted}");
    }
    Ok(())
}

#[test]
fn metadata_come_back() -> Result<()> {
    let image = picture(30, 20, 3, BandFormat::U8);
    let mut header = image.header().clone();
    (header.xres, header.yres) = (10.0, 5.0);
    header.metadata.set("orientation", Meta::Int(6));
    header.metadata.set("image-description", Meta::String("two words".into()));
    for (name, length) in [("xmp-data", 99), ("iptc-data", 45), ("photoshop-data", 7001)] {
        header.metadata.set(name, Meta::Blob(vec![3; length].into()));
    }
    let loaded = strict().load(&saved(&image.with_header(header)?, &TiffSave::default())?)?;
    let found = loaded.header();
    assert_eq!((found.xres, found.yres), (10.0, 5.0));
    assert_eq!(found.metadata.string("resolution-unit"), Some("in"));
    assert_eq!(found.metadata.int("orientation"), Some(6));
    assert_eq!(found.metadata.string("image-description"), Some("two words"));
    for (name, length) in [("xmp-data", 99), ("iptc-data", 45), ("photoshop-data", 7001)] {
        assert_eq!(found.metadata.blob(name).map(bytes::Bytes::len), Some(length), "{name}");
    }
    Ok(())
}

#[cfg(feature = "webp")]
#[test]
fn webp_tiles_come_back() -> Result<()> {
    for bands in [3, 4] {
        let image = picture(150, 90, bands, BandFormat::U8);
        for tile in [false, true] {
            let saver = TiffSave::default().compression(TiffCompression::Webp).tile(tile);
            let exact = strict().load(&saved(&image, &saver.clone().lossless(true))?)?;
            assert!(exact.to_memory()? == image.to_memory()?, "{bands} {tile}");
            let near = strict().load(&saved(&image, &saver)?)?;
            assert_eq!(near.header().bands, bands);
            let _pixels = near.to_memory()?;
        }
    }
    Ok(())
}

/// The picture of a pyramid that a loader finds: page and picture below it.
fn level(source: &Source, page: i32, subifd: i32) -> Result<Image> {
    strict().page(page).subifd(subifd).load(source)
}

#[test]
fn pyramids_have_all_levels() -> Result<()> {
    let image = picture(300, 200, 3, BandFormat::U8);
    let sizes = |source: &Source, count: i32, below: bool| -> Result<Vec<(i32, i32)>> {
        (0..count)
            .map(|number| {
                let image = if below && number > 0 {
                    level(source, 0, number - 1)
                } else {
                    level(source, if below { 0 } else { number }, -1)
                }?;
                let _pixels = image.to_memory()?;
                Ok((image.header().width, image.header().height))
            })
            .collect()
    };
    for compression in [TiffCompression::None, TiffCompression::Deflate, TiffCompression::Jpeg] {
        for big in [false, true] {
            let saver = TiffSave::default().pyramid(true).compression(compression).bigtiff(big);
            let source = saved(&image, &saver)?;
            assert_eq!(sizes(&source, 3, false)?, [(300, 200), (150, 100), (75, 50)]);
            assert_eq!(level(&source, 0, -1)?.header().metadata.int("n-pages"), Some(3));
            let source = saved(&image, &saver.subifd(true))?;
            assert_eq!(sizes(&source, 3, true)?, [(300, 200), (150, 100), (75, 50)]);
            let top = level(&source, 0, -1)?;
            assert_eq!(top.header().metadata.int("n-subifds"), Some(2));
            assert_eq!(top.header().metadata.int("n-pages"), Some(1));
        }
    }
    let onepixel =
        TiffSave::default().pyramid(true).depth(Depth::Onepixel).tile_width(64).tile_height(64);
    let source = saved(&picture(300, 200, 1, BandFormat::U16), &onepixel)?;
    assert_eq!(sizes(&source, 8, false)?[6..], [(4, 3), (2, 1)]);
    let flat = saved(&picture(4000, 1, 1, BandFormat::U8), &TiffSave::default().pyramid(true))?;
    assert_eq!(level(&flat, 0, -1)?.header().metadata.int("n-pages"), Some(1));
    Ok(())
}

#[test]
fn pages_come_back() -> Result<()> {
    for (page, rows, tile) in [(50, 128, false), (50, 16, false), (50, 16, true), (64, 32, true)] {
        let image = picture(90, page * 3, 3, BandFormat::U8);
        let mut header = image.header().clone();
        header.metadata.set("page-height", Meta::Int(page));
        let image = image.with_header(header)?;
        for pyramid in [false, true] {
            let saver = TiffSave::default()
                .compression(TiffCompression::Lzw)
                .tile(tile)
                .tile_width(16)
                .tile_height(rows)
                .pyramid(pyramid);
            let source = saved(&image, &saver)?;
            let loaded = strict().n(-1).load(&source)?;
            assert_eq!(loaded.header().metadata.int("n-pages"), Some(3));
            assert_eq!(loaded.header().page_height(), page);
            assert!(loaded.to_memory()? == image.to_memory()?, "{page} {rows} {tile} {pyramid}");
            if pyramid {
                let half = strict().page(1).subifd(0).load(&source)?;
                assert_eq!((half.header().width, half.header().height), (45, page / 2));
            }
        }
    }
    Ok(())
}

#[test]
fn targets_that_only_go_forward() -> Result<()> {
    #[derive(Clone, Default)]
    struct Pipe(Arc<std::sync::Mutex<Vec<u8>>>);
    impl std::io::Write for Pipe {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().expect("nobody panicked").extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let image = picture(500, 400, 3, BandFormat::U8);
    for (compression, pyramid) in [
        (TiffCompression::None, false),
        (TiffCompression::None, true),
        (TiffCompression::Deflate, false),
        (TiffCompression::Lzw, true),
    ] {
        let pipe = Pipe::default();
        let saver = TiffSave::default().compression(compression).pyramid(pyramid);
        saver.save(&image, &Target::from_writer("pipe", pipe.clone()))?;
        let bytes = pipe.0.lock().expect("nobody panicked").clone();
        let loaded = strict().load(&Source::from_memory(bytes))?;
        assert!(loaded.to_memory()? == image.to_memory()?, "{compression:?} {pyramid}");
    }
    Ok(())
}

/// A file that counts what is asked of it.
struct Counted {
    bytes: bytes::Bytes,
    requests: Arc<AtomicU32>,
}

impl Reader for Counted {
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize> {
        self.requests.fetch_add(1, Ordering::Relaxed);
        let rest = self.bytes.get(offset as usize..).unwrap_or(&[]);
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        Ok(count)
    }

    fn len(&self) -> Result<Option<u64>> {
        Ok(Some(self.bytes.len() as u64))
    }
}

#[test]
fn a_tile_takes_few_requests() -> Result<()> {
    // as many tiles as a gigapixel in tiles of 256 has
    let image = picture(2048, 2000, 1, BandFormat::U8);
    let saver = TiffSave::default().pyramid(true).tile_width(16).tile_height(16).bigtiff(true);
    let target = Target::to_memory();
    saver.save(&image, &target)?;
    let requests = Arc::new(AtomicU32::new(0));
    let counted = Counted { bytes: target.bytes(), requests: Arc::clone(&requests) };
    let source = Source::from_reader("counted", counted);
    let loaded = strict().load(&source)?;
    assert_eq!(loaded.header().metadata.int("tile-width"), Some(16));
    let mut header = loaded.header().clone();
    (header.width, header.height) = (16, 16);
    let tile = Image::area(header, &[&loaded], Corner)?;
    let pixels = tile.to_memory()?;
    let all = image.pixels()?;
    let expected: Vec<u8> = (1600..1616).flat_map(|y| all.row(y)[1600..1616].to_vec()).collect();
    assert!(pixels == expected);
    let requests = requests.load(Ordering::Relaxed);
    assert!(requests <= 4, "{requests} requests");
    Ok(())
}

/// A tile in the middle.
struct Corner;

impl windlass_core::Operator for Corner {
    type Scratch = ();
    fn scratch(&self) {}
    fn needs(&self, _: windlass_core::Rect, ask: &mut windlass_core::Ask) {
        ask.same(0, 1600, 1600);
    }
    fn compute(
        &self,
        _: &[windlass_core::Region<'_>],
        _: &mut windlass_core::RegionMut<'_>,
        _: &mut (),
    ) -> Result<()> {
        Ok(())
    }
}

#[test]
fn damage_ends_in_an_error_or_in_pixels() -> Result<()> {
    let image = picture(70, 60, 3, BandFormat::U8);
    let grey = picture(70, 60, 1, BandFormat::U8);
    let mut files = Vec::new();
    for compression in LOSSLESS.into_iter().chain([TiffCompression::Jpeg]) {
        for pyramid in [false, true] {
            let saver = TiffSave::default()
                .compression(compression)
                .pyramid(pyramid)
                .tile_width(32)
                .tile_height(32);
            let target = Target::to_memory();
            saver.save(&image, &target)?;
            files.push(target.bytes());
        }
    }
    let target = Target::to_memory();
    TiffSave::default().bitdepth(1).compression(TiffCompression::Ccittfax4).save(&grey, &target)?;
    files.push(target.bytes());
    let mut state = 99_u32;
    let mut random = |below: usize| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as usize % below.max(1)
    };
    for file in &files {
        for _ in 0..60 {
            let mut bytes = file.to_vec();
            for _ in 0..=random(6) {
                // mostly in the directories, where it hurts
                let area = if random(3) == 0 { bytes.len() } else { bytes.len().min(900) };
                bytes[random(area)] = [0, 1, 0x7F, 0x80, 0xFF, random(256) as u8][random(6)];
            }
            if random(8) == 0 {
                bytes.truncate(random(bytes.len()));
            }
            for level in [FailOn::None, FailOn::Error] {
                let mut loader = TiffLoad::default().n(if random(2) == 0 { 1 } else { -1 });
                loader.common.fail_on = level;
                let opened = loader.load(&Source::from_memory(bytes.clone()));
                let small = |image: &Image| image.header().image_size() < 50_000_000;
                let pixels =
                    opened.and_then(
                        |image| {
                            if small(&image) { image.to_memory() } else { Ok(Vec::new()) }
                        },
                    );
                if let Err(error) = pixels {
                    assert_ne!(error.kind(), ErrorKind::Internal, "{error}");
                }
            }
        }
    }
    Ok(())
}

/// Where entry `tag` of the first directory of a file of this machine lies.
fn entry(file: &[u8], tag: u16) -> usize {
    let directory = u32::from_ne_bytes(file[4..8].try_into().expect("four")) as usize;
    let count = u16::from_ne_bytes([file[directory], file[directory + 1]]);
    let mut places = (0..usize::from(count)).map(|number| directory + 2 + 12 * number);
    places.find(|at| file[*at..at + 2] == tag.to_ne_bytes()).expect("the tag is there")
}

/// Changes value `index` of `tag`, of which there are more than fit the directory.
fn set(file: &mut [u8], tag: u16, index: usize, value: u32) {
    let at = entry(file, tag);
    let kind = u16::from_ne_bytes([file[at + 2], file[at + 3]]);
    let values = u32::from_ne_bytes(file[at + 8..at + 12].try_into().expect("four")) as usize;
    match kind {
        3 => {
            let value = u16::try_from(value).expect("it fits");
            file[values + 2 * index..][..2].copy_from_slice(&value.to_ne_bytes());
        }
        _ => file[values + 4 * index..][..4].copy_from_slice(&value.to_ne_bytes()),
    }
}

const OFFSETS: u16 = 273;
const COUNTS: u16 = 279;

/// Five strips of 40 pixels by 10, white being 0.
fn strips(compression: TiffCompression) -> Result<(Vec<u8>, Vec<u8>)> {
    let image = picture(40, 50, 1, BandFormat::U8);
    let saver = TiffSave::default().compression(compression).tile_height(10).miniswhite(true);
    let target = Target::to_memory();
    saver.save(&image, &target)?;
    Ok((target.bytes().to_vec(), image.to_memory()?))
}

fn loaded(file: &[u8], fail_on: FailOn) -> Result<Vec<u8>> {
    let mut loader = TiffLoad::default();
    loader.common.fail_on = fail_on;
    loader.load(&Source::from_memory(file.to_vec()))?.to_memory()
}

#[test]
fn strips_that_are_not_all_there_are_samples_of_zero() -> Result<()> {
    for compression in [TiffCompression::None, TiffCompression::Deflate] {
        let (file, pixels) = strips(compression)?;
        for (tag, value) in [(OFFSETS, 60_000), (OFFSETS, 0), (COUNTS, 60_000), (COUNTS, 0)] {
            let mut file = file.clone();
            set(&mut file, tag, 2, value);
            let damaged = loaded(&file, FailOn::None)?;
            let text = format!("{compression:?}, {tag}, {value}");
            assert_eq!(damaged[..800], pixels[..800], "{text}");
            assert!(damaged[800..1200].iter().all(|sample| *sample == 255), "{text}");
            assert_eq!(damaged[1200..], pixels[1200..], "{text}");
            assert!(loaded(&file, FailOn::Error).is_err(), "{text}");
        }
    }
    Ok(())
}

#[test]
fn counts_that_contradict_the_size_are_not_believed() -> Result<()> {
    let (mut file, pixels) = strips(TiffCompression::None)?;
    set(&mut file, COUNTS, 0, 30);
    assert!(loaded(&file, FailOn::Error)? == pixels, "strips of different sizes");
    let image = picture(40, 50, 1, BandFormat::U8);
    let target = Target::to_memory();
    TiffSave::default().save(&image, &target)?;
    for count in [30_u32, 1_000_000] {
        let mut file = target.bytes().to_vec();
        let at = entry(&file, COUNTS);
        file[at + 2..at + 4].copy_from_slice(&4_u16.to_ne_bytes());
        file[at + 8..at + 12].copy_from_slice(&count.to_ne_bytes());
        assert!(loaded(&file, FailOn::Error)? == pixels, "one strip of {count} bytes");
    }
    Ok(())
}

#[test]
fn what_has_one_value_has_one() -> Result<()> {
    let (file, _) = strips(TiffCompression::None)?;
    for tag in [256, 257, 277, 278, 284] {
        let mut file = file.clone();
        let at = entry(&file, tag);
        file[at + 4..at + 8].copy_from_slice(&5_u32.to_ne_bytes());
        assert!(loaded(&file, FailOn::None).is_err(), "{tag}");
    }
    Ok(())
}

/// A `BigTIFF` of this machine's order with one directory, of a tag, a type, a count and a value each, and
/// no pixels.
fn directory(entries: &[(u16, u16, u64, u64)]) -> Vec<u8> {
    let mut file = if cfg!(target_endian = "little") { b"II".to_vec() } else { b"MM".to_vec() };
    file.extend([43_u16, 8, 0].map(u16::to_ne_bytes).concat());
    file.extend([16, entries.len() as u64].map(u64::to_ne_bytes).concat());
    for (tag, kind, count, value) in entries {
        file.extend([tag, kind].map(|number| number.to_ne_bytes()).concat());
        file.extend([count, value].map(|number| number.to_ne_bytes()).concat());
    }
    file.extend([0; 8]);
    file
}

const LONG8: u16 = 16;

#[test]
fn tables_that_end_behind_the_largest_offset_are_lost() -> Result<()> {
    let file = directory(&[
        (256, LONG8, 1, 1),
        (257, LONG8, 1, 3),
        (258, LONG8, 1, 8),
        (262, LONG8, 1, 1),
        (OFFSETS, LONG8, 3, u64::MAX - 4),
        (278, LONG8, 1, 1),
        (COUNTS, LONG8, 3, u64::MAX - 40),
    ]);
    assert_eq!(loaded(&file, FailOn::None)?, [0; 3]);
    let error = loaded(&file, FailOn::Warning).expect_err("the strips are lost");
    assert_ne!(error.kind(), ErrorKind::Internal, "{error}");
    Ok(())
}

/// A pipe, which does not say how long it is.
struct Pipe(std::io::Cursor<Vec<u8>>);

impl windlass_io::Stream for Pipe {
    fn read_next(&mut self, buffer: &mut [u8]) -> Result<usize> {
        Ok(std::io::Read::read(&mut self.0, buffer)?)
    }
}

#[test]
fn strips_that_end_behind_the_largest_offset_are_lost() -> Result<()> {
    let file = directory(&[
        (256, LONG8, 1, 1),
        (257, LONG8, 1, 600_000),
        (258, LONG8, 1, 8),
        (262, LONG8, 1, 1),
        (OFFSETS, LONG8, 1, u64::MAX - 9),
    ]);
    let source = Source::from_stream("pipe", Pipe(std::io::Cursor::new(file)));
    assert!(TiffLoad::default().load(&source)?.to_memory()?.iter().all(|sample| *sample == 0));
    Ok(())
}

/// A grey `BigTIFF` of 16 pixels by 16 with JPEG streams of these sizes in its two strips, or in one tile.
fn streams(sizes: &[(i32, i32)]) -> Result<Vec<u8>> {
    let mut streams = Vec::new();
    for (width, height) in sizes {
        let target = Target::to_memory();
        let image = Image::from_memory(
            *width,
            *height,
            1,
            BandFormat::U8,
            vec![99; (width * height) as usize],
        )?;
        JpegSave::default().save(&image, &target)?;
        streams.push(target.bytes());
    }
    let (width, rows, offsets, counts) = match sizes {
        [_] => (322, 323, 324, 325),
        _ => (254, 278, OFFSETS, COUNTS),
    };
    let count = streams.len() as u64;
    let mut entries = [
        (256, LONG8, 1, 16),
        (257, LONG8, 1, 16),
        (258, LONG8, 1, 8),
        (259, LONG8, 1, 7),
        (262, LONG8, 1, 1),
        (width, LONG8, 1, 16),
        (rows, LONG8, 1, 16 / count),
        (offsets, LONG8, count, 0),
        (counts, LONG8, count, 0),
    ];
    let tables = directory(&entries).len() as u64;
    let mut start = tables + 16 * count;
    let starts: Vec<u64> = streams
        .iter()
        .map(|stream| {
            start += stream.len() as u64;
            start - stream.len() as u64
        })
        .collect();
    let lengths: Vec<u64> = streams.iter().map(|stream| stream.len() as u64).collect();
    // a single value lies in the directory
    (entries[7].3, entries[8].3) =
        if count == 1 { (starts[0], lengths[0]) } else { (tables, tables + 8 * count) };
    let mut file = directory(&entries);
    starts.iter().chain(&lengths).for_each(|number| file.extend(number.to_ne_bytes()));
    streams.iter().for_each(|stream| file.extend(&stream[..]));
    Ok(file)
}

/// As the reference has it; and a tile of few pixels must not cost the time of many.
#[test]
fn jpeg_streams_are_no_larger_than_their_chunks() -> Result<()> {
    for size in [(32, 16), (16, 32)] {
        assert!(loaded(&streams(&[size])?, FailOn::None).is_err(), "a tile of {size:?}");
    }
    assert_eq!(loaded(&streams(&[(16, 16)])?, FailOn::Warning)?, [99; 256]);
    for size in [(16, 16), (32, 8)] {
        let file = streams(&[size, (16, 8)])?;
        assert!(loaded(&file, FailOn::Error).is_err(), "a strip of {size:?}");
        let pixels = loaded(&file, FailOn::None)?;
        assert_eq!((&pixels[..128], &pixels[128..]), (&[0; 128][..], &[99; 128][..]), "{size:?}");
    }
    let file = streams(&[(16, 8), (8, 4)])?;
    assert_eq!(
        loaded(&file, FailOn::Error)?[128..144],
        [99, 99, 99, 99, 99, 99, 99, 99, 0, 0, 0, 0, 0, 0, 0, 0]
    );
    assert!(loaded(&file, FailOn::Warning).is_err());
    Ok(())
}

/// Thousands of pages that take a hundred bytes each and have the same colours, of which a page has 400 KB.
#[test]
fn pages_have_their_colours_once() -> Result<()> {
    const PAGES: u64 = 3000;
    let entries = |colours, pixel| {
        [
            (256, LONG8, 1, 1),
            (257, LONG8, 1, 1),
            (258, LONG8, 1, 16),
            (262, LONG8, 1, 3),
            (OFFSETS, LONG8, 1, pixel),
            (COUNTS, LONG8, 1, 2),
            (320, 3, 3 << 16, colours),
        ]
    };
    let size = directory(&entries(0, 0)).len() as u64 - 16;
    let colours = 16 + PAGES * size;
    let page = directory(&entries(colours, colours));
    let mut file = page[..16].to_vec();
    for number in 1..=PAGES {
        file.extend(&page[16..page.len() - 8]);
        file.extend((if number < PAGES { 16 + number * size } else { 0 }).to_ne_bytes());
    }
    file.extend((0..3 << 17).map(|at| (at / 7) as u8));
    let before = memory();
    let image = TiffLoad::default().n(-1).load(&Source::from_memory(file))?;
    assert_eq!(image.to_memory()?.len() as u64, 6 * PAGES);
    let grown = memory().saturating_sub(before);
    assert!(grown < 200 << 10, "{grown} KiB");
    Ok(())
}

/// KiB of memory of this process, where the system tells.
fn memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
}
