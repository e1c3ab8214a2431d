use super::prepare::fresh;
use super::random::seed;
use windlass_core::point::{self, PlaceKernel};
use windlass_core::{BandFormat, Build, Image, Result};
use windlass_macros::Operation;

/// Make a gaussnoise image.
///
/// Each sample is the sum of twelve even random numbers, less 6, times `sigma`, plus `mean`. The
/// same `seed` gives the same image; without one it is drawn anew.
#[derive(Operation)]
#[operation(family = "create", nocache)]
pub struct Gaussnoise {
    /// Image width in pixels
    #[arg(min = 1, max = 100_000_000)]
    pub width: i32,
    /// Image height in pixels
    #[arg(min = 1, max = 100_000_000)]
    pub height: i32,
    /// Standard deviation of pixels in generated image
    #[arg(default = 30.0, min = 0.0, max = 100_000.0)]
    pub sigma: f64,
    /// Mean of pixels in generated image
    #[arg(default = 128.0, min = -10_000_000.0, max = 1_000_000.0)]
    pub mean: f64,
    /// Random number seed
    #[arg(min = -2_147_483_648.0, max = 2_147_483_647.0)]
    pub seed: Option<i32>,
}

impl Build for Gaussnoise {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        let header = fresh(self.width, self.height, 1, BandFormat::F32);
        let noise = Noise { seed: seed(self.seed), sigma: self.sigma, mean: self.mean };
        point::generate(header, noise)
    }
}

struct Noise {
    seed: u32,
    sigma: f64,
    mean: f64,
}

impl PlaceKernel for Noise {
    type Out = f32;

    fn row(&self, x: i32, y: i32, output: &mut [f32]) {
        windlass_simd::arith::noise(self.seed, (x, y), self.sigma, self.mean, output);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_says_it_all() {
        let out = Gaussnoise::new(3, 2).seed(42).build().unwrap().pixels().unwrap();
        let near = |row: &[f32], expected: [f32; 3]| {
            row.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-4)
        };
        assert!(near(out.samples(0), [78.77202, 105.34975, 141.78812]));
        assert!(near(out.samples(1), [127.08152, 112.14899, 166.89478]));
    }

    #[test]
    fn without_a_seed_it_differs() {
        let out = || Gaussnoise::new(8, 1).build().unwrap().to_memory().unwrap();
        assert_ne!(out(), out());
    }
}
