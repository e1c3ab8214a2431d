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
