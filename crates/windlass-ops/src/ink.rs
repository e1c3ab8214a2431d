//! Colours as pixels: backgrounds and what is drawn with (`reference/ops/common.md` §4.3, §4.4).

use crate::coding::{labq_of, rad_of};
use windlass_core::{Coding, Error, ErrorKind, Header, Result, Sample, dispatch};

/// The bytes of one pixel of `colour` in an image of `header`.
///
/// A single value stands for all bands; a one-band image takes the first value of any. Values are
/// rounded to 32-bit floats and cast to the format. For packed images `colour` is Lab or scRGB.
pub(crate) fn ink(header: &Header, colour: &[f64]) -> Result<Vec<u8>> {
    let packed = header.coding != Coding::None;
    let bands = if packed { 3 } else { header.bands as usize };
    if colour.is_empty() || (colour.len() != 1 && colour.len() != bands && bands != 1) {
        let allowed =
            if bands == 1 { "1 element".into() } else { format!("1 or {bands} elements") };
        let text = format!("linear: vector must have {allowed}");
        return Err(Error::new(ErrorKind::BadArgument, text));
    }
    let value = |band: usize| colour[band % colour.len()] as f32;
    match header.coding {
        Coding::Labq => Ok(labq_of([value(0), value(1), value(2)]).into()),
        Coding::Rad => Ok(rad_of([value(0), value(1), value(2)]).into()),
        _ => Ok(dispatch!(header.format, T => samples::<T>(bands, value))),
    }
}

/// The bytes of a pixel whose samples are `value` of their band.
fn samples<T: Sample>(bands: usize, value: impl Fn(usize) -> f32) -> Vec<u8> {
    let samples = (0..bands).map(|band| T::from_f64(f64::from(value(band))));
    samples.flat_map(|sample| bytemuck::bytes_of(&sample).to_vec()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use windlass_core::BandFormat;

    #[test]
    fn values_are_clipped_and_repeated() {
        let header = Header::new(1, 1, 3, BandFormat::U8);
        assert_eq!(ink(&header, &[300.7]).unwrap(), [255; 3]);
        assert_eq!(ink(&header, &[-5.0, 1.9, 7.0]).unwrap(), [0, 1, 7]);
        assert_eq!(
            ink(&header, &[1.0, 2.0]).unwrap_err().message(),
            "linear: vector must have 1 or 3 elements"
        );
    }

    #[test]
    fn one_band_takes_the_first_of_many() {
        let header = Header::new(1, 1, 1, BandFormat::I32);
        assert_eq!(ink(&header, &[16_777_217.0, 2.0]).unwrap(), 16_777_216_i32.to_ne_bytes());
    }
}
