//! Windows folded by an operation that does not mind order or repetition: least, greatest, and, or.

#![expect(clippy::inline_always, reason = "compiled once for each level of instructions")]

use crate::convolution::mask::window;
use windlass_core::{Ask, Operator, Real, Rect, Region, RegionMut, Result, Traits};
use windlass_simd::resample::wide;

/// What is made of two samples; `f(x, x) = x`, in any order and grouping.
pub(super) trait Fold<T>: Send + Sync + 'static {
    /// Of two samples
    fn fold(a: T, b: T) -> T;
}

/// The lesser.
pub(super) struct Least;
/// The greater.
pub(super) struct Greatest;
/// Bits of both.
pub(super) struct And;
/// Bits of either.
pub(super) struct Or;

impl<T: Ord> Fold<T> for Least {
    #[inline(always)]
    fn fold(a: T, b: T) -> T {
        a.min(b)
    }
}

impl<T: Ord> Fold<T> for Greatest {
    #[inline(always)]
    fn fold(a: T, b: T) -> T {
        a.max(b)
    }
}

impl Fold<u8> for And {
    #[inline(always)]
    fn fold(a: u8, b: u8) -> u8 {
        a & b
    }
}

impl Fold<u8> for Or {
    #[inline(always)]
    fn fold(a: u8, b: u8) -> u8 {
        a | b
    }
}

/// A window of `width` by `height` folded by `F`: columns first, then rows.
pub(super) struct Extremes<T, F> {
    width: usize,
    height: usize,
    bands: usize,
    kind: std::marker::PhantomData<fn() -> (T, F)>,
}

impl<T, F> Extremes<T, F> {
    /// The fold of a window of pixels of `bands` samples.
    pub(super) fn new(width: usize, height: usize, bands: usize) -> Self {
        Self { width, height, bands, kind: std::marker::PhantomData }
    }
}

impl<T: Real, F: Fold<T>> Operator for Extremes<T, F> {
    /// Two rows of folded columns
    type Scratch = [Vec<T>; 2];

    fn scratch(&self) -> [Vec<T>; 2] {
        [Vec::new(), Vec::new()]
    }

    fn traits(&self) -> Traits {
        Traits { cost: (self.width + self.height) as f32 / 4.0, ..Traits::DEFAULT }
    }

    fn needs(&self, out: Rect, ask: &mut Ask) {
        ask.read(0, window(self.width as i32, self.height as i32, out));
    }

    fn compute(
        &self,
        inputs: &[Region<'_>],
        out: &mut RegionMut<'_>,
        scratch: &mut [Vec<T>; 2],
    ) -> Result<()> {
        let top = inputs[0].rect().top;
        for (line, (_, row)) in out.rows::<T>().enumerate() {
            let rows = (top + line as i32..).take(self.height).map(|y| inputs[0].row::<T>(y));
            let rows: Vec<&[T]> = rows.collect();
            wide(
                #[inline(always)]
                || self.row(&rows, row, scratch),
            );
        }
        Ok(())
    }
}

impl<T: Real, F: Fold<T>> Extremes<T, F> {
    #[inline(always)]
    fn row(&self, rows: &[&[T]], out: &mut [T], [columns, folded]: &mut [Vec<T>; 2]) {
        columns.clear();
        columns.extend_from_slice(rows[0]);
        for row in &rows[1..] {
            columns.iter_mut().zip(*row).for_each(|(sum, x)| *sum = F::fold(*sum, *x));
        }
        // windows of 1, 2, 4, … pixels, each of two of the one before
        let mut reach = 1;
        while reach * 2 <= self.width {
            std::mem::swap(columns, folded);
            fold_shifted::<T, F>(folded, reach * self.bands, columns);
            reach *= 2;
        }
        let rest = (self.width - reach) * self.bands;
        let (near, far) = (&columns[..out.len()], &columns[rest..][..out.len()]);
        out.iter_mut().zip(near).zip(far).for_each(|((out, a), b)| *out = F::fold(*a, *b));
    }
}

/// Fills `out` with each sample of `input` folded with the one `shift` further, where there is one.
#[inline(always)]
fn fold_shifted<T: Real, F: Fold<T>>(input: &[T], shift: usize, out: &mut Vec<T>) {
    let length = input.len() - shift.min(input.len());
    out.resize(length, T::default());
    let (near, far) = (&input[..length], &input[shift..]);
    out.iter_mut().zip(near).zip(far).for_each(|((out, a), b)| *out = F::fold(*a, *b));
}
