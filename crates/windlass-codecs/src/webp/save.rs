//! Saving WebP, by the encoder of libwebp.

use super::mux;
use crate::convert::{Colours, prepare, to_space};
use crate::pages;
use std::io::Write;
use windlass_core::foreign::Save;
use windlass_core::foreign::options::SaveOptions;
use windlass_core::{
    BandFormat, Build, Context, Error, ErrorKind, Header, Image, Interpretation, Limits, Meta,
    Part, Result, Saver, Target, Tick, Wants,
};
use windlass_io::{TargetWriter, alloc};
use windlass_macros::{ArgEnum, ArgGroup, Operation, Save};
use windlass_webp as codec;

/// What kind of picture it is.
#[derive(ArgEnum, Clone, Copy, PartialEq, Eq, Debug)]
#[arg_enum(name = "VipsForeignWebpPreset")]
#[non_exhaustive]
pub enum WebpPreset {
    /// No kind
    Default = 0,
    /// A portrait, indoors
    Picture = 1,
    /// Outdoors, natural light
    Photo = 2,
    /// Lines, much contrast
    Drawing = 3,
    /// Small and colourful
    Icon = 4,
    /// Like text
    Text = 5,
}

/// Save as webp
///
/// RGB with or without alpha, lossy or lossless; an image of several pages becomes an animation. A
/// page is held in memory while it is encoded.
#[derive(ArgGroup, Save, Clone, Debug)]
#[foreign(name = "webpsave")]
#[non_exhaustive]
pub struct WebpSave {
    /// Q factor
    #[arg(name = "Q", default = 75, min = 0, max = 100)]
    pub q: i32,
    /// Enable lossless compression
    #[arg(default = false)]
    pub lossless: bool,
    /// Preserve color values from transparent pixels
    #[arg(default = false)]
    pub exact: bool,
    /// Preset for lossy compression
    #[arg(default = WebpPreset::Default)]
    pub preset: WebpPreset,
    /// Enable high quality chroma subsampling
    #[arg(default = false)]
    pub smart_subsample: bool,
    /// Enable preprocessing in lossless mode (uses Q)
    #[arg(default = false)]
    pub near_lossless: bool,
    /// Change alpha plane fidelity for lossy compression
    #[arg(default = 100, min = 0, max = 100)]
    pub alpha_q: i32,
    /// Optimise for minimum size
    #[arg(default = false)]
    pub min_size: bool,
    /// Minimum number of frames between key frames
    #[arg(default = i32::MAX - 1, min = 0, max = i32::MAX)]
    pub kmin: i32,
    /// Maximum number of frames between key frames
    #[arg(default = i32::MAX, min = 0, max = i32::MAX)]
    pub kmax: i32,
    /// Level of CPU effort to reduce file size
    #[arg(shown = 4, min = 0, max = 6)]
    pub effort: Option<i32>,
    /// Desired target size in bytes
    #[arg(default = 0, min = 0, max = i32::MAX)]
    pub target_size: i32,
    /// Level of CPU effort to reduce file size
    #[arg(shown = 4, min = 0, max = 6, deprecated)]
    pub reduction_effort: Option<i32>,
    /// Allow mixed encoding (might reduce file size)
    #[arg(default = false)]
    pub mixed: bool,
    /// Enable auto-adjusting of the deblocking filter
    #[arg(default = false)]
    pub smart_deblock: bool,
    /// Number of entropy-analysis passes (in \[1..10\])
    #[arg(shown = 1, min = 1, max = 10)]
    pub passes: Option<i32>,
    /// What all savers can do
    #[arg(flatten)]
    pub common: SaveOptions,
}

