//! Palettes: few colours that stand for many.

use crate::quantise::{Colour, Quantiser, rgba};
use windlass_core::{BandFormat, Image, Interpretation, Limits, Pixels, Result};

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
    let size = (header.width as usize, header.height as usize);
    // colours, indices and where the picture is smooth
    let _bytes = Limits::current().whole_image(size.0 as u64, size.1 as u64, 6, 1)?;
    let rgba = rgba(&image.pixels()?, header.bands as usize, size.0, size.1)?;
    let mut quantiser = Quantiser::choose(&rgba, 1 << settings.depth, settings.q)?;
    let indices = quantiser.paint(&rgba, size, settings.dither)?;
    let palette = palette(&quantiser.colours());
    let mut to = header.clone();
    (to.bands, to.format) = (1, BandFormat::U8);
    to.interpretation = Interpretation::BlackWhite;
    let pixels = Pixels::from_bytes(&to, indices.into())?;
    Ok((Image::from_pixels(to, pixels)?, palette))
}

fn palette(entries: &[Colour]) -> Palette {
    let colours = entries.iter().flat_map(|&[r, g, b, _]| [r, g, b]).collect();
    let mut alphas: Vec<u8> = entries.iter().map(|colour| colour[3]).collect();
    let solid = alphas.iter().rev().take_while(|&&alpha| alpha == 255).count();
    alphas.truncate(alphas.len() - solid);
    Palette { colours, alphas }
}
