//! Arithmetic, casts and reductions.
//!
//! Most of these are plain loops, compiled for each set of instructions; only the way from floats
//! to bytes is written in vectors, since the language's own conversion looks at every lane.

#![expect(clippy::inline_always, reason = "compiled once for each level of instructions")]

use crate::level;
use fearless_simd::{Level, dispatch, f32x16, prelude::*, u32x8, u32x16};

/// `a·x + b` of bytes, each step rounded to a float.
pub fn linear_u8(input: &[u8], a: f32, b: f32, out: &mut [f32]) {
    dispatch!(level(), _simd => each(input, out, |x: u8| a * f32::from(x) + b));
}

/// `a·x + b` of 16-bit integers.
pub fn linear_u16(input: &[u16], a: f32, b: f32, out: &mut [f32]) {
    dispatch!(level(), _simd => each(input, out, |x: u16| a * f32::from(x) + b));
}

/// `a·x + b` of floats.
pub fn linear_f32(input: &[f32], a: f32, b: f32, out: &mut [f32]) {
    dispatch!(level(), _simd => each(input, out, |x: f32| a * x + b));
}

/// `a·x + b` of bytes, clipped and truncated to bytes; what is not a number becomes 255.
pub fn linear_bytes_u8(input: &[u8], a: f32, b: f32, out: &mut [u8]) {
    linear_bytes_u8_at(level(), input, a, b, out);
}

fn linear_bytes_u8_at(level: Level, input: &[u8], a: f32, b: f32, out: &mut [u8]) {
    let last = |x: u8| clipped(a * f32::from(x) + b);
    dispatch!(level, simd => bytes_at(simd, input, out, clipped_line(simd, a, b), last));
}

fn clipped(x: f32) -> u8 {
    if x.is_nan() { 255 } else { x as u8 }
}

/// `a·x + b` of floats, clipped and truncated to bytes; what is not a number becomes 255.
pub fn linear_bytes_f32(input: &[f32], a: f32, b: f32, out: &mut [u8]) {
    linear_bytes_f32_at(level(), input, a, b, out);
}

fn linear_bytes_f32_at(level: Level, input: &[f32], a: f32, b: f32, out: &mut [u8]) {
    let last = |x: f32| clipped(a * x + b);
    dispatch!(level, simd => bytes_at(simd, input, out, clipped_line(simd, a, b), last));
}

/// `a·x + b` limited to 0 to 255; what is not a number becomes 255.
#[inline(always)]
fn clipped_line<S: Simd>(simd: S, a: f32, b: f32) -> impl Fn(f32x16<S>) -> f32x16<S> {
    let (low, high) = (f32x16::splat(simd, 0.0), f32x16::splat(simd, 255.0));
    let (a, b) = (f32x16::splat(simd, a), f32x16::splat(simd, b));
    move |x| {
        let x = x * a + b;
        let x = x.simd_lt(high).select(x, high);
        x.simd_gt(low).select(x, low)
    }
}

/// Floats clipped and truncated to bytes; what is not a number becomes 0.
pub fn f32_to_u8(input: &[f32], out: &mut [u8]) {
    f32_to_u8_at(level(), input, out);
}

fn f32_to_u8_at(level: Level, input: &[f32], out: &mut [u8]) {
    dispatch!(level, simd => {
        let clip = clip(simd, 255.0);
        bytes_at(simd, input, out, clip, |x: f32| x as u8);
    });
}

/// Limits lanes to 0 to `high`; what is not a number becomes 0.
#[inline(always)]
fn clip<S: Simd>(simd: S, high: f32) -> impl Fn(f32x16<S>) -> f32x16<S> {
    let (low, high) = (f32x16::splat(simd, 0.0), f32x16::splat(simd, high));
    move |x| {
        let x = x.simd_gt(low).select(x, low);
        x.simd_lt(high).select(x, high)
    }
}

