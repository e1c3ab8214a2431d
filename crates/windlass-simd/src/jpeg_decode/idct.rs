//! Inverse DCT of rows of blocks, at full size and at 1/2, 1/4 and 1/8.
//!
//! The transform of Loeffler, Ligtenberg and Moschytz ("Practical fast 1-D DCT algorithms with 11
//! multiplications", 1989) in two passes, columns first: constants have 13 fractional bits, the first
//! pass leaves 2 more bits than the second, and each pass rounds. Coefficients are dequantised modulo
//! 2^16 and the first pass saturates at 16 bits, as vector units do it; a file made by an encoder
//! never gets near either.
//!
//! The reduced transforms give the 4×4, 2×2 or single sample that the eight-point basis functions
//! average to, leaving out those that average to nothing.

use fearless_simd::Level;

#[cfg(target_arch = "x86_64")]
mod avx2;

/// A block of coefficients in natural order, row after row.
pub type Block = [i16; 64];

/// The number of fractional bits of the constants.
const CONSTANT_BITS: u32 = 13;
/// The number of bits that the first pass leaves for the second one to round away.
const PASS_BITS: u32 = 2;

const F_0_211: i32 = 1730;
const F_0_298: i32 = 2446;
const F_0_390: i32 = 3196;
const F_0_509: i32 = 4176;
const F_0_541: i32 = 4433;
const F_0_601: i32 = 4926;
const F_0_720: i32 = 5906;
const F_0_765: i32 = 6270;
const F_0_850: i32 = 6967;
const F_0_899: i32 = 7373;
const F_1_061: i32 = 8697;
const F_1_175: i32 = 9633;
const F_1_272: i32 = 10426;
const F_1_451: i32 = 11893;
const F_1_501: i32 = 12299;
const F_1_847: i32 = 15137;
const F_1_961: i32 = 16069;
const F_2_053: i32 = 16819;
const F_2_172: i32 = 17799;
const F_2_562: i32 = 20995;
const F_3_072: i32 = 25172;
const F_3_624: i32 = 29692;

/// Transforms a row of blocks into eight rows of samples.
///
/// `extents[i]` is one more than the zigzag place of the last coefficient of `blocks[i]` that may be
/// other than 0. `base` is added to all first coefficients, modulo 2^16. Row `y` of block `i` lands at
/// `out[y * stride + 8 * i..][..8]`.
///
/// # Panics
///
/// If `out` is shorter than seven strides and a row of `8 * blocks.len()`, or `extents` shorter than
/// `blocks`.
pub fn full(
    level: Level,
    blocks: &[Block],
    extents: &[u8],
    base: i16,
    quantisation: &Block,
    out: &mut [u8],
    stride: usize,
) {
    #[cfg(target_arch = "x86_64")]
    if let Some(token) = level.as_avx2() {
        return avx2::full(token, blocks, extents, base, quantisation, out, stride);
    }
    fearless_simd::dispatch!(level, _simd => full_scalar(blocks, extents, base, quantisation, out, stride));
}

/// The scalar twin of [`full`].
#[expect(clippy::inline_always, reason = "compiled once for each level of instructions")]
#[inline(always)]
pub fn full_scalar(
    blocks: &[Block],
    extents: &[u8],
    base: i16,
    quantisation: &Block,
    out: &mut [u8],
    stride: usize,
) {
    each_block::<8>(blocks, out, stride, |index, block| {
        if extents[index] <= 1 {
            return [[flat(block[0].wrapping_add(base), quantisation[0]); 8]; 8];
        }
        full_block(&dequantised(block, base, quantisation))
    });
}

/// Transforms a row of blocks into four rows of samples, half the size; otherwise as [`full`].
///
/// # Panics
///
/// If `out` is shorter than three strides and a row of `4 * blocks.len()`, or `extents` shorter than
/// `blocks`.
pub fn half(
    level: Level,
    blocks: &[Block],
    extents: &[u8],
    base: i16,
    quantisation: &Block,
    out: &mut [u8],
    stride: usize,
) {
    #[cfg(target_arch = "x86_64")]
    if let Some(token) = level.as_avx2() {
        return avx2::half(token, blocks, extents, base, quantisation, out, stride);
    }
    fearless_simd::dispatch!(level, _simd => half_scalar(blocks, extents, base, quantisation, out, stride));
}

