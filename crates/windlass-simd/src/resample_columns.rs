//! Horizontal filters: sixteen rows side by side, so that the same weights serve all of them.
//!
//! A strip of rows is transposed: a column is one sample (one band of one pixel) of sixteen rows.
//! Then a horizontal filter is a weighted sum of columns, whatever the number of bands.

#![expect(clippy::inline_always, reason = "compiled once for each level of instructions")]

use crate::resample::pair;
use fearless_simd::{Level, prelude::*};

/// Rows in a strip.
pub const LANES: usize = 16;

/// A sample of sixteen rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, bytemuck::Pod, bytemuck::Zeroable)]
#[repr(C, align(32))]
#[expect(clippy::exhaustive_structs, reason = "what it says")]
pub struct Column(pub [i16; LANES]);

/// Weights of filters, several of one length, in the form the kernels take.
#[derive(Clone, Debug)]
pub struct Weights {
    /// Taps of each
    points: usize,
    /// `points.div_ceil(2)` pairs for each
    pairs: Vec<i32>,
    /// As they were given
    plain: Vec<i16>,
}

impl Weights {
    /// Filters of `points` taps each, one after the other.
    pub fn new(points: usize, weights: &[i16]) -> Self {
        let pairs = weights.chunks(points).flat_map(|filter| {
            filter.chunks(2).map(|two| pair(two[0], two.get(1).copied().unwrap_or(0)))
        });
        Self { points, pairs: pairs.collect(), plain: weights.to_vec() }
    }

    /// Taps of each filter.
    pub fn points(&self) -> usize {
        self.points
    }

    /// The weights of filter `index`.
    pub fn filter(&self, index: usize) -> &[i16] {
        &self.plain[index * self.points..][..self.points]
    }
}

/// Where an output pixel takes its taps, and with which filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "two numbers")]
pub struct Place {
    /// First input pixel
    pub first: u32,
    /// Number of the filter
    pub filter: u32,
}

/// Transposes up to sixteen rows of bytes of equal length; the columns beyond the rows given are zero.
pub fn columns_of_bytes(rows: &[&[u8]], columns: &mut [Column]) {
    columns_at(crate::level(), rows, columns);
}

fn columns_at(level: Level, rows: &[&[u8]], columns: &mut [Column]) {
    assert!(rows.len() <= LANES, "sixteen rows at most");
    assert!(rows.iter().all(|row| row.len() == columns.len()), "a column for each sample");
    #[cfg(target_arch = "x86_64")]
    if let Some(token) = level.as_avx2() {
        let done = columns.len() / 16 * 16;
        x86::columns(token, rows, &mut columns[..done]);
        return columns_plain(rows, done, columns);
    }
    let _ = level;
    columns_plain(rows, 0, columns);
}

fn columns_plain(rows: &[&[u8]], from: usize, columns: &mut [Column]) {
    for (x, column) in columns.iter_mut().enumerate().skip(from) {
        *column = Column::default();
        column.0.iter_mut().zip(rows).for_each(|(out, row)| *out = i16::from(row[x]));
    }
}

/// Rows of bytes from columns: `bytes` holds sixteen bytes for each sample.
pub fn rows_of_bytes(bytes: &[[u8; LANES]], rows: &mut [&mut [u8]]) {
    rows_at(crate::level(), bytes, rows);
}

fn rows_at(level: Level, bytes: &[[u8; LANES]], rows: &mut [&mut [u8]]) {
    assert!(rows.len() <= LANES, "sixteen rows at most");
    assert!(rows.iter().all(|row| row.len() == bytes.len()), "a column for each sample");
    let mut done = 0;
    #[cfg(target_arch = "x86_64")]
    if let Some(token) = level.as_avx2() {
        done = bytes.len() / 16 * 16;
        x86::rows(token, &bytes[..done], rows);
    }
    let _ = level;
    for (lane, row) in rows.iter_mut().enumerate() {
        row[done..].iter_mut().zip(&bytes[done..]).for_each(|(out, column)| *out = column[lane]);
    }
}

