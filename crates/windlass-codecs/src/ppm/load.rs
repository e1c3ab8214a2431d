//! Loading the family.

use super::header::{self, File, Samples};
use crate::rows::{Fixed, InOrder, RowDecoder};
use windlass_core::foreign::options::{FailOn, LoadOptions};
use windlass_core::foreign::{ForeignFlags, Load};
use windlass_core::{Context, ErrorKind, Image, Result, Source};
use windlass_io::SourceReader;
use windlass_macros::{ArgGroup, Load};

/// Load ppm
///
/// PBM, PGM, PPM and PFM, in text and binary. Samples are given as they are, whatever the file says
/// their maximum or scale is. Binary files can be read at any place.
#[derive(ArgGroup, Load, Clone, Debug)]
#[foreign(name = "ppmload")]
#[non_exhaustive]
pub struct PpmLoad {
    /// What all loaders can do
    #[arg(flatten)]
    pub common: LoadOptions,
}

impl Load for PpmLoad {
    fn load(&self, source: &Source) -> Result<Image> {
        let mut reader = source.open()?.with_tick(Context::current().tick);
        let File { mut header, samples, bitmap, offset } = header::read(&mut reader)?;
        self.common.note_access(&mut header.metadata);
        crate::rows::check_size(&header)?;
        let word = header.format.size();
        if samples == Samples::Text {
            let lenient = self.common.level() == FailOn::None;
            let start = move |mut reader: SourceReader| {
                let _position = std::io::Seek::seek(&mut reader, std::io::SeekFrom::Start(offset))?;
                Ok(Box::new(Text { reader, word, bitmap, lenient, token: Vec::new() })
                    as Box<dyn RowDecoder>)
            };
            let source = source.clone();
            let loader = InOrder {
                source,
                header,
                bottom_up: false,
                start: Box::new(start),
                lenient: false,
            };
            return loader.image();
        }
        let stride = match samples {
            Samples::Bits => (header.width as usize).div_ceil(8),
            _ => header.row_size(),
        };
        let bytes = stride as u64 * header.height as u64;
        let there = source.len()?.map_or(0, |length| length.saturating_sub(offset));
        let short = format!(
            "VipsImage: memory area too small --- should be {bytes} bytes, you passed {there}"
        );
        let little = samples == Samples::LittleEndian;
        let native = little == cfg!(target_endian = "little");
        let unpack: crate::rows::Unpack = match samples {
            Samples::Bits => Box::new(unpack_bits),
            _ if native || word == 1 => Box::new(|raw, out| out.copy_from_slice(raw)),
            _ => Box::new(move |raw, out| swap(word, raw, out)),
        };
        let source = source.clone();
        Fixed { source, header, offset, stride, bottom_up: false, unpack, short: Some(short) }
            .image()
    }

    fn flags(&self, _: &Image) -> ForeignFlags {
        ForeignFlags::PARTIAL
    }
}

/// Samples of bits: 1 is black.
fn unpack_bits(raw: &[u8], out: &mut [u8]) {
    for (byte, out) in raw.iter().zip(out.chunks_mut(8)) {
        for (bit, out) in out.iter_mut().enumerate() {
            *out = if byte << bit & 0x80 == 0 { 255 } else { 0 };
        }
    }
}

/// Samples of the other order of bytes.
pub(super) fn swap(word: usize, raw: &[u8], out: &mut [u8]) {
    out.copy_from_slice(raw);
    match word {
        2 => out.as_chunks_mut::<2>().0.iter_mut().for_each(|word| word.reverse()),
        _ => out.as_chunks_mut::<4>().0.iter_mut().for_each(|word| word.reverse()),
    }
}

/// Numbers in text.
struct Text {
    reader: SourceReader,
    word: usize,
    bitmap: bool,
    /// Numbers that the file lacks are 0
    lenient: bool,
    token: Vec<u8>,
}

impl RowDecoder for Text {
    fn row(&mut self, out: &mut [u8]) -> Result<()> {
        for out in out.chunks_exact_mut(self.word) {
            let value = match header::token(&mut self.reader, &mut self.token, LONGEST) {
                Ok(_) => integer(&self.token),
                Err(error) if error.kind() == ErrorKind::Truncated && self.lenient => 0,
                Err(error) => return Err(error),
            };
            match self.word {
                1 if self.bitmap => out[0] = if value == 0 { 255 } else { 0 },
                1 => out[0] = value.clamp(0, 255) as u8,
                2 => out.copy_from_slice(&(value.clamp(0, 65535) as u16).to_ne_bytes()),
                _ => out.copy_from_slice(&(value.clamp(0, u32::MAX.into()) as u32).to_ne_bytes()),
            }
        }
        Ok(())
    }
}

/// The whole number that a word begins with; 0 where there is none.
fn integer(word: &[u8]) -> i64 {
    let (negative, digits) = match word {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] => (false, digits),
        _ => (false, word),
    };
    let digits = digits.iter().take_while(|digit| digit.is_ascii_digit());
    let value = digits.fold(0_i64, |value, digit| {
        value.saturating_mul(10).saturating_add(i64::from(digit - b'0'))
    });
    if negative { -value } else { value }
}

/// Letters of the longest number.
const LONGEST: usize = 4096;
