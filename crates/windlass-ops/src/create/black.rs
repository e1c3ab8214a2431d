use super::prepare::fresh;
use windlass_core::point::{self, PlaceKernel};
use windlass_core::{BandFormat, Build, Image, Result};
use windlass_macros::Operation;

/// Make a black image.
///
/// All samples are 0, in `uchar`.
#[derive(Operation)]
#[operation(family = "create")]
pub struct Black {
    /// Image width in pixels
    #[arg(min = 1, max = 100_000_000)]
    pub width: i32,
    /// Image height in pixels
    #[arg(min = 1, max = 100_000_000)]
    pub height: i32,
    /// Number of bands in image
    #[arg(default = 1, min = 1, max = 100_000_000)]
    pub bands: i32,
}

impl Build for Black {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        let header = fresh(self.width, self.height, self.bands, BandFormat::U8);
        point::generate(header, Zero)
    }
}

struct Zero;

impl PlaceKernel for Zero {
    type Out = u8;

    fn row(&self, _: i32, _: i32, output: &mut [u8]) {
        output.fill(0);
    }
}
