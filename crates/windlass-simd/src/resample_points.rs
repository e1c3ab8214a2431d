//! Bytes between pixels: bilinear and bicubic interpolation in 12 bits at any points.

#![expect(clippy::inline_always, reason = "compiled once for each level of instructions")]

use crate::resample::pair;
use fearless_simd::{Level, Simd, dispatch};

/// Positions between two pixels for which there are cubic weights.
pub const STEPS: usize = 64;
/// Points that are worked on at once.
const RUN: usize = 128;

/// Weights of four pixels in a row at every step, in 12 bits, in the form the kernels take.
#[derive(Debug)]
pub struct Cubic {
    plain: [[i32; 4]; STEPS + 1],
    /// Pairs of the weights in a row
    #[cfg_attr(not(target_arch = "x86_64"), expect(dead_code, reason = "for vectors"))]
    across: [[i32; 2]; STEPS + 1],
    /// Each weight of a column four times, below a zero
    #[cfg_attr(not(target_arch = "x86_64"), expect(dead_code, reason = "for vectors"))]
    down: [[i32; 16]; STEPS + 1],
}

impl Cubic {
    /// The kernels' form of `weights`, which fit 16 bits.
    pub const fn new(weights: &[[i32; 4]; STEPS + 1]) -> Self {
        let mut across = [[0; 2]; STEPS + 1];
        let mut down = [[0; 16]; STEPS + 1];
        let mut step = 0;
        while step <= STEPS {
            let taps = weights[step];
            across[step] = [taps[0] & 0xffff | taps[1] << 16, taps[2] & 0xffff | taps[3] << 16];
            let mut lane = 0;
            while lane < 16 {
                down[step][lane] = taps[lane / 4] & 0xffff;
                lane += 1;
            }
            step += 1;
        }
        Self { plain: *weights, across, down }
    }
}

/// Pixels to interpolate between.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "what it says")]
pub struct Grid<'a> {
    /// Rows of pixels, of one length
    pub rows: &'a [&'a [u8]],
    /// Samples of a pixel, four at most
    pub bands: usize,
    /// Column of the first pixel of rows
    pub left: i32,
    /// Row of the first
    pub top: i32,
}

/// Where a run of points takes its taps, and with which weights.
struct Spots {
    /// First row, or less than 0 where there is nothing to sample
    row: [i32; RUN],
    /// First sample in rows
    at: [i32; RUN],
    /// Pair of weights above, or the step in a row
    first: [i32; RUN],
    /// Pair of weights below, or the step in a column
    second: [i32; RUN],
}

impl Spots {
    const EMPTY: Self = Self { row: [0; RUN], at: [0; RUN], first: [0; RUN], second: [0; RUN] };

    /// Finds the taps at points, the first of them `before` pixels before a point's own; `weights`
    /// are what two fractions of a pixel mean.
    #[inline(always)]
    fn find(
        &mut self,
        grid: &Grid<'_>,
        before: i32,
        x: &[f64],
        y: &[f64],
        weights: impl Fn(f64, f64) -> (i32, i32),
    ) {
        let (left, top) = (grid.left.wrapping_add(before), grid.top.wrapping_add(before));
        let bands = grid.bands as i32;
        let count = x.len().min(y.len()).min(RUN);
        let (rows, ats) = (&mut self.row[..count], &mut self.at[..count]);
        let (firsts, seconds) = (&mut self.first[..count], &mut self.second[..count]);
        for k in 0..count {
            let (px, py) = (x[k], y[k]);
            let (column, row) = (px as i32, py as i32);
            ats[k] = column.wrapping_sub(left).wrapping_mul(bands);
            rows[k] = if px.is_nan() { -1 } else { row.wrapping_sub(top) };
            (firsts[k], seconds[k]) = weights(px - f64::from(column), py - f64::from(row));
        }
    }
}

