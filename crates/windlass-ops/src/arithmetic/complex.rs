use super::math::{degrees, radians};
use super::prepare::{Each, Pair, check_real, passed};
use crate::coding::decoded;
use windlass_core::{
    BandFormat, Build, Complex as Number, ComplexSample, Image, Result, Sample, cast, dispatch,
    point,
};
use windlass_macros::{ArgEnum, Operation};

/// A function of a complex number.
#[derive(ArgEnum, Clone, Copy, PartialEq, Eq, Debug)]
#[arg_enum(name = "VipsOperationComplex")]
#[non_exhaustive]
pub enum ComplexFunction {
    /// To modulus and degrees
    Polar,
    /// From modulus and degrees
    Rect,
    /// The conjugate
    Conj,
}

/// Perform a complex operation on an image.
///
/// Real samples have an imaginary part of 0. The result is `complex`, of doubles `dpcomplex`.
#[derive(Operation)]
#[operation(family = "arithmetic", sequential)]
pub struct Complex {
    /// Input image
    pub input: Image,
    /// Complex to perform
    pub cmplx: ComplexFunction,
}

impl Build for Complex {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        let input = decoded(&self.input)?;
        let function = match self.cmplx {
            ComplexFunction::Polar => polar,
            ComplexFunction::Rect => rectangular,
            ComplexFunction::Conj => |x: Number<f64>| Number::new(x.re(), -x.im()),
        };
        dispatch!(input.header().format, T => if is_double(T::FORMAT) {
            point::rows(&input, Each(move |x: T| function(x.to_complex())))
        } else {
            point::rows(&input, Each(move |x: T| Number::<f32>::from_complex(function(x.to_complex()))))
        })
    }
}

fn is_double(format: BandFormat) -> bool {
    matches!(format, BandFormat::F64 | BandFormat::C128)
}

fn polar(x: Number<f64>) -> Number<f64> {
    let angle = degrees(libm::atan2(x.im(), x.re()));
    let angle = if angle < 0.0 { angle + 360.0 } else { angle };
    Number::new(libm::hypot(x.re(), x.im()), angle)
}

fn rectangular(x: Number<f64>) -> Number<f64> {
    let angle = radians(x.im());
    Number::new(x.re() * libm::cos(angle), x.re() * libm::sin(angle))
}

/// A function of two complex numbers.
#[derive(ArgEnum, Clone, Copy, PartialEq, Eq, Debug)]
#[arg_enum(name = "VipsOperationComplex2")]
#[non_exhaustive]
pub enum ComplexFunction2 {
    /// The phase between them: the left one times the conjugate of the right one, of length 1
    CrossPhase,
}

/// Complex binary operations on two images.
///
/// The cross-phase is 0 where a number is 0 or both are real.
#[derive(Operation)]
#[operation(family = "arithmetic", sequential)]
pub struct Complex2 {
    /// Left-hand image argument
    pub left: Image,
    /// Right-hand image argument
    pub right: Image,
    /// Binary complex operation to perform
    pub cmplx: ComplexFunction2,
}

impl Build for Complex2 {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        let pair = Pair::new("complex2", &self.left, &self.right)?;
        let ComplexFunction2::CrossPhase = self.cmplx;
        dispatch!(pair.format(), T => if is_double(T::FORMAT) {
            pair.map(|a: T, b: T| cross_phase(a.to_complex(), b.to_complex()))
        } else {
            pair.map(|a: T, b: T| {
                Number::<f32>::from_complex(cross_phase(a.to_complex(), b.to_complex()))
            })
        })
    }
}

fn cross_phase(a: Number<f64>, b: Number<f64>) -> Number<f64> {
    let ([x1, y1], [x2, y2]) = (a.0, b.0);
    let zero = (x1 == 0.0 && y1 == 0.0) || (x2 == 0.0 && y2 == 0.0) || (y1 == 0.0 && y2 == 0.0);
    if zero {
        return Number::default();
    }
    let (re, im) = if y1.abs() > y2.abs() {
        let ratio = y2 / y1;
        let divisor = y1 + y2 * ratio;
        ((x1 + x2 * ratio) / divisor, (x2 - x1 * ratio) / divisor)
    } else {
        let ratio = y1 / y2;
        let divisor = y2 + y1 * ratio;
        ((x1 * ratio + x2) / divisor, (x2 * ratio - x1) / divisor)
    };
    let length = libm::hypot(re, im);
    Number::new(re / length, im / length)
}

/// A part of a complex number.
#[derive(ArgEnum, Clone, Copy, PartialEq, Eq, Debug)]
#[arg_enum(name = "VipsOperationComplexget")]
#[non_exhaustive]
pub enum ComplexPart {
    /// The real part
    Real,
    /// The imaginary part
    Imag,
}

/// Get a component from a complex image.
///
/// The imaginary part of a real image is 0.
#[derive(Operation)]
#[operation(family = "arithmetic", sequential)]
pub struct Complexget {
    /// Input image
    pub input: Image,
    /// Complex to perform
    pub get: ComplexPart,
}

impl Build for Complexget {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        let real = self.get == ComplexPart::Real;
        if real && !self.input.header().format.is_complex() {
            return passed(&self.input);
        }
        let input = decoded(&self.input)?;
        dispatch!(input.header().format,
        real T => point::rows(&input, Each(|_: T| T::default())),
        complex C => point::rows(&input, Each(move |x: C| {
            let [re, im] = x.parts();
            if real { re } else { im }
        })))
    }
}

/// Form a complex image from two real images.
///
/// The left one becomes the real part, the right one the imaginary part.
#[derive(Operation)]
#[operation(family = "arithmetic", sequential)]
pub struct Complexform {
    /// Left-hand image argument
    pub left: Image,
    /// Right-hand image argument
    pub right: Image,
}

impl Build for Complexform {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        check_real("complexform", [&self.left, &self.right])?;
        let [left, right] = [decoded(&self.left)?, decoded(&self.right)?];
        let common = left.header().format.common(right.header().format);
        let format = if common == BandFormat::F64 { common } else { BandFormat::F32 };
        let [left, right] = [cast(&left, common)?, cast(&right, common)?];
        let pair = Pair::new("complexform", &cast(&left, format)?, &cast(&right, format)?)?;
        if format == BandFormat::F64 {
            pair.map(Number::<f64>::new)
        } else {
            pair.map(Number::<f32>::new)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_turn_polar_and_back() {
        let polar_of = |re, im| polar(Number::new(re, im));
        assert!((polar_of(3.0, 4.0).im() - 53.130_102_354_155_98).abs() < 1e-12);
        assert_eq!(polar_of(-1.0, 0.0), Number::new(1.0, 180.0));
        assert_eq!(polar_of(0.0, -1.0), Number::new(1.0, 270.0));
        let back = rectangular(Number::new(2.0, 90.0));
        assert!(back.re().abs() < 1e-15 && back.im() == 2.0);
    }

    #[test]
    fn the_phase_of_reals_is_zero() {
        let phase = cross_phase(Number::new(1.0, 2.0), Number::new(3.0, -1.0));
        assert!((phase.re() + 0.141_421_36).abs() < 1e-7);
        assert!((phase.im() - 0.989_949_46).abs() < 1e-7);
        assert_eq!(cross_phase(Number::new(1.0, 0.0), Number::new(3.0, 0.0)), Number::default());
    }
}
