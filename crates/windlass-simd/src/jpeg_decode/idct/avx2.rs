//! The full transform for AVX2, two blocks at a time: one in each half of the registers.
//!
//! Pairs of products are summed by one instruction, so each rotation of the transform is written as two
//! factors for values that lie side by side.

#[expect(clippy::wildcard_imports, reason = "each intrinsic is used about once")]
use std::arch::x86_64::*;

use fearless_simd::{Avx2, i16x8, prelude::*, u8x16};

use super::{
    Block, CONSTANT_BITS, F_0_298, F_0_390, F_0_541, F_0_765, F_0_899, F_1_175, F_1_501, F_1_847,
    F_1_961, F_2_053, F_2_562, F_3_072, PASS_BITS, flat,
};

/// The rows of two blocks, eight values of each.
type Rows = [__m256i; 8];

fearless_simd::kernel!(
    /// As [`full`](super::full).
    pub(super) fn full(
        token: Avx2,
        blocks: &[Block],
        extents: &[u8],
        quantisation: &Block,
        out: &mut [u8],
        stride: usize,
    ) {
        let extents = &extents[..blocks.len()];
        let table = load(token, quantisation, quantisation);
        let mut rows: [&mut [u8]; 8] = std::array::from_fn(|_| Default::default());
        for (row, part) in rows.iter_mut().zip(out.chunks_mut(stride)) {
            *row = &mut part[..8 * blocks.len()];
        }
        let mut index = 0;
        while let (Some(left), Some(&extent)) = (blocks.get(index), extents.get(index)) {
            let at = 8 * index;
            if extent <= 1 {
                let sample = flat(left[0], quantisation[0]);
                for row in &mut rows {
                    row[at..at + 8].fill(sample);
                }
                index += 1;
                continue;
            }
            // A flat block is better not taken along.
            let pair = extents.get(index + 1).is_some_and(|&extent| extent > 1);
            let right = if pair { &blocks[index + 1] } else { left };
            let samples = transform(load(token, left, right), table);
            store(token, samples, &mut rows, at, pair);
            index += if pair { 2 } else { 1 };
        }
    }
);

#[target_feature(enable = "avx2")]
#[inline]
fn load(token: Avx2, left: &Block, right: &Block) -> Rows {
    let mut rows = [_mm256_setzero_si256(); 8];
    let pairs = left.as_chunks::<8>().0.iter().zip(right.as_chunks::<8>().0);
    for (row, (left, right)) in rows.iter_mut().zip(pairs) {
        let left: __m128i = i16x8::from_slice(token, left).into();
        let right: __m128i = i16x8::from_slice(token, right).into();
        *row = _mm256_set_m128i(right, left);
    }
    rows
}

/// Stores samples, where each register has two rows of each block: `y` and `y + 4`.
#[target_feature(enable = "avx2")]
#[inline]
fn store(token: Avx2, samples: [__m256i; 4], rows: &mut [&mut [u8]; 8], at: usize, pair: bool) {
    let (upper, lower) = rows.split_at_mut(4);
    for ((samples, upper), lower) in samples.into_iter().zip(upper).zip(lower) {
        if pair {
            // Halves of 8 bytes: left y, left y + 4, right y, right y + 4.
            let ordered = _mm256_permute4x64_epi64::<0b11_01_10_00>(samples);
            let [first, second] = halves(ordered);
            u8x16::simd_from(token, first).store_slice(&mut upper[at..at + 16]);
            u8x16::simd_from(token, second).store_slice(&mut lower[at..at + 16]);
        } else {
            let [left, _] = halves(samples);
            upper[at..at + 8].copy_from_slice(&_mm_cvtsi128_si64(left).to_le_bytes());
            let high = _mm_unpackhi_epi64(left, left);
            lower[at..at + 8].copy_from_slice(&_mm_cvtsi128_si64(high).to_le_bytes());
        }
    }
}

#[target_feature(enable = "avx2")]
#[inline]
fn halves(value: __m256i) -> [__m128i; 2] {
    [_mm256_castsi256_si128(value), _mm256_extracti128_si256::<1>(value)]
}

/// Dequantises and transforms two blocks.
#[target_feature(enable = "avx2")]
#[inline]
fn transform(blocks: Rows, table: Rows) -> [__m256i; 4] {
    let mut rows = blocks;
    for (row, table) in rows.iter_mut().zip(table) {
        *row = _mm256_mullo_epi16(*row, table);
    }
    let below = rows[1..].iter().copied().reduce(|a, b| _mm256_or_si256(a, b));
    let below = below.unwrap_or(rows[0]);
    let columns = if _mm256_testz_si256(below, below) == 1 {
        let doubled = _mm256_adds_epi16(rows[0], rows[0]);
        [_mm256_adds_epi16(doubled, doubled); 8]
    } else {
        pass::<{ (CONSTANT_BITS - PASS_BITS) as i32 }>(rows)
    };
    let columns = transposed(columns);
    let rows = transposed(pass::<{ (CONSTANT_BITS + PASS_BITS + 3) as i32 }>(columns));
    let middle = _mm256_set1_epi8(i8::MIN);
    let mut samples = [_mm256_setzero_si256(); 4];
    for (y, out) in samples.iter_mut().enumerate() {
        *out = _mm256_xor_si256(_mm256_packs_epi16(rows[y], rows[y + 4]), middle);
    }
    samples
}

/// Two factors, for values that lie side by side.
#[target_feature(enable = "avx2")]
#[inline]
fn factors(even: i32, odd: i32) -> __m256i {
    _mm256_set1_epi32((even & 0xFFFF) | (odd << 16))
}

/// Sums of products of 32 bits, for the lower and the upper four values of each half.
type Wide = [__m256i; 2];

