//! Logarithmic luma and colours (Ward Larson, "The `LogLuv` Encoding for Full Gamut, High Dynamic Range
//! Images", 1998), in runs of the bytes of a row, the highest bytes first.

use super::super::page::Layout;
use super::super::tags;
use std::sync::LazyLock;

/// Decompresses rows of `width` pixels of two or four bytes, in the order of this machine.
pub(super) fn decode(
    layout: &Layout,
    width: u32,
    mut input: &[u8],
    out: &mut [u8],
) -> (usize, bool) {
    let bytes = if layout.photometric == tags::LOGLUV { 4 } else { 2 };
    let mut filled = 0;
    for row in out.chunks_exact_mut(width as usize * bytes) {
        for plane in 0..bytes {
            let place = if cfg!(target_endian = "little") { bytes - 1 - plane } else { plane };
            let mut places = row.iter_mut().skip(place).step_by(bytes);
            let Some(rest) = runs(input, &mut places) else { return (filled, false) };
            input = rest;
        }
        filled += row.len();
    }
    (filled, true)
}

/// Puts pixels of three bytes, the highest first, into four, in the order of this machine.
pub(super) fn decode_short(input: &[u8], out: &mut [u8]) -> (usize, bool) {
    let mut filled = 0;
    for (out, pixel) in out.as_chunks_mut::<4>().0.iter_mut().zip(input.as_chunks::<3>().0) {
        *out = u32::from_be_bytes([0, pixel[0], pixel[1], pixel[2]]).to_ne_bytes();
        filled += 4;
    }
    (filled, filled == out.len())
}

/// Fills the places of a row from runs; what follows them.
fn runs<'a, 'b>(
    mut input: &'a [u8],
    places: &mut impl ExactSizeIterator<Item = &'b mut u8>,
) -> Option<&'a [u8]> {
    while places.len() > 0 {
        let (&head, rest) = input.split_first()?;
        if head >= 128 {
            let (&value, rest) = rest.split_first()?;
            input = rest;
            places.take(usize::from(head) - 126).for_each(|place| *place = value);
        } else {
            let (values, rest) = rest.split_at_checked(head.into())?;
            input = rest;
            // values first: a zip that ends on them must not have taken a place
            values.iter().zip(places.by_ref()).for_each(|(value, place)| *place = *value);
        }
    }
    Some(input)
}

/// CIE XYZ of a pixel of 32 bits: luma of 15 bits and a sign, u' and v' of 8 bits each.
pub(in crate::tiff) fn xyz(pixel: u32) -> [f32; 3] {
    let luma = pixel >> 16;
    let exponent = f64::from(luma & 0x7FFF);
    if exponent == 0.0 {
        return [0.0; 3];
    }
    let y = libm::exp(
        core::f64::consts::LN_2 / 256.0 * (exponent + 0.5) - core::f64::consts::LN_2 * 64.0,
    );
    let y = if luma & 0x8000 == 0 { y } else { -y };
    if y <= 0.0 {
        return [0.0; 3];
    }
    let part = |byte: u32| (f64::from(byte & 0xFF) + 0.5) / 410.0;
    of_chroma(y, (part(pixel >> 8), part(pixel)))
}

/// CIE XYZ of a pixel of 24 bits: luma of 10 bits, and the number of a square of colours.
pub(in crate::tiff) fn short_xyz(pixel: u32) -> [f32; 3] {
    let luma = pixel >> 14 & 0x3FF;
    if luma == 0 {
        return [0.0; 3];
    }
    let y = libm::exp(
        core::f64::consts::LN_2 / 64.0 * (f64::from(luma) + 0.5) - core::f64::consts::LN_2 * 12.0,
    );
    let white = (0.210_526_316, 0.473_684_211);
    of_chroma(y, COLOURS.get((pixel & 0x3FFF) as usize).copied().unwrap_or(white))
}

/// CIE XYZ of a luminance and the chroma u' and v'.
fn of_chroma(y: f64, (u, v): (f64, f64)) -> [f32; 3] {
    let scale = 1.0 / (6.0 * u - 16.0 * v + 12.0);
    let (x, small_y) = (9.0 * u * scale, 4.0 * v * scale);
    [(x / small_y * y) as f32, y as f32, ((1.0 - x - small_y) / small_y * y) as f32]
}

/// u' and v' of the middle of each square, counted along u', row by row.
static COLOURS: LazyLock<Vec<(f64, f64)>> = LazyLock::new(|| {
    let side = f64::from(0.0035_f32);
    let rows = ROWS.iter().enumerate().flat_map(|(row, (start, count))| {
        let start = f64::from((f64::from(*start) / 1e6) as f32);
        let v = f64::from(0.016_94_f32) + (row as f64 + 0.5) * side;
        (0..*count).map(move |square| (start + (f64::from(square) + 0.5) * side, v))
    });
    rows.collect()
});

