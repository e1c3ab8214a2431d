use super::{bad, copied};
use crate::coding::all_decoded;
use windlass_core::point::{self, RowKernels};
use windlass_core::{Build, Header, Image, Real, Result, align, dispatch};
use windlass_macros::Operation;

/// Band-wise rank of a set of images.
///
/// Every sample of the output is the `index`-th smallest of those at its place; by default the
/// median.
#[derive(Operation)]
#[operation(family = "conversion", sequential)]
pub struct Bandrank {
    /// Array of input images
    pub input: Vec<Image>,
    /// Select this band element from sorted list
    #[arg(default = -1, min = -1, max = 1_000_000)]
    pub index: i32,
}

impl Build for Bandrank {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        let count = self.input.len();
        if count == 0 {
            return Err(bad("bandrank: no input images"));
        }
        if self.index >= count as i32 {
            return Err(bad("bandrank: index out of range"));
        }
        if let [only] = &self.input[..] {
            return copied(only);
        }
        let images = align::all("bandrank", &all_decoded(&self.input)?, 1)?;
        let header = Header::inherit(&images).ok_or_else(|| bad("bandrank: no input images"))?;
        let index = usize::try_from(self.index).unwrap_or(count / 2);
        let images: Vec<_> = images.iter().collect();
        dispatch!(header.format,
            real T => match index {
                0 => point::rows_n::<T, _>(header, &images, Least),
                last if last == count - 1 => point::rows_n::<T, _>(header, &images, Largest),
                _ => point::rows_n::<T, _>(header, &images, Ranked { index }),
            },
            complex _T => Err(bad("bandrank: image must be non-complex")))
    }
}

struct Least;

impl<T: Real> RowKernels<T> for Least {
    type Out = T;

    fn row(&self, inputs: &[&[T]], output: &mut [T]) {
        fold(inputs, output, |best, x| if x < best { x } else { best });
    }
}

struct Largest;

impl<T: Real> RowKernels<T> for Largest {
    type Out = T;

    fn row(&self, inputs: &[&[T]], output: &mut [T]) {
        fold(inputs, output, |best, x| if x > best { x } else { best });
    }
}

/// What `better` leaves of the samples at each place.
fn fold<T: Real>(inputs: &[&[T]], output: &mut [T], better: impl Fn(T, T) -> T) {
    output.copy_from_slice(inputs[0]);
    for input in &inputs[1..] {
        output.iter_mut().zip(*input).for_each(|(out, x)| *out = better(*out, *x));
    }
}

struct Ranked {
    index: usize,
}

impl<T: Real> RowKernels<T> for Ranked {
    type Out = T;

    fn row(&self, inputs: &[&[T]], output: &mut [T]) {
        let mut sorted = vec![T::default(); inputs.len()];
        for (i, out) in output.iter_mut().enumerate() {
            for (count, input) in inputs.iter().enumerate() {
                let x = input[i];
                let mut at = count;
                while at > 0 && sorted[at - 1] > x {
                    sorted[at] = sorted[at - 1];
                    at -= 1;
                }
                sorted[at] = x;
            }
            *out = sorted[self.index];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use windlass_core::BandFormat;

    #[test]
    fn samples_are_ranked() {
        let image = |x| Image::from_memory(1, 1, 1, BandFormat::U8, vec![x]).unwrap();
        let images = vec![image(7), image(3), image(9)];
        let rank = |index| {
            Bandrank::new(images.clone()).index(index).build().unwrap().to_memory().unwrap()
        };
        assert_eq!((rank(0), rank(1), rank(2), rank(-1)), (vec![3], vec![7], vec![9], vec![7]));
        assert!(Bandrank::new(images.clone()).index(3).build().is_err());
    }
}
