//! Saving the family.

use crate::convert::{Colours, cast, decode, extract, prepare};
use crate::row_saver::RowSaver;
use std::fmt::Write as _;
use windlass_core::declare::image_operation;
use windlass_core::foreign::Save;
use windlass_core::foreign::options::{Keep, SaveOptions};
use windlass_core::{BandFormat, Error, ErrorKind, Image, Interpretation, Result, Target};
use windlass_macros::{ArgEnum, ArgGroup, Save};

/// Which of the family a file is.
#[derive(ArgEnum, Clone, Copy, PartialEq, Eq, Debug)]
#[arg_enum(name = "VipsForeignPpmFormat")]
#[non_exhaustive]
pub enum PpmFormat {
    /// Black and white, a bit a pixel
    Pbm = 0,
    /// Grey
    Pgm = 1,
    /// RGB
    Ppm = 2,
    /// Floats
    Pfm = 3,
    /// Whatever the image is
    Pnm = 4,
}

/// Options of all savers of the family.
#[derive(ArgGroup, Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "the options of the reference")]
pub struct PpmOptions {
    /// Save as ascii
    #[arg(default = false)]
    pub ascii: bool,
    /// Set to 1 to write as a 1 bit image
    #[arg(default = 0, min = 0, max = 1)]
    pub bitdepth: i32,
    /// Save as one bit
    #[arg(default = false, deprecated)]
    pub squash: bool,
    /// What all savers can do
    #[arg(flatten)]
    pub common: SaveOptions,
}

