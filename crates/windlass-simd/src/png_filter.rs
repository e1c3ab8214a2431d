//! Row filters of PNG (W3C Portable Network Graphics, third edition, §9), most of them as plain loops over
//! slices that the compiler turns into vector instructions.

use fearless_simd::{Simd, dispatch, prelude::*, u8x16};

/// Undoes the filter `filter` (0 to 4) of a row in place. `previous` is the row above, zeros for the
/// first one; `distance` the bytes from a sample to the one left of it that predicts it, 1 to 8.
/// False, and nothing done, where there is no such filter.
pub fn unfilter(filter: u8, distance: usize, previous: &[u8], row: &mut [u8]) -> bool {
    match filter {
        0 => {}
        1 => sums(distance, row),
        2 => {
            for (out, above) in row.iter_mut().zip(previous) {
                *out = out.wrapping_add(*above);
            }
        }
        3 => by_distance(distance, row, previous, Average),
        4 => by_distance(distance, row, previous, Paeth),
        _ => return false,
    }
    true
}

/// Adds to each byte of a row the one `distance` before it, which has its own sum then: the filter Sub of PNG
/// and the horizontal predictor of TIFF (TIFF 6.0 §14), undone.
pub fn sums(distance: usize, row: &mut [u8]) {
    dispatch!(crate::level(), simd => sums_at(simd, distance, row));
}

#[inline(always)]
fn sums_at<S: Simd>(simd: S, distance: usize, row: &mut [u8]) {
    // 16 less once, twice, four and eight times the distance: how a vector is moved by so many bytes
    match distance {
        1 => vector_sums::<S, 15, 14, 12, 8>(simd, distance, row),
        2 => vector_sums::<S, 14, 12, 8, 0>(simd, distance, row),
        3 => vector_sums::<S, 13, 10, 4, 0>(simd, distance, row),
        4 => vector_sums::<S, 12, 8, 0, 0>(simd, distance, row),
        6 => vector_sums::<S, 10, 4, 0, 0>(simd, distance, row),
        8 => vector_sums::<S, 8, 0, 0, 0>(simd, distance, row),
        _ => plain_sums(distance, distance, row),
    }
}

/// Sums within vectors in steps that double, and the last sums of each vector added to the next one.
#[inline(always)]
fn vector_sums<
    S: Simd,
    const ONE: usize,
    const TWO: usize,
    const FOUR: usize,
    const EIGHT: usize,
>(
    simd: S,
    distance: usize,
    row: &mut [u8],
) {
    let last: [u8; 16] = std::array::from_fn(|i| (16 - distance + i % distance) as u8);
    let last = u8x16::load_array(simd, last);
    let zeros = u8x16::splat(simd, 0);
    let mut before = zeros;
    let vectors = row.as_chunks_mut::<16>().0;
    let done = 16 * vectors.len();
    for vector in vectors {
        let mut sum = u8x16::load_array(simd, *vector);
        sum += zeros.slide::<ONE>(sum);
        sum += zeros.slide::<TWO>(sum);
        sum += zeros.slide::<FOUR>(sum);
        sum += zeros.slide::<EIGHT>(sum);
        before = sum + before.swizzle_dyn_within_blocks(last);
        before.store_slice(vector);
    }
    plain_sums(distance, done.max(distance), row);
}

/// The sums from the byte at `start` on.
fn plain_sums(distance: usize, start: usize, row: &mut [u8]) {
    for at in start..row.len() {
        row[at] = row[at].wrapping_add(row[at - distance]);
    }
}

/// How a sample is predicted from those left, above, and left above.
trait Predictor: Copy {
    fn predict(self, left: u8, above: u8, corner: u8) -> u8;
}

#[derive(Clone, Copy)]
struct Average;
#[derive(Clone, Copy)]
struct Paeth;

impl Predictor for Average {
    #[inline(always)]
    fn predict(self, left: u8, above: u8, _: u8) -> u8 {
        // the mean rounded down, without a wider type
        (left & above) + ((left ^ above) >> 1)
    }
}

