//! How the samples of an image lie in a file.

use super::tags;
use windlass_core::{BandFormat, Coding, Header, Interpretation};

/// The samples of a file.
#[derive(Clone, Debug)]
pub(super) struct Form {
    pub(super) bits: u32,
    /// Samples of a pixel
    pub(super) samples: u32,
    /// 1 (unsigned), 2 (signed), 3 (float) or 6 (complex)
    pub(super) format: u16,
    pub(super) photometric: u16,
    /// Samples that are no colours
    pub(super) extra: u32,
    pub(super) change: Change,
}

/// What becomes of the samples of an image.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Change {
    None,
    /// The high bits of bytes, several to a byte; turned round
    Bits {
        invert: bool,
    },
    /// The first of so many bytes in so many turned round: white is 0
    Invert {
        bytes: usize,
        pixel: usize,
    },
    /// All bytes turned round
    InvertAll,
    /// Three of four bytes
    Labq,
    /// Lightness of 15 bits in 16
    Labs,
    /// XYZ as fractions of white
    Xyz,
}

impl Form {
    /// The form of an image that is not compressed as JPEG.
    pub(super) fn of(header: &Header, bitdepth: u32, min_is_white: bool) -> Self {
        use Interpretation as I;
        let bands = header.bands as u32;
        let bytes = header.format.size() as u32;
        let format = match header.format {
            BandFormat::U8 | BandFormat::U16 | BandFormat::U32 => 1,
            BandFormat::I8 | BandFormat::I16 | BandFormat::I32 => 2,
            BandFormat::F32 | BandFormat::F64 => 3,
            BandFormat::C64 | BandFormat::C128 => 6,
        };
        let grey = if min_is_white { tags::MIN_IS_WHITE } else { tags::MIN_IS_BLACK };
        let (photometric, colours) = match header.interpretation {
            I::Labq if header.coding == Coding::Labq => (tags::CIELAB, 3),
            _ if bands < 3 => (grey, 1),
            I::Lab | I::Labs => (tags::CIELAB, 3),
            I::Xyz if is_log(header) => (tags::LOGLUV, 3),
            I::Cmyk if bands >= 4 => (tags::SEPARATED, 4),
            I::BlackWhite | I::Grey16 => (tags::MIN_IS_BLACK, 1),
            _ => (tags::RGB, 3),
        };
        let labq = header.coding == Coding::Labq;
        let change = if labq {
            Change::Labq
        } else if bitdepth > 0 {
            Change::Bits { invert: min_is_white }
        } else if photometric == tags::LOGLUV {
            Change::Xyz
        } else if header.interpretation == I::Labs && header.format == BandFormat::I16 && bands > 2
        {
            Change::Labs
        } else if photometric == tags::MIN_IS_WHITE && format == 1 {
            Change::Invert { bytes: bytes as usize, pixel: header.pixel_size() }
        } else {
            Change::None
        };
        let samples = if labq { 3 } else { bands };
        Self {
            bits: if bitdepth > 0 { bitdepth } else { bytes * 8 },
            samples,
            format,
            photometric,
            extra: samples.saturating_sub(colours),
            change,
        }
    }

    /// Bytes of a row of a chunk.
    pub(super) fn row_bytes(&self, width: usize) -> usize {
        (width * self.samples as usize * self.bits as usize).div_ceil(8)
    }

    /// Appends the samples of a row.
    pub(super) fn append(&self, row: &[u8], out: &mut Vec<u8>) {
        let start = out.len();
        match self.change {
            Change::None => out.extend_from_slice(row),
            Change::Bits { invert } => pack(row, self.bits, invert, out),
            Change::InvertAll => out.extend(row.iter().map(|byte| !byte)),
            Change::Invert { bytes, pixel } => {
                out.extend_from_slice(row);
                for pixel in out[start..].chunks_exact_mut(pixel) {
                    pixel[..bytes].iter_mut().for_each(|byte| *byte = !*byte);
                }
            }
            Change::Labq => {
                out.extend(row.as_chunks::<4>().0.iter().flat_map(|[l, a, b, _]| [*l, *a, *b]));
            }
            Change::Labs => {
                out.extend_from_slice(row);
                for pixel in out[start..].chunks_exact_mut(2 * self.samples as usize) {
                    let lightness = i16::from_ne_bytes([pixel[0], pixel[1]]);
                    pixel[..2].copy_from_slice(&(lightness << 1).to_ne_bytes());
                }
            }
            Change::Xyz => {
                let white = [95.047, 100.0, 108.8827].into_iter().cycle();
                let values = row.as_chunks::<4>().0.iter().zip(white);
                out.extend(values.flat_map(|(value, white)| {
                    ((f64::from(f32::from_ne_bytes(*value)) / white) as f32).to_ne_bytes()
                }));
            }
        }
    }
}

/// Whether an image is written as logarithmic colours.
pub(super) fn is_log(header: &Header) -> bool {
    header.interpretation == Interpretation::Xyz
        && header.format == BandFormat::F32
        && header.bands == 3
}

/// The high bits of bytes, the first pixel in the highest bits.
fn pack(row: &[u8], bits: u32, invert: bool, out: &mut Vec<u8>) {
    let mask = if invert { 0xFF } else { 0 };
    out.extend(row.chunks(8 / bits as usize).map(|pixels| {
        let places = (0..).map(|place| place * bits);
        let pixels = pixels.iter().zip(places);
        pixels.fold(0, |byte, (pixel, place)| {
            byte | ((pixel ^ mask) >> (8 - bits) << (8 - bits)) >> place
        })
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn high_bits_are_kept() {
        let packed = |bits, invert| {
            let mut out = Vec::new();
            pack(&[37, 200, 255], bits, invert, &mut out);
            out
        };
        assert_eq!(packed(1, false), [0b0110_0000]);
        assert_eq!(packed(2, false), [0b0011_1100]);
        assert_eq!(packed(4, false), [0x2C, 0xF0]);
        assert_eq!(packed(1, true), [0b1000_0000]);
    }
}
