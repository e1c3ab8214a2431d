use super::prepare::check_real;
use crate::coding::decoded;
use std::marker::PhantomData;
use windlass_core::{
    BandFormat, Build, Error, ErrorKind, Header, Image, Interpretation, Pixels, Reducer, Region,
    Result, Sample, dispatch,
};
use windlass_macros::{Operation, Outputs};

/// Find image projections.
///
/// The sums of columns and of rows, for each band. Integers are summed in 32 bits and wrap,
/// floats in doubles.
#[derive(Operation)]
#[operation(family = "arithmetic", sequential)]
pub struct Project {
    /// Input image
    pub input: Image,
}

/// Sums of columns and rows.
#[derive(Outputs, Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "the outputs of the operation")]
pub struct Projections {
    /// Sums of columns
    pub columns: Image,
    /// Sums of rows
    pub rows: Image,
}

impl Build for Project {
    type Output = Projections;

    fn build(&self) -> Result<Projections> {
        check_real("project", [&self.input])?;
        let input = decoded(&self.input)?;
        dispatch!(input.header().format,
            real T => projections::<T>(&input),
            complex _T => Err(Error::new(ErrorKind::Internal, "complex images were refused before")))
    }
}

fn projections<T: Projected>(input: &Image) -> Result<Projections> {
    let (columns, mut rows) = input.reduce(&Sums::<T>(input.header().clone(), PhantomData))?;
    rows.sort_by_key(|(y, _)| *y);
    let rows: Vec<T::Sum> = rows.into_iter().flat_map(|(_, sums)| sums).collect();
    let header = input.header();
    Ok(Projections {
        columns: histogram(header, header.width, 1, &columns)?,
        rows: histogram(header, 1, header.height, &rows)?,
    })
}

/// An image of sums with the rest of `header`.
pub(super) fn histogram<T: Sample>(
    header: &Header,
    width: i32,
    height: i32,
    samples: &[T],
) -> Result<Image> {
    let header = Header {
        width,
        height,
        format: T::FORMAT,
        interpretation: Interpretation::Histogram,
        filename: None,
        ..header.clone()
    };
    let row = header.row_size() / header.format.size();
    let pixels = Pixels::from_rows(&header, |y, out| {
        bytemuck::cast_slice_mut(out).copy_from_slice(&samples[y as usize * row..][..row]);
    })?;
    Image::from_pixels(header, pixels)
}

/// A sample that is summed.
trait Projected: Sample {
    /// What it is summed in.
    type Sum: Sample;
    fn add_to(self, sum: &mut Self::Sum);
    fn plus(a: Self::Sum, b: Self::Sum) -> Self::Sum;
}

macro_rules! projected {
    ($($t:ident $sum:ident, $plus:expr;)*) => {$(
        impl Projected for $t {
            type Sum = $sum;
            fn add_to(self, sum: &mut $sum) {
                *sum = Self::plus(*sum, $sum::from(self));
            }
            fn plus(a: $sum, b: $sum) -> $sum {
                let plus: fn($sum, $sum) -> $sum = $plus;
                plus(a, b)
            }
        }
    )*};
}

projected! {
    u8 u32, u32::wrapping_add;
    i8 i32, i32::wrapping_add;
    u16 u32, u32::wrapping_add;
    i16 i32, i32::wrapping_add;
    u32 u32, u32::wrapping_add;
    i32 i32, i32::wrapping_add;
    f32 f64, |a, b| a + b;
    f64 f64, |a, b| a + b;
}

struct Sums<T>(Header, PhantomData<T>);

impl<T: Projected> Reducer for Sums<T> {
    /// Columns, and rows with their `y`.
    type Part = (Vec<T::Sum>, Vec<(i32, Vec<T::Sum>)>);
    type Out = Self::Part;

    fn exact(&self) -> bool {
        T::Sum::FORMAT != BandFormat::F64
    }

    fn part(&self) -> Self::Part {
        (vec![T::Sum::default(); self.0.width as usize * self.0.bands as usize], Vec::new())
    }

    fn add(&self, (columns, rows): &mut Self::Part, pixels: &Region<'_>) {
        for y in pixels.rect().top..pixels.rect().bottom() {
            let row = pixels.row::<T>(y);
            columns.iter_mut().zip(row).for_each(|(sum, x)| x.add_to(sum));
            let mut sums = vec![T::Sum::default(); self.0.bands as usize];
            for pixel in row.chunks_exact(sums.len()) {
                sums.iter_mut().zip(pixel).for_each(|(sum, x)| x.add_to(sum));
            }
            rows.push((y, sums));
        }
    }

    fn merge(&self, (columns, rows): &mut Self::Part, next: Self::Part) {
        columns.iter_mut().zip(next.0).for_each(|(sum, more)| *sum = T::plus(*sum, more));
        rows.extend(next.1);
    }

    fn finish(&self, all: Self::Part) -> Result<Self::Part> {
        Ok(all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_and_rows() {
        let image = Image::from_memory(2, 2, 1, BandFormat::U8, vec![1, 2, 3, 250]).unwrap();
        let out = Project::new(image).build().unwrap();
        assert_eq!(out.columns.pixels().unwrap().samples::<u32>(0), [4, 252]);
        assert_eq!(out.rows.pixels().unwrap().samples::<u32>(1), [253]);
        assert_eq!((out.rows.header().width, out.rows.header().height), (1, 2));
    }
}
