//! What warps share: the border of the source, alpha, and the colour of what lies outside.

use super::interpolation::Reach;
use crate::coding::decoded;
use crate::conversion::{Embed, Extend, Premultiply, Unpremultiply};
use crate::ink::ink;
use windlass_core::{BandFormat, Build, Header, Image, Interpolator, Result, cast};

/// A source made ready to be sampled.
pub(super) struct Prepared {
    /// The source with its border, alpha multiplied in
    pub(super) image: Image,
    /// How much coordinates of points exceed those of `image`
    pub(super) shift: i32,
    /// One pixel of what lies outside
    pub(super) ink: Vec<u8>,
    /// Columns of the source without border
    pub(super) width: i32,
    /// Rows of the source without border
    pub(super) height: i32,
    /// The format to return to, where alpha was multiplied in
    format: Option<BandFormat>,
}

impl Prepared {
    /// `input` with what `interpolator` needs around it.
    pub(super) fn new(
        input: &Image,
        interpolator: Interpolator,
        extend: Extend,
        background: &[f64],
        premultiplied: bool,
    ) -> Result<Self> {
        let input = decoded(input)?;
        let Header { width, height, format, .. } = *input.header();
        let reach = Reach::of(interpolator);
        let alpha = input.header().has_alpha() && !premultiplied;
        let edge = reach.before + 1;
        let (image, shift) = if extend == Extend::Copy {
            // beyond an edge regions repeat that edge anyway
            (input, edge)
        } else {
            let (wide, high) = (width + reach.size + 1, height + reach.size + 1);
            let embed = Embed::new(&input, edge, edge, wide, high);
            (embed.extend(extend).background(background.to_vec()).build()?, 0)
        };
        let image = if alpha { Premultiply::new(image).build()? } else { image };
        let ink = ink(image.header(), background)?;
        Ok(Self { image, shift, ink, width, height, format: alpha.then_some(format) })
    }

    /// The warped image without its alpha multiplied in, in the format of the input.
    pub(super) fn finish(&self, warped: Image) -> Result<Image> {
        match self.format {
            Some(format) => cast(&Unpremultiply::new(warped).build()?, format),
            None => Ok(warped),
        }
    }
}
