//! What a file says before its pixels.

use super::chunks::{self, Chunk};
use super::malformed;
use crate::metadata;
use flate2::{Decompress, FlushDecompress};
use std::io::{Seek, SeekFrom};
use windlass_core::foreign::options::LoadOptions;
use windlass_core::{BandFormat, Header, Interpretation, Limits, Meta, Result};
use windlass_io::SourceReader;

/// The first chunk: size and kind of the pixels.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Ihdr {
    pub(super) width: u32,
    pub(super) height: u32,
    /// Bits of a sample
    pub(super) depth: u8,
    pub(super) colour: Colour,
    pub(super) interlaced: bool,
}

/// What the samples of a pixel are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Colour {
    Grey,
    Rgb,
    Palette,
    GreyAlpha,
    Rgba,
}

impl Colour {
    /// Samples of a pixel.
    pub(super) fn samples(self) -> usize {
        match self {
            Self::Grey | Self::Palette => 1,
            Self::GreyAlpha => 2,
            Self::Rgb => 3,
            Self::Rgba => 4,
        }
    }

    fn is_grey(self) -> bool {
        matches!(self, Self::Grey | Self::GreyAlpha)
    }
}

impl Ihdr {
    fn parse(bytes: &[u8]) -> Result<Self> {
        let bad = |what: &str, value: u32| Err(malformed(format_args!("{what} is {value}")));
        let Some((
            &[w0, w1, w2, w3, h0, h1, h2, h3, depth, colour, compression, filter, interlace],
            [],
        )) = bytes.split_first_chunk()
        else {
            return bad("the length of IHDR", bytes.len() as u32);
        };
        let (width, height) =
            (u32::from_be_bytes([w0, w1, w2, w3]), u32::from_be_bytes([h0, h1, h2, h3]));
        let (colour, depths): (_, &[u8]) = match colour {
            0 => (Colour::Grey, &[1, 2, 4, 8, 16]),
            2 => (Colour::Rgb, &[8, 16]),
            3 => (Colour::Palette, &[1, 2, 4, 8]),
            4 => (Colour::GreyAlpha, &[8, 16]),
            6 => (Colour::Rgba, &[8, 16]),
            other => return bad("the colour type", other.into()),
        };
        if !depths.contains(&depth) {
            return bad("the bit depth", depth.into());
        }
        for (what, value, greatest) in
            [("compression", compression, 0), ("filter", filter, 0), ("interlace", interlace, 1)]
        {
            if value > greatest {
                return bad(what, value.into());
            }
        }
        for (what, value) in [("the width", width), ("the height", height)] {
            if value == 0 || value > i32::MAX as u32 {
                return bad(what, value);
            }
        }
        Ok(Self { width, height, depth, colour, interlaced: interlace == 1 })
    }

    /// Bits of a pixel.
    pub(super) fn pixel_bits(&self) -> usize {
        usize::from(self.depth) * self.colour.samples()
    }

    /// Bytes of a packed row of `width` pixels.
    pub(super) fn row_bytes(&self, width: u32) -> usize {
        (width as usize * self.pixel_bits()).div_ceil(8)
    }
}

/// Everything before the pixels.
#[derive(Clone, Debug)]
pub(super) struct File {
    pub(super) ihdr: Ihdr,
    /// Colours of a palette, three bytes each
    pub(super) palette: Vec<u8>,
    /// Alphas of a palette, or samples of the colour that is transparent
    pub(super) transparency: Option<Vec<u8>>,
    /// Whether the checksum of a critical chunk is wrong
    pub(super) bad_checksum: bool,
    /// Where the first chunk of pixels begins
    pub(super) pixels: u64,
    /// Resolution and metadata, on their way into the header
    extras: Extras,
}

#[derive(Clone, Debug, Default)]
struct Extras {
    physical: Option<(u32, u32, bool)>,
    profile: Option<Vec<u8>>,
    exif: Option<Vec<u8>>,
    background: Option<Vec<f64>>,
    texts: Vec<Text>,
}

#[derive(Clone, Debug)]
struct Text {
    keyword: Vec<u8>,
    text: Vec<u8>,
}

