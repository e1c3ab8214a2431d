//! The transforms for AVX2, two blocks at a time, one in each half of the registers, or four.
//!
//! Pairs of products are summed by one instruction, so each rotation of the transform is written as two
//! factors for values that lie side by side.

use std::arch::x86_64::{
    __m128i, __m256i, _mm_cvtsi128_si64, _mm_unpackhi_epi64, _mm_unpacklo_epi32, _mm256_add_epi16,
    _mm256_add_epi32, _mm256_blend_epi32, _mm256_castsi256_si128, _mm256_cmpeq_epi8,
    _mm256_extracti128_si256, _mm256_hadd_epi32, _mm256_madd_epi16, _mm256_movemask_epi8,
    _mm256_mullo_epi16, _mm256_or_si256, _mm256_packs_epi16, _mm256_packs_epi32,
    _mm256_permute4x64_epi64, _mm256_set_m128i, _mm256_set1_epi8, _mm256_set1_epi32,
    _mm256_set1_epi64x, _mm256_setr_epi32, _mm256_setzero_si256, _mm256_shuffle_epi8,
    _mm256_shuffle_epi32, _mm256_slli_epi16, _mm256_srai_epi32, _mm256_sub_epi16, _mm256_sub_epi32,
    _mm256_unpackhi_epi16, _mm256_unpackhi_epi32, _mm256_unpackhi_epi64, _mm256_unpacklo_epi16,
    _mm256_unpacklo_epi32, _mm256_unpacklo_epi64, _mm256_xor_si256,
};

use fearless_simd::{Avx2, i16x8, prelude::*, u8x16};

use super::{
    Block, CONSTANT_BITS, F_0_211, F_0_298, F_0_390, F_0_509, F_0_541, F_0_601, F_0_720, F_0_765,
    F_0_850, F_0_899, F_1_061, F_1_175, F_1_272, F_1_451, F_1_501, F_1_847, F_1_961, F_2_053,
    F_2_172, F_2_562, F_3_072, F_3_624, PASS_BITS, flat, flat_reduced, half_scalar, quarter_scalar,
};

/// The rows of two blocks, eight values of each.
type Rows = [__m256i; 8];

