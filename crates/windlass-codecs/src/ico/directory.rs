//! The list of pictures.

use windlass_core::{Error, ErrorKind, Result};
use windlass_io::SourceReader;

/// Bytes before the list, and of an entry.
pub(super) const HEADER: usize = 6;
pub(super) const ENTRY: usize = 16;

/// A picture in the list.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    pub(super) offset: u64,
    pub(super) length: u64,
    /// Of a cursor, the pixel that points
    pub(super) hotspot: Option<(u16, u16)>,
}

/// Whether a file begins with such a list.
pub(super) fn sniff(head: &[u8]) -> bool {
    let [0, 0, 1 | 2, 0, low, high, entry @ ..] = head else { return false };
    let count = usize::from(u16::from_le_bytes([*low, *high]));
    let Some(entry) = entry.first_chunk::<ENTRY>() else { return false };
    let word =
        |at: usize| u32::from_le_bytes([entry[at], entry[at + 1], entry[at + 2], entry[at + 3]]);
    count > 0 && word(8) >= 40 && word(12) as usize >= HEADER + ENTRY * count
}

/// Reads the list.
pub(super) fn read(reader: &SourceReader) -> Result<Vec<Entry>> {
    let mut header = [0; HEADER];
    reader.read_exact_at(0, &mut header)?;
    let count = usize::from(u16::from_le_bytes([header[4], header[5]]));
    if !matches!(header, [0, 0, 1 | 2, 0, ..]) || count == 0 {
        return Err(Error::new(ErrorKind::Malformed, "icoload: no list of pictures"));
    }
    let cursor = header[2] == 2;
    let mut bytes = windlass_io::try_vec(ENTRY * count)?;
    reader.read_exact_at(HEADER as u64, &mut bytes)?;
    let entries = bytes.as_chunks::<ENTRY>().0.iter().map(|entry| {
        let short = |at: usize| u16::from_le_bytes([entry[at], entry[at + 1]]);
        let word = |at: usize| u64::from(short(at + 2)) << 16 | u64::from(short(at));
        let hotspot = cursor.then(|| (short(4), short(6)));
        Entry { offset: word(12), length: word(8), hotspot }
    });
    Ok(entries.collect())
}
