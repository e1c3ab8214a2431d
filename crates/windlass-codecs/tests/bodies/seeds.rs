//! Small files of every format, to start from: what our savers write, and by hand what they do not.

use super::tiffs;
use windlass_codecs::{bmp, csv, gif, ico, jpeg, matrix, png, ppm, qoi, rad, tga, vips, webp};
use windlass_core::foreign::Save;
use windlass_core::{BandFormat, Coding, Image, Interpretation, Meta, Target};

/// The files for the loader of this name.
pub(crate) fn of(name: &str) -> Vec<Vec<u8>> {
    match name {
        "bmp" => bmps(),
        "csv" => {
            let mut csv = csv::CsvSave::default();
            csv.separator = ";".into();
            vec![saved(&grey(), &csv), b"1, 2,\"x\"\n\n 4e3;-.5\t6\n".to_vec()]
        }
        "gif" => gifs(),
        "ico" => vec![
            saved(&colour(3), &ico::IcoSave::default()),
            saved(&grey(), &ico::IcoSave::default()),
        ],
        "jpeg" => jpegs(),
        "matrix" => {
            let mut files = vec![b"3 2 9 1\n1 2 3\n4 5 6\n".to_vec()];
            files.push(saved(&filled(4, 3, 1, BandFormat::F64), &matrix::MatrixSave::default()));
            files
        }
        "png" => pngs(),
        "ppm" => ppms(),
        "qoi" => vec![
            saved(&colour(3), &qoi::QoiSave::default()),
            saved(&colour(4), &qoi::QoiSave::default()),
        ],
        "rad" => rads(),
        "raw" => raws(),
        "tga" => tgas(),
        "tiff" => tiffs::all().into_iter().map(|(_, file)| file).collect(),
        "vips" => vec![
            saved(&colour(3), &vips::VipsSave::default()),
            saved(&filled(9, 7, 2, BandFormat::F32), &vips::VipsSave::default()),
        ],
        "webp" => webps(),
        _ => Vec::new(),
    }
}

/// A picture of noise and stripes; floats are between 0 and 1 and a little.
pub(crate) fn filled(width: i32, height: i32, bands: i32, format: BandFormat) -> Image {
    let count = (width * height * bands) as u32;
    let samples: Vec<u8> = match format {
        BandFormat::F32 => {
            (0..count).flat_map(|at| (at as f32 / 97.0).fract().to_ne_bytes()).collect()
        }
        BandFormat::F64 => (0..count).flat_map(|at| (f64::from(at) / 97.0).to_ne_bytes()).collect(),
        _ => (0..count * format.size() as u32).map(|at| (at / 17 * 31 % 256) as u8).collect(),
    };
    Image::from_memory(width, height, bands, format, samples).expect("a small picture")
}

fn grey() -> Image {
    filled(20, 10, 1, BandFormat::U8)
}

fn colour(bands: i32) -> Image {
    interpreted(&filled(40, 30, bands, BandFormat::U8), Interpretation::Srgb)
}

pub(crate) fn interpreted(image: &Image, interpretation: Interpretation) -> Image {
    let mut header = image.header().clone();
    header.interpretation = interpretation;
    image.with_header(header).expect("a small picture")
}

/// Three pages of a picture.
pub(crate) fn pages(bands: i32) -> Image {
    let image = interpreted(&filled(40, 90, bands, BandFormat::U8), Interpretation::Srgb);
    let mut header = image.header().clone();
    header.metadata.set("page-height", Meta::Int(30));
    image.with_header(header).expect("a small picture")
}

pub(crate) fn saved(image: &Image, saver: &impl Save) -> Vec<u8> {
    let target = Target::to_memory();
    saver.save(image, &target).expect("a small picture");
    target.bytes().to_vec()
}

fn bmps() -> Vec<Vec<u8>> {
    let runs =
        b"BM\x60\0\0\0\0\0\0\0\x3e\0\0\0\x28\0\0\0\x08\0\0\0\x04\0\0\0\x01\0\x08\0\x01\0\0\0\
                 \0\0\0\0\0\0\0\0\0\0\0\0\x02\0\0\0\0\0\0\0\x01\x02\x03\0\xff\xff\xff\0\
                 \x04\x01\x04\0\0\0\0\x03\x01\0\x01\0\0\x02\x02\x01\x03\x01\0\x01";
    let saver = bmp::BmpSave::default();
    vec![
        saved(&colour(3), &saver),
        saved(&colour(4), &saver),
        saved(&grey(), &saver),
        runs.to_vec(),
    ]
}

fn gifs() -> Vec<Vec<u8>> {
    let saver = gif::GifSave::default();
    let few = saver.clone().interlace(true).bitdepth(3);
    [colour(4), pages(4)]
        .iter()
        .flat_map(|image| [saved(image, &saver), saved(image, &few)])
        .collect()
}

