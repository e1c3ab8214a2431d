use super::extract_area::Moved;
use super::{bad, derived};
use windlass_core::{
    Ask, BandFormat, Build, Coding, Error, ErrorKind, Header, Image, Interpretation, Operator,
    Rect, Region, RegionMut, Result,
};
use windlass_macros::Operation;

/// Copy an image.
///
/// The pixels are those of the input; fields of the header can be overridden. A pixel must keep
/// its number of bytes: four bands of `uchar` can become one band of `float`. A smaller width or
/// height crops at the right or at the bottom.
#[derive(Operation)]
#[operation(family = "conversion", sequential, nocache)]
pub struct Copy {
    /// Input image
    pub input: Image,
    /// Does nothing
    #[arg(deprecated, default = false)]
    pub swap: bool,
    /// Image width in pixels
    #[arg(min = 0, max = 100_000_000)]
    pub width: Option<i32>,
    /// Image height in pixels
    #[arg(min = 0, max = 100_000_000)]
    pub height: Option<i32>,
    /// Number of bands in image
    #[arg(min = 0, max = 100_000_000)]
    pub bands: Option<i32>,
    /// Pixel format in image
    pub format: Option<BandFormat>,
    /// Pixel coding
    pub coding: Option<Coding>,
    /// Pixel interpretation
    pub interpretation: Option<Interpretation>,
    /// Horizontal resolution in pixels/mm
    #[arg(min = -0.0, max = 1_000_000.0)]
    pub xres: Option<f64>,
    /// Vertical resolution in pixels/mm
    #[arg(min = -0.0, max = 1_000_000.0)]
    pub yres: Option<f64>,
    /// Horizontal offset of origin
    #[arg(min = -100_000_000, max = 100_000_000)]
    pub xoffset: Option<i32>,
    /// Vertical offset of origin
    #[arg(min = -100_000_000, max = 100_000_000)]
    pub yoffset: Option<i32>,
}

impl Build for Copy {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        let old = derived(&self.input);
        let header = self.changed(&old);
        if header.pixel_size() != old.pixel_size() {
            return Err(bad("copy: must not change pel size"));
        }
        let (width, height) = (header.width, header.height);
        let renamed = self.input.with_header(Header {
            width: old.width,
            height: old.height,
            ..header.clone()
        })?;
        if (width, height) == (old.width, old.height) {
            Ok(renamed)
        } else if width <= old.width && height <= old.height {
            Image::area(header, &[&renamed], Moved { dx: 0, dy: 0 })
        } else {
            Image::area(header, &[&renamed], TooLarge)
        }
    }
}

impl Copy {
    /// The header with what was assigned; sizes of zero are not.
    fn changed(&self, old: &Header) -> Header {
        let size = |new: Option<i32>, old: i32| new.filter(|n| *n > 0).unwrap_or(old);
        Header {
            width: size(self.width, old.width),
            height: size(self.height, old.height),
            bands: size(self.bands, old.bands),
            format: self.format.unwrap_or(old.format),
            coding: self.coding.unwrap_or(old.coding),
            interpretation: self.interpretation.unwrap_or(old.interpretation),
            xres: self.xres.unwrap_or(old.xres),
            yres: self.yres.unwrap_or(old.yres),
            xoffset: self.xoffset.unwrap_or(old.xoffset),
            yoffset: self.yoffset.unwrap_or(old.yoffset),
            ..old.clone()
        }
    }
}

/// A header that promises more pixels than there are: every evaluation fails.
struct TooLarge;

impl Operator for TooLarge {
    type Scratch = ();

    fn scratch(&self) {}

    fn needs(&self, _: Rect, _: &mut Ask) {}

    fn compute(&self, _: &[Region<'_>], _: &mut RegionMut<'_>, (): &mut ()) -> Result<()> {
        Err(Error::new(ErrorKind::BadArgument, "VipsRegion: dest too small"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image() -> Image {
        Image::from_memory(2, 2, 4, BandFormat::U8, (0..16).collect::<Vec<u8>>()).unwrap()
    }

    #[test]
    fn bytes_can_be_read_in_another_format() {
        let out = Copy::new(image()).format(BandFormat::U32).bands(1).build().unwrap();
        assert_eq!(out.to_memory().unwrap(), image().to_memory().unwrap());
        let error = Copy::new(image()).format(BandFormat::U16).build().unwrap_err();
        assert_eq!(error.message(), "copy: must not change pel size");
    }

    #[test]
    fn a_larger_header_fails_at_evaluation_and_a_smaller_one_crops() {
        assert!(Copy::new(image()).height(3).build().unwrap().to_memory().is_err());
        let out = Copy::new(image()).width(1).build().unwrap();
        assert_eq!(out.to_memory().unwrap(), [0, 1, 2, 3, 8, 9, 10, 11]);
        assert_eq!(Copy::new(image()).width(0).build().unwrap().header().width, 2);
    }
}
