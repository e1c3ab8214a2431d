//! The two packed codings, decoded to floats and encoded again (`reference/ops/common.md` §8).
//!
//! Most operations decode what they are given; operations that only move pixels pass four bytes on.

use windlass_core::point::{self, RowKernel};
use windlass_core::{BandFormat, Coding, Header, Image, Interpretation, Result, Sees};

/// The image without coding: float Lab of `labq`, float scRGB of `rad`, any other as it is.
pub(crate) fn decoded(image: &Image) -> Result<Image> {
    let interpretation = match image.header().coding {
        Coding::Labq => Interpretation::Lab,
        Coding::Rad => Interpretation::Scrgb,
        _ => return Ok(image.clone()),
    };
    let header = Header {
        bands: 3,
        format: BandFormat::F32,
        coding: Coding::None,
        interpretation,
        filename: None,
        ..image.header().clone()
    };
    match image.header().coding {
        Coding::Labq => point::map(header, image, Decode(lab_of)),
        _ => point::map(header, image, Decode(scrgb_of)),
    }
}

/// The images without coding.
pub(crate) fn all_decoded(images: &[Image]) -> Result<Vec<Image>> {
    images.iter().map(decoded).collect()
}

struct Decode(fn([u8; 4]) -> [f32; 3]);

impl RowKernel<u8> for Decode {
    type Out = f32;
    const SEES: Sees = Sees::Pixel;

    fn row(&self, input: &[u8], output: &mut [f32]) {
        for (out, packed) in output.as_chunks_mut().0.iter_mut().zip(input.as_chunks().0) {
            *out = self.0(*packed);
        }
    }
}

/// Lab of a packed pixel: 10 bits of L, 11 signed bits of a and of b.
pub(crate) fn lab_of([l, a, b, rest]: [u8; 4]) -> [f32; 3] {
    let l = i32::from(l) * 4 + i32::from(rest >> 6);
    let a = i32::from(a as i8) * 8 + i32::from((rest >> 3) & 7);
    let b = i32::from(b as i8) * 8 + i32::from(rest & 7);
    [l as f32 * (100.0_f32 / 1023.0_f32), a as f32 / 8.0, b as f32 / 8.0]
}

/// A packed pixel of Lab; values beyond the range are clipped.
pub(crate) fn labq_of([l, a, b]: [f32; 3]) -> [u8; 4] {
    let l = ((10.23 * f64::from(l) + 0.5) as i32).clamp(0, 1023);
    let eighths = |x: f32| ((8.0 * x).round_ties_even() as i32).clamp(-1024, 1023);
    let (a, b) = (eighths(a), eighths(b));
    let rest = (l & 3) << 6 | (a & 7) << 3 | (b & 7);
    [(l >> 2) as u8, (a >> 3) as u8, (b >> 3) as u8, rest as u8]
}

/// Linear light of a Radiance pixel; half a step is added always.
pub(crate) fn scrgb_of([r, g, b, e]: [u8; 4]) -> [f32; 3] {
    if e == 0 {
        return [0.0; 3];
    }
    let scale = libm::ldexp(1.0, i32::from(e) - 136);
    [r, g, b].map(|byte| ((f64::from(byte) + 0.5) * scale) as f32)
}

/// A Radiance pixel of linear light.
pub(crate) fn rad_of(colour: [f32; 3]) -> [u8; 4] {
    let largest = f64::from(colour[0].max(colour[1]).max(colour[2]));
    if largest <= 1e-32 {
        return [0; 4];
    }
    let (mantissa, exponent) = libm::frexp(largest);
    let scale = mantissa * 255.9999 / largest;
    let [r, g, b] = colour.map(|part| if part > 0.0 { (f64::from(part) * scale) as u8 } else { 0 });
    [r, g, b, (exponent + 128) as u8]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lab_is_unpacked_and_packed() {
        assert_eq!(lab_of([50, 10, 5, 0xe5]), [19.843_597, 10.5, 5.625]);
        assert_eq!(lab_of([200, 246, 0, 0]), [78.201_37, -10.0, 0.0]);
        assert_eq!(labq_of([50.0, 10.0, -20.0]), [128, 10, 236, 0]);
    }

    #[test]
    fn radiance_is_unpacked_and_packed() {
        assert_eq!(scrgb_of([128, 64, 32, 130]), [2.007_812_5, 1.007_812_5, 0.507_812_5]);
        assert_eq!(rad_of([1.0, 0.5, 0.25]), [127, 63, 31, 129]);
        assert_eq!(rad_of([255.0; 3]), [254, 254, 254, 136]);
    }
}
