use super::prepare::{bad, check_real};
use super::stats::survey;
use super::survey::deviation;
use crate::coding::decoded;
use windlass_core::{Build, Image, Result};
use windlass_macros::Operation;

/// Find image standard deviation.
///
/// Of all samples of all bands together, as of a sample of a population: the sum of squared
/// distances from the mean is divided by one less than their number.
#[derive(Operation)]
#[operation(family = "arithmetic", sequential)]
pub struct Deviate {
    /// Input image
    pub input: Image,
}

impl Build for Deviate {
    type Output = f64;

    fn build(&self) -> Result<f64> {
        check_real("deviate", [&self.input])?;
        let input = decoded(&self.input)?;
        let (pixels, bands) = survey(&input)?;
        let sum = bands.iter().map(|band| band.sum).sum();
        let squares = bands.iter().map(|band| band.squares).sum();
        let deviation = deviation(pixels * bands.len() as f64, sum, squares);
        if deviation.is_nan() { Err(bad("deviate: parameter out not set")) } else { Ok(deviation) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use windlass_core::BandFormat;

    #[test]
    fn one_sample_has_no_deviation() {
        let image = |bytes: &[u8]| {
            Image::from_memory(bytes.len() as i32, 1, 1, BandFormat::U8, bytes.to_vec()).unwrap()
        };
        assert_eq!(Deviate::new(image(&[1, 3])).build().unwrap(), 2.0_f64.sqrt());
        assert!(Deviate::new(image(&[1])).build().is_err());
    }
}
