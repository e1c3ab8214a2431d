//! The headers of bitmaps, palettes and masks.

use windlass_core::{Error, ErrorKind, Result};
use windlass_io::SourceReader;

/// How pixels are packed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Packing {
    /// Rows of whole words
    Plain,
    /// Runs of bytes, of nibbles or of three bytes
    Runs,
}

/// What a device-independent bitmap says of itself.
#[derive(Clone, Debug)]
pub(crate) struct Info {
    pub(crate) width: i32,
    pub(crate) height: i32,
    pub(crate) top_down: bool,
    /// Bits of a pixel
    pub(crate) bits: u16,
    pub(crate) packing: Packing,
    /// Pixels per metre
    pub(crate) density: (i32, i32),
    /// Bits of red, green, blue and alpha
    pub(crate) masks: [u32; 4],
    /// Red, green, blue
    pub(crate) palette: Vec<[u8; 3]>,
    /// Where a colour profile lies from the start of the header, and its length
    pub(crate) profile: Option<(u64, u64)>,
}

/// A bitmap in a file.
pub(crate) struct Dib {
    pub(crate) info: Info,
    /// Where the header begins
    pub(crate) start: u64,
    /// Where header, masks and palette end
    pub(crate) end: u64,
}

impl Info {
    /// Bytes of a row of plain pixels.
    pub(crate) fn stride(&self) -> usize {
        (self.width as usize * usize::from(self.bits)).div_ceil(32) * 4
    }

    /// Whether pixels have an alpha.
    pub(crate) fn has_alpha(&self) -> bool {
        self.bits > 8 && self.masks[3] != 0
    }
}

impl Dib {
    /// Reads the header at `start`; the pixels begin at `pixels`, where that is known.
    pub(crate) fn read(reader: &SourceReader, start: u64, pixels: Option<u64>) -> Result<Self> {
        let mut bytes = [0; 124];
        let there = reader.read_full_at(start, &mut bytes)?;
        let fields = Fields(&bytes[..there]);
        let length = fields.u32(0)?;
        let mut info = match length {
            12 => core(&fields)?,
            16..=124 => long(&fields, length)?,
            _ => return Err(bad(&format!("a header of {length} bytes"))),
        };
        let mut end = start + u64::from(length);
        let said = if length == 12 { 0 } else { fields.u32(32).unwrap_or(0) };
        end += outer_masks(reader, &mut info, end, &fields, length)?;
        end += palette(reader, &mut info, end, pixels, (said, if length == 12 { 3 } else { 4 }))?;
        check(&info)?;
        Ok(Self { info, start, end })
    }
}

struct Fields<'a>(&'a [u8]);

impl Fields<'_> {
    fn u16(&self, at: usize) -> Result<u16> {
        let bytes = self.0.get(at..).and_then(<[u8]>::first_chunk).ok_or_else(short)?;
        Ok(u16::from_le_bytes(*bytes))
    }

    fn u32(&self, at: usize) -> Result<u32> {
        let bytes = self.0.get(at..).and_then(<[u8]>::first_chunk).ok_or_else(short)?;
        Ok(u32::from_le_bytes(*bytes))
    }
}

/// The header of OS/2 1 and Windows 2.
fn core(fields: &Fields<'_>) -> Result<Info> {
    let (width, height) = (i32::from(fields.u16(4)?), i32::from(fields.u16(6)?));
    let bits = fields.u16(10)?;
    Ok(info(width, height, false, bits))
}

