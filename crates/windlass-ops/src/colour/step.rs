//! One-step conversions, and how a list of them is applied to an image.
//!
//! Steps by formula that follow each other become one kernel ([`super::wide`]). Bands beyond the
//! colour are detached, scaled where the value of a solid alpha changes, cast as each step says, and
//! appended again (`reference/ops/colour.md` §1).

use super::formula::{self, D65, SCRGB_TO_XYZ, XYZ_TO_SCRGB};
use super::wide::{Planar, Read, Wide, Write};
use super::{cmyk, hsv, labq};
use crate::arithmetic::Linear;
use crate::coding::decoded;
use crate::conversion::{Bandjoin, Cast, ExtractBand, bad, derived};
use windlass_core::{
    BandFormat, Build, Coding, Header, Image, Interpretation, Kernel, Result, Run, Sees, align,
    cast,
};

/// A conversion between two neighbouring spaces.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Step {
    CmcToLch,
    CmykToXyz,
    /// 16-bit RGB to its upper bytes
    Down,
    FloatToRad,
    /// One band three times, as what
    Grey(Interpretation),
    HsvToSrgb,
    LabToLabq,
    LabToLabs,
    LabToLch,
    LabToXyz([f32; 3]),
    LabqToLab,
    LabqToLabs,
    LabqToSrgb,
    LabsToLab,
    LabsToLabq,
    LchToCmc,
    LchToLab,
    OklabToOklch,
    OklabToXyz,
    OklchToOklab,
    RadToFloat,
    ScrgbToGrey(Depth),
    ScrgbToSrgb(Depth),
    ScrgbToXyz,
    SrgbToHsv,
    SrgbToScrgb,
    /// 8-bit RGB to 16 bits
    Up,
    XyzToCmyk,
    XyzToLab([f32; 3]),
    XyzToOklab,
    XyzToScrgb,
    XyzToYxy,
    YxyToXyz,
}

/// Bits of a sample.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Depth {
    Eight,
    Sixteen,
}

impl Depth {
    /// The depth of that many bits, for the operation of that name.
    pub(super) fn of(operation: &str, bits: i32) -> Result<Self> {
        match bits {
            8 => Ok(Self::Eight),
            16 => Ok(Self::Sixteen),
            _ => Err(bad(format!("{operation}: depth must be 8 or 16"))),
        }
    }
}

/// How a step is done.
enum Work {
    /// By formula, over planes of floats
    Wide(Read, Option<Planar>, Write),
    /// Pixel by pixel, bytes in and out
    Pixels(BandFormat, Narrow, BandFormat),
    /// By other operations
    Image(fn(&Image) -> Result<Image>),
    /// By other operations, on bands beyond the colour too
    Both(fn(&Image) -> Result<Image>),
}

