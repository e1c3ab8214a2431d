//! Convolution of bytes in the fixed point of the reference.

use super::mask::{Mask, Tap};
use windlass_core::{Ask, Operator, Rect, Region, RegionMut, Result, Traits};
use windlass_simd::resample_taps::{Fixed, weighted_bytes};

/// Elements beyond which sums might not fit.
const MAX_ELEMENTS: usize = 1024;
/// Bytes of a row that are worked on at once, so that the rows of a tall mask stay in the cache.
const COLUMNS: usize = 2048;

/// A mask in seven bits with a common exponent, where that is precise enough.
pub(super) struct Bytes {
    mask: Mask,
    taps: Vec<Tap<i16>>,
    fixed: Fixed,
    bands: usize,
}

impl Bytes {
    /// The fixed-point form of `mask`, where the reference would use it (convolution.md §2).
    pub(super) fn new(mask: &Mask, bands: usize) -> Option<Self> {
        let weights: Vec<f64> = mask.elements.iter().map(|element| element / mask.scale).collect();
        let largest = weights.iter().copied().fold(f64::MIN, f64::max);
        if largest.is_nan() || largest <= 0.0 || weights.len().next_power_of_two() > MAX_ELEMENTS {
            return None;
        }
        let shift = (libm::log2(largest) + 1.0).ceil();
        if !(-24.0..=6.0).contains(&shift) {
            return None;
        }
        let unit = 128.0 * libm::exp2(-shift);
        let rounded: Vec<f64> = weights.iter().map(|w| (unit * w).round_ties_even()).collect();
        if !rounded.iter().all(|w| (-128.0..=127.0).contains(w)) {
            return None;
        }
        let fixed = Fixed {
            offset: mask.offset.round_ties_even().clamp(-1e9, 1e9) as i32,
            ..Fixed::rounded((7.0 - shift) as u32)
        };
        if !is_precise(&weights, &rounded, fixed) {
            return None;
        }
        let mask = Mask { elements: rounded, ..mask.clone() };
        let taps = mask.taps(|weight| weight as i16);
        Some(Self { mask, taps, fixed, bands })
    }
}

/// Whether a flat grey of 128 comes out within two levels of what it should.
fn is_precise(weights: &[f64], rounded: &[f64], fixed: Fixed) -> bool {
    let used = weights.iter().zip(rounded).filter(|(_, rounded)| **rounded != 0.0);
    let (mut real, mut sum) = (0.0, 0.0);
    for (weight, rounded) in used {
        real += 128.0 * weight;
        sum += 128.0 * rounded;
    }
    let real = real.clamp(0.0, 255.0) as i32;
    let fixed = Fixed { offset: 0, ..fixed }.byte(sum as i32);
    (real - i32::from(fixed)).abs() <= 2
}

impl Operator for Bytes {
    type Scratch = ();

    fn scratch(&self) {}

    fn traits(&self) -> Traits {
        Traits { cost: 1.0 + self.taps.len() as f32 / 4.0, ..Traits::DEFAULT }
    }

    fn needs(&self, out: Rect, ask: &mut Ask) {
        ask.read(0, self.mask.window(out));
    }

    fn compute(&self, inputs: &[Region<'_>], out: &mut RegionMut<'_>, (): &mut ()) -> Result<()> {
        let rect = out.rect();
        let top = inputs[0].rect().top;
        let samples = rect.width as usize * self.bands;
        let weights: Vec<i16> = self.taps.iter().map(|tap| tap.weight).collect();
        for start in (0..samples).step_by(COLUMNS) {
            let length = COLUMNS.min(samples - start);
            for (line, (_, row)) in out.rows::<u8>().enumerate() {
                let taps = self.taps.iter().map(|tap| {
                    let input = inputs[0].row::<u8>(top + (line + tap.y) as i32);
                    &input[start + tap.x * self.bands..][..length]
                });
                let taps: Vec<&[u8]> = taps.collect();
                weighted_bytes(&taps, &weights, self.fixed, &mut row[start..start + length]);
            }
        }
        Ok(())
    }
}