/// Filters columns at 12 bits: for the pixel at `places[i]` the bytes of
/// `Σ weight · column`, rounded to nearest and clipped.
pub fn filter_bytes(
    columns: &[Column],
    bands: usize,
    places: &[Place],
    weights: &Weights,
    out: &mut [[u8; LANES]],
) {
    filter_at(crate::level(), columns, bands, places, weights, out);
}

fn filter_at(
    level: Level,
    columns: &[Column],
    bands: usize,
    places: &[Place],
    weights: &Weights,
    out: &mut [[u8; LANES]],
) {
    assert_eq!(out.len(), places.len() * bands, "a column for each output sample");
    #[cfg(target_arch = "x86_64")]
    if let Some(token) = level.as_avx2() {
        return x86::filter(token, columns, bands, places, weights, out);
    }
    fearless_simd::dispatch!(level, simd => simd.vectorize(
        #[inline(always)]
        || filter_plain(columns, bands, places, weights, out)
    ));
}

/// The scalar twin.
#[inline(always)]
fn filter_plain(
    columns: &[Column],
    bands: usize,
    places: &[Place],
    weights: &Weights,
    out: &mut [[u8; LANES]],
) {
    for (place, out) in places.iter().zip(out.chunks_exact_mut(bands)) {
        let filter = weights.filter(place.filter as usize);
        for (band, out) in out.iter_mut().enumerate() {
            let mut sums = [2048_i32; LANES];
            let taps = columns[place.first as usize * bands + band..].iter().step_by(bands);
            for (column, weight) in taps.zip(filter) {
                let weight = i32::from(*weight);
                sums.iter_mut().zip(column.0).for_each(|(sum, x)| *sum += weight * i32::from(x));
            }
            *out = sums.map(|sum| (sum >> 12).clamp(0, 255) as u8);
        }
    }
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::{Column, LANES, Place, Weights};
    #[cfg_attr(
        not(test),
        expect(clippy::wildcard_imports, reason = "each intrinsic is used about once")
    )]
    use core::arch::x86_64::*;
    use fearless_simd::{i16x16, kernel, prelude::*, u8x16};

    kernel!(
        /// The 16 x 16 transpose of bytes: four rounds of interleaving.
        #[inline]
        fn transpose(token: Avx2, rows: [__m128i; 16]) -> [__m128i; 16] {
            let _ = token;
            let mut now = rows;
            for _ in 0..4 {
                let mut next = now;
                for k in 0..8 {
                    next[2 * k] = _mm_unpacklo_epi8(now[k], now[k + 8]);
                    next[2 * k + 1] = _mm_unpackhi_epi8(now[k], now[k + 8]);
                }
                now = next;
            }
            now
        }
    );

    kernel!(
        /// Whole blocks of sixteen samples, widened.
        pub(super) fn columns(token: Avx2, rows: &[&[u8]], columns: &mut [Column]) {
            for (block, columns) in columns.chunks_exact_mut(16).enumerate() {
                let mut bytes = [_mm_setzero_si128(); 16];
                for (bytes, row) in bytes.iter_mut().zip(rows) {
                    *bytes = u8x16::from_slice(token, &row[block * 16..][..16]).into();
                }
                for (column, bytes) in columns.iter_mut().zip(transpose(token, bytes)) {
                    let wide: i16x16<_> = _mm256_cvtepu8_epi16(bytes).simd_into(token);
                    wide.store_slice(&mut column.0);
                }
            }
        }
    );

    kernel!(
        /// Whole blocks of sixteen samples.
        pub(super) fn rows(token: Avx2, bytes: &[[u8; LANES]], rows: &mut [&mut [u8]]) {
            for (block, columns) in bytes.chunks_exact(16).enumerate() {
                let mut vectors = [_mm_setzero_si128(); 16];
                for (vector, column) in vectors.iter_mut().zip(columns) {
                    *vector = u8x16::from_slice(token, column).into();
                }
                for (row, vector) in rows.iter_mut().zip(transpose(token, vectors)) {
                    let vector: u8x16<_> = vector.simd_into(token);
                    vector.store_slice(&mut row[block * 16..][..16]);
                }
            }
        }
    );

    kernel!(
        /// Pairs of columns, multiplied by pairs of weights.
        pub(super) fn filter(
            token: Avx2,
            columns: &[Column],
            bands: usize,
            places: &[Place],
            weights: &Weights,
            out: &mut [[u8; LANES]],
        ) {
            let (whole, count) = (weights.points / 2, weights.points.div_ceil(2));
            let rounding = _mm256_set1_epi32(2048);
            for (place, out) in places.iter().zip(out.chunks_exact_mut(bands)) {
                let pairs = &weights.pairs[place.filter as usize * count..][..count];
                let first = place.first as usize * bands;
                for (band, out) in out.iter_mut().enumerate() {
                    let (mut low, mut high) = (rounding, rounding);
                    let mut at = first + band;
                    for (k, pair) in pairs.iter().enumerate() {
                        // the last of an odd number stands for two, of which one has no weight
                        let second = if k < whole { at + bands } else { at };
                        let a: __m256i = i16x16::from_slice(token, &columns[at].0).into();
                        let b: __m256i = i16x16::from_slice(token, &columns[second].0).into();
                        let pair = _mm256_set1_epi32(*pair);
                        let (l, h) = (_mm256_unpacklo_epi16(a, b), _mm256_unpackhi_epi16(a, b));
                        low = _mm256_add_epi32(low, _mm256_madd_epi16(l, pair));
                        high = _mm256_add_epi32(high, _mm256_madd_epi16(h, pair));
                        at += 2 * bands;
                    }
                    let words = _mm256_packs_epi32(
                        _mm256_srai_epi32::<12>(low),
                        _mm256_srai_epi32::<12>(high),
                    );
                    let bytes = _mm_packus_epi16(
                        _mm256_castsi256_si128(words),
                        _mm256_extracti128_si256::<1>(words),
                    );
                    let bytes: u8x16<_> = bytes.simd_into(token);
                    bytes.store_slice(out);
                }
            }
        }
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_level_agrees_with_the_plain_loop() {
        let rows: Vec<Vec<u8>> = (0..13_u32)
            .map(|y| (0..203_u32).map(|x| ((x * x * 7 + y * 31) % 251) as u8).collect())
            .collect();
        let rows: Vec<&[u8]> = rows.iter().map(Vec::as_slice).collect();
        for (bands, points) in [(1, 1), (1, 4), (2, 5), (3, 7), (4, 13), (7, 2)] {
            let rows: Vec<_> = rows.iter().map(|row| &row[..203 / bands * bands]).collect();
            let pixels = 203 / bands;
            let weights: Vec<i16> =
                (0..3 * points as i16).map(|k| (k * 397) % 4000 - 700).collect();
            let weights = Weights::new(points, &weights);
            let places: Vec<_> = (0..(pixels - points) as u32)
                .map(|first| Place { first, filter: first % 3 })
                .collect();
            let mut plain = vec![Column::default(); rows[0].len()];
            columns_plain(&rows, 0, &mut plain);
            let mut filtered = vec![[0; LANES]; places.len() * bands];
            filter_plain(&plain, bands, &places, &weights, &mut filtered);
            for level in crate::levels() {
                let mut columns = vec![Column([7; LANES]); rows[0].len()];
                columns_at(level, &rows, &mut columns);
                assert_eq!(columns, plain, "{level:?}");
                let mut out = vec![[0; LANES]; places.len() * bands];
                filter_at(level, &columns, bands, &places, &weights, &mut out);
                assert_eq!(out, filtered, "{level:?}, {bands} bands, {points} taps");
                let mut back = vec![vec![0; out.len()]; rows.len()];
                let mut slices: Vec<_> = back.iter_mut().map(Vec::as_mut_slice).collect();
                rows_at(level, &out, &mut slices);
                for (lane, row) in back.iter().enumerate() {
                    assert!(row.iter().zip(&out).all(|(x, column)| *x == column[lane]));
                }
            }
        }
    }
}
