//! From coefficients to samples of 12 bits, as extended files may have them (ITU-T T.81).
//!
//! The transform, the upsampling and the equations of colour are those of 8 bits; only that the first
//! pass of the transform leaves a bit less to the second, as decoders in use have it. Such files are rare:
//! these are plain loops.

use std::sync::Arc;

use super::coefficients::{Line, Stretch};
use super::header::Transform;
use super::plan::{Plan, Plane, Upsampling};
use super::raw::Raw;
use crate::{Error, ErrorKind, Result};

/// The largest sample.
const MOST: i64 = 4095;
/// What the samples of a transformed block, and those of chroma, are counted from.
const CENTRE: i64 = 2048;

/// Rows of samples of a component side by side in memory.
#[derive(Debug, Default)]
struct Samples {
    all: Vec<u16>,
    stride: usize,
}

impl Samples {
    fn row(&self, y: usize, length: usize) -> &[u16] {
        self.all.get(y * self.stride..).and_then(|rows| rows.get(..length)).unwrap_or_default()
    }
}

impl Raw {
    /// As [`Self::finish`], for files whose samples have 12 bits: `rows()` rows of interleaved samples
    /// between 0 and 4095, which begin `stride` samples apart in `out`.
    ///
    /// # Errors
    ///
    /// If `out` is too small, or the file has samples of 8 bits.
    pub fn finish_deep(&mut self, out: &mut [u16], stride: usize) -> Result<()> {
        let Some(plan) = self.plan.clone() else {
            return Ok(());
        };
        if !plan.deep {
            let message = "the file has samples of 8 bits, not of 12";
            return Err(Error::new(ErrorKind::Unsupported, message));
        }
        let rows = self.rows();
        for unit in 0..self.count {
            let neighbours: Vec<Neighbours> =
                (0..plan.planes.len()).map(|index| self.neighbours(&plan, unit, index)).collect();
            let start = unit * plan.rows;
            for y in start..rows.min(start + plan.rows) {
                let row = y.checked_mul(stride).and_then(|start| out.get_mut(start..));
                let length = plan.width * plan.planes.len();
                let row = row.and_then(|row| row.get_mut(..length)).ok_or_else(|| {
                    Error::new(ErrorKind::Limit, "the rows for the output are too few or short")
                })?;
                let planes = plan.planes.iter().zip(&neighbours);
                let upsampled: Vec<Vec<u16>> = planes
                    .map(|(plane, around)| around.row(&plan, plane, self.first + unit, y - start))
                    .collect();
                interleave(&plan, &upsampled, row);
            }
        }
        Ok(())
    }

    /// The samples of a component in row `unit` of units, and what upsampling sees of those around.
    fn neighbours(&self, plan: &Plan, unit: usize, component: usize) -> Neighbours {
        let Some(plane) = plan.planes.get(component) else {
            return Neighbours::default();
        };
        let own = unit + usize::from(self.above);
        let line = |row: Option<usize>, lines| {
            let line = row.and_then(|row| self.lines.get(row));
            line.map(|line| samples(plane, component, line, lines)).unwrap_or_default()
        };
        let around = plane.upsampling.looks_around();
        Neighbours {
            above: if around {
                line(own.checked_sub(1), plane.vertical - 1..plane.vertical)
            } else {
                Samples::default()
            },
            own: line(Some(own), 0..plane.vertical),
            below: if around { line(Some(own + 1), 0..1) } else { Samples::default() },
        }
    }
}

/// The samples of a component in a row of units, the last row of blocks above it and the first below.
#[derive(Debug, Default)]
struct Neighbours {
    above: Samples,
    own: Samples,
    below: Samples,
}

impl Neighbours {
    /// Row `y` of the output of row `unit` of units, at the width of the output.
    fn row(&self, plan: &Plan, plane: &Plane, unit: usize, y: usize) -> Vec<u16> {
        let near = y * plane.rows() / plan.rows;
        let at = |y: usize| self.own.row(y, plane.width);
        let upper = y.is_multiple_of(2);
        let first = unit * plane.rows();
        let far = if upper {
            match near.checked_sub(1) {
                Some(before) => at(before),
                None if first == 0 => at(near),
                None => self.above.row(7, plane.width),
            }
        } else if first + near + 1 >= plane.height {
            at(near)
        } else if near + 1 == plane.rows() {
            self.below.row(0, plane.width)
        } else {
            at(near + 1)
        };
        let mut out = upsampled(plane.upsampling, at(near), far, upper, plan.width);
        out.resize(plan.width, 0);
        out
    }
}

/// A row of samples at the width of the output.
fn upsampled(
    upsampling: Upsampling,
    near: &[u16],
    far: &[u16],
    upper: bool,
    width: usize,
) -> Vec<u16> {
    let column = |x: usize| 3 * u32::from(near[x]) + far.get(x).map_or(0, |&far| u32::from(far));
    let last = near.len().saturating_sub(1);
    let spread = |x: usize, of: &dyn Fn(usize) -> u32, biases: [u32; 2], bits: u32| {
        let middle = x / 2;
        let beside =
            if x.is_multiple_of(2) { middle.saturating_sub(1) } else { (middle + 1).min(last) };
        ((3 * of(middle) + of(beside) + biases[x % 2]) >> bits) as u16
    };
    match upsampling {
        Upsampling::None => near.to_vec(),
        Upsampling::Wide => {
            let sample = |x: usize| u32::from(near[x]);
            (0..width.min(2 * near.len())).map(|x| spread(x, &sample, [1, 2], 2)).collect()
        }
        Upsampling::Tall => {
            let bias = if upper { 1 } else { 2 };
            (0..near.len()).map(|x| ((column(x) + bias) >> 2) as u16).collect()
        }
        Upsampling::Both => {
            (0..width.min(2 * near.len())).map(|x| spread(x, &column, [8, 7], 4)).collect()
        }
        Upsampling::Box { across: (from, to), .. } => {
            (0..width).map(|x| near.get((x * from / to).min(last)).copied().unwrap_or(0)).collect()
        }
    }
}

