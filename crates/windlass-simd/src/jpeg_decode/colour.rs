//! From the components of a JPEG to interleaved samples.
//!
//! The equations of JFIF (ITU-T T.871) in 16-bit fixed point, rounded to the nearest.

use fearless_simd::Level;

#[cfg(target_arch = "x86_64")]
mod avx2;

const RED_OF_CR: i32 = 91_881;
const GREEN_OF_CB: i32 = -22_554;
const GREEN_OF_CR: i32 = -46_802;
const BLUE_OF_CB: i32 = 116_130;
const HALF: i32 = 1 << 15;

/// Converts a row of luma and chroma to RGB, interleaved.
pub fn rgb(level: Level, luma: &[u8], blue: &[u8], red: &[u8], out: &mut [u8]) {
    #[cfg(target_arch = "x86_64")]
    if let Some(token) = level.as_avx2() {
        return avx2::rgb(token, luma, blue, red, out);
    }
    fearless_simd::dispatch!(level, _simd => rgb_scalar(luma, blue, red, out));
}

/// The scalar twin of [`rgb`].
#[expect(clippy::inline_always, reason = "compiled once for each level of instructions")]
#[inline(always)]
pub fn rgb_scalar(luma: &[u8], blue: &[u8], red: &[u8], out: &mut [u8]) {
    for (((out, &y), &cb), &cr) in
        out.as_chunks_mut::<3>().0.iter_mut().zip(luma).zip(blue).zip(red)
    {
        *out = pixel(y, cb, cr);
    }
}

/// Converts a row of YCCK to CMYK, interleaved: RGB becomes its complement, the key stays.
pub fn cmyk(level: Level, [luma, blue, red, key]: [&[u8]; 4], out: &mut [u8]) {
    fearless_simd::dispatch!(level, _simd => cmyk_scalar([luma, blue, red, key], out));
}

/// The scalar twin of [`cmyk`].
#[expect(clippy::inline_always, reason = "compiled once for each level of instructions")]
#[inline(always)]
pub fn cmyk_scalar([luma, blue, red, key]: [&[u8]; 4], out: &mut [u8]) {
    let rows = luma.iter().zip(blue).zip(red).zip(key);
    for (out, (((&y, &cb), &cr), &k)) in out.as_chunks_mut::<4>().0.iter_mut().zip(rows) {
        let [r, g, b] = pixel(y, cb, cr);
        *out = [255 - r, 255 - g, 255 - b, k];
    }
}

/// Puts three rows side by side, interleaved.
pub fn three(level: Level, [a, b, c]: [&[u8]; 3], out: &mut [u8]) {
    #[cfg(target_arch = "x86_64")]
    if let Some(token) = level.as_avx2() {
        return avx2::three(token, a, b, c, out);
    }
    fearless_simd::dispatch!(level, _simd => three_scalar([a, b, c], out));
}

/// The scalar twin of [`three`].
#[expect(clippy::inline_always, reason = "compiled once for each level of instructions")]
#[inline(always)]
pub fn three_scalar([a, b, c]: [&[u8]; 3], out: &mut [u8]) {
    for (((out, &a), &b), &c) in out.as_chunks_mut::<3>().0.iter_mut().zip(a).zip(b).zip(c) {
        *out = [a, b, c];
    }
}

#[expect(clippy::inline_always, reason = "compiled once for each level of instructions")]
#[inline(always)]
fn pixel(y: u8, cb: u8, cr: u8) -> [u8; 3] {
    let y = i32::from(y);
    let cb = i32::from(cb) - 128;
    let cr = i32::from(cr) - 128;
    [
        y + ((RED_OF_CR * cr + HALF) >> 16),
        y + ((GREEN_OF_CB * cb + GREEN_OF_CR * cr + HALF) >> 16),
        y + ((BLUE_OF_CB * cb + HALF) >> 16),
    ]
    .map(|value| value.clamp(0, 255) as u8)
}
