//! Comma-separated values (`reference/formats/text-and-raw.md` §1).

mod cells;
mod load;
mod save;

pub use load::CsvLoad;
pub use save::CsvSave;
pub(crate) use save::text;

use windlass_core::declare::Entry;
use windlass_core::foreign::FormatSpec;

/// CSV as the search sees it: nothing tells it by its content.
pub static FORMAT: FormatSpec = FormatSpec {
    name: "csv",
    loader: Some("csvload"),
    saver: Some("csvsave"),
    suffixes: &[".csv"],
    priority: 0,
    sniff: |_| false,
    trusted: false,
};

/// The loaders and savers of CSV.
pub const OPERATIONS: &[Entry] =
    &[CsvLoad::LOADERS[0], CsvLoad::LOADERS[1], CsvSave::SAVERS[0], CsvSave::SAVERS[1]];
