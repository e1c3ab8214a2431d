//! Packed pixels as floats, before they are filtered.

use windlass_core::point::{self, RowKernel};
use windlass_core::{BandFormat, Coding, Header, Image, Interpretation, Result, Sees};

/// Packed Lab as float Lab, packed radiance as float scRGB, anything else as it is
/// (`reference/ops/common.md` §8).
pub(crate) fn unpack(image: &Image) -> Result<Image> {
    let header = image.header();
    let interpretation = match header.coding {
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
        ..header.clone()
    };
    match image.header().coding {
        Coding::Rad => point::map::<u8, _>(header, image, Radiance),
        _ => point::map::<u8, _>(header, image, PackedLab),
    }
}

struct PackedLab;

impl RowKernel<u8> for PackedLab {
    type Out = f32;
    const SEES: Sees = Sees::Pixel;

    fn row(&self, input: &[u8], output: &mut [f32]) {
        for (pixel, out) in input.chunks_exact(4).zip(output.chunks_exact_mut(3)) {
            let extra = i32::from(pixel[3]);
            let lightness = i32::from(pixel[0]) * 4 + (extra >> 6);
            let a = i32::from(pixel[1] as i8) * 8 + (extra >> 3 & 7);
            let b = i32::from(pixel[2] as i8) * 8 + (extra & 7);
            out[0] = lightness as f32 * (100.0_f32 / 1023.0);
            out[1] = a as f32 / 8.0;
            out[2] = b as f32 / 8.0;
        }
    }
}

struct Radiance;

impl RowKernel<u8> for Radiance {
    type Out = f32;
    const SEES: Sees = Sees::Pixel;

    fn row(&self, input: &[u8], output: &mut [f32]) {
        for (pixel, out) in input.chunks_exact(4).zip(output.chunks_exact_mut(3)) {
            let factor = match pixel[3] {
                0 => 0.0,
                exponent => libm::ldexp(1.0, i32::from(exponent) - 136),
            };
            for (out, byte) in out.iter_mut().zip(pixel) {
                *out = ((f64::from(*byte) + 0.5) * factor) as f32;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unpacked(coding: Coding, interpretation: Interpretation, pixel: [u8; 4]) -> Vec<f32> {
        let image = Image::from_memory(1, 1, 4, BandFormat::U8, pixel.to_vec()).unwrap();
        let header = Header { coding, interpretation, ..image.header().clone() };
        let out = unpack(&image.with_header(header).unwrap()).unwrap().to_memory().unwrap();
        out.chunks_exact(4).map(|b| f32::from_ne_bytes(b.try_into().unwrap())).collect()
    }

    #[test]
    fn the_vectors_of_the_reference() {
        let lab = unpacked(Coding::Labq, Interpretation::Labq, [50, 10, 5, 0xe5]);
        assert_eq!(lab, [19.843_597, 10.5, 5.625]);
        let light = unpacked(Coding::Rad, Interpretation::Scrgb, [128, 64, 32, 130]);
        assert_eq!(light, [2.007_812_5, 1.007_812_5, 0.507_812_5]);
    }
}
