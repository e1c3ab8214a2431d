//! Doubling of subsampled components by the triangle filter.
//!
//! Each new sample lies at a quarter of the way between two old ones and takes 3/4 of the nearer and
//! 1/4 of the farther. The roundings alternate so that no shade drifts: they are those of the
//! "fancy upsampling" that decoders of JPEG agree on. At an edge, where there is no farther sample, the
//! nearer one takes its place.

use fearless_simd::Level;

/// Doubles a row: `out` gets `2 * input.len()` samples, or as many as it holds. `padded` is scratch memory.
pub fn wide(level: Level, input: &[u8], padded: &mut Vec<u16>, out: &mut [u8]) {
    fearless_simd::dispatch!(level, _simd => wide_scalar(input, padded, out));
}

/// The scalar twin of [`wide`].
#[expect(clippy::inline_always, reason = "compiled once for each level of instructions")]
#[inline(always)]
pub fn wide_scalar(input: &[u8], padded: &mut Vec<u16>, out: &mut [u8]) {
    padded.resize(input.len() + 2, 0);
    for (padded, &sample) in padded.iter_mut().skip(1).zip(input) {
        *padded = u16::from(sample);
    }
    spread::<2>(padded, [1, 2], out);
}

/// One of the two rows between `near` and `far`, the one beside `near`. `upper` tells that `far` lies
/// above, hence the row lies in the upper half of `near`.
pub fn tall(level: Level, near: &[u8], far: &[u8], upper: bool, out: &mut [u8]) {
    fearless_simd::dispatch!(level, _simd => tall_scalar(near, far, upper, out));
}

/// The scalar twin of [`tall`].
#[expect(clippy::inline_always, reason = "compiled once for each level of instructions")]
#[inline(always)]
pub fn tall_scalar(near: &[u8], far: &[u8], upper: bool, out: &mut [u8]) {
    let bias = if upper { 1 } else { 2 };
    for ((out, &near), &far) in out.iter_mut().zip(near).zip(far) {
        *out = ((3 * u16::from(near) + u16::from(far) + bias) >> 2) as u8;
    }
}

/// Doubles both ways: the row beside `near` on the side of `far`, `2 * near.len()` samples wide, or as
/// many as `out` holds. `sums` is scratch memory.
pub fn both(level: Level, near: &[u8], far: &[u8], sums: &mut Vec<u16>, out: &mut [u8]) {
    fearless_simd::dispatch!(level, _simd => both_scalar(near, far, sums, out));
}

/// The scalar twin of [`both`].
#[expect(clippy::inline_always, reason = "compiled once for each level of instructions")]
#[inline(always)]
pub fn both_scalar(near: &[u8], far: &[u8], sums: &mut Vec<u16>, out: &mut [u8]) {
    sums.resize(near.len() + 2, 0);
    for ((sum, &near), &far) in sums.iter_mut().skip(1).zip(near).zip(far) {
        *sum = 3 * u16::from(near) + u16::from(far);
    }
    spread::<4>(sums, [8, 7], out);
}

/// Doubles a row that has a sample to spare at either end, which is set to the sample beside it. The sums
/// are divided by `2^SHIFT` after the biases of the left and the right new sample are added.
#[expect(clippy::inline_always, reason = "compiled once for each level of instructions")]
#[inline(always)]
fn spread<const SHIFT: u32>(padded: &mut [u16], biases: [u16; 2], out: &mut [u8]) {
    let [first, next, ..] = padded else {
        return;
    };
    *first = *next;
    if let [.., previous, last] = padded {
        *last = *previous;
    }
    let (pairs, rest) = out.as_chunks_mut::<2>();
    let count = pairs.len().min(padded.len() - 2);
    let [left, middle, right] = [&padded[..count], &padded[1..=count], &padded[2..count + 2]];
    for (((out, &left), &middle), &right) in pairs.iter_mut().zip(left).zip(middle).zip(right) {
        // Sums of four samples do not get near 2^16; wrapping ones are what the compiler vectorises.
        let thrice = middle.wrapping_mul(3);
        let before = thrice.wrapping_add(left).wrapping_add(biases[0]) >> SHIFT;
        let after = thrice.wrapping_add(right).wrapping_add(biases[1]) >> SHIFT;
        *out = (before | (after << 8)).to_le_bytes();
    }
    if let ([out], [.., left, middle, _]) = (rest, &*padded)
        && count + 3 == padded.len()
    {
        *out = (middle.wrapping_mul(3).wrapping_add(*left).wrapping_add(biases[0]) >> SHIFT) as u8;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(length: usize) -> [Vec<u8>; 2] {
        [77, 131]
            .map(|factor: usize| (0..length).map(|x| (x * x * factor / 7 % 256) as u8).collect())
    }

    /// A sample of the row, the edges repeated.
    fn sample(row: &[u8], x: isize) -> u32 {
        u32::from(row[x.clamp(0, row.len() as isize - 1) as usize])
    }

    #[test]
    fn wide_weighs_three_to_one() {
        for length in 1..70 {
            let [row, _] = rows(length);
            for level in crate::levels() {
                let mut out = vec![0; 2 * length];
                wide(level, &row, &mut Vec::new(), &mut out);
                for (x, &out) in (0..).zip(&out) {
                    let (near, far) = (x / 2, if x % 2 == 0 { x / 2 - 1 } else { x / 2 + 1 });
                    let bias = if x % 2 == 0 { 1 } else { 2 };
                    let expected = (3 * sample(&row, near) + sample(&row, far) + bias) / 4;
                    assert_eq!(u32::from(out), expected);
                }
            }
        }
    }

    #[test]
    fn both_weighs_nine_to_three_to_one() {
        for length in 1..70 {
            let [near_row, far_row] = rows(length);
            let column = |x| 3 * sample(&near_row, x) + sample(&far_row, x);
            for level in crate::levels() {
                // An odd number of samples is wanted of the last one as well.
                for width in [2 * length, 2 * length - 1] {
                    let mut out = vec![0; width];
                    both(level, &near_row, &far_row, &mut Vec::new(), &mut out);
                    for (x, &out) in (0..).zip(&out) {
                        let (near, far) = (x / 2, if x % 2 == 0 { x / 2 - 1 } else { x / 2 + 1 });
                        let bias = if x % 2 == 0 { 8 } else { 7 };
                        assert_eq!(u32::from(out), (3 * column(near) + column(far) + bias) / 16);
                    }
                }
            }
        }
    }

    #[test]
    fn tall_rounds_by_the_side() {
        let mut out = [0; 2];
        tall(Level::new(), &[1, 10], &[0, 20], true, &mut out);
        assert_eq!(out, [1, 12]);
        tall(Level::new(), &[1, 10], &[0, 20], false, &mut out);
        assert_eq!(out, [1, 13]);
    }
}
