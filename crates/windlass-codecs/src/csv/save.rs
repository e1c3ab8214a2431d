//! Saving CSV.

use crate::convert::{Colours, prepare};
use crate::row_saver::RowSaver;
use windlass_core::foreign::Save;
use windlass_core::foreign::options::SaveOptions;
use windlass_core::{Complex, Image, Real, Result, Sample, Target, dispatch};
use windlass_macros::{ArgGroup, Save};

/// Save image to csv
///
/// The first band, a line a row; colours become grey first.
#[derive(ArgGroup, Save, Clone, Debug)]
#[foreign(name = "csvsave", only = "file, target")]
#[non_exhaustive]
pub struct CsvSave {
    /// Separator characters
    #[arg(default = "\t".to_owned())]
    pub separator: String,
    /// What all savers can do
    #[arg(flatten)]
    pub common: SaveOptions,
}

impl Save for CsvSave {
    fn save(&self, image: &Image, target: &Target) -> Result<()> {
        let image = prepare(image, Colours::Mono, |format| format, &self.common)?;
        let separator = self.separator.clone().into_bytes();
        image.save(&text(&image, Vec::new(), separator), target)
    }
}

/// Writes the first band of `image` as text, a line a row, into a file that begins with `before`.
pub(crate) fn text(
    image: &Image,
    before: Vec<u8>,
    separator: Vec<u8>,
) -> RowSaver<impl Fn(&[u8], &mut Vec<u8>) + Send + Sync + use<>> {
    let header = image.header();
    let bands = header.bands as usize;
    let line = dispatch!(header.format,
        integer T => numbers::<T> as fn(&[u8], usize, &[u8], &mut Vec<u8>),
        float T => numbers::<T> as _,
        complex T => pairs::<T> as _);
    let row = move |row: &[u8], out: &mut Vec<u8>| line(row, bands, &separator, out);
    RowSaver { before, after: Vec::new(), row: Some(row) }
}

/// Appends a line of numbers.
fn numbers<T: Real>(row: &[u8], bands: usize, separator: &[u8], out: &mut Vec<u8>) {
    each::<T>(row, bands, separator, out, |value, out| write_sample(value.to_f64(), out));
}

/// Appends a line of complex numbers.
fn pairs<T: Sample>(row: &[u8], bands: usize, separator: &[u8], out: &mut Vec<u8>) {
    each::<T>(row, bands, separator, out, |value, out| {
        let Complex([re, im]) = value.to_complex();
        out.push(b'(');
        write_sample(re, out);
        out.push(b',');
        write_sample(im, out);
        out.push(b')');
    });
}

fn each<T: Sample>(
    row: &[u8],
    bands: usize,
    separator: &[u8],
    out: &mut Vec<u8>,
    write: impl Fn(T, &mut Vec<u8>),
) {
    let samples: &[T] = bytemuck::cast_slice(row);
    for (x, value) in samples.iter().step_by(bands).enumerate() {
        if x > 0 {
            out.extend_from_slice(separator);
        }
        write(*value, out);
    }
    out.push(b'\n');
}

/// Appends a number.
fn write_sample(value: f64, out: &mut Vec<u8>) {
    let whole = value as i64;
    if whole as f64 == value
        && whole.unsigned_abs() < 1 << 52
        && (whole != 0 || value.is_sign_positive())
    {
        out.extend_from_slice(whole.to_string().as_bytes());
    } else {
        out.extend_from_slice(crate::text::number(value).as_bytes());
    }
}