/// The most bytes of a chunk other than pixels, and of what is inflated from one.
const MAX_CHUNK: u32 = 50 << 20;
/// The most texts that are taken, and those taken without limits.
const MAX_TEXTS: usize = 50;
const MAX_CACHED: usize = 98;

impl File {
    /// Reads all chunks up to the first of the pixels.
    pub(super) fn read(reader: &mut SourceReader, unlimited: bool) -> Result<Self> {
        chunks::signature(reader)?;
        let first = chunks::next(reader)?;
        if &first.kind != b"IHDR" || first.length != 13 {
            return Err(malformed("the first chunk is not IHDR"));
        }
        let (bytes, right) = chunks::contents(reader, first)?;
        let mut file = Self {
            ihdr: Ihdr::parse(&bytes)?,
            palette: Vec::new(),
            transparency: None,
            bad_checksum: !right,
            pixels: 0,
            extras: Extras::default(),
        };
        let mut count = 0;
        loop {
            count += 1;
            Limits::current().check_elements(count)?;
            reader.tick().check()?;
            let chunk = chunks::next(reader)?;
            if &chunk.kind == b"IDAT" {
                file.pixels = reader.seek(SeekFrom::Current(-8))?;
                break;
            }
            if chunk.length > MAX_CHUNK {
                return Err(malformed(format_args!("a chunk of {} bytes", chunk.length)));
            }
            file.chunk(reader, chunk, unlimited)?;
        }
        if file.ihdr.colour == Colour::Palette && file.palette.is_empty() {
            return Err(malformed("there is no palette"));
        }
        Ok(file)
    }

    /// Takes in one chunk.
    fn chunk(&mut self, reader: &mut SourceReader, chunk: Chunk, unlimited: bool) -> Result<()> {
        let extras = &self.extras;
        let wanted = match &chunk.kind {
            b"IHDR" | b"IEND" => {
                return Err(malformed(format_args!(
                    "{} in a wrong place",
                    chunk.kind.escape_ascii()
                )));
            }
            b"PLTE" => true,
            b"tRNS" => self.transparency.is_none(),
            b"pHYs" => extras.physical.is_none(),
            b"iCCP" => extras.profile.is_none(),
            b"eXIf" => extras.exif.is_none(),
            b"bKGD" => extras.background.is_none(),
            b"tEXt" | b"zTXt" | b"iTXt" => {
                extras.texts.len() < if unlimited { MAX_CACHED } else { MAX_TEXTS }
            }
            _ if chunk.is_critical() => {
                let kind = chunk.kind.escape_ascii();
                return Err(malformed(format_args!("the critical chunk {kind} is not known")));
            }
            _ => false,
        };
        if !wanted {
            return chunks::skip(reader, chunk);
        }
        let (bytes, right) = chunks::contents(reader, chunk)?;
        match &chunk.kind {
            b"PLTE" => {
                self.bad_checksum |= !right;
                self.plte(bytes)?;
            }
            // what can be done without is not taken where it may be wrong; a profile is checked itself
            kind if !right && kind != b"iCCP" => {}
            b"tRNS" => self.trns(bytes),
            b"pHYs" => self.extras.physical = physical(&bytes),
            b"iCCP" => self.extras.profile = profile(&bytes, self.ihdr.colour),
            b"eXIf" => self.extras.exif = exif(bytes),
            b"bKGD" => self.extras.background = self.background(&bytes),
            kind => self.extras.texts.extend(text(*kind, &bytes)),
        }
        Ok(())
    }

    fn plte(&mut self, mut bytes: Vec<u8>) -> Result<()> {
        if self.ihdr.colour.is_grey() {
            return Ok(());
        }
        if !self.palette.is_empty() {
            return Err(malformed("two palettes"));
        }
        let indexed = self.ihdr.colour == Colour::Palette;
        if bytes.len() > 3 * 256 || !bytes.len().is_multiple_of(3) || bytes.is_empty() {
            return if indexed { Err(malformed("the palette is damaged")) } else { Ok(()) };
        }
        if indexed {
            bytes.truncate(3 << self.ihdr.depth);
        }
        self.palette = bytes;
        Ok(())
    }

