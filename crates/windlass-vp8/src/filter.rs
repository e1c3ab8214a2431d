//! The loop filter on a row of macroblocks (RFC 6386 §15).

#![expect(clippy::inline_always, reason = "compiled once for each level of instructions")]

use windlass_simd::vp8::{
    LANES, Lane, Limits, block_edge, macroblock_edge, simple_edge, transpose, transpose_back,
};

/// How a macroblock is filtered.
#[derive(Clone, Copy)]
pub(crate) struct Strength {
    /// At its borders and inside
    borders: Limits,
    blocks: Limits,
}

impl Strength {
    /// From the level of a macroblock, above 0, and the sharpness of the frame (§15.4).
    pub(crate) fn new(level: u8, sharpness: u8) -> Self {
        let (level, sharpness) = (i16::from(level), i16::from(sharpness));
        let interior = match sharpness {
            0 => level,
            1..=4 => (level >> 1).min(9 - sharpness),
            _ => (level >> 2).min(9 - sharpness),
        };
        let interior = interior.max(1);
        let variance = i16::from(level >= 15) + i16::from(level >= 40);
        let limits = |edge: i16| Limits { variance, interior, edge };
        Self { borders: limits(2 * (level + 2) + interior), blocks: limits(2 * level + interior) }
    }
}

/// Where a macroblock is, in planes whose rows above it are there.
#[derive(Clone, Copy)]
pub(crate) struct Place {
    /// The column of macroblocks
    pub(crate) column: usize,
    /// Whether there are macroblocks above
    pub(crate) above: bool,
    /// Whether the edges between blocks are filtered too
    pub(crate) inside: bool,
}

/// Rows of a plane above the macroblocks.
pub(crate) const ABOVE: usize = 16;

/// Filters luma only, as the simple filter does.
#[inline(always)]
pub(crate) fn simple(luma: &mut [u8], stride: usize, place: Place, strength: Strength) {
    let x = 16 * place.column;
    let Strength { borders, blocks } = strength;
    for at in (0..16).step_by(4) {
        if if at == 0 { x > 0 } else { place.inside } {
            let edge = if at == 0 { borders.edge } else { blocks.edge };
            let first = ABOVE * stride + x + at - 4;
            let mut columns = transpose(&gather(luma, stride, first));
            simple_middle(&mut columns, edge);
            scatter(luma, stride, first, &transpose_back(&columns));
        }
    }
    for at in (0..16).step_by(4) {
        if if at == 0 { place.above } else { place.inside } {
            let edge = if at == 0 { borders.edge } else { blocks.edge };
            let first = (ABOVE + at - 4) * stride + x;
            let mut rows = load(luma, stride, first);
            simple_middle(&mut rows, edge);
            store(luma, stride, first, &rows);
        }
    }
}

#[inline(always)]
fn simple_middle(samples: &mut [Lane; 8], edge: i16) {
    let mut middle = [samples[2], samples[3], samples[4], samples[5]];
    simple_edge(&mut middle, edge);
    samples[2..6].copy_from_slice(&middle);
}

/// Filters luma.
#[inline(always)]
pub(crate) fn luma(luma: &mut [u8], stride: usize, place: Place, strength: Strength) {
    let x = 16 * place.column;
    let origin = ABOVE * stride + x;
    if x > 0 {
        column(luma, stride, origin - 4, true, strength);
    }
    if place.inside {
        for at in [0, 4, 8] {
            column(luma, stride, origin + at, false, strength);
        }
    }
    if place.above {
        row(luma, stride, origin - 4 * stride, true, strength);
    }
    if place.inside {
        for at in [0, 4, 8] {
            row(luma, stride, origin + at * stride, false, strength);
        }
    }
}

/// Filters a vertical edge, four columns behind `first`.
#[inline(always)]
fn column(luma: &mut [u8], stride: usize, first: usize, border: bool, strength: Strength) {
    let mut columns = transpose(&gather(luma, stride, first));
    edge(&mut columns, border, strength);
    scatter(luma, stride, first, &transpose_back(&columns));
}

