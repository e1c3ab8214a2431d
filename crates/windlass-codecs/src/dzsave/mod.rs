//! Pyramids of tiles in many files or in a zip (`reference/formats/pyramids.md`).

mod layout;
mod manifest;
mod options;
mod save;
mod tile;
mod zip;

pub(crate) use manifest::properties;
pub use options::{Angle, Container, Depth, DzSave, Layout};

use windlass_core::declare::Entry;
use windlass_core::foreign::FormatSpec;

/// Pyramids as the search for savers sees them.
pub static FORMAT: FormatSpec = FormatSpec {
    name: "dz",
    loader: None,
    saver: Some("dzsave"),
    suffixes: &[".dz", ".szi"],
    priority: 0,
    sniff: |_| false,
    trusted: true,
};

/// The savers of pyramids.
pub const OPERATIONS: &[Entry] = &[DzSave::SAVERS[0], DzSave::SAVERS[1], DzSave::SAVERS[2]];
