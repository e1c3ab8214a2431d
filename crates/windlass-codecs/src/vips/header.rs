//! The 64 bytes before the pixels.

use windlass_core::declare::ArgEnum;
use windlass_core::{BandFormat, Coding, Error, ErrorKind, Header, Interpretation, Result};

/// Bytes of the header.
pub(super) const LENGTH: usize = 64;
/// The first bytes of a file in the order of most machines, and of one in the other order.
pub(super) const LITTLE: [u8; 4] = [0xB6, 0xA6, 0xF2, 0x08];
pub(super) const BIG: [u8; 4] = [0x08, 0xF2, 0xA6, 0xB6];

/// The header in `bytes`, and whether the samples have to be swapped.
pub(super) fn parse(bytes: &[u8; LENGTH]) -> Result<(Header, bool)> {
    let big = bytes.starts_with(&BIG);
    if !big && !bytes.starts_with(&LITTLE) {
        return Err(Error::new(ErrorKind::Malformed, "VipsImage: not a vips file"));
    }
    let word = |at: usize| {
        let word = [bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]];
        if big { u32::from_be_bytes(word) } else { u32::from_le_bytes(word) }
    };
    let int = |at: usize| word(at) as i32;
    let format = BandFormat::from_number(int(20).clamp(0, 9)).unwrap_or(BandFormat::U8);
    let mut header = Header::new(int(4).max(1), int(8).max(1), int(12).max(1), format);
    header.coding = Coding::from_number(int(24))
        .filter(|coding| *coding != Coding::Error)
        .ok_or_else(|| Error::new(ErrorKind::Malformed, "VipsImage: unknown coding"))?;
    header.interpretation = Interpretation::from_number(int(28)).unwrap_or(Interpretation::Error);
    let resolution = |at: usize| {
        let value = f64::from(f32::from_bits(word(at)));
        if value > 0.0 { value } else { 0.0 }
    };
    (header.xres, header.yres) = (resolution(32), resolution(36));
    (header.xoffset, header.yoffset) = (int(48), int(52));
    Ok((header, big != cfg!(target_endian = "big")))
}

/// The header as the file has it, in the order of this machine.
pub(super) fn write(header: &Header) -> [u8; LENGTH] {
    let mut out = [0; LENGTH];
    let mut put = |at: usize, value: u32| out[at..at + 4].copy_from_slice(&value.to_ne_bytes());
    put(0, u32::from_le_bytes(LITTLE));
    put(4, header.width as u32);
    put(8, header.height as u32);
    put(12, header.bands as u32);
    put(16, 8 * header.format.size() as u32);
    put(20, header.format.number() as u32);
    put(24, header.coding.number() as u32);
    put(28, header.interpretation.number() as u32);
    put(32, (header.xres as f32).to_bits());
    put(36, (header.yres as f32).to_bits());
    put(48, header.xoffset as u32);
    put(52, header.yoffset as u32);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The vector of the reference: 2 x 2 pixels of 16 bits.
    const BYTES: [u8; 64] = [
        0xB6, 0xA6, 0xF2, 0x08, 2, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 16, 0, 0, 0, 2, 0, 0, 0, 0, 0,
        0, 0, 0x19, 0, 0, 0, 0, 0, 0x20, 0x40, 0, 0, 0x80, 0x3F, 0, 0, 0, 0, 0, 0, 0, 0, 0xFD,
        0xFF, 0xFF, 0xFF, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    ];

    #[test]
    #[cfg(target_endian = "little")]
    fn reads_and_writes_the_vector() {
        let (header, swapped) = parse(&BYTES).unwrap();
        assert!(!swapped);
        assert_eq!((header.width, header.height, header.bands), (2, 2, 1));
        assert_eq!(header.format, BandFormat::U16);
        assert_eq!(header.interpretation, Interpretation::Rgb16);
        assert_eq!((header.xres, header.yres), (2.5, 1.0));
        assert_eq!((header.xoffset, header.yoffset), (-3, 7));
        assert_eq!(write(&header), BYTES);
    }

    #[test]
    fn the_other_order_is_read() {
        let mut other = BYTES;
        other.chunks_exact_mut(4).for_each(<[u8]>::reverse);
        let (header, swapped) = parse(&other).unwrap();
        assert_eq!(swapped, cfg!(target_endian = "little"));
        assert_eq!((header.width, header.xres, header.xoffset), (2, 2.5, -3));
    }
}
