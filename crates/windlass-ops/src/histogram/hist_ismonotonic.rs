use super::prepare::{check_histogram, check_real, samples};
use crate::coding::decoded;
use windlass_core::{BandFormat, Build, Error, ErrorKind, Image, Result, Sample, dispatch};
use windlass_macros::{Operation, Outputs};

/// Test for monotonicity.
///
/// Whether no element lies below the one before it, in any band.
///
/// The answer is that of an integer convolution with `[-1, 1]` and an offset of 128: `char` can't
/// hold 128 and never passes; 32-bit integers wrap.
#[derive(Operation)]
#[operation(family = "histogram", name = "hist_ismonotonic")]
pub struct HistIsmonotonic {
    /// Input histogram image
    pub input: Image,
}

/// An answer about a histogram.
#[derive(Outputs, Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "the one output of the operation")]
pub struct Monotonic {
    /// True if in is monotonic
    pub monotonic: bool,
}

impl Build for HistIsmonotonic {
    type Output = Monotonic;

    fn build(&self) -> Result<Monotonic> {
        check_histogram("hist_ismonotonic", &self.input)?;
        check_real("hist_ismonotonic", &self.input)?;
        let input = decoded(&self.input)?;
        let monotonic = match input.header().format {
            BandFormat::I8 => false,
            BandFormat::U32 => never_falls(&input, |a: u32, b: u32| {
                let step = (b as i32).wrapping_sub(a as i32).wrapping_add(128);
                step as u32 >= 128
            })?,
            BandFormat::I32 => {
                never_falls(&input, |a: i32, b: i32| b.wrapping_sub(a).wrapping_add(128) >= 128)?
            }
            BandFormat::F32 => never_falls(&input, |a: f32, b: f32| b - a + 128.0 >= 128.0)?,
            format => dispatch!(format,
            real T => never_falls(&input, |a: T, b: T| b.to_f64() - a.to_f64() + 128.0 >= 128.0)?,
            complex _T => {
                return Err(Error::new(ErrorKind::Internal, "complex images were refused before"));
            }),
        };
        Ok(Monotonic { monotonic })
    }
}

fn never_falls<T: Sample>(input: &Image, rises: impl Fn(T, T) -> bool) -> Result<bool> {
    let bands = input.header().bands as usize;
    let samples = samples::<T>(input)?;
    // the first is compared with itself, which a number that is none does not pass
    let first = samples[..bands].iter().all(|x| rises(*x, *x));
    Ok(first && samples.iter().zip(&samples[bands..]).all(|(a, b)| rises(*a, *b)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_elements_pass_and_falls_do_not() {
        let monotonic = |bytes: &[u8]| {
            let width = bytes.len() as i32;
            let image = Image::from_memory(width, 1, 1, BandFormat::U8, bytes.to_vec()).unwrap();
            HistIsmonotonic::new(image).build().unwrap().monotonic
        };
        assert!(monotonic(&[1, 1, 2]) && monotonic(&[5]));
        assert!(!monotonic(&[1, 255, 254]));
    }
}
