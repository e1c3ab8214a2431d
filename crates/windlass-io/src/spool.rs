//! Bytes that are kept: in memory while they are few, then in an unlinked temporary file.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

use crate::error::reason;
use crate::{Error, ErrorKind, Result, alloc, settings};

/// A growing piece of storage with positional reads and writes.
#[derive(Debug)]
pub struct Spool {
    store: Store,
    memory: u64,
}

#[derive(Debug)]
enum Store {
    Memory(Vec<u8>),
    File(File),
}

impl Spool {
    /// An empty spool that uses memory up to `memory` bytes.
    pub fn new(memory: u64) -> Self {
        Self { store: Store::Memory(Vec::new()), memory }
    }

    /// Writes all of `bytes`; a gap before them reads as zeros.
    pub fn write_at(&mut self, offset: u64, bytes: &[u8]) -> Result<()> {
        let end = end(offset, bytes.len())?;
        if end > self.memory {
            self.move_to_file()?;
        }
        match &mut self.store {
            Store::Memory(memory) => write_memory(memory, offset as usize, bytes),
            Store::File(file) => write_file(file, offset, bytes),
        }
    }

    /// Reads into `buffer`; fewer bytes than asked for only at the end.
    pub fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize> {
        match &self.store {
            Store::Memory(memory) => Ok(copy_from(memory, offset, buffer)),
            Store::File(file) => read_file(file, offset, buffer),
        }
    }

    fn move_to_file(&mut self) -> Result<()> {
        if let Store::Memory(memory) = &self.store {
            let file = temporary_file()?;
            write_file(&file, 0, memory)?;
            self.store = Store::File(file);
        }
        Ok(())
    }

    #[cfg(test)]
    pub(crate) fn is_file(&self) -> bool {
        matches!(self.store, Store::File(_))
    }
}

/// Copies what `bytes` has from `offset` on; returns how many bytes.
pub(crate) fn copy_from(bytes: &[u8], offset: u64, buffer: &mut [u8]) -> usize {
    let start = usize::try_from(offset).unwrap_or(usize::MAX).min(bytes.len());
    let count = buffer.len().min(bytes.len() - start);
    buffer[..count].copy_from_slice(&bytes[start..start + count]);
    count
}

/// Writes into a vector at `offset`, making it longer as needed, zeros in the gap.
pub(crate) fn write_memory(memory: &mut Vec<u8>, offset: usize, bytes: &[u8]) -> Result<()> {
    let end = end(offset as u64, bytes.len())? as usize;
    if end > memory.len() {
        alloc::reserve(memory, end - memory.len())?;
    }
    if offset > memory.len() {
        memory.resize(offset, 0);
    }
    let (over, new) = bytes.split_at(bytes.len().min(memory.len() - offset));
    memory[offset..offset + over.len()].copy_from_slice(over);
    memory.extend_from_slice(new);
    Ok(())
}

/// `offset + len`, or an error where no file can be that long.
pub(crate) fn end(offset: u64, len: usize) -> Result<u64> {
    offset
        .checked_add(len as u64)
        .filter(|&end| i64::try_from(end).is_ok())
        .ok_or_else(|| Error::new(ErrorKind::Limit, format!("bad position {offset}")))
}

/// Reads at `offset` until `buffer` is full or the file ends.
fn read_file(file: &File, offset: u64, buffer: &mut [u8]) -> Result<usize> {
    let mut done = 0;
    while done < buffer.len() {
        match file.read_at(&mut buffer[done..], offset + done as u64) {
            Ok(0) => break,
            Ok(count) => done += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(temporary_error(error)),
        }
    }
    Ok(done)
}

fn write_file(file: &File, offset: u64, bytes: &[u8]) -> Result<()> {
    file.write_all_at(bytes, offset).map_err(temporary_error)
}

/// A new file without a name, private, in the folder for temporary files.
pub fn temporary_file() -> Result<File> {
    tempfile::tempfile_in(settings::temporary_directory()).map_err(temporary_error)
}

fn temporary_error(error: io::Error) -> Error {
    let folder = settings::temporary_directory();
    let message = format!("temporary file in {}: {}", folder.display(), reason(&error));
    Error::new(ErrorKind::Io, message).with_source(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contents(spool: &Spool) -> Vec<u8> {
        let mut bytes = vec![9; 100];
        let count = spool.read_at(0, &mut bytes).unwrap();
        bytes.truncate(count);
        bytes
    }

    #[test]
    fn memory_and_file_read_alike() {
        for memory in [0, 3, 8, 100] {
            let mut spool = Spool::new(memory);
            spool.write_at(0, b"hello").unwrap();
            spool.write_at(8, b"world").unwrap();
            spool.write_at(4, b"OW").unwrap();
            assert_eq!(contents(&spool), b"hellOW\0\0world");
            assert_eq!(spool.is_file(), memory < 13);
            let mut piece = [0; 3];
            assert_eq!(spool.read_at(11, &mut piece).unwrap(), 2);
            assert_eq!(spool.read_at(99, &mut piece).unwrap(), 0);
        }
    }

    #[test]
    fn absurd_positions_are_errors() {
        let mut spool = Spool::new(10);
        assert_eq!(spool.write_at(u64::MAX, b"x").unwrap_err().kind(), ErrorKind::Limit);
        assert_eq!(contents(&spool), b"");
    }
}
