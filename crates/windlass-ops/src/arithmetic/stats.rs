use super::prepare::check_real;
use super::survey::{Band, Surveyed, Total, deviation};
use crate::coding::decoded;
use std::marker::PhantomData;
use windlass_core::{Build, Error, ErrorKind, Image, Reducer, Region, Result, dispatch};
use windlass_macros::Operation;

/// Find many image statistics.
///
/// A matrix of ten columns: least, greatest, sum, sum of squares, mean, deviation, then `x` and `y`
/// of the least and of the greatest. The first row is for all bands together, then one for each.
#[derive(Operation)]
#[operation(family = "arithmetic", sequential)]
pub struct Stats {
    /// Input image
    pub input: Image,
}

impl Build for Stats {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        check_real("stats", [&self.input])?;
        let input = decoded(&self.input)?;
        let (pixels, bands) = survey(&input)?;
        let mut rows = vec![together(&bands).row(pixels * bands.len() as f64)];
        rows.extend(bands.iter().map(|band| band.row(pixels)));
        Image::from_matrix(&rows)
    }
}

/// The statistics of a band as doubles, or of all.
#[derive(Clone, Copy)]
pub(super) struct Statistics {
    pub(super) sum: f64,
    pub(super) squares: f64,
    min: Found,
    max: Found,
}

/// An extreme and where it lies.
#[derive(Clone, Copy)]
struct Found {
    value: f64,
    x: i32,
    y: i32,
}

impl Statistics {
    fn row(&self, count: f64) -> Vec<f64> {
        let Self { sum, squares, min, max } = *self;
        let place = |found: Found| [f64::from(found.x), f64::from(found.y)];
        let [min_at, max_at] = [place(min), place(max)];
        let deviation = deviation(count, sum, squares);
        let [mean, deviation] = [sum / count, deviation];
        [&[min.value, max.value, sum, squares, mean, deviation][..], &min_at, &max_at].concat()
    }
}

/// All bands as one; of equal extremes that of the first band.
fn together(bands: &[Statistics]) -> Statistics {
    bands
        .iter()
        .copied()
        .reduce(|mut all, band| {
            all.sum += band.sum;
            all.squares += band.squares;
            if band.min.value < all.min.value {
                all.min = band.min;
            }
            if band.max.value > all.max.value {
                all.max = band.max;
            }
            all
        })
        .expect("an image has a band")
}

/// The number of pixels and the statistics of each band of a real image.
pub(super) fn survey(input: &Image) -> Result<(f64, Vec<Statistics>)> {
    let header = input.header();
    let bands = header.bands as usize;
    let statistics = dispatch!(header.format,
        real T => input.reduce(&All::<T> { bands, samples: PhantomData }),
        complex _T => Err(Error::new(ErrorKind::Internal, "complex images were refused before")))?;
    Ok((f64::from(header.width) * f64::from(header.height), statistics))
}

/// The statistics of all bands.
struct All<T> {
    bands: usize,
    samples: PhantomData<T>,
}

/// What was seen of a band, with the places of its extremes.
#[derive(Clone)]
struct Placed<T: Surveyed> {
    seen: Band<T, T::Sum>,
    min_at: Option<(i32, i32)>,
    max_at: Option<(i32, i32)>,
    /// The very first pixel is not a number
    starts_without: bool,
}

impl<T: Surveyed> Placed<T> {
    /// Adds what was seen of more; extremes of places further up and to the left stay.
    fn add(&mut self, more: &Self) {
        let earlier =
            |a: Option<(i32, i32)>, b: Option<(i32, i32)>| b.is_some() && (a.is_none() || b < a);
        let (old, new) = (&self.seen, &more.seen);
        if more.min_at.is_some() && new.min < old.min
            || new.min == old.min && earlier(self.min_at, more.min_at)
        {
            self.min_at = more.min_at;
        }
        if more.max_at.is_some() && new.max > old.max
            || new.max == old.max && earlier(self.max_at, more.max_at)
        {
            self.max_at = more.max_at;
        }
        self.seen.add(&more.seen);
        self.starts_without |= more.starts_without;
    }

    fn statistics(self) -> Statistics {
        let found = |value: T, at: Option<(i32, i32)>| {
            let nowhere = at.is_none() || self.starts_without;
            let (y, x) = if nowhere { (0, 0) } else { at.unwrap_or_default() };
            Found { value: if nowhere { f64::NAN } else { value.to_f64() }, x, y }
        };
        Statistics {
            sum: self.seen.sum.double(),
            squares: self.seen.squares.double(),
            min: found(self.seen.min, self.min_at),
            max: found(self.seen.max, self.max_at),
        }
    }
}

impl<T: Surveyed> All<T> {
    /// The places are looked for only where a row has something new.
    fn add_row(&self, part: &mut [Placed<T>], row: &[T], y: i32) {
        for (band, (seen, old)) in T::survey(row, self.bands).into_iter().zip(part).enumerate() {
            let place = |value: T| {
                let found = row.iter().skip(band).step_by(self.bands).position(|x| *x == value);
                found.map(|x| (y, x as i32))
            };
            let new = Placed {
                min_at: if old.min_at.is_none() || seen.min < old.seen.min {
                    place(seen.min)
                } else {
                    None
                },
                max_at: if old.max_at.is_none() || seen.max > old.seen.max {
                    place(seen.max)
                } else {
                    None
                },
                starts_without: y == 0 && row[band].to_f64().is_nan(),
                seen,
            };
            old.add(&new);
        }
    }
}

impl<T: Surveyed> Reducer for All<T> {
    type Part = Vec<Placed<T>>;
    type Out = Vec<Statistics>;

    fn exact(&self) -> bool {
        T::EXACT
    }

    fn part(&self) -> Vec<Placed<T>> {
        let nothing =
            Placed { seen: T::nothing(), min_at: None, max_at: None, starts_without: false };
        vec![nothing; self.bands]
    }

    fn add(&self, part: &mut Vec<Placed<T>>, pixels: &Region<'_>) {
        for y in pixels.rect().top..pixels.rect().bottom() {
            self.add_row(part, pixels.row(y), y);
        }
    }

    fn merge(&self, into: &mut Vec<Placed<T>>, next: Vec<Placed<T>>) {
        into.iter_mut().zip(&next).for_each(|(into, next)| into.add(next));
    }

    fn finish(&self, all: Vec<Placed<T>>) -> Result<Vec<Statistics>> {
        Ok(all.into_iter().map(Placed::statistics).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use windlass_core::BandFormat;

    #[test]
    fn a_row_for_all_and_one_for_each_band() {
        let bytes = vec![1, 9, 5, 2, 7, 7, 1, 9];
        let image = Image::from_memory(2, 2, 2, BandFormat::U8, bytes).unwrap();
        let out = Stats::new(image).build().unwrap().pixels().unwrap();
        let all = out.samples::<f64>(0);
        assert_eq!(all[..5], [1.0, 9.0, 41.0, 291.0, 5.125]);
        assert!((all[5] - 3.399_054_49).abs() < 1e-8);
        assert_eq!(all[6..], [0.0; 4]);
        assert_eq!(out.samples::<f64>(1), [1.0, 7.0, 14.0, 76.0, 3.5, 3.0, 0.0, 0.0, 0.0, 1.0]);
    }
}
