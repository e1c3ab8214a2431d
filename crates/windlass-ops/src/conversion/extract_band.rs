use super::bands::gather;
use super::{bad, copied, derived};
use crate::coding::decoded;
use windlass_core::{Build, Header, Image, Kernel, Result, Run, Sees};
use windlass_macros::Operation;

/// Extract bands from an image.
///
/// `n` bands from `band` on. The interpretation stays as it is.
#[derive(Operation)]
#[operation(family = "conversion", sequential)]
pub struct ExtractBand {
    /// Input image
    pub input: Image,
    /// Band to extract
    #[arg(min = 0, max = 100_000_000)]
    pub band: i32,
    /// Number of bands to extract
    #[arg(default = 1, min = 1, max = 100_000_000)]
    pub n: i32,
}

impl Build for ExtractBand {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        let input = decoded(&self.input)?;
        let all = input.header().bands;
        if self.band < 0 || self.n < 1 || self.band.saturating_add(self.n) > all {
            return Err(bad("extract_band: bad extract band"));
        }
        if self.n == all {
            return copied(&self.input);
        }
        let header = Header { bands: self.n, ..derived(&input) };
        let offset = self.band as usize * header.format.size();
        let taken =
            Taken { offset, size: header.pixel_size(), stride: input.header().pixel_size() };
        Image::point(header, &[&input], taken)
    }
}

/// Some bytes of each pixel.
struct Taken {
    offset: usize,
    size: usize,
    stride: usize,
}

impl Kernel for Taken {
    fn sees(&self) -> Sees {
        Sees::Pixel
    }

    fn run(&self, inputs: &[&[u8]], out: &mut [u8], _: Run) {
        gather(self.size, &inputs[0][self.offset..], self.stride, out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use windlass_core::BandFormat;

    #[test]
    fn bands_are_taken_from_the_middle() {
        let bytes: Vec<u8> = (0..10).collect();
        let image = Image::from_memory(2, 1, 5, BandFormat::U8, bytes).unwrap();
        let out = ExtractBand::new(&image, 1).n(2).build().unwrap();
        assert_eq!(out.to_memory().unwrap(), [1, 2, 6, 7]);
        let out = ExtractBand::new(&image, 4).build().unwrap();
        assert_eq!(out.to_memory().unwrap(), [4, 9]);
        let error = ExtractBand::new(&image, 4).n(2).build().unwrap_err();
        assert_eq!(error.message(), "extract_band: bad extract band");
    }
}
