use super::pool::Pool;
use super::prepare::bad;
use crate::coding::decoded;
use windlass_core::{
    BandFormat, Build, Coding, Header, Image, Interpretation, Pixels, Reducer, Region, Result,
    Sample, cast,
};
use windlass_macros::Operation;
use windlass_simd::arith;

/// Find image histogram.
///
/// Counts the values of each band, or of the one called `band`. 8-bit and packed images are
/// counted as `uchar`, others as `ushort`.
#[derive(Operation)]
#[operation(family = "arithmetic", name = "hist_find", sequential)]
pub struct HistFind {
    /// Input image
    pub input: Image,
    /// Find histogram of band
    #[arg(default = -1, min = -1, max = 100_000)]
    pub band: i32,
}

impl Build for HistFind {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        let input = countable(&self.input)?;
        let header = input.header();
        if self.band >= header.bands {
            let bands = header.bands;
            return Err(bad(format!("hist_find: bandno must be -1, or less than {bands}")));
        }
        let bands = header.bands as usize;
        let bytes = header.format == BandFormat::U8;
        let one = usize::try_from(self.band).ok();
        let mut counts = if bytes {
            input.reduce(&Count::new(bands, arith::TABLES * bands, arith::count_u8))?
        } else {
            input.reduce(&Count::new(bands, bands, count_words))?
        };
        if let Some(band) = one {
            counts = vec![counts.swap_remove(band)];
        }
        if !bytes || one.is_some() {
            let used = counts.iter().map(|counts| used(counts)).max().unwrap_or(1);
            for counts in &mut counts {
                counts.truncate(used);
            }
        }
        histogram(header, &counts)
    }
}

/// The image in the format in which its values are counted.
pub(super) fn countable(image: &Image) -> Result<Image> {
    let header = image.header();
    let bytes = header.format.is_8bit() || header.coding != Coding::None;
    cast(&decoded(image)?, if bytes { BandFormat::U8 } else { BandFormat::U16 })
}

/// Up to the greatest value that was found.
fn used(counts: &[u64]) -> usize {
    counts.iter().rposition(|count| *count > 0).map_or(1, |last| last + 1)
}

/// The image of the counts of some bands, as many of each.
fn histogram(input: &Header, counts: &[Vec<u64>]) -> Result<Image> {
    let pixels = i64::from(input.width) * i64::from(input.height);
    let wide = pixels > i64::from(u32::MAX);
    let header = Header {
        width: counts[0].len() as i32,
        height: 1,
        bands: counts.len() as i32,
        format: if wide { BandFormat::F64 } else { BandFormat::U32 },
        ..histogram_header(input)
    };
    let samples = || (0..counts[0].len()).flat_map(|value| counts.iter().map(move |c| c[value]));
    let pixels = Pixels::from_rows(&header, |_, out| {
        if wide {
            let out = bytemuck::cast_slice_mut::<u8, f64>(out);
            out.iter_mut().zip(samples()).for_each(|(out, count)| *out = count as f64);
        } else {
            let out = bytemuck::cast_slice_mut::<u8, u32>(out);
            out.iter_mut().zip(samples()).for_each(|(out, count)| *out = count as u32);
        }
    })?;
    Image::from_pixels(header, pixels)
}

/// The header of a histogram of an image with `input`: a resolution means nothing.
pub(super) fn histogram_header(input: &Header) -> Header {
    Header {
        interpretation: Interpretation::Histogram,
        xres: 1.0,
        yres: 1.0,
        filename: None,
        ..input.clone()
    }
}

/// As many pixels as can be counted in 32 bits with room for one more row.
const FULL: usize = 1 << 31;

/// Counts in narrow tables, and what was moved out of them.
struct Counts<const N: usize> {
    tables: Vec<[u32; N]>,
    pixels: usize,
    moved: Vec<u64>,
}

