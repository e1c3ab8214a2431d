//! From the chunks of pixels to packed rows: inflate and undo the row filters.

use super::chunks::{self, Chunk};
use super::header::File;
use super::{malformed, truncated};
use flate2::{Decompress, FlushDecompress, Status};
use std::io::{BufRead, Seek, SeekFrom};
use windlass_core::foreign::options::FailOn;
use windlass_core::{Error, ErrorKind, Result};
use windlass_io::{Failure, SourceReader};
use windlass_simd::png_filter::unfilter;

/// One pass over the pixels of a file.
pub(super) struct Stream {
    reader: SourceReader,
    failure: Failure,
    fail_on: FailOn,
    inflate: Decompress,
    /// Bytes left in the chunk that the reader is in
    left: Option<u32>,
    /// Compressed bytes, and how many of them are used up
    input: Vec<u8>,
    used: usize,
    /// The checksum of that chunk, where checksums count
    checksum: Option<crc32fast::Hasher>,
    /// A byte that was inflated already
    ahead: Option<u8>,
    state: State,
    /// The row before, without its filter
    previous: Vec<u8>,
    /// Bytes from a sample to the one that predicts it
    distance: usize,
}

/// Compressed bytes that are read at a time.
const PIECE: usize = 8192;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum State {
    Going,
    /// No more bytes will come
    Ended,
    /// The same, and the row that ended with the last byte does not count
    Damaged,
}

impl Stream {
    pub(super) fn open(mut reader: SourceReader, file: &File, fail_on: FailOn) -> Result<Self> {
        let checked = fail_on >= FailOn::Error;
        // what is missing of an interlaced image is missing everywhere
        let fail_on = if file.ihdr.interlaced { fail_on.max(FailOn::Truncated) } else { fail_on };
        if checked && file.bad_checksum {
            return Err(malformed("libpng read error: a checksum is wrong"));
        }
        let _position = reader.seek(SeekFrom::Start(file.pixels))?;
        Ok(Self {
            failure: reader.failure(),
            reader,
            fail_on,
            inflate: Decompress::new(true),
            left: None,
            input: Vec::with_capacity(PIECE),
            used: 0,
            checksum: checked.then(crc32fast::Hasher::new),
            ahead: None,
            state: State::Going,
            previous: Vec::new(),
            distance: file.ihdr.pixel_bits().div_ceil(8),
        })
    }

    /// Forgets the row before, at the start of a pass.
    pub(super) fn begin(&mut self) {
        self.previous.clear();
    }

    /// Fills `rows`, each of a filter byte and `length` bytes, and undoes the filters. Returns the
    /// number of rows that are right; the others are zero. `last` says that no rows follow.
    pub(super) fn rows(&mut self, rows: &mut [u8], length: usize, last: bool) -> Result<usize> {
        let result = self.right_rows(rows, length, last);
        // what the connection said comes before what became of it
        self.failure.check()?;
        let right = result?;
        rows[right * (length + 1)..].fill(0);
        Ok(right)
    }

    fn right_rows(&mut self, rows: &mut [u8], length: usize, last: bool) -> Result<usize> {
        self.previous.resize(length, 0);
        let made = self.fill_with_next(rows, last)?;
        if made < rows.len() {
            self.fault(truncated("not enough image data"))?;
        }
        let right = made / (length + 1);
        for row in rows.chunks_exact_mut(length + 1).take(right) {
            let Some((filter, row)) = row.split_first_mut() else { break };
            if unfilter(*filter, self.distance, &self.previous, row) {
                self.previous.copy_from_slice(row);
                continue;
            }
            // such a row is lost, and those below go on from the one above
            let filter = *filter;
            row.fill(0);
            self.fault(malformed(format_args!("row filter {filter} is not known")))?;
        }
        Ok(right)
    }

    /// Inflates into `out`, and one byte more, so that damage which directly follows a row shows at
    /// this row, however many rows are read at a time. Returns the number of bytes that count.
    fn fill_with_next(&mut self, out: &mut [u8], last: bool) -> Result<usize> {
        let made = self.fill(out)?;
        if made < out.len() {
            return Ok(if self.state == State::Damaged { made.saturating_sub(1) } else { made });
        }
        let mut byte = [0];
        let more = self.fill(&mut byte)?;
        if last && self.checksum.is_some() {
            self.end_chunk()?;
        }
        match (self.state, more) {
            (State::Damaged, 0) => Ok(made.saturating_sub(1)),
            (State::Damaged, _) => Ok(made),
            (State::Going | State::Ended, 1) => {
                self.ahead = Some(byte[0]);
                Ok(made)
            }
            (State::Going | State::Ended, _) => Ok(made),
        }
    }

