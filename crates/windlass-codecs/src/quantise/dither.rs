//! Painting with few colours: errors are spread to the neighbours (Floyd and Steinberg, 1976), rows forth and back.
//!
//! What is uneven by more than the colours are apart needs no dithering: its own noise does the same, and
//! spread errors only add to it. So errors are spread where the picture is smooth.

use super::Colour;
use super::followers::Followers;
use super::nearest::{Nearest, Point, dot, point};
use std::mem;
use windlass_core::Result;
use windlass_io::alloc;

/// The part of an error that is spread where the picture is smooth. All of it would give exact means, but
/// where colours are few, for more noise than the reference has.
const STRENGTH: f32 = 0.75;
/// Unevenness from which on errors aren't spread, as a multiple of the usual error of a sample.
const UNEVEN: f32 = 2.0;

/// The index of the colour of each pixel; `level` says how much of an error is spread, 0 to 1.
pub(super) fn paint(
    rgba: &[Colour],
    width: usize,
    nearest: &mut Nearest,
    level: f32,
    indices: &mut [u8],
) -> Result<()> {
    let usual = mean_square(rgba, nearest).sqrt();
    let followers = Followers::new(nearest.points().len(), usual, level);
    let mut painter = Painter { nearest, followers };
    if level <= 0.0 || usual <= 0.0 || width == 0 {
        for (index, &colour) in indices.iter_mut().zip(rgba) {
            *index = painter.paint(colour, point(colour)) as u8;
        }
        return Ok(());
    }
    let mut smooth = Smooth::new(rgba, width, UNEVEN * usual)?;
    let carried = carried(painter.nearest.points().len());
    let mut errors = Errors::new(width, carried * usual);
    let line = Line::between(painter.nearest.points());
    let mut strengths = vec![0.0; width];
    let rows = rgba.chunks_exact(width).zip(indices.chunks_exact_mut(width));
    for (y, (colours, indices)) in rows.enumerate() {
        smooth.strengths(y, STRENGTH * level, &mut strengths);
        if let Some(line) = &line {
            line.lessen(colours, &mut strengths);
        }
        errors.next_row();
        for at in 0..width {
            let backward = y % 2 == 1;
            let x = if backward { width - 1 - at } else { at };
            let wanted = errors.added(x, point(colours[x]), strengths[x]);
            let index = painter.paint(colours[x], wanted);
            indices[x] = index as u8;
            if colours[x][3] != 0 {
                errors.spread(x, backward, wanted, painter.nearest.points()[index]);
            }
        }
    }
    Ok(())
}

/// The most that is carried to a pixel, as a multiple of the usual error of a sample. Three or four colours
/// lie on a plane: what is beside it would be carried on and on, and come out as noise. Where there are
/// two, a [`Line`] knows better.
fn carried(colours: usize) -> f32 {
    if matches!(colours, 3 | 4) { 1.0 } else { 1.2 }
}

/// Where only two colours can be mixed: the first, and the way from it to the other.
struct Line {
    from: Point,
    way: Point,
}

impl Line {
    /// The line between two colours; none where there are more or fewer.
    fn between(points: &[Point]) -> Option<Self> {
        let &[from, to] = points else { return None };
        let way: Point = std::array::from_fn(|band| to[band] - from[band]);
        Some(Self { from, way })
    }

    /// Lessens the strengths of pixels by the part of their error that mixing cannot make good: what lies
    /// beside the line stays, and the noise of mixing would come on top of it.
    fn lessen(&self, row: &[Colour], strengths: &mut [f32]) {
        /// How much more what lies beside the line counts than what lies along it
        const BESIDE: f32 = 2.0;
        let length = dot(self.way, self.way).max(f32::MIN_POSITIVE);
        for (strength, &colour) in strengths.iter_mut().zip(row) {
            let colour = point(colour);
            let off: Point = std::array::from_fn(|band| colour[band] - self.from[band]);
            let place = dot(off, self.way) / length;
            let nearer = place.min(1.0 - place).max(0.0);
            let along = nearer * nearer * length;
            let beside = (dot(off, off) - place * place * length).max(0.0);
            *strength *= along / (along + BESIDE * beside).max(f32::MIN_POSITIVE);
        }
    }
}

/// Paints one pixel after the other.
struct Painter<'a> {
    nearest: &'a mut Nearest,
    followers: Followers,
}

