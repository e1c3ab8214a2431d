//! Bicubic interpolation where rows stay rows: each row of the source is filtered once, then each
//! row of the output is made from four of them.

#![expect(clippy::inline_always, reason = "compiled once for each level of instructions")]

use super::affine::{Map, source_part};
use super::interpolation::{BYTE_CUBIC, Reach, Sampled, step_of};
use super::warp::Prepared;
use std::collections::VecDeque;
use windlass_core::{
    Ask, BandFormat, Header, Image, Interpolator, Operator, Rect, Region, RegionMut, Result, Traits,
};
use windlass_simd::resample::wide;
use windlass_simd::resample_points::{cubic_column, cubic_row};

/// The image of `header` that `map` makes of `source`.
pub(super) fn node<T: Sampled>(
    header: Header,
    source: &Prepared,
    map: &Map,
    bands: usize,
    ink: Vec<T>,
) -> Result<Image> {
    let places = map
        .columns(header.width)
        .into_iter()
        .map(|x| map.holds(x, source.width).then(|| Place::new::<T>(x)));
    let operator = Upscale {
        places: places.collect(),
        map: *map,
        width: source.width,
        height: source.height,
        shift: source.shift,
        bands,
        ink,
    };
    Image::area(header, &[&source.image], operator)
}

/// Where an output column takes its four taps; `None` of one lies outside.
struct Place<W> {
    /// First tap, in coordinates of points
    first: i32,
    /// Of the weights, in kernels of bytes
    step: usize,
    weights: [W; 4],
}

impl<W> Place<W> {
    fn new<T: Sampled<Cubic = W>>(x: f64) -> Self {
        let whole = x as i32;
        let fraction = x - f64::from(whole);
        Self { first: whole - 1, step: step_of(fraction), weights: T::cubic(fraction) }
    }
}

struct Upscale<T: Sampled> {
    map: Map,
    places: Vec<Option<Place<T::Cubic>>>,
    width: i32,
    height: i32,
    shift: i32,
    bands: usize,
    ink: Vec<T>,
}

/// Filtered rows of the source by their number, the lowest first.
type Filtered<R> = VecDeque<(i32, Vec<R>)>;

/// The columns that a region shows.
struct Columns<'a, W> {
    places: &'a [Option<Place<W>>],
    /// First tap and step of each in rows of the region, for the kernels of bytes
    steps: Vec<(i32, i32)>,
}

impl<'a, W> Columns<'a, W> {
    fn new<T: Sampled<Cubic = W>>(places: &'a [Option<Place<W>>], left: i32, bands: usize) -> Self {
        let mut steps = Vec::new();
        if T::FORMAT == BandFormat::U8 && (1..=4).contains(&bands) {
            // what stands in for a column outside is painted over
            let any = places.iter().flatten().next().map_or(left, |place| place.first);
            steps.extend(places.iter().map(|place| match place {
                Some(place) => (place.first - left, place.step as i32),
                None => (any - left, 0),
            }));
        }
        Self { places, steps }
    }
}

impl<T: Sampled> Operator for Upscale<T> {
    type Scratch = Filtered<T::Row>;

    fn scratch(&self) -> Filtered<T::Row> {
        VecDeque::new()
    }

    fn traits(&self) -> Traits {
        Traits { cost: 8.0, ..Traits::DEFAULT }
    }

    fn needs(&self, out: Rect, ask: &mut Ask) {
        let reach = Reach::of(Interpolator::Bicubic);
        let part = source_part(&self.map, out, self.width, self.height, reach);
        if !part.is_empty() {
            ask.read(0, part.translate(-self.shift, -self.shift));
        }
    }

