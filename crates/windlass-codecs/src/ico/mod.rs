//! Icons and cursors of Windows: a list of small bitmaps or PNGs (Microsoft's "Icons" of 1995, with
//! the PNGs that came with Vista).

mod directory;
mod load;
mod save;

pub use load::IcoLoad;
pub use save::IcoSave;

use windlass_core::declare::Entry;
use windlass_core::foreign::FormatSpec;

/// Icons as the search sees them.
pub static FORMAT: FormatSpec = FormatSpec {
    name: "ico",
    loader: Some("icoload"),
    saver: Some("icosave"),
    suffixes: &[".ico"],
    priority: -60,
    sniff: directory::sniff,
    trusted: false,
};

/// The loaders and savers of icons.
pub const OPERATIONS: &[Entry] = &[
    IcoLoad::LOADERS[0],
    IcoLoad::LOADERS[1],
    IcoLoad::LOADERS[2],
    IcoSave::SAVERS[0],
    IcoSave::SAVERS[1],
    IcoSave::SAVERS[2],
];
