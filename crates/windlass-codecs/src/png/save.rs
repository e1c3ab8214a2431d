//! Saving PNG.

use super::encode::{PngSaver, Rows};
use super::header::{Colour, Ihdr};
use super::write::Prelude;
use super::{interlace, palette};
use crate::convert::{Colours, cast, prepare, to_space};
use windlass_core::declare::{ArgFlags, EnumMember, EnumSpec};
use windlass_core::foreign::Save;
use windlass_core::foreign::options::SaveOptions;
use windlass_core::{BandFormat, Error, ErrorKind, Image, Interpretation, Result, Target};
use windlass_macros::{ArgGroup, Save};
use windlass_simd::png_filter::Filters;

/// Row filters that the encoder may use (`VipsForeignPngFilter`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PngFilter(i32);

impl PngFilter {
    /// Bytes as they are
    pub const NONE: Self = Self(8);
    /// Differences to the left
    pub const SUB: Self = Self(16);
    /// Differences to the row above
    pub const UP: Self = Self(32);
    /// Differences to the mean of both
    pub const AVG: Self = Self(64);
    /// Differences to the nearest neighbour
    pub const PAETH: Self = Self(128);
    /// Whichever is best
    pub const ALL: Self = Self(248);

    fn filters(self) -> Filters {
        let has = |flag: Self| self.0 & flag.0 != 0;
        Filters {
            none: has(Self::NONE),
            sub: has(Self::SUB),
            up: has(Self::UP),
            average: has(Self::AVG),
            paeth: has(Self::PAETH),
        }
    }
}

impl std::ops::BitOr for PngFilter {
    type Output = Self;
    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl ArgFlags for PngFilter {
    const SPEC: &'static EnumSpec = &EnumSpec {
        name: "VipsForeignPngFilter",
        doc: "Row filters that the encoder may use.",
        members: &[
            EnumMember { nick: "none", value: 8, doc: "Bytes as they are" },
            EnumMember { nick: "sub", value: 16, doc: "Differences to the left" },
            EnumMember { nick: "up", value: 32, doc: "Differences to the row above" },
            EnumMember { nick: "avg", value: 64, doc: "Differences to the mean of both" },
            EnumMember { nick: "paeth", value: 128, doc: "Differences to the nearest neighbour" },
            EnumMember { nick: "all", value: 248, doc: "Whichever is best" },
        ],
    };
    fn from_bits(bits: i32) -> Self {
        Self(bits)
    }
    fn bits(self) -> i32 {
        self.0
    }
}

/// Save image to png file
///
/// Grey or RGB with alpha, 1 to 16 bits, or a palette. Compressed in parallel, in the memory of some
/// strips; a palette or interlacing needs the whole image.
#[derive(ArgGroup, Save, Clone, Debug)]
#[foreign(name = "pngsave")]
#[non_exhaustive]
pub struct PngSave {
    /// Compression factor
    #[arg(default = 6, min = 0, max = 9)]
    pub compression: i32,
    /// Interlace image
    #[arg(default = false)]
    pub interlace: bool,
    /// libpng row filter flag(s)
    #[arg(default = PngFilter::NONE)]
    pub filter: PngFilter,
    /// Quantise to 8bpp palette
    #[arg(default = false)]
    pub palette: bool,
    /// Max number of palette colours
    #[arg(shown = 256, min = 2, max = 256, deprecated)]
    pub colours: Option<i32>,
    /// Quantisation quality
    #[arg(name = "Q", default = 100, min = 0, max = 100)]
    pub q: i32,
    /// Amount of dithering
    #[arg(default = 1.0, min = 0.0, max = 1.0)]
    pub dither: f64,
    /// Write as a 1, 2, 4, 8 or 16 bit image
    #[arg(shown = 8, min = 1, max = 16)]
    pub bitdepth: Option<i32>,
    /// Quantisation CPU effort
    #[arg(default = 7, min = 1, max = 10)]
    pub effort: i32,
    /// What all savers can do
    #[arg(flatten)]
    pub common: SaveOptions,
}

impl Save for PngSave {
    fn save(&self, image: &Image, target: &Target) -> Result<()> {
        let unable = || {
            let text = format!("vips2png: unable to write to target {}", target.nick());
            Error::new(ErrorKind::BadArgument, text)
        };
        let narrow = |format: BandFormat| {
            if format.is_8bit() { BandFormat::U8 } else { BandFormat::U16 }
        };
        let image = prepare(image, Colours::MonoRgbAlpha, narrow, &self.common)?;
        let depth = self.depth(&image);
        if ![1, 2, 4, 8, 16].contains(&depth) {
            return Err(unable());
        }
        let image = in_depth(image, depth)?;
        let bands = image.header().bands;
        let indexed = depth <= 8 && (self.palette || (bands > 2 && depth < 8));
        if indexed {
            let settings = palette::Settings { depth: depth as u8, q: self.q, dither: self.dither };
            let (image, colours) = palette::quantise(&image, settings)?;
            return self.write(&image, Colour::Palette, depth, colours, target);
        }
        let colour = match bands {
            1 => Colour::Grey,
            2 if depth < 8 => return Err(unable()),
            2 => Colour::GreyAlpha,
            3 => Colour::Rgb,
            4 => Colour::Rgba,
            _ => return Err(unable()),
        };
        self.write(&image, colour, depth, palette::Palette::default(), target)
    }
}

impl PngSave {
    /// Bits of a sample.
    fn depth(&self, image: &Image) -> i32 {
        let sixteen =
            matches!(image.header().interpretation, Interpretation::Rgb16 | Interpretation::Grey16);
        match (self.colours, self.bitdepth) {
            (Some(colours), _) => (colours.clamp(2, 256) - 1).ilog2() as i32 + 1,
            (None, Some(depth)) => depth,
            (None, None) => {
                if sixteen {
                    16
                } else {
                    8
                }
            }
        }
    }

    fn write(
        &self,
        image: &Image,
        colour: Colour,
        depth: i32,
        palette: palette::Palette,
        target: &Target,
    ) -> Result<()> {
        let header = image.header();
        let ihdr = Ihdr {
            width: header.width as u32,
            height: header.height as u32,
            depth: depth as u8,
            colour,
            interlaced: self.interlace,
        };
        let level = self.compression.clamp(0, 9) as u32;
        let rows = Rows::new(ihdr, self.filter.filters(), level);
        let prelude = Prelude { ihdr, palette, level };
        if self.interlace {
            return interlace::save(image, &rows, &prelude, target);
        }
        image.save(&PngSaver { rows, prelude }, target)
    }
}

/// The image as greys or colours of 8 or 16 bits.
fn in_depth(image: Image, depth: i32) -> Result<Image> {
    let space = match (image.header().bands > 2, depth > 8) {
        (true, true) => Interpretation::Rgb16,
        (true, false) => Interpretation::Srgb,
        (false, true) => Interpretation::Grey16,
        (false, false) => Interpretation::BlackWhite,
    };
    let image = to_space(image, space)?;
    let format = if depth > 8 { BandFormat::U16 } else { BandFormat::U8 };
    if image.header().format == format { Ok(image) } else { cast(image, format, false) }
}
