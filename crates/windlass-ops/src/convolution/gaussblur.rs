use super::convsep::separable;
use super::mask::Mask;
use crate::coding::decoded;
use crate::conversion::copied;
use crate::create::{Gaussmat, Precision};
use windlass_core::{Build, Image, Result};
use windlass_macros::Operation;

/// Gaussian blur.
///
/// Convolves with a separable gaussian of radius `sigma`, cut off at `min_ampl`. Below 0.2 the
/// image is passed on.
#[derive(Operation)]
#[operation(family = "convolution", sequential)]
pub struct Gaussblur {
    /// Input image
    pub input: Image,
    /// Sigma of Gaussian
    #[arg(min = 0.0, max = 1000.0)]
    pub sigma: f64,
    /// Minimum amplitude of Gaussian
    #[arg(default = 0.2, min = 0.001, max = 1.0)]
    pub min_ampl: f64,
    /// Convolve with this precision
    #[arg(default = Precision::Integer)]
    pub precision: Precision,
}

impl Build for Gaussblur {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        if self.sigma < 0.2 {
            return copied(&self.input);
        }
        let mask = Gaussmat::new(self.sigma, self.min_ampl)
            .separable(true)
            .precision(self.precision)
            .build()?;
        let mask = Mask::read("gaussblur", &mask)?;
        separable("gaussblur", &decoded(&self.input)?, &mask, self.precision)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use windlass_core::BandFormat;

    #[test]
    fn integers_and_floats_as_in_the_reference() {
        let pixel = |k: usize| (53 * (k % 5) + 91 * (k / 5) + 7 * (k % 5) * (k / 5)) as u8;
        let bytes: Vec<u8> = (0..25).map(pixel).collect();
        let image = Image::from_memory(5, 5, 1, BandFormat::U8, bytes).unwrap();
        let out = Gaussblur::new(&image, 1.0).build().unwrap().pixels().unwrap();
        assert_eq!(out.samples::<u8>(0), [39, 80, 116, 139, 160]);
        let out = Gaussblur::new(&image, 1.0).precision(Precision::Float).build().unwrap();
        let out = out.pixels().unwrap();
        let expected = [39.9917_f32, 79.8587, 115.5481, 138.7632, 159.4012];
        for (x, y) in out.samples::<f32>(0).iter().zip(expected) {
            assert!((x - y).abs() < 1e-4, "{x} {y}");
        }
    }
}