fn jpegs() -> Vec<Vec<u8>> {
    let saver = jpeg::JpegSave::default();
    let progressive = saver.clone().interlace(true).restart_interval(2);
    let full = saver.clone().subsample_mode(jpeg::SubsampleMode::Off).restart_interval(1);
    let cmyk = interpreted(&colour(4), Interpretation::Cmyk);
    vec![
        saved(&grey(), &saver),
        saved(&colour(3), &saver),
        saved(&colour(3), &progressive),
        saved(&colour(3), &full),
        saved(&cmyk, &progressive),
    ]
}

fn pngs() -> Vec<Vec<u8>> {
    let saver = png::PngSave::default();
    vec![
        saved(&colour(3), &saver),
        saved(&colour(4), &saver.clone().palette(true)),
        saved(&grey(), &saver.clone().interlace(true).bitdepth(2)),
        saved(
            &interpreted(&filled(13, 9, 4, BandFormat::U16), Interpretation::Rgb16),
            &saver.interlace(true),
        ),
    ]
}

fn ppms() -> Vec<Vec<u8>> {
    let saver = ppm::PnmSave::default();
    vec![
        saved(&colour(3), &saver),
        saved(&interpreted(&filled(9, 7, 3, BandFormat::U16), Interpretation::Rgb16), &saver),
        saved(
            &interpreted(&filled(9, 7, 3, BandFormat::F32), Interpretation::Scrgb),
            &ppm::PfmSave::default(),
        ),
        b"P2\n3 2\n255\n1 2 3 4 5 6\n".to_vec(),
        b"P1\n# bits\n3 2 1 0 1 0 1 0\n".to_vec(),
        b"P4 11 2 \x55\x55\xaa\xaa".to_vec(),
    ]
}

fn rads() -> Vec<Vec<u8>> {
    let runs =
        b"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 2 +X 8\n\x02\x02\0\x08\x88\x01\x88\x02\x08\
                 12345678\x88\x04\x01\x02\x03\x80\x01\x01\x01\x07";
    let packed = filled(20, 10, 4, BandFormat::U8);
    let mut header = packed.header().clone();
    (header.coding, header.interpretation) = (Coding::Rad, Interpretation::Scrgb);
    let packed = packed.with_header(header).expect("a small picture");
    vec![runs.to_vec(), saved(&packed, &rad::RadSave::default())]
}

fn raws() -> Vec<Vec<u8>> {
    let file = |numbers: [i32; 4], format: u8, interpretation: u8, rest: usize| {
        let mut bytes = numbers.map(i32::to_le_bytes).concat();
        bytes.extend([format, interpretation]);
        bytes.extend((0..rest).map(|at| at as u8));
        bytes
    };
    vec![
        file([5, 4, 3, 0], 0, 1, 60),
        file([3, 2, 4, 7], 0, 2, 31),
        file([2, 3, 1, 0], 9, 0, 96),
        file([1, 1, 1, 0], 6, 3, 8),
    ]
}

fn tgas() -> Vec<Vec<u8>> {
    let saver = tga::TgaSave::default();
    let runs = saver.clone().rle(true);
    // indices of a map, in runs, from the right and the top
    let map = b"\x02\x01\x09\x01\0\x03\0\x18\0\0\0\0\x05\0\x02\0\x08\x30id\
                \x01\x02\x03\x04\x05\x06\x07\x08\x09\x84\x02\x04\x01\x02\x03\x02\x01";
    // 15 bits
    let words = b"\0\0\x02\0\0\0\0\0\0\0\0\0\x02\0\x02\0\x0f\0abcdefgh";
    let mut files: Vec<_> = [colour(3), colour(4), grey()]
        .iter()
        .flat_map(|image| [saved(image, &saver), saved(image, &runs)])
        .collect();
    files.extend([map.to_vec(), words.to_vec()]);
    files
}

#[cfg(feature = "webp")]
fn webps() -> Vec<Vec<u8>> {
    let saver = webp::WebpSave::default();
    let exact = saver.clone().lossless(true);
    [colour(4), colour(3), pages(4)]
        .iter()
        .flat_map(|image| [saved(image, &saver), saved(image, &exact)])
        .collect()
}

/// A pixel without loss, where nothing saves WebP.
#[cfg(not(feature = "webp"))]
fn webps() -> Vec<Vec<u8>> {
    vec![
        b"RIFF\x1a\0\0\0WEBPVP8L\x0d\0\0\0\x2f\0\0\0\x10\x07\x10\x11\x11\x88\x88\xfe\x07\0"
            .to_vec(),
    ]
}
