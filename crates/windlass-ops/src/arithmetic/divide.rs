use super::prepare::Pair;
use super::samples::Arithmetic;
use windlass_core::{Build, Image, Result, dispatch};
use windlass_macros::Operation;

/// Divide two images.
///
/// Integers give `float`. Where the divisor is 0 the result is 0. Bands and sizes are made alike;
/// smaller images are padded with zeros.
#[derive(Operation)]
#[operation(family = "arithmetic", sequential)]
pub struct Divide {
    /// Left-hand image argument
    pub left: Image,
    /// Right-hand image argument
    pub right: Image,
}

impl Build for Divide {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        let pair = Pair::new("divide", &self.left, &self.right)?;
        dispatch!(pair.format(), T => pair.map(T::over))
    }
}
