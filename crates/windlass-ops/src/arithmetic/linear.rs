use super::prepare::{EachWith, bad, check_length, repeated};
use super::samples::Arithmetic;
use crate::coding::decoded;
use windlass_core::point::{self, RowKernel};
use windlass_core::{BandFormat, Build, Image, Result, Sample, align, dispatch};
use windlass_macros::Operation;

/// Calculate `a * in + b`.
///
/// `a` and `b` have one value for all bands or one for each. Integers give `float`, whatever the
/// constants; of complex images the imaginary part is copied. With `uchar` the result is clipped
/// and truncated to `uchar`.
#[derive(Operation)]
#[operation(family = "arithmetic", sequential)]
pub struct Linear {
    /// Input image
    pub input: Image,
    /// Multiply by this
    pub a: Vec<f64>,
    /// Add this
    pub b: Vec<f64>,
    /// Output should be uchar
    #[arg(default = false)]
    pub uchar: bool,
}

impl Build for Linear {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        let bands = self.input.header().bands;
        check_length("linear", self.a.len(), bands)?;
        check_length("linear", self.b.len(), bands)?;
        let n = self.a.len().max(self.b.len());
        if n > 1 && bands > 1 && n != bands as usize {
            return Err(bad(format!("linear: vector must have 1 or {bands} elements")));
        }
        let input = align::bands("linear", &[decoded(&self.input)?], n as i32)?;
        let [input] = &input[..] else { return Err(bad("linear: no input image")) };
        // the last constant stands for all that follow
        let at = |c: &[f64], i: usize| c.get(i).or(c.last()).copied().unwrap_or_default();
        let lines: Vec<_> = (0..n).map(|i| (at(&self.a, i), at(&self.b, i))).collect();
        if let [(a, b)] = repeated(&lines)[..]
            && let Some(image) = in_vectors(input, a as f32, b as f32, self.uchar)
        {
            return image;
        }
        dispatch!(input.header().format,
            real T => if self.uchar { bytes::<T>(input, &lines) } else { floats::<T>(input, &lines) },
            complex T => if self.uchar { fine_bytes::<T>(input, &lines) } else { floats::<T>(input, &lines) })
    }
}

/// The formats that there are vector kernels for.
fn in_vectors(input: &Image, a: f32, b: f32, uchar: bool) -> Option<Result<Image>> {
    use windlass_simd::arith;
    Some(match (input.header().format, uchar) {
        (BandFormat::U8, false) => point::rows(input, Line { a, b, row: arith::linear_u8 }),
        (BandFormat::U16, false) => point::rows(input, Line { a, b, row: arith::linear_u16 }),
        (BandFormat::F32, false) => point::rows(input, Line { a, b, row: arith::linear_f32 }),
        (BandFormat::U8, true) => point::rows(input, Line { a, b, row: arith::linear_bytes_u8 }),
        (BandFormat::F32, true) => point::rows(input, Line { a, b, row: arith::linear_bytes_f32 }),
        _ => return None,
    })
}

/// A vector kernel with its constants.
struct Line<T, O> {
    a: f32,
    b: f32,
    row: fn(&[T], f32, f32, &mut [O]),
}

impl<T: Sample, O: Sample> RowKernel<T> for Line<T, O> {
    type Out = O;

    fn row(&self, input: &[T], output: &mut [O]) {
        (self.row)(input, self.a, self.b, output);
    }
}

/// In the type of the result where all bands have the same line, else in doubles.
fn floats<T: Arithmetic>(input: &Image, lines: &[(f64, f64)]) -> Result<Image> {
    let constants = repeated(lines);
    if let [(a, b)] = constants[..] {
        let constants = vec![(T::Factor::from_f64(a), T::Factor::from_f64(b))];
        let function = |x: T, (a, b)| x.line(a, b);
        return point::rows(input, EachWith { constants, function });
    }
    point::rows(input, EachWith { constants, function: |x: T, (a, b)| x.fine_line(a, b) })
}

fn bytes<T: Arithmetic>(input: &Image, lines: &[(f64, f64)]) -> Result<Image> {
    let constants = repeated(lines);
    if let [(a, b)] = constants[..] {
        let constants = vec![(a as f32, b as f32)];
        let function = |x: T, (a, b)| f32_to_byte(x.byte_line(a, b));
        return point::rows(input, EachWith { constants, function });
    }
    fine_bytes::<T>(input, lines)
}

fn fine_bytes<T: Sample>(input: &Image, lines: &[(f64, f64)]) -> Result<Image> {
    let constants = repeated(lines);
    let function = |x: T, (a, b)| f64_to_byte(a * x.to_f64() + b);
    point::rows(input, EachWith { constants, function })
}

/// Clipped and truncated; what is not a number becomes 255.
fn f32_to_byte(x: f32) -> u8 {
    let x = if x < 255.0 { x } else { 255.0 };
    let x = if x > 0.0 { x } else { 0.0 };
    x as i32 as u8
}

/// As [`f32_to_byte`].
fn f64_to_byte(x: f64) -> u8 {
    let x = if x < 255.0 { x } else { 255.0 };
    let x = if x > 0.0 { x } else { 0.0 };
    x as i32 as u8
}

#[cfg(test)]
mod tests {
    use super::*;
    use windlass_core::BandFormat;

    #[test]
    fn a_shorter_vector_repeats_its_last() {
        let image = Image::from_memory(1, 1, 1, BandFormat::U8, vec![10]).unwrap();
        let out = Linear::new(image, vec![1.0, 2.0, 3.0], vec![1.0, 2.0]).build().unwrap();
        assert_eq!(out.pixels().unwrap().samples::<f32>(0), [11.0, 22.0, 32.0]);
    }

    #[test]
    fn bytes_are_truncated() {
        let image = Image::from_memory(3, 1, 1, BandFormat::U8, vec![0, 128, 255]).unwrap();
        let out = Linear::new(image, vec![1.5], vec![-10.25]).uchar(true).build().unwrap();
        assert_eq!(out.to_memory().unwrap(), [0, 181, 255]);
    }

    #[test]
    fn vectors_fit_the_bands() {
        let image = Image::from_memory(1, 1, 2, BandFormat::U8, vec![0, 0]).unwrap();
        let error = Linear::new(&image, vec![1.0; 3], vec![0.0]).build().err().unwrap();
        assert!(error.to_string().contains("linear: vector must have 1 or 2 elements"));
        assert!(Linear::new(&image, vec![], vec![0.0]).build().is_err());
    }
}
