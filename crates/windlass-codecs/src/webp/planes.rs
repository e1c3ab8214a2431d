//! Luma and chroma of a lossy picture, and RGB made of them (RFC 9649; the arithmetic of libwebp).

use super::rescale::Size;
use windlass_simd::resample::wide;

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
            let [blue, red] = self.chroma.each_ref().map(|plane| plane.row(y, width));
            wide(|| to_rgb(luma, blue, red, bands, out));
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
    wide(|| {
        upsample(chroma[0].0, chroma[0].1, blue);
        upsample(chroma[1].0, chroma[1].1, red);
        to_rgb(luma, blue, red, bands, out);
    });
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

/// A row of chroma of all the width: each sample is three parts the nearest and one part the next,
/// in both directions.
#[inline(always)]
fn upsample(near: &[u8], far: &[u8], out: &mut [u8]) {
    let down = |x: usize| 3 * u16::from(near[x]) + u16::from(far[x]);
    let last = near.len() - 1;
    out[0] = ((down(0) + 2) >> 2) as u8;
    let even = out.len().is_multiple_of(2);
    if even {
        out[2 * last + 1] = ((down(last) + 2) >> 2) as u8;
    }
    let inner = &mut out[1..=2 * last];
    let pairs = near.windows(2).zip(far.windows(2));
    for (out, (near, far)) in inner.chunks_exact_mut(2).zip(pairs) {
        let left = 3 * u16::from(near[0]) + u16::from(far[0]);
        let right = 3 * u16::from(near[1]) + u16::from(far[1]);
        out[0] = ((3 * left + right + 8) >> 4) as u8;
        out[1] = ((left + 3 * right + 8) >> 4) as u8;
    }
}

/// Pixels of three or four bands; an alpha is left as it is.
#[inline(always)]
fn to_rgb(luma: &[u8], blue: &[u8], red: &[u8], bands: usize, out: &mut [u8]) {
    let parts = luma.chunks(PART).zip(blue.chunks(PART).zip(red.chunks(PART)));
    for ((luma, (blue, red)), out) in parts.zip(out.chunks_mut(PART * bands)) {
        let mut rgb = [[0u8; PART]; 3];
        let [r, g, b] = &mut rgb;
        let samples = luma.iter().zip(blue.iter().zip(red));
        for (((&y, (&u, &v)), r), (g, b)) in samples.zip(r).zip(g.iter_mut().zip(b)) {
            let y = scaled(y, 19_077);
            *r = clip(y + scaled(v, 26_149) - 14_234);
            *g = clip(y - scaled(u, 6_419) - scaled(v, 13_320) + 8_708);
            *b = clip(y + scaled(u, 33_050) - 17_685);
        }
        let [r, g, b] = &rgb;
        for (out, (r, (g, b))) in out.chunks_exact_mut(bands).zip(r.iter().zip(g.iter().zip(b))) {
            (out[0], out[1], out[2]) = (*r, *g, *b);
        }
    }
}

/// Pixels that are converted together.
const PART: usize = 64;

#[inline(always)]
fn scaled(value: u8, weight: i32) -> i32 {
    (i32::from(value) * weight) >> 8
}

#[inline(always)]
fn clip(value: i32) -> u8 {
    (value >> 6).clamp(0, 255) as u8
}