/// Bytes of what `line` makes of sixteen lanes, within 0 to 255, and `last` of those left over.
#[inline(always)]
fn bytes_at<S: Simd, T: Copy + Into<f32>>(
    simd: S,
    input: &[T],
    out: &mut [u8],
    line: impl Fn(f32x16<S>) -> f32x16<S>,
    last: impl Fn(T) -> u8,
) {
    let (blocks, rest) = input.as_chunks::<16>();
    let (out_blocks, out_rest) = out.as_chunks_mut::<16>();
    for (out, block) in out_blocks.iter_mut().zip(blocks) {
        let x = f32x16::from_slice(simd, &block.map(Into::into));
        let (front, back) = words(simd, line(x));
        let (front, back) = front.relaxed_narrow(back).split();
        front.relaxed_narrow(back).store_slice(out);
    }
    for (out, x) in out_rest.iter_mut().zip(rest) {
        *out = last(*x);
    }
}

/// Truncated to integers.
#[inline(always)]
fn words<S: Simd>(simd: S, x: f32x16<S>) -> (u32x8<S>, u32x8<S>) {
    simd.cvt_i32_f32x16(x).bitcast::<u32x16<S>>().split()
}

/// Bytes as floats.
pub fn u8_to_f32(input: &[u8], out: &mut [f32]) {
    dispatch!(level(), _simd => each(input, out, |x: u8| f32::from(x)));
}

/// 16-bit integers as floats.
pub fn u16_to_f32(input: &[u16], out: &mut [f32]) {
    dispatch!(level(), _simd => each(input, out, |x: u16| f32::from(x)));
}

/// Floats clipped and truncated to 16 bits; what is not a number becomes 0.
pub fn f32_to_u16(input: &[f32], out: &mut [u16]) {
    f32_to_u16_at(level(), input, out);
}

fn f32_to_u16_at(level: Level, input: &[f32], out: &mut [u16]) {
    dispatch!(level, simd => shorts_at(simd, input, out));
}

#[inline(always)]
fn shorts_at<S: Simd>(simd: S, input: &[f32], out: &mut [u16]) {
    let clip = clip(simd, 65535.0);
    let (blocks, rest) = input.as_chunks::<16>();
    let (out_blocks, out_rest) = out.as_chunks_mut::<16>();
    for (out, block) in out_blocks.iter_mut().zip(blocks) {
        let (front, back) = words(simd, clip(f32x16::from_slice(simd, block)));
        front.relaxed_narrow(back).store_slice(out);
    }
    for (out, x) in out_rest.iter_mut().zip(rest) {
        *out = *x as u16;
    }
}

/// Bytes as 16-bit integers.
pub fn u8_to_u16(input: &[u8], out: &mut [u16]) {
    dispatch!(level(), _simd => each(input, out, |x: u8| u16::from(x)));
}

/// 16-bit integers clipped to bytes.
pub fn u16_to_u8(input: &[u16], out: &mut [u8]) {
    dispatch!(level(), _simd => each(input, out, |x: u16| x.min(255) as u8));
}

/// Sums of bytes.
pub fn add_u8(a: &[u8], b: &[u8], out: &mut [u16]) {
    dispatch!(level(), _simd => {
        for ((out, a), b) in out.iter_mut().zip(a).zip(b) {
            *out = u16::from(*a) + u16::from(*b);
        }
    });
}

#[inline(always)]
fn each<T: Copy, O>(input: &[T], out: &mut [O], function: impl Fn(T) -> O) {
    for (out, x) in out.iter_mut().zip(input) {
        *out = function(*x);
    }
}

/// The sum of bytes.
pub fn sum_u8(row: &[u8]) -> u64 {
    // as many as cannot overflow 32 bits
    row.chunks(1 << 23).map(|part| u64::from(dispatch!(level(), _simd => sum_u8_part(part)))).sum()
}

#[inline(always)]
fn sum_u8_part(row: &[u8]) -> u32 {
    row.iter().map(|x| u32::from(*x)).sum()
}

