//! Loading `.v` files.

use super::{header, xml};
use crate::raw::Flat;
use std::io::{Seek, SeekFrom};
use windlass_core::foreign::options::LoadOptions;
use windlass_core::foreign::{ForeignFlags, Load};
use windlass_core::{Context, Error, ErrorKind, Image, Metadata, Result, Source};
use windlass_io::SourceReader;
use windlass_macros::{ArgGroup, Load};

/// Load vips from file
///
/// Either order of bytes. Any region can be read alone.
#[derive(ArgGroup, Load, Clone, Debug)]
#[foreign(name = "vipsload", only = "file, source")]
#[non_exhaustive]
pub struct VipsLoad {
    /// What all loaders can do
    #[arg(flatten)]
    pub common: LoadOptions,
}

/// The most bytes of metadata.
const MAX_XML: u64 = 50 << 20;

impl Load for VipsLoad {
    // a file keeps the name of the loader that its image first came through
    const NAMED: bool = false;

    fn load(&self, source: &Source) -> Result<Image> {
        let mut reader = source.open_random()?.with_tick(Context::current().tick);
        let mut bytes = [0; header::LENGTH];
        if reader.read_full_at(0, &mut bytes)? < bytes.len() {
            let text = format!("VipsImage: unable to read header for \"{}\"", source.nick());
            return Err(Error::new(ErrorKind::Truncated, text));
        }
        let (mut header, swapped) = header::parse(&bytes)?;
        header.check()?;
        let end = header::LENGTH as u64 + header.image_size();
        header.metadata = metadata(&mut reader, end)?;
        self.common.note_access(&mut header.metadata);
        let short = format!(
            "vips_window_set: unable to read data for \"{}\", file has been truncated",
            source.nick()
        );
        let start = header::LENGTH as u64;
        Image::tile_loader(Flat::new(source.clone(), header, start, swapped, short))
    }

    fn flags(&self, _: &Image) -> ForeignFlags {
        ForeignFlags::PARTIAL
    }
}

/// What the file says after its pixels; nothing where that can't be read.
fn metadata(reader: &mut SourceReader, end: u64) -> Result<Metadata> {
    if reader.len()?.is_none_or(|length| length <= end) {
        return Ok(Metadata::default());
    }
    let _position = reader.seek(SeekFrom::Start(end))?;
    match reader.read_to_vec(MAX_XML) {
        Ok(bytes) => Ok(xml::parse(&String::from_utf8_lossy(&bytes)).unwrap_or_default()),
        Err(error) if error.kind() == ErrorKind::Limit => Ok(Metadata::default()),
        Err(error) => Err(error),
    }
}