impl Step {
    /// The operation that does this alone.
    fn name(self) -> &'static str {
        match self {
            Self::CmcToLch => "CMC2LCh",
            Self::CmykToXyz => "CMYK2XYZ",
            Self::Down | Self::Up => "cast",
            Self::FloatToRad => "float2rad",
            Self::Grey(_) => "bandjoin",
            Self::HsvToSrgb => "HSV2sRGB",
            Self::LabToLabq => "Lab2LabQ",
            Self::LabToLabs => "Lab2LabS",
            Self::LabToLch => "Lab2LCh",
            Self::LabToXyz(_) => "Lab2XYZ",
            Self::LabqToLab => "LabQ2Lab",
            Self::LabqToLabs => "LabQ2LabS",
            Self::LabqToSrgb => "LabQ2sRGB",
            Self::LabsToLab => "LabS2Lab",
            Self::LabsToLabq => "LabS2LabQ",
            Self::LchToCmc => "LCh2CMC",
            Self::LchToLab => "LCh2Lab",
            Self::OklabToOklch => "Oklab2Oklch",
            Self::OklabToXyz => "Oklab2XYZ",
            Self::OklchToOklab => "Oklch2Oklab",
            Self::RadToFloat => "rad2float",
            Self::ScrgbToGrey(_) => "scRGB2BW",
            Self::ScrgbToSrgb(_) => "scRGB2sRGB",
            Self::ScrgbToXyz => "scRGB2XYZ",
            Self::SrgbToHsv => "sRGB2HSV",
            Self::SrgbToScrgb => "sRGB2scRGB",
            Self::XyzToCmyk => "XYZ2CMYK",
            Self::XyzToLab(_) => "XYZ2Lab",
            Self::XyzToOklab => "XYZ2Oklab",
            Self::XyzToScrgb => "XYZ2scRGB",
            Self::XyzToYxy => "XYZ2Yxy",
            Self::YxyToXyz => "Yxy2XYZ",
        }
    }

    /// Bands that it reads.
    fn bands(self) -> i32 {
        match self {
            Self::Grey(_) => 1,
            Self::CmykToXyz => 4,
            _ => 3,
        }
    }

    /// The coding that it insists on.
    fn coding(self) -> Option<Coding> {
        match self {
            Self::LabqToLab | Self::LabqToLabs | Self::LabqToSrgb => Some(Coding::Labq),
            Self::RadToFloat => Some(Coding::Rad),
            _ => None,
        }
    }

    /// What its result is.
    fn interpretation(self) -> Interpretation {
        use Interpretation as I;
        match self {
            Self::LchToCmc => I::Cmc,
            Self::XyzToCmyk => I::Cmyk,
            Self::ScrgbToGrey(Depth::Eight) => I::BlackWhite,
            Self::ScrgbToGrey(Depth::Sixteen) => I::Grey16,
            Self::SrgbToHsv => I::Hsv,
            Self::LabqToLab | Self::LabsToLab | Self::LchToLab | Self::XyzToLab(_) => I::Lab,
            Self::LabToLabq | Self::LabsToLabq => I::Labq,
            Self::LabToLabs | Self::LabqToLabs => I::Labs,
            Self::CmcToLch | Self::LabToLch => I::Lch,
            Self::OklchToOklab | Self::XyzToOklab => I::Oklab,
            Self::OklabToOklch => I::Oklch,
            Self::ScrgbToSrgb(Depth::Sixteen) | Self::Up => I::Rgb16,
            Self::FloatToRad | Self::RadToFloat | Self::SrgbToScrgb | Self::XyzToScrgb => I::Scrgb,
            Self::Down | Self::HsvToSrgb | Self::LabqToSrgb => I::Srgb,
            Self::ScrgbToSrgb(Depth::Eight) => I::Srgb,
            Self::CmykToXyz | Self::LabToXyz(_) | Self::OklabToXyz => I::Xyz,
            Self::ScrgbToXyz | Self::YxyToXyz => I::Xyz,
            Self::XyzToYxy => I::Yxy,
            Self::Grey(interpretation) => interpretation,
        }
    }

    /// How it is done to an image of that interpretation.
    fn work(self, before: Interpretation) -> Work {
        let floats = |step| Work::Wide(Read::Floats, Some(step), Write::Floats);
        let each = |function| floats(Planar::Each(function));
        match self {
            Self::CmcToLch => each(formula::lch_of_cmc),
            Self::CmykToXyz => Work::Image(cmyk::to_xyz),
            Self::Down => Work::Both(|image| Cast::new(image, BandFormat::U8).shift(true).build()),
            Self::FloatToRad => Work::Wide(Read::Floats, None, Write::Rad),
            Self::Grey(_) => Work::Image(thrice),
            Self::HsvToSrgb => Work::Pixels(BandFormat::U8, hsv::TO_SRGB, BandFormat::U8),
            Self::LabToLabq => Work::Wide(Read::Floats, None, Write::Labq),
            Self::LabToLabs => Work::Wide(Read::Floats, None, Write::Labs),
            Self::LabToLch | Self::OklabToOklch => each(formula::polar),
            Self::LabToXyz(white) => floats(Planar::LabToXyz(white)),
            Self::LabqToLab => Work::Wide(Read::Labq, None, Write::Floats),
            Self::LabqToLabs => Work::Pixels(BandFormat::U8, labq::TO_LABS, BandFormat::I16),
            Self::LabqToSrgb => Work::Image(labq::to_srgb),
            Self::LabsToLab => Work::Wide(Read::Labs, None, Write::Floats),
            Self::LabsToLabq => Work::Pixels(BandFormat::I16, labq::OF_LABS, BandFormat::U8),
            Self::LchToCmc => each(formula::cmc_of),
            Self::LchToLab | Self::OklchToOklab => each(formula::cartesian),
            Self::OklabToXyz => each(formula::xyz_of_oklab),
            Self::RadToFloat => Work::Wide(Read::Rad, None, Write::Floats),
            Self::ScrgbToGrey(Depth::Eight) => Work::Wide(Read::Floats, None, Write::Grey8),
            Self::ScrgbToGrey(Depth::Sixteen) => Work::Wide(Read::Floats, None, Write::Grey16),
            Self::ScrgbToSrgb(Depth::Eight) => Work::Wide(Read::Floats, None, Write::Srgb8),
            Self::ScrgbToSrgb(Depth::Sixteen) => Work::Wide(Read::Floats, None, Write::Srgb16),
            Self::ScrgbToXyz => floats(Planar::Matrix(SCRGB_TO_XYZ)),
            Self::SrgbToHsv => Work::Pixels(BandFormat::U8, hsv::OF_SRGB, BandFormat::U8),
            Self::SrgbToScrgb if before == Interpretation::Rgb16 => {
                Work::Wide(Read::Srgb16, None, Write::Floats)
            }
            Self::SrgbToScrgb => Work::Wide(Read::Srgb8, None, Write::Floats),
            Self::Up => Work::Both(|image| Cast::new(image, BandFormat::U16).shift(true).build()),
            Self::XyzToCmyk => Work::Image(cmyk::of_xyz),
            Self::XyzToLab(white) => floats(Planar::XyzToLab(white)),
            Self::XyzToOklab => each(formula::oklab_of),
            Self::XyzToScrgb => floats(Planar::Matrix(XYZ_TO_SCRGB)),
            Self::XyzToYxy => each(formula::yxy_of),
            Self::YxyToXyz => each(formula::xyz_of_yxy),
        }
    }

    /// Whether bands beyond the colour are scaled to the new value of a solid alpha.
    fn scales_alpha(self) -> bool {
        !matches!(self, Self::Up | Self::Down | Self::Grey(_) | Self::CmykToXyz | Self::XyzToCmyk)
    }

    /// The step that takes this one back.
    pub(super) fn inverse(self) -> Option<Self> {
        Some(match self {
            Self::CmcToLch => Self::LchToCmc,
            Self::CmykToXyz => Self::XyzToCmyk,
            Self::LabToXyz(white) => Self::XyzToLab(white),
            Self::LabqToLab => Self::LabToLabq,
            Self::LabsToLab => Self::LabToLabs,
            Self::LchToLab => Self::LabToLch,
            Self::OklabToXyz => Self::XyzToOklab,
            Self::OklchToOklab => Self::OklabToOklch,
            Self::ScrgbToXyz => Self::XyzToScrgb,
            Self::YxyToXyz => Self::XyzToYxy,
            _ => return None,
        })
    }
}

