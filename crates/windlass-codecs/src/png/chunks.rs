//! The chunks of a file, one after the other.

use super::{SIGNATURE, malformed, truncated};
use std::io::{BufRead, Read, Seek, SeekFrom};
use windlass_core::Result;
use windlass_io::{SourceReader, alloc};

/// The start of a chunk.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Chunk {
    pub(super) kind: [u8; 4],
    pub(super) length: u32,
}

impl Chunk {
    /// Whether the image can't be shown by who does not know the chunk.
    pub(super) fn is_critical(self) -> bool {
        self.kind[0].is_ascii_uppercase()
    }
}

/// Reads up to the first chunk.
pub(super) fn signature(reader: &mut SourceReader) -> Result<()> {
    let mut signature = [0; 8];
    exact(reader, &mut signature)?;
    if signature == SIGNATURE { Ok(()) } else { Err(malformed("not a PNG file")) }
}

/// Reads the start of the next chunk.
pub(super) fn next(reader: &mut SourceReader) -> Result<Chunk> {
    let mut bytes = [0; 8];
    exact(reader, &mut bytes)?;
    let [a, b, c, d, kind @ ..] = bytes;
    let length = u32::from_be_bytes([a, b, c, d]);
    if length > i32::MAX as u32 {
        return Err(malformed(format_args!("a chunk of {length} bytes")));
    }
    if !kind.iter().all(u8::is_ascii_alphabetic) {
        return Err(malformed(format_args!("a chunk called {}", kind.escape_ascii())));
    }
    Ok(Chunk { kind, length })
}

/// Reads what a chunk holds, and whether its checksum is right.
pub(super) fn contents(reader: &mut SourceReader, chunk: Chunk) -> Result<(Vec<u8>, bool)> {
    let length = chunk.length as usize;
    let mut bytes = Vec::new();
    // the length may be a lie: memory grows with what is there
    while bytes.len() < length {
        let piece = reader.fill_buf()?;
        if piece.is_empty() {
            return Err(truncated("the file ends within a chunk"));
        }
        let count = piece.len().min(length - bytes.len());
        alloc::try_reserve(&mut bytes, count)?;
        bytes.extend_from_slice(&piece[..count]);
        reader.consume(count);
    }
    let mut stored = [0; 4];
    exact(reader, &mut stored)?;
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&chunk.kind);
    hasher.update(&bytes);
    Ok((bytes, hasher.finalize() == u32::from_be_bytes(stored)))
}

/// Passes over what a chunk holds.
pub(super) fn skip(reader: &mut SourceReader, chunk: Chunk) -> Result<()> {
    let _position = reader.seek(SeekFrom::Current(i64::from(chunk.length) + 4))?;
    Ok(())
}

/// Fills `bytes`, or fails with kind `Truncated`.
pub(super) fn exact(reader: &mut SourceReader, bytes: &mut [u8]) -> Result<()> {
    let mut done = 0;
    while done < bytes.len() {
        match reader.read(&mut bytes[done..])? {
            0 => return Err(truncated("the file ends early")),
            count => done += count,
        }
    }
    Ok(())
}
