//! Where strips and tiles lie, and their bytes.
//!
//! The tables of offsets and byte counts of a large picture are megabytes: slices of them are read when
//! a chunk of theirs is asked for, both with one request where they lie near each other. Chunks that
//! follow each other in the file are read together.

use super::file::Entry;
use super::page::{Layout, Page};
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use windlass_core::{Limits, Result};
use windlass_io::{SourceReader, alloc};

/// Entries of a table that are read together.
const SLICE: u64 = 4096;
/// Slices that are kept.
const SLICES: usize = 64;
/// Bytes between what is wanted that are read along with it.
const SPAN: u64 = 512 << 10;
const GAP: u64 = 4096;
/// Bytes that are read together.
const TOGETHER: u64 = 2 << 20;

/// Where a chunk lies, and how many bytes it has.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Place {
    pub(super) offset: u64,
    pub(super) bytes: u64,
    /// The most that it can have, where the file does not say how many
    pub(super) guessed: bool,
}

/// The chunks of a page.
pub(super) struct Chunks {
    offsets: Entry,
    counts: Option<Entry>,
    length: Option<u64>,
    layout: Layout,
    /// Bytes of a chunk, decompressed
    full: u64,
    compressed: bool,
    /// What each strip has in truth where the file's counts can't be right
    calculated: OnceLock<Option<u64>>,
    slices: Mutex<BTreeMap<u64, Arc<Vec<Place>>>>,
}

impl Chunks {
    pub(super) fn new(page: &Page) -> Self {
        let layout = &page.layout;
        Self {
            offsets: page.offsets,
            counts: page.counts,
            length: page.length,
            full: layout.bytes(layout.chunk.0, layout.chunk.1),
            compressed: layout.compression != super::tags::NONE,
            layout: layout.clone(),
            calculated: OnceLock::new(),
            slices: Mutex::default(),
        }
    }

    /// Where chunk `index` lies; nothing of it where the file has lost it.
    pub(super) fn place(&self, reader: &SourceReader, index: u64) -> Result<Place> {
        let place = self.given(reader, index)?;
        let calculated = if let Some(known) = self.calculated.get() {
            *known
        } else {
            let calculated = self.calculate(reader)?;
            *self.calculated.get_or_init(|| calculated)
        };
        Ok(self.sane(place, index, calculated))
    }

