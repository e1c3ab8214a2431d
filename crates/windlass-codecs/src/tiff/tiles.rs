//! Strips and tiles at random, each decoded by the worker that needs it.

use super::chunks::{Chunks, Place};
use super::convert::{Convert, Step};
use super::decode::{Codec, Damage, Scratch};
use super::file::Order;
use super::page::{Layout, Page};
use super::tags;
use std::ops::Range;
use std::sync::{Mutex, PoisonError};
use windlass_core::foreign::options::FailOn;
use windlass_core::{Header, Rect, RegionMut, Result, Source, Tick, TileLoader};
use windlass_io::{SourceReader, alloc};

/// Bytes of a block of strips, about.
const BLOCK: u64 = 512 << 10;
/// Most bytes of a strip that is decoded at once.
const MAX_STRIP: u64 = 8 << 20;

/// A page whose chunks are decoded at random.
pub(super) struct Tiles {
    source: Source,
    header: Header,
    layout: Layout,
    chunks: Chunks,
    codec: Codec,
    convert: Convert,
    fail_on: FailOn,
    /// Samples lie in the file as they do in the image
    plain: bool,
    tile: (i32, i32),
    spare: Mutex<Vec<Memory>>,
}

/// The bytes of some chunks.
#[derive(Default)]
pub(super) struct Raw {
    memory: Memory,
    parts: Vec<Part>,
    /// What reads them: the file stays open from tile to tile
    reader: Option<SourceReader>,
}

/// Memory that is used again.
#[derive(Default)]
struct Memory {
    bytes: Vec<u8>,
    decoded: Vec<u8>,
    plane: Vec<u8>,
    scratch: Scratch,
}

/// A chunk, or some rows of one that is not compressed.
struct Part {
    /// Its first row in the image, and how many it has
    top: u32,
    rows: u32,
    /// Bytes of each plane
    planes: Vec<Range<usize>>,
}

impl Tiles {
    /// Whether chunks of this layout are small enough, or can be cut.
    pub(super) fn suits(layout: &Layout) -> bool {
        let planes = if layout.planar { u64::from(layout.samples) } else { 1 };
        layout.tiled
            || layout.compression == tags::NONE && !layout.is_subsampled()
            || layout.bytes(layout.chunk.0, layout.chunk.1) * planes <= MAX_STRIP
    }

    pub(super) fn new(
        source: Source,
        header: Header,
        page: &Page,
        order: Order,
        convert: Convert,
        fail_on: FailOn,
    ) -> Result<Self> {
        let layout = page.layout.clone();
        let swapped = layout.bits > 8 && order != Order::NATIVE;
        let plain = layout.compression == tags::NONE
            && !layout.planar
            && !layout.reversed
            && !swapped
            && matches!(convert.step, Step::Copy);
        let tile = if layout.tiled {
            (layout.chunk.0 as i32, layout.chunk.1 as i32)
        } else {
            (layout.width as i32, strip_rows(&layout) as i32)
        };
        Ok(Self {
            chunks: Chunks::new(page),
            codec: Codec::new(page, order, fail_on)?,
            source,
            header,
            layout,
            convert,
            fail_on,
            plain,
            tile,
            spare: Mutex::default(),
        })
    }

    /// Chunks, or parts of them, that make up a tile, and where the bytes of their planes lie.
    fn parts(&self, tile: Rect, reader: &SourceReader) -> Result<(Vec<Part>, Vec<Place>)> {
        let layout = &self.layout;
        let (across, down) = layout.grid();
        let planes = if layout.planar { layout.samples } else { 1 };
        let column = tile.left as u32 / layout.chunk.0;
        let (mut parts, mut places) = (Vec::new(), Vec::new());
        let (mut top, bottom) = (tile.top as u32, tile.bottom() as u32);
        while top < bottom {
            let strip = top / layout.chunk.1;
            let first = strip * layout.chunk.1;
            let whole = layout.rows_at(first);
            let rows = if layout.tiled { whole } else { (first + whole).min(bottom) - top };
            for plane in 0..planes {
                let chunk =
                    (u64::from(plane) * u64::from(down) + u64::from(strip)) * u64::from(across);
                let mut place = self.chunks.place(reader, chunk + u64::from(column))?;
                if rows < whole {
                    let row = layout.row_bytes(layout.chunk.0);
                    let skip = (row * u64::from(top - first)).min(place.bytes);
                    place.offset = place.offset.saturating_add(skip);
                    place.bytes = (place.bytes - skip).min(row * u64::from(rows));
                }
                places.push(place);
            }
            parts.push(Part { top, rows, planes: Vec::new() });
            top += rows;
        }
        Ok((parts, places))
    }

    /// What reads the chunks of an evaluation.
    fn reader(&self, raw: &mut Raw, tick: &Tick) -> Result<SourceReader> {
        match raw.reader.take() {
            Some(reader) => Ok(reader),
            None => Ok(self.source.open_random()?.with_tick(tick.clone())),
        }
    }

