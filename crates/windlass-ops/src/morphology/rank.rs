use super::extremes::{Extremes, Fold, Greatest, Least};
use crate::coding::decoded;
use crate::conversion::{bad, derived};
use crate::convolution::mask::window;
use std::cmp::Ordering;
use windlass_core::{
    Ask, Build, Header, Image, Integer, Operator, Real, Rect, Region, RegionMut, Result, Traits,
    dispatch,
};
use windlass_macros::Operation;
use windlass_simd::resample_rank::{Selection, rank};

/// Rank filter.
///
/// The `index`-th smallest sample of a window around each pixel, band by band; edges are
/// repeated. The median of a window of `n` by `n` is `index = n² / 2`.
#[derive(Operation)]
#[operation(family = "morphology", sequential)]
pub struct Rank {
    /// Input image
    pub input: Image,
    /// Window width in pixels
    #[arg(min = 1, max = 100_000)]
    pub width: i32,
    /// Window height in pixels
    #[arg(min = 1, max = 100_000)]
    pub height: i32,
    /// Select pixel at index
    #[arg(min = 0, max = 100_000_000)]
    pub index: i32,
}

impl Build for Rank {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        let input = decoded(&self.input)?;
        let old = input.header();
        if old.format.is_complex() {
            return Err(bad("rank: image must be non-complex"));
        }
        if self.width > old.width || self.height > old.height {
            return Err(bad("rank: window too large"));
        }
        if i64::from(self.index) >= i64::from(self.width) * i64::from(self.height) {
            return Err(bad("rank: index out of range"));
        }
        let header = Header { xoffset: 0, yoffset: 0, ..derived(&input) };
        dispatch!(header.format,
            integer I => self.integer::<I>(&input, header),
            float F => Image::area(header, &[&input], Sort::<F>::new(self, old.bands)),
            complex _C => Err(bad("rank: image must be non-complex")))
    }
}

/// Windows up to this many samples are sorted by a network.
const NETWORK: usize = 81;

impl Rank {
    fn integer<T: Integer>(&self, input: &Image, header: Header) -> Result<Image>
    where
        Least: Fold<T>,
        Greatest: Fold<T>,
    {
        let (width, height) = (self.width as usize, self.height as usize);
        let (bands, index) = (header.bands as usize, self.index as usize);
        if index == 0 {
            return Image::area(header, &[input], Extremes::<T, Least>::new(width, height, bands));
        }
        if index + 1 == width * height {
            let operator = Extremes::<T, Greatest>::new(width, height, bands);
            return Image::area(header, &[input], operator);
        }
        if width * height <= NETWORK {
            let selection = Selection::new(width, height, index);
            let operator =
                Network::<T> { width, height, bands, selection, sample: std::marker::PhantomData };
            return Image::area(header, &[input], operator);
        }
        Image::area(header, &[input], Sort::<T>::new(self, bands as i32))
    }
}

/// Small windows: a network over whole rows.
struct Network<T> {
    width: usize,
    height: usize,
    bands: usize,
    selection: Selection,
    sample: std::marker::PhantomData<fn() -> T>,
}

impl<T: Integer> Operator for Network<T> {
    type Scratch = ();

    fn scratch(&self) {}

    fn traits(&self) -> Traits {
        Traits { cost: 2.0 * (self.width * self.height) as f32, ..Traits::DEFAULT }
    }

    fn needs(&self, out: Rect, ask: &mut Ask) {
        ask.read(0, window(self.width as i32, self.height as i32, out));
    }

    fn compute(&self, inputs: &[Region<'_>], out: &mut RegionMut<'_>, (): &mut ()) -> Result<()> {
        let top = inputs[0].rect().top;
        for (line, (_, row)) in out.rows::<T>().enumerate() {
            let rows = (top + line as i32..).take(self.height).map(|y| inputs[0].row::<T>(y));
            let rows: Vec<&[T]> = rows.collect();
            rank(&rows, self.bands, self.width, &self.selection, row);
        }
        Ok(())
    }
}

/// Any window of any format, sample by sample.
struct Sort<T> {
    width: usize,
    height: usize,
    index: usize,
    bands: usize,
    sample: std::marker::PhantomData<fn() -> T>,
}

impl<T> Sort<T> {
    fn new(rank: &Rank, bands: i32) -> Self {
        Self {
            width: rank.width as usize,
            height: rank.height as usize,
            index: rank.index as usize,
            bands: bands as usize,
            sample: std::marker::PhantomData,
        }
    }
}

impl<T: Real> Operator for Sort<T> {
    type Scratch = Vec<T>;

