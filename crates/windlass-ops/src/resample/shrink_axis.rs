//! Averages along one axis by an integer factor.

#![expect(clippy::inline_always, reason = "compiled once for each level of instructions")]

use super::axis::Direction;
use super::round_away;
use windlass_core::{
    Ask, ComplexSample, Error, ErrorKind, Header, Image, Operator, Real, Rect, Region, RegionMut,
    Result, Traits, dispatch,
};
use windlass_simd::resample::wide;

/// `image`, averaged along one axis; the size is rounded, or rounded up.
pub(super) fn shrink_axis(
    image: &Image,
    direction: Direction,
    factor: i32,
    ceil: bool,
) -> Result<Image> {
    if factor == 1 {
        return Ok(image.clone());
    }
    let header = image.header();
    let (name, length) = match direction {
        Direction::Horizontal => ("shrinkh", header.width),
        Direction::Vertical => ("shrinkv", header.height),
    };
    let exact = f64::from(length) / f64::from(factor);
    let size = if ceil { exact.ceil() } else { round_away(exact) } as i32;
    if size < 1 {
        return Err(Error::new(
            ErrorKind::BadArgument,
            format!("{name}: image has shrunk to nothing"),
        ));
    }
    let header = Header { filename: None, ..header.clone() };
    dispatch!(header.format,
        real T => node::<T>(header, image, direction, factor, size),
        complex C => node::<<C as ComplexSample>::Part>(header, image, direction, factor, size))
}

fn node<T: Average>(
    header: Header,
    image: &Image,
    direction: Direction,
    factor: i32,
    size: i32,
) -> Result<Image> {
    let mean = T::mean(factor as usize);
    match direction {
        Direction::Horizontal => {
            let bands = header.pixel_size() / size_of::<T>();
            let header = Header { width: size, ..header };
            Image::area(header, &[image], Across::<T> { factor, bands, mean })
        }
        Direction::Vertical => {
            let header = Header { height: size, ..header };
            Image::area(header, &[image], Down::<T> { factor, mean })
        }
    }
}

/// A sample that can be averaged in the arithmetic of the reference.
trait Average: Real {
    /// The type of sums.
    type Sum: Copy + Default + Send + Sync + 'static;
    /// What turns a sum into a mean.
    type Mean: Copy + Send + Sync + 'static;

    /// What divides sums of `count` samples.
    fn mean(count: usize) -> Self::Mean;

    /// `sum + self`.
    fn add(self, sum: Self::Sum) -> Self::Sum;

    /// The mean of a sum.
    fn divide(sum: Self::Sum, mean: Self::Mean) -> Self;
}

impl Average for u8 {
    type Sum = u32;
    /// Half the count and the reciprocal of the count in 24 bits
    type Mean = (u32, u32);

    fn mean(count: usize) -> (u32, u32) {
        (count as u32 / 2, (1 << 24) / count as u32)
    }

    #[inline(always)]
    fn add(self, sum: u32) -> u32 {
        sum.wrapping_add(u32::from(self))
    }

    #[inline(always)]
    fn divide(sum: u32, (half, reciprocal): (u32, u32)) -> Self {
        (sum.wrapping_add(half).wrapping_mul(reciprocal) >> 24) as Self
    }
}

macro_rules! averages {
    (integers $($t:ident $sum:ident)*; floats $($f:ident)*) => {
        $(impl Average for $t {
            type Sum = $sum;
            type Mean = $sum;
            fn mean(count: usize) -> $sum { count as $sum }
            #[inline(always)]
            fn add(self, sum: $sum) -> $sum { sum.wrapping_add($sum::from(self)) }
            #[inline(always)]
            fn divide(sum: $sum, count: $sum) -> Self {
                (sum.wrapping_add(count / 2) / count) as Self
            }
        })*
        $(impl Average for $f {
            type Sum = f64;
            type Mean = f64;
            fn mean(count: usize) -> f64 { count as f64 }
            #[inline(always)]
            fn add(self, sum: f64) -> f64 { sum + f64::from(self) }
            #[inline(always)]
            fn divide(sum: f64, count: f64) -> Self { (sum / count) as Self }
        })*
    };
}

