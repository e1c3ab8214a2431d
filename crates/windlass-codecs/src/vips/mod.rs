//! The reference's own format (`reference/formats/text-and-raw.md` §5): a header of 64 bytes, the
//! pixels, and metadata as XML.

mod base64;
mod header;
mod load;
mod save;
mod xml;

pub(crate) use base64::encode as base64;
pub use load::VipsLoad;
pub use save::VipsSave;
pub(crate) use xml::{VERSION, array, escape};

use windlass_core::declare::Entry;
use windlass_core::foreign::FormatSpec;

/// The format as the search sees it.
pub static FORMAT: FormatSpec = FormatSpec {
    name: "vips",
    loader: Some("vipsload"),
    saver: Some("vipssave"),
    suffixes: &[".v", ".vips"],
    priority: 200,
    sniff: |head| head.starts_with(&header::LITTLE) || head.starts_with(&header::BIG),
    trusted: false,
};

/// The loaders and savers of the format.
pub const OPERATIONS: &[Entry] =
    &[VipsLoad::LOADERS[0], VipsLoad::LOADERS[1], VipsSave::SAVERS[0], VipsSave::SAVERS[1]];
