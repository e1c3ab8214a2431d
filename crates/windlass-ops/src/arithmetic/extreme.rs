use super::prepare::bad;
use super::samples::Square;
use super::survey::Surveyed;
use crate::coding::decoded;
use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::marker::PhantomData;
use windlass_core::{Build, Image, Reducer, Region, Result, Sample, dispatch};
use windlass_macros::{Operation, Outputs};

/// Find image minimum.
///
/// Samples of all bands compete; what is not a number does not. Of complex images the modulus
/// counts. With `size` that many values are found; the arrays end with the least.
#[derive(Operation)]
#[operation(family = "arithmetic", sequential)]
pub struct Min {
    /// Input image
    pub input: Image,
    /// Number of minimum values to find
    #[arg(default = 1, min = 1, max = 1_000_000)]
    pub size: i32,
}

/// Find image maximum.
///
/// Samples of all bands compete; what is not a number does not. Of complex images the modulus
/// counts. With `size` that many values are found; the arrays end with the greatest.
#[derive(Operation)]
#[operation(family = "arithmetic", sequential)]
pub struct Max {
    /// Input image
    pub input: Image,
    /// Number of maximum values to find
    #[arg(default = 1, min = 1, max = 1_000_000)]
    pub size: i32,
}

/// Extremes and where they lie.
#[derive(Outputs, Clone, Debug)]
#[non_exhaustive]
pub struct Extremes {
    /// Output value
    pub out: f64,
    /// Horizontal position of the extreme
    #[out(optional)]
    pub x: Option<i32>,
    /// Vertical position of the extreme
    #[out(optional)]
    pub y: Option<i32>,
    /// Array of output values
    #[out(optional)]
    pub out_array: Option<Vec<f64>>,
    /// Array of horizontal positions
    #[out(optional)]
    pub x_array: Option<Vec<i32>>,
    /// Array of vertical positions
    #[out(optional)]
    pub y_array: Option<Vec<i32>>,
}

impl Build for Min {
    type Output = Extremes;

    fn build(&self) -> Result<Extremes> {
        extremes(&self.input, self.size as usize, Side::Low)
            .and_then(|found| found.ok_or_else(|| bad("min: parameter out not set")))
    }
}

impl Build for Max {
    type Output = Extremes;

    fn build(&self) -> Result<Extremes> {
        extremes(&self.input, self.size as usize, Side::High)
            .and_then(|found| found.ok_or_else(|| bad("max: parameter out not set")))
    }
}

/// Which extremes are looked for.
#[derive(Clone, Copy, PartialEq)]
enum Side {
    Low,
    High,
}

/// The `size` best samples; none where there is no number.
fn extremes(input: &Image, size: usize, side: Side) -> Result<Option<Extremes>> {
    let input = decoded(input)?;
    let header = input.header();
    let complex = header.format.is_complex();
    let bands = header.bands as usize;
    let found = dispatch!(header.format,
        real T => input.reduce(&Search::<T> { size, side, bands, samples: PhantomData }),
        complex T => input.reduce(&Search::<T> { size, side, bands, samples: PhantomData }))?;
    let value = |found: &Found| {
        let value = if side == Side::Low { -found.key } else { found.key };
        if complex { value.sqrt() } else { value }
    };
    Ok(found.last().map(|last| Extremes {
        out: value(last),
        x: Some(last.x),
        y: Some(last.y),
        out_array: Some(found.iter().map(value).collect()),
        x_array: Some(found.iter().map(|found| found.x).collect()),
        y_array: Some(found.iter().map(|found| found.y).collect()),
    }))
}

/// A sample that competes. The greatest is the first to go: of the smallest keys the one that came
/// first.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Found {
    key: f64,
    y: i32,
    x: i32,
}

impl Eq for Found {}

impl Ord for Found {
    fn cmp(&self, other: &Self) -> Ordering {
        let keys = other.key.partial_cmp(&self.key).unwrap_or(Ordering::Equal);
        keys.then((other.y, other.x).cmp(&(self.y, self.x)))
    }
}

impl PartialOrd for Found {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The best so far.
#[derive(Default)]
struct Best {
    list: BinaryHeap<Found>,
    /// All that were ever let in, in the order of their coming: which of several equal ones stay
    /// depends on it, so rows are merged by letting them in anew
    entered: Vec<Found>,
}

/// A sample with a value that competes.
trait Competitor: Sample {
    /// The type of the value.
    type Value: Surveyed;
    /// Hands the values of a row to `work`.
    fn values(row: &[Self], work: impl FnOnce(&[Self::Value]));
}

macro_rules! competitors {
    ($($t:ident)*) => {$(
        impl Competitor for $t {
            type Value = $t;
            fn values(row: &[Self], work: impl FnOnce(&[$t])) {
                work(row);
            }
        }
    )*};
}

competitors!(u8 i8 u16 i16 u32 i32 f32 f64);

macro_rules! complex_competitors {
    ($($t:ident)*) => {$(
        impl Competitor for windlass_core::Complex<$t> {
            type Value = $t;
            fn values(row: &[Self], work: impl FnOnce(&[$t])) {
                work(&row.iter().map(|x| x.square()).collect::<Vec<_>>());
            }
        }
    )*};
}

complex_competitors!(f32 f64);

/// The search for extremes.
struct Search<T> {
    size: usize,
    side: Side,
    bands: usize,
    samples: PhantomData<T>,
}

impl<T: Competitor> Search<T> {
    fn key(&self, value: T::Value) -> f64 {
        if self.side == Side::Low { -value.to_f64() } else { value.to_f64() }
    }

