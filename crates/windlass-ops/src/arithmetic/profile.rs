use super::prepare::check_real;
use super::project::histogram;
use crate::coding::decoded;
use std::marker::PhantomData;
use windlass_core::{
    Build, Error, ErrorKind, Header, Image, Reducer, Region, Result, Sample, dispatch,
};
use windlass_macros::{Operation, Outputs};

/// Find image profiles.
///
/// For each column the `y` of the first sample from the top that is not 0, for each row the `x` of
/// the first from the left; the height or the width where there is none. For each band.
#[derive(Operation)]
#[operation(family = "arithmetic", sequential)]
pub struct Profile {
    /// Input image
    pub input: Image,
}

/// First samples that are not 0.
#[derive(Outputs, Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "the outputs of the operation")]
pub struct Profiles {
    /// First non-zero pixel in column
    pub columns: Image,
    /// First non-zero pixel in row
    pub rows: Image,
}

impl Build for Profile {
    type Output = Profiles;

    fn build(&self) -> Result<Profiles> {
        check_real("profile", [&self.input])?;
        let input = decoded(&self.input)?;
        let header = input.header();
        let (columns, rows) = dispatch!(header.format,
            real T => input.reduce(&Firsts::<T>(header.clone(), PhantomData)),
            complex _T => Err(Error::new(ErrorKind::Internal, "complex images were refused before")))?;
        Ok(Profiles {
            columns: histogram(header, header.width, 1, &columns)?,
            rows: histogram(header, 1, header.height, &rows)?,
        })
    }
}

struct Firsts<T>(Header, PhantomData<T>);

impl<T: Sample> Firsts<T> {
    /// For each band the `x` of the first sample that is not 0.
    fn firsts(&self, row: &[T]) -> Vec<i32> {
        let bands = self.0.bands as usize;
        let first = |band| row.iter().skip(band).step_by(bands).position(|x| *x != T::default());
        (0..bands).map(|band| first(band).map_or(self.0.width, |x| x as i32)).collect()
    }
}

impl<T: Sample> Reducer for Firsts<T> {
    /// Columns, and rows with their `y`.
    type Part = (Vec<i32>, Vec<(i32, Vec<i32>)>);
    type Out = (Vec<i32>, Vec<i32>);

    fn exact(&self) -> bool {
        true
    }

    fn part(&self) -> Self::Part {
        (vec![self.0.height; self.0.width as usize * self.0.bands as usize], Vec::new())
    }

    fn add(&self, (columns, rows): &mut Self::Part, pixels: &Region<'_>) {
        for y in pixels.rect().top..pixels.rect().bottom() {
            let row = pixels.row::<T>(y);
            for (first, x) in columns.iter_mut().zip(row) {
                *first = if *x == T::default() { *first } else { y.min(*first) };
            }
            rows.push((y, self.firsts(row)));
        }
    }

    fn merge(&self, (columns, rows): &mut Self::Part, next: Self::Part) {
        columns.iter_mut().zip(next.0).for_each(|(first, other)| *first = other.min(*first));
        rows.extend(next.1);
    }

    fn finish(&self, (columns, mut rows): Self::Part) -> Result<Self::Out> {
        rows.sort_by_key(|(y, _)| *y);
        Ok((columns, rows.into_iter().flat_map(|(_, firsts)| firsts).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use windlass_core::BandFormat;

    #[test]
    fn nothing_found_is_the_far_edge() {
        let image = Image::from_memory(3, 2, 1, BandFormat::U8, vec![0, 0, 0, 0, 5, 0]).unwrap();
        let out = Profile::new(image).build().unwrap();
        assert_eq!(out.columns.pixels().unwrap().samples::<i32>(0), [2, 1, 2]);
        assert_eq!(out.rows.pixels().unwrap().samples::<i32>(0), [3]);
        assert_eq!(out.rows.pixels().unwrap().samples::<i32>(1), [1]);
    }
}
