//! QOI (The Quite OK Image Format, specification version 1.0 of 2022-01-05).

mod codec;
mod load;
mod save;

pub use load::QoiLoad;
pub use save::QoiSave;

use windlass_core::declare::Entry;
use windlass_core::foreign::FormatSpec;

/// QOI as the search sees it.
pub static FORMAT: FormatSpec = FormatSpec {
    name: "qoi",
    loader: Some("qoiload"),
    saver: Some("qoisave"),
    suffixes: &[".qoi"],
    priority: -60,
    sniff: |head| head.starts_with(b"qoif"),
    trusted: false,
};

/// The loaders and savers of QOI.
pub const OPERATIONS: &[Entry] = &[
    QoiLoad::LOADERS[0],
    QoiLoad::LOADERS[1],
    QoiLoad::LOADERS[2],
    QoiSave::SAVERS[0],
    QoiSave::SAVERS[1],
    QoiSave::SAVERS[2],
];
