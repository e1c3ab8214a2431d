use super::prepare::Pair;
use super::samples::Arithmetic;
use windlass_core::{Build, Image, Result, dispatch};
use windlass_macros::Operation;

/// Multiply two images.
///
/// The format of the result is wide enough for 8-bit integers of one sign: `uchar` gives
/// `ushort`. Others wrap. Bands and sizes are made alike; smaller images are padded with zeros.
#[derive(Operation)]
#[operation(family = "arithmetic", sequential)]
pub struct Multiply {
    /// Left-hand image argument
    pub left: Image,
    /// Right-hand image argument
    pub right: Image,
}

impl Build for Multiply {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        let pair = Pair::new("multiply", &self.left, &self.right)?;
        dispatch!(pair.format(), T => pair.map(T::times))
    }
}
