use super::{bad, copied, derived};
use crate::coding::decoded;
use crate::ink::ink;
use windlass_core::point::{self, RowKernel};
use windlass_core::{
    BandFormat, Build, Float, Header, Image, Integer, Result, Sample, Sees, cast, dispatch,
};
use windlass_macros::Operation;

/// Flatten alpha out of an image.
///
/// The last band is taken as alpha: the image is blended with the background colour, and the
/// band is dropped.
#[derive(Operation)]
#[operation(family = "conversion", sequential)]
pub struct Flatten {
    /// Input image
    pub input: Image,
    /// Background value
    pub background: Option<Vec<f64>>,
    /// Maximum value of alpha channel
    #[arg(min = 0.0, max = 100_000_000.0)]
    pub max_alpha: Option<f64>,
}

impl Build for Flatten {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        if self.input.header().bands == 1 {
            return copied(&self.input);
        }
        let input = decoded(&self.input)?;
        let format = input.header().format;
        if format.is_complex() {
            return Err(bad("flatten: image must be non-complex"));
        }
        let max = self.max_alpha.unwrap_or_else(|| input.header().interpretation.max_alpha());
        let working = if max < largest(format) { cast(&input, BandFormat::F64)? } else { input };
        cast(&self.flattened(&working, max)?, format)
    }
}

impl Flatten {
    /// The input without its alpha, computed in its own format.
    fn flattened(&self, input: &Image, max: f64) -> Result<Image> {
        let old = derived(input);
        let header = Header { bands: old.bands - 1, ..old };
        let background = self.background.as_deref().unwrap_or(&[0.0]);
        let ink = ink(&header, background)?;
        let bands = header.bands as usize;
        dispatch!(header.format,
            integer T => {
                let background: Vec<T> = bytemuck::pod_collect_to_vec(&ink);
                if T::FORMAT == BandFormat::U8 && max == 255.0 {
                    return point::map::<u8, _>(header, input, FlatBytes::new(&ink));
                }
                let black = background.iter().all(|x| x.to_i64() == 0);
                point::map::<T, _>(header, input, FlatIntegers { bands, background, black, max })
            },
            float T => {
                let background: Vec<T> = bytemuck::pod_collect_to_vec(&ink);
                let black = background.iter().all(|x| x.to_f64() == 0.0);
                point::map::<T, _>(header, input, FlatFloats { bands, background, black, max })
            },
            complex _C => Err(bad("flatten: image must be non-complex")))
    }
}

/// The largest value of an integer format: an alpha that ends below it is not that of the format.
fn largest(format: BandFormat) -> f64 {
    dispatch!(format,
        integer T => T::clip(i64::MAX).to_f64(),
        float _T => f64::NEG_INFINITY,
        complex _T => f64::NEG_INFINITY)
}

/// Bytes with an alpha of 0 to 255.
struct FlatBytes {
    background: Vec<u8>,
}

impl FlatBytes {
    fn new(background: &[u8]) -> Self {
        Self { background: background.to_vec() }
    }
}

impl RowKernel<u8> for FlatBytes {
    type Out = u8;
    const SEES: Sees = Sees::Pixel;

    fn row(&self, input: &[u8], output: &mut [u8]) {
        if let [r, g, b] = self.background[..] {
            return flatten_rgba([r, g, b], input, output);
        }
        let bands = self.background.len();
        for (out, pixel) in output.chunks_exact_mut(bands).zip(input.chunks_exact(bands + 1)) {
            let alpha = u16::from(pixel[bands]);
            for ((out, x), ink) in out.iter_mut().zip(pixel).zip(&self.background) {
                *out = by_255(u16::from(*x) * alpha + u16::from(*ink) * (255 - alpha));
            }
        }
    }
}

/// `floor(sum / 255)` of a sum up to 255 × 255.
fn by_255(sum: u16) -> u8 {
    ((sum + 1 + (sum >> 8)) >> 8) as u8
}

/// Three colours at once in the 16-bit lanes of a word.
fn flatten_rgba(background: [u8; 3], input: &[u8], output: &mut [u8]) {
    const ONES: u64 = 0x0001_0001_0001;
    let lanes = |[r, g, b]: [u8; 3]| u64::from(r) | u64::from(g) << 16 | u64::from(b) << 32;
    let ink = lanes(background);
    let pixels = output.as_chunks_mut::<3>().0.iter_mut().zip(input.as_chunks::<4>().0);
    for (out, [r, g, b, alpha]) in pixels {
        let alpha = u64::from(*alpha);
        let sum = lanes([*r, *g, *b]) * alpha + ink * (255 - alpha);
        // `by_255` in every lane; no lane overflows
        let flat = (sum + ONES + ((sum >> 8) & (0xff * ONES))) >> 8;
        *out = [flat as u8, (flat >> 16) as u8, (flat >> 32) as u8];
    }
}

struct FlatIntegers<T> {
    bands: usize,
    background: Vec<T>,
    black: bool,
    max: f64,
}

impl<T: Integer> RowKernel<T> for FlatIntegers<T> {
    type Out = T;
    const SEES: Sees = Sees::Pixel;

    fn row(&self, input: &[T], output: &mut [T]) {
        let bands = self.bands;
        for (out, pixel) in output.chunks_exact_mut(bands).zip(input.chunks_exact(bands + 1)) {
            let alpha = pixel[bands].to_f64();
            let rest = T::wrap((self.max - alpha) as i64).to_f64();
            for ((out, x), ink) in out.iter_mut().zip(pixel).zip(&self.background) {
                let over = x.to_f64() * alpha;
                let sum = if self.black { over } else { over + ink.to_f64() * rest };
                *out = T::wrap((sum / self.max) as i64);
            }
        }
    }
}

struct FlatFloats<T> {
    bands: usize,
    background: Vec<T>,
    black: bool,
    max: f64,
}

impl<T: Float> RowKernel<T> for FlatFloats<T> {
    type Out = T;
    const SEES: Sees = Sees::Pixel;

    fn row(&self, input: &[T], output: &mut [T]) {
        let bands = self.bands;
        for (out, pixel) in output.chunks_exact_mut(bands).zip(input.chunks_exact(bands + 1)) {
            let alpha = pixel[bands].to_f64();
            let rest = T::from_f64(self.max - alpha).to_f64();
            for ((out, x), ink) in out.iter_mut().zip(pixel).zip(&self.background) {
                let over = x.to_f64() * alpha;
                let sum = if self.black { over } else { over + ink.to_f64() * rest };
                *out = T::from_f64(sum / self.max);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_division_is_exact() {
        for sum in 0..=255 * 255_u16 {
            assert_eq!(u16::from(by_255(sum)), sum / 255);
        }
    }

    #[test]
    fn three_bands_are_like_one() {
        let inks = [10, 200, 255];
        for alpha in 0..=255_u8 {
            for x in 0..=255_u8 {
                let mut out = [0; 3];
                flatten_rgba(inks, &[x, 255 - x, x / 2, alpha], &mut out);
                let single = |x: u8, ink: u8| {
                    let alpha = u32::from(alpha);
                    ((u32::from(x) * alpha + u32::from(ink) * (255 - alpha)) / 255) as u8
                };
                let expected = [single(x, 10), single(255 - x, 200), single(x / 2, 255)];
                assert_eq!(out, expected);
            }
        }
    }

    #[test]
    fn alpha_is_dropped() {
        let image = Image::from_memory(1, 1, 2, BandFormat::U8, vec![100, 128]).unwrap();
        let out = Flatten::new(image).background(vec![200.0]).build().unwrap();
        assert_eq!(out.to_memory().unwrap(), [149]);
    }
}
