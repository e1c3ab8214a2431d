//! Pixels packed in runs.

use super::header::Info;
use crate::rows::{RowDecoder, read_full};
use std::io::BufRead;
use windlass_core::{Error, ErrorKind, Result};
use windlass_io::{SourceReader, alloc};

/// Rows of runs, in the order of the file.
pub(super) struct Runs {
    reader: SourceReader,
    bits: u16,
    palette: Vec<[u8; 3]>,
    /// Colours of the row that is being made
    row: Vec<[u8; 3]>,
    /// Where the next pixel goes
    x: usize,
    /// Rows that come before the one that is being made
    skipped: usize,
    ended: bool,
}

/// What a code led to.
enum Step {
    More,
    EndOfRow,
}

impl Runs {
    pub(super) fn new(reader: SourceReader, info: &Info) -> Result<Self> {
        Ok(Self {
            reader,
            bits: info.bits,
            palette: info.palette.clone(),
            row: alloc::try_vec(info.width as usize)?,
            x: 0,
            skipped: 0,
            ended: false,
        })
    }
}

impl RowDecoder for Runs {
    fn row(&mut self, out: &mut [u8]) -> Result<()> {
        let blank = self.palette.first().copied().unwrap_or_default();
        self.row.fill(blank);
        let made = self.fill();
        for (out, colour) in out.as_chunks_mut::<3>().0.iter_mut().zip(&self.row) {
            *out = *colour;
        }
        made
    }
}

impl Runs {
    fn fill(&mut self) -> Result<()> {
        if self.skipped > 0 {
            self.skipped -= 1;
            if self.skipped > 0 {
                return Ok(());
            }
        }
        while !self.ended {
            match self.step()? {
                Step::More => {}
                Step::EndOfRow => break,
            }
        }
        Ok(())
    }

    fn step(&mut self) -> Result<Step> {
        let [count, value] = self.pair()?;
        match (count, value) {
            (0, 0) => {
                self.x = 0;
                return Ok(Step::EndOfRow);
            }
            (0, 1) => self.ended = true,
            (0, 2) => {
                let [right, down] = self.pair()?;
                self.x = (self.x + usize::from(right)).min(self.row.len());
                if down > 0 {
                    self.skipped = usize::from(down);
                    return Ok(Step::EndOfRow);
                }
            }
            (0, count) => self.literal(usize::from(count))?,
            (count, value) => self.run(usize::from(count), value)?,
        }
        Ok(Step::More)
    }

    /// The same one or two colours again and again.
    fn run(&mut self, count: usize, value: u8) -> Result<()> {
        let colours = match self.bits {
            4 => [self.colour(value >> 4), self.colour(value & 15)],
            8 => [self.colour(value); 2],
            _ => {
                let [green, red] = self.pair()?;
                [[red, green, value]; 2]
            }
        };
        (0..count).for_each(|at| self.put(colours[at % 2]));
        Ok(())
    }

    /// Pixels one by one.
    fn literal(&mut self, count: usize) -> Result<()> {
        let bytes = (count * usize::from(self.bits)).div_ceil(8);
        let mut raw = [0; 3 * 256];
        let raw = &mut raw[..bytes.next_multiple_of(2)];
        if read_full(&mut self.reader, raw)? < bytes {
            return Err(short());
        }
        for at in 0..count {
            let colour = match self.bits {
                4 => self.colour(raw[at / 2] >> (4 - 4 * (at % 2)) & 15),
                8 => self.colour(raw[at]),
                _ => [raw[3 * at + 2], raw[3 * at + 1], raw[3 * at]],
            };
            self.put(colour);
        }
        Ok(())
    }

    /// The next pixel; what is beyond the edge is lost.
    fn put(&mut self, colour: [u8; 3]) {
        if let Some(pixel) = self.row.get_mut(self.x) {
            *pixel = colour;
            self.x += 1;
        }
    }

    fn colour(&self, index: u8) -> [u8; 3] {
        self.palette.get(usize::from(index)).copied().unwrap_or_default()
    }

    fn pair(&mut self) -> Result<[u8; 2]> {
        let mut pair = [0; 2];
        for byte in &mut pair {
            *byte = *self.reader.fill_buf()?.first().ok_or_else(short)?;
            self.reader.consume(1);
        }
        Ok(pair)
    }
}

fn short() -> Error {
    Error::new(ErrorKind::Truncated, "bmpload: ends early")
}
