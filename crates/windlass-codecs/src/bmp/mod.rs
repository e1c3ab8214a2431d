//! Windows bitmaps (Microsoft's pages on `BITMAPINFOHEADER` and its successors; OS/2 headers as
//! Jason Summers' BMP Suite documents them).

mod header;
mod load;
mod rle;
mod save;

pub(crate) use header::Dib;
pub use load::BmpLoad;
pub(crate) use load::unpack;
pub use save::BmpSave;

use windlass_core::declare::Entry;
use windlass_core::foreign::FormatSpec;

/// BMP as the search sees it.
pub static FORMAT: FormatSpec = FormatSpec {
    name: "bmp",
    loader: Some("bmpload"),
    saver: Some("bmpsave"),
    suffixes: &[".bmp", ".dib"],
    priority: -60,
    sniff: |head| head.starts_with(b"BM") && head.len() >= 26,
    trusted: false,
};

/// The loaders and savers of BMP.
pub const OPERATIONS: &[Entry] = &[
    BmpLoad::LOADERS[0],
    BmpLoad::LOADERS[1],
    BmpLoad::LOADERS[2],
    BmpSave::SAVERS[0],
    BmpSave::SAVERS[1],
    BmpSave::SAVERS[2],
];
