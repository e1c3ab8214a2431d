use super::premultiply::{clip, float_of};
use super::{bad, copied, derived};
use crate::coding::decoded;
use windlass_core::point::{self, RowKernel};
use windlass_core::{Build, Float, Header, Image, Real, Result, Sees, dispatch};
use windlass_macros::Operation;

/// Unpremultiply image alpha.
///
/// Bands before the alpha are divided by its share of `max_alpha`; the alpha is clipped to that.
/// The result is `float`, of `double` images `double`.
#[derive(Operation)]
#[operation(family = "conversion", sequential)]
pub struct Unpremultiply {
    /// Input image
    pub input: Image,
    /// Maximum value of alpha channel
    #[arg(min = 0.0, max = 100_000_000.0)]
    pub max_alpha: Option<f64>,
    /// Unpremultiply with this alpha; by default the last band
    #[arg(min = 0, max = 100_000_000)]
    pub alpha_band: Option<i32>,
}

impl Build for Unpremultiply {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        if self.input.header().bands == 1 {
            return copied(&self.input);
        }
        let input = decoded(&self.input)?;
        let bands = input.header().bands;
        if input.header().format.is_complex() {
            return Err(bad("unpremultiply: image must be non-complex"));
        }
        let alpha = self.alpha_band.unwrap_or(bands - 1);
        if alpha < 0 || alpha >= bands {
            return Err(bad("unpremultiply: alpha_band out of range"));
        }
        // as the reference does: of four bands the last one is the alpha whatever is asked for
        let alpha = if bands == 4 { 3 } else { alpha } as usize;
        let max = self.max_alpha.unwrap_or_else(|| input.header().interpretation.max_alpha());
        let header = Header { format: float_of(&input), ..derived(&input) };
        let bands = bands as usize;
        dispatch!(input.header().format,
            integer I => point::map::<I, _>(header, &input, Divided::<f32>::new(bands, alpha, max, 0.0)),
            float F => point::map::<F, _>(header, &input, Divided::<F>::new(bands, alpha, max, 0.01)),
            complex _C => Err(bad("unpremultiply: image must be non-complex")))
    }
}

struct Divided<O> {
    bands: usize,
    alpha: usize,
    max: f64,
    /// Alphas below this, or of zero, give zero
    least: f64,
    out: std::marker::PhantomData<O>,
}

impl<O: Float> Divided<O> {
    fn new(bands: usize, alpha: usize, max: f64, least: f64) -> Self {
        Self { bands, alpha, max, least, out: std::marker::PhantomData }
    }

    fn factor(&self, alpha: f64) -> f64 {
        if alpha == 0.0 || alpha.abs() < self.least {
            0.0
        } else {
            O::from_f64(self.max / alpha).to_f64()
        }
    }
}

impl<I: Real, O: Float> RowKernel<I> for Divided<O> {
    type Out = O;
    const SEES: Sees = Sees::Pixel;

    fn row(&self, input: &[I], output: &mut [O]) {
        let (bands, at) = (self.bands, self.alpha);
        for (out, pixel) in output.chunks_exact_mut(bands).zip(input.chunks_exact(bands)) {
            let alpha = pixel[at].to_f64();
            let factor = self.factor(alpha);
            for (out, x) in out[..at].iter_mut().zip(pixel) {
                *out = O::from_f64(O::from_f64(x.to_f64()).to_f64() * factor);
            }
            out[at] = O::from_f64(clip(alpha, self.max));
            for (out, x) in out[at + 1..].iter_mut().zip(&pixel[at + 1..]) {
                *out = O::from_f64(x.to_f64());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use windlass_core::BandFormat;

    #[test]
    fn bands_are_divided_and_alpha_is_clipped() {
        let samples: Vec<u8> =
            [20.0_f32, 51.0, 7.0, 0.0, 9.0, 510.0].iter().flat_map(|x| x.to_ne_bytes()).collect();
        let image = Image::from_memory(3, 1, 2, BandFormat::F32, samples).unwrap();
        let out = Unpremultiply::new(image).build().unwrap().to_memory().unwrap();
        let expected: Vec<u8> =
            [100.0_f32, 51.0, 0.0, 0.0, 4.5, 255.0].iter().flat_map(|x| x.to_ne_bytes()).collect();
        assert_eq!(out, expected);
    }
}
