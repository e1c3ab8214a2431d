use super::prepare::{Pair, WithConstants, check_real};
use windlass_core::{Build, Error, ErrorKind, Float, Image, Integer, Result, Sample, dispatch};
use windlass_macros::Operation;

/// Remainder after integer division of two images.
///
/// Of integers it has the sign of the dividend, of floats that of the divisor. Where the divisor
/// is 0 it is -1, in unsigned formats the greatest value.
#[derive(Operation)]
#[operation(family = "arithmetic", sequential)]
pub struct Remainder {
    /// Left-hand image argument
    pub left: Image,
    /// Right-hand image argument
    pub right: Image,
}

impl Build for Remainder {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        check_real("remainder", [&self.left, &self.right])?;
        let pair = Pair::new("remainder", &self.left, &self.right)?;
        dispatch!(pair.format(),
            integer T => pair.map(|a: T, b: T| of_integers(a, b.to_i64())),
            float T => pair.map(|a: T, b: T| of_floats(a, b.to_f64())),
            complex _T => Err(was_complex()))
    }
}

/// Remainder after integer division of an image and a constant.
///
/// As `remainder`; the constant is truncated to an integer, also for float images.
#[derive(Operation)]
#[operation(family = "arithmetic", name = "remainder_const", sequential)]
pub struct RemainderConst {
    /// Input image
    pub input: Image,
    /// Array of constants
    pub c: Vec<f64>,
}

impl Build for RemainderConst {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        check_real("remainder_const", [&self.input])?;
        let with = WithConstants::new("remainder_const", &self.input, &self.c)?;
        let constants = with.integers();
        dispatch!(with.format(),
            integer T => {
                // unsigned 32-bit samples: so are the constants
                let wide = |c: &i32| if u32::FORMAT == T::FORMAT { i64::from(*c as u32) } else { i64::from(*c) };
                let constants: Vec<i64> = constants.iter().map(wide).collect();
                with.map(&constants, |x: T, c| of_integers(x, c))
            },
            float T => with.map(&constants, |x: T, c| of_floats(x, f64::from(c))),
            complex _T => Err(was_complex()))
    }
}

fn of_integers<T: Integer>(x: T, divisor: i64) -> T {
    T::wrap(if divisor == 0 { -1 } else { x.to_i64() % divisor })
}

fn of_floats<T: Float>(x: T, divisor: f64) -> T {
    let x = x.to_f64();
    T::from_f64(if divisor == 0.0 { -1.0 } else { x - divisor * (x / divisor).floor() })
}

fn was_complex() -> Error {
    Error::new(ErrorKind::Internal, "complex images were refused before")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs() {
        assert_eq!(of_integers(-7_i32, 3), -1);
        assert_eq!(of_integers(7_i32, -3), 1);
        assert_eq!(of_integers(7_u8, 0), 255);
        assert_eq!(of_integers(i32::MIN, -1), 0);
        assert_eq!(of_floats(-7.0_f32, 3.0), 2.0);
        assert_eq!(of_floats(7.0_f64, -3.0), -2.0);
        assert_eq!(of_floats(7.5_f32, 0.0), -1.0);
    }
}
