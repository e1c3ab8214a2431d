//! What savers do to an image first: colours, bands and format that the file takes, metadata that is
//! wanted (`reference/formats/common.md` §4.1, §4.3).

use crate::exif;
use windlass_core::declare::{ArgEnum, Value, image_operation, operation};
use windlass_core::foreign::options::{Keep, SaveOptions};
use windlass_core::{
    BandFormat, Coding, Error, ErrorKind, Header, Image, Interpretation, Meta, Result,
};

/// The colours that a format takes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Colours {
    /// Whatever comes
    Any,
    /// Grey
    Mono,
    /// Grey or RGB, with alpha
    MonoRgbAlpha,
    /// RGB, with alpha
    RgbAlpha,
    /// Grey, RGB or CMYK
    MonoRgbCmyk,
}

impl Colours {
    fn takes_alpha(self) -> bool {
        !matches!(self, Self::Mono | Self::MonoRgbCmyk)
    }
}

/// The image as a saver takes it: `colours` and a band format that `format` chooses.
pub(crate) fn prepare(
    image: &Image,
    colours: Colours,
    format: fn(BandFormat) -> BandFormat,
    options: &SaveOptions,
) -> Result<Image> {
    let image = pixels(image, colours, format, options)?;
    let header = kept(image.header(), options)?;
    image.with_header(header)
}

/// The pixels as a saver takes them.
fn pixels(
    image: &Image,
    colours: Colours,
    format: fn(BandFormat) -> BandFormat,
    options: &SaveOptions,
) -> Result<Image> {
    let original = image.header().format;
    let mut image = image.clone();
    if colours != Colours::Any {
        image = decode(image)?;
        image = colour(image, colours, original)?;
    }
    if image.header().has_alpha() && !colours.takes_alpha() {
        let background = options.background.clone().unwrap_or_else(|| vec![0.0]);
        image =
            image_operation("flatten", [("in", image.into()), ("background", background.into())])?;
    }
    if colours != Colours::Any {
        image = first_bands(image, colours)?;
    }
    let header = image.header();
    let wanted = format(header.format);
    if header.format != wanted {
        let shift = !header.format.is_8bit() && wanted.is_8bit();
        image = cast(image, wanted, shift)?;
    }
    Ok(image)
}

/// The samples of coded pixels.
pub(crate) fn decode(image: Image) -> Result<Image> {
    match image.header().coding {
        Coding::Labq => image_operation("LabQ2sRGB", [("in", image.into())]),
        Coding::Rad => image_operation("rad2float", [("in", image.into())]),
        _ => Ok(image),
    }
}

/// Colours that the format takes; `original` is the format before anything was done.
fn colour(image: Image, colours: Colours, original: BandFormat) -> Result<Image> {
    let header = image.header();
    if header.bands < 3 && colours != Colours::RgbAlpha {
        return Ok(image);
    }
    let sixteen = original == BandFormat::U16;
    let rgb = match (colours, sixteen) {
        (Colours::Mono, true) => Interpretation::Grey16,
        (Colours::Mono, false) => Interpretation::BlackWhite,
        (_, true) => Interpretation::Rgb16,
        (_, false) => Interpretation::Srgb,
    };
    if header.guess_interpretation() != Interpretation::Cmyk || header.bands < 4 {
        return to_space(image, rgb);
    }
    if colours == Colours::MonoRgbCmyk {
        return Ok(image);
    }
    let profile: Value = "cmyk".into();
    let import = [
        ("in", image.into()),
        ("pcs", "xyz".into()),
        ("embedded", true.into()),
        ("input_profile", profile),
    ];
    to_space(image_operation("icc_import", import)?, rgb)
}

/// The image in `space`, sRGB or grey of 8 or 16 bits; one that is there already is only cast.
pub(crate) fn to_space(image: Image, space: Interpretation) -> Result<Image> {
    let header = image.header();
    if header.guess_interpretation() == space {
        let sixteen = matches!(space, Interpretation::Rgb16 | Interpretation::Grey16);
        let format = if sixteen { BandFormat::U16 } else { BandFormat::U8 };
        return if header.format == format { Ok(image) } else { cast(image, format, false) };
    }
    image_operation(
        "colourspace",
        [("in", image.into()), ("space", Value::Int(space.number().into()))],
    )
}

