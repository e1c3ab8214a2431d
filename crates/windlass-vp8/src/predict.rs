//! Prediction of macroblocks and blocks from what is above and to the left (RFC 6386 §12).
//!
//! A macroblock is made in a small area with what borders on it, so all places are constants.

#![expect(clippy::inline_always, reason = "compiled once for each level of instructions")]

use crate::modes::{BlockMode, Mode};

/// Bytes from a row of an area to the next.
pub(crate) const STRIDE: usize = 32;
/// The first sample of luma, and of blue, in an area.
pub(crate) const ORIGIN: usize = STRIDE + 8;
/// The first sample of red.
pub(crate) const RED: usize = ORIGIN + 16;

/// A row above, a sample to the left, and up to sixteen rows.
pub(crate) type Area = [u8; 17 * STRIDE];

/// Which neighbours there are.
#[derive(Clone, Copy)]
pub(crate) struct Has {
    pub(crate) above: bool,
    pub(crate) left: bool,
}

/// Predicts `SIDE` by `SIDE` samples from `origin` on.
#[inline(always)]
pub(crate) fn whole<const SIDE: usize>(area: &mut Area, origin: usize, mode: Mode, has: Has) {
    let mut above = [0; SIDE];
    above.copy_from_slice(&area[origin - STRIDE..][..SIDE]);
    let mut left = [0; SIDE];
    for (y, left) in left.iter_mut().enumerate() {
        *left = area[origin + y * STRIDE - 1];
    }
    let corner = i16::from(area[origin - STRIDE - 1]);
    let mean = mean(&above, &left, has);
    for (y, left) in left.into_iter().enumerate() {
        let row = &mut area[origin + y * STRIDE..][..SIDE];
        match mode {
            Mode::Mean => row.fill(mean),
            Mode::Vertical => row.copy_from_slice(&above),
            Mode::Horizontal => row.fill(left),
            Mode::Gradient => gradient(&above, i16::from(left).wrapping_sub(corner), row),
        }
    }
}

/// The mean of the neighbours that there are.
#[inline(always)]
fn mean<const SIDE: usize>(above: &[u8; SIDE], left: &[u8; SIDE], has: Has) -> u8 {
    let sum = |samples: &[u8; SIDE]| -> u32 {
        samples.iter().fold(0, |sum: u32, &sample| sum.wrapping_add(u32::from(sample)))
    };
    let side = SIDE as u32;
    let value = match (has.above, has.left) {
        (true, true) => sum(above).wrapping_add(sum(left)).wrapping_add(side) / (2 * side),
        (true, false) => sum(above).wrapping_add(side / 2) / side,
        (false, true) => sum(left).wrapping_add(side / 2) / side,
        (false, false) => 128,
    };
    value as u8
}

#[inline(always)]
fn gradient(above: &[u8], step: i16, out: &mut [u8]) {
    for (out, above) in out.iter_mut().zip(above) {
        *out = i16::from(*above).wrapping_add(step).clamp(0, 255) as u8;
    }
}

/// Predicts a block of 4 by 4 samples; `right` are the four samples above and to the right.
#[inline(always)]
pub(crate) fn block(area: &mut Area, origin: usize, right: [u8; 4], mode: BlockMode) {
    // the border from the lowest sample on the left to the last one above
    let mut edge = [0; 13];
    for (y, edge) in edge[..4].iter_mut().rev().enumerate() {
        *edge = area[origin + y * STRIDE - 1];
    }
    edge[4..9].copy_from_slice(&area[origin - STRIDE - 1..][..5]);
    edge[9..].copy_from_slice(&right);
    let predicted = match mode {
        BlockMode::Mean => flat_mean(&edge),
        BlockMode::Gradient => {
            let mut rows = [[0; 4]; 4];
            for (row, left) in rows.iter_mut().rev().zip(edge) {
                gradient(&edge[5..9], i16::from(left).wrapping_sub(i16::from(edge[4])), row);
            }
            rows
        }
        _ => directional(&edge, mode),
    };
    for (y, predicted) in predicted.iter().enumerate() {
        area[origin + y * STRIDE..][..4].copy_from_slice(predicted);
    }
}

#[inline(always)]
fn flat_mean(edge: &[u8; 13]) -> [[u8; 4]; 4] {
    let sum =
        |part: &[u8]| part.iter().fold(0u16, |sum, &sample| sum.wrapping_add(u16::from(sample)));
    let mean = sum(&edge[..4]).wrapping_add(sum(&edge[5..9])).wrapping_add(4) >> 3;
    [[mean as u8; 4]; 4]
}

/// The modes that go on along a line.
fn directional(edge: &[u8; 13], mode: BlockMode) -> [[u8; 4]; 4] {
    let [l3, _, _, _, _, ..] = *edge;
    // between a sample and the next, and around a sample
    let two = |at: usize| average([edge[at], edge[at], edge[at + 1], edge[at + 1]]);
    let three = |at: usize| average([edge[at - 1], edge[at], edge[at], edge[at + 1]]);
    let lowest = average([edge[1], edge[0], edge[0], edge[0]]);
    match mode {
        BlockMode::Vertical => [[three(5), three(6), three(7), three(8)]; 4],
        BlockMode::Horizontal => [[three(3); 4], [three(2); 4], [three(1); 4], [lowest; 4]],
        BlockMode::LeftDown => {
            let last = average([edge[11], edge[12], edge[12], edge[12]]);
            let line = [three(6), three(7), three(8), three(9), three(10), three(11), last];
            let from = |y: usize| [line[y], line[y + 1], line[y + 2], line[y + 3]];
            [from(0), from(1), from(2), from(3)]
        }
        BlockMode::RightDown => {
            let line = [three(1), three(2), three(3), three(4), three(5), three(6), three(7)];
            let from = |y: usize| [line[y], line[y + 1], line[y + 2], line[y + 3]];
            [from(3), from(2), from(1), from(0)]
        }
        BlockMode::VerticalRight => [
            [two(4), two(5), two(6), two(7)],
            [three(4), three(5), three(6), three(7)],
            [three(3), two(4), two(5), two(6)],
            [three(2), three(4), three(5), three(6)],
        ],
        BlockMode::VerticalLeft => [
            [two(5), two(6), two(7), two(8)],
            [three(6), three(7), three(8), three(9)],
            [two(6), two(7), two(8), three(10)],
            [three(7), three(8), three(9), three(11)],
        ],
        BlockMode::HorizontalDown => [
            [two(3), three(4), three(5), three(6)],
            [two(2), three(3), two(3), three(4)],
            [two(1), three(2), two(2), three(3)],
            [two(0), three(1), two(1), three(2)],
        ],
        _ => [
            [two(2), three(2), two(1), three(1)],
            [two(1), three(1), two(0), lowest],
            [two(0), lowest, l3, l3],
            [l3; 4],
        ],
    }
}

#[inline(always)]
fn average(samples: [u8; 4]) -> u8 {
    let sum = samples.iter().fold(2u16, |sum, &sample| sum.wrapping_add(u16::from(sample)));
    (sum >> 2) as u8
}
