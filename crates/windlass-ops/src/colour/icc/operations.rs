use super::convert::{Samples, converted};
use super::link::{End, Wish};
use super::profile::{Direction, Profile};
use super::select::{EMBEDDED, input, resolved};
use super::{Intent, Pcs, stage};
use crate::coding::decoded;
use crate::colour::profile_load::loaded;
use crate::colour::step::scaled_alpha;
use crate::conversion::{Bandjoin, ExtractBand, bad, derived};
use windlass_core::{BandFormat, Build, Header, Image, Interpretation, Meta, Result, cast};
use windlass_macros::Operation;

/// Import from device with ICC profile.
///
/// To Lab or XYZ. The profile is the embedded one if `embedded` says so or none is named, else the
/// one named, else one that suits the interpretation. Lab is relative to D50, as profiles have it.
#[derive(Operation)]
#[operation(family = "colour", name = "icc_import", sequential)]
pub struct IccImport {
    /// Input image
    pub input: Image,
    /// Set Profile Connection Space
    #[arg(default = Pcs::Lab)]
    pub pcs: Pcs,
    /// Rendering intent
    #[arg(default = Intent::Relative)]
    pub intent: Intent,
    /// Enable black point compensation
    #[arg(default = false)]
    pub black_point_compensation: bool,
    /// Use embedded input profile, if available
    #[arg(default = false)]
    pub embedded: bool,
    /// Filename to load input profile from
    pub input_profile: Option<String>,
}

impl Build for IccImport {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        let image = device_pixels(&self.input)?;
        let named = self.input_profile.as_deref();
        let chosen = input("icc_import", image.header(), named, self.embedded, self.intent)?;
        let intent = resolved(&chosen.profile, self.intent, Direction::ToPcs);
        let (pcs, samples) = connection(self.pcs);
        let conversion = Conversion {
            operation: "icc_import",
            from: End::Profile(&chosen.profile),
            to: End::Pcs(pcs),
            intent,
            black_point: self.black_point_compensation,
            samples,
        };
        conversion.run(&image, (!chosen.embedded).then_some(&chosen.profile))
    }
}

/// Output to device with ICC profile.
///
/// From Lab or XYZ, to which other images are converted first. The profile is the one named, else
/// the embedded one.
#[derive(Operation)]
#[operation(family = "colour", name = "icc_export", sequential)]
pub struct IccExport {
    /// Input image
    pub input: Image,
    /// Set Profile Connection Space
    pub pcs: Option<Pcs>,
    /// Rendering intent
    #[arg(default = Intent::Relative)]
    pub intent: Intent,
    /// Enable black point compensation
    #[arg(default = false)]
    pub black_point_compensation: bool,
    /// Filename to load output profile from
    pub output_profile: Option<String>,
    /// Output device space depth in bits
    #[arg(default = 8, min = 8, max = 16)]
    pub depth: i32,
}

impl Build for IccExport {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        let samples = device_samples("icc_export", self.depth)?;
        let image = decoded(&self.input)?;
        let pcs = self.pcs.unwrap_or(match image.header().interpretation {
            Interpretation::Xyz => Pcs::Xyz,
            _ => Pcs::Lab,
        });
        let profile = self.profile(image.header())?;
        let space = match pcs {
            Pcs::Lab => Interpretation::Lab,
            Pcs::Xyz => Interpretation::Xyz,
        };
        let mut image = cast(&image, BandFormat::F32)?;
        if image.header().interpretation != space {
            image = crate::colour::colourspace::converted(&image, space)?;
        }
        let conversion = Conversion {
            operation: "icc_export",
            from: End::Pcs(connection(pcs).0),
            to: End::Profile(&profile),
            intent: resolved(&profile, self.intent, Direction::ToDevice),
            black_point: self.black_point_compensation,
            samples,
        };
        conversion.run(&image, self.output_profile.is_some().then_some(&profile))
    }
}

impl IccExport {
    fn profile(&self, header: &Header) -> Result<Profile> {
        let bytes = match &self.output_profile {
            Some(name) => loaded(name)?,
            None => header.metadata.blob(EMBEDDED).cloned(),
        };
        bytes
            .and_then(|bytes| Profile::parse(&bytes))
            .filter(|profile| resolved(profile, self.intent, Direction::ToDevice).is_some())
            .ok_or_else(|| bad("icc_export: no output profile"))
    }
}

