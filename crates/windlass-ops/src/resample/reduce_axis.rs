//! Reductions along one axis: `reduceh` and `reducev` are this with two operators.

use super::axis::{Axis, Direction};
use super::kernel::Kernel;
use super::weigh::{Filters, Strip, Weigh};
use super::{ShrinkH, ShrinkV, round_away};
use crate::coding::decoded;
use std::ops::Range;
use windlass_core::{
    Ask, Build, ComplexSample, Error, ErrorKind, Header, Image, Operator, Rect, Region, RegionMut,
    Result, Traits, dispatch,
};
use windlass_simd::resample_columns::{LANES, Place, Weights};

/// More taps than this the reference refuses.
const MAX_POINTS: usize = 2000;
/// Samples of a row that are filtered at a time: 16 KiB where sixteen rows of bytes are widened.
const SAMPLES: usize = 512;
/// How often the taps of a filter fit into what is filtered at a time, at least.
const SHARES: usize = 8;

/// `image`, made smaller along one axis by `factor`.
pub(super) fn reduce_axis(
    image: &Image,
    direction: Direction,
    factor: f64,
    kernel: Kernel,
    gap: f64,
) -> Result<Image> {
    let name = match direction {
        Direction::Horizontal => "reduceh",
        Direction::Vertical => "reducev",
    };
    let bad = |text: &str| Err(Error::new(ErrorKind::BadArgument, format!("{name}: {text}")));
    if factor < 1.0 {
        return bad("reduce factor should be >= 1.0");
    }
    if factor == 1.0 {
        return Ok(image.clone());
    }
    let mut image = decoded(image)?;
    let mut length = length_of(image.header(), direction);
    let size = round_away(f64::from(length) / factor);
    if size < 1.0 {
        return bad("image has shrunk to nothing");
    }
    let mut extra = size * factor - f64::from(length);
    let mut factor = factor;
    if gap > 0.0 && kernel != Kernel::Nearest {
        if gap < 1.0 {
            return bad("reduce gap should be >= 1.0");
        }
        let box_factor = (f64::from(length) / size / gap).floor().max(1.0);
        if box_factor > 1.0 {
            image = shrink(&image, direction, box_factor as i32)?;
            factor /= box_factor;
            extra /= box_factor;
            length = length_of(image.header(), direction);
        }
    }
    if factor == 1.0 {
        return Ok(image);
    }
    if kernel.points(factor) > MAX_POINTS {
        return bad("reduce factor too large");
    }
    debug_assert!(length > 0);
    let axis = Axis::new(kernel, factor, size as i32, extra, direction);
    dispatch!(image.header().format,
        real T => node::<T>(&image, direction, axis),
        complex C => node::<<C as ComplexSample>::Part>(&image, direction, axis))
}

fn length_of(header: &Header, direction: Direction) -> i32 {
    match direction {
        Direction::Horizontal => header.width,
        Direction::Vertical => header.height,
    }
}

fn shrink(image: &Image, direction: Direction, factor: i32) -> Result<Image> {
    match direction {
        Direction::Horizontal => ShrinkH::new(image, factor).ceil(true).build(),
        Direction::Vertical => ShrinkV::new(image, factor).ceil(true).build(),
    }
}

fn node<T: Weigh>(image: &Image, direction: Direction, axis: Axis) -> Result<Image> {
    let header = Header { filename: None, ..image.header().clone() };
    let size = axis.places.len() as i32;
    let table = T::table(&axis);
    match direction {
        Direction::Horizontal => {
            let filters = Filters {
                bands: header.pixel_size() / size_of::<T>(),
                points: axis.points,
                bytes: byte_weights::<T>(&axis),
                table,
            };
            let header = Header { width: size, ..header };
            Image::area(header, &[image], Across::<T> { axis, filters })
        }
        Direction::Vertical => {
            let header = Header { height: size, ..header };
            Image::area(header, &[image], Down::<T> { axis, table })
        }
    }
}

