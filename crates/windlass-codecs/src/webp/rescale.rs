//! Rescaling as libwebp does it while it decodes: areas where an axis shrinks, lines between the
//! outermost samples where it grows; 32-bit fixed point.

use windlass_core::Result;
use windlass_io::alloc;

/// One, in the fixed point of weights.
const ONE: u64 = 1 << 32;
const HALF: u64 = ONE >> 1;

fn times(x: u32, y: u32) -> u32 {
    ((u64::from(x) * u64::from(y) + HALF) >> 32) as u32
}

/// `x / y` as a weight; one itself, which has no room, becomes 0.
fn fraction(x: u32, y: u32) -> u32 {
    (u64::from(x) * ONE / u64::from(y.max(1))) as u32
}

/// Width and height.
pub(super) type Size = (usize, usize);

/// An image of interleaved bytes in another size. `row(y)` gives the rows of the input, in order.
pub(super) fn rescale<'a>(
    from: Size,
    to: Size,
    bands: usize,
    mut row: impl FnMut(usize) -> &'a [u8],
) -> Result<Vec<u8>> {
    let mut rescaler = Rescaler::new(from, to, bands)?;
    (0..from.1).for_each(|y| rescaler.push(row(y)));
    Ok(rescaler.finish())
}

/// An image that is rescaled while its rows come.
pub(super) struct Rescaler {
    axes: Axes,
    out: Vec<u8>,
    /// Bytes of it that are made
    made: usize,
}

impl Rescaler {
    /// An empty image of the size `to`.
    pub(super) fn new(from: Size, to: Size, bands: usize) -> Result<Self> {
        let out = alloc::try_vec(to.0 * to.1 * bands)?;
        Ok(Self { axes: Axes::new(from, to, bands)?, out, made: 0 })
    }

    /// Takes the next row.
    pub(super) fn push(&mut self, row: &[u8]) {
        self.axes.import(row);
        while self.axes.is_ready() && self.made < self.out.len() {
            let end = self.made + self.axes.to.0 * self.axes.bands;
            self.axes.export(&mut self.out[self.made..end]);
            self.made = end;
        }
    }

    /// The image, when all rows were taken.
    pub(super) fn finish(self) -> Vec<u8> {
        self.out
    }
}

/// Sums of rows on their way.
struct Axes {
    from: Size,
    to: Size,
    bands: usize,
    grows: (bool, bool),
    /// Steps of the horizontal and vertical positions
    x: (i64, i64),
    y: (i64, i64),
    accumulated: i64,
    scale_x: u32,
    scale_y: u64,
    scale_xy: u32,
    below: Vec<u32>,
    row: Vec<u32>,
}

impl Axes {
    fn new(from: Size, to: Size, bands: usize) -> Result<Self> {
        let grows = (from.0 < to.0, from.1 < to.1);
        let steps = |from: usize, to: usize, grows: bool| {
            let (from, to) = (from as i64, to as i64);
            if grows { (to - 1, from - 1) } else { (from, to) }
        };
        let x = steps(from.0, to.0, grows.0);
        // the vertical steps are the other way round where it grows
        let y = match steps(from.1, to.1, grows.1) {
            (add, sub) if grows.1 => (sub, add),
            steps => steps,
        };
        let scale_xy = to.1 as u64 * ONE / (x.0.max(1) as u64 * y.0.max(1) as u64);
        let samples = to.0 * bands;
        Ok(Self {
            from,
            to,
            bands,
            grows,
            x,
            y,
            accumulated: if grows.1 { y.1 } else { y.0 },
            scale_x: if grows.0 { 0 } else { fraction(1, x.1 as u32) },
            scale_y: ONE / if grows.1 { x.0 } else { y.1 }.max(1) as u64,
            scale_xy: u32::try_from(scale_xy).unwrap_or(0),
            below: alloc::try_vec(samples)?,
            row: alloc::try_vec(samples)?,
        })
    }

    /// Whether a row of the output can be made.
    fn is_ready(&self) -> bool {
        self.accumulated <= 0
    }

