//! Sums of weighted samples in the arithmetic of the reference, a trait over the sample types.

#![expect(clippy::inline_always, reason = "compiled once for each level of instructions")]

use super::axis::Axis;
use std::array;
use windlass_core::Real;
use windlass_simd::resample::wide;
use windlass_simd::resample_columns::{self, Column, LANES, Place, Weights};
use windlass_simd::resample_taps::{Fixed, weighted_bytes};

/// Bits of a fixed-point weight.
const BITS: u32 = 12;

/// A sample that reductions can weigh.
pub(super) trait Weigh: Real {
    /// The type of weights and of their sums with samples.
    type Sum: Copy + Default + Send + Sync + 'static;

    /// The filters of `axis`, one after the other.
    fn table(axis: &Axis) -> Vec<Self::Sum> {
        axis.table().into_iter().map(Self::weight).collect()
    }

    /// Which filter of the table the output coordinate `at` takes.
    fn filter(axis: &Axis, at: usize) -> u32 {
        axis.places[at].step
    }

    /// A weight as it is used.
    fn weight(weight: f64) -> Self::Sum;

    /// `sum + weight · self`.
    fn add(self, sum: Self::Sum, weight: Self::Sum) -> Self::Sum;

    /// The sample of a sum.
    fn store(sum: Self::Sum) -> Self;

    /// Fills `out` from as many rows as weights.
    fn vertical(rows: &[&[Self]], weights: &[Self::Sum], out: &mut [Self]) {
        wide(
            #[inline(always)]
            || vertical_plain(rows, weights, out),
        );
    }

    /// Fills up to sixteen rows of `out`, pixels of `bands` samples at `places`.
    fn horizontal(
        rows: &[&[Self]],
        filters: &Filters<Self>,
        places: &[Place],
        out: &mut [&mut [Self]],
        strip: &mut Strip<Self>,
    ) {
        wide(
            #[inline(always)]
            || horizontal_plain(rows, filters, places, out, strip),
        );
    }
}

/// The filters of a horizontal reduction.
#[derive(Debug)]
pub(super) struct Filters<T: Weigh> {
    /// Samples of a pixel
    pub(super) bands: usize,
    /// Taps of a filter
    pub(super) points: usize,
    /// All filters
    pub(super) table: Vec<T::Sum>,
    /// The same for bytes
    pub(super) bytes: Option<Weights>,
}

/// Memory of a horizontal reduction: the rows of a strip, side by side.
#[derive(Debug)]
pub(super) struct Strip<T> {
    columns: Vec<[T; LANES]>,
    bytes: Vec<Column>,
    out: Vec<[u8; LANES]>,
    /// Where the output pixels of a call lie
    pub(super) places: Vec<Place>,
}

impl<T> Default for Strip<T> {
    fn default() -> Self {
        Self { columns: Vec::new(), bytes: Vec::new(), out: Vec::new(), places: Vec::new() }
    }
}

#[inline(always)]
fn vertical_plain<T: Weigh>(rows: &[&[T]], weights: &[T::Sum], out: &mut [T]) {
    const CHUNK: usize = 256;
    for (chunk, out) in out.chunks_mut(CHUNK).enumerate() {
        let mut sums = [T::Sum::default(); CHUNK];
        for (row, weight) in rows.iter().zip(weights) {
            let samples = &row[chunk * CHUNK..][..out.len()];
            sums.iter_mut().zip(samples).for_each(|(sum, x)| *sum = x.add(*sum, *weight));
        }
        out.iter_mut().zip(&sums).for_each(|(out, sum)| *out = T::store(*sum));
    }
}

#[inline(always)]
fn horizontal_plain<T: Weigh>(
    rows: &[&[T]],
    filters: &Filters<T>,
    places: &[Place],
    out: &mut [&mut [T]],
    strip: &mut Strip<T>,
) {
    let Filters { bands, points, table, .. } = filters;
    let columns = &mut strip.columns;
    columns.clear();
    columns.resize(rows.first().map_or(0, |row| row.len()), [T::default(); LANES]);
    for (lane, row) in rows.iter().enumerate() {
        columns.iter_mut().zip(*row).for_each(|(column, x)| column[lane] = *x);
    }
    for (pixel, place) in places.iter().enumerate() {
        let filter = &table[place.filter as usize * points..][..*points];
        for band in 0..*bands {
            let mut sums = [T::Sum::default(); LANES];
            let taps = columns[place.first as usize * bands + band..].iter().step_by(*bands);
            for (column, weight) in taps.zip(filter) {
                sums = array::from_fn(|lane| column[lane].add(sums[lane], *weight));
            }
            let done = sums.map(T::store);
            out.iter_mut().zip(done).for_each(|(row, x)| row[pixel * bands + band] = x);
        }
    }
}

