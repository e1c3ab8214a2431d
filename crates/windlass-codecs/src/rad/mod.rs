//! Radiance HDR (`reference/formats/scientific.md` §4; Greg Ward, "Real Pixels", Graphics Gems II).

mod header;
mod load;
mod save;

pub use load::RadLoad;
pub use save::RadSave;

use windlass_core::declare::Entry;
use windlass_core::foreign::FormatSpec;

/// Radiance as the search sees it.
pub static FORMAT: FormatSpec = FormatSpec {
    name: "rad",
    loader: Some("radload"),
    saver: Some("radsave"),
    suffixes: &[".hdr"],
    priority: -50,
    sniff: header::sniff,
    trusted: false,
};

/// The loaders and savers of Radiance.
pub const OPERATIONS: &[Entry] = &[
    RadLoad::LOADERS[0],
    RadLoad::LOADERS[1],
    RadLoad::LOADERS[2],
    RadSave::SAVERS[0],
    RadSave::SAVERS[1],
    RadSave::SAVERS[2],
];
