//! Saving JPEG.

use super::error;
use crate::convert::{Colours, extract, prepare};
use std::sync::Arc;
use windlass_core::foreign::Save;
use windlass_core::foreign::options::SaveOptions;
use windlass_core::{
    BandFormat, Context, Error, ErrorKind, Header, Image, Part, Result, Saver, Target, Wants,
};
use windlass_io::TargetWriter;
use windlass_jpeg::encode::{Colour, Encoder, Piece, Segments, Settings, Subsample, Writer};
use windlass_macros::{ArgEnum, ArgGroup, Save};

/// When colour is stored at half the resolution.
#[derive(ArgEnum, Clone, Copy, PartialEq, Eq, Debug)]
#[arg_enum(name = "VipsForeignSubsample")]
#[non_exhaustive]
pub enum SubsampleMode {
    /// Where the quality is below 90
    Auto = 0,
    /// Always
    On = 1,
    /// Never
    Off = 2,
}

/// Save as jpeg
///
/// 8 bits of grey, RGB or CMYK; an alpha is flattened onto `background`. Encoded on all cores, also
/// with optimal Huffman tables.
#[derive(ArgGroup, Save, Clone, Debug)]
#[foreign(name = "jpegsave")]
#[non_exhaustive]
pub struct JpegSave {
    /// Q factor
    #[arg(name = "Q", default = 75, min = 1, max = 100)]
    pub q: i32,
    /// Compute optimal Huffman coding tables
    #[arg(default = false)]
    pub optimize_coding: bool,
    /// Generate an interlaced (progressive) jpeg
    #[arg(default = false)]
    pub interlace: bool,
    /// Disable chroma subsample
    #[arg(shown = false, deprecated)]
    pub no_subsample: Option<bool>,
    /// Apply trellis quantisation to each 8x8 block
    #[arg(default = false)]
    pub trellis_quant: bool,
    /// Apply overshooting to samples with extreme values
    #[arg(default = false)]
    pub overshoot_deringing: bool,
    /// Split spectrum of DCT coefficients into separate scans
    #[arg(default = false)]
    pub optimize_scans: bool,
    /// Use predefined quantization table with given index
    #[arg(default = 0, min = 0, max = 8)]
    pub quant_table: i32,
    /// Select chroma subsample operation mode
    #[arg(default = SubsampleMode::Auto)]
    pub subsample_mode: SubsampleMode,
    /// Add restart markers every specified number of mcu
    #[arg(default = 0, min = 0, max = i32::MAX)]
    pub restart_interval: i32,
    /// What all savers can do
    #[arg(flatten)]
    pub common: SaveOptions,
}

/// The longest side that the reference writes.
const MAX_SIDE: i32 = 65_500;

impl Save for JpegSave {
    fn save(&self, image: &Image, target: &Target) -> Result<()> {
        let header = image.header();
        if header.width > MAX_SIDE || header.height > MAX_SIDE {
            let text = format!("VipsJpeg: Maximum supported image dimension is {MAX_SIDE} pixels");
            return Err(Error::new(ErrorKind::Unsupported, text));
        }
        let image = prepare(image, Colours::MonoRgbCmyk, |_| BandFormat::U8, &self.common)?;
        let (image, colour) = match image.header().bands {
            1 => (image, Colour::Grey),
            // there is no picture of two components that others read
            2 => (extract(image, 1)?, Colour::Grey),
            3 => (image, Colour::Rgb),
            4 => (image, Colour::Cmyk),
            _ => (extract(image, 3)?, Colour::Rgb),
        };
        let header = image.header();
        let (width, height) = (header.width as usize, header.height as usize);
        let encoder = Encoder::new(width, height, colour, self.settings()).map_err(error)?;
        image.save(&JpegSaver { encoder: Arc::new(encoder) }, target)
    }
}

impl JpegSave {
    pub(super) fn settings(&self) -> Settings {
        let mut settings = Settings::default();
        settings.quality = self.q.clamp(1, 100) as u8;
        settings.subsample = match (self.no_subsample, self.subsample_mode) {
            (Some(true), _) | (None, SubsampleMode::Off) => Subsample::Off,
            (Some(false), _) | (None, SubsampleMode::Auto) => Subsample::Auto,
            (None, SubsampleMode::On) => Subsample::On,
        };
        settings.quant_table = self.quant_table.clamp(0, 8) as u8;
        settings.optimize_coding = self.optimize_coding;
        settings.progressive = self.interlace;
        settings.trellis_quant = self.trellis_quant;
        settings.overshoot_deringing = self.overshoot_deringing;
        settings.optimize_scans = self.optimize_scans;
        settings.restart_interval = u16::try_from(self.restart_interval).unwrap_or(u16::MAX);
        settings
    }
}

struct JpegSaver {
    encoder: Arc<Encoder>,
}

/// Longest XMP packet and longest other block that fit a segment.
const MAX_XMP: usize = 60_000;
const MAX_BLOCK: usize = 65_533;

pub(super) fn segments(header: &Header) -> Segments {
    let blob = |name: &str, most: usize| {
        let blob = header.metadata.blob(name).filter(|blob| blob.len() <= most)?;
        Some(blob.to_vec())
    };
    let mut segments = Segments::default();
    segments.exif = blob("exif-data", MAX_BLOCK);
    segments.xmp = blob("xmp-data", MAX_XMP);
    segments.iptc = blob("iptc-data", MAX_BLOCK);
    segments.icc = blob("icc-profile-data", 255 * (MAX_BLOCK - 14));
    segments
}

impl Saver for JpegSaver {
    type State = Writer<TargetWriter>;
    type Piece = Piece;

    fn outputs(&self, image: &Image) -> Result<Vec<Image>> {
        Ok(vec![image.clone()])
    }

    fn wants(&self) -> Wants {
        Wants::Rows { step: self.encoder.rows_per_step() as i32, above: 0 }
    }

    fn begin(&self, outputs: &[Image], target: &Target) -> Result<Self::State> {
        let segments = outputs.first().map(|image| segments(image.header())).unwrap_or_default();
        let writer = target.begin()?.with_tick(Context::current().tick);
        Writer::new(Arc::clone(&self.encoder), writer, &segments).map_err(error)
    }

    fn encode(&self, part: &Part<'_>, piece: &mut Piece) -> Result<()> {
        let (top, region) = (part.rect.top, &part.region);
        let rows: Vec<&[u8]> = (top..part.rect.bottom()).map(|y| region.bytes(y)).collect();
        self.encoder.encode_rows(&rows, top as usize, piece).map_err(error)
    }

    fn commit(&self, writer: &mut Self::State, piece: &mut Piece) -> Result<()> {
        writer.commit(piece).map_err(error)
    }

    fn finish(&self, writer: Self::State) -> Result<()> {
        writer.finish().map_err(error)?.commit()
    }
}
