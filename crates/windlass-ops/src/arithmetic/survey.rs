//! What the statistics know of rows of samples. Sums of integers are exact; those of floats are
//! made in lanes and depend on the row alone.

use windlass_core::{Complex, Real, Sample};
use windlass_simd::arith;

/// A sample whose values can be summed.
pub(super) trait Summed: Sample {
    /// Whether sums may be merged in any order.
    const EXACT: bool;
    /// The type of sums.
    type Sum: Total;
    /// The sum of a row; of complex samples the sum of their moduli.
    fn sum(row: &[Self]) -> Self::Sum;
}

/// A sum.
pub(super) trait Total: Copy + Default + Send + 'static {
    /// Both sums.
    fn plus(self, other: Self) -> Self;
    /// As a double.
    fn double(self) -> f64;
}

impl Total for i128 {
    fn plus(self, other: Self) -> Self {
        self + other
    }
    fn double(self) -> f64 {
        self as f64
    }
}

impl Total for f64 {
    fn plus(self, other: Self) -> Self {
        self + other
    }
    fn double(self) -> f64 {
        self
    }
}

/// What was seen of one band.
#[derive(Clone, Copy, Debug)]
pub(super) struct Band<T, S> {
    pub(super) sum: S,
    pub(super) squares: S,
    pub(super) min: T,
    pub(super) max: T,
}

/// A real sample that statistics are made of.
pub(super) trait Surveyed: Real + Summed {
    /// Less than any sample, or as little.
    const LEAST: Self;
    /// Greater than any sample, or as great.
    const GREATEST: Self;

    /// The least and the greatest of a row; where none is a number, the greatest and the least of
    /// all.
    fn bounds(row: &[Self]) -> (Self, Self);

    /// Each band of a row.
    fn survey(row: &[Self], bands: usize) -> Vec<Band<Self, Self::Sum>>;

    /// A band of which nothing was seen.
    fn nothing() -> Band<Self, Self::Sum> {
        let nothing = Self::Sum::default();
        Band { sum: nothing, squares: nothing, min: Self::GREATEST, max: Self::LEAST }
    }
}

impl<T: Surveyed> Band<T, T::Sum> {
    /// Adds what was seen of more samples of the same band.
    pub(super) fn add(&mut self, more: &Self) {
        self.sum = self.sum.plus(more.sum);
        self.squares = self.squares.plus(more.squares);
        self.min = least(self.min, more.min);
        self.max = greatest(self.max, more.max);
    }
}

fn least<T: PartialOrd>(a: T, x: T) -> T {
    if x < a { x } else { a }
}

fn greatest<T: PartialOrd>(a: T, x: T) -> T {
    if x > a { x } else { a }
}

/// Bounds of a row by a plain loop.
fn plain_bounds<T: Surveyed>(row: &[T]) -> (T, T) {
    row.iter().fold((T::GREATEST, T::LEAST), |(low, high), x| (least(low, *x), greatest(high, *x)))
}

/// A survey in lanes of `wide` accumulators, as many whole pixels as fill a chunk.
fn survey_in_lanes<T: Surveyed, W: Copy + Default>(
    row: &[T],
    bands: usize,
    step: impl Fn(&mut (W, W), T),
    total: impl Fn(W) -> T::Sum,
) -> Vec<Band<T, T::Sum>> {
    let lanes = bands * (arith::LANES / bands).max(1);
    let mut sums = vec![<(W, W)>::default(); lanes];
    let mut bounds = vec![(T::GREATEST, T::LEAST); lanes];
    for chunk in row.chunks(lanes) {
        for ((sums, bounds), x) in sums.iter_mut().zip(&mut bounds).zip(chunk) {
            step(sums, *x);
            *bounds = (least(bounds.0, *x), greatest(bounds.1, *x));
        }
    }
    let mut all = vec![T::nothing(); bands];
    for (lane, ((sum, squares), (min, max))) in sums.into_iter().zip(bounds).enumerate() {
        all[lane % bands].add(&Band { sum: total(sum), squares: total(squares), min, max });
    }
    all
}

/// The survey of bytes where lanes come out even.
fn survey_of_bytes(row: &[u8], bands: usize) -> Vec<Band<u8, i128>> {
    let seen = arith::survey_u8(row);
    let mut all = vec![u8::nothing(); bands];
    for lane in 0..arith::LANES {
        all[lane % bands].add(&Band {
            sum: i128::from(seen.sum[lane]),
            squares: i128::from(seen.squares[lane]),
            min: seen.min[lane],
            max: seen.max[lane],
        });
    }
    all
}

