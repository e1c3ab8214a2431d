//! Zip files, written forward (APPNOTE.TXT of PKWARE, with its 64-bit extensions where needed).

use flate2::{Compress, Compression, FlushCompress, Status};
use std::io::Write;
use windlass_core::{Error, ErrorKind, Result};
use windlass_io::TargetWriter;

/// A file on its way into a zip.
#[derive(Default, Debug)]
pub(super) struct Packed {
    bytes: Vec<u8>,
    /// Bytes before compression
    length: u64,
    crc: u32,
    deflated: bool,
}

/// Compresses `bytes` by `level`; at 0, or where that gains nothing, they stay as they are.
pub(super) fn pack(bytes: Vec<u8>, level: u32) -> Result<Packed> {
    let (length, crc) = (bytes.len() as u64, crc32fast::hash(&bytes));
    if level == 0 {
        return Ok(Packed { bytes, length, crc, deflated: false });
    }
    let mut out = Vec::new();
    windlass_io::try_reserve(&mut out, bytes.len() + bytes.len() / 1000 + 64)?;
    let mut compress = Compress::new(Compression::new(level), false);
    let status = compress.compress_vec(&bytes, &mut out, FlushCompress::Finish);
    if matches!(status, Ok(Status::StreamEnd)) {
        return Ok(Packed { bytes: out, length, crc, deflated: true });
    }
    Ok(Packed { bytes, length, crc, deflated: false })
}

/// A zip file that is being written.
pub(super) struct Zip {
    writer: TargetWriter,
    /// The list of all files, for the end
    directory: Vec<u8>,
    count: u64,
    offset: u64,
    stamp: [u8; 4],
}

impl Zip {
    pub(super) fn new(writer: TargetWriter) -> Self {
        Self { writer, directory: Vec::new(), count: 0, offset: 0, stamp: stamp() }
    }

    /// Writes a file.
    pub(super) fn put(&mut self, name: &str, packed: &Packed) -> Result<()> {
        let Packed { bytes, length, crc, deflated } = packed;
        let size = u32::try_from(bytes.len()).map_err(|_| too_large(name))?;
        let full = u32::try_from(*length).map_err(|_| too_large(name))?;
        let name_length = u16::try_from(name.len()).map_err(|_| too_large(name))?;
        let far = self.offset > u64::from(u32::MAX) - 1;
        let mut common = Vec::new();
        // names are UTF-8
        common.extend(0x0800_u16.to_le_bytes());
        common.extend(u16::from(*deflated).wrapping_mul(8).to_le_bytes());
        common.extend(self.stamp);
        common.extend(crc.to_le_bytes());
        common.extend(size.to_le_bytes());
        common.extend(full.to_le_bytes());
        common.extend(name_length.to_le_bytes());
        let mut local = Vec::new();
        local.extend(LOCAL);
        local.extend(VERSION.to_le_bytes());
        local.extend(&common);
        local.extend(0_u16.to_le_bytes());
        local.extend(name.as_bytes());
        self.writer.write_all(&local)?;
        self.writer.write_all(bytes)?;
        let version = if far { VERSION_64 } else { VERSION };
        let entry = &mut self.directory;
        entry.extend(CENTRAL);
        entry.extend((UNIX | version).to_le_bytes());
        entry.extend(version.to_le_bytes());
        entry.extend(&common);
        entry.extend(if far { 12_u16 } else { 0 }.to_le_bytes());
        // no comment, first disc, no internal attributes
        entry.extend([0; 6]);
        entry.extend((MODE << 16).to_le_bytes());
        let place = if far { u32::MAX } else { self.offset as u32 };
        entry.extend(place.to_le_bytes());
        entry.extend(name.as_bytes());
        if far {
            entry.extend(1_u16.to_le_bytes());
            entry.extend(8_u16.to_le_bytes());
            entry.extend(self.offset.to_le_bytes());
        }
        self.offset += (local.len() + bytes.len()) as u64;
        self.count += 1;
        Ok(())
    }

    /// Writes the list of all files and ends the save.
    pub(super) fn finish(mut self) -> Result<()> {
        self.writer.write_all(&self.directory)?;
        let size = self.directory.len() as u64;
        let end = self.offset + size;
        let large = self.count >= u64::from(u16::MAX) || end >= u64::from(u32::MAX);
        let mut tail = Vec::new();
        if large {
            tail.extend(END_64);
            tail.extend(44_u64.to_le_bytes());
            tail.extend((UNIX | VERSION_64).to_le_bytes());
            tail.extend(VERSION_64.to_le_bytes());
            tail.extend([0; 8]);
            tail.extend(self.count.to_le_bytes());
            tail.extend(self.count.to_le_bytes());
            tail.extend(size.to_le_bytes());
            tail.extend(self.offset.to_le_bytes());
            tail.extend(LOCATOR_64);
            tail.extend([0; 4]);
            tail.extend(end.to_le_bytes());
            tail.extend(1_u32.to_le_bytes());
        }
        tail.extend(END);
        tail.extend([0; 4]);
        let count = self.count.min(u64::from(u16::MAX)) as u16;
        tail.extend(count.to_le_bytes());
        tail.extend(count.to_le_bytes());
        tail.extend((size.min(u64::from(u32::MAX)) as u32).to_le_bytes());
        tail.extend((self.offset.min(u64::from(u32::MAX)) as u32).to_le_bytes());
        tail.extend([0; 2]);
        self.writer.write_all(&tail)?;
        self.writer.commit()
    }
}

fn too_large(name: &str) -> Error {
    Error::new(ErrorKind::Limit, format!("{name:?} is too large for a zip"))
}

/// The time and date now, as MS-DOS has them.
fn stamp() -> [u8; 4] {
    let now = crate::text::now();
    let part = |from: usize, to: usize| -> u32 {
        now.get(from..to).and_then(|digits| digits.parse().ok()).unwrap_or(0)
    };
    let date = part(0, 4).saturating_sub(1980) << 9 | part(5, 7) << 5 | part(8, 10);
    let time = part(11, 13) << 11 | part(14, 16) << 5 | (part(17, 19) / 2);
    (date << 16 | time).to_le_bytes()
}

const LOCAL: [u8; 4] = *b"PK\x03\x04";
const CENTRAL: [u8; 4] = *b"PK\x01\x02";
const END: [u8; 4] = *b"PK\x05\x06";
const END_64: [u8; 4] = *b"PK\x06\x06";
const LOCATOR_64: [u8; 4] = *b"PK\x06\x07";
/// What made the file: Unix, for its mode.
const UNIX: u16 = 0x0300;
/// The version that is needed to read a file, and to read one beyond 4 GiB.
const VERSION: u16 = 20;
const VERSION_64: u16 = 45;
/// A regular file that its owner and group may write.
const MODE: u32 = 0o100_664;
