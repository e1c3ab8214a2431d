use super::step::{self, Depth, LAB_TO_XYZ, Step, XYZ_TO_LAB};
use crate::conversion::{Cast, bad};
use windlass_core::declare::ArgEnum;
use windlass_core::{BandFormat, Build, Coding, Image, Interpretation, Result};
use windlass_macros::Operation;

/// Convert to a new colorspace.
///
/// The space of the image is guessed from its interpretation and its samples unless
/// `source_space` says it. Bands beyond the colour go along, scaled where alpha has another range.
#[derive(Operation)]
#[operation(family = "colour", sequential)]
pub struct Colourspace {
    /// Input image
    pub input: Image,
    /// Destination color space
    pub space: Interpretation,
    /// Source color space
    pub source_space: Option<Interpretation>,
}

impl Build for Colourspace {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        let input = match self.input.header().coding {
            Coding::Rad => step::one(&self.input, Step::RadToFloat)?,
            _ => self.input.clone(),
        };
        let source = self.source_space.unwrap_or_else(|| input.header().guess_interpretation());
        let source = match source {
            Interpretation::Rgb => Interpretation::Srgb,
            Interpretation::Matrix => Interpretation::BlackWhite,
            other => other,
        };
        if source == self.space && to_xyz(source).is_some() {
            return match sample_format(source) {
                Some(format) => Cast::new(input, format).build(),
                None => crate::conversion::copied(&input),
            };
        }
        let steps = route(source, self.space).ok_or_else(|| {
            let (source, space) = (source.nick(), self.space.nick());
            bad(format!("vips_colourspace: no known route from '{source}' to '{space}'"))
        })?;
        step::all(&input, &steps)
    }
}

/// The image in another space.
pub(crate) fn converted(image: &Image, space: Interpretation) -> Result<Image> {
    Colourspace::new(image, space).build()
}

/// The format of the samples of a space, where it has one.
fn sample_format(space: Interpretation) -> Option<BandFormat> {
    use Interpretation as I;
    match space {
        I::Labq | I::Cmyk => None,
        I::Labs => Some(BandFormat::I16),
        I::Srgb | I::Hsv | I::BlackWhite => Some(BandFormat::U8),
        I::Rgb16 | I::Grey16 => Some(BandFormat::U16),
        _ => Some(BandFormat::F32),
    }
}

/// The steps from one space to another: the direct ones, else over XYZ.
fn route(from: Interpretation, to: Interpretation) -> Option<Vec<Step>> {
    if let Some(steps) = direct(from, to) {
        return Some(steps);
    }
    let mut steps = to_xyz(from)?;
    for step in from_xyz(to)? {
        if steps.last().and_then(|last| last.inverse()) == Some(step) {
            steps.pop();
        } else {
            steps.push(step);
        }
    }
    Some(steps)
}

fn to_xyz(space: Interpretation) -> Option<Vec<Step>> {
    use Interpretation as I;
    use Step::{
        CmcToLch, CmykToXyz, Grey, HsvToSrgb, LabqToLab, LabsToLab, LchToLab, OklabToXyz,
        OklchToOklab, ScrgbToXyz, SrgbToScrgb, YxyToXyz,
    };
    Some(match space {
        I::Xyz => vec![],
        I::Lab => vec![LAB_TO_XYZ],
        I::Labq => vec![LabqToLab, LAB_TO_XYZ],
        I::Labs => vec![LabsToLab, LAB_TO_XYZ],
        I::Lch => vec![LchToLab, LAB_TO_XYZ],
        I::Cmc => vec![CmcToLch, LchToLab, LAB_TO_XYZ],
        I::Cmyk => vec![CmykToXyz],
        I::Scrgb => vec![ScrgbToXyz],
        I::Srgb | I::Rgb16 => vec![SrgbToScrgb, ScrgbToXyz],
        I::Hsv => vec![HsvToSrgb, SrgbToScrgb, ScrgbToXyz],
        I::BlackWhite => vec![Grey(I::Srgb), SrgbToScrgb, ScrgbToXyz],
        I::Grey16 => vec![Grey(I::Rgb16), SrgbToScrgb, ScrgbToXyz],
        I::Yxy => vec![YxyToXyz],
        I::Oklab => vec![OklabToXyz],
        I::Oklch => vec![OklchToOklab, OklabToXyz],
        _ => return None,
    })
}

fn from_xyz(space: Interpretation) -> Option<Vec<Step>> {
    use Depth::{Eight, Sixteen};
    use Interpretation as I;
    use Step::{
        LabToLabq, LabToLabs, LabToLch, LchToCmc, OklabToOklch, ScrgbToGrey, ScrgbToSrgb,
        SrgbToHsv, XyzToCmyk, XyzToOklab, XyzToScrgb, XyzToYxy,
    };
    Some(match space {
        I::Xyz => vec![],
        I::Lab => vec![XYZ_TO_LAB],
        I::Labq => vec![XYZ_TO_LAB, LabToLabq],
        I::Labs => vec![XYZ_TO_LAB, LabToLabs],
        I::Lch => vec![XYZ_TO_LAB, LabToLch],
        I::Cmc => vec![XYZ_TO_LAB, LabToLch, LchToCmc],
        I::Cmyk => vec![XyzToCmyk],
        I::Scrgb => vec![XyzToScrgb],
        I::Srgb => vec![XyzToScrgb, ScrgbToSrgb(Eight)],
        I::Rgb16 => vec![XyzToScrgb, ScrgbToSrgb(Sixteen)],
        I::Hsv => vec![XyzToScrgb, ScrgbToSrgb(Eight), SrgbToHsv],
        I::BlackWhite => vec![XyzToScrgb, ScrgbToGrey(Eight)],
        I::Grey16 => vec![XyzToScrgb, ScrgbToGrey(Sixteen)],
        I::Yxy => vec![XyzToYxy],
        I::Oklab => vec![XyzToOklab],
        I::Oklch => vec![XyzToOklab, OklabToOklch],
        _ => return None,
    })
}

