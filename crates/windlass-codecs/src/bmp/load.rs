//! Loading bitmaps.

use super::header::{Dib, Info, Packing};
use super::rle::Runs;
use crate::rows::{Fixed, InOrder, RowDecoder, Unpack};
use std::io::{Seek, SeekFrom};
use windlass_core::foreign::options::{FailOn, LoadOptions};
use windlass_core::foreign::{ForeignFlags, Load};
use windlass_core::{
    BandFormat, Context, Error, ErrorKind, Header, Image, Interpretation, Meta, Result, Source,
};
use windlass_io::{SourceReader, alloc};
use windlass_macros::{ArgGroup, Load};

/// Load bmp
///
/// 1 to 32 bits, palettes, masks and runs, as Windows and OS/2 write them; always RGB, with an alpha
/// where a mask says so. What is not packed in runs can be read at any place.
#[derive(ArgGroup, Load, Clone, Debug)]
#[foreign(name = "bmpload")]
#[non_exhaustive]
pub struct BmpLoad {
    /// What all loaders can do
    #[arg(flatten)]
    pub common: LoadOptions,
}

/// Bytes before the bitmap.
const FILE_HEADER: u64 = 14;
/// Bytes of the longest colour profile.
const MAX_PROFILE: u64 = 64 << 20;

impl Load for BmpLoad {
    fn load(&self, source: &Source) -> Result<Image> {
        let reader = source.open_random()?.with_tick(Context::current().tick);
        let mut bytes = [0; FILE_HEADER as usize];
        reader.read_exact_at(0, &mut bytes)?;
        if !bytes.starts_with(b"BM") {
            return Err(Error::new(ErrorKind::Malformed, "bmpload: not a bitmap"));
        }
        let said = u32::from_le_bytes([bytes[10], bytes[11], bytes[12], bytes[13]]);
        let said = Some(u64::from(said)).filter(|said| *said > FILE_HEADER);
        let dib = Dib::read(&reader, FILE_HEADER, said)?;
        let mut header = header(&dib.info);
        crate::rows::check_size(&header)?;
        profile(&reader, &dib, &mut header)?;
        self.common.note_access(&mut header.metadata);
        let lenient = self.common.level() == FailOn::None;
        let offset = said.unwrap_or(dib.end);
        if reader.read_at(offset, &mut [0])? == 0 {
            return Err(Error::new(ErrorKind::Truncated, "bmpload: no pixels"));
        }
        let source = source.clone();
        image(source, header, dib.info, offset, lenient)
    }

    fn flags(&self, _: &Image) -> ForeignFlags {
        ForeignFlags::PARTIAL
    }
}

fn image(source: Source, header: Header, info: Info, offset: u64, lenient: bool) -> Result<Image> {
    let bottom_up = !info.top_down;
    if info.packing == Packing::Runs {
        let start = move |mut reader: SourceReader| {
            let _position = reader.seek(SeekFrom::Start(offset))?;
            Ok(Box::new(Runs::new(reader, &info)?) as Box<dyn RowDecoder>)
        };
        return InOrder { source, header, bottom_up, start: Box::new(start), lenient }.image();
    }
    let stride = info.stride();
    let short = (!lenient).then(|| "bmpload: ends early".to_owned());
    let unpack = unpack(&info);
    Fixed { source, header, offset, stride, bottom_up, unpack, short }.image()
}

fn header(info: &Info) -> Header {
    let bands = if info.has_alpha() { 4 } else { 3 };
    let mut header = Header::new(info.width, info.height, bands, BandFormat::U8);
    header.interpretation = Interpretation::Srgb;
    let (x, y) = info.density;
    if x > 0 && y > 0 {
        (header.xres, header.yres) = (f64::from(x) / 1000.0, f64::from(y) / 1000.0);
    }
    if info.bits <= 8 {
        header.metadata.set("bits-per-sample", Meta::Int(info.bits.into()));
        header.metadata.set("palette", Meta::Int(1));
    }
    header
}

