//! WebP (`reference/formats/webp.md`; RFC 9649; RFC 6386 for the lossy pictures in it).
//!
//! The container, the assembly of frames, alphas, colours and the scaling are ours. Lossy pictures are
//! decoded by `windlass-vp8`, a few rows at a time; while one worker parses the bits of the next rows,
//! another paints those before, and pixels are made of them in parallel. Lossless ones, and alphas, come
//! from the crate `image-webp`, which holds a whole frame. Encoding is libwebp's, in `windlass-webp`.

mod animation;
mod container;
mod load;
mod lossy;
#[cfg(feature = "webp")]
mod mux;
mod picture;
mod planes;
mod rescale;
#[cfg(feature = "webp")]
mod save;
mod tile;

pub use load::WebpLoad;
#[cfg(feature = "webp")]
pub use save::{WebpPreset, WebpSave, WebpSaveMime};
pub use tile::decode_tile;
#[cfg(feature = "webp")]
pub use tile::encode_tile;

#[cfg(feature = "webp")]
use windlass_core::Operation;
use windlass_core::declare::Entry;
use windlass_core::foreign::FormatSpec;
use windlass_core::{Error, ErrorKind};

/// WebP as the search sees it.
pub static FORMAT: FormatSpec = FormatSpec {
    name: "webp",
    loader: Some("webpload"),
    saver: if cfg!(feature = "webp") { Some("webpsave") } else { None },
    suffixes: &[".webp"],
    priority: 200,
    sniff: |head| head.starts_with(b"RIFF") && head.get(8..12) == Some(b"WEBP"),
    trusted: true,
};

/// The loaders of WebP, and its savers where the feature `webp` is on.
pub const OPERATIONS: &[Entry] = &[
    WebpLoad::LOADERS[0],
    WebpLoad::LOADERS[1],
    WebpLoad::LOADERS[2],
    #[cfg(feature = "webp")]
    WebpSave::SAVERS[0],
    #[cfg(feature = "webp")]
    WebpSave::SAVERS[1],
    #[cfg(feature = "webp")]
    WebpSave::SAVERS[2],
    #[cfg(feature = "webp")]
    WebpSaveMime::ENTRY,
];

/// The longest side of a picture.
const MAX_SIDE: u32 = 16_383;

fn malformed(text: &str) -> Error {
    Error::new(ErrorKind::Malformed, text)
}