/// Pairs of bilinear weights above and below; their sum is exact.
#[inline(always)]
fn linear_pairs(x: f64, y: f64) -> (i32, i32) {
    let (a, b) = ((4096.0 * x) as i32, (4096.0 * y) as i32);
    // for points outside, whose weights are not used, this may wrap
    let rest = 4096_i32.wrapping_sub(b);
    let (right_below, right_above) = (b.wrapping_mul(a) >> 12, rest.wrapping_mul(a) >> 12);
    let (above, below) = (rest.wrapping_sub(right_above), b.wrapping_sub(right_below));
    (above & 0xffff | right_above << 16, below & 0xffff | right_below << 16)
}

/// The steps nearest to fractions of a pixel.
#[inline(always)]
fn cubic_steps(x: f64, y: f64) -> (i32, i32) {
    let step = |fraction: f64| ((fraction * (2 * STEPS) as f64) as i32).wrapping_add(1) >> 1;
    (step(x), step(y))
}

/// The two weights of a pair.
#[inline(always)]
fn unpaired(pair: i32) -> [i32; 2] {
    [i32::from(pair as i16), pair >> 16]
}

/// Fills `out` with pixels at points, bilinear in 12 bits, or with `ink` where `x` is not a number.
///
/// # Panics
/// Where a point needs pixels that `grid` does not have.
pub fn bilinear(grid: &Grid<'_>, x: &[f64], y: &[f64], ink: &[u8], out: &mut [u8]) {
    bilinear_at(crate::level(), grid, x, y, ink, out);
}

fn bilinear_at(level: Level, grid: &Grid<'_>, x: &[f64], y: &[f64], ink: &[u8], out: &mut [u8]) {
    let mut spots = Spots::EMPTY;
    let runs = x.chunks(RUN).zip(y.chunks(RUN));
    for ((x, y), out) in runs.zip(out.chunks_mut(RUN * grid.bands)) {
        dispatch!(level, simd => simd.vectorize(
            #[inline(always)]
            || spots.find(grid, 0, x, y, linear_pairs)
        ));
        #[cfg(target_arch = "x86_64")]
        if let Some(token) = level.as_avx2() {
            x86::bilinear(token, grid, &spots, ink, out);
            continue;
        }
        for (k, out) in out.chunks_exact_mut(grid.bands).enumerate() {
            bilinear_plain(grid, &spots, k, ink, out);
        }
    }
}

/// The scalar twin, for one point.
fn bilinear_plain(grid: &Grid<'_>, spots: &Spots, k: usize, ink: &[u8], out: &mut [u8]) {
    let Ok(row) = usize::try_from(spots.row[k]) else { return out.copy_from_slice(ink) };
    let (at, bands) = (spots.at[k] as usize, grid.bands);
    let (above, below) =
        (&grid.rows[row][at..at + 2 * bands], &grid.rows[row + 1][at..at + 2 * bands]);
    let ([a, b], [c, d]) = (unpaired(spots.first[k]), unpaired(spots.second[k]));
    for (band, out) in out.iter_mut().enumerate() {
        let sum = a * i32::from(above[band])
            + b * i32::from(above[bands + band])
            + c * i32::from(below[band])
            + d * i32::from(below[bands + band]);
        *out = ((sum + 2048) >> 12) as u8;
    }
}

/// Fills `out` with pixels at points, bicubic in 12 bits, or with `ink` where `x` is not a number.
///
/// # Panics
/// Where a point needs pixels that `grid` does not have.
pub fn bicubic(cubic: &Cubic, grid: &Grid<'_>, x: &[f64], y: &[f64], ink: &[u8], out: &mut [u8]) {
    bicubic_at(crate::level(), cubic, grid, (x, y), ink, out);
}

