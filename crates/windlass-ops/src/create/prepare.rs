//! What the images made from nothing share (`reference/ops/create.md` §0).

use crate::arithmetic::Linear;
use windlass_core::point::{self, PlaceKernel};
use windlass_core::{
    BandFormat, Build, Error, ErrorKind, Header, Image, Interpretation, Meta, Pixels, Result,
    Sample, cast,
};

/// A fresh header.
pub(super) fn fresh(width: i32, height: i32, bands: i32, format: BandFormat) -> Header {
    let interpretation = Interpretation::Multiband;
    Header { interpretation, ..Header::new(width, height, bands, format) }
}

/// An error of what a caller said.
pub(super) fn bad(text: impl Into<String>) -> Error {
    Error::new(ErrorKind::BadArgument, text.into())
}

/// The image of floats that `kernel` makes of places; with `uchar`, `range` becomes 0 to 255.
pub(super) fn floats(
    width: i32,
    height: i32,
    kernel: impl PlaceKernel<Out = f32>,
    uchar: Option<(f64, f64)>,
) -> Result<Image> {
    let image = point::generate(fresh(width, height, 1, BandFormat::F32), kernel)?;
    let Some((min, max)) = uchar else { return Ok(image) };
    let scale = 255.0 / (max - min);
    Linear::new(image, vec![scale], vec![-min * scale]).uchar(true).build()
}

/// A function of the place of a pixel.
pub(super) struct Each<F>(pub(super) F);

impl<F: Fn(i32, i32) -> f32 + Send + Sync + 'static> PlaceKernel for Each<F> {
    type Out = f32;

    fn row(&self, x: i32, y: i32, output: &mut [f32]) {
        for (out, x) in output.iter_mut().zip(x..) {
            *out = (self.0)(x, y);
        }
    }
}

/// A mask in memory: rows of doubles with what convolution divides by and adds.
pub(super) fn mask(rows: &[Vec<f64>], scale: f64, offset: f64) -> Result<Image> {
    let width = rows.first().map_or(0, Vec::len);
    let mut header = fresh(width as i32, rows.len() as i32, 1, BandFormat::F64);
    header.metadata.set("scale", Meta::Double(scale));
    header.metadata.set("offset", Meta::Double(offset));
    let pixels = Pixels::from_rows(&header, |y, out| {
        bytemuck::cast_slice_mut(out).copy_from_slice(&rows[y as usize]);
    })?;
    Image::from_pixels(header, pixels)
}

/// The rows of a matrix image.
pub(super) fn matrix(operation: &str, image: &Image) -> Result<Vec<Vec<f64>>> {
    const LARGEST: i32 = 100_000;
    let header = image.header();
    if header.bands != 1 {
        return Err(bad(format!("{operation}: matrix image must have one band")));
    }
    if header.width > LARGEST || header.height > LARGEST {
        return Err(bad(format!("{operation}: matrix image too large")));
    }
    let pixels = cast(image, BandFormat::F64)?.pixels()?;
    Ok((0..header.height).map(|y| pixels.samples(y).to_vec()).collect())
}

/// A look-up table in memory.
pub(super) fn table<T: Sample>(bands: usize, format: BandFormat, values: &[T]) -> Result<Image> {
    let width = (values.len() / bands) as i32;
    let interpretation = Interpretation::Histogram;
    let header = Header { interpretation, ..fresh(width, 1, bands as i32, format) };
    let pixels = Pixels::from_rows(&header, |_, out| {
        bytemuck::cast_slice_mut(out).copy_from_slice(values);
    })?;
    Image::from_pixels(header, pixels)
}
