//! Hue, saturation, value of 8 bits.

use super::colourspace::converted;
use super::step::{self, Narrow, Step};
use crate::coding::decoded;
use windlass_core::{BandFormat, Build, Image, Interpretation, Result, cast};
use windlass_macros::Operation;

/// Transform sRGB to HSV.
///
/// Hue is 0 to 255 for a whole turn. An image of another interpretation is converted to sRGB first.
#[derive(Operation)]
#[operation(family = "colour", name = "sRGB2HSV", sequential)]
pub struct SrgbToHsv {
    /// Input image
    pub input: Image,
}

impl Build for SrgbToHsv {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        step::one(&prepared(&self.input, Interpretation::Srgb)?, Step::SrgbToHsv)
    }
}

/// Transform HSV to sRGB.
///
/// An image of another interpretation is converted to HSV first.
#[derive(Operation)]
#[operation(family = "colour", name = "HSV2sRGB", sequential)]
pub struct HsvToSrgb {
    /// Input image
    pub input: Image,
}

impl Build for HsvToSrgb {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        step::one(&prepared(&self.input, Interpretation::Hsv)?, Step::HsvToSrgb)
    }
}

/// Bytes of that interpretation.
fn prepared(image: &Image, wanted: Interpretation) -> Result<Image> {
    let bytes = cast(&decoded(image)?, BandFormat::U8)?;
    if bytes.header().interpretation == wanted {
        return Ok(bytes);
    }
    converted(&bytes, wanted)
}

/// sRGB to HSV.
pub(super) const OF_SRGB: Narrow = Narrow { bands: 3, run: of_srgb };
/// HSV to sRGB.
pub(super) const TO_SRGB: Narrow = Narrow { bands: 3, run: to_srgb };

fn of_srgb(input: &[u8], out: &mut [u8]) {
    for (out, rgb) in out.as_chunks_mut().0.iter_mut().zip(input.as_chunks().0) {
        *out = hsv_of(*rgb);
    }
}

fn to_srgb(input: &[u8], out: &mut [u8]) {
    for (out, hsv) in out.as_chunks_mut().0.iter_mut().zip(input.as_chunks().0) {
        *out = srgb_of(*hsv);
    }
}

fn hsv_of([r, g, b]: [u8; 3]) -> [u8; 3] {
    let [red, green, blue] = [r, g, b].map(i32::from);
    let (max, min, d, base) = match (g < b, b < r, g < r) {
        (true, true, _) => (r, g, green - blue, 255.0),
        (true, false, _) => (b, g.min(r), red - green, 170.0),
        (false, _, true) => (r, b, green - blue, 0.0),
        (false, _, false) => (g, b.min(r), blue - red, 85.0),
    };
    if max == 0 {
        return [0; 3];
    }
    let delta = max - min;
    // the quotient is a 32-bit float in the reference, what is made of it is a double
    let hue = if delta == 0 { 0.0 } else { 42.5 * f64::from(d as f32 / f32::from(delta)) + base };
    let saturation = i32::from(delta) * 255 / i32::from(max);
    [hue as i32 as u8, saturation as u8, max]
}

fn srgb_of([h, s, v]: [u8; 3]) -> [u8; 3] {
    let c = f32::from(v) * f32::from(s) / 255.0;
    let x = c * (1.0 - ((f32::from(h) / 42.5) % 2.0 - 1.0).abs());
    let m = f32::from(v) - c;
    let parts = match h {
        0..42 => [c, x, 0.0],
        42..85 => [x, c, 0.0],
        85..127 => [0.0, c, x],
        127..170 => [0.0, x, c],
        170..212 => [x, 0.0, c],
        212.. => [c, 0.0, x],
    };
    parts.map(|part| (part + m) as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_have_the_references_numbers() {
        assert_eq!(hsv_of([200, 100, 50]), [14, 191, 200]);
        assert_eq!(hsv_of([0, 0, 255]), [170, 255, 255]);
        assert_eq!(hsv_of([128, 128, 128]), [0, 0, 128]);
        assert_eq!(srgb_of([0, 255, 255]), [255, 0, 0]);
        assert_eq!(srgb_of([0, 0, 77]), [77, 77, 77]);
    }

    #[test]
    fn grey_is_taken_too() {
        let image = Image::from_memory(1, 1, 1, BandFormat::U8, vec![9]).unwrap();
        assert_eq!(SrgbToHsv::new(image).build().unwrap().to_memory().unwrap(), [0, 0, 9]);
    }
}
