//! Coefficients of units, and how they lie side by side in the picture.

use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use super::plan::{Plan, Plane};

/// The blocks of a component in a row of units.
#[derive(Debug, Default)]
pub(crate) struct Blocks {
    /// All coefficients in natural order, 64 for each block; empty where [`Self::first`] will do.
    all: Vec<i16>,
    /// For each block of [`Self::all`], one more than the zigzag place of the last coefficient that may
    /// be other than 0.
    extents: Vec<u8>,
    /// For each block of [`Self::all`] of a progressive file, the zigzag places other than 0.
    known: Vec<u64>,
    /// The first coefficients only.
    first: Vec<i16>,
    /// How many blocks get place for all coefficients as soon as one of them has any but the first; 0
    /// where they have it, or never will.
    later: usize,
    /// Whether [`Self::known`] is kept.
    progressive: bool,
}

/// When there is place for all coefficients of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// From the beginning.
    Now,
    /// When one comes that needs it: in files of several scans, all of which lie in memory.
    Later,
}

/// A block of a progressive file.
#[derive(Debug)]
pub(crate) struct Progress<'a> {
    pub(crate) coefficients: &'a mut [i16; 64],
    /// The zigzag places other than 0, except the first.
    pub(crate) known: &'a mut u64,
}

impl Blocks {
    fn new(plane: &Plane, units: usize, progressive: bool, place: Place) -> Self {
        let count = units * plane.horizontal * plane.vertical;
        let mut blocks = Self { progressive, ..Self::default() };
        match place {
            _ if plane.first_only() => blocks.first = vec![0; count],
            Place::Later => (blocks.first, blocks.later) = (vec![0; count], count),
            Place::Now => blocks.make_place(count),
        }
        blocks
    }

    fn make_place(&mut self, count: usize) {
        // Vectors of numbers, as those come from the system as zeros and cost nothing until used.
        self.all = vec![0; 64 * count];
        self.extents = vec![0; count];
        self.known = vec![0; if self.progressive { count } else { 0 }];
    }

    /// Makes place for all coefficients, where that was put off.
    pub(crate) fn grow(&mut self) {
        if self.later > 0 {
            let count = std::mem::take(&mut self.later);
            self.make_place(count);
            let first = std::mem::take(&mut self.first);
            for (block, first) in self.all.as_chunks_mut::<64>().0.iter_mut().zip(first) {
                block[0] = first;
            }
        }
    }

    /// Bytes of all that is kept.
    fn bytes(&self) -> usize {
        2 * (self.all.len() + self.first.len()) + self.extents.len() + 8 * self.known.len()
    }

    /// Runs `decode` on a block for which there is no place yet: a block of zeros. What comes after the
    /// first coefficient is kept at `place` if that is not all 0, unless it never is.
    #[cold]
    pub(crate) fn beyond_first<T>(
        &mut self,
        place: usize,
        decode: impl FnOnce(Progress<'_>) -> T,
    ) -> T {
        let (mut coefficients, mut known) = ([0; 64], 0);
        let out = decode(Progress { coefficients: &mut coefficients, known: &mut known });
        if coefficients[1..].iter().any(|&value| value != 0) {
            self.grow();
            if let Some((block, extent)) = self.block(place) {
                block[1..].copy_from_slice(&coefficients[1..]);
                *extent = 64;
            }
            if let Some(bits) = self.known.get_mut(place) {
                *bits = known;
            }
        }
        out
    }

    /// The block at `place` with its extent, unless only first coefficients are kept.
    #[inline]
    pub(crate) fn block(&mut self, place: usize) -> Option<(&mut [i16; 64], &mut u8)> {
        let block = self.all.get_mut(64 * place..)?.first_chunk_mut::<64>()?;
        Some((block, self.extents.get_mut(place)?))
    }

    /// The block at `place` of a progressive file, unless only first coefficients are kept.
    #[inline]
    pub(crate) fn progress(&mut self, place: usize) -> Option<Progress<'_>> {
        *self.extents.get_mut(place)? = 64;
        Some(Progress {
            coefficients: self.all.get_mut(64 * place..)?.first_chunk_mut::<64>()?,
            known: self.known.get_mut(place)?,
        })
    }

