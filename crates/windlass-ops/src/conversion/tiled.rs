//! An image repeated in both directions, perhaps mirrored: for `embed`, `replicate` and `wrap`.

use super::flip::reverse;
use std::ops::Range;
use windlass_core::{Ask, Operator, Rect, Region, RegionMut, Result, Traits};

/// One axis of a tiling: copies of `size` pixels side by side, one of them at `start`.
#[derive(Clone, Copy)]
pub(super) struct Tiling {
    /// Where one of the copies starts
    pub(super) start: i32,
    /// Pixels of a copy
    pub(super) size: i32,
    /// Whether every other copy is reversed
    pub(super) mirror: bool,
}

/// A stretch of one axis that comes from one copy.
struct Stretch {
    /// In the output
    out: Range<i32>,
    /// In the input
    input: Range<i32>,
    reversed: bool,
}

impl Tiling {
    /// The stretches of `out`, in order.
    fn stretches(self, out: Range<i32>) -> impl Iterator<Item = Stretch> {
        let Self { start, size, mirror } = self;
        let first = i64::from(out.start - start).div_euclid(i64::from(size)) as i32;
        let last = i64::from(out.end - 1 - start).div_euclid(i64::from(size)) as i32;
        (first..=last).map(move |tile| {
            let origin = start + tile * size;
            let part = out.start.max(origin)..out.end.min(origin.saturating_add(size));
            let (from, to) = (part.start - origin, part.end - origin);
            let reversed = mirror && tile % 2 != 0;
            let input = if reversed { size - to..size - from } else { from..to };
            Stretch { out: part, input, reversed }
        })
    }

    /// All of the input that `out` shows.
    fn reach(self, out: Range<i32>) -> Range<i32> {
        if out.end - out.start >= 2 * self.size {
            return 0..self.size;
        }
        let around =
            |all: Range<i32>, part: Range<i32>| all.start.min(part.start)..all.end.max(part.end);
        let parts = self.stretches(out).map(|stretch| stretch.input);
        parts.reduce(around).unwrap_or(0..self.size)
    }
}

/// The input, repeated in both directions.
pub(super) struct Tiled {
    pub(super) columns: Tiling,
    pub(super) rows: Tiling,
}

/// Copies that are placed one by one; where there are more the input is read and its pixels copied.
const FEW: i64 = 16;

impl Tiled {
    fn copies(&self, out: Rect) -> i64 {
        let count = |out: i32, size: i32| i64::from(out / size) + 2;
        count(out.width, self.columns.size) * count(out.height, self.rows.size)
    }
}

impl Operator for Tiled {
    type Scratch = ();

    fn scratch(&self) {}

    fn traits(&self) -> Traits {
        Traits { cost: 0.5, ..Traits::DEFAULT }
    }

    fn needs(&self, out: Rect, ask: &mut Ask) {
        let (across, down) = (out.left..out.right(), out.top..out.bottom());
        if self.columns.mirror || self.copies(out) > FEW {
            let (columns, rows) = (self.columns.reach(across), self.rows.reach(down));
            let (width, height) = (columns.end - columns.start, rows.end - rows.start);
            return ask.read(0, Rect::new(columns.start, rows.start, width, height));
        }
        for row in self.rows.stretches(down) {
            for column in self.columns.stretches(across.clone()) {
                let (left, top) = (column.input.start, row.input.start);
                let part = Rect::new(left, top, column.input.end - left, row.input.end - top);
                if (part.width, part.height) == (out.width, out.height) {
                    return ask.same(0, left - out.left, top - out.top);
                }
                ask.place(0, part, column.out.start, row.out.start);
            }
        }
        ask.covered();
    }

    fn compute(&self, inputs: &[Region<'_>], out: &mut RegionMut<'_>, (): &mut ()) -> Result<()> {
        let (rect, pixel, read) = (out.rect(), out.pixel_size(), inputs[0].rect());
        let columns: Vec<_> = self.columns.stretches(rect.left..rect.right()).collect();
        for row in self.rows.stretches(rect.top..rect.bottom()) {
            for y in row.out.clone() {
                let into = y - row.out.start;
                let from =
                    if row.reversed { row.input.end - 1 - into } else { row.input.start + into };
                let (input, output) = (inputs[0].bytes(from), out.bytes(y));
                for column in &columns {
                    let source = bytes(&column.input, read.left, pixel);
                    let target = bytes(&column.out, rect.left, pixel);
                    if column.reversed {
                        reverse(pixel, &input[source], &mut output[target]);
                    } else {
                        output[target].copy_from_slice(&input[source]);
                    }
                }
            }
        }
        Ok(())
    }
}

/// Where pixels lie in a row that starts at `left`.
fn bytes(pixels: &Range<i32>, left: i32, pixel: usize) -> Range<usize> {
    (pixels.start - left) as usize * pixel..(pixels.end - left) as usize * pixel
}
