use super::{bad, copied, derived};
use crate::coding::decoded;
use windlass_core::point::{self, RowKernel};
use windlass_core::{BandFormat, Build, Float, Header, Image, Real, Result, Sees, dispatch};
use windlass_macros::Operation;

/// Premultiply image alpha.
///
/// Bands are multiplied by the last band, the alpha, as a share of `max_alpha`. The result is
/// `float`, of `double` images `double`.
#[derive(Operation)]
#[operation(family = "conversion", sequential)]
pub struct Premultiply {
    /// Input image
    pub input: Image,
    /// Maximum value of alpha channel
    #[arg(min = 0.0, max = 100_000_000.0)]
    pub max_alpha: Option<f64>,
}

impl Build for Premultiply {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        if self.input.header().bands == 1 {
            return copied(&self.input);
        }
        let input = decoded(&self.input)?;
        let max = self.max_alpha.unwrap_or_else(|| input.header().interpretation.max_alpha());
        let header = Header { format: float_of(&input), ..derived(&input) };
        let bands = header.bands as usize;
        if input.header().format == BandFormat::U8 {
            return point::map::<u8, _>(header, &input, Bytes::new(bands, max));
        }
        dispatch!(input.header().format,
            integer I => point::map::<I, _>(header, &input, Multiplied::<f32>::new(bands, max)),
            float F => point::map::<F, _>(header, &input, Multiplied::<F>::new(bands, max)),
            complex _C => Err(bad("premultiply: image must be non-complex")))
    }
}

/// The format of results: `float`, of `double` images `double`.
pub(super) fn float_of(input: &Image) -> BandFormat {
    if input.header().format == BandFormat::F64 { BandFormat::F64 } else { BandFormat::F32 }
}

struct Multiplied<O> {
    bands: usize,
    max: f64,
    out: std::marker::PhantomData<O>,
}

impl<O: Float> Multiplied<O> {
    fn new(bands: usize, max: f64) -> Self {
        Self { bands, max, out: std::marker::PhantomData }
    }

    /// The share of a clipped alpha.
    fn share<I: Real>(&self, alpha: I) -> f64 {
        let clipped = I::from_f64(clip(alpha.to_f64(), self.max));
        O::from_f64(O::from_f64(clipped.to_f64()).to_f64() / self.max).to_f64()
    }
}

/// An alpha limited to 0 to `max`; NaN stays.
pub(super) fn clip(alpha: f64, max: f64) -> f64 {
    if alpha < 0.0 {
        0.0
    } else if alpha > max {
        max
    } else {
        alpha
    }
}

impl<I: Real, O: Float> RowKernel<I> for Multiplied<O> {
    type Out = O;
    const SEES: Sees = Sees::Pixel;

    fn row(&self, input: &[I], output: &mut [O]) {
        let bands = self.bands;
        for (out, pixel) in output.chunks_exact_mut(bands).zip(input.chunks_exact(bands)) {
            let share = self.share(pixel[bands - 1]);
            for (out, x) in out.iter_mut().zip(pixel) {
                *out = O::from_f64(O::from_f64(x.to_f64()).to_f64() * share);
            }
            out[bands - 1] = O::from_f64(pixel[bands - 1].to_f64());
        }
    }
}

/// Bytes, with the share of every alpha in a table.
struct Bytes {
    bands: usize,
    shares: Vec<f32>,
}

impl Bytes {
    fn new(bands: usize, max: f64) -> Self {
        let exact = Multiplied::<f32>::new(bands, max);
        Self { bands, shares: (0..=255_u8).map(|alpha| exact.share(alpha) as f32).collect() }
    }
}

impl RowKernel<u8> for Bytes {
    type Out = f32;
    const SEES: Sees = Sees::Pixel;

    fn row(&self, input: &[u8], output: &mut [f32]) {
        if self.bands == 4 {
            let pixels = output.as_chunks_mut::<4>().0.iter_mut().zip(input.as_chunks::<4>().0);
            for (out, [r, g, b, alpha]) in pixels {
                let share = self.shares[usize::from(*alpha)];
                let [r, g, b, alpha] = [r, g, b, alpha].map(|x| f32::from(*x));
                *out = [r * share, g * share, b * share, alpha];
            }
            return;
        }
        let bands = self.bands;
        for (out, pixel) in output.chunks_exact_mut(bands).zip(input.chunks_exact(bands)) {
            let share = self.shares[usize::from(pixel[bands - 1])];
            out.iter_mut().zip(pixel).for_each(|(out, x)| *out = f32::from(*x) * share);
            out[bands - 1] = f32::from(pixel[bands - 1]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_like_the_formula() {
        for bands in [2, 4, 5] {
            let bytes: Vec<u8> = (0..=255_u8).flat_map(|x| vec![x; bands]).collect();
            let (mut fast, mut slow) = (vec![0.0; bytes.len()], vec![0.0; bytes.len()]);
            Bytes::new(bands, 255.0).row(&bytes, &mut fast);
            Multiplied::<f32>::new(bands, 255.0).row(&bytes[..], &mut slow);
            assert_eq!(fast, slow);
        }
    }

    #[test]
    fn alpha_stays() {
        let image = Image::from_memory(1, 1, 2, BandFormat::U8, vec![100, 51]).unwrap();
        let out = Premultiply::new(image).build().unwrap().to_memory().unwrap();
        let expected: Vec<u8> = [20.0_f32, 51.0].iter().flat_map(|x| x.to_ne_bytes()).collect();
        assert_eq!(out, expected);
    }
}