impl Painter<'_> {
    /// The index for a pixel of some colour, of which so much is `wanted`.
    #[inline]
    fn paint(&mut self, colour: Colour, wanted: Point) -> usize {
        if colour[3] == 0 {
            let (clear, _) = self.nearest.find([0.0; 4]);
            self.followers.note(clear);
            return clear;
        }
        let near = self.nearest.find(wanted);
        self.followers.take(wanted, near, self.nearest.points())
    }
}

/// The pixels that are measured.
const MEASURED: usize = 1 << 16;

/// The mean of the squared errors of red, green and blue, 0 to 255, without dithering.
pub(super) fn mean_square(rgba: &[Colour], nearest: &mut Nearest) -> f32 {
    let step = rgba.len().div_ceil(MEASURED).max(1);
    let squares = rgba.iter().step_by(step).map(|&colour| f64::from(nearest.find(point(colour)).1));
    let (sum, count) = squares.fold((0.0, 0.0), |(sum, count), square| (sum + square, count + 1.0));
    (sum / (3.0 * f64::max(count, 1.0))) as f32
}

/// Errors on their way to this row and to the next, with a pixel at either end that nobody reads.
struct Errors {
    here: Vec<Point>,
    next: Vec<Point>,
    most: f32,
}

impl Errors {
    fn new(width: usize, most: f32) -> Self {
        Self { here: vec![[0.0; 4]; width + 2], next: vec![[0.0; 4]; width + 2], most }
    }

    fn next_row(&mut self) {
        mem::swap(&mut self.here, &mut self.next);
        self.next.fill([0.0; 4]);
    }

    /// A colour with part of the error that came to it.
    #[inline]
    fn added(&self, x: usize, colour: Point, strength: f32) -> Point {
        let error = self.here[x + 1];
        std::array::from_fn(|band| {
            let error = (error[band] * strength).clamp(-self.most, self.most);
            (colour[band] + error).clamp(0.0, 255.0)
        })
    }

    /// Hands on what the colour that was `wanted` is off.
    #[inline]
    fn spread(&mut self, x: usize, backward: bool, wanted: Point, painted: Point) {
        let (ahead, behind) = if backward { (x, x + 2) } else { (x + 2, x) };
        let error: Point = std::array::from_fn(|band| (wanted[band] - painted[band]) / 16.0);
        let add = |to: &mut Point, share: f32| {
            to.iter_mut().zip(error).for_each(|(to, error)| *to += share * error);
        };
        add(&mut self.here[ahead], 7.0);
        add(&mut self.next[behind], 3.0);
        add(&mut self.next[x + 1], 5.0);
        add(&mut self.next[ahead], 1.0);
    }
}

/// Half the side of the window in which unevenness is averaged.
const REACH: usize = 2;

/// Where a picture is smooth: unevenness is the second difference across and down, the larger of them in
/// the worst band, averaged over a window of 5 by 5 (edges repeated).
struct Smooth {
    width: usize,
    uneven: Vec<u8>,
    /// Of each column, the sum over the rows of the window
    columns: Vec<u32>,
    most: f32,
}

impl Smooth {
    fn new(rgba: &[Colour], width: usize, most: f32) -> Result<Self> {
        let rows: Vec<&[Colour]> = rgba.chunks_exact(width).collect();
        let mut uneven: Vec<u8> = alloc::try_vec(rgba.len())?;
        for (y, out) in uneven.chunks_exact_mut(width).enumerate() {
            let (above, below) = (rows[y.saturating_sub(1)], rows[(y + 1).min(rows.len() - 1)]);
            unevenness(above, rows[y], below, out);
        }
        Ok(Self { width, uneven, columns: vec![0; width], most })
    }

    /// How much of the errors is spread in row `y`. Rows are asked for in order.
    fn strengths(&mut self, y: usize, level: f32, out: &mut [f32]) {
        const WINDOW: usize = (2 * REACH + 1) * (2 * REACH + 1);
        let last = (self.uneven.len() / self.width).saturating_sub(1);
        let row = |y: usize| &self.uneven[y.min(last) * self.width..][..self.width];
        let add = |columns: &mut [u32], row: &[u8]| {
            columns.iter_mut().zip(row).for_each(|(sum, &value)| *sum += u32::from(value));
        };
        if y == 0 {
            (0..=2 * REACH).for_each(|at| add(&mut self.columns, row(at.saturating_sub(REACH))));
        } else {
            add(&mut self.columns, row(y + REACH));
            let gone = row((y - 1).saturating_sub(REACH));
            self.columns.iter_mut().zip(gone).for_each(|(sum, &value)| *sum -= u32::from(value));
        }
        let column = |x: usize| self.columns[x.saturating_sub(REACH).min(self.width - 1)];
        let mut sum: u32 = (0..2 * REACH).map(column).sum();
        for (x, out) in out.iter_mut().enumerate() {
            sum += column(x + 2 * REACH);
            let share = sum as f32 / (WINDOW as f32 * self.most.max(f32::MIN_POSITIVE));
            *out = (1.0 - share).max(0.0) * level;
            sum -= column(x);
        }
    }
}

