//! Conversion between formats, as every operation needs it (`reference/ops/common.md` §3).

use crate::point::{self, RowKernel};
use crate::{BandFormat, Complex, Float, Image, Integer, Sample, dispatch};
use windlass_io::Result;
use windlass_simd::arith;

/// `image` in another format: integers clip, floats clip and truncate, complex ones lose their
/// imaginary part where the target is real. The interpretation stays.
pub fn cast(image: &Image, format: BandFormat) -> Result<Image> {
    if image.header().format == format {
        return Ok(image.clone());
    }
    if let Some(image) = in_vectors(image, format) {
        return image;
    }
    dispatch!(image.header().format,
        integer I => dispatch!(format,
            integer O => point::rows::<I, _>(image, FromInteger::<O>::new(narrow(format))),
            float O => point::rows::<I, _>(image, FromReal::<O>::new()),
            complex O => point::rows::<I, _>(image, FromReal::<O>::new())),
        float I => dispatch!(format,
            integer O => point::rows::<I, _>(image, FromFloat::<O>::new()),
            float O => point::rows::<I, _>(image, FromReal::<O>::new()),
            complex O => point::rows::<I, _>(image, FromReal::<O>::new())),
        complex I => dispatch!(format, O => point::rows::<I, _>(image, FromComplex::<O>::new())))
}

/// The pairs of formats that there are vector kernels for.
fn in_vectors(image: &Image, format: BandFormat) -> Option<Result<Image>> {
    use BandFormat::{F32, U8, U16};
    Some(match (image.header().format, format) {
        (U8, F32) => point::rows(image, Vectors(arith::u8_to_f32)),
        (U16, F32) => point::rows(image, Vectors(arith::u16_to_f32)),
        (F32, U8) => point::rows(image, Vectors(arith::f32_to_u8)),
        (F32, U16) => point::rows(image, Vectors(arith::f32_to_u16)),
        (U8, U16) => point::rows(image, Vectors(arith::u8_to_u16)),
        (U16, U8) => point::rows(image, Vectors(arith::u16_to_u8)),
        _ => return None,
    })
}

/// A vector kernel.
struct Vectors<I, O>(fn(&[I], &mut [O]));

impl<I: Sample, O: Sample> RowKernel<I> for Vectors<I, O> {
    type Out = O;

    fn row(&self, input: &[I], output: &mut [O]) {
        (self.0)(input, output);
    }
}

/// Whether the reference passes an integer through 32 signed bits on its way to `format`.
fn narrow(format: BandFormat) -> bool {
    format.size() < 4
}

macro_rules! kernels {
    ($($name:ident)*) => {$(
        struct $name<O> {
            out: std::marker::PhantomData<O>,
        }

        impl<O> $name<O> {
            const fn new() -> Self {
                Self { out: std::marker::PhantomData }
            }
        }
    )*};
}

kernels!(FromReal FromFloat FromComplex);

/// Integer to integer: through 32 or 64 bits, then clipped.
struct FromInteger<O> {
    narrow: bool,
    out: std::marker::PhantomData<O>,
}

impl<O> FromInteger<O> {
    const fn new(narrow: bool) -> Self {
        Self { narrow, out: std::marker::PhantomData }
    }
}

impl<I: Integer, O: Integer> RowKernel<I> for FromInteger<O> {
    type Out = O;

    fn row(&self, input: &[I], output: &mut [O]) {
        let pairs = output.iter_mut().zip(input);
        if self.narrow {
            pairs.for_each(|(out, x)| *out = O::clip(i64::from(x.to_i64() as i32)));
        } else {
            pairs.for_each(|(out, x)| *out = O::clip(x.to_i64()));
        }
    }
}

impl<I: Sample, O: Sample> RowKernel<I> for FromReal<O> {
    type Out = O;

    fn row(&self, input: &[I], output: &mut [O]) {
        output.iter_mut().zip(input).for_each(|(out, x)| *out = O::from_f64(x.to_f64()));
    }
}

impl<I: Float, O: Integer> RowKernel<I> for FromFloat<O> {
    type Out = O;

    fn row(&self, input: &[I], output: &mut [O]) {
        output.iter_mut().zip(input).for_each(|(out, x)| *out = O::from_f64(x.to_f64()));
    }
}

impl<I: Sample, O: Sample> RowKernel<Complex<I>> for FromComplex<O>
where
    Complex<I>: Sample,
{
    type Out = O;

    fn row(&self, input: &[Complex<I>], output: &mut [O]) {
        output.iter_mut().zip(input).for_each(|(out, x)| *out = O::from_complex(x.to_complex()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vector_kernels_agree_with_the_rule_for_samples() {
        let values: Vec<f32> = (0..97).map(|i| i as f32 * 997.3 - 9000.0).collect();
        let values = [&values[..], &[f32::NAN, f32::INFINITY, -0.9, 254.9, 255.5]].concat();
        let bytes: Vec<u8> = values.iter().flat_map(|x| x.to_ne_bytes()).collect();
        let width = values.len() as i32;
        let image = Image::from_memory(width, 1, 1, BandFormat::F32, bytes).unwrap();
        let shorts = cast(&image, BandFormat::U16).unwrap();
        let expected: Vec<u16> = values.iter().map(|x| u16::from_f64(x.to_f64())).collect();
        assert_eq!(shorts.pixels().unwrap().samples::<u16>(0), expected);
        let bytes = cast(&shorts, BandFormat::U8).unwrap();
        let expected: Vec<u8> = expected.iter().map(|x| u8::clip(x.to_i64())).collect();
        assert_eq!(bytes.pixels().unwrap().samples::<u8>(0), expected);
        assert_eq!(
            cast(&image, BandFormat::U8).unwrap().to_memory().unwrap(),
            bytes.to_memory().unwrap()
        );
    }
}
