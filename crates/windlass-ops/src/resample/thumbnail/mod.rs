//! Thumbnails: of an image, a file, a buffer, a source.

mod open;
mod pipeline;

use crate::colour::Intent;
use crate::conversion::Interesting;
use bytes::Bytes;
use open::Input;
use windlass_core::foreign::options::FailOn;
use windlass_core::{Build, Image, Result, Source};
use windlass_macros::{ArgEnum, ArgGroup, Operation};

/// Which way a thumbnail may change the size of an image.
#[derive(ArgEnum, Clone, Copy, PartialEq, Eq, Debug)]
#[arg_enum(name = "VipsSize")]
#[non_exhaustive]
pub enum Size {
    /// Make larger or smaller
    Both,
    /// Only make larger
    Up,
    /// Only make smaller
    Down,
    /// Exactly that size, whatever the proportions
    Force,
}

/// What all thumbnails can be told.
#[derive(ArgGroup, Clone, Debug)]
#[non_exhaustive]
pub struct Options {
    /// Size to this height
    #[arg(min = 1, max = 100_000_000)]
    pub height: Option<i32>,
    /// Only upsize, only downsize, or both
    #[arg(default = Size::Both)]
    pub size: Size,
    /// Don't use orientation tags to rotate image upright
    #[arg(default = false)]
    pub no_rotate: bool,
    /// Reduce to fill target rectangle, then crop
    #[arg(default = Interesting::None)]
    pub crop: Interesting,
    /// Reduce in linear light
    #[arg(default = false)]
    pub linear: bool,
    /// Fallback input profile
    pub input_profile: Option<String>,
    /// Fallback output profile
    pub output_profile: Option<String>,
    /// Rendering intent
    #[arg(default = Intent::Relative)]
    pub intent: Intent,
    /// Error level to fail on
    #[arg(default = FailOn::None)]
    pub fail_on: FailOn,
}

/// Generate thumbnail from image.
///
/// Shrinks to fit a box, keeping the proportions, or to fill it and crop; turns upright.
#[derive(Operation)]
#[operation(family = "resample", sequential)]
pub struct ThumbnailImage {
    /// Input image
    pub input: Image,
    /// Size to this width
    #[arg(min = 1, max = 100_000_000)]
    pub width: i32,
    /// What all thumbnails can be told
    #[arg(flatten)]
    pub options: Options,
}

impl Build for ThumbnailImage {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        self.options.thumbnail(self.width, &self.input)
    }
}

/// Generate thumbnail from file.
///
/// Formats that can decode at a smaller size do so.
#[derive(Operation)]
#[operation(family = "resample", nocache)]
pub struct Thumbnail {
    /// Filename to read from
    pub filename: String,
    /// Size to this width
    #[arg(min = 1, max = 100_000_000)]
    pub width: i32,
    /// What all thumbnails can be told
    #[arg(flatten)]
    pub options: Options,
}

impl Build for Thumbnail {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        let input = Input::file(&self.filename, self.options.fail_on)?;
        self.options.opened(self.width, &input)
    }
}

/// Generate thumbnail from buffer.
///
/// As `thumbnail`, of bytes in memory.
#[derive(Operation)]
#[operation(family = "resample", nocache)]
pub struct ThumbnailBuffer {
    /// Buffer to load from
    pub buffer: Bytes,
    /// Size to this width
    #[arg(min = 1, max = 100_000_000)]
    pub width: i32,
    /// Options that are passed on to the underlying loader
    pub option_string: Option<String>,
    /// What all thumbnails can be told
    #[arg(flatten)]
    pub options: Options,
}

impl Build for ThumbnailBuffer {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        let options = self.option_string.as_deref().unwrap_or_default();
        let input = Input::buffer(&self.buffer, options)?;
        self.options.opened(self.width, &input)
    }
}

/// Generate thumbnail from source.
///
/// As `thumbnail`, of anything that can be read.
#[derive(Operation)]
#[operation(family = "resample", nocache)]
pub struct ThumbnailSource {
    /// Source to load from
    pub source: Source,
    /// Size to this width
    #[arg(min = 1, max = 100_000_000)]
    pub width: i32,
    /// Options that are passed on to the underlying loader
    pub option_string: Option<String>,
    /// What all thumbnails can be told
    #[arg(flatten)]
    pub options: Options,
}

impl Build for ThumbnailSource {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        let options = self.option_string.as_deref().unwrap_or_default();
        let input = Input::source(&self.source, options)?;
        self.options.opened(self.width, &input)
    }
}
