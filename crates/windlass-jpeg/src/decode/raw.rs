//! From coefficients to rows of pixels: the half of the work that needs no order.

use std::ops::Range;
use std::sync::Arc;

use fearless_simd::Level;
use windlass_simd::jpeg_decode::{colour, idct, upsample};

use super::coefficients::{Line, Stretch};
use super::header::Transform;
use super::plan::{Plan, Plane, Size, Upsampling};
use crate::{Error, ErrorKind, Result};

/// The most components of a frame.
const MAX_COMPONENTS: usize = 10;

/// Blocks of which only first coefficients are known that are transformed at a time.
const FLAT: usize = 32;

/// Rows of interleaved samples that somebody else owns.
#[derive(Debug)]
pub struct RowsMut<'a>(Place<'a>);

#[derive(Debug)]
enum Place<'a> {
    /// One piece of memory, with a stride.
    Piece(&'a mut [u8], usize),
    /// Row by row.
    Rows(Vec<&'a mut [u8]>),
}

impl<'a> RowsMut<'a> {
    /// Rows that begin `stride` bytes apart in `samples`. The last one may be shorter than that.
    pub fn new(samples: &'a mut [u8], stride: usize) -> Self {
        Self(Place::Piece(samples, stride))
    }

    /// Rows that lie anywhere.
    pub fn from_rows(rows: Vec<&'a mut [u8]>) -> Self {
        Self(Place::Rows(rows))
    }

    fn row(&mut self, y: usize, length: usize) -> Result<&mut [u8]> {
        let row = match &mut self.0 {
            Place::Piece(samples, stride) => {
                y.checked_mul(*stride).and_then(|start| samples.get_mut(start..))
            }
            Place::Rows(rows) => rows.get_mut(y).map(|row| &mut **row),
        };
        row.and_then(|row| row.get_mut(..length)).ok_or_else(|| {
            Error::new(ErrorKind::Limit, "the rows for the output are too few or short")
        })
    }
}

/// Columns that are made at a time, about: their samples stay in the cache of a core.
const COLUMNS: usize = 4096;

/// Coefficients of some rows of units, read in order and turned into pixels whenever and wherever that
/// suits. It owns its memory, which is used again when it is read into again.
#[derive(Debug, Default)]
pub struct Raw {
    pub(crate) plan: Option<Arc<Plan>>,
    /// The row of units above, if there is one and it is needed; those read; and the one below likewise.
    pub(crate) lines: Vec<Arc<Line>>,
    pub(crate) above: bool,
    /// The number of the first row of units read, and how many they are.
    pub(crate) first: usize,
    pub(crate) count: usize,
    buffers: Vec<Buffer>,
    sums: Vec<u16>,
}

/// Samples of a component.
#[derive(Debug, Default)]
struct Buffer {
    /// The last row of the row of units above.
    previous: Vec<u8>,
    /// The row of units that is being written.
    current: Vec<u8>,
    /// The row of units below, or the first of its rows of blocks.
    next: Vec<u8>,
    /// A row of the output.
    line: Vec<u8>,
}

impl Raw {
    /// Nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Lets go of what was read, so that the decoder has the memory again before this is read into once
    /// more. [`Self::rows`] is 0 then.
    pub fn clear(&mut self) {
        self.lines.clear();
        self.plan = None;
        self.count = 0;
    }

    /// The first row of the output that this gives.
    pub fn first_row(&self) -> usize {
        self.plan.as_ref().map_or(0, |plan| self.first * plan.rows)
    }

    /// How many rows of the output this gives.
    pub fn rows(&self) -> usize {
        self.plan.as_ref().map_or(0, |plan| {
            (self.count * plan.rows).min(plan.height.saturating_sub(self.first_row()))
        })
    }

    /// Pixels of a row of the output; 0 if nothing was read.
    pub fn width(&self) -> usize {
        self.plan.as_ref().map_or(0, |plan| plan.width)
    }

    /// Samples of a pixel of the output; 0 if nothing was read.
    pub fn bands(&self) -> usize {
        self.plan.as_ref().map_or(0, |plan| plan.planes.len())
    }

    /// Turns what was read into pixels: [`Self::rows`] rows of interleaved samples.
    ///
    /// # Errors
    ///
    /// If `out` is too small, or the file has samples of 12 bits: those [`Self::finish_deep`] gives.
    pub fn finish(&mut self, out: RowsMut<'_>) -> Result<()> {
        self.finish_columns(0..self.width(), out)
    }

    /// As [`Self::finish`], of some columns only: each row of `out` begins with the first of them. What lies
    /// further to the left or right is not transformed.
    ///
    /// # Errors
    ///
    /// If `out` is too small, or the picture has not all those columns.
    pub fn finish_columns(&mut self, columns: Range<usize>, mut out: RowsMut<'_>) -> Result<()> {
        let Some(plan) = self.plan.clone() else {
            return Ok(());
        };
        if plan.deep {
            let message = "Unsupported JPEG data precision 12";
            return Err(Error::new(ErrorKind::Unsupported, message));
        }
        if columns.start > columns.end || columns.end > plan.width {
            return Err(Error::new(ErrorKind::Limit, "the picture has no such columns"));
        }
        if columns.is_empty() {
            return Ok(());
        }
        self.buffers.resize_with(plan.planes.len(), Buffer::default);
        let wide = COLUMNS.next_multiple_of(plan.columns.max(1));
        let mut left = columns.start;
        while left < columns.end {
            let right = (left - left % wide + wide).min(columns.end);
            let place = (left - columns.start) * plan.planes.len();
            self.finish_window(&plan, &Window::around(&plan, &(left..right)), place, &mut out)?;
            left = right;
        }
        Ok(())
    }

    /// As [`Self::finish_columns`], of the columns of a window, `place` samples into the rows of `out`.
    fn finish_window(
        &mut self,
        plan: &Plan,
        window: &Window,
        place: usize,
        out: &mut RowsMut<'_>,
    ) -> Result<()> {
        let level = windlass_simd::level();
        let end = place + window.columns * plan.planes.len();
        let rows = self.rows();
        for unit in 0..self.count {
            self.transform(level, plan, unit, window);
            let start = unit * plan.rows;
            for y in start..rows.min(start + plan.rows) {
                let target = &mut out.row(y, end)?[place..];
                self.write(level, plan, (unit, y - start), window, target);
            }
        }
        Ok(())
    }

    /// Makes samples of row `unit` of those read, and of what is needed of its neighbours.
    fn transform(&mut self, level: Level, plan: &Plan, unit: usize, window: &Window) {
        let own = unit + usize::from(self.above);
        for (component, (plane, buffer)) in plan.planes.iter().zip(&mut self.buffers).enumerate() {
            let line = |row: usize| Part { plane, component, line: self.lines.get(row), window };
            let all = 0..plane.vertical;
            if !plane.upsampling.looks_around() {
                line(own).samples(level, all, &mut buffer.current);
                continue;
            }
            if unit > 0 {
                buffer.keep_last(window.stride(plane));
                std::mem::swap(&mut buffer.current, &mut buffer.next);
            } else {
                if self.above {
                    let last = plane.vertical - 1..plane.vertical;
                    line(own - 1).samples(level, last, &mut buffer.current);
                    buffer.keep_last(window.stride(plane));
                }
                line(own).samples(level, all.clone(), &mut buffer.current);
            }
            let below = if unit + 1 < self.count { all } else { 0..1 };
            line(own + 1).samples(level, below, &mut buffer.next);
        }
    }

    /// Writes row `y` of those that row `unit` of units gives.
    fn write(
        &mut self,
        level: Level,
        plan: &Plan,
        (unit, y): (usize, usize),
        window: &Window,
        out: &mut [u8],
    ) {
        let mut rows: [&[u8]; MAX_COMPONENTS] = [&[]; MAX_COMPONENTS];
        let first = self.first + unit;
        for ((plane, buffer), row) in plan.planes.iter().zip(&mut self.buffers).zip(&mut rows) {
            let view = View {
                plane,
                first: first * plane.rows(),
                line: y,
                total: plan.rows,
                width: window.pixels,
                stride: window.stride(plane),
                samples: window.samples(plane),
            };
            *row = &view.row(level, buffer, &mut self.sums)[window.left..];
        }
        interleave(level, plan, &rows, out);
    }
}

/// The units that are transformed: those that hold the columns asked for, and one more on each side, from
/// which upsampling takes its neighbours.
#[derive(Debug)]
struct Window {
    units: Range<usize>,
    /// Pixels of those units that the picture has, and how many of them come before the columns.
    pixels: usize,
    left: usize,
    columns: usize,
}

impl Window {
    fn around(plan: &Plan, columns: &Range<usize>) -> Self {
        let wide = plan.columns.max(1);
        let first = (columns.start / wide).saturating_sub(1);
        let end = (columns.end.div_ceil(wide) + 1).min(plan.units_across);
        let pixels = (end * wide).min(plan.width) - first * wide;
        let left = columns.start - first * wide;
        Self { units: first..end, pixels, left, columns: columns.len() }
    }

    /// Samples of a component in a row of those units.
    fn stride(&self, plane: &Plane) -> usize {
        self.units.len() * plane.horizontal * plane.size.side()
    }

    /// Those of them that the picture covers.
    fn samples(&self, plane: &Plane) -> usize {
        let unit = plane.horizontal * plane.size.side();
        plane.width.min(self.units.end * unit) - self.units.start * unit
    }
}

impl Buffer {
    /// Keeps the last row of samples of the present row of units, or of its last row of blocks.
    fn keep_last(&mut self, stride: usize) {
        let start = self.current.len().saturating_sub(stride);
        self.previous.clear();
        self.previous.extend_from_slice(&self.current[start..]);
    }
}

/// What a component has in a row of units.
struct Part<'a> {
    plane: &'a Plane,
    component: usize,
    line: Option<&'a Arc<Line>>,
    window: &'a Window,
}

