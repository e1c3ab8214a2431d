//! Cells of text, one after the other.

use crate::text::leading_number;
use std::io::BufRead;
use windlass_core::Result;

/// Letters of an item that are looked at.
const LONGEST: usize = 1024;

/// The letters that part items.
#[derive(Clone, Debug)]
pub(super) struct Letters {
    pub(super) whitespace: Vec<u8>,
    pub(super) separator: Vec<u8>,
}

/// What stood in a cell.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Cell {
    /// A number, or what counts as 0
    Value(f64),
    /// The line ended before it
    EndOfLine,
    /// The file ended before it, or in it
    EndOfFile(f64),
}

/// Reads cells.
pub(super) struct Cells<R> {
    reader: R,
    letters: Letters,
    item: Vec<u8>,
}

impl<R: BufRead> Cells<R> {
    pub(super) fn new(reader: R, letters: Letters) -> Self {
        Self { reader, letters, item: Vec::new() }
    }

    /// The next cell of the line, and whether a separator was behind it.
    pub(super) fn cell(&mut self) -> Result<(Cell, bool)> {
        self.pass_whitespace()?;
        let cell = match self.peek()? {
            None => return Ok((Cell::EndOfFile(0.0), false)),
            Some(b'\n') => return Ok((Cell::EndOfLine, false)),
            Some(b'"') => self.quoted()?,
            Some(letter) if self.letters.separator.contains(&letter) => Cell::Value(0.0),
            Some(_) => self.item()?,
        };
        if matches!(cell, Cell::EndOfFile(_)) {
            return Ok((cell, false));
        }
        self.pass_whitespace()?;
        let parted = self.peek()?.is_some_and(|letter| self.letters.separator.contains(&letter));
        if parted {
            self.reader.consume(1);
        }
        Ok((cell, parted))
    }

    /// Passes over the end of the line, if that comes next; whether it did.
    pub(super) fn pass_end(&mut self) -> Result<bool> {
        let ends = self.peek()? == Some(b'\n');
        self.reader.consume(usize::from(ends));
        Ok(ends)
    }

    /// Passes over the rest of a line; whether there was anything.
    pub(super) fn pass_line(&mut self) -> Result<bool> {
        let mut any = false;
        loop {
            let piece = self.reader.fill_buf()?;
            if piece.is_empty() {
                return Ok(any);
            }
            any = true;
            let end = piece.iter().position(|byte| *byte == b'\n');
            let length = end.map_or(piece.len(), |end| end + 1);
            self.reader.consume(length);
            if end.is_some() {
                return Ok(true);
            }
        }
    }

    /// The next letter.
    pub(super) fn peek(&mut self) -> Result<Option<u8>> {
        Ok(self.reader.fill_buf()?.first().copied())
    }

    fn pass_whitespace(&mut self) -> Result<()> {
        while self.peek()?.is_some_and(|letter| self.letters.whitespace.contains(&letter)) {
            self.reader.consume(1);
        }
        Ok(())
    }

    /// Text in quotation marks counts as 0.
    fn quoted(&mut self) -> Result<Cell> {
        self.reader.consume(1);
        let mut escaped = false;
        loop {
            let Some(letter) = self.peek()? else { return Ok(Cell::EndOfFile(0.0)) };
            if letter == b'\n' {
                return Ok(Cell::Value(0.0));
            }
            self.reader.consume(1);
            if letter == b'"' && !escaped {
                return Ok(Cell::Value(0.0));
            }
            escaped = letter == b'\\' && !escaped;
        }
    }

    fn item(&mut self) -> Result<Cell> {
        self.item.clear();
        loop {
            let letter = self.peek()?;
            let ended = letter.is_none_or(|letter| {
                let Letters { whitespace, separator } = &self.letters;
                letter == b'\n' || whitespace.contains(&letter) || separator.contains(&letter)
            });
            if ended {
                let text = self.item.trim_ascii_start();
                let value = leading_number(text).map_or(0.0, |(value, _)| value);
                return Ok(if letter.is_none() {
                    Cell::EndOfFile(value)
                } else {
                    Cell::Value(value)
                });
            }
            self.reader.consume(1);
            if let (Some(letter), true) = (letter, self.item.len() < LONGEST) {
                self.item.push(letter);
            }
        }
    }
}
