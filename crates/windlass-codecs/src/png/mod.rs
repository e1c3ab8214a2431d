//! PNG (`reference/formats/png.md`; W3C Portable Network Graphics, third edition).

mod adam7;
mod chunks;
mod encode;
mod expand;
mod header;
mod interlace;
mod load;
mod palette;
mod rows;
mod save;
mod write;

pub use load::PngLoad;
pub use save::{PngFilter, PngSave};

use windlass_core::declare::Entry;
use windlass_core::foreign::FormatSpec;
use windlass_core::{Error, ErrorKind};

/// PNG as the search sees it.
pub static FORMAT: FormatSpec = FormatSpec {
    name: "png",
    loader: Some("pngload"),
    saver: Some("pngsave"),
    suffixes: &[".png"],
    priority: 200,
    sniff: |head| head.starts_with(SIGNATURE),
    trusted: true,
};

/// The loaders and savers of PNG.
pub const OPERATIONS: &[Entry] = &[
    PngLoad::LOADERS[0],
    PngLoad::LOADERS[1],
    PngLoad::LOADERS[2],
    PngSave::SAVERS[0],
    PngSave::SAVERS[1],
    PngSave::SAVERS[2],
];

const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

fn malformed(text: impl std::fmt::Display) -> Error {
    Error::new(ErrorKind::Malformed, format!("vipspng: {text}"))
}

fn truncated(text: impl std::fmt::Display) -> Error {
    Error::new(ErrorKind::Truncated, format!("vipspng: {text}"))
}