/// Attaches the colour profile that the file has.
fn profile(reader: &SourceReader, dib: &Dib, header: &mut Header) -> Result<()> {
    let Some((offset, length)) = dib.info.profile else { return Ok(()) };
    if length == 0 || length > MAX_PROFILE {
        return Ok(());
    }
    let known = reader.len()?;
    if known.is_some_and(|known| dib.start + offset + length > known) {
        return Ok(());
    }
    let mut bytes = alloc::try_vec(length as usize)?;
    if reader.read_full_at(dib.start + offset, &mut bytes)? == bytes.len() {
        header.metadata.set("icc-profile-data", Meta::Blob(bytes.into()));
    }
    Ok(())
}

/// What turns a row of plain pixels into samples.
pub(crate) fn unpack(info: &Info) -> Unpack {
    match info.bits {
        1 | 2 | 4 | 8 => {
            let (bits, palette) = (usize::from(info.bits), info.palette.clone());
            Box::new(move |raw, out| indexed(bits, &palette, raw, out))
        }
        24 => Box::new(|raw, out| {
            for (out, [b, g, r]) in out.as_chunks_mut::<3>().0.iter_mut().zip(raw.as_chunks().0) {
                *out = [*r, *g, *b];
            }
        }),
        bits => {
            let pixel = Pixel::new(info.masks);
            let (size, bands) = (usize::from(bits / 8), if info.has_alpha() { 4 } else { 3 });
            Box::new(move |raw, out| {
                for (out, raw) in out.chunks_exact_mut(bands).zip(raw.chunks_exact(size)) {
                    let word =
                        raw.iter().rev().fold(0_u32, |word, byte| word << 8 | u32::from(*byte));
                    out.copy_from_slice(&pixel.samples(word)[..bands]);
                }
            })
        }
    }
}

/// Colours of indices of `bits` bits.
fn indexed(bits: usize, palette: &[[u8; 3]], raw: &[u8], out: &mut [u8]) {
    let (of_byte, mask) = (8 / bits, (1_u16 << bits) as u8);
    let mask = mask.wrapping_sub(1);
    for (x, out) in out.as_chunks_mut::<3>().0.iter_mut().enumerate() {
        let shift = 8 - bits - bits * (x % of_byte);
        *out = palette[usize::from(raw[x / of_byte] >> shift & mask)];
    }
}

/// Takes samples out of words.
struct Pixel {
    /// Shift and number of bits of each sample
    parts: [(u32, u32); 4],
}

impl Pixel {
    pub(crate) fn new(masks: [u32; 4]) -> Self {
        Self {
            parts: masks.map(|mask| match mask {
                0 => (0, 0),
                _ => (mask.trailing_zeros(), 32 - mask.leading_zeros() - mask.trailing_zeros()),
            }),
        }
    }

    fn samples(&self, word: u32) -> [u8; 4] {
        self.parts.map(|(shift, bits)| match bits {
            0 => 0,
            8 => (word >> shift) as u8,
            9.. => (word >> (shift + bits - 8)) as u8,
            _ => {
                let most = (1_u32 << bits) - 1;
                (((word >> shift & most) * 510 + most) / (2 * most)) as u8
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_of_any_width() {
        let five = Pixel::new([0x7C00, 0x03E0, 0x001F, 0]);
        assert_eq!(five.samples(0x7FFF), [255, 255, 255, 0]);
        assert_eq!(five.samples(0x0400), [8, 0, 0, 0]);
        let ten = Pixel::new([0xFFC0_0000, 0x003F_F000, 0, 1]);
        assert_eq!(ten.samples(0xFFC0_0001), [255, 0, 0, 255]);
    }

    #[test]
    fn indices_of_any_width() {
        let palette: Vec<[u8; 3]> = (0..=255).map(|value| [value; 3]).collect();
        let mut out = [0; 9];
        indexed(1, &palette, &[0b1010_0000], &mut out);
        assert_eq!(out, [1, 1, 1, 0, 0, 0, 1, 1, 1]);
        indexed(4, &palette, &[0x9A, 0xB0], &mut out);
        assert_eq!(out, [9, 9, 9, 10, 10, 10, 11, 11, 11]);
        indexed(8, &palette, &[255, 0, 7], &mut out);
        assert_eq!(out, [255, 255, 255, 0, 0, 0, 7, 7, 7]);
    }
}
