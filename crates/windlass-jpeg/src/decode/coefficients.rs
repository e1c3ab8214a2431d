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
}

/// A block of a progressive file.
#[derive(Debug)]
pub(crate) struct Progress<'a> {
    pub(crate) coefficients: &'a mut [i16; 64],
    /// The zigzag places other than 0, except the first.
    pub(crate) known: &'a mut u64,
}

impl Blocks {
    fn new(plane: &Plane, units: usize, progressive: bool) -> Self {
        let count = units * plane.horizontal * plane.vertical;
        let (all, first) = if plane.first_only() { (0, count) } else { (count, 0) };
        // Vectors of numbers, as those come from the system as zeros and cost nothing until used.
        Self {
            all: vec![0; 64 * all],
            extents: vec![0; all],
            known: vec![0; if progressive { all } else { 0 }],
            first: vec![0; first],
        }
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

    /// The first coefficients at `places`, where nothing else is kept.
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
    /// Zeros, for as many units as lie side by side in the picture.
    pub(crate) fn new(plan: &Plan) -> Self {
        Self::with_units(plan, plan.units_across)
    }

    /// Zeros, for `units` units.
    pub(crate) fn with_units(plan: &Plan, units: usize) -> Self {
        let blocks = |plane| Blocks::new(plane, units, plan.progressive);
        Self { components: plan.planes.iter().map(blocks).collect(), units }
    }
}

/// Memory that waits to be used again.
#[derive(Debug, Default)]
pub(crate) struct Pool(Mutex<Vec<Row>>);

impl Pool {
    /// The most rows that wait.
    const LIMIT: usize = 32;

    /// A row with whatever it held before.
    pub(crate) fn take(&self) -> Option<Row> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop()
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
