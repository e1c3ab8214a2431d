use super::bands::{spread, stamp};
use super::{bad, copied, derived};
use crate::coding::{all_decoded, decoded};
use crate::ink::ink;
use windlass_core::{Build, Header, Image, Kernel, Result, Run, Sees, align};
use windlass_macros::Operation;

/// Join the bands of several images.
///
/// The images are brought to a common format; smaller ones are extended with zeros.
#[derive(Operation)]
#[operation(family = "conversion", sequential)]
pub struct Bandjoin {
    /// Array of input images
    pub input: Vec<Image>,
}

impl Build for Bandjoin {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        match &self.input[..] {
            [] => return Err(bad("bandjoin: no input images")),
            [only] => return copied(only),
            _ => {}
        }
        let images = align::sizes(&align::formats(&all_decoded(&self.input)?)?)?;
        let first = Header::inherit(&images).ok_or_else(|| bad("bandjoin: no input images"))?;
        let bands = images.iter().map(|image| i64::from(image.header().bands)).sum::<i64>();
        let header = Header { bands: i32::try_from(bands).unwrap_or(i32::MAX), ..first };
        let sizes: Vec<_> = images.iter().map(|image| image.header().pixel_size()).collect();
        let images: Vec<_> = images.iter().collect();
        Image::point(header, &images, Joined { stride: sizes.iter().sum(), sizes })
    }
}

/// Pixels of several images side by side.
struct Joined {
    sizes: Vec<usize>,
    stride: usize,
}

impl Kernel for Joined {
    fn sees(&self) -> Sees {
        Sees::Pixel
    }

    fn run(&self, inputs: &[&[u8]], out: &mut [u8], _: Run) {
        let mut offset = 0;
        for (input, size) in inputs.iter().zip(&self.sizes) {
            spread(*size, input, &mut out[offset..], self.stride);
            offset += size;
        }
    }
}

/// Append constant bands to an image.
///
/// Constants are cast to the format of the image.
#[derive(Operation)]
#[operation(family = "conversion", sequential)]
pub struct BandjoinConst {
    /// Input image
    pub input: Image,
    /// Array of constants to add
    pub c: Vec<f64>,
}

impl Build for BandjoinConst {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        if self.c.is_empty() {
            return Err(bad("bandjoin_const: no input images"));
        }
        let input = decoded(&self.input)?;
        let more = i32::try_from(self.c.len()).unwrap_or(i32::MAX);
        let old = derived(&input);
        let ink = ink(&Header { bands: more, ..old.clone() }, &self.c)?;
        let header = Header { bands: old.bands.saturating_add(more), ..old.clone() };
        Image::point(header, &[&input], Appended { size: old.pixel_size(), ink })
    }
}

/// Pixels of an image with the same bytes after each.
struct Appended {
    size: usize,
    ink: Vec<u8>,
}

impl Kernel for Appended {
    fn sees(&self) -> Sees {
        Sees::Pixel
    }

    fn run(&self, inputs: &[&[u8]], out: &mut [u8], _: Run) {
        if let (3, [alpha]) = (self.size, &self.ink[..]) {
            return with_alpha(inputs[0], *alpha, out);
        }
        let stride = self.size + self.ink.len();
        spread(self.size, inputs[0], out, stride);
        stamp(&self.ink, &mut out[self.size..], stride);
    }
}

/// Three bytes and one more.
fn with_alpha(input: &[u8], alpha: u8, out: &mut [u8]) {
    for (out, [r, g, b]) in out.as_chunks_mut::<4>().0.iter_mut().zip(input.as_chunks::<3>().0) {
        *out = [*r, *g, *b, alpha];
    }
}

/// Append an alpha channel.
///
/// The new band is solid: 255, 65535 or 1, as the interpretation says.
#[derive(Operation)]
#[operation(family = "conversion", sequential)]
pub struct Addalpha {
    /// Input image
    pub input: Image,
}

impl Build for Addalpha {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        let alpha = self.input.header().interpretation.max_alpha();
        BandjoinConst::new(&self.input, vec![alpha]).build()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use windlass_core::{BandFormat, Interpretation};

    fn row(bands: i32, bytes: &[u8]) -> Image {
        let width = bytes.len() as i32 / bands;
        Image::from_memory(width, 1, bands, BandFormat::U8, bytes.to_vec()).unwrap()
    }

    #[test]
    fn bands_lie_side_by_side_and_small_images_are_extended() {
        let out = Bandjoin::new(vec![row(2, &[1, 2, 3, 4]), row(1, &[9])]).build().unwrap();
        assert_eq!(out.to_memory().unwrap(), [1, 2, 9, 3, 4, 0]);
        assert!(Bandjoin::new(Vec::new()).build().is_err());
    }

    #[test]
    fn constants_follow_each_pixel() {
        let out = BandjoinConst::new(row(1, &[1, 2]), vec![300.0, 7.0]).build().unwrap();
        assert_eq!(out.to_memory().unwrap(), [1, 255, 7, 2, 255, 7]);
        let out = Addalpha::new(row(3, &[1, 2, 3, 4, 5, 6])).build().unwrap();
        assert_eq!(out.to_memory().unwrap(), [1, 2, 3, 255, 4, 5, 6, 255]);
        assert_eq!(out.header().interpretation, Interpretation::Srgb);
    }
}
