//! Operations of the family `conversion`.

mod arrayjoin;
mod autorot;
mod bandjoin;
mod bands;
mod caches;
mod cast;
mod copy;
mod embed;
mod extract_area;
mod extract_band;
mod flatten;
mod flip;
mod ifthenelse;
mod insert;
mod join;
mod premultiply;
mod rot;
mod unpremultiply;

pub use arrayjoin::Arrayjoin;
pub use autorot::{Autorot, Upright};
pub use bandjoin::{Addalpha, Bandjoin, BandjoinConst};
pub use caches::{Access, Cache, Linecache, Sequential, Tilecache};
pub use cast::Cast;
pub use copy::Copy;
pub use embed::{Embed, Extend};
pub use extract_area::ExtractArea;
pub use extract_band::ExtractBand;
pub use flatten::Flatten;
pub use flip::{Direction, Flip};
pub use ifthenelse::Ifthenelse;
pub use insert::Insert;
pub use join::{Align, Join};
pub use premultiply::Premultiply;
pub use rot::{Angle, Rot};
pub use unpremultiply::Unpremultiply;

use windlass_core::declare::Entry;
use windlass_core::{Error, ErrorKind, Header, Image, Operation, Result};

/// The operations of this family, by name.
pub const OPERATIONS: &[Entry] = &[
    Addalpha::ENTRY,
    Arrayjoin::ENTRY,
    Autorot::ENTRY,
    Bandjoin::ENTRY,
    BandjoinConst::ENTRY,
    Cache::ENTRY,
    Cast::ENTRY,
    Copy::ENTRY,
    Embed::ENTRY,
    ExtractArea::ENTRY,
    ExtractBand::ENTRY,
    Flatten::ENTRY,
    Flip::ENTRY,
    Ifthenelse::ENTRY,
    Insert::ENTRY,
    Join::ENTRY,
    Linecache::ENTRY,
    Premultiply::ENTRY,
    Rot::ENTRY,
    Sequential::ENTRY,
    Tilecache::ENTRY,
    Unpremultiply::ENTRY,
];

/// The header of an image made from `image`, before the operation changes it.
pub(crate) fn derived(image: &Image) -> Header {
    Header { filename: None, ..image.header().clone() }
}

/// The same pixels as a new image.
pub(crate) fn copied(image: &Image) -> Result<Image> {
    image.with_header(derived(image))
}

/// A call that does not fit its arguments.
pub(crate) fn bad(text: impl Into<String>) -> Error {
    Error::new(ErrorKind::BadArgument, text)
}