fn unevenness(above: &[Colour], row: &[Colour], below: &[Colour], out: &mut [u8]) {
    for (x, out) in out.iter_mut().enumerate() {
        let (left, right) = (row[x.saturating_sub(1)], row[(x + 1).min(row.len() - 1)]);
        *out = bend(left, row[x], right).max(bend(above[x], row[x], below[x]));
    }
}

/// How far the middle of three colours is from the line between the others, doubled.
#[inline]
fn bend(before: Colour, middle: Colour, after: Colour) -> u8 {
    let bend = |band: usize| {
        let [before, middle, after] = [before, middle, after].map(|colour| i32::from(colour[band]));
        (before + after - 2 * middle).abs()
    };
    bend(0).max(bend(1)).max(bend(2)).min(255) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    fn black_and_white(rgba: &[Colour], width: usize, level: f32) -> Vec<u8> {
        let mut nearest = Nearest::new(vec![[0.0, 0.0, 0.0, 255.0], [255.0; 4]]);
        let mut indices = vec![0; rgba.len()];
        paint(rgba, width, &mut nearest, level, &mut indices).expect("memory is there");
        indices
    }

    fn whites(indices: &[u8]) -> usize {
        indices.iter().map(|&index| usize::from(index)).sum()
    }

    #[test]
    fn smooth_grey_becomes_some_white_pixels() {
        let grey = [[64, 64, 64, 255]; 64 * 64];
        // a part of the errors is kept back, which shows in the dark
        let share = whites(&black_and_white(&grey, 64, 1.0)) as f64 / 4096.0;
        assert!((0.1..64.0 / 255.0 + 0.02).contains(&share), "{share}");
        assert_eq!(whites(&black_and_white(&grey, 64, 0.0)), 0);
    }

    #[test]
    fn what_two_colours_cannot_mix_is_left() {
        let line = Line::between(&[[0.0, 0.0, 0.0, 255.0], [255.0; 4]]).expect("two colours");
        let row = [[64, 64, 64, 255], [255, 0, 0, 255], [0, 0, 0, 255], [255, 255, 255, 255]];
        let mut strengths = [1.0; 4];
        line.lessen(&row, &mut strengths);
        assert!(strengths[0] > 0.999 && strengths[1] < 0.25, "{strengths:?}");
        assert_eq!(strengths[2..], [0.0; 2]);
        assert!(Line::between(&[[0.0; 4]; 3]).is_none());
    }

    #[test]
    fn noise_is_painted_as_it_is() {
        let sample = |at: u32| (at.wrapping_mul(2_654_435_761) >> 24) as u8;
        let noise: Vec<Colour> =
            (0..64 * 64).map(sample).map(|value| [value, value, value, 255]).collect();
        for level in [0.0, 1.0] {
            let painted = black_and_white(&noise, 64, level);
            let far = noise.iter().zip(painted).filter(|(colour, index)| {
                // what is about as near to both may be either
                colour[0].abs_diff(128) > 8 && *index != u8::from(colour[0] > 128)
            });
            assert_eq!(far.count(), 0, "{level}");
        }
    }

    #[test]
    fn windows_of_unevenness_are_averages() {
        let sample = |at: u32| [(at * 37 % 50) as u8, (at * 11 % 29) as u8, at as u8, 255];
        let rgba: Vec<Colour> = (0..7 * 6).map(sample).collect();
        let mut smooth = Smooth::new(&rgba, 7, 400.0).expect("memory is there");
        let uneven = smooth.uneven.clone();
        let mut strengths = [0.0; 7];
        for y in 0..6 {
            smooth.strengths(y, 1.0, &mut strengths);
            for (x, &strength) in strengths.iter().enumerate() {
                let near = |at: usize, most: usize| {
                    (0..5).map(move |step| (at + step).saturating_sub(2).min(most))
                };
                let cells = near(y, 5).flat_map(|y| near(x, 6).map(move |x| y * 7 + x));
                let sum: u32 = cells.map(|at| u32::from(uneven[at])).sum();
                let expected = 1.0 - sum as f32 / 25.0 / 400.0;
                assert!((strength - expected).abs() < 1e-5, "{x} {y}: {strength} {expected}");
            }
        }
    }
}
