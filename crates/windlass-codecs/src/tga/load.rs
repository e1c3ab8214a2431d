//! Loading Targa.

use super::header::{Kind, LENGTH, Tga, parse};
use crate::rows::{Fixed, InOrder, RowDecoder, Unpack, read_full};
use std::io::{BufRead, Seek, SeekFrom};
use std::sync::Arc;
use windlass_core::foreign::options::{FailOn, LoadOptions};
use windlass_core::foreign::{ForeignFlags, Load};
use windlass_core::{
    BandFormat, Context, Error, ErrorKind, Header, Image, Interpretation, Meta, Result, Source,
};
use windlass_io::{SourceReader, alloc};
use windlass_macros::{ArgGroup, Load};

/// Load tga
///
/// Grey, RGB, RGB with alpha and colour maps, plain or packed in runs; upright whatever the corner is
/// that the file begins in.
#[derive(ArgGroup, Load, Clone, Debug)]
#[foreign(name = "tgaload")]
#[non_exhaustive]
pub struct TgaLoad {
    /// What all loaders can do
    #[arg(flatten)]
    pub common: LoadOptions,
}

impl Load for TgaLoad {
    fn load(&self, source: &Source) -> Result<Image> {
        let reader = source.open_random()?.with_tick(Context::current().tick);
        let mut bytes = [0; LENGTH];
        reader.read_exact_at(0, &mut bytes)?;
        let tga = parse(&bytes)?;
        let mut header = Header::new(tga.width, tga.height, tga.bands() as i32, BandFormat::U8);
        header.interpretation =
            if tga.bands() < 3 { Interpretation::BlackWhite } else { Interpretation::Srgb };
        crate::rows::check_size(&header)?;
        if tga.kind == Kind::Indexed {
            header.metadata.set("palette", Meta::Int(1));
        }
        self.common.note_access(&mut header.metadata);
        let offset = tga.offset();
        if reader.read_at(offset, &mut [0])? == 0 {
            return Err(Error::new(ErrorKind::Truncated, "tgaload: no pixels"));
        }
        let unpack = unpack(&tga, colours(&reader, &tga)?);
        let lenient = self.common.level() == FailOn::None;
        let (bottom_up, source) = (!tga.top_down, source.clone());
        let stride = tga.width as usize * tga.size;
        if !tga.packed {
            let short = (!lenient).then(|| "tgaload: ends early".to_owned());
            return Fixed { source, header, offset, stride, bottom_up, unpack, short }.image();
        }
        let unpack: Arc<Unpack> = Arc::new(unpack);
        let size = tga.size;
        let start = move |mut reader: SourceReader| {
            let _position = reader.seek(SeekFrom::Start(offset))?;
            let unpack = Arc::clone(&unpack);
            let row = alloc::try_vec(stride)?;
            let runs = Runs { reader, size, row, unpack, left: 0, repeated: None };
            Ok(Box::new(runs) as Box<dyn RowDecoder>)
        };
        InOrder { source, header, bottom_up, start: Box::new(start), lenient }.image()
    }

    fn flags(&self, _: &Image) -> ForeignFlags {
        ForeignFlags::PARTIAL
    }
}

/// The colours of the map, by index.
fn colours(reader: &SourceReader, tga: &Tga) -> Result<Vec<[u8; 4]>> {
    if tga.kind != Kind::Indexed {
        return Ok(Vec::new());
    }
    let (first, count) = tga.map;
    let mut bytes = alloc::try_vec(count * tga.map_size)?;
    reader.read_exact_at(tga.map_offset, &mut bytes)?;
    let mut colours = alloc::try_vec(first + count)?;
    for (colour, raw) in colours[first..].iter_mut().zip(bytes.chunks_exact(tga.map_size)) {
        *colour = match *raw {
            [b, g, r] => [r, g, b, 255],
            [b, g, r, a] => [r, g, b, a],
            [low, high] => five_bits(low, high, false),
            _ => [0; 4],
        };
    }
    Ok(colours)
}

/// Colours of five bits, and a bit that may be an alpha.
fn five_bits(low: u8, high: u8, alpha: bool) -> [u8; 4] {
    let word = u32::from(high) << 8 | u32::from(low);
    let part = |shift: u32| (((word >> shift & 31) * 510 + 31) / 62) as u8;
    let alpha = if alpha && word & 0x8000 == 0 { 0 } else { 255 };
    [part(10), part(5), part(0), alpha]
}

/// What turns a row of the file into samples.
fn unpack(tga: &Tga, colours: Vec<[u8; 4]>) -> Unpack {
    let (kind, size, bands, reversed) = (tga.kind, tga.size, tga.bands(), tga.right_to_left);
    let alpha = tga.alpha > 0;
    let pixel = move |raw: &[u8]| -> [u8; 4] {
        match (kind, raw) {
            (Kind::Indexed, &[index]) => {
                colours.get(usize::from(index)).copied().unwrap_or_default()
            }
            (Kind::Indexed, &[low, high]) => {
                let index = usize::from(u16::from_le_bytes([low, high]));
                colours.get(index).copied().unwrap_or_default()
            }
            (Kind::Grey, &[grey]) => [grey, 0, 0, 0],
            (Kind::Grey, &[grey, alpha]) => [grey, alpha, 0, 0],
            (_, &[low, high]) => five_bits(low, high, alpha),
            (_, &[b, g, r]) => [r, g, b, 255],
            (_, &[b, g, r, a]) => [r, g, b, a],
            _ => [0; 4],
        }
    };
    Box::new(move |raw, out| {
        let raw = raw.chunks_exact(size);
        let outs = out.chunks_exact_mut(bands);
        let one = |(out, raw): (&mut [u8], &[u8])| out.copy_from_slice(&pixel(raw)[..bands]);
        if reversed { outs.rev().zip(raw).for_each(one) } else { outs.zip(raw).for_each(one) }
    })
}

/// Pixels in runs, which may go on in the next row.
struct Runs {
    reader: SourceReader,
    /// Bytes of a pixel
    size: usize,
    row: Vec<u8>,
    unpack: Arc<Unpack>,
    /// Pixels that are left of the packet
    left: usize,
    /// The pixel that is repeated, of a packet that repeats one
    repeated: Option<[u8; 4]>,
}

impl RowDecoder for Runs {
    fn row(&mut self, out: &mut [u8]) -> Result<()> {
        self.row.fill(0);
        let made = self.fill();
        (self.unpack)(&self.row, out);
        made
    }
}

impl Runs {
    fn fill(&mut self) -> Result<()> {
        let short = || Error::new(ErrorKind::Truncated, "tgaload: ends early");
        let mut done = 0;
        while done < self.row.len() {
            if self.left == 0 {
                let code = *self.reader.fill_buf()?.first().ok_or_else(short)?;
                self.reader.consume(1);
                self.left = usize::from(code & 127) + 1;
                self.repeated = None;
                if code & 128 != 0 {
                    let mut pixel = [0; 4];
                    if read_full(&mut self.reader, &mut pixel[..self.size])? < self.size {
                        return Err(short());
                    }
                    self.repeated = Some(pixel);
                }
            }
            let count = self.left.min((self.row.len() - done) / self.size);
            let part = &mut self.row[done..done + count * self.size];
            match &self.repeated {
                Some(pixel) => part
                    .chunks_exact_mut(self.size)
                    .for_each(|out| out.copy_from_slice(&pixel[..self.size])),
                None if read_full(&mut self.reader, part)? < part.len() => return Err(short()),
                None => {}
            }
            done += count * self.size;
            self.left -= count;
        }
        Ok(())
    }
}
