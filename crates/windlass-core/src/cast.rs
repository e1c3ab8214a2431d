//! Conversion between formats, as every operation needs it (`reference/ops/common.md` §3).

use crate::point::{self, RowKernel};
use crate::{BandFormat, Complex, Float, Image, Integer, Sample, dispatch};
use windlass_io::Result;

/// `image` in another format: integers clip, floats clip and truncate, complex ones lose their
/// imaginary part where the target is real. The interpretation stays.
pub fn cast(image: &Image, format: BandFormat) -> Result<Image> {
    if image.header().format == format {
        return Ok(image.clone());
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