fearless_simd::kernel!(
    /// As [`full`](super::full).
    pub(super) fn full(
        token: Avx2,
        blocks: &[Block],
        extents: &[u8],
        base: i16,
        quantisation: &Block,
        out: &mut [u8],
        stride: usize,
    ) {
        let extents = &extents[..blocks.len()];
        let table = load(token, quantisation, quantisation);
        let raised = raise(base, quantisation[0]);
        let mut rows: [&mut [u8]; 8] = std::array::from_fn(|_| Default::default());
        for (row, part) in rows.iter_mut().zip(out.chunks_mut(stride)) {
            *row = &mut part[..8 * blocks.len()];
        }
        let mut index = 0;
        while let (Some(left), Some(&extent)) = (blocks.get(index), extents.get(index)) {
            let at = 8 * index;
            if extent <= 1 {
                let sample = flat(left[0].wrapping_add(base), quantisation[0]);
                for row in &mut rows {
                    row[at..at + 8].fill(sample);
                }
                index += 1;
                continue;
            }
            // A flat block is better not taken along.
            let pair = extents.get(index + 1).is_some_and(|&extent| extent > 1);
            let right = if pair { &blocks[index + 1] } else { left };
            let samples = transform(dequantised(load(token, left, right), table, raised));
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

/// Transforms two blocks.
#[target_feature(enable = "avx2")]
#[inline]
fn transform(rows: Rows) -> [__m256i; 4] {
    let below = rows[1..].iter().copied().reduce(|a, b| _mm256_or_si256(a, b));
    let zeros = _mm256_cmpeq_epi8(below.unwrap_or(rows[0]), _mm256_setzero_si256());
    // Columns of one value each: the shift wraps where the general way would saturate.
    let flat = _mm256_slli_epi16::<{ PASS_BITS as i32 }>(rows[0]);
    let columns = match _mm256_movemask_epi8(zeros).cast_unsigned() {
        u32::MAX => [flat; 8],
        zeros => {
            let mut columns = pass::<{ (CONSTANT_BITS - PASS_BITS) as i32 }>(rows);
            for column in &mut columns {
                if zeros & 0xFFFF == 0xFFFF {
                    *column = _mm256_blend_epi32::<0x0F>(*column, flat);
                } else if zeros >> 16 == 0xFFFF {
                    *column = _mm256_blend_epi32::<0xF0>(*column, flat);
                }
            }
            columns
        }
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
    let rounding = [_mm256_set1_epi32(1 << (SHIFT - 1)); 2];
    let sum = widened::<{ 16 - CONSTANT_BITS as i32 }>(_mm256_add_epi16(i0, i4));
    let difference = widened::<{ 16 - CONSTANT_BITS as i32 }>(_mm256_sub_epi16(i0, i4));
    let [sum, difference] = [plus(sum, rounding), plus(difference, rounding)];
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

/// The number of blocks that the reduced transforms take at a time.
const FOUR: usize = 4;

/// The blocks and their extents, whole fours and the rest.
type Fours<'a> = (&'a [[Block; FOUR]], &'a [[u8; FOUR]], &'a [Block], &'a [u8]);

fn fours<'a>(blocks: &'a [Block], extents: &'a [u8]) -> Fours<'a> {
    let (whole, rest) = blocks.as_chunks::<FOUR>();
    let (extents, extents_rest) = extents[..blocks.len()].as_chunks::<FOUR>();
    (whole, extents, rest, extents_rest)
}

fearless_simd::kernel!(
    /// As [`half`](super::half).
    pub(super) fn half(
        token: Avx2,
        blocks: &[Block],
        extents: &[u8],
        base: i16,
        quantisation: &Block,
        out: &mut [u8],
        stride: usize,
    ) {
        let (blocks, extents, rest, rest_extents) = fours(blocks, extents);
        let table = load(token, quantisation, quantisation);
        let raised = raise(base, quantisation[0]);
        for (index, (four, extents)) in blocks.iter().zip(extents).enumerate() {
            let at = 16 * index;
            let rows = if extents.iter().all(|&extent| extent <= 1) {
                [flats(token, four, base, quantisation[0]); 4]
            } else {
                let left = dequantised(load(token, &four[0], &four[2]), table, raised);
                let right = dequantised(load(token, &four[1], &four[3]), table, raised);
                halved(half_columns(left), half_columns(right))
            };
            for (y, row) in rows.into_iter().enumerate() {
                u8x16::simd_from(token, row).store_slice(&mut out[y * stride + at..][..16]);
            }
        }
        let out = &mut out[16 * blocks.len()..];
        half_scalar(rest, rest_extents, base, quantisation, out, stride);
    }
);

/// Four samples of each of four blocks that have a first coefficient only.
#[target_feature(enable = "avx2")]
#[inline]
fn flats(token: Avx2, blocks: &[Block; FOUR], base: i16, quantisation: i16) -> __m128i {
    let sample = |block: &Block| flat_reduced(block[0].wrapping_add(base), quantisation);
    let samples = blocks.each_ref().map(sample);
    let bytes: [u8; 16] = std::array::from_fn(|i| samples[i / 4]);
    u8x16::from_slice(token, &bytes).into()
}

#[target_feature(enable = "avx2")]
#[inline]
fn dequantised(blocks: Rows, table: Rows, raised: __m256i) -> Rows {
    let mut rows = blocks;
    for (row, table) in rows.iter_mut().zip(table) {
        *row = _mm256_mullo_epi16(*row, table);
    }
    rows[0] = _mm256_add_epi16(rows[0], raised);
    rows
}

/// What `base` adds to the first rows of two blocks.
#[target_feature(enable = "avx2")]
#[inline]
fn raise(base: i16, quantisation: i16) -> __m256i {
    let first = i32::from(base.wrapping_mul(quantisation).cast_unsigned());
    _mm256_setr_epi32(first, 0, 0, 0, first, 0, 0, 0)
}

/// Values times `2^(16 - SHIFT)`.
#[target_feature(enable = "avx2")]
#[inline]
fn widened<const SHIFT: i32>(value: __m256i) -> Wide {
    let [a, b] = side_by_side(_mm256_setzero_si256(), value);
    [_mm256_srai_epi32::<SHIFT>(a), _mm256_srai_epi32::<SHIFT>(b)]
}

/// One pass over columns to half the size.
#[target_feature(enable = "avx2")]
#[inline]
fn half_pass<const SHIFT: i32>(input: Rows) -> [__m256i; 4] {
    let [i0, i1, i2, i3, _, i5, i6, i7] = input;
    let rounding = _mm256_set1_epi32(1 << (SHIFT - 1));
    let middle = plus(widened::<{ 15 - CONSTANT_BITS as i32 }>(i0), [rounding; 2]);
    let slope = sums(side_by_side(i2, i6), factors(F_1_847, -F_0_765));
    let even = [plus(middle, slope), minus(middle, slope)];
    let of57 = side_by_side(i5, i7);
    let of13 = side_by_side(i1, i3);
    let inner =
        plus(sums(of57, factors(F_1_451, -F_0_211)), sums(of13, factors(F_1_061, -F_2_172)));
    let outer =
        plus(sums(of13, factors(F_2_562, F_0_899)), sums(of57, factors(-F_0_601, -F_0_509)));
    [
        rounded::<SHIFT>(plus(even[0], outer)),
        rounded::<SHIFT>(plus(even[1], inner)),
        rounded::<SHIFT>(minus(even[1], inner)),
        rounded::<SHIFT>(minus(even[0], outer)),
    ]
}

#[target_feature(enable = "avx2")]
#[inline]
fn half_columns(blocks: Rows) -> [__m256i; 4] {
    half_pass::<{ (CONSTANT_BITS - PASS_BITS + 1) as i32 }>(blocks)
}

/// The second pass over the columns of four blocks, the first and third of which are in `left`; gives
/// rows of four samples of each.
#[target_feature(enable = "avx2")]
#[inline]
fn halved(left: [__m256i; 4], right: [__m256i; 4]) -> [__m128i; 4] {
    let [l0, l1, l2, l3] = left;
    let [r0, r1, r2, r3] = right;
    let columns = transposed([l0, l1, l2, l3, r0, r1, r2, r3]);
    let [x0, x1, x2, x3] = half_pass::<{ (CONSTANT_BITS + PASS_BITS + 4) as i32 }>(columns);
    // In each half: rows 0 to 3 of the left block, then of the right one.
    let [left01, right01] = side_by_side(x0, x1);
    let [left23, right23] = side_by_side(x2, x3);
    let upper = _mm256_packs_epi16(
        _mm256_unpacklo_epi32(left01, left23),
        _mm256_unpacklo_epi32(right01, right23),
    );
    let lower = _mm256_packs_epi16(
        _mm256_unpackhi_epi32(left01, left23),
        _mm256_unpackhi_epi32(right01, right23),
    );
    let [row0, row1] = rows_of_halves(upper);
    let [row2, row3] = rows_of_halves(lower);
    [row0, row1, row2, row3]
}

/// Two rows of four samples of four blocks, from two rows of each of them.
#[target_feature(enable = "avx2")]
#[inline]
fn rows_of_halves(samples: __m256i) -> [__m128i; 2] {
    let samples = _mm256_xor_si256(samples, _mm256_set1_epi8(i8::MIN));
    let rows = _mm256_shuffle_epi32::<0b11_01_10_00>(samples);
    halves(_mm256_permute4x64_epi64::<0b11_01_10_00>(rows))
}

fearless_simd::kernel!(
    /// As [`quarter`](super::quarter).
    pub(super) fn quarter(
        token: Avx2,
        blocks: &[Block],
        extents: &[u8],
        base: i16,
        quantisation: &Block,
        out: &mut [u8],
        stride: usize,
    ) {
        let (blocks, extents, rest, rest_extents) = fours(blocks, extents);
        let table = load(token, quantisation, quantisation);
        let raised = raise(base, quantisation[0]);
        for (index, (four, extents)) in blocks.iter().zip(extents).enumerate() {
            let at = 8 * index;
            let rows = if extents.iter().all(|&extent| extent <= 1) {
                let sample =
                    |block: &Block| flat_reduced(block[0].wrapping_add(base), quantisation[0]);
                let samples = four.each_ref().map(sample);
                [std::array::from_fn(|i| samples[i / 2]); 2]
            } else {
                let left = dequantised(load(token, &four[0], &four[2]), table, raised);
                let right = dequantised(load(token, &four[1], &four[3]), table, raised);
                quartered(quarter_columns(left), quarter_columns(right))
            };
            for (y, row) in rows.iter().enumerate() {
                out[y * stride + at..][..8].copy_from_slice(row);
            }
        }
        let out = &mut out[8 * blocks.len()..];
        quarter_scalar(rest, rest_extents, base, quantisation, out, stride);
    }
);

/// The first pass over columns, to a quarter of the size.
#[target_feature(enable = "avx2")]
#[inline]
fn quarter_columns(input: Rows) -> [__m256i; 2] {
    const SHIFT: i32 = (CONSTANT_BITS - PASS_BITS + 2) as i32;
    let [i0, i1, _, i3, _, i5, _, i7] = input;
    let rounding = _mm256_set1_epi32(1 << (SHIFT - 1));
    let middle = plus(widened::<{ 14 - CONSTANT_BITS as i32 }>(i0), [rounding; 2]);
    let slope = plus(
        sums(side_by_side(i1, i3), factors(F_3_624, -F_1_272)),
        sums(side_by_side(i5, i7), factors(F_0_850, -F_0_720)),
    );
    [rounded::<SHIFT>(plus(middle, slope)), rounded::<SHIFT>(minus(middle, slope))]
}

/// The second pass over the columns of four blocks, the first and third of which are in `left`; gives
/// rows of two samples of each.
#[target_feature(enable = "avx2")]
#[inline]
fn quartered(left: [__m256i; 2], right: [__m256i; 2]) -> [[u8; 8]; 2] {
    const SHIFT: i32 = (CONSTANT_BITS + PASS_BITS + 5) as i32;
    let odd = _mm256_setr_epi32(
        F_3_624 << 16,
        -F_1_272 << 16,
        F_0_850 << 16,
        -F_0_720 << 16,
        F_3_624 << 16,
        -F_1_272 << 16,
        F_0_850 << 16,
        -F_0_720 << 16,
    );
    let products = |row| _mm256_madd_epi16(row, odd);
    // In each half: rows 0 and 1 of the left block, then of the right one.
    let slope = _mm256_hadd_epi32(
        _mm256_hadd_epi32(products(left[0]), products(left[1])),
        _mm256_hadd_epi32(products(right[0]), products(right[1])),
    );
    let first = _mm256_unpacklo_epi32(
        _mm256_unpacklo_epi16(left[0], left[1]),
        _mm256_unpacklo_epi16(right[0], right[1]),
    );
    let [first, _] = widened::<{ 14 - CONSTANT_BITS as i32 }>(first);
    let middle = _mm256_add_epi32(first, _mm256_set1_epi32(1 << (SHIFT - 1)));
    let even = _mm256_srai_epi32::<SHIFT>(_mm256_add_epi32(middle, slope));
    let odd = _mm256_srai_epi32::<SHIFT>(_mm256_sub_epi32(middle, slope));
    let samples = _mm256_packs_epi32(even, odd);
    let samples = _mm256_packs_epi16(samples, samples);
    let samples = _mm256_xor_si256(samples, _mm256_set1_epi8(i8::MIN));
    let order = _mm256_set1_epi64x(i64::from_le_bytes([0, 4, 2, 6, 1, 5, 3, 7]));
    let [low, high] = halves(_mm256_shuffle_epi8(samples, order));
    // Four bytes of each row.
    let rows = _mm_unpacklo_epi32(low, high);
    [
        _mm_cvtsi128_si64(rows).to_le_bytes(),
        _mm_cvtsi128_si64(_mm_unpackhi_epi64(rows, rows)).to_le_bytes(),
    ]
}
