//! Packed Lab: to and from `short` Lab, and to sRGB by a table.

use super::step::{self, Narrow, Step};
use crate::conversion::derived;
use std::sync::LazyLock;
use windlass_core::{
    Ask, Build, Coding, Header, Image, Interpretation, Operator, Rect, Region, RegionMut, Result,
    Shape, Traits,
};
use windlass_macros::Operation;

/// Unpack a `LabQ` image to float Lab.
#[derive(Operation)]
#[operation(family = "colour", name = "LabQ2Lab", sequential)]
pub struct LabqToLab {
    /// Input image
    pub input: Image,
}

impl Build for LabqToLab {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        step::one(&self.input, Step::LabqToLab)
    }
}

/// Unpack a `LabQ` image to short Lab.
#[derive(Operation)]
#[operation(family = "colour", name = "LabQ2LabS", sequential)]
pub struct LabqToLabs {
    /// Input image
    pub input: Image,
}

impl Build for LabqToLabs {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        step::one(&self.input, Step::LabqToLabs)
    }
}

/// Convert a `LabQ` image to sRGB.
///
/// By a table of 6 bits a band; what the table can't tell apart is carried along the row.
#[derive(Operation)]
#[operation(family = "colour", name = "LabQ2sRGB", sequential)]
pub struct LabqToSrgb {
    /// Input image
    pub input: Image,
}

impl Build for LabqToSrgb {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        step::one(&self.input, Step::LabqToSrgb)
    }
}

/// Transform float Lab to `LabQ` coding.
#[derive(Operation)]
#[operation(family = "colour", name = "Lab2LabQ", sequential)]
pub struct LabToLabq {
    /// Input image
    pub input: Image,
}

impl Build for LabToLabq {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        step::one(&self.input, Step::LabToLabq)
    }
}

/// Transform short Lab to `LabQ` coding.
#[derive(Operation)]
#[operation(family = "colour", name = "LabS2LabQ", sequential)]
pub struct LabsToLabq {
    /// Input image
    pub input: Image,
}

impl Build for LabsToLabq {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        step::one(&self.input, Step::LabsToLabq)
    }
}

/// Packed Lab to `short` Lab.
pub(super) const TO_LABS: Narrow = Narrow { bands: 3, run: to_labs };
/// `short` Lab to packed Lab.
pub(super) const OF_LABS: Narrow = Narrow { bands: 4, run: of_labs };

fn to_labs(input: &[u8], out: &mut [u8]) {
    let out = bytemuck::cast_slice_mut::<_, i16>(out).as_chunks_mut::<3>().0;
    for (out, [l, a, b, rest]) in out.iter_mut().zip(input.as_chunks::<4>().0) {
        let rest = i32::from(*rest);
        let l = i32::from(*l) << 2 | rest >> 6;
        let a = i32::from(*a as i8) << 3 | (rest >> 3 & 7);
        let b = i32::from(*b as i8) << 3 | (rest & 7);
        *out = [l, a, b].map(|x| (x << 5) as i16);
    }
}

fn of_labs(input: &[u8], out: &mut [u8]) {
    let input = bytemuck::cast_slice::<_, i16>(input).as_chunks::<3>().0;
    let signed = |x: i16| {
        let x = i32::from(x);
        (if x >= 0 { x + 16 } else { x - 16 }).clamp(-32768, 32767) >> 5
    };
    for (out, [l, a, b]) in out.as_chunks_mut::<4>().0.iter_mut().zip(input) {
        let l = (i32::from(*l) + 16).clamp(0, 32767) >> 5;
        let (a, b) = (signed(*a), signed(*b));
        let rest = (l & 3) << 6 | (a & 7) << 3 | (b & 7);
        *out = [l >> 2, a >> 3, b >> 3, rest].map(|x| x as u8);
    }
}

/// Packed Lab to sRGB.
pub(super) fn to_srgb(image: &Image) -> Result<Image> {
    let header = Header {
        bands: 3,
        coding: Coding::None,
        interpretation: Interpretation::Srgb,
        ..derived(image)
    };
    Image::area(header, &[image], Carried)
}

/// Colours of a table, with errors carried from the left edge of the image to the right.
struct Carried;

