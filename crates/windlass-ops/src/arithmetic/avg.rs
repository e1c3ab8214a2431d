use super::prepare::bad;
use super::survey::{Summed, Total};
use crate::coding::decoded;
use std::marker::PhantomData;
use windlass_core::{Build, Image, Reducer, Region, Result, dispatch};
use windlass_macros::Operation;

/// Find image average.
///
/// The mean of all samples of all bands; of complex images the mean of the moduli.
#[derive(Operation)]
#[operation(family = "arithmetic", sequential)]
pub struct Avg {
    /// Input image
    pub input: Image,
}

impl Build for Avg {
    type Output = f64;

    fn build(&self) -> Result<f64> {
        let input = decoded(&self.input)?;
        let header = input.header();
        let count = f64::from(header.width) * f64::from(header.height) * f64::from(header.bands);
        let sum = dispatch!(header.format, T => input.reduce(&Sum::<T>(PhantomData)))?;
        let mean = sum / count;
        if mean.is_nan() { Err(bad("avg: parameter out not set")) } else { Ok(mean) }
    }
}

/// The sum of all samples.
struct Sum<T>(PhantomData<T>);

impl<T: Summed> Reducer for Sum<T> {
    type Part = T::Sum;
    type Out = f64;

    fn exact(&self) -> bool {
        T::EXACT
    }

    fn part(&self) -> T::Sum {
        T::Sum::default()
    }

    fn add(&self, part: &mut T::Sum, pixels: &Region<'_>) {
        for y in pixels.rect().top..pixels.rect().bottom() {
            *part = part.plus(T::sum(pixels.row(y)));
        }
    }

    fn merge(&self, into: &mut T::Sum, next: T::Sum) {
        *into = into.plus(next);
    }

    fn finish(&self, all: T::Sum) -> Result<f64> {
        Ok(all.double())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use windlass_core::BandFormat;

    #[test]
    fn all_bands_count() {
        let image = Image::from_memory(2, 1, 2, BandFormat::U8, vec![0, 255, 2, 3]).unwrap();
        assert_eq!(Avg::new(image).build().unwrap(), 65.0);
    }

    #[test]
    fn the_mean_must_be_a_number() {
        let bytes: Vec<u8> = [1.0, f32::NAN].iter().flat_map(|x| x.to_ne_bytes()).collect();
        let image = Image::from_memory(2, 1, 1, BandFormat::F32, bytes).unwrap();
        assert!(Avg::new(image).build().is_err());
    }
}
