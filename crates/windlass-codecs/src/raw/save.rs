//! Saving raw pixels.

use crate::row_saver::RowSaver;
use windlass_core::foreign::Save;
use windlass_core::foreign::options::SaveOptions;
use windlass_core::{Image, Result, Target};
use windlass_macros::{ArgGroup, Save};

/// Save image to raw file
///
/// Pixels exactly as they lie in memory, without any header or conversion.
#[derive(ArgGroup, Save, Clone, Debug)]
#[foreign(name = "rawsave")]
#[non_exhaustive]
pub struct RawSave {
    /// What all savers can do
    #[arg(flatten)]
    pub common: SaveOptions,
}

impl Save for RawSave {
    fn save(&self, image: &Image, target: &Target) -> Result<()> {
        image.save(&RowSaver::plain(Vec::new(), Vec::new()), target)
    }
}
