use super::prepare::{check_histogram, histogram, samples};
use crate::coding::decoded;
use windlass_core::{BandFormat, Build, Header, Image, Result, align, cast};
use windlass_macros::Operation;

/// Match two histograms.
///
/// From two cumulative histograms, the look-up table that makes an image with the first look like
/// one with the second.
#[derive(Operation)]
#[operation(family = "histogram", name = "hist_match")]
pub struct HistMatch {
    /// Input histogram
    pub input: Image,
    /// Reference histogram
    #[arg(name = "ref")]
    pub reference: Image,
}

impl Build for HistMatch {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        let integers = |image: &Image| {
            let image = decoded(image)?;
            check_histogram("hist_match", &image)?;
            cast(&image, BandFormat::U32)
        };
        let images = [integers(&self.input)?, integers(&self.reference)?];
        let images = align::bands("hist_match", &images, 1)?;
        let [input, reference] = [samples::<u32>(&images[0])?, samples::<u32>(&images[1])?];
        let header = Header::inherit(&images).unwrap_or_else(|| images[0].header().clone());
        let bands = header.bands as usize;
        let of_band = |samples: &[u32], band: usize| -> Vec<u32> {
            samples.iter().skip(band).step_by(bands).copied().collect()
        };
        let mut out = vec![0; input.len()];
        for band in 0..bands {
            let matched = matched(&of_band(&input, band), &of_band(&reference, band));
            for (out, value) in out.iter_mut().skip(band).step_by(bands).zip(matched) {
                *out = value;
            }
        }
        histogram(&header, &out)
    }
}

/// For each entry of `input` the place in `reference` that it matches.
fn matched(input: &[u32], reference: &[u32]) -> Vec<u32> {
    let last = input.len() - 1;
    // the reference is as long: cut, or its last entry repeated
    let at = |r: usize| reference[r.min(reference.len() - 1)];
    let mut r = 0;
    let matched = input.iter().map(|value| {
        while r < last && *value > at(r) {
            r += 1;
        }
        if r == last {
            at(last)
        } else if f64::from(*value) < f64::from(at(r)) + f64::from(at(r + 1)) / 2.0 {
            r as u32
        } else {
            r as u32 + 1
        }
    });
    matched.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_match() {
        assert_eq!(matched(&[1, 2, 3, 4, 5], &[2, 2, 3, 9, 9]), [0, 0, 2, 3, 3]);
    }
}
