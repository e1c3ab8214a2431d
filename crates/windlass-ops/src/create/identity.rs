use super::prepare::fresh;
use std::marker::PhantomData;
use windlass_core::point::{self, PlaceKernel};
use windlass_core::{BandFormat, Build, Header, Image, Integer, Interpretation, Result};
use windlass_macros::Operation;

/// Make a 1D image where pixel values are indexes.
///
/// A look-up table that changes nothing: 256 entries of `uchar`, or with `ushort` as many as
/// `size` says.
#[derive(Operation)]
#[operation(family = "create")]
pub struct Identity {
    /// Number of bands in LUT
    #[arg(default = 1, min = 1, max = 100_000)]
    pub bands: i32,
    /// Create a 16-bit LUT
    #[arg(default = false)]
    pub ushort: bool,
    /// Size of 16-bit LUT
    #[arg(default = 65536, min = 1, max = 65536)]
    pub size: i32,
}

impl Build for Identity {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        let bands = self.bands as usize;
        let header = |width, format| Header {
            interpretation: Interpretation::Histogram,
            ..fresh(width, 1, self.bands, format)
        };
        if self.ushort {
            let header = header(self.size, BandFormat::U16);
            point::generate(header, Ramp::<u16> { bands, samples: PhantomData })
        } else {
            let header = header(256, BandFormat::U8);
            point::generate(header, Ramp::<u8> { bands, samples: PhantomData })
        }
    }
}

struct Ramp<T> {
    bands: usize,
    samples: PhantomData<T>,
}

impl<T: Integer> PlaceKernel for Ramp<T> {
    type Out = T;

    fn row(&self, x: i32, _: i32, output: &mut [T]) {
        for (pixel, x) in output.chunks_exact_mut(self.bands).zip(i64::from(x)..) {
            pixel.fill(T::wrap(x));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_band_holds_its_index() {
        let out = Identity::new().bands(2).ushort(true).size(3).build().unwrap();
        assert_eq!(out.pixels().unwrap().samples::<u16>(0), [0, 0, 1, 1, 2, 2]);
        assert_eq!(Identity::new().build().unwrap().header().width, 256);
    }
}