/// The sum of 16-bit integers.
pub fn sum_u16(row: &[u16]) -> u64 {
    row.chunks(1 << 15).map(|part| u64::from(dispatch!(level(), _simd => sum_u16_part(part)))).sum()
}

#[inline(always)]
fn sum_u16_part(row: &[u16]) -> u32 {
    row.iter().map(|x| u32::from(*x)).sum()
}

/// The least and the greatest of bytes; 255 and 0 of none.
pub fn bounds_u8(row: &[u8]) -> (u8, u8) {
    dispatch!(level(), _simd => bounds(row, u8::MAX, u8::MIN))
}

/// The least and the greatest of 16-bit integers; 65535 and 0 of none.
pub fn bounds_u16(row: &[u16]) -> (u16, u16) {
    dispatch!(level(), _simd => bounds(row, u16::MAX, u16::MIN))
}

/// The least and the greatest of floats that are numbers; both infinities of none.
pub fn bounds_f32(row: &[f32]) -> (f32, f32) {
    dispatch!(level(), _simd => bounds(row, f32::INFINITY, f32::NEG_INFINITY))
}

/// In lanes, so that no sample waits for the one before it.
#[inline(always)]
fn bounds<T: Copy + PartialOrd>(row: &[T], top: T, bottom: T) -> (T, T) {
    const N: usize = 64;
    let least = |a: T, x: T| if x < a { x } else { a };
    let greatest = |a: T, x: T| if x > a { x } else { a };
    let (mut low, mut high) = ([top; N], [bottom; N]);
    let (blocks, rest) = row.as_chunks::<N>();
    for block in blocks {
        for i in 0..N {
            low[i] = least(low[i], block[i]);
            high[i] = greatest(high[i], block[i]);
        }
    }
    let low = low.into_iter().chain(rest.iter().copied()).fold(top, least);
    let high = high.into_iter().chain(rest.iter().copied()).fold(bottom, greatest);
    (low, high)
}

/// The lanes of a [`Survey`]: a multiple of 1, 2, 3, 4, 6, 8, 12 and 16 bands.
pub const LANES: usize = 48;

/// What was seen in each lane; sample `i` of a row belongs to lane `i % LANES`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a plain result")]
pub struct Survey {
    /// Sums
    pub sum: [u64; LANES],
    /// Sums of squares
    pub squares: [u64; LANES],
    /// Least samples
    pub min: [u8; LANES],
    /// Greatest samples
    pub max: [u8; LANES],
}

/// Sums, sums of squares, least and greatest of bytes.
pub fn survey_u8(row: &[u8]) -> Survey {
    survey_u8_at(level(), row)
}

fn survey_u8_at(level: Level, row: &[u8]) -> Survey {
    let mut all =
        Survey { sum: [0; LANES], squares: [0; LANES], min: [u8::MAX; LANES], max: [0; LANES] };
    // 256 sums of bytes fit in 16 bits
    for part in row.chunks(LANES * 256) {
        dispatch!(level, _simd => survey_part(part, &mut all));
    }
    all
}

#[inline(always)]
fn survey_part(row: &[u8], all: &mut Survey) {
    let (mut sum, mut squares) = ([0_u16; LANES], [0_u32; LANES]);
    let (mut min, mut max) = (all.min, all.max);
    let (blocks, rest) = row.as_chunks::<LANES>();
    for block in blocks {
        for i in 0..LANES {
            let x = u16::from(block[i]);
            sum[i] += x;
            squares[i] += u32::from(x * x);
            min[i] = min[i].min(block[i]);
            max[i] = max[i].max(block[i]);
        }
    }
    for (i, x) in rest.iter().enumerate() {
        all.sum[i] += u64::from(*x);
        all.squares[i] += u64::from(*x) * u64::from(*x);
        min[i] = min[i].min(*x);
        max[i] = max[i].max(*x);
    }
    for i in 0..LANES {
        all.sum[i] += u64::from(sum[i]);
        all.squares[i] += u64::from(squares[i]);
    }
    (all.min, all.max) = (min, max);
}