    /// The first coefficient of the block at `place`.
    #[inline]
    pub(crate) fn first(&mut self, place: usize) -> Option<&mut i16> {
        if self.first.is_empty() { self.all.get_mut(64 * place) } else { self.first.get_mut(place) }
    }

    /// As [`Self::first`]; 0 where there is no such block.
    pub(crate) fn first_value(&self, place: usize) -> i16 {
        let value =
            if self.first.is_empty() { self.all.get(64 * place) } else { self.first.get(place) };
        value.copied().unwrap_or(0)
    }

    /// Sets the block at `place` to 0.
    pub(crate) fn clear(&mut self, place: usize) {
        if let Some((block, extent)) = self.block(place) {
            *block = [0; 64];
            *extent = 0;
        }
        if let Some(first) = self.first.get_mut(place) {
            *first = 0;
        }
    }

    /// The blocks at `places`, with their extents.
    pub(crate) fn range(&self, places: Range<usize>) -> (&[[i16; 64]], &[u8]) {
        let blocks = self.all.as_chunks().0.get(places.clone());
        (blocks.unwrap_or_default(), self.extents.get(places).unwrap_or_default())
    }

    /// The first coefficients at `places`, where nothing else is kept yet or ever.
    pub(crate) fn first_range(&self, places: Range<usize>) -> &[i16] {
        self.first.get(places).unwrap_or_default()
    }
}

/// Coefficients of units that follow each other.
#[derive(Debug, Default)]
pub(crate) struct Row {
    /// For each component, the blocks line by line: those of the first line of all units, and so on.
    pub(crate) components: Vec<Blocks>,
    /// How many units there is place for.
    pub(crate) units: usize,
}

impl Row {
    /// Zeros, for `units` units.
    pub(crate) fn new(plan: &Plan, units: usize, place: Place) -> Self {
        let blocks = |plane| Blocks::new(plane, units, plan.progressive, place);
        Self { components: plan.planes.iter().map(blocks).collect(), units }
    }

    /// Bytes of all that is kept.
    pub(crate) fn bytes(&self) -> u64 {
        self.components.iter().map(Blocks::bytes).sum::<usize>() as u64
    }
}

/// Memory that waits to be used again.
#[derive(Debug, Default)]
pub(crate) struct Pool(Mutex<Vec<Row>>);

impl Pool {
    /// The most rows that wait.
    const LIMIT: usize = 64;

    /// A row of [`Plan::memory_units`] with whatever it held before.
    pub(crate) fn take(&self, plan: &Plan) -> Row {
        let row = self.0.lock().unwrap_or_else(PoisonError::into_inner).pop();
        row.unwrap_or_else(|| Row::new(plan, plan.memory_units(), Place::Now))
    }

    fn give(&self, row: Row) {
        let mut rows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if rows.len() < Self::LIMIT {
            rows.push(row);
        }
    }
}

/// Coefficients that several readers share. The memory goes to its pool after the last one.
#[derive(Debug)]
pub(crate) struct Shared {
    row: Row,
    /// Nothing where memory is not used again.
    pool: Option<Arc<Pool>>,
}

impl Shared {
    pub(crate) fn new(row: Row, pool: Option<Arc<Pool>>) -> Arc<Self> {
        Arc::new(Self { row, pool })
    }

    pub(crate) fn row(&self) -> &Row {
        &self.row
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        if let Some(pool) = &self.pool {
            pool.give(std::mem::take(&mut self.row));
        }
    }
}

/// The most components of a scan (T.81, B.2.3).
pub(crate) const MAX_SCAN: usize = 4;

/// Units side by side in the picture.
#[derive(Clone, Debug)]
pub(crate) struct Stretch {
    pub(crate) shared: Arc<Shared>,
    /// The first unit, and how many they are.
    pub(crate) first: usize,
    pub(crate) units: usize,
    /// For each component, what is to be added to the first coefficients.
    pub(crate) base: [i16; MAX_SCAN],
}

/// A row of units of the picture, from left to right.
pub(crate) type Line = Vec<Stretch>;
