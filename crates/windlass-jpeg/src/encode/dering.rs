//! Overshoot deringing: hide the ringing beside white in values that are clipped anyway.
//!
//! A decoder clips at white, so what lies above it costs nothing to be wrong. A sharp edge from
//! dark to clipped white is a truncated wave; letting runs of white (in zigzag order, along which the
//! block is smooth if it is at all) bulge over the limit like the wave would makes the spectrum
//! narrower, and less of it is lost in quantisation.

use windlass_simd::jpeg_encode::{NATURAL, Pair};

/// White, with the samples centred on zero.
const WHITE: i32 = 127;

/// Transform the blocks of a row again that have both white and other samples in them.
/// `first` is the quantiser of DC, in `plane` there are eight rows of `stride` samples.
pub(super) fn improve(plane: &[u8], stride: usize, table: &[u16; 64], pairs: &mut [Pair]) {
    for block in 0..2 * pairs.len() {
        let mut samples = [0; 64];
        let mut white = 0;
        for (y, row) in samples.as_chunks_mut::<8>().0.iter_mut().enumerate() {
            for (x, sample) in row.iter_mut().enumerate() {
                let byte = plane[y * stride + 8 * block + x];
                white += usize::from(byte == u8::MAX);
                *sample = i32::from(byte) - 128;
            }
        }
        if white == 0 || white == 64 {
            continue;
        }
        overshoot(&mut samples, white, i32::from(table[0]));
        let half = 8 * (block % 2);
        let pair = &mut pairs[block / 2];
        for (i, x) in transformed(&samples).into_iter().enumerate() {
            // Nothing may need more bits than a file of 8 bit samples has for it.
            let most = 8 * 1023 * i32::from(table[i]);
            pair[i / 8 * 16 + i % 8 + half] = x.clamp(-most, most) as i16;
        }
    }
}

/// Let the runs of white in zigzag order bulge.
fn overshoot(samples: &mut [i32; 64], white: usize, quantiser: i32) {
    let sum: i32 = samples.iter().sum();
    // The block must not become brighter than white itself.
    let room = (WHITE * 64 - sum) / white as i32;
    let limit = WHITE + room.min(31).min(2 * quantiser);
    let mut start = 0;
    while start < 64 {
        let at = |k: usize, samples: &[i32; 64]| samples[usize::from(NATURAL[k])];
        let mut end = start;
        while end < 64 && at(end, samples) >= WHITE {
            end += 1;
        }
        if end > start {
            let rise =
                slope(at(start.saturating_sub(1), samples), at(start.saturating_sub(2), samples));
            let fall = slope(at(end.min(63), samples), at((end + 1).min(63), samples));
            let ends = match (start, end) {
                (0, _) => [fall, fall],
                (_, 64) => [rise, rise],
                _ => [rise, fall],
            };
            for (i, &natural) in NATURAL[start..end].iter().enumerate() {
                let bulge = spline(ends, i + 1, end - start);
                samples[usize::from(natural)] = (WHITE + bulge).min(limit);
            }
        }
        start = end + 1;
    }
}

/// How steeply the samples beside a run rise to white; `next` is the nearer one.
fn slope(next: i32, farther: i32) -> i32 {
    (next - farther).max(WHITE - next)
}

/// How far a spline through white at both ends of a run of `length`, with these slopes outside of
/// it, is above white at its place `at` (1 to `length`). The curve is that of Catmull and Rom.
fn spline([rise, fall]: [i32; 2], at: usize, length: usize) -> i32 {
    let t = at as f32 / (length + 1) as f32;
    let (rise, fall) = (rise as f32, fall as f32);
    // Tangents at the ends, for a run longer than the distance of the outer points.
    let (begin, end) = (0.5 * rise * length as f32, -0.5 * fall * length as f32);
    let height = begin * t * (1.0 - t) * (1.0 - t) - end * t * t * (1.0 - t);
    height.ceil() as i32
}

/// The forward DCT of the vector kernels, one block at a time and for samples beyond eight bits.
fn transformed(samples: &[i32; 64]) -> [i32; 64] {
    let mut rows = [0; 64];
    for (y, row) in samples.as_chunks::<8>().0.iter().enumerate() {
        rows[8 * y..8 * y + 8].copy_from_slice(&frequencies(*row, 11));
    }
    let mut out = [0; 64];
    for u in 0..8 {
        let column = frequencies(std::array::from_fn(|y| rows[8 * y + u]), 15);
        for (v, x) in column.into_iter().enumerate() {
            out[8 * v + u] = x;
        }
    }
    out
}

/// Eight frequencies, shifted down by `shift`; the factors are those of the vector kernels.
fn frequencies(d: [i32; 8], shift: u32) -> [i32; 8] {
    const EVEN: [[i32; 4]; 4] = [
        [8192, 8192, 8192, 8192],
        [10703, 4433, -4433, -10703],
        [8192, -8192, -8192, 8192],
        [4433, -10704, 10704, -4433],
    ];
    const ODD: [[i32; 4]; 4] = [
        [11363, 9633, 6437, 2260],
        [9633, -2259, -11362, -6436],
        [6437, -11362, 2261, 9633],
        [2260, -6436, 9633, -11363],
    ];
    let sums: [i32; 4] = std::array::from_fn(|i| d[i] + d[7 - i]);
    let differences: [i32; 4] = std::array::from_fn(|i| d[i] - d[7 - i]);
    std::array::from_fn(|u| {
        let (factors, numbers) =
            if u % 2 == 0 { (EVEN[u / 2], sums) } else { (ODD[u / 2], differences) };
        let product: i32 = factors.iter().zip(numbers).map(|(factor, x)| factor * x).sum();
        (product + (1 << (shift - 1))) >> shift
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use windlass_simd::jpeg_encode::transform;

    #[test]
    fn blocks_without_white_or_all_white_are_left_alone() {
        for value in [0, 254, 255] {
            let mut pairs = [[7; 128]];
            improve(&[value; 128], 16, &[16; 64], &mut pairs);
            assert_eq!(pairs[0], [7; 128]);
        }
    }

    #[test]
    fn without_room_to_bulge_the_kernel_is_repeated() {
        let plane: Vec<u8> = (0..128).map(|i: u32| (i * i % 251) as u8).collect();
        let mut pairs = [[0; 128]];
        transform(windlass_simd::level(), &plane, 16, &mut pairs);
        let samples = std::array::from_fn(|i| i32::from(plane[i / 8 * 16 + i % 8]) - 128);
        let expected: [i16; 64] = std::array::from_fn(|i| pairs[0][i / 8 * 16 + i % 8]);
        assert_eq!(transformed(&samples).map(|x| x as i16), expected);
    }

    #[test]
    fn white_beside_black_bulges_but_not_beyond_the_limit() {
        let mut samples = [-128; 64];
        for row in samples.as_chunks_mut::<8>().0 {
            row[4..].fill(WHITE);
        }
        overshoot(&mut samples, 32, 16);
        let most = samples.iter().max().copied();
        assert_eq!(most, Some(WHITE + 31));
        assert!(samples.iter().all(|&x| x == -128 || x >= WHITE));
        overshoot(&mut samples, 32, 1);
        assert!(samples.iter().all(|&x| x <= WHITE + 2));
    }
}
