use super::prepare::{bad, check_real};
use super::stats::{Statistics, survey};
use super::survey::deviation;
use super::window::window;
use crate::coding::decoded;
use windlass_core::{Build, Image, Rect, Result};
use windlass_macros::Operation;

/// Measure a set of patches on a color chart.
///
/// The area is divided into `h` by `v` patches; of each the mean of the middle half is taken. The
/// result is a matrix: a row for each patch, a column for each band.
#[derive(Operation)]
#[operation(family = "arithmetic")]
pub struct Measure {
    /// Image to measure
    pub input: Image,
    /// Number of patches across chart
    #[arg(min = 1, max = 100_000_000)]
    pub h: i32,
    /// Number of patches down chart
    #[arg(min = 1, max = 100_000_000)]
    pub v: i32,
    /// Left edge of extract area
    #[arg(default = 0, min = 0, max = 100_000_000)]
    pub left: i32,
    /// Top edge of extract area
    #[arg(default = 0, min = 0, max = 100_000_000)]
    pub top: i32,
    /// Width of extract area
    #[arg(min = 1, max = 100_000_000)]
    pub width: Option<i32>,
    /// Height of extract area
    #[arg(min = 1, max = 100_000_000)]
    pub height: Option<i32>,
}

impl Build for Measure {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        let input = decoded(&self.input)?;
        let width = f64::from(self.width.unwrap_or(input.header().width)) / f64::from(self.h);
        let height = f64::from(self.height.unwrap_or(input.header().height)) / f64::from(self.v);
        if width < 1.0 || height < 1.0 {
            return Err(bad("measure: image region smaller than patch count"));
        }
        let mut rows = Vec::new();
        for down in 0..self.v {
            for across in 0..self.h {
                let left = f64::from(self.left) + f64::from(across) * width + (width + 2.0) / 4.0;
                let top = f64::from(self.top) + f64::from(down) * height + (height + 2.0) / 4.0;
                let middle = |side: f64| f64::midpoint(side, 1.0) as i32;
                let patch = Rect::new(left as i32, top as i32, middle(width), middle(height));
                rows.push(means(&window(&input, patch)?)?);
            }
        }
        Image::from_matrix(&rows)
    }
}

/// The mean of each band of a patch. A patch of which there is no deviation is refused, as by the
/// reference.
fn means(patch: &Image) -> Result<Vec<f64>> {
    check_real("deviate", [patch])?;
    let (pixels, bands) = survey(patch)?;
    let mean = |band: &Statistics| {
        if deviation(pixels, band.sum, band.squares).is_nan() {
            return Err(bad("deviate: parameter out not set"));
        }
        Ok(band.sum / pixels)
    };
    bands.iter().map(mean).collect()
}