/// The scalar twin of [`half`].
#[expect(clippy::inline_always, reason = "compiled once for each level of instructions")]
#[inline(always)]
pub fn half_scalar(
    blocks: &[Block],
    extents: &[u8],
    base: i16,
    quantisation: &Block,
    out: &mut [u8],
    stride: usize,
) {
    each_block::<4>(blocks, out, stride, |index, block| {
        if extents[index] <= 1 {
            return [[flat_reduced(block[0].wrapping_add(base), quantisation[0]); 4]; 4];
        }
        half_block(&dequantised(block, base, quantisation))
    });
}

/// Transforms a row of blocks into two rows of samples, a quarter of the size; otherwise as [`full`].
///
/// # Panics
///
/// If `out` is shorter than one stride and a row of `2 * blocks.len()`, or `extents` shorter than
/// `blocks`.
pub fn quarter(
    level: Level,
    blocks: &[Block],
    extents: &[u8],
    base: i16,
    quantisation: &Block,
    out: &mut [u8],
    stride: usize,
) {
    #[cfg(target_arch = "x86_64")]
    if let Some(token) = level.as_avx2() {
        return avx2::quarter(token, blocks, extents, base, quantisation, out, stride);
    }
    fearless_simd::dispatch!(
        level,
        _simd => quarter_scalar(blocks, extents, base, quantisation, out, stride)
    );
}

/// The scalar twin of [`quarter`].
#[expect(clippy::inline_always, reason = "compiled once for each level of instructions")]
#[inline(always)]
pub fn quarter_scalar(
    blocks: &[Block],
    extents: &[u8],
    base: i16,
    quantisation: &Block,
    out: &mut [u8],
    stride: usize,
) {
    each_block::<2>(blocks, out, stride, |index, block| {
        if extents[index] <= 1 {
            return [[flat_reduced(block[0].wrapping_add(base), quantisation[0]); 2]; 2];
        }
        quarter_block(&dequantised(block, base, quantisation))
    });
}

/// Turns the first coefficients of a row of blocks, to each of which `base` is added, into samples, an
/// eighth of the size.
pub fn eighth(level: Level, first: &[i16], base: i16, quantisation: i16, out: &mut [u8]) {
    fearless_simd::dispatch!(level, _simd => eighth_scalar(first, base, quantisation, out));
}

/// The scalar twin of [`eighth`].
#[expect(clippy::inline_always, reason = "compiled once for each level of instructions")]
#[inline(always)]
pub fn eighth_scalar(first: &[i16], base: i16, quantisation: i16, out: &mut [u8]) {
    for (out, &value) in out.iter_mut().zip(first) {
        // The table of the reference has 10 bits; what does not fit wraps.
        let value = i32::from(value.wrapping_add(base)) * i32::from(quantisation);
        *out = sample((value.wrapping_add(4) >> 3) << 22 >> 22);
    }
}

/// Runs `transform` over a row of blocks and stores the squares of `N` samples side by side.
#[expect(clippy::inline_always, reason = "compiled once for each level of instructions")]
#[inline(always)]
fn each_block<const N: usize>(
    blocks: &[Block],
    out: &mut [u8],
    stride: usize,
    transform: impl Fn(usize, &Block) -> [[u8; N]; N],
) {
    for (index, block) in blocks.iter().enumerate() {
        for (y, row) in transform(index, block).iter().enumerate() {
            out[y * stride + N * index..][..N].copy_from_slice(row);
        }
    }
}

/// The sample of a block that has nothing but its first coefficient.
#[expect(clippy::inline_always, reason = "compiled once for each level of instructions")]
#[inline(always)]
fn flat(first: i16, quantisation: i16) -> u8 {
    // Both passes of the full transform, where the others give the same; but the shift wraps, as it
    // does in vector units that take this way too.
    let scaled = i32::from(first.wrapping_mul(quantisation).wrapping_shl(PASS_BITS));
    sample((scaled + 16) >> 5)
}

