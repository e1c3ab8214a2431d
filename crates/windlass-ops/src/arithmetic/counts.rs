//! Images of counts: each thread counts for itself, and the counts are added in the end.

use super::pool::Pool;
use windlass_core::{BandFormat, Header, Image, Pixels, Reducer, Region, Result};

/// What is counted.
pub(super) trait Tally: Send + Sync + 'static {
    /// Counts what it sees in `pixels`.
    fn add(&self, pixels: &Region<'_>, counts: &mut [u32]);
    /// What is done to all counts in the end.
    fn scale(&self, _counts: &mut [u32]) {}
}

/// The image of 32-bit counts under `header` that `tally` makes of `input`.
pub(super) fn counted(input: &Image, header: Header, tally: impl Tally) -> Result<Image> {
    let size = header.image_size() as usize / BandFormat::U32.size();
    // what can't be had is an error here, not in the middle of counting
    drop(windlass_io::alloc::try_with_capacity::<u32>(size)?);
    let counts = input.reduce(&Counts { tally, size, pool: Pool::new() })?;
    let row = header.row_size() / BandFormat::U32.size();
    let pixels = Pixels::from_rows(&header, |y, out| {
        bytemuck::cast_slice_mut(out).copy_from_slice(&counts[y as usize * row..][..row]);
    })?;
    Image::from_pixels(header, pixels)
}

struct Counts<T> {
    tally: T,
    size: usize,
    pool: Pool<Vec<u32>>,
}

impl<T: Tally> Reducer for Counts<T> {
    type Part = Vec<u32>;
    type Out = Vec<u32>;

    fn exact(&self) -> bool {
        true
    }

    fn part(&self) -> Vec<u32> {
        self.pool.take(Vec::new)
    }

    fn add(&self, part: &mut Vec<u32>, pixels: &Region<'_>) {
        part.resize(self.size, 0);
        self.tally.add(pixels, part);
    }

    fn merge(&self, _: &mut Vec<u32>, next: Vec<u32>) {
        self.pool.put(next);
    }

    fn finish(&self, mut all: Vec<u32>) -> Result<Vec<u32>> {
        all.resize(self.size, 0);
        for more in self.pool.drain() {
            for (count, more) in all.iter_mut().zip(more) {
                *count = count.wrapping_add(more);
            }
        }
        self.tally.scale(&mut all);
        Ok(all)
    }
}
