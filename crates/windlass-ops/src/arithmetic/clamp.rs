use super::prepare::Each;
use crate::coding::decoded;
use windlass_core::{Build, ComplexSample, Image, Integer, Result, Sample, dispatch, point};
use windlass_macros::Operation;

/// Clamp values of an image.
///
/// Samples above `max` become `max`, then samples below `min` become `min`. In integer images
/// the limits are truncated, and wrap where they do not fit. Of complex images both parts are
/// clamped.
#[derive(Operation)]
#[operation(family = "arithmetic", sequential)]
pub struct Clamp {
    /// Input image
    pub input: Image,
    /// Minimum value
    #[arg(default = 0.0)]
    pub min: f64,
    /// Maximum value
    #[arg(default = 1.0)]
    pub max: f64,
}

impl Build for Clamp {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        let input = decoded(&self.input)?;
        let (min, max) = (self.min, self.max);
        let clamp = move |x: f64| {
            let x = if x > max { max } else { x };
            if x < min { min } else { x }
        };
        dispatch!(input.header().format,
        integer T => point::rows::<T, _>(&input, Each(move |x: T| T::wrap(clamp(x.to_f64()) as i64))),
        float T => point::rows::<T, _>(&input, Each(move |x: T| T::from_f64(clamp(x.to_f64())))),
        complex C => point::rows::<C, _>(&input, Each(move |x: C| {
            C::from_parts(x.parts().map(|part| Sample::from_f64(clamp(part.to_f64()))))
        })))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use windlass_core::BandFormat;

    #[test]
    fn limits_of_integers_are_truncated_and_wrap() {
        let image = Image::from_memory(3, 1, 1, BandFormat::U8, vec![0, 5, 200]).unwrap();
        let out = |min: f64, max: f64| {
            Clamp::new(&image).min(min).max(max).build().unwrap().to_memory().unwrap()
        };
        assert_eq!(out(2.7, 100.0), [2, 5, 100]);
        assert_eq!(out(300.0, 400.0), [44, 44, 44]);
    }
}
