use super::convf::float;
use super::convi::integer;
use super::mask::Mask;
use crate::coding::decoded;
use crate::conversion::bad;
use crate::create::Precision;
use windlass_core::{Build, Image, Result};
use windlass_macros::Operation;

/// Convolution operation.
///
/// `out(x, y) = Σ mask(i, j) · in(x + i, y + j) / scale + offset`, the mask centred on the pixel,
/// edges repeated. `precision` says in what is calculated.
#[derive(Operation)]
#[operation(family = "convolution", sequential)]
pub struct Conv {
    /// Input image
    pub input: Image,
    /// Input matrix image
    pub mask: Image,
    /// Convolve with this precision
    #[arg(default = Precision::Float)]
    pub precision: Precision,
    /// Use this many layers in approximation
    #[arg(default = 5, min = 1, max = 1000)]
    pub layers: i32,
    /// Cluster lines closer than this in approximation
    #[arg(default = 1, min = 1, max = 100)]
    pub cluster: i32,
}

impl Build for Conv {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        let input = decoded(&self.input)?;
        convolved("conv", &input, &Mask::read("conv", &self.mask)?, self.precision)
    }
}

/// `image` convolved with `mask`, for `operation`.
pub(super) fn convolved(
    operation: &str,
    image: &Image,
    mask: &Mask,
    precision: Precision,
) -> Result<Image> {
    match precision {
        Precision::Integer => integer(operation, image, mask),
        Precision::Float => float(image, mask),
        Precision::Approximate => {
            Err(bad(format!("{operation}: approximate convolution is not supported")))
        }
    }
}