    /// Reads a tile to where it belongs, if it lies so in the file; else nothing that counts is done.
    fn straight(
        &self,
        tile: Rect,
        raw: &mut Raw,
        out: &mut RegionMut<'_>,
        tick: &Tick,
    ) -> Result<bool> {
        if !self.plain || tile.width as u32 != self.layout.chunk.0 {
            return Ok(false);
        }
        let Some(bytes) = out.packed() else { return Ok(false) };
        let reader = self.reader(raw, tick)?;
        let (_, places) = self.parts(tile, &reader)?;
        let whole = match places[..] {
            [Place { offset, bytes: count, guessed: false }] if count >= bytes.len() as u64 => {
                reader.read_full_at(offset, bytes)? == bytes.len()
            }
            _ => false,
        };
        raw.reader = Some(reader);
        Ok(whole)
    }

    /// Decodes a part into the rows of `out` that it has.
    fn part(&self, part: &Part, memory: &mut Memory, out: &mut RegionMut<'_>) -> Result<()> {
        let layout = &self.layout;
        let rect = out.rect();
        let rows = part.top as i32..(part.top + part.rows).min(rect.bottom() as u32) as i32;
        if part.planes.iter().all(Range::is_empty) {
            self.missing(rows, part.planes.len(), out);
            return self.damaged(super::malformed("a strip or tile is missing").into());
        }
        let stride = layout.row_bytes(layout.chunk.0) as usize;
        if let (true, [range]) = (self.plain, &part.planes[..]) {
            let mut from = memory.bytes[range.clone()].chunks_exact(stride);
            for y in rows {
                let row = out.bytes(y);
                match from.next() {
                    Some(from) => row.copy_from_slice(&from[..row.len()]),
                    None => row.fill(0),
                }
            }
            let whole =
                range.len() as u64 >= layout.row_bytes(layout.chunk.0) * u64::from(part.rows);
            return if whole {
                Ok(())
            } else {
                self.damaged(super::malformed("read error").into())
            };
        }
        if let Some(done) = self.direct(part, memory, out) {
            return done;
        }
        if let Some(done) = self.in_place(part, &rows, memory, out) {
            return done;
        }
        let joined = part.planes.len() > 1;
        self.planes(part, memory)?;
        let decoded = &mut memory.decoded;
        let stride = decoded.len() / self.decoded_rows(part.rows) as usize;
        for (at, y) in rows.enumerate() {
            if let Step::Chroma(chroma) = &self.convert.step {
                chroma.row(decoded, stride, at, out.bytes(y));
                continue;
            }
            let row = &mut decoded[at * stride..][..stride];
            if !joined {
                self.codec.finish(row, stride);
            }
            self.convert.row(row, out.bytes(y));
        }
        Ok(())
    }

    /// Rows whose samples are all 0, whatever that means.
    fn missing(&self, rows: Range<i32>, planes: usize, out: &mut RegionMut<'_>) {
        let samples = vec![0; self.layout.row_bytes(self.layout.chunk.0) as usize * planes];
        for y in rows {
            match &self.convert.step {
                Step::Chroma(_) => out.bytes(y).fill(0),
                _ => self.convert.row(&samples, out.bytes(y)),
            }
        }
    }

    /// Rows of samples, or of units of them, that a part of `rows` is decoded to.
    fn decoded_rows(&self, rows: u32) -> u32 {
        if self.layout.is_subsampled() { rows.div_ceil(self.layout.subsampling.1) } else { rows }
    }

    /// JPEG tiles that need no conversion are decoded straight into the image.
    fn direct(&self, part: &Part, memory: &Memory, out: &mut RegionMut<'_>) -> Option<Result<()>> {
        let jpeg = self.codec.jpeg()?;
        let rect = out.rect();
        let (width, height) = self.layout.chunk;
        let [range] = &part.planes[..] else { return None };
        let whole = (rect.width as u32, rect.height as u32) == (width, height);
        if !whole || !matches!(self.convert.step, Step::Copy) {
            return None;
        }
        let rows: Vec<&mut [u8]> = out.rows::<u8>().map(|(_, row)| row).collect();
        let damage = |error| Damage { error, fatal: self.layout.tiled };
        match jpeg.rows(&memory.bytes[range.clone()], width, rows) {
            Ok(()) => Some(Ok(())),
            Err(error) => Some(self.damaged_at(part, rect.left, damage(error))),
        }
    }

    /// Chunks that need no conversion are decompressed where they belong, if that is one piece.
    fn in_place(
        &self,
        part: &Part,
        rows: &Range<i32>,
        memory: &mut Memory,
        out: &mut RegionMut<'_>,
    ) -> Option<Result<()>> {
        let (rect, width) = (out.rect(), self.layout.chunk.0);
        let [range] = &part.planes[..] else { return None };
        let stride = self.layout.row_bytes(width) as usize;
        let whole = rect.width as u32 == width && rows.len() == part.rows as usize;
        let same = matches!(self.convert.step, Step::Copy)
            && stride == rect.width as usize * out.pixel_size();
        if !whole || !same {
            return None;
        }
        let size = self.layout.bytes(width, part.rows) as usize;
        let start = (rows.start - rect.top) as usize * stride;
        let out = out.packed()?.get_mut(start..start + size)?;
        let Memory { bytes, scratch, .. } = memory;
        let result = self.codec.chunk(&mut bytes[range.clone()], (width, part.rows), out, scratch);
        Some(result.or_else(|damage| self.damaged_at(part, 0, damage)))
    }

