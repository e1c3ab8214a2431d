//! CMYK by the built-in profile, or the one that the image has.

use super::icc::{IccExport, IccImport, Pcs};
use super::step::{self, Step};
use windlass_core::{Build, Image, Result};
use windlass_macros::Operation;

/// Transform CMYK to XYZ.
///
/// By the embedded profile, else by the built-in one.
#[derive(Operation)]
#[operation(family = "colour", name = "CMYK2XYZ", sequential)]
pub struct CmykToXyz {
    /// Input image
    pub input: Image,
}

impl Build for CmykToXyz {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        step::one(&self.input, Step::CmykToXyz)
    }
}

/// Transform XYZ to CMYK.
///
/// By the built-in profile, which is attached.
#[derive(Operation)]
#[operation(family = "colour", name = "XYZ2CMYK", sequential)]
pub struct XyzToCmyk {
    /// Input image
    pub input: Image,
}

impl Build for XyzToCmyk {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        step::one(&self.input, Step::XyzToCmyk)
    }
}

/// Four bands of ink to XYZ.
pub(super) fn to_xyz(image: &Image) -> Result<Image> {
    IccImport::new(image).input_profile("cmyk").embedded(true).pcs(Pcs::Xyz).build()
}

/// XYZ to four bands of ink.
pub(super) fn of_xyz(image: &Image) -> Result<Image> {
    IccExport::new(image).output_profile("cmyk").pcs(Pcs::Xyz).build()
}
