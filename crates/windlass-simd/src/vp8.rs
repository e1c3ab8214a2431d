//! Transforms and edge filters of VP8 key frames (RFC 6386 §14 and §15).
//!
//! Plain loops over sixteen lanes of 16 bits, to be called inside [`crate::resample::wide`], which
//! compiles them for each set of instructions. Integers only; sums wrap at 16 bits, as the
//! specification stores them.

#![expect(clippy::inline_always, reason = "compiled once for each level of instructions")]

/// Samples along an edge that are filtered together.
pub const LANES: usize = 16;

/// A sample at each place along an edge.
pub type Lane = [u8; LANES];

/// What an edge must be like to be filtered (§15.4).
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "the three limits of the specification")]
pub struct Limits {
    /// Differences of neighbours from which on variance is high
    pub variance: i16,
    /// The largest difference of neighbours on either side
    pub interior: i16,
    /// The largest difference across the edge
    pub edge: i16,
}

/// Filters an edge between macroblocks: four samples before it and four behind, from far to near to far.
#[inline(always)]
pub fn macroblock_edge(samples: &mut [Lane; 8], limits: Limits) {
    let mut out = [[0; LANES]; 6];
    for lane in 0..LANES {
        let [p3, p2, p1, p0, q0, q1, q2, q3] = eight(samples, lane);
        let smooth = is_smooth([p3, p2, p1, p0, q0, q1, q2, q3], limits);
        let varied = is_varied([p1, p0, q0, q1], limits);
        let step =
            clamp(clamp(p1.wrapping_sub(q1)).wrapping_add(q0.wrapping_sub(p0).wrapping_mul(3)));
        let step = if smooth { step } else { 0 };
        let (wide, narrow) = (if varied { 0 } else { step }, if varied { step } else { 0 });
        let (down, up) = rounded(narrow);
        let (a, b, c) = (part(wide, 27), part(wide, 18), part(wide, 9));
        out[0][lane] = shifted(p2, c);
        out[1][lane] = shifted(p1, b);
        out[2][lane] = shifted(p0, a.wrapping_add(up));
        out[3][lane] = shifted(q0, a.wrapping_add(down).wrapping_neg());
        out[4][lane] = shifted(q1, b.wrapping_neg());
        out[5][lane] = shifted(q2, c.wrapping_neg());
    }
    samples[1..7].copy_from_slice(&out);
}

/// Filters an edge inside a macroblock; samples as for [`macroblock_edge`].
#[inline(always)]
pub fn block_edge(samples: &mut [Lane; 8], limits: Limits) {
    let mut out = [[0; LANES]; 4];
    for lane in 0..LANES {
        let [p3, p2, p1, p0, q0, q1, q2, q3] = eight(samples, lane);
        let smooth = is_smooth([p3, p2, p1, p0, q0, q1, q2, q3], limits);
        let varied = is_varied([p1, p0, q0, q1], limits);
        let outer = if varied { clamp(p1.wrapping_sub(q1)) } else { 0 };
        let step = clamp(outer.wrapping_add(q0.wrapping_sub(p0).wrapping_mul(3)));
        let (down, up) = rounded(if smooth { step } else { 0 });
        // a step of 0 leaves a half of 0
        let half = if varied { 0 } else { down.wrapping_add(1) >> 1 };
        out[0][lane] = shifted(p1, half);
        out[1][lane] = shifted(p0, up);
        out[2][lane] = shifted(q0, down.wrapping_neg());
        out[3][lane] = shifted(q1, half.wrapping_neg());
    }
    samples[2..6].copy_from_slice(&out);
}

/// Filters any edge as the simple filter does: two samples before it and two behind.
#[inline(always)]
pub fn simple_edge(samples: &mut [Lane; 4], edge: i16) {
    let mut out = [[0; LANES]; 2];
    for lane in 0..LANES {
        let at = |row: usize| i16::from(samples[row][lane]);
        let [p1, p0, q0, q1] = [at(0), at(1), at(2), at(3)];
        let smooth = across([p1, p0, q0, q1]) <= edge;
        let step =
            clamp(clamp(p1.wrapping_sub(q1)).wrapping_add(q0.wrapping_sub(p0).wrapping_mul(3)));
        let (down, up) = rounded(if smooth { step } else { 0 });
        out[0][lane] = shifted(p0, up);
        out[1][lane] = shifted(q0, down.wrapping_neg());
    }
    samples[1..3].copy_from_slice(&out);
}

