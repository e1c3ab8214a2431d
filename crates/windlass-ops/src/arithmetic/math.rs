use super::prepare::{Each, check_real};
use super::samples::Arithmetic;
use crate::coding::decoded;
use std::f64::consts::TAU;
use windlass_core::{Build, Error, ErrorKind, Image, Result, Sample, dispatch, point};
use windlass_macros::{ArgEnum, Operation};

/// A function of one number.
#[derive(ArgEnum, Clone, Copy, PartialEq, Eq, Debug)]
#[arg_enum(name = "VipsOperationMath")]
#[non_exhaustive]
pub enum Function {
    /// Sine of degrees
    Sin,
    /// Cosine of degrees
    Cos,
    /// Tangent of degrees
    Tan,
    /// Inverse sine in degrees
    Asin,
    /// Inverse cosine in degrees
    Acos,
    /// Inverse tangent in degrees
    Atan,
    /// Natural logarithm; 0 of 0
    Log,
    /// Logarithm to base 10; 0 of 0
    Log10,
    /// e to the power of the sample
    Exp,
    /// 10 to the power of the sample
    Exp10,
    /// Hyperbolic sine
    Sinh,
    /// Hyperbolic cosine
    Cosh,
    /// Hyperbolic tangent
    Tanh,
    /// Inverse hyperbolic sine
    Asinh,
    /// Inverse hyperbolic cosine
    Acosh,
    /// Inverse hyperbolic tangent
    Atanh,
}

/// Apply a math operation to an image.
///
/// Computed in doubles; the result is `float`, of `double` images `double`. Angles are in degrees.
#[derive(Operation)]
#[operation(family = "arithmetic", sequential)]
pub struct Math {
    /// Input image
    pub input: Image,
    /// Math to perform
    pub math: Function,
}

impl Build for Math {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        check_real("math", [&self.input])?;
        let input = decoded(&self.input)?;
        let function = self.math.of_double();
        dispatch!(input.header().format,
            real T => point::rows::<T, _>(&input, Each(move |x: T| {
                <<T as Arithmetic>::Quotient as Sample>::from_f64(function(x.to_f64()))
            })),
            complex _T => Err(Error::new(ErrorKind::Internal, "complex images were refused before")))
    }
}

impl Function {
    fn of_double(self) -> fn(f64) -> f64 {
        match self {
            Self::Sin => |x| libm::sin(radians(x)),
            Self::Cos => |x| libm::cos(radians(x)),
            Self::Tan => |x| libm::tan(radians(x)),
            Self::Asin => |x| degrees(libm::asin(x)),
            Self::Acos => |x| degrees(libm::acos(x)),
            Self::Atan => |x| degrees(libm::atan(x)),
            Self::Log => |x| if x == 0.0 { 0.0 } else { libm::log(x) },
            Self::Log10 => |x| if x == 0.0 { 0.0 } else { libm::log10(x) },
            Self::Exp => libm::exp,
            Self::Exp10 => libm::exp10,
            Self::Sinh => libm::sinh,
            Self::Cosh => libm::cosh,
            Self::Tanh => libm::tanh,
            Self::Asinh => libm::asinh,
            // libm's gives infinity of some negative numbers
            Self::Acosh => |x| if x < 1.0 { f64::NAN } else { libm::acosh(x) },
            Self::Atanh => libm::atanh,
        }
    }
}

pub(super) fn radians(degrees: f64) -> f64 {
    degrees / 360.0 * TAU
}

pub(super) fn degrees(radians: f64) -> f64 {
    radians / TAU * 360.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use windlass_core::BandFormat;

    #[test]
    fn angles_are_in_degrees_and_the_logarithm_of_0_is_0() {
        let image = Image::from_memory(2, 1, 1, BandFormat::U8, vec![0, 90]).unwrap();
        let out = |math: Function| {
            let out = Math::new(&image, math).build().unwrap();
            out.pixels().unwrap().samples::<f32>(0).to_vec()
        };
        assert_eq!(out(Function::Sin), [0.0, 1.0]);
        assert_eq!(out(Function::Log)[0], 0.0);
    }
}
