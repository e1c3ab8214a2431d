//! Luminance and chromaticity.

use super::step::{self, Step};
use windlass_core::{Build, Image, Result};
use windlass_macros::Operation;

/// Transform XYZ to Yxy.
#[derive(Operation)]
#[operation(family = "colour", name = "XYZ2Yxy", sequential)]
pub struct XyzToYxy {
    /// Input image
    pub input: Image,
}

impl Build for XyzToYxy {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        step::one(&self.input, Step::XyzToYxy)
    }
}

/// Transform Yxy to XYZ.
#[derive(Operation)]
#[operation(family = "colour", name = "Yxy2XYZ", sequential)]
pub struct YxyToXyz {
    /// Input image
    pub input: Image,
}

impl Build for YxyToXyz {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        step::one(&self.input, Step::YxyToXyz)
    }
}