    /// What a sample must exceed to be let in, once there are enough.
    fn worst(&self, best: &Best) -> Option<f64> {
        if best.list.len() < self.size { None } else { best.list.peek().map(|found| found.key) }
    }

    /// Lets a sample in that is better than the worst.
    fn offer(&self, best: &mut Best, found: Found) -> bool {
        if self.worst(best).is_some_and(|worst| found.key <= worst) {
            return false;
        }
        if best.list.len() == self.size {
            best.list.pop();
        }
        best.list.push(found);
        true
    }

    fn add_row(&self, best: &mut Best, row: &[T::Value], y: i32) {
        let mut worst = self.worst(best);
        if let Some(worst) = worst {
            let (low, high) = T::Value::bounds(row);
            if self.key(if self.side == Side::Low { low } else { high }) <= worst {
                return;
            }
        }
        for (i, value) in row.iter().enumerate() {
            let key = self.key(*value);
            if key.is_nan() || worst.is_some_and(|worst| key <= worst) {
                continue;
            }
            let found = Found { key, y, x: (i / self.bands) as i32 };
            if self.offer(best, found) && !self.exact() {
                best.entered.push(found);
            }
            worst = self.worst(best);
        }
    }
}

impl<T: Competitor> Reducer for Search<T> {
    type Part = Best;
    type Out = Vec<Found>;

    /// Of one it is clear which it is: the first of the best.
    fn exact(&self) -> bool {
        self.size == 1
    }

    fn part(&self) -> Best {
        Best::default()
    }

    fn add(&self, part: &mut Best, pixels: &Region<'_>) {
        for y in pixels.rect().top..pixels.rect().bottom() {
            T::values(pixels.row(y), |row| self.add_row(part, row, y));
        }
    }

    fn merge(&self, into: &mut Best, next: Best) {
        if !self.exact() {
            for found in next.entered {
                self.offer(into, found);
            }
            return;
        }
        if let (Some(old), Some(new)) = (into.list.peek(), next.list.peek())
            && (new.key < old.key || (new.key == old.key && (old.y, old.x) < (new.y, new.x)))
        {
            return;
        }
        if !next.list.is_empty() {
            into.list = next.list;
        }
    }

    /// The best last; equal ones from top to bottom.
    fn finish(&self, all: Best) -> Result<Vec<Found>> {
        let mut all = all.list.into_vec();
        all.sort_by(|a, b| {
            let keys = a.key.partial_cmp(&b.key).unwrap_or(Ordering::Equal);
            keys.then((a.y, a.x).cmp(&(b.y, b.x)))
        });
        Ok(all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use windlass_core::BandFormat;

    fn image() -> Image {
        let bytes = vec![5, 1, 9, 1, 9, 0, 3, 9, 0, 7, 9, 2];
        Image::from_memory(4, 3, 1, BandFormat::U8, bytes).unwrap()
    }

    #[test]
    fn of_equal_ones_the_first() {
        let found = Max::new(image()).build().unwrap();
        assert_eq!((found.out, found.x, found.y), (9.0, Some(2), Some(0)));
        let found = Min::new(image()).build().unwrap();
        assert_eq!((found.out, found.x, found.y), (0.0, Some(1), Some(1)));
    }

    #[test]
    fn arrays_end_with_the_extreme() {
        let found = Max::new(image()).size(3).build().unwrap();
        assert_eq!(found.x_array.unwrap(), [2, 0, 3]);
        assert_eq!(found.y_array.unwrap(), [0, 1, 1]);
        let found = Min::new(image()).size(5).build().unwrap();
        assert_eq!(found.out_array.unwrap(), [2.0, 1.0, 1.0, 0.0, 0.0]);
        assert_eq!(found.x_array.unwrap(), [3, 1, 3, 1, 0]);
        assert_eq!(found.y_array.unwrap(), [2, 0, 0, 1, 2]);
        assert_eq!((found.x, found.y), (Some(0), Some(2)));
    }

    #[test]
    fn for_one_extreme_rows_may_come_in_any_order() {
        let pixels = image().pixels().unwrap();
        for side in [Side::Low, Side::High] {
            let search = Search::<u8> { size: 1, side, bands: 1, samples: PhantomData };
            let of = |rows: [i32; 3]| {
                let mut all = search.part();
                for y in rows {
                    let mut part = search.part();
                    search.add_row(&mut part, pixels.samples(y), y);
                    search.merge(&mut all, part);
                }
                search.finish(all).unwrap()
            };
            assert_eq!(of([0, 1, 2]), of([2, 0, 1]));
            assert_eq!(of([0, 1, 2]), of([1, 2, 0]));
        }
    }

    #[test]
    fn of_equal_ones_the_oldest_makes_room() {
        let bytes = vec![1, 1, 3, 0, 2, 1];
        let image = Image::from_memory(6, 1, 1, BandFormat::U8, bytes).unwrap();
        let found = Max::new(image).size(3).build().unwrap();
        assert_eq!(found.out_array.unwrap(), [1.0, 2.0, 3.0]);
        assert_eq!(found.x_array.unwrap(), [1, 4, 2]);
    }
}