    fn import(&mut self, input: &[u8]) {
        if self.grows.1 {
            std::mem::swap(&mut self.below, &mut self.row);
        }
        if self.grows.0 {
            self.stretch(input);
        } else {
            self.shrink(input);
        }
        if !self.grows.1 {
            for (below, row) in self.below.iter_mut().zip(&self.row) {
                *below = below.wrapping_add(*row);
            }
        }
        self.accumulated -= self.y.1;
    }

    /// Horizontally, samples between those of the input.
    fn stretch(&mut self, input: &[u8]) {
        let (add, sub) = self.x;
        for band in 0..self.bands {
            let at = |x: usize| i64::from(input[x.min(self.from.0 - 1) * self.bands + band]);
            let (mut left, mut right, mut next) = (at(0), at(1), 2);
            let mut accumulated = add;
            for out in self.row.iter_mut().skip(band).step_by(self.bands) {
                if accumulated < 0 {
                    (left, right) = (right, at(next));
                    next += 1;
                    accumulated += add;
                }
                *out = (right * add + (left - right) * accumulated) as u32;
                accumulated -= sub;
            }
        }
    }

    /// Horizontally, sums of samples, whole and parts.
    fn shrink(&mut self, input: &[u8]) {
        let (add, sub) = self.x;
        for band in 0..self.bands {
            let mut samples = input.iter().skip(band).step_by(self.bands);
            let (mut sum, mut accumulated) = (0u32, 0i64);
            for out in self.row.iter_mut().skip(band).step_by(self.bands) {
                let mut base = 0;
                accumulated += add;
                while accumulated > 0 {
                    accumulated -= sub;
                    base = samples.next().copied().map_or(0, u32::from);
                    sum = sum.wrapping_add(base);
                }
                let part = base.wrapping_mul(-accumulated as u32);
                *out = sum.wrapping_mul(sub as u32).wrapping_sub(part);
                // what is left of the sample belongs to the next
                sum = times(part, self.scale_x);
            }
        }
    }

    fn export(&mut self, out: &mut [u8]) {
        debug_assert_eq!(out.len(), self.to.0 * self.bands);
        if self.grows.1 {
            self.between(out);
        } else if self.scale_xy > 0 {
            self.area(out);
        } else {
            for (out, below) in out.iter_mut().zip(&mut self.below) {
                *out = std::mem::take(below) as u8;
            }
        }
        self.accumulated += self.y.0;
    }

    /// Vertically, a row between two.
    fn between(&mut self, out: &mut [u8]) {
        let b = fraction(-self.accumulated as u32, self.y.1 as u32);
        let a = ONE - u64::from(b);
        for ((out, &row), &below) in out.iter_mut().zip(&self.row).zip(&self.below) {
            let mixed = (a * u64::from(row) + u64::from(b) * u64::from(below) + HALF) >> 32;
            let mixed = if self.accumulated == 0 { row } else { mixed as u32 };
            // a column of one pixel has a weight of one, which the reference takes for none
            *out = ((u64::from(mixed) * self.scale_y + HALF) >> 32).min(255) as u8;
        }
    }

    /// Vertically, a sum of rows, the last in part.
    fn area(&mut self, out: &mut [u8]) {
        let scale = (self.scale_y as u32).wrapping_mul(-self.accumulated as u32);
        for ((out, &row), below) in out.iter_mut().zip(&self.row).zip(&mut self.below) {
            let part = ((u64::from(row) * u64::from(scale)) >> 32) as u32;
            *out = times(below.wrapping_sub(part), self.scale_xy).min(255) as u8;
            *below = part;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flat_stays_flat() {
        for (from, to) in [((7, 5), (3, 2)), ((7, 5), (7, 5)), ((3, 2), (10, 9)), ((1, 1), (1, 4))]
        {
            let input = vec![200u8; from.0 * from.1];
            let out = rescale(from, to, 1, |y| &input[y * from.0..][..from.0]).unwrap();
            assert_eq!(out, vec![200; to.0 * to.1], "{from:?} to {to:?}");
        }
    }

    #[test]
    fn halves_are_means() {
        let input = [0u8, 100, 50, 250];
        let out = rescale((2, 2), (1, 1), 1, |y| &input[y * 2..][..2]).unwrap();
        assert_eq!(out, [100]);
    }
}