    fn trns(&mut self, bytes: Vec<u8>) {
        let fits = match self.ihdr.colour {
            Colour::Grey => bytes.len() == 2,
            Colour::Rgb => bytes.len() == 6,
            Colour::Palette => {
                !self.palette.is_empty() && (1..=self.palette.len() / 3).contains(&bytes.len())
            }
            Colour::GreyAlpha | Colour::Rgba => false,
        };
        if fits {
            self.transparency = Some(bytes);
        }
    }

    fn background(&self, bytes: &[u8]) -> Option<Vec<f64>> {
        let values = match self.ihdr.colour {
            Colour::Palette => return None,
            Colour::Grey | Colour::GreyAlpha => 1,
            Colour::Rgb | Colour::Rgba => 3,
        };
        if bytes.len() != 2 * values {
            return None;
        }
        let values = bytes.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
        if self.ihdr.depth == 16 {
            return Some(values.map(|value| f64::from(value >> 8)).collect());
        }
        let inside = values.clone().all(|value| value < 1 << self.ihdr.depth);
        inside.then(|| values.map(f64::from).collect())
    }

    /// The image that the file holds.
    pub(super) fn header(&self, options: &LoadOptions) -> Result<Header> {
        let Ihdr { width, height, depth, colour, interlaced } = self.ihdr;
        let grey = colour.is_grey();
        let colours = if colour == Colour::Palette { 3 } else { colour.samples() as i32 };
        let bands = colours + i32::from(self.transparency.is_some());
        let format = if depth == 16 { BandFormat::U16 } else { BandFormat::U8 };
        let mut header = Header::new(width as i32, height as i32, bands, format);
        header.interpretation = match (grey, depth) {
            (true, 16) => Interpretation::Grey16,
            (true, _) => Interpretation::BlackWhite,
            (false, 16) => Interpretation::Rgb16,
            (false, _) => Interpretation::Srgb,
        };
        (header.xres, header.yres) = match self.extras.physical {
            None => (2.834, 2.834),
            Some((x, y, true)) => (f64::from(x) / 1000.0, f64::from(y) / 1000.0),
            Some((x, y, false)) => (f64::from(x), f64::from(y)),
        };
        if interlaced {
            header.metadata.set("interlaced", Meta::Int(1));
        }
        self.extras.attach(&mut header);
        header.metadata.set("bits-per-sample", Meta::Int(depth.into()));
        if colour == Colour::Palette {
            header.metadata.set("palette-bit-depth", Meta::Int(depth.into()));
            header.metadata.set("palette", Meta::Int(1));
        }
        if let Some(background) = &self.extras.background {
            header.metadata.set("background", Meta::Doubles(background.as_slice().into()));
        }
        if let Some(block) = &self.extras.exif {
            metadata::set_exif(&mut header, block)?;
        }
        options.note_access(&mut header.metadata);
        Ok(header)
    }
}

impl Extras {
    fn attach(&self, header: &mut Header) {
        if let Some(profile) = &self.profile {
            header.metadata.set("icc-profile-data", Meta::Blob(profile.clone().into()));
        }
        for (number, Text { keyword, text }) in self.texts.iter().enumerate() {
            if keyword == b"XML:com.adobe.xmp" {
                header.metadata.set("xmp-data", Meta::Blob(text.clone().into()));
            } else {
                let name = format!("png-comment-{number}-{}", metadata::text(keyword));
                let text: &str = &metadata::text(text);
                header.metadata.set(&name, Meta::String(text.into()));
            }
        }
    }
}

/// Pixels per unit across and down, and whether the unit is the metre.
fn physical(bytes: &[u8]) -> Option<(u32, u32, bool)> {
    let &[x0, x1, x2, x3, y0, y1, y2, y3, unit] = bytes.first_chunk::<9>()?;
    let (x, y) = (u32::from_be_bytes([x0, x1, x2, x3]), u32::from_be_bytes([y0, y1, y2, y3]));
    (bytes.len() == 9).then_some((x, y, unit == 1))
}

/// An EXIF block, which names its byte order first.
fn exif(bytes: Vec<u8>) -> Option<Vec<u8>> {
    let known = bytes.starts_with(b"II") || bytes.starts_with(b"MM");
    known.then_some(bytes)
}

