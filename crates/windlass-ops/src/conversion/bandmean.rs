use super::{copied, derived};
use crate::coding::decoded;
use windlass_core::point::{self, RowKernel};
use windlass_core::{
    BandFormat, Build, ComplexSample, Float, Header, Image, Integer, Result, Sees, dispatch,
};
use windlass_macros::Operation;

/// Band-wise average.
///
/// One band whose samples are the means of all bands; integers are rounded to nearest.
#[derive(Operation)]
#[operation(family = "conversion", sequential)]
pub struct Bandmean {
    /// Input image
    pub input: Image,
}

impl Build for Bandmean {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        if self.input.header().bands == 1 {
            return copied(&self.input);
        }
        let input = decoded(&self.input)?;
        let header = Header { bands: 1, ..derived(&input) };
        let bands = input.header().bands as usize;
        match header.format {
            BandFormat::U8 if bands == 3 => point::map::<u8, _>(header, &input, Bytes::<3>),
            BandFormat::U8 if bands == 4 => point::map::<u8, _>(header, &input, Bytes::<4>),
            _ => dispatch!(header.format,
                integer T => point::map::<T, _>(header, &input, Integers { bands }),
                float T => point::map::<T, _>(header, &input, Floats { bands }),
                complex T => point::map::<T, _>(header, &input, Complexes { bands })),
        }
    }
}

/// Bytes of `N` bands.
struct Bytes<const N: usize>;

impl<const N: usize> RowKernel<u8> for Bytes<N> {
    type Out = u8;
    const SEES: Sees = Sees::Pixel;

    fn row(&self, input: &[u8], output: &mut [u8]) {
        for (out, pixel) in output.iter_mut().zip(input.as_chunks::<N>().0) {
            let sum: u32 = pixel.iter().map(|x| u32::from(*x)).sum();
            *out = ((sum + N as u32 / 2) / N as u32) as u8;
        }
    }
}

struct Integers {
    bands: usize,
}

impl<T: Integer> RowKernel<T> for Integers {
    type Out = T;
    const SEES: Sees = Sees::Pixel;

    fn row(&self, input: &[T], output: &mut [T]) {
        let bands = self.bands as i64;
        for (out, pixel) in output.iter_mut().zip(input.chunks_exact(self.bands)) {
            let sum: i64 = pixel.iter().map(|x| x.to_i64()).sum();
            let half = if sum > 0 || T::FORMAT.is_unsigned() { bands / 2 } else { -(bands / 2) };
            *out = T::wrap((sum + half) / bands);
        }
    }
}

struct Floats {
    bands: usize,
}

impl<T: Float> RowKernel<T> for Floats {
    type Out = T;
    const SEES: Sees = Sees::Pixel;

    fn row(&self, input: &[T], output: &mut [T]) {
        for (out, pixel) in output.iter_mut().zip(input.chunks_exact(self.bands)) {
            *out = mean(pixel.iter().copied(), self.bands);
        }
    }
}

/// The mean, every sum rounded to the type.
fn mean<T: Float>(samples: impl Iterator<Item = T>, count: usize) -> T {
    let sum = samples.fold(T::default(), |sum, x| T::from_f64(sum.to_f64() + x.to_f64()));
    T::from_f64(sum.to_f64() / count as f64)
}

/// As the reference does: the numbers of a pixel, real and imaginary, in two groups.
struct Complexes {
    bands: usize,
}

impl<T: ComplexSample> RowKernel<T> for Complexes {
    type Out = T;
    const SEES: Sees = Sees::Pixel;

    fn row(&self, input: &[T], output: &mut [T]) {
        let bands = self.bands;
        for (out, pixel) in output.iter_mut().zip(input.chunks_exact(bands)) {
            let numbers = || pixel.iter().flat_map(|x| x.parts());
            *out = T::from_parts([
                mean(numbers().take(bands), bands),
                mean(numbers().skip(bands), bands),
            ]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn means_are_rounded() {
        let image = Image::from_memory(1, 1, 3, BandFormat::I8, vec![255, 255, 254]).unwrap();
        let out = Bandmean::new(image).build().unwrap().to_memory().unwrap();
        assert_eq!(out[0] as i8, -1);
        let image = Image::from_memory(1, 1, 2, BandFormat::U8, vec![1, 2]).unwrap();
        assert_eq!(Bandmean::new(image).build().unwrap().to_memory().unwrap(), [2]);
        let image = Image::from_memory(1, 1, 3, BandFormat::U8, vec![1, 2, 5]).unwrap();
        assert_eq!(Bandmean::new(image).build().unwrap().to_memory().unwrap(), [3]);
    }
}
