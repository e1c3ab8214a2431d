//! Coefficients of a row of units.

use super::plan::{Plan, Plane};

/// The blocks of a component in a row of units.
#[derive(Debug)]
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
    fn new(plane: &Plane, progressive: bool) -> Self {
        let count = plane.stride * plane.vertical;
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

    /// Row `y` of `stride` blocks, with their extents.
    pub(crate) fn row(&self, y: usize, stride: usize) -> (&[[i16; 64]], &[u8]) {
        let range = y * stride..(y + 1) * stride;
        let blocks = self.all.as_chunks().0.get(range.clone());
        (blocks.unwrap_or_default(), self.extents.get(range).unwrap_or_default())
    }

    /// Row `y` of `stride` first coefficients.
    pub(crate) fn first_row(&self, y: usize, stride: usize) -> &[i16] {
        self.first.get(y * stride..(y + 1) * stride).unwrap_or_default()
    }
}

/// The coefficients of a row of units.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) components: Vec<Blocks>,
}

impl Row {
    /// A row of zeros.
    pub(crate) fn new(plan: &Plan) -> Self {
        let planes = plan.planes.iter();
        Self { components: planes.map(|plane| Blocks::new(plane, plan.progressive)).collect() }
    }
}
