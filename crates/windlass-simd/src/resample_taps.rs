//! Weighted sums of rows of bytes in fixed point: vertical filters, and every convolution whose
//! taps are the same row, moved.

#![expect(clippy::inline_always, reason = "compiled once for each level of instructions")]

use crate::resample::pair;
use fearless_simd::{Level, prelude::*};

/// How a sum becomes a byte: `clip(((sum + rounding) >> shift) + offset)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "three numbers, for ever")]
pub struct Fixed {
    /// Added to the sum
    pub rounding: i32,
    /// Bits dropped then
    pub shift: u32,
    /// Added last
    pub offset: i32,
}

impl Fixed {
    /// Rounds to nearest at `shift` bits.
    pub const fn rounded(shift: u32) -> Self {
        Self { rounding: if shift == 0 { 0 } else { 1 << (shift - 1) }, shift, offset: 0 }
    }

    /// The byte of `sum`.
    #[inline(always)]
    pub fn byte(self, sum: i32) -> u8 {
        let rounded = sum.wrapping_add(self.rounding) >> self.shift;
        rounded.wrapping_add(self.offset).clamp(0, 255) as u8
    }
}

/// Fills `out` with the bytes of `Σ weights[k] · taps[k][x]`.
///
/// There are as many weights as taps, and every tap is as long as `out` at least. Sums must fit 32 bits.
pub fn weighted_bytes(taps: &[&[u8]], weights: &[i16], fixed: Fixed, out: &mut [u8]) {
    weighted_at(crate::level(), taps, weights, fixed, out);
}

fn weighted_at(level: Level, taps: &[&[u8]], weights: &[i16], fixed: Fixed, out: &mut [u8]) {
    assert_eq!(taps.len(), weights.len(), "a weight for each tap");
    assert!(taps.iter().all(|tap| tap.len() >= out.len()), "taps cover the output");
    #[cfg(target_arch = "x86_64")]
    {
        if let Some(token) = level.as_avx512().filter(|_| out.len() >= 64) {
            if let Some(weights) = small(weights) {
                return x86::quads(token, taps, &weights, fixed, out);
            }
            return x86::pairs_512(token, taps, weights, fixed, out);
        }
        if let Some(token) = level.as_avx2().filter(|_| out.len() >= 32) {
            return x86::pairs_256(token, taps, weights, fixed, out);
        }
    }
    fearless_simd::dispatch!(level, simd => simd.vectorize(
        #[inline(always)]
        || weighted_plain(taps, weights, fixed, out)
    ));
}

/// The weights as bytes, where they fit.
#[cfg(target_arch = "x86_64")]
fn small(weights: &[i16]) -> Option<Vec<i8>> {
    weights.iter().map(|weight| i8::try_from(*weight).ok()).collect()
}