/// Routes that do not go over XYZ.
fn direct(from: Interpretation, to: Interpretation) -> Option<Vec<Step>> {
    use Interpretation as I;
    use Step::{Down, Grey, HsvToSrgb, LabqToLabs, LabqToSrgb, LabsToLabq, SrgbToHsv, Up};
    Some(match (from, to) {
        (I::Labq, I::Labs) => vec![LabqToLabs],
        (I::Labs, I::Labq) => vec![LabsToLabq],
        (I::Labq, I::Srgb) => vec![LabqToSrgb],
        (I::Labq, I::Hsv) => vec![LabqToSrgb, SrgbToHsv],
        (I::Srgb, I::Hsv) => vec![SrgbToHsv],
        (I::Hsv, I::Srgb) => vec![HsvToSrgb],
        (I::Srgb, I::Rgb16) => vec![Up],
        (I::Rgb16, I::Srgb) => vec![Down],
        (I::Hsv, I::Rgb16) => vec![HsvToSrgb, Up],
        (I::Rgb16, I::Hsv) => vec![Down, SrgbToHsv],
        (I::BlackWhite, I::Srgb) => vec![Grey(I::Srgb)],
        (I::BlackWhite, I::Hsv) => vec![Grey(I::Srgb), SrgbToHsv],
        (I::BlackWhite, I::Rgb16) => vec![Grey(I::Srgb), Up],
        (I::Grey16, I::Rgb16) => vec![Grey(I::Rgb16)],
        (I::Grey16, I::Srgb) => vec![Grey(I::Rgb16), Down],
        (I::Grey16, I::Hsv) => vec![Grey(I::Rgb16), Down, SrgbToHsv],
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const PIXELS: [u8; 15] = [255, 255, 255, 255, 0, 0, 0, 0, 255, 128, 128, 128, 200, 100, 50];

    fn colours() -> Image {
        Image::from_memory(5, 1, 3, BandFormat::U8, PIXELS.to_vec()).unwrap()
    }

    fn to(space: Interpretation) -> Image {
        converted(&colours(), space).unwrap()
    }

    #[test]
    fn colours_have_the_references_numbers() {
        use Interpretation as I;
        assert_eq!(to(I::Hsv).to_memory().unwrap()[12..], [14, 191, 200]);
        assert_eq!(to(I::BlackWhite).to_memory().unwrap(), [255, 127, 76, 128, 128]);
        assert_eq!(
            to(I::Grey16).pixels().unwrap().samples::<u16>(0),
            [65535, 32665, 19522, 32896, 32922]
        );
        let labs = to(I::Labs).pixels().unwrap();
        assert_eq!(labs.samples::<i16>(0)[..6], [32767, 1, -2, 17442, 20507, 17208]);
        let labq = to(I::Labq).to_memory().unwrap();
        assert_eq!(labq[..8], [255, 0, 0, 192, 136, 80, 67, 74]);
        let lab = to(I::Lab).pixels().unwrap();
        let blue = &lab.samples::<f32>(0)[6..9];
        for (x, expected) in blue.iter().zip([32.302_59, 79.196_68, -107.863_85]) {
            assert!((x - expected).abs() < 1e-4, "{blue:?}");
        }
    }

    #[test]
    fn they_come_back() {
        for space in [Interpretation::Xyz, Interpretation::Lab, Interpretation::Oklch] {
            let back = converted(&to(space), Interpretation::Srgb).unwrap();
            assert_eq!(back.to_memory().unwrap(), PIXELS);
        }
    }

    #[test]
    fn alpha_goes_along() {
        let image = Image::from_memory(1, 1, 4, BandFormat::U8, vec![1, 2, 3, 100]).unwrap();
        let options = Colourspace::new(image, Interpretation::Scrgb);
        let scrgb = options.source_space(Interpretation::Srgb).build().unwrap();
        // without an interpretation alpha was of 255, in light it is of 1
        assert!((scrgb.pixels().unwrap().samples::<f32>(0)[3] - 0.392_157).abs() < 1e-6);
        let back = converted(&scrgb, Interpretation::Srgb).unwrap();
        assert_eq!(back.to_memory().unwrap()[3], 100);
    }

    #[test]
    fn unknown_routes_are_named() {
        let error = Colourspace::new(colours(), Interpretation::Fourier).build().err().unwrap();
        assert_eq!(error.message(), "vips_colourspace: no known route from 'srgb' to 'fourier'");
    }
}