    /// Decodes all planes of a part, and puts their samples side by side. The rows of a single one are
    /// yet to be finished, each where it is converted: it is in the nearest cache then.
    fn planes(&self, part: &Part, memory: &mut Memory) -> Result<()> {
        let layout = &self.layout;
        let (width, rows) = (layout.chunk.0, part.rows);
        let size = layout.bytes(width, rows) as usize;
        let Memory { bytes, decoded, plane, scratch } = memory;
        if let [range] = &part.planes[..] {
            resize(decoded, size)?;
            let result =
                self.codec.decompress(&mut bytes[range.clone()], (width, rows), decoded, scratch);
            return result.or_else(|damage| self.damaged_at(part, 0, damage));
        }
        let samples = part.planes.len();
        let sample = layout.bits as usize / 8;
        resize(plane, size)?;
        resize(decoded, size * samples)?;
        for (number, range) in part.planes.iter().enumerate() {
            let result = self.codec.chunk(&mut bytes[range.clone()], (width, rows), plane, scratch);
            result.or_else(|damage| self.damaged_at(part, 0, damage))?;
            interleave(plane, decoded, (number, samples), sample);
        }
        Ok(())
    }

    /// Whether damage is tolerated.
    fn damaged(&self, damage: Damage) -> Result<()> {
        if damage.fatal || self.fail_on >= FailOn::Error { Err(damage.error) } else { Ok(()) }
    }

    fn damaged_at(&self, part: &Part, left: i32, damage: Damage) -> Result<()> {
        let (x, y) = (left as u32 / self.layout.chunk.0, part.top / self.layout.chunk.1);
        let kind = if self.layout.tiled { "tile" } else { "strip" };
        self.damaged(Damage { error: damage.error.with(kind, format!("{x} x {y}")), ..damage })
    }
}

/// Puts the samples of a plane in their places, `sample` bytes each.
pub(super) fn interleave(
    plane: &[u8],
    out: &mut [u8],
    (number, samples): (usize, usize),
    sample: usize,
) {
    let pixels = out.chunks_exact_mut(samples * sample);
    match sample {
        1 => {
            for (pixel, value) in pixels.zip(plane) {
                pixel[number] = *value;
            }
        }
        _ => {
            for (pixel, value) in pixels.zip(plane.chunks_exact(sample)) {
                pixel[number * sample..][..sample].copy_from_slice(value);
            }
        }
    }
}

/// Rows of a block: of strips that are not compressed any number, of others whole ones.
fn strip_rows(layout: &Layout) -> u32 {
    let planes = if layout.planar { u64::from(layout.samples) } else { 1 };
    let row = (layout.row_bytes(layout.width) * planes).max(1);
    if layout.compression == tags::NONE && !layout.is_subsampled() {
        return (BLOCK / row).clamp(1, layout.height.into()) as u32;
    }
    let strip = u64::from(layout.chunk.1);
    let strips = (BLOCK / (row * strip)).max(1);
    (strips * strip).min(layout.height.into()) as u32
}

fn resize(bytes: &mut Vec<u8>, size: usize) -> Result<()> {
    if bytes.len() < size {
        *bytes = alloc::try_vec(size)?;
    }
    bytes.truncate(size);
    Ok(())
}

impl TileLoader for Tiles {
    type Raw = Raw;

    fn header(&self) -> &Header {
        &self.header
    }

    fn tile(&self) -> (i32, i32) {
        self.tile
    }

    fn needs_caller(&self) -> bool {
        self.source.needs_caller()
    }

    fn read(&self, tile: Rect, raw: &mut Raw, tick: &Tick) -> Result<()> {
        raw.memory =
            self.spare.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default();
        let reader = self.reader(raw, tick)?;
        let (parts, places) = self.parts(tile, &reader)?;
        let mut ranges = Chunks::read(&reader, &places, &mut raw.memory.bytes)?.into_iter();
        raw.reader = Some(reader);
        raw.parts = parts;
        let planes = places.len() / raw.parts.len().max(1);
        for part in &mut raw.parts {
            part.planes = ranges.by_ref().take(planes).collect();
        }
        Ok(())
    }

    fn finish(&self, raw: &mut Raw, out: &mut RegionMut<'_>) -> Result<()> {
        let Raw { memory, parts, .. } = raw;
        for part in parts.drain(..) {
            self.part(&part, memory, out)?;
        }
        let memory = std::mem::take(memory);
        self.spare.lock().unwrap_or_else(PoisonError::into_inner).push(memory);
        Ok(())
    }

    fn make(&self, tile: Rect, raw: &mut Raw, out: &mut RegionMut<'_>, tick: &Tick) -> Result<()> {
        if self.straight(tile, raw, out, tick)? {
            return Ok(());
        }
        self.read(tile, raw, tick)?;
        self.finish(raw, out)
    }

    fn fills(&self) -> bool {
        matches!(self.convert.step, Step::Copy)
    }
}
