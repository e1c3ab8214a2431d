use crate::coding::decoded;
use windlass_core::point::{self, RowKernel};
use windlass_core::{Build, Image, Result, Sample, dispatch};
use windlass_macros::Operation;

/// Invert an image.
///
/// Unsigned formats become `max - in`, for example `255 - in` for `uchar`. Signed and float
/// formats become `-in`. Of complex images only the real part is negated.
#[derive(Operation)]
#[operation(family = "arithmetic", sequential)]
pub struct Invert {
    /// Input image
    pub input: Image,
}

impl Build for Invert {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        let input = decoded(&self.input)?;
        dispatch!(input.header().format, T => point::rows::<T, _>(&input, Negative))
    }
}

struct Negative;

impl<T: Sample> RowKernel<T> for Negative {
    type Out = T;

    fn row(&self, input: &[T], output: &mut [T]) {
        for (out, x) in output.iter_mut().zip(input) {
            *out = x.inverted();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use windlass_core::BandFormat;

    #[test]
    fn unsigned_is_subtracted_from_max() {
        let image = Image::from_memory(4, 1, 1, BandFormat::U8, vec![0, 1, 254, 255]).unwrap();
        let out = Invert::new(image).build().unwrap();
        assert_eq!(out.to_memory().unwrap(), [255, 254, 1, 0]);
    }

    #[test]
    fn it_is_called_by_name() {
        let registry = windlass_core::declare::Registry::new(&[super::super::OPERATIONS], &[]);
        let image = Image::from_memory(1, 1, 1, BandFormat::I16, vec![1, 0]).unwrap();
        let out = registry.call_named("invert", [("in", image.into())]).unwrap();
        let [("out", windlass_core::declare::Value::Image(out))] = &out[..] else {
            panic!("one image, not {out:?}")
        };
        assert_eq!(out.to_memory().unwrap(), (-1_i16).to_ne_bytes());
        assert_eq!(out.origin().unwrap().nickname, "invert");
    }
}
