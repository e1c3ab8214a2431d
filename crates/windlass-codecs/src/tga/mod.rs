//! Targa (Truevision TGA File Format Specification, version 2.0).

mod header;
mod load;
mod save;

pub use load::TgaLoad;
pub use save::TgaSave;

use windlass_core::declare::Entry;
use windlass_core::foreign::FormatSpec;

/// Targa as the search sees it; its header is only told by what can't be in it.
pub static FORMAT: FormatSpec = FormatSpec {
    name: "tga",
    loader: Some("tgaload"),
    saver: Some("tgasave"),
    suffixes: &[".tga"],
    priority: -90,
    sniff: |head| header::parse(head).is_ok(),
    trusted: false,
};

/// The loaders and savers of Targa.
pub const OPERATIONS: &[Entry] = &[
    TgaLoad::LOADERS[0],
    TgaLoad::LOADERS[1],
    TgaLoad::LOADERS[2],
    TgaSave::SAVERS[0],
    TgaSave::SAVERS[1],
    TgaSave::SAVERS[2],
];
