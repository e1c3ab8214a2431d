//! Loading raw pixels.

use super::Flat;
use windlass_core::foreign::ForeignFlags;
use windlass_core::foreign::options::LoadOptions;
use windlass_core::{
    BandFormat, Build, Coding, Error, ErrorKind, Header, Image, Interpretation, Result, Source,
};
use windlass_macros::{Operation, Outputs};

/// Load raw data from a file
///
/// Samples in the order of this machine, the bands of a pixel together, rows from top to bottom.
/// Nothing in the file is looked at, and any region can be read alone.
#[derive(Operation, Clone, Debug)]
#[operation(family = "foreign", name = "rawload")]
#[non_exhaustive]
pub struct RawLoad {
    /// Filename to load from
    pub filename: String,
    /// Image width in pixels
    #[arg(min = 0, max = 100_000_000)]
    pub width: i32,
    /// Image height in pixels
    #[arg(min = 0, max = 100_000_000)]
    pub height: i32,
    /// Number of bands in image
    #[arg(min = 0, max = 100_000_000)]
    pub bands: i32,
    /// Offset in bytes from start of file
    #[arg(default = 0_u64, min = 0, max = 100_000_000_000_u64)]
    pub offset: u64,
    /// Pixel format in image
    #[arg(default = BandFormat::U8)]
    pub format: BandFormat,
    /// Pixel interpretation
    #[arg(default = Interpretation::Multiband)]
    pub interpretation: Interpretation,
    /// What all loaders can do
    #[arg(flatten)]
    pub common: LoadOptions,
}

/// What [`RawLoad`] gives.
#[derive(Outputs, Clone, Debug)]
#[non_exhaustive]
pub struct RawLoaded {
    /// Output image
    pub out: Image,
    /// Flags for this file
    #[out(optional)]
    pub flags: ForeignFlags,
}

impl Build for RawLoad {
    type Output = RawLoaded;

    fn build(&self) -> Result<RawLoaded> {
        let source = Source::from_file(&self.filename)?;
        let mut header = Header::new(self.width, self.height, self.bands, self.format);
        header.interpretation = self.interpretation;
        header.coding = match self.interpretation {
            Interpretation::Labq => Coding::Labq,
            _ => Coding::None,
        };
        self.common.note_access(&mut header.metadata);
        header.filename = Some(self.filename.as_str().into());
        header.check()?;
        let short = format!("VipsImage: unable to open \"{}\", file too short", self.filename);
        let end = self.offset.checked_add(header.image_size());
        let length = source.len()?;
        if length.is_some_and(|length| end.is_none_or(|end| end > length)) {
            return Err(Error::new(ErrorKind::Truncated, short));
        }
        let image = Image::tile_loader(Flat::new(source, header, self.offset, false, short))?;
        Ok(RawLoaded { out: image, flags: ForeignFlags::PARTIAL })
    }
}