/// The profile of an iCCP chunk, if it fits the pixels.
fn profile(bytes: &[u8], colour: Colour) -> Option<Vec<u8>> {
    let (_, rest) = keyword(bytes)?;
    let (&0, rest) = rest.split_first()? else { return None };
    // the stream may be cut behind the profile, which says its length itself
    let (mut profile, _) = inflate_some(rest)?;
    let length = u32::from_be_bytes(*profile.first_chunk()?) as usize;
    profile.truncate(length);
    is_profile(&profile, colour).then_some(profile)
}

/// Whether these bytes can be a profile for such pixels, as libpng sees it: length, tag table,
/// signature, class, colour space and connection space.
fn is_profile(profile: &[u8], colour: Colour) -> bool {
    let word = |at: usize| profile.get(at..)?.first_chunk::<4>().copied();
    let number = |at: usize| word(at).map_or(0, u32::from_be_bytes) as usize;
    let tags = number(128);
    let space = if colour.is_grey() { *b"GRAY" } else { *b"RGB " };
    profile.len() >= 132
        && number(0) == profile.len()
        && tags.checked_mul(12).is_some_and(|bytes| bytes <= profile.len() - 132)
        && number(64) < 0xFFFF
        && word(36) == Some(*b"acsp")
        && word(16) == Some(space)
        && !matches!(word(12), Some([b'a', b'b', b's', b't'] | [b'l', b'i', b'n', b'k']))
        && matches!(word(20), Some([b'X', b'Y', b'Z', b' '] | [b'L', b'a', b'b', b' ']))
}

/// The keyword at the start of a chunk, and what follows its end.
fn keyword(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (keyword, rest) = split(bytes)?;
    (1..=79).contains(&keyword.len()).then_some((keyword, rest))
}

/// What stands before and behind the first zero byte.
fn split(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = bytes.iter().position(|&byte| byte == 0)?;
    Some((&bytes[..end], &bytes[end + 1..]))
}

/// The text of a chunk of one of the three kinds.
fn text(kind: [u8; 4], bytes: &[u8]) -> Option<Text> {
    let (keyword, text) = match &kind {
        b"tEXt" => {
            let (keyword, text) = split(bytes).unwrap_or((bytes, &[]));
            (keyword, text.to_vec())
        }
        b"zTXt" => {
            let (keyword, rest) = keyword(bytes)?;
            let (&0, rest) = rest.split_first()? else { return None };
            (keyword, inflate(rest)?)
        }
        _ => {
            let (keyword, rest) = keyword(bytes)?;
            let (&[compressed, method], rest) = rest.split_first_chunk()?;
            let (_language, rest) = split(rest)?;
            let (_translated, rest) = split(rest)?;
            match (compressed, method) {
                (0, _) => (keyword, rest.to_vec()),
                (1, 0) => (keyword, inflate(rest)?),
                _ => return None,
            }
        }
    };
    let end = text.iter().position(|&byte| byte == 0).unwrap_or(text.len());
    Some(Text { keyword: keyword.to_vec(), text: text[..end].to_vec() })
}

/// Inflates a whole zlib stream, unless that gives too much.
fn inflate(bytes: &[u8]) -> Option<Vec<u8>> {
    inflate_some(bytes).and_then(|(out, whole)| whole.then_some(out))
}

/// Inflates as much of a zlib stream as there is, and says if that is all; nothing where it is too much.
fn inflate_some(bytes: &[u8]) -> Option<(Vec<u8>, bool)> {
    let mut inflate = Decompress::new(true);
    let mut out = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let (read, made) = (inflate.total_in(), inflate.total_out());
        let status =
            inflate.decompress(&bytes[read as usize..], &mut buffer, FlushDecompress::None);
        let count = (inflate.total_out() - made) as usize;
        if out.len() + count > MAX_CHUNK as usize {
            return None;
        }
        out.extend_from_slice(&buffer[..count]);
        match status {
            Ok(flate2::Status::StreamEnd) => return Some((out, true)),
            Ok(_) if count > 0 || inflate.total_in() > read => {}
            Ok(_) | Err(_) => return Some((out, false)),
        }
    }
}
