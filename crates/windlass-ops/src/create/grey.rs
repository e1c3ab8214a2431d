use super::prepare::{Each, floats};
use windlass_core::{Build, Image, Result};
use windlass_macros::Operation;

/// Make a grey ramp image.
///
/// From 0 at the left to 1 at the right; with `uchar` to 255.
#[derive(Operation)]
#[operation(family = "create")]
pub struct Grey {
    /// Image width in pixels
    #[arg(min = 1, max = 100_000_000)]
    pub width: i32,
    /// Image height in pixels
    #[arg(min = 1, max = 100_000_000)]
    pub height: i32,
    /// Output an unsigned char image
    #[arg(default = false)]
    pub uchar: bool,
}

impl Build for Grey {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        let last = f64::from(self.width - 1);
        let ramp = Each(move |x, _| (f64::from(x) / last) as f32);
        floats(self.width, self.height, ramp, self.uchar.then_some((0.0, 1.0)))
    }
}