/// The header of OS/2 2 and of Windows from 3 on.
fn long(fields: &Fields<'_>, length: u32) -> Result<Info> {
    let (width, height) = (fields.u32(4)? as i32, fields.u32(8)? as i32);
    let high = height.checked_abs().ok_or_else(|| bad(&format!("a height of {height}")))?;
    let bits = fields.u16(14)?;
    let field = |at: usize| if length as usize >= at + 4 { fields.u32(at) } else { Ok(0) };
    let mut info = info(width, high, height < 0, bits);
    let os2 = matches!(length, 16..=39 | 41..=51 | 64);
    let compression = field(16)?;
    info.packing = match (compression, bits) {
        (0 | 3 | 6, _) if !(os2 && compression == 3) => Packing::Plain,
        (1, 8) | (2, 4) => Packing::Runs,
        (4, 24) if os2 => Packing::Runs,
        _ => {
            let text = format!("bmpload: compression {compression} of {bits} bits");
            return Err(Error::new(ErrorKind::Unsupported, text));
        }
    };
    info.density = (field(24)? as i32, field(28)? as i32);
    if length >= 52 && length != 64 && matches!(compression, 3 | 6) && bits > 8 {
        let alpha = if length >= 56 { fields.u32(52)? } else { 0 };
        info.masks = [fields.u32(40)?, fields.u32(44)?, fields.u32(48)?, alpha];
    }
    // "MBED": the profile is in the file
    if length == 124 && fields.u32(56)? == 0x4D42_4544 {
        info.profile = Some((fields.u32(112)?.into(), fields.u32(116)?.into()));
    }
    Ok(info)
}

fn info(width: i32, height: i32, top_down: bool, bits: u16) -> Info {
    let masks = match bits {
        16 => [0x7C00, 0x03E0, 0x001F, 0],
        _ => [0x00FF_0000, 0x0000_FF00, 0x0000_00FF, 0],
    };
    Info {
        width,
        height,
        top_down,
        bits,
        packing: Packing::Plain,
        density: (0, 0),
        masks,
        palette: Vec::new(),
        profile: None,
    }
}

/// Masks behind a header that has no place for them; their bytes.
fn outer_masks(
    reader: &SourceReader,
    info: &mut Info,
    at: u64,
    fields: &Fields<'_>,
    length: u32,
) -> Result<u64> {
    let compression = if length == 40 { fields.u32(16)? } else { 0 };
    let count = match compression {
        3 => 3,
        6 => 4,
        _ => return Ok(0),
    };
    let mut bytes = [0; 16];
    reader.read_exact_at(at, &mut bytes[..4 * count])?;
    if info.bits > 8 {
        for (mask, word) in info.masks.iter_mut().zip(&bytes.as_chunks::<4>().0[..count]) {
            *mask = u32::from_le_bytes(*word);
        }
    }
    Ok(4 * count as u64)
}

/// The palette at `at`, with as many colours as are said, as are useful and as there is room for; the
/// bytes of it.
fn palette(
    reader: &SourceReader,
    info: &mut Info,
    at: u64,
    pixels: Option<u64>,
    (said, size): (u32, u64),
) -> Result<u64> {
    if info.bits > 8 {
        return Ok(0);
    }
    let most = 1_u64 << info.bits;
    let said = if said == 0 { most } else { u64::from(said) };
    let room = pixels.filter(|pixels| *pixels > at).map_or(said, |pixels| (pixels - at) / size);
    let count = said.min(room).min(most) as usize;
    let mut bytes = [0; 4 * 256];
    let bytes = &mut bytes[..count * size as usize];
    let there = reader.read_full_at(at, bytes)?;
    let colours = bytes[..there].chunks_exact(size as usize);
    info.palette.extend(colours.map(|colour| [colour[2], colour[1], colour[0]]));
    // indices without a colour are black
    info.palette.resize(256, [0; 3]);
    Ok(said * size)
}

/// Fails where there are no such bitmaps.
fn check(info: &Info) -> Result<()> {
    if info.width <= 0 || info.height <= 0 {
        return Err(bad(&format!("{} by {} pixels", info.width, info.height)));
    }
    if !matches!(info.bits, 1 | 2 | 4 | 8 | 16 | 24 | 32) {
        return Err(bad(&format!("{} bits a pixel", info.bits)));
    }
    Ok(())
}

fn short() -> Error {
    Error::new(ErrorKind::Truncated, "bmpload: ends in its header")
}

fn bad(what: &str) -> Error {
    Error::new(ErrorKind::Malformed, format!("bmpload: {what}"))
}
