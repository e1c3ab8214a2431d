//! What is fuzzed: one function a loader. Used by the tests of this crate, on stable, and by the
//! targets of cargo-fuzz in `fuzz/`.

use windlass_codecs::{bmp, csv, gif, ico, jpeg, matrix, png, ppm, qoi, rad, tga, vips, webp};
use windlass_core::foreign::Load;
use windlass_core::foreign::options::FailOn;
use windlass_core::{ErrorKind, Limits, Result, Source};

/// The most bytes of pixels that are made.
const MOST: u64 = 32 << 20;

/// Loads `bytes`; whatever they are, there is a picture or an error that is no defect of ours.
fn load(loader: &impl Load, bytes: &[u8]) {
    Limits::DEFAULT.with_pixels(1 << 24).with_bytes(256 << 20).set_current();
    let made = || -> Result<()> {
        let image = loader.load(&Source::from_memory(bytes.to_vec()))?;
        if image.header().image_size() <= MOST {
            drop(image.to_memory()?);
        }
        Ok(())
    };
    if let Err(error) = made() {
        assert_ne!(error.kind(), ErrorKind::Internal, "{error}");
    }
}

macro_rules! bodies {
    ($($name:ident $loader:ty;)*) => {
        $(
            /// Loads as this format, forgiving and strict.
            pub(crate) fn $name(bytes: &[u8]) {
                let mut loader = <$loader>::default();
                load(&loader, bytes);
                loader.common.fail_on = FailOn::Warning;
                load(&loader, bytes);
            }
        )*

        /// All of them by name.
        pub(crate) const ALL: &[(&str, fn(&[u8]))] = &[$((stringify!($name), $name)),*];
    };
}

bodies! {
    bmp bmp::BmpLoad;
    csv csv::CsvLoad;
    gif gif::GifLoad;
    ico ico::IcoLoad;
    jpeg jpeg::JpegLoad;
    matrix matrix::MatrixLoad;
    png png::PngLoad;
    ppm ppm::PpmLoad;
    qoi qoi::QoiLoad;
    rad rad::RadLoad;
    tga tga::TgaLoad;
    vips vips::VipsLoad;
    webp webp::WebpLoad;
}

/// Loads all frames of an animation, one format or the other.
pub(crate) fn animation(bytes: &[u8]) {
    load(&gif::GifLoad::default().n(-1), bytes);
    load(&webp::WebpLoad::default().n(-1), bytes);
    load(&webp::WebpLoad::default().n(-1).scale(0.4), bytes);
}
