use super::precision::Precision;
use super::prepare::{bad, mask};
use windlass_core::{Build, Image, Result};
use windlass_macros::Operation;

/// Make a Laplacian of Gaussian image.
///
/// A mask for convolution: 1 in the middle (20 where `precision` is `integer`), cut off where the
/// curve comes back to less than `min_ampl`. Its scale is the sum of its elements.
#[derive(Operation)]
#[operation(family = "create")]
pub struct Logmat {
    /// Radius of Gaussian
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

impl Build for Logmat {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        if self.precision == Precision::Approximate {
            return Err(bad("logmat: precision must be int or float"));
        }
        let radius = self.radius()?;
        let element = |x: i32, y: i32| {
            let value = self.curve(f64::from(x * x + y * y));
            if self.precision == Precision::Float {
                value
            } else {
                (20.0 * value).round_ties_even()
            }
        };
        let lines = if self.separable { 0..=0 } else { -radius..=radius };
        let row = |y| (-radius..=radius).map(|x| element(x, y)).collect();
        let rows: Vec<Vec<f64>> = lines.map(row).collect();
        let sum = rows.iter().flatten().sum();
        mask(&rows, sum, 0.0)
    }
}

impl Logmat {
    /// The value at a squared distance from the middle.
    fn curve(&self, square: f64) -> f64 {
        let ratio = square / (self.sigma * self.sigma);
        0.5 * (2.0 - ratio) * libm::exp(-ratio / 2.0)
    }

    /// How far from the middle the curve, having been below 0, rises near 0 again.
    fn radius(&self) -> Result<i32> {
        const LIMIT: i32 = 5000;
        let mut last = 0.0;
        for x in 0..LIMIT {
            let value = self.curve(f64::from(x * x));
            if value - last >= 0.0 && value.abs() < self.min_ampl {
                return Ok(x);
            }
            last = value;
        }
        Err(bad("logmat: mask too large"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use windlass_core::Meta;

    #[test]
    fn a_hat_with_a_brim() {
        let out = Logmat::new(1.5, 0.1).separable(true).build().unwrap();
        let expected = [-1.0, -3.0, 1.0, 12.0, 20.0, 12.0, 1.0, -3.0, -1.0];
        assert_eq!(out.pixels().unwrap().samples::<f64>(0), expected);
        assert!(matches!(out.header().metadata.get("scale"), Some(Meta::Double(s)) if *s == 38.0));
    }
}