impl<const N: usize> Counts<N> {
    /// Makes room for `more` pixels.
    fn count(&mut self, more: usize) {
        if self.pixels + more > FULL {
            let tables = self.tables.as_flattened_mut();
            self.moved.resize(tables.len(), 0);
            for (moved, count) in self.moved.iter_mut().zip(tables) {
                *moved += u64::from(std::mem::take(count));
            }
            self.pixels = 0;
        }
        self.pixels += more;
    }

    fn add_to(&self, all: &mut [Vec<u64>]) {
        let bands = all.len();
        for (i, table) in self.tables.iter().enumerate() {
            for (all, count) in all[i % bands].iter_mut().zip(table) {
                *all += u64::from(*count);
            }
        }
        for (i, table) in self.moved.chunks_exact(N).enumerate() {
            all[i % bands].iter_mut().zip(table).for_each(|(all, count)| *all += count);
        }
    }
}

/// Counts rows of `T`, which has `N` values, with `fill` into `tables` tables.
///
/// Tables are large: what one unit of work has counted is counted on by a later one.
struct Count<T, const N: usize> {
    bands: usize,
    tables: usize,
    fill: fn(&[T], usize, &mut [[u32; N]]),
    spare: Pool<Counts<N>>,
}

impl<T: Sample, const N: usize> Count<T, N> {
    fn new(bands: usize, tables: usize, fill: fn(&[T], usize, &mut [[u32; N]])) -> Self {
        Self { bands, tables, fill, spare: Pool::new() }
    }
}

impl<T: Sample, const N: usize> Reducer for Count<T, N> {
    type Part = Counts<N>;
    type Out = Vec<Vec<u64>>;

    fn exact(&self) -> bool {
        true
    }

    fn part(&self) -> Counts<N> {
        self.spare.take(|| Counts {
            tables: vec![[0; N]; self.tables],
            pixels: 0,
            moved: Vec::new(),
        })
    }

    fn add(&self, part: &mut Counts<N>, pixels: &Region<'_>) {
        for y in pixels.rect().top..pixels.rect().bottom() {
            part.count(pixels.rect().width as usize);
            (self.fill)(pixels.row(y), self.bands, &mut part.tables);
        }
    }

    fn merge(&self, _: &mut Counts<N>, next: Counts<N>) {
        self.spare.put(next);
    }

    fn finish(&self, all: Counts<N>) -> Result<Vec<Vec<u64>>> {
        let mut counts = vec![vec![0; N]; self.bands];
        all.add_to(&mut counts);
        self.spare.drain().iter().for_each(|more| more.add_to(&mut counts));
        Ok(counts)
    }
}

fn count_words(row: &[u16], bands: usize, tables: &mut [[u32; 65536]]) {
    for pixel in row.chunks_exact(bands) {
        for (table, x) in tables.iter_mut().zip(pixel) {
            table[usize::from(*x)] += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_bands_of_bytes_have_256_entries() {
        let image = Image::from_memory(2, 1, 2, BandFormat::U8, vec![3, 9, 3, 8]).unwrap();
        let out = HistFind::new(&image).build().unwrap();
        assert_eq!((out.header().width, out.header().bands), (256, 2));
        assert_eq!(out.pixels().unwrap().samples::<u32>(0)[6..8], [2, 0]);
        let out = HistFind::new(&image).band(1).build().unwrap();
        assert_eq!(out.pixels().unwrap().samples::<u32>(0), [0, 0, 0, 0, 0, 0, 0, 0, 1, 1]);
    }

    #[test]
    fn floats_are_truncated_and_clipped() {
        let bytes: Vec<u8> = [1.9_f32, -5.0, 2.0].iter().flat_map(|x| x.to_ne_bytes()).collect();
        let image = Image::from_memory(3, 1, 1, BandFormat::F32, bytes).unwrap();
        let out = HistFind::new(image).build().unwrap();
        assert_eq!(out.pixels().unwrap().samples::<u32>(0), [1, 1, 1]);
    }
}
