//! The conversions for AVX2, 32 pixels at a time.

use std::arch::x86_64::{
    __m256i, _mm256_add_epi16, _mm256_add_epi32, _mm256_madd_epi16, _mm256_mulhi_epi16,
    _mm256_mulhrs_epi16, _mm256_or_si256, _mm256_packs_epi32, _mm256_packus_epi16,
    _mm256_permute2x128_si256, _mm256_set1_epi16, _mm256_set1_epi32, _mm256_setzero_si256,
    _mm256_shuffle_epi8, _mm256_srai_epi16, _mm256_srai_epi32, _mm256_sub_epi16,
    _mm256_unpackhi_epi8, _mm256_unpackhi_epi16, _mm256_unpacklo_epi8, _mm256_unpacklo_epi16,
};

use fearless_simd::{Avx2, prelude::*, u8x32};

use super::{BLUE_OF_CB, GREEN_OF_CB, GREEN_OF_CR, HALF, RED_OF_CR, rgb_scalar, three_scalar};

/// Pixels of a step.
const STEP: usize = 32;

fearless_simd::kernel!(
    /// As [`rgb`](super::rgb).
    pub(super) fn rgb(token: Avx2, luma: &[u8], blue: &[u8], red: &[u8], out: &mut [u8]) {
        let (luma, luma_rest) = luma.as_chunks::<STEP>();
        let (blue, blue_rest) = split(blue, luma.len());
        let (red, red_rest) = split(red, luma.len());
        let (pixels, rest) = out.split_at_mut((3 * STEP * luma.len()).min(out.len()));
        let (out, short) = pixels.as_chunks_mut::<{ 3 * STEP }>();
        let done = out.len();
        for (((out, y), cb), cr) in out.iter_mut().zip(luma).zip(blue).zip(red) {
            let load = |row: &[u8; STEP]| u8x32::from_slice(token, row).into();
            let samples = convert(load(y), load(cb), load(cr));
            interleave(token, samples, out);
        }
        if done == luma.len() {
            rgb_scalar(luma_rest, blue_rest, red_rest, rest);
        } else {
            // The output ends within the whole steps.
            rgb_scalar(&luma[done], &blue[done], &red[done], short);
        }
    }
);

fearless_simd::kernel!(
    /// As [`three`](super::three).
    pub(super) fn three(token: Avx2, a: &[u8], b: &[u8], c: &[u8], out: &mut [u8]) {
        let (a, a_rest) = a.as_chunks::<STEP>();
        let (b, b_rest) = split(b, a.len());
        let (c, c_rest) = split(c, a.len());
        let (pixels, rest) = out.split_at_mut((3 * STEP * a.len()).min(out.len()));
        let (out, short) = pixels.as_chunks_mut::<{ 3 * STEP }>();
        let done = out.len();
        for (((out, a), b), c) in out.iter_mut().zip(a).zip(b).zip(c) {
            let load = |row: &[u8; STEP]| u8x32::from_slice(token, row).into();
            interleave(token, [load(a), load(b), load(c)], out);
        }
        if done == a.len() {
            three_scalar([a_rest, b_rest, c_rest], rest);
        } else {
            three_scalar([&a[done], &b[done], &c[done]], short);
        }
    }
);

/// The first `steps` steps of a row, and the rest.
fn split(row: &[u8], steps: usize) -> (&[[u8; STEP]], &[u8]) {
    let (steps, rest) = row.split_at(STEP * steps);
    (steps.as_chunks().0, rest)
}

/// Converts luma and chroma to red, green and blue.
#[target_feature(enable = "avx2")]
#[inline]
fn convert(luma: __m256i, blue: __m256i, red: __m256i) -> [__m256i; 3] {
    let zero = _mm256_setzero_si256();
    let low = convert_half(
        _mm256_unpacklo_epi8(luma, zero),
        _mm256_unpacklo_epi8(blue, zero),
        _mm256_unpacklo_epi8(red, zero),
    );
    let high = convert_half(
        _mm256_unpackhi_epi8(luma, zero),
        _mm256_unpackhi_epi8(blue, zero),
        _mm256_unpackhi_epi8(red, zero),
    );
    [
        _mm256_packus_epi16(low[0], high[0]),
        _mm256_packus_epi16(low[1], high[1]),
        _mm256_packus_epi16(low[2], high[2]),
    ]
}

