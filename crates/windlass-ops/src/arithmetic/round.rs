use super::prepare::{Each, passed};
use crate::coding::decoded;
use windlass_core::{Build, ComplexSample, Float, Image, Result, Sample, dispatch, point};
use windlass_macros::{ArgEnum, Operation};

/// A way to round.
#[derive(ArgEnum, Clone, Copy, PartialEq, Eq, Debug)]
#[arg_enum(name = "VipsOperationRound")]
#[non_exhaustive]
pub enum Rounding {
    /// To the nearest, halves to the even one
    Rint,
    /// Up
    Ceil,
    /// Down
    Floor,
}

/// Perform a round function on an image.
///
/// Of complex images both parts are rounded; integers stay.
#[derive(Operation)]
#[operation(family = "arithmetic", sequential)]
pub struct Round {
    /// Input image
    pub input: Image,
    /// Rounding operation to perform
    pub round: Rounding,
}

impl Build for Round {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        if self.input.header().format.is_integer() {
            return passed(&self.input);
        }
        let input = decoded(&self.input)?;
        match self.round {
            Rounding::Rint => rounded(&input, f64::round_ties_even),
            Rounding::Ceil => rounded(&input, f64::ceil),
            Rounding::Floor => rounded(&input, f64::floor),
        }
    }
}

/// Rounding a float as a double gives the same whole number.
fn rounded(input: &Image, function: impl Fn(f64) -> f64 + Send + Sync + 'static) -> Result<Image> {
    dispatch!(input.header().format,
    integer _T => passed(input),
    float T => point::rows::<T, _>(input, Each(move |x: T| T::from_f64(function(x.to_f64())))),
    complex C => point::rows::<C, _>(input, Each(move |x: C| {
        C::from_parts(x.parts().map(|part| part_of(function(part.to_f64()))))
    })))
}

fn part_of<F: Float>(x: f64) -> F {
    F::from_f64(x)
}

#[cfg(test)]
mod tests {
    use super::*;
    use windlass_core::BandFormat;

    #[test]
    fn halves_go_to_the_even_number() {
        let values = [0.5_f32, 1.5, 2.5, -0.5, -1.2];
        let bytes: Vec<u8> = values.iter().flat_map(|x| x.to_ne_bytes()).collect();
        let image = Image::from_memory(5, 1, 1, BandFormat::F32, bytes).unwrap();
        let out = |round: Rounding| {
            let out = Round::new(&image, round).build().unwrap();
            out.pixels().unwrap().samples::<f32>(0).to_vec()
        };
        assert_eq!(out(Rounding::Rint), [0.0, 2.0, 2.0, 0.0, -1.0]);
        assert_eq!(out(Rounding::Ceil), [1.0, 2.0, 3.0, 0.0, -1.0]);
        assert_eq!(out(Rounding::Floor), [0.0, 1.0, 2.0, -1.0, -2.0]);
    }
}
