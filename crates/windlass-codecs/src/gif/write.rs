//! The blocks of a file that is written.

use super::frames::Window;
use super::table::{Table, bits};
use crate::quantise::Colour;
use std::io::Write;
use weezl::BitOrder;
use weezl::encode::Encoder;
use windlass_core::{Error, ErrorKind, Result};
use windlass_io::TargetWriter;

/// A frame, ready to be written.
pub(super) struct Finished<'a> {
    pub(super) window: Window,
    /// Of all the canvas
    pub(super) indices: &'a [u8],
    pub(super) colours: &'a [Colour],
    /// Whether the colours are in the frame, not those of the file
    pub(super) local: bool,
    pub(super) bits: u8,
    pub(super) transparent: Option<u8>,
    /// Whether the canvas is cleared after it
    pub(super) clears: bool,
    /// Hundredths of a second
    pub(super) delay: u16,
    pub(super) interlaced: bool,
}

/// Writes the header: the size, the colours and how often it runs.
pub(super) fn header(
    out: &mut TargetWriter,
    (width, height): (usize, usize),
    table: &Table,
    loops: i32,
) -> Result<()> {
    let bits = table.bits();
    out.write_all(b"GIF89a")?;
    out.write_all(&(width as u16).to_le_bytes())?;
    out.write_all(&(height as u16).to_le_bytes())?;
    out.write_all(&[0xF0 | (bits - 1), 0, 0])?;
    colours(out, &table.colours, bits)?;
    // once is what readers do that are told nothing
    if loops != 1 {
        let again = (if loops > 1 { loops - 1 } else { 0 }) as u16;
        out.write_all(b"\x21\xFF\x0BNETSCAPE2.0\x03\x01")?;
        out.write_all(&again.to_le_bytes())?;
        out.write_all(&[0])?;
    }
    Ok(())
}

fn colours(out: &mut TargetWriter, colours: &[Colour], bits: u8) -> Result<()> {
    let mut table: Vec<u8> = colours.iter().flat_map(|&[r, g, b, _]| [r, g, b]).collect();
    table.resize(3 << bits, 0);
    Ok(out.write_all(&table)?)
}

/// Writes a frame.
pub(super) fn frame(out: &mut TargetWriter, width: usize, frame: &Finished<'_>) -> Result<()> {
    let disposal: u8 = if frame.clears { 2 } else { 1 };
    let flags = disposal << 2 | u8::from(frame.transparent.is_some());
    let [low, high] = frame.delay.to_le_bytes();
    out.write_all(&[0x21, 0xF9, 4, flags, low, high, frame.transparent.unwrap_or(0), 0])?;
    let window = frame.window;
    out.write_all(&[0x2C])?;
    for number in [window.left, window.top, window.width, window.height] {
        out.write_all(&(number as u16).to_le_bytes())?;
    }
    let local = if frame.local { 0x80 | (frame.bits - 1) } else { 0 };
    out.write_all(&[local | u8::from(frame.interlaced) << 6])?;
    if frame.local {
        colours(out, frame.colours, frame.bits)?;
    }
    // the clear index may lie behind the table
    let last = frame.transparent.map_or(0, |clear| usize::from(clear) + 1);
    let size = frame.bits.max(bits(last)).max(2);
    let pixels = window.pixels(frame.indices, width, frame.interlaced);
    let codes = codes(&pixels, size)?;
    out.write_all(&[size])?;
    for block in codes.chunks(255) {
        out.write_all(&[block.len() as u8])?;
        out.write_all(block)?;
    }
    Ok(out.write_all(&[0])?)
}

/// The codes of indices of `size` bits.
pub(super) fn codes(indices: &[u8], size: u8) -> Result<Vec<u8>> {
    let error = |error| Error::new(ErrorKind::Internal, format!("weezl: {error}"));
    Encoder::new(BitOrder::Lsb, size).encode(indices).map_err(error)
}
