use super::prepare::Pair;
use super::samples::Arithmetic;
use windlass_core::{BandFormat, Build, Image, Result, dispatch};
use windlass_macros::Operation;

/// Add two images.
///
/// The format of the result is wide enough for 8- and 16-bit integers: `uchar` gives `ushort`.
/// 32-bit integers wrap. Bands and sizes are made alike; smaller images are padded with zeros.
#[derive(Operation)]
#[operation(family = "arithmetic", sequential)]
pub struct Add {
    /// Left-hand image argument
    pub left: Image,
    /// Right-hand image argument
    pub right: Image,
}

impl Build for Add {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        let pair = Pair::new("add", &self.left, &self.right)?;
        if pair.format() == BandFormat::U8 {
            return pair.rows(windlass_simd::arith::add_u8);
        }
        dispatch!(pair.format(), T => pair.map(T::plus))
    }
}
