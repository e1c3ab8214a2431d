//! Several inputs made alike: formats, bands, sizes (`reference/ops/common.md` §2 and §4).

use crate::cast::cast;
use crate::operator::{Ask, Operator};
use crate::point::{self, RowKernel};
use crate::{Header, Image, Rect, Region, RegionMut, Sample, Sees, dispatch};
use windlass_io::{Error, ErrorKind, Result};

/// The images in the format that holds them all.
pub fn formats(images: &[Image]) -> Result<Vec<Image>> {
    let format = images.iter().map(|image| image.header().format).reduce(crate::BandFormat::common);
    let Some(format) = format else { return Ok(Vec::new()) };
    images.iter().map(|image| cast(image, format)).collect()
}

/// The images with the band count of the one that has most, at least `least`: one band is
/// repeated, any other count is an error of `operation`.
pub fn bands(operation: &str, images: &[Image], least: i32) -> Result<Vec<Image>> {
    let most = images.iter().map(|image| image.header().bands).fold(least, i32::max);
    let full = images.iter().rev().find(|image| image.header().bands == most);
    let interpretation = full.map(|image| image.header().interpretation);
    let expand = |image: &Image| {
        let header = image.header();
        if header.bands == most {
            return Ok(image.clone());
        }
        if header.bands != 1 {
            return Err(Error::new(
                ErrorKind::BadArgument,
                format!("{operation}: not one band or {most} bands"),
            ));
        }
        let header = Header {
            bands: most,
            interpretation: interpretation.unwrap_or(header.interpretation),
            ..header.clone()
        };
        dispatch!(header.format, T => point::map::<T, _>(header, image, Repeat { bands: most as usize }))
    };
    images.iter().map(expand).collect()
}

/// The images with the largest width and height of all, zeros to the right and below.
pub fn sizes(images: &[Image]) -> Result<Vec<Image>> {
    let width = images.iter().map(|image| image.header().width).max().unwrap_or(0);
    let height = images.iter().map(|image| image.header().height).max().unwrap_or(0);
    let pad = |image: &Image| {
        let header = image.header();
        if header.width == width && header.height == height {
            return Ok(image.clone());
        }
        let inside = header.rect();
        Image::area(Header { width, height, ..header.clone() }, &[image], Pad { inside })
    };
    images.iter().map(pad).collect()
}

/// Formats, bands and sizes alike, in this order.
pub fn all(operation: &str, images: &[Image], least: i32) -> Result<Vec<Image>> {
    sizes(&bands(operation, &formats(images)?, least)?)
}

/// One band, repeated.
struct Repeat {
    bands: usize,
}

impl<T: Sample> RowKernel<T> for Repeat {
    type Out = T;
    const SEES: Sees = Sees::Pixel;

    fn row(&self, input: &[T], output: &mut [T]) {
        output.chunks_exact_mut(self.bands).zip(input).for_each(|(out, x)| out.fill(*x));
    }
}

/// The input in the top left corner, zeros elsewhere.
struct Pad {
    inside: Rect,
}

impl Operator for Pad {
    type Scratch = ();

    fn scratch(&self) {}

    fn needs(&self, out: Rect, ask: &mut Ask) {
        let part = out.intersect(&self.inside);
        if part == out {
            ask.same(0, 0, 0);
        } else if !part.is_empty() {
            ask.place(0, part, part.left, part.top);
        }
    }

    fn compute(&self, _: &[Region<'_>], out: &mut RegionMut<'_>, (): &mut ()) -> Result<()> {
        let zero = vec![0; out.pixel_size()];
        for part in out.rect().minus(&self.inside) {
            out.fill(part, &zero);
        }
        Ok(())
    }
}
