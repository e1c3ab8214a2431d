use super::prepare::bad;
use super::{HistCum, HistNorm};
use crate::arithmetic::{Avg, HistFind, Profile, Relation, RelationalConst};
use windlass_core::{Build, Image, Result};
use windlass_macros::{Operation, Outputs};

/// Find threshold for percent of pixels.
///
/// The least value such that more than `percent` of the pixels are not above it; of several bands
/// the mean.
#[derive(Operation)]
#[operation(family = "histogram")]
pub struct Percent {
    /// Input image
    pub input: Image,
    /// Percent of pixels
    #[arg(min = 0.0, max = 100.0)]
    pub percent: f64,
}

/// A value among samples.
#[derive(Outputs, Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "the one output of the operation")]
pub struct Threshold {
    /// Threshold above which lie percent of pixels
    pub threshold: i32,
}

impl Build for Percent {
    type Output = Threshold;

    fn build(&self) -> Result<Threshold> {
        let histogram = HistFind::new(&self.input).build()?;
        let cumulative = HistNorm::new(HistCum::new(histogram).build()?).build()?;
        let limit = self.percent / 100.0 * f64::from(cumulative.header().width);
        let above = RelationalConst::new(cumulative, Relation::More, vec![limit]).build()?;
        let threshold = Avg::new(Profile::new(above).build()?.rows).build()? as i32;
        if threshold > 65535 {
            return Err(bad("percent: parameter threshold not set"));
        }
        Ok(Threshold { threshold })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use windlass_core::BandFormat;

    #[test]
    fn a_ramp_is_cut_in_half() {
        let ramp: Vec<u8> = (0..=255).collect();
        let image = Image::from_memory(256, 1, 1, BandFormat::U8, ramp).unwrap();
        let threshold = |percent: f64| Percent::new(&image, percent).build().unwrap().threshold;
        assert_eq!([threshold(0.0), threshold(50.0), threshold(100.0)], [1, 129, 256]);
    }
}
