//! Lines of text before the pixels.

use crate::rows::read_line;
use windlass_core::{BandFormat, Coding, Error, ErrorKind, Header, Interpretation, Meta, Result};
use windlass_io::SourceReader;

/// The format of pixels that are red, green, blue and an exponent.
pub(super) const RGBE: &str = "32-bit_rle_rgbe";
/// The format of pixels that are X, Y, Z and an exponent.
pub(super) const XYZE: &str = "32-bit_rle_xyze";

/// What a file says of itself.
pub(super) struct Info {
    pub(super) format: String,
    pub(super) exposure: f64,
    pub(super) correction: [f64; 3],
    pub(super) aspect: f64,
    /// Chromaticities of red, green, blue and white
    pub(super) primaries: [f64; 8],
}

impl Default for Info {
    fn default() -> Self {
        Self {
            format: RGBE.into(),
            exposure: 1.0,
            correction: [1.0; 3],
            aspect: 1.0,
            primaries: [0.64, 0.33, 0.29, 0.60, 0.15, 0.06, 0.3333, 0.3333],
        }
    }
}

/// The names of the items of [`Info`]: exposure, corrections, aspect, primaries.
pub(super) const NAMES: [&str; 13] = [
    "rad-expos",
    "rad-colcor-r",
    "rad-colcor-g",
    "rad-colcor-b",
    "rad-aspect",
    "rad-prims-rx",
    "rad-prims-ry",
    "rad-prims-gx",
    "rad-prims-gy",
    "rad-prims-bx",
    "rad-prims-by",
    "rad-prims-wx",
    "rad-prims-wy",
];

impl Info {
    /// The numbers in the order of [`NAMES`].
    fn numbers(&self) -> [f64; 13] {
        let Self { exposure: e, correction: [r, g, b], aspect, primaries: p, .. } = *self;
        [e, r, g, b, aspect, p[0], p[1], p[2], p[3], p[4], p[5], p[6], p[7]]
    }

    /// What an image says.
    pub(super) fn of(header: &Header) -> Self {
        let plain = Self::default();
        let mut numbers = plain.numbers();
        for (name, number) in NAMES.iter().zip(&mut numbers) {
            if let Some(said) = crate::metadata::double(header, name) {
                *number = said;
            }
        }
        let [exposure, r, g, b, aspect, primaries @ ..] = numbers;
        Self { exposure, correction: [r, g, b], aspect, primaries, ..plain }
    }

    fn line(&mut self, line: &[u8]) {
        let line = String::from_utf8_lossy(line);
        let Some((name, value)) = line.split_once('=') else { return };
        let numbers: Vec<f64> =
            value.split_whitespace().map_while(|word| word.parse().ok()).collect();
        match (name, &numbers[..]) {
            ("FORMAT", _) => self.format = value.trim().chars().take(LONGEST_FORMAT).collect(),
            ("EXPOSURE", [factor, ..]) => self.exposure *= factor,
            ("PIXASPECT", [factor, ..]) => self.aspect *= factor,
            ("COLORCORR", [r, g, b, ..]) => {
                for (correction, factor) in self.correction.iter_mut().zip([r, g, b]) {
                    *correction *= factor;
                }
            }
            ("PRIMARIES", primaries) if primaries.len() >= 8 => {
                self.primaries.copy_from_slice(&primaries[..8]);
            }
            _ => {}
        }
    }
}

/// Whether a file begins as Radiance's do.
pub(super) fn sniff(head: &[u8]) -> bool {
    [&b"#?RADIANCE"[..], b"#?RGBE"].iter().any(|magic| {
        head.strip_prefix(*magic).is_some_and(|rest| matches!(rest, [b'\n' | b'\r', ..]))
    })
}

/// Reads the header; the reader stands at the pixels then.
pub(super) fn read(reader: &mut SourceReader) -> Result<Header> {
    let bad = || Error::new(ErrorKind::Malformed, "rad2vips: error reading radiance header");
    let mut info = Info::default();
    let mut line = Vec::new();
    let mut next = |line: &mut Vec<u8>| {
        if !read_line(reader, line, LONGEST_LINE)? {
            return Err(bad());
        }
        if line.last() == Some(&b'\r') {
            line.pop();
        }
        Ok(())
    };
    next(&mut line)?;
    if !line.starts_with(b"#?") {
        return Err(bad());
    }
    for count in 0.. {
        next(&mut line)?;
        if line.is_empty() {
            break;
        }
        if count == LINES {
            return Err(bad());
        }
        info.line(&line);
    }
    next(&mut line)?;
    let (width, height) = resolution(&line).ok_or_else(bad)?;
    Ok(header(&info, width, height))
}

/// Width and height: the second and the first number, whichever way the axes go.
fn resolution(line: &[u8]) -> Option<(i32, i32)> {
    let line = std::str::from_utf8(line).ok()?;
    let mut words = line.split_whitespace();
    let mut axis = || {
        let axis = words.next().filter(|axis| matches!(*axis, "-Y" | "+Y" | "-X" | "+X"))?;
        let length = words.next()?.parse::<i32>().ok().filter(|length| *length > 0)?;
        Some((axis.ends_with('Y'), length))
    };
    let ((first, height), (second, width)) = (axis()?, axis()?);
    (first != second).then_some((width, height))
}

fn header(info: &Info, width: i32, height: i32) -> Header {
    let xyz = info.format == XYZE;
    let mut header = if xyz {
        // pixels that are coded are scRGB: others are unpacked at once
        Header::new(width, height, 3, BandFormat::F32)
    } else {
        Header::new(width, height, 4, BandFormat::U8)
    };
    header.coding = if xyz { Coding::None } else { Coding::Rad };
    header.interpretation = if xyz { Interpretation::Xyz } else { Interpretation::Scrgb };
    header.yres = info.aspect;
    header.metadata.set("rad-format", Meta::String(info.format.as_str().into()));
    for (name, number) in NAMES.iter().zip(info.numbers()) {
        header.metadata.set(name, Meta::Double(number));
    }
    header
}

const LONGEST_LINE: usize = 4096;
const LONGEST_FORMAT: usize = 255;
/// Lines of a header at most.
const LINES: usize = 10_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_may_go_any_way() {
        assert_eq!(resolution(b"-Y 3 +X 5"), Some((5, 3)));
        assert_eq!(resolution(b"+X 3 -Y 5"), Some((5, 3)));
        for bad in [&b"-Y 3 +Y 5"[..], b"-Y 3", b"-Y 0 +X 5", b"", b"-Y a +X 5"] {
            assert_eq!(resolution(bad), None);
        }
    }

    #[test]
    fn factors_are_multiplied() {
        let mut info = Info::default();
        for line in ["EXPOSURE=2", "EXPOSURE= 3.5", "COLORCORR= 1 2 4", "VIEW= -vtv", "PRIMARIES=1"]
        {
            info.line(line.as_bytes());
        }
        assert_eq!((info.exposure, info.correction), (7.0, [1.0, 2.0, 4.0]));
        assert_eq!(info.primaries, Info::default().primaries);
    }
}