impl Predictor for Paeth {
    #[inline(always)]
    fn predict(self, left: u8, above: u8, corner: u8) -> u8 {
        paeth(left, above, corner)
    }
}

/// The one of three samples that is nearest to `left + above - corner`; of equals the first.
#[inline(always)]
fn paeth(left: u8, above: u8, corner: u8) -> u8 {
    let (a, b, c) = (i16::from(left), i16::from(above), i16::from(corner));
    let (to_left, to_above) = ((b - c).abs(), (a - c).abs());
    let to_corner = (a + b - c - c).abs();
    let other = if to_above <= to_corner { above } else { corner };
    if to_left <= to_above && to_left <= to_corner { left } else { other }
}

fn by_distance(distance: usize, row: &mut [u8], previous: &[u8], predictor: impl Predictor) {
    match distance {
        1 => undo::<1>(row, previous, predictor),
        2 => undo::<2>(row, previous, predictor),
        3 => undo::<3>(row, previous, predictor),
        4 => undo::<4>(row, previous, predictor),
        6 => undo::<6>(row, previous, predictor),
        _ => undo::<8>(row, previous, predictor),
    }
}

/// Adds predictions pixel by pixel; the pixel before and that above it stay in registers.
#[inline(always)]
fn undo<const N: usize>(row: &mut [u8], previous: &[u8], predictor: impl Predictor) {
    let (mut left, mut corner) = ([0_u8; N], [0_u8; N]);
    let (pixels, rest) = row.as_chunks_mut::<N>();
    let (aboves, above_rest) = previous.as_chunks::<N>();
    for (pixel, above) in pixels.iter_mut().zip(aboves) {
        for i in 0..N {
            let value = pixel[i].wrapping_add(predictor.predict(left[i], above[i], corner[i]));
            pixel[i] = value;
            left[i] = value;
        }
        corner = *above;
    }
    for (i, (value, above)) in rest.iter_mut().zip(above_rest).enumerate() {
        *value = value.wrapping_add(predictor.predict(left[i], *above, corner[i]));
    }
}

/// The filters that [`Filterer`] may choose from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(clippy::exhaustive_structs, reason = "the five filters of the format")]
pub struct Filters {
    /// Bytes as they are
    pub none: bool,
    /// Differences to the left
    pub sub: bool,
    /// Differences to the row above
    pub up: bool,
    /// Differences to the mean of both
    pub average: bool,
    /// Differences to the nearest of left, above and left above
    pub paeth: bool,
}

impl Filters {
    /// Bytes as they are.
    pub const NONE: Self = Self { none: true, sub: false, up: false, average: false, paeth: false };

    fn list(self) -> [bool; 5] {
        [self.none, self.sub, self.up, self.average, self.paeth]
    }

    /// Whether rows depend on the ones above them.
    pub fn looks_up(self) -> bool {
        self.up || self.average || self.paeth
    }
}

/// Applies row filters: of those allowed the one with the least sum of absolute differences (that the
/// standard recommends), the first of equals.
#[derive(Clone, Default, Debug)]
pub struct Filterer {
    best: Vec<u8>,
    trial: Vec<u8>,
}

impl Filterer {
    /// Appends a filter byte and the filtered `row` to `out`. `previous` is the row above, zeros for
    /// the first one; `distance` the bytes from a sample to the one left of it that predicts it.
    pub fn row(
        &mut self,
        filters: Filters,
        distance: usize,
        previous: &[u8],
        row: &[u8],
        out: &mut Vec<u8>,
    ) {
        let allowed = (0_u8..).zip(filters.list()).filter_map(|(filter, on)| on.then_some(filter));
        let mut allowed = allowed.collect::<Vec<_>>().into_iter();
        let first = allowed.next().unwrap_or(0);
        if first == 0 && allowed.len() == 0 {
            out.push(0);
            out.extend_from_slice(row);
            return;
        }
        self.best.resize(row.len(), 0);
        self.trial.resize(row.len(), 0);
        let mut filter = first;
        let mut least = apply(first, distance, previous, row, &mut self.best);
        for next in allowed {
            let sum = apply(next, distance, previous, row, &mut self.trial);
            if sum < least {
                (least, filter) = (sum, next);
                std::mem::swap(&mut self.best, &mut self.trial);
            }
        }
        out.push(filter);
        out.extend_from_slice(&self.best);
    }
}

