//! What is known of an image before any pixel: size, bands, format, meaning, metadata.

use crate::{BandFormat, Image, Rect};
use bytes::Bytes;
use std::sync::Arc;
use windlass_io::{Error, ErrorKind, Result};
use windlass_macros::ArgEnum;

/// What the bands of a pixel mean.
#[derive(ArgEnum, Clone, Copy, PartialEq, Eq, Debug, Hash)]
#[arg_enum(name = "VipsInterpretation")]
#[non_exhaustive]
pub enum Interpretation {
    /// An error
    Error = -1,
    /// Many bands of no known meaning
    Multiband = 0,
    /// One band, black to white
    #[arg(nick = "b-w")]
    BlackWhite = 1,
    /// A histogram or look-up table
    Histogram = 10,
    /// CIE XYZ, Y of 0 to 100
    Xyz = 12,
    /// CIE L*a*b* of 1976
    Lab = 13,
    /// Cyan, magenta, yellow, black
    Cmyk = 15,
    /// Lab packed into 32 bits
    Labq = 16,
    /// Red, green, blue, not calibrated
    Rgb = 17,
    /// CMC(l:c)
    Cmc = 18,
    /// CIE L*C*h
    Lch = 19,
    /// Lab as signed 16-bit integers
    Labs = 21,
    /// sRGB, IEC 61966-2-1
    Srgb = 22,
    /// CIE Yxy
    Yxy = 23,
    /// A Fourier transform
    Fourier = 24,
    /// Red, green, blue of 16 bits
    Rgb16 = 25,
    /// Grey of 16 bits
    Grey16 = 26,
    /// A matrix
    Matrix = 27,
    /// scRGB: linear light, 0 to 1
    Scrgb = 28,
    /// Hue, saturation, value
    Hsv = 29,
    /// Oklab (Ottosson, 2020)
    Oklab = 30,
    /// Oklch
    Oklch = 31,
}

impl Interpretation {
    /// Bands of a pixel without alpha, where the interpretation says it.
    pub fn bands(self) -> Option<i32> {
        match self {
            Self::BlackWhite | Self::Grey16 => Some(1),
            Self::Rgb
            | Self::Srgb
            | Self::Rgb16
            | Self::Scrgb
            | Self::Lab
            | Self::Labs
            | Self::Lch
            | Self::Cmc
            | Self::Xyz
            | Self::Yxy
            | Self::Hsv
            | Self::Oklab
            | Self::Oklch => Some(3),
            Self::Cmyk => Some(4),
            Self::Error
            | Self::Multiband
            | Self::Histogram
            | Self::Fourier
            | Self::Matrix
            | Self::Labq => None,
        }
    }

    /// The value of a solid alpha.
    pub fn max_alpha(self) -> f64 {
        match self {
            Self::Rgb16 | Self::Grey16 => 65535.0,
            Self::Scrgb => 1.0,
            _ => 255.0,
        }
    }
}

/// How pixels are packed.
#[derive(ArgEnum, Clone, Copy, PartialEq, Eq, Debug, Hash)]
#[arg_enum(name = "VipsCoding")]
#[non_exhaustive]
pub enum Coding {
    /// An error
    Error = -1,
    /// Samples of the band format
    None = 0,
    /// Lab in four bytes
    Labq = 2,
    /// Radiance RGBE in four bytes
    Rad = 6,
}

/// A metadata value.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Meta {
    /// A truth value
    Bool(bool),
    /// A 32-bit integer
    Int(i32),
    /// An unsigned 64-bit integer
    UInt64(u64),
    /// A double
    Double(f64),
    /// Text
    String(Arc<str>),
    /// Bytes
    Blob(Bytes),
    /// Integers
    Ints(Arc<[i32]>),
    /// Doubles
    Doubles(Arc<[f64]>),
    /// An image
    Image(Image),
    /// Several images
    Images(Arc<[Image]>),
}

/// Named values in the order of their setting; cheap to copy, copied when changed.
#[derive(Clone, Debug, Default)]
pub struct Metadata(Arc<Vec<(Arc<str>, Meta)>>);

impl Metadata {
    /// The value of `name`.
    pub fn get(&self, name: &str) -> Option<&Meta> {
        self.0.iter().find(|(n, _)| &**n == name).map(|(_, value)| value)
    }