/// Transforms the rows of blocks `lines` of a component.
fn samples(
    plane: &Plane,
    component: usize,
    line: &Arc<Line>,
    lines: std::ops::Range<usize>,
) -> Samples {
    let stride = 8 * plane.stride;
    let mut out = Samples { all: vec![0; 8 * stride * lines.len()], stride };
    for (index, row) in lines.enumerate() {
        let mut left = 0;
        for stretch in line.iter() {
            for x in 0..stretch.units * plane.horizontal {
                let block = transformed(&block(plane, component, stretch, row, x), plane);
                let place = 8 * index * stride + 8 * (left + x);
                for (y, samples) in block.as_chunks::<8>().0.iter().enumerate() {
                    if let Some(out) = out.all.get_mut(place + y * stride..) {
                        let count = out.len().min(8);
                        out[..count].copy_from_slice(&samples[..count]);
                    }
                }
            }
            left += stretch.units * plane.horizontal;
        }
    }
    out
}

/// Block `x` of row `row` of blocks of a stretch.
fn block(plane: &Plane, component: usize, stretch: &Stretch, row: usize, x: usize) -> [i16; 64] {
    let shared = stretch.shared.row();
    let place = (row * shared.units + stretch.first) * plane.horizontal + x;
    let mut out = [0; 64];
    if let Some(blocks) = shared.components.get(component) {
        match blocks.range(place..place + 1).0 {
            [block] => out = *block,
            _ => out[0] = blocks.first_value(place),
        }
    }
    out[0] = out[0].wrapping_add(stretch.base.get(component).copied().unwrap_or(0));
    out
}

/// Bits of the constants, and those that the first pass leaves to the second.
const CONSTANT_BITS: u32 = 13;
const PASS_BITS: u32 = 1;

/// The samples of a block.
fn transformed(block: &[i16; 64], plane: &Plane) -> [u16; 64] {
    let table = &plane.quantisation;
    // The table holds unsigned numbers.
    let value = |at: usize| i64::from(block[at]) * i64::from(table[at].cast_unsigned());
    let mut columns = [0; 64];
    for x in 0..8 {
        let column = pass(std::array::from_fn(|y| value(8 * y + x)));
        for (y, sum) in column.into_iter().enumerate() {
            columns[8 * y + x] = descale(sum, CONSTANT_BITS - PASS_BITS);
        }
    }
    let mut out = [0; 64];
    for (row, out) in columns.as_chunks::<8>().0.iter().zip(out.as_chunks_mut::<8>().0) {
        *out = pass(*row).map(|sum| {
            let sample = descale(sum, CONSTANT_BITS + PASS_BITS + 3) + CENTRE;
            sample.clamp(0, MOST) as u16
        });
    }
    out
}

fn descale(value: i64, bits: u32) -> i64 {
    (value + (1 << (bits - 1))) >> bits
}

/// A row or column of the inverse transform of Loeffler, Ligtenberg and Moschytz, before rounding.
fn pass(input: [i64; 8]) -> [i64; 8] {
    let [i0, i1, i2, i3, i4, i5, i6, i7] = input;
    let middle = (i2 + i6) * 4433;
    let (two, three) = (middle - i6 * 15137, middle + i2 * 6270);
    let (sum, difference) = ((i0 + i4) << CONSTANT_BITS, (i0 - i4) << CONSTANT_BITS);
    let even = [sum + three, difference + two, difference - two, sum - three];
    let (z1, z2, z3, z4) = (i7 + i1, i5 + i3, i7 + i3, i5 + i1);
    let z5 = (z3 + z4) * 9633;
    let (z1, z2) = (z1 * -7373, z2 * -20995);
    let (z3, z4) = (z3 * -16069 + z5, z4 * -3196 + z5);
    let odd =
        [i1 * 12299 + z1 + z4, i3 * 25172 + z2 + z3, i5 * 16819 + z2 + z4, i7 * 2446 + z1 + z3];
    std::array::from_fn(|i| if i < 4 { even[i] + odd[i] } else { even[7 - i] - odd[7 - i] })
}

/// Converts a row of samples of each component to a row of pixels.
fn interleave(plan: &Plan, rows: &[Vec<u16>], out: &mut [u16]) {
    let count = rows.len().max(1);
    for (x, pixel) in out.chunks_exact_mut(count).enumerate() {
        for (out, row) in pixel.iter_mut().zip(rows) {
            *out = row[x];
        }
        match (plan.transform, &mut *pixel) {
            (Transform::YccToRgb, [a, b, c]) => [*a, *b, *c] = rgb([*a, *b, *c]),
            (Transform::YcckToCmyk, [a, b, c, _]) => {
                [*a, *b, *c] = rgb([*a, *b, *c]).map(|sample| MOST as u16 - sample);
            }
            _ => {}
        }
        if plan.invert {
            for sample in pixel {
                *sample = MOST as u16 - *sample;
            }
        }
    }
}

/// The equations of JFIF.
fn rgb([y, cb, cr]: [u16; 3]) -> [u16; 3] {
    let (y, cb, cr) = (i64::from(y), i64::from(cb) - CENTRE, i64::from(cr) - CENTRE);
    let half = 1 << 15;
    let red = y + ((91_881 * cr + half) >> 16);
    let green = y + ((-22_554 * cb - 46_802 * cr + half) >> 16);
    let blue = y + ((116_130 * cb + half) >> 16);
    [red, green, blue].map(|sample| sample.clamp(0, MOST) as u16)
}