macro_rules! savers {
    ($($(#[$doc:meta])* $saver:ident $nick:literal $format:ident;)*) => {$(
        $(#[$doc])*
        #[derive(ArgGroup, Save, Clone, Debug)]
        #[foreign(name = $nick, only = "file, target")]
        #[non_exhaustive]
        pub struct $saver {
            /// How to save
            #[arg(flatten)]
            pub options: PpmOptions,
        }

        impl Save for $saver {
            fn save(&self, image: &Image, target: &Target) -> Result<()> {
                write(image, target, PpmFormat::$format, &self.options)
            }
        }
    )*};
}

savers! {
    /// Save image in pbm format
    ///
    /// A bit a pixel: what is above 127 is white.
    PbmSave "pbmsave" Pbm;
    /// Save image in pgm format
    ///
    /// Grey of 8, 16 or 32 bits.
    PgmSave "pgmsave" Pgm;
    /// Save image in pfm format
    ///
    /// Floats, grey or scRGB.
    PfmSave "pfmsave" Pfm;
    /// Save image in pnm format
    ///
    /// One or three bands, as they are.
    PnmSave "pnmsave" Pnm;
}

/// Save image to ppm file
///
/// RGB of 8, 16 or 32 bits, or what `format` or the suffix of a file says. An alpha is flattened onto
/// `background`.
#[derive(ArgGroup, Save, Clone, Debug)]
#[foreign(name = "ppmsave", only = "file, target")]
#[non_exhaustive]
pub struct PpmSave {
    /// Format to save in
    #[arg(shown = PpmFormat::Ppm)]
    pub format: Option<PpmFormat>,
    /// How to save
    #[arg(flatten)]
    pub options: PpmOptions,
}

impl Save for PpmSave {
    fn save(&self, image: &Image, target: &Target) -> Result<()> {
        let suffix = || {
            let suffix = target.filename()?.extension()?.to_str()?.to_ascii_lowercase();
            match suffix.as_str() {
                "pbm" => Some(PpmFormat::Pbm),
                "pgm" => Some(PpmFormat::Pgm),
                "pfm" => Some(PpmFormat::Pfm),
                "pnm" => Some(PpmFormat::Pnm),
                _ => None,
            }
        };
        let format = self.format.or_else(suffix).unwrap_or(PpmFormat::Ppm);
        write(image, target, format, &self.options)
    }
}

fn write(image: &Image, target: &Target, format: PpmFormat, options: &PpmOptions) -> Result<()> {
    let image = suited(image, format, options)?;
    let header = image.header();
    let one_bit = header.bands == 1
        && header.format == BandFormat::U8
        && (options.bitdepth == 1 || options.squash || format == PpmFormat::Pbm);
    let float = header.format == BandFormat::F32;
    let kind = match (one_bit, options.ascii) {
        (true, true) => Kind::TextBits,
        (true, false) => Kind::Bits,
        (false, true) if !float => Kind::Text,
        _ if header.format.size() > 1 && cfg!(target_endian = "little") => Kind::Swapped,
        _ => Kind::Binary,
    };
    let before = before(&image, kind, options.common.kept());
    let format = header.format;
    let row = move |row: &[u8], out: &mut Vec<u8>| append(row, kind, format, out);
    let row = (kind != Kind::Binary).then_some(row);
    image.save(&RowSaver { before, after: Vec::new(), row }, target)
}

/// The image as a file of `format` takes it.
fn suited(image: &Image, format: PpmFormat, options: &PpmOptions) -> Result<Image> {
    let narrow = |format| match format {
        BandFormat::U8 | BandFormat::I8 => BandFormat::U8,
        BandFormat::U16 | BandFormat::I16 => BandFormat::U16,
        BandFormat::U32 | BandFormat::I32 => BandFormat::U32,
        BandFormat::F32 | BandFormat::C64 | BandFormat::F64 | BandFormat::C128 => BandFormat::F32,
    };
    let image = prepare(&decode(image.clone())?, Colours::Any, narrow, &options.common)?;
    let mut image = flattened(image, options)?;
    let header = image.header();
    let sixteen = header.format == BandFormat::U16;
    let (space, bands) = match format {
        PpmFormat::Pbm => (Some(Interpretation::BlackWhite), 1),
        PpmFormat::Pgm if sixteen => (Some(Interpretation::Grey16), 1),
        PpmFormat::Pgm => (Some(Interpretation::BlackWhite), 1),
        PpmFormat::Ppm if sixteen => (Some(Interpretation::Rgb16), 3),
        PpmFormat::Ppm => (Some(Interpretation::Srgb), 3),
        PpmFormat::Pfm if header.bands < 3 => (None, 1),
        PpmFormat::Pfm => (Some(Interpretation::Scrgb), 3),
        PpmFormat::Pnm => (None, if header.bands < 3 { 1 } else { 3 }),
    };
    // a band is grey, whatever it is called
    if let Some(space) = space
        && header.guess_interpretation() != space
        && !(header.bands == 1 && bands == 1)
    {
        let space = i64::from(windlass_core::declare::ArgEnum::number(space));
        let space = windlass_core::declare::Value::Int(space);
        image = image_operation("colourspace", [("in", image.into()), ("space", space)])?;
    }
    let has = image.header().bands;
    if has < bands {
        return Err(Error::new(ErrorKind::Unsupported, "ppmsave: too few bands for format"));
    }
    if has > bands {
        image = extract(image, bands)?;
    }
    let is = image.header().format;
    let wanted = match (format, is) {
        (PpmFormat::Pfm, _) => BandFormat::F32,
        (PpmFormat::Pbm, _) => BandFormat::U8,
        _ => narrow(is),
    };
    if is == wanted { Ok(image) } else { cast(image, wanted, false) }
}

/// The image without an alpha.
fn flattened(image: Image, options: &PpmOptions) -> Result<Image> {
    if !image.header().has_alpha() {
        return Ok(image);
    }
    let background = options.common.background.clone().unwrap_or_else(|| vec![0.0]);
    image_operation("flatten", [("in", image.into()), ("background", background.into())])
}

/// How samples are written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    TextBits,
    Bits,
    /// As they lie in memory
    Binary,
    /// The most significant byte first, where memory has it last
    Swapped,
}

/// All that stands before the samples.
fn before(image: &Image, kind: Kind, keep: Keep) -> Vec<u8> {
    let header = image.header();
    let float = header.format == BandFormat::F32;
    let magic = match (kind, header.bands, float) {
        (_, 1, true) => "Pf",
        (_, _, true) => "PF",
        (Kind::TextBits, ..) => "P1",
        (Kind::Bits, ..) => "P4",
        (Kind::Text, 1, _) => "P2",
        (Kind::Text, ..) => "P3",
        (Kind::Binary | Kind::Swapped, 1, _) => "P5",
        (Kind::Binary | Kind::Swapped, ..) => "P6",
    };
    let mut text = format!("{magic}\n");
    if keep.contains(Keep::OTHER) {
        // writing to a string does not fail
        let _done = writeln!(text, "#vips2ppm - {}", crate::text::now());
    }
    let _done = writeln!(text, "{} {}", header.width, header.height);
    match (float, header.format) {
        (true, _) => {
            let scale = crate::metadata::double(header, "pfm-scale").unwrap_or(1.0);
            let scale = crate::text::number(scale.abs());
            // samples start on four bytes
            let blanks = 4 - (text.len() + scale.len() + 1) % 4;
            let _done = writeln!(text, "{scale}{:blanks$}", "");
        }
        _ if matches!(kind, Kind::Bits | Kind::TextBits) => {}
        (_, BandFormat::U8) => text.push_str("255\n"),
        (_, BandFormat::U16) => text.push_str("65535\n"),
        // as the reference has it
        _ => text.push_str("-1\n"),
    }
    text.into_bytes()
}

/// Appends a row as the file has it.
fn append(row: &[u8], kind: Kind, format: BandFormat, out: &mut Vec<u8>) {
    let words = row.chunks_exact(format.size());
    match kind {
        Kind::Text => {
            for word in words {
                let value = match *word {
                    [a] => u32::from(a),
                    [a, b] => u16::from_ne_bytes([a, b]).into(),
                    [a, b, c, d] => u32::from_ne_bytes([a, b, c, d]),
                    _ => 0,
                };
                out.extend_from_slice(value.to_string().as_bytes());
                out.push(b' ');
            }
            out.push(b'\n');
        }
        Kind::TextBits => {
            out.extend(row.iter().flat_map(|value| [b'1' - u8::from(*value > 127), b' ']));
            out.push(b'\n');
        }
        Kind::Bits => out.extend(row.chunks(8).map(|values| {
            let bits = values.iter().enumerate();
            bits.fold(0, |byte, (at, value)| byte | u8::from(*value <= 127) << (7 - at))
        })),
        Kind::Binary => out.extend_from_slice(row),
        Kind::Swapped => words.for_each(|word| out.extend(word.iter().rev())),
    }
}
