//! The options of `dzsave`.

use crate::shrink::RegionShrink;
use windlass_core::foreign::options::{Keep, SaveOptions};
use windlass_macros::{ArgEnum, ArgGroup, Save};

/// How tiles are cut and named.
#[derive(ArgEnum, Clone, Copy, PartialEq, Eq, Debug)]
#[arg_enum(name = "VipsForeignDzLayout")]
#[non_exhaustive]
pub enum Layout {
    /// Deep Zoom
    Dz = 0,
    /// Zoomify
    Zoomify = 1,
    /// Google maps
    Google = 2,
    /// IIIF version 2
    Iiif = 3,
    /// IIIF version 3
    Iiif3 = 4,
}

/// How small the smallest level is.
#[derive(ArgEnum, Clone, Copy, PartialEq, Eq, Debug)]
#[arg_enum(name = "VipsForeignDzDepth")]
#[non_exhaustive]
pub enum Depth {
    /// A pixel
    Onepixel = 0,
    /// A tile
    Onetile = 1,
    /// There is one level
    One = 2,
}

/// Where tiles are put.
#[derive(ArgEnum, Clone, Copy, PartialEq, Eq, Debug)]
#[arg_enum(name = "VipsForeignDzContainer")]
#[non_exhaustive]
pub enum Container {
    /// Files in folders
    Fs = 0,
    /// One zip file
    Zip = 1,
    /// One szi file: a zip with a description of the scan
    Szi = 2,
}

/// A quarter of a turn, how often.
#[derive(ArgEnum, Clone, Copy, PartialEq, Eq, Debug)]
#[arg_enum(name = "VipsAngle")]
#[non_exhaustive]
pub enum Angle {
    /// Not turned
    D0 = 0,
    /// A quarter clockwise
    D90 = 1,
    /// Half a turn
    D180 = 2,
    /// A quarter counterclockwise
    D270 = 3,
}

/// Save image to deepzoom file
///
/// All levels are made in one pass over the image, in the memory of about two lines of tiles; tiles are
/// encoded on all cores. A folder appears when everything is in it; a zip may go to any target.
#[derive(ArgGroup, Save, Clone, Debug)]
#[foreign(name = "dzsave")]
#[non_exhaustive]
pub struct DzSave {
    /// Directory name to save to
    #[arg(deprecated)]
    pub dirname: Option<String>,
    /// Image name
    pub imagename: Option<String>,
    /// Directory layout
    #[arg(default = Layout::Dz)]
    pub layout: Layout,
    /// Filename suffix for tiles
    #[arg(shown = ".jpeg".to_owned())]
    pub suffix: Option<String>,
    /// Tile overlap in pixels
    #[arg(shown = 1, min = 0, max = 8192)]
    pub overlap: Option<i32>,
    /// Tile size in pixels
    #[arg(shown = 254, min = 1, max = 8192)]
    pub tile_size: Option<i32>,
    /// Tile height in pixels
    #[arg(shown = 254, min = 1, max = 8192, deprecated)]
    pub tile_height: Option<i32>,
    /// Tile width in pixels
    #[arg(shown = 254, min = 1, max = 8192, deprecated)]
    pub tile_width: Option<i32>,
    /// Center image in tile
    #[arg(default = false)]
    pub centre: bool,
    /// Pyramid depth
    #[arg(shown = Depth::Onepixel)]
    pub depth: Option<Depth>,
    /// Rotate image during save
    #[arg(default = Angle::D0)]
    pub angle: Angle,
    /// Pyramid container type
    #[arg(shown = Container::Fs)]
    pub container: Option<Container>,
    /// Write a properties file to the output directory
    #[arg(default = false, deprecated)]
    pub properties: bool,
    /// ZIP deflate compression level
    #[arg(default = 0, min = -1, max = 9)]
    pub compression: i32,
    /// Method to shrink regions
    #[arg(default = RegionShrink::Mean)]
    pub region_shrink: RegionShrink,
    /// Skip tiles which are nearly equal to the background
    #[arg(shown = -1, min = -1, max = 65535)]
    pub skip_blanks: Option<i32>,
    /// Resource ID
    #[arg(default = "https://example.com/iiif".to_owned())]
    pub id: String,
    /// Q factor
    #[arg(name = "Q", default = 75, min = 1, max = 100)]
    pub q: i32,
    /// Don't strip tile metadata
    #[arg(default = false, deprecated)]
    pub no_strip: bool,
    /// Base name to save to
    #[arg(deprecated)]
    pub basename: Option<String>,
    /// What all savers can do
    #[arg(flatten)]
    pub common: SaveOptions,
}

impl DzSave {
    /// The options that all savers have, with the defaults of pyramids.
    pub(super) fn save_options(&self) -> SaveOptions {
        let mut options = self.common.clone();
        if options.keep.is_none() {
            options.keep = Some(if self.no_strip { Keep::ALL } else { Keep::NONE });
        }
        if options.background.is_none() {
            options.background = Some(vec![255.0]);
        }
        options
    }

    pub(super) fn tile(&self) -> i32 {
        let size = self.tile_size.or(self.tile_width).or(self.tile_height);
        size.unwrap_or(match self.layout {
            Layout::Dz => 254,
            Layout::Zoomify | Layout::Google => 256,
            Layout::Iiif | Layout::Iiif3 => 512,
        })
    }

    pub(super) fn overlapping(&self) -> i32 {
        self.overlap.unwrap_or(i32::from(self.layout == Layout::Dz))
    }

    /// The suffix of tiles with the options of their saver.
    pub(super) fn suffixed(&self) -> &str {
        let plain = if self.layout == Layout::Dz { ".jpeg" } else { ".jpg" };
        self.suffix.as_deref().unwrap_or(plain)
    }

    pub(super) fn levels(&self) -> Depth {
        let plain = if self.layout == Layout::Dz { Depth::Onepixel } else { Depth::Onetile };
        match self.depth.unwrap_or(plain) {
            Depth::Onepixel if self.layout == Layout::Google => Depth::Onetile,
            depth => depth,
        }
    }

    /// How far bytes of a tile that is left out may be from the background.
    pub(super) fn blanks(&self) -> Option<i32> {
        let plain = if self.layout == Layout::Google { 5 } else { -1 };
        Some(self.skip_blanks.unwrap_or(plain)).filter(|most| *most >= 0)
    }
}
