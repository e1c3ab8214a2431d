use super::precision::Precision;
use super::prepare::{bad, mask};
use windlass_core::{Build, Image, Result};
use windlass_macros::Operation;

/// Make a gaussian image.
///
/// A mask for convolution: 1 in the middle (20 where `precision` is not `float`), cut off where
/// the curve falls below `min_ampl`. Its scale is the sum of its elements.
#[derive(Operation)]
#[operation(family = "create")]
pub struct Gaussmat {
    /// Sigma of Gaussian
    #[arg(min = 1e-6, max = 10_000.0)]
    pub sigma: f64,
    /// Minimum amplitude of Gaussian
    #[arg(min = 1e-6, max = 10_000.0)]
    pub min_ampl: f64,
    /// Generate separable Gaussian
    #[arg(default = false)]
    pub separable: bool,
    /// Generate with this precision
    #[arg(default = Precision::Integer)]
    pub precision: Precision,
}

impl Build for Gaussmat {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        let radius = self.radius()?;
        let twice = 2.0 * self.sigma * self.sigma;
        let element = |x: i32, y: i32| {
            let value = libm::exp(-f64::from(x * x + y * y) / twice);
            if self.precision == Precision::Float {
                value
            } else {
                (20.0 * value).round_ties_even()
            }
        };
        let lines = if self.separable { 0..=0 } else { -radius..=radius };
        let row = |y| (-radius..=radius).map(|x| element(x, y)).collect();
        let rows: Vec<Vec<f64>> = lines.map(row).collect();
        let sum: f64 = rows.iter().flatten().sum();
        mask(&rows, if sum == 0.0 { 1.0 } else { sum }, 0.0)
    }
}

impl Gaussmat {
    /// How far from the middle the curve stays above the least amplitude.
    fn radius(&self) -> Result<i32> {
        const LIMIT: f64 = 5000.0;
        let furthest = (8.0 * self.sigma).clamp(0.0, LIMIT) as i32;
        let twice = 2.0 * self.sigma * self.sigma;
        let falls = |x: &i32| libm::exp(-f64::from(x * x) / twice) < self.min_ampl;
        let end = (0..furthest).find(falls).unwrap_or(furthest);
        if f64::from(end) >= LIMIT {
            return Err(bad("gaussmat: mask too large"));
        }
        Ok((end - 1).max(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use windlass_core::Meta;

    #[test]
    fn integers_have_20_in_the_middle() {
        let out = Gaussmat::new(1.0, 0.1).build().unwrap();
        let pixels = out.pixels().unwrap();
        assert_eq!(pixels.samples::<f64>(0), [0.0, 2.0, 3.0, 2.0, 0.0]);
        assert_eq!(pixels.samples::<f64>(2), [3.0, 12.0, 20.0, 12.0, 3.0]);
        assert!(matches!(out.header().metadata.get("scale"), Some(Meta::Double(s)) if *s == 124.0));
    }

    #[test]
    fn floats_are_not_rounded() {
        let out = Gaussmat::new(1.5, 0.2).separable(true).precision(Precision::Float);
        let out = out.build().unwrap();
        let pixels = out.pixels().unwrap();
        let row = pixels.samples::<f64>(0);
        assert_eq!((out.header().width, out.header().height), (5, 1));
        assert!((row[0] - 0.411_112).abs() < 1e-6 && row[2] == 1.0);
    }

    #[test]
    fn a_flat_mask_is_too_large() {
        assert!(Gaussmat::new(900.0, 0.001).radius().is_ok_and(|radius| radius == 3345));
        assert!(Gaussmat::new(5000.0, 0.001).build().is_err());
    }
}
