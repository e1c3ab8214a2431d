//! Operations of the family `create`.

mod black;
mod gaussmat;
mod grey;
mod precision;
mod prepare;
mod xyz;

pub use black::Black;
pub use gaussmat::Gaussmat;
pub use grey::Grey;
pub use precision::Precision;
pub use xyz::Xyz;

use windlass_core::Operation;
use windlass_core::declare::Entry;

/// The operations of this family, by name.
pub const OPERATIONS: &[Entry] = &[Black::ENTRY, Gaussmat::ENTRY, Grey::ENTRY, Xyz::ENTRY];
