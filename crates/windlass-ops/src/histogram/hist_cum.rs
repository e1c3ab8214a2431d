use super::prepare::{check_histogram, check_real, histogram, samples};
use crate::coding::decoded;
use windlass_core::{Build, Error, ErrorKind, Image, Result, Sample, dispatch};
use windlass_macros::Operation;

/// Form cumulative histogram.
///
/// The running sum of each band. Integers are summed in 32 bits and wrap, floats in their format.
#[derive(Operation)]
#[operation(family = "histogram", name = "hist_cum")]
pub struct HistCum {
    /// Input image
    pub input: Image,
}

impl Build for HistCum {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        check_real("hist_cum", &self.input)?;
        let input = decoded(&self.input)?;
        check_histogram("hist_cum", &input)?;
        dispatch!(input.header().format,
            real T => cumulated::<T>(&input),
            complex _T => Err(Error::new(ErrorKind::Internal, "complex images were refused before")))
    }
}

fn cumulated<T: Cumulated>(input: &Image) -> Result<Image> {
    let bands = input.header().bands as usize;
    let mut sums: Vec<T::Sum> = samples::<T>(input)?.into_iter().map(T::widened).collect();
    for i in bands..sums.len() {
        sums[i] = T::plus(sums[i - bands], sums[i]);
    }
    histogram(input.header(), &sums)
}

/// A sample of which there is a running sum.
trait Cumulated: Sample {
    /// What it is summed in.
    type Sum: Sample;
    fn widened(self) -> Self::Sum;
    fn plus(a: Self::Sum, b: Self::Sum) -> Self::Sum;
}

macro_rules! cumulated {
    ($($t:ident $sum:ident, $plus:expr;)*) => {$(
        impl Cumulated for $t {
            type Sum = $sum;
            fn widened(self) -> $sum {
                $sum::from(self)
            }
            fn plus(a: $sum, b: $sum) -> $sum {
                let plus: fn($sum, $sum) -> $sum = $plus;
                plus(a, b)
            }
        }
    )*};
}

cumulated! {
    u8 u32, u32::wrapping_add;
    i8 i32, i32::wrapping_add;
    u16 u32, u32::wrapping_add;
    i16 i32, i32::wrapping_add;
    u32 u32, u32::wrapping_add;
    i32 i32, i32::wrapping_add;
    f32 f32, |a, b| a + b;
    f64 f64, |a, b| a + b;
}

#[cfg(test)]
mod tests {
    use super::*;
    use windlass_core::BandFormat;

    #[test]
    fn each_band_runs_for_itself() {
        let image = Image::from_memory(1, 3, 2, BandFormat::U8, vec![1, 10, 2, 20, 3, 30]).unwrap();
        let out = HistCum::new(image).build().unwrap();
        assert_eq!(out.pixels().unwrap().samples::<u32>(0), [1, 10, 3, 30, 6, 60]);
    }
}
