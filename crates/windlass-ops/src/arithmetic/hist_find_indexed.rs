use super::hist_find::{countable, histogram_header};
use super::prepare::{bad, check_real};
use crate::coding::decoded;
use std::collections::BTreeMap;
use windlass_core::point::{self, RowKernel2};
use windlass_core::{
    BandFormat, Build, Coding, Header, Image, Pixels, Reducer, Region, Result, Sees, cast,
};
use windlass_macros::{ArgEnum, Operation};

/// How values are combined.
#[derive(ArgEnum, Clone, Copy, PartialEq, Eq, Debug)]
#[arg_enum(name = "VipsCombine")]
#[non_exhaustive]
pub enum Combine {
    /// Take the greatest
    Max,
    /// Add
    Sum,
    /// Take the least
    Min,
}

/// Find indexed image histogram.
///
/// For each value of `index` the samples of `in` at the pixels that have it are combined.
#[derive(Operation)]
#[operation(family = "arithmetic", name = "hist_find_indexed", sequential)]
pub struct HistFindIndexed {
    /// Input image
    pub input: Image,
    /// Index image
    pub index: Image,
    /// Combine bins like this
    #[arg(default = Combine::Sum)]
    pub combine: Combine,
}

impl Build for HistFindIndexed {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        let input = decoded(&self.input)?;
        let old = self.index.header();
        if old.coding != Coding::None {
            return Err(bad("hist_find_indexed: image must be uncoded"));
        }
        if (old.width, old.height) != (input.header().width, input.header().height) {
            return Err(bad("hist_find_indexed: images must match in size"));
        }
        if old.bands != 1 {
            return Err(bad("hist_find_indexed: image must one band"));
        }
        check_real("hist_find_indexed", [&input])?;
        let index = countable(&self.index)?;
        let bytes = index.header().format == BandFormat::U8;
        let width = if bytes { 256 } else { super::Max::new(&index).build()?.out as i32 + 1 };
        let mut header = histogram_header(input.header());
        header.metadata.merge(&index.header().metadata);
        let header = Header { width, height: 1, format: BandFormat::F64, ..header };
        let values = cast(&input, BandFormat::F64)?;
        let index = cast(&index, BandFormat::F64)?;
        let bands = header.bands + 1;
        let joined = Header { bands, ..values.header().clone() };
        let join = Join { bands: header.bands as usize };
        let joined = point::rows2::<f64, f64, _>(joined, &values, &index, join)?;
        let reducer = Bins {
            bands: header.bands as usize,
            width: width as usize,
            combine: self.combine,
            exact: input.header().format.is_integer(),
        };
        let bins = joined.reduce(&reducer)?;
        let pixels = Pixels::from_rows(&header, |_, out| {
            bytemuck::cast_slice_mut(out).copy_from_slice(&bins);
        })?;
        Image::from_pixels(header, pixels)
    }
}

/// The index as one more band.
struct Join {
    bands: usize,
}

impl RowKernel2<f64, f64> for Join {
    type Out = f64;
    const SEES: Sees = Sees::Pixel;

    fn row(&self, values: &[f64], index: &[f64], output: &mut [f64]) {
        let pixels = values.chunks_exact(self.bands).zip(index);
        for (out, (values, index)) in output.chunks_exact_mut(self.bands + 1).zip(pixels) {
            out[..self.bands].copy_from_slice(values);
            out[self.bands] = *index;
        }
    }
}

/// Combines values by the index in the last band.
struct Bins {
    bands: usize,
    width: usize,
    combine: Combine,
    exact: bool,
}

impl Bins {
    fn combined(&self, old: f64, new: f64) -> f64 {
        match self.combine {
            Combine::Max => old.max(new),
            Combine::Sum => old + new,
            Combine::Min => old.min(new),
        }
    }
}

impl Reducer for Bins {
    /// Bins that were hit, with a value for each band.
    type Part = BTreeMap<usize, Vec<f64>>;
    type Out = Vec<f64>;

    fn exact(&self) -> bool {
        self.exact || self.combine != Combine::Sum
    }

    fn part(&self) -> Self::Part {
        BTreeMap::new()
    }

    fn add(&self, part: &mut Self::Part, pixels: &Region<'_>) {
        for y in pixels.rect().top..pixels.rect().bottom() {
            for pixel in pixels.row::<f64>(y).chunks_exact(self.bands + 1) {
                let (values, bin) = (&pixel[..self.bands], pixel[self.bands] as usize);
                match part.get_mut(&bin) {
                    Some(bin) => {
                        let pairs = bin.iter_mut().zip(values);
                        pairs.for_each(|(old, new)| *old = self.combined(*old, *new));
                    }
                    None => {
                        part.insert(bin, values.to_vec());
                    }
                }
            }
        }
    }

    fn merge(&self, into: &mut Self::Part, next: Self::Part) {
        for (bin, values) in next {
            match into.get_mut(&bin) {
                Some(bin) => {
                    let pairs = bin.iter_mut().zip(values);
                    pairs.for_each(|(old, new)| *old = self.combined(*old, new));
                }
                None => {
                    into.insert(bin, values);
                }
            }
        }
    }

    fn finish(&self, all: Self::Part) -> Result<Vec<f64>> {
        let mut bins = vec![0.0; self.width * self.bands];
        for (bin, values) in all {
            bins[bin * self.bands..][..self.bands].copy_from_slice(&values);
        }
        Ok(bins)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_an_index_are_combined() {
        let image =
            |bytes: &[u8]| Image::from_memory(5, 1, 1, BandFormat::U8, bytes.to_vec()).unwrap();
        let (values, index) = (image(&[10, 20, 30, 40, 5]), image(&[0, 1, 0, 3, 1]));
        let out = |combine: Combine| {
            let out = HistFindIndexed::new(&values, &index).combine(combine).build().unwrap();
            out.pixels().unwrap().samples::<f64>(0)[..4].to_vec()
        };
        assert_eq!(out(Combine::Sum), [40.0, 25.0, 0.0, 40.0]);
        assert_eq!(out(Combine::Max), [30.0, 20.0, 0.0, 40.0]);
        assert_eq!(out(Combine::Min), [10.0, 5.0, 0.0, 40.0]);
    }
}