    /// Inflates into `out`; returns the number of bytes, fewer if the data end early.
    fn fill(&mut self, out: &mut [u8]) -> Result<usize> {
        let mut done = 0;
        if !out.is_empty()
            && let Some(byte) = self.ahead.take()
        {
            out[0] = byte;
            done = 1;
        }
        while done < out.len() && self.state == State::Going {
            done += self.step(&mut out[done..])?;
        }
        Ok(done)
    }

    /// Inflates some bytes; returns how many.
    fn step(&mut self, out: &mut [u8]) -> Result<usize> {
        if self.used == self.input.len() {
            match self.left {
                None | Some(0) => self.next_chunk()?,
                Some(left) => self.next_piece(left)?,
            }
            return Ok(0);
        }
        let input = &self.input[self.used..];
        let (read, made) = (self.inflate.total_in(), self.inflate.total_out());
        let status = self.inflate.decompress(input, out, FlushDecompress::None);
        let read = (self.inflate.total_in() - read) as usize;
        let made = (self.inflate.total_out() - made) as usize;
        self.used += read;
        match status {
            Ok(Status::StreamEnd) => self.state = State::Ended,
            Ok(_) if read > 0 || made > 0 => {}
            Ok(_) | Err(_) => {
                self.state = State::Damaged;
                self.fault(malformed("libpng read error: the data are damaged"))?;
            }
        }
        Ok(made)
    }

    /// Reads the next piece of a chunk. One that the file does not have all of is not used, as in
    /// libpng: so a cut file has the same rows.
    fn next_piece(&mut self, left: u32) -> Result<()> {
        let count = PIECE.min(left as usize);
        self.input.resize(count, 0);
        self.used = 0;
        match chunks::exact(&mut self.reader, &mut self.input) {
            Err(error) if is_of_the_data(&error) => {
                self.input.clear();
                self.state = State::Ended;
                return Ok(());
            }
            done => done?,
        }
        if let Some(checksum) = &mut self.checksum {
            checksum.update(&self.input);
        }
        self.left = Some(left - count as u32);
        Ok(())
    }

    /// Goes to the next chunk of pixels, if there is one.
    fn next_chunk(&mut self) -> Result<()> {
        self.end_chunk()?;
        match chunks::next(&mut self.reader) {
            Ok(Chunk { kind, length }) if &kind == b"IDAT" => {
                self.left = Some(length);
                if let Some(checksum) = &mut self.checksum {
                    checksum.reset();
                    checksum.update(&kind);
                }
            }
            Err(error) if !is_of_the_data(&error) => return Err(error),
            Ok(_) | Err(_) => self.state = State::Ended,
        }
        Ok(())
    }

    /// Reads what is left of a chunk, and its checksum.
    fn end_chunk(&mut self) -> Result<()> {
        let Some(mut left) = self.left.take() else { return Ok(()) };
        let Some(checksum) = &mut self.checksum else {
            let _position = self.reader.seek(SeekFrom::Current(i64::from(left) + 4))?;
            return Ok(());
        };
        while left > 0 {
            let piece = self.reader.fill_buf()?;
            if piece.is_empty() {
                return Ok(());
            }
            let count = piece.len().min(left as usize);
            checksum.update(&piece[..count]);
            self.reader.consume(count);
            left -= count as u32;
        }
        let mut stored = [0; 4];
        match chunks::exact(&mut self.reader, &mut stored) {
            Err(error) if is_of_the_data(&error) => return Ok(()),
            done => done?,
        }
        if checksum.clone().finalize() == u32::from_be_bytes(stored) {
            return Ok(());
        }
        Err(malformed("libpng read error: the checksum of IDAT is wrong"))
    }

    /// The data are not as they should be: an error, or not, as the caller wants it.
    fn fault(&mut self, error: Error) -> Result<()> {
        if self.fail_on >= FailOn::Truncated { Err(error) } else { Ok(()) }
    }
}

/// Whether an error is about the file rather than about the connection.
fn is_of_the_data(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Truncated | ErrorKind::Malformed)
}
