use super::{bad, derived};
use windlass_core::point::{self, RowKernel};
use windlass_core::{
    BandFormat, Build, Coding, Header, Image, Integer, Real, Result, Sample, dispatch,
};
use windlass_macros::Operation;

/// Gamma an image.
///
/// Raises every sample, as a share of the largest value of its format, to the power of
/// `1 / exponent`. The largest value of floats is 1.
#[derive(Operation)]
#[operation(family = "conversion", sequential)]
pub struct Gamma {
    /// Input image
    pub input: Image,
    /// Gamma factor
    #[arg(default = 1.0 / 2.4, min = 0.000_001, max = 1000.0)]
    pub exponent: f64,
}

impl Build for Gamma {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        let input = &self.input;
        let header = derived(input);
        if header.coding != Coding::None {
            return Err(bad("maplut: image must be uncoded"));
        }
        let interpretation = header.guess_interpretation();
        let curve = Curve::new(1.0 / self.exponent, header.format);
        match header.format {
            BandFormat::U8 => {
                let table = Bytes(std::array::from_fn(|x| curve.value(x as u8)));
                point::map::<u8, _>(Header { interpretation, ..header }, input, table)
            }
            BandFormat::U16 => {
                let table = (0..=u16::MAX).map(|x| curve.value(x)).collect();
                point::map::<u16, _>(Header { interpretation, ..header }, input, Table { table })
            }
            format => dispatch!(format,
                real T => point::map::<T, _>(header, input, curve),
                complex _T => Err(bad("math2_const: image must be non-complex"))),
        }
    }
}

/// The power function of one format.
struct Curve {
    exponent: f64,
    /// Brings the largest value back to itself
    scale: f64,
    double: bool,
}

impl Curve {
    fn new(exponent: f64, format: BandFormat) -> Self {
        let largest = dispatch!(format,
            integer T => T::clip(i64::MAX).to_f64(),
            float _T => 1.0,
            complex _T => 1.0);
        let factor = power(largest, exponent) / largest;
        Self { exponent, scale: 1.0 / factor, double: format == BandFormat::F64 }
    }

    fn value<T: Real>(&self, x: T) -> T {
        let raised = power(x.to_f64(), self.exponent);
        if self.double {
            T::from_f64(self.scale * raised)
        } else {
            T::from_f64(f64::from(self.scale as f32 * raised as f32))
        }
    }
}

/// The power that the reference computes: a base of 0 gives 0.
fn power(base: f64, exponent: f64) -> f64 {
    if base == 0.0 {
        0.0
    } else if exponent == -1.0 {
        1.0 / base
    } else if exponent == 0.5 {
        base.sqrt()
    } else {
        libm::pow(base, exponent)
    }
}

impl<T: Real> RowKernel<T> for Curve {
    type Out = T;

    fn row(&self, input: &[T], output: &mut [T]) {
        output.iter_mut().zip(input).for_each(|(out, x)| *out = self.value(*x));
    }
}

/// Values by byte.
struct Bytes([u8; 256]);

impl RowKernel<u8> for Bytes {
    type Out = u8;

    fn row(&self, input: &[u8], output: &mut [u8]) {
        windlass_simd::table::look_up(&self.0, input, output);
    }
}

/// Values by unsigned sample.
struct Table<T> {
    table: Vec<T>,
}

impl<T: Integer> RowKernel<T> for Table<T> {
    type Out = T;

    fn row(&self, input: &[T], output: &mut [T]) {
        output.iter_mut().zip(input).for_each(|(out, x)| *out = self.table[x.to_i64() as usize]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_stay() {
        let image = Image::from_memory(3, 1, 1, BandFormat::U8, vec![0, 128, 255]).unwrap();
        let out = Gamma::new(image).exponent(0.5).build().unwrap();
        assert_eq!(out.to_memory().unwrap(), [0, 64, 255]);
    }
}
