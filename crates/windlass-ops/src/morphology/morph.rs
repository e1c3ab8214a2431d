#![expect(clippy::inline_always, reason = "compiled once for each level of instructions")]

use super::extremes::{And, Extremes, Fold, Or};
use crate::coding::decoded;
use crate::conversion::bad;
use crate::convolution::mask::{Mask, Tap};
use windlass_core::{
    Ask, BandFormat, Build, Header, Image, Operator, Rect, Region, RegionMut, Result, Traits, cast,
};
use windlass_macros::{ArgEnum, Operation};
use windlass_simd::resample::wide;

/// Morphology operation.
///
/// The mask holds 255 where a pixel must be set, 0 where it must not be, 128 where it does not
/// matter. `erode` keeps what fits everywhere, `dilate` what fits anywhere; bits are combined, so
/// that other values than 0 and 255 mean something too.
#[derive(Operation)]
#[operation(family = "morphology", sequential)]
pub struct Morph {
    /// Input image
    pub input: Image,
    /// Input matrix image
    pub mask: Image,
    /// Morphological operation to perform
    pub morph: OperationMorphology,
}

/// What to do with the pixels under a mask.
#[derive(ArgEnum, Clone, Copy, PartialEq, Eq, Debug)]
#[arg_enum(name = "VipsOperationMorphology")]
#[non_exhaustive]
pub enum OperationMorphology {
    /// Set where all of the mask fits
    Erode,
    /// Set where any of the mask fits
    Dilate,
}

impl Build for Morph {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        let mask = Mask::read("morph", &self.mask)?;
        let taps = taps(&mask)?;
        let input = cast(&decoded(&self.input)?, BandFormat::U8)?;
        let bands = input.header().bands as usize;
        let header = Header {
            xoffset: -(mask.width as i32 / 2),
            yoffset: -(mask.height as i32 / 2),
            filename: None,
            ..input.header().clone()
        };
        let full = taps.len() == mask.elements.len() && taps.iter().all(|tap| tap.weight == 0);
        match (self.morph, full) {
            (OperationMorphology::Erode, true) => {
                let operator = Extremes::<u8, And>::new(mask.width, mask.height, bands);
                Image::area(header, &[&input], operator)
            }
            (OperationMorphology::Dilate, true) => {
                let operator = Extremes::<u8, Or>::new(mask.width, mask.height, bands);
                Image::area(header, &[&input], operator)
            }
            (OperationMorphology::Erode, false) => {
                Image::area(header, &[&input], Fit::<And>::new(mask, taps, bands, 255))
            }
            (OperationMorphology::Dilate, false) => {
                Image::area(header, &[&input], Fit::<Or>::new(mask, taps, bands, 0))
            }
        }
    }
}

/// The elements that matter; the weight is what samples are flipped with.
fn taps(mask: &Mask) -> Result<Vec<Tap<u8>>> {
    let mut taps = Vec::new();
    for (k, element) in mask.elements.iter().enumerate() {
        let rounded = element.round_ties_even();
        let weight = if rounded == 255.0 {
            0
        } else if rounded == 0.0 {
            255
        } else if rounded == 128.0 {
            continue;
        } else {
            return Err(bad(format!(
                "morph: bad mask element ({rounded:.6} should be 0, 128 or 255)"
            )));
        };
        taps.push(Tap { x: k % mask.width, y: k / mask.width, weight });
    }
    Ok(taps)
}

/// A mask of any shape.
struct Fit<F> {
    mask: Mask,
    taps: Vec<Tap<u8>>,
    bands: usize,
    start: u8,
    kind: std::marker::PhantomData<fn() -> F>,
}

impl<F> Fit<F> {
    fn new(mask: Mask, taps: Vec<Tap<u8>>, bands: usize, start: u8) -> Self {
        Self { mask, taps, bands, start, kind: std::marker::PhantomData }
    }
}

impl<F: Fold<u8>> Operator for Fit<F> {
    type Scratch = ();

    fn scratch(&self) {}

    fn traits(&self) -> Traits {
        Traits { cost: 1.0 + self.taps.len() as f32 / 8.0, ..Traits::DEFAULT }
    }

    fn needs(&self, out: Rect, ask: &mut Ask) {
        ask.read(0, self.mask.window(out));
    }

    fn compute(&self, inputs: &[Region<'_>], out: &mut RegionMut<'_>, (): &mut ()) -> Result<()> {
        let top = inputs[0].rect().top;
        for (line, (_, row)) in out.rows::<u8>().enumerate() {
            row.fill(self.start);
            for tap in &self.taps {
                let input = inputs[0].row::<u8>(top + (line + tap.y) as i32);
                let input = &input[tap.x * self.bands..];
                wide(
                    #[inline(always)]
                    || fold::<F>(input, tap.weight, row),
                );
            }
        }
        Ok(())
    }
}

#[inline(always)]
fn fold<F: Fold<u8>>(input: &[u8], flip: u8, out: &mut [u8]) {
    out.iter_mut().zip(input).for_each(|(out, x)| *out = F::fold(*out, *x ^ flip));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture() -> Image {
        let pixel = |k: usize| (53 * (k % 5) + 91 * (k / 5) + 7 * (k % 5) * (k / 5)) as u8;
        let bytes: Vec<u8> = (0..25).map(pixel).collect();
        Image::from_memory(5, 5, 1, BandFormat::U8, bytes).unwrap()
    }

    fn morphed(rows: &[Vec<f64>], morph: OperationMorphology) -> Vec<u8> {
        let mask = Image::from_matrix(rows).unwrap();
        Morph::new(picture(), mask, morph).build().unwrap().to_memory().unwrap()
    }

    #[test]
    fn the_vectors_of_the_reference() {
        let mask = [vec![255.0, 255.0], vec![128.0, 0.0]];
        let out = morphed(&mask, OperationMorphology::Erode);
        let expected = [0, 0, 0, 0, 0, 0, 0, 32, 0, 148, 73, 2, 131, 0, 9];
        assert_eq!(out[..15], expected);
        let out = morphed(&mask, OperationMorphology::Dilate);
        let expected = [255, 255, 255, 255, 255, 164, 125, 127, 255, 255, 91, 223, 215, 223, 127];
        assert_eq!(out[..15], expected);
    }

    #[test]
    fn a_full_mask_is_the_mask_of_its_elements() {
        for (width, height) in [(3, 3), (1, 4), (5, 2), (4, 1), (1, 1)] {
            let full = vec![vec![255.0; width]; height];
            // a frame that does not matter makes the mask irregular
            let mut irregular = vec![vec![128.0; width + 2]; height + 2];
            for row in &mut irregular[1..=height] {
                row[1..=width].fill(255.0);
            }
            for morph in [OperationMorphology::Erode, OperationMorphology::Dilate] {
                assert_eq!(morphed(&full, morph), morphed(&irregular, morph), "{width} {height}");
            }
        }
    }

    #[test]
    fn other_elements_are_refused() {
        let mask = Image::from_matrix(&[vec![1.0]]).unwrap();
        let error = Morph::new(picture(), mask, OperationMorphology::Erode).build().unwrap_err();
        assert_eq!(error.message(), "morph: bad mask element (1.000000 should be 0, 128 or 255)");
    }
}
