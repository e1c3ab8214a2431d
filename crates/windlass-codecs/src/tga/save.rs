//! Saving Targa.

use crate::convert::{Colours, prepare};
use crate::row_saver::RowSaver;
use windlass_core::foreign::Save;
use windlass_core::foreign::options::SaveOptions;
use windlass_core::{BandFormat, Error, ErrorKind, Header, Image, Result, Target};
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
        let form = Form { bands: header.bands as usize, packed: self.rle };
        let (before, after) = (form.header(header).to_vec(), FOOTER.to_vec());
        let row = move |row: &[u8], out: &mut Vec<u8>| form.append(row, out);
        image.save(&RowSaver { before, after, row: Some(row) }, target)
    }
}

const MAX_SIDE: i32 = u16::MAX as i32;

/// How pixels lie in the file.
struct Form {
    bands: usize,
    packed: bool,
}

impl Form {
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

    /// Appends a row, packed if rows are.
    fn append(&self, row: &[u8], out: &mut Vec<u8>) {
        if !self.packed {
            return self.row(row, out);
        }
        let mut line = Vec::new();
        self.row(row, &mut line);
        pack(&line, self.size(), out);
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