/// D65, to which colourspace refers Lab.
pub(super) const LAB_TO_XYZ: Step = Step::LabToXyz(D65);
/// D65, to which colourspace refers Lab.
pub(super) const XYZ_TO_LAB: Step = Step::XyzToLab(D65);

/// The image converted by one step.
pub(super) fn one(image: &Image, step: Step) -> Result<Image> {
    all(image, &[step])
}

/// The image converted by steps, one after the other.
pub(super) fn all(image: &Image, steps: &[Step]) -> Result<Image> {
    let Some(first) = steps.first() else { return Ok(image.clone()) };
    let mut route = Route::new(image, *first)?;
    for step in steps {
        route.advance(*step)?;
    }
    route.finish()
}

/// An image on its way.
struct Route {
    colour: Image,
    extra: Option<Image>,
    /// Steps not yet made into an image, and what that will be
    pending: Option<(Wide, Header)>,
}

impl Route {
    fn new(image: &Image, first: Step) -> Result<Self> {
        let name = first.name();
        if let Some(coding) = first.coding() {
            if image.header().coding != coding {
                let nick = windlass_core::declare::ArgEnum::nick(coding);
                return Err(bad(format!("{name}: coding '{nick}' only")));
            }
            return Ok(Self { colour: image.clone(), extra: None, pending: None });
        }
        let image = decoded(image)?;
        let (bands, wanted) = (image.header().bands, first.bands());
        if bands < wanted {
            return Err(bad(match wanted {
                4 => format!("{name}: too few bands for operation"),
                _ => format!("{name}: image must have at least {wanted} bands"),
            }));
        }
        if bands == wanted {
            return Ok(Self { colour: image, extra: None, pending: None });
        }
        let colour = ExtractBand::new(&image, 0).n(wanted).build()?;
        let extra = ExtractBand::new(&image, wanted).n(bands - wanted).build()?;
        Ok(Self { colour, extra: Some(extra), pending: None })
    }

    fn header(&self) -> &Header {
        self.pending.as_ref().map_or(self.colour.header(), |(_, header)| header)
    }

