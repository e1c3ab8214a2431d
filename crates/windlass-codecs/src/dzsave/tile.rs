//! A tile as the bytes of a file.

use crate::jpeg::{JpegSave, TileEncoder};
use windlass_core::declare::{ArgFlags as _, Args, Registry, Value};
use windlass_core::foreign::options::Keep;
use windlass_core::foreign::{names, search};
use windlass_core::{Error, ErrorKind, Header, Image, Part, Rect, Region, Result, Target};

/// How tiles become files.
pub(super) enum TileSaver {
    /// JPEG at once
    Jpeg(Box<TileEncoder>),
    /// The saver that the suffix tells, with the options behind it
    Other { saver: String, options: Vec<(String, Option<String>)>, keep: Keep },
}

impl TileSaver {
    /// JPEG of a quality, with what metadata `header` has left.
    pub(super) fn jpeg(q: i32, header: &Header) -> Self {
        Self::Jpeg(Box::new(TileEncoder::new(&JpegSave::default().q(q), header)))
    }

    /// What saves files of `suffix`, which may have options in brackets.
    pub(super) fn of_suffix(suffix: &str, keep: Keep) -> Result<Self> {
        let (name, options) = names::split(suffix);
        let format = search::find_save(name, |_| true).and_then(|format| format.saver);
        let saver = format.ok_or_else(|| {
            let text = format!("VipsForeignSave: \"{name}\" is not a known target format");
            Error::new(ErrorKind::Unsupported, text)
        })?;
        let options = names::parse(options.unwrap_or_default());
        Ok(Self::Other { saver: format!("{saver}_target"), options, keep })
    }

    /// The file of a tile.
    pub(super) fn encode(&self, header: &Header, part: &Part<'_>) -> Result<Vec<u8>> {
        match self {
            Self::Jpeg(encoder) => encoder.encode(&part.region),
            Self::Other { saver, options, keep } => {
                let tile = tile(header, &part.region)?;
                let target = Target::to_memory();
                let registry = Registry::installed().ok_or_else(|| {
                    Error::new(ErrorKind::UnknownOperation, "no table of operations")
                })?;
                let mut args = Args::new(registry.get(saver)?);
                args.set("in", Value::Image(tile))?;
                args.set("target", Value::Target(target.clone()))?;
                for (name, value) in options {
                    let text = |text: &String| Value::String(text.as_str().into());
                    args.set(name, value.as_ref().map_or(Value::Bool(true), text))?;
                }
                if !options.iter().any(|(name, _)| name == "keep" || name == "strip") {
                    args.set("keep", Value::Int(flags(*keep)))?;
                }
                let _nothing = (args.spec().call)(&args)?;
                Ok(target.bytes().to_vec())
            }
        }
    }
}

fn flags(keep: Keep) -> i64 {
    keep.bits().into()
}

/// The tile as an image.
fn tile(header: &Header, region: &Region<'_>) -> Result<Image> {
    let Rect { width, height, top, .. } = region.rect();
    let mut header = Header { width, height, ..header.clone() };
    let _was_there = header.metadata.remove("page-height");
    let pixels = windlass_core::Pixels::from_rows(&header, |y, out| {
        out.copy_from_slice(region.bytes(top + y));
    })?;
    Image::from_pixels(header, pixels)
}

/// Whether all bytes of all pixels are within `most` of those of `ink`.
pub(super) fn is_blank(region: &Region<'_>, ink: &[u8], most: i32) -> bool {
    let Rect { top, height, .. } = region.rect();
    let near = |(a, b): (&u8, &u8)| i32::from(*a).abs_diff(i32::from(*b)) <= most.unsigned_abs();
    (top..top + height).all(|y| {
        region.bytes(y).chunks_exact(ink.len()).all(|pixel| pixel.iter().zip(ink).all(near))
    })
}

/// The background as a pixel of an image.
pub(super) fn ink(header: &Header, background: &[f64]) -> Vec<u8> {
    if header.coding != windlass_core::Coding::None {
        return vec![u8::MAX; header.pixel_size()];
    }
    let bands = header.bands as usize;
    let value = |band: usize| match background {
        [] => 0.0,
        [value] => *value,
        values => values.get(band).copied().unwrap_or(0.0),
    };
    windlass_core::dispatch!(header.format, T => {
        let ink: Vec<T> = (0..bands).map(|band| <T as windlass_core::Sample>::from_f64(value(band))).collect();
        bytemuck::cast_slice(&ink).to_vec()
    })
}

/// An image of one colour as PNG.
pub(super) fn blank_png(side: i32, background: &[f64]) -> Result<Vec<u8>> {
    let bands = background.len().clamp(1, 4) as i32;
    let mut header = Header::new(side, side, bands, windlass_core::BandFormat::U8);
    if bands == 4 {
        header.interpretation = windlass_core::Interpretation::Srgb;
    }
    let ink = ink(&header, background);
    let pixels = windlass_core::Pixels::from_rows(&header, |_, out| {
        out.chunks_exact_mut(ink.len()).for_each(|pixel| pixel.copy_from_slice(&ink));
    })?;
    let target = Target::to_memory();
    let image = Image::from_pixels(header, pixels)?;
    let mut saver = crate::png::PngSave::default();
    saver.common.keep = Some(Keep::NONE);
    windlass_core::foreign::Save::save(&saver, &image, &target)?;
    Ok(target.bytes().to_vec())
}
