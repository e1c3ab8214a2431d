//! Radiance pixels: three mantissas and an exponent in four bytes.

use super::step::{self, Step};
use windlass_core::{Build, Image, Result};
use windlass_macros::Operation;

/// Transform float RGB to Radiance coding.
#[derive(Operation)]
#[operation(family = "colour", name = "float2rad", sequential)]
pub struct FloatToRad {
    /// Input image
    pub input: Image,
}

impl Build for FloatToRad {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        step::one(&self.input, Step::FloatToRad)
    }
}

/// Unpack Radiance coding to float RGB.
#[derive(Operation)]
#[operation(family = "colour", name = "rad2float", sequential)]
pub struct RadToFloat {
    /// Input image
    pub input: Image,
}

impl Build for RadToFloat {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        step::one(&self.input, Step::RadToFloat)
    }
}
