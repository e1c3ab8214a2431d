use super::{HistCum, HistNorm, Maplut};
use crate::arithmetic::HistFind;
use windlass_core::{Build, Image, Result, cast};
use windlass_macros::Operation;

/// Histogram equalisation.
///
/// Each band for itself, or all by the histogram of the one called `band`.
#[derive(Operation)]
#[operation(family = "histogram", name = "hist_equal")]
pub struct HistEqual {
    /// Input image
    pub input: Image,
    /// Equalise with this band
    #[arg(default = -1, min = -1, max = 100_000)]
    pub band: i32,
}

impl Build for HistEqual {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        let histogram = HistFind::new(&self.input).band(self.band).build()?;
        let cumulative = HistNorm::new(HistCum::new(histogram).build()?).build()?;
        Maplut::new(&self.input, cast(&cumulative, self.input.header().format)?).build()
    }
}
