use super::prepare::{Each, floats};
use std::f64::consts::{FRAC_PI_2, PI};
use windlass_core::{Build, Image, Result};
use windlass_macros::Operation;

/// Make a 2D sine wave.
///
/// Both frequencies count waves across the width; -1 to 1, with `uchar` 0 to 255.
#[derive(Operation)]
#[operation(family = "create")]
pub struct Sines {
    /// Image width in pixels
    #[arg(min = 1, max = 100_000_000)]
    pub width: i32,
    /// Image height in pixels
    #[arg(min = 1, max = 100_000_000)]
    pub height: i32,
    /// Output an unsigned char image
    #[arg(default = false)]
    pub uchar: bool,
    /// Horizontal spatial frequency
    #[arg(default = 0.5, min = 0.0, max = 10_000.0)]
    pub hfreq: f64,
    /// Vertical spatial frequency
    #[arg(default = 0.5, min = 0.0, max = 10_000.0)]
    pub vfreq: f64,
}

impl Build for Sines {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        let angle = if self.hfreq == 0.0 { FRAC_PI_2 } else { libm::atan(self.vfreq / self.hfreq) };
        let frequency = (self.hfreq * self.hfreq + self.vfreq * self.vfreq).sqrt();
        let step = frequency * PI * 2.0 / f64::from(self.width);
        let (cos, sin) = (libm::cos(angle), libm::sin(angle));
        let wave = move |x: i32, y: i32| {
            libm::cosf((step * (f64::from(x) * cos - f64::from(y) * sin)) as f32)
        };
        floats(self.width, self.height, Each(wave), self.uchar.then_some((-1.0, 1.0)))
    }
}
