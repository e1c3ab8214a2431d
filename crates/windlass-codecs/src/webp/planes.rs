//! Luma and chroma of a lossy picture, and RGB made of them (RFC 9649; the arithmetic of libwebp).

use super::rescale::Size;
use windlass_simd::vp8::{halves_to_rgb, to_rgb};

/// A decoded lossy picture.
#[derive(Debug)]
pub(super) struct Planes {
    pub(super) size: Size,
    pub(super) luma: Plane,
    /// Blue and red, of half the size of luma each way, or of all of it
    pub(super) chroma: [Plane; 2],
    /// Whether chroma has all of the size
    pub(super) full: bool,
    /// One byte a pixel, without padding
    pub(super) alpha: Option<Vec<u8>>,
}

/// Rows of bytes, without padding.
#[derive(Debug, Default)]
pub(super) struct Plane {
    pub(super) bytes: Vec<u8>,
}

impl Plane {
    fn row(&self, y: usize, width: usize) -> &[u8] {
        &self.bytes[y * width..][..width]
    }
}

impl Planes {
    /// Row `y` as pixels of three or four bands.
    pub(super) fn pixels(&self, y: usize, bands: usize, scratch: &mut Scratch, out: &mut [u8]) {
        let width = self.size.0;
        let luma = self.luma.row(y, width);
        if self.full {
            to_rgb(luma, self.chroma.each_ref().map(|plane| plane.row(y, width)), bands, out);
        } else {
            let (near, far) = (y / 2, self.far(y));
            let half = width.div_ceil(2);
            let chroma = self.chroma.each_ref();
            let chroma = chroma.map(|plane| (plane.row(near, half), plane.row(far, half)));
            pixels(luma, chroma, bands, scratch, out);
        }
        if bands == 4 {
            let width = self.size.0;
            put_alpha(self.alpha.as_deref().map(|alpha| &alpha[y * width..][..width]), out);
        }
    }

    /// The row of chroma on the other side of row `y`; the nearest itself at the edges.
    fn far(&self, y: usize) -> usize {
        let last = self.size.1.div_ceil(2) - 1;
        if y.is_multiple_of(2) { (y / 2).saturating_sub(1) } else { (y / 2 + 1).min(last) }
    }
}

/// A row of pixels of three or four bands, of luma and of the nearest and the next row of each chroma;
/// an alpha is left as it is.
pub(super) fn pixels(
    luma: &[u8],
    chroma: [(&[u8], &[u8]); 2],
    bands: usize,
    scratch: &mut Scratch,
    out: &mut [u8],
) {
    let Scratch { blue, red } = scratch;
    blue.resize(luma.len(), 0);
    red.resize(luma.len(), 0);
    halves_to_rgb(luma, chroma, [blue, red], bands, out);
}

/// Sets the alpha of a row of pixels; all of it is opaque where there is none.
pub(super) fn put_alpha(alpha: Option<&[u8]>, out: &mut [u8]) {
    let pixels = out.chunks_exact_mut(4);
    match alpha {
        Some(row) => pixels.zip(row).for_each(|(pixel, &alpha)| pixel[3] = alpha),
        None => pixels.for_each(|pixel| pixel[3] = 255),
    }
}

/// Rows of chroma between.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    blue: Vec<u8>,
    red: Vec<u8>,
}