/// The image with samples of `format`.
pub(crate) fn cast(image: Image, format: BandFormat, shift: bool) -> Result<Image> {
    let format = Value::Int(format.number().into());
    image_operation("cast", [("in", image.into()), ("format", format), ("shift", shift.into())])
}

/// As many bands as the interpretation has, and an alpha where the format takes one.
fn first_bands(image: Image, colours: Colours) -> Result<Image> {
    let header = image.header();
    let Some(known) = header.guess_interpretation().bands() else { return Ok(image) };
    let most = known + i32::from(colours.takes_alpha());
    if header.bands <= most {
        return Ok(image);
    }
    extract(image, most)
}

/// The first `count` bands.
pub(crate) fn extract(image: Image, count: i32) -> Result<Image> {
    image_operation("extract_band", [("in", image.into()), ("band", 0.into()), ("n", count.into())])
}

/// The header with the metadata that is to be kept, and the profile that is to be attached.
fn kept(header: &Header, options: &SaveOptions) -> Result<Header> {
    let keep = options.kept();
    let mut header = header.clone();
    let dropped: Vec<String> = header
        .metadata
        .iter()
        .map(|(name, _)| name)
        .filter(|name| kind_of(name).is_some_and(|kind| !keep.contains(kind)))
        .map(str::to_owned)
        .collect();
    for name in dropped {
        let _was_there = header.metadata.remove(&name);
    }
    if !header.metadata.blob("icc-profile-data").is_none_or(|icc| fits(icc, &header)) {
        let _was_there = header.metadata.remove("icc-profile-data");
    }
    // one that is asked for by name is attached whether it fits or not
    if let Some(name) = &options.profile {
        let _was_there = header.metadata.remove("icc-profile-data");
        if name != "none" {
            match operation("profile_load", [("name", name.as_str().into())])? {
                Value::Blob(profile) => {
                    header.metadata.set("icc-profile-data", Meta::Blob(profile));
                }
                other => return Err(Error::new(ErrorKind::Internal, other.kind())),
            }
        }
    }
    if keep.contains(Keep::EXIF) {
        let block = exif::encode(&header)?;
        header.metadata.set("exif-data", Meta::Blob(block.into()));
    }
    if options.page_height > 0 {
        header.metadata.set("page-height", Meta::Int(options.page_height));
    }
    Ok(header)
}

/// Which flag keeps an item; none for those that always stay.
fn kind_of(name: &str) -> Option<Keep> {
    let starts = |starts: &[&str]| starts.iter().any(|start| name.starts_with(start));
    if name == "xmp-data" {
        Some(Keep::XMP)
    } else if name == "iptc-data" || name == "ipct-data" {
        Some(Keep::IPTC)
    } else if name == "icc-profile-data" {
        Some(Keep::ICC)
    } else if starts(&["exif-", "jpeg-thumbnail-data"]) {
        Some(Keep::EXIF)
    } else if matches!(name, "image-description" | "photoshop-data")
        || starts(&["png-comment-", "magickprofile-", "magick-"])
    {
        Some(Keep::OTHER)
    } else if starts(&["gainmap"]) {
        Some(Keep::GAINMAP)
    } else {
        None
    }
}

/// Whether a profile is one, and for as many colours as the image has.
pub(crate) fn fits(profile: &[u8], header: &Header) -> bool {
    let word = |at: usize| profile.get(at..)?.first_chunk::<4>().copied();
    let Some(space) = word(16).filter(|_| profile.len() >= 132 && word(36) == Some(*b"acsp"))
    else {
        return false;
    };
    let colours = match &space {
        b"GRAY" => 1,
        b"CMYK" | b"4CLR" => 4,
        b"2CLR" => 2,
        b"5CLR" => 5,
        b"6CLR" => 6,
        b"RGB " | b"XYZ " | b"Lab " | b"Luv " | b"YCbr" | b"Yxy " | b"HSV " | b"HLS " | b"CMY "
        | b"3CLR" => 3,
        _ => return false,
    };
    match header.interpretation.bands() {
        Some(bands) => colours == bands && header.bands >= bands,
        None => colours <= header.bands,
    }
}
