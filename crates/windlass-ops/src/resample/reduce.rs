use super::axis::Direction;
use super::kernel::Kernel;
use super::reduce_axis::reduce_axis;
use windlass_core::{Build, Image, Result};
use windlass_macros::Operation;

/// Reduce an image horizontally.
///
/// Resamples by a real factor of 1 or more with a windowed kernel. With a `gap` an image is first
/// averaged by an integer factor, so that the kernel sees at least `gap` pixels for each of the output.
#[derive(Operation)]
#[operation(family = "resample", name = "reduceh", sequential)]
pub struct ReduceH {
    /// Input image
    pub input: Image,
    /// Horizontal shrink factor
    #[arg(min = 1.0, max = 1_000_000.0)]
    pub hshrink: f64,
    /// Resampling kernel
    #[arg(default = Kernel::Lanczos3)]
    pub kernel: Kernel,
    /// Reducing gap
    #[arg(default = 0.0, min = 0.0, max = 1_000_000.0)]
    pub gap: f64,
}

impl Build for ReduceH {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        reduce_axis(&self.input, Direction::Horizontal, self.hshrink, self.kernel, self.gap)
    }
}

/// Reduce an image vertically.
///
/// As `reduceh`, along the other axis.
#[derive(Operation)]
#[operation(family = "resample", name = "reducev", sequential)]
pub struct ReduceV {
    /// Input image
    pub input: Image,
    /// Vertical shrink factor
    #[arg(min = 1.0, max = 1_000_000.0)]
    pub vshrink: f64,
    /// Resampling kernel
    #[arg(default = Kernel::Lanczos3)]
    pub kernel: Kernel,
    /// Reducing gap
    #[arg(default = 0.0, min = 0.0, max = 1_000_000.0)]
    pub gap: f64,
}

impl Build for ReduceV {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        reduce_axis(&self.input, Direction::Vertical, self.vshrink, self.kernel, self.gap)
    }
}

/// Reduce an image.
///
/// `reducev`, then `reduceh`.
#[derive(Operation)]
#[operation(family = "resample", sequential)]
pub struct Reduce {
    /// Input image
    pub input: Image,
    /// Horizontal shrink factor
    #[arg(min = 1.0, max = 1_000_000.0)]
    pub hshrink: f64,
    /// Vertical shrink factor
    #[arg(min = 1.0, max = 1_000_000.0)]
    pub vshrink: f64,
    /// Resampling kernel
    #[arg(default = Kernel::Lanczos3)]
    pub kernel: Kernel,
    /// Reducing gap
    #[arg(default = 0.0, min = 0.0, max = 1_000_000.0)]
    pub gap: f64,
}

impl Build for Reduce {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        let (kernel, gap) = (self.kernel, self.gap);
        let input = reduce_axis(&self.input, Direction::Vertical, self.vshrink, kernel, gap)?;
        reduce_axis(&input, Direction::Horizontal, self.hshrink, kernel, gap)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use windlass_core::BandFormat;

    const ROW: [u8; 16] = [11, 48, 85, 122, 159, 196, 233, 14, 51, 88, 125, 162, 199, 236, 17, 54];

    fn row() -> Image {
        Image::from_memory(16, 1, 1, BandFormat::U8, ROW.to_vec()).unwrap()
    }

    fn reduced(factor: f64, kernel: Kernel, gap: f64) -> Vec<u8> {
        let across = ReduceH::new(row(), factor).kernel(kernel).gap(gap).build().unwrap();
        let column = Image::from_memory(1, 16, 1, BandFormat::U8, ROW.to_vec()).unwrap();
        let down = ReduceV::new(column, factor).kernel(kernel).gap(gap).build().unwrap();
        let across = across.to_memory().unwrap();
        assert_eq!(across, down.to_memory().unwrap());
        across
    }

    #[test]
    fn every_kernel_halves_as_the_reference_does() {
        use Kernel::*;
        assert_eq!(reduced(2.0, Nearest, 0.0), [48, 122, 196, 14, 88, 162, 236, 54]);
        assert_eq!(reduced(2.0, Linear, 0.0), [34, 104, 178, 124, 70, 144, 186, 63]);
        assert_eq!(reduced(2.0, Cubic, 0.0), [30, 103, 190, 124, 58, 147, 201, 52]);
        assert_eq!(reduced(2.0, Mitchell, 0.0), [33, 103, 182, 123, 65, 145, 190, 60]);
        assert_eq!(reduced(2.0, Lanczos2, 0.0), [30, 103, 190, 124, 57, 146, 201, 52]);
        assert_eq!(reduced(2.0, Lanczos3, 0.0), [29, 99, 199, 124, 48, 152, 203, 50]);
        assert_eq!(reduced(2.0, Mks2013, 0.0), [25, 103, 204, 124, 44, 153, 213, 46]);
        assert_eq!(reduced(2.0, Mks2021, 0.0), [30, 101, 194, 124, 53, 149, 204, 49]);
    }

    #[test]
    fn real_factors_and_gaps() {
        assert_eq!(reduced(2.5, Kernel::Lanczos3, 0.0), [49, 169, 140, 55, 194, 113]);
        assert_eq!(reduced(5.0, Kernel::Lanczos3, 0.0), [108, 125, 131]);
        assert_eq!(reduced(5.0, Kernel::Lanczos3, 1.0), [85, 116, 148, 54]);
    }

    #[test]
    fn other_formats_follow_their_own_rounding() {
        let flat = vec![(-10_i8) as u8; 16];
        let image = Image::from_memory(16, 1, 1, BandFormat::I8, flat).unwrap();
        let out = ReduceH::new(image, 2.0).build().unwrap().to_memory().unwrap();
        assert!(out.iter().all(|x| *x as i8 == -11), "{out:?}");
    }

    #[test]
    fn what_is_too_small_is_refused() {
        let error = ReduceH::new(row(), 40.0).build().unwrap_err();
        assert_eq!(error.message(), "reduceh: image has shrunk to nothing");
        let error = ReduceH::new(row(), 3.0).gap(0.5).build().unwrap_err();
        assert_eq!(error.message(), "reduceh: reduce gap should be >= 1.0");
    }
}
