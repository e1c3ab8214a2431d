//! From modes and coefficients to samples.

#![expect(clippy::inline_always, reason = "compiled once for each level of instructions")]

use crate::filter::{self, ABOVE, Place, Strength};
use crate::frame::Frame;
use crate::modes::Luma;
use crate::parse::{MEANS, Macroblock, MacroblockRow};
use crate::predict::{self, Area, Has, ORIGIN, RED, STRIDE};
use crate::tokens::Block;
use windlass_simd::resample::wide;
use windlass_simd::vp8::{add_block, add_flat, means};

/// Makes planes of rows of macroblocks, in order.
#[derive(Debug)]
pub struct Painter {
    size: (usize, usize),
    columns: usize,
    simple: bool,
    sharpness: u8,
    /// The row painted last and the one before it
    luma: Vec<u8>,
    /// The row painted last and the two before it
    chroma: [Vec<u8>; 2],
    /// What prediction sees of the row above: the last samples before they are filtered
    above: Above,
    /// Rows that were painted
    painted: usize,
}

#[derive(Debug)]
struct Above {
    luma: Vec<u8>,
    chroma: [Vec<u8>; 2],
}

/// Samples outside the frame.
const OUTSIDE_ABOVE: u8 = 127;
const OUTSIDE_LEFT: u8 = 129;

impl Painter {
    pub(crate) fn new(frame: &Frame) -> Self {
        let columns = frame.macroblocks().0;
        let plane = |rows: usize, side: usize| vec![0; rows * side * columns];
        let above = |side: usize| vec![OUTSIDE_ABOVE; side * columns];
        Self {
            size: (frame.width, frame.height),
            columns,
            simple: frame.simple,
            sharpness: frame.sharpness,
            luma: plane(ABOVE + 16, 16),
            chroma: [plane(ABOVE + 8, 8), plane(ABOVE + 8, 8)],
            above: Above { luma: above(16), chroma: [above(8), above(8)] },
            painted: 0,
        }
    }

    /// Paints the row of macroblocks that comes next.
    pub fn paint(&mut self, row: &MacroblockRow) {
        if row.macroblocks.len() != self.columns {
            return;
        }
        self.luma.copy_within(16 * 16 * self.columns.., 0);
        self.chroma.iter_mut().for_each(|plane| plane.copy_within(8 * 8 * self.columns.., 0));
        wide(
            #[inline(always)]
            || {
                self.reconstruct(row);
                self.filter(row);
            },
        );
        self.painted += 1;
    }

    /// Predicts and adds what was coded.
    #[inline(always)]
    fn reconstruct(&mut self, row: &MacroblockRow) {
        let mut blocks = row.blocks.iter();
        let (mut luma, mut chroma): (Area, Area) = ([0; 17 * STRIDE], [0; 17 * STRIDE]);
        let corner = if self.painted == 0 { OUTSIDE_ABOVE } else { OUTSIDE_LEFT };
        for origin in [ORIGIN, RED] {
            for area in [&mut luma, &mut chroma] {
                area[origin - STRIDE - 1] = corner;
                (0..16).for_each(|y| area[origin + y * STRIDE - 1] = OUTSIDE_LEFT);
            }
        }
        for (column, macroblock) in row.macroblocks.iter().enumerate() {
            let has = Has { above: self.painted > 0, left: column > 0 };
            self.paint_luma(column, macroblock, has, &mut luma, &mut blocks);
            self.paint_chroma(column, macroblock, has, &mut chroma, &mut blocks);
        }
    }

