use super::prepare::Pair;
use super::samples::Arithmetic;
use windlass_core::{Build, Image, Result, dispatch};
use windlass_macros::Operation;

/// Subtract two images.
///
/// Integers give signed integers: `uchar` gives `short`. 32-bit integers wrap. Bands and
/// sizes are made alike; smaller images are padded with zeros.
#[derive(Operation)]
#[operation(family = "arithmetic", sequential)]
pub struct Subtract {
    /// Left-hand image argument
    pub left: Image,
    /// Right-hand image argument
    pub right: Image,
}

impl Build for Subtract {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        let pair = Pair::new("subtract", &self.left, &self.right)?;
        dispatch!(pair.format(), T => pair.map(T::minus))
    }
}