    fn compute(
        &self,
        inputs: &[Region<'_>],
        out: &mut RegionMut<'_>,
        filtered: &mut Filtered<T::Row>,
    ) -> Result<()> {
        let rect = out.rect();
        let places = &self.places[rect.left as usize..rect.right() as usize];
        let left = inputs.first().map_or(0, |region| region.rect().left + self.shift);
        let columns = Columns::new::<T>(places, left, self.bands);
        let mut spare: Vec<Vec<T::Row>> = filtered.drain(..).map(|(_, row)| row).collect();
        for (y, row) in out.rows::<T>() {
            let at = self.map.at(0, y).1;
            let inside = self.map.holds(at, self.height);
            let ([region, ..], true) = (inputs, inside) else {
                row.chunks_exact_mut(self.bands).for_each(|out| out.copy_from_slice(&self.ink));
                continue;
            };
            let place = Place::<T::Cubic>::new::<T>(at);
            self.filter(region, &columns, place.first, filtered, &mut spare);
            let rows: [&[T::Row]; 4] = std::array::from_fn(|k| &filtered[k].1[..]);
            down::<T>(rows, &place, row);
            self.paint_outside(places, row);
        }
        Ok(())
    }
}

impl<T: Sampled> Upscale<T> {
    /// Leaves the four filtered rows from `first` in `filtered`.
    fn filter(
        &self,
        region: &Region<'_>,
        columns: &Columns<'_, T::Cubic>,
        first: i32,
        filtered: &mut Filtered<T::Row>,
        spare: &mut Vec<Vec<T::Row>>,
    ) {
        while filtered.front().is_some_and(|(y, _)| *y < first) {
            spare.extend(filtered.pop_front().map(|(_, row)| row));
        }
        while filtered.back().is_some_and(|(y, _)| *y > first + 3) {
            spare.extend(filtered.pop_back().map(|(_, row)| row));
        }
        // a mirrored map goes upwards
        let lowest = filtered.front().map_or(first + 4, |(y, _)| *y);
        for y in (first..lowest).rev() {
            let row = self.filtered_row(region, columns, y, spare.pop().unwrap_or_default());
            filtered.push_front((y, row));
        }
        for y in first + filtered.len() as i32..first + 4 {
            let row = self.filtered_row(region, columns, y, spare.pop().unwrap_or_default());
            filtered.push_back((y, row));
        }
    }

    fn filtered_row(
        &self,
        region: &Region<'_>,
        columns: &Columns<'_, T::Cubic>,
        y: i32,
        mut row: Vec<T::Row>,
    ) -> Vec<T::Row> {
        let Columns { places, steps } = columns;
        row.resize(places.len() * self.bands, T::Row::default());
        if !steps.is_empty() {
            let input = region.bytes(y - self.shift);
            let sums = bytemuck::cast_slice_mut(&mut row);
            cubic_row(&BYTE_CUBIC, input, self.bands, steps, sums);
            return row;
        }
        let input: &[T] = region.row(y - self.shift);
        let left = region.rect().left + self.shift;
        wide(
            #[inline(always)]
            || match self.bands {
                1 => across::<T, 1>(input, left, places, &mut row, 1),
                3 => across::<T, 3>(input, left, places, &mut row, 3),
                4 => across::<T, 4>(input, left, places, &mut row, 4),
                bands => across::<T, 0>(input, left, places, &mut row, bands),
            },
        );
        row
    }

    fn paint_outside(&self, places: &[Option<Place<T::Cubic>>], row: &mut [T]) {
        let outside = |place: &Option<_>| place.is_none();
        if !places.first().is_some_and(outside) && !places.last().is_some_and(outside) {
            return; // columns outside are at the ends
        }
        for (place, out) in places.iter().zip(row.chunks_exact_mut(self.bands)) {
            if place.is_none() {
                out.copy_from_slice(&self.ink);
            }
        }
    }
}

/// Filters a row of the source; `BANDS` samples a pixel where it is not 0.
#[inline(always)]
fn across<T: Sampled, const BANDS: usize>(
    input: &[T],
    left: i32,
    places: &[Option<Place<T::Cubic>>],
    out: &mut [T::Row],
    bands: usize,
) {
    let bands = if BANDS == 0 { bands } else { BANDS };
    for (place, out) in places.iter().zip(out.chunks_exact_mut(bands)) {
        let Some(place) = place else { continue };
        let taps = &input[(place.first - left) as usize * bands..][..4 * bands];
        for (band, out) in out.iter_mut().enumerate() {
            *out = T::row(place.weights, std::array::from_fn(|k| taps[k * bands + band]));
        }
    }
}

/// Makes a row of the output of four filtered rows.
fn down<T: Sampled>(rows: [&[T::Row]; 4], place: &Place<T::Cubic>, out: &mut [T]) {
    if T::FORMAT == BandFormat::U8 {
        let rows = rows.map(bytemuck::cast_slice);
        return cubic_column(&BYTE_CUBIC, place.step, rows, bytemuck::cast_slice_mut(out));
    }
    wide(
        #[inline(always)]
        || columns::<T>(rows, place.weights, out),
    );
}

#[inline(always)]
fn columns<T: Sampled>(rows: [&[T::Row]; 4], weights: [T::Cubic; 4], out: &mut [T]) {
    let rows = rows.map(|row| &row[..out.len()]);
    for (x, out) in out.iter_mut().enumerate() {
        *out = T::column(weights, rows.map(|row| row[x]));
    }
}
