//! Tiles of other formats that are WebP pictures, such as those of TIFF.

use super::container::File;
use super::malformed;
use super::picture::Picture;
use super::planes::Scratch;
use windlass_core::Result;

/// Decodes a still picture, a whole file in `bytes`, to pixels of three or four bands.
///
/// Fails where the picture is not of this size.
pub fn decode_tile(
    bytes: &[u8],
    (width, height): (usize, usize),
    bands: usize,
    out: &mut [u8],
) -> Result<()> {
    let file = File::parse(bytes)?;
    let frame = file.frames.first().filter(|_| !file.animated);
    let frame = frame.ok_or_else(|| malformed("webp: no still picture"))?;
    if (frame.width as usize, frame.height as usize) != (width, height) || !matches!(bands, 3 | 4) {
        return Err(malformed("webp: a tile of another size"));
    }
    let picture = Picture::decode(bytes, frame, (width, height))?;
    let mut scratch = Scratch::default();
    for (y, row) in out.chunks_exact_mut(width * bands).take(height).enumerate() {
        picture.row(y, bands, &mut scratch, row);
    }
    Ok(())
}

/// Encodes pixels of three or four bands as a file; `q` is the quality, or none for lossless pixels
/// that come back as they were.
#[cfg(feature = "webp")]
pub fn encode_tile(
    pixels: &[u8],
    (width, height): (usize, usize),
    bands: usize,
    q: Option<i32>,
) -> Result<Vec<u8>> {
    use windlass_core::{Error, ErrorKind};
    let failed =
        |error: windlass_webp::Error| Error::new(ErrorKind::Unsupported, format!("webp: {error}"));
    let picture = windlass_webp::Picture::new(pixels, width, height, bands).map_err(failed)?;
    let config = windlass_webp::Config {
        quality: q.unwrap_or(75) as f32,
        lossless: q.is_none(),
        exact: q.is_none(),
        ..windlass_webp::Config::default()
    };
    windlass_webp::encode(&picture, &config, &mut || true).map_err(failed)
}
