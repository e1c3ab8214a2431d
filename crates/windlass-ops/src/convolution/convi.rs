use super::bytes::Bytes;
use super::convf::centred;
use super::mask::Mask;
use super::sums::{Finish, Number, Sums, Widen};
use crate::conversion::bad;
use windlass_core::{BandFormat, Build, ComplexSample, Float, Image, Integer, Result, dispatch};
use windlass_macros::Operation;

/// Integer convolution operation.
///
/// The mask is rounded to integers; the format stays. Bytes are convolved in fixed point, with
/// fractions of the mask kept, where seven bits are precise enough. Edges are repeated.
#[derive(Operation)]
#[operation(family = "convolution", sequential)]
pub struct Convi {
    /// Input image
    pub input: Image,
    /// Input matrix image
    pub mask: Image,
}

impl Build for Convi {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        integer("convi", &self.input, &Mask::read("convi", &self.mask)?)
    }
}

/// `image` convolved with `mask` in integers, for `operation`.
pub(super) fn integer(operation: &str, image: &Image, mask: &Mask) -> Result<Image> {
    let header = image.header();
    if header.format == BandFormat::U8
        && let Some(bytes) = Bytes::new(mask, header.bands as usize)
    {
        return Image::area(centred(image, mask), &[image], bytes);
    }
    let rule = Rule {
        scale: mask.scale.round_ties_even(),
        half: (mask.scale.round_ties_even() / 2.0).trunc(),
        offset: mask.offset.round_ties_even(),
    };
    if rule.scale == 0.0 && header.format.is_integer() {
        return Err(bad(format!("{operation}: the scale of the mask rounds to 0")));
    }
    dispatch!(header.format,
        integer T => T::node(image, mask, rule),
        float T => float_node::<T>(image, mask, rule),
        complex C => float_node::<<C as ComplexSample>::Part>(image, mask, rule))
}

/// How a sum of integers becomes a sample.
#[derive(Clone, Copy)]
struct Rule {
    scale: f64,
    half: f64,
    offset: f64,
}

fn node<T: Widen<A>, A: Number + PartialEq, F: Finish<A>>(
    image: &Image,
    mask: &Mask,
    weight: impl Fn(f64) -> A,
    finish: F,
) -> Result<Image> {
    let bands = image.header().pixel_size() / size_of::<T>();
    let taps = mask.taps(|element| weight(element.round_ties_even()));
    let operator = Sums::<T, A, F>::new(mask.clone(), taps, bands, finish);
    Image::area(centred(image, mask), &[image], operator)
}

/// An integer format with its own way to sum.
trait Summed: Integer {
    fn node(image: &Image, mask: &Mask, rule: Rule) -> Result<Image>;
}

macro_rules! summed {
    (clipped $($t:ident)*; wrapped $($w:ident)*) => {
        $(impl Summed for $t {
            fn node(image: &Image, mask: &Mask, rule: Rule) -> Result<Image> {
                node::<Self, f64, _>(image, mask, |weight| weight, Clipped::<Self>::new(rule))
            }
        }
        impl Finish<f64> for Clipped<$t> {
            type Out = $t;
            #[inline(always)]
            fn store(&self, sum: f64) -> $t {
                // exact: the numbers are integers below 2^53, so the quotient truncates rightly
                let quotient = ((sum + self.rule.half) / self.rule.scale).trunc();
                let value = quotient + self.rule.offset;
                value.clamp(f64::from($t::MIN), f64::from($t::MAX)) as i32 as $t
            }
        })*
        $(impl Summed for $w {
            fn node(image: &Image, mask: &Mask, rule: Rule) -> Result<Image> {
                node::<Self, i64, _>(image, mask, |weight| weight as i64, Wrapped::<Self>::new(rule))
            }
        }
        impl Finish<i64> for Wrapped<$w> {
            type Out = $w;
            #[inline(always)]
            fn store(&self, sum: i64) -> $w {
                let Rule { scale, half, offset } = self.rule;
                let quotient = sum.wrapping_add(half as i64).wrapping_div(scale as i64);
                quotient.wrapping_add(offset as i64) as $w
            }
        })*
    };
}

summed!(clipped u8 i8 u16 i16; wrapped u32 i32);

macro_rules! rules {
    ($($name:ident)*) => {$(
        struct $name<T> {
            rule: Rule,
            sample: std::marker::PhantomData<fn() -> T>,
        }

        impl<T> $name<T> {
            const fn new(rule: Rule) -> Self {
                Self { rule, sample: std::marker::PhantomData }
            }
        }
    )*};
}

rules!(Clipped Wrapped Divided);

fn float_node<T: Float + Widen<f64>>(image: &Image, mask: &Mask, rule: Rule) -> Result<Image>
where
    Divided<T>: Finish<f64>,
{
    node::<T, f64, _>(image, mask, |weight| weight, Divided::<T>::new(rule))
}

macro_rules! divided {
    ($($t:ident)*) => {$(
        impl Finish<f64> for Divided<$t> {
            type Out = $t;
            #[inline(always)]
            fn store(&self, sum: f64) -> $t {
                (sum / self.rule.scale + self.rule.offset) as $t
            }
        }
    )*};
}

divided!(f32 f64);

#[cfg(test)]
mod tests {
    use super::*;
    use windlass_core::cast;

    fn picture() -> Image {
        let pixel = |k: usize| (53 * (k % 5) + 91 * (k / 5) + 7 * (k % 5) * (k / 5)) as u8;
        let bytes: Vec<u8> = (0..25).map(pixel).collect();
        Image::from_memory(5, 5, 1, BandFormat::U8, bytes).unwrap()
    }

    #[test]
    fn bytes_go_by_fixed_point_others_do_not() {
        let mask = Mask { width: 3, height: 3, elements: vec![1.0; 9], scale: 9.0, offset: 0.0 };
        let out = integer("convi", &picture(), &mask).unwrap().pixels().unwrap();
        assert_eq!(out.samples::<u8>(0), [49, 86, 113, 140, 148]);
        let wide = cast(&picture(), BandFormat::U16).unwrap();
        let out = integer("convi", &wide, &mask).unwrap().pixels().unwrap();
        assert_eq!(out.samples::<u16>(0), [49, 86, 113, 139, 148]);
    }

    #[test]
    fn a_scale_of_zero_is_refused() {
        let mask = Mask { width: 1, height: 1, elements: vec![1.0], scale: 0.2, offset: 0.0 };
        let image = cast(&picture(), BandFormat::I16).unwrap();
        assert!(integer("convi", &image, &mask).is_err());
    }
}