impl Part<'_> {
    /// Transforms the rows of blocks `lines` to samples, which are all that `out` then holds.
    fn samples(&self, level: Level, lines: Range<usize>, out: &mut Vec<u8>) {
        let Some(stretches) = self.line else {
            return;
        };
        let side = self.plane.size.side();
        let stride = self.window.stride(self.plane);
        out.resize(stride * side * lines.len(), 0);
        for (line, out) in lines.zip(out.chunks_exact_mut(stride * side)) {
            // The place of the stretch in the row, and how many units of the window are done.
            let (mut place, mut done) = (0, 0);
            for stretch in stretches.iter() {
                let first = self.window.units.start.max(place);
                let end = self.window.units.end.min(place + stretch.units);
                if first < end {
                    let units = stretch.first + first - place..stretch.first + end - place;
                    let left = done * self.plane.horizontal * side;
                    self.stretch(level, stretch, line, units, &mut out[left..]);
                    done += end - first;
                }
                place += stretch.units;
            }
        }
    }

    /// Transforms a row of the blocks of `units` of `stretch`.
    fn stretch(
        &self,
        level: Level,
        stretch: &Stretch,
        line: usize,
        units: Range<usize>,
        out: &mut [u8],
    ) {
        let row = stretch.shared.row();
        let Some(blocks) = row.components.get(self.component) else {
            return;
        };
        let horizontal = self.plane.horizontal;
        let start = (line * row.units + units.start) * horizontal;
        let places = start..start + units.len() * horizontal;
        let base = stretch.base.get(self.component).copied().unwrap_or(0);
        let first = blocks.first_range(places.clone());
        if self.plane.first_only() {
            return idct::eighth(level, first, base, self.plane.quantisation[0], out);
        }
        let (all, extents) = blocks.range(places);
        self.inverse(level, all, extents, base, out);
        for (number, first) in first.chunks(FLAT).enumerate() {
            let mut flat = [[0; 64]; FLAT];
            for (block, &first) in flat.iter_mut().zip(first) {
                block[0] = first;
            }
            let left = number * FLAT * self.plane.size.side();
            let (blocks, extents) = (&flat[..first.len()], &[1; FLAT][..first.len()]);
            self.inverse(level, blocks, extents, base, &mut out[left..]);
        }
    }

    /// Transforms blocks that lie side by side.
    fn inverse(
        &self,
        level: Level,
        blocks: &[[i16; 64]],
        extents: &[u8],
        base: i16,
        out: &mut [u8],
    ) {
        let table = &self.plane.quantisation;
        let stride = self.window.stride(self.plane);
        match self.plane.size {
            Size::One => {}
            Size::Two => idct::quarter(level, blocks, extents, base, table, out, stride),
            Size::Four => idct::half(level, blocks, extents, base, table, out, stride),
            Size::Eight => idct::full(level, blocks, extents, base, table, out, stride),
        }
    }
}

