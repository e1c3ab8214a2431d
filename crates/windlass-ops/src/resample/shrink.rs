use super::axis::Direction;
use super::kernel::Kernel;
use super::reduce_axis::reduce_axis;
use super::shrink_axis::shrink_axis;
use windlass_core::{Build, Image, Result};
use windlass_macros::Operation;

/// Shrink an image horizontally.
///
/// Averages `hshrink` pixels to one.
#[derive(Operation)]
#[operation(family = "resample", name = "shrinkh", sequential)]
pub struct ShrinkH {
    /// Input image
    pub input: Image,
    /// Horizontal shrink factor
    #[arg(min = 1, max = 1_000_000)]
    pub hshrink: i32,
    /// Round-up output dimensions
    #[arg(default = false)]
    pub ceil: bool,
}

impl Build for ShrinkH {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        shrink_axis(&self.input, Direction::Horizontal, self.hshrink, self.ceil)
    }
}

/// Shrink an image vertically.
///
/// Averages `vshrink` pixels to one.
#[derive(Operation)]
#[operation(family = "resample", name = "shrinkv", sequential)]
pub struct ShrinkV {
    /// Input image
    pub input: Image,
    /// Vertical shrink factor
    #[arg(min = 1, max = 1_000_000)]
    pub vshrink: i32,
    /// Round-up output dimensions
    #[arg(default = false)]
    pub ceil: bool,
}

impl Build for ShrinkV {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        shrink_axis(&self.input, Direction::Vertical, self.vshrink, self.ceil)
    }
}

/// Shrink an image.
///
/// Averages boxes of pixels. Where a factor is not an integer, both axes are reduced with a
/// `lanczos3` kernel after averaging by integer factors.
#[derive(Operation)]
#[operation(family = "resample", sequential)]
pub struct Shrink {
    /// Input image
    pub input: Image,
    /// Horizontal shrink factor
    #[arg(min = 1.0, max = 1_000_000.0)]
    pub hshrink: f64,
    /// Vertical shrink factor
    #[arg(min = 1.0, max = 1_000_000.0)]
    pub vshrink: f64,
    /// Round-up output dimensions
    #[arg(default = false)]
    pub ceil: bool,
}

impl Build for Shrink {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        let (across, down) = (self.hshrink, self.vshrink);
        if across.fract() == 0.0 && down.fract() == 0.0 {
            let input = shrink_axis(&self.input, Direction::Vertical, down as i32, self.ceil)?;
            return shrink_axis(&input, Direction::Horizontal, across as i32, self.ceil);
        }
        let input = reduce_axis(&self.input, Direction::Vertical, down, Kernel::Lanczos3, 1.0)?;
        reduce_axis(&input, Direction::Horizontal, across, Kernel::Lanczos3, 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use windlass_core::BandFormat;

    const ROW: [u8; 16] = [11, 48, 85, 122, 159, 196, 233, 14, 51, 88, 125, 162, 199, 236, 17, 54];

    #[test]
    fn boxes_are_averaged() {
        let row = Image::from_memory(16, 1, 1, BandFormat::U8, ROW.to_vec()).unwrap();
        let out = ShrinkH::new(&row, 3).build().unwrap();
        assert_eq!(out.to_memory().unwrap(), [48, 159, 99, 125, 150]);
        let out = ShrinkH::new(&row, 3).ceil(true).build().unwrap();
        assert_eq!(out.to_memory().unwrap(), [48, 159, 99, 125, 150, 54]);
        let column = Image::from_memory(1, 16, 1, BandFormat::U8, ROW.to_vec()).unwrap();
        let out = ShrinkV::new(column, 3).ceil(true).build().unwrap();
        assert_eq!(out.to_memory().unwrap(), [48, 159, 99, 125, 150, 54]);
    }

    #[test]
    fn the_rounding_of_negative_means_is_upwards() {
        let flat = Image::from_memory(4, 2, 1, BandFormat::I8, vec![(-10_i8) as u8; 8]).unwrap();
        let out = ShrinkV::new(flat, 2).build().unwrap();
        assert_eq!(out.to_memory().unwrap(), [(-9_i8) as u8; 4]);
    }

    #[test]
    fn nothing_left_is_an_error() {
        let row = Image::from_memory(3, 1, 1, BandFormat::U8, vec![1, 2, 3]).unwrap();
        let error = ShrinkH::new(row, 7).build().unwrap_err();
        assert_eq!(error.message(), "shrinkh: image has shrunk to nothing");
    }
}
