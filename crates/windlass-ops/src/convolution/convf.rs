#![expect(clippy::inline_always, reason = "compiled once for each level of instructions")]
use super::mask::Mask;
use super::sums::{Finish, Sums, Widen};
use crate::conversion::derived;
use windlass_core::{BandFormat, Build, ComplexSample, Header, Image, Result, dispatch};
use windlass_macros::Operation;

/// Float convolution operation.
///
/// Sums in double precision; integers become `float`. Edges are repeated.
#[derive(Operation)]
#[operation(family = "convolution", sequential)]
pub struct Convf {
    /// Input image
    pub input: Image,
    /// Input matrix image
    pub mask: Image,
}

impl Build for Convf {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        float(&self.input, &Mask::read("convf", &self.mask)?)
    }
}

/// `image` convolved with `mask` in floats.
pub(super) fn float(image: &Image, mask: &Mask) -> Result<Image> {
    let header = image.header();
    if let Some(image) = in_single(image, mask) {
        return image;
    }
    dispatch!(header.format,
        integer T => node::<T, _>(image, mask, BandFormat::F32, Single(mask.offset)),
        float T => float_node::<T>(image, mask, header.format),
        complex C => float_node::<<C as ComplexSample>::Part>(image, mask, header.format))
}

/// `image` convolved with `mask` in single precision, where that gives what doubles give: all sums
/// are integers of 24 bits times one power of two.
fn in_single(image: &Image, mask: &Mask) -> Option<Result<Image>> {
    let format = image.header().format;
    let largest = match format {
        BandFormat::U8 => 255.0,
        BandFormat::U16 => 65_535.0,
        _ => return None,
    };
    let weights = || mask.elements.iter().map(|element| element / mask.scale);
    let unit = (0..24).map(f64::from).map(libm::exp2).find(|unit| {
        weights().all(|weight| weight.is_finite() && (weight * unit).fract() == 0.0)
    })?;
    let most = weights().map(|weight| (weight * unit).abs()).sum::<f64>() * largest;
    if most > f64::from(1 << 24) || mask.offset != 0.0 {
        return None;
    }
    Some(match format {
        BandFormat::U8 => single_node::<u8>(image, mask),
        _ => single_node::<u16>(image, mask),
    })
}

fn single_node<T: Widen<f32>>(image: &Image, mask: &Mask) -> Result<Image> {
    let bands = image.header().bands as usize;
    let taps = mask.taps(|element| (element / mask.scale) as f32);
    let operator = Sums::<T, f32, Exact>::new(mask.clone(), taps, bands, Exact);
    let header = Header { format: BandFormat::F32, ..centred(image, mask) };
    Image::area(header, &[image], operator)
}

/// The sum itself.
struct Exact;

impl Finish<f32> for Exact {
    type Out = f32;

    #[inline(always)]
    fn store(&self, sum: f32) -> f32 {
        sum
    }
}

/// Floats keep their precision.
trait Stored: Widen<f64> {
    fn node(image: &Image, mask: &Mask, format: BandFormat) -> Result<Image>;
}

impl Stored for f32 {
    fn node(image: &Image, mask: &Mask, format: BandFormat) -> Result<Image> {
        node::<Self, _>(image, mask, format, Single(mask.offset))
    }
}

impl Stored for f64 {
    fn node(image: &Image, mask: &Mask, format: BandFormat) -> Result<Image> {
        node::<Self, _>(image, mask, format, Double(mask.offset))
    }
}

fn float_node<T: Stored>(image: &Image, mask: &Mask, format: BandFormat) -> Result<Image> {
    T::node(image, mask, format)
}

fn node<T: Widen<f64>, F: Finish<f64>>(
    image: &Image,
    mask: &Mask,
    format: BandFormat,
    finish: F,
) -> Result<Image> {
    let bands = image.header().pixel_size() / size_of::<T>();
    let taps = mask.taps(|element| element / mask.scale);
    let operator = Sums::<T, f64, F>::new(mask.clone(), taps, bands, finish);
    Image::area(Header { format, ..centred(image, mask) }, &[image], operator)
}

/// The header of a convolved image: its origin lies where the mask's does.
pub(super) fn centred(image: &Image, mask: &Mask) -> Header {
    Header {
        xoffset: -(mask.width as i32 / 2),
        yoffset: -(mask.height as i32 / 2),
        ..derived(image)
    }
}

struct Single(f64);

impl Finish<f64> for Single {
    type Out = f32;

    #[inline(always)]
    fn store(&self, sum: f64) -> f32 {
        (sum + self.0) as f32
    }
}

struct Double(f64);

impl Finish<f64> for Double {
    type Out = f64;

    #[inline(always)]
    fn store(&self, sum: f64) -> f64 {
        sum + self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The 5 x 5 test picture of the reference pages: `(53x + 91y + 7xy) mod 256`.
    pub(in super::super) fn picture() -> Image {
        let pixel = |k: usize| (53 * (k % 5) + 91 * (k / 5) + 7 * (k % 5) * (k / 5)) as u8;
        let bytes: Vec<u8> = (0..25).map(pixel).collect();
        Image::from_memory(5, 5, 1, BandFormat::U8, bytes).unwrap()
    }

    #[test]
    fn single_precision_gives_what_doubles_give() {
        let elements = vec![-1.0, 0.5, -1.0, 3.25, 16.0, -1.0, 0.0, -7.0, 2.0];
        let mask = Mask { width: 3, height: 3, elements, scale: 8.0, offset: 0.0 };
        for format in [BandFormat::U8, BandFormat::U16] {
            let image = windlass_core::cast(&picture(), format).unwrap();
            let single = in_single(&image, &mask).unwrap().unwrap().to_memory().unwrap();
            let double = dispatch!(format,
                integer T => node::<T, _>(&image, &mask, BandFormat::F32, Single(0.0)),
                float _T => unreachable!(),
                complex _T => unreachable!());
            assert_eq!(single, double.unwrap().to_memory().unwrap());
        }
        let third = Mask { scale: 3.0, ..mask.clone() };
        assert!(in_single(&picture(), &third).is_none());
        assert!(in_single(&picture(), &Mask { offset: 1.0, ..mask }).is_none());
    }

    #[test]
    fn a_box_in_floats() {
        let mask = Mask { width: 3, height: 3, elements: vec![1.0; 9], scale: 9.0, offset: 0.0 };
        let out = float(&picture(), &mask).unwrap().pixels().unwrap();
        let expected = [48.7778_f32, 85.6667, 112.5556, 139.4444, 147.8889];
        for (x, y) in out.samples::<f32>(0).iter().zip(expected) {
            assert!((x - y).abs() < 1e-4, "{x} {y}");
        }
    }
}