/// Transform between devices with ICC profiles.
///
/// The profile of the input is the embedded one if `embedded` says so or none is named, else the one
/// named, else one that suits the interpretation. 16 bits come out of 16-bit RGB and grey, else 8.
#[derive(Operation)]
#[operation(family = "colour", name = "icc_transform", sequential)]
pub struct IccTransform {
    /// Input image
    pub input: Image,
    /// Filename to load output profile from
    pub output_profile: String,
    /// Set Profile Connection Space
    #[arg(default = Pcs::Lab)]
    pub pcs: Pcs,
    /// Rendering intent
    #[arg(default = Intent::Relative)]
    pub intent: Intent,
    /// Enable black point compensation
    #[arg(default = false)]
    pub black_point_compensation: bool,
    /// Use embedded input profile, if available
    #[arg(default = false)]
    pub embedded: bool,
    /// Filename to load input profile from
    pub input_profile: Option<String>,
    /// Output device space depth in bits
    #[arg(min = 8, max = 16)]
    pub depth: Option<i32>,
}

impl Build for IccTransform {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        let deep = matches!(
            self.input.header().interpretation,
            Interpretation::Rgb16 | Interpretation::Grey16
        );
        let samples =
            device_samples("icc_transform", self.depth.unwrap_or(if deep { 16 } else { 8 }))?;
        let image = device_pixels(&self.input)?;
        let named = self.input_profile.as_deref();
        let chosen = input("icc_transform", image.header(), named, self.embedded, self.intent)?;
        let output = loaded(&self.output_profile)?
            .and_then(|bytes| Profile::parse(&bytes))
            .filter(|profile| resolved(profile, self.intent, Direction::ToDevice).is_some())
            .ok_or_else(|| bad("icc_transform: no output profile"))?;
        let conversion = Conversion {
            operation: "icc_transform",
            from: End::Profile(&chosen.profile),
            to: End::Profile(&output),
            intent: resolved(&output, self.intent, Direction::ToDevice),
            black_point: self.black_point_compensation,
            samples,
        };
        conversion.run(&image, Some(&output))
    }
}

/// Words as they are, everything else as bytes.
fn device_pixels(image: &Image) -> Result<Image> {
    let image = decoded(image)?;
    match image.header().format {
        BandFormat::U16 => Ok(image),
        _ => cast(&image, BandFormat::U8),
    }
}

fn connection(pcs: Pcs) -> (stage::Pcs, Samples) {
    match pcs {
        Pcs::Lab => (stage::Pcs::Lab, Samples::Lab),
        Pcs::Xyz => (stage::Pcs::Xyz, Samples::Xyz),
    }
}

fn device_samples(operation: &str, depth: i32) -> Result<Samples> {
    match depth {
        8 => Ok(Samples::Bytes),
        16 => Ok(Samples::Words),
        _ => Err(bad(format!("{operation}: depth must be 8 or 16"))),
    }
}

/// A conversion of the colour bands of an image.
struct Conversion<'a> {
    operation: &'a str,
    from: End<'a>,
    to: End<'a>,
    intent: Option<Intent>,
    black_point: bool,
    samples: Samples,
}

impl Conversion<'_> {
    /// The image converted, with `attached` as its profile.
    fn run(&self, image: &Image, attached: Option<&Profile>) -> Result<Image> {
        let operation = self.operation;
        let wanted = bands(self.from) as i32;
        let all = image.header().bands;
        if all < wanted {
            return Err(bad(format!("{operation}: image must have at least {wanted} bands")));
        }
        let colour = if all == wanted {
            image.clone()
        } else {
            ExtractBand::new(image, 0).n(wanted).build()?
        };
        let header = self.header(image, attached);
        let after = header.interpretation;
        let intent = self.intent.ok_or_else(|| bad(format!("{operation}: no such intent")))?;
        let wish = Wish { intent, black_point: self.black_point };
        let colour = converted(&colour, self.from, self.to, wish, header, self.samples)
            .ok_or_else(|| bad(format!("{operation}: unable to use the profile")))??;
        if all == wanted {
            return Ok(colour);
        }
        let extra = ExtractBand::new(image, wanted).n(all - wanted).build()?;
        let before = image.header().interpretation;
        let extra = scaled_alpha(&extra, (before, after), self.samples.format())?;
        Bandjoin::new(vec![colour, extra]).build()
    }

    fn header(&self, image: &Image, attached: Option<&Profile>) -> Header {
        let mut header = derived(image);
        header.format = self.samples.format();
        header.bands = bands(self.to) as i32;
        header.interpretation = match (self.samples, header.bands) {
            (Samples::Lab, _) => Interpretation::Lab,
            (Samples::Xyz, _) => Interpretation::Xyz,
            (Samples::Bytes, 1) => Interpretation::BlackWhite,
            (Samples::Words, 1) => Interpretation::Grey16,
            (Samples::Bytes, 3) => Interpretation::Srgb,
            (Samples::Words, 3) => Interpretation::Rgb16,
            (_, 2) => Interpretation::Multiband,
            _ => Interpretation::Cmyk,
        };
        if let Some(profile) = attached {
            header.metadata.set(EMBEDDED, Meta::Blob(profile.bytes().clone()));
        }
        header
    }
}

