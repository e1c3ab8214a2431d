use super::prepare::Each;
use super::samples::Square;
use crate::coding::decoded;
use windlass_core::{Build, Complex, Image, Real, Result, Sample, dispatch, point};
use windlass_macros::Operation;

/// Unit vector of pixel.
///
/// 1 where a sample is above 0, 0 where it is 0, else -1, in `char`. Complex samples are divided
/// by their modulus.
#[derive(Operation)]
#[operation(family = "arithmetic", sequential)]
pub struct Sign {
    /// Input image
    pub input: Image,
}

impl Build for Sign {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        let input = decoded(&self.input)?;
        dispatch!(input.header().format,
            real T => point::rows::<T, _>(&input, Each(sign::<T>)),
            complex T => point::rows::<T, _>(&input, Each(unit::<T>)))
    }
}

fn sign<T: Real>(x: T) -> i8 {
    let zero = T::default();
    if x > zero {
        1
    } else if x == zero {
        0
    } else {
        -1
    }
}

fn unit<T: Square>(x: T) -> T {
    let modulus = x.square().to_f64().sqrt();
    if modulus == 0.0 {
        return T::default();
    }
    let x = x.to_complex();
    T::from_complex(Complex::new(x.re() / modulus, x.im() / modulus))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_number_is_negative() {
        assert_eq!([sign(3_u8), sign(0_u8)], [1, 0]);
        assert_eq!([sign(-0.0_f32), sign(f32::NAN), sign(-1e-9_f32)], [0, -1, -1]);
        assert_eq!(unit(Complex::new(3.0_f64, 4.0)), Complex::new(0.6, 0.8));
        assert_eq!(unit(Complex::new(0.0_f32, 0.0)), Complex::new(0.0, 0.0));
    }
}