/// Filters a row into `out`; returns the sum of absolute values.
fn apply(filter: u8, distance: usize, previous: &[u8], row: &[u8], out: &mut [u8]) -> u64 {
    dispatch!(crate::level(), simd => apply_at(simd, filter, distance, previous, row, out))
}

#[inline(always)]
fn apply_at<S: Simd>(
    _: S,
    filter: u8,
    distance: usize,
    previous: &[u8],
    row: &[u8],
    out: &mut [u8],
) -> u64 {
    let n = row.len();
    let (previous, out) = (&previous[..n], &mut out[..n]);
    let head = distance.min(n);
    // left of the first pixel all is zero
    for i in 0..head {
        let predicted = match filter {
            2 | 4 => previous[i],
            3 => previous[i] >> 1,
            _ => 0,
        };
        out[i] = row[i].wrapping_sub(predicted);
    }
    let (left, corner) = (&row[..n - head], &previous[..n - head]);
    let (here, above) = (&row[head..], &previous[head..]);
    let rest = &mut out[head..];
    match filter {
        1 => {
            for ((out, here), left) in rest.iter_mut().zip(here).zip(left) {
                *out = here.wrapping_sub(*left);
            }
        }
        2 => {
            for ((out, here), above) in rest.iter_mut().zip(here).zip(above) {
                *out = here.wrapping_sub(*above);
            }
        }
        3 => {
            for (((out, here), &left), &above) in rest.iter_mut().zip(here).zip(left).zip(above) {
                *out = here.wrapping_sub(Average.predict(left, above, 0));
            }
        }
        4 => {
            let samples = rest.iter_mut().zip(here).zip(left).zip(above).zip(corner);
            for ((((out, here), &left), &above), &corner) in samples {
                *out = here.wrapping_sub(paeth(left, above, corner));
            }
        }
        _ => rest.copy_from_slice(here),
    }
    magnitude(out)
}

/// The sum of the absolute values of signed bytes.
#[inline(always)]
fn magnitude(row: &[u8]) -> u64 {
    // sums of 256 values below 129 fit 16 bits: twice as many lanes
    let mut all = 0_u64;
    for part in row.chunks(4096) {
        let mut sums = [0_u16; 32];
        let (blocks, rest) = part.as_chunks::<32>();
        for block in blocks {
            for (sum, &value) in sums.iter_mut().zip(block) {
                *sum += u16::from((value as i8).unsigned_abs());
            }
        }
        all += sums.iter().map(|&sum| u64::from(sum)).sum::<u64>();
        all += rest.iter().map(|&value| u64::from((value as i8).unsigned_abs())).sum::<u64>();
    }
    all
}

/// Adler-32 (RFC 1950 §8.2) of bytes, which can be joined.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Adler {
    a: u32,
    b: u32,
}

impl Default for Adler {
    fn default() -> Self {
        Self { a: 1, b: 0 }
    }
}

const ADLER: u32 = 65_521;

impl Adler {
    /// The checksum of `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        dispatch!(crate::level(), simd => adler_at(simd, bytes))
    }

    /// The checksum of these bytes followed by `length` bytes of the checksum `other`.
    pub fn join(self, other: Self, length: u64) -> Self {
        let n = (length % u64::from(ADLER)) as u32;
        let before = u64::from(self.a + ADLER - 1) * u64::from(n) % u64::from(ADLER);
        Self {
            a: (self.a + other.a + ADLER - 1) % ADLER,
            b: ((u64::from(self.b) + u64::from(other.b) + before) % u64::from(ADLER)) as u32,
        }
    }

    /// As a number.
    pub fn value(self) -> u32 {
        self.b << 16 | self.a
    }
}

