//! What operations on histograms and look-up tables share (`reference/ops/histogram.md` §0).

use windlass_core::{Error, ErrorKind, Header, Image, Interpretation, Pixels, Result, Sample};

/// An error of what a caller said.
pub(super) fn bad(text: impl Into<String>) -> Error {
    Error::new(ErrorKind::BadArgument, text.into())
}

/// Fails where an image can't be a histogram.
pub(super) fn check_histogram(operation: &str, image: &Image) -> Result<()> {
    let header = image.header();
    if header.width > 1 && header.height > 1 {
        return Err(bad(format!("{operation}: histograms must have width or height 1")));
    }
    if i64::from(header.width) * i64::from(header.height) > 65536 {
        return Err(bad(format!(
            "{operation}: histograms must have not have more than 65536 elements"
        )));
    }
    Ok(())
}

/// Fails where an image is complex.
pub(super) fn check_real(operation: &str, image: &Image) -> Result<()> {
    if image.header().format.is_complex() {
        return Err(bad(format!("{operation}: image must be non-complex")));
    }
    Ok(())
}

/// All samples, pixel by pixel, whether the histogram lies or stands.
pub(super) fn samples<T: Sample>(image: &Image) -> Result<Vec<T>> {
    let pixels = image.pixels()?;
    Ok((0..pixels.height()).flat_map(|y| pixels.samples::<T>(y).to_vec()).collect())
}

/// A histogram that lies, with the rest of the header of `like`.
pub(super) fn histogram<T: Sample>(like: &Header, samples: &[T]) -> Result<Image> {
    let header = Header {
        width: (samples.len() / like.bands as usize) as i32,
        height: 1,
        format: T::FORMAT,
        interpretation: Interpretation::Histogram,
        filename: None,
        ..like.clone()
    };
    let pixels = Pixels::from_rows(&header, |_, out| {
        bytemuck::cast_slice_mut(out).copy_from_slice(samples);
    })?;
    Image::from_pixels(header, pixels)
}
