//! The bytes of the file, one after the other.

use std::io::{self, BufRead};

use super::warnings::Log;
use crate::markers::EOI;
use crate::{Error, Result};

/// A reader that knows its place and never ends: after the last byte come end-of-image markers.
#[derive(Debug)]
pub(crate) struct Source<R> {
    input: R,
    /// Bytes that were taken before their time, and how many of them were taken again.
    kept: Vec<u8>,
    replayed: usize,
    /// Bytes taken from the input.
    offset: u64,
    /// Bytes made up after the end of the input.
    invented: u64,
}

impl<R: BufRead> Source<R> {
    pub(crate) fn new(input: R) -> Self {
        Self { input, kept: Vec::new(), replayed: 0, offset: 0, invented: 0 }
    }

    /// The same, of what follows `offset` bytes that somebody else has read.
    pub(crate) fn after(input: R, offset: u64) -> Self {
        Self { offset, ..Self::new(input) }
    }

    /// The number of bytes taken from the file.
    pub(crate) fn offset(&self) -> u64 {
        self.offset
    }

    /// The bytes that lie ready, none at the end of the file.
    pub(crate) fn ready(&mut self) -> Result<&[u8]> {
        if self.replayed < self.kept.len() {
            return Ok(&self.kept[self.replayed..]);
        }
        loop {
            match self.input.fill_buf() {
                Ok(_) => break,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(Error::from(error).at(self.offset)),
            }
        }
        // Asking again costs nothing and keeps the borrow checker out of the loop.
        let offset = self.offset;
        self.input.fill_buf().map_err(|error| Error::from(error).at(offset))
    }

    /// Takes `count` of the bytes that lie ready.
    pub(crate) fn consume(&mut self, count: usize) {
        self.offset += count as u64;
        if self.replayed < self.kept.len() {
            self.replayed += count;
            if self.replayed >= self.kept.len() {
                self.kept = Vec::new();
                self.replayed = 0;
            }
        } else {
            self.input.consume(count);
        }
    }

    /// Puts back `bytes` that were taken, to be taken again.
    pub(crate) fn put_back(&mut self, mut bytes: Vec<u8>) {
        self.offset -= bytes.len() as u64;
        bytes.extend_from_slice(self.kept.get(self.replayed..).unwrap_or_default());
        self.kept = bytes;
        self.replayed = 0;
    }

    /// The next byte. At the end of the file that is noted once, then the bytes of
    /// end-of-image markers follow.
    pub(crate) fn byte(&mut self, log: &mut Log) -> Result<u8> {
        if let Some(&byte) = self.ready()?.first() {
            self.consume(1);
            return Ok(byte);
        }
        if self.invented == 0 {
            log.truncated(self.offset)?;
        }
        self.invented += 1;
        Ok(if self.invented % 2 == 1 { 0xFF } else { EOI })
    }

    /// The next two bytes as a number, the higher one first.
    pub(crate) fn word(&mut self, log: &mut Log) -> Result<u16> {
        Ok(u16::from_be_bytes([self.byte(log)?, self.byte(log)?]))
    }

    /// Appends the next `count` bytes to `out`, fewer at the end of the file.
    pub(crate) fn append(
        &mut self,
        mut count: usize,
        out: &mut Vec<u8>,
        log: &mut Log,
    ) -> Result<()> {
        while count > 0 {
            let ready = self.ready()?;
            let taken = ready.len().min(count);
            out.extend_from_slice(&ready[..taken]);
            self.consume(taken);
            count -= taken;
            if taken == 0 {
                self.byte(log)?;
                return Ok(());
            }
        }
        Ok(())
    }

    /// Leaves out the next `count` bytes, fewer at the end of the file.
    pub(crate) fn skip(&mut self, mut count: usize, log: &mut Log) -> Result<()> {
        while count > 0 {
            let taken = self.ready()?.len().min(count);
            self.consume(taken);
            count -= taken;
            if taken == 0 {
                self.byte(log)?;
                return Ok(());
            }
        }
        Ok(())
    }
}