macro_rules! integers {
    ($($t:ident $wide:ident, $sum:expr, $bounds:expr, $survey:expr;)*) => {$(
        impl Summed for $t {
            const EXACT: bool = true;
            type Sum = i128;
            fn sum(row: &[Self]) -> i128 {
                let sum: fn(&[$t]) -> i128 = $sum;
                sum(row)
            }
        }
        impl Surveyed for $t {
            const LEAST: Self = $t::MIN;
            const GREATEST: Self = $t::MAX;
            fn bounds(row: &[Self]) -> (Self, Self) {
                let bounds: fn(&[$t]) -> ($t, $t) = $bounds;
                bounds(row)
            }
            fn survey(row: &[Self], bands: usize) -> Vec<Band<Self, i128>> {
                let special: Option<fn(&[$t], usize) -> Vec<Band<$t, i128>>> = $survey;
                if let Some(survey) = special && arith::LANES % bands == 0 {
                    return survey(row, bands);
                }
                survey_in_lanes(
                    row,
                    bands,
                    |sums: &mut ($wide, $wide), x| {
                        let x = $wide::from(x);
                        *sums = (sums.0 + x, sums.1 + x * x);
                    },
                    i128::from,
                )
            }
        }
    )*};
}

/// The sum of integers of which a row can't overflow 64 bits.
fn plain_sum<T: Copy + Into<i64>>(row: &[T]) -> i128 {
    i128::from(row.iter().map(|x| (*x).into()).sum::<i64>())
}

integers! {
    u8 i64, |row| i128::from(arith::sum_u8(row)), arith::bounds_u8, Some(survey_of_bytes);
    i8 i64, plain_sum, plain_bounds, None;
    u16 i64, |row| i128::from(arith::sum_u16(row)), arith::bounds_u16, None;
    i16 i64, plain_sum, plain_bounds, None;
    u32 i128, plain_sum, plain_bounds, None;
    i32 i128, plain_sum, plain_bounds, None;
}

macro_rules! floats {
    ($($t:ident $bounds:expr;)*) => {$(
        impl Summed for $t {
            const EXACT: bool = false;
            type Sum = f64;
            fn sum(row: &[Self]) -> f64 {
                sum_in_lanes(row, |x| f64::from(x))
            }
        }
        impl Summed for Complex<$t> {
            const EXACT: bool = false;
            type Sum = f64;
            fn sum(row: &[Self]) -> f64 {
                use super::samples::Square;
                sum_in_lanes(row, |x| f64::from(x.square()).sqrt())
            }
        }
        impl Surveyed for $t {
            const LEAST: Self = $t::NEG_INFINITY;
            const GREATEST: Self = $t::INFINITY;
            fn bounds(row: &[Self]) -> (Self, Self) {
                $bounds(row)
            }
            fn survey(row: &[Self], bands: usize) -> Vec<Band<Self, f64>> {
                survey_in_lanes(
                    row,
                    bands,
                    |sums: &mut (f64, f64), x| {
                        let x = f64::from(x);
                        *sums = (sums.0 + x, sums.1 + x * x);
                    },
                    |sum| sum,
                )
            }
        }
    )*};
}

floats! {
    f32 arith::bounds_f32;
    f64 plain_bounds;
}

/// The sum of a row of doubles in eight lanes.
fn sum_in_lanes<T: Copy>(row: &[T], value: impl Fn(T) -> f64) -> f64 {
    let mut sums = [0.0; 8];
    let (blocks, rest) = row.as_chunks::<8>();
    for block in blocks {
        for (sum, x) in sums.iter_mut().zip(block) {
            *sum += value(*x);
        }
    }
    sums.iter().sum::<f64>() + rest.iter().map(|x| value(*x)).sum::<f64>()
}

/// The deviation of `n` values of a population from which they are a sample.
pub(super) fn deviation(n: f64, sum: f64, squares: f64) -> f64 {
    ((squares - sum * sum / n).abs() / (n - 1.0)).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_agree_with_other_integers() {
        let bytes: Vec<u8> = (0..1001).map(|i| (i * 31 % 256) as u8).collect();
        let wide: Vec<i32> = bytes.iter().map(|x| i32::from(*x)).collect();
        for bands in [1, 3, 7, 11] {
            let (a, b) = (u8::survey(&bytes, bands), i32::survey(&wide, bands));
            for (a, b) in a.iter().zip(&b) {
                assert_eq!((a.sum, a.squares), (b.sum, b.squares));
                assert_eq!((i32::from(a.min), i32::from(a.max)), (b.min, b.max));
            }
        }
    }
}