/// A row of the output, as a component sees it.
struct View<'a> {
    plane: &'a Plane,
    /// The first row of samples of this row of units.
    first: usize,
    /// The row of the output, and how many this row of units gives.
    line: usize,
    total: usize,
    /// The width of the output.
    width: usize,
    /// Samples of a row in memory, and those that count.
    stride: usize,
    samples: usize,
}

impl View<'_> {
    /// The samples of the component for the row.
    fn row<'a>(&self, level: Level, buffer: &'a mut Buffer, sums: &mut Vec<u16>) -> &'a [u8] {
        let Buffer { previous, current, next, line } = buffer;
        let (stride, samples) = (self.stride, self.samples);
        let at = |y: usize| &current[y * stride..][..samples];
        let near = self.line * self.plane.rows() / self.total;
        if self.plane.upsampling == Upsampling::None {
            return &current[near * stride..][..self.width];
        }
        line.resize(2 * self.width + 2, 0);
        let upper = self.line.is_multiple_of(2);
        let far = match upper {
            _ if !self.plane.upsampling.looks_around() => at(near),
            true if self.first + near == 0 => at(near),
            true if near == 0 => &previous[..samples],
            true => at(near - 1),
            false if self.first + near + 1 >= self.plane.height => at(near),
            false if near + 1 == self.plane.rows() => &next[..samples],
            false => at(near + 1),
        };
        match self.plane.upsampling {
            Upsampling::None => {}
            Upsampling::Wide => upsample::wide(level, at(near), sums, line),
            Upsampling::Tall => upsample::tall(level, at(near), far, upper, line),
            Upsampling::Both => upsample::both(level, at(near), far, sums, line),
            Upsampling::Box { across, .. } => repeat(at(near), across, &mut line[..self.width]),
        }
        &line[..self.width]
    }
}

