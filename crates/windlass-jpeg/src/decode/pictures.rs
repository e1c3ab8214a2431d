//! Files that hold several pictures: previews, further views, gain maps.
//!
//! Such a file is one JPEG after the other. The first one lists them in a segment whose layout is that of
//! a TIFF directory (CIPA DC-007, Multi-Picture Format). A gain map says what it is in its own
//! segments: by XMP as Ultra HDR has it, or by a version as ISO 21496-1 has it.

use std::ops::Range;

use super::header::Header;

/// One of the pictures of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Picture {
    /// The first byte of the picture in the file, and the one behind its last.
    pub start: u64,
    /// See [`Self::start`].
    pub end: u64,
    /// The type code of DC-007: `0x03_0000` for the picture itself, `0x01_0001` and `0x01_0002` for
    /// previews, 0 for what has no type, as gain maps.
    pub kind: u32,
}

impl Picture {
    /// The bytes of the picture in a file of `length` bytes that is in memory; nothing if they lie outside.
    pub fn range(&self, length: usize) -> Option<Range<usize>> {
        let (start, end) = (usize::try_from(self.start).ok()?, usize::try_from(self.end).ok()?);
        (start < end && end <= length).then_some(start..end)
    }
}

const MPF: &[u8] = b"MPF\0";
const ISO_GAIN_MAP: &[u8] = b"urn:iso:std:iso:ts:21496:-1\0";
const ULTRA_HDR: &[u8] = b"http://ns.adobe.com/hdr-gain-map/1.0/";
/// The tag of the list of pictures.
const ENTRIES: u16 = 0xB002;
/// Bytes of one entry of the list.
const ENTRY: usize = 16;
/// The most entries that are looked at.
const MAX_PICTURES: usize = 1000;

impl Header {
    /// The pictures that the file lists, itself among them, in its order; nothing if it has no list or that
    /// makes no sense.
    ///
    /// ```
    /// # fn main() -> windlass_jpeg::Result<()> {
    /// # let file: &[u8] = &[];
    /// use windlass_jpeg::decode::{Decoder, Options};
    ///
    /// # if file.is_empty() { return Ok(()); }
    /// let first = Decoder::new(file, Options::default())?;
    /// for picture in first.header().pictures().iter().skip(1) {
    ///     if let Some(range) = picture.range(file.len()) {
    ///         let decoder = Decoder::new(&file[range], Options::default())?;
    ///         if decoder.header().mentions_gain_map() {
    ///             // ...
    ///         }
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn pictures(&self) -> Vec<Picture> {
        let segment = self.segments.iter().find_map(|segment| {
            let data = segment.data.strip_prefix(MPF)?;
            (segment.marker == 0xE2).then_some((data, segment.offset + MPF.len() as u64))
        });
        segment.and_then(|(data, offset)| list(data, offset)).unwrap_or_default()
    }

    /// Whether the picture says that it is a gain map, or the first one that has a gain map beside it.
    pub fn mentions_gain_map(&self) -> bool {
        let mentions = |data: &[u8]| data.windows(ULTRA_HDR.len()).any(|part| part == ULTRA_HDR);
        self.segments.iter().any(|segment| match segment.marker {
            0xE1 => mentions(&segment.data),
            0xE2 => segment.data.starts_with(ISO_GAIN_MAP),
            _ => false,
        })
    }
}

/// The list in a segment whose data after the name begins `offset` bytes into the file.
fn list(data: &[u8], offset: u64) -> Option<Vec<Picture>> {
    let directory = Directory::new(data)?;
    let at = directory.number(4)? as usize;
    let count = usize::from(directory.short(at)?);
    let entries = (0..count).map(|index| at + 2 + 12 * index);
    let entry = entries
        .take_while(|&at| at + 12 <= data.len())
        .find(|&at| directory.short(at) == Some(ENTRIES))?;
    let (length, place) =
        (directory.number(entry + 4)? as usize, directory.number(entry + 8)? as usize);
    let list = data.get(place..)?.get(..length)?;
    let numbers = Directory { data: list, ..directory };
    let pictures = (0..(length / ENTRY).min(MAX_PICTURES)).map_while(|index| {
        let at = index * ENTRY;
        let (kind, size) = (numbers.number(at)?, numbers.number(at + 4)?);
        // The place of the first picture is that of the file; others count from the directory.
        let start = match numbers.number(at + 8)? {
            0 => 0,
            place => offset + u64::from(place),
        };
        Some(Picture { start, end: start + u64::from(size), kind: kind & 0xFF_FFFF })
    });
    Some(pictures.collect())
}

/// Numbers in the byte order that a directory names.
#[derive(Clone, Copy)]
struct Directory<'a> {
    data: &'a [u8],
    big: bool,
}

impl<'a> Directory<'a> {
    fn new(data: &'a [u8]) -> Option<Self> {
        match data.get(..4)? {
            b"II*\0" => Some(Self { data, big: false }),
            b"MM\0*" => Some(Self { data, big: true }),
            _ => None,
        }
    }

    fn short(&self, at: usize) -> Option<u16> {
        let bytes = *self.data.get(at..)?.first_chunk()?;
        Some(if self.big { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) })
    }

    fn number(&self, at: usize) -> Option<u32> {
        let bytes = *self.data.get(at..)?.first_chunk()?;
        Some(if self.big { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A list of two pictures: the file itself, and one 1000 bytes behind the directory.
    fn two(big: bool) -> Vec<u8> {
        let short = |n: u16| if big { n.to_be_bytes() } else { n.to_le_bytes() };
        let long = |n: u32| if big { n.to_be_bytes() } else { n.to_le_bytes() };
        let mut data = if big { b"MM\0*".to_vec() } else { b"II*\0".to_vec() };
        data.extend(long(8));
        data.extend(short(1));
        data.extend([short(ENTRIES), short(7)].concat());
        data.extend([long(32), long(26), long(0)].concat());
        data.extend([long(0x2003_0000), long(900), long(0), long(0)].concat());
        data.extend([long(0), long(77), long(1000), long(0)].concat());
        data
    }

    #[test]
    fn pictures_are_listed_in_both_byte_orders() {
        for big in [false, true] {
            let pictures = list(&two(big), 50).unwrap();
            assert_eq!(
                pictures,
                [
                    Picture { start: 0, end: 900, kind: 0x03_0000 },
                    Picture { start: 1050, end: 1127, kind: 0 },
                ]
            );
            assert_eq!(pictures[1].range(1127), Some(1050..1127));
            assert_eq!(pictures[1].range(1126), None);
        }
    }

    #[test]
    fn lists_cut_off_are_none_or_shorter() {
        let data = two(false);
        for length in 0..data.len() {
            assert!(
                list(&data[..length], 50).is_none_or(|pictures| pictures.len() < 2),
                "{length}"
            );
        }
    }
}
