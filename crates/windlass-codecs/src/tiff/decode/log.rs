//! Logarithmic luma and colours (Ward Larson, "The `LogLuv` Encoding for Full Gamut, High Dynamic Range
//! Images", 1998), in runs of the bytes of a row, the highest bytes first.

use super::super::page::Layout;
use super::super::tags;

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
    let (u, v) = (part(pixel >> 8), part(pixel));
    let scale = 1.0 / (6.0 * u - 16.0 * v + 12.0);
    let (x, small_y) = (9.0 * u * scale, 4.0 * v * scale);
    [(x / small_y * y) as f32, y as f32, ((1.0 - x - small_y) / small_y * y) as f32]
}