/// As [`flat`], for the reduced transforms.
#[expect(clippy::inline_always, reason = "compiled once for each level of instructions")]
#[inline(always)]
fn flat_reduced(first: i16, quantisation: i16) -> u8 {
    let scaled = i32::from(first.wrapping_mul(quantisation)) << PASS_BITS;
    sample((scaled.clamp(i32::from(i16::MIN), i32::from(i16::MAX)) + 16) >> 5)
}

/// A centred value as a sample.
#[expect(clippy::inline_always, reason = "compiled once for each level of instructions")]
#[inline(always)]
fn sample(value: i32) -> u8 {
    (value.clamp(-128, 127) + 128) as u8
}

/// `value / 2^bits`, rounded to the nearest.
#[expect(clippy::inline_always, reason = "compiled once for each level of instructions")]
#[inline(always)]
fn descale(value: i32, bits: u32) -> i32 {
    value.wrapping_add(1 << (bits - 1)) >> bits
}

/// What the first pass leaves: a rounded value in 16 bits.
#[expect(clippy::inline_always, reason = "compiled once for each level of instructions")]
#[inline(always)]
fn narrow(value: i32, bits: u32) -> i16 {
    descale(value, bits).clamp(i32::from(i16::MIN), i32::from(i16::MAX)) as i16
}

#[expect(clippy::inline_always, reason = "compiled once for each level of instructions")]
#[inline(always)]
fn dequantised(block: &Block, base: i16, quantisation: &Block) -> Block {
    let mut out: Block = std::array::from_fn(|i| block[i].wrapping_mul(quantisation[i]));
    out[0] = out[0].wrapping_add(base.wrapping_mul(quantisation[0]));
    out
}

/// Row or column `input` of the full transform, before rounding.
#[expect(clippy::inline_always, reason = "compiled once for each level of instructions")]
#[inline(always)]
fn full_pass(input: [i16; 8]) -> [i32; 8] {
    let [i0, i1, i2, i3, i4, i5, i6, i7] = input;
    let wide = i32::from;
    let even_sum = wide(i0.wrapping_add(i4)) << CONSTANT_BITS;
    let even_difference = wide(i0.wrapping_sub(i4)) << CONSTANT_BITS;
    let low = wide(i2) * F_0_541 + wide(i6) * (F_0_541 - F_1_847);
    let high = wide(i2) * (F_0_541 + F_0_765) + wide(i6) * F_0_541;
    let even = [
        even_sum.wrapping_add(high),
        even_difference.wrapping_add(low),
        even_difference.wrapping_sub(low),
        even_sum.wrapping_sub(high),
    ];
    let odd = full_odd([i1, i3, i5, i7]);
    std::array::from_fn(|i| {
        if i < 4 { even[i].wrapping_add(odd[i]) } else { even[7 - i].wrapping_sub(odd[7 - i]) }
    })
}

/// The part of a pass of the full transform that comes from the odd coefficients.
#[expect(clippy::inline_always, reason = "compiled once for each level of instructions")]
#[inline(always)]
fn full_odd([i1, i3, i5, i7]: [i16; 4]) -> [i32; 4] {
    let wide = i32::from;
    let z3 = wide(i7.wrapping_add(i3));
    let z4 = wide(i5.wrapping_add(i1));
    let sum3 = z3 * (F_1_175 - F_1_961) + z4 * F_1_175;
    let sum4 = z3 * F_1_175 + z4 * (F_1_175 - F_0_390);
    let of7 = wide(i7) * (F_0_298 - F_0_899) - wide(i1) * F_0_899;
    let of5 = wide(i5) * (F_2_053 - F_2_562) - wide(i3) * F_2_562;
    let of3 = wide(i3) * (F_3_072 - F_2_562) - wide(i5) * F_2_562;
    let of1 = wide(i1) * (F_1_501 - F_0_899) - wide(i7) * F_0_899;
    [of1.wrapping_add(sum4), of3.wrapping_add(sum3), of5.wrapping_add(sum4), of7.wrapping_add(sum3)]
}

