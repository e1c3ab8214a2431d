//! What a file says beside its picture: density, EXIF, XMP, IPTC, ICC profile, comments.

use crate::{Error, ErrorKind, Result};

/// Longest payload of a segment: 65,535 less the two bytes of the length itself.
const PAYLOAD: usize = 65_533;
const XMP: &[u8] = b"http://ns.adobe.com/xap/1.0/\0";
const ICC: &[u8] = b"ICC_PROFILE\0";

/// Metadata to write, as raw payloads. Everything is optional; what is there is written in the order
/// of the fields, with the Adobe segment of CMYK files after the density.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Segments {
    /// JFIF density (APP0). Without it no JFIF segment is written.
    pub density: Option<Density>,
    /// EXIF (APP1): the whole payload, with `Exif` and two zero bytes in front.
    pub exif: Option<Vec<u8>>,
    /// XMP packet (APP1), without the prefix that names it.
    pub xmp: Option<Vec<u8>>,
    /// IPTC (APP13): the whole payload, usually starting `Photoshop 3.0`.
    pub iptc: Option<Vec<u8>>,
    /// ICC profile (APP2), whole; it is split where it is longer than a segment.
    pub icc: Option<Vec<u8>>,
    /// Further application segments: number (0 to 15) and payload.
    pub applications: Vec<(u8, Vec<u8>)>,
    /// Comments (COM).
    pub comments: Vec<Vec<u8>>,
}

/// The density of a JFIF segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Density {
    /// Of `x` and `y`.
    pub unit: DensityUnit,
    /// Horizontal density, or the width of a pixel's shape.
    pub x: u16,
    /// Vertical density, or the height of a pixel's shape.
    pub y: u16,
}

impl Density {
    /// A density of `x` by `y` in `unit`.
    pub fn new(unit: DensityUnit, x: u16, y: u16) -> Self {
        Self { unit, x, y }
    }
}

/// The unit of a [`Density`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DensityUnit {
    /// None: the two numbers are a ratio.
    Aspect = 0,
    /// Pixels per inch.
    Inch = 1,
    /// Pixels per centimetre.
    Centimetre = 2,
}

impl Segments {
    /// Append all segments, with the Adobe one if `adobe`.
    pub(super) fn append(&self, adobe: bool, out: &mut Vec<u8>) -> Result<()> {
        if let Some(Density { unit, x, y }) = self.density {
            let ([x0, x1], [y0, y1]) = (x.to_be_bytes(), y.to_be_bytes());
            let payload = [b"JFIF\0\x01\x01", &[unit as u8, x0, x1, y0, y1, 0, 0][..]];
            segment(out, 0xE0, &payload)?;
        }
        if adobe {
            segment(out, 0xEE, &[b"Adobe\0\x64\0\0\0\0\0"])?;
        }
        if let Some(exif) = &self.exif {
            segment(out, 0xE1, &[exif])?;
        }
        if let Some(xmp) = &self.xmp {
            segment(out, 0xE1, &[XMP, xmp])?;
        }
        if let Some(iptc) = &self.iptc {
            segment(out, 0xED, &[iptc])?;
        }
        if let Some(icc) = &self.icc {
            profile(out, icc)?;
        }
        for (number, payload) in &self.applications {
            segment(out, 0xE0 | number & 15, &[payload])?;
        }
        for comment in &self.comments {
            segment(out, 0xFE, &[comment])?;
        }
        Ok(())
    }
}

/// The chunks of an ICC profile, numbered from 1.
fn profile(out: &mut Vec<u8>, icc: &[u8]) -> Result<()> {
    let chunks = icc.chunks(PAYLOAD - ICC.len() - 2);
    let Ok(count) = u8::try_from(chunks.len()) else {
        return Err(Error::new(
            ErrorKind::Limit,
            format!("ICC profile of {} bytes does not fit 255 segments", icc.len()),
        ));
    };
    for (number, chunk) in (1..=count).zip(chunks) {
        segment(out, 0xE2, &[ICC, &[number, count], chunk])?;
    }
    Ok(())
}

/// A marker, the length of what follows, and the parts of the payload.
pub(super) fn segment(out: &mut Vec<u8>, marker: u8, parts: &[&[u8]]) -> Result<()> {
    let length = parts.iter().map(|part| part.len()).sum::<usize>();
    if length > PAYLOAD {
        return Err(Error::new(
            ErrorKind::Limit,
            format!("segment FF{marker:02X} of {length} bytes is longer than {PAYLOAD}"),
        ));
    }
    out.extend([0xFF, marker]);
    out.extend((length as u16 + 2).to_be_bytes());
    for part in parts {
        out.extend_from_slice(part);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_profile_is_split_and_numbered() {
        let icc: Vec<u8> = (0..70_000_u32).map(|i| i as u8).collect();
        let mut out = Vec::new();
        Segments { icc: Some(icc.clone()), ..Segments::default() }.append(false, &mut out).unwrap();
        assert_eq!(out[..18], *b"\xFF\xE2\xFF\xFFICC_PROFILE\0\x01\x02");
        let second = 2 + 65_535;
        assert_eq!(out[second..second + 2], [0xFF, 0xE2]);
        assert_eq!(out[second + 16..second + 18], [2, 2]);
        let joined = [&out[18..second], &out[second + 18..]].concat();
        assert_eq!(joined, icc);
    }

    #[test]
    fn what_is_too_long_is_refused() {
        let long = |n: usize| Segments { exif: Some(vec![0; n]), ..Segments::default() };
        assert!(long(65_533).append(false, &mut Vec::new()).is_ok());
        let error = long(65_534).append(false, &mut Vec::new()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Limit);
        let icc = Segments { icc: Some(vec![0; 255 * 65_519 + 1]), ..Segments::default() };
        assert_eq!(icc.append(false, &mut Vec::new()).unwrap_err().kind(), ErrorKind::Limit);
    }

    #[test]
    fn the_order_is_fixed() {
        let segments = Segments {
            density: Some(Density::new(DensityUnit::Inch, 300, 300)),
            exif: Some(b"Exif\0\0".to_vec()),
            xmp: Some(b"<x/>".to_vec()),
            iptc: Some(b"Photoshop 3.0".to_vec()),
            icc: Some(vec![1]),
            applications: vec![(4, vec![2])],
            comments: vec![b"hello".to_vec()],
        };
        let mut out = Vec::new();
        segments.append(true, &mut out).unwrap();
        let mut markers = Vec::new();
        let mut at = 0;
        while at < out.len() {
            markers.push(out[at + 1]);
            at += 2 + usize::from(u16::from_be_bytes([out[at + 2], out[at + 3]]));
        }
        assert_eq!(markers, [0xE0, 0xEE, 0xE1, 0xE1, 0xED, 0xE2, 0xE4, 0xFE]);
        assert_eq!(out[..18], *b"\xFF\xE0\x00\x10JFIF\0\x01\x01\x01\x01\x2C\x01\x2C\0\0");
    }
}
