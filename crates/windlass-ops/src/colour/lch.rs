//! Lightness, chroma, hue, and the space of the CMC(l:c) difference.

use super::step::{self, Step};
use windlass_core::{Build, Image, Result};
use windlass_macros::Operation;

/// Transform Lab to `LCh`.
///
/// Hue is in degrees, 0 to 360.
#[derive(Operation)]
#[operation(family = "colour", name = "Lab2LCh", sequential)]
pub struct LabToLch {
    /// Input image
    pub input: Image,
}

impl Build for LabToLch {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        step::one(&self.input, Step::LabToLch)
    }
}

/// Transform `LCh` to Lab.
#[derive(Operation)]
#[operation(family = "colour", name = "LCh2Lab", sequential)]
pub struct LchToLab {
    /// Input image
    pub input: Image,
}

impl Build for LchToLab {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        step::one(&self.input, Step::LchToLab)
    }
}

/// Transform `LCh` to CMC.
#[derive(Operation)]
#[operation(family = "colour", name = "LCh2CMC", sequential)]
pub struct LchToCmc {
    /// Input image
    pub input: Image,
}

impl Build for LchToCmc {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        step::one(&self.input, Step::LchToCmc)
    }
}

/// Transform CMC to `LCh`.
///
/// By tables of the inverse, good to about a tenth.
#[derive(Operation)]
#[operation(family = "colour", name = "CMC2LCh", sequential)]
pub struct CmcToLch {
    /// Input image
    pub input: Image,
}

impl Build for CmcToLch {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        step::one(&self.input, Step::CmcToLch)
    }
}
