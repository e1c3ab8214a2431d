//! Few colours that stand for many.

use windlass_core::{Error, ErrorKind, Pixels, Result};
use windlass_io::alloc;

/// Red, green, blue and alpha.
pub(crate) type Colour = [u8; 4];

/// Colours chosen for a picture, by which others can be painted too.
pub(crate) struct Quantiser {
    result: quantizr::QuantizeResult,
}

impl Quantiser {
    /// At most `most` colours for these pixels; below full quality as few as give it.
    pub(crate) fn choose(rgba: &[u8], size: (usize, usize), most: i32, q: i32) -> Result<Self> {
        let image = image(rgba, size)?;
        let mut histogram = quantizr::Histogram::new();
        histogram.add_image(&image);
        let colours = |count: i32| -> Result<quantizr::QuantizeResult> {
            let mut options = quantizr::Options::default();
            options.set_max_colors(count).map_err(|error| bad(&error))?;
            Ok(quantizr::QuantizeResult::quantize_histogram(&histogram, &options))
        };
        if q >= 100 {
            return Ok(Self { result: colours(most)? });
        }
        let mut count = 2;
        loop {
            let result = colours(count)?;
            if count == most || result.get_error() <= tolerated(q) {
                return Ok(Self { result });
            }
            count = (count * 2).min(most);
        }
    }

    /// These colours, whatever the pixels.
    pub(crate) fn of(colours: &[Colour]) -> Result<Self> {
        Self::choose(colours.as_flattened(), (colours.len(), 1), 256, 100)
    }

    /// The colours, in the order of their indices.
    pub(crate) fn colours(&self) -> Vec<Colour> {
        let palette = self.result.get_palette();
        let entries = &palette.entries[..palette.count as usize];
        entries.iter().map(|colour| [colour.r, colour.g, colour.b, colour.a]).collect()
    }

    /// The index of each pixel, with errors spread from not at all, 0, to as far as can be, 1.
    pub(crate) fn paint(
        &mut self,
        rgba: &[u8],
        size: (usize, usize),
        dither: f64,
    ) -> Result<Vec<u8>> {
        let mut indices: Vec<u8> = alloc::try_vec(size.0 * size.1)?;
        let dither = dither.clamp(0.0, 1.0) as f32;
        self.result.set_dithering_level(dither).map_err(|error| bad(&error))?;
        let image = image(rgba, size)?;
        self.result.remap_image(&image, &mut indices).map_err(|error| bad(&error))?;
        Ok(indices)
    }
}

/// All pixels as red, green, blue and alpha.
pub(crate) fn rgba(pixels: &Pixels, bands: usize, width: usize, height: usize) -> Result<Vec<u8>> {
    let mut out: Vec<u8> = alloc::try_vec(4 * width * height)?;
    for (y, out) in out.chunks_exact_mut(4 * width).enumerate() {
        rgba_row(pixels.row(y as i32), bands, out);
    }
    Ok(out)
}

/// A row of pixels as red, green, blue and alpha.
pub(crate) fn rgba_row(row: &[u8], bands: usize, out: &mut [u8]) {
    for (out, pixel) in out.chunks_exact_mut(4).zip(row.chunks_exact(bands)) {
        let colour = match *pixel {
            [grey] => [grey, grey, grey, 255],
            [grey, alpha] => [grey, grey, grey, alpha],
            [r, g, b] => [r, g, b, 255],
            [r, g, b, alpha, ..] => [r, g, b, alpha],
            [] => [0; 4],
        };
        out.copy_from_slice(&colour);
    }
}

fn image(rgba: &[u8], (width, height): (usize, usize)) -> Result<quantizr::Image<'_>> {
    quantizr::Image::new(rgba, width, height).map_err(|error| bad(&error))
}

/// The mean squared error, of samples of 0 to 1, that a quality below 100 puts up with: that of a
/// difference of a tenth at 0, of none at 100.
fn tolerated(q: i32) -> f32 {
    let difference = 0.1 * (100 - q) as f32 / 100.0;
    difference * difference
}

fn bad(error: &quantizr::Error) -> Error {
    Error::new(ErrorKind::Internal, format!("quantizr: {error:?}"))
}