#[inline(always)]
fn eight(samples: &[Lane; 8], lane: usize) -> [i16; 8] {
    let [a, b, c, d, e, f, g, h] = samples;
    [
        i16::from(a[lane]),
        i16::from(b[lane]),
        i16::from(c[lane]),
        i16::from(d[lane]),
        i16::from(e[lane]),
        i16::from(f[lane]),
        i16::from(g[lane]),
        i16::from(h[lane]),
    ]
}

/// How far the sides of an edge are from each other.
#[inline(always)]
fn across([p1, p0, q0, q1]: [i16; 4]) -> i16 {
    let (near, far) = (apart(p0, q0), apart(p1, q1));
    near.wrapping_mul(2).wrapping_add(far >> 1)
}

#[inline(always)]
fn is_smooth([p3, p2, p1, p0, q0, q1, q2, q3]: [i16; 8], limits: Limits) -> bool {
    let before = apart(p3, p2).max(apart(p2, p1)).max(apart(p1, p0));
    let behind = apart(q3, q2).max(apart(q2, q1)).max(apart(q1, q0));
    (before.max(behind) <= limits.interior) & (across([p1, p0, q0, q1]) <= limits.edge)
}

#[inline(always)]
fn is_varied([p1, p0, q0, q1]: [i16; 4], limits: Limits) -> bool {
    apart(p1, p0).max(apart(q1, q0)) > limits.variance
}

#[inline(always)]
fn apart(a: i16, b: i16) -> i16 {
    a.wrapping_sub(b).wrapping_abs()
}

/// An eighth of a step, to take from the sample behind the edge and to add to the one before it.
#[inline(always)]
fn rounded(step: i16) -> (i16, i16) {
    (clamp(step.wrapping_add(4)) >> 3, clamp(step.wrapping_add(3)) >> 3)
}

/// A part of 128 of a step.
#[inline(always)]
fn part(step: i16, weight: i16) -> i16 {
    clamp(step.wrapping_mul(weight).wrapping_add(63) >> 7)
}

#[inline(always)]
fn clamp(value: i16) -> i16 {
    value.clamp(-128, 127)
}

#[inline(always)]
fn shifted(sample: i16, by: i16) -> u8 {
    sample.wrapping_add(by).clamp(0, 255) as u8
}

/// Eight columns of sixteen rows as rows.
#[inline(always)]
pub fn transpose(rows: &[[u8; 8]; LANES]) -> [Lane; 8] {
    let mut flat = [0; 128];
    flat.copy_from_slice(rows.as_flattened());
    let flat = shuffle(&shuffle(&shuffle(&shuffle(&flat))));
    let mut out = [[0; LANES]; 8];
    out.as_flattened_mut().copy_from_slice(&flat);
    out
}

/// The opposite of [`transpose`].
#[inline(always)]
pub fn transpose_back(columns: &[Lane; 8]) -> [[u8; 8]; LANES] {
    let mut flat = [0; 128];
    flat.copy_from_slice(columns.as_flattened());
    let flat = shuffle(&shuffle(&shuffle(&flat)));
    let mut out = [[0; 8]; LANES];
    out.as_flattened_mut().copy_from_slice(&flat);
    out
}

/// A perfect shuffle, which turns the bits of a place by one.
#[inline(always)]
fn shuffle(input: &[u8; 128]) -> [u8; 128] {
    let mut out = [0; 128];
    let (low, high) = input.split_at(64);
    for (out, (low, high)) in out.as_chunks_mut::<2>().0.iter_mut().zip(low.iter().zip(high)) {
        *out = [*low, *high];
    }
    out
}

