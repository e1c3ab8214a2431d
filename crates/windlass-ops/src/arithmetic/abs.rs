use super::prepare::{Each, passed};
use super::samples::Arithmetic;
use crate::coding::decoded;
use windlass_core::{Build, Image, Result, dispatch, point};
use windlass_macros::Operation;

/// Absolute value of an image.
///
/// Signed integers keep their format; the least wraps to itself. Complex images give the modulus.
#[derive(Operation)]
#[operation(family = "arithmetic", sequential)]
pub struct Abs {
    /// Input image
    pub input: Image,
}

impl Build for Abs {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        if self.input.header().format.is_unsigned() {
            return passed(&self.input);
        }
        let input = decoded(&self.input)?;
        dispatch!(input.header().format, T => point::rows::<T, _>(&input, Each(T::magnitude)))
    }
}