    fn scratch(&self) -> Vec<T> {
        Vec::new()
    }

    fn traits(&self) -> Traits {
        Traits { cost: 8.0 * (self.width * self.height) as f32, ..Traits::DEFAULT }
    }

    fn needs(&self, out: Rect, ask: &mut Ask) {
        ask.read(0, window(self.width as i32, self.height as i32, out));
    }

    fn compute(
        &self,
        inputs: &[Region<'_>],
        out: &mut RegionMut<'_>,
        samples: &mut Vec<T>,
    ) -> Result<()> {
        let top = inputs[0].rect().top;
        for (line, (_, row)) in out.rows::<T>().enumerate() {
            let rows = (top + line as i32..).take(self.height).map(|y| inputs[0].row::<T>(y));
            let rows: Vec<&[T]> = rows.collect();
            for (x, out) in row.iter_mut().enumerate() {
                samples.clear();
                for row in &rows {
                    let columns = row[x..].iter().step_by(self.bands).take(self.width);
                    samples.extend(columns.copied());
                }
                *out = self.select(samples);
            }
        }
        Ok(())
    }
}

impl<T: Real> Sort<T> {
    /// The sample of the wanted rank. Least and greatest are found by scanning, as in the
    /// reference: what is not a number stays if it comes first and else is passed over.
    fn select(&self, samples: &mut [T]) -> T {
        let first = samples[0];
        if self.index == 0 {
            return samples.iter().fold(first, |least, x| if *x < least { *x } else { least });
        }
        if self.index + 1 == samples.len() {
            return samples.iter().fold(first, |most, x| if *x > most { *x } else { most });
        }
        let order = |a: &T, b: &T| a.partial_cmp(b).unwrap_or(Ordering::Equal);
        *samples.select_nth_unstable_by(self.index, order).1
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use windlass_core::{BandFormat, cast};

    pub(super) fn picture() -> Image {
        let pixel = |k: usize| (53 * (k % 5) + 91 * (k / 5) + 7 * (k % 5) * (k / 5)) as u8;
        let bytes: Vec<u8> = (0..25).map(pixel).collect();
        Image::from_memory(5, 5, 1, BandFormat::U8, bytes).unwrap()
    }

    #[test]
    fn the_vectors_of_the_reference() {
        let out = Rank::new(picture(), 3, 3, 4).build().unwrap().to_memory().unwrap();
        assert_eq!(out[..10], [53, 91, 106, 159, 159, 91, 106, 127, 127, 159]);
        assert_eq!(out[10..20], [91, 151, 151, 127, 75, 108, 108, 127, 127, 176]);
        let out = Rank::new(picture(), 2, 2, 1).build().unwrap().to_memory().unwrap();
        assert_eq!(out[..10], [0, 0, 53, 106, 159, 0, 53, 106, 106, 75]);
    }

    #[test]
    fn every_way_gives_the_same() {
        for (width, height) in [(3, 3), (2, 4), (5, 1), (4, 5)] {
            for index in 0..width * height {
                let fast = Rank::new(picture(), width, height, index).build().unwrap();
                let floats = cast(&picture(), BandFormat::F32).unwrap();
                let slow = Rank::new(floats, width, height, index).build().unwrap();
                let slow = cast(&slow, BandFormat::U8).unwrap();
                assert_eq!(fast.to_memory().unwrap(), slow.to_memory().unwrap());
            }
        }
    }

    #[test]
    fn windows_fit() {
        assert!(Rank::new(picture(), 6, 1, 0).build().is_err());
        let error = Rank::new(picture(), 3, 3, 9).build().unwrap_err();
        assert_eq!(error.message(), "rank: index out of range");
    }
}
