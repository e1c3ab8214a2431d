use super::conv::convolved;
use super::mask::Mask;
use crate::coding::decoded;
use crate::conversion::bad;
use crate::create::Precision;
use windlass_core::{Build, Image, Result};
use windlass_macros::Operation;

/// Separable convolution operation.
///
/// Convolves with a mask of one row or one column, then with the same mask turned by 90 degrees.
#[derive(Operation)]
#[operation(family = "convolution", sequential)]
pub struct Convsep {
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

impl Build for Convsep {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        let mask = Mask::read("convsep", &self.mask)?;
        if mask.width != 1 && mask.height != 1 {
            return Err(bad("convsep: separable matrix images must have width or height 1"));
        }
        separable("convsep", &decoded(&self.input)?, &mask, self.precision)
    }
}

/// `image` convolved with `mask`, one row or one column, in both directions.
pub(super) fn separable(
    operation: &str,
    image: &Image,
    mask: &Mask,
    precision: Precision,
) -> Result<Image> {
    let first = convolved(operation, image, mask, precision)?;
    convolved(operation, &first, &mask.turned(), precision)
}
