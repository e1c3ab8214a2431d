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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_triple_agrees_on_every_level() {
        // Luma only shifts and clips: a few of them with all of the chroma.
        let blue: Vec<u8> = (0..=255u8).flat_map(|b| [b; 256]).collect();
        let red: Vec<u8> = (0..256).flat_map(|_| 0..=255u8).collect();
        for y in [0, 1, 77, 128, 200, 254, 255] {
            let luma = vec![y; blue.len()];
            let mut expected = vec![0; 3 * blue.len()];
            rgb_scalar(&luma, &blue, &red, &mut expected);
            for level in crate::levels() {
                let mut out = vec![0; 3 * blue.len()];
                rgb(level, &luma, &blue, &red, &mut out);
                assert!(out == expected);
            }
        }
    }

    #[test]
    fn known_colours() {
        let mut out = [0; 9];
        rgb_scalar(&[255, 76, 0], &[128, 85, 128], &[128, 255, 128], &mut out);
        assert_eq!(out, [255, 255, 255, 254, 0, 0, 0, 0, 0]);
        let mut out = [0; 4];
        cmyk(Level::new(), [&[76], &[85], &[255], &[9]], &mut out);
        assert_eq!(out, [1, 255, 255, 9]);
    }

    #[test]
    fn short_rows_and_short_outputs() {
        for length in 0..100 {
            let rows: [Vec<u8>; 3] =
                [3, 5, 7].map(|factor: usize| (0..length).map(|x| (factor * x) as u8).collect());
            let parts = [&rows[0], &rows[1], &rows[2]].map(Vec::as_slice);
            let expected: Vec<u8> = (0..3 * length).map(|i| rows[i % 3][i / 3]).collect();
            let mut colours = vec![0; 3 * length];
            rgb_scalar(parts[0], parts[1], parts[2], &mut colours);
            for kept in [3 * length, length / 3 * 3] {
                let mut out = vec![0; kept];
                three(Level::new(), parts, &mut out);
                assert_eq!(out, expected[..kept]);
                rgb(Level::new(), parts[0], parts[1], parts[2], &mut out);
                assert_eq!(out, colours[..kept]);
            }
        }
    }
}
