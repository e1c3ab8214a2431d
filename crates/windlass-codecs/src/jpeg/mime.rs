//! JPEG to standard output, for CGI programs.

use super::JpegSave;
use windlass_core::{Build, Image, Result};
use windlass_macros::Operation;

/// Save image to jpeg mime
///
/// Writes to standard output, with the two header lines that a server passes on before the picture.
#[derive(Operation, Clone, Debug)]
#[operation(family = "foreign", name = "jpegsave_mime", nocache)]
#[non_exhaustive]
pub struct JpegSaveMime {
    /// Image to save
    pub input: Image,
    /// How to save
    #[arg(flatten)]
    pub options: JpegSave,
}

impl Build for JpegSaveMime {
    type Output = ();

    fn build(&self) -> Result<()> {
        crate::mime::write("image/jpeg", &self.options, &self.input)
    }
}
