//! Saving Radiance HDR.

use super::header::{Info, RGBE};
use crate::convert::{Colours, prepare};
use crate::row_saver::RowSaver;
use std::fmt::Write as _;
use windlass_core::declare::{ArgEnum, Value, image_operation};
use windlass_core::foreign::Save;
use windlass_core::foreign::options::SaveOptions;
use windlass_core::{BandFormat, Coding, Header, Image, Interpretation, Result, Target};
use windlass_macros::{ArgGroup, Save};

/// Save image to Radiance file
///
/// Pixels that are coded already are written as they are, others become scRGB first.
#[derive(ArgGroup, Save, Clone, Debug)]
#[foreign(name = "radsave")]
#[non_exhaustive]
pub struct RadSave {
    /// What all savers can do
    #[arg(flatten)]
    pub common: SaveOptions,
}

impl Save for RadSave {
    fn save(&self, image: &Image, target: &Target) -> Result<()> {
        let image = prepare(image, Colours::Any, |format| format, &self.common)?;
        let image = coded(image, &self.common)?;
        let before = before(image.header()).into_bytes();
        image.save(&RowSaver { before, after: Vec::new(), row: Some(row) }, target)
    }
}

/// The image with mantissas and exponents.
fn coded(image: Image, options: &SaveOptions) -> Result<Image> {
    if image.header().coding == Coding::Rad {
        return Ok(image);
    }
    let mut image = crate::convert::decode(image)?;
    if image.header().has_alpha() {
        let background = options.background.clone().unwrap_or_else(|| vec![0.0]);
        image =
            image_operation("flatten", [("in", image.into()), ("background", background.into())])?;
    }
    let header = image.header();
    if header.guess_interpretation() != Interpretation::Scrgb || header.bands < 3 {
        let space = Value::Int(Interpretation::Scrgb.number().into());
        image = image_operation("colourspace", [("in", image.into()), ("space", space)])?;
    }
    if image.header().bands > 3 {
        image = crate::convert::extract(image, 3)?;
    }
    if image.header().format != BandFormat::F32 {
        image = crate::convert::cast(image, BandFormat::F32, false)?;
    }
    image_operation("float2rad", [("in", image.into())])
}

/// The lines before the pixels.
fn before(header: &Header) -> String {
    let Info { exposure, correction: [r, g, b], aspect, primaries, .. } = Info::of(header);
    let exposure = crate::text::exponent(exposure);
    let mut text = format!(
        "#?RADIANCE\nFORMAT={RGBE}\nEXPOSURE={exposure}\nCOLORCORR= {r:.6} {g:.6} {b:.6}\n\
         SOFTWARE=windlass {}\nPIXASPECT={aspect:.6}\nPRIMARIES=",
        env!("CARGO_PKG_VERSION")
    );
    for value in primaries {
        // writing to a string does not fail
        let _done = write!(text, " {value:.4}");
    }
    let _done = write!(text, "\n\n-Y {} +X {}\n", header.height, header.width);
    text
}

/// Appends a row: from 8 to 32,767 pixels the components one after the other, packed; else as it is.
fn row(row: &[u8], out: &mut Vec<u8>) {
    let width = row.len() / 4;
    if !(8..=32_767).contains(&width) {
        out.extend_from_slice(row);
        return;
    }
    out.extend([2, 2, (width >> 8) as u8, width as u8]);
    let mut component = Vec::with_capacity(width);
    for band in 0..4 {
        component.clear();
        component.extend(row.iter().skip(band).step_by(4));
        pack(&component, out);
    }
}

/// Runs of four and more as a count above 128 and a value; others as a count and the bytes.
fn pack(bytes: &[u8], out: &mut Vec<u8>) {
    let mut rest = bytes;
    while let Some(&first) = rest.first() {
        let run = rest.iter().take(127).take_while(|byte| **byte == first).count();
        if run >= RUN {
            out.extend([128 + run as u8, first]);
            rest = &rest[run..];
            continue;
        }
        let most = rest.len().min(128);
        let next = rest[..most].windows(RUN).position(|run| run.iter().all(|byte| *byte == run[0]));
        let count = next.unwrap_or(most);
        out.push(count as u8);
        out.extend_from_slice(&rest[..count]);
        rest = &rest[count..];
    }
}

/// Equal bytes that are worth a run.
const RUN: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_packed() {
        let mut out = Vec::new();
        pack(&[1, 2, 3, 3, 3, 3, 3, 4], &mut out);
        assert_eq!(out, [2, 1, 2, 133, 3, 1, 4]);
        out.clear();
        pack(&[9; 300], &mut out);
        assert_eq!(out, [255, 9, 255, 9, 174, 9]);
    }
}
