//! Packed pixels taken apart, as operations on numbers want them (`reference/ops/common.md` §7, §8).

use windlass_core::point::{self, RowKernel};
use windlass_core::{BandFormat, Coding, Header, Image, Interpretation, Result, Sees};

/// The image with coding `none`: `labq` becomes float Lab, `rad` float scRGB; others stay.
pub(crate) fn decoded(image: &Image) -> Result<Image> {
    match image.header().coding {
        Coding::Labq => point::map(float(image, Interpretation::Lab), image, FromLabq),
        Coding::Rad => point::map(float(image, Interpretation::Scrgb), image, FromRad),
        _ => Ok(image.clone()),
    }
}

fn float(image: &Image, interpretation: Interpretation) -> Header {
    Header {
        bands: 3,
        format: BandFormat::F32,
        coding: Coding::None,
        interpretation,
        filename: None,
        ..image.header().clone()
    }
}

/// Ten bits of L, eleven each of a and b.
struct FromLabq;

impl RowKernel<u8> for FromLabq {
    type Out = f32;
    const SEES: Sees = Sees::Pixel;

    fn row(&self, input: &[u8], output: &mut [f32]) {
        const STEP: f32 = 100.0 / 1023.0;
        let chroma =
            |high: u8, low: u8| f32::from(i16::from(high as i8) * 8 + i16::from(low)) / 8.0;
        for (out, x) in output.chunks_exact_mut(3).zip(input.chunks_exact(4)) {
            let lightness = u16::from(x[0]) << 2 | u16::from(x[3] >> 6);
            out[0] = f32::from(lightness) * STEP;
            out[1] = chroma(x[1], (x[3] >> 3) & 7);
            out[2] = chroma(x[2], x[3] & 7);
        }
    }
}

/// A byte of each colour and an exponent; half a step is always added.
struct FromRad;

impl RowKernel<u8> for FromRad {
    type Out = f32;
    const SEES: Sees = Sees::Pixel;

    fn row(&self, input: &[u8], output: &mut [f32]) {
        for (out, x) in output.chunks_exact_mut(3).zip(input.chunks_exact(4)) {
            let step = if x[3] == 0 { 0.0 } else { libm::ldexp(1.0, i32::from(x[3]) - 136) };
            for (out, byte) in out.iter_mut().zip(x) {
                *out = ((f64::from(*byte) + 0.5) * step) as f32;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use windlass_core::Pixels;

    fn decode(coding: Coding, interpretation: Interpretation, bytes: [u8; 4]) -> Vec<f32> {
        let header = Header { coding, interpretation, ..Header::new(1, 1, 4, BandFormat::U8) };
        let pixels = Pixels::from_bytes(&header, bytes.to_vec().into()).unwrap();
        let image = decoded(&Image::from_pixels(header, pixels).unwrap()).unwrap();
        image.pixels().unwrap().samples(0).to_vec()
    }

    #[test]
    fn labq_holds_fractions() {
        let lab = decode(Coding::Labq, Interpretation::Labq, [50, 10, 5, 0xE5]);
        assert_eq!(lab, [19.843_597, 10.5, 5.625]);
        let lab = decode(Coding::Labq, Interpretation::Labq, [200, 246, 0, 0]);
        assert_eq!(lab, [78.201_37, -10.0, 0.0]);
    }

    #[test]
    fn rad_shares_an_exponent() {
        let rgb = decode(Coding::Rad, Interpretation::Scrgb, [128, 64, 32, 130]);
        assert_eq!(rgb, [2.007_812_5, 1.007_812_5, 0.507_812_5]);
        assert_eq!(decode(Coding::Rad, Interpretation::Scrgb, [1, 2, 3, 0]), [0.0; 3]);
    }
}