fn bands(end: End<'_>) -> usize {
    match end {
        End::Pcs(_) => 3,
        End::Profile(profile) => profile.bands,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inks(pixels: &[[u8; 4]]) -> Image {
        let bytes = pixels.concat();
        let image = Image::from_memory(pixels.len() as i32, 1, 4, BandFormat::U8, bytes).unwrap();
        let header = Header { interpretation: Interpretation::Cmyk, ..image.header().clone() };
        image.with_header(header).unwrap()
    }

    fn colours(pixels: &[[u8; 3]]) -> Image {
        Image::from_memory(pixels.len() as i32, 1, 3, BandFormat::U8, pixels.concat()).unwrap()
    }

    fn near(found: &[u8], expected: &[u8], levels: u8) {
        let near = found.iter().zip(expected).all(|(a, b)| a.abs_diff(*b) <= levels);
        assert!(found.len() == expected.len() && near, "{found:?}, not {expected:?}");
    }

    /// The numbers are those of the reference.
    #[test]
    fn inks_become_rgb() {
        let image = inks(&[[0; 4], [255, 0, 0, 0], [0, 0, 0, 255], [255; 4], [10, 200, 30, 60]]);
        let plain = IccTransform::new(&image, "srgb").build().unwrap();
        let expected = [255, 255, 255, 0, 156, 228, 41, 35, 43, 33, 33, 44, 181, 75, 119];
        near(&plain.to_memory().unwrap(), &expected, 2);
        let black = IccTransform::new(&image, "srgb").black_point_compensation(true).build();
        let expected = [255, 255, 255, 0, 153, 228, 12, 0, 19, 0, 0, 20, 180, 65, 115];
        near(&black.unwrap().to_memory().unwrap(), &expected, 2);
    }

    #[test]
    fn rgb_becomes_inks() {
        let image = colours(&[[0, 0, 0], [0, 255, 0], [128; 3], [20, 30, 200]]);
        for (intent, black_point, expected) in [
            (
                Intent::Relative,
                false,
                [23, 0, 162, 255, 60, 0, 255, 0, 4, 0, 3, 151, 244, 211, 0, 0],
            ),
            (
                Intent::Perceptual,
                false,
                [50, 0, 209, 253, 114, 0, 236, 0, 6, 0, 2, 152, 242, 216, 0, 11],
            ),
            (
                Intent::Absolute,
                false,
                [23, 0, 162, 255, 46, 0, 255, 0, 2, 0, 5, 143, 242, 207, 0, 0],
            ),
            (
                Intent::Relative,
                true,
                [30, 0, 143, 251, 60, 0, 255, 0, 2, 0, 2, 146, 238, 200, 0, 0],
            ),
        ] {
            let transform = IccTransform::new(&image, "cmyk").intent(intent);
            let out = transform.black_point_compensation(black_point).build().unwrap();
            near(&out.to_memory().unwrap(), &expected, 3);
        }
    }

    #[test]
    fn import_and_export_take_each_other_back() {
        let pixels = [[0, 0, 0], [255, 255, 255], [10, 200, 90], [255, 0, 0], [77, 77, 77]];
        for pcs in [Pcs::Lab, Pcs::Xyz] {
            let image = colours(&pixels);
            let connected = IccImport::new(image).pcs(pcs).build().unwrap();
            let back = IccExport::new(connected).build().unwrap();
            near(&back.to_memory().unwrap(), pixels.as_flattened(), 1);
        }
    }

    #[test]
    fn red_is_where_profiles_have_it() {
        let lab = IccImport::new(colours(&[[255, 0, 0]])).build().unwrap();
        let found = lab.pixels().unwrap().samples::<f32>(0).to_vec();
        let near = found.iter().zip([54.2855, 80.8327, 69.9066]).all(|(a, b)| (a - b).abs() < 0.1);
        assert!(near, "{found:?}");
        assert!(lab.header().metadata.blob(EMBEDDED).is_some());
    }

    #[test]
    fn what_is_missing_is_said() {
        let image = colours(&[[1, 2, 3]]);
        let error = IccTransform::new(&image, "none").build().err().unwrap();
        assert_eq!(error.message(), "icc_transform: no output profile");
        let error = IccTransform::new(&image, "nope").build().err().unwrap();
        assert_eq!(error.message(), "profile_load: unable to load profile \"nope\"");
        let image = Image::from_memory(1, 1, 2, BandFormat::U8, vec![0; 2]).unwrap();
        assert!(IccImport::new(image).build().is_err());
    }
}
