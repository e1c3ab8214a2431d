//! GIF (`reference/formats/gif.md`; Graphics Interchange Format, version 89a).
//!
//! All of it is ours: which damage is put up with and which frames count is decided block by block, as
//! the reference does it. Frames are drawn one after the other, so an animation of any length needs the
//! memory of its file and of a few frames. Codes of a frame need no other frame: where there are several
//! cores they are decoded before their turn, a frame a piece.

mod frames;
mod indices;
mod load;
mod lzw;
mod render;
mod save;
mod scan;
mod table;
mod write;

pub use load::GifLoad;
pub use save::GifSave;

use windlass_core::declare::Entry;
use windlass_core::foreign::FormatSpec;
use windlass_core::{Error, ErrorKind};

/// GIF as the search sees it.
pub static FORMAT: FormatSpec = FormatSpec {
    name: "gif",
    loader: Some("gifload"),
    saver: Some("gifsave"),
    suffixes: &[".gif"],
    priority: 50,
    sniff: |head| head.starts_with(b"GIF8"),
    trusted: true,
};

/// The loaders and savers of GIF.
pub const OPERATIONS: &[Entry] = &[
    GifLoad::LOADERS[0],
    GifLoad::LOADERS[1],
    GifLoad::LOADERS[2],
    GifSave::SAVERS[0],
    GifSave::SAVERS[1],
    GifSave::SAVERS[2],
];

fn malformed(text: &str) -> Error {
    Error::new(ErrorKind::Malformed, format!("gifload: {text}"))
}
