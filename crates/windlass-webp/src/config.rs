//! How to encode.

use crate::Error;
use libwebp_sys::{WebPConfig, WebPPreset, WebPValidateConfig};

/// Settings made for a kind of picture.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[expect(clippy::exhaustive_enums, reason = "those of the library")]
pub enum Preset {
    /// No kind
    #[default]
    Default,
    /// A portrait, indoors
    Picture,
    /// Outdoors, natural light
    Photo,
    /// Lines, much contrast
    Drawing,
    /// Small and colourful
    Icon,
    /// Like text
    Text,
}

/// How to encode; what is not here stays as the preset and the library have it.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "settings, made by `..Config::default()`")]
pub struct Config {
    /// The kind of picture
    pub preset: Preset,
    /// Quality of lossy pictures, effort of lossless ones: 0 to 100
    pub quality: f32,
    /// Whether pixels come back as they were
    pub lossless: bool,
    /// How much lossless pixels may be smoothed first: from 100, not at all, to 0
    pub near_lossless: i32,
    /// Effort, 0 to 6
    pub method: i32,
    /// Quality of an alpha, 0 to 100
    pub alpha_quality: i32,
    /// Bytes wanted, 0 for as many as it takes
    pub target_size: i32,
    /// Passes of entropy analysis, 1 to 10
    pub passes: i32,
    /// Whether colour below clear pixels stays
    pub exact: bool,
    /// Whether chroma is subsampled with care
    pub sharp_yuv: bool,
    /// Whether the strength of the loop filter is searched for
    pub auto_filter: bool,
    /// Whether the library may use a second thread
    pub threads: bool,
    /// How a lossy picture is laid out, where not as the preset says
    pub layout: Option<Layout>,
}

/// The layout of a lossy picture in its bits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(clippy::exhaustive_structs, reason = "settings of the format")]
pub struct Layout {
    /// The logarithm of the number of partitions of coefficients, 0 to 3
    pub partitions: i32,
    /// Kinds of macroblocks with settings of their own, 1 to 4
    pub segments: i32,
    /// Whether the loop filter is the simple one
    pub simple_filter: bool,
    /// Strength of the loop filter, 0 to 100
    pub filter_strength: i32,
    /// Sharpness of the loop filter, 0 to 7
    pub filter_sharpness: i32,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            preset: Preset::Default,
            quality: 75.0,
            lossless: false,
            near_lossless: 100,
            method: 4,
            alpha_quality: 100,
            target_size: 0,
            passes: 1,
            exact: false,
            sharp_yuv: false,
            auto_filter: false,
            threads: false,
            layout: None,
        }
    }
}

impl Config {
    /// The settings as the library takes them.
    pub(crate) fn to_library(&self) -> Result<WebPConfig, Error> {
        let preset = match self.preset {
            Preset::Default => WebPPreset::WEBP_PRESET_DEFAULT,
            Preset::Picture => WebPPreset::WEBP_PRESET_PICTURE,
            Preset::Photo => WebPPreset::WEBP_PRESET_PHOTO,
            Preset::Drawing => WebPPreset::WEBP_PRESET_DRAWING,
            Preset::Icon => WebPPreset::WEBP_PRESET_ICON,
            Preset::Text => WebPPreset::WEBP_PRESET_TEXT,
        };
        let mut config =
            WebPConfig::new_with_preset(preset, self.quality).map_err(|()| Error::BadConfig)?;
        config.lossless = self.lossless.into();
        config.near_lossless = self.near_lossless;
        config.method = self.method;
        config.alpha_quality = self.alpha_quality;
        config.target_size = self.target_size;
        config.pass = self.passes;
        config.exact = self.exact.into();
        config.use_sharp_yuv = self.sharp_yuv.into();
        config.autofilter = self.auto_filter.into();
        config.thread_level = self.threads.into();
        if let Some(layout) = self.layout {
            config.partitions = layout.partitions;
            config.segments = layout.segments;
            config.filter_type = (!layout.simple_filter).into();
            config.filter_strength = layout.filter_strength;
            config.filter_sharpness = layout.filter_sharpness;
        }
        // SAFETY: the pointer is to a whole structure that lives through the call, which reads it.
        let valid = unsafe { WebPValidateConfig(&raw const config) };
        if valid == 0 { Err(Error::BadConfig) } else { Ok(config) }
    }
}