impl Save for WebpSave {
    fn save(&self, image: &Image, target: &Target) -> Result<()> {
        let image = prepare(image, Colours::RgbAlpha, |_| BandFormat::U8, &self.common)?;
        let image = to_space(image, Interpretation::Srgb)?;
        let header = image.header();
        let (width, height) = (header.width as usize, header.page_height() as usize);
        if width > codec::MAX_SIDE || height > codec::MAX_SIDE {
            let error = Error::new(ErrorKind::Unsupported, "webpsave: image too large");
            return Err(error);
        }
        let (w, h, bands) = (width as u64, height as u64, header.bands as u64);
        let page = Limits::current().whole_image(w, h, bands, 1)?;
        let saver = WebpSaver { config: self.config(), animation: self.animation(header), page };
        image.save(&saver, target)
    }
}

impl WebpSave {
    fn config(&self) -> codec::Config {
        let lossless = self.lossless || self.near_lossless;
        let preset = match self.preset {
            _ if lossless => codec::Preset::Default,
            WebpPreset::Default => codec::Preset::Default,
            WebpPreset::Picture => codec::Preset::Picture,
            WebpPreset::Photo => codec::Preset::Photo,
            WebpPreset::Drawing => codec::Preset::Drawing,
            WebpPreset::Icon => codec::Preset::Icon,
            WebpPreset::Text => codec::Preset::Text,
        };
        let passes = self.passes.unwrap_or(if self.target_size > 0 { 3 } else { 1 });
        codec::Config {
            preset,
            // the quality of near-lossless pictures is that of the pixels, not of the encoder
            quality: if lossless && !self.lossless { 75.0 } else { self.q as f32 },
            lossless,
            near_lossless: if self.near_lossless { self.q } else { 100 },
            method: self.effort.or(self.reduction_effort).unwrap_or(4),
            alpha_quality: self.alpha_q,
            target_size: self.target_size,
            passes,
            exact: self.exact,
            sharp_yuv: self.smart_subsample,
            auto_filter: self.smart_deblock,
            threads: true,
            layout: None,
        }
    }

    /// How the pages are put together, where there are several.
    fn animation(&self, header: &Header) -> Option<codec::AnimationConfig> {
        (header.page_height() < header.height).then(|| codec::AnimationConfig {
            loops: loops(header),
            minimise: self.min_size,
            kmin: self.kmin,
            kmax: self.kmax,
            mixed: self.mixed,
        })
    }
}

/// How often the animation runs, 0 for ever; a number that has no room is 0.
fn loops(header: &Header) -> i32 {
    let gif =
        || header.metadata.int("gif-loop").map(|loops| if loops == 0 { 0 } else { loops + 1 });
    let loops = header.metadata.int("loop").or_else(gif).unwrap_or(0);
    if (0..=0xFFFF).contains(&loops) { loops } else { 0 }
}

/// Milliseconds that page `number` is shown.
fn duration(header: &Header, number: usize) -> i32 {
    const USUAL: i32 = 100;
    let delays: &[i32] = match header.metadata.get("delay") {
        Some(Meta::Ints(delays)) => delays,
        _ => &[],
    };
    let hundredths = || header.metadata.int("gif-delay").unwrap_or(10);
    let delay = delays.get(number).copied().unwrap_or_else(|| hundredths().saturating_mul(10));
    if delay <= 10 { USUAL } else { delay }
}

struct WebpSaver {
    config: codec::Config,
    animation: Option<codec::AnimationConfig>,
    /// Bytes of a page
    page: usize,
}

/// A file on its way: the page that is being filled, and the frames so far.
struct Writing {
    header: Header,
    writer: TargetWriter,
    tick: Tick,
    page: Vec<u8>,
    animation: Option<codec::Animation>,
    still: Vec<u8>,
    number: usize,
    /// Milliseconds so far
    at: i32,
}

