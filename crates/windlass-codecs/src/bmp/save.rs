//! Saving bitmaps.

use crate::convert::{Colours, prepare};
use std::io::{Seek, SeekFrom, Write};
use windlass_core::foreign::Save;
use windlass_core::foreign::options::SaveOptions;
use windlass_core::{
    BandFormat, Context, Error, ErrorKind, Header, Image, Part, Result, Saver, Target, Wants,
};
use windlass_io::TargetWriter;
use windlass_macros::{ArgGroup, Save};

/// Save image to bmp file
///
/// Grey with a palette, RGB, or RGB with alpha. Rows go from the bottom up where the target can seek,
/// and from the top down to a pipe.
#[derive(ArgGroup, Save, Clone, Debug)]
#[foreign(name = "bmpsave")]
#[non_exhaustive]
pub struct BmpSave {
    /// What all savers can do
    #[arg(flatten)]
    pub common: SaveOptions,
}

impl Save for BmpSave {
    fn save(&self, image: &Image, target: &Target) -> Result<()> {
        let image = prepare(image, Colours::MonoRgbAlpha, |_| BandFormat::U8, &self.common)?;
        let header = image.header();
        let bits = match header.bands {
            1 => 8,
            3 => 24,
            _ => 32,
        };
        let stride = (header.width as usize * bits).div_ceil(32) * 4;
        let saver = BmpSaver { bits, bands: header.bands as usize, stride, height: header.height };
        saver.check()?;
        image.save(&saver, target)
    }
}

struct BmpSaver {
    bits: usize,
    bands: usize,
    stride: usize,
    height: i32,
}

/// A file that is being written.
struct State {
    writer: TargetWriter,
    bottom_up: bool,
    /// Rows that were written
    row: u64,
}

impl BmpSaver {
    fn check(&self) -> Result<()> {
        let bytes = self.stride as u64 * self.height as u64;
        if bytes + self.offset() > u64::from(u32::MAX) {
            let text = format!("bmpsave: {bytes} bytes of pixels are more than a bitmap can have");
            return Err(Error::new(ErrorKind::Unsupported, text));
        }
        Ok(())
    }

    /// Bytes of the headers and the palette.
    fn offset(&self) -> u64 {
        match self.bits {
            8 => 14 + 40 + 1024,
            24 => 14 + 40,
            _ => 14 + 108,
        }
    }

    fn headers(&self, header: &Header, bottom_up: bool) -> Vec<u8> {
        let offset = self.offset() as u32;
        let size = (self.stride * self.height as usize) as u32;
        let mut out = b"BM".to_vec();
        for word in [offset + size, 0, offset, if self.bits == 32 { 108 } else { 40 }] {
            out.extend(word.to_le_bytes());
        }
        let height = if bottom_up { header.height } else { -header.height };
        out.extend(header.width.to_le_bytes());
        out.extend(height.to_le_bytes());
        out.extend(1_u16.to_le_bytes());
        out.extend((self.bits as u16).to_le_bytes());
        let per_metre = |res: f64| (res * 1000.0).clamp(0.0, f64::from(i32::MAX)).round() as u32;
        let (x, y) = (per_metre(header.xres), per_metre(header.yres));
        let (compression, colours) = (if self.bits == 32 { 3 } else { 0 }, 0_u32);
        for word in [compression, size, x, y, colours, colours] {
            out.extend(word.to_le_bytes());
        }
        if self.bits == 8 {
            out.extend((0..=255).flat_map(|value| [value, value, value, 0]));
        }
        if self.bits == 32 {
            for mask in [0x00FF_0000_u32, 0x0000_FF00, 0x0000_00FF, 0xFF00_0000] {
                out.extend(mask.to_le_bytes());
            }
            // "sRGB", without end points and gammas
            out.extend(0x7352_4742_u32.to_le_bytes());
            out.extend([0; 48]);
        }
        out
    }

    fn row(&self, row: &[u8], out: &mut Vec<u8>) {
        let start = out.len();
        match self.bands {
            1 => out.extend_from_slice(row),
            2 => out.extend(row.as_chunks().0.iter().flat_map(|[g, a]| [*g, *g, *g, *a])),
            3 => out.extend(row.as_chunks().0.iter().flat_map(|[r, g, b]| [*b, *g, *r])),
            _ => out.extend(row.as_chunks().0.iter().flat_map(|[r, g, b, a]| [*b, *g, *r, *a])),
        }
        out.resize(start + self.stride, 0);
    }
}

impl Saver for BmpSaver {
    type State = State;
    type Piece = Vec<u8>;

    fn outputs(&self, image: &Image) -> Result<Vec<Image>> {
        Ok(vec![image.clone()])
    }

    fn wants(&self) -> Wants {
        Wants::Rows { step: 1, above: 0 }
    }

    fn begin(&self, outputs: &[Image], target: &Target) -> Result<State> {
        let mut writer = target.begin()?.with_tick(Context::current().tick);
        let bottom_up = writer.caps()?.seek;
        for image in outputs {
            writer.write_all(&self.headers(image.header(), bottom_up))?;
        }
        Ok(State { writer, bottom_up, row: 0 })
    }

    fn encode(&self, part: &Part<'_>, piece: &mut Vec<u8>) -> Result<()> {
        piece.clear();
        for y in part.rect.top..part.rect.bottom() {
            self.row(part.region.bytes(y), piece);
        }
        Ok(())
    }

    fn commit(&self, state: &mut State, piece: &mut Vec<u8>) -> Result<()> {
        if !state.bottom_up {
            return Ok(state.writer.write_all(piece)?);
        }
        state.row += (piece.len() / self.stride) as u64;
        let place = self.offset() + (self.height as u64 - state.row) * self.stride as u64;
        let _position = state.writer.seek(SeekFrom::Start(place))?;
        for row in piece.chunks_exact(self.stride).rev() {
            state.writer.write_all(row)?;
        }
        Ok(())
    }

    fn finish(&self, state: State) -> Result<()> {
        state.writer.commit()
    }
}
