use super::affine::{Affine, Displacement};
use windlass_core::{Build, Image, Interpolator, Result};
use windlass_macros::Operation;

/// Similarity transform of an image.
///
/// Scales and turns clockwise; the output is as large as needed.
#[derive(Operation)]
#[operation(family = "resample")]
pub struct Similarity {
    /// Input image
    pub input: Image,
    /// Scale by this factor
    #[arg(default = 1.0, min = 0.0, max = 10_000_000.0)]
    pub scale: f64,
    /// Rotate clockwise by this many degrees
    #[arg(default = 0.0, min = -10_000_000.0, max = 10_000_000.0)]
    pub angle: f64,
    /// Interpolate pixels with this
    pub interpolate: Option<Interpolator>,
    /// Background value
    pub background: Option<Vec<f64>>,
    /// How input and output are displaced
    #[arg(flatten)]
    pub displacement: Displacement,
}

impl Build for Similarity {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        let angle = self.angle * std::f64::consts::PI / 180.0;
        let (a, b) = (self.scale * libm::cos(angle), self.scale * -libm::sin(angle));
        let mut affine = Affine::new(&self.input, [a, b, -b, a]).displacement(self.displacement);
        affine.interpolate = self.interpolate;
        affine.background.clone_from(&self.background);
        affine.build()
    }
}

/// Rotate an image by a number of degrees.
///
/// Turns clockwise; the output is as large as needed. Quarter turns are exact with `rot`.
#[derive(Operation)]
#[operation(family = "resample")]
pub struct Rotate {
    /// Input image
    pub input: Image,
    /// Rotate clockwise by this many degrees
    #[arg(min = -10_000_000.0, max = 10_000_000.0)]
    pub angle: f64,
    /// Interpolate pixels with this
    pub interpolate: Option<Interpolator>,
    /// Background value
    pub background: Option<Vec<f64>>,
    /// How input and output are displaced
    #[arg(flatten)]
    pub displacement: Displacement,
}

impl Build for Rotate {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        let mut similarity =
            Similarity::new(&self.input).angle(self.angle).displacement(self.displacement);
        similarity.interpolate = self.interpolate;
        similarity.background.clone_from(&self.background);
        similarity.build()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use windlass_core::BandFormat;

    #[test]
    fn a_quarter_turn_loses_a_column_as_in_the_reference() {
        let image = Image::from_memory(3, 2, 1, BandFormat::U8, vec![1, 2, 3, 4, 5, 6]).unwrap();
        let out = Rotate::new(image, 90.0).build().unwrap();
        assert_eq!((out.header().width, out.header().height, out.header().xoffset), (2, 3, 2));
        assert_eq!(out.to_memory().unwrap(), [0, 4, 0, 5, 0, 6]);
    }
}
