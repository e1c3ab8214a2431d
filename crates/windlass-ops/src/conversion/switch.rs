use super::bad;
use crate::coding::all_decoded;
use windlass_core::point::{self, RowKernels};
use windlass_core::{BandFormat, Build, Header, Image, Result, align, cast};
use windlass_macros::Operation;

/// Find the index of the first non-zero pixel in tests.
///
/// Where all are zero the result is their number.
#[derive(Operation)]
#[operation(family = "conversion", sequential)]
pub struct Switch {
    /// Table of images to test
    pub tests: Vec<Image>,
}

impl Build for Switch {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        if self.tests.is_empty() || self.tests.len() > 255 {
            return Err(bad("switch: bad number of tests"));
        }
        let bytes = |image: &Image| cast(image, BandFormat::U8);
        let tests = all_decoded(&self.tests)?.iter().map(bytes).collect::<Result<Vec<_>>>()?;
        let tests = align::sizes(&tests)?;
        if tests.iter().any(|test| test.header().bands != 1) {
            return Err(bad("switch: test images not 1-band"));
        }
        let header = Header::inherit(&tests).ok_or_else(|| bad("switch: bad number of tests"))?;
        point::rows_n::<u8, _>(header, &tests.iter().collect::<Vec<_>>(), First)
    }
}

/// The number of the first input that is not zero.
struct First;

impl RowKernels<u8> for First {
    type Out = u8;

    fn row(&self, inputs: &[&[u8]], output: &mut [u8]) {
        output.fill(inputs.len() as u8);
        for (i, input) in inputs.iter().enumerate().rev() {
            for (out, test) in output.iter_mut().zip(*input) {
                *out = if *test == 0 { *out } else { i as u8 };
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_one_counts() {
        let row = |x: &[u8]| Image::from_memory(3, 1, 1, BandFormat::U8, x.to_vec()).unwrap();
        let tests = vec![row(&[0, 1, 0]), row(&[7, 7, 0])];
        let out = Switch::new(tests).build().unwrap();
        assert_eq!(out.to_memory().unwrap(), [1, 0, 2]);
    }
}
