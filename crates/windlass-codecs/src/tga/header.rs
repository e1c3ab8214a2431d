//! The first 18 bytes.

use windlass_core::{Error, ErrorKind, Result};

/// Bytes of the header.
pub(super) const LENGTH: usize = 18;

/// What pixels are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    Indexed,
    Colour,
    Grey,
}

/// What the header says.
#[derive(Clone, Debug)]
pub(super) struct Tga {
    pub(super) kind: Kind,
    /// Packed in runs
    pub(super) packed: bool,
    pub(super) width: i32,
    pub(super) height: i32,
    /// Bytes of a pixel in the file
    pub(super) size: usize,
    /// Bits of a pixel that are alpha
    pub(super) alpha: u8,
    pub(super) right_to_left: bool,
    pub(super) top_down: bool,
    /// Where the colour map begins
    pub(super) map_offset: u64,
    /// Index of its first colour, and number of colours
    pub(super) map: (usize, usize),
    /// Bytes of a colour there
    pub(super) map_size: usize,
}

impl Tga {
    /// Where the pixels begin.
    pub(super) fn offset(&self) -> u64 {
        self.map_offset + (self.map.1 * self.map_size) as u64
    }

    /// Bands of the image.
    pub(super) fn bands(&self) -> usize {
        match (self.kind, self.size) {
            (Kind::Grey, 1) => 1,
            (Kind::Grey, _) => 2,
            (Kind::Indexed, _) if self.map_size == 4 => 4,
            (Kind::Colour, 4) if self.alpha > 0 => 4,
            (Kind::Colour, 2) if self.alpha > 0 => 4,
            _ => 3,
        }
    }
}

/// The header in `head`, or why it is none.
pub(super) fn parse(head: &[u8]) -> Result<Tga> {
    let bad = |what: &str| Error::new(ErrorKind::Malformed, format!("tgaload: {what}"));
    let bytes: &[u8; LENGTH] = head.first_chunk().ok_or_else(|| bad("no header"))?;
    let word = |at: usize| usize::from(u16::from_le_bytes([bytes[at], bytes[at + 1]]));
    let kind = match bytes[2] & 7 {
        1 => Kind::Indexed,
        2 => Kind::Colour,
        3 => Kind::Grey,
        _ => return Err(bad("no pixels of a kind that is known")),
    };
    if bytes[1] > 1 || bytes[2] & !(8 | 7) != 0 || bytes[17] & 0xC0 != 0 {
        return Err(bad("not a Targa file"));
    }
    let (width, height) = (word(12), word(14));
    if width == 0 || height == 0 {
        return Err(bad("no pixels"));
    }
    let size = match (kind, bytes[16]) {
        (Kind::Indexed | Kind::Grey, 8) => 1,
        (Kind::Indexed | Kind::Grey, 16) | (Kind::Colour, 15 | 16) => 2,
        (Kind::Colour, 24) => 3,
        (Kind::Colour, 32) => 4,
        _ => return Err(bad("a pixel size that is not known")),
    };
    let has_map = bytes[1] == 1;
    let map_size = match bytes[7] {
        15 | 16 => 2,
        24 => 3,
        32 => 4,
        _ if !has_map => 0,
        _ => return Err(bad("a colour map of a size that is not known")),
    };
    if kind == Kind::Indexed && (!has_map || word(5) == 0) {
        return Err(bad("no colour map"));
    }
    let alpha = bytes[17] & 15;
    let map = if has_map { (word(3), word(5)) } else { (0, 0) };
    Ok(Tga {
        kind,
        packed: bytes[2] & 8 != 0,
        width: width as i32,
        height: height as i32,
        size,
        alpha: if bytes[16] == 15 { 0 } else { alpha },
        right_to_left: bytes[17] & 0x10 != 0,
        top_down: bytes[17] & 0x20 != 0,
        map_offset: LENGTH as u64 + u64::from(bytes[0]),
        map,
        map_size,
    })
}
