//! Operations of the family `conversion`.

mod cast;
mod copy;
mod embed;
mod extract_area;
mod flip;
mod rot;

pub use cast::Cast;
pub use copy::Copy;
pub use embed::{Embed, Extend};
pub use extract_area::ExtractArea;
pub use flip::{Direction, Flip};
pub use rot::{Angle, Rot};

use windlass_core::declare::Entry;
use windlass_core::{Error, ErrorKind, Header, Image, Operation, Result};

/// The operations of this family, by name.
pub const OPERATIONS: &[Entry] =
    &[Cast::ENTRY, Copy::ENTRY, Embed::ENTRY, ExtractArea::ENTRY, Flip::ENTRY, Rot::ENTRY];

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