    /// Sets `name`, in its old place if it had one.
    pub fn set(&mut self, name: &str, value: Meta) {
        let items = Arc::make_mut(&mut self.0);
        match items.iter_mut().find(|(n, _)| &**n == name) {
            Some((_, old)) => *old = value,
            None => items.push((name.into(), value)),
        }
    }

    /// Removes `name`; whether it was there.
    pub fn remove(&mut self, name: &str) -> bool {
        let there = self.get(name).is_some();
        if there {
            Arc::make_mut(&mut self.0).retain(|(n, _)| &**n != name);
        }
        there
    }

    /// All names with their values.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Meta)> {
        self.0.iter().map(|(name, value)| (&**name, value))
    }

    /// Adds what `other` has and this one lacks.
    pub fn merge(&mut self, other: &Self) {
        if Arc::ptr_eq(&self.0, &other.0) || other.0.is_empty() {
            return;
        }
        if self.0.is_empty() {
            self.0 = Arc::clone(&other.0);
            return;
        }
        for (name, value) in other.iter() {
            if self.get(name).is_none() {
                self.set(name, value.clone());
            }
        }
    }

    /// An integer item, also where it is stored as a double.
    pub fn int(&self, name: &str) -> Option<i32> {
        match self.get(name)? {
            Meta::Int(value) => Some(*value),
            Meta::Bool(value) => Some(i32::from(*value)),
            Meta::Double(value) => Some(*value as i32),
            _ => None,
        }
    }

    /// A text item.
    pub fn string(&self, name: &str) -> Option<&str> {
        match self.get(name)? {
            Meta::String(value) => Some(value),
            _ => None,
        }
    }

    /// A blob item.
    pub fn blob(&self, name: &str) -> Option<&Bytes> {
        match self.get(name)? {
            Meta::Blob(value) => Some(value),
            _ => None,
        }
    }
}

/// Everything known of an image but its pixels.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "operations fill it by struct update")]
pub struct Header {
    /// Width in pixels
    pub width: i32,
    /// Height in pixels
    pub height: i32,
    /// Samples of a pixel
    pub bands: i32,
    /// How a sample is stored
    pub format: BandFormat,
    /// How a pixel is packed
    pub coding: Coding,
    /// What the bands mean
    pub interpretation: Interpretation,
    /// Pixels per millimetre across
    pub xres: f64,
    /// Pixels per millimetre down
    pub yres: f64,
    /// Hint: where the origin of the image lies
    pub xoffset: i32,
    /// Hint: where the origin of the image lies
    pub yoffset: i32,
    /// The file that it came from
    pub filename: Option<Arc<str>>,
    /// Named values
    pub metadata: Metadata,
}

impl Header {
    /// A header without metadata, interpreted by its band count: 1 `b-w`, 3 `srgb`, else `multiband`.
    pub fn new(width: i32, height: i32, bands: i32, format: BandFormat) -> Self {
        let interpretation = match bands {
            1 => Interpretation::BlackWhite,
            3 => Interpretation::Srgb,
            _ => Interpretation::Multiband,
        };
        Self {
            width,
            height,
            bands,
            format,
            coding: Coding::None,
            interpretation,
            xres: 1.0,
            yres: 1.0,
            xoffset: 0,
            yoffset: 0,
            filename: None,
            metadata: Metadata::default(),
        }
    }

