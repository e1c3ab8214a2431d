use super::math::degrees;
use super::prepare::{Pair, WithConstants, check_real};
use super::samples::Arithmetic;
use windlass_core::{Build, Error, ErrorKind, Float, Image, Result, Sample, dispatch};
use windlass_macros::{ArgEnum, Operation};

/// A function of two numbers.
#[derive(ArgEnum, Clone, Copy, PartialEq, Eq, Debug)]
#[arg_enum(name = "VipsOperationMath2")]
#[non_exhaustive]
pub enum Function2 {
    /// Left to the power of right; 0 where left is 0
    Pow,
    /// Right to the power of left; 0 where right is 0
    Wop,
    /// The angle of the point (right, left), 0 to 360 degrees
    Atan2,
}

/// Binary math operations.
///
/// Computed in doubles; the result is `float`, where an image is `double` it is `double`.
#[derive(Operation)]
#[operation(family = "arithmetic", sequential)]
pub struct Math2 {
    /// Left-hand image argument
    pub left: Image,
    /// Right-hand image argument
    pub right: Image,
    /// Math to perform
    pub math2: Function2,
}

impl Build for Math2 {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        check_real("math2", [&self.left, &self.right])?;
        let pair = Pair::new("math2", &self.left, &self.right)?;
        let function = self.math2;
        dispatch!(pair.format(),
            real T => pair.map(move |a: T, b: T| function.of::<T>(a, b.to_f64())),
            complex _T => Err(was_complex()))
    }
}

/// Binary math operations with a constant.
///
/// The constant is on the right. Computed in doubles; the result is `float`, of `double` images
/// `double`.
#[derive(Operation)]
#[operation(family = "arithmetic", name = "math2_const", sequential)]
pub struct Math2Const {
    /// Input image
    pub input: Image,
    /// Math to perform
    pub math2: Function2,
    /// Array of constants
    pub c: Vec<f64>,
}

impl Build for Math2Const {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        check_real("math2_const", [&self.input])?;
        let with = WithConstants::new("math2_const", &self.input, &self.c)?;
        let function = self.math2;
        dispatch!(with.format(),
            real T => with.map(&with.doubles(), move |x: T, c| function.of::<T>(x, c)),
            complex _T => Err(was_complex()))
    }
}

impl Function2 {
    fn of<T: Arithmetic<Quotient: Float>>(self, left: T, right: f64) -> T::Quotient {
        let left = left.to_f64();
        T::Quotient::from_f64(match self {
            Self::Pow => power(left, right),
            Self::Wop => power(right, left),
            Self::Atan2 => {
                let angle = T::Quotient::from_f64(degrees(libm::atan2(left, right))).to_f64();
                if angle < 0.0 { angle + 360.0 } else { angle }
            }
        })
    }
}

fn power(base: f64, exponent: f64) -> f64 {
    if base == 0.0 {
        0.0
    } else if exponent == -1.0 {
        1.0 / base
    } else if exponent == 0.5 {
        base.sqrt()
    } else {
        libm::pow(base, exponent)
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
    fn a_zero_base_gives_zero_and_angles_go_round() {
        let image = |x: u8| Image::from_memory(1, 1, 1, BandFormat::I8, vec![x]).unwrap();
        let out = |a: u8, b: u8, function: Function2| {
            let out = Math2::new(image(a), image(b), function).build().unwrap();
            out.pixels().unwrap().samples::<f32>(0)[0]
        };
        assert_eq!(out(0, 0, Function2::Pow), 0.0);
        assert_eq!(out(2, 3, Function2::Wop), 9.0);
        assert_eq!(out(255, 0, Function2::Atan2), 270.0);
        assert_eq!(out(0, 255, Function2::Atan2), 180.0);
    }
}