    #[inline(always)]
    fn paint_luma<'a>(
        &mut self,
        column: usize,
        macroblock: &Macroblock,
        has: Has,
        area: &mut Area,
        blocks: &mut impl Iterator<Item = &'a Block>,
    ) {
        let x = 16 * column;
        let above = &mut self.above.luma;
        area[ORIGIN - STRIDE..][..16].copy_from_slice(&above[x..x + 16]);
        match macroblock.luma {
            Luma::Whole(mode) => {
                predict::whole::<16>(area, ORIGIN, mode, has);
                add_luma(macroblock, area, blocks);
            }
            Luma::Blocks(modes) => {
                // behind the last macroblock its last sample goes on
                let right = match above.get(x + 16..x + 20) {
                    Some(right) => [right[0], right[1], right[2], right[3]],
                    None if has.above => [above[x + 15]; 4],
                    None => [OUTSIDE_ABOVE; 4],
                };
                for (number, mode) in modes.into_iter().enumerate() {
                    let origin = ORIGIN + number / 4 * 4 * STRIDE + number % 4 * 4;
                    let right = if number % 4 == 3 {
                        right
                    } else {
                        let right = &area[origin - STRIDE + 4..][..4];
                        [right[0], right[1], right[2], right[3]]
                    };
                    predict::block(area, origin, right, mode);
                    add(macroblock, number as u32, 0, &mut area[origin..], blocks);
                }
            }
        }
        let stride = 16 * self.columns;
        let rows = self.luma[ABOVE * stride + x..].chunks_mut(stride);
        for (y, row) in rows.take(16).enumerate() {
            row[..16].copy_from_slice(&area[ORIGIN + y * STRIDE..][..16]);
        }
        above[x..x + 16].copy_from_slice(&area[ORIGIN + 15 * STRIDE..][..16]);
        // its last column is what the next one has to the left
        for y in 0..17 {
            area[ORIGIN - STRIDE + y * STRIDE - 1] = area[ORIGIN - STRIDE + y * STRIDE + 15];
        }
    }

    #[inline(always)]
    fn paint_chroma<'a>(
        &mut self,
        column: usize,
        macroblock: &Macroblock,
        has: Has,
        area: &mut Area,
        blocks: &mut impl Iterator<Item = &'a Block>,
    ) {
        let (x, stride) = (8 * column, 8 * self.columns);
        let planes = self.chroma.iter_mut().zip(&mut self.above.chroma);
        for (number, (plane, above)) in planes.enumerate() {
            let origin = if number == 0 { ORIGIN } else { RED };
            area[origin - STRIDE..][..8].copy_from_slice(&above[x..x + 8]);
            predict::whole::<8>(area, origin, macroblock.chroma, has);
            for block in 0..4 {
                let at = origin + block / 2 * 4 * STRIDE + block % 2 * 4;
                let block = (16 + 4 * number + block) as u32;
                add(macroblock, block, 0, &mut area[at..], blocks);
            }
            for (y, row) in plane[ABOVE * stride + x..].chunks_mut(stride).take(8).enumerate() {
                row[..8].copy_from_slice(&area[origin + y * STRIDE..][..8]);
            }
            above[x..x + 8].copy_from_slice(&area[origin + 7 * STRIDE..][..8]);
            for y in 0..9 {
                area[origin - STRIDE + y * STRIDE - 1] = area[origin - STRIDE + y * STRIDE + 7];
            }
        }
    }

    /// Filters the row just made, and the end of the one above.
    #[inline(always)]
    fn filter(&mut self, row: &MacroblockRow) {
        let mut strength = Strength::new(1, self.sharpness);
        let mut level = 1;
        for (column, macroblock) in row.macroblocks.iter().enumerate() {
            if macroblock.level == 0 {
                continue;
            }
            if macroblock.level != level {
                level = macroblock.level;
                strength = Strength::new(level, self.sharpness);
            }
            let place = Place { column, above: self.painted > 0, inside: macroblock.inside };
            let stride = 16 * self.columns;
            if self.simple {
                filter::simple(&mut self.luma, stride, place, strength);
                continue;
            }
            filter::luma(&mut self.luma, stride, place, strength);
            let planes = self.chroma.each_mut().map(|plane| &mut plane[..]);
            filter::chroma(planes, stride / 2, place, strength);
        }
    }

    /// Copies the finished samples of the row of macroblocks `number`; false where the rows around it are
    /// not painted, or are gone.
    pub fn copy(&self, number: usize, lines: &mut Lines) -> bool {
        let (width, height) = self.size;
        let last = height.div_ceil(16) - 1;
        // samples of a row are not final before the next one is there
        let needed = (number + 1).min(last);
        if number > last || needed + 1 != self.painted {
            return false;
        }
        let back = needed - number;
        lines.width = width;
        lines.height = (height - 16 * number).min(16);
        let stride = 16 * self.columns;
        let from = (ABOVE - 16 * back) * stride;
        copy_rows(&self.luma[from..], stride, width, lines.height, &mut lines.luma);
        let half = width.div_ceil(2);
        let rows = lines.height.div_ceil(2);
        for (plane, copy) in self.chroma.iter().zip(&mut lines.chroma) {
            copy.clear();
            let row = |y: usize| &plane[y * stride / 2..][..half];
            let first = ABOVE - 8 * back;
            // one row before and one behind; outside the picture the nearest one inside
            copy.extend_from_slice(row(if number == 0 { first } else { first - 1 }));
            (first..first + rows).for_each(|y| copy.extend_from_slice(row(y)));
            let behind = if number == last { first + rows - 1 } else { first + rows };
            copy.extend_from_slice(row(behind));
        }
        true
    }
}

