use super::prepare::check_histogram;
use crate::arithmetic::{Avg, Function, Linear, Math, Multiply};
use std::f64::consts::LN_2;
use windlass_core::{Build, Image, Result};
use windlass_macros::Operation;

/// Estimate image entropy.
///
/// In bits, of a histogram; all bands together.
#[derive(Operation)]
#[operation(family = "histogram", name = "hist_entropy")]
pub struct HistEntropy {
    /// Input histogram image
    pub input: Image,
}

impl Build for HistEntropy {
    type Output = f64;

    fn build(&self) -> Result<f64> {
        check_histogram("hist_entropy", &self.input)?;
        let header = self.input.header();
        let pixels = f64::from(header.width) * f64::from(header.height);
        let count = pixels * f64::from(header.bands);
        let sum = Avg::new(&self.input).build()? * count;
        let share = Linear::new(&self.input, vec![1.0 / sum], vec![0.0]).build()?;
        let logarithm = Math::new(&share, Function::Log).build()?;
        let bits = Linear::new(logarithm, vec![1.0 / LN_2], vec![0.0]).build()?;
        Ok(-Avg::new(Multiply::new(share, bits).build()?).build()? * count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use windlass_core::BandFormat;

    #[test]
    fn two_equal_values_are_one_bit() {
        let image = Image::from_memory(4, 1, 1, BandFormat::U8, vec![1, 0, 0, 1]).unwrap();
        assert!((HistEntropy::new(image).build().unwrap() - 1.0).abs() < 1e-6);
    }
}
