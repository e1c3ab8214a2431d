use super::prepare::{Pair, WithConstants, check_real};
use super::samples::{Bits, Word};
use windlass_core::{Build, Error, ErrorKind, Image, Integer, Result, dispatch};
use windlass_macros::{ArgEnum, Operation};

/// How to combine bits.
#[derive(ArgEnum, Clone, Copy, PartialEq, Eq, Debug)]
#[arg_enum(name = "VipsOperationBoolean")]
#[non_exhaustive]
pub enum BitOperation {
    /// And
    And,
    /// Or
    Or,
    /// Exclusive or
    Eor,
    /// Shift left
    Lshift,
    /// Shift right
    Rshift,
}

/// Combine the bits of two images.
///
/// Floats are truncated to 32-bit integers first. Shifts count modulo 32.
#[derive(Operation)]
#[operation(family = "arithmetic", sequential)]
pub struct Boolean {
    /// Left-hand image argument
    pub left: Image,
    /// Right-hand image argument
    pub right: Image,
    /// Boolean to perform
    pub boolean: BitOperation,
}

impl Build for Boolean {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        check_real("boolean", [&self.left, &self.right])?;
        let pair = Pair::new("boolean", &self.left, &self.right)?;
        dispatch!(pair.format(),
            real T => match self.boolean {
                BitOperation::And => pair.map(|a: T, b: T| a.word() & b.word()),
                BitOperation::Or => pair.map(|a: T, b: T| a.word() | b.word()),
                BitOperation::Eor => pair.map(|a: T, b: T| a.word() ^ b.word()),
                BitOperation::Lshift => pair.map(|a: T, b: T| a.word().left(b.word().to_i64())),
                BitOperation::Rshift => pair.map(|a: T, b: T| a.word().right(b.word().to_i64())),
            },
            complex _T => Err(was_complex()))
    }
}

/// Combine the bits of an image with constants.
///
/// `c` has one value for all bands, or one for each; it is truncated to 32-bit integers, as floats
/// in the image are. Shifts count modulo 32.
#[derive(Operation)]
#[operation(family = "arithmetic", name = "boolean_const", sequential)]
pub struct BooleanConst {
    /// Input image
    pub input: Image,
    /// Boolean to perform
    pub boolean: BitOperation,
    /// Array of constants
    pub c: Vec<f64>,
}

impl Build for BooleanConst {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        check_real("boolean_const", [&self.input])?;
        let with = WithConstants::new("boolean_const", &self.input, &self.c)?;
        dispatch!(with.format(),
            real T => combined::<T>(&with, self.boolean),
            complex _T => Err(was_complex()))
    }
}

fn combined<T: Bits>(with: &WithConstants<'_>, operation: BitOperation) -> Result<Image> {
    let c = with.integers();
    let words: Vec<T::Word> = c.iter().map(|c| T::Word::wrap(i64::from(*c))).collect();
    match operation {
        BitOperation::And => with.map(&words, |x: T, c| x.word() & c),
        BitOperation::Or => with.map(&words, |x: T, c| x.word() | c),
        BitOperation::Eor => with.map(&words, |x: T, c| x.word() ^ c),
        BitOperation::Lshift => with.map(&c, |x: T, c| x.word().left(i64::from(c))),
        BitOperation::Rshift => with.map(&c, |x: T, c| x.word().right(i64::from(c))),
    }
}

fn was_complex() -> Error {
    Error::new(ErrorKind::Internal, "complex images were refused before")
}

#[cfg(test)]
mod tests {
    use super::*;
    use windlass_core::BandFormat;

    #[test]
    fn constants_are_truncated() {
        let image = Image::from_memory(3, 1, 1, BandFormat::U8, vec![1, 8, 15]).unwrap();
        let out = BooleanConst::new(image, BitOperation::And, vec![7.9]).build().unwrap();
        assert_eq!(out.to_memory().unwrap(), [1, 0, 7]);
    }

    #[test]
    fn floats_become_integers() {
        let bytes: Vec<u8> = [-0.9_f32, 3.7].iter().flat_map(|x| x.to_ne_bytes()).collect();
        let image = Image::from_memory(2, 1, 1, BandFormat::F32, bytes).unwrap();
        let out = Boolean::new(&image, &image, BitOperation::Or).build().unwrap();
        assert_eq!(out.pixels().unwrap().samples::<i32>(0), [0, 3]);
    }
}
