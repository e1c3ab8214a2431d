//! What is fuzzed: one function a loader. Used by the tests of this crate, on stable, and by the
//! targets of cargo-fuzz in `fuzz/`.

pub(crate) mod seeds;
pub(crate) mod tiffs;

use std::io::{Cursor, Read, Write};
use windlass_codecs::{
    bmp, csv, gif, ico, jpeg, matrix, png, ppm, qoi, rad, raw, tga, tiff, vips, webp,
};
use windlass_core::foreign::Load;
use windlass_core::foreign::options::FailOn;
use windlass_core::{BandFormat, Build, ErrorKind, Image, Interpretation, Limits, Result, Source};
use windlass_io::Stream;

/// The most bytes of pixels that are made.
const MOST: u64 = 16 << 20;

macro_rules! bodies {
    ($($name:ident: $($loader:expr),+;)*) => {
        $(
            /// Loads as this format: forgiving what can be sought in, strictly what only goes forward. How
            /// often that gives a picture.
            fn $name(bytes: &[u8]) -> usize {
                let mut pictures = 0;
                for mut loader in [$($loader),+] {
                    pictures += look(|| loader.load(&Source::from_memory(bytes.to_vec())));
                    loader.common.fail_on = FailOn::Warning;
                    let pipe = || Pipe(Cursor::new(bytes.to_vec()));
                    pictures += look(|| loader.load(&Source::from_stream("pipe", pipe())));
                }
                pictures
            }
        )*

        /// All of them, by the name of their operation without `load`.
        pub(crate) const ALL: &[(&str, fn(&[u8]) -> usize)] = &[$((stringify!($name), $name),)* ("raw", raw)];
    };
}

bodies! {
    bmp: bmp::BmpLoad::default();
    csv: csv::CsvLoad::default();
    gif: gif::GifLoad::default(), gif::GifLoad::default().n(-1);
    ico: ico::IcoLoad::default();
    jpeg: jpeg::JpegLoad::default(), jpeg::JpegLoad::default().shrink(4);
    matrix: matrix::MatrixLoad::default();
    png: png::PngLoad::default();
    ppm: ppm::PpmLoad::default();
    qoi: qoi::QoiLoad::default();
    rad: rad::RadLoad::default();
    tga: tga::TgaLoad::default();
    tiff: tiff::TiffLoad::default(), tiff::TiffLoad::default().n(-1), tiff::TiffLoad::default().subifd(0);
    vips: vips::VipsLoad::default();
    webp: webp::WebpLoad::default(), webp::WebpLoad::default().n(-1), webp::WebpLoad::default().n(-1).scale(0.4);
}

/// Loads pixels without a header; whether there are any. The first bytes are the arguments, see [`RawArguments`].
fn raw(bytes: &[u8]) -> usize {
    let Some((arguments, rest)) = bytes.split_first_chunk::<{ RawArguments::SIZE }>() else {
        return 0;
    };
    let RawArguments { numbers, format, interpretation } = RawArguments::of(*arguments);
    let [width, height, bands, offset] = numbers;
    let mut file = tempfile::NamedTempFile::new().expect("a temporary file");
    file.write_all(rest).expect("a temporary file");
    let name = file.path().to_str().expect("a name of ASCII");
    let loader = raw::RawLoad::new(name, width, height, bands)
        .offset(u64::from(offset.cast_unsigned()))
        .format(format)
        .interpretation(interpretation);
    look(|| Ok(loader.build()?.out))
}

/// The arguments of a loader of raw pixels, as they lie in what is fuzzed.
struct RawArguments {
    /// Width, height, bands and offset
    numbers: [i32; 4],
    format: BandFormat,
    interpretation: Interpretation,
}

impl RawArguments {
    const SIZE: usize = 18;
    const SPACES: [Interpretation; 4] = [
        Interpretation::Multiband,
        Interpretation::Srgb,
        Interpretation::Labq,
        Interpretation::Matrix,
    ];

    fn of(bytes: [u8; Self::SIZE]) -> Self {
        let number = |at: usize| {
            i32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
        };
        Self {
            numbers: [number(0), number(4), number(8), number(12)],
            format: BandFormat::ALL[usize::from(bytes[16]) % BandFormat::ALL.len()],
            interpretation: Self::SPACES[usize::from(bytes[17]) % Self::SPACES.len()],
        }
    }
}

/// Looks at all pixels of what is loaded; how many pictures that were. Whatever the bytes are, there is one
/// or an error that is no defect of ours.
fn look(load: impl Fn() -> Result<Image>) -> usize {
    Limits::DEFAULT.with_pixels(1 << 22).with_bytes(256 << 20).set_current();
    let looked = load().and_then(|image| {
        if image.header().image_size() <= MOST {
            drop(image.to_memory()?);
        }
        Ok(())
    });
    match looked {
        Ok(()) => 1,
        Err(error) => {
            assert_ne!(error.kind(), ErrorKind::Internal, "{error}");
            0
        }
    }
}

/// Bytes of which nobody knows how many they are, and that can't be sought in.
struct Pipe(Cursor<Vec<u8>>);

impl Stream for Pipe {
    fn read_next(&mut self, buffer: &mut [u8]) -> Result<usize> {
        // in pieces, as they come from a network
        let most = buffer.len().min(700);
        Ok(self.0.read(&mut buffer[..most])?)
    }
}
