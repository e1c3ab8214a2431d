//! Weighted sums of bytes in fixed point, four taps at a time, for filters of few or many taps.
//!
//! The four samples of a quad lie side by side: at one place of four rows, or of one row moved by one
//! to three pixels. They are put together once and serve every output that they are a tap of; a tap
//! that an output does not have weighs 0.

#![expect(clippy::inline_always, reason = "compiled once for each level of instructions")]

use crate::resample_taps::Fixed;
use fearless_simd::Level;

/// Four samples that are weighted together.
pub type Quad = [u8; 4];

/// What outputs take of quads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "two numbers")]
pub struct Term {
    /// The quad of the first output; each output after it takes the next one
    pub at: usize,
    /// Weights of the samples of a quad
    pub weights: [i8; 4],
}

/// Fills `quads` with samples of four rows, which are as long at least.
pub fn interleave(rows: [&[u8]; 4], quads: &mut [Quad]) {
    interleave_at(crate::level(), rows, quads);
}

fn interleave_at(level: Level, rows: [&[u8]; 4], quads: &mut [Quad]) {
    let rows = rows.map(|row| &row[..quads.len()]);
    #[cfg(target_arch = "x86_64")]
    {
        if let Some(token) = level.as_avx512().filter(|_| quads.len() >= 64) {
            return x86::interleave_512(token, rows, quads);
        }
        if let Some(token) = level.as_avx2().filter(|_| quads.len() >= 16) {
            return x86::interleave_128(token, rows, quads);
        }
    }
    let _ = level;
    interleave_plain(rows, quads);
}

/// The scalar twin.
fn interleave_plain(rows: [&[u8]; 4], quads: &mut [Quad]) {
    for (x, quad) in quads.iter_mut().enumerate() {
        *quad = rows.map(|row| row[x]);
    }
}

/// Fills `out` with the bytes of `Σ weights · quads[at + x]` over all terms. Sums must fit 32 bits.
///
/// # Panics
/// Where a term reaches beyond `quads`.
pub fn weighted_quads(quads: &[Quad], terms: &[Term], fixed: Fixed, out: &mut [u8]) {
    weighted_at(crate::level(), quads, terms, fixed, out);
}

fn weighted_at(level: Level, quads: &[Quad], terms: &[Term], fixed: Fixed, out: &mut [u8]) {
    #[cfg(target_arch = "x86_64")]
    {
        if let Some(token) = level.as_avx512().filter(|_| out.len() >= 128) {
            return x86::weighted_512(token, quads, terms, fixed, out);
        }
        if let Some(token) = level.as_avx2().filter(|_| out.len() >= 32) {
            return x86::weighted_256(token, quads, terms, fixed, out);
        }
    }
    fearless_simd::dispatch!(level, simd => fearless_simd::Simd::vectorize(
        simd,
        #[inline(always)]
        || weighted_plain(quads, terms, fixed, out)
    ));
}