/// Noise of a seed and a place: the sum of twelve numbers of 0 to 1, each the FNV-1a hash of the one
/// before, less 6, times `sigma`, plus `mean`.
pub fn noise(seed: u32, (x, y): (i32, i32), sigma: f64, mean: f64, out: &mut [f32]) {
    dispatch!(level(), _simd => {
        for (i, out) in out.chunks_mut(NOISE_LANES).enumerate() {
            noise_lanes(seed, x + (i * NOISE_LANES) as i32, y, sigma, mean, out);
        }
    });
}

/// Pixels at a time: each waits long for its own hash.
const NOISE_LANES: usize = 32;

#[inline(always)]
fn noise_lanes(seed: u32, x: i32, y: i32, sigma: f64, mean: f64, out: &mut [f32]) {
    let mut state = [0; NOISE_LANES];
    for (i, state) in state.iter_mut().enumerate() {
        *state = mix(mix(seed, x.wrapping_add(i as i32) as u32), y as u32);
    }
    let mut sum = [0.0; NOISE_LANES];
    for _ in 0..12 {
        for (state, sum) in state.iter_mut().zip(&mut sum) {
            *state = mix(2_166_136_261, *state);
            *sum += f64::from(*state) / f64::from(u32::MAX);
        }
    }
    for (out, sum) in out.iter_mut().zip(sum) {
        *out = ((sum - 6.0) * sigma + mean) as f32;
    }
}

/// The hash `h` with the four bytes of `value` mixed in.
#[inline(always)]
fn mix(h: u32, value: u32) -> u32 {
    [0, 8, 16, 24].iter().fold(h, |h, shift| (h ^ (value >> shift & 255)).wrapping_mul(16_777_619))
}

/// How many tables [`count_u8`] wants for each band: neighbours that are equal would wait for each
/// other's count in one.
pub const TABLES: usize = 4;

/// Counts bytes: pixel `i` of band `b` in table `(i % TABLES) · bands + b`.
pub fn count_u8(row: &[u8], bands: usize, tables: &mut [[u32; 256]]) {
    let count = TABLES * bands;
    let tables = &mut tables[..count];
    let done = match count {
        4 => count_blocks::<4>(row, tables),
        8 => count_blocks::<8>(row, tables),
        12 => count_blocks::<12>(row, tables),
        16 => count_blocks::<16>(row, tables),
        _ => 0,
    };
    for pixels in row[done..].chunks(count.max(1)) {
        for (table, x) in tables.iter_mut().zip(pixels) {
            table[usize::from(*x)] += 1;
        }
    }
}