/// Where each row of squares starts in u', in millionths, and how many it has: the colours that can be
/// seen. Measured from what the reference makes of each number.
#[rustfmt::skip]
static ROWS: [(u32, u8); 163] = [
    (247_663, 4), (243_779, 6), (241_684, 7), (237_874, 9), (235_906, 10), (232_153, 12),
    (228_352, 14), (226_259, 15), (222_371, 17), (220_410, 18), (214_710, 21), (212_714, 22),
    (210_721, 23), (204_976, 26), (202_986, 27), (199_245, 29), (195_525, 31), (193_560, 32),
    (189_878, 34), (186_216, 36), (186_216, 36), (182_592, 38), (179_003, 40), (175_466, 42),
    (172_001, 44), (172_001, 44), (168_612, 46), (168_612, 46), (163_575, 49), (158_642, 52),
    (158_642, 52), (158_642, 52), (153_815, 55), (153_815, 55), (149_097, 58), (149_097, 58),
    (142_746, 62), (142_746, 62), (142_746, 62), (138_270, 65), (138_270, 65), (138_270, 65),
    (132_166, 69), (132_166, 69), (126_204, 73), (126_204, 73), (126_204, 73), (120_381, 77),
    (120_381, 77), (120_381, 77), (120_381, 77), (112_962, 82), (112_962, 82), (112_962, 82),
    (107_450, 86), (107_450, 86), (107_450, 86), (107_450, 86), (100_343, 91), (100_343, 91),
    (100_343, 91), (95_126, 95), (95_126, 95), (95_126, 95), (95_126, 95), (88_276, 100),
    (88_276, 100), (88_276, 100), (88_276, 100), (81_523, 105), (81_523, 105), (81_523, 105),
    (81_523, 105), (74_861, 110), (74_861, 110), (74_861, 110), (74_861, 110), (68_290, 115),
    (68_290, 115), (68_290, 115), (68_290, 115), (63_573, 119), (63_573, 119), (63_573, 119),
    (63_573, 119), (57_219, 124), (57_219, 124), (57_219, 124), (57_219, 124), (50_985, 129),
    (50_985, 129), (50_985, 129), (50_985, 129), (50_985, 129), (44_859, 134), (44_859, 134),
    (44_859, 134), (44_859, 134), (40_571, 138), (40_571, 138), (40_571, 138), (40_571, 138),
    (36_339, 142), (36_339, 142), (36_339, 142), (36_339, 142), (32_139, 146), (32_139, 146),
    (32_139, 146), (32_139, 146), (27_947, 150), (27_947, 150), (27_947, 150), (23_739, 154),
    (23_739, 154), (23_739, 154), (23_739, 154), (19_504, 158), (19_504, 158), (19_504, 158),
    (16_976, 161), (16_976, 161), (16_976, 161), (16_976, 161), (12_639, 165), (12_639, 165),
    (12_639, 165), (9_991, 168), (9_991, 168), (9_991, 168), (9_016, 170), (9_016, 170),
    (9_016, 170), (6_217, 173), (6_217, 173), (5_097, 175), (5_097, 175), (5_097, 175),
    (3_909, 177), (3_909, 177), (2_340, 177), (2_389, 170), (1_068, 164), (1_653, 157),
    (717, 150), (1_614, 143), (270, 136), (484, 129), (1_103, 123), (1_242, 115),
    (1_188, 109), (1_011, 103), (709, 97), (301, 89), (2_416, 82), (3_251, 76), (3_246, 69),
    (4_141, 62), (5_963, 55), (8_839, 47), (10_490, 40), (16_994, 31), (23_659, 21),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn squares_of_colours_have_their_places() {
        assert_eq!(COLOURS.len(), 16_289);
        // the first and last one, and one in the middle: computed from the XYZ of the reference
        let near = |number: u32, u: f64, v: f64| {
            let [x, y, z] = short_xyz(600 << 14 | number).map(f64::from);
            let sum = x + 15.0 * y + 3.0 * z;
            let (found_u, found_v) = (4.0 * x / sum, 9.0 * y / sum);
            assert!(
                (found_u - u).abs() < 1e-6 && (found_v - v).abs() < 1e-6,
                "{found_u} {found_v}"
            );
        };
        near(0, 0.249_413, 0.018_69);
        near(16_000, 0.130_996, 0.564_690);
        near(16_383, 0.210_526, 0.473_684);
        assert_eq!(short_xyz(5), [0.0; 3]);
    }

    #[test]
    fn three_bytes_become_a_number() {
        let mut out = [0; 8];
        assert_eq!(decode_short(&[1, 2, 3, 4, 5, 6], &mut out), (8, true));
        assert_eq!(out[..4], 0x01_02_03_u32.to_ne_bytes());
        assert_eq!(decode_short(&[1, 2, 3, 4], &mut out), (4, false));
    }
}