#[expect(clippy::inline_always, reason = "compiled once for each level of instructions")]
#[inline(always)]
fn full_block(block: &Block) -> [[u8; 8]; 8] {
    let columns: [[i16; 8]; 8] = if block[8..].iter().all(|&value| value == 0) {
        // Columns of one value each: the shift wraps where the general way would saturate.
        std::array::from_fn(|x| [block[x].wrapping_shl(PASS_BITS); 8])
    } else {
        std::array::from_fn(|x| {
            full_pass(std::array::from_fn(|y| block[8 * y + x]))
                .map(|value| narrow(value, CONSTANT_BITS - PASS_BITS))
        })
    };
    std::array::from_fn(|y| {
        full_pass(std::array::from_fn(|x| columns[x][y]))
            .map(|value| sample(descale(value, CONSTANT_BITS + PASS_BITS + 3)))
    })
}

/// Row or column of the transform to half the size, before rounding, twice as large.
#[expect(clippy::inline_always, reason = "compiled once for each level of instructions")]
#[inline(always)]
fn half_pass([i0, i1, i2, i3, i5, i6, i7]: [i32; 7]) -> [i32; 4] {
    let middle = i0 << (CONSTANT_BITS + 1);
    let slope = i2 * F_1_847 - i6 * F_0_765;
    let even = [middle.wrapping_add(slope), middle.wrapping_sub(slope)];
    let inner = (i5 * F_1_451 - i7 * F_0_211).wrapping_add(i1 * F_1_061 - i3 * F_2_172);
    let outer = (i1 * F_2_562 + i3 * F_0_899).wrapping_add(-i5 * F_0_601 - i7 * F_0_509);
    [
        even[0].wrapping_add(outer),
        even[1].wrapping_add(inner),
        even[1].wrapping_sub(inner),
        even[0].wrapping_sub(outer),
    ]
}

#[expect(clippy::inline_always, reason = "compiled once for each level of instructions")]
#[inline(always)]
fn half_block(block: &Block) -> [[u8; 4]; 4] {
    let mut columns = [[0i16; 4]; 8];
    for x in [0, 1, 2, 3, 5, 6, 7] {
        let input = [0, 1, 2, 3, 5, 6, 7].map(|y| i32::from(block[8 * y + x]));
        columns[x] = half_pass(input).map(|value| narrow(value, CONSTANT_BITS - PASS_BITS + 1));
    }
    std::array::from_fn(|y| {
        let input = [0, 1, 2, 3, 5, 6, 7].map(|x: usize| i32::from(columns[x][y]));
        half_pass(input).map(|value| sample(descale(value, CONSTANT_BITS + PASS_BITS + 4)))
    })
}

/// Row or column of the transform to a quarter of the size, before rounding, four times as large.
#[expect(clippy::inline_always, reason = "compiled once for each level of instructions")]
#[inline(always)]
fn quarter_pass([i0, i1, i3, i5, i7]: [i16; 5]) -> [i32; 2] {
    let wide = i32::from;
    let middle = wide(i0) << (CONSTANT_BITS + 2);
    let slope = (wide(i1) * F_3_624 - wide(i3) * F_1_272)
        .wrapping_add(wide(i5) * F_0_850 - wide(i7) * F_0_720);
    [middle.wrapping_add(slope), middle.wrapping_sub(slope)]
}

