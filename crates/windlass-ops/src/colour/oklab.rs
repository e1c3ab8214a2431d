//! Oklab (B. Ottosson, 2020) and its polar form.

use super::step::{self, Step};
use windlass_core::{Build, Image, Result};
use windlass_macros::Operation;

/// Transform XYZ to Oklab.
#[derive(Operation)]
#[operation(family = "colour", name = "XYZ2Oklab", sequential)]
pub struct XyzToOklab {
    /// Input image
    pub input: Image,
}

impl Build for XyzToOklab {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        step::one(&self.input, Step::XyzToOklab)
    }
}

/// Transform Oklab to XYZ.
#[derive(Operation)]
#[operation(family = "colour", name = "Oklab2XYZ", sequential)]
pub struct OklabToXyz {
    /// Input image
    pub input: Image,
}

impl Build for OklabToXyz {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        step::one(&self.input, Step::OklabToXyz)
    }
}

/// Transform Oklab to Oklch.
#[derive(Operation)]
#[operation(family = "colour", name = "Oklab2Oklch", sequential)]
pub struct OklabToOklch {
    /// Input image
    pub input: Image,
}

impl Build for OklabToOklch {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        step::one(&self.input, Step::OklabToOklch)
    }
}

/// Transform Oklch to Oklab.
#[derive(Operation)]
#[operation(family = "colour", name = "Oklch2Oklab", sequential)]
pub struct OklchToOklab {
    /// Input image
    pub input: Image,
}

impl Build for OklchToOklab {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        step::one(&self.input, Step::OklchToOklab)
    }
}
