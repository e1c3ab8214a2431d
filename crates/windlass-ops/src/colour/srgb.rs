//! sRGB, its linear light (scRGB), and XYZ.

use super::formula::{D65, XYZ_TO_SCRGB};
use super::step::{self, Depth, Step};
use super::wide::{Planar, Read, Wide, Write};
use windlass_core::{Build, Image, Kernel, Result, Run};
use windlass_macros::Operation;

/// Convert an sRGB image to scRGB.
///
/// An image of interpretation `rgb16` has 16 bits, any other 8.
#[derive(Operation)]
#[operation(family = "colour", name = "sRGB2scRGB", sequential)]
pub struct SrgbToScrgb {
    /// Input image
    pub input: Image,
}

impl Build for SrgbToScrgb {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        step::one(&self.input, Step::SrgbToScrgb)
    }
}

/// Convert scRGB to sRGB.
///
/// To 8 or 16 bits. Colours outside the gamut are clipped.
#[derive(Operation)]
#[operation(family = "colour", name = "scRGB2sRGB", sequential)]
pub struct ScrgbToSrgb {
    /// Input image
    pub input: Image,
    /// Output device space depth in bits
    #[arg(default = 8, min = 8, max = 16)]
    pub depth: i32,
}

impl Build for ScrgbToSrgb {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        step::one(&self.input, Step::ScrgbToSrgb(Depth::of("scRGB2sRGB", self.depth)?))
    }
}

/// Convert scRGB to BW.
///
/// The luminance, to 8 or 16 bits.
#[derive(Operation)]
#[operation(family = "colour", name = "scRGB2BW", sequential)]
pub struct ScrgbToGrey {
    /// Input image
    pub input: Image,
    /// Output device space depth in bits
    #[arg(default = 8, min = 8, max = 16)]
    pub depth: i32,
}

impl Build for ScrgbToGrey {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        step::one(&self.input, Step::ScrgbToGrey(Depth::of("scRGB2BW", self.depth)?))
    }
}

/// Transform scRGB to XYZ.
#[derive(Operation)]
#[operation(family = "colour", name = "scRGB2XYZ", sequential)]
pub struct ScrgbToXyz {
    /// Input image
    pub input: Image,
}

impl Build for ScrgbToXyz {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        step::one(&self.input, Step::ScrgbToXyz)
    }
}

/// Transform XYZ to scRGB.
#[derive(Operation)]
#[operation(family = "colour", name = "XYZ2scRGB", sequential)]
pub struct XyzToScrgb {
    /// Input image
    pub input: Image,
}

impl Build for XyzToScrgb {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        step::one(&self.input, Step::XyzToScrgb)
    }
}

/// sRGB bytes of colours of Lab.
pub(super) fn bytes_of_lab(lab: &[f32]) -> Vec<u8> {
    let steps = vec![Planar::LabToXyz(D65), Planar::Matrix(XYZ_TO_SCRGB)];
    let wide = Wide { read: Read::Floats, steps, write: Write::Srgb8 };
    let mut bytes = vec![0; lab.len()];
    let all = Run { x: 0, y: 0, pixels: lab.len() / 3 };
    wide.run(&[bytemuck::cast_slice(lab)], &mut bytes, all);
    bytes
}