    /// The header of the first image with the metadata of all; earlier ones win.
    pub fn inherit<'a>(images: impl IntoIterator<Item = &'a Image>) -> Option<Self> {
        let mut images = images.into_iter();
        let mut header = images.next()?.header().clone();
        header.filename = None;
        for image in images {
            header.metadata.merge(&image.header().metadata);
        }
        Some(header)
    }

    /// All pixels.
    pub const fn rect(&self) -> Rect {
        Rect::new(0, 0, self.width, self.height)
    }

    /// Bytes of a pixel.
    pub const fn pixel_size(&self) -> usize {
        self.bands as usize * self.format.size()
    }

    /// Bytes of a row.
    pub const fn row_size(&self) -> usize {
        self.width as usize * self.pixel_size()
    }

    /// Bytes of all pixels.
    pub const fn image_size(&self) -> u64 {
        self.row_size() as u64 * self.height as u64
    }

    /// Whether the last band is an alpha: more bands than the interpretation has colours.
    pub fn has_alpha(&self) -> bool {
        self.coding == Coding::None && self.interpretation.bands().is_some_and(|n| self.bands > n)
    }

    /// Fails where no image can have this header (`reference/ops/common.md` §1).
    pub fn check(&self) -> Result<()> {
        const MAX: i32 = 100_000_000;
        let bad = |text: String| Err(Error::new(ErrorKind::BadArgument, text));
        let Self { width, height, bands, .. } = *self;
        if width <= 0 || height <= 0 || bands <= 0 || width > MAX || height > MAX {
            return bad(format!(
                "image: bad dimensions: {width} x {height} pixels of {bands} bands; \
                 width and height must be 1 to {MAX}"
            ));
        }
        if width as u64 * bands as u64 * self.format.size() as u64 >= i32::MAX as u64 {
            return bad(format!(
                "image: dimension overflow: a row of {width} pixels of {bands} bands"
            ));
        }
        let four_bytes = self.format == BandFormat::U8 && bands == 4;
        match self.coding {
            Coding::Labq if !four_bytes || self.interpretation != Interpretation::Labq => {
                bad("image: bad labq format".into())
            }
            Coding::Rad if !four_bytes || self.interpretation != Interpretation::Scrgb => {
                bad("image: bad rad format".into())
            }
            _ => Ok(()),
        }
    }

    /// A sane interpretation, guessed where the stored one can't be right (common.md §5.4).
    pub fn guess_interpretation(&self) -> Interpretation {
        use BandFormat::{I8, U16};
        use Interpretation as I;
        let (stored, format) = (self.interpretation, self.format);
        let labq = self.coding == Coding::Labq;
        let rad = self.coding == Coding::Rad;
        let wrong = (labq && stored != I::Labq)
            || (rad && stored != I::Srgb)
            || stored.bands().is_some_and(|n| self.bands < n)
            || match stored {
                I::Error | I::Multiband => true,
                I::Histogram => self.width > 1 && self.height > 1,
                I::Fourier => !format.is_complex(),
                I::Scrgb | I::Yxy | I::Oklab | I::Oklch => !format.is_float(),
                I::Labq => !labq,
                I::Labs => format.is_unsigned() || format.is_8bit(),
                I::Rgb16 | I::Grey16 => format.is_8bit(),
                _ => false,
            };
        if !wrong {
            return stored;
        }
        if labq {
            return I::Labq;
        }
        if rad {
            return I::Srgb;
        }
        match (format, self.bands) {
            (f, _) if f.is_complex() => I::Fourier,
            (I8, 1) => I::Matrix,
            (I8, _) => I::Multiband,
            (U16, 1 | 2) => I::Grey16,
            (U16, 3 | 4) => I::Rgb16,
            (U16, _) | (_, 5..) => I::Multiband,
            (_, 1 | 2) => I::BlackWhite,
            _ => I::Srgb,
        }
    }

    /// The format that an interpretation asks for (common.md §5.5).
    pub fn guess_format(&self) -> BandFormat {
        use Interpretation as I;
        match self.interpretation {
            I::Srgb | I::Rgb | I::Labq => BandFormat::U8,
            I::Cmyk if self.format == BandFormat::U16 => BandFormat::U16,
            I::Cmyk => BandFormat::U8,
            I::Labs => BandFormat::I16,
            I::Rgb16 | I::Grey16 => BandFormat::U16,
            I::Fourier => match self.format {
                BandFormat::F64 | BandFormat::C128 => BandFormat::C128,
                _ => BandFormat::C64,
            },
            I::Matrix if self.format == BandFormat::F64 => BandFormat::F64,
            I::BlackWhite | I::Histogram | I::Multiband | I::Error => self.format,
            _ => BandFormat::F32,
        }
    }

    /// The height of a page: item `page-height` where it divides the height, else the height.
    pub fn page_height(&self) -> i32 {
        match self.metadata.int("page-height") {
            Some(page) if page > 0 && page < self.height && self.height % page == 0 => page,
            _ => self.height,
        }
    }

    /// Pages in the file: item `n-pages` where it is 2 to 9999, else 1.
    pub fn page_count(&self) -> i32 {
        self.metadata.int("n-pages").filter(|n| (2..10_000).contains(n)).unwrap_or(1)
    }

    /// How the camera was held: item `orientation` where it is 1 to 8, else 1.
    pub fn orientation(&self) -> i32 {
        self.metadata.int("orientation").filter(|n| (1..=8).contains(n)).unwrap_or(1)
    }
}