    /// What the file says.
    fn given(&self, reader: &SourceReader, index: u64) -> Result<Place> {
        let number = index / SLICE;
        let known = self.lock().get(&number).cloned();
        let slice = if let Some(slice) = known {
            slice
        } else {
            let slice = Arc::new(self.slice(reader, number * SLICE)?);
            let mut slices = self.lock();
            if slices.len() == SLICES {
                let _first = slices.pop_first();
            }
            let _before = slices.insert(number, Arc::clone(&slice));
            slice
        };
        Ok(slice.get((index % SLICE) as usize).copied().unwrap_or_default())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<u64, Arc<Vec<Place>>>> {
        self.slices.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The bytes of each chunk that is not compressed, where the file's counts must be wrong: the first
    /// two of several differ, or the only one is too small or reaches beyond the end. As the reference
    /// does it.
    fn calculate(&self, reader: &SourceReader) -> Result<Option<u64>> {
        let layout = &self.layout;
        if self.compressed || layout.planar || self.counts.is_none() {
            return Ok(None);
        }
        let count = layout.chunks();
        let first = self.given(reader, 0)?;
        if count == 1 {
            let wrong = first.bytes < self.full || first.bytes > self.left(first.offset);
            return Ok((wrong && !layout.tiled).then_some(self.full));
        }
        let second = self.given(reader, 1)?.bytes;
        if count == 2 || first.bytes == second || first.bytes == 0 || second == 0 {
            return Ok(None);
        }
        if layout.tiled {
            return Ok(Some(self.full));
        }
        let rows = u64::from(layout.height) / count;
        Ok(Some(layout.row_bytes(layout.width) * rows))
    }

    /// Bytes of the file from `offset` on.
    fn left(&self, offset: u64) -> u64 {
        self.length.map_or(u64::MAX, |length| length.saturating_sub(offset))
    }

    /// A place inside the file, of a size that a chunk can have. Nothing of one that reaches beyond the
    /// end of the file, or has less than all of what is not compressed: so the reference reads none of it.
    fn sane(&self, place: Place, index: u64, calculated: Option<u64>) -> Place {
        let Place { offset, bytes, .. } = place;
        if offset == 0 {
            return Place::default();
        }
        let left = self.left(offset);
        // what no compression of so few pixels can need, as the reference has it
        let most = self.full.saturating_mul(10).saturating_add(4096);
        let bytes = if bytes > 1 << 20 { bytes.min(most) } else { bytes };
        if !self.compressed {
            let (across, down) = self.layout.grid();
            let strip = index / u64::from(across) % u64::from(down);
            let rows = self.layout.rows_at(strip as u32 * self.layout.chunk.1);
            let needed = self.layout.bytes(self.layout.chunk.0, rows);
            let bytes = match &self.counts {
                Some(_) => calculated.unwrap_or(bytes),
                None => needed,
            };
            let whole = (needed..=left).contains(&bytes);
            return if whole { Place { offset, bytes: needed, ..place } } else { Place::default() };
        }
        if self.counts.is_none() || bytes == 0 && self.layout.chunks() == 1 {
            let most = self.full.saturating_mul(4).saturating_add(1 << 20);
            return Place { offset, bytes: most.min(left), guessed: true };
        }
        if bytes <= left { Place { offset, bytes, ..place } } else { Place::default() }
    }

    /// The places of the chunks from `first` on.
    fn slice(&self, reader: &SourceReader, first: u64) -> Result<Vec<Place>> {
        let pick = |entry: &Entry| {
            let count = entry.count.saturating_sub(first).min(SLICE);
            let start = entry.position().map(|at| at.saturating_add(first * entry.size()));
            (count, start, count * entry.size())
        };
        let (count, start, bytes) = pick(&self.offsets);
        let counted = self.counts.as_ref().map(pick);
        let (offsets, counts) = match (start, counted) {
            (Some(a), Some((_, Some(b), more))) if span((a, bytes), (b, more)).is_some() => {
                let all = span((a, bytes), (b, more)).unwrap_or(a..a);
                let read = read(reader, all.clone())?;
                let part = |start: u64, bytes: u64| {
                    let from = (start - all.start) as usize;
                    let to = (from + bytes as usize).min(read.len());
                    read.get(from..to).unwrap_or(&[]).to_vec()
                };
                (part(a, bytes), part(b, more))
            }
            _ => {
                let counts = match (&self.counts, counted) {
                    (Some(entry), Some((_, start, bytes))) => {
                        table(reader, entry, first, start, bytes)?
                    }
                    _ => Vec::new(),
                };
                (table(reader, &self.offsets, first, start, bytes)?, counts)
            }
        };
        let mut places = alloc::try_with_capacity(count as usize)?;
        let mut counts = self.counts.iter().flat_map(|entry| {
            counts.chunks_exact(entry.size() as usize).map(|bytes| entry.integer(bytes))
        });
        for bytes in offsets.chunks_exact(self.offsets.size() as usize) {
            let offset = self.offsets.integer(bytes);
            let bytes = counts.next().unwrap_or(0);
            places.push(Place { offset, bytes, ..Place::default() });
        }
        Ok(places)
    }

    /// Reads the chunks at `places` into `out`; where each of them lies there. Of one that is cut off
    /// there is nothing, as where the length of the file is known before, unless its size was a guess.
    pub(super) fn read(
        reader: &SourceReader,
        places: &[Place],
        out: &mut Vec<u8>,
    ) -> Result<Vec<Range<usize>>> {
        let mut order: Vec<usize> = (0..places.len()).collect();
        order.sort_unstable_by_key(|&index| places[index].offset);
        let mut ranges = vec![0..0; places.len()];
        let (mut rest, mut from) = (&order[..], 0);
        while let Some(&first) = rest.first() {
            let start = places[first].offset;
            let mut end = start.saturating_add(places[first].bytes);
            let follows = |&&index: &&usize| {
                let Place { offset, bytes, .. } = places[index];
                let near = offset <= end.saturating_add(GAP);
                let together = offset.saturating_add(bytes).max(end) - start <= TOGETHER;
                if near && together {
                    end = end.max(offset.saturating_add(bytes));
                }
                near && together
            };
            let count = 1 + rest[1..].iter().take_while(follows).count();
            let bytes = Limits::current().allocation(end - start)?;
            if out.len() < from + bytes {
                alloc::try_reserve(out, from + bytes - out.len())?;
                out.resize(from + bytes, 0);
            }
            let got = reader.read_full_at(start, &mut out[from..from + bytes])?;
            let end = from + got;
            for &index in &rest[..count] {
                let Place { offset, bytes, guessed } = places[index];
                let left = from + (offset - start) as usize;
                let right = left + bytes as usize;
                ranges[index] = if right <= end {
                    left..right
                } else {
                    left.min(end)..if guessed { end } else { left.min(end) }
                };
            }
            from = end;
            rest = &rest[count..];
        }
        Ok(ranges)
    }
}

/// What holds both runs of bytes, given by their starts and lengths, where they lie so near that they are
/// read together.
fn span(a: (u64, u64), b: (u64, u64)) -> Option<Range<u64>> {
    let end = |(start, bytes): (u64, u64)| start.saturating_add(bytes);
    let all = a.0.min(b.0)..end(a).max(end(b));
    (all.end - all.start <= SPAN).then_some(all)
}

/// The bytes of a part of a table.
fn table(
    reader: &SourceReader,
    entry: &Entry,
    first: u64,
    start: Option<u64>,
    bytes: u64,
) -> Result<Vec<u8>> {
    match start {
        Some(start) => read(reader, start..start.saturating_add(bytes)),
        None if first == 0 => Ok(entry.inline().unwrap_or(&[]).to_vec()),
        None => Ok(Vec::new()),
    }
}

/// The bytes of a range, as far as there are any.
fn read(reader: &SourceReader, range: Range<u64>) -> Result<Vec<u8>> {
    let mut bytes = alloc::try_vec(Limits::current().allocation(range.end - range.start)?)?;
    let got = reader.read_full_at(range.start, &mut bytes)?;
    bytes.truncate(got);
    Ok(bytes)
}