/// The first coefficients of sixteen blocks, from a block of their own (§14.3).
#[inline(always)]
pub fn means(block: &[i16; 16]) -> [i16; 16] {
    let out = turned(sums(turned(sums(quarters(block)))));
    let mut flat = [0i16; 16];
    flat.copy_from_slice(out.as_flattened());
    for value in &mut flat {
        *value = value.wrapping_add(3) >> 3;
    }
    flat
}

/// Sums and differences of four rows.
#[inline(always)]
fn sums(x: [[i16; 4]; 4]) -> [[i16; 4]; 4] {
    let mut out = [[0i16; 4]; 4];
    for i in 0..4 {
        let (a, b) = (x[0][i].wrapping_add(x[3][i]), x[1][i].wrapping_add(x[2][i]));
        let (c, d) = (x[1][i].wrapping_sub(x[2][i]), x[0][i].wrapping_sub(x[3][i]));
        out[0][i] = a.wrapping_add(b);
        out[1][i] = c.wrapping_add(d);
        out[2][i] = a.wrapping_sub(b);
        out[3][i] = d.wrapping_sub(c);
    }
    out
}

#[inline(always)]
fn quarters(block: &[i16; 16]) -> [[i16; 4]; 4] {
    let mut rows = [[0; 4]; 4];
    rows.as_flattened_mut().copy_from_slice(block);
    rows
}

#[inline(always)]
fn turned(x: [[i16; 4]; 4]) -> [[i16; 4]; 4] {
    let [a, b, c, d] = x;
    [
        [a[0], b[0], c[0], d[0]],
        [a[1], b[1], c[1], d[1]],
        [a[2], b[2], c[2], d[2]],
        [a[3], b[3], c[3], d[3]],
    ]
}

/// Adds the inverse transform of a block (§14.4) to 4 by 4 samples, which lie `STRIDE` apart.
#[inline(always)]
pub fn add_block<const STRIDE: usize>(block: &[i16; 16], out: &mut [u8]) {
    let residue = turned(inverse(turned(inverse(quarters(block), 0)), 4));
    for (row, residue) in out.chunks_mut(STRIDE).zip(&residue) {
        if let Some(row) = row.first_chunk_mut::<4>() {
            for (sample, residue) in row.iter_mut().zip(residue) {
                *sample = shifted(i16::from(*sample), *residue >> 3);
            }
        }
    }
}

/// As [`add_block`], where all coefficients but the first are 0.
#[inline(always)]
pub fn add_flat<const STRIDE: usize>(first: i16, out: &mut [u8]) {
    let residue = first.wrapping_add(4) >> 3;
    for row in out.chunks_mut(STRIDE).take(4) {
        if let Some(row) = row.first_chunk_mut::<4>() {
            row.iter_mut().for_each(|sample| *sample = shifted(i16::from(*sample), residue));
        }
    }
}

/// One direction of the inverse transform, of four at once.
#[inline(always)]
fn inverse(x: [[i16; 4]; 4], rounding: i16) -> [[i16; 4]; 4] {
    let mut out = [[0i16; 4]; 4];
    for i in 0..4 {
        let [x0, x1, x2, x3] = [x[0][i].wrapping_add(rounding), x[1][i], x[2][i], x[3][i]];
        let (a, b) = (x0.wrapping_add(x2), x0.wrapping_sub(x2));
        let c = sine(x1).wrapping_sub(cosine(x3));
        let d = cosine(x1).wrapping_add(sine(x3));
        out[0][i] = a.wrapping_add(d);
        out[1][i] = b.wrapping_add(c);
        out[2][i] = b.wrapping_sub(c);
        out[3][i] = a.wrapping_sub(d);
    }
    out
}

/// The product with √2 cos π/8: 1 and 20,091 parts of 65,536.
#[inline(always)]
fn cosine(x: i16) -> i16 {
    x.wrapping_add((i32::from(x).wrapping_mul(20_091) >> 16) as i16)
}

