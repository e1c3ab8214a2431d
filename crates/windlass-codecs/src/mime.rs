//! Pictures to standard output, for CGI programs.

use std::io::Write;
use windlass_core::foreign::Save;
use windlass_core::{Image, Result, Target};

/// Writes what `options` make of `image` to standard output, with the two header lines that a server
/// passes on before the picture.
pub(crate) fn write(media_type: &str, options: &impl Save, image: &Image) -> Result<()> {
    let picture = Target::to_memory();
    options.save(image, &picture)?;
    let bytes = picture.bytes();
    let mut out = Target::to_descriptor(1)?.begin()?;
    write!(out, "Content-length: {}\r\nContent-type: {media_type}\r\n\r\n", bytes.len())?;
    out.write_all(&bytes)?;
    out.commit()
}
