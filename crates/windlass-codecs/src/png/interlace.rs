//! Interlaced files: seven passes over an image in memory, one stream.

use super::adam7::{Pass, passes};
use super::encode::{Lines, Rows};
use super::write::{Prelude, chunk, pack};
use flate2::FlushCompress;
use std::io::Write;
use windlass_core::{Context, Image, Result, Target};

/// Bytes that are compressed together.
const PIECE: usize = 256 << 10;

/// Writes all passes of `image`.
pub(super) fn save(image: &Image, rows: &Rows, prelude: &Prelude, target: &Target) -> Result<()> {
    let pixels = image.pixels()?;
    let size = image.header().pixel_size();
    let tick = Context::current().tick;
    let mut writer = target.begin()?.with_tick(tick.clone());
    writer.write_all(&prelude.bytes(image.header())?)?;
    let mut compress = rows.compress(true);
    let (mut lines, mut filtered, mut packed) = (Lines::default(), Vec::new(), Vec::new());
    let mut flush = |filtered: &mut Vec<u8>, end| -> Result<()> {
        packed.clear();
        pack(&mut compress, filtered, &mut packed, end)?;
        filtered.clear();
        if packed.is_empty() {
            return Ok(());
        }
        let mut bytes = Vec::new();
        chunk(&mut bytes, *b"IDAT", &[&packed])?;
        Ok(writer.write_all(&bytes)?)
    };
    for pass in passes(&rows.ihdr) {
        lines.previous.clear();
        let mut line = Vec::new();
        for number in 0..pass.height as usize {
            tick.check()?;
            let row = pixels.row((pass.y + number * pass.dy) as i32);
            pick(pass, row, size, &mut line);
            rows.filter(&line, &mut lines, &mut filtered);
            if filtered.len() >= PIECE {
                flush(&mut filtered, FlushCompress::None)?;
            }
        }
    }
    flush(&mut filtered, FlushCompress::Finish)?;
    let mut end = Vec::new();
    chunk(&mut end, *b"IEND", &[])?;
    writer.write_all(&end)?;
    writer.commit()
}

/// The pixels of a row that belong to a pass.
fn pick(pass: Pass, row: &[u8], size: usize, line: &mut Vec<u8>) {
    line.clear();
    for pixel in row.chunks_exact(size).skip(pass.x).step_by(pass.dx) {
        line.extend_from_slice(pixel);
    }
}
