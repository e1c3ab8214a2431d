use super::{bad, copied, derived};
use crate::arithmetic::BitOperation;
use crate::coding::decoded;
use windlass_core::declare::ArgEnum;
use windlass_core::point::{self, RowKernel};
use windlass_core::{
    BandFormat, Build, Float, Header, Image, Integer, Real, Result, Sees, dispatch,
};
use windlass_macros::Operation;

/// Boolean operation across image bands.
///
/// One band whose samples are all bands of a pixel, combined.
#[derive(Operation)]
#[operation(family = "conversion", sequential)]
pub struct Bandbool {
    /// Input image
    pub input: Image,
    /// Boolean to perform
    pub boolean: BitOperation,
}

impl Build for Bandbool {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        let fold: Fold = match self.boolean {
            BitOperation::And => |a, b| a & b,
            BitOperation::Or => |a, b| a | b,
            BitOperation::Eor => |a, b| a ^ b,
            BitOperation::Lshift | BitOperation::Rshift => {
                let nick = self.boolean.nick();
                return Err(bad(format!(
                    "bandbool: operator {nick} not supported across image bands"
                )));
            }
        };
        if self.input.header().format.is_complex() {
            return Err(bad("bandbool: image must be non-complex"));
        }
        if self.input.header().bands == 1 {
            return copied(&self.input);
        }
        let input = decoded(&self.input)?;
        let old = derived(&input);
        let bands = old.bands as usize;
        let format = if old.format.is_integer() { old.format } else { BandFormat::I32 };
        let header = Header { bands: 1, format, ..old };
        dispatch!(input.header().format,
            integer T => point::map::<T, _>(header, &input, Integers { bands, fold }),
            float T => point::map::<T, _>(header, &input, Floats { bands, fold }),
            complex _T => Err(bad("bandbool: image must be non-complex")))
    }
}

type Fold = fn(i64, i64) -> i64;

struct Integers {
    bands: usize,
    fold: Fold,
}

impl<T: Integer> RowKernel<T> for Integers {
    type Out = T;
    const SEES: Sees = Sees::Pixel;

    fn row(&self, input: &[T], output: &mut [T]) {
        for (out, pixel) in output.iter_mut().zip(input.chunks_exact(self.bands)) {
            let folded = pixel.iter().map(|x| x.to_i64()).reduce(self.fold);
            *out = T::wrap(folded.unwrap_or(0));
        }
    }
}

struct Floats {
    bands: usize,
    fold: Fold,
}

impl<T: Float> RowKernel<T> for Floats {
    type Out = i32;
    const SEES: Sees = Sees::Pixel;

    fn row(&self, input: &[T], output: &mut [i32]) {
        for (out, pixel) in output.iter_mut().zip(input.chunks_exact(self.bands)) {
            *out = pixel.iter().map(|x| truncated(*x)).reduce(self.fold).unwrap_or(0) as i32;
        }
    }
}

/// The value without its fraction; what does not fit 32 bits becomes their minimum.
fn truncated<T: Real>(x: T) -> i64 {
    let x = x.to_f64().trunc();
    let fits = x >= f64::from(i32::MIN) && x <= f64::from(i32::MAX);
    i64::from(if fits { x as i32 } else { i32::MIN })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bands_are_combined() {
        let image = Image::from_memory(1, 1, 3, BandFormat::U8, vec![7, 6, 12]).unwrap();
        let fold = |how| Bandbool::new(&image, how).build().unwrap().to_memory().unwrap();
        assert_eq!(fold(BitOperation::And), [4]);
        assert_eq!(fold(BitOperation::Or), [15]);
        assert_eq!(fold(BitOperation::Eor), [13]);
        let error = Bandbool::new(&image, BitOperation::Lshift).build().unwrap_err();
        assert!(error.message().contains("operator lshift not supported"));
    }
}