/// Filters a horizontal edge, four rows below `first`.
#[inline(always)]
fn row(luma: &mut [u8], stride: usize, first: usize, border: bool, strength: Strength) {
    let mut rows = load(luma, stride, first);
    edge(&mut rows, border, strength);
    store(luma, stride, first, &rows);
}

#[inline(always)]
fn edge(samples: &mut [Lane; 8], border: bool, strength: Strength) {
    if border {
        macroblock_edge(samples, strength.borders);
    } else {
        block_edge(samples, strength.blocks);
    }
}

/// Filters both planes of chroma, side by side in the lanes.
#[inline(always)]
pub(crate) fn chroma(planes: [&mut [u8]; 2], stride: usize, place: Place, strength: Strength) {
    let [blue, red] = planes;
    let x = 8 * place.column;
    let origin = ABOVE * stride + x;
    if x > 0 {
        chroma_column([blue, red], stride, origin - 4, true, strength);
    }
    if place.inside {
        chroma_column([blue, red], stride, origin, false, strength);
    }
    if place.above {
        chroma_row([blue, red], stride, origin - 4 * stride, true, strength);
    }
    if place.inside {
        chroma_row([blue, red], stride, origin, false, strength);
    }
}

#[inline(always)]
fn chroma_column(
    [blue, red]: [&mut [u8]; 2],
    stride: usize,
    first: usize,
    border: bool,
    strength: Strength,
) {
    let mut rows = [[0; 8]; LANES];
    let (upper, lower) = rows.split_at_mut(8);
    upper.copy_from_slice(&gather::<8>(blue, stride, first));
    lower.copy_from_slice(&gather::<8>(red, stride, first));
    let mut columns = transpose(&rows);
    edge(&mut columns, border, strength);
    let rows = transpose_back(&columns);
    let (upper, lower) = rows.split_at(8);
    scatter(blue, stride, first, upper);
    scatter(red, stride, first, lower);
}

#[inline(always)]
fn chroma_row(
    [blue, red]: [&mut [u8]; 2],
    stride: usize,
    first: usize,
    border: bool,
    strength: Strength,
) {
    let (lefts, rights) = (gather::<8>(blue, stride, first), gather::<8>(red, stride, first));
    let mut rows = [[0; LANES]; 8];
    for (row, (left, right)) in rows.iter_mut().zip(lefts.iter().zip(&rights)) {
        row[..8].copy_from_slice(left);
        row[8..].copy_from_slice(right);
    }
    edge(&mut rows, border, strength);
    let planes = blue[first..].chunks_mut(stride).zip(red[first..].chunks_mut(stride));
    for (row, (blue, red)) in rows.iter().zip(planes) {
        blue[..8].copy_from_slice(&row[..8]);
        red[..8].copy_from_slice(&row[8..]);
    }
}

/// Eight samples of each of `N` rows.
#[inline(always)]
fn gather<const N: usize>(plane: &[u8], stride: usize, first: usize) -> [[u8; 8]; N] {
    let mut rows = [[0; 8]; N];
    for (row, from) in rows.iter_mut().zip(plane[first..].chunks(stride)) {
        row.copy_from_slice(&from[..8]);
    }
    rows
}

#[inline(always)]
fn scatter(plane: &mut [u8], stride: usize, first: usize, rows: &[[u8; 8]]) {
    for (row, to) in rows.iter().zip(plane[first..].chunks_mut(stride)) {
        to[..8].copy_from_slice(row);
    }
}

#[inline(always)]
fn load(plane: &[u8], stride: usize, first: usize) -> [Lane; 8] {
    let mut rows = [[0; LANES]; 8];
    for (row, from) in rows.iter_mut().zip(plane[first..].chunks(stride)) {
        row.copy_from_slice(&from[..LANES]);
    }
    rows
}

#[inline(always)]
fn store(plane: &mut [u8], stride: usize, first: usize, rows: &[Lane; 8]) {
    for (row, to) in rows.iter().zip(plane[first..].chunks_mut(stride)) {
        to[..LANES].copy_from_slice(row);
    }
}