fn bicubic_at(
    level: Level,
    cubic: &Cubic,
    grid: &Grid<'_>,
    (x, y): (&[f64], &[f64]),
    ink: &[u8],
    out: &mut [u8],
) {
    let mut spots = Spots::EMPTY;
    let runs = x.chunks(RUN).zip(y.chunks(RUN));
    for ((x, y), out) in runs.zip(out.chunks_mut(RUN * grid.bands)) {
        dispatch!(level, simd => simd.vectorize(
            #[inline(always)]
            || spots.find(grid, 1, x, y, cubic_steps)
        ));
        #[cfg(target_arch = "x86_64")]
        if let Some(token) = level.as_avx2() {
            x86::bicubic(token, cubic, grid, &spots, ink, out);
            continue;
        }
        for (k, out) in out.chunks_exact_mut(grid.bands).enumerate() {
            bicubic_plain(cubic, grid, &spots, k, ink, out);
        }
    }
}

/// The scalar twin, for one point.
fn bicubic_plain(
    cubic: &Cubic,
    grid: &Grid<'_>,
    spots: &Spots,
    k: usize,
    ink: &[u8],
    out: &mut [u8],
) {
    let Ok(row) = usize::try_from(spots.row[k]) else { return out.copy_from_slice(ink) };
    let (at, bands) = (spots.at[k] as usize, grid.bands);
    let rows = &grid.rows[row..row + 4];
    let across = cubic.plain[spots.first[k] as usize];
    let down = cubic.plain[spots.second[k] as usize];
    for (band, out) in out.iter_mut().enumerate() {
        let mut sum = 2048;
        for (row, weight) in rows.iter().zip(down) {
            let taps = row[at..at + 4 * bands].iter().skip(band).step_by(bands);
            let products = taps.zip(across).map(|(x, weight)| i32::from(*x) * weight);
            sum += weight * ((products.sum::<i32>() + 2048) >> 12);
        }
        *out = (sum >> 12).clamp(0, 255) as u8;
    }
}

/// Filters a row of bytes at columns: for `firsts[i]`, the first tap's pixel, and its step the sums of
/// every band, rounded from 12 bits.
///
/// # Panics
/// Where a column needs pixels that `row` does not have.
pub fn cubic_row(cubic: &Cubic, row: &[u8], bands: usize, places: &[(i32, i32)], out: &mut [i16]) {
    cubic_row_at(crate::level(), cubic, row, bands, places, out);
}

fn cubic_row_at(
    level: Level,
    cubic: &Cubic,
    row: &[u8],
    bands: usize,
    places: &[(i32, i32)],
    out: &mut [i16],
) {
    assert!((1..=4).contains(&bands), "up to four bands");
    assert_eq!(out.len(), places.len() * bands, "a sum for each sample");
    #[cfg(target_arch = "x86_64")]
    if let Some(token) = level.as_avx2() {
        return x86::cubic_row(token, cubic, row, bands, places, out);
    }
    let _ = level;
    for (place, out) in places.iter().zip(out.chunks_exact_mut(bands)) {
        cubic_row_plain(cubic, row, bands, *place, out);
    }
}

/// The scalar twin, for one place.
fn cubic_row_plain(
    cubic: &Cubic,
    row: &[u8],
    bands: usize,
    (first, step): (i32, i32),
    out: &mut [i16],
) {
    let taps = &row[first as usize * bands..][..4 * bands];
    let across = cubic.plain[step as usize];
    for (band, out) in out.iter_mut().enumerate() {
        let taps = taps.iter().skip(band).step_by(bands);
        let products = taps.zip(across).map(|(x, weight)| i32::from(*x) * weight);
        *out = ((products.sum::<i32>() + 2048) >> 12) as i16;
    }
}

/// Fills `out` with the bytes of four rows of sums, weighted at a step of a column and rounded from 12
/// bits.
pub fn cubic_column(cubic: &Cubic, step: usize, rows: [&[i16]; 4], out: &mut [u8]) {
    cubic_column_at(crate::level(), cubic, step, rows, out);
}

