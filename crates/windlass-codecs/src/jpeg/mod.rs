//! JPEG (`reference/formats/jpeg.md`), over the codec of our own.

mod load;
mod mime;
mod save;
mod tile;

pub use load::JpegLoad;
pub use mime::JpegSaveMime;
pub use save::{JpegSave, SubsampleMode};
pub(crate) use tile::TileEncoder;

use windlass_core::Operation;
use windlass_core::declare::Entry;
use windlass_core::foreign::FormatSpec;
use windlass_core::{Error, ErrorKind};
use windlass_jpeg as codec;

/// JPEG as the search sees it.
pub static FORMAT: FormatSpec = FormatSpec {
    name: "jpeg",
    loader: Some("jpegload"),
    saver: Some("jpegsave"),
    suffixes: &[".jpg", ".jpeg", ".jpe", ".jfif"],
    priority: 50,
    sniff: |head| head.starts_with(&[0xFF, 0xD8]),
    trusted: true,
};

/// The loaders and savers of JPEG.
pub const OPERATIONS: &[Entry] = &[
    JpegLoad::LOADERS[0],
    JpegLoad::LOADERS[1],
    JpegLoad::LOADERS[2],
    JpegSave::SAVERS[0],
    JpegSave::SAVERS[1],
    JpegSave::SAVERS[2],
    JpegSaveMime::ENTRY,
];

/// An error of the codec as ours.
fn error(error: codec::Error) -> Error {
    let kind = match error.kind() {
        codec::ErrorKind::Io => {
            let text = error.to_string();
            return match error.into_io() {
                Some(inner) => Error::from(inner),
                None => Error::new(ErrorKind::Io, text),
            };
        }
        codec::ErrorKind::Limit => ErrorKind::Limit,
        codec::ErrorKind::Truncated => ErrorKind::Truncated,
        codec::ErrorKind::Unsupported => ErrorKind::Unsupported,
        _ => ErrorKind::Malformed,
    };
    let ours = Error::new(kind, format!("VipsJpeg: {}", error.message()));
    match error.offset() {
        Some(offset) => ours.with("offset", offset),
        None => ours,
    }
}