/// All whole blocks of `N` samples; how many samples that were.
fn count_blocks<const N: usize>(row: &[u8], tables: &mut [[u32; 256]]) -> usize {
    let (blocks, _) = row.as_chunks::<N>();
    let Some(tables) = tables.first_chunk_mut::<N>() else { return 0 };
    for block in blocks {
        for i in 0..N {
            tables[i][usize::from(block[i])] += 1;
        }
    }
    blocks.len() * N
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::levels;

    fn bytes(n: usize) -> Vec<u8> {
        (0..n).map(|i| (i * 7919 % 251 + i % 5) as u8).collect()
    }

    #[test]
    fn floats_become_bytes_as_the_language_converts() {
        let mut input: Vec<f32> = (0..1000).map(|i| i as f32 * 0.61 - 120.0).collect();
        input.extend([f32::NAN, f32::INFINITY, f32::NEG_INFINITY, -0.9, 254.9, 255.5, 1e20, -1e20]);
        input.extend([f32::NAN; 20]);
        let expected: Vec<u8> = input.iter().map(|x| *x as u8).collect();
        let expected_shorts: Vec<u16> = input.iter().map(|x| (*x * 300.0) as u16).collect();
        let scaled: Vec<f32> = input.iter().map(|x| *x * 300.0).collect();
        for level in levels() {
            let mut out = vec![1; input.len()];
            f32_to_u8_at(level, &input, &mut out);
            assert_eq!(out, expected, "{level:?}");
            let mut out = vec![1; input.len()];
            f32_to_u16_at(level, &scaled, &mut out);
            assert_eq!(out, expected_shorts, "{level:?}");
        }
    }

    #[test]
    fn bytes_of_a_line_have_no_numbers_at_the_top() {
        let mut input: Vec<f32> = (0..100).map(|i| i as f32 * 3.7 - 50.0).collect();
        input[3] = f32::NAN;
        input[99] = f32::NAN;
        let line = |x: f32| if x.is_nan() { 255 } else { (x * 1.5 + 10.25) as u8 };
        let expected: Vec<u8> = input.iter().map(|x| line(*x)).collect();
        for level in levels() {
            let mut out = vec![0; input.len()];
            linear_bytes_f32_at(level, &input, 1.5, 10.25, &mut out);
            assert_eq!(out, expected, "{level:?}");
        }
    }

    #[test]
    fn bytes_of_a_line_of_bytes() {
        let input = bytes(999);
        let expected: Vec<u8> =
            input.iter().map(|x| (-1.25 * f32::from(*x) + 300.5) as u8).collect();
        for level in levels() {
            let mut out = vec![0; input.len()];
            linear_bytes_u8_at(level, &input, -1.25, 300.5, &mut out);
            assert_eq!(out, expected, "{level:?}");
            linear_bytes_u8_at(level, &input, f32::NAN, 0.0, &mut out);
            assert!(out.iter().all(|x| *x == 255));
        }
    }

    #[test]
    fn sums_do_not_overflow() {
        assert_eq!(sum_u8(&vec![255; 20_000_000]), 5_100_000_000);
        assert_eq!(sum_u16(&vec![65535; 200_000]), 13_107_000_000);
    }

    #[test]
    fn bounds_skip_what_is_no_number() {
        let mut row: Vec<f32> = (0..200).map(|i| ((i * 37) % 101) as f32).collect();
        row[5] = f32::NAN;
        row[199] = f32::NAN;
        assert_eq!(bounds_f32(&row), (0.0, 100.0));
        assert_eq!(bounds_f32(&[f32::NAN]), (f32::INFINITY, f32::NEG_INFINITY));
        assert_eq!(bounds_u8(&bytes(7)), (0, *bytes(7).iter().max().unwrap()));
    }

    #[test]
    fn surveys_agree_with_a_plain_loop() {
        for n in [0, 1, 47, 48, 100, 48 * 256 + 5, 48 * 700 + 31] {
            let row = bytes(n);
            for level in levels() {
                let survey = survey_u8_at(level, &row);
                for lane in 0..LANES {
                    let of_lane = || row.iter().skip(lane).step_by(LANES).map(|x| u64::from(*x));
                    assert_eq!(survey.sum[lane], of_lane().sum::<u64>());
                    assert_eq!(survey.squares[lane], of_lane().map(|x| x * x).sum::<u64>());
                    assert_eq!(u64::from(survey.min[lane]), of_lane().min().unwrap_or(255));
                    assert_eq!(u64::from(survey.max[lane]), of_lane().max().unwrap_or(0));
                }
            }
        }
    }

    #[test]
    fn all_samples_are_counted() {
        for bands in [1, 2, 3, 4, 5] {
            let row = bytes(101 * bands);
            let mut tables = vec![[0; 256]; TABLES * bands];
            count_u8(&row, bands, &mut tables);
            for band in 0..bands {
                for value in 0..256 {
                    let counted: u32 =
                        (0..TABLES).map(|table| tables[table * bands + band][value]).sum();
                    let there = row.iter().skip(band).step_by(bands);
                    assert_eq!(
                        counted as usize,
                        there.filter(|x| usize::from(**x) == value).count()
                    );
                }
            }
        }
    }
}