/// The product with √2 sin π/8: 35,468 parts of 65,536.
#[inline(always)]
fn sine(x: i16) -> i16 {
    // the factor is too large for 16 bits: 1 less 30,068 parts
    x.wrapping_add((i32::from(x).wrapping_mul(-30_068) >> 16) as i16)
}

/// A row of pixels of three or four bands, from luma and the nearest and the next row of each chroma of half
/// the width, by way of `blue` and `red`, which are as long as `luma`; an alpha is left as it is.
pub fn halves_to_rgb(
    luma: &[u8],
    chroma: [(&[u8], &[u8]); 2],
    [blue, red]: [&mut [u8]; 2],
    bands: usize,
    out: &mut [u8],
) {
    crate::resample::wide(
        #[inline(always)]
        || {
            upsample(chroma[0].0, chroma[0].1, blue);
            upsample(chroma[1].0, chroma[1].1, red);
            rgb(luma, blue, red, bands, out);
        },
    );
}

/// As [`halves_to_rgb`], where chroma has all of the width.
pub fn to_rgb(luma: &[u8], [blue, red]: [&[u8]; 2], bands: usize, out: &mut [u8]) {
    crate::resample::wide(
        #[inline(always)]
        || rgb(luma, blue, red, bands, out),
    );
}

/// A row of chroma of all the width, from the nearest row of half the width and the next one: each sample
/// is three parts the nearest and one part the next, in both directions. Nothing where a row is empty.
#[inline(always)]
fn upsample(near: &[u8], far: &[u8], out: &mut [u8]) {
    let (Some(first), Some(end)) = (out.first_mut(), near.len().checked_sub(1)) else { return };
    *first = (below(near[0], far[0]).wrapping_add(2) >> 2) as u8;
    if let (Some(last), true) = (out.get_mut(2 * end + 1), end < far.len()) {
        *last = (below(near[end], far[end]).wrapping_add(2) >> 2) as u8;
    }
    let inner = out.get_mut(1..=2 * end).unwrap_or_default();
    let lefts = near.iter().zip(far);
    let rights = near.iter().skip(1).zip(far.iter().skip(1));
    for (out, (left, right)) in inner.as_chunks_mut::<2>().0.iter_mut().zip(lefts.zip(rights)) {
        let (left, right) = (below(*left.0, *left.1), below(*right.0, *right.1));
        let (sum, eight) = (left.wrapping_add(right), 8);
        out[0] = (sum.wrapping_add(left.wrapping_mul(2)).wrapping_add(eight) >> 4) as u8;
        out[1] = (sum.wrapping_add(right.wrapping_mul(2)).wrapping_add(eight) >> 4) as u8;
    }
}

/// Three parts of a sample and one of the next row's, in quarters.
#[inline(always)]
fn below(near: u8, far: u8) -> u16 {
    u16::from(near).wrapping_mul(3).wrapping_add(u16::from(far))
}

/// Pixels of three or four bands from rows of luma, blue and red chroma; an alpha is left as it is.
///
/// ITU-R BT.601 with luma of 16 to 235, in the integers of libwebp: factors of 14 bits, products cut to 6.
#[inline(always)]
fn rgb(luma: &[u8], blue: &[u8], red: &[u8], bands: usize, out: &mut [u8]) {
    let parts = luma.chunks(PART).zip(blue.chunks(PART).zip(red.chunks(PART)));
    for ((luma, (blue, red)), out) in parts.zip(out.chunks_mut(PART * bands)) {
        let mut rgb = [[0u8; PART]; 3];
        let [r, g, b] = &mut rgb;
        let samples = luma.iter().zip(blue.iter().zip(red));
        for (((&y, (&u, &v)), r), (g, b)) in samples.zip(r).zip(g.iter_mut().zip(b)) {
            let y = scaled(y, 19_077);
            *r = level(y.wrapping_add(scaled(v, 26_149)).wrapping_sub(14_234));
            let green = scaled(u, 6_419).wrapping_add(scaled(v, 13_320));
            *g = level(y.wrapping_sub(green).wrapping_add(8_708));
            *b = level(y.wrapping_add(scaled(u, 33_050)).wrapping_sub(17_685));
        }
        let [r, g, b] = &rgb;
        for (out, (r, (g, b))) in out.chunks_exact_mut(bands).zip(r.iter().zip(g.iter().zip(b))) {
            (out[0], out[1], out[2]) = (*r, *g, *b);
        }
    }
}