/// The scalar twin.
#[inline(always)]
fn weighted_plain(quads: &[Quad], terms: &[Term], fixed: Fixed, out: &mut [u8]) {
    for (x, out) in out.iter_mut().enumerate() {
        let sum = terms.iter().fold(0_i32, |sum, term| {
            let products = quads[term.at + x].iter().zip(term.weights);
            products.fold(sum, |sum, (x, weight)| sum + i32::from(*x) * i32::from(weight))
        });
        *out = fixed.byte(sum);
    }
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::{Fixed, Quad, Term};
    use crate::resample::pair;
    #[cfg_attr(
        not(test),
        expect(clippy::wildcard_imports, reason = "each intrinsic is used about once")
    )]
    use core::arch::x86_64::*;
    use fearless_simd::{kernel, prelude::*, u8x16, u8x32, u8x64};

    // Loops over numbers alone: iterators and closures are not always compiled for the level of the
    // kernel that they stand in, and then they are calls.

    /// The start of block `number` of `size` of those that cover `length`; the last may overlap the
    /// one before it.
    #[inline(always)]
    fn start(number: usize, size: usize, length: usize) -> usize {
        (number * size).min(length - size)
    }

    kernel!(
        /// Sixteen quads at a time.
        pub(super) fn interleave_128(token: Avx2, rows: [&[u8]; 4], quads: &mut [Quad]) {
            let bytes: &mut [u8] = bytemuck::cast_slice_mut(quads);
            let length = bytes.len() / 4;
            for number in 0..length.div_ceil(16) {
                let x = start(number, 16, length);
                let a: __m128i = u8x16::from_slice(token, &rows[0][x..x + 16]).into();
                let b: __m128i = u8x16::from_slice(token, &rows[1][x..x + 16]).into();
                let c: __m128i = u8x16::from_slice(token, &rows[2][x..x + 16]).into();
                let d: __m128i = u8x16::from_slice(token, &rows[3][x..x + 16]).into();
                let (ab, cd) = (_mm_unpacklo_epi8(a, b), _mm_unpacklo_epi8(c, d));
                let (ab2, cd2) = (_mm_unpackhi_epi8(a, b), _mm_unpackhi_epi8(c, d));
                let all = [
                    _mm_unpacklo_epi16(ab, cd),
                    _mm_unpackhi_epi16(ab, cd),
                    _mm_unpacklo_epi16(ab2, cd2),
                    _mm_unpackhi_epi16(ab2, cd2),
                ];
                let out = &mut bytes[4 * x..4 * x + 64];
                for k in 0..4 {
                    let four: u8x16<_> = all[k].simd_into(token);
                    four.store_slice(&mut out[16 * k..16 * k + 16]);
                }
            }
        }
    );

    kernel!(
        /// Sixty-four quads at a time: what interleaving leaves in lanes is transposed.
        pub(super) fn interleave_512(token: Avx512, rows: [&[u8]; 4], quads: &mut [Quad]) {
            let bytes: &mut [u8] = bytemuck::cast_slice_mut(quads);
            let length = bytes.len() / 4;
            for number in 0..length.div_ceil(64) {
                let x = start(number, 64, length);
                let a: __m512i = u8x64::from_slice(token, &rows[0][x..x + 64]).into();
                let b: __m512i = u8x64::from_slice(token, &rows[1][x..x + 64]).into();
                let c: __m512i = u8x64::from_slice(token, &rows[2][x..x + 64]).into();
                let d: __m512i = u8x64::from_slice(token, &rows[3][x..x + 64]).into();
                let (ab, cd) = (_mm512_unpacklo_epi8(a, b), _mm512_unpacklo_epi8(c, d));
                let (ab2, cd2) = (_mm512_unpackhi_epi8(a, b), _mm512_unpackhi_epi8(c, d));
                let p = _mm512_unpacklo_epi16(ab, cd);
                let q = _mm512_unpackhi_epi16(ab, cd);
                let r = _mm512_unpacklo_epi16(ab2, cd2);
                let s = _mm512_unpackhi_epi16(ab2, cd2);
                let (pq, rs) = (
                    _mm512_shuffle_i32x4::<0b01_00_01_00>(p, q),
                    _mm512_shuffle_i32x4::<0b01_00_01_00>(r, s),
                );
                let (pq2, rs2) = (
                    _mm512_shuffle_i32x4::<0b11_10_11_10>(p, q),
                    _mm512_shuffle_i32x4::<0b11_10_11_10>(r, s),
                );
                let all = [
                    _mm512_shuffle_i32x4::<0b10_00_10_00>(pq, rs),
                    _mm512_shuffle_i32x4::<0b11_01_11_01>(pq, rs),
                    _mm512_shuffle_i32x4::<0b10_00_10_00>(pq2, rs2),
                    _mm512_shuffle_i32x4::<0b11_01_11_01>(pq2, rs2),
                ];
                let out = &mut bytes[4 * x..4 * x + 256];
                for k in 0..4 {
                    let four: u8x64<_> = all[k].simd_into(token);
                    four.store_slice(&mut out[64 * k..64 * k + 64]);
                }
            }
        }
    );

    kernel!(
        /// Thirty-two outputs at a time; even and odd samples are multiplied as 16-bit numbers.
        pub(super) fn weighted_256(
            token: Avx2,
            quads: &[Quad],
            terms: &[Term],
            fixed: Fixed,
            out: &mut [u8],
        ) {
            let bytes: &[u8] = bytemuck::cast_slice(quads);
            let low = _mm256_set1_epi16(0xff);
            let shift = _mm_cvtsi32_si128(fixed.shift as i32);
            let offset = _mm256_set1_epi32(fixed.offset);
            let order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
            for number in 0..out.len().div_ceil(32) {
                let x = start(number, 32, out.len());
                let mut sums = [_mm256_set1_epi32(fixed.rounding); 4];
                for term in terms {
                    let block = &bytes[4 * (term.at + x)..4 * (term.at + x) + 128];
                    let [a, b, c, d] = term.weights;
                    let even = _mm256_set1_epi32(pair(i16::from(a), i16::from(c)));
                    let odd = _mm256_set1_epi32(pair(i16::from(b), i16::from(d)));
                    for k in 0..4 {
                        let samples = &block[32 * k..32 * k + 32];
                        let samples: __m256i = u8x32::from_slice(token, samples).into();
                        let first = _mm256_madd_epi16(_mm256_and_si256(samples, low), even);
                        let second = _mm256_madd_epi16(_mm256_srli_epi16::<8>(samples), odd);
                        sums[k] = _mm256_add_epi32(sums[k], _mm256_add_epi32(first, second));
                    }
                }
                for k in 0..4 {
                    sums[k] = _mm256_add_epi32(_mm256_sra_epi32(sums[k], shift), offset);
                }
                let bytes = _mm256_packus_epi16(
                    _mm256_packs_epi32(sums[0], sums[1]),
                    _mm256_packs_epi32(sums[2], sums[3]),
                );
                let bytes: u8x32<_> = _mm256_permutevar8x32_epi32(bytes, order).simd_into(token);
                bytes.store_slice(&mut out[x..x + 32]);
            }
        }
    );

    kernel!(
        /// A hundred and twenty-eight outputs at a time: so many sums hide how long a product takes.
        pub(super) fn weighted_512(
            token: Avx512,
            quads: &[Quad],
            terms: &[Term],
            fixed: Fixed,
            out: &mut [u8],
        ) {
            let bytes: &[u8] = bytemuck::cast_slice(quads);
            let shift = _mm_cvtsi32_si128(fixed.shift as i32);
            let offset = _mm512_set1_epi32(fixed.offset);
            let order = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
            for number in 0..out.len().div_ceil(128) {
                let x = start(number, 128, out.len());
                let mut sums = [_mm512_set1_epi32(fixed.rounding); 8];
                for term in terms {
                    let block = &bytes[4 * (term.at + x)..4 * (term.at + x) + 512];
                    let [a, b, c, d] = term.weights;
                    let weights = i32::from_ne_bytes([a as u8, b as u8, c as u8, d as u8]);
                    let weights = _mm512_set1_epi32(weights);
                    for k in 0..8 {
                        let samples = &block[64 * k..64 * k + 64];
                        let samples: __m512i = u8x64::from_slice(token, samples).into();
                        sums[k] = _mm512_dpbusd_epi32(sums[k], samples, weights);
                    }
                }
                for k in 0..8 {
                    sums[k] = _mm512_add_epi32(_mm512_sra_epi32(sums[k], shift), offset);
                }
                for half in 0..2 {
                    let words = _mm512_packus_epi16(
                        _mm512_packs_epi32(sums[4 * half], sums[4 * half + 1]),
                        _mm512_packs_epi32(sums[4 * half + 2], sums[4 * half + 3]),
                    );
                    let words: u8x64<_> = _mm512_permutexvar_epi32(order, words).simd_into(token);
                    let at = x + 64 * half;
                    words.store_slice(&mut out[at..at + 64]);
                }
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
    fn every_level_interleaves_alike() {
        for length in [1, 15, 16, 17, 63, 64, 65, 130, 300] {
            let rows: [Vec<u8>; 4] = std::array::from_fn(|k| noise(k as u32 + 1, length + k));
            let rows = [&rows[0][..], &rows[1], &rows[2], &rows[3]];
            let mut plain = vec![[0; 4]; length];
            interleave_plain(rows, &mut plain);
            assert_eq!(plain[length - 1], rows.map(|row| row[length - 1]));
            for level in crate::levels() {
                let mut quads = vec![[0; 4]; length];
                interleave_at(level, rows, &mut quads);
                assert_eq!(quads, plain, "{level:?}, {length} quads");
            }
        }
    }

    #[test]
    fn every_level_sums_alike() {
        for length in [1, 31, 32, 33, 127, 128, 129, 200, 500] {
            for count in [0, 1, 2, 5, 37] {
                let bytes = noise(7, 4 * (length + 3 * count));
                let quads: &[Quad] = bytemuck::cast_slice(&bytes);
                let terms: Vec<Term> = noise(99, 4 * count)
                    .chunks_exact(4)
                    .enumerate()
                    .map(|(k, w)| Term {
                        at: 3 * k,
                        weights: [w[0], w[1], w[2], w[3]].map(|w| w as i8),
                    })
                    .collect();
                let fixed = Fixed { offset: 3, ..Fixed::rounded(8) };
                let mut plain = vec![0; length];
                weighted_plain(quads, &terms, fixed, &mut plain);
                for level in crate::levels() {
                    let mut out = vec![0; length];
                    weighted_at(level, quads, &terms, fixed, &mut out);
                    assert_eq!(out, plain, "{level:?}, {count} terms, {length} outputs");
                }
            }
        }
    }
}