#[target_feature(enable = "avx2")]
#[inline]
fn sums(pairs: Wide, factors: __m256i) -> Wide {
    [_mm256_madd_epi16(pairs[0], factors), _mm256_madd_epi16(pairs[1], factors)]
}

#[target_feature(enable = "avx2")]
#[inline]
fn side_by_side(even: __m256i, odd: __m256i) -> Wide {
    [_mm256_unpacklo_epi16(even, odd), _mm256_unpackhi_epi16(even, odd)]
}

#[target_feature(enable = "avx2")]
#[inline]
fn plus(a: Wide, b: Wide) -> Wide {
    [_mm256_add_epi32(a[0], b[0]), _mm256_add_epi32(a[1], b[1])]
}

#[target_feature(enable = "avx2")]
#[inline]
fn minus(a: Wide, b: Wide) -> Wide {
    [_mm256_sub_epi32(a[0], b[0]), _mm256_sub_epi32(a[1], b[1])]
}

/// One pass over columns, rounded to `SHIFT` bits less.
#[target_feature(enable = "avx2")]
#[inline]
fn pass<const SHIFT: i32>(input: Rows) -> Rows {
    let [i0, i1, i2, i3, i4, i5, i6, i7] = input;
    let of26 = side_by_side(i2, i6);
    let low = sums(of26, factors(F_0_541, F_0_541 - F_1_847));
    let high = sums(of26, factors(F_0_541 + F_0_765, F_0_541));
    let zero = _mm256_setzero_si256();
    let rounding = _mm256_set1_epi32(1 << (SHIFT - 1));
    let widened = |value| {
        // In the upper half of 32 bits, hence times 2^16 where 2^13 is wanted.
        let [a, b] = side_by_side(zero, value);
        [
            _mm256_add_epi32(_mm256_srai_epi32::<{ 16 - CONSTANT_BITS as i32 }>(a), rounding),
            _mm256_add_epi32(_mm256_srai_epi32::<{ 16 - CONSTANT_BITS as i32 }>(b), rounding),
        ]
    };
    let sum = widened(_mm256_add_epi16(i0, i4));
    let difference = widened(_mm256_sub_epi16(i0, i4));
    let even = [plus(sum, high), plus(difference, low), minus(difference, low), minus(sum, high)];

    let z = side_by_side(_mm256_add_epi16(i7, i3), _mm256_add_epi16(i5, i1));
    let sum3 = sums(z, factors(F_1_175 - F_1_961, F_1_175));
    let sum4 = sums(z, factors(F_1_175, F_1_175 - F_0_390));
    let of71 = side_by_side(i7, i1);
    let of53 = side_by_side(i5, i3);
    let odd7 = plus(sums(of71, factors(F_0_298 - F_0_899, -F_0_899)), sum3);
    let odd1 = plus(sums(of71, factors(-F_0_899, F_1_501 - F_0_899)), sum4);
    let odd5 = plus(sums(of53, factors(F_2_053 - F_2_562, -F_2_562)), sum4);
    let odd3 = plus(sums(of53, factors(-F_2_562, F_3_072 - F_2_562)), sum3);

    [
        rounded::<SHIFT>(plus(even[0], odd1)),
        rounded::<SHIFT>(plus(even[1], odd3)),
        rounded::<SHIFT>(plus(even[2], odd5)),
        rounded::<SHIFT>(plus(even[3], odd7)),
        rounded::<SHIFT>(minus(even[3], odd7)),
        rounded::<SHIFT>(minus(even[2], odd5)),
        rounded::<SHIFT>(minus(even[1], odd3)),
        rounded::<SHIFT>(minus(even[0], odd1)),
    ]
}

#[target_feature(enable = "avx2")]
#[inline]
fn rounded<const SHIFT: i32>(value: Wide) -> __m256i {
    _mm256_packs_epi32(_mm256_srai_epi32::<SHIFT>(value[0]), _mm256_srai_epi32::<SHIFT>(value[1]))
}

/// Turns rows into columns, in each half.
#[target_feature(enable = "avx2")]
#[inline]
fn transposed(r: Rows) -> Rows {
    let a = [
        _mm256_unpacklo_epi16(r[0], r[1]),
        _mm256_unpackhi_epi16(r[0], r[1]),
        _mm256_unpacklo_epi16(r[2], r[3]),
        _mm256_unpackhi_epi16(r[2], r[3]),
        _mm256_unpacklo_epi16(r[4], r[5]),
        _mm256_unpackhi_epi16(r[4], r[5]),
        _mm256_unpacklo_epi16(r[6], r[7]),
        _mm256_unpackhi_epi16(r[6], r[7]),
    ];
    let b = [
        _mm256_unpacklo_epi32(a[0], a[2]),
        _mm256_unpackhi_epi32(a[0], a[2]),
        _mm256_unpacklo_epi32(a[1], a[3]),
        _mm256_unpackhi_epi32(a[1], a[3]),
        _mm256_unpacklo_epi32(a[4], a[6]),
        _mm256_unpackhi_epi32(a[4], a[6]),
        _mm256_unpacklo_epi32(a[5], a[7]),
        _mm256_unpackhi_epi32(a[5], a[7]),
    ];
    [
        _mm256_unpacklo_epi64(b[0], b[4]),
        _mm256_unpackhi_epi64(b[0], b[4]),
        _mm256_unpacklo_epi64(b[1], b[5]),
        _mm256_unpackhi_epi64(b[1], b[5]),
        _mm256_unpacklo_epi64(b[2], b[6]),
        _mm256_unpackhi_epi64(b[2], b[6]),
        _mm256_unpacklo_epi64(b[3], b[7]),
        _mm256_unpackhi_epi64(b[3], b[7]),
    ]
}
