use crate::arithmetic::{Linear, Stats};
use crate::coding::decoded;
use windlass_core::{BandFormat, Build, Image, Result, cast};
use windlass_macros::Operation;

/// Normalise histogram.
///
/// Each band is scaled so that its greatest value is one less than the number of pixels: the
/// cumulative histogram becomes a look-up table.
#[derive(Operation)]
#[operation(family = "histogram", name = "hist_norm")]
pub struct HistNorm {
    /// Input image
    pub input: Image,
}

impl Build for HistNorm {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        let input = decoded(&self.input)?;
        let header = input.header();
        let last = f64::from(header.width) * f64::from(header.height) - 1.0;
        let stats = Stats::new(&input).build()?.pixels()?;
        let greatest = |band: i32| stats.samples::<f64>(band + 1)[1];
        let factors: Vec<f64> = (0..header.bands).map(|band| last / greatest(band)).collect();
        let scaled = Linear::new(&input, factors, vec![0.0]).build()?;
        let format = match last {
            ..=255.0 => BandFormat::U8,
            ..=65535.0 => BandFormat::U16,
            _ => BandFormat::U32,
        };
        cast(&scaled, format)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_greatest_becomes_the_last_index() {
        let image = Image::from_memory(3, 1, 1, BandFormat::I8, vec![253, 255, 254]).unwrap();
        let out = HistNorm::new(image).build().unwrap();
        assert_eq!(out.to_memory().unwrap(), [6, 2, 4]);
    }
}