impl Operator for Carried {
    type Scratch = ();

    fn scratch(&self) {}

    fn traits(&self) -> Traits {
        Traits { shape: Shape::Rows, ..Traits::DEFAULT }
    }

    fn needs(&self, out: Rect, ask: &mut Ask) {
        // errors come from everything to the left
        ask.read(0, Rect::new(0, out.top, out.right(), out.height));
    }

    fn compute(&self, inputs: &[Region<'_>], out: &mut RegionMut<'_>, (): &mut ()) -> Result<()> {
        let rect = out.rect();
        for y in rect.top..rect.bottom() {
            carry(inputs[0].row::<u8>(y), rect.left as usize, out.row::<u8>(y));
        }
        Ok(())
    }
}

/// Fills `out` with the colours of `input` from pixel `skip` on.
fn carry(input: &[u8], skip: usize, out: &mut [u8]) {
    let table: &[[u8; 3]] = &COLOURS;
    let mut errors = [0_i32; 3];
    let mut out = out.as_chunks_mut::<3>().0.iter_mut();
    for (x, [l, a, b, _]) in input.as_chunks::<4>().0.iter().enumerate() {
        let wanted = [i32::from(*l), i32::from(*a as i8), i32::from(*b as i8)];
        let l = (wanted[0] + errors[0]).min(255);
        let a = (wanted[1] + errors[1]).min(127);
        let b = (wanted[2] + errors[2]).min(127);
        errors = [l & 3, a & 3, b & 3];
        if x >= skip
            && let Some(out) = out.next()
        {
            let cell = |x: i32| (x >> 2 & 63) as usize;
            *out = table[cell(l) << 12 | cell(a) << 6 | cell(b)];
        }
    }
}

/// sRGB of 64 × 64 × 64 cells of Lab.
static COLOURS: LazyLock<Vec<[u8; 3]>> = LazyLock::new(|| {
    let cell = |i: usize| {
        let [l, a, b] = [i >> 12, i >> 6 & 63, i & 63].map(|x| (4 * x) as u8);
        [f32::from(l) * 100.0 / 256.0, f32::from(a as i8), f32::from(b as i8)]
    };
    let lab: Vec<f32> = (0..64 * 64 * 64).flat_map(cell).collect();
    super::srgb::bytes_of_lab(&lab).as_chunks::<3>().0.to_vec()
});

#[cfg(test)]
mod tests {
    use super::*;
    use windlass_core::BandFormat;

    fn labq(bytes: &[u8]) -> Image {
        let width = bytes.len() as i32 / 4;
        let image =
            Image::from_memory(width, 1, 4, BandFormat::U8, bytes.to_vec()).expect("whole pixels");
        let header = Header {
            coding: Coding::Labq,
            interpretation: Interpretation::Labq,
            ..image.header().clone()
        };
        image.with_header(header).expect("packed Lab")
    }

    #[test]
    fn shorts_are_packed_and_unpacked() {
        let packed = labq(&[137, 36, 45, 83]);
        let shorts = LabqToLabs::new(&packed).build().unwrap();
        let again = LabsToLabq::new(shorts).build().unwrap();
        assert_eq!(again.to_memory().unwrap(), [137, 36, 45, 83]);
        let lab = LabqToLab::new(&packed).build().unwrap();
        let again = LabToLabq::new(lab).build().unwrap();
        assert_eq!(again.to_memory().unwrap(), [137, 36, 45, 83]);
    }

    #[test]
    fn it_insists_on_packed_pixels() {
        let image = Image::from_memory(1, 1, 3, BandFormat::U8, vec![0; 3]).unwrap();
        let error = LabqToSrgb::new(image).build().err().unwrap();
        assert_eq!(error.message(), "LabQ2sRGB: coding 'labq' only");
    }

    #[test]
    fn greys_are_grey() {
        let out = LabqToSrgb::new(labq(&[255, 0, 0, 0, 0, 0, 0, 0])).build().unwrap();
        let bytes = out.to_memory().unwrap();
        assert!(bytes[..3].iter().all(|x| *x > 245), "{bytes:?}");
        assert!(bytes[3..].iter().all(|x| *x < 10), "{bytes:?}");
    }
}
