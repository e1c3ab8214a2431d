//! Where strips and tiles lie, and their bytes.
//!
//! The tables of offsets and byte counts of a large picture are megabytes: slices of them are read when
//! a chunk of theirs is asked for, both with one request where they lie near each other. Chunks that
//! follow each other in the file are read together.

use super::file::Entry;
use super::page::Page;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};
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
}

/// The chunks of a page.
pub(super) struct Chunks {
    offsets: Entry,
    counts: Option<Entry>,
    length: Option<u64>,
    /// Bytes of a chunk, decompressed
    full: u64,
    compressed: bool,
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
            slices: Mutex::default(),
        }
    }

    /// Where chunk `index` lies; nothing of it where the file has lost it.
    pub(super) fn place(&self, reader: &SourceReader, index: u64) -> Result<Place> {
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
        Ok(self.sane(slice.get((index % SLICE) as usize).copied().unwrap_or_default()))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<u64, Arc<Vec<Place>>>> {
        self.slices.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place inside the file, of a size that a chunk can have.
    fn sane(&self, place: Place) -> Place {
        let Place { offset, bytes } = place;
        if offset == 0 {
            return Place::default();
        }
        let most = self.full.saturating_mul(4).saturating_add(1 << 20);
        let bytes = match (bytes, self.compressed) {
            (0, true) => most,
            (0, false) => self.full,
            (bytes, _) => bytes.min(most),
        };
        let left = self.length.map_or(bytes, |length| length.saturating_sub(offset));
        Place { offset, bytes: bytes.min(left) }
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
            (Some(a), Some((_, Some(b), more)))
                if span(a..a + bytes, b..b.saturating_add(more)).is_some() =>
            {
                let all = span(a..a + bytes, b..b.saturating_add(more)).unwrap_or(a..a);
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
            places.push(Place { offset, bytes: counts.next().unwrap_or(0) });
        }
        Ok(places)
    }

    /// Reads the chunks at `places` into `out`; where each of them lies there. One that is cut off is
    /// as long as what there is of it.
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
                let Place { offset, bytes } = places[index];
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
                let Place { offset, bytes } = places[index];
                let left = from + (offset - start) as usize;
                let right = (left + bytes as usize).min(end);
                ranges[index] = left.min(right)..right;
            }
            from = end;
            rest = &rest[count..];
        }
        Ok(ranges)
    }
}

/// What holds both ranges, where they lie so near that they are read together.
fn span(a: Range<u64>, b: Range<u64>) -> Option<Range<u64>> {
    let all = a.start.min(b.start)..a.end.max(b.end);
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
