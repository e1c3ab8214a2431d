use super::affine::{Affine, Displacement};
use super::axis::Direction;
use super::kernel::Kernel;
use super::reduce_axis::reduce_axis;
use super::round_away;
use crate::coding::decoded;
use crate::conversion::{Extend, Subsample, Zoom};
use windlass_core::{Build, Image, Interpolator, Result};
use windlass_macros::Operation;

/// Resize an image.
///
/// Makes smaller with `reducev` and `reduceh`, larger with `affine`. Alpha is not premultiplied.
#[derive(Operation)]
#[operation(family = "resample", sequential)]
pub struct Resize {
    /// Input image
    pub input: Image,
    /// Scale image by this factor
    #[arg(min = 0.0, max = 10_000_000.0)]
    pub scale: f64,
    /// Resampling kernel
    #[arg(default = Kernel::Lanczos3)]
    pub kernel: Kernel,
    /// Reducing gap
    #[arg(default = 2.0, min = 0.0, max = 1_000_000.0)]
    pub gap: f64,
    /// Vertical scale image by this factor
    #[arg(min = 0.0, max = 10_000_000.0)]
    pub vscale: Option<f64>,
}

impl Build for Resize {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        let input = decoded(&self.input)?;
        let (image, across, down) = self.subsampled(input)?;
        let across = across.max(1.0 / f64::from(image.header().width));
        let down = down.max(1.0 / f64::from(image.header().height));
        let (kernel, gap) = (self.kernel, self.gap);
        let image = if down < 1.0 {
            reduce_axis(&image, Direction::Vertical, 1.0 / down, kernel, gap)?
        } else {
            image
        };
        let image = if across < 1.0 {
            reduce_axis(&image, Direction::Horizontal, 1.0 / across, kernel, gap)?
        } else {
            image
        };
        if across > 1.0 || down > 1.0 {
            return self.enlarged(&image, across.max(1.0), down.max(1.0));
        }
        Ok(image)
    }
}

impl Resize {
    /// For the kernel `nearest`: the image with only some of its pixels, and the factors left.
    fn subsampled(&self, image: Image) -> Result<(Image, f64, f64)> {
        let (across, down) = (self.scale, self.vscale.unwrap_or(self.scale));
        if self.kernel != Kernel::Nearest {
            return Ok((image, across, down));
        }
        let every = |length: i32, scale: f64| {
            let factor = if self.gap < 1.0 {
                1.0 / scale
            } else {
                f64::from(length) / round_away(f64::from(length) * scale) / self.gap
            };
            // a size of 0 gives infinity: then the kernel takes the middle one
            if factor.is_finite() { factor.floor().clamp(1.0, f64::from(length)) } else { 1.0 }
        };
        let header = image.header();
        let (skip_x, skip_y) = (every(header.width, across), every(header.height, down));
        if skip_x > 1.0 || skip_y > 1.0 {
            let image = Subsample::new(image, skip_x as i32, skip_y as i32).build()?;
            return Ok((image, across * skip_x, down * skip_y));
        }
        Ok((image, across, down))
    }

    fn enlarged(&self, image: &Image, across: f64, down: f64) -> Result<Image> {
        let nearest = self.kernel == Kernel::Nearest;
        if nearest && across.fract() == 0.0 && down.fract() == 0.0 {
            return Zoom::new(image, across as i32, down as i32).build();
        }
        let interpolator = match self.kernel {
            Kernel::Nearest => Interpolator::Nearest,
            Kernel::Linear => Interpolator::Bilinear,
            _ => Interpolator::Bicubic,
        };
        // half a pixel whatever the factor, as in the reference
        let centre = if nearest { 0.0 } else { 0.5 };
        Affine::new(image, [across, 0.0, 0.0, down])
            .interpolate(interpolator)
            .displacement(Displacement { idx: centre, idy: centre, ..Displacement::default() })
            .extend(Extend::Copy)
            .premultiplied(true)
            .build()
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

    #[test]
    fn smaller_and_larger_as_in_the_reference() {
        let out = Resize::new(row(), 0.1).build().unwrap();
        assert_eq!(out.to_memory().unwrap(), [96, 128]);
        let out = Resize::new(row(), 1.5).vscale(1.0).build().unwrap();
        let expected = [
            9, 15, 41, 67, 91, 116, 141, 165, 190, 231, 207, 40, 17, 57, 82, 107, 131, 156, 181,
            208, 245, 127, 9, 47,
        ];
        assert_eq!(out.to_memory().unwrap(), expected);
    }

    #[test]
    fn a_scale_of_0_leaves_one_pixel() {
        let out = Resize::new(row(), 0.0).build().unwrap();
        assert_eq!((out.header().width, out.header().height), (1, 1));
    }
}