/// The filters in the form of the kernels for bytes, where samples are bytes.
fn byte_weights<T: Weigh>(axis: &Axis) -> Option<Weights> {
    if T::FORMAT != windlass_core::BandFormat::U8 {
        return None;
    }
    let weights: Vec<i16> =
        <u8 as Weigh>::table(axis).iter().map(|weight| *weight as i16).collect();
    Some(Weights::new(axis.points, &weights))
}

/// The horizontal reduction.
struct Across<T: Weigh> {
    axis: Axis,
    filters: Filters<T>,
}

impl<T: Weigh> Across<T> {
    /// Output pixels at a time: what they are made of stays in the first cache, side by side, and is a few
    /// times what two neighbours share.
    fn piece(&self) -> usize {
        let taps = (SHARES * self.axis.points).max(SAMPLES / self.filters.bands);
        (taps as f64 / self.axis.factor).ceil().max(1.0) as usize
    }

    /// The samples of `length` pixels from `start`.
    fn samples(&self, start: i32, length: i32) -> Range<usize> {
        let bands = self.filters.bands;
        start as usize * bands..(start + length) as usize * bands
    }
}

impl<T: Weigh> Operator for Across<T> {
    type Scratch = Strip<T>;

    fn scratch(&self) -> Strip<T> {
        Strip::default()
    }

    fn traits(&self) -> Traits {
        Traits { cost: 1.0 + self.axis.points as f32 / 2.0, ..Traits::DEFAULT }
    }

    fn needs(&self, out: Rect, ask: &mut Ask) {
        let (left, width) = self.axis.span(out.left, out.width);
        ask.read(0, Rect { left, width, ..out });
    }

    fn compute(
        &self,
        inputs: &[Region<'_>],
        out: &mut RegionMut<'_>,
        strip: &mut Strip<T>,
    ) -> Result<()> {
        let rect = out.rect();
        let mut rows: Vec<_> = out.rows::<T>().collect();
        let mut places = std::mem::take(&mut strip.places);
        let piece = self.piece();
        for x in (rect.left..rect.right()).step_by(piece) {
            let width = (piece as i32).min(rect.right() - x);
            let (first, span) = self.axis.span(x, width);
            let input = self.samples(first - inputs[0].rect().left, span);
            let output = self.samples(x - rect.left, width);
            places.clear();
            places.extend((x as usize..(x + width) as usize).map(|x| Place {
                first: (self.axis.places[x].first - first) as u32,
                filter: T::filter(&self.axis, x),
            }));
            for rows in rows.chunks_mut(LANES) {
                let from = rows.iter().map(|(y, _)| &inputs[0].row(*y)[input.clone()]);
                let from: Vec<&[T]> = from.collect();
                let to = rows.iter_mut().map(|(_, row)| &mut row[output.clone()]);
                let mut to: Vec<&mut [T]> = to.collect();
                T::horizontal(&from, &self.filters, &places, &mut to, strip);
            }
        }
        strip.places = places;
        Ok(())
    }
}

/// The vertical reduction.
struct Down<T: Weigh> {
    axis: Axis,
    table: Vec<T::Sum>,
}

impl<T: Weigh> Operator for Down<T> {
    type Scratch = ();

    fn scratch(&self) {}

    fn traits(&self) -> Traits {
        Traits { cost: 1.0 + self.axis.points as f32 / 4.0, ..Traits::DEFAULT }
    }

    fn needs(&self, out: Rect, ask: &mut Ask) {
        let (top, height) = self.axis.span(out.top, out.height);
        ask.read(0, Rect { top, height, ..out });
    }

    fn compute(&self, inputs: &[Region<'_>], out: &mut RegionMut<'_>, (): &mut ()) -> Result<()> {
        let points = self.axis.points;
        for (y, row) in out.rows::<T>() {
            let first = self.axis.places[y as usize].first;
            let filter = T::filter(&self.axis, y as usize) as usize;
            let taps: Vec<&[T]> = (first..).take(points).map(|y| inputs[0].row(y)).collect();
            T::vertical(&taps, &self.table[filter * points..][..points], row);
        }
        Ok(())
    }
}
