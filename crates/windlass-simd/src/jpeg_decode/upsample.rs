//! Doubling of subsampled components by the triangle filter.
//!
//! Each new sample lies at a quarter of the way between two old ones and takes 3/4 of the nearer and
//! 1/4 of the farther. The roundings alternate so that no shade drifts: they are those of the
//! "fancy upsampling" that decoders of JPEG agree on.

use fearless_simd::Level;

/// Doubles a row: `out` gets `2 * input.len()` samples.
///
/// # Panics
///
/// If `out` is shorter than that, or `input` is empty.
pub fn wide(level: Level, input: &[u8], out: &mut [u8]) {
    fearless_simd::dispatch!(level, _simd => wide_scalar(input, out));
}

/// The scalar twin of [`wide`].
#[expect(clippy::inline_always, reason = "compiled once for each level of instructions")]
#[inline(always)]
pub fn wide_scalar(input: &[u8], out: &mut [u8]) {
    let last = input.len() - 1;
    let out = &mut out[..2 * input.len()];
    out[0] = input[0];
    out[2 * last + 1] = input[last];
    for (out, pair) in out[1..].chunks_exact_mut(2).zip(input.windows(2)) {
        let [left, right] = [u16::from(pair[0]), u16::from(pair[1])];
        out[0] = ((3 * left + right + 2) >> 2) as u8;
        out[1] = ((3 * right + left + 1) >> 2) as u8;
    }
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

/// Doubles both ways: the row beside `near` on the side of `far`, `2 * near.len()` samples wide.
/// `sums` is scratch memory.
///
/// # Panics
///
/// If `out` is shorter than that, or `near` is empty.
pub fn both(level: Level, near: &[u8], far: &[u8], sums: &mut Vec<u16>, out: &mut [u8]) {
    fearless_simd::dispatch!(level, _simd => both_scalar(near, far, sums, out));
}

/// The scalar twin of [`both`].
#[expect(clippy::inline_always, reason = "compiled once for each level of instructions")]
#[inline(always)]
pub fn both_scalar(near: &[u8], far: &[u8], sums: &mut Vec<u16>, out: &mut [u8]) {
    sums.clear();
    sums.extend(near.iter().zip(far).map(|(&near, &far)| 3 * u16::from(near) + u16::from(far)));
    let last = sums.len() - 1;
    let out = &mut out[..2 * sums.len()];
    out[0] = ((4 * sums[0] + 8) >> 4) as u8;
    out[2 * last + 1] = ((4 * sums[last] + 7) >> 4) as u8;
    for (out, pair) in out[1..].chunks_exact_mut(2).zip(sums.windows(2)) {
        out[0] = ((3 * pair[0] + pair[1] + 7) >> 4) as u8;
        out[1] = ((3 * pair[1] + pair[0] + 8) >> 4) as u8;
    }
}
