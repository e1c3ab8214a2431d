use super::counts::{Tally, counted};
use super::hist_find::{countable, histogram_header};
use super::prepare::{bad, check_real};
use std::marker::PhantomData;
use windlass_core::{BandFormat, Build, Header, Image, Integer, Region, Result};
use windlass_macros::Operation;

/// Find n-dimensional image histogram.
///
/// Of one to three bands: the first runs to the right, the second down, the third through the
/// bands of the result.
#[derive(Operation)]
#[operation(family = "arithmetic", name = "hist_find_ndim", sequential)]
pub struct HistFindNdim {
    /// Input image
    pub input: Image,
    /// Number of bins in each dimension
    #[arg(default = 10, min = 1, max = 65536)]
    pub bins: i32,
}

impl Build for HistFindNdim {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        let old = self.input.header();
        if old.bands > 3 {
            return Err(bad("hist_find_ndim: image is not 1 - 3 bands"));
        }
        // signed bytes are counted as bytes, but their range is taken as the greater one
        let range = if old.format == BandFormat::U8 { 256 } else { 65536 };
        if self.bins > range {
            return Err(bad(format!("hist_find_ndim: bins out of range [1,{range}]")));
        }
        let input = countable(&self.input)?;
        check_real("hist_find_ndim", [&input])?;
        let bands = input.header().bands;
        let header = Header {
            width: self.bins,
            height: if bands > 1 { self.bins } else { 1 },
            bands: if bands > 2 { self.bins } else { 1 },
            format: BandFormat::U32,
            ..histogram_header(input.header())
        };
        header.check()?;
        let bin = f64::from(range + 1) / f64::from(self.bins);
        let steps = [header.bands, header.width * header.bands, 1].map(|step| step as usize);
        let bands = bands as usize;
        if input.header().format == BandFormat::U8 {
            counted(&input, header, Bins::<u8> { bin, bands, steps, samples: PhantomData })
        } else {
            counted(&input, header, Bins::<u16> { bin, bands, steps, samples: PhantomData })
        }
    }
}

struct Bins<T> {
    /// Values in a bin
    bin: f64,
    bands: usize,
    /// How far apart the neighbours in each dimension are counted
    steps: [usize; 3],
    samples: PhantomData<T>,
}

impl<T: Integer> Tally for Bins<T> {
    fn add(&self, pixels: &Region<'_>, counts: &mut [u32]) {
        for y in pixels.rect().top..pixels.rect().bottom() {
            for pixel in pixels.row::<T>(y).chunks_exact(self.bands) {
                let of_band = |(x, step): (&T, &usize)| (x.to_f64() / self.bin) as usize * step;
                counts[pixel.iter().zip(&self.steps).map(of_band).sum::<usize>()] += 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bins_are_a_little_wider_than_the_range() {
        let bytes = vec![0, 25, 26, 27, 51, 52, 127, 128, 230, 231, 255];
        let image = Image::from_memory(11, 1, 1, BandFormat::U8, bytes).unwrap();
        let out = HistFindNdim::new(image).build().unwrap();
        assert_eq!(out.pixels().unwrap().samples::<u32>(0), [2, 3, 1, 0, 2, 0, 0, 0, 2, 1]);
    }

    #[test]
    fn the_second_band_runs_down() {
        let image = Image::from_memory(1, 1, 2, BandFormat::U8, vec![255, 0]).unwrap();
        let out = HistFindNdim::new(image).bins(2).build().unwrap().pixels().unwrap();
        assert_eq!((out.samples::<u32>(0), out.samples::<u32>(1)), (&[0, 1][..], &[0, 0][..]));
    }
}