#[inline(always)]
fn adler_at<S: Simd>(_: S, bytes: &[u8]) -> Adler {
    const LANES: usize = 32;
    let Adler { mut a, mut b } = Adler::default();
    // so many that no sum passes 32 bits
    for part in bytes.chunks(LANES * 128) {
        let (blocks, rest) = part.as_chunks::<LANES>();
        // for each lane the sum of values, and of sums before each block
        let (mut sums, mut before) = ([0_u32; LANES], [0_u32; LANES]);
        for block in blocks {
            for i in 0..LANES {
                before[i] += sums[i];
                sums[i] += u32::from(block[i]);
            }
        }
        let count = (blocks.len() * LANES) as u32;
        b += count * a;
        for i in 0..LANES {
            a += sums[i];
            b += LANES as u32 * before[i] % ADLER + (LANES - i) as u32 * sums[i] % ADLER;
        }
        b %= ADLER;
        for &value in rest {
            a += u32::from(value);
            b += a;
        }
        a %= ADLER;
        b %= ADLER;
    }
    Adler { a, b }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(length: usize, seed: u32) -> Vec<u8> {
        let mut state = seed;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        };
        (0..length).map(|_| next()).collect()
    }

    #[test]
    fn filters_are_undone() {
        for distance in [1, 2, 3, 4, 6, 8] {
            for length in [1, 2, 7, 8, 24, 1000, 5001] {
                let (previous, row) = (noise(length, 1), noise(length, 2));
                for only in 0..=5 {
                    let one = |i| only == i || only == 5;
                    let filters = Filters {
                        none: one(0),
                        sub: one(1),
                        up: one(2),
                        average: one(3),
                        paeth: one(4),
                    };
                    let mut out = Vec::new();
                    Filterer::default().row(filters, distance, &previous, &row, &mut out);
                    let mut back = out[1..].to_vec();
                    assert!(unfilter(out[0], distance, &previous, &mut back));
                    assert_eq!(back, row, "{only} {distance} {length}");
                    assert!(only == 5 || out[0] == only);
                }
            }
        }
    }

    #[test]
    fn sums_are_the_same_at_all_levels() {
        for distance in 1..=9 {
            for length in [0, 1, 5, 15, 16, 17, 31, 32, 33, 64, 768, 1001] {
                let row = noise(length, 5);
                let mut expected = row.clone();
                plain_sums(distance, distance, &mut expected);
                for level in crate::levels() {
                    let mut out = row.clone();
                    dispatch!(level, simd => sums_at(simd, distance, &mut out));
                    assert_eq!(out, expected, "{distance} {length} {level:?}");
                }
            }
        }
    }

    #[test]
    fn the_least_sum_wins() {
        let row: Vec<u8> = (0..300_u32).map(|i| (i * 3) as u8).collect();
        let filters = Filters { none: true, sub: true, up: true, average: true, paeth: true };
        let mut out = Vec::new();
        Filterer::default().row(filters, 1, &vec![0; 300], &row, &mut out);
        assert_eq!(out[0], 1);
        assert_eq!(magnitude(&[1, 255, 128, 127]), 1 + 1 + 128 + 127);
    }

    #[test]
    fn an_unknown_filter_is_refused() {
        assert!(!unfilter(5, 3, &[0; 9], &mut [0; 9]));
    }

    #[test]
    fn checksums_join() {
        let simple = |bytes: &[u8]| {
            let (mut a, mut b) = (1_u32, 0_u32);
            for &byte in bytes {
                a = (a + u32::from(byte)) % ADLER;
                b = (b + a) % ADLER;
            }
            b << 16 | a
        };
        assert_eq!(Adler::of(b"Wikipedia").value(), 0x11E6_0398);
        for length in [0, 1, 31, 32, 33, 4095, 4096, 4097, 100_000] {
            let bytes = noise(length, 7);
            assert_eq!(Adler::of(&bytes).value(), simple(&bytes), "{length}");
            let (first, second) = bytes.split_at(length / 3);
            let joined = Adler::of(first).join(Adler::of(second), second.len() as u64);
            assert_eq!(joined.value(), simple(&bytes), "{length}");
        }
        let white = vec![255; 300_000];
        assert_eq!(Adler::of(&white).value(), simple(&white));
    }
}
