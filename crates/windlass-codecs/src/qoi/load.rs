//! Loading QOI.

use super::codec::{DIFF, HEADER, INDEX, LUMA, Pixel, RGB, RGBA, Seen};
use crate::rows::{InOrder, RowDecoder, read_full};
use std::io::{BufRead, Seek, SeekFrom};
use windlass_core::foreign::Load;
use windlass_core::foreign::options::{FailOn, LoadOptions};
use windlass_core::{
    BandFormat, Context, Error, ErrorKind, Header, Image, Interpretation, Result, Source,
};
use windlass_io::SourceReader;
use windlass_macros::{ArgGroup, Load};

/// Load qoi
///
/// RGB, or RGB with alpha, streamed.
#[derive(ArgGroup, Load, Clone, Debug)]
#[foreign(name = "qoiload")]
#[non_exhaustive]
pub struct QoiLoad {
    /// What all loaders can do
    #[arg(flatten)]
    pub common: LoadOptions,
}

/// Pixels of a byte at most: a run.
const PIXELS_A_BYTE: u64 = 62;

impl Load for QoiLoad {
    fn load(&self, source: &Source) -> Result<Image> {
        let reader = source.open()?.with_tick(Context::current().tick);
        let mut bytes = [0; HEADER];
        reader.read_exact_at(0, &mut bytes)?;
        let word = |at: usize| {
            let word = [bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]];
            i32::try_from(u32::from_be_bytes(word))
        };
        let bad = || Error::new(ErrorKind::Malformed, "qoiload: bad header");
        let (Ok(width), Ok(height)) = (word(4), word(8)) else { return Err(bad()) };
        let bands = bytes[12];
        if !bytes.starts_with(b"qoif") || !matches!(bands, 3 | 4) || width == 0 || height == 0 {
            return Err(bad());
        }
        let mut header = Header::new(width, height, bands.into(), BandFormat::U8);
        header.interpretation = Interpretation::Srgb;
        crate::rows::check_size(&header)?;
        self.common.note_access(&mut header.metadata);
        let lenient = self.common.level() == FailOn::None;
        let most = reader.len()?.map(|length| length.saturating_mul(PIXELS_A_BYTE));
        let pixels = width as u64 * height as u64;
        // a file that can't have a hundredth of its pixels is none
        if most.is_some_and(|most| most < pixels / 100) {
            return Err(Error::new(ErrorKind::Truncated, "qoiload: ends early"));
        }
        let start = move |mut reader: SourceReader| {
            let _position = reader.seek(SeekFrom::Start(HEADER as u64))?;
            let pixels = Pixels { reader, bands: bands.into(), seen: Seen::default(), run: 0 };
            Ok(Box::new(pixels) as Box<dyn RowDecoder>)
        };
        let source = source.clone();
        InOrder { source, header, bottom_up: false, start: Box::new(start), lenient }.image()
    }
}

struct Pixels {
    reader: SourceReader,
    bands: usize,
    seen: Seen,
    /// How often the last pixel still comes
    run: usize,
}

impl RowDecoder for Pixels {
    fn row(&mut self, out: &mut [u8]) -> Result<()> {
        for out in out.chunks_exact_mut(self.bands) {
            if self.run > 0 {
                self.run -= 1;
            } else {
                let pixel = self.next()?;
                self.seen.see(pixel);
            }
            out.copy_from_slice(&self.seen.last[..self.bands]);
        }
        Ok(())
    }
}

impl Pixels {
    fn next(&mut self) -> Result<Pixel> {
        let [r, g, b, a] = self.seen.last;
        let [code] = self.bytes()?;
        Ok(match (code, code & 0xC0) {
            (RGB, _) => {
                let [r, g, b] = self.bytes()?;
                [r, g, b, a]
            }
            (RGBA, _) => self.bytes()?,
            (_, INDEX) => self.seen.at(code.into()),
            (_, DIFF) => {
                let part =
                    |value: u8, shift: u8| value.wrapping_add(code >> shift & 3).wrapping_sub(2);
                [part(r, 4), part(g, 2), part(b, 0), a]
            }
            (_, LUMA) => {
                let [second] = self.bytes()?;
                let green = (code & 63).wrapping_sub(32);
                let part = |value: u8, delta: u8| {
                    value.wrapping_add(green).wrapping_add(delta).wrapping_sub(8)
                };
                [part(r, second >> 4), g.wrapping_add(green), part(b, second & 15), a]
            }
            _ => {
                self.run = usize::from(code & 63);
                [r, g, b, a]
            }
        })
    }

    fn bytes<const COUNT: usize>(&mut self) -> Result<[u8; COUNT]> {
        let piece = self.reader.fill_buf()?;
        if let Some(bytes) = piece.first_chunk().copied() {
            self.reader.consume(COUNT);
            return Ok(bytes);
        }
        let mut bytes = [0; COUNT];
        if read_full(&mut self.reader, &mut bytes)? < COUNT {
            return Err(Error::new(ErrorKind::Truncated, "qoiload: ends early"));
        }
        Ok(bytes)
    }
}