    fn advance(&mut self, step: Step) -> Result<()> {
        let before = self.header().interpretation;
        let after = step.interpretation();
        let work = step.work(before);
        match work {
            Work::Wide(read, planar, write) => self.widen(read, planar, write, after)?,
            Work::Pixels(from, narrow, to) => {
                self.flush()?;
                let colour = cast(&self.colour, from)?;
                let header = pixel_header(&colour, narrow.bands, to, after);
                self.colour = Image::point(header, &[&colour], narrow)?;
            }
            Work::Image(function) | Work::Both(function) => {
                self.flush()?;
                let colour = function(&self.colour)?;
                self.colour =
                    colour.with_header(Header { interpretation: after, ..derived(&colour) })?;
            }
        }
        let to = self.header().format;
        if let Some(extra) = &self.extra {
            self.extra = Some(match work {
                Work::Both(function) => function(extra)?,
                Work::Wide(read, ..) => scaled(extra, step, read.format(), (before, after), to)?,
                Work::Pixels(from, ..) => scaled(extra, step, from, (before, after), to)?,
                Work::Image(_) => scaled(extra, step, extra.header().format, (before, after), to)?,
            });
        }
        Ok(())
    }

    fn widen(
        &mut self,
        read: Read,
        planar: Option<Planar>,
        write: Write,
        after: Interpretation,
    ) -> Result<()> {
        let goes_on = read == Read::Floats
            && self.pending.as_ref().is_some_and(|(wide, _)| wide.write == Write::Floats);
        if !goes_on {
            self.flush()?;
            if self.colour.header().coding == Coding::None {
                self.colour = cast(&self.colour, read.format())?;
            }
        }
        let bands = match write {
            Write::Grey8 | Write::Grey16 => 1,
            Write::Labq | Write::Rad => 4,
            _ => 3,
        };
        let header = pixel_header(&self.colour, bands, write.format(), after);
        let wide = match self.pending.take() {
            Some((wide, _)) => wide,
            None => Wide { read, steps: Vec::new(), write },
        };
        let mut wide = Wide { write, ..wide };
        wide.steps.extend(planar);
        self.pending = Some((wide, header));
        Ok(())
    }

    fn flush(&mut self) -> Result<()> {
        if let Some((wide, header)) = self.pending.take() {
            self.colour = Image::point(header, &[&self.colour], wide)?;
        }
        Ok(())
    }

    fn finish(mut self) -> Result<Image> {
        self.flush()?;
        let Some(extra) = self.extra else { return Ok(self.colour) };
        // packed pixels have no room for more bands: they are unpacked
        let colour = decoded(&self.colour)?;
        Bandjoin::new(vec![colour, extra]).build()
    }
}

/// The header of converted pixels.
fn pixel_header(
    image: &Image,
    bands: i32,
    format: BandFormat,
    interpretation: Interpretation,
) -> Header {
    let coding = match (interpretation, bands) {
        (Interpretation::Labq, _) => Coding::Labq,
        (Interpretation::Scrgb, 4) => Coding::Rad,
        _ => Coding::None,
    };
    Header { bands, format, coding, interpretation, ..derived(image) }
}

/// Bands beyond the colour after a step.
fn scaled(
    extra: &Image,
    step: Step,
    from: BandFormat,
    (before, after): (Interpretation, Interpretation),
    to: BandFormat,
) -> Result<Image> {
    let extra = cast(extra, from)?;
    if step.scales_alpha() { scaled_alpha(&extra, (before, after), to) } else { cast(&extra, to) }
}

/// Bands beyond the colour scaled to the new value of a solid alpha.
pub(super) fn scaled_alpha(
    extra: &Image,
    (before, after): (Interpretation, Interpretation),
    to: BandFormat,
) -> Result<Image> {
    let (old, new) = (before.max_alpha(), after.max_alpha());
    if old == new {
        return cast(extra, to);
    }
    cast(&Linear::new(extra, vec![new / old], vec![0.0]).build()?, to)
}

/// One band three times.
fn thrice(image: &Image) -> Result<Image> {
    align::bands("bandjoin", std::slice::from_ref(image), 3)?
        .pop()
        .ok_or_else(|| bad("bandjoin: no input images"))
}

/// A function of the bytes of one pixel.
#[derive(Clone, Copy, Debug)]
pub(super) struct Narrow {
    /// Bands of a pixel of the result
    pub(super) bands: i32,
    /// Fills a run of pixels
    pub(super) run: fn(&[u8], &mut [u8]),
}

impl Kernel for Narrow {
    fn sees(&self) -> Sees {
        Sees::Pixel
    }

    fn run(&self, inputs: &[&[u8]], out: &mut [u8], _: Run) {
        (self.run)(inputs[0], out);
    }
}