/// Adds the sixteen blocks of a macroblock that is predicted as a whole.
#[inline(always)]
fn add_luma<'a>(
    macroblock: &Macroblock,
    area: &mut Area,
    blocks: &mut impl Iterator<Item = &'a Block>,
) {
    let means = match blocks_of(macroblock, MEANS, blocks) {
        Some(block) => means(block),
        None => [0; 16],
    };
    for (number, mean) in means.into_iter().enumerate() {
        let origin = ORIGIN + number / 4 * 4 * STRIDE + number % 4 * 4;
        add(macroblock, number as u32, mean, &mut area[origin..], blocks);
    }
}

/// The coefficients of a block, where they are coded.
#[inline(always)]
fn blocks_of<'a>(
    macroblock: &Macroblock,
    number: u32,
    blocks: &mut impl Iterator<Item = &'a Block>,
) -> Option<&'a Block> {
    if macroblock.coded >> number & 1 == 0 { None } else { blocks.next() }
}

/// Adds a block to what was predicted; `mean` is its first coefficient where that is coded elsewhere.
#[inline(always)]
fn add<'a>(
    macroblock: &Macroblock,
    number: u32,
    mean: i16,
    out: &mut [u8],
    blocks: &mut impl Iterator<Item = &'a Block>,
) {
    match blocks_of(macroblock, number, blocks) {
        None if mean == 0 => {}
        None => add_flat::<STRIDE>(mean, out),
        Some(block) if macroblock.flat >> number & 1 == 1 => add_flat::<STRIDE>(block[0], out),
        Some(block) => {
            let mut block = *block;
            block[0] = block[0].wrapping_add(mean);
            add_block::<STRIDE>(&block, out);
        }
    }
}

fn copy_rows(from: &[u8], stride: usize, width: usize, rows: usize, to: &mut Vec<u8>) {
    to.clear();
    from.chunks(stride).take(rows).for_each(|row| to.extend_from_slice(&row[..width]));
}

/// Finished samples of a row of macroblocks, cut to the picture.
#[derive(Clone, Debug, Default)]
pub struct Lines {
    width: usize,
    height: usize,
    luma: Vec<u8>,
    /// With the row before and the one behind
    chroma: [Vec<u8>; 2],
}

impl Lines {
    /// How many rows of luma there are: 16, or fewer at the end.
    pub fn height(&self) -> usize {
        self.height
    }

    /// A row of luma.
    pub fn luma(&self, y: usize) -> &[u8] {
        &self.luma[y * self.width..][..self.width]
    }

    /// The rows of blue (0) or red (1) chroma that are nearest to a row of luma, and next to that.
    pub fn chroma(&self, plane: usize, y: usize) -> (&[u8], &[u8]) {
        let half = self.width.div_ceil(2);
        let row = |number: usize| &self.chroma[plane][number * half..][..half];
        let near = y / 2 + 1;
        (row(near), row(if y.is_multiple_of(2) { near - 1 } else { near + 1 }))
    }
}