averages!(integers i8 i32 u16 i32 i16 i32 u32 i64 i32 i64; floats f32 f64);

struct Across<T: Average> {
    factor: i32,
    bands: usize,
    mean: T::Mean,
}

impl<T: Average> Operator for Across<T> {
    type Scratch = ();

    fn scratch(&self) {}

    fn traits(&self) -> Traits {
        Traits { cost: 1.0 + self.factor as f32 / 2.0, ..Traits::DEFAULT }
    }

    fn needs(&self, out: Rect, ask: &mut Ask) {
        let (left, width) = (out.left * self.factor, out.width * self.factor);
        ask.read(0, Rect { left, width, ..out });
    }

    fn compute(&self, inputs: &[Region<'_>], out: &mut RegionMut<'_>, (): &mut ()) -> Result<()> {
        let (cell, mean) = (self.factor as usize * self.bands, self.mean);
        for (y, row) in out.rows::<T>() {
            let input = inputs[0].row::<T>(y);
            match self.bands {
                1 => across::<T, 1>(input, cell, mean, row),
                2 => across::<T, 2>(input, cell, mean, row),
                3 => across::<T, 3>(input, cell, mean, row),
                4 => across::<T, 4>(input, cell, mean, row),
                bands => across_any(input, cell, bands, mean, row),
            }
        }
        Ok(())
    }
}

fn across<T: Average, const BANDS: usize>(input: &[T], cell: usize, mean: T::Mean, row: &mut [T]) {
    for (cell, out) in input.chunks_exact(cell).zip(row.chunks_exact_mut(BANDS)) {
        let mut sums = [T::Sum::default(); BANDS];
        for pixel in cell.chunks_exact(BANDS) {
            sums.iter_mut().zip(pixel).for_each(|(sum, x)| *sum = x.add(*sum));
        }
        out.iter_mut().zip(&sums).for_each(|(out, sum)| *out = T::divide(*sum, mean));
    }
}

fn across_any<T: Average>(input: &[T], cell: usize, bands: usize, mean: T::Mean, row: &mut [T]) {
    for (cell, out) in input.chunks_exact(cell).zip(row.chunks_exact_mut(bands)) {
        for (band, out) in out.iter_mut().enumerate() {
            let samples = cell[band..].iter().step_by(bands);
            *out = T::divide(samples.fold(T::Sum::default(), |sum, x| x.add(sum)), mean);
        }
    }
}

struct Down<T: Average> {
    factor: i32,
    mean: T::Mean,
}

impl<T: Average> Operator for Down<T> {
    type Scratch = ();

    fn scratch(&self) {}

    fn traits(&self) -> Traits {
        Traits { cost: 1.0 + self.factor as f32 / 4.0, ..Traits::DEFAULT }
    }

    fn needs(&self, out: Rect, ask: &mut Ask) {
        let (top, height) = (out.top * self.factor, out.height * self.factor);
        ask.read(0, Rect { top, height, ..out });
    }

    fn compute(&self, inputs: &[Region<'_>], out: &mut RegionMut<'_>, (): &mut ()) -> Result<()> {
        for (y, row) in out.rows::<T>() {
            let rows = (y * self.factor..).take(self.factor as usize);
            let rows: Vec<&[T]> = rows.map(|y| inputs[0].row(y)).collect();
            wide(
                #[inline(always)]
                || down(&rows, self.mean, row),
            );
        }
        Ok(())
    }
}

#[inline(always)]
fn down<T: Average>(rows: &[&[T]], mean: T::Mean, out: &mut [T]) {
    const CHUNK: usize = 512;
    for (chunk, out) in out.chunks_mut(CHUNK).enumerate() {
        let mut sums = [T::Sum::default(); CHUNK];
        for row in rows {
            let samples = &row[chunk * CHUNK..][..out.len()];
            sums.iter_mut().zip(samples).for_each(|(sum, x)| *sum = x.add(*sum));
        }
        out.iter_mut().zip(&sums).for_each(|(out, sum)| *out = T::divide(*sum, mean));
    }
}