macro_rules! fixed {
    ($($t:ident $sum:ident $rounded:ident)*) => {$(
        impl Weigh for $t {
            type Sum = $sum;
            #[inline(always)]
            fn weight(weight: f64) -> $sum {
                (weight * f64::from(1 << BITS)) as $sum
            }
            #[inline(always)]
            fn add(self, sum: $sum, weight: $sum) -> $sum {
                sum.wrapping_add(weight.wrapping_mul($sum::from(self)))
            }
            #[inline(always)]
            fn store(sum: $sum) -> Self {
                const HALF: $sum = 1 << (BITS - 1);
                let rounded = $rounded(sum >= 0, sum.wrapping_add(HALF), sum.wrapping_sub(HALF));
                (rounded >> BITS).clamp($sum::from($t::MIN), $sum::from($t::MAX)) as $t
            }
        }
    )*};
}

/// Unsigned samples round to nearest.
#[inline(always)]
fn nearest<S>(_: bool, up: S, _: S) -> S {
    up
}

/// Signed samples round away from zero, and negative ones one further: the reference shifts them.
#[inline(always)]
fn away<S>(positive: bool, up: S, down: S) -> S {
    if positive { up } else { down }
}

fixed! {
    u16 i32 nearest
    u32 i64 nearest
    i8 i32 away
    i16 i32 away
    i32 i64 away
}

impl Weigh for u8 {
    type Sum = i32;

    fn weight(weight: f64) -> i32 {
        (weight * f64::from(1 << BITS)) as i32
    }

    #[inline(always)]
    fn add(self, sum: i32, weight: i32) -> i32 {
        sum.wrapping_add(weight.wrapping_mul(i32::from(self)))
    }

    #[inline(always)]
    fn store(sum: i32) -> Self {
        Fixed::rounded(BITS).byte(sum)
    }

    fn vertical(rows: &[&[Self]], weights: &[i32], out: &mut [Self]) {
        let weights: Vec<i16> = weights.iter().map(|weight| *weight as i16).collect();
        weighted_bytes(rows, &weights, Fixed::rounded(BITS), out);
    }

    fn horizontal(
        rows: &[&[Self]],
        filters: &Filters<Self>,
        places: &[Place],
        out: &mut [&mut [Self]],
        strip: &mut Strip<Self>,
    ) {
        let weights = filters.bytes.as_ref().expect("made for bytes");
        strip.bytes.resize(rows.first().map_or(0, |row| row.len()), Column::default());
        resample_columns::columns_of_bytes(rows, &mut strip.bytes);
        strip.out.resize(places.len() * filters.bands, [0; LANES]);
        resample_columns::filter_bytes(
            &strip.bytes,
            filters.bands,
            places,
            weights,
            &mut strip.out,
        );
        resample_columns::rows_of_bytes(&strip.out, out);
    }
}

impl Weigh for f32 {
    type Sum = f64;

    fn weight(weight: f64) -> f64 {
        weight
    }

    #[inline(always)]
    fn add(self, sum: f64, weight: f64) -> f64 {
        sum + weight * f64::from(self)
    }

    #[inline(always)]
    fn store(sum: f64) -> Self {
        sum as Self
    }
}

impl Weigh for f64 {
    type Sum = Self;

    fn table(axis: &Axis) -> Vec<Self> {
        axis.exact_table()
    }

    fn filter(_: &Axis, at: usize) -> u32 {
        at as u32
    }

    fn weight(weight: Self) -> Self {
        weight
    }

    #[inline(always)]
    fn add(self, sum: Self, weight: Self) -> Self {
        sum + weight * self
    }

    #[inline(always)]
    fn store(sum: Self) -> Self {
        sum
    }
}
