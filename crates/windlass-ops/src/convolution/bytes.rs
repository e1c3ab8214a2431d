//! Convolution of bytes in the fixed point of the reference.

use super::mask::Mask;
use windlass_core::{Ask, Operator, Rect, Region, RegionMut, Result, Traits};
use windlass_simd::resample_quads::{Quad, Term, interleave, weighted_quads};
use windlass_simd::resample_taps::Fixed;

/// Elements beyond which sums might not fit.
const MAX_ELEMENTS: usize = 1024;
/// Quads that are worked on at once: they stay in the nearest cache.
const QUADS: usize = 6144;
/// Samples of a row that are worked on at once, at least.
const LEAST: usize = 256;

/// A mask in seven bits with a common exponent, where that is precise enough.
pub(super) struct Bytes {
    mask: Mask,
    taps: usize,
    fixed: Fixed,
    bands: usize,
    groups: Groups,
}

/// Which four samples are weighted together.
enum Groups {
    /// Of one row, side by side: the whole mask is one row
    Across(Vec<Group>),
    /// Of rows `4k` to `4k + 3` of the input. An output row may be the first of such a group, or the
    /// second, third or fourth
    Down([Vec<Group>; 4]),
}

/// Four elements of the mask.
struct Group {
    /// Pixels to the right of the output's first
    x: usize,
    /// Groups of rows below the first
    y: usize,
    weights: [i8; 4],
}

impl Groups {
    fn new(mask: &Mask) -> Self {
        if mask.height == 1 {
            let fours = mask.elements.chunks(4).enumerate();
            let groups = fours.map(|(k, four)| Group { x: 4 * k, y: 0, weights: bytes(four) });
            return Self::Across(groups.filter(Group::counts).collect());
        }
        Self::Down(std::array::from_fn(|first| Self::down(mask, first)))
    }

    /// The elements of `mask`, moved down by `first` rows.
    fn down(mask: &Mask, first: usize) -> Vec<Group> {
        let mut groups = Vec::new();
        for y in 0..(first + mask.height).div_ceil(4) {
            for x in 0..mask.width {
                let element = |row: usize| {
                    let row = row.checked_sub(first).filter(|row| *row < mask.height);
                    row.map_or(0.0, |row| mask.elements[row * mask.width + x])
                };
                let four: [f64; 4] = std::array::from_fn(|k| element(4 * y + k));
                groups.push(Group { x, y, weights: bytes(&four) });
            }
        }
        groups.retain(Group::counts);
        groups
    }
}

impl Group {
    fn counts(&self) -> bool {
        self.weights != [0; 4]
    }
}

/// Up to four elements, which are integers of a byte.
fn bytes(elements: &[f64]) -> [i8; 4] {
    let mut weights = [0; 4];
    weights.iter_mut().zip(elements).for_each(|(weight, element)| *weight = *element as i8);
    weights
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
        let taps = mask.elements.iter().filter(|element| **element != 0.0).count();
        let groups = Groups::new(&mask);
        Some(Self { mask, taps, fixed, bands, groups })
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

/// One worker's memory.
#[derive(Default)]
pub(super) struct Scratch {
    quads: Vec<Quad>,
    terms: Vec<Term>,
    /// Part of a row with some samples more
    row: Vec<u8>,
}

impl Operator for Bytes {
    type Scratch = Scratch;

    fn scratch(&self) -> Scratch {
        Scratch::default()
    }

    fn traits(&self) -> Traits {
        Traits { cost: 1.0 + self.taps as f32 / 16.0, ..Traits::DEFAULT }
    }

    fn needs(&self, out: Rect, ask: &mut Ask) {
        ask.read(0, self.mask.window(out));
    }

    fn compute(
        &self,
        inputs: &[Region<'_>],
        out: &mut RegionMut<'_>,
        scratch: &mut Scratch,
    ) -> Result<()> {
        match &self.groups {
            Groups::Across(groups) => self.across(groups, &inputs[0], out, scratch),
            Groups::Down(groups) => self.down(groups, &inputs[0], out, scratch),
        }
        Ok(())
    }
}

impl Bytes {
    fn across(
        &self,
        groups: &[Group],
        input: &Region<'_>,
        out: &mut RegionMut<'_>,
        Scratch { quads, terms, row: padded }: &mut Scratch,
    ) {
        terms.clear();
        terms.extend(
            groups.iter().map(|group| Term { at: group.x * self.bands, weights: group.weights }),
        );
        let beyond = (self.mask.width - 1) * self.bands;
        let samples = out.rect().width as usize * self.bands;
        let columns = QUADS.saturating_sub(beyond).max(LEAST);
        for (y, row) in out.rows::<u8>() {
            let input = input.row::<u8>(y);
            for start in (0..samples).step_by(columns) {
                let length = columns.min(samples - start);
                padded.clear();
                padded.extend_from_slice(&input[start..start + length + beyond]);
                padded.resize(length + beyond + 3 * self.bands, 0);
                quads.resize(length + beyond, [0; 4]);
                let rows = std::array::from_fn(|k| &padded[k * self.bands..]);
                interleave(rows, quads);
                weighted_quads(quads, terms, self.fixed, &mut row[start..start + length]);
            }
        }
    }

    fn down(
        &self,
        groups: &[Vec<Group>; 4],
        input: &Region<'_>,
        out: &mut RegionMut<'_>,
        Scratch { quads, terms, .. }: &mut Scratch,
    ) {
        let Rect { top, height, .. } = input.rect();
        let beyond = (self.mask.width - 1) * self.bands;
        let samples = out.rect().width as usize * self.bands;
        let fours = (height as usize).div_ceil(4);
        let columns = (QUADS / fours).saturating_sub(beyond).max(LEAST);
        for start in (0..samples).step_by(columns) {
            let length = columns.min(samples - start);
            let span = length + beyond;
            quads.resize(fours * span, [0; 4]);
            for (four, quads) in quads.chunks_exact_mut(span).enumerate() {
                // rows below the last weigh nothing
                let row = |k: usize| input.row::<u8>(top + ((4 * four + k) as i32).min(height - 1));
                interleave(std::array::from_fn(|k| &row(k)[start..start + span]), quads);
            }
            for (line, (_, row)) in out.rows::<u8>().enumerate() {
                terms.clear();
                terms.extend(groups[line % 4].iter().map(|group| Term {
                    at: (line / 4 + group.y) * span + group.x * self.bands,
                    weights: group.weights,
                }));
                weighted_quads(quads, terms, self.fixed, &mut row[start..start + length]);
            }
        }
    }
}
