use super::prepare::{Each, floats};
use std::f64::consts::PI;
use windlass_core::{Build, Image, Result};
use windlass_macros::Operation;

/// Make a zone plate.
///
/// Rings of growing frequency around the middle; -1 to 1, with `uchar` 0 to 255.
#[derive(Operation)]
#[operation(family = "create")]
pub struct Zone {
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

impl Build for Zone {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        let (middle_x, middle_y) = (self.width / 2, self.height / 2);
        let step = (PI / f64::from(self.width)) as f32;
        let square = |x: i32| x.wrapping_mul(x);
        let ring = move |x: i32, y: i32| {
            let distance = square(x - middle_x).wrapping_add(square(y - middle_y));
            libm::cosf(step * distance as f32)
        };
        floats(self.width, self.height, Each(ring), self.uchar.then_some((-1.0, 1.0)))
    }
}