/// Makes `to` samples of each `from` by repetition.
fn repeat(input: &[u8], (from, to): (usize, usize), out: &mut [u8]) {
    let last = input.len().saturating_sub(1);
    match (from, to) {
        (1, 1) => out.copy_from_slice(&input[..out.len()]),
        (1, 2) => {
            for (out, &sample) in out.chunks_mut(2).zip(input) {
                out.fill(sample);
            }
        }
        _ => {
            for (x, out) in out.iter_mut().enumerate() {
                *out = input[(x * from / to).min(last)];
            }
        }
    }
}

/// Converts a row of samples of each component to a row of pixels.
fn interleave(level: Level, plan: &Plan, rows: &[&[u8]; MAX_COMPONENTS], out: &mut [u8]) {
    let [a, b, c, d, ..] = *rows;
    match (plan.transform, plan.planes.len()) {
        (Transform::YccToRgb, _) => colour::rgb(level, a, b, c, out),
        (Transform::YcckToCmyk, _) => colour::cmyk(level, [a, b, c, d], out),
        (Transform::None, 1) => out.copy_from_slice(&a[..out.len()]),
        (Transform::None, 3) => colour::three(level, [a, b, c], out),
        (Transform::None, count) => {
            for (band, row) in rows.iter().take(count).enumerate() {
                for (out, &sample) in out.iter_mut().skip(band).step_by(count).zip(*row) {
                    *out = sample;
                }
            }
        }
    }
    if plan.invert {
        for sample in out {
            *sample = 255 - *sample;
        }
    }
}
