//! CIE Lab to XYZ and back, and as 16-bit integers.

use super::formula::D65;
use super::step::{self, Step};
use crate::conversion::bad;
use windlass_core::{Build, Image, Result};
use windlass_macros::Operation;

/// Transform CIELAB to XYZ.
///
/// `temp` is the white that Lab refers to, D65 by default.
#[derive(Operation)]
#[operation(family = "colour", name = "Lab2XYZ", sequential)]
pub struct LabToXyz {
    /// Input image
    pub input: Image,
    /// Color temperature
    pub temp: Option<Vec<f64>>,
}

impl Build for LabToXyz {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        step::one(&self.input, Step::LabToXyz(white("Lab2XYZ", self.temp.as_deref())?))
    }
}

/// Transform XYZ to Lab.
///
/// `temp` is the white that Lab refers to, D65 by default.
#[derive(Operation)]
#[operation(family = "colour", name = "XYZ2Lab", sequential)]
pub struct XyzToLab {
    /// Input image
    pub input: Image,
    /// Color temperature
    pub temp: Option<Vec<f64>>,
}

impl Build for XyzToLab {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        step::one(&self.input, Step::XyzToLab(white("XYZ2Lab", self.temp.as_deref())?))
    }
}

/// Transform float Lab to signed short.
#[derive(Operation)]
#[operation(family = "colour", name = "Lab2LabS", sequential)]
pub struct LabToLabs {
    /// Input image
    pub input: Image,
}

impl Build for LabToLabs {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        step::one(&self.input, Step::LabToLabs)
    }
}

/// Transform signed short Lab to float.
#[derive(Operation)]
#[operation(family = "colour", name = "LabS2Lab", sequential)]
pub struct LabsToLab {
    /// Input image
    pub input: Image,
}

impl Build for LabsToLab {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        step::one(&self.input, Step::LabsToLab)
    }
}

/// The white that was said, else D65.
fn white(operation: &str, temp: Option<&[f64]>) -> Result<[f32; 3]> {
    match temp {
        None => Ok(D65),
        Some([x, y, z]) => Ok([*x as f32, *y as f32, *z as f32]),
        Some(_) => Err(bad(format!("{operation}: vector must have 3 elements"))),
    }
}
