use super::prepare::{bad, fresh};
use windlass_core::point::{self, PlaceKernel};
use windlass_core::{BandFormat, Build, Image, Result};
use windlass_macros::Operation;

/// Make an image where pixel values are coordinates.
///
/// Band 0 is `x`, band 1 `y`. Each of `csize`, `dsize` and `esize` that is given adds a dimension:
/// a band, and as many repetitions of the image downwards.
#[derive(Operation)]
#[operation(family = "create")]
pub struct Xyz {
    /// Image width in pixels
    #[arg(min = 1, max = 100_000_000)]
    pub width: i32,
    /// Image height in pixels
    #[arg(min = 1, max = 100_000_000)]
    pub height: i32,
    /// Size of third dimension
    #[arg(min = 1, max = 100_000_000)]
    pub csize: Option<i32>,
    /// Size of fourth dimension
    #[arg(min = 1, max = 100_000_000)]
    pub dsize: Option<i32>,
    /// Size of fifth dimension
    #[arg(min = 1, max = 100_000_000)]
    pub esize: Option<i32>,
}

impl Build for Xyz {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        let sizes = [self.csize, self.dsize, self.esize];
        let given = sizes.iter().take_while(|size| size.is_some()).count();
        if sizes[given..].iter().any(Option::is_some) {
            return Err(bad("xyz: lower dimensions not set"));
        }
        let sizes: Vec<i32> = sizes.iter().flatten().copied().collect();
        let height = sizes.iter().try_fold(self.height, |height, size| height.checked_mul(*size));
        let height = height.ok_or_else(|| bad("xyz: image too large"))?;
        let header = fresh(self.width, height, 2 + given as i32, BandFormat::U32);
        // the last dimension has no end of its own
        let mut steps = vec![self.height];
        steps.extend(sizes);
        steps.pop();
        point::generate(header, Coordinates { steps, bands: 2 + given })
    }
}

/// Sizes of the dimensions from the second on, but the last.
struct Coordinates {
    steps: Vec<i32>,
    bands: usize,
}

impl PlaceKernel for Coordinates {
    type Out = u32;

    fn row(&self, x: i32, y: i32, output: &mut [u32]) {
        let mut rest = y;
        let mut place = vec![0; self.bands];
        for (out, step) in place[1..].iter_mut().zip(&self.steps) {
            *out = (rest % step) as u32;
            rest /= step;
        }
        place[self.bands - 1] = rest as u32;
        for (out, x) in output.chunks_exact_mut(self.bands).zip(x..) {
            out.copy_from_slice(&place);
            out[0] = x as u32;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dimensions_follow_each_other_downwards() {
        let out = Xyz::new(2, 3).csize(2).build().unwrap();
        let header = out.header();
        assert_eq!((header.width, header.height, header.bands), (2, 6, 3));
        let pixels = out.pixels().unwrap();
        assert_eq!(pixels.samples::<u32>(1), [0, 1, 0, 1, 1, 0]);
        assert_eq!(pixels.samples::<u32>(5), [0, 2, 1, 1, 2, 1]);
    }

    #[test]
    fn dimensions_are_given_in_order() {
        assert!(Xyz::new(2, 3).dsize(2).build().is_err());
        assert!(Xyz::new(2, 50_000_000).csize(50).build().is_err());
    }
}
