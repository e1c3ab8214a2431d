//! JPEG to standard output, for CGI programs.

use super::JpegSave;
use std::io::Write;
use windlass_core::foreign::Save;
use windlass_core::{Build, Image, Result, Target};
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
        let picture = Target::to_memory();
        self.options.save(&self.input, &picture)?;
        let bytes = picture.bytes();
        let mut out = Target::to_descriptor(1)?.begin()?;
        write!(out, "Content-length: {}\r\nContent-type: image/jpeg\r\n\r\n", bytes.len())?;
        out.write_all(&bytes)?;
        out.commit()
    }
}
