//! Loading Radiance HDR.

use super::header;
use crate::rows::{InOrder, RowDecoder, read_full};
use std::io::{BufRead, Seek, SeekFrom};
use windlass_core::foreign::Load;
use windlass_core::foreign::options::LoadOptions;
use windlass_core::{Coding, Context, Error, ErrorKind, Image, Result, Source};
use windlass_io::{SourceReader, alloc};
use windlass_macros::{ArgGroup, Load};

/// Load a Radiance image
///
/// Pixels stay coded as three mantissas and an exponent; `rad2float` unpacks them, and operations that
/// need samples do so themselves. Files of XYZ give floats.
#[derive(ArgGroup, Load, Clone, Debug)]
#[foreign(name = "radload")]
#[non_exhaustive]
pub struct RadLoad {
    /// What all loaders can do
    #[arg(flatten)]
    pub common: LoadOptions,
}

impl Load for RadLoad {
    fn load(&self, source: &Source) -> Result<Image> {
        let mut reader = source.open()?.with_tick(Context::current().tick);
        let mut header = header::read(&mut reader)?;
        let offset = reader.position();
        self.common.note_access(&mut header.metadata);
        crate::rows::check_size(&header)?;
        let (width, coded) = (header.width as usize, header.coding == Coding::Rad);
        let start = move |mut reader: SourceReader| {
            let _position = reader.seek(SeekFrom::Start(offset))?;
            let line = alloc::try_vec(width * 4)?;
            Ok(Box::new(Lines { reader, line, coded, count: 0 }) as Box<dyn RowDecoder>)
        };
        let source = source.clone();
        InOrder { source, header, bottom_up: false, start: Box::new(start), lenient: false }.image()
    }
}

/// Scan lines one after the other.
struct Lines {
    reader: SourceReader,
    /// The pixels of a line, four bytes each
    line: Vec<u8>,
    coded: bool,
    count: usize,
}

impl RowDecoder for Lines {
    fn row(&mut self, out: &mut [u8]) -> Result<()> {
        self.scan_line().map_err(|error| match error.kind() {
            ErrorKind::Truncated | ErrorKind::Malformed => {
                let text = format!("rad2vips: read error line {}", self.count);
                Error::new(error.kind(), text)
            }
            _ => error,
        })?;
        self.count += 1;
        if self.coded {
            out.copy_from_slice(&self.line);
            return Ok(());
        }
        for (out, pixel) in out.chunks_exact_mut(12).zip(self.line.as_chunks::<4>().0) {
            for (out, value) in out.as_chunks_mut::<4>().0.iter_mut().zip(unpack(*pixel)) {
                *out = value.to_ne_bytes();
            }
        }
        Ok(())
    }
}

/// X, Y, Z of 0 to 100 for what lies between black and the white of the exposure.
fn unpack([x, y, z, exponent]: [u8; 4]) -> [f32; 3] {
    if exponent == 0 {
        return [0.0; 3];
    }
    let factor = libm::ldexpf(100.0, i32::from(exponent) - 136);
    [x, y, z].map(|mantissa| (f32::from(mantissa) + 0.5) * factor)
}

impl Lines {
    fn scan_line(&mut self) -> Result<()> {
        let width = self.line.len() / 4;
        let mut first = [0; 4];
        self.exact(&mut first)?;
        let new = (8..=32_767).contains(&width) && first[..2] == [2, 2] && first[2] < 128;
        if !new {
            return self.flat_line(first);
        }
        if usize::from(u16::from_be_bytes([first[2], first[3]])) != width {
            return Err(damaged());
        }
        for component in 0..4 {
            self.component(component)?;
        }
        Ok(())
    }

    /// One of the four bytes of all pixels of a line.
    fn component(&mut self, component: usize) -> Result<()> {
        let width = self.line.len() / 4;
        let mut x = 0;
        while x < width {
            let code = self.byte()?;
            let (count, run) = if code > 128 { (code - 128, true) } else { (code, false) };
            let count = usize::from(count);
            if count == 0 || count > width - x {
                return Err(damaged());
            }
            let mut values = [0; 128];
            if run {
                values[..count].fill(self.byte()?);
            } else {
                self.exact(&mut values[..count])?;
            }
            let pixels = self.line[4 * x..4 * (x + count)].as_chunks_mut::<4>().0;
            pixels.iter_mut().zip(values).for_each(|(pixel, value)| pixel[component] = value);
            x += count;
        }
        Ok(())
    }

    /// Whole pixels, of which 1, 1, 1 is a count of repetitions of the one before.
    fn flat_line(&mut self, first: [u8; 4]) -> Result<()> {
        let width = self.line.len() / 4;
        let (mut x, mut shift, mut pixel) = (0, 0, first);
        let mut last = [0; 4];
        loop {
            if pixel[..3] == [1, 1, 1] {
                let count = usize::from(pixel[3]).checked_shl(shift).unwrap_or(usize::MAX);
                if count > width - x {
                    return Err(damaged());
                }
                self.line[4 * x..4 * (x + count)].as_chunks_mut::<4>().0.fill(last);
                x += count;
                shift += 8;
                if shift > 24 && x < width && count == 0 {
                    return Err(damaged());
                }
            } else {
                self.line[4 * x..4 * (x + 1)].copy_from_slice(&pixel);
                last = pixel;
                x += 1;
                shift = 0;
            }
            if x >= width {
                return Ok(());
            }
            self.exact(&mut pixel)?;
        }
    }

    fn byte(&mut self) -> Result<u8> {
        let next = self.reader.fill_buf()?.first().copied();
        self.reader.consume(usize::from(next.is_some()));
        next.ok_or_else(|| Error::new(ErrorKind::Truncated, "ends early"))
    }

    fn exact(&mut self, bytes: &mut [u8]) -> Result<()> {
        if read_full(&mut self.reader, bytes)? == bytes.len() {
            return Ok(());
        }
        Err(Error::new(ErrorKind::Truncated, "ends early"))
    }
}

fn damaged() -> Error {
    Error::new(ErrorKind::Malformed, "a scan line is damaged")
}