fn cubic_column_at(level: Level, cubic: &Cubic, step: usize, rows: [&[i16]; 4], out: &mut [u8]) {
    let rows = rows.map(|row| &row[..out.len()]);
    let weights = cubic.plain[step];
    #[cfg(target_arch = "x86_64")]
    if let Some(token) = level.as_avx2().filter(|_| out.len() >= 32) {
        return x86::cubic_column(token, weights, rows, out);
    }
    let _ = level;
    for (x, out) in out.iter_mut().enumerate() {
        let products = rows.iter().zip(weights).map(|(row, weight)| weight * i32::from(row[x]));
        *out = ((products.sum::<i32>() + 2048) >> 12).clamp(0, 255) as u8;
    }
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::{Cubic, Grid, Spots, bicubic_plain, bilinear_plain, cubic_row_plain, pair};
    #[cfg_attr(
        not(test),
        expect(clippy::wildcard_imports, reason = "each intrinsic is used about once")
    )]
    use core::arch::x86_64::*;
    use fearless_simd::{i16x8, i16x16, i32x8, kernel, prelude::*, u8x16, u8x32};

    // Loops over numbers alone: iterators and closures are not always compiled for the level of the
    // kernel that they stand in, and then they are calls.

    /// The samples from `at` on, where there are so many.
    #[inline(always)]
    fn taps<const N: usize>(row: &[u8], at: usize) -> Option<&[u8; N]> {
        match row.get(at..) {
            Some(rest) => rest.first_chunk::<N>(),
            None => None,
        }
    }

    /// The first rows of taps, where there are so many.
    #[inline(always)]
    fn rows<'a, const N: usize>(grid: &Grid<'a>, first: i32) -> Option<&'a [&'a [u8]; N]> {
        match grid.rows.get(first as usize..) {
            Some(rows) => rows.first_chunk::<N>(),
            None => None,
        }
    }

    /// Where the bytes of two pixels go to make a pair of 16-bit numbers for each band: the pixels
    /// begin at bytes `a` and `b`.
    #[inline(always)]
    fn pairs(bands: usize, a: usize, b: usize) -> [u8; 16] {
        let mut order = [0x80; 16];
        for band in 0..bands.min(4) {
            order[4 * band] = (a + band) as u8;
            order[4 * band + 2] = (b + band) as u8;
        }
        order
    }

    /// Writes the first samples of `pixel`; those after them too, where there is room that is written
    /// later.
    #[inline(always)]
    fn put(out: &mut [u8], at: usize, bands: usize, pixel: [u8; 4]) {
        if let Some(four) = out.get_mut(at..at + 4) {
            four.copy_from_slice(&pixel);
        } else {
            out[at..at + bands].copy_from_slice(&pixel[..bands]);
        }
    }

    kernel!(
        /// A pixel at a time, all bands at once.
        pub(super) fn bilinear(
            token: Avx2,
            grid: &Grid<'_>,
            spots: &Spots,
            ink: &[u8],
            out: &mut [u8],
        ) {
            let bands = grid.bands;
            let above: __m128i = u8x16::from_slice(token, &pairs(bands, 0, bands)).into();
            let below: __m128i = u8x16::from_slice(token, &pairs(bands, 8, 8 + bands)).into();
            let rounding = _mm_set1_epi32(2048);
            for k in 0..out.len() / bands {
                let at = spots.at[k] as usize;
                let Some([first, second]) = rows::<2>(grid, spots.row[k]) else {
                    bilinear_plain(grid, spots, k, ink, &mut out[k * bands..][..bands]);
                    continue;
                };
                let (Some(first), Some(second)) = (taps::<8>(first, at), taps::<8>(second, at))
                else {
                    bilinear_plain(grid, spots, k, ink, &mut out[k * bands..][..bands]);
                    continue;
                };
                let taps = _mm_set_epi64x(i64::from_le_bytes(*second), i64::from_le_bytes(*first));
                let sum = _mm_add_epi32(
                    _mm_madd_epi16(_mm_shuffle_epi8(taps, above), _mm_set1_epi32(spots.first[k])),
                    _mm_madd_epi16(_mm_shuffle_epi8(taps, below), _mm_set1_epi32(spots.second[k])),
                );
                let sum = _mm_srai_epi32::<12>(_mm_add_epi32(sum, rounding));
                let words = _mm_packs_epi32(sum, sum);
                let bytes = _mm_cvtsi128_si32(_mm_packus_epi16(words, words));
                put(out, k * bands, bands, bytes.to_le_bytes());
            }
        }
    );

    kernel!(
        /// A pixel at a time, all bands at once: two rows in a register, filtered across, then down.
        pub(super) fn bicubic(
            token: Avx2,
            cubic: &Cubic,
            grid: &Grid<'_>,
            spots: &Spots,
            ink: &[u8],
            out: &mut [u8],
        ) {
            let bands = grid.bands;
            let left: __m128i = u8x16::from_slice(token, &pairs(bands, 0, bands)).into();
            let right: __m128i =
                u8x16::from_slice(token, &pairs(bands, 2 * bands, 3 * bands)).into();
            let left = _mm256_broadcastsi128_si256(left);
            let right = _mm256_broadcastsi128_si256(right);
            let rounding = _mm256_set1_epi32(2048);
            for k in 0..out.len() / bands {
                let at = spots.at[k] as usize;
                let Some([a, b, c, d]) = rows::<4>(grid, spots.row[k]) else {
                    bicubic_plain(cubic, grid, spots, k, ink, &mut out[k * bands..][..bands]);
                    continue;
                };
                let (Some(a), Some(b), Some(c), Some(d)) =
                    (taps::<16>(a, at), taps::<16>(b, at), taps::<16>(c, at), taps::<16>(d, at))
                else {
                    bicubic_plain(cubic, grid, spots, k, ink, &mut out[k * bands..][..bands]);
                    continue;
                };
                let a: __m128i = u8x16::from_slice(token, a).into();
                let b: __m128i = u8x16::from_slice(token, b).into();
                let c: __m128i = u8x16::from_slice(token, c).into();
                let d: __m128i = u8x16::from_slice(token, d).into();
                let upper = _mm256_inserti128_si256::<1>(_mm256_castsi128_si256(a), b);
                let lower = _mm256_inserti128_si256::<1>(_mm256_castsi128_si256(c), d);
                let [first, second] = cubic.across[spots.first[k] as usize];
                let (first, second) = (_mm256_set1_epi32(first), _mm256_set1_epi32(second));
                let down = &cubic.down[spots.second[k] as usize];
                let down_upper: __m256i = i32x8::from_slice(token, &down[..8]).into();
                let down_lower: __m256i = i32x8::from_slice(token, &down[8..]).into();
                let upper = _mm256_add_epi32(
                    _mm256_madd_epi16(_mm256_shuffle_epi8(upper, left), first),
                    _mm256_madd_epi16(_mm256_shuffle_epi8(upper, right), second),
                );
                let lower = _mm256_add_epi32(
                    _mm256_madd_epi16(_mm256_shuffle_epi8(lower, left), first),
                    _mm256_madd_epi16(_mm256_shuffle_epi8(lower, right), second),
                );
                // the sums fit 16 bits; what is above them is multiplied by 0
                let upper = _mm256_srai_epi32::<12>(_mm256_add_epi32(upper, rounding));
                let lower = _mm256_srai_epi32::<12>(_mm256_add_epi32(lower, rounding));
                let sum = _mm256_add_epi32(
                    _mm256_madd_epi16(upper, down_upper),
                    _mm256_madd_epi16(lower, down_lower),
                );
                let sum =
                    _mm_add_epi32(_mm256_castsi256_si128(sum), _mm256_extracti128_si256::<1>(sum));
                let sum = _mm_add_epi32(sum, _mm256_castsi256_si128(rounding));
                let words = _mm_packs_epi32(_mm_srai_epi32::<12>(sum), _mm_setzero_si128());
                let bytes = _mm_cvtsi128_si32(_mm_packus_epi16(words, words));
                put(out, k * bands, bands, bytes.to_le_bytes());
            }
        }
    );

    kernel!(
        /// A pixel at a time, all bands at once.
        pub(super) fn cubic_row(
            token: Avx2,
            cubic: &Cubic,
            row: &[u8],
            bands: usize,
            places: &[(i32, i32)],
            out: &mut [i16],
        ) {
            let left: __m128i = u8x16::from_slice(token, &pairs(bands, 0, bands)).into();
            let right: __m128i =
                u8x16::from_slice(token, &pairs(bands, 2 * bands, 3 * bands)).into();
            let rounding = _mm_set1_epi32(2048);
            for k in 0..places.len() {
                let (first, step) = places[k];
                let room = k * bands..k * bands + 8;
                let taps = match taps::<16>(row, first as usize * bands) {
                    Some(taps) if room.end <= out.len() => taps,
                    _ => {
                        let out = &mut out[k * bands..][..bands];
                        cubic_row_plain(cubic, row, bands, places[k], out);
                        continue;
                    }
                };
                let taps: __m128i = u8x16::from_slice(token, taps).into();
                let [first, second] = cubic.across[step as usize];
                let sum = _mm_add_epi32(
                    _mm_madd_epi16(_mm_shuffle_epi8(taps, left), _mm_set1_epi32(first)),
                    _mm_madd_epi16(_mm_shuffle_epi8(taps, right), _mm_set1_epi32(second)),
                );
                let sum = _mm_srai_epi32::<12>(_mm_add_epi32(sum, rounding));
                // more than one pixel: the next one writes over it
                let words: i16x8<_> = _mm_packs_epi32(sum, sum).simd_into(token);
                words.store_slice(&mut out[room]);
            }
        }
    );

    kernel!(
        /// Thirty-two samples at a time.
        pub(super) fn cubic_column(
            token: Avx2,
            weights: [i32; 4],
            rows: [&[i16]; 4],
            out: &mut [u8],
        ) {
            let first = _mm256_set1_epi32(pair(weights[0] as i16, weights[1] as i16));
            let second = _mm256_set1_epi32(pair(weights[2] as i16, weights[3] as i16));
            let rounding = _mm256_set1_epi32(2048);
            for number in 0..out.len().div_ceil(32) {
                let x = (32 * number).min(out.len() - 32);
                let mut words = [_mm256_setzero_si256(); 2];
                for half in 0..2 {
                    let at = x + 16 * half;
                    let a: __m256i = i16x16::from_slice(token, &rows[0][at..at + 16]).into();
                    let b: __m256i = i16x16::from_slice(token, &rows[1][at..at + 16]).into();
                    let c: __m256i = i16x16::from_slice(token, &rows[2][at..at + 16]).into();
                    let d: __m256i = i16x16::from_slice(token, &rows[3][at..at + 16]).into();
                    let low = _mm256_add_epi32(
                        _mm256_madd_epi16(_mm256_unpacklo_epi16(a, b), first),
                        _mm256_madd_epi16(_mm256_unpacklo_epi16(c, d), second),
                    );
                    let high = _mm256_add_epi32(
                        _mm256_madd_epi16(_mm256_unpackhi_epi16(a, b), first),
                        _mm256_madd_epi16(_mm256_unpackhi_epi16(c, d), second),
                    );
                    words[half] = _mm256_packs_epi32(
                        _mm256_srai_epi32::<12>(_mm256_add_epi32(low, rounding)),
                        _mm256_srai_epi32::<12>(_mm256_add_epi32(high, rounding)),
                    );
                }
                let bytes = _mm256_packus_epi16(words[0], words[1]);
                let bytes: u8x32<_> =
                    _mm256_permute4x64_epi64::<0b11_01_10_00>(bytes).simd_into(token);
                bytes.store_slice(&mut out[x..x + 32]);
            }
        }
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cubic() -> Cubic {
        let mut weights = [[0; 4]; STEPS + 1];
        for (step, taps) in weights.iter_mut().enumerate() {
            let t = step as f64 / STEPS as f64;
            let u = 1.0 - t;
            let (first, last) = (-0.5 * t * u * u, -0.5 * t * t * u);
            let all = [first, u - 2.0 * first + last, t - 2.0 * last + first, last];
            *taps = all.map(|weight| (weight * 4096.0) as i32);
        }
        Cubic::new(&weights)
    }

    fn noise(length: usize) -> Vec<u8> {
        (0..length as u32).map(|k| (k.wrapping_mul(2_654_435_761) >> 23) as u8).collect()
    }

    /// Points all over the pixels that have `before` and `after` neighbours, and some outside.
    fn points(width: usize, height: usize, before: f64, after: f64) -> (Vec<f64>, Vec<f64>) {
        let inside = |k: usize, factor: f64, size: usize| {
            before + (k as f64 * factor).fract() * (size as f64 - before - after)
        };
        let count = 1000;
        let x = (0..count).map(|k| match k % 17 {
            3 => f64::NAN,
            5 => before,
            7 => width as f64 - after - 1e-9,
            _ => inside(k, 0.618_033_988_7, width),
        });
        let y = (0..count).map(|k| inside(k, 0.414_213_562, height));
        (x.collect(), y.collect())
    }

    #[test]
    fn every_level_interpolates_alike() {
        let (width, height, cubic) = (23, 9, cubic());
        for bands in 1..=4 {
            let pixels = noise(width * height * bands);
            let rows: Vec<&[u8]> = pixels.chunks_exact(width * bands).collect();
            let grid = Grid { rows: &rows, bands, left: 0, top: 0 };
            let ink = &[9, 8, 7, 6][..bands];
            let (x, y) = points(width, height, 0.0, 1.0);
            let mut plain = vec![0; x.len() * bands];
            bilinear_at(Level::baseline(), &grid, &x, &y, ink, &mut plain);
            assert_eq!(plain[3 * bands..4 * bands], *ink);
            for level in crate::levels() {
                let mut out = vec![0; plain.len()];
                bilinear_at(level, &grid, &x, &y, ink, &mut out);
                assert_eq!(out, plain, "{level:?}, {bands} bands");
            }
            let (x, y) = points(width, height, 1.0, 2.0);
            bicubic_at(Level::baseline(), &cubic, &grid, (&x, &y), ink, &mut plain);
            for level in crate::levels() {
                let mut out = vec![0; plain.len()];
                bicubic_at(level, &cubic, &grid, (&x, &y), ink, &mut out);
                assert_eq!(out, plain, "{level:?}, {bands} bands");
            }
        }
    }

    #[test]
    fn every_level_filters_rows_and_columns_alike() {
        let cubic = cubic();
        for bands in 1..=4 {
            let rows: Vec<Vec<u8>> = (0..4).map(|k| noise(40 * bands + k)).collect();
            let places: Vec<(i32, i32)> = (0..73).map(|k| (k / 2, (k * 29) % 65)).collect();
            let sums = |level: Level, row: &[u8]| {
                let mut out = vec![0; places.len() * bands];
                cubic_row_at(level, &cubic, &row[row.len() % 4..], bands, &places, &mut out);
                out
            };
            let plain: Vec<Vec<i16>> =
                rows.iter().map(|row| sums(Level::baseline(), row)).collect();
            let mut expected = vec![0; plain[0].len()];
            let four = [&plain[0][..], &plain[1], &plain[2], &plain[3]];
            cubic_column_at(Level::baseline(), &cubic, 27, four, &mut expected);
            for level in crate::levels() {
                let filtered: Vec<_> = rows.iter().map(|row| sums(level, row)).collect();
                assert_eq!(filtered, plain, "{level:?}, {bands} bands");
                let mut out = vec![0; expected.len()];
                cubic_column_at(level, &cubic, 27, four, &mut out);
                assert_eq!(out, expected, "{level:?}, {bands} bands");
            }
        }
    }
}
