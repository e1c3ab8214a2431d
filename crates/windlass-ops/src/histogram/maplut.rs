use super::prepare::{bad, check_histogram, samples};
use std::marker::PhantomData;
use windlass_core::point::{self, RowKernel};
use windlass_core::{
    BandFormat, Build, Coding, Header, Image, Integer, Result, Sample, Sees, cast, dispatch,
};
use windlass_macros::Operation;

/// Map an image though a lut.
///
/// Samples are indexes into the table; those beyond its end take the last entry. A table of one
/// band is for all bands, or for the one called `band`; a table of several is for as many, or for
/// an image of one.
#[derive(Operation)]
#[operation(family = "histogram", sequential)]
pub struct Maplut {
    /// Input image
    pub input: Image,
    /// Look-up table image
    pub lut: Image,
    /// Apply one-band lut to this band of in
    #[arg(default = -1, min = -1, max = 10_000)]
    pub band: i32,
}

impl Build for Maplut {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        check_histogram("maplut", &self.lut)?;
        if self.lut.header().coding != Coding::None || self.input.header().coding != Coding::None {
            return Err(bad("maplut: image must be uncoded"));
        }
        let index = indexes(&self.input)?;
        let (bands, tables) = (index.header().bands, self.lut.header().bands);
        if bands != tables && bands != 1 && tables != 1 {
            return Err(bad(
                "maplut: images must have the same number of bands, or one must be single-band",
            ));
        }
        let header = self.header(&index);
        dispatch!(self.lut.header().format, T => {
            let tables = self.tables::<T>(bands as usize)?;
            match index.header().format {
                BandFormat::U8 => mapped::<u8, T>(header, &index, tables),
                BandFormat::U16 => mapped::<u16, T>(header, &index, tables),
                _ => mapped::<u32, T>(header, &index, tables),
            }
        })
    }
}

/// The image as indexes.
fn indexes(image: &Image) -> Result<Image> {
    use BandFormat::{I8, I16, U8, U16, U32};
    cast(
        image,
        match image.header().format {
            U8 | I8 => U8,
            U16 | I16 => U16,
            _ => U32,
        },
    )
}

impl Maplut {
    fn header(&self, index: &Image) -> Header {
        let lut = self.lut.header();
        let mut header = index.header().clone();
        header.metadata.merge(&lut.metadata);
        header.filename = None;
        header.format = lut.format;
        header.bands = header.bands.max(lut.bands);
        if lut.bands > 1 {
            header.interpretation = lut.interpretation;
        }
        header.interpretation = header.guess_interpretation();
        header
    }

    /// The table of each band, or one for all.
    fn tables<T: Sample>(&self, bands: usize) -> Result<Vec<Vec<T>>> {
        let lut = samples::<T>(&self.lut)?;
        let count = self.lut.header().bands as usize;
        let table = |band: usize| lut.iter().skip(band).step_by(count).copied().collect();
        let mut tables: Vec<Vec<T>> = (0..count).map(table).collect();
        if let (1, Ok(only)) = (count, usize::try_from(self.band)) {
            let identity: Vec<T> = (0..lut.len()).map(|i| T::from_f64(i as f64)).collect();
            tables = vec![identity; bands];
            if let Some(table) = tables.get_mut(only) {
                *table = lut;
            }
        }
        Ok(tables)
    }
}

fn mapped<I: Integer, T: Sample>(
    header: Header,
    index: &Image,
    mut tables: Vec<Vec<T>>,
) -> Result<Image> {
    if I::FORMAT == BandFormat::U8 {
        // every index is in the table: nothing is limited
        for table in &mut tables {
            let last = table[table.len() - 1];
            table.resize(256, last);
        }
    }
    if index.header().bands == 1 && tables.len() > 1 {
        return point::map::<I, _>(header, index, Spread { tables });
    }
    point::map::<I, _>(header, index, Mapped { tables, indexes: PhantomData::<I> })
}

/// As many bands out as in.
struct Mapped<I, T> {
    tables: Vec<Vec<T>>,
    indexes: PhantomData<I>,
}

fn entry<I: Integer, T: Sample>(table: &[T], index: I) -> T {
    table[(index.to_i64() as usize).min(table.len() - 1)]
}

impl<I: Integer, T: Sample> RowKernel<I> for Mapped<I, T> {
    type Out = T;

    fn row(&self, input: &[I], output: &mut [T]) {
        if let [table] = &self.tables[..] {
            for (out, x) in output.iter_mut().zip(input) {
                *out = entry(table, *x);
            }
            return;
        }
        let bands = self.tables.len();
        for (out, pixel) in output.chunks_exact_mut(bands).zip(input.chunks_exact(bands)) {
            for ((out, x), table) in out.iter_mut().zip(pixel).zip(&self.tables) {
                *out = entry(table, *x);
            }
        }
    }
}

/// One band in, one for each table out.
struct Spread<T> {
    tables: Vec<Vec<T>>,
}

impl<I: Integer, T: Sample> RowKernel<I> for Spread<T> {
    type Out = T;
    const SEES: Sees = Sees::Pixel;

    fn row(&self, input: &[I], output: &mut [T]) {
        for (out, x) in output.chunks_exact_mut(self.tables.len()).zip(input) {
            for (out, table) in out.iter_mut().zip(&self.tables) {
                *out = entry(table, *x);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(bands: i32, bytes: &[u8]) -> Image {
        let width = bytes.len() as i32 / bands;
        Image::from_memory(width, 1, bands, BandFormat::U8, bytes.to_vec()).unwrap()
    }

    fn map(input: &Image, lut: &Image, band: i32) -> Vec<u8> {
        Maplut::new(input, lut).band(band).build().unwrap().to_memory().unwrap()
    }

    #[test]
    fn beyond_the_end_is_the_last() {
        assert_eq!(map(&bytes(1, &[0, 1, 2, 255]), &bytes(1, &[9, 7]), -1), [9, 7, 7, 7]);
    }

    #[test]
    fn other_bands_are_limited_too() {
        let out = map(&bytes(2, &[0, 1, 5, 5]), &bytes(1, &[9, 7, 5]), 0);
        assert_eq!(out, [9, 1, 5, 2]);
    }

    #[test]
    fn one_band_may_become_many() {
        assert_eq!(map(&bytes(1, &[1, 0]), &bytes(2, &[1, 2, 3, 4]), -1), [3, 4, 1, 2]);
        assert!(Maplut::new(bytes(3, &[0; 3]), bytes(2, &[0; 4])).build().is_err());
    }
}