#[expect(clippy::inline_always, reason = "compiled once for each level of instructions")]
#[inline(always)]
fn quarter_block(block: &Block) -> [[u8; 2]; 2] {
    let mut columns = [[0; 2]; 5];
    for (column, x) in columns.iter_mut().zip([0, 1, 3, 5, 7]) {
        let input = [0, 1, 3, 5, 7].map(|y| block[8 * y + x]);
        *column = quarter_pass(input).map(|value| narrow(value, CONSTANT_BITS - PASS_BITS + 2));
    }
    std::array::from_fn(|y| {
        quarter_pass(columns.map(|column| column[y]))
            .map(|value| sample(descale(value, CONSTANT_BITS + PASS_BITS + 5)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const STRIDE: usize = 8 * 13 + 3;

    /// A row of blocks that look random: sparse ones, dense ones, and some with huge coefficients.
    fn row(seed: u64) -> (Vec<Block>, Vec<u8>, Block) {
        let mut state = seed;
        let mut random = |bound: u64| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % bound
        };
        let mut blocks = vec![[0i16; 64]; 13];
        let mut extents = vec![64; 13];
        for (block, extent) in blocks.iter_mut().zip(&mut extents) {
            let (count, size) = match random(6) {
                0 => (0, 900),
                1 => (64, 60_000),
                2 => (64, 20),
                3 => (8, 200),
                _ => (5, 300),
            };
            let places = if random(3) == 0 { 8 } else { 64 };
            let mut value = || (random(size) as i64 - size as i64 / 2) as i16;
            block[0] = value();
            let values: Vec<i16> = (0..count).map(|_| value()).collect();
            for value in values {
                block[random(places) as usize] = value;
            }
            if count == 0 {
                *extent = random(2) as u8;
            }
        }
        let quantisation = std::array::from_fn(|_| {
            1 + random(if seed.is_multiple_of(7) { 60_000 } else { 99 }) as i16
        });
        (blocks, extents, quantisation)
    }

    type Kernel = fn(Level, &[Block], &[u8], i16, &Block, &mut [u8], usize);
    type Twin = fn(&[Block], &[u8], i16, &Block, &mut [u8], usize);

    /// Every kind of instructions this machine has gives what the scalar twin gives.
    fn levels_agree(kernel: Kernel, twin: Twin) {
        for seed in 0..400 {
            let (blocks, extents, quantisation) = row(seed);
            let base = [0, 77, -900][seed as usize % 3];
            for count in [13, 1, 2, 5] {
                let mut expected = vec![7; 8 * STRIDE];
                twin(&blocks[..count], &extents, base, &quantisation, &mut expected, STRIDE);
                for level in crate::levels() {
                    let mut out = vec![7; 8 * STRIDE];
                    kernel(
                        level,
                        &blocks[..count],
                        &extents,
                        base,
                        &quantisation,
                        &mut out,
                        STRIDE,
                    );
                    assert!(out == expected, "{level:?} {seed} {count}");
                }
            }
        }
    }

    #[test]
    fn levels_agree_at_full_size() {
        levels_agree(full, full_scalar);
    }

    #[test]
    fn levels_agree_at_half_the_size() {
        levels_agree(half, half_scalar);
    }

    #[test]
    fn levels_agree_at_a_quarter_of_the_size() {
        levels_agree(quarter, quarter_scalar);
    }

    #[test]
    fn a_reduced_block_is_about_the_mean_of_the_full_one() {
        let (blocks, extents, _) = row(3);
        let smooth: Vec<Block> = blocks
            .iter()
            .map(|block| {
                let mut small = [0; 64];
                for i in [0, 1, 8, 9] {
                    small[i] = block[i] % 100;
                }
                small
            })
            .collect();
        let table = [3; 64];
        let mut whole = vec![0; 8 * STRIDE];
        let mut reduced = vec![0; 4 * STRIDE];
        full(Level::new(), &smooth, &extents, 0, &table, &mut whole, STRIDE);
        half(Level::new(), &smooth, &extents, 0, &table, &mut reduced, STRIDE);
        for y in 0..4 {
            for x in 0..4 * smooth.len() {
                let at = 2 * y * STRIDE + 2 * x;
                let four = [at, at + 1, at + STRIDE, at + STRIDE + 1].map(|i| f64::from(whole[i]));
                let mean = four.iter().sum::<f64>() / 4.0;
                assert!((mean - f64::from(reduced[y * STRIDE + x])).abs() < 2.5);
            }
        }
    }

    #[test]
    fn first_coefficients_alone_give_their_eighth() {
        let mut out = [0; 5];
        eighth(Level::new(), &[0, 80, -80, 3000, -3000], 0, 1, &mut out);
        assert_eq!(out, [128, 138, 118, 255, 0]);
        eighth(Level::new(), &[-20, 60, -100, 2980, -3020], 20, 1, &mut out);
        assert_eq!(out, [128, 138, 118, 255, 0]);
    }
}
