//! Saving Targa.

use crate::convert::{Colours, prepare};
use std::io::Write;
use windlass_core::foreign::Save;
use windlass_core::foreign::options::SaveOptions;
use windlass_core::{
    BandFormat, Context, Error, ErrorKind, Header, Image, Part, Result, Saver, Target, Wants,
};
use windlass_io::TargetWriter;
use windlass_macros::{ArgGroup, Save};

/// Save image to tga file
///
/// Grey, RGB or RGB with alpha, from the top left corner, plain or packed in runs.
#[derive(ArgGroup, Save, Clone, Debug)]
#[foreign(name = "tgasave")]
#[non_exhaustive]
pub struct TgaSave {
    /// Pack equal pixels to runs
    #[arg(default = false)]
    pub rle: bool,
    /// What all savers can do
    #[arg(flatten)]
    pub common: SaveOptions,
}

impl Save for TgaSave {
    fn save(&self, image: &Image, target: &Target) -> Result<()> {
        let image = prepare(image, Colours::MonoRgbAlpha, |_| BandFormat::U8, &self.common)?;
        let header = image.header();
        if header.width > MAX_SIDE || header.height > MAX_SIDE {
            let text = format!("tgasave: a side is longer than {MAX_SIDE} pixels");
            return Err(Error::new(ErrorKind::Unsupported, text));
        }
        image.save(&TgaSaver { bands: header.bands as usize, packed: self.rle }, target)
    }
}

const MAX_SIDE: i32 = u16::MAX as i32;

struct TgaSaver {
    bands: usize,
    packed: bool,
}

impl TgaSaver {
    /// Bytes of a pixel in the file.
    fn size(&self) -> usize {
        if self.bands == 2 { 4 } else { self.bands }
    }

    fn header(&self, header: &Header) -> [u8; 18] {
        let mut out = [0; 18];
        out[2] = if self.bands == 1 { 3 } else { 2 } | if self.packed { 8 } else { 0 };
        out[12..14].copy_from_slice(&(header.width as u16).to_le_bytes());
        out[14..16].copy_from_slice(&(header.height as u16).to_le_bytes());
        out[16] = 8 * self.size() as u8;
        // the first pixel is that at the top left
        out[17] = 0x20 | if self.size() == 4 { 8 } else { 0 };
        out
    }

    /// Appends a row in the order of the file.
    fn row(&self, row: &[u8], out: &mut Vec<u8>) {
        match self.bands {
            1 => out.extend_from_slice(row),
            2 => out.extend(row.as_chunks().0.iter().flat_map(|[g, a]| [*g, *g, *g, *a])),
            3 => out.extend(row.as_chunks().0.iter().flat_map(|[r, g, b]| [*b, *g, *r])),
            _ => out.extend(row.as_chunks().0.iter().flat_map(|[r, g, b, a]| [*b, *g, *r, *a])),
        }
    }
}

/// Appends pixels of `size` bytes in packets of up to 128.
fn pack(raw: &[u8], size: usize, out: &mut Vec<u8>) {
    let pixels: Vec<&[u8]> = raw.chunks_exact(size).collect();
    let mut rest = &pixels[..];
    while let Some(first) = rest.first() {
        let run = rest.iter().take(128).take_while(|pixel| *pixel == first).count();
        if run > 1 {
            out.push(127 + run as u8);
            out.extend_from_slice(first);
            rest = &rest[run..];
            continue;
        }
        let most = &rest[..rest.len().min(128)];
        let count = most.windows(2).position(|pair| pair[0] == pair[1]).unwrap_or(most.len());
        out.push(count as u8 - 1);
        rest[..count].iter().for_each(|pixel| out.extend_from_slice(pixel));
        rest = &rest[count..];
    }
}

impl Saver for TgaSaver {
    type State = TargetWriter;
    type Piece = Vec<u8>;

    fn outputs(&self, image: &Image) -> Result<Vec<Image>> {
        Ok(vec![image.clone()])
    }

    fn wants(&self) -> Wants {
        Wants::Rows { step: 1, above: 0 }
    }

    fn begin(&self, outputs: &[Image], target: &Target) -> Result<TargetWriter> {
        let mut writer = target.begin()?.with_tick(Context::current().tick);
        for image in outputs {
            writer.write_all(&self.header(image.header()))?;
        }
        Ok(writer)
    }

    fn encode(&self, part: &Part<'_>, piece: &mut Vec<u8>) -> Result<()> {
        piece.clear();
        let mut line = Vec::new();
        for y in part.rect.top..part.rect.bottom() {
            if self.packed {
                line.clear();
                self.row(part.region.bytes(y), &mut line);
                pack(&line, self.size(), piece);
            } else {
                self.row(part.region.bytes(y), piece);
            }
        }
        Ok(())
    }

    fn commit(&self, writer: &mut TargetWriter, piece: &mut Vec<u8>) -> Result<()> {
        Ok(writer.write_all(piece)?)
    }

    fn finish(&self, mut writer: TargetWriter) -> Result<()> {
        writer.write_all(&FOOTER)?;
        writer.commit()
    }
}

/// The end of a file of version 2: no extensions, no developer's area.
const FOOTER: [u8; 26] = *b"\0\0\0\0\0\0\0\0TRUEVISION-XFILE.\0";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_pixels_are_packed() {
        let mut out = Vec::new();
        pack(&[1, 2, 2, 2, 3], 1, &mut out);
        assert_eq!(out, [0, 1, 130, 2, 0, 3]);
        out.clear();
        pack(&[7; 300], 1, &mut out);
        assert_eq!(out, [255, 7, 255, 7, 171, 7]);
    }
}
