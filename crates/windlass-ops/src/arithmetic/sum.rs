use super::prepare::{alike, bad};
use super::samples::Arithmetic;
use windlass_core::point::{self, RowKernels};
use windlass_core::{Build, Header, Image, Result, dispatch};
use windlass_macros::Operation;

/// Sum an array of images.
///
/// Adds in the format of the result, from the first to the last: `uchar` and `ushort` give `uint`,
/// other integers `int`; they wrap.
#[derive(Operation)]
#[operation(family = "arithmetic", sequential)]
pub struct Sum {
    /// Array of input images
    pub input: Vec<Image>,
}

impl Build for Sum {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        let images = alike("sum", &self.input)?;
        let Some(header) = Header::inherit(&images) else {
            return Err(bad("sum: no input images"));
        };
        let inputs: Vec<&Image> = images.iter().collect();
        dispatch!(header.format, T => {
            let format = <<T as Arithmetic>::Total as windlass_core::Sample>::FORMAT;
            point::rows_n::<T, _>(Header { format, ..header }, &inputs, Total)
        })
    }
}

struct Total;

impl<T: Arithmetic> RowKernels<T> for Total {
    type Out = T::Total;

    fn row(&self, inputs: &[&[T]], output: &mut [T::Total]) {
        let Some((first, rest)) = inputs.split_first() else { return };
        for (out, x) in output.iter_mut().zip(*first) {
            *out = x.total();
        }
        for input in rest {
            for (out, x) in output.iter_mut().zip(*input) {
                *out = x.add_to(*out);
            }
        }
    }
}
