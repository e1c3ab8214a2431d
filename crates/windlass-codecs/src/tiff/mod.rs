//! TIFF and BigTIFF (`reference/formats/tiff.md`; TIFF 6.0, its technical notes, and BigTIFF).
//!
//! The parser is our own: it reads few, large pieces, slices of the tables of offsets when a tile is
//! asked for, and believes no count before it was checked. Tiles and strips are decoded by whichever
//! worker needs them.

mod ccitt;
mod chunks;
mod convert;
mod decode;
mod directory;
mod encode;
mod file;
mod form;
mod load;
mod metadata;
mod page;
mod pages;
mod save;
mod stream;
mod tags;
mod tiles;
mod write;

pub use load::TiffLoad;
pub use save::{TiffCompression, TiffPredictor, TiffResunit, TiffSave};

use windlass_core::declare::Entry;
use windlass_core::foreign::FormatSpec;
use windlass_core::{Error, ErrorKind};

/// TIFF as the search sees it.
pub static FORMAT: FormatSpec = FormatSpec {
    name: "tiff",
    loader: Some("tiffload"),
    saver: Some("tiffsave"),
    suffixes: &[".tif", ".tiff"],
    priority: 50,
    sniff: |head| SIGNATURES.iter().any(|signature| head.starts_with(signature)),
    trusted: true,
};

/// The loaders and savers of TIFF.
pub const OPERATIONS: &[Entry] = &[
    TiffLoad::LOADERS[0],
    TiffLoad::LOADERS[1],
    TiffLoad::LOADERS[2],
    TiffSave::SAVERS[0],
    TiffSave::SAVERS[1],
    TiffSave::SAVERS[2],
];

/// How files start: in either order of bytes, classic and big.
const SIGNATURES: [&[u8]; 4] = [b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"];

fn malformed(text: impl std::fmt::Display) -> Error {
    Error::new(ErrorKind::Malformed, format!("tiff2vips: {text}"))
}

fn unsupported(text: impl std::fmt::Display) -> Error {
    Error::new(ErrorKind::Unsupported, format!("tiff2vips: {text}"))
}

fn save_error(text: impl std::fmt::Display) -> Error {
    Error::new(ErrorKind::Unsupported, format!("vips2tiff: {text}"))
}