/// Converts 16 pixels of 16 bits.
#[target_feature(enable = "avx2")]
#[inline]
fn convert_half(y: __m256i, cb: __m256i, cr: __m256i) -> [__m256i; 3] {
    let middle = _mm256_set1_epi16(128);
    let one = _mm256_set1_epi16(1);
    let cb = _mm256_sub_epi16(cb, middle);
    let cr = _mm256_sub_epi16(cr, middle);

    // 1.402 = 1 + 0.402; twice the product is rounded down, then the half of it to the nearest.
    let twice = _mm256_mulhi_epi16(_mm256_add_epi16(cr, cr), constant(RED_OF_CR - (1 << 16)));
    let part = _mm256_srai_epi16::<1>(_mm256_add_epi16(twice, one));
    let red = _mm256_add_epi16(_mm256_add_epi16(y, cr), part);

    // 1.772 = 2 - 0.228; the constant is even, so half of it is exact in a product of 15 bits.
    let part = _mm256_mulhrs_epi16(cb, constant((BLUE_OF_CB - (2 << 16)) / 2));
    let blue = _mm256_add_epi16(_mm256_add_epi16(y, part), _mm256_add_epi16(cb, cb));

    // -0.714 = 0.286 - 1.
    let factors = (GREEN_OF_CB & 0xFFFF) | ((GREEN_OF_CR + (1 << 16)) << 16);
    let factors = _mm256_set1_epi32(factors);
    let half = _mm256_set1_epi32(HALF);
    let low = _mm256_madd_epi16(_mm256_unpacklo_epi16(cb, cr), factors);
    let high = _mm256_madd_epi16(_mm256_unpackhi_epi16(cb, cr), factors);
    let part = _mm256_packs_epi32(
        _mm256_srai_epi32::<16>(_mm256_add_epi32(low, half)),
        _mm256_srai_epi32::<16>(_mm256_add_epi32(high, half)),
    );
    let green = _mm256_add_epi16(_mm256_sub_epi16(y, cr), part);
    [red, green, blue]
}

#[target_feature(enable = "avx2")]
#[inline]
fn constant(value: i32) -> __m256i {
    _mm256_set1_epi16(value as i16)
}

/// The places in 16 bytes of output, from byte `16 * part`, of 16 samples of one of three bands.
const fn places(part: usize, band: usize) -> [u8; 32] {
    let mut places = [0x80; 32];
    let mut i = 0;
    while i < 16 {
        let at = 16 * part + i;
        if at % 3 == band {
            places[i] = (at / 3) as u8;
            places[i + 16] = (at / 3) as u8;
        }
        i += 1;
    }
    places
}

/// [`places`] of each part and band.
const PLACES: [[[u8; 32]; 3]; 3] = [
    [places(0, 0), places(0, 1), places(0, 2)],
    [places(1, 0), places(1, 1), places(1, 2)],
    [places(2, 0), places(2, 1), places(2, 2)],
];

/// Stores three samples of each of 32 pixels side by side.
#[target_feature(enable = "avx2")]
#[inline]
fn interleave(token: Avx2, bands: [__m256i; 3], out: &mut [u8; 3 * STEP]) {
    let mut parts = [_mm256_setzero_si256(); 3];
    for (part, places) in parts.iter_mut().zip(&PLACES) {
        for (band, places) in bands.iter().zip(places) {
            let places = u8x32::from_slice(token, places).into();
            *part = _mm256_or_si256(*part, _mm256_shuffle_epi8(*band, places));
        }
    }
    // Each part holds bytes of the first 16 pixels and of the others.
    let [a, b, c] = parts;
    let ordered = [
        _mm256_permute2x128_si256::<0x20>(a, b),
        _mm256_permute2x128_si256::<0x30>(c, a),
        _mm256_permute2x128_si256::<0x31>(b, c),
    ];
    for (out, part) in out.as_chunks_mut::<32>().0.iter_mut().zip(ordered) {
        u8x32::simd_from(token, part).store_slice(out);
    }
}