impl WebpSaver {
    /// Encodes the page that is full.
    fn encode_page(&self, state: &mut Writing) -> Result<()> {
        state.tick.check()?;
        let header = &state.header;
        let (width, height) = (header.width as usize, header.page_height() as usize);
        let picture = codec::Picture::new(&state.page, width, height, header.bands as usize)
            .map_err(|error| failed(error, "unable to encode"))?;
        let mut cancelled = None;
        let mut go_on = || match state.tick.check() {
            Ok(()) => true,
            Err(error) => {
                cancelled = Some(error);
                false
            }
        };
        let result = match &mut state.animation {
            Some(animation) => animation
                .add(&picture, state.at, &self.config, &mut go_on)
                .map_err(|error| failed(error, "anim add error")),
            None => codec::encode(&picture, &self.config, &mut go_on)
                .map_err(|error| failed(error, "unable to encode"))
                .map(|file| state.still = file),
        };
        if let Some(error) = cancelled {
            return Err(error);
        }
        result?;
        state.at = state.at.saturating_add(duration(&state.header, state.number));
        state.number += 1;
        state.page.clear();
        Ok(())
    }
}

fn failed(error: codec::Error, what: &str) -> Error {
    let text = match error {
        codec::Error::BadConfig | codec::Error::Assemble => error.to_string(),
        _ => what.to_owned(),
    };
    Error::new(ErrorKind::Unsupported, format!("webpsave: {text}"))
}

impl Saver for WebpSaver {
    type State = Writing;
    type Piece = Vec<u8>;

    fn outputs(&self, image: &Image) -> Result<Vec<Image>> {
        Ok(vec![image.clone()])
    }

    fn wants(&self) -> Wants {
        Wants::Rows { step: 1, above: 0 }
    }

    fn begin(&self, outputs: &[Image], target: &Target) -> Result<Writing> {
        let header = outputs.first().map(|image| image.header().clone());
        let header = header.ok_or_else(|| Error::new(ErrorKind::Internal, "nothing to save"))?;
        let size = (header.width as usize, header.page_height() as usize);
        let animation = match self.animation {
            Some(config) => Some(
                codec::Animation::new(size.0, size.1, config)
                    .map_err(|error| failed(error, "anim add error"))?,
            ),
            None => None,
        };
        let tick = Context::current().tick;
        let writer = target.begin()?.with_tick(tick.clone());
        let page = alloc::try_with_capacity(self.page)?;
        let still = Vec::new();
        Ok(Writing { header, writer, tick, page, animation, still, number: 0, at: 0 })
    }

    fn encode(&self, part: &Part<'_>, rows: &mut Vec<u8>) -> Result<()> {
        pages::copy_rows(part, rows);
        Ok(())
    }

    fn commit(&self, state: &mut Writing, rows: &mut Vec<u8>) -> Result<()> {
        let mut rest = &rows[..];
        while pages::fill(&mut state.page, self.page, &mut rest) {
            self.encode_page(state)?;
        }
        Ok(())
    }

    fn finish(&self, mut state: Writing) -> Result<()> {
        let file = match state.animation {
            Some(animation) => {
                animation.finish(state.at).map_err(|error| failed(error, "anim close error"))?
            }
            None => state.still,
        };
        let blob = |name| state.header.metadata.blob(name).map(|blob| &**blob);
        let blocks = mux::Blocks {
            icc: blob("icc-profile-data"),
            exif: blob("exif-data"),
            xmp: blob("xmp-data"),
        };
        let file = mux::with_blocks(file, &blocks)
            .ok_or_else(|| Error::new(ErrorKind::Unsupported, "webpsave: mux error"))?;
        state.writer.write_all(&file)?;
        state.writer.commit()
    }
}

/// Save image to webp mime
///
/// Writes to standard output, with the two header lines that a server passes on before the picture.
#[derive(Operation, Clone, Debug)]
#[operation(family = "foreign", name = "webpsave_mime", nocache)]
#[non_exhaustive]
pub struct WebpSaveMime {
    /// Image to save
    pub input: Image,
    /// How to save
    #[arg(flatten)]
    pub options: WebpSave,
}

impl Build for WebpSaveMime {
    type Output = ();

    fn build(&self) -> Result<()> {
        crate::mime::write("image/webp", &self.options, &self.input)
    }
}
