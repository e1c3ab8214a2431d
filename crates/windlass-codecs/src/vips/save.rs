//! Saving `.v` files.

use super::{header, xml};
use crate::convert::{Colours, prepare};
use crate::exif;
use crate::row_saver::RowSaver;
use windlass_core::foreign::Save;
use windlass_core::foreign::options::SaveOptions;
use windlass_core::{Image, Result, Target};
use windlass_macros::{ArgGroup, Save};

/// Save image to file in vips format
///
/// Every format and coding as it is, with all metadata that are text or numbers.
#[derive(ArgGroup, Save, Clone, Debug)]
#[foreign(name = "vipssave", only = "file, target")]
#[non_exhaustive]
pub struct VipsSave {
    /// What all savers can do
    #[arg(flatten)]
    pub common: SaveOptions,
}

impl Save for VipsSave {
    fn save(&self, image: &Image, target: &Target) -> Result<()> {
        let image = prepare(image, Colours::Any, |format| format, &self.common)?;
        let header = exif::described(image.header())?;
        let before = header::write(image.header()).to_vec();
        let after = xml::write(&header.metadata).into_bytes();
        image.save(&RowSaver::plain(before, after), target)
    }
}