/// Pixels that are converted together.
const PART: usize = 64;

#[inline(always)]
fn scaled(value: u8, weight: i32) -> i32 {
    i32::from(value).wrapping_mul(weight) >> 8
}

#[inline(always)]
fn level(value: i32) -> u8 {
    (value >> 6).clamp(0, 255) as u8
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::levels;
    use fearless_simd::{Level, Simd, dispatch};

    /// The functions of §15.2 and §15.3, one segment at a time.
    mod plain {
        use super::Limits;

        fn c(value: i32) -> i32 {
            value.clamp(-128, 127)
        }

        fn u2s(value: u8) -> i32 {
            i32::from(value) - 128
        }

        fn s2u(value: i32) -> u8 {
            (c(value) + 128) as u8
        }

        /// Both samples at the edge, and the adjustment.
        fn adjust(outer: bool, x: &mut [u8]) -> i32 {
            let [p1, p0, q0, q1] = [u2s(x[0]), u2s(x[1]), u2s(x[2]), u2s(x[3])];
            let a = c(if outer { c(p1 - q1) } else { 0 } + 3 * (q0 - p0));
            let b = c(a + 3) >> 3;
            let a = c(a + 4) >> 3;
            x[2] = s2u(q0 - a);
            x[1] = s2u(p0 + b);
            a
        }

        fn apart(a: u8, b: u8) -> i32 {
            i32::from(a.abs_diff(b))
        }

        pub(super) fn simple(x: &mut [u8], edge: i16) {
            if apart(x[1], x[2]) * 2 + apart(x[0], x[3]) / 2 <= i32::from(edge) {
                adjust(true, x);
            }
        }

        fn filters(x: &[u8], limits: Limits) -> bool {
            let interior = [(0, 1), (1, 2), (2, 3), (4, 5), (5, 6), (6, 7)];
            apart(x[3], x[4]) * 2 + apart(x[2], x[5]) / 2 <= i32::from(limits.edge)
                && interior.iter().all(|&(a, b)| apart(x[a], x[b]) <= i32::from(limits.interior))
        }

        fn varied(x: &[u8], limits: Limits) -> bool {
            let limit = i32::from(limits.variance);
            apart(x[2], x[3]) > limit || apart(x[5], x[4]) > limit
        }

        pub(super) fn block(x: &mut [u8], limits: Limits) {
            if filters(x, limits) {
                let varied = varied(x, limits);
                let (p1, q1) = (u2s(x[2]), u2s(x[5]));
                let a = (adjust(varied, &mut x[2..6]) + 1) >> 1;
                if !varied {
                    x[5] = s2u(q1 - a);
                    x[2] = s2u(p1 + a);
                }
            }
        }

        pub(super) fn macroblock(x: &mut [u8], limits: Limits) {
            if !filters(x, limits) {
                return;
            }
            if varied(x, limits) {
                adjust(true, &mut x[2..6]);
                return;
            }
            let [p2, p1, p0] = [u2s(x[1]), u2s(x[2]), u2s(x[3])];
            let [q0, q1, q2] = [u2s(x[4]), u2s(x[5]), u2s(x[6])];
            let w = c(c(p1 - q1) + 3 * (q0 - p0));
            let a = c((27 * w + 63) >> 7);
            (x[4], x[3]) = (s2u(q0 - a), s2u(p0 + a));
            let a = c((18 * w + 63) >> 7);
            (x[5], x[2]) = (s2u(q1 - a), s2u(p1 + a));
            let a = c((9 * w + 63) >> 7);
            (x[6], x[1]) = (s2u(q2 - a), s2u(p2 + a));
        }

        /// §14.4 in wide integers.
        pub(super) fn residue(input: &[i16; 16]) -> [i32; 16] {
            let mut x = input.map(i32::from);
            let pass = |x: &mut [i32; 16], step: usize, next: usize, last: bool| {
                for i in 0..4 {
                    let at = |k: usize| i * next + k * step;
                    let ip = [x[at(0)], x[at(1)], x[at(2)], x[at(3)]];
                    let (a1, b1) = (ip[0] + ip[2], ip[0] - ip[2]);
                    let c1 = ((ip[1] * 35_468) >> 16) - (ip[3] + ((ip[3] * 20_091) >> 16));
                    let d1 = (ip[1] + ((ip[1] * 20_091) >> 16)) + ((ip[3] * 35_468) >> 16);
                    let out = [a1 + d1, b1 + c1, b1 - c1, a1 - d1];
                    for (k, out) in out.into_iter().enumerate() {
                        x[at(k)] = if last { (out + 4) >> 3 } else { out };
                    }
                }
            };
            pass(&mut x, 4, 1, false);
            pass(&mut x, 1, 4, true);
            x
        }
    }

    struct Random(u64);

    impl Random {
        fn below(&mut self, limit: u64) -> u64 {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (self.0 >> 33) % limit
        }

        /// Samples on both sides of an edge that are often alike.
        fn samples<const N: usize>(&mut self) -> [Lane; N] {
            let mut rows = [[0; LANES]; N];
            for lane in 0..LANES {
                let (base, spread) = (self.below(256), [1, 4, 20, 256][self.below(4) as usize]);
                for row in &mut rows {
                    row[lane] = (base + self.below(spread)).min(255) as u8;
                }
            }
            rows
        }

        fn limits(&mut self) -> Limits {
            let [variance, interior, edge] = [3, 64, 193].map(|most| self.below(most) as i16);
            Limits { variance, interior, edge }
        }
    }

    fn at<R>(level: Level, work: impl FnOnce() -> R) -> R {
        dispatch!(level, simd => simd.vectorize(work))
    }

    fn compare<const N: usize>(
        name: &str,
        samples: [Lane; N],
        wide: impl Fn(&mut [Lane; N]),
        plain: impl Fn(&mut [u8]),
    ) {
        let mut expected = samples;
        for lane in 0..LANES {
            let mut segment = samples.map(|row| row[lane]);
            plain(&mut segment);
            expected.iter_mut().zip(segment).for_each(|(row, sample)| row[lane] = sample);
        }
        for level in levels() {
            let mut found = samples;
            at(level, || wide(&mut found));
            assert_eq!(found, expected, "{name} at {level:?}");
        }
    }

    #[test]
    fn filters_are_those_of_the_specification() {
        let mut random = Random(1);
        for _ in 0..2000 {
            let (samples, limits) = (random.samples::<8>(), random.limits());
            let wide = |x: &mut [Lane; 8]| macroblock_edge(x, limits);
            compare("macroblock", samples, wide, |x| plain::macroblock(x, limits));
            let wide = |x: &mut [Lane; 8]| block_edge(x, limits);
            compare("block", samples, wide, |x| plain::block(x, limits));
            let samples = random.samples::<4>();
            let wide = |x: &mut [Lane; 4]| simple_edge(x, limits.edge);
            compare("simple", samples, wide, |x| plain::simple(x, limits.edge));
        }
    }

    #[test]
    fn transforms_are_those_of_the_specification() {
        let mut random = Random(2);
        for round in 0..2000 {
            let few = random.below(16) + 1;
            let block: [i16; 16] = std::array::from_fn(|_| {
                if random.below(few) == 0 { random.below(4001) as i16 - 2000 } else { 0 }
            });
            let before: [u8; 32] = std::array::from_fn(|_| random.below(256) as u8);
            let residue = plain::residue(&block);
            for level in levels() {
                let mut found = before;
                at(level, || add_block::<8>(&block, &mut found));
                for (place, sample) in found.into_iter().enumerate() {
                    let (y, x) = (place / 8, place % 8);
                    let add = if x < 4 { residue[4 * y + x] } else { 0 };
                    let expected = (i32::from(before[place]) + add).clamp(0, 255);
                    assert_eq!(i32::from(sample), expected, "round {round} at {level:?}");
                }
                let mut first = [0; 16];
                first[0] = block[0];
                let (mut flat, mut whole) = (before, before);
                at(level, || add_flat::<8>(block[0], &mut flat));
                at(level, || add_block::<8>(&first, &mut whole));
                assert_eq!(flat, whole);
            }
        }
    }

    #[test]
    fn means_are_those_of_the_specification() {
        let mut random = Random(3);
        for _ in 0..500 {
            let block: [i16; 16] = std::array::from_fn(|_| random.below(2001) as i16 - 1000);
            // a product of Hadamard matrices whose rows are in the order of §14.3
            let signs = [[1, 1, 1, 1], [1, 1, -1, -1], [1, -1, -1, 1], [1, -1, 1, -1]];
            let expected: [i16; 16] = std::array::from_fn(|place| {
                let (y, x) = (place / 4, place % 4);
                let sum: i32 =
                    (0..16).map(|k| i32::from(block[k]) * signs[k / 4][y] * signs[k % 4][x]).sum();
                ((sum + 3) >> 3) as i16
            });
            for level in levels() {
                assert_eq!(at(level, || means(&block)), expected, "at {level:?}");
            }
        }
    }

    #[test]
    fn columns_become_rows() {
        let rows: [[u8; 8]; LANES] =
            std::array::from_fn(|y| std::array::from_fn(|x| (8 * y + x) as u8));
        for level in levels() {
            let columns = at(level, || transpose(&rows));
            for (x, column) in columns.iter().enumerate() {
                assert_eq!(*column, rows.map(|row| row[x]));
            }
            assert_eq!(at(level, || transpose_back(&columns)), rows);
        }
    }

    /// The formulas, one sample at a time.
    fn plain_row(luma: &[u8], chroma: [(&[u8], &[u8]); 2], bands: usize) -> Vec<u8> {
        let clip = |value: i32| (value >> 6).clamp(0, 255) as u8;
        let wide = |(near, far): (&[u8], &[u8]), x: usize| -> i32 {
            let at = |x: usize| 3 * i32::from(near[x]) + i32::from(far[x]);
            let (own, other) =
                (x / 2, if x.is_multiple_of(2) { x.wrapping_sub(2) / 2 } else { x / 2 + 1 });
            if x > 0 && other < near.len() {
                (3 * at(own) + at(other) + 8) >> 4
            } else {
                (at(own) + 2) >> 2
            }
        };
        let mut out = vec![7; luma.len() * bands];
        for (x, pixel) in out.chunks_exact_mut(bands).enumerate() {
            let (y, u, v) = (i32::from(luma[x]), wide(chroma[0], x), wide(chroma[1], x));
            let y = (y * 19_077) >> 8;
            pixel[0] = clip(y + ((v * 26_149) >> 8) - 14_234);
            pixel[1] = clip(y - ((u * 6_419) >> 8) - ((v * 13_320) >> 8) + 8_708);
            pixel[2] = clip(y + ((u * 33_050) >> 8) - 17_685);
        }
        out
    }

    #[test]
    fn rows_become_pixels() {
        let mut random = Random(4);
        for width in (1..200).chain([1000, 1001]) {
            let mut row = |length: usize| -> Vec<u8> {
                (0..length).map(|_| random.below(256) as u8).collect()
            };
            let luma = row(width);
            let [a, b, c, d] = [0; 4].map(|_: i32| row(width.div_ceil(2)));
            for bands in [3, 4] {
                let expected = plain_row(&luma, [(&a, &b), (&c, &d)], bands);
                for level in levels() {
                    let mut out = vec![7; width * bands];
                    let (mut blue, mut red) = (vec![0; width], vec![0; width]);
                    at(level, || {
                        upsample(&a, &b, &mut blue);
                        upsample(&c, &d, &mut red);
                        rgb(&luma, &blue, &red, bands, &mut out);
                    });
                    assert_eq!(out, expected, "{width} at {level:?}");
                }
            }
        }
    }
}
