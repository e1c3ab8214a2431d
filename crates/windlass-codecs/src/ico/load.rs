//! Loading icons and cursors.

use super::directory::{self, Entry};
use crate::bmp::{Dib, unpack};
use crate::png::PngLoad;
use std::sync::Arc;
use windlass_core::declare::image_operation;
use windlass_core::foreign::options::{FailOn, LoadOptions};
use windlass_core::foreign::{ForeignFlags, Load};
use windlass_core::{
    BandFormat, Context, Error, ErrorKind, Header, Image, Interpretation, Meta, Pixels, Result,
    Source,
};
use windlass_io::{SourceReader, alloc};
use windlass_macros::{ArgGroup, Load};

/// Load ico
///
/// The pictures of an icon or a cursor: bitmaps are RGB with alpha, PNGs what they are. Several pages
/// are stacked where all have the same size.
#[derive(ArgGroup, Load, Clone, Debug)]
#[foreign(name = "icoload")]
#[non_exhaustive]
pub struct IcoLoad {
    /// First page to load
    #[arg(default = 0, min = 0, max = 100_000)]
    pub page: i32,
    /// Number of pages to load, -1 for all
    #[arg(default = 1, min = -1, max = 100_000)]
    pub n: i32,
    /// What all loaders can do
    #[arg(flatten)]
    pub common: LoadOptions,
}

/// Bytes of a picture at most.
const LARGEST: u64 = 64 << 20;

impl Load for IcoLoad {
    fn load(&self, source: &Source) -> Result<Image> {
        let reader = source.open_random()?.with_tick(Context::current().tick);
        let entries = directory::read(&reader)?;
        let first = self.page.max(0) as usize;
        let count = if self.n < 0 { entries.len().saturating_sub(first) } else { self.n as usize };
        let chosen = first.checked_add(count).and_then(|end| entries.get(first..end));
        let chosen = chosen
            .filter(|chosen| !chosen.is_empty())
            .ok_or_else(|| Error::new(ErrorKind::BadArgument, "icoload: bad page number"))?;
        let lenient = self.common.level() == FailOn::None;
        let pages = chosen.iter().map(|entry| picture(&reader, entry, lenient));
        let pages = pages.collect::<Result<Vec<_>>>()?;
        let image = stacked(pages)?;
        let mut header = image.header().clone();
        header.metadata.set("n-pages", Meta::Int(entries.len() as i32));
        if count > 1 {
            let height = header.height / count as i32;
            header.metadata.set("page-height", Meta::Int(height));
        }
        if let Some((x, y)) = chosen[0].hotspot {
            header.metadata.set("cursor-hotspot", Meta::Ints(Arc::new([x.into(), y.into()])));
        }
        self.common.note_access(&mut header.metadata);
        image.with_header(header)
    }

    fn flags(&self, _: &Image) -> ForeignFlags {
        ForeignFlags::PARTIAL
    }
}

/// Pages below each other.
fn stacked(pages: Vec<Image>) -> Result<Image> {
    let shape = |image: &Image| {
        let header = image.header();
        (header.width, header.height, header.bands, header.format)
    };
    if pages.iter().any(|page| shape(page) != shape(&pages[0])) {
        let text = "icoload: pages are not all the same size";
        return Err(Error::new(ErrorKind::Unsupported, text));
    }
    let mut pages = pages;
    if pages.len() == 1 {
        return Ok(pages.remove(0));
    }
    image_operation("arrayjoin", [("in", pages.into()), ("across", 1.into())])
}

/// A picture of the list.
fn picture(reader: &SourceReader, entry: &Entry, lenient: bool) -> Result<Image> {
    if entry.length > LARGEST {
        let text = format!("icoload: a picture of {} bytes", entry.length);
        return Err(Error::new(ErrorKind::Limit, text));
    }
    let known = reader.len()?.map_or(LARGEST, |length| length.saturating_sub(entry.offset));
    let mut bytes = alloc::try_vec(entry.length.min(known) as usize)?;
    let there = reader.read_full_at(entry.offset, &mut bytes)?;
    bytes.truncate(there);
    if bytes.starts_with(b"\x89PNG") {
        let mut png = PngLoad::default();
        png.common.fail_on = if lenient { FailOn::None } else { FailOn::Truncated };
        return png.load(&Source::from_memory(bytes));
    }
    bitmap(bytes, lenient)
}

/// A bitmap of twice its height: the colours, then a bit a pixel of what is transparent.
fn bitmap(bytes: Vec<u8>, lenient: bool) -> Result<Image> {
    let source = Source::from_memory(bytes);
    let bytes = source.memory().unwrap_or_default();
    let mut dib = Dib::read(&source.open()?, 0, None)?;
    let info = &mut dib.info;
    info.height /= 2;
    let mut header = Header::new(info.width, info.height, 4, BandFormat::U8);
    header.interpretation = Interpretation::Srgb;
    crate::rows::check_size(&header)?;
    let (width, height) = (info.width as usize, info.height as usize);
    let (stride, start) = (info.stride(), usize::try_from(dib.end).unwrap_or(usize::MAX));
    let colours = bytes.get(start..).unwrap_or_default();
    if colours.is_empty() || (!lenient && colours.len() < stride.saturating_mul(height)) {
        return Err(Error::new(ErrorKind::Truncated, "icoload: ends early"));
    }
    let own_alpha = info.bits == 32;
    if own_alpha && info.masks[3] == 0 {
        info.masks[3] = 0xFF00_0000;
    }
    let (unpack, bands) = (unpack(info), if info.has_alpha() { 4 } else { 3 });
    // where no pixel has any alpha the mask counts after all
    let opaque =
        own_alpha && colours.chunks_exact(4).take(width * height).any(|pixel| pixel[3] != 0);
    let mask = colours.get(stride.saturating_mul(height)..).unwrap_or_default();
    let mask_stride = width.div_ceil(32) * 4;
    let (mut row, mut samples) = (alloc::try_vec(stride)?, alloc::try_vec(width * bands)?);
    let top_down = info.top_down;
    let pixels = Pixels::from_rows(&header, |y, out| {
        let place = if top_down { y as usize } else { height - 1 - y as usize };
        row.fill(0);
        let there = colours.get(place * stride..).unwrap_or_default();
        let count = there.len().min(stride);
        row[..count].copy_from_slice(&there[..count]);
        unpack(&row, &mut samples);
        let mask = mask.get(place * mask_stride..).unwrap_or_default();
        for (x, (out, sample)) in
            out.as_chunks_mut::<4>().0.iter_mut().zip(samples.chunks_exact(bands)).enumerate()
        {
            let masked = mask.get(x / 8).is_some_and(|byte| byte << (x % 8) & 0x80 != 0);
            let alpha = match sample.get(3) {
                Some(alpha) if opaque => *alpha,
                _ if masked => 0,
                _ => 255,
            };
            *out = [sample[0], sample[1], sample[2], alpha];
        }
    })?;
    Image::from_pixels(header, pixels)
}