/// The scalar twin.
#[inline(always)]
fn weighted_plain(taps: &[&[u8]], weights: &[i16], fixed: Fixed, out: &mut [u8]) {
    const CHUNK: usize = 256;
    for (chunk, out) in out.chunks_mut(CHUNK).enumerate() {
        let mut sums = [0_i32; CHUNK];
        for (tap, weight) in taps.iter().zip(weights) {
            let samples = &tap[chunk * CHUNK..][..out.len()];
            let weight = i32::from(*weight);
            sums.iter_mut().zip(samples).for_each(|(sum, x)| *sum += weight * i32::from(*x));
        }
        out.iter_mut().zip(&sums).for_each(|(out, sum)| *out = fixed.byte(*sum));
    }
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::{Fixed, pair};
    #[cfg_attr(
        not(test),
        expect(clippy::wildcard_imports, reason = "each intrinsic is used about once")
    )]
    use core::arch::x86_64::*;
    use fearless_simd::{kernel, prelude::*, u8x32, u8x64};

    /// Starts of blocks of `size` that cover `length`; the last may overlap the one before it.
    #[inline(always)]
    fn blocks(length: usize, size: usize) -> impl Iterator<Item = usize> {
        let last = length - size;
        (0..last).step_by(size).chain(std::iter::once(last))
    }

    kernel!(
        /// Two taps at a time: bytes are interleaved, widened and multiplied by pairs of weights.
        pub(super) fn pairs_256(
            token: Avx2,
            taps: &[&[u8]],
            weights: &[i16],
            fixed: Fixed,
            out: &mut [u8],
        ) {
            let zero = _mm256_setzero_si256();
            let rounding = _mm256_set1_epi32(fixed.rounding);
            let shift = _mm_cvtsi32_si128(fixed.shift as i32);
            let offset = _mm256_set1_epi32(fixed.offset);
            for x in blocks(out.len(), 32) {
                let mut sums = [rounding; 4];
                for (taps, weights) in taps.chunks(2).zip(weights.chunks(2)) {
                    let high = taps.len() - 1;
                    let a: __m256i = u8x32::from_slice(token, &taps[0][x..x + 32]).into();
                    let b: __m256i = u8x32::from_slice(token, &taps[high][x..x + 32]).into();
                    let second = if high == 1 { weights[1] } else { 0 };
                    let weight = _mm256_set1_epi32(pair(weights[0], second));
                    let low = _mm256_unpacklo_epi8(a, b);
                    let high = _mm256_unpackhi_epi8(a, b);
                    let wide = [
                        _mm256_unpacklo_epi8(low, zero),
                        _mm256_unpackhi_epi8(low, zero),
                        _mm256_unpacklo_epi8(high, zero),
                        _mm256_unpackhi_epi8(high, zero),
                    ];
                    for (sum, samples) in sums.iter_mut().zip(wide) {
                        *sum = _mm256_add_epi32(*sum, _mm256_madd_epi16(samples, weight));
                    }
                }
                let done = sums.map(|sum| _mm256_add_epi32(_mm256_sra_epi32(sum, shift), offset));
                let low = _mm256_packs_epi32(done[0], done[1]);
                let high = _mm256_packs_epi32(done[2], done[3]);
                let bytes: u8x32<_> = _mm256_packus_epi16(low, high).simd_into(token);
                bytes.store_slice(&mut out[x..x + 32]);
            }
        }
    );

    kernel!(
        /// As `pairs_256`, twice as wide.
        pub(super) fn pairs_512(
            token: Avx512,
            taps: &[&[u8]],
            weights: &[i16],
            fixed: Fixed,
            out: &mut [u8],
        ) {
            let zero = _mm512_setzero_si512();
            let rounding = _mm512_set1_epi32(fixed.rounding);
            let shift = _mm_cvtsi32_si128(fixed.shift as i32);
            let offset = _mm512_set1_epi32(fixed.offset);
            for x in blocks(out.len(), 64) {
                let mut sums = [rounding; 4];
                for (taps, weights) in taps.chunks(2).zip(weights.chunks(2)) {
                    let high = taps.len() - 1;
                    let a: __m512i = u8x64::from_slice(token, &taps[0][x..x + 64]).into();
                    let b: __m512i = u8x64::from_slice(token, &taps[high][x..x + 64]).into();
                    let second = if high == 1 { weights[1] } else { 0 };
                    let weight = _mm512_set1_epi32(pair(weights[0], second));
                    let low = _mm512_unpacklo_epi8(a, b);
                    let high = _mm512_unpackhi_epi8(a, b);
                    let wide = [
                        _mm512_unpacklo_epi8(low, zero),
                        _mm512_unpackhi_epi8(low, zero),
                        _mm512_unpacklo_epi8(high, zero),
                        _mm512_unpackhi_epi8(high, zero),
                    ];
                    for (sum, samples) in sums.iter_mut().zip(wide) {
                        *sum = _mm512_dpwssd_epi32(*sum, samples, weight);
                    }
                }
                let done = sums.map(|sum| _mm512_add_epi32(_mm512_sra_epi32(sum, shift), offset));
                let low = _mm512_packs_epi32(done[0], done[1]);
                let high = _mm512_packs_epi32(done[2], done[3]);
                let bytes: u8x64<_> = _mm512_packus_epi16(low, high).simd_into(token);
                bytes.store_slice(&mut out[x..x + 64]);
            }
        }
    );

    kernel!(
        /// Four taps at a time where weights are bytes.
        pub(super) fn quads(
            token: Avx512,
            taps: &[&[u8]],
            weights: &[i8],
            fixed: Fixed,
            out: &mut [u8],
        ) {
            let rounding = _mm512_set1_epi32(fixed.rounding);
            let shift = _mm_cvtsi32_si128(fixed.shift as i32);
            let offset = _mm512_set1_epi32(fixed.offset);
            for x in blocks(out.len(), 64) {
                let mut sums = [rounding; 4];
                for (taps, weights) in taps.chunks(4).zip(weights.chunks(4)) {
                    let mut four = [0_i8; 4];
                    four[..weights.len()].copy_from_slice(weights);
                    let weight = _mm512_set1_epi32(i32::from_ne_bytes(four.map(|w| w as u8)));
                    let load = |k: usize| -> __m512i {
                        let tap = taps[k.min(taps.len() - 1)];
                        u8x64::from_slice(token, &tap[x..x + 64]).into()
                    };
                    let (a, b, c, d) = (load(0), load(1), load(2), load(3));
                    let (ab, cd) = (_mm512_unpacklo_epi8(a, b), _mm512_unpacklo_epi8(c, d));
                    let (ab2, cd2) = (_mm512_unpackhi_epi8(a, b), _mm512_unpackhi_epi8(c, d));
                    let all = [
                        _mm512_unpacklo_epi16(ab, cd),
                        _mm512_unpackhi_epi16(ab, cd),
                        _mm512_unpacklo_epi16(ab2, cd2),
                        _mm512_unpackhi_epi16(ab2, cd2),
                    ];
                    for (sum, samples) in sums.iter_mut().zip(all) {
                        *sum = _mm512_dpbusd_epi32(*sum, samples, weight);
                    }
                }
                let done = sums.map(|sum| _mm512_add_epi32(_mm512_sra_epi32(sum, shift), offset));
                let low = _mm512_packs_epi32(done[0], done[1]);
                let high = _mm512_packs_epi32(done[2], done[3]);
                let bytes: u8x64<_> = _mm512_packus_epi16(low, high).simd_into(token);
                bytes.store_slice(&mut out[x..x + 64]);
            }
        }
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(seed: u32, length: usize) -> Vec<u8> {
        let mut state = seed.wrapping_mul(2_654_435_761) | 1;
        let mut next = || {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            state
        };
        (0..length).map(|_| (next() >> 11) as u8).collect()
    }

    #[test]
    fn every_level_agrees_with_the_plain_loop() {
        for length in [1, 31, 32, 63, 64, 65, 100, 257, 1000] {
            for count in [1, 2, 3, 4, 5, 9, 13, 16] {
                for scale in [1, 60] {
                    let rows: Vec<_> = (0..count).map(|k| noise(k + 1, length)).collect();
                    let taps: Vec<&[u8]> = rows.iter().map(Vec::as_slice).collect();
                    let weights: Vec<i16> = noise(99, count as usize)
                        .iter()
                        .map(|w| (i16::from(*w) - 100) * scale / 3)
                        .collect();
                    let fixed = Fixed { offset: 3, ..Fixed::rounded(7 + u32::from(scale > 1) * 5) };
                    let mut plain = vec![0; length];
                    weighted_plain(&taps, &weights, fixed, &mut plain);
                    for level in crate::levels() {
                        let mut out = vec![0; length];
                        weighted_at(level, &taps, &weights, fixed, &mut out);
                        assert_eq!(out, plain, "{level:?}, {count} taps of {length}");
                    }
                }
            }
        }
    }
}
