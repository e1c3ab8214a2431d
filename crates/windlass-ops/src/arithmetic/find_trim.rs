use super::prepare::bad;
use super::survey::Surveyed;
use super::{Abs, Linear};
use crate::coding::decoded;
use crate::conversion::Flatten;
use crate::morphology::Rank;
use std::marker::PhantomData;
use windlass_core::{Build, Image, Reducer, Region, Result, dispatch};
use windlass_macros::{Operation, Outputs};

/// Search an image for non-edge areas.
///
/// The box around all pixels that differ from the background by more than `threshold` in a band. An
/// alpha is flattened away first, and single pixels are smoothed away unless `line_art` is set. The
/// background is white where none is given.
#[derive(Operation)]
#[operation(family = "arithmetic", name = "find_trim")]
pub struct FindTrim {
    /// Image to search
    pub input: Image,
    /// Object threshold
    #[arg(default = 10.0, min = 0.0)]
    pub threshold: f64,
    /// Color for background pixels
    pub background: Option<Vec<f64>>,
    /// Enable line art mode
    #[arg(default = false)]
    pub line_art: bool,
}

/// A box in an image.
#[derive(Outputs, Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "the outputs of the operation")]
pub struct Trim {
    /// Left edge of image
    pub left: i32,
    /// Top edge of extract area
    pub top: i32,
    /// Width of extract area
    pub width: i32,
    /// Height of extract area
    pub height: i32,
}

impl Build for FindTrim {
    type Output = Trim;

    fn build(&self) -> Result<Trim> {
        let input = decoded(&self.input)?;
        let white = vec![input.header().interpretation.max_alpha()];
        let background = self.background.clone().unwrap_or(white);
        let flat = if input.header().has_alpha() {
            Flatten::new(&input).background(background.clone()).build()?
        } else {
            input
        };
        let smooth = if self.line_art { flat } else { Rank::new(&flat, 3, 3, 4).build()? };
        let below: Vec<f64> = background.iter().map(|x| -x).collect();
        let distance = Abs::new(Linear::new(smooth, vec![1.0], below).build()?).build()?;
        let header = distance.header();
        let (bands, threshold) = (header.bands as usize, self.threshold);
        let found = dispatch!(header.format,
            real T => distance.reduce(&Beyond::<T> { bands, threshold, samples: PhantomData }),
            complex _T => Err(bad("find_trim: image must be non-complex")))?;
        Ok(match found {
            Some([left, top, right, bottom]) => {
                Trim { left, top, width: right - left, height: bottom - top }
            }
            None => Trim { left: header.width, top: header.height, width: 0, height: 0 },
        })
    }
}

/// The box around samples beyond a threshold.
struct Beyond<T> {
    bands: usize,
    threshold: f64,
    samples: PhantomData<T>,
}

/// Left, top, right and bottom; the latter two exclusive.
type Bounds = Option<[i32; 4]>;

fn union(a: Bounds, b: Bounds) -> Bounds {
    match (a, b) {
        (Some(a), Some(b)) => {
            Some([a[0].min(b[0]), a[1].min(b[1]), a[2].max(b[2]), a[3].max(b[3])])
        }
        (a, b) => a.or(b),
    }
}

impl<T: Surveyed> Beyond<T> {
    fn bounds(&self, row: &[T], y: i32) -> Bounds {
        let beyond = |x: &T| x.to_f64() > self.threshold;
        if !beyond(&T::bounds(row).1) {
            return None;
        }
        let first = row.iter().position(beyond)?;
        let last = row.iter().rposition(beyond)?;
        Some([(first / self.bands) as i32, y, (last / self.bands) as i32 + 1, y + 1])
    }
}

impl<T: Surveyed> Reducer for Beyond<T> {
    type Part = Bounds;
    type Out = Bounds;

    fn exact(&self) -> bool {
        true
    }

    fn part(&self) -> Bounds {
        None
    }

    fn add(&self, part: &mut Bounds, pixels: &Region<'_>) {
        for y in pixels.rect().top..pixels.rect().bottom() {
            *part = union(*part, self.bounds(pixels.row(y), y));
        }
    }

    fn merge(&self, into: &mut Bounds, next: Bounds) {
        *into = union(*into, next);
    }

    fn finish(&self, all: Bounds) -> Result<Bounds> {
        Ok(all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use windlass_core::BandFormat;

    /// White, with a block of grey and one black pixel.
    fn picture() -> Image {
        let value = |x: i32, y: i32| match (x, y) {
            (8..=19, 5..=9) => 100,
            (25, 15) => 0,
            _ => 255,
        };
        let bytes: Vec<u8> = (0..600).map(|i| value(i % 30, i / 30)).collect();
        Image::from_memory(30, 20, 1, BandFormat::U8, bytes).unwrap()
    }

    fn trim(operation: &FindTrim) -> [i32; 4] {
        let Trim { left, top, width, height } = operation.build().unwrap();
        [left, top, width, height]
    }

    #[test]
    fn single_pixels_count_in_line_art_only() {
        let find = || FindTrim::new(picture());
        assert_eq!(trim(&find()), [8, 5, 12, 5]);
        assert_eq!(trim(&find().line_art(true)), [8, 5, 18, 11]);
    }

    #[test]
    fn the_threshold_is_exclusive() {
        let find = |threshold: f64| trim(&FindTrim::new(picture()).threshold(threshold));
        assert_eq!(find(155.0), [30, 20, 0, 0]);
        assert_eq!(find(154.9), [8, 5, 12, 5]);
    }
}
