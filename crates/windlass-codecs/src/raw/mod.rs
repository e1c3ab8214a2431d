//! Pixels without a header (`reference/formats/text-and-raw.md` §3).

mod flat;
mod load;
mod save;

pub(crate) use flat::Flat;
pub use load::{RawLoad, RawLoaded};
pub use save::RawSave;

use windlass_core::Operation;
use windlass_core::declare::Entry;
use windlass_core::foreign::FormatSpec;

/// Raw pixels as the search sees them: nothing tells them by their content.
pub static FORMAT: FormatSpec = FormatSpec {
    name: "raw",
    loader: None,
    saver: Some("rawsave"),
    suffixes: &[".raw"],
    priority: 0,
    sniff: |_| false,
    trusted: false,
};

/// The loader and savers of raw pixels.
pub const OPERATIONS: &[Entry] =
    &[RawLoad::ENTRY, RawSave::SAVERS[0], RawSave::SAVERS[1], RawSave::SAVERS[2]];
