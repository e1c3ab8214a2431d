use super::copied;
use crate::coding::decoded;
use windlass_core::point::{self, RowKernel};
use windlass_core::{BandFormat, Build, Image, Integer, Result, cast, dispatch};
use windlass_macros::Operation;

/// Cast an image.
///
/// Integers clip, floats clip and lose their fraction, complex numbers lose their imaginary part
/// where the target is real. With `shift`, integers keep their share of the range instead: 8-bit
/// 255 becomes 16-bit 65535.
#[derive(Operation)]
#[operation(family = "conversion", sequential)]
pub struct Cast {
    /// Input image
    pub input: Image,
    /// Format to cast to
    pub format: BandFormat,
    /// Shift integer values up and down
    #[arg(default = false)]
    pub shift: bool,
}

impl Build for Cast {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        if self.format == self.input.header().format {
            return copied(&self.input);
        }
        let input = decoded(&self.input)?;
        if !self.shift || !self.format.is_integer() {
            return cast(&input, self.format);
        }
        let input = cast(&input, integer_guess(&input))?;
        dispatch!(input.header().format,
            integer I => dispatch!(self.format,
                integer O => shifted::<I, O>(&input),
                float _O => cast(&input, self.format),
                complex _O => cast(&input, self.format)),
            float _I => cast(&input, self.format),
            complex _I => cast(&input, self.format))
    }
}

/// The format of the values before the shift: of floats what the interpretation asks for.
fn integer_guess(input: &Image) -> BandFormat {
    let header = input.header();
    if header.format.is_integer() { header.format } else { header.guess_format() }
}

/// The image with its integers shifted to the size of the new format.
fn shifted<I: Integer, O: Integer>(input: &Image) -> Result<Image> {
    if I::FORMAT == O::FORMAT {
        return Ok(input.clone());
    }
    let (from, to) = (8 * size_of::<I>() as u32, 8 * size_of::<O>() as u32);
    if from > to {
        let by = from - to;
        point::rows::<I, _>(input, Down::<O> { by, out: std::marker::PhantomData })
    } else {
        let by = to - from;
        point::rows::<I, _>(input, Up::<O> { by, out: std::marker::PhantomData })
    }
}

/// The upper bits.
struct Down<O> {
    by: u32,
    out: std::marker::PhantomData<O>,
}

impl<I: Integer, O: Integer> RowKernel<I> for Down<O> {
    type Out = O;

    fn row(&self, input: &[I], output: &mut [O]) {
        output.iter_mut().zip(input).for_each(|(out, x)| *out = O::wrap(x.to_i64() >> self.by));
    }
}

/// More bits, all like the lowest one.
struct Up<O> {
    by: u32,
    out: std::marker::PhantomData<O>,
}

impl<I: Integer, O: Integer> RowKernel<I> for Up<O> {
    type Out = O;

    fn row(&self, input: &[I], output: &mut [O]) {
        let ones = (1_i64 << self.by) - 1;
        for (out, x) in output.iter_mut().zip(input) {
            let x = x.to_i64();
            *out = O::wrap((x << self.by) | (ones & -(x & 1)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shifts_fill_with_the_lowest_bit() {
        let image = Image::from_memory(3, 1, 1, BandFormat::U8, vec![255, 1, 2]).unwrap();
        let out = Cast::new(image, BandFormat::U16).shift(true).build().unwrap();
        let expected: Vec<u8> =
            [65535_u16, 511, 512].iter().flat_map(|x| x.to_ne_bytes()).collect();
        assert_eq!(out.to_memory().unwrap(), expected);
    }
}
