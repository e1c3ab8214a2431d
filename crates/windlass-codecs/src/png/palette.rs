//! Palettes: few colours that stand for many.

use windlass_core::{BandFormat, Error, ErrorKind, Image, Interpretation, Limits, Pixels, Result};
use windlass_io::alloc;

/// How to choose colours.
#[derive(Clone, Copy, Debug)]
pub(super) struct Settings {
    /// Bits of an index
    pub(super) depth: u8,
    /// Quality of at most 100
    pub(super) q: i32,
    /// From none, 0, to all, 1
    pub(super) dither: f64,
}

/// Colours, and their alphas as far as one is not solid.
#[derive(Clone, Default, Debug)]
pub(super) struct Palette {
    pub(super) colours: Vec<u8>,
    pub(super) alphas: Vec<u8>,
}

/// The image as indices into a palette. Holds all of it.
pub(super) fn quantise(image: &Image, settings: Settings) -> Result<(Image, Palette)> {
    let header = image.header();
    let (width, height) = (header.width as usize, header.height as usize);
    let _bytes = Limits::current().whole_image(width as u64, height as u64, 4, 1)?;
    let rgba = rgba(&image.pixels()?, header.bands as usize, width, height)?;
    let source = quantizr::Image::new(&rgba, width, height).map_err(|error| bad(&error))?;
    let mut histogram = quantizr::Histogram::new();
    histogram.add_image(&source);
    let mut result = choose(&histogram, settings)?;
    result
        .set_dithering_level(settings.dither.clamp(0.0, 1.0) as f32)
        .map_err(|error| bad(&error))?;
    let mut indices: Vec<u8> = alloc::try_vec(width * height)?;
    result.remap_image(&source, &mut indices).map_err(|error| bad(&error))?;
    let palette = palette(result.get_palette());
    let mut to = header.clone();
    (to.bands, to.format) = (1, BandFormat::U8);
    to.interpretation = Interpretation::BlackWhite;
    let pixels = Pixels::from_bytes(&to, indices.into())?;
    Ok((Image::from_pixels(to, pixels)?, palette))
}

/// The colours; below full quality as few as give it.
fn choose(histogram: &quantizr::Histogram, settings: Settings) -> Result<quantizr::QuantizeResult> {
    let most = 1 << settings.depth;
    let colours = |count: i32| {
        let mut options = quantizr::Options::default();
        options.set_max_colors(count).map_err(|error| bad(&error))?;
        Ok(quantizr::QuantizeResult::quantize_histogram(histogram, &options))
    };
    if settings.q >= 100 {
        return colours(most);
    }
    let mut count = 2;
    loop {
        let result = colours(count)?;
        if count == most || result.get_error() <= tolerated(settings.q) {
            return Ok(result);
        }
        count = (count * 2).min(most);
    }
}

/// The mean squared error, of samples of 0 to 1, that a quality below 100 puts up with: that of a
/// difference of a tenth at 0, of none at 100.
fn tolerated(q: i32) -> f32 {
    let difference = 0.1 * (100 - q) as f32 / 100.0;
    difference * difference
}

fn palette(from: &quantizr::Palette) -> Palette {
    let entries = &from.entries[..from.count as usize];
    let colours = entries.iter().flat_map(|colour| [colour.r, colour.g, colour.b]).collect();
    let mut alphas: Vec<u8> = entries.iter().map(|colour| colour.a).collect();
    let solid = alphas.iter().rev().take_while(|&&alpha| alpha == 255).count();
    alphas.truncate(alphas.len() - solid);
    Palette { colours, alphas }
}

/// All pixels as red, green, blue and alpha.
fn rgba(pixels: &Pixels, bands: usize, width: usize, height: usize) -> Result<Vec<u8>> {
    let mut out: Vec<u8> = alloc::try_vec(4 * width * height)?;
    for (y, out) in out.chunks_exact_mut(4 * width).enumerate() {
        let row = pixels.row(y as i32).chunks_exact(bands);
        for (out, pixel) in out.chunks_exact_mut(4).zip(row) {
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
    Ok(out)
}

fn bad(error: &quantizr::Error) -> Error {
    Error::new(ErrorKind::Internal, format!("quantizr: {error:?}"))
}
