use super::prepare::{Each, floats};
use std::f64::consts::PI;
use windlass_core::{Build, Image, Result};
use windlass_macros::Operation;

/// Make an image showing the eye's spatial response.
///
/// Waves of growing frequency to the right, of growing contrast downwards; -1 to 1, with `uchar`
/// 0 to 255.
#[derive(Operation)]
#[operation(family = "create")]
pub struct Eye {
    /// Image width in pixels
    #[arg(min = 1, max = 100_000_000)]
    pub width: i32,
    /// Image height in pixels
    #[arg(min = 1, max = 100_000_000)]
    pub height: i32,
    /// Output an unsigned char image
    #[arg(default = false)]
    pub uchar: bool,
    /// Maximum spatial frequency
    #[arg(default = 0.5, min = 0.0, max = 1.0)]
    pub factor: f64,
}

impl Build for Eye {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        let (last_x, last_y) = ((self.width - 1).max(1), (self.height - 1).max(1));
        let step = (self.factor * PI / (2.0 * f64::from(last_x))) as f32;
        let square = |y: i32| y.wrapping_mul(y) as f32;
        let wave = move |x: i32, y: i32| {
            square(y) * libm::cosf(step * x as f32 * x as f32) / square(last_y)
        };
        floats(self.width, self.height, Each(wave), self.uchar.then_some((-1.0, 1.0)))
    }
}
