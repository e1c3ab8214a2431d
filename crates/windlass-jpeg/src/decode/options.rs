//! What the caller may ask of the decoder.

use std::fmt;

use super::header::Transform;
use crate::{Error, ErrorKind, Result};

/// How strictly damage is taken. Each level includes the weaker ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum FailOn {
    /// Damaged parts are filled in and counted as warnings.
    #[default]
    None,
    /// A file that ends too early is an error.
    Truncated,
    /// As [`FailOn::Truncated`]: the format knows no errors in between.
    Error,
    /// Whatever else would be a warning is an error.
    Warning,
}

/// The factor by which the picture is made smaller, within the inverse DCT.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Scale {
    /// The size of the file.
    #[default]
    Full,
    /// Half as wide and high.
    Half,
    /// A quarter as wide and high.
    Quarter,
    /// An eighth as wide and high.
    Eighth,
}

impl Scale {
    /// The scale that divides by 1, 2, 4 or 8; none other exists.
    pub fn of(divisor: u32) -> Result<Self> {
        match divisor {
            1 => Ok(Self::Full),
            2 => Ok(Self::Half),
            4 => Ok(Self::Quarter),
            8 => Ok(Self::Eighth),
            _ => Err(Error::new(ErrorKind::Unsupported, format!("bad shrink factor {divisor}"))),
        }
    }

    /// By how much the width and the height are divided.
    pub fn divisor(self) -> u32 {
        match self {
            Self::Full => 1,
            Self::Half => 2,
            Self::Quarter => 4,
            Self::Eighth => 8,
        }
    }
}

/// A hook that is called about once for each row of blocks; its error ends the decoding.
pub type Tick = Box<dyn FnMut() -> Result<()> + Send>;

/// What [`Decoder::new`](super::Decoder::new) is asked for.
#[non_exhaustive]
pub struct Options {
    /// How much smaller the output is.
    pub scale: Scale,
    /// What is an error rather than a warning.
    pub fail_on: FailOn,
    /// The number of warnings at which the decoder gives up.
    pub max_warnings: usize,
    /// The most pixels of a file, at full size.
    pub max_pixels: u64,
    /// The most scans of a file.
    pub max_scans: usize,
    /// The most bytes of coefficients of files in several scans, which are held until the last one.
    pub max_coefficient_bytes: u64,
    /// The most that a byte of the file may cost, beyond 128 MiB and 16 million blocks that any file may:
    /// bytes of coefficients of files in several scans, and blocks decoded, each as often as it is.
    pub max_expansion: u64,
    /// The most bytes of application segments and comments that are kept; further ones are dropped.
    pub max_metadata_bytes: usize,
    /// Whether the samples of four-component pictures are turned round, 255 becoming 0.
    pub invert_cmyk: bool,
    /// What components become, where something else says it than the file, as in TIFF.
    pub transform: Option<Transform>,
    /// Called about once for each row of blocks.
    pub tick: Option<Tick>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            scale: Scale::Full,
            fail_on: FailOn::None,
            max_warnings: 100,
            max_pixels: 65_500 * 65_500,
            max_scans: 1000,
            max_coefficient_bytes: 1 << 31,
            max_expansion: 1024,
            max_metadata_bytes: 64 << 20,
            invert_cmyk: false,
            transform: None,
            tick: None,
        }
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Options")
            .field("scale", &self.scale)
            .field("fail_on", &self.fail_on)
            .field("max_warnings", &self.max_warnings)
            .field("max_pixels", &self.max_pixels)
            .field("max_scans", &self.max_scans)
            .field("max_coefficient_bytes", &self.max_coefficient_bytes)
            .field("max_expansion", &self.max_expansion)
            .field("max_metadata_bytes", &self.max_metadata_bytes)
            .field("invert_cmyk", &self.invert_cmyk)
            .field("transform", &self.transform)
            .finish_non_exhaustive()
    }
}
